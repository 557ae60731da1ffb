"""What a derivative call does outside: output of loggers, mutable defaults."""

from __future__ import annotations

import logging
from typing import Any

import pytest

import s2sad

LOGGER = logging.getLogger("s2sad.tests.outside")


def reports(x: float) -> float:
    LOGGER.info("x = %s", x)
    logging.debug(f"{x:.3f}")
    return x * x


def collects(x: float, seen: list[float] = []) -> float:  # noqa: B006
    seen.append(1.0)
    return x * len(seen)


def test_loggers_are_told_once(caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        assert s2sad.grad(reports)(2.0) == 4.0
    assert [record.getMessage() for record in caplog.records] == ["x = 2.0", "2.000"]


def test_a_mutable_default_that_is_written_is_refused() -> None:
    with pytest.raises(s2sad.UnsupportedError, match="S2S316"):
        s2sad.grad(collects)(2.0)
