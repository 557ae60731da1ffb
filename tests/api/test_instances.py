"""Instances and classes are live: flags, attributes and methods that change after a derivative was compiled are noticed."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import s2sad


class Model:
    def __init__(self, w: Any, scaled: bool) -> None:
        self.w = w
        self.scaled = scaled

    def __call__(self, x: Any) -> Any:
        return np.sum(self.w * x) if self.scaled else np.sum(x * x)


class Private:
    def __init__(self, a: float) -> None:
        self.__a = a

    def value(self, x: float) -> float:
        return self.__a * x


@dataclasses.dataclass
class Derived:
    a: float

    def __post_init__(self) -> None:
        self.double = 2.0 * self.a


def apply(model: Any, x: Any) -> Any:
    return model(x)


def value(thing: Any, x: Any) -> Any:
    return thing.value(x)


def test_flags_and_arrays_of_a_callable_instance_are_read_at_each_call() -> None:
    model = Model(2.0, True)
    gradient = s2sad.grad(apply, argnums=1)
    assert gradient(model, 3.0) == 2.0
    model.scaled = False
    assert gradient(model, 3.0) == 6.0
    model.scaled, model.w = True, np.ones(3)
    assert gradient(model, 3.0) == 3.0
    assert s2sad.grad(apply)(Model(2.0, True), 3.0).w == 3.0


def test_an_attribute_that_hides_a_method() -> None:
    thing = Private(2.0)
    gradient = s2sad.grad(value, argnums=1)
    assert gradient(thing, 3.0) == 2.0
    thing.value = lambda x: x**3  # type: ignore[assignment, method-assign]
    assert gradient(thing, 3.0) == 27.0
    assert vars(s2sad.grad(value)(Private(2.0), 3.0)) == {"_Private__a": 3.0}


def test_what_post_init_has_computed() -> None:
    found = s2sad.grad(lambda d, x: d.double * x)(Derived(1.5), 2.0)
    assert (found.a, found.double) == (0.0, 2.0)


def test_classes_of_a_function_and_changed_methods() -> None:
    class Local:
        rate = 0.5

        def __init__(self, a: float) -> None:
            self.a = a

        def value(self, x: float) -> float:
            return self.a * x * self.rate

    class Special(Local):
        pass

    gradient = s2sad.grad(lambda x: Local(x).value(x) + Special(2.0).value(x))
    assert gradient(3.0) == 4.0
    Local.rate = 2.0
    assert gradient(3.0) == 16.0
    Special.value = lambda self, x: x**2  # type: ignore[method-assign]
    assert gradient(3.0) == 18.0
    Local.value = lambda self, x: x**3  # type: ignore[method-assign]
    assert gradient(3.0) == 33.0


def test_a_module_that_is_not_registered(tmp_path: Path) -> None:
    file = tmp_path / "unregistered_module.py"
    file.write_text("class A:\n    k = 3.0\n    def f(self, x):\n        return self.k * x * SCALE\n\nSCALE = 2.0\n")
    spec = importlib.util.spec_from_file_location("unregistered_module", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    gradient = s2sad.grad(lambda x: module.A().f(x))
    assert gradient(1.0) == 6.0
    module.SCALE = 5.0
    assert gradient(1.0) == 15.0


class Switch:
    rate = 2.0

    def __init__(self) -> None:
        self.weights = [1.0]

    @functools.lru_cache  # noqa: B019
    def table(self, n: int) -> float:
        return 2.0 * n

    def value(self, x: float) -> float:
        return self.weights[0] * self.rate * self.table(2) * x


def test_an_attribute_that_hides_one_of_the_class() -> None:
    switch = Switch()
    gradient = s2sad.grad(lambda x: switch.value(x))
    assert gradient(1.0) == 8.0
    switch.rate = 3.0
    assert gradient(1.0) == 12.0
    switch.value = lambda x: 5.0 * x  # type: ignore[method-assign]
    assert gradient(1.0) == 5.0


def test_code_that_is_replaced_in_place() -> None:
    def helper(x: float) -> float:
        return x * x

    gradient = s2sad.grad(lambda x: helper(x))
    assert gradient(3.0) == 6.0
    helper.__code__ = (lambda x: x * 7.0).__code__
    assert gradient(3.0) == 7.0


def test_one_object_given_twice_is_not_changed_as_two() -> None:
    def scaled(u: Derived, v: Derived) -> float:
        u.a = u.a * 2.0
        return u.a * v.a

    gradient = s2sad.grad(scaled, argnums=(0, 1))
    assert gradient(Derived(3.0), Derived(2.0))[0].a == 4.0
    one = Derived(3.0)
    with pytest.raises(s2sad.DifferentiationError, match="S2S311"):
        gradient(one, one)


def test_a_callable_instance_that_contains_itself() -> None:
    class Cyclic:
        def __init__(self) -> None:
            self.me, self.w = self, 2.0

        def __call__(self, x: float) -> float:
            return self.w * x

    assert s2sad.grad(apply, argnums=1)(Cyclic(), 3.0) == 2.0
