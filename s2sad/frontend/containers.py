"""Lists, tuples, dicts, sets and texts: items, methods, operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from s2sad.frontend import kinds
from s2sad.frontend.arrays import check_assignable
from s2sad.frontend.joins import Mismatch, coerce, connect, dispatch, same
from s2sad.frontend.lower import DeadPath, Lowering, PrimalRaises, describe
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    Conflict,
    DictContent,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    Lazy,
    ListContent,
    Method,
    Place,
    Range,
    RepeatedContent,
    SliceValue,
    Stale,
)
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, List, Number, Opaque, Scalar, Type


def content_of(low: Lowering, handle: Handle) -> Any:
    """Return the content of a container."""
    content = low.store.read(handle.place)
    if isinstance(content, (Conflict, Stale)):
        low.usable(content)
    return content


def write(low: Lowering, place: Place, content: Any) -> None:
    """Replace the content of a container; containers that may be the same go stale."""
    low.store.write(place, content)
    for partner in place.partners:
        if not isinstance(low.store.read(partner), (Value, Stale)) and low.store.read(partner) is not content:
            low.store.write(partner, Stale(partner.name, place.name, low.location))


# -------------------------------------------------------------------- lists of unknown length


def element_kind(low: Lowering, contents: Sequence[Any]) -> Type:
    """Return the type that all elements of lists have.

    Raises
    ------
    Mismatch
        When they have none.
    """
    kind: Type | None = None
    for content in contents:
        if isinstance(content, GrowingContent):
            assert isinstance(content.value.type, List)
            found: list[Type] = [content.value.type.element]
        else:
            found = [_kind(low, element) for element in content.elements]
        for one in found:
            joined = one if kind is None else kinds.join(kind, one, low.sizes)
            if joined is None:
                raise Mismatch(f"a list of {kind} and {one}")
            kind = joined
    if kind is None:
        raise Mismatch("a list whose elements are not known")
    return kind


def _kind(low: Lowering, element: Abstract) -> Type:
    element = low.usable(element)
    if isinstance(element, (Items, Handle)):
        low.refuse(
            "container", what=f"{describe(element)} in a list of unknown length is not supported", remedy="keep one list for each part"
        )
    kind = low.type_of(element)
    if kind is None:
        low.refuse(
            "container",
            what=f"{describe(element)} in a list of unknown length is not supported",
            remedy="keep numbers or arrays in the list",
        )
    return kinds.forget_size(kind)


def grown(low: Lowering, content: Any, element: Type) -> Value:
    """Return a list of known length as a value of the graph."""
    if isinstance(content, GrowingContent):
        if content.value.type == List(element):
            return content.value
        return coerce(low, content.value, List(element))
    value = low.emit("list_new", element=element)
    for one in content.elements:
        value = low.emit("list_append", value, coerce(low, owned(low, one), element))
    return value


def owned(low: Lowering, thing: Abstract) -> Value:
    """Return a thing that goes into a list of unknown length; an array that is written later is refused there."""
    return low.value(thing)


def append(low: Lowering, handle: Handle, content: Any, thing: Abstract) -> None:
    """Append to a list."""
    if isinstance(content, ListContent):
        write(low, handle.place, ListContent((*content.elements, thing)))
        return
    if isinstance(content, RepeatedContent):
        if not same(content.element, thing):
            low.refuse("frozen list")
        from s2sad.frontend.expressions import binary

        write(low, handle.place, RepeatedContent(content.element, binary(low, gast.Add, content.count, Known(1))))
        return
    assert isinstance(content.value.type, List)
    element = content.value.type.element
    mine = _kind(low, thing)
    if not kinds.contains(element, mine):
        joined = kinds.join(element, mine, low.sizes)
        if joined is None:
            low.refuse(
                "container",
                what=f"a list of {element} gets an element of another kind ({mine})",
                remedy="keep elements of one kind in a list",
            )
        element = joined
        content = GrowingContent(coerce(low, content.value, List(element)), content.length)
    value = coerce(low, owned(low, thing), element)
    new = low.emit("list_append", content.value, value, name=handle.place.name)
    if isinstance(thing, ArrayRef):
        relate_frozen(low, handle.place, thing.place)
    write(low, handle.place, GrowingContent(new, None if content.length is None else content.length + 1))


def list_length(low: Lowering, content: GrowingContent) -> Abstract:
    """Return the length of a list of unknown length."""
    if content.length is not None and content.length.entry:
        return low.size(content.length)
    return low.emit("list_length", content.value)


def relate_frozen(low: Lowering, holder: Place, place: Place) -> None:
    """Note that a list holds an array: when either is written, the other goes stale."""
    connect(holder, place)


# -------------------------------------------------------------------- items


def item_of(low: Lowering, base: Abstract, index: Abstract) -> Abstract:
    """Return ``base[index]`` for everything but arrays."""
    match base:
        case Items(elements):
            if isinstance(index, SliceValue):
                return Items(tuple(elements[_slice(low, index)]))
            return elements[_position(low, index, len(elements), "tuple")] if _is_known(index) else _varying_item(low, elements, index)
        case Known(value):
            if isinstance(value, (str, bytes, tuple, list, range)):
                key = _slice(low, index) if isinstance(index, SliceValue) else low.static(index, "an index")
                try:
                    return Known(value[key])
                except (IndexError, TypeError) as problem:
                    _raise(low, problem)
            if isinstance(value, dict):
                key = low.static(index, "a key")
                if key not in value:
                    _raise(low, KeyError(key))
                return low.live(value[key], None)
            if isinstance(value, type) or hasattr(value, "__class_getitem__"):
                return base  # list[int] and the like
            if isinstance(value, (int, float, complex)) and not isinstance(value, np.generic):
                raise PrimalRaises(f"'{type(value).__name__}' object is not subscriptable")
        case Handle(place):
            content = content_of(low, base)
            if isinstance(content, ListContent):
                if isinstance(index, SliceValue):
                    return low.list_of(content.elements[_slice(low, index)])
                if _is_known(index):
                    return low.usable(content.elements[_position(low, index, len(content.elements), "list")], place.name)
                return _varying_item(low, content.elements, index)
            if isinstance(content, GrowingContent):
                return _growing_item(low, base, content, index)
            if isinstance(content, RepeatedContent):
                _check_position(low, low.value(index, "an index"), low.value(content.count))
                return content.element
            if isinstance(content, DictContent):
                return _dict_item(low, base, content, index)
            from s2sad.frontend.objects import call_special

            result = call_special(low, base, "__getitem__", [index])
            if result is not None:
                return result
        case Range():
            return _range_item(low, base, index)
        case Value(type=kind):
            if isinstance(kind, (Number, Scalar)):
                if (isinstance(index, Items) and not index.elements) or (isinstance(index, Known) and index.value is Ellipsis):
                    return base
                raise PrimalRaises("invalid index to scalar variable.")
    low.refuse("operands", what="a subscript", kinds=describe(base))


def _range_item(low: Lowering, base: Range, index: Abstract) -> Abstract:
    from s2sad.frontend.expressions import binary

    if isinstance(index, Known) and isinstance(index.value, int) and index.value >= 0:
        return binary(low, gast.Add, base.start, binary(low, gast.Mult, base.step, index))
    if all(isinstance(part, Known) for part in (base.start, base.stop, base.step)):
        whole = range(base.start.value, base.stop.value, base.step.value)  # type: ignore[union-attr]
        return item_of(low, Items(tuple(Known(k) for k in whole)), index)
    low.refuse("operands", what="a subscript", kinds="a range")


def _is_known(index: Abstract) -> bool:
    return isinstance(index, Known)


def _slice(low: Lowering, index: SliceValue) -> slice:
    return slice(*(low.static(part, "a bound of a slice of a list") for part in (index.start, index.stop, index.step)))


def _position(low: Lowering, index: Abstract, length: int, kind: str) -> int:
    position = low.static(index, "an index of a list")
    if not isinstance(position, (int, np.integer)):
        _raise(low, TypeError(f"{kind} indices must be integers or slices, not {type(position).__name__}"))
    if not -length <= position < length:
        _raise(low, IndexError(f"{kind} index out of range"))
    return int(position)


def _raise(low: Lowering, problem: Exception) -> NoReturn:
    from s2sad.frontend.effects import raise_error

    raise_error(low, type(problem).__name__, *(str(part) for part in problem.args))


def _varying_item(low: Lowering, elements: Sequence[Abstract], index: Abstract) -> Abstract:
    """Return an element of a known list at an index that varies: one of several things."""
    if isinstance(index, Choice):
        return dispatch(low, index, lambda option: item_of(low, Items(tuple(elements)), option))
    value = low.value(index, "an index")
    found = low.evaluated(value)
    if isinstance(found, int):
        return elements[_position(low, Known(found), len(elements), "list")]
    if not elements:
        _raise(low, IndexError("list index out of range"))
    if len(elements) > 8 or not all(low.type_of(element) is not None for element in elements):
        low.demand(value)
        low.refuse("static", what="an index of a list of different things")
    if len(elements) == 1 or all(same(elements[0], element) for element in elements):
        return elements[0]
    low.demand_softly(value)
    count = len(elements)
    place = low.emit("remainder", value, low.constant(count)) if True else value
    _check_index(low, value, count)
    return dispatch(low, Choice(place, tuple(elements)), lambda option: option)


def _check_index(low: Lowering, value: Value, count: int) -> None:
    from s2sad.frontend.effects import raise_error
    from s2sad.frontend.joins import branch

    inside = low.emit("logical_and", low.emit("greater_equal", value, low.constant(-count)), low.emit("less", value, low.constant(count)))
    branch(low, inside, lambda: None, lambda: raise_error(low, "IndexError", "list index out of range"))


def _check_position(low: Lowering, value: Value, count: Value) -> None:
    from s2sad.frontend.effects import raise_error
    from s2sad.frontend.joins import branch

    inside = low.emit("logical_and", low.emit("greater_equal", value, low.emit("negative", count)), low.emit("less", value, count))
    branch(low, inside, lambda: None, lambda: raise_error(low, "IndexError", "list index out of range"))


def _growing_item(low: Lowering, base: Handle, content: GrowingContent, index: Abstract) -> Abstract:
    if isinstance(index, SliceValue):
        low.refuse("container", what="a slice of a list of unknown length is not supported", remedy="make an array of it, np.array(...)")
    value = low.emit("list_get", content.value, low.value(index, "an index"))
    result = low.result(value)
    if isinstance(result, ArrayRef):
        # Writing into the element would write into the list.
        connect(result.place, base.place)
        result.place.readonly = False
    return result


def _dict_item(low: Lowering, base: Handle, content: DictContent, index: Abstract) -> Abstract:
    if isinstance(index, Choice):
        return dispatch(low, index, lambda option: item_of(low, base, option))
    key = low.static(index, "a key of a dict")
    for name, entry in content.entries:
        if (type(name) is type(key) and name == key) or (name == key and not isinstance(key, bool)):
            return low.usable(entry, str(key))
    default = base.place.cls
    factory = getattr(default, "default_factory", None)
    del factory
    made: Abstract | None = low.session.missing(low, base, key)
    if made is not None:
        return made
    _raise(low, KeyError(key))


def set_item_of(low: Lowering, base: Abstract, index: Abstract, value: Abstract) -> None:
    """Carry out ``base[index] = value`` for everything but arrays."""
    if isinstance(base, Handle):
        content = content_of(low, base)
        if isinstance(content, ListContent):
            if isinstance(index, SliceValue):
                from s2sad.frontend.iteration import known_elements

                elements = list(content.elements)
                elements[_slice(low, index)] = known_elements(low, value, "a slice assignment")
                write(low, base.place, ListContent(tuple(elements)))
                return
            if not _is_known(index):
                number = low.value(index, "an index")
                low.demand_softly(number)
                element = element_kind(low, (content, ListContent((value,))))
                content = GrowingContent(grown(low, content, element), Size.of(len(content.elements)))
            else:
                position = _position(low, index, len(content.elements), "list")
                elements = list(content.elements)
                elements[position] = value
                write(low, base.place, ListContent(tuple(elements)))
                return
        if isinstance(content, GrowingContent):
            assert isinstance(content.value.type, List)
            if not kinds.contains(content.value.type.element, _kind(low, value)):
                element = element_kind(low, (content, ListContent((value,))))
                content = GrowingContent(coerce(low, content.value, List(element)), content.length)
            assert isinstance(content.value.type, List)
            new = low.emit(
                "list_put",
                content.value,
                coerce(low, owned(low, value), content.value.type.element),
                low.value(index, "an index"),
                name=base.place.name,
            )
            if isinstance(value, ArrayRef):
                relate_frozen(low, base.place, value.place)
            write(low, base.place, GrowingContent(new, content.length))
            return
        if isinstance(content, DictContent):
            key = low.static(index, "a key of a dict")
            entries = dict(content.entries)
            entries[key] = value
            write(low, base.place, DictContent(tuple(entries.items())))
            return
        from s2sad.frontend.objects import call_special

        if call_special(low, base, "__setitem__", [index, value]) is not None:
            return
    if isinstance(base, (Items, Known)):
        _raise(low, TypeError("object does not support item assignment"))
    low.refuse("operands", what="assignment to an element", kinds=describe(base))


def delete_item(low: Lowering, base: Abstract, index: Abstract) -> None:
    """Carry out ``del base[index]``."""
    if isinstance(base, Handle):
        content = content_of(low, base)
        if isinstance(content, DictContent):
            key = low.static(index, "a key of a dict")
            entries = dict(content.entries)
            if key not in entries:
                _raise(low, KeyError(key))
            del entries[key]
            write(low, base.place, DictContent(tuple(entries.items())))
            return
        if isinstance(content, ListContent):
            elements = list(content.elements)
            if isinstance(index, SliceValue):
                del elements[_slice(low, index)]
            else:
                del elements[_position(low, index, len(elements), "list")]
            write(low, base.place, ListContent(tuple(elements)))
            return
    low.refuse("delete", what=describe(base))


# -------------------------------------------------------------------- operators


def binary_container(low: Lowering, kind: type, left: Abstract, right: Abstract) -> Abstract | None:
    """Apply an operator to lists, tuples, sets, dicts and texts; None when it is none of theirs."""
    if kind is gast.Add:
        if isinstance(left, Items) and isinstance(right, Items):
            return Items((*left.elements, *right.elements))
        a, b = _list_content(low, left), _list_content(low, right)
        if a is not None and b is not None:
            if isinstance(a, ListContent) and isinstance(b, ListContent):
                return low.list_of([*a.elements, *b.elements])
            element = element_kind(low, (a, b))
            value = grown(low, a, element)
            if isinstance(b, ListContent):
                for one in b.elements:
                    value = low.emit("list_append", value, coerce(low, owned(low, one), element))
                return low.result(value)
            low.refuse("container", what="a list of unknown length is added to another", remedy="append its elements in a loop")
    if kind is gast.Mult:
        for thing, count in ((left, right), (right, left)):
            if isinstance(thing, Items):
                return Items(thing.elements * int(low.static(count, "a number of repetitions")))
            content = _list_content(low, thing)
            if content is not None and low.type_of(count) is not None:
                if (
                    isinstance(content, ListContent)
                    and len(content.elements) == 1
                    and isinstance(count, Value)
                    and low.evaluated(count) is not None
                    and not isinstance(low.evaluated(count), int)
                ):
                    value = low.value(content.elements[0])
                    return low.result(low.emit("list_repeat", value, count))
                if isinstance(content, ListContent):
                    return low.list_of(content.elements * int(low.static(count, "a number of repetitions")))
    if kind is gast.Mod and isinstance(left, Known) and isinstance(left.value, str):
        from s2sad.frontend.texts import text_of

        return text_of(low, [left, right])
    if kind in (gast.BitOr, gast.BitAnd, gast.Sub, gast.BitXor) and isinstance(left, Handle) and isinstance(right, Handle):
        a, b = content_of(low, left), content_of(low, right)
        if isinstance(a, DictContent) and isinstance(b, DictContent):
            first, second = dict(a.entries), dict(b.entries)
            if kind is gast.BitOr:
                merged = {**first, **second}
            elif kind is gast.BitAnd:
                merged = {key: entry for key, entry in first.items() if key in second}
            elif kind is gast.Sub:
                merged = {key: entry for key, entry in first.items() if key not in second}
            else:
                merged = {key: entry for key, entry in (*first.items(), *second.items()) if (key in first) != (key in second)}
            return Handle(low.store.place(left.place.kind, DictContent(tuple(merged.items()))))
    return None


def _list_content(low: Lowering, thing: Abstract) -> Any:
    if isinstance(thing, Handle):
        content = content_of(low, thing)
        if isinstance(content, (ListContent, GrowingContent)):
            return content
    return None


def augmented(low: Lowering, kind: type, old: Handle, value: Abstract) -> Abstract | None:
    """Apply ``old <op>= value`` in place where Python does; None where it makes a new object."""
    content = content_of(low, old)
    if kind is gast.Add and isinstance(content, (ListContent, GrowingContent)):
        extend(low, old, value)
        return old
    if kind is gast.Mult and isinstance(content, ListContent):
        write(low, old.place, ListContent(content.elements * int(low.static(value, "a number of repetitions"))))
        return old
    if kind is gast.BitOr and isinstance(content, DictContent) and isinstance(value, Handle):
        other = content_of(low, value)
        if isinstance(other, DictContent):
            write(low, old.place, DictContent(tuple({**dict(content.entries), **dict(other.entries)}.items())))
            return old
    if isinstance(content, InstanceContent):
        from s2sad.frontend.expressions import BINARY
        from s2sad.frontend.objects import call_special

        return call_special(low, old, BINARY[kind.__name__][1].replace("__", "__i", 1), [value])
    return None


def extend(low: Lowering, handle: Handle, value: Abstract) -> None:
    """Carry out ``list.extend(value)``."""
    from s2sad.frontend.loops import visit

    content = content_of(low, handle)
    if isinstance(content, ListContent):
        found = _known_or_none(low, value)
        if found is not None:
            write(low, handle.place, ListContent((*content.elements, *found)))
            return
    visit(low, value, _Site(), lambda element: append(low, handle, content_of(low, handle), element), {})


class _Site:
    """A loop that is not written in the program."""

    body: ClassVar[list[Any]] = []
    target = None
    orelse: ClassVar[list[Any]] = []


def _known_or_none(low: Lowering, thing: Abstract) -> list[Abstract] | None:
    from s2sad.frontend.iteration import counted, known_elements, plan

    if isinstance(thing, (Items, Handle)):
        if isinstance(thing, Handle) and isinstance(content_of(low, thing), GrowingContent):
            return None
        return known_elements(low, thing, "an extension")
    if isinstance(thing, Lazy) and thing.kind in ("generator", "comprehension", "filter"):
        return None
    one = plan(low, thing)
    if one.structural:
        assert one.count is not None
        one = counted(low, one)
        return [one.element(Known(k)) for k in range(one.count or 0)]
    return None


def membership(low: Lowering, element: Abstract, container: Abstract) -> Abstract:
    """Return ``element in container``."""
    from s2sad.frontend.expressions import compare, short_circuit

    if isinstance(container, Choice):
        return dispatch(low, container, lambda option: membership(low, element, option))
    if isinstance(element, Choice):
        return dispatch(low, element, lambda option: membership(low, option, container))
    if isinstance(container, Known):
        return Known(low.static(element, "an element") in container.value)
    if isinstance(container, Lazy) and container.kind == "keys":
        container = container.parts[0]
    if isinstance(container, Handle):
        content = content_of(low, container)
        if isinstance(content, DictContent):
            key = low.static(element, "a key")
            return Known(any(name == key for name, _ in content.entries))
        if isinstance(content, ListContent):
            elements: Sequence[Abstract] = content.elements
        else:
            from s2sad.frontend.objects import call_special

            result = call_special(low, container, "__contains__", [element])
            if result is not None:
                return result
            low.refuse("operands", what="`in`", kinds=describe(container))
    elif isinstance(container, Items):
        elements = container.elements
    elif isinstance(container, Range) and all(isinstance(part, Known) for part in (container.start, container.stop, container.step)):
        return Known(low.static(element, "an element") in range(container.start.value, container.stop.value, container.step.value))  # type: ignore[union-attr]
    elif isinstance(container, ArrayRef):
        equal = low.emit("equal", low.read(container), low.value(element))
        return low.emit("to_bool", low.emit("any", equal))
    else:
        low.refuse("operands", what="`in`", kinds=describe(container))

    def rest(k: int) -> Abstract:
        if k == len(elements):
            return Known(False)
        return short_circuit(low, compare(low, gast.Eq, element, elements[k]), lambda: rest(k + 1), False)

    return rest(0)


def compare_containers(low: Lowering, kind: type, left: Abstract, right: Abstract) -> Abstract | None:
    """Compare lists and tuples element by element."""
    from s2sad.frontend.expressions import compare, short_circuit

    a, b = _sequence(low, left), _sequence(low, right)
    if a is None or b is None:
        if (
            kind in (gast.Eq, gast.NotEq)
            and (a is None) != (b is None)
            and not isinstance(left, (ArrayRef, Value))
            and not isinstance(right, (ArrayRef, Value))
        ):
            return Known(kind is gast.NotEq)
        return None
    if kind in (gast.Eq, gast.NotEq):
        if len(a) != len(b):
            return Known(kind is gast.NotEq)

        def rest(k: int) -> Abstract:
            if k == len(a):
                return Known(True)
            return short_circuit(low, compare(low, gast.Eq, a[k], b[k]), lambda: rest(k + 1), True)

        equal = rest(0)
        if kind is gast.Eq:
            return equal
        if isinstance(equal, Known):
            return Known(not equal.value)
        return low.emit("logical_not", low.value(equal))
    strict = {gast.LtE: gast.Lt, gast.GtE: gast.Gt}.get(kind, kind)

    def order(k: int) -> Abstract:
        if k == len(a) or k == len(b):
            from s2sad.frontend.expressions import COMPARE

            return Known(bool(COMPARE[kind.__name__][3](len(a), len(b))))
        from s2sad.frontend.expressions import conditional, truth

        equal = truth(low, compare(low, gast.Eq, a[k], b[k]))
        if isinstance(equal, bool):
            return order(k + 1) if equal else compare(low, strict, a[k], b[k])
        return conditional(low, equal, lambda: order(k + 1), lambda: compare(low, strict, a[k], b[k]))

    return order(0)


def _sequence(low: Lowering, thing: Abstract) -> Sequence[Abstract] | None:
    if isinstance(thing, Items):
        return thing.elements
    content = _list_content(low, thing)
    return content.elements if isinstance(content, ListContent) else None


# -------------------------------------------------------------------- methods


def container_method(low: Lowering, receiver: Abstract, name: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Call a method of a container, a text or a number."""
    if isinstance(receiver, Handle):
        content = content_of(low, receiver)
        table: dict[str, Callable[..., Abstract]] = {}
        if isinstance(content, (ListContent, GrowingContent)):
            table = LIST_METHODS
        elif isinstance(content, RepeatedContent):
            table = {"append": _list_append}
        elif isinstance(content, DictContent):
            table = SET_METHODS if receiver.place.kind == "set" else DICT_METHODS
        method = table.get(name)
        if method is None or (keywords and name not in ("sort", "update")):
            low.refuse("unknown attribute", name=name, what=describe(receiver))
        return method(low, receiver, content, *arguments, **keywords)
    if isinstance(receiver, Items):
        if name == "_replace" and receiver.cls is not None:
            fields = receiver.cls._fields  # type: ignore[attr-defined]
            return Items(
                tuple(keywords.get(field, element) for field, element in zip(fields, receiver.elements, strict=True)), receiver.cls
            )
        if name == "_asdict" and receiver.cls is not None:
            fields = receiver.cls._fields  # type: ignore[attr-defined]
            return Handle(low.store.place("dict", DictContent(tuple(zip(fields, receiver.elements, strict=True)))))
        if name == "index" or name == "count":
            return _find(low, receiver.elements, name, arguments[0])
    if isinstance(receiver, Known) and isinstance(receiver.value, (str, bytes)):
        if all(isinstance(argument, Known) for argument in [*arguments, *keywords.values()]):
            return Known(getattr(receiver.value, name)(*(a.value for a in arguments), **{k: v.value for k, v in keywords.items()}))  # type: ignore[union-attr]
        if name == "format":
            from s2sad.frontend.texts import text_of

            return text_of(low, [receiver, *arguments, *keywords.values()])
        if name == "join":
            from s2sad.frontend.texts import text_of

            return text_of(low, [receiver, *arguments])
    if isinstance(receiver, Known) and isinstance(receiver.value, (int, float, complex)) and not isinstance(receiver.value, np.generic):
        return number_method(low, receiver, name, arguments)
    if isinstance(receiver, Value):
        if isinstance(receiver.type, Number):
            return number_method(low, receiver, name, arguments)
        if isinstance(receiver.type, Scalar):
            from s2sad.frontend.numpy_calls import array_method

            return array_method(low, receiver, name, arguments, keywords)
        if isinstance(receiver.type, Opaque):
            from s2sad.frontend.texts import opaque_method

            return opaque_method(low, receiver, name, arguments, keywords)
        from s2sad.frontend.effects import draw

        return draw(low, receiver, name, arguments, keywords)
    if isinstance(receiver, Known) and isinstance(receiver.value, np.generic):
        from s2sad.frontend.numpy_calls import array_method

        return array_method(low, receiver, name, arguments, keywords)
    low.refuse("unknown attribute", name=name, what=describe(receiver))


