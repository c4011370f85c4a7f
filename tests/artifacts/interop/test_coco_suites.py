"""Runs with constraints or two objectives in COCO's formats, read back by cocopp and by benchbook."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.control import first_hit
from benchbook.artifacts.interop import read_coco, write_coco
from benchbook.records import RunRecord

_CASES = {
    "bbob_constrained_f2": ("epsilon_de", (1e3, 1e2, 1e1, 1e0, 1e-1)),
    "bbob_biobj_f1": ("nsga2", tuple(10.0 ** (np.array([0, -2, -4, -8, -10]) / 10))),
}


def _runs(function: str) -> list[RunRecord]:
    optimizer = _CASES[function][0]
    return [
        bb.run(optimizer, function, dim=2, instance=instance, seed=seed, budget=800)
        for instance in (1, 2, 3)
        for seed in (1, 2)
    ]


@pytest.mark.parametrize("function", _CASES)
def test_first_hits_survive_the_way_to_coco_and_back(function: str, tmp_path: Path) -> None:
    """An export that is imported again has the same length and reaches the format's targets at the same evaluations."""
    runs = _runs(function)
    (folder,) = write_coco(runs, tmp_path)
    again = list(read_coco(folder))
    assert [run.problem.name for run in again] == [function] * len(runs)
    assert sorted(run.evaluations for run in again) == sorted(run.evaluations for run in runs)
    for target in _CASES[function][1]:
        hits = sorted(str(first_hit(run, target)) for run in runs)
        assert sorted(str(first_hit(run, target)) for run in again) == hits


@pytest.mark.slow
@pytest.mark.parametrize("function", _CASES)
def test_cocopp_computes_the_same_running_times(function: str, tmp_path: Path) -> None:
    """At the format's targets, cocopp's expected running times of the export are those of the runs with failures."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cocopp's own imports
        cocopp = pytest.importorskip("cocopp")
    runs = _runs(function)
    (folder,) = write_coco(runs, tmp_path)
    # cocopp assumes that all data of a process belong to the suite it loaded first. After constraints, it would add the
    # second column of other logs, here the indicator's value, to the lengths of failed runs.
    cocopp.testbedsettings.reset_current_testbed()
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (data,) = cocopp.load(str(folder))
    targets = list(_CASES[function][1])
    table = RunTable(runs)
    ours = [float(table.ert(target).iloc[0]) for target in targets]
    theirs = [float(data.detERT([target])[0]) for target in targets]
    np.testing.assert_allclose(theirs, ours, rtol=1e-12)
    assert np.isfinite(ours[0])


def test_runs_on_several_suites_have_a_folder_for_each(tmp_path: Path) -> None:
    """Cocopp takes one suite from a folder, so an optimizer with runs on several suites gets several folders."""
    runs = [bb.run("random_search", name, dim=2, instance=1, budget=20) for name in ("bbob_f1", *_CASES)]
    names = [folder.name for folder in write_coco(runs, tmp_path)]
    assert names == ["random_search-bbob", "random_search-bbob-biobj", "random_search-bbob-constrained"]
