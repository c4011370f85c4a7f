"""The frame of the explorer's page; the browser draws its content from the published baselines."""

from __future__ import annotations

from collections.abc import Sequence

from benchbook.site.pages.published.baseline_data import (
    BaselineView,
    as_json,
    drawable,
    part_name,
    script_name,
    usual,
    widest_first,
)
from benchbook.site.pages.published.leaderboard import scripts
from benchbook.site.pages.spec_views import raw

_NONE = "There is no baseline with curves yet: `benchbook baseline publish STUDY --name NAME`.\n"
_FRAME = """<div id="bb-explorer" class="bb-app">
<noscript><p>The explorer is a program in this page: it needs JavaScript, but no network.</p></noscript>
<div class="bb-controls"></div>
<div class="bb-actions">
<button type="button" class="bb-button bb-copy">Copy link</button>
<button type="button" class="bb-button bb-reset">Reset</button>
</div>
<h2 class="bb-h2">Runtime profile</h2>
<p>The wide grey line on BBOB is <code>best-2009</code>: for each target the shortest expected running time of the
algorithms that were published in 2009. Optimizers that are not chosen are thin and grey; in a
wide field, the dashed dark line is the virtual best.</p>
<div class="bb-profile" tabindex="0" role="group" aria-label="Runtime profile; arrow keys move the reading line"></div>
<p class="bb-readout" aria-live="polite"></p>
<div class="bb-scroll" tabindex="0" role="region" aria-label="Table"><table class="bb-table bb-numbers"></table></div>
<h2 class="bb-h2">Convergence<span class="bb-panels-dim"></span></h2>
<p>The hardest target that half of the runs have reached, against evaluations / dimension; one panel per function, in
the largest of the chosen dimensions.</p>
<div class="bb-panels"></div>
<p class="bb-source">From <a download></a>. Repeat some of its runs: <code></code></p>
</div>
"""


def explorer_page(views: Sequence[BaselineView]) -> str:
    """Return the explorer over the published baselines; a sentence if there is none with first hits."""
    found = widest_first(drawable(views))
    if not found:
        return _NONE
    places = as_json({view.name: script_name(view) for view in found})
    data = f'<script type="application/json" id="bb-explorer-baselines">{places}</script>\n'
    # the others are loaded once they are chosen
    parts = [part_name(found[0], int(dim)) for dim in usual(found[0])["dims"]]
    return raw(f"{_FRAME}{data}{scripts(script_name(found[0]), *parts, 'charts.js', 'explorer.js')}")
