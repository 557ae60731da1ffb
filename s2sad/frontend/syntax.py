"""gast, loaded with the first function that is lowered: `import s2sad` does not wait for it, though it loads the compiler."""

from __future__ import annotations

from typing import Any


class _Later:
    """Stands for the module; what has been asked for stays as an attribute."""

    def __getattr__(self, name: str) -> Any:
        import gast

        found = getattr(gast, name)
        setattr(self, name, found)
        return found


gast: Any = _Later()
