"""Statements: one handler a syntax node, and blocks of them with their exits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from s2sad.frontend import exits
from s2sad.frontend.arrays import check_assignable, in_place, is_whole, path_step, write_step
from s2sad.frontend.expressions import BINARY, attribute, binary, expression, item, numeric, read_variable, truth
from s2sad.frontend.joins import Arm, branch, close, dispatch, run_arm
from s2sad.frontend.lower import DeadPath, Lowering, describe
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, ArrayRef, Choice, Frame, Handle, Items, Known, Variable
from s2sad.graph.core import Node, Value
from s2sad.graph.index import shifted
from s2sad.graph.types import Array


def block(low: Lowering, statements: Sequence[Any]) -> None:
    """Lower a block; code behind a statement that may leave the block is lowered once, where it is reached."""
    for position, node in enumerate(statements):
        rest = statements[position + 1 :]
        if isinstance(node, gast.If):
            if _if(low, node, rest):
                return
        else:
            statement(low, node)
        if low.dead:
            return
        code = exits.current(low)
        if isinstance(code, Known):
            if code.value != exits.FALLS:
                return
            continue
        if exits.FALLS not in code.codes:
            return
        if rest:
            after(low, code, partial(block, low, rest))
            return


def after(low: Lowering, code: exits.Exit, rest: Callable[[], None]) -> None:
    """Lower what follows only where nothing has left."""
    left = exits.is_code(low, code, tuple(one for one in code.codes if one != exits.FALLS))
    assert isinstance(left, Value)

    def go() -> None:
        low.store.write(low.frame.exit, Known(exits.FALLS))
        low.store.write(low.frame.result, ABSENT)  # nothing has been returned on this path
        rest()

    branch(low, left, lambda: None, go)


def proceed(low: Lowering, rest: Sequence[Any]) -> None:
    """Lower the rest of a block where a branch of its last statement has not left it."""
    code = exits.current(low)
    if isinstance(code, Known):
        if code.value == exits.FALLS:
            block(low, rest)
    elif exits.FALLS in code.codes:
        after(low, code, lambda: block(low, rest))


def statement(low: Lowering, node: Any) -> None:
    """Lower one statement."""
    handler = _HANDLERS.get(type(node).__name__)
    if handler is None:
        low.refuse("syntax", node, what=f"the statement {type(node).__name__}", remedy="write it with simpler statements")
    low.at(node)
    try:
        handler(low, node)
    except DeadPath:
        low.dead = True


def _if(low: Lowering, node: Any, rest: Sequence[Any]) -> bool:
    """Lower an `if`; return whether the rest of the block was lowered with it."""
    try:
        answer = truth(low, low.usable(expression(low, node.test)))
    except DeadPath:
        low.dead = True
        return True
    low.at(node)
    if isinstance(answer, bool):
        block(low, node.body if answer else node.orelse)
        return False
    location = low.location
    then = run_arm(low, lambda: block(low, node.body), answer, True)
    if rest and _leaves(low, then):
        otherwise = run_arm(low, lambda: block(low, [*node.orelse, *rest]), answer, False)
        consumed = True
    else:
        otherwise = run_arm(low, lambda: block(low, node.orelse), answer, False)
        consumed = bool(rest) and _leaves(low, otherwise)
        if consumed:
            then = run_arm(low, lambda: proceed(low, rest), answer, True, then)
    low.builder.location = location
    close(low, answer, [then, otherwise])
    return consumed


def _leaves(low: Lowering, arm: Arm) -> bool:
    """Whether the end of a branch is certainly not reached because it leaves the block (not: because it raises)."""
    if arm.dead:
        return False
    code = arm.changes.get(low.frame.exit, ABSENT)
    return code is not ABSENT and exits.FALLS not in exits.kinds_of(code)


def _expression(low: Lowering, node: Any) -> None:
    if isinstance(node.value, gast.Constant):
        return
    expression(low, node.value)


def _pass(low: Lowering, node: Any) -> None:
    return None


# -------------------------------------------------------------------- assignment


def _assign(low: Lowering, node: Any) -> None:
    value = expression(low, node.value)
    low.at(node)
    with low.holding(value):
        for target in node.targets:
            assign(low, target, value)


def _annotated(low: Lowering, node: Any) -> None:
    if node.value is not None:
        value = expression(low, node.value)
        low.at(node)
        assign(low, node.target, value)


def assign(low: Lowering, target: Any, value: Abstract) -> None:
    """Assign to a target of any form."""
    match target:
        case gast.Name():
            assign_name(low, target.id, value)
        case gast.Tuple() | gast.List():
            _unpack(low, target, value)
        case gast.Subscript():
            base = low.usable(expression(low, target.value))
            index = low.usable(expression(low, target.slice))
            low.at(target)
            set_item(low, base, index, value)
        case gast.Attribute():
            base = low.usable(expression(low, target.value))
            low.at(target)
            set_attribute(low, base, target.attr, value)
        case gast.Starred():
            low.refuse("syntax", target, what="a starred target here", remedy="unpack it in a tuple")
        case _:
            low.refuse(
                "syntax", target, what=f"assignment to {type(target).__name__}", remedy="assign to a name, an element or an attribute"
            )


def assign_name(low: Lowering, name: str, value: Abstract) -> Abstract:
    """Bind a name."""
    variable = _variable(low, name)
    value = named(low, value, name)
    low.store.write(variable, value)
    return value


def named(low: Lowering, value: Abstract, name: str) -> Abstract:
    """Give what is assigned the user's name for it, when it has none yet."""
    if isinstance(value, Value):
        if not value.name and isinstance(value.owner, Node) and value.owner.operation.name not in ("constant", "size"):
            value.name = name
    elif isinstance(value, ArrayRef):
        if not value.path:
            if not value.place.name:
                value.place.name = name
            content = low.store.read(value.place)
            if (
                isinstance(content, Value)
                and not content.name
                and isinstance(content.owner, Node)
                and content.owner.operation.name != "constant"
            ):
                content.name = name
        elif not value.name or value.name != name:
            value = ArrayRef(value.place, value.path, value.operands, name)
    elif isinstance(value, Handle):
        if not value.place.name:
            value.place.name = name
    elif isinstance(value, Known) and value.literal:
        value = Known(value.value, value.origin)
    return value


