from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from site_project import NAMES

from benchbook.specs.outcome import read_outcome

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Opener = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CONTRAST = """
() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
      .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('.bb-verdict, .bb-outcome dt, .bb-outcome dd, table.bb-table td, p')]
    .filter((e) => e.offsetParent && e.textContent.trim())
    .map((e) => {
      const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), e.textContent.trim().slice(0, 40)];
    })
    .filter(([ratio]) => ratio < 4.5);
}
"""


def test_the_front_page_leads_to_every_spec(opened: Opener, site: Path) -> None:
    """The front page shows all verdicts, and a click opens the spec."""
    for name in NAMES:
        page = opened("index.html")
        outcome = read_outcome(site.parent / "project" / "artifacts" / "specs" / name)
        card = page.locator(f"a.bb-card[href='specs/{name}.html']")
        assert card.locator(".bb-verdict").first.inner_text() == outcome["status"]
        card.click()
        page.wait_for_url(f"**/specs/{name}.html")
        assert page.locator(".bb-outcome .bb-verdict").first.inner_text() == outcome["status"]


def test_every_page_is_reached_by_links_alone_and_none_is_broken(opened: Opener, site: Path) -> None:
    """Starting at the front page, each link is followed in the browser, with the checks of `opened`."""
    page = opened("index.html")
    # The search is reached through its form, and the index of names through the search.
    waiting, reached = [(site / name).as_uri() for name in ("index.html", "search.html", "genindex.html")], set[str]()
    while waiting:
        address = waiting.pop()
        if address in reached:
            continue
        reached.add(address)
        page.goto(address)
        for link in page.evaluate("[...document.querySelectorAll('a[href]:not([download])')].map((a) => a.href)"):
            target = link.partition("#")[0]
            if target.startswith("file://"):
                path = Path(unquote(urlsplit(target).path))
                assert path.is_file(), f"{address} links to {link}"
                if path.suffix == ".html":
                    waiting.append(target)
    pages = {path.as_uri() for path in site.rglob("*.html")}
    assert pages - reached == set()


def test_mathematics_is_typeset_without_a_network(opened: Opener) -> None:
    """The formula of the somersault is rendered as glyphs."""
    page = opened("specs/manta_ray_foraging.html")
    page.wait_for_selector("mjx-container")


def test_pictures_load_and_say_what_they_show(opened: Opener) -> None:
    """Each picture has pixels, and a text for readers who cannot see it."""
    for name in ("index.html", *(f"specs/{name}.html" for name in NAMES)):
        images = opened(name).evaluate("[...document.images].map((i) => [i.naturalWidth, i.alt])")
        assert images
        assert all(width > 0 and len(alt) > 60 for width, alt in images)


# Tables that are wider than their container, by their first row.
CUT_OFF = """[...document.querySelectorAll('article table')].filter((table) => {
  const holder = table.closest('.bb-scroll, .output, .table-wrapper') || table.parentElement;
  return table.getBoundingClientRect().width > holder.getBoundingClientRect().width + 1;
}).map((table) => table.rows[0].innerText)"""


@pytest.mark.parametrize("width", [400, 1400])
def test_no_page_scrolls_sideways(opened: Opener, site: Path, width: int) -> None:
    """Code and wide figures scroll inside their own containers, and tables do not need to."""
    page = opened("index.html", width=width)
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
        assert page.evaluate(CUT_OFF) == [], path.name
        # The theme's text column scrolls separately; it must not need to.
        wide = page.evaluate(
            "[...document.querySelectorAll('.content')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
        )
        assert wide == 0, path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_have_contrast(opened: Opener, scheme: str) -> None:
    """Paragraphs, tables and verdicts have a contrast of 4.5 : 1 (WCAG AA)."""
    for name in ("index.html", *(f"specs/{name}.html" for name in NAMES)):
        page = opened(name, scheme=scheme)
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
        assert page.evaluate(CONTRAST) == []


def test_figures_stay_readable_in_dark_mode(opened: Opener) -> None:
    """Figures have a dark form, on a dark card."""
    page = opened("specs/manta_ray_foraging.html", scheme="dark")
    cards = page.evaluate(
        "[...document.querySelectorAll('.cell_output img')].map((i) => getComputedStyle(i).backgroundColor)"
    )
    assert cards
    assert set(cards) == {"rgb(19, 20, 22)"}


def test_search_finds_a_page(opened: Opener) -> None:
    """The search index works from files."""
    page = opened("search.html")
    page.goto(page.url + "?q=somersault")
    page.wait_for_selector("#search-results a")
    assert "specs/manta_ray_foraging" in page.inner_html("#search-results")
