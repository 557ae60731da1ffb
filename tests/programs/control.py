"""Branches, loops, and every way out of them."""

import numpy as np
from harness import program


@program(lambda r, n: (r.number(),))
def plain_branch(x):
    if x > 1.0:
        return x * x
    return 3.0 * x


@program(lambda r, n: (r.signed(n),))
def if_elif_else(x):
    total = 0.0
    for v in x:
        if v > 1.0:
            total += v * v
        elif v > 0.0:
            total -= v
        elif v > -1.0:
            total += np.sin(v)
        else:
            total *= v
    return total


@program(lambda r, n: (r.number(), r.number()))
def ternaries(x, y):
    a = x * y if x > y else x - y
    b = a if a > 0.0 else (-a if a < -0.1 else a * a)
    return a + b * x


@program(lambda r, n: (r.number(), r.number()))
def boolean_operators(x, y):
    if (x > 0.9 and y > 0.9) or not x < 1.1:
        return x * y
    return x + y * y


@program(lambda r, n: (r.number(), r.number()))
def chained_comparison(x, y):
    if 0.5 < x < y < 2.0:
        return x**3
    return x * y**2


@program(lambda r, n: (r.array(n),))
def for_over_an_array(x):
    total = 0.0
    product = 1.0
    for v in x:
        total += v * product
        product *= v
    return total * product


@program(lambda r, n: (r.array(n),))
def for_over_range_with_step(x):
    total = 0.0
    for i in range(len(x) - 1, 0, -2):
        total += x[i] * x[i - 1]
    return total


@program(lambda r, n: (r.array(n), r.array(n)))
def for_over_zip(x, y):
    total = 0.0
    for a, b in zip(x, y):
        total += a * np.sin(b)
    return total


@program(lambda r, n: (r.array(n),))
def for_over_enumerate(x):
    total = 0.0
    for i, v in enumerate(x):
        total += v ** (i + 1)
    return total


@program(lambda r, n: (r.array(n), r.array(n)))
def for_over_enumerate_of_zip(x, y):
    total = 0.0
    for i, (a, b) in enumerate(zip(x, y[1:])):
        total += i * a * b
    return total


@program(lambda r, n: (r.array(n),))
def for_over_reversed(x):
    acc = 0.5
    for v in reversed(x):
        acc = acc * v + v
    return acc


@program(lambda r, n: (r.array(n, 3),))
def for_over_rows(m):
    total = 0.0
    for row in m:
        total += np.sum(row) * row[0]
    return total


@program(lambda r, n: (r.array(n, 3),))
def nested_loops(m):
    total = 0.0
    for i in range(m.shape[0]):
        partial = 1.0
        for j in range(m.shape[1]):
            partial *= m[i, j] + partial
        total += partial
    return total


@program(lambda r, n: (r.array(n),))
def triangular_loop(x):
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            total += x[i] * x[j] ** 2
    return total


@program(lambda r, n: (r.number(),))
def while_until_small(x):
    steps = 0
    while x > 0.1:
        x = x * 0.5 + 0.01 * x * x
        steps += 1
    return x * steps


