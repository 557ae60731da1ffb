"""Deques: both ends, a greatest length, rotation; queues that are worked off."""

from __future__ import annotations

from collections import deque

from harness import program


@program(lambda m, n: (m.array(n + 3),))
def moving_sum(x):
    q = deque(maxlen=3)
    s = 0.0
    for v in x:
        q.append(v)
        s += sum(q) * v
    return s


@program(lambda m, n: (m.array(n + 4),))
def breadth_first(x):
    q = deque([x[0]])
    s = 0.0
    n = 0
    while q:
        v = q.popleft()
        s += v * v
        n += 1
        if n < 4:
            q.append(v * 0.5 + x[n])
    return s


@program(lambda m, n: (m.array(n + 1),))
def rotated(x):
    q = deque(x)
    q.rotate(2)
    q.appendleft(x[0] * 2)
    return sum((k * v for k, v in enumerate(q))) + q[0] * q[-1]


@program(lambda m, n: (m.array(n + 4),))
def known_length(x):
    q = deque([x[0], x[1]])
    q.append(x[2])
    q.appendleft(x[3])
    a = q.popleft()
    b = q.pop()
    return a * b + q[0] * len(q)


@program(lambda m, n: (m.array(n + 2),))
def moving_mean(x):
    q = deque(maxlen=4)
    s = 0.0
    for v in x:
        q.append(v)
        s += sum(q) / len(q)
    return s


@program(lambda m, n: (m.array(n + 1),))
def two_by_two(x):
    q = deque(x)
    while len(q) > 1:
        a = q.popleft()
        b = q.popleft()
        q.append(0.5 * a + b * 0.3 + 0.01 * a * b)
    return q[0]


@program(lambda m, n: (m.array(n + 4),))
def moving_range(x):
    w = []
    s = 0.0
    for v in x:
        w.append(v)
        if len(w) > 5:
            w.pop(0)
        s += max(w) - min(w)
    return s


@program(lambda m, n: (m.array(n + 1),))
def stack_of_pairs(x):
    st = [(0, x[0])]
    s = 0.0
    while st:
        d, v = st.pop()
        s += v * v / (d + 1)
        if d < 3:
            st.append((d + 1, v * 0.5))
            st.append((d + 1, v * 0.25))
    return s
