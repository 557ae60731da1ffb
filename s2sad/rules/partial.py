"""Reductions of some of the elements (``where=``) that may start from a value (``initial=``).

The operands after the array are those that `names` says, in that order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Type, dtype_of, shape_of
from s2sad.rules.choices import divide_unless_zero, select
from s2sad.rules.declare import Formula, Rule, constant, point, primitive
from s2sad.rules.formula import apply, keep_axes, shape, spread
from s2sad.rules.points import real
from s2sad.rules.reductions import product_of_rest, summed_dtype
from s2sad.rules.types import array_or_scalar, broadcast_types, inexact, numeric, real_dtype, reduced_shape

PARTIAL: dict[str, Rule] = {}  # name of the whole reduction → that of some elements
STATIC = "a, *others, /, axis=None, *, keepdims=False, names=()"


def _named(others: tuple[Any, ...], names: tuple[str, ...]) -> tuple[Any, Any]:
    """Return what `where` and `initial` are, or None."""
    given = dict(zip(names, others, strict=True))
    return given.get("where"), given.get("initial")


def _spell(name: str, extra: str = "") -> Callable[..., str]:
    def spell(a: Type, *others: Type, names: tuple[str, ...] = (), **static: Any) -> str:
        parts = "".join(f", {label}=others[{number}]" for number, label in enumerate(names))
        return f"np.{name}(a, axis=axis{extra}, keepdims=keepdims{parts})"

    return spell


def _type(dtype: Callable[[str], str]) -> Callable[..., Type]:
    def infer(sizes: Sizes, a: Type, *others: Type, axis: Any = None, keepdims: bool = False, names: Any = (), **static: Any) -> Type:
        numeric("a reduction", a)
        broadcast_types(sizes, a, *(kind for kind, label in zip(others, names, strict=True) if label == "where"))
        return array_or_scalar(dtype(str(dtype_of(a))), reduced_shape(shape_of(a), axis, keepdims))

    return infer


def _masked(x: Any, where: Any, otherwise: Any = 0.0) -> Any:
    return x if where is None else select(where, x, otherwise)


def _sum_back(k: int, g: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    where, _ = _named(others, names)
    if k:
        return apply("sum", g, axis=None, keepdims=False) if names[k - 1] == "initial" else None
    return _masked(spread(keep_axes(g, a, axis, keepdims), a), where)


def _sum_forward(k: int, t: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    where, _ = _named(others, names)
    if k:
        return spread(t, y) if names[k - 1] == "initial" else None
    return apply("sum", _masked(t, where), axis=axis, keepdims=keepdims)


def _factors(a: Any, others: Any, names: Any) -> tuple[Any, Any]:
    """Return the factors, 1 where there is none, and what they are multiplied with at the end."""
    where, initial = _named(others, names)
    return _masked(a, where, 1.0), 1.0 if initial is None else initial


def _prod_slope(a: Any, others: Any, axis: Any, names: Any) -> Any:
    factors, initial = _factors(a, others, names)
    return product_of_rest(factors, axis) * initial


def _prod_back(k: int, g: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    where, _ = _named(others, names)
    if k:
        if names[k - 1] != "initial":
            return None
        return apply("sum", g * apply("prod", _factors(a, others, names)[0], axis=axis, keepdims=keepdims), axis=None, keepdims=False)
    return _masked(keep_axes(g, a, axis, keepdims) * _prod_slope(a, others, axis, names), where)


def _prod_forward(k: int, t: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    where, _ = _named(others, names)
    if k:
        return t * apply("prod", _factors(a, others, names)[0], axis=axis, keepdims=keepdims) if names[k - 1] == "initial" else None
    return apply("sum", _masked(t * _prod_slope(a, others, axis, names), where), axis=axis, keepdims=keepdims)


def _counted(a: Any, where: Any) -> Any:
    """Return the mask in the shape of the array."""
    return where if shape(where) == shape(a) else spread(where, a)


def _mean_parts(a: Any, others: Any, axis: Any, names: Any) -> tuple[Any, Any]:
    where, _ = _named(others, names)
    mask = _counted(a, where)
    return mask, apply("sum", mask, axis=axis, keepdims=True)


def _mean_back(k: int, g: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    if k:
        return None
    mask, number = _mean_parts(a, others, axis, names)
    return select(mask, keep_axes(g, a, axis, keepdims) / number, 0.0)


def _mean_forward(k: int, t: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    if k:
        return None
    mask, number = _mean_parts(a, others, axis, names)
    return apply("sum", select(mask, t / number, 0.0), axis=axis, keepdims=keepdims)


def _deviation(a: Any, others: Any, axis: Any, names: Any) -> tuple[Any, Any]:
    mask, number = _mean_parts(a, others, axis, names)
    kept = select(mask, a, 0.0)
    return number, select(mask, a - apply("sum", kept, axis=axis, keepdims=True) / number, 0.0)


def _var_slope(y: Any, a: Any, others: Any, axis: Any, keepdims: bool, names: Any, ddof: float) -> Any:
    number, deviation = _deviation(a, others, axis, names)
    return 2.0 * deviation / (number - ddof if ddof else number)


def _std_slope(y: Any, a: Any, others: Any, axis: Any, keepdims: bool, names: Any, ddof: float) -> Any:
    number, deviation = _deviation(a, others, axis, names)
    return divide_unless_zero(deviation, keep_axes(y, a, axis, keepdims) * (number - ddof if ddof else number))


def _by_slope(slope: Formula, forward: bool) -> Formula:
    def apply_slope(
        k: int, g: Any, y: Any, a: Any, *others: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False, names: Any = ()
    ) -> Any:
        if k:
            return None
        change = slope(y, a, others, axis, keepdims, names, ddof)
        if forward:
            return apply("sum", change * g, axis=axis, keepdims=keepdims)
        return keep_axes(g, a, axis, keepdims) * change

    return apply_slope


def _extremum_hits(y: Any, a: Any, others: Any, axis: Any, keepdims: bool, names: Any) -> tuple[Any, Any, Any]:
    """Return where the extremum is attained, whether it is the initial value, and how often it is attained."""
    where, initial = _named(others, names)
    hit = apply("equal", a, keep_axes(y, a, axis, keepdims))
    if where is not None:
        hit = apply("logical_and", hit, where)
    ties = apply("sum", hit, axis=axis, keepdims=keepdims)
    if initial is None:
        return hit, None, ties
    start = apply("equal", y, initial)
    return hit, start, ties + start


def _extremum_back(k: int, g: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    hit, start, ties = _extremum_hits(y, a, others, axis, keepdims, names)
    if k:
        return apply("sum", select(start, g / ties, 0.0), axis=None, keepdims=False) if names[k - 1] == "initial" else None
    return select(hit, keep_axes(g / ties, a, axis, keepdims), 0.0)


def _extremum_forward(k: int, t: Any, y: Any, a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = ()) -> Any:
    hit, start, ties = _extremum_hits(y, a, others, axis, keepdims, names)
    if k:
        return select(start, t / ties, 0.0) if names[k - 1] == "initial" else None
    return apply("sum", select(hit, t, 0.0), axis=axis, keepdims=keepdims) / ties


def _mask() -> Any:
    return np.array([[True, False, True], [True, True, False]])


def _points(initial: bool, *, required: bool = False) -> Callable[[], list[Any]]:
    def at() -> list[Any]:
        x, mask = real(2, 3), _mask()
        points = []
        if not required:
            points = [
                point(x, mask, names=("where",)),
                point(x, mask, axis=0, names=("where",)),
                point(x, mask[0], axis=1, keepdims=True, names=("where",)),
                point(real(3, dtype="f4"), mask[0], names=("where",)),
            ]
        if initial:
            points += [
                point(x, 0.3, axis=1, names=("initial",)),
                point(x, np.float64(-3.0), names=("initial",)),
                point(x, mask, -2.5, axis=0, names=("where", "initial")),
                point(real(2, 0), 1.5, axis=1, names=("initial",)),
            ]
        return points

    return at


def _evaluate(function: Callable[..., Any]) -> Formula:
    def evaluate(a: Any, *others: Any, axis: Any = None, keepdims: bool = False, names: Any = (), **more: Any) -> Any:
        return function(a, axis=axis, keepdims=keepdims, **more, **dict(zip(names, others, strict=True)))

    return evaluate


def _declare(
    name: str, dtype: Callable[[str], str], forward: Formula, back: Formula, at: Any, static: str = STATIC, extra: str = ""
) -> None:
    PARTIAL[name] = primitive(
        f"{name}_of_some",
        static,
        f"np.{name}(a, axis=axis, keepdims=keepdims)",
        _evaluate(getattr(np, name)),
        infer=_type(dtype),
        pushforwards=forward,
        pullbacks=back,
        spell=_spell(name, extra),
        raises=True,
        at=at,
    )


_MOMENT = "a, *others, /, axis=None, *, ddof=0, keepdims=False, names=()"
_declare("sum", summed_dtype, _sum_forward, _sum_back, _points(True))
_declare("prod", summed_dtype, _prod_forward, _prod_back, _points(True))
_declare("max", lambda dtype: dtype, _extremum_forward, _extremum_back, _points(True, required=True))
_declare("min", lambda dtype: dtype, _extremum_forward, _extremum_back, _points(True, required=True))
_declare("mean", inexact, _mean_forward, _mean_back, _points(False))
for _name, _slope in (("var", _var_slope), ("std", _std_slope)):
    _declare(
        _name,
        lambda dtype: real_dtype(inexact(dtype)),
        _by_slope(_slope, True),
        _by_slope(_slope, False),
        _points(False),
        _MOMENT,
        ", ddof=ddof",
    )
for _name in ("any", "all"):
    PARTIAL[_name] = constant(
        f"{_name}_of_some",
        STATIC,
        f"np.{_name}(a, axis=axis, keepdims=keepdims)",
        _evaluate(getattr(np, _name)),
        infer=_type(lambda dtype: "b1"),
        spell=_spell(_name),
        complex=True,
        at=_points(False),
    )
