"""What s2sad says when it cannot go on: a code, a place, a reason and a remedy.

Two kinds of failure reach a user.  A `DifferentiationError` says that the request makes no sense (an integer argument, a
result that is no scalar).  Its subclass `UnsupportedError` says that a construct of the program is refused.  Exceptions
that the user's own function raises are never wrapped.
"""

from __future__ import annotations

import linecache

from s2sad.record import record


@record(frozen=True)
class Location:
    """A place in the user's source: file, line and column count from 1 and 0, as Python's own `ast` does."""

    file: str
    line: int
    column: int = 0
    end_column: int | None = None

    def text(self) -> str:
        """Return the source line, without its line break; empty when the file cannot be read."""
        return linecache.getline(self.file, self.line).rstrip("\n")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column + 1}"


NOWHERE = Location("<s2sad>", 0)


class DifferentiationError(Exception):
    """A derivative cannot be given.

    Parameters
    ----------
    reason : str
        One sentence that says what was met.
    remedy : str
        What to write instead.
    code : str
        The stable name of the error, `S2S###`.
    location : Location, optional
        Where in the user's source.

    Examples
    --------
    >>> print(DifferentiationError("argument 0 is an integer.", remedy="pass 2.0", code="S2S301"))
    error[S2S301]: argument 0 is an integer.
      = help: pass 2.0
    """

    def __init__(self, reason: str, *, remedy: str = "", code: str = "S2S000", location: Location | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.code = code
        self.location = location

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.reason, self.remedy, self.code, self.location))

    def __str__(self) -> str:
        lines = [f"error[{self.code}]: {self.reason}"]
        if self.location is not None and self.location.line:
            lines.append(f"  --> {self.location}")
            text = self.location.text()
            if text.strip():
                stripped = text.lstrip()
                indent = len(text) - len(stripped)
                start = max(self.location.column - indent, 0)
                end = self.location.end_column
                width = max((end - self.location.column) if end is not None else 1, 1)
                width = min(width, max(len(stripped) - start, 1))
                gutter = str(self.location.line)
                lines.append(f"{gutter} | {stripped}")
                lines.append(f"{' ' * len(gutter)} | {' ' * start}{'^' * width}")
        if self.remedy:
            lines.append(f"  = help: {self.remedy}")
        return "\n".join(lines)


class UnsupportedError(DifferentiationError):
    """A construct of the user's program that s2sad refuses; the message names file, line, column, reason and remedy."""


def _rebuild(kind: type[DifferentiationError], reason: str, remedy: str, code: str, location: Location | None) -> DifferentiationError:
    return kind(reason, remedy=remedy, code=code, location=location)
