"""How an operation is declared: once, for both modes.

The *kind* of a declaration carries what is common to its operations:

- `elementwise`: one formula an operand, ``lambda g, y, a, b: g * ∂y/∂a``.  The Jacobian is diagonal, so the same formula
  pushes a tangent forward and pulls a cotangent back; the kind owns broadcasting and dtype promotion.
- `linear`: linear in each operand separately.  The push-forward is the operation itself with the tangent in the operand's
  place; the declaration gives the transposes.
- `primitive`: gives push-forwards and pull-backs.
- `constant`: derivative zero, said on purpose.
- `composite`: plain runnable Python, parsed and compiled like user code.

Formulas are callables on `Symbol`s; on plain numbers and arrays the same callables run with NumPy.  Operations are
callable: ``sin(symbol)`` appends a node, ``sin(0.5)`` evaluates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, NoReturn

from s2sad.errors import UnsupportedError
from s2sad.graph.build import Builder
from s2sad.graph.core import AT_TRIP, CONSTANT, Node, Operation, Value
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Type, dtype_of
from s2sad.record import record

Formula = Callable[..., Any]


@record(frozen=True)
class Point:
    """Operands and static arguments at which an operation is tested."""

    operands: tuple[Any, ...]
    static: dict[str, Any] = field(default_factory=dict)


def point(*operands: Any, **static: Any) -> Point:
    """Return a sample point."""
    return Point(operands, static)


@record(eq=False)
class Rule(Operation):
    """An operation with its derivative.

    Attributes
    ----------
    kind : str
        elementwise, linear, primitive, constant or composite.
    signature : Signature
        Names of the operands and the static arguments.
    spelling : str
        A Python expression in those names: how the operation is written in generated source.
    pushforward, pullback : callable or None
        ``pushforward(k, tangent, y, *operands, **static)`` is the contribution of the tangent of operand k to the tangent of
        the result; ``pullback(k, cotangent, y, *operands, **static)`` that of the cotangent of the result to the cotangent of
        operand k.  Both give a Symbol (or number), or None for zero.
    broadcasts : bool
        Whether operands are broadcast against each other; the cotangent of an operand is then summed over what was
        broadcast, outside the rule.
    complex : bool
        Whether complex operands are allowed.
    functions : tuple of callables
        The Python functions that the rule implements, such as `np.sin`.
    methods, attributes : tuple of str
        The ndarray methods and attributes that it implements.
    at : sequence of Point, or callable that gives one
        Where it is tested; a callable keeps the import cheap.
    spell : callable, optional
        ``spell(*types, **static)`` gives the spelling where it depends on the kinds of the operands or on static facts.
    order : tuple of str
        The names of operands and static arguments in the order of the Python call, where that is not operands first.
    results : tuple of str
        The names of the results, for an operation that has several: its type rule gives a `Tuple`, its evaluation a tuple.  Then
        push-forwards take the tuple of results and give a tuple (None for zero), and pull-backs take the tuple of cotangents
        (None for zero) and the tuple of results.
    returned : callable, optional
        Gives the class of named tuples that NumPy returns the results in.
    """

    kind: str = "primitive"
    signature: Signature = field(default_factory=lambda: Signature((), {}))
    spelling: str = ""
    pushforward: Formula | None = None
    pullback: Formula | None = None
    broadcasts: bool = False
    complex: bool = False
    functions: tuple[Callable[..., Any], ...] = ()
    methods: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    at: Sequence[Point] | Callable[[], Sequence[Point]] = ()
    spell: Callable[..., str] | None = None
    order: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    returned: Callable[[], type] | None = None
    doc: str = ""

    @property
    def points(self) -> tuple[Point, ...]:
        """Where the operation is tested."""
        return tuple(self.at() if callable(self.at) else self.at)

    def written(self, types: Sequence[Type], static: Mapping[str, Any]) -> str:
        """Return the spelling for operands of these types; a name that occurs twice in it must be bound to a name first."""
        return self.spelling if self.spell is None else self.spell(*types, **static)

    def __call__(self, *operands: Any, **static: Any) -> Any:
        """Apply the operation to symbols (appends a node) or to plain data (evaluates)."""
        builder = next((operand.builder for operand in operands if isinstance(operand, Symbol)), None)
        if builder is None:
            assert self.evaluate is not None
            return self.evaluate(*operands, **static)
        values = [operand.value if isinstance(operand, Symbol) else operand for operand in operands]
        if self.results:
            return tuple(Symbol(builder, value) for value in builder.emit_several(self, *values, **static))
        return Symbol(builder, builder.emit(self, *values, **static))


@record(frozen=True)
class Signature:
    """Names of operands, in order (`*name` last for any number), and static arguments with their defaults."""

    operands: tuple[str, ...]
    static: dict[str, Any]
    keyword_only: frozenset[str] = frozenset()  # static arguments that Python code cannot give by position
    optional: dict[str, Any] = field(default_factory=dict)  # operands that may be left out, with the numbers that they then are

    @property
    def variadic(self) -> bool:
        """Whether the last operand stands for any number."""
        return bool(self.operands) and self.operands[-1].startswith("*")

    @staticmethod
    def parse(text: str) -> Signature:
        """Read ``"a, b, dx=1.0, /, axis=None, *, keepdims=False"``.

        Operands stand before the slash, those that may be left out with their defaults; static arguments with defaults after it,
        and after a star those that must be given by keyword (because NumPy has something between that no rule consumes).
        """
        before, _, after = text.partition("/")
        operands = tuple(name.strip().partition("=")[0] for name in before.split(",") if name.strip())
        optional = _defaults(",".join(name for name in before.split(",") if "=" in name)) if "=" in before else {}
        positional, _, keywords = after.partition("*,")
        static = _defaults(positional)
        by_keyword = _defaults(keywords)
        return Signature(operands, {**static, **by_keyword}, frozenset(by_keyword), optional)


def constant_of(value: Any) -> bool | int | float | complex | None:
    """Return the Python number that a value of a graph is known to be, or None."""
    owner = value.owner
    if isinstance(owner, Node):
        if owner.operation is AT_TRIP:
            return constant_of(owner.operands[0])
        if owner.operation is CONSTANT:
            number = owner.static["value"]
            return number if type(number) in (bool, int, float, complex) else None
    return None


_PLAIN = {"None": None, "True": True, "False": False, "()": ()}


def _defaults(text: str) -> dict[str, Any]:
    """Read ``"axis=None, k=0"``: plain constants only, without the cost of a parser at import."""
    defaults: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        if value in _PLAIN:
            defaults[name] = _PLAIN[value]
        elif value.startswith("'"):
            defaults[name] = value.strip("'")
        else:
            defaults[name] = float(value) if "." in value or "e" in value else int(value)
    return defaults


class Symbol:
    """A value of a graph with arithmetic: what a formula is written in."""

    __slots__ = ("builder", "value")
    __array_ufunc__ = None

    def __init__(self, builder: Builder, value: Value) -> None:
        self.builder = builder
        self.value = value

    @property
    def type(self) -> Type:
        """The kind of the value."""
        return self.value.type

    @property
    def constant(self) -> bool | int | float | complex | None:
        """The number that the value is known to be, or None."""
        return constant_of(self.value)

    def __add__(self, other: Any) -> Symbol:
        return _operator("add", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return _operator("add", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return _operator("subtract", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return _operator("subtract", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return _operator("multiply", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return _operator("multiply", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return _operator("divide", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return _operator("divide", other, self)

    def __floordiv__(self, other: Any) -> Symbol:
        return _operator("floor_divide", self, other)

    def __pow__(self, other: Any) -> Symbol:
        return _operator("power", self, other)

    def __rpow__(self, other: Any) -> Symbol:
        return _operator("power", other, self)

    def __matmul__(self, other: Any) -> Symbol:
        return _operator("matmul", self, other)

    def __neg__(self) -> Symbol:
        return _operator("negative", self)

    def __bool__(self) -> bool:
        raise TypeError("a formula cannot branch on a symbol; decide on its type, or use `where`")


class Rules(dict[str, Rule]):
    """Operations by name; a name that is not there may be in a family that loads late."""

    missing: Callable[[], bool] | None = None

    def __missing__(self, name: str) -> Rule:
        if self.missing is not None and self.missing() and name in self:
            return self[name]
        raise KeyError(name)


@record()
class Registry:
    """All operations, by name, by the Python function they implement, by method and by attribute."""

    rules: Rules = field(default_factory=Rules)
    functions: dict[Any, Rule] = field(default_factory=dict)
    methods: dict[str, Rule] = field(default_factory=dict)
    attributes: dict[str, Rule] = field(default_factory=dict)

    def add(self, rule: Rule) -> Rule:
        """Register a rule; each name, function, method and attribute belongs to one rule only."""
        if rule.name in self.rules:
            raise ValueError(f"operation {rule.name!r} is declared twice")
        if not rule.at and rule.kind != "structural":
            raise ValueError(f"operation {rule.name!r} has no sample points")
        if not rule.complex and rule.infer is not None:
            rule.infer = _real_only(rule.name, rule.infer)
        self.rules[rule.name] = rule
        for key in rule.functions:
            self.functions[key] = rule
        for name in rule.methods:
            self.methods[name] = rule
        for name in rule.attributes:
            self.attributes[name] = rule
        return rule


REGISTRY = Registry()


def _real_only(name: str, infer: Callable[..., Type]) -> Callable[..., Type]:
    """Deny complex operands to a rule that does not declare them: its formulas would be silently wrong."""

    def checked(sizes: Sizes, *types: Type, **static: Any) -> Type:
        for kind in types:
            if (dtype_of(kind) or "")[:1] == "c":
                raise UnsupportedError(
                    f"{name} of a complex number is not supported.", remedy="work with real and imaginary parts", code="S2S212"
                )
        return infer(sizes, *types, **static)

    return checked


def _operator(name: str, *operands: Any) -> Symbol:
    result = REGISTRY.rules[name](*operands)
    assert isinstance(result, Symbol)
    return result


def elementwise(
    name: str, signature: str, spelling: str, evaluate: Formula, formulas: Sequence[Formula | None], *, infer: Formula, **facts: Any
) -> Rule:
    """Declare an elementwise operation; `formulas` has one ``lambda g, y, *operands`` an operand, linear in g."""

    def apply(k: int, g: Any, y: Any, /, *operands: Any, **static: Any) -> Any:
        formula = formulas[k]
        return None if formula is None else formula(g, y, *operands, **static)

    return REGISTRY.add(
        Rule(
            name,
            evaluate,
            infer,
            kind="elementwise",
            signature=Signature.parse(signature),
            spelling=spelling,
            pushforward=apply,
            pullback=apply,
            broadcasts=True,
            **_tupled(facts),
        )
    )


def _zero(x: Any) -> Any:
    """Return zero in the shape of an operand."""
    if isinstance(x, Symbol):
        return REGISTRY.rules["zeros_like"](x) if isinstance(x.type, Array) else 0.0
    return 0.0 * x


def linear(
    name: str, signature: str, spelling: str, evaluate: Formula, transposes: Sequence[Formula] | Formula, *, infer: Formula, **facts: Any
) -> Rule:
    """Declare an operation that is linear in each operand; `transposes` has one ``lambda g, y, *operands, **static`` an operand.

    A single callable ``transposes(k, g, y, *operands, **static)`` serves operations with any number of operands; those
    are *jointly* linear (a concatenation), so the push-forward replaces the other operands by zeros.
    """

    def pushforward(k: int, t: Any, y: Any, /, *operands: Any, **static: Any) -> Any:
        if callable(transposes):
            return rule(*map(_zero, operands[:k]), t, *map(_zero, operands[k + 1 :]), **static)
        return rule(*operands[:k], t, *operands[k + 1 :], **static)

    def pullback(k: int, g: Any, y: Any, /, *operands: Any, **static: Any) -> Any:
        if callable(transposes):
            return transposes(k, g, y, *operands, **static)
        return transposes[k](g, y, *operands, **static)

    rule = Rule(
        name,
        evaluate,
        infer,
        kind="linear",
        signature=Signature.parse(signature),
        spelling=spelling,
        pushforward=pushforward,
        pullback=pullback,
        **_tupled(facts),
    )
    return REGISTRY.add(rule)


def primitive(
    name: str,
    signature: str,
    spelling: str,
    evaluate: Formula,
    *,
    infer: Formula,
    pushforwards: Sequence[Formula | None] | Formula,
    pullbacks: Sequence[Formula | None] | Formula,
    **facts: Any,
) -> Rule:
    """Declare an operation by its push-forwards and pull-backs.

    Each is one ``lambda g, y, *operands, **static`` an operand, or one callable with the operand's number in front.
    """

    def select(formulas: Sequence[Formula | None] | Formula) -> Formula:
        def apply(k: int, g: Any, y: Any, /, *operands: Any, **static: Any) -> Any:
            if callable(formulas):
                return formulas(k, g, y, *operands, **static)
            formula = formulas[k]
            return None if formula is None else formula(g, y, *operands, **static)

        return apply

    return REGISTRY.add(
        Rule(
            name,
            evaluate,
            infer,
            kind="primitive",
            signature=Signature.parse(signature),
            spelling=spelling,
            pushforward=select(pushforwards),
            pullback=select(pullbacks),
            **_tupled(facts),
        )
    )


def constant(name: str, signature: str, spelling: str, evaluate: Formula, *, infer: Formula, **facts: Any) -> Rule:
    """Declare an operation whose derivative is zero, on purpose."""
    return REGISTRY.add(
        Rule(name, evaluate, infer, kind="constant", signature=Signature.parse(signature), spelling=spelling, **_tupled(facts))
    )


@record(eq=False)
class Composite:
    """A NumPy function given as plain Python over other functions; compiled like user code."""

    function: Callable[..., Any]
    body: Callable[..., Any]
    at: Sequence[Point] | Callable[[], Sequence[Point]]


COMPOSITES: dict[Any, Composite] = {}


def composite(
    *functions: Callable[..., Any], at: Sequence[Point] | Callable[[], Sequence[Point]]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare that a plain Python function computes what NumPy's `functions` compute."""

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            COMPOSITES[function] = Composite(function, body, at)
        return body

    return register


def unsupported(what: str) -> NoReturn:
    """Refuse, from the body of a composite, what it does not cover."""
    raise UnsupportedError(f"{what} is not supported.", remedy="write it with other functions of NumPy", code="S2S214")


def _tupled(facts: dict[str, Any]) -> dict[str, Any]:
    renamed = dict(facts)
    for key in ("functions", "methods", "attributes"):
        if key in renamed:
            renamed[key] = tuple(renamed[key])
    return renamed
