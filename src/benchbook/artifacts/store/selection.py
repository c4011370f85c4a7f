"""Which runs of a store belong to its plan: conditions over the index, so that no key needs to be listed."""

from __future__ import annotations

from typing import Any

import orjson

from benchbook.artifacts.run_document import combined_code
from benchbook.artifacts.store.manifest import Manifest
from benchbook.artifacts.store.study_plan import StudyPlan
from benchbook.digests import digest
from benchbook.records.study import FunctionPlan

# Columns that identify a run, except for its code.
_SAME_RUN = (
    "optimizer",
    "settings",
    "function",
    "dim",
    "instance",
    "seed",
    "budget",
    "target",
    "stagnation",
)


def planned_runs(manifest: Manifest) -> tuple[str, list[Any]]:
    """Return the condition (with its values) for the runs that count for the plan.

    These are the runs by the planned code. If the manifest reuses stale runs, each missing planned run is replaced by
    one of other code.
    """
    current, current_values = _with_code(manifest.plan)
    if not manifest.reuses_stale:
        return f"({current})", current_values
    of_plan, plan_values = _without_code(manifest.plan)
    same = " AND ".join(f"other.{name} IS runs.{name}" for name in _SAME_RUN)
    codes = [code for codes, _ in _groups(manifest.plan) for code in codes]
    newer = (
        f"SELECT 1 FROM runs AS other WHERE {same} AND (other.code_digest IN {_LIST} "  # noqa: S608  # fixed names
        "OR (other.status = 'done') > (runs.status = 'done') "
        "OR ((other.status = 'done') = (runs.status = 'done') AND other.run_key < runs.run_key))"
    )
    text = f"(({current}) OR ({of_plan} AND NOT runs.code_digest IN {_LIST} AND NOT EXISTS ({newer})))"
    return text, [*current_values, *plan_values, _json(codes), _json(codes)]


def stale_runs(plan: StudyPlan) -> tuple[str, list[Any]]:
    """Return the condition for runs of the plan that were done by other code."""
    text, values = _without_code(plan)
    codes = [code for codes, _ in _groups(plan) for code in codes]
    return f"({text} AND NOT code_digest IN {_LIST})", [*values, _json(codes)]


_LIST = "(SELECT value FROM json_each(?))"


def _with_code(plan: StudyPlan) -> tuple[str, list[Any]]:
    text, values = _frame(plan)
    parts = []
    for codes, instances in _groups(plan):
        parts.append(f"(code_digest IN {_LIST} AND instance IN {_LIST})")
        values += [_json(codes), _json(list(instances))]
    return f"{text} AND ({' OR '.join(parts)})", values


def _without_code(plan: StudyPlan) -> tuple[str, list[Any]]:
    text, values = _frame(plan)
    parts = []
    for function in plan.functions:
        parts.append(f"(function = ? AND instance IN {_LIST})")
        values += [function.name, _json(list(function.instances))]
    return f"{text} AND ({' OR '.join(parts)})", values


def _frame(plan: StudyPlan) -> tuple[str, list[Any]]:
    """Return what all planned runs share."""
    settings = [digest(dict(optimizer.settings)) for optimizer in plan.optimizers]
    pairs = " OR ".join("(optimizer = ? AND settings = ?)" for _ in settings)
    values: list[Any] = []
    for optimizer, name in zip(plan.optimizers, settings, strict=True):
        values += [optimizer.name, name]
    budget = "budget = ?" if plan.budget is not None else "budget = ? * dim"
    text = f"({pairs}) AND dim IN {_LIST} AND seed IN {_LIST} AND {budget} AND target IS ? AND stagnation IS ?"
    number = plan.budget if plan.budget is not None else plan.budget_per_dim
    return text, [*values, _json(list(plan.dims)), _json(list(plan.seeds)), number, plan.target, plan.stagnation]


def _groups(plan: StudyPlan) -> list[tuple[list[str], tuple[int, ...]]]:
    """Return the code digests of the functions that have the same instances."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for function in plan.functions:
        groups.setdefault(function.instances, []).extend(_codes(plan, function))
    return [(codes, instances) for instances, codes in groups.items()]


def _codes(plan: StudyPlan, function: FunctionPlan) -> list[str]:
    return [
        combined_code(optimizer.code, code, plan.loop_code, plan.version)
        for optimizer in plan.optimizers
        for code in dict.fromkeys(function.code.values())
    ]


def _json(values: list[Any]) -> str:
    return orjson.dumps(values).decode()
