"""Every declared function called by name, as a program would: the value is the plain call's, bit by bit, in both modes."""

from __future__ import annotations

import importlib.util
import math
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import s2sad
from s2sad.rules import REGISTRY
from s2sad.rules.declare import Point, Rule

MODULES = {"numpy": np, "math": math}
PLAIN = (int, float, str, bool, type(None))


def called(function: Any) -> str | None:
    """Return how a program names a function."""
    name = getattr(function, "__name__", "")
    for module, owner in (("np.linalg", np.linalg), ("np.fft", np.fft), ("np", np), ("math", math)):
        if getattr(owner, name, None) is function:
            return f"{module}.{name}"
    return None


def literal(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(literal, value))
    return type(value) in PLAIN


def kind(value: Any) -> Any:
    return (value.dtype.kind, value.ndim) if isinstance(value, np.ndarray) else type(value)


def cases() -> list[tuple[str, Rule, Point, str]]:
    found = []
    for rule in REGISTRY.rules.values():
        if rule.kind == "structural" or rule.order:
            continue
        for function in rule.functions:
            name = called(function)
            if name is None or name in ("np.empty", "np.empty_like", "np.pad"):
                continue
            tried = set()
            for number, sample in enumerate(rule.points):
                kinds = (tuple(map(kind, sample.operands)), tuple(sample.static))
                if kinds in tried or len(tried) == 4:
                    continue
                tried.add(kinds)
                if all(map(literal, sample.static.values())) and all(
                    isinstance(one, (int, float, complex, np.ndarray, np.generic)) for one in sample.operands
                ):
                    found.append((f"{name.replace('.', '_')}_{number}", rule, sample, name))
    return found


CASES = cases()


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    lines = ["import math", "import numpy as np"]
    for label, _, sample, name in CASES:
        parameters = [f"a{k}" for k in range(len(sample.operands))]
        static = [f"{key}={value!r}".replace("=inf", "=np.inf") for key, value in sample.static.items()]
        lines += [f"def {label}({', '.join(parameters)}):", f"    return {name}({', '.join([*parameters, *static])})"]
    path = tmp_path_factory.mktemp("functions") / "declared_functions.py"
    path.write_text("\n".join(lines) + "\n")
    spec = importlib.util.spec_from_file_location("declared_functions", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["declared_functions"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("label", "rule", "sample", "name"), CASES, ids=[case[0] for case in CASES])
def test_value_is_that_of_the_plain_call(label: str, rule: Rule, sample: Point, name: str, programs: ModuleType) -> None:
    function = getattr(programs, label)
    try:
        expected = function(*sample.operands)
    except (TypeError, ValueError):
        pytest.skip("operands or static facts of the sample are not arguments of the function")
    with np.errstate(all="ignore"):
        value, _ = s2sad.vjp(function, *sample.operands)
    several = isinstance(expected, tuple)
    assert type(value) is type(expected)
    for part, wanted in zip(value if several else [value], expected if several else [expected], strict=True):
        np.testing.assert_array_equal(part, wanted)
