"""`continue` and `return` where a graph has flags and code guarded by them.

Code that follows a branch which may have left stands in a graph once, guarded by a flag.  Where every path through the
branch says what the flag is, the paths that leave say so themselves, the guard goes, and nobody needs the flag:

    if a:                                 if a:
        if b:                                 if b:
            flag = True                           continue
        else:                                 y = f(y)
            y = f(y)              becomes z = g(y)
            flag = False
    else:
        flag = False
    if not flag:
        z = g(y)

Nothing is repeated but a few assignments; where more would have to be, the flag stays.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection
from copy import deepcopy

from s2sad.emit.structure import flattened, opposite, terminal
from s2sad.emit.syntax import binds, names_in

_SMALL = 2  # so many statements may be repeated
LOOP, FUNCTION = "loop", "function"

Test = Callable[[object], bool]


def recovered(body: list[ast.stmt], flags: Collection[str]) -> list[ast.stmt]:
    """Return the body of a function with exits in the place of flags; each of `flags` names one flag only."""
    if not flags:
        return body
    return _Recovery(body, flags).block(body, FUNCTION)


class _Recovery:
    def __init__(self, body: list[ast.stmt], flags: Collection[str]) -> None:
        self.reads: Counter[str] = Counter()
        for statement in body:
            for part in names_in(statement):
                if part.id in flags and isinstance(part.ctx, ast.Load):
                    self.reads[part.id] += 1

    def block(self, body: list[ast.stmt], end: str) -> list[ast.stmt]:
        """Return a list of statements, whose end is that of a loop's body, of the function, or of something else."""
        position = 0
        while position + 1 < len(body):
            guard = body[position + 1]
            known = guarded(guard.test) if isinstance(guard, ast.If) else None
            if known is not None and self.reads[known[0]] == 1 and isinstance(guard, ast.If):
                merged = self.merge(body, position, guard, known[0], known[1], end)
                if merged is not None:
                    body = merged
                    self.reads[known[0]] = 0
                    continue
            position += 1
        for number, statement in enumerate(body):
            inner = end if number == len(body) - 1 else ""
            if isinstance(statement, ast.If):
                statement.body, statement.orelse = self.block(statement.body, inner), self.block(statement.orelse, inner)
            elif isinstance(statement, (ast.For, ast.While)):
                statement.body = self.block(statement.body, LOOP)
            elif isinstance(statement, (ast.Try, ast.With)):
                statement.body = self.block(statement.body, "")
        return flattened(body)

    def merge(self, body: list[ast.stmt], position: int, guard: ast.If, flag: str, test: Test, end: str) -> list[ast.stmt] | None:
        """Return the list without the guard at `position + 1`, or None."""
        first = body[position]
        rest = body[position + 2 :]
        if isinstance(first, ast.If):
            return self.after_branch(body[:position], first, guard, rest, flag, test, end)
        if isinstance(first, (ast.For, ast.While)):
            return self.after_loop(body[:position], first, guard, rest, flag, test)
        return None

    def after_branch(
        self, before: list[ast.stmt], first: ast.If, guard: ast.If, rest: list[ast.stmt], flag: str, test: Test, end: str
    ) -> list[ast.stmt] | None:
        first = deepcopy(first)
        paths = tails([first], flag)
        if paths is None:
            return None
        sides = {True: guard.body, False: guard.orelse}
        counts = Counter(test(value) for _, value in paths)
        for side in sorted((True, False), key=lambda one: len(sides[one])):
            leaving = left(sides[side], rest, end)
            if leaving is not None and (counts[side] <= 1 or len(leaving) <= _SMALL):
                for path, value in paths:
                    if test(value) is side:
                        path.extend(deepcopy(leaving))
                return [*before, *tidy([first]), *sides[not side], *rest]
        if counts[True] <= 1 and counts[False] <= 1:
            for path, value in paths:
                path.extend(sides[test(value)])
            return [*before, *tidy([first]), *rest]
        return None

    def after_loop(
        self, before: list[ast.stmt], first: ast.For | ast.While, guard: ast.If, rest: list[ast.stmt], flag: str, test: Test
    ) -> list[ast.stmt] | None:
        """A loop that is left with the flag set returns from there."""
        initial = next((number for number in reversed(range(len(before))) if binds(before[number], flag)), None)
        if initial is None:
            return None
        start = constant_of(before[initial], flag)
        if start is None:
            return None
        usual = test(start.value)
        leaving = left(guard.orelse if usual else guard.body, rest, FUNCTION)
        if leaving is None or isinstance(leaving[-1], (ast.Break, ast.Continue)):
            return None
        first = deepcopy(first)
        sites: list[list[ast.stmt]] = []
        if not exits(first.body, flag, lambda value: test(value) is usual, sites) or (len(sites) > 1 and len(leaving) > _SMALL):
            return None
        for site in sites:
            assert isinstance(site[-1], ast.Break)
            site[-1:] = deepcopy(leaving)
        first.body = tidy(first.body) or [ast.Pass()]
        return [*before[:initial], *before[initial + 1 :], first, *(guard.body if usual else guard.orelse), *rest]


