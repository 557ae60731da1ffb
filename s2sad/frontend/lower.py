"""The state of one lowering, and the ways in which the rest of the frontend reads and writes it.

`Lowering` knows graph, store, frames and names; it knows nothing of syntax.  Expressions, statements, control flow and calls
are functions over it, each in a file of its own.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any, NoReturn

import numpy as np

from s2sad.errors import NOWHERE, Location, UnsupportedError
from s2sad.frontend import kinds
from s2sad.frontend.fence import refusal
from s2sad.frontend.recorder import Recorder
from s2sad.frontend.signals import NeedStatic, PrimalRaises
from s2sad.frontend.store import ABSENT, Store
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    Conflict,
    ElementContent,
    Frame,
    GrowingContent,
    Handle,
    Items,
    Known,
    ListContent,
    Origin,
    Place,
    Stale,
    Unbound,
    Variable,
)
from s2sad.graph.core import CONSTANT, SIZE, Graph, Node, Value
from s2sad.graph.index import Path, View
from s2sad.graph.sizes import ShapeError, Size
from s2sad.graph.types import BOOL, TOKEN, Array, Generator, List, Number, Opaque, Scalar, Tuple, Type
from s2sad.rules.declare import REGISTRY, Rule


class Lowering:
    """Lowers one graph.

    Attributes
    ----------
    graph, builder, store
        What is being made, how, and the state of the abstract program.
    world : Place
        Its content is the effect token, so that branches and loops carry it like any other place.
    dead : bool
        Whether the path has ended by a `raise`.
    """

    def __init__(self, graph: Graph, session: Any) -> None:
        self.graph = graph
        self.session = session
        self.builder = Recorder(graph.body, graph.sizes)
        self.sizes = graph.sizes
        self.store = Store()
        self.frames: list[Frame] = []
        self.dead = False
        self.world = self.store.place("world", None)
        self.loops: dict[Value, Any] = {}  # what a loop defines anew each trip -> the loop
        self.open_loops: list[Any] = []
        self.held: list[Any] = []  # what expressions that are being evaluated hold, beside names and containers
        self.assumed: dict[Value, frozenset[int]] = {}  # tags -> the options that the branches around leave
        self.tests: dict[Value, tuple[Value, frozenset[int], int]] = {}  # conditions that ask which option a tag is
        self.yields: dict[Frame, Any] = {}  # generators that are being consumed -> who consumes them
        self.tries: list[Any] = []  # the `try` statements around, innermost last
        self.handling: list[Any] = []  # the exceptions whose handlers are being lowered
        self.floating: tuple[tuple[str, str], ...] = ()  # the floating-point errors that raise here, as np.errstate names them
        self.quiet = 0  # how many blocks around catch warnings
        self.tried: dict[Any, Any] = {}  # operations that were tried -> the region where they have not raised
        self.opened: list[Any] = []  # branches that end with the statement
        self.live_places: dict[int, tuple[Place, Any]] = {}  # live objects by identity, kept alive
        self.live_objects: dict[Place, Any] = {}
        self.live_fields: dict[Place, dict[str, Any]] = {}
        self.live_leaves: dict[str, Any] = {}
        self.entries: dict[tuple[Value, Value], Value] = {}  # (list, index) -> the entry that has been read
        self.filled: set[Value] = set()  # versions of lists that are certainly not empty
        self.seen: dict[Any, tuple[Abstract, ...]] = {}  # parts of elements of lists, as things of the program
        self._reads: dict[tuple[Value, Path, tuple[Value, ...]], Value] = {}
        self._frame_count = 0

    # ------------------------------------------------------------ places in the source

    @property
    def frame(self) -> Frame:
        """The function that is being lowered."""
        return self.frames[-1]

    def at(self, node: Any) -> None:
        """Give the nodes that follow the place of a syntax node."""
        if hasattr(node, "lineno") and not self.frames[-1].source.borrowed:
            self.builder.location = self.frames[-1].source.location(node)

    @property
    def location(self) -> Location:
        """Where the last syntax node stands."""
        return self.builder.location

    def refuse(self, row: str, node: Any = None, **facts: Any) -> NoReturn:
        """Raise the error of a row of the fence's table, at a syntax node or where we are."""
        placed = node is not None and hasattr(node, "lineno") and self.frames and not self.frames[-1].source.borrowed
        location = self.frames[-1].source.location(node) if placed else self.location
        raise refusal(row, location if location is not NOWHERE else None, **facts)

    def new_frame(self, function: Any, source: Any, parent: Frame | None) -> Frame:
        """Make the frame of a call."""
        self._frame_count += 1
        return Frame(function, source, parent, self._frame_count)

    # ------------------------------------------------------------ nodes

    def infer(self, rule: Rule, types: Sequence[Type], static: dict[str, Any]) -> Type:
        """Return the type of a result; of numbers that may be of two kinds, all combinations are asked."""
        assert rule.infer is not None
        try:
            kind = rule.infer(self.sizes, *types, **static)
            if not any(map(kinds.is_mixed, types)):
                return kind
            for combination in product(*map(kinds.alternatives, types)):
                joined = kinds.join(kind, rule.infer(self.sizes, *combination, **static), self.sizes)
                if joined is None or (isinstance(joined, Array) and joined.dtype != kind.dtype):  # type: ignore[attr-defined]
                    self.refuse("dtype", what=rule.name)
                if type(joined) is not type(kind) or (isinstance(joined, Number) and joined.kind != kind.kind):  # type: ignore[attr-defined]
                    self.refuse("dtype", what=rule.name)
                kind = joined
            return kind
        except ShapeError as problem:
            raise PrimalRaises(str(problem)) from None
        except UnsupportedError as problem:
            if problem.location is None:
                problem.location = self.location
            raise

    def emit(self, rule: Rule | str, *operands: Value, name: str = "", **static: Any) -> Value:
        """Append one application of an operation."""
        if isinstance(rule, str):
            rule = REGISTRY.rules[rule]
        kind = self._result_type(rule, operands, static)
        return self.builder.append(rule, operands, static, [kind], names=[name] if name else ()).results[0]

    def emit_several(self, rule: Rule, *operands: Value, **static: Any) -> tuple[Value, ...]:
        """Append one application of an operation that has several results."""
        kind = self._result_type(rule, operands, static)
        assert isinstance(kind, Tuple), kind
        return self.builder.append(rule, operands, static, kind.elements).results

    def _result_type(self, rule: Rule, operands: Sequence[Value], static: dict[str, Any]) -> Type:
        kind = self.infer(rule, [value.type for value in operands], static)
        if not rule.complex:
            for value in operands:
                if (isinstance(value.type, (Array, Scalar)) and value.type.dtype[0] == "c") or (
                    isinstance(value.type, Number) and value.type.kind == "complex"
                ):
                    self.refuse("operands", what=rule.name, kinds="complex numbers")
        if self.tries:
            from s2sad.frontend.raising import protect

            protect(self, rule, tuple(operands), static, kind)
        return kind

    def effect(self, rule: Rule | str, *operands: Value, result: Type | None = None, **static: Any) -> Value | None:
        """Append an operation with an effect, in order."""
        if isinstance(rule, str):
            rule = REGISTRY.rules[rule]
        if self.tries and rule.effect == "foreign":
            self.refuse("try", what="a call of a function of unknown exceptions")
        types: list[Type] = [TOKEN] if result is None else [TOKEN, result]
        node = self.builder.append(rule, (self.token(), *operands), static, types)
        self.store.write(self.world, node.results[0])
        return None if result is None else node.results[1]

    def live(self, value: Any, origin: Origin | None) -> Abstract:
        """Return a live object as a thing of the program."""
        thing: Abstract = self.session.live(self, value, origin)
        return thing

    def token(self) -> Value:
        """Return the current effect token; the first one is a parameter of the graph."""
        content = self.store.read(self.world)
        if content is None:
            content = self.session.first_token(self)
            self.store.contents[self.world] = content
        assert isinstance(content, Value)
        return content

    def result(self, value: Value, *, contiguous: bool = False, name: str = "") -> Abstract:
        """Return what a new value is to the program: an array gets a place of its own."""
        if isinstance(value.type, Array):
            operation = value.owner.operation if isinstance(value.owner, Node) else None
            row = isinstance(operation, Rule) and operation.sharing == "fresh" and value.type.rank == 1  # NumPy makes no other ones
            return ArrayRef(self.store.place("array", value, contiguous=contiguous or row, name=name), name=name)
        if isinstance(value.type, List):
            return Handle(self.store.place("list", GrowingContent(value)))
        return value

    def constant(self, value: Any) -> Value:
        """Return a constant of the graph."""
        if isinstance(value, enum.Enum) and isinstance(value, (int, float)):
            value = value.value
        if isinstance(value, np.generic):
            dtype = f"{value.dtype.kind}{value.dtype.itemsize}"
            return self.builder.constant(value, Scalar(dtype) if value.dtype.kind in "biufc" else Opaque(type(value).__name__))
        return self.builder.constant(value)

    def size(self, size: Size) -> Abstract:
        """Return the number that a size is."""
        if size.known is not None:
            return Known(size.known)
        assert size.entry
        return self.builder.append(SIZE, (), {"size": size}, [Number("int", size)]).results[0]

    # ------------------------------------------------------------ values

    def value(self, thing: Abstract, what: str = "this") -> Value:
        """Return a thing of the program as a graph value: a number, or the present content of an array."""
        if isinstance(thing, Value):
            return thing
        if isinstance(thing, ArrayRef):
            return self.read(thing)
        if isinstance(thing, Known):
            return self.constant(thing.value)
        if isinstance(thing, Choice):
            from s2sad.frontend.choices import dispatch

            found = dispatch(self, thing, lambda option: self.plain(self.value(option, what)))
            if isinstance(found, Choice):
                self.refuse("kinds", what=what, left=describe(found.options[0]), right=describe(found.options[1]))
            return self.value(found, what)
        thing = self.usable(thing)
        if isinstance(thing, Value):
            return thing
        if isinstance(thing, (Items, Handle)):
            from s2sad.frontend.arrays import array_of

            return self.value(array_of(self, thing))
        self.refuse("operands", what=what, kinds=describe(thing))

    def plain(self, value: Value) -> Abstract:
        """Return a value as a thing of the program; an array gets a place."""
        return self.result(value)

    def usable(self, thing: Abstract, name: str = "") -> Abstract:
        """Refuse what cannot be used."""
        if isinstance(thing, Choice):
            return self.narrowed(thing)
        if isinstance(thing, Unbound):
            from s2sad.frontend.expressions import raise_unbound

            raise_unbound(self, thing.name)
        if isinstance(thing, Conflict):
            raise refusal("conflict", self.location, name=thing.name or "this", reason=thing.reason)
        if isinstance(thing, Stale):
            raise refusal(
                "stale", self.location, name=thing.name or "this array", other=thing.other or "another array", line=thing.location.line
            )
        return thing

    @contextmanager
    def holding(self, *things: Any) -> Iterator[None]:
        """Note that something is referred to while something else is evaluated."""
        count = len(self.held)
        self.held.extend(things)
        try:
            yield
        finally:
            del self.held[count:]

    @contextmanager
    def unprotected(self) -> Iterator[None]:
        """Emit what the program does not do itself: no handler is about it."""
        tries, self.tries = self.tries, []
        try:
            yield
        finally:
            self.tries = tries

    def narrowed(self, thing: Choice) -> Abstract:
        """Leave out the options that the branches around exclude."""
        allowed = self.assumed.get(thing.tag)
        if allowed is None:
            return thing
        options = [option for number, option in enumerate(thing.options) if number in allowed]
        return options[0] if len(options) == 1 else thing

    def assume(self, condition: Value, holds: bool) -> dict[Value, frozenset[int]]:
        """Take for granted, inside a branch, that a condition holds or not; return what was taken for granted before."""
        before = self.assumed
        self.assumed = dict(before)
        pending = [(condition, holds)]
        while pending:
            one, answer = pending.pop()
            self.assumed[one] = frozenset((0,) if answer else (1,))
            fact = self.tests.get(one)
            if fact is not None:
                tag, numbers, count = fact
                left = numbers if answer else frozenset(range(count)) - numbers
                self.assumed[tag] = left & self.assumed.get(tag, left)
            owner = one.owner
            if isinstance(owner, Node) and owner.operation.name == "logical_not":
                pending.append((owner.operands[0], not answer))
        return before

    def type_of(self, thing: Abstract) -> Type | None:
        """Return the type that a thing has as a graph value, or None when it is none."""
        if isinstance(thing, Value):
            return thing.type
        if isinstance(thing, ArrayRef):
            return self.array_type(thing)
        if isinstance(thing, Known):
            value = thing.value
            if isinstance(value, bool):
                return BOOL
            if isinstance(value, int):
                return Number("int", Size.of(value))
            if isinstance(value, (float, complex)) and not isinstance(value, np.generic):
                return Number(type(value).__name__)
            if isinstance(value, np.generic) and value.dtype.kind in "biufc":
                return Scalar(f"{value.dtype.kind}{value.dtype.itemsize}")
        return None

    def static(self, thing: Abstract, what: str) -> Any:
        """Return a number that must be known at compile time."""
        if isinstance(thing, Known):
            return thing.value
        if isinstance(thing, Items):
            return tuple(self.static(element, what) for element in thing.elements)
        if isinstance(thing, Handle):
            from s2sad.frontend.contents import content_of

            content = content_of(self, thing)
            if isinstance(content, ListContent):
                return [self.static(element, what) for element in content.elements]
        if isinstance(thing, Value):
            found = self.evaluated(thing)
            if found is not ABSENT:
                return found
            self.demand(thing)
        self.refuse("static", what=what)

    def evaluated(self, value: Value) -> Any:
        """Return what a value is known to be, or ABSENT."""
        if isinstance(value.type, Number) and value.type.size is not None and value.type.size.known is not None:
            return value.type.size.known
        owner = value.owner
        if not isinstance(owner, Node):
            return ABSENT
        if owner.operation is CONSTANT:
            return owner.static["value"]
        operation = owner.operation
        if (
            not isinstance(operation, Rule)
            or operation.effect
            or owner.regions
            or not isinstance(value.type, Number)
            or operation.evaluate is None
        ):
            return ABSENT
        operands = [self.evaluated(operand) for operand in owner.operands]
        if any(operand is ABSENT for operand in operands):
            return ABSENT
        try:
            return operation.evaluate(*operands, **owner.static)
        except Exception:
            return ABSENT

    def demand(self, value: Value) -> None:
        """Ask for the loop or the argument that makes a number vary to be made static; give up silently when there is none."""
        seen: set[Value] = set()
        pending = [value]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            if current in self.loops:
                raise NeedStatic(self.loops[current])
            culprit = self.session.static_culprit(current)
            if culprit is not None:
                raise NeedStatic(culprit)
            if isinstance(current.owner, Node):
                if current.owner.operation is SIZE:
                    continue
                pending.extend(current.owner.operands)

    def demand_softly(self, value: Value) -> None:
        """Ask for a loop to be written out when that is possible, so that an index becomes known."""
        try:
            self.demand(value)
        except NeedStatic as need:
            if getattr(need.culprit, "can_unroll", False):
                raise

    def captured(self, key: str, value: Any, origin: Origin) -> Abstract:
        """Return a live number or array in the graph of a helper."""
        raise AssertionError("only graphs of helpers capture")

    # ------------------------------------------------------------ arrays

    def content(self, place: Place) -> Value:
        """Return the current version of an array."""
        content = self.store.read(place)
        if isinstance(content, ElementContent):
            from s2sad.frontend.lenses import element_value

            return element_value(self, content)
        if isinstance(content, Stale):
            raise refusal(
                "stale",
                self.location,
                name=content.name or place.name or "this array",
                other=content.other or "another array",
                line=content.location.line,
            )
        if isinstance(content, Conflict):
            self.usable(content)
        if not isinstance(content, Value):
            self.refuse("conflict", name=place.name or "this array", reason="it does not exist on all paths")
        return content

    def read(self, reference: ArrayRef) -> Value:
        """Return the present content of what a reference leads to."""
        base = self.content(reference.place)
        if not reference.path:
            return base
        key = (base, reference.path, reference.operands)
        found = self._reads.get(key)
        if found is not None and self.builder.visible(found):
            return found
        value = self.emit("get", base, *reference.operands, name=reference.name, path=reference.path)
        self._reads[key] = value
        return value

    def array_type(self, reference: ArrayRef) -> Array:
        """Return the type of what a reference leads to, without reading it."""
        base = self.store.read(reference.place)
        kind = base.type if isinstance(base, Value) else self.content(reference.place).type
        if reference.path:
            rule = REGISTRY.rules["get"]
            kind = self.infer(rule, [kind, *(operand.type for operand in reference.operands)], {"path": reference.path})
        assert isinstance(kind, Array)
        return kind

    def overwrite(self, reference: ArrayRef, value: Value, node: Any = None) -> None:
        """Write a value into what a reference leads to (cast and broadcast as NumPy does)."""
        place = reference.place
        if place.readonly or any(isinstance(step, View) and step.name == "diagonal" for step in reference.path):
            raise PrimalRaises("assignment destination is read-only")
        base = self.content(place)
        if reference.path or value.type != base.type:
            new = self.emit("put", base, value, *reference.operands, name=base.name, path=reference.path)
        else:
            new = value  # versions are functional: two places may hold one value
            new.name = new.name or base.name
        self.replace(place, new)

    def overwrite_raw(self, reference: ArrayRef, value: Value) -> None:
        """Write without telling the places that may share memory: they are being told."""
        base = self.content(reference.place)
        new = self.emit("put", base, value, *reference.operands, name=base.name, path=reference.path) if reference.path else value
        self.store.write(reference.place, new)

    def replace(self, place: Place, new: Value) -> None:
        """Make `new` the current version of an array; places that may share its memory go stale, or follow by their link."""
        self.session.written.add(place)
        content = self.store.read(place)
        if isinstance(content, ElementContent):
            from s2sad.frontend.lenses import write_element

            write_element(self, content, new, place)
            return
        self.store.write(place, new)
        if place.links or place.partners:
            from s2sad.frontend.sharing import follow

            follow(self, place)

    def made_in_trip(self, place: Place) -> bool:
        """Whether an object was made in the trip of the innermost loop that is being lowered."""
        return not self.open_loops or self.store.made_here(place, self.open_loops[-1].depth)

    def variable_content(self, variable: Variable) -> Any:
        """Return the content of a variable, or ABSENT."""
        return self.store.read(variable)

    # ------------------------------------------------------------ containers

    def list_of(self, elements: Sequence[Abstract], kind: str = "list") -> Handle:
        """Return a new list."""
        return Handle(self.store.place(kind, ListContent(tuple(elements))))

    def unbound(self, name: str) -> Unbound:
        """Return the content of a name that is not bound."""
        return Unbound(name)


