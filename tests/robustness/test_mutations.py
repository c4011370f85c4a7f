"""Whatever is wrong with a damaged file, the outcome is a result or one of benchbook's errors, and quick."""

from __future__ import annotations

import logging
import os
import random
import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import orjson
import pytest
import zstandard
from click.testing import CliRunner
from mutator import damaged_bytes, damaged_document

import benchbook as bb
from benchbook.artifacts.codec import decode
from benchbook.artifacts.interop.coco_read import read_coco
from benchbook.artifacts.interop.coco_write import write_coco
from benchbook.artifacts.interop.ioh_read import read_ioh
from benchbook.artifacts.interop.ioh_write import write_ioh
from benchbook.artifacts.store.indexing.index import FILE_NAME as INDEX
from benchbook.artifacts.store.manifest import FILE_NAME as MANIFEST
from benchbook.artifacts.store.repair import inspect, repair
from benchbook.artifacts.store.trace import read_trace
from benchbook.artifacts.validate import check_file
from benchbook.cli.show import command as show
from benchbook.errors import BenchbookError
from benchbook.records.imported import ImportedRun
from benchbook.studies.ledger import ledger
from benchbook.tracking import list_runs, read_run, track
from benchbook.tracking.files.reader import INDEX as TRACK_INDEX
from benchbook.tracking.output.reports import markdown

pytestmark = pytest.mark.untraced  # the damage to each kind of artifact is covered by the tests of its reader

