"""Source and code object: found by the line table, checked against each other, modulo known rewriters."""

from __future__ import annotations

import functools
import types

import numpy as np
import pytest
from frontend.support import check

from s2sad.errors import UnsupportedError
from s2sad.frontend import lower
from s2sad.structure import describe

square = lambda x: x * x  # noqa: E731
pair = (lambda x: x + 1.0, lambda x: x * 3.0)


def with_assert(x):
    assert x > 0, "positive"
    return x * 2


def long_signature(
    x,
    by=2.0,  # a comment with )
    *,
    text="""(
    """,
):
    """Say something.

    x = not code
    """
    return x * by


def after_decorator(f):
    @functools.wraps(f)
    def inner(*args):
        return f(*args) + 1.0

    return inner


@after_decorator
@functools.lru_cache
def decorated(x):
    return x * 5.0


def calls_decorated(x):
    return decorated(3.0) * x


class Holder:
    factor = 4.0

    def method(self, x):
        return x * self.factor

    @property
    def doubled(self):
        return self.factor * 2

    @staticmethod
    def plain(x):
        return x + 1


def uses_methods(x):
    holder = Holder()
    return holder.method(x) + holder.doubled + Holder.plain(x)


def one_line(x):
    return x - 1.0


@pytest.mark.parametrize("function", [square, pair[0], pair[1], with_assert, long_signature, calls_decorated, uses_methods, one_line])
def test_source_is_found(function):
    check(function, 2.0)


def test_nested_function_and_closure():
    k = 3.0

    def inner(x):
        """Its own docstring."""
        y = [v * k for v in (x, x)]
        return y[0] + (lambda z: z * k)(y[1])

    check(inner, 2.0)


def refused(function, *arguments):
    with pytest.raises(UnsupportedError) as caught:
        lower(function, describe(dict(zip("xyz", arguments, strict=False))))
    return caught.value


def test_exec_has_no_source():
    space = {}
    exec("def f(x):\n    return x", space)
    assert refused(space["f"], 1.0).code == "S2S101"


def test_builtin_has_no_source():
    assert refused(len, 1.0).code == "S2S103"


def test_source_that_is_not_the_code_is_refused():
    for changed in (
        one_line.__code__.replace(co_consts=(None, 7.0)),
        uses_methods.__code__.replace(co_names=("Holder", "method", "doubled", "other")),
        one_line.__code__.replace(co_varnames=("y",)),
    ):
        assert refused(types.FunctionType(changed, globals()), 1.0).code == "S2S102"


def test_no_false_alarms():
    import json.decoder
    import statistics
    import textwrap

    from s2sad.frontend.names import LiveModule
    from s2sad.frontend.source import source_of

    for module in (json.decoder, statistics, textwrap):
        owners = [module, *(value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__)]
        for owner in owners:
            for value in vars(owner).values():
                if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                    source_of(value, LiveModule(value.__globals__, None))


def test_texts_of_several_lines_are_kept():
    def inner(x):
        words = """one
        two"""
        return x * len(words)

    check(inner, 1.0)


def test_location_of_an_error():
    def bad(x):
        y = x * 2
        return np.lib.stride_tricks.as_strided(y)

    error = refused(bad, np.ones((2, 2)))
    assert error.location is not None
    assert error.location.text().strip() == "return np.lib.stride_tricks.as_strided(y)"
    assert "as_strided" in error.location.text()[error.location.column : error.location.end_column]
    assert len(str(error).splitlines()) <= 8
