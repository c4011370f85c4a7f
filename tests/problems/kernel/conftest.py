from collections.abc import Iterator

import pytest

from benchbook.problems import kernel


@pytest.fixture
def restored() -> Iterator[None]:
    """Use the variant of before again when the test is over."""
    before = kernel.info().variant
    yield
    kernel.use(before)
