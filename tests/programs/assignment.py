"""Assignment in all its forms, and updates in place."""

import math

import numpy as np
from harness import program


@program(lambda r, n: (r.number(),))
def square(x):
    return x**2


@program(lambda r, n: (r.number(),))
def chained_targets(x):
    a = b = x * x
    a += 1.0
    return a * b


@program(lambda r, n: (r.number(), r.number()))
def tuple_swap(x, y):
    x, y = y, x * y
    (x, y) = (x + y, x - y)
    return x * y * y


@program(lambda r, n: (r.array(n),), size=4)
def starred_target(x):
    first, *rest = x[0], x[1], x[2]
    return first * rest[0] + rest[1] ** 2


@program(lambda r, n: (r.number(),))
def nested_targets(x):
    (a, (b, c)), d = (x, (x * x, 2.0)), 3.0
    return a * b * c * d


@program(lambda r, n: (r.number(),))
def annotated_assignment(x):
    y: float = x * 2.0
    z: float
    z = y * y
    return z


@program(lambda r, n: (r.number(),))
def augmented_assignments(x):
    y = x
    y += 1.0
    y *= x
    y -= 0.5
    y /= 2.0
    y **= 3
    return y


@program(lambda r, n: (r.number(),))
def walrus(x):
    if (y := x * x) > 0.5:
        return y * x
    return y


@program(lambda r, n: (r.array(n),))
def names_used_again(x):
    x = np.sin(x)
    x = x * x
    x = np.sum(x)
    return x * 2.0


@program(lambda r, n: (r.array(n),))
def elements_in_place(x):
    y = np.zeros(len(x))
    y[0] = x[0] * x[1]
    y[1] += x[1]
    y[-1] -= x[0] ** 2
    y[0] *= y[1]
    return np.sum(y * y)


@program(lambda r, n: (r.array(n),))
def slices_in_place(x):
    y = x.copy()
    y[1:] = y[:-1] * 2.0
    y[::2] *= x[::2]
    y[:2] += 1.0
    return np.sum(y * y)


@program(lambda r, n: (r.array(n, 3),))
def blocks_in_place(m):
    a = np.zeros((m.shape[0], 3))
    a[:, 0] = m[:, 1]
    a[:, 1:] = m[:, :2] * m[:, 1:]
    a[0] += 1.0
    a[1:, 2] *= 2.0
    return np.sum(a * a)


@program(lambda r, n: (r.array(n),))
def mask_in_place(x):
    y = x * x
    y[y > 1.0] = 1.0
    y[x < 0.8] *= 2.0
    return np.sum(y * x)


@program(lambda r, n: (r.array(n),))
def fancy_read_repeats(x):
    return np.sum(x[np.array([0, 1, 1, 2])] ** 2 * np.arange(1.0, 5.0))


@program(lambda r, n: (r.array(n),))
def fancy_write_keeps_the_last(x):
    y = np.zeros(3)
    y[np.array([0, 1, 1])] = x[:3] * x[:3]
    return np.sum(y * np.array([1.0, 2.0, 3.0]))


@program(lambda r, n: (r.array(n),))
def add_at_accumulates(x):
    y = np.zeros(3)
    np.add.at(y, np.array([0, 1, 1]), x[:3] ** 2)
    return np.sum(y * y)


@program(lambda r, n: (r.array(n),))
def scalar_broadcast_into_slice(x):
    y = np.zeros((3, len(x)))
    y[1:] = x
    y[0, :] = x[0]
    return np.sum(y * y * x)


@program(lambda r, n: (r.array(n, 3), r.array(3), r.number()))
def broadcasting(m, v, c):
    return np.sum((m + v) * c + v / m)


@program(lambda r, n: (r.array(n, 1), r.array(1, n)))
def broadcasting_against_ones(a, b):
    return np.sum(np.tanh(a * b) + a)


@program(lambda r, n: (r.array(n), r.array(n - 1 if n else 0)))
def slice_that_may_broadcast(x, y):
    h = np.tanh(x[1:] * y)
    return np.sum(h)


