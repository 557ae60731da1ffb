"""Parts of arrays that are read again from the array as it is in the end: only where no later trip has written them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import s2sad

# Programs on a vector of six elements, and how many stores their gradients may make.
PROGRAMS = {
    "product_of_prefixes": (1, "for i in range(1, 6):\n    y[i] = y[i] * y[i - 1]"),
    "previous": (0, "for i in range(1, 6):\n    y[i] = y[i - 1] * y[i - 1] + x[i]"),
    "previous_downwards": (0, "for i in range(4, -1, -1):\n    y[i] = y[i + 1] * y[i + 1] + x[i]"),
    "two_back": (0, "for i in range(2, 6):\n    y[i] = y[i - 1] * y[i - 2]"),
    "from_the_end": (1, "for i in range(6):\n    y[i] = y[i - 1] * y[i - 1] * 0.5 + x[i]"),
    "next": (1, "for i in range(5):\n    y[i] = y[i + 1] * y[i + 1]"),
    "next_is_written": (3, "for i in range(5):\n    y[i + 1] = y[i] * y[i + 1]\n    y[i] = y[i] * y[i]"),
    "itself_after_the_write": (1, "for i in range(6):\n    y[i] = y[i] * y[i]\n    total += y[i] * y[i]"),
    "written_again": (1, "for i in range(1, 6):\n    y[i] = y[i - 1] * y[i - 1]\n    y[i - 1] = 0.5 * x[i]"),
    "in_a_branch": (
        0,
        "for i in range(1, 6):\n    if x[i] > 0.6:\n        y[i] = y[i - 1] * y[i - 1]\n    else:\n        y[i] = y[i - 1] * x[i]",
    ),
    "twice_over": (1, "for k in range(2):\n    for i in range(1, 6):\n        y[i] = y[i - 1] * y[i - 1] + x[i]"),
    "table": (
        0,
        "for i in range(1, 4):\n    for j in range(1, 4):\n        m[i, j] = m[i - 1, j] * m[i, j - 1] + x[j]\ntotal = m[3, 3] * x[0]",
    ),
    "rows": (0, "for i in range(1, 4):\n    m[i] = m[i - 1] * m[i - 1] + x[i]\ntotal = np.sum(m[3] * x[0])"),
    "rows_and_corners": (1, "for i in range(1, 4):\n    m[i] = m[i - 1] * m[i - 1]\n    m[0, i] = x[i]\ntotal = np.sum(m[3] * m[0])"),
    "overwritten_later": (0, "for i in range(1, 6):\n    y[i] = y[i - 1] * y[i - 1] + x[i]\ny[:] = y * y\ny[2] = x[3]"),
    "while_loop": (1, "i = 1\nwhile i < 6:\n    y[i] = y[i - 1] * y[i - 1] + x[i]\n    i += 1"),
    "early_end": (0, "for i in range(1, 6):\n    if y[i - 1] > 0.9:\n        break\n    y[i] = y[i - 1] * y[i - 1] + x[i]"),
    "steps_of_two": (0, "for i in range(2, 6, 2):\n    y[i] = y[i - 2] * y[i - 1]"),
    "whole": (1, "for i in range(1, 6):\n    t = y[i - 1]\n    y[:] = t * t * x"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_read_back(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores, text = PROGRAMS[name]
    body = text.replace("\n", "\n    ")
    path = tmp_path / "program.py"
    path.write_text(
        "import numpy as np\n\n\ndef f(x):\n    y = x.copy()\n    m = np.outer(x, x)\n    total = 0.0\n"
        f"    {body}\n    return total + np.sum(y * y)\n"
    )
    spec = importlib.util.spec_from_file_location(f"unwritten_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = module.f
    monkeypatch.setenv("S2SAD_VERIFY", "1")
    x = np.linspace(0.4, 1.1, 6)
    direction = np.linspace(1.0, -0.7, 6)
    for poison in ("", "1"):
        monkeypatch.setenv("S2SAD_POISON", poison)
        gradient = s2sad.grad(function)
        result = gradient(x)
        numeric = (function(x + 1e-6 * direction) - function(x - 1e-6 * direction)) / 2e-6
        np.testing.assert_allclose(result @ direction, numeric, rtol=1e-6)
    source = gradient.source_for(x)
    assert source.count("np.empty(") + source.count("= []") <= stores, source
