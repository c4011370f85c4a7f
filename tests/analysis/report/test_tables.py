"""Fixed budgets, penalized running times and the expensive setting, worked out by hand."""

from __future__ import annotations

import numpy as np

from benchbook.analysis.cells import cells
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.measures.references import Reference, reference
from benchbook.analysis.measures.targets import STANDARD_TARGETS
from benchbook.analysis.report.tables import expensive_tables, fixed_budget_table, penalized_table

INF = float("inf")


def test_fixed_budgets_show_the_median_precision_by_then(made) -> None:
    """In 2-D the medians after 20 and 200 evaluations are shown, and a dash beyond the budget."""
    table = made(
        ("a", "f", 2, 1, 1, 200, [(1, 50.0), (21, 0.5)]),
        ("a", "f", 2, 2, 1, 200, [(20, 7.0)]),
        ("a", "f", 2, 3, 1, 200, [(2, 9.0), (200, 1.0)]),
        ("b", "f", 2, 1, 1, 20, [(1, 3.0)]),
    )
    found = fixed_budget_table(table, cells(table))
    assert found.headers == ("function", "dim", "optimizer", "10 x D", "100 x D")
    assert found.rows == (("f", "2", "a", "9", "1"), ("f", "2", "b", "3", "–"))


def test_a_failure_counts_ten_budgets(made) -> None:
    """PAR10 of hits at 30 and 50 and a failure of 100 evaluations is (30 + 50 + 1000) / 3."""
    table = made(
        ("a", "f", 2, 1, 1, 100, [(30, 0.05)]),
        ("a", "f", 2, 2, 1, 100, [(50, 0.05)]),
        ("a", "f", 2, 3, 1, 100, [(7, 0.5)]),
    )
    found = penalized_table(first_hits(table, np.array([1.0, 0.1, 0.01])), cells(table))
    assert found.headers[3:] == ("1", "0.1", "0.01")
    assert found.rows == (("f", "2", "a", "29", "360", "1,000"),)


def test_the_expensive_setting_takes_the_targets_that_the_reference_reaches_soon(made) -> None:
    """On the sphere in 5-D, the second run needs twice the reference's evaluations and misses the harder target."""
    best = reference("best-2009")
    times = best.evaluations["bbob_f1", 5]
    places = best.run_length_places("bbob_f1", 5, (0.5, 1.2, 3.0, 10.0, 50.0))
    for length, place in zip((0.5, 1.2, 3.0, 10.0, 50.0), places, strict=True):
        if place is None:
            assert times[0] > 5 * length
        else:
            assert times[place] <= 5 * length
            assert place == len(times) - 1 or times[place + 1] > 5 * length
    assert places[-1] == 50  # 12 evaluations for all targets
    table = made(
        ("a", "bbob_f1", 5, 1, 1, 500, [(24, 1e-9)]),
        ("a", "bbob_f1", 5, 2, 1, 500, [(24, 1e-9)]),
        ("b", "bbob_f1", 5, 1, 1, 500, [(12, 1e-9)]),
        ("b", "bbob_f1", 5, 2, 1, 500, [(12, 1.0)]),
        ("a", "mine", 5, 1, 1, 500, [(24, 1e-9)]),
    )
    (found,) = expensive_tables(first_hits(table, STANDARD_TARGETS), cells(table))
    assert [row[:3] for row in found.rows] == [("bbob_f1", "5", name) for name in ("best-2009", "a", "b")]
    assert [row[-1] for row in found.rows] == ["1e-08: 12", "2", "42.7 (1/2)"]  # (12 + 500) / 12


def test_without_the_references_functions_there_is_no_expensive_setting(made) -> None:
    """Functions that the reference does not have get no such targets."""
    table = made(("a", "mine", 5, 1, 1, 500, [(24, 1e-9)]))
    assert expensive_tables(first_hits(table, STANDARD_TARGETS), cells(table)) == ()


def test_a_length_before_the_first_target_has_no_place() -> None:
    """A length before the first target has no place, and one at which a target is just reached has that target's."""
    best = Reference(name="r", citation="", licence="", targets=np.array([10.0, 1.0, 0.1]),
                     evaluations={("f", 2): np.array([4.0, 20.0, INF])}, algorithms={("f", 2): ("x", "x")})  # fmt: skip
    assert best.run_length_places("f", 2, [1, 2, 9.99, 10, 1e9]) == [None, 0, 0, 1, 1]
