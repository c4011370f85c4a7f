from collections.abc import Iterator

import pytest

from benchbook.problems import kernel


@pytest.fixture
def restored() -> Iterator[None]:
    """Restore the previous variant after the test."""
    before = kernel.info().variant
    yield
    kernel.use(before)
