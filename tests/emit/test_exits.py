"""Flags become `continue`, `break` and `return` where nothing has to be repeated for it."""

from __future__ import annotations

import ast

from emit.support import N, agrees, at, source
from emit.test_text import X, op, start

from s2sad.emit.exits import recovered
from s2sad.graph.build import Builder
from s2sad.graph.core import IF, Node, Value
from s2sad.graph.index import Operand
from s2sad.graph.tree import Leaf
from s2sad.graph.types import BOOL, FLOAT, INT, Array, Type

VECTOR = Array("f8", (N,))


def branch(b: Builder, condition: Value, then: object, otherwise: object, kinds: list[Type], names: list[str]) -> Node:
    regions = []
    for make in (then, otherwise):
        region = b.new_region()
        with b.inside(region):
            region.results = make()  # type: ignore[operator]
        regions.append(region)
    return b.append(IF, [condition], {}, kinds, names=names, regions=regions)


def test_continue() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    region = b.new_region([INT, FLOAT], ["i", "s"])
    i, s = region.parameters
    with b.inside(region):
        x_i = op(b, "to_float", op(b, "get", x, i, path=at(Operand(0))), name="v")

        def deep() -> list[Value]:
            inner = branch(
                b, op(b, "greater", x_i, 1.0), lambda: [b.constant(True), s],
                lambda: [b.constant(False), op(b, "add", s, op(b, "multiply", x_i, x_i), name="s")], [BOOL, FLOAT], ["", "s"],
            )  # fmt: skip
            return list(inner.results)

        outer = branch(b, op(b, "greater", x_i, 0.0), deep, lambda: [b.constant(False), s], [BOOL, FLOAT], ["", "s"])
        last = branch(
            b, op(b, "logical_not", outer.results[0]), lambda: [op(b, "multiply", outer.results[1], 2.0, name="s")],
            lambda: [outer.results[1]], [FLOAT], ["s"],
        )  # fmt: skip
        region.results = [last.result]
    loop = b.loop(b.constant(0), b.size(N), b.constant(1), [b.constant(0.0)], region, names=["s"])
    graph.body.results = [loop.result]
    assert source(graph, Leaf(0)) == (
        "def f(x):\n"
        "    s = 0.0\n"
        "    for i in range(len(x)):\n"
        "        v = float(x[i])\n"
        "        if v > 0.0:\n"
        "            if v > 1.0:\n"
        "                continue\n"
        "            s += v * v\n"
        "        s *= 2.0\n"
        "    return s\n"
    )
    agrees(graph, [X])


def test_return_from_a_loop() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    region = b.new_region([INT, BOOL, FLOAT], ["i", "", "found"])
    i, _, found = region.parameters
    with b.inside(region):
        x_i = op(b, "to_float", op(b, "get", x, i, path=at(Operand(0))), name="v")
        node = branch(
            b, op(b, "greater", x_i, 1.0), lambda: [b.constant(True), op(b, "multiply", x_i, 3.0)], lambda: [b.constant(False), found],
            [BOOL, FLOAT], ["", "found"],
        )  # fmt: skip
        region.results = [node.results[0], node.results[0], node.results[1]]
    loop = b.loop(b.constant(0), b.size(N), b.constant(1), [b.constant(False), b.constant(0.0)], region, names=["", "found"], leaves=True)
    last = branch(
        b, loop.results[0], lambda: [loop.results[1]], lambda: [op(b, "to_float", op(b, "sum", x), name="found")], [FLOAT], ["found"]
    )
    graph.body.results = [last.result]
    text = source(graph, Leaf(0))
    agrees(graph, [X])
    agrees(graph, [X / 4])
    assert "flag" not in text, text


def test_text_level() -> None:
    """The rewriting by itself, against plain execution."""
    for program in PROGRAMS:
        plain = ast.parse(program).body[0]
        assert isinstance(plain, ast.FunctionDef)
        changed = ast.parse(program).body[0]
        assert isinstance(changed, ast.FunctionDef)
        changed.body = recovered(changed.body, ("flag", "flag2"))
        results = []
        for function in (plain, changed):
            space: dict[str, object] = {}
            exec(compile(ast.fix_missing_locations(ast.Module([function], [])), "<test>", "exec"), space)
            results.append([space["f"](a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1, 2)])  # type: ignore[operator]
        assert results[0] == results[1]


PROGRAMS = (
    """
def f(a, b, c):
    if a:
        if b:
            flag = 1
        else:
            c += 1
            flag = 0
    else:
        flag = 2
    if flag == 0:
        c *= 10
    else:
        c -= 3
    return c
""",
    """
def f(a, b, c):
    s = 0
    flag = False
    for i in range(3):
        if i == c:
            if a:
                s = 100 + i
                flag = True
                break
            s += 7
            if b:
                break
        s += 1
    if flag:
        r = s
    else:
        r = s + 1000
    return r
""",
    """
def f(a, b, c):
    s = 0
    flag = False
    for i in range(3):
        flag2 = False
        for j in range(2):
            if a and j == c:
                s += 50
                flag2 = True
                break
            s += 1
        if flag2:
            flag = True
            break
        s += 3
    if not flag:
        s = -s
    return s
""",
    """
def f(a, b, c):
    s = 0
    for i in range(4):
        if i < c:
            flag = False
        elif a:
            s += 2
            flag = True
        else:
            flag = b == 1
        if flag:
            s *= 3
        s += 1
    return s
""",
)
