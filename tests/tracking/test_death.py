"""Pipelines whose process is interrupted or killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from benchbook.records.pipeline import TrackedClaim
from benchbook.tracking import list_runs, read_run, track
from benchbook.tracking.events import read_manifest
from benchbook.tracking.files.folders import LOCK, MANIFEST, REPORT, tracking_root
from benchbook.tracking.files.run_locks import is_live

# A helper that has imported everything forks each victim, so that fifty take seconds. A victim reports through a pipe
# what it has handed over, and is killed at a moment that depends on the seed.
KILLER = """
import json, os, random, signal, sys, time
from benchbook.tracking import track
for seed in map(int, sys.argv[1:]):
    rng = random.Random(seed)
    ears, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        with track("victim", total=10**6, telemetry=False) as pipeline:
            os.write(mouth, (pipeline.run_id + "\\n").encode())
            for k in range(10**6):
                with pipeline.step("s%d" % k) as step:
                    step.metric("k", k)
                    os.write(mouth, b"%d\\n" % k)
        os._exit(0)
    os.close(mouth)
    stream = os.fdopen(ears)
    run_id = stream.readline().strip()
    time.sleep(rng.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = [int(line) for line in stream.read().splitlines()]
    print(json.dumps({"seed": seed, "run_id": run_id, "told": len(told)}), flush=True)
"""


def test_nothing_that_was_written_is_lost_by_kill_9() -> None:
    """Fifty victims die at random moments: each manifest can be read, has all that was handed over, and says died."""
    start = random.randrange(10**6)  # noqa: S311  # it chooses moments, not secrets
    seeds = [str(start + k) for k in range(50)]
    print("seeds from", start)  # noqa: T201  # pytest shows it where the test fails
    done = subprocess.run([sys.executable, "-c", KILLER, *seeds], capture_output=True, text=True, check=True)
    victims = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(victims) == 50
    statuses = {line.run_id: line.status for line in list_runs()[0]}
    for victim in victims:
        state = read_manifest(tracking_root() / victim["run_id"] / MANIFEST)
        values = [int(step.metrics["k"].last or 0) for step in state.steps if step.metrics]
        assert values == list(range(len(values))), victim
        assert len(values) >= victim["told"], victim
        assert state.torn == 0, victim
        assert statuses[victim["run_id"]] == "died", victim
        assert not is_live(tracking_root() / victim["run_id"] / LOCK)
    assert {line.status for line in list_runs()[0]} == {"died"}  # from the index this time


WAITING = """
import signal, sys, threading, time
mode = sys.argv[1]
if mode == "own":
    def own(number, frame):
        print("own handler", flush=True)
        sys.exit(7)
    signal.signal(signal.SIGTERM, own)
from benchbook.tracking import track
with track("waiting", total=2, telemetry=0.1) as outer, track("inner", telemetry=False) as inner:
    with outer.step("first"), inner.step("inside"):
        print(outer.run_id, flush=True)
        if mode == "tight":
            while True:
                outer.claim("a claim", "held")
        time.sleep(60)
"""


@pytest.mark.parametrize(
    ("mode", "number", "code"),
    [
        ("plain", signal.SIGTERM, -signal.SIGTERM),
        ("tight", signal.SIGTERM, -signal.SIGTERM),
        ("plain", signal.SIGINT, -signal.SIGINT),
        ("own", signal.SIGTERM, 7),
    ],
)
def test_a_signal_marks_the_running_step_and_then_acts(mode: str, number: int, code: int) -> None:
    """The steps are cancelled by name, reports are written, and the process ends as usual."""
    child = subprocess.Popen(
        [sys.executable, "-c", WAITING, mode], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    time.sleep(0.05)
    child.send_signal(number)
    said, _ = child.communicate(timeout=60)
    assert child.returncode == code
    assert ("own handler" in said) == (mode == "own")
    for line in list_runs()[0]:
        assert line.status == "cancelled"
    folder = tracking_root() / run_id
    state = read_run(folder).state
    assert state.steps[0].signal == signal.Signals(number).name
    assert state.steps[0].status == "cancelled"
    assert (folder / REPORT).is_file()
    assert state.torn == 0


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Return the signals that a previously installed handler of SIGTERM receives."""
    numbers: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        numbers.append(number)

    before = signal.signal(signal.SIGTERM, hear)
    yield numbers
    signal.signal(signal.SIGTERM, before)


def test_an_earlier_handler_that_goes_on_leaves_the_pipeline_going(heard: list[int]) -> None:
    """The signal is recorded, the handler runs once, and the step is completed; afterwards the handler is restored."""
    mine = signal.getsignal(signal.SIGTERM)
    with track("x", telemetry=False) as pipeline, pipeline.step("a"):
        signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is not mine
    assert heard == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is mine
    step = read_run(pipeline.folder).state.steps[0]
    assert (step.status, step.signal) == ("completed", "SIGTERM")


def test_a_handler_installed_over_ours_stays_and_can_call_ours(heard: list[int]) -> None:
    """Replacing handlers and calling earlier ones in any order neither loops nor loses the first handler."""
    with track("x", telemetry=False):
        ours = signal.getsignal(signal.SIGTERM)
        assert callable(ours)

        def over(number: int, frame: FrameType | None) -> None:
            ours(number, frame)

        signal.signal(signal.SIGTERM, over)
    assert signal.getsignal(signal.SIGTERM) is over
    with track("y", telemetry=False) as second:
        signal.raise_signal(signal.SIGTERM)
    assert heard == [signal.SIGTERM]
    assert read_run(second.folder).state.signals == ["SIGTERM"]


def test_a_signal_in_the_middle_of_a_write_waits_for_its_end(heard: list[int]) -> None:
    """A handler that ran between two halves of an event would write into it."""
    with track("x", telemetry=False) as pipeline:

        def fields(_: object) -> dict[str, str]:
            signal.raise_signal(signal.SIGTERM)
            assert heard == []
            return {"text": "a", "verdict": "held"}

        pipeline.emit("claim", fields)
        assert heard == [signal.SIGTERM]
    state = read_manifest(pipeline.folder / MANIFEST)
    assert (state.torn, state.claims, state.signals) == (0, [TrackedClaim(text="a", verdict="held")], ["SIGTERM"])


FULL = """
import resource, sys
from benchbook.tracking import track
with track("full", telemetry=False) as pipeline:
    with pipeline.step("a") as step:
        step.metric("n", 0)
        size = (pipeline.folder / "manifest.jsonl").stat().st_size
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 250, hard))
        for k in range(1, 50):
            step.metric("n", k)
        assert pipeline.write_problem, "the disk is not full"
        assert pipeline.state.steps[0].metrics["n"].last == 49
        if sys.argv[1] == "again":
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print(pipeline.run_id)
"""


@pytest.mark.parametrize("mode", ["again", "for good"])
def test_a_full_disk_ends_nothing_and_tears_nothing(mode: str) -> None:
    """The work continues; events in memory are written once there is space, and the file stays valid."""
    done = subprocess.run([sys.executable, "-c", FULL, mode], capture_output=True, text=True, check=True)
    folder = tracking_root() / done.stdout.strip()
    state = read_manifest(folder / MANIFEST)
    assert state.torn == 0
    assert "cannot write" in done.stderr
    if mode == "again":
        assert (state.status, state.steps[0].metrics["n"].count) == ("completed", 50)
    else:
        assert state.steps[0].metrics["n"].count >= 1
        assert read_run(folder).status in ("died", "completed")


def test_two_concurrent_processes_of_one_name(tmp_path: Path) -> None:
    """Each has its own folder and lock, and both are complete."""
    code = (
        "from benchbook.tracking import track\n"
        "with track('same', total=20, telemetry=False) as p:\n"
        "    for k in range(20):\n"
        "        with p.step(f's{k}') as s: s.metric('k', k)"
    )
    children = [subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ)) for _ in range(2)]
    assert [child.wait(timeout=60) for child in children] == [0, 0]
    lines, count = list_runs()
    assert count == 2
    assert [(line.status, line.done) for line in lines] == [("completed", 20)] * 2


IN_A_CELL = """
import time
from benchbook.tracking import track, watch
with track("notebook", total=1, telemetry=0.1) as pipeline, pipeline.step("a cell"):
    print(pipeline.run_id, flush=True)
    time.sleep(60)
"""


def test_a_notebook_is_interrupted_and_goes_on() -> None:
    """Stopping a cell cancels its step and its pipeline, and the next cell shows the page."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        asked = client.execute(IN_A_CELL)
        for _ in range(200):
            message = client.get_iopub_msg(timeout=30)
            if message["msg_type"] == "stream":
                break
        run_id = message["content"]["text"].strip()
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=30)
        while reply["parent_header"]["msg_id"] != asked:  # a slow kernel was asked repeatedly whether it is ready
            reply = client.get_shell_msg(timeout=30)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        # For a moment after an error a kernel returns requests as "aborted".
        for _ in range(100):
            answer = client.execute_interactive("watch()", timeout=30, output_hook=lambda _: None)
            if answer["content"]["status"] != "aborted":
                break
        assert answer["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    state = read_run(tracking_root() / run_id).state
    assert (state.status, state.signals, state.steps[0].status) == ("cancelled", ["SIGINT"], "cancelled")
