"""Structures of live values: taking arguments apart into leaves, and putting derivatives together again.

A leaf is what can carry a derivative or vary between calls: a number, a NumPy scalar, an array, a random generator.
Everything else is fixed (None, text, flags, functions) or a container.  Only exact types are taken apart; an array of a
class of its own (`np.matrix`, masked arrays) means something else by `*`, so it is refused rather than misread.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from s2sad.errors import DifferentiationError
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree, leaves
from s2sad.graph.types import COMPLEX, FLOAT, Array, Generator, Number, Scalar, Type, is_inexact
from s2sad.record import record

Step = tuple[str, Any]  # ("item", key) or ("attribute", name)
LABELS = "nmpqrstuvw"
_PASSIVE = (str, bytes, type(None), bool, type, type(Ellipsis), slice, range, np.dtype, enum.Enum)
_FOREIGN = ("builtins", "types", "functools", "numpy", "scipy", "s2sad")
_GENERATORS = {
    ("numpy.random._generator", "Generator"),
    ("numpy.random.mtrand", "RandomState"),
    ("random", "Random"),
}  # named, not imported


class ArgumentError(DifferentiationError, TypeError):
    """An argument of a kind that cannot be taken, or not be differentiated."""


@record(frozen=True)
class Part:
    """A leaf of an argument: where it is, what it is."""

    root: str
    steps: tuple[Step, ...]
    type: Type

    @property
    def text(self) -> str:
        """The Python expression that reads the leaf."""
        return self.root + "".join(f"[{key!r}]" if how == "item" else f".{key}" for how, key in self.steps)


@record()
class Pattern:
    """What a call looks like: one tree an argument, one type a leaf, and the sizes that were seen.

    `trees` and the types of `parts` are the key of a specialisation; equal sizes share a label, and 1 is itself.
    """

    trees: dict[str, Tree]
    parts: list[Part]
    seen: dict[str, int]
    labels: set[str]

    @property
    def key(self) -> tuple[Any, ...]:
        """The key that two calls share when one specialisation may serve both."""
        return tuple(_hashable(tree) for tree in self.trees.values()), tuple(part.type for part in self.parts)


def children(value: Any) -> tuple[str, type | None, tuple[Any, ...], tuple[Any, ...], str] | None:
    """Return ``(kind, class, keys, children, access)`` of a container, None for everything else."""
    cls = type(value)
    if cls is list or cls is tuple:
        return cls.__name__, None, tuple(range(len(value))), tuple(value), "item"
    if cls is dict:
        return "dict", None, tuple(value), tuple(value.values()), "item"
    if isinstance(value, tuple) and hasattr(cls, "_fields"):
        return "named", cls, tuple(cls._fields), tuple(value), "attribute"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(field.name for field in dataclasses.fields(value) if hasattr(value, field.name))
        own = getattr(value, "__dict__", {})
        if len(own) > len(names):  # such as what `__post_init__` has computed
            names = tuple(dict.fromkeys((*names, *own)))
        return "dataclass", cls, names, tuple(getattr(value, name) for name in names), "attribute"
    return None


def _instance(value: Any) -> tuple[str, type | None, tuple[Any, ...], tuple[Any, ...], str] | None:
    cls = type(value)
    if cls.__module__.partition(".")[0] in _FOREIGN and cls is not types.SimpleNamespace:
        return None
    if callable(value) and not isinstance(getattr(cls, "__call__", None), types.FunctionType):  # noqa: B004  (is it written in Python?)
        return None
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                names[name] = None
    names.update(dict.fromkeys(getattr(value, "__dict__", ())))
    return "instance", cls, tuple(names), tuple(getattr(value, name) for name in names), "attribute"


def leaf_type(value: Any, shape: Callable[[tuple[int, ...]], tuple[Size, ...]], integer: Size | None = None) -> Type | None:
    """Return the kind of a leaf; None when `value` is no leaf."""
    cls = type(value)
    if cls is float:
        return FLOAT
    if cls is int:
        return Number("int", integer)
    if cls is complex:
        return COMPLEX
    if cls is np.ndarray:
        return Array(short_dtype(value.dtype), shape(value.shape)) if value.dtype.kind in "biufc" else None
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return Scalar(short_dtype(value.dtype))
    return Generator(cls.__name__) if is_generator(value) else None


def is_generator(value: object) -> bool:
    """Whether `value` is a random generator."""
    return any((base.__module__, base.__name__) in _GENERATORS for base in type(value).__mro__)


def short_dtype(dtype: np.dtype[Any]) -> str:
    """Return NumPy's short name of a dtype: f8, c16, b1."""
    return f"{dtype.kind}{dtype.itemsize}"


