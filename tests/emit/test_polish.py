"""Last touches: the text says the same in fewer lines; comments name each primal line once."""

from __future__ import annotations

import ast
import linecache
from typing import Any

import pytest
from emit.support import body, source
from emit.test_text import VECTOR, op, start

from s2sad.emit.comments import Comment, comment
from s2sad.emit.polish import polished
from s2sad.emit.structure import Leave, finish
from s2sad.errors import Location
from s2sad.graph.core import IF
from s2sad.graph.index import Operand
from s2sad.graph.tree import Leaf
from s2sad.graph.types import FLOAT, INT, Array, List

from .support import N, at


def changed(text: str) -> str:
    """Return the body of a function after the last touches."""
    definition = ast.parse(text).body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.body = polished(definition.body)
    return ast.unparse(ast.fix_missing_locations(definition))


# Before and after; one text where nothing changes.
PROGRAMS = {
    "one test": (
        """\
def f(a, b):
    if a:
        x = b
    else:
        x = 1
    if not a:
        y = x
    else:
        y = 2
    return x + y
""",
        """\
def f(a, b):
    if a:
        x = b
        y = 2
    else:
        x = 1
        y = x
    return x + y
""",
    ),
    "the test changes": (
        """\
def f(a, b):
    if a:
        a = b
    if a:
        b = 7
    return a, b
""",
    ),
    "asked once": (
        """\
def f(a, b):
    flag = bool(a > b)
    if flag:
        b = 3
    return b
""",
        """\
def f(a, b):
    if a > b:
        b = 3
    return b
""",
    ),
    "asked twice": (
        """\
def f(a, b):
    flag = a > b
    if flag:
        b = 3
    a = b
    if flag:
        b = a
    return b
""",
    ),
    "a list": (
        """\
def f(a, b):
    xs = []
    xs.append(a)
    xs.append(b)
    return xs
""",
        """\
def f(a, b):
    xs = [a, b]
    return xs
""",
    ),
    "a list that counts itself": (
        """\
def f(a, b):
    xs = []
    xs.append(len(xs))
    return xs
""",
    ),
    "unread fillers": (
        """\
def f(a, b):
    t = None
    for i in range(b):
        t = None
        if i == a:
            t = i
            return t
    t = a
    return t
""",
        """\
def f(a, b):
    for i in range(b):
        if i == a:
            return i
    return a
""",
    ),
    "fillers read in the next trip": (
        """\
def f(a, b):
    h = None
    hs = []
    for i in range(b):
        hs.append(h)
        if i < a:
            h = i
        else:
            h = None
    return hs
""",
    ),
    "moves before the end": (
        """\
def f(a, b):
    t = a
    t2 = b
    return t, t2
""",
        """\
def f(a, b):
    return (a, b)
""",
    ),
    "an exit and a test": (
        """\
def f(a, b):
    for i in range(b):
        flag = i > a
        if flag:
            break
        if flag:
            b = 9
    return b
""",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_text(name: str) -> None:
    before, *after = PROGRAMS[name]
    text = changed(before)
    assert text == ast.unparse(ast.parse(after[0] if after else before))
    outcomes: list[list[Any]] = []
    for program in (before, text):
        space: dict[str, Any] = {}
        exec(program, space)
        outcomes.append([space["f"](a, b) for a in (0, 1, 2) for b in (0, 1, 3)])
    assert outcomes[0] == outcomes[1]


def test_exit_beside_a_branch_with_the_same_flag() -> None:
    body_ = ast.parse("if mask:\n    t = s\ncount += 1").body
    made = finish(body_, [], Leave(ast.parse("mask", mode="eval").body, False))
    text = ast.unparse(ast.fix_missing_locations(ast.Module(made, [])))
    assert text == "if mask:\n    t = s\n    count += 1\n    break\ncount += 1"


def test_conditions() -> None:
    graph, b, (x, k) = start([VECTOR, INT], ["x", "k"])
    number = op(b, "get", x, path=at(0))
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [b.constant(True)]
    with b.inside(otherwise):
        otherwise.results = [b.constant(False)]
    condition = op(b, "to_bool", op(b, "less", number, 0.0))
    chosen = b.append(IF, [condition], {}, [condition.type], names=["small"], regions=[then, otherwise]).result
    other, rest = b.new_region(), b.new_region()
    with b.inside(other):
        other.results = [op(b, "multiply", number, 2.0)]
    with b.inside(rest):
        rest.results = [op(b, "multiply", number, k)]
    condition = op(b, "to_bool", op(b, "greater", number, 1.0))
    value = b.append(IF, [condition], {}, [number.type], names=["y"], regions=[other, rest]).result
    graph.body.results = [chosen, value]
    text = body(graph)
    assert "small = bool(x_0 < 0.0)" in text and "if x_0 > 1.0:" in text and "True" not in text


def test_last_entry_and_division() -> None:
    graph, b, (x, c) = start([List(FLOAT), FLOAT], ["xs", "c"])
    last = op(b, "list_get", x, op(b, "subtract", op(b, "list_length", x), 1))
    graph.body.results = [last, op(b, "divide_unless_zero", b.constant(0.5), c), op(b, "divide_unless_zero", b.constant(-0.5), c)]
    text = source(graph)
    assert "return xs[-1], 0.5 / c if c else np.inf, -0.5 / c if c else -np.inf" in text


def test_conversion_of_what_is_returned() -> None:
    graph, b, (x, k) = start([FLOAT, INT], ["x", "k"])
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [op(b, "multiply", op(b, "multiply", x, x), x, name="dx")]
    with b.inside(otherwise):
        otherwise.results = [op(b, "sin", x, name="dx")]
    chosen = b.append(IF, [op(b, "greater", k, 1)], {}, [otherwise.results[0].type], names=["dx"], regions=[then, otherwise]).result
    graph.body.results = [op(b, "to_float", chosen, name="dx")]
    assert source(graph, Leaf(0)).endswith("    return float(dx)\n")
    graph, b, (x,) = start([VECTOR], ["x"])
    graph.body.results = [op(b, "to_float", op(b, "sum", x, name="dx"), name="dx")]
    assert body(graph) == "dx = float(np.sum(x))"


def test_comments() -> None:
    """The head of a loop is said above it; inside, what belongs to the head says nothing, and no line is said twice for one statement."""
    linecache.cache["user.py"] = (0, None, [f"{line}\n" for line in ("for v in x:", "    a = f(v)", "    s += g(a)")], "user.py")
    graph, b, (x, y) = start([VECTOR, Array("f8", (N,))], ["x", "y"])
    b.reverses = Location("user.py", 1)
    dx = op(b, "copy", y, name="dx")
    one = b.constant(1.0)
    inner = b.new_region([INT, FLOAT, VECTOR], ["i", "ds", "dx"])
    with b.inside(inner):
        index, ds, target = inner.parameters
        v = op(b, "get", x, index, path=at(Operand(0)), name="v")
        for line, name in ((3, "da"), (2, "dv"), (3, "ds")):
            b.reverses = Location("user.py", line)
            ds = op(b, "multiply", ds, v, name=name)
        b.reverses = Location("user.py", 1)
        inner.results = [ds, op(b, "add_at", target, ds, index, path=at(Operand(0)), name="dx")]
    count = op(b, "list_length", op(b, "list_new", element=FLOAT))
    graph.body.results = [b.loop(b.constant(0), count, b.constant(1), [one, dx], inner, names=["ds", "dx"], reversed=True).results[1]]
    lines = [line.strip() for line in source(graph, Leaf(0)).splitlines() if "#" in line]
    assert lines == ["# for v in x:", "# s += g(a)", "# a = f(v)"]


def test_lines_with_a_head() -> None:
    lines = {
        "def f(x): return x**2": (10, "return x**2"),
        "def f(x, k={1: ':'}, *, y: int = 2) -> float: return x": (55, "return x"),
        "g = grad(lambda x, y=(1, 2): h(x, y), argnums=0)": (29, "return h(x, y)"),
        "f = lambda x: x[0:1] * 2": (14, "return x[0:1] * 2"),
        "def f(x):": (0, "def f(x):"),
        "def f(x):  # a word": (0, "def f(x):  # a word"),
        "y = h(lambda v: v, x)": (0, "y = h(lambda v: v, x)"),
    }
    linecache.cache["heads.py"] = (0, None, [f"{line}\n" for line in lines], "heads.py")
    for number, (column, wanted) in enumerate(lines.values(), 1):
        assert comment(Location("heads.py", number, column)) == " ".join(wanted.split())
    assert Comment().text == ""
