"""Planted faults change what they describe, and nothing else."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UnknownNameError, UsageError
from benchbook.optimizers.native.differential_evolution import DifferentialEvolution
from benchbook.protocols import Optimizer
from benchbook.testing.faults import SEVERITIES, WRAPPED_FAULTS, Severity, plant
from benchbook.typing import FloatArray

LOWER, UPPER = np.array([-2.0, -1.0, 0.0]), np.array([4.0, 5.0, 6.0])
OPTIMUM = np.array([3.1, 2.9, 4.7])
UNSEEDED = ("ignores_seed", "global_state")


def play(factory: Callable[..., Optimizer], evaluations: int = 1500, seed: int = 4) -> tuple[FloatArray, FloatArray]:
    """Return points and values of a run on a shifted sphere."""
    settings: dict[str, int] = {} if getattr(factory, "anytime", False) else {"max_evaluations": evaluations}
    optimizer = factory(LOWER, UPPER, np.random.default_rng(seed), **settings)
    points: list[FloatArray] = []
    values: list[FloatArray] = []
    while sum(map(len, values)) < evaluations:
        x = optimizer.ask()
        fx = np.sum((x - OPTIMUM) ** 2, axis=1)
        optimizer.tell(x, fx)
        points.append(x)
        values.append(fx)
    return np.concatenate(points), np.concatenate(values)


def planted(name: str, severity: Severity = "severe") -> Callable[..., Optimizer]:
    """Return differential evolution with a fault."""
    return plant(DifferentialEvolution, name, severity, optimum=OPTIMUM)


def best(factory: Callable[..., Optimizer]) -> float:
    """Return the median of the best values over five runs."""
    return float(np.median([play(factory, seed=seed)[1].min() for seed in range(5)]))


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("name", WRAPPED_FAULTS)
def test_a_fault_changes_the_run_and_stays_in_the_box(name: str, severity: Severity) -> None:
    """The run differs from the intact one, stays inside the bounds, and is reproducible with the same seed."""
    intact, _ = play(DifferentialEvolution)
    faulty, _ = play(planted(name, severity))
    assert not np.array_equal(intact, faulty)
    assert np.all((faulty >= LOWER) & (faulty <= UPPER))
    assert np.array_equal(faulty, play(planted(name, severity))[0]) is (name not in UNSEEDED)


@pytest.mark.parametrize(
    "name", ["forgets", "noise", "permuted", "confined", "coarse", "repeats", "random_points", "frozen"]
)
def test_a_severe_fault_does_harm(name: str) -> None:
    """The best value is worse than that of the intact optimizer."""
    assert best(planted(name)) > best(DifferentialEvolution)


def test_the_flattering_fault_flatters() -> None:
    """An optimizer that knows where the optimum is does better than the intact one."""
    assert best(planted("knows_optimum")) < best(DifferentialEvolution)


def test_restarts_do_harm() -> None:
    """An optimizer that keeps restarting never comes close."""
    assert best(planted("restarts")) > best(DifferentialEvolution)


def test_frozen_variable_does_not_move() -> None:
    """When severe, exactly one variable keeps one value."""
    assert (np.ptp(play(planted("frozen"))[0], axis=0) == 0).sum() == 1


def test_points_are_pulled_to_the_centre() -> None:
    """Each point of the first batch is nearer to the centre, by at most 20 % of its distance."""
    centre = (LOWER + UPPER) / 2
    intact = DifferentialEvolution(LOWER, UPPER, np.random.default_rng(4)).ask() - centre
    pulled = planted("centre")(LOWER, UPPER, np.random.default_rng(4)).ask() - centre
    share = 1 - np.linalg.norm(pulled, axis=1) / np.linalg.norm(intact, axis=1)
    assert np.all((share > 0) & (share <= 0.2))


def test_confined_points_stay_in_the_lower_half() -> None:
    """When severe, no point leaves the lower half of the box."""
    assert np.all(play(planted("confined"))[0] <= (LOWER + UPPER) / 2)


def test_global_state_decides_when_it_is_drawn_from() -> None:
    """With the same global seed, the fault gives the same run."""
    runs: list[FloatArray] = []
    for _ in range(2):
        np.random.seed(3)  # noqa: NPY002 -- the global state is what the fault draws from
        runs.append(play(planted("global_state"))[0])
    assert np.array_equal(runs[0], runs[1])


def test_each_fault_says_what_it_does() -> None:
    """Each fault has its own sentence."""
    assert len({fault.says for fault in WRAPPED_FAULTS.values()}) == len(WRAPPED_FAULTS) >= 12


def test_unknown_names_are_refused() -> None:
    """The message has the nearest name; an unknown severity and a missing optimum are refused."""
    with pytest.raises(UnknownNameError, match="forgets"):
        plant(DifferentialEvolution, "forgts")
    with pytest.raises(UsageError, match="severity"):
        plant(DifferentialEvolution, "forgets", "awful")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="optimum"):
        plant(DifferentialEvolution, "knows_optimum")


def test_no_store_takes_one_fault_for_another() -> None:
    """Name and digest distinguish faults, severities and seeds from each other and from the intact optimizer."""
    planted = [
        plant(DifferentialEvolution, fault, severity) for fault in ("noise", "frozen") for severity in SEVERITIES
    ]
    choices = [bb.optimizer(factory) for factory in (DifferentialEvolution, *planted)]
    assert len({choice.name for choice in choices}) == len({choice.digest() for choice in choices}) == 5
    other = bb.optimizer(plant(DifferentialEvolution, "noise", "mild", seed=1))
    assert other.digest() not in {choice.digest() for choice in choices}


@pytest.mark.parametrize("fault", ["noise", "permuted", "forgets"])
def test_a_point_of_several_values_is_changed_as_a_whole(fault: str) -> None:
    """Objectives and constraints keep their shapes, and are permuted or forgotten together."""

    class Told:
        can = frozenset({"objectives", "constraints"})

        def __init__(self, lower: Any, upper: Any, rng: Any) -> None:
            self.dim = len(lower)

        def ask(self) -> Any:
            return np.full((4, self.dim), 0.5)

        def tell(self, x: Any, fx: Any, gx: Any) -> None:
            self.told = fx, gx

    factory = plant(Told, fault)  # type: ignore[arg-type]
    assert factory.can == Told.can
    made = factory(np.zeros(3), np.ones(3), np.random.default_rng(1))
    fx = np.arange(8.0).reshape(4, 2)
    for _ in range(6):
        made.tell(made.ask(), fx, fx[:, :1] + 100)  # type: ignore[call-arg]
        own, others = made.inside.told  # type: ignore[attr-defined]
        assert own.shape == (4, 2)
        assert others.shape == (4, 1)
        if fault != "noise":
            assert np.array_equal(others[:, 0], own[:, 0] + 100)
