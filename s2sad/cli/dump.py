"""``s2sad dump``: print the generated source of a derivative."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from s2sad.cli import UsageError
from s2sad.cli.target import add_target, resolve

WHAT = ("grad", "value_and_grad", "vjp", "jvp", "hvp")


def add(commands: Any) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser("dump", help="print the source of a derivative", description=__doc__)
    add_target(parser)
    parser.add_argument(
        "--mode", choices=("reverse", "forward"), default="reverse", help="reverse: gradient; forward: values with tangents"
    )
    parser.add_argument("--what", choices=WHAT, help="which derivative; by default grad, or jvp in forward mode")
    parser.add_argument("--wrt", metavar="NAMES", help="differentiated arguments, separated by commas; by default the first")
    parser.add_argument("--stage", metavar="PASS", help="print the graph after this pass instead; 'list' names the passes")
    parser.add_argument("-o", "--output", metavar="FILE", help="write a module of its own to a file")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    what = options.what or ("jvp" if options.mode == "forward" else "grad")
    if options.mode == "forward" and what != "jvp":
        raise UsageError(f"--what {what} is computed in reverse mode; leave --mode out")
    if options.mode == "reverse" and what == "jvp" and "--mode" in sys.argv:
        raise UsageError("--what jvp is computed in forward mode: --mode forward")
    from s2sad.compile import STAGES

    if options.stage == "list":
        print("\n".join(STAGES))
        return
    if options.stage is not None and options.stage not in STAGES:
        raise UsageError(f"there is no pass {options.stage!r}; passes are {', '.join(STAGES)}")
    from s2sad.objects import write_atomically
    from s2sad.specialise import from_types

    wrt: Any = None
    if options.wrt:
        names = tuple(part.strip() for part in options.wrt.split(","))
        wrt = names if len(names) > 1 else names[0]
    shown: list[str] = []

    def observe(stage: str, graph: Any) -> None:
        if stage == options.stage:
            shown.append(str(graph).rstrip() + "\n")

    compiled = from_types(resolve(options), what, wrt, options.args, observe)
    if options.stage is not None:
        text = "\n".join(shown) or f"the pass {options.stage!r} does not run for {what}\n"
    elif options.output:
        text = compiled.standalone()
    else:
        text = compiled.source
    if options.output:
        write_atomically(Path(options.output), text)
    else:
        sys.stdout.write(text)
