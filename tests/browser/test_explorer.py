from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pytest

from benchbook.analysis.comparison.baselines import load_baseline
from benchbook.records.published import StudySummary

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Opener = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NATIVE = "#baseline=native-bbob"
TWO = f"{NATIVE}&optimizers=cma_es,whale&functions=bbob_f1,bbob_f8&dims=5"
SHAPES = (
    "[...document.querySelectorAll('#bb-explorer .bb-profile path.bb-line:not(.bb-ink-reference)')]"
    ".map((p) => p.getAttribute('d'))"
)


@pytest.fixture(scope="module")
def summary(site: Path) -> StudySummary:
    """Return the published baseline."""
    return load_baseline(site.parent / "project" / "artifacts" / "baselines" / "native-bbob.json.zst").summary


def ready(page: Page, name: str) -> Page:
    """Wait until the page has drawn its data."""
    page.wait_for_selector(f"#bb-{name}.bb-ready")
    return page


def shares(page: Page) -> dict[str, list[str]]:
    """Return the table of numbers, by optimizer."""
    rows = page.locator(".bb-numbers tbody tr").all()
    texts = [row.locator("td").all_inner_texts() for row in rows]
    return {cells[0].strip(): cells[1:] for cells in texts}


def expected(summary: StudySummary, optimizer: str, functions: list[str], dim: int, x: float) -> float:
    """Return the share of targets reached within x evaluations per dimension, computed from the baseline."""
    cells = [summary.cells[optimizer, function, dim] for function in functions]
    counts = [[int(np.sum(run <= x * dim)) / 51 for run in cell.first_hits or ()] for cell in cells]
    return float(np.mean(counts))