def number_method(low: Lowering, receiver: Abstract, name: str, arguments: list[Abstract]) -> Abstract:
    """Call a method of a Python number."""
    if name == "conjugate" and not arguments:
        return low.emit("conjugate", low.value(receiver))
    if name == "is_integer" and not arguments:
        value = low.value(receiver)
        return low.emit("equal", low.emit("remainder", value, low.constant(1.0)), low.constant(0.0))
    if name == "item":
        raise PrimalRaises("a Python number has no attribute 'item'")
    low.refuse("unknown attribute", name=name, what=describe(receiver))


def _find(low: Lowering, elements: Sequence[Abstract], name: str, wanted: Abstract) -> Abstract:
    fact = low.static(wanted, "an element to look for")
    facts = [low.static(element, "an element") for element in elements]
    if name == "count":
        return Known(facts.count(fact))
    if fact not in facts:
        _raise(low, ValueError(f"{fact!r} is not in list"))
    return Known(facts.index(fact))


def _list_append(low: Lowering, receiver: Handle, content: Any, value: Abstract) -> Abstract:
    append(low, receiver, content, low.usable(value))
    return Known(None)


def _list_extend(low: Lowering, receiver: Handle, content: Any, value: Abstract) -> Abstract:
    extend(low, receiver, value)
    return Known(None)


