"""Reading and writing parts of arrays: `get`, `put`, `add_at`.

A path (see `graph/index.py`) says which part; what varies in it stands among the operands.  `put` and `add_at` give a new
version of their base; placement decides whether that happens in its buffer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.index import Dots, Fancy, Index, Mask, NewAxis, Operand, Path, Slice, View
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Number, Scalar, Type, is_inexact
from s2sad.rules import simplify
from s2sad.rules.declare import REGISTRY, Rule, point, primitive
from s2sad.rules.formula import is_complex, kind_of, zeros_of
from s2sad.rules.points import complex_real, real
from s2sad.rules.subscripts import check_value, path_type
from s2sad.rules.types import numeric
from s2sad.runtime.arrays import last_written as _last_written


def subscript(index: Index, varying: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what stands between the brackets."""

    def part(item: Any) -> Any:
        match item:
            case Operand(number) | Fancy(number) | Mask(number):
                return varying[number]
            case Slice(start, stop, step):
                return slice(part(start), part(stop), part(step))
            case NewAxis():
                return None
            case Dots():
                return Ellipsis
        return item

    return tuple(part(item) for item in index.items)


def _follow(base: Any, varying: tuple[Any, ...], path: Path) -> Any:
    for step in path:
        if isinstance(step, View):
            evaluate = REGISTRY.rules[step.name].evaluate
            assert evaluate is not None
            base = evaluate(base, **dict(step.static))
        else:
            index = subscript(step, varying)
            base = base[index[0] if len(index) == 1 else index]
    return base


def _positions(base: Any, varying: tuple[Any, ...], path: Path) -> Any:
    """Return the numbers of the addressed elements, in C order of the base."""
    return _follow(np.arange(np.size(base)).reshape(np.shape(base)), varying, path)


def _is_fancy(path: Path) -> bool:
    return any(isinstance(step, Index) and not step.basic for step in path)


def _real_view(path: Path) -> bool:
    return any(isinstance(step, View) and step.name in ("real", "imag") for step in path)


def _overwritten(base: Any, value: Any, *varying: Any, path: Path) -> Any:
    if not isinstance(base, np.ndarray):
        return value if not isinstance(base, np.generic) else base.dtype.type(value)
    result = base.copy(order="K")
    if not path:
        result[...] = value
    elif _real_view(path) or not any(isinstance(step, View) for step in path):
        target = _follow(result, varying, path[:-1])
        last = path[-1]
        if isinstance(last, Index):
            target[subscript(last, varying)] = value
        else:
            _follow(target, varying, (last,))[...] = value
    else:  # through views that may be copies in this layout: by position
        where = _positions(base, varying, path)
        flat = result.reshape(-1)
        flat[where] = value
        result = flat.reshape(base.shape)
    return result


def _added(base: Any, value: Any, *varying: Any, path: Path) -> Any:
    if not isinstance(base, np.ndarray):
        total = base + value
        return base.dtype.type(total) if isinstance(base, np.generic) else total
    result = base.copy(order="K")
    if not path:
        result += value
    elif _real_view(path):
        view = _follow(result, varying, path)
        view += value
    else:
        where = _positions(base, varying, path)
        flat = result.reshape(-1)
        np.add.at(flat, where, value)
        result = flat.reshape(base.shape)
    return result


def _get_type(sizes: Sizes, base: Type, *varying: Type, path: Path) -> Type:
    numeric("a subscript", base)
    return path_type(sizes, base, varying, path)


def _put_type(sizes: Sizes, base: Type, value: Type, *varying: Type, path: Path) -> Type:
    numeric("an assignment", base, value)
    check_value(sizes, path_type(sizes, base, varying, path), value)
    return value if isinstance(base, Number) else base  # a number is replaced, a buffer keeps its dtype


def _add_type(sizes: Sizes, base: Type, value: Type, *varying: Type, path: Path) -> Type:
    kind = _put_type(sizes, base, value, *varying, path=path)
    infer = REGISTRY.rules["add"].infer
    assert infer is not None
    return infer(sizes, base, value) if isinstance(base, Number) else kind