def _variable(low: Lowering, name: str) -> Variable:
    frame: Frame | None = low.frame
    if name in low.frame.source.scope.globals:
        low.refuse("global write", name=name)
    if name in low.frame.source.scope.outer:
        frame = low.frame.parent
        while frame is not None and name not in frame.source.scope.bound:
            frame = frame.parent
        if frame is None:
            low.refuse("global write", name=name)
    assert frame is not None
    return frame.variable(name)


def _unpack(low: Lowering, target: Any, value: Abstract) -> None:
    from s2sad.frontend.iteration import known_elements

    targets = target.elts
    stars = [k for k, one in enumerate(targets) if isinstance(one, gast.Starred)]
    elements = known_elements(low, low.usable(value), "unpacking", None if stars else len(targets))
    if stars:
        (star,) = stars
        tail = len(targets) - star - 1
        if len(elements) < len(targets) - 1:
            low.effect(
                "raise_",
                exception="ValueError",
                arguments=(f"not enough values to unpack (expected at least {len(targets) - 1}, got {len(elements)})",),
            )
            raise DeadPath
        middle = elements[star : len(elements) - tail]
        for one, element in zip(targets[:star], elements[:star], strict=True):
            assign(low, one, element)
        assign(low, targets[star].value, low.list_of(middle))
        for one, element in zip(targets[star + 1 :], elements[len(elements) - tail :], strict=True):
            assign(low, one, element)
        return
    if len(elements) != len(targets):
        few = len(elements) < len(targets)
        text = (
            f"not enough values to unpack (expected {len(targets)}, got {len(elements)})"
            if few
            else f"too many values to unpack (expected {len(targets)})"
        )
        low.effect("raise_", exception="ValueError", arguments=(text,))
        raise DeadPath
    for one, element in zip(targets, elements, strict=True):
        assign(low, one, element)


