"""Functions of matrices that are built from factorisations: pseudo-inverse, least squares, powers, condition, tensor equations."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Scalar, Tuple, Type, dtype_of, shape_of
from s2sad.rules.declare import Rule, constant, point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.factors import definite, is_tall, is_wide, matrices, square
from s2sad.rules.formula import apply, rank, shape
from s2sad.rules.linalg import inv
from s2sad.rules.norms import norm
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import adjoint, agree, conjugated, known_rank, turned
from s2sad.rules.singular import svdvals
from s2sad.rules.types import Shape, array_or_scalar, inexact, number, product, promoted, real_dtype


def _pinv_type(sizes: Sizes, a: Type, *, rcond: Any = None, hermitian: bool = False, rtol: Any = None) -> Type:
    dtype, sides = matrices(a, "pinv")
    if hermitian:
        raise UnsupportedError("np.linalg.pinv with hermitian=True.", remedy="leave hermitian out", code="S2S214")
    return Array(dtype, None if sides is None else (*sides[:-2], sides[-1], sides[-2]))


def _without(p: Any, a: Any, x: Any) -> Any:
    """Return ``x - p @ (a @ x)``."""
    return x - p @ (a @ x)


def _pinv_forward(t: Any, y: Any, a: Any, **static: Any) -> Any:
    result = -(y @ t @ y)
    if not is_wide(a):
        first = y @ adjoint(y) @ adjoint(t)
        result = result + (first - first @ a @ y)
    if not is_tall(a):
        result = result + _without(y, a, adjoint(t) @ adjoint(y) @ y)
    return result


def _pinv_back(g: Any, y: Any, a: Any, **static: Any) -> Any:
    g = conjugated(g)
    result = -(adjoint(y) @ g @ adjoint(y))
    if not is_wide(a):
        second = adjoint(g) @ y @ adjoint(y)
        result = result + _without(a, y, second)
    if not is_tall(a):
        third = adjoint(y) @ y @ adjoint(g)
        result = result + (third - third @ y @ a)
    return conjugated(result)


pinv = primitive(
    "pinv",
    "a, /, rcond=None, hermitian=False, *, rtol=None",
    "np.linalg.pinv(a, rcond=rcond)",
    lambda a, *, rcond=None, hermitian=False, rtol=None: np.linalg.pinv(a, rcond) if rtol is None else np.linalg.pinv(a, rtol=rtol),
    infer=_pinv_type,
    functions=[np.linalg.pinv],
    spell=lambda a, *, rcond=None, hermitian=False, rtol=None: (
        "np.linalg.pinv(a, rcond=rcond)" if rtol is None else "np.linalg.pinv(a, rtol=rtol)"
    ),
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=[_pinv_forward],
    pullbacks=[_pinv_back],
    at=lambda: [
        point(real(3, 3) + 3 * np.eye(3)),
        point(real(4, 3)),
        point(real(2, 3)),
        point(real(2, 3, 2)),
        point(complex_real(3, 2)),
        point(real(4, 3), rcond=1e-8),
        point(real(3, 2, dtype="f4")),
    ],
    doc="G. H. Golub and V. Pereyra 1973, for a rank that does not change nearby",
)


_HEAD = (Index((Slice(None, Operand(0)),)),)

# Least squares.


def _lstsq_type(sizes: Sizes, a: Type, b: Type, *, rcond: Any = None) -> Type:
    dtype, left = matrices(a, "lstsq")
    right = shape_of(b)
    dtype = inexact(promoted(Array(dtype, ()), Array(str(dtype_of(b)), ())))
    if left is None or right is None or len(left) != 2 or len(right) not in (1, 2):
        raise ShapeError("lstsq takes a matrix, and a vector or a matrix")
    agree(sizes, left[0], right[0], "lstsq")
    residuals: Shape = (sizes.fresh("rest"),)
    count = left[1] if sizes.at_least(left[0] - left[1], 0) else left[0]
    return Tuple(
        (Array(dtype, (left[1], *right[1:])), Array(real_dtype(dtype), residuals), Scalar("i4"), Array(real_dtype(dtype), (count,)))
    )


def _column_of(x: Any) -> Any:
    return apply("expand_dims", x, axis=-1) if rank(x) == 1 else x


def _plain(x: Any, like: Any) -> Any:
    return apply("squeeze", x, axis=-1) if rank(like) == 1 else x


def _misfit(a: Any, b: Any, x: Any) -> Any:
    return _column_of(b) - a @ _column_of(x)


def _lstsq_forward(k: int, t: Any, y: Any, a: Any, b: Any, *, rcond: Any = None) -> Any:
    x, residuals, _, _ = y
    p = pinv(a)
    rest = _misfit(a, b, x)
    if k == 1:
        change, across = p @ _column_of(t), _column_of(t)
        values = None
    else:
        across = -(t @ _column_of(x))
        change = p @ across
        if not is_wide(a):
            change = change + p @ (adjoint(p) @ (adjoint(t) @ rest))
        if not is_tall(a):
            change = change + _without(p, a, adjoint(t) @ (adjoint(p) @ _column_of(x)))
        assert svdvals.pushforward is not None
        values = svdvals.pushforward(0, t, y[3], a)
    squares = None
    if not is_wide(a):
        squares = 2.0 * apply("real", apply("sum", conjugated(rest) * across, axis=0))
        squares = _as_many(squares, residuals)
    return _plain(change, x), squares, None, values


def _as_many(values: Any, residuals: Any) -> Any:
    """Return as many values as there are residuals: none where the rank is not full."""
    return apply("get", values, apply("length", residuals, axis=0), path=_HEAD)


def _lstsq_back(k: int, g: Any, y: Any, a: Any, b: Any, *, rcond: Any = None) -> Any:
    dx, squares, _, values = g
    x = y[0]
    result = None
    if squares is not None and is_wide(a):
        squares = None
    if squares is not None:
        # One residual for each column of b, or none where the rank is not full.
        spread = apply("sum", squares) if rank(b) == 1 else squares
        scaled = 2.0 * conjugated(_misfit(a, b, x)) * spread
        result = _plain(scaled, b) if k == 1 else -(scaled @ turned(_column_of(x)))
    if dx is not None:
        p = pinv(a)
        dx = conjugated(_column_of(dx))
        gb = adjoint(p) @ dx
        if k == 1:
            part = _plain(conjugated(gb), b)
        else:
            part = -(gb @ adjoint(_column_of(x)))
            if not is_wide(a):
                part = part + _misfit(a, b, x) @ (adjoint(dx) @ p @ adjoint(p))
            if not is_tall(a):
                row = adjoint(dx)
                part = part + (adjoint(p) @ _column_of(x)) @ (row - row @ p @ a)
            part = conjugated(part)
        result = part if result is None else result + part
    if values is not None and k == 0:
        assert svdvals.pullback is not None
        part = svdvals.pullback(0, values, y[3], a)
        result = part if result is None else result + part
    return result


lstsq = primitive(
    "lstsq",
    "a, b, /, rcond=None",
    "np.linalg.lstsq(a, b, rcond=rcond)",
    lambda a, b, *, rcond=None: np.linalg.lstsq(a, b, rcond),
    infer=_lstsq_type,
    functions=[np.linalg.lstsq],
    results=("x", "residuals", "rank", "values"),
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=_lstsq_forward,
    pullbacks=_lstsq_back,
    at=lambda: [
        point(real(4, 3), real(4)),
        point(real(4, 3), real(4, 2)),
        point(real(2, 3), real(2)),
        point(real(3, 3) + 3 * np.eye(3), real(3)),
        point(complex_real(4, 2), complex_real(4, seed=3)),
    ],
    doc="Golub and Pereyra 1973, for a rank that does not change nearby",
)
matrix_rank = constant(
    "matrix_rank",
    "A, /, tol=None, hermitian=False",
    "np.linalg.matrix_rank(A, tol=tol, hermitian=hermitian)",
    lambda A, *, tol=None, hermitian=False: np.linalg.matrix_rank(A, tol, hermitian),
    infer=lambda sizes, A, *, tol=None, hermitian=False: array_or_scalar("i8", (shape_of(A) or ())[:-2]),
    functions=[np.linalg.matrix_rank],
    complex=True,
    at=lambda: [point(real(3, 3)), point(real(2, 3, 3)), point(np.ones((2, 2)), tol=1e-8)],
)


# Powers and products.


def _power(a: Any, *, n: Any) -> Any:
    count = number(n)
    if count == 0:
        return 0.0 * a
    if count < 0:
        a, count = inv(a), -count
    return reduce(lambda left, right: left @ right, [a] * count)


def _matrix_power_type(sizes: Sizes, a: Type, *, n: Any = 1) -> Type:
    dtype, sides = square(sizes, a, "matrix_power")
    if not hasattr(n, "known") or n.known is None:
        raise UnsupportedError("np.linalg.matrix_power with a varying power.", remedy="write a loop", code="S2S214")
    return Array(dtype if n.known < 0 else str(dtype_of(a)), sides)


matrix_power = derived(
    "matrix_power",
    "a, /, n=1",
    "np.linalg.matrix_power(a, n)",
    lambda a, *, n: np.linalg.matrix_power(a, number(n)),  # the first power is the matrix itself, which the frontend sees to
    _power,
    infer=_matrix_power_type,
    functions=[np.linalg.matrix_power],
    complex=True,
    expensive=True,
    raises=True,
    at=lambda: [
        *(point(real(3, 3) + 3 * np.eye(3), n=Size.of(n)) for n in (0, 2, 3, 5, -1, -2)),
        point(real(2, 3, 3), n=Size.of(3)),
        point(complex_real(2, 2), n=Size.of(2)),
    ],
)
multi_dot: Rule = derived(
    "multi_dot",
    "*arrays",
    "np.linalg.multi_dot(arrays)",
    lambda *arrays: np.linalg.multi_dot(arrays),
    lambda *arrays: reduce(lambda left, right: apply("dot", left, right), arrays),
    functions=[np.linalg.multi_dot],
    complex=True,
    expensive=True,
    at=lambda: [
        point(real(2, 3), real(3, 4)),
        point(real(2, 3), real(3, 4), real(4, 2)),
        point(real(3), real(3, 4), real(4)),
        point(real(2, 3), real(3, 4), real(4, 2), real(2)),
    ],
)


# Condition, and equations of tensors.


def _cond(x: Any, *, p: Any = None) -> Any:
    if p in (None, 2, -2):
        values = svdvals(x)
        largest, least = (apply(name, values, axis=-1, keepdims=False) for name in ("max", "min"))
        return least / largest if p == -2 else largest / least
    return norm(x, ord=p, axis=(-2, -1)) * norm(inv(x), ord=p, axis=(-2, -1))


cond = derived(
    "cond",
    "x, /, p=None",
    "np.linalg.cond(x, p=p)",
    lambda x, *, p=None: np.linalg.cond(x, p),
    _cond,
    functions=[np.linalg.cond],
    expensive=True,
    at=lambda: [
        *(point(real(3, 3) + 3 * np.eye(3), p=p) for p in (None, 2, -2, 1, "fro", np.inf)),
        point(real(2, 3, 3)),
        point(real(4, 2)),
    ],
)


def _tensorsolve(a: Any, b: Any) -> Any:
    sides, length = shape(a), known_rank(b)
    assert sides is not None
    size = product(sides[length:])
    flat = apply("solve", apply("reshape", a, shape=(size, size)), apply("ravel", b))
    return apply("reshape", flat, shape=sides[length:])


tensorsolve = derived(
    "tensorsolve",
    "a, b",
    "np.linalg.tensorsolve(a, b)",
    np.linalg.tensorsolve,
    _tensorsolve,
    functions=[np.linalg.tensorsolve],
    expensive=True,
    raises=True,
    at=lambda: [point(definite(6, 6).reshape(2, 3, 6), real(2, 3)), point(definite(6, 6).reshape(6, 2, 3), real(6))],
)


def _tensorinv(a: Any, *, ind: int = 2) -> Any:
    sides = shape(a)
    assert sides is not None
    size = product(sides[ind:])
    return apply("reshape", inv(apply("reshape", a, shape=(size, size))), shape=(*sides[ind:], *sides[:ind]))


tensorinv = derived(
    "tensorinv",
    "a, /, ind=2",
    "np.linalg.tensorinv(a, ind=ind)",
    lambda a, *, ind=2: np.linalg.tensorinv(a, ind),
    _tensorinv,
    functions=[np.linalg.tensorinv],
    expensive=True,
    raises=True,
    at=lambda: [point(definite(6, 6).reshape(2, 3, 6)), point(definite(6, 6).reshape(6, 2, 3), ind=1)],
)