def _list_pop(low: Lowering, receiver: Handle, content: Any, index: Abstract | None = None) -> Abstract:
    if isinstance(content, GrowingContent):
        if index is not None and not (isinstance(index, Known) and index.value == -1):
            low.refuse("container", what="pop from the middle of a list of unknown length is not supported", remedy="pop the last element")
        value = low.emit("list_get", content.value, low.constant(-1))
        write(
            low, receiver.place, GrowingContent(low.emit("list_pop", content.value), None if content.length is None else content.length - 1)
        )
        return low.result(value)
    if not content.elements:
        _raise(low, IndexError("pop from empty list"))
    position = -1 if index is None else _position(low, index, len(content.elements), "pop")
    elements = list(content.elements)
    value = elements.pop(position)
    write(low, receiver.place, ListContent(tuple(elements)))
    return low.usable(value)


def _list_known(method: str) -> Callable[..., Abstract]:
    def run(low: Lowering, receiver: Handle, content: Any, *arguments: Abstract, **keywords: Abstract) -> Abstract:
        if not isinstance(content, ListContent):
            low.refuse("container", what=f"{method} of a list of unknown length is not supported", remedy="use an array")
        elements = list(content.elements)
        if method == "insert":
            elements.insert(int(low.static(arguments[0], "an index")), arguments[1])
        elif method == "reverse":
            elements.reverse()
        elif method == "clear":
            elements.clear()
        elif method in ("index", "count"):
            return _find(low, elements, method, arguments[0])
        elif method == "copy":
            return low.list_of(elements)
        elif method == "remove":
            position = _find(low, elements, "index", arguments[0])
            assert isinstance(position, Known)
            del elements[position.value]
        elif method == "sort":
            from s2sad.frontend.builtin_calls import sorted_elements

            elements = sorted_elements(low, elements, keywords)
        write(low, receiver.place, ListContent(tuple(elements)))
        return Known(None)

    return run


