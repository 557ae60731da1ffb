"""`try` as a person writes it.

In a graph an operation that may raise is tried by itself, and a flag says whether it did; the operation stands again in the branch on
that flag.  Here the branch becomes the handler, and what follows the operation stands behind it:

    try:                                     try:
        np.linalg.inv(a)                         b = np.linalg.inv(a)
        failed = False                       except np.linalg.LinAlgError:
    except np.linalg.LinAlgError:                c = a
        failed = True                        else:
    if failed:                  becomes          c = b + b
        c = a
    else:
        b = np.linalg.inv(a)
        c = b + b

A flag that is read somewhere else is still set.  Nothing is repeated, and nothing that can raise comes under the `try`.
"""

from __future__ import annotations

import ast
from collections import Counter
from copy import deepcopy

from s2sad.emit.exits import constant_of
from s2sad.emit.structure import known, terminal
from s2sad.emit.syntax import binds, names_in

_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)


def attempted(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the body of a function with the branches that follow a `try` as its handlers."""
    if not any(isinstance(part, ast.Try) for statement in body for part in ast.walk(statement)):
        return body
    reads = Counter(part.id for part in names_in(body) if isinstance(part.ctx, ast.Load))
    return _block(body, reads)


def _block(body: list[ast.stmt], reads: Counter[str]) -> list[ast.stmt]:
    body = [part for one in body for part in (one.body if isinstance(one, ast.Try) and _idle(one) else [one])]
    for statement in body:
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, None)
            if inner:
                setattr(statement, name, _block(inner, reads))
        if isinstance(statement, ast.Try):
            for handler in statement.handlers:
                handler.body = _block(handler.body, reads)
    position = 0
    while position < len(body):
        statement = body[position]
        if isinstance(statement, ast.Try):
            body[position:] = _joined(statement, body[position + 1 :], reads)
        position += 1
    return body


def _idle(tried: ast.Try) -> bool:
    """Whether nothing is left in a `try` that could raise."""
    return all(isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) for one in tried.body) and not tried.finalbody


def _joined(tried: ast.Try, rest: list[ast.stmt], reads: Counter[str]) -> list[ast.stmt]:
    """Return a `try` with what follows it."""
    if len(tried.handlers) != 1 or len(tried.body) != 2 or tried.orelse or tried.finalbody:
        return [tried, *rest]
    operation, told = tried.body
    under = operation if isinstance(operation, ast.With) and len(operation.body) == 1 else None
    if under is not None:
        operation = under.body[0]
    (handler,) = tried.handlers
    flag = told.targets[0] if isinstance(told, ast.Assign) else None
    if not isinstance(flag, ast.Name) or not isinstance(operation, ast.Expr):
        return [tried, *rest]
    ends = constant_of(told, flag.id), constant_of(handler.body[-1], flag.id)
    position = next((k for k, one in enumerate(rest) if isinstance(one, ast.If)), None)
    if position is None or position > 1 or any(end is None for end in ends) or len(handler.body) > 2:
        return [tried, *rest]
    between, branch = rest[:position], rest[position]
    assert isinstance(branch, ast.If)
    if any(binds(one, flag.id) or not isinstance(one, ast.Expr) for one in between):
        return [tried, *rest]
    if isinstance(branch.test, ast.Name) and branch.test.id == flag.id:
        failed, passed = branch.body, branch.orelse
    elif isinstance(branch.test, ast.UnaryOp) and isinstance(branch.test.operand, ast.Name) and branch.test.operand.id == flag.id:
        failed, passed = branch.orelse, branch.body
    else:
        return [tried, *rest]
    behind = rest[position + 1 :]
    used = reads[flag.id] - 1 - sum(part.id == flag.id for part in names_in(between))
    reads[flag.id] = used
    keeps = used > 0
    handler.body = [*handler.body[:-1], *(handler.body[-1:] if keeps else []), *known(between, flag.id, True), *failed] or [ast.Pass()]
    ahead: list[ast.stmt] = [told] if keeps else []
    ahead += known(between, flag.id, False)
    if not passed and behind and terminal(handler.body) and _does(behind[0], operation.value):
        passed, behind = behind[:1], behind[1:]  # what follows is reached only where nothing was raised
    if passed and _does(passed[0], operation.value) and not _clash(passed[0], ahead):
        operation, passed = passed[0], passed[1:]
    if under is not None:
        under.body = [operation]
    tried.body = [operation if under is None else under]
    passed = [*ahead, *passed]
    if terminal(handler.body) or (terminal(tried.body) and not passed):
        return [tried, *passed, *behind]
    tried.orelse = passed
    return [tried, *behind]


def _clash(first: ast.stmt, ahead: list[ast.stmt]) -> bool:
    """Whether a statement cannot be moved before others."""
    if ahead and isinstance(first, ast.Return):
        return True
    one, two = names_in(first), names_in(ahead)
    stored = {part.id for part in (*one, *two) if isinstance(part.ctx, ast.Store)}
    return bool(stored & {part.id for part in one} & {part.id for part in two})


def _does(statement: ast.stmt, operation: ast.expr) -> bool:
    """Whether a statement contains the operation that is tried."""
    if not isinstance(statement, _SIMPLE):
        return False
    wanted = ast.dump(operation)
    if any(ast.dump(part) == wanted for part in ast.walk(statement) if isinstance(part, type(operation))):
        return True
    where = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    if isinstance(where, ast.Subscript) and isinstance(operation, ast.Subscript):  # writing out of range raises what reading does
        read = deepcopy(where)
        read.ctx = ast.Load()
        return ast.dump(read) == wanted
    return False
