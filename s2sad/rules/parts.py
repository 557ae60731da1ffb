"""Arrays taken apart and put together, as plain Python over slices and concatenation; what NumPy gives as views are views here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.rules.declare import composite, point, unsupported
from s2sad.rules.points import real


@composite(np.array_split, at=lambda: [point(real(5), 2), point(real(4, 2), [1, 3])])
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Split into parts as equal as possible, or at the given places."""
    ary = np.asarray(ary)
    length = ary.shape[axis]
    moved = np.swapaxes(ary, axis, 0)
    if isinstance(indices_or_sections, (int, np.integer)):
        if indices_or_sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        each, more = length // indices_or_sections, length % indices_or_sections
        bounds = [k * each + min(k, more) for k in range(indices_or_sections + 1)]
    else:
        bounds = [0, *indices_or_sections, length]
    return [np.swapaxes(moved[bounds[k] : bounds[k + 1]], axis, 0) for k in range(len(bounds) - 1)]


@composite(np.split, at=lambda: [point(real(4), 2), point(real(2, 4), [1, 3], 1)])
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Split into equal parts, or at the given places."""
    ary = np.asarray(ary)
    length = ary.shape[axis]
    moved = np.swapaxes(ary, axis, 0)
    if isinstance(indices_or_sections, (int, np.integer)):
        if length % indices_or_sections:
            raise ValueError("array split does not result in an equal division")
        each = length // indices_or_sections
        return [np.swapaxes(moved[k * each : (k + 1) * each], axis, 0) for k in range(indices_or_sections)]
    bounds = [0, *indices_or_sections, length]
    return [np.swapaxes(moved[bounds[k] : bounds[k + 1]], axis, 0) for k in range(len(bounds) - 1)]


@composite(np.hsplit, at=lambda: [point(real(2, 4), 2), point(real(4), [1])])
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Split columns; elements of a vector."""
    if np.ndim(ary) == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return np.split(ary, indices_or_sections, 1 if np.ndim(ary) > 1 else 0)


@composite(np.vsplit, at=lambda: [point(real(4, 2), 2)])
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Split rows."""
    if np.ndim(ary) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return np.split(ary, indices_or_sections, 0)


@composite(np.dsplit, at=lambda: [point(real(2, 2, 4), 2)])
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Split along the third axis."""
    if np.ndim(ary) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return np.split(ary, indices_or_sections, 2)


@composite(np.dstack, at=lambda: [point([real(3), real(3)]), point([real(2, 3), real(2, 3)])])
def dstack(tup: Sequence[Any]) -> Any:
    """Put behind each other, along the third axis."""
    return np.concatenate([np.atleast_3d(a) for a in tup], axis=2)


@composite(np.atleast_3d, at=lambda: [point(1.5), point(real(3)), point(real(2, 3)), point(real(1, 2, 3))])
def atleast_3d(ary: Any) -> Any:
    """View as an array of three dimensions or more."""
    ary = np.asarray(ary)
    if ary.ndim == 0:
        return ary.reshape(1, 1, 1)
    if ary.ndim == 1:
        return ary[np.newaxis, :, np.newaxis]
    if ary.ndim == 2:
        return ary[:, :, np.newaxis]
    return ary


@composite(np.append, at=lambda: [point(real(3), real(2)), point(real(2, 3), real(1, 3), 0), point(real(2, 2), 1.5)])
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """Put values behind an array."""
    if axis is None:
        return np.concatenate((np.ravel(arr), np.ravel(values)))
    return np.concatenate((arr, values), axis=axis)


