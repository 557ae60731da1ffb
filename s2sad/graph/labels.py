"""What stands in the boxes of a drawing: a node as a short expression in the user's names."""

from __future__ import annotations

import re
from typing import Any

from s2sad.graph.core import AT_TRIP, CALL, CONSTANT, FOR, IF, SIZE, TRY, UNDEFINED, WHILE, WITH, Graph, Node, Value
from s2sad.graph.index import Dots, Fancy, Index, Mask, NewAxis, Operand, Slice, View
from s2sad.graph.literals import Writer, size_text, type_text
from s2sad.graph.sizes import Size
from s2sad.graph.text import region_labels
from s2sad.graph.types import Token

UNNAMED = "·"
# A keyword has its name before "=", an attribute after ".": neither is an operand.
_WORD = re.compile(r"(?<![\w.])\*?[^\W\d]\w*(?!=[^=])")


def inlined(value: Value) -> str:
    """Return the text of a constant or size, which gets no box of its own; empty for all else."""
    node = value.owner
    if not isinstance(node, Node):
        return ""
    if node.operation is CONSTANT and "value" in node.static:
        return shorten(Writer().text(node.static["value"]), 16)
    if node.operation is SIZE and "size" in node.static:
        return shorten(fact(node.static["size"]), 24)
    return ""


def reference(value: Value) -> str:
    """Return how an operand is written."""
    return inlined(value) or value.name or UNNAMED


def definition(value: Value) -> str:
    """Return a value with its type."""
    kind = type_text(value.type)
    return f"{value.name}: {kind}" if value.name else kind


def shorten(text: str, length: int) -> str:
    """Return text cut to a length."""
    return text if len(text) <= length else text[: length - 1] + "…"


def fact(value: Any) -> str:
    """Return the text of a static fact."""
    if isinstance(value, Size):
        return size_text(value)
    if isinstance(value, Graph):
        return value.name
    if type(value) is tuple and value and all(isinstance(part, Size) for part in value):
        return f"({', '.join(map(size_text, value))}{',' if len(value) == 1 else ''})"
    return Writer().text(value)


def expression(node: Node) -> str:
    """Return what a node computes, as an expression."""
    operands = [reference(value) for value in node.operands if not isinstance(value.type, Token)]
    operation, static = node.operation, node.static
    if operation is IF and operands:
        condition = node.operands[0]
        if operands[0] == UNNAMED and isinstance(condition.owner, Node) and not condition.owner.regions:
            return f"if {expression(condition.owner)}"
        return f"if {operands[0]}"
    if operation is FOR and len(operands) >= 3:
        bounds = f"range({', '.join(operands[:3])})"
        index = node.regions[0].parameters[0].name if node.regions and node.regions[0].parameters else ""
        return f"for {index or UNNAMED} in {f'reversed({bounds})' if static.get('reversed') else bounds}"
    if operation is CALL:
        return f"{fact(static['graph']) if 'graph' in static else 'call'}({', '.join(operands)})"
    if operation in (WHILE, TRY, WITH):
        return f"with {', '.join(operands)}" if operation is WITH else operation.name
    if operation is AT_TRIP and operands:
        return f"{operands[0]} at this trip"
    if operation is UNDEFINED:
        return "not bound"
    if operation.name == "rows" and operands:
        return f"{operands[0]} rows"
    if "path" in static and operands:
        written = subscripted(operands, static["path"], 1 if operation.name in ("get", "get_last") else 2)
        sign = {"put": "=", "add_at": "+="}.get(operation.name, "")
        if written:
            return f"{written} {sign} {operands[1]}" if sign and len(operands) > 1 else written
    return spelled(node, operands) or call_text(operation.name, operands, static)


def region_titles(node: Node) -> list[str]:
    """Return what stands above the regions of a node; handlers say what they catch."""
    titles = region_labels(node)
    if node.operation is TRY:
        for number, names in enumerate(node.static.get("handlers", ())):
            titles[number + 1] = f"except {names if isinstance(names, str) else ', '.join(names)}".rstrip()
    return titles


def call_text(name: str, operands: list[str], static: dict[str, Any]) -> str:
    """Return ``name(operands, fact=value)``."""
    facts = [f"{key}={fact(value)}" for key, value in static.items()]
    return f"{name}({', '.join([*operands, *facts])})"


def spelled(node: Node, operands: list[str]) -> str:
    """Return the operation as its declaration spells it in source, without the module's name."""
    spelling = getattr(node.operation, "spelling", "")
    signature = getattr(node.operation, "signature", None)
    if not spelling or signature is None:
        return ""
    words: dict[str, str] = {}
    for number, name in enumerate(signature.operands):
        if name.startswith("*"):
            words[name] = words[name[1:]] = ", ".join(operands[number:])
        elif number < len(operands):
            words[name] = operands[number]
    for name, default in signature.static.items():
        value = node.static.get(name, default)
        if value is default or (type(value) is type(default) and value == default):
            spelling = re.sub(rf",? ?\b\w+={name}\b", "", spelling)
        words[name] = fact(value)
    text = _WORD.sub(lambda found: words.get(found.group(), found.group()), spelling)
    return text.replace("np.", "")


def subscripted(operands: list[str], path: Any, skipped: int) -> str:
    """Return a base with a path, or an empty string when the path is none."""
    if not isinstance(path, tuple):
        return ""
    varying = operands[skipped:]

    def part(item: Any) -> str:
        match item:
            case Operand(number) | Fancy(number) | Mask(number):
                return varying[number] if number < len(varying) else UNNAMED
            case Slice(start, stop, step):
                ends = ["" if one is None else part(one) for one in (start, stop, step)]
                return f"{ends[0]}:{ends[1]}" + (f":{ends[2]}" if ends[2] else "")
            case NewAxis():
                return "None"
            case Dots():
                return "..."
        return str(item)

    text = operands[0]
    for step in path:
        if isinstance(step, View):
            text += f".{step.name}"
        elif isinstance(step, Index):
            text += f"[{', '.join(map(part, step.items))}]"
        else:
            return ""
    return text if path else f"{text}[...]"
