"""Flat lists: what loops of unknown length and branches keep, read backwards and forwards, and lists of the user's own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import s2sad
from s2sad.derivative.reverse import reverse
from s2sad.graph.core import CALL, Graph, Value
from s2sad.graph.interpret import interpret
from s2sad.graph.verify import verify
from s2sad.memory import keep, place
from s2sad.optimize.inline import inline
from tests.memory import programs
from tests.memory.programs import arguments
from tests.memory.test_keep import cleaned, count, derivative

SOURCES = {
    "while_true": """
    s, k = 0.0, 0
    while True:
        s = s + x * 0.5 ** k
        k += 1
        if s > 1.5 or k > 20:
            break
    return s * x
""",
    "nested_break_and_continue": """
    for i in range(3):
        if i > 1:
            continue
        if x > 5.0:
            break
        for j in range(4):
            if j == 2:
                continue
            if x > 3.0:
                break
            x = x * x * 0.6 + 0.5
    return x * x
""",
    "while_in_while": """
    s, k = x, 0
    while k < 4:
        j = 0
        while j < k + 1 and s < 50.0:
            s = s * np.sin(s) + x
            j += 1
        if s > 1.0:
            s = s * x + np.exp(0.1 * s) * s
        k += 1
    return s * s
""",
    "handed_on": """
    h = x
    for i in range(3):
        k = 0
        while h < 4.0 and k < 3:
            h = np.tanh(h * x) + h * h * 0.3
            k += 1
        h = np.exp(-h) + h * x
    return h
""",
    "loop_in_branch_in_loop": """
    total = 0.0
    for i in range(5):
        if x > 0.5:
            y = np.exp(x)
            for j in range(i):
                if j == 2 and y > 7.0:
                    break
                y = y * np.sin(y) + 0.1 * y * y
                if y < 0.0:
                    continue
                total = total + y * y
        x = x * 0.9 + 0.01 * total
    return total + x
""",
    "return_from_two_loops": """
    for i in range(6):
        y = x * x
        while y < 3.0:
            y = y * y + 0.7
            if y > 2.5:
                return y * x + i
        x = x + 0.2 * y
    return x
""",
    "vectors": """
    u, n = np.ones(3) * x, 0
    while n < 3:
        for i in range(2):
            if u[i] < 3.0:
                e = np.exp(u * 0.3)
                u = u * e + u * u * 0.1
            m = 0
            while m < n:
                u[m] = u[m + 1] * np.sin(u[m])
                m += 1
        n += 1
    return np.sum(u * u)
""",
    "growing": """
    states = [x, x * x]
    for t in range(4):
        states.append(np.sin(states[t]) * states[-1])
    total = 0.0
    for state in states:
        total += state * state
    return total
""",
    "growing_while": """
    states, k = [x], 0
    while states[-1] < 20.0 and k < 5:
        states.append(states[-1] * states[-1] * 0.8 + 1.0)
        k += 1
    return states[-1] * states[1]
""",
    "overwritten": """
    states = [x, 2.0 * x]
    for t in range(4):
        states.append(np.sin(states[-1]) * states[-2])
        states[t] = states[t] * states[-1]
    return states[-1] * states[1]
""",
    "stack": """
    stack, total = [x, x * x, np.sin(x)], 0.0
    while len(stack) > 0:
        y = stack.pop()
        total = total * y + np.exp(0.3 * y)
    return total
""",
}


@pytest.fixture(params=SOURCES)
def function(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[float], float]:
    path = tmp_path / "program.py"
    path.write_text(f"import numpy as np\n\n\ndef f(x):{SOURCES[request.param]}")
    spec = importlib.util.spec_from_file_location(f"flat_{request.param}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


@pytest.mark.parametrize("poison", ["", "1"])
def test_derivatives_agree_with_differences(function: Callable[[float], float], poison: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2SAD_VERIFY", "1")
    monkeypatch.setenv("S2SAD_POISON", poison)
    for x in (0.35, 0.9):
        lower = function
        for _ in range(2):
            higher = s2sad.grad(lower)
            numeric = (lower(x + 1e-6) - lower(x - 1e-6)) / 2e-6
            np.testing.assert_allclose(higher(x), numeric, rtol=1e-4, atol=1e-5)
            lower = higher


def test_a_pullback_may_be_called_again(function: Callable[[float], float]) -> None:
    _, pullback = s2sad.vjp(function, 0.9)
    expected = s2sad.grad(function)(0.9)
    for _ in range(3):
        np.testing.assert_allclose(pullback(1.0)[0], expected, rtol=1e-12)


def test_no_list_is_copied(function: Callable[[float], float]) -> None:
    source = s2sad.grad(function).source_for(0.9)
    assert "s.copy()" not in source and "= [None" not in source and "None" not in source


def test_one_reader_uses_up_and_several_count() -> None:
    alone = cleaned(keep(derivative(programs.triangle)))
    assert count(alone, "list_pop") == 1 and count(alone, "list_length") == 0
    again = cleaned(keep(derivative(programs.triangle), popping=False))
    assert count(again, "list_pop") == 0 and count(again, "list_length") == 1
    assert count(cleaned(keep(derivative(programs.triangle, 2))), "list_length") >= 1


def deep(levels: int) -> Graph:
    """Loops in loops over ranges that grow with the index outside."""
    p = programs.Program("deep")

    def level(number: int, stop: programs.Value, s: programs.Value) -> programs.Value:
        if number == 0:
            return p.multiply(s, p.sin(s), name="s")
        return p.loop(stop, [s], ["s"], lambda i, t: level(number - 1, p.add(i, 1), t))[0]

    return p.done(level(levels, p.builder.constant(2), p.item(p.x, 0, "s")))


def test_the_work_grows_linearly_with_the_depth() -> None:
    sizes = [sum(1 for _ in cleaned(keep(derivative(lambda: deep(levels)))).body.walk()) for levels in (2, 4, 6)]
    assert sizes[2] - sizes[1] <= sizes[1] - sizes[0] + 2


def test_a_sweep_in_an_order_of_its_own_indexes_lists() -> None:
    """A derivative in a loop that is differentiated: its reverse sweep is read first to last in each trip, the trips backwards."""
    inner = cleaned(reverse(programs.uncounted(), [1], [0], seeds=[1.0]).graph)

    def make() -> Graph:
        p = programs.Program("descent")

        def step(i: Value, x: Value) -> Value:
            call = p.builder.append(CALL, (p.a, x), {"graph": inner}, [value.type for value in inner.results])
            return p.subtract(x, p.multiply(0.01, call.results[1]))

        (x,) = p.loop(3, [p.x], ["x"], step)
        return inline(p.done(x))

    values = [*arguments(), np.float64(1.5)]
    whole = cleaned(reverse(make(), [0, 1], [0], seeds=[None]).graph)
    expected = interpret(whole, values)
    graph = verify(cleaned(keep(cleaned(reverse(make(), [0, 1], [0], seeds=[None]).graph))))
    for wanted, result in zip(expected, interpret(graph, values), strict=True):
        np.testing.assert_array_equal(wanted, result)
    placed = verify(place(graph), writable=(), owned_results=True)
    for wanted, result in zip(expected, interpret(placed, values), strict=True):
        np.testing.assert_allclose(wanted, result, rtol=1e-12)
