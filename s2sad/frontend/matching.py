"""`match`: tests and bindings, case by case."""

from __future__ import annotations

from typing import Any

from s2sad.frontend.assignment import assign_name
from s2sad.frontend.branches import branch
from s2sad.frontend.contents import content_of
from s2sad.frontend.expressions import expression
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import compare, identity, truth
from s2sad.frontend.statements import block
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Handle, Items, Known, ListContent
from s2sad.graph.core import Value


def match_statement(low: Lowering, node: Any) -> None:
    """Lower a `match`."""
    subject = low.usable(expression(low, node.subject))
    _cases(low, subject, node.cases)


def _cases(low: Lowering, subject: Abstract, cases: list[Any]) -> None:

    if not cases:
        return
    case = cases[0]
    bindings: list[tuple[str, Abstract]] = []
    answer = _matches(low, case.pattern, subject, bindings)

    def run() -> None:
        for name, value in bindings:
            assign_name(low, name, value)
        if case.guard is None:
            block(low, case.body)
            return
        test = truth(low, low.usable(expression(low, case.guard)))
        if isinstance(test, bool):
            block(low, case.body) if test else _cases(low, subject, cases[1:])
            return
        branch(low, test, lambda: block(low, case.body), lambda: _cases(low, subject, cases[1:]))

    if answer is True:
        run()
    elif answer is False:
        _cases(low, subject, cases[1:])
    else:
        branch(low, answer, run, lambda: _cases(low, subject, cases[1:]))


def _matches(low: Lowering, pattern: Any, subject: Abstract, bindings: list[tuple[str, Abstract]]) -> bool | Value:
    match pattern:
        case gast.MatchValue():
            return truth(low, compare(low, gast.Eq, subject, low.usable(expression(low, pattern.value))))
        case gast.MatchSingleton():
            return identity(low, subject, Known(pattern.value))
        case gast.MatchAs():
            if pattern.pattern is not None:
                inner = _matches(low, pattern.pattern, subject, bindings)
                if pattern.name is not None:
                    bindings.append((pattern.name, subject))
                return inner
            if pattern.name is not None:
                bindings.append((pattern.name, subject))
            return True
        case gast.MatchOr():
            result: bool | Value = False
            for one in pattern.patterns:
                inner = _matches(low, one, subject, bindings)
                if inner is True:
                    return True
                if inner is not False:
                    result = inner if result is False else low.emit("logical_or", result, inner)  # type: ignore[arg-type]
            return result
        case gast.MatchSequence():
            content = content_of(low, subject) if isinstance(subject, Handle) else None
            elements = subject.elements if isinstance(subject, Items) else content.elements if isinstance(content, ListContent) else None
            if elements is None:
                if isinstance(subject, (Value, Known)):
                    return False
                low.refuse("match", pattern, what="of a sequence")
            if any(isinstance(one, gast.MatchStar) for one in pattern.patterns):
                low.refuse("match", pattern, what="with a star")
            if len(elements) != len(pattern.patterns):
                return False
            total: bool | Value = True
            for one, element in zip(pattern.patterns, elements, strict=True):
                inner = _matches(low, one, element, bindings)
                if inner is False:
                    return False
                if inner is not True:
                    total = inner if total is True else low.emit("logical_and", total, inner)  # type: ignore[arg-type]
            return total
    low.refuse("match", pattern, what=type(pattern).__name__)
