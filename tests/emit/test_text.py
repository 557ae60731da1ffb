"""What the text looks like."""

from __future__ import annotations

import inspect
import linecache
import traceback
from typing import Any

import numpy as np
import pytest
from emit.support import RULES, M, N, agrees, at, body, emitted, function, source, spec_of

from s2sad.emit import compile_module, emit_function, print_module
from s2sad.errors import Location
from s2sad.graph.build import Builder, new_graph
from s2sad.graph.core import CALL, IF, TRY, WHILE, Graph, Region, Value
from s2sad.graph.index import Fancy, Mask, Operand, Slice, View
from s2sad.graph.tree import Branch, Fixed, Leaf
from s2sad.graph.types import BOOL, FLOAT, INT, TOKEN, Array, Number, Opaque, Scalar, Type

VECTOR, MATRIX = Array("f8", (N,)), Array("f8", (N, M))
INDICES, FLAGS = Array("i8", (N,)), Array("b1", (N,))


def start(kinds: list[Type], names: list[str]) -> tuple[Graph, Builder, list[Value]]:
    graph, builder = new_graph("f", kinds, names)
    graph.sizes.labels.update(("n", "m"))
    graph.sizes.seen.update(n=4, m=3)
    for value in graph.parameters:
        if isinstance(value.type, Array) and value.type.shape:
            for axis, size in enumerate(value.type.shape):
                graph.size_sources.setdefault(str(size), (value, axis))
    return graph, builder, graph.parameters


def op(builder: Builder, rule: str, *operands: Any, name: str = "", **static: Any) -> Value:
    return builder.emit(RULES[rule], *operands, name=name, **static)


X = np.array([0.5, -1.0, 2.0, 0.25])


def test_one_line_for_each_of_the_users() -> None:
    graph, b, (w, x, c) = start([MATRIX, Array("f8", (M,)), VECTOR], ["W", "x", "b"])
    h = op(b, "tanh", op(b, "add", op(b, "matmul", w, x), c), name="h")
    linecache.cache["user.py"] = (0, None, ["h = np.tanh(W @ x + b)\n", "return np.sum(h * h)\n"], "user.py")
    b.reverses = Location("user.py", 2)
    dh = op(b, "multiply", 2.0, h, name="dh")
    b.reverses = Location("user.py", 1)
    db = op(b, "multiply", op(b, "subtract", 1.0, op(b, "multiply", h, h)), dh, name="db")
    graph.body.results = [op(b, "outer", db, x, name="dW"), op(b, "matmul", op(b, "transpose", w), db, name="dx"), db]
    assert source(graph) == (
        "def f(W, x, b):\n"
        "    h = np.tanh(W @ x + b)\n"
        "\n"
        "    # return np.sum(h * h)\n"
        "    dh = 2.0 * h\n"
        "    # h = np.tanh(W @ x + b)\n"
        "    db = (1.0 - h * h) * dh\n"
        "    dW = np.outer(db, x)\n"
        "    dx = W.T @ db\n"
        "    return dW, dx, db\n"
    )
    agrees(graph, [np.ones((4, 3)), np.arange(3.0), X])


def test_sizes() -> None:
    graph, b, (w, x) = start([MATRIX, VECTOR], ["W", "x"])
    graph.body.results = [
        op(b, "zeros", shape=(N, M)),
        op(b, "zeros", shape=(N, M), dtype="f4"),
        op(b, "ones", shape=(N,)),
        op(b, "zeros", shape=(N - 1,)),
        op(b, "zeros", shape=(M, N + 2 * M - 3)),
        op(b, "copy", op(b, "expand", 1.5, shape=(N, M))),
        op(b, "copy", op(b, "expand", 1.5, shape=(M,))),
        op(b, "rows", b.size(N), row=Array("f8", (M,))),
        op(b, "rows", 3, row=MATRIX),
        op(b, "rows", 3, row=FLOAT),
        op(b, "subtract", op(b, "subtract", b.size(N), 1), 1),
        op(b, "reshape", w, shape=(N * M,)),
    ]
    text = source(graph).splitlines()
    joined = "\n".join(text)
    for part in (
        "np.zeros_like(W)", "np.zeros(W.shape, dtype=np.float32)", "np.ones_like(x)", "np.zeros(W.shape[0] - 1)",
        "np.zeros((W.shape[1], 2 * W.shape[1] + W.shape[0] - 3))", "np.full_like(W, 1.5)", "np.full(W.shape[1], 1.5)",
        "np.empty((W.shape[0], W.shape[1]))", "np.empty((3, *W.shape))", "np.empty(3)", "W.shape[0] - 2",
        "W.reshape(W.shape[1] * W.shape[0])",
    ):  # fmt: skip
        assert part in joined, part


