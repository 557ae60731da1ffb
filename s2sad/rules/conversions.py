"""Conversions: between Python numbers, NumPy scalars and dtypes; real and imaginary parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import BOOL, COMPLEX, FLOAT, INT, Array, Number, Scalar, Type, dtype_of, is_inexact, shape_of
from s2sad.rules import simplify
from s2sad.rules.declare import Rule, constant, linear, point, primitive
from s2sad.rules.formula import is_complex
from s2sad.rules.points import complex_real, real
from s2sad.rules.types import array_or_scalar, numeric, real_dtype

_PYTHON: dict[str, Callable[..., Any]] = {"float": float, "int": int, "bool": bool, "complex": complex}


@cache
def dtype_name(dtype: str) -> str:
    """Return a dtype as source text, such as ``np.float32``."""
    return f"np.{np.dtype(dtype).type.__name__}"


def _numbers() -> list[Any]:
    return [point(1.5), point(2), point(np.float64(1.5)), point(np.float32(0.5)), point(real()), point(True)]


to_float = linear(
    "to_float", "x", "float(x)", float, [lambda g, y, x: g], infer=lambda sizes, x: FLOAT, functions=[float], raises=True, at=_numbers
)
to_complex = linear(
    "to_complex",
    "x",
    "complex(x)",
    complex,
    [lambda g, y, x: g],
    infer=lambda sizes, x: COMPLEX,
    functions=[complex],
    complex=True,
    raises=True,
    at=lambda: [*_numbers(), point(1 + 2j)],
)
to_int = constant(
    "to_int",
    "x",
    "int(x)",
    int,
    functions=[int],
    raises=True,
    at=_numbers,
    infer=lambda sizes, x: Number("int", x.size) if isinstance(x, Number) else INT,
)
to_bool = constant("to_bool", "x", "bool(x)", bool, infer=lambda sizes, x: BOOL, functions=[bool], complex=True, raises=True, at=_numbers)


def _cast(x: Any, *, kind: Type) -> Any:
    dtype = dtype_of(kind)
    assert dtype is not None
    if dtype[0] not in "c" and np.iscomplexobj(x):
        x = np.real(x)
    match kind:
        case Number(name):
            return _PYTHON[name](x)
        case Scalar():
            return np.dtype(dtype).type(x)
    return np.asarray(x).astype(dtype)


def _cast_type(sizes: Sizes, x: Type, *, kind: Type) -> Type:
    numeric("a conversion", x)
    if isinstance(kind, Array):
        return Array(kind.dtype, shape_of(x))
    if isinstance(kind, Number) and kind.kind == "int" and isinstance(x, Number):
        return Number("int", x.size)
    return kind


def _spell_cast(x: Type, *, kind: Type) -> str:
    source, dtype = dtype_of(x), dtype_of(kind)
    assert source is not None and dtype is not None
    inner = "x"
    if source[0] == "c" and dtype[0] != "c":
        inner = "x.real"
        if real_dtype(source) == dtype and isinstance(kind, (Scalar, Array)) and isinstance(x, (Scalar, Array)):
            return inner
    match kind:
        case Number(name):
            return f"{name}({inner})"
        case Scalar():
            return f"{dtype_name(dtype)}({inner})"
    return f"{inner}.astype({dtype_name(dtype)})" if isinstance(x, Array) else f"np.asarray({inner}, dtype={dtype_name(dtype)})"


cast: Rule = primitive(
    "cast",
    "x, /, kind=None",
    "x.astype(kind)",
    _cast,
    infer=_cast_type,
    complex=True,
    spell=_spell_cast,
    simplify=simplify.cast,
    pushforwards=lambda k, t, y, x, *, kind: cast(t, kind=kind) if is_inexact(kind) else None,
    pullbacks=lambda k, g, y, x, *, kind: g if is_inexact(kind) else None,
    at=lambda: [
        point(real(3), kind=Array("f4", None)),
        point(real(3, dtype="f4"), kind=Array("f8", None)),
        point(real(2, 2), kind=Array("i8", None)),
        point(complex_real(3), kind=Array("f8", None)),
        point(1.5, kind=Scalar("f8")),
        point(np.float64(1.5), kind=Number("float")),
        point(np.float64(1.5), kind=Scalar("f4")),
        point(np.arange(3), kind=Array("f8", None)),
        point(np.array([True, False]), kind=Array("i8", None)),
        point(2, kind=Number("float")),
    ],
)


def _part_type(sizes: Sizes, x: Type) -> Type:
    numeric("real or imag", x)
    if isinstance(x, Number):
        return Number("float") if x.kind == "complex" else x
    return (
        array_or_scalar(real_dtype(str(dtype_of(x))), shape_of(x))
        if isinstance(x, Scalar)
        else Array(real_dtype(str(dtype_of(x))), shape_of(x))
    )


def _parts() -> list[Any]:
    return [
        point(complex_real(3)),
        point(complex_real(2, 2, dtype="c8")),
        point(1 + 2j),
        point(np.complex128(1 + 2j)),
        point(real(3)),
        point(1.5),
    ]


real_part = linear(
    "real",
    "x",
    "x.real",
    lambda x: x.real,
    [lambda g, y, x: g],
    infer=_part_type,
    functions=[np.real],
    attributes=["real"],
    complex=True,
    sharing="view",
    at=_parts,
)
imag_part: Rule = primitive(
    "imag",
    "x",
    "x.imag",
    lambda x: x.imag,
    infer=_part_type,
    functions=[np.imag],
    attributes=["imag"],
    complex=True,
    sharing="view",
    at=_parts,
    pushforwards=lambda k, t, y, x: imag_part(t) if is_complex(t) else None,
    pullbacks=lambda k, g, y, x: g * -1j if is_complex(x) else None,
)


def _conjugate_type(sizes: Sizes, x: Type) -> Type:
    numeric("conjugate", x)
    return Number("int", x.size) if isinstance(x, Number) and x.kind == "bool" else x


conjugate: Rule = linear(
    "conjugate",
    "x",
    "np.conjugate(x)",
    lambda x: x.conjugate() if isinstance(x, (int, float, complex, np.generic)) else np.conjugate(x),
    [lambda g, y, x: conjugate(g) if is_complex(x) else g],
    infer=_conjugate_type,
    functions=[np.conjugate, np.conj],
    complex=True,
    methods=["conjugate", "conj"],
    spell=lambda x: "x.conjugate()" if not isinstance(x, Array) else "np.conjugate(x)",
    at=_parts,
)


def _array_type(sizes: Sizes, x: Type) -> Type:
    numeric("asarray", x)
    return Array(str(dtype_of(x)), shape_of(x))


as_array = linear(
    "asarray",
    "x",
    "np.asarray(x)",
    np.asarray,
    [lambda g, y, x: g],
    infer=_array_type,
    functions=[np.asarray, np.asanyarray],
    complex=True,
    sharing="same",
    at=lambda: [point(real(3)), point(1.5), point(np.float32(1.5)), point(real()), point(2)],
)