@composite(np.insert, at=lambda: [point(real(3), 1, 1.5), point(real(2, 3), 1, real(2), 1), point(real(4), [1, 3], real(2))])
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """Put values between the elements of an array."""
    arr = np.asarray(arr)
    if axis is None:
        if arr.ndim != 1:
            arr = arr.ravel()
        axis = 0
    moved = np.moveaxis(arr, axis, 0)
    length = len(moved)
    places = np.asarray(obj)
    if places.ndim == 0 or len(places) == 1:
        place = int(places) if places.ndim == 0 else int(places[0])
        if place < -length or place > length:
            raise IndexError("index is out of bounds")
        if place < 0:
            place = place + length
        added = np.asarray(values).astype(arr.dtype)
        if added.ndim < arr.ndim:
            added = added.reshape((1,) * (arr.ndim - added.ndim) + added.shape)
        if places.ndim == 0:
            added = np.moveaxis(added, 0, axis)
        added = np.moveaxis(added, axis, 0)
        added = np.broadcast_to(added, (added.shape[0], *moved.shape[1:]))
        return np.moveaxis(np.concatenate((moved[:place], added, moved[place:])), 0, axis)
    places = np.where(places < 0, places + length, places)
    order = np.argsort(places, kind="stable")
    slots = places.copy()
    slots[order] = slots[order] + np.arange(len(places))
    old = np.ones(length + len(places), dtype=bool)
    old[slots] = False
    result = np.empty((length + len(places), *moved.shape[1:]), dtype=arr.dtype)
    added = np.asarray(values).astype(arr.dtype)
    result[slots] = np.moveaxis(added, axis, 0) if added.ndim == arr.ndim else added
    result[old] = moved
    return np.moveaxis(result, 0, axis)


@composite(np.rot90, at=lambda: [point(real(2, 3)), point(real(2, 3), 2), point(real(2, 3, 4), 3, (1, 2))])
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turn by quarters."""
    m = np.asarray(m)
    k = k % 4
    if k == 0:
        return m[:]
    if k == 2:
        return np.flip(np.flip(m, axes[0]), axes[1])
    if k == 1:
        return np.swapaxes(np.flip(m, axes[1]), axes[0], axes[1])
    return np.flip(np.swapaxes(m, axes[0], axes[1]), axes[1])


@composite(np.rollaxis, at=lambda: [point(real(2, 3, 4), 2), point(real(2, 3, 4), 2, 1), point(real(2, 3, 4), 0, 3)])
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """Move an axis before another one."""
    n = np.ndim(a)
    if axis < 0:
        axis = axis + n
    if start < 0:
        start = start + n
    if axis < start:
        start = start - 1
    return np.moveaxis(a, axis, start)


@composite(np.matrix_transpose, at=lambda: [point(real(2, 3)), point(real(2, 3, 4))])
def matrix_transpose(x: Any, /) -> Any:
    """Swap the last two axes."""
    return np.swapaxes(x, -1, -2)


@composite(np.trim_zeros, at=lambda: [point(np.array([0.0, 1.5, 0.0, 2.0, 0.0])), point(np.array([0.0, 1.5, 0.0]), "f")])
def trim_zeros(filt: Any, trim: str = "fb") -> Any:
    """Leave out zeros at the ends of a vector."""
    filt = np.asarray(filt)
    if filt.ndim != 1:
        unsupported("trim_zeros of more than one dimension")
    places = np.flatnonzero(filt)
    if len(places) == 0:
        return filt[:0]
    first = places[0] if "f" in trim.lower() else 0
    last = places[-1] + 1 if "b" in trim.lower() else len(filt)
    return filt[first:last]


@composite(np.select, at=lambda: [point([np.array([True, False])], [real(2)], 1.0)])
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Choose by the first condition that holds."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    result = default
    for k in range(len(condlist) - 1, -1, -1):
        result = np.where(condlist[k], choicelist[k], result)
    return result


@composite(np.choose, at=lambda: [point(np.array([0, 1]), [real(2), 1.0])])
def choose(a: Any, choices: Any, mode: str = "raise") -> Any:
    """Choose by numbers."""
    a, count = np.asarray(a), len(choices)
    if mode == "wrap":
        a = a % count
    elif mode == "clip":
        a = np.clip(a, 0, count - 1)
    elif np.any(a < 0) or np.any(a >= count):
        raise ValueError("invalid entry in choice array")
    result = np.asarray(choices[count - 1])
    for k in range(count - 2, -1, -1):
        result = np.where(a == k, choices[k], result)
    return np.where(a >= 0, result, result) if count == 1 else result


@composite(np.piecewise, at=lambda: [point(real(4), [real(4) < 0], [0.0, 1.0])])
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Apply a function of its own to each part of an array."""
    x = np.asarray(x)
    conditions = [np.asarray(c) for c in condlist] if isinstance(condlist, (list, tuple)) else [np.asarray(condlist)]
    if len(funclist) == len(conditions) + 1:
        otherwise = np.ones(x.shape, dtype=bool)
        for condition in conditions:
            otherwise = otherwise & ~condition
        conditions = [*conditions, otherwise]
    elif len(funclist) != len(conditions):
        raise ValueError("with the given conditions, either as many functions or one more are expected")
    y = np.zeros_like(x)
    for k in range(len(conditions)):
        if callable(funclist[k]):
            part = x[conditions[k]]
            if part.size > 0:
                y[conditions[k]] = funclist[k](part, *args, **kw)
        else:
            y[conditions[k]] = funclist[k]
    return y


