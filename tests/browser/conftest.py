"""A headless Chromium, and the site that tests/site builds."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

sys.path.append(str(Path(__file__).parents[1] / "site"))  # the module is shared with tests/site

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; where there is none, the tests skip themselves, but never in CI.

    It lives no longer than a module: as long as it does, playwright has an event loop running on this thread, and the
    tests of other folders could not call asyncio.run.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        reason = "no chromium was found on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and CI=true forbids to skip the browser tests")
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Path:
    """The pages of the executed project, built once; nobody changes them."""
    from site_project import built_site

    return built_site()
