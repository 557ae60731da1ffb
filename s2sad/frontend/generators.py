"""Generators: suspended code, lowered where it is consumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2sad.frontend import exits
from s2sad.frontend.arrays import subscript
from s2sad.frontend.branches import abandon, branch, settle
from s2sad.frontend.choices import pick, select_number
from s2sad.frontend.comprehensions import run
from s2sad.frontend.expressions import expression, read_variable
from s2sad.frontend.iteration import as_list, counted, element_at, is_suspended, plan
from s2sad.frontend.leaving import propagate, take_over
from s2sad.frontend.lists import Unwritten
from s2sad.frontend.loops import visit
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import binary, compare, truth
from s2sad.frontend.signals import DeadPath, Left
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Handle, Items, Known, Lazy, Range, Variable
from s2sad.graph.core import Value
from s2sad.graph.types import INT


class Consumer:
    """Who consumes a generator: the body of a loop, in its frame.

    When the body leaves the loop, the generator is left where it stands, as if it returned there; `left` carries how: an exit code of
    the consumer, 0 while it goes on.  A generator that is `managed` by a `with` goes on after a body that leaves early.
    """

    def __init__(self, low: Lowering, body: Callable[[Abstract], Any], *, managed: bool = False) -> None:
        self.low = low
        self.frame = low.frame
        self.body = body
        self.managed = managed
        self.left = hidden(low, "left", Known(exits.FALLS))
        self.codes: set[int] = set()

    def take(self, element: Abstract) -> None:
        """Run the body for one element; the frame that gives it is the present one."""
        low, frame, producer = self.low, self.frame, self.low.frame
        if not self.managed:
            low.store.write(frame.exit, Known(exits.FALLS))
        self._run(element)
        if low.tries:
            take_over(low, frame)
        if self.managed:
            return
        code = low.store.read(frame.exit)
        low.store.write(frame.exit, Known(exits.FALLS))
        leaving = tuple(one for one in exits.kinds_of(code) if one in (exits.BREAK, exits.RETURN))
        if not leaving:
            return
        if exits.kinds_of(exits.current(low)) != (exits.FALLS,):
            low.refuse("yield", what="a loop over a generator is left early, or by an exception")
        self.codes.update(leaving)
        if isinstance(code, Known):
            low.store.write(self.left, code)
            low.store.write(producer.exit, Known(exits.RETURN))
            return
        flag = exits.is_code(low, code, leaving)
        if isinstance(flag, bool):
            flag = low.constant(flag)
        number = select_number(low, flag, leaving[0], exits.FALLS) if len(leaving) == 1 else low.value(as_number(low, code))
        low.store.write(self.left, number)
        low.store.write(producer.exit, exits.Exit(flag, (exits.FALLS, exits.RETURN)))

    def _run(self, element: Abstract) -> None:
        """Run the body in the consumer's frame."""
        low = self.low
        low.frames.append(self.frame)
        mark = len(low.opened)
        try:
            try:
                self.body(element)
            except DeadPath:
                low.dead = True
            except Left:
                pass
            except BaseException:
                abandon(low, mark)
                raise
            settle(low, mark)
        finally:
            low.frames.pop()
        if low.dead:
            low.dead = False
            raise DeadPath

    def finish(self) -> None:
        """Hand the exit code to the consumer, once the generator has come to its end."""
        low = self.low
        if low.dead:
            return
        left = low.usable(read_variable(low, self.left, self.left.name))
        low.store.forget([self.left])
        raised = exits.current(low)  # an exception that has left the generator
        if isinstance(left, Known) and left.value == exits.FALLS:
            return
        if isinstance(left, Known):
            low.store.write(self.frame.exit, left)
            return
        codes = (exits.FALLS, *sorted(self.codes))
        assert isinstance(left, Value)
        if exits.kinds_of(raised) != (exits.FALLS,):
            codes = tuple(sorted({*codes, *exits.kinds_of(raised)}))
            stays = low.emit("equal", left, low.constant(exits.FALLS))
            merged = pick(low, stays, exits.as_int(low, raised), left, INT)
            low.store.write(self.frame.exit, exits.narrowed(low, exits.Exit(merged, codes), codes))
            return
        if len(codes) == 2:
            left = low.emit("equal", left, low.constant(codes[1]))
        low.store.write(self.frame.exit, exits.Exit(left, codes))


