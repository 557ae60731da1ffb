"""Operators: arithmetic, comparison, identity, and the truth of things."""

from __future__ import annotations

import enum
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend.branches import branch
from s2sad.frontend.choices import dispatch, is_option
from s2sad.frontend.leaving import guard
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.sameness import same
from s2sad.frontend.signals import DeadPath, PrimalRaises
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    Function,
    GrowingContent,
    Handle,
    Items,
    Known,
    Lazy,
    ListContent,
    Method,
    Partial,
    Range,
    SliceValue,
    Unbound,
    Variable,
)
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Number, Opaque, Scalar

BINARY: dict[str, tuple[str, str, str, Callable[[Any, Any], Any]]] = {
    "Add": ("add", "__add__", "__radd__", operator.add),
    "Sub": ("subtract", "__sub__", "__rsub__", operator.sub),
    "Mult": ("multiply", "__mul__", "__rmul__", operator.mul),
    "Div": ("divide", "__truediv__", "__rtruediv__", operator.truediv),
    "FloorDiv": ("floor_divide", "__floordiv__", "__rfloordiv__", operator.floordiv),
    "Mod": ("remainder", "__mod__", "__rmod__", operator.mod),
    "Pow": ("power", "__pow__", "__rpow__", operator.pow),
    "MatMult": ("matmul", "__matmul__", "__rmatmul__", operator.matmul),
    "BitAnd": ("bitwise_and", "__and__", "__rand__", operator.and_),
    "BitOr": ("bitwise_or", "__or__", "__ror__", operator.or_),
    "BitXor": ("bitwise_xor", "__xor__", "__rxor__", operator.xor),
    "LShift": ("left_shift", "__lshift__", "__rlshift__", operator.lshift),
    "RShift": ("right_shift", "__rshift__", "__rrshift__", operator.rshift),
}


COMPARE: dict[str, tuple[str, str, str, Callable[[Any, Any], Any]]] = {
    "Lt": ("less", "__lt__", "__gt__", operator.lt),
    "LtE": ("less_equal", "__le__", "__ge__", operator.le),
    "Gt": ("greater", "__gt__", "__lt__", operator.gt),
    "GtE": ("greater_equal", "__ge__", "__le__", operator.ge),
    "Eq": ("equal", "__eq__", "__eq__", operator.eq),
    "NotEq": ("not_equal", "__ne__", "__ne__", operator.ne),
}


UNARY: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "USub": ("negative", "__neg__", operator.neg),
    "UAdd": ("positive", "__pos__", operator.pos),
    "Invert": ("invert", "__invert__", operator.invert),
}


PLAIN = (bool, int, float, complex, str, bytes, tuple, type(None))


def binary(low: Lowering, kind: type, left: Abstract, right: Abstract) -> Abstract:
    """Apply a binary operator."""
    rule, method, reflected, python = BINARY[kind.__name__]
    left, right = low.usable(left), low.usable(right)
    if isinstance(left, Known) and isinstance(right, Known):
        from s2sad.frontend.enums import with_members

        folded = fold(left, right, python) or with_members(python, left.value, right.value)
        if folded is not None:
            return folded
    if numeric(low, left) and numeric(low, right):
        return low.result(low.emit(rule, low.value(left), low.value(right)), contiguous=contiguous(low, left, right))
    if isinstance(left, Choice) and not numeric(low, left):
        return dispatch(low, left, lambda option: binary(low, kind, option, right))
    if isinstance(right, Choice) and not numeric(low, right):
        return dispatch(low, right, lambda option: binary(low, kind, left, option))

    from s2sad.frontend.classes import binary_object

    result = binary_object(low, method, reflected, left, right)
    if result is None:
        from s2sad.frontend.container_operators import binary_container

        result = binary_container(low, kind, left, right)
    if result is not None:
        return result
    # An array combined with a list: NumPy makes an array of it.
    if (isinstance(left, ArrayRef) and isinstance(right, (Handle, Items))) or (
        isinstance(right, ArrayRef) and isinstance(left, (Handle, Items))
    ):
        return low.result(low.emit(rule, low.value(left), low.value(right)))
    raise_for_none(low, python, left, right)
    low.refuse("operands", what=f"the operator {rule}", kinds=f"{describe(left)} and {describe(right)}")


def raise_for_none(low: Lowering, python: Callable[..., Any], *operands: Abstract) -> None:
    """Raise what Python raises where an operand is None; something of the kind of each operand tells what that is."""
    if not any(isinstance(operand, Known) and operand.value is None for operand in operands):
        return
    samples = [_sample(low, operand) for operand in operands]
    if any(sample is ABSENT for sample in samples):
        return
    try:
        python(*samples)
    except Exception as problem:
        raise PrimalRaises(str(problem), type(problem)) from None


