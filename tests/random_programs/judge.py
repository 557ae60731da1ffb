"""Says of one program at one point whether its derivatives are right, refused, wrong, or crash."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import itertools
import linecache
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from random_programs.points import Point
from tree import bits

import s2sad

SECONDS = 30
LARGEST = 1e6
MODES = ("reverse", "forward", "second", "pullback")
_numbers = itertools.count()


class TooLong(BaseException):
    """The program, or its compilation, does not come to an end."""


class Failure(Exception):
    """What is wrong."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Stop what takes longer."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def load(text: str, folder: Path) -> Callable[..., Any]:
    """Return the function `f` of a program."""
    path = folder / f"program_{next(_numbers)}.py"
    path.write_text(text)
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    function: Callable[..., Any] = module.f
    return function


class Outcome:
    """All that can be seen of one call."""

    def __init__(self, call: Callable[[], Any]) -> None:
        stream = io.StringIO()
        self.value, self.error = None, None
        with contextlib.redirect_stdout(stream):
            try:
                self.value = call()
            except Exception as error:
                self.error = error
        self.output = stream.getvalue()
        self.seen = None if self.error is None else (type(self.error), str(self.error)), self.output


class Judge:
    """Judges one program."""

    def __init__(self, function: Callable[..., Any], point: Point) -> None:
        self.function, self.point = function, point
        self.tolerance = 2e-2 if point.single else 2e-4
        with limited(2):
            self.expected = Outcome(lambda: function(*point.arguments()))

    def usable(self) -> bool:
        """Whether the plain call gives something to differentiate, or an exception to compare."""
        if self.expected.error is not None:
            return not isinstance(self.expected.error, (NameError, SyntaxError))
        value = self.expected.value
        return isinstance(value, (float, np.floating)) and bool(abs(value) <= LARGEST)

    def call(self, what: str, call: Callable[..., Any]) -> Any:
        """Run a derivative; effects, exceptions and arguments must be as they should.  None after an exception."""
        given = self.point.arguments()
        outcome = Outcome(lambda: call(*given))
        if isinstance(outcome.error, s2sad.DifferentiationError):
            raise outcome.error
        if outcome.seen != self.expected.seen:
            if outcome.error is not None and type(outcome.error) is not type(self.expected.error):
                raise outcome.error
            raise Failure(f"{what}: {outcome.seen}, not {self.expected.seen}")
        if bits(given) != bits(self.point.arguments()):
            raise Failure(f"{what}: an argument was changed")
        return outcome.value

    def same_value(self, what: str, value: Any) -> None:
        if bits(value) != bits(self.expected.value):
            raise Failure(f"{what}: value {value!r}, not {self.expected.value!r}")

    def close(self, what: str, got: float, wanted: float | None, tolerance: float = 0.0) -> None:
        if wanted is not None and not abs(got - wanted) <= (tolerance or self.tolerance) * (1 + abs(wanted)):
            raise Failure(f"{what}: {got!r}, not {wanted!r}")

    def quotient(self, function: Callable[..., Any]) -> float | None:
        """Return the derivative along the direction, or None where the function is not smooth enough to tell."""
        found = []
        for step in (1e-2, 4e-3) if self.point.single else (1e-5, 2e-6):
            try:
                found.append((float(function(*self.point.arguments(step))) - float(function(*self.point.arguments(-step)))) / (2 * step))
            except Exception:
                return None
        if not np.all(np.isfinite(found)) or not abs(found[0] - found[1]) <= self.tolerance / 2 * (1 + abs(found[1])):
            return None
        return found[1]

    def inner(self, gradient: tuple[Any, ...]) -> float:
        """Return the derivative along the direction that a gradient gives."""
        return float(sum(np.sum(np.asarray(part) * along) for part, along in zip(gradient, self.point.tangent()[:4], strict=True)))

    def reverse(self) -> float | None:
        """Check value and gradient; return the derivative along the direction."""
        found = self.call("value_and_grad", s2sad.value_and_grad(self.function, (0, 1, 2, 3)))
        if self.expected.error is not None:
            return None
        value, gradient = found
        self.same_value("value_and_grad", value)
        got = self.inner(gradient)
        with contextlib.redirect_stdout(io.StringIO()):
            self.close("gradient", got, self.quotient(self.function))
        return got

    def forward(self, got: float) -> None:
        value, tangent = self.call("jvp", lambda *given: s2sad.jvp(self.function, given, self.point.tangent()))
        self.same_value("jvp", value)
        self.close("tangent against gradient", float(tangent), got, 1e-3 if self.point.single else 1e-7)

    def second(self, got: float) -> None:
        gradient = s2sad.grad(self.function, (0, 1, 2, 3))
        first, second = self.call("jvp of grad", lambda *given: s2sad.jvp(gradient, given, self.point.tangent()))
        self.close("first order of the second", self.inner(first), got, 1e-3 if self.point.single else 1e-7)
        with contextlib.redirect_stdout(io.StringIO()):
            wanted = None if self.point.single else self.quotient(lambda *given: self.inner(gradient(*given)))
        self.close("second derivative", self.inner(second), wanted, 2e-3)

    def pullback(self, got: float) -> None:
        kept: list[Any] = []

        def call(*given: Any) -> Any:
            kept.extend(given)
            return s2sad.vjp(self.function, *given)

        value, pull = self.call("vjp", call)
        self.same_value("vjp", value)
        for leaf in kept:
            if isinstance(leaf, np.ndarray) and leaf.flags.writeable:
                leaf.fill(77)
        first = pull(1.0)
        self.close("pull-back", self.inner(first[:4]), got, 1e-3 if self.point.single else 1e-7)
        if bits(pull(1.0)) != bits(first):
            raise Failure("pull-back: the second call differs")


def verdict(text: str, point: Point, modes: tuple[str, ...], folder: Path) -> str:
    """Return ok, useless, refused CODE, wrong ... or crash ..."""
    before = {name: os.environ.get(name) for name in ("S2SAD_POISON", "S2SAD_VERIFY")}
    os.environ.update(dict.fromkeys(before, "1"))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                judge = Judge(load(text, folder), point)
                if not judge.usable():
                    return "useless"
            except TooLong:
                return "useless"
            except Exception:
                return "useless"
            try:
                with limited(SECONDS):
                    got = judge.reverse()
                    for mode in modes:
                        if got is not None and mode != "reverse":
                            getattr(judge, mode)(got)
            except s2sad.DifferentiationError as error:
                return f"refused {error.code}: {error.args[0] if error.args else ''}"
            except Failure as failure:
                return f"wrong {failure}"
            except TooLong:
                return "crash: too long"
            except Exception as error:
                return f"crash {type(error).__name__}: {error}"
            return "ok"
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
