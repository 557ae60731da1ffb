"""Methods and attributes of arrays and NumPy scalars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend.arrays import extent, subscript
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.numpy_calls import Keywords, apply, call_numpy, cast_to, dtype_argument, harmless, operand, shape_argument
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, ArrayRef, Items, Known, Lazy, Method
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, List, Number, dtype_of
from s2sad.rules.declare import REGISTRY

POSITIONS: dict[str, tuple[str, ...]] = {
    "sum": ("axis", "dtype", "out", "keepdims", "initial", "where"),
    "prod": ("axis", "dtype", "out", "keepdims", "initial", "where"),
    "mean": ("axis", "dtype", "out", "keepdims", "where"),
    "max": ("axis", "out", "keepdims", "initial", "where"),
    "min": ("axis", "out", "keepdims", "initial", "where"),
    "var": ("axis", "dtype", "out", "ddof", "keepdims", "where"),
    "std": ("axis", "dtype", "out", "ddof", "keepdims", "where"),
    "argmax": ("axis", "out", "keepdims"),
    "argmin": ("axis", "out", "keepdims"),
    "any": ("axis", "out", "keepdims", "where"),
    "all": ("axis", "out", "keepdims", "where"),
    "cumsum": ("axis", "dtype", "out"),
    "cumprod": ("axis", "dtype", "out"),
    "squeeze": ("axis",),
    "swapaxes": ("axis1", "axis2"),
    "clip": ("a_min", "a_max", "out"),
    "round": ("decimals", "out"),
    "dot": ("b", "out"),
    "trace": ("offset", "axis1", "axis2", "dtype", "out"),
    "repeat": ("repeats", "axis"),
    "diagonal": ("offset", "axis1", "axis2"),
    "take": ("indices", "axis", "out", "mode"),
    "argsort": ("axis", "kind", "order"),
    "ptp": ("axis", "out", "keepdims"),
    "nonzero": (),
    "conj": (),
    "conjugate": (),
    "searchsorted": ("v", "side", "sorter"),
    "compress": ("condition", "axis", "out"),
    "choose": ("choices", "out", "mode"),
    "argpartition": ("kth", "axis", "kind", "order"),
    "put": ("ind", "v", "mode"),
}


FUNCTION_OF_METHOD: dict[str, Any] = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "var": np.var,
    "std": np.std,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "any": np.any,
    "all": np.all,
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "squeeze": np.squeeze,
    "swapaxes": np.swapaxes,
    "clip": np.clip,
    "round": np.round,
    "dot": np.dot,
    "trace": np.trace,
    "repeat": np.repeat,
    "diagonal": np.diagonal,
    "take": np.take,
    "argsort": np.argsort,
    "nonzero": np.nonzero,
    "conj": np.conj,
    "conjugate": np.conjugate,
    "searchsorted": np.searchsorted,
    "ptp": np.ptp,
    "compress": np.compress,
    "choose": np.choose,
    "argpartition": np.argpartition,
    "put": np.put,
}


def array_method(low: Lowering, receiver: Abstract, name: str, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Call a method of an array or of a NumPy scalar."""
    special = METHODS.get(name)
    if special is not None:
        return special(low, receiver, arguments, keywords)
    function = FUNCTION_OF_METHOD.get(name)
    if function is None:
        low.refuse("unknown attribute", name=name, what=describe(receiver))
    labels = POSITIONS[name]
    if len(arguments) > len(labels):
        raise PrimalRaises(f"{name}() takes at most {len(labels)} arguments")
    named = dict(keywords)
    if name == "clip":
        named = {{"min": "a_min", "max": "a_max"}.get(label, label): value for label, value in named.items()}
    named.update(zip(labels, arguments, strict=False))
    if name == "compress":
        return call_numpy(low, function, [named.pop("condition"), receiver], named)
    return call_numpy(low, function, [receiver], named)


