"""Random programs, differentiated and compared with numeric differences; a failing program is made small.

    python tests/random_programs.py --count 1000 --seed 0

A program works on two vectors of one length (0 to 3), a number and an int.  It assigns, updates in place, makes aliases and
views, branches, loops, leaves early, appends to lists, calls helpers.  For each the primal value (bitwise), the arguments, the
gradient, the push-forward and a second derivative are compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import linecache
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import s2sad

HEADER = """import numpy as np


def helper(p, q):
    if p > 0.3:
        return np.sin(p) * q
    return p - 0.5 * q


def mutate(v, c):
    v *= c
    if len(v) > 1:
        v[0] = v[1] * c
    return np.sum(v)


"""


@dataclass
class Block:
    """Lines of a program; a nested block is a line that owns lines."""

    head: str = ""
    body: list[Block | str] = field(default_factory=list)

    def lines(self, depth: int = 1) -> Iterator[str]:
        for part in self.body:
            if isinstance(part, str):
                yield "    " * depth + part
            else:
                yield "    " * depth + part.head
                inner = list(part.lines(depth + 1))
                yield from inner or ["    " * (depth + 1) + "pass"]


class Maker:
    """Makes one program; `scalars`, `vectors` and `lists` are the names that are bound wherever control may have come from."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.scalars = ["a"]
        self.vectors = ["x", "y"]
        self.lists: list[str] = []
        self.indices: list[str] = []

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def scalar(self, depth: int = 2) -> str:
        pick = self.random.random()
        if depth == 0 or pick < 0.3:
            return self.random.choice([*self.scalars, f"{self.random.uniform(-1, 1):.3f}"])
        if pick < 0.5:
            return f"({self.scalar(depth - 1)} {self.random.choice('+-*')} {self.scalar(depth - 1)})"
        if pick < 0.62:
            return f"np.{self.random.choice(['sin', 'tanh', 'cos'])}({self.scalar(depth - 1)})"
        if pick < 0.7:
            return f"({self.scalar(depth - 1)} / (1.5 + {self.scalar(0)} ** 2))"
        if pick < 0.8 and self.indices:
            return f"{self.random.choice(self.vectors)}[{self.random.choice(self.indices)}]"
        if pick < 0.87:
            return f"helper({self.scalar(depth - 1)}, {self.scalar(depth - 1)})"
        return (
            self.random.choice(["np.sum({})", "np.mean({} ** 2 + 1.0) if m else 0.5", "{0} @ {0}"])
            .format(self.vector(depth - 1))
            .join("()")
        )

    def vector(self, depth: int = 2) -> str:
        pick = self.random.random()
        if depth == 0 or pick < 0.3:
            return self.random.choice(self.vectors)
        if pick < 0.55:
            return f"({self.vector(depth - 1)} {self.random.choice('+-*')} {self.vector(depth - 1)})"
        if pick < 0.75:
            return f"({self.vector(depth - 1)} {self.random.choice('+-*')} {self.scalar(depth - 1)})"
        if pick < 0.87:
            return f"np.{self.random.choice(['sin', 'tanh', 'cos', 'abs'])}({self.vector(depth - 1)})"
        if pick < 0.94:
            return f"np.where({self.vector(0)} > {self.scalar(0)}, {self.vector(depth - 1)}, {self.vector(depth - 1)})"
        return f"{self.vector(0)}[::-1]"

    def condition(self) -> str:
        return f"{self.scalar(1)} > {self.random.uniform(-0.7, 0.9):.3f}"

    def block(self, size: int, depth: int, loop: bool) -> list[Block | str]:
        known = len(self.scalars), len(self.vectors), len(self.lists), len(self.indices)
        body = [part for _ in range(size) for part in self.statement(depth, loop)]
        del self.scalars[known[0] :], self.vectors[known[1] :], self.lists[known[2] :], self.indices[known[3] :]
        return body

    def statement(self, depth: int, loop: bool) -> list[Block | str]:
        kinds: list[tuple[int, Callable[[], list[Block | str]]]] = [
            (3, self.assign),
            (3, self.rebind),
            (3, self.in_place),
            (2, self.element),
            (1, self.slices),
            (1, self.alias),
            (1, self.swap),
            (1, self.call),
            (1, self.grow),
        ]
        if depth:
            kinds += [(2, lambda: self.branch(depth, loop)), (2, lambda: self.for_loop(depth)), (1, lambda: self.while_loop(depth))]
        if loop:
            kinds += [(1, lambda: [Block(f"if {self.condition()}:", [self.random.choice(["break", "continue"])])])]
        kinds += [(1, lambda: [Block(f"if {self.scalar(1)} > 1.9:", [f"return {self.scalar()}"])])] if self.random.random() < 0.3 else []
        (_, make), *_ = self.random.choices(kinds, [weight for weight, _ in kinds])
        return make()

    def assign(self) -> list[Block | str]:
        if self.random.random() < 0.5:
            value, name = self.scalar(), self.fresh("s")
            self.scalars.append(name)
        else:
            value, name = f"{self.vector()} + 0.0", self.fresh("v")
            self.vectors.append(name)
        return [f"{name} = {value}"]

    def rebind(self) -> list[Block | str]:
        if self.random.random() < 0.6:
            return [f"{self.random.choice(self.scalars)} = {self.scalar()}"]
        return [f"{self.random.choice(self.vectors)} = {self.vector()} * 1.0"]

    def in_place(self) -> list[Block | str]:
        name = self.random.choice(self.vectors)
        return [f"{name} {self.random.choice(['+=', '-=', '*='])} {self.random.choice([self.vector(1), f'np.tanh({self.scalar(1)})'])}"]

    def element(self) -> list[Block | str]:
        if not self.indices:
            return [Block("if m:", [f"{self.random.choice(self.vectors)}[{self.random.choice(['0', '-1', 'm - 1'])}] = {self.scalar()}"])]
        target = f"{self.random.choice(self.vectors)}[{self.random.choice(self.indices)}]"
        return [f"{target} {self.random.choice(['=', '+=', '*='])} {self.scalar(1)}"]

    def slices(self) -> list[Block | str]:
        name, other = self.random.choice(self.vectors), self.random.choice(self.vectors)
        return [
            self.random.choice(
                [f"{name}[1:] = {other}[:-1] * {self.scalar(0)}", f"{name}[:-1] += {other}[1:]", f"{name}[::2] *= {self.scalar(0)}"]
            )
        ]

    def alias(self) -> list[Block | str]:
        name, other = self.fresh("w"), self.random.choice(self.vectors)
        if self.random.random() < 0.5:
            self.vectors.append(name)
            return [f"{name} = {other}"]
        return [f"{name} = {other}[{self.random.choice(['1:', ':-1', '::-1'])}]", f"{name} *= {self.scalar(0)}"]

    def swap(self) -> list[Block | str]:
        names = self.random.choice([self.scalars, self.vectors])
        left, right = self.random.choice(names), self.random.choice(names)
        return [f"{left}, {right} = {right}, {left}"]

    def call(self) -> list[Block | str]:
        name = self.fresh("s")
        value = f"mutate({self.random.choice(self.vectors)}, np.cos({self.scalar(1)}))"
        self.scalars.append(name)
        return [f"{name} = {value}"]

    def grow(self) -> list[Block | str]:
        if self.lists and self.random.random() < 0.7:
            name = self.random.choice(self.lists)
            if self.random.random() < 0.6:
                return [f"{name}.append({self.scalar()})"]
            total = self.fresh("s")
            self.scalars.append(total)
            return [f"{total} = {name}[0] * {name}[-1] + len({name})"]
        name = self.fresh("l")
        self.lists.append(name)
        return [f"{name} = [{self.scalar()}]"]

    def branch(self, depth: int, loop: bool) -> list[Block | str]:
        condition = self.condition()
        parts: list[Block | str] = [Block(f"if {condition}:", self.block(self.random.randint(1, 3), depth - 1, loop))]
        if self.random.random() < 0.6:
            parts.append(Block("else:", self.block(self.random.randint(1, 2), depth - 1, loop)))
        return parts

    def for_loop(self, depth: int) -> list[Block | str]:
        index = self.fresh("i")
        if self.random.random() < 0.2:
            self.scalars.append(index)
            body = self.block(self.random.randint(1, 3), depth - 1, True)
            self.scalars.remove(index)
            return [Block(f"for {index} in {self.random.choice(self.vectors)} * 1.0:", body)]
        bound = self.random.choice(["m", "m", "n"])
        if bound == "m":
            self.indices.append(index)
        body = self.block(self.random.randint(1, 3), depth - 1, True)
        if bound == "m":
            self.indices.remove(index)
        return [
            Block(f"for {index} in range({bound}):" if self.random.random() < 0.8 else f"for {index} in reversed(range({bound})):", body)
        ]

    def while_loop(self, depth: int) -> list[Block | str]:
        counter = self.fresh("k")
        body = self.block(self.random.randint(1, 2), depth - 1, True)
        return [f"{counter} = 0", Block(f"while {counter} < 3 and {self.condition()}:", [f"{counter} += 1", *body])]

    def program(self) -> Block:
        body = [part for _ in range(self.random.randint(3, 8)) for part in self.statement(2, False)]
        result = " + ".join([*self.scalars[-3:], *(f"np.sum({name})" for name in self.vectors[-3:])])
        return Block("", ["m = len(x)", *body, f"return {result}"])


