"""Write the outputs in README.md and ARCHITECTURE.md anew: they are what the examples really print; and the pages that are made whole.

    python3 tools/documents.py           write
    python3 tools/documents.py --check   say what is out of date, write nothing

An example is a Python block after the line ``<!-- example -->``; what it prints goes between ``<!-- output -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import environment

DOCUMENTS = ("README.md", "ARCHITECTURE.md")
EXAMPLE = re.compile(
    r"(?P<head><!-- example -->\n```python\n(?P<program>.*?)```\n)<!-- output -->\n.*?<!-- end -->\n"
    r"|(?P<stage><!-- stage: (?P<name>[\w ,-]+) -->\n).*?<!-- end -->\n",
    re.DOTALL,
)


def main(arguments: list[str]) -> int:
    if Path(sys.prefix) != environment.FOLDER:
        return environment.run(str(Path(__file__).resolve()), *arguments)
    stale = False
    for name, (old, new) in texts().items():
        path = environment.ROOT / name
        if new != old:
            stale = True
            print("\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), name, name, lineterm="", n=1)))
            if "--check" not in arguments:
                path.write_text(new, encoding="utf-8")
    if stale and "--check" in arguments:
        print("\nout of date: run `python3 tools/documents.py`", file=sys.stderr)
        return 1
    return 0


def stale() -> list[str]:
    """Name the documents that are out of date."""
    return [name for name, (old, new) in texts().items() if new != old]


def texts() -> dict[str, tuple[str, str]]:
    """Return every document as it is and as it should be."""
    import language

    written = {name: (environment.ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
    found = {name: (text, renewed(text)) for name, text in written.items()}
    for name, page in {"docs/language.md": language.page}.items():
        path = environment.ROOT / name
        found[name] = (path.read_text(encoding="utf-8") if path.exists() else "", page())
    return found


def renewed(text: str) -> str:
    """Return a document with the outputs of all its examples and stages as they are now."""

    def renew(found: re.Match[str]) -> str:
        if found["name"] is not None:
            import architecture

            return f"{found['stage']}{architecture.stage(found['name'])}<!-- end -->\n"
        return f"{found['head']}<!-- output -->\n```python\n{output(found['program'])}```\n<!-- end -->\n"

    return EXAMPLE.sub(renew, text)


def output(program: str) -> str:
    """Return what a program prints, run as a file in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.py"
        path.write_text(program, encoding="utf-8")
        variables = {**os.environ, "PYTHONPATH": str(environment.ROOT), "PYTHONHASHSEED": "0"}
        for name in ("S2SAD_POISON", "S2SAD_CHECK", "S2SAD_VERIFY"):
            variables.pop(name, None)
        run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd=folder, env=variables)
    if run.returncode:
        raise RuntimeError(f"an example failed:\n{program}\n{run.stderr}")
    return run.stdout.rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
