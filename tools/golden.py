"""Write the golden files anew, and show what changed.

Usage::

    python3 tools/golden.py            all
    python3 tools/golden.py heat sine  these
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import environment


def main(names: list[str]) -> int:
    if Path(sys.prefix) != environment.FOLDER:
        return environment.run(str(Path(__file__).resolve()), *names)
    sys.path[:0] = [str(environment.ROOT / "tests"), str(environment.ROOT)]
    from golden_cases import FOLDER, load

    failed = []
    for path in sorted(FOLDER.glob("*.py")):
        if names and path.stem not in names:
            continue
        case = load(path)
        generated = dict(case.expected)
        for section in case.sections:
            try:
                generated[section] = case.generate(section)
            except Exception as error:
                failed.append(f"{case} {section}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        old = path.read_text(encoding="utf-8")
        new = case.text({section: generated[section] for section in case.sections if section in generated})
        if new != old:
            path.write_text(new, encoding="utf-8")
            relative = str(path.relative_to(environment.ROOT))
            print("\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), relative, relative, lineterm="", n=1)))
    for line in failed:
        print(f"FAILED {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
