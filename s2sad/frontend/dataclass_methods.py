"""What `dataclasses` writes for a class, and its functions: no source is read for them, their meaning is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import Keywords, class_attribute, class_lookup, instance_attribute, instance_dict, method_function, write_field
from s2sad.frontend.operators import compare
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, DictContent, Handle, Items, Known, ListContent

OPERATORS = {"__eq__": "Eq", "__lt__": "Lt", "__le__": "LtE", "__gt__": "Gt", "__ge__": "GtE"}


def generated_method(low: Lowering, owner: Any, name: str, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Call a method that `dataclasses` has written for the class `owner`."""
    this, *rest = arguments
    if not isinstance(this, Handle):
        low.refuse("call", what=f"{owner.__name__}.{name}", why="it is not given an instance")
    if name == "__init__":
        initialise(low, this, owner, rest, keywords)
        return Known(None)
    (other,) = rest
    if not isinstance(other, Handle) or other.place.cls is not this.place.cls:
        return Known(NotImplemented)
    compared = [field.name for field in dataclasses.fields(owner) if field.compare]
    left, right = (Items(tuple(instance_attribute(low, one, label) for label in compared)) for one in (this, other))
    return compare(low, getattr(gast, OPERATORS[name]), left, right)


def initialise(low: Lowering, handle: Handle, cls: Any, arguments: list[Abstract], keywords: Keywords) -> None:
    """What the generated `__init__` does."""
    from s2sad.frontend.calls import call

    fields: dict[str, Any] = cls.__dataclass_fields__
    held = class_attribute(low, cls, "__dataclass_fields__")
    rest = list(arguments)
    named = dict(keywords)
    later: list[Abstract] = []  # what only `__post_init__` gets
    for field in fields.values():
        kind = field._field_type.name
        if kind == "_FIELD_CLASSVAR":
            continue
        if rest and field.init and not field.kw_only:
            value: Abstract = rest.pop(0)
        elif field.init and field.name in named:
            value = named.pop(field.name)
        elif field.default is not dataclasses.MISSING:
            value = low.live(field.default, held.item(field.name).attribute("default"))
        elif field.default_factory is not dataclasses.MISSING:
            value = call(low, low.live(field.default_factory, held.item(field.name).attribute("default_factory")), [], {})
        elif field.init:
            raise PrimalRaises(f"{cls.__name__}.__init__() missing a required argument: '{field.name}'")
        else:
            continue
        if kind == "_FIELD_INITVAR":
            later.append(value)
        else:
            write_field(low, handle, field.name, value)
    if rest or named:
        raise PrimalRaises(f"{cls.__name__}.__init__() got unexpected arguments")
    cls = handle.place.cls
    after = class_lookup(cls, "__post_init__")
    if after is not None:
        call(low, method_function(low, cls, after[0], "__post_init__", after[1]), [handle, *later], {})


def _class_of(low: Lowering, thing: Abstract, what: str) -> Any:
    cls = thing.place.cls if isinstance(thing, Handle) else thing.value if isinstance(thing, Known) else None
    if cls is None or not dataclasses.is_dataclass(cls):
        low.refuse("operands", what=what, kinds=describe(thing))
    return cls


def _replace(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.calls import call

    (this,) = arguments
    cls = _class_of(low, this, "dataclasses.replace")
    assert isinstance(this, Handle)
    given = dict(keywords)
    for field in dataclasses.fields(cls):
        if field.init and field.name not in given:
            given[field.name] = instance_attribute(low, this, field.name)
    return call(low, Known(cls), [], given)


def _deep(low: Lowering, thing: Abstract, named: bool) -> Abstract:
    """Return a part of what `asdict` or `astuple` gives: containers and arrays are copied."""
    from s2sad.frontend.library import copied_thing

    match thing:
        case Items(elements, cls):
            return Items(tuple(_deep(low, element, named) for element in elements), cls)
        case Handle(place) if place.kind == "instance" and dataclasses.is_dataclass(place.cls):
            return _taken_apart(low, thing, named)
        case Handle(place):
            match low.store.read(place):
                case ListContent(elements):
                    return low.list_of([_deep(low, element, named) for element in elements])
                case DictContent(entries) if place.kind == "dict":
                    return Handle(low.store.place("dict", DictContent(tuple((key, _deep(low, entry, named)) for key, entry in entries))))
    return copied_thing(low, thing, True, {})


def _taken_apart(low: Lowering, this: Abstract, named: bool) -> Abstract:
    cls = _class_of(low, this, "dataclasses.asdict" if named else "dataclasses.astuple")
    assert isinstance(this, Handle)
    parts = [(field.name, _deep(low, instance_attribute(low, this, field.name), named)) for field in dataclasses.fields(cls)]
    if named:
        return Handle(low.store.place("dict", DictContent(tuple(parts))))
    return Items(tuple(part for _, part in parts))


def _asdict(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if keywords or len(arguments) != 1:
        low.refuse("unknown keyword", name="dict_factory", function="dataclasses.asdict", remedy="leave it out")
    return _taken_apart(low, arguments[0], True)


def _astuple(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if keywords or len(arguments) != 1:
        low.refuse("unknown keyword", name="tuple_factory", function="dataclasses.astuple", remedy="leave it out")
    return _taken_apart(low, arguments[0], False)


def _fields(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    cls = _class_of(low, arguments[0], "dataclasses.fields")
    return Items(tuple(Known(field) for field in dataclasses.fields(cls)))


def _is_dataclass(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    (thing,) = arguments
    cls = thing.place.cls if isinstance(thing, Handle) else thing.value if isinstance(thing, Known) else None
    return Known(cls is not None and dataclasses.is_dataclass(cls))


def _vars(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) != 1 or not isinstance(arguments[0], Handle) or arguments[0].place.kind != "instance":
        low.refuse("impure", name="vars()")
    return instance_dict(low, arguments[0])


DATACLASS_FUNCTIONS: dict[Any, Callable[[Lowering, list[Abstract], Keywords], Abstract]] = {
    dataclasses.replace: _replace,
    dataclasses.asdict: _asdict,
    dataclasses.astuple: _astuple,
    dataclasses.fields: _fields,
    dataclasses.is_dataclass: _is_dataclass,
    vars: _vars,
}
