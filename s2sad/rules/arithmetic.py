"""Python's operators: arithmetic, comparison, logic, bits, and conversions of kind.

On Python numbers they are Python's (``1.0 / 0.0`` raises), on NumPy scalars and arrays NumPy's.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import BOOL, INT, Number, Scalar, Type
from s2sad.rules import simplify
from s2sad.rules.choices import divide_unless_zero, multiply_unless_zero, select
from s2sad.rules.conversions import cast
from s2sad.rules.declare import constant, elementwise, linear, point, primitive
from s2sad.rules.formula import apply, is_complex, is_python, kind_of, known, not_empty
from s2sad.rules.points import binary, complex_real, real, unary
from s2sad.rules.types import operator_type, tower, ufunc_type


def _affine(combine: Callable[[Size, Size], Size]) -> Callable[..., Type]:
    """Return the type rule on Python numbers of an operation that keeps integers integers, and sizes sizes."""

    def python(a: Number, b: Number) -> Type:
        kind = tower(a, b)
        if kind == "int" and a.size is not None and b.size is not None:
            return Number("int", combine(a.size, b.size))
        return Number(kind)

    return python


def _times(a: Size, b: Size) -> Size:
    return a * b


def _quotient(a: Number, b: Number) -> Type:
    return Number(tower(a, b, least="float"))


def _floor(a: Number, b: Number) -> Type:
    kind = tower(a, b)
    if kind == "complex":
        raise UnsupportedError("floor division of complex numbers raises TypeError.", code="S2S211")
    if kind == "int" and a.size is not None and b.size is not None and (divisor := b.size.known) is not None and divisor > 0:
        if divisor == 1 or a.size.known is not None:
            return Number("int", a.size if a.size.known is None else Size.of(a.size.known // divisor))
        return Number("int", Size.of(Atom("", "floor_div", (a.size, b.size))))
    return Number(kind)


def _remainder(a: Number, b: Number) -> Type:
    kind = tower(a, b)
    if kind == "complex":
        raise UnsupportedError("the remainder of complex numbers raises TypeError.", code="S2S211")
    if kind == "int" and a.size is not None and b.size is not None and a.size.known is not None and b.size.known:
        return Number("int", Size.of(a.size.known % b.size.known))
    return Number(kind)


def _power_type(a: Number, b: Number) -> Type:
    kind = tower(a, b)
    if kind != "int":
        return Number(kind)
    exponent = b.size.known if b.size is not None else None
    if exponent is not None and exponent < 0:
        return Number("float")
    if a.size is not None and a.size.known is not None and exponent is not None and exponent < 64:
        return Number("int", Size.of(a.size.known**exponent))
    return Number("int")


def _signed(sign: int) -> Callable[..., Type]:
    def python(a: Number) -> Type:
        return Number("int", a.size * sign) if a.size is not None else Number(tower(a))

    return python


def _magnitude(a: Number) -> Type:
    if a.size is not None and a.size.known is not None:
        return Number("int", Size.of(abs(a.size.known)))
    return Number("float" if a.kind == "complex" else tower(a))


def _as_result(g: Any, y: Any, b: Any) -> Any:
    """Return a contribution that may be divided by `b` where the primal divided: a Python number would raise where NumPy's does not."""
    if not is_python(g, b) or is_python(y) or _is_nonzero(b):
        return g
    return cast(g, kind=Scalar("c16" if is_complex(g) else "f8"))


def _is_nonzero(b: Any) -> bool:
    number = known(b)
    if number is not None:
        return number != 0
    kind = kind_of(b)
    size = kind.size if isinstance(kind, Number) else None
    return size is not None and not_empty(b, size) is True


