"""Two names for one array, views that outlive writes, references that meet at merges and go round loops."""

import numpy as np
from harness import program


@program(lambda r, n: (r.array(n),))
def view_goes_stale_in_the_adjoint(x):
    a = x * 2.0
    head = a[1:3]
    energy = (head * head).sum()
    a[1:] = 0.5
    return energy + a.sum() * x.sum()


@program(lambda r, n: (r.array(n),))
def view_sees_a_later_write(x):
    a = x * x
    tail = a[1:]
    a *= 3.0
    return np.sum(tail * np.sin(tail))


@program(lambda r, n: (r.array(n),))
def write_through_a_view_of_a_view(x):
    a = x.copy()
    inner = a[1:][:2]
    inner *= inner
    return np.sum(a * a * a)


@program(lambda r, n: (r.array(n, 3),))
def transpose_is_a_view(m):
    a = m + 0.0
    t = a.T
    t[0] *= 2.0
    t[1:] += t[:1]
    return np.sum(a * a)


@program(lambda r, n: (r.array(n), r.number()), size=4)
def view_chosen_by_a_branch(x, c):
    a = x * 1.0
    b = x * x
    v = a if c > 1.0 else b
    v *= 3.0
    return np.sum(a * b) * c


@program(lambda r, n: (r.array(n), r.number()), refusal=True)
def view_of_different_length_chosen_by_a_branch(x, c):
    a = np.sin(x)
    b = np.cos(x)
    if c > 1.0:
        v = a[1:]
    else:
        v = b[:2]
    v += c
    return np.sum(a) * np.sum(b * b)


@program(lambda r, n: (r.array(n, n),), refusal=True)
def row_view_carried_round_a_loop(m):
    a = m * 1.0
    row = a[0]
    for i in range(1, len(a)):
        a[i] += row * row
        row = a[i]
    row *= 2.0
    return np.sum(a * a)


@program(lambda r, n: (r.array(n, 3),), refusal=True)
def row_that_is_scaled_before_it_moves_on(m):
    a = m.copy()
    row = a[0]
    for i in range(len(a)):
        row *= 1.5
        row = a[i]
    return np.sum(np.sin(a))


@program(lambda r, n: (r.array(n),), refusal=True)
def best_view_so_far(x):
    a = x * 1.0
    best = a[:1]
    for i in range(len(a)):
        if a[i] > best[0]:
            best = a[i : i + 1]
    best[0] += 1.0
    return np.sum(a**3)


@program(lambda r, n: (r.array(n), 3))
def two_buffers_swapped_by_name(x, steps):
    u = x.copy()
    v = np.zeros(len(x))
    for _ in range(steps):
        v[1:] = u[1:] * u[:-1] + 0.5
        v[0] = u[0] * u[0]
        u, v = v, u
    return np.sum(u * u) + np.sum(v)


@program(lambda r, n: (r.array(n), 5))
def three_buffers_rotated(x, steps):
    a = x.copy()
    b = x * 0.5
    c = np.ones_like(x)
    for _ in range(steps):
        c[:] = a * b + 0.1 * c
        a, b, c = b, c, a
    return np.sum(a) + np.sum(b * b) + np.sum(c * a)


@program(lambda r, n: (r.array(n), 3), refusal=True)
def two_buffers_chosen_by_parity(x, steps):
    buffers = [x.copy(), x * 0.0]
    for t in range(steps):
        source, target = buffers[t % 2], buffers[(t + 1) % 2]
        target[1:] = np.sin(source[:-1]) + source[1:]
        target[:1] = source[:1]
    return np.sum(buffers[0] * buffers[0]) + np.sum(buffers[1])


@program(lambda r, n: (r.array(n),))
def names_part_when_one_is_bound_again(x):
    a = x * 1.0
    b = a
    a = a * 2.0
    b += 1.0
    a += b
    return np.sum(a * b)


@program(lambda r, n: (r.array(n),))
def augmented_assignment_writes_for_both_names(x):
    a = x * x
    b = a
    b += np.sin(x)
    return np.sum(a * b)


@program(lambda r, n: (r.array(n, 3),))
def rows_of_the_matrix_in_a_for_loop(m):
    a = m * 1.0
    for row in a:
        row /= np.sum(row)
    return np.sum(a * m * a)


@program(lambda r, n: (r.array(2, n),))
def unpacked_rows_are_views(m):
    a = m * 1.0
    p, q = a
    p += q * q
    q *= p
    return np.sum(a * a)


@program(lambda r, n: (r.array(2, n),))
def swapped_rows_end_up_equal(m):
    a = m * m
    a[0], a[1] = a[1], a[0]
    return np.sum(a * np.array([[1.0], [3.0]]))


@program(lambda r, n: (r.array(n, n),))
def diagonal_view_of_einsum(m):
    a = m * m
    np.einsum("ii->i", a)[:] += 2.0
    return np.sum(a * a)


@program(lambda r, n: (r.array(n),))
def real_part_is_the_array_itself(x):
    a = x * 2.0
    a.real[0:1] = 5.0
    return np.sum(a * x)


@program(lambda r, n: (r.array(n),), refusal=True)
def zero_dimensional_view(x):
    a = x * 1.0
    first = a[0, ...]
    first += 2.0
    return np.sum(a * a)


