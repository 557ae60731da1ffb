"""`numpy.polynomial`: values, derivatives, integrals and Vandermonde matrices of the classical bases, lowest order first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Rule, Symbol, point, primitive
from s2sad.rules.formula import apply, rank
from s2sad.rules.points import real
from s2sad.rules.products import known_rank
from s2sad.rules.types import array_or_scalar, inexact, numeric, promoted


def _size(x: Any, axis: int = 0) -> Any:
    return apply("length", x, axis=axis)


def _eye(count: Any) -> Any:
    if not isinstance(count, Symbol):
        return np.eye(count)
    positions = apply("arange", count)
    return apply("where", apply("equal", positions, apply("expand_dims", positions, axis=-1)), 1.0, 0.0)


def _basis(module: Any, prefix: str) -> None:
    """Declare the functions of one basis: those of another differ by their prefix only."""
    value, slope, area, powers = (getattr(module, f"{prefix}{suffix}") for suffix in ("val", "der", "int", "vander"))
    basis = f"series_{prefix}"
    package = f"np.polynomial.{module.__name__.rpartition('.')[2]}"

    def value_type(sizes: Sizes, x: Type, c: Type) -> Type:
        numeric(f"{prefix}val", x, c)
        sides = shape_of(c)
        if sides is None or len(sides) != 1:
            raise UnsupportedError(f"{package}.{prefix}val with more than one series.", remedy="evaluate one by one", code="S2S214")
        return array_or_scalar(inexact(promoted(Array(str(dtype_of(x)), ()), Array(str(dtype_of(c)), ()))), shape_of(x))

    def value_back(k: int, g: Any, y: Any, x: Any, c: Any) -> Any:
        if k == 0:
            return g * values(x, slopes(c))
        matrix = vander(x, _size(c) - 1)
        length = known_rank(x)
        if not length:
            return g * apply("ravel", matrix)
        return apply("sum", apply("expand_dims", g, axis=-1) * matrix, axis=tuple(range(length)), keepdims=False)

    values: Rule = primitive(
        f"{basis}val",
        "x, c",
        f"{package}.{prefix}val(x, c)",
        value,
        infer=value_type,
        functions=[value],
        expensive=True,
        pushforwards=lambda k, t, y, x, c: values(x, t) if k == 1 else t * values(x, slopes(c)),
        pullbacks=value_back,
        at=lambda: [point(real(3), real(4)), point(0.7, real(4)), point(real(2, 3), real(3)), point(real(3), real(1))],
    )

    def linear_type(step: int) -> Any:
        def infer(sizes: Sizes, c: Type, *, m: int = 1) -> Type:
            numeric("a series", c)
            sides = shape_of(c)
            if sides is None:
                return Array(inexact(str(dtype_of(c))), None)
            length = sides[0]
            for _ in range(m):
                enough = True if step > 0 else sizes.at_least(length, 2)
                length = sizes.fresh("order") if enough is None else length + step if enough else Size.of(1)
            return Array(inexact(str(dtype_of(c))), (length, *sides[1:]))

        return infer

    def declare_linear(name: str, function: Any, step: int) -> Rule:
        """Declare a function that is linear in the coefficients: its matrix is what it makes of the identity."""

        def back(g: Any, y: Any, c: Any, *, m: int = 1) -> Any:
            return apply("transpose", rule(_eye(_size(c)), m=m)) @ g

        rule: Rule = primitive(
            f"series_{name}",
            "c, /, m=1",
            f"{package}.{name}(c, m=m)",
            lambda c, *, m=1: function(c, m),
            infer=linear_type(step),
            functions=[function],
            pushforwards=[lambda t, y, c, *, m=1: rule(t, m=m)],
            pullbacks=[back],
            at=lambda: [point(real(4)), point(real(4), m=2), point(real(1))],
        )
        return rule

    slopes = declare_linear(f"{prefix}der", slope, -1)
    declare_linear(f"{prefix}int", area, 1)

    def vander_type(sizes: Sizes, x: Type, deg: Type) -> Type:
        numeric("a Vandermonde matrix", x)
        order = getattr(deg, "size", None)
        sides = shape_of(x)
        if sides is None:
            return Array(inexact(str(dtype_of(x))), None)
        return Array(inexact(str(dtype_of(x))), (*(sides or (Size.of(1),)), sizes.fresh("order") if order is None else order + 1))

    def vander_slope(x: Any, deg: Any) -> Any:
        """Return the derivative of each column: that of a basis function is a sum of lower ones."""
        matrix = slopes(_eye(deg + 1))
        lower = vander(x, apply("length", matrix, axis=0) - 1)
        return lower @ matrix

    def vander_forward(k: int, t: Any, y: Any, x: Any, deg: Any) -> Any:
        return None if k else (apply("expand_dims", t, axis=-1) if rank(x) else t) * vander_slope(x, deg)

    def vander_back(k: int, g: Any, y: Any, x: Any, deg: Any) -> Any:
        return None if k else apply("sum", g * vander_slope(x, deg), axis=-1 if rank(x) else None, keepdims=False)

    vander: Rule = primitive(
        f"{basis}vander",
        "x, deg",
        f"{package}.{prefix}vander(x, deg)",
        lambda x, deg: powers(x, int(deg)),
        infer=vander_type,
        functions=[powers],
        expensive=True,
        pushforwards=vander_forward,
        pullbacks=vander_back,
        at=lambda: [point(real(3), 3), point(real(2, 3), 2), point(real(3), 0)],
    )


for _module, _prefix in (
    (polynomial, "poly"),
    (chebyshev, "cheb"),
    (legendre, "leg"),
    (hermite, "herm"),
    (hermite_e, "herme"),
    (laguerre, "lag"),
):
    _basis(_module, _prefix)
