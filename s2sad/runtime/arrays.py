"""What generated code may call beside NumPy; written into exported modules that need it.

Every function stands alone: plain NumPy, no other helper.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(g: Any, like: Any) -> Any:
    """Sum `g` over the axes along which `like` was broadcast to the shape of `g`; broadcast where `g` is the smaller one."""
    shape = np.shape(like)
    lead = np.ndim(g) - len(shape)
    if lead > 0:
        g = np.sum(g, axis=tuple(range(lead)))
    axes = tuple(axis for axis, (length, other) in enumerate(zip(shape[max(-lead, 0) :], np.shape(g), strict=True)) if length == 1 != other)
    if axes:
        g = np.sum(g, axis=axes, keepdims=True)
    return g if np.shape(g) == shape else np.broadcast_to(g, shape)


def last_written(g: Any, index: Any) -> Any:
    """Return ``g[index]``, with 0 for every position that is written again later in ``x[index] = v``: only the last write counts."""
    positions = np.arange(np.size(g)).reshape(np.shape(g))[index]
    order = np.empty(np.size(g), int)
    numbers = np.arange(np.size(positions)).reshape(np.shape(positions))
    order[positions] = numbers
    return np.where(order[positions] == numbers, g[index], 0)


def product_of_others(x: Any, axis: int) -> Any:
    """Return, for each element, the product of all other elements along `axis`; exact also where elements are zero."""
    x = np.moveaxis(x, axis, 0)
    before, after = np.ones_like(x), np.ones_like(x)
    np.cumprod(x[:-1], axis=0, out=before[1:])
    np.cumprod(x[:0:-1], axis=0, out=after[-2::-1])
    return np.moveaxis(before * after, 0, axis)


def previous(x: Any, axis: int, fill: float) -> Any:
    """Return `x` moved on by one along `axis`: each element's predecessor, `fill` at the start."""
    result = np.full_like(x, fill)
    np.moveaxis(result, axis, 0)[1:] = np.moveaxis(x, axis, 0)[:-1]
    return result


def recurrence(a: Any, b: Any, axis: int) -> Any:
    """Return s with ``s[0] = b[0]`` and ``s[i] = a[i] * s[i - 1] + b[i]`` along `axis`."""
    result = np.array(np.broadcast_to(b, np.broadcast_shapes(np.shape(a), np.shape(b))), np.result_type(a, b))
    s, factors = np.moveaxis(result, axis, 0), np.moveaxis(np.broadcast_to(a, result.shape), axis, 0)
    for i in range(1, len(s)):
        s[i] += factors[i] * s[i - 1]
    return result


def sinc_slope(x: Any) -> Any:
    """Return the derivative of ``np.sinc``: ``(cos(pi x) - sinc(x)) / x``, which cancels near 0, where its series stands."""
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(float)
    near = np.abs(x) < 0.1
    far = np.where(near, 1, x)
    square = (np.pi * x) ** 2
    series = np.pi**2 * x * (-1 / 3 + square * (1 / 30 + square * (-1 / 840 + square * (1 / 45360 - square / 3991680))))
    return np.where(near, series, (np.cos(np.pi * far) - np.sinc(far)) / far)[()]


def over_gaps(x: Any, values: Any) -> Any:
    """Return ``x[i, j] / (values[j] - values[i])``: 0 on the diagonal and where x is 0, nan where two values cannot be told apart."""
    gaps = values[..., None, :] - values[..., :, None]
    size = values.shape[-1]
    same = np.abs(gaps) <= 4 * size * np.finfo(values.dtype).eps * np.max(np.abs(values), axis=-1, initial=0)[..., None, None]
    return np.where((x == 0) | np.eye(size, dtype=bool), 0, x / np.where(same, np.nan, gaps))


def copied(x: Any) -> Any:
    """Return a copy of nested tuples and lists with copies of the arrays in them."""
    if isinstance(x, (tuple, list)):
        return type(x)(map(copied, x))
    return x.copy() if isinstance(x, np.ndarray) else x


def ranks(a: Any, axis: Any = None, skip: bool = False) -> Any:
    """Return the rank of each element among those along `axis` (one, several, or all for None), of equal ones the earlier first.

    With `skip`, nan has the rank nan.
    """
    axes = tuple(range(np.ndim(a))) if axis is None else tuple(int(k) % np.ndim(a) for k in np.atleast_1d(axis))
    order = [*(k for k in range(np.ndim(a)) if k not in axes), *axes]
    lines = np.transpose(a, order)
    count = int(np.prod([np.shape(a)[k] for k in axes], dtype=int))
    flat = lines.reshape((*lines.shape[: np.ndim(a) - len(axes)], count))
    sorting = np.argsort(flat, axis=-1, kind="stable")
    numbers = np.empty_like(sorting)
    np.put_along_axis(numbers, sorting, np.broadcast_to(np.arange(count), sorting.shape), axis=-1)
    numbers = np.transpose(numbers.reshape(lines.shape), [order.index(k) for k in range(np.ndim(a))])
    return np.where(np.isnan(a), np.nan, numbers) if skip else numbers


def segment_spread(g: Any, indices: Any, like: Any, axis: int) -> Any:
    """Return the transpose of ``np.add.reduceat``: for each element of `like` the sum of the `g` of its segments."""
    result = np.zeros(np.shape(like), np.asarray(g).dtype)
    rows, parts = np.moveaxis(result, axis, 0), np.moveaxis(g, axis, 0)
    ends = [*list(indices)[1:], len(rows)]
    for part, start, end in zip(parts, indices, ends, strict=True):
        rows[start : max(end, start + 1)] += part
    return result
