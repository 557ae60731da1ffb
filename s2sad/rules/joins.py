"""Where a Python number and a NumPy scalar meet: after a branch or round a loop one name holds either."""

from __future__ import annotations

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Number, Scalar, Type
from s2sad.rules.conversions import cast
from s2sad.rules.declare import linear, point


def _kind(sizes: Sizes, x: Type, *, kind: Type) -> Type:
    return kind


# The value itself, taken as of another kind.  Nothing is converted at run time: ``total = 0.0`` stays a Python float until the first
# trip of the loop has added a NumPy scalar to it.
as_kind = linear(
    "as_kind",
    "x, /, kind=None",
    "x",
    lambda x, *, kind: x,
    [lambda g, y, x, *, kind: cast(g, kind=x.type) if hasattr(x, "type") and not isinstance(x.type, Array) else g],
    infer=_kind,
    complex=True,
    sharing="same",
    at=lambda: [
        point(1.5, kind=Scalar("f8", ("float",))),
        point(np.float64(1.5), kind=Scalar("f8")),
        point(2, kind=Number("float", None, ("int",))),
    ],
)
