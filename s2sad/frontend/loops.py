"""Loops: `for` and `while` as regions, or written out where the structure of the program depends on the trip.

At the head of a loop everything that the body assigns becomes a parameter of the region; the body is lowered once with that.
When what the body leaves does not fit into the parameter (another kind of number, a longer list, a reference to something
else), the head is widened and the body lowered again; the head only ever widens, so that comes to an end.  What the body
hands through unchanged is taken out afterwards.

A name that is plainly assigned in the body refers to a place of its own from the head on, so that ``u, v = v, u`` is a permutation of
contents.  That place may share memory with what the name referred to before the loop; a write to one makes the other stale, and
reading something stale is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any

from s2sad.errors import UnsupportedError
from s2sad.frontend import exits, kinds
from s2sad.frontend.expressions import expression, truth
from s2sad.frontend.iteration import MOST_TRIPS, Plan, plan
from s2sad.frontend.joins import Mismatch, Root, branch, coerce, dispatch, exported, fits, number_type, relate, roots, same
from s2sad.frontend.last import last_bound
from s2sad.frontend.lower import DeadPath, Lowering, NeedStatic, describe
from s2sad.frontend.source import children
from s2sad.frontend.store import ABSENT, Changes
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    Conflict,
    DictContent,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Key,
    Known,
    Lazy,
    ListContent,
    Pending,
    Place,
    RepeatedContent,
    Stale,
    Unbound,
    Variable,
)
from s2sad.graph.core import FOR, WHILE, Node, Region, Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import BOOL, INT, TOKEN, Array, List, Number, Opaque, Scalar, Type
from s2sad.record import record

MOST_ATTEMPTS = 40
MOST_PEELED = 4
Path = tuple[Any, ...]


class Again(Exception):
    """The head has been widened; the body is to be lowered again."""


class Peel(Exception):
    """The first trip is of another kind; it is lowered by itself when it certainly runs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@record(eq=False)
class Slot:
    """One carried value: its parameter, how its first value is made, its value at the end of a trip, its result."""

    path: Path
    parameter: Value
    initial: Callable[[], Value]
    final: Value | None = None
    result: Value | None = None
    more: list[Value] = field(default_factory=list)  # its parameter in the test of a `while`


# -------------------------------------------------------------------- statements


def for_statement(low: Lowering, node: Any) -> None:
    """Lower a `for`."""
    from s2sad.frontend.statements import assign, block

    iterable = low.usable(expression(low, node.iter))
    low.at(node)

    def trip(element: Abstract) -> None:
        assign(low, node.target, element)
        block(low, node.body)

    if isinstance(iterable, Choice):

        def use(option: Abstract) -> Abstract:
            visit(low, option, node, trip)
            finish(low, node.orelse)
            return Known(None)

        dispatch(low, iterable, use)
        return
    visit(low, iterable, node, trip)
    finish(low, node.orelse)


def visit(low: Lowering, iterable: Abstract, node: Any, body: Callable[[Abstract], Any], names: dict[str, bool] | None = None) -> None:
    """Run `body` for each element; exits of the body are left in the exit code."""
    with low.holding(iterable):
        _visit(low, iterable, node, body, names)


def _visit(low: Lowering, iterable: Abstract, node: Any, body: Callable[[Abstract], Any], names: dict[str, bool] | None = None) -> None:
    """Run `body` for each element; exits of the body are left in the exit code."""
    if isinstance(iterable, Lazy) and iterable.kind in ("generator", "comprehension", "filter", "nest"):
        from s2sad.frontend.generators import consume

        consume(low, iterable, body)
        return
    one = plan(low, iterable)
    if one.structural:
        unroll(low, one, body, what=f"the loop at line {low.location.line}")
        return
    bounds = [low.usable(part) for part in (one.start, one.stop, one.step)]
    if isinstance(bounds[2], Known) and bounds[2].value == 0:
        from s2sad.frontend.effects import raise_error

        raise_error(low, "ValueError", "range() arg 3 must not be zero")
    if all(isinstance(part, Known) for part in bounds) and len(range(*(part.value for part in bounds))) == 0:  # type: ignore[union-attr]
        return
    loop = Loop(low, node, assigned(node) if names is None else names)
    loop.can_unroll = all(isinstance(part, Known) for part in bounds) and len(range(*(part.value for part in bounds))) <= MOST_TRIPS  # type: ignore[union-attr]
    loop.bounds = None if one.reverse else bounds
    counts = isinstance(getattr(node, "target", None), gast.Name) and one.is_counter
    hint = node.target.id if counts or _plain_range(iterable, node) else ""
    if isinstance(iterable, ArrayRef):
        hint = ""
    try:
        loop.run_for(one, bounds, body, hint)
    except NeedStatic as need:
        if need.culprit is not loop:
            raise
        count = _static_trips(low, bounds)
        if count is None:
            low.refuse("static", what=f"the index of the loop at line {low.frames[-1].source.location(node).line}")
        unroll(low, _counted(one, count), body, what="a loop whose index must be known")
    except Peel:
        peel(low, one, bounds, body, loop, hint)
    except UnsupportedError as problem:
        # What the loop starts with is shared with something else; what a trip leaves may not be.
        if problem.code != "S2S130" or low.session.peeled >= MOST_PEELED or not loop.peels:
            raise
        low.session.peeled += 1
        peel(low, one, bounds, body, loop, hint)


def peel(low: Lowering, one: Plan, bounds: Sequence[Abstract], body: Callable[[Abstract], Any], loop: Loop, hint: str) -> None:
    """Lower the first trip by itself: the head of the others starts from what it has left."""
    from s2sad.frontend.expressions import binary

    start, stop, step = bounds

    def others() -> None:
        rest = Plan(binary(low, gast.Add, start, step), stop, step, one.element)
        again = Loop(low, loop.site, loop.names)
        again.run_for(rest, [rest.start, stop, step], body, hint)

    try:
        body(one.element(start))
    except DeadPath:
        low.dead = True
    after_trip(low, others)


def after_trip(low: Lowering, others: Callable[[], None] | None) -> None:
    """Run the other trips where the one before has not left the loop."""
    if low.dead:
        return
    code = exits.current(low)
    if isinstance(code, Known):
        if code.value in (exits.FALLS, exits.CONTINUE):
            low.store.write(low.frame.exit, Known(exits.FALLS))
            if others is not None:
                others()
        return
    leaving = tuple(one for one in code.codes if one in (exits.BREAK, exits.RETURN))
    if not leaving or others is None:
        if leaving:
            narrow(low, code)
        else:
            low.store.write(low.frame.exit, Known(exits.FALLS))
            if others is not None:
                others()
        return
    left = exits.is_code(low, code, leaving)
    assert isinstance(left, Value)

    def stay() -> None:
        low.store.write(low.frame.exit, Known(leaving[0]) if len(leaving) == 1 else exits.Exit(code.value, leaving))

    def rest() -> None:
        low.store.write(low.frame.exit, Known(exits.FALLS))
        low.store.write(low.frame.result, ABSENT)
        others()

    branch(low, left, stay, rest)


def _plain_range(iterable: Abstract, node: Any) -> bool:
    from s2sad.frontend.values import Range

    return isinstance(iterable, Range) and isinstance(getattr(node, "target", None), gast.Name)


def _static_trips(low: Lowering, bounds: Sequence[Abstract]) -> list[int] | None:
    numbers = []
    for part in bounds:
        if isinstance(part, Known):
            numbers.append(int(part.value))
            continue
        kind = low.type_of(part)
        size = kind.size if isinstance(kind, Number) else None
        if size is not None and size.known is not None:
            numbers.append(size.known)
        elif size is not None and size.entry and (seen := size.evaluate(low.sizes.seen)) is not None and isinstance(part, Value):
            found = low.session.static_culprit(part)
            if found is not None:
                raise NeedStatic(found)
            low.sizes.assume(size, "==", Size.of(seen))
            numbers.append(seen)
        elif isinstance(part, Value):
            low.demand(part)
            return None
    return list(range(*numbers))


