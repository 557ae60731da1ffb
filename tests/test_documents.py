"""What README.md and ARCHITECTURE.md show is what happens."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_documents_are_up_to_date():
    program = (
        "import sys; sys.path[:0] = ['tools', '.']; import documents\n"
        "stale = documents.stale()\n"
        "sys.exit('run `python3 tools/documents.py`: ' + ', '.join(stale) if stale else 0)"
    )
    variables = {name: value for name, value in os.environ.items() if not name.startswith("S2SAD_")}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env=variables)
    assert run.returncode == 0, run.stderr


def test_links_lead_somewhere():
    import re

    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{name}: {target}"
