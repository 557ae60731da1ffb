"""From a sequenced graph to the source text of a function, and from the text to the function."""

from s2sad.emit.load import load
from s2sad.emit.module import Emitted, FunctionSpec, compile_module, emit_function, print_module
from s2sad.emit.spell import Needs

__all__ = ["Emitted", "FunctionSpec", "Needs", "compile_module", "emit_function", "load", "print_module"]
