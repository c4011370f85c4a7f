from typing import Any

import numpy as np
import pytest

from benchbook.errors import UsageError
from benchbook.whole_numbers import check_whole, is_whole


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_whole_numbers_become_plain_ints(value: Any) -> None:
    """NumPy integers are accepted and become Python ints."""
    assert type(check_whole("dim", value, 1)) is int


@pytest.mark.parametrize("value", [True, np.True_, 2.0, 1.5, "3", None, 0])
def test_what_is_not_a_whole_number_is_named(value: Any) -> None:
    """The message has argument, expected and actual value; booleans are refused."""
    with pytest.raises(UsageError, match=r"^dim is .*, expected a whole number >= 1$"):
        check_whole("dim", value, 1)


def test_what_no_artifact_can_hold_is_refused() -> None:
    """A number may have an upper limit, too."""
    with pytest.raises(UsageError, match="expected at most 5, which an artifact can hold"):
        check_whole("seed", 6, 0, most=5)


def test_only_ints_are_whole() -> None:
    """A boolean is an int in Python, but is not meant as the number 1."""
    assert [is_whole(value) for value in (0, -3, True, 1.0, "1")] == [True, True, False, False, False]
