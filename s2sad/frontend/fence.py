"""The fence: one table of what is refused, with code, reason and remedy.

Every refusal of the frontend goes through this table; the documentation of limits is generated from it.  What is accepted
is what `statements.py` and `expressions.py` have a handler for: a syntax node without one meets `syntax`.
"""

from __future__ import annotations

from typing import Any, NoReturn

from s2sad.errors import Location, UnsupportedError
from s2sad.record import record


@record(frozen=True)
class Refusal:
    """One row: a stable code, the reason (with holes) and the remedy."""

    code: str
    reason: str
    remedy: str


TABLE: dict[str, Refusal] = {
    # source
    "no source": Refusal("S2S101", "the source of {name} is not available ({why}).", "put the function into a file"),
    "other source": Refusal(
        "S2S102", "the source of {name} is not the code that runs: {why}.", "reload the module, or remove what rewrites the function"
    ),
    "no function": Refusal("S2S103", "{name} is {what}, not a Python function with source.", "pass a function written in Python"),
    # syntax
    "syntax": Refusal("S2S110", "{what} is not supported.", "{remedy}"),
    "async": Refusal("S2S111", "asynchronous code is not supported.", "write an ordinary function"),
    "yield": Refusal(
        "S2S112",
        "a generator is used in a way that is not supported: {what}.",
        "return a list, or loop over the generator where it is made",
    ),
    "global write": Refusal("S2S113", "the global {name} is assigned.", "return the value instead"),
    "delete": Refusal("S2S114", "`del` of {what} is not supported.", "leave the deletion out"),
    "try": Refusal(
        "S2S115", "{what} in a `try` statement is not supported.", "move it out of the `try`, or test for the error before it happens"
    ),
    "with": Refusal(
        "S2S116", "the context manager {what} is not supported.", "call what it does around the computation, outside the function"
    ),
    "match": Refusal("S2S117", "the pattern {what} is not supported.", "write if/elif"),
    "star": Refusal("S2S118", "{what} needs a number of values that is known at compile time.", "unpack a tuple or list of known length"),
    # names and calls
    "unknown name": Refusal("S2S120", "the name {name} is not defined.", "define it before the function is differentiated"),
    "unknown function": Refusal(
        "S2S121", "there is no derivative for {name}.", "use a NumPy function, write it in Python, or give it a rule"
    ),
    "unknown attribute": Refusal("S2S122", "the attribute {name} of {what} is not supported.", "use a function of NumPy"),
    "unknown keyword": Refusal("S2S123", "the argument {name} of {function} is not supported.", "{remedy}"),
    "call": Refusal("S2S124", "{what} cannot be called like this: {why}.", "correct the call"),
    "static": Refusal("S2S125", "{what} must be known at compile time.", "write it as a constant, or pass it as an argument"),
    "recursion": Refusal("S2S126", "the recursion of {name} does not come to an end: {why}.", "give it a base case that does not recurse"),
    "budget": Refusal("S2S127", "{what} would be written out {count} times.", "loop over an array or a range"),
    "operands": Refusal("S2S128", "{what} is not supported for {kinds}.", "convert the operands first"),
    "launder": Refusal("S2S129", "a number that varies becomes text in {what}.", "print it, or keep it a number"),
    # memory
    "stale": Refusal(
        "S2S130", "{name} may share memory with {other}, which was written at line {line}.", "write .copy() where {name} is made"
    ),
    "conflict": Refusal("S2S131", "{name} can be different things here: {reason}.", "give it one kind of value on all paths"),
    "layout": Refusal("S2S132", "whether {what} shares memory depends on the layout of the array.", "write .copy()"),
    "frozen list": Refusal("S2S133", "an array that was put into a list of unknown length is written afterwards.", "append a .copy()"),
    "memory": Refusal("S2S134", "{what} looks at how an array is stored.", "leave it out"),
    "rank": Refusal("S2S135", "the number of dimensions of {what} is not known.", "give the type in the annotation or with --args"),
    "dtype": Refusal(
        "S2S136", "{what}: the dtype depends on the path taken.", "convert the number first, such as float(...) or np.float64(...)"
    ),
    "kinds": Refusal("S2S137", "{what} can be {left} or {right}.", "give it one kind of value on all paths"),
    "unbound": Refusal("S2S138", "{name} may be used before it is assigned.", "assign it first"),
    "container": Refusal("S2S139", "{what}.", "{remedy}"),
    # effects
    "foreign": Refusal(
        "S2S140",
        "{name} is called with a number that carries a derivative, and there is no rule for it.",
        "use a NumPy function, or give it a rule",
    ),
    "outer write": Refusal(
        "S2S141", "{what} outlives the call and is changed with a number that carries a derivative.", "return the value instead"
    ),
    "impure": Refusal("S2S142", "{name} depends on more than its arguments.", "call it outside and pass the result"),
    "nested": Refusal("S2S143", "the derivative that is taken here is not supported: {why}.", "take it of a function of one argument"),
}


def refusal(row: str, location: Location | None, **facts: Any) -> UnsupportedError:
    """Return the error of a row of the table."""
    entry = TABLE[row]
    return UnsupportedError(entry.reason.format(**facts), remedy=entry.remedy.format(**facts), code=entry.code, location=location)


def refuse(row: str, location: Location | None, **facts: Any) -> NoReturn:
    """Raise the error of a row of the table."""
    raise refusal(row, location, **facts)
