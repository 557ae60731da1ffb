"""Regions as statements."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from s2sad.emit.comments import Group, Line, commented, line_of
from s2sad.emit.expressions import Expressions
from s2sad.emit.fold import behind
from s2sad.emit.scan import nodes_of, writes
from s2sad.emit.structure import Leave, finish, opposite, tested
from s2sad.emit.syntax import (
    assign,
    attribute,
    binary,
    call,
    name,
    names_in,
    negated,
    number,
    parallel,
    stored,
    subscript,
    target,
    tuple_of,
)
from s2sad.emit.unbound import Unbound
from s2sad.graph.core import CALL, CONSTANT, FOR, IF, TRY, UNDEFINED, WHILE, WITH, Node, Region, Value
from s2sad.graph.index import Fancy, Index, Path, Slice
from s2sad.graph.types import Array, List, Number, Scalar, Token, dtype_of, parts_of, shape_of

_IN_PLACE: dict[str, type[ast.operator]] = {
    "add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div, "power": ast.Pow, "floor_divide": ast.FloorDiv,
    "remainder": ast.Mod,
}  # fmt: skip
_SYMBOLS: dict[type[ast.operator], str] = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}
_TERNARY = 80


class Statements:
    """Writes the regions of one function."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.names = expressions.names
        self.folded = expressions.folded
        self.found = expressions.folded.found
        self.of = expressions.of
        self.around: list[Line | None] = []  # primal lines of the control statements around
        self.unbound = Unbound(self.found, self.names, expressions.numpy)
        self.control: dict[object, Callable[[Node], list[ast.stmt]]] = {
            FOR: self.loop,
            WHILE: self.while_loop,
            IF: self.branch,
            TRY: self.attempt,
            WITH: self.manage,
        }
        self.special: dict[str, Callable[[Node], list[ast.stmt]]] = {
            "put": self.put,
            "add_at": self.add_at,
            "list_append": lambda node: [self.method(node, "append")],
            "list_put": self.put_entry,
            "list_add": self.add_entry,
            "dict_put": self.put_entry,
            "list_pop": lambda node: [self.method(node, "pop")],
            "list_insert": self.insert_entry,
            "list_delete": lambda node: [self.method(node, "pop")],
            "list_slice_put": self.put_slice,
            "poison": self.poison,
        }

    def block(self, region: Region) -> list[ast.stmt]:
        """Return the statements of a region; groups that reverse a primal line say so."""
        groups: list[Group] = []
        nodes = nodes_of(self.found, region)
        taken = self.taken(nodes)
        for node in nodes:
            if node in taken:
                made = taken[node]
            elif node.regions:
                self.around.append(line_of(node.reverses))
                made = self.statement(node)
                self.around.pop()
            else:
                made = self.statement(node)
            if made:
                groups.append(Group(made, node.reverses, silent=isinstance(made[0], ast.If)))
        return commented(groups, self.around)

    def taken(self, nodes: Sequence[Node]) -> dict[Node, list[ast.stmt]]:
        """Return ``h = hs.pop()`` where an entry of a list is read and dropped later, and nothing for the second of the two nodes.

        Between the two nothing else must look at the list.
        """
        found: dict[Node, list[ast.stmt]] = {}
        reads: dict[Value, list[Node]] = {}
        for node in nodes:
            if node.operation.name == "list_get":
                reads.setdefault(node.operands[0], []).append(node)
            elif node.operation.name in ("list_pop", "list_delete") and node.operands[0] in reads:
                read = next((one for one in reversed(reads[node.operands[0]]) if self.drops(node, one)), None)
                if read is not None and read not in found:
                    values, *place = node.operands
                    popped = call(attribute(self.of(values), "pop"), *map(self.of, place))
                    found[read], found[node] = [assign(target(self.names.of(read.result)), popped)], []
        return found

    def drops(self, node: Node, read: Node) -> bool:
        """Whether a node drops the very entry that another reads, which may just as well happen at once."""
        infos, (values, *place) = self.found.infos, node.operands
        if infos[read.result].inline or not infos[read.result].uses:
            return False
        owner = read.operands[1].owner
        at_end = isinstance(owner, Node) and owner.operation is CONSTANT and owner.static["value"] == -1
        if not (self.alike(place[0], read.operands[1]) if place else at_end):
            return False
        start, end = self.found.starts[read], self.found.starts[node]
        between = [position for root in infos[values].roots for position in self.found.writes[root] if start < position < end]
        return not between and not any(start < use.position < end for use in infos[values].uses)

    def statement(self, node: Node) -> list[ast.stmt]:
        """Return the statements of one node; none when its result is folded into others."""
        control = self.control.get(node.operation)
        if control is not None:
            return control(node)
        if len(node.results) == 1 and self.found.infos[node.results[0]].inline:
            return []
        special = self.special.get(node.operation.name)
        if special is not None and writes(node):
            return special(node)
        results = [value for value in node.results if not isinstance(value.type, Token)]
        if node.operation.effect == "raise":
            return self.effect(node)
        if not results:
            return [ast.Expr(self.value(node))]
        if not any(self.found.infos[value].uses for value in results):
            quiet = not (node.operation.effect or node.operation.raises or node.operation is CALL)
            return [] if quiet else [ast.Expr(self.value(node))]
        names = [self.names.of(value) if self.found.infos[value].uses else "_" for value in results]
        expression = self.value(node)
        if len(names) == 1:
            if isinstance(expression, ast.Name) and expression.id == names[0]:
                return []
            return [self.counted(node, names[0], expression)]
        return [assign(ast.Tuple([target(label) for label in names], ast.Store()), expression)]

    def counted(self, node: Node, label: str, expression: ast.expr) -> ast.stmt:
        """Return ``s += v`` for ``s = s + v`` of numbers, unless the user wrote it at length."""
        if isinstance(expression, ast.BinOp) and isinstance(expression.left, ast.Name) and expression.left.id == label:
            symbol = _SYMBOLS.get(type(expression.op), "")
            own = node.reverses is not None or not node.location.line or symbol in node.location.text()
            if symbol and own and isinstance(node.results[0].type, (Number, Scalar)):
                return ast.AugAssign(target(label), expression.op, expression.right)
        return assign(target(label), expression)

    def value(self, node: Node) -> ast.expr:
        """Return what a node computes; the token of an effect is not written."""
        if node.operation is CALL:
            arguments = [self.of(value) for value in node.operands if not isinstance(value.type, Token)]
            return call(name(self.expressions.callees[node.static["graph"]]), *arguments)
        return self.expressions.node(node)

    def effect(self, node: Node) -> list[ast.stmt]:
        """Return a `raise` or an `assert`."""
        arguments = [self.of(value) for value in node.operands if not isinstance(value.type, Token)]
        if node.operation.name == "raise_again":
            return [ast.Raise(arguments[0], None)]
        if node.operation.name == "assert":
            return [ast.Assert(tested(arguments[0]), arguments[1] if len(arguments) > 1 else None)]
        exception = node.static.get("exception")
        if exception is None:
            return [ast.Expr(self.expressions.node(node))]
        if isinstance(exception, str):
            kind = self.exception(exception)
        elif getattr(exception, "__module__", "") == "builtins":
            kind = name(exception.__name__)
        else:
            kind = self.expressions.speller.needs.object(exception)
        return [ast.Raise(call(kind, *arguments) if arguments else kind, None)]

    # Writes.

    def place(self, base: Value, path: Path, varying: Sequence[Value]) -> ast.expr:
        """Return the target of a write: the user's own chain of subscripts."""
        chain = self.expressions.speller.path(self.of(base), path, [self.expressions.make(value) for value in varying])
        if not path or not isinstance(path[-1], Index):
            chain = subscript(chain, ast.Constant(...))
        return stored(chain)

    def put(self, node: Node) -> list[ast.stmt]:
        """Return ``a[i] = v``, or ``a[i] += v`` when the value is the old one and something."""
        base, value, *varying = node.operands
        path: Path = node.static["path"]
        infos = self.found.infos
        owner = value.owner
        if (
            isinstance(owner, Node)
            and infos[value].inline
            and owner.operation.name in _IN_PLACE
            and self.reads(owner.operands[0], base, path, varying)
            and dtype_of(value.type) == dtype_of(base.type)  # else computing in place would round or refuse
        ):
            where = self.place(base, path, varying) if path else target(self.names.of(base))
            return [augmented(where, _IN_PLACE[owner.operation.name], self.of(owner.operands[1]), owner)]
        return [assign(self.place(base, path, varying), self.written(value))]

    def reads(self, value: Value, base: Value, path: Path, varying: Sequence[Value]) -> bool:
        """Whether a value is the present content of the place."""
        if not path:
            return value is base and isinstance(base.type, Array) and bool(base.type.shape)
        owner = value.owner
        return (
            isinstance(owner, Node)
            and owner.operation.name == "get"
            and self.found.infos[value].inline
            and owner.operands[0] is base
            and owner.static["path"] == path
            and len(owner.operands) == 1 + len(varying)
            and all(self.alike(first, second) for first, second in zip(owner.operands[1:], varying, strict=True))
        )

    def alike(self, first: Value, second: Value) -> bool:
        """Whether two values are written alike."""
        if first is second:
            return True
        one, two = first.owner, second.owner
        return (
            isinstance(one, Node)
            and isinstance(two, Node)
            and self.found.infos[first].inline
            and self.found.infos[second].inline
            and one.operation is two.operation
            and (one.operation is not CONSTANT or one.static["value"] is two.static["value"] or one.static == two.static)
            and (one.operation is CONSTANT or one.static == two.static)
            and len(one.operands) == len(two.operands)
            and all(self.alike(left, right) for left, right in zip(one.operands, two.operands, strict=True))
        )

    def written(self, value: Value) -> ast.expr:
        """Return what is assigned to a place; assignment broadcasts by itself."""
        owner = value.owner
        if isinstance(owner, Node) and owner.operation.name == "expand" and self.found.infos[value].inline:
            return self.of(owner.operands[0])
        return self.of(value)

    def add_at(self, node: Node) -> list[ast.stmt]:
        """Return ``a[i] += v``; index arrays that may repeat go through ``np.add.at``."""
        base, value, *varying = node.operands
        path: Path = node.static["path"]
        added = self.written(value)
        exact = (dtype_of(value.type) or " ")[0] in "fc"
        if path and isinstance(path[-1], Index) and may_repeat(path[-1], varying):
            makes = [self.expressions.make(part) for part in varying]
            speller = self.expressions.speller
            buffer = speller.path(self.of(base), path[:-1], makes)
            index = speller.index(path[-1], makes)
            if isinstance(index, ast.Tuple) and any(isinstance(item, Slice) for item in path[-1].items):
                index = subscript(self.expressions.numpy("s_"), index)
            positive = negated(added) if exact else None
            function = attribute(self.expressions.numpy("add" if positive is None else "subtract"), "at")
            return [ast.Expr(call(function, buffer, index, added if positive is None else positive))]
        whole = not path and isinstance(base.type, Array) and bool(base.type.shape)  # a 0-d array keeps its buffer by `[...]` only
        where = target(self.names.of(base)) if whole else self.place(base, path, varying)
        return [augmented(where, ast.Add, added, None, exact=exact)]

    def method(self, node: Node, label: str) -> ast.stmt:
        return ast.Expr(call(attribute(self.of(node.operands[0]), label), *map(self.of, node.operands[1:])))

    def put_entry(self, node: Node) -> list[ast.stmt]:
        """Return ``entries[i] = v``."""
        base, value, index = node.operands
        return [assign(stored(subscript(self.of(base), self.of(index))), self.of(value))]

    def insert_entry(self, node: Node) -> list[ast.stmt]:
        """Return ``entries.insert(i, v)``."""
        base, value, index = map(self.of, node.operands)
        return [ast.Expr(call(attribute(base, "insert"), index, value))]

    def put_slice(self, node: Node) -> list[ast.stmt]:
        """Return ``entries[a:b] = values``."""
        base, values, *bounds = node.operands
        part = self.expressions.slice(bounds, node.static["parts"])
        return [assign(stored(subscript(self.of(base), part)), self.of(values))]

    def add_entry(self, node: Node) -> list[ast.stmt]:
        """Return ``entries[i] = entries[i] + v``: a new entry, for the old one may be shared."""
        base, value, index = node.operands
        old = subscript(self.of(base), self.of(index))
        where = stored(subscript(self.of(base), self.of(index)))
        if parts_of(value.type) or isinstance(value.type, List):
            total = self.expressions.sum(value.type, lambda: subscript(self.of(base), self.of(index)), lambda: self.of(value))
            return [assign(where, total)]
        if not isinstance(value.type, Array):
            assert isinstance(where, ast.Subscript)
            return [augmented(where, ast.Add, self.of(value), None)]
        return [assign(where, binary(old, ast.Add(), self.of(value)))]

    def poison(self, node: Node) -> list[ast.stmt]:
        """Fill a buffer that is dead with what nobody can overlook."""
        filling = self.expressions.numpy("nan") if (dtype_of(node.operands[0].type) or "f")[0] in "fc" else number(0)
        return [assign(stored(subscript(self.of(node.operands[0]), ast.Constant(...))), filling)]

    # Moves.

    def moves(self, results: Sequence[Value], sources: Sequence[Value]) -> list[ast.stmt]:
        """Assign sources to results, all at once in meaning; nothing is written for what has the same name already."""
        pending: list[tuple[str, Value, ast.expr]] = []
        result: list[ast.stmt] = []
        fillings: list[ast.stmt] = []  # behind the moves, which may read what the name held before
        for value, source in zip(results, sources, strict=True):
            if isinstance(value.type, Token) or self.names.same(value, source):
                continue
            if _unbound(source):
                filling = self.unbound.binding(value)
                if filling is not None:
                    fillings.append(assign(target(self.names.of(value)), filling))
                continue
            label = self.names.of(value)
            expression = self.of(source)
            if not (isinstance(expression, ast.Name) and expression.id == label):
                pending.append((label, source, expression))
        reads = {label: _names_in(expression) for label, _, expression in pending}
        while pending:
            free = next((move for move in pending if not any(move[0] in reads[other[0]] for other in pending if other is not move)), None)
            if free is None:
                result.append(parallel([label for label, _, _ in pending], [expression for _, _, expression in pending]))
                break
            pending.remove(free)
            result.append(_moved(free[0], behind(self.found, free[1]), free[2]))
        return result + fillings

    # Control.

    def region(self, region: Region, node: Node, results: Sequence[Value] | None = None) -> list[ast.stmt]:
        """Return the statements of a region, its results moved into those of the node."""
        body = self.block(region)
        return body + self.moves(node.results if results is None else results, region.results)

    def loop(self, node: Node) -> list[ast.stmt]:
        """Return a `for`."""
        body = node.regions[0]
        index = body.parameters[0]
        start, stop, step, *initial = node.operands
        before = self.moves(node.results, initial)
        visited: ast.expr = self.expressions.range_of(start, stop, step)
        used = bool(self.found.infos[index].uses)
        if node.static.get("reversed") and used:  # else the direction cannot be seen
            visited = call(name("reversed"), visited)
        own = node.reverses is None and not node.static.get("reversed") and bool(index.name)
        label = self.names.of(index) if used or own else "_"
        inner = self.body(node, body)
        return [*before, ast.For(target(label), visited, inner or [ast.Pass()], [], lineno=0)]

    def body(self, node: Node, body: Region) -> list[ast.stmt]:
        """Return the body of a loop, left early when its first result says so."""
        if not node.static.get("leaves"):
            return self.region(body, node)
        inner = self.block(body)
        flag = body.results[0]
        moved = self.moves(node.results, body.results[1:])
        test = tested(self.of(flag))
        bound = {one.id for statement in moved for one in _targets(statement)}
        if bound & _names_in(test):  # the test reads what is assigned before it
            inner.append(assign(target(self.names.leave), test))
            test = name(self.names.leave)
        made = self.names.classes.get(flag)
        local = made is None or (made.ranges[0][0] > self.found.starts[node] and made.ranges[-1][1] <= self.found.spans[body][1] + 1)
        return finish(inner, moved, Leave(test, local))

    def while_loop(self, node: Node) -> list[ast.stmt]:
        """Return a `while`; a test that needs statements is made inside."""
        test, body = node.regions
        before = self.moves(node.results, node.operands)
        first = self.block(test)
        condition = tested(self.of(test.results[0]))
        inner = self.body(node, body)
        if not first:
            return [*before, ast.While(condition, inner or [ast.Pass()], [])]
        leave = ast.If(opposite(condition), [ast.Break()], [])
        return [*before, ast.While(ast.Constant(True), [*first, leave, *inner], [])]

    def branch(self, node: Node) -> list[ast.stmt]:
        """Return an `if`, or a conditional expression where both branches are one."""
        then, otherwise = (self.region(region, node) for region in node.regions)
        condition = tested(self.of(node.operands[0]))
        if len(then) == len(otherwise) == 1 and not any(region.nodes and not self.silent(region) for region in node.regions):
            first, second = then[0], otherwise[0]
            if isinstance(first, ast.Assign) and isinstance(second, ast.Assign):
                one, two = first.targets[0], second.targets[0]
                if isinstance(one, ast.Name) and isinstance(two, ast.Name) and one.id == two.id:
                    chosen = self.chosen(node, condition, first.value, second.value)
                    if _length(chosen) < _TERNARY and not isinstance(second.value, ast.IfExp) and not isinstance(first.value, ast.IfExp):
                        return [assign(target(one.id), chosen)]
        if not then and not otherwise:
            return []
        if not then:
            return [ast.If(opposite(condition), otherwise, [])]
        return [ast.If(condition, then, otherwise)]

    def chosen(self, node: Node, condition: ast.expr, first: ast.expr, second: ast.expr) -> ast.expr:
        """Return a conditional expression; of True and False it is the condition."""
        ends = [end.value if isinstance(end, ast.Constant) else None for end in (first, second)]
        if ends in ([True, False], [False, True]) and all(isinstance(end, bool) for end in ends):
            plain = self.of(node.operands[0])
            return plain if ends[0] else ast.UnaryOp(ast.Not(), tested(plain))
        return ast.IfExp(condition, first, second)

    def silent(self, region: Region) -> bool:
        """Whether a region has no statement but its moves."""
        return all(len(node.results) == 1 and self.found.infos[node.results[0]].inline for node in region.nodes)

    def attempt(self, node: Node) -> list[ast.stmt]:
        """Return a `try`."""
        body, *handlers, otherwise, final = node.regions
        inner = self.block(body)
        rest = self.block(otherwise)
        moved = self.moves(node.results, (otherwise if otherwise.results else body).results) if node.results else []
        if rest:
            rest += moved
        else:
            inner += moved
        caught = []
        for names, handler in zip(node.static["handlers"], handlers, strict=True):
            labels = (names,) if isinstance(names, str) else tuple(names)
            kinds = [self.exception(label) for label in labels if label]
            kind = None if not kinds else kinds[0] if len(kinds) == 1 else tuple_of(kinds)
            bound = next((self.names.of(value) for value in handler.parameters if self.found.infos[value].uses), None)
            lines = self.region(handler, node)
            if bound is not None and any(self.names.of(value) == bound for value in node.results):
                # Python forgets the name at the end of the handler.
                label = next(
                    one for one in ("error", *(f"error{k}" for k in range(2, 99))) if one not in self.expressions.speller.needs.taken
                )
                lines.insert(0, assign(target(bound), name(label)))
                bound = label
            caught.append(ast.ExceptHandler(kind, bound, lines or [ast.Pass()]))
        last = self.block(final)
        if not caught:
            return [ast.Try([*inner, *rest] or [ast.Pass()], [], [], last or [ast.Pass()])]
        return [ast.Try(inner or [ast.Pass()], caught, rest, last)]

    def exception(self, label: str) -> ast.expr:
        expression = ast.parse(label, mode="eval").body
        if label.startswith("np."):
            self.expressions.speller.needs.modules["np"] = None
        return expression

    def manage(self, node: Node) -> list[ast.stmt]:
        """Return a `with`."""
        body = node.regions[0]
        items = []
        for number_, value in enumerate(node.operands):
            bound = body.parameters[number_] if number_ < len(body.parameters) else None
            used = bound is not None and self.found.infos[bound].uses
            items.append(ast.withitem(self.of(value), target(self.names.of(bound)) if used and bound is not None else None))
        return [ast.With(items, self.region(body, node) or [ast.Pass()])]


