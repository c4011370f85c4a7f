import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchbook.runs.hypervolume import Archive
from benchbook.runs.quality import Hypervolume

moocore = pytest.importorskip("moocore")

_COORDINATE = st.one_of(st.floats(-0.5, 2.0), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
_POINTS = st.lists(st.tuples(_COORDINATE, _COORDINATE), min_size=1, max_size=40)


def _archive(points: list[tuple[float, float]]) -> Archive:
    archive = Archive(np.zeros(2), np.ones(2))
    for point in points:
        archive.add(*point)
    return archive


@given(_POINTS)
@settings(max_examples=150)
def test_hypervolume_is_moocores(points: list[tuple[float, float]]) -> None:
    """With points added one by one in any order, the hypervolume is that of all of them."""
    inside = [point for point in points if max(point) <= 1.0]
    expected = float(moocore.hypervolume(np.array(inside), ref=[1.0, 1.0])) if inside else 0.0
    assert _archive(points).hypervolume == pytest.approx(expected, abs=1e-12)


@given(_POINTS)
@settings(max_examples=150)
def test_archive_holds_what_no_other_dominates(points: list[tuple[float, float]]) -> None:
    """No kept point is dominated or equalled by another, and they are sorted by the first objective."""
    best = {(u, v) for u, v in points if not any(a <= u and b <= v and (a, b) != (u, v) for a, b in points)}
    assert _archive(points).points == sorted(best)


@given(_POINTS)
@settings(max_examples=100)
def test_adding_returns_whether_a_point_is_kept(points: list[tuple[float, float]]) -> None:
    """A point is accepted exactly if no earlier one dominates or equals it."""
    archive = Archive(np.zeros(2), np.ones(2))
    for k, (u, v) in enumerate(points):
        expected = not any(a <= u and b <= v for a, b in points[:k])
        assert archive.add(u, v) == expected


def test_before_the_box_is_reached_the_distance_counts() -> None:
    """Quality is the distance of the nearest point to the box until a point lies in it, then minus the hypervolume."""
    quality = Hypervolume(np.array([10.0, 20.0]), np.array([12.0, 24.0]))
    points = np.array([[18.0, 40.0], [14.0, 22.0], [100.0, 100.0], [11.0, 22.0]])
    assert quality(points, None).tolist() == [5.0, 1.0, 1.0, -0.25]


def test_points_without_numbers_count_as_invalid() -> None:
    """NaN or infinity in one objective makes the value invalid and does not change the archive."""
    quality = Hypervolume(np.zeros(2), np.ones(2))
    judged = quality(np.array([[0.5, np.nan], [-np.inf, 0.5], [0.5, 0.5]]), None)
    assert np.isnan(judged[:2]).all()
    assert judged[2] == -0.25
    assert quality.archive.points == [(0.5, 0.5)]
