"""The types that mypy sees."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytest.importorskip("mypy")

PROGRAM = """
from typing import Any, assert_type

import s2sad


def f(x: float, n: int = 2, *, scale: float = 1.0) -> float:
    return x * n * scale


def aux(x: float) -> tuple[float, str]:
    return x, "a"


@s2sad.differentiate
def decorated(x: float) -> float:
    return x


@s2sad.differentiate(argnums=0, check="first")
def with_options(x: float) -> float:
    return x


assert_type(decorated(1.0), float)
assert_type(with_options(1.0), float)
assert_type(s2sad.grad(f, (0, 1))(1.0, 2), tuple[Any, ...])
assert_type(s2sad.grad(f, wrt=("x",))(1.0), dict[str, Any])
assert_type(s2sad.value_and_grad(f)(1.0, n=3, scale=2.0), tuple[float, Any])
assert_type(s2sad.value_and_grad(f, (0,))(1.0), tuple[float, tuple[Any, ...]])
assert_type(s2sad.grad(aux, has_aux=True)(1.0), tuple[Any, str])
assert_type(decorated.value_and_grad(1.0), tuple[float, Any])
assert_type(s2sad.vjp(f, 1.0, n=2), tuple[float, s2sad.Pullback])
assert_type(s2sad.jvp(f, (1.0,), (1.0,)), tuple[float, Any])
assert_type(s2sad.grad(f).source, str)
s2sad.grad(f)("text")  # error: arg-type
s2sad.grad(f)(1.0, scale="x")  # error: arg-type
s2sad.vjp(f)  # error: call-arg
s2sad.grad(f, 0, wrt="x")  # error: call-overload
s2sad.differentiate(backend="fortran")  # error: call-overload
"""


@pytest.mark.slow
def test_types(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(PROGRAM))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache"), str(file)]
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root, env={"MYPYPATH": str(root), "PATH": "/usr/bin:/bin"})
    found = [line for line in run.stdout.splitlines() if "program.py" in line and ": error:" in line]
    wanted = {number: line.partition("# error: ")[2] for number, line in enumerate(file.read_text().splitlines(), 1) if "# error: " in line}
    seen = {int(line.split(":")[1]): line.rpartition("[")[2].rstrip("]") for line in found}
    assert seen == wanted, run.stdout + run.stderr
