"""A graph that prints and draws itself."""

from __future__ import annotations

from pathlib import Path

from s2sad.graph.core import Graph


class Drawing:
    """The computation graph of a function: ``print`` it, or draw it with no other program.

    In a notebook it shows itself.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def to_text(self) -> str:
        """Return the text form."""
        return str(self.graph)

    def to_dot(self) -> str:
        """Return the graph for Graphviz."""
        from s2sad.graph.view import to_dot

        return to_dot(self.graph)

    def to_mermaid(self) -> str:
        """Return the graph for Mermaid."""
        from s2sad.graph.view import to_mermaid

        return to_mermaid(self.graph)

    def to_svg(self) -> str:
        """Return the graph as a picture."""
        from s2sad.graph.svg import to_svg

        return to_svg(self.graph)

    def save(self, path: str | Path) -> Path:
        """Write a picture or text; the form is that of the suffix: svg, dot, mmd, txt."""
        from s2sad.objects import write_atomically

        target = Path(path)
        forms = {".svg": self.to_svg, ".dot": self.to_dot, ".gv": self.to_dot, ".mmd": self.to_mermaid, ".txt": self.to_text}
        if target.suffix not in forms:
            raise ValueError(f"cannot write a graph as {target.suffix!r}; use one of {', '.join(forms)}")
        write_atomically(target, forms[target.suffix]())
        return target

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_svg_(self) -> str:
        return self.to_svg()