def _slice(start: Any = None, stop: Any = None, step: Any = None) -> Index:
    return Index((Slice(start, stop, step),))


def _paths() -> list[tuple[Any, tuple[Any, ...], Path]]:
    """Return bases, varying parts and paths."""
    x, matrix = real(5), real(3, 4)
    indices, mask = np.array([3, 1, 3]), np.array([True, False, True, True, False])
    return [
        (x, (), (Index((1,)),)),
        (x, (2,), (Index((Operand(0),)),)),
        (x, (), (_slice(1, -1),)),
        (x, (), (_slice(None, None, -1),)),
        (x, (), (_slice(None, None, 2),)),
        (x, (1, 4), (_slice(Operand(0), Operand(1)),)),
        (x, (), (_slice(4, None),)),
        (x, (), (_slice(-2, None),)),
        (x, (), (_slice(3, 1),)),
        (x, (indices,), (Index((Fancy(0),)),)),
        (x, (mask,), (Index((Mask(0),)),)),
        (x, (), (Index((NewAxis(), Dots())),)),
        (matrix, (), (Index((1,)),)),
        (matrix, (), (Index((Slice(), 2)),)),
        (matrix, (), (Index((Dots(), -1)),)),
        (matrix, (1, 2), (Index((Operand(0), Operand(1))),)),
        (matrix, (np.array([0, 2]), np.array([1, 1])), (Index((Fancy(0), Fancy(1))),)),
        (matrix, (np.array([[0, 2], [1, 0]]),), (Index((Fancy(0),)),)),
        (matrix, (np.array([0, 2]),), (Index((Slice(), Fancy(0))),)),
        (matrix, (matrix > 0,), (Index((Mask(0),)),)),
        (matrix, (np.array([True, False, True]),), (Index((Mask(0), 1)),)),
        (matrix, (), (_slice(1, None), Index((0,)))),
        (matrix, (), (View("transpose"), Index((2,)))),
        (matrix, (), (Index((1,)), _slice(None, 2))),
        (matrix, (), (View("reshape", (("shape", (12,)),)), _slice(2, 7))),
        (real(2, 3, 4), (np.array([0, 1]), np.array([1, 0])), (Index((Fancy(0), Slice(), Fancy(1))),)),
        (real(2, 3, 4), (np.array([0, 1]),), (Index((1, Slice(), Fancy(0))),)),
        (real(0, 3), (), (_slice(None, 1),)),
        (real(5, dtype="f4"), (), (_slice(1, 3),)),
        (real(), (), (Index(()),)),
        (complex_real(3), (), (_slice(1, None),)),
        (complex_real(3), (), (View("real"),)),
        (complex_real(3), (), (View("imag"),)),
        (complex_real(2, 3), (), (View("imag"), _slice(0, 1))),
        (complex_real(2, 3), (), (_slice(0, 1), View("real"))),
    ]


def _reads() -> list[Any]:
    return [point(base, *varying, path=path) for base, varying, path in _paths()]


def _writes(number: bool = True) -> list[Any]:
    points = []
    for base, varying, path in _paths():
        part = np.shape(_follow(base, varying, path))
        points.append(point(base, real(*part, seed=5), *varying, path=path))
        if number:
            points.append(point(base, 0.7, *varying, path=path))
    return [
        *points,
        point(real(3), real(3, seed=1), path=()),
        point(real(2, 3), real(3, seed=1), path=()),
        point(real(3, dtype="f4"), real(3, seed=1), path=()),
    ]


def paired(g: Any, path: Path) -> Any:
    """Return the cotangent with the sign in which a path pairs: that of an imaginary part counts against it (`d/dx - i d/dy`)."""
    return -g if any(isinstance(step, View) and step.name == "imag" for step in path) else g


