"""Peepholes: cheaper forms of what a derivative is about to compute.

A builder that may reassociate asks these before it appends a node; primal arithmetic never passes through here.  They do
not look through a value that bears a user's name (what is named is shared on purpose), except for constants and
broadcasts.  An `expand` is virtual: it disappears where the other operand has the full shape.
"""

from __future__ import annotations

from typing import Any

from s2sad.graph.agree import agree
from s2sad.graph.build import Builder
from s2sad.graph.core import Node, Value
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY, constant_of
from s2sad.rules.types import product

Plain = bool | int | float | complex


def maker(value: Value, *names: str) -> Node | None:
    """Return the node that computes an unnamed value with one of the operations `names`."""
    owner = value.owner
    if isinstance(owner, Node) and owner.operation.name in names and not value.name:
        return owner
    return None


def _expanded(value: Value) -> Value | None:
    """Return what is broadcast, also when the broadcast bears a name."""
    owner = value.owner
    if isinstance(owner, Node) and owner.operation.name in ("expand", "expand_like"):
        return owner.operands[0]
    return None


def _emit(builder: Builder, name: str, *operands: Any, **static: Any) -> Value:
    return builder.emit(REGISTRY.rules[name], *operands, **static)


def _type(builder: Builder, name: str, *operands: Value) -> Type:
    infer = REGISTRY.rules[name].infer
    assert infer is not None
    return infer(builder.sizes, *(value.type for value in operands))


def _is(value: Value, number: int) -> bool:
    known = constant_of(value)
    return known is not None and known == number


def _fits(builder: Builder, name: str, result: Value, *operands: Value) -> bool:
    """Whether `result` has the kind that the operation would give (a Python number may stand for a NumPy scalar of its dtype)."""
    kind = _type(builder, name, *operands)
    return kind == result.type if isinstance(kind, Array) else agree(result.type, kind)


def _folded(builder: Builder, name: str, *operands: Value) -> Value | None:
    numbers = [constant_of(value) for value in operands]
    if any(number is None for number in numbers):
        return None
    evaluate = REGISTRY.rules[name].evaluate
    assert evaluate is not None
    kind = _type(builder, name, *operands)
    stands_for = kind if isinstance(kind, Scalar) and kind.also else None  # a number in the place of a NumPy scalar
    try:
        return builder.constant(evaluate(*numbers), stands_for)
    except (ArithmeticError, ValueError):
        return None


def _without_expand(builder: Builder, name: str, a: Value, b: Value) -> Value | None:
    """Leave a broadcast out where the other operand has the full shape, or broadcast later where both were."""
    inner_a, inner_b = _expanded(a), _expanded(b)
    if inner_a is None and inner_b is None:
        return None
    kind = _type(builder, name, a, b)
    if (
        inner_a is not None
        and shape_of(b.type) == shape_of(kind)
        and shape_of(kind) is not None
        and dtype_of(inner_a.type) == dtype_of(a.type)
    ):
        return _emit(builder, name, inner_a, b)
    if (
        inner_b is not None
        and shape_of(a.type) == shape_of(kind)
        and shape_of(kind) is not None
        and dtype_of(inner_b.type) == dtype_of(b.type)
    ):
        return _emit(builder, name, a, inner_b)
    for outer, inner, other in ((a, inner_a, b), (b, inner_b, a)):
        if inner is not None and shape_of(other.type) == () and shape_of(outer.type) == shape_of(kind):
            assert isinstance(outer.owner, Node)
            value = _emit(builder, name, inner, other) if outer is a else _emit(builder, name, other, inner)
            return builder.emit(outer.owner.operation, value, *outer.owner.operands[1:], **outer.owner.static)
    return None


