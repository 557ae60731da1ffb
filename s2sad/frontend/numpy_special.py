"""Functions of NumPy whose arguments need a treatment of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.frontend.array_methods import array_attribute, by_columns, copied, item_number, reshaped
from s2sad.frontend.arrays import array_of, extent, take, write_step
from s2sad.frontend.layouts import order_of
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.numpy_calls import (
    Keywords,
    apply,
    bound,
    call_numpy,
    cast_to,
    dtype_argument,
    full_name,
    harmless,
    operand,
    shape_argument,
    size_argument,
    write_out,
)
from s2sad.frontend.numpy_variants import VARIANTS, einsum_lists
from s2sad.frontend.sharing import connect
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, ArrayRef, Handle, Items, Known, Lazy, Range
from s2sad.graph.index import View
from s2sad.graph.types import Array, Number, Scalar, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY


def _array(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    found = bound(low, function, arguments, keywords)
    thing = low.usable(found.pop("object", None) or found.pop("a"))
    dtype = dtype_argument(low, found.pop("dtype")) if "dtype" in found else None
    copy = True
    if function in (np.asarray, np.asanyarray, np.ascontiguousarray):
        copy = False
    if "copy" in found:
        given = low.static(found.pop("copy"), "the argument copy")
        copy = bool(given) if given is not None else False
    least = int(low.static(found.pop("ndmin", Known(0)), "ndmin"))
    for label, value in found.items():
        if label == "order" and isinstance(value, Known) and value.value in ("C", "K", "A", None):
            continue
        harmless(low, label, value, function)
    if least:
        made = _array(low, function, [thing], {"dtype": Known(np.dtype(dtype))} if dtype else {})
        missing = least - len(shape_of(operand(low, made).type) or ())
        if missing <= 0:
            return made
        return call_numpy(low, np.expand_dims, [made, Items(tuple(map(Known, range(missing))))], {})
    if isinstance(thing, (Handle, Items)):
        result = array_of(low, thing, dtype)
        return cast_to(low, result, dtype) if dtype is not None else result
    if isinstance(thing, (Range, Lazy)):
        from s2sad.frontend.iteration import as_list

        return _array(low, np.array, [as_list(low, thing)], {"dtype": Known(np.dtype(dtype))} if dtype else {})
    value = operand(low, thing)
    if dtype is not None and dtype_of(value.type) != dtype:
        if isinstance(value.type, Array):
            return cast_to(low, thing, dtype)
        return low.result(low.emit("array", low.emit("cast", value, kind=Scalar(dtype))))
    if isinstance(thing, ArrayRef):
        if not copy:
            order = order_of(low, thing) if function is np.ascontiguousarray else "C"
            if order in ("F", "other"):
                return copied(low, thing, "C")
            if order is None:
                copyish = low.result(low.emit("copy", value), contiguous=True)
                assert isinstance(copyish, ArrayRef)
                connect(copyish.place, thing.place)
                return copyish
            return thing
        return copied(low, thing)
    return low.result(low.emit("array", value), contiguous=True)


def _made(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """zeros, ones, empty, full: where the first length is known only at run time, by way of `rows`."""
    rule = REGISTRY.functions[function]
    found = bound(low, function, arguments, keywords)
    shape = low.usable(found.pop("shape"))
    dtype = dtype_argument(low, found.pop("dtype")) if "dtype" in found else None
    fill = found.pop("fill_value", None)
    order = found.pop("order", None)
    if order is not None and not (isinstance(order, Known) and order.value in ("C", "K")):
        low.refuse("unknown keyword", name="order", function=full_name(function), remedy="leave it out")
    for label, value in found.items():
        harmless(low, label, value, function)
    try:
        sizes = shape_argument(low, shape)
    except UnsupportedError:
        return _made_at_run_time(low, function, shape, dtype, fill)
    if any(size.known is not None and size.known < 0 for size in sizes):
        raise PrimalRaises("negative dimensions are not allowed")
    static: dict[str, Any] = {"shape": sizes}
    if fill is not None:
        value = operand(low, fill)
        if dtype is not None:
            static["dtype"] = dtype
        return low.result(low.emit(rule, value, **static), contiguous=True)
    static["dtype"] = dtype or "f8"
    return low.result(low.emit(rule, **static), contiguous=True)


def _made_at_run_time(low: Lowering, function: Any, shape: Abstract, dtype: str | None, fill: Abstract | None) -> Abstract:

    from s2sad.frontend.iteration import known_elements

    parts = known_elements(low, shape, "a shape") if isinstance(shape, (Items, Handle)) else [shape]
    inner = tuple(size_argument(low, part, "a shape") for part in parts[1:])
    count = low.value(parts[0])
    value = None if fill is None else operand(low, fill)
    dtype = dtype or ("f8" if value is None else str(dtype_of(value.type)))
    made = low.emit("rows", count, row=Array(dtype, inner) if inner else Scalar(dtype))
    if function is np.zeros:
        made = low.emit("zeros_like", made)
    elif function is np.ones:
        made = low.emit("ones_like", made)
    elif value is not None:
        made = low.emit("full_like", made, value)
    return low.result(made, contiguous=True)


def _made_like(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    rule = REGISTRY.functions[function]
    found = bound(low, function, arguments, keywords)
    model = low.usable(found.pop("prototype", None) or found.pop("a"))
    dtype = dtype_argument(low, found.pop("dtype")) if "dtype" in found else None
    fill = found.pop("fill_value", None)
    for label, value in found.items():
        harmless(low, label, value, function)
    like = operand(low, model)
    static: dict[str, Any] = {} if dtype is None else {"dtype": dtype}
    values = [like] if fill is None else [like, operand(low, fill)]
    return low.result(
        low.emit(rule, *values, **static), contiguous=not isinstance(model, ArrayRef) or (model.place.contiguous and not model.path)
    )


def _shape_function(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return array_attribute(low, _as_array_or_number(low, arguments[0]), {np.shape: "shape", np.ndim: "ndim", np.size: "size"}[function])


def _as_array_or_number(low: Lowering, thing: Abstract) -> Abstract:
    thing = low.usable(thing)
    return array_of(low, thing) if isinstance(thing, (Handle, Items)) else thing


def _ravel(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    receiver = _as_array_or_number(low, found.pop("a"))
    if "order" in found and by_columns(low, found.pop("order"), "np.ravel"):
        receiver = call_numpy(low, np.transpose, [receiver], {})
    return apply(low, REGISTRY.rules["ravel"], [receiver], {})


def _reshape(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    receiver = _as_array_or_number(low, found.pop("a"))
    shape = found.pop("shape", None) or found.pop("newshape")
    return reshaped(low, receiver, shape, found)


def _copy_to(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    found = bound(low, function, arguments, keywords)
    target, source = found.pop("dst"), found.pop("src")
    where = found.pop("where", None)
    for label, value in found.items():
        harmless(low, label, value, function)
    if not isinstance(target, ArrayRef):
        low.refuse("operands", what="np.copyto", kinds=describe(target))
    value = operand(low, source)
    if where is not None and not (isinstance(where, Known) and where.value is True):
        value = low.emit("where", operand(low, where), value, low.read(target))
    low.overwrite(target, value)
    return Known(None)


def _fill_diagonal(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    target = low.usable(arguments[0])
    if not isinstance(target, ArrayRef) or len(arguments) != 2 or keywords or low.array_type(target).rank != 2:
        low.refuse("call", what="np.fill_diagonal", why="it takes a matrix and a value")
    kind = low.array_type(target)
    assert kind.shape is not None
    from s2sad.graph.index import Fancy, Index
    from s2sad.graph.sizes import minimum

    count = low.value(low.size(minimum(*kind.shape)))
    numbers = low.emit("arange", count)
    write_step(low, target, Index((Fancy(0), Fancy(1))), (numbers, numbers), arguments[1])
    return Known(None)


def _number_check(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = low.usable(arguments[0])
    kind = low.type_of(thing)
    if function is np.isscalar:
        return Known(
            isinstance(kind, (Number, Scalar))
            or (isinstance(thing, Known) and isinstance(thing.value, (str, bytes, int, float, complex, np.generic)))
        )
    dtype = str(dtype_of(kind)) if kind is not None and dtype_of(kind) else "f8"
    return Known((dtype[0] == "c") == (function is np.iscomplexobj))


def _known_function(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Functions of what is known at compile time: dtypes and their limits."""
    facts = [low.static(argument, f"an argument of {function.__name__}") for argument in arguments]
    return Known(function(*facts, **{name: low.static(value, name) for name, value in keywords.items()}))


