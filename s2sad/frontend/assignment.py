"""Assignment in all its forms."""

from __future__ import annotations

from typing import Any

from s2sad.frontend.arrays import check_assignable, in_place, into, is_whole, path_step, same_kind, write_step
from s2sad.frontend.choices import dispatch
from s2sad.frontend.expressions import attribute, expression, item, kept, read_variable
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import BINARY, binary, numeric
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, ArrayRef, Choice, ElementContent, Frame, Handle, Known, Lazy, Variable
from s2sad.graph.core import Node, Value
from s2sad.graph.index import shifted
from s2sad.graph.types import Array


def _assign(low: Lowering, node: Any) -> None:
    value = kept(low, expression(low, node.value))
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
    value = kept(low, value)
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
    value = named(low, kept(low, value), name)
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
            if isinstance(content, ElementContent):
                content = low.content(value.place)
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

    from s2sad.frontend.effects import raise_error

    targets = target.elts
    stars = [k for k, one in enumerate(targets) if isinstance(one, gast.Starred)]
    from s2sad.frontend.iteration import known_elements

    elements = known_elements(low, low.usable(value), "unpacking", None if stars else len(targets))
    if stars:
        (star,) = stars
        tail = len(targets) - star - 1
        if len(elements) < len(targets) - 1:
            raise_error(low, "ValueError", f"not enough values to unpack (expected at least {len(targets) - 1}, got {len(elements)})")
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
        raise_error(low, "ValueError", text)
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
    elif isinstance(base, Lazy) and base.kind == "flat":
        from s2sad.frontend.calls import call_live
        from s2sad.rules.writes import write_flat

        call_live(low, write_flat, [base.parts[0], index, value], {})
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
        if step.basic:
            into(low, target, new)
        else:
            _cast_check(low, old_value, new)
            low.overwrite(target, new)
    else:
        low.overwrite(target, new)


def _cast_check(low: Lowering, old: Value, new: Value) -> None:

    same_kind(new.type, old.type)


def combine(low: Lowering, operation: type, old: Abstract, value: Abstract) -> Abstract:
    """Return what ``old <op>= value`` leaves: the same array or list, changed, or a new thing."""
    if isinstance(old, ArrayRef):
        in_place(low, old, BINARY[operation.__name__][0], value)
        return old
    if isinstance(old, Choice) and all(isinstance(option, ArrayRef) for option in old.options):

        def use(option: Abstract) -> Abstract:
            combine(low, operation, option, value)
            return Known(None)

        dispatch(low, old, use)
        return old
    if isinstance(old, Choice) and (not numeric(low, old) or any(isinstance(option, ArrayRef) for option in old.options)):
        return dispatch(low, old, lambda option: combine(low, operation, option, value))
    if isinstance(old, Handle):
        from s2sad.frontend.container_operators import augmented

        result = augmented(low, operation, old, value)
        if result is not None:
            return result
    return binary(low, operation, old, value)
