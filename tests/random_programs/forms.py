"""The simple statements of random programs: assignment, updates in place, views, containers, calls."""

from __future__ import annotations

from collections.abc import Callable

from random_programs.scope import Scope

Form = tuple[float, str, Callable[[], list[str]]]

HEADER = """import numpy as np


class Box:
    def __init__(self, v, s):
        self.v = v
        self.s = s

    def step(self, c):
        self.v *= 0.5
        self.s = self.s + c * 0.1
        return self.s


def bend(p, q):
    if p > 0.3:
        return np.sin(p) * q
    for _ in range(2):
        if p > q:
            return p * q
        p = p + 0.5
    return p - 0.5 * q


def small(p):
    if p > 1.2:
        raise ValueError("too large")
    return np.tanh(p)


def square(u):
    return u * u - 0.5


def scale(v, c):
    v *= c
    if len(v) > 1:
        v[0] = v[1] * c
    return np.sum(v)


def one_of(u, v, c):
    return u if c > 0.1 else v


def first(B):
    return B[0]


def mix(u, v):
    u += 0.5 * v
    v[...] = u * 0.9
    return u


def parts(v):
    for e in v:
        yield e * e


"""


class Forms(Scope):
    """Makes simple statements."""

    def simple(self) -> list[Form]:
        """Return the statements that can be made here: weight, name of the form, maker."""
        table: list[Form] = [
            (2, "assign", self.assign_number),
            (2, "assign", self.assign_vector),
            (2, "assign", self.rebind_number),
            (1.5, "assign", self.rebind_vector),
            (3, "in place", self.augment),
            (3, "in place", self.element),
            (1.5, "in place", self.slices),
            (1.5, "alias", self.alias),
            (1, "alias", self.swap_names),
            (1, "choice", self.choose),
            (1.5, "view", self.short_view),
            (1, "in place", self.swap_elements),
            (1, "fancy", self.fancy),
            (1, "mask", self.mask),
            (2, "out", self.out),
            (1, "helper", self.call),
            (0.7, "helper", self.call_for_reference),
            (0.6, "print", lambda: [f"print({self.s(1)})"]),
            (0.3, "raise", lambda: [f"small({self.s()})"]),
            (2, "matrix", self.matrix),
            (0.5, "matrix", self.new_matrix),
            (0.7, "integers", self.integers),
            (1, "lists", self.new_list),
            (1, "objects", self.new_object),
            (0.7, "dicts", self.new_dict),
            (0.7, "growing", lambda: [f"{self.add('G', self.fresh('g'))} = [{self.s(1)}]"]),
        ]
        if self.names["L"]:
            table += [(2, "lists", self.use_list)]
        if self.names["O"]:
            table += [(2, "objects", self.use_object)]
        if self.names["D"]:
            table += [(1.5, "dicts", self.use_dict)]
        if self.names["G"]:
            table += [(2, "growing", lambda: [f"{self.a('G')}.append({self.s()})"])]
        if self.names["F"]:
            table += [(1, "closures", self.call_closure)]
        return table

    def bind(self, kind: str, value: str) -> list[str]:
        """Return an assignment to a new name."""
        name = self.fresh(kind)
        self.add(kind, name)
        return [f"{name} = {value}"]

    # ------------------------------------------------------------ assignment

    def assign_number(self) -> list[str]:
        return self.bind("s", self.s())

    def assign_vector(self) -> list[str]:
        return self.bind("v", f"{self.v()} * 1.0")

    def rebind_number(self) -> list[str]:
        name = self.a("s")
        return [f"{name} {self.pick('=', '=', '+=', '*=', '-=')} {self.s()}"]

    def rebind_vector(self) -> list[str]:
        return [f"{self.a('v')} = {self.v()} {self.pick('* 1.0', '+ 0.0', '')}".rstrip()]

    def augment(self) -> list[str]:
        return [f"{self.target()} {self.pick('+=', '-=', '*=')} {self.pick(self.v(1), f'np.tanh({self.s(1)})')}"]

    def element(self) -> list[str]:
        target = f"{self.v_name()}[{self.index()}]"
        return [f"{target} {self.pick('=', '=', '+=', '*=')} {self.s(1)}"]

    def slices(self) -> list[str]:
        name, other = self.v_name(), self.v_name()
        return [
            self.pick(
                f"{name}[1:] = {other}[:-1] * {self.s(0)}",
                f"{name}[:-1] += {other}[1:]",
                f"{name}[::2] *= {self.s(0)}",
                f"{name}[:] = {self.v(1)}",
                f"{name}[...] = {self.s(1)}",
                f"{name}[::-1] = {self.v(1)}",
                f"{name}[1:], {other}[:-1] = {other}[:-1], {name}[1:]",
            )
        ]

    def alias(self) -> list[str]:
        if self.maybe(0.5):
            return self.bind("v", self.place())
        return [f"{self.a('v')} = {self.place()}"]

    def swap_names(self) -> list[str]:
        if self.maybe(0.2):
            left, right = self.a("s"), self.a("s")
        else:
            left, right = self.a("v"), self.a("v")
            if self.maybe(0.2):
                third = self.a("v")
                return [f"{left}, {right}, {third} = {right}, {third}, {left}"]
        return [f"{left}, {right} = {right}, {left}"]

    def swap_elements(self) -> list[str]:
        name, other = self.v_name(), self.v_name()
        left, right = self.index(), self.index()
        return [f"{name}[{left}], {other}[{right}] = {other}[{right}], {name}[{left}]"]

    def choose(self) -> list[str]:
        value = f"{self.place()} if {self.condition()} else {self.place()}"
        if self.maybe(0.2):
            value += f" if {self.condition(0)} else {self.place()}"
        return self.bind("v", value) if self.maybe(0.6) else [f"{self.a('v')} = {value}"]

    def short_view(self) -> list[str]:
        if self.names["t"] and self.maybe(0.6):
            name = self.a("t")
            return [
                self.pick(
                    f"{name} *= {self.s(1)}",
                    f"{name} += {self.v_name()}[1:]",
                    f"{name}[...] = {self.v_name()}[:-1]",
                    f"{name}[::-1] += {name}",
                )
            ]
        return self.bind("t", f"{self.v_name()}{self.pick('[1:]', '[:-1]', '[::-1][1:]')}")

    # ------------------------------------------------------------ NumPy's ways to write

    def fancy(self) -> list[str]:
        name = self.v_name()
        return [
            self.pick(
                f"{name}[k] = {self.v(1)}",
                f"{name}[k] {self.pick('+=', '*=')} {self.pick(self.v(1), self.s(1))}",
                f"np.{self.pick('add', 'subtract')}.at({name}, k, {self.pick(self.v(1), self.s(1))})",
                f"np.put({name}, k, {self.v(1)})",
                f"{name}[[0, -1]] = {name}[[-1, 0]]",
                f"np.put_along_axis({name}, k, {self.v(1)}, 0)",
            )
        ]

    def mask(self) -> list[str]:
        name, other = self.v_name(), self.v_name()
        if self.maybe(0.3):
            mask = self.fresh("mask")
            return [f"{mask} = {other} > {self.s(0)}", f"{name}[{mask}] {self.pick('=', '*=', '+=')} {self.s(1)}"]
        return [
            self.pick(
                f"{name}[{other} > {self.s(0)}] {self.pick('=', '*=', '+=')} {self.s(1)}",
                f"np.putmask({name}, {other} > {self.s(0)}, {self.v(1)})",
                f"np.copyto({name}, {self.v(1)}, where={other} < {self.s(0)})",
                f"np.copyto({name}, {self.v(1)})",
            )
        ]

    def out(self) -> list[str]:
        name = self.place()
        return [
            self.pick(
                f"np.{self.pick('add', 'multiply', 'subtract')}({self.v(1)}, {self.pick(self.v(1), self.s(1))}, out={name})",
                f"np.{self.pick('sin', 'tanh', 'negative')}({self.v(1)}, out={name})",
                f"np.multiply({self.v(1)}, {self.s(1)}, out={name}, where={self.v_name()} > {self.s(0)})",
                f"np.clip({self.v(1)}, -0.5, 0.6, out={name})",
                f"np.cumsum({self.v_name()}, out={name})",
                f"{name}.fill({self.s(1)})",
                f"{name}.sort()",
                *([f"np.matmul({self.a('M')}, {self.v(1)}, out={self.a('v')})"] if self.allowed("matrix") else []),
            )
        ]

    # ------------------------------------------------------------ matrices

    def matrix(self) -> list[str]:
        name = self.a("M")
        i, j = self.index(), self.index()
        return [
            self.pick(
                f"{name} *= {self.s(1)}",
                f"{name}[{i}] {self.pick('=', '+=', '*=')} {self.v(1)}",
                f"{name}[:, {i}] {self.pick('=', '+=')} {self.v(1)}",
                f"{name}[{i}, {j}] {self.pick('=', '*=')} {self.s(1)}",
                f"{name}[{i}][{j}] += {self.s(1)}",
                f"{name}.T[...] = {self.a('M')} * {self.s(0)}",
                f"{name} += {self.a('M')}.T",
                f"{name}[{name} > {self.s(0)}] = {self.s(1)}",
                f"{name}[[0, -1]] = {name}[[-1, 0]]",
                f"{name}[:, 1:] += {name}[:, :-1]",
                f"{name}[1:-1, 1:-1] = 0.5 * ({name}[2:, 1:-1] + {name}[:-2, 1:-1])",
                f"np.fill_diagonal({name}, {self.s(1)})",
                f"{name}[{i}], {name}[{j}] = {name}[{j}].copy(), {name}[{i}].copy()",
                f"{name}[{i}], {name}[{j}] = {name}[{j}], {name}[{i}]",
                *([f"{name}.flat[:1] = {self.s(1)}", f"{name}.reshape(-1)[0] = {self.s(1)}"] if self.allowed("reshape") else []),
            )
        ]

    def new_matrix(self) -> list[str]:
        return self.bind(
            "M",
            self.pick(
                f"np.outer({self.v(1)}, {self.v(1)})",
                f"{self.a('M')}.copy()",
                f"{self.a('M')}.T",
                f"{self.a('M')}",
                f"{self.a('M')} * {self.s(1)}",
            ),
        )

    def integers(self) -> list[str]:
        name = self.fresh("k")
        return [
            f"{name} = np.arange(m)",
            self.pick(f"{name} += 1", f"{name}[0] = 3", f"{name}[1:] = {name}[:-1]", f"{name} *= n"),
            f"{self.target()} += {name} * 0.1",
        ]

    # ------------------------------------------------------------ containers

    def new_list(self) -> list[str]:
        elements = [self.pick(self.place(), self.place(), self.v(1)) for _ in range(self.random.randint(2, 3))]
        return self.bind("L", f"[{', '.join(elements)}]")

    def use_list(self) -> list[str]:
        name, i = self.a("L"), self.pick("0", "1", "-1", "n % 2")
        return [
            self.pick(
                f"{name}[{i}] = {self.pick(self.place(), self.v(1))}",
                f"{name}[{i}] {self.pick('+=', '*=')} {self.pick(self.v(1), self.s(1))}",
                f"{name}[{i}][{self.index()}] {self.pick('=', '+=')} {self.s(1)}",
                f"{name}[0], {name}[1] = {name}[1], {name}[0]",
                f"{self.a('v')} = {name}[{i}]",
                f"{self.a('v')} = {name}[{i}]",
            )
        ]

    def new_object(self) -> list[str]:
        if self.names["O"] and self.maybe(0.3):
            return self.bind("O", self.a("O"))
        return self.bind("O", f"Box({self.pick(self.place(), self.v(1) + ' * 1.0')}, {self.s(1)})")

    def use_object(self) -> list[str]:
        name = self.a("O")
        return [
            self.pick(
                f"{name}.v = {self.pick(self.place(), self.v(1) + ' * 1.0')}",
                f"{name}.v {self.pick('+=', '*=')} {self.pick(self.v(1), self.s(1))}",
                f"{name}.v[{self.index()}] = {self.s(1)}",
                f"{name}.s {self.pick('=', '+=')} {self.s(1)}",
                f"{name}.step({self.s(1)})",
                f"{self.a('v')} = {name}.v",
            )
        ]

    def new_dict(self) -> list[str]:
        return self.bind("D", f'{{"v": {self.pick(self.place(), self.v(1))}, "s": {self.s(1)}}}')

    def use_dict(self) -> list[str]:
        name = self.a("D")
        return [
            self.pick(
                f'{name}["v"] = {self.pick(self.place(), self.v(1))}',
                f'{name}["v"] {self.pick("+=", "*=")} {self.pick(self.v(1), self.s(1))}',
                f'{name}["s"] {self.pick("=", "+=", "*=")} {self.s(1)}',
                f'{self.a("v")} = {name}["v"]',
            )
        ]

    # ------------------------------------------------------------ calls

    def call(self) -> list[str]:
        return self.bind("s", f"scale({self.place()}, np.cos({self.s(1)}))")

    def call_for_reference(self) -> list[str]:
        value = self.pick(f"one_of({self.place()}, {self.place()}, {self.s(1)})", f"mix({self.place()}, {self.place()})")
        return self.bind("v", value) if self.maybe(0.6) else [f"{self.a('v')} = {value}"]

    def call_closure(self) -> list[str]:
        if self.maybe(0.5):
            return [f"{self.a('F')}({self.s(1)})"]
        return self.bind("s", f"{self.a('F')}({self.s(1)})")
