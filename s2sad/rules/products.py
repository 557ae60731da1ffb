"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Number, Scalar, Type, shape_of
from s2sad.rules.declare import Point, Rule, point, primitive
from s2sad.rules.formula import apply, is_complex, rank, reshaped
from s2sad.rules.points import complex_real, real
from s2sad.rules.types import Shape, array_or_scalar, broadcast_shapes, normal_axis, numeric, product, promoted


def agree(sizes: Sizes, left: Size, right: Size, operation: str) -> None:
    """Raise ShapeError where two sizes that must be equal are seen to differ."""
    if sizes.equal(left, right) is False:
        raise ShapeError(f"{operation}: sizes {left} and {right} differ")


def known_rank(x: Any) -> int:
    """Return the rank; refuse where it is not known, since the formula depends on it."""
    length = rank(x)
    if length is None:
        raise UnsupportedError(
            "the derivative of a product of arrays of unknown rank.", remedy="annotate the argument's type", code="S2S213"
        )
    return length


def _matmul_shape(sizes: Sizes, a: Shape, b: Shape) -> Shape:
    if a is None or b is None:
        return None
    if not a or not b:
        raise ShapeError("matmul: an operand has no dimensions")
    agree(sizes, a[-1], b[-2] if len(b) > 1 else b[0], "matmul")
    rows, columns = a[-2:-1], b[-1:] if len(b) > 1 else ()
    batch = broadcast_shapes(sizes, a[:-2], b[:-2])
    assert batch is not None
    return (*batch, *rows, *columns)


def _matmul_type(sizes: Sizes, a: Type, b: Type) -> Type:
    numeric("matmul", a, b)
    return array_or_scalar(promoted(a, b), _matmul_shape(sizes, shape_of(a), shape_of(b)))


def turned(x: Any) -> Any:
    """Return the transpose of the last two axes."""
    return apply("transpose", x) if known_rank(x) == 2 else apply("swapaxes", x, axis1=-1, axis2=-2)


def conjugated(x: Any) -> Any:
    """Return the complex conjugate; what is real as it is."""
    return apply("conjugate", x) if is_complex(x) else x


def adjoint(x: Any) -> Any:
    """Return the conjugate transpose of the last two axes."""
    return conjugated(turned(x))


def _column(x: Any) -> Any:
    return apply("expand_dims", x, axis=-1)


def _row(x: Any) -> Any:
    return apply("expand_dims", x, axis=-2)


