"""Writes random programs over numbers, vectors and matrices that are changed, viewed, aliased, stored and handed on.

A program is text; each statement form has a name, so that forms can be switched on and off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from random_programs.forms import HEADER, Forms

MOST_STATEMENTS = 22


class Writer(Forms):
    """Writes one program."""

    def __init__(self, seed: int, allowed: Callable[[str], bool]) -> None:
        super().__init__(seed, allowed)
        self.lines: list[str] = []
        self.depth = 1
        self.budget = MOST_STATEMENTS
        self.loops = 0

    def line(self, *texts: str) -> None:
        self.lines += ["    " * self.depth + text for text in texts]

    @contextmanager
    def under(self, head: str) -> Iterator[None]:
        """Write a block below a head."""
        self.line(head)
        self.depth += 1
        before = len(self.lines)
        with self.block():
            yield
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    def statements(self, least: int, most: int) -> None:
        for _ in range(self.random.randint(least, most)):
            if self.budget > 0:
                self.statement()

    def statement(self) -> None:
        self.budget -= 1
        table: list[tuple[float, str, Callable[[], None]]] = [
            *((weight, form, lambda make=make: self.line(*make())) for weight, form, make in self.simple()),
            *self.compound(),
        ]
        table = [(weight, form, make) for weight, form, make in table if self.allowed(form)]
        (_, _, make), *_ = self.random.choices(table, [weight for weight, _, _ in table])
        make()

    # ------------------------------------------------------------ control flow

    def compound(self) -> list[tuple[float, str, Callable[[], None]]]:
        table: list[tuple[float, str, Callable[[], None]]] = []
        if self.depth < 4:
            table += [(3, "branch", self.branch), (1, "branch", self.both), (3, "loop", self.counted), (1.5, "loop", self.over_values)]
            table += [(1.5, "rows", self.over_rows), (1, "while", self.while_loop)]
            table += [(0.7, "optional", self.optional), (0.7, "closures", self.closure), (0.7, "try", self.guarded)]
            table += [(0.7, "growing", self.growing)]
        if self.loops:
            table += [(1.5, "exits", lambda: self.leave(self.pick("break", "continue")))]
        table += [(0.5, "exits", lambda: self.leave(f"return {self.s(1)} + 0.0"))]
        return table

    def leave(self, how: str) -> None:
        with self.under(f"if {self.condition()}:"):
            if self.maybe(0.3):
                self.statement()
            self.line(how)

    def branch(self) -> None:
        with self.under(f"if {self.condition()}:"):
            self.statements(1, 3)
        if self.maybe(0.2):
            with self.under(f"elif {self.condition()}:"):
                self.statements(1, 2)
        if self.maybe(0.5):
            with self.under("else:"):
                self.statements(1, 3)

    def both(self) -> None:
        """A name that both sides bind."""
        kind = self.pick("v", "v", "s")
        name = self.fresh(kind)
        for head in (f"if {self.condition()}:", "else:"):
            with self.under(head):
                self.statements(0, 1)
                self.line(f"{name} = {self.place() if kind == 'v' and self.maybe(0.7) else self.v(1) if kind == 'v' else self.s(1)}")
        self.add(kind, name)

    def counted(self) -> None:
        name = self.fresh("i")
        bound = self.pick("m", "m", "m", "n", "3")
        head = (
            f"range({bound})" if bound != "m" or self.maybe(0.7) else self.pick("reversed(range(m))", "range(1, m)", "range(m - 1, -1, -1)")
        )
        with self.under(f"for {name} in {head}:"):
            self.add("i" if bound == "m" else "c", name)
            self.body(1, 4)

    def over_values(self) -> None:
        index, name = self.fresh("i"), self.fresh("s")
        head, plain = f"{index}, {name} in enumerate({self.v_name()})", f"{name} in {self.v(1)}"
        with self.under(f"for {head if self.maybe(0.5) else plain}:"):
            if self.lines[-1].count("enumerate"):
                self.add("i", index)
            self.add("s", name)
            self.body(1, 3)

    def over_rows(self) -> None:
        """Rows are views: what is written to them is written to the matrix."""
        name, other = self.fresh("v"), self.fresh("v")
        sources = [self.a("M"), f"{self.a('M')}.T"] if self.allowed("matrix") else []
        sources += self.names["L"] + self.names["H"]
        if not sources:
            return self.counted()
        source = self.random.choice(sources)
        with self.under(
            self.pick(f"for {name} in {source}:", f"for {name}, {other} in zip({source}, {self.random.choice(sources)}):")
            if self.maybe(0.7)
            else f"for {self.fresh('i')}, {name} in enumerate({source}):"
        ):
            self.add("v", name)
            if "zip" in self.lines[-1]:
                self.add("v", other)
            self.body(1, 3)

    def while_loop(self) -> None:
        name = self.fresh("c")
        self.line(f"{name} = 0")
        with self.under(f"while {name} < 3{f' and {self.condition(0)}' if self.maybe(0.7) else ''}:"):
            self.line(f"{name} += 1")
            self.body(1, 3)

    def body(self, least: int, most: int) -> None:
        self.loops += 1
        self.statements(least, most)
        self.loops -= 1

    # ------------------------------------------------------------ things that need several lines

    def optional(self) -> None:
        name = self.fresh("q")
        self.line(f"{name} = None")
        with self.under(f"if {self.condition()}:"):
            self.statements(0, 1)
            self.line(f"{name} = {self.pick(self.place(), self.v(1))}")
        self.statements(0, 2)
        with self.under(f"if {name} is not None:"):
            self.add("v", name)
            self.statements(1, 2)

    def closure(self) -> None:
        name, given = self.fresh("f"), self.fresh("s")
        with self.under(f"def {name}({given}):"):
            place = self.target()
            self.add("s", given)
            if self.maybe(0.6):
                self.line(f"{place}{self.pick('', '', f'[{self.index()}]', '[1:]')} {self.pick('*=', '+=')} {self.s(1)}")
            self.line(f"return {self.s(1)}")
        self.add("F", name)

    def guarded(self) -> None:
        name = self.fresh("s")
        with self.under("try:"):
            self.statements(0, 2)
            self.line(f"{name} = small({self.s()})")
            self.statements(0, 1)
        with self.under(f"except ValueError{self.pick('', ' as error')}:"):
            self.line(f"{name} = {self.s(0)}")
            self.statements(0, 1)
        self.add("s", name)

    def growing(self) -> None:
        name = self.fresh("h")
        element = self.pick(f"{self.v(1)} * 1.0", f"{self.v_name()}.copy()", f"{self.v_name()}")
        self.line(f"{name} = [{self.pick('', element)}]")
        self.budget -= 2
        index = self.fresh("i")
        with self.under(f"for {index} in range({self.pick('n', 'm')}):"):
            self.body(0, 2)
            self.line(f"{name}.append({self.pick(f'{self.v(1)} * 1.0', f'{self.v_name()}.copy()', f'{self.v_name()}')})")
        self.add("H", name)

    # ------------------------------------------------------------ the whole

    def program(self) -> str:
        for kind, name in ("v", "x"), ("v", "y"), ("M", "A"), ("s", "a"):
            self.add(kind, name)
        self.line("m = len(x)")
        if self.maybe(0.5):
            self.line("x = x * 1.0", "y = y * 1.0")
        self.statements(4, 9)
        while self.budget > MOST_STATEMENTS - 6:
            self.statement()
        parts = [f"{self.random.choice(['', '0.7 * ', '1.3 * '])}{name}" for name in self.names["s"][-4:]]
        vectors = dict.fromkeys([*self.names["v"][:2], *self.names["v"][-3:]])
        parts += [f"np.sum({name} * {self.random.choice(['x', '1.1', 'a'])})" for name in vectors]
        parts += [f"np.sum({name} ** 2)" for name in self.names["M"]]
        parts += [f"np.sum({name}[0] * {name}[1])" for name in self.names["L"][-2:]]
        parts += [f"np.sum({name}.v) * {name}.s" for name in self.names["O"][-2:]]
        parts += [f'np.sum({name}["v"]) * {name}["s"]' for name in self.names["D"][-2:]]
        parts += [f"sum({name})" for name in self.names["G"][-2:]]
        parts += [f"sum([np.sum(h) for h in {name}])" for name in self.names["H"][-2:]]
        parts += [f"np.sum({name})" for name in self.names["t"][-2:]]
        self.line(f"return 0.0 + {' + '.join(sorted(parts))}")
        return HEADER + "def f(x, y, A, a, n, k):\n" + "\n".join(self.lines) + "\n"
