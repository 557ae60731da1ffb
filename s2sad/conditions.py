"""The test of what a specialisation was compiled for, as one Python expression of the arguments."""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.graph.sizes import Assumption, Atom, Size
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree
from s2sad.graph.types import Array, Generator, Number, Scalar, Type
from s2sad.structure import Part, Pattern, Step


class Conditions:
    """Writes the test of a pattern as one Python expression."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.namespace: dict[str, Any] = {"_s2_ndarray": np.ndarray, "_s2_share": np.may_share_memory}
        self.atoms: dict[str, str] = {}
        self._shapes = 0
        self._fixed = 0

    def pattern(self, pattern: Pattern) -> None:
        """Test structure, kinds and sizes of all arguments."""
        for root, tree in pattern.trees.items():
            self.tree(root, tree, pattern.parts)

    def assume(self, assumption: Assumption) -> None:
        """Test an assumption about sizes."""
        self.terms.append(f"{self.size(assumption.left)} {assumption.relation} {self.size(assumption.right)}")

    def tree(self, text: str, tree: Tree, parts: Sequence[Part]) -> None:
        match tree:
            case Leaf(number):
                self.leaf(text, parts[number])
            case Fixed(value):
                self.fixed(text, value)
            case Branch():
                self.branch(text, tree, parts)

    def branch(self, text: str, tree: Branch, parts: Sequence[Part]) -> None:
        if tree.kind in ("list", "tuple"):
            self.terms.append(f"type({text}) is {tree.kind} and len({text}) == {len(tree.keys)}")
        elif tree.kind == "dict":
            self.terms.append(f"type({text}) is dict and tuple({text}) == {self.name(tree.keys)}")
        else:
            self.terms.append(f"type({text}) is {self.name(tree.cls)}")
            if tree.kind in ("instance", "dataclass"):
                assert tree.cls is not None
                slots = {name for base in tree.cls.__mro__ for name in vars(base).get("__slots__", ())}
                own = [str(key) for key in tree.keys if key not in slots]
                if tree.cls.__dictoffset__:  # no attribute is missing, and none hides a method
                    self.terms.append(f"vars({text}).keys() == {{{', '.join(map(repr, own))}}}" if own else f"not vars({text})")
                self.terms += [f"hasattr({text}, {key!r})" for key in tree.keys if key in slots]
        for key, child in zip(tree.keys, tree.children, strict=True):
            if tree.kind in ("list", "tuple"):
                self.tree(f"{text}[{key}]", child, parts)
            elif tree.kind == "dict":
                self.tree(f"{text}[{key!r}]" if isinstance(key, (str, int)) else f"{text}[{self.name(key)}]", child, parts)
            else:
                self.tree(f"{text}.{key}", child, parts)

    def fixed(self, text: str, value: object) -> None:
        if value is None or value is True or value is False or value is Ellipsis:
            self.terms.append(f"{text} is {value!r}" if value is not Ellipsis else f"{text} is ...")
        elif isinstance(value, (str, bytes)):
            self.terms.append(f"type({text}) is {type(value).__name__} and {text} == {value!r}" if type(value) in (str, bytes) else "False")
        elif isinstance(value, (slice, range, np.dtype)):
            self.terms.append(f"type({text}) is {self.name(type(value))} and {text} == {self.name(value)}")
        else:
            self.terms.append(f"{text} is {self.name(value)}")

    def leaf(self, text: str, part: Part) -> None:
        match part.type:
            case Number(kind, size):
                self.terms.append(f"type({text}) is {kind}")
                if size is not None and size.known is None:
                    for atom, _ in size.terms:
                        self.atoms[atom.name] = text
            case Scalar(dtype):
                self.terms.append(f"type({text}) is {self.name(np.dtype(dtype).type)}")
            case Array(dtype, shape):
                self.array(text, dtype, shape)
            case Generator():
                self.terms.append(f"type({text}).__name__ == {part.type.name!r}")

    def array(self, text: str, dtype: str, shape: tuple[Size, ...] | None) -> None:
        self.terms.append(f"type({text}) is _s2_ndarray and {text}.dtype is {self.dtype(dtype)}")
        if shape is None:
            return
        if not shape:
            self.terms.append(f"{text}.ndim == 0")
            return
        name = f"_s2_shape{self._shapes}"
        self._shapes += 1
        self.terms.append(f"len({name} := {text}.shape) == {len(shape)}")
        for axis, size in enumerate(shape):
            label = str(size)
            if size.known is not None:
                self.terms.append(f"{name}[{axis}] == {size.known}")
            elif label in self.atoms:
                self.terms.append(f"{name}[{axis}] == {self.atoms[label]}")
            else:
                self.atoms[label] = f"{name}[{axis}]"
                self.terms.append(f"{name}[{axis}] != 1")

    def dtype(self, dtype: str) -> str:
        name = f"_s2_{dtype}"
        self.namespace[name] = np.dtype(dtype)
        return name

    def name(self, value: object) -> str:
        """Return a name of the generated code's namespace for an object."""
        for name, known in self.namespace.items():
            if known is value and name.startswith("_s2_fixed"):
                return name
        name = f"_s2_fixed{self._fixed}"
        self._fixed += 1
        self.namespace[name] = value
        return name

    def size(self, size: Size) -> str:
        """Return a size expression in what the test has at hand."""
        text = ""
        for atom, count in size.terms:
            body = self.atom(atom)
            text += f" {'-' if count < 0 else '+'} " + (body if abs(count) == 1 else f"{abs(count)} * {body}")
        if size.constant or not text:
            text += f" {'-' if size.constant < 0 else '+'} {abs(size.constant)}"
        return text[3:] if text.startswith(" + ") else text.strip()

    def atom(self, atom: Atom) -> str:
        if not atom.operator:
            return self.atoms[atom.name]
        left, right = (self.size(part) for part in atom.operands)
        match atom.operator:
            case "ceil_div":
                return f"(-(-({left}) // ({right})))"
            case "floor_div":
                return f"(({left}) // ({right}))"
            case "multiply":
                return f"(({left}) * ({right}))"
        return f"{'max' if atom.operator == 'maximum' else 'min'}({left}, {right})"

    @property
    def text(self) -> str:
        """The whole test."""
        return " and ".join(self.terms)


