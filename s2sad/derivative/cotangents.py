"""Accumulates the cotangents of values while a region is walked backwards.

A frame belongs to one region of the forward sweep and to the region of the reverse sweep that reverses it.  Contributions
to a value of the forward region stay in the frame; contributions to a value from outside go to an accumulator that the
control node around the reverse region carries.

Dense contributions are kept apart until the sum is asked for, so that they become one expression.  A contribution may
carry a *mask*: it counts only where the mask is true.  Elementwise operations pass masks on, so that `where` selects at the
end of a branch's elementwise chain and not at its start: zero times infinity never arises there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from s2sad.graph.build import Builder
from s2sad.graph.core import CONSTANT, SIZE, Domain, Node, Region, Value
from s2sad.graph.types import Array, List, Number, Record, Scalar, Tuple, Type, is_inexact, parts_of, shape_of
from s2sad.record import record
from s2sad.rules.declare import REGISTRY, Rule, Symbol, constant_of


@record(frozen=True)
class Mask:
    """Where a contribution counts: where `condition` is true, or false when `inverted`."""

    condition: Value
    inverted: bool = False


@record(frozen=True)
class Contribution:
    """One summand of a cotangent."""

    value: Value
    mask: Mask | None = None


@record(eq=False)
class Frame:
    """The state of reversing one region.

    Attributes
    ----------
    forward, reverse : Region
        The region of the forward sweep and the one that reverses it.
    homes : dict
        The domain in which each value of the graph is defined.
    parent : Frame or None
        The frame around it.
    inherit : callable
        ``inherit(value)`` gives the accumulator with which the cotangent of an outer value starts in this frame, or None
        for zero.
    """

    forward: Region
    reverse: Region
    homes: dict[Value, Domain]
    parent: Frame | None = None
    inherit: Callable[[Value], Value | None] = lambda value: None
    own: set[Value] = field(default_factory=set)
    contributions: dict[Value, list[Contribution]] = field(default_factory=dict)
    references: dict[Value, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.own.update(self.forward.parameters)
        for node in self.forward.nodes:
            self.own.update(node.results)

    def owns(self, value: Value) -> bool:
        """Whether the cotangent of `value` is summed in this frame: the value has one instance for each of the region's.

        It may be defined in another region that runs over the same instances, and be referred to here by `at_trip`.
        """
        return self.homes.get(value) is self.forward.domain

    def foreign(self) -> list[Value]:
        """Return the values of other regions that have been given a cotangent and are summed here."""
        return [value for value in self.contributions if value not in self.own and self.owns(value)]

    def touched(self) -> list[Value]:
        """Return the values from outside that have been given a cotangent here."""
        return [value for value in self.contributions if not self.owns(value)]

    def entry(self, value: Value) -> list[Contribution]:
        """Return the list of contributions to `value`; the accumulator of an outer value comes first."""
        if value not in self.contributions:
            inherited = None if self.owns(value) else self.inherit(value)
            self.contributions[value] = [] if inherited is None else [Contribution(inherited)]
        return self.contributions[value]


class Cotangents:
    """Builds the sums; `frame` is the region that is being reversed now."""

    def __init__(self, builder: Builder, frame: Frame) -> None:
        self.builder = builder
        self.frame = frame

    def add(self, value: Value, contribution: Value, mask: Mask | None = None) -> None:
        """Add a contribution to the cotangent of `value`."""
        self.frame.entry(value).append(Contribution(contribution, mask))

    def has(self, value: Value) -> bool:
        """Whether the cotangent of `value` is not a structural zero."""
        return bool(self.frame.entry(value))

    def masked(self, value: Value) -> Contribution | None:
        """Return the only contribution with its mask, or the sum without one; None for zero."""
        entries = self.frame.entry(value)
        if len(entries) == 1:
            return entries[0]
        total = self.total(value)
        return None if total is None else Contribution(total)

    def total(self, value: Value) -> Value | None:
        """Return the cotangent of `value`, or None for zero; the sum is built here."""
        entries = self.frame.entry(value)
        if not entries:
            return None
        total = self.plain(entries[0])
        for entry in entries[1:]:
            total = self.builder.emit(sum_of(value.type), total, self.plain(entry))
        name_cotangent(total, value)
        self.frame.contributions[value] = [Contribution(total)]
        return total

    def total_or_zero(self, value: Value) -> Value:
        """Return the cotangent of `value`, zeros of its type where there is none."""
        total = self.total(value)
        if total is None:
            total = self.zero(value)
            name_cotangent(total, value)
            self.frame.contributions[value] = [Contribution(total)]
        return total

    def carried(self, value: Value) -> Value:
        """Return the cotangent of `value` in the kind in which it is carried: single precision may have met a Python number."""
        return in_slot(self.builder, self.total_or_zero(value), value.type)

    def set(self, value: Value, total: Value) -> None:
        """Replace the cotangent of `value`, whose former sum has been used up."""
        self.frame.contributions[value] = [Contribution(total)]

    def plain(self, entry: Contribution) -> Value:
        """Return a contribution with its mask applied."""
        if entry.mask is None:
            return entry.value
        condition = self.refer(entry.mask.condition)
        zero = self.builder.constant(0.0)
        chosen = (condition, zero, entry.value) if entry.mask.inverted else (condition, entry.value, zero)
        return self.builder.emit(REGISTRY.rules["where"], *chosen)

    def zero(self, value: Value) -> Value:
        """Return zeros of the type of `value`."""
        return zeros_of(self.builder, value.type, lambda: self.refer(value))

    def refer(self, value: Value) -> Value:
        """Return a value of the forward sweep as the reverse region sees it: in scope, or `at_trip`."""
        frame = self.frame
        while True:
            known = frame.references.get(value)
            if known is not None:
                return known
            if frame.parent is None:
                break
            frame = frame.parent
        if value in frame.own:
            return value  # defined in the top-level body, ahead of the reverse sweep
        owner = value.owner
        if isinstance(owner, Node) and owner.operation in (CONSTANT, SIZE):
            reference = self.builder.append(owner.operation, (), dict(owner.static), [value.type]).result
        else:
            reference = self.builder.at_trip(value)
        self.frame.references[value] = reference
        return reference

    def symbol(self, value: Value) -> Symbol:
        """Return a value of the forward sweep for use in a formula; it is referred to only when the formula uses it."""
        return LazySymbol(self, value)


class LazySymbol(Symbol):
    """A forward value in a formula: the reference is made when the formula asks for it."""

    __slots__ = ("_cotangents", "_forward")

    def __init__(self, cotangents: Cotangents, forward: Value) -> None:
        self.builder = cotangents.builder
        self._cotangents = cotangents
        self._forward = forward

    @property
    def value(self) -> Value:  # type: ignore[override]
        return self._cotangents.refer(self._forward)

    @property
    def type(self) -> Type:
        return self._forward.type

    @property
    def constant(self) -> bool | int | float | complex | None:
        return constant_of(self._forward)


def name_cotangent(cotangent: Value, primal: Value) -> None:
    """Name a freshly computed cotangent after its variable: `dh` for `h`; values that have a name keep it."""
    owner = cotangent.owner
    if isinstance(owner, Node) and owner.reverses is not None and owner.operation is not CONSTANT and primal.name and not cotangent.name:
        cotangent.name = f"d{primal.name}"


def slot_type(kind: Type) -> Type:
    """Return the kind in which a derivative of something of `kind` is carried round loops, out of branches and through calls.

    The derivative of a number or a NumPy scalar is a Python number on some paths (a constant) and a NumPy scalar on others.
    """
    match kind:
        case Number("float") | Number("complex"):
            return Scalar("f8" if kind.kind == "float" else "c16", ("float", kind.kind))
        case Scalar(dtype) if dtype[0] in "fc":
            return Scalar(dtype, ("float", "complex") if dtype[0] == "c" else ("float",))
    return kind


def in_slot(builder: Builder, cotangent: Value, kind: Type) -> Value:
    """Return a cotangent of something of `kind` in the dtype of its slot."""
    slot = slot_type(kind)
    if isinstance(slot, Scalar) and isinstance(cotangent.type, Scalar) and cotangent.type.dtype != slot.dtype:
        return builder.emit(REGISTRY.rules["cast"], cotangent, kind=Scalar(slot.dtype))
    return cotangent


def sum_of(kind: Type) -> Rule:
    """Return the operation that adds two derivatives of something of `kind`."""
    name = "list_sum" if isinstance(kind, List) else "container_sum" if isinstance(kind, Tuple | Record) else "add"
    return REGISTRY.rules[name]


def zeros_of(builder: Builder, kind: Type, like: Callable[[], Value]) -> Value:
    """Return zeros of a type; `like` gives a value of that type where sizes are known only at run time."""
    if isinstance(kind, Array):
        if kind.shape is not None and all(size.entry for size in kind.shape):
            return builder.emit(REGISTRY.rules["zeros"], shape=shape_of(kind), dtype=kind.dtype)
        return builder.emit(REGISTRY.rules["zeros_like"], like())
    if isinstance(kind, Number | Scalar):
        return builder.constant(0.0 if is_inexact(kind) else 0, slot_type(kind))
    if not is_inexact(kind):
        return builder.constant(None)
    if isinstance(kind, Tuple | Record):
        parts = [
            zeros_of(builder, inner, lambda k=k, inner=inner: part_of(builder, like(), k, inner))  # type: ignore[misc]
            for k, inner in enumerate(parts_of(kind))
        ]
        return builder.emit(REGISTRY.rules["pack"], *parts, kind=kind)
    return builder.emit(REGISTRY.rules["list_zeros" if isinstance(kind, List) else "container_zeros"], like())


def part_of(builder: Builder, whole: Value, number: int, kind: Type) -> Value:
    """Return one part of a tuple or record."""
    owner = whole.owner
    if isinstance(owner, Node) and owner.operation.name == "pack":
        return owner.operands[number]
    return builder.emit(REGISTRY.rules["item"], whole, number=number, kind=kind)
