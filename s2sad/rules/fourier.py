"""`np.fft`: discrete Fourier transforms.

A transform is a symmetric matrix, so it is its own transpose, whatever its norm: cotangents pair without conjugation here.  Those of
real input give the half of the result that tells the rest; their transposes weigh what stands for two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Point, Rule, Symbol, elementwise, linear, point
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply, is_complex, rank, shape, zeros_of
from s2sad.rules.points import complex_real, real
from s2sad.rules.types import Shape, normal_axis, number, numeric, real_dtype

_FLIPPED = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def _dtype(kind: Type) -> str:
    return "c8" if dtype_of(kind) in ("f4", "c8", "f2") else "c16"


def _int(n: Any) -> int | None:
    return None if n is None else number(n)


def _ints(s: Any) -> tuple[int, ...] | None:
    return None if s is None else tuple(map(number, s))


def _half(n: Size) -> Size:
    """Return ``n // 2 + 1``."""
    return (n + 1).ceil_div(2)


def _axes(s: Any, axes: Any, length: int) -> tuple[int, ...]:
    """Return the axes that are transformed, in order."""
    if axes is None:
        count = length if s is None else len(s)
        return tuple(range(length - count, length))
    return tuple(normal_axis(one, length) for one in axes)


def _known(sides: Shape) -> tuple[Size, ...]:
    if sides is None:
        raise UnsupportedError("a Fourier transform of an array of unknown rank.", remedy="annotate the argument's type", code="S2S213")
    return sides


def _lengths(sides: tuple[Size, ...], s: Any, axes: tuple[int, ...]) -> list[Size]:
    return [sides[axis] if s is None else Size.of(s[k]) for k, axis in enumerate(axes)]


def _replaced(sides: tuple[Size, ...], axes: Sequence[int], lengths: Sequence[Size]) -> tuple[Size, ...]:
    result = list(sides)
    for axis, length in zip(axes, lengths, strict=True):
        result[axis] = length
    return tuple(result)


def _full_type(sizes: Sizes, a: Type, s: Any, axes: Any) -> Type:
    numeric("a Fourier transform", a)
    sides = _known(shape_of(a))
    along = _axes(s, axes, len(sides))
    return Array(_dtype(a), _replaced(sides, along, _lengths(sides, s, along)))


def _to_half_type(sizes: Sizes, a: Type, s: Any, axes: Any) -> Type:
    numeric("a Fourier transform", a)
    if str(dtype_of(a))[0] == "c":
        raise UnsupportedError("np.fft.rfft of complex numbers drops the imaginary part.", remedy="give the real part", code="S2S214")
    sides = _known(shape_of(a))
    along = _axes(s, axes, len(sides))
    lengths = _lengths(sides, s, along)
    return Array(_dtype(a), _replaced(sides, along, [*lengths[:-1], _half(lengths[-1])]))


def _to_real_type(sizes: Sizes, a: Type, s: Any, axes: Any) -> Type:
    numeric("a Fourier transform", a)
    sides = _known(shape_of(a))
    along = _axes(s, axes, len(sides))
    lengths = _lengths(sides, s, along)
    if s is None:
        lengths[-1] = (lengths[-1] - 1) * 2
    return Array(real_dtype(_dtype(a)), _replaced(sides, along, lengths))


def fitted(g: Any, like: Any, axes: Sequence[int]) -> Any:
    """Cut or fill with zeros along `axes`, to the shape of `like`: what the transform did to its operand's length, backwards."""
    if not is_complex(like) and is_complex(g):
        g = apply("real", g)
    have, want = _known(shape(g)), _known(shape(like))
    different = [axis for axis in axes if have[axis] != want[axis]]
    if not different:
        return g
    longer = [axis for axis in different if g.builder.sizes.at_least(want[axis] - have[axis], 0)]
    cut = [axis for axis in different if axis not in longer]
    if cut:
        g = apply("get", g, *(apply("length", like, axis=axis) for axis in cut), path=_heads(len(have), cut))
    if longer:
        g = apply("put", zeros_of(like), g, *(apply("length", g, axis=axis) for axis in longer), path=_heads(len(have), longer))
    return g


def _heads(length: int, axes: Sequence[int]) -> tuple[Index, ...]:
    """Return the path ``[:n, :m]`` whose bounds are operands."""
    return (Index(tuple(Slice(None, Operand(axes.index(k))) if k in axes else Slice() for k in range(length))),)


def _weights(g: Any, half: Any, length: Size, axis: int) -> Any:
    """Return, along `axis`, how many elements of the full transform each of the half one stands for."""
    positions = apply("arange", apply("length", half, axis=axis))
    total = Symbol(g.builder, g.builder.size(length)) if length.entry else apply("length", g, axis=axis)
    alone = apply("logical_or", apply("equal", positions, 0), apply("equal", 2 * positions, total))
    weights = apply("where", alone, 1.0, 2.0)
    after = _known(shape(half))[axis + 1 :]
    return apply("expand_dims", weights, axis=tuple(range(1, len(after) + 1))) if after else weights


