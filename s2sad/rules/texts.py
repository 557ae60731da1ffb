"""Texts with numbers in them: they are only printed or handed to an exception."""

from __future__ import annotations

from typing import Any

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Opaque, Type
from s2sad.rules.declare import constant, point


def _opaque(name: str) -> Any:
    def infer(sizes: Sizes, *kinds: Type, **static: Any) -> Type:
        return Opaque(name)

    return infer


text = constant(
    "text",
    "*values, /, template=''",
    "",
    lambda *values, template: template.format(*values),
    infer=_opaque("str"),
    complex=True,
    raises=True,
    spell=lambda *kinds, template: f"{template!r}.format(*values)",
    at=[point(1.5, template="x = {:.3f}")],
)
percent_text = constant(
    "percent_text",
    "*values, /, template=''",
    "",
    lambda *values, template: template % values,
    infer=_opaque("str"),
    complex=True,
    raises=True,
    spell=lambda *kinds, template: f"{template!r} % (*values,)",
    at=[point(1.5, template="x = %.3f")],
)
