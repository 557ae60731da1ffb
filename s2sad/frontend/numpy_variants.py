"""NumPy functions that stand for several operations: which one, the arguments tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend.lower import Lowering
from s2sad.frontend.numpy_calls import Keywords, apply_rule, bound
from s2sad.frontend.values import Abstract
from s2sad.rules.declare import REGISTRY
from s2sad.rules.families import load

Special = Callable[[Lowering, Any, list[Abstract], Keywords], Abstract]


def _chosen(family: str, label: str, default: Any, rules: dict[Any, str], otherwise: str) -> Special:
    """Return a lowering to the rule that the known argument `label` chooses; the rules in `rules` do not take that argument."""

    def call(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        load(family)
        found = bound(low, function, arguments, keywords)
        fact = low.static(found[label], f"the argument {label}") if label in found else default
        name = rules.get(fact, otherwise)
        if fact in rules:
            found.pop(label, None)
        return apply_rule(low, REGISTRY.rules[name], function, [], found)

    return call


VARIANTS: dict[Any, Special] = {
    np.linalg.qr: _chosen("factors", "mode", "reduced", {"r": "qr_triangle"}, "qr"),
    np.linalg.svd: _chosen("singular", "compute_uv", True, {False: "svdvals"}, "svd"),
}
