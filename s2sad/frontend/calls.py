"""Calls: of user functions, methods, classes, NumPy, built-ins; and the binding of arguments to parameters."""

from __future__ import annotations

import contextlib
import functools
import operator
import sys
import types
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.frontend import borrowed
from s2sad.frontend.array_methods import array_method
from s2sad.frontend.branches import abandon, settle
from s2sad.frontend.builtin_calls import BUILTINS, call_super, is_super
from s2sad.frontend.choices import dispatch
from s2sad.frontend.classes import call_special, instantiate
from s2sad.frontend.container_methods import container_method
from s2sad.frontend.contents import content_of
from s2sad.frontend.dataclass_methods import generated_method
from s2sad.frontend.draws import make_generator
from s2sad.frontend.effects import foreign_call, is_report, report_call
from s2sad.frontend.expressions import attribute, expression, kept
from s2sad.frontend.inspection import class_of
from s2sad.frontend.iteration import known_elements
from s2sad.frontend.itertools_calls import borrow
from s2sad.frontend.leaving import guard, propagate
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.names import LiveModule, literal
from s2sad.frontend.numpy_calls import call_numpy, full_name
from s2sad.frontend.numpy_several import SEVERAL
from s2sad.frontend.numpy_special import SPECIAL
from s2sad.frontend.objects import GeneratedMethod
from s2sad.frontend.session import is_generator
from s2sad.frontend.signals import DeadPath, Left, PrimalRaises
from s2sad.frontend.source import make_source, source_of
from s2sad.frontend.statements import block
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.ufuncs import call_ufunc_method, ufunc_method
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    Frame,
    Function,
    Handle,
    Items,
    Known,
    Lazy,
    Method,
    Origin,
    Partial,
)
from s2sad.rules.families import declared

Keywords = dict[str, Abstract]


DEEPEST = 60
KEEPERS = ("append", "insert", "setdefault")  # methods of containers that keep their argument as it is


def call_node(low: Lowering, node: Any) -> Abstract:
    """Lower a call: callee, then arguments in order."""
    if isinstance(node.func, gast.Attribute):
        # The method is looked up before the arguments are evaluated.
        base = low.usable(expression(low, node.func.value))
        low.at(node.func)

        callee = attribute(low, base, node.func.attr)
    else:
        callee = low.usable(expression(low, node.func))

    if is_super(callee) and not node.args and not node.keywords:
        return call_super(low)
    with low.holding(callee):
        arguments, keywords = _arguments(low, node)
    low.at(node)
    if isinstance(callee, Method) and isinstance(callee.function, str):
        arguments = [kept(low, argument) if callee.function in KEEPERS else argument for argument in arguments]
    return call(low, callee, arguments, keywords, node)


def _arguments(low: Lowering, node: Any) -> tuple[list[Abstract], Keywords]:
    arguments: list[Abstract] = []
    count = len(low.held)
    for argument in node.args:
        if isinstance(argument, gast.Starred):
            arguments.extend(known_elements(low, low.usable(expression(low, argument.value)), "a starred argument"))
        else:
            arguments.append(low.usable(expression(low, argument)))
            low.held.append(arguments[-1])
    keywords: Keywords = {}
    for keyword in node.keywords:
        value = low.usable(expression(low, keyword.value))
        if keyword.arg is None:
            content = content_of(low, value) if isinstance(value, Handle) else None
            if not isinstance(content, DictContent):
                low.refuse("star", node, what="`**` in a call")
            for name, entry in content.entries:
                keywords[str(name)] = entry
        else:
            keywords[keyword.arg] = value
        low.held.append(value)
    del low.held[count:]
    return arguments, keywords


def call(low: Lowering, callee: Abstract, arguments: Sequence[Abstract], keywords: Keywords, node: Any = None) -> Abstract:
    """Call a thing of the program."""
    callee = low.usable(callee)
    match callee:
        case Known(value):
            return call_known(low, callee, value, list(arguments), keywords, node)
        case Function():
            return call_function(low, callee, list(arguments), keywords)
        case Method(receiver, function):
            if isinstance(function, str):
                return call_method(low, receiver, function, list(arguments), keywords)
            return call(low, function, [receiver, *arguments], keywords, node)
        case Partial(function, first, named):
            return call(low, function, [*first, *arguments], {**dict(named), **keywords}, node)
        case Choice():
            return dispatch(low, callee, lambda option: call(low, option, arguments, keywords, node))
        case Handle() | Items():
            result = call_special(low, callee, "__call__", list(arguments), keywords)
            if result is not None:
                return result
    low.refuse("call", what=describe(callee), why="it is not callable")


