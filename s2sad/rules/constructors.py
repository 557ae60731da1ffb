"""Arrays made from nothing, copies, and broadcasts.

Shapes are static: tuples of sizes that the arguments determine.  Where a length is known only at run time, the ``_like``
form takes an array that has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.rules import simplify
from s2sad.rules.declare import Rule, Symbol, constant, linear, point, primitive
from s2sad.rules.formula import apply, shape
from s2sad.rules.points import complex_real, real
from s2sad.rules.types import Shape, broadcast_shapes, lengths, number, numeric, promoted, sizes_of
from s2sad.runtime.arrays import unbroadcast as _unbroadcast


def _filled(sizes: Sizes, *operands: Type, shape: Any, dtype: str = "f8") -> Type:
    return Array(dtype, sizes_of(shape))


def _shapes() -> list[Any]:
    return [
        point(shape=(3,)),
        point(shape=(2, 3), dtype="f4"),
        point(shape=()),
        point(shape=(0, 2), dtype="i8"),
        point(shape=(2,), dtype="c16"),
    ]


zeros = constant(
    "zeros",
    "/, shape=(), dtype='f8'",
    "np.zeros(shape, dtype=dtype)",
    lambda *, shape, dtype="f8": np.zeros(lengths(shape), dtype),
    infer=_filled,
    functions=[np.zeros],
    complex=True,
    at=_shapes,
)
ones = constant(
    "ones",
    "/, shape=(), dtype='f8'",
    "np.ones(shape, dtype=dtype)",
    lambda *, shape, dtype="f8": np.ones(lengths(shape), dtype),
    infer=_filled,
    functions=[np.ones],
    complex=True,
    at=_shapes,
)


def _empty(*, shape: Any, dtype: str = "f8") -> Any:
    # Uninitialised memory has no value; a fixed one keeps the interpreter deterministic.
    return np.full(lengths(shape), np.nan if dtype[0] in "fc" else 0, dtype)


empty = constant(
    "empty",
    "/, shape=(), dtype='f8'",
    "np.empty(shape, dtype=dtype)",
    _empty,
    infer=_filled,
    functions=[np.empty],
    complex=True,
    at=_shapes,
)


def _row_facts(row: Type) -> tuple[str, Shape]:
    dtype = dtype_of(row)
    assert dtype is not None, row
    return dtype, shape_of(row)


def _rows(count: Any, *, row: Type) -> Any:
    dtype, sizes = _row_facts(row)
    assert sizes is not None
    return _empty(shape=(int(count), *lengths(sizes)), dtype=dtype)


def _rows_type(sizes: Sizes, count: Type, *, row: Type) -> Type:
    dtype, inner = _row_facts(row)
    first = count.size if isinstance(count, Number) and count.size is not None else sizes.fresh("rows")
    return Array(dtype, None if inner is None else (first, *inner))


# One row a trip: where a loop keeps what its reverse needs.
rows = constant(
    "rows",
    "count, /, row=None",
    "np.empty((count, *row), dtype=dtype)",
    _rows,
    infer=_rows_type,
    complex=True,
    at=lambda: [point(3, row=Scalar("f8")), point(2, row=Array("f4", (Size.of(2),)))],
)


def _like_type(sizes: Sizes, x: Type, *others: Type, dtype: str | None = None) -> Type:
    numeric("an array like it", x)
    return Array(dtype or str(dtype_of(x)), shape_of(x))


def _arrays() -> list[Any]:
    return [
        point(real(3)),
        point(real(2, 3)),
        point(real()),
        point(real(0)),
        point(real(3, dtype="f4")),
        point(np.arange(3)),
        point(real(2), dtype="f4"),
    ]


zeros_like = constant(
    "zeros_like",
    "x, /, dtype=None",
    "np.zeros_like(x, dtype=dtype)",
    lambda x, *, dtype=None: np.zeros_like(x, dtype=dtype),
    infer=_like_type,
    functions=[np.zeros_like],
    complex=True,
    at=_arrays,
)
ones_like = constant(
    "ones_like",
    "x, /, dtype=None",
    "np.ones_like(x, dtype=dtype)",
    lambda x, *, dtype=None: np.ones_like(x, dtype=dtype),
    infer=_like_type,
    functions=[np.ones_like],
    complex=True,
    at=_arrays,
)
empty_like = constant(
    "empty_like",
    "x, /, dtype=None",
    "np.empty_like(x, dtype=dtype)",
    lambda x, *, dtype=None: np.full_like(x, np.nan if np.dtype(dtype or np.asarray(x).dtype).kind in "fc" else 0, dtype=dtype),
    infer=_like_type,
    functions=[np.empty_like],
    complex=True,
    at=_arrays,
)


def _full_type(sizes: Sizes, value: Type, *, shape: Any, dtype: str | None = None) -> Type:
    numeric("full", value)
    return Array(dtype or str(dtype_of(value)), broadcast_shapes(sizes, shape_of(value), sizes_of(shape)))


full = linear(
    "full",
    "fill_value, /, shape=(), dtype=None",
    "np.full(shape, fill_value, dtype=dtype)",
    lambda fill_value, *, shape, dtype=None: np.full(lengths(shape), fill_value, dtype),
    order=("shape", "fill_value", "dtype"),
    transposes=[lambda g, y, value, *, shape, dtype=None: g],
    infer=_full_type,
    functions=[np.full],
    broadcasts=True,
    complex=True,
    at=lambda: [
        point(1.5, shape=(3,)),
        point(np.float64(1.5), shape=(2, 2), dtype="f4"),
        point(real(3), shape=(2, 3)),
        point(2, shape=(2,)),
    ],
)
full_like: Rule = primitive(
    "full_like",
    "a, fill_value, /, dtype=None",
    "np.full_like(a, fill_value, dtype=dtype)",
    lambda x, value, *, dtype=None: np.full_like(x, value, dtype=dtype),
    infer=_like_type,
    functions=[np.full_like],
    complex=True,
    broadcasts=True,
    pushforwards=[None, lambda t, y, x, value, *, dtype=None: full_like(x, t, dtype=dtype)],
    pullbacks=[None, lambda g, y, x, value, *, dtype=None: g],
    at=lambda: [point(real(3), 1.5), point(real(2, 2), real(2)), point(real(2, dtype="f4"), 2.0)],
)


def _arange_type(sizes: Sizes, *bounds: Type, dtype: str | None = None) -> Type:
    numeric("arange", *bounds)
    known = [bound.size if isinstance(bound, Number) else None for bound in bounds]
    start, stop, step = known if len(known) == 3 else [*known, Size.of(1)] if len(known) == 2 else [Size.of(0), known[0], Size.of(1)]
    length: Size | None = None
    if start is not None and stop is not None and step is not None and step.known:
        span = stop - start if step.known > 0 else start - stop
        enough = sizes.at_least(span, 0)
        length = None if enough is None else span.ceil_div(abs(step.known)) if enough else Size.of(0)
    return Array(dtype or promoted(*bounds), (sizes.fresh("arange") if length is None else length,))


arange = constant(
    "arange",
    "*bounds, /, dtype=None",
    "np.arange(*bounds, dtype=dtype)",
    lambda *bounds, dtype=None: np.arange(*bounds, dtype=dtype),
    infer=_arange_type,
    functions=[np.arange],
    at=lambda: [point(3), point(1, 4), point(5, 0, -2), point(3, dtype="f4"), point(0.0, 1.0, 0.25), point(0), point(1.5)],
)


def _linspace_type(sizes: Sizes, start: Type, stop: Type, *, num: Any = 50, endpoint: bool = True) -> Type:
    numeric("linspace", start, stop)
    dtype = promoted(start, stop, Number("float"))
    inner = broadcast_shapes(sizes, shape_of(start), shape_of(stop))
    return Array(dtype, None if inner is None else (Size.of(num), *inner))


def _steps(y: Any, num: Any, endpoint: bool) -> Any:
    """Return how far each point lies between start and stop, from 0 to 1, as a column where they are arrays."""
    if isinstance(y, Symbol):
        spaced = Symbol(y.builder, y.builder.emit(linspace, 0.0, 1.0, num=num, endpoint=endpoint))
    else:
        spaced = linspace(0.0, 1.0, num=num, endpoint=endpoint)
    sizes = shape(y)
    inner = 0 if sizes is None else len(sizes) - 1
    return apply("expand_dims", spaced, axis=tuple(range(1, inner + 1))) if inner else spaced


linspace = primitive(
    "linspace",
    "start, stop, /, num=50, endpoint=True",
    "np.linspace(start, stop, num, endpoint=endpoint)",
    lambda start, stop, *, num=50, endpoint=True: np.linspace(start, stop, number(num), endpoint=endpoint),
    infer=_linspace_type,
    functions=[np.linspace],
    broadcasts=True,
    pushforwards=[
        lambda t, y, start, stop, *, num=50, endpoint=True: t * (1.0 - _steps(y, num, endpoint)),
        lambda t, y, start, stop, *, num=50, endpoint=True: t * _steps(y, num, endpoint),
    ],
    pullbacks=[
        lambda g, y, start, stop, *, num=50, endpoint=True: g * (1.0 - _steps(y, num, endpoint)),
        lambda g, y, start, stop, *, num=50, endpoint=True: g * _steps(y, num, endpoint),
    ],
    at=lambda: [
        point(0.0, 1.0, num=5),
        point(0, 2, num=4, endpoint=False),
        point(np.float64(0.5), 2.0, num=3),
        point(0.0, 1.0),
        point(real(2), real(2, seed=1), num=3),
    ],
)


def _eye(*, N: Any, M: Any = None, k: int = 0, dtype: str = "f8") -> Any:
    return np.eye(number(N), None if M is None else number(M), k, dtype=dtype)


eye = constant(
    "eye",
    "/, N=0, M=None, k=0, dtype='f8'",
    "np.eye(N, M=M, k=k, dtype=dtype)",
    _eye,
    complex=True,
    functions=[np.eye],
    infer=lambda sizes, *, N, M=None, k=0, dtype="f8": Array(dtype, (Size.of(N), Size.of(N if M is None else M))),
    at=[point(N=3), point(N=2, M=3, k=1), point(N=2, dtype="f4")],
)
identity = constant(
    "identity",
    "/, n=0, dtype='f8'",
    "np.identity(n, dtype=dtype)",
    lambda *, n, dtype="f8": np.identity(number(n), dtype),
    complex=True,
    functions=[np.identity],
    infer=lambda sizes, *, n, dtype="f8": Array(dtype, (Size.of(n), Size.of(n))),
    at=[point(n=3)],
)


def _copy_type(sizes: Sizes, x: Type, *, order: str = "C") -> Type:
    return Array(str(dtype_of(x)), ()) if isinstance(x, Number) else x


def _copied(x: Any, *, order: str = "C") -> Any:
    if isinstance(x, np.ndarray):
        return x.copy(order)  # type: ignore[arg-type]
    return x.copy() if isinstance(x, (np.generic, list)) else np.copy(x)


def _spell_copy(x: Type, *, order: str = "C") -> str:
    """Write `np.array(x)` where a copy must lie in memory as `x` does: sums of elements depend on that in their last bits."""
    if isinstance(x, Array) and order == "K" and (x.rank is None or x.rank > 1):
        return "np.array(x)"
    return "np.copy(x)" if isinstance(x, Number) else "x.copy()"


copy = linear(
    "copy",
    "x, /, order='C'",
    "x.copy()",
    _copied,
    [lambda g, y, x, *, order="C": g],
    infer=_copy_type,
    functions=[np.copy],
    methods=["copy"],
    complex=True,
    spell=_spell_copy,
    at=lambda: [
        point(real(3)),
        point(real(2, 3)),
        point(np.asfortranarray(real(2, 3)), order="K"),
        point(np.float64(1.5)),
        point(1.5),
        point(real()),
        point(complex_real(2)),
    ],
)
fresh_array = linear(
    "array",
    "x",
    "np.array(x)",
    np.array,
    [lambda g, y, x: g],
    infer=lambda sizes, x: Array(str(dtype_of(x)), shape_of(x)),
    complex=True,
    functions=[np.array],
    at=lambda: [point(real(3)), point(1.5), point(np.float32(1.5)), point(real())],
)


def _expand_type(sizes: Sizes, x: Type, *, shape: Any = ()) -> Type:
    numeric("broadcast_to", x)
    target, inner = sizes_of(shape), shape_of(x)
    if inner is not None and len(inner) > len(target):
        raise ShapeError(f"an array of rank {len(inner)} cannot be broadcast to rank {len(target)}")
    broadcast_shapes(sizes, inner, target)
    return Array(str(dtype_of(x)), target)


expand = linear(
    "expand",
    "x, /, shape=()",
    "np.broadcast_to(x, shape)",
    lambda x, *, shape=(): np.broadcast_to(x, lengths(shape)),
    [lambda g, y, x, *, shape=(): g],
    infer=_expand_type,
    functions=[np.broadcast_to],
    broadcasts=True,
    sharing="view",
    complex=True,
    simplify=simplify.expand,
    at=lambda: [
        point(1.5, shape=(3,)),
        point(real(3), shape=(2, 3)),
        point(real(2, 1), shape=(2, 3)),
        point(real(3), shape=(3,)),
        point(np.float32(1.0), shape=(2,)),
        point(real(), shape=()),
        point(real(1), shape=(0,)),
    ],
)


def _expand_like(x: Any, like: Any) -> Any:
    return np.broadcast_to(x, np.shape(like))


expand_like: Rule = primitive(
    "expand_like",
    "x, like",
    "np.broadcast_to(x, like.shape)",
    _expand_like,
    infer=lambda sizes, x, like: Array(str(dtype_of(x)), shape_of(like)),
    pushforwards=[lambda t, y, x, like: expand_like(t, like), None],
    pullbacks=[lambda g, y, x, like: g, None],
    broadcasts=True,
    sharing="view",
    complex=True,
    at=lambda: [point(1.5, real(3)), point(real(3), real(2, 3)), point(real(2, 1), real(2, 3))],
)


def _unbroadcast_type(sizes: Sizes, g: Type, like: Type) -> Type:
    sizes_like = shape_of(like)
    return Scalar(str(dtype_of(g))) if sizes_like == () else Array(str(dtype_of(g)), sizes_like)


def _sum_like(g: Any, like: Any) -> Any:
    result = _unbroadcast(g, like)
    return result[()] if np.shape(like) == () and isinstance(result, np.ndarray) else result


unbroadcast: Rule = primitive(
    "unbroadcast",
    "g, like",
    "unbroadcast(g, like)",
    _sum_like,
    infer=_unbroadcast_type,
    complex=True,
    pushforwards=[lambda t, y, g, like: unbroadcast(t, like), None],
    pullbacks=[lambda c, y, g, like: apply("unbroadcast", c, g), None],
    sharing="layout",
    at=lambda: [point(real(2, 3), real(3)), point(real(2, 3), real(2, 1)), point(real(3), real(3)), point(real(2, 3), np.float64(1.0))],
)


def _eye_like(x: Any, *, k: int = 0) -> Any:
    rows_, columns = np.shape(x)
    return np.eye(rows_, columns, k, dtype=np.asarray(x).dtype)


# The identity in the shape of a matrix: what a trace is the product with.
eye_like = constant(
    "eye_like",
    "x, /, k=0",
    "np.eye(x.shape[0], x.shape[1], k=k)",
    _eye_like,
    infer=lambda sizes, x, *, k=0: Array(str(dtype_of(x)), shape_of(x)),
    complex=True,
    spell=lambda x, *, k=0: (
        "np.eye(x.shape[0], x.shape[1], k=k)"
        if dtype_of(x) == "f8"
        else f"np.eye(x.shape[0], x.shape[1], k=k, dtype=np.{np.dtype(str(dtype_of(x))).name})"
    ),
    at=lambda: [point(real(3, 3)), point(real(2, 3), k=1), point(real(2, 2, dtype="f4"), k=-1)],
)
