"""The reverse of control flow: loops run their trips backwards, branches reverse the branch that ran, calls are split.

What the reverse of a region adds to the cotangent of a value from outside is carried: by a loop in a slot that starts with
what there is already, by a branch as a result.  Slots and results are made on demand, so that nothing is carried that
is not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from s2sad.derivative.cotangents import Cotangents, Frame, in_slot, slot_type
from s2sad.errors import UnsupportedError
from s2sad.graph.build import Builder
from s2sad.graph.clone import replace_values
from s2sad.graph.core import CALL, FOR, IF, WITH, Graph, Node, Region, Value
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import INT, Residual, is_inexact
from s2sad.rules.declare import REGISTRY
from s2sad.rules.simplify import materialised

if TYPE_CHECKING:
    from s2sad.derivative.reverse import Sweep


def reverse_for(sweep: Sweep, node: Node) -> None:
    """A `for` becomes the same `for` in the other direction; one that may be left early runs over the trips made."""
    start, stop, step = (sweep.cotangents.refer(value) for value in node.operands[:3])
    backwards = not node.static.get("reversed", False)
    if node in sweep.trips:
        made = sweep.builder.emit(REGISTRY.rules["multiply"], sweep.cotangents.refer(sweep.trips[node]), step)
        if backwards:
            stop = sweep.builder.emit(REGISTRY.rules["add"], start, made)
        else:
            start = sweep.builder.emit(REGISTRY.rules["subtract"], stop, made)
    _reverse_loop(sweep, node, (start, stop, step), node.operands[3:], backwards, index=node.regions[0].parameters[0])


def reverse_while(sweep: Sweep, node: Node) -> None:
    """A `while` becomes a `for` over the trips made, backwards."""
    if node not in sweep.trips:
        return
    count = sweep.cotangents.refer(sweep.trips[node])
    bounds = (sweep.builder.constant(0), count, sweep.builder.constant(1))
    _reverse_loop(sweep, node, bounds, node.operands, True, index=None)


def _reverse_loop(
    sweep: Sweep, node: Node, bounds: tuple[Value, Value, Value], initial: tuple[Value, ...], backwards: bool, index: Value | None
) -> None:
    """Build the reversed loop of `node`: a slot for the cotangent of each active carried value, one for each accumulator."""
    builder, outer = sweep.builder, sweep.cotangents
    body = node.regions[-1]
    parameters = body.parameters[1:] if index is not None else body.parameters
    results = body.results[1:] if node.static.get("leaves") else body.results
    active = sweep.active
    slots = [
        k
        for k, final in enumerate(node.results)
        if is_inexact(final.type) and (final in active or parameters[k] in active or results[k] in active)
    ]
    if not slots and not sweep.awaited(body):
        return
    if not any(outer.has(node.results[k]) for k in slots) and not sweep.awaited(body):
        return
    reverse = builder.new_region([INT], [index.name if index is not None else ""], body.domain)
    accumulators: list[tuple[Value, Value]] = []

    def inherit(value: Value) -> Value:
        parameter = Value(slot_type(value.type), f"d{value.name}" if value.name else "", reverse, builder.location)
        accumulators.append((value, parameter))
        return parameter

    frame = Frame(body, reverse, sweep.homes, outer.frame, inherit)
    if index is not None:
        frame.references[index] = reverse.parameters[0]
    carried = []
    for k in slots:
        parameter = Value(
            slot_type(node.results[k].type), f"d{parameters[k].name}" if parameters[k].name else "", reverse, builder.location
        )
        reverse.parameters.append(parameter)
        carried.append(parameter)
    initial_cotangents = [materialised(builder, outer.carried(node.results[k])) for k in slots]
    location, reverses = builder.location, builder.reverses
    with sweep.inside(frame) as inner:
        for k, parameter in zip(slots, carried, strict=True):
            inner.add(results[k], parameter)
        sweep.nodes(body.nodes)
        builder.location, builder.reverses = location, reverses
        sources = [*(parameters[k] for k in slots), *(value for value, _ in accumulators)]
        reverse.results = [inner.carried(value) for value in sources]
    reverse.parameters += [parameter for _, parameter in accumulators]
    starts = initial_cotangents + [materialised(builder, outer.carried(value)) for value, _ in accumulators]
    names = [value.name for value in reverse.parameters[1:]]
    starts, kept = _drop_unchanged(reverse, starts)
    static: dict[str, Any] = {"reversed": True} if backwards else {}
    loop = builder.loop(*bounds, starts, reverse, names=[names[k] for k in kept], **static)
    ends = dict(zip(kept, loop.results, strict=True))
    for position, (value, _) in enumerate(accumulators, len(slots)):
        if position in ends:
            outer.set(value, ends[position])
    for position, k in enumerate(slots):
        end = ends.get(position, initial_cotangents[position])
        if initial[k] in active:
            outer.add(initial[k], end)


def _drop_unchanged(reverse: Region, starts: list[Value]) -> tuple[list[Value], list[int]]:
    """Remove the slots that every trip hands through unchanged: they are their initial values."""
    kept = [k for k, (parameter, result) in enumerate(zip(reverse.parameters[1:], reverse.results, strict=True)) if parameter is not result]
    if len(kept) < len(starts):
        dropped = set(range(len(starts))) - set(kept)
        replace_values(reverse, {reverse.parameters[1 + k]: starts[k] for k in dropped})
        reverse.parameters = [reverse.parameters[0], *(reverse.parameters[1 + k] for k in kept)]
        reverse.results = [reverse.results[k] for k in kept]
    return [starts[k] for k in kept], kept


def reverse_if(sweep: Sweep, node: Node) -> None:
    """An `if` becomes an `if` on the same condition whose branches are the reversed branches."""
    builder, outer = sweep.builder, sweep.cotangents
    seeds = [(k, outer.total(value)) for k, value in enumerate(node.results) if value in sweep.active and outer.has(value)]
    if not seeds and not any(sweep.awaited(region) for region in node.regions):
        return
    location, reverses = builder.location, builder.reverses
    condition = outer.refer(node.operands[0])
    touched: dict[Value, list[Value | None]] = {}
    branches: list[Region] = []
    for number, region in enumerate(node.regions):
        branch = builder.new_region(domain=region.domain)
        frame = Frame(region, branch, sweep.homes, outer.frame, _inherit_from(builder, outer))
        with sweep.inside(frame) as inner:
            for k, seed in seeds:
                assert seed is not None
                if region.results[k] in sweep.active:
                    inner.add(region.results[k], seed)
            sweep.nodes(region.nodes)
            builder.location, builder.reverses = location, reverses
            for value in frame.touched():
                touched.setdefault(value, [None, None])[number] = inner.total(value)
        branches.append(branch)
    for value, finals in touched.items():
        for number, final in enumerate(finals):
            if final is None:  # this branch leaves the cotangent as it was
                final = outer.total(value)
                if final is None:
                    with builder.inside(branches[number]):
                        final = outer.zero(value)
            with builder.inside(branches[number]):
                branches[number].results.append(in_slot(builder, final, value.type))
    if not touched and not any(branch.nodes for branch in branches):
        return
    names = [f"d{value.name}" if value.name else "" for value in touched]
    joined = builder.append(IF, (condition,), {}, [slot_type(value.type) for value in touched], names=names, regions=branches)
    for value, result in zip(touched, joined.results, strict=True):
        outer.set(value, result)


def _inherit_from(builder: Builder, outer: Cotangents) -> Callable[[Value], Value | None]:
    def inherit(value: Value) -> Value | None:
        with builder.inside(outer.frame.reverse):
            return outer.total(value)

    return inherit


def reverse_with(sweep: Sweep, node: Node) -> None:
    """A `with` whose manager has no effect but on warnings is entered again for the reverse of its body."""
    builder, outer = sweep.builder, sweep.cotangents
    (body,) = node.regions
    seeds = [(k, outer.total(value)) for k, value in enumerate(node.results) if value in sweep.active and outer.has(value)]
    if not seeds and not sweep.awaited(body):
        return
    if not node.static.get("repeatable"):
        raise UnsupportedError(
            "the derivative of a with statement is known only for managers without effects, such as np.errstate.",
            remedy="move the differentiable computation out of the with statement",
            code="S2S213",
            location=node.location,
        )
    operands = [outer.refer(value) for value in node.operands]
    reverse = builder.new_region(domain=body.domain)
    frame = Frame(body, reverse, sweep.homes, outer.frame, _inherit_from(builder, outer))
    with sweep.inside(frame) as inner:
        for k, seed in seeds:
            assert seed is not None
            inner.add(body.results[k], seed)
        sweep.nodes(body.nodes)
        touched = frame.touched()
        reverse.results = [inner.carried(value) for value in touched]
    types = [slot_type(value.type) for value in touched]
    again = builder.append(WITH, operands, dict(node.static), types, regions=(reverse,))
    for value, result in zip(touched, again.results, strict=True):
        outer.set(value, result)


def reverse_call(sweep: Sweep, node: Node) -> None:
    """A call is reversed by calling the reverse half of the callee with what its forward half kept."""
    call = sweep.calls.get(node)
    if call is None or not any(sweep.cotangents.has(node.results[k]) for k in call.outputs):
        return
    outer = sweep.cotangents
    cotangents = [outer.carried(node.results[k]) for k in call.outputs]
    residual = outer.refer(call.residual)
    types = [slot_type(node.operands[k].type) for k in call.wrt]
    names = [f"d{node.operands[k].name}" if node.operands[k].name else "" for k in call.wrt]
    back = sweep.builder.append(CALL, (residual, *cotangents), {"graph": call.reverse}, types, names=names)
    for k, contribution in zip(call.wrt, back.results, strict=True):
        outer.add(node.operands[k], contribution)


def count_trips(node: Node, zero: Value) -> Value:
    """Give a loop one more slot that counts its trips; return the count after the loop."""
    body = node.regions[-1]
    builder = Builder(body, Sizes())
    parameter = Value(INT, "", body, node.location)
    one = builder.constant(1)
    body.parameters.append(parameter)
    body.results.append(builder.emit(REGISTRY.rules["add"], parameter, one))
    if node.operation is not FOR:
        test = node.regions[0]
        test.parameters.append(Value(INT, "", test, node.location))
    node.operands = (*node.operands, zero)
    count = Value(INT, "", node, node.location)
    node.results = (*node.results, count)
    return count


def residual_of(node: Node, forward: Graph) -> Value:
    """Make a call call the forward half of its callee; return the residual, its last result."""
    node.static = {**node.static, "graph": forward}
    residual = Value(Residual(forward.name), "", node, node.location)
    node.results = (*node.results, residual)
    return residual
