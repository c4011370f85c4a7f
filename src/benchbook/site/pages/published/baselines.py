"""The page of baselines: what each contains, where it was made, how to check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchbook.analysis.comparison.contents import dims_of, functions_of, optimizers_of
from benchbook.site.pages.published.baseline_data import BaselineView, widest_first
from benchbook.site.pages.published.leaderboard import source
from benchbook.site.pages.spec_views import MISSING, escape, html_table, raw

_HEADERS = ["optimizer", "runs", "evaluations", "mean AOCC", "first hits", "start-up [s]"]


def baselines_page(views: Sequence[BaselineView]) -> str:
    """Return one section per baseline, the widest first, or a sentence if there are none."""
    if not views:
        return "There are no baselines yet: `benchbook baseline publish STUDY --name NAME`.\n"
    return "\n".join(_section(view) for view in widest_first(views))


def _section(view: BaselineView) -> str:
    title = f"### `{view.name}`"
    if view.baseline is None:
        box = (
            '<div class="admonition error"><p class="admonition-title">It cannot be read</p>'
            f"<pre>{escape(view.trouble or MISSING)}</pre></div>"
        )
        return f"{title}\n\n{raw(box)}"
    summary = view.baseline.summary
    cells = list(summary.cells.values())
    host = summary.host
    facts = [
        ("Optimizers", str(len(optimizers_of(summary)))),
        ("Functions", str(len(functions_of(summary)))),
        ("Dimensions", ", ".join(map(str, dims_of(summary)))),
        ("Runs", f"{sum(map(len, cells)):,}"),
        ("Evaluations / dimension", _span(sorted({cell.budget // cell.dim for cell in cells}))),
        ("benchbook", summary.version),
        ("Commit", (summary.commit or MISSING)[:10]),
        ("Processor", host.cpu if host else MISSING),
        ("Python", host.python if host else MISSING),
        ("Arithmetic", host.arithmetic if host else MISSING),
        *([("Libraries", _versions(summary.packages))] if summary.packages else []),
    ]
    rows = "\n".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    table = html_table(_HEADERS, [_row(view, name) for name in optimizers_of(summary)])
    box = f'<section class="bb-outcome" aria-label="Baseline"><dl>\n{rows}\n</dl></section>'
    return f"{title}\n\n{raw(box + table + source(view, base=''))}"


def _row(view: BaselineView, name: str) -> list[str]:
    if view.baseline is None:
        return []
    summary = view.baseline.summary
    own = [cell for cell in summary.cells.values() if cell.optimizer == name]
    areas = [float(cell.aocc.mean()) for cell in own if cell.aocc is not None]
    startup = summary.startup_s.get(name)
    return [
        escape(name),
        f"{sum(map(len, own)):,}",
        f"{sum(int(cell.evaluations.sum()) for cell in own):,}",
        f"{sum(areas) / len(areas):.4f}" if areas else MISSING,
        "kept" if any(cell.first_hits is not None for cell in own) else MISSING,
        MISSING if startup is None else f"{startup:.2g}",
    ]


def _versions(packages: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in packages.items() if name != "benchbook")


def _span(values: list[int]) -> str:
    return f"{values[0]:,}" if len(values) == 1 else f"{values[0]:,} to {values[-1]:,}"
