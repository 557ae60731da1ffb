"""Arguments taken apart: kinds, labels of sizes, and what is refused."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np
import pytest

from s2sad.errors import DifferentiationError
from s2sad.graph.tree import Fixed, Leaf
from s2sad.structure import Prototype, conform, copied, describe, flatten, rebuild


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclasses.dataclass(frozen=True)
class Layer:
    W: Any
    b: Any
    name: str = "dense"


class Plain:
    __slots__ = ("__dict__", "w")

    def __init__(self) -> None:
        self.w = 1.0
        self.rate = 0.5


def types(**arguments: Any) -> list[str]:
    return [str(part.type) for part in describe(arguments).parts]


def test_equal_sizes_share_a_label_and_one_is_itself() -> None:
    assert types(x=np.ones((3, 4)), w=np.ones(4), b=np.ones((1, 3))) == ["f8[n, m]", "f8[m]", "f8[1, n]"]


def test_labels_avoid_the_names_of_parameters() -> None:
    assert types(n=2, x=np.ones(3)) == ["int(n)", "f8[m]"]


def test_kinds_of_leaves() -> None:
    assert types(a=1.0, b=2, c=1j, d=np.float32(1), e=np.array(1.0), f=np.ones(2, np.int32)) == [
        "float", "int(b)", "complex", "f4", "f8[]", "i4[n]",
    ]  # fmt: skip


def test_flags_text_and_functions_are_fixed() -> None:
    pattern = describe({"flag": True, "name": "relu", "nothing": None, "act": np.tanh})
    assert not pattern.parts and all(isinstance(tree, Fixed) for tree in pattern.trees.values())


def test_key_ignores_sizes_but_not_their_pattern() -> None:
    square, other, tall = (describe({"x": np.ones(shape)}).key for shape in ((3, 3), (5, 5), (3, 5)))
    assert square == other != tall


def test_key_tells_numbers_apart() -> None:
    keys = [describe({"x": value}).key for value in (1, 1.0, True, np.float64(1.0), np.array(1.0), "1", None)]
    assert len(set(keys)) == len(keys)


def test_containers_are_rebuilt() -> None:
    value = {"layers": [Layer(np.ones((2, 2)), np.ones(2)), Pair(1.0, (2.0, None))], "plain": Plain()}
    pattern = describe({"p": value})
    found = list(flatten(pattern.trees["p"], value))
    again = rebuild(pattern.trees["p"], found.__getitem__)
    assert type(again["layers"][0]) is Layer and again["layers"][0].name == "dense"
    assert again["layers"][1] == Pair(1.0, (2.0, None))
    assert (again["plain"].w, again["plain"].rate) == (1.0, 0.5)
    assert [part.text for part in pattern.parts][:3] == ["p['layers'][0].W", "p['layers'][0].b", "p['layers'][1].left"]


def test_a_structure_that_contains_itself_is_refused() -> None:
    loop: list[Any] = [1.0]
    loop.append(loop)
    with pytest.raises(DifferentiationError, match="contains itself"):
        describe({"x": loop})


def matrix(numbers: Any) -> Any:
    with pytest.warns(PendingDeprecationWarning):
        return np.matrix(numbers)


@pytest.mark.parametrize(
    "value", [matrix([[1.0]]), np.ma.masked_array([1.0]), np.array([None]), np.array(["a"]), np.zeros(2, [("a", float)])], ids=str
)
def test_arrays_with_another_meaning_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="S2S303"):
        describe({"x": value})


def check(primal: Any, tangent: Any) -> Any:
    pattern = describe({"x": primal})
    tree = pattern.trees["x"]
    shapes = {leaf: Prototype.of(pattern.parts[leaf].type, value) for leaf, value in enumerate(flatten(tree, primal))}
    return rebuild(tree, conform(tree, shapes, tangent, "the tangent of x", "S2S312").__getitem__)


def test_none_and_zero_stand_for_zeros() -> None:
    assert check(2.0, None) == 0.0 and type(check(2.0, 0)) is float
    np.testing.assert_array_equal(check([np.ones(2), 1.0], None)[0], np.zeros(2))
    assert check(np.float32(1), 0).dtype == np.float32


def test_a_tangent_takes_the_kind_of_its_primal() -> None:
    assert type(check(2.0, np.float64(3.0))) is float
    assert type(check(np.array(1.0), 2)) is np.ndarray
    assert check(np.ones(2, np.float32), np.ones(2)).dtype == np.float32
    assert check(np.ones(2), np.ones(2, int)).dtype == np.float64


@pytest.mark.parametrize(
    ("primal", "tangent", "message"),
    [
        (np.ones(3), np.ones(2), r"shape \(2,\)"),
        (2.0, np.ones(2), r"shape \(2,\)"),
        (np.ones(2), np.ones(2) * 1j, "dtype complex128"),
        ([1.0, 2.0], [1.0], "another structure"),
        ({"a": 1.0}, {"b": 1.0}, "another structure"),
        (1.0, "one", "a str, not numbers"),
        (3, 1.0, "is not zero"),
        (np.ones(2), matrix([[1.0, 1.0]]), "numpy.matrix"),
    ],
)
def test_tangents_that_do_not_fit_are_refused(primal: Any, tangent: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message) as caught:
        check(primal, tangent)
    assert len(str(caught.value).splitlines()) <= 8


def test_copies_keep_order_and_write_protection() -> None:
    value = np.asfortranarray(np.ones((2, 3)))
    value.setflags(write=False)
    arguments = {"x": [value]}
    again = copied(describe(arguments), arguments)["x"][0]
    assert again is not value and again.flags.f_contiguous and not again.flags.writeable


def test_leaf_numbers_run_over_all_arguments() -> None:
    pattern = describe({"a": (1.0, 2.0), "b": 3.0})
    assert pattern.trees["b"] == Leaf(2)
