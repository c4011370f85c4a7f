"""Targets: precisions above the optimum that a run may reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchbook.analysis.cells import cells
from benchbook.analysis.columns import Columns
from benchbook.errors import UsageError
from benchbook.typing import FloatArray

# COCO's 51 targets, 10**2, 10**1.8, ..., 10**-8 (Hansen et al. 2016, https://arxiv.org/abs/1605.03560).
STANDARD_TARGETS: FloatArray = 10.0 ** np.round(np.linspace(2, -8, 51), 1)
# Those of constrained problems: 10**2 to 10**-6.
CONSTRAINED_TARGETS: FloatArray = STANDARD_TARGETS[:41]
# Those of two objectives: 1 to 1e-5 in steps of 10**0.1, 0, and -1e-5 to -1e-4, as a run may be better than the
# reference (Brockhoff et al. 2016, https://arxiv.org/abs/1605.01746).
BIOBJ_TARGETS: FloatArray = np.concatenate(
    (10.0 ** np.round(np.linspace(0, -5, 51), 1), [0.0], -(10.0 ** np.round(np.linspace(-5, -4, 6), 1)))
)
# Evaluations per dimension at which a reference algorithm defines the targets of the expensive setting.
RUN_LENGTHS = (0.5, 1.2, 3.0, 10.0, 50.0)
FINAL_TARGET = 1e-8
for _targets in (STANDARD_TARGETS, CONSTRAINED_TARGETS, BIOBJ_TARGETS):
    _targets.flags.writeable = False


def as_targets(targets: float | Sequence[float] | FloatArray | None) -> FloatArray:
    """Return targets as an array, as given; the standard 51 for None.

    Raises:
        UsageError: There is none, or one is not a positive finite number.

    Examples:
        >>> as_targets(1e-8).tolist()
        [1e-08]
        >>> len(as_targets(None))
        51
    """
    if targets is None:
        return STANDARD_TARGETS
    try:
        made = np.atleast_1d(np.asarray(targets, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise UsageError(f"targets are {targets!r}, expected positive finite numbers above f_opt") from error
    if made.ndim != 1 or not len(made) or not np.all(np.isfinite(made) & (made > 0)):
        raise UsageError(f"targets are {targets!r}, expected positive finite numbers above f_opt")
    return made


def run_length_targets(
    reference: Columns, lengths: Sequence[float] = RUN_LENGTHS, *, hardest: float = FINAL_TARGET
) -> Mapping[tuple[str, int], FloatArray]:
    """Return for each function and dimension the targets that a reference reaches at given run lengths.

    For each length r the target is the least precision of the standard grid (10**0.2 steps, down to `hardest`) whose
    ERT under the reference is at most r x dim; where even the easiest one takes longer, it is the median precision of
    the reference after r x dim evaluations. This is the expensive setting of COCO (Hansen et al. 2016, section 4.2).

    Args:
        reference: Runs of one optimizer.
        lengths: Evaluations per dimension.
        hardest: No target is below.

    Returns:
        Targets by (function, dim), each of shape `(lengths,)`.

    Raises:
        UsageError: The table holds runs of several optimizers, or none.
    """
    from benchbook.analysis.measures.anytime import precisions_at
    from benchbook.analysis.measures.ert import expected_running_times
    from benchbook.analysis.measures.first_hits import first_hits

    if len(np.unique(reference.optimizer)) != 1:
        raise UsageError(f"the reference has {len(np.unique(reference.optimizer))} optimizers, expected 1")
    grid = 10.0 ** np.arange(20, np.log10(hardest) - 0.1, -0.2).round(1)
    groups = cells(reference)
    ert = expected_running_times(first_hits(reference, grid), groups).ert
    found: dict[tuple[str, int], FloatArray] = {}
    for cell, (_, function, dim) in enumerate(groups.names):
        own = reference.pick(groups.runs(cell))
        within = [np.flatnonzero(ert[cell] <= length * dim) for length in lengths]
        budgets = np.maximum(1, np.ceil(np.array(lengths) * dim)).astype(np.int64)
        median = np.median(precisions_at(own, budgets), axis=0)
        found[function, dim] = np.array(
            [grid[hit[-1]] if len(hit) else max(median[k], hardest) for k, hit in enumerate(within)]
        )
    return found
