import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from benchbook.cli.main import main
from benchbook.clock import ManualClock
from benchbook.errors import ArtifactError, UnknownNameError, UsageError
from benchbook.files import PIPELINE_VARIABLE
from benchbook.tracking import Pipeline, find_run, list_runs, prune, read_run, track
from benchbook.tracking.events import read_manifest
from benchbook.tracking.files.folders import LOCK, MANIFEST, run_ids, tracking_root
from benchbook.tracking.files.pipeline_document import from_document, to_document
from benchbook.tracking.files.reader import INDEX

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def ended(name: str = "x", day: int = 0, spec: str | None = None) -> Pipeline:
    """Return a pipeline that ran on a day of March and has ended."""
    with track(name, telemetry=False, spec=spec, clock=ManualClock(start=DAY + timedelta(days=day))) as pipeline:
        pass
    return pipeline


def test_the_list_is_newest_first_and_filtered() -> None:
    """Runs are selected by date, status, spec, name and limit; the count ignores the limit."""
    ended("a", 0)
    ended("b", 2, spec="cma_es")
    with pytest.raises(ValueError, match="no"), track("c", telemetry=False, clock=ManualClock(start=DAY)):
        raise ValueError("no")
    assert [line.name for line in list_runs()[0]] == ["b", "c", "a"]
    assert [line.name for line in list_runs(since=DAY + timedelta(days=1))[0]] == ["b"]
    assert [line.name for line in list_runs(status=["failed"])[0]] == ["c"]
    assert [line.name for line in list_runs(spec="cma_es")[0]] == ["b"]
    assert [line.name for line in list_runs(spec="a")[0]] == ["a"]
    lines, count = list_runs(limit=1)
    assert (len(lines), count) == (1, 3)


def nested(parent: str, monkeypatch: pytest.MonkeyPatch, day: int = 0) -> Pipeline:
    """Return a pipeline that ran in a process working for another, and has ended."""
    with monkeypatch.context() as process:
        process.setenv(PIPELINE_VARIABLE, parent)
        return ended("part", day)


def test_parts_of_another_pipeline_are_listed_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default the list and `latest` show the whole only; parts are found by name."""
    whole = ended("whole", 0)
    part = nested(whole.run_id, monkeypatch, 1)
    assert [line.name for line in list_runs()[0]] == ["whole"]
    assert next((line.name, line.parent) for line in list_runs(nested=True)[0]) == ("part", whole.run_id)
    assert find_run("latest") == whole.folder
    assert find_run("part") == part.folder
    assert main(["track", "list", "--spec", "part"]) == 0
    assert "1 that are part of other pipelines; --nested lists them" in capsys.readouterr().out
    assert main(["track", "list", "--nested"]) == 0
    assert part.run_id in capsys.readouterr().out


def test_a_part_whose_whole_is_gone_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a deleted pipeline does not disappear from the list."""
    nested("20260101T000000000000Z-gone-00000000", monkeypatch)
    assert [line.name for line in list_runs()[0]] == ["part"]
    assert find_run("latest").name.split("-")[1] == "part"


def test_a_snapshot_without_a_parent_is_read() -> None:
    """Pipelines of earlier versions do not name their parent."""
    document = to_document(ended("old").state)
    del document["parent"]
    assert from_document(document).parent is None


