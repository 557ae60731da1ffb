"""Which specialisation serves a call: generated guards, then the pattern, then the compiler.

The entry of a specialisation is a generated function with the user's own parameter list.  It tests in one expression what the
specialisation was compiled for and calls the derivative; everything slower happens only when the test fails.
"""

from __future__ import annotations

import gc
import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import Any

import numpy as np

from s2sad.errors import DifferentiationError, Location
from s2sad.record import record
from s2sad.request import Parameters
from s2sad.structure import Pattern, describe

LIMIT = 64  # specialisations of one function


@record()
class Live:
    """Something that the function reads from outside: a global, a cell; `read` is an expression of generated code."""

    name: str  # keyword under which the generated function takes it
    read: str


@record()
class Specialisation:
    """A compiled derivative with the test of what it was compiled for."""

    call: Callable[..., Any]
    condition: str
    namespace: dict[str, Any]
    live: Sequence[Live] = ()
    disjoint: Sequence[tuple[str, str]] = ()  # arguments of which one is written: they must not share memory
    distinct: Sequence[tuple[str, str]] = ()  # containers of which one is changed: they must not be one object
    compiled: Any = None
    entry: Callable[..., Any] = field(init=False)
    _accepts: Callable[..., bool] | None = None

    def accepts(self, parameters: Parameters, values: Sequence[Any]) -> bool:
        """Run the test alone; overlapping arguments are not looked at."""
        if self._accepts is None:
            names = ", ".join(parameters.names)
            condition = (self.condition or "True").replace(".dtype is ", ".dtype == ")  # equal dtypes are not always one object
            self._accepts = define(f"def accepts({names}):\n    return bool({condition})\n", "accepts", self.namespace)
        try:
            return self._accepts(*values)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):  # what was there is not there any more
            return False


