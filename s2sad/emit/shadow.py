"""Arguments called `np`, `len` or `float`: inside such a function the text finds what it needs under another name.

The argument keeps its name, for it may be passed by name.  While the body is written it goes by a name of its own, so that the two
are told apart; at the end either the argument gets its name back, or, where the text needs what the name stood for, that gets
an alias in the module: ``_np = np``.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence

from s2sad.emit.syntax import assign, name, names_in, target


class Shadow:
    """The arguments of one function that hide something that generated text may refer to."""

    def __init__(self, arguments: Sequence[str], needed: Collection[str], others: Iterable[str]) -> None:
        taken = {*arguments, *needed, *others}
        self.local: dict[str, str] = {}
        for label in arguments:
            if label in needed:
                self.local[label] = self._free(f"{label.strip('_') or 'ignored'}_", taken)
        self.taken = taken

    @staticmethod
    def _free(label: str, taken: set[str]) -> str:
        while label in taken:
            label += "_"
        taken.add(label)
        return label

    def renamed(self, text: str) -> str:
        """Return an expression over the arguments with the names that they have while the body is written."""
        if not self.local:
            return text
        if text in self.local:
            return self.local[text]
        tree = ast.parse(text, mode="eval")
        _rename(tree, self.local)
        return ast.unparse(tree)

    def finish(self, body: list[ast.stmt]) -> tuple[list[ast.stmt], dict[str, str]]:
        """Return the body with its final names, and the aliases that it needs: alias -> what it stands for."""
        if not self.local:
            return body, {}
        tree = ast.Module(body, [])
        read = {part.id for part in names_in(tree)}
        hidden = [label for label in self.local if label in read]
        aliases = {label: self._free(f"_{label}", self.taken) for label in hidden if label != "_"}  # loops bind `_`, and nobody reads it
        _rename(tree, aliases)
        _rename(tree, {local: label for label, local in self.local.items() if label not in hidden})
        first = [assign(target(self.local[label]), name(label)) for label in hidden if self.local[label] in read]
        return [*first, *body], {alias: label for label, alias in aliases.items()}


def _rename(tree: ast.AST, names: dict[str, str]) -> None:
    for part in names_in(tree):
        if part.id in names:
            part.id = names[part.id]