def test_writes() -> None:
    graph, b, (a, x, w, i, mask, j) = start([MATRIX, VECTOR, VECTOR, INDICES, FLAGS, INT], ["A", "x", "w", "idx", "mask", "j"])
    u = op(b, "copy", x, name="u")
    u = op(b, "put", u, 0.0, path=at(Slice(1, -1)), name="u")
    u = op(b, "put", u, op(b, "multiply", op(b, "get", u, j, path=at(Operand(0))), 3.0), j, path=at(Operand(0)), name="u")
    u = op(b, "add_at", u, 1.0, i, path=at(Fancy(0)), name="u")
    u = op(b, "add_at", u, op(b, "negative", w), i, path=at(Fancy(0)), name="u")
    u = op(b, "put", u, 2.0, mask, path=at(Mask(0)), name="u")
    u = op(b, "add_at", u, 2.0, mask, path=at(Mask(0)), name="u")
    u = op(b, "add_at", u, op(b, "multiply", -2.0, w), path=(), name="u")
    u = op(b, "put", u, op(b, "multiply", u, w), path=(), name="u")
    u = op(b, "put", u, w, path=(), name="u")
    v = op(b, "copy", a, name="V")
    v = op(b, "put", v, 1.0, path=(View("transpose"), *at(0)), name="V")
    v = op(b, "put", v, 1.0, path=(View("transpose"),), name="V")
    v = op(b, "add_at", v, 1.0, j, path=at(Slice(), Operand(0)), name="V")
    v = op(b, "add_at", v, 1.0, i, path=at(Fancy(0), Slice(None, 2)), name="V")
    graph.body.results = [u, v]
    assert body(graph).splitlines() == [
        "u = x.copy()",
        "u[1:-1] = 0.0",
        "u[j] *= 3.0",
        "np.add.at(u, idx, 1.0)",
        "np.subtract.at(u, idx, w)",
        "u[mask] = 2.0",
        "u[mask] += 2.0",
        "u -= 2.0 * w",
        "u *= w",
        "u[...] = w",
        "V = A.copy()",
        "V.T[0] = 1.0",
        "V.T[...] = 1.0",
        "V[:, j] += 1.0",
        "np.add.at(V, np.s_[idx, :2], 1.0)",
    ]
    agrees(graph, [np.arange(12.0).reshape(4, 3), X, X + 1, np.array([0, 1, 1, 3]), np.array([True, False, True, True]), 2])


def test_a_read_stays_before_the_write() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    u = op(b, "copy", x, name="u")
    first = op(b, "get", u, path=at(0))
    u = op(b, "put", u, 7.0, path=at(0), name="u")
    graph.body.results = [op(b, "add", first, 1.0), u]
    assert body(graph).splitlines() == ["u = x.copy()", "u_0 = u[0]", "u[0] = 7.0"]
    agrees(graph, [X])


def test_signs_and_numbers() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    nan, inf = b.constant(float("nan")), b.constant(float("-inf"))
    graph.body.results = [
        op(b, "add", x, op(b, "negative", x)),
        op(b, "subtract", x, op(b, "multiply", -2.0, x)),
        op(b, "multiply", -1.0, x),
        op(b, "power", -2.0, op(b, "sum", x)),
        op(b, "multiply", nan, x),
        op(b, "add", inf, x),
    ]
    assert source(graph).splitlines()[1] == "    return x - x, x + 2.0 * x, -x, (-2.0) ** np.sum(x), np.nan * x, -np.inf + x"


