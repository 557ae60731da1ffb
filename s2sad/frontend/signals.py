"""What ends a path, or an attempt, while a function is lowered."""

from __future__ import annotations

from typing import Any


class PrimalRaises(Exception):
    """The function itself raises for these arguments.

    Where that happens on every path, it is to be called so that it does; inside a branch or a loop it becomes a `raise` there.
    """

    def __init__(self, text: str, kind: type[Exception] | None = None) -> None:
        super().__init__(text)
        self.kind = kind

    @property
    def exception(self) -> Any:
        """What Python or NumPy raises: a class, or the name of a built-in one."""
        if self.kind is not None:
            return self.kind.__name__ if self.kind.__module__ == "builtins" else self.kind
        text = str(self)
        if any(word in text for word in ("argument", "object", "must be integers", "can't convert", "only 0-dimensional")):
            return "TypeError"
        return "IndexError" if "indices" in text or "index" in text else "ValueError"


class DeadPath(Exception):
    """Nothing after this point of the path runs."""


class Left(Exception):
    """The path has left by its exit code in the middle of a statement: an exception is on its way to a handler."""


class NeedStatic(Exception):
    """A number has to be known at compile time: the loop or the argument that defines it is to be made so."""

    def __init__(self, culprit: Any) -> None:
        super().__init__(culprit)
        self.culprit = culprit
