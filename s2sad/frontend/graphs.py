"""Helpers as graphs of their own, shared by their calls, so that code grows linearly.

A helper is lowered once for each *signature* of what it is given: types, structure, what is known, which arguments are one
object.  Its graph takes the contents of all that it can reach, and gives its result and the new contents of what it has
written.  What cannot be said in this way (an argument that is a view and is written, a global that is changed) is
lowered in the caller's state instead.

A recursive call refers to the graph that is being made.  What it gives is assumed: nothing at first, so that only the
paths that do not recurse are seen; then what the last attempt has found, until that is stable.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from s2sad.errors import UnsupportedError
from s2sad.frontend.calls import enter, run_body
from s2sad.frontend.lower import Lowering
from s2sad.frontend.session import LABELS, Separate, Session
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.signatures import Given, Signer, rebuild
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.templates import Template, instantiate, make_template, same_template
from s2sad.frontend.translation import Translator, size_mapping, splice, substituted
from s2sad.frontend.values import Abstract, Function, Place, Variable
from s2sad.graph.core import CALL, Graph, Node, Value
from s2sad.graph.sizes import Assumption, Atom, Size
from s2sad.graph.substitute import type_with_sizes
from s2sad.graph.types import Type

MOST_SPECIALISATIONS = 8


MOST_ATTEMPTS = 6


SMALL = 12


@dataclass(eq=False, slots=True)
class Summary:
    """A helper for one signature: its graph, what it gives, what it has captured and assumed."""

    graph: Graph
    key: Hashable
    sources: list[Any] = field(default_factory=list)  # one a parameter: an argument's number, a capture, or the token
    labels: dict[str, int] = field(default_factory=dict)  # atom of the graph -> number of the size in the signature
    captures: dict[Any, Any] = field(default_factory=dict)  # key -> signature, and how it is found in a caller
    template: Template | None = None
    open: bool = True
    seen: bool = False
    recursive: bool = False
    flexible: bool = False  # whether known ints are parameters
    keep: list[Any] = field(default_factory=list)
    derivatives: dict[Any, Any] = field(default_factory=dict)


class Recursive(Exception):
    """A helper has turned out to call itself; it is lowered again without what was seen of its sizes."""

    def __init__(self, summary: Summary) -> None:
        super().__init__()
        self.summary = summary


class Callee(Lowering):
    """The lowering of a helper; what it does not find it asks the caller for."""

    def __init__(self, graph: Graph, session: Session, outer: Lowering, summary: Summary, given: Given) -> None:
        super().__init__(graph, session)
        self.outer = outer
        self.summary = summary
        self.given = given
        self.imported: dict[Any, Place] = {}  # place of the caller (or a view in it) -> place here
        self.parameter_sources: dict[Value, Value] = {}
        self.given_labels: dict[int, str] = {}
        self.entry_contents: dict[Any, Any] = {}  # what was in imported places at entry
        self.captured_contents: dict[Variable, Any] = {}
        self.made_frames: set[Any] = set()
        self.flexible = summary.flexible

    def new_frame(self, function: Any, source: Any, parent: Any) -> Any:
        """Make the frame of a call."""
        frame = super().new_frame(function, source, parent)
        self.made_frames.add(frame)
        return frame

    def translated(self, kind: Type) -> Type:
        """Return a type of the caller in the labels of this graph."""
        return type_with_sizes(kind, self.size_here)

    def size_here(self, size: Size) -> Size:
        """Return a size of the caller as a label of this graph."""
        if size.known is not None:
            return size
        fact = self.given.size(size)
        assert isinstance(fact, tuple)
        number = fact[1]
        if number not in self.given_labels:
            label_sizes(self.outer, self, self.summary, self.given, self.frames[-1].source if self.frames else None)
        return Size.of(Atom(self.given_labels[number]))

    def demand(self, value: Value) -> None:
        """Ask for what makes a number vary to be made static; it may be the caller's."""
        seen: set[Value] = set()
        pending = [value]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            source = self.parameter_sources.get(current)
            if source is not None:
                self.outer.demand(source)
                continue
            if isinstance(current.owner, Node):
                pending.extend(current.owner.operands)
        super().demand(value)

    def note(self) -> None:
        """Remember what is in the places that were imported, to see what is written."""
        for place in self.imported.values():
            if place not in self.entry_contents:
                self.entry_contents[place] = self.store.contents[place]

    def variable_content(self, variable: Variable) -> Any:
        """Return what a variable holds, here or in a function around."""
        found = self.store.read(variable)
        if found is ABSENT and variable.frame not in self.made_frames:
            return self.outer_variable(variable)
        return found

    def captured(self, key: str, value: Any, origin: Any) -> Abstract:
        """Return a live number or array of the caller's graph, as a parameter here."""
        thing = self.session.live(self.outer, value, origin)
        inner: Abstract = self.capture(("live", key), thing, lambda outer: self.session.live(outer, value, origin))
        return inner

    def outer_variable(self, variable: Variable) -> Any:
        """Return a variable of a function around this one."""
        content = self.outer.variable_content(variable)
        if content is ABSENT:
            return ABSENT
        thing = self.capture(variable, content, lambda outer: outer.variable_content(variable))
        self.store.contents[variable] = thing
        self.captured_contents[variable] = thing
        return thing

    def capture(self, key: Any, thing: Any, fetch: Callable[[Lowering], Any]) -> Any:
        """Make something of the caller a parameter here, beside the arguments."""
        signer = Signer(self.outer, self.given, flexible=False)
        signature = signer.sign(thing)
        self.summary.captures[key] = (signature, fetch)
        start = len(self.summary.sources)
        flexible, self.flexible = self.flexible, False
        made = build(self, thing, self.given)
        self.flexible = flexible
        self.note()
        for number in range(start, len(self.summary.sources)):
            self.summary.sources[number] = ("capture", key, number - start)
        return made