def as_number(low: Lowering, code: exits.Exit) -> Value:
    """Return an exit code as an int, in which `continue` is nothing."""
    number = exits.as_code(low, code, (exits.FALLS, exits.BREAK, exits.RETURN))
    if exits.CONTINUE in code.codes:
        number = pick(low, low.emit("equal", number, low.constant(exits.CONTINUE)), low.constant(exits.FALLS), number, INT)
    return number


def hidden(low: Lowering, name: str, start: Abstract) -> Variable:
    """Return a new variable of the present frame that has no name in the program."""
    variable = low.frame.variable(f".{name}{len(low.frame.variables)}")
    low.frame.source.scope.bound.add(variable.name)
    low.store.write(variable, start)
    return variable


def consume(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> bool:
    """Run `body` for each element that a generator gives; return whether it certainly comes to its end."""
    consumer = Consumer(low, body)
    _produce(low, lazy, consumer.take)
    consumer.finish()
    return not consumer.codes


def _produce(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """Run a generator; `body` takes each element, in the frame of what gives it."""
    if lazy.kind == "comprehension":
        node, frame = lazy.detail

        def give() -> None:
            element = low.usable(expression(low, node.elt))
            body(element)

        run(low, node, frame, lazy.parts[0], give)
        return
    if lazy.kind == "filter":
        function, thing = lazy.parts

        from s2sad.frontend.calls import call

        def keep(element: Abstract) -> None:
            test = element if isinstance(function, Known) and function.value is None else call(low, function, [element], {})
            answer = truth(low, test)
            if isinstance(answer, bool):
                if answer:
                    body(element)
                return
            branch(low, answer, lambda: body(element), lambda: None)

        visit(low, thing, Unwritten(), keep, {})
        return
    if lazy.kind == "enumerate":
        _numbered(low, lazy, body)
        return
    if lazy.kind == "nest":
        _nest(low, lazy, body)
        return
    if lazy.kind == "chosen":
        _chosen(low, lazy, body)
        return
    if lazy.kind in ("rest", "iter"):
        visit(low, lazy.parts[0], Unwritten(), body, {})
        return
    if lazy.kind == "zip":
        _zipped(low, lazy, body)
        return
    if lazy.kind == "map":
        function, *parts = lazy.parts

        from s2sad.frontend.calls import call

        if len(parts) == 1:
            visit(low, parts[0], Unwritten(), lambda element: body(call(low, function, [element], {})), {})
        else:
            _zipped(low, Lazy("zip", tuple(parts)), lambda elements: body(call(low, function, list(elements.elements), {})))  # type: ignore[union-attr]
        return

    _suspended(low, lazy, body)


def manage(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """Run the generator behind a context manager; `body` is the block of the `with`."""
    consumer = Consumer(low, body, managed=True)
    _suspended(low, lazy, consumer.take)
    low.store.forget([consumer.left])


def _suspended(low: Lowering, lazy: Lazy, take: Callable[[Abstract], Any]) -> None:
    """Run a generator function; `take` is run where it yields."""
    function, values = lazy.detail
    frame = low.new_frame(function, function.source, function.parent)
    frame.captured = True
    location = low.location
    low.yields[frame] = take
    from s2sad.frontend.calls import enter, leave_frame, run_body

    enter(low, frame, values)
    try:
        run_body(low, frame)
    finally:
        low.frames.pop()
        low.builder.location = location
        del low.yields[frame]
    frame.captured = False
    try:
        if low.tries and not low.dead:
            propagate(low, frame)
    finally:
        leave_frame(low, frame)


def _numbered(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """Count the elements of a generator."""
    inner, start = lazy.parts
    count = hidden(low, "count", start)

    def numbered(element: Abstract) -> None:
        number = read_variable(low, count, count.name)
        low.store.write(count, binary(low, gast.Add, number, Known(1)))
        body(Items((number, element)))

    visit(low, inner, Unwritten(), numbered, {})
    low.store.forget([count])


def _zipped(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """Run through several things of which one is suspended code: it gives the beat, the others are indexed."""
    parts = list(lazy.parts)
    leader = next(number for number, part in enumerate(parts) if is_suspended(part))
    for number, part in enumerate(parts):
        if number != leader and is_suspended(part):
            if _may_be_endless(low, part):
                low.refuse("yield", what="two generators are consumed in step")
            parts[number] = as_list(low, part)
    plans = {number: counted(low, plan(low, part)) for number, part in enumerate(parts) if number != leader}
    ends: list[Abstract] = [Known(one.count) if one.structural else one.stop for one in plans.values() if not one.endless]
    if lazy.detail and ends:
        low.refuse("yield", what="zip(..., strict=True) over a generator")
    index = hidden(low, "index", Known(0))

    def test(position: Abstract, go: Callable[[], Any]) -> None:
        """Go on while none of the others has come to its end, else leave what gives the beat."""
        inside: bool | Value = True
        for end in ends:
            one = truth(low, compare(low, gast.Lt, position, end))
            if one is False:
                inside = False
                break
            if one is not True:
                inside = one if inside is True else low.emit("logical_and", inside, one)  # type: ignore[arg-type]
        if inside is True:
            go()
        elif inside is False:
            low.store.write(low.frame.exit, Known(exits.RETURN))
        else:
            branch(low, inside, go, lambda: low.store.write(low.frame.exit, Known(exits.RETURN)))

    def each(element: Abstract) -> None:
        position = read_variable(low, index, index.name)

        def give() -> None:
            found = [element if number == leader else element_at(low, plans[number], position) for number in range(len(parts))]
            low.store.write(index, binary(low, gast.Add, position, Known(1)))
            body(Items(tuple(found)))

        test(position, give)

    def start() -> None:
        visit(low, parts[leader], Unwritten(), each, {})

    if leader and ends:
        code = low.store.read(low.frame.exit)
        test(Known(0), start)
        if isinstance(low.store.read(low.frame.exit), Known) and not low.dead:
            low.store.write(low.frame.exit, code)
    else:
        start()
    low.store.forget([index])


def _may_be_endless(low: Lowering, thing: Abstract) -> bool:
    """Whether suspended code may give elements without end."""
    if isinstance(thing, Handle):
        from s2sad.frontend.iterators import state

        thing, _ = state(low, thing.place)
    if not isinstance(thing, Lazy):
        return False
    if thing.kind == "generator":
        function, values = thing.detail
        return any(isinstance(node, gast.While) for statement in function.source.node.body for node in gast.walk(statement)) or any(
            _may_be_endless(low, value) for value in values.values()
        )
    return thing.kind in ("count", "cycle", "repeat") or any(_may_be_endless(low, part) for part in thing.parts)


def _chosen(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """`itertools.combinations` and `permutations` of something of unknown length: loops over positions, one inside another."""
    pool, count = lazy.parts
    kind = lazy.detail
    one = counted(low, plan(low, as_list(low, pool) if is_suspended(pool) else pool))
    size = int(low.static(count, "the number of elements that are chosen"))

    def level(k: int, positions: tuple[Abstract, ...]) -> None:
        if k == size:
            body(Items(tuple(element_at(low, one, position) for position in positions)))
            return
        start: Abstract = Known(0)
        if kind != "permutations" and positions:
            start = positions[-1] if kind == "combinations_with_replacement" else binary(low, gast.Add, positions[-1], Known(1))

        def inside(position: Abstract) -> None:
            taken: bool | Value = False
            for other in positions if kind == "permutations" else ():
                same = truth(low, compare(low, gast.Eq, position, other))
                if same is True:
                    return
                if same is not False:
                    taken = same if taken is False else low.emit("logical_or", taken, same)  # type: ignore[arg-type]
            if isinstance(taken, bool):
                level(k + 1, (*positions, position))
            else:
                branch(low, taken, lambda: None, lambda: level(k + 1, (*positions, position)))

        end: Abstract = Known(one.count) if one.structural else one.stop
        visit(low, Range(start, end, Known(1)), Unwritten(), inside, {})

    level(0, ())


def _nest(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """``np.ndindex`` and ``np.ndenumerate``: one loop inside another."""

    def level(k: int, indices: tuple[Abstract, ...]) -> None:
        if k == len(lazy.parts):
            index = Items(indices)
            body(index if lazy.detail is None else Items((index, subscript(low, lazy.detail, index))))
            return
        visit(low, lazy.parts[k], Unwritten(), lambda element: level(k + 1, (*indices, element)), {})

    level(0, ())


def give(low: Lowering, node: Any) -> Abstract:
    """Lower a `yield`: the consumer's body runs here."""
    frame = low.frame
    found = low.yields.get(frame)
    if found is None:
        low.refuse("yield", node, what="yield here")
    if isinstance(node, gast.YieldFrom):
        visit(low, low.usable(expression(low, node.value)), Unwritten(), found, {})
        return Known(None)
    element = Known(None) if node.value is None else low.usable(expression(low, node.value))
    low.at(node)
    found(element)
    return Known(None)