def call_method(low: Lowering, receiver: Abstract, name: str, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Call a method that is known by name: of an array, number, container or text."""
    if name == "__init__":
        from s2sad.frontend.exceptions import base_init

        return base_init(low, receiver, arguments)
    if name == "__str__" and isinstance(receiver, Handle):
        from s2sad.frontend.exceptions import base_text

        return base_text(low, receiver)
    if isinstance(receiver, ArrayRef):
        return array_method(low, receiver, name, arguments, keywords)

    return container_method(low, receiver, name, arguments, keywords)


def call_known(low: Lowering, callee: Known, value: Any, arguments: list[Abstract], keywords: Keywords, node: Any) -> Abstract:
    """Call a live object."""
    try:
        builtin = BUILTINS.get(value)
        is_numpy = value in SPECIAL or value in SEVERAL or declared(value)
    except TypeError:
        builtin, is_numpy = None, False
    if builtin is not None:
        return builtin(low, arguments, keywords)
    if is_numpy:
        return call_numpy(low, value, arguments, keywords)
    if isinstance(value, (types.BuiltinMethodType, types.MethodType)) and is_generator(value.__self__):  # such as `random.random`
        return call_method(low, low.live(value.__self__, low.session.hold(value.__self__, "random")), value.__name__, arguments, keywords)
    if is_report(value):
        return report_call(low, value, arguments, keywords)
    if isinstance(value, GeneratedMethod):
        return generated_method(low, value.owner, value.name, arguments, keywords)
    request = getattr(value, "__s2sad_nested__", None)
    if request is not None:
        from s2sad.frontend.nested import take

        return take(low, request, arguments[0], arguments[1:], keywords)
    derivative = getattr(value, "__s2sad_derivative__", None)
    if derivative is not None:
        from s2sad.frontend.nested import call_derivative

        return call_derivative(low, callee, derivative, arguments, keywords)
    if value is contextlib.contextmanager and len(arguments) == 1:
        return arguments[0]  # a `with` runs the generator
    if value is warnings.simplefilter or value is warnings.filterwarnings:
        from s2sad.frontend.contexts import filter_warnings

        return filter_warnings(low, arguments)
    if isinstance(value, types.WrapperDescriptorType):
        from s2sad.frontend.exceptions import base_init, is_base_init

        if is_base_init(value) and arguments:
            return base_init(low, arguments[0], arguments[1:])
    if isinstance(value, types.FunctionType) and hasattr(value, "__wrapped__"):
        from s2sad.frontend.contexts import generator_of

        inner = generator_of(value)
        if inner is not None:
            return call_live(low, inner, arguments, keywords, callee.origin.attribute("__wrapped__") if callee.origin else None)
    if isinstance(value, types.FunctionType):
        module = value.__module__ or ""
        if module.partition(".")[0] in ("numpy", "scipy"):
            low.refuse("unknown function", name=f"{module}.{value.__name__}".replace("numpy", "np", 1))
        if module in ("s2sad", "s2sad.api", "s2sad.jacobians"):
            from s2sad.frontend.nested import make_derivative

            return make_derivative(low, callee, arguments, keywords)
        if value.__code__.co_filename == functools.__file__ and hasattr(value, "dispatch") and hasattr(value, "registry") and arguments:
            return _single_dispatch(low, callee, value, arguments, keywords)
        if module == "statistics" and hasattr(borrowed, value.__name__):
            return borrow(getattr(borrowed, value.__name__))(low, arguments, keywords)
        if module.partition(".")[0] in sys.stdlib_module_names:
            return call_library(low, callee, value, arguments, keywords)
        return call_live(low, value, arguments, keywords, callee.origin)
    if isinstance(value, functools.partial):
        origin = callee.origin
        first = [low.live(one, origin.attribute("args").item(k) if origin else None) for k, one in enumerate(value.args)]
        named = {name: low.live(one, origin.attribute("keywords").item(name) if origin else None) for name, one in value.keywords.items()}
        inner = low.live(value.func, origin.attribute("func") if origin else None)
        return call(low, inner, [*first, *arguments], {**named, **keywords}, node)
    owner = getattr(value, "__self__", None)
    if is_generator(owner) and not isinstance(getattr(value, "__func__", None), types.FunctionType):  # such as np.random.normal
        generator = low.live(owner, low.session.hold(owner, "random_state"))
        return call_method(low, generator, value.__name__, arguments, keywords)
    if isinstance(value, types.MethodType):
        origin = callee.origin
        receiver = low.live(value.__self__, origin.attribute("__self__") if origin else None)
        inner = low.live(value.__func__, origin.attribute("__func__") if origin else None)
        return call(low, inner, [receiver, *arguments], keywords, node)
    if isinstance(value, (operator.itemgetter, operator.attrgetter, operator.methodcaller)):
        reduced: Any = value.__reduce__()
        if reduced[0] in BUILTINS:
            getter = BUILTINS[reduced[0]](low, [low.live(one, None) for one in reduced[1]], {})
            return call(low, getter, arguments, keywords, node)
    if module_of(value).startswith("numpy.random") and getattr(value, "__name__", "") == "seed":
        owner = sys.modules["numpy.random.mtrand"]._rand
        call_method(low, low.live(owner, low.session.hold(owner, "random_state")), "seed", arguments, keywords)
        return Known(None)
    if module_of(value).startswith("numpy.random") and getattr(value, "__name__", "") in ("default_rng", "RandomState"):
        return make_generator(low, value, arguments, keywords)
    if isinstance(value, type) and value.__name__ == "Random" and value.__module__ == "random":
        return make_generator(low, value, arguments, keywords)
    if isinstance(value, type):
        return instantiate(low, value, arguments, keywords, callee.origin)
    wrapped = getattr(value, "__wrapped__", None)
    if isinstance(value, functools._lru_cache_wrapper) and isinstance(wrapped, types.FunctionType):
        return call_live(low, wrapped, arguments, keywords, callee.origin.attribute("__wrapped__") if callee.origin else None)
    if isinstance(wrapped, types.FunctionType) and type(value).__module__.startswith("s2sad"):
        return call_live(low, wrapped, arguments, keywords, callee.origin.attribute("__wrapped__") if callee.origin else None)
    method = ufunc_method(value)
    if method is not None:
        return call_ufunc_method(low, *method, arguments, keywords)
    if isinstance(value, np.vectorize) and value.otypes is None and value.signature is None and not value.excluded:
        from s2sad.rules.elementwise_python import vectorized

        return call_live(low, vectorized, [low.live(value.pyfunc, None), *arguments], keywords)
    if isinstance(value, np.ufunc) or (getattr(value, "__module__", "") or "").partition(".")[0] in ("numpy", "scipy"):
        low.refuse("unknown function", name=full_name(value))
    if (
        callable(value)
        and not isinstance(value, (types.BuiltinFunctionType, types.BuiltinMethodType))
        and isinstance(getattr(type(value), "__call__", None), types.FunctionType)  # noqa: B004  (is it written in Python?)
    ):
        receiver = low.session.instance(low, value, callee.origin)
        return call(low, Method(receiver, low.live(type(value).__call__, None)), arguments, keywords, node)

    return foreign_call(low, callee, value, arguments, keywords)


def _single_dispatch(low: Lowering, callee: Known, value: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Call a `functools.singledispatch` function: which implementation it is depends on a class alone."""
    if isinstance(arguments[0], Choice):
        return dispatch(low, arguments[0], lambda option: _single_dispatch(low, callee, value, [option, *arguments[1:]], keywords))
    kind = class_of(low, arguments[0])
    if kind is None:
        low.refuse("call", what="a function with singledispatch", why="the class of its first argument is not known")
    origin = low.session.hold(value, value.__name__)
    low.session.guard(origin.attribute("registry"), "keys", tuple(value.registry))
    chosen = value.dispatch(kind)
    return call(low, low.live(chosen, low.session.hold(chosen, chosen.__name__)), arguments, keywords)


def module_of(value: Any) -> str:
    """Return the name of the module that something comes from."""
    return getattr(value, "__module__", None) or ""


def call_library(low: Lowering, callee: Known, value: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Call a function of the standard library: lowered like the user's, or, where that fails, as one that nothing is known about."""
    if low.tries:  # what is half lowered cannot be taken back where an exception may leave it
        return call_live(low, value, arguments, keywords, callee.origin)
    region, location = low.builder.region, low.location
    count, frames = len(region.nodes), len(low.frames)
    low.store.begin()
    try:
        result = call_live(low, value, arguments, keywords, callee.origin)
    except UnsupportedError:
        low.store.rollback()
        del region.nodes[count:]
        del low.frames[frames:]
        low.builder.location = location
        return foreign_call(low, callee, value, arguments, keywords)
    except DeadPath:
        low.store.keep()
        raise
    except BaseException:
        low.store.rollback()
        raise
    low.store.keep()
    return result


def live_function(low: Lowering, value: Any, origin: Origin | None) -> Function:
    """Return a live Python function as a function of the program."""
    if origin is None:
        origin = low.session.hold(value, value.__name__)
    low.session.guard(origin.attribute("__code__"), "is", value.__code__)
    module = low.session.modules.get(id(value.__globals__))
    if module is None:
        module = LiveModule(value.__globals__, low.session.hold(value.__globals__, f"{value.__module__}_globals"))
        low.session.modules[id(value.__globals__)] = module
    return Function(source_of(value, module), origin=origin)


def call_live(low: Lowering, value: Any, arguments: list[Abstract], keywords: Keywords, origin: Origin | None = None) -> Abstract:
    """Call a live Python function."""
    return call_function(low, live_function(low, value, origin), arguments, keywords)


def define(low: Lowering, node: Any) -> Abstract:
    """Return the function that a `def` or a lambda makes; it sees the variables of this frame as they will be when it is called."""
    outer = low.frame.source
    source = make_source(node, outer.file, outer.line, outer.column, outer.module)
    arguments = node.args
    defaults = tuple(low.usable(expression(low, default)) for default in arguments.defaults)
    keyword_defaults = tuple(
        (argument.id, low.usable(expression(low, default)))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    )
    frame: Frame | None = low.frame
    while frame is not None:
        frame.captured = True
        frame = frame.parent
    return Function(source, low.frame, defaults, keyword_defaults)


def call_function(low: Lowering, function: Function, arguments: list[Abstract], keywords: Keywords, *, cls: type | None = None) -> Abstract:
    """Call a function of the user: in a graph of its own, or in the present state."""
    if isinstance(function.source.node, gast.AsyncFunctionDef):
        low.refuse("async")
    values = {name: kept(low, value) for name, value in bind(low, function, arguments, keywords).items()}
    if function.source.generator:
        return Lazy("generator", (), (function, values))

    from s2sad.frontend.graphs import call_graph

    result = call_graph(low, function, values, cls)
    return result if result is not None else inline(low, function, values, cls)


def inline(low: Lowering, function: Function, values: dict[str, Abstract], cls: type | None = None) -> Abstract:
    """Lower the body of a function in the present state."""
    depth = sum(1 for frame in low.frames if frame.source.node is function.source.node)
    if depth > (DEEPEST if function.source.node in low.session.inlined else 8) or len(low.frames) > 2 * DEEPEST:
        low.refuse("recursion", name=function.source.name, why="it would be written out without end")
    location = low.location
    frame = low.new_frame(function, function.source, function.parent)
    frame.cls = cls or low.session.class_of.get(id(function.source.function))
    enter(low, frame, values)
    try:
        run_body(low, frame)
    finally:
        low.frames.pop()
        low.builder.location = location
    if low.dead:
        low.dead = False
        leave_frame(low, frame)
        raise DeadPath
    if low.tries:
        propagate(low, frame)
        guard(low)
    result = low.store.read(frame.result)
    leave_frame(low, frame)
    return low.usable(result, f"the result of {function.source.name}")


def enter(low: Lowering, frame: Frame, values: dict[str, Abstract]) -> None:
    """Make a frame the present one, with its parameters bound."""
    low.frames.append(frame)
    for name, value in values.items():
        low.store.write(frame.variable(name), value)
    positional = [*frame.source.node.args.posonlyargs, *frame.source.node.args.args]
    if positional:
        frame.receiver = values.get(positional[0].id)


def run_body(low: Lowering, frame: Frame) -> None:
    """Lower the body of the present frame's function up to its return."""
    node = frame.source.node
    if isinstance(node, gast.Lambda):
        mark = len(low.opened)
        try:
            low.store.write(frame.result, low.usable(expression(low, node.body)))
        except DeadPath:
            low.dead = True
        except Left:
            pass
        except BaseException:
            abandon(low, mark)
            raise
        settle(low, mark)
        return
    block(low, [*node.body, gast.Return(value=None)])
    if not low.tries:
        low.store.write(frame.exit, ABSENT)


def leave_frame(low: Lowering, frame: Frame) -> None:
    """Forget the variables of a frame that nothing can reach any more."""
    low.store.forget([frame.exit, frame.result])
    if not frame.captured:
        low.store.forget(list(frame.variables.values()))


def bind(low: Lowering, function: Function, arguments: Sequence[Abstract], keywords: Keywords) -> dict[str, Abstract]:
    """Bind arguments to parameters as Python does."""
    node = function.source.node
    parameters = node.args
    name = function.source.name
    values: dict[str, Abstract] = {}
    positional = [argument.id for argument in (*parameters.posonlyargs, *parameters.args)]
    rest = list(arguments)
    for label in positional:
        if rest:
            values[label] = rest.pop(0)
    if rest:
        if parameters.vararg is None:
            raise PrimalRaises(f"{name}() takes {len(positional)} positional arguments but {len(arguments)} were given")
        values[parameters.vararg.id] = Items(tuple(rest))
    elif parameters.vararg is not None:
        values[parameters.vararg.id] = Items(())
    by_name = {argument.id for argument in (*parameters.args, *parameters.kwonlyargs)}
    extra: dict[str, Abstract] = {}
    for label, value in keywords.items():
        if label in by_name:
            if label in values:
                raise PrimalRaises(f"{name}() got multiple values for argument '{label}'")
            values[label] = value
        elif parameters.kwarg is not None:
            extra[label] = value
        else:
            raise PrimalRaises(f"{name}() got an unexpected keyword argument '{label}'")
    if parameters.kwarg is not None:
        values[parameters.kwarg.id] = Handle(low.store.place("dict", DictContent(tuple(extra.items()))))
    for label in (*positional, *(argument.id for argument in parameters.kwonlyargs)):
        if label not in values:
            default = default_of(low, function, label, positional)
            if default is ABSENT:
                raise PrimalRaises(f"{name}() missing a required argument: '{label}'")
            values[label] = default
    return {
        label: values[label]
        for label in [
            *positional,
            *[argument.id for argument in parameters.kwonlyargs],
            *[one.id for one in (parameters.vararg, parameters.kwarg) if one is not None],
        ]
    }


def default_of(low: Lowering, function: Function, label: str, positional: list[str]) -> Any:
    """Return the default of a parameter, or ABSENT."""
    live: Any = function.source.function
    if live is not None:
        origin = function.origin
        defaults = live.__defaults__ or ()
        if label in positional:
            number = positional.index(label) - (len(positional) - len(defaults))
            if number < 0:
                return ABSENT
            return low.live(
                defaults[number],
                Origin("default", label)
                if origin is None and low.session.is_root(live)
                else origin.attribute("__defaults__").item(number)
                if origin
                else None,
            )
        named = live.__kwdefaults__ or {}
        if label not in named:
            return ABSENT
        return low.live(
            named[label],
            Origin("default", label)
            if origin is None and low.session.is_root(live)
            else origin.attribute("__kwdefaults__").item(label)
            if origin
            else None,
        )
    node = function.source.node.args
    if function.parent is None and function.source.function is None:
        # A function of a module that is only read: its defaults are constants.

        nodes = dict(zip(positional[len(positional) - len(node.defaults) :], node.defaults, strict=True))
        nodes.update(
            {argument.id: default for argument, default in zip(node.kwonlyargs, node.kw_defaults, strict=True) if default is not None}
        )
        if label not in nodes:
            return ABSENT
        try:
            return Known(literal(nodes[label]))
        except ValueError:
            low.refuse("static", nodes[label], what=f"the default of {label}")
    defaults_given = dict(zip(positional[len(positional) - len(function.defaults) :], function.defaults, strict=True))
    defaults_given.update(dict(function.keyword_defaults))
    return defaults_given.get(label, ABSENT)