add = elementwise(
    "add",
    "a, b",
    "a + b",
    operator.add,
    [lambda g, y, a, b: g, lambda g, y, a, b: g],
    infer=operator_type(np.add, _affine(operator.add)),
    functions=[np.add],
    complex=True,
    simplify=simplify.add,
    at=binary(complex=True),
)
subtract = elementwise(
    "subtract",
    "a, b",
    "a - b",
    operator.sub,
    [lambda g, y, a, b: g, lambda g, y, a, b: -g],
    infer=operator_type(np.subtract, _affine(operator.sub)),
    functions=[np.subtract],
    complex=True,
    simplify=simplify.subtract,
    at=binary(complex=True),
)
multiply = elementwise(
    "multiply",
    "a, b",
    "a * b",
    operator.mul,
    [lambda g, y, a, b: g * b, lambda g, y, a, b: g * a],
    infer=operator_type(np.multiply, _affine(_times)),
    functions=[np.multiply],
    complex=True,
    simplify=simplify.multiply,
    at=binary(complex=True),
)
divide = elementwise(
    "divide",
    "a, b",
    "a / b",
    operator.truediv,
    [lambda g, y, a, b: _as_result(g, y, b) / b, lambda g, y, a, b: -_as_result(g, y, b) * y / b],
    infer=operator_type(np.divide, _quotient),
    functions=[np.divide],
    complex=True,
    raises=True,
    simplify=simplify.divide,
    at=binary(0.5, 2.0, complex=True),
)
negative = linear(
    "negative",
    "a",
    "-a",
    operator.neg,
    [lambda g, y, a: -g],
    infer=operator_type(np.negative, _signed(-1)),
    functions=[np.negative],
    complex=True,
    simplify=simplify.negative,
    at=unary(complex=True),
)
positive = linear(
    "positive",
    "a",
    "+a",
    operator.pos,
    [lambda g, y, a: g],
    infer=operator_type(np.positive, _signed(1)),
    functions=[np.positive],
    complex=True,
    at=unary(complex=True),
)
floor_divide = constant(
    "floor_divide",
    "a, b",
    "a // b",
    operator.floordiv,
    infer=operator_type(np.floor_divide, _floor),
    functions=[np.floor_divide],
    broadcasts=True,
    raises=True,
    at=binary(0.5, 9.0, extra=[point(7, 2), point(-7, 2)]),
)
remainder = elementwise(
    "remainder",
    "a, b",
    "a % b",
    operator.mod,
    [lambda g, y, a, b: g, lambda g, y, a, b: -g * (a // b)],
    infer=operator_type(np.remainder, _remainder),
    functions=[np.remainder, np.mod],
    raises=True,
    at=binary(2.1, 2.9, 0.7, 0.9, extra=[point(7, 2)]),
)


def power_by_base(g: Any, y: Any, a: Any, b: Any) -> Any:
    """Differentiate ``a ** b`` with respect to the base; the textbook's formula where the exponent is known."""
    n = known(b)
    if n is not None and not isinstance(n, complex):
        if n == 0:
            return None
        if n == 1:
            return g
        if n == 2:
            return 2.0 * a * g
        if 0 < n < 1:
            return divide_unless_zero(n * g, y if n == 0.5 else a ** (1 - n))
        return n * a ** (n - 1) * g
    if is_python(a, b):  # 0.0 ** -0.5 raises where NumPy gives the inf that is meant
        a = cast(a, kind=Scalar("c16" if is_complex(a) else "f8"))
    # 0 ** (b - 1) is unbounded below b = 1 and does not matter at b = 0
    return multiply_unless_zero(g * b, a ** select(equal(b, 0), 1.0, b - 1))


def _power_by_exponent(g: Any, y: Any, a: Any, b: Any) -> Any:
    # At a = 0 the limit is 0; a negative base has no derivative to its exponent: nan.
    n = known(a)
    if isinstance(n, (int, float)) and n > 0:
        return math.log(n) * y * g
    return g * y * apply("log", select(equal(a, 0), 1.0, a))


power = elementwise(
    "power",
    "a, b",
    "a ** b",
    operator.pow,
    [power_by_base, _power_by_exponent],
    infer=operator_type(np.power, _power_type),
    methods=["__pow__"],
    complex=True,
    raises=True,
    simplify=simplify.power,
    at=binary(
        0.5,
        2.0,
        complex=True,
        extra=lambda: [
            point(real(3), 2),
            point(real(3), 3),
            point(real(3, low=0.2), 2.0),
            point(-1.5, 2),
            point(-1.5, 3),
            point(real(3, dtype="f4"), 2),
            point(real(3, low=0.5), 0.5),
            point(2.0, 0.5),
            point(real(3, low=0.5), -1),
            point(2.0, -2),
            point(real(3), 0),
            point(2, 3),
            point(complex_real(3), 3),
        ],
    ),
)
np_power = elementwise(
    "np_power",
    "a, b",
    "np.power(a, b)",
    np.power,
    [power_by_base, _power_by_exponent],
    infer=operator_type(np.power, lambda a, b: Scalar("f8" if tower(a, b) == "float" else "c16" if tower(a, b) == "complex" else "i8")),
    functions=[np.power],
    complex=True,
    at=binary(0.5, 2.0, numbers=False),
)


def _absolute_forward(k: int, t: Any, y: Any, a: Any) -> Any:
    if is_complex(a):
        return apply("real", apply("conjugate", a) * t) / select(equal(y, 0), 1.0, y)
    return t * apply("sign", a)


def _absolute_back(k: int, g: Any, y: Any, a: Any) -> Any:
    if is_complex(a):
        return g * apply("conjugate", a) / select(equal(y, 0), 1.0, y)
    return g * apply("sign", a)


absolute = primitive(
    "absolute",
    "a",
    "abs(a)",
    abs,
    infer=operator_type(np.absolute, _magnitude),
    pushforwards=_absolute_forward,
    pullbacks=_absolute_back,
    functions=[np.absolute, abs],
    complex=True,
    at=unary(complex=True, extra=[point(0.0), point(-3)]),
)


# Of one complex number NumPy's function and Python's round differently.
np_absolute = primitive(
    "np_absolute",
    "a",
    "np.abs(a)",
    np.absolute,
    infer=ufunc_type(np.absolute),
    pushforwards=_absolute_forward,
    pullbacks=_absolute_back,
    complex=True,
    at=lambda: [point(np.complex128(0.3 - 0.8j)), point(0.3 + 0.8j), point(np.complex64(0.3 - 0.8j))],
)


def _comparison(name: str, symbol: str, evaluate: Any, ufunc: np.ufunc, **facts: Any) -> Any:
    return constant(
        name,
        "a, b",
        f"a {symbol} b",
        evaluate,
        infer=operator_type(ufunc, lambda a, b: BOOL),
        functions=[ufunc],
        broadcasts=True,
        at=binary(),
        **facts,
    )


less = _comparison("less", "<", operator.lt, np.less)
less_equal = _comparison("less_equal", "<=", operator.le, np.less_equal)
greater = _comparison("greater", ">", operator.gt, np.greater)
greater_equal = _comparison("greater_equal", ">=", operator.ge, np.greater_equal)
equal = _comparison("equal", "==", operator.eq, np.equal, complex=True)
not_equal = _comparison("not_equal", "!=", operator.ne, np.not_equal, complex=True)


def _logical_not(a: Any) -> Any:
    return not a if isinstance(a, (bool, int, float, complex)) and not isinstance(a, np.generic) else np.logical_not(a)


def _logical(python: Callable[[Any, Any], Any], ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    def evaluate(a: Any, b: Any) -> Any:
        plain = all(isinstance(x, (bool, int, float, complex)) and not isinstance(x, np.generic) for x in (a, b))
        return python(bool(a), bool(b)) if plain else ufunc(a, b)

    return evaluate


def _spell_logical(word: str, function: str) -> Callable[..., str]:
    def spell(a: Type, b: Type) -> str:
        if isinstance(a, Number) and isinstance(b, Number):
            return f"a {word} b" if a.kind == b.kind == "bool" else f"bool(a) {word} bool(b)"
        return f"{function}(a, b)"

    return spell


def _flags() -> list[Any]:
    flags = np.array([True, False, True])
    return [
        point(flags, ~flags),
        point(flags, True),
        point(True, False),
        point(np.bool_(True), flags),
        point(real(3), flags),
        point(True, True),
    ]


logical_not = constant(
    "logical_not",
    "a",
    "np.logical_not(a)",
    _logical_not,
    infer=operator_type(np.logical_not, lambda a: BOOL),
    functions=[np.logical_not],
    complex=True,
    spell=lambda a: "not a" if isinstance(a, Number) else "np.logical_not(a)",
    at=unary(extra=lambda: [point(True), point(np.array([True]))]),
)
logical_and = constant(
    "logical_and",
    "a, b",
    "np.logical_and(a, b)",
    _logical(operator.and_, np.logical_and),
    functions=[np.logical_and],
    infer=operator_type(np.logical_and, lambda a, b: BOOL),
    complex=True,
    broadcasts=True,
    spell=_spell_logical("and", "np.logical_and"),
    at=_flags,
)
logical_or = constant(
    "logical_or",
    "a, b",
    "np.logical_or(a, b)",
    _logical(operator.or_, np.logical_or),
    functions=[np.logical_or],
    infer=operator_type(np.logical_or, lambda a, b: BOOL),
    complex=True,
    broadcasts=True,
    spell=_spell_logical("or", "np.logical_or"),
    at=_flags,
)
logical_xor = constant(
    "logical_xor",
    "a, b",
    "np.logical_xor(a, b)",
    np.logical_xor,
    functions=[np.logical_xor],
    infer=operator_type(np.logical_xor, lambda a, b: Scalar("b1")),
    complex=True,
    broadcasts=True,
    at=_flags,
)


def _bits(a: Number, b: Number) -> Type:
    return BOOL if a.kind == b.kind == "bool" else INT


def _integers() -> list[Any]:
    flags = np.array([True, False])
    return [point(6, 3), point(np.array([6, 5]), 3), point(np.array([6, 5]), np.array([1, 2])), point(flags, ~flags), point(True, False)]


def _bitwise(name: str, symbol: str, evaluate: Any, ufunc: np.ufunc, python: Any = _bits) -> Any:
    return constant(
        name,
        "a, b",
        f"a {symbol} b",
        evaluate,
        infer=operator_type(ufunc, python),
        functions=[ufunc],
        broadcasts=True,
        at=_integers if python is _bits else [point(6, 3), point(np.array([6, 5]), 3)],
    )


bitwise_and = _bitwise("bitwise_and", "&", operator.and_, np.bitwise_and)
bitwise_or = _bitwise("bitwise_or", "|", operator.or_, np.bitwise_or)
bitwise_xor = _bitwise("bitwise_xor", "^", operator.xor, np.bitwise_xor)
left_shift = _bitwise("left_shift", "<<", operator.lshift, np.left_shift, lambda a, b: INT)
right_shift = _bitwise("right_shift", ">>", operator.rshift, np.right_shift, lambda a, b: INT)
invert = constant(
    "invert",
    "a",
    "~a",
    operator.invert,
    infer=operator_type(np.invert, lambda a: INT),
    functions=[np.invert],
    at=[point(6), point(np.array([6, 5])), point(np.array([True, False]))],
)
