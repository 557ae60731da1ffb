"""Families of operations that load with the first use of their package: what a program does not use costs it no time."""

from __future__ import annotations

import importlib
import sys
from types import FunctionType
from typing import Any

from s2sad.rules.declare import COMPOSITES, REGISTRY

# module of `s2sad.rules` → the package whose functions it declares
LATE: dict[str, str] = {
    "floating": "numpy",
    "folds": "numpy",
    "missing": "numpy",
    "moves": "numpy",
    "partial": "numpy",
    "parts": "numpy",
    "searching": "numpy",
    "sorting": "numpy",
    "statistics": "numpy",
    "writes": "numpy",
    "sampled": "numpy",
    "vector_products": "numpy",
    "convolution": "numpy",
    "polynomials": "numpy",
    "polynomial_bases": "numpy.polynomial",
    "matrix_functions": "numpy.linalg",
    "singular": "numpy.linalg",
    "fourier": "numpy.fft",
    "complex_mathematics": "cmath",
    "special": "scipy.special",
}


def load_packages(*packages: str) -> bool:
    """Load the late families of these packages; return whether that was still to be done."""
    fresh = [family for family, package in LATE.items() if package in packages and f"s2sad.rules.{family}" not in sys.modules]
    for family in fresh:
        importlib.import_module(f"s2sad.rules.{family}")
    return bool(fresh)


def declared(function: Any) -> bool:
    """Whether there is a rule or a composite for a function; loads the late families when it may be in one of them.

    Raises TypeError for an object that cannot be hashed.
    """
    if function in REGISTRY.functions or function in COMPOSITES:
        return True
    module = getattr(function, "__module__", None) or ""
    if isinstance(function, FunctionType) and module.partition(".")[0] not in ("numpy", "scipy"):
        return False
    return load_packages(*(package for package in dict.fromkeys(LATE.values()) if package in sys.modules)) and (
        function in REGISTRY.functions or function in COMPOSITES
    )


def load(family: str) -> None:
    """Declare the operations of one family."""
    importlib.import_module(f"s2sad.rules.{family}")


def load_all() -> None:
    """Declare every operation whose package is installed; for tests and tables, which walk the registry."""
    from importlib.util import find_spec

    load_packages(*(package for package in dict.fromkeys(LATE.values()) if find_spec(package.partition(".")[0]) is not None))


REGISTRY.rules.missing = lambda: load_packages("numpy")
