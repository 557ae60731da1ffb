"""Derivatives as objects: callable with the arguments of the function, with their source at hand.

Nothing is compiled before the first call.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

from s2sad.cache import dispatcher, innermost, location_of
from s2sad.dispatch import Dispatcher
from s2sad.request import Request, make_request

if TYPE_CHECKING:
    from pathlib import Path

    from s2sad.specialise import Pullback

P = ParamSpec("P")
R = TypeVar("R")


class Protocol(NamedTuple):
    """What the compiler reads to recognise a derivative inside a program: which one it is, and of what."""

    kind: str
    function: Any
    argnums: int | tuple[int, ...] | None
    wrt: str | tuple[str, ...] | None
    has_aux: bool
    request: Request


class Derivative(Generic[P, R]):
    """A derivative of a function: call it with the arguments of the function.

    Attributes
    ----------
    source : str
        The generated Python source of the specialisation used last; before the first call, that for the annotated types, or
        the generic form.
    """

    def __init__(self, function: Callable[..., Any], request: Request, *, check: str = "") -> None:
        self._function = function
        self._request = request
        self._check = check
        self._bound, self._target = bound_parts(function)
        self._dispatcher = dispatcher(self._target, len(self._bound), request, check)

    @property
    def __name__(self) -> str:
        return f"{getattr(innermost(self._function), '__name__', type(self._function).__name__)}.{self._request.kind}"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self._dispatcher.entry(*self._bound, *args, **kwargs)
        return result

    def __get__(self, instance: Any, owner: type | None = None) -> Derivative[..., R]:
        if instance is None:
            return self
        return type(self)(types.MethodType(self._target, instance), self._request, check=self._check)

    def _rebound(self, method: types.MethodType) -> Derivative[P, R]:
        """Return the same derivative for another instance."""
        made: Derivative[P, R] = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._function = method
        made._bound = (method.__self__,)
        return made

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self._function

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._function)

    @property
    def __s2sad_derivative__(self) -> Protocol:
        request = self._request
        return Protocol(request.kind, self._target, request.argnums, request.wrt, request.has_aux, request)

    @property
    def source(self) -> str:
        """The generated source: that of the specialisation used last, or, before the first call, the generic form."""
        return str(self._compiled().source)

    def source_for(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the generated source for arguments like these; nothing is run."""
        found = self._dispatcher.find(self._dispatcher.bind(*self._bound, *args, **kwargs))
        return str(found.compiled.source)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the generated source as a module of its own, which imports only NumPy.

        The functions in it test that their arguments have the types that they were generated for.
        """
        from pathlib import Path

        target = Path(path)
        write_atomically(target, self._compiled().standalone())
        return target

    @property
    def graph(self) -> Any:
        """The graph of the function that this is a derivative of."""
        return graph_of(self._compiled())

    def _compiled(self) -> Any:
        if self._dispatcher.last is not None:
            return self._dispatcher.last.compiled
        from s2sad.specialise import from_annotations

        return from_annotations(self._target, self._dispatcher.parameters, self._request)

    def __repr__(self) -> str:
        request = self._request
        count = self._dispatcher.count
        compiled = f"{count} specialisation{'' if count == 1 else 's'}" if count else "not compiled yet"
        return f"<{TITLES[request.kind].lower()} of {described(self._function)}{request!s}: {compiled}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), portable(self._function), self._request, self._check)


class Pushforward(Derivative[P, R]):
    """`f.jvp`: called with the arguments as one tuple and their tangents as another.

    What is compiled depends on which tangents are None.
    """

    def __call__(self, primals: Any, tangents: Any, **kwargs: Any) -> R:  # type: ignore[override]
        table, given = self._table(primals, tangents)
        result: R = table.entry(*self._bound, *primals, **kwargs, _s2_tangents=given)
        return result

    def source_for(self, primals: Any, tangents: Any, **kwargs: Any) -> str:  # type: ignore[override]
        """Return the generated source for arguments like these; nothing is run."""
        table, _ = self._table(primals, tangents)
        text: str = table.find(table.bind(*self._bound, *primals, **kwargs)).compiled.source
        return text

    def _table(self, primals: Any, tangents: Any) -> tuple[Dispatcher, tuple[Any, ...]]:
        if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
            raise TypeError("jvp takes the arguments and the tangents as tuples: jvp(f, (x, y), (dx, dy))")
        if len(primals) != len(tangents):
            raise TypeError(f"jvp: {len(primals)} arguments but {len(tangents)} tangents")
        active = tuple([k for k, tangent in enumerate(tangents) if tangent is not None])
        table = self._dispatcher
        if active != self._request.argnums:
            request = Request("jvp", active)
            table = dispatcher(self._target, len(self._bound), request, self._check)
            self._request, self._dispatcher = request, table
        return table, tuple([tangents[k] for k in active])


class HessianVector(Derivative[P, R]):
    """`hvp(f)`: called with the arguments of the function and, last, the vector."""

    def __call__(self, *args: Any, **kwargs: Any) -> R:
        if not args:
            raise TypeError("hvp takes the arguments of the function and then the vector")
        result: R = self._dispatcher.entry(*self._bound, *args[:-1], **kwargs, _s2_vector=args[-1])
        return result


TITLES = {
    "primal": "Function",
    "grad": "Gradient",
    "value_and_grad": "Value and gradient",
    "vjp": "Pull-back",
    "jvp": "Push-forward",
    "hvp": "Hessian-vector product",
    "jacfwd": "Jacobian",
    "jacrev": "Jacobian",
    "hessian": "Hessian",
}


class Differentiated(Generic[P, R]):
    """A function with its derivatives; calling it calls the function as it was written."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        argnums: int | tuple[int, ...] | None = None,
        wrt: str | tuple[str, ...] | None = None,
        has_aux: bool = False,
        check: str | None = None,
        backend: str = "numpy",
    ) -> None:
        if backend != "numpy":
            raise ValueError(f"backend {backend!r} is not known; there is 'numpy'")
        if check not in (None, "", "first"):
            raise ValueError(f"check takes 'first' or None, not {check!r}")
        if not callable(function) and not isinstance(function, (staticmethod, classmethod)):
            raise TypeError(f"differentiate takes a function, not {type(function).__name__}")
        self.__wrapped__: Callable[..., Any] = function
        self.__qualname__ = type(function).__qualname__
        functools.update_wrapper(self, function)
        self._function = function
        self._options: dict[str, Any] = {"argnums": argnums, "wrt": wrt, "has_aux": has_aux}
        self._check = check or ""
        self._backend = backend
        make_request("grad", argnums, wrt, has_aux)
        self._templates: dict[str, Derivative[..., Any]] | None = None
        self._own = dict(self.__dict__)
        self._templates = {}  # derivatives for bound methods, of which only the instance differs

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._function(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Differentiated[..., R]:
        function: Any = self._function
        if instance is None and not isinstance(function, (staticmethod, classmethod)):
            return self
        made: Differentiated[..., R] = object.__new__(Differentiated)
        made.__dict__.update(self._own)
        made._function = made.__wrapped__ = function.__get__(instance, owner)
        if isinstance(made._function, types.MethodType):
            made._templates = self._templates
        return made

    @functools.cached_property
    def grad(self) -> Derivative[P, Any]:
        """The gradient, called with the arguments of the function."""
        made: Derivative[P, Any] = self._derivative("grad")
        return made

    @functools.cached_property
    def value_and_grad(self) -> Derivative[P, tuple[R, Any]]:
        """Value and gradient."""
        made: Derivative[P, tuple[R, Any]] = self._derivative("value_and_grad")
        return made

    @functools.cached_property
    def vjp(self) -> Derivative[P, tuple[R, Pullback]]:
        """``f.vjp(*args)`` gives the value and the pull-back."""
        made: Derivative[P, tuple[R, Pullback]] = self._derivative("vjp")
        return made

    @functools.cached_property
    def jvp(self) -> Pushforward[P, tuple[R, Any]]:
        """``f.jvp(primals, tangents)`` gives the value and its tangent."""
        made: Any = self._derivative("jvp")
        return cast("Pushforward[P, tuple[R, Any]]", made)

    @functools.cached_property
    def hvp(self) -> HessianVector[P, Any]:
        """``f.hvp(*args, v)`` gives the Hessian times `v`."""
        made: Any = self._derivative("hvp")
        return cast("HessianVector[P, Any]", made)

    @functools.cached_property
    def jacobian(self) -> Any:
        """The Jacobian, called with the arguments of the function."""
        from s2sad.jacobians import Jacobian

        return Jacobian(self._function, "jacrev", make_request("vjp", self._options["argnums"], self._options["wrt"]))

    @functools.cached_property
    def hessian(self) -> Any:
        """The Hessian, called with the arguments of the function."""
        from s2sad.jacobians import hessian

        return hessian(self._function, **{name: self._options[name] for name in ("argnums", "wrt")})

    @property
    def graph(self) -> Any:
        """The computation graph of the function, print it or draw it: for the arguments used last, or else for the annotated types."""
        for kind in ("value_and_grad", "grad", "vjp", "jvp", "hvp"):
            made = self.__dict__.get(kind)
            if made is not None and made._dispatcher.last is not None:
                return made.graph
        return primal(self._function)

    def _derivative(self, kind: str) -> Any:
        function = self._function
        if self._templates is None or not isinstance(function, types.MethodType):
            return make(function, kind, check=self._check, **self._options)
        template = self._templates.get(kind)
        if template is None or template._target is not function.__func__:
            template = self._templates[kind] = make(function, kind, check=self._check, **self._options)
        return template._rebound(function)

    def __repr__(self) -> str:
        return f"<differentiable {described(self._function)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # A decorated function is found under its own name, as plain functions are.
        if found_by_name(self.__module__, self.__qualname__) is self:
            return _named, (self.__module__, self.__qualname__)
        return _decorated, (self._function, self._options, self._check, self._backend)


def bound_parts(function: Any) -> tuple[tuple[Any, ...], Any]:
    """Return the arguments that a callable brings along, and the function that takes them: methods and callable instances."""
    if isinstance(function, types.MethodType):
        return (function.__self__,), function.__func__
    if isinstance(function, (types.FunctionType, type)):
        return (), function
    if isinstance(function, Derivative):
        return function._bound, function
    inner = vars(type(function)).get("__call__")
    return ((function,), inner) if isinstance(inner, types.FunctionType) else ((), function)


def make(function: Any, kind: str, *, argnums: Any = None, wrt: Any = None, has_aux: bool = False, check: str = "") -> Derivative[..., Any]:
    """Return the derivative object for a function."""
    if isinstance(function, Differentiated):
        check = check or function._check
        if argnums is None and wrt is None:
            argnums, wrt = function._options["argnums"], function._options["wrt"]
        function = function._function
    if isinstance(function, type) or not callable(function):
        raise TypeError(f"{kind} takes a function, not {described(function)}")
    if kind in ("vjp", "jvp"):
        request = Request(kind, (0,) if kind == "jvp" else None)
    else:
        request = make_request(kind, argnums, wrt, has_aux)
    cls = {"jvp": Pushforward, "hvp": HessianVector}.get(kind, Derivative)
    return cls(function, request, check=check)


def primal(function: Any) -> Any:
    """Return the graph of a function itself."""
    made: Derivative[..., Any] = make(function, "primal", argnums=0)
    return made.graph


def graph_of(compiled: Any) -> Any:
    """Return a graph in a form that prints and draws itself."""
    from s2sad.drawing import Drawing

    return Drawing(compiled.lowered.graph)


def described(function: Any) -> str:
    """Return a function as text: its name and where it is."""
    if isinstance(function, Derivative):
        return f"{function.__name__}"
    name = getattr(function, "__qualname__", None) or type(function).__name__
    place = location_of(function)
    if place is None:
        return str(name)
    return f"{name} ({os.path.basename(place.file)}:{place.line})"


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent or ".", prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def found_by_name(module: str, name: str) -> Any:
    """Return what a module holds under a name, or None."""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def portable(function: Any) -> Any:
    """Return a function in a form that can be pickled: under its name there may be its decorated form."""
    if isinstance(function, types.FunctionType):
        found = found_by_name(function.__module__, function.__qualname__)
        if isinstance(found, Differentiated) and found._function is function:
            return found
    return function


def _rebuild(cls: type[Derivative[..., Any]], function: Any, request: Request, check: str) -> Derivative[..., Any]:
    return cls(function._function if isinstance(function, Differentiated) else function, request, check=check)


def _decorated(function: Any, options: dict[str, Any], check: str, backend: str) -> Differentiated[..., Any]:
    return Differentiated(function, **options, check=check or None, backend=backend)


def _named(module: str, name: str) -> Any:
    found: Any = __import__(module, fromlist=["_"])
    for part in name.split("."):
        found = getattr(found, part)
    return found