def text_of(program: Block) -> str:
    return HEADER + "def f(x, y, a, n):\n" + "\n".join(program.lines()) + "\n"


def load(text: str, folder: Path, number: int) -> Callable[..., Any]:
    path = folder / f"program_{number}.py"
    path.write_text(text)
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


def arguments(size: int, seed: int) -> tuple[Any, ...]:
    numbers = np.random.default_rng(seed)
    return numbers.uniform(-1, 1, size), numbers.uniform(-1, 1, size), float(numbers.uniform(-1, 1)), int(numbers.integers(0, 4))


def copies(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value.copy() if isinstance(value, np.ndarray) else value for value in values)


def moved(values: tuple[Any, ...], direction: tuple[Any, ...], step: float) -> tuple[Any, ...]:
    return tuple(value if by is None else value + step * by for value, by in zip(copies(values), direction, strict=True))


def quotient(function: Callable[..., Any], values: tuple[Any, ...], direction: tuple[Any, ...]) -> float | None:
    """Return the derivative along a direction, or None where the function is not smooth enough to tell."""
    found = [(function(*moved(values, direction, h)) - function(*moved(values, direction, -h))) / (2 * h) for h in (1e-5, 2e-6)]
    if not np.all(np.isfinite(found)) or abs(found[0] - found[1]) > 1e-4 * (1 + abs(found[1])):
        return None
    return float(found[1])


