"""Measures of fronts equal their definitions, at any time of a run."""

import dataclasses
import sys

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis.fronts import front_at
from benchbook.errors import MissingExtraError, UsageError
from benchbook.records import RunRecord
from benchbook.typing import FloatArray

pytest.importorskip("moocore")


@pytest.fixture(scope="module")
def runs() -> list[RunRecord]:
    """Return two runs on one problem."""
    return [bb.run("nsga2", "bbob_biobj_f1", dim=2, seed=seed, budget=1500) for seed in (1, 2)]


def _scaled(run: RunRecord, points: FloatArray) -> FloatArray:
    assert run.archive is not None
    made: FloatArray = (points - run.archive.ideal) / (run.archive.nadir - run.archive.ideal)
    return made


def test_hypervolume_is_that_of_the_history_at_any_time(runs: list[RunRecord]) -> None:
    """Once the box is reached, the archive has the recorded hypervolume at each improvement."""
    run = runs[0]
    inside = run.history.best_values <= 0.0
    at = run.history.evaluations[inside]
    found = bb.front_measures(run, at=at.tolist())
    assert found.hypervolume == pytest.approx(-run.history.best_values[inside], abs=1e-11)
    assert found.epsilon is None
    assert found.igd_plus is None


def test_epsilon_and_igd_plus_are_their_definitions(runs: list[RunRecord]) -> None:
    """Additive epsilon is a maximum over the reference, IGD+ a mean of distances to dominated points."""
    run, reference = runs[0], bb.reference_front(runs)
    found = bb.front_measures(run, reference=reference, at=[300, 1500])
    assert found.epsilon is not None
    assert found.igd_plus is not None
    for k, evaluations in enumerate((300, 1500)):
        assert run.archive is not None
        points, targets = _scaled(run, front_at(run.archive, evaluations)), _scaled(run, reference)
        worse = points[np.newaxis] - targets[:, np.newaxis]
        assert found.epsilon[k] == pytest.approx(worse.max(axis=2).min(axis=1).max())
        distances = np.hypot(*np.maximum(worse, 0.0).transpose(2, 0, 1))
        assert found.igd_plus[k] == pytest.approx(distances.min(axis=1).mean())


def test_a_reference_front_is_what_no_run_dominates(runs: list[RunRecord]) -> None:
    """A front has distance 0 to itself, and at least that to the front of all runs."""
    own = bb.front_measures(runs[0], reference=bb.reference_front(runs[:1]))
    assert own.epsilon == [0.0]
    assert own.igd_plus == [0.0]
    both = bb.front_measures(runs[0], reference=bb.reference_front(runs))
    assert both.epsilon is not None
    assert both.epsilon[0] > 0.0


def test_before_the_first_evaluation_there_is_no_front(runs: list[RunRecord]) -> None:
    """Before the first evaluation the hypervolume is 0 and the distance to the reference infinite."""
    found = bb.front_measures(runs[0], reference=bb.reference_front(runs), at=[0])
    assert found.hypervolume == [0.0]
    assert found.epsilon == found.igd_plus == [np.inf]


def test_runs_without_archive_and_of_other_problems_are_refused(runs: list[RunRecord]) -> None:
    """The message names the missing archive, the second problem or the wrong shape."""
    without = dataclasses.replace(runs[0], archive=None)
    with pytest.raises(UsageError, match="has no archive"):
        bb.front_measures(without)
    other = bb.run("random_search", "bbob_biobj_f2", dim=2, seed=1, budget=10)
    with pytest.raises(UsageError, match="runs are on 2 problems"):
        bb.reference_front([*runs, other])
    with pytest.raises(UsageError, match=r"reference has shape \(2,\)"):
        bb.front_measures(runs[0], reference=np.zeros(2))


def test_without_moocore_the_message_says_what_to_install(
    runs: list[RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the extra to install."""
    monkeypatch.setitem(sys.modules, "moocore", None)
    with pytest.raises(MissingExtraError, match=r"benchbook\[analysis\]"):
        bb.front_measures(runs[0])