def _counted(one: Plan, trips: list[int]) -> Plan:
    if one.reverse:
        trips = trips[::-1]
    return Plan(Known(0), Known(len(trips)), Known(1), lambda k: one.element(Known(trips[k.value])), True, len(trips))  # type: ignore[union-attr]


def _certain(low: Lowering, bounds: Sequence[Abstract]) -> bool | None:
    """Whether a loop over a range makes at least one trip, for the sizes of the entry."""
    sizes = []
    for part in bounds:
        kind = low.type_of(part)
        if not isinstance(kind, Number) or kind.size is None:
            return None
        sizes.append(kind.size)
    start, stop, step = sizes
    if step.known is None or step.known == 0:
        return None
    span = stop - start if step.known > 0 else start - stop
    if not span.entry:
        return None
    return low.sizes.at_least(span, 1)


def _trips(low: Lowering, bounds: Sequence[Abstract]) -> Size | None:
    """Return the number of trips of a loop over a range, where sizes tell it without an assumption."""
    sizes = []
    for part in bounds:
        kind = low.type_of(part)
        if not isinstance(kind, Number) or kind.size is None or not kind.size.entry:
            return None
        sizes.append(kind.size)
    start, stop, step = sizes
    if not step.known:
        return None
    span = stop - start if step.known > 0 else start - stop
    if low.sizes.at_least(span, 0) is not True:
        return None
    return span.ceil_div(abs(step.known))


def unroll(low: Lowering, one: Plan, body: Callable[[Abstract], Any], what: str) -> None:
    """Write a loop out."""
    count = one.count or 0
    if count > MOST_TRIPS:
        low.refuse("budget", what=what, count=count)

    def go(first: int) -> None:
        for k in range(first, count):
            body(one.element(Known(k)))
            if low.dead:
                return
            code = exits.current(low)
            if isinstance(code, Known) and code.value in (exits.FALLS, exits.CONTINUE):
                low.store.write(low.frame.exit, Known(exits.FALLS))
                continue
            after_trip(low, (lambda k=k: go(k + 1)) if k + 1 < count else None)  # type: ignore[misc]
            return

    try:
        go(0)
    except DeadPath:
        low.dead = True


def narrow(low: Lowering, code: exits.Exit) -> None:
    """Take `continue` out of an exit code at the end of a trip."""
    if exits.CONTINUE not in code.codes:
        return
    left = tuple(sorted({exits.FALLS, *code.codes} - {exits.CONTINUE}))
    if left == (exits.FALLS,):
        low.store.write(low.frame.exit, Known(exits.FALLS))
    elif len(left) == 2:
        flag = exits.is_code(low, code, (left[1],))
        assert isinstance(flag, Value)
        low.store.write(low.frame.exit, exits.Exit(flag, left))
    else:
        from s2sad.frontend.joins import pick

        value = pick(low, low.emit("equal", code.value, low.constant(exits.CONTINUE)), low.constant(exits.FALLS), code.value, INT)
        low.store.write(low.frame.exit, exits.Exit(value, left))


def finish(low: Lowering, orelse: Sequence[Any]) -> None:
    """After a loop: `else`, and `break` has done its work."""
    from s2sad.frontend.statements import after, block

    if low.dead:
        return
    code = exits.current(low)
    if isinstance(code, Known):
        if code.value == exits.BREAK:
            low.store.write(low.frame.exit, Known(exits.FALLS))
        elif code.value == exits.FALLS and orelse:
            block(low, orelse)
        return
    if exits.BREAK not in code.codes:
        if orelse:
            after(low, code, lambda: block(low, orelse))
        return
    if orelse and exits.FALLS in code.codes:
        after(low, code, lambda: block(low, orelse))
        code = exits.current(low)
        if isinstance(code, Known):
            if code.value == exits.BREAK:
                low.store.write(low.frame.exit, Known(exits.FALLS))
            return
    left = tuple(sorted({exits.FALLS, *code.codes} - {exits.BREAK}))
    if left == (exits.FALLS,):
        low.store.write(low.frame.exit, Known(exits.FALLS))
        return
    if len(left) == 2:
        flag = exits.is_code(low, code, (left[1],))
        low.store.write(low.frame.exit, Known(left[1]) if flag is True else exits.Exit(flag, left))  # type: ignore[arg-type]
        return
    from s2sad.frontend.joins import pick

    value = pick(low, low.emit("equal", code.value, low.constant(exits.BREAK)), low.constant(exits.FALLS), code.value, INT)
    low.store.write(low.frame.exit, exits.Exit(value, left))


def while_statement(low: Lowering, node: Any) -> None:
    """Lower a `while`."""
    from s2sad.frontend.statements import block

    loop = Loop(low, node, assigned(node))
    try:
        loop.run_while(node.test, lambda: block(low, node.body))
    except NeedStatic as need:
        if need.culprit is not loop:
            raise
        low.refuse("static", what="a number that changes in this `while` loop")
    finish(low, node.orelse)


# -------------------------------------------------------------------- which names a loop assigns


def assigned(node: Any) -> dict[str, bool]:
    """Return the names that a loop assigns: True where plainly, False where only by an augmented assignment."""
    facts = getattr(node, "_s2sad_assigned", None)
    if facts is None:
        facts = {}
        for name in ("target", "test"):
            if hasattr(node, name):
                _stores(getattr(node, name), facts)
        for statement in node.body if isinstance(node.body, list) else [node.body]:
            _stores(statement, facts)
        node._s2sad_assigned = facts
    return facts


def _stores(node: Any, found: dict[str, bool]) -> None:
    match node:
        case gast.Name():
            if isinstance(node.ctx, (gast.Store, gast.Del)):
                found[node.id] = True
            return
        case gast.AugAssign():
            if isinstance(node.target, gast.Name):
                found.setdefault(node.target.id, False)
            else:
                _stores(node.target, found)
            _stores(node.value, found)
            return
        case gast.FunctionDef() | gast.ClassDef():
            found[node.name] = True
            return
        case gast.Lambda():
            return
        case gast.ListComp() | gast.SetComp() | gast.DictComp() | gast.GeneratorExp():
            for inner in gast.walk(node):
                if isinstance(inner, gast.NamedExpr):
                    found[inner.target.id] = True
            return
        case gast.Import() | gast.ImportFrom():
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = True
        case gast.MatchAs() | gast.MatchStar() if node.name is not None:
            found[node.name] = True
    for child in children(node):
        _stores(child, found)


def _touched(node: Any) -> set[str]:
    """Return the names whose objects a loop may write, by its syntax."""
    facts = getattr(node, "_s2sad_touched", None)
    if facts is None:
        facts = set()
        for part in [
            *(node.body if isinstance(node.body, list) else [node.body]),
            getattr(node, "test", None),
            getattr(node, "iter", None),
        ]:
            if part is None:
                continue
            for inner in gast.walk(part):
                if isinstance(inner, (gast.Subscript, gast.Attribute)) and isinstance(inner.ctx, gast.Store):
                    _root(inner, facts)
                elif isinstance(inner, gast.AugAssign):
                    _root(inner.target, facts)
                elif isinstance(inner, gast.Call):
                    if isinstance(inner.func, gast.Attribute):
                        _root(inner.func, facts)
                    for keyword in inner.keywords:
                        if keyword.arg == "out":
                            _root(keyword.value, facts)
                    if (
                        inner.args
                        and isinstance(inner.func, gast.Attribute)
                        and inner.func.attr in ("at", "copyto", "put", "fill_diagonal")
                    ):
                        _root(inner.args[0], facts)
        node._s2sad_touched = facts
    return facts


