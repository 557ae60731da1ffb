"""What happens in the world: output, exceptions, draws, unknown functions.

Each takes the effect token first and gives one first; that keeps the order.  None of them carries a derivative: a value that comes
back from the world is passive.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import BOOL, TOKEN, Opaque, Tuple, Type
from s2sad.rules.declare import REGISTRY, Rule, Signature, constant, point


def _effect(
    name: str, signature: str, spelling: str, evaluate: Callable[..., Any], effect: str, *, result: bool = False, **facts: Any
) -> Rule:
    """Declare an operation with an effect; its type rule gives the token's type, and the result's where the graph states it."""

    def infer(sizes: Sizes, *kinds: Type, **static: Any) -> Type:
        if not result:
            return TOKEN
        return Tuple((TOKEN, static.get("kind") or Opaque()))

    return REGISTRY.add(
        Rule(
            name,
            evaluate,
            infer,
            kind="structural",
            signature=Signature.parse(signature),
            spelling=spelling,
            effect=effect,
            complex=True,
            **facts,
        )
    )


def _print(token: None, *values: Any, sep: str | None = None, end: str | None = None) -> None:
    builtins.print(*values, sep=sep, end=end)


def _raise(token: None, *values: Any, exception: Any, arguments: tuple[str, ...] = ()) -> None:
    kind = getattr(builtins, exception) if isinstance(exception, str) else exception
    raise kind(*values, *arguments)


def _raise_again(token: None, error: BaseException) -> None:
    raise error


def _assert(token: None, condition: Any, *message: Any) -> None:
    if not condition:
        raise AssertionError(*message)


def _foreign(token: None, function: Any, *values: Any, kind: Type | None = None, keywords: tuple[str, ...] = ()) -> tuple[None, Any]:
    count = len(values) - len(keywords)
    return None, function(*values[:count], **dict(zip(keywords, values[count:], strict=True)))


def _report(token: None, function: Any, *values: Any, keywords: tuple[str, ...] = ()) -> None:
    _foreign(None, function, *values, keywords=keywords)


def _draw(
    token: None, generator: Any, *values: Any, method: str, kind: Type | None = None, keywords: tuple[str, ...] = ()
) -> tuple[None, Any]:
    count = len(values) - len(keywords)
    return None, getattr(generator, method)(*values[:count], **dict(zip(keywords, values[count:], strict=True)))


print_ = _effect("print", "token, *values, /, sep=None, end=None", "print(*values, sep=sep, end=end)", _print, "output")
report = _effect("report", "token, function, *values, /, keywords=()", "function(*values)", _report, "output", raises=True)
raise_ = _effect("raise_", "token, *values, /, exception=None, arguments=()", "", _raise, "raise", raises=True)
raise_again = _effect("raise_again", "token, error", "", _raise_again, "raise", raises=True)
assert_ = _effect("assert", "token, condition, *message", "", _assert, "raise", raises=True)
foreign = _effect(
    "foreign", "token, function, *values, /, kind=None, keywords=()", "function(*values)", _foreign, "foreign", result=True, raises=True
)


def _spell_draw(*kinds: Type, method: str, kind: Type | None = None, keywords: tuple[str, ...] = ()) -> str:
    return f"generator.{method}(*values)"


draw = _effect(
    "draw",
    "token, generator, *values, /, method='', kind=None, keywords=()",
    "",
    _draw,
    "draw",
    result=True,
    raises=True,
    spell=_spell_draw,
)


def _displayed(name: str, signature: str, spelling: str, evaluate: Callable[..., Any], **facts: Any) -> Rule:
    """Declare a container made for an effect, which only looks at it."""
    kind = name.removesuffix("_of")
    return constant(name, signature, spelling, evaluate, infer=lambda sizes, *kinds, **static: Opaque(kind), complex=True, **facts)


tuple_of = _displayed("tuple_of", "*values", "(*values,)", lambda *values: values, at=[point(1.5, 2), point()])
list_of = _displayed("list_of", "*values", "[*values]", lambda *values: list(values), at=[point(1.5, 2), point()])
dict_of = _displayed(
    "dict_of",
    "*values, /, keys=()",
    "dict(zip(keys, [*values]))",
    lambda *values, keys: dict(zip(keys, values, strict=True)),
    at=[point(1.5, 2, keys=("a", "b"))],
)
errstate = REGISTRY.add(
    Rule(
        "errstate",
        lambda *, settings: np.errstate(**dict(settings)),
        lambda sizes, *, settings: Opaque("manager"),
        kind="structural",
        signature=Signature.parse("/, settings=()"),
        spell=lambda *, settings: f"np.errstate({', '.join(f'{name}={value!r}' for name, value in settings)})",
    )
)
is_same = constant(
    "is_same", "a, b", "a is b", lambda a, b: a is b, infer=lambda sizes, a, b: BOOL, complex=True, at=[point(None, None), point("a", None)]
)
