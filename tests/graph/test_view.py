"""The drawings: well-formed, complete, without overlaps, the same in every process."""

from __future__ import annotations

import random
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from graph.samples import ADD, F8, GET, LESS, LIST_NEW, MULTIPLY, OPERATIONS, PRINT, PUT, TANH, at_index, loop_with_twin, vector

from s2sad.graph import svg
from s2sad.graph.build import new_graph
from s2sad.graph.core import CALL, IF, TRY, WHILE, WITH, Graph, Operation
from s2sad.graph.index import Fancy, Index, NewAxis, Slice, View
from s2sad.graph.labels import expression, shorten
from s2sad.graph.layout import Box, Edge, arrange
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import BOOL, FLOAT, INT, TOKEN, Opaque
from s2sad.graph.view import to_dot, to_mermaid, to_svg


def everything() -> Graph:
    graph, b = new_graph("everything", [TOKEN, vector("n"), FLOAT], ["", "x", "a"])
    token, x, a = graph.parameters
    h = b.emit(TANH, x, name="h")
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        body = b.new_region([INT, h.type], ["i", "s"])
        with b.inside(body):
            element = b.emit(GET, h, body.parameters[0], path=at_index("operand"), name="h_i")
            body.results = [b.emit(PUT, body.parameters[1], b.emit(MULTIPLY, element, a), body.parameters[0], path=at_index("operand"))]
        then.results = [b.loop(b.constant(0), b.size(x.type.shape[0]), b.constant(1), [h], body).result]
    otherwise.results = [h]
    joined = b.branch(b.emit(LESS, a, 1.0), then, otherwise, ["h"]).result
    test, body = b.new_region([FLOAT], ["s"]), b.new_region([FLOAT], ["s"])
    with b.inside(test):
        test.results = [b.emit(LESS, test.parameters[0], 10.0)]
    with b.inside(body):
        body.results = [b.emit(ADD, body.parameters[0], 1.0)]
    s = b.append(WHILE, [a], {}, [FLOAT], names=["s"], regions=[test, body]).result
    parts = [b.new_region(), b.new_region([Opaque("exception")], ["e"]), b.new_region(), b.new_region()]
    for part in parts[:3]:
        part.results = [s]
    s = b.append(TRY, (), {"handlers": ("ValueError",)}, [FLOAT], regions=parts).result
    body = b.new_region([Opaque("file")], ["f"])
    body.results = [s]
    s = b.append(WITH, [b.constant(None)], {}, [FLOAT], regions=[body]).result
    callee, c = new_graph("helper", [FLOAT], ["v"])
    callee.body.results = [c.emit(ADD, callee.parameters[0], 2.0)]
    y = b.append(CALL, [s], {"graph": callee}, [FLOAT], names=["y"]).result
    graph.body.results = [b.append(PRINT, [token, y], {}, [TOKEN]).result, joined, y]
    return graph


def random_graph(seed: int) -> Graph:
    """A graph with nested regions that read a lot from outside."""
    choose = random.Random(seed)
    names = list("abcde")[: choose.randint(1, 5)]
    graph, b = new_graph(f"random{seed}", [F8] * len(names), names)

    def fill(region, values, depth):
        with b.inside(region):
            for _ in range(choose.randint(1, 7)):
                kind = choose.random()
                if kind < 0.7 or depth == 3:
                    operation = choose.choice([ADD, MULTIPLY])
                    name = choose.choice(["", "long_name", "y"])
                    values.append(b.emit(operation, choose.choice(values), choose.choice(values), name=name))
                elif kind < 0.85:
                    then, otherwise = b.new_region(), b.new_region()
                    for part in (then, otherwise):
                        fill(part, list(values), depth + 1)
                    values.append(b.branch(b.emit(LESS, choose.choice(values), 1.0), then, otherwise).result)
                else:
                    body = b.new_region([INT, F8], ["i", "s"])
                    fill(body, [*values, body.parameters[1]], depth + 1)
                    values.append(b.loop(b.constant(0), b.constant(9), b.constant(1), [choose.choice(values)], body).result)
        region.results = [values[-1]]

    fill(graph.body, list(graph.parameters), 0)
    return graph


GRAPHS = [everything, loop_with_twin, *(lambda seed=seed: random_graph(seed) for seed in range(25))]


def boxes_of(panel):
    """Yield every panel of a drawing."""
    yield panel
    for item in panel.items:
        for inner in item.panels:
            yield from boxes_of(inner)


def apart(first, second) -> bool:
    return (
        first.x + first.width <= second.x + 0.01
        or second.x + second.width <= first.x + 0.01
        or first.y + first.height <= second.y + 0.01
        or second.y + second.height <= first.y + 0.01
    )


@pytest.mark.parametrize("make", GRAPHS, ids=range(len(GRAPHS)))
def test_nothing_overlaps(make):
    for panel in boxes_of(svg._panel(make().body, "", [])):
        for number, item in enumerate(panel.items):
            assert item.x >= 0 and item.x + item.width <= panel.width + 0.01
            assert item.y >= 0 and item.y + item.height <= panel.height + 0.01
            assert all(apart(item, other) for other in panel.items[:number])
            parts = [*item.panels, *item.footer]
            for k, part in enumerate(parts):
                assert part.x >= 0 and part.x + part.width <= item.width + 0.01 and part.y + part.height <= item.height + 0.01
                assert all(apart(part, other) for other in parts[:k])
        for edge in panel.edges:
            crossed_by(panel, edge)


