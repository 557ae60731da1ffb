"""Names for one of several arrays or rows: chosen by a branch, exchanged round a loop, given back by a helper, kept in a list."""

import numpy as np
from harness import program


def one_of(u, v, c):
    return u if c > 0.9 else v


@program(lambda r, n: (r.array(n), r.array(n), r.number()))
def helper_gives_back_an_argument(x, y, c):
    chosen = one_of(x, y, c)
    chosen *= 2.0
    x[:1] = chosen[-1:] * c
    return np.sum(x * x) + np.sum(y * chosen)


@program(lambda r, n: (r.array(n), r.array(n), r.number()))
def name_moves_to_another_array(x, y, c):
    z = y
    for i in range(len(x)):
        if x[i] > c:
            z = x
    x[:1] = 3.0 * x[-1:]
    z[1:] *= 2.0
    return np.sum(x * x) + np.sum(y * z)


@program(lambda r, n: (r.array(n), r.array(n), r.number()))
def two_arrays_change_names(x, y, c):
    a, b = x, y
    for i in range(len(x)):
        a[i] += b[i] * c
        a, b = b, a
    a[:1] = x[-1:]
    return np.sum(x * x) + 2.0 * np.sum(y * y) + 3.0 * np.sum(a)


@program(lambda r, n: (r.array(n, n), r.array(n)), size=3)
def best_row_is_written(M, x):
    if len(x) == 0:
        return 0.0 * np.sum(x)
    best = M[0]
    for i in range(len(x)):
        if np.sum(M[i]) > np.sum(best):
            best = M[i]
    best *= 1.5
    M[0] += x
    return np.sum(M * M) + np.sum(best)


@program(lambda r, n: (r.array(n, n),), size=3)
def row_of_the_trip_before(M):
    if len(M) == 0:
        return np.sum(M)
    row = M[0]
    for i in range(len(M)):
        row *= 2.0
        row = M[i]
    return np.sum(M * M) + np.sum(row)


@program(lambda r, n: (r.array(n, n), r.array(n), r.number()), size=3)
def matrix_or_vector(M, x, c):
    v = M if c > 1.0 else x
    v *= 2.0
    return np.sum(M * M) + np.sum(x * x * x)


@program(lambda r, n: (r.array(n), r.number()))
def part_of_a_joined_array(x, c):
    y = x * 1.0
    if c > 0.2:
        v = y if c > 0.3 else y * 2.0
        w = v[::-1]
    else:
        w = x * 3.0
    w[:1] = 5.0 * c
    return np.sum(y * y) + np.sum(w * x)


@program(lambda r, n: (r.array(n), r.array(n), 1))
def element_of_a_list_by_number(x, y, k):
    arrays = [y, y * 1.0]
    arrays[k] = x
    y *= 2.0
    arrays[0][:1] = 4.0
    return np.sum(arrays[0] * arrays[1]) + np.sum(x * y)


@program(lambda r, n: (r.array(n, n), r.array(n)), size=3)
def ravel_of_an_argument(A, x):
    flat = A.ravel()
    flat[:1] = 3.0
    x.reshape(1, -1)[0] *= 2.0
    return np.sum(A * A) + np.sum(flat) + np.sum(x * x)


@program(lambda r, n: (r.array(n), r.array(n)))
def kept_in_an_inner_loop_and_written_outside(x, y):
    for _ in range(3):
        for j in range(len(x)):
            if x[j] > 0.7:
                y = y * y
                break
        y += x
    return np.sum(y)


@program(lambda r, n: (r.array(n), r.array(n)))
def one_argument_takes_the_place_of_another(x, y):
    total = 0.0
    for i in range(len(x)):
        total += np.sum(np.where(x > 0.5, x * y, y))
        if x[i] < 1.1:
            x = y
            break
    return total + np.sum(x * x)


@program(lambda r, n: (r.array(n), r.array(n, n)), size=3)
def kept_inside_a_branch(x, A):
    for _ in range(2):
        chosen = None
        if np.mean(A) > 0.1:
            chosen = x
        if chosen is not None:
            A *= 0.5 * np.sum(x)
        x[...] = np.mean(A**2)
        for i in range(len(x)):
            A[:, i] *= 0.5
    return np.sum(A)


@program(lambda r, n: (r.array(n, dtype=np.float32), 0.5), second_order=True)
def single_precision_round_a_loop(x, c):
    first = np.sum(x[:1])
    for i in range(len(x)):
        x[i] = c
        x[-1:] += first
    return np.sum(x) * c + first
