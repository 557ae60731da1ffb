"""Calls of NumPy: from Python's arguments to the operands and static facts of a rule.

NumPy's own signature says which argument is which; the rule says what it takes.  An argument that neither the rule nor this file
consumes is refused, whatever its value.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.frontend.arrays import array_of, extent, in_place, into, path_step, take, write_step
from s2sad.frontend.joins import connect, dispatch
from s2sad.frontend.lower import Lowering, PrimalRaises, describe
from s2sad.frontend.values import Abstract, ArrayRef, Choice, DictContent, GrowingContent, Handle, Items, Known, Lazy, ListContent, Range
from s2sad.graph.core import Value
from s2sad.graph.index import View
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, List, Number, Scalar, dtype_of, shape_of
from s2sad.rules.declare import COMPOSITES, REGISTRY, Rule

Keywords = dict[str, Abstract]
MISSING: Any = object()
# Arguments that change nothing here, with the values that they may have.
HARMLESS: dict[str, tuple[Any, ...]] = {
    "out": (None,),
    "where": (True,),
    "casting": ("same_kind", "unsafe"),
    "order": ("K", "C", None),
    "subok": (True, False),
    "dtype": (None,),
    "initial": (None, np._NoValue),
    "keepdims": (np._NoValue, False),
    "like": (None,),
    "device": (None, "cpu"),
    "optimize": (True, False, "greedy", "optimal"),
    "copy": (None,),
    "signature": (None,),
    "retstep": (False,),
    "mode": ("raise",),
    "kind": (None,),
    "ndmin": (0,),
    "ndmax": (0,),
}


@cache
def parameters(function: Any) -> tuple[tuple[str, bool, Any], ...] | None:
    """Return ``(name, by keyword only, default)`` of NumPy's parameters; None when NumPy does not tell."""
    if isinstance(function, np.ufunc):
        names = [(f"x{k + 1}" if function.nin > 1 else "x", False, MISSING) for k in range(function.nin)]
        keywords = [
            ("out", False, None),
            *(
                (name, True, default)
                for name, default in (
                    ("where", True),
                    ("casting", "same_kind"),
                    ("order", "K"),
                    ("dtype", None),
                    ("subok", True),
                    ("signature", None),
                )
            ),
        ]
        return (*names, *keywords)
    try:
        signature = inspect.signature(_written_in_python(function))
    except (ValueError, TypeError):
        return None
    found = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            found.append((f"*{parameter.name}", False, MISSING))
        elif parameter.kind is not parameter.VAR_KEYWORD:
            default = MISSING if parameter.default is parameter.empty else parameter.default
            found.append((parameter.name, parameter.kind is parameter.KEYWORD_ONLY, default))
    return tuple(found)


def _written_in_python(function: Any) -> Any:
    """Return a Python function with the parameters of one that is written in C, whose text `inspect` reads slowly: milliseconds."""
    function = inspect.unwrap(function)
    text = getattr(function, "__text_signature__", None)
    if not isinstance(function, types.BuiltinFunctionType) or text is None or "$" in text:
        return function
    scope: dict[str, Any] = {}
    try:
        exec(f"def stand_in{text}: pass", scope)
    except (SyntaxError, NameError):
        return function
    return scope["stand_in"]


def bound(low: Lowering, function: Any, arguments: Sequence[Abstract], keywords: Keywords) -> dict[str, Any]:
    """Return arguments by NumPy's names; those of a `*name` as a list."""
    known = parameters(function)
    name = getattr(function, "__name__", repr(function))
    if known is None:
        rule = REGISTRY.functions.get(function)
        if rule is None:
            low.refuse("unknown function", name=full_name(function))
        known = tuple((label, False, MISSING) for label in rule.signature.operands) + tuple(
            (label, False, default) for label, default in rule.signature.static.items()
        )
    found: dict[str, Any] = {}
    rest = list(arguments)
    names = {label for label, _, _ in known}
    for label, keyword_only, _ in known:
        if label.startswith("*"):
            found[label[1:]] = rest
            rest = []
        elif rest and not keyword_only:
            found[label] = rest.pop(0)
    if rest:
        raise PrimalRaises(f"{name}() takes fewer positional arguments")
    for label, value in keywords.items():
        if label not in names:
            low.refuse("unknown keyword", name=label, function=name, remedy="leave it out")
        if label in found:
            raise PrimalRaises(f"{name}() got multiple values for argument {label}")
        found[label] = value
    return found


def call_numpy(low: Lowering, function: Any, arguments: Sequence[Abstract], keywords: Keywords) -> Abstract:
    """Lower a call of a function for which there is a rule, a composite or a special treatment."""
    for k, argument in enumerate(arguments):
        if isinstance(argument, Choice) and low.type_of(argument.options[0]) is None:

            def use(option: Abstract, k: int = k) -> Abstract:
                return call_numpy(low, function, [*arguments[:k], option, *arguments[k + 1 :]], keywords)

            return dispatch(low, argument, use)
    special = SPECIAL.get(function)
    if special is not None:
        return special(low, function, list(arguments), dict(keywords))
    rule = REGISTRY.functions.get(function)
    if rule is not None:
        return apply_rule(low, rule, function, arguments, keywords)
    composite = COMPOSITES.get(function)
    if composite is not None:
        from s2sad.frontend.calls import call_live

        return call_live(low, composite.body, list(arguments), dict(keywords))
    low.refuse("unknown function", name=full_name(function))


