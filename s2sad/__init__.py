"""Source-to-source automatic differentiation for NumPy: functions in, readable derivatives out.

>>> import s2sad
>>> @s2sad.differentiate
... def f(x):
...     return x**2
>>> f.grad(2.0)
4.0
"""

from typing import TYPE_CHECKING, Any

# The compiler, with what every function needs: what is loaded here does not delay the first derivative.
import s2sad.derivative.forward
import s2sad.frontend.builtin_calls
import s2sad.frontend.loops
import s2sad.frontend.numpy_calls
import s2sad.frontend.objects
import s2sad.frontend.statements
import s2sad.specialise  # noqa: F401
from s2sad.api import Derivative, Differentiated, differentiate, grad, hvp, jvp, value_and_grad, vjp
from s2sad.errors import DifferentiationError, UnsupportedError

if TYPE_CHECKING:
    from s2sad.check import check_grads
    from s2sad.jacobians import Jacobian, hessian, jacfwd, jacobian, jacrev
    from s2sad.specialise import Pullback

# Loaded when they are used: the import of the package stays quick.
_LATER = {
    "check_grads": "s2sad.check",
    "Pullback": "s2sad.specialise",
    "Jacobian": "s2sad.jacobians",
    "hessian": "s2sad.jacobians",
    "jacfwd": "s2sad.jacobians",
    "jacobian": "s2sad.jacobians",
    "jacrev": "s2sad.jacobians",
}

__version__ = "0.1.0"

__all__ = [
    "Derivative",
    "Differentiated",
    "DifferentiationError",
    "Jacobian",
    "Pullback",
    "UnsupportedError",
    "check_grads",
    "differentiate",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 's2sad' has no attribute {name!r}")
    import importlib

    found = getattr(importlib.import_module(_LATER[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATER])
