"""The fence: every row is reachable or reserved, and everything refused says where, why and what instead."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from s2sad.errors import UnsupportedError
from s2sad.frontend import TABLE, lower
from s2sad.structure import describe

CASES = []


def case(code):
    def register(function):
        CASES.append(pytest.param(function, code, id=function.__name__))
        return function

    return register


TOTAL = 0.0


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return True


@case("S2S113")
def writes_global(x):
    global TOTAL
    TOTAL = x
    return x


@case("S2S112")
def asks_until(x):
    return sum(iter(lambda: x, 1.0))


@case("S2S115")
def catches(x):
    try:
        y = x * len(os.getcwd())
    except OSError:
        y = x
    return y


@case("S2S110")
def local_class(x):
    class A:
        pass

    return x


@case("S2S121")
def unknown_numpy(x):
    return np.packbits(x > 0)


@case("S2S122")
def unknown_attribute(x):
    return x.tobytes()


@case("S2S123")
def unknown_keyword(x):
    return np.exp(x, where=x > 0)


@case("S2S134")
def looks_at_memory(x):
    return x.strides[0] * x


@case("S2S134")
def identity_number(x):
    return x if id(x) else 2 * x


@case("S2S125")
def static_axis(x):
    k = 0
    while x[k] > 0:
        k += 1
    return np.sum(x, axis=k)


@case("S2S142")
def reads_input(x):
    return x * float(input())


@case("S2S140")
def foreign(x):
    import json

    return json.loads(json.dumps(x[0])) * x


@case("S2S127")
def too_long(x):
    total = x
    for k in (1.0,) * 100:
        total = total * k
    return total


@case("S2S120")
def undefined(x):
    return x + not_there  # noqa: F821


@case("S2S125")
def star(x):
    n = 0
    while x[n] > 0.1:
        n += 1
    return np.maximum(*x[:n])


@pytest.mark.parametrize(("function", "code"), CASES)
def test_refused(function, code):
    with pytest.raises(UnsupportedError) as caught:
        lower(function, describe({"x": np.array([0.5, 1.5])}))
    error = caught.value
    assert error.code == code
    assert error.location is not None
    assert error.location.file == __file__
    assert error.remedy
    assert len(str(error).splitlines()) <= 8


def test_every_row_is_whole():
    codes = [row.code for row in TABLE.values()]
    assert len(set(codes)) == len(codes)
    for row in TABLE.values():
        assert re.fullmatch(r"S2S1\d\d", row.code)
        assert row.reason.endswith(".")
        assert row.remedy
