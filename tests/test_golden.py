"""Generated source: exactly the text that is in the golden files, right when executed, the same in every process."""

import contextlib
import copy
import io
import os
import subprocess
import sys

import golden_cases
import numpy as np
import pytest
from golden_cases import cases, executed, numbers, quotient
from tree import leaves

import s2sad

CASES = cases()
PAIRS = [pytest.param(case, section, id=f"{case}-{section}") for case in CASES for section in case.sections]


def test_enough_golden_files():
    assert len(CASES) >= 40


@pytest.mark.parametrize("case, section", PAIRS)
def test_text(case, section):
    assert section in case.expected, "run `python tools/golden.py`, read the difference, and commit it"
    assert case.generate(section) == case.expected[section]


@pytest.mark.parametrize("case, section", PAIRS)
def test_executed_against_numeric_differences(case, section):
    source = case.expected[section]
    assert "s2sad" not in "\n".join(line for line in source.splitlines() if "import" in line), "generated source imports NumPy only"
    function = executed(source)
    arguments = case.arguments()
    before = copy.deepcopy(arguments)
    direction = case.tangents(arguments)
    single = any(getattr(leaf, "dtype", None) == np.float32 for leaf in leaves(arguments))
    with contextlib.redirect_stdout(io.StringIO()):
        result = function(*arguments, *(given(direction) if section == "forward" else ()))
    if section == "forward":
        value, got = numbers(result[0]), numbers(result[1])
        np.testing.assert_array_equal(value, numbers(silent(case.function, copy.deepcopy(arguments))))
        wanted = quotient(case.function, arguments, direction)
    else:
        passive = case.argnums if isinstance(case.argnums, tuple) else (case.argnums,)
        along = numbers(tuple(direction[number] for number in passive))
        got = np.array([numbers(result) @ along])
        first = case.function if section == "reverse" else s2sad.grad(case.function)
        wanted = quotient(first, arguments, direction)
        wanted = np.array([wanted @ np.ones_like(wanted)])
    np.testing.assert_allclose(got, wanted, rtol=5e-3 if single else 1e-6, atol=1e-3 if single else 1e-7)
    for leaf, original in zip(leaves(arguments), leaves(before)):
        np.testing.assert_array_equal(leaf, original)


def silent(function, arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*arguments)


def given(direction):
    """A generated push-forward takes the tangents of the active arguments one by one, after the arguments."""
    return [part for part in direction if part is not None]


@pytest.mark.parametrize("seed", ["0", "1"])
def test_same_text_in_another_process(seed):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(["tests", "."])}
    run = subprocess.run([sys.executable, golden_cases.__file__], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "".join(f"# {case} {section}\n{case.generate(section)}\n" for case in CASES for section in case.sections)
