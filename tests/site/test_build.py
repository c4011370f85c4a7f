from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path

import pytest

from benchbook.artifacts.io import load_document, save_document
from benchbook.cli.main import main
from benchbook.errors import ExecutionError, MissingExtraError, UsageError
from benchbook.site import build, build_site


def digests(folder: Path) -> dict[str, str]:
    """Return the content of all pages except the stamp."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != build.STAMP
    }


def no_sphinx(*arguments: object) -> None:
    """Replace Sphinx where it must not be called."""
    pytest.fail("Sphinx was called although nothing has changed")


@pytest.fixture
def site_of_project(project: Path) -> Path:
    """Make a folder that looks like a good site from an earlier build."""
    out = project / "docs" / "_build" / "html"
    out.mkdir(parents=True)
    (out / "index.html").write_text("the last good one")
    (out / build.STAMP).write_text("of another input")
    return out


@pytest.mark.slow
def test_building_elsewhere_gives_the_same_bytes_and_building_again_writes_nothing(
    site: Path, project_with_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages depend only on their inputs, not on the folder or on an earlier build."""
    index = project_with_site / "docs" / "_build" / "html" / "index.html"
    assert digests(index.parent) == digests(site)
    before = {path: path.stat().st_mtime_ns for path in index.parent.rglob("*")}
    monkeypatch.setattr(build, "render", no_sphinx)
    started = time.process_time()
    assert build_site() == index
    assert time.process_time() - started < 2.0  # seconds; ten times as long as usual
    assert {path: path.stat().st_mtime_ns for path in index.parent.rglob("*")} == before


@pytest.mark.slow
def test_an_incremental_build_gives_the_pages_of_a_whole_one(project_with_site: Path, tmp_path: Path) -> None:
    """After specs were run again and a page and a picture were lost, the pages equal those of a complete build."""
    project = project_with_site
    path = project / "artifacts" / "specs" / "manta_ray_foraging" / "manta_ray_foraging.ipynb"
    notebook = json.loads(path.read_text())
    outputs = next(c for c in notebook["cells"] if c["id"] == "convergence")["outputs"]
    picture = next(output["data"] for output in outputs if "image/svg+xml" in output.get("data", {}))
    picture["image/svg+xml"] = "".join(picture["image/svg+xml"]).replace("</svg>", "<!-- another --></svg>")
    path.write_text(json.dumps(notebook))
    outcome = project / "artifacts" / "specs" / "random_search" / "outcome.json.zst"
    document = load_document(outcome)
    save_document({**document, "created_at": "2030-01-01T00:00:00Z"}, outcome)
    incremental = build_site().parent
    assert "2030-01-01" in (incremental / "specs" / "random_search.html").read_text()
    found = digests(incremental)
    for folder in ("pages", "doctrees"):
        shutil.rmtree(project / "docs" / "_build" / folder)
    whole = digests(build_site(tmp_path / "whole").parent)
    # The search index numbers words in the order in which pages are read.
    assert found.pop("searchindex.js")
    assert whole.pop("searchindex.js")
    assert found == whole


def test_a_page_is_read_again_only_where_its_source_has_changed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staging touches changed files, and removes deleted ones."""
    calls: list[Path] = []
    monkeypatch.setattr(build, "render", lambda source, pages, doctrees: calls.append(source) or fake_pages(pages))
    build_site()
    source = project / "docs" / "_build" / "source"
    before = {path: path.stat().st_mtime_ns for path in source.rglob("*") if path.is_file()}
    (project / "docs" / "explanation" / "limitations.md").write_text("# Limitations\n\nNone.\n")
    (project / "notebooks" / "random_search.ipynb").unlink()
    build_site()
    after = {path: path.stat().st_mtime_ns for path in source.rglob("*") if path.is_file()}
    changed = {path.relative_to(source).as_posix() for path, stamp in after.items() if before.get(path) != stamp}
    assert len(calls) == 2
    assert changed == {"explanation/limitations.md", "index.md", "specs/index.md", "which-optimizer.md"}
    assert not (source / "specs" / "random_search.ipynb").exists()


def fake_pages(pages: Path) -> None:
    """Replace Sphinx where its pages do not matter."""
    pages.mkdir(parents=True, exist_ok=True)
    (pages / "index.html").write_text("pages")


def test_a_lost_front_page_is_built_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp alone is not accepted as a site."""
    monkeypatch.setattr(build, "render", lambda source, pages, doctrees: fake_pages(pages))
    index = build_site()
    index.unlink()
    assert build_site().read_text() == "pages"


@pytest.mark.slow
def test_a_failed_build_names_the_warning_and_leaves_the_last_site(project: Path, site_of_project: Path) -> None:
    """Warnings of Sphinx are errors, and the published pages stay as they were."""
    for page in ("reference/python.md", "reference/schemas.md"):
        (project / "docs" / page).write_text("# Short\n")
    (project / "docs" / "explanation" / "limitations.md").write_text("# Limitations\n\n[gone](../nowhere.md)\n")
    with pytest.raises(ExecutionError, match=r"limitations\.md.*nowhere"):
        build_site()
    assert (site_of_project / "index.html").read_text() == "the last good one"


def test_a_picture_without_an_alternative_text_is_refused(project: Path, site_of_project: Path) -> None:
    """The message names the spec and the cell, and the published pages stay as they were."""
    path = project / "artifacts" / "specs" / "manta_ray_foraging" / "manta_ray_foraging.ipynb"
    notebook = json.loads(path.read_text())
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "idea")
    picture = next(output for output in cell["outputs"] if "image/svg+xml" in output.get("data", {}))
    picture["data"]["text/plain"] = "<Figure size 640x480 with 1 Axes>"
    path.write_text(json.dumps(notebook))
    with pytest.raises(ExecutionError, match=r"manta_ray_foraging, cell 'idea': .*no alternative text"):
        build_site()
    assert (site_of_project / "index.html").read_text() == "the last good one"


def test_a_missing_extra_is_reported_with_its_install_command(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the optional Sphinx nothing is changed."""
    monkeypatch.setattr(build.importlib.util, "find_spec", lambda name: None if name == "furo" else object())
    with pytest.raises(MissingExtraError, match=r'furo.*pip install "benchbook\[docs\]"'):
        build_site()
    assert main(["site", "build"]) == 1
    assert "benchbook[docs]" in capsys.readouterr().err
    assert not (project / "docs" / "_build" / "source").exists()
    assert not (project / "docs" / "_build" / "html").exists()


def test_outside_of_a_project_the_error_says_what_is_expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says that a project has notebooks and parameters."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no project found"):
        build_site()


def test_a_folder_with_something_else_is_not_replaced(project: Path, tmp_path: Path) -> None:
    """Only an empty folder or an earlier site is replaced."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.tex").write_text("years")
    with pytest.raises(UsageError, match="contains no site"):
        build_site(precious)
    with pytest.raises(UsageError, match="is a file"):
        build_site(precious / "thesis.tex")
    assert (precious / "thesis.tex").read_text() == "years"


def test_an_unknown_slot_is_an_error(project: Path) -> None:
    """A misspelt comment in a hand-written page is reported."""
    (project / "docs" / "explanation" / "limitations.md").write_text("# X\n\n<!-- benchbook: spex -->\n")
    with pytest.raises(UsageError, match=r"limitations\.md has the unknown slot 'spex'"):
        build_site()
