"""Records: what `dataclasses` gives, in the ways in which the compiler relies on it."""

from __future__ import annotations

import copy
import pickle
from dataclasses import field

import pytest

from s2sad.record import record, replace


@record(frozen=True)
class Point:
    x: float
    y: float = 0.0
    note: str = field(default="", compare=False)


@record(frozen=True)
class Pair:
    first: int
    second: int = 0
    third: str = ""


@record()
class Bag:
    name: str
    things: list[int] = field(default_factory=list)
    total: int = field(default=3, init=False)


@record(eq=False)
class Thing:
    name: str = "none"

    def __post_init__(self) -> None:
        self.name = self.name.upper()


def test_values_that_are_frozen():
    assert Point(1.0) == Point(1.0, 0.0, "another") != Point(2.0)
    assert hash(Point(1.0)) == hash(Point(1.0, 0.0, "another"))
    assert Point(1, 2) != Pair(1, 2)
    with pytest.raises(AttributeError, match="frozen"):
        Point(1.0).x = 2.0
    assert repr(Pair(1)) == "Pair(first=1, second=0, third='')"


def test_classes_of_one_shape_keep_their_own_names_and_defaults():
    assert (Point(1).y, Pair(1).second) == (0.0, 0)
    assert Pair(first=1, third="c").third == "c"
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        Point()
    with pytest.raises(TypeError, match="unexpected keyword argument 'x'"):
        Pair(x=1)


def test_factories_make_a_value_for_each_record():
    first, second = Bag("a"), Bag("a")
    assert first == second and first.things is not second.things
    first.things.append(1)
    assert first != second and first.total == 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(first)


def test_identity():
    assert Thing("a").name == "A" and Thing("a") != Thing("a") and len({Thing(), Thing()}) == 2


def test_copies():
    point = Point(1.0, 2.0, "note")
    assert replace(point, y=5.0) == Point(1.0, 5.0)
    assert copy.deepcopy(point) == point == pickle.loads(pickle.dumps(point))


def test_no_attributes_but_fields():
    with pytest.raises(AttributeError):
        Bag("a").other = 1