def _matmul_back(k: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    left, right = known_rank(a), known_rank(b)
    if left == right == 1:
        return g * (b if k == 0 else a)
    if left == 1:
        if right == 2:
            return b @ g if k == 0 else outer(a, g)
        return apply("sum", b * _row(g), axis=-1, keepdims=False) if k == 0 else _column(a) * _row(g)
    if right == 1:
        if left == 2:
            return outer(g, b) if k == 0 else turned(a) @ g
        return _column(g) * b if k == 0 else a * _column(g)
    return g @ turned(b) if k == 0 else turned(a) @ g


def _bilinear(name: str) -> Any:
    def pushforward(k: int, t: Any, y: Any, a: Any, b: Any, **static: Any) -> Any:
        return apply(name, t, b, **static) if k == 0 else apply(name, a, t, **static)

    return pushforward


def _products() -> list[Point]:
    return [
        point(real(3), real(3, seed=1)),
        point(real(2, 3), real(3, seed=1)),
        point(real(3), real(3, 2, seed=1)),
        point(real(2, 3), real(3, 4, seed=1)),
        point(real(2, 0), real(0, 3)),
        point(real(0), real(0)),
        point(real(1, 3), real(3, 1)),
        point(real(2, 3, dtype="f4"), real(3, dtype="f4")),
        point(real(2, 3, dtype="f4"), real(3, seed=1)),
        point(complex_real(2, 3), complex_real(3, seed=1)),
        point(np.arange(6).reshape(2, 3), real(3)),
    ]


def _batches() -> list[Point]:
    return [
        point(real(2, 3, 4), real(2, 4, 2, seed=1)),
        point(real(2, 3, 4), real(4, 2, seed=1)),
        point(real(3, 4), real(2, 4, 2, seed=1)),
        point(real(2, 3, 4), real(4, seed=1)),
        point(real(4), real(2, 4, 3, seed=1)),
        point(real(1, 3, 4), real(2, 4, 2, seed=1)),
    ]


matmul = primitive(
    "matmul",
    "a, b",
    "a @ b",
    lambda a, b: a @ b,
    infer=_matmul_type,
    pushforwards=_bilinear("matmul"),
    pullbacks=_matmul_back,
    functions=[np.matmul, np.linalg.matmul],
    broadcasts=True,
    complex=True,
    expensive=True,
    at=lambda: [*_products(), *_batches()],
)


def _outer_type(sizes: Sizes, a: Type, b: Type) -> Type:
    numeric("outer", a, b)
    sides = [shape_of(a), shape_of(b)]
    return Array(promoted(a, b), tuple(sizes.fresh("outer") if side is None else product(side) for side in sides))


def _vector(x: Any) -> Any:
    return x if rank(x) == 1 else apply("ravel", x)


def _outer_back(k: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    return reshaped(g @ _vector(b), a) if k == 0 else reshaped(_vector(a) @ g, b)


outer = primitive(
    "outer",
    "a, b",
    "np.outer(a, b)",
    np.outer,
    infer=_outer_type,
    pushforwards=_bilinear("outer"),
    pullbacks=_outer_back,
    functions=[np.outer, np.linalg.outer],
    complex=True,
    expensive=True,
    at=lambda: [
        point(real(2), real(3)),
        point(real(2, 2), real(3)),
        point(1.5, real(3)),
        point(real(0), real(2)),
        point(real(2, dtype="f4"), real(2)),
        point(complex_real(2), real(3)),
    ],
)


def _dot_type(sizes: Sizes, a: Type, b: Type) -> Type:
    numeric("dot", a, b)
    left, right = shape_of(a), shape_of(b)
    dtype = promoted(a, b)
    if isinstance(a, Number) and isinstance(b, Number):
        return Scalar(str(dtype))
    if left is None or right is None:
        return Array(dtype, None)
    if not left or not right:
        return array_or_scalar(dtype, left or right)
    agree(sizes, left[-1], right[-2] if len(right) > 1 else right[0], "dot")
    return array_or_scalar(dtype, (*left[:-1], *right[:-2], *(right[-1:] if len(right) > 1 else ())))


def _dot_back(k: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    left, right = known_rank(a), known_rank(b)
    if not left or not right:
        return g * (b if k == 0 else a)
    if right <= 2 and (left <= 2 or right == 1):
        return _matmul_back(k, g, y, a, b)
    return _tensordot_back(k, g, y, a, b, axes=((left - 1,), (max(right - 2, 0),)))


dot = primitive(
    "dot",
    "a, b",
    "np.dot(a, b)",
    np.dot,
    infer=_dot_type,
    pushforwards=_bilinear("dot"),
    pullbacks=_dot_back,
    functions=[np.dot],
    methods=["dot"],
    broadcasts=True,
    complex=True,
    expensive=True,
    at=lambda: [
        *_products(),
        point(2.0, real(3)),
        point(real(2, 3), np.float64(2.0)),
        point(real(2, 3, 4), real(2, 4, 2)),
        point(real(2, 3, 4), real(4)),
        point(real(3), real(2, 3, 2)),
    ],
)


def _inner_type(sizes: Sizes, a: Type, b: Type) -> Type:
    numeric("inner", a, b)
    left, right = shape_of(a), shape_of(b)
    if left is None or right is None:
        return Array(promoted(a, b), None)
    if not left or not right:
        return array_or_scalar(promoted(a, b), left or right)
    agree(sizes, left[-1], right[-1], "inner")
    return array_or_scalar(promoted(a, b), (*left[:-1], *right[:-1]))


def _inner_back(k: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    left, right = known_rank(a), known_rank(b)
    if not left or not right or left == right == 1:
        return g * (b if k == 0 else a)
    return _tensordot_back(k, g, y, a, b, axes=((left - 1,), (right - 1,)))


inner = primitive(
    "inner",
    "a, b",
    "np.inner(a, b)",
    np.inner,
    infer=_inner_type,
    pushforwards=_bilinear("inner"),
    pullbacks=_inner_back,
    functions=[np.inner],
    broadcasts=True,
    complex=True,
    expensive=True,
    at=lambda: [point(real(3), real(3, seed=1)), point(real(2, 3), real(3)), point(real(2, 3), real(4, 3)), point(2.0, real(3))],
)


def _vdot_type(sizes: Sizes, a: Type, b: Type) -> Type:
    numeric("vdot", a, b)
    left, right = shape_of(a), shape_of(b)
    if left is not None and right is not None:
        agree(sizes, product(left), product(right), "vdot")
    return Scalar(promoted(a, b))


def _vdot_forward(k: int, t: Any, y: Any, a: Any, b: Any) -> Any:
    return vdot(t, b) if k == 0 else vdot(a, t)


def _vdot_back(k: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    if k == 0:  # the product is conjugate linear in its first operand
        return conjugated(g) * reshaped(conjugated(b), a) if is_complex(a) else g * reshaped(b, a)
    return g * reshaped(conjugated(a), b)


vdot: Rule = primitive(
    "vdot",
    "a, b",
    "np.vdot(a, b)",
    np.vdot,
    infer=_vdot_type,
    pushforwards=_vdot_forward,
    functions=[np.vdot],
    expensive=True,
    complex=True,
    pullbacks=_vdot_back,
    at=lambda: [
        point(real(3), real(3, seed=1)),
        point(real(2, 3), real(2, 3, seed=1)),
        point(real(6), real(2, 3)),
        point(complex_real(3), complex_real(3, seed=1)),
        point(complex_real(3), real(3, seed=1)),
        point(real(3), complex_real(3, seed=1)),
        point(np.float64(2.0), 3.0),
    ],
)

Axes = tuple[tuple[int, ...], tuple[int, ...]]


def _contracted(axes: Any, left: int, right: int) -> Axes:
    """Return the axes of both operands over which tensordot sums."""
    if isinstance(axes, int):
        return tuple(range(left - axes, left)), tuple(range(axes))
    first, second = ((one,) if isinstance(one, int) else tuple(one) for one in axes)
    return tuple(normal_axis(k, left) for k in first), tuple(normal_axis(k, right) for k in second)


def _tensordot_type(sizes: Sizes, a: Type, b: Type, *, axes: Any = 2) -> Type:
    numeric("tensordot", a, b)
    left, right = shape_of(a), shape_of(b)
    if left is None or right is None:
        return Array(promoted(a, b), None)
    first, second = _contracted(axes, len(left), len(right))
    for one, other in zip(first, second, strict=True):
        agree(sizes, left[one], right[other], "tensordot")
    return Array(promoted(a, b), (*(s for k, s in enumerate(left) if k not in first), *(s for k, s in enumerate(right) if k not in second)))


def _tensordot_back(k: int, g: Any, y: Any, a: Any, b: Any, *, axes: Any = 2) -> Any:
    left, right = known_rank(a), known_rank(b)
    first, second = _contracted(axes, left, right)
    free_a = [n for n in range(left) if n not in first]
    free_b = [n for n in range(right) if n not in second]
    if k == 0:
        sums = (tuple(range(len(free_a), len(free_a) + len(free_b))), tuple(free_b))
        result = tensordot(g, b, axes=sums)  # the axes free_a, then the contracted ones in b's order
        order = free_a + [first[second.index(n)] for n in sorted(second)]
    else:
        sums = (tuple(free_a), tuple(range(len(free_a))))
        result = tensordot(a, g, axes=sums)  # the contracted axes in a's order, then free_b
        order = [second[first.index(n)] for n in sorted(first)] + free_b
    inverse = tuple(order.index(n) for n in range(len(order)))
    return result if inverse == tuple(range(len(order))) else apply("transpose", result, axes=inverse)


tensordot = primitive(
    "tensordot",
    "a, b, /, axes=2",
    "np.tensordot(a, b, axes=axes)",
    lambda a, b, *, axes=2: np.tensordot(a, b, axes),
    infer=_tensordot_type,
    pushforwards=_bilinear("tensordot"),
    pullbacks=_tensordot_back,
    functions=[np.tensordot, np.linalg.tensordot],
    complex=True,
    expensive=True,
    at=lambda: [
        point(real(2, 3), real(3, 4), axes=1),
        point(real(2, 3), real(2, 3)),
        point(real(2, 3, 4), real(4, 3, 2), axes=((1, 2), (1, 0))),
        point(real(2, 3), real(4), axes=0),
        point(real(2, 3, 4), real(3, 5, 2), axes=((0, 1), (2, 0))),
        point(real(2, 3), real(3, 2), axes=(0, 1)),
    ],
)