def inner(left: tuple[Any, ...], right: tuple[Any, ...]) -> float:
    return float(sum(np.sum(np.asarray(a) * np.asarray(b)) for a, b in zip(left, right, strict=True)))


def verdict(function: Callable[..., Any], size: int, seed: int) -> str:
    """Return ok, refused, or what is wrong."""
    values = arguments(size, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = function(*copies(values))
        except Exception as error:
            expected = error
        if not isinstance(expected, (Exception, float)) or (isinstance(expected, float) and not abs(expected) <= 1e6):
            return "ok"
        try:
            given = copies(values)
            value, gradient = s2sad.value_and_grad(function, (0, 1, 2))(*given)
        except s2sad.DifferentiationError as error:
            return f"refused {error.code}"
        except Exception as error:
            return "ok" if type(error) is type(expected) else f"crash {type(error).__name__}: {error}"
        if isinstance(expected, Exception):
            return f"wrong: no {type(expected).__name__}"
        if not np.array_equal(value, expected):
            return f"wrong value {value!r}, not {expected!r}"
        if any(not np.array_equal(a, b) for a, b in zip(given, values, strict=True)):
            return "wrong: an argument was changed"
        numbers = np.random.default_rng(seed + 1)
        direction = (numbers.normal(size=size), numbers.normal(size=size), float(numbers.normal()), None)
        wanted = quotient(function, values, direction)
        if wanted is None:
            return "ok"
        got = inner(gradient, direction[:3])
        if abs(got - wanted) > 2e-4 * (1 + abs(wanted)):
            return f"wrong gradient {got!r}, not {wanted!r}"
        try:
            value, tangent = s2sad.jvp(function, copies(values), direction)
            second = s2sad.jvp(s2sad.grad(function, (0, 1, 2)), copies(values), direction)[1]
        except s2sad.DifferentiationError as error:
            return f"refused {error.code}"
        except Exception as error:
            return f"crash in forward {type(error).__name__}: {error}"
        if not np.array_equal(value, expected):
            return f"wrong value in forward {value!r}, not {expected!r}"
        if abs(float(tangent) - got) > 1e-8 * (1 + abs(got)):
            return f"wrong tangent {float(tangent)!r}, gradient gives {got!r}"
        slope = quotient(lambda *point: inner(s2sad.grad(function, (0, 1, 2))(*point), direction[:3]), values, direction)
        if slope is not None and abs(inner(second, direction[:3]) - slope) > 1e-3 * (1 + abs(slope)):
            return f"wrong second derivative {inner(second, direction[:3])!r}, not {slope!r}"
    return "ok"


def smaller(program: Block, fails: Callable[[Block], bool]) -> Block:
    """Return a program that still fails, with statements taken out one at a time."""
    changed = True
    while changed:
        changed = False
        for owner in blocks(program):
            for number in range(len(owner.body)):
                removed = owner.body.pop(number)
                if fails(program):
                    changed = True
                    break
                owner.body.insert(number, removed)
            if changed:
                break
    return program


def blocks(program: Block) -> Iterator[Block]:
    yield program
    for part in program.body:
        if isinstance(part, Block):
            yield from blocks(part)


def check(seed: int, folder: Path) -> tuple[str, str]:
    """Return the verdict on one program and its text, made small when it fails."""
    program = Maker(seed).program()

    def judge(candidate: Block, number: int) -> str:
        try:
            function = load(text_of(candidate), folder, number)
        except SyntaxError:
            return "ok"
        return verdict(function, seed % 4, seed)

    result = judge(program, seed)
    if result.startswith(("wrong", "crash")):
        kind = result.split()[0]
        trial = iter(range(10**9, 2 * 10**9))
        program = smaller(program, lambda candidate: judge(candidate, next(trial)).startswith(kind))
    return result, text_of(program)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.count):
            result, text = check(seed, Path(folder))
            tally[" ".join(result.split()[:2]) if result.startswith("refused") else result.split()[0]] += 1
            if result.startswith(("wrong", "crash")):
                print(f"--- seed {seed}: {result}\n{text[len(HEADER) :]}", flush=True)
    print(dict(tally))
    return int(bool(tally["wrong"] or tally["crash"]))


if __name__ == "__main__":
    sys.exit(main())
