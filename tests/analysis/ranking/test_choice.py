from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchbook.analysis.ranking.choice import choices
from benchbook.analysis.ranking.published import NEVER, library_of, published_hits
from benchbook.records.published import CellSummary, StudySummary

MakeCell = Callable[..., CellSummary]


def published(cells: list[CellSummary]) -> StudySummary:
    """Return a summary of these cells, with three targets."""
    return StudySummary(
        commit=None,
        version="1",
        host=None,
        startup_s={},
        targets=np.array([10.0, 1.0, 0.1]),
        cells={cell.key: cell for cell in cells},
    )


@pytest.fixture
def three(make_cell: MakeCell) -> StudySummary:
    """Return cells of an optimizer that hits all targets early, one that does later, and one with a small budget."""
    cells = []
    for function in ("bbob_f1", "bbob_f2", "bbob_f15"):
        cells += [
            make_cell("fast", function, 2, [[1, 2, 3]] * 4),
            make_cell("lib:slow", function, 2, [[1, 90, 150]] * 4),
            make_cell("lib:brief", function, 2, [[1, 2, 3]] * 4, budget=20),
        ]
    return published(cells)


def test_hits_are_padded_and_counted_by_evaluations_per_variable(three: StudySummary) -> None:
    """A missing hit stays missing, and a hit at the last evaluation of a budget counts."""
    found = published_hits(three)
    slow = found.optimizers.index("lib:slow")
    assert found.hits.shape == (3, 3, 1, 4, 3)
    assert found.reached(45)[slow].tolist() == [[[2] * 4]] * 3
    assert found.reached(44)[slow].tolist() == [[[1] * 4]] * 3
    assert found.checkpoints == [5, 10, 20, 30, 50, 100]


def test_a_cell_with_other_runs_is_not_a_contender(make_cell: MakeCell) -> None:
    """Runs that are not paired with those of the others are left out."""
    cells = [make_cell("a", "bbob_f1", 2, [[1], []]), make_cell("b", "bbob_f1", 2, [[2]])]
    found = published_hits(published(cells))
    assert found.contenders(10, [0], [0]).tolist() == [0]
    assert (found.hits[1] == NEVER).all()


def test_the_best_is_first_in_every_sample_and_short_budgets_are_left_out(three: StudySummary) -> None:
    """At 10 evaluations per variable all are compared, at 20 only those with that budget."""
    found = {(c.structure, c.per_dim): c for c in choices(published_hits(three), samples=50)}
    assert {structure for structure, _ in found} == {"all", "separable", "multi-modal"}
    early, late = found["all", 10.0], found["all", 20.0]
    assert [(p.optimizer, p.mean_rank, p.first) for p in early.picks] == [
        ("fast", 1.5, 1.0),
        ("lib:brief", 1.5, 1.0),
        ("lib:slow", 3.0, 0.0),
    ]
    assert (late.left_out, [p.optimizer for p in late.picks]) == (1, ["fast", "lib:slow"])
    assert (late.picks[0].low, late.picks[0].high, late.picks[1].reached) == (1.0, 1.0, pytest.approx(1 / 3))
    assert (early.functions, found["separable", 10.0].functions) == (3, 2)


def test_an_uncertain_lead_is_shared_among_the_samples(make_cell: MakeCell) -> None:
    """Two optimizers that are each better on half of the functions lead in about half of the samples each."""
    cells = []
    for number in range(1, 9):
        hits = [[1, 2]] * 3, [[1]] * 3
        cells += [
            make_cell(name, f"bbob_f{number}", 2, hits[(number + k) % 2]) for k, name in enumerate(("even", "odd"))
        ]
    best, second = next(c for c in choices(published_hits(published(cells))) if c.structure == "all").picks
    assert best.mean_rank == second.mean_rank == 1.5
    assert 0.5 <= best.first <= 0.75
    assert best.low < 1.3
    assert best.high > 1.7


def test_names_give_the_library() -> None:
    """A name without a library belongs to benchbook."""
    assert (library_of("nlopt:BOBYQA"), library_of("l_shade")) == ("nlopt", "benchbook")
