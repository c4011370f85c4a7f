"""Claims are counted, with contract checks separate from claims about quality."""

from __future__ import annotations

from benchbook.specs.views.tally import status_text, tally


def claim(sort: str, verdict: str, detail: str = "") -> dict[str, str]:
    """Return the parts of a claim that a tally reads."""
    return {"sort": sort, "verdict": verdict, "detail": detail}


def test_contract_checks_are_counted_apart() -> None:
    """Contract checks do not increase the number of claims that hold; a proof counts with quality."""
    found = tally([claim("contract", "held"), claim("proof", "held"), claim("quality", "failed")])
    assert (found.contract_text, found.quality_text) == ("1 of 1 pass", "1 of 2 hold, 1 failed")
    assert found.text == "1 of 2 quality claims hold, 1 failed; 1 of 1 contract checks pass"


def test_a_spec_with_contract_checks_only_says_so() -> None:
    """A spec without any claim says so, too."""
    found = tally([claim("contract", "held"), claim("contract", "undecided", "bytes differ")])
    assert found.text == "contract checks only: 1 of 2 pass, 1 undecided"
    assert found.quality_text == "none, contract checks only"
    assert tally([]).text == "no claim judged"


def test_the_status_counts_what_is_undecided_and_the_tally_gives_each_reason_once() -> None:
    """Status and count agree."""
    claims = [claim("quality", "undecided", "x is missing")] * 2 + [claim("quality", "held")]
    assert status_text({"status": "held", "claims": claims}) == "held, 2 undecided"
    assert tally(claims).reasons_text == "x is missing"
    assert status_text({"status": "failed", "claims": []}) == "failed"
