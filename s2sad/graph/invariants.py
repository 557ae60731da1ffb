"""The invariants of a graph, by name; `verify` tests them."""

from __future__ import annotations

from s2sad.record import record

INVARIANTS = {
    "defined-once": "A value has one definition, a node and a region one place, and the value's owner says which.",
    "scope": "An operand is defined before it is used, in the same region or in one around it.",
    "at-trip-stage": "at_trip stands only in graphs of stage pure.",
    "at-trip-domain": "Regions around the operand of at_trip are matched, in order, by regions of the same domain around the use.",
    "at-trip-order": "What at_trip refers to is computed before.",
    "operand-count": "A control node has the operands that its kind asks for.",
    "region-count": "A control node has the regions that its kind asks for; others have none.",
    "region-parameters": "A region takes what its node hands in.",
    "region-results": "A region gives what its node hands out.",
    "branch-types": "What the branches give has the type of the node's result.",
    "carried-types": "What a loop is given, carries and gives back has one type.",
    "loop-bounds": "Start, stop, step and index of a for are ints.",
    "call-types": "A call hands in and takes out what the callee declares.",
    "result-types": "A result has the type that the operation infers.",
    "effect-token": "A node with an effect takes a token first and gives one.",
    "token-linear": "A token is used at most once on every path.",
    "size-sources": "Every size of the entry that is computed has a source among the parameters.",
    "static-sizes": "A static size is known at entry.",
    "registered": "An operation is a control node, one of the core, or in the registry under its name.",
    "deterministic-names": "A name is the same in every process: printable, without spaces and addresses.",
    "stage": "The stage is pure, kept or sequenced.",
    "version": "Once sequenced, every read of a buffer sees the version that it names.",
    "constant-written": "Once sequenced, no constant is written.",
    "broadcast-written": "Once sequenced, no broadcast is written: its elements are one element.",
    "argument-written": "Once sequenced, only parameters that may be are written.",
    "results-owned": "Once sequenced, results that escape share memory with nothing else.",
}


@record(frozen=True)
class Violation:
    """A broken invariant: its name, and what was met where."""

    invariant: str
    message: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.message}"
