"""Which specialisation serves a call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from s2sad.conditions import Conditions
from s2sad.dispatch import LIMIT, Dispatcher, Specialisation
from s2sad.request import Parameters
from s2sad.structure import Pattern


def dispatcher(function: Callable[..., Any]) -> Dispatcher:
    def compile(pattern: Pattern, arguments: dict[str, Any]) -> Specialisation:
        conditions = Conditions()
        conditions.pattern(pattern)
        return Specialisation(function, conditions.text, conditions.namespace)

    return Dispatcher(Parameters.of(function), compile)


def test_any_parameter_list_is_handed_through() -> None:
    def f(a: Any, b: Any = 2.0, /, c: Any = 3.0, *rest: Any, d: Any, e: Any = 5.0, **more: Any) -> Any:
        return a, b, c, rest, d, e, more

    made = dispatcher(f)
    for _ in range(2):
        assert made.entry(1.0, d=4.0) == (1.0, 2.0, 3.0, (), 4.0, 5.0, {})
        assert made.entry(1.0, 2.0, 3.0, 9.0, d=4.0, z=1.0) == (1.0, 2.0, 3.0, (9.0,), 4.0, 5.0, {"z": 1.0})
    assert made.count == 2


def test_wrong_arguments_raise_what_the_function_would() -> None:
    def loss(w: Any, b: Any) -> Any:
        return w

    with pytest.raises(TypeError, match=r"loss\(\) missing 1 required positional argument: 'b'"):
        dispatcher(loss).entry(1.0)


def test_sizes_do_not_compile_again_but_patterns_do() -> None:
    made = dispatcher(lambda x, y: None)
    for n in (2, 3, 7):
        made.entry(np.ones((n, n + 1)), np.ones(n))
    assert made.count == 1
    made.entry(np.ones((3, 1)), np.ones(3))
    made.entry(np.ones((3, 3)), np.ones(4))
    assert made.count == 3
    made.entry(np.ones((4, 5)), np.ones(4))
    assert made.count == 3


@pytest.mark.parametrize("other", [1, True, np.float64(1), np.ones(1), np.ones(2, np.float32), "x", None, [1.0], (1.0,), {"a": 1.0}])
def test_every_kind_is_a_specialisation_of_its_own(other: Any) -> None:
    made = dispatcher(lambda x: None)
    made.entry(1.0)
    made.entry(other)
    made.entry(1.0)
    made.entry(other)
    assert made.count == 2


def test_the_least_recently_used_goes_first() -> None:
    made = dispatcher(lambda x: None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in range(LIMIT + 5):
            made.entry([1.0] * number)
            made.entry([])
    assert made.count == LIMIT
    assert len(caught) == 1 and "64 kinds" in str(caught[0].message)


def test_a_negative_zero_size_and_strange_dtype_objects() -> None:
    made = dispatcher(lambda x: x.sum())
    made.entry(np.ones(3))
    strange = np.ones(3).astype(np.dtype("f8").newbyteorder("="))
    assert made.entry(strange) == 3.0
    assert made.entry(np.ones(0)) == 0.0
    assert made.count == 1
