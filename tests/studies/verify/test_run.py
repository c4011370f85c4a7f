import dataclasses
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.run_document import content_digest_of, run_key, spec_of
from benchbook.errors import UsageError
from benchbook.records import RunRecord


@pytest.fixture(scope="module")
def record() -> RunRecord:
    """Return a run on a shifted problem."""
    return bb.run("manta_ray_foraging", "griewank", dim=2, instance=3, seed=5, budget=300)


def forged(record: RunRecord, **changes: Any) -> RunRecord:
    """Return a changed record with matching digests, as a careful forger would make it."""
    changed = dataclasses.replace(record, **changes)
    return dataclasses.replace(
        changed,
        content_digest=content_digest_of(changed),
        run_key=run_key(spec_of(changed), changed.code_digest),
    )


@pytest.mark.parametrize("function", ["sphere", "bbob_f8", "schwefel"])
@pytest.mark.parametrize("optimizer", ["manta_ray_foraging", "random_search"])
def test_a_run_is_reproduced_to_the_last_bit(optimizer: str, function: str) -> None:
    """A repeated run has the same content digest under the same circumstances."""
    result = bb.verify(bb.run(optimizer, function, dim=2, instance=1, seed=2, budget=220, target=1e-3, stagnation=90))
    assert result.identical
    assert (result.differences, result.reasons) == ((), ())


def test_a_saved_run_is_reproduced(record: RunRecord, tmp_path: Any) -> None:
    """The file contains all that is needed."""
    assert bb.verify(bb.load(bb.save(record, tmp_path / "r.json.gz"))).identical


def test_another_bit_in_the_history_is_found(record: RunRecord) -> None:
    """The message has the evaluation of the first difference, with all digits."""
    values = record.history.best_values.copy()
    values[3] = np.nextafter(values[3], 0.0)
    history = dataclasses.replace(record.history, best_values=values)
    result = bb.verify(forged(record, history=history))
    assert not result.identical
    k = record.history.evaluations[3]
    assert result.differences == (
        f"history from evaluation {k}: value {values[3]:.17g} at {k} then, "
        f"{record.history.best_values[3]:.17g} at {k} now",
    )


def test_a_shorter_history_is_found(record: RunRecord) -> None:
    """If improvements are left out at the end, the first missing one is named."""
    history = dataclasses.replace(
        record.history, evaluations=record.history.evaluations[:-1], best_values=record.history.best_values[:-1]
    )
    n = len(record.history.evaluations)
    result = bb.verify(forged(record, history=history))
    assert result.differences == (
        f"history from evaluation {record.history.evaluations[-1]}: {n - 1} improvements then, {n} now",
    )


def test_another_solution_is_found(record: RunRecord) -> None:
    """The message has the largest difference, or says that one side has no solution."""
    moved = record.best_solution + np.array([0.0, 0.25])
    assert bb.verify(forged(record, best_solution=moved)).differences == ("solution: largest difference 0.25",)
    assert bb.verify(forged(record, best_solution=None)).differences == ("solution: none then, one now",)


def test_edited_settings_give_another_run(record: RunRecord) -> None:
    """A record with other settings is repeated with those, and its history then differs."""
    optimizer = dataclasses.replace(record.optimizer, settings={**record.optimizer.settings, "somersault": 2.5})
    result = bb.verify(forged(record, optimizer=optimizer))
    assert not result.identical
    assert result.differences[0].startswith("history from evaluation ")


@pytest.mark.parametrize(("field", "value"), [("seed", 6), ("budget", 299)])
def test_edited_numbers_give_another_run(record: RunRecord, field: str, value: int) -> None:
    """The run is repeated with the numbers in the record."""
    result = bb.verify(forged(record, **{field: value}))
    assert not result.identical
    assert getattr(result.again, field) == value


def test_other_code_is_a_reason_and_no_difference(record: RunRecord) -> None:
    """Code that changed without changing a bit verifies, and the change is mentioned."""
    result = bb.verify(forged(record, code_digest="0" * 64))
    assert result.identical
    assert result.reasons == ("code: optimizer, problem or loop have changed since",)


