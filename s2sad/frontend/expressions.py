"""Expressions: one handler a syntax node; a node without a handler meets the fence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from s2sad.frontend.arrays import subscript
from s2sad.frontend.branches import branch
from s2sad.frontend.choices import dispatch, is_option
from s2sad.frontend.contents import content_of
from s2sad.frontend.exporting import force
from s2sad.frontend.leaving import guard
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import binary, compare, conditional, short_circuit, truth, unary
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    Frame,
    Handle,
    Items,
    Known,
    Lazy,
    Pending,
    SliceValue,
    Unbound,
    Variable,
)


def expression(low: Lowering, node: Any) -> Abstract:
    """Lower an expression; evaluation order is Python's."""
    handler = _HANDLERS.get(type(node).__name__)
    if handler is None:
        low.refuse("syntax", node, what=f"the expression {type(node).__name__}", remedy="write it with simpler expressions")
    result = handler(low, node)
    if low.tries:
        guard(low)
    return result


def _constant(low: Lowering, node: Any) -> Abstract:
    return Known(node.value, literal=True)


def _name(low: Lowering, node: Any) -> Abstract:
    low.at(node)
    return lookup(low, node.id, node)


def lookup(low: Lowering, name: str, node: Any = None) -> Abstract:
    """Return what a name stands for in the present frame."""
    frame: Frame | None = low.frame
    first = True
    while frame is not None:
        scope = frame.source.scope
        if name in scope.globals:
            break
        if name in scope.bound and not (not first and frame.source.node is None):
            return read_variable(low, frame.variable(name), name)
        first = False
        if frame.parent is None:
            found = low.session.closure(low, frame.function, name)
            if found is not ABSENT:
                return low.usable(found, name)
        frame = frame.parent
    found = low.session.module_name(low, low.frame.source.module, name)
    if found is ABSENT:
        low.refuse("unknown name", node, name=name)
    return low.usable(found, name)


def read_variable(low: Lowering, variable: Variable, name: str) -> Abstract:
    """Return the content of a variable."""
    content = low.variable_content(variable)
    if content is ABSENT or isinstance(content, Unbound):
        pending: Abstract | None = low.session.unbound_read(low, variable)
        if pending is not None:
            return pending
        raise_unbound(low, name)
    if isinstance(content, Pending):
        content = force(low, content)
        low.store.write(variable, content)
    if low.session.partial.get(variable) is content:
        low.session.partial_read(low, variable)
    found = low.usable(content, name)
    return bound(low, found, name) if isinstance(found, Choice) else found


def bound(low: Lowering, choice: Choice, name: str) -> Abstract:
    """Return what a name that only some paths have bound holds; on the others Python raises."""
    unbound = frozenset(k for k, option in enumerate(choice.options) if isinstance(option, Unbound))
    left = [option for option in choice.options if not isinstance(option, Unbound)]
    if not unbound or len(left) != 1:
        return choice
    branch(low, is_option(low, choice, unbound), lambda: raise_unbound(low, name), lambda: None)
    if low.tries:
        guard(low)
    return left[0]


def raise_unbound(low: Lowering, name: str) -> NoReturn:
    """A name that is certainly not bound: the primal raises here."""
    text = f"cannot access local variable '{name}' where it is not associated with a value"
    if low.tries:
        from s2sad.frontend.raising import raise_caught

        raise_caught(low, UnboundLocalError, [Known(text)])
    low.effect("raise_", exception="UnboundLocalError", arguments=(text,))
    raise DeadPath


def _tuple(low: Lowering, node: Any) -> Abstract:
    return Items(tuple(_elements(low, node.elts)))


def _list(low: Lowering, node: Any) -> Abstract:
    return low.list_of(_elements(low, node.elts))


def _set(low: Lowering, node: Any) -> Abstract:
    elements = _elements(low, node.elts)
    keys = [low.static(element, "an element of a set") for element in elements]
    return Handle(low.store.place("set", DictContent(tuple((key, Known(None)) for key in dict.fromkeys(keys)))))


def kept(low: Lowering, thing: Abstract) -> Abstract:
    """Return an element of a container; an iterator becomes an object with a state."""
    if isinstance(thing, Lazy):
        from s2sad.frontend.iterators import kept as keep

        return keep(low, thing)
    return thing


def _elements(low: Lowering, nodes: list[Any]) -> list[Abstract]:

    elements: list[Abstract] = []
    for node in nodes:
        if isinstance(node, gast.Starred):
            from s2sad.frontend.iteration import known_elements

            elements.extend(known_elements(low, expression(low, node.value), "a starred expression"))
        else:
            with low.holding(*elements):
                elements.append(kept(low, low.usable(expression(low, node))))
    return elements


def _dict(low: Lowering, node: Any) -> Abstract:
    entries: dict[Any, Abstract] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            other = expression(low, value)
            content = content_of(low, other) if isinstance(other, Handle) else None
            if not isinstance(content, DictContent):
                low.refuse("star", node, what="`**` in a dict")
            entries.update(content.entries)
        else:
            name = low.static(expression(low, key), "a key of a dict")
            with low.holding(*entries.values()):
                entries[name] = kept(low, low.usable(expression(low, value)))
    return Handle(low.store.place("dict", DictContent(tuple(entries.items()))))


def _binary(low: Lowering, node: Any) -> Abstract:
    left = expression(low, node.left)
    if isinstance(left, Known) or isinstance(node.right, (gast.Name, gast.Constant)):
        right = expression(low, node.right)
    else:
        with low.holding(left):
            right = expression(low, node.right)
    low.at(node)
    return binary(low, type(node.op), left, right)


