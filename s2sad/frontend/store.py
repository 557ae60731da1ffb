"""The abstract store: every mutable object lives at one place, every name of every frame is a key.

The state of the program is one mapping from keys (places and variables) to contents.  Branches and loops run on the same
mapping with a *journal* that notes what was there before, so that entering and leaving a branch costs what the branch
changes and not what exists.
"""

from __future__ import annotations

from typing import Any

from s2sad.frontend.values import Key, Place

ABSENT: Any = object()


Changes = dict[Key, Any]


class Store:
    """Contents of places and variables."""

    def __init__(self) -> None:
        self.contents: dict[Key, Any] = {}
        self._journals: list[Changes] = []
        self.count = 0

    def place(self, kind: str, content: Any, **facts: Any) -> Place:
        """Make a new object."""
        self.count += 1
        place = Place(self.count, kind, **facts)
        self.write(place, content)
        return place

    def read(self, key: Key) -> Any:
        """Return the content of a key, or ABSENT."""
        return self.contents.get(key, ABSENT)

    def write(self, key: Key, content: Any) -> None:
        """Replace the content of a key."""
        if self._journals:
            journal = self._journals[-1]
            if key not in journal:
                journal[key] = self.contents.get(key, ABSENT)
        if content is ABSENT:
            self.contents.pop(key, None)
        else:
            self.contents[key] = content

    @property
    def depth(self) -> int:
        """How many branches and loops are being lowered."""
        return len(self._journals)

    def made_here(self, place: Place, depth: int | None = None) -> bool:
        """Whether an object was made in the branch or trip that is being lowered, or since there were `depth` of them."""
        journals = self._journals[-1:] if depth is None else self._journals[depth:]
        return not self._journals or any(journal.get(place, place) is ABSENT for journal in journals)

    def begin(self) -> None:
        """Start to note changes."""
        self._journals.append({})

    def journal(self) -> Changes:
        """Return what was there before the changes since `begin`: key to old content."""
        return self._journals[-1]

    def rollback(self) -> Changes:
        """Undo what was changed since `begin` and return the changes: key to new content."""
        journal = self._journals.pop()
        contents = self.contents
        changes: Changes = {}
        for key, before in journal.items():
            changes[key] = contents.get(key, ABSENT)
            if before is ABSENT:
                contents.pop(key, None)
            else:
                contents[key] = before
        return changes

    def keep(self) -> None:
        """Make the changes since `begin` part of what is noted around."""
        journal = self._journals.pop()
        if self._journals:
            outer = self._journals[-1]
            for key, before in journal.items():
                outer.setdefault(key, before)

    def forget(self, keys: list[Key]) -> None:
        """Drop keys that nothing can reach any more."""
        for key in keys:
            self.write(key, ABSENT)
