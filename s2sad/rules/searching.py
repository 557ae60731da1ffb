"""Positions, tests and sets: constants, for they change only in jumps.

Where NumPy gives a tuple of arrays, each is an operation of its own (`np.nonzero(a)[axis]`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import BOOL, Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Rule, constant, point
from s2sad.rules.points import real, unary
from s2sad.rules.types import array_or_scalar, lengths, number, numeric, product, promoted, reduced_shape, sizes_of, ufunc_type


def _some(what: str, dtype: str = "i8") -> Callable[..., Type]:
    """Return the type rule of what gives a vector whose length is known only at run time."""
    return lambda sizes, *kinds, **static: Array(dtype, (sizes.fresh(what),))


def _values(what: str) -> Callable[..., Type]:
    return lambda sizes, *kinds, **static: Array(promoted(*(Array(str(dtype_of(kind)), ()) for kind in kinds)), (sizes.fresh(what),))


def _mask() -> Any:
    return np.array([[True, False, True], [False, False, True]])


nonzero_along = constant(
    "nonzero_along",
    "a, /, axis=0",
    "np.nonzero(a)[axis]",
    lambda a, *, axis=0: np.nonzero(a)[axis],
    infer=_some("nonzero"),
    complex=True,
    spell=lambda a, *, axis=0: f"np.nonzero(a)[{axis}]",
    at=lambda: [point(_mask()[0]), point(_mask()), point(_mask(), axis=1), point(real(3))],
)
flatnonzero = constant(
    "flatnonzero",
    "a",
    "np.flatnonzero(a)",
    np.flatnonzero,
    infer=_some("nonzero"),
    functions=[np.flatnonzero],
    complex=True,
    at=lambda: [point(_mask()[0]), point(_mask())],
)
argwhere = constant(
    "argwhere",
    "a",
    "np.argwhere(a)",
    np.argwhere,
    infer=lambda sizes, a: Array("i8", None if shape_of(a) is None else (sizes.fresh("argwhere"), Size.of(len(shape_of(a) or ())))),
    functions=[np.argwhere],
    complex=True,
    at=lambda: [point(_mask()[0]), point(_mask())],
)


def _lexsort_type(sizes: Sizes, *keys: Type) -> Type:
    return Array("i8", shape_of(keys[0]))


lexsort = constant(
    "lexsort",
    "*keys",
    "np.lexsort([*keys])",
    lambda *keys: np.lexsort(keys),
    infer=_lexsort_type,
    functions=[np.lexsort],
    at=lambda: [point(real(3), real(3, seed=1))],
)


def _order_type(sizes: Sizes, a: Type, *, kth: Any = 0, axis: int | None = -1) -> Type:
    numeric("a sort", a)
    sides = shape_of(a)
    if axis is None:
        return Array("i8", (sizes.fresh("sort") if sides is None else product(sides),))
    return Array("i8", sides)


argpartition = constant(
    "argpartition",
    "a, /, kth=0, axis=-1",
    "np.argpartition(a, kth, axis=axis)",
    lambda a, *, kth, axis=-1: np.argpartition(a, kth, axis),
    infer=_order_type,
    functions=[np.argpartition],
    methods=["argpartition"],
    raises=True,
    at=lambda: [point(real(4), kth=2), point(real(2, 3), kth=1, axis=0), point(real(2, 3), kth=1, axis=None)],
)
digitize = constant(
    "digitize",
    "x, bins, /, right=False",
    "np.digitize(x, bins, right=right)",
    lambda x, bins, *, right=False: np.digitize(x, bins, right),
    infer=lambda sizes, x, bins, *, right=False: array_or_scalar("i8", shape_of(x)),
    functions=[np.digitize],
    raises=True,
    at=lambda: [point(real(4), np.array([-1.0, 0.0, 1.0])), point(real(2, 2), np.array([-1.0, 0.0]), right=True)],
)


def _isin_type(sizes: Sizes, element: Type, test_elements: Type, *, assume_unique: bool = False, invert: bool = False) -> Type:
    return Array("b1", shape_of(element))


isin = constant(
    "isin",
    "element, test_elements, /, assume_unique=False, invert=False",
    "np.isin(element, test_elements, assume_unique=assume_unique, invert=invert)",
    lambda element, test_elements, *, assume_unique=False, invert=False: np.isin(element, test_elements, assume_unique, invert),
    infer=_isin_type,
    functions=[np.isin],
    complex=True,
    at=lambda: [point(np.arange(4), np.array([1, 2])), point(real(2, 2), real(1)), point(np.arange(3), np.array([5]), invert=True)],
)

# What `np.unique` gives beside the values.
_WANTED = {"index": "return_index", "inverse": "return_inverse", "counts": "return_counts"}


def _unique_type(sizes: Sizes, ar: Type, *, wanted: str = "index") -> Type:
    if wanted == "inverse":
        return Array("i8", shape_of(ar))
    return Array("i8", (sizes.fresh("unique"),))


unique_fact = constant(
    "unique_fact",
    "ar, /, wanted='index'",
    "np.unique(ar, return_index=True)[1]",
    lambda ar, *, wanted="index": np.unique(ar, **{_WANTED[wanted]: True})[1],  # type: ignore[call-overload]
    infer=_unique_type,
    spell=lambda ar, *, wanted="index": f"np.unique(ar, {_WANTED[wanted]}=True)[1]",
    at=lambda: [point(np.array([2, 1, 2])), point(np.array([[2, 1], [2, 0]]), wanted="inverse"), point(real(3), wanted="counts")],
)


def _set_operation(function: Callable[..., Any]) -> Rule:
    name = function.__name__
    return constant(
        name,
        "ar1, ar2",
        f"np.{name}(ar1, ar2)",
        function,
        infer=_values(name),
        functions=[function],
        at=lambda: [point(np.array([3, 1, 2]), np.array([2, 3, 5]))],
    )


for _operation in (np.intersect1d, np.union1d, np.setdiff1d, np.setxor1d):
    _set_operation(_operation)


def _whole(function: np.ufunc) -> Rule:
    name = function.__name__
    return constant(
        name,
        "a, b",
        f"np.{name}(a, b)",
        function,
        infer=ufunc_type(function),
        functions=[function],
        broadcasts=True,
        at=lambda: [point(np.array([4, 6]), 3), point(6, np.array([[4], [9]]))],
    )


gcd, lcm = _whole(np.gcd), _whole(np.lcm)
array_equal = constant(
    "array_equal",
    "a1, a2, /, equal_nan=False",
    "np.array_equal(a1, a2, equal_nan=equal_nan)",
    lambda a1, a2, *, equal_nan=False: np.array_equal(a1, a2, equal_nan),
    infer=lambda sizes, a1, a2, *, equal_nan=False: BOOL,
    functions=[np.array_equal],
    complex=True,
    at=lambda: [point(real(3), real(3)), point(real(3), real(2))],
)
array_equiv = constant(
    "array_equiv",
    "a1, a2",
    "np.array_equiv(a1, a2)",
    np.array_equiv,
    infer=lambda sizes, a1, a2: BOOL,
    functions=[np.array_equiv],
    complex=True,
    at=lambda: [point(real(3), real(3))],
)


isposinf, isneginf = (
    constant(
        function.__name__,
        "x",
        f"np.{function.__name__}(x)",
        function,
        infer=lambda sizes, x: array_or_scalar("b1", shape_of(x)),
        functions=[function],
        at=unary(extra=lambda: [point(np.array([0.0, np.nan, np.inf, -np.inf]))]),
    )
    for function in (np.isposinf, np.isneginf)
)


def _nan_position_type(sizes: Sizes, a: Type, *, axis: int | None = None, keepdims: bool = False) -> Type:
    return array_or_scalar("i8", reduced_shape(shape_of(a), axis, keepdims))


_functions: tuple[tuple[str, Callable[..., Any]], ...] = (("nanargmax", np.nanargmax), ("nanargmin", np.nanargmin))
for _name, _function in _functions:
    constant(
        _name,
        "a, /, axis=None, *, keepdims=False",
        f"np.{_name}(a, axis=axis, keepdims=keepdims)",
        lambda a, *, axis=None, keepdims=False, _function=_function: _function(a, axis, keepdims=keepdims),
        infer=_nan_position_type,
        functions=[_function],
        raises=True,
        at=lambda: [point(np.array([1.0, np.nan, 3.0])), point(real(2, 3), axis=1)],
    )


def _triangle_type(sizes: Sizes, *, N: Any, M: Any = None, k: int = 0, dtype: str = "f8") -> Type:
    return Array(dtype, (Size.of(N), Size.of(N if M is None else M)))


tri = constant(
    "tri",
    "/, N=0, M=None, k=0, dtype='f8'",
    "np.tri(N, M=M, k=k, dtype=dtype)",
    lambda *, N, M=None, k=0, dtype="f8": np.tri(number(N), None if M is None else number(M), k, dtype),
    infer=_triangle_type,
    functions=[np.tri],
    at=[point(N=3), point(N=2, M=3, k=1), point(N=2, dtype="i8")],
)


def _place_type(sizes: Sizes, *, n: Any, k: int = 0, m: Any = None, axis: int = 0) -> Type:
    return Array("i8", (sizes.fresh("triangle"),))


_functions = (("tril_indices", np.tril_indices), ("triu_indices", np.triu_indices))
for _name, _function in _functions:
    constant(
        f"{_name}_along",
        "/, n=0, k=0, m=None, axis=0",
        f"np.{_name}(n, k, m)[axis]",
        lambda *, n, k=0, m=None, axis=0, _function=_function: _function(number(n), k, None if m is None else number(m))[axis],
        infer=_place_type,
        at=[point(n=3), point(n=2, m=3, k=1, axis=1)],
    )


def _indices_type(sizes: Sizes, *, dimensions: Any, dtype: str = "i8") -> Type:
    sides = sizes_of(dimensions)
    return Array(dtype, (Size.of(len(sides)), *sides))


indices = constant(
    "indices",
    "/, dimensions=(), dtype='i8'",
    "np.indices(dimensions, dtype=dtype)",
    lambda *, dimensions, dtype="i8": np.indices(lengths(dimensions), dtype),
    infer=_indices_type,
    at=[point(dimensions=(2, 3)), point(dimensions=(3,), dtype="f8")],
)


def _bincount_type(sizes: Sizes, x: Type, *, minlength: int = 0) -> Type:
    return Array("i8", (sizes.fresh("bincount"),))


bincount = constant(
    "bincount",
    "x, /, minlength=0",
    "np.bincount(x, minlength=minlength)",
    lambda x, *, minlength=0: np.bincount(x, minlength=minlength),
    infer=_bincount_type,
    raises=True,
    at=lambda: [point(np.array([1, 3, 1])), point(np.array([1, 0]), minlength=5)],
)
searchsorted_by = constant(
    "searchsorted_by",
    "a, v, sorter, /, side='left'",
    "np.searchsorted(a, v, side=side, sorter=sorter)",
    lambda a, v, sorter, *, side="left": np.searchsorted(a, v, side, sorter),
    infer=lambda sizes, a, v, sorter, *, side="left": array_or_scalar("i8", shape_of(v)),
    at=lambda: [point(np.array([3.0, 1.0, 2.0]), 1.5, np.array([1, 2, 0]))],
)
for _name, _function in (("bartlett", np.bartlett), ("blackman", np.blackman), ("hamming", np.hamming), ("hanning", np.hanning)):
    constant(
        _name,
        "/, M=0",
        f"np.{_name}(M)",
        lambda *, M, _function=_function: _function(number(M)),
        infer=lambda sizes, *, M: Array("f8", (Size.of(M),)),
        functions=[_function],
        at=[point(M=4), point(M=1)],
    )
for _name, _function in (("isreal", np.isreal), ("iscomplex", np.iscomplex)):
    constant(
        _name,
        "x",
        f"np.{_name}(x)",
        _function,
        infer=lambda sizes, x: array_or_scalar("b1", shape_of(x)) if isinstance(x, Array) else BOOL,
        functions=[_function],
        complex=True,
        at=lambda: [point(real(3)), point(real(2, 2))],
    )