@program(lambda r, n: (r.number(),))
def newton_square_root(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x * a


@program(lambda r, n: (r.array(n),))
def break_out(x):
    total = 0.0
    for v in x:
        total += v * v
        if total > 1.5:
            break
        total *= 1.1
    return total * 2.0


@program(lambda r, n: (r.array(n),))
def continue_past(x):
    total = 0.0
    for i in range(len(x)):
        if x[i] < 0.9:
            continue
        total += np.exp(x[i])
    return total + np.sum(x)


@program(lambda r, n: (r.array(n),))
def break_and_continue(x):
    total = 1.0
    for i, v in enumerate(x):
        if i == 1:
            continue
        total *= v
        if total > 1.3:
            break
        total += v
    return total


@program(lambda r, n: (r.array(n),))
def loop_with_else(x):
    total = 0.0
    for v in x:
        if v > 1.4:
            break
        total += v * v
    else:
        total *= 10.0
    return total


@program(lambda r, n: (r.array(n),))
def return_from_a_loop(x):
    total = 0.0
    for v in x:
        total += v * v
        if total > 2.0:
            return total * v
    return -total


@program(lambda r, n: (r.array(n, 3),))
def return_from_an_inner_loop(m):
    total = 0.0
    for row in m:
        for v in row:
            total += v * total + v
            if total > 3.0:
                return total * row[0]
        total *= 0.5
    return total


@program(lambda r, n: (r.array(n, 3),))
def break_in_the_inner_loop(m):
    total = 0.0
    for row in m:
        for v in row:
            if v > 1.2:
                break
            total += v * v
        total *= row[-1]
    return total


@program(lambda r, n: (r.number(), r.number()))
def early_returns(x, y):
    if x < 0.8:
        return y
    z = x * y
    if z > 1.0:
        if y > 1.0:
            return z * z
        z += 1.0
    return z * x


@program(lambda r, n: (r.array(n),))
def while_true_with_break(x):
    i = 0
    total = 0.0
    while True:
        if i >= len(x):
            break
        total += x[i] * np.cos(total)
        i += 1
    return total


@program(lambda r, n: (r.array(n),))
def while_over_two_ends(x):
    i, j = 0, len(x) - 1
    total = 0.0
    while i < j:
        total += x[i] * x[j]
        i += 1
        j -= 1
    return total


@program(lambda r, n: (r.array(n),))
def name_bound_in_one_arm_only(x):
    for i in range(len(x)):
        y = x[i] * x[i]
    return y * 2.0


@program(lambda r, n: (r.array(n),))
def loop_variable_used_after_the_loop(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i]
    return total * x[i]


@program(lambda r, n: (r.array(n),))
def condition_carried_by_a_flag(x):
    found = False
    total = 0.0
    for v in x:
        if v > 1.0:
            found = True
        if found:
            total += v * v
        else:
            total -= v
    return total


@program(lambda r, n: (r.array(n),))
def fibonacci_of_numbers(x):
    a, b = 1.0, x[0]
    for v in x:
        a, b = b, a * v + b
    return a * b


@program(lambda r, n: (r.array(n),))
def maximum_by_hand(x):
    best = x[0]
    where = 0
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i]
            where = i
    return best * x[where] + where * np.sum(x)


@program(lambda r, n: (r.array(n),))
def builtin_max_and_min(x):
    return max(x[0], x[1] * x[1], 0.7) * min(x[1], x[2])


@program(lambda r, n: (r.number(),))
def raises_for_some(x):
    if x < 0.0:
        raise ValueError("x must not be negative")
    return x**1.5


@program(lambda r, n: (r.array(n),), size=4)
def raises_with_a_message(x):
    if len(x) < 3:
        raise ValueError(f"need three numbers, not {len(x)}")
    return np.sum(x * x)


@program(lambda r, n: (r.array(n),))
def asserts_something(x):
    assert len(x) > 1, "too short"
    return np.sum(x[1:] * x[:-1])


@program(lambda r, n: (r.array(n),))
def index_error_survives(x):
    return x[2] * x[0]


@program(lambda r, n: (r.number(), r.number()))
def zero_division_survives(x, y):
    return x / (y - y) if x < 0.0 else x / y


@program(lambda r, n: (r.array(n),))
def prints_as_it_goes(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i] ** 2
        print("step", i)
    print("done")
    return total


@program(lambda r, n: (r.array(n), r.array(n)))
def rosenbrock(x, y):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] * x[i]) ** 2 + (1.0 - x[i]) ** 2
    return total * y[0]


@program(lambda r, n: (r.array(n), 3))
def loop_inside_a_branch_inside_a_loop(x, steps):
    total = 1.0
    for t in range(steps):
        if total > 1.2:
            for v in x:
                total += 0.1 * v * total
        else:
            total += x[t] if t < len(x) else 0.5
    return total


@program(lambda r, n: (r.array(n),))
def collatz_like_branching(x):
    total = 0.0
    for i in range(len(x)):
        k = i + 1
        v = x[i]
        while k > 1:
            if k % 2 == 0:
                v = v * 0.5 + 0.1 * v * v
                k = k // 2
            else:
                v = np.sin(v)
                k = k - 1
        total += v
    return total


@program(lambda r, n: (r.number(),))
def while_true_left_by_return(x):
    v = 1.0
    while True:
        v = v * (1.0 + x) + 0.1
        if v > 10.0:
            return v * x


@program(lambda r, n: (r.number(),))
def while_true_left_in_two_ways(x):
    v = 1.0
    while True:
        v = v * (1.0 + x) + 0.1
        if v > 10.0:
            return v * x
        if v * x > 3.0:
            break
    return v


@program(lambda r, n: (r.number(), 50))
def while_true_around_a_loop_with_else(x, most):
    n = 0
    while True:
        x = x * 1.5
        for i in range(3):
            if x > 5 + i:
                return x * (i + 1)
            x = x + 0.1
        n += 1
        if n > most:
            break
    else:
        x = 0.0
    return x * 2