def set_item(low: Lowering, base: Abstract, index: Abstract, value: Abstract) -> None:
    """Carry out ``base[index] = value``."""
    if isinstance(base, ArrayRef):
        step, operands = path_step(low, index)
        write_step(low, base, step, operands, value)
    elif isinstance(base, Choice):

        def use(option: Abstract) -> Abstract:
            set_item(low, option, index, value)
            return Known(None)

        dispatch(low, base, use)
    else:
        from s2sad.frontend.containers import set_item_of

        set_item_of(low, base, index, value)


def set_attribute(low: Lowering, base: Abstract, name: str, value: Abstract) -> None:
    """Carry out ``base.name = value``."""
    if isinstance(base, Choice):

        def use(option: Abstract) -> Abstract:
            set_attribute(low, option, name, value)
            return Known(None)

        dispatch(low, base, use)
        return
    from s2sad.frontend.objects import set_attribute_of

    set_attribute_of(low, base, name, value)


# -------------------------------------------------------------------- augmented assignment


def _augmented(low: Lowering, node: Any) -> None:
    operation = type(node.op)
    if operation.__name__ not in BINARY:
        low.refuse("syntax", node, what=f"the operator {operation.__name__}", remedy="write it out")
    target = node.target
    match target:
        case gast.Name():
            variable = _variable(low, target.id)
            old = read_variable(low, variable, target.id)
            with low.holding(old):
                value = low.usable(expression(low, node.value))
            low.at(node)
            new = combine(low, operation, old, value)
            if new is not old:
                new = named(low, new, target.id)
            low.store.write(variable, new)
        case gast.Subscript():
            base = low.usable(expression(low, target.value))
            index = low.usable(expression(low, target.slice))
            low.at(target)
            _augment_item(low, node, operation, base, index)
        case gast.Attribute():
            base = low.usable(expression(low, target.value))
            old = attribute(low, base, target.attr)
            value = low.usable(expression(low, node.value))
            low.at(node)
            new = combine(low, operation, old, value)
            set_attribute(low, base, target.attr, new)
        case _:
            low.refuse("syntax", target, what="this augmented assignment", remedy="write it out")


def _augment_item(low: Lowering, node: Any, operation: type, base: Abstract, index: Abstract) -> None:
    if isinstance(base, Choice):

        def use(option: Abstract) -> Abstract:
            _augment_item(low, node, operation, option, index)
            return Known(None)

        dispatch(low, base, use)
        return
    if not isinstance(base, ArrayRef):
        old = item(low, base, index)
        value = low.usable(expression(low, node.value))
        low.at(node)
        set_item(low, base, index, combine(low, operation, old, value))
        return
    # The subscript is evaluated once; what it addresses is read, changed, and written back.
    step, operands = path_step(low, index)
    if is_whole(step):
        value = low.usable(expression(low, node.value))
        low.at(node)
        in_place(low, base, BINARY[operation.__name__][0], value)
        return
    path = (*base.path, *shifted((step,), len(base.operands)))
    target = ArrayRef(base.place, path, (*base.operands, *operands))
    old_value = low.emit("get", low.content(base.place), *target.operands, path=path)
    value = low.usable(expression(low, node.value))
    low.at(node)
    written = low.value(value, "an operand")
    check_assignable(low, written)
    new = low.emit(BINARY[operation.__name__][0], old_value, written)
    if isinstance(old_value.type, Array):
        from s2sad.frontend.arrays import into

        if step.basic:
            into(low, target, new)
        else:
            _cast_check(low, old_value, new)
            low.overwrite(target, new)
    else:
        low.overwrite(target, new)


def _cast_check(low: Lowering, old: Value, new: Value) -> None:
    from s2sad.frontend.arrays import same_kind

    same_kind(new.type, old.type)


def combine(low: Lowering, operation: type, old: Abstract, value: Abstract) -> Abstract:
    """Return what ``old <op>= value`` leaves: the same array or list, changed, or a new thing."""
    if isinstance(old, ArrayRef):
        in_place(low, old, BINARY[operation.__name__][0], value)
        return old
    if isinstance(old, Choice) and not numeric(low, old):
        return dispatch(low, old, lambda option: combine(low, operation, option, value))
    if isinstance(old, Handle):
        from s2sad.frontend.containers import augmented

        result = augmented(low, operation, old, value)
        if result is not None:
            return result
    return binary(low, operation, old, value)


