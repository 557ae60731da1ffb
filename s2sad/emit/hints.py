"""Names for what the user did not name: short, and said by what the value is (`x_i` for ``x[i]``, `exp_z` for ``np.exp(z)``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from s2sad.emit.fold import CONVERSIONS, Fold
from s2sad.graph.core import CALL, CONSTANT, FOR, IF, WHILE, Node, Value
from s2sad.graph.index import Index, Operand, Path, Slice
from s2sad.graph.types import BOOL, Number, Residual

FLAG = "flag"
_LONGEST = 12
_ALONE = {
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "tanh": "tanh", "sqrt": "root", "sum": "sum", "mean": "mean",
    "max": "max", "min": "min", "abs": "abs", "absolute": "abs", "prod": "prod", "cumsum": "cumsum", "argmax": "argmax", "argmin": "argmin",
    "transpose": "T", "norm": "norm", "sign": "sign", "cumprod": "cumprod", "sort": "sorted", "argsort": "order", 
    "log1p": "log", "expm1": "exp",
    "reshape": "flat", "ravel": "flat", "std": "std", "var": "var", "where": "where", "clip": "clip", "power": "pow",
}  # fmt: skip
_KINDS = {
    "less": "mask", "less_equal": "mask", "greater": "mask", "greater_equal": "mask", "equal": "mask", "not_equal": "mask",
    "logical_not": "mask", "logical_and": "mask", "logical_or": "mask", "list_new": "kept", "rows": "kept", "zeros": "total",
    "zeros_like": "total", "ones": "ones", "empty": "out", "empty_like": "out", "arange": "index", "matmul": "z", "dot": "z",
    "maximum": "top", "minimum": "low", "divide": "ratio", "list_length": "count", "pack": "kept", "item": "part",
}  # fmt: skip


class Named(Protocol):
    """What has a name."""

    name: str


def hint(value: Value, folded: Fold, classes: Mapping[Value, Named]) -> str:
    """Return a stem for the name of an unnamed value."""
    info = folded.found.infos[value]
    node = info.node
    if node is None:
        return "i" if _is_index(value, folded) else _slot(value, folded)

    def known(operand: Value) -> str:
        made = classes.get(operand)
        return made.name if made is not None and len(made.name) <= _LONGEST else ""

    operation = node.operation
    if operation is IF and isinstance(value.type, Number) and value.type.kind in ("bool", "int"):
        return FLAG
    if operation.name in CONVERSIONS and folded.inline(node.operands[0]):
        return hint(node.operands[0], folded, classes)
    if operation.name in ("get", "list_get") and known(node.operands[0]):
        return _part(node, known)
    if operation.name == "copy" and known(node.operands[0]):
        return known(node.operands[0])
    if operation is CALL:
        return "residual" if isinstance(value.type, Residual) else "result"
    if operation in (FOR, WHILE):
        return _slot(value, folded)
    if operation.name in _ALONE:
        base = known(node.operands[0])
        return f"{_ALONE[operation.name]}_{base}" if base else _ALONE[operation.name].lower()
    if operation.name == "multiply" and node.operands[0] is node.operands[1] and known(node.operands[0]):
        return f"{known(node.operands[0])}_squared"
    if operation.name in _KINDS and not (node.reverses is not None and _KINDS[operation.name] == "total"):
        return _KINDS[operation.name]
    return "g" if node.reverses is not None else "t"


def _is_index(value: Value, folded: Fold) -> bool:
    owner = folded.found.parents.get(folded.found.infos[value].block)
    return owner is not None and owner[0].operation is FOR and owner[0].regions[0].parameters[0] is value


def _slot(value: Value, folded: Fold) -> str:
    """Return a stem for a carried slot: ints count, what the reverse sweep carries is a sum."""
    if value.type == BOOL:
        return FLAG
    if isinstance(value.type, Number) and value.type.kind == "int":
        return "count"
    node = folded.found.infos[value].node
    owner = folded.found.parents.get(folded.found.infos[value].block) if node is None else (node,)
    return "dresult" if owner is not None and owner[0].reverses is not None else "s"


def _part(node: Node, known: object) -> str:
    """Return `x_i` for ``x[i]``, `x_row` for other parts."""
    assert callable(known)
    base = known(node.operands[0])
    if node.operation.name == "list_get":
        return base[:-1] if len(base) > 1 and base.endswith("s") else f"{base}_item"
    path: Path = node.static["path"]
    if len(path) != 1 or not isinstance(path[0], Index):
        return f"{base}_part"
    words = []
    for item in path[0].items:
        match item:
            case int() if item >= 0:
                words.append(str(item))
            case int():
                words.append("last" if item == -1 else "end")
            case Operand(number):
                operand = node.operands[1 + number]
                owner = operand.owner
                if isinstance(owner, Node) and owner.operation is CONSTANT:
                    words.append(str(owner.static["value"]).replace("-", "m"))
                elif isinstance(owner, Node) and not known(operand):
                    words.append("next" if owner.operation.name == "add" else "prev" if owner.operation.name == "subtract" else "at")
                else:
                    words.append(known(operand) or "at")
            case Slice(None, None, None):
                continue
            case Slice(start, stop, None):
                words.append("inner" if start is not None and stop is not None else "rest" if start is not None else "head")
            case _:
                words.append("part")
    text = "_".join([base, *words[:2]])
    return text if len(text) <= _LONGEST + 4 else f"{base}_part"
