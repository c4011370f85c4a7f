"""Runs on BBOB functions, and data logged by other benchmarking tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.records import RunRecord


@pytest.fixture(scope="session")
def runs() -> list[RunRecord]:
    """Return runs on fifteen instances of two functions in two dimensions."""
    return [
        bb.run("manta_ray_foraging", f"bbob_f{f}", dim=d, instance=i, seed=1, budget=400 * d)
        for f in (1, 8)
        for d in (2, 3)
        for i in range(1, 16)
    ]


@pytest.fixture(scope="session")
def by_cocoex(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder written by cocoex's own observer: random search on f1 and f8 in 2-D and 3-D, instances 1 to 3."""
    import cocoex

    folder = tmp_path_factory.mktemp("cocoex")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.chdir(folder)
    suite = cocoex.Suite("bbob", "instances: 1-3", "dimensions: 2,3 function_indices: 1,8")
    observer = cocoex.Observer("bbob", "result_folder: RS algorithm_name: RS")
    rng = np.random.default_rng(1)
    for problem in suite:
        problem.observe_with(observer)
        for _ in range(300):
            problem(rng.uniform(-5, 5, problem.dimension))
        problem.free()
    monkeypatch.undo()
    return folder / "exdata" / "RS"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Return a function that writes files into a folder by their names."""

    def made(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "data"

    return made
