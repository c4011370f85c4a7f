from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UnknownNameError, UsageError
from benchbook.records import Status, Stop


def shifted(x: np.ndarray) -> float:
    """Evaluate one point."""
    return float(np.sum((x - 1.25) ** 2))


def test_the_example_of_the_documentation() -> None:
    """A run gives consistent value, solution, evaluations, stop reason and history."""
    record = bb.run("manta_ray_foraging", "rastrigin", dim=10, instance=1, seed=42, budget=2000)
    p = bb.problem("rastrigin", dim=10, instance=1)
    assert isinstance(record.best_value, float)
    assert record.best_solution.shape == (10,)
    assert p(record.best_solution[None, :])[0] == record.best_value == record.history.best_values[-1]
    assert (record.evaluations, record.stop, record.status) == (2000, Stop.BUDGET, Status.DONE)
    assert record.history.evaluations[0] == 1


def test_a_users_own_callable() -> None:
    """A callable gets points of shape (dim,) between the bounds, and a vectorized one gets batches."""
    seen: list[tuple[int, ...]] = []

    def objective(x: np.ndarray) -> float:
        seen.append(x.shape)
        return shifted(x)

    one = bb.run("manta_ray_foraging", objective, bounds=(-5, 5), dim=3, seed=1, budget=120)
    assert set(seen) == {(3,)}
    assert len(seen) == 120
    many = bb.run(
        "manta_ray_foraging",
        lambda x: np.array([shifted(row) for row in x]),
        bounds=(-5, 5),
        dim=3,
        seed=1,
        budget=120,
        vectorized=True,
        f_opt=0.0,
    )
    assert one.precision is None
    assert many.precision == many.best_value
    assert one.best_value < 1.0


