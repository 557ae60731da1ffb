r"""The static computation graph: structured SSA with regions.

A `Value` is defined once, by a `Node` or as a parameter of a `Region`.  A node applies an `Operation` to operands; data are
positional (`operands`), static facts are keywords (`static`).  Control flow is nodes that own regions; a region may read
every value of the regions around it, but what changes leaves only through its results.

========  ==========================================  ==============================  =====================================
node      operands                                    regions                         results
========  ==========================================  ==============================  =====================================
`if`      condition                                   then(), else()                  one a result of the branches
`for`     start, stop, step, \*initial               body(index, \*carried)         carried after the last trip
`while`   \*initial                                  test(\*carried) -> condition,  carried when the condition fails
                                                      body(\*carried) -> \*carried
`call`    \*arguments                                (static `graph`)                results of the callee
`try`     (static `handlers`: exception names)        body(), one a handler,          one a result of the branches
                                                      else(), finally()
`with`    \*managers                                 body()                          results of the body
========  ==========================================  ==============================  =====================================

The `else` region of a `try` sees the values of its body; where it has no results, those of the body are the node's.  A
handler may have one parameter, the exception.  The body of a `with` may have one parameter for each manager.

A `for` with static ``reversed=True`` visits the same indices last to first.  A loop with static ``leaves=True`` has one more
result in its body, the first: a bool; when true the loop ends after this trip.

Every region has a `Domain`: the set of its instances (trips of a loop, executions of a branch).  Regions of different
nodes that run over the same instances share the domain, such as a loop and its reversed twin; the operation `at_trip(v)`
then refers to the value that `v`, defined in one of them, has in the same instance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any

from s2sad.errors import NOWHERE, Location
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import Number, Type
from s2sad.record import record


@record(eq=False)
class Operation:
    """What a node does.

    Attributes
    ----------
    name : str
        Unique; used in the text form.
    evaluate : callable
        ``evaluate(*data, **static)`` computes the results with plain Python and NumPy.  None for control flow.
    infer : callable
        ``infer(sizes, *types, **static)`` gives the type of the result.
    sharing : str
        What the result shares with the first operand: ``"fresh"``, ``"view"``, ``"same"`` or ``"layout"`` (depends on the memory
        layout of the operand).
    effect : str
        Empty for pure operations; else ``"draw"``, ``"output"``, ``"raise"``, ``"foreign"`` or ``"write"``.  Effect nodes
        take a token as first operand and give one as last result.
    raises : bool
        Whether the operation may raise a user-visible error (IndexError, KeyError, ZeroDivisionError) on valid types.
    expensive : bool
        Whether keeping the result beats computing it twice.
    simplify : callable, optional
        ``simplify(builder, *operands, **static)`` gives an equal value that is cheaper, or None.  Used by builders that are
        allowed to reassociate, never for primal arithmetic.
    """

    name: str
    evaluate: Callable[..., Any] | None = None
    infer: Callable[..., Type] | None = None
    sharing: str = "fresh"
    effect: str = ""
    raises: bool = False
    expensive: bool = False
    simplify: Callable[..., Value | None] | None = None

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


@record(eq=False)
class Domain:
    """The instances of a region; regions with one domain run over the same instances."""

    name: str = ""


@record(eq=False)
class Value:
    """Something computed once.  `name` is the user's name for it, or a hint, or empty."""

    type: Type
    name: str = ""
    owner: Node | Region | None = None
    location: Location = NOWHERE

    def __repr__(self) -> str:
        return f"<value {self.name or '?'}: {self.type}>"


@record(eq=False)
class Node:
    """One application of an operation."""

    operation: Operation
    operands: tuple[Value, ...]
    static: dict[str, Any] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    results: tuple[Value, ...] = ()
    location: Location = NOWHERE
    reverses: Location | None = None  # for nodes of a derivative: the primal line that they belong to

    @property
    def result(self) -> Value:
        """The only result."""
        (value,) = self.results
        return value

    def __repr__(self) -> str:
        return f"<node {self.operation.name}>"


@record(eq=False)
class Region:
    """A straight list of nodes with parameters and results."""

    parameters: list[Value] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    results: list[Value] = field(default_factory=list)
    domain: Domain = field(default_factory=Domain)

    def walk(self) -> Iterator[Node]:
        """Yield every node, outer before inner, in order."""
        for node in self.nodes:
            yield node
            for region in node.regions:
                yield from region.walk()


@record(eq=False)
class Graph:
    """A function: a region whose parameters are its inputs.

    `sizes` holds the size facts and assumptions; `stage` is ``"open"`` (a name only: the graph is still being made),
    ``"pure"`` (at_trip allowed), ``"kept"`` (at_trip lowered) or ``"sequenced"`` (in-place operations placed; the order of the
    nodes is binding).  `size_sources` says where an
    entry atom is found: ``(parameter, axis)``, or ``(parameter, None)`` for an integer parameter; instead of a parameter it
    may be an `item` of a residual that is one (the reverse half of a split graph).
    """

    name: str
    body: Region = field(default_factory=Region)
    sizes: Sizes = field(default_factory=Sizes)
    size_sources: dict[str, tuple[Value, int | None]] = field(default_factory=dict)
    stage: str = "pure"

    @property
    def parameters(self) -> list[Value]:
        return self.body.parameters

    @property
    def results(self) -> list[Value]:
        return self.body.results

    def __str__(self) -> str:
        from s2sad.graph.text import to_text  # the text form is above the core

        return to_text(self)

    def callees(self) -> Iterator[Graph]:
        """Yield the graphs that are called, each once, in order of first call."""
        seen: dict[int, Graph] = {}
        for node in self.body.walk():
            callee = node.static.get("graph")
            if isinstance(callee, Graph) and id(callee) not in seen:
                seen[id(callee)] = callee
                yield callee


IF = Operation("if")
FOR = Operation("for")
WHILE = Operation("while")
CALL = Operation("call")
TRY = Operation("try")
WITH = Operation("with")
CONTROL = (IF, FOR, WHILE, CALL, TRY, WITH)


def _constant_type(sizes: Sizes, *, value: object, kind: Type) -> Type:
    return kind


def _size_type(sizes: Sizes, *, size: Size) -> Type:
    return Number("int", size)


# A fact known at compile time: a number, text, None, or any object that the graph only hands around.
CONSTANT = Operation("constant", evaluate=lambda *, value, kind: value, infer=_constant_type)
# A name that is not bound (yet); using it raises what Python raises.
UNDEFINED = Operation("undefined", infer=lambda sizes, *, kind: kind)
# The number that a size expression of entry atoms stands for.
SIZE = Operation("size", infer=_size_type)
# The value that the operand, defined in a region of the same domain, has in the same instance.
AT_TRIP = Operation("at_trip", infer=lambda sizes, kind: kind)