def _points(make: Callable[..., Any], *more: Point) -> Callable[[], list[Point]]:
    return lambda: [
        point(make(6)),
        point(make(5)),
        point(make(2, 4), axis=0),
        point(make(6), n=Size.of(4)),
        point(make(3), n=Size.of(5)),
        point(make(4), norm="ortho"),
        point(make(5), norm="forward"),
        point(make(4, dtype="f4" if make is real else "c8")),
        *more,
    ]


def _grids(make: Callable[..., Any]) -> Callable[[], list[Point]]:
    return lambda: [
        point(make(3, 4)),
        point(make(4, 3)),
        point(make(2, 3, 4), axes=(0, 2)),
        point(make(3, 4), s=(Size.of(2), Size.of(6))),
        point(make(3, 4), norm="ortho"),
        point(make(3, 2), axes=(1, 0), norm="forward"),
    ]


def _either(make: Any) -> Any:
    return lambda: [*make(real)(), *make(complex_real)()]


def _one(name: str, function: Any) -> Rule:
    """Declare a complex transform along one axis."""

    def back(g: Any, y: Any, a: Any, *, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
        return fitted(rule(g, axis=axis, norm=norm), a, (axis % (rank(a) or 1),))

    rule = linear(
        name,
        "a, /, n=None, axis=-1, norm=None",
        f"np.fft.{name}(a, n=n, axis=axis, norm=norm)",
        lambda a, *, n=None, axis=-1, norm=None: function(a, _int(n), axis, norm),
        [back],
        infer=lambda sizes, a, *, n=None, axis=-1, norm=None: _full_type(sizes, a, None if n is None else (n,), (axis,)),
        functions=[function],
        complex=True,
        expensive=True,
        at=_either(_points),
    )
    return rule


def _many(name: str, function: Any, default: Any) -> Rule:
    """Declare a complex transform along several axes."""

    def back(g: Any, y: Any, a: Any, *, s: Any = None, axes: Any = default, norm: Any = None) -> Any:
        along = _axes(s, axes, rank(a) or 0)
        return fitted(rule(g, axes=axes if s is None or axes is not None else along, norm=norm), a, along)

    rule = linear(
        name,
        "a, /, s=None, axes=None, norm=None",
        f"np.fft.{name}(a, s=s, axes=axes, norm=norm)",
        lambda a, *, s=None, axes=default, norm=None: function(a, _ints(s), axes, norm),
        [back],
        infer=lambda sizes, a, *, s=None, axes=default, norm=None: _full_type(sizes, a, s, axes),
        functions=[function],
        complex=True,
        expensive=True,
        at=_either(_grids),
    )
    rule.signature.static["axes"] = default
    return rule


fft, ifft = _one("fft", np.fft.fft), _one("ifft", np.fft.ifft)
fftn, ifftn = _many("fftn", np.fft.fftn, None), _many("ifftn", np.fft.ifftn, None)
fft2, ifft2 = _many("fft2", np.fft.fft2, (-2, -1)), _many("ifft2", np.fft.ifft2, (-2, -1))


def _rfft_back(g: Any, y: Any, a: Any, *, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    along = axis % (rank(a) or 1)
    return fitted(fft(g, n=_known(shape(a))[along] if n is None else n, axis=axis, norm=norm), a, (along,))


rfft = linear(
    "rfft",
    "a, /, n=None, axis=-1, norm=None",
    "np.fft.rfft(a, n=n, axis=axis, norm=norm)",
    lambda a, *, n=None, axis=-1, norm=None: np.fft.rfft(a, _int(n), axis, norm),
    [_rfft_back],
    infer=lambda sizes, a, *, n=None, axis=-1, norm=None: _to_half_type(sizes, a, None if n is None else (n,), (axis,)),
    functions=[np.fft.rfft],
    complex=True,
    expensive=True,
    at=_points(real),
)


def _irfft_back(g: Any, y: Any, a: Any, *, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    along = axis % (rank(a) or 1)
    half = apply("conjugate", rfft(g, axis=axis, norm=_FLIPPED[norm]))
    return fitted(half * _weights(g, half, _known(shape(y))[along], along), a, (along,))


irfft = linear(
    "irfft",
    "a, /, n=None, axis=-1, norm=None",
    "np.fft.irfft(a, n=n, axis=axis, norm=norm)",
    lambda a, *, n=None, axis=-1, norm=None: np.fft.irfft(a, _int(n), axis, norm),
    [_irfft_back],
    infer=lambda sizes, a, *, n=None, axis=-1, norm=None: _to_real_type(sizes, a, None if n is None else (n,), (axis,)),
    functions=[np.fft.irfft],
    complex=True,
    expensive=True,
    at=lambda: [*_points(complex_real)(), *_points(real)()],
)


hfft = derived(
    "hfft",
    "a, /, n=None, axis=-1, norm=None",
    "np.fft.hfft(a, n=n, axis=axis, norm=norm)",
    lambda a, *, n=None, axis=-1, norm=None: np.fft.hfft(a, _int(n), axis, norm),
    lambda a, *, n=None, axis=-1, norm=None: irfft(apply("conjugate", a), n=n, axis=axis, norm=_FLIPPED[norm]),
    functions=[np.fft.hfft],
    complex=True,
    expensive=True,
    at=_points(complex_real),
)
ihfft = derived(
    "ihfft",
    "a, /, n=None, axis=-1, norm=None",
    "np.fft.ihfft(a, n=n, axis=axis, norm=norm)",
    lambda a, *, n=None, axis=-1, norm=None: np.fft.ihfft(a, _int(n), axis, norm),
    lambda a, *, n=None, axis=-1, norm=None: apply("conjugate", rfft(a, n=n, axis=axis, norm=_FLIPPED[norm])),
    functions=[np.fft.ihfft],
    complex=True,
    expensive=True,
    at=_points(real),
)


def _real_grid(name: str, inverse: str, functions: tuple[Any, Any], default: Any) -> tuple[Rule, Rule]:
    """Declare the transforms of real input along several axes, and back."""
    function, inverse_function = functions

    def back(g: Any, y: Any, a: Any, *, s: Any = None, axes: Any = default, norm: Any = None) -> Any:
        sides = _known(shape(a))
        along = _axes(s, axes, len(sides))
        g = fft(g, n=_lengths(sides, s, along)[-1], axis=along[-1], norm=norm)
        if along[:-1]:
            g = fftn(g, axes=along[:-1], norm=norm)
        return fitted(g, a, along)

    def inverse_back(g: Any, y: Any, a: Any, *, s: Any = None, axes: Any = default, norm: Any = None) -> Any:
        along = _axes(s, axes, rank(a) or 0)
        half = apply("conjugate", apply(name, g, axes=along, norm=_FLIPPED[norm]))
        return fitted(half * _weights(g, half, _known(shape(y))[along[-1]], along[-1]), a, along)

    forward = linear(
        name,
        "a, /, s=None, axes=None, norm=None",
        f"np.fft.{name}(a, s=s, axes=axes, norm=norm)",
        lambda a, *, s=None, axes=default, norm=None: function(a, _ints(s), axes, norm),
        [back],
        infer=lambda sizes, a, *, s=None, axes=default, norm=None: _to_half_type(sizes, a, s, axes),
        functions=[function],
        complex=True,
        expensive=True,
        at=_grids(real),
    )
    backward = linear(
        inverse,
        "a, /, s=None, axes=None, norm=None",
        f"np.fft.{inverse}(a, s=s, axes=axes, norm=norm)",
        lambda a, *, s=None, axes=default, norm=None: inverse_function(a, _ints(s), axes, norm),
        [inverse_back],
        infer=lambda sizes, a, *, s=None, axes=default, norm=None: _to_real_type(sizes, a, s, axes),
        functions=[inverse_function],
        complex=True,
        expensive=True,
        at=_grids(complex_real),
    )
    forward.signature.static["axes"] = backward.signature.static["axes"] = default
    return forward, backward


rfftn, irfftn = _real_grid("rfftn", "irfftn", (np.fft.rfftn, np.fft.irfftn), None)
rfft2, irfft2 = _real_grid("rfft2", "irfft2", (np.fft.rfft2, np.fft.irfft2), (-2, -1))


def _shift(name: str, other: str, function: Any) -> Rule:
    return linear(
        name,
        "x, /, axes=None",
        f"np.fft.{name}(x, axes=axes)",
        lambda x, *, axes=None: function(x, axes),
        [lambda g, y, x, *, axes=None: apply(other, g, axes=axes)],
        infer=lambda sizes, x, *, axes=None: Array(str(dtype_of(x)), shape_of(x)),
        functions=[function],
        complex=True,
        at=lambda: [point(real(5)), point(real(2, 3)), point(real(3, 4), axes=1), point(complex_real(3)), point(real(3, 5), axes=(0, 1))],
    )


fftshift, ifftshift = _shift("fftshift", "ifftshift", np.fft.fftshift), _shift("ifftshift", "fftshift", np.fft.ifftshift)


def _frequencies(name: str, function: Any, length: Callable[[Size], Size]) -> Rule:
    return elementwise(
        name,
        "d=1.0, /, n=0",
        f"np.fft.{name}(n, d)",
        lambda d, *, n: function(number(n), d),
        [lambda g, y, d, *, n: -g * y / d],
        infer=lambda sizes, d, *, n: Array("f8", (length(Size.of(n)),)),
        functions=[function],
        order=("n", "d"),
        at=[point(0.5, n=Size.of(5)), point(2.0, n=Size.of(4)), point(1, n=Size.of(3))],
    )


fftfreq = _frequencies("fftfreq", np.fft.fftfreq, lambda n: n)
rfftfreq = _frequencies("rfftfreq", np.fft.rfftfreq, _half)
