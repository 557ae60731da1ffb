"""Helpers as graphs of their own, shared by their calls."""

from __future__ import annotations

from s2sad.frontend.lower import Lowering
from s2sad.frontend.values import Abstract, Function


def call_graph(low: Lowering, function: Function, values: dict[str, Abstract], cls: type | None) -> Abstract | None:
    """Call a function through a graph of its own; None when it is to be lowered in the caller's state."""
    return None
