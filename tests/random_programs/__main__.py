"""The command line of the random programs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).parents[1]))

from random_programs import FORMS, OFF, Case
from random_programs.judge import MODES
from random_programs.points import PATTERNS


def main() -> int:
    parser = argparse.ArgumentParser(description="Random programs against numeric differences.")
    parser.add_argument("--count", type=int, default=100, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed; each program has the next")
    parser.add_argument("--off", nargs="*", default=sorted(OFF), help=f"forms to leave out: {', '.join((*FORMS, *PATTERNS[1:]))}")
    parser.add_argument("--all-modes", action="store_true", help="every program in every mode")
    parser.add_argument("--show", nargs="*", default=["wrong", "crash"], help="verdicts to make small and print, such as refused or S2S130")
    options = parser.parse_args()
    modes = MODES if options.all_modes else ()
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in range(options.seed, options.seed + options.count):
            case = Case(seed, frozenset(options.off), modes)
            result = case.judge(folder)
            words = result.split(":")[0].split()
            tally[" ".join(words[:2]) if words[0] == "refused" else words[0]] += 1
            if set(words[:2]) & set(options.show):
                small = case.shrunk(result, folder)
                print(f"--- seed {seed}, {case.point.pattern}, size {case.point.size}: {result}", flush=True)
                print(small[small.index("def f(") :], flush=True)
    print(dict(sorted(tally.items())))
    return int(bool(tally["wrong"] or tally["crash"]))


if __name__ == "__main__":
    sys.exit(main())
