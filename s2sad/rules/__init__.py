"""All operations; importing this package declares them."""

from s2sad.rules import (
    arithmetic,
    choices,
    constructors,
    containers,
    conversions,
    effects,
    einsum,
    elementwise,
    indexing,
    joins,
    linalg,
    mathematics,
    reductions,
    rearrange,
    scans,
    shapes,
)
from s2sad.rules.declare import REGISTRY, Rule

__all__ = [
    "REGISTRY",
    "Rule",
    "arithmetic",
    "choices",
    "constructors",
    "containers",
    "conversions",
    "effects",
    "einsum",
    "elementwise",
    "indexing",
    "joins",
    "linalg",
    "mathematics",
    "rearrange",
    "reductions",
    "scans",
    "shapes",
]
