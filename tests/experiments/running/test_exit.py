"""What happens to shadows when the interpreter ends, tested in separate interpreters."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from benchbook.artifacts.io import load_document

COMMON = """
import asyncio, os, sys, threading
from benchbook.experiments import Shadow, experiment
POOL = [{"id": name} for name in ("primary", "s1", "s2", "s3")]
gone = threading.Event()
def ends_with_the_main_thread():
    threading.main_thread().join()
    gone.set()
threading.Thread(target=ends_with_the_main_thread, daemon=True).start()
"""


def interpreter(code):
    """Run a program to its end."""
    program = COMMON + textwrap.dedent(code)
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_running_shadows_are_waited_for(kind, artifacts):
    """Shadows that wait for their turn are waited for, too, and their records are written."""
    done = interpreter(f"""
        strategy = Shadow(max_concurrency=1)
        if {kind == "plain"}:
            @experiment(configs=POOL, strategy=strategy)
            def tune(config):
                if config["id"] != "primary":
                    gone.wait(10)
                return config["id"]
            print(tune())
        else:
            @experiment(configs=POOL, strategy=strategy)
            async def tune(config):
                while config["id"] != "primary" and not gone.is_set():
                    await asyncio.sleep(0.01)
                return config["id"]
            print(asyncio.run(tune()))
    """)
    assert done.stdout == "primary\n"
    assert done.stderr == ""
    (path,) = artifacts.glob("experiments/tune/*.json.zst")
    assert [branch["output"] for branch in load_document(path)["branches"]] == ["primary", "s1", "s2", "s3"]


@pytest.mark.parametrize("kind", ["plain", "async", "blocked"])
def test_shadows_that_do_not_end_are_reported(kind, artifacts):
    """After the strategy's time the interpreter ends anyway, and the records say so."""
    done = interpreter(f"""
        strategy = Shadow(max_concurrency=2, drain_timeout_s=0.2)
        if {kind == "plain"}:
            @experiment(configs=POOL, strategy=strategy)
            def tune(config):
                if config["id"] != "primary":
                    threading.Event().wait()
            tune()
        else:
            @experiment(configs=POOL, strategy=strategy)
            async def tune(config):
                if config["id"] != "primary" and {kind == "blocked"}:
                    threading.Event().wait()
                elif config["id"] != "primary":
                    await asyncio.Event().wait()
            asyncio.run(tune())
    """)
    assert "3 shadows of experiment tune are left behind (s1, s2, s3)" in done.stderr
    (path,) = artifacts.glob("experiments/tune/*.json.zst")
    reasons = {branch["reason"] for branch in load_document(path)["branches"]}
    assert reasons == {None, "the interpreter ended before it did"}


def test_a_thread_left_behind_does_not_keep_the_interpreter_alive():
    """The interpreter ends even if the thread never does."""
    done = interpreter("""
        @experiment(configs=POOL, timeout=0.05, sinks=[])
        def tune(config):
            threading.Event().wait()
        try:
            tune()
        except TimeoutError as error:
            print(error)
    """)
    assert done.stdout == "branch primary did not end within 0.05 s\n"


def test_a_forked_child_starts_afresh():
    """The child has none of the parent's threads, and does not wait for its shadows."""
    done = interpreter("""
        @experiment(configs=POOL, strategy=Shadow(drain_timeout_s=30), sinks=[])
        def tune(x, config):
            if x == "parent" and config["id"] != "primary":
                release.wait(10)
            return x, config["id"]
        @experiment(configs=POOL, strategy=Shadow(), sinks=[])
        async def tune_async(config):
            return config["id"]
        release = threading.Event()
        outcome = tune.call("parent")
        asyncio.run(tune_async())
        child = os.fork()
        if child == 0:
            inner = tune.call("child")
            also = asyncio.run(tune_async.call())
            ended = [inner.wait_shadows(10), also.wait_shadows(10)]
            print([len(branches.successful()) for branches in ended], flush=True)
            from benchbook.experiments import drain
            os._exit(len(drain(0)))
        assert os.waitpid(child, 0)[1] == 0
        release.set()
        print(len(outcome.wait_shadows(10).successful()))
    """)
    assert done.stdout == "[3, 3]\n3\n"
