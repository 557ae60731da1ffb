"""Values as expressions: a name, or the expression of the node that computes them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from s2sad.emit.fold import Fold, is_size, like
from s2sad.emit.names import Names
from s2sad.emit.spell import Make, Speller
from s2sad.emit.syntax import attribute, binary, call, is_number, name, negated, number, numpy, subscript, target, tuple_of
from s2sad.graph.core import CALL, CONSTANT, SIZE, UNDEFINED, Graph, Node, Value
from s2sad.graph.index import Index, Path
from s2sad.graph.types import Array, List, Number, Scalar, Token, Type, dtype_of, is_inexact, parts_of, shape_of
from s2sad.rules.declare import REGISTRY, Rule

_LIKE = {"zeros": "zeros_like", "ones": "ones_like", "empty": "empty_like"}


class Expressions:
    """Writes the values of one function."""

    def __init__(self, folded: Fold, names: Names, speller: Speller, inputs: Mapping[Value, str], callees: Mapping[Graph, str]) -> None:
        self.folded = folded
        self.infos = folded.found.infos
        self.names = names
        self.speller = speller
        self.inputs = inputs
        self.callees = callees
        self.special: dict[str, Callable[[Node], ast.expr]] = {
            "get": self.get,
            "get_last": self.get_last,
            "put": self.put_number,
            "add_at": self.add_number,
            "add": self.add,
            "subtract": self.subtract,
            "multiply": self.multiply,
            "copy": self.copy,
            "rows": self.rows,
            "zeros": self.filled,
            "ones": self.filled,
            "empty": self.filled,
            "list_new": lambda node: ast.List([], ast.Load()),
            "list_get": self.entry,
            "list_slice": self.part,
            "divide_unless_zero": self.divided,
            "list_length": lambda node: call(name("len"), self.of(node.operands[0])),
            "dict_new": lambda node: ast.Dict([], []),
            "dict_get": lambda node: subscript(self.of(node.operands[0]), self.of(node.operands[1])),
            "container_zeros": lambda node: self.zeros(node.operands[0].type, self.make(node.operands[0])),
            "list_zeros": lambda node: self.zeros(node.operands[0].type, self.make(node.operands[0])),
            "container_sum": self.summed,
            "list_sum": self.summed,
            "trip_count": lambda node: call(name("len"), self.range_of(*node.operands)),
            "foreign": self.called,
            "report": self.called,
            "draw": self.called,
            "pack": lambda node: tuple_of([self.of(value) for value in node.operands]),
            "item": lambda node: subscript(self.of(node.operands[0]), self.speller.literal(node.static["number"])),
        }

    def of(self, value: Value) -> ast.expr:
        """Return a value as an expression."""
        info = self.infos[value]
        if not info.inline:
            return name(self.names.of(value))
        if info.node is None:
            return ast.parse(self.inputs[value], mode="eval").body
        return self.node(info.node)

    def make(self, value: Value) -> Make:
        """Return what makes the expression of a value, each time anew."""
        return partial(self.of, value)

    def numpy(self, label: str) -> ast.expr:
        """Return ``np.label`` and note that NumPy is needed."""
        self.speller.needs.modules["np"] = None
        return numpy(label)

    def node(self, node: Node) -> ast.expr:
        """Return the expression of a node with one result."""
        operation = node.operation
        if operation is CONSTANT:
            return self.speller.literal(node.static["value"])
        if operation is UNDEFINED:
            return name(node.results[0].name or "undefined")
        if is_size(node):
            kind = node.results[0].type
            size = node.static["size"] if operation is SIZE else kind.size if isinstance(kind, Number) else None
            assert size is not None
            return self.speller.sizes.size(size)
        if operation is CALL:
            return call(name(self.callees[node.static["graph"]]), *map(self.of, node.operands))
        special = self.special.get(operation.name)
        if special is not None:
            return special(node)
        return self.spelled(node)

    def spelled(self, node: Node) -> ast.expr:
        """Return a node as its rule spells it."""
        rule = node.operation
        if not isinstance(rule, Rule):
            rule = REGISTRY.rules[rule.name]
        choose = partial(self.operand, node) if rule.kind == "elementwise" else self.make
        operands = [choose(value) for value in node.operands]
        return self.speller.rule(rule, [value.type for value in node.operands], node.static, operands)

    def operand(self, node: Node, value: Value) -> Make:
        """Return an operand of a broadcasting operation; what is broadcast anyway need not be said."""
        owner = value.owner
        if isinstance(owner, Node) and owner.operation.name == "expand" and self.infos[value].inline:
            result = node.results[0].type
            for other in node.operands:
                fits = other is not value and isinstance(other.type, Array) and shape_of(other.type) == shape_of(result)
                if fits and dtype_of(other.type) == dtype_of(value.type):
                    return self.make(owner.operands[0])
        return self.make(value)

    def get(self, node: Node) -> ast.expr:
        varying = [self.make(value) for value in node.operands[1:]]
        return self.speller.path(self.of(node.operands[0]), node.static["path"], varying)

    def get_last(self, node: Node) -> ast.expr:
        """Return what an index array addresses, only the last of equal indices counting."""
        varying = [self.make(value) for value in node.operands[1:]]
        path: Path = node.static["path"]
        last = path[-1]
        assert isinstance(last, Index), path
        self.speller.needs.helpers["last_written"] = None
        index = self.speller.index(last, varying)
        if isinstance(index, ast.Tuple) and any(isinstance(item, ast.Slice) for item in index.elts):
            index = subscript(self.numpy("s_"), index)
        return call(name("last_written"), self.speller.path(self.of(node.operands[0]), path[:-1], varying), index)

    def put_number(self, node: Node) -> ast.expr:
        """Return the new value of a number: what is put into it, in its own kind."""
        base, value = node.operands[:2]
        expression = self.of(value)
        if isinstance(base.type, Scalar) and value.type != base.type:
            return call(self.speller.literal(base.type.dtype, "dtype"), expression)
        return expression

    def add_number(self, node: Node) -> ast.expr:
        base, value = node.operands[:2]
        total = binary(self.of(base), ast.Add(), self.of(value))
        if isinstance(base.type, Scalar) and dtype_of(value.type) != base.type.dtype and not isinstance(value.type, Number):
            return call(self.speller.literal(base.type.dtype, "dtype"), total)
        return total

    def add(self, node: Node) -> ast.expr:
        """Return a sum without ``+ -``."""
        whole = self.spelled(node)
        if not isinstance(whole, ast.BinOp) or not _signed(node):
            return whole
        right = negated(whole.right)
        if right is not None:
            return binary(whole.left, ast.Sub(), right)
        left = negated(whole.left) if node.reverses is not None else None
        return whole if left is None else binary(whole.right, ast.Sub(), left)

    def subtract(self, node: Node) -> ast.expr:
        whole = self.spelled(node)
        if isinstance(whole, ast.BinOp) and _signed(node):
            right = negated(whole.right)
            if right is not None:
                return binary(whole.left, ast.Add(), right)
        return whole

    def multiply(self, node: Node) -> ast.expr:
        """Return a product; ``-1.0 * x`` is ``-x``."""
        whole = self.spelled(node)
        if isinstance(whole, ast.BinOp) and _signed(node):
            for factor, other, value in ((whole.left, whole.right, node.operands[1]), (whole.right, whole.left, node.operands[0])):
                one = negated(factor)
                if isinstance(one, ast.Constant) and one.value == 1.0 and dtype_of(value.type) == dtype_of(node.results[0].type):
                    return ast.UnaryOp(ast.USub(), other)
        return whole

    def copy(self, node: Node) -> ast.expr:
        """Return ``x.copy()``; a copy of a broadcast number is a filled array."""
        source = node.operands[0]
        owner = source.owner
        if isinstance(owner, Node) and owner.operation.name == "expand" and self.infos[source].inline:
            inner = owner.operands[0]
            if isinstance(inner.type, (Number, Scalar)):
                model = self.like(node)
                filling = self.of(inner)
                if model is not None:
                    return call(self.numpy("full_like"), model, filling)
                return call(self.numpy("full"), self.speller.sizes.shape(owner.static["shape"]), filling)
        return self.spelled(node)

    def like(self, node: Node) -> ast.expr | None:
        """Return an argument of exactly the type of the result."""
        model = like(node, self.speller.sizes)
        return None if model is None else self.of(model)

    def entry(self, node: Node) -> ast.expr:
        """Return ``entries[i]``; the last entry is ``entries[-1]``."""
        entries, index = self.of(node.operands[0]), self.of(node.operands[1])
        if isinstance(entries, ast.Name) and isinstance(index, ast.BinOp) and isinstance(index.op, ast.Sub) and is_number(index.right, 1):
            count = index.left
            if isinstance(count, ast.Call) and isinstance(count.func, ast.Name) and count.func.id == "len":
                (counted,) = count.args
                if isinstance(counted, ast.Name) and counted.id == entries.id:
                    index = number(-1)
        return subscript(entries, index)

    def part(self, node: Node) -> ast.expr:
        """Return ``entries[a:b]``."""
        items, *bounds = node.operands
        return subscript(self.of(items), self.slice(bounds, node.static["parts"]))

    def slice(self, bounds: Sequence[Value], parts: Sequence[str]) -> ast.expr:
        """Return the slice whose given parts are `bounds`."""
        given = dict(zip(parts, bounds, strict=True))
        return ast.Slice(*(self.of(given[part]) if part in given else None for part in ("start", "stop", "step")))

    def divided(self, node: Node) -> ast.expr:
        """Return a quotient that is 0 for 0 / 0; of Python numbers with a numerator that is known not to be 0, one choice is enough."""
        first, second = node.operands
        if isinstance(first.type, Number) and isinstance(second.type, Number):
            top, bottom = self.of(first), self.of(second)
            known = top.operand if isinstance(top, ast.UnaryOp) and isinstance(top.op, ast.USub) else top
            if isinstance(known, ast.Constant) and isinstance(known.value, (int, float)) and known.value:
                endless = self.numpy("inf")
                bound = endless if known is top else ast.UnaryOp(ast.USub(), endless)
                return ast.IfExp(self.of(second), binary(top, ast.Div(), bottom), bound)
        return self.spelled(node)

    def filled(self, node: Node) -> ast.expr:
        model = self.like(node)
        if model is not None:
            return call(self.numpy(_LIKE[node.operation.name]), model)
        return self.spelled(node)

    def zeros(self, kind: Type, make: Make, depth: int = 0) -> ast.expr:
        """Return zeros in the structure of a container."""
        inner = parts_of(kind)
        if inner:
            return tuple_of([self.zeros(part, partial(_entry, make, position), depth) for position, part in enumerate(inner)])
        if not is_inexact(kind):
            return number(0) if isinstance(kind, (Number, Scalar)) else ast.Constant(None)
        if isinstance(kind, (Number, Scalar)):
            return number(0.0)
        if isinstance(kind, List):
            if shape_of(kind.element) == () and isinstance(kind.element, (Number, Scalar)):
                return binary(ast.List([number(0.0)], ast.Load()), ast.Mult(), call(name("len"), make()))
            item = _numbered("item", depth)
            zeros = self.zeros(kind.element, lambda: name(item), depth + 1)
            return ast.ListComp(zeros, [ast.comprehension(target(item), make(), [], 0)])
        return call(self.numpy("zeros_like"), make())

    def summed(self, node: Node) -> ast.expr:
        """Return the sum of two containers, part by part."""
        left, right = node.operands
        return self.sum(left.type, self.make(left), self.make(right))

    def sum(self, kind: Type, left: Make, right: Make, depth: int = 0) -> ast.expr:
        """Return the sum of two things of a kind; what carries no derivative stays."""
        inner = parts_of(kind)
        if inner:
            parts = [
                self.sum(part, partial(_entry, left, position), partial(_entry, right, position), depth)
                for position, part in enumerate(inner)
            ]
            return tuple_of(parts)
        if not is_inexact(kind):
            return left()
        if isinstance(kind, List):
            item, other = _numbered("item", depth), _numbered("other", depth)
            total = self.sum(kind.element, lambda: name(item), lambda: name(other), depth + 1)
            pairs = call(name("zip"), left(), right())
            return ast.ListComp(total, [ast.comprehension(ast.Tuple([target(item), target(other)], ast.Store()), pairs, [], 0)])
        return binary(left(), ast.Add(), right())

    def range_of(self, start: Value, stop: Value, step: Value) -> ast.expr:
        """Return ``range(n)``, with no more arguments than are needed."""
        bounds = [self.of(start), self.of(stop), self.of(step)]
        if _is(step, 1):
            bounds = bounds[1:2] if _is(start, 0) else bounds[:2]
        return call(name("range"), *bounds)

    def called(self, node: Node) -> ast.expr:
        """Return the call of a function, or of a generator's method, that the compiler does not know."""
        function, *values = (value for value in node.operands if not isinstance(value.type, Token))
        callee = self.of(function)
        if node.operation.name == "draw":
            callee = attribute(callee, node.static["method"])
        words = node.static.get("keywords", ())
        positional = len(values) - len(words)
        made = call(callee, *map(self.of, values[:positional]))
        made.keywords = [ast.keyword(word, self.of(value)) for word, value in zip(words, values[positional:], strict=True)]
        return made

    def rows(self, node: Node) -> ast.expr:
        """Return the empty array that takes one value a trip."""
        row = node.static["row"]
        shape = shape_of(row)
        assert shape is not None
        count = self.of(node.operands[0])
        sizes = self.speller.sizes
        owner = sizes.owner(shape)
        if owner is not None:
            rest: list[ast.expr] = [ast.Starred(attribute(sizes.read(owner), "shape"), ast.Load())]
        else:
            rest = [sizes.size(size) for size in shape]
        made = call(self.numpy("empty"), tuple_of([count, *rest]) if rest else count)
        dtype = dtype_of(row)
        if dtype != "f8":
            made.keywords.append(ast.keyword("dtype", self.speller.literal(dtype, "dtype")))
        return made


def _numbered(label: str, depth: int) -> str:
    return label if depth == 0 else f"{label}_{depth}"


def _is(value: Value, wanted: int) -> bool:
    owner = value.owner
    return isinstance(owner, Node) and owner.operation is CONSTANT and owner.static["value"] == wanted


def _entry(make: Make, position: int) -> ast.expr:
    return subscript(make(), number(position))


def _signed(node: Node) -> bool:
    """Whether a change of sign is exact and allowed: floats and Python numbers, not bools and unsigned ints."""
    kind = node.results[0].type
    return isinstance(kind, Number) or (dtype_of(kind) or " ")[0] in "fc"
