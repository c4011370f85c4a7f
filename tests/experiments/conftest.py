"""Fixtures for the tests of experiments; none of them writes outside of its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchbook.experiments import InMemory


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the artifact root of this test."""
    root = tmp_path / "artifacts"
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(root))
    return root


@pytest.fixture
def memory() -> InMemory:
    """Return a sink that keeps its records in memory."""
    return InMemory()