def test_other_circumstances_are_named(record: RunRecord) -> None:
    """Different arithmetic, environment and versions are reasons, each with both values."""
    arithmetic = dataclasses.replace(record.environment.arithmetic, blas="mkl 2020", cpu_dispatch=())
    environment = dataclasses.replace(
        record.environment, python="3.9.1", arithmetic=arithmetic, packages={"numpy": "1.0", "old": "2"}
    )
    reasons = bb.verify(dataclasses.replace(record, version="0.0.9", environment=environment)).reasons
    found = " | ".join(reasons)
    for part in (
        "benchbook: 0.0.9 then",
        "arithmetic, blas: mkl 2020 then",
        "environment, python: 3.9.1 then",
        "environment, numpy: 1.0 then",
        "environment, old: 2 then, none now",
    ):
        assert part in found


def test_a_failed_run_is_reproduced() -> None:
    """If the objective raised, it raises again at the same evaluation."""

    def objective(x: np.ndarray) -> float:
        if x[0] > 1.9:
            raise ValueError("too far")
        return float(x[0])

    p = bb.problems.from_callable(objective, bounds=(-1, 2), dim=2)
    record = bb.run("random_search", p, seed=1, budget=200)
    assert record.error is not None
    assert bb.verify(record, function=p).identical


def test_what_is_not_in_the_catalog_must_be_given() -> None:
    """A user's function or class cannot be found, and the message says how to pass it."""

    class Own:
        def __init__(self, lower: Any, upper: Any, rng: Any) -> None:
            self.box = (lower, upper, rng)

        def ask(self) -> np.ndarray:
            """Return the next points."""
            lower, upper, rng = self.box
            return rng.uniform(lower, upper, (5, len(lower)))

        def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
            """Learn the values."""

    p = bb.problems.from_callable(lambda x: float(x.sum()), bounds=(2, 3), dim=2)
    record = bb.run(Own, p, budget=20)
    with pytest.raises(UsageError, match="cannot run 'Own' again"):
        bb.verify(record, function=p)
    with pytest.raises(UsageError, match=r"cannot evaluate 'custom:lambda' again, .*bb.verify\(record, function=...\)"):
        bb.verify(record, optimizer=Own)
    assert bb.verify(record, optimizer=Own, function=p).identical


def test_a_callable_of_the_users_own_is_given_as_it_was_run() -> None:
    """Bounds, dimension, optimum and instance come from the record; only the way of calling has to be given again."""

    def one(x: np.ndarray) -> float:
        return float(((x - 0.5) ** 2).sum())

    def many(x: np.ndarray) -> np.ndarray:
        return ((x - 0.5) ** 2).sum(axis=1)

    circumstances = {"bounds": ([-1, 0], 2), "dim": 2, "seed": 1, "budget": 90, "target": 1e-3, "f_opt": 0.0}
    assert bb.verify(bb.run("whale", one, **circumstances), function=one).identical
    assert bb.verify(bb.run("whale", many, vectorized=True, **circumstances), function=many, vectorized=True).identical
    with pytest.raises(UsageError, match="function is 3"):
        bb.verify(bb.run("whale", one, **circumstances), function=3)  # type: ignore[arg-type]  # a mistake


def test_only_a_record_can_be_verified() -> None:
    """A path or anything else is refused, and the message says how to get a record."""
    with pytest.raises(UsageError, match=r"record is 'r\.json\.zst', expected the record of a run"):
        bb.verify("r.json.zst")  # type: ignore[arg-type]  # a mistake


def test_another_callable_differs() -> None:
    """A different function is detected, with the place of the first difference."""
    record = bb.run("whale", lambda x: float(x.sum()), bounds=(-1, 2), dim=2, seed=1, budget=50)
    result = bb.verify(record, function=lambda x: float(x.sum()) + 1.0)
    assert not result.identical
    assert result.differences[0].startswith("history from evaluation 1:")
    assert "code: optimizer, problem or loop have changed since" in result.reasons
