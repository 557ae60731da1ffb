"""`np.einsum`: any product of arrays summed over shared labels, and its transposes, which are again einsums."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Fancy, Index
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import point, primitive
from s2sad.rules.formula import apply, rank, spread, zeros_of
from s2sad.rules.points import complex_real, real
from s2sad.rules.rearrange import positions_of
from s2sad.rules.types import array_or_scalar, numeric, promoted

Labels = tuple[tuple[str, ...], str]
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def labels(subscripts: str, ranks: tuple[int, ...]) -> Labels:
    """Return the labels of the operands and of the result, with `...` written out."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    parts = inputs.split(",")
    if len(parts) != len(ranks):
        raise ShapeError(f"einsum: {len(ranks)} operands for {len(parts)} subscripts")
    spare = [letter for letter in _LETTERS if letter not in subscripts]
    counts = [length - len(part.replace("...", "")) if "..." in part else 0 for part, length in zip(parts, ranks, strict=True)]
    dots = "".join(spare[: max(counts, default=0)])
    full = tuple(part.replace("...", dots[len(dots) - count :]) for part, count in zip(parts, counts, strict=True))
    for part, length in zip(full, ranks, strict=True):
        if len(part) != length:
            raise ShapeError(f"einsum: the subscripts {part} do not fit an operand of dimension {length}")
    if not arrow:
        joined = "".join(part.replace("...", "") for part in parts)
        output = ("..." if dots else "") + "".join(sorted(letter for letter in set(joined) if joined.count(letter) == 1))
    return full, output.replace("...", dots)


def _facts(subscripts: str, kinds: tuple[Type, ...]) -> Labels | None:
    shapes = [shape_of(kind) for kind in kinds]
    known = tuple(len(one) for one in shapes if one is not None)
    return labels(subscripts, known) if len(known) == len(shapes) else None


def _einsum_type(sizes: Sizes, *operands: Type, subscripts: str = "") -> Type:
    numeric("einsum", *operands)
    dtype = promoted(*(Array(str(dtype_of(kind)), ()) for kind in operands))
    facts = _facts(subscripts, operands)
    if facts is None:
        return Array(dtype, None)
    lengths: dict[str, Size] = {}
    for part, kind in zip(facts[0], operands, strict=True):
        for letter, size in zip(part, shape_of(kind) or (), strict=True):
            lengths[letter] = sizes.broadcast(lengths[letter], size) if letter in lengths else size
    return array_or_scalar(dtype, tuple(lengths[letter] for letter in facts[1]))


def _replaced(k: int, t: Any, y: Any, *operands: Any, subscripts: str) -> Any:
    return einsum(*operands[:k], t, *operands[k + 1 :], subscripts=subscripts)


def _transposed(k: int, g: Any, y: Any, *operands: Any, subscripts: str) -> Any:
    ranks = tuple(rank(x) for x in operands)
    if any(length is None for length in ranks):
        raise UnsupportedError("the derivative of einsum of arrays of unknown rank.", code="S2S213")
    inputs, output = labels(subscripts, tuple(length or 0 for length in ranks))
    mine = inputs[k]
    unique = "".join(dict.fromkeys(mine))
    others = [(part, x) for number, (part, x) in enumerate(zip(inputs, operands, strict=True)) if number != k]
    present = set(output).union(*(set(part) for part, _ in others)) if others else set(output)
    wanted = "".join(letter for letter in unique if letter in present)
    parts = [output, *(part for part, _ in others)]
    result: Any = g
    if parts != [wanted]:
        result = einsum(g, *(x for _, x in others), subscripts=f"{','.join(parts)}->{wanted}")
    if unique != mine:
        if len(unique) != 1:
            raise UnsupportedError(
                f"the derivative of einsum with the repeated labels {mine!r}.", remedy="take np.diagonal first", code="S2S214"
            )
        positions = positions_of(operands[k], 0)
        return apply(
            "put", zeros_of(operands[k]), result, *[positions] * len(mine), path=(Index(tuple(Fancy(n) for n in range(len(mine)))),)
        )
    missing = tuple(position for position, letter in enumerate(unique) if letter not in present)
    if missing:
        result = spread(apply("expand_dims", result, axis=missing) if wanted else result, operands[k])
    return result


einsum = primitive(
    "einsum",
    "*operands, /, subscripts=''",
    "np.einsum(subscripts, *operands)",
    lambda *operands, subscripts: np.einsum(subscripts, *operands),
    infer=_einsum_type,
    pushforwards=_replaced,
    pullbacks=_transposed,
    functions=[np.einsum],
    order=("subscripts", "*operands"),
    sharing="layout",
    complex=True,
    broadcasts=True,
    expensive=True,
    at=lambda: [
        point(real(2, 3), real(3, 4), subscripts="ij,jk->ik"),
        point(real(2, 3), real(3), subscripts="ij,j"),
        point(real(3), real(3), subscripts="i,i->"),
        point(real(2, 3), subscripts="ij->ji"),
        point(real(2, 3), subscripts="ij->"),
        point(real(2, 3), subscripts="ij->j"),
        point(real(3, 3), subscripts="ii->i"),
        point(real(3, 3), subscripts="ii"),
        point(real(2, 3, 4), real(2, 4, 5), subscripts="bij,bjk->bik"),
        point(real(2, 3, 4), real(4, 5), subscripts="...j,jk->...k"),
        point(real(2), real(3), subscripts="i,j->ij"),
        point(real(2), real(3), real(2, 3), subscripts="i,j,ij->"),
        point(real(2, 3), real(2, 3), subscripts="ij,ij->i"),
        point(complex_real(2, 3), real(3), subscripts="ij,j->i"),
        point(real(1, 3), real(2, 3), subscripts="ij,ij->ij"),
        point(real(2, 3, dtype="f4"), real(3), subscripts="ij,j->i"),
    ],
)
