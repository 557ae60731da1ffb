"""The command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from s2sad.cli import main
from s2sad.cli.target import split_target

PROGRAM = """
import numpy as np

RATE = 0.5
print("the file runs")


def helper(h):
    return np.tanh(h)


def f(W, b, x):
    h = helper(W @ x + b)
    return np.sum(h * h) * RATE


def bad(x):
    return open(x)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return file


TYPES = "W: f8[n,m], b: f8[n], x: f8[m]"


def test_dump_prints_source_and_runs_nothing(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dump", f"{program}:f", "--args", TYPES, "--wrt", "W,b"]) == 0
    out = capsys.readouterr().out
    assert "def f_grad(W, b, x" in out and "np.outer" in out and "the file runs" not in out


@pytest.mark.parametrize("what", ["grad", "value_and_grad", "vjp", "jvp", "hvp"])
def test_every_kind(program: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    assert main(["dump", f"{program}:f", "--args", TYPES, "--what", what]) == 0
    compile(capsys.readouterr().out, "<out>", "exec")


def test_forward_mode(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dump", f"{program}:f", "--args", TYPES, "--mode", "forward", "--wrt", "b"]) == 0
    assert "def f_jvp(W, b, x, db" in capsys.readouterr().out


def test_import_lets_the_file_run(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dump", f"{program}:f", "--args", TYPES, "--import"]) == 0
    assert capsys.readouterr().out.startswith("the file runs")


def test_stage_prints_a_graph(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dump", f"{program}:f", "--args", TYPES, "--stage", "place"]) == 0
    assert "tanh" in capsys.readouterr().out
    assert main(["dump", f"{program}:f", "--stage", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "lower"


def test_output_file_stands_alone(program: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.py"
    assert main(["dump", f"{program}:f", "--args", TYPES, "-o", str(target)]) == 0
    text = target.read_text()
    assert "raise TypeError" in text and "s2sad" not in "".join(line for line in text.splitlines() if line.startswith("import"))


@pytest.mark.parametrize("form, sign", [("text", "tanh"), ("dot", "digraph"), ("mermaid", "flowchart"), ("svg", "<svg")])
def test_graph(program: Path, capsys: pytest.CaptureFixture[str], form: str, sign: str) -> None:
    assert main(["graph", f"{program}:f", "--args", TYPES, "--as", form]) == 0
    assert sign in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["dump", "nothing.py:f"], 2),
        (["dump", "{program}"], 2),
        (["dump", "{program}:g"], 2),
        (["dump", "{program}:f", "--stage", "lunch"], 2),
        (["dump", "{program}:f", "--mode", "forward", "--what", "grad"], 2),
        (["dump", "{program}:bad"], 3),
        (["dump", "{program}:f", "--args", "W: what"], 3),
        (["dump", "{program}:f", "--args", "Z: f8[n]"], 3),
        (["dump", "{program}:f", "--wrt", "z", "--args", TYPES], 3),
    ],
)
def test_errors(program: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int) -> None:
    assert main([part.replace("{program}", str(program)) for part in arguments]) == code
    captured = capsys.readouterr()
    assert captured.err and len(captured.err.splitlines()) <= 8 and "Traceback" not in captured.err


def test_split_at_the_last_colon(program: Path) -> None:
    assert split_target(f"{program}:Class.method") == (program, "Class.method")


def test_module_can_be_run(program: Path) -> None:
    command = [sys.executable, "-m", "s2sad", "dump", f"{program}:f", "--args", TYPES]
    run = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[2])
    assert run.returncode == 0 and "def f_grad" in run.stdout
