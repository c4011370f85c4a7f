"""Functions that misbehave, in a module that worker processes can import."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from catalog_functions import add_function, catalog_put_back

HOSTILE = """
import os, signal, time
from pathlib import Path

import numpy as np

def sphere(x, dim, instance):
    return (x**2).sum(axis=1)

def raises(x, dim, instance):
    if instance == 2:
        raise ZeroDivisionError("the objective broke")
    return (x**2).sum(axis=1)

def dies(x, dim, instance):
    if instance == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return (x**2).sum(axis=1)

def dies_once(x, dim, instance):
    marker = Path(__file__).with_name(f"died-{instance}")
    if instance == 2 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return (x**2).sum(axis=1)

def sleeps(x, dim, instance):
    if instance == 2:
        time.sleep(60)
    return (x**2).sum(axis=1)

def hangs(x, dim, instance):
    if instance == 2:
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
        time.sleep(60)
    return (x**2).sum(axis=1)

def hangs_in_native_code(x, dim, instance):
    if instance == 2:
        x = np.atleast_2d(x)
        with open(Path(__file__).with_name("evaluated"), "ab") as log:
            log.write(x.tobytes())
            done = log.tell() // x[0].nbytes
        if done > 2 * len(x):
            sum(range(10**13))  # one call, hours long, in which Python looks at no signal
    return (x**2).sum(axis=1)

def slow(x, dim, instance):
    time.sleep(0.05)
    return (x**2).sum(axis=1)
"""


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make disk syncs take no time, so that each cell is reported separately."""
    monkeypatch.setattr("benchbook.artifacts.store.grouped_sync.LONGEST_S", 0.0)
    monkeypatch.setattr("os.fsync", lambda handle: None)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Return a function that registers a function of the module above and returns its name."""
    (tmp_path / "hostile_functions.py").write_text(HOSTILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    module: ModuleType = __import__("hostile_functions")
    with catalog_put_back():
        yield lambda name: add_function(name, getattr(module, name), given=("dim", "instance"))
    del sys.modules["hostile_functions"]
