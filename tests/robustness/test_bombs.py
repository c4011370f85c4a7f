"""Inputs made to exhaust memory or time are refused within 512 MiB and 2 s of CPU."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

import benchbook as bb
from benchbook.artifacts.interop.sources import archives
from benchbook.artifacts.store.repair import inspect
from benchbook.artifacts.validate import check_file
from benchbook.cli.main import main

MIB = 1 << 20
MOST_MIB, MOST_S = 512, 2.0
HEAD = b'{"kind":"run","schema_version":1,"history":'
MEASURED = """
import json, sys, time
from pathlib import Path
from benchbook.cli.main import main
import benchbook.artifacts.validate, benchbook.artifacts.interop, benchbook.cli.show
for words in json.loads(sys.argv[1]):
    begin = time.process_time()
    code = main(words)
    cpu_s = time.process_time() - begin
    status = Path("/proc/self/status").read_text().split()
    print("measured", code, cpu_s, int(status[status.index("VmHWM:") + 1]) // 1024)
"""


def packed(data: bytes) -> bytes:
    """Return one zstd frame."""
    return zstandard.ZstdCompressor(level=1, write_checksum=True).compress(data)


def all_refused(*commands: list[str]) -> None:
    """Call commands in one other process; check that each refuses its input, and at what cost."""
    program = [sys.executable, "-c", MEASURED, json.dumps(commands)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300)
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    measured = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("measured")]
    for words, (code, cpu_s, mib) in zip(commands, measured, strict=True):
        assert int(code) in (2, 3), words
        assert float(cpu_s) < MOST_S, f"{words}: {cpu_s} s"
        assert int(mib) < MOST_MIB, f"{words}: {mib} MiB"


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "text.json.zst": lambda: packed(HEAD + b'"' + b"x" * 200 * MIB + b'"}'),
    "members.json.zst": lambda: packed(b'{"kind":"run"}') * 100_000,
    "bombs.json.zst": lambda: packed(b"x" * 100 * MIB) * 50,
    "magic.json.zst": lambda: b"\x28\xb5\x2f\xfd" * 2 * MIB,
    "spaces.json.gz": lambda: gzip.compress(b" " * 200 * MIB, 1),
    "lists.json": lambda: HEAD + b"[" + b"[]," * 20 * MIB + b"0]}",
    "just-lists.json": lambda: HEAD + b"[" + b"[]," * 1_700_000 + b"0]}",
    "numbers.json": lambda: HEAD + b"[" + b"0," * 5_600_000 + b"0]}",
    "deep.json": lambda: HEAD + b"[" * 5 * MIB,
    "long.json": lambda: b" " * 100 * MIB,
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak memory from /proc")
def test_documents_are_refused(tmp_path: Path) -> None:
    """Documents are refused for their decompressed size and for their number of values."""
    for name, make in DOCUMENTS.items():
        (tmp_path / name).write_bytes(make())
    all_refused(*(["validate", str(tmp_path / name)] for name in DOCUMENTS))


def archive(kind: str) -> bytes:
    """Return an archive of a file with mostly zeros, of many files, or of nested archives."""
    out = io.BytesIO()
    if kind == "tar":
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            member = tarfile.TarInfo("x.info")
            member.size = 150 * MIB
            tar.addfile(member, io.BytesIO(bytes(member.size)))
        return out.getvalue()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed_:
        if kind == "zeros":
            packed_.writestr("IOHprofiler_f1.json", bytes(150 * MIB))
        for number in range(5 if kind == "nested" else 0):
            packed_.writestr(f"{number}.txt", "x")
    for _ in range(5 if kind == "nested" else 0):
        inner, out = out.getvalue(), io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed_:
            packed_.writestr("a.zip", inner)
    return out.getvalue()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak memory from /proc")
def test_archives_are_refused(tmp_path: Path) -> None:
    """The unpacked size is counted for the archive as a whole."""
    commands = []
    for kind, name, form in (("zeros", "a.zip", "ioh"), ("tar", "b.tgz", "coco"), ("nested", "c.zip", "ioh")):
        (tmp_path / name).write_bytes(archive(kind))
        commands.append(["import", "--from", form, str(tmp_path / name), "--into", str(tmp_path / "into")])
    all_refused(*commands)


def test_runs_behind_a_bomb_are_read(tmp_path: Path) -> None:
    """One frame is refused and named by the check, and all runs are readable."""
    store = tmp_path / "store"
    bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=20).run(store).close()
    (shard,) = store.glob("shards/*.runs.zst")
    shard.write_bytes(packed(b"x" * 100 * MIB) + shard.read_bytes())
    assert len(list(bb.open(store))) == 3
    (finding,) = inspect(store)
    assert "decompresses to more than" in finding.reason


def test_a_shard_of_refused_frames_is_not_read_to_its_end(tmp_path: Path) -> None:
    """The limit applies to the file, and runs in other shards are readable."""
    store = tmp_path / "store"
    bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=20).run(store).close()
    (store / "shards" / "z.runs.zst").write_bytes(packed(b"x" * 100 * MIB) * 20)
    assert len(list(bb.open(store))) == 3
    (finding,) = inspect(store)
    assert "the rest is not read" in finding.reason


def test_the_second_document_is_refused(tmp_path: Path) -> None:
    """Where one document is expected, further ones are not read."""
    path = tmp_path / "two.json.zst"
    bb.save(bb.run("random_search", "sphere", dim=2, seed=1, budget=10), path)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(bb.BenchbookError, match="several documents"):
        bb.load(path)
    ((number, finding),) = check_file(path)
    assert (number, "several documents" in str(finding)) == (2, True)


@pytest.mark.parametrize("name", ["many.zip", "many.tar.gz"])
def test_an_archive_of_many_tiny_files_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Each file takes more disk than its bytes, so not even the first one is written."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            for number in range(6000):
                packed.writestr(f"{number}.info", "x")
    else:
        with tarfile.open(tmp_path / name, "w:gz", compresslevel=1) as tar:
            for number in range(6000):
                tar.addfile(tarfile.TarInfo(f"{number}.info"))
    monkeypatch.setattr(archives, "_inside", lambda *_: pytest.fail("a file was unpacked"))
    assert main(["import", str(tmp_path / name), "--from", "coco", "--into", str(tmp_path / "store")]) == 3
    assert "holds more files than may be unpacked (5,000); unpack it yourself" in capsys.readouterr().err
