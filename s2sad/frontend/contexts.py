"""`with` and `try`: what can be done without knowing where an exception comes from."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from s2sad.frontend import exits
from s2sad.frontend.assignment import assign
from s2sad.frontend.classes import call_special
from s2sad.frontend.expressions import expression
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.statements import block
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Handle, Known

# Managers that change no value: floating-point warnings are not part of what a derivative keeps.
TRANSPARENT = {np.errstate, contextlib.nullcontext}


def with_statement(low: Lowering, node: Any) -> None:
    """Lower a `with`."""
    _items(low, node, 0, lambda: block(low, node.body))


def _items(low: Lowering, node: Any, k: int, body: Any) -> None:

    if k == len(node.items):
        body()
        return
    entry = node.items[k]
    call = entry.context_expr
    manager: Any = None
    if isinstance(call, gast.Call):
        callee = low.usable(expression(low, call.func))
        if isinstance(callee, Known) and callee.value in TRANSPARENT:
            for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
                value = low.usable(expression(low, argument))
                if callee.value is np.errstate and isinstance(value, Known) and value.value in ("raise", "call", "print", "log"):
                    low.refuse("with", node, what=f"np.errstate(...={value.value!r})")
            if entry.optional_vars is not None:
                if callee.value is contextlib.nullcontext and call.args:
                    assign(low, entry.optional_vars, low.usable(expression(low, call.args[0])))
                else:
                    assign(low, entry.optional_vars, Known(None))
            _items(low, node, k + 1, body)
            return
        manager = low.usable(expression(low, call))
    else:
        manager = low.usable(expression(low, call))
    _user_manager(low, node, entry, manager, lambda: _items(low, node, k + 1, body))


def _user_manager(low: Lowering, node: Any, entry: Any, manager: Abstract, body: Any) -> None:
    """A manager written by the user: entered, then left; an exception in between passes unseen by it."""
    if not isinstance(manager, Handle):
        low.refuse("with", node, what=describe(manager))
    given = call_special(low, manager, "__enter__", [])
    if given is None:
        low.refuse("with", node, what=describe(manager))
    if entry.optional_vars is not None:
        assign(low, entry.optional_vars, given)
    body()
    code = exits.current(low)
    if low.dead or not (isinstance(code, Known)):
        low.refuse("with", node, what="one whose body is left early")
    low.store.write(low.frame.exit, Known(exits.FALLS))
    call_special(low, manager, "__exit__", [Known(None), Known(None), Known(None)])
    low.store.write(low.frame.exit, code)


def try_statement(low: Lowering, node: Any) -> None:
    """Lower a `try`: only `finally` without handlers, whose body cannot leave early."""
    if node.handlers:
        low.refuse("try", node, what="`except`")
    block(low, node.body)
    if low.dead:
        low.refuse("try", node, what="`finally` after a body that always raises")
    code = exits.current(low)
    if not isinstance(code, Known):
        low.refuse("try", node, what="`finally` after a body that may be left early")
    low.store.write(low.frame.exit, Known(exits.FALLS))
    block(low, node.finalbody)
    final = exits.current(low)
    if isinstance(final, Known) and final.value == exits.FALLS:
        low.store.write(low.frame.exit, code)
