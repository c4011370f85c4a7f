"""The performance smoke test of tracked studies and specs: a small fixed run that never changes."""

from __future__ import annotations

from collections.abc import Callable

SMOKE = "differential evolution on rastrigin, 10-D, shifted"
AMOUNT = 1000  # evaluations


def smoke_work() -> Callable[[], object]:
    """Return the work: loop, optimizer, function and history, of a run that is not stored."""

    def work() -> object:
        from benchbook.studies.runs.run import run

        return run("differential_evolution", "rastrigin", dim=10, instance=1, seed=1, budget=AMOUNT)

    return work