def guarded(test: ast.expr) -> tuple[str, Test] | None:
    """Return the flag that a condition asks for, and for which of its values it holds."""
    if isinstance(test, ast.Name):
        return test.id, bool
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = guarded(test.operand)
        return None if inner is None else (inner[0], lambda value: not inner[1](value))
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and isinstance(test.comparators[-1], ast.Constant):
        wanted = test.comparators[0].value if isinstance(test.comparators[0], ast.Constant) else None
        if len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            return test.left.id, lambda value: value == wanted
        if len(test.ops) == 1 and isinstance(test.ops[0], ast.NotEq):
            return test.left.id, lambda value: value != wanted
    return None


def constant_of(statement: ast.stmt, flag: str) -> ast.Constant | None:
    """Return the constant that a statement gives to a flag."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
        where = statement.targets[0]
        if isinstance(where, ast.Name) and where.id == flag:
            return statement.value
    return None


def tails(body: list[ast.stmt], flag: str) -> list[tuple[list[ast.stmt], object]] | None:
    """Return the ends of all paths with the flag's value there, its assignments removed; None when one does not say."""
    if terminal(body):
        return []
    position = len(body) - 1
    while position >= 0 and isinstance(body[position], ast.Assign) and not binds(body[position], flag):
        position -= 1
    if position < 0:
        return None
    last = body[position]
    known = constant_of(last, flag)
    if known is not None:
        del body[position]
        return [(body, known.value)]
    if not isinstance(last, ast.If) or position != len(body) - 1:
        return None
    first, second = tails(last.body, flag), tails(last.orelse, flag)
    return None if first is None or second is None else [*first, *second]


def left(side: list[ast.stmt], rest: list[ast.stmt], end: str) -> list[ast.stmt] | None:
    """Return what a path does that takes this side of a guard and then leaves; None when it cannot leave there."""
    if terminal(side):
        return side
    if len(rest) > _SMALL or not all(isinstance(one, (ast.Assign, ast.AugAssign, ast.Return, ast.Break, ast.Continue)) for one in rest):
        return None
    if terminal(rest):
        return [*side, *rest]
    return [*side, *rest, ast.Continue()] if end == LOOP else None


def exits(body: list[ast.stmt], flag: str, usual: Test, sites: list[list[ast.stmt]]) -> bool:
    """Collect the places where a loop is left with the flag set; False when the flag is set in another way."""
    for statement in list(body):
        known = constant_of(statement, flag)
        if known is not None:
            if not usual(known.value):
                behind = body[body.index(statement) + 1 :]
                if not behind or not isinstance(behind[-1], ast.Break) or not all(isinstance(one, ast.Assign) for one in behind[:-1]):
                    return False
                sites.append(body)
            body.remove(statement)
        elif isinstance(statement, ast.If):
            if not exits(statement.body, flag, usual, sites) or not exits(statement.orelse, flag, usual, sites):
                return False
        elif binds(statement, flag):
            return False
    return True


def tidy(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements without empty branches."""
    result: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.If):
            statement.body, statement.orelse = tidy(statement.body), tidy(statement.orelse)
            if not statement.body and not statement.orelse:
                continue
            if not statement.body:
                statement = ast.If(opposite(statement.test), statement.orelse, [])
        result.append(statement)
    return result
