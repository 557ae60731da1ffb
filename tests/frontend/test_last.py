"""What a loop leaves in a name that not every trip binds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from frontend.support import check

X = np.array([0.85, 1.4, 0.6, 1.2])
Y = np.array([1.9, 0.4, 0.5, 0.6])


def one_arm(x):
    for v in x:
        if v > 1.0:
            hit = v * v
    return hit * x[0]


def two_names_for_one_value(x):
    for v in x:
        if v > 1.0:
            p = q = v * v
        if v > 1.3:
            p = 2.0 * v
    return p * q


def nested_arms(x):
    for v in x:
        if v > 0.5:
            if v > 1.0:
                hit = v * x[0]
            elif v > 0.8:
                hit = 3.0 * v
    return hit


def inner_loop(x):
    for i in range(3):
        for v in x[i:]:
            if v > 1.0:
                hit = v * x[i]
    return hit


def array(x):
    for i in range(3):
        if x[i] > 1.0:
            h = x * x[i]
    return np.sum(h * h)


def left_early(x):
    for v in x:
        if v < 0.7:
            break
        if v > 1.0:
            hit = v * v
    return hit


@pytest.mark.parametrize("values", [X, Y], ids=["X", "Y"])
@pytest.mark.parametrize("function", [one_arm, two_names_for_one_value, nested_arms, inner_loop, array, left_early])
def test_last_trip_that_binds(function: Callable[..., Any], values: np.ndarray) -> None:
    check(function, (values,))
