"""Bring a contribution into the shape and the dtype of what it belongs to.

Formulas say nothing about broadcasting and promotion; this is the one place that does.  Where the sizes tell what was
broadcast, the sum is over those axes; only where they are known at run time alone, `unbroadcast` looks at the operand.
"""

from __future__ import annotations

from typing import Any

from s2sad.graph.build import Builder
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY, Symbol
from s2sad.rules.formula import spread


def conform(builder: Builder, g: Any, operand: Value | Symbol) -> Value:
    """Return `g` in the shape and dtype of `operand`.

    For a cotangent the axes that were broadcast are summed; a tangent (or a cotangent that is the same everywhere)
    with fewer elements is broadcast.  A complex contribution to something real keeps its real part.

    Parameters
    ----------
    builder : Builder
        Where the nodes go.
    g : Value, Symbol or number
        The contribution.
    operand : Value or Symbol
        What it belongs to.  Its value is asked for only where its sizes are not known before.
    """
    like = operand if isinstance(operand, Symbol) else Symbol(builder, operand)
    if isinstance(g, Symbol):
        g = g.value
    if not isinstance(g, Value):
        g = builder.constant(g)
    value: Value = g
    if not isinstance(like.type, (Number, Scalar, Array)) or not isinstance(value.type, (Number, Scalar, Array)):
        return value
    return _convert(builder, _reshape(builder, value, like), like.type)


def _reshape(builder: Builder, g: Value, operand: Symbol) -> Value:
    rules = REGISTRY.rules
    have, want = shape_of(g.type), shape_of(operand.type)
    if have == want and have is not None:
        return g
    if have is None or want is None:
        return g if want == () and have == () else builder.emit(rules["unbroadcast"], g, operand.value)
    lead = len(have) - len(want)
    if lead < 0:
        return _spread(builder, g, operand)
    ones: list[int] = []
    smaller = False
    for position, size in enumerate(want):
        other = have[lead + position]
        if other == size:
            continue
        if other.known == 1:
            smaller = True
            continue
        one = builder.sizes.is_one(size)
        if one is None:
            return builder.emit(rules["unbroadcast"], g, operand.value)
        if one:
            ones.append(lead + position)
    axes = (*range(lead), *ones)
    if axes:
        total = not want or len(axes) == len(have)
        axis: Any = None if total else axes[0] if len(axes) == 1 else axes
        if lead == 0:
            g = builder.emit(rules["sum"], g, axis=axis, keepdims=True)
        else:
            g = builder.emit(rules["sum"], g, axis=axis, keepdims=False)
            if ones:
                back = tuple(one - lead for one in ones)
                g = builder.emit(rules["expand_dims"], g, axis=back[0] if len(back) == 1 else back)
    return _spread(builder, g, operand) if smaller else g


def _spread(builder: Builder, g: Value, operand: Symbol) -> Value:
    result = spread(Symbol(builder, g), operand)
    value = result.value
    assert isinstance(value, Value)
    return value


def _convert(builder: Builder, g: Value, kind: Type) -> Value:
    rules = REGISTRY.rules
    wanted, dtype = dtype_of(kind), dtype_of(g.type)
    assert wanted is not None and dtype is not None
    if wanted[0] not in "fc":
        return g
    if dtype[0] == "c" and wanted[0] == "f":
        g = builder.emit(rules["real"], g)
        dtype = dtype_of(g.type)
    if dtype == wanted or ((isinstance(g.type, Number) and dtype != "c16") or isinstance(kind, Number)):
        return g
    target = Array(wanted, g.type.shape) if isinstance(g.type, Array) else Scalar(wanted)
    return builder.emit(rules["cast"], g, kind=target)
