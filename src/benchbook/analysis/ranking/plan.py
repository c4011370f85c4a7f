"""The runs that a candidate needs to be ranked among the optimizers of a baseline: same problems, same budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from benchbook.analysis.comparison.contents import dims_of, functions_of
from benchbook.analysis.suites import one_suite
from benchbook.errors import UsageError, unknown_name
from benchbook.records.published import CellSummary, StudySummary

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePlan:
    """The runs of a candidate.

    Attributes:
        functions: Names.
        dims: Dimensions.
        instances: Instances of each function.
        seeds: Seeds of each instance.
        budget_per_dim: Evaluations per variable; None if `budget` is the same for all.
        budget: Evaluations of each run; None if they depend on the dimension.
        target: Runs stop at this precision; harder targets are not counted.
    """

    functions: tuple[str, ...]
    dims: tuple[int, ...]
    instances: dict[str, tuple[int, ...]]
    seeds: tuple[int, ...]
    budget_per_dim: int | None
    budget: int | None
    target: float


def candidate_plan(
    summary: StudySummary,
    *,
    functions: Sequence[str] | None = None,
    dims: Sequence[int] | None = None,
    budget_per_dim: int | None = None,
) -> CandidatePlan:
    """Return the plan for one more optimizer of a baseline.

    If optimizers of the baseline have different instances or seeds, the candidate gets those of most cells; if they
    have different budgets, it gets the largest.

    Args:
        summary: The summary of the baseline.
        functions: Only these functions; default: all.
        dims: Only these dimensions; default: those in which the baseline has the most optimizers.
        budget_per_dim: Evaluations per variable instead of those of the baseline.

    Raises:
        UsageError: The baseline has no first hits, or a function or dimension is not in it.
    """
    if summary.targets is None or not any(cell.first_hits is not None for cell in summary.cells.values()):
        raise UsageError("the baseline has no first hits, as those of schema version 1; publish its study again")
    for name in functions or ():
        if name not in functions_of(summary):
            raise unknown_name("function of the baseline", name, functions_of(summary))
    for dim in dims or ():
        if dim not in dims_of(summary):
            raise UsageError(f"the baseline has no runs in {dim}-D, only in {', '.join(map(str, dims_of(summary)))}-D")
    if dims is None:
        dims = _usual_dims(summary)
    chosen = [
        cell
        for cell in summary.cells.values()
        if (functions is None or cell.function in functions) and cell.dim in dims
    ]
    if not chosen:
        raise UsageError("the baseline has no runs on the chosen functions in the chosen dimensions")
    one_suite((cell.function for cell in chosen), "the baseline")
    names = [name for name in functions_of(summary) if any(cell.function == name for cell in chosen)]
    per_dim, budget = (budget_per_dim, None) if budget_per_dim is not None else _budget(chosen)
    hardest = float(summary.targets[-1])
    return CandidatePlan(
        functions=tuple(names),
        dims=tuple(sorted({cell.dim for cell in chosen})),
        instances={name: _usual(_instances(cell) for cell in chosen if cell.function == name) for name in names},
        seeds=_usual(map(_seeds, chosen)),
        budget_per_dim=per_dim,
        budget=budget,
        target=max([hardest, *(cell.stop_target for cell in chosen if cell.stop_target is not None)]),
    )


def _usual_dims(summary: StudySummary) -> list[int]:
    """Return the dimensions with the most optimizers, because those that lack a problem are not ranked."""
    pairs = {(cell.optimizer, cell.dim) for cell in summary.cells.values()}
    count = Counter(dim for _, dim in pairs)
    return [dim for dim in dims_of(summary) if count[dim] == max(count.values())]


def _budget(chosen: Sequence[CellSummary]) -> tuple[int | None, int | None]:
    """Return the evaluations per variable, or the number of evaluations if it is the same in all dimensions."""
    if len({cell.dim for cell in chosen}) > 1 and len({cell.budget for cell in chosen}) == 1:
        return None, chosen[0].budget
    return max(-(-cell.budget // cell.dim) for cell in chosen), None


def _instances(cell: CellSummary) -> tuple[int, ...]:
    return tuple(sorted(set(cell.instances.tolist())))


def _seeds(cell: CellSummary) -> tuple[int, ...]:
    """Return the seeds of a cell; if they are unknown, as many as each instance has runs."""
    seeds = sorted(set(cell.seeds.tolist()))
    if seeds[0] >= 0:
        return tuple(seeds)
    return tuple(range(1, max(Counter(cell.instances.tolist()).values()) + 1))


def _usual(values: Iterable[T]) -> Any:
    """Return the most frequent value, the first of several."""
    return Counter(values).most_common(1)[0][0]
