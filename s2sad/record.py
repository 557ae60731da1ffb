"""Classes that hold a few fields: what `dataclasses.dataclass` gives, at a fraction of its cost at import.

The compiler has more than a hundred such classes, and they are all made before the first derivative is there.  The standard
decorator compiles each method on its own, half a millisecond a class on Python 3.11; this one compiles a method once for all
classes with as many fields, puts the names of the fields in, and always makes slots.  Fields are declared as for a dataclass,
with `dataclasses.field` for factories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
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
        made: type[T] = _make(cls, frozen, eq)
        return made

    return decorate


def replace(instance: T, **changes: Any) -> T:
    """Return a copy of a record with some fields changed."""
    values = {name: getattr(instance, name) for name in type(instance).__match_args__}  # type: ignore[attr-defined]
    return type(instance)(**{**values, **changes})


def _make(cls: Any, frozen: bool, eq: bool) -> Any:
    body = dict(cls.__dict__)
    inherited: dict[str, Any] = next((dict(base.__fields__) for base in cls.__mro__[1:] if "__fields__" in base.__dict__), {})
    own = [name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar")]
    fields = inherited | {name: body.pop(name, MISSING) for name in own}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    body["__slots__"] = tuple(name for name in own if name not in inherited)
    body["__fields__"] = fields
    body.setdefault("__match_args__", tuple(name for name, default in fields.items() if not isinstance(default, Field) or default.init))
    methods = _methods(cls.__qualname__, fields, frozen, eq, hasattr(cls, "__post_init__"))
    body["__init__"] = methods["__init__"]
    for name in ("__repr__", "__eq__", "__hash__"):
        if name in body and not (name == "__hash__" and body[name] is None):
            continue
        if name == "__repr__" and cls.__repr__ is object.__repr__:
            body[name] = _represent
        elif name == "__eq__" and eq:
            body[name] = methods["__eq__"]
        elif name == "__hash__" and eq:
            body[name] = methods.get("__hash__")
    if frozen:
        body["__setattr__"] = _refuse
        body["__reduce__"] = _reduce
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def _methods(title: str, fields: dict[str, Any], frozen: bool, eq: bool, post: bool) -> dict[str, FunctionType]:
    """Return the methods that depend on the fields."""
    namespace: dict[str, Any] = {"MISSING": MISSING, "assign": object.__setattr__}
    names: dict[str, str] = {}  # what stands for a field in the template, and the field
    parameters, lines, compared, defaults = [], [], [], []
    for number, (name, default) in enumerate(fields.items()):
        label = f"field_{number}"
        names[label] = name
        value = label
        if isinstance(default, Field):
            if default.compare:
                compared.append(f"self.{label}")
            if not default.init:
                if default.default is not MISSING:
                    namespace[f"default_{number}"] = default.default
                    lines.append(f"self.{label} = default_{number}")
                continue
            if default.default_factory is not MISSING:
                namespace[f"make_{number}"] = default.default_factory
                value = f"make_{number}() if {label} is MISSING else {label}"
                defaults.append(MISSING)
            elif default.default is not MISSING:
                defaults.append(default.default)
        else:
            compared.append(f"self.{label}")
            if default is not MISSING:
                defaults.append(default)
        parameters.append(label)
        lines.append(f"assign(self, {label!r}, {value})" if frozen else f"self.{label} = {value}")
    if post:
        lines.append("self.__post_init__()")
    template = _INIT.format(", ".join(("self", *parameters)), "; ".join(lines) or "pass")
    made = {"__init__": _filled(template, names, namespace, title)}
    made["__init__"].__defaults__ = tuple(defaults)
    if eq:
        mine = "".join(f"{one}, " for one in compared)
        made["__eq__"] = _filled(_EQ.format(mine, mine.replace("self.", "other.")), names, namespace, title)
        if frozen:
            made["__hash__"] = _filled(_HASH.format(mine), names, namespace, title)
    return made


_INIT = "def __init__({}): {}"
_EQ = """
def __eq__(self, other):
    if self is other:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    return ({}) == ({})
"""
_HASH = "def __hash__(self): return hash(({}))"


def _filled(template: str, names: dict[str, str], namespace: dict[str, Any], title: str) -> FunctionType:
    """Return the function of a template with the names of the fields in it."""

    def filled(labels: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(names.get(label, label) if isinstance(label, str) else label for label in labels)

    code = _compiled(template)
    code = code.replace(co_varnames=filled(code.co_varnames), co_names=filled(code.co_names), co_consts=filled(code.co_consts))
    made = FunctionType(code, namespace, code.co_name)
    made.__qualname__ = f"{title}.{code.co_name}"
    return made


@cache
def _compiled(template: str) -> CodeType:
    """Compile a template; classes whose fields differ in their names only share it."""
    namespace: dict[str, Any] = {}
    exec(template, namespace)
    code: CodeType = namespace[next(name for name in namespace if name != "__builtins__")].__code__
    return code


def _represent(self: Any) -> str:
    parts = ", ".join(f"{name}={attrgetter(name)(self)!r}" for name in type(self).__match_args__)
    return f"{type(self).__qualname__}({parts})"


def _refuse(self: Any, name: str, value: Any) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} cannot be assigned: the record is frozen")


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), tuple(getattr(self, name) for name in type(self).__match_args__)
