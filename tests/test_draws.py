"""Draws whose parameters are differentiated: the same numbers as in a plain call, moved along with the parameters."""

import numpy as np
import pytest

import s2sad


def location(x, rng):
    return np.sum(rng.normal(x, 1.0, size=3))


def scale(x, rng):
    return np.sum(rng.normal(scale=x * x, size=(2, 2)) ** 2) + rng.normal()


def bounds(x, rng):
    return rng.uniform(x, 3.0 * x) * rng.uniform(high=x)


def waiting(x, rng):
    return rng.exponential(x) + np.sum(rng.exponential(scale=x, size=2) ** 2)


@pytest.mark.parametrize("function", [location, scale, bounds, waiting])
def test_reparametrised(function):
    def plain(x):
        return function(x, np.random.default_rng(3))

    rng, other = np.random.default_rng(3), np.random.default_rng(3)
    value, gradient = s2sad.value_and_grad(function)(0.7, rng)
    assert value == function(0.7, other)
    assert rng.bit_generator.state == other.bit_generator.state
    assert gradient == pytest.approx((plain(0.7 + 1e-6) - plain(0.7 - 1e-6)) / 2e-6, rel=1e-6)


def test_other_parameters_are_refused():
    with pytest.raises(s2sad.UnsupportedError):
        s2sad.grad(shape)(0.7, np.random.default_rng(3))


def shape(x, rng):
    return rng.gamma(x)