def _unary(low: Lowering, node: Any) -> Abstract:
    operand = low.usable(expression(low, node.operand))
    low.at(node)
    if isinstance(node.op, gast.Not):
        answer = truth(low, operand)
        return Known(not answer) if isinstance(answer, bool) else low.emit("logical_not", answer)
    return unary(low, type(node.op), operand)


def _compare(low: Lowering, node: Any) -> Abstract:
    left = low.usable(expression(low, node.left))
    result: Abstract | None = None

    def rest(position: int, left: Abstract) -> Abstract:
        with low.holding(left):
            right = low.usable(expression(low, node.comparators[position]))
        low.at(node)
        answer = compare(low, type(node.ops[position]), left, right)
        if position + 1 == len(node.ops):
            return answer
        return short_circuit(low, answer, lambda: rest(position + 1, right), True)

    result = rest(0, left)
    return result


def _bool_op(low: Lowering, node: Any) -> Abstract:
    stop = isinstance(node.op, gast.And)

    def rest(position: int) -> Abstract:
        left = low.usable(expression(low, node.values[position]))
        if position + 1 == len(node.values):
            return left
        return short_circuit(low, left, lambda: rest(position + 1), stop)

    return rest(0)


def _if_expression(low: Lowering, node: Any) -> Abstract:
    answer = truth(low, low.usable(expression(low, node.test)))
    low.at(node)
    if isinstance(answer, bool):
        return expression(low, node.body if answer else node.orelse)
    return conditional(low, answer, lambda: expression(low, node.body), lambda: expression(low, node.orelse))


def _subscript(low: Lowering, node: Any) -> Abstract:
    base = low.usable(expression(low, node.value))
    if isinstance(node.slice, (gast.Name, gast.Constant)):
        index = expression(low, node.slice)
    else:
        with low.holding(base):
            index = expression(low, node.slice)
    low.at(node)
    return item(low, base, index)


def item(low: Lowering, base: Abstract, index: Abstract) -> Abstract:
    """Return ``base[index]``."""
    base, index = low.usable(base), low.usable(index)
    if isinstance(base, ArrayRef):
        return subscript(low, base, index)
    if isinstance(base, Choice):
        return dispatch(low, base, lambda option: item(low, option, index))
    if isinstance(base, Lazy) and base.kind == "flat":
        from s2sad.frontend.index_tricks import flat_item

        return flat_item(low, base.parts[0], index)
    if isinstance(base, Known) and type(base.value).__module__.startswith("numpy"):
        from s2sad.frontend.index_tricks import is_trick, trick

        if is_trick(base):
            return trick(low, base, index)

    from s2sad.frontend.containers import item_of

    return item_of(low, base, index)


def _slice(low: Lowering, node: Any) -> Abstract:
    parts = [Known(None) if part is None else low.usable(expression(low, part)) for part in (node.lower, node.upper, node.step)]
    return SliceValue(*parts)


def _attribute(low: Lowering, node: Any) -> Abstract:
    base = low.usable(expression(low, node.value))
    low.at(node)
    return attribute(low, base, node.attr)


def attribute(low: Lowering, base: Abstract, name: str) -> Abstract:
    """Return ``base.name``."""
    base = low.usable(base)
    if isinstance(base, Choice):
        return dispatch(low, base, lambda option: attribute(low, option, name))

    from s2sad.frontend.objects import attribute_of

    return low.usable(attribute_of(low, base, name), name)


def _call(low: Lowering, node: Any) -> Abstract:

    from s2sad.frontend.calls import call_node

    return call_node(low, node)


def _lambda(low: Lowering, node: Any) -> Abstract:

    from s2sad.frontend.calls import define

    return define(low, node)


def _named(low: Lowering, node: Any) -> Abstract:

    value = expression(low, node.value)
    low.at(node)
    from s2sad.frontend.assignment import assign_name

    return assign_name(low, node.target.id, value)


def _comprehension(low: Lowering, node: Any) -> Abstract:

    from s2sad.frontend.comprehensions import comprehension

    return comprehension(low, node)


def _joined(low: Lowering, node: Any) -> Abstract:

    from s2sad.frontend.texts import formatted

    return formatted(low, node)


def _starred(low: Lowering, node: Any) -> Abstract:
    low.refuse("syntax", node, what="a starred expression here", remedy="write the elements out")


def _yield(low: Lowering, node: Any) -> Abstract:

    from s2sad.frontend.generators import give

    return give(low, node)


def _await(low: Lowering, node: Any) -> Abstract:
    low.refuse("async", node)


_HANDLERS: dict[str, Callable[[Lowering, Any], Abstract]] = {
    "Constant": _constant,
    "Name": _name,
    "Tuple": _tuple,
    "List": _list,
    "Set": _set,
    "Dict": _dict,
    "BinOp": _binary,
    "UnaryOp": _unary,
    "Compare": _compare,
    "BoolOp": _bool_op,
    "IfExp": _if_expression,
    "Subscript": _subscript,
    "Slice": _slice,
    "Attribute": _attribute,
    "Call": _call,
    "Lambda": _lambda,
    "NamedExpr": _named,
    "ListComp": _comprehension,
    "SetComp": _comprehension,
    "DictComp": _comprehension,
    "GeneratorExp": _comprehension,
    "JoinedStr": _joined,
    "Starred": _starred,
    "Yield": _yield,
    "YieldFrom": _yield,
    "Await": _await,
}
