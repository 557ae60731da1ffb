"""Derivatives taken inside a function that is differentiated: no perturbation confusion, at any depth."""

from __future__ import annotations

import numpy as np
import pytest

import s2sad


def cube(y):
    return y**3


@s2sad.differentiate
def wave(x):
    return np.sin(x)


def layer(p):
    return p["a"] * p["b"] ** 2


def inner_gradient(x):
    return s2sad.grad(cube)(x) * x


def captured(x):
    return x * s2sad.grad(lambda y: x + y)(1.0)


def captured_product(x):
    return s2sad.grad(lambda y: x * y * y)(2.0) * x


def descent(x):
    for _ in range(3):
        x = x - 0.1 * s2sad.grad(cube)(x)
    return x


def in_structure(a):
    d = s2sad.grad(layer)({"a": a, "b": 3.0})
    return d["a"] * a + d["b"]


def pushed(x):
    _, tangent = s2sad.jvp(cube, (x,), (2.0,))
    return tangent


def twice(x):
    return s2sad.grad(s2sad.grad(cube))(x)


def attribute(x):
    return wave.grad(x) * 2 + wave(x)


def with_value(x):
    value, slope = s2sad.value_and_grad(cube)(x)
    return value * slope


@pytest.mark.parametrize(
    ("program", "point", "expected"),
    [
        (inner_gradient, 2.0, 36.0),
        (captured, 5.0, 1.0),
        (captured_product, 3.0, 24.0),
        (in_structure, 2.0, 15.0),
        (pushed, 2.0, 24.0),
        (twice, 2.0, 6.0),
        (attribute, 0.3, -2 * np.sin(0.3) + np.cos(0.3)),
        (with_value, 1.5, 15 * 1.5**4),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_gradient_of_a_derivative(program, point, expected):
    assert s2sad.grad(program)(point) == pytest.approx(expected, rel=1e-12)
    assert s2sad.jvp(program, (point,), (1.0,))[1] == pytest.approx(expected, rel=1e-12)


def test_loop_of_derivatives():
    step = 1e-6
    expected = (descent(1.0 + step) - descent(1.0 - step)) / (2 * step)
    assert s2sad.grad(descent)(1.0) == pytest.approx(expected, rel=1e-6)


def test_a_derivative_that_makes_no_sense_is_refused():
    def bad(x):
        return s2sad.grad(cube)(2) * x

    with pytest.raises(s2sad.UnsupportedError) as caught:
        s2sad.grad(bad)(1.0)
    assert caught.value.code == "S2S143"
