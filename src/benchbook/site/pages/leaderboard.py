"""The leaderboard's page and its short form for the front page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from benchbook.analysis.comparison.leaderboard import Leaderboard, dims_of, groups_of, leaderboard, optimizers_of
from benchbook.site.pages.baseline_data import BaselineView, as_json, drawable, script_name, styles, verify_command
from benchbook.site.pages.spec_views import MISSING, escape, html_table, raw

HEADERS = ("", "optimizer", "mean rank", "AOCC", "targets reached", "solved", "µs / eval.")
_NONE = "There is no baseline for a leaderboard yet: `benchbook baseline publish STUDY --name NAME`.\n"
_SHORT = 5


def leaderboard_page(views: Sequence[BaselineView]) -> str:
    """Return the leaderboard of the largest baseline with equal budgets, or a sentence if there is none."""
    found = drawable(views)[:1]
    if not found or found[0].baseline is None:
        return _NONE
    view, summary = found[0], found[0].baseline.summary
    dims, groups = dims_of(summary), groups_of(summary)
    optimizers = optimizers_of(summary)
    boards = {
        f"{dim or 'all'}|{group or 'all'}": _board(leaderboard(summary, dim=dim, group=group), optimizers)
        for dim in (None, *dims)
        for group in (None, *groups)
    }
    data = {
        "baseline": view.name,
        "dims": ["all", *map(str, dims)],
        "groups": ["all", *groups],
        "optimizers": styles(optimizers),
        "boards": boards,
    }
    table = html_table(HEADERS, _rows(leaderboard(summary)), css="bb-table bb-ranking")
    return raw(
        f'<div id="bb-leaderboard" class="bb-app">\n<div class="bb-controls"></div>\n'
        f'{table}\n<h2 class="bb-h2">Critical difference</h2>\n'
        "<p>Ranks connected by a bar do not differ significantly: their means differ by less than the critical "
        "difference (Friedman and Nemenyi, 5 %).</p>\n"
        '<div class="bb-ranks"></div>\n<h2 class="bb-h2">Runtime profiles by group</h2>\n'
        "<p>Share of targets reached within a number of evaluations per variable. A cross: half of the runs "
        "have ended. The wide grey line on BBOB is <code>best-2009</code>: for each target the shortest expected "
        'running time of the algorithms that were published in 2009.</p>\n<div class="bb-panels"></div>\n'
        f"{source(view, base='')}\n</div>\n"
        f'<script type="application/json" id="bb-leaderboard-data">{as_json(data)}</script>\n'
        + scripts(script_name(view), "charts.js", "leaderboard.js")
    )


def front_leaderboard(views: Sequence[BaselineView]) -> str:
    """Return the best optimizers of the largest baseline with equal budgets, or a sentence if there is none."""
    found = drawable(views)[:1]
    if not found or found[0].baseline is None:
        return _NONE
    summary = found[0].baseline.summary
    board = leaderboard(summary)
    problems = board.comparison.problems
    rows = [row[:5] for row in _rows(board)[:_SHORT]]
    table = html_table(HEADERS[:5], rows, css="bb-table bb-ranking")
    about = (
        f"<p>The first {len(rows)} of {len(board.standings)} optimizers on {problems} problems in "
        f"{', '.join(map(str, dims_of(summary)))} dimensions.</p>"
    )
    return raw(f"{table}\n{about}\n{source(found[0], base='')}")


def source(view: BaselineView, *, base: str) -> str:
    """Return the source of the numbers and how to check them; `base` leads from the page to the site's root."""
    published = MISSING if view.baseline is None else view.baseline.created_at[:10]
    artifact = escape(view.artifact)
    return (
        f'<p class="bb-source">From <a href="{base}_static/{artifact}" download>{artifact}</a>, '
        f"published {escape(published)}. Repeat some of its runs: <code>{escape(verify_command(view))}</code></p>"
    )


def scripts(*names: str) -> str:
    """Return the elements that load scripts of the static folder in this order, after the page."""
    return "\n".join(f'<script defer src="_static/{escape(name)}"></script>' for name in names)


def _board(board: Leaderboard, optimizers: Sequence[str]) -> dict[str, object]:
    rows = []
    for standing in board.standings:
        row = asdict(standing)
        row["optimizer"] = optimizers.index(standing.optimizer)
        row["us"] = row.pop("us_per_evaluation")
        rows.append({key: round(value, 5) if isinstance(value, float) else value for key, value in row.items()})
    compared = board.comparison
    return {
        "rows": rows,
        "critical": compared.critical_difference,
        "cliques": compared.cliques,
        "problems": compared.problems,
        "reason": compared.reason,
    }


def _rows(board: Leaderboard) -> list[list[str]]:
    return [
        [
            str(place),
            escape(s.optimizer),
            _number(s.rank, ".2f"),
            _number(s.aocc, ".4f"),
            _number(s.reached, ".1%").replace("%", " %"),
            _number(s.solved, ".1%").replace("%", " %"),
            _number(s.us_per_evaluation, ".2g"),
        ]
        for place, s in enumerate(board.standings, start=1)
    ]


def _number(value: float | None, form: str) -> str:
    return MISSING if value is None else format(value, form)
