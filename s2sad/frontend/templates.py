"""What a call of a helper gives and changes, apart from the helper's own state: made once, filled in at every call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from s2sad.frontend import kinds
from s2sad.frontend.containers import write
from s2sad.frontend.lower import Lowering
from s2sad.frontend.session import Separate
from s2sad.frontend.sharing import connect, relate
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    Function,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    Lazy,
    ListContent,
    Method,
    Partial,
    Place,
    Range,
    SliceValue,
    Variable,
)
from s2sad.graph.core import Value
from s2sad.graph.substitute import type_with_sizes
from s2sad.graph.types import Type


@dataclass(frozen=True, slots=True)
class Hole:
    """A value: a result of the graph, or one of its parameters handed through."""

    number: int
    parameter: bool


@dataclass(eq=False, slots=True)
class Template:
    """The result (None: the helper never returns), the new contents of what was written, the place of the token among the results."""

    result: Any
    returns: bool
    writes: list[tuple[Any, Any]] = field(default_factory=list)  # number of a place, or a variable -> new content
    types: list[Type] = field(default_factory=list)
    token: int | None = None
    fresh: dict[int, tuple[Place, Any]] = field(default_factory=dict)  # places made by the helper, with their contents
    related: list[tuple[Any, Any]] = field(default_factory=list)  # places that may share memory
    sources: list[Any] = field(default_factory=list)
    captures: dict[Any, Any] = field(default_factory=dict)


def make_template(sub: Any, result: Abstract | None, widen: bool) -> Template:
    """Collect what a helper gives; its graph gets its results."""
    graph = sub.graph
    template = Template(None, result is not None)
    parameters = {value: number for number, value in enumerate(graph.parameters)}
    results: list[Value] = []
    numbers: dict[Value, int] = {}
    given: dict[Place, int] = {}
    for original, imported in sub.imported.items():
        number = sub.given.place_numbers.get(original)
        given[imported] = -1 if number is None else number
    fresh: dict[Place, int] = {}

    def hole(value: Value) -> Hole:
        if value in parameters:
            return Hole(parameters[value], True)
        if value not in numbers:
            numbers[value] = len(results)
            results.append(value)
        return Hole(numbers[value], False)

    def place(one: Place) -> Any:
        if one in given:
            if given[one] < 0:
                raise Separate
            return ("given", given[one])
        if one in sub.live_objects or any(found[0] is one for found in sub.live_places.values()):
            raise Separate
        if one not in fresh:
            fresh[one] = len(fresh)
            if one.links or one.partners:
                for other in [*one.partners, *(link.reference.place for link in one.links if link.joined is one)]:
                    if other in given or other in fresh or sub.store.read(other) is not ABSENT:
                        related.append((one, other))
            template.fresh[fresh[one]] = (one, None)
            template.fresh[fresh[one]] = (one, walk(sub.store.read(one)))
        return ("fresh", fresh[one])

    related: list[tuple[Place, Place]] = []

    def walk(item: Any) -> Any:
        match item:
            case Value():
                return hole(item)
            case Known(value):
                if widen and isinstance(value, (int, float)) and not isinstance(value, bool):
                    with sub.builder.inside(sub.graph.body) if sub.graph.body not in sub.builder.open else _nothing():
                        return hole(sub.constant(value))
                return item
            case ArrayRef(one, path, operands):
                return ("array", place(one), path, tuple(hole(operand) for operand in operands))
            case Handle(one):
                return ("handle", place(one))
            case Items(elements, cls):
                return ("items", tuple(map(walk, elements)), cls)
            case ListContent(elements):
                return ("list", tuple(map(walk, elements)))
            case GrowingContent(value):
                return ("growing", hole(value))
            case DictContent(entries):
                return ("dict", tuple((key, walk(entry)) for key, entry in entries))
            case InstanceContent(fields):
                return ("instance", tuple((key, walk(entry)) for key, entry in fields))
            case Range(start, stop, step):
                return ("range", walk(start), walk(stop), walk(step))
            case SliceValue(start, stop, step):
                return ("slice", walk(start), walk(stop), walk(step))
            case Method(receiver, function):
                return ("method", walk(receiver), function if isinstance(function, str) else walk(function))
            case Partial(function, arguments, keywords):
                return ("partial", walk(function), tuple(map(walk, arguments)), tuple((key, walk(one)) for key, one in keywords))
            case Function(source, parent, defaults, keyword_defaults, origin):
                if parent is not None and parent in sub.made_frames:
                    raise Separate  # a closure over the helper's own variables
                return (
                    "function",
                    source,
                    parent,
                    tuple(map(walk, defaults)),
                    tuple((key, walk(one)) for key, one in keyword_defaults),
                    origin,
                )
            case Lazy(kind, parts, detail) if kind in ("zip", "enumerate", "reversed", "map", "keys", "values", "items"):
                return ("lazy", kind, tuple(map(walk, parts)), detail)
            case Choice(tag, options):
                return ("choice", hole(tag), tuple(map(walk, options)))
        raise Separate

    if result is not None:
        template.result = walk(result)
    for original, here in sub.imported.items():
        content = sub.store.read(here)
        if content is ABSENT or content is sub.entry_contents.get(here, content):
            continue  # not seen on a path that goes on, or as it was
        number = sub.given.place_numbers.get(original)
        if number is None or not isinstance(original, Place) or original in sub.given.shared or isinstance(content, type(None)):
            raise Separate
        _disjoint(sub, original)
        template.writes.append((number, walk(content)))
    for variable, content in sub.captured_contents.items():
        now = sub.store.read(variable)
        if now is not content:
            template.writes.append((variable, walk(now)))
    for place_, _ in sub.live_places.values():
        if sub.store.read(place_) is not sub.entry_contents.get(place_, sub.store.read(place_)):
            raise Separate
    for one, other in related:
        if other in given and given[other] >= 0:
            template.related.append((("fresh", fresh[one]), ("given", given[other])))
        elif other in fresh:
            template.related.append((("fresh", fresh[one]), ("fresh", fresh[other])))
        elif other in given:
            raise Separate
    world = sub.store.read(sub.world)
    if isinstance(world, Value):
        template.token = len(results)
        results.append(world)
    graph.body.results = results
    template.types = [value.type for value in results]
    template.sources = list(sub.summary.sources)
    template.captures = dict(sub.summary.captures)
    return template


class _nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None


def _disjoint(sub: Any, written: Place) -> None:
    """A place that is written must share nothing with another thing that the helper was given."""
    for other in sub.imported:
        base = other[0] if isinstance(other, tuple) else other
        if base is written and other is not written:
            raise Separate
        if base is not written and (base in written.partners or any(base in (link.joined, link.reference.place) for link in written.links)):
            raise Separate


def same_template(left: Template, right: Template) -> bool:
    """Whether two attempts have found the same result, up to sizes made inside."""
    if left.returns != right.returns or left.token != right.token or len(left.types) != len(right.types):
        return False
    if len(left.sources) != len(right.sources) or any(a[0] != b[0] for a, b in zip(left.sources, right.sources, strict=True)):
        return False

    for a, b in zip(left.types, right.types, strict=True):
        if _plain(a) != _plain(b) or not kinds.same_kinds(a, b):
            return False
    return repr(_shape(left)) == repr(_shape(right))


def _plain(kind: Type) -> Any:
    from s2sad.graph.sizes import Size

    return type_with_sizes(kind, lambda size: size if size.entry else Size.of(-1))


def _shape(template: Template) -> Any:
    def walk(item: Any) -> Any:
        if isinstance(item, tuple):
            return tuple(map(walk, item))
        if isinstance(item, Known):
            return ("known", repr(item.value))
        if isinstance(item, Hole):
            return ("hole", item.number, item.parameter)
        if isinstance(item, (str, int, type(None))):
            return item
        return type(item).__name__

    writes = [(number if isinstance(number, int) else number.name, walk(content)) for number, content in template.writes]
    return walk(template.result), writes, [(number, walk(content)) for number, (_, content) in template.fresh.items()]


def instantiate(low: Lowering, template: Template, results: list[Value], arguments: list[Value], places: list[Any]) -> Abstract:
    """Return the result of a call, and carry out what the helper writes."""
    made: dict[int, Place] = {}

    def hole(item: Hole) -> Value:
        return arguments[item.number] if item.parameter else results[item.number]

    def place(item: Any) -> Place:
        how, number = item
        if how == "given":
            original = places[number]
            if not isinstance(original, Place):
                raise AssertionError("a view is resolved where it is referred to")
            return original
        if number not in made:
            source, content = template.fresh[number]
            made[number] = low.store.place(source.kind, None, name=source.name, cls=source.cls, contiguous=source.contiguous)
            made[number].readonly = source.readonly
            low.store.write(made[number], walk(content))
        return made[number]

    def array(item: Any) -> Abstract:
        _, where, path, operands = item
        how, number = where
        values = tuple(hole(operand) for operand in operands)
        if how == "given" and not isinstance(places[number], Place):
            base, first, varying = places[number]
            from s2sad.graph.index import shifted

            return ArrayRef(base, (*first, *shifted(path, len(varying))), (*varying, *values))
        return ArrayRef(place(where), path, values)

    def walk(item: Any) -> Any:
        match item:
            case Hole():
                return hole(item)
            case Known():
                return item
            case ("array", *_):
                return array(item)
            case ("handle", where):
                return Handle(place(where))
            case ("items", elements, cls):
                return Items(tuple(map(walk, elements)), cls)
            case ("list", elements):
                return ListContent(tuple(map(walk, elements)))
            case ("growing", value):
                return GrowingContent(hole(value))
            case ("dict", entries):
                return DictContent(tuple((key, walk(entry)) for key, entry in entries))
            case ("instance", fields):
                return InstanceContent(tuple((key, walk(entry)) for key, entry in fields))
            case ("range", start, stop, step):
                return Range(walk(start), walk(stop), walk(step))
            case ("slice", start, stop, step):
                return SliceValue(walk(start), walk(stop), walk(step))
            case ("method", receiver, function):
                return Method(walk(receiver), function if isinstance(function, str) else walk(function))
            case ("partial", function, parts, keywords):
                return Partial(walk(function), tuple(map(walk, parts)), tuple((key, walk(one)) for key, one in keywords))
            case ("function", source, parent, defaults, keywords, origin):
                return Function(source, parent, tuple(map(walk, defaults)), tuple((key, walk(one)) for key, one in keywords), origin)
            case ("lazy", kind, parts, detail):
                return Lazy(kind, tuple(map(walk, parts)), detail)
            case ("choice", tag, options):
                return Choice(hole(tag), tuple(map(walk, options)))
        raise AssertionError(item)

    for target, content in template.writes:
        new = walk(content)
        if isinstance(target, Variable):
            low.store.write(target, new)
        elif isinstance(new, Value) and places[target].kind == "array":
            new.name = new.name or places[target].name
            low.replace(places[target], new)
        else:
            write(low, places[target], new)
    if not template.returns:
        raise DeadPath
    result: Abstract = walk(template.result)
    for left, right in template.related:
        if left[1] not in made:
            continue
        if right[0] == "given":
            original = places[right[1]]
            connect(made[left[1]], original if isinstance(original, Place) else original[0])
        elif right[1] in made:
            relate(made[left[1]], made[right[1]])
    return result
