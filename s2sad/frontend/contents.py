"""What is in a container."""

from __future__ import annotations

from typing import Any

from s2sad.frontend.lower import Lowering
from s2sad.frontend.values import Conflict, ElementContent, Handle, Stale


def content_of(low: Lowering, handle: Handle) -> Any:
    """Return the content of a container."""
    content = low.store.read(handle.place)
    if isinstance(content, ElementContent):
        from s2sad.frontend.lenses import content_behind

        return content_behind(low, content)
    if isinstance(content, (Conflict, Stale)):
        low.usable(content)
    return content
