"""`match`: tests and bindings, case by case."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable, Sequence
from typing import Any

from s2sad.frontend.assignment import assign_name
from s2sad.frontend.branches import branch
from s2sad.frontend.choices import dispatch
from s2sad.frontend.contents import content_of
from s2sad.frontend.expressions import attribute, expression
from s2sad.frontend.inspection import class_of
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import has_attribute
from s2sad.frontend.operators import as_abstract, compare, identity, truth
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.statements import block
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Choice, DictContent, GrowingContent, Handle, Items, Known, ListContent, RepeatedContent
from s2sad.graph.core import Value

# Classes whose single positional pattern is the subject itself.
WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)

Answer = bool | Value
Bindings = list[tuple[str, Abstract]]


def match_statement(low: Lowering, node: Any) -> None:
    """Lower a `match`."""
    subject = low.usable(expression(low, node.subject))
    if isinstance(subject, Choice) and not all(low.type_of(option) is not None for option in subject.options):

        def use(option: Abstract) -> Abstract:
            _cases(low, option, node.cases)
            return Known(None)

        dispatch(low, subject, use)
        return
    _cases(low, subject, node.cases)


def _cases(low: Lowering, subject: Abstract, cases: list[Any]) -> None:

    if not cases:
        return
    case = cases[0]
    bindings: Bindings = []
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


def _matches(low: Lowering, pattern: Any, subject: Abstract, bindings: Bindings) -> Answer:
    """Return whether a pattern fits; what it captures is added to `bindings`."""
    subject = low.usable(subject)
    match pattern:
        case gast.MatchValue():
            return truth(low, compare(low, gast.Eq, subject, low.usable(expression(low, pattern.value))))
        case gast.MatchSingleton():
            return identity(low, subject, Known(pattern.value))
        case gast.MatchAs():
            answer: Answer = True if pattern.pattern is None else _matches(low, pattern.pattern, subject, bindings)
            if pattern.name is not None:
                bindings.append((pattern.name, subject))
            return answer
        case gast.MatchOr():
            return _alternatives(low, pattern, subject, bindings)
        case gast.MatchSequence():
            return _sequence(low, pattern, subject, bindings)
        case gast.MatchMapping():
            return _mapping(low, pattern, subject, bindings)
        case gast.MatchClass():
            return _class(low, pattern, subject, bindings)
    low.refuse("match", pattern, what=type(pattern).__name__)


def _all(low: Lowering, tests: Sequence[Callable[[], Answer]]) -> Answer:
    """Join tests of parts; once one certainly fails, the others are not made."""
    total: Answer = True
    for test in tests:
        one = test()
        if one is False:
            return False
        if one is not True:
            total = one if total is True else low.emit("logical_and", total, one)  # type: ignore[arg-type]
    return total


def _alternatives(low: Lowering, pattern: Any, subject: Abstract, bindings: Bindings) -> Answer:
    result: Answer = False
    captured: list[tuple[Value, Bindings]] = []
    last: Bindings = []
    for one in pattern.patterns:
        mine: Bindings = []
        inner = _matches(low, one, subject, mine)
        if inner is False:
            continue
        last = mine
        if inner is True:
            result = True
            break
        captured.append((inner, mine))
        result = inner if result is False else low.emit("logical_or", result, inner)  # type: ignore[arg-type]
    if any(mine for _, mine in captured) and not (len(captured) == 1 and last is captured[0][1]):
        low.refuse("match", pattern, what="with captures in alternatives that depend on numbers")
    bindings += last
    return result


def _sequence(low: Lowering, pattern: Any, subject: Abstract, bindings: Bindings) -> Answer:
    content = content_of(low, subject) if isinstance(subject, Handle) else None
    if isinstance(subject, Items):
        elements: tuple[Abstract, ...] = subject.elements
    elif isinstance(content, ListContent):
        elements = content.elements
    elif isinstance(content, (GrowingContent, RepeatedContent)):
        low.refuse("match", pattern, what="of a sequence")
    elif isinstance(subject, Known) and isinstance(subject.value, (tuple, list, range)):
        elements = tuple(low.live(one, None) for one in subject.value)
    else:
        kind = class_of(low, subject)
        if kind is None or (issubclass(kind, collections.abc.Sequence) and not issubclass(kind, (str, bytes, bytearray))):
            low.refuse("match", pattern, what=f"of a sequence for {describe(subject)}")
        return False  # an array is no sequence
    parts = list(pattern.patterns)
    star = next((k for k, one in enumerate(parts) if isinstance(one, gast.MatchStar)), None)
    if star is None:
        if len(elements) != len(parts):
            return False
        pairs = list(zip(parts, elements, strict=True))
    else:
        behind = len(parts) - star - 1
        if len(elements) < len(parts) - 1:
            return False
        end = len(elements) - behind
        pairs = [*zip(parts[:star], elements[:star], strict=True), *zip(parts[star + 1 :], elements[end:], strict=True)]
        if parts[star].name is not None:
            bindings.append((parts[star].name, low.list_of(elements[star:end])))
    return _all(low, [lambda one=one, element=element: _matches(low, one, element, bindings) for one, element in pairs])  # type: ignore[misc]


def _mapping(low: Lowering, pattern: Any, subject: Abstract, bindings: Bindings) -> Answer:
    content = content_of(low, subject) if isinstance(subject, Handle) else None
    if not isinstance(content, DictContent) or not isinstance(subject, Handle) or subject.place.kind != "dict":
        kind = class_of(low, subject)
        if kind is None or issubclass(kind, collections.abc.Mapping):
            low.refuse("match", pattern, what=f"of a mapping for {describe(subject)}")
        return False
    entries = dict(content.entries)
    keys = [low.static(low.usable(expression(low, key)), "a key of a pattern") for key in pattern.keys]
    if any(key not in entries for key in keys):
        return False
    if pattern.rest is not None:
        rest = DictContent(tuple((key, entry) for key, entry in content.entries if key not in keys))
        bindings.append((pattern.rest, Handle(low.store.place("dict", rest))))
    pairs = zip(pattern.patterns, keys, strict=True)
    return _all(low, [lambda one=one, key=key: _matches(low, one, entries[key], bindings) for one, key in pairs])  # type: ignore[misc]


def _class(low: Lowering, pattern: Any, subject: Abstract, bindings: Bindings) -> Answer:
    cls = low.static(low.usable(expression(low, pattern.cls)), "the class of a pattern")
    low.at(pattern)
    if isinstance(subject, Choice):
        found = dispatch(low, subject, lambda option: as_abstract(_class_of_option(low, pattern, option, cls)))
        return bool(found.value) if isinstance(found, Known) else low.value(found)
    kind = class_of(low, subject)
    if kind is None:
        low.refuse("match", pattern, what=f"{cls.__name__}() for {describe(subject)}")
    if not issubclass(kind, cls):
        return False
    if pattern.patterns and cls in WHOLE:
        if len(pattern.patterns) > 1:
            raise PrimalRaises(f"{cls.__name__}() accepts 1 positional sub-pattern ({len(pattern.patterns)} given)", TypeError)
        return _matches(low, pattern.patterns[0], subject, bindings)
    names = getattr(cls, "__match_args__", ())
    if len(pattern.patterns) > len(names):
        raise PrimalRaises(f"{cls.__name__}() accepts {len(names)} positional sub-patterns ({len(pattern.patterns)} given)", TypeError)
    pairs = [*zip(names, pattern.patterns, strict=False), *zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)]

    def part(name: str, inner: Any) -> Answer:
        if isinstance(subject, Handle) and subject.place.kind == "instance" and not has_attribute(low, subject, name):
            return False
        return _matches(low, inner, attribute(low, subject, name), bindings)

    return _all(low, [lambda name=name, inner=inner: part(name, inner) for name, inner in pairs])  # type: ignore[misc]


def _class_of_option(low: Lowering, pattern: Any, option: Abstract, cls: type) -> Answer:
    """Ask one of several things for its class alone; parts of it cannot be looked at then."""
    if pattern.patterns or pattern.kwd_attrs:
        low.refuse("match", pattern, what="with parts, of one of several things")
    kind = class_of(low, option)
    if kind is None:
        low.refuse("match", pattern, what=f"{cls.__name__}() for {describe(option)}")
    return issubclass(kind, cls)