def test_parts_stay_as_long_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts do not count towards the kept ones, and are deleted with their whole."""
    for day in range(22):
        whole = ended("whole", day)
        nested(whole.run_id, monkeypatch, day)
    assert len(prune(20)) == 4
    assert len(list_runs(nested=True)[0]) == 40


def test_nothing_tracked_is_an_empty_list() -> None:
    """A missing folder is not an error."""
    assert list_runs() == ([], 0)
    with pytest.raises(UsageError, match="nothing was tracked yet"):
        find_run("latest")


def test_the_index_agrees_with_the_folders() -> None:
    """Lists from the index, from the folders, and with a damaged index are equal."""
    for day in range(25):
        ended("x", day)
    first = list_runs()
    index = tracking_root() / INDEX
    assert index.is_file()
    assert list_runs() == first
    index.write_bytes(b"{")
    assert list_runs() == first


def test_a_run_is_found_by_id_part_name_and_latest() -> None:
    """Unknown and ambiguous names are refused."""
    old, new = ended("first one", 0), ended("second", 1)
    assert find_run("latest") == new.folder
    assert find_run(old.run_id) == find_run(old.run_id[:8]) == find_run(old.run_id[-8:]) == old.folder
    assert find_run("first-one") == old.folder
    with pytest.raises(UsageError, match="2 tracked pipelines"):
        find_run("202603")
    with pytest.raises(UnknownNameError, match="did you mean 'second'"):
        find_run("sec")


def test_a_manifest_of_a_newer_version_is_named_and_costs_no_other() -> None:
    """The list shows it as unreadable, with the reason."""
    old, new = ended("old"), ended("new")
    lines = (new.folder / MANIFEST).read_bytes().splitlines(keepends=True)
    first = orjson.dumps({**orjson.loads(lines[0]), "v": 99})
    (new.folder / MANIFEST).write_bytes(first + b"\n" + b"".join(lines[1:]))
    (new.folder / "pipeline.json").unlink()
    with pytest.raises(ArtifactError, match="reads up to 1; a newer benchbook wrote it: upgrade"):
        read_run(new.folder)
    statuses = {line.name: (line.status, line.reason) for line in list_runs()[0]}
    assert statuses["old"] == ("completed", None)
    assert statuses["new"][0] == "unreadable"
    assert "upgrade" in str(statuses["new"][1])
    assert old.folder.is_dir()


@pytest.mark.parametrize("damage", [b'{"event": "metric", "st', b"\x00\x00\n", b'{"event": "step_ended", "step": 7}\n'])
def test_damage_costs_its_own_line_only(damage: bytes) -> None:
    """A torn or invalid line is counted, and the lines around it are read."""
    with track("x", telemetry=False) as pipeline, pipeline.step("a"):
        pass
    path = pipeline.folder / MANIFEST
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], damage.rstrip(b"\n") + b"\n", *lines[2:]]))
    state = read_manifest(path)
    assert state.torn == 1
    assert state.status == "completed"


@pytest.mark.parametrize("data", [b"", b"{}\n", b'{"event": "metric"}\n', b"no json\n"])
def test_what_is_not_a_manifest_is_refused(tmp_path: Path, data: bytes) -> None:
    """A file that is not a manifest is refused."""
    (tmp_path / MANIFEST).write_bytes(data)
    with pytest.raises(ArtifactError, match="does not begin"):
        read_manifest(tmp_path / MANIFEST)


def test_an_event_of_an_unknown_kind_is_passed_over() -> None:
    """Later releases may add kinds of events within a version."""
    pipeline = ended()
    path = pipeline.folder / MANIFEST
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b'{"event":"music","t":0.0}\n', *lines[1:]]))
    assert (read_manifest(path).status, read_manifest(path).torn) == ("completed", 0)


def test_a_folder_that_is_only_just_being_made_is_left_out() -> None:
    """Before its first event, a folder is neither listed nor pruned."""
    folder = ended().folder
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / LOCK).touch()
    assert list_runs() == ([], 0)


def test_prune_keeps_the_newest_and_whatever_is_live() -> None:
    """A live run is kept however old it is, and the index forgets deleted runs."""
    with track("live", telemetry=False, clock=ManualClock(start=DAY - timedelta(days=9))) as live:
        for day in range(25):
            ended("x", day)
        assert len(prune(20, dry_run=True)) == 5
        assert len(run_ids()) == 26
        gone = prune(20)
        assert len(gone) == 5
        assert live.run_id in run_ids()
        assert prune(20) == []
    assert len(list_runs()[0]) == 21
    assert prune(20) == [live.run_id]


def test_fewer_than_twenty_are_never_kept() -> None:
    """The minimum number of kept runs is guaranteed."""
    with pytest.raises(UsageError, match="keep is 19, expected at least 20"):
        prune(19)


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 5},
        {"total": "x"},
        {"name": None},
        {"weights": {"a": 1}},
    ],
)
def test_a_manifest_with_a_wrong_type_costs_only_its_line(change: dict[str, object]) -> None:
    """The manifest is listed as unreadable, and the others as usual."""
    ended("good", 0)
    bad = ended("bad", 1)
    folder = tracking_root() / bad.run_id
    (folder / "pipeline.json").unlink()
    lines = (folder / MANIFEST).read_bytes().splitlines()
    lines[0] = orjson.dumps({**orjson.loads(lines[0]), **change})
    (folder / MANIFEST).write_bytes(b"\n".join(lines) + b"\n")
    assert [(line.name, line.status) for line in list_runs()[0]] == [("bad", "unreadable"), ("good", "completed")]


def test_an_event_with_a_wrong_type_is_left_out() -> None:
    """The event is counted, like a torn line."""
    folder = tracking_root() / ended("x").run_id
    before = read_manifest(folder / MANIFEST)
    with (folder / MANIFEST).open("ab") as file:
        file.write(b'{"event": "signal", "t": "x", "name": "SIGTERM"}\n')
    assert read_manifest(folder / MANIFEST).torn == before.torn + 1


def test_an_index_that_was_changed_is_made_again() -> None:
    """A list never shows what the manifests do not contain."""
    for day in range(25):
        ended("x", day)
    true = list_runs()
    path = tracking_root() / INDEX
    index = orjson.loads(path.read_bytes())
    for fields in index["runs"].values():
        fields[3] = "failed"
    path.write_bytes(orjson.dumps(index))
    assert list_runs() == true
