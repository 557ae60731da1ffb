"""Measure: gradients against primals and against hand-written gradients, the first call, and the overhead of a call.

    python3 tools/bench.py              a table
    python3 tools/bench.py --json FILE  also as JSON
    python3 tools/bench.py --quick      fewer rounds

What is compared is timed side by side in one process, in turn, after the results have been compared.  A ratio is the median
over rounds of the ratio within a round; `min` is the ratio of the shortest times.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environment

Timed = Callable[..., Any]

FIRST_CALL = """
import time, sys
import numpy, s2sad
sys.path.insert(0, {tools!r})
from bench_programs import long_function, long_arguments
arguments = long_arguments()  # for these NumPy loads its random numbers
begin = time.perf_counter()
s2sad.grad(long_function)(*arguments)
print(time.perf_counter() - begin)
"""
IMPORT = """
import numpy, time
begin = time.perf_counter()
import s2sad
print(time.perf_counter() - begin)
"""


def main() -> int:
    if Path(sys.prefix) != environment.FOLDER:
        return environment.run(str(Path(__file__).resolve()), *sys.argv[1:], OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    rounds = 15 if options.quick else 60
    import numpy

    print(f"Python {platform.python_version()}, NumPy {numpy.__version__}, one thread, {rounds} rounds\n")
    print(f"{'':68}{'first':>11}{'second':>11}{'ratio':>8}{'min':>7}{'limit':>7}")
    rows: list[dict[str, Any]] = []
    for row in itertools.chain(ratios(rounds), calls(rounds), processes(3 if options.quick else 5)):
        rows.append(row)
        report(row)
    missed = [row["name"] for row in rows if over(row)]
    if options.json:
        about = {"python": platform.python_version(), "numpy": numpy.__version__, "machine": platform.machine(), "rounds": rounds}
        Path(options.json).write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n")
    print(f"\n{'over the limit: ' + ', '.join(missed) if missed else 'all within their limits'}")
    return 1 if missed else 0


def report(row: dict[str, Any]) -> None:
    """Print one line of the table."""
    times = f"{micro(row['first'])}{micro(row['second'])}" if "first" in row else " " * 22
    limit = f"{row['limit']:7.2f}" if row["limit"] is not None else "      -"
    mark = "  <-- over" if over(row) else ""
    print(f"{row['name']:68}{times}{row['value']:8.2f}{row['min']:7.2f}{limit} {row.get('unit', '')}{mark}", flush=True)


def over(row: dict[str, Any]) -> bool:
    """Whether a figure is over its limit; a NaN is."""
    return row["limit"] is not None and not row["value"] <= row["limit"]


def micro(seconds: float) -> str:
    return f"{1e6 * seconds:8.1f} us"


def ratios(rounds: int) -> Any:
    """Yield gradient over primal for a scalar loop, generated over hand-written for array programs."""
    import bench_programs
    import numpy as np

    import s2sad

    for case in bench_programs.CASES:
        arguments = case.arguments()
        gradient = s2sad.grad(case.function, argnums=case.argnums)
        got, wanted = gradient(*arguments), case.hand(*arguments)
        for one, other in zip(flat(got), flat(wanted), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11, err_msg=case.name)
        if case.against == "primal":
            yield side_by_side(f"{case.name}: gradient / primal", gradient, case.function, arguments, rounds, 2.0)
        limit = 1.15 if case.gate and case.against == "hand" else None
        yield side_by_side(f"{case.name}: gradient / hand-written", gradient, case.hand, arguments, rounds, limit)


def flat(tree: Any) -> list[Any]:
    return [leaf for part in tree for leaf in flat(part)] if isinstance(tree, (tuple, list)) else [tree]


def side_by_side(
    name: str, first: Callable[..., Any], second: Callable[..., Any], arguments: Any, rounds: int, limit: float
) -> dict[str, Any]:
    """Time two functions in turn on the same arguments."""
    number = repetitions(lambda: second(*arguments))
    pairs = [(spent(first, arguments, number), spent(second, arguments, number)) for _ in range(rounds)]
    return {
        "name": name, "limit": limit,
        "first": min(one for one, _ in pairs), "second": min(other for _, other in pairs),
        "value": statistics.median(one / other for one, other in pairs),
        "min": min(one for one, _ in pairs) / min(other for _, other in pairs),
    }  # fmt: skip


def repetitions(call: Callable[[], Any]) -> int:
    """Return how many calls take about five milliseconds."""
    call()
    begin = time.perf_counter()
    call()
    return max(1, min(2000, int(0.005 / (time.perf_counter() - begin + 1e-9))))


def spent(function: Callable[..., Any], arguments: Any, number: int) -> float:
    """Return the mean time of `number` calls."""
    begin = time.perf_counter()
    for _ in range(number):
        function(*arguments)
    return (time.perf_counter() - begin) / number


def calls(rounds: int) -> Any:
    """Yield what the wrapper adds to a call of the generated function: 1, 2, 3 arguments, then each further leaf."""
    import bench_programs
    import numpy as np

    import s2sad

    added = []
    for count, function in enumerate(bench_programs.SMALL, start=1):
        arguments = tuple(np.ones(3 + k) for k in range(count))
        gradient = s2sad.grad(function, argnums=tuple(range(count)))
        generated = compiled(gradient, arguments)
        pairs = [(spent(gradient, arguments, 2000), spent(generated, arguments, 2000)) for _ in range(rounds)]
        added.append([1e6 * (one - other) for one, other in pairs])
        yield microseconds(f"a call adds, {count} argument{'s' if count > 1 else ''}", added[-1], 3.0)
    leaves = []
    for count in (4, 24):
        tree = [np.ones(3) for _ in range(count)]
        gradient = s2sad.grad(bench_programs.total_of_first)
        generated = compiled(gradient, (tree,))
        leaves.append([1e6 * (spent(gradient, (tree,), 1000) - spent(generated, (tree,), 1000)) for _ in range(rounds)])
    yield microseconds("a call adds, each further leaf", [(many - few) / 20 for few, many in zip(*leaves)], 0.3)


def compiled(gradient: Any, arguments: Any) -> Callable[..., Any]:
    """Return the generated function itself, without the dispatch in front of it."""
    gradient(*arguments)
    scope: dict[str, Any] = {}
    exec(compile(gradient.source_for(*arguments), "<generated>", "exec"), scope)
    functions = [value for value in scope.values() if isinstance(value, types.FunctionType)]
    return functions[-1]


def microseconds(name: str, values: list[float], limit: float) -> dict[str, Any]:
    return {"name": name, "limit": limit, "value": statistics.median(values), "min": min(values), "unit": "us"}


def processes(count: int) -> Any:
    """Yield the time of the first gradient of a 50-line function and of the import, each in fresh processes."""
    tools = str(Path(__file__).resolve().parent)
    for name, program, limit in (
        ("first gradient of 50 lines, fresh process", FIRST_CALL.format(tools=tools), 60.0),
        ("import s2sad, over import numpy", IMPORT, 60.0),
    ):
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        times = []
        for _ in range(count + 1):
            run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=variables)
            times.append(1e3 * float(run.stdout))
        del times[0]  # writes the bytecode files
        yield {"name": name, "limit": limit, "value": statistics.median(times), "min": min(times), "unit": "ms"}


if __name__ == "__main__":
    sys.exit(main())
