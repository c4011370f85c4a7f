"""An example of a report by `benchbook report`, from the runs of executed specs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchbook.analysis import RunTable
from benchbook.analysis.report.pages import as_html
from benchbook.analysis.report.report import report
from benchbook.artifacts.store.store import Store
from benchbook.optimizers import CONTROL
from benchbook.records import RunRecord
from benchbook.site.pages.home_picture import runs_of_outcome
from benchbook.site.pages.spec_views import SpecView, raw

REPORT_FILE = "example-report.html"
OPTIMIZERS = ("cma_es", "differential_evolution", "manta_ray_foraging", "particle_swarm")
_MISSING = "There is no example here yet: it is made from executed specs (`benchbook spec run`)."


def example_report(views: Sequence[SpecView], artifacts: Path) -> str | None:
    """Return the report on some executed specs as a page; None if fewer than two of them were executed."""
    records: dict[str, RunRecord] = {}
    executed = [view for view in views if view.name in OPTIMIZERS and view.outcome is not None]
    for view in executed:
        if view.outcome is not None:
            kept = runs_of_outcome(view.outcome, Store(artifacts / view.name / "runs").records())
            records |= {run.run_key: run for run in kept if run.optimizer.name in (view.name, CONTROL)}
    names = {run.optimizer.name for run in records.values()} - {CONTROL}
    if len(names) < len(OPTIMIZERS[:2]):
        return None
    # Only shifted problems: with the optimum at the origin, some optimizers would look better than they are.
    runs = RunTable(records.values()).twins()
    return as_html(report(runs, title="Example: the quick specs of some optimizers, on shifted problems"))


def report_link(page: str | None) -> str:
    """Return a link to the example, or a sentence if there is none."""
    if page is None:
        return _MISSING
    return raw(f'<p><a href="../_static/{REPORT_FILE}">An example, made from the specs on this site</a>.</p>')
