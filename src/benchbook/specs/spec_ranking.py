"""Where the optimizer of a spec stands among those of a published baseline."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchbook.specs.spec_base import SpecBase
from benchbook.studies.rank import RankedOptimizer
from benchbook.studies.rank import rank as rank_optimizer


def rank(
    spec: SpecBase,
    *,
    baseline: str | Path | None = None,
    dims: int | Iterable[int] | None = None,
    functions: str | Iterable[str] | None = None,
    budget_per_dim: int | None = None,
    workers: int | None = 1,
) -> RankedOptimizer:
    """Rank the optimizer of the spec, with its settings, among those of a published baseline; see `bb.rank`.

    The runs are those of the baseline's plan, whatever the spec's parameters are. They are stored in the spec's folder,
    and are not among the runs that its outcome counts.

    Args:
        spec: The spec.
        baseline: Name of a published baseline, or the folder of a study; default: as `bb.rank`.
        dims: Dimensions; default: those in which the baseline has the most optimizers.
        functions: Names of functions or groups; default: all of the baseline.
        budget_per_dim: Evaluations per variable; default: the largest of the baseline.
        workers: Processes; None: one for each processor.

    Raises:
        UsageError: The baseline has no runs to compare with, or a number is out of its range.
    """
    return rank_optimizer(
        spec.optimizer,
        baseline=baseline,
        dims=dims,
        functions=functions,
        budget_per_dim=budget_per_dim,
        workers=workers,
        out=spec.folder / "rank",
    )