class PlainConditions(Conditions):
    """The same test in names that a module of its own has: NumPy and built-ins."""

    def name(self, value: object) -> str:
        """Return how an object is written."""
        if isinstance(value, type):
            return f"np.{value.__name__}" if value.__module__ == "numpy" else value.__name__
        return repr(value)

    def dtype(self, dtype: str) -> str:
        """Return how a dtype is written."""
        return repr(dtype)

    def array(self, text: str, dtype: str, shape: tuple[Size, ...] | None) -> None:
        """Test an array; dtypes are compared by value."""
        self.terms.append(f"type({text}) is np.ndarray and {text}.dtype == {dtype!r}")
        if shape is None:
            return
        self.terms.append(f"{text}.ndim == {len(shape)}")
        for axis, size in enumerate(shape):
            place, label = f"{text}.shape[{axis}]", str(size)
            if size.known is not None or label in self.atoms:
                self.terms.append(f"{place} == {size.known if size.known is not None else self.atoms[label]}")
            else:
                self.atoms[label] = place
                self.terms.append(f"{place} != 1")

    def fixed(self, text: str, value: object) -> None:
        """Test a flag or text; other fixed parts have no literal form."""
        if value is None or isinstance(value, (bool, str, bytes)):
            super().fixed(text, value)


class Environment:
    """Where a function finds what is not an argument: its globals and its cells, read anew at every call."""

    def __init__(self, function: Any, arguments: Sequence[str], conditions: Conditions, held: dict[str, Any]) -> None:
        self.conditions = conditions
        self.held = held
        self.arguments = arguments
        self.globals: dict[str, Any] = getattr(function, "__globals__", {})
        code = getattr(function, "__code__", None)
        self.cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True)) if code is not None else {}
        conditions.namespace.update(_s2_globals=self.globals, _s2_builtins=vars(builtins))

    def read(self, origin: str, root: str) -> str:
        """Return an expression for a name of the function's surroundings."""
        if origin in ("argument", "default"):
            return root
        if origin == "closure" and root in self.cells:
            name = f"_s2_cell_{root}"
            self.conditions.namespace[name] = self.cells[root]
            return f"{name}.cell_contents"
        if origin == "held":
            name = f"_s2_held_{root}"
            self.conditions.namespace[name] = self.held[root]
            return name
        if root in self.globals or not hasattr(builtins, root):
            return f"_s2_globals[{root!r}]"
        return f"_s2_globals.get({root!r}, _s2_builtins[{root!r}])"

    def path(self, origin: str, root: str, steps: Sequence[Step]) -> str:
        """Return an expression for a part of something outside."""
        text = self.read(origin, root)
        for how, key in steps:
            if how == "attribute":
                text += f".{key}"
            else:
                text += f"[{key!r}]" if isinstance(key, (str, int)) else f"[{self.conditions.name(key)}]"
        return text

    def leaf(self, origin: str, root: str, steps: tuple[Step, ...], kind: Type) -> None:
        """Test the kind of a number or array outside."""
        self.conditions.leaf(self.path(origin, root, steps), Part(root, steps, kind))

    def guard(self, origin: str, root: str, steps: Sequence[Step], test: str, expected: Any) -> None:
        """Test what a decision was based on."""
        conditions = self.conditions
        text = self.path(origin, root, steps)
        match test:
            case "is":
                literal = expected is None or expected is True or expected is False
                conditions.terms.append(f"{text} is {expected!r}" if literal else f"{text} is {conditions.name(expected)}")
            case "==":
                conditions.terms.append(f"type({text}) is {conditions.name(type(expected))} and {text} == {conditions.name(expected)}")
            case "type":
                conditions.terms.append(f"type({text}) is {conditions.name(expected)}")
            case "len":
                conditions.terms.append(f"len({text}) == {expected}")
            case "keys":
                conditions.terms.append(f"tuple({text}) == {conditions.name(tuple(expected))}")
            case "layout":
                flags = {"C": "{0}.flags.c_contiguous", "F": "not {0}.flags.c_contiguous and {0}.flags.f_contiguous"}
                other = "not {0}.flags.c_contiguous and not {0}.flags.f_contiguous"
                conditions.terms.append(flags.get(expected, other).format(text))
            case "same":
                conditions.terms.append(f"{text} is {self.other(expected)}")
            case "lacks":
                conditions.terms.append(f"{expected!r} not in vars({text})")
            case _:
                raise ValueError(f"unknown guard {test!r}")

    def other(self, path: str) -> str:
        """Return an expression for a path given as text."""
        root = re.match(r"\w+", path)
        assert root is not None, path
        name = root.group()
        kinds = ("argument", self.arguments), ("closure", self.cells), ("held", self.held)
        return self.read(next((kind for kind, names in kinds if name in names), "global"), name) + path[root.end() :]