def multiply(builder: Builder, a: Value, b: Value) -> Value | None:
    """Drop ones, gather constants in front, pull signs out."""
    folded = _folded(builder, "multiply", a, b)
    if folded is not None:
        return folded
    for one, other in ((a, b), (b, a)):
        if _is(one, 1) and _fits(builder, "multiply", other, a, b):
            return other
    simpler = _without_expand(builder, "multiply", a, b)
    if simpler is not None:
        return simpler
    for one, other in ((a, b), (b, a)):
        number = constant_of(one)
        if number is None:
            continue
        if number == -1 and _fits(builder, "multiply", other, a, b):
            return _emit(builder, "negative", other)
        return _scale(builder, number, one, other, a, b)
    for one, other in ((a, b), (b, a)):
        node = maker(one, "negative")
        if node is not None:
            left, right = (node.operands[0], other) if one is a else (other, node.operands[0])
            if dtype_of(_type(builder, "multiply", left, right)) == dtype_of(_type(builder, "multiply", a, b)):
                return _emit(builder, "negative", _emit(builder, "multiply", left, right))
    for one, other in ((a, b), (b, a)):  # (2.0 * x) * y -> 2.0 * (x * y), so that constants meet
        node = maker(one, "multiply")
        if node is not None and constant_of(node.operands[0]) is not None and not isinstance(other.type, Number):
            left, right = (node.operands[1], other) if one is a else (other, node.operands[1])
            inner_type = _type(builder, "multiply", left, right)
            if inner_type == _type(builder, "multiply", a, b) and shape_of(right.type) == shape_of(left.type):
                return _emit(builder, "multiply", node.operands[0], _emit(builder, "multiply", left, right))
    return None


def _scale(builder: Builder, number: Plain, factor: Value, other: Value, a: Value, b: Value) -> Value | None:
    """Simplify a constant times something."""
    node = maker(other, "multiply", "negative", "divide")
    if node is not None:
        if node.operation.name == "negative":
            inner = node.operands[0]
            if _fits(builder, "multiply", other, a, b) and agree(inner.type, other.type):
                return _emit(builder, "multiply", builder.constant(-number), inner)
        elif node.operation.name == "multiply":
            inner_number = constant_of(node.operands[0])
            if inner_number is not None and _fits(builder, "multiply", other, a, b):
                total = number * inner_number
                if agree(node.operands[1].type, other.type):
                    return _emit(builder, "multiply", builder.constant(total), node.operands[1])
            quotient = maker(node.operands[0], "divide")
            numerator = None if quotient is None else constant_of(quotient.operands[0])
            if (
                quotient is not None and numerator is not None and _fits(builder, "multiply", other, a, b)
            ):  # 2.0 * ((1.0 / n) * x) -> (2.0 / n) * x
                scale = _emit(builder, "divide", builder.constant(number * numerator), quotient.operands[1])
                return _emit(builder, "multiply", scale, node.operands[1])
        else:
            inner_number = constant_of(node.operands[0])
            if inner_number is not None and _fits(builder, "multiply", other, a, b):
                value = _emit(builder, "divide", builder.constant(number * inner_number), node.operands[1])
                return value if agree(value.type, other.type) else None
    if other is a:  # the constant goes in front
        return _emit(builder, "multiply", factor, other)
    return None


def divide(builder: Builder, a: Value, b: Value) -> Value | None:
    """Drop division by one; gather constants and signs."""
    folded = _folded(builder, "divide", a, b)
    if folded is not None:
        return folded
    if _is(b, 1) and _fits(builder, "divide", a, a, b):
        return a
    simpler = _without_expand(builder, "divide", a, b)
    if simpler is not None:
        return simpler
    node = maker(a, "negative")
    if node is not None and dtype_of(_type(builder, "divide", node.operands[0], b)) == dtype_of(_type(builder, "divide", a, b)):
        return _emit(builder, "negative", _emit(builder, "divide", node.operands[0], b))
    return None


def add(builder: Builder, a: Value, b: Value) -> Value | None:
    """Drop zeros; double what is added to itself; turn the addition of a negative into a subtraction."""
    folded = _folded(builder, "add", a, b)
    if folded is not None:
        return folded
    if a is b and (dtype_of(a.type) or "")[:1] in ("f", "c"):
        return _emit(builder, "multiply", builder.constant(2.0), a)
    for zero, other in ((a, b), (b, a)):
        if is_zero(zero) and _fits(builder, "add", other, a, b):
            return other
    simpler = _without_expand(builder, "add", a, b)
    if simpler is not None:
        return simpler
    for one, other in ((b, a), (a, b)):
        node = maker(one, "negative")
        if node is not None and _fits_kind(builder, a, b, other, node.operands[0]):
            return _emit(builder, "subtract", other, node.operands[0])
        node = maker(one, "multiply")
        if node is not None:
            number = constant_of(node.operands[0])
            if isinstance(number, (int, float)) and number < 0:
                positive = _emit(builder, "multiply", builder.constant(-number), node.operands[1])
                return _emit(builder, "subtract", other, positive)
    return None


