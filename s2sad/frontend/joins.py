"""Where paths meet: the state after a branch, and things that are one of several.

Numbers that differ become results of the `if`.  Arrays that were made in the branches become one array.  A name that refers to
one of two arrays that exist outside gets a place of its own, linked to both: a write to it is carried over to the one it is,
and a write to that one to it, by `if`s on the condition of the branch.  Functions, texts, None and containers of different
structure become a `Choice`, decided by an `if` where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from s2sad.errors import UnsupportedError
from s2sad.frontend import kinds
from s2sad.frontend.branches import Arm
from s2sad.frontend.exporting import exported, force
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.sameness import coerce, fits, number_type, same
from s2sad.frontend.sharing import relate, roots
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    Conflict,
    DictContent,
    ElementContent,
    Function,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Key,
    Known,
    Link,
    ListContent,
    Pending,
    Place,
    Range,
    RepeatedContent,
    SliceValue,
    Stale,
    Unbound,
    Variable,
)
from s2sad.graph.core import IF, Node, Value
from s2sad.graph.index import Index, Operand, Path, Slice, shifted
from s2sad.graph.sizes import Size
from s2sad.graph.types import BOOL, INT, List, Opaque, Type

MOST_OPTIONS = 8


class Mismatch(Exception):
    """Two things cannot be one value."""


class Join:
    """Joins the states at the ends of two branches."""

    def __init__(self, low: Lowering, condition: Value, arms: list[Arm]) -> None:
        self.low = low
        self.condition = condition
        self.arms = arms
        self.results: list[Value] = []
        self.places: dict[tuple[Place, Place], Place] = {}
        self.sides: dict[Place, Place] = {}
        self.exported: dict[Place, Place] = {}
        self.memo: dict[tuple[Value, Value], Value] = {}

    def run(self) -> None:
        """Join everything that either side has changed."""
        low, (then, otherwise) = self.low, self.arms
        changed: list[tuple[Key, Any]] = []
        # Read now: joining a function brings the variables of its frame along.
        states = {key: low.store.read(key) for key in (*then.changes, *otherwise.changes)}
        for key, before in states.items():
            if before is ABSENT and isinstance(key, Place):
                continue  # made in a branch: joined when something that is left refers to it
            sides = [arm.changes.get(key, before) for arm in self.arms]
            if sides[0] is sides[1]:
                changed.append((key, sides[0]))
                continue
            changed.append((key, self.key(key, sides[0], sides[1])))
        regions = (then.region, otherwise.region)
        if self.results or any(needed(node) for region in regions for node in region.nodes):
            node = low.builder.append(IF, (self.condition,), {}, [], regions=regions)
            node.results = tuple(self.results)
            for value in node.results:
                value.owner = node
                value.location = low.location
        for key, content in changed:
            low.store.write(key, content)

    def key(self, key: Key, left: Any, right: Any) -> Any:
        """Join the contents of one key."""
        name = "" if key.name.startswith("$") else key.name
        if key is self.low.world:
            return self.token(left, right)
        if isinstance(key, Variable):
            left = Unbound(name) if left is ABSENT else left
            right = Unbound(name) if right is ABSENT else right
            if key.name == "$exit":
                return self.exit(left, right)
            if key.name == ".error":
                found = self.error(left, right)
                if found is not None:
                    return found
        joined = self.contents(left, right, name, key if isinstance(key, Place) else None)
        if isinstance(key, Variable) and isinstance(left, Unbound) != isinstance(right, Unbound):
            self.low.session.partial[key] = joined
        return joined

    def token(self, left: Any, right: Any) -> Value:
        low = self.low
        if left is None or right is None:
            # The first token is a parameter of the graph: it existed before the branch.
            first = low.session.first_token(low)
            left, right = left or first, right or first
        return self.slot(left, right, left.type, "")

    def error(self, left: Any, right: Any) -> Any:
        """Join exceptions on their way to a handler, which looks at them only where one has led there."""
        if isinstance(left, Unbound) != isinstance(right, Unbound):
            k = 1 if isinstance(left, Unbound) else 0
            return self.export(k, (left, right)[k], "error")
        values = []
        for arm, side in zip(self.arms, (left, right), strict=True):
            content = arm.changes.get(side.place, self.low.store.read(side.place)) if isinstance(side, Handle) else None
            if not isinstance(content, InstanceContent) or [name for name, _ in content.fields] != ["$error"]:
                return None
            values.append(content.fields[0][1])
        if left.place.cls is not right.place.cls:
            return None
        joined = InstanceContent((("$error", self.thing(values[0], values[1], "error")),))
        return Handle(self.low.store.place("instance", joined, cls=left.place.cls))

    def exit(self, left: Any, right: Any) -> Any:
        """Join exit codes: 0 falls through, 1 break, 2 continue, 3 return."""
        left = Known(0) if isinstance(left, Unbound) else left
        right = Known(0) if isinstance(right, Unbound) else right
        if self.arms[0].dead:
            left = right if isinstance(right, Known) else left
        if self.arms[1].dead:
            right = left if isinstance(left, Known) else right
        if isinstance(left, Known) and isinstance(right, Known) and left.value == right.value:
            return left
        from s2sad.frontend.exits import kinds_of

        codes: tuple[int, ...] = tuple(sorted({*kinds_of(left), *kinds_of(right)}))
        flags = len(codes) == 2 and codes[0] == 0
        from s2sad.frontend.exits import as_code

        sides = self.both(left, right, lambda side: as_code(self.low, side, codes))
        from s2sad.frontend.exits import Exit

        return Exit(self.slot(sides[0], sides[1], BOOL if flags else INT, ""), codes)

    # ------------------------------------------------------------ contents of keys

    def contents(self, left: Any, right: Any, name: str, place: Place | None = None) -> Any:
        """Join the contents of one place or variable."""
        if left is right:
            return left
        if self.arms[0].dead or self.arms[1].dead:
            k = 1 if self.arms[0].dead else 0
            return self.export(k, (left, right)[k], name)
        if isinstance(left, ElementContent) or isinstance(right, ElementContent):
            return self.elements(left, right, name, place)
        if isinstance(left, Stale) or isinstance(right, Stale):
            return left if isinstance(left, Stale) else right
        if isinstance(left, RepeatedContent) and isinstance(right, RepeatedContent):
            return (
                RepeatedContent(left.element, self.thing(left.count, right.count, name))
                if same(left.element, right.element)
                else Conflict(name, "a list of one array or of another", self.low.location)
            )
        if isinstance(left, (ListContent, GrowingContent)) or isinstance(right, (ListContent, GrowingContent)):
            return self.lists(left, right, name, place)
        if isinstance(left, DictContent) and isinstance(right, DictContent):
            if [key for key, _ in left.entries] != [key for key, _ in right.entries]:
                return Conflict(name, "it is a dict whose keys differ from path to path", self.low.location)
            return DictContent(tuple((key, self.thing(a, b, name)) for (key, a), (_, b) in zip(left.entries, right.entries, strict=True)))
        if isinstance(left, InstanceContent) and isinstance(right, InstanceContent):
            fields = dict(left.fields)
            others = dict(right.fields)
            joined = []
            for label in dict.fromkeys([*fields, *others]):
                from s2sad.frontend.objects import field_before

                a = fields[label] if label in fields else field_before(self.low, place, label)
                b = others[label] if label in others else field_before(self.low, place, label)
                joined.append((label, self.thing(a, b, label)))
            return InstanceContent(tuple(joined))
        return self.thing(left, right, name)

    def elements(self, left: Any, right: Any, name: str, place: Place | None) -> Any:
        """Join what is an element of a list of unknown length on one side at least."""
        if isinstance(left, ElementContent) and isinstance(right, ElementContent) and left.root is right.root and left.steps == right.steps:
            return ElementContent(left.root, left.steps)
        from s2sad.frontend.lenses import own_content

        for side in (left, right):
            if isinstance(side, ElementContent) and place is not None:
                relate(place, side.root)
        sides = [
            self.inside(k, partial(own_content, self.low, side)) if isinstance(side, ElementContent) else side
            for k, side in enumerate((left, right))
        ]
        return self.contents(sides[0], sides[1], name, place)

    def lists(self, left: Any, right: Any, name: str, place: Place | None) -> Any:
        """Join two lists: element by element, or as a list of unknown length."""
        low = self.low
        if isinstance(left, ListContent) and isinstance(right, ListContent) and len(left.elements) == len(right.elements):
            return ListContent(tuple(self.thing(a, b, name) for a, b in zip(left.elements, right.elements, strict=True)))
        if not isinstance(left, (ListContent, GrowingContent)) or not isinstance(right, (ListContent, GrowingContent)):
            return Conflict(name, "a list on one path only", low.location)

        try:
            from s2sad.frontend.lists import element_kind

            filled = [(k, side) for k, side in enumerate((left, right)) if not (isinstance(side, ListContent) and not side.elements)]
            found = [self.inside(k, partial(element_kind, low, (side,))) for k, side in filled]
            element = found[0] if len(found) == 1 else kinds.join(found[0], found[1], low.sizes)
            if element is None:
                raise Mismatch(f"a list of {found[0]} and {found[1]}")
            from s2sad.frontend.lenses import hold_all
            from s2sad.frontend.lists import grown

            sides = self.both(left, right, lambda side: grown(low, side, element))
            for one in (one for side in (left, right) if isinstance(side, ListContent) for one in side.elements):
                if place is not None:
                    hold_all(low, place, one)  # from here on the list holds values
        except (UnsupportedError, Mismatch) as problem:
            return Conflict(name, str(getattr(problem, "reason", problem)), low.location)
        lengths = [Size.of(len(side.elements)) if isinstance(side, ListContent) else side.length for side in (left, right)]
        return GrowingContent(self.slot(sides[0], sides[1], List(element), name), lengths[0] if lengths[0] == lengths[1] else None)

    def thing(self, left: Abstract, right: Abstract, name: str) -> Abstract:
        """Join two things of the program."""
        if left is right or same(left, right):
            return left
        try:
            return self.unequal(left, right, name)
        except Mismatch as problem:
            return Conflict(name, str(problem), self.low.location)

    def unequal(self, left: Abstract, right: Abstract, name: str) -> Abstract:
        low = self.low
        if isinstance(left, Pending):
            left = self.forced(0, left)
        if isinstance(right, Pending):
            right = self.forced(1, right)
        if isinstance(left, (Conflict, Stale)):
            return left
        if isinstance(right, (Conflict, Stale)):
            return right
        if isinstance(left, Unbound) or isinstance(right, Unbound):
            k = 1 if isinstance(left, Unbound) else 0
            return self.one_sided(k, (left, right)[k], name)
        if isinstance(left, ArrayRef) and isinstance(right, ArrayRef):
            return self.arrays(left, right, name)
        if isinstance(left, Value) and isinstance(right, Value) and isinstance(left.type, Opaque) and left.type == right.type:
            return self.slot(left, right, left.type, name)
        kind, other = number_type(low, left), number_type(low, right)
        if kind is not None and other is not None:
            joined = kinds.join(kind, other, low.sizes)
            if joined is not None:
                sides = self.both(left, right, lambda side: coerce(low, low.value(side), joined))
                return self.slot(sides[0], sides[1], joined, name)
            raise Mismatch(f"{describe(left)} or {describe(right)}")
        if type(left) is type(right):
            match left:
                case Items() if isinstance(right, Items) and len(left.elements) == len(right.elements) and left.cls is right.cls:
                    return Items(tuple(self.thing(a, b, name) for a, b in zip(left.elements, right.elements, strict=True)), left.cls)
                case Range() if isinstance(right, Range):
                    return Range(
                        self.thing(left.start, right.start, name),
                        self.thing(left.stop, right.stop, name),
                        self.thing(left.step, right.step, name),
                    )
                case SliceValue() if isinstance(right, SliceValue):
                    return SliceValue(
                        self.thing(left.start, right.start, name),
                        self.thing(left.stop, right.stop, name),
                        self.thing(left.step, right.step, name),
                    )
                case Handle() if isinstance(right, Handle) and self.mergeable(left.place, right.place):
                    return Handle(self.merged(left.place, right.place, name))
                case Function() if (
                    isinstance(right, Function)
                    and left.source.node is right.source.node
                    and left.parent is right.parent
                    and len(left.defaults) == len(right.defaults)
                ):
                    defaults = tuple(self.thing(a, b, name) for a, b in zip(left.defaults, right.defaults, strict=True))
                    keywords = tuple(
                        (key, self.thing(a, b, name))
                        for (key, a), (_, b) in zip(left.keyword_defaults, right.keyword_defaults, strict=True)
                    )
                    return Function(left.source, left.parent, defaults, keywords, left.origin)
        return self.choice(left, right, name)

    def one_sided(self, k: int, thing: Abstract, name: str) -> Abstract:
        """Return a thing that is bound on one path only; its use on the other raises as Python does."""
        low = self.low
        number = number_type(low, thing)
        if number is not None:
            kind = kinds.forget_size(number)
            value = self.inside(k, lambda: coerce(low, low.value(thing), kind))
            missing = self.inside(1 - k, lambda: low.builder.undefined(kind, name))
            return self.slot(*((value, missing) if k == 0 else (missing, value)), kind, name)
        if isinstance(thing, ArrayRef) and thing.operands and not self.own(k, thing.place):
            return ArrayRef(
                thing.place, thing.path, tuple(self.leaf(k, operand, name, bound=True) for operand in thing.operands), thing.name
            )
        if isinstance(thing, ArrayRef):
            kind = self.inside(k, lambda: low.array_type(thing))
            value = self.inside(k, lambda: low.read(thing))
            missing = self.inside(1 - k, lambda: low.builder.undefined(kind, name))
            result = self.slot(*((value, missing) if k == 0 else (missing, value)), kind, name)
            place = low.store.place("array", result, name=name, contiguous=not thing.path and thing.place.contiguous)
            place.readonly = thing.place.readonly
            self.tie(place, k, thing)
            return ArrayRef(place, (), (), name)
        if (
            isinstance(thing, Items)
            and thing.elements
            and all(isinstance(part, (ArrayRef, Items)) or number_type(low, part) is not None for part in thing.elements)
        ):
            return Items(tuple(self.one_sided(k, part, name) for part in thing.elements), thing.cls)
        missing_thing = Unbound(name)
        return self.choice(thing, missing_thing, name) if k == 0 else self.choice(missing_thing, thing, name)

    def tie(self, place: Place, k: int, side: ArrayRef) -> None:
        """Note what a joined place is on one side."""
        low = self.low
        if self.own(k, side.place):
            # Made in the branch: nothing outside refers to it, unless it was joined already with something else.
            before = self.sides.setdefault(side.place, place)
            if before is not place:
                relate(before, place)
            for link in side.place.links:
                if link.joined is side.place:
                    self.tie_through(place, k, link, side)
        elif all(low.builder.visible(operand) for operand in side.operands):
            link = Link(place, side, self.condition, k == 1, frozenset({(self.condition, k == 0)}))
            place.links.append(link)
            side.place.links.append(link)
        else:
            relate(place, side.place)
        for partner in side.place.partners:
            if partner is not place:
                relate(place, partner)

    def tie_through(self, place: Place, k: int, link: Link, side: ArrayRef) -> None:
        """A place that was joined inside the branch is joined again, or a part of it: it is still what it was joined of."""
        low = self.low
        origin = link.reference
        path = (*origin.path, *shifted(side.path, len(origin.operands)))
        source = ArrayRef(origin.place, path, (*origin.operands, *side.operands), origin.name)
        if self.own(k, source.place) or not all(low.builder.visible(operand) for operand in source.operands):
            for root, _ in roots(source.place):
                if not self.own(k, root):
                    relate(place, root)
            return
        inner = self.inside(k, lambda: low.emit("logical_not", link.condition) if link.inverted else link.condition)
        other = self.inside(1 - k, lambda: low.constant(False))
        condition = self.slot(*((inner, other) if k == 0 else (other, inner)), BOOL, "")
        made = Link(place, source, condition, False, link.facts | {(self.condition, k == 0)})
        place.links.append(made)
        source.place.links.append(made)

    def choice(self, left: Abstract, right: Abstract, name: str) -> Abstract:
        """Return one of two things that are decided where they are used."""
        low = self.low
        options: list[Abstract] = []
        sources: list[tuple[int, Abstract]] = []
        numbers: list[list[int]] = []
        for k, side in enumerate((left, right)):
            mine = []
            for option in side.options if isinstance(side, Choice) else (side,):
                found = next(
                    (
                        n
                        for n, (other, thing) in enumerate(sources)
                        if same(thing, option)
                        or (other != k and n not in mine and not told_apart(low, thing, option) and fits(low, thing, option))
                    ),
                    None,
                )
                if found is None:
                    sources.append((k, option))
                    found = len(sources) - 1
                elif not same(sources[found][1], option):
                    sources[found] = (2, Items((sources[found][1], option)))  # of one kind: one option for both
                mine.append(found)
            numbers.append(mine)
        for k, option in sources:
            if k == 2 and isinstance(option, Items):
                options.append(self.thing(option.elements[0], option.elements[1], name))
            else:
                options.append(self.export(k, option, name, keep=True))
        if len(options) > MOST_OPTIONS:
            raise Mismatch(f"one of more than {MOST_OPTIONS} things")
        if not isinstance(left, Choice) and not isinstance(right, Choice):
            return Choice(self.condition, tuple(options))
        from s2sad.frontend.choices import option_number

        sides = [
            self.inside(k, partial(option_number, low, side, mine))
            for k, (side, mine) in enumerate(zip((left, right), numbers, strict=True))
        ]
        return Choice(self.slot(sides[0], sides[1], INT, ""), tuple(options))

    # ------------------------------------------------------------ arrays

    def arrays(self, left: ArrayRef, right: ArrayRef, name: str) -> Abstract:
        """Join two references to arrays."""
        low = self.low
        if left.place is right.place and left.path == right.path:
            operands = tuple(self.join_operand(a, b) for a, b in zip(left.operands, right.operands, strict=True))
            return ArrayRef(left.place, left.path, operands, name)
        if left.place is right.place:
            found = self.same_skeleton(left, right)
            if found is not None:
                return ArrayRef(left.place, found[0], found[1], name)
        if low.session.tags and not self.own(0, left.place) and not self.own(1, right.place):
            return self.choice(left, right, name)
        if not left.path and not right.path:
            pair = (left.place, right.place)
            if pair in self.places:
                return ArrayRef(self.places[pair], (), (), name)
        types = self.both(left, right, low.array_type)
        joined = kinds.join(types[0], types[1], low.sizes)
        if joined is None:
            return self.choice(left, right, name)
        values = self.both(left, right, lambda side: coerce(low, low.read(side), joined))
        value = self.slot(values[0], values[1], joined, name)
        contiguous = all(not side.path and side.place.contiguous for side in (left, right))
        place = low.store.place("array", value, name=name, contiguous=contiguous)
        place.readonly = left.place.readonly or right.place.readonly
        if not left.path and not right.path:
            self.places[left.place, right.place] = place
        for k, side in enumerate((left, right)):
            self.tie(place, k, side)
        return ArrayRef(place, (), (), name)

    def own(self, k: int, place: Place) -> bool:
        """Whether a place was made in a branch."""
        return self.low.store.read(place) is ABSENT

    def join_operand(self, left: Value, right: Value) -> Value:
        if left is right:
            return left
        joined = self.unequal(left, right, "")
        if not isinstance(joined, Value):
            raise Mismatch("parts of an array at places of different kinds")
        return joined

    def same_skeleton(self, left: ArrayRef, right: ArrayRef) -> tuple[Path, tuple[Value, ...]] | None:
        """Join ``M[0]`` and ``M[1]``, ``M[i]`` and ``M[2]`` to ``M[k]``; None when the paths differ otherwise."""
        low = self.low
        if len(left.path) != len(right.path):
            return None
        operands: list[Value] = []

        def part(a: Any, b: Any) -> Any:
            if not isinstance(a, Operand) and a == b:
                return a
            sides = []
            for k, (item, side) in enumerate(((a, left), (b, right))):
                if isinstance(item, Operand):
                    sides.append(side.operands[item.number])
                elif isinstance(item, int):
                    sides.append(self.inside(k, partial(low.constant, item)))
                else:
                    raise Mismatch
            if sides[0] is sides[1]:
                operands.append(sides[0])
            else:
                types = [kinds.forget_size(side.type) for side in sides]
                joined = kinds.join(types[0], types[1], low.sizes)
                if joined is None:
                    raise Mismatch
                operands.append(self.slot(sides[0], sides[1], joined, ""))
            return Operand(len(operands) - 1)

        path: list[Any] = []
        before = list(self.results)
        try:
            for a, b in zip(left.path, right.path, strict=True):
                if not isinstance(a, Index) or not isinstance(b, Index):
                    if a != b:
                        raise Mismatch
                    path.append(a)
                    continue
                if len(a.items) != len(b.items):
                    raise Mismatch
                items: list[Any] = []
                for x, y in zip(a.items, b.items, strict=True):
                    if isinstance(x, (int, Operand)) and isinstance(y, (int, Operand)):
                        items.append(part(x, y))
                    elif (
                        isinstance(x, Slice)
                        and isinstance(y, Slice)
                        and all(not isinstance(one, Operand) for one in (x.start, x.stop, x.step))
                        and x == y
                    ) or (type(x) is type(y) and x == y and not isinstance(x, Slice)):
                        items.append(x)
                    else:
                        raise Mismatch
                path.append(Index(tuple(items)))
        except Mismatch:
            self.forget(before)
            return None
        return tuple(path), tuple(operands)

    def forget(self, before: list[Value]) -> None:
        """Drop results that were made in vain."""
        count = len(before)
        del self.results[count:]
        for arm in self.arms:
            del arm.region.results[count:]
        self.memo = {pair: value for pair, value in self.memo.items() if value in before}

    # ------------------------------------------------------------ containers

    def mergeable(self, left: Place, right: Place) -> bool:
        """Whether two containers that were made in the branches have one structure."""
        if (
            left is right
            or left.kind != right.kind
            or left.cls is not right.cls
            or left.limit != right.limit
            or not self.own(0, left)
            or not self.own(1, right)
        ):
            return False
        a, b = self.arms[0].changes.get(left), self.arms[1].changes.get(right)
        match a, b:
            case ListContent(), ListContent():
                return len(a.elements) == len(b.elements)
            case DictContent(), DictContent():
                return [key for key, _ in a.entries] == [key for key, _ in b.entries]
            case InstanceContent(), InstanceContent():
                return [key for key, _ in a.fields] == [key for key, _ in b.fields]
            case GrowingContent(), (GrowingContent() | ListContent()):
                return True
            case ListContent(), GrowingContent():
                return True
        return False

    def merged(self, left: Place, right: Place, name: str) -> Place:
        """Join two containers that were made in the branches."""
        found = self.places.get((left, right))
        if found is None:
            found = self.low.store.place(left.kind, None, name=left.name, cls=left.cls, limit=left.limit, factory=left.factory)
            self.places[left, right] = found
            content = self.contents(self.arms[0].changes.get(left), self.arms[1].changes.get(right), name, found)
            self.low.store.write(found, content)
        return found

    # ------------------------------------------------------------ slots

    def inside(self, k: int, make: Callable[[], Any]) -> Any:
        """Make something at the end of a branch, in its state."""
        low, arm = self.low, self.arms[k]
        low.store.begin()
        try:
            for key, content in arm.changes.items():
                low.store.write(key, content)
            with low.builder.inside(arm.region), low.unprotected():
                return make()
        finally:
            low.store.rollback()

    def both(self, left: Any, right: Any, make: Callable[[Any], Any]) -> list[Any]:
        """Make something of each side at the end of its branch."""
        return [self.inside(k, partial(make, side)) for k, side in enumerate((left, right))]

    def forced(self, k: int, pending: Pending) -> Abstract:
        """Make what a loop in a branch has left a thing of the branch; what that makes belongs to its state."""
        low, arm = self.low, self.arms[k]
        low.store.begin()
        try:
            for key, content in arm.changes.items():
                low.store.write(key, content)
            with low.builder.inside(arm.region), low.unprotected():
                result = force(low, pending)
        finally:
            arm.changes = low.store.rollback()
        return result

    def slot(self, left: Value, right: Value, kind: Type, name: str) -> Value:
        """Return a result of the `if`: `left` where the condition holds, else `right`."""
        if left is right and self.low.builder.visible(left):
            return left
        found = self.memo.get((left, right))
        if found is not None:
            return found
        value = Value(kind, name if not name.startswith("$") else "", None, self.low.location)
        self.low.builder.home[value] = self.low.builder.region
        self.arms[0].region.results.append(left)
        self.arms[1].region.results.append(right)
        self.results.append(value)
        self.memo[left, right] = value
        return value

    def leaf(self, k: int, value: Value, name: str, bound: bool = False) -> Value:
        """Return a value of one branch as the outside sees it; on the other path it is not bound."""
        low = self.low
        if low.builder.visible(value) and not bound:
            return value
        missing = self.inside(1 - k, lambda: low.builder.undefined(kinds.forget_size(value.type), name))
        kind = kinds.forget_size(value.type)
        return self.slot(value, missing, kind, name) if k == 0 else self.slot(missing, value, kind, name)

    def export(self, k: int, thing: Any, name: str, keep: bool = False) -> Any:
        """Return a thing that one branch leaves as the outside sees it."""
        return exported(self.low, thing, name, lambda value, label: self.leaf(k, value, label), self.arms[k].changes, self.exported)


def told_apart(low: Lowering, left: Abstract, right: Abstract) -> bool:
    """Whether two arrays stay two options, because it is asked which one is meant."""
    return bool(low.session.tags) and isinstance(left, ArrayRef) and isinstance(right, ArrayRef)


def needed(node: Node) -> bool:
    """Whether a node does something even when nobody uses its result."""
    return bool(node.operation.effect) or node.operation.raises or any(needed(inner) for region in node.regions for inner in region.nodes)


def widened(kind: Type) -> Type:
    """Return the type of a slot that starts with a value of `kind`."""
    return kinds.forget_size(kind)
