import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook import records
from benchbook.records import Claim, History, OptimizerRecord, RunRecord, RunSpec, Verdict, as_plain

DATACLASSES = [item for _, item in inspect.getmembers(records, dataclasses.is_dataclass)]


@pytest.fixture(scope="module")
def record() -> RunRecord:
    """Return a run on a shifted problem."""
    return bb.run("random_search", "ackley", dim=3, instance=2, seed=4, budget=60)


@pytest.mark.parametrize("kind", DATACLASSES)
def test_records_are_frozen_slotted_and_by_keyword(kind: Any) -> None:
    """Records cannot be changed between layers, nor their fields mixed up by position."""
    parameters = kind.__dataclass_params__
    assert parameters.frozen
    assert hasattr(kind, "__slots__")
    assert all(field.kw_only for field in dataclasses.fields(kind))


def test_a_record_cannot_be_changed(record: RunRecord) -> None:
    """Assigning to a field is an error."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.seed = 5  # type: ignore[misc]


def test_records_are_equal_by_value(record: RunRecord) -> None:
    """Arrays are compared number by number, and one bit is a difference."""
    copy = dataclasses.replace(record, best_solution=record.best_solution.copy())
    assert copy == record
    moved = record.best_solution.copy()
    moved[1] = np.nextafter(moved[1], np.inf)
    assert dataclasses.replace(record, best_solution=moved) != record
    assert dataclasses.replace(record, best_solution=None) != record
    assert dataclasses.replace(record, seed=5) != record
    assert record != "a record"


def test_histories_of_other_lengths_differ() -> None:
    """A longer history is different, and the comparison raises no error."""
    a = History(evaluations=np.array([1, 4]), best_values=np.array([2.0, 1.0]))
    b = History(evaluations=np.array([1]), best_values=np.array([2.0]))
    assert a != b


def test_a_record_with_arrays_has_no_hash(record: RunRecord) -> None:
    """Equality by the values of arrays rules out a hash."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(record)


def test_precision_is_the_distance_to_the_optimum(record: RunRecord) -> None:
    """The precision is None, not a number, if the value or the optimum is missing."""
    assert record.precision == record.best_value - record.problem.f_opt
    assert dataclasses.replace(record, best_value=None).precision is None
    unknown = dataclasses.replace(record.problem, f_opt=None)
    assert dataclasses.replace(record, problem=unknown).precision is None
    zero = dataclasses.replace(record.problem, f_opt=0.0)
    assert dataclasses.replace(record, problem=zero, best_value=0.0).precision == 0.0


def test_a_record_shows_itself_in_one_line(record: RunRecord) -> None:
    """The repr says what was run and what the result is."""
    assert repr(record) == (
        "RunRecord(random_search on ackley, dim=3, instance=2, seed=4: "
        f"best_value={record.best_value:.6g}, evaluations=60/60, stop=budget)"
    )
    assert "best_value=none" in repr(dataclasses.replace(record, best_value=None))


def test_plain_values_of_a_record() -> None:
    """Records become dicts, tuples become lists, mappings are copied, and arrays stay."""
    spec = RunSpec(
        optimizer="a", settings={"k": [1]}, function="f", dim=2, instance=0, seed=1, budget=3
    )  # fmt: skip
    plain = as_plain(spec)
    assert plain["settings"] == {"k": [1]}
    assert plain["settings"] is not spec.settings
    assert plain["target"] is None
    assert as_plain((1, 2)) == [1, 2]
    history = as_plain(History(evaluations=np.array([1]), best_values=np.array([0.5])))
    assert history["best_values"].tolist() == [0.5]
    assert as_plain(OptimizerRecord(name="a")) == {"name": "a", "settings": {}}


def test_a_claim_has_no_detail_by_default() -> None:
    """A claim needs only a sentence, a measured value and a verdict."""
    claim = Claim(
        id="a", text="A holds.", measured=1, relation="<=", threshold=2, unit="", verdict=Verdict.HELD
    )  # fmt: skip
    assert claim.detail == ""
    assert claim.verdict == "held"
