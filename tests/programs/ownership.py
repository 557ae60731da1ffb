"""Whose memory is it: layouts, aliased arguments, lists of arrays, what goes out, what is kept for the way back."""

import numpy as np
from harness import program


def add_twice(a, b):
    a += 2.0 * b
    return np.sum(a * b)


def row_of(a, i):
    return a[i]


def scaled_in_place(a, factor):
    a *= factor
    return a


@program(lambda r, n: (r.array(n),))
def argument_written_in_place(x):
    x *= 2.0
    x[0] += 1.0
    return np.sum(x * x)


@program(lambda r, n: (lambda a: (a, a))(r.array(n)), layouts=False, refusal=True)
def same_array_twice(a, b):
    a += 2.0 * b
    return np.sum(a * b)


@program(lambda r, n: (lambda a: (a, a[1:]))(r.array(n)), layouts=False, refusal=True)
def overlapping_arguments(a, b):
    a[:-1] += b * b
    return np.sum(a) + np.sum(b * b)


@program(lambda r, n: (lambda a: (a, a))(r.array(n)), layouts=False)
def same_array_twice_unwritten(a, b):
    return np.sum(a * np.sin(b))


@program(lambda r, n: (r.array(n),), refusal=True)
def helper_gets_one_array_twice(x):
    y = x * 1.0
    return add_twice(y, y) + np.sum(y)


@program(lambda r, n: (r.array(n),), refusal=True)
def helper_gets_an_array_and_its_view(x):
    y = x * 1.0
    return add_twice(y[1:], y[:-1]) + np.sum(y * y)


@program(lambda r, n: (r.array(n), r.array(n)))
def helper_writes_its_argument(x, z):
    y = x * 1.0
    s = add_twice(y, z)
    return s * np.sum(y)


@program(lambda r, n: (r.array(n, 3),))
def helper_returns_a_view(m):
    a = m * 1.0
    row_of(a, 1)[:] *= 3.0
    return np.sum(a * a)


@program(lambda r, n: (r.array(n),))
def helper_returns_its_argument(x):
    y = x * 1.0
    z = scaled_in_place(y, 2.0)
    z += 1.0
    return np.sum(y * z)


@program(lambda r, n: (r.array(n), 3))
def list_that_holds_one_array_many_times(x, steps):
    u = x * 0.0
    history = []
    for _ in range(steps):
        u += x * x
        history.append(u)
    total = 0.0
    for state in history:
        total += np.sum(state * state)
    return total


@program(lambda r, n: (r.array(n), 3))
def list_of_copies(x, steps):
    u = x * 1.0
    history = []
    for _ in range(steps):
        u *= x
        history.append(u.copy())
    total = 0.0
    for t, state in enumerate(history):
        total += np.sum(state) * (t + 1)
    return total


@program(lambda r, n: (r.array(n), 3), refusal=True)
def list_of_fresh_arrays_written_later(x, steps):
    history = [x * 1.0]
    for _ in range(steps):
        history.append(np.sin(history[-1]))
    history[0] += 1.0
    return np.sum(history[0] * history[-1])


@program(lambda r, n: (r.array(n), 3), refusal=True)
def list_of_views_whose_base_is_written(x, steps):
    a = x * 1.0
    views = []
    for i in range(steps):
        views.append(a[i:])
    a *= 2.0
    total = 0.0
    for view in views:
        total += np.sum(view * view)
    return total


@program(lambda r, n: (r.array(n),))
def list_multiplied(x):
    row = x * 1.0
    grid = [row] * 3
    grid[0][0] += 2.0
    grid[2] *= 3.0
    return np.sum(grid[0] * grid[1] + grid[2])


@program(lambda r, n: (r.array(n, 3),))
def list_of_row_views(m):
    a = m * 1.0
    rows = [a[0], a[1]]
    a[0] = 0.5
    rows[1] *= 2.0
    return np.sum(rows[0] * rows[1]) + np.sum(a * a)


@program(lambda r, n: (r.array(n),))
def dict_with_tied_weights(x):
    w = x * 2.0
    shared = {"encoder": w, "decoder": w}
    shared["encoder"] *= x
    return np.sum(shared["decoder"] * shared["encoder"])


@program(lambda r, n: ({"w": r.array(n), "b": r.number()},))
def dict_argument_written(p):
    p["w"] *= p["b"]
    p["b"] = p["b"] * 2.0
    return np.sum(p["w"]) * p["b"]


