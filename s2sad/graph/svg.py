"""A graph as an SVG picture: regions are nested boxes; drawn without any other program.

Each region is laid out by itself.  What comes in stands as chips in its first row (parameters filled, values from outside
dashed), what goes out in its last one, so no line has to cross the border of a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from html import escape

from s2sad.graph.core import AT_TRIP, FOR, IF, TRY, WHILE, Graph, Node, Region, Value
from s2sad.graph.labels import definition, expression, inlined, region_titles, shorten
from s2sad.graph.layout import Box, Edge, arrange
from s2sad.graph.storage import WRITES
from s2sad.graph.types import Token
from s2sad.record import record

FONT = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
LARGE, SMALL = 12.0, 10.5
ADVANCE = 0.605  # of the font size: every character of a monospaced font
PAD = 12.0
HEADER = 24.0
CHIP = 22.0
LONGEST = 44  # characters in a box

# fill, border, text
COLOURS = {
    "node": ("#f8fafc", "#94a3b8", "#0f172a"),
    "reverse": ("#faf5ff", "#c084fc", "#3b0764"),
    "write": ("#fff7ed", "#fb923c", "#431407"),
    "effect": ("#fef2f2", "#f87171", "#450a0a"),
    "trip": ("#ede9fe", "#8b5cf6", "#2e1065"),
    "parameter": ("#dbeafe", "#60a5fa", "#172554"),
    "outside": ("#ffffff", "#60a5fa", "#1e3a8a"),
    "result": ("#dcfce7", "#4ade80", "#052e16"),
    "if": ("#fffbeb", "#f59e0b", "#78350f"),
    "for": ("#f0fdfa", "#14b8a6", "#134e4a"),
    "while": ("#f0fdfa", "#14b8a6", "#134e4a"),
    "call": ("#eff6ff", "#3b82f6", "#172554"),
    "try": ("#fff1f2", "#fb7185", "#4c0519"),
    "with": ("#f7fee7", "#84cc16", "#1a2e05"),
}
WIRE_COLOUR, TOKEN_COLOUR, BORDER, GREY = "#64748b", "#f87171", "#e2e8f0", "#64748b"


def text_width(text: str, size: float) -> float:
    """Return the width of a text in the drawing's font."""
    return len(text) * size * ADVANCE


@record(eq=False)
class _Item(Box):
    """A box of a drawing: a node, a chip, or a group of panels."""

    colour: str = "node"
    lines: tuple[str, ...] = ()
    title: str = ""
    node: Node | None = None
    panels: list[_Panel] = field(default_factory=list)
    footer: list[_Item] = field(default_factory=list)


@record(eq=False)
class _Panel:
    """A region laid out."""

    label: str
    items: list[_Item]
    edges: list[Edge]
    values: list[Value]  # of the edges
    inputs: dict[Value, _Item]  # chips of parameters and of values from outside
    outside: list[Value]
    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    y: float = 0.0


def to_svg(graph: Graph, *, callees: bool = True) -> str:
    """Return a drawing of `graph`, and of the graphs that it calls below it."""
    graphs = [graph, *_reachable(graph)] if callees else [graph]
    parts: list[str] = []
    y, width = PAD, 0.0
    for one in graphs:
        panel = _panel(one.body, "", [f"return {value.name}".rstrip() for value in one.results])
        title = f"{one.name}({', '.join(value.name or '_' for value in one.parameters if not isinstance(value.type, Token))})"
        parts.append(_text(PAD + 4, y + 16, title, 14.0, "#0f172a", bold=True))
        y += 28
        panel.x, panel.y = PAD, y
        parts += _draw_panel(panel, PAD, y)
        y += panel.height + PAD
        width = max(width, panel.width + 2 * PAD, text_width(title, 14.0) + 3 * PAD)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{y:.0f}" viewBox="0 0 {width:.0f} {y:.0f}" '
        f'font-family="{FONT}">\n<rect width="100%" height="100%" rx="8" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _reachable(graph: Graph) -> list[Graph]:
    found: dict[Graph, None] = {}
    waiting = list(graph.callees())
    while waiting:
        callee = waiting.pop(0)
        if callee is not graph and callee not in found:
            found[callee] = None
            waiting.extend(callee.callees())
    return list(found)


def _chip(text: str, colour: str, fixed: str = "", title: str = "") -> _Item:
    shown = shorten(text, LONGEST)
    return _Item(text_width(shown, SMALL) + 18.0, CHIP, fixed, colour=colour, lines=(shown,), title=title or text)


