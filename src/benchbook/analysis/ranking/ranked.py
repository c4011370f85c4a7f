"""The ranking of a candidate among the optimizers of a baseline, computed from its runs; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.analysis.comparison.baselines import Baseline
from benchbook.analysis.measures.references import DRAWN, Reference, reference
from benchbook.analysis.ranking.field import Field, field_of
from benchbook.analysis.ranking.fixed_budgets import fixed_budgets
from benchbook.analysis.ranking.running_times import field_profiles, running_times
from benchbook.analysis.ranking.standing import contenders, parts, standings
from benchbook.analysis.ranking.summary import counted
from benchbook.artifacts.run_view import RunView
from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.errors import UsageError
from benchbook.records import OptimizerRecord, Status
from benchbook.records.ranking import Ranking, RankingBaseline

CHECKPOINTS = (10.0, 100.0, 1000.0)


def ranked(
    baseline: Baseline,
    records: Sequence[RunView],
    *,
    label: str,
    version: str,
    commit: str | None = None,
    hardest: float = 0.0,
    clock: Clock = SYSTEM_CLOCK,
) -> Ranking:
    """Return the ranking of a candidate.

    Args:
        baseline: The published optimizers.
        records: Runs of the candidate.
        label: Its label, which no published optimizer has.
        version: Version of benchbook.
        commit: Commit of the repository in which benchbook was called.
        hardest: Targets below this precision are not counted.
        clock: Stamps it.

    Raises:
        UsageError: There are no runs, or no published optimizer can be compared with them.
    """
    field = field_of(baseline.summary, records, label, hardest=hardest)
    checkpoints, notes = _checkpoints(field)
    stands = standings(field, checkpoints)
    references = _references(field)
    best = references[0] if references else None
    single_best = next(place.optimizer for place in stands[-1].places if place.verdict is not None)
    summary = baseline.summary
    if summary.version != version:
        notes.append(
            f"the baseline was made by benchbook {summary.version}, this is {version}: benchbook verify "
            f"{baseline.name} --sample 50 says whether its runs are still reproduced"
        )
    if summary.targets is not None and len(field.targets) < len(summary.targets):
        notes.append(f"targets below {field.targets[-1]:g} are not counted, because runs of the baseline stop there")
    return Ranking(
        candidate=label,
        optimizer=OptimizerRecord(name=records[0].optimizer.name, settings=dict(records[0].optimizer.settings)),
        created_at=timestamp(clock.now()),
        version=version,
        commit=commit,
        baseline=RankingBaseline(name=baseline.name, created_at=baseline.created_at, version=summary.version),
        functions=tuple(dict.fromkeys(function for function, _ in field.problems)),
        dims=tuple(sorted({dim for _, dim in field.problems})),
        repetitions=min(spent.shape[1] for spent in field.spent),
        runs=len(records),
        failed=sum(record.status is Status.FAILED for record in records),
        evaluations=sum(record.evaluations for record in records),
        budget_per_dim=float(field.budgets[0]),
        targets=tuple(field.targets.tolist()),
        reference=None if best is None else best.name,
        standings=stands,
        parts=parts(field, checkpoints[-1]),
        times=running_times(field, best),
        profiles=field_profiles(field, references, single_best),
        failures=field.failures,
        notes=(*notes, *field.notes),
        budgets=fixed_budgets(field, [standing.per_dim for standing in stands]),
    )


def _checkpoints(field: Field) -> tuple[list[float], list[str]]:
    """Return the numbers of evaluations per variable at which the field is ranked, with notes on them.

    If the candidate's budget is not one of the usual numbers, it is also ranked at the end of its budget.
    """
    own = float(field.budgets[0])
    usual = [x for x in CHECKPOINTS if x <= own * (1 + 1e-9)]
    within = usual if usual and np.isclose(usual[-1], own) else [*usual, own]
    found = [x for x in within if len(contenders(field, x)) > 1]
    notes = [f"no published optimizer has {x:,g} evaluations per variable" for x in within if x not in found]
    notes += [
        f"after {x:,g} evaluations per variable {counted(gone, 'published optimizer')} "
        f"{'is' if gone == 1 else 'are'} left out: the budget ends earlier"
        for x in found
        if (gone := len(field.optimizers) - len(contenders(field, x)))
    ]
    if found:
        return found, notes
    shared = float(np.minimum(field.budgets[1:].max(), own))
    if shared <= 0:
        raise UsageError("the optimizers of the baseline have no evaluations to be compared at")
    return [shared], notes


def _references(field: Field) -> list[Reference]:
    """Return the references that have some of the problems; running times are divided by those of the first."""
    found = [reference(name) for name in DRAWN]
    return [best for best in found if any(problem in best.evaluations for problem in field.problems)]
