"""What is installed: a small wheel of pure Python that carries its types, and an import that brings in little."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_the_wheel_is_small_and_complete(tmp_path):
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size < 1_000_000
    names = zipfile.ZipFile(wheel).namelist()
    assert "s2sad/py.typed" in names and "s2sad/__main__.py" in names
    assert all(name.startswith(("s2sad/", "s2sad-")) for name in names)
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "s2sad").rglob("*.py")}
    assert sources <= set(names)


def loaded(program):
    """Return the modules that a program loads, in a process of its own."""
    text = f"import sys\nimport numpy\nbefore = set(sys.modules)\n{program}\nprint('\\n'.join(sorted(set(sys.modules) - before)))"
    return set(subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())


def test_import_brings_in_little():
    modules = loaded("import s2sad")
    assert "s2sad" in modules
    heavy = {"gast", "astor", "scipy", "numba", "networkx", "rich", "matplotlib", "torch", "jax", "asyncio", "concurrent", "email", "html"}
    assert not {name.partition(".")[0] for name in modules} & heavy
    assert not {name for name in modules if name.startswith("s2sad.integrate.")}


def test_generated_modules_import_numpy_only(tmp_path):
    program = (
        "import s2sad, pathlib, importlib.util\n"
        f"path = pathlib.Path({str(tmp_path)!r})\n"
        "(path / 'model.py').write_text('import numpy as np\\ndef f(x):\\n    return np.sum(np.tanh(x) * x)\\n')\n"
        "spec = importlib.util.spec_from_file_location('model', path / 'model.py')\n"
        "model = importlib.util.module_from_spec(spec); spec.loader.exec_module(model)\n"
        "import numpy as np\n"
        "gradient = s2sad.grad(model.f); gradient(np.ones(3)); gradient.save(path / 'saved.py')"
    )
    loaded(program)
    alone = loaded(f"sys.path.insert(0, {str(tmp_path)!r})\nimport saved")
    assert "saved" in alone
    assert not {name for name in alone if name.partition(".")[0] in ("s2sad", "gast", "astor")}


def test_command_line_and_module_agree():
    outputs = [
        subprocess.run([sys.executable, "-m", "s2sad", "--help"], capture_output=True, text=True, check=True).stdout,
        subprocess.run([sys.executable, "-c", "from s2sad.cli import main; main(['--help'])"], capture_output=True, text=True).stdout,
    ]
    assert "dump" in outputs[0]
    assert len(outputs[1]) > 0
