"""A first portion of the random programs; `python tests/random_programs.py` runs as many as asked for."""

import pytest
import random_programs


@pytest.mark.parametrize("start", range(0, 120, 20))
def test_random_programs(start, tmp_path):
    verdicts = [(seed, *random_programs.check(seed, tmp_path)) for seed in range(start, start + 20)]
    failures = [f"seed {seed}: {verdict}\n{text}" for seed, verdict, text in verdicts if verdict.startswith(("wrong", "crash"))]
    assert not failures, "\n".join(failures)
    assert sum(verdict.startswith("refused") for _, verdict, _ in verdicts) <= 2
