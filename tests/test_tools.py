"""The commands of README.md."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_the_demo_trains_a_classifier():
    run = subprocess.run([sys.executable, "tools/demo.py"], capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    accuracy = float(re.findall(r"test accuracy (\d+\.\d)%", run.stdout)[-1])
    assert accuracy >= 95.0
    seconds = float(re.findall(r"All in (\d+) s", run.stdout)[-1])
    assert seconds < 60
    for name in ("digits_loss.png", "digits_graph.svg", "digits_gradient.py"):
        assert str(ROOT / "output" / name) in run.stdout
        assert (ROOT / "output" / name).stat().st_size > 500
    assert "def " in run.stdout and "largest difference" in run.stdout


def test_the_hand_written_gradients_of_the_benchmark_are_right():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import bench_programs
    finally:
        sys.path.pop(0)
    import numpy as np

    for case in bench_programs.CASES:
        arguments = list(case.arguments())
        numbers = case.argnums if isinstance(case.argnums, tuple) else (case.argnums,)
        result = case.hand(*arguments)
        gradients = result if isinstance(case.argnums, tuple) else (result,)
        draw = np.random.default_rng(0)
        directions = [draw.normal(size=arguments[number].shape) for number in numbers]

        def at(step):
            moved = list(arguments)
            for number, direction in zip(numbers, directions):
                moved[number] = arguments[number] + step * direction
            return case.function(*moved)

        numeric = (at(1e-6) - at(-1e-6)) / 2e-6
        along = sum(np.sum(gradient * direction) for gradient, direction in zip(gradients, directions))
        np.testing.assert_allclose(along, numeric, rtol=1e-5, err_msg=case.name)
