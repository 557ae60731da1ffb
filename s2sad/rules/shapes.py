"""Operations that move elements but do not change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.rules import simplify
from s2sad.rules.declare import Point, Rule, constant, linear, point, primitive
from s2sad.rules.formula import kind_of, reshaped
from s2sad.rules.points import complex_real, real
from s2sad.rules.types import ONE, array_or_scalar, lengths, normal_axes, normal_axis, numeric, product, sizes_of


def _shape_type(sizes: Sizes, a: Type) -> tuple[str, tuple[Size, ...] | None]:
    numeric("a change of shape", a)
    return str(dtype_of(a)), shape_of(a)


def _rest(sizes: Sizes, have: tuple[Size, ...], given: list[Size]) -> Size:
    """Return the length that -1 stands for: what is left of the elements."""
    left = list(have)
    others = []
    for size in given:
        if size in left:
            left.remove(size)
        else:
            others.append(size)
    total, divisor = product(left), product(others)
    if divisor.known == 1:
        return total
    if divisor.known and total.constant % divisor.known == 0 and all(count % divisor.known == 0 for _, count in total.terms):
        return Size(tuple((atom, count // divisor.known) for atom, count in total.terms), total.constant // divisor.known)
    return sizes.fresh("reshape")


def _reshape_type(sizes: Sizes, a: Type, *, shape: Any) -> Type:
    dtype, have = _shape_type(sizes, a)
    wanted = sizes_of((shape,) if isinstance(shape, (int, Size)) else shape)
    negative = [k for k, size in enumerate(wanted) if size.known == -1]
    if len(negative) > 1:
        raise ShapeError("only one length can be left open")
    if negative:
        given = [size for size in wanted if size.known != -1]
        rest = sizes.fresh("reshape") if have is None else _rest(sizes, have, given)
        wanted = tuple(rest if size.known == -1 else size for size in wanted)
    elif have is not None and sorted(map(str, have)) != sorted(map(str, wanted)):
        old, new = product(have), product(wanted)
        if sizes.equal(old, new) is False:
            raise ShapeError(f"an array of {old} elements has no shape ({', '.join(map(str, wanted))})")
    return Array(dtype, wanted)


reshape = linear(
    "reshape",
    "a, /, shape=()",
    "a.reshape(shape)",
    lambda a, *, shape: np.reshape(a, lengths(shape)),
    [lambda g, y, a, *, shape: reshaped(g, a)],
    infer=_reshape_type,
    functions=[np.reshape],
    methods=["reshape"],
    sharing="layout",
    complex=True,
    simplify=simplify.reshape,
    spell=lambda a, *, shape: "np.reshape(a, shape)" if isinstance(a, (Number, Scalar)) else "a.reshape(shape)",
    at=lambda: [
        point(real(6), shape=(2, 3)),
        point(real(2, 3), shape=(6,)),
        point(real(2, 3), shape=(-1,)),
        point(real(2, 3), shape=(3, -1)),
        point(real(1), shape=()),
        point(real(), shape=(1, 1)),
        point(real(0, 3), shape=(3, 0)),
        point(np.float64(2.0), shape=(1,)),
        point(complex_real(4), shape=(2, 2)),
    ],
)
reshape_like: Rule = primitive(
    "reshape_like",
    "a, like",
    "a.reshape(like.shape)",
    lambda a, like: np.reshape(a, np.shape(like)),
    sharing="layout",
    complex=True,
    infer=lambda sizes, a, like: Array(str(dtype_of(a)), shape_of(like)),
    pushforwards=[lambda t, y, a, like: reshape_like(t, like), None],
    pullbacks=[lambda g, y, a, like: reshaped(g, a), None],
    at=lambda: [point(real(6), real(2, 3)), point(real(2, 3), real(3, 2))],
)


def _flat_type(sizes: Sizes, a: Type) -> Type:
    dtype, have = _shape_type(sizes, a)
    return Array(dtype, (sizes.fresh("ravel") if have is None else product(have),))


def _arrays() -> list[Point]:
    return [
        point(real(2, 3)),
        point(real(3)),
        point(real()),
        point(real(0, 2)),
        point(real(2, 1, 3)),
        point(real(2, dtype="f4")),
        point(complex_real(2, 2)),
    ]


ravel = linear(
    "ravel",
    "a",
    "np.ravel(a)",
    np.ravel,
    [lambda g, y, a: reshaped(g, a)],
    infer=_flat_type,
    functions=[np.ravel],
    methods=["ravel"],
    sharing="layout",
    complex=True,
    spell=lambda a: "a.ravel()" if isinstance(a, Array) else "np.ravel(a)",
    at=_arrays,
)
flatten = linear(
    "flatten",
    "a",
    "a.flatten()",
    lambda a: a.flatten(),
    [lambda g, y, a: reshaped(g, a)],
    infer=_flat_type,
    methods=["flatten"],
    complex=True,
    at=_arrays,
)


def _axes(axes: Sequence[int] | None, length: int) -> tuple[int, ...]:
    return tuple(range(length))[::-1] if axes is None else tuple(normal_axis(one, length) for one in axes)


def _transpose_type(sizes: Sizes, a: Type, *, axes: Any = None) -> Type:
    dtype, have = _shape_type(sizes, a)
    if have is None:
        return Array(dtype, None)
    if isinstance(a, (Number, Scalar)):
        return Scalar(dtype)
    order = _axes(axes, len(have))
    if sorted(order) != list(range(len(have))):
        raise ShapeError("axes don't match array")
    return Array(dtype, tuple(have[k] for k in order))


def _inverse(axes: Sequence[int] | None) -> tuple[int, ...] | None:
    if axes is None:
        return None
    order = _axes(axes, len(axes))
    return tuple(order.index(k) for k in range(len(order)))


transpose: Rule = linear(
    "transpose",
    "a, /, axes=None",
    "np.transpose(a, axes)",
    lambda a, *, axes=None: np.transpose(a, axes),
    [lambda g, y, a, *, axes=None: transpose(g, axes=_inverse(axes)) if axes is not None else transpose(g)],
    infer=_transpose_type,
    functions=[np.transpose],
    methods=["transpose"],
    attributes=["T"],
    sharing="view",
    complex=True,
    simplify=simplify.transpose,
    spell=lambda a, *, axes=None: "a.T" if axes is None else "np.transpose(a, axes)",
    at=lambda: [*_arrays(), point(real(2, 3, 4), axes=(1, 2, 0)), point(real(2, 3), axes=(0, -1))],
)


def _swapped(have: tuple[Size, ...], first: int, second: int) -> tuple[Size, ...]:
    sides = list(have)
    one, other = normal_axis(first, len(sides)), normal_axis(second, len(sides))
    sides[one], sides[other] = sides[other], sides[one]
    return tuple(sides)


def _swap_type(sizes: Sizes, a: Type, *, axis1: int = 0, axis2: int = 0) -> Type:
    dtype, have = _shape_type(sizes, a)
    return Array(dtype, None if have is None else _swapped(have, axis1, axis2))


swapaxes: Rule = linear(
    "swapaxes",
    "a, /, axis1=0, axis2=0",
    "np.swapaxes(a, axis1=axis1, axis2=axis2)",
    lambda a, *, axis1=0, axis2=0: np.swapaxes(a, axis1, axis2),
    [lambda g, y, a, *, axis1=0, axis2=0: swapaxes(g, axis1=axis1, axis2=axis2)],
    infer=_swap_type,
    functions=[np.swapaxes],
    methods=["swapaxes"],
    sharing="view",
    complex=True,
    spell=lambda a, *, axis1=0, axis2=0: f"np.swapaxes(a, {axis1}, {axis2})",
    at=lambda: [point(real(2, 3), axis1=0, axis2=1), point(real(2, 3, 4), axis1=-1, axis2=0), point(real(2, 1, 3), axis1=1, axis2=1)],
)


def _moved(source: Any, destination: Any, length: int) -> tuple[int, ...]:
    """Return the axes in the order that `moveaxis` gives them."""
    sources = (source,) if isinstance(source, int) else tuple(source)
    targets = (destination,) if isinstance(destination, int) else tuple(destination)
    from_axes, to_axes = [normal_axis(k, length) for k in sources], [normal_axis(k, length) for k in targets]
    order = [k for k in range(length) if k not in from_axes]
    for target, one in sorted(zip(to_axes, from_axes, strict=True)):
        order.insert(target, one)
    return tuple(order)


def _move_type(sizes: Sizes, a: Type, *, source: Any = 0, destination: Any = 0) -> Type:
    dtype, have = _shape_type(sizes, a)
    return Array(dtype, None if have is None else tuple(have[k] for k in _moved(source, destination, len(have))))


moveaxis: Rule = linear(
    "moveaxis",
    "a, /, source=0, destination=0",
    "np.moveaxis(a, source, destination)",
    lambda a, *, source=0, destination=0: np.moveaxis(a, source, destination),
    [lambda g, y, a, *, source=0, destination=0: moveaxis(g, source=destination, destination=source)],
    infer=_move_type,
    functions=[np.moveaxis],
    sharing="view",
    complex=True,
    spell=lambda a, *, source=0, destination=0: f"np.moveaxis(a, {source}, {destination})",
    at=lambda: [
        point(real(2, 3, 4), source=0, destination=-1),
        point(real(2, 3, 4), source=(0, 1), destination=(2, 0)),
        point(real(2, 3), source=1, destination=0),
    ],
)


def _expanded_axes(axis: int | Sequence[int], length: int) -> tuple[int, ...]:
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    return normal_axes(axes, length + len(axes))


def _expand_dims_type(sizes: Sizes, a: Type, *, axis: Any = 0) -> Type:
    dtype, have = _shape_type(sizes, a)
    if have is None:
        return Array(dtype, None)
    axes = _expanded_axes(axis, len(have))
    rest = iter(have)
    return Array(dtype, tuple(ONE if k in axes else next(rest) for k in range(len(have) + len(axes))))


def _spell_expand(a: Type, *, axis: Any = 0) -> str:
    """Write the subscript that adds the axis, where the rank is known."""
    length = len(shape_of(a) or ()) if isinstance(a, Array) and a.shape is not None else None
    if length is None:
        return f"np.expand_dims(a, {axis})"
    axes = _expanded_axes(axis, length)
    items = ["None" if k in axes else ":" for k in range(axes[-1] + 1)]
    if axes == (length,) and length > 1:
        return "a[..., None]"
    return f"a[{', '.join(items)}]"


expand_dims = linear(
    "expand_dims",
    "a, /, axis=0",
    "np.expand_dims(a, axis)",
    lambda a, *, axis=0: np.expand_dims(a, axis),
    [lambda g, y, a, *, axis=0: squeeze(g, axis=axis) if isinstance(kind_of(a), Array) else reshaped(g, a)],
    infer=_expand_dims_type,
    functions=[np.expand_dims],
    sharing="view",
    complex=True,
    spell=_spell_expand,
    at=lambda: [
        point(real(3), axis=0),
        point(real(3), axis=1),
        point(real(2, 3), axis=-1),
        point(real(2, 3), axis=(0, 2)),
        point(real(), axis=0),
        point(1.5, axis=0),
    ],
)


def _squeeze_type(sizes: Sizes, a: Type, *, axis: Any = None) -> Type:
    dtype, have = _shape_type(sizes, a)
    if have is None:
        return Array(dtype, None)
    if axis is None:
        kept = []
        for size in have:
            one = sizes.is_one(size)
            if one is None:
                return Array(dtype, None)
            if not one:
                kept.append(size)
        return array_or_scalar(dtype, tuple(kept)) if isinstance(a, Scalar) else Array(dtype, tuple(kept))
    axes = normal_axes(axis, len(have))
    if any(sizes.is_one(have[k]) is False for k in axes):
        raise ShapeError("cannot select an axis to squeeze out which has size not equal to one")
    return Array(dtype, tuple(size for k, size in enumerate(have) if k not in axes))


squeeze: Rule = linear(
    "squeeze",
    "a, /, axis=None",
    "np.squeeze(a, axis=axis)",
    lambda a, *, axis=None: np.squeeze(a, axis),
    [lambda g, y, a, *, axis=None: reshaped(g, a)],
    infer=_squeeze_type,
    functions=[np.squeeze],
    methods=["squeeze"],
    sharing="view",
    complex=True,
    at=lambda: [point(real(1, 3, 1)), point(real(1, 3, 1), axis=0), point(real(1, 3, 1), axis=(0, -1)), point(real(2, 3)), point(real(1))],
)


def _at_least(rank_wanted: int) -> Any:
    def infer(sizes: Sizes, a: Type) -> Type:
        dtype, have = _shape_type(sizes, a)
        if have is None:
            return Array(dtype, None)
        if len(have) >= rank_wanted:
            return Array(dtype, have)
        return Array(dtype, (ONE,) * (rank_wanted - len(have)) + have)

    return infer


for _rank, _function in ((1, np.atleast_1d), (2, np.atleast_2d)):
    linear(
        f"atleast_{_rank}d",
        "a",
        f"np.atleast_{_rank}d(a)",
        _function,
        [lambda g, y, a: reshaped(g, a)],
        infer=_at_least(_rank),
        functions=[_function],
        sharing="view",
        complex=True,
        at=lambda: [point(real(3)), point(real()), point(1.5), point(real(2, 3))],
    )


def _size_type(sizes: Sizes, x: Type) -> Type:
    _, have = _shape_type(sizes, x)
    return Number("int", None if have is None else product(have))


def _length_type(sizes: Sizes, x: Type, *, axis: int = 0) -> Type:
    if isinstance(x, Array):
        if x.shape == ():
            raise ShapeError("len() of unsized object")
        return Number("int", None if x.shape is None else x.shape[normal_axis(axis, len(x.shape))])
    return Number("int")


size = constant(
    "size",
    "x",
    "x.size",
    np.size,
    infer=_size_type,
    functions=[np.size],
    attributes=["size"],
    complex=True,
    at=lambda: [point(real(2, 3)), point(real())],
)
length = constant(
    "length",
    "x, /, axis=0",
    "x.shape[axis]",
    lambda x, *, axis=0: len(x) if axis == 0 else x.shape[axis],
    infer=_length_type,
    functions=[len],
    complex=True,
    raises=True,
    spell=lambda x, *, axis=0: f"x.shape[{axis}]" if axis else "len(x)",
    at=lambda: [point(real(2, 3)), point(real(0)), point(real(2, 3), axis=1), point(real(2, 3), axis=-1)],
)
dimension = constant(
    "dimension",
    "x, /, axis=0",
    "x.shape[axis]",
    lambda x, *, axis=0: x.shape[axis],
    infer=_length_type,
    complex=True,
    spell=lambda x, *, axis=0: f"x.shape[{axis}]",
    at=lambda: [point(real(2, 3)), point(real(2, 3), axis=1)],
)
ndim = constant(
    "ndim",
    "x",
    "x.ndim",
    np.ndim,
    infer=lambda sizes, x: Number("int", None if shape_of(x) is None else Size.of(len(shape_of(x) or ()))),
    functions=[np.ndim],
    attributes=["ndim"],
    complex=True,
    at=lambda: [point(real(2, 3))],
)
