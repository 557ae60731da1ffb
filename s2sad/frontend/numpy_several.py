"""Functions of NumPy that are several operations here, or another one by their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend.array_methods import copied
from s2sad.frontend.arrays import subscript
from s2sad.frontend.iteration import as_list, known_elements
from s2sad.frontend.lower import Lowering
from s2sad.frontend.numpy_calls import (
    Keywords,
    apply,
    apply_rule,
    bound,
    call_numpy,
    dtype_argument,
    full_name,
    harmless,
    operand,
    shape_argument,
    size_argument,
    write_out,
)
from s2sad.frontend.sharing import connect
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, ArrayRef, Handle, Items, Known, ListContent, Partial, SliceValue
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, Number, Scalar, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY, unsupported
from s2sad.rules.types import broadcast_shapes

Special = Callable[[Lowering, Any, list[Abstract], Keywords], Abstract]


def _rest(low: Lowering, function: Any, found: dict[str, Any]) -> None:
    for label, value in found.items():
        harmless(low, label, value, function)


def _body(low: Lowering, body: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.calls import call_live

    return call_live(low, body, arguments, keywords)


def _known(thing: Abstract | None, *values: Any) -> bool:
    return isinstance(thing, Known) and any(thing.value is value or (value is not None and thing.value == value) for value in values)


# ------------------------------------------------------------ positions


def _same_length(low: Lowering, vectors: list[Value]) -> list[Value]:
    """Give vectors that are equally long by construction one size."""
    first = vectors[0].type
    assert isinstance(first, Array)
    kinds = [Array(first.dtype, first.shape)] * (len(vectors) - 1)
    rule = REGISTRY.rules["as_kind"]
    rest = [low.builder.append(rule, (v,), {"kind": kind}, [kind]).results[0] for v, kind in zip(vectors[1:], kinds, strict=True)]
    return [vectors[0], *rest]


def _vectors(low: Lowering, vectors: list[Value]) -> Abstract:
    return Items(tuple(low.result(value, contiguous=True) for value in _same_length(low, vectors)))


def _nonzero(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    value = operand(low, found.pop("a"))
    sides = shape_of(value.type)
    if sides is None:
        low.refuse("rank", what="the array")
    if not sides:
        raise PrimalRaises("Calling nonzero on 0d arrays is not allowed")
    return _vectors(low, [low.emit("nonzero_along", value, axis=axis) for axis in range(len(sides))])


def _triangle(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    n = size_argument(low, found.pop("n"), "a size")
    m = found.pop("m", None)
    columns = None if m is None or _known(m, None) else size_argument(low, m, "a size")
    k = int(low.static(found.pop("k", Known(0)), "k"))
    name = f"{function.__name__}_along"
    return _vectors(low, [low.emit(name, n=n, k=k, m=columns, axis=axis) for axis in (0, 1)])


def _triangle_from(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    sides = shape_of(operand(low, found.pop("arr")).type)
    if sides is None or len(sides) != 2:
        raise PrimalRaises("input array must be 2-d")
    if not all(size.entry for size in sides):
        low.refuse("static", what="the shape of the matrix")
    k = int(low.static(found.pop("k", Known(0)), "k"))
    name = f"{function.__name__.removesuffix('_from')}_along"
    return _vectors(low, [low.emit(name, n=sides[0], k=k, m=sides[1], axis=axis) for axis in (0, 1)])


def _diagonal_places(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    if function is np.diag_indices:
        size = size_argument(low, found.pop("n"), "a size")
        count = int(low.static(found.pop("ndim", Known(2)), "ndim"))
    else:
        sides = shape_of(operand(low, found.pop("arr")).type)
        if not sides or len(sides) < 2:
            raise PrimalRaises("input array must be at least 2-d")
        size, count = sides[0], len(sides)
    return Items(tuple(low.result(low.emit("arange", low.value(low.size(size))), contiguous=True) for _ in range(count)))


def _indices(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    dimensions = shape_argument(low, found.pop("dimensions"))
    dtype = dtype_argument(low, found.pop("dtype")) if "dtype" in found else "i8"
    sparse = bool(low.static(found.pop("sparse", Known(False)), "sparse"))
    if not sparse:
        return low.result(low.emit("indices", dimensions=dimensions, dtype=dtype or "i8"), contiguous=True)
    parts = []
    for axis, size in enumerate(dimensions):
        shape = tuple(Size.of(1) if k != axis else size for k in range(len(dimensions)))
        line = low.emit("arange", low.value(low.size(size)), dtype=dtype)
        parts.append(low.result(low.emit("reshape", line, shape=shape), contiguous=True))
    return Items(tuple(parts))


def _ix(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    parts = []
    for axis, argument in enumerate(arguments):
        value = operand(low, argument)
        if len(shape_of(value.type) or ()) != 1:
            raise PrimalRaises("Cross index must be 1 dimensional")
        if dtype_of(value.type) == "b1":
            value = low.emit("nonzero_along", value, axis=0)
        others = tuple(k for k in range(len(arguments)) if k != axis)
        if others:
            value = low.emit("expand_dims", value, axis=others if len(others) > 1 else others[0])
        parts.append(low.result(value))
    return Items(tuple(parts))


def _unique(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    value = operand(low, found.pop("ar"))
    if value.type == Number("float") or not isinstance(value.type, Array):
        value = low.emit("array", value)
    facts = {
        name: bool(low.static(found.pop(f"return_{name}"), f"return_{name}")) if f"return_{name}" in found else False
        for name in ("index", "inverse", "counts")
    }
    for label, one in found.items():
        if not ((label == "axis" and _known(one, None)) or (label in ("equal_nan", "sorted") and _known(one, True))):
            low.refuse("unknown keyword", name=label, function="np.unique", remedy="leave it out")
    values = low.emit("unique", value)
    results = [values]
    for name, wanted in facts.items():
        if wanted:
            fact = low.emit("unique_fact", value, wanted=name)
            results.append(fact if name == "inverse" else _same_length(low, [values, fact])[1])
    things = tuple(low.result(one, contiguous=True) for one in results)
    return things[0] if len(things) == 1 else Items(things)


def _bincount(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    labels = ("x", "weights", "minlength")
    found = dict(zip(labels, arguments, strict=False)) | dict(keywords)
    x = operand(low, found.pop("x"))
    least = int(low.static(found.pop("minlength", Known(0)), "minlength"))
    weights = found.pop("weights", None)
    if weights is None or _known(weights, None):
        return low.result(low.emit("bincount", x, minlength=least), contiguous=True)
    return low.result(low.emit("bincount_weighted", x, operand(low, weights), minlength=least), contiguous=True)


def _searchsorted(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    sorter = found.pop("sorter", None)
    if sorter is None or _known(sorter, None):
        return apply_rule(low, REGISTRY.rules["searchsorted"], function, [], found)
    side = low.static(found.pop("side", Known("left")), "side")
    return low.result(low.emit("searchsorted_by", operand(low, found["a"]), operand(low, found["v"]), operand(low, sorter), side=side))


# ------------------------------------------------------------ one of two operations


def _read_only(low: Lowering, thing: Abstract, value: Value) -> Abstract:
    """Return a view that NumPy lets nobody write."""
    result = low.result(value)
    if isinstance(result, ArrayRef):
        result.place.readonly = True
        if isinstance(thing, ArrayRef):
            connect(result.place, thing.place)
    return result


def _repeat(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    repeats = low.usable(found.pop("repeats"))
    axis = low.static(found.pop("axis", Known(None)), "axis")
    value = operand(low, found.pop("a"))
    kind = low.type_of(repeats)
    count = low.evaluated(repeats) if isinstance(repeats, Value) else getattr(repeats, "value", None)
    if isinstance(kind, (Number, Scalar)) and isinstance(count, (int, np.integer)):
        return low.result(low.emit("repeat", value, repeats=int(count), axis=axis), contiguous=True)
    return low.result(low.emit("repeat_each", value, operand(low, repeats), axis=axis), contiguous=True)


def _pad(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    labels = ("array", "pad_width", "mode")
    found = dict(zip(labels, arguments, strict=False)) | dict(keywords)
    mode = low.static(found.pop("mode", Known("constant")), "mode")
    array = found.pop("array")
    width = low.static(found.pop("pad_width"), "pad_width")
    width = tuple(map(_plain, width)) if isinstance(width, (tuple, list)) else _plain(width)
    if mode in ("edge", "wrap") or (mode in ("reflect", "symmetric") and _known(found.pop("reflect_type", Known("even")), "even")):
        _nothing_left(low, found, mode)
        return low.result(low.emit("pad_repeated", operand(low, array), pad_width=width, mode=mode), contiguous=True)
    fill = found.get("constant_values", Known(0))
    if mode == "constant" and isinstance(fill, Known) and isinstance(fill.value, (int, float)):
        found.pop("constant_values", None)
        _nothing_left(low, found, mode)
        return low.result(low.emit("pad", operand(low, array), pad_width=width, constant_values=fill.value), contiguous=True)
    from s2sad.rules import padding

    bodies = {
        "constant": (padding.pad_with, "constant_values"),
        "linear_ramp": (padding.pad_ramp, "end_values"),
        "mean": (padding.pad_mean, ""),
        "maximum": (padding.pad_maximum, ""),
        "minimum": (padding.pad_minimum, ""),
        "median": (padding.pad_median, ""),
    }
    body, label = bodies.get(mode, (None, ""))
    if body is None:
        low.refuse("unknown keyword", name=f"mode={mode!r}", function="np.pad", remedy="concatenate what is to be added")
    more = [found.pop(label, Known(0))] if label else []
    _nothing_left(low, found, mode)
    thing = low.usable(array)
    rank = len(shape_of(operand(low, thing).type) or ())
    from s2sad.rules.rearrange import widths

    pairs = Items(tuple(Items((Known(before), Known(after))) for before, after in widths(width, rank)))
    return _body(low, body, [thing, pairs, *more], {})


def _plain(width: Any) -> Any:
    return tuple(map(_plain, width)) if isinstance(width, (tuple, list)) else int(width)


def _nothing_left(low: Lowering, found: Keywords, mode: str) -> None:
    for label, value in found.items():
        if not _known(value, None):
            low.refuse("unknown keyword", name=label, function=f"np.pad with mode={mode!r}", remedy="leave it out")


def _take(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    mode = low.static(found.pop("mode", Known("raise")), "mode")
    if mode == "raise":
        return apply_rule(low, REGISTRY.rules["take"], function, [], found)
    out = found.pop("out", None)
    axis = low.static(found.pop("axis", Known(None)), "axis")
    value = low.emit("take_anyway", operand(low, found["a"]), operand(low, found["indices"]), axis=axis, mode=mode)
    result = low.result(value, contiguous=True)
    return result if out is None or _known(out, None) else write_out(low, out, result)


def _clip(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    for new, old in (("min", "a_min"), ("max", "a_max")):
        given = found.pop(new, None)
        if given is not None and not (isinstance(given, Known) and given.value is np._NoValue):
            found[old] = given
    least, most = (found.pop(label, Known(None)) for label in ("a_min", "a_max"))
    least, most = (Known(None) if isinstance(one, Known) and one.value is np._NoValue else one for one in (least, most))
    x = found.pop("a")
    if _known(least, None) and _known(most, None):
        return call_numpy(low, np.positive, [x], found)
    if _known(least, None):
        return call_numpy(low, np.minimum, [x, most], found)
    if _known(most, None):
        return call_numpy(low, np.maximum, [x, least], found)
    return apply_rule(low, REGISTRY.rules["clip"], np.clip, [x, least, most], found)


def _pair(first: str, second: str) -> Special:
    """Return the treatment of a ufunc with two results."""

    def call(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        if keywords or len(arguments) != function.nin:
            low.refuse("call", what=full_name(function), why="it takes only its operands here")
        values = [operand(low, argument) for argument in arguments]
        rules = [REGISTRY.rules[name] for name in (first, second)]
        return Items(tuple(apply(low, rule, [low.plain(value) for value in values], {}, from_function=True) for rule in rules))

    return call


def _masked(name: str) -> Special:
    """Compress and extract: the mask comes first."""

    def call(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        found = bound(low, function, arguments, keywords) if name == "extract" else dict(zip(_COMPRESS, arguments, strict=False)) | keywords
        mask, value = operand(low, found.pop("condition")), operand(low, found.pop("arr" if name == "extract" else "a"))
        static = {"axis": low.static(found.pop("axis"), "axis")} if "axis" in found else {}
        _rest(low, function, found)
        return low.result(low.emit(name, value, mask, **static), contiguous=True)

    return call


_COMPRESS = ("condition", "a", "axis", "out")


def _delete(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    value = operand(low, found["arr"])
    axis = low.static(found.get("axis", Known(None)), "axis")
    places = low.usable(found["obj"])
    if isinstance(places, SliceValue):
        count = low.emit("size", value) if axis is None else low.emit("dimension", value, axis=axis)
        numbers = low.result(low.emit("arange", count))
        assert isinstance(numbers, ArrayRef)
        places = subscript(low, numbers, places)
    return low.result(low.emit("delete", value, operand(low, places), axis=axis), contiguous=True)


def _windows(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    thing = found.pop("x")
    window = found.pop("window_shape")
    axis = low.static(found.pop("axis", Known(None)), "axis")
    for label in ("subok", "writeable"):
        if label in found and not _known(found[label], False):
            low.refuse("unknown keyword", name=label, function=full_name(function), remedy="leave it out")
    axis = tuple(axis) if isinstance(axis, list) else axis
    value = low.emit("sliding_window_view", operand(low, thing), window_shape=shape_argument(low, window), axis=axis)
    return _read_only(low, thing, value)


def _unstack(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    moved = call_numpy(low, np.moveaxis, [found["x"], found.get("axis", Known(0)), Known(0)], {})
    return Items(tuple(known_elements(low, moved, "np.unstack")))


def _fromiter(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = dict(zip(("iter", "dtype", "count"), arguments, strict=False)) | keywords
    count = found.pop("count", Known(-1))
    if not _known(count, -1):
        low.refuse("unknown keyword", name="count", function="np.fromiter", remedy="leave it out")
    return call_numpy(low, np.array, [as_list(low, found.pop("iter"))], found)


def _require(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    needs = low.static(found.pop("requirements", Known(None)), "the requirements")
    wanted = {needs} if isinstance(needs, str) else set(needs or ())
    if wanted - {"C", "C_CONTIGUOUS", "CONTIGUOUS", "A", "ALIGNED"}:
        low.refuse("unknown keyword", name="requirements", function="np.require", remedy="write .copy()")
    dtype = found.pop("dtype", Known(None))
    return call_numpy(low, np.ascontiguousarray if wanted & {"C", "C_CONTIGUOUS", "CONTIGUOUS"} else np.asarray, [found["a"], dtype], {})


# ------------------------------------------------------------ arrays from parts


def _block(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    (thing,) = arguments

    def depth(part: Abstract) -> int:
        content = low.store.read(part.place) if isinstance(part, Handle) else None
        return 1 + max(map(depth, content.elements), default=0) if isinstance(content, ListContent) else 0

    levels = depth(thing)

    def joined(part: Abstract, level: int) -> Abstract:
        content = low.store.read(part.place) if isinstance(part, Handle) else None
        if not isinstance(content, ListContent):
            value = operand(low, part)
            rank = len(shape_of(value.type) or ())
            if not isinstance(value.type, Array):
                value = low.emit("array", value)
            missing = levels - rank
            if missing > 0:
                value = low.emit("expand_dims", value, axis=tuple(range(missing)) if missing > 1 else 0)
            return low.result(value)
        parts = [joined(one, level + 1) for one in content.elements]
        return call_numpy(low, np.concatenate, [Items(tuple(parts))], {"axis": Known(level - levels)})

    return joined(thing, 0)


def _meshgrid(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    facts = {label: low.static(keywords.pop(label), label) for label in ("indexing", "sparse", "copy") if label in keywords}
    if keywords:
        low.refuse("unknown keyword", name=next(iter(keywords)), function="np.meshgrid", remedy="leave it out")
    count = len(arguments)
    swapped = facts.get("indexing", "xy") == "xy" and count > 1
    vectors = [low.emit("ravel", operand(low, one)) if low.type_of(one) is not None else operand(low, one) for one in arguments]
    vectors = [value if isinstance(value.type, Array) and value.type.rank == 1 else low.emit("ravel", value) for value in vectors]
    lengths = [(shape_of(value.type) or (Size.of(1),))[0] for value in vectors]
    if swapped:
        lengths[:2] = lengths[1::-1]
    results = []
    for number, value in enumerate(vectors):
        axis = 1 - number if swapped and number < 2 else number
        others = tuple(k for k in range(count) if k != axis)
        if others:
            value = low.emit("expand_dims", value, axis=others if len(others) > 1 else others[0])
        if not facts.get("sparse", False):
            if not all(size.entry for size in lengths):
                low.refuse("static", what="the shape of the grid")
            value = low.emit("copy", low.emit("expand", value, shape=tuple(lengths)))
        else:
            value = low.emit("copy", value)
        results.append(low.result(value, contiguous=True))
    return Items(tuple(results))


def _linspace(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    step = bool(low.static(found.pop("retstep", Known(False)), "retstep"))
    axis = int(low.static(found.pop("axis", Known(0)), "axis"))
    start, stop = found["start"], found["stop"]
    if step:
        num, endpoint = found.get("num", Known(50)), found.get("endpoint", Known(True))
    result = apply_rule(low, REGISTRY.rules["linspace"], function, [], found)
    if axis:
        result = call_numpy(low, np.moveaxis, [result, Known(0), Known(axis)], {})
    if not step:
        return result
    return Items((result, _body(low, spacing, [start, stop, num, endpoint], {})))


def spacing(start: Any, stop: Any, num: Any, endpoint: Any) -> Any:
    """The step of `np.linspace`."""
    pieces = num - 1 if endpoint else num
    return np.nan if pieces <= 0 else (np.multiply(stop, 1.0) - np.multiply(start, 1.0)) / pieces


def _histogram(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    bins = low.usable(found.pop("bins", Known(10)))
    if isinstance(bins, Known) and isinstance(bins.value, str):
        low.refuse("call", what="np.histogram", why="the number of bins must be given")
    x = low.emit("ravel", operand(low, found.pop("a")))
    limits = found.pop("range", Known(None))
    static: dict[str, Any] = {}
    if isinstance(low.type_of(bins), (Number, Scalar)):
        static = {"bins": int(low.static(bins, "the number of bins"))}
        from s2sad.rules import statistics

        edges = _body(low, statistics.histogram_edges, [low.plain(x), bins, limits], {})
    else:
        edges = call_numpy(low, np.asarray, [bins], {})
    if function is np.histogram_bin_edges:
        return edges
    weights = found.pop("weights", Known(None))
    density = bool(low.static(found.pop("density", Known(None)), "density"))
    values = [] if _known(weights, None) else [low.emit("ravel", operand(low, weights))]
    counts: Abstract = low.result(low.emit("histogram_counts", x, low.value(edges), *values, **static), contiguous=True)
    if density:
        counts = _body(low, density_of, [counts, edges], {})
    return Items((counts, edges))


def density_of(counts: Any, edges: Any) -> Any:
    """Counts as a density."""
    width = np.array(np.diff(edges), float)
    return counts / width / np.sum(counts)


def _broadcast_shapes(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """np.broadcast_shapes."""
    shapes = [shape_argument(low, argument) for argument in arguments]
    shape = broadcast_shapes(low.sizes, *shapes)
    assert shape is not None
    return Items(tuple(low.size(size) for size in shape))


def _astype(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.array_methods import METHODS

    return METHODS["astype"](low, arguments[0], list(arguments[1:]), dict(keywords))


def _copy(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    thing = low.usable(found.pop("a"))
    order = low.static(found.pop("order", Known("K")), "the order")
    if order not in ("K", "C"):
        low.refuse("unknown keyword", name="order", function="np.copy", remedy="leave it out")
    _rest(low, function, found)
    if isinstance(thing, (Handle, Items)):
        return call_numpy(low, np.array, [thing], {})
    return copied(low, thing, order)


def _in_order(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """asfortranarray: the same numbers in another order of memory."""
    found = bound(low, function, arguments, keywords)
    thing = low.usable(found.pop("a"))
    dtype = found.pop("dtype", None)
    _rest(low, function, found)
    kind = low.type_of(thing)
    if dtype is not None and not _known(dtype, None):
        low.refuse("unknown keyword", name="dtype", function=full_name(function), remedy="use astype")
    if isinstance(thing, ArrayRef) and isinstance(kind, Array) and kind.rank is not None and kind.rank > 1:
        turned = call_numpy(low, np.transpose, [thing], {})
        made = call_numpy(low, np.ascontiguousarray, [turned], {})
        return call_numpy(low, np.transpose, [made], {})
    return call_numpy(low, np.asarray, [thing], {})


def _vectorize(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if keywords or len(arguments) != 1:
        low.refuse("call", what="np.vectorize", why="it takes only a function here")
    from s2sad.rules.elementwise_python import vectorized

    return Partial(Known(vectorized), (arguments[0],), ())


def _unsupported(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    unsupported(str(low.static(arguments[0], "a text")))


SEVERAL: dict[Any, Special] = {
    unsupported: _unsupported,
    np.vectorize: _vectorize,
    np.nonzero: _nonzero,
    np.tril_indices: _triangle,
    np.triu_indices: _triangle,
    np.tril_indices_from: _triangle_from,
    np.triu_indices_from: _triangle_from,
    np.diag_indices: _diagonal_places,
    np.diag_indices_from: _diagonal_places,
    np.indices: _indices,
    np.ix_: _ix,
    np.unique: _unique,
    np.bincount: _bincount,
    np.searchsorted: _searchsorted,
    np.repeat: _repeat,
    np.pad: _pad,
    np.take: _take,
    np.clip: _clip,
    np.modf: _pair("modf_fraction", "modf_whole"),
    np.frexp: _pair("frexp_mantissa", "frexp_exponent"),
    np.divmod: _pair("floor_divide", "remainder"),
    np.block: _block,
    np.meshgrid: _meshgrid,
    np.linspace: _linspace,
    np.histogram: _histogram,
    np.histogram_bin_edges: _histogram,
    np.broadcast_shapes: _broadcast_shapes,
    np.compress: _masked("compress"),
    np.extract: _masked("extract"),
    np.delete: _delete,
    np.lib.stride_tricks.sliding_window_view: _windows,
    np.unstack: _unstack,
    np.fromiter: _fromiter,
    np.require: _require,
    np.copy: _copy,
    np.astype: _astype,
    np.asfortranarray: _in_order,
}
