"""Runs on noisy functions have their own repeatable noise, and their records are free of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.records import RunRecord
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.run import planned
from benchbook.typing import FloatArray

STUDY = """
optimizers: [manta_ray_foraging]
functions: [bbob_noisy_f101, bbob_noisy_f108, bbob_noisy_f130]
dims: [2]
instances: [1, 2]
seeds: 2
budget: 60
"""
NAMES = ("bbob_noisy_f101", "bbob_noisy_f108", "bbob_noisy_f130")


class Watching:
    """Random search that remembers what tell gets."""

    anytime = True
    told: list[tuple[FloatArray, FloatArray]]

    def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator) -> None:
        self.lower, self.upper, self.rng = lower, upper, rng
        Watching.told = []

    def ask(self) -> FloatArray:
        """Return five points."""
        return self.rng.uniform(self.lower, self.upper, (5, len(self.lower)))

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Remember."""
        Watching.told.append((x.copy(), fx.copy()))


def run(name: str, seed: int = 1, **more: object) -> RunRecord:
    """Return a run of particle swarm."""
    return bb.run("particle_swarm", name, dim=3, seed=seed, budget=300, **more)


@pytest.mark.parametrize("name", NAMES)
def test_the_optimizer_sees_noise_and_the_record_does_not(name: str) -> None:
    """The values passed to tell differ from the problem's; the history and the best value do not."""
    record = bb.run(Watching, name, dim=3, seed=1, budget=40)
    function = bb.problem(name, 3)
    x = np.vstack([points for points, _ in Watching.told])
    seen = np.concatenate([values for _, values in Watching.told])
    assert np.all(seen != function(x))
    assert record.history.best_values[0] in function(x).tolist()
    assert record.best_solution is not None
    assert record.best_value == float(function(record.best_solution[None])[0]) >= function.f_opt


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_has_the_same_noise_and_another_seed_another(name: str) -> None:
    """The noise does not change if other noisy runs are done in between."""
    first = run(name)
    run("bbob_noisy_f107")
    assert run(name).content_digest == first.content_digest
    assert run(name, seed=2).history != first.history
    # The points of a run depend on the values it gets, and so on the noise.
    assert run(name).history != run(name, instance=2).history


def test_a_target_is_reached_without_noise() -> None:
    """Noise of 1,000 on every value does not hide the precision."""
    record = bb.run("cma_es", "bbob_noisy_f109", dim=2, seed=1, budget=4000, target=1e-2)
    assert record.stop.value == "target"
    assert record.precision is not None
    assert record.precision <= 1e-2


def test_stores_and_processes_come_to_the_same(tmp_path: Path) -> None:
    """Serial runs, resumed worker processes and verify agree; commands are used, since they pin the arithmetic."""
    (tmp_path / "study.yaml").write_text(STUDY)

    def command(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "benchbook", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    command(*["study", "run", "study.yaml", "--store", "serial", "-q"])
    command(*["study", "run", "study.yaml", "--store", "processes", "-q", "--shard", "1/2"])
    command(*["study", "run", "study.yaml", "--store", "processes", "-q", "--executor", "processes", "--workers", "2"])
    command(*["verify", "serial"])
    digests = [{run.content_digest for run in bb.open(tmp_path / name)} for name in ("serial", "processes")]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 24


def test_a_cell_of_noisy_runs_is_what_its_runs_are() -> None:
    """No run consumes random numbers of another one's noise."""
    plan = [planned("differential_evolution", NAMES[1], dim=2, seed=seed, budget=100) for seed in range(1, 5)]
    together = [record.content_digest for record in execute_all(plan)]
    assert together == [execute(item).content_digest for item in reversed(plan)][::-1]


def test_adapters_see_noise_too() -> None:
    """A library that calls its objective gets the same noise, evaluation by evaluation."""
    pytest.importorskip("scipy")
    first = bb.run("scipy:nelder_mead", "bbob_noisy_f104", dim=2, seed=1, budget=80)
    again = bb.run("scipy:nelder_mead", "bbob_noisy_f104", dim=2, seed=1, budget=80)
    quiet = bb.run("scipy:nelder_mead", "bbob_f8", dim=2, seed=1, budget=80)
    assert first.content_digest == again.content_digest
    assert first.history != quiet.history