def _fits_kind(builder: Builder, a: Value, b: Value, left: Value, right: Value) -> bool:
    return dtype_of(_type(builder, "add", a, b)) == dtype_of(_type(builder, "subtract", left, right))


def subtract(builder: Builder, a: Value, b: Value) -> Value | None:
    """Drop zeros; turn the subtraction of a negative into an addition."""
    folded = _folded(builder, "subtract", a, b)
    if folded is not None:
        return folded
    if is_zero(b) and _fits(builder, "subtract", a, a, b):
        return a
    if is_zero(a) and _fits(builder, "subtract", b, a, b):
        return _emit(builder, "negative", b)
    simpler = _without_expand(builder, "subtract", a, b)
    if simpler is not None:
        return simpler
    node = maker(b, "negative")
    if node is not None and _fits_kind(builder, a, b, a, node.operands[0]):
        return _emit(builder, "add", a, node.operands[0])
    node = maker(a, "subtract")
    if node is not None and node.operands[1] is b and agree(node.operands[0].type, a.type):
        return _emit(builder, "subtract", node.operands[0], _emit(builder, "multiply", builder.constant(2.0), b))
    return None


def negative(builder: Builder, a: Value) -> Value | None:
    """Drop double signs, move a sign into a constant, a difference or below a broadcast."""
    folded = _folded(builder, "negative", a)
    if folded is not None:
        return folded
    node = maker(a, "negative", "subtract", "multiply", "divide", "expand", "expand_like")
    if node is None:
        return None
    match node.operation.name:
        case "negative":
            return node.operands[0] if node.operands[0].type == a.type else None
        case "subtract":
            left, right = node.operands
            return _emit(builder, "subtract", right, left) if constant_of(left) is None or constant_of(right) is not None else None
        case "multiply" | "divide":
            number = constant_of(node.operands[0])
            return None if number is None else _emit(builder, node.operation.name, builder.constant(-number), node.operands[1])
    inner = _emit(builder, "negative", node.operands[0])
    return builder.emit(node.operation, inner, *node.operands[1:], **node.static)


def power(builder: Builder, a: Value, b: Value) -> Value | None:
    """Drop an exponent of one."""
    folded = _folded(builder, "power", a, b)
    if folded is not None:
        return folded
    return a if _is(b, 1) and _fits(builder, "power", a, a, b) else None


def is_zero(value: Value) -> bool:
    """Whether a value is zero everywhere, by construction."""
    owner = value.owner
    if isinstance(owner, Node):
        if owner.operation.name in ("zeros", "zeros_like"):
            return True
        if owner.operation.name in ("expand", "expand_like"):
            return is_zero(owner.operands[0])
    return _is(value, 0)


def expand(builder: Builder, a: Value, *, shape: Any) -> Value | None:
    """Drop a broadcast to the same shape, join two."""
    if isinstance(a.type, Array) and a.type.shape == tuple(shape):
        return a
    inner = maker(a, "expand")
    return None if inner is None else _emit(builder, "expand", inner.operands[0], shape=shape)


def total(builder: Builder, a: Value, *, axis: Any = None, keepdims: bool = False) -> Value | None:
    """The sum of a broadcast scalar is a product."""
    inner = _expanded(a)
    if inner is None or axis is not None or keepdims or shape_of(inner.type) != () or not isinstance(a.type, Array) or a.type.shape is None:
        return None
    count = product(a.type.shape)
    if not count.entry:
        return None
    return _emit(builder, "multiply", builder.size(count), inner)


