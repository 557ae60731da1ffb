"""Sizes: what the compiler knows about the length of a dimension.

A size is an affine expression in *atoms*: `n`, `n - 2`, `2*n + m`.  An atom is either a label of the entry (the length of a
dimension of an argument, or the value of an integer argument) or something known only at run time.  Equality is
decided symbolically; where that fails, what was *seen* in the call decides, and the decision is recorded as an
`Assumption` that the entry of the generated function tests.  That two labels differ is never a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from s2sad.record import record


@record(frozen=True)
class Atom:
    """One unknown of a size expression.

    `name` is unique in a graph.  `operator` is empty for a plain label; otherwise the atom stands for a non-affine
    expression of sizes: ``"ceil_div"`` (a, k), ``"floor_div"`` (a, k), ``"multiply"`` (a, b), ``"maximum"`` (a, b),
    ``"minimum"`` (a, b).  `entry` says that the value can be computed from the arguments at entry; otherwise the size
    is known only while the function runs.
    """

    name: str
    operator: str = ""
    operands: tuple[Size, ...] = ()
    entry: bool = True

    def __str__(self) -> str:
        if not self.operator:
            return self.name
        left, right = self.operands
        match self.operator:
            case "ceil_div":
                return f"-(-({left}) // ({right}))"
            case "floor_div":
                return f"({left}) // ({right})"
            case "multiply":
                return f"({left}) * ({right})"
            case _:
                return f"{'max' if self.operator == 'maximum' else 'min'}({left}, {right})"


@record(frozen=True)
class Size:
    """An affine expression: `constant` plus the sum of coefficient times atom (terms sorted by the atom's name)."""

    terms: tuple[tuple[Atom, int], ...] = ()
    constant: int = 0

    @staticmethod
    def of(value: Size | Atom | int) -> Size:
        """Return `value` as a size."""
        if isinstance(value, Size):
            return value
        return Size(((value, 1),)) if isinstance(value, Atom) else Size((), int(value))

    @property
    def known(self) -> int | None:
        """The number, when the size is one."""
        return None if self.terms else self.constant

    @property
    def entry(self) -> bool:
        """Whether the size can be computed from the arguments when the function is entered."""
        return all(atom.entry and all(part.entry for part in atom.operands) for atom, _ in self.terms)

    def atoms(self) -> Iterable[Atom]:
        """Yield the plain atoms that the size depends on."""
        for atom, _ in self.terms:
            if atom.operator:
                for part in atom.operands:
                    yield from part.atoms()
            else:
                yield atom

    def __add__(self, other: Size | int) -> Size:
        right = Size.of(other)
        if not right.terms:
            return Size(self.terms, self.constant + right.constant)
        total = dict(self.terms)
        for atom, count in right.terms:
            total[atom] = total.get(atom, 0) + count
        terms = tuple(sorted(((a, c) for a, c in total.items() if c), key=lambda term: str(term[0])))
        return Size(terms, self.constant + right.constant)

    def __neg__(self) -> Size:
        return self * -1

    def __sub__(self, other: Size | int) -> Size:
        return self + (-other)

    def __mul__(self, other: Size | int) -> Size:
        right = Size.of(other)
        if right.known is None:
            if self.known is None:
                first, second = sorted((self, right), key=str)
                return Size.of(Atom("", "multiply", (first, second)))
            return right * self.constant
        factor = right.constant
        return Size(tuple((a, c * factor) for a, c in self.terms) if factor else (), self.constant * factor)

    __radd__ = __add__
    __rmul__ = __mul__

    def ceil_div(self, divisor: int) -> Size:
        """Return the size divided by `divisor`, rounded up."""
        if divisor == 1:
            return self
        if self.known is not None:
            return Size.of(-(-self.constant // divisor))
        return Size.of(Atom("", "ceil_div", (self, Size.of(divisor))))

    def evaluate(self, values: Mapping[str, int]) -> int | None:
        """Return the number for given values of the atoms, or None when an atom has none."""
        total = self.constant
        for atom, count in self.terms:
            number = _evaluate_atom(atom, values)
            if number is None:
                return None
            total += count * number
        return total

    def __index__(self) -> int:
        if self.known is None:
            raise TypeError(f"size {self} is not known")
        return self.known

    def __str__(self) -> str:
        text = ""
        for atom, count in self.terms:
            sign = "-" if count < 0 else "+"
            body = f"({atom})" if atom.operator and abs(count) != 1 else str(atom)
            piece = body if abs(count) == 1 else f"{abs(count)}*{body}"
            text = (piece if sign == "+" else f"-{piece}") if not text else f"{text} {sign} {piece}"
        if not text:
            return str(self.constant)
        if self.constant:
            text += f" {'-' if self.constant < 0 else '+'} {abs(self.constant)}"
        return text


def _evaluate_atom(atom: Atom, values: Mapping[str, int]) -> int | None:
    if not atom.operator:
        return values.get(atom.name)
    left, right = (part.evaluate(values) for part in atom.operands)
    if left is None or right is None:
        return None
    match atom.operator:
        case "ceil_div":
            return -(-left // right)
        case "floor_div":
            return left // right
        case "multiply":
            return left * right
        case "maximum":
            return max(left, right)
        case "minimum":
            return min(left, right)
    raise ValueError(f"unknown size operator {atom.operator!r}")


def maximum(left: Size, right: Size) -> Size:
    """Return the larger of two sizes, symbolically."""
    difference = (left - right).known
    if difference is not None:
        return left if difference >= 0 else right
    return Size.of(Atom("", "maximum", tuple(sorted((left, right), key=str))))


def minimum(left: Size, right: Size) -> Size:
    """Return the smaller of two sizes, symbolically."""
    difference = (left - right).known
    if difference is not None:
        return left if difference <= 0 else right
    return Size.of(Atom("", "minimum", tuple(sorted((left, right), key=str))))


@record(frozen=True)
class Assumption:
    """`left <relation> right` held in the call that was compiled; the generated entry tests it.  Relation: ==, !=, >=."""

    left: Size
    relation: str
    right: Size

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"

    def holds(self, values: Mapping[str, int]) -> bool | None:
        """Say whether the assumption holds for given values of the atoms; None when it cannot be told."""
        left, right = self.left.evaluate(values), self.right.evaluate(values)
        if left is None or right is None:
            return None
        return {"==": left == right, "!=": left != right, ">=": left >= right}[self.relation]


@record()
class Sizes:
    """The size facts of one graph: what each entry atom was seen to be, and what has been assumed so far.

    A label of the entry is never 1: a dimension of length 1 has the size 1 itself.
    """

    seen: dict[str, int] = field(default_factory=dict)
    assumptions: dict[Assumption, None] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)  # atoms that the key guarantees to differ from 1
    _fresh: int = 0

    def fresh(self, hint: str = "k") -> Size:
        """Return a size that is known only at run time."""
        self._fresh += 1
        return Size.of(Atom(f"{hint}?{self._fresh}", entry=False))

    def assume(self, left: Size, relation: str, right: Size) -> None:
        """Record what was seen, unless it holds for every size."""
        fact = Assumption(left, relation, right)
        if left.known is not None and right.known is not None:
            if not fact.holds({}):
                raise ValueError(f"assumption {fact} is false")
            return
        if relation == "!=" and right == Size.of(1) and self._is_label(left):
            return
        if relation == ">=" and self._at_least(left - right):
            return
        self.assumptions[fact] = None

    def _is_label(self, size: Size) -> bool:
        return size.constant == 0 and len(size.terms) == 1 and size.terms[0][1] == 1 and size.terms[0][0].name in self.labels

    def _at_least(self, size: Size) -> bool:
        """Whether `size` is non-negative for all labels (lengths are never negative, and labels are never 1)."""
        return size.constant >= 0 and all(c > 0 and a.name in self.labels for a, c in size.terms)

    def equal(self, left: Size, right: Size) -> bool | None:
        """Decide `left == right`: by symbols, else by what was seen (recorded as an assumption), else None: unknown.

        False is only ever an assumption about the sizes seen; it is recorded as well.
        """
        if left == right or Assumption(left, "==", right) in self.assumptions or Assumption(right, "==", left) in self.assumptions:
            return True
        difference = (left - right).known
        if difference is not None:
            return difference == 0
        a, b = left.evaluate(self.seen), right.evaluate(self.seen)
        if a is None or b is None:
            return None
        self.assume(left, "==" if a == b else "!=", right)
        return a == b

    def is_one(self, size: Size) -> bool | None:
        """Decide whether a dimension is broadcast: it has the size 1."""
        if size.known is not None:
            return size.known == 1
        if self._is_label(size):
            return False
        return self.equal(size, Size.of(1))

    def at_least(self, size: Size, bound: int) -> bool | None:
        """Decide `size >= bound`, by what was seen if need be; None when unknown."""
        if size.known is not None:
            return size.known >= bound
        if self._at_least(size - bound):
            return True
        seen = size.evaluate(self.seen)
        if seen is None:
            return None
        if seen >= bound:
            self.assume(size, ">=", Size.of(bound))
            return True
        self.assume(Size.of(bound - 1), ">=", size)
        return False

    def broadcast(self, left: Size, right: Size) -> Size:
        """Return the size of two dimensions broadcast against each other.

        Raises
        ------
        ShapeError
            When the sizes seen do not fit: NumPy would raise ValueError.
        """
        if left == right or right.known == 1:
            return left
        if left.known == 1:
            return right
        if self._is_label(left) and self._is_label(right):
            same = self.equal(left, right)
            if same is False:
                raise ShapeError(f"sizes {left} and {right} cannot be broadcast")
            return left if same else self.fresh()
        a, b = left.evaluate(self.seen), right.evaluate(self.seen)
        if a is None or b is None:
            if left.known is not None and b is None:
                return left  # NumPy accepts only the same size or 1 on the other side
            if right.known is not None and a is None:
                return right
            return self.fresh()
        if a == b:
            self.assume(left, "==", right)
            return left
        if b == 1:
            self.assume(right, "==", Size.of(1))
            return left
        if a == 1:
            self.assume(left, "==", Size.of(1))
            return right
        raise ShapeError(f"sizes {left} ({a}) and {right} ({b}) cannot be broadcast")


class ShapeError(Exception):
    """The sizes do not fit; the primal itself would raise for them."""