LIST_METHODS: dict[str, Callable[..., Abstract]] = {
    "append": _list_append,
    "extend": _list_extend,
    "pop": _list_pop,
    **{name: _list_known(name) for name in ("insert", "reverse", "clear", "index", "count", "copy", "remove", "sort")},
}


_NONE = Known(None)


def _dict_get(low: Lowering, receiver: Handle, content: DictContent, key: Abstract, default: Abstract = _NONE) -> Abstract:
    if isinstance(key, Choice):
        return dispatch(low, key, lambda option: _dict_get(low, receiver, content, option, default))
    name = low.static(key, "a key of a dict")
    return low.usable(dict(content.entries).get(name, default))


def _dict_view(kind: str) -> Callable[..., Abstract]:
    return lambda low, receiver, content: Lazy(kind, (receiver,))


def _dict_update(low: Lowering, receiver: Handle, content: DictContent, other: Abstract | None = None, **keywords: Abstract) -> Abstract:
    entries = dict(content.entries)
    if other is not None:
        more = content_of(low, other) if isinstance(other, Handle) else None
        if isinstance(more, DictContent):
            entries.update(more.entries)
        else:
            from s2sad.frontend.iteration import known_elements

            for pair in known_elements(low, other, "update"):
                key, value = known_elements(low, pair, "update")
                entries[low.static(key, "a key of a dict")] = value
    entries.update(keywords)
    write(low, receiver.place, DictContent(tuple(entries.items())))
    return Known(None)