@composite(np.apply_along_axis, at=lambda: [point(np.sum, 0, real(2, 3))])
def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """Apply a function to each line of an array."""
    arr = np.asarray(arr)
    if axis < 0:
        axis = axis + arr.ndim
    moved = np.moveaxis(arr, axis, -1)
    if arr.ndim == 1:
        return np.asarray(func1d(moved, *args, **kwargs))
    lines = moved.reshape(-1, moved.shape[-1])
    results = np.array([func1d(line, *args, **kwargs) for line in lines])
    results = results.reshape((*moved.shape[:-1], *results.shape[1:]))
    if results.ndim == arr.ndim:
        return np.moveaxis(results, -1, axis)
    return results


@composite(np.apply_over_axes, at=lambda: [point(np.sum, real(2, 3), [0, 1])])
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """Apply a reduction over one axis after the other."""
    value = np.asarray(a)
    for axis in np.ravel(axes).tolist() if not isinstance(axes, (list, tuple)) else axes:
        reduced = func(value, axis)
        value = reduced if np.ndim(reduced) == value.ndim else np.expand_dims(reduced, axis)
    return value


@composite(np.logspace, at=lambda: [point(0.0, 1.0, 4), point(0.0, 1.0, 4, True, 2.0)])
def logspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0) -> Any:
    """Numbers spaced evenly on a log scale."""
    y = np.linspace(start, stop, num, endpoint=endpoint, axis=axis)
    result = np.power(base, y)
    return result if dtype is None else result.astype(dtype)


@composite(np.fromfunction, at=lambda: [point(np.add, (2, 3))])
def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    """Apply a function to the indices of an array."""
    args = np.indices(shape, dtype=dtype)
    return function(*[args[k] for k in range(len(shape))], **kwargs)


@composite(np.broadcast_arrays, at=lambda: [point(real(3), real(2, 3))])
def broadcast_arrays(*args: Any) -> Any:
    """Arrays broadcast against each other."""
    shape = np.broadcast_shapes(*[np.shape(a) for a in args])
    return tuple([np.broadcast_to(a, shape) for a in args])


@composite(np.column_stack, at=lambda: [point([real(3), real(3)]), point([real(3, 2), real(3)])])
def column_stack(tup: Sequence[Any]) -> Any:
    """Vectors as columns, side by side."""
    arrays = [np.asarray(a) for a in tup]
    return np.concatenate([a if a.ndim > 1 else a.reshape(1, 1) if a.ndim == 0 else a[:, None] for a in arrays], axis=1)


@composite(np.fix, at=lambda: [point(real(3))])
def fix(x: Any) -> Any:
    """Round towards zero."""
    return np.trunc(x)


@composite(np.geomspace, at=lambda: [point(1.0, 8.0, 4)])
def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """Numbers in geometric progression."""
    if np.any(start == 0) or np.any(stop == 0):
        raise ValueError("Geometric sequence cannot include zero")
    sign = np.sign(start)
    first, last = start / sign, stop / sign
    result = np.logspace(np.log10(first), np.log10(last), num, endpoint=endpoint)
    if num > 0:
        result[0] = first
        if num > 1 and endpoint:
            result[-1] = last
    result = result * sign
    if axis != 0:
        result = np.moveaxis(result, 0, axis)
    return result if dtype is None else result.astype(dtype)


@composite(np.asarray_chkfinite, at=lambda: [point(real(3))])
def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Any:
    """An array of finite numbers."""
    a = np.asarray(a, dtype=dtype)
    if np.issubdtype(a.dtype, np.inexact) and not np.isfinite(a).all():
        raise ValueError("array must not contain infs or NaNs")
    return a
