"""check_grads: what it accepts, and what it says about what it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import s2sad
from s2sad.rules.declare import REGISTRY


def smooth(x: Any, w: Any) -> Any:
    return np.sum(np.sin(x) * w) + x[0] * w[1]


def test_a_right_derivative_passes() -> None:
    s2sad.check_grads(smooth, (np.array([0.3, 0.7]), np.array([1.5, -0.5])))


def test_results_that_are_arrays() -> None:
    s2sad.check_grads(lambda x: np.tanh(x) * x[0], (np.array([0.3, 0.7, 1.1]),))


def test_structures_and_passive_arguments() -> None:
    def f(p: Any, k: Any) -> Any:
        return p["a"] * p["b"][0] * k, p["b"][1] * 2.0

    s2sad.check_grads(f, ({"a": 1.5, "b": [0.5, np.array([1.0, 2.0])]}, 3))


def test_float32() -> None:
    s2sad.check_grads(lambda x: np.sum(x * x), (np.array([0.5, 1.5], np.float32),))


def test_first_order_and_one_mode() -> None:
    s2sad.check_grads(smooth, (np.ones(2), np.ones(2)), order=1, modes=("rev",))
    with pytest.raises(ValueError, match="modes"):
        s2sad.check_grads(smooth, (np.ones(2), np.ones(2)), modes=("sideways",))
    with pytest.raises(ValueError, match="order"):
        s2sad.check_grads(smooth, (np.ones(2), np.ones(2)), order=0)


def test_a_wrong_pullback_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2SAD_CHECK", "0")
    monkeypatch.setattr(REGISTRY.rules["exp"], "pullback", lambda k, g, y, x: g * y * 1.001)
    with pytest.raises(AssertionError, match=r"reverse mode, order 1: the cotangent of argument 0\[\d\]"):
        s2sad.check_grads(lambda x, y: np.sum(np.exp(x) + y), (np.ones(2), np.ones(2)), modes=("rev",))


def test_a_wrong_pushforward_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2SAD_CHECK", "0")
    monkeypatch.setattr(REGISTRY.rules["exp"], "pushforward", lambda k, g, y, x: g * y * 1.001)
    with pytest.raises(AssertionError, match=r"forward mode, order 1: result.* \(through argument 1\)"):
        s2sad.check_grads(lambda x, y: np.exp(y) + x, (np.ones(2), np.ones(2)), modes=("fwd",))


def test_nan_is_equal_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2SAD_CHECK", "0")
    monkeypatch.setattr(REGISTRY.rules["exp"], "pullback", lambda k, g, y, x: g * np.nan)
    with pytest.raises(AssertionError, match="nan"):
        s2sad.check_grads(lambda x: np.sum(np.exp(x)), (np.ones(2),), modes=("rev",))


def test_functions_with_effects_are_refused() -> None:
    def f(x: Any) -> Any:
        print(x)
        return x * x

    with pytest.raises(s2sad.DifferentiationError, match="effects"):
        s2sad.check_grads(f, (1.0,))


def test_arguments_are_left_as_they_were() -> None:
    def f(x: Any) -> Any:
        x[0] = x[1] * 2.0
        return np.sum(x * x)

    x = np.array([1.0, 2.0])
    s2sad.check_grads(f, (x,))
    np.testing.assert_array_equal(x, [1.0, 2.0])
