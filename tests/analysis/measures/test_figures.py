"""Figures of measures and the report are reproducible, and drawn without a warning when data are missing."""

from __future__ import annotations

import re

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.cells import cells
from benchbook.analysis.measures.ert import expected_running_times
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.plots import (
    Picture,
    critical_difference_figure,
    new_figure,
    optimizer_styles,
    plot_heat_map,
    plot_parameter_effect,
    plot_scaling,
    plot_share_curves,
    plot_trajectory,
    plot_violins,
    profile_grid,
)
from benchbook.analysis.report.pages import as_html, as_latex, write_report
from benchbook.analysis.report.report import report
from benchbook.analysis.statistics.friedman import friedman_nemenyi
from benchbook.analysis.statistics.rankings import data_profile, ert_scores, final_scores, performance_profile

NAMES = ("random_search", "manta_ray_foraging", "differential_evolution")


@pytest.fixture(scope="module")
def runs() -> RunTable:
    """Return runs of three optimizers on three functions in two dimensions, with three seeds each."""
    return RunTable(
        bb.run(name, function, dim=dim, instance=1, seed=seed, budget=60 * dim)
        for name in NAMES
        for function in ("sphere", "bbob_f1", "bbob_f8")
        for dim in (2, 3)
        for seed in (1, 2, 3)
    )


def one(draw) -> str:
    """Return the SVG of the axes that `draw` draws on."""
    figure, axes = new_figure(width=5, height=3)
    assert draw(axes[0]) is axes[0]
    return Picture(figure, "a figure").svg()


DRAWINGS = {
    "profiles": lambda runs: Picture(
        profile_grid([("2-D", [p for p in runs.profile(band=0.9) if p.dim == 2])]), "profiles"
    ).svg(),
    "performance": lambda runs: one(
        lambda axes: plot_share_curves(
            axes,
            performance_profile(
                ert_scores(
                    expected_running_times(first_hits(runs.columns(), np.array([1.0])), cells(runs.columns()))
                )
            ),
        )
    ),
    "data": lambda runs: one(lambda axes: plot_share_curves(axes, data_profile(runs.columns(), 0.1))),
    "heat map": lambda runs: one(
        lambda axes: plot_heat_map(
            axes, np.array([[1.0, np.inf], [np.nan, 0.02]]), rows=["a", "b"], columns=["f", "function"], label="x",
            logarithmic=True,
        )
    ),
    "ranks": lambda runs: Picture(
        critical_difference_figure(friedman_nemenyi(final_scores(runs.columns()))), "ranks"
    ).svg(),
    "undecided ranks": lambda runs: Picture(
        critical_difference_figure(friedman_nemenyi(final_scores(runs.select(function="sphere").columns()))), "ranks"
    ).svg(),
    "violins": lambda runs: one(
        lambda axes: plot_violins(
            axes, {"whale": np.array([1.0, 2, 4, 8, 16, np.inf]), "cma_es": np.ones(6), "a": np.array([0.0])}
        )
    ),
    "parameter": lambda runs: one(
        lambda axes: plot_parameter_effect(
            axes, [50, 5, 10], np.array([[1, 2, 3], [2, 3, 4], [3, 4, 5.0]]), parameter="population", default=50
        )
    ),
    "choice": lambda runs: one(
        lambda axes: plot_parameter_effect(
            axes, ["clip", "wrap"], np.array([[1, 2], [2, 3], [3, 4.0]]), parameter="repair"
        )
    ),
    "scaling": lambda runs: one(
        lambda axes: plot_scaling(
            axes,
            np.array([2.0, 3.0]),
            {
                "a": (np.array([10.0, np.inf]), np.array([5.0, np.inf]), np.array([20.0, np.inf])),
                "b": (np.full(2, np.inf),) * 3,
            },
        )
    ),
    "trajectory": lambda runs: one(
        lambda axes: plot_trajectory(
            axes, bb.problem("sphere", dim=2, instance=1), np.array([[0.0, 1.0], [1.0, 1.0]]), np.zeros(2)
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_the_same_bytes_each_time(name: str, runs: RunTable) -> None:
    """Drawn twice, every figure gives the same SVG, also where values are missing, infinite or equal."""
    first, again = DRAWINGS[name](runs), DRAWINGS[name](runs)
    assert first == again
    assert first.count("<path") > 3


def test_an_optimizer_keeps_its_style_in_any_company() -> None:
    """A known optimizer looks the same alone and among others, and no two optimizers of a figure look alike."""
    alone = optimizer_styles(["whale"])["whale"]
    many = optimizer_styles([*(f"optimizer_{k}" for k in range(15)), "whale", "cma_es", "random_search"])
    assert many["whale"] == alone
    looks = {(style["color"], str(style["linestyle"])) for style in many.values()}
    assert len(looks) == len(many)


def test_the_report_begins_with_the_ledger_and_stands_alone(runs: RunTable, tmp_path) -> None:
    """The ledger comes first, then figures, tables and provenance, and nothing is loaded from the network."""
    page, tables = write_report(report(runs, title="A & <b>", planned=60), tmp_path)
    text = page.read_text()
    places = [text.index(f"<h2>{heading}</h2>") for heading in ("Ledger", "Figures", "Tables", "Provenance")]
    assert places == sorted(places)
    assert "54 runs; planned: 60; missing: 6" in text
    assert "A &amp; &lt;b&gt;" in text
    assert text.count("<svg") >= 4
    assert not re.search(r'(?:src|href)="(?!#|data:)', text)
    assert r"random\_search" in tables.read_text()
    assert "random_search" not in tables.read_text()


def test_ids_of_figures_do_not_mix(runs: RunTable) -> None:
    """Every id on the page is unique."""
    ids = re.findall(r'\bid="([^"]+)"', as_html(report(runs, title="x")))
    assert len(ids) == len(set(ids))


def test_a_report_of_one_run_has_no_comparison(runs: RunTable) -> None:
    """Parts that need several optimizers or dimensions are left out without an exception."""
    made = report(runs[:1], title="one")
    assert made.figures[0][0].startswith("Runtime profiles")
    assert not any("Ranks" in caption for caption, _ in made.figures)
    assert r"\begin{longtable}" in as_latex(made)


def test_a_report_shows_what_the_first_two_optimizers_attain(runs: RunTable) -> None:
    """With moocore, attainment is shown where a run comes within 0.1 of an optimum and there are two optimizers."""
    pytest.importorskip("moocore")
    solved = RunTable(
        bb.run(name, "sphere", dim=2, instance=1, seed=seed, budget=400)
        for name in ("cma_es", "random_search")
        for seed in (1, 2)
    )
    titles = [title for title, _ in report(solved, title="r").figures]
    assert (
        "Attainment of cma_es and random_search, sphere, 2-D: share of runs that had reached the precision by then"
        in titles
    )
    alone = report(solved.select(optimizer="cma_es"), title="r").figures
    assert not [title for title, _ in alone if title.startswith("Attainment")]
