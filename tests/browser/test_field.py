from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pytest

from benchbook.analysis.comparison.baselines import load_baseline
from benchbook.analysis.ranking.choice import Choice, choices
from benchbook.analysis.ranking.published import PublishedHits, published_hits

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Opener = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = ".bb-standings tbody tr"


@pytest.fixture(scope="module")
def published(site: Path) -> PublishedHits:
    """Return the published baseline."""
    path = site.parent / "project" / "artifacts" / "baselines" / "field-bbob.json.zst"
    return published_hits(load_baseline(path).summary)


def leaderboard(opened: Opener, fragment: str = "") -> Page:
    """Open the leaderboard and wait for its intervals."""
    page = opened("leaderboard.html", fragment=fragment)
    page.wait_for_selector("#bb-leaderboard.bb-resampled")
    return page


@pytest.fixture(scope="module")
def orders(published: PublishedHits) -> list[Choice]:
    """Return the orders that the package computes for all cases."""
    return choices(published, samples=200)


def one(orders: list[Choice], dim: int, structure: str, per_dim: float) -> Choice:
    """Return the order of a case."""
    return next(c for c in orders if (c.dim, c.structure, c.per_dim) == (dim, structure, per_dim))


def test_ranks_and_intervals_are_those_of_the_package(opened: Opener, orders: list[Choice]) -> None:
    """Mean ranks agree in every shown digit; intervals come from other random numbers and agree approximately."""
    page = leaderboard(opened, "#dim=5&group=ill-conditioned&budget=100")
    texts = [row.locator("td").all_text_contents() for row in page.locator(ROWS).all()]
    expected = one(orders, 5, "ill-conditioned", 100.0)
    shown = {cells[1]: cells for cells in texts}
    assert len(texts) == len(expected.picks)
    for pick in expected.picks:
        rank, low, high = (
            float(x)
            for x in shown[pick.optimizer][3]
            .replace(" to ", " ")
            .replace(f"{pick.mean_rank:.2f}", f"{pick.mean_rank:.2f} ", 1)
            .split()
        )
        assert rank == pytest.approx(pick.mean_rank, abs=0.005)
        assert low <= rank <= high
        assert np.allclose([low, high], [pick.low, pick.high], atol=4)
        assert shown[pick.optimizer][6] == f"{100 * pick.reached:.1f} %"


def test_choices_filter_the_field_and_the_address_keeps_them(opened: Opener, published: PublishedHits) -> None:
    """Budget, library and cost select who is ranked, and a link restores the same rows and pins."""
    page = leaderboard(opened)
    everything = range(len(published.functions)), range(len(published.dims))
    page.get_by_role("radio", name="100", exact=True).check()
    assert page.locator(ROWS).count() == len(published.contenders(100, *everything)) > 30
    page.get_by_role("radio", name="1,000", exact=True).check()
    assert page.locator(ROWS).count() == len(published.contenders(1000, *everything))
    assert "not run for this budget" in page.locator(".bb-left summary").inner_text()
    page.locator("#bb-library").select_option("minionpy")
    assert all("minionpy:" in text for text in page.locator(ROWS).all_text_contents())
    page.get_by_role("checkbox", name="pin minionpy:jSO", exact=True).uncheck()
    assert "minionpy:jSO" not in urlsplit(page.url).fragment
    again = leaderboard(opened, f"#{urlsplit(page.url).fragment}")
    page.wait_for_selector("#bb-leaderboard.bb-resampled")
    assert again.locator(ROWS).all_text_contents() == page.locator(ROWS).all_text_contents()
    assert again.locator(".bb-pinned").count() == page.locator(".bb-pinned").count()


def test_a_search_hides_all_others_but_the_pinned(opened: Opener) -> None:
    """A pinned optimizer is drawn in colour in every profile; the others are grey."""
    page = leaderboard(opened, "#pin=whale")
    page.get_by_role("searchbox").fill("SLSQP")
    visible = page.locator(f"{ROWS}:visible .bb-who")
    assert sorted(visible.all_text_contents()) == ["scipy:slsqp", "whale"]
    page.get_by_role("checkbox", name="pin scipy:slsqp", exact=True).check()
    assert urlsplit(page.url).fragment == "pin=whale,scipy:slsqp".replace(":", "%3A")
    large = page.locator(".bb-large")
    assert large.locator("path.bb-line.bb-ink-blue, path.bb-line.bb-ink-orange").count() == 2
    assert large.locator("path.bb-line.bb-ink-field").count() > 30
    assert large.locator("path.bb-line.bb-ink-reference").count() == 1


def test_a_board_is_loaded_once_it_is_chosen(opened: Opener) -> None:
    """Every published baseline has its own board, for any suite."""
    page = leaderboard(opened)
    assert page.evaluate("Object.keys(window.benchbook.boards)") == ["field-bbob"]
    page.get_by_role("radio", name="native-bbob", exact=True).check()
    page.wait_for_function("document.querySelectorAll('.bb-standings tbody tr').length === 9")
    assert urlsplit(page.url).fragment == "baseline=native-bbob"


def test_the_answer_is_that_of_the_package_and_a_field_chooses_another(opened: Opener, orders: list[Choice]) -> None:
    """Dimension, budget and structure give the three best; a field of the picture gives that field's answer."""
    page = opened("which-optimizer.html", fragment="#dim=3&budget=50&structure=separable")
    page.wait_for_selector("#bb-choose.bb-ready")
    picks = one(orders, 3, "separable", 50.0).picks[:3]
    shown = page.locator(".bb-pick:not(.bb-pick-axis)").all_text_contents()
    assert all(f"{k}{pick.optimizer}" in text for k, (pick, text) in enumerate(zip(picks, shown, strict=True), start=1))
    page.locator(".bb-strip-row").nth(3).locator("button").last.click()
    assert "structure=ill-conditioned" in page.url
    best = one(orders, 3, "ill-conditioned", 1000.0)  # the nearest to the middle of the field
    assert page.locator(".bb-answer-best").inner_text() == best.picks[0].optimizer
    assert f"{best.left_out} others were not run for 1,000 evaluations" in page.locator(".bb-caution").inner_text()