def array_attribute(low: Lowering, base: Abstract, name: str) -> Abstract:
    """Return an attribute of an array, a NumPy scalar or a number."""
    kind = low.type_of(base)
    if name == "shape":
        if isinstance(kind, Array):
            if kind.shape is None:
                low.refuse("rank", what="the array")
            assert isinstance(base, ArrayRef)
            return Items(tuple(extent(low, base, axis) for axis in range(len(kind.shape))))
        return Items(())
    if name == "ndim":
        if isinstance(kind, Array):
            if kind.shape is None:
                low.refuse("rank", what="the array")
            return Known(len(kind.shape))
        return Known(0)
    if name == "size":
        if isinstance(base, ArrayRef) and isinstance(kind, Array) and kind.shape is not None:
            total = Size.of(1)
            for size in kind.shape:
                total = total * size
            if total.entry:
                return low.size(total)
            return low.emit("size", low.read(base))
        return Known(1)
    if name == "dtype":
        return Known(np.dtype(str(dtype_of(kind)))) if kind is not None else Known(None)
    if name == "nbytes" or name == "itemsize":
        width = (np.dtype(str(dtype_of(kind))) if kind is not None else np.dtype(float)).itemsize
        if name == "itemsize":
            return Known(width)
        return low.emit("multiply", low.value(array_attribute(low, base, "size")), low.constant(width))
    if name == "mT":
        if not isinstance(kind, Array) or kind.rank is None or kind.rank < 2:
            low.refuse("unknown attribute", name=name, what=describe(base))
        return call_numpy(low, np.matrix_transpose, [base], {})
    if name in ("flags", "strides", "base", "data", "ctypes", "__array_interface__"):
        low.refuse("memory", what=f"the attribute {name}")
    if name == "imag" and isinstance(base, ArrayRef) and kind is not None and (dtype_of(kind) or "")[:1] != "c":
        zeros = low.result(low.emit("zeros_like", low.read(base)))
        if isinstance(zeros, ArrayRef):
            zeros.place.readonly = True
        return zeros
    if name in ("T", "real", "imag"):
        rule = REGISTRY.attributes.get(name)
        if rule is not None:
            if isinstance(base, ArrayRef) and name == "T" and isinstance(kind, Array) and kind.shape is not None and len(kind.shape) < 2:
                return base
            return apply(low, rule, [base], dict(rule.signature.static))
    if name == "flat" and isinstance(base, ArrayRef):
        return Lazy("flat", (base,))
    if name in METHODS or name in FUNCTION_OF_METHOD:
        return Method(base, name)
    rule = REGISTRY.attributes.get(name)
    if rule is not None:
        return apply(low, rule, [base], dict(rule.signature.static))
    low.refuse("unknown attribute", name=name, what=describe(base))


