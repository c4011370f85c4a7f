"""The header of a spec's page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchbook.site.pages.spec_page import spec_page
from benchbook.site.pages.spec_views import SpecView
from benchbook.site.pages.strength_part import strength_text
from benchbook.specs.noticing.summary import Strength

CLAIM = {"text": "It keeps up with another.", "relation": "<=", "threshold": 1, "detail": "needs the library x"}


@pytest.mark.parametrize(("status", "shown"), [("held", "admonition note"), ("failed", "admonition error")])
def test_a_claim_that_could_not_be_judged_does_not_fail_a_spec(status: str, shown: str) -> None:
    """A missing library is shown as a note; an undecided claim that fails the spec is shown as an error.

    Either way the page gives the reason, and its verdict and its count agree.
    """
    outcome: dict[str, Any] = {"status": status, "claims": [{**CLAIM, "verdict": "undecided", "measured": None}]}
    view = SpecView(name="a", title="A", outcome=outcome, trouble=None, executed=None)
    page = "".join(json.loads(spec_page(view))["cells"][1]["source"])
    assert shown in page
    assert "It keeps up with another.\nneeds the library x" in page
    assert f'>{status}</span> <span class="bb-verdict bb-undecided" title="needs the library x">1 undecided<' in page
    assert "<dd>0 of 1 hold, 1 undecided</dd>" in page


FAULT = {"family": "wrapped", "effect": True, "error": None, "text": "Does <this>."}
STRENGTH = Strength(
    {
        "name": "a",
        "preset": "quick",
        "claims": [{"id": "good", "sort": "quality"}, {"id": "published", "sort": "proof"}],
        "faults": [
            {**FAULT, "name": "noise", "severity": "severe", "noticed_by": ["good", "published"]},
            {**FAULT, "name": "forgets", "severity": "mild", "noticed_by": ["published"]},
            {**FAULT, "name": "coarse", "severity": "mild", "noticed_by": []},
        ],
    }
)


def test_the_page_says_how_many_planted_faults_the_claims_notice() -> None:
    """A sentence counts them, a table lists those that quality claims miss, and the table of specs has a short form."""
    view = SpecView(name="a", title="A", outcome=None, trouble=None, executed=None, strength=STRENGTH)
    page = "".join(json.loads(spec_page(view))["cells"][1]["source"])
    assert "These claims notice 1 of 1 planted faults when they are severe, and 1 of 2 when they are mild" in page
    assert "2 faults that the quality claims do not notice" in page
    assert "<td>forgets</td><td>mild</td><td>Does &lt;this&gt;.</td><td>published</td>" in page
    assert "<td>coarse</td><td>mild</td><td>Does &lt;this&gt;.</td><td>no claim</td>" in page
    assert 'href="../_static/artifacts/strength/quick/a.json.zst"' in page
    assert strength_text(view) == "1 of 1 severe, 1 of 2 mild"


def test_a_missing_strength_is_reported() -> None:
    """The page shows the command that measures it."""
    view = SpecView(name="a", title="A", outcome=None, trouble=None, executed=None)
    page = "".join(json.loads(spec_page(view))["cells"][1]["source"])
    assert "benchbook spec strength a" in page
    assert strength_text(view) == "missing"
