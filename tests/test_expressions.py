"""Every expression of `expressions.py`: value to the last bit, pull-back against differences, arguments unchanged; of some, more."""

import importlib.util
import re

import numpy as np
import pytest
from expressions import EXPRESSIONS, arguments

import s2sad

NAMES = list(arguments())
TOTAL = """
def total_of(result):
    if isinstance(result, (tuple, list)):
        total = 0.0
        for part in result:
            total = total + total_of(part)
        return total
    return np.sum(np.sin(result))
"""


def used(line):
    """Return the names of the arguments that a line reads."""
    assigned = set(re.findall(r"(?:^|; )([a-zA-Z_]\w*) = ", line)) | {"np"}
    return [name for name in NAMES if name not in assigned and re.search(rf"(?<![\w.'\"]){name}(?![\w(=])|(?<![\w.'\"]){name}==", line)]


def text_of(number, line):
    *statements, result = line.split("; ")
    names = ", ".join(used(line))
    body = "".join(f"    {statement}\n" for statement in statements)
    function = f"def f{number}({names}):\n{body}    return {result}\n\n\n"
    return f"{function}def total{number}({names}):\n    return total_of(f{number}({names}))\n\n\n"


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    path = tmp_path_factory.mktemp("expressions") / "written.py"
    text = "import math\n\nimport numpy as np\n\n" + TOTAL + "\n\n"
    path.write_text(text + "".join(text_of(number, line) for number, line in enumerate(EXPRESSIONS)))
    spec = importlib.util.spec_from_file_location("written", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def leaves(tree):
    if isinstance(tree, (tuple, list)):
        return [leaf for part in tree for leaf in leaves(part)]
    return [] if tree is None else [tree]


def is_float(leaf):
    return np.asarray(leaf).dtype.kind == "f"


def numbers(tree):
    found = [np.asarray(leaf, dtype=float).ravel() for leaf in leaves(tree) if is_float(leaf)]
    return np.concatenate(found) if found else np.zeros(0)


def same(left, right):
    left, right = leaves(left), leaves(right)
    assert len(left) == len(right)
    for a, b in zip(left, right):
        assert type(a) is type(b)
        assert np.asarray(a).dtype == np.asarray(b).dtype and np.shape(a) == np.shape(b)
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()


def along(seed, tree):
    """Return a direction in the structure of the floats of a tree; None for the rest."""
    draw = np.random.default_rng(seed)

    def one(leaf):
        if isinstance(leaf, (tuple, list)):
            return type(leaf)(map(one, leaf)) if type(leaf) in (tuple, list) else type(leaf)(*map(one, leaf))
        if not is_float(leaf):
            return None
        values = draw.uniform(-1, 1, np.shape(leaf))
        if isinstance(leaf, np.ndarray):
            return np.asarray(values, dtype=leaf.dtype)
        return leaf.dtype.type(values) if isinstance(leaf, np.generic) else float(values)

    return one(tree)


def moved(given, direction, step):
    return [
        part
        if change is None
        else np.asarray(part + step * change, dtype=part.dtype)
        if isinstance(part, np.ndarray)
        else part + step * change
        for part, change in zip(given, direction)
    ]


def given(line):
    made = arguments()
    return [made[name] for name in used(line)]


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)), ids=lambda number: re.sub(r"[^\w]+", "_", EXPRESSIONS[number])[:60])
def test_expression(functions, number):
    line = EXPRESSIONS[number]
    f, total = getattr(functions, f"f{number}"), getattr(functions, f"total{number}")
    with np.errstate(all="ignore"):
        check(f, total if number % 3 == 0 else None, line, forward=number % 2 == 0)


def check(f, total, line, *, forward):
    expected = f(*given(line))
    handed = given(line)
    value, pull = s2sad.vjp(f, *handed)
    same(value, expected)
    same(handed, given(line))
    direction = along(3, tuple(given(line)))
    single = any(np.asarray(leaf).dtype == np.float32 for leaf in [*given(line), *leaves(expected)])
    step, tolerance = (1e-2, 3e-2) if single else (1e-6, 2e-5)
    numeric = (numbers(f(*moved(given(line), direction, step))) - numbers(f(*moved(given(line), direction, -step)))) / (2 * step)
    cotangent = along(4, expected)
    gradient = pull(cotangent)
    for part, one in zip(given(line), gradient):
        if isinstance(part, np.ndarray) and is_float(part):
            assert one.dtype == part.dtype and one.shape == part.shape
    paired = sum(np.sum(np.asarray(one) * change) for one, change in zip(gradient, direction) if change is not None)
    assert paired == pytest.approx(numbers(cotangent) @ numeric, rel=tolerance, abs=tolerance)
    if forward:
        value, tangent = s2sad.jvp(f, given(line), list(direction))
        same(value, expected)
        np.testing.assert_allclose(numbers(tangent), numeric, rtol=5 * tolerance, atol=5 * tolerance)
    active = tuple(number for number, change in enumerate(direction) if change is not None)
    if total is None or single or not active or not all(map(is_float, leaves(expected))):
        return
    first = s2sad.grad(total, argnums=active)
    step = 1e-5
    numeric = (numbers(first(*moved(given(line), direction, step))) - numbers(first(*moved(given(line), direction, -step)))) / (2 * step)
    _, second = s2sad.jvp(first, given(line), list(direction))
    np.testing.assert_allclose(numbers(second), numeric, rtol=2e-3, atol=2e-4)