def _get_back(k: int, g: Any, y: Any, base: Any, *varying: Any, path: Path) -> Any:
    if k or (not is_complex(base) and paired(1, path) < 0):
        return None
    return add_at(zeros_of(base), paired(g, path), *varying, path=path)


get: Rule = primitive(
    "get",
    "base, *varying, /, path=()",
    "",
    lambda base, *varying, path: _follow(base, varying, path),
    infer=_get_type,
    sharing="view",
    complex=True,
    raises=True,
    simplify=simplify.get,
    at=_reads,
    pushforwards=lambda k, t, y, base, *varying, path: get(t, *varying, path=path) if k == 0 else None,
    pullbacks=_get_back,
)


def _value_back(g: Any, varying: tuple[Any, ...], path: Path) -> Any:
    """Read the cotangent of what was written; of positions written twice the last write counts."""
    if any(isinstance(step, Index) and any(isinstance(item, Fancy) for item in step.items) for step in path):
        return paired(get_last(g, *varying, path=path), path)
    return paired(get(g, *varying, path=path), path)


def _put_forward(k: int, t: Any, y: Any, base: Any, value: Any, *varying: Any, path: Path) -> Any:
    if not is_inexact(kind_of(base)):
        return None
    if k == 0:
        return put(t, 0.0, *varying, path=path)
    return put(zeros_of(base), t, *varying, path=path) if k == 1 else None


def _put_back(k: int, g: Any, y: Any, base: Any, value: Any, *varying: Any, path: Path) -> Any:
    if not is_inexact(kind_of(base)):
        return None
    if k == 0:
        return put(g, 0.0, *varying, path=path) if path else None
    return _value_back(g, varying, path) if k == 1 else None


put = primitive(
    "put",
    "base, value, *varying, /, path=()",
    "",
    _overwritten,
    infer=_put_type,
    complex=True,
    raises=True,
    simplify=simplify.put,
    at=_writes,
    pushforwards=_put_forward,
    pullbacks=_put_back,
)


def _get_last(g: Any, *varying: Any, path: Path) -> Any:
    return _last_written(g, _positions_index(g, varying, path))


def _positions_index(g: Any, varying: tuple[Any, ...], path: Path) -> Any:
    return np.unravel_index(_positions(g, varying, path), np.shape(g))


def _last_type(sizes: Sizes, base: Type, *varying: Type, path: Path) -> Type:
    kind = path_type(sizes, base, varying, path)
    return Array(kind.dtype, ()) if isinstance(kind, Scalar) else kind


def _only_last(k: int, t: Any, y: Any, base: Any, *varying: Any, path: Path) -> Any:
    return get_last(t, *varying, path=path) if k == 0 else None


# The pull-back of a write through an index array: what is overwritten by a later part of the same write has no influence.  Its own
# pull-back is such a write, into zeros.
get_last = primitive(
    "get_last",
    "base, *varying, /, path=()",
    "",
    _get_last,
    infer=_last_type,
    complex=True,
    pushforwards=_only_last,
    pullbacks=lambda k, g, y, base, *varying, path: put(zeros_of(base), paired(g, path), *varying, path=path) if k == 0 else None,
    at=lambda: [p for p in _reads() if _is_fancy(p.static["path"])],
)


def _add_forward(k: int, t: Any, y: Any, base: Any, value: Any, *varying: Any, path: Path) -> Any:
    if k == 0:
        return t
    return add_at(zeros_of(base), t, *varying, path=path) if k == 1 else None


def _add_back(k: int, g: Any, y: Any, base: Any, value: Any, *varying: Any, path: Path) -> Any:
    if k == 0:
        return g
    return paired(get(g, *varying, path=path), path) if k == 1 else None


add_at: Rule = primitive(
    "add_at",
    "base, value, *varying, /, path=()",
    "",
    _added,
    infer=_add_type,
    complex=True,
    raises=True,
    at=_writes,
    simplify=simplify.add_at,
    pushforwards=_add_forward,
    pullbacks=_add_back,
)
