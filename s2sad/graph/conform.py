"""Whether a value that was computed has the type that the graph says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, Dict, List, Number, Optional, Scalar, Tuple, Type

_NUMBERS: dict[str, type] = {"bool": bool, "int": int, "float": float, "complex": complex}


def nonconformity(value: object, kind: Type, atoms: Mapping[str, int]) -> str:
    """Say why `value` is not of type `kind`, or give an empty string; `atoms` says what the sizes are."""
    match kind:
        case Number(name, size, also):
            if type(value) is not _NUMBERS[name] and type(value).__name__ not in also:
                return f"is {_describe(value)}, not a Python {name}"
            return _size_problem(value, size, atoms) if isinstance(value, int) and size is not None else ""
        case Scalar(dtype, also):
            if type(value).__name__ in also or (isinstance(value, np.generic) and value.dtype == np.dtype(dtype)):
                return ""
            return f"is {_describe(value)}, not a scalar {dtype}"
        case Array(dtype, shape):
            if not isinstance(value, np.ndarray) or value.dtype != np.dtype(dtype):
                return f"is {_describe(value)}, not an array of {dtype}"
            if shape is None:
                return ""
            if len(shape) != value.ndim:
                return f"has shape {value.shape}, not {kind}"
            return next(filter(None, (_size_problem(n, size, atoms) for n, size in zip(value.shape, shape, strict=True))), "")
        case List(element):
            if not isinstance(value, list):
                return f"is {_describe(value)}, not a list"
            return next(filter(None, (nonconformity(part, element, atoms) for part in value)), "")
        case Dict(_, element):
            if not isinstance(value, dict):
                return f"is {_describe(value)}, not a dict"
            return next(filter(None, (nonconformity(part, element, atoms) for part in value.values())), "")
        case Tuple(elements):
            if not isinstance(value, tuple) or len(value) != len(elements):
                return f"is {_describe(value)}, not a tuple of {len(elements)}"
            return next(filter(None, (nonconformity(*pair, atoms) for pair in zip(value, elements, strict=True))), "")
        case Optional(inner):
            return "" if value is None else nonconformity(value, inner, atoms)
    return ""


def _size_problem(number: int, size: Size, atoms: Mapping[str, int]) -> str:
    expected = size.evaluate(atoms)
    return "" if expected is None or expected == number else f"has size {number}, not {size} = {expected}"


def _describe(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} with shape {value.shape}"
    return f"{type(value).__name__} {value!r}"
