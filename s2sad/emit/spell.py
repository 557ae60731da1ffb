"""From a rule's spelling to an expression: templates, literals and subscript chains.

A spelling such as ``"np.sum(a, axis=axis)"`` is parsed once.  Filling it puts the expressions of the operands in the place of
their names; static arguments become literals, and a keyword whose value is the default is left out.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cache, partial
from typing import Any

from s2sad.emit.sizes import SizeSpeller
from s2sad.emit.syntax import attribute, call, name, number, numpy, subscript, tuple_of
from s2sad.graph.index import Dots, Fancy, Index, Mask, NewAxis, Operand, Path, Slice, View
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, Type, dtype_of
from s2sad.record import record
from s2sad.rules.declare import REGISTRY, Rule

Make = Callable[[], ast.expr]

_DTYPES = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}
_BUILTINS = frozenset(dir(builtins))


@cache
def parsed(spelling: str) -> ast.expr:
    """Return the tree of a spelling; it is a template and never part of a printed tree."""
    return ast.parse(spelling.strip(), mode="eval").body


@cache
def repeated(spelling: str) -> frozenset[str]:
    """Return the names that occur more than once in a spelling: what they stand for must be a name or a number."""
    seen: dict[str, int] = {}
    for part in ast.walk(parsed(spelling)):
        if isinstance(part, ast.Name):
            seen[part.id] = seen.get(part.id, 0) + 1
    return frozenset(label for label, count in seen.items() if count > 1)


def dtype_expression(dtype: str) -> ast.expr:
    """Return ``np.float32`` for ``f4``."""
    return name("bool") if dtype == "b1" else numpy(f"{_DTYPES[dtype[0]]}{int(dtype[1:]) * 8}")


@record(eq=False)
class Needs:
    """What the text of a module, or of one function, refers to: modules, functions of `s2sad.runtime`, and objects that have no literal."""

    modules: dict[str, None] = field(default_factory=dict)
    helpers: dict[str, None] = field(default_factory=dict)
    objects: dict[str, object] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # names of the module for what an argument hides
    taken: frozenset[str] = frozenset()  # names of the function at hand

    def object(self, value: object) -> ast.expr:
        """Return the name under which the function finds an object."""
        for label, known in self.objects.items():
            if known is value and label not in self.taken:
                return name(label)
        hint = getattr(value, "__name__", "")
        if not hint.isidentifier() or keyword.iskeyword(hint):
            hint = f"{type(value).__name__.lower()}_constant"
        label, count = hint, 1
        while label in self.objects or label in self.taken or label in ("np", "math", "cmath", "scipy"):
            count += 1
            label = f"{hint}_{count}"
        self.objects[label] = value
        return name(label)


class Speller:
    """Fills templates for one function."""

    def __init__(self, sizes: SizeSpeller, needs: Needs) -> None:
        self.sizes = sizes
        self.needs = needs

    def rule(self, rule: Rule, types: Sequence[Type], static: Mapping[str, Any], operands: Sequence[Make]) -> ast.expr:
        """Return one application of a rule."""
        spelling = rule.written(types, static)
        if not spelling:
            raise NotImplementedError(f"operation {rule.name} has no spelling")
        names = rule.signature.operands
        filled: dict[str, Any] = {}
        for number_, label in enumerate(names):
            if label.startswith("*"):
                filled[label[1:]] = list(operands[number_:])
            elif number_ < len(operands):
                filled[label] = operands[number_]
        return self.fill(parsed(spelling), _Bindings(filled, static, rule.signature.static))

    def fill(self, part: ast.expr, bound: _Bindings) -> ast.expr:
        """Return a copy of a template with its names replaced."""
        if isinstance(part, ast.Name):
            return self.named(part.id, bound)
        if isinstance(part, ast.BinOp):
            return ast.BinOp(self.fill(part.left, bound), part.op, self.fill(part.right, bound))
        if isinstance(part, ast.Attribute):
            if isinstance(part.value, ast.Name) and part.value.id == "scipy":
                self.needs.modules[f"scipy.{part.attr}"] = None
            return attribute(self.fill(part.value, bound), part.attr)
        if isinstance(part, ast.Call):
            keywords = [ast.keyword(word.arg, self.fill(word.value, bound)) for word in part.keywords if not bound.default(word.value)]
            return ast.Call(self.fill(part.func, bound), self.several(part.args, bound), keywords)
        if isinstance(part, ast.Constant):
            return ast.Constant(part.value)
        if isinstance(part, ast.UnaryOp):
            return ast.UnaryOp(part.op, self.fill(part.operand, bound))
        if isinstance(part, ast.Compare):
            return ast.Compare(self.fill(part.left, bound), part.ops, self.several(part.comparators, bound))
        if isinstance(part, ast.BoolOp):
            return ast.BoolOp(part.op, self.several(part.values, bound))
        if isinstance(part, ast.IfExp):
            return ast.IfExp(self.fill(part.test, bound), self.fill(part.body, bound), self.fill(part.orelse, bound))
        if isinstance(part, ast.Subscript):
            return subscript(self.fill(part.value, bound), self.fill(part.slice, bound))
        if isinstance(part, ast.Slice):
            return ast.Slice(*(None if bit is None else self.fill(bit, bound) for bit in (part.lower, part.upper, part.step)))
        if isinstance(part, ast.Tuple):
            return tuple_of(self.several(part.elts, bound))
        if isinstance(part, ast.List):
            return ast.List(self.several(part.elts, bound), ast.Load())
        if isinstance(part, ast.ListComp):
            target = part.generators[0].target
            labels = [target] if isinstance(target, ast.Name) else target.elts if isinstance(target, ast.Tuple) else []
            own = {label.id: partial(name, label.id) for label in labels if isinstance(label, ast.Name)}
            inner = _Bindings({**bound.operands, **own}, bound.static, bound.defaults)
            comprehension = ast.comprehension(target, self.fill(part.generators[0].iter, bound), [], 0)
            return ast.ListComp(self.fill(part.elt, inner), [comprehension])
        raise NotImplementedError(f"{type(part).__name__} in a spelling")

    def several(self, parts: Sequence[ast.expr], bound: _Bindings) -> list[ast.expr]:
        """Fill a list of templates; ``*values`` stands for any number of operands."""
        result: list[ast.expr] = []
        for part in parts:
            if isinstance(part, ast.Starred) and isinstance(part.value, ast.Name) and isinstance(bound.operands.get(part.value.id), list):
                result.extend(make() for make in bound.operands[part.value.id])
            else:
                result.append(self.fill(part, bound))
        return result

    def named(self, label: str, bound: _Bindings) -> ast.expr:
        """Return what a name of a spelling stands for."""
        if label in bound.operands:
            make = bound.operands[label]
            return ast.List([one() for one in make], ast.Load()) if isinstance(make, list) else make()
        if label in bound.static or label in bound.defaults:
            return self.literal(bound.static.get(label, bound.defaults.get(label)), label)
        if label in ("np", "math", "cmath"):
            self.needs.modules[label] = None
        elif label not in _BUILTINS and label != "scipy":
            self.needs.helpers[label] = None
        return name(label)

    def literal(self, value: Any, role: str = "") -> ast.expr:
        """Return a static fact as an expression; `role` is the name of the static argument."""
        if type(value) in (bool, int, float, complex):
            expression = number(value)
            if any(isinstance(part, ast.Name) and part.id == "np" for part in ast.walk(expression)):
                self.needs.modules["np"] = None
            return expression
        if isinstance(value, str):
            if role == "dtype" and value[:1] in _DTYPES and value[1:].isdigit():
                self.needs.modules["np"] = None
                return dtype_expression(value)
            return ast.Constant(value)
        if value is None or value is Ellipsis or isinstance(value, bytes):
            return ast.Constant(value)
        match value:
            case Size():
                return self.sizes.size(value)
            case Type():
                dtype = dtype_of(value)
                assert dtype is not None
                self.needs.modules["np"] = None
                return dtype_expression(dtype)
            case tuple() if value and all(isinstance(part, Size) for part in value):
                return self.sizes.shape(value, bare=role == "shape")
            case tuple() if type(value) is tuple:
                return tuple_of([self.literal(part) for part in value])
            case list():
                return ast.List([self.literal(part) for part in value], ast.Load())
        if type(value).__module__ == "numpy" and hasattr(value, "dtype") and not hasattr(value, "__len__") and dtype_of_scalar(value):
            self.needs.modules["np"] = None
            return call(numpy(type(value).__name__), self.literal(value.item()))
        place = found_in_numpy(value)
        if place is not None:
            self.needs.modules["np"] = None
            return place
        return self.needs.object(value)

    def path(self, base: ast.expr, path: Path, varying: Sequence[Make]) -> ast.expr:
        """Return ``base`` with the user's chain of subscripts and views."""
        for step in path:
            base = self.view(base, step) if isinstance(step, View) else subscript(base, self.index(step, varying))
        return base

    def view(self, base: ast.expr, step: View) -> ast.expr:
        """Return a view that is no subscript, as the rule of its name spells it."""
        if step.name in ("T", "real", "imag", "flat"):
            return attribute(base, step.name)
        rule = REGISTRY.rules[step.name]
        static = dict(step.static)
        spelling = rule.written((Array("f8", None),), static)
        if not spelling:
            raise NotImplementedError(f"view {step.name} has no spelling")
        label = rule.signature.operands[0]
        bound: dict[str, Any] = {label[1:]: [lambda: base]} if label.startswith("*") else {label: lambda: base}
        return self.fill(parsed(spelling), _Bindings(bound, static, rule.signature.static))

    def index(self, step: Index, varying: Sequence[Make]) -> ast.expr:
        """Return what stands between the brackets."""
        items = [self.item(item, varying) for item in step.items]
        return items[0] if len(items) == 1 else tuple_of(items)

    def item(self, item: Any, varying: Sequence[Make]) -> ast.expr:
        """Return one position of a subscript."""
        match item:
            case Operand(count) | Fancy(count) | Mask(count):
                return varying[count]()
            case Slice(start, stop, step):
                return ast.Slice(*(None if bound is None else self.item(bound, varying) for bound in (start, stop, step)))
            case NewAxis():
                return ast.Constant(None)
            case Dots():
                return ast.Constant(...)
            case Size():
                return self.sizes.size(item)
        return number(item)


@record(eq=False)
class _Bindings:
    """What the names of a template stand for."""

    operands: Mapping[str, Any]
    static: Mapping[str, Any]
    defaults: Mapping[str, Any]

    def default(self, part: ast.expr) -> bool:
        """Whether the template is the name of a static argument that has its default value."""
        if not isinstance(part, ast.Name) or part.id in self.operands or part.id not in self.defaults:
            return False
        default = self.defaults[part.id]
        value = self.static.get(part.id, default)
        return type(value) is type(default) and bool(value == default)


def found_in_numpy(value: Any) -> ast.expr | None:
    """Return ``np.random`` for the generator behind its functions, ``np.random.default_rng`` for what makes generators."""
    if not str(getattr(value, "__module__", None) or type(value).__module__).startswith("numpy.random"):
        return None
    import numpy as np

    if value is np.random.mtrand._rand:
        return numpy("random")
    label = getattr(value, "__name__", "")
    return attribute(numpy("random"), label) if getattr(np.random, label, None) is value else None


def dtype_of_scalar(value: Any) -> bool:
    """Whether a NumPy scalar has a literal form: `np.float64(1.5)`."""
    return isinstance(value.item(), (bool, int, float, complex))
