"""The variants of reductions that pass over nan, as NumPy writes them: nan is replaced by what changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.rules.declare import composite, point
from s2sad.rules.points import real


def _gaps() -> Any:
    return [point(np.array([1.0, np.nan, 3.0])), point(real(2, 3), axis=0)]


@composite(np.nansum, at=_gaps)
def nansum(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Sum of what is not nan."""
    a = np.asarray(a)
    return np.sum(np.where(np.isnan(a), 0, a) if np.issubdtype(a.dtype, np.inexact) else a, axis=axis, keepdims=keepdims)


@composite(np.nanprod, at=_gaps)
def nanprod(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Product of what is not nan."""
    a = np.asarray(a)
    return np.prod(np.where(np.isnan(a), 1, a) if np.issubdtype(a.dtype, np.inexact) else a, axis=axis, keepdims=keepdims)


@composite(np.cumulative_sum, at=lambda: [point(real(3)), point(real(2, 3), axis=1, include_initial=True)])
def cumulative_sum(x: Any, /, *, axis: Any = None, include_initial: bool = False) -> Any:
    """Running sum along an axis."""
    return _cumulative(np.cumsum, x, axis, include_initial, 0)


@composite(np.cumulative_prod, at=lambda: [point(real(3)), point(real(2, 3), axis=1, include_initial=True)])
def cumulative_prod(x: Any, /, *, axis: Any = None, include_initial: bool = False) -> Any:
    """Running product along an axis."""
    return _cumulative(np.cumprod, x, axis, include_initial, 1)


def _cumulative(scan: Any, x: Any, axis: Any, include_initial: Any, first: Any) -> Any:
    x = np.asarray(x)
    if axis is None:
        if x.ndim != 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    result = scan(x, axis=axis)
    if include_initial:
        start = np.full_like(np.take(result, [0], axis=axis), first)
        return np.concatenate((start, result), axis=axis)
    return result


@composite(np.nancumsum, at=_gaps)
def nancumsum(a: Any, axis: Any = None) -> Any:
    """Running sum of what is not nan."""
    a = np.asarray(a)
    return np.cumsum(np.where(np.isnan(a), 0, a) if np.issubdtype(a.dtype, np.inexact) else a, axis=axis)


@composite(np.nancumprod, at=_gaps)
def nancumprod(a: Any, axis: Any = None) -> Any:
    """Running product of what is not nan."""
    a = np.asarray(a)
    return np.cumprod(np.where(np.isnan(a), 1, a) if np.issubdtype(a.dtype, np.inexact) else a, axis=axis)


@composite(np.nanmean, at=_gaps)
def nanmean(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Mean of what is not nan."""
    a = np.asarray(a)
    if not np.issubdtype(a.dtype, np.inexact):
        return np.mean(a, axis=axis, keepdims=keepdims)
    missing = np.isnan(a)
    number = np.sum(~missing, axis=axis, keepdims=keepdims)
    total = np.sum(np.where(missing, 0, a), axis=axis, keepdims=keepdims)
    return (total / number).astype(a.dtype)


@composite(np.nanvar, at=_gaps)
def nanvar(a: Any, axis: Any = None, *, ddof: Any = 0, correction: Any = None, keepdims: Any = False) -> Any:
    """Variance of what is not nan."""
    a = np.asarray(a)
    if correction is not None:
        ddof = correction
    if not np.issubdtype(a.dtype, np.inexact):
        return np.var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    missing = np.isnan(a)
    number = np.sum(~missing, axis=axis, keepdims=True)
    mean = (np.sum(np.where(missing, 0, a), axis=axis, keepdims=True) / number).astype(a.dtype)
    deviation = np.where(missing, 0, np.where(missing, 0, a) - mean)
    total = np.sum(deviation * deviation, axis=axis, keepdims=keepdims)
    freedom = np.sum(~missing, axis=axis, keepdims=keepdims) - ddof
    result = (total / freedom).astype(a.dtype)
    return np.where(freedom <= 0, np.nan, result)[()]


@composite(np.nanstd, at=_gaps)
def nanstd(a: Any, axis: Any = None, *, ddof: Any = 0, correction: Any = None, keepdims: Any = False) -> Any:
    """Standard deviation of what is not nan."""
    return np.sqrt(np.nanvar(a, axis=axis, ddof=ddof, correction=correction, keepdims=keepdims))