def cast(builder: Builder, a: Value, *, kind: Type) -> Value | None:
    """Drop a cast to what the value is already."""
    if a.type == kind and not isinstance(kind, Number):
        return a
    number = constant_of(a)
    if number is not None and isinstance(kind, Number) and kind.kind == "float" and isinstance(number, (int, float)):
        return builder.constant(float(number))
    if (
        number is not None
        and isinstance(kind, Scalar)
        and isinstance(a.type, (Number, Scalar))
        and kind.dtype in ("f4", "f2")
        and type(number) is float
    ):
        return builder.constant(number, Scalar(kind.dtype, ("float",)))  # a Python number takes the dtype of what it meets
    owner = a.owner
    if isinstance(kind, Array) and isinstance(owner, Node) and owner.operation.name == "expand":
        inner = owner.operands[0]
        narrow: Type = Array(kind.dtype, inner.type.shape) if isinstance(inner.type, Array) else Scalar(kind.dtype)
        return _emit(builder, "expand", _emit(builder, "cast", inner, kind=narrow), **owner.static)
    return None


def materialised(builder: Builder, value: Value) -> Value:
    """Return an array that can be written to in the place of a broadcast."""
    owner = value.owner
    kind = value.type
    if not isinstance(owner, Node) or owner.operation.name != "expand" or not isinstance(kind, Array):
        return value
    inner = owner.operands[0]
    if _is(inner, 1):
        return _emit(builder, "ones", shape=kind.shape, dtype=kind.dtype)
    plain = {"f8": "float", "c16": "complex", "i8": "int"}.get(kind.dtype)
    same = dtype_of(inner.type) == kind.dtype and (not isinstance(inner.type, Number) or inner.type.kind == plain)
    return _emit(builder, "full", inner, shape=kind.shape, dtype=None if same else kind.dtype)


def get(builder: Builder, base: Value, *varying: Value, path: Any) -> Value | None:
    """Read a part of a broadcast number: it is that number."""
    inner = _expanded(base)
    if inner is None or shape_of(inner.type) != ():
        return None
    infer = REGISTRY.rules["get"].infer
    assert infer is not None
    kind = infer(builder.sizes, base.type, *(value.type for value in varying), path=path)
    if not isinstance(kind, Array):
        return inner if dtype_of(inner.type) == dtype_of(kind) else None
    if kind.shape is None or not all(size.entry for size in kind.shape):
        return None
    return _emit(builder, "expand", inner, shape=kind.shape)


def put(builder: Builder, base: Value, value: Value, *varying: Value, path: Any) -> Value | None:
    """Write into a broadcast by filling an array first."""
    filled = materialised(builder, base)
    return None if filled is base else _emit(builder, "put", filled, value, *varying, path=path)


def divide_unless_zero(builder: Builder, a: Value, b: Value) -> Value | None:
    """A constant, or a constant over a length, is not zero: plain division."""
    whole = _expanded(a)
    numerator = a if whole is None else whole
    owner = numerator.owner
    if (
        isinstance(owner, Node)
        and owner.operation.name == "divide"
        and owner.operands[1].type == Number("int", getattr(owner.operands[1].type, "size", None))
    ):
        numerator = owner.operands[0]
    number = constant_of(numerator)
    if number is None or number == 0 or (isinstance(a.type, Number) and isinstance(b.type, Number)):
        return None
    return _emit(builder, "divide", a, b)


def reshape(builder: Builder, a: Value, *, shape: Any) -> Value | None:
    """Drop what gives the shape that there is already."""
    return a if isinstance(a.type, Array) and a.type.shape == shape else None


def transpose(builder: Builder, a: Value, *, axes: Any = None) -> Value | None:
    """Two transpositions."""
    node = maker(a, "transpose")
    if node is None:
        return None
    inner, kind = node.static.get("axes"), node.operands[0].type
    if inner is None and axes is None:
        return node.operands[0]
    if (
        inner is not None
        and axes is not None
        and tuple(inner[k] for k in axes) == tuple(range(len(axes)))
        and isinstance(kind, (Array, Scalar))
    ):
        return node.operands[0]
    return None


def add_at(builder: Builder, base: Value, value: Value, *varying: Value, path: Any) -> Value | None:
    """Adding to what was just cleared at the same place is putting; a broadcast is filled first."""
    filled = materialised(builder, base)
    if filled is not base:
        return _emit(builder, "add_at", filled, value, *varying, path=path)
    node = maker(base, "put")
    if node is not None and node.static["path"] == path and node.operands[2:] == varying and is_zero(node.operands[1]):
        return _emit(builder, "put", node.operands[0], value, *varying, path=path)
    return None
