"""The number of trips of a loop over a range, where something is allocated for each trip."""

from __future__ import annotations

from s2sad.graph.types import INT
from s2sad.rules.declare import constant, point

trip_count = constant(
    "trip_count",
    "start, stop, step",
    "len(range(start, stop, step))",
    lambda start, stop, step: len(range(start, stop, step)),
    infer=lambda sizes, start, stop, step: INT,
    at=[point(0, 5, 1), point(7, 1, -2), point(3, 3, 1), point(4, 1, 1)],
)
