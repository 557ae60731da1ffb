"""Families of rules load with the first use of their package, and not before."""

import subprocess
import sys

import pytest

pytest.importorskip("scipy")

PROGRAM = """
import sys
import numpy as np
import s2sad

def plain(x):
    return np.sum(np.exp(x) * x)

s2sad.grad(plain)(np.ones(2))
assert not any(name == "scipy" or name.startswith("s2sad.rules.special") for name in sys.modules), "too early"
import scipy.special

def special(x):
    return np.sum(scipy.special.gammaln(x))

s2sad.grad(plain)(np.ones((2, 2)))
assert not any(name.startswith("s2sad.rules.special") for name in sys.modules), "not needed"
assert abs(s2sad.grad(special)(np.ones(1))[0] + 0.5772156649) < 1e-9
"""


def test_what_is_not_used_is_not_loaded(tmp_path):
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    subprocess.run([sys.executable, str(file)], check=True)