class Dispatcher:
    """All specialisations of one derivative of one function.

    `compile` makes a specialisation for a pattern; `entry` is what a call runs first: the entry of the specialisation used
    last.
    """

    def __init__(
        self,
        parameters: Parameters,
        compile: Callable[[Pattern, dict[str, Any]], Specialisation],
        *,
        instances: tuple[str, ...] = (),
        suffix: tuple[str, ...] = (),
        location: Location | None = None,
    ) -> None:
        self.parameters = parameters
        self.compile = compile
        self.instances = instances
        self.location = location
        self.suffix = suffix  # keywords that are handed through to the compiled function, not part of the pattern
        self.table: OrderedDict[tuple[Any, ...], list[Specialisation]] = OrderedDict()
        self.count = 0
        self.last: Specialisation | None = None
        self._lock = threading.RLock()
        self._warned = False
        self.checked: set[Any] = set()  # keys whose first call has checked itself
        bind = f"def {_safe(parameters.function)}({parameters.header}):\n    return ({''.join(f'{name}, ' for name in parameters.names)})\n"
        self.bind: Callable[..., tuple[Any, ...]] = define(bind, _safe(parameters.function), dict(parameters.defaults))
        self.entry: Callable[..., Any] = self.miss

    def miss(self, *args: Any, **keywords: Any) -> Any:
        """Find or compile the specialisation for a call, and call it."""
        extra = {name: keywords.pop(name) for name in self.suffix}
        values = self.bind(*args, **keywords)
        specialisation = self.find(values)
        if specialisation.disjoint or specialisation.distinct:
            self.check_disjoint(specialisation, values)
        self.last = specialisation
        self.entry = specialisation.entry
        # Not through the entry: it may refuse what has just been looked at more closely (overlapping bounds, a foreign dtype object).
        return self.direct(specialisation, values, extra)

    def find(self, values: Sequence[Any]) -> Specialisation:
        """Return the specialisation for bound arguments; compile it when there is none."""
        arguments = dict(zip(self.parameters.names, values, strict=True))
        pattern = describe(arguments, instances=self.instances)
        key = pattern.key
        with self._lock:
            for candidate in self.table.get(key, ()):
                if candidate.accepts(self.parameters, values):
                    self.table.move_to_end(key)
                    return candidate
            with collector_at_rest():
                specialisation = self.compile(pattern, arguments)
                self.complete(specialisation)
            self.table.setdefault(key, []).append(specialisation)
            self.table.move_to_end(key)
            self.count += 1
            if self.count > LIMIT:
                self.forget()
            return specialisation

    def forget(self) -> None:
        """Drop the specialisation that has not been used for longest."""
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"{self.parameters.function}() was compiled for more than {LIMIT} kinds of arguments; each new kind costs a compilation",
                RuntimeWarning,
                stacklevel=5,
            )
        key, candidates = next(iter(self.table.items()))
        candidates.pop(0)
        self.count -= 1
        if not candidates:
            del self.table[key]

    def complete(self, specialisation: Specialisation) -> None:
        """Generate the entry of a specialisation."""
        parameters = self.parameters
        tests = [specialisation.condition] if specialisation.condition else []
        tests += [f"not _s2_share({left}, {right})" for left, right in specialisation.disjoint]
        tests += [f"{left} is not {right}" for left, right in specialisation.distinct]
        suffix = "".join(f", {name}={name}" for name in self.suffix)
        live = "".join(f", {item.name}={item.read}" for item in specialisation.live)
        header = parameters.header
        if self.suffix:
            names = ", ".join(self.suffix)
            head, found, tail = header.partition("**")
            star = "" if "*" in head.replace("**", "") else "*, "
            header = f"{head}{', ' if head and not head.rstrip().endswith(',') else ''}{star}{names}" + (f", **{tail}" if found else "")
        name = _safe(parameters.function)
        call = _joined(parameters.forward, f"{live}{suffix}")
        condition = " and ".join(tests) or "True"
        test = f"    if {condition}:\n        return _s2_call({call})\n"
        if any(name in condition for name in ("_s2_globals", "_s2_cell_", "_s2_held_")):  # something outside may be gone
            test = (
                f"    try:\n        _s2_hit = {condition}\n    except (AttributeError, KeyError, IndexError, TypeError, ValueError):\n"
                f"        _s2_hit = False\n    if _s2_hit:\n        return _s2_call({call})\n"
            )
        text = (
            f"def {name}({header}):\n"
            f"{test}"
            f"    return _s2_miss({_joined(parameters.forward, suffix)})\n"
            f"def _s2_direct({_joined(', '.join(parameters.names), ''.join(f', {n}' for n in self.suffix))}):\n"
            f"    return _s2_call({call})\n"
        )
        namespace = {**specialisation.namespace, **parameters.defaults, "_s2_call": specialisation.call, "_s2_miss": self.miss}
        specialisation.entry = define(text, name, namespace)
        specialisation.namespace["_s2_direct"] = namespace["_s2_direct"]

    def direct(self, specialisation: Specialisation, values: Sequence[Any], extra: dict[str, Any]) -> Any:
        """Call a specialisation whose test has been made."""
        return specialisation.namespace["_s2_direct"](*values, **extra)

    def check_disjoint(self, specialisation: Specialisation, values: Sequence[Any]) -> None:
        """Refuse arguments that share memory, or are one object, when the function writes into one of them."""
        arguments = dict(zip(self.parameters.names, values, strict=True))
        for left, right in specialisation.distinct:
            if eval(f"{left} is {right}", {**specialisation.namespace}, arguments):
                raise DifferentiationError(
                    f"{self.parameters.function}() changes {left}, which is the same object as {right}.",
                    code="S2S311",
                    remedy="pass a copy of one of them",
                    location=self.location,
                )
        for left, right in specialisation.disjoint:
            first, second = (eval(text, {**specialisation.namespace}, arguments) for text in (left, right))
            if isinstance(first, np.ndarray) and isinstance(second, np.ndarray) and np.shares_memory(first, second):
                left, right = map(shown, (left, right))
                raise DifferentiationError(
                    f"{self.parameters.function}() writes into {left}, which shares memory with {right}.",
                    code="S2S311",
                    remedy=f"pass {right}.copy(), or write into a copy: {left} = {left}.copy()",
                    location=self.location,
                )


def shown(text: str) -> str:
    """Return the expression for an array as the program writes it."""
    return re.sub(r"_s2_globals\['(\w+)'\]|_s2_cell_(\w+)\.cell_contents", lambda found: found[1] or found[2], text)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from walking graphs that are still being made: a tenth of the time of a compilation.

    What has been made then lives as long as the function; it goes to the oldest generation without having been walked.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if not gc.get_freeze_count():  # else somebody has frozen objects who wants them to stay so
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _joined(first: str, rest: str) -> str:
    """Join argument lists; keyword arguments must stand before `**name`."""
    if not rest:
        return first
    head, found, tail = first.partition("**")
    head = head.rstrip(", ")
    text = f"{head}{rest}" if head else rest.lstrip(", ")
    return f"{text}, **{tail}" if found else text


def _safe(name: str) -> str:
    return name if name.isidentifier() and name not in ("None", "True", "False") else "function"


def define(text: str, name: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    """Compile the text of a function."""
    exec(compile(text, f"<s2sad dispatch of {name}>", "exec"), namespace)
    made: Callable[..., Any] = namespace[name]
    return made