def full_name(function: Any) -> str:
    """Return the dotted name of a function, as a user would write it."""
    module = (getattr(function, "__module__", None) or "").replace("numpy", "np", 1)
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None) or repr(function)
    return f"{module}.{name}" if module and module != "builtins" else name


def apply_rule(low: Lowering, rule: Rule, function: Any, arguments: Sequence[Abstract], keywords: Keywords) -> Abstract:
    """Bind a call to a rule and append it."""
    found = bound(low, function, arguments, keywords)
    order = [label for label, _, _ in parameters(function) or ()] or [*rule.signature.operands, *rule.signature.static]
    statics = rule.signature.static
    out = found.pop("out", None)
    operands: list[Abstract] = []
    static: dict[str, Any] = {}
    taken: set[str] = set()
    wanted = rule.signature.operands
    positional = [label for label in order if label.lstrip("*") in found and label.lstrip("*") not in statics]
    if rule.signature.variadic:
        operands, taken = _variadic(low, rule, found, order)
    else:
        for number, name in enumerate(wanted):
            label = name if name in found and name in order else None
            if label is None and number < len(order) and order[number] in found and order[number] not in statics:
                label = order[number]
            if label is None:
                break
            taken.add(label)
            operands.append(found[label])
        if len(operands) < len(wanted):
            missing = [
                label for label, _, default in (parameters(function) or ())[: len(wanted)] if default is MISSING and label not in found
            ]
            if missing:
                raise PrimalRaises(f"{rule.name}() missing argument {missing[0]}")
            low.refuse("call", what=full_name(function), why=f"the argument {wanted[len(operands)]} is missing")
    del positional
    dtype: str | None = None
    for label, value in found.items():
        if label in taken:
            continue
        if label in statics:
            default = statics[label]
            fact = static_argument(low, label, value, operands)
            if fact is not np._NoValue and not (fact is None and default is not None and label != "axis"):
                static[label] = fact
        elif label == "dtype":
            dtype = dtype_argument(low, value)
        else:
            harmless(low, label, value, function)
    for label, default in statics.items():
        static.setdefault(label, default)
    _normal_axis(low, static, operands)
    if dtype is not None:
        operands = [cast_to(low, operand, dtype) for operand in operands]
    result = apply(low, rule, operands, static, from_function=True)
    if dtype is not None and dtype_of(low.value(result).type) != dtype:
        result = cast_to(low, result, dtype)
    if out is not None and not (isinstance(out, Known) and out.value is None):
        return write_out(low, out, result)
    return result


def write_out(low: Lowering, out: Abstract, result: Abstract) -> Abstract:
    """Write a result into the array given as ``out=``."""
    if isinstance(out, Items) and len(out.elements) == 1:
        out = out.elements[0]
    if not isinstance(out, ArrayRef):
        low.refuse("operands", what="out=", kinds=describe(out))
    into(low, out, low.value(result))
    return out


def harmless(low: Lowering, label: str, value: Abstract, function: Any) -> None:
    """Refuse an argument that nothing has consumed, unless its value means nothing."""
    if isinstance(value, Known) and any(
        value.value is one or (type(one) in (str, bool, int) and value.value == one) for one in HARMLESS.get(label, ())
    ):
        return
    low.refuse("unknown keyword", name=label, function=full_name(function), remedy="leave it out, or compute it with other functions")


def _variadic(low: Lowering, rule: Rule, found: dict[str, Any], order: list[str]) -> tuple[list[Abstract], set[str]]:
    from s2sad.frontend.iteration import known_elements

    name = rule.signature.operands[-1][1:]
    fixed = rule.signature.operands[:-1]
    operands: list[Abstract] = []
    taken: set[str] = set()
    for label in fixed:
        if label in found:
            taken.add(label)
            operands.append(found[label])
    if name not in found:
        name = next((label.lstrip("*") for label in order if label.lstrip("*") in found and label.lstrip("*") not in taken), "")
    if not name:
        raise PrimalRaises(f"{rule.name}() is called without arguments")
    taken.add(name)
    value = found[name]
    if isinstance(value, list):
        operands += value
    elif isinstance(value, ArrayRef):
        operands += known_elements(low, value, f"the arrays of {rule.name}")
    else:
        operands += known_elements(low, value, f"the arrays of {rule.name}")
    return operands, taken


def _normal_axis(low: Lowering, static: dict[str, Any], operands: Sequence[Abstract]) -> None:
    """Make axes non-negative where the rank is known."""
    if "axis" not in static or static["axis"] is None or not operands:
        return
    kind = low.type_of(operands[0])
    if not isinstance(kind, Array) or kind.shape is None:
        return
    rank = len(kind.shape)

    def normal(axis: Any) -> Any:
        if not isinstance(axis, (int, np.integer)) or not -rank <= axis < rank:
            return axis  # the rule says what is wrong with it
        return int(axis) % rank

    axis = static["axis"]
    reduces = "keepdims" in static
    if isinstance(axis, (tuple, list)):
        static["axis"] = tuple(map(normal, axis)) if reduces else tuple(axis)
    elif reduces:
        static["axis"] = normal(axis)


