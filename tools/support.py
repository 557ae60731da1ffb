"""Write docs/numpy.md: what s2sad does with each public function of NumPy and `math`, and each method and attribute of arrays.

    python3 tools/support.py           write
    python3 tools/support.py --check   say whether it is out of date, write nothing

What is supported is read from the registry; why something is not, stands in `REASONS`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from s2sad.frontend.array_methods import FUNCTION_OF_METHOD, METHODS  # noqa: E402
from s2sad.frontend.builtin_calls import BUILTINS  # noqa: E402
from s2sad.frontend.draws import MOVED  # noqa: E402
from s2sad.frontend.numpy_several import SEVERAL  # noqa: E402
from s2sad.frontend.numpy_special import SPECIAL  # noqa: E402
from s2sad.rules import families  # noqa: E402
from s2sad.rules.declare import COMPOSITES, REGISTRY  # noqa: E402

MODULES: tuple[tuple[str, ModuleType], ...] = (
    ("numpy", np),
    ("numpy.linalg", np.linalg),
    ("numpy.fft", np.fft),
    ("numpy.random", np.random),
    ("math", math),
)
DIFFERENTIABLE, CONSTANT, REFUSED = "differentiable", "constant", "not supported"

# Functions with a treatment of their own whose result carries no derivative.
FLAT = (
    "allclose broadcast_shapes can_cast diag_indices diag_indices_from indices iscomplexobj isdtype isrealobj isscalar issubdtype "
    "nonzero promote_types result_type shape ndim size tril_indices tril_indices_from triu_indices triu_indices_from ix_"
)
DRAWN = [
    "random",
    "standard_normal",
    "gamma",
    "beta",
    "standard_exponential",
    "rand",
    "randn",
    "laplace",
    "lognormal",
    "triangular",
    "standard_gamma",
    "chisquare",
    "random_sample",
    "randint",
    "poisson",
    "binomial",
    "geometric",
    "permutation",
    "shuffle",
    "choice",
]
REASONS: dict[str, str] = {
    "is about text, files or settings": (
        "array2string array_repr array_str base_repr binary_repr datetime_as_string datetime_data format_float_positional "
        "format_float_scientific from_dlpack frombuffer fromfile fromregex fromstring genfromtxt get_include get_printoptions getbufsize "
        "geterr geterrcall info load loadtxt printoptions save savetxt savez savez_compressed set_printoptions setbufsize seterr "
        "seterrcall show_config show_runtime test typename einsum_path min_scalar_type mintypecode common_type tofile tobytes dump dumps"
    ),
    "is about dates": "busday_count busday_offset is_busday isnat",
    "looks at how arrays lie in memory": (
        "may_share_memory shares_memory isfortran nested_iters packbits unpackbits base byteswap ctypes data device flags getfield "
        "setfield setflags strides to_device resize view"
    ),
    "makes matrices or masked arrays": "asmatrix bmat",
    "makes a function of objects": "frompyfunc iterable",
}


def why(name: str, part: str) -> str:
    """Return why a function of a part of the table is not supported."""
    return next((reason for reason, names in REASONS.items() if name in names.split()), "there is no rule for it yet")


def functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the public functions of a module by name."""
    for name in dir(module):
        value = getattr(module, name)
        if not name.startswith("_") and callable(value) and not isinstance(value, (type, ModuleType)):
            yield name, value


def status(name: str, function: Any) -> str:
    """Return what is done with a function."""
    rule = REGISTRY.functions.get(function)
    if rule is not None:
        return CONSTANT if rule.kind == "constant" else DIFFERENTIABLE
    if function in SPECIAL or function in SEVERAL:
        return CONSTANT if name in FLAT.split() else DIFFERENTIABLE
    if function in COMPOSITES or (function in BUILTINS and function is not math.fsum):
        return DIFFERENTIABLE
    if function is np.random.default_rng or function is np.random.seed:
        return CONSTANT
    if getattr(np.random, name, None) is function:
        return DIFFERENTIABLE if name in MOVED else CONSTANT if name in DRAWN else REFUSED
    return REFUSED


def member(name: str) -> str:
    """Return what is done with a method or attribute of arrays."""
    function = FUNCTION_OF_METHOD.get(name)
    if function is not None:
        return status(name, function)
    rule = REGISTRY.methods.get(name) or REGISTRY.attributes.get(name)
    if rule is not None:
        return CONSTANT if rule.kind == "constant" else DIFFERENTIABLE
    if name in ("shape", "dtype", "itemsize", "nbytes"):
        return CONSTANT
    return DIFFERENTIABLE if (name in METHODS and name != "view") or name in ("flat", "mT") else REFUSED


def listed(found: dict[str, list[str]], part: str) -> Iterator[str]:
    """Yield the lines of one part of the table."""
    for kind in (DIFFERENTIABLE, CONSTANT):
        if found[kind]:
            yield f"**{kind.capitalize()}** ({len(found[kind])}): " + ", ".join(f"`{name}`" for name in found[kind])
            yield ""
    reasons: dict[str, list[str]] = {}
    for name in found[REFUSED]:
        reasons.setdefault(why(name, part), []).append(name)
    if reasons:
        yield f"**Not supported** ({len(found[REFUSED])}):"
        yield ""
        for reason, names in sorted(reasons.items()):
            yield f"- {reason}: " + ", ".join(f"`{name}`" for name in names)
        yield ""


def rendered() -> str:
    """Return the text of docs/numpy.md."""
    families.load_all()
    lines = [
        "# What s2sad does with NumPy",
        "",
        f"Written by `python3 tools/support.py` from the registry of rules, for NumPy {np.__version__}.",
        "*Differentiable* functions have both modes at every order; the results of *constant* ones carry no derivative, on",
        "purpose: they count, compare, search or round.",
        "What is not supported is refused with the line of your program; nothing is silently taken for constant.",
        "",
    ]
    for title, module in MODULES:
        found: dict[str, list[str]] = {DIFFERENTIABLE: [], CONSTANT: [], REFUSED: []}
        for name, function in functions(module):
            found[status(name, function)].append(name)
        lines += [f"## {title}", "", *listed(found, title)]
    found = {DIFFERENTIABLE: [], CONSTANT: [], REFUSED: []}
    for name in dir(np.ndarray):
        if not name.startswith("_"):
            found[member(name)].append(name)
    lines += ["## Methods and attributes of arrays", "", *listed(found, "ndarray")]
    lines += [
        "Methods of ufuncs: `reduce`, `accumulate`, `outer`, `at` and `reduceat` of every ufunc with two operands; `where=` with `out=`;",
        "`where=` and `initial=` of reductions; `out=` and `dtype=` everywhere.  Objects: `np.r_`, `np.c_`, `np.s_`, `np.mgrid`,",
        "`np.ogrid`, `np.vectorize`.  Draws, of generators too, are constants in what they draw; `normal`, `uniform` and",
        "`exponential` are differentiated in their location, scale and bounds.",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    path = ROOT / "docs" / "numpy.md"
    text = rendered()
    if "--check" in arguments:
        return int(path.read_text(encoding="utf-8") != text)
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