def _sample(low: Lowering, thing: Abstract) -> Any:
    """Return something of the kind of a thing, or ABSENT."""
    if isinstance(thing, Known):
        return thing.value
    kind = low.type_of(thing)
    match kind:
        case Number(name):
            return {"bool": True, "int": 1, "float": 1.0, "complex": 1j}[name]
        case Scalar(dtype):
            return np.dtype(dtype).type(1)
        case Array(dtype, shape) if shape is not None and all(low.sizes.at_least(size, 1) is True for size in shape):
            return np.ones((1,) * len(shape), dtype)
    return ABSENT


def fold(left: Known, right: Known, python: Callable[[Any, Any], Any]) -> Known | None:
    """Compute with two known things now, where that cannot be seen: ints, texts, tuples, and numbers written as literals."""
    a, b = left.value, right.value
    if not isinstance(a, PLAIN) or not isinstance(b, PLAIN):
        return None
    inexact = isinstance(a, (float, complex)) or isinstance(b, (float, complex))
    if (
        inexact
        and not (left.literal and right.literal)
        and python not in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
    ):
        return None
    if python is operator.pow and not (isinstance(a, (int, float)) and isinstance(b, (int, float)) and abs(b) < 64):
        return None
    if python is operator.mul and not isinstance(a, (int, float, complex)) | isinstance(b, (int, float, complex)):
        return None
    if python is operator.lshift and not 0 <= right.value < 64:
        return None
    try:
        value = python(a, b)
    except Exception:
        return None
    return Known(value, literal=left.literal and right.literal) if isinstance(value, PLAIN) else None


def numeric(low: Lowering, thing: Abstract) -> bool:
    """Whether a thing is a number or an array."""
    if isinstance(thing, ArrayRef):
        return True
    if isinstance(thing, Value):
        return isinstance(thing.type, (Number, Scalar, Array))
    if isinstance(thing, Known):
        return isinstance(thing.value, (bool, int, float, complex, np.generic))
    if isinstance(thing, Choice):
        return all(numeric(low, option) for option in thing.options)
    return False


def contiguous(low: Lowering, *operands: Abstract) -> bool:
    """Whether an elementwise result is certainly C-contiguous: its array operands are."""
    return all(operand.place.contiguous and not operand.path for operand in operands if isinstance(operand, ArrayRef))


def unary(low: Lowering, kind: type, operand: Abstract) -> Abstract:
    """Apply a unary operator."""
    rule, method, python = UNARY[kind.__name__]
    if (
        isinstance(operand, Known)
        and isinstance(operand.value, (bool, int, float, complex))
        and not isinstance(operand.value, np.generic)
        and (isinstance(operand.value, int) or operand.literal)
    ):
        return Known(python(operand.value), literal=operand.literal)
    if isinstance(operand, Choice) and not numeric(low, operand):
        return dispatch(low, operand, lambda option: unary(low, kind, option))
    if not numeric(low, operand):
        from s2sad.frontend.classes import call_special

        result = call_special(low, operand, method, ())
        if result is not None:
            return result
        raise_for_none(low, python, operand)
        low.refuse("operands", what=f"the operator {rule}", kinds=describe(operand))
    return low.result(low.emit(rule, low.value(operand)), contiguous=contiguous(low, operand))