class Halving:
    """Halve a box around the best point."""

    def __init__(self, lower: Any, upper: Any, rng: np.random.Generator, *, batch: int = 6) -> None:
        self.lower, self.upper, self.rng, self.batch = lower, upper, rng, batch

    def ask(self) -> np.ndarray:
        """Return the next points."""
        return self.rng.uniform(self.lower, self.upper, (self.batch, len(self.lower)))

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Learn the values."""
        best, width = x[fx.argmin()], 0.45 * (self.upper - self.lower)
        self.lower, self.upper = np.maximum(self.lower, best - width), np.minimum(self.upper, best + width)


def test_a_users_own_class() -> None:
    """A class with ask and tell runs like one of the catalog, and its settings are recorded."""
    record = bb.run(Halving, "sphere", dim=2, instance=1, seed=3, budget=200, settings={"batch": 10})
    assert (record.optimizer.name, record.optimizer.settings) == ("Halving", {"batch": 10})
    assert record.precision < 0.1
    choice = bb.optimizer(Halving, batch=10)
    assert bb.run(choice, "sphere", dim=2, instance=1, seed=3, budget=200).content_digest == record.content_digest


def test_a_problem_knows_its_dimension() -> None:
    """A problem, or bounds given as vectors, need no dim; the default budget is 1,000 x dim."""
    p = bb.problem("ackley", dim=2, instance=4)
    assert bb.run("random_search", p, seed=1).budget == 2000
    record = bb.run("random_search", shifted, bounds=([-1, 2, 0], [3, 5, 2]), seed=1, budget=20)
    assert record.problem.dim == 3
    assert bb.run("random_search", "bbob_f3", dim=2, budget=10).problem.instance == 1
    assert bb.run("random_search", "sphere", dim=2, budget=10).problem.instance == 0


def test_a_target_is_relative_to_the_optimum() -> None:
    """The run stops when f_opt + target is reached."""
    record = bb.run("manta_ray_foraging", "styblinski_tang", dim=2, instance=1, seed=1, budget=5000, target=0.5)
    assert record.stop is Stop.TARGET
    assert record.precision <= 0.5
    assert record.evaluations < 5000


def test_stagnation_ends_a_run() -> None:
    """A constant objective never improves after its first value."""
    record = bb.run("random_search", lambda x: 7.5, bounds=(1, 4), dim=2, budget=5000, stagnation=150)
    assert (record.stop, record.evaluations) == (Stop.STAGNATION, 200)


def test_an_objective_that_raises_is_a_failed_record(caplog: pytest.LogCaptureFixture) -> None:
    """`bb.run` does not raise: the record describes the error, and the log has a warning."""
    calls: list[int] = []

    def objective(x: np.ndarray) -> float:
        calls.append(1)
        if len(calls) == 5:
            raise ZeroDivisionError("no such point")
        return shifted(x)

    record = bb.run("random_search", objective, bounds=(-5, 5), dim=2, seed=1, budget=50)
    assert (record.status, record.stop, record.evaluations) == (Status.FAILED, Stop.ERROR, 4)
    assert record.error.message == "no such point"
    assert record.best_value is not None
    assert "run failed after 4 evaluations, in the objective: ZeroDivisionError: no such point" in caplog.text


def test_an_objective_of_a_wrong_shape_is_a_failed_record() -> None:
    """Anything but one number per point is an error of the objective."""
    record = bb.run("random_search", lambda x: x, bounds=(-5, 5), dim=2, budget=50)
    assert record.error.where == "objective"
    assert "expected one number" in record.error.message


def test_an_objective_without_numbers_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """If all values are NaN the run has failed with a count; if some are, the run has a warning."""
    record = bb.run("random_search", lambda x: np.nan, bounds=(-5, 5), dim=2, budget=50)
    assert (record.status, record.stop, record.invalid_evaluations) == (Status.FAILED, Stop.BUDGET, 50)
    some = bb.run("random_search", lambda x: np.nan if x[0] < 0 else x[0], bounds=(-5, 5), dim=2, budget=50)
    assert some.status is Status.DONE
    assert 0 < some.invalid_evaluations < 50
    assert f"{some.invalid_evaluations} of 50 evaluations of custom:lambda returned no finite number" in caplog.text


BASE: dict[str, Any] = {"optimizer": "random_search", "function": "sphere", "dim": 2, "budget": 10}
CUSTOM: dict[str, Any] = {"optimizer": "random_search", "function": shifted, "budget": 10}


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({**BASE, "optimizer": "manta_ray_foragin"}, UnknownNameError, "did you mean 'manta_ray_foraging'"),
        ({**BASE, "function": "spher"}, UnknownNameError, "unknown function 'spher'; did you mean 'sphere'"),
        ({**BASE, "settings": {"bach": 3}}, UnknownNameError, "did you mean 'batch'"),
        ({**BASE, "settings": {"batch": 0}}, UsageError, "setting 'batch' of random_search is 0"),
        ({**BASE, "dim": 0}, UsageError, "dim is 0"),
        ({**BASE, "dim": None}, UsageError, "dim is missing: 'sphere' needs a dimension"),
        ({**BASE, "function": "bbob_f1", "dim": 1}, UsageError, "dim is 1"),
        ({**BASE, "function": "bbob_f1", "instance": 0}, UsageError, "instance is 0"),
        ({**BASE, "instance": -1}, UsageError, "instance is -1"),
        ({**BASE, "budget": -5}, UsageError, "budget is -5, expected a whole number >= 1"),
        ({**BASE, "budget": 0}, UsageError, "budget is 0, expected a whole number >= 1"),
        ({**BASE, "budget": 2.5}, UsageError, "budget is 2.5"),
        ({**BASE, "budget": True}, UsageError, "budget is True"),
        ({**BASE, "budget": 2**63}, UsageError, "budget is 9223372036854775808, expected at most"),
        ({**BASE, "seed": -1}, UsageError, "seed is -1"),
        ({**BASE, "seed": 2**64}, UsageError, "expected at most 9223372036854775807"),
        ({**BASE, "instance": 2**63}, UsageError, "instance is 9223372036854775808, expected at most"),
        ({**BASE, "stagnation": 0}, UsageError, "stagnation is 0"),
        ({**BASE, "target": "low"}, UsageError, "target is 'low', expected a number"),
        ({**BASE, "target": np.nan}, UsageError, "target is nan, expected a finite number"),
        ({**BASE, "bounds": (-5, 5)}, UsageError, "are for callables; 'sphere' has its own"),
        ({**BASE, "vectorized": True}, UsageError, "are for callables"),
        ({**BASE, "function": 3}, UsageError, "function is 3, expected a name, a problem or a callable"),
        ({**CUSTOM, "dim": 2}, UsageError, "bounds are missing"),
        ({**CUSTOM, "bounds": (-5, 5)}, UsageError, "dim is missing"),
        ({**CUSTOM, "bounds": (5, -5), "dim": 2}, UsageError, "bounds of variable 0 are 5 to -5"),
        ({**CUSTOM, "bounds": ([0, 0], [1, 1, 1])}, UsageError, "the upper bound has length 3, expected 2"),
        ({**CUSTOM, "bounds": (-5, 5), "dim": 2, "target": 1.0}, UsageError, "has no known f_opt"),
    ],
)
def test_bad_input_is_refused_before_any_work(arguments: dict[str, Any], kind: type[Exception], message: str) -> None:
    """Each mistake is an error that names argument and value."""
    with pytest.raises(kind, match=message):
        bb.run(**arguments)


def test_what_a_problem_has_cannot_be_given_again() -> None:
    """A dimension given in addition to a problem could contradict it."""
    with pytest.raises(UsageError, match="dim is given, but the problem 'sphere' has its own"):
        bb.run("random_search", bb.problem("sphere", dim=2), dim=3)


def test_a_run_saved_is_the_run_loaded(tmp_path: Any) -> None:
    """Both compressed forms contain the whole record; another suffix is refused."""
    record = bb.run("random_search", "levy", dim=2, instance=1, seed=2, budget=30)
    for name in ("r.json.zst", "r.json.gz", "r.json"):
        assert bb.load(bb.save(record, tmp_path / "new" / name)) == record
    with pytest.raises(UsageError, match=r"expected \.json\.zst"):
        bb.save(record, tmp_path / "r.txt")


def test_settings_must_be_a_mapping() -> None:
    """Anything else is refused before the run."""
    with pytest.raises(UsageError, match=r"settings is \[1\], expected a mapping"):
        bb.run("whale", "sphere", dim=2, budget=10, settings=[1])  # type: ignore[arg-type]  # a mistake
