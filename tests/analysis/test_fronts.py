"""What several runs attain, and how it is drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.fronts import attained, front, front_at, front_attainment
from benchbook.analysis.plots.fronts import front_attainment_grid
from benchbook.analysis.report.front_figures import front_figures
from benchbook.analysis.report.report import report
from benchbook.errors import UsageError
from benchbook.typing import FloatArray

_POINT = st.tuples(st.integers(0, 6), st.integers(0, 6))
_RUNS = st.lists(st.lists(_POINT, min_size=1, max_size=8), min_size=1, max_size=5)


def _fronts(runs: list[list[tuple[int, int]]]) -> list[FloatArray]:
    return [front(np.array(points, dtype=np.float64)) for points in runs]


@given(_RUNS)
@settings(max_examples=100)
def test_surfaces_are_moocores(runs: list[list[tuple[int, int]]]) -> None:
    """For every number of runs the corners equal those of moocore's empirical attainment function."""
    moocore = pytest.importorskip("moocore")
    fronts = _fronts(runs)
    numbers = np.repeat(np.arange(1, len(fronts) + 1), [len(points) for points in fronts])
    for least in range(1, len(fronts) + 1):
        theirs = moocore.eaf(np.concatenate(fronts), numbers, percentiles=[100 * least / len(fronts)])[:, :2]
        assert attained(fronts, least).tolist() == sorted(theirs.tolist())


@given(_RUNS)
@settings(max_examples=50)
def test_the_median_lies_between_the_best_and_the_worst(runs: list[list[tuple[int, int]]]) -> None:
    """What all runs attain, half of them attain, and what half of them attain, one does."""
    found = front_attainment("runs", _fronts(runs))
    for worse, better in ((found.worst, found.median), (found.median, found.best)):
        assert all((better <= point).all(axis=1).any() for point in worse)


def test_without_fronts_there_is_nothing_to_attain() -> None:
    """The message names the runs."""
    with pytest.raises(UsageError, match="nsga2 has no fronts"):
        front_attainment("nsga2", [])


def test_a_report_shows_the_fronts_of_runs_with_archives() -> None:
    """The fronts of the largest dimension are drawn with the number of runs; runs without archives have no figure."""
    runs = [
        bb.run(name, "bbob_biobj_f1", dim=2, instance=1, seed=seed, budget=600)
        for name in ("nsga2", "random_search")
        for seed in (1, 2, 3)
    ]
    made = report(RunTable(runs), title="fronts")
    (table,) = [item for item in made.tables if item.caption.startswith("Fronts at the end")]
    pytest.importorskip("moocore")
    assert [row[:4] for row in table.rows] == [
        ("bbob_biobj_f1", "2", "nsga2", "3"), ("bbob_biobj_f1", "2", "random_search", "3")
    ]  # fmt: skip
    values = [bb.front_measures(run).hypervolume[0] for run in runs[:3]]
    assert float(table.rows[0][4]) == pytest.approx(np.median(values), rel=1e-3)
    caption, picture = made.figures[0]
    assert caption.startswith("Fronts, 2-D")
    assert "nsga2 3 runs" in picture.alt
    assert front_figures([bb.run("random_search", "sphere", dim=2, seed=1, budget=10)]) == []


def test_lines_go_through_the_corners_of_the_median() -> None:
    """The line drawn is the computed one."""
    record = bb.run("nsga2", "bbob_biobj_f1", dim=2, seed=1, budget=800)
    assert record.archive is not None
    item = front_attainment("nsga2", [front_at(record.archive)])
    figure = front_attainment_grid([("one", [item])])
    drawn = np.asarray(figure.axes[0].lines[0].get_xydata())
    assert all((drawn == corner).all(axis=1).any() for corner in item.median)