def _panel(region: Region, label: str, results: Sequence[str]) -> _Panel:
    """Lay out a region; `results` says what to call its results."""
    chips: list[_Item] = []
    inputs: dict[Value, _Item] = {}
    for value in region.parameters:
        inputs[value] = _chip(definition(value), "parameter", "top")
        chips.append(inputs[value])
    drawn = [(node, _node(node)) for node in region.nodes if not (node.results and inlined(node.results[0]))]
    local = {value for node, _ in drawn for value in node.results}
    wanted: dict[Value, None] = {}
    for node, item in drawn:
        wanted.update(dict.fromkeys(value for value, _ in _entries(node, item)))
    wanted.update(dict.fromkeys(region.results))
    outside = [value for value in wanted if value not in inputs and value not in local and not inlined(value)]
    for value in outside:
        inputs[value] = _chip(value.name or definition(value), "outside", "top", f"{definition(value)}, from outside")
        chips.append(inputs[value])
    ends = [
        _chip(f"{name} {inlined(value)}".rstrip(), "result", "bottom", definition(value)) for name, value in _named(results, region.results)
    ]
    items = [*chips, *(item for _, item in drawn), *ends]
    number = {item: k for k, item in enumerate(items)}
    sources: dict[Value, tuple[int, float]] = {value: (number[chip], chip.width / 2) for value, chip in inputs.items()}
    for node, item in drawn:
        for k, value in enumerate(node.results):
            place = item.footer[k].x + item.footer[k].width / 2 if item.footer else item.width * (k + 1) / (len(node.results) + 1)
            sources[value] = (number[item], place)
    edges: list[Edge] = []
    values: list[Value] = []
    for node, item in drawn:
        for value, place in _entries(node, item):
            if value in sources:
                edges.append(Edge(sources[value][0], number[item], sources[value][1], place))
                values.append(value)
    for value, chip in zip(region.results, ends, strict=True):
        if value in sources:
            edges.append(Edge(sources[value][0], number[chip], sources[value][1], chip.width / 2))
            values.append(value)
    width, height = arrange(items, edges)
    top = PAD + (14.0 if label else 0.0)
    for item in items:
        item.x += PAD
        item.y += top
    for edge in edges:
        edge.points = [(x + PAD, y + top) for x, y in edge.points]
    smallest = text_width(label, SMALL) + 2 * PAD
    return _Panel(label, items, edges, values, inputs, outside, max(width + 2 * PAD, smallest, 60.0), height + top + PAD)


def _named(names: Sequence[str], values: Sequence[Value]) -> list[tuple[str, Value]]:
    padded = [*names, *[""] * len(values)]
    return [(name or value.name or "result", value) for name, value in zip(padded, values, strict=False)]


def _node(node: Node) -> _Item:
    """Return the box of a node, with everything inside it laid out."""
    text = shorten(expression(node), LONGEST)
    title = f"{expression(node)}\n{', '.join(map(definition, node.results))}"
    if node.location.line:
        title += f"\nline {node.location.line}: {node.location.text().strip()}".rstrip(": ")
    if node.reverses is not None:
        title += f"\nreverses line {node.reverses.line}"
    if not node.regions:
        colour = _colour(node)
        below = shorten(", ".join(definition(value) for value in node.results), LONGEST)
        width = max(text_width(text, LARGE), text_width(below, SMALL)) + 20.0
        if node.operation is AT_TRIP:
            return _Item(text_width(text, SMALL) + 18.0, CHIP, colour=colour, lines=(text,), title=title, node=node)
        return _Item(width, 38.0 if below else 24.0, colour=colour, lines=(text, below) if below else (text,), title=title, node=node)
    labels = region_titles(node)
    panels = [
        _panel(region, label if len(labels) > 1 else "", _result_names(node, number))
        for number, (label, region) in enumerate(zip(labels, node.regions, strict=True))
    ]
    x = PAD
    for panel in panels:
        panel.x, panel.y = x, HEADER + 4.0
        x += panel.width + PAD
    footer = [_chip(definition(value), "result") for value in node.results]
    across = sum(chip.width for chip in footer) + PAD * (len(footer) + 1)
    width = max(x, across, text_width(text, LARGE) + 2 * PAD)
    bottom = HEADER + 4.0 + max(panel.height for panel in panels) + PAD
    space = (width - sum(chip.width for chip in footer)) / (len(footer) + 1)
    place = space
    for chip in footer:
        chip.x, chip.y = place, bottom - 2.0
        place += chip.width + space
    height = bottom + (CHIP + 6.0 if footer else 0.0)
    spread = (width - x) / 2
    for panel in panels:
        panel.x += spread
    return _Item(width, height, colour=node.operation.name, lines=(text,), title=title, node=node, panels=panels, footer=footer)


def _result_names(node: Node, number: int) -> list[str]:
    """Return what the results of a region are called: by what they become."""
    carried = [value.name for value in node.regions[number].parameters]
    if node.operation is FOR:
        return [*(["leave"] if node.static.get("leaves") else []), *(f"next {name}".rstrip() for name in carried[1:])]
    if node.operation is WHILE:
        return ["go on if"] if number == 0 else [f"next {name}".rstrip() for name in carried]
    if node.operation is TRY and number == len(node.regions) - 1:
        return []
    return [value.name for value in node.results]


