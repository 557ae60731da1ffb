"""Helpers, closures, globals, defaults, and functions as values."""

import numpy as np
from harness import program

FACTOR = 2.5
TABLE = np.array([1.0, -2.0, 3.0])


def half(x):
    return 0.5 * x


def energy(x, power=2, *, scale=1.0):
    return scale * np.sum(x**power)


def both(a, b):
    return a + b, a * b


def first_large(values, limit):
    for v in values:
        if v > limit:
            return v
    return values[0]


def twice(f, x):
    return f(f(x))


def inner(x):
    return np.sin(x) * x


def middle(x):
    return inner(x) + inner(x * 2.0)


def factorial_like(x, n):
    if n <= 1:
        return x
    return x * factorial_like(x + 0.1, n - 1)


@program(lambda r, n: (r.number(),))
def helper_called_twice(x):
    return half(x) * half(x * x)


@program(lambda r, n: (r.array(n), r.number()))
def keywords_and_defaults(x, c):
    return energy(x) + energy(x, 3) + energy(x, scale=c) + energy(power=1, x=x)


@program(lambda r, n: (r.number(), r.number()))
def helper_with_two_results(x, y):
    s, p = both(x, y)
    t, q = both(s, p)
    return s * q - t


@program(lambda r, n: (r.array(n), r.number()))
def helper_with_early_return(x, c):
    return first_large(x, 1.2) * c + first_large(x * 2.0, c)


@program(lambda r, n: (r.number(),))
def function_as_argument(x):
    return twice(half, x) + twice(inner, x)


@program(lambda r, n: (r.number(),))
def helpers_of_helpers(x):
    return middle(x) * middle(x + 1.0)


@program(lambda r, n: (r.array(n),))
def helper_in_a_loop(x):
    total = 0.0
    for i in range(len(x)):
        total += inner(x[i]) * total + half(x[i])
    return total


@program(lambda r, n: (r.number(), r.number()))
def lambda_with_capture(x, y):
    f = lambda t: t * y + x
    return f(x) * f(2.0)


@program(lambda r, n: (r.array(n),))
def nested_function(x):
    scale = np.sum(x)

    def normalised(v):
        return v / scale

    return np.sum(normalised(x) ** 2) + normalised(x[0])


@program(lambda r, n: (r.number(),))
def closure_sees_later_value(x):
    k = x

    def f(t):
        return k * t

    a = f(2.0)
    k = x * x
    return a + f(3.0)


@program(lambda r, n: (r.number(),))
def nonlocal_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v

    add(x)
    add(2.0 * x)
    return total * x


@program(lambda r, n: (r.array(3),), outer=(TABLE,), layouts=False)
def global_number_and_array(x):
    return np.sum(x * TABLE) * FACTOR


@program(lambda r, n: (r.number(), r.number()), refusal=True)
def function_chosen_by_data(x, c):
    f = half if c > 1.0 else inner
    return f(x) * c


@program(lambda r, n: (r.number(),), refusal=True)
def recursion(x):
    return factorial_like(x, 4)


@program(lambda r, n: (r.array(n),))
def star_arguments(x):
    parts = (x, 3)
    options = {"scale": 2.0}
    return energy(*parts, **options)


def collect(*values, **named):
    total = 0.0
    for v in values:
        total += v * v
    return total * named["weight"]


@program(lambda r, n: (r.number(), r.number()))
def star_parameters(x, y):
    return collect(x, y, x * y, weight=y)


@program(lambda r, n: (r.array(n),))
def functions_in_a_table(x):
    steps = [np.sin, np.exp, half]
    for f in steps:
        x = f(x)
    return np.sum(x)


@program(lambda r, n: (r.array(n), r.array(n, n)))
def runge_kutta(y, a):
    def slope(state):
        return np.tanh(a @ state)

    h = 0.1
    for _ in range(3):
        k1 = slope(y)
        k2 = slope(y + 0.5 * h * k1)
        k3 = slope(y + 0.5 * h * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(y * y)


def local_class():
    class Gain:
        factor = 3.0

        def __init__(self, gain, offset=0.5, *, limit=2.0):
            self.gain, self.offset, self.limit = gain, offset, limit

        def __call__(self, error, *, scale=1.5):
            return min(self.gain * error * scale * self.factor + self.offset, self.limit * 100)

    return Gain


Gain = local_class()


class Controller:
    step = 0.1

    def __init__(self, gain, *, rate=0.2):
        self.gain, self.rate = gain, rate

    def __call__(self, error, *, damping=0.3):
        return (self.gain * self.rate - damping) * error * self.step


@program(lambda r, n: (r.number(), r.number()))
def classes_with_defaults_and_attributes(x, y):
    gain, controller = Gain(x), Controller(y)
    return gain(y) * controller(x) + gain(x, scale=0.5)
