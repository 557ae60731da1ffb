"""Exits as a person writes them: `break`, `continue` and `return` instead of flags.

In a graph, exits travel as flags: the body of a loop says by its first result that the loop ends.  Where the flag is known
at the end of a branch, the branch says `break` itself and the flag is gone; where it is not, the flag stays, which is always
right.
"""

from __future__ import annotations

import ast
from copy import deepcopy

from s2sad.emit.syntax import binds, names_in
from s2sad.record import record

_MOVES = 2  # so many assignments may be repeated at an exit
_TERMINAL = (ast.Break, ast.Continue, ast.Return, ast.Raise)


@record(frozen=True)
class Leave:
    """When a loop is left at the end of a trip; `local` says that nothing else reads the flag."""

    test: ast.expr
    local: bool = True


def finish(body: list[ast.stmt], moved: list[ast.stmt], leave: Leave) -> list[ast.stmt]:
    """Return the body of a loop with the assignments at its end and its exit."""
    test = tested(leave.test)
    if isinstance(test, ast.Constant):
        return [*body, *moved, ast.Break()] if test.value else [*body, *moved]
    if isinstance(test, ast.Name) and leave.local:
        plain = _plain(body, moved, test.id)
        if plain is not None:
            return plain
        exits = _Exits(test.id, moved)
        threaded = exits.thread(body)
        if threaded is not None and (len(moved) <= _MOVES or exits.count <= 1):
            return flattened([*threaded, *known(moved, test.id, False)])
    beside = _beside(body, moved, test)
    return [*body, *moved, ast.If(test, [ast.Break()], [])] if beside is None else beside


