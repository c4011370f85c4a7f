"""Dask as the executor: a local cluster, a given scheduler, and what happens when they die."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

import benchbook as bb
from benchbook.artifacts.store.store import Store
from benchbook.errors import ExecutionError, MissingExtraError
from benchbook.records import Status, Stop
from benchbook.studies.workers import dask_preload

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Return the address of a scheduler with two workers in separate processes."""
    code = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""
    cluster = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert cluster.stdout is not None
    assert cluster.stdin is not None
    address = cluster.stdout.readline().decode().strip()
    yield address, cluster
    cluster.stdin.close()
    cluster.kill()
    cluster.wait()
    cluster.stdout.close()


def test_dask_gives_the_same_store(tmp_path: Path, scheduler: tuple[str, subprocess.Popen[bytes]]) -> None:
    """The content of the store equals that of a serial study."""
    made = bb.study(optimizers="manta_ray_foraging", functions="rastrigin", dims=[2, 3], seeds=4, budget=200)
    made.run(tmp_path / "dask", executor="dask", scheduler=scheduler[0]).close()
    made.run(tmp_path / "serial").close()
    with Store(tmp_path / "dask") as one, Store(tmp_path / "serial") as other:
        assert len(one) == 16
        assert one.content_digest() == other.content_digest()


def test_workers_of_a_local_cluster_ask_to_end_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask calls this in each worker; a process that Dask did not start is left alone."""
    asked: list[int] = []
    monkeypatch.setattr(dask_preload, "die_with_parent", asked.append)
    dask_preload.dask_setup(None)
    monkeypatch.setattr(dask_preload, "parent_process", lambda: SimpleNamespace(pid=7))
    dask_preload.dask_setup(None)
    assert asked == [7]


@pytest.mark.slow
def test_a_local_cluster_survives_a_worker_that_dies(tmp_path: Path, hostile: Callable[[str], str]) -> None:
    """The worker's runs are tried again one by one, and the one that kills the worker is recorded."""
    made = bb.study(optimizers="random_search", functions=hostile("dies"), dims=2, instances=[1, 2, 3], budget=50)
    runs = made.run(tmp_path, executor="dask", workers=2)
    failed = [record for record in runs if record.status is Status.FAILED]
    assert [record.problem.instance for record in failed] == [2]
    assert len(runs) == 3


@pytest.mark.slow
def test_a_run_that_hangs_is_recorded_with_what_it_had(
    tmp_path: Path, hostile: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's process is killed on the worker's machine, and the others continue."""
    made = bb.study(
        optimizers="random_search", functions=hostile("hangs_in_native_code"), dims=2, instances=[1, 2, 3], budget=4000
    )
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    runs = made.run(tmp_path / "store", executor="dask", workers=1, timeout_per_run=1.0)
    assert list(tmp_path.glob("benchbook-*")) == []
    stops = {record.problem.instance: record.stop for record in runs}
    assert stops == {1: Stop.BUDGET, 2: Stop.TIMEOUT, 3: Stop.BUDGET}
    (ended,) = runs.select(instance=2)
    asked = np.frombuffer((tmp_path / "evaluated").read_bytes()).reshape(-1, 2)
    had = asked[: ended.evaluations]
    assert 0 < ended.evaluations == len(asked) * 2 // 3  # the third batch hangs
    assert ended.best_value == (had**2).sum(axis=1).min()


def test_a_scheduler_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The message contains the address."""
    made = bb.study(optimizers="random_search", functions="sphere", dims=2, budget=50)
    with pytest.raises(ExecutionError, match=r"cannot reach the Dask scheduler tcp://127.0.0.1:9"):
        made.run(tmp_path, executor="dask", scheduler="tcp://127.0.0.1:9")


def test_without_dask_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask is imported only when it is asked for."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    made = bb.study(optimizers="random_search", functions="sphere", dims=2, budget=50)
    with pytest.raises(MissingExtraError, match=r"pip install 'benchbook\[dask\]'"):
        made.run(tmp_path, executor="dask")


@pytest.mark.slow
def test_a_killed_scheduler_loses_nothing_that_was_done(tmp_path: Path) -> None:
    """The study ends with an error, and can be continued with another executor."""
    code = f"""
import benchbook as bb
if __name__ == "__main__":
    made = bb.study(optimizers="random_search", functions="rastrigin", dims=5, seeds=2000, budget=20_000)
    try:
        made.run({str(tmp_path)!r}, executor="dask", scheduler=__import__("sys").argv[1])
    except bb.BenchbookError as error:
        print(type(error).__name__, error, flush=True)
"""
    cluster_code = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""
    cluster = subprocess.Popen(
        [sys.executable, "-c", cluster_code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert cluster.stdout is not None
    address = cluster.stdout.readline().decode().strip()
    study = subprocess.Popen(
        [sys.executable, "-c", code, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("shards/*.runs.zst")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    children = psutil.Process(cluster.pid).children(recursive=True)
    cluster.kill()
    cluster.communicate()
    out, errors = study.communicate(timeout=120)
    for child in children:
        if child.is_running():
            child.kill()
    assert out.startswith("ExecutionError"), errors
    with Store(tmp_path) as store:
        assert 0 < len(store) < 2000
        assert len(list(store.records())) == len(store)
