"""The corpus: whole programs in every mode, at several sizes and layouts, with poisoned memory."""

import importlib
from pathlib import Path

import pytest
from harness import PROGRAMS, check

for _file in sorted((Path(__file__).parent / "programs").glob("*.py")):
    importlib.import_module(f"programs.{_file.stem}")


@pytest.mark.parametrize("aspect", ["reverse", "pullback", "forward", "second", "sizes", "layouts"])
@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_program(case, aspect):
    if aspect == "layouts" and not case.layouts:
        pytest.skip("the layout of the arguments is part of the program")
    check(case, aspect)
