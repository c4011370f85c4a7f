from collections.abc import Callable

import numpy as np
import pytest

from benchbook.analysis import RunTable
from benchbook.errors import UnknownNameError
from benchbook.records import RunRecord

MakeRun = Callable[..., RunRecord]


@pytest.fixture
def runs(make_run: MakeRun) -> RunTable:
    """Return eight runs: two optimizers, two functions, instances 0 and 3."""
    return RunTable(
        make_run([1], [11.0 + instance], optimizer=name, function=function, instance=instance, seed=seed, dim=dim)
        for name, seed in (("b", 1), ("a", 2))
        for function, dim in (("g", 5), ("f", 2))
        for instance in (0, 3)
    )


def test_runs_are_selected_by_values_or_lists_of_them(runs: RunTable) -> None:
    """A run must meet all given conditions, and the order stays."""
    assert len(runs.select(optimizer="a")) == 4
    assert len(runs.select(optimizer=["a", "b"], function="f", instance=0)) == 2
    assert len(runs.select(seed=[1, 9], dim=2)) == 2
    assert len(runs.select(optimizer="whale")) == 0
    with pytest.raises(UnknownNameError, match="unknown optimizer 'none'"):
        runs.select(optimizer="none")
    with pytest.raises(UnknownNameError, match="unknown function 'costs:no'"):
        runs.select(function="costs:no")
    with pytest.raises(UnknownNameError, match="unknown function 'none'"):
        runs.select(seed=1).select(function="none")
    assert list(runs.select()) == list(runs)


def test_shifted_instances_are_all_but_the_textbook_ones(runs: RunTable) -> None:
    """Instance 0 is the textbook function."""
    assert {r.problem.instance for r in runs.shifted()} == {3}


def test_names_are_in_order_of_appearance(runs: RunTable) -> None:
    """Dimensions are sorted, and names are in the planned order."""
    assert (runs.optimizers, runs.functions, runs.dims) == (["b", "a"], ["g", "f"], [2, 5])


def test_a_table_is_a_sequence(runs: RunTable) -> None:
    """A position gives a run, a slice gives a table."""
    assert runs[0].optimizer.name == "b"
    assert isinstance(runs[1:3], RunTable)
    assert len(runs[1:3]) == 2
    assert "8 runs, 0 failed; optimizers: b, a" in repr(runs)


def test_precisions_and_rows(make_run: MakeRun) -> None:
    """A run without a value has an infinite precision, and a missing value in the data frame."""
    runs = RunTable([make_run([1], [12.0]), make_run([], []), make_run([1], [3.0], f_opt=None)])
    assert runs.precisions().tolist() == [2.0, np.inf, np.inf]
    frame = runs.to_pandas()
    assert len(frame) == 3
    assert frame["best_value"].isna().tolist() == [False, True, False]
    assert frame["precision"].isna().tolist() == [False, True, True]