def augmented(where: ast.expr, operator: type[ast.operator], value: ast.expr, owner: Node | None, *, exact: bool = True) -> ast.AugAssign:
    """Return ``where op= value``; adding a negative value subtracts."""
    assert isinstance(where, (ast.Name, ast.Subscript, ast.Attribute))
    if operator in (ast.Add, ast.Sub) and exact:
        positive = negated(value)
        if positive is not None and (owner is None or (dtype_of(owner.operands[1].type) or " ")[0] in "fc"):
            return ast.AugAssign(where, ast.Sub() if operator is ast.Add else ast.Add(), positive)
    return ast.AugAssign(where, operator(), value)


def _unbound(value: Value) -> bool:
    return isinstance(value.owner, Node) and value.owner.operation is UNDEFINED


def _moved(label: str, source: Value, expression: ast.expr) -> ast.stmt:
    """Return one assignment to a slot: ``count += 1`` for numbers."""
    if isinstance(expression, ast.BinOp) and isinstance(expression.left, ast.Name) and expression.left.id == label:
        owner = source.owner
        if type(expression.op) in _SYMBOLS and isinstance(source.type, (Number, Scalar)) and isinstance(owner, Node) and not source.name:
            return ast.AugAssign(target(label), expression.op, expression.right)
    return assign(target(label), expression)


def _targets(statement: ast.stmt) -> list[ast.Name]:
    return [part for part in names_in(statement) if isinstance(part.ctx, ast.Store)]


def _names_in(expression: ast.expr) -> set[str]:
    return {part.id for part in names_in(expression)}


def _length(expression: ast.expr) -> int:
    """Return roughly how many characters an expression takes."""
    parts = list(ast.walk(expression))
    return sum(len(part.id) + 3 for part in parts if isinstance(part, ast.Name)) + 4 * sum(isinstance(part, ast.Constant) for part in parts)


def may_repeat(index: Index, varying: Sequence[Value]) -> bool:
    """Whether a subscript may name an element twice: it has index arrays, and none of them is ``np.arange(n)``."""
    arrays = [varying[item.number] for item in index.items if isinstance(item, Fancy)]
    shapes = {shape_of(value.type) for value in arrays}
    counting = any(
        isinstance(value.owner, Node) and value.owner.operation.name == "arange" and len(value.owner.operands) == 1 for value in arrays
    )
    return bool(arrays) and not (counting and len(shapes) == 1 and None not in shapes)
