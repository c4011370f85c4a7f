"""The rank of a spec's optimizer among those of a published baseline."""

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

    The runs follow the baseline's plan and do not depend on the spec's parameters. They are stored in the spec's folder
    but not counted in its outcome.

    Args:
        spec: The spec.
        baseline: Name of a published baseline, or the folder of a study; default: that of `bb.rank`.
        dims: Dimensions; default: those in which the baseline has the most optimizers.
        functions: Names of functions or groups; default: all of the baseline.
        budget_per_dim: Evaluations per variable; default: the largest of the baseline.
        workers: Number of processes; None: one per processor.

    Raises:
        UsageError: The baseline has no runs to compare with, or a number is out of range.
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