# -------------------------------------------------------------------- leaving


def _return(low: Lowering, node: Any) -> None:
    value = Known(None) if node.value is None else low.usable(expression(low, node.value))
    low.store.write(low.frame.result, value)
    exits.leave(low, exits.RETURN)


def _break(low: Lowering, node: Any) -> None:
    exits.leave(low, exits.BREAK)


def _continue(low: Lowering, node: Any) -> None:
    exits.leave(low, exits.CONTINUE)


def _raise(low: Lowering, node: Any) -> None:
    from s2sad.frontend.effects import raise_statement

    raise_statement(low, node)


def _assert(low: Lowering, node: Any) -> None:
    from s2sad.frontend.effects import raise_assertion

    if not __debug__:
        return
    answer = truth(low, low.usable(expression(low, node.test)))
    low.at(node)
    if isinstance(answer, bool):
        if not answer:
            raise_assertion(low, node)
        return
    branch(low, answer, lambda: None, lambda: raise_assertion(low, node))


# -------------------------------------------------------------------- definitions and the rest


def _function(low: Lowering, node: Any) -> None:
    from s2sad.frontend.calls import call, define

    value: Abstract = define(low, node)
    for decorator in reversed(node.decorator_list):
        wrapper = low.usable(expression(low, decorator))
        low.at(node)
        value = call(low, wrapper, [value], {})
    assign_name(low, node.name, value)


def _delete(low: Lowering, node: Any) -> None:
    for target in node.targets:
        if isinstance(target, gast.Name):
            variable = _variable(low, target.id)
            read_variable(low, variable, target.id)
            low.store.write(variable, ABSENT)
        elif isinstance(target, gast.Subscript):
            base = low.usable(expression(low, target.value))
            index = low.usable(expression(low, target.slice))
            low.at(target)
            from s2sad.frontend.containers import delete_item

            delete_item(low, base, index)
        else:
            low.refuse("delete", target, what="this")


def _import(low: Lowering, node: Any) -> None:
    from s2sad.frontend.names import import_statement

    for name, value in import_statement(low, node):
        assign_name(low, name, value)


def _for(low: Lowering, node: Any) -> None:
    from s2sad.frontend.loops import for_statement

    for_statement(low, node)


def _while(low: Lowering, node: Any) -> None:
    from s2sad.frontend.loops import while_statement

    while_statement(low, node)


def _with(low: Lowering, node: Any) -> None:
    from s2sad.frontend.contexts import with_statement

    with_statement(low, node)


def _try(low: Lowering, node: Any) -> None:
    from s2sad.frontend.contexts import try_statement

    try_statement(low, node)


def _match(low: Lowering, node: Any) -> None:
    from s2sad.frontend.matching import match_statement

    match_statement(low, node)


def _if_alone(low: Lowering, node: Any) -> None:
    _if(low, node, ())


def _async(low: Lowering, node: Any) -> None:
    low.refuse("async", node)


def _class(low: Lowering, node: Any) -> None:
    low.refuse("syntax", node, what="a class defined inside a function", remedy="define the class in the module")


_HANDLERS: dict[str, Callable[[Lowering, Any], None]] = {
    "Expr": _expression,
    "Pass": _pass,
    "Assign": _assign,
    "AnnAssign": _annotated,
    "AugAssign": _augmented,
    "Return": _return,
    "Break": _break,
    "Continue": _continue,
    "Raise": _raise,
    "Assert": _assert,
    "FunctionDef": _function,
    "AsyncFunctionDef": _async,
    "ClassDef": _class,
    "Delete": _delete,
    "Import": _import,
    "ImportFrom": _import,
    "Global": _pass,
    "Nonlocal": _pass,
    "If": _if_alone,
    "For": _for,
    "AsyncFor": _async,
    "While": _while,
    "With": _with,
    "AsyncWith": _async,
    "Try": _try,
    "Match": _match,
}

__all__ = ["assign", "assign_name", "block", "combine", "describe", "items", "statement"]
items = Items