@program(lambda r, n: (r.array(n, 2),), refusal=True)
def reshape_of_a_fresh_array_is_a_view(m):
    a = m * 1.0
    flat = a.reshape(-1)
    flat[1:] *= 2.0
    return np.sum(a * a * a)


@program(lambda r, n: (r.array(n),))
def scatter_into_a_masked_view(x):
    a = x - 1.0
    tail = a[1:]
    tail[tail < 0] = 2.0
    return np.sum(a * a * x)


@program(lambda r, n: (r.array(n),))
def index_array_is_overwritten_after_use(x):
    a = x * 1.0
    where = np.array([0, 2, 0])
    picked = a[where]
    where[:] = 1
    a[where] = 3.0
    return np.sum(picked * picked) + np.sum(a)


@program(lambda r, n: (r.array(n),))
def element_overwritten_twice(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = x[i] * x[i]
        y[i] = np.sin(y[i]) * y[i - 1]
    return np.sum(y)


@program(lambda r, n: (r.array(n),))
def prefix_products_in_place(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] *= y[i - 1] + 0.5
    return np.sum(y * y)


@program(lambda r, n: (r.array(n),))
def seidel_sweeps(x):
    u = x.copy()
    for _ in range(3):
        for i in range(1, len(u) - 1):
            u[i] = 0.25 * (u[i - 1] + 2.0 * u[i] * u[i] + u[i + 1])
    return np.sum(u * u)


@program(lambda r, n: (r.array(n),))
def overlapping_slices_in_one_statement(x):
    a = x * 1.0
    a[1:] += a[:-1]
    a[:-1] = a[1:] * a[:-1]
    return np.sum(a)


@program(lambda r, n: (r.array(n),))
def old_value_is_needed_by_a_nonlinear_use(x):
    a = x * 1.0
    s = np.sum(np.exp(a))
    a[:] = a * s
    return np.sum(np.sin(a)) * s


@program(lambda r, n: (r.array(n), r.array(n)))
def write_in_one_arm_only(x, y):
    a = x * 1.0
    v = a[1:]
    if np.sum(y) > 0.9 * len(y):
        a += y
    return np.sum(v * v) + np.sum(a)


@program(lambda r, n: (r.array(n),))
def view_live_across_a_loop_that_writes(x):
    a = x * 1.0
    middle = a[1:3]
    total = 0.0
    for _ in range(3):
        total += np.sum(middle * middle)
        a *= 1.1
    return total


@program(lambda r, n: (r.array(n, 3),))
def column_written_row_read(m):
    a = m * 1.0
    for j in range(3):
        a[:, j] = a[:, j] * a[:, j - 1]
    total = 0.0
    for i in range(len(a)):
        total += a[i] @ a[i]
    return total


@program(lambda r, n: (r.array(n, n),))
def axes_put_back_into_their_first_places(m):
    moved = np.moveaxis(m, 0, 1)
    swapped = m.swapaxes(0, 1) * 1.0
    back = np.swapaxes(swapped, 0, 1)
    back[:1] = moved[:1] ** 2
    return np.sum(swapped * m)


@program(lambda r, n: (r.array(n, n),))
def diagonals_are_read_only_views(m):
    return np.sum(np.diag(m) * 3.0 + m.diagonal() ** 2) + np.sum(np.diagonal(m, 1)) + np.sum(np.diag(m, -1) ** 2)


@program(lambda r, n: (r.array(n, n),))
def diagonal_as_it_was_before_a_write(m):
    m = m * 2.0
    before = m.diagonal().copy()
    m[0:1, 0:1] = 0.0
    return np.sum(before * np.diag(m))


@program(lambda r, n: (r.array(n + 1),))
def matrix_of_a_diagonal_is_no_view(x):
    m = np.diag(x * x)
    m[0, -1] = x[0]
    x[0] = 3.0
    return np.sum(m * m * m) + np.sum(np.diag(x, 1) ** 2)


@program(lambda r, n: (r.array(n, n),))
def write_into_a_diagonal_raises(m):
    d = np.diag(m)
    total = np.sum(d)
    d[:] = 0.0
    return total


@program(lambda r, n: (r.array(n, n),), size=3)
def diagonal_sees_later_writes(m):
    a = m.copy()
    d = np.diagonal(a)
    a *= m
    return np.sum(d**2)


@program(lambda r, n: (r.array(n, n),), size=3)
def diagonal_above_is_a_view(m):
    a = m * 1.0
    d = a.diagonal(1)
    total = np.sum(d * d)
    a[:] = m * m
    return total * np.trace(a) + np.sum(d)


@program(lambda r, n: (r.array(n),))
def diagonal_matrix_written(x):
    d = np.diag(x)
    d *= 2.0
    d += x
    return np.sum(d * d) + np.sum(np.diag(d))


@program(lambda r, n: (r.array(n, n),), size=3)
def diagonal_is_returned(m):
    return np.diag(m), np.diagonal(m, 1), np.trace(m)


@program(lambda r, n: (r.array(n),))
def imaginary_part_of_real_numbers(x):
    return np.sum(np.imag(x) * x) + np.sum(x.imag) + np.sum(x.real**2)
