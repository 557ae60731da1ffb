"""``FILE:FUNCTION`` on the command line: from the text of the file alone, or, with ``--import``, from the running program."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import Any

from s2sad.cli import UsageError
from s2sad.errors import DifferentiationError


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which function is meant."""
    parser.add_argument("target", metavar="FILE:FUNCTION", help="a function of a file; Class.method for methods")
    parser.add_argument("--import", dest="import_", action="store_true", help="run the file, instead of reading names off its text")
    parser.add_argument("--args", metavar="TYPES", default="", help='types of the arguments, as in "W: f8[n,m], b: f8[n], k: int"')


def split_target(text: str) -> tuple[Path, str]:
    """Split at the last colon (a Windows path may hold another)."""
    file, found, name = text.rpartition(":")
    if not found or not name or not file or "/" in name or "\\" in name:
        raise UsageError(f"{text!r} is not FILE:FUNCTION")
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"there is no file {file}")
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name!r} is not the name of a function")
    return path, name


def imported(path: Path, name: str) -> Any:
    """Run the file as a module and return the function."""
    module_name = path.stem if path.stem.isidentifier() else "s2sad_target"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    sys.path.insert(0, str(path.parent.resolve()))
    spec.loader.exec_module(module)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
        if found is None:
            raise UsageError(f"{path} has no function {name}")
    return found


def parsed(path: Path, name: str) -> Any:
    """Return the function as its text says; nothing is run."""
    from s2sad.frontend import source_from_text

    try:
        return source_from_text(path.read_text(encoding="utf-8"), name, str(path))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = f":{error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else " is not Python text"
        raise UsageError(f"{path}{line}") from None
    except DifferentiationError as error:
        if error.location is not None:
            raise
        raise UsageError(f"{path} has no function {name} at its top level") from None


def resolve(options: argparse.Namespace) -> Any:
    """Return the function that the command line names: live, or as text."""
    path, name = split_target(options.target)
    return imported(path, name) if options.import_ else parsed(path, name)
