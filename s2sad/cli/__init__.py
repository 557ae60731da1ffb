"""The command line: ``s2sad COMMAND FILE:FUNCTION``.

Exit codes: 0 done, 2 the command line or the file is wrong, 3 the function cannot be differentiated.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from s2sad.errors import DifferentiationError

USAGE, REFUSED = 2, 3


class UsageError(Exception):
    """The command line asks for something that is not there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except UsageError as error:
        print(f"s2sad: {error}", file=sys.stderr)
        return USAGE
    except DifferentiationError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except BrokenPipeError:  # the reader has seen enough
        sys.stderr.close()
        return 0
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser with all commands."""
    from s2sad.cli import dump, graph

    parser = argparse.ArgumentParser(prog="s2sad", description="Derivatives of NumPy functions, as readable source.")
    parser.add_argument("--version", action="version", version=version())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (dump, graph):
        module.add(commands)
    return parser


def version() -> str:
    """Return name and version."""
    from s2sad import __version__

    return f"s2sad {__version__}"
