"""The claim that an optimizer draws independent uniform points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UsageError
from benchbook.records import Verdict
from benchbook.specs import Spec
from benchbook.specs.noticing.faults import faults_of, planting
from benchbook.specs.trials.planting import planted
from benchbook.specs.uniform_claim import share_below

PARAMS: dict[str, Any] = {
    "preset": "quick",
    "functions": ["sphere"],
    "dims": [2],
    "instances": [1],
    "seeds": 1,
    "bbob_functions": [],
    "bbob_instances": [1],
    "budget_per_dim": 10,
    "target": None,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a temporary folder for artifacts."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))


def begun(name: str = "random_search") -> Spec:
    """Return a spec with few runs."""
    return bb.spec(name, **PARAMS)


def test_uniform_points_are_worth_what_they_should_be() -> None:
    """About one point per evaluation, within an interval that is narrower with more runs."""
    claim = begun().claim_uniform(runs=100)
    assert claim.verdict is Verdict.HELD
    assert claim.upper is not None
    assert 0.8 < claim.threshold < 1 < claim.upper < 1.2
    assert claim.detectable is not None
    assert 0.1 < claim.detectable < 0.3


@pytest.mark.parametrize("fault", ["confined", "repeats", "knows_optimum"])
def test_points_that_are_worth_less_or_more_are_noticed(fault: str) -> None:
    """The claim fails if part of the box is out of reach, points are repeated, or some are drawn to the optimum."""
    (planned,) = (found for found in faults_of(bb.optimizer("random_search"), [fault]) if found.severity == "severe")
    with planted(planting(planned, "random_search"), {}):
        assert begun().claim_uniform(runs=100).verdict is Verdict.FAILED


def test_an_optimizer_that_learns_does_not_draw_uniform_points() -> None:
    """The runs of such an optimizer are worth more random points than they have evaluations."""
    claim = begun("particle_swarm").claim_uniform(runs=20, evaluations=200)
    assert claim.verdict is Verdict.FAILED
    assert (claim.measured or 0) > 1.5


def test_the_share_of_the_box_is_that_of_uniform_points() -> None:
    """This includes values for which the simplex at the best corner does not fit into the box."""
    rng = np.random.default_rng(5)
    slopes, values = (1.0, 10.0, 3.0), np.array([5.0, 20.0, 60.0, 120.0])
    drawn = rng.uniform(0, 10, size=(40_000, 3)) @ np.array(slopes)
    shares = share_below(values, slopes, 10.0)
    assert shares == pytest.approx([(drawn <= value).mean() for value in values], abs=0.01)


@pytest.mark.parametrize("numbers", [{"runs": 0}, {"evaluations": 0}])
def test_numbers_below_one_are_refused(numbers: dict[str, int]) -> None:
    """The message names the number."""
    with pytest.raises(UsageError, match=next(iter(numbers))):
        begun().claim_uniform(**numbers)