def static_argument(low: Lowering, label: str, value: Abstract, operands: Sequence[Abstract]) -> Any:
    """Return an argument that must be known."""
    if label in ("shape", "newshape"):
        return shape_argument(low, value)
    if label == "dtype":
        return dtype_argument(low, value)
    if label in ("n", "N", "M", "num") and not (isinstance(value, Known) and value.value is None):
        return size_argument(low, value, label)
    fact = low.static(value, f"the argument {label}")
    if isinstance(fact, list):
        fact = tuple(fact)
    return int(fact) if isinstance(fact, np.integer) else fact


def dtype_argument(low: Lowering, value: Abstract) -> str | None:
    """Return a dtype in short form; None for None."""
    fact = low.static(value, "a dtype")
    if fact is None:
        return None
    try:
        dtype = np.dtype(fact)
    except TypeError:
        raise PrimalRaises(f"{fact!r} is no dtype") from None
    if dtype.kind not in "biufc":
        low.refuse("operands", what="an array", kinds=f"dtype {dtype}")
    return f"{dtype.kind}{dtype.itemsize}"


def size_argument(low: Lowering, value: Abstract, what: str = "a size") -> Size:
    """Return an int as a size of the entry."""
    value = low.usable(value)
    if isinstance(value, Known) and isinstance(value.value, (int, np.integer)):
        return Size.of(int(value.value))
    if (
        isinstance(value, Value)
        and isinstance(value.type, Number)
        and value.type.kind == "int"
        and value.type.size is not None
        and value.type.size.entry
    ):
        return value.type.size
    if isinstance(value, (Known, Value)):
        kind = low.type_of(value)
        if isinstance(kind, Number) and kind.kind in ("float", "complex") and not kind.also:
            raise PrimalRaises("'float' object cannot be interpreted as an integer")
    return Size.of(int(low.static(value, what)))


def shape_argument(low: Lowering, value: Abstract) -> tuple[Size, ...]:
    """Return a shape: an int or a tuple or list of ints."""
    from s2sad.frontend.iteration import known_elements

    value = low.usable(value)
    if isinstance(value, (Items, Handle)):
        return tuple(size_argument(low, part, "a shape") for part in known_elements(low, value, "a shape"))
    return (size_argument(low, value, "a shape"),)


def operand(low: Lowering, thing: Abstract) -> Value:
    """Return an operand of a NumPy function: lists and tuples become arrays."""
    thing = low.usable(thing)
    if isinstance(thing, (Items, Handle)):
        thing = array_of(low, thing)
    if isinstance(thing, Known) and not isinstance(thing.value, (bool, int, float, complex, np.generic)):
        low.refuse("operands", what="a NumPy function", kinds=describe(thing))
    return low.value(thing, "an operand of a NumPy function")


def apply(low: Lowering, rule: Rule, operands: Sequence[Abstract], static: dict[str, Any], *, from_function: bool = False) -> Abstract:
    """Append a rule; views become paths, the same object stays the same."""
    first = operands[0] if operands else None
    if isinstance(first, (Handle, Items)) and rule.sharing != "fresh":
        first = array_of(low, first)
        operands = [first, *operands[1:]]
    if isinstance(first, ArrayRef) and len(operands) == 1:
        if rule.sharing == "same":
            return first
        if rule.sharing == "view" and rule.name != "expand" and all(_hashable(fact) for fact in static.values()):
            return take(
                low, first, View(rule.name, tuple((name, fact) for name, fact in static.items() if fact != rule.signature.static.get(name)))
            )
    values = [operand(low, thing) for thing in operands]
    if from_function and rule.functions and values and all(isinstance(value.type, Number) for value in values):
        values = _as_numpy(low, rule, values)
    value = low.emit(rule, *values, **static)
    fresh_order = rule.kind in ("elementwise",) and all(
        not isinstance(one, ArrayRef) or (one.place.contiguous and not one.path) for one in operands
    )
    always = rule.name in (
        "zeros",
        "ones",
        "empty",
        "full",
        "arange",
        "linspace",
        "eye",
        "identity",
        "matmul",
        "dot",
        "stack",
        "array_of",
        "concatenate",
        "outer",
    )
    result = low.result(value, contiguous=always or fresh_order)
    if isinstance(result, ArrayRef) and rule.sharing in ("view", "layout", "same"):
        for thing in operands:
            if isinstance(thing, ArrayRef):
                if (
                    rule.sharing == "layout"
                    and thing.place.contiguous
                    and not thing.path
                    and all(map(_hashable, static.values()))
                    and len(operands) == 1
                ):
                    return take(low, thing, View(rule.name, tuple(static.items())))
                connect(result.place, thing.place)
        result.place.readonly = rule.name == "expand"
    return result


def _hashable(fact: Any) -> bool:
    try:
        hash(fact)
    except TypeError:
        return False
    return True


OPERATORS = {
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "remainder",
    "negative",
    "positive",
    "absolute",
    "invert",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
    "logical_not",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "left_shift",
    "right_shift",
}


def _as_numpy(low: Lowering, rule: Rule, values: list[Value]) -> list[Value]:
    """``np.add(2.0, 3.0)`` is NumPy's addition: the first number is made a NumPy scalar."""
    if rule.name not in OPERATORS and rule.name not in ("logical_and", "logical_or"):
        return values
    kind = values[0].type
    dtype = dtype_of(kind)
    assert dtype is not None
    return [low.emit("cast", values[0], kind=Scalar(dtype)), *values[1:]]


