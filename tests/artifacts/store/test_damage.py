"""In damaged stores whatever can be read is read, the rest is named, and memory stays bounded."""

from __future__ import annotations

import dataclasses
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import benchbook as bb
from benchbook.artifacts import codec
from benchbook.artifacts.interop import write_imported
from benchbook.artifacts.store.deduplicated import to_stored
from benchbook.artifacts.store.indexing.index import FILE_NAME
from benchbook.artifacts.store.manifest import FILE_NAME as MANIFEST
from benchbook.artifacts.store.repair import inspect, repair
from benchbook.artifacts.store.shards import ShardWriter, frames_of_shard
from benchbook.artifacts.store.store import Store
from benchbook.errors import ArtifactError, StorageError
from benchbook.records import History, OptimizerRecord, RunRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

RUNS = 12


@pytest.fixture(scope="module")
def records() -> list[RunRecord]:
    """Return runs of two cells."""
    return [
        bb.run(name, "ackley", dim=2, instance=1, seed=seed, budget=30)
        for name in ("random_search", "manta_ray_foraging")
        for seed in range(RUNS // 2)
    ]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, records: list[RunRecord]) -> Path:
    """Return a store of one shard, undamaged."""
    folder = tmp_path_factory.mktemp("original")
    with Store(folder) as store:
        for record in records:
            store.append(record)
    return folder


@pytest.fixture
def store(tmp_path: Path, original: Path) -> Path:
    """Return a copy of the store, to be damaged."""
    return Path(shutil.copytree(original, tmp_path / "store"))


def shard_of(store: Path) -> Path:
    """Return the store's shard."""
    (shard,) = store.glob("shards/*.runs.zst")
    return shard


def kept(store: Path) -> set[str]:
    """Return the keys of the runs that can be read."""
    with Store(store) as opened:
        return set(opened.by_key())


def test_a_run_in_a_store_is_a_run_artifact(original: Path, records: list[RunRecord]) -> None:
    """A store gives back the record that was put in, and its document is complete."""
    from benchbook.artifacts.validate import check_document

    with Store(original) as store:
        assert {r.run_id: r for r in store.records()} == {r.run_id: r for r in records}
        assert [check_document(store.document(row)) for row in store.rows()] == [[]] * RUNS


def test_a_run_takes_few_bytes(tmp_path: Path) -> None:
    """With full provenance, 1e4 evaluations of random search take at most 880 bytes."""
    with Store(tmp_path) as store:
        for instance in range(1, 16):
            store.append(bb.run("random_search", "rastrigin", dim=10, instance=instance, seed=1, budget=10_000))
    assert shard_of(tmp_path).stat().st_size / 15 <= 880


