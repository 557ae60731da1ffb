"""A first portion of the random programs; `python tests/random_programs` runs as many as asked for."""

import pytest
from random_programs import Case


@pytest.mark.parametrize("start", range(0, 320, 20))
def test_random_programs(start, tmp_path):
    for seed in range(start, start + 20):
        case = Case(seed)
        verdict = case.judge(tmp_path)
        assert not verdict.startswith(("wrong", "crash")), f"seed {seed}, {case.point.pattern}: {verdict}\n{case.shrunk(verdict, tmp_path)}"
