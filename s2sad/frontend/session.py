"""What all graphs of one lowering share: inputs, guards, live objects, and what has been demanded static."""

from __future__ import annotations

import collections
import enum
import types
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

import numpy as np

from s2sad.frontend.lower import Lowering
from s2sad.frontend.signature import Arguments, Guard, Input
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    DictContent,
    Function,
    Handle,
    InstanceContent,
    Items,
    Known,
    ListContent,
    Origin,
    Place,
    Variable,
)
from s2sad.graph.core import Value
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree
from s2sad.graph.types import TOKEN, Array, Generator, Number, Scalar, Type
from s2sad.record import record

LABELS = "nmpqrstuvw"


class Separate(Exception):
    """A callee cannot be a graph of its own; it is lowered in the caller's state."""


@record(eq=False)
class Memo:
    """What an earlier attempt at a loop has found out."""

    world: bool = False
    kinds: dict[Any, Type] = field(default_factory=dict)


class Session:
    """Inputs and guards of the function that is lowered; `static` names the ints that are known by value this time."""

    def __init__(self, arguments: Arguments, static: set[str], derive: Callable[..., Any] | None, live: Mapping[str, Any]) -> None:
        self.arguments = arguments
        self.live_arguments = live
        self.tags = False  # whether a name for one of several arrays says which, instead of having an array of its own
        self.layouts = False  # whether it is asked how arguments lie in memory
        self.asked_layout = False  # whether that would have told something
        self.static_inputs = static
        self.derive = derive
        self.guards: dict[tuple[Origin, str], Guard] = {}
        self.root: Lowering
        self.inputs: list[Input] = []
        self.culprits: dict[Value, str] = {}
        self.summaries: dict[Any, Any] = {}
        self.written: set[Place] = set()  # arrays that are written somewhere, as far as their places go
        self.stems: dict[Any, dict[Place, Place]] = {}  # by loop: places of its names, and what the names referred to before
        self.composed = False  # whether a derivative inside is put together otherwise than the plain call does
        self.active: list[Any] = []
        self.calls = 0
        self.globals: dict[str, Any] | None = None
        self.modules: dict[int, Any] = {}
        self.root_function: Any = None
        self.class_of: dict[int, type] = {}
        self.held: dict[str, Any] = {}  # objects that are reached by no name: classes, functions, globals of other modules
        self.memo: dict[Any, Memo] = {}
        self.input_places: dict[Value, Place] = {}
        self.initial: dict[Place, Any] = {}  # containers and instances that existed before the call -> what was in them
        self._live_ints: dict[str, int] = {}
        self.specialisations: dict[Any, int] = {}
        self.names: dict[str, int] = {}
        self.partial: dict[Variable, Any] = {}  # names that the last branch has bound on one path only -> what they hold
        self.decides = False  # whether comparisons of lengths are decided by those seen
        self.forms: dict[str, Any] = {}  # what the records of graphs stand for, by name
        self.peeled = 0  # loops whose first trip was written out because of what it shares
        self.inlined: set[Any] = set()  # functions that cannot be graphs of their own

    # ------------------------------------------------------------ arguments

    def argument(self, low: Lowering, tree: Tree, origin: Origin) -> Abstract:
        """Return an argument as a thing of the program, adding parameters to the graph."""
        match tree:
            case Leaf(number):
                return self.leaf(low, self.arguments.types[number], origin, lambda: self.arguments.seen.get(str(origin)))
            case Fixed(value):
                return Known(value, origin)
            case Branch(kind, cls, keys, children):
                by_item = kind in ("list", "tuple", "dict")
                parts = [
                    self.argument(low, child, origin.item(key) if by_item else origin.attribute(str(key)))
                    for key, child in zip(keys, children, strict=True)
                ]
                if kind == "tuple" or kind == "named":
                    return Items(tuple(parts), cls)
                content: Any
                if kind == "list":
                    content = ListContent(tuple(parts))
                elif kind == "dict":
                    content = DictContent(tuple(zip(keys, parts, strict=True)))
                else:
                    kind = "instance"
                    content = InstanceContent(tuple((str(key), part) for key, part in zip(keys, parts, strict=True)))
                place = low.store.place(kind, content, name=str(origin), cls=cls if kind == "instance" else None, origin=origin)
                self.initial[place] = content
                return Handle(place)

    def leaf(self, low: Lowering, kind: Type, origin: Origin, seen: Callable[[], Any]) -> Abstract:
        """Return a new input of the graph."""
        text = str(origin)
        if text in self.static_inputs:
            value = seen()
            if value is not None:
                if origin.kind != "argument":
                    self.guard(origin, "==", value)
                else:
                    self.guards[origin, "=="] = Guard(origin.kind, origin.root, origin.steps, "==", value)
                return Known(value, origin)
        # A name for an argument is the user's; a part of one is named after its path.
        value = self.parameter(low, kind, _name(origin))
        self.inputs.append(Input(value, origin.root, origin.kind, origin.steps))
        self._sources(low, value, kind)
        if (isinstance(kind, Number) and kind.kind == "int") or (isinstance(kind, Scalar) and kind.dtype[0] in "iu"):
            self.culprits[value] = text
        if isinstance(kind, Array):
            place = low.store.place("array", value, name=_name(origin), origin=origin)
            self.input_places[value] = place
            return ArrayRef(place, name=_name(origin))
        return value

    def parameter(self, low: Lowering, kind: Type, name: str) -> Value:
        """Add a parameter to the graph."""
        value = Value(kind, name, low.graph.body)
        low.graph.body.parameters.append(value)
        low.builder.home[value] = low.graph.body
        return value

    def _sources(self, low: Lowering, value: Value, kind: Type) -> None:
        sources = low.graph.size_sources
        if isinstance(kind, Array) and kind.shape is not None:
            for axis, size in enumerate(kind.shape):
                if len(size.terms) == 1 and size.terms[0][1] == 1 and size.constant == 0:
                    sources.setdefault(size.terms[0][0].name, (value, axis))
        elif isinstance(kind, Number) and kind.size is not None and len(kind.size.terms) == 1:
            sources.setdefault(kind.size.terms[0][0].name, (value, None))

    def first_token(self, low: Lowering) -> Value:
        """Return the effect token at entry, a parameter of the graph."""
        for value in low.graph.body.parameters:
            if value.type == TOKEN:
                return value
        value = self.parameter(low, TOKEN, "")
        if low is self.root:
            self.inputs.append(Input(value, "", "token"))
        else:
            low.summary.sources.append(("token",))  # type: ignore[attr-defined]
        return value

    def graph_name(self, name: str) -> str:
        """Return a name for the graph of a helper."""
        name = name if name.isidentifier() else "function"
        count = self.names[name] = self.names.get(name, 0) + 1
        return name if count == 1 else f"{name}_{count}"

    def static_culprit(self, value: Value) -> str | None:
        """Return the text of the input that a value is, when it can be made static."""
        text = self.culprits.get(value)
        if text is None or (text not in self.arguments.seen and text not in self._live_ints):
            return None
        return text

    def layout(self, origin: Origin) -> str | None:
        """Return how an array argument lies in memory, and note that this was asked."""
        if origin.kind != "argument" or origin.root not in self.live_arguments:
            return None
        array = self.live_arguments[origin.root]
        for how, key in origin.steps:
            array = array[key] if how == "item" else getattr(array, key)
        order = "C" if array.flags.c_contiguous else "F" if array.flags.f_contiguous else "other"
        self.guards[origin, "layout"] = Guard(origin.kind, origin.root, origin.steps, "layout", order)
        return order

    # ------------------------------------------------------------ live objects

    def hold(self, value: Any, name: str) -> Origin:
        """Return the origin of an object that a guard cannot reach by a name, such as a class defined inside a function."""
        for label, known in self.held.items():
            if known is value:
                return Origin("held", label)
        label = name = "".join(sign if sign.isalnum() else "_" for sign in name)
        count = 1
        while label in self.held:
            count += 1
            label = f"{name}_{count}"
        self.held[label] = value
        return Origin("held", label)

    def guard(self, origin: Origin | None, test: str, expected: Any) -> None:
        """Note what was read of a live object."""
        if origin is None:
            return
        key = (origin, test if test != "lacks" else f"lacks {expected}")
        if key not in self.guards:
            self.guards[key] = Guard(origin.kind, origin.root, origin.steps, test, expected)

    def closure(self, low: Lowering, function: Function | None, name: str) -> Any:
        """Return what a live function has captured under a name, or ABSENT."""
        if function is None or function.source.function is None:
            return ABSENT
        live = function.source.function
        if name not in live.__code__.co_freevars:
            return ABSENT
        number = live.__code__.co_freevars.index(name)
        cell = (live.__closure__ or ())[number]
        if function.origin is None:
            origin = Origin("closure", name)
        else:
            origin = function.origin.attribute("__closure__").item(number).attribute("cell_contents")
        try:
            value = cell.cell_contents
        except ValueError:
            return ABSENT
        return self.live(low, value, origin)

    def module_name(self, low: Lowering, module: Any, name: str) -> Any:
        """Return what a global name stands for, or ABSENT."""
        found = module.lookup(name)
        if found is ABSENT:
            return ABSENT
        if isinstance(found, (Known, Function)):
            return found
        value, origin = found
        return self.live(low, value, origin)

    def live(self, low: Lowering, value: Any, origin: Origin | None) -> Abstract:
        """Return a live object as a thing of the program: numbers and arrays are inputs, all else is known and guarded."""
        cls = type(value)
        if cls in (int, float, complex) or isinstance(value, (np.ndarray, np.generic)) or is_generator(value):
            return self._live_leaf(low, value, origin)
        if value is None or cls in (bool, str, bytes):
            self.guard(origin, "is" if value is None or cls is bool else "==", value)
            return Known(value, origin)
        if cls in (tuple, list, dict):
            return self._live_container(low, value, origin)
        if isinstance(
            value, (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.ufunc, np.dtype)
        ) or callable(value):
            self.guard(origin, "is", value)
            return Known(value, origin)
        if isinstance(value, enum.Enum) or is_logger(value):
            self.guard(origin, "is", value)
            return Known(value, origin)
        if isinstance(value, tuple) and hasattr(cls, "_fields"):
            self.guard(origin, "type", cls)
            parts = [self.live(low, part, None if origin is None else origin.item(k)) for k, part in enumerate(value)]
            return Items(tuple(parts), cls)
        if cls.__module__ in ("builtins", "re", "datetime", "decimal", "fractions") or (
            not hasattr(value, "__dict__") and not hasattr(cls, "__slots__")
        ):
            self.guard(origin, "is", value)
            return Known(value, origin)
        self.guard(origin, "type", cls)
        return Handle(self.place_of(low, value, origin, "instance", lambda: InstanceContent(()), cls))

    def place_of(
        self, low: Lowering, value: Any, origin: Origin | None, kind: str, content: Callable[[], Any], cls: type | None = None
    ) -> Place:
        """Return the place of a live object; two ways to one object lead to one place."""
        found = low.live_places.get(id(value))
        if found is not None:
            place, keep = found
            if origin is not None and place.origin is not None and str(origin) != str(place.origin) and origin.kind != "argument":
                self.guard(origin, "same", str(place.origin))
            del keep
            return place
        place = low.store.place(kind, None, name=str(origin) if origin is not None else "", cls=cls, origin=origin)
        low.live_places[id(value)] = (place, value)
        low.live_objects[place] = value
        made = content()
        low.store.contents[place] = made  # it existed before anything that is lowered now
        self.initial[place] = made
        return place

    def _live_container(self, low: Lowering, value: Any, origin: Origin | None) -> Abstract:
        cls = type(value)

        def part(key: Any, item: Any) -> Abstract:
            return self.live(low, item, None if origin is None else origin.item(key))

        if cls is tuple:
            self.guard(origin, "type", cls)
            self.guard(origin, "len", len(value))
            return Items(tuple(part(k, item) for k, item in enumerate(value)))
        self.guard(origin, "type", cls)
        if cls is list:
            self.guard(origin, "len", len(value))
            return Handle(
                self.place_of(low, value, origin, "list", lambda: ListContent(tuple(part(k, item) for k, item in enumerate(value))))
            )
        self.guard(origin, "keys", tuple(value))
        return Handle(
            self.place_of(low, value, origin, "dict", lambda: DictContent(tuple((k, part(k, item)) for k, item in value.items())))
        )

    def _live_leaf(self, low: Lowering, value: Any, origin: Origin | None) -> Abstract:
        if origin is None:
            return Known(value)
        text = f"{origin.kind}:{origin}"
        found: Abstract | None = low.live_leaves.get(text)
        if found is not None:
            return found
        known = low.live_places.get(id(value)) if isinstance(value, np.ndarray) else None
        if known is not None:
            self.guard(origin, "same", str(known[0].origin))
            return ArrayRef(known[0])
        if low is not self.root:
            result = low.captured(text, value, origin)
        else:
            kind = self._leaf_type(low, value, origin)
            if kind is None:
                low.refuse("operands", what=str(origin), kinds=f"a {type(value).__name__}")
            result = self.leaf(low, kind, origin, lambda: value)
            if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
                self._live_ints[str(origin)] = int(value)
        low.live_leaves[text] = result
        if isinstance(result, ArrayRef):
            low.live_places[id(value)] = (result.place, value)
        return result

    def _leaf_type(self, low: Lowering, value: Any, origin: Origin) -> Type | None:
        if is_generator(value):
            return Generator(type(value).__name__)
        if isinstance(value, np.generic):
            return Scalar(f"{value.dtype.kind}{value.dtype.itemsize}") if value.dtype.kind in "biufc" else None
        if isinstance(value, np.ndarray):
            if type(value) is not np.ndarray or value.dtype.kind not in "biufc":
                return None
            return Array(f"{value.dtype.kind}{value.dtype.itemsize}", tuple(self._label(low, length) for length in value.shape))
        if type(value) is int:
            name = str(origin)
            low.sizes.seen.setdefault(name, value)
            return Number("int", Size.of(Atom(name)))
        return Number(type(value).__name__)

    def _label(self, low: Lowering, length: int) -> Size:
        if length == 1:
            return Size.of(1)
        sizes = low.sizes
        for name in sizes.labels:
            if sizes.seen.get(name) == length:
                matching = sorted(label for label in sizes.labels if sizes.seen.get(label) == length)
                return Size.of(Atom(matching[0]))
        taken = {*sizes.seen, *self.arguments.trees}
        number = 0
        while (name := LABELS[number % 10] + (str(number // 10 + 1) if number >= 10 else "")) in taken:
            number += 1
        sizes.seen[name] = length
        sizes.labels.add(name)
        return Size.of(Atom(name))

    def instance(self, low: Lowering, value: Any, origin: Origin | None) -> Handle:
        """Return a live instance as a thing of the program."""
        self.guard(origin, "type", type(value))
        return Handle(self.place_of(low, value, origin, "instance", lambda: InstanceContent(()), type(value)))

    def is_root(self, function: Any) -> bool:
        """Whether a live function is the one that is lowered."""
        return function is self.root_function

    def memo_of(self, site: Any) -> Memo:
        """Return what is remembered of a loop."""
        return self.memo.setdefault(site, Memo())

    def missing(self, low: Lowering, handle: Handle, key: Any) -> Abstract | None:
        """Return what a default dict makes for a key that it has not, or None."""
        if handle.place.cls is collections.Counter:
            return Known(0)
        factory = handle.place.factory
        if factory is None or (isinstance(factory, Known) and factory.value is None):
            return None

        from s2sad.frontend.calls import call

        made = call(low, factory, [], {})
        from s2sad.frontend.containers import set_item_of

        set_item_of(low, handle, Known(key), made)
        return made

    # ------------------------------------------------------------ names that may be unbound

    def partial_read(self, low: Lowering, variable: Variable) -> None:
        """A name is read that only some paths have bound: on the others it holds what an earlier trip of a loop has left."""
        for loop in low.open_loops:
            if loop.binds(variable):
                loop.wanted[variable] = None

    def unbound_read(self, low: Lowering, variable: Variable) -> Any:
        """A name is read before it is bound: perhaps an earlier trip of a loop has bound it."""
        for loop in reversed(low.open_loops):
            if loop.binds(variable):
                loop.want(variable)
        return None


def is_generator(value: Any) -> bool:
    """Whether an object is a random generator; asked so that `numpy.random` need not be imported."""
    cls = type(value)
    return (cls.__name__ in ("Generator", "RandomState") and cls.__module__.startswith("numpy.random")) or (
        cls.__name__ == "Random" and cls.__module__ == "random"
    )


def is_logger(value: Any) -> bool:
    """Whether an object is a logger; asked so that `logging` need not be imported."""
    return any(cls.__module__ == "logging" and cls.__name__ in ("Logger", "LoggerAdapter") for cls in type(value).__mro__)


def _name(origin: Origin) -> str:
    name = origin.root
    for how, key in origin.steps:
        if how == "attribute":
            name += f"_{key}"
        else:
            name += f"_{key}" if isinstance(key, int) or (isinstance(key, str) and key.isidentifier()) else "_item"
    return name