LONGEST_S = 10.0
MOST_BYTES = 1 << 30
QUICK, THOROUGH = 2_000, 20_000
Case = Callable[[Path, random.Random], None]
Row = tuple[object, ...]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a run, a store with traces, imports and tracked pipelines."""
    folder = tmp_path_factory.mktemp("sources")
    study = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=20, history="all")
    runs = study.run(folder / "store")
    rows(folder / "store")
    records = list(runs)
    bb.save(records[0], folder / "run.json.zst")
    bb.save(records[0], folder / "run.json.gz")
    write_ioh(records, folder / "ioh")
    bbob = [bb.run("random_search", "bbob_f1", dim=2, instance=1, seed=seed, budget=20) for seed in (1, 2)]
    write_coco(bbob, folder / "coco")
    for name in ("good", "bad"):
        with track(name, telemetry=False, root=folder / "tracked") as pipeline, pipeline.step("one"):
            pass
    return folder


def rows(store: Path) -> set[Row]:
    """Return what a store shows about its runs."""
    return {(record.run_key, record.seed, record.evaluations, record.best_value) for record in bb.open(store)} | {
        (row.run_key, row.seed, row.evaluations, row.precision) for row in bb.open(store).store.rows()
    }


def copied(sources: Path, name: str, folder: Path) -> Path:
    """Return a fresh copy of a source."""
    shutil.rmtree(folder / name, ignore_errors=True)
    return Path(shutil.copytree(sources / name, folder / name))


def cases(sources: Path, folder: Path) -> dict[str, tuple[int, Case]]:
    """Return the kinds of damage, each with its share of the total."""
    document = decode((sources / "run.json.zst").read_bytes())
    manifest = decode((sources / "store" / MANIFEST).read_bytes())
    true = rows(sources / "store")
    runner = CliRunner()

    def file_read(data: bytes, suffix: str) -> None:
        path = folder / f"x{suffix}"
        path.write_bytes(data)
        check_file(path)
        result = runner.invoke(show, [str(path)])
        if result.exception is not None and not isinstance(result.exception, SystemExit | click.ClickException):
            raise result.exception
        bb.load(path)

    def run_bytes(_: Path, rng: random.Random) -> None:
        suffix = rng.choice((".json.zst", ".json.gz"))
        file_read(damaged_bytes((sources / f"run{suffix}").read_bytes(), rng), suffix)

    def run_document(_: Path, rng: random.Random) -> None:
        file_read(damaged_document(document, rng), ".json")

    def store_opened(store: Path) -> None:
        found = rows(store)
        assert found <= true, "a store shows what its shards do not contain"
        list(inspect(store))

    def shard(_: Path, rng: random.Random) -> None:
        store = copied(sources, "store", folder)
        (path,) = store.glob("shards/*.runs.zst")
        path.write_bytes(damaged_bytes(path.read_bytes(), rng))
        store_opened(store)
        repair(store)
        assert rows(store) <= true
        assert not [finding for finding in inspect(store) if finding.repairable], "still damaged after the repair"

    def foreign_frame(_: Path, rng: random.Random) -> None:
        store = copied(sources, "store", folder)
        (path,) = store.glob("shards/*.runs.zst")
        frame = zstandard.ZstdCompressor(write_checksum=True).compress(damaged_document(document, rng))
        path.write_bytes(path.read_bytes() + frame)
        assert len(true & rows(store)) == len(true), "one bad frame hides others"
        list(inspect(store))
        repair(store)
        assert not [finding for finding in inspect(store) if finding.repairable], "still damaged after the repair"

    def index(_: Path, rng: random.Random) -> None:
        store = copied(sources, "store", folder)
        path = store / INDEX
        path.write_bytes(damaged_bytes(path.read_bytes(), rng))
        assert rows(store) == true, "a damaged index is used"

    def study_manifest(_: Path, rng: random.Random) -> None:
        store = copied(sources, "store", folder)
        (store / MANIFEST).write_bytes(damaged_document(manifest, rng))
        for _ in inspect(store):
            pass
        ledger(store)
        bb.open(store)

    def trace(_: Path, rng: random.Random) -> None:
        store = copied(sources, "store", folder)
        record = next(iter(bb.open(store)))
        assert record.trace is not None
        path = store / "shards" / record.trace.file
        path.write_bytes(damaged_bytes(path.read_bytes(), rng))
        list(inspect(store))
        for _ in read_trace(record, store):
            pass

    def pipeline(_: Path, rng: random.Random) -> None:
        root = copied(sources, "tracked", folder)
        good = next((root / "tracking").glob("*-good-*"))
        bad = next((root / "tracking").glob("*-bad-*"))
        path = bad / rng.choice(("manifest.jsonl", "pipeline.json", "manifest.jsonl"))
        if rng.random() < 0.5:
            path.write_bytes(damaged_bytes(path.read_bytes(), rng))
        else:
            lines = path.read_bytes().splitlines()
            number = rng.randrange(len(lines))
            lines[number] = damaged_document(orjson.loads(lines[number]), rng)
            path.write_bytes(b"\n".join(lines) + b"\n")
        if rng.random() < 0.2:
            (root / "tracking" / TRACK_INDEX).write_bytes(rng.randbytes(100))
        lines_, count = list_runs(root)
        assert count == 2
        assert [line.status for line in lines_ if line.run_id == good.name] == ["completed"]
        markdown(read_run(bad).state, bad)

    def imports(_: Path, rng: random.Random) -> None:
        name = rng.choice(("ioh", "coco"))
        there = copied(sources, name, folder)
        path = rng.choice(sorted(item for item in there.rglob("*") if item.is_file()))
        path.write_bytes(damaged_bytes(path.read_bytes(), rng))
        reader: Callable[[Path], Iterator[ImportedRun]] = read_ioh if name == "ioh" else read_coco
        for _ in reader(there):
            pass

    return {
        "bytes of a run": (25, run_bytes),
        "document of a run": (30, run_document),
        "shard": (5, shard),
        "frame in a shard": (5, foreign_frame),
        "index": (5, index),
        "manifest of a study": (5, study_manifest),
        "trace": (5, trace),
        "pipeline": (10, pipeline),
        "import": (10, imports),
    }


def run_mutations(sources: Path, folder: Path, count: int) -> None:
    """Read `count` damaged inputs, print the outcomes, and fail if an outcome is not one of benchbook's."""
    before = _peak_bytes()
    logging.disable(logging.CRITICAL)
    outcomes: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    kinds = cases(sources, folder)
    whole = sum(share for share, _ in kinds.values())
    try:
        for kind, (share, case) in kinds.items():
            for number in range(round(count * share / whole)):
                begin = time.process_time()
                try:
                    case(folder, random.Random(f"{kind} {number}"))  # noqa: S311  # the same damage every time
                    outcome = "read"
                except BenchbookError as error:
                    outcome = type(error).__name__
                except Exception as error:  # noqa: BLE001  # this is what is looked for
                    outcome = f"WRONG {type(error).__name__}"
                    wrong.append(f"{kind} {number}: {type(error).__name__}: {str(error)[:200]} {_place(error)}")
                if time.process_time() - begin > LONGEST_S:
                    wrong.append(f"{kind} {number}: took more than {LONGEST_S:g} s of CPU")
                outcomes[kind, outcome] += 1
    finally:
        logging.disable(logging.NOTSET)
    for (kind, outcome), times in sorted(outcomes.items()):
        print(f"{times:6d}  {kind}: {outcome}")  # noqa: T201  # shown with -s, and where the test fails
    assert not wrong, "\n".join(wrong[:20])
    # other tests may have used more in this process before
    assert _peak_bytes() <= max(MOST_BYTES, before)


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _place(error: BaseException) -> str:
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return "" if last is None else f"({os.path.basename(last.tb_frame.f_code.co_filename)}:{last.tb_lineno})"  # noqa: PTH119


def test_damaged_inputs(sources: Path, tmp_path: Path) -> None:
    """Read two thousand damaged inputs, the same every time."""
    run_mutations(sources, tmp_path, QUICK)


@pytest.mark.exhaustive
def test_many_damaged_inputs(sources: Path, tmp_path: Path) -> None:
    """Read ten times as many."""
    run_mutations(sources, tmp_path, THOROUGH)
