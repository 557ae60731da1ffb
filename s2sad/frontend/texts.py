"""Texts: known ones are computed, those with numbers in them are opaque and may only be printed."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

from s2sad.frontend.effects import passive_value
from s2sad.frontend.expressions import expression
from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Items, Known
from s2sad.graph.core import Value
from s2sad.graph.types import Opaque


def formatted(low: Lowering, node: Any) -> Abstract:
    """Lower an f-string."""
    pieces: list[str] = []
    values: list[Value] = []
    known = True
    text = ""
    for part in node.values:
        if isinstance(part, gast.Constant):
            pieces.append(part.value.replace("{", "{{").replace("}", "}}"))
            text += part.value
            continue
        thing = low.usable(expression(low, part.value))
        spec = ""
        if part.format_spec is not None:
            inner = low.usable(formatted(low, part.format_spec))
            spec = low.static(inner, "a format")
        conversion = "" if part.conversion in (-1, None) else f"!{chr(part.conversion)}"
        if isinstance(thing, Known) and not callable(thing.value):
            conversions: dict[str, Callable[[Any], Any]] = {"": lambda x: x, "!r": repr, "!s": str, "!a": ascii}
            shown = conversions[conversion](thing.value)
            written = format(shown, spec)
            text += written
            pieces.append(written.replace("{", "{{").replace("}", "}}"))
            continue
        known = False

        values.append(passive_value(low, thing))
        pieces.append(f"{{{conversion}{':' + spec if spec else ''}}}")
    low.at(node)
    if known:
        return Known(text)
    return low.emit("text", *values, template="".join(pieces))


def text_of(low: Lowering, things: list[Abstract]) -> Abstract:
    """Return a text made of things that vary."""
    first = things[0]
    rest = list(things[1]) if isinstance(things[1], list) else things[1:]
    parts = list(rest[0].elements) if len(rest) == 1 and isinstance(rest[0], Items) else rest
    if all(isinstance(part, Known) for part in parts):
        assert isinstance(first, Known)
        return Known(first.value % tuple(part.value for part in parts))  # type: ignore[union-attr]
    assert isinstance(first, Known)
    return low.emit("percent_text", *(passive_value(low, part) for part in parts), template=first.value)


def is_text(thing: Abstract) -> bool:
    """Whether a thing is a text, known or not."""
    if isinstance(thing, Known):
        return isinstance(thing.value, str)
    return isinstance(thing, Value) and isinstance(thing.type, Opaque) and thing.type.name == "str"


def joined(low: Lowering, parts: list[Abstract], between: str) -> Abstract:
    """Return texts put together."""
    pieces = [part.value.replace("{", "{{").replace("}", "}}") if isinstance(part, Known) else "{}" for part in parts]
    values = [passive_value(low, part) for part in parts if not isinstance(part, Known)]
    return low.emit("text", *values, template=between.replace("{", "{{").replace("}", "}}").join(pieces))


def join_texts(low: Lowering, between: str, thing: Abstract) -> Abstract:
    """Carry out ``text.join(parts)``."""
    from s2sad.frontend.iteration import known_elements

    parts = [low.usable(part) for part in known_elements(low, thing, "join")]
    if all(isinstance(part, Known) and isinstance(part.value, str) for part in parts):
        return Known(between.join(part.value for part in parts))  # type: ignore[union-attr]
    if not all(map(is_text, parts)):
        raise PrimalRaises("sequence item: expected str instance", TypeError)
    return joined(low, parts, between)


def format_text(low: Lowering, template: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Carry out ``text.format(...)``; arguments by name become numbered."""
    names = list(keywords)
    if names:
        text, count = "", 0
        for before, name, spec, conversion in string.Formatter().parse(template):
            text += before.replace("{", "{{").replace("}", "}}")
            if name is None:
                continue
            first = re.split(r"[.\[]", name)[0]
            if spec and "{" in spec:
                low.refuse("operands", what="str.format with names", kinds="this template")
            if first in names:
                number = str(len(arguments) + names.index(first))
            else:
                number = first or str(count)
                count += 1
            number += name[len(first) :]
            text += "{" + number + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
        template = text
    return low.emit("text", *(passive_value(low, thing) for thing in (*arguments, *keywords.values())), template=template)


def opaque_method(low: Lowering, receiver: Value, name: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Call a method of an object that nothing is known about."""
    low.refuse("unknown attribute", name=name, what="an object of unknown kind")
