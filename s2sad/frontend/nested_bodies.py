"""Derivatives inside the user's function that are made of others: plain Python, compiled like user code.

`gradient` and `push` stand for derivatives that `nested.py` knows; they are never run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend.nested import Derivative

Function = Callable[..., Any]


def gradient(function: Function, *arguments: Any) -> Any:
    """Stand for the gradient by the first argument."""
    raise NotImplementedError


def push(function: Function, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """Stand for value and tangent."""
    raise NotImplementedError


vars(gradient)["__s2sad_nested__"] = Derivative("grad")
vars(push)["__s2sad_nested__"] = Derivative("jvp", pure=True)


def jacobian(function: Function, position: int, *arguments: Any) -> Any:
    """Return the Jacobian by one argument, a column at a time."""

    def of(x: Any) -> Any:
        value = function(*arguments[:position], x, *arguments[position + 1 :])
        return value if np.ndim(value) == 0 else value.copy()

    point = arguments[position]
    if np.ndim(point) == 0:
        return push(of, (point,), (1.0,))[1]
    if point.size == 0:
        return np.zeros(np.shape(of(point)) + point.shape)
    columns = []
    for number in range(point.size):
        direction = np.zeros(point.size)
        direction[number] = 1.0
        columns.append(push(of, (point,), (direction.reshape(point.shape),))[1])
    side_by_side = np.array(columns)
    if np.ndim(side_by_side) == 1:
        return side_by_side.reshape(point.shape)
    return np.moveaxis(side_by_side, 0, -1).reshape(side_by_side.shape[1:] + point.shape)


def hessian(function: Function, position: int, *arguments: Any) -> Any:
    """Return the Jacobian of the gradient by one argument."""

    def slope(x: Any) -> Any:
        return gradient(lambda y: function(*arguments[:position], y, *arguments[position + 1 :]), x)

    return jacobian(slope, 0, arguments[position])


def hvp(function: Function, position: int, *arguments: Any) -> Any:
    """Return the Hessian by one argument times the last argument."""

    def slope(x: Any) -> Any:
        slopes = gradient(lambda y: function(*arguments[:position], y, *arguments[position + 1 : -1]), x)
        return slopes if np.ndim(x) == 0 else slopes.copy()

    return push(slope, (arguments[position],), (arguments[-1],))[1]


BODIES = {"jacfwd": jacobian, "jacrev": jacobian, "jacobian": jacobian, "hessian": hessian, "hvp": hvp}
