"""Nested arguments and results, taken apart and put together without help from the code under test."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable
from typing import Any

import numpy as np


def leaves(tree: Any) -> list[Any]:
    """List what is no container, in order, as often as it occurs; an instance of a dataclass counts as a container."""
    found: list[Any] = []
    unshared(tree, lambda leaf: found.append(leaf))
    return found


def unshared(tree: Any, change: Callable[[Any], Any]) -> Any:
    """Copy all containers, with every occurrence of a leaf replaced by what `change` makes of it."""
    if isinstance(tree, dict):
        return {key: unshared(value, change) for key, value in tree.items()}
    if isinstance(tree, list):
        return [unshared(value, change) for value in tree]
    if isinstance(tree, tuple):
        parts = [unshared(value, change) for value in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        new = object.__new__(type(tree))
        for field in dataclasses.fields(tree):
            object.__setattr__(new, field.name, unshared(getattr(tree, field.name), change))
        return new
    return change(tree)


def rebuild(tree: Any, change: Callable[[Any], Any]) -> Any:
    """Copy all containers, with every leaf replaced by what `change` makes of it; what was one object stays one."""
    memory: dict[int, Any] = {}

    def visit(node: Any) -> Any:
        if id(node) in memory and not isinstance(node, (int, float, complex, str, type(None))):
            return memory[id(node)]
        if isinstance(node, dict):
            new = memory[id(node)] = {}
            new.update({key: visit(value) for key, value in node.items()})
        elif isinstance(node, list):
            new = memory[id(node)] = []
            new.extend(visit(value) for value in node)
        elif isinstance(node, tuple):
            parts = [visit(value) for value in node]
            new = type(node)(*parts) if hasattr(node, "_fields") else tuple(parts)
        elif dataclasses.is_dataclass(node) and not isinstance(node, type):
            new = object.__new__(type(node))
            for field in dataclasses.fields(node):
                object.__setattr__(new, field.name, visit(getattr(node, field.name)))
        else:
            new = change(node)
            if isinstance(node, np.ndarray):
                memory[id(node)] = new
        return new

    return visit(tree)


def is_float(leaf: Any) -> bool:
    """Whether a derivative may be asked for in this leaf."""
    if isinstance(leaf, (np.ndarray, np.generic)):
        return leaf.dtype.kind in "fc"
    return type(leaf) in (float, complex)


def bits(tree: Any) -> Any:
    """Everything about a nested value that can be compared: types, structure, dtypes, shapes and the bits of numbers."""
    if isinstance(tree, dict):
        return dict, [(key, bits(value)) for key, value in tree.items()]
    if isinstance(tree, (list, tuple)):
        return type(tree), [bits(value) for value in tree]
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return type(tree), [(field.name, bits(getattr(tree, field.name))) for field in dataclasses.fields(tree)]
    if isinstance(tree, np.ndarray):
        return np.ndarray, tree.dtype.str, tree.shape, tree.tobytes()
    if isinstance(tree, np.generic):
        return type(tree), tree.tobytes()
    if type(tree) is float:
        return float, struct.pack("d", tree)
    if type(tree) is complex:
        return complex, struct.pack("dd", tree.real, tree.imag)
    return type(tree), tree


def addresses(leaf: Any, number: int) -> list[tuple[int, ...]]:
    """Name the memory of each element, in the order of `flat`; a Python number is named by its place in the tree."""
    if not isinstance(leaf, np.ndarray):
        return [(-1, number)]
    start = leaf.__array_interface__["data"][0]
    offsets = np.zeros(leaf.shape, dtype=np.int64)
    for axis, stride in enumerate(leaf.strides):
        shape = [1] * leaf.ndim
        shape[axis] = leaf.shape[axis]
        offsets = offsets + (np.arange(leaf.shape[axis]) * stride).reshape(shape)
    return [(start + int(offset),) for offset in offsets.ravel()]


def flat(leaf: Any) -> list[float]:
    """Elements of a leaf as Python floats, in the order of `flat`; none for what is no float."""
    if not is_float(leaf):
        return []
    return [float(value) for value in np.asarray(leaf, dtype=np.float64).ravel()]
