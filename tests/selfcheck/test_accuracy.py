import numpy as np
import pytest

from benchbook.errors import ExecutionError, UnknownNameError
from benchbook.selfcheck import accuracy, preset
from benchbook.selfcheck.predictions import KINDS, errors_of, prediction_checks


def test_stored_values_cover_every_bbob_function() -> None:
    """The values of 24 functions in three dimensions, with four points each, hold."""
    entries = accuracy.certified()
    assert len(entries) == 72
    assert {len(entry["values"]) for entry in entries} == {4}
    assert accuracy.stored_values().holds


def test_a_wrong_value_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the eighth digit of one function is found."""
    exact = accuracy.problem

    def slightly_wrong(name: str, dim: int, instance: int):  # type: ignore[no-untyped-def]
        made = exact(name, dim=dim, instance=instance)
        if name != "bbob_f8":
            return made
        return lambda x: np.asarray(made(x)) * (1 + 1e-8)

    monkeypatch.setattr(accuracy, "problem", slightly_wrong)
    found = accuracy.stored_values()
    assert not found.holds
    assert found.detail.startswith("bbob_f8")


def test_an_optimizer_that_is_not_repeatable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the three ways to run is compared with the run alone."""
    digests = iter([["a"] * 20, ["a"] * 19 + ["b"], ["a"] * 20])
    monkeypatch.setattr(accuracy, "digests_alone", lambda: next(digests))
    assert [check.holds for check in accuracy.determinism()] == [len(accuracy.NATIVE) < 20, False, False]


def test_optima_budgets_and_round_trips_hold() -> None:
    """The cheap checks hold as in the suite."""
    for check in (accuracy.optima(), accuracy.budgets(), accuracy.round_trip()):
        assert check.holds, check


def test_predictions_are_within_a_fifth_after_the_second_step() -> None:
    """This holds for each kind of pipeline, with parallel steps, and for a pace that no earlier run had."""
    checks = list(prediction_checks())
    assert len(checks) == len(KINDS)
    assert [check for check in checks if not check.holds] == []


def test_a_prediction_of_uneven_steps_without_weights_or_history_is_off() -> None:
    """The measure can fail: nothing indicates that the second step takes thirty times as long as the first."""
    from dataclasses import replace

    uneven = replace(KINDS[2], earlier=0)
    assert max(abs(error) for done, error in errors_of(uneven, 1).items() if done == 2) > 0.2


def test_presets_have_aliases_and_others_are_refused() -> None:
    """The message offers the nearest names."""
    assert (preset("fast").name, preset("quality").name) == ("quick", "full")
    with pytest.raises(UnknownNameError, match="quick"):
        preset("quik")


def test_a_suite_that_measured_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty part is an error, not a success."""
    from benchbook.selfcheck import suite

    for name in ("accuracy_checks", "quality_measures"):
        monkeypatch.setattr(suite, name, lambda which: iter(()))
    for name in ("prediction_checks", "stereo_checks", "footprint_checks"):
        monkeypatch.setattr(suite, name, lambda: iter(()))
    monkeypatch.setattr(suite, "speed_measures", lambda which: iter(()))
    with pytest.raises(ExecutionError, match="measured nothing of checks"):
        suite.run_suite(preset("quick"))
