"""Derivatives inside the user's function: ``s2sad.grad(g)(x)``.

The function is lowered to a graph of its own, handed to the `derive` callback of the lowering, and the graph that comes back is
called.  Variables that the inner function captures are inputs of its graph, so the outer derivative sees them.
"""

from __future__ import annotations

from typing import Any

from s2sad.frontend.lower import Lowering
from s2sad.frontend.values import Abstract, Known


def call_derivative(low: Lowering, callee: Known, derivative: Any, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Call a derivative: `derivative` is a mapping with kind, function and the positions asked for."""
    low.refuse("nested", why="derivatives inside a function come with the next version of the frontend")


def make_derivative(low: Lowering, callee: Known, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Return what ``s2sad.grad(g)`` gives."""
    low.refuse("nested", why="derivatives inside a function come with the next version of the frontend")
