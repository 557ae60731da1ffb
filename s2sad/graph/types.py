"""The kinds of values that a graph can hold.

A kind is what Python distinguishes visibly: a Python float raises on division by zero where a NumPy scalar gives inf; `+=`
rebinds a number and writes into an array; a 0-d array is neither.  Types are immutable and compared by value.
"""

from __future__ import annotations

from dataclasses import field

from s2sad.graph.sizes import Size
from s2sad.record import record

NUMBERS = ("bool", "int", "float", "complex")  # in the order of Python's numeric tower


@record(frozen=True)
class Type:
    """Base of all kinds."""


@record(frozen=True)
class Number(Type):
    """A Python number: `kind` is bool, int, float or complex.  `size` is what an int is known to be, as a size.

    `also` names lower kinds of Python numbers that the value still is on some paths: ``total = 0`` before a loop that adds floats.
    The program is emitted as it was written, so nothing is converted; `also` is no part of the type's identity.
    """

    kind: str
    size: Size | None = None
    also: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.kind if self.size is None else f"{self.kind}({self.size})"


@record(frozen=True)
class Scalar(Type):
    """A NumPy scalar; `dtype` in NumPy's short form: f8, f4, i8, b1, c16.

    `also` names kinds of Python numbers that the value still is on some paths, as for `Number`.
    """

    dtype: str
    also: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.dtype}"


@record(frozen=True)
class Array(Type):
    """An `ndarray`; `shape` is one size a dimension, `()` for a 0-d array, None when the rank is unknown."""

    dtype: str
    shape: tuple[Size, ...] | None

    @property
    def rank(self) -> int | None:
        return None if self.shape is None else len(self.shape)

    def __str__(self) -> str:
        return f"{self.dtype}[{'...' if self.shape is None else ', '.join(map(str, self.shape))}]"


@record(frozen=True)
class List(Type):
    """A list of unknown length whose elements have one type."""

    element: Type

    def __str__(self) -> str:
        return f"list<{self.element}>"


@record(frozen=True)
class Dict(Type):
    """A dict with varying keys: all keys of one type, all entries of one type."""

    key: Type
    element: Type

    def __str__(self) -> str:
        return f"dict<{self.key}, {self.element}>"


@record(frozen=True)
class Tuple(Type):
    """A tuple carried as one value."""

    elements: tuple[Type, ...]

    def __str__(self) -> str:
        return f"tuple<{', '.join(map(str, self.elements))}>"


@record(frozen=True)
class Record(Type):
    """An instance carried as one value: the class's name and its fields."""

    name: str
    fields: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        return f"record {self.name}<{', '.join(f'{name}: {kind}' for name, kind in self.fields)}>"


@record(frozen=True)
class Optional(Type):
    """Either None or a value of `inner`."""

    inner: Type

    def __str__(self) -> str:
        return f"optional<{self.inner}>"


@record(frozen=True)
class Tagged(Type):
    """An index into a finite set of things known at compile time (functions, strings, places); `options` names them."""

    options: tuple[str, ...]

    def __str__(self) -> str:
        return f"tagged<{', '.join(self.options)}>"


@record(frozen=True)
class Reference(Type):
    """A reference to one of several places."""

    places: tuple[str, ...]

    def __str__(self) -> str:
        return f"reference<{', '.join(self.places)}>"


@record(frozen=True)
class Generator(Type):
    """A random generator (`numpy.random.Generator`, `RandomState`, `random.Random`)."""

    name: str

    def __str__(self) -> str:
        return f"generator {self.name}"


@record(frozen=True)
class Residual(Type):
    """What the forward half of a split call keeps for its reverse half; `graph` names the callee."""

    graph: str

    def __str__(self) -> str:
        return f"residual {self.graph}"


@record(frozen=True)
class Token(Type):
    """The order of effects."""

    def __str__(self) -> str:
        return "token"


@record(frozen=True)
class Opaque(Type):
    """A passive Python object that the graph only hands around: text, None, a file, any result of a foreign call."""

    name: str = "object"

    def __str__(self) -> str:
        return f"opaque {self.name}"


FLOAT = Number("float")
INT = Number("int")
BOOL = Number("bool")
COMPLEX = Number("complex")
TOKEN = Token()

_NUMBER_DTYPES = {"bool": "b1", "int": "i8", "float": "f8", "complex": "c16"}


def dtype_of(kind: Type) -> str | None:
    """Return the dtype that values of `kind` take in an array; None where there is none."""
    if isinstance(kind, Number):
        return _NUMBER_DTYPES[kind.kind]
    if isinstance(kind, (Scalar, Array)):
        return kind.dtype
    return None


def shape_of(kind: Type) -> tuple[Size, ...] | None:
    """Return the shape; `()` for numbers and scalars, None when the rank is unknown."""
    if isinstance(kind, Array):
        return kind.shape
    return ()


def is_inexact(kind: Type) -> bool:
    """Whether values of `kind` can carry a derivative: float and complex numbers, and containers of them."""
    dtype = dtype_of(kind)
    if dtype is not None:
        return dtype[0] in "fc"
    match kind:
        case List(element) | Optional(element) | Dict(_, element):
            return is_inexact(element)
        case Tuple(elements):
            return any(map(is_inexact, elements))
        case Record(_, fields):
            return any(is_inexact(inner) for _, inner in fields)
        case Residual():
            return True
    return False


def is_array(kind: Type) -> bool:
    """Whether `kind` is an ndarray (of any rank)."""
    return isinstance(kind, Array)


def is_number(kind: Type) -> bool:
    """Whether `kind` is a Python number."""
    return isinstance(kind, Number)


def parts_of(kind: Type) -> tuple[Type, ...]:
    """Return the kinds of the parts of a tuple or record; none for everything else."""
    if isinstance(kind, Tuple):
        return kind.elements
    return tuple(part for _, part in kind.fields) if isinstance(kind, Record) else ()