def crossed_by(panel, edge):
    """An edge runs upright where there are boxes, and aslant only between layers; it never runs through a box."""
    for (x, y), (next_x, next_y) in zip(edge.points, edge.points[1:], strict=False):
        assert next_y >= y - 0.01
        for item in panel.items:
            low, high = item.y + 0.5, item.y + item.height - 0.5
            if next_y <= low or y >= high:
                continue
            left, right = min(x, next_x), max(x, next_x)
            assert right <= item.x + 0.01 or left >= item.x + item.width - 0.01, (item.lines, edge.points)


@pytest.mark.parametrize("make", GRAPHS[:6], ids=range(6))
def test_texts_fit(make):
    for panel in boxes_of(svg._panel(make().body, "", [])):
        for item in panel.items:
            sizes = [svg.SMALL if item.height == svg.CHIP else svg.LARGE, svg.SMALL]
            assert all(svg.text_width(line, size) <= item.width for line, size in zip(item.lines, sizes, strict=False))


@pytest.mark.parametrize("make", GRAPHS[:8], ids=range(8))
def test_pictures_are_well_formed(make):
    picture = to_svg(make())
    root = ElementTree.fromstring(picture)
    assert root.tag.endswith("svg")
    assert picture == to_svg(make())


def test_picture_shows_everything():
    picture = to_svg(everything())
    shown = ["everything(x, a)", "helper(v)", "if less(a, 1.0)", "for i in range(0, n, 1)", "h[i]", "s[i] = ·", "while", "next s"]
    for text in [*shown, "except ValueError"]:
        assert f">{text}<" in picture, text
    assert ">helper(v)<" not in to_svg(everything(), callees=False)
    assert 'stroke-dasharray="5 3"' in picture  # a token


def test_dot_and_mermaid():
    dot = to_dot(everything())
    assert dot.startswith('digraph "everything" {') and dot.count("{") == dot.count("}")
    assert "subgraph cluster_" in dot and 'label="for i in range(0, n, 1)"' in dot and "color=red" in dot
    mermaid = to_mermaid(everything())
    assert mermaid.startswith("flowchart TD\n") and "-.->" in mermaid
    assert mermaid.count("subgraph ") == sum(line.strip() == "end" for line in mermaid.splitlines())
    for line in dot.splitlines():
        if "->" in line:
            source, target = line.strip(" ;").split(" [")[0].split(" -> ")
            assert f"  {source} [label" in dot and f"  {target} [label" in dot
    assert '"' not in to_mermaid(loop_with_twin()).replace('["', "").replace('"]', "").replace('(["', "").replace('"])', "")


def test_dot_leaving_loop():
    graph, b = new_graph("f", [FLOAT], ["x"])
    body = b.new_region([INT, FLOAT], ["i", "s"])
    body.results = [b.constant(True), body.parameters[1]]
    graph.body.results = [b.loop(b.constant(0), b.constant(1), b.constant(1), graph.parameters, body, leaves=True).result]
    assert "leave" in to_svg(graph)
    to_dot(graph)


def test_expressions():
    graph, b = new_graph("f", [vector("n", "m"), INT, vector("k")], ["x", "i", "mask"])
    x, i, mask = graph.parameters

    def label(operation, operands, **static):
        return expression(b.append(operation, operands, static, [F8]))

    path = (View("transpose"), Index((Slice(1, None), Slice(None, None, -1), NewAxis(), Fancy(0))))
    assert label(OPERATIONS["get"], [x, i], path=path) == "x.transpose[1:, ::-1, None, i]"
    assert label(OPERATIONS["add_at"], [x, mask], path=()) == "x[...] += mask"
    assert label(LIST_NEW, [], element=F8) == "list_new(element=f8)"
    assert label(OPERATIONS["zeros"], [], shape=(Size.of(Atom("n")), Size.of(3)), dtype="f8") == 'zeros(shape=(n, 3), dtype="f8")'
    assert label(IF, [b.constant(True)]) == "if True"
    assert label(ADD, [b.constant("a long text that is cut"), i]) == 'add("a long text th…, i)'
    assert shorten("abc", 3) == "abc" and shorten("abcd", 3) == "ab…"

    class Signature:
        operands = ("a", "*rest")
        static = {"axis": None, "k": 0}

    class Spelled(Operation):
        signature = Signature()
        spelling = "np.join(a, *rest, axis=axis, k=k).a"

    join = Spelled("join")
    assert label(join, [x, i, mask], axis=None, k=0) == "join(x, i, mask).a"
    assert label(join, [x, i], axis=1) == "join(x, i, axis=1).a"


def test_layout_of_nothing():
    assert arrange([], []) == (0.0, 0.0)


def test_layout_keeps_layers():
    boxes = [Box(40, 20, "top"), Box(40, 20, "top"), Box(60, 20), Box(60, 20), Box(30, 20, "bottom")]
    edges = [Edge(0, 2, 20, 30), Edge(2, 3, 30, 20), Edge(1, 3, 20, 40), Edge(3, 4, 30, 15), Edge(1, 4, 20, 15)]
    arrange(boxes, edges)
    assert boxes[0].y == boxes[1].y < boxes[2].y < boxes[3].y < boxes[4].y
    assert len(edges[4].points) == 7  # the long edge has bends on its way
    assert edges[1].points[0][0] == pytest.approx(boxes[2].x + 30)


def test_the_same_under_every_hash_seed():
    program = "from graph.test_view import *; g = everything(); print(to_svg(g), to_dot(g), to_mermaid(g), g)"
    home = Path(__file__).parents[2]
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": f"{home}:{home / 'tests'}", "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1 and "everything" in texts.pop()


def test_condition_with_a_name():
    graph, b = new_graph("f", [BOOL, FLOAT], ["flag", "x"])
    then, otherwise = b.new_region(), b.new_region()
    then.results = otherwise.results = [graph.parameters[1]]
    graph.body.results = [b.branch(graph.parameters[0], then, otherwise).result]
    assert ">if flag<" in to_svg(graph)
