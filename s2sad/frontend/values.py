"""Abstract values: what an expression of the user's program stands for while it is being lowered.

A graph `Value` stands for itself: a number, a NumPy scalar, or any passive object that varies at run time.  Everything else
is one of the classes below.  Arrays, lists, dicts and instances are never values: a name holds a *reference* to a place of
the store, so that two names for one object stay two names for one object.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from s2sad.errors import Location
from s2sad.graph.core import Value
from s2sad.graph.index import Path
from s2sad.graph.sizes import Size
from s2sad.record import record

if TYPE_CHECKING:
    from s2sad.frontend.source import Source


@record(frozen=True)
class Origin:
    """How a live object is reached from the function that is lowered: a root and steps, as generated code would write it."""

    kind: str  # "argument", "global", "closure", "default", or "held": an object that the generated test holds itself
    root: str
    steps: tuple[tuple[str, Any], ...] = ()

    def item(self, key: Any) -> Origin:
        """Return the origin of a part that is reached by a subscript."""
        return Origin(self.kind, self.root, (*self.steps, ("item", key)))

    def attribute(self, name: str) -> Origin:
        """Return the origin of an attribute."""
        return Origin(self.kind, self.root, (*self.steps, ("attribute", name)))

    def __str__(self) -> str:
        return self.root + "".join(f"[{key!r}]" if how == "item" else f".{key}" for how, key in self.steps)


@record(frozen=True, eq=False)
class Known:
    """Something known at compile time; `origin` says where it was found, when it is an object of the running program."""

    value: Any
    origin: Origin | None = None
    literal: bool = False

    def __repr__(self) -> str:
        return f"<known {self.value!r}>"


@record(frozen=True, eq=False)
class ArrayRef:
    """A reference to an array, or to the part of it that `path` (views only) leads to; `operands` are its varying parts."""

    place: Place
    path: Path = ()
    operands: tuple[Value, ...] = ()
    name: str = ""


@record(frozen=True, eq=False)
class Handle:
    """A reference to a list, dict, set or instance."""

    place: Place


@record(frozen=True, eq=False)
class Items:
    """A tuple; `cls` is the class of a named tuple."""

    elements: tuple[Abstract, ...]
    cls: type | None = None


@record(frozen=True, eq=False)
class Function:
    """A function of the user: its source, the frame that it was defined in (None for a live one) and its defaults."""

    source: Source
    parent: Frame | None = None
    defaults: tuple[Abstract, ...] = ()
    keyword_defaults: tuple[tuple[str, Abstract], ...] = ()
    origin: Origin | None = None


@record(frozen=True, eq=False)
class Method:
    """A function bound to its first argument; or a method of a container or array, by name."""

    receiver: Abstract
    function: Abstract | str


@record(frozen=True, eq=False)
class Partial:
    """`functools.partial`."""

    function: Abstract
    arguments: tuple[Abstract, ...]
    keywords: tuple[tuple[str, Abstract], ...]


@record(frozen=True, eq=False)
class Range:
    """A `range` whose bounds may vary."""

    start: Abstract
    stop: Abstract
    step: Abstract


@record(frozen=True, eq=False)
class SliceValue:
    """A `slice`."""

    start: Abstract
    stop: Abstract
    step: Abstract


@record(frozen=True, eq=False)
class Lazy:
    """Something that is iterated over later: `kind` is zip, enumerate, reversed, map, filter, keys, values, items or generator."""

    kind: str
    parts: tuple[Abstract, ...]
    detail: Any = None


@record(frozen=True, eq=False)
class Namespace:
    """The `super()` of an instance, and other things that only attributes are taken of."""

    receiver: Abstract
    classes: tuple[type, ...]


@record(frozen=True, eq=False)
class Unbound:
    """A name that is not bound here."""

    name: str


@record(frozen=True, eq=False)
class Stale:
    """The content of a place that may share memory with one that has been written: it cannot be told what is in it."""

    name: str
    other: str
    location: Location


@record(frozen=True, eq=False)
class Conflict:
    """Two things met after a branch or round a loop that cannot be one; using the name is refused."""

    name: str
    reason: str
    location: Location


@record(frozen=True, eq=False)
class Choice:
    """One of several things known at compile time; `tag` (an int, or a bool: true is the first) says which."""

    tag: Value
    options: tuple[Abstract, ...]


@record(eq=False)
class Pending:
    """What a loop has left in a name that was not bound before it; made a slot of the loop when it is read."""

    loop: Any
    final: Abstract
    name: str


Abstract = (
    Value
    | Known
    | ArrayRef
    | Handle
    | Items
    | Function
    | Method
    | Partial
    | Range
    | SliceValue
    | Lazy
    | Namespace
    | Unbound
    | Stale
    | Conflict
    | Choice
    | Pending
)


@record(eq=False)
class Place:
    """Where a mutable object lives.

    `partners` are places that may share memory with this one in a way that is not known: a write to one makes the other
    stale.  `contiguous` says that an array is known to be C-contiguous, so that its reshape is a view; else a new array lies in memory
    as those that it is `like`.
    """

    number: int
    kind: str  # "array", "list", "dict", "set", "instance" or "world"
    name: str = ""
    cls: type | None = None
    origin: Origin | None = None
    contiguous: bool = False
    readonly: bool = False
    like: tuple[ArrayRef, ...] = ()
    partners: list[Place] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    mirror: Place | None = None  # of ``vars(instance)``: the instance
    inner: list[Place] = field(default_factory=list)  # objects that are elements of this list, or parts of these
    limit: int | None = None  # the most elements of a deque
    factory: Any = None  # what a default dict makes for a key that it has not
    held: bool = False  # by a list of unknown length
    shared: bool = False  # an object may be twice in this list
    pierced: bool = False  # an element of this list has been written

    def __repr__(self) -> str:
        return f"<place {self.number} {self.name or self.kind}>"


@record(frozen=True, eq=False)
class Link:
    """`joined` is the array at `reference` where `condition` is true (false when `inverted`).

    `facts` are all conditions under which it is, as (condition, truth).
    """

    joined: Place
    reference: ArrayRef
    condition: Value
    inverted: bool
    facts: frozenset[tuple[Value, bool]]


@record(eq=False)
class Variable:
    """A name of a frame."""

    name: str
    frame: Frame


@record(eq=False)
class Frame:
    """One activation of a function of the user.

    `exit` and `result` are variables like the others, so that branches and loops carry them.
    """

    function: Function | None
    source: Source
    parent: Frame | None
    number: int
    variables: dict[str, Variable] = field(default_factory=dict)
    exit: Variable = field(init=False)
    result: Variable = field(init=False)
    cls: type | None = None  # the class that a method was found in, for `super()`
    receiver: Abstract | None = None
    captured: bool = False

    def __post_init__(self) -> None:
        self.exit = Variable("$exit", self)
        self.result = Variable("$result", self)

    def variable(self, name: str) -> Variable:
        """Return the key of a name."""
        found = self.variables.get(name)
        if found is None:
            found = self.variables[name] = Variable(name, self)
        return found


Key = Place | Variable


@record(frozen=True)
class ListContent:
    """A list of known structure."""

    elements: tuple[Abstract, ...]


@record(frozen=True)
class GrowingContent:
    """A list of unknown length: a graph value of type List; `length` is its length where a size tells it."""

    value: Value
    length: Size | None = None


@record(frozen=True, eq=False)
class ElementContent:
    """An element of a list of unknown length, or a part of one: what lies in `root` behind `steps` (an index, or the number of a part).

    Reading it reads the list, writing it writes the list.  While the list has only been appended to since the version `since`,
    it is `value`.
    """

    root: Place
    steps: tuple[Value | int, ...]
    since: Value | None = None
    value: Value | None = None


@record(frozen=True)
class RepeatedContent:
    """A list of unknown length that holds one and the same array `count` times."""

    element: ArrayRef
    count: Abstract


@record(frozen=True)
class DictContent:
    """A dict (or the elements of a set, as keys) of known keys."""

    entries: tuple[tuple[Any, Abstract], ...]


@record(frozen=True)
class InstanceContent:
    """The attributes of an instance that have been read or written so far."""

    fields: tuple[tuple[str, Abstract], ...]
