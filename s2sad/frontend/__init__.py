"""From a function of the user to a graph: an abstract interpreter over its syntax tree."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any

import s2sad.rules  # noqa: F401  (declares the operations)
from s2sad.errors import UnsupportedError
from s2sad.frontend.calls import default_of, enter, run_body
from s2sad.frontend.fence import TABLE, refuse
from s2sad.frontend.lower import Lowering
from s2sad.frontend.names import LiveModule, StaticName, TextModule
from s2sad.frontend.results import finish
from s2sad.frontend.session import Session
from s2sad.frontend.signals import DeadPath, NeedStatic, PrimalRaises
from s2sad.frontend.signature import Arguments, Guard, Input, Lowered, from_annotations, parse_types
from s2sad.frontend.source import Source, make_source, parse_module, source_of
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Function, Origin
from s2sad.graph.core import Graph

__all__ = [
    "TABLE",
    "Arguments",
    "Guard",
    "Input",
    "Lowered",
    "PrimalRaises",
    "StaticName",
    "from_annotations",
    "lower",
    "parse_types",
    "source_from_text",
]

MOST_RESTARTS = 12
DEPENDS_ON_LAYOUT = ("S2S130", "S2S131", "S2S132")
DEPENDS_ON_REFERENCES = ("S2S130", "S2S131")
DEPENDS_ON_PATHS = ("S2S130", "S2S131", "S2S136", "S2S137", "S2S139")


def lower(
    function_or_source: Any, arguments: Any, *, derive: Callable[..., Any] | None = None, live: Mapping[str, Any] | None = None
) -> Lowered:
    """Lower a function for abstract arguments.

    Parameters
    ----------
    function_or_source : function or Source
        A live Python function, or one that was only read (see `source_from_text`).
    arguments : Arguments, a pattern of live arguments, or text
        One tree for each parameter; parameters that are missing take their defaults.
    derive : callable, optional
        Gives the graphs of derivatives that the function takes itself.
    live : mapping, optional
        The arguments themselves; looked at only where it matters how an array lies in memory.

    Raises
    ------
    UnsupportedError
        When a construct is refused.
    PrimalRaises
        When the function itself raises for these arguments; it is to be called so that it does.
    """
    given = Arguments.of(arguments)
    static: set[str] = set()
    refused: UnsupportedError | None = None
    layouts = tags = False
    untold: UnsupportedError | None = None
    for _ in range(MOST_RESTARTS):
        root = _Root(function_or_source, given, static, derive, live or {})
        root.session.decides = refused is not None
        root.session.layouts = layouts
        root.session.tags = tags
        try:
            return root.run()
        except UnsupportedError as problem:
            if problem.code in DEPENDS_ON_LAYOUT and not layouts and root.session.asked_layout:
                layouts = True
                continue
            if problem.code in DEPENDS_ON_REFERENCES and untold is None:
                tags, untold = True, problem  # another attempt tells references apart
                continue
            if tags:
                tags, problem = False, untold or problem
            # Paths for other lengths may give something else: a second attempt takes only those for the lengths seen.
            if refused is not None:
                raise refused from None
            if problem.code not in DEPENDS_ON_PATHS or not given.seen:
                raise problem from None
            refused = problem
        except NeedStatic as need:
            if not isinstance(need.culprit, str) or need.culprit in static:
                raise
            static.add(need.culprit)
        except StaticName as problem:
            raise UnsupportedError(
                f"the name {problem.name} {problem.why}.", remedy="let the module run: --import", code="S2S104"
            ) from None
    raise AssertionError("restarts do not end")


def source_from_text(text: str, name: str, file: str = "<text>") -> Source:
    """Return a function of a module that is only parsed: nothing of it runs."""
    tree = parse_module(text, file)
    module = TextModule(tree, file)
    for statement in tree.body:
        if isinstance(statement, gast.FunctionDef) and statement.name == name:
            return make_source(statement, file, 0, 0, module)
    refuse("no source", None, name=name, why=f"there is no function of this name in {file}")


class _Root:
    """One attempt to lower the function that was asked for."""

    def __init__(
        self, function_or_source: Any, arguments: Arguments, static: set[str], derive: Callable[..., Any] | None, values: Mapping[str, Any]
    ) -> None:
        self.arguments = arguments
        self.session = Session(arguments, static, derive, values)
        if isinstance(function_or_source, Source):
            self.source = function_or_source
            self.live = None
        else:
            live = function_or_source
            if isinstance(live, types.MethodType):
                live = live.__func__
            wrapped = getattr(live, "__wrapped__", None)
            if (
                not isinstance(live, types.FunctionType)
                and isinstance(wrapped, types.FunctionType)
                and type(live).__module__.startswith("s2sad")
            ):
                live = wrapped
            self.live = live
            module = LiveModule(getattr(live, "__globals__", {}), None)
            self.source = source_of(live, module)
            self.session.globals = live.__globals__
            self.session.modules[id(live.__globals__)] = module
            self.session.root_function = live

    def run(self) -> Lowered:
        graph = Graph(self.source.name if self.source.name.isidentifier() else "function")
        graph.sizes.seen.update(self.arguments.seen)
        graph.sizes.labels.update(self.arguments.labels)
        low = Lowering(graph, self.session)
        self.session.root = low
        function = Function(self.source)
        frame = low.new_frame(function, self.source, None)
        owner = _owner(self.live)
        frame.cls = owner
        low.builder.location = self.source.location(self.source.node)
        low.frames.append(frame)
        values = {}
        parameters = self.source.node.args
        positional = [argument.id for argument in (*parameters.posonlyargs, *parameters.args)]
        names = [*positional, *(argument.id for argument in parameters.kwonlyargs)]
        names += [one.id for one in (parameters.vararg, parameters.kwarg) if one is not None]
        for name in names:
            if name in self.arguments.trees:
                values[name] = self.session.argument(low, self.arguments.trees[name], Origin("argument", name))
            else:
                default = default_of(low, function, name, positional)
                if default is ABSENT:
                    low.refuse("call", what=self.source.name, why=f"nothing is known about the parameter {name}")
                values[name] = default
        low.frames.pop()
        enter(low, frame, values)
        try:
            run_body(low, frame)
        except DeadPath:
            low.dead = True
        return finish(low, self.session, frame, self.source)


def _owner(function: Any) -> type | None:
    """Return the class that a method stands in, for `super()`."""
    code: Any = getattr(function, "__code__", None)
    for name, cell in zip(code.co_freevars if function is not None else (), getattr(function, "__closure__", None) or (), strict=False):
        if name == "__class__":
            found = cell.cell_contents
            return found if isinstance(found, type) else None
    return None


_ = Any