def cast_to(low: Lowering, thing: Abstract, dtype: str) -> Abstract:
    """Return a thing in a dtype."""
    value = operand(low, thing)
    if dtype_of(value.type) == dtype and not isinstance(value.type, Number):
        return thing
    kind = Array(dtype, shape_of(value.type)) if isinstance(value.type, Array) else Scalar(dtype)
    return low.result(
        low.emit("cast", value, kind=kind), contiguous=isinstance(thing, ArrayRef) and thing.place.contiguous and not thing.path
    )


# -------------------------------------------------------------------- methods and attributes of arrays and scalars

POSITIONS: dict[str, tuple[str, ...]] = {
    "sum": ("axis", "dtype", "out", "keepdims", "initial", "where"),
    "prod": ("axis", "dtype", "out", "keepdims", "initial", "where"),
    "mean": ("axis", "dtype", "out", "keepdims", "where"),
    "max": ("axis", "out", "keepdims", "initial", "where"),
    "min": ("axis", "out", "keepdims", "initial", "where"),
    "var": ("axis", "dtype", "out", "ddof", "keepdims", "where"),
    "std": ("axis", "dtype", "out", "ddof", "keepdims", "where"),
    "argmax": ("axis", "out", "keepdims"),
    "argmin": ("axis", "out", "keepdims"),
    "any": ("axis", "out", "keepdims", "where"),
    "all": ("axis", "out", "keepdims", "where"),
    "cumsum": ("axis", "dtype", "out"),
    "cumprod": ("axis", "dtype", "out"),
    "squeeze": ("axis",),
    "swapaxes": ("axis1", "axis2"),
    "clip": ("a_min", "a_max", "out"),
    "round": ("decimals", "out"),
    "dot": ("b", "out"),
    "trace": ("offset", "axis1", "axis2", "dtype", "out"),
    "repeat": ("repeats", "axis"),
    "diagonal": ("offset", "axis1", "axis2"),
    "take": ("indices", "axis", "out", "mode"),
    "argsort": ("axis", "kind", "order"),
    "ptp": ("axis", "out", "keepdims"),
    "nonzero": (),
    "conj": (),
    "conjugate": (),
    "searchsorted": ("v", "side", "sorter"),
}
FUNCTION_OF_METHOD: dict[str, Any] = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "var": np.var,
    "std": np.std,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "any": np.any,
    "all": np.all,
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "squeeze": np.squeeze,
    "swapaxes": np.swapaxes,
    "clip": np.clip,
    "round": np.round,
    "dot": np.dot,
    "trace": np.trace,
    "repeat": np.repeat,
    "diagonal": np.diagonal,
    "take": np.take,
    "argsort": np.argsort,
    "nonzero": np.nonzero,
    "conj": np.conj,
    "conjugate": np.conjugate,
    "searchsorted": np.searchsorted,
    "ptp": np.ptp,
}


