import json
import os
import random
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner

from benchbook.cli.main import cli
from benchbook.optimizers import audit as home
from benchbook.optimizers import register, unregister
from benchbook.optimizers.audit import audit


class Sampler:
    """Draw points by a rule; base class of the faulty optimizers below."""

    anytime = True
    leaked = 0.0

    def __init__(self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator) -> None:
        self.lower, self.width, self.rng = lower, upper - lower, rng

    def share(self) -> float:
        """Return where to sample, in [0, 1]."""
        return float(self.rng.random())

    def ask(self) -> np.ndarray:
        """Return one point."""
        return (self.lower + self.share() * self.width)[None]

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Learn nothing."""


class FromNumpy(Sampler):
    """Draw from NumPy's global state."""

    def share(self) -> float:
        """Return where to sample, in [0, 1]."""
        return float(np.random.random())  # noqa: NPY002  # the fault under test


class FromRandom(Sampler):
    """Draw from the module random."""

    def share(self) -> float:
        """Return where to sample, in [0, 1]."""
        return random.random()  # noqa: S311  # the fault under test


class FromEntropy(Sampler):
    """Draw from a generator without a seed."""

    def share(self) -> float:
        """Return where to sample, in [0, 1]."""
        return float(np.random.default_rng().random())


class Leaky(Sampler):
    """Remember the last run."""

    def share(self) -> float:
        """Return where to sample, in [0, 1]."""
        type(self).leaked = (type(self).leaked + 0.07) % 1.0
        return float(self.rng.random() + type(self).leaked) % 1.0


class Deaf(Sampler):
    """Ignore the generator."""

    def share(self) -> float:
        """Return where to sample, in [0, 1]."""
        return 0.5


@pytest.fixture
def _culprits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Another process cannot find a test's classes; the audit of processes is shown with optimizers of the catalog.
    monkeypatch.setattr(home, "_elsewhere", lambda names, hash_seed: dict.fromkeys(names))
    made = {"numpy": FromNumpy, "random": FromRandom, "entropy": FromEntropy, "leaky": Leaky, "deaf": Deaf}
    for name, culprit in made.items():
        register(f"culprit_{name}")(culprit)
    yield
    for name in made:
        unregister(f"culprit_{name}")


@pytest.mark.usefixtures("_culprits")
@pytest.mark.parametrize(
    ("name", "draws_from", "contained", "leaks", "ignores_seed"),
    [
        ("numpy", ("numpy.random",), False, False, True),
        ("random", ("random",), False, False, True),
        ("entropy", ("entropy",), True, True, False),
        ("leaky", (), True, True, False),
        ("deaf", (), True, False, True),
    ],
)
def test_each_fault_is_found(
    name: str, draws_from: tuple[str, ...], contained: bool, leaks: bool, ignores_seed: bool
) -> None:
    """An optimizer with one fault is reported with it, and the global state of the process is restored."""
    before = random.getstate()
    found = audit([f"culprit_{name}"])[0]
    assert (found.draws_from, found.contained, found.leaks) == (draws_from, contained, leaks)
    assert found.ignores_seed is ignores_seed
    assert not found.clean
    assert random.getstate() == before


@pytest.mark.slow
def test_a_library_that_draws_globally_is_contained() -> None:
    """Pycma draws from NumPy's global state, and its adapter swaps that state."""
    found = audit(["pycma:CMAES"])[0]
    assert "numpy.random" in found.draws_from
    assert found.contained
    assert found.clean


def test_the_command_prints_a_table_or_json() -> None:
    """`audit NAME` prints a table, `--json` a document, and a name or --all is required."""
    runner = CliRunner()
    shown = runner.invoke(cli, ["optimizers", "audit", "random_search"], standalone_mode=False)
    assert shown.return_value == 0
    assert "its own" in shown.output
    found = json.loads(runner.invoke(cli, ["optimizers", "audit", "random_search", "--json"]).output)
    assert found["rows"][0]["clean"] is True
    assert found["command"] == "benchbook optimizers audit random_search --json"
    assert found["versions"]["numpy"] == np.__version__
    assert date.fromisoformat(found["measured"])
    assert "--all" in str(runner.invoke(cli, ["optimizers", "audit"]).exception)


def test_the_audit_leaves_the_process_as_it_was() -> None:
    """The functions that it replaces are restored."""
    urandom = os.urandom
    audit(["random_search"])
    assert os.urandom is urandom
