"""`np.einsum`: any product of arrays summed over shared labels, and its transposes, which are again einsums."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Fancy, Index
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY, Symbol, point, primitive
from s2sad.rules.formula import apply, kind_of, rank, shape, spread, zeros_of
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


def _path(optimize: Any) -> Any:
    """Return the argument `optimize`; a path is a list in NumPy."""
    return list(optimize) if isinstance(optimize, tuple) else optimize


def _facts(subscripts: str, kinds: tuple[Type, ...]) -> Labels | None:
    shapes = [shape_of(kind) for kind in kinds]
    known = tuple(len(one) for one in shapes if one is not None)
    return labels(subscripts, known) if len(known) == len(shapes) else None


def _einsum_type(sizes: Sizes, *operands: Type, subscripts: str = "", optimize: Any = False) -> Type:
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


def _replaced(k: int, t: Any, y: Any, *operands: Any, subscripts: str, optimize: Any = False) -> Any:
    return einsum(*operands[:k], t, *operands[k + 1 :], subscripts=subscripts, optimize=optimize)


def _identity(x: Any, axis: int) -> Any:
    """Return the identity matrix as long as `x` is along an axis."""
    sizes = shape(x)
    assert sizes is not None
    if sizes[axis].entry:
        kind = str(dtype_of(kind_of(x)))
        return Symbol(x.builder, x.builder.emit(REGISTRY.rules["eye"], N=sizes[axis], dtype=kind))
    positions = apply("arange", apply("length", x, axis=axis))
    return apply("where", apply("equal", positions, apply("expand_dims", positions, axis=-1)), 1.0, 0.0)


def _transposed(k: int, g: Any, y: Any, *operands: Any, subscripts: str, optimize: Any = False) -> Any:
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
        how = optimize if isinstance(optimize, (bool, str)) else True  # a path is one for the operands as they were
        result = einsum(g, *(x for _, x in others), subscripts=f"{','.join(parts)}->{wanted}", optimize=how)
    if unique != mine and len(unique) != 1:
        return _spread_diagonal(result, wanted, operands[k], mine)
    if unique != mine:
        positions = positions_of(operands[k], 0)
        return apply(
            "put", zeros_of(operands[k]), result, *[positions] * len(mine), path=(Index(tuple(Fancy(n) for n in range(len(mine)))),)
        )
    missing = tuple(position for position, letter in enumerate(unique) if letter not in present)
    if missing:
        result = spread(apply("expand_dims", result, axis=missing) if wanted else result, operands[k])
    return result


def _spread_diagonal(g: Any, have: str, x: Any, mine: str) -> Any:
    """Return what is zero off the diagonals that repeated labels take; `have` labels the cotangent of the diagonal."""
    spare = iter(letter for letter in _LETTERS if letter not in mine + have)
    target, seen, factors, names = "", set(), [g], [have]
    for axis, letter in enumerate(mine):
        if letter in seen:
            other = next(spare)
            factors.append(_identity(x, axis))
            names.append(letter + other)
            target += other
        else:
            seen.add(letter)
            target += letter
            if letter not in have and mine.count(letter) == 1:  # summed over alone: the same all along
                factors.append(_ones(x, axis))
                names.append(letter)
    return einsum(*factors, subscripts=f"{','.join(names)}->{target}")


def _ones(x: Any, axis: int) -> Any:
    """Return as many ones as `x` is long along an axis."""
    sizes = shape(x)
    assert sizes is not None
    if sizes[axis].entry:
        return Symbol(x.builder, x.builder.emit(REGISTRY.rules["ones"], shape=(sizes[axis],), dtype=str(dtype_of(kind_of(x)))))
    return apply("add", 1.0, 0.0 * apply("arange", apply("length", x, axis=axis)))


einsum = primitive(
    "einsum",
    "*operands, /, subscripts='', optimize=False",
    "np.einsum(subscripts, *operands, optimize=optimize)",
    lambda *operands, subscripts, optimize=False: np.einsum(subscripts, *operands, optimize=_path(optimize)),
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
        point(real(2, 3, 3), subscripts="bii->b"),
        point(real(3, 3, 2), subscripts="iij->j"),
        point(real(3, 3, 2), subscripts="iij->"),
        point(real(3, 3, 2, 2), subscripts="iijj->ij"),
        point(real(3, 3, 3), subscripts="iii->i"),
        point(real(2, 3), real(3, 4), real(4, 2), subscripts="ij,jk,kl->il", optimize=True),
        point(real(2, 3), real(3, 4), real(4, 2), subscripts="ij,jk,kl->il", optimize="greedy"),
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
