"""How well optimizers solve moved problems: means over runs, with standard errors, for comparison with earlier ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchbook.analysis.measures.anytime import aocc
from benchbook.analysis.table import RunTable
from benchbook.artifacts.run_document import content_digest_of
from benchbook.digests import text_digest
from benchbook.records.benchmark import Quality
from benchbook.selfcheck.cells import runs_of_cell
from benchbook.selfcheck.preset import Preset

OPTIMIZERS = ("manta_ray_foraging", "cma_es", "differential_evolution")
FUNCTIONS = ("bbob_f8", "bbob_f10", "bbob_f15")  # Rosenbrock, a rotated ellipsoid, a rotated Rastrigin
DIM, BUDGET = 5, 5_000


def quality_measures(preset: Preset) -> Iterator[Quality]:
    """Yield a measure for each optimizer and function."""
    for name in OPTIMIZERS:
        for function in FUNCTIONS:
            records = runs_of_cell(name, function, dim=DIM, instances=range(1, preset.seeds + 1), budget=BUDGET)
            areas = aocc(RunTable(records).columns(), BUDGET)
            yield Quality(
                name=f"{name}.{function}",
                text=f"{name} on {function}, {DIM}-D, {BUDGET:,} evaluations: area over the convergence curve",
                value=float(np.mean(areas)),
                error=float(np.std(areas, ddof=1) / np.sqrt(len(areas))),
                runs=len(records),
                digest=text_digest(*(content_digest_of(record) for record in records)),
            )
