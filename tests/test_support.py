"""docs/numpy.md says what the registry says; a function that a new NumPy brings is in it without anybody's doing."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_the_table_of_numpy_is_up_to_date():
    if f"for NumPy {np.__version__}." not in (ROOT / "docs" / "numpy.md").read_text(encoding="utf-8"):
        pytest.skip("written for another NumPy")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("S2SAD_")}
    run = subprocess.run([sys.executable, "tools/support.py", "--check"], cwd=ROOT, env=variables)
    assert run.returncode == 0, "run `python3 tools/support.py`"
