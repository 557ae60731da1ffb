"""Jacobians, Hessians and Hessian-vector products inside a function that is differentiated."""

from __future__ import annotations

import numpy as np
import pytest

import s2sad

A = np.array([[2.0, 0.3], [0.1, 1.5]])
POINT = np.array([0.7, 1.1])


@s2sad.differentiate
def height(x, w):
    return np.sum(np.sin(x) * x) * w + np.prod(x)


def bend(x):
    return np.tanh(A @ x) * x[0]


slope = s2sad.jacfwd(height)


def captured_jacobian(x):
    return np.sum(slope(x, x[0]) ** 2)


def jacobian_of_a_vector(x):
    return np.sum(s2sad.jacobian(bend)(x) ** 2)


def jacobian_by_rows(x):
    return np.sum(s2sad.jacrev(bend)(x) @ x)


def hessian(x):
    return np.sum(s2sad.hessian(height)(x, 1.5) * A)


def hessian_times_vector(x):
    return s2sad.hvp(height)(x, 2.0, x * x) @ x


def derivative_of_a_number(x):
    return s2sad.jacfwd(lambda t: np.sin(t) * t)(x[0]) * x[1]


def newton(x):
    y = x.copy()
    for _ in range(3):
        step = np.linalg.solve(s2sad.hessian(height)(y, 1.0) + 5 * np.eye(2), s2sad.grad(height)(y, 1.0))
        y = y - 0.1 * step
    return np.sum(y**2)


def value_and_gradient_attribute(x):
    value, gradient = height.value_and_grad(x, 1.0)
    return value + gradient @ gradient


def push_forward_attribute(x):
    value, tangent = height.jvp((x, 1.0), (x * 2, None))
    return value * tangent


def hessian_attribute(x):
    return np.sum(height.hessian(x, 2.0))


def jacobian_of_a_gradient(x):
    return np.sum(s2sad.jacfwd(s2sad.grad(height))(x, w=1.2) @ x)


PROGRAMS = [
    captured_jacobian,
    jacobian_of_a_vector,
    jacobian_by_rows,
    hessian,
    hessian_times_vector,
    derivative_of_a_number,
    newton,
    value_and_gradient_attribute,
    push_forward_attribute,
    hessian_attribute,
    jacobian_of_a_gradient,
]


def differences(function, x, step=1e-5):
    return np.array([(function(x + step * unit) - function(x - step * unit)) / (2 * step) for unit in np.eye(2)])


@pytest.mark.parametrize("program", PROGRAMS)
def test_against_differences(program):
    gradient = s2sad.grad(program)
    np.testing.assert_allclose(gradient(POINT), differences(program, POINT), rtol=1e-6)
    value, tangent = s2sad.jvp(program, (POINT,), (np.ones(2),))
    np.testing.assert_allclose(value, program(POINT), rtol=1e-12)
    np.testing.assert_allclose(tangent, gradient(POINT).sum(), rtol=1e-9)
    np.testing.assert_allclose(s2sad.hvp(program)(POINT, np.ones(2)), differences(gradient, POINT) @ np.ones(2), rtol=1e-5, atol=1e-7)


def noisy(x):
    print("once")
    return x * x


def test_a_function_with_effects_is_not_repeated():
    with pytest.raises(s2sad.UnsupportedError, match="effects"):
        s2sad.grad(lambda x: np.sum(s2sad.jacfwd(noisy)(x)))(POINT)


def test_jacobian_of_an_argument_given_by_name():
    by_name = s2sad.jacfwd(height)(w=1.5, x=POINT)
    np.testing.assert_allclose(by_name, s2sad.grad(height)(POINT, 1.5))
