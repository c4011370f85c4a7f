"""The report of a study: ledger, tables and figures as data; `report_pages` writes them as HTML and LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from benchbook.analysis.cells import Cells, cells
from benchbook.analysis.columns import Columns, columns
from benchbook.analysis.measures.anytime import aocc
from benchbook.analysis.measures.ert import RunningTimes, expected_running_times
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.measures.profiles import group_of
from benchbook.analysis.measures.targets import STANDARD_TARGETS
from benchbook.analysis.report.figures import report_figures
from benchbook.analysis.report.verdict import verdict
from benchbook.errors import UsageError
from benchbook.records import Status

if TYPE_CHECKING:
    from benchbook.analysis.plots.picture import Picture
    from benchbook.analysis.table import RunTable

ERT_TARGETS = (1e1, 1e0, 1e-1, 1e-3, 1e-5, 1e-8)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table of texts, with a caption."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report: the verdict, the ledger, then figures and tables, then where the numbers come from.

    Attributes:
        title: Heading.
        verdict: What the runs come to, in a sentence or two; shown before all else.
        ledger: The outcomes of the runs; shown first.
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
        planned: Number of planned runs; None if no plan tells it.

    Raises:
        UsageError: There is no run, or none that can be read.
    """
    records: list[Any] = list(runs)  # read once, where they lie in a store
    if not records:
        raise UsageError("there is nothing to report: no run can be read")
    table = columns(records)
    groups = cells(table)
    standard = first_hits(table, STANDARD_TARGETS)
    times = expected_running_times(first_hits(table, np.array(ERT_TARGETS)), groups, balance=True)
    return Report(
        title=title,
        verdict=verdict(table),
        ledger=_ledger(records, planned),
        tables=(_ert_table(times), _area_table(table, groups)),
        figures=tuple(report_figures(records, table, groups, standard)),
        provenance=tuple(_provenance(records)),
    )


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


def _ert_table(times: RunningTimes) -> ReportTable:
    rows = []
    for cell, (optimizer, function, dim) in enumerate(times.cells.names):
        texts = []
        for ert, successes in zip(times.ert[cell], times.successes[cell], strict=True):
            shown = "∞" if np.isinf(ert) else f"{ert:,.0f}"
            texts.append(shown if successes in (0, times.runs[cell]) else f"{shown} ({successes}/{times.runs[cell]})")
        rows.append((function, str(dim), optimizer, *texts))
    return ReportTable(
        caption="Expected running time (ERT, evaluations) to f_opt + target; successes in brackets if runs failed",
        headers=("function", "dim", "optimizer", *(f"{target:g}" for target in ERT_TARGETS)),
        rows=tuple(rows),
    )


def _area_table(table: Columns, groups: Cells) -> ReportTable:
    areas, final = aocc(table), table.final()
    rows = []
    for cell, (optimizer, function, dim) in enumerate(groups.names):
        own = groups.runs(cell)
        low, median, high = np.quantile(final[own], [0.25, 0.5, 0.75], method="inverted_cdf")
        numbers = (f"{areas[own].mean():.4f}", f"{low:.3g}", f"{median:.3g}", f"{high:.3g}")
        rows.append((function, str(dim), optimizer, str(len(own)), *numbers))
    return ReportTable(
        caption="Area over the convergence curve (AOCC, 1 is best), and quartiles of the final precision",
        headers=("function", "dim", "optimizer", "runs", "AOCC", "lower quartile", "median", "upper quartile"),
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
