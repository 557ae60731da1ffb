"""Operations that select, repeat, pad or reorder elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Fancy, Index, Slice
from s2sad.graph.sizes import ShapeError, Size, Sizes, minimum
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Rule, Symbol, composite, constant, linear, point, primitive
from s2sad.rules.formula import apply, from_entry, rank, reshaped, shape, zeros_of
from s2sad.rules.points import complex_real, real
from s2sad.rules.types import array_or_scalar, normal_axes, normal_axis, numeric, product, same, sizes_of


def _facts(a: Type) -> tuple[str, tuple[Size, ...] | None]:
    numeric("a selection", a)
    return str(dtype_of(a)), shape_of(a)


def _flip_type(sizes: Sizes, m: Type, *, axis: Any = None) -> Type:
    dtype, sides = _facts(m)
    if sides is not None:
        normal_axes(axis, len(sides))
    return Array(dtype, sides)


def _spell_flip(m: Type, *, axis: Any = None) -> str:
    """Write the subscript that reverses, where the rank is known."""
    sides = shape_of(m)
    if not sides:
        return "np.flip(m, axis=axis)"
    axes = normal_axes(axis, len(sides))
    return f"m[{', '.join('::-1' if k in axes else ':' for k in range(axes[-1] + 1))}]" if axes else "np.flip(m, axis=axis)"


flip: Rule = linear(
    "flip",
    "m, /, axis=None",
    "np.flip(m, axis=axis)",
    lambda m, *, axis=None: np.flip(m, axis),
    [lambda g, y, m, *, axis=None: flip(g, axis=axis)],
    infer=_flip_type,
    functions=[np.flip],
    sharing="view",
    complex=True,
    spell=_spell_flip,
    at=lambda: [
        point(real(3)),
        point(real(2, 3), axis=1),
        point(real(2, 3)),
        point(real(2, 3), axis=(0, 1)),
        point(real(0), axis=0),
        point(real(2, 3), axis=-1),
    ],
)
for _name, _function, _axis in (("fliplr", np.fliplr, 1), ("flipud", np.flipud, 0)):
    linear(
        _name,
        "m",
        f"np.{_name}(m)",
        _function,
        [lambda g, y, m, _axis=_axis: flip(g, axis=_axis)],
        infer=_flip_type,
        functions=[_function],
        sharing="view",
        complex=True,
        at=lambda: [point(real(2, 3))],
    )


def _opposite(shift: Any) -> Any:
    return tuple(-one for one in shift) if isinstance(shift, Sequence) else -shift


roll: Rule = linear(
    "roll",
    "a, /, shift=0, axis=None",
    "np.roll(a, shift, axis=axis)",
    lambda a, *, shift, axis=None: np.roll(a, shift, axis),
    [lambda g, y, a, *, shift, axis=None: roll(g, shift=_opposite(shift), axis=axis)],
    infer=lambda sizes, a, *, shift, axis=None: Array(*_facts(a)),
    functions=[np.roll],
    complex=True,
    at=lambda: [
        point(real(4), shift=1),
        point(real(2, 3), shift=-1, axis=1),
        point(real(2, 3), shift=2),
        point(real(2, 3), shift=(1, 2), axis=(0, 1)),
        point(real(0), shift=1),
    ],
)


def _static_shape(x: Any, what: str) -> tuple[Size, ...]:
    sizes = shape(x)
    if sizes is None or not from_entry(sizes):
        raise UnsupportedError(
            f"the derivative of {what} where a length is known only at run time.", remedy="use an index array", code="S2S215"
        )
    return sizes


def _repeat_type(sizes: Sizes, a: Type, *, repeats: int, axis: int | None = None) -> Type:
    dtype, sides = _facts(a)
    if sides is None:
        return Array(dtype, None if axis is not None else (sizes.fresh("repeat"),))
    if axis is None:
        return Array(dtype, (product(sides) * repeats,))
    along = normal_axis(axis, len(sides))
    return Array(dtype, tuple(size * repeats if k == along else size for k, size in enumerate(sides)))


def _repeat_back(g: Any, y: Any, a: Any, *, repeats: int, axis: int | None = None) -> Any:
    sizes = _static_shape(a, "np.repeat")
    if axis is None:
        return reshaped(apply("sum", apply("reshape", g, shape=(product(sizes), repeats)), axis=1, keepdims=False), a)
    along = normal_axis(axis, len(sizes))
    split: tuple[Size | int, ...] = (*sizes[: along + 1], repeats, *sizes[along + 1 :])
    return apply("sum", apply("reshape", g, shape=sizes_of(split)), axis=along + 1, keepdims=False)


repeat = linear(
    "repeat",
    "a, /, repeats=1, axis=None",
    "np.repeat(a, repeats, axis=axis)",
    lambda a, *, repeats, axis=None: np.repeat(a, repeats, axis),
    [_repeat_back],
    infer=_repeat_type,
    functions=[np.repeat],
    methods=["repeat"],
    complex=True,
    at=lambda: [
        point(real(3), repeats=2),
        point(real(2, 3), repeats=2),
        point(real(2, 3), repeats=3, axis=1),
        point(real(2, 3), repeats=2, axis=0),
        point(1.5, repeats=2),
    ],
)


def _tiles(reps: Any, sides: tuple[Size, ...]) -> tuple[tuple[int, ...], tuple[Size, ...]]:
    """Return repetitions and lengths, one of each a dimension of the result."""
    times = (reps,) if isinstance(reps, int) else tuple(reps)
    length = max(len(times), len(sides))
    return (1,) * (length - len(times)) + times, (Size.of(1),) * (length - len(sides)) + sides


def _tile_type(sizes: Sizes, A: Type, *, reps: Any) -> Type:
    dtype, sides = _facts(A)
    return Array(dtype, None if sides is None else tuple(size * count for count, size in zip(*_tiles(reps, sides), strict=True)))


def _tile_back(g: Any, y: Any, A: Any, *, reps: Any) -> Any:
    times, sides = _tiles(reps, _static_shape(A, "np.tile"))
    split = [part for count, size in zip(times, sides, strict=True) for part in (count, size)]
    total = apply("sum", apply("reshape", g, shape=sizes_of(split)), axis=tuple(range(0, len(split), 2)), keepdims=False)
    return reshaped(total, A)


tile = linear(
    "tile",
    "A, /, reps=1",
    "np.tile(A, reps)",
    lambda A, *, reps: np.tile(A, reps),
    [_tile_back],
    infer=_tile_type,
    functions=[np.tile],
    complex=True,
    at=lambda: [
        point(real(3), reps=2),
        point(real(2, 3), reps=(2, 1)),
        point(real(3), reps=(2, 2)),
        point(real(2, 3), reps=2),
        point(1.5, reps=3),
    ],
)


def widths(pad_width: Any, length: int) -> tuple[tuple[int, int], ...]:
    """Return what is added before and after, an axis a pair."""
    if isinstance(pad_width, int):
        return ((pad_width, pad_width),) * length
    widths = tuple((one, one) if isinstance(one, int) else tuple(one) for one in pad_width)
    if len(pad_width) == 2 and all(isinstance(one, int) for one in pad_width):
        widths = (tuple(pad_width),)
    if len(widths) == 1:
        widths = widths * length
    if len(widths) != length:
        raise ShapeError(f"pad_width {pad_width} does not fit an array of dimension {length}")
    return widths


def _pad_type(sizes: Sizes, array: Type, *, pad_width: Any, mode: str = "constant", constant_values: float = 0) -> Type:
    dtype, sides = _facts(array)
    if mode != "constant" or not isinstance(constant_values, (int, float)):
        raise UnsupportedError(f"np.pad with mode={mode!r}.", remedy="use mode='constant' with one value, or concatenate", code="S2S214")
    if sides is None:
        return Array(dtype, None)
    return Array(dtype, tuple(size + before + after for size, (before, after) in zip(sides, widths(pad_width, len(sides)), strict=True)))


def _pad_back(g: Any, y: Any, array: Any, *, pad_width: Any, mode: str = "constant", constant_values: float = 0) -> Any:
    length = rank(array)
    if length is None:
        raise UnsupportedError("np.pad of an array of unknown rank.", code="S2S213")
    items = tuple(Slice(before or None, -after if after else None) for before, after in widths(pad_width, length))
    return apply("get", g, path=(Index(items),))


pad: Rule = primitive(
    "pad",
    "array, /, pad_width=0, mode='constant', constant_values=0",
    "np.pad(array, pad_width, mode=mode, constant_values=constant_values)",
    lambda array, *, pad_width, mode="constant", constant_values=0: np.pad(array, pad_width, mode, constant_values=constant_values),
    infer=_pad_type,
    functions=[np.pad],
    complex=True,
    pullbacks=[_pad_back],
    pushforwards=[lambda t, y, array, *, pad_width, mode="constant", constant_values=0: pad(t, pad_width=pad_width)],
    at=lambda: [
        point(real(3), pad_width=1),
        point(real(2, 3), pad_width=((1, 0), (0, 2))),
        point(real(2, 3), pad_width=(1, 2), constant_values=3.0),
        point(real(0), pad_width=1),
    ],
)


def _triangle(name: str, function: Callable[..., Any]) -> Any:
    rule = linear(
        name,
        "m, /, k=0",
        f"np.{name}(m, k=k)",
        lambda m, *, k=0: function(m, k),
        [lambda g, y, m, *, k=0: rule(g, k=k)],
        infer=lambda sizes, m, *, k=0: same(sizes, m),
        functions=[function],
        complex=True,
        at=lambda: [point(real(3, 3)), point(real(2, 3), k=1), point(real(2, 3, 3), k=-1), point(real(0, 2))],
    )
    return rule


tril, triu = _triangle("tril", np.tril), _triangle("triu", np.triu)


def diagonal_length(sizes: Sizes, rows: Size, columns: Size, k: int) -> Size:
    """Return the length of the k-th diagonal."""
    rows, columns = (rows, columns - k) if k >= 0 else (rows + k, columns)
    length = rows if sizes.equal(rows, columns) else minimum(rows, columns)
    return length if sizes.at_least(length, 0) is not False else Size.of(0)


def _matrix_type(sizes: Sizes, v: Type, *, k: int = 0) -> Type:
    dtype, sides = _facts(v)
    if sides is None:
        raise UnsupportedError("diag of an array whose number of dimensions is not known.", remedy="use np.diagonal", code="S2S214")
    if len(sides) != 1:  # that of a matrix is `diagonal`, a view
        raise ShapeError("Input must be 1- or 2-d.")
    return Array(dtype, (sides[0] + abs(k), sides[0] + abs(k)))


def positions_of(x: Any, start: int) -> Any:
    """Return the positions ``start, start + 1, ...``, as many as `x` has elements."""
    if not isinstance(x, Symbol):
        return np.arange(start, start + len(x))
    sizes = shape(x)
    length = Symbol(x.builder, x.builder.size(sizes[0])) if sizes is not None and from_entry(sizes) else apply("length", x, axis=0)
    return apply("arange", start, start + length) if start else apply("arange", length)


diag = linear(
    "diag",
    "v, /, k=0",
    "np.diag(v, k=k)",
    lambda v, *, k=0: np.diag(v, k),
    [lambda g, y, v, *, k=0: apply("diagonal", g, offset=k)],
    infer=_matrix_type,
    functions=[np.diag],
    complex=True,
    at=lambda: [point(real(3)), point(real(3), k=1), point(real(2), k=-2), point(real(1)), point(real(0))],
)


def _diagonal_type(sizes: Sizes, a: Type, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Type:
    dtype, sides = _facts(a)
    if sides is None:
        return Array(dtype, None)
    if len(sides) < 2:
        raise ShapeError("diag requires an array of at least two dimensions")
    first, second = normal_axis(axis1, len(sides)), normal_axis(axis2, len(sides))
    rest = [size for k, size in enumerate(sides) if k not in (first, second)]
    return Array(dtype, (*rest, diagonal_length(sizes, sides[first], sides[second], offset)))


def _diagonal_back(g: Any, y: Any, a: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    first, second = normal_axis(axis1, length := _rank_of(a)), normal_axis(axis2, length)
    if length == 2 and first < second:
        sides = shape(a)
        if sides is not None and sides[0] == sides[1]:
            return diag(g, k=offset)
        rows, columns = positions_of(g, max(-offset, 0)), positions_of(g, max(offset, 0))
        return apply("put", zeros_of(a), g, rows, columns, path=(Index((Fancy(0), Fancy(1))),))
    items: list[Any] = [Slice()] * length
    items[first], items[second] = Fancy(0), Fancy(1)
    place = 0 if abs(first - second) > 1 else min(first, second)  # where NumPy puts the axis of two index arrays
    along = apply("moveaxis", g, source=-1, destination=place)
    count = apply("length", g, axis=-1)
    rows, columns = (apply("arange", count), apply("arange", count))
    if offset:
        rows, columns = (rows - offset, columns) if offset < 0 else (rows, columns + offset)
    return apply("put", zeros_of(a), along, rows, columns, path=(Index(tuple(items)),))


def _rank_of(x: Any) -> int:
    length = rank(x)
    if length is None:
        raise UnsupportedError("the diagonal of an array of unknown rank.", remedy="annotate the argument's type", code="S2S213")
    return length


diagonal: Rule = linear(
    "diagonal",
    "a, /, offset=0, axis1=0, axis2=1",
    "np.diagonal(a, offset=offset, axis1=axis1, axis2=axis2)",
    lambda a, *, offset=0, axis1=0, axis2=1: np.diagonal(a, offset, axis1, axis2),
    [_diagonal_back],
    infer=_diagonal_type,
    functions=[np.diagonal],
    methods=["diagonal"],
    sharing="view",
    complex=True,
    at=lambda: [
        point(real(3, 3)),
        point(real(2, 3), offset=1),
        point(real(2, 3, 3), axis1=1, axis2=2),
        point(real(3, 2, 4), axis1=0, axis2=2, offset=1),
        point(real(3, 2, 4), axis1=-1, axis2=0, offset=-1),
        point(real(3, 4), axis1=1, axis2=0, offset=1),
    ],
)


def _take_type(sizes: Sizes, a: Type, indices: Type, *, axis: int | None = None) -> Type:
    dtype, sides = _facts(a)
    picks = shape_of(indices)
    if sides is None or picks is None:
        return Array(dtype, None)
    if axis is None:
        return array_or_scalar(dtype, picks)
    along = normal_axis(axis, len(sides))
    return array_or_scalar(dtype, (*sides[:along], *picks, *sides[along + 1 :]))


def _take_back(k: int, g: Any, y: Any, a: Any, indices: Any, *, axis: int | None = None) -> Any:
    if k == 1:
        return None
    length = rank(a)
    if length is None:
        raise UnsupportedError("np.take from an array of unknown rank.", code="S2S213")
    if axis is None:
        if length == 1:
            return apply("add_at", zeros_of(a), g, indices, path=(Index((Fancy(0),)),))
        return reshaped(apply("add_at", zeros_of(apply("ravel", a)), g, indices, path=(Index((Fancy(0),)),)), a)
    return apply("add_at", zeros_of(a), g, indices, path=(Index((*[Slice()] * normal_axis(axis, length), Fancy(0))),))


take: Rule = primitive(
    "take",
    "a, indices, /, axis=None",
    "np.take(a, indices, axis=axis)",
    lambda a, indices, *, axis=None: np.take(a, indices, axis),
    infer=_take_type,
    functions=[np.take],
    methods=["take"],
    complex=True,
    raises=True,
    pullbacks=_take_back,
    pushforwards=lambda k, t, y, a, indices, *, axis=None: take(t, indices, axis=axis) if k == 0 else None,
    at=lambda: [
        point(real(4), np.array([2, 0, 2])),
        point(real(2, 3), np.array([5, 1])),
        point(real(2, 3), np.array([2, 0, 2]), axis=1),
        point(real(4), 2),
        point(real(2, 3), np.array([[1, 0]]), axis=0),
        point(complex_real(3), np.array([1, 1])),
    ],
)
searchsorted = constant(
    "searchsorted",
    "a, v, /, side='left'",
    "np.searchsorted(a, v, side=side)",
    lambda a, v, *, side="left": np.searchsorted(a, v, side),
    infer=lambda sizes, a, v, *, side="left": array_or_scalar("i8", shape_of(v)),
    functions=[np.searchsorted],
    at=lambda: [point(np.arange(3.0), 1.5), point(np.arange(3.0), real(2)), point(np.arange(3.0), 1.0, side="right")],
)


def _argsort_type(sizes: Sizes, a: Type, *, axis: int | None = -1, kind: str | None = None) -> Type:
    _, sides = _facts(a)
    if axis is None:
        return Array("i8", (sizes.fresh("sort") if sides is None else product(sides),))
    return Array("i8", sides)


argsort = constant(
    "argsort",
    "a, /, axis=-1, kind=None",
    "np.argsort(a, axis=axis, kind=kind)",
    lambda a, *, axis=-1, kind=None: np.argsort(a, axis, kind),
    infer=_argsort_type,
    functions=[np.argsort],
    methods=["argsort"],
    at=lambda: [point(real(4)), point(real(2, 3), axis=0), point(real(2, 3), axis=None), point(np.array([1.0, 0.0, 1.0]), kind="stable")],
)


@composite(
    np.vstack, *([np.row_stack] if hasattr(np, "row_stack") else []), at=lambda: [point([real(3), real(3)]), point([real(2, 3), real(3)])]
)
def vstack(tup: Sequence[Any]) -> Any:
    """Rows under rows."""
    return np.concatenate([np.atleast_2d(a) for a in tup], axis=0)


@composite(np.hstack, at=lambda: [point([real(3), real(2)]), point([real(2, 3), real(2, 1)])])
def hstack(tup: Sequence[Any]) -> Any:
    """Side by side; vectors end to end."""
    parts = [np.atleast_1d(a) for a in tup]
    return np.concatenate(parts, axis=0 if parts[0].ndim == 1 else 1)
