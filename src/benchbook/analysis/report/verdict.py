"""The verdict of a report in a sentence or two."""

from __future__ import annotations

from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.targets import STANDARD_TARGETS
from benchbook.analysis.statistics.friedman import mean_rank_comparison
from benchbook.analysis.statistics.rankings import Scores, aocc_scores
from benchbook.analysis.statistics.tests import signed_rank

_LEVEL = 0.05


def verdict(table: Columns, *, hardest: float = float(STANDARD_TARGETS[-1])) -> str:
    """Return which optimizer has the best area over the convergence curve (AOCC), and whether that is significant.

    Several optimizers are ranked on each function and dimension and compared by the critical difference of mean ranks
    (Nemenyi), two by the signed-rank test. For a single optimizer, the verdict is the number of runs that reach the
    hardest target.

    Args:
        table: The runs, all on functions of one suite.
        hardest: The hardest target.
    """
    known = aocc_scores(table).complete()
    count = f"{len(known.problems)} {'problem' if len(known.problems) == 1 else 'problems'}"
    if len(table.optimizers) < 2:
        solved = int((table.final() <= hardest).sum())
        runs = f"{solved:,} of {table.final().size:,} runs"
        return f"{table.optimizers[0]} comes within {hardest:g} of the optimum in {runs}."
    if not known.problems:
        return "Undecided: there is no problem on which all optimizers have runs and whose optimum is known."
    return _of_two(known, count) if len(known.optimizers) == 2 else _of_several(known, count)


def _of_two(known: Scores, count: str) -> str:
    a, b = known.optimizers
    first, second = known.values[:, 0], known.values[:, 1]
    if first.mean() < second.mean():
        a, b, first, second = b, a, second, first
    better = int((first > second).sum())
    found = signed_rank(first, second, alpha=_LEVEL)
    said = f"{a} has the higher AOCC on {better} of {count} (mean {first.mean():.3f}, {b} {second.mean():.3f})"
    if found.p is None:
        return f"{said}. Whether that is more than chance is undecided: {found.reason}."
    clear = "significant" if found.p < _LEVEL else "not significant"
    return f"{said}; the difference is {clear} (signed-rank test, p = {found.p:.2g})."


def _of_several(known: Scores, count: str) -> str:
    ranks = mean_rank_comparison(known, alpha=_LEVEL)
    best, mean = ranks.optimizers[0], ranks.mean_ranks[0]
    among = f"among {len(ranks.optimizers)} optimizers on {count}"
    said = f"{best} ranks first by AOCC, with a mean rank of {mean:.2f} {among}."
    if ranks.critical_difference is None:
        return f"{said} Whether that is more than chance is undecided: {ranks.reason}."
    near = [
        name
        for name, rank in zip(ranks.optimizers[1:], ranks.mean_ranks[1:], strict=True)
        if rank - mean <= ranks.critical_difference
    ]
    apart = f"critical difference {ranks.critical_difference:.2f}, 5 %"
    if not near:
        return f"{said} It is significantly better than all others ({apart})."
    return f"{said} It is not significantly better than {', '.join(near)} ({apart})."