@given(part=st.floats(0, 1))
def test_a_truncated_shard_loses_its_end_only(
    tmp_path_factory: pytest.TempPathFactory, original: Path, part: float
) -> None:
    """Every run before the cut is read."""
    folder = Path(shutil.copytree(original, tmp_path_factory.mktemp("cut") / "store"))
    shard = shard_of(folder)
    ends = [frame.offset + frame.size for frame in frames_of_shard(shard)]
    cut = int(part * shard.stat().st_size)
    os.truncate(shard, cut)
    (folder / FILE_NAME).unlink(missing_ok=True)
    with Store(folder) as opened:
        whole = sum(end <= cut for end in ends)
        shared = opened.index().query("SELECT count(*) FROM shared").fetchone()[0]
        assert len(opened) == whole - shared


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_costs_one_frame(
    tmp_path_factory: pytest.TempPathFactory, original: Path, place: float, bit: int
) -> None:
    """The frames behind it are found by their magic bytes; a damaged shared document costs the runs that use it."""
    folder = Path(shutil.copytree(original, tmp_path_factory.mktemp("flip") / "store"))
    shard = shard_of(folder)
    frames = list(frames_of_shard(shard))
    data = bytearray(shard.read_bytes())
    position = int(place * len(data))
    data[position] ^= 1 << bit
    shard.write_bytes(data)
    hit = next(frame for frame in frames if frame.offset <= position < frame.offset + frame.size)
    document = codec.document_of(hit, "frame")
    lost = RUNS - len(kept(folder))
    assert lost <= {"stored-run": 1, "store-cell": RUNS // 2, "store-circumstances": RUNS}[str(document["kind"])]
    # Nothing is wrong after a flip of the one bit in a frame's header that zstd does not use.
    assert lost == 0 or list(inspect(folder))


def test_shared_documents_are_repeated(tmp_path: Path, records: list[RunRecord]) -> None:
    """Shared documents are repeated, so a damaged one costs a bounded number of runs, not the shard."""
    writer = ShardWriter(tmp_path)
    for _ in range(200):
        writer.append(to_stored(records[0]))
    writer.close()
    kinds = [codec.document_of(frame, "shard")["kind"] for frame in frames_of_shard(writer.path)]
    assert kinds.count("store-circumstances") == kinds.count("store-cell") == 4


def test_foreign_and_empty_files_are_named(store: Path) -> None:
    """Such files cost no run and `check` names them; `--repair` removes or sets them aside."""
    (store / "shards" / "aa.runs.zst").write_bytes(b"hello, world")
    (store / "shards" / "bb.runs.zst").write_bytes(b"")
    (store / "shards" / "cc.runs.zst").write_bytes(zstandard.compress(b"[1, 2]"))
    (store / "shards" / "dd.runs.zst").write_bytes(codec.encode({"kind": "cake", "schema_version": 1}))
    (store / "shards" / ".x.tmp").write_bytes(b"half")
    assert len(kept(store)) == RUNS
    assert {finding.path for finding in inspect(store)} == {
        f"shards/{name}" for name in (".x.tmp", "aa.runs.zst", "bb.runs.zst", "cc.runs.zst", "dd.runs.zst")
    }
    repair(store)
    assert list(inspect(store)) == []
    assert {path.name for path in (store / "set-aside").iterdir()} == {"cc.runs.zst", "dd.runs.zst"}


def test_repair_drops_damaged_frames_only(store: Path) -> None:
    """After a repair the same runs can be read as before, and no finding is left."""
    shard = shard_of(store)
    frames = list(frames_of_shard(shard))
    data = bytearray(shard.read_bytes())
    data[frames[5].offset + 40] ^= 255
    shard.write_bytes(bytes(data[:-7]))
    before = kept(store)
    assert len(before) == RUNS - 2
    repair(store)
    assert list(inspect(store)) == []
    assert kept(store) == before


def test_a_shard_that_is_being_written_is_not_repaired(tmp_path: Path, records: list[RunRecord]) -> None:
    """A shard is not rewritten while its writer has it open."""
    with Store(tmp_path) as writing:
        writing.append(records[0])
        with writing.shard.open("ab") as file:
            file.write(b"garbage")
        assert repair(tmp_path) == [f"shards/{writing.shard.name}: left alone, a process is writing to it"]
    assert repair(tmp_path) == [f"shards/{writing.shard.name}: 1 damaged frames removed"]


def test_concatenated_shards_are_a_shard(tmp_path: Path, store: Path, records: list[RunRecord]) -> None:
    """Concatenated shards are read, also where the first of them has a torn end."""
    torn = shard_of(store).read_bytes()[:-5]
    with Store(tmp_path / "other") as other:
        other.append(bb.run("random_search", "sphere", dim=2, seed=1, budget=10))
    (tmp_path / "all.runs.zst").write_bytes(torn + shard_of(tmp_path / "other").read_bytes())
    target = tmp_path / "target"
    target.mkdir()
    shutil.copy(tmp_path / "all.runs.zst", target)
    assert len(kept(target)) == RUNS - 1 + 1


def test_a_bomb_is_refused_with_bounded_memory(store: Path, python: object) -> None:
    """A frame of a few kB that decompresses to 2 GB is named, and the process stays small."""
    compressor = zstandard.ZstdCompressor(level=19).compressobj()
    bomb = b"".join(compressor.compress(bytes(1 << 24)) for _ in range(128)) + compressor.flush()
    with shard_of(store).open("ab") as file:
        file.write(bomb)
    code = f"""
import resource
from pathlib import Path
from benchbook.artifacts.store.store import Store
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
with Store(Path({str(store)!r})) as store:
    print(len(store), store.index().query("SELECT reason FROM damages").fetchall())
"""  # noqa: S608  # a program, not a query
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{RUNS} [('decompresses to more than" in done.stdout


def test_a_damaged_index_is_rebuilt(store: Path) -> None:
    """A damaged index is rebuilt from the shards, and contains nothing else."""
    assert len(kept(store)) == RUNS
    (store / FILE_NAME).write_bytes(b"this is no database, but long enough to be taken for one" * 100)
    assert len(kept(store)) == RUNS
    with sqlite3.connect(store / FILE_NAME) as database:
        assert database.execute("SELECT count(*) FROM runs").fetchone() == (RUNS,)
    database.close()


def test_a_shard_that_was_rewritten_is_read_again(store: Path, records: list[RunRecord]) -> None:
    """The index detects a rewritten shard by its size and date."""
    assert len(kept(store)) == RUNS
    shard = shard_of(store)
    frames = list(frames_of_shard(shard))
    os.truncate(shard, frames[-1].offset)
    assert len(kept(store)) == RUNS - 1
    shard.unlink()
    assert len(kept(store)) == 0


def test_only_new_frames_are_read(tmp_path: Path, records: list[RunRecord], monkeypatch: pytest.MonkeyPatch) -> None:
    """An update of the index reads what was added, not the rest."""
    from benchbook.artifacts.store.indexing import index

    starts: list[int] = []
    scan = index.scan
    monkeypatch.setattr(index, "scan", lambda store, shard, start: starts.append(start) or scan(store, shard, start))
    with Store(tmp_path) as store:
        store.append(records[0])
        assert len(store) == 1
        size = store.shard.stat().st_size
        store.append(records[1])
        assert len(store) == 2
    assert starts == [0, size]


def test_a_read_only_store_is_read(store: Path) -> None:
    """A user without write permission can read everything without an index file."""
    (store / FILE_NAME).unlink(missing_ok=True)
    for path in (store, *store.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for folder in store.parents:
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):  # noqa: S108  # pytest's own
            folder.chmod(0o755)
    code = f"""
import os
import benchbook as bb
made = bb.study(optimizers="random_search", functions="sphere", dims=2, budget=10)
made.run({str(store.parent / "own")!r})  # loads what another user may not be allowed to read
len(list(bb.open({str(store.parent / "own")!r})))  # so does reading
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
runs = bb.open({str(store)!r})
print(len(runs), len(list(runs)), os.access({str(store)!r}, os.W_OK))
try:
    made.run({str(store)!r})
except bb.BenchbookError as error:
    print(type(error).__name__, error)
"""
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    finally:
        for path in (store, *store.rglob("*")):
            path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == f"{RUNS} {RUNS} False"
    assert second.startswith("StorageError cannot write ")


def test_a_full_disk_loses_nothing_that_was_written(tmp_path: Path) -> None:
    """The error names the full disk, the store stays valid, and the study continues once there is space."""
    made = bb.study(optimizers="random_search", functions="sphere", dims=[2, 3], seeds=200, budget=50)
    code = f"""
import resource, signal
import benchbook as bb
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
made = bb.study(optimizers="random_search", functions="sphere", dims=[2, 3], seeds=200, budget=50)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
try:
    made.run({str(tmp_path)!r})
except bb.BenchbookError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("StorageError cannot write to the store")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    there = len(kept(tmp_path))
    assert 20 < there < 400
    assert list(inspect(tmp_path)) == []
    assert len(made.run(tmp_path)) == 400


def test_a_trace_that_cannot_be_written_costs_no_run(tmp_path: Path) -> None:
    """A run is done even if its trace cannot be written, and says from where on the trace is missing."""
    code = f"""
import resource, signal
import benchbook as bb
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
made = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=20_000, history="all")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
made.run({str(tmp_path)!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "the trace ends after" in done.stderr
    assert "cannot write the trace" in done.stderr
    with Store(tmp_path) as store:
        runs = list(store.records())
    assert [run.status.value for run in runs] == ["done"] * 3
    assert any(run.trace is not None and run.trace.lost_from is not None for run in runs)
    assert list(inspect(tmp_path)) == []


def test_a_manifest_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """The message says to upgrade, and the file stays as it is."""
    made = bb.study(optimizers="random_search", functions="sphere", dims=2, budget=10)
    made.run(tmp_path).close()
    path = tmp_path / MANIFEST
    newer = codec.encode({**codec.decode(path.read_bytes()), "schema_version": 2})
    path.write_bytes(newer)
    with pytest.raises(ArtifactError, match="a newer benchbook wrote it: upgrade"):
        bb.open(tmp_path)
    with pytest.raises(ArtifactError, match="a newer benchbook wrote it: upgrade"):
        made.run(tmp_path)
    assert path.read_bytes() == newer


def test_a_damaged_manifest_hides_no_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged manifest is named, all runs are shown, and `--repair` sets it aside."""
    made = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=10)
    made.run(tmp_path).close()
    (tmp_path / MANIFEST).write_bytes(b"damaged")
    assert len(bb.open(tmp_path)) == 3
    assert f"{MANIFEST}: neither zstd, gzip nor JSON" in caplog.text
    assert [(finding.path, finding.repairable) for finding in inspect(tmp_path)] == [(MANIFEST, True)]
    assert repair(tmp_path) == [f"{MANIFEST}: set aside; `benchbook study run` writes it again"]
    assert (tmp_path / "set-aside" / MANIFEST).read_bytes() == b"damaged"
    assert list(inspect(tmp_path)) == []
    assert len(bb.open(tmp_path)) == 3


def test_a_run_that_was_changed_is_set_aside(store: Path, records: list[RunRecord]) -> None:
    """A run that fits its schema but not its digests is not shown, and `--repair` sets it aside."""
    changed = dataclasses.replace(records[0], run_key="0" * 64)
    with Store(store) as opened:
        opened.append(changed)
    assert len(list(bb.open(store))) == RUNS
    assert [finding.repairable for finding in inspect(store)] == [True]
    repair(store)
    assert list(inspect(store)) == []
    assert len(bb.open(store)) == RUNS


def test_a_damaged_trace_costs_only_itself(tmp_path: Path) -> None:
    """`--repair` keeps the run, which then says that its trace is lost, and sets the damaged bytes aside."""
    made = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=2, budget=50, history="all")
    made.run(tmp_path).close()
    (traces,) = tmp_path.glob("shards/*.traces.zst")
    traces.write_bytes(traces.read_bytes()[:-3])
    assert [finding.repairable for finding in inspect(tmp_path)] == [True]
    (done,) = repair(tmp_path)
    assert done.endswith("the damaged traces of 1 runs set aside")
    assert (tmp_path / "set-aside" / traces.name).stat().st_size > 0
    assert list(inspect(tmp_path)) == []
    lost = [run.trace.lost_from for run in bb.open(tmp_path) if run.trace is not None]
    assert sorted(lost, key=str) == [1, None]


def test_a_damaged_import_hides_no_other(store: Path) -> None:
    """The readable part of a damaged import is shown; `--repair` sets the rest aside, and damaged references."""
    run = ImportedRun(
        format="ioh",
        file="log.txt",
        tool="",
        problem=ImportedProblem(name="sphere", dim=2, instance=1, f_opt=0.0),
        optimizer=OptimizerRecord(name="other"),
        evaluations=3,
        history=History(evaluations=np.array([1, 3]), best_values=np.array([2.0, 1.0])),
    )
    write_imported([run, run], store)
    (path,) = store.glob("imported/*")
    path.write_bytes(path.read_bytes() + codec.encode({"kind": "imported-run", "schema_version": 1}))
    (store / "references").mkdir()
    (store / "references" / "a.json.zst").write_bytes(b"damaged")
    assert len(bb.open(store)) == RUNS + 2
    assert {finding.path for finding in inspect(store)} == {f"imported/{path.name}", "references/a.json.zst"}
    repair(store)
    assert list(inspect(store)) == []
    assert {item.name for item in (store / "set-aside").iterdir()} == {path.name, "a.json.zst"}
    assert len(bb.open(store)) == RUNS + 2


def test_a_shard_that_cannot_be_made_is_an_error(tmp_path: Path, records: list[RunRecord]) -> None:
    """The message names the file of the store."""
    (tmp_path / "shards").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot write to the store"):
        ShardWriter(tmp_path).append(to_stored(records[0]))


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE runs",
        "DELETE FROM runs WHERE seed = 2",
        "UPDATE runs SET precision = -1, evaluations = 1 WHERE seed = 2",
        "UPDATE shared SET document = '{}'",
        "DELETE FROM damages; PRAGMA user_version = 7",
    ],
)
@pytest.mark.parametrize("writable", [True, False])
def test_an_index_that_was_changed_is_made_again(store: Path, statement: str, writable: bool) -> None:
    """No value is shown that the shards do not contain."""
    with Store(store) as opened:
        true = list(opened.rows())
    with closing(sqlite3.connect(store / FILE_NAME)) as database:
        database.executescript(statement)
    if not writable:
        store.chmod(0o555)
    try:
        with Store(store) as opened:
            assert list(opened.rows()) == true
    finally:
        store.chmod(0o755)


def test_an_index_that_was_changed_while_it_is_open_is_made_again(store: Path) -> None:
    """Each sync compares the file with its seal if another process wrote to it."""
    with Store(store) as opened:
        true = list(opened.rows())
        with closing(sqlite3.connect(store / FILE_NAME)) as database:
            database.executescript("UPDATE runs SET evaluations = 1")
        assert list(opened.rows()) == true


def test_an_index_without_its_seal_is_made_again(store: Path) -> None:
    """Without the seal there is no proof that benchbook wrote the index."""
    with Store(store) as opened:
        true = list(opened.rows())
    (store / "index.seal").unlink()
    with Store(store) as opened:
        assert list(opened.rows()) == true
    assert (store / "index.seal").is_file()


def test_a_deep_frame_is_set_aside(store: Path) -> None:
    """A frame that the parser accepts and no validator does is set aside; the other runs are shown."""
    text = b'{"kind": "run", "schema_version": 1, "a": ' + b"[" * 300 + b"]" * 300 + b"}"
    shard_of(store).write_bytes(
        shard_of(store).read_bytes() + zstandard.ZstdCompressor(write_checksum=True).compress(text)
    )
    assert len(kept(store)) == RUNS
    assert [finding.repairable for finding in inspect(store)] == [True]
    assert repair(store) == [f"shards/{shard_of(store).name}: 1 frames that are no runs set aside"]
    assert list(inspect(store)) == []
    assert len(kept(store)) == RUNS