def test_swap_and_parallel_assignment() -> None:
    graph, b, (x, k) = start([VECTOR, INT], ["x", "k"])
    region = b.new_region([INT, FLOAT, FLOAT], ["i", "a", "b"])
    _, first, second = region.parameters
    with b.inside(region):
        region.results = [second, op(b, "add", first, second)]
    loop = b.loop(b.constant(0), k, b.constant(1), [b.constant(1.0), b.constant(2.0)], region, names=["a", "b"])
    graph.body.results = list(loop.results)
    assert body(graph).splitlines() == ["a = 1.0", "b = 2.0", "for i in range(k):", "    a, b = b, a + b"]
    agrees(graph, [X, 5])


def test_break() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    region = b.new_region([INT, FLOAT], ["i", "s"])
    i, s = region.parameters
    with b.inside(region):
        x_i = op(b, "to_float", op(b, "get", x, i, path=at(Operand(0))))
        then, otherwise = b.new_region(), b.new_region()
        with b.inside(then):
            then.results = [b.constant(True), s]
        with b.inside(otherwise):
            otherwise.results = [b.constant(False), op(b, "add", s, x_i, name="s")]
        node = b.append(IF, [op(b, "greater", x_i, 1.0)], {}, [BOOL, FLOAT], names=["", "s"], regions=[then, otherwise])
        region.results = list(node.results)
    loop = b.loop(b.constant(0), b.size(N), b.constant(1), [b.constant(0.0)], region, names=["s"], leaves=True)
    graph.body.results = list(loop.results)
    assert body(graph).splitlines() == [
        "s = 0.0",
        "for i in range(len(x)):",
        "    x_i = float(x[i])",
        "    if x_i > 1.0:",
        "        break",
        "    s += x_i",
    ]
    agrees(graph, [X])
    agrees(graph, [X / 4])


def test_while() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    test, region = b.new_region([FLOAT], ["r"]), b.new_region([FLOAT], ["r"])
    with b.inside(test):
        test.results = [op(b, "greater", op(b, "absolute", test.parameters[0]), 0.1)]
    with b.inside(region):
        region.results = [op(b, "multiply", 0.5, region.parameters[0], name="r")]
    loop = b.append(WHILE, [op(b, "to_float", op(b, "get", x, path=at(0)), name="r")], {}, [FLOAT], names=["r"], regions=[test, region])
    graph.body.results = list(loop.results)
    assert body(graph).splitlines() == ["r = float(x[0])", "while abs(r) > 0.1:", "    r = 0.5 * r"]
    agrees(graph, [X])


def test_branches() -> None:
    graph, b, (x, k) = start([VECTOR, INT], ["x", "k"])
    u = op(b, "copy", x, name="u")

    def choose(condition: Value, make_then: Any, make_else: Any, kinds: list[Type], names: list[str]) -> list[Value]:
        regions: list[Region] = []
        for make in (make_then, make_else):
            region = b.new_region()
            with b.inside(region):
                region.results = make()
            regions.append(region)
        return list(b.append(IF, [condition], {}, kinds, names=names, regions=regions).results)

    (u,) = choose(op(b, "equal", k, 1), lambda: [u], lambda u=u: [op(b, "put", u, 1.0, path=at(0), name="u")], [VECTOR], ["u"])
    (t,) = choose(op(b, "less", k, 3), lambda: [b.constant(1.0)], lambda: [b.constant(2.0)], [FLOAT], ["t"])
    graph.body.results = [u, t]
    assert body(graph).splitlines() == ["u = x.copy()", "if k != 1:", "    u[0] = 1.0", "t = 1.0 if k < 3 else 2.0"]
    for k_ in (1, 2, 3):
        agrees(graph, [X, k_])


