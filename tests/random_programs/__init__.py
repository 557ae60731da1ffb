"""Random programs, differentiated and compared with numeric differences; a failing program is made small.

    python tests/random_programs --count 1000 --seed 0

A program works on two vectors and a square matrix of one size (0 to 3), a number, an int and an array of indices.  Value
(bitwise), output, exceptions and arguments are compared with the plain call, and gradient, push-forward, second derivative and
pull-back with numeric differences, with freed memory poisoned.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from random_programs.judge import MODES, verdict
from random_programs.points import Point, pattern_for
from random_programs.shrink import smallest
from random_programs.writer import Writer

SIZES = (3, 2, 3, 1, 3, 2, 0, 3)
OFF = frozenset({"try"})  # forms that are refused for now


class Case:
    """One program and the point where it is judged."""

    def __init__(self, seed: int, off: frozenset[str] = OFF, modes: tuple[str, ...] = ()) -> None:
        generator = random.Random(seed)
        # Each program leaves out some forms, so that the others meet more often.
        left_out = {form for form in FORMS if generator.random() < 0.35} | off

        def allowed(form: str) -> bool:
            return form not in left_out

        self.text = Writer(generator.randrange(2**32), allowed).program()
        self.point = Point(generator.randrange(2**32), SIZES[seed % len(SIZES)], pattern_for(generator, lambda one: one not in off))
        self.modes = modes or ("reverse", MODES[1 + seed % 3])

    def judge(self, folder: Path, text: str | None = None) -> str:
        """Return the verdict on the program, or on another one at the same point."""
        return verdict(self.text if text is None else text, self.point, self.modes, folder)

    def shrunk(self, result: str, folder: Path) -> str:
        """Return a small program with the same verdict."""
        kind = result.split(":")[0].split()[:2]

        def fails(text: str) -> bool:
            return self.judge(folder, text).split(":")[0].split()[:2] == kind

        return smallest(self.text, fails)


FORMS = (
    "assign",
    "in place",
    "alias",
    "choice",
    "view",
    "reshape",
    "fancy",
    "mask",
    "out",
    "helper",
    "print",
    "raise",
    "matrix",
    "integers",
    "lists",
    "objects",
    "dicts",
    "growing",
    "branch",
    "loop",
    "rows",
    "while",
    "exits",
    "optional",
    "closures",
    "generators",
    "try",
)

__all__ = ["FORMS", "OFF", "Callable", "Case"]