def test_choosing_two_optimizers_changes_the_profile_and_the_address_shows_it_again(opened: Opener) -> None:
    """A copied address draws exactly the same curves in another window."""
    page = ready(opened("explorer.html", fragment=NATIVE), "explorer")
    assert len(page.evaluate(SHAPES)) == 9
    assert page.locator(".bb-profile path.bb-ink-reference.bb-line").count() == 1
    page.get_by_role("button", name="all optimizers").click()
    assert page.evaluate(SHAPES) == []
    for name in ("cma_es", "whale"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    two = page.evaluate(SHAPES)
    assert len(two) == 2
    assert urlsplit(page.url).fragment == "baseline=native-bbob&optimizers=cma_es,whale"
    page.get_by_role("button", name="multi-modal").click()
    page.locator("#bb-hardest").select_option(label="10⁻²")
    chosen = page.evaluate(SHAPES)
    assert chosen != two
    again = ready(opened("explorer.html", fragment=f"#{urlsplit(page.url).fragment}"), "explorer")
    assert again.evaluate(SHAPES) == chosen
    assert again.get_by_role("checkbox", name="whale", exact=True).is_checked()
    assert not again.get_by_role("checkbox", name="grey_wolf", exact=True).is_checked()
    assert not again.get_by_role("checkbox", name="f15", exact=True).is_checked()
    assert again.locator("#bb-hardest option:checked").inner_text() == "10⁻²"
    again.get_by_role("button", name="Reset").click()
    again.wait_for_function("document.querySelectorAll('.bb-profile .bb-ink-field').length > 30")
    assert urlsplit(again.url).fragment == ""


def test_a_wide_field_is_grey_but_for_the_chosen_and_loads_what_it_shows(opened: Opener) -> None:
    """One dimension comes with the page, others are loaded when chosen; a search finds optimizers to choose."""
    page = ready(opened("explorer.html"), "explorer")
    assert page.evaluate("Object.entries(window.benchbook.parts).map(([n, p]) => [n, Object.keys(p)])") == [
        ["field-bbob", ["5"]]
    ]
    colored = ".bb-profile path.bb-line:not(.bb-ink-reference, .bb-ink-field)"
    assert page.locator(colored).count() == 7  # six, and the virtual best
    assert page.locator(".bb-profile path.bb-ink-field").count() > 30
    page.get_by_role("button", name="none", exact=True).click()
    page.get_by_role("searchbox", name="Search optimizers").fill("bobyqa")
    assert [chip.inner_text().strip() for chip in page.locator(".bb-many .bb-chip:visible").all()] == ["nlopt:BOBYQA"]
    page.get_by_role("checkbox", name="nlopt:BOBYQA", exact=True).check()
    assert list(shares(page)) == ["nlopt:BOBYQA"]
    page.get_by_role("checkbox", name="3", exact=True).check()
    page.wait_for_function("'3' in window.benchbook.parts['field-bbob']")
    again = ready(opened("explorer.html", fragment=f"#{urlsplit(page.url).fragment}"), "explorer")
    assert list(shares(again)) == ["nlopt:BOBYQA"]
    page.get_by_role("checkbox", name="the others in grey").uncheck()
    assert page.locator(".bb-profile path.bb-ink-field").count() == 0


def test_a_library_and_a_cost_class_narrow_the_field_and_the_chosen_stay(opened: Opener) -> None:
    """Chips, grey curves and the virtual best are those of the filter and of what is chosen; the address keeps it."""
    page = ready(opened("explorer.html", fragment="#optimizers=whale"), "explorer")
    chips = page.locator(".bb-many .bb-chip:visible")
    everyone = page.locator(".bb-profile path.bb-ink-field").count()
    page.locator("#bb-library").select_option("minionpy")
    names = [chip.inner_text().strip() for chip in chips.all()]
    assert names[0] == "whale"
    assert len(names) > 3
    assert all(name.startswith("minionpy:") for name in names[1:])
    assert page.locator(".bb-profile path.bb-ink-field").count() == len(names) - 1 < everyone
    page.get_by_role("button", name="all of these").click()
    assert set(shares(page)) == set(names)
    page.locator("#bb-library").select_option("all")
    page.locator("#bb-cost").select_option("100")
    assert urlsplit(page.url).fragment.endswith("cost=100")
    again = ready(opened("explorer.html", fragment=f"#{urlsplit(page.url).fragment}"), "explorer")
    found = again.evaluate("window.benchbook.data['field-bbob'].optimizers.filter((o) => o.us <= 100).length")
    assert 0 < again.locator(".bb-profile path.bb-ink-field").count() <= found < everyone
    again.get_by_role("button", name="Reset").click()
    assert again.locator("#bb-cost option:checked").inner_text() == "any"


def test_the_numbers_are_those_of_the_baseline(opened: Opener, summary: StudySummary) -> None:
    """The table has the shares at 100 evaluations per dimension, and the runs within the hardest target."""
    page = ready(opened("explorer.html", fragment=TWO), "explorer")
    found = shares(page)
    assert list(found) == ["cma_es", "whale"]
    # The column has the value at the grid's last point at or below 100 evaluations per dimension.
    longest = max(int(c.evaluations.max()) for k, c in summary.cells.items() if k[2] == 5) / 5
    grid = np.geomspace(1, longest, 121)
    x = float(grid[grid <= 100 * (1 + 1e-9)][-1])
    for name, cells in found.items():
        share = expected(summary, name, ["bbob_f1", "bbob_f8"], 5, x * (1 + 1e-9))
        assert cells[2] == f"{100 * share:.1f} %"
        solved = [len(run) == 51 for f in ("bbob_f1", "bbob_f8") for run in summary.cells[name, f, 5].first_hits or ()]
        assert cells[-1] == f"{sum(solved)} of {len(solved)}"
    panels = page.locator(".bb-panels svg").all()
    assert [panel.locator("path.bb-line").count() for panel in panels] == [2, 2]
    assert "f1 Sphere, 5-D" in str(panels[0].get_attribute("aria-label"))


def test_everything_can_be_done_with_the_keyboard(opened: Opener) -> None:
    """Tab moves to the boxes, space checks them, and the arrow keys read the profile."""
    page = ready(opened("explorer.html", fragment=NATIVE), "explorer")
    page.locator(".bb-controls button").first.focus()
    for key in ("Tab", "Space"):
        page.keyboard.press(key)
    assert not page.get_by_role("checkbox", name="cma_es", exact=True).is_checked()
    assert "cma_es" not in urlsplit(page.url).fragment
    before = page.evaluate(SHAPES)
    page.keyboard.press("Space")
    assert len(page.evaluate(SHAPES)) == len(before) + 1
    page.locator(".bb-profile").focus()
    page.keyboard.press("Home")
    start = page.locator(".bb-readout").inner_text()
    page.keyboard.press("End")
    end = page.locator(".bb-readout").inner_text()
    assert start.startswith("1 evaluations / dimension")
    assert start != end
    assert "cma_es 61.9 %" in end
    page.get_by_role("button", name="separable").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "separable"


def test_an_empty_choice_and_unknown_names_in_the_address_are_accepted(opened: Opener) -> None:
    """Empty charts say what to do, and unknown names are ignored."""
    page = ready(opened("explorer.html", fragment=f"{NATIVE}&optimizers=&dims="), "explorer")
    assert "Choose at least one" in page.locator(".bb-readout").inner_text()
    nonsense = "#optimizers=<img src=x>,whale&hardest=oops&baseline=../x&field=0"
    page = ready(opened("explorer.html", fragment=nonsense), "explorer")
    assert list(shares(page)) == ["whale"]
    page.evaluate("location.hash = '#optimizers=cma_es&baseline=native-bbob'")
    page.wait_for_function("document.querySelectorAll('.bb-profile path.bb-line:not(.bb-ink-reference)').length === 1")
    assert list(shares(page)) == ["cma_es"]


def test_a_hostile_name_is_shown_as_it_is(opened: Opener) -> None:
    """Text from an artifact never becomes markup in a chart."""
    page = ready(opened("explorer.html", fragment=NATIVE), "explorer")
    hostile = "<img src=x onerror=alert(5)>"
    page.evaluate(
        "(name) => { window.benchbook.data['native-bbob'].optimizers[0].name = name;"
        " location.hash = `#baseline=native-bbob&optimizers=${encodeURIComponent(name)}`; }",
        hostile,
    )
    page.wait_for_function("document.querySelectorAll('.bb-profile path.bb-line:not(.bb-ink-reference)').length === 1")
    assert list(shares(page)) == [hostile]
    assert page.locator("#bb-explorer img").count() == 0


def test_the_profile_of_the_browser_is_that_of_the_package(opened: Opener, summary: StudySummary) -> None:
    """The shares agree at every point of a grid."""
    page = ready(opened("explorer.html", fragment=NATIVE), "explorer")
    grid = np.geomspace(0.5, 500, 60)
    drawn = page.evaluate(
        """(grid) => {
          const data = window.benchbook.baseline('native-bbob');
          const cells = data.cells.filter((c) => data.optimizers[c.optimizer].name === 'whale'
            && ['bbob_f3', 'bbob_f20'].includes(data.functions[c.fn].name) && data.dims[c.dim] === 2);
          return window.benchbook.profile(cells, data.dims, 0, 50, grid).share;
        }""",
        grid.tolist(),
    )
    assert drawn == pytest.approx([expected(summary, "whale", ["bbob_f3", "bbob_f20"], 2, x) for x in grid])


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_fit_and_can_be_read(opened: Opener, width: int, scheme: str) -> None:
    """No chart is wider than its container; lines and names have enough contrast."""
    for name in ("explorer", "leaderboard", "choose"):
        file = "which-optimizer" if name == "choose" else name
        page = ready(opened(f"{file}.html", width=width, scheme=scheme), name)
        wide = page.evaluate(
            "[...document.querySelectorAll('.bb-chart, .bb-strip, .bb-pick, .bb-standings')]"
            ".filter((c) => c.getBoundingClientRect().right"
            " > document.documentElement.clientWidth + 1).length"
        )
        assert wide == 0
        assert page.locator(".bb-chart[aria-label='']").count() == 0
        faint = page.evaluate(
            """() => {
              const light = (c) => c.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
                .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
              const ground = light(getComputedStyle(document.body).backgroundColor);
              const ratio = (c) => {
                const [a, b] = [light(c), ground].sort((x, y) => y - x);
                return (a + 0.05) / (b + 0.05);
              };
              return [...document.querySelectorAll('.bb-chart path.bb-line:not(.bb-ink-field)')]
                .map((e) => getComputedStyle(e).stroke).filter((c) => ratio(c) < 3)
                .concat([...document.querySelectorAll('.bb-chart text.bb-name')]
                .map((e) => getComputedStyle(e).fill).filter((c) => ratio(c) < 3));
            }"""
        )
        assert faint == []