def _colour(node: Node) -> str:
    if node.operation is AT_TRIP:
        return "trip"
    if node.operation.effect:
        return "effect"
    if node.operation.name in WRITES:
        return "write"
    if node.operation.name in COLOURS:
        return node.operation.name
    return "node" if node.reverses is None else "reverse"


def _entries(node: Node, item: _Item) -> list[tuple[Value, float]]:
    """Return the values that go into a box, and where on its upper side."""
    if not item.panels:
        if node.operation is AT_TRIP:
            return []  # the name says what is meant; a line would leave the region
        operands = list(dict.fromkeys(value for value in node.operands if not inlined(value)))
        return [(value, item.width * (k + 1) / (len(operands) + 1)) for k, value in enumerate(operands)]
    entries: dict[tuple[Value, float], None] = {}
    header = {IF: 1, FOR: 3}.get(node.operation, 0)
    for k, value in enumerate(node.operands):
        if inlined(value):
            continue
        if k < header or not node.regions[0].parameters:
            entries[value, min(16.0 + 14.0 * k, item.width / 2)] = None
            continue
        for panel, region in zip(item.panels, node.regions, strict=True):
            position = k - header + (1 if node.operation is FOR else 0)
            if position < len(region.parameters):
                chip = panel.inputs[region.parameters[position]]
                entries[value, panel.x + chip.x + chip.width / 2] = None
    for panel in item.panels:
        for value in panel.outside:
            chip = panel.inputs[value]
            entries[value, panel.x + chip.x + chip.width / 2] = None
    return list(entries)


# Drawing -------------------------------------------------------------------------------------------------------------------


def _draw_panel(panel: _Panel, x: float, y: float) -> list[str]:
    size = f'width="{panel.width:.1f}" height="{panel.height:.1f}"'
    parts = [f'<rect x="{x:.1f}" y="{y:.1f}" {size} rx="6" fill="#ffffff" stroke="{BORDER}"/>']
    if panel.label:
        parts.append(_text(x + 8, y + 14, panel.label, SMALL, GREY, italic=True))
    for edge, value in zip(panel.edges, panel.values, strict=True):
        parts.append(_wire([(x + px, y + py) for px, py in edge.points], isinstance(value.type, Token)))
    for item in panel.items:
        parts += _draw_item(item, x + item.x, y + item.y)
    return parts


def _draw_item(item: _Item, x: float, y: float) -> list[str]:
    fill, border, ink = COLOURS[item.colour]
    chip = not item.panels and len(item.lines) == 1 and item.height == CHIP
    dash = ' stroke-dasharray="4 3"' if item.colour == "outside" else ""
    radius = CHIP / 2 if chip else 5.0
    parts = [
        f'<g><title>{escape(item.title)}</title><rect x="{x:.1f}" y="{y:.1f}" width="{item.width:.1f}" height="{item.height:.1f}" '
        f'rx="{radius:.0f}" fill="{fill}" stroke="{border}" stroke-width="1.2"{dash}/></g>'
    ]
    middle = x + item.width / 2
    if item.panels:
        parts.append(_text(x + PAD, y + 17, item.lines[0], LARGE, ink, bold=True))
        for panel in item.panels:
            parts += _draw_panel(panel, x + panel.x, y + panel.y)
        for part in item.footer:
            parts += _draw_item(part, x + part.x, y + part.y)
    elif chip:
        parts.append(_text(middle, y + CHIP / 2 + 3.8, item.lines[0], SMALL, ink, centred=True))
    else:
        parts.append(_text(middle, y + 16, item.lines[0], LARGE, ink, bold=True, centred=True))
        if len(item.lines) > 1:
            parts.append(_text(middle, y + 31, item.lines[1], SMALL, GREY, centred=True))
    return parts


def _wire(points: Sequence[tuple[float, float]], token: bool) -> str:
    """Return a line that is upright at its bends, with a head."""
    x, y = points[0]
    path = f"M{x:.1f},{y:.1f}"
    for next_x, next_y in points[1:]:
        if abs(next_x - x) < 0.5:
            path += f"L{next_x:.1f},{next_y:.1f}"
        else:
            middle = (y + next_y) / 2
            path += f"C{x:.1f},{middle:.1f} {next_x:.1f},{middle:.1f} {next_x:.1f},{next_y:.1f}"
        x, y = next_x, next_y
    colour = TOKEN_COLOUR if token else WIRE_COLOUR
    dash = ' stroke-dasharray="5 3"' if token else ""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2"{dash}/>'
        f'<path d="M{x - 3.5:.1f},{y - 6.5:.1f}L{x + 3.5:.1f},{y - 6.5:.1f}L{x:.1f},{y:.1f}Z" fill="{colour}"/>'
    )


def _text(
    x: float, y: float, text: str, size: float, colour: str, *, bold: bool = False, italic: bool = False, centred: bool = False
) -> str:
    style = ' font-weight="600"' if bold else ""
    style += ' font-style="italic"' if italic else ""
    style += ' text-anchor="middle"' if centred else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{style} xml:space="preserve">{escape(text)}</text>'
