"""Whether two things of the program are certainly the same, or of one kind."""

from __future__ import annotations

from typing import Any

from s2sad.frontend import kinds
from s2sad.frontend.lower import Lowering
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
    ListContent,
    Method,
    Partial,
    Range,
    RepeatedContent,
    SliceValue,
    Unbound,
)
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Number, Type


def number_type(low: Lowering, thing: Abstract) -> Type | None:
    """Return the type of a number, a scalar or an opaque object that varies; None for everything else."""
    if isinstance(thing, Value):
        return thing.type
    if isinstance(thing, Known):
        kind = low.type_of(thing)
        return kinds.forget_size(kind) if kind is not None and isinstance(thing.value, bool) else kind
    return None


def coerce(low: Lowering, value: Value, kind: Type) -> Value:
    """Return a value as one of a wider kind; nothing is converted at run time."""
    if isinstance(value.type, Array) and isinstance(kind, Array):
        if value.type == kind or (value.type.shape is not None and kind.shape is not None):
            return value
    elif (
        value.type == kind or (isinstance(value.type, Number) and isinstance(kind, Number) and value.type.kind == kind.kind)
    ) and kinds.same_kinds(value.type, kind):
        return value
    return low.builder.append(low_rule("as_kind"), (value,), {"kind": kind}, [kind], names=[value.name]).results[0]


def low_rule(name: str) -> Any:
    """Return a rule by name."""
    from s2sad.rules.declare import REGISTRY

    return REGISTRY.rules[name]


def fits(low: Lowering, option: Abstract, thing: Abstract) -> bool:
    """Whether a thing is of the kind of an option, so that one slot serves both."""
    if same(option, thing):
        return True
    a, b = number_type(low, option), number_type(low, thing)
    if a is not None and b is not None:
        return kinds.join(kinds.forget_size(a), kinds.forget_size(b), low.sizes) is not None
    if isinstance(option, Items) and isinstance(thing, Items):
        return len(option.elements) == len(thing.elements) and all(
            fits(low, x, y) for x, y in zip(option.elements, thing.elements, strict=True)
        )
    return False


def same(left: Any, right: Any) -> bool:
    """Whether two things of the program are certainly the same."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    match left:
        case Known(value):
            other = right.value
            if value is other:
                return True
            if type(value) is not type(other) or isinstance(value, (dict, list)):
                return False
            if isinstance(value, (int, str, bytes, bool, tuple)):
                return bool(value == other)
            return isinstance(value, (float, complex)) and repr(value) == repr(other)
        case ArrayRef(place, path, operands):
            return (
                place is right.place
                and path == right.path
                and len(operands) == len(right.operands)
                and all(a is b for a, b in zip(operands, right.operands, strict=True))
            )
        case Handle(place):
            return place is right.place
        case Items(elements, cls):
            return cls is right.cls and len(elements) == len(right.elements) and all(map(same, elements, right.elements))
        case Function(source, parent, defaults):
            return (
                source.node is right.source.node
                and parent is right.parent
                and len(defaults) == len(right.defaults)
                and all(map(same, defaults, right.defaults))
            )
        case Method(receiver, function):
            return same(receiver, right.receiver) and (
                function == right.function if isinstance(function, str) else same(function, right.function)
            )
        case Partial(function, arguments, keywords):
            return (
                same(function, right.function)
                and len(arguments) == len(right.arguments)
                and all(map(same, arguments, right.arguments))
                and [k for k, _ in keywords] == [k for k, _ in right.keywords]
                and all(same(a, b) for (_, a), (_, b) in zip(keywords, right.keywords, strict=True))
            )
        case Range(start, stop, step) | SliceValue(start, stop, step):
            return same(start, right.start) and same(stop, right.stop) and same(step, right.step)
        case Unbound():
            return True
        case ListContent(elements):
            return len(elements) == len(right.elements) and all(map(same, elements, right.elements))
        case DictContent(entries) | InstanceContent(entries):
            others = right.entries if isinstance(right, DictContent) else right.fields
            return len(entries) == len(others) and all(a[0] == b[0] and same(a[1], b[1]) for a, b in zip(entries, others, strict=True))
        case GrowingContent(value):
            return value is right.value and left.length == right.length
        case RepeatedContent(element, count):
            return same(element, right.element) and same(count, right.count)
        case Choice(tag, options):
            return tag is right.tag and len(options) == len(right.options) and all(map(same, options, right.options))
    return False
