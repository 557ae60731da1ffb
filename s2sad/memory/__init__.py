"""What survives for the reverse sweep, and which buffer each array version lives in."""

from s2sad.memory.keep import keep
from s2sad.memory.place import place
from s2sad.memory.split import split

__all__ = ["keep", "place", "split"]
