"""Last touches on a finished body, on the text alone.

What the graph holds apart for its own reasons a person would write together: two `if` with one test, a flag that only the
next line asks for, a list that begins empty and is filled in the next line.  And a name that is bound only so that it is bound
(`t = None`) stays unbound where nobody reads it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from s2sad.emit.comments import Comment
from s2sad.emit.structure import flag_of, flattened, opposite, tested
from s2sad.emit.syntax import binds, names_in

_NAMELESS = re.compile(r"[gst]\d*")


def polished(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the body of a function; its statements are changed."""
    reads = Counter(part.id for part in names_in(body) if isinstance(part.ctx, ast.Load))
    body = _Together(reads).block(body)
    fillers = {label for statement in _below(body) for label in [_filler(statement)] if label}
    if fillers:
        _Dead(fillers).block(body, set(), set(), set())
    return body


def _below(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements and those inside them."""
    for statement in body:
        yield statement
        for inner in (getattr(statement, "body", None), getattr(statement, "orelse", None)):
            if inner:
                yield from _below(inner)


class _Together:
    """Puts together what belongs together; `reads` counts how often a name is read in the whole function."""

    def __init__(self, reads: Counter[str]) -> None:
        self.reads = reads

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in body:
            before = result[-1] if result else None
            if isinstance(statement, ast.If):
                first = self.same_test(result, statement)
                if first is not None:
                    self.reads[flag_of(statement.test)] -= 1
                    result[:] = flattened([*result[:-1], first])
                    continue
            elif isinstance(statement, ast.Return):
                while isinstance(before, ast.Assign) and _moved(before, statement):
                    result.pop()
                    before = result[-1] if result else None
            elif isinstance(statement, ast.Expr) and isinstance(before, ast.Assign) and self.filled(before, statement):
                continue
            result.append(statement)
        for position, statement in enumerate(result):
            if isinstance(statement, ast.If):
                statement.body, statement.orelse = self.block(statement.body), self.block(statement.orelse)
                if position:
                    self.asked(result, position, statement)
            elif isinstance(statement, (ast.For, ast.While, ast.With, ast.Try)):
                statement.body = self.block(statement.body)
        return [statement for statement in result if not isinstance(statement, ast.Pass) or len(result) == 1]

    def same_test(self, done: list[ast.stmt], statement: ast.If) -> ast.If | None:
        """Return the `if` before that asks for the same flag, with nothing but comments in between; both are made one."""
        flag = flag_of(statement.test)
        position = len(done) - 1
        while flag and position >= 0 and isinstance(done[position], Comment):
            position -= 1
        first = done[position] if flag and position >= 0 else None
        if not isinstance(first, ast.If) or flag_of(first.test) != flag or binds(first, flag) or _leaves(first):
            return None
        del done[position + 1 :]
        _merge(first, statement)
        return first

    def filled(self, before: ast.Assign, statement: ast.Expr) -> bool:
        """Write ``xs = [x]`` for ``xs = []`` and ``xs.append(x)``."""
        where, entries, added = before.targets[0], before.value, statement.value
        if not (isinstance(where, ast.Name) and isinstance(entries, ast.List) and isinstance(added, ast.Call)):
            return False
        function = added.func
        if not (isinstance(function, ast.Attribute) and function.attr == "append" and isinstance(function.value, ast.Name)):
            return False
        if function.value.id != where.id or any(part.id == where.id for part in names_in(added.args[0])):
            return False
        entries.elts.append(added.args[0])
        self.reads[where.id] -= 1
        return True

    def asked(self, body: list[ast.stmt], position: int, statement: ast.If) -> None:
        """Ask in place what only this `if` asks for."""
        flag = flag_of(statement.test)
        before = position - 1
        while before >= 0 and isinstance(body[before], Comment):
            before -= 1
        first = body[before] if before >= 0 else None
        if not flag or self.reads[flag] != 1 or not isinstance(first, ast.Assign) or isinstance(first.value, ast.IfExp):
            return
        where = first.targets[0]
        if isinstance(where, ast.Name) and where.id == flag:
            statement.test = tested(first.value) if isinstance(statement.test, ast.Name) else ast.UnaryOp(ast.Not(), tested(first.value))
            body[before] = ast.Pass()


def _moved(move: ast.Assign, last: ast.Return) -> bool:
    """Return a variable itself, not a copy of it under a name that says nothing."""
    where, source = move.targets[0], move.value
    if not isinstance(where, ast.Name) or not isinstance(source, ast.Name) or not _NAMELESS.fullmatch(where.id):
        return False
    for part in names_in(last):
        if part.id == where.id:
            part.id = source.id
    return True


def _merge(first: ast.If, second: ast.If) -> None:
    """Add the branches of an `if` to those of one before with the same flag."""
    alike = isinstance(first.test, ast.Name) == isinstance(second.test, ast.Name)
    then, otherwise = (second.body, second.orelse) if alike else (second.orelse, second.body)
    first.body = [*first.body, *then]
    first.orelse = [*first.orelse, *otherwise]
    if isinstance(first.test, ast.UnaryOp) and first.orelse:
        first.test, first.body, first.orelse = first.test.operand, first.orelse, first.body


def _leaves(statement: ast.If) -> bool:
    """Whether a branch is left at its end: then what follows is not for both."""
    return any(isinstance(part, (ast.Break, ast.Continue, ast.Return, ast.Raise)) for part in _below([statement]))


def _filler(statement: ast.stmt) -> str:
    """Return the name that a statement binds to nothing."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return ""
    return statement.targets[0].id if isinstance(statement.value, ast.Constant) and statement.value.value is None else ""


class _Dead:
    """Removes fillers that nobody reads: a walk from the end with the names that are live."""

    def __init__(self, fillers: set[str]) -> None:
        self.fillers = fillers
        self.looking = 0  # greater than 0: nothing is removed yet

    def reads(self, tree: ast.AST) -> set[str]:
        """Return which of the names are read; ``x += 1`` reads as well."""
        found = {part.id for part in names_in(tree) if part.id in self.fillers and isinstance(part.ctx, ast.Load)}
        inside = _below([tree]) if isinstance(tree, ast.stmt) else ()
        return found.union(one.target.id for one in inside if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name))

    def block(self, body: list[ast.stmt], live: set[str], leaving: set[str], again: set[str]) -> set[str]:
        """Return what is live before the statements.

        `leaving` is live behind the loop around, `again` where its next trip begins.
        """
        for position in range(len(body) - 1, -1, -1):
            statement = body[position]
            label = _filler(statement)
            if label:
                if label not in live and not self.looking:
                    body[position] = ast.Pass()
                live = live - {label}
            else:
                live = self.before(statement, live, leaving, again)
        if len(body) > 1 and not self.looking:
            body[:] = [one for one in body if not isinstance(one, ast.Pass)] or [ast.Pass()]
        return live

    def before(self, statement: ast.stmt, live: set[str], leaving: set[str], again: set[str]) -> set[str]:
        if isinstance(statement, Comment):
            return live
        if isinstance(statement, (ast.Return, ast.Raise)):
            return self.reads(statement)
        if isinstance(statement, ast.Break):
            return leaving
        if isinstance(statement, ast.Continue):
            return again
        if isinstance(statement, ast.If):
            first = self.block(statement.body, live, leaving, again)
            second = self.block(statement.orelse, live, leaving, again)
            if self.looking:
                return first | second | self.reads(statement.test)
            if all(isinstance(one, ast.Pass) for one in statement.orelse):
                statement.orelse = []
            if statement.orelse and all(isinstance(one, ast.Pass) for one in statement.body):
                statement.test, statement.body, statement.orelse = opposite(statement.test), statement.orelse, []
            return first | second | self.reads(statement.test)
        if isinstance(statement, (ast.For, ast.While)):
            head = live | self.reads(statement.iter if isinstance(statement, ast.For) else statement.test)
            self.looking += 1
            head = head | self.block(statement.body, head, live, head)  # what one trip leaves and reads, the next one may read
            self.looking -= 1
            self.block(statement.body, head, live, head)
            return head
        if isinstance(statement, (ast.Try, ast.With)):
            return live | self.reads(statement)
        names = [part for part in names_in(statement) if part.id in self.fillers]
        if not names:
            return live
        if isinstance(statement, ast.AugAssign):
            return live.union(part.id for part in names)
        bound = {part.id for part in names if isinstance(part.ctx, ast.Store)}
        return (live - bound).union(part.id for part in names if isinstance(part.ctx, ast.Load))
