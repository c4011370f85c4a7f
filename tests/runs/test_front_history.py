"""Archives of non-dominated points: their content, their precision, and that they do not depend on the executor."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import benchbook as bb
from benchbook.analysis.fronts import front, front_at
from benchbook.artifacts.run_document import comparable_digests, content_digest_of, to_document
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.validate import meaning_findings
from benchbook.cli.show import run_facts
from benchbook.records import ArchiveRecord, RunRecord
from benchbook.runs.front_history import FrontHistory
from benchbook.runs.hypervolume import Archive

_POINTS = st.lists(st.tuples(st.floats(-0.5, 1.0), st.floats(-0.5, 1.0)), min_size=1, max_size=60)


def _kept(points: list[tuple[float, float]], most: int) -> ArchiveRecord:
    archive, history = Archive(np.zeros(2), np.ones(2)), FrontHistory(np.zeros(2), np.ones(2), most=most)
    for evaluation, point in enumerate(points, start=1):
        if archive.add(*point):
            history.add(evaluation, *point)
    return history.record()


def _two(x: np.ndarray) -> tuple[float, float]:
    return float(((x + 1.0) ** 2).sum()), float(((x - 1.0) ** 2).sum())


def _record(seed: int = 3) -> RunRecord:
    return bb.run("nsga2", "bbob_biobj_f1", dim=2, seed=seed, budget=1000)


@given(_POINTS)
@settings(max_examples=60)
def test_all_points_are_kept_up_to_the_limit(points: list[tuple[float, float]]) -> None:
    """Below the limit the archive is lossless: after any evaluation its front equals that of all points so far."""
    archive = _kept(points, most=100)
    assert archive.precision == 0.0
    for evaluations in (1, len(points) // 2 + 1, len(points)):
        assert front_at(archive, evaluations).tolist() == front(np.array(points[:evaluations])).tolist()


@given(_POINTS, st.integers(1, 12))
@settings(max_examples=100)
def test_beyond_the_limit_every_point_is_covered(points: list[tuple[float, float]], most: int) -> None:
    """For each point, a bounded archive has one found no later that is at most its precision worse."""
    archive = _kept(points, most)
    assert len(archive.evaluations) <= most
    kept = np.column_stack((archive.first, archive.second))
    for evaluation, point in enumerate(points, start=1):
        earlier = kept[archive.evaluations <= evaluation]
        assert (earlier <= np.array(point) + archive.precision * (1 + 1e-12)).all(axis=1).any()


def test_an_archive_of_points_over_many_orders_of_magnitude_stays_bounded() -> None:
    """Beyond the box precision is logarithmic, so distant points cannot fill the archive."""
    points = [(10.0**k, 10.0 ** (100 - k)) for k in range(-100, 200)]
    archive = _kept(points, most=20)
    assert 1 <= len(archive.evaluations) <= 20


def test_a_run_with_two_objectives_keeps_its_archive() -> None:
    """Every point that entered is kept with its evaluation, and gives the recorded hypervolume."""
    record = _record()
    archive = record.archive
    assert archive is not None
    again = Archive(archive.ideal, archive.nadir, attained=True)
    for first, second in zip(archive.first.tolist(), archive.second.tolist(), strict=True):
        assert again.add(first, second)
    assert -again.hypervolume == record.best_value
    assert set(record.history.evaluations.tolist()) <= set(archive.evaluations.tolist())


def test_runs_with_one_objective_have_no_archive_in_their_documents() -> None:
    """The documents of single-objective runs are unchanged."""
    record = bb.run("random_search", "sphere", dim=2, seed=1, budget=20)
    assert record.archive is None
    assert "archive" not in to_document(record)


def test_an_archive_is_stored_and_read_again(tmp_path: Path) -> None:
    """The artifact and the store return the same record."""
    record = _record()
    bb.save(record, tmp_path / "run.json.zst")
    assert bb.load(tmp_path / "run.json.zst") == record
    with Store(tmp_path / "store") as store:
        store.append(record)
    with Store(tmp_path / "store") as store:
        assert store.get(record.run_key) == record


def test_processes_store_the_same_archives_as_one(tmp_path: Path) -> None:
    """Serial and parallel studies have the same content digest, which covers archives, and can resume each other."""
    digests = []
    made = bb.study(optimizers=["nsga2"], functions="bbob_biobj_f1", dims=2, instances=[1, 2], budget=200)
    for executor in ("serial", "processes"):
        made.run(tmp_path / executor, executor=executor)
        with Store(tmp_path / executor) as store:
            assert all(run.archive is not None for run in store.records())
            digests.append(store.content_digest())
    assert digests[0] == digests[1]


@pytest.mark.parametrize("what", ["evaluations", "first", "second"])
def test_a_changed_archive_is_found(what: str) -> None:
    """The content digest covers the archive."""
    record = _record()
    assert record.archive is not None
    assert list(meaning_findings(record)) == []
    changed = getattr(record.archive, what).copy()
    changed[-1] += 1
    other = dataclasses.replace(record, archive=dataclasses.replace(record.archive, **{what: changed}))
    assert any(finding.path == "$.content_digest" for finding in meaning_findings(other))


def test_a_run_from_before_archives_is_verified_without_them() -> None:
    """An artifact without an archive is compared by the data that it has."""
    now = _record()
    then = dataclasses.replace(now, archive=None)
    then = dataclasses.replace(then, content_digest=content_digest_of(then))
    assert len(set(comparable_digests(then, now))) == 1
    assert bb.verify(then).identical


def test_show_describes_the_archive() -> None:
    """The command `benchbook show` gives the number of points and the precision of the archive."""
    told = dict(run_facts(_record()))["archive"]
    assert "points not dominated when found (all of them)" in told
