"""The public interface: derivatives as functions of the same arguments.

``grad(f)`` and ``f.grad`` of a function decorated with `differentiate` are the same: callable like `f`, with the generated
source at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from s2sad.objects import Derivative, Differentiated, HessianVector, make

if TYPE_CHECKING:
    from s2sad.specialise import Pullback

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")


@overload
def differentiate(function: Callable[P, R], /) -> Differentiated[P, R]: ...


@overload
def differentiate(
    *,
    argnums: int | tuple[int, ...] | None = None,
    wrt: str | tuple[str, ...] | None = None,
    has_aux: bool = False,
    check: Literal["first"] | None = None,
    backend: Literal["numpy"] = "numpy",
) -> Callable[[Callable[P, R]], Differentiated[P, R]]: ...


def differentiate(function: Any = None, /, **options: Any) -> Any:
    """Make a function differentiable.

    Parameters
    ----------
    argnums, wrt, has_aux
        Defaults for the gradients, see `grad`.
    check : "first", optional
        At the first call for each kind of arguments, compare value and both modes with each other.
    backend : "numpy"
        What the generated code uses.

    Examples
    --------
    >>> @differentiate
    ... def f(x):
    ...     return x**2
    >>> f(2.0), f.grad(2.0)
    (4.0, 4.0)
    """
    if function is None:
        return lambda given: Differentiated(given, **options)
    return Differentiated(function, **options)


@overload
def grad(fun: Callable[P, Any], argnums: int = 0, *, wrt: None = None, has_aux: Literal[False] = False) -> Derivative[P, Any]: ...
@overload
def grad(
    fun: Callable[P, Any], argnums: tuple[int, ...], *, wrt: None = None, has_aux: Literal[False] = False
) -> Derivative[P, tuple[Any, ...]]: ...
@overload
def grad(fun: Callable[P, Any], argnums: None = None, *, wrt: str, has_aux: Literal[False] = False) -> Derivative[P, Any]: ...
@overload
def grad(
    fun: Callable[P, Any], argnums: None = None, *, wrt: tuple[str, ...], has_aux: Literal[False] = False
) -> Derivative[P, dict[str, Any]]: ...
@overload
def grad(
    fun: Callable[P, tuple[Any, A]], argnums: int = 0, *, wrt: None = None, has_aux: Literal[True]
) -> Derivative[P, tuple[Any, A]]: ...
@overload
def grad(
    fun: Callable[P, tuple[Any, A]], argnums: tuple[int, ...], *, wrt: None = None, has_aux: Literal[True]
) -> Derivative[P, tuple[tuple[Any, ...], A]]: ...
@overload
def grad(
    fun: Callable[P, tuple[Any, A]], argnums: None = None, *, wrt: str | tuple[str, ...], has_aux: Literal[True]
) -> Derivative[P, tuple[Any, A]]: ...


def grad(fun: Any, argnums: Any = None, *, wrt: Any = None, has_aux: bool = False) -> Any:
    """Return the function that gives the gradient of `fun`.

    Parameters
    ----------
    fun : callable
        Returns one real number; with `has_aux`, a tuple of it and anything.
    argnums : int or tuple of int
        Which positional arguments to differentiate; an int gives one gradient, a tuple a tuple.  A bound `self` is not counted.
    wrt : str or tuple of str
        The same by name; a tuple gives a dict.  ``"self"`` is the instance of a bound method.
    has_aux : bool
        The result is then ``(gradient, aux)``.

    Returns
    -------
    Derivative
        Takes the arguments of `fun`.  The gradient has the structure, shapes and dtypes of the argument; None stands for parts
        without a float.

    Notes
    -----
    For a real function of complex ``z = x + iy`` the gradient is ``d/dx - i d/dy``.

    Examples
    --------
    >>> def f(x):
    ...     return x**3
    >>> grad(f)(2.0)
    12.0
    """
    return make(fun, "grad", argnums=argnums, wrt=wrt, has_aux=has_aux)


@overload
def value_and_grad(fun: Callable[P, R], argnums: int = 0, *, wrt: None = None, has_aux: bool = False) -> Derivative[P, tuple[R, Any]]: ...
@overload
def value_and_grad(
    fun: Callable[P, R], argnums: tuple[int, ...], *, wrt: None = None, has_aux: bool = False
) -> Derivative[P, tuple[R, tuple[Any, ...]]]: ...
@overload
def value_and_grad(fun: Callable[P, R], argnums: None = None, *, wrt: str, has_aux: bool = False) -> Derivative[P, tuple[R, Any]]: ...
@overload
def value_and_grad(
    fun: Callable[P, R], argnums: None = None, *, wrt: tuple[str, ...], has_aux: bool = False
) -> Derivative[P, tuple[R, dict[str, Any]]]: ...


def value_and_grad(fun: Any, argnums: Any = None, *, wrt: Any = None, has_aux: bool = False) -> Any:
    """Return the function that gives ``(value, gradient)``, with `has_aux` ``((value, aux), gradient)``; see `grad`."""
    return make(fun, "value_and_grad", argnums=argnums, wrt=wrt, has_aux=has_aux)


def vjp(fun: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> tuple[R, Pullback]:
    """Return ``(out, pullback)``.

    ``pullback(ct)`` takes a cotangent with the structure of `out` and gives one entry for each positional argument, None for
    those without a float in them.  Keyword arguments are passive.  The pull-back may be called many times, and nothing
    that is done to the arguments or to `out` in between matters to it.
    """
    result: tuple[R, Pullback] = make(fun, "vjp")(*args, **kwargs)
    return result


def jvp(fun: Callable[..., R], primals: tuple[Any, ...], tangents: tuple[Any, ...], **kwargs: Any) -> tuple[R, Any]:
    """Return ``(out, tangent_out)``; None, 0 or zeros is the tangent of an argument without a float."""
    result: tuple[R, Any] = make(fun, "jvp")(primals, tangents, **kwargs)
    return result


@overload
def hvp(fun: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, wrt: None = None) -> HessianVector[..., Any]: ...
@overload
def hvp(fun: Callable[..., Any], argnums: None = None, *, wrt: str | tuple[str, ...]) -> HessianVector[..., Any]: ...


def hvp(fun: Any, argnums: Any = None, *, wrt: Any = None) -> Any:
    """Return the function of the arguments and, last, a vector that gives the Hessian times the vector."""
    return make(fun, "hvp", argnums=argnums, wrt=wrt)


__all__ = ["Derivative", "Differentiated", "differentiate", "grad", "hvp", "jvp", "value_and_grad", "vjp"]
