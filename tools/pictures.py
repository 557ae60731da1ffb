"""Draw the pictures of README.md: a function beside its gradient, and the figures of a benchmark run.

Usage::

    python3 tools/pictures.py                         docs/example.svg
    python3 tools/pictures.py --bench figures.json    docs/bench.svg too, from `tools/bench.py --json figures.json`
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import environment

DOCS = environment.ROOT / "docs"
STYLE = """<style>
text { font: 14px ui-monospace, Menlo, Consolas, monospace; white-space: pre; fill: #1f2328 }
.title, .label { font: 13px system-ui, sans-serif; fill: #59636e }
.pane { fill: #f6f8fa; stroke: #d1d9e0 }
.comment { fill: #59636e }
.limit { stroke: #cf222e; stroke-dasharray: 4 3 }
.bar { fill: #218bff }
@media (prefers-color-scheme: dark) {
 text { fill: #e6edf3 } .title, .label, .comment { fill: #9198a1 } .pane { fill: #151b23; stroke: #3d444d }
}
</style>"""
COLOURS = ("#54aeff", "#4ac26b", "#d4a72c", "#ff8182", "#c297ff", "#fd8c73", "#2da4a0", "#bf8700")
PROGRAM = """\
import numpy as np


def loss(W1, b1, W2, b2, x, y):
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    error = z - y
    return np.mean(error * error)
"""


def main() -> int:
    if Path(sys.prefix) != environment.FOLDER:
        return environment.run(str(Path(__file__).resolve()), *sys.argv[1:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", metavar="FILE", help="JSON that tools/bench.py wrote")
    options = parser.parse_args()
    DOCS.mkdir(exist_ok=True)
    program = PROGRAM[PROGRAM.index("def ") :].rstrip()
    written = [write("example.svg", panes(program, gradient_source()))]
    if options.bench:
        written.append(write("bench.svg", bars(json.loads(Path(options.bench).read_text(encoding="utf-8")))))
    print("\n".join(map(str, written)))
    return 0


def write(name: str, text: str) -> Path:
    path = DOCS / name
    path.write_text(text, encoding="utf-8")
    return path


def gradient_source() -> str:
    """Return the generated gradient of the program, without imports and docstring."""
    import numpy as np

    import s2sad

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.py"
        path.write_text(PROGRAM, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("model", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        shapes = ((3, 4), (4,), (4, 2), (2,), (5, 3), (5, 2))
        source: str = s2sad.grad(module.loss, argnums=(0, 1, 2, 3)).source_for(*(np.ones(shape) for shape in shapes))
    text = source[source.index("def ") :].rstrip()
    return text


def panes(left: str, right: str) -> str:
    """Draw two texts side by side; the lines of a group on the right have the colour of the line on the left that they reverse."""
    first, second = left.splitlines(), right.splitlines()
    colour = {line.strip(): COLOURS[number % len(COLOURS)] for number, line in enumerate(first[1:])}
    groups, current = [], ""
    for line in second:
        if line.strip().startswith("#"):
            current = colour.get(line.strip().lstrip("# "), "")
        groups.append(colour.get(line.strip()) or ("" if line.strip().startswith("return") else current))
    width = (12 + 8.45 * max(map(len, first)) + 24, 12 + 8.45 * max(map(len, second)) + 24)
    height = 20 * max(len(first), len(second)) + 62
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sum(width) + 40:.0f} {height}" '
        f'role="img" aria-label="a function and its generated gradient">',
        STYLE,
    ]
    parts += pane(10, width[0], height, "your function", first, ["", *(colour[line.strip()] for line in first[1:])])
    parts += pane(width[0] + 30, width[1], height, "its gradient, as written by s2sad", second, groups)
    return "\n".join([*parts, "</svg>"]) + "\n"


def pane(x: float, width: float, height: int, title: str, lines: Iterable[str], colours: Iterable[str]) -> list[str]:
    """Draw one titled text, with a coloured bar in front of each line."""
    parts = [f'<text class="title" x="{x:.0f}" y="20">{escape(title)}</text>']
    parts.append(f'<rect class="pane" x="{x:.0f}" y="30" width="{width:.0f}" height="{height - 40}" rx="6"/>')
    for number, (line, colour) in enumerate(zip(lines, colours)):
        y = 54 + 20 * number
        if colour:
            parts.append(f'<rect x="{x + 6:.0f}" y="{y - 14}" width="4" height="19" fill="{colour}"/>')
        kind = ' class="comment"' if line.strip().startswith("#") else ""
        indent = 8.45 * (len(line) - len(line.lstrip()))
        parts.append(f'<text{kind} x="{x + 18 + indent:.1f}" y="{y}">{escape(line.lstrip())}</text>')
    return parts


def bars(figures: dict[str, Any]) -> str:
    """Draw the ratios of a benchmark run, each with its limit."""
    rows = [row for row in figures["rows"] if "first" in row and row["limit"] is not None]
    scale = 360 / max(max(row["value"], row["limit"]) for row in rows)
    height = 34 * len(rows) + 62
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {height}" role="img" aria-label="time ratios">', STYLE]
    for number, row in enumerate(rows):
        y = 14 + 34 * number
        parts.append(f'<text class="label" x="10" y="{y + 14}">{escape(row["name"])}</text>')
        parts.append(f'<rect class="bar" x="430" y="{y}" width="{scale * row["value"]:.1f}" height="20" rx="3"/>')
        limit = 430 + scale * row["limit"]
        parts.append(f'<line class="limit" x1="{limit:.1f}" x2="{limit:.1f}" y1="{y - 4}" y2="{y + 24}"/>')
        parts.append(f'<text class="label" x="{436 + scale * max(row["value"], row["limit"]):.1f}" y="{y + 14}">{row["value"]:.2f}</text>')
    about = figures["about"]
    captions = (
        f"Ratios of run times, median of {about['rounds']} rounds; dashed: the limit that the project sets itself.",
        f"Python {about['python']}, NumPy {about['numpy']}, one thread. Reproduce with: python3 tools/bench.py",
    )
    for number, caption in enumerate(captions):
        parts.append(f'<text class="label" x="10" y="{height - 28 + 18 * number}">{escape(caption)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
