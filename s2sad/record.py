"""Classes that hold a few fields: what `dataclasses.dataclass` gives, at a fraction of its cost at import.

The compiler has more than a hundred such classes, and it is imported when the first derivative is asked for.  The standard
decorator compiles each method on its own, half a millisecond a class on Python 3.11; this one compiles once a class and
always makes slots.  Fields are declared as for a dataclass, with `dataclasses.field` for factories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(field_specifiers=(field,))
def record(*, frozen: bool = False, eq: bool = True) -> Callable[[type[T]], type[T]]:
    """Return a class decorator.

    Parameters
    ----------
    frozen : bool
        Whether assigning to a field raises AttributeError; a frozen record with `eq` is hashable.
    eq : bool
        Whether records are equal when their fields are (those with ``field(compare=False)`` left out); else identity decides.

    Examples
    --------
    >>> @record(frozen=True)
    ... class Point:
    ...     x: float
    ...     y: float = 0.0
    >>> Point(1.0) == Point(1.0, 0.0), Point(2.0)
    (True, Point(x=2.0, y=0.0))
    """

    def decorate(cls: type[T]) -> type[T]:
        return _make(cls, frozen, eq)

    return decorate


def replace(instance: T, **changes: Any) -> T:
    """Return a copy of a record with some fields changed."""
    values = {name: getattr(instance, name) for name in type(instance).__match_args__}  # type: ignore[attr-defined]
    return type(instance)(**{**values, **changes})


def _make(cls: type[T], frozen: bool, eq: bool) -> type[T]:
    body = dict(cls.__dict__)
    inherited: dict[str, Any] = next((dict(base.__fields__) for base in cls.__mro__[1:] if "__fields__" in base.__dict__), {})
    own = [name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar")]
    fields = inherited | {name: body.pop(name, MISSING) for name in own}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    body["__slots__"] = tuple(name for name in own if name not in inherited)
    body["__fields__"] = fields
    body.setdefault("__match_args__", tuple(name for name, default in fields.items() if not isinstance(default, Field) or default.init))
    namespace: dict[str, Any] = {"MISSING": MISSING, "assign": object.__setattr__}
    exec(_methods(cls.__name__, fields, frozen, hasattr(cls, "__post_init__"), namespace), namespace)
    body["__init__"] = namespace["__init__"]
    for name in ("__repr__", "__eq__", "__hash__"):
        if name in body and not (name == "__hash__" and body[name] is None):
            continue
        if name == "__repr__" and cls.__repr__ is object.__repr__:
            body[name] = _represent
        elif name == "__eq__" and eq:
            body[name] = namespace["__eq__"]
        elif name == "__hash__" and eq:
            body[name] = namespace["__hash__"] if frozen else None
    if frozen:
        body["__setattr__"] = _refuse
        body["__reduce__"] = _reduce
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def _methods(title: str, fields: dict[str, Any], frozen: bool, post: bool, namespace: dict[str, Any]) -> str:
    """Return the text of the methods that depend on the fields."""
    parameters, lines, compared = [], [], []
    for name, default in fields.items():
        value = name
        if isinstance(default, Field):
            if default.compare:
                compared.append(name)
            if not default.init:
                if default.default is not MISSING:
                    namespace[f"default_{name}"] = default.default
                    lines.append(f"    self.{name} = default_{name}")
                continue
            if default.default_factory is not MISSING:
                namespace[f"make_{name}"] = default.default_factory
                parameters.append(f"{name}=MISSING")
                value = f"make_{name}() if {name} is MISSING else {name}"
            elif default.default is not MISSING:
                namespace[f"default_{name}"] = default.default
                parameters.append(f"{name}=default_{name}")
            else:
                parameters.append(name)
        else:
            compared.append(name)
            if default is not MISSING:
                namespace[f"default_{name}"] = default
                parameters.append(f"{name}=default_{name}")
            else:
                parameters.append(name)
        lines.append(f"    assign(self, {name!r}, {value})" if frozen else f"    self.{name} = {value}")
    if post:
        lines.append("    self.__post_init__()")
    mine = "".join(f"self.{name}, " for name in compared)
    theirs = "".join(f"other.{name}, " for name in compared)
    return "\n".join(
        [
            f"def __init__({', '.join(['self', *parameters])}):",
            *(lines or ["    pass"]),
            "def __eq__(self, other):",
            "    if self is other:",
            "        return True",
            "    if other.__class__ is not self.__class__:",
            "        return NotImplemented",
            f"    return ({mine}) == ({theirs})",
            "def __hash__(self):",
            f"    return hash(({mine}))",
        ]
    )


def _represent(self: Any) -> str:
    parts = ", ".join(f"{name}={attrgetter(name)(self)!r}" for name in type(self).__match_args__)
    return f"{type(self).__qualname__}({parts})"


def _refuse(self: Any, name: str, value: Any) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} cannot be assigned: the record is frozen")


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), tuple(getattr(self, name) for name in type(self).__match_args__)