def compare(low: Lowering, kind: type, left: Abstract, right: Abstract) -> Abstract:
    """Apply a comparison, a membership test or an identity test."""
    if kind in (gast.Is, gast.IsNot):
        answer = identity(low, left, right)
        if kind is gast.IsNot:
            return Known(not answer) if isinstance(answer, bool) else low.emit("logical_not", answer)
        return Known(answer) if isinstance(answer, bool) else answer
    if kind in (gast.In, gast.NotIn):
        from s2sad.frontend.container_operators import membership

        inside = membership(low, left, right)
        if kind is gast.NotIn:
            negated = truth(low, inside)
            return Known(not negated) if isinstance(negated, bool) else low.emit("logical_not", negated)
        return inside
    rule, method, reflected, python = COMPARE[kind.__name__]
    if isinstance(left, Known) and isinstance(right, Known):
        folded = fold(left, right, python)
        if folded is not None:
            return folded
        if kind in (gast.Eq, gast.NotEq) and not (numeric(low, left) and numeric(low, right)):
            return Known(bool(python(left.value, right.value)))
    if numeric(low, left) and numeric(low, right):
        decided = by_sizes(low, kind.__name__, left, right) if low.session.decides else None
        if decided is not None:
            return Known(decided)
        return low.result(low.emit(rule, low.value(left), low.value(right)), contiguous=contiguous(low, left, right))
    for k, side in enumerate((left, right)):
        if isinstance(side, Choice):
            other = right if k == 0 else left
            if (
                isinstance(other, Known)
                and isinstance(other.value, str)
                and all(isinstance(option, Known) for option in side.options)
                and kind in (gast.Eq, gast.NotEq)
            ):
                wanted = frozenset(
                    n
                    for n, option in enumerate(side.options)
                    if isinstance(option, Known) and (option.value == other.value) == (kind is gast.Eq)
                )
                return Known(bool(wanted)) if len(wanted) in (0, len(side.options)) else is_option(low, side, wanted)
            if k == 0:
                return dispatch(low, side, lambda option: compare(low, kind, option, right))
            return dispatch(low, side, lambda option: compare(low, kind, left, option))

    from s2sad.frontend.classes import binary_object

    result = binary_object(low, method, reflected, left, right)
    if result is not None:
        return result

    from s2sad.frontend.container_operators import compare_containers

    result = compare_containers(low, kind, left, right)
    if result is not None:
        return result
    if kind in (gast.Eq, gast.NotEq) and is_instance(left) and is_instance(right):  # no class says more: equal is the same
        return Known((left.place is right.place) == (kind is gast.Eq))  # type: ignore[union-attr]
    if (isinstance(left, Value) and isinstance(left.type, Opaque)) or (isinstance(right, Value) and isinstance(right.type, Opaque)):
        low.refuse("operands", what="a comparison", kinds=f"{describe(left)} and {describe(right)}")
    if (
        kind in (gast.Eq, gast.NotEq)
        and not isinstance(left, (Handle, Items, Method, Function))
        and not isinstance(right, (Handle, Items, Method, Function))
    ):
        return Known(kind is gast.NotEq)  # a number against a text or None
    raise_for_none(low, python, left, right)
    low.refuse("operands", what="a comparison", kinds=f"{describe(left)} and {describe(right)}")


def is_instance(thing: Abstract) -> bool:
    """Whether a thing is an object of a class of the user."""
    return isinstance(thing, Handle) and thing.place.kind == "instance"


def by_sizes(low: Lowering, kind: str, left: Abstract, right: Abstract) -> bool | None:
    """Decide a comparison of lengths by those seen, which become an assumption; None where they do not tell."""
    a, b = (found.size if isinstance(found, Number) else None for found in map(low.type_of, (left, right)))
    if a is None or b is None or not (a.entry and b.entry):
        return None
    if kind in ("Eq", "NotEq"):
        equal = low.sizes.equal(a, b)
        return equal if equal is None or kind == "Eq" else not equal
    if kind in ("Gt", "GtE"):
        a, b = b, a
    return low.sizes.at_least(b - a, 1 if kind in ("Lt", "Gt") else 0)


def identity(low: Lowering, left: Abstract, right: Abstract) -> bool | Value:
    """Return ``left is right``."""
    if isinstance(left, Choice):
        if (
            isinstance(right, Known)
            and right.value is None
            and not any(
                (isinstance(option, Value) and isinstance(option.type, Opaque)) or isinstance(option, Unbound) for option in left.options
            )
        ):
            wanted = frozenset(number for number, option in enumerate(left.options) if isinstance(option, Known) and option.value is None)
            if not wanted or len(wanted) == len(left.options):
                return bool(wanted)
            return is_option(low, left, wanted)
        answer = dispatch(low, left, lambda option: as_abstract(identity(low, option, right)))
        return bool(answer.value) if isinstance(answer, Known) else low.value(answer)
    if isinstance(right, Choice):
        return identity(low, right, left)
    if isinstance(left, Known) and isinstance(right, Known):
        if isinstance(left.value, (int, float, complex, str, bytes)) and not isinstance(left.value, bool) and left.value is not right.value:
            if type(left.value) is type(right.value) and left.value == right.value:
                low.refuse("memory", what="`is` between equal numbers or texts")
            return False
        return left.value is right.value
    if isinstance(left, Known) or isinstance(right, Known):
        known, other = (left, right) if isinstance(left, Known) else (right, left)
        assert isinstance(known, Known)
        known_kind = isinstance(known.value, (type, str, enum.Enum)) or known.value is None
        if known_kind or known.value is Ellipsis or known.value is NotImplemented:
            if isinstance(other, Value) and isinstance(other.type, Opaque):
                return low.emit("is_same", other, low.constant(known.value))
            return False
        if isinstance(known.value, bool) and isinstance(other, Value):
            if isinstance(other.type, Number) and other.type.kind == "bool" and not other.type.also:
                return other if known.value else low.emit("logical_not", other)
            return False
        if isinstance(other, (ArrayRef, Handle, Items)):
            return False
    if isinstance(left, ArrayRef) and isinstance(right, ArrayRef):
        if left.place is right.place and not left.path and not right.path:
            return True
        if (
            left.place is not right.place
            and not left.place.links
            and not left.place.partners
            and not right.place.links
            and not right.place.partners
        ):
            return False
    if isinstance(left, Handle) and isinstance(right, Handle):
        return left.place is right.place
    if isinstance(left, (Function, Method)) and isinstance(right, (Function, Method)):
        return same(left, right)
    low.refuse("memory", what=f"`is` between {describe(left)} and {describe(right)}")