class _Describer:
    """Takes the arguments of one call apart."""

    def __init__(self, names: Sequence[str]) -> None:
        self.parts: list[Part] = []
        self.seen: dict[str, int] = {}
        self.labels: set[str] = set()
        self.sizes: dict[int, Size] = {}
        self.taken = set(names)
        self.open: set[int] = set()

    def size(self, length: int) -> Size:
        if length == 1:
            return Size.of(1)
        known = self.sizes.get(length)
        if known is None:
            known = self.sizes[length] = Size.of(Atom(self.label()))
            name = str(known)
            self.seen[name] = length
            self.labels.add(name)
        return known

    def label(self) -> str:
        number = len(self.labels)
        while True:
            name = LABELS[number % len(LABELS)] + (str(number // len(LABELS) + 1) if number >= len(LABELS) else "")
            if name not in self.taken:
                self.taken.add(name)
                return name
            number += 1

    def tree(self, value: Any, root: str, steps: tuple[Step, ...], instances: bool, lenient: bool = False) -> Tree:
        if isinstance(value, _PASSIVE):
            return Fixed(value)
        text = Part(root, steps, FLOAT).text
        integer = Size.of(Atom(text)) if type(value) is int else None
        kind = leaf_type(value, lambda shape: tuple(map(self.size, shape)), integer)
        if kind is not None:
            if type(value) is int:
                self.seen[text] = value
            self.parts.append(Part(root, steps, kind))
            return Leaf(len(self.parts) - 1)
        if isinstance(value, (np.ndarray, np.generic)):
            if lenient:  # an attribute of an instance: it may never be read
                return Fixed(value)
            raise refuse_array(value, text)
        container = children(value)
        if container is None:
            container = _instance(value)
        if container is None or (container[0] == "instance" and not container[2]):
            return Fixed(value)
        if container[0] == "instance" and callable(value) and _is_cyclic(value, set()):
            return Fixed(value)
        if id(value) in self.open:
            raise ArgumentError(f"argument {root} contains itself.", remedy="pass a structure without cycles", code="S2S310")
        self.open.add(id(value))
        kind_name, cls, keys, inner, access = container
        lenient = lenient or kind_name == "instance"
        trees = tuple(self.tree(child, root, (*steps, (access, key)), instances, lenient) for key, child in zip(keys, inner, strict=True))
        self.open.discard(id(value))
        return Branch(kind_name, cls, keys, trees)


def _is_cyclic(value: Any, around: set[int]) -> bool:
    """Whether something contains itself."""
    if id(value) in around:
        return True
    if isinstance(value, (*_PASSIVE, np.ndarray, np.generic, int, float, complex)):
        return False
    container = children(value) or _instance(value)
    return container is not None and any(_is_cyclic(part, around | {id(value)}) for part in container[3])


def describe(arguments: dict[str, Any], *, instances: tuple[str, ...] = ()) -> Pattern:
    """Describe the arguments of a call; those named in `instances` are taken apart even when they can be called."""
    describer = _Describer(tuple(arguments))
    trees = {name: describer.tree(value, name, (), name in instances) for name, value in arguments.items()}
    return Pattern(trees, describer.parts, describer.seen, describer.labels)


def refuse_array(value: Any, text: str) -> ArgumentError:
    """Return the error for an array that has another meaning than `np.ndarray` of numbers."""
    cls = type(value)
    if cls is np.ndarray or isinstance(value, np.generic):
        return ArgumentError(
            f"{text} has dtype {value.dtype}, not bool, int, float or complex.", remedy="pass an array of numbers", code="S2S303"
        )
    return ArgumentError(
        f"{text} is a {cls.__module__}.{cls.__qualname__}, whose operations differ from an array's.",
        remedy=f"pass np.asarray({text})",
        code="S2S303",
    )


def flatten(tree: Tree, value: Any) -> Iterator[Any]:
    """Yield the leaves of a value that has the structure `tree`."""
    match tree:
        case Leaf():
            yield value
        case Branch(kind=kind, keys=keys, children=inner):
            for key, child in zip(keys, inner, strict=True):
                part = value[key] if kind in ("list", "tuple", "dict") else getattr(value, str(key))
                yield from flatten(child, part)


def copied(pattern: Pattern, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments that may be written into: arrays copied (layout and write protection kept), containers new."""
    result = {}
    for name, value in arguments.items():
        tree = pattern.trees[name]
        found = dict(zip([leaf.number for leaf in leaves(tree)], flatten(tree, value), strict=True))
        result[name] = rebuild(tree, lambda k, found=found: copied_leaf(found[k]))  # type: ignore[misc]
    return result


def copied_leaf(value: Any) -> Any:
    """Return a copy of an array with its layout; anything else as it is."""
    if type(value) is not np.ndarray:
        return copy.deepcopy(value) if is_generator(value) else value
    made: Any = np.empty_like(value, order="K")
    made[...] = value
    made.setflags(write=value.flags.writeable)
    return made


def rebuild(tree: Tree, leaf: Callable[[int], Any]) -> Any:
    """Put a structure together; `leaf` gives the k-th leaf."""
    match tree:
        case Leaf(number):
            return leaf(number)
        case Fixed(value):
            return value
    parts = [rebuild(child, leaf) for child in tree.children]
    cls = tree.cls
    match tree.kind:
        case "list":
            return parts
        case "tuple":
            return tuple(parts)
        case "dict":
            return dict(zip(tree.keys, parts, strict=True))
        case "named":
            assert cls is not None
            return cls(*parts)
    assert cls is not None
    instance: Any = object.__new__(cls)  # no __init__, __post_init__ or __setattr__: a gradient is no valid instance
    for key, part in zip(tree.keys, parts, strict=True):
        object.__setattr__(instance, str(key), part)
    return instance


def map_leaves(tree: Tree, change: Callable[[int], Tree]) -> Tree:
    """Replace the leaves of a tree, and its fixed parts by None: the structure of a derivative."""
    match tree:
        case Leaf(number):
            return change(number)
        case Fixed():
            return Fixed(None)
    return Branch(tree.kind, tree.cls, tree.keys, tuple(map_leaves(child, change) for child in tree.children))


@record(frozen=True)
class Prototype:
    """What a tangent or cotangent has to be like."""

    type: Type
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @staticmethod
    def of(kind: Type, value: Any) -> Prototype:
        """Describe a leaf of the primal."""
        inexact = is_inexact(kind)
        return Prototype(kind, np.shape(value) if inexact else (), np.asarray(value).dtype if inexact else np.dtype(float))


def conform(tree: Tree, prototypes: Mapping[int, Prototype], value: Any, what: str, code: str) -> dict[int, Any]:
    """Take a tangent or cotangent apart and check it against the primal: structure, shapes and dtypes.

    Returns one entry a leaf; None for passive leaves.  None and 0 stand for zeros.
    """
    found: dict[int, Any] = {}

    def visit(branch: Tree, given: Any, path: str) -> None:
        match branch:
            case Leaf(number):
                found[number] = conform_leaf(prototypes[number], given, path, code)
            case Fixed():
                return
            case Branch(kind=kind, keys=keys, children=inner):
                if given is None or (type(given) in (int, float) and given == 0):
                    for child in inner:
                        visit(child, None, path)
                    return
                other = children(given) or _instance(given)
                if other is None or other[0] != kind or tuple(other[2]) != keys:
                    if other is not None and other[0] == kind == "dataclass" and set(other[2]) < set(keys):
                        parts = dict(zip(other[2], other[3], strict=True))
                        other = (kind, None, keys, tuple(map(parts.get, keys)), "attribute")
                    elif kind == "dict" and type(given) is dict and set(given) == set(keys):
                        other = ("dict", None, keys, tuple(given[key] for key in keys), "item")
                    else:
                        raise ArgumentError(
                            f"{path} has another structure than its primal: {_describe(given)} instead of {_outline(branch)}.",
                            remedy="give it the structure of the primal, with None for parts without a float",
                            code=code,
                        )
                for key, child, part in zip(keys, inner, other[3], strict=True):
                    visit(child, part, f"{path}[{key!r}]" if other[4] == "item" else f"{path}.{key}")

    visit(tree, value, what)
    return found


def conform_leaf(primal: Prototype, given: Any, path: str, code: str) -> Any:
    """Check one leaf of a tangent or cotangent, and give it the kind of the primal."""
    kind, shape, dtype = primal.type, primal.shape, primal.dtype
    if not is_inexact(kind):
        if given is None or not np.any(given):
            return None
        raise ArgumentError(
            f"{path} is not zero, but its primal is an integer or a flag.", remedy="pass None, or make the primal a float", code=code
        )
    if given is None or (type(given) in (int, float) and given == 0):
        return _as_kind(kind, np.zeros(shape, dtype))
    if isinstance(given, bool) or not isinstance(given, (np.ndarray, np.generic, int, float, complex)):
        raise ArgumentError(f"{path} is {_describe(given)}, not numbers.", remedy=_wanted(shape, dtype), code=code)
    if type(given) is not np.ndarray and isinstance(given, np.ndarray):
        raise refuse_array(given, path)
    if np.shape(given) != shape:
        raise ArgumentError(f"{path} has shape {np.shape(given)}, its primal has shape {shape}.", remedy=_wanted(shape, dtype), code=code)
    other = np.asarray(given).dtype
    if other.kind not in ("biufc" if dtype.kind == "c" else "biuf"):
        raise ArgumentError(f"{path} has dtype {other}, its primal has dtype {dtype}.", remedy=_wanted(shape, dtype), code=code)
    if other == dtype and _is_kind(kind, given):
        return given
    return _as_kind(kind, np.asarray(given).astype(dtype))


def _is_kind(kind: Type, value: Any) -> bool:
    match kind:
        case Number(name):
            return type(value).__name__ == name
        case Scalar():
            return isinstance(value, np.generic)
    return type(value) is np.ndarray


def _as_kind(kind: Type, value: np.ndarray[Any, Any]) -> Any:
    match kind:
        case Number():
            return value.item()
        case Scalar():
            return value[()]
    return value


def _wanted(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    return f"pass an array of shape {shape} and dtype {dtype}" if shape else f"pass a number of dtype {dtype}"


def _describe(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        return f"a dict with keys {', '.join(map(repr, value))}"[:80]
    return f"a {type(value).__name__}"


def _outline(tree: Branch) -> str:
    if tree.kind in ("list", "tuple"):
        return f"a {tree.kind} of {len(tree.keys)}"
    if tree.kind == "dict":
        return f"a dict with keys {', '.join(map(repr, tree.keys))}"[:80]
    return f"a {tree.cls.__name__}" if tree.cls is not None else tree.kind


class _Identity:
    """A key for what cannot be hashed, or hashes by value where identity matters."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def _hashable(tree: Tree) -> Any:
    match tree:
        case Leaf():
            return tree
        case Fixed(value):
            return (type(value), value) if isinstance(value, (str, bytes, bool, type(None), type)) else _Identity(value)
    keys = tuple((type(key), key) for key in tree.keys)
    return tree.kind, tree.cls, keys, tuple(_hashable(child) for child in tree.children)