@program(lambda r, n: (r.array(n),))
def new_axes_and_ellipsis(x):
    outer = x[:, None] * x[None, :]
    return np.sum(outer[..., 0] * outer[0, ...])


@program(lambda r, n: (r.array(n),))
def negative_steps(x):
    return np.sum(x[::-1] * x * x[::-1])


@program(lambda r, n: (r.array(n, 4), r.array(4), r.array(n)))
def linear_layer(w, x, b):
    h = np.tanh(w @ x + b)
    return np.sum(h * h)


@program(lambda r, n: (r.array(n, 3), r.array(3, 2)))
def matrix_products(a, b):
    c = a @ b
    return np.sum(c @ c.T) + np.trace(c.T @ c)


@program(lambda r, n: (r.array(n),))
def reductions(x):
    return np.sum(x) * np.mean(x * x) + x.sum() / len(x)


@program(lambda r, n: (r.array(n, 3),))
def reductions_along_axes(m):
    rows = np.sum(m, axis=1)
    columns = m.mean(axis=0, keepdims=True)
    return np.sum(rows**2) + np.sum((m - columns) ** 2)


@program(lambda r, n: (r.array(n, 3),))
def softmax_cross_entropy(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(shifted), axis=1)) - shifted[:, 0])


@program(lambda r, n: (r.number(),))
def mathematics_on_numbers(x):
    return math.sin(x) * math.exp(x) + math.sqrt(x) + math.log(x) ** 2 + math.pi


@program(lambda r, n: (r.array(n),))
def numbers_taken_out_of_arrays(x):
    a = float(x[0])
    b = x[1].item()
    return math.sin(a) * b + a**2


@program(lambda r, n: (r.number(), 3))
def integers_beside_numbers(x, n):
    k = n * 2 + 1
    return x**n * k + (n // 2) * x + n % 2


@program(lambda r, n: (r.number(),))
def integer_powers_and_parts(x):
    return x**0 + x**1 + x**3 - x**-2 + (x * 3.0) % 2.0 + (x // 0.25)


@program(lambda r, n: (r.array(n), r.array(n)))
def where_and_clip(x, y):
    a = np.where(x > y, x * y, x - y)
    return np.sum(np.maximum(a, 0.3) * np.clip(y, 0.7, 1.2) + np.minimum(x, y))


@program(lambda r, n: (r.signed(n),))
def where_hides_bad_branches(x):
    return np.sum(np.where(x > 0.0, np.sqrt(np.abs(x)) * np.log(np.abs(x)), x * 0.5))


@program(lambda r, n: (r.array(n, dtype=np.float32),), second_order=False)
def single_precision_stays(x):
    y = x * 2 + 1
    return np.sum(y * y)


@program(lambda r, n: (r.array(n),))
def stacked_and_joined(x):
    both = np.concatenate([x, x * x])
    rows = np.stack([np.sin(x), x])
    return np.sum(both) * np.sum(rows[0] * rows[1])


@program(lambda r, n: (r.array(n, 3), r.array(3)))
def einsum_and_dot(m, v):
    return np.sum(np.einsum("ij,j->i", m, v) ** 2) + np.dot(v, v) + np.sum(np.outer(v, v))


@program(lambda r, n: (r.array(n),))
def returns_a_tuple(x):
    return np.sum(x), x * x


@program(lambda r, n: (r.array(n),))
def returns_a_dict(x):
    return {"loss": np.sum(np.exp(x)), "count": len(x), "parts": [x[0], x[1:] * 2.0]}


@program(lambda r, n: (r.number(), r.number()))
def functions_of_mathematics(x, y):
    whole = math.floor(x) + math.ceil(y) + math.trunc(x + y) + math.comb(4, 2) + math.gcd(6, 4)
    close = math.isclose(x, y, rel_tol=1e-3) or math.isnan(x)
    return math.atan2(y, x) * whole + math.copysign(x, y) + math.fmod(3.7 * x, y) + (x if close else y)
