"""The traps, in reverse, forward and second order, against numeric differences."""

import numpy as np
import pytest
import traps

import s2sad

TRAPS = [pytest.param(function, id=name[5:]) for name, function in vars(traps).items() if name.startswith("trap_")]
POINT = np.array([0.9, 1.3, 0.7])
DIRECTION = np.array([0.3, -0.5, 0.8])


def gradient(function, x, step=1e-6):
    return np.array([(function(x + step * unit) - function(x - step * unit)) / (2 * step) for unit in np.eye(3)])


@pytest.mark.parametrize("function", TRAPS)
def test_first_order(function):
    x = POINT.copy()
    expected = gradient(function, POINT)
    np.testing.assert_allclose(s2sad.grad(function)(x), expected, rtol=1e-6, atol=1e-7)
    value, tangent = s2sad.jvp(function, (x,), (DIRECTION,))
    assert value == function(POINT.copy())
    np.testing.assert_allclose(tangent, expected @ DIRECTION, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(x, POINT)


@pytest.mark.parametrize("function", TRAPS)
def test_second_order(function):
    first = s2sad.grad(function)
    expected = (first(POINT + 1e-5 * DIRECTION) - first(POINT - 1e-5 * DIRECTION)) / 2e-5
    np.testing.assert_allclose(s2sad.hvp(function)(POINT, DIRECTION), expected, rtol=1e-5, atol=1e-6)


def gate(v, c):
    v = v * c
    u = np.tanh(v)
    if c > 0.2:
        u = u * v
    return u


def gates(x):
    y = gate(x, 0.7)
    return y, gate(y, 0.1)


def test_residuals_of_helpers_share_nothing_with_the_result():
    cotangents = (DIRECTION, DIRECTION)
    expected = s2sad.vjp(gates, POINT.copy())[1](cotangents)[0]
    results, pullback = s2sad.vjp(gates, POINT.copy())
    for result in results:
        result[...] = np.nan
    np.testing.assert_array_equal(pullback(cotangents)[0], expected)
    np.testing.assert_array_equal(pullback(cotangents)[0], expected)
