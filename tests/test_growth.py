"""Generated source grows linearly with the program: nothing is copied once a path, a call or a choice."""

import importlib.util
import linecache

import numpy as np
import pytest

import s2sad


def indent(text, depth):
    return "\n".join("    " * depth + line for line in text.splitlines())


def sequence(piece):
    """Return a program maker: one piece after the other."""

    def make(count):
        body = "\n".join(indent(piece.format(k=k, low=0.1 + 0.01 * k, high=5.0 + k), 1) for k in range(count))
        return f"def f(x):\n{body}\n    return x * x\n"

    return make


def nest(head, tail):
    """Return a program maker: one piece inside the other."""

    def make(count):
        lines = []
        for k in range(count):
            lines.append(indent(head.format(k=k, low=0.1 + 0.01 * k, high=5.0 + k), 1 + k))
        lines.append(indent("x = x * 1.01", 1 + count))
        for k in reversed(range(count)):
            if tail:
                lines.append(indent(tail.format(k=k, low=0.1 + 0.01 * k, high=5.0 + k), 1 + k))
        return "def f(x):\n" + "\n".join(lines) + "\n    return x * x\n"

    return make


HELPERS = "def g(v):\n    return v * np.sin(v)\n\n\ndef h(v):\n    return g(v) + g(2.0 * v)\n\n\n"


def chain(count):
    """Return a helper that is called twice by a helper that is called twice, and so on."""
    text = "def h0(v):\n    return 0.5 * np.sin(v)\n\n\n"
    for k in range(1, count + 1):
        text += f"def h{k}(v):\n    return 0.5 * h{k - 1}(v) + 0.4 * h{k - 1}(v * 0.9)\n\n\n"
    return text + f"def f(x):\n    return h{count}(x)\n"


PROGRAMS = {
    "sequential if with return": sequence("if x > {high}:\n    return x * {high}\nx = x * 1.01 + 0.01"),
    "nested if with return": nest("if x > {low}:\n    x = x + 0.01\n    if x > {high}:\n        return x * {high}", ""),
    "sequential break and continue": sequence(
        "for i{k} in range(4):\n    if i{k} == 1:\n        continue\n    x = x * 1.01\n    if x > {high}:\n        break\n    x = x + 0.01"
    ),
    "nested break and continue": nest("for i{k} in range(2):\n    if i{k} > 2:\n        continue\n    if x > {high}:\n        break", ""),
    "sequential choice of a function": sequence("f{k} = g if x > {high} else h\nx = 0.5 * f{k}(x)"),
    "nested choice of a function": nest("if x > -9.0:\n    f{k} = g if x > {high} else h\n    x = 0.5 * f{k}(x)", ""),
    "sequential calls of a helper that calls twice": sequence("x = 0.2 * h(x) + 0.2 * h(0.5 * x) + 0.7"),
    "nested calls, each helper calls twice": chain,
}


def compile_text(text, tmp_path, name):
    path = tmp_path / f"{name}.py"
    path.write_text("import numpy as np\n\n\n" + (HELPERS if "def h0" not in text else "") + text)
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


def lines(function, order, point=0.7):
    derivative = function
    for _ in range(order):
        derivative = s2sad.grad(derivative)
    source = derivative.source_for(point)
    return len([line for line in source.splitlines() if line.strip() and not line.strip().startswith("#")])


def assert_linear(counts, sizes):
    """The cost of one more piece must not grow: slope over the last third at most 1.25 times that over the first."""
    third = len(sizes) // 3
    early = (counts[third] - counts[0]) / (sizes[third] - sizes[0])
    late = (counts[-1] - counts[-1 - third]) / (sizes[-1] - sizes[-1 - third])
    assert late <= 1.25 * early + 2, f"lines {dict(zip(sizes, counts))}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_first_order_grows_linearly(name, tmp_path):
    sizes = [1, 2, 3, 4, 6, 8, 10, 12]
    counts = []
    for size in sizes:
        function = compile_text(PROGRAMS[name](size), tmp_path, f"program{size}")
        counts.append(lines(function, 1))
    assert_linear(counts, sizes)
    point, step = 0.7, 1e-5
    numeric = (function(point + step) - function(point - step)) / (2 * step)
    np.testing.assert_allclose(s2sad.grad(function)(point), numeric, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("name", PROGRAMS)
def test_higher_orders_grow_linearly(name, order, tmp_path):
    sizes = [1, 2, 3, 4, 5, 6] if order < 4 else [1, 2, 3, 4]
    counts = [lines(compile_text(PROGRAMS[name](size), tmp_path, f"program{size}"), order) for size in sizes]
    assert_linear(counts, sizes)


def test_lines_by_order(tmp_path):
    text = "def f(x):\n    y = np.sin(x) * x\n    for _ in range(3):\n        y = y * x + 0.1\n    return np.exp(y) * x\n"
    function = compile_text(text, tmp_path, "orders")
    counts = [lines(function, order) for order in (1, 2, 3, 4)]
    for low, high in zip(counts, counts[1:]):
        assert high <= 3.5 * low + 5, f"lines of orders 1 to 4: {counts}"
