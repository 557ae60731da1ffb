"""Where a Python number and a NumPy scalar meet: after a branch or round a loop one name holds either."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Number, Scalar, Type
from s2sad.rules.conversions import cast
from s2sad.rules.declare import linear, point
from s2sad.rules.formula import kind_of


def _kind(sizes: Sizes, x: Type, *, kind: Type) -> Type:
    return kind


def _as_before(g: Any, x: Any) -> Any:
    """Return a cotangent as of the kind that the value had."""
    kind = kind_of(x)
    if isinstance(kind, (Number, Scalar)):
        return cast(g, kind=kind)
    return g if isinstance(kind, Array) else as_kind(g, kind=kind)


# The value itself, taken as of another kind.  Nothing is converted at run time: ``total = 0.0`` stays a Python float until the first
# trip of the loop has added a NumPy scalar to it.
as_kind = linear(
    "as_kind",
    "x, /, kind=None",
    "x",
    lambda x, *, kind: x,
    [lambda g, y, x, *, kind: _as_before(g, x)],
    infer=_kind,
    complex=True,
    sharing="same",
    at=lambda: [
        point(1.5, kind=Scalar("f8", ("float",))),
        point(np.float64(1.5), kind=Scalar("f8")),
        point(2, kind=Number("float", None, ("int",))),
    ],
)