def _root(node: Any, found: set[str]) -> None:
    while isinstance(node, (gast.Subscript, gast.Attribute, gast.Call, gast.Starred)):
        node = node.func if isinstance(node, gast.Call) else node.value
    if isinstance(node, gast.Name):
        found.add(node.id)
    elif isinstance(node, (gast.Tuple, gast.List)):
        for element in node.elts:
            _root(element, found)


# -------------------------------------------------------------------- the loop as a region


class Loop:
    """One loop that is lowered as a region."""

    def __init__(self, low: Lowering, node: Any, names: dict[str, bool]) -> None:
        self.low = low
        self.site = node
        self.names = names
        self.frame = low.frame
        self.keys: dict[Key, None] = {}
        self.kinds: dict[Path, Type] = {}
        self.own: set[Path] = set()  # references that get a place of their own
        self.grow: dict[Path, Type | None] = {}
        self.repeats: dict[Path, ArrayRef] = {}  # lists that get one and the same array again and again
        self.conflicts: dict[Path, str] = {}
        self.choices: dict[Path, list[Abstract]] = {}
        self.wanted: dict[Variable, None] = {}
        self.missing: dict[Variable, Abstract] = {}  # what a name that is wanted holds at the end of a trip
        self.stale: dict[Place, Stale] = {}
        self.related: set[tuple[Path, Path]] = set()
        self.outer_related: set[tuple[Path, Place]] = set()
        self.slots: list[Slot] = []
        self.places: dict[Path, Place] = {}
        self.replaced: dict[Value, Value] = {}
        self.exported: dict[Place, Place] = {}
        self.late: dict[Value, Value] = {}
        self.changes: Changes = {}
        self.node: Node | None = None
        self.body: Region | None = None
        self.outer: Region = low.builder.region
        self.heads: dict[Key, Any] = {}  # what stands at the head of a trip
        self.entries: dict[Key, Any] = {}  # what stood there before the loop
        self.head_places: dict[Place, Any] = {}
        self.sources: dict[Path, ArrayRef] = {}  # what a place of the loop's own stands for on the first trip
        self.fields: dict[Place, dict[str, None]] = {}  # attributes that the body is the first to write
        self.before: dict[str, Pending] = {}
        self.lengths: dict[Value, tuple[Size, Size | None, int | None]] = {}  # lists at the head: length there, before, growth a trip
        self.trips: Size | None = None
        self.partners_before: dict[Place, int] = {}
        self.code: exits.Exit | None = None
        self.leaves = False
        self.can_unroll = False
        self.cautious = False
        self.bounds: Sequence[Abstract] | None = None
        self._guess()

    def _guess(self) -> None:
        """Say what is carried, from the syntax; what turns out to be written besides is added later."""
        low = self.low
        touched = _touched(self.site) if hasattr(self.site, "body") else set()
        for name in self.names:
            variable = self._variable(name)
            if variable is not None:
                self.keys[variable] = None
        seen: set[Place] = set()
        for name in touched:
            variable = self._variable(name)
            if variable is not None and (variable not in self.keys or self.names.get(name) is False):
                self._arrays_of(low.store.read(variable), seen, 0)
        memo = low.session.memo.get(self.site)
        if memo is not None:
            if memo.world:
                self.keys[low.world] = None
            for path, kind in memo.kinds.items():
                self.kinds[path] = kind

    def _arrays_of(self, thing: Any, seen: set[Place], depth: int) -> None:
        match thing:
            case ArrayRef(place):
                if isinstance(self.low.store.read(place), Value):
                    self.keys[place] = None
            case Items(elements):
                for element in elements:
                    self._arrays_of(element, seen, depth + 1)
            case Handle(place) if place not in seen and depth < 4:
                seen.add(place)
                content = self.low.store.read(place)
                if isinstance(content, ListContent):
                    for element in content.elements:
                        self._arrays_of(element, seen, depth + 1)
                elif isinstance(content, (DictContent, InstanceContent)):
                    for _, element in content.entries if isinstance(content, DictContent) else content.fields:
                        self._arrays_of(element, seen, depth + 1)

    def _variable(self, name: str) -> Variable | None:
        frame: Any = self.frame
        if name in frame.source.scope.outer or name not in frame.source.scope.bound:
            frame = frame.parent
            while frame is not None and name not in frame.source.scope.bound:
                frame = frame.parent
        return None if frame is None else frame.variable(name)

    # ------------------------------------------------------------ names that are read before they are bound

    def binds(self, variable: Variable) -> bool:
        """Whether the body assigns a name that is not bound at the head."""
        return variable in self.keys and variable not in self.missing

    def want(self, variable: Variable) -> None:
        """A name is read that only an earlier trip can have bound: on the first trip the path ends here."""
        self.wanted[variable] = None
        raise DeadPath

    # ------------------------------------------------------------ attempts

    def attempts(self, once: Callable[[], None]) -> None:
        """Lower until the head fits."""
        low = self.low
        location = low.location
        for _ in range(MOST_ATTEMPTS):
            low.store.begin()
            low.open_loops.append(self)
            self._reset()
            low.builder.location = location
            done = False
            try:
                once()
                done = True
            except Again:
                pass
            except UnsupportedError as problem:
                if problem.code != "S2S130" or self.cautious:
                    raise
                self.cautious = True  # perhaps a name stays with its array after all
                self.own.clear()
                self.related.clear()
                self.outer_related.clear()
                self.stale.clear()
            finally:
                low.open_loops.pop()
                changes = low.store.rollback()
                low.dead = False
            if done:
                self.changes = changes
                low.builder.location = location
                return
        low.refuse("conflict", name="a variable of the loop", reason="its kind does not settle")

    def _reset(self) -> None:
        self.slots = []
        self.places = {}
        self.heads = {}
        self.entries = {}
        self.head_places = {}
        self.sources = {}
        self.lengths = {}

    def run_for(self, one: Plan, bounds: Sequence[Abstract], body: Callable[[Abstract], Any], hint: str) -> None:
        """Lower a `for` over a range."""
        low = self.low
        operands = [low.value(bound, "a bound of range") for bound in bounds]
        self.trips = _trips(low, bounds)
        for value in operands:
            if isinstance(value.type, Scalar) and value.type.dtype[0] in "iu":
                continue
            if not isinstance(value.type, Number) or value.type.kind not in ("int", "bool"):
                from s2sad.frontend.effects import raise_error

                raise_error(low, "TypeError", "'float' object cannot be interpreted as an integer")
        operands = [low.emit("to_int", value) if isinstance(value.type, Scalar) else value for value in operands]

        def once() -> None:
            region = low.builder.new_region()
            self.body = region
            size = low.sizes.fresh(hint or "i")
            index = low.builder.parameter(region, Number("int", size), hint)
            low.loops[index] = self
            with low.builder.inside(region):
                self.head(region)
                self.trip(lambda: body(one.element(index)))
            region.results = self.ends(region, [])

        self.attempts(once)
        assert self.body is not None
        static: dict[str, Any] = {"leaves": True} if self.leaves else {}
        if one.reverse:
            static["reversed"] = True
        self.close(FOR, operands, static, (self.body,))

    def run_while(self, test: Any, body: Callable[[], None]) -> None:
        """Lower a `while`."""
        low = self.low
        state: dict[str, Any] = {"merged": False}

        def once() -> None:
            test_region = low.builder.new_region()
            condition: Value | None = None
            if not state["merged"]:
                low.store.begin()
                try:
                    with low.builder.inside(test_region):
                        self.head(test_region)
                        before = dict(low.store.contents)
                        try:
                            answer = truth(low, low.usable(expression(low, test)))
                        except DeadPath:
                            answer = True
                            state["merged"] = True
                        if isinstance(answer, bool):
                            if answer is False:
                                state["merged"] = None
                            else:
                                state["merged"] = True
                        else:
                            condition = answer
                        for key, content in low.store.contents.items():
                            if before.get(key, ABSENT) is not content and (
                                key in before or (isinstance(key, Variable) and not key.name.startswith("$"))
                            ):
                                state["merged"] = True
                finally:
                    low.store.rollback()
                heads = self.slots
                self._reset()
                if state["merged"] is None:
                    return
            region = low.builder.new_region()
            self.body = region
            with low.builder.inside(region):
                self.head(region)
                if state["merged"]:
                    self.trip(lambda: self._tested(test, body))
                else:
                    self.trip(body)
            region.results = self.ends(region, [])
            if state["merged"]:
                test_region = low.builder.new_region([slot.parameter.type for slot in self.slots])
                with low.builder.inside(test_region):
                    test_region.results = [low.constant(True)]
            else:
                assert condition is not None
                for slot, head in zip(self.slots, heads, strict=False):
                    slot.more = [head.parameter]
                for slot in self.slots[len(heads) :]:
                    low.builder.parameter(test_region, slot.parameter.type)
                test_region.results = [condition]
            state["test"] = test_region

        self.attempts(once)
        if state["merged"] is None:
            return
        assert self.body is not None
        self.close(WHILE, [], {"leaves": True} if self.leaves else {}, (state["test"], self.body))

    def _tested(self, test: Any, body: Callable[[], None]) -> None:
        """A trip that evaluates the condition itself: the loop is left where it fails."""
        low = self.low
        answer = truth(low, low.usable(expression(low, test)))
        if isinstance(answer, bool):
            if answer:
                body()
            else:
                low.store.write(low.frame.exit, Known(_FAILS))
            return

        def stop() -> None:
            low.store.write(low.frame.exit, Known(_FAILS))

        branch(low, answer, body, stop)

    def trip(self, body: Callable[[], Any]) -> None:
        """Lower the body once."""
        low = self.low
        low.store.write(self.frame.exit, Known(exits.FALLS))
        try:
            body()
        except DeadPath:
            low.dead = True

    # ------------------------------------------------------------ the head

    def head(self, region: Region) -> None:
        """Bind what is carried to parameters."""
        low = self.low
        self.partners_before = {key: len(key.partners) for key in low.store.contents if isinstance(key, Place)}
        for key in list(self.keys):
            entry = low.store.read(key)
            if isinstance(key, Variable):
                if isinstance(entry, Unbound):
                    entry = ABSENT
                if isinstance(entry, Pending) and key in self.missing:
                    entry = entry.loop.leave(entry)
                self.entries[key] = entry
                if entry is ABSENT and key in self.missing:
                    head = self.parameters(region, self.missing[key], (key,), key.name)
                elif entry is ABSENT or isinstance(entry, Pending):
                    low.store.write(key, ABSENT)
                    continue
                else:
                    head = self.generalise(region, entry, (key,), key.name)
            elif entry is ABSENT:
                continue
            elif key is low.world:
                if entry is None:
                    entry = low.token()
                self.entries[key] = entry
                head = low.builder.parameter(region, TOKEN)
                self.slots.append(Slot((key,), head, low.token))
            else:
                self.entries[key] = entry
                if isinstance(entry, InstanceContent) and key in self.fields:
                    entry = self._with_fields(key, entry)
                head = self.generalise(region, entry, (key,), key.name)
            self.heads[key] = head
            low.store.write(key, head)
        for place, content in self.stale.items():
            low.store.write(place, content)
        self._relate()

    def _with_fields(self, place: Any, content: InstanceContent) -> InstanceContent:
        from s2sad.frontend.objects import field_before

        known = dict(content.fields)
        return InstanceContent(
            (*content.fields, *((name, field_before(self.low, place, name)) for name in self.fields[place] if name not in known))
        )

    def generalise(self, region: Region, thing: Any, path: Path, name: str) -> Any:
        """Return what stands for a thing at the head of any trip."""
        low = self.low
        if path in self.conflicts:
            return Conflict(name, self.conflicts[path], low.location)
        if path in self.choices:
            return self._choice(region, thing, path, name)
        kind = number_type(low, thing)
        if kind is not None:
            return self.number(region, thing, kind, path, name)
        match thing:
            case ArrayRef():
                plainly = isinstance(path[0], Variable) and self.names.get(path[0].name, False) and not self.cautious
                if path in self.own or (plainly and not thing.place.readonly):
                    return self.own_place(region, thing, path, name)
                return thing
            case Items(elements, cls):
                return Items(
                    tuple(
                        self.generalise(region, element, (*path, k), f"{name}_{k}" if name else "") for k, element in enumerate(elements)
                    ),
                    cls,
                )
            case Handle(place):
                if path in self.own:
                    return self.twin(region, place, path, name)
                return thing
            case ListContent(elements):
                if path in self.grow:
                    return self._growing(region, thing, path, name)
                return ListContent(tuple(self.generalise(region, element, (*path, k), "") for k, element in enumerate(elements)))
            case GrowingContent(value):
                kind = self.grow.get(path) or value.type
                parameter = self._parameter(
                    region, kind if isinstance(kind, List) else List(kind), path, name, lambda: self._grown(value, thing, path)
                )
                return self._list(parameter, thing.length)
            case RepeatedContent(element, count):
                return RepeatedContent(element, self.number(region, count, INT, path, ""))
            case DictContent(entries):
                return DictContent(tuple((key, self.generalise(region, entry, (*path, key), str(key))) for key, entry in entries))
            case InstanceContent(fields):
                return InstanceContent(tuple((key, self.generalise(region, entry, (*path, key), key)) for key, entry in fields))
        return thing

    def number(self, region: Region, thing: Abstract, kind: Type, path: Path, name: str) -> Value:
        """Return a parameter for a number."""
        low = self.low
        wide = self.kinds.get(path)
        if wide is not None:
            joined = kinds.join(wide, kinds.forget_size(kind), low.sizes)
            kind = joined if joined is not None else kinds.forget_size(kind)
        else:
            kind = kinds.forget_size(kind)
        return self._parameter(region, kind, path, name, lambda: coerce(low, low.value(thing), kind))

    def _parameter(self, region: Region, kind: Type, path: Path, name: str, initial: Callable[[], Value]) -> Value:
        parameter = self.low.builder.parameter(region, kind, name if name.isidentifier() else "")
        self.low.loops[parameter] = self
        self.slots.append(Slot(path, parameter, initial))
        return parameter

    def own_place(self, region: Region, reference: ArrayRef, path: Path, name: str) -> ArrayRef:
        """Return a reference to a place of its own, whose content is carried."""
        low = self.low
        kind: Type = low.array_type(reference)
        wide = self.kinds.get(path)
        if wide is not None:
            kind = kinds.join(wide, kind, low.sizes) or kind
        parameter = self._parameter(region, kind, path, name, lambda: coerce(low, low.read(reference), kind))
        place = low.store.place("array", parameter, name=name, contiguous=reference.place.contiguous and not reference.path)
        self.places[path] = place
        self.head_places[place] = parameter
        place.readonly = reference.place.readonly
        self.sources[path] = reference
        return ArrayRef(place, (), (), name)

    def twin(self, region: Region, place: Place, path: Path, name: str) -> Handle:
        """Return a container of the same structure in the place of one that is exchanged from trip to trip."""
        low = self.low
        content = low.store.read(place)
        made = low.store.place(place.kind, None, name=place.name, cls=place.cls)
        self.places[path] = made
        relate(made, place)
        head = self.generalise_owned(region, content, (*path, "*"), name)
        self.head_places[made] = head
        low.store.write(made, head)
        return Handle(made)

    def generalise_owned(self, region: Region, content: Any, path: Path, name: str) -> Any:
        """Generalise the content of a container that is exchanged: its arrays and containers are exchanged too."""
        match content:
            case ListContent(elements):
                for k, element in enumerate(elements):
                    if isinstance(element, (ArrayRef, Handle)):
                        self.own.add((*path, k))
            case DictContent(entries) | InstanceContent(entries):
                for key, element in entries:
                    if isinstance(element, (ArrayRef, Handle)):
                        self.own.add((*path, key))
        return self.generalise(region, content, path, name)

    def _choice(self, region: Region, thing: Abstract, path: Path, name: str) -> Abstract:
        """Return one of several things, told by a carried number."""
        low = self.low
        options = self.choices[path]
        start = next((k for k, option in enumerate(options) if _fits(low, option, thing)), 0)
        tag = self._parameter(region, INT, (*path, "tag"), "", lambda: low.constant(start))
        made: list[Abstract] = []
        for k, option in enumerate(options):
            here = thing if k == start else None
            if here is not None:
                made.append(self.generalise(region, here, (*path, "option", k), name))
            else:
                made.append(self.parameters(region, option, (*path, "option", k), name))
        return Choice(tag, tuple(made))

    def _growing(self, region: Region, thing: ListContent, path: Path, name: str) -> Any:
        from s2sad.frontend.containers import element_kind

        low = self.low
        if path in self.repeats:
            count = self._parameter(region, INT, path, "", lambda: low.constant(len(thing.elements)))
            return RepeatedContent(self.repeats[path], count)
        element = self.grow[path]
        if thing.elements:
            mine = element_kind(low, (thing,))
            element = mine if element is None else kinds.join(element, mine, low.sizes)
        if element is None:
            # The first pass finds out what is appended.
            return Conflict(name, "a list whose elements are not known yet", low.location)
        kind = List(element)
        self.grow[path] = element
        parameter = self._parameter(region, kind, path, name, lambda: self._grown(None, thing, path))
        return self._list(parameter, Size.of(len(thing.elements)))

    def _list(self, parameter: Value, entry: Size | None) -> GrowingContent:
        """Return a list at the head of a trip; how much longer a trip makes it is found out at its end."""
        length = self.low.sizes.fresh("list")
        self.lengths[parameter] = (length, entry, None)
        return GrowingContent(parameter, length)

    def _grown(self, value: Value | None, content: Any, path: Path) -> Value:
        from s2sad.frontend.containers import grown

        element = self.grow.get(path)
        if value is not None and (element is None or List(element) == value.type):
            return value
        assert element is not None
        return grown(self.low, content, element)

    def parameters(self, region: Region, thing: Any, path: Path, name: str) -> Any:
        """Return parameters in the structure of something that exists only from the first trip on."""
        low = self.low
        kind = number_type(low, thing)
        if kind is not None:
            wide = kinds.forget_size(kind)
            stored = self.kinds.get(path)
            if stored is not None:
                wide = kinds.join(stored, wide, low.sizes) or wide
            return self._parameter(region, wide, path, name, lambda: low.builder.undefined(wide, name))
        match thing:
            case ArrayRef():
                array = self.kinds.get(path) or self.kinds.get((*path, "type"))
                assert array is not None
                parameter = self._parameter(region, array, path, name, lambda: low.builder.undefined(array, name))
                place = low.store.place("array", parameter, name=name)
                self.places[path] = place
                self.head_places[place] = parameter
                return ArrayRef(place, (), (), name)
            case Items(elements, cls):
                return Items(tuple(self.parameters(region, element, (*path, k), "") for k, element in enumerate(elements)), cls)
            case Known():
                return thing
        return Conflict(name, f"{describe(thing)} from an earlier trip", low.location)

    def _relate(self) -> None:
        """Note which of the places at the head may share memory."""
        paths = list(self.places)
        reached = self._reached()
        for path, place in self.places.items():
            reference = self.sources.get(path)
            if reference is not None and reference.place in reached:
                relate(place, reference.place)
            if reference is not None:
                for partner in [
                    *reference.place.partners,
                    *(link.joined for link in reference.place.links),
                    *(link.reference.place for link in reference.place.links),
                ]:
                    if partner is not place and partner in reached:
                        relate(place, partner)
        for k, path in enumerate(paths):
            for other in paths[:k]:
                a, b = self.sources.get(path), self.sources.get(other)
                shared = a is not None and b is not None and (a.place is b.place or b.place in a.place.partners)
                if shared or (other, path) in self.related:
                    relate(self.places[path], self.places[other])
        for path, outer in self.outer_related:
            if path in self.places:
                relate(self.places[path], outer)

    def _reached(self) -> set[Place]:
        """Return the places that something other than a renamed holder refers to."""
        reached: set[Place] = set()

        def walk(thing: Any) -> None:
            match thing:
                case ArrayRef(place) | Handle(place):
                    reached.add(place)
                case Items(elements):
                    for element in elements:
                        walk(element)
                case ListContent(elements):
                    for element in elements:
                        walk(element)
                case DictContent(entries) | InstanceContent(entries):
                    for _, element in entries:
                        walk(element)
                case Choice(options=options):
                    for option in options:
                        walk(option)
                case Pending(final=final):
                    walk(final)
                case _ if (
                    hasattr(thing, "receiver") or hasattr(thing, "arguments") or hasattr(thing, "defaults") or hasattr(thing, "parts")
                ):
                    for name in ("receiver", "arguments", "defaults", "parts", "function"):
                        part = getattr(thing, name, None)
                        for one in part if isinstance(part, tuple) else (part,):
                            walk(one)

        for content in self.low.store.contents.values():
            walk(content)
        for thing in self.low.held:
            walk(thing)
        return reached

    # ------------------------------------------------------------ the end of a trip

    def ends(self, region: Region, results: list[Value]) -> list[Value]:
        """Match what the trip leaves with the head; return the results of the region."""
        low = self.low
        again = False
        code: exits.Code = exits.current(low)
        dead = low.dead
        low.dead = False
        with low.builder.inside(region):
            possible = set(exits.kinds_of(code)) if not dead else {exits.FALLS}
            leaving = tuple(sorted(possible & {exits.BREAK, exits.RETURN, _FAILS}))
            self.leaves = bool(leaving)
            leave: Value | None = None
            self.code = None
            if leaving:
                flag = exits.is_code(low, code, leaving)
                leave = low.constant(flag) if isinstance(flag, bool) else flag
                kept = tuple(sorted({exits.FALLS, *(possible & {exits.BREAK, exits.RETURN})}))
                if exits.RETURN in kept or (exits.BREAK in kept and getattr(self.site, "orelse", None)):
                    value = self._kept_code(code, kept)
                    self.code = exits.Exit(value, kept)
            for slot in self.slots:
                slot.final = None
            if dead:
                for slot in self.slots:
                    slot.final = slot.parameter
                world = next((slot for slot in self.slots if slot.path == (low.world,)), None)
                if world is not None:
                    world.final = low.token()
            else:
                by_path = {slot.path: slot for slot in self.slots}
                for key in list(self.keys):
                    final = low.store.read(key)
                    if key not in self.heads:
                        if (
                            isinstance(key, Variable)
                            and key in self.wanted
                            and key not in self.missing
                            and final is not ABSENT
                            and not isinstance(final, Unbound)
                        ):
                            self._remember(final, (key,))
                            self.missing[key] = final
                            again = True
                        continue
                    if key is low.world:
                        by_path[key,].final = final
                        continue
                    again |= self.match(self.heads[key], final, (key,), by_path, key.name)
            again |= self._written()
            if again:
                raise Again
            again = self._aliases()
            if again:
                raise Again
        for slot in self.slots:
            if slot.final is None:
                slot.final = slot.parameter
        results = [slot.final for slot in self.slots if slot.final is not None]
        if self.code is not None:
            low.builder.parameter(region, self.code.value.type)
            results.append(self.code.value)
        return [leave, *results] if leave is not None else results

    def _kept_code(self, code: exits.Code, kept: tuple[int, ...]) -> Value:
        low = self.low
        if len(kept) == 2:
            flag = exits.is_code(low, code, (kept[1],))
            return low.constant(flag) if isinstance(flag, bool) else flag
        from s2sad.frontend.joins import pick

        if isinstance(code, Known):
            return low.constant(code.value)
        result = code.value if code.value.type != BOOL else exits.as_code(low, code, (0, 1, 2))
        for one in code.codes:
            if one not in kept:
                result = pick(low, low.emit("equal", result, low.constant(one)), low.constant(exits.FALLS), result, INT)
        return result

    def _remember(self, thing: Any, path: Path) -> None:
        """Note the types of the arrays in something that is wanted by the next trip."""
        if isinstance(thing, ArrayRef):
            self.kinds[path] = self._sealed(self.low.array_type(thing))
        elif isinstance(thing, Items):
            for k, element in enumerate(thing.elements):
                self._remember(element, (*path, k))

    def _sealed(self, kind: Type) -> Type:
        """Replace sizes that are made anew in each trip by a size of the loop's own."""
        if isinstance(kind, Array) and kind.shape is not None:
            return Array(kind.dtype, tuple(size if size.entry else self.low.sizes.fresh() for size in kind.shape))
        return kind

    def match(self, head: Any, final: Any, path: Path, slots: dict[Path, Slot], name: str) -> bool:
        """Fill the slots under `path` with what the trip leaves; `head` is what stood there at its head."""
        if path in self.conflicts:
            return False
        if path in self.choices:
            return self._match_choice(head, final, path, slots, name)
        if isinstance(final, Pending):
            final = final.loop.leave(final)
        if isinstance(final, Conflict):
            return self._conflict(path, final.reason)
        if isinstance(final, Stale):
            if isinstance(path[0], Place) and len(path) == 1:
                self.stale[path[0]] = final
                self.keys.pop(path[0], None)
                return True
            return self._conflict(path, "it may share memory with something that was written")
        if final is ABSENT or isinstance(final, Unbound):
            # Deleted, or not bound on some path: the slot holds nothing.
            return self._conflict(path, "it may be deleted")
        slot = slots.get(path)
        if slot is not None:
            return self._match_slot(slot, head, final, path, name)
        match head:
            case ArrayRef():
                if same(head, final):
                    return False
                if isinstance(final, ArrayRef):
                    self.own.add(path)
                    return True
            case Items(elements) if isinstance(final, Items) and len(elements) == len(final.elements) and head.cls is final.cls:
                return any([self.match(a, b, (*path, k), slots, "") for k, (a, b) in enumerate(zip(elements, final.elements, strict=True))])
            case Handle(place):
                if path in self.places:
                    return self._match_twin(place, final, path, slots, name)
                if same(head, final):
                    return False
                if isinstance(final, Handle) and final.place.kind == place.kind and final.place.cls is place.cls:
                    self.own.add(path)
                    return True
            case RepeatedContent():
                return self._conflict(path, "a list of one array, and of others")
            case ListContent(elements):
                if isinstance(final, ListContent) and len(elements) == len(final.elements):
                    return any(
                        [self.match(a, b, (*path, k), slots, "") for k, (a, b) in enumerate(zip(elements, final.elements, strict=True))]
                    )
                return self._grow(head, final, path)
            case DictContent(entries):
                if isinstance(final, DictContent) and [key for key, _ in entries] == [key for key, _ in final.entries]:
                    return any(
                        [self.match(a, b, (*path, key), slots, str(key)) for (key, a), (_, b) in zip(entries, final.entries, strict=True)]
                    )
                if self.can_unroll:
                    raise NeedStatic(self)
                return self._conflict(path, "a dict whose keys change in the loop")
            case InstanceContent(fields) if isinstance(final, InstanceContent):
                widened = False
                others = dict(final.fields)
                for key, a in fields:
                    widened |= self.match(a, others[key], (*path, key), slots, key)
                new = [key for key in others if key not in dict(fields)]
                if new:
                    if not isinstance(path[0], Place) or len(path) != 1:
                        return self._conflict(path, "an attribute that is new in the loop")
                    self.fields.setdefault(path[0], {}).update(dict.fromkeys(new))
                    return True
                return widened
            case _:
                if same(head, final):
                    return False
        return self._choose(head, final, path, name)

    def _match_twin(self, place: Place, final: Any, path: Path, slots: dict[Path, Slot], name: str) -> bool:
        if not isinstance(final, Handle):
            return self._choose(Handle(place), final, path, name)
        return self.match(self.head_places[place], self.low.store.read(final.place), (*path, "*"), slots, name)

    def _match_slot(self, slot: Slot, head: Any, final: Any, path: Path, name: str) -> bool:
        low = self.low
        kind = slot.parameter.type
        if isinstance(head, (ListContent, GrowingContent)):
            return self._match_list(slot, final, path)
        if isinstance(head, RepeatedContent):
            if not isinstance(final, RepeatedContent) or not same(head.element, final.element):
                return self._conflict(path, "a list of one array, and of others")
            slot.final = low.value(final.count)
            return False
        if isinstance(head, ArrayRef) or isinstance(kind, Array):
            if isinstance(final, Value) and isinstance(final.type, Array):
                found: Type = final.type
                value = final
            elif isinstance(final, ArrayRef):
                found = low.array_type(final)
                value = low.read(final)
            else:
                return self._choose(head, final, path, name)
            if kinds.contains(kind, found):
                slot.final = coerce(low, value, kind)
                return False
            joined = kinds.join(kind, found, low.sizes)
            if joined is None:
                return self._choose(head, final, path, name)
            self.kinds[path] = self._sealed(joined)
            return True
        other = number_type(low, final)
        if other is None:
            return self._choose(head, final, path, name)
        if kinds.contains(kind, kinds.forget_size(other)):
            slot.final = coerce(low, low.value(final), kind)
            return False
        joined = kinds.join(kind, kinds.forget_size(other), low.sizes)
        if joined is None:
            return self._choose(head, final, path, name)
        self.kinds[path] = joined
        memo = low.session.memo_of(self.site)
        memo.kinds[path] = joined
        return True

    def _grow(self, head: ListContent, final: Any, path: Path) -> bool:
        from s2sad.frontend.containers import element_kind

        if not isinstance(final, (ListContent, GrowingContent)):
            return self._conflict(path, "a list on some trips only")
        new = final.elements if isinstance(final, ListContent) else ()
        journal = self.low.store.journal()
        if self.can_unroll and any(isinstance(thing, ArrayRef) and journal.get(thing.place, thing.place) is not ABSENT for thing in new):
            raise NeedStatic(self)  # references to arrays from outside: which one it is matters
        if (
            new
            and all(same(new[0], thing) for thing in new)
            and isinstance(new[0], ArrayRef)
            and journal.get(new[0].place, new[0].place) is not ABSENT
        ) and (not head.elements or same(head.elements[0], new[0])):
            self.repeats[path] = new[0]
            self.grow[path] = None
            return True
        try:
            element = element_kind(self.low, (head, final))
        except (UnsupportedError, Mismatch):
            if self.can_unroll:
                raise NeedStatic(self) from None
            raise
        self.grow[path] = self._sealed(element)
        return True

    def _match_list(self, slot: Slot, final: Any, path: Path) -> bool:
        from s2sad.frontend.containers import element_kind, grown

        low = self.low
        kind = slot.parameter.type
        assert isinstance(kind, List)
        if not isinstance(final, (ListContent, GrowingContent)):
            return self._conflict(path, "a list on some trips only")
        head, entry, _ = self.lengths[slot.parameter]
        grows = None if not isinstance(final, GrowingContent) or final.length is None else (final.length - head).known
        self.lengths[slot.parameter] = (head, entry, grows)
        if isinstance(final, ListContent) and not final.elements:
            slot.final = grown(low, final, kind.element)
            return False
        element = element_kind(low, (final,))
        if kinds.contains(kind.element, element):
            slot.final = grown(low, final, kind.element)
            return False
        joined = kinds.join(kind.element, element, low.sizes)
        if joined is None:
            return self._conflict(path, f"a list of {kind.element} and {element}")
        self.grow[path] = self._sealed(joined)
        return True

    def _conflict(self, path: Path, reason: str) -> bool:
        self.conflicts[path] = reason
        return True

    def _choose(self, head: Any, final: Any, path: Path, name: str) -> bool:
        """The thing at the end of a trip is of another kind than at the head."""
        low = self.low
        if (
            (isinstance(head, Known) and head.value is None)
            or (isinstance(final, Known) and final.value is None)
            or (_is_named(head) and _is_named(final))
        ):
            options: list[Abstract] = [head]
            for option in final.options if isinstance(final, Choice) else (final,):
                if not any(_fits(low, one, option) for one in options):
                    if isinstance(option, ArrayRef):
                        self.kinds[(*path, "option", len(options))] = self._sealed(low.array_type(option))
                    options.append(option)
            if all(isinstance(option, (Known, Value, ArrayRef, Items)) or _is_named(option) for option in options):
                self.choices[path] = options
                return True
        reason = f"{describe(head)} before the loop, {describe(final)} after a trip"
        if self.peels:
            raise Peel(reason)
        if self.can_unroll:
            raise NeedStatic(self)
        return self._conflict(path, reason)

    @property
    def peels(self) -> bool:
        """Whether the first trip certainly runs, so that it can be lowered by itself."""
        return self.bounds is not None and _certain(self.low, self.bounds) is True

    def _match_choice(self, head: Any, final: Any, path: Path, slots: dict[Path, Slot], name: str) -> bool:
        """Fill the slots of a choice."""
        low = self.low
        options = self.choices[path]
        tag = slots[(*path, "tag")]
        found: list[tuple[int, Abstract]] = []
        finals = final.options if isinstance(final, Choice) else (final,)
        for option in finals:
            number = next((k for k, one in enumerate(options) if _fits(low, one, option)), None)
            if number is None:
                if len(options) >= 8:
                    return self._conflict(path, "one of more than 8 things")
                if isinstance(option, ArrayRef):
                    self.kinds[(*path, "option", len(options))] = self._sealed(low.array_type(option))
                options.append(option)
                return True
            found.append((number, option))
        from s2sad.frontend.joins import option_number

        tag.final = option_number(low, final, [number for number, _ in found])
        widened = False
        for number in range(len(options)):
            inner = (*path, "option", number)
            mine = [option for k, option in found if k == number]
            if len(mine) == 1:
                widened |= self.match(options[number], mine[0], inner, slots, name)
            elif len(mine) > 1:
                return self._conflict(path, "one of several things of one kind")
        return widened

    def _written(self) -> bool:
        """Add what the body has written besides what was carried; return whether that asks for another attempt."""
        low = self.low
        again = False
        for key, before in low.store.journal().items():
            if key in self.keys or before is ABSENT:
                continue
            now = low.store.read(key)
            if now is before:
                continue
            if isinstance(key, Variable) and key.name.startswith("$"):
                continue
            if key is low.world:
                self.keys[key] = None
                low.session.memo_of(self.site).world = True
                again = True
            elif isinstance(now, Stale):
                if key not in self.stale and isinstance(key, Place):
                    self.stale[key] = now
                    again = True
            elif (isinstance(key, Place) and key in self.stale) or (isinstance(key, Variable) and isinstance(before, Pending)):
                continue
            else:
                self.keys[key] = None
                again = True
        return again

    def _aliases(self) -> bool:
        """Note which of the exchanged places share memory on the next trip; return whether that is news."""
        low = self.low
        journal = low.store.journal()
        finals: dict[Path, list[Root]] = {}
        for path in self.places:
            thing = self._final_thing(path)
            if isinstance(thing, (ArrayRef, Handle)):
                finals[path] = roots(thing.place)
        paths = list(finals)
        heads = set(self.places.values())
        again = False
        for k, path in enumerate(paths):
            for other in paths[:k]:
                if (other, path) not in self.related and meet(finals[path], finals[other]):
                    self.related.add((other, path))
                    again |= self.places[other] not in self.places[path].partners
            for place, _ in finals[path]:
                for one in (place, *place.partners):
                    outer = one not in heads and journal.get(one, one) is not ABSENT and low.store.read(one) is not ABSENT
                    if outer and (path, one) not in self.outer_related:
                        self.outer_related.add((path, one))
                        again |= one not in self.places[path].partners
        for place, count in self.partners_before.items():
            if len(place.partners) != count and any(partner in self.partners_before for partner in place.partners[count:]):
                again = True
        return again

    def _final_thing(self, path: Path) -> Any:
        thing: Any = self.low.store.read(path[0])
        for step in path[1:]:
            match thing:
                case Items(elements) | ListContent(elements):
                    thing = elements[step] if isinstance(step, int) and step < len(elements) else None
                case DictContent(entries) | InstanceContent(entries):
                    thing = dict(entries).get(step)
                case Handle(place):
                    thing = self.low.store.read(place)
                case _:
                    return None
        return thing

    # ------------------------------------------------------------ after the loop

    def close(self, operation: Any, bounds: list[Value], static: dict[str, Any], regions: tuple[Region, ...]) -> None:
        """Append the node and make its results the present state."""
        low = self.low
        body = regions[-1]
        offset = 1 if operation is FOR else 0
        leading = 1 if self.leaves else 0
        kept = [
            slot
            for slot in self.slots
            if slot.final is not slot.parameter or (slot.path == (low.world,) and slot.final is not slot.parameter)
        ]
        dropped = [slot for slot in self.slots if slot.final is slot.parameter]
        initial: dict[Slot, Value] = {}
        for slot in self.slots:
            initial[slot] = slot.initial()
        for slot in dropped:
            for parameter in (slot.parameter, *slot.more):
                self.replaced[parameter] = initial[slot]
        if self.replaced:
            for region in regions:
                _substitute(region, self.replaced)
        code_parameters = body.parameters[offset + len(self.slots) :]
        codes = body.results[leading + len(self.slots) :]
        body.parameters = [*body.parameters[:offset], *(slot.parameter for slot in kept), *code_parameters]
        body.results = [
            *body.results[:leading],
            *(self.replaced.get(slot.final, slot.final) for slot in kept if slot.final is not None),
            *codes,
        ]
        if operation is WHILE:
            test = regions[0]
            chosen = [slot.more[0] if slot.more else test.parameters[self.slots.index(slot)] for slot in kept]
            test.parameters = [*chosen, *(low.builder.parameter(test, value.type) for value in code_parameters)]
            body_types = {id(slot): slot for slot in kept}
            del body_types
        operands = [*bounds, *(initial[slot] for slot in kept)]
        if self.code is not None:
            operands.append(low.constant(False) if self.code.value.type == BOOL else low.constant(exits.FALLS))
        types = [slot.parameter.type for slot in kept] + [value.type for value in code_parameters]
        names = [slot.parameter.name for slot in kept]
        self.node = low.builder.append(operation, operands, static, types, names=names, regions=regions)
        mapping: dict[Value, Value] = {}
        for slot, value in zip(kept, self.node.results, strict=False):
            slot.result = value
            mapping[slot.parameter] = value
        for slot in dropped:
            mapping[slot.parameter] = initial[slot]
        lengths: dict[Value, Size | None] = {}
        for parameter, (_, entry, grows) in self.lengths.items():
            total = None
            if entry is not None and grows is not None and not self.leaves and (grows == 0 or self.trips is not None):
                total = entry if grows == 0 or self.trips is None else entry + self.trips * grows
            lengths[parameter] = total
        self._state_after(mapping, lengths)
        code = self.code
        if code is not None:
            low.store.write(self.frame.exit, exits.Exit(self.node.results[-1], code.codes))
        else:
            low.store.write(self.frame.exit, Known(exits.FALLS))

    def _state_after(self, mapping: dict[Value, Value], lengths: dict[Value, Size | None]) -> None:
        low = self.low
        for key, head in self.heads.items():
            low.store.write(key, _mapped(head, mapping, lengths))
        for place, content in self.head_places.items():
            low.store.write(place, _mapped(content, mapping, lengths))
        for place, stale in self.stale.items():
            low.store.write(place, stale)
        for key, content in self.changes.items():
            if not isinstance(key, Variable) or key in self.heads or content is ABSENT or isinstance(content, Unbound):
                continue
            if key.name.startswith("$") and key is not self.frame.result:
                continue
            before = low.store.read(key)
            if (before is ABSENT or isinstance(before, (Unbound, Pending))) and (key.frame in low.frames or key.frame.captured):
                if isinstance(before, Pending):
                    self.before[key.name] = before
                low.store.write(key, Pending(self, content, key.name))

    def leave(self, pending: Pending) -> Abstract:
        """Make what the last trip left in a name a slot of the loop."""
        low = self.low
        final = pending.final
        since: int | None = None
        if isinstance(final, Pending):
            since = low.store.count
            final = final.loop.leave(final)
        if isinstance(final, Known) and isinstance(final.value, (bool, int, float, complex)):
            assert self.node is not None
            with low.builder.inside(self.node.regions[-1]):
                final = low.constant(final.value)
        if isinstance(final, Choice):
            return self._leave_choice(final, pending.name, since)
        earlier = self.before.get(pending.name)
        start: Value | None = None
        if earlier is not None:
            first = earlier.loop.leave(earlier)
            kind, other = number_type(low, first), number_type(low, final)
            unlike = kind is None or other is None or kinds.forget_size(kind) != kinds.forget_size(other)
            if unlike and not (isinstance(first, ArrayRef) and isinstance(final, ArrayRef)):
                return Conflict(pending.name, "it is what one of two loops has left", low.location)
            start = low.value(first)
        return exported(low, final, pending.name, lambda value, label: self._late(value, label, start), self.changes, self.exported, since)  # type: ignore[no-any-return]

    def _leave_choice(self, final: Choice, name: str, since: int | None) -> Abstract:
        """Make one of several things a slot of the loop; before the first trip the name is not bound."""
        low = self.low
        number = next((k for k, option in enumerate(final.options) if isinstance(option, Unbound)), None)
        if number is None:
            from s2sad.frontend.joins import option_number

            assert self.node is not None
            with low.builder.inside(self.node.regions[-1]):
                tag = option_number(low, final, list(range(len(final.options))))
            final = Choice(tag, (*final.options, Unbound(name)))
            number = len(final.options) - 1
        start = number == 0 if final.tag.type == BOOL else number
        tag = self._late(final.tag, "", start)
        options = [
            exported(low, option, name, lambda value, label: self._late(value, label), self.changes, self.exported, since)
            for option in final.options
        ]
        return Choice(tag, tuple(options))

    def _late(self, value: Value, label: str, start: Value | int | None = None) -> Value:
        low = self.low
        value = self.replaced.get(value, value)
        if low.builder.visible(value) and low.builder.home[value] not in (self.body, *(self.node.regions if self.node else ())):
            return value
        found = self.late.get(value)
        if found is not None:
            return found
        node = self.node
        assert node is not None
        body = node.regions[-1]
        for k, slot_value in enumerate(body.results[1 if self.leaves else 0 :]):
            if slot_value is value:
                self.late[value] = node.results[k]
                return node.results[k]
        kind = kinds.forget_size(value.type)
        home = low.builder.home[node.results[0]] if node.results else self.outer
        outer_region = low.builder.region
        low.builder.region = home
        before = len(home.nodes)
        if isinstance(start, (bool, int)):
            undefined = low.constant(start)
        else:
            undefined = start if start is not None and start.type == kind else low.builder.undefined(kind, label or value.name)
        made = home.nodes[before:]
        del home.nodes[before:]
        position = next(k for k, one in enumerate(home.nodes) if one is node)
        home.nodes[position:position] = made
        low.builder.region = outer_region
        name = label if label and not label.startswith("$") else value.name
        result = Value(kind, name, node, node.location)
        low.builder.home[result] = home
        for region in node.regions:
            parameter = Value(kind, "", region, node.location)
            low.builder.home[parameter] = region
            region.parameters.append(parameter)
        body.results.append(last_bound(low.builder, body, value, body.parameters[-1]))
        node.operands = (*node.operands, undefined)
        node.results = (*node.results, result)
        self.late[value] = result
        return result