def flag_of(test: ast.expr) -> str:
    """Return the name that a test asks for, or for whose opposite it asks."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    return test.id if isinstance(test, ast.Name) else ""


def _beside(body: list[ast.stmt], moved: list[ast.stmt], test: ast.expr) -> list[ast.stmt] | None:
    """Return the body with the exit in a branch before it that asks for the same flag."""
    flag = flag_of(test)
    position = len(body) - 1
    while flag and position >= 0 and isinstance(body[position], (ast.Assign, ast.AugAssign)):
        position -= 1
    last = body[position] if flag and position >= 0 else None
    behind = [*body[position + 1 :], *moved]
    if not isinstance(last, ast.If) or flag_of(last.test) != flag or len(behind) > _MOVES:
        return None
    if any(binds(one, flag) for one in [last, *behind]):
        return None
    if any(isinstance(part, _TERMINAL) for part in ast.walk(last)):
        return None
    wanted = isinstance(test, ast.Name)  # the value of the flag with which the loop is left
    leaves, stays = (last.body, last.orelse) if isinstance(last.test, ast.Name) is wanted else (last.orelse, last.body)
    leaving = [*leaves, *known(behind, flag, wanted), ast.Break()]
    return [*body[:position], ast.If(test, leaving, []), *stays, *known(behind, flag, not wanted)]


def _plain(body: list[ast.stmt], moved: list[ast.stmt], flag: str) -> list[ast.stmt] | None:
    """Return the body where the flag is nothing but a condition: what follows the test is done before it."""
    position = len(body) - 1
    while position >= 0 and isinstance(body[position], ast.Assign):
        position -= 1
    last = body[position] if position >= 0 else None
    if not isinstance(last, ast.If):
        return None
    then, otherwise = _only(last.body, flag), _only(last.orelse, flag)
    behind = [*body[position + 1 :], *moved]
    if then is None or otherwise is None or then == otherwise or any(_reads(statement, flag) for statement in behind):
        return None
    bound = {part.id for part in names_in(behind) if isinstance(part.ctx, ast.Store)}
    if any(part.id in bound for part in names_in(last.test)):
        return None
    return [*body[:position], *behind, ast.If(last.test if then else opposite(last.test), [ast.Break()], [])]


def _only(body: list[ast.stmt], flag: str) -> bool | None:
    """Return the constant to which the flag is set when a branch does nothing else."""
    if len(body) != 1 or not isinstance(body[0], ast.Assign):
        return None
    where, value = body[0].targets[0], body[0].value
    if isinstance(where, ast.Name) and where.id == flag and isinstance(value, ast.Constant) and isinstance(value.value, bool):
        return value.value
    return None


class _Exits:
    """Puts the exit where the flag is set."""

    def __init__(self, flag: str, moved: list[ast.stmt]) -> None:
        self.flag = flag
        self.moved = moved
        self.count = 0

    def thread(self, body: list[ast.stmt]) -> list[ast.stmt] | None:
        """Return the statements with `break` on every path that sets the flag; None when a path does not say."""
        position = len(body) - 1
        while position >= 0:
            last = body[position]
            if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
                if last.targets[0].id == self.flag:
                    return self.leave(body[:position], last.value, body[position + 1 :])
                position -= 1
                continue
            if isinstance(last, ast.If) and last.orelse:
                return self.branch(body, position, last)
            return None
        return None

    def branch(self, body: list[ast.stmt], position: int, last: ast.If) -> list[ast.stmt] | None:
        rest = body[position + 1 :]
        if len(rest) > _MOVES or any(_reads(statement, self.flag) for statement in rest):
            return None
        then, otherwise = self.thread([*last.body, *deepcopy(rest)]), self.thread([*last.orelse, *rest])
        if then is None or otherwise is None:
            return None
        if not then and not otherwise:
            return body[:position]
        if not then:
            return [*body[:position], ast.If(opposite(last.test), otherwise, [])]
        return [*body[:position], ast.If(last.test, then, otherwise)]

    def leave(self, body: list[ast.stmt], value: ast.expr, behind: list[ast.stmt]) -> list[ast.stmt] | None:
        """Return a path at whose end the flag is `value`; `behind` follows the assignment."""
        if isinstance(value, ast.Constant):
            body = [*body, *known(behind, self.flag, bool(value.value))]
            if not value.value:
                return body
            self.count += 1
            return [*body, *known(self.moved, self.flag, True), ast.Break()]
        if behind:
            return None
        self.count += 1
        return [*body, ast.If(tested(value), [*known(self.moved, self.flag, True), ast.Break()], [])]


def known(body: list[ast.stmt], flag: str, value: bool) -> list[ast.stmt]:
    """Return copies of assignments in which the value of a flag is known."""

    class Known(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.Constant(value) if node.id == flag and isinstance(node.ctx, ast.Load) else node

    return [Known().visit(deepcopy(statement)) for statement in body]


def _reads(statement: ast.stmt, label: str) -> bool:
    return any(part.id == label and isinstance(part.ctx, ast.Load) for part in names_in(statement))


def terminal(body: list[ast.stmt]) -> bool:
    """Whether control never falls out of the end of the statements."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and terminal(last.body) and terminal(last.orelse)
    return isinstance(last, _TERMINAL)


def flattened(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements with the `else` of what is left early moved behind it."""
    for position, statement in enumerate(body):
        if isinstance(statement, ast.If) and statement.orelse:
            if terminal(statement.body):
                rest = [*statement.orelse, *body[position + 1 :]]
                return [*body[:position], ast.If(statement.test, statement.body, []), *flattened(rest)]
            if terminal(statement.orelse):
                rest = [*statement.body, *body[position + 1 :]]
                return [*body[:position], ast.If(opposite(statement.test), statement.orelse, []), *flattened(rest)]
    return body


def tested(condition: ast.expr) -> ast.expr:
    """Return a condition without the conversions that a test makes by itself: ``bool(a < b)`` is ``a < b``."""
    if isinstance(condition, ast.Call) and isinstance(condition.func, ast.Name) and condition.func.id == "bool":
        return tested(condition.args[0]) if len(condition.args) == 1 and not condition.keywords else condition
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        return ast.UnaryOp(condition.op, tested(condition.operand))
    if isinstance(condition, ast.BoolOp):
        return ast.BoolOp(condition.op, [tested(part) for part in condition.values])
    return condition


def opposite(condition: ast.expr) -> ast.expr:
    """Return the opposite of a condition; an order comparison keeps its `not`, for it is false on NaN."""
    opposites: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        return condition.operand
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1 and type(condition.ops[0]) in opposites:
        return ast.Compare(condition.left, [opposites[type(condition.ops[0])]()], condition.comparators)
    return ast.UnaryOp(ast.Not(), condition)