def as_abstract(answer: bool | Value) -> Abstract:
    """Return a bool or a value as a thing of the program."""
    return Known(answer) if isinstance(answer, bool) else answer


def short_circuit(low: Lowering, left: Abstract, right: Callable[[], Abstract], conjunction: bool) -> Abstract:
    """Return ``left and right`` (or ``or``); the right side is lowered where it is evaluated."""
    answer = truth(low, left)
    if isinstance(answer, bool):
        return right() if answer is conjunction else left
    return conditional(low, answer, right if conjunction else lambda: left, (lambda: left) if conjunction else right)


def conditional(low: Lowering, condition: Value, then: Callable[[], Abstract], otherwise: Callable[[], Abstract]) -> Abstract:
    """Return ``then if condition else otherwise``."""
    holder = Variable("$value", low.frame)
    branch(low, condition, lambda: low.store.write(holder, then()), lambda: low.store.write(holder, otherwise()))
    if low.dead:
        raise DeadPath
    if low.tries:
        guard(low)
    result = low.store.read(holder)
    low.store.write(holder, ABSENT)
    return low.usable(result)


def truth(low: Lowering, thing: Abstract) -> bool | Value:
    """Return the truth of a thing: decided, or a bool that varies."""
    thing = low.usable(thing)
    match thing:
        case Known(value):
            return bool(value)
        case Value(type=kind):
            if isinstance(kind, Number) and kind.kind == "bool":
                return thing
            if isinstance(kind, (Number, Scalar)):
                if isinstance(kind, Number) and kind.size is not None and kind.size.known is not None:
                    return bool(kind.size.known)
                return low.emit("to_bool", thing)
            if isinstance(kind, Opaque):
                return low.emit("to_bool", thing)
        case ArrayRef():
            value = low.read(thing)
            shape = value.type.shape if isinstance(value.type, Array) else None
            if shape is not None and shape and not all(low.sizes.is_one(size) for size in shape):
                raise PrimalRaises("The truth value of an array with more than one element is ambiguous.")
            return low.emit("to_bool", value)
        case Items(elements):
            return bool(elements)
        case Handle():
            from s2sad.frontend.contents import content_of

            content = content_of(low, thing)
            if isinstance(content, ListContent):
                return bool(content.elements)
            if isinstance(content, DictContent):
                return bool(content.entries)
            if isinstance(content, GrowingContent):
                return low.emit("greater", low.emit("list_length", content.value), low.constant(0))

            from s2sad.frontend.classes import object_truth

            return object_truth(low, thing)
        case Choice(options=options):
            answers = [truth_of_known(option) for option in options]
            if all(answer is not None for answer in answers):
                wanted = frozenset(number for number, answer in enumerate(answers) if answer)
                return bool(wanted) if len(set(answers)) == 1 else is_option(low, thing, wanted)
            result = dispatch(low, thing, lambda option: as_abstract(truth(low, option)))
            return bool(result.value) if isinstance(result, Known) else low.value(result)
        case Range():
            from s2sad.frontend.iteration import range_length

            return truth(low, range_length(low, thing))
        case Function() | Method() | Partial() | Lazy() | SliceValue():
            return True
    low.refuse("operands", what="a condition", kinds=describe(thing))


def truth_of_known(thing: Abstract) -> bool | None:
    """Return the truth of what is known without looking at the store."""
    if isinstance(thing, Known):
        return bool(thing.value)
    return True if isinstance(thing, (Function, Method, Partial)) else None
