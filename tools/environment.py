"""The project's own virtual environment: made on first use, made again when what it was made from changes.

Works with nothing but Python 3.11 and pip.  One environment per Python version, under `.venv/`, so that running with
several versions in turn does not make any of them again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv" / f"cpython-{sys.version_info[0]}.{sys.version_info[1]}"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = FOLDER / "install.log"


def ready() -> Path:
    """Return the interpreter of the project's environment; makes the environment first where needed."""
    if sys.version_info < (3, 11):
        sys.exit(f"s2sad needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable})")
    stamp = FOLDER / "made-from"
    wanted = fingerprint()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return PYTHON
    begin = time.perf_counter()
    print(f"Setting up {FOLDER.relative_to(ROOT)} (once; about a minute) ...", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    create()
    install()
    stamp.write_text(wanted)
    print(f"Ready after {time.perf_counter() - begin:.0f} s.\n", flush=True)
    return PYTHON


def fingerprint() -> str:
    """Everything that the environment depends on: declared dependencies, Python, and where the project lies."""
    import tomllib

    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = hashlib.sha256(repr([tables["build-system"], tables["project"]]).encode()).hexdigest()
    return f"{declared}\n{sys.version}\n{ROOT}\n"


def create() -> None:
    """Make an empty environment, with pip where Python can bring it along."""
    FOLDER.parent.mkdir(exist_ok=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], capture_output=True, text=True)
    if made.returncode:  # some distributions leave out ensurepip: then the pip of this interpreter installs from outside
        shutil.rmtree(FOLDER, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(FOLDER)], check=True)


def install() -> None:
    """Install the project, editable, with everything that development, tests and demo need."""
    inside = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode == 0
    pip = [str(PYTHON), "-m", "pip"] if inside else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    command = [*pip, "install", "--disable-pip-version-check", "--no-input", "--editable", f"{ROOT}[dev]"]
    with LOG.open("w") as log:
        code = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT).returncode
    if code:
        print("\n".join(LOG.read_text().splitlines()[-15:]))
        sys.exit(f"pip could not install the project; all that it said is in {LOG}")


def run(*arguments: str, **variables: str) -> int:
    """Run the environment's Python in the project folder and return its exit code."""
    return subprocess.run([str(ready()), *arguments], cwd=ROOT, env={**os.environ, **variables}).returncode
