"""Complete elliptic integrals of the parameter m (DLMF 19.4); near m = 0, where the formulas cancel, their series."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2sad.rules.choices import select
from s2sad.rules.declare import Rule, point
from s2sad.rules.formula import apply
from s2sad.rules.special.functions import one


def _near_zero(m: Any) -> Any:
    return apply("less", apply("absolute", m), 1e-3)


def _series(m: Any, *coefficients: float) -> Any:
    total: Any = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = coefficient + m * total
    return math.pi / 2 * total


def _slope_of_first(g: Any, y: Any, m: Any) -> Any:
    near = _near_zero(m)
    far = select(near, 0.5, m)
    series = _series(m, 1 / 4, 9 / 32, 75 / 256, 1225 / 4096, 19845 / 65536)
    return g * select(near, series, (ellipe(far) / (1 - far) - ellipk(far)) / (2.0 * far))


def _slope_of_second(g: Any, y: Any, m: Any) -> Any:
    near = _near_zero(m)
    far = select(near, 0.5, m)
    series = _series(m, -1 / 4, -3 / 32, -15 / 256, -175 / 4096, -2205 / 65536)
    return g * select(near, series, (ellipe(far) - ellipk(far)) / (2.0 * far))


_NEAR = [point(0.0), point(np.array([0.0, 1e-4, -2e-3]))]
ellipk: Rule = one("ellipk", _slope_of_first, -2.0, 0.9, _NEAR)
ellipe: Rule = one("ellipe", _slope_of_second, -2.0, 0.9, _NEAR)
