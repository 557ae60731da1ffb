"""Python's `round`."""

from __future__ import annotations

from typing import Any

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import INT, Number, Type
from s2sad.rules.declare import constant, point


def _kind(sizes: Sizes, x: Type, *, digits: int | None = None) -> Type:
    if digits is None:
        return INT
    return Number(x.kind if x.kind != "bool" else "int") if isinstance(x, Number) else x


def _spell(x: Type, *, digits: int | None = None) -> str:
    return "round(x)" if digits is None else "round(x, digits)"


python_round: Any = constant(
    "python_round",
    "x, /, digits=None",
    "round(x, digits)",
    lambda x, *, digits=None: round(x, digits),
    infer=_kind,
    raises=True,
    spell=_spell,
    at=[point(1.5), point(2.567, digits=2), point(3, digits=1)],
)
