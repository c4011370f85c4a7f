"""The engine under papermill's own command, found by the package's entry points."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PROBE = "import json, os, sys; print(json.dumps(['numpy' in sys.modules, os.getpid(), os.getppid()]))"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which the entry points of `pyproject.toml` are installed."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    folder = tmp_path / "site" / "benchbook_entry_points-1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: benchbook-entry-points\nVersion: 1\n")
    lines = [f"[{group}]\n" + "".join(f"{n} = {v}\n" for n, v in entries.items()) for group, entries in groups.items()]
    (folder / "entry_points.txt").write_text("\n".join(lines))
    pins = ("NPY_", "OPENBLAS_", "OMP_", "MKL_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(pins)}
    path = os.pathsep.join([str(ROOT / "src"), str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    return {**kept, "PYTHONPATH": path, "BENCHBOOK_ARTIFACTS": str(tmp_path / "artifacts")}


def papermill(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run papermill's command with benchbook's engine from the root of the repository."""
    return subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "benchbook", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def write(path: Path, *sources: str) -> Path:
    """Write a notebook of code cells."""
    cells = [
        {"cell_type": "code", "id": f"c{k}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for k, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_papermill_runs_a_spec_with_our_engine(environment: dict[str, str], tmp_path: Path) -> None:
    """Papermill runs a spec with a parameter file and benchbook's engine."""
    out = tmp_path / "out.ipynb"
    done = papermill(environment, "notebooks/random_search.ipynb", str(out), "-f", "params/quick.yaml")
    assert done.returncode == 0, done.stderr
    verdicts = next(cell for cell in json.loads(out.read_text())["cells"] if cell["id"] == "verdicts")
    assert verdicts["outputs"][0]["text"][0].startswith("held")


def test_its_kernels_are_forked_and_gone_afterwards(environment: dict[str, str], tmp_path: Path) -> None:
    """The libraries are loaded already; neither kernel nor fork server outlives the command."""
    out = tmp_path / "out.ipynb"
    done = papermill(environment, str(write(tmp_path / "probe.ipynb", PROBE)), str(out))
    assert done.returncode == 0, done.stderr
    loaded, kernel, server = json.loads("".join(json.loads(out.read_text())["cells"][0]["outputs"][0]["text"]))
    assert loaded
    assert not psutil.pid_exists(kernel)
    assert not psutil.pid_exists(server)


def test_errors_and_dead_kernels_end_the_command_with_an_error(environment: dict[str, str], tmp_path: Path) -> None:
    """The command fails as with papermill's own engine, and the executed copy is written."""
    for source, said in (("1 / 0", "ZeroDivisionError"), ("import os; os._exit(1)", "DeadKernelError")):
        out = tmp_path / "out.ipynb"
        done = papermill(environment, str(write(tmp_path / "broken.ipynb", source)), str(out))
        assert done.returncode != 0
        assert said in done.stderr
        assert out.exists()


def test_papermill_without_our_engine_neither_imports_nor_pins_anything(environment: dict[str, str]) -> None:
    """Papermill loads every installed engine; benchbook's does nothing until it is used."""
    code = (
        "import os, sys, papermill.engines as e\n"
        "print(e.papermill_engines.get_engine('benchbook').__module__)\n"
        "print([n for n in ('benchbook', 'numpy') if n in sys.modules], 'OPENBLAS_CORETYPE' in os.environ)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    module, state = done.stdout.splitlines()
    assert module == "benchbook_papermill"
    assert "'benchbook'" not in state
    assert state.endswith("False")


def test_other_front_ends_find_the_provisioner_by_its_name(environment: dict[str, str]) -> None:
    """The description of a kernel may name the provisioner."""
    code = (
        "from jupyter_client.provisioning import KernelProvisionerFactory as F\n"
        "print(F.instance().provisioners['benchbook-fork'].load().__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "ForkProvisioner"
