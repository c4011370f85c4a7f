import gc
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("ci")

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(Path(__file__).parent))  # for modules that tests in several folders share
REGISTRIES = (
    ("experiments.strategies.registry", "_FACTORIES"),
    ("optimizers.register", "_registered"),
    ("problems.catalog", "_registered"),
)
# Tests with these marks run without coverage's tracer, which would add 70 % to their time; quicker tests cover the same
# lines, and only those count for the coverage gate.
UNTRACED = ("slow", "browser", "untraced")
# The folders with the longest tests begin: otherwise one worker ends with them while the other has nothing to do.
FIRST = ("browser", "site", "end_to_end", "experiments", "specs", "examples", "studies", "optimizers", "analysis")
SITE = ("tests/browser/test_explorer", "tests/browser/test_field", "tests/browser/test_site", "tests/site/")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[object]:
    """Pause coverage for a test with one of the marks above, its fixtures included."""
    coverage = item.config.pluginmanager.get_plugin("_cov")
    tracer = getattr(coverage, "cov_controller", None)
    if tracer is None or not any(item.get_closest_marker(mark) for mark in UNTRACED):
        return (yield)
    tracer.pause()
    try:
        return (yield)
    finally:
        tracer.resume()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one worker do all tests that read the built site, so that it is built once; the others stay file by file."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # which would leave files with few tests, the longest, for the end

    class SiteTogether(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "site" if nodeid.startswith(SITE) else super()._split_scope(nodeid)

    return SiteTogether(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest folders where several workers share the tests."""
    if not hasattr(config, "workerinput"):
        return
    rank = {folder: number for number, folder in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(ROOT / "tests").parts[0], len(rank)))


def pytest_collection_finish() -> None:
    """Leave thousands of collected tests and the libraries out of every later garbage collection."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _artifacts_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests from writing into the project's artifacts."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))


@pytest.fixture(autouse=True)
def _registries_as_before() -> Iterator[None]:
    """Remove what a test registers, so that the order of tests does not matter."""
    registries = [getattr(importlib.import_module(f"benchbook.{module}"), name) for module, name in REGISTRIES]
    before = [dict(registry) for registry in registries]
    yield
    for registry, kept in zip(registries, before, strict=True):
        registry.clear()
        registry.update(kept)


@pytest.fixture
def root() -> Path:
    """Return the folder of the project."""
    return ROOT


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a generator with a fixed seed."""
    return np.random.default_rng(20200)


@pytest.fixture
def profiled() -> Callable[..., Any]:
    """Return a function that makes a profile with known numbers; see `profiled_work.made`."""
    from profiled_work import made

    return made


@pytest.fixture
def python() -> Callable[..., str]:
    """Return a function that runs code in a fresh interpreter, without pinned arithmetic, and returns its output."""

    def run(code: str, **environment: str) -> str:
        pins = ("NPY_", "OPENBLAS_", "OMP_", "MKL_")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(pins)}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env={**clean, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts the tests in the background makes them, and the programs they start, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
