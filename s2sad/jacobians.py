"""Jacobians and Hessians: linearise once, then push every direction.

Reverse mode runs the function once and pulls back one cotangent for each element of the result.  Forward mode repeats the
function for each element of the arguments, so it is only taken where that cannot be noticed: without effects.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any, Generic, ParamSpec, TypeVar, overload

import numpy as np

from s2sad.errors import DifferentiationError
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree, leaves
from s2sad.graph.types import is_inexact
from s2sad.objects import TITLES, Derivative, Differentiated, Protocol, described, make, portable, primal
from s2sad.request import Request, make_request, subtree
from s2sad.structure import ArgumentError, Pattern, describe, map_leaves, rebuild

P = ParamSpec("P")
R = TypeVar("R")


class Jacobian(Generic[P, R]):
    """A Jacobian: called with the arguments of the function.

    For a result of shape `s` and an argument of shape `a` it has the shape ``s + a``; for structures, the structure of the result
    with the structure of the argument at each leaf.
    """

    def __init__(self, function: Callable[..., Any], mode: str, request: Request) -> None:
        self._function = function
        self._mode = mode
        self._request = request
        self._vjp = make(function, "vjp")
        self._jvp = make(function, "jvp")
        self._forward: bool | None = None if mode == "jacfwd" else False
        self.__name__ = f"{getattr(function, '__name__', type(function).__name__)}.{mode}"
        self.__doc__ = f"Jacobian of `{getattr(function, '__name__', function)}`."

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        positional, keywords = self._positional(args, kwargs)
        by_columns = self._columns(positional, keywords)
        result: Any = self._by_columns(positional, keywords) if by_columns else self._by_rows(positional, keywords)
        return result  # type: ignore[no-any-return]

    def __get__(self, instance: Any, owner: type | None = None) -> Jacobian[..., R]:
        return self if instance is None else Jacobian(types.MethodType(self._function, instance), self._mode, self._request)

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self._function

    @property
    def __s2sad_derivative__(self) -> Protocol:
        return Protocol(self._mode, self._function, self._request.argnums, self._request.wrt, False, self._request)

    @property
    def source(self) -> str:
        """The generated source of the linearised function: forward half and pull-back, or push-forward."""
        return self._jvp.source if self._forward else self._vjp.source

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """Return the generated source for arguments like these; nothing is run."""
        return self._jvp.source_for(args, args, **kwargs) if self._columns(args, kwargs) else self._vjp.source_for(*args, **kwargs)

    def save(self, path: Any) -> Any:
        """Write the generated source of the linearised function as a module of its own."""
        return self._jvp.save(path) if self._forward else self._vjp.save(path)

    def __repr__(self) -> str:
        return f"<{TITLES[self._mode].lower()} of {described(self._function)}{self._request}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (portable(self._function), self._mode, self._request)

    def _positional(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give by position what can be: tangents and cotangents are counted by position."""
        table = self._vjp._dispatcher
        own = table.parameters.positional[table.parameters.bound :]
        last = max((own.index(name) for name in kwargs if name in own), default=-1)
        if last < len(args):
            return args, kwargs
        values = dict(zip(table.parameters.names, table.bind(*self._vjp._bound, *args, **kwargs), strict=True))
        rest = {name: value for name, value in kwargs.items() if name not in own}
        return (*args, *(values[name] for name in own[len(args) : last + 1])), rest

    def _columns(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether to go forward: asked for, and the function can be repeated unnoticed."""
        if self._forward is None:
            self._forward = not self._has_effects(args, kwargs)
        return self._forward

    def _has_effects(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        from s2sad.plan import has_effects

        table = self._vjp._dispatcher
        found = table.find(table.bind(*self._vjp._bound, *args, **kwargs))
        return has_effects(found.compiled.lowered.graph)

    def _argument(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Pattern, list[tuple[int, Tree]]]:
        """Describe the arguments; return position and structure of those asked for."""
        table = self._vjp._dispatcher
        values = dict(zip(table.parameters.names, table.bind(*self._vjp._bound, *args, **kwargs), strict=True))
        places = table.parameters.roots(self._request, values)
        pattern = describe(values)
        own = table.parameters.positional[table.parameters.bound :]
        found = []
        for root, steps in places:
            if root in own:
                position = own.index(root)
            elif steps and root == table.parameters.variadic:
                position = len(own) + steps[0][1]
            else:
                raise ArgumentError(f"a Jacobian needs {root} as a positional argument.", remedy="pass it by position", code="S2S302")
            tree = subtree(pattern.trees[root], steps)
            if not any(is_inexact(pattern.parts[leaf.number].type) for leaf in leaves(tree)):
                from s2sad.request import passive_argument

                raise passive_argument(
                    table.parameters.function, root, [pattern.parts[leaf.number].type for leaf in leaves(tree)], pattern.parts
                )
            found.append((position, tree))
        return pattern, found

    def _collected(self, parts: list[Any]) -> Any:
        if isinstance(self._request.wrt, tuple):
            return dict(zip(self._request.wrt, parts, strict=True))
        return tuple(parts) if isinstance(self._request.argnums, tuple) else parts[0]

    def _by_rows(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        pattern, wanted = self._argument(args, kwargs)
        out, pullback = self._vjp(*args, **kwargs)
        result = describe({"out": out})
        prototypes = [value for value in _leaves(result.trees["out"], out)]
        rows: list[list[list[Any]]] = []  # one a leaf of the result, one a direction, one an argument
        for number, prototype in enumerate(prototypes):
            rows.append([])
            if not is_inexact(result.parts[number].type):
                continue
            for direction in basis(prototype):
                cotangent = rebuild(result.trees["out"], lambda k, d=direction, n=number: d if k == n else None)  # type: ignore[misc]
                pulled = pullback(cotangent)
                rows[number].append([pulled[position] for position, _ in wanted])

        def part(index: int, tree: Tree, number: int) -> Any:
            shape = np.shape(prototypes[number])
            return rebuild(
                map_leaves(tree, lambda k: Leaf(k) if is_inexact(pattern.parts[k].type) else Fixed(None)),
                lambda k: stacked([_at(tree, row[index], k) for row in rows[number]], shape, pattern, k, args),
            )

        def entry(number: int) -> Any:
            return self._collected([part(index, tree, number) for index, (_, tree) in enumerate(wanted)])

        return _expanded(result, entry)

    def _by_columns(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        pattern, wanted = self._argument(args, kwargs)
        columns: dict[int, list[Any]] = {}
        shapes: dict[int, tuple[int, ...]] = {}
        out: Any = None
        for position, tree in wanted:
            values = dict(zip([leaf.number for leaf in leaves(tree)], _leaves(tree, args[position]), strict=True))
            for number, value in values.items():
                columns[number], shapes[number] = [], np.shape(value)
                if not is_inexact(pattern.parts[number].type):
                    continue
                for direction in basis(value):
                    tangent = rebuild(tree, lambda k, d=direction, n=number: d if k == n else None)  # type: ignore[misc]
                    tangents = tuple(tangent if k == position else None for k in range(len(args)))
                    out, pushed = self._jvp(args, tangents, **kwargs)
                    columns[number].append(pushed)
        if out is None:
            return self._by_rows(args, kwargs)
        result = describe({"out": out})

        def entry(number: int) -> Any:
            parts = []
            for _, tree in wanted:

                def leaf(k: int) -> Any:
                    arrays = [np.asarray(_at(result.trees["out"], column, number)) for column in columns[k]]
                    if not shapes[k]:
                        return _at(result.trees["out"], columns[k][0], number)
                    inner = np.shape(next(v for j, v in enumerate(_leaves(result.trees["out"], out)) if j == number))
                    joined = np.stack(arrays, axis=-1) if arrays else np.zeros((*inner, 0))
                    return joined.reshape(inner + shapes[k])

                shape = map_leaves(tree, lambda k: Leaf(k) if is_inexact(pattern.parts[k].type) else Fixed(None))
                parts.append(rebuild(shape, leaf))
            return self._collected(parts)

        return _expanded(result, entry)


def stacked(rows: list[Any], shape: tuple[int, ...], pattern: Pattern, number: int, args: tuple[Any, ...]) -> Any:
    """Put the cotangents for each element of a result of the given shape together."""
    if not shape:
        return rows[0]
    kind = pattern.parts[number].type
    if not rows:
        sizes = tuple(size.evaluate(pattern.seen) or 0 for size in getattr(kind, "shape", ()) or ())
        return np.zeros(shape + sizes)
    arrays = np.stack([np.asarray(row) for row in rows])
    return arrays.reshape(shape + arrays.shape[1:])


def basis(value: Any) -> Iterator[Any]:
    """Yield a one for each element of a number or array, of its own kind."""
    if not isinstance(value, np.ndarray):
        yield type(value)(1)
        return
    for position in range(value.size):
        direction = np.zeros(value.shape, value.dtype)
        direction.reshape(-1)[position] = 1
        yield direction


def _expanded(result: Pattern, entry: Callable[[int], Any]) -> Any:
    """Put an entry at each leaf of the result that has a derivative."""
    tree = map_leaves(result.trees["out"], lambda k: Leaf(k) if is_inexact(result.parts[k].type) else Fixed(None))
    return rebuild(tree, entry)


def _leaves(tree: Tree, value: Any) -> list[Any]:
    from s2sad.structure import flatten

    return list(flatten(tree, value))


def _at(tree: Tree, value: Any, number: int) -> Any:
    """Return the leaf with a number, of a value with the structure of the tree (None where passive)."""
    match tree:
        case Leaf(own):
            return value if own == number else None
        case Branch(kind=kind, keys=keys, children=children):
            for key, child in zip(keys, children, strict=True):
                if any(leaf.number == number for leaf in leaves(child)):
                    return _at(child, value[key] if kind in ("list", "tuple", "dict") else getattr(value, str(key)), number)
    return None


def _rebuild(function: Any, mode: str, request: Request) -> Jacobian[..., Any]:
    return Jacobian(_function(function), mode, request)


def _function(fun: Any) -> Any:
    return fun._function if isinstance(fun, Differentiated) else fun


@overload
def jacrev(fun: Callable[P, Any], argnums: int | tuple[int, ...] = 0, *, wrt: None = None) -> Jacobian[P, Any]: ...
@overload
def jacrev(fun: Callable[P, Any], argnums: None = None, *, wrt: str | tuple[str, ...]) -> Jacobian[P, Any]: ...
def jacrev(fun: Any, argnums: Any = None, *, wrt: Any = None) -> Any:
    """Return the Jacobian of `fun`, computed a row at a time: the function runs once."""
    return Jacobian(_function(fun), "jacrev", make_request("vjp", argnums, wrt))


@overload
def jacfwd(fun: Callable[P, Any], argnums: int | tuple[int, ...] = 0, *, wrt: None = None) -> Jacobian[P, Any]: ...
@overload
def jacfwd(fun: Callable[P, Any], argnums: None = None, *, wrt: str | tuple[str, ...]) -> Jacobian[P, Any]: ...
def jacfwd(fun: Any, argnums: Any = None, *, wrt: Any = None) -> Any:
    """Return the Jacobian of `fun`, computed a column at a time; by rows when the function has effects, which must happen once."""
    return Jacobian(_function(fun), "jacfwd", make_request("vjp", argnums, wrt))


@overload
def jacobian(fun: Callable[P, Any], argnums: int | tuple[int, ...] = 0, *, wrt: None = None) -> Jacobian[P, Any]: ...
@overload
def jacobian(fun: Callable[P, Any], argnums: None = None, *, wrt: str | tuple[str, ...]) -> Jacobian[P, Any]: ...
def jacobian(fun: Any, argnums: Any = None, *, wrt: Any = None) -> Any:
    """Return the Jacobian of `fun`: for a result of shape `s` and an argument of shape `a`, an array of shape ``s + a``."""
    return Jacobian(_function(fun), "jacrev", make_request("vjp", argnums, wrt))


@overload
def hessian(fun: Callable[P, Any], argnums: int | tuple[int, ...] = 0, *, wrt: None = None) -> Jacobian[P, Any]: ...
@overload
def hessian(fun: Callable[P, Any], argnums: None = None, *, wrt: str | tuple[str, ...]) -> Jacobian[P, Any]: ...
def hessian(fun: Any, argnums: Any = None, *, wrt: Any = None) -> Any:
    """Return the Hessian of a function with one real result: the Jacobian of its gradient, structure by structure."""
    gradient = make(_function(fun), "grad", argnums=argnums, wrt=wrt)
    return Jacobian(gradient, "jacfwd", make_request("vjp", argnums, wrt))


__all__ = ["Derivative", "DifferentiationError", "Jacobian", "hessian", "jacfwd", "jacobian", "jacrev", "primal"]