def _dict_pop(low: Lowering, receiver: Handle, content: DictContent, key: Abstract, *default: Abstract) -> Abstract:
    name = low.static(key, "a key of a dict")
    entries = dict(content.entries)
    if name not in entries:
        if default:
            return default[0]
        _raise(low, KeyError(name))
    value = entries.pop(name)
    write(low, receiver.place, DictContent(tuple(entries.items())))
    return low.usable(value)


def _dict_setdefault(low: Lowering, receiver: Handle, content: DictContent, key: Abstract, default: Abstract = _NONE) -> Abstract:
    name = low.static(key, "a key of a dict")
    entries = dict(content.entries)
    if name not in entries:
        entries[name] = default
        write(low, receiver.place, DictContent(tuple(entries.items())))
    return low.usable(entries[name])


def _dict_copy(low: Lowering, receiver: Handle, content: DictContent) -> Abstract:
    return Handle(low.store.place(receiver.place.kind, content))


def _dict_clear(low: Lowering, receiver: Handle, content: DictContent) -> Abstract:
    write(low, receiver.place, DictContent(()))
    return Known(None)


DICT_METHODS: dict[str, Callable[..., Abstract]] = {
    "get": _dict_get,
    "keys": _dict_view("keys"),
    "values": _dict_view("values"),
    "items": _dict_view("items"),
    "update": _dict_update,
    "pop": _dict_pop,
    "setdefault": _dict_setdefault,
    "copy": _dict_copy,
    "clear": _dict_clear,
}


def _set_add(low: Lowering, receiver: Handle, content: DictContent, element: Abstract) -> Abstract:
    key = low.static(element, "an element of a set")
    write(low, receiver.place, DictContent(tuple({**dict(content.entries), key: Known(None)}.items())))
    return Known(None)


def _set_discard(low: Lowering, receiver: Handle, content: DictContent, element: Abstract) -> Abstract:
    key = low.static(element, "an element of a set")
    write(low, receiver.place, DictContent(tuple((name, entry) for name, entry in content.entries if name != key)))
    return Known(None)


SET_METHODS: dict[str, Callable[..., Abstract]] = {"add": _set_add, "discard": _set_discard, "copy": _dict_copy, "clear": _dict_clear}

__all__ = ["Array", "DeadPath", "Method", "append", "check_assignable", "container_method", "element_kind", "grown", "item_of"]
