from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchbook.errors import ShapeError, UsageError
from benchbook.problems.applied.stereo import completeness, depth_error_mm, precision

TRUTH = np.array([[100.0, 200.0], [300.0, np.nan]])
MAPS = arrays(np.float64, 12, elements=st.one_of(st.floats(90.0, 110.0), st.just(np.nan)))


def test_completeness_counts_the_truth_and_precision_the_estimates() -> None:
    """A careful map with one correct pixel of three has completeness 1/3 and precision 1."""
    careful = np.array([[101.0, np.nan], [np.nan, np.nan]])
    assert completeness(careful, TRUTH, tolerance_mm=2.0) == pytest.approx(1 / 3)
    assert precision(careful, TRUTH, tolerance_mm=2.0) == 1.0


def test_a_guess_where_no_truth_is_known_counts_nowhere() -> None:
    """Pixels without ground truth are left out of all measures."""
    one, other = TRUTH.copy(), TRUTH.copy()
    one[1, 1], other[1, 1] = 5.0, 5000.0
    for estimate in (one, other):
        assert completeness(estimate, TRUTH, tolerance_mm=0.0) == 1.0
        assert precision(estimate, TRUTH, tolerance_mm=0.0) == 1.0
        assert depth_error_mm(estimate, TRUTH) == 0.0


def test_an_empty_map_explains_nothing() -> None:
    """Without an estimate completeness is 0, and undefined measures are None rather than 0."""
    empty = np.full_like(TRUTH, np.nan)
    assert completeness(empty, TRUTH, tolerance_mm=1.0) == 0.0
    assert precision(empty, TRUTH, tolerance_mm=1.0) is None
    assert depth_error_mm(empty, TRUTH) is None


def test_the_error_is_a_root_mean_square_in_mm() -> None:
    """Errors of 3 and 4 mm have a root mean square of sqrt(12.5) mm."""
    assert depth_error_mm(np.array([103.0, 96.0]), np.array([100.0, 100.0])) == pytest.approx(12.5**0.5)


@given(estimate=MAPS, tolerance_mm=st.floats(0.0, 30.0))
def test_completeness_grows_with_the_tolerance_up_to_the_estimated_share(estimate: Any, tolerance_mm: float) -> None:
    """Completeness lies between 0 and the share of estimated pixels, and a wider tolerance never lowers it."""
    truth = np.full(12, 100.0)
    share = completeness(estimate, truth, tolerance_mm=tolerance_mm)
    assert 0.0 <= share <= np.isfinite(estimate).mean()
    assert share <= completeness(estimate, truth, tolerance_mm=tolerance_mm + 1.0)
    told = precision(estimate, truth, tolerance_mm=tolerance_mm)
    assert told is None or told >= share


def test_what_cannot_be_compared_is_refused() -> None:
    """Shapes must agree, the tolerance must not be negative, and there must be a truth."""
    with pytest.raises(ShapeError, match=r"expected \(2, 2\)"):
        completeness(np.zeros(3), TRUTH, tolerance_mm=1.0)
    with pytest.raises(ShapeError, match=r"expected \(2, 2\)"):
        depth_error_mm(np.zeros(3), TRUTH)
    with pytest.raises(UsageError, match="tolerance_mm is -1"):
        precision(TRUTH, TRUTH, tolerance_mm=-1.0)
    with pytest.raises(UsageError, match="tolerance_mm is nan"):
        precision(TRUTH, TRUTH, tolerance_mm=np.nan)
    with pytest.raises(UsageError, match="no known depth"):
        completeness(TRUTH, np.full_like(TRUTH, np.nan), tolerance_mm=1.0)
