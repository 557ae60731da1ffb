"""What a function returns, as leaves of the graph; and the text of its signature."""

from __future__ import annotations

from typing import Any

from s2sad.frontend.choices import is_option
from s2sad.frontend.contents import content_of
from s2sad.frontend.iteration import as_list
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.names import literal
from s2sad.frontend.objects import all_fields
from s2sad.frontend.session import Session
from s2sad.frontend.sharing import reach
from s2sad.frontend.signature import Lowered
from s2sad.frontend.source import Source
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    Frame,
    Function,
    GrowingContent,
    Handle,
    Items,
    Known,
    Lazy,
    ListContent,
    Method,
    Partial,
    Pending,
    Range,
)
from s2sad.graph.core import IF, Region, Value
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree
from s2sad.graph.types import Array, Optional


def finish(low: Lowering, session: Session, frame: Frame, source: Source) -> Lowered:
    """Make the results of the graph."""
    results: list[Value] = []
    if low.dead:
        output: Tree = Fixed(None)
        low.dead = False
    else:
        content = low.store.read(frame.result)

        if isinstance(content, Pending):
            content = content.loop.leave(content)
        output = leaves(low, low.usable(content, "the result"), results, {})
    token = None
    world = low.store.read(low.world)
    if isinstance(world, Value):
        token = len(results)
        results.append(world)
    low.graph.body.results = results
    written = []
    for number, entry in enumerate(session.inputs):
        if (
            isinstance(entry.value.type, Array)
            and entry.value in session.input_places
            and low.store.read(session.input_places[entry.value]) is not entry.value
        ):
            written.append(number)
    memory = reach(session.written, session.stems.values())
    touched = [number for number, entry in enumerate(session.inputs) if session.input_places.get(entry.value) in memory]
    changed = [
        (place.origin.kind, place.origin.root, place.origin.steps, None)
        for place, before in session.initial.items()
        if place.origin is not None and low.store.read(place) not in (ABSENT, before)
    ]
    clear_names(low.graph.body)
    return Lowered(
        low.graph,
        low.graph.name,
        signature_text(source),
        session.inputs,
        output,
        list(session.guards.values()),
        written,
        token,
        changed,
        session.composed,
        touched,
        session.held,
    )


def leaves(low: Lowering, thing: Abstract, results: list[Value], seen: dict[Any, Tree]) -> Tree:
    """Return the structure of a result; its numbers and arrays are added to `results`."""
    thing = low.usable(thing, "the result")
    if isinstance(thing, (Value, ArrayRef)):
        results.append(low.value(thing))
        return Leaf(len(results) - 1)
    if isinstance(thing, Known):
        value = thing.value
        if (isinstance(value, (int, float, complex)) and not isinstance(value, bool)) or low.type_of(thing) is not None:
            results.append(low.value(thing))
            return Leaf(len(results) - 1)
        return Fixed(value)
    if isinstance(thing, Items):
        children = tuple(leaves(low, element, results, seen) for element in thing.elements)
        keys = thing.cls._fields if thing.cls is not None else tuple(range(len(children)))  # type: ignore[attr-defined]
        return Branch("tuple" if thing.cls is None else "named", thing.cls, keys, children)
    if isinstance(thing, Handle):
        content = content_of(low, thing)
        match content:
            case ListContent(elements):
                return Branch("list", None, tuple(range(len(elements))), tuple(leaves(low, element, results, seen) for element in elements))
            case GrowingContent(value):
                results.append(value)
                return Leaf(len(results) - 1)
            case DictContent(entries) if thing.place.kind == "dict":
                return Branch(
                    "dict", None, tuple(key for key, _ in entries), tuple(leaves(low, entry, results, seen) for _, entry in entries)
                )
            case DictContent(entries):
                return Fixed({key for key, _ in entries})
        if thing.place.kind == "instance":
            import dataclasses

            fields = all_fields(low, thing).fields
            kind = "dataclass" if dataclasses.is_dataclass(thing.place.cls) else "instance"
            return Branch(
                kind, thing.place.cls, tuple(name for name, _ in fields), tuple(leaves(low, value, results, seen) for _, value in fields)
            )
    if isinstance(thing, Range):
        return leaves(low, as_list(low, thing), results, seen)
    if isinstance(thing, Choice) and any(isinstance(option, Known) and option.value is None for option in thing.options):
        results.append(optional(low, thing))
        return Leaf(len(results) - 1)
    if isinstance(thing, Choice) and any(low.type_of(option) is None for option in thing.options):
        low.refuse(
            "container",
            what=f"the function returns {describe(thing)}, which differ in structure",
            remedy="return one structure on all paths",
        )
    if isinstance(thing, Choice):
        results.append(low.value(thing, "the result"))
        return Leaf(len(results) - 1)
    if isinstance(thing, Function) and thing.source.function is not None:
        return Fixed(thing.source.function)
    if isinstance(thing, (Function, Method, Partial, Lazy)):
        low.refuse("container", what=f"the function returns {describe(thing)}", remedy="return numbers, arrays, and containers of them")
    low.refuse("operands", what="the result", kinds=describe(thing))


def optional(low: Lowering, thing: Choice) -> Value:
    """Return a result that is None on some paths."""
    values = [option for option in thing.options if not (isinstance(option, Known) and option.value is None)]
    wanted = frozenset(number for number, option in enumerate(thing.options) if isinstance(option, Known) and option.value is None)
    if len(values) != 1:
        low.refuse("container", what=f"the function returns {describe(thing)}", remedy="return one kind of value")
    value = low.value(values[0], "the result")
    none = low.builder.new_region()
    with low.builder.inside(none):
        none.results = [low.constant(None)]
    given = low.builder.new_region()
    given.results = [value]
    return low.builder.append(IF, (is_option(low, thing, wanted),), {}, [Optional(value.type)], regions=(none, given)).results[0]


def signature_text(source: Source) -> str:
    """Return the parameter list as text."""
    node = source.node.args
    parts: list[str] = []
    positional = [*node.posonlyargs, *node.args]
    defaults: list[Any] = [None] * (len(positional) - len(node.defaults)) + list(node.defaults)
    for number, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        parts.append(argument.id + (f"={_text(default)}" if default is not None else ""))
        if node.posonlyargs and number + 1 == len(node.posonlyargs):
            parts.append("/")
    if node.vararg is not None:
        parts.append(f"*{node.vararg.id}")
    elif node.kwonlyargs:
        parts.append("*")
    for argument, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        parts.append(argument.id + (f"={_text(default)}" if default is not None else ""))
    if node.kwarg is not None:
        parts.append(f"**{node.kwarg.id}")
    return ", ".join(parts)


def _text(node: Any) -> str:

    try:
        value = literal(node)
    except ValueError:
        return "None"
    return repr(value)


def clear_names(region: Region) -> None:
    """Give results of control flow without a user's name the name of what they carry."""
    for node in region.nodes:
        for inner in node.regions:
            clear_names(inner)
