"""Comments that say which primal lines a group of statements reverses.

A line is said once, where its group begins.  Statements that belong to the header of a loop or of a branch around them (`for v in x:`
where an element of `x` is read) need no word inside of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from s2sad.errors import Location

_LONGEST = 100
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}

Line = tuple[str, int]


class Comment(ast.stmt):
    """A line of comment; empty text is an empty line.  Only the printer knows it."""

    _fields = ("text",)

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text


def line_of(where: Location | None) -> Line | None:
    """Return what tells primal lines apart."""
    return None if where is None or not where.line else (where.file, where.line)


class Group:
    """Statements of one node, and the primal line that they belong to."""

    __slots__ = ("silent", "statements", "where")

    def __init__(self, statements: list[ast.stmt], where: Location | None, silent: bool = False) -> None:
        self.statements = statements
        self.where = where
        self.silent = silent  # opens no group: its line can be read off the statement itself


def commented(groups: list[Group], around: Iterable[Line | None]) -> list[ast.stmt]:
    """Return the statements of a block, with a comment where the group of a primal line begins; `around` are lines said already."""
    result: list[ast.stmt] = []
    headers = set(around)
    said: set[Line] = set()
    current: Line | None = None
    for number, group in enumerate(groups):
        line = line_of(group.where)
        if line is not None and line not in headers and line != current and not group.silent:
            if line not in said or _several(groups, number, line):
                text = comment(group.where)
                if text:
                    result.append(Comment(text))
                said.add(line)
            current = line
        result.extend(group.statements)
    return result


def _several(groups: list[Group], start: int, line: Line) -> bool:
    """Whether more than one statement follows that belongs to a line; a single one is no group, and is not worth a second comment."""
    following = groups[start + 1] if start + 1 < len(groups) else None
    return following is not None and line_of(following.where) == line


def comment(where: Location | None) -> str:
    """Return a primal line as the text of a comment: one line, nothing but printable characters."""
    if where is None or not where.line:
        return ""
    text = " ".join(statement(where.text(), where.column).split())
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def statement(line: str, column: int) -> str:
    """Return what is to be said of a line: without the head of a function that stands on the same line."""
    begin = line.rfind("lambda", 0, column + 1)
    if begin >= 0:
        start = _at_depth(line, begin, ":") + 1
        if 0 < start <= column + 1:
            return f"return {line[start : _at_depth(line, start, ',')].strip()}"
    if line.lstrip().startswith(("def ", "async def ")):
        start = _at_depth(line, 0, ":") + 1
        inner = line[start:].strip()
        if start and inner and not inner.startswith("#"):
            return inner
    return line


def _at_depth(line: str, start: int, wanted: str) -> int:
    """Return where a sign stands outside of brackets and strings; the end of the text when it does not, or a bracket closes first."""
    depth, quote = 0, ""
    for position in range(start, len(line)):
        sign = line[position]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif depth == 0 and sign == wanted:
            return position
        else:
            depth += _BRACKETS.get(sign, 0)
            if depth < 0:
                return position
    return len(line)
