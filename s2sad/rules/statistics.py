"""Averages, covariances and histograms, as NumPy writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.index import Index
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.choices import select
from s2sad.rules.declare import Rule, composite, point, primitive, unsupported
from s2sad.rules.formula import apply
from s2sad.rules.points import real


@composite(np.average, at=lambda: [point(real(3)), point(real(2, 3), 1, real(3, low=0.2))])
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    """Weighted mean."""
    a = np.asarray(a)
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        if returned:
            total = np.asarray(a.size / np.size(result), dtype=result.dtype)
            return result, np.broadcast_to(total, np.shape(result)).copy() if np.ndim(result) else total[()]
        return result
    weights = np.asarray(weights)
    if a.shape != weights.shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        if weights.ndim == 1 and isinstance(axis, int):
            if weights.shape[0] != a.shape[axis]:
                raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
            weights = np.swapaxes(np.broadcast_to(weights, (a.ndim - 1) * (1,) + weights.shape), -1, axis)
        else:
            unsupported("weights of several dimensions that differ from those of the array")
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    if np.any(total == 0.0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    result = np.sum(np.multiply(a, weights), axis=axis, keepdims=keepdims) / total
    if returned:
        if np.shape(total) != np.shape(result):
            total = np.broadcast_to(total, np.shape(result)).copy()
        return result, total
    return result


@composite(np.cov, at=lambda: [point(real(2, 4)), point(real(4), real(4, seed=1))])
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """Covariance matrix."""
    if dtype is not None:
        unsupported("cov with dtype")
    m = np.asarray(m)
    if m.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    x = m.reshape(1, -1) if m.ndim < 2 else m
    if not np.issubdtype(x.dtype, np.inexact):
        x = x.astype(float)
    if not rowvar and m.ndim != 1:
        x = x.T
    if y is not None:
        other = np.asarray(y)
        other = other.reshape(1, -1) if other.ndim < 2 else other
        if not rowvar and other.shape[0] != 1:
            other = other.T
        x = np.concatenate((x, other), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    weights = None
    if fweights is not None:
        weights = np.asarray(fweights)
    if aweights is not None:
        weights = np.asarray(aweights) if weights is None else weights * np.asarray(aweights)
    if weights is None:
        mean = np.mean(x, axis=1)
        freedom = x.shape[1] - ddof
    else:
        total = np.sum(weights)
        mean = np.sum(x * weights, axis=1) / total
        if ddof == 0:
            freedom = total
        elif aweights is None:
            freedom = total - ddof
        else:
            freedom = total - ddof * np.sum(weights * np.asarray(aweights)) / total
    x = x - mean[:, None]
    c = np.dot(x, x.T if weights is None else (x * weights).T)
    c = c * np.true_divide(1, freedom)
    return np.squeeze(c) if c.shape[0] == 1 else c


@composite(np.corrcoef, at=lambda: [point(real(2, 4)), point(real(4), real(4, seed=1))])
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """Correlation coefficients."""
    c = np.cov(x, y, rowvar, dtype=dtype)
    if np.ndim(c) == 0:
        return c / c
    deviation = np.sqrt(np.diag(c))
    c = c / deviation[:, None]
    c = c / deviation[None, :]
    return np.clip(c, -1, 1)


def _bin_type(sizes: Sizes, x: Type, weights: Type, *, minlength: int = 0) -> Type:
    return Array("f8", (sizes.fresh("bincount"),))


bincount_weighted: Rule = primitive(
    "bincount_weighted",
    "x, weights, /, minlength=0",
    "np.bincount(x, weights, minlength)",
    lambda x, weights, *, minlength=0: np.bincount(x, weights, minlength),
    infer=_bin_type,
    raises=True,
    pushforwards=[None, lambda t, y, x, weights, *, minlength=0: bincount_weighted(x, t, minlength=minlength)],
    pullbacks=[None, lambda g, y, x, weights, *, minlength=0: apply("take", g, x, axis=None)],
    at=lambda: [point(np.array([1, 0, 1]), real(3)), point(np.array([2, 0]), real(2), minlength=5)],
)


def _counts_type(sizes: Sizes, x: Type, edges: Type, *weights: Type, bins: int | None = None) -> Type:
    sides = shape_of(edges)
    size = sizes.fresh("histogram") if sides is None else sides[0] - 1
    return Array(str(dtype_of(weights[0])) if weights else "i8", (size,))


def _place(x: Any, edges: Any) -> tuple[Any, Any]:
    """Return the number of each element's bin, and whether it is in one; the last bin has both its ends."""
    last = apply("length", edges, axis=0) - 2
    number = apply("searchsorted", edges, x, side="right") - 1
    number = apply("where", apply("equal", x, apply("get", edges, path=(Index((-1,)),))), last, number)
    inside = apply("logical_and", apply("greater_equal", number, 0), apply("less_equal", number, last))
    return apply("where", inside, number, 0), inside


def _weights_back(g: Any, y: Any, x: Any, edges: Any, *weights: Any) -> Any:
    number, inside = _place(x, edges)
    return select(inside, apply("take", g, number, axis=None), 0.0)


def _counts(x: Any, edges: Any, *weights: Any, bins: int | None = None) -> Any:
    weight = weights[0] if weights else None
    if bins is None:
        return np.histogram(x, edges, weights=weight)[0]
    return np.histogram(x, bins, range=(edges[0], edges[-1]), weights=weight)[0]


def _spell_counts(x: Type, edges: Type, *weights: Type, bins: int | None = None) -> str:
    # Bins of equal width are counted in another way, which shows in the last bits.
    given = "edges" if bins is None else "bins, range=(edges[0], edges[-1])"
    return f"np.histogram(x, {given}{', weights=weights[0]' if weights else ''})[0]"


histogram_counts: Rule = primitive(
    "histogram_counts",
    "x, edges, *weights, /, bins=None",
    "np.histogram(x, edges)[0]",
    _counts,
    infer=_counts_type,
    raises=True,
    spell=_spell_counts,
    pushforwards=lambda k, t, y, x, edges, *weights, bins=None: histogram_counts(x, edges, t, bins=bins) if k == 2 else None,
    pullbacks=lambda k, g, y, x, edges, *weights, bins=None: _weights_back(g, y, x, edges, *weights) if k == 2 else None,
    at=lambda: [point(real(5), np.array([-1.0, 0.0, 1.0])), point(real(5), np.array([-1.0, 0.0, 1.0]), real(5, seed=1))],
)


def histogram_edges(a: Any, bins: Any, range: Any) -> Any:
    """The edges of equal bins."""
    if range is None:
        if np.size(a) == 0:
            first, last = 0.0, 1.0
        else:
            first, last = np.min(a), np.max(a)
    else:
        first, last = range
        if first > last:
            raise ValueError("max must be larger than min in range parameter.")
    if first == last:
        first = first - 0.5
        last = last + 0.5
    return np.linspace(first, last, bins + 1)
