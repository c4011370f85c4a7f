"""A headless Chromium, and the site that tests/site builds."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from programs import PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sys.path.append(str(Path(__file__).parents[1] / "site"))  # the module is shared with tests/site

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it the tests are skipped, except in CI.

    It is open for one module only: meanwhile playwright has an event loop running on this thread, so that tests of
    other folders could not call asyncio.run.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        reason = "no chromium was found on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and with CI=true browser tests may not be skipped")
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=PATIENCE_S * 1000)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Path:
    """The pages of the executed project, built once; tests must not change them."""
    from site_project import built_site

    return built_site()


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator[Callable[..., Page]]:
    """Open a page of the site from its file; it must log nothing and request nothing from the network."""
    complaints: list[str] = []
    contexts = []

    def open_page(name: str, *, width: int = 1280, scheme: str = "light", fragment: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(PATIENCE_S * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        # Leaving a page before its pictures are loaded aborts their requests.
        page.on(
            "requestfailed",
            lambda r: None if r.failure == "net::ERR_ABORTED" else complaints.append(f"failed: {r.url}, {r.failure}"),
        )
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file://", "data:")) else complaints.append(f"left the site: {r.url}"),
        )
        page.goto((site / name).as_uri() + fragment)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
