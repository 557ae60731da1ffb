"""What is asked for: the kind of derivative, with respect to what."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from s2sad.errors import DifferentiationError
from s2sad.graph.tree import Tree, leaves
from s2sad.graph.types import Type, is_inexact
from s2sad.record import record
from s2sad.structure import ArgumentError, Part

KINDS = ("primal", "grad", "value_and_grad", "vjp", "jvp", "hvp")


@record(frozen=True)
class Request:
    """One kind of derivative.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    argnums : int, tuple of int, or None
        Positions, a bound `self` not counted.
    wrt : str, tuple of str, or None
        Names; ``"self"`` is the instance of a bound method.
    has_aux : bool
        Whether the function returns ``(value, aux)``.
    """

    kind: str
    argnums: int | tuple[int, ...] | None = None
    wrt: str | tuple[str, ...] | None = None
    has_aux: bool = False

    def __str__(self) -> str:
        choice = ""
        if self.wrt is not None:
            choice = f", wrt={self.wrt!r}"
        elif self.argnums not in (None, 0):
            choice = f", argnums={self.argnums!r}"
        return choice + (", has_aux=True" if self.has_aux else "")


def make_request(kind: str, argnums: Any = None, wrt: Any = None, has_aux: bool = False) -> Request:
    """Check what the user asked for and return it in its one form."""
    if argnums is not None and wrt is not None:
        raise TypeError(f"{kind}: give argnums or wrt, not both")
    if isinstance(wrt, (list, tuple)):
        wrt = tuple(wrt)
        if not wrt or not all(isinstance(name, str) for name in wrt):
            raise TypeError(f"{kind}: wrt takes a name or a tuple of names, not {wrt!r}")
    elif wrt is not None and not isinstance(wrt, str):
        raise TypeError(f"{kind}: wrt takes a name or a tuple of names, not {wrt!r}")
    if wrt is None:
        argnums = 0 if argnums is None else argnums
        if isinstance(argnums, (list, tuple)):
            argnums = tuple(argnums)
        numbers = argnums if isinstance(argnums, tuple) else (argnums,)
        if not numbers or not all(type(number) is int for number in numbers):
            raise TypeError(f"{kind}: argnums takes an int or a tuple of ints, not {argnums!r}")
    return Request(kind, argnums, wrt, bool(has_aux))


@record(frozen=True)
class Parameters:
    """The parameter list of a function, as text for generated code.

    `header` stands in a `def`, `forward` in a call of a function with the same parameters; `defaults` holds what the header
    names.
    """

    function: str
    names: tuple[str, ...]
    header: str
    forward: str
    defaults: dict[str, Any]
    positional: tuple[str, ...]
    variadic: str | None
    bound: int = 0

    @staticmethod
    def of(function: Callable[..., Any], bound: int = 0) -> Parameters:
        """Read the parameters of a function; the first `bound` of them are given by a bound method."""
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            raise DifferentiationError(
                f"{getattr(function, '__name__', function)!s} has no Python source.",
                code="S2S101",
                remedy="wrap it in a Python function: def f(x): return ...",
            ) from None
        return Parameters.read(getattr(function, "__name__", type(function).__name__), tuple(signature.parameters.values()), bound)

    @staticmethod
    def read(function: str, parameters: Sequence[inspect.Parameter], bound: int = 0) -> Parameters:
        """Turn the parameters that `inspect` gives into text."""
        header: list[str] = []
        forward: list[str] = []
        positional: list[str] = []
        defaults: dict[str, Any] = {}
        variadic = None
        marked = False
        for number, parameter in enumerate(parameters):
            name = parameter.name
            text = name
            if parameter.default is not parameter.empty:
                defaults[f"_s2_default_{name}"] = parameter.default
                text = f"{name}=_s2_default_{name}"
            if parameter.kind is parameter.VAR_POSITIONAL:
                variadic, marked = name, True
                header.append(f"*{name}")
                forward.append(f"*{name}")
                continue
            if parameter.kind is parameter.VAR_KEYWORD:
                header.append(f"**{name}")
                forward.append(f"**{name}")
                continue
            if parameter.kind is parameter.KEYWORD_ONLY:
                if not marked:
                    header.append("*")
                    marked = True
                header.append(text)
                forward.append(f"{name}={name}")
                continue
            header.append(text)
            forward.append(name)
            positional.append(name)
            following = parameters[number + 1].kind if number + 1 < len(parameters) else None
            if parameter.kind is parameter.POSITIONAL_ONLY and following is not parameter.POSITIONAL_ONLY:
                header.append("/")
        names = tuple(parameter.name for parameter in parameters)
        return Parameters(function, names, ", ".join(header), ", ".join(forward), defaults, tuple(positional), variadic, bound)

    def roots(self, request: Request, arguments: dict[str, Any] | None = None) -> list[tuple[str, tuple[tuple[str, Any], ...]]]:
        """Return the places, root and steps, that the request names.

        `arguments` says how many positional arguments there are, where the function takes any number.
        """
        if request.wrt is not None:
            names = request.wrt if isinstance(request.wrt, tuple) else (request.wrt,)
            return [self._named(request, name, arguments) for name in names]
        numbers = request.argnums if isinstance(request.argnums, tuple) else (request.argnums or 0,)
        return [self._numbered(request, number, arguments) for number in numbers]

    def _named(self, request: Request, name: str, arguments: dict[str, Any] | None) -> tuple[str, tuple[tuple[str, Any], ...]]:
        if name == "self" and self.bound:
            return self.names[0], ()
        if name in self.names:
            return name, ()
        last = self.names[-1] if self.names else ""
        if arguments is not None and isinstance(arguments.get(last), dict) and name in arguments[last] and f"**{last}" in self.header:
            return last, (("item", name),)
        raise ArgumentError(
            f"{self.function}() has no argument {name!r}.",
            remedy=f"wrt takes one of {', '.join(self.names)}" if self.names else "",
            code="S2S302",
        )

    def _numbered(self, request: Request, number: int, arguments: dict[str, Any] | None) -> tuple[str, tuple[tuple[str, Any], ...]]:
        own = self.positional[self.bound :]
        extra = arguments.get(self.variadic, ()) if arguments is not None and self.variadic is not None else ()
        count = len(own) + len(extra)
        position = number + count if number < 0 else number
        if not 0 <= position < count:
            plural = "" if count == 1 else "s"
            raise ArgumentError(
                f"argnums {number} is out of range: {self.function}() takes {count} positional argument{plural}.",
                remedy="use wrt=... for keyword-only arguments"
                if len(self.names) > len(self.positional)
                else f"use 0 to {count - 1}"
                if count
                else "",
                code="S2S302",
            )
        if position < len(own):
            return own[position], ()
        assert self.variadic is not None
        return self.variadic, (("item", position - len(own)),)


def subtree(tree: Tree, steps: tuple[tuple[str, Any], ...]) -> Tree:
    """Return the part of a tree that `steps` lead to."""
    for _, key in steps:
        tree = tree.children[tree.keys.index(key)]  # type: ignore[union-attr]
    return tree


def differentiable_leaves(
    tree: Tree, root: str, steps: tuple[tuple[str, Any], ...], parts: Sequence[Part], request: Request, function: str
) -> list[int]:
    """Return the numbers of the leaves of an argument that carry a derivative; refuse an argument without any."""
    target = subtree(tree, steps)
    numbers = [leaf.number for leaf in leaves(target)]
    found = [number for number in numbers if is_inexact(parts[number].type)]
    if not found:
        raise passive_argument(function, root, [parts[number].type for number in numbers], parts)
    return found


def passive_argument(function: str, root: str, kinds: Sequence[Type], parts: Sequence[Part]) -> ArgumentError:
    """Return the error for an argument that holds no float."""
    other = next((part.root for part in parts if is_inexact(part.type)), None)
    if len(kinds) == 1 and str(kinds[0]).startswith("int"):
        reason, remedy = f"argument {root} of {function}() is a Python int, which has no derivative.", "pass a float, such as 2.0"
    elif len(kinds) == 1:
        reason, remedy = f"argument {root} of {function}() is {kinds[0]}, which has no derivative.", "pass floats: x.astype(float)"
    else:
        reason, remedy = f"argument {root} of {function}() holds no float.", "pass floats"
    if other is not None and other != root:
        remedy += f"; or ask for {other}: wrt={other!r}"
    return ArgumentError(reason, remedy=remedy, code="S2S301")