def _scalar_type(dtype: str) -> Callable[..., Abstract]:
    def make(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        if not arguments:
            return Known(np.dtype(dtype).type(0))
        thing = low.usable(arguments[0])
        if isinstance(thing, (Handle, Items)):
            return cast_to(low, array_of(low, thing), dtype)
        value = operand(low, thing)
        if isinstance(value.type, Array):
            return cast_to(low, thing, dtype) if value.type.shape != () else low.emit("cast", value, kind=Scalar(dtype))
        return low.emit("cast", value, kind=Scalar(dtype))

    return make


def _einsum(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) > 1 and low.type_of(low.usable(arguments[0])) is not None:
        arguments = einsum_lists(low, arguments)
    subscripts = low.static(arguments[0], "the subscripts of einsum") if arguments else None
    if not isinstance(subscripts, str):
        low.refuse("call", what="np.einsum", why="it takes subscripts and arrays here")
    out = keywords.pop("out", None)
    optimize = low.static(keywords.pop("optimize"), "the argument optimize") if "optimize" in keywords else False
    for label, value in keywords.items():
        harmless(low, label, value, function)
    if isinstance(optimize, list):
        optimize = tuple(optimize)
    subscripts = subscripts.replace(" ", "")
    operands = arguments[1:]
    source, _, target = subscripts.partition("->")
    if len(operands) == 1 and "->" in subscripts and set(source) == set(target) and isinstance(operands[0], ArrayRef) and "." not in source:
        # No sum: NumPy gives a view, a diagonal or a transposition.
        result = take(low, operands[0], View("einsum", (("subscripts", subscripts),)))
    else:
        result = low.result(low.emit("einsum", *(operand(low, one) for one in operands), subscripts=subscripts, optimize=optimize))
    return result if out is None else write_out(low, out, result)


def _arange(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    named = dict(keywords)
    dtype = dtype_argument(low, named.pop("dtype")) if "dtype" in named else None
    parts = list(arguments)
    if len(parts) == 4:
        dtype = dtype_argument(low, parts.pop())
    if not parts:
        parts = [named.pop("start", Known(0))]
    if "stop" in named:
        parts = [*parts[:1], named.pop("stop")]
    if "step" in named:
        parts = [Known(0), parts[0], named.pop("step")] if len(parts) == 1 else [*parts, named.pop("step")]
    for label, value in named.items():
        harmless(low, label, value, function)
    values = [operand(low, part) for part in parts]
    if any(isinstance(value.type, Array) for value in values):
        values = [item_number(low, value) if isinstance(value.type, Array) else value for value in values]
    return low.result(low.emit("arange", *values, dtype=dtype), contiguous=True)


def _allclose(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    inner = call_numpy(low, np.isclose, arguments, keywords)
    return low.emit("to_bool", low.emit("all", operand(low, inner)))


def _where(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) == 1:
        return call_numpy(low, np.nonzero, arguments, keywords)
    if len(arguments) != 3 or keywords:
        raise PrimalRaises("either both or neither of x and y should be given")
    values = [operand(low, argument) for argument in arguments]
    if all(isinstance(value.type, Number) for value in values):
        values[1] = low.emit("cast", values[1], kind=Scalar(str(dtype_of(values[1].type))))
    return low.result(low.emit("where", *values), contiguous=True)


def _copy(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """A copy is always an array, also of a number."""
    found = bound(low, function, arguments, keywords)
    thing = _as_array_or_number(low, found.pop("a"))
    for label, value in found.items():
        harmless(low, label, value, function)
    return copied(low, thing) if isinstance(thing, ArrayRef) else low.result(low.emit("array", low.value(thing)), contiguous=True)


def _imag(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """The imaginary part of something complex is a view; that of something real is zeros."""
    return array_attribute(low, _as_array_or_number(low, bound(low, function, arguments, keywords)["val"]), "imag")


def _atleast(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) != 1:
        return Items(tuple(_atleast(low, function, [argument], {}) for argument in arguments))
    thing = _as_array_or_number(low, arguments[0])
    ranks: dict[Any, int] = {np.atleast_1d: 1, np.atleast_2d: 2}
    wanted = ranks[function]
    kind = low.type_of(thing)
    if isinstance(thing, ArrayRef) and isinstance(kind, Array) and kind.rank is not None and kind.rank >= wanted:
        return thing
    rule = REGISTRY.functions.get(function)
    if rule is None:
        low.refuse("unknown function", name=full_name(function))
    return apply(low, rule, [thing], {})


def _fromiter(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.iteration import as_list

    thing, *rest = arguments
    kind = rest[0] if rest else keywords.get("dtype", Known(float))
    if len(rest) > 1 or any(label != "dtype" for label in keywords):
        low.refuse("unknown keyword", name="count", function="np.fromiter", remedy="leave it out")
    return _array(low, np.array, [as_list(low, thing)], {"dtype": kind})


SPECIAL: dict[Any, Callable[[Lowering, Any, list[Abstract], Keywords], Abstract]] = {
    np.array: _array,
    np.fromiter: _fromiter,
    np.asarray: _array,
    np.asanyarray: _array,
    np.ascontiguousarray: _array,
    np.zeros: _made,
    np.ones: _made,
    np.empty: _made,
    np.full: _made,
    np.zeros_like: _made_like,
    np.ones_like: _made_like,
    np.empty_like: _made_like,
    np.full_like: _made_like,
    np.shape: _shape_function,
    np.ndim: _shape_function,
    np.reshape: _reshape,
    np.ravel: _ravel,
    np.copyto: _copy_to,
    np.fill_diagonal: _fill_diagonal,
    np.isscalar: _number_check,
    np.iscomplexobj: _number_check,
    np.isrealobj: _number_check,
    np.dtype: _known_function,
    np.finfo: _known_function,
    np.iinfo: _known_function,
    np.result_type: _known_function,
    np.issubdtype: _known_function,
    np.promote_types: _known_function,
    np.can_cast: _known_function,
    np.isdtype: _known_function,
    np.float64: _scalar_type("f8"),
    np.float32: _scalar_type("f4"),
    np.int64: _scalar_type("i8"),
    np.int32: _scalar_type("i4"),
    np.bool_: _scalar_type("b1"),
    np.complex128: _scalar_type("c16"),
    np.complex64: _scalar_type("c8"),
    np.float16: _scalar_type("f2"),
    np.int8: _scalar_type("i1"),
    np.int16: _scalar_type("i2"),
    np.uint8: _scalar_type("u1"),
    np.arange: _arange,
    np.einsum: _einsum,
    np.allclose: _allclose,
    np.where: _where,
    np.copy: _copy,
    np.imag: _imag,
    np.atleast_1d: _atleast,
    np.atleast_2d: _atleast,
}


def size_function(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """``np.size(a)`` or ``np.size(a, axis)``."""
    thing = _as_array_or_number(low, arguments[0])
    axis = arguments[1] if len(arguments) > 1 else keywords.get("axis")
    if axis is None or (isinstance(axis, Known) and axis.value is None):
        return array_attribute(low, thing, "size")
    if not isinstance(thing, ArrayRef):
        raise PrimalRaises("tuple index out of range")
    rank = low.array_type(thing).rank or 0
    return extent(low, thing, int(low.static(axis, "axis")) % max(rank, 1))


SPECIAL.update(VARIANTS)
SPECIAL[np.size] = lambda low, function, arguments, keywords: size_function(low, arguments, keywords)
