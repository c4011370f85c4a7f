"""The leaderboard: the frame of its page; what is in it is computed in the browser from packed counts of targets."""

from __future__ import annotations

from collections.abc import Sequence

from benchbook.site.pages.published.baseline_data import BaselineView, as_json, drawable, verify_command, widest_first
from benchbook.site.pages.published.board_data import board_name
from benchbook.site.pages.spec_views import MISSING, escape, raw

_NONE = "There is no baseline for a leaderboard yet: `benchbook baseline publish STUDY --name NAME`.\n"
_HEADERS = (
    ("", "bb-number"),
    ("optimizer", ""),
    ("", "bb-bar"),
    ("mean rank", "bb-number"),
    ("ahead of next", "bb-number"),
    ("first", "bb-number bb-wide"),
    ("targets", "bb-number"),
    ("solved", "bb-number bb-wide"),
    ("µs / eval.", "bb-number bb-wide"),
)
_FRAME = """<div id="bb-leaderboard" class="bb-app">
<noscript><p>The leaderboard is a program in this page: it needs JavaScript, but no network.</p></noscript>
<div class="bb-controls"></div>
<p class="bb-about" aria-live="polite"></p>
<div class="bb-scroll" tabindex="0" role="region" aria-label="Table"><table class="bb-table bb-standings">
<thead><tr>{heads}</tr></thead>
<tbody></tbody>
</table></div>
<details class="bb-left" hidden><summary></summary><p></p></details>
<h2 class="bb-h2">Who is best at which budget</h2>
<p>The optimizer with the best mean rank, by evaluations per variable, among those that were run that long. The stronger
the colour, the more certain the lead: first in less than half, at least half, or at least 95&nbsp;% of the samples of
functions.</p>
<div class="bb-strips"></div>
<h2 class="bb-h2">Runtime profiles</h2>
<p>Share of targets reached within a number of evaluations per variable. Pinned optimizers have colours, the others are
thin and grey; a curve ends with a cross at its optimizer's budget. The solid dark line is the single best at the chosen
budget, unless it is pinned. The dashed one is the virtual best, with the shortest expected running time of all
optimizers for each target, and the wide grey line on BBOB is <code>best-2009</code>, the same of the algorithms
published in 2009.</p>
<div class="bb-large"></div>
<div class="bb-panels"></div>
{source}
</div>
"""


def leaderboard_page(views: Sequence[BaselineView]) -> str:
    """Return the leaderboard over the published baselines, the widest first; a sentence if there is none."""
    found = widest_first(drawable(views))
    if not found:
        return _NONE
    heads = "".join(f'<th scope="col" class="{css}">{escape(text)}</th>' for text, css in _HEADERS)
    axis = '<span class="bb-pick-ends"><span>1</span><span class="bb-axis-end"></span></span>'
    heads = heads.replace('<th scope="col" class="bb-bar"></th>', f'<th scope="col" class="bb-bar">{axis}</th>')
    places = as_json({view.name: board_name(view) for view in found})
    data = f'<script type="application/json" id="bb-leaderboard-baselines">{places}</script>\n'
    # the others are loaded once they are chosen
    names = (board_name(found[0]), "charts.js", "strips.js", "board.js", "leaderboard.js")
    return raw(f"{_FRAME.format(heads=heads, source=source(found[0], base=''))}{data}{scripts(*names)}")


def source(view: BaselineView, *, base: str) -> str:
    """Return where numbers are from, and how to check them; `base` leads from the page to the root of the site."""
    published = MISSING if view.baseline is None else view.baseline.created_at[:10]
    artifact = escape(view.artifact)
    return (
        f'<p class="bb-source">From <a href="{base}_static/{artifact}" download>{artifact}</a>, '
        f"published <span>{escape(published)}</span>. Repeat some of its runs: "
        f"<code>{escape(verify_command(view))}</code></p>"
    )


def scripts(*names: str) -> str:
    """Return the elements that load scripts of the static folder, in this order, after the page."""
    return "\n".join(f'<script defer src="_static/{escape(name)}"></script>' for name in names)
