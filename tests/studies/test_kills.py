"""After processes are really killed, the finished store equals that of an undisturbed study."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

import benchbook as bb
from benchbook.artifacts.store.repair import inspect
from benchbook.artifacts.store.store import Store
from benchbook.records import Status

HARNESS = Path(__file__).with_name("kills.py")


def killed(folder: Path, executor: str, kills: int, seed: int) -> dict[str, Any]:
    """Run the harness and return its observations."""
    print(f"seed {seed}")  # noqa: T201  # shown where the test fails
    done = subprocess.run(
        [sys.executable, str(HARNESS), str(folder), executor, str(kills), str(seed)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the content digest of the harness's study, done without a kill."""
    return str(killed(tmp_path_factory.mktemp("undisturbed"), "serial", 0, 0)["digest"])


def test_a_study_survives_kills(tmp_path: Path, undisturbed: str) -> None:
    """The process that runs the study gets a few SIGKILLs."""
    seen = killed(tmp_path, "serial", 6, random.SystemRandom().randrange(10**6))
    assert seen["digest"] == undisturbed
    assert seen["runs"] == 3 * 2 * 3 * 5 * 3


@pytest.mark.slow
def test_a_study_survives_fifty_kills(tmp_path: Path, undisturbed: str) -> None:
    """After every kill the store can be read, and the final store is that of an undisturbed study."""
    seen = killed(tmp_path, "serial", 50, random.SystemRandom().randrange(10**6))
    assert seen["digest"] == undisturbed
    assert sum(count < seen["runs"] for count in seen["counts"]) >= 10, "the study was finished too early to be killed"
    assert [finding for finding in inspect(tmp_path) if not finding.repairable] == []


@pytest.mark.slow
def test_a_study_with_workers_survives_kills(tmp_path: Path, undisturbed: str) -> None:
    """The parent of the workers is killed, and their unfinished work is done again."""
    seen = killed(tmp_path, "processes", 8, random.SystemRandom().randrange(10**6))
    assert seen["digest"] == undisturbed


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """A SIGKILL of the study leaves no process behind."""
    code = f"""
import benchbook as bb
made = bb.study(optimizers="random_search", functions="rastrigin", dims=10, seeds=2000, budget=100_000)
made.run({str(tmp_path)!r}, executor="processes", workers=2)
"""
    study = subprocess.Popen([sys.executable, "-c", code])
    workers: list[psutil.Process] = []
    try:
        deadline = time.monotonic() + 60
        while len(workers) < 2 and time.monotonic() < deadline:
            workers = psutil.Process(study.pid).children()
            time.sleep(0.05)
        time.sleep(1.0)
    finally:
        study.kill()
        study.wait()
    assert len(workers) == 2
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []


def is_worker(process: psutil.Process) -> bool:
    """Return whether a process is a living worker, and not one that was killed and not yet reaped."""
    try:
        return "benchbook.studies.workers.process" in " ".join(process.cmdline())
    except (psutil.ZombieProcess, psutil.NoSuchProcess):
        return False


@pytest.mark.usefixtures("quick_disk")
def test_killed_workers_cost_no_run(tmp_path: Path) -> None:
    """Workers are killed from outside while they work, and every run is done in the end."""
    made = bb.study(optimizers="random_search", functions="rastrigin", dims=5, seeds=256, budget=40_000)
    # far enough apart that no run loses its worker twice
    moments = [200, 32]

    def kill_a_worker(done: int, planned: int) -> None:
        if moments and done >= moments[-1]:
            moments.pop()
            next(child for child in psutil.Process().children() if is_worker(child)).kill()

    runs = made.run(tmp_path, executor="processes", workers=2, progress=kill_a_worker)
    assert moments == []
    assert len(runs) == 256
    assert sum(record.status is Status.FAILED for record in runs) == 0


def test_two_concurrent_studies_share_a_store(tmp_path: Path) -> None:
    """Two processes write to one store simultaneously, and it equals that of one process."""
    code = f"""
import benchbook as bb
made = bb.study(optimizers="random_search", functions="sphere", dims=[2, 3], seeds=100, budget=200)
made.run({str(tmp_path / "both")!r})
"""
    studies = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    for study in studies:
        _, errors = study.communicate(timeout=120)
        assert study.returncode == 0, errors.decode()
    bb.study(optimizers="random_search", functions="sphere", dims=[2, 3], seeds=100, budget=200).run(tmp_path / "one")
    with Store(tmp_path / "both") as both, Store(tmp_path / "one") as one:
        assert len(list(both.records())) == 200
        assert both.content_digest() == one.content_digest()


def test_an_interrupt_ends_a_study_cleanly(tmp_path: Path) -> None:
    """SIGINT ends the command with the usual exit code; finished runs are kept, and no process is left."""
    study = tmp_path / "study.yaml"
    study.write_text("{optimizers: [random_search], functions: [rastrigin], dims: [10], seeds: 5000, budget: 20000}")
    command = ["-m", "benchbook", "study", "run", str(study), "--store", str(tmp_path / "store"), "--executor"]
    child = subprocess.Popen(
        [sys.executable, *command, "processes", "--workers", "2"], stderr=subprocess.PIPE, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "store").glob("shards/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = psutil.Process(child.pid).children()
    os.killpg(child.pid, signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    *steps, last = errors.decode().strip().splitlines()
    assert last == "interrupted; finished work is kept"
    assert [word for line in steps for word in ("started", "cancelled") if f", {word};" in line] == [
        "started",
        "cancelled",
    ]
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    assert 0 < len(Store(tmp_path / "store")) < 5000
