"""Names of a module that is only read; nothing of it runs."""

from __future__ import annotations

import numpy as np
import pytest
from frontend.support import rebuild

from s2sad.errors import UnsupportedError
from s2sad.frontend import lower, parse_types, source_from_text
from s2sad.graph.interpret import interpret
from s2sad.graph.verify import verify

MODULE = """
import math
import numpy as np
from numpy import tanh as squash

raise_if_run = 1 / 0
SCALE = 2.0
SHAPE = (2, 3)
LAYERS = ["relu", "none"]
NEGATIVE = -1.5


def relu(x):
    return np.maximum(x, 0.0)


def helper(x, by=3.0):
    for _ in range(2):
        x = x * by
    return x


def f(W, b, x):
    h = squash(W @ x + b)
    for name in LAYERS:
        if name == "relu":
            h = relu(h)
    return np.sum(helper(h)) * SCALE + math.pi * NEGATIVE


def twice(x):
    return twice_given(x)


def g(x):
    return undefined_name(x)


def h(x):
    return computed * x


def zeros(n, x):
    out = np.zeros((n, len(x)))
    for i in range(n):
        out[i] = x * i
    return out


computed = math.sin(1.0)

if SCALE > 1:
    def twice_given(x):
        return x
"""


def lowered(name, types):
    made = lower(source_from_text(MODULE, name, "module.py"), parse_types(types))
    verify(made.graph)
    return made


def test_names_are_resolved_without_running_the_module():
    made = lowered("f", "W: f8[n,m], b: f8[n], x: f8[m]")
    assert [entry.root for entry in made.inputs] == ["W", "b", "x", "SCALE", "NEGATIVE"]
    W, b, x = np.arange(6.0).reshape(2, 3) / 5, np.array([0.1, -0.2]), np.array([1.0, -1.0, 0.5])
    (value,) = interpret(made.graph, [W, b, x, 2.0, -1.5])
    expected = np.sum(np.maximum(np.tanh(W @ x + b), 0.0) * 9.0) * 2.0 + np.pi * -1.5
    assert rebuild(made.output, [value]) == pytest.approx(expected)


def test_integer_arguments_are_sizes():
    made = lowered("zeros", "n: int, x: f8[m]")
    (value,) = interpret(made.graph, [2, np.ones(3)], check=True)
    assert value.tolist() == [[0, 0, 0], [1, 1, 1]]


@pytest.mark.parametrize(
    ("name", "code", "word"), [("twice", "S2S104", "condition"), ("g", "S2S120", "undefined_name"), ("h", "S2S104", "computed")]
)
def test_what_cannot_be_resolved_is_refused(name, code, word):
    with pytest.raises(UnsupportedError) as caught:
        lowered(name, "x: float")
    assert caught.value.code == code
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("x: f8[n, 3]", ["f8[n, 3]"]),
        ("x: float, k: int", ["float", "int(k)"]),
        ("p: {'W': f8[n], 'b': float}, q: (float, [i8[2]])", ["f8[n]", "float", "float", "i8[2]"]),
        ("x: f4[n+1, ...]" if False else "x: f4[...]", ["f4[...]"]),
        ("z: complex, c: c16, w: c16[n-1]", ["complex", "c16", "c16[n - 1]"]),
    ],
)
def test_types_are_read(text, types):
    assert list(map(str, parse_types(text).types)) == types


@pytest.mark.parametrize("text", ["x f8", "x: q8", "x: f8[", "x: (float", "x: f8[n m]"])
def test_bad_types_are_refused(text):
    from s2sad.errors import DifferentiationError

    with pytest.raises(DifferentiationError) as caught:
        parse_types(text)
    assert caught.value.code == "S2S105"
