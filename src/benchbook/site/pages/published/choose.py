"""The page "Which optimizer should I use?": the frame, and its answers as data, which the browser shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchbook.analysis.ranking.choice import ALL, Choice, choices
from benchbook.analysis.ranking.published import PublishedHits, library_of, published_hits
from benchbook.site.pages.published.baseline_data import BaselineView, as_json
from benchbook.site.pages.published.leaderboard import scripts, source
from benchbook.site.pages.spec_page import page_name
from benchbook.site.pages.spec_views import SpecView, escape, raw

_NONE = "There is no baseline to answer from yet: `benchbook baseline publish STUDY --name NAME`.\n"
_PICKS = 3
_BREAKS = re.compile(r"(?<=[:_])(?=\w{3})")
_TABLE_BUDGETS = (10.0, 100.0, 1000.0)
CHEAP_US = 10.0
STRUCTURES = {
    ALL: ("any or unknown", "all functions; choose this if you know nothing about yours"),
    "separable": ("separable", "each variable can be optimized on its own"),
    "moderate": ("moderate", "low or moderate conditioning: no direction matters far more than another"),
    "ill-conditioned": ("ill-conditioned", "one optimum in a long and narrow valley"),
    "multi-modal": ("multimodal, with structure", "many local optima, whose overall shape leads to the best"),
    "weakly structured": ("multimodal, without structure", "many local optima, and no overall shape to follow"),
}
_FRAME = """<div id="bb-choose" class="bb-app">
<noscript><p>Choosing needs JavaScript, but no network. The table below holds the best of each case.</p></noscript>
<div class="bb-controls"></div>
<div class="bb-answer" aria-live="polite"></div>
<h2 class="bb-h2">Who is best at which budget<span class="bb-strips-dim"></span></h2>
<p>The optimizer with the best mean rank, by evaluations per variable. The stronger the colour, the more certain the
lead: first in less than half, at least half, or at least 95&nbsp;% of the bootstrap samples. Choose a field to see the
answer for it.</p>
<div class="bb-strips"></div>
<h2 class="bb-h2">All cases as a table</h2>
<p>The best, and the share of bootstrap samples in which it comes first.</p>
"""


def choose_page(view: BaselineView | None, specs: Sequence[SpecView], answers: Mapping[str, Any] | None) -> str:
    """Return the page for one baseline; a sentence if there is none.

    Args:
        view: The baseline.
        specs: Those that answers may link to.
        answers: What `answers_of` returned for it.
    """
    if view is None or answers is None or not answers["answers"]:
        return _NONE
    pages = spec_pages_of(specs)
    optimizers = [{**item, "spec": pages.get(item["name"])} for item in answers["optimizers"]]
    data = as_json({**answers, "optimizers": optimizers})
    return raw(
        f"{_FRAME}{_table(answers)}\n{source(view, base='')}\n</div>\n"
        f'<script type="application/json" id="bb-choose-data">{data}</script>\n'
        + scripts("charts.js", "strips.js", "choose.js")
    )


def front_leaderboard(view: BaselineView | None, answers: Mapping[str, Any] | None) -> str:
    """Return the best at each dimension and budget for the front page; a sentence if there is none."""
    if view is None or answers is None or not answers["answers"]:
        return _NONE
    structure = answers["structures"][0]["name"]
    budgets = _table_budgets(answers)
    rows = []
    for dim in answers["dims"]:
        found = [answers["answers"].get(f"{dim}|{structure}|{int(budget)}") for budget in budgets]
        cells = "".join(f"<td>{_three(answers, answer) if answer else '–'}</td>" for answer in found)
        rows.append(f'<tr><th scope="row">{dim}</th>{cells}</tr>')
    about = (
        f"<p>The first {_PICKS} of {len(answers['optimizers'])} optimizers by mean rank on all functions. Only those "
        "that were run for a budget are compared at it.</p>"
    )
    return raw(f"{_cases(budgets, 'variables', ['<tbody>', *rows, '</tbody>'])}\n{about}\n{source(view, base='')}")


def spec_pages_of(specs: Sequence[SpecView]) -> dict[str, str]:
    """Return the addresses of the specs that have a page, by label of their optimizer."""
    shown = [view.name for view in specs if view.executed is not None or view.outcome is not None]
    return {name.replace("-", ":", 1): f"specs/{page_name(name)}.html" for name in shown}


def answers_of(view: BaselineView) -> dict[str, Any]:
    """Return what the page shows of a baseline, JSON: the best of every case, and the best under limits."""
    if view.baseline is None:
        return {"answers": {}}
    published = published_hits(view.baseline.summary)
    found = choices(published)
    place = {name: k for k, name in enumerate(published.optimizers)}
    structures = list(dict.fromkeys(choice.structure for choice in found))
    return {
        "baseline": view.name,
        "dims": list(published.dims),
        "structures": [_structure(name, published) for name in structures],
        "budgets": published.checkpoints,
        "runs": published.hits.shape[3],
        "cheap": CHEAP_US,
        "optimizers": [
            {
                "name": name,
                "library": library_of(name),
                "us": None if np.isnan(time) else float(f"{time:.3g}"),
                "budget": float(published.budgets[k].max(initial=0)),
            }
            for k, (name, time) in enumerate(zip(published.optimizers, published.us_per_evaluation, strict=True))
        ],
        "winners": _winners(found),
        "answers": {
            f"{choice.dim}|{choice.structure}|{int(choice.per_dim)}": _answer(choice, published, place)
            for choice in found
        },
    }


def _structure(name: str, published: PublishedHits) -> dict[str, object]:
    label, about = STRUCTURES.get(name, (name, ""))
    count = len(published.functions) if name == ALL else published.groups.count(name)
    return {"name": name, "label": label, "about": about, "functions": count}


def _answer(choice: Choice, published: PublishedHits, place: Mapping[str, int]) -> dict[str, object]:
    libraries: dict[str, int] = {}
    for pick in choice.picks:
        libraries.setdefault(library_of(pick.optimizer), place[pick.optimizer])
    cheap = [place[p.optimizer] for p in choice.picks if published.us_per_evaluation[place[p.optimizer]] <= CHEAP_US]
    return {
        "of": len(choice.picks),
        "out": choice.left_out,
        "picks": [
            [
                place[pick.optimizer],
                *(round(value, 2) for value in (pick.mean_rank, pick.low, pick.high)),
                round(pick.first, 3),
                round(pick.reached, 4),
            ]
            for pick in choice.picks[:_PICKS]
        ],
        "cheap": cheap[0] if cheap else None,
        "libraries": list(libraries.values()),
    }


def _winners(found: Sequence[Choice]) -> list[str]:
    """Return the optimizers that are best anywhere, those of the most cases first."""
    counts: dict[str, int] = {}
    for choice in found:
        counts[choice.picks[0].optimizer] = counts.get(choice.picks[0].optimizer, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def _table(answers: Mapping[str, Any]) -> str:
    """Return the best of all cases, one block of rows for each dimension."""
    budgets = _table_budgets(answers)
    lines = []
    for dim in answers["dims"]:
        rows = []
        for structure in answers["structures"]:
            found = [answers["answers"].get(f"{dim}|{structure['name']}|{int(budget)}") for budget in budgets]
            if any(found):
                cells = "".join(f"<td>{_best(answers, answer) if answer else '–'}</td>" for answer in found)
                rows.append(f'<tr><th scope="row">{escape(structure["label"])}</th>{cells}</tr>')
        if rows:
            head = f'<tr class="bb-block"><th scope="rowgroup" colspan="{1 + len(budgets)}">{dim} variables</th></tr>'
            lines += ["<tbody>", head, *rows, "</tbody>"]
    return _cases(budgets, "structure", lines)


def _cases(budgets: Sequence[float], first: str, lines: Sequence[str]) -> str:
    heads = "".join(f'<th scope="col">{budget:,.0f} evaluations / variable</th>' for budget in budgets)
    return (
        '<div class="bb-scroll" tabindex="0" role="region" aria-label="Table">\n<table class="bb-table bb-cases">\n'
        f'<thead><tr><th scope="col">{first}</th>{heads}</tr></thead>\n' + "\n".join(lines) + "\n</table>\n</div>"
    )


def _table_budgets(answers: Mapping[str, Any]) -> list[float]:
    return [b for b in _TABLE_BUDGETS if b in answers["budgets"]] or answers["budgets"][-1:]


def _best(answers: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    optimizer, *_, first, _reached = answer["picks"][0]
    return f'{_name(answers, optimizer)} <span class="bb-share">{100 * first:.0f}&nbsp;%</span>'


def _three(answers: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    names = "".join(f"<li>{_name(answers, pick[0])}</li>" for pick in answer["picks"])
    return f'<ol class="bb-three">{names}</ol>'


def _name(answers: Mapping[str, Any], optimizer: int) -> str:
    return _BREAKS.sub("<wbr>", escape(answers["optimizers"][optimizer]["name"]))