_FAILS = 4  # the exit code of a condition of `while` that is evaluated inside the trip


def _fits(low: Lowering, option: Abstract, thing: Abstract) -> bool:
    """Whether a thing is of the kind of an option."""
    if isinstance(option, ArrayRef) and isinstance(thing, ArrayRef):
        left, right = low.array_type(option), low.array_type(thing)
        return left.dtype == right.dtype and left.rank == right.rank
    return fits(low, option, thing)


def meet(left: list[Root], right: list[Root]) -> bool:
    """Whether two places may be one: under conditions that do not exclude each other."""
    for place, facts in left:
        for other, others in right:
            if (place is other or other in place.partners) and not any((condition, not holds) in others for condition, holds in facts):
                return True
    return False


def _is_named(thing: Any) -> bool:
    from s2sad.frontend.values import Function, Method, Partial

    return isinstance(thing, (Function, Method, Partial)) or (
        isinstance(thing, Known) and (callable(thing.value) or isinstance(thing.value, (str, type(None), type)))
    )


def _mapped(thing: Any, mapping: dict[Value, Value], lengths: dict[Value, Size | None]) -> Any:
    """Return a thing with parameters replaced by results."""
    match thing:
        case Value():
            return mapping.get(thing, thing)
        case ArrayRef(place, path, operands) if operands:
            return ArrayRef(place, path, tuple(mapping.get(operand, operand) for operand in operands), thing.name)
        case Items(elements, cls):
            return Items(tuple(_mapped(element, mapping, lengths) for element in elements), cls)
        case ListContent(elements):
            return ListContent(tuple(_mapped(element, mapping, lengths) for element in elements))
        case GrowingContent(value):
            return GrowingContent(mapping.get(value, value), lengths.get(value))
        case RepeatedContent(element, count):
            return RepeatedContent(element, _mapped(count, mapping, lengths))
        case DictContent(entries):
            return DictContent(tuple((key, _mapped(entry, mapping, lengths)) for key, entry in entries))
        case InstanceContent(fields):
            return InstanceContent(tuple((key, _mapped(entry, mapping, lengths)) for key, entry in fields))
        case Choice(tag, options):
            return Choice(mapping.get(tag, tag), tuple(_mapped(option, mapping, lengths) for option in options))
    return thing


def _substitute(region: Region, mapping: dict[Value, Value]) -> None:
    """Replace values in a region and all inside it."""
    for node in region.nodes:
        for operand in node.operands:
            if operand in mapping:
                node.operands = tuple(mapping.get(one, one) for one in node.operands)
                break
        for inner in node.regions:
            _substitute(inner, mapping)
    if any(value in mapping for value in region.results):
        region.results = [mapping.get(value, value) for value in region.results]


__all__ = ["Loop", "Opaque", "UnsupportedError", "for_statement", "visit", "while_statement"]
