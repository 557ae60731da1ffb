"""What the tests of emission share."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import s2sad.rules  # noqa: F401
from s2sad.emit import Emitted, FunctionSpec, compile_module, emit_function, print_module
from s2sad.graph.core import Graph
from s2sad.graph.index import Index, Path
from s2sad.graph.interpret import interpret
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.tree import Branch, Leaf, Tree
from s2sad.rules.declare import REGISTRY

RULES = REGISTRY.rules
N, M = Size.of(Atom("n")), Size.of(Atom("m"))


def at(*items: Any) -> Path:
    """Return a path of one subscript."""
    return (Index(tuple(items)),)


def spec_of(graph: Graph, output: Tree | None = None) -> FunctionSpec:
    """Return the plain form of a function: arguments as parameters, a tuple of all results."""
    names = [value.name for value in graph.parameters]
    tree = output or Branch("tuple", None, (), tuple(map(Leaf, range(len(graph.results)))))
    return FunctionSpec(graph.name, ", ".join(names), list(zip(graph.parameters, names, strict=True)), tree)


def emitted(graph: Graph, output: Tree | None = None) -> Emitted:
    graph.stage = "sequenced"
    return emit_function(graph, spec_of(graph, output))


def source(graph: Graph, output: Tree | None = None) -> str:
    """Return the text of the function alone."""
    return print_module([emitted(graph, output)]).removeprefix("import numpy as np\n\n\n")


def function(graph: Graph, output: Tree | None = None) -> Callable[..., Any]:
    made = emitted(graph, output)
    return compile_module([made], print_module([made]), title=graph.name)[graph.name]


def body(graph: Graph) -> str:
    """Return the lines between `def` and `return`, without their indentation."""
    lines = source(graph).splitlines()[1:]
    return "\n".join(line[4:] for line in lines if not line.startswith("    return ")).strip("\n")


def agrees(graph: Graph, arguments: Sequence[Any]) -> None:
    """Assert that the emitted function gives what the interpreter gives, bit by bit, and leaves its arguments alone."""
    call = function(graph)
    try:
        wanted: Any = interpret(graph, copy.deepcopy(list(arguments)))
    except Exception as error:
        wanted = error
    given = copy.deepcopy(list(arguments))
    for _ in range(2):
        try:
            got: Any = call(*given)
        except Exception as error:
            assert type(error) is type(wanted), (error, wanted)
            continue
        assert not isinstance(wanted, Exception), wanted
        for one, other in zip(got, wanted, strict=True):
            assert type(one) is type(other), (one, other)
            assert np.array_equal(one, other, equal_nan=True), (one, other)
    for one, other in zip(given, arguments, strict=True):
        assert np.array_equal(one, other)