@program(lambda r, n: ([r.array(n), r.array(n)],))
def list_argument_rebound_slots(xs):
    xs[0], xs[1] = xs[1] * 2.0, xs[0]
    xs[0] += xs[1]
    return np.sum(xs[0] * xs[1])


@program(lambda r, n: (r.array(n),))
def result_is_the_residual(x):
    y = np.exp(x)
    return y


@program(lambda r, n: (r.array(n),))
def result_is_the_argument(x):
    return x


@program(lambda r, n: (r.array(n),))
def results_share_memory(x):
    y = np.sin(x)
    return y, y[1:], y


@program(lambda r, n: (r.array(n), r.array(n)))
def one_cotangent_for_two_arguments(x, y):
    z = x + y
    return np.sum(z)


@program(lambda r, n: (r.array(n),))
def broadcast_cotangent_is_made_writable(x):
    return np.sum(x) * 3.0


@program(lambda r, n: (r.array(n), r.array(n)))
def pullback_hands_the_cotangent_on(x, y):
    return x - y


@program(lambda r, n: (r.array(n, 2),), refusal=True)
def reshape_of_an_argument_depends_on_layout(m):
    flat = m.reshape(-1)
    flat[0] = 5.0
    return np.sum(m * m)


@program(lambda r, n: (r.array(n, 2),), refusal=True)
def ravel_of_an_argument_depends_on_layout(m):
    m.ravel()[1:] *= 2.0
    return np.sum(m * m)


@program(lambda r, n: (r.array(n, 2),))
def reshape_read_only(m):
    return np.sum(np.sin(m.reshape(-1)) * np.arange(m.size))


@program(lambda r, n: (r.array(n),))
def as_array_is_the_argument(x):
    y = np.asarray(x)
    y *= 2.0
    return np.sum(x * x)


CAPTURED = np.array([1.0, 2.0, 3.0, 4.0])
MEMORY = {"mean": np.zeros(3), "count": 0}


@program(lambda r, n: (r.array(4),), outer=(CAPTURED,), layouts=False)
def captured_array_is_read(x):
    return np.sum(x * CAPTURED * x)


@program(lambda r, n: (r.array(4),), outer=(CAPTURED,), layouts=False, refusal=True)
def captured_array_is_changed(x):
    CAPTURED[1:] += 1.0
    return np.sum(x * CAPTURED)


@program(lambda r, n: (r.array(n), 4))
def growing_list_read_backwards(x, steps):
    states = [x * 1.0]
    for t in range(steps):
        states.append(states[t] * x + 0.1 * t)
    total = 0.0
    for t in range(steps, -1, -1):
        total += np.sum(states[t] * states[t - 1])
    return total


@program(lambda r, n: (r.array(n),))
def tape_written_while_it_is_read(x):
    tape = np.zeros((len(x) + 1, 2))
    tape[0] = 1.0
    for i in range(len(x)):
        tape[i + 1, 0] = tape[i, 0] * x[i]
        tape[i + 1, 1] = tape[i, 1] + tape[i + 1, 0] * tape[i, 0]
    return tape[len(x), 1]


@program(lambda r, n: (r.array(n),))
def buffer_reused_for_two_purposes(x):
    work = np.empty_like(x)
    np.sin(x, out=work)
    a = np.sum(work * work)
    np.multiply(x, x, out=work)
    return a * np.sum(work)


@program(lambda r, n: (r.array(n),))
def single_precision_target_casts(x):
    y = np.zeros(len(x), dtype=np.float32)
    y[:] = x * x
    y += x
    return np.sum(y)


@program(lambda r, n: (r.array(n),))
def integer_target_cuts(x):
    y = np.zeros(len(x), dtype=np.int64)
    y[:] = x * 10.0
    return np.sum(y * x)


def neighbour_products(a, trips):
    for _ in range(trips):
        a = a[1:] * a[:-1]
    return a


@program(lambda r, n: (r.array(n + 2), 2))
def list_of_versions_begins_with_the_argument(x, trips):
    return np.sum(neighbour_products(x, trips) ** 2)


@program(lambda r, n: (r.array(n + 2), 2))
def list_of_versions_beside_a_buffer(x, trips):
    y = x * 0.1
    y[trips:] -= neighbour_products(x, trips)
    return np.sum(y * y)