def test_lists() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    kept = op(b, "list_new", element=FLOAT, name="hs")
    kept = op(b, "list_append", kept, 2.0, name="hs")
    got = op(b, "list_get", kept, 0)
    kept = op(b, "list_put", kept, 3.0, 0, name="hs")
    kept = op(b, "list_add", kept, 1.0, 0, name="hs")
    graph.body.results = [got, op(b, "list_get", kept, 0), op(b, "list_length", kept)]
    assert body(graph).splitlines() == ["hs = [2.0]", "h = hs[0]", "hs[0] = 3.0", "hs[0] += 1.0"]
    assert source(graph).splitlines()[-1].endswith("hs[0], len(hs)")
    agrees(graph, [X])


def test_effects() -> None:
    graph, b, (x, token) = start([VECTOR, TOKEN], ["x", ""])
    token = op(b, "print", token, b.constant("s =", Opaque("str")), op(b, "sum", x))
    region, empty = b.new_region(), b.new_region()
    with b.inside(region):
        region.results = [op(b, "raise_", token, b.constant("negative", Opaque("str")), exception="ValueError")]
    empty.results = [token]
    b.append(IF, [op(b, "less", op(b, "sum", x), 0.0)], {}, [TOKEN], regions=[region, empty])
    graph.body.results = [x]
    graph.stage = "sequenced"
    spec = spec_of(graph, Leaf(0))
    spec.signature, spec.inputs = "x", [(graph.parameters[0], "x"), (graph.parameters[1], "")]
    text = print_module([emit_function(graph, spec)])
    assert 'print("s =", np.sum(x))' in text.replace("'", '"')
    assert "raise ValueError('negative')" in text


def test_try() -> None:
    graph, b, (x, k) = start([VECTOR, INT], ["x", "k"])
    regions = [b.new_region() for _ in range(4)]
    with b.inside(regions[0]):
        regions[0].results = [op(b, "to_float", op(b, "get", x, k, path=at(Operand(0))))]
    with b.inside(regions[1]):
        regions[1].results = [b.constant(-1.0)]
    node = b.append(TRY, [], {"handlers": (("IndexError",),)}, [FLOAT], names=["v"], regions=regions)
    graph.body.results = list(node.results)
    assert body(graph).splitlines() == ["try:", "    v = float(x[k])", "except IndexError:", "    v = -1.0"]
    agrees(graph, [X, 1])
    agrees(graph, [X, 9])


def test_calls() -> None:
    callee, inner = new_graph("square", [FLOAT], ["a"])
    callee.body.results = [op(inner, "multiply", callee.parameters[0], callee.parameters[0])]
    callee.stage = "sequenced"
    graph, b, (a,) = start([FLOAT], ["a"])
    one = b.append(CALL, [a], {"graph": callee}, [FLOAT]).result
    graph.body.results = [op(b, "add", one, b.append(CALL, [one], {"graph": callee}, [FLOAT]).result)]
    graph.stage = "sequenced"
    functions = [emit_function(callee, spec_of(callee, Leaf(0))), emit_function(graph, spec_of(graph, Leaf(0)), callees={callee: "square"})]
    text = print_module(functions)
    assert text == "def square(a):\n    return a * a\n\n\ndef f(a):\n    result = square(a)\n    return result + square(result)\n"
    assert compile_module(functions, text, title="calls")["f"](3.0) == 90.0


def test_arguments_are_not_taken_over_while_needed() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    y = op(b, "sin", x, name="x")
    graph.body.results = [op(b, "multiply", op(b, "cos", x), y)]
    assert body(graph).splitlines() == ["x2 = np.sin(x)"]
    graph, b, (x,) = start([VECTOR], ["x"])
    y = op(b, "sin", x, name="x")
    graph.body.results = [op(b, "multiply", op(b, "cos", y), y)]
    assert body(graph).splitlines() == ["x = np.sin(x)"]


def test_names_do_not_hide_what_is_used() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    values = [op(b, "sin", x, name=name) for name in ("np", "len", "lambda", "range", "f", "δ", "a b")]
    total = values[0]
    for value in values[1:]:
        total = op(b, "add", total, op(b, "multiply", value, value))
    graph.body.results = [total]
    text = body(graph)
    assert "np_ = " in text and "len_ = " in text and "lambda_ = " in text and "δ = " in text and "a_b = " in text
    agrees(graph, [X])


