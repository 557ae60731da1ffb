"""Golden files: a user function, then the source that is generated for it.

\"\"\"The one idea.\"\"\"
# arguments: W: f8[3,2], x: f8[2], n: int
# wrt: W                                  (all arguments that hold floats, when left out)
# sections: reverse, forward, second      (reverse and forward, when left out)
def case(W, x, n): ...
# --- reverse
generated source
# --- forward
generated source
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from harness import Maker
from tree import flat, is_float, leaves, unshared

import s2sad

FOLDER = Path(__file__).resolve().parent / "golden"
MARK = re.compile(r"^# --- (\w+)\n", re.MULTILINE)


@dataclass(eq=False)
class Case:
    """A golden file, taken apart."""

    path: Path
    program: str
    expected: dict[str, str]
    sections: tuple[str, ...]
    function: Callable[..., Any]
    types: str
    wrt: tuple[str, ...]

    def __str__(self) -> str:
        return self.path.stem

    def arguments(self, seed: int = 1) -> tuple[Any, ...]:
        """Return arguments of the declared types."""
        maker = Maker(seed)
        tree = ast.parse("dict(" + re.sub(r"(\w+)\s*:\s*(?=[^,]*)(?![^{]*\})", r"\1=", self.types) + ")", mode="eval").body
        assert isinstance(tree, ast.Call)
        return tuple(made(keyword.value, maker) for keyword in tree.keywords)

    @property
    def argnums(self) -> tuple[int, ...] | int:
        """Return the positions of the arguments to differentiate: a number when there is one."""
        names = self.function.__code__.co_varnames[: self.function.__code__.co_argcount]
        values = self.arguments()
        found = tuple(
            number
            for number, (name, value) in enumerate(zip(names, values))
            if (name in self.wrt if self.wrt else any(map(is_float, leaves(value))))
        )
        return found if len(found) > 1 else found[0]

    def generate(self, section: str) -> str:
        """Return the source that is generated now."""
        arguments = self.arguments()
        with contextlib.redirect_stdout(io.StringIO()):
            return str(self.derivative(section).source_for(*self.inputs(section, arguments))).rstrip() + "\n"

    def derivative(self, section: str) -> Any:
        """Return the derivative that a section shows."""
        if section == "reverse":
            return s2sad.grad(self.function, argnums=self.argnums)
        if section == "forward":
            return s2sad.differentiate(self.function).jvp
        if section == "second":
            return s2sad.grad(s2sad.grad(self.function))
        raise ValueError(f"{self.path}: no section is called {section!r}")

    def inputs(self, section: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return what the derivative of a section takes."""
        return (arguments, self.tangents(arguments)) if section == "forward" else arguments

    def tangents(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a direction; None for what is passive."""
        numbers = self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)
        draw = np.random.default_rng(5)

        def direction(leaf: Any) -> Any:
            if not is_float(leaf):
                return None
            return draw.uniform(-1, 1, leaf.shape).astype(leaf.dtype) if isinstance(leaf, np.ndarray) else float(draw.uniform(-1, 1))

        return tuple(unshared(value, direction) if number in numbers else None for number, value in enumerate(arguments))

    def text(self, generated: dict[str, str]) -> str:
        """Return the file with these sections."""
        return self.program + "".join(f"\n\n# --- {name}\n{source}" for name, source in generated.items())


def load(path: Path) -> Case:
    """Read a golden file."""
    text = path.read_text(encoding="utf-8")
    pieces = MARK.split(text)
    program = pieces[0].rstrip() + "\n"
    expected = {name: source.rstrip() + "\n" for name, source in zip(pieces[1::2], pieces[2::2])}
    spec = importlib.util.spec_from_loader(f"golden_{path.stem}", loader=None, origin=str(path))
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(path)
    exec(compile(program, str(path), "exec"), module.__dict__)

    def header(name: str, default: str) -> str:
        found = re.search(rf"^# {name}: (.*)$", program, re.MULTILINE)
        return found.group(1) if found else default

    sections = tuple(header("sections", "reverse, forward").split(", "))
    wrt = tuple(name for name in header("wrt", "").split(", ") if name)
    return Case(path, program, expected, sections, getattr(module, path.stem), header("arguments", ""), wrt)


def cases() -> list[Case]:
    """Read all golden files."""
    return [load(path) for path in sorted(FOLDER.glob("*.py"))]


def made(node: ast.expr, maker: Maker) -> Any:
    """Return a value of the type that an expression such as ``[(f8[3,2], float)]`` denotes."""
    match node:
        case ast.List(elements):
            return [made(element, maker) for element in elements]
        case ast.Tuple(elements):
            return tuple(made(element, maker) for element in elements)
        case ast.Dict(keys, values):
            return {ast.literal_eval(key): made(value, maker) for key, value in zip(keys, values) if key is not None}
        case ast.Name("float"):
            return maker.number()
        case ast.Name("int"):
            return 3
        case ast.Subscript(ast.Name(dtype), sizes):
            shape = ast.literal_eval(sizes)
            shape = shape if isinstance(shape, tuple) else (shape,)
            if dtype.startswith("i"):
                return maker.random.integers(0, 2, shape)
            values = maker.array(*shape, dtype=np.dtype(dtype))
            return values - 1 if len(shape) > 1 else values  # matrices of either sign keep long products moderate
    raise ValueError(ast.unparse(node))


def executed(source: str) -> Callable[..., Any]:
    """Return the last function of a generated module."""
    scope: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "<golden>", "exec"), scope)
    name = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)][-1]
    found: Callable[..., Any] = scope[name]
    return found


def numbers(tree: Any) -> np.ndarray:
    """Return all floats of a nested value in one array."""
    return np.array([value for leaf in leaves(tree) for value in flat(leaf)])


def quotient(function: Callable[..., Any], arguments: tuple[Any, ...], direction: tuple[Any, ...]) -> np.ndarray:
    """Return the numeric derivative along a direction, by central differences with one Richardson step."""

    def at(step: float) -> np.ndarray:
        shifts = iter(
            leaf
            for value, part in zip(arguments, direction)
            for leaf in leaves(part if part is not None else unshared(value, lambda leaf: None))
        )

        def shift(leaf: Any) -> Any:
            by = next(shifts)
            if isinstance(leaf, np.ndarray):
                return leaf.copy() if by is None else (leaf.astype(np.float64) + step * by)
            return leaf if by is None else leaf + step * by

        with contextlib.redirect_stdout(io.StringIO()):
            return numbers(function(*unshared(arguments, shift)))

    wide, narrow = ((at(step) - at(-step)) / (2 * step) for step in (2e-3, 1e-3))
    return (4 * narrow - wide) / 3


if __name__ == "__main__":  # the text of all sections, for comparison between processes
    for _case in cases():
        for _section in _case.sections:
            print(f"# {_case} {_section}\n{_case.generate(_section)}")
