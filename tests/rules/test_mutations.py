"""Is the registry test any good?  Each wrong rule below must be caught by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from s2sad.graph.types import is_inexact
from s2sad.record import replace
from s2sad.rules import REGISTRY
from s2sad.rules.declare import Rule
from s2sad.rules.types import data_type
from tests.rules import test_rules as registry

quiet = registry.quiet
RULES = [rule for rule in REGISTRY.rules.values() if registry.differentiable(rule) and rule.kind != "structural"]
MUTATIONS: dict[str, Callable[[Any], Any]] = {
    "sign": lambda part: -part,
    "factor": lambda part: part * 2.0,
    "dropped": lambda part: part * 0.0,
}


def mutated(formula: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    def apply(k: int, g: Any, y: Any, /, *operands: Any, **static: Any) -> Any:
        part = formula(k, g, y, *operands, **static)
        if isinstance(part, tuple):
            return tuple(None if one is None else change(one) for one in part)
        return None if part is None else change(part)

    return apply


def caught(rule: Rule, test: Callable[..., None]) -> bool:
    for sample in rule.points:
        if not registry.active(sample.operands) or not is_inexact(data_type(rule.evaluate(*sample.operands, **sample.static))):
            continue
        try:
            test(rule, sample)
        except AssertionError:
            return True
    return False


def numeric(rule: Rule) -> bool:
    """Whether the rule works on plain numbers and arrays and has an influence."""
    samples = [
        p for p in rule.points if not isinstance(p.operands[0], (list, tuple)) and np.size(p.operands[0]) and registry.active(p.operands)
    ]
    return bool(samples) and rule.name not in ("pack", "list_of_array", "numbers_of_array", "array_of_list", "list_filled")


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("rule", [rule for rule in RULES if numeric(rule)], ids=lambda rule: rule.name)
def test_wrong_pull_back_is_caught(rule: Rule, mutation: str) -> None:
    wrong = replace(rule, pullback=mutated(rule.pullback, MUTATIONS[mutation]), complex=True)
    assert caught(wrong, lambda rule, sample: registry.test_pull_back_against_push_forward(rule, sample, False))


@pytest.mark.parametrize("rule", [rule for rule in RULES if numeric(rule)], ids=lambda rule: rule.name)
def test_wrong_push_forward_is_caught(rule: Rule) -> None:
    wrong = replace(rule, pushforward=mutated(rule.pushforward, MUTATIONS["sign"]), complex=True)
    assert caught(wrong, registry.test_push_forward_against_differences)


def test_stale_result_is_caught() -> None:
    tanh = REGISTRY.rules["tanh"]
    wrong = replace(tanh, pullback=lambda k, g, y, x: g * (1 - x * x))
    assert caught(wrong, lambda rule, sample: registry.test_pull_back_against_push_forward(rule, sample, True))


def test_wrong_second_order_is_caught() -> None:
    """A helper of a derivative that is right itself, but has a wrong derivative."""
    sine, cosine = REGISTRY.rules["sin"], REGISTRY.rules["cos"]
    right = cosine.pushforward
    cosine.pushforward = lambda k, t, y, x: t * sine(x)
    try:
        assert caught(sine, registry.second)
    finally:
        cosine.pushforward = right
