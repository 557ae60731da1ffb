"""Random programs over scalars, small arrays, views, aliases, lists, helpers, nested control flow and early exits."""

from __future__ import annotations

import random


class Writer:
    """Writes one program; what is in scope is tracked by kind, so that most programs run to their end."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0
        self.scalars = ["a", "b"]
        self.arrays = ["x", "y"]
        self.lists: list[str] = []
        self.loops = 0
        self.budget = 40

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def pick(self, options):
        return self.random.choice(options)

    def index(self, depth: int) -> str:
        options = ["0", "1", "-1"]
        if self.loops:
            options += [f"i{self.loops}", f"i{self.loops} - 1", f"{self.loops} % 3"]
        return self.pick(options)

    def scalar(self, depth: int = 0) -> str:
        r = self.random.random()
        if depth > 2 or r < 0.35:
            return self.pick([*self.scalars, "0.5", "2.0", "1"])
        if r < 0.55:
            return f"{self.pick(self.arrays)}[{self.index(depth)}]"
        if r < 0.62:
            return f"np.sum({self.array(depth + 1)})"
        if r < 0.68:
            return f"np.sin({self.scalar(depth + 1)})"
        if r < 0.72:
            return f"g({self.scalar(depth + 1)}, {self.scalar(depth + 1)})"
        if r < 0.76:
            return f"({self.scalar(depth + 1)} if {self.condition(depth + 1)} else {self.scalar(depth + 1)})"
        if r < 0.8:
            return f"{self.pick(['min', 'max'])}({self.scalar(depth + 1)}, {self.scalar(depth + 1)})"
        return f"({self.scalar(depth + 1)} {self.pick(['+', '-', '*'])} {self.scalar(depth + 1)})"

    def array(self, depth: int = 0) -> str:
        r = self.random.random()
        if depth > 2 or r < 0.4:
            return self.pick(self.arrays)
        if r < 0.5:
            return f"np.tanh({self.array(depth + 1)})"
        if r < 0.6:
            return f"h({self.array(depth + 1)})"
        if r < 0.66:
            return f"{self.array(depth + 1)}[::-1]"
        if r < 0.7 and self.lists:
            return f"{self.pick(self.lists)}[{self.pick(['0', '-1'])}]"
        return f"({self.array(depth + 1)} {self.pick(['+', '-', '*'])} {self.pick([self.array(depth + 1), self.scalar(depth + 1)])})"

    def condition(self, depth: int = 0) -> str:
        r = self.random.random()
        if r < 0.6 or depth > 2:
            return f"{self.scalar(depth + 1)} {self.pick(['<', '>', '<='])} {self.scalar(depth + 1)}"
        if r < 0.8:
            return f"({self.condition(depth + 1)} {self.pick(['and', 'or'])} {self.condition(depth + 1)})"
        if self.loops and r < 0.9:
            return f"i{self.loops} % 2 == 0"
        return f"not {self.condition(depth + 1)}"

    def emit(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    def block(self, indent: int, size: int, loop: bool) -> None:
        scope = list(self.scalars), list(self.arrays), list(self.lists)
        for _ in range(size):
            self.statement(indent, loop)
            if self.budget <= 0:
                break
        self.scalars, self.arrays, self.lists = scope
        if not self.lines[-1].startswith("    " * indent):
            self.emit(indent, "pass")

    def statement(self, indent: int, loop: bool) -> None:
        self.budget -= 1
        r = self.random.random()
        if r < 0.16:
            if self.random.random() < 0.6:
                self.emit(indent, f"{self.pick(self.scalars)} = {self.scalar()}")
            else:
                name = self.name("s")
                self.emit(indent, f"{name} = {self.scalar()}")
                self.scalars.append(name)
        elif r < 0.24:
            self.emit(indent, f"{self.pick(self.scalars)} {self.pick(['+=', '-=', '*='])} {self.scalar()}")
        elif r < 0.34:
            if self.random.random() < 0.5:
                self.emit(indent, f"{self.pick(self.arrays)} = {self.array()}")
            else:
                name = self.name("v")
                self.emit(indent, f"{name} = {self.array()}")
                self.arrays.append(name)
        elif r < 0.42:
            self.emit(indent, f"{self.pick(self.arrays)} {self.pick(['+=', '*='])} {self.pick([self.array(1), self.scalar(1)])}")
        elif r < 0.52:
            self.emit(indent, f"{self.pick(self.arrays)}[{self.index(0)}] {self.pick(['=', '=', '+=', '*='])} {self.scalar(1)}")
        elif r < 0.57:
            self.emit(indent, f"{self.pick(self.arrays)}[1:] {self.pick(['=', '+='])} {self.array(1)}[:-1]")
        elif r < 0.6 and len(self.arrays) > 1:
            p, q = self.random.sample(self.arrays, 2)
            self.emit(indent, f"{p}, {q} = {q}, {p}")
        elif r < 0.63:
            name = self.name("l")
            self.emit(indent, f"{name} = [{self.array(1)}, {self.array(1)}]")
            self.lists.append(name)
        elif r < 0.66 and self.lists:
            self.emit(
                indent,
                self.pick(
                    [
                        f"{self.pick(self.lists)}[{self.pick(['0', '1'])}] = {self.array(1)}",
                        f"{self.pick(self.lists)}[0][{self.index(0)}] = {self.scalar(1)}",
                        f"{self.pick(self.lists)}.append({self.array(1)})",
                    ]
                ),
            )
        elif r < 0.69:
            self.emit(indent, f"w({self.pick(self.arrays)}, {self.scalar(1)})")
        elif r < 0.82 and indent < 4:
            self.emit(indent, f"if {self.condition()}:")
            self.block(indent + 1, self.random.randint(1, 3), loop)
            if self.random.random() < 0.5:
                self.emit(indent, "else:")
                self.block(indent + 1, self.random.randint(1, 3), loop)
        elif r < 0.92 and indent < 4:
            self.loops += 1
            kind = self.random.random()
            if kind < 0.6:
                self.emit(indent, f"for i{self.loops} in range({self.pick(['3', 'n', 'len(x)', '1, len(x)'])}):")
            elif kind < 0.8:
                self.emit(indent, f"for i{self.loops}, e{self.loops} in enumerate({self.pick(self.arrays)}):")
                self.scalars.append(f"e{self.loops}")
            else:
                self.emit(indent, f"i{self.loops} = 0")
                self.emit(indent, f"while i{self.loops} < 3 and {self.condition(1)}:")
                self.emit(indent + 1, f"i{self.loops} += 1")
            self.block(indent + 1, self.random.randint(1, 4), True)
            self.loops -= 1
            self.scalars = [name for name in self.scalars if name != f"e{self.loops + 1}"]
        elif r < 0.95 and loop:
            self.emit(indent, f"if {self.condition()}:")
            self.emit(indent + 1, self.pick(["break", "continue", f"return {self.scalar()}, {self.array()}"]))
        elif r < 0.97:
            self.emit(indent, f"if {self.condition()}:")
            self.emit(indent + 1, f"return {self.scalar()}, {self.array()}")
        else:
            self.emit(indent, f"print({self.scalar()})")

    def program(self) -> str:
        self.emit(1, "x = x * 1.0")
        self.emit(1, "y = y * 1.0")
        for _ in range(self.random.randint(4, 9)):
            self.statement(1, False)
        self.emit(1, f"return {self.scalar()} + {' + '.join(self.scalars)}, {' + 2.0 * '.join(self.arrays)}")
        head = (
            "import numpy as np\n\n\ndef g(p, q):\n    for _ in range(2):\n        if p > q:\n            return p * q\n        p = p + 0.5\n    return p - q\n\n\n"
            "def h(u):\n    return u * u + 1.0\n\n\ndef w(u, k):\n    u[0] = k\n    for j in range(len(u)):\n        u[j] += 0.5 * k\n\n\n"
        )
        return head + "def f(x, y, a, b, n):\n" + "\n".join(self.lines) + "\n"


def program(seed: int) -> str:
    """Return the text of a program."""
    return Writer(seed).program()
