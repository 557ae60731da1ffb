"""Names are live: what was read from outside is read again, and a change is noticed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import s2sad

FACTOR = 2.0
TABLE = np.array([1.0, 2.0, 3.0])
SETTINGS = {"rate": 2.0, "kind": "double"}
VERBOSE = False


def helper(x: Any) -> Any:
    return x * 2.0


def uses_global_number(x: Any) -> Any:
    return x * FACTOR


def uses_global_array(x: Any) -> Any:
    return np.sum(x * TABLE)


def uses_helper(x: Any) -> Any:
    return helper(x)


def uses_settings(x: Any) -> Any:
    if SETTINGS["kind"] == "double":
        return x * SETTINGS["rate"] * 2.0
    return x * SETTINGS["rate"]


def test_a_global_number_is_read_at_each_call(monkeypatch: Any) -> None:
    gradient = s2sad.grad(uses_global_number)
    assert gradient(1.0) == 2.0
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    assert gradient(1.0) == 5.0
    assert gradient._dispatcher.count == 1
    monkeypatch.setitem(globals(), "FACTOR", np.float32(3.0))
    assert gradient(1.0) == 3.0


def test_a_global_array_is_read_at_each_call(monkeypatch: Any) -> None:
    gradient = s2sad.grad(uses_global_array)
    np.testing.assert_array_equal(gradient(np.ones(3)), [1.0, 2.0, 3.0])
    TABLE[0] = 10.0
    try:
        np.testing.assert_array_equal(gradient(np.ones(3)), [10.0, 2.0, 3.0])
    finally:
        TABLE[0] = 1.0
    monkeypatch.setitem(globals(), "TABLE", np.array([4.0, 5.0]))
    np.testing.assert_array_equal(gradient(np.ones(2)), [4.0, 5.0])


def test_a_replaced_helper_is_noticed(monkeypatch: Any) -> None:
    gradient = s2sad.grad(uses_helper)
    assert gradient(1.0) == 2.0
    monkeypatch.setitem(globals(), "helper", lambda x: x * 7.0)
    assert gradient(1.0) == 7.0
    monkeypatch.undo()
    assert gradient(1.0) == 2.0
    assert gradient._dispatcher.count == 2


def test_a_structure_outside_is_guarded_where_it_was_read(monkeypatch: Any) -> None:
    gradient = s2sad.grad(uses_settings)
    assert gradient(1.0) == 4.0
    monkeypatch.setitem(SETTINGS, "rate", 3.0)
    assert gradient(1.0) == 6.0
    monkeypatch.setitem(SETTINGS, "kind", "single")
    assert gradient(1.0) == 3.0


def test_closures_are_live() -> None:
    scale, table = 2.0, [1.0, 2.0]

    def f(x: Any) -> Any:
        return x * scale * table[1]

    gradient = s2sad.grad(f)
    assert gradient(1.0) == 4.0
    scale = 3.0
    assert gradient(1.0) == 6.0
    table[1] = 5.0
    assert gradient(1.0) == 15.0
    assert gradient._dispatcher.count == 1


def test_a_flag_is_decided_and_guarded(monkeypatch: Any) -> None:
    def f(x: Any) -> Any:
        return x * 3.0 if VERBOSE else x * 2.0

    gradient = s2sad.grad(f)
    assert gradient(1.0) == 2.0
    assert "if" not in gradient.source
    monkeypatch.setitem(globals(), "VERBOSE", True)
    assert gradient(1.0) == 3.0


def test_a_global_that_is_gone_is_named(monkeypatch: Any) -> None:
    gradient = s2sad.grad(uses_global_number)
    gradient(1.0)
    monkeypatch.delitem(globals(), "FACTOR")
    with pytest.raises((NameError, s2sad.UnsupportedError), match="FACTOR"):
        gradient(1.0)


def test_an_integer_that_decides_is_part_of_the_key() -> None:
    def f(x: Any, axis: Any) -> Any:
        return np.sum(np.sum(x, axis=axis) ** 2)

    gradient = s2sad.grad(f)
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(gradient(x, 0), np.broadcast_to(2 * x.sum(0), (2, 3)))
    np.testing.assert_array_equal(gradient(x, 1), np.broadcast_to(2 * x.sum(1)[:, None], (2, 3)))


def test_an_integer_that_only_counts_is_not() -> None:
    def f(x: Any, n: Any) -> Any:
        for _ in range(n):
            x = x * 1.5
        return x

    gradient = s2sad.grad(f)
    assert [gradient(1.0, n) for n in (0, 1, 3)] == [1.0, 1.5, 1.5**3]
    assert gradient._dispatcher.count == 1


def test_assumptions_about_sizes_are_tested() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.sum(np.tanh(x[1:] * y))

    gradient = s2sad.grad(f, argnums=(0, 1))
    for n, m in ((4, 3), (2, 3), (5, 4), (3, 2)):
        x, y = np.linspace(0.1, 1.0, n), np.linspace(0.2, 0.9, m)
        dx, dy = gradient(x, y)
        slope = 1 - np.tanh(x[1:] * y) ** 2
        wanted = np.concatenate([[0.0], (slope * y).sum(keepdims=True) if n == 2 else slope * y])
        np.testing.assert_allclose(dx, wanted)
        np.testing.assert_allclose(dy, slope * x[1:])


def test_buffers_that_swap_names_may_not_share_memory() -> None:
    def swapped(x: Any, y: Any) -> Any:
        for _ in range(3):
            x, y = y, x
            y *= 2.0
        return np.sum(x)

    base = np.arange(1.0, 4.0)
    with pytest.raises(s2sad.DifferentiationError, match="shares memory"):
        s2sad.grad(swapped)(base[:2], base[1:])
    np.testing.assert_array_equal(s2sad.grad(swapped, argnums=(0, 1))(base[:2].copy(), base[1:].copy())[1], [2.0, 2.0])
    np.testing.assert_array_equal(base, np.arange(1.0, 4.0))


WEIGHTS = np.arange(1.0, 4.0)


def test_an_argument_that_is_written_may_not_be_a_captured_array() -> None:
    def weighted(x: Any) -> Any:
        x *= 2.0
        return np.sum(WEIGHTS * x)

    with pytest.raises(s2sad.DifferentiationError, match="shares memory with"):
        s2sad.grad(weighted)(WEIGHTS)
    with pytest.raises(s2sad.DifferentiationError, match="shares memory with"):
        s2sad.grad(weighted)(WEIGHTS[::-1])
    np.testing.assert_array_equal(s2sad.grad(weighted)(WEIGHTS.copy()), [2.0, 4.0, 6.0])
    np.testing.assert_array_equal(WEIGHTS, np.arange(1.0, 4.0))
