"""The wheel in an empty environment with its locked dependencies: from an empty folder to a published site.

It needs a package index, so `make test` leaves it out and `make test-wheel` runs it. It installs with pip, as a user
does, with the index and the certificates that pip is configured for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = (sys.executable, "-m", "uv")
GUIDE = ROOT / "docs" / "how-to" / "benchmarks-in-your-own-repository.md"

pytestmark = pytest.mark.wheel


def supported() -> list[str]:
    """Return the oldest and the newest Python in the classifiers."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    found = re.findall(r"Programming Language :: Python :: (3\.\d+)", "\n".join(classifiers))
    return [found[0], found[-1]]


def interpreter(version: str) -> str | None:
    """Return a working Python of a minor version, or None."""
    name = f"python{version}"
    shim = shutil.which(name)
    root = Path(shim).parents[1] if shim else Path.home() / ".pyenv"
    versions = Path(os.environ.get("PYENV_ROOT", root)) / "versions"
    here = [sys.executable] if f"{sys.version_info[0]}.{sys.version_info[1]}" == version else []
    # Pythons of pyenv that no project has selected are on the PATH but do not run.
    for candidate in [*here, shim, *map(str, sorted(versions.glob(f"{version}.*/bin/{name}")))]:
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def done(command: Sequence[str], folder: Path, **environment: str) -> str:
    """Run a command without environment variables that could provide a package."""
    lent = ("PYTHON", "VIRTUAL_ENV", "BENCHBOOK_", "COVERAGE", "COV_", "PYTEST")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(lent)}
    ended = subprocess.run(
        command, cwd=folder, env={**clean, **environment}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, which is one for all Pythons."""
    folder = tmp_path_factory.mktemp("wheel")
    done([*UV, "build", "--quiet", "--wheel", "--no-build-isolation", "--out-dir", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(params=supported())
def benchbook(request: pytest.FixtureRequest, wheel: Path, tmp_path: Path) -> Callable[..., str]:
    """Install the wheel for a Python, and return a function that runs its command in an empty folder."""
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"Python {request.param} is not installed")
    place = tmp_path / "environment"
    done([python, "-m", "venv", str(place)], tmp_path)
    install = [
        str(place / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "-qq",
        "--no-input",
        "--disable-pip-version-check",
    ]
    done([*install, "--require-hashes", "-r", str(ROOT / "requirements.lock")], tmp_path)
    done([*install, "--no-deps", str(wheel)], tmp_path)
    empty = tmp_path / "my-benchmarks"
    empty.mkdir()
    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def typed(*words: str, **environment: str) -> str:
        return done([str(place / "bin" / words[0]), *words[1:]], empty, PATH=path, **environment)

    return typed


def test_the_wheel_leads_from_an_empty_folder_to_a_published_site(
    benchbook: Callable[..., str], tmp_path: Path
) -> None:
    """The guide's project is run by benchbook and papermill, accepted, checked and published, without a clone."""
    folder = tmp_path / "my-benchmarks"
    assert str(tmp_path) in benchbook("python", "-c", "import benchbook; print(benchbook.__file__)")
    (block, *_) = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (folder / "hills.py").write_text(block, encoding="utf-8")
    for line in ("init --optimizer hills:Hill", "spec run", "spec accept", "spec check"):
        benchbook("benchbook", *line.split())
    preset = benchbook("benchbook", "params", "path", "quick").strip()
    notebook = "notebooks/hills-Hill.ipynb"
    for engine in ([], ["--engine", "benchbook"]):
        benchbook("papermill", *engine, notebook, str(tmp_path / "out.ipynb"), "-f", preset)
    benchbook("benchbook", "site", "publish", "public", BENCHBOOK_PUBLISH="1")
    for page in ("index", "specs/hills-Hill", "which-optimizer", "leaderboard", "explorer", "baselines"):
        assert (folder / "public" / f"{page}.html").is_file()
