"""The executed project for tests of the site."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # the module is shared with tests/browser

from site_project import built_site, executed_project


@pytest.fixture(scope="session")
def site() -> Path:
    """The pages of the executed project, built once; nobody changes them."""
    return built_site()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the executed project without its site, as working directory."""
    copy = tmp_path / "project"
    shutil.copytree(executed_project(), copy, ignore=shutil.ignore_patterns("_build"))
    monkeypatch.chdir(copy)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(copy / "artifacts"))
    return copy