def _shape_arguments(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if "shape" in keywords:
        return keywords.pop("shape")
    if len(arguments) == 1:
        return arguments[0]
    return Items(tuple(arguments))


def reshaped(low: Lowering, receiver: Abstract, shape: Abstract, keywords: Keywords) -> Abstract:
    """Return ``a.reshape(shape)``."""
    columns = False
    for label, value in keywords.items():
        if label == "order":
            columns = by_columns(low, value, "reshape")
        else:
            harmless(low, label, value, np.reshape)
    sizes = shape_argument(low, shape)
    if columns:
        turned = call_numpy(low, np.transpose, [receiver], {})
        made = apply(low, REGISTRY.rules["reshape"], [turned], {"shape": sizes[::-1]})
        return call_numpy(low, np.transpose, [made], {})
    return apply(low, REGISTRY.rules["reshape"], [receiver], {"shape": sizes})


def by_columns(low: Lowering, order: Abstract, what: str) -> bool:
    """Whether elements are taken column by column (``order="F"``); what depends on the layout in memory is refused."""
    if isinstance(order, Known) and order.value in ("C", "F"):
        return bool(order.value == "F")
    low.refuse("unknown keyword", name="order", function=what, remedy="write order='C' or order='F'")


def _method_reshape(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return reshaped(low, receiver, _shape_arguments(low, arguments, keywords), keywords)


def _method_transpose(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    axes = arguments[0] if len(arguments) == 1 else Items(tuple(arguments)) if arguments else keywords.pop("axes", Known(None))
    return call_numpy(low, np.transpose, [receiver, axes], keywords)


def _method_copy(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    order = "C"
    for value in [*arguments, *keywords.values()]:
        harmless(low, "order", value, np.copy)
        order = low.static(value, "the order") or "C"
    return copied(low, receiver, order)


def copied(low: Lowering, thing: Abstract, order: str = "K") -> Abstract:
    """Return a fresh array with the content of another."""
    value = operand(low, thing)
    kept = order == "C" or (isinstance(thing, ArrayRef) and thing.place.contiguous and not thing.path)
    static = {} if kept or not isinstance(value.type, Array) or value.type.rank == 1 else {"order": "K"}
    return low.result(low.emit("copy", value, **static), contiguous=kept)


def _method_astype(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    arguments = list(arguments)
    dtype = dtype_argument(low, arguments.pop(0) if arguments else keywords.pop("dtype"))
    copy = keywords.pop("copy", Known(True))
    for label, value in keywords.items():
        harmless(low, label, value, np.ndarray.astype)
    if arguments:
        low.refuse("unknown keyword", name="order", function="astype", remedy="leave it out")
    value = operand(low, receiver)
    if dtype_of(value.type) == dtype:
        if isinstance(copy, Known) and copy.value is False:
            return receiver
        return copied(low, receiver) if isinstance(value.type, Array) else receiver
    assert dtype is not None
    return cast_to(low, receiver, dtype)


def _method_item(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if arguments:
        if len(arguments) == 1 and isinstance(arguments[0], Items):
            arguments = list(arguments[0].elements)
        index = Items(tuple(arguments)) if len(arguments) > 1 else arguments[0]
        kind = low.type_of(receiver)
        if len(arguments) == 1 and isinstance(receiver, ArrayRef) and isinstance(kind, Array) and kind.rank != 1:
            from s2sad.frontend.index_tricks import flat_item

            return item_number(low, low.value(flat_item(low, receiver, index)))
        if isinstance(receiver, ArrayRef) and isinstance(kind, Array) and kind.rank == len(arguments):
            receiver = subscript(low, receiver, index)
        else:
            low.refuse("unknown keyword", name="args", function="item", remedy="index the array")
    value = operand(low, receiver)
    return item_number(low, value)


def item_number(low: Lowering, value: Value) -> Value:
    """Return the only element of an array or scalar as a Python number."""
    kind = value.type
    if isinstance(kind, Number):
        return value
    dtype = str(dtype_of(kind))
    name = {"f": "float", "i": "int", "u": "int", "b": "bool", "c": "complex"}[dtype[0]]
    if isinstance(kind, Array):
        if kind.shape is not None and not all(low.sizes.is_one(size) for size in kind.shape):
            raise PrimalRaises("can only convert an array of size 1 to a Python scalar")
        if kind.shape:
            value = low.emit("reshape", value, shape=())
    return low.emit(f"to_{name}", value)


def _method_fill(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if not isinstance(receiver, ArrayRef):
        low.refuse("unknown attribute", name="fill", what=describe(receiver))
    low.overwrite(receiver, low.value(arguments[0] if arguments else keywords["value"]))
    return Known(None)


def _method_tolist(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    kind = low.type_of(receiver)
    if isinstance(receiver, ArrayRef) and isinstance(kind, Array) and kind.rank == 1:
        element = Number({"f": "float", "i": "int", "u": "int", "b": "bool", "c": "complex"}[kind.dtype[0]])
        assert kind.shape is not None
        if kind.shape[0].known is not None and kind.shape[0].known <= 64:
            value = low.read(receiver)

            return low.list_of([item_number(low, low.value(subscript(low, receiver, Known(k)))) for k in range(value.type.shape[0].known)])  # type: ignore[attr-defined]
        return low.result(low.emit("numbers_of_array", low.read(receiver), kind=List(element)))
    if not isinstance(receiver, ArrayRef) or (isinstance(kind, Array) and kind.rank == 0):
        return item_number(low, operand(low, receiver))
    from s2sad.frontend.iteration import known_elements

    rows = known_elements(low, receiver, "the rows of tolist")
    return low.list_of([_method_tolist(low, row, [], {}) for row in rows])


def _method_flatten(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    for value in [*arguments, *keywords.values()]:
        if by_columns(low, value, "flatten"):
            receiver = call_numpy(low, np.transpose, [receiver], {})
    return low.result(low.emit("flatten", operand(low, receiver)), contiguous=True)


def _method_ravel(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    for value in [*arguments, *keywords.values()]:
        if by_columns(low, value, "ravel"):
            receiver = call_numpy(low, np.transpose, [receiver], {})
    return apply(low, REGISTRY.rules["ravel"], [receiver], {})


def _method_sort(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if not isinstance(receiver, ArrayRef):
        low.refuse("unknown attribute", name="sort", what=describe(receiver))
    result = call_numpy(low, np.sort, [receiver, *arguments], keywords)
    low.overwrite(receiver, low.value(result))
    return Known(None)


def _method_partition(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if not isinstance(receiver, ArrayRef):
        low.refuse("unknown attribute", name="partition", what=describe(receiver))
    result = call_numpy(low, np.partition, [receiver, *arguments], keywords)
    low.overwrite(receiver, low.value(result))
    return Known(None)


def _method_view(low: Lowering, receiver: Abstract, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if not arguments and not keywords:
        return receiver
    low.refuse("memory", what="the method view")


METHODS: dict[str, Callable[[Lowering, Abstract, list[Abstract], Keywords], Abstract]] = {
    "reshape": _method_reshape,
    "transpose": _method_transpose,
    "copy": _method_copy,
    "astype": _method_astype,
    "item": _method_item,
    "fill": _method_fill,
    "tolist": _method_tolist,
    "flatten": _method_flatten,
    "ravel": _method_ravel,
    "sort": _method_sort,
    "partition": _method_partition,
    "view": _method_view,
}