def call_graph(low: Lowering, function: Function, values: dict[str, Abstract], cls: type | None) -> Abstract | None:
    """Call a function through a graph of its own; None when it is to be lowered in the caller's state."""
    session: Session = low.session
    node = function.source.node
    if low.tries:  # an exception may have to find its way out of it
        return None
    widen = (
        calls_itself(function)
        or any(active is node for active in session.active)
        or session.specialisations.get(node, 0) >= MOST_SPECIALISATIONS
    )
    given = Given(low, labels=not widen)
    signer = Signer(low, given, flexible=widen)
    try:
        key: Hashable = (id(node), id(function.parent), tuple((name, signer.sign(value)) for name, value in values.items()))
    except Separate:
        if any(active is node for active in session.active):
            low.refuse("recursion", name=function.source.name, why="its arguments are too intricate")
        return None
    found = session.summaries.get(key)
    if found is False:
        return None
    for summary in found or ():
        if summary.open:
            if summary.seen:
                raise Recursive(summary)
            summary.recursive = True
            return recursive_call(low, summary, given)
        extended = extend(low, summary.captures, given)
        if extended is not None and holds(low, summary, extended.given):
            return perform(low, summary, extended)
    try:
        made = lower_helper(low, function, values, cls, key, given, widen)
    except (Separate, UnsupportedError):
        if any(active is node for active in session.active):
            raise
        session.summaries[key] = False
        session.inlined.add(node)
        return None
    if session.tags and made.template is not None and made.template.related:
        session.summaries[key] = False  # which argument it gives back is told apart in the caller's state
        return None
    extended = extend(low, made.captures, given)
    assert extended is not None
    return perform(low, made, extended)


@dataclass(eq=False, slots=True)
class Extended:
    """What is given at a call, with what the helper captures: where the values of each capture start."""

    given: Given
    starts: dict[Any, int]


def extend(low: Lowering, captures: dict[Any, Any], given: Given) -> Extended | None:
    """Add what a helper has captured to what it is given; None when that is of another kind here."""
    more = given.copy()
    starts: dict[Any, int] = {}
    for key, (signature, fetch) in captures.items():
        starts[key] = len(more.leaves)
        try:
            thing = fetch(low)
            if thing is ABSENT or Signer(low, more, flexible=False).sign(thing) != signature:
                return None
        except (Separate, UnsupportedError):
            return None
    return Extended(more, starts)


