"""Modes of `np.pad` that compute what is added, as plain Python: one axis after the other, as NumPy does."""

from __future__ import annotations

from typing import Any

import numpy as np


def _pairs(values: Any, rank: Any) -> Any:
    """What is added before and after, an axis a pair."""
    if isinstance(values, (list, tuple)):
        if len(values) == 2 and not isinstance(values[0], (list, tuple)):
            return [(values[0], values[1])] * rank
        if len(values) == 1:
            return [values[0]] * rank
        return list(values)
    return [(values, values)] * rank


def _edge(array: Any, value: Any, width: Any, axis: Any) -> Any:
    shape = (*array.shape[:axis], width, *array.shape[axis + 1 :])
    return np.zeros(shape, dtype=array.dtype) + np.asarray(value).astype(array.dtype)


def pad_with(array: Any, widths: Any, values: Any) -> Any:
    """Add constants."""
    array = np.asarray(array)
    values = _pairs(values, array.ndim)
    for axis in range(array.ndim):
        before, after = widths[axis]
        parts = (_edge(array, values[axis][0], before, axis), array, _edge(array, values[axis][1], after, axis))
        array = np.concatenate(parts, axis=axis)
    return array


def pad_ramp(array: Any, widths: Any, ends: Any) -> Any:
    """Add straight lines to the end values."""
    array = np.asarray(array)
    ends = _pairs(ends, array.ndim)
    for axis in range(array.ndim):
        before, after = widths[axis]
        first, last = np.take(array, 0, axis=axis), np.take(array, -1, axis=axis)
        left = np.linspace(ends[axis][0] + 0.0 * first, first, before, endpoint=False)
        right = np.linspace(ends[axis][1] + 0.0 * last, last, after, endpoint=False)[::-1]
        array = np.concatenate((np.moveaxis(left, 0, axis), array, np.moveaxis(right, 0, axis)), axis=axis).astype(array.dtype)
    return array


def _both(array: Any, part: Any, widths: Any, axis: Any) -> Any:
    before, after = widths[axis]
    return np.concatenate((np.repeat(part, before, axis=axis), array, np.repeat(part, after, axis=axis)), axis=axis)


def pad_mean(array: Any, widths: Any) -> Any:
    """Add means."""
    array = np.asarray(array)
    for axis in range(array.ndim):
        array = _both(array, np.mean(array, axis=axis, keepdims=True), widths, axis)
    return array


def pad_maximum(array: Any, widths: Any) -> Any:
    """Add maxima."""
    array = np.asarray(array)
    for axis in range(array.ndim):
        array = _both(array, np.max(array, axis=axis, keepdims=True), widths, axis)
    return array


def pad_minimum(array: Any, widths: Any) -> Any:
    """Add minima."""
    array = np.asarray(array)
    for axis in range(array.ndim):
        array = _both(array, np.min(array, axis=axis, keepdims=True), widths, axis)
    return array


def pad_median(array: Any, widths: Any) -> Any:
    """Add medians."""
    array = np.asarray(array)
    for axis in range(array.ndim):
        array = _both(array, np.median(array, axis=axis, keepdims=True), widths, axis)
    return array
