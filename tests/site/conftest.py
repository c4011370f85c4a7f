"""The executed project for tests of the site."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # the module is shared with tests/browser

from site_project import built_site, executed_project

from benchbook.site import build_site


@pytest.fixture(scope="session")
def site() -> Path:
    """The pages of the executed project, built once; tests must not change them."""
    return built_site()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the executed project without its site, as working directory; what was drawn for it is there."""
    copy = copied(tmp_path)
    for kept in ("kept", "landscapes"):
        shutil.copytree(executed_project() / "docs" / "_build" / kept, copy / "docs" / "_build" / kept)
    return entered(copy, monkeypatch)


@pytest.fixture(scope="module")
def copy_with_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the executed project with a site built from nothing in it, once for the tests of a module."""
    copy = copied(tmp_path_factory.mktemp("built"))
    with pytest.MonkeyPatch.context() as patch:
        entered(copy, patch)
        build_site()
    return copy


@pytest.fixture
def project_with_site(copy_with_site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return that copy as working directory; only the last test that uses it may change it."""
    return entered(copy_with_site, monkeypatch)


def copied(folder: Path) -> Path:
    """Copy the executed project without its site."""
    copy = folder / "project"
    shutil.copytree(executed_project(), copy, ignore=shutil.ignore_patterns("_build"))
    return copy


def entered(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project the working directory."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(project / "artifacts"))
    return project