def describe(thing: Any) -> str:
    """Say in a few words what a thing of the program is."""
    if isinstance(thing, Value):
        kind = thing.type
        if isinstance(kind, Number):
            return {"bool": "a bool", "int": "an int", "float": "a float", "complex": "a complex number"}[kind.kind]
        if isinstance(kind, Scalar):
            return f"a NumPy scalar {kind.dtype}"
        if isinstance(kind, (Opaque, Generator)):
            return f"a {kind.name}"
        return f"{kind}"
    if isinstance(thing, ArrayRef):
        return "an array"
    if isinstance(thing, Known):
        value = thing.value
        if value is None or isinstance(value, (bool, str)):
            return repr(value)
        if isinstance(value, type):
            return f"the class {value.__name__}"
        name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
        return f"{type(value).__name__} {name}" if name else f"a {type(value).__name__}"
    if isinstance(thing, Handle):
        return f"a {thing.place.cls.__name__ if thing.place.cls else thing.place.kind}"
    if isinstance(thing, Items):
        return "a tuple"
    if isinstance(thing, Unbound):
        return "unbound"
    if isinstance(thing, Choice):
        return " or ".join(describe(option) for option in thing.options)
    return {"Function": "a function", "Method": "a method", "Range": "a range", "Lazy": "an iterator", "SliceValue": "a slice"}.get(
        type(thing).__name__, type(thing).__name__
    )
