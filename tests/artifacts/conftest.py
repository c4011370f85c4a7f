from typing import Any

import pytest

import benchbook as bb
from benchbook.artifacts.codec import decode, encode
from benchbook.artifacts.run_document import to_document
from benchbook.records import RunRecord


@pytest.fixture(scope="session")
def record() -> RunRecord:
    """Return a run on a shifted problem."""
    return bb.run("random_search", "levy", dim=2, instance=1, seed=4, budget=40)


@pytest.fixture
def document(record: RunRecord) -> dict[str, Any]:
    """Return the run's document, as read back."""
    return dict(decode(encode(to_document(record))))
