"""From text to functions: compiled under a file name of their own, so that tracebacks, debuggers and `inspect` show the text."""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable, Mapping
from itertools import count
from types import CodeType
from typing import Any

import numpy as np

_numbers = count(1)


def load(text: str, name: str, namespace: Mapping[str, object] | None = None, *, title: str = "") -> Callable[..., Any]:
    """Compile a module text and return one of its functions.

    Parameters
    ----------
    text : str
        Source of a module; the text is what `inspect.getsource` gives.
    name : str
        The function that is wanted.
    namespace : mapping, optional
        What the text refers to beside NumPy and `math`: helpers, objects without a literal, live globals.
    title : str
        What the file is called, such as ``"grad of f"``; made unique by a number.
    """
    module = execute(text, title or name, namespace)
    function: Callable[..., Any] = module[name]
    return function


def execute(text: str, title: str, namespace: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Compile and run a module text; return its namespace."""
    file = f"<s2sad {title} #{next(_numbers)}>"
    code: CodeType = compile(text, file, "exec")
    # An entry without a modification time is never checked against the disk.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module: dict[str, Any] = {"__name__": "s2sad.generated", "__file__": file, "np": np, "math": math, **(namespace or {})}
    exec(code, module)
    return module
