"""The header of a spec's page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchbook.site.pages.spec_page import spec_page
from benchbook.site.pages.spec_views import SpecView

CLAIM = {"text": "It keeps up with another.", "relation": "<=", "threshold": 1, "detail": "needs the library x"}


@pytest.mark.parametrize(("status", "shown"), [("held", "admonition note"), ("failed", "admonition error")])
def test_a_claim_that_could_not_be_judged_is_no_failure_of_a_spec_that_holds(status: str, shown: str) -> None:
    """Where a library is missing a note says so; an undecided claim that failed the spec stands out as an error.

    Either way the page gives the reason, and its verdict and its count agree.
    """
    outcome: dict[str, Any] = {"status": status, "claims": [{**CLAIM, "verdict": "undecided", "measured": None}]}
    view = SpecView(name="a", title="A", outcome=outcome, trouble=None, executed=None)
    page = "".join(json.loads(spec_page(view))["cells"][1]["source"])
    assert shown in page
    assert "It keeps up with another.\nneeds the library x" in page
    assert f'>{status}</span> <span class="bb-verdict bb-undecided" title="needs the library x">1 undecided<' in page
    assert "<dd>0 of 1 hold, 1 undecided</dd>" in page
