"""`np.vectorize` as plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np


def vectorized(function: Any, *arguments: Any) -> Any:
    """Apply a function of numbers to each element of arrays that are broadcast against each other."""
    shape = np.broadcast_shapes(*[np.shape(argument) for argument in arguments])
    flat = [np.broadcast_to(argument, shape).ravel() for argument in arguments]
    if len(flat[0]) == 0:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    results = []
    for i in range(len(flat[0])):
        results.append(function(*[one[i].item() for one in flat]))
    return np.array(results).reshape(shape)
