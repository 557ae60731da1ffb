"""All tests: style, types, behaviour.  Sets everything up by itself; needs only Python 3.11 or newer and pip.

Usage::

    python3 tools/test.py                         everything
    python3 tools/test.py tests/test_golden.py    these tests only; further arguments go to pytest
"""

from __future__ import annotations

import sys
import time

import environment

STEPS = {
    "ruff": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "--quiet", "."),
    "types": ("mypy", "--strict", "s2sad"),
    "tests": ("pytest", "-n", "auto"),
}


def main(arguments: list[str]) -> int:
    environment.ready()
    if arguments:
        return environment.run("-m", "pytest", *arguments)
    rows = []
    for name, command in STEPS.items():
        begin = time.perf_counter()
        code = environment.run("-m", *command)
        rows.append((name, code, time.perf_counter() - begin))
    print()
    for name, code, seconds in rows:
        print(f"  {name:8} {'ok' if not code else 'FAILED'}{seconds:10.1f} s    {' '.join(STEPS[name])}")
    failed = [name for name, code, _ in rows if code]
    print(f"\n{'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
