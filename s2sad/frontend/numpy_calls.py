"""Calls of NumPy: from Python's arguments to the operands and static facts of a rule.

NumPy's own signature says which argument is which; the rule says what it takes.  An argument that neither the rule nor this file
consumes is refused, whatever its value.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from s2sad.frontend.arrays import array_of, into, take
from s2sad.frontend.choices import dispatch
from s2sad.frontend.layouts import shares
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.sharing import connect
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, ArrayRef, Choice, Handle, Items, Known
from s2sad.graph.core import Value
from s2sad.graph.index import View
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, Number, Scalar, dtype_of, shape_of
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
        try:
            signature = inspect.signature(function)
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
    from s2sad.frontend.numpy_several import SEVERAL
    from s2sad.frontend.numpy_special import SPECIAL

    special = SPECIAL.get(function) or SEVERAL.get(function)
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
            if label is None and name not in order and number < len(order) and order[number] in found and order[number] not in statics:
                label = order[number]
            if label is None and name in rule.signature.optional:
                operands.append(Known(rule.signature.optional[name]))
                continue
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
    where = found.pop("where", None)
    if isinstance(where, Known) and where.value is True:
        where = None
    partial = partial_rule(rule, where, found)
    if "correction" in found and "ddof" in statics and "correction" not in statics:
        correction = found.pop("correction")
        if not (isinstance(correction, Known) and correction.value is np._NoValue):
            found["ddof"] = correction
    mask: Value | None = None
    if where is not None and partial is None:
        if not isinstance(function, np.ufunc) or out is None:
            low.refuse("unknown keyword", name="where", function=full_name(function), remedy="give it out= as well, or use np.where")
        from s2sad.frontend.ufuncs import masked_operands

        mask = operand(low, where)
        operands = masked_operands(low, mask, operands)
    for label, value in found.items():
        if label in taken or (partial is not None and label == "initial"):
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
    if partial is not None:
        extra = {"where": where, "initial": given_initial(found)}
        names = tuple(label for label, value in extra.items() if value is not None)
        result = apply(low, partial, [*operands, *(extra[label] for label in names)], {**static, "names": names}, from_function=True)
    else:
        result = apply(low, rule, operands, static, from_function=True)
    if dtype is not None and dtype_of(low.value(result).type) != dtype:
        result = cast_to(low, result, dtype)
    if out is not None and not (isinstance(out, Known) and out.value is None):
        if function is np.dot and isinstance(out, ArrayRef) and (out.path or not out.place.contiguous):
            low.refuse("unknown keyword", name="out", function="np.dot", remedy="write np.matmul(..., out=...), or assign the product")
        return write_out(low, out, result, mask)
    return result


def given_initial(found: Keywords) -> Abstract | None:
    """Return what a reduction starts from, when that is said."""
    initial = found.get("initial")
    return None if isinstance(initial, Known) and (initial.value is None or initial.value is np._NoValue) else initial


def partial_rule(rule: Rule, where: Abstract | None, found: Keywords) -> Rule | None:
    """Return the rule of a reduction of some elements, when it is one of those."""
    if (where is None and given_initial(found) is None) or "keepdims" not in rule.signature.static:
        return None
    from s2sad.rules.partial import PARTIAL

    if where is None and rule.name in ("mean", "var", "std", "any", "all"):
        return None
    return PARTIAL.get(rule.name)


def write_out(low: Lowering, out: Abstract, result: Abstract, mask: Value | None = None) -> Abstract:
    """Write a result, or what a mask selects of it, into the array given as ``out=``."""
    if isinstance(out, Items) and len(out.elements) == 1:
        out = out.elements[0]
    if not isinstance(out, ArrayRef):
        low.refuse("operands", what="out=", kinds=describe(out))
    value = low.value(result)
    if mask is not None:
        value = low.emit("where", mask, value, low.read(out))
    into(low, out, value)
    return out


def harmless(low: Lowering, label: str, value: Abstract, function: Any) -> None:
    """Refuse an argument that nothing has consumed, unless its value means nothing."""
    if isinstance(value, Known) and any(
        value.value is one or (type(one) in (str, bool, int) and value.value == one) for one in HARMLESS.get(label, ())
    ):
        return
    low.refuse("unknown keyword", name=label, function=full_name(function), remedy="leave it out, or compute it with other functions")


def _variadic(low: Lowering, rule: Rule, found: dict[str, Any], order: list[str]) -> tuple[list[Abstract], set[str]]:

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
        from s2sad.frontend.iteration import known_elements

        operands += known_elements(low, value, f"the arrays of {rule.name}")
    else:
        from s2sad.frontend.iteration import known_elements

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
    if label in ("shape", "newshape") or (label == "s" and not (isinstance(value, Known) and value.value is None)):
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
    value = low.usable(value)
    if isinstance(value, (Items, Handle)):
        from s2sad.frontend.iteration import known_elements

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
    if rule.name == "diag" and isinstance(first, ArrayRef) and len(low.array_type(first).shape or ()) == 2:
        rule, static = REGISTRY.rules["diagonal"], {"offset": static["k"]}
    if isinstance(first, (Handle, Items)) and rule.sharing != "fresh":
        first = array_of(low, first)
        operands = [first, *operands[1:]]
    if isinstance(first, ArrayRef) and len(operands) == 1:
        if rule.sharing == "same":
            return first
        if rule.sharing == "view" and rule.name != "expand" and all(_hashable(fact) for fact in static.values()):
            return take(low, first, View(rule.name, tuple((name, fact) for name, fact in static.items() if fact is not None)))
    values = [operand(low, thing) for thing in operands]
    if from_function and rule.functions and values and not any(isinstance(value.type, Array) for value in values):
        values = _as_numpy(low, rule, values)
    if rule.results:
        made = low.emit_several(rule, *values, **static)
        return Items(tuple(map(low.result, made)), None if rule.returned is None else rule.returned())
    value = low.emit(rule, *values, **static)
    arrays = [one for one in operands if isinstance(one, ArrayRef)]
    fresh_order = rule.kind in ("elementwise",) and all(one.place.contiguous and not one.path for one in arrays)
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
    if isinstance(result, ArrayRef) and rule.kind == "elementwise":
        rank = low.array_type(result).rank
        result.place.like = tuple(one for one in arrays if low.array_type(one).rank == rank)
    if isinstance(result, ArrayRef) and rule.sharing in ("view", "layout", "same"):
        for thing in arrays:
            if rule.sharing == "layout" and len(operands) == 1 and all(map(_hashable, static.values())):
                shared = shares(low, rule.name, thing, low.array_type(result).rank)
                if shared:
                    return take(low, thing, View(rule.name, tuple(static.items())))
                if shared is False:
                    return low.result(low.emit("copy", value), contiguous=True)
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
    if rule.name not in OPERATORS and rule.name not in ("logical_and", "logical_or", "conjugate"):
        return values
    kind = values[0].type
    if not isinstance(kind, Number) or (kind.kind != "complex" and not all(isinstance(value.type, Number) for value in values)):
        return values  # Python's own arithmetic with a NumPy scalar gives a NumPy scalar, but for its complex numbers
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
