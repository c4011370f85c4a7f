from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from programs import PATIENCE_S, Program, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = "notebooks/random_search.ipynb"
EXPLORER = "notebooks/explore.ipynb"
OPEN_S, RUN_S, ATTEMPTS = 60, 100, 6
OUTPUT = ".jp-OutputArea-output"
VERDICT = re.compile(r"^held +Every run completes\.")
WIDGETS = ".jp-OutputArea-output .widget-vbox"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # include cells that are scrolled out of view
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run JupyterLab on a copy of the project for all tests of this module; yields its address."""
    tmp_path = tmp_path_factory.mktemp("lab")
    project = tmp_path / "project"
    for folder in ("notebooks", "params"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for plugin, settings in SETTINGS.items():
        path = tmp_path / "jupyterlab_settings_dir" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    for notebook in (NOTEBOOK, EXPLORER):
        forget_outputs(project / notebook)
    port = free_port()
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--LabApp.news_url="]
    command += ["--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={project}"]
    command += ["--LabApp.extension_manager=readonly"]
    environment = {
        **os.environ,
        **{name: str(tmp_path / name.lower()) for name in (*homes, "JUPYTERLAB_WORKSPACES_DIR")},
        "BENCHBOOK_ARTIFACTS": str(project / "artifacts"),
    }
    with Program(command, tmp_path / "lab.log", grace_s=20.0, folder=project, environment=environment) as server:
        server.wait_for_answer(f"http://127.0.0.1:{port}/api")
        yield f"http://127.0.0.1:{port}"


def forget_outputs(path: Path) -> None:
    """Remove the outputs from the notebook, so that they are not taken for new ones."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_run_all_in_jupyterlab_ends_with_the_verdicts(lab: str, browser: Browser) -> None:
    """A spec that is opened in JupyterLab and run from its menu shows its claims, and no error."""
    page = opened(browser, lab, NOTEBOOK, lambda page: page.locator(OUTPUT, has_text=VERDICT))
    verdicts = page.locator(OUTPUT, has_text=VERDICT)
    assert verdicts.first.inner_text().count("held") == 10
    assert complaints(page) == []
    page.context.close()


def test_the_explorer_follows_its_widgets(browser: Browser, lab: str) -> None:
    """A function chosen in a widget of a running JupyterLab is drawn immediately, and appears in the code to copy."""
    page = opened(browser, lab, EXPLORER, lambda page: drawn(page, "rastrigin"))
    assert page.locator(WIDGETS).locator("img").count() == 2
    page.locator(WIDGETS).get_by_label("function").select_option("ackley")
    drawn(page, "ackley").wait_for(timeout=RUN_S * 1000)
    assert drawn(page, "rastrigin").count() == 0
    assert 'function="ackley"' in page.locator(WIDGETS).locator("textarea").input_value()
    assert complaints(page) == []
    page.context.close()


def drawn(page: Page, function: str) -> Locator:
    """Return the explorer's picture of trajectories on a function."""
    return page.locator(WIDGETS).locator(f"img[alt*='contours of {function} ']")


def complaints(page: Page) -> list[str]:
    """Return what the cells raised or wrote to standard error."""
    kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
    found = [page.locator(f'{OUTPUT}[data-mime-type="{kind}"]') for kind in kinds]
    return [text for locator in found for text in locator.all_inner_texts()]


def opened(browser: Browser, lab: str, notebook: str, awaited: Callable[[Page], Locator]) -> Page:
    """Open a notebook and run all of its cells until the expected output is there."""
    start_kernel(lab, notebook)
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_S * 1000)
    for _ in range(ATTEMPTS):
        page = context.new_page()
        page.goto(f"{lab}/lab/tree/{notebook}?reset")
        if is_ready(page) and wait_for(page, awaited(page)):
            return page
        page.close()
    pytest.fail(f"{notebook}: the output did not come in {ATTEMPTS} attempts")


def is_ready(page: Page) -> bool:
    """Return whether the opened notebook has a kernel; on a busy machine a page can lose it for good."""
    from playwright.sync_api import TimeoutError as NeverSeen

    try:
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=OPEN_S * 1000)
    except NeverSeen:
        return False
    return True


def wait_for(page: Page, awaited: Locator) -> bool:
    """Run all cells and return whether the expected output came.

    JupyterLab sometimes loses sight of the kernel while it opens a notebook: it then drops the order, or asks for a
    kernel in a dialog, and the notebook has to be opened again.
    """
    until = time.monotonic() + RUN_S
    while not awaited.count() and time.monotonic() < until:
        if page.locator(".jp-Dialog").count():
            return False
        if not page.locator(".jp-InputPrompt", has_text=re.compile(r"[*0-9]")).count():
            run_all(page)
        page.wait_for_timeout(500)
    return bool(awaited.count())


def start_kernel(lab: str, notebook: str) -> None:
    """Start the notebook's kernel before it is opened: if asked too early, JupyterLab opens a dialog instead."""
    session = {"path": notebook, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    request = urllib.request.Request(f"{lab}/api/sessions", json.dumps(session).encode(), method="POST")  # noqa: S310  # this machine
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310  # the same
        assert answer.status == 201


def run_all(page: Page) -> None:
    """Choose Run All Cells from the menu; if a dialog is in the way, leave it for later."""
    from playwright.sync_api import TimeoutError as Obstructed

    try:
        page.get_by_role("menuitem", name="Run", exact=True).click(timeout=3000)
        page.get_by_text("Run All Cells", exact=True).click(timeout=3000)
    except Obstructed:
        page.keyboard.press("Escape")
