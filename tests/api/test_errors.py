"""Bad input gets an error with code, place and remedy, of at most eight lines."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import s2sad


def square(x: Any) -> Any:
    return x * x


def vector(x: Any) -> Any:
    return x * 2.0


def pair(x: Any) -> Any:
    return x, x


def first(p: Any) -> Any:
    return p[0]


def many(x: Any, k: Any, *, y: Any = 1.0) -> Any:
    return x * y * k


def exact(x: Any) -> Any:
    return 3


def generator(x: Any) -> Any:
    yield x


def unknown(x: Any) -> Any:
    return int.from_bytes(x, "big")


def positive_only(x: Any) -> Any:
    if x < 0:
        raise ValueError("x must not be negative")
    return np.sqrt(x)


def from_exec() -> Callable[..., Any]:
    scope: dict[str, Any] = {}
    exec("def f(x):\n    return x * x\n", scope)
    found: Callable[..., Any] = scope["f"]
    return found


def with_other_code() -> Callable[..., Any]:
    def f(x: Any) -> Any:
        return x * 2.0

    def g(x: Any) -> Any:
        return x * 3.0

    f.__code__ = g.__code__.replace(co_firstlineno=f.__code__.co_firstlineno, co_name="f")
    return f


def column_is_shown(text: str) -> bool:
    return "^" in text and "-->" in text


BAD: list[tuple[str, str, Callable[[], Any]]] = [
    ("integer", "S2S301", lambda: s2sad.grad(square)(2)),
    ("integer array", "S2S301", lambda: s2sad.grad(square)(np.array([1, 2]))),
    ("flag", "S2S301", lambda: s2sad.grad(square)(True)),
    ("argnums names an integer", "S2S301", lambda: s2sad.grad(many, 1)(1.0, 2)),
    ("argnums out of range", "S2S302", lambda: s2sad.grad(square, 1)(1.0)),
    ("negative argnums out of range", "S2S302", lambda: s2sad.grad(square, -2)(1.0)),
    ("unknown name", "S2S302", lambda: s2sad.grad(square, wrt="z")(1.0)),
    ("object array", "S2S303", lambda: s2sad.grad(square)(np.array([None]))),
    ("text array", "S2S303", lambda: s2sad.grad(square)(np.array(["a"]))),
    ("result is no scalar", "S2S304", lambda: s2sad.grad(vector)(np.ones(2))),
    ("result of shape (1,)", "S2S304", lambda: s2sad.grad(vector)(np.ones(1))),
    ("result is complex", "S2S304", lambda: s2sad.grad(vector)(1j)),
    ("result is an int", "S2S304", lambda: s2sad.grad(exact)(1.0)),
    ("result is a tuple", "S2S304", lambda: s2sad.grad(pair)(1.0)),
    ("no aux", "S2S305", lambda: s2sad.grad(square, has_aux=True)(1.0)),  # type: ignore[arg-type]
    ("tangent of another shape", "S2S312", lambda: s2sad.jvp(vector, (np.ones(2),), (np.ones(3),))),
    ("tangent of an integer", "S2S312", lambda: s2sad.jvp(many, (1.0, 2), (1.0, 1.0))),
    ("tangent of another structure", "S2S312", lambda: s2sad.jvp(first, ([1.0],), ((1.0,),))),
    ("cotangent of another shape", "S2S313", lambda: s2sad.vjp(vector, np.ones(2))[1](np.ones(3))),
    ("complex cotangent", "S2S313", lambda: s2sad.vjp(vector, np.ones(2))[1](1j * np.ones(2))),
    ("vector of another shape", "S2S312", lambda: s2sad.hvp(square)(1.0, np.ones(2))),
]


@pytest.mark.parametrize(("code", "call"), [(code, call) for _, code, call in BAD], ids=[name for name, _, _ in BAD])
def test_bad_requests(code: str, call: Callable[[], Any]) -> None:
    with pytest.raises(s2sad.DifferentiationError) as caught:
        call()
    text = str(caught.value)
    assert caught.value.code == code, text
    assert text.startswith(f"error[{code}]: ") and len(text.splitlines()) <= 8
    assert caught.value.remedy, text


@pytest.mark.parametrize(
    "function",
    [from_exec(), with_other_code(), np.sin, len, generator, unknown],
    ids=["exec", "other code", "ufunc", "builtin", "generator", "unknown"],
)
def test_functions_that_cannot_be_read(function: Callable[..., Any]) -> None:
    with pytest.raises(s2sad.DifferentiationError) as caught:
        s2sad.grad(function)(1.0)
    error = caught.value
    assert error.code.startswith("S2S") and error.remedy
    assert len(str(error).splitlines()) <= 8


def test_a_wrong_kind_is_a_type_error_too() -> None:
    with pytest.raises(TypeError, match=r"2\.0"):
        s2sad.grad(square)(2)


def test_unsupported_syntax_shows_the_line() -> None:
    def f(x: Any) -> Any:
        async def later() -> Any:
            return x

        return x

    with pytest.raises(s2sad.UnsupportedError) as caught:
        s2sad.grad(f)(1.0)
    error = caught.value
    assert column_is_shown(str(error)) and "async def" in str(error)
    assert error.location is not None and error.location.file == __file__
    first = inspect.getsourcelines(f)[1]
    assert error.location.line == first + 1


def test_the_place_of_a_result_that_is_no_scalar_is_the_function() -> None:
    with pytest.raises(s2sad.DifferentiationError, match="vjp") as caught:
        s2sad.grad(vector)(np.ones(2))
    assert caught.value.location is not None and caught.value.location.line == vector.__code__.co_firstlineno


@pytest.mark.parametrize("kind", ["grad", "value_and_grad", "vjp", "jvp"])
def test_exceptions_of_the_function_pass_through(kind: str) -> None:
    with pytest.raises(ValueError, match="x must not be negative"):
        if kind == "vjp":
            s2sad.vjp(positive_only, -1.0)
        elif kind == "jvp":
            s2sad.jvp(positive_only, (-1.0,), (1.0,))
        else:
            getattr(s2sad, kind)(positive_only)(-1.0)
    assert s2sad.grad(positive_only)(4.0) == 0.25


def test_shapes_that_do_not_fit_raise_what_numpy_raises() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.sum(x + y)

    with pytest.raises(ValueError, match="broadcast"):
        s2sad.grad(f)(np.ones(2), np.ones(3))


def test_aliased_arguments_of_a_function_that_writes_are_refused() -> None:
    def f(a: Any, b: Any) -> Any:
        a += 2 * b
        return (a * b).sum()

    y = np.ones(4)
    gradient = s2sad.grad(f, argnums=(0, 1))
    gradient(np.ones(4), np.ones(4))
    for left, right in ((y, y), (y[:3], y[1:])):
        with pytest.raises(s2sad.DifferentiationError) as caught:
            gradient(left, right)
        assert caught.value.code == "S2S311" and caught.value.location is not None
    fresh = np.ones(8)
    gradient(fresh[::2], fresh[1::2])  # interleaved, but apart
    np.testing.assert_array_equal(y, np.ones(4))


def test_a_cyclic_structure_is_refused() -> None:
    loop: list[Any] = [1.0]
    loop.append(loop)
    with pytest.raises(s2sad.DifferentiationError, match="contains itself"):
        s2sad.grad(lambda p: p[0])(loop)


def test_the_self_check_finds_a_wrong_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    from s2sad.rules.declare import REGISTRY

    rule = REGISTRY.rules["sin"]
    monkeypatch.setattr(rule, "pullback", lambda k, g, y, x: g * y)

    @s2sad.differentiate(check="first")
    def f(x: Any) -> Any:
        return np.sin(x)

    with pytest.raises(s2sad.DifferentiationError, match="disagrees with itself"):
        f.grad(1.0)


SEEN: list[Any] = []
BUFFER = np.zeros(2)


class Counter:
    def __init__(self) -> None:
        self.count = 0.0

    def call(self, x: Any) -> Any:
        self.count = self.count + 1.0
        return x * self.count


def remembers(x: Any) -> Any:
    SEEN.append(x)
    return x * x


def overwrites(x: Any) -> Any:
    BUFFER[0] = x
    return x * BUFFER[0]


@pytest.mark.parametrize(("function", "name"), [(remembers, "SEEN"), (overwrites, "BUFFER"), (Counter().call, "self")])
def test_what_outlives_the_call_is_not_changed_in_silence(function: Callable[..., Any], name: str) -> None:
    for call in (lambda: s2sad.grad(function)(2.0), lambda: s2sad.vjp(function, 2.0), lambda: s2sad.jvp(function, (2.0,), (1.0,))):
        with pytest.raises(s2sad.UnsupportedError, match=name) as caught:
            call()
        assert caught.value.code == "S2S316" and caught.value.location is not None
    assert not SEEN and not BUFFER.any()


def test_a_read_only_argument_raises_what_numpy_raises() -> None:
    def f(x: Any) -> Any:
        x[0] = 2.0
        return np.sum(x * x)

    gradient = s2sad.grad(f)
    x = np.ones(3)
    np.testing.assert_array_equal(gradient(x), [0.0, 2.0, 2.0])
    np.testing.assert_array_equal(x, np.ones(3))
    x.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        gradient(x)


def test_nesting_without_end_is_an_error_with_a_place(tmp_path: Any, monkeypatch: Any) -> None:
    path = tmp_path / "long_sum.py"
    path.write_text("def total(x):\n    return " + " + ".join(["x"] * 900) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import long_sum  # type: ignore[import-not-found]

    with pytest.raises(s2sad.UnsupportedError, match="nests too deeply"):
        s2sad.grad(long_sum.total)(0.5)
