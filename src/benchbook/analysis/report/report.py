"""The report of a study: ledger, tables and figures as data; `pages` writes them as HTML and LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchbook.analysis.cells import cells
from benchbook.analysis.columns import Columns, columns
from benchbook.analysis.measures.ert import expected_running_times
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.measures.profiles import group_of
from benchbook.analysis.report.figures import report_figures
from benchbook.analysis.report.front_figures import front_figures
from benchbook.analysis.report.tables import (
    ERT_TARGETS,
    ReportTable,
    area_table,
    ert_table,
    expensive_tables,
    fixed_budget_table,
    penalized_table,
)
from benchbook.analysis.report.verdict import verdict
from benchbook.analysis.suites import SINGLE, TARGETS, split, suite_of
from benchbook.errors import UsageError
from benchbook.records import Status

if TYPE_CHECKING:
    from benchbook.analysis.plots.drawing.picture import Picture
    from benchbook.analysis.table import RunTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report: the verdict, the ledger, figures and tables, and the origin of the numbers.

    Attributes:
        title: Heading.
        verdict: The result in a sentence or two, shown first.
        ledger: The outcomes of the runs, shown next.
        tables: Tables.
        figures: Captions and pictures.
        provenance: Names and values.
    """

    title: str
    verdict: str
    ledger: ReportTable
    tables: tuple[ReportTable, ...]
    figures: tuple[tuple[str, Picture], ...]
    provenance: tuple[tuple[str, str], ...] = field(default_factory=tuple)


def report(runs: RunTable, *, title: str, planned: int | None = None) -> Report:
    """Return the report of some runs.

    Args:
        runs: The runs.
        title: Heading.
        planned: Number of planned runs; None if there is no plan.

    Raises:
        UsageError: There are no runs, or none can be read.
    """
    records: list[Any] = list(runs)  # a store is read only once
    if not records:
        raise UsageError("there is nothing to report: no run can be read")
    suites = split(columns(records))
    several = len(suites) > 1
    parts = []
    for suite, table in suites:
        own = [record for record in records if suite_of(record.problem.name) == suite] if several else records
        parts.append(_part(own, table, suite, name=suite if several else None))
    return Report(
        title=title,
        verdict=" ".join(said for said, _, _ in parts),
        ledger=_ledger(records, planned),
        tables=tuple(table for _, tables, _ in parts for table in tables),
        figures=tuple(figure for _, _, figures in parts for figure in figures),
        provenance=tuple(_provenance(records)),
    )


def _part(
    records: Sequence[Any], table: Columns, suite: str, *, name: str | None
) -> tuple[str, list[ReportTable], list[tuple[str, Picture]]]:
    """Return verdict, tables and figures of the runs on one suite; `name` is in their captions if there are several."""
    groups = cells(table)
    standard = first_hits(table, TARGETS[suite])
    hits = first_hits(table, np.array(ERT_TARGETS[suite]))
    times = expected_running_times(hits, groups, balance=True)
    tables = [
        ert_table(times, hits.targets),
        area_table(table, groups),
        fixed_budget_table(table, groups),
        penalized_table(hits, groups),
        *(expensive_tables(standard, groups) if suite == SINGLE else ()),
    ]
    figures = [*front_figures(records), *report_figures(records, table, groups, standard)]
    said = verdict(table, hardest=ERT_TARGETS[suite][-1])
    if name is None:
        return said, tables, figures
    named = [replace(item, caption=f"{name}. {item.caption}") for item in tables]
    return f"{name}: {said}", named, [(f"{name}. {caption}", picture) for caption, picture in figures]


def _configured(optimizer: Any) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in optimizer.settings.items())
    return f"{optimizer.name} ({settings})" if settings else str(optimizer.name)


def _ledger(records: Sequence[Any], planned: int | None) -> ReportTable:
    rows = []
    for name in dict.fromkeys(record.optimizer.name for record in records):
        own = [record for record in records if record.optimizer.name == name]
        stops = [str(getattr(record, "stop", None) or "unknown") for record in own]
        failed = sum(record.status is Status.FAILED for record in own)
        timed_out = sum(stop == "timeout" for stop in stops)
        spent = sum(record.evaluations for record in own)
        done = (
            len(own)
            - failed
            - sum(
                stop == "timeout" and record.status is not Status.FAILED
                for stop, record in zip(stops, own, strict=True)
            )
        )
        rows.append((name, *(f"{n:,}" for n in (len(own), done, failed, timed_out, spent))))
    missing = "unknown" if planned is None else f"{planned - len(records):,}"
    plan = "unknown" if planned is None else f"{planned:,}"
    caption = f"Ledger: {len(records):,} runs; planned: {plan}; missing: {missing}"
    return ReportTable(
        caption=caption,
        headers=("optimizer", "runs", "done", "failed", "timed out", "evaluations"),
        rows=tuple(rows),
    )


def _provenance(records: Sequence[Any]) -> list[tuple[str, str]]:
    def several(values: list[str]) -> str:
        return ", ".join(dict.fromkeys(value for value in values if value)) or "unknown"

    environments = [getattr(record, "environment", None) for record in records]
    hosts = [getattr(record, "host", None) for record in records]
    functions = dict.fromkeys(record.problem.name for record in records)
    return [
        ("benchbook", several([str(getattr(record, "version", "")) for record in records])),
        ("commit", several([str(getattr(record, "commit", "") or "") for record in records])),
        ("host", several([f"{host.name} ({host.machine})" for host in hosts if host])),
        ("python", several([f"{env.python}, {env.cpu}" for env in environments if env])),
        ("arithmetic", several(["pinned" if env.arithmetic.pinned else "not pinned" for env in environments if env])),
        ("optimizers", several([_configured(record.optimizer) for record in records])),
        ("functions", ", ".join(functions)),
        ("groups", several([group_of(name) for name in functions])),
    ]
