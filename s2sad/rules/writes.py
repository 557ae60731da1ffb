"""Functions of NumPy that write into their first argument, as plain Python; values that are too few are used again and again."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.rules.declare import composite, point
from s2sad.rules.points import real


def _unravelled(places: Any, shape: Any) -> Any:
    """The subscripts of positions."""
    parts = []
    for size in reversed(shape):
        parts.append(places % size)
        places = places // size
    return tuple(reversed(parts))


def write_flat(a: Any, index: Any, values: Any) -> None:
    """``a.flat[index] = values``."""
    if a.ndim == 1:
        a[index] = values
    else:
        places = np.arange(a.size)[index]
        a[_unravelled(places, a.shape)] = values


@composite(np.put, at=lambda: [point(real(3), [0, 2], real(2))])
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write at positions."""
    places, values = np.ravel(ind), np.ravel(v)
    if mode == "wrap":
        places = places % a.size
    elif mode == "clip":
        places = np.clip(places, 0, a.size - 1)
    elif np.any(places < -a.size) or np.any(places >= a.size):
        raise IndexError("index is out of bounds")
    if len(places) and len(values):
        places = np.where(places < 0, places + a.size, places)
        chosen = values[np.arange(len(places)) % len(values)]
        if a.ndim == 1:
            a[places] = chosen
        else:
            a[_unravelled(places, a.shape)] = chosen


@composite(np.place, at=lambda: [point(real(3), real(3) > 0, real(2))])
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write one value after the other where a mask holds."""
    values = np.ravel(vals)
    mask = np.asarray(mask) != 0
    count = np.count_nonzero(mask)
    if count:
        if len(values) == 0:
            raise ValueError("Cannot insert from an empty array!")
        arr[mask] = values[np.arange(count) % len(values)]


@composite(np.putmask, at=lambda: [point(real(3), real(3) > 0, real(3))])
def putmask(a: Any, /, mask: Any, values: Any) -> None:
    """Write where a mask holds, each value at its own position."""
    values = np.ravel(values)
    mask = np.asarray(mask) != 0
    a[mask] = values[np.flatnonzero(mask) % len(values)]


@composite(np.put_along_axis, at=lambda: [point(real(2, 3), np.array([[1], [0]]), 1.5, 1)])
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write at one position of each line, or several."""
    if axis is None:
        write_flat(arr, indices, values)
        return
    if axis < 0:
        axis = axis + arr.ndim
    subscripts = []
    for k in range(arr.ndim):
        if k == axis:
            subscripts.append(indices)
        else:
            subscripts.append(np.arange(arr.shape[k]).reshape((1,) * k + (-1,) + (1,) * (arr.ndim - k - 1)))
    arr[tuple(subscripts)] = values


@composite(np.unravel_index, at=lambda: [point(5, (3, 4))])
def unravel_index(indices: Any, shape: Any, order: str = "C") -> Any:
    """Subscripts of positions."""
    places = np.asarray(indices)
    if isinstance(shape, (int, np.integer)):
        shape = (shape,)
    if order == "F":
        shape = tuple(reversed(shape))
    count = 1
    for size in shape:
        count = count * size
    if np.any(places < 0) or np.any(places >= count):
        raise ValueError("index is out of bounds for array")
    found = _unravelled(places, shape)
    return tuple(reversed(found)) if order == "F" else found


@composite(np.ravel_multi_index, at=lambda: [point((1, 2), (3, 4))])
def ravel_multi_index(multi_index: Any, dims: Any, mode: str = "raise", order: str = "C") -> Any:
    """Positions of subscripts."""
    if order == "F":
        multi_index, dims = tuple(reversed(multi_index)), tuple(reversed(dims))
    total = np.asarray(0)
    for part, size in zip(multi_index, dims):
        part = np.asarray(part)
        if mode == "wrap":
            part = part % size
        elif mode == "clip":
            part = np.clip(part, 0, size - 1)
        elif np.any(part < 0) or np.any(part >= size):
            raise ValueError("invalid entry in coordinates array")
        total = total * size + part
    return total