def calls_itself(function: Function) -> bool:
    """Whether a function names itself, so that it will be called with other numbers."""
    node = function.source.node
    found = getattr(node, "_s2sad_recursive", None)
    if found is None:
        name = function.source.name
        found = isinstance(node, gast.FunctionDef) and any(
            isinstance(one, gast.Name) and one.id == name for statement in node.body for one in gast.walk(statement)
        )
        node._s2sad_recursive = found
    return bool(found)


def lower_helper(
    low: Lowering, function: Function, values: dict[str, Abstract], cls: type | None, key: Hashable, given: Given, widen: bool
) -> Summary:
    """Lower a helper for one signature."""
    session: Session = low.session
    node = function.source.node
    graph = Graph(session.graph_name(function.source.name))
    summary = Summary(graph, key, seen=not widen, flexible=widen)
    summary.keep = [node, function, *given.keep]
    session.summaries.setdefault(key, []).append(summary)
    session.specialisations[node] = session.specialisations.get(node, 0) + 1
    session.active.append(node)
    before = list(session.summaries)
    inputs = len(session.inputs)
    try:
        for _ in range(MOST_ATTEMPTS):
            try:
                template = attempt(low, function, values, cls, summary, given)
            except Recursive as problem:
                if problem.summary is not summary:
                    raise
                summary.seen = False
                _drop(session, before)
                continue
            if not summary.recursive or (summary.template is not None and same_template(summary.template, template)):
                summary.template = template
                summary.open = False
                return summary
            summary.template = template
            _drop(session, before)
        low.refuse("recursion", name=function.source.name, why="the kind of its result does not settle")
    except BaseException:
        found = session.summaries.get(key)
        if isinstance(found, list) and summary in found:
            found.remove(summary)
        del inputs
        raise
    finally:
        session.active.pop()


def _drop(session: Session, before: list[Any]) -> None:
    """Forget helpers that were lowered under an assumption which has changed."""
    kept = set(before)
    for key in [key for key in session.summaries if key not in kept]:
        del session.summaries[key]


def attempt(low: Lowering, function: Function, values: dict[str, Abstract], cls: type | None, summary: Summary, given: Given) -> Template:
    """Lower a helper once."""
    session: Session = low.session
    graph = summary.graph
    fresh = Graph(graph.name)
    graph.body, graph.sizes, graph.size_sources = fresh.body, fresh.sizes, fresh.size_sources
    summary.sources = []
    summary.captures = {}
    summary.labels = {}
    given = given.copy()
    sub = Callee(graph, session, low, summary, given)
    label_sizes(low, sub, summary, given, function.source)
    sub.builder.location = low.location
    frame = sub.new_frame(function, function.source, function.parent)
    frame.cls = cls or session.class_of.get(id(function.source.function))
    sub.frames.append(frame)
    own = {name: build(sub, value, given, name) for name, value in values.items()}
    sub.frames.pop()
    sub.note()
    enter(sub, frame, own)
    try:
        run_body(sub, frame)
    except DeadPath:
        sub.dead = True
    result: Abstract | None = None
    if sub.dead:
        sub.dead = False
    else:
        result = sub.usable(sub.store.read(frame.result), f"the result of {function.source.name}")
    return make_template(sub, result, summary.recursive)