def test_inputs_and_structure() -> None:
    graph, b, (w, v, scale) = start([MATRIX, VECTOR, FLOAT], ["W", "", "rate"])
    graph.body.results = [op(b, "multiply", op(b, "multiply", w, scale), op(b, "sum", w)), op(b, "multiply", v, scale)]
    graph.stage = "sequenced"
    spec = spec_of(graph, Branch("dict", None, ("W", "rest"), (Leaf(0), Branch("list", None, (0, 1), (Leaf(1), Fixed(None))))))
    spec.signature = "params, *, flag=True"
    spec.inputs = [(w, "params['W'][0]"), (v, "params['v']"), (scale, "RATE")]
    spec.docstring = "Derivative."
    spec.entry_checks = [("len(params) != 2", "compiled for two entries")]
    made = emit_function(graph, spec)
    text = print_module([made])
    assert text.splitlines()[3:] == [
        "def f(params, *, flag=True):",
        '    """Derivative."""',
        "    if len(params) != 2:",
        "        raise TypeError('compiled for two entries')",
        "    W = params['W'][0]",
        "    return {'W': W * RATE * np.sum(W), 'rest': [params['v'] * RATE, None]}",
    ]
    call = compile_module([made], text, title="structure", namespace={"RATE": 2.0})["f"]
    assert call({"W": [np.ones((2, 2))], "v": np.ones(3)})["rest"][0].tolist() == [2.0, 2.0, 2.0]


def test_source_and_traceback() -> None:
    graph, b, (x, k) = start([VECTOR, INT], ["x", "k"])
    graph.body.results = [op(b, "get", x, k, path=at(Operand(0)), name="v")]
    call = function(graph)
    assert inspect.getsource(call) == "def f(x, k):\n    v = x[k]\n    return (v,)\n"
    with pytest.raises(IndexError) as caught:
        call(X, 9)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].line == "v = x[k]"


def test_long_sums_are_cut() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    total = op(b, "sin", x)
    for _ in range(900):
        total = op(b, "add", total, op(b, "sin", x))
    graph.body.results = [total]
    assert max(map(len, source(graph).splitlines())) < 120
    agrees(graph, [X])


def test_conversions_stay_on_one_line() -> None:
    graph, b, (x,) = start([VECTOR], ["x"])
    element = op(b, "get", x, path=at(0), name="s")
    number = op(b, "cast", element, kind=Number("float"), name="s")
    graph.body.results = [number, op(b, "cast", x, kind=Array("f4", (N,))), op(b, "cast", 1.0, kind=Scalar("f8"))]
    assert body(graph) == "s = float(x[0])"
    assert emitted(graph).function.name == "f"


def test_objects() -> None:
    """Arrays are written into the module, read-only; what has no literal is bound at loading; neither is hidden by a variable."""
    graph, b, (x,) = start([VECTOR], ["x"])
    table = np.array([0.1, -2.0, np.inf, 4.0])
    square = b.constant(lambda v: v * v, Opaque("function"))
    local = op(b, "sin", x, name="ndarray_constant")
    printed = b.append(RULES["print"], [start_token(b)], {}, [TOKEN]).result
    token = b.append(RULES["foreign"], [printed, square, x], {}, [TOKEN, VECTOR]).results[1]
    constant = b.constant(table, VECTOR)
    graph.body.results = [op(b, "add", op(b, "multiply", constant, local), op(b, "multiply", local, token))]
    made = emitted(graph, Leaf(0))
    text = print_module([made])
    assert "ndarray_constant_2 = np.array([0.1, -2.0, np.inf, 4.0], dtype=np.float64).reshape((4,))" in text
    assert "ndarray_constant_2.setflags(write=False)" in text
    call = compile_module([made], text, title="objects")["f"]
    assert np.array_equal(call(X), table * np.sin(X) + np.sin(X) * (X * X))


def start_token(builder: Builder) -> Value:
    return builder.constant(None, TOKEN)
