"""``s2sad graph``: print or draw the computation graph of a function."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from s2sad.cli.target import add_target, resolve


def add(commands: Any) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser("graph", help="print or draw the graph of a function", description=__doc__)
    add_target(parser)
    parser.add_argument("--as", dest="form", choices=("text", "dot", "mermaid", "svg"), default="text", help="form of the output")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from s2sad.drawing import Drawing
    from s2sad.objects import write_atomically
    from s2sad.specialise import from_types

    drawing = Drawing(from_types(resolve(options), "primal", None, options.args, None).lowered.graph)
    text = {"text": drawing.to_text, "dot": drawing.to_dot, "mermaid": drawing.to_mermaid, "svg": drawing.to_svg}[options.form]()
    text = text.rstrip("\n") + "\n"
    if options.output:
        write_atomically(Path(options.output), text)
    else:
        sys.stdout.write(text)
