"""What is in scope while a program is written, and the expressions that can be made of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Kinds = dict[str, list[str]]

# The kinds of names: s numbers, v vectors of length m, t vectors one shorter, M square matrices, i indices below m, c counters,
# L lists of vectors, G lists of numbers, H lists of vectors of unknown length, O objects, D dicts, Q a vector or None, F closures.
KINDS = "svtMicLGHODQF"


class Scope:
    """Names by kind, and expressions over them."""

    def __init__(self, seed: int, allowed: Callable[[str], bool]) -> None:
        self.random = random.Random(seed)
        self.allowed = allowed
        self.names: Kinds = {kind: [] for kind in KINDS}
        self.count = 0

    def fresh(self, kind: str) -> str:
        """Return a new name; it is in scope once it is added."""
        self.count += 1
        return f"{kind.lower()}{self.count}"

    def add(self, kind: str, name: str) -> str:
        self.names[kind].append(name)
        return name

    def a(self, kind: str) -> str:
        """Return a name of a kind."""
        return self.random.choice(self.names[kind])

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    @contextmanager
    def block(self) -> Iterator[None]:
        """Names that are added inside are gone behind."""
        known = {kind: len(names) for kind, names in self.names.items()}
        yield
        for kind, length in known.items():
            del self.names[kind][length:]

    # ------------------------------------------------------------ numbers

    def number(self) -> str:
        return f"{self.random.uniform(-1, 1):.2f}"

    def index(self) -> str:
        """Return a subscript of a vector of length m."""
        options = ["0", "-1", "m - 1"]
        if self.names["i"]:
            return self.pick(*self.names["i"], *self.names["i"], *options, f"{self.a('i')} - 1")
        return self.pick(*options, "n % m" if self.maybe(0.3) else "0")

    def s(self, depth: int = 2) -> str:
        """Return a number."""
        if depth <= 0 or self.maybe(0.25):
            return self.pick(*self.names["s"], *self.names["s"], self.number())
        options: list[Callable[[], str]] = [
            lambda: f"({self.s(depth - 1)} {self.pick('+', '-', '*')} {self.s(depth - 1)})",
            lambda: f"np.{self.pick('sin', 'tanh', 'cos')}({self.s(depth - 1)})",
            lambda: f"({self.s(depth - 1)} / (1.5 + {self.s(0)} ** 2))",
            lambda: f"{self.v_name()}[{self.index()}]",
            lambda: f"{self.v_name()}[{self.index()}]",
            lambda: f"np.sum({self.v(depth - 1)})",
            lambda: f"({self.v(depth - 1)} @ {self.v(depth - 1)})",
            lambda: f"np.mean({self.a('M')} ** 2)" if self.allowed("matrix") else self.s(0),
        ]
        if self.allowed("helper"):
            options += [lambda: f"bend({self.s(depth - 1)}, {self.s(depth - 1)})"]
        if self.allowed("raise"):
            options += [lambda: f"small({self.s(depth - 1)})"] if self.maybe(0.3) else []
        if self.allowed("choice"):
            options += [lambda: f"({self.s(depth - 1)} if {self.condition(0)} else {self.s(depth - 1)})"]
            options += [lambda: f"{self.pick('min', 'max')}({self.s(depth - 1)}, {self.s(depth - 1)})"]
        if self.names["t"]:
            options += [lambda: f"np.sum({self.a('t')} * {self.s(0)})"]
        if self.names["L"]:
            options += [lambda: f"{self.a('L')}[{self.pick('0', '1', '-1', 'n % 2')}][{self.index()}]"]
        if self.names["G"]:
            options += [lambda: f"{self.a('G')}[{self.pick('0', '-1')}]", lambda: f"sum({self.a('G')})"]
        if self.names["O"]:
            options += [lambda: f"{self.a('O')}.s", lambda: f"{self.a('O')}.step({self.s(0)})"]
        if self.names["D"]:
            options += [lambda: f'{self.a("D")}["s"]']
        if self.names["F"]:
            options += [lambda: f"{self.a('F')}({self.s(depth - 1)})"]
        if self.allowed("generators"):
            options += [lambda: f"sum(parts({self.v_name()}))"] if self.maybe(0.3) else []
        return self.random.choice(options)()

    # ------------------------------------------------------------ vectors

    def v_name(self) -> str:
        """Return something that denotes a vector: a name or a place."""
        return self.a("v") if self.maybe(0.6) else self.place()

    def place(self) -> str:
        """Return a vector that can be written through: a name, a row, a column, a view, an item, an attribute."""
        options: list[Callable[[], str]] = [lambda: self.a("v")] * 3
        if self.allowed("matrix"):
            options += [
                lambda: f"{self.a('M')}[{self.index()}]",
                lambda: f"{self.a('M')}[:, {self.index()}]",
                lambda: f"{self.a('M')}.T[{self.index()}]",
            ]
        if self.allowed("view"):
            options += [lambda: f"{self.a('v')}[::-1]", lambda: f"{self.a('v')}[:]", lambda: f"{self.a('v')}[:, None][:, 0]"]
            options += [lambda: f"{self.a('v')}[None][0]", lambda: f"{self.a('v')}.T", lambda: f"first({self.a('M')})"]
        if self.allowed("reshape"):
            options += [lambda: f"{self.a('v')}.reshape(1, -1)[0]", lambda: f"{self.a('v')}.ravel()"]
        if self.names["L"]:
            options += [lambda: f"{self.a('L')}[{self.pick('0', '1', '-1')}]"] * 2
        if self.names["O"]:
            options += [lambda: f"{self.a('O')}.v"] * 2
        if self.names["D"]:
            options += [lambda: f'{self.a("D")}["v"]'] * 2
        if self.names["H"] and self.allowed("growing"):
            options += [lambda: f"{self.a('H')}[{self.pick('0', '-1')}]"]
        return self.random.choice(options)()

    def target(self) -> str:
        """Return a place as the target of an assignment in place."""
        place = self.place()
        return place if place.isidentifier() or (place.endswith(("]", ".v")) and "first(" not in place) else f"{place}[...]"

    def v(self, depth: int = 2) -> str:
        """Return a vector."""
        if depth <= 0 or self.maybe(0.3):
            return self.v_name()
        options: list[Callable[[], str]] = [
            lambda: f"({self.v(depth - 1)} {self.pick('+', '-', '*')} {self.v(depth - 1)})",
            lambda: f"({self.v(depth - 1)} {self.pick('+', '-', '*')} {self.s(depth - 1)})",
            lambda: f"np.{self.pick('sin', 'tanh', 'cos', 'abs')}({self.v(depth - 1)})",
            lambda: f"np.where({self.v(0)} > {self.s(0)}, {self.v(depth - 1)}, {self.v(depth - 1)})",
            lambda: f"{self.v_name()}.copy()",
        ]
        if self.allowed("helper"):
            options += [lambda: f"square({self.v(depth - 1)})"]
        if self.allowed("fancy"):
            options += [lambda: f"{self.v_name()}[k]"]
        if self.allowed("matrix"):
            options += [lambda: f"({self.a('M')} @ {self.v(depth - 1)})", lambda: f"{self.a('M')}.sum(axis={self.pick('0', '1')})"]
        if self.allowed("choice"):
            options += [lambda: f"({self.v_name()} if {self.condition(0)} else {self.v_name()})"]
        return self.random.choice(options)()

    def condition(self, depth: int = 1) -> str:
        options: list[Callable[[], str]] = [lambda: f"{self.s(1)} {self.pick('>', '<', '<=')} {self.random.uniform(-0.6, 0.6):.2f}"] * 3
        options += [lambda: f"{self.a('s')} < {self.s(0)}"]
        if self.names["i"]:
            options += [lambda: f"{self.a('i')} % 2 == {self.pick('0', '1')}", lambda: f"{self.a('i')} == {self.pick('0', '1', 'm - 1')}"]
        else:
            options += [lambda: f"n > {self.pick('0', '1', '2')}"]
        if depth:
            options += [lambda: f"({self.condition(0)} {self.pick('and', 'or')} {self.condition(0)})", lambda: f"not {self.condition(0)}"]
        return self.random.choice(options)()