def label_sizes(low: Lowering, sub: Callee, summary: Summary, given: Given, source: Any) -> None:
    """Name the sizes of the signature in the helper's graph."""
    taken = {argument.id for argument in source.node.args.args} if source is not None and hasattr(source.node, "args") else set()
    taken.update(summary.labels)
    for number, size in enumerate(given.sizes):
        if number in sub.given_labels:
            continue
        index = number
        while True:
            name = LABELS[index % 10] + (str(index // 10 + 1) if index >= 10 else "")
            if name not in taken:
                break
            index += 10
        taken.add(name)
        summary.labels[name] = number
        sub.given_labels[number] = name
        if summary.seen:
            seen = size.evaluate(low.sizes.seen)
            if seen is not None:
                sub.sizes.seen[name] = seen
            if low.sizes._is_label(size):
                sub.sizes.labels.add(name)


def build(sub: Callee, thing: Any, given: Given, name: str = "") -> Any:
    """Return a thing of the caller as the helper sees it, adding parameters."""

    def parameter(value: Callable[[], Value], kind: Type, label: str) -> Value:
        made: Value = sub.session.parameter(sub, sub.translated(kind), label)
        source = value()
        sub.parameter_sources[made] = source
        sub.summary.sources.append(("argument", len(sub.summary.sources)))
        sub.session._sources(sub, made, made.type)
        return made

    return rebuild(sub, thing, given, parameter, name)


def holds(low: Lowering, summary: Summary, given: Given) -> bool:
    """Whether what a helper has assumed of its sizes holds at this call."""
    mapping = size_mapping(summary, given)
    for fact in summary.graph.sizes.assumptions:
        left, right = substituted(fact.left, mapping), substituted(fact.right, mapping)
        if left is None or right is None:
            continue
        difference = (left - right).known
        if difference is not None:
            if Assumption(Size.of(difference), fact.relation, Size.of(0)).holds({}) is not True:
                return False
        elif Assumption(left, fact.relation, right).holds(low.sizes.seen) is not True:
            return False
    return True


def operands(low: Lowering, sources: list[Any], extended: Extended) -> list[Value]:
    """Return the operands of a call, one for each parameter of the graph."""
    values = extended.given.values()
    found: list[Value] = []
    for source in sources:
        if source[0] == "argument":
            found.append(values[source[1]])
        elif source[0] == "token":
            found.append(low.token())
        else:
            _, key, number = source
            found.append(values[extended.starts[key] + number])
    return found


def assume(low: Lowering, summary: Summary, mapping: dict[str, Size]) -> None:
    """Take over what the helper has assumed about sizes."""
    for fact in list(summary.graph.sizes.assumptions):
        left, right = substituted(fact.left, mapping), substituted(fact.right, mapping)
        if left is None or right is None or (left - right).known is not None:
            continue
        low.sizes.assume(left, fact.relation, right)


def perform(low: Lowering, summary: Summary, extended: Extended) -> Abstract:
    """Call a helper's graph, or put its nodes in the place of the call when they are few."""
    assert summary.template is not None
    mapping = size_mapping(summary, extended.given)
    values = operands(low, summary.sources, extended)
    assume(low, summary, mapping)
    translate = Translator(low, mapping)
    if is_small(summary) and all(size.entry for size in mapping.values()):
        results = splice(low, summary.graph, values, translate)
    else:
        results = call_node(low, summary.graph, summary.template, values, [value.type for value in summary.graph.results], translate)
    return instantiate(low, summary.template, results, values, extended.given.place_list)


def recursive_call(low: Lowering, summary: Summary, given: Given) -> Abstract:
    """Call the graph that is being made, with what is assumed of its result."""
    template = summary.template
    if template is None:
        raise DeadPath
    extended = extend(low, template.captures, given)
    if extended is None:
        low.refuse("recursion", name=summary.graph.name, why="what it captures changes")
    values = operands(low, template.sources, extended)
    translate = Translator(low, size_mapping(summary, extended.given))
    results = call_node(low, summary.graph, template, values, template.types, translate)
    return instantiate(low, template, results, values, extended.given.place_list)


def is_small(summary: Summary) -> bool:
    """Whether a helper is put in the place of its calls."""
    nodes = summary.graph.body.nodes
    return not summary.recursive and len(nodes) <= SMALL and not any(node.regions or node.operation is CALL for node in nodes)


def call_node(
    low: Lowering, graph: Graph, template: Template, values: list[Value], types: list[Type], translate: Translator
) -> list[Value]:
    """Append a call."""
    node = low.builder.append(CALL, values, {"graph": graph}, [translate.type(kind) for kind in types])
    results = list(node.results)
    if template.token is not None:
        low.store.write(low.world, results[template.token])
    return results
