"""What ARCHITECTURE.md shows of each stage: one function of three lines, followed through the compiler."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import environment

PROGRAM = """\
import numpy as np


def f(W, b, x):
    h = np.tanh(W @ x + b)
    y = h * h
    return np.sum(y)
"""


TYPES = "W: f8[n,m], b: f8[n], x: f8[m]"


def stage(name: str) -> str:
    """Return the block that shows a stage: the program, the graph after a pass, or the generated function."""
    if name == "source":
        return block(PROGRAM, "python")
    if name == "function":
        return block(dump(), "python")
    return block(dump("--stage", name), "text")


def block(text: str, language: str) -> str:
    return f"```{language}\n{text.strip()}\n```\n"


@functools.cache
def dump(*options: str) -> str:
    """Return what the command line prints for the gradient of the program."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "example.py").write_text(PROGRAM, encoding="utf-8")
        command = [sys.executable, "-m", "s2sad", "dump", "example.py:f", "--args", TYPES, "--wrt", "W,b,x", *options]
        variables = {name: value for name, value in os.environ.items() if not name.startswith("S2SAD_")}
        variables["PYTHONPATH"] = str(environment.ROOT)
        run = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=variables)
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{run.stderr}")
    return run.stdout


if __name__ == "__main__":
    for title in sys.argv[1:] or ("source", "lower", "derive", "common subexpressions", "place", "function"):
        print(f"== {title}\n{stage(title)}")