def array_method(low: Lowering, receiver: Abstract, name: str, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Call a method of an array or of a NumPy scalar."""
    special = METHODS.get(name)
    if special is not None:
        return special(low, receiver, arguments, keywords)
    function = FUNCTION_OF_METHOD.get(name)
    if function is None:
        low.refuse("unknown attribute", name=name, what=describe(receiver))
    labels = POSITIONS[name]
    if len(arguments) > len(labels):
        raise PrimalRaises(f"{name}() takes at most {len(labels)} arguments")
    named = dict(keywords)
    if name == "clip":
        named = {{"min": "a_min", "max": "a_max"}.get(label, label): value for label, value in named.items()}
    named.update(zip(labels, arguments, strict=False))
    rule = REGISTRY.functions.get(function) or REGISTRY.methods.get(name)
    if rule is not None:
        return apply_rule(low, rule, function, [receiver], named)
    return call_numpy(low, function, [receiver], named)


def array_attribute(low: Lowering, base: Abstract, name: str) -> Abstract:
    """Return an attribute of an array, a NumPy scalar or a number."""
    from s2sad.frontend.values import Method

    kind = low.type_of(base)
    if name == "shape":
        if isinstance(kind, Array):
            if kind.shape is None:
                low.refuse("rank", what="the array")
            assert isinstance(base, ArrayRef)
            return Items(tuple(extent(low, base, axis) for axis in range(len(kind.shape))))
        return Items(())
    if name == "ndim":
        if isinstance(kind, Array):
            if kind.shape is None:
                low.refuse("rank", what="the array")
            return Known(len(kind.shape))
        return Known(0)
    if name == "size":
        if isinstance(base, ArrayRef) and isinstance(kind, Array) and kind.shape is not None:
            total = Size.of(1)
            for size in kind.shape:
                total = total * size
            if total.entry:
                return low.size(total)
            return low.emit("size", low.read(base))
        return Known(1)
    if name == "dtype":
        return Known(np.dtype(str(dtype_of(kind)))) if kind is not None else Known(None)
    if name == "nbytes" or name == "itemsize":
        dtype = np.dtype(str(dtype_of(kind))) if kind is not None else np.dtype(float)
        if name == "itemsize":
            return Known(dtype.itemsize)
    if name in ("flags", "strides", "base", "data", "ctypes", "__array_interface__", "nbytes"):
        low.refuse("memory", what=f"the attribute {name}")
    if name in ("T", "real", "imag", "mT"):
        rule = REGISTRY.attributes.get(name)
        if rule is not None:
            if isinstance(base, ArrayRef) and name == "T" and isinstance(kind, Array) and kind.shape is not None and len(kind.shape) < 2:
                return base
            return apply(low, rule, [base], dict(rule.signature.static))
    if name == "flat" and isinstance(base, ArrayRef):
        return Lazy("flat", (base,))
    if name in METHODS or name in FUNCTION_OF_METHOD:
        return Method(base, name)
    rule = REGISTRY.attributes.get(name)
    if rule is not None:
        return apply(low, rule, [base], dict(rule.signature.static))
    low.refuse("unknown attribute", name=name, what=describe(base))


def _shape_arguments(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if "shape" in keywords:
        return keywords.pop("shape")
    if len(arguments) == 1:
        return arguments[0]
    return Items(tuple(arguments))


def reshaped(low: Lowering, receiver: Abstract, shape: Abstract, keywords: Keywords) -> Abstract:
    """Return ``a.reshape(shape)``."""
    for label, value in keywords.items():
        if label == "order" and isinstance(value, Known) and value.value == "C":
            continue
        harmless(low, label, value, np.reshape)
    return apply(low, REGISTRY.rules["reshape"], [receiver], {"shape": _resolved_shape(low, receiver, shape)})


def _resolved_shape(low: Lowering, receiver: Abstract, shape: Abstract) -> tuple[Size, ...]:
    return shape_argument(low, shape)


def _method_reshape(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return reshaped(low, receiver, _shape_arguments(low, arguments, keywords), keywords)


def _method_transpose(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    axes = arguments[0] if len(arguments) == 1 else Items(tuple(arguments)) if arguments else keywords.pop("axes", Known(None))
    return call_numpy(low, np.transpose, [receiver, axes], keywords)


def _method_copy(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    for value in [*arguments, *keywords.values()]:
        harmless(low, "order", value, np.copy)
    return copied(low, receiver, "C")


def copied(low: Lowering, thing: Abstract, order: str = "K") -> Abstract:
    """Return a fresh array with the content of another."""
    value = operand(low, thing)
    kept = order == "C" or (isinstance(thing, ArrayRef) and thing.place.contiguous and not thing.path)
    return low.result(low.emit("copy", value), contiguous=kept)


def _method_astype(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    arguments = list(arguments)
    dtype = dtype_argument(low, arguments.pop(0) if arguments else keywords.pop("dtype"))
    copy = keywords.pop("copy", Known(True))
    for label, value in keywords.items():
        harmless(low, label, value, np.ndarray.astype)
    if arguments:
        low.refuse("unknown keyword", name="order", function="astype", remedy="leave it out")
    value = operand(low, receiver)
    if dtype_of(value.type) == dtype:
        if isinstance(copy, Known) and copy.value is False:
            return receiver
        return copied(low, receiver) if isinstance(value.type, Array) else receiver
    assert dtype is not None
    return cast_to(low, receiver, dtype)


def _method_item(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if arguments:
        index = Items(tuple(arguments)) if len(arguments) > 1 else arguments[0]
        kind = low.type_of(receiver)
        if isinstance(receiver, ArrayRef) and isinstance(kind, Array) and kind.rank == len(arguments):
            from s2sad.frontend.arrays import subscript

            receiver = subscript(low, receiver, index)
        else:
            low.refuse("unknown keyword", name="args", function="item", remedy="index the array")
    value = operand(low, receiver)
    return item_number(low, value)


def item_number(low: Lowering, value: Value) -> Value:
    """Return the only element of an array or scalar as a Python number."""
    kind = value.type
    if isinstance(kind, Number):
        return value
    dtype = str(dtype_of(kind))
    name = {"f": "float", "i": "int", "u": "int", "b": "bool", "c": "complex"}[dtype[0]]
    if isinstance(kind, Array):
        if kind.shape is not None and not all(low.sizes.is_one(size) for size in kind.shape):
            raise PrimalRaises("can only convert an array of size 1 to a Python scalar")
        if kind.shape:
            value = low.emit("reshape", value, shape=())
    return low.emit(f"to_{name}", value)


def _method_fill(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if not isinstance(receiver, ArrayRef):
        low.refuse("unknown attribute", name="fill", what=describe(receiver))
    low.overwrite(receiver, low.value(arguments[0] if arguments else keywords["value"]))
    return Known(None)


def _method_tolist(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    kind = low.type_of(receiver)
    if isinstance(receiver, ArrayRef) and isinstance(kind, Array) and kind.rank == 1:
        element = Number({"f": "float", "i": "int", "u": "int", "b": "bool", "c": "complex"}[kind.dtype[0]])
        assert kind.shape is not None
        if kind.shape[0].known is not None and kind.shape[0].known <= 64:
            value = low.read(receiver)
            from s2sad.frontend.arrays import subscript

            return low.list_of([item_number(low, low.value(subscript(low, receiver, Known(k)))) for k in range(value.type.shape[0].known)])  # type: ignore[attr-defined]
        return low.result(low.emit("numbers_of_array", low.read(receiver), kind=List(element)))
    if not isinstance(receiver, ArrayRef):
        return item_number(low, operand(low, receiver))
    low.refuse("unknown attribute", name="tolist", what="an array of more than one dimension")


def _method_flatten(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    for value in [*arguments, *keywords.values()]:
        if not (isinstance(value, Known) and value.value == "C"):
            low.refuse("unknown keyword", name="order", function="flatten", remedy="leave it out")
    return low.result(low.emit("flatten", operand(low, receiver)), contiguous=True)


def _method_ravel(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    for value in [*arguments, *keywords.values()]:
        if not (isinstance(value, Known) and value.value == "C"):
            low.refuse("unknown keyword", name="order", function="ravel", remedy="leave it out")
    return apply(low, REGISTRY.rules["ravel"], [receiver], {})


def _method_sort(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if not isinstance(receiver, ArrayRef):
        low.refuse("unknown attribute", name="sort", what=describe(receiver))
    result = call_numpy(low, np.sort, [receiver, *arguments], keywords)
    low.overwrite(receiver, low.value(result))
    return Known(None)


def _method_view(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if not arguments and not keywords:
        return receiver
    low.refuse("memory", what="the method view")


METHODS: dict[str, Callable[[Lowering, Abstract, list[Abstract], Keywords], Abstract]] = {
    "reshape": _method_reshape,
    "transpose": _method_transpose,
    "copy": _method_copy,
    "astype": _method_astype,
    "item": _method_item,
    "fill": _method_fill,
    "tolist": _method_tolist,
    "flatten": _method_flatten,
    "ravel": _method_ravel,
    "sort": _method_sort,
    "view": _method_view,
}


# -------------------------------------------------------------------- functions with a treatment of their own


def _array(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    thing = low.usable(found.pop("object", None) or found.pop("a"))
    dtype = dtype_argument(low, found.pop("dtype")) if "dtype" in found else None
    copy = True
    if function in (np.asarray, np.asanyarray, np.ascontiguousarray):
        copy = False
    if "copy" in found:
        given = low.static(found.pop("copy"), "the argument copy")
        copy = bool(given) if given is not None else False
    for label, value in found.items():
        if (label == "order" and isinstance(value, Known) and value.value in ("C", "K", "A", None)) or (
            label == "ndmin" and isinstance(value, Known) and value.value == 0
        ):
            continue
        harmless(low, label, value, function)
    if isinstance(thing, (Handle, Items)):
        result = array_of(low, thing, dtype)
        return cast_to(low, result, dtype) if dtype is not None else result
    if isinstance(thing, (Range, Lazy)):
        from s2sad.frontend.iteration import as_list

        return _array(low, np.array, [as_list(low, thing)], {"dtype": Known(np.dtype(dtype))} if dtype else {})
    value = operand(low, thing)
    if dtype is not None and dtype_of(value.type) != dtype:
        if isinstance(value.type, Array):
            return cast_to(low, thing, dtype)
        return low.result(low.emit("array", low.emit("cast", value, kind=Scalar(dtype))))
    if isinstance(thing, ArrayRef):
        if not copy:
            if function is np.ascontiguousarray and not (thing.place.contiguous and not thing.path):
                copyish = low.result(low.emit("copy", value), contiguous=True)
                assert isinstance(copyish, ArrayRef)
                connect(copyish.place, thing.place)
                return copyish
            return thing
        return copied(low, thing)
    return low.result(low.emit("array", value), contiguous=True)


def _made(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """zeros, ones, empty, full: where the first length is known only at run time, by way of `rows`."""
    rule = REGISTRY.functions[function]
    found = bound(low, function, arguments, keywords)
    shape = low.usable(found.pop("shape"))
    dtype = dtype_argument(low, found.pop("dtype")) if "dtype" in found else None
    fill = found.pop("fill_value", None)
    order = found.pop("order", None)
    if order is not None and not (isinstance(order, Known) and order.value in ("C", "K")):
        low.refuse("unknown keyword", name="order", function=full_name(function), remedy="leave it out")
    for label, value in found.items():
        harmless(low, label, value, function)
    try:
        sizes = shape_argument(low, shape)
    except UnsupportedError:
        return _made_at_run_time(low, function, shape, dtype, fill)
    if any(size.known is not None and size.known < 0 for size in sizes):
        raise PrimalRaises("negative dimensions are not allowed")
    static: dict[str, Any] = {"shape": sizes}
    if fill is not None:
        value = operand(low, fill)
        if dtype is not None:
            static["dtype"] = dtype
        return low.result(low.emit(rule, value, **static), contiguous=True)
    static["dtype"] = dtype or "f8"
    return low.result(low.emit(rule, **static), contiguous=True)


def _made_at_run_time(low: Lowering, function: Any, shape: Abstract, dtype: str | None, fill: Abstract | None) -> Abstract:
    from s2sad.frontend.iteration import known_elements

    parts = known_elements(low, shape, "a shape") if isinstance(shape, (Items, Handle)) else [shape]
    inner = tuple(size_argument(low, part, "a shape") for part in parts[1:])
    count = low.value(parts[0])
    value = None if fill is None else operand(low, fill)
    dtype = dtype or ("f8" if value is None else str(dtype_of(value.type)))
    made = low.emit("rows", count, row=Array(dtype, inner) if inner else Scalar(dtype))
    if function is np.zeros:
        made = low.emit("zeros_like", made)
    elif function is np.ones:
        made = low.emit("ones_like", made)
    elif value is not None:
        made = low.emit("full_like", made, value)
    return low.result(made, contiguous=True)


def _made_like(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    rule = REGISTRY.functions[function]
    found = bound(low, function, arguments, keywords)
    model = low.usable(found.pop("prototype", None) or found.pop("a"))
    dtype = dtype_argument(low, found.pop("dtype")) if "dtype" in found else None
    fill = found.pop("fill_value", None)
    for label, value in found.items():
        harmless(low, label, value, function)
    like = operand(low, model)
    static: dict[str, Any] = {} if dtype is None else {"dtype": dtype}
    values = [like] if fill is None else [like, operand(low, fill)]
    return low.result(
        low.emit(rule, *values, **static), contiguous=not isinstance(model, ArrayRef) or (model.place.contiguous and not model.path)
    )


def _shape_function(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return array_attribute(low, _as_array_or_number(low, arguments[0]), {np.shape: "shape", np.ndim: "ndim", np.size: "size"}[function])


def _as_array_or_number(low: Lowering, thing: Abstract) -> Abstract:
    thing = low.usable(thing)
    return array_of(low, thing) if isinstance(thing, (Handle, Items)) else thing


def _reshape(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    keywords = dict(keywords)
    receiver = _as_array_or_number(low, arguments[0])
    if len(arguments) > 1:
        shape = arguments[1]
    else:
        given = keywords.pop("shape", None)
        shape = given or keywords.pop("newshape")
    return reshaped(low, receiver, shape, keywords)


def _copy_to(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    target, source = found.pop("dst"), found.pop("src")
    where = found.pop("where", None)
    for label, value in found.items():
        harmless(low, label, value, function)
    if not isinstance(target, ArrayRef):
        low.refuse("operands", what="np.copyto", kinds=describe(target))
    value = operand(low, source)
    if where is not None and not (isinstance(where, Known) and where.value is True):
        value = low.emit("where", operand(low, where), value, low.read(target))
    low.overwrite(target, value)
    return Known(None)


def _at(operation: str) -> Callable[..., Abstract]:
    def at(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        target, index = low.usable(arguments[0]), low.usable(arguments[1])
        if not isinstance(target, ArrayRef) or len(arguments) < 3 or keywords:
            low.refuse("call", what=f"np.{operation}.at", why="it takes an array, an index and values")
        value = operand(low, arguments[2])
        if operation == "subtract":
            value = low.emit("negative", value)
        step, operands = path_step(low, index)
        path = (*target.path, *_shifted(step, len(target.operands)))
        base = low.content(target.place)
        new = low.emit("add_at", base, value, *target.operands, *operands, name=base.name, path=path)
        low.replace(target.place, new)
        return Known(None)

    return at


def _shifted(step: Any, offset: int) -> Any:
    from s2sad.graph.index import shifted

    return shifted((step,), offset)


def _fill_diagonal(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    target = low.usable(arguments[0])
    if not isinstance(target, ArrayRef) or len(arguments) != 2 or keywords or low.array_type(target).rank != 2:
        low.refuse("call", what="np.fill_diagonal", why="it takes a matrix and a value")
    kind = low.array_type(target)
    assert kind.shape is not None
    from s2sad.graph.index import Fancy, Index
    from s2sad.graph.sizes import minimum

    count = low.value(low.size(minimum(*kind.shape)))
    numbers = low.emit("arange", count)
    write_step(low, target, Index((Fancy(0), Fancy(1))), (numbers, numbers), arguments[1])
    return Known(None)


def _number_check(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = low.usable(arguments[0])
    kind = low.type_of(thing)
    if function is np.isscalar:
        return Known(
            isinstance(kind, (Number, Scalar))
            or (isinstance(thing, Known) and isinstance(thing.value, (str, bytes, int, float, complex, np.generic)))
        )
    dtype = str(dtype_of(kind)) if kind is not None and dtype_of(kind) else "f8"
    return Known((dtype[0] == "c") == (function is np.iscomplexobj))


def _known_function(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Functions of what is known at compile time: dtypes and their limits."""
    facts = [low.static(argument, f"an argument of {function.__name__}") for argument in arguments]
    return Known(function(*facts, **{name: low.static(value, name) for name, value in keywords.items()}))


def _scalar_type(dtype: str) -> Callable[..., Abstract]:
    def make(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        if not arguments:
            return Known(np.dtype(dtype).type(0))
        thing = low.usable(arguments[0])
        if isinstance(thing, (Handle, Items)):
            return cast_to(low, array_of(low, thing), dtype)
        value = operand(low, thing)
        if isinstance(value.type, Array):
            return cast_to(low, thing, dtype) if value.type.shape != () else low.emit("cast", value, kind=Scalar(dtype))
        return low.emit("cast", value, kind=Scalar(dtype))

    return make


def _einsum(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    subscripts = low.static(arguments[0], "the subscripts of einsum") if arguments else None
    if not isinstance(subscripts, str):
        low.refuse("call", what="np.einsum", why="it takes subscripts and arrays here")
    out = keywords.pop("out", None)
    for label, value in keywords.items():
        harmless(low, label, value, function)
    subscripts = subscripts.replace(" ", "")
    operands = arguments[1:]
    source, _, target = subscripts.partition("->")
    if len(operands) == 1 and "->" in subscripts and set(source) == set(target) and isinstance(operands[0], ArrayRef) and "." not in source:
        # No sum: NumPy gives a view, a diagonal or a transposition.
        result = take(low, operands[0], View("einsum", (("subscripts", subscripts),)))
    else:
        result = low.result(low.emit("einsum", *(operand(low, one) for one in operands), subscripts=subscripts))
    return result if out is None else write_out(low, out, result)


def _arange(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    named = dict(keywords)
    dtype = dtype_argument(low, named.pop("dtype")) if "dtype" in named else None
    parts = list(arguments)
    if len(parts) == 4:
        dtype = dtype_argument(low, parts.pop())
    if not parts:
        parts = [named.pop("start", Known(0))]
    if "stop" in named:
        parts = [*parts[:1], named.pop("stop")]
    if "step" in named:
        parts = [Known(0), parts[0], named.pop("step")] if len(parts) == 1 else [*parts, named.pop("step")]
    for label, value in named.items():
        harmless(low, label, value, function)
    values = [operand(low, part) for part in parts]
    if any(isinstance(value.type, Array) for value in values):
        values = [item_number(low, value) if isinstance(value.type, Array) else value for value in values]
    return low.result(low.emit("arange", *values, dtype=dtype), contiguous=True)


def _meshgrid(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    indexing = low.static(keywords.pop("indexing", Known("xy")), "indexing")
    if keywords or len(arguments) != 2:
        low.refuse("call", what="np.meshgrid", why="it takes two arrays here")
    a, b = (operand(low, one) for one in arguments)
    one = low.constant(1.0)
    del one
    rows, columns = (a, b) if indexing == "ij" else (b, a)
    shape = (*(shape_of(rows.type) or ()), *(shape_of(columns.type) or ()))
    left = low.emit("copy", low.emit("expand", low.emit("expand_dims", rows, axis=1), shape=shape))
    right = low.emit("copy", low.emit("expand", columns, shape=shape))
    pair = (left, right) if indexing == "ij" else (right, left)
    return Items(tuple(low.result(value, contiguous=True) for value in pair))


def _allclose(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    inner = call_numpy(low, np.isclose, arguments, keywords)
    return low.emit("to_bool", low.emit("all", operand(low, inner)))


def _where(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) == 1:
        return call_numpy(low, np.nonzero, arguments, keywords)
    if len(arguments) != 3 or keywords:
        raise PrimalRaises("either both or neither of x and y should be given")
    values = [operand(low, argument) for argument in arguments]
    if all(isinstance(value.type, Number) for value in values):
        values[1] = low.emit("cast", values[1], kind=Scalar(str(dtype_of(values[1].type))))
    return low.result(low.emit("where", *values), contiguous=True)


def _atleast(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) != 1:
        return Items(tuple(_atleast(low, function, [argument], {}) for argument in arguments))
    thing = _as_array_or_number(low, arguments[0])
    wanted = {np.atleast_1d: 1, np.atleast_2d: 2, np.atleast_3d: 3}[function]
    kind = low.type_of(thing)
    if isinstance(thing, ArrayRef) and isinstance(kind, Array) and kind.rank is not None and kind.rank >= wanted:
        return thing
    rule = REGISTRY.functions.get(function)
    if rule is None:
        low.refuse("unknown function", name=full_name(function))
    return apply(low, rule, [thing], {})


SPECIAL: dict[Any, Callable[[Lowering, Any, list[Abstract], Keywords], Abstract]] = {
    np.array: _array,
    np.asarray: _array,
    np.asanyarray: _array,
    np.ascontiguousarray: _array,
    np.zeros: _made,
    np.ones: _made,
    np.empty: _made,
    np.full: _made,
    np.zeros_like: _made_like,
    np.ones_like: _made_like,
    np.empty_like: _made_like,
    np.full_like: _made_like,
    np.shape: _shape_function,
    np.ndim: _shape_function,
    np.reshape: _reshape,
    np.copyto: _copy_to,
    np.add.at: _at("add"),
    np.subtract.at: _at("subtract"),
    np.fill_diagonal: _fill_diagonal,
    np.isscalar: _number_check,
    np.iscomplexobj: _number_check,
    np.isrealobj: _number_check,
    np.dtype: _known_function,
    np.finfo: _known_function,
    np.iinfo: _known_function,
    np.result_type: _known_function,
    np.float64: _scalar_type("f8"),
    np.float32: _scalar_type("f4"),
    np.int64: _scalar_type("i8"),
    np.int32: _scalar_type("i4"),
    np.bool_: _scalar_type("b1"),
    np.complex128: _scalar_type("c16"),
    np.complex64: _scalar_type("c8"),
    np.float16: _scalar_type("f2"),
    np.int8: _scalar_type("i1"),
    np.int16: _scalar_type("i2"),
    np.uint8: _scalar_type("u1"),
    np.arange: _arange,
    np.einsum: _einsum,
    np.meshgrid: _meshgrid,
    np.allclose: _allclose,
    np.where: _where,
    np.atleast_1d: _atleast,
    np.atleast_2d: _atleast,
    np.atleast_3d: _atleast,
}


def size_function(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """``np.size(a)`` or ``np.size(a, axis)``."""
    thing = _as_array_or_number(low, arguments[0])
    axis = arguments[1] if len(arguments) > 1 else keywords.get("axis")
    if axis is None or (isinstance(axis, Known) and axis.value is None):
        return array_attribute(low, thing, "size")
    if not isinstance(thing, ArrayRef):
        raise PrimalRaises("tuple index out of range")
    rank = low.array_type(thing).rank or 0
    return extent(low, thing, int(low.static(axis, "axis")) % max(rank, 1))


SPECIAL[np.size] = lambda low, function, arguments, keywords: size_function(low, arguments, keywords)
__all__ = ["DictContent", "GrowingContent", "ListContent", "array_attribute", "array_method", "call_numpy", "in_place", "operand"]
