"""Adapters as a user meets them: names, settings, budgets, errors, threads."""

import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import MissingExtraError, UnknownNameError, UsageError
from benchbook.optimizers import describe, entries, names, native_names, optimizer, settings_of
from benchbook.optimizers.adapters import factory as library
from benchbook.optimizers.adapters.libraries import LIBRARIES

BLOCKING = [
    "mealpy:OriginalMRFO",
    "minionpy:ARRDE",
    "nevergrad:NelderMead",
    "nlopt:SBPLX",
    "scipy:differential_evolution",
    "scipy:powell",
]


def test_listing_imports_no_library(python: Callable[..., str]) -> None:
    """Listing names and importing benchbook.optimizers do not load the libraries."""
    code = (
        "import sys\n"
        "from benchbook.optimizers import entries, names\n"
        "names(); entries()\n"
        "heavy = ('scipy', 'cma', 'cmaes', 'nevergrad', 'mealpy', 'minionpy', 'nlopt', 'pymoo', 'optuna')\n"
        "print(any(':' in name for name in names()), [name for name in heavy if name in sys.modules])"
    )
    assert python(code) == "True []"


def test_the_catalog_separates_families() -> None:
    """Native ones come first; those of libraries are named library:optimizer."""
    listed = {entry.name: entry for entry in entries()}
    assert list(listed) == names()
    assert [name for name in names() if ":" not in name][: len(native_names())] == native_names()
    assert listed["scipy:powell"].family == "library"
    assert listed["scipy:powell"].source == "scipy"
    assert listed["manta_ray_foraging"].family == "native"
    assert listed["manta_ray_foraging"].source == "Zhao 2020"


@pytest.mark.parametrize(
    "name", [f"{prefix}:{name}" for prefix, library in LIBRARIES.items() for name in library.optimizers]
)
def test_what_is_listed_of_a_library_is_true(name: str) -> None:
    """Each listed name exists in its library, and its entry agrees with the adapter."""
    prefix, inner = name.split(":")
    choice = optimizer(name)
    listed = LIBRARIES[prefix].optimizers[inner]
    assert choice.name == name
    assert (choice.length_argument is None) is listed.anytime
    assert choice.factory.can == listed.can  # type: ignore[attr-defined]  # an adapter's factory
    assert describe(name).summary == listed.summary
    assert "https://" in describe(name).references
    assert "repair" in choice.settings
    assert all(setting.meaning for setting in settings_of(name))


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("nelder_mead", "scipy:nelder_mead"),
        ("scipy:nelder", "'nelder_mead'"),
        ("scypi:powell", "'scipy'"),
        ("nevergrad:NGOppt", "'NGOpt'"),
        ("mealpy:MRFO", "'OriginalMRFO'"),
        ("pymoo:Nelder", "'NelderMead'"),
        ("optuna:TPE", "'TPESampler'"),
        ("cmaes:CMAES", "'CMA'"),
        ("pycma:CMA", "'CMAES'"),
        ("minionpy:L-SHADE", "'LSHADE'"),
        ("nlopt:LN_BOBYQA", "'BOBYQA'"),
    ],
)
def test_a_wrong_name_gets_the_right_one_as_a_hint(wrong: str, hint: str) -> None:
    """A plain name, a misspelt library and a misspelt optimizer all get the intended name as a hint."""
    with pytest.raises(UnknownNameError, match=hint):
        optimizer(wrong)


@pytest.mark.parametrize("name", ["scipy:powell", "mealpy:OriginalGWO", "pymoo:DE", "optuna:TPESampler"])
def test_an_unknown_setting_is_refused_with_the_known_ones(name: str) -> None:
    """A keyword that the library does not have is refused before anything runs."""
    with pytest.raises(UnknownNameError, match=f"unknown setting of {name} 'repaire'; did you mean 'repair'"):
        optimizer(name, repaire="clip")


def test_settings_reach_the_library() -> None:
    """Keyword arguments of the library are settings, with its defaults."""
    assert optimizer("mealpy:OriginalMRFO").settings["somersault_range"] == 2.0
    assert optimizer("pymoo:DE").settings["pop_size"] == 100
    assert optimizer("scipy:differential_evolution", popsize=4).settings["mutation"] == [0.5, 1.0]
    made = optimizer("pymoo:GA", pop_size=7).make(np.zeros(2), np.ones(2), np.random.default_rng(1), max_evaluations=50)
    assert len(made.ask()) == 7
    made = optimizer("scipy:differential_evolution", popsize=4).make(
        np.zeros(3), np.ones(3), np.random.default_rng(1), max_evaluations=50
    )
    assert len(made.ask()) == 12


def test_a_missing_library_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message fits a checkout, and the list leaves the library out."""
    real = library.find_spec
    monkeypatch.setattr(library, "find_spec", lambda module: None if module == "optuna" else real(module))
    library.available.cache_clear()
    library.factory.cache_clear()
    try:
        with pytest.raises(MissingExtraError, match=r"optuna, which is not installed: make setup"):
            optimizer("optuna:TPESampler")
        assert not [name for name in names() if name.startswith("optuna:")]
    finally:
        library.available.cache_clear()
        library.factory.cache_clear()


@pytest.mark.parametrize("name", BLOCKING)
@pytest.mark.parametrize("budget", [1, 17, 46])
def test_libraries_that_overshoot_are_cut_exactly(name: str, budget: int) -> None:
    """Populations and line searches continue past the budget; the loop does not."""
    calls = 0

    def objective(x: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return float(((x - 0.3) ** 2).sum())

    record = bb.run(name, objective, bounds=(-5, 5), dim=3, seed=1, budget=budget)
    assert (record.evaluations, calls, record.stop) == (budget, budget, bb.Stop.BUDGET)


def test_a_library_that_ends_is_exhausted_or_starts_again() -> None:
    """A converged local search starts again at a random point, unless `restart` is off."""
    once = bb.run("scipy:l_bfgs_b", "sphere", dim=2, instance=1, budget=500, settings={"restart": False})
    assert once.stop is bb.Stop.EXHAUSTED
    assert once.evaluations < 50
    assert bb.run("scipy:l_bfgs_b", "sphere", dim=2, instance=1, budget=500).stop is bb.Stop.BUDGET
    assert bb.run("pycma:CMAES", "sphere", dim=2, instance=1, budget=900, settings={"restart": False}).evaluations < 900


class BoomError(Exception):
    """An exception of the user."""


@pytest.mark.parametrize("name", [*BLOCKING, "pycma:CMAES", "optuna:TPESampler"])
def test_an_exception_of_the_objective_keeps_its_type_and_leaves_no_thread(name: str) -> None:
    """The record names the user's exception, and the library's thread is gone."""
    calls = 0

    def objective(x: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        if calls == 12:
            raise BoomError("no")
        return float((x**2).sum())

    before = threading.active_count()
    record = bb.run(name, objective, bounds=(-5, 5), dim=3, seed=1, budget=100)
    assert record.error is not None
    assert (record.error.type, record.error.where, record.evaluations) == ("BoomError", "objective", 11)
    assert threading.active_count() == before


@pytest.mark.parametrize("name", BLOCKING)
def test_ctrl_c_in_the_objective_reaches_the_user_and_leaves_no_thread(name: str) -> None:
    """The interrupt is not swallowed."""
    calls = 0

    def objective(x: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        if calls == 12:
            os.kill(os.getpid(), signal.SIGINT)  # as the terminal does; raised by the objective it fails the run
        return float((x**2).sum())

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        bb.run(name, objective, bounds=(-5, 5), dim=3, seed=1, budget=100)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "name", ["mealpy:L_SHADE", "minionpy:jSO", "nevergrad:CMA", "nlopt:ISRES", "pycma:CMAES", "scipy:dual_annealing"]
)
def test_two_runs_in_two_threads_are_those_of_each_alone(name: str) -> None:
    """Runs are independent even if the library draws from global state, which two runs would share."""

    def run(seed: int) -> str:
        return bb.run(name, "rastrigin", dim=3, instance=1, seed=seed, budget=120).content_digest

    alone = [run(seed) for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, (1, 2))) == alone


@pytest.mark.parametrize("name", ["scipy:powell", "mealpy:OriginalGWO", "nevergrad:DE", "pycma:CMAES", "pymoo:GA"])
def test_pickling_midway_is_an_error_where_it_is_impossible(name: str) -> None:
    """The error names the optimizer and the reason."""
    choice = optimizer(name)
    assert not choice.factory.picklable  # type: ignore[attr-defined]  # an adapter's factory
    made = choice.make(np.zeros(3), np.ones(3), np.random.default_rng(1), max_evaluations=50)
    made.tell(x := made.ask(), (x**2).sum(axis=1))
    with pytest.raises(UsageError, match=f"{name} cannot be pickled during a run"):
        pickle.dumps(made)


def test_a_choice_can_be_pickled() -> None:
    """Worker processes get the choice and make the optimizer themselves."""
    choice = optimizer("scipy:powell", xtol=0.01)
    again = pickle.loads(pickle.dumps(choice))  # noqa: S301  # bytes made in this line
    assert again == choice
    assert again.digest() == choice.digest()


def test_the_record_names_the_library() -> None:
    """The version and code of the library are part of what determines a run."""
    from importlib.metadata import version

    record = bb.run("cmaes:CMA", "sphere", dim=2, instance=1, budget=20)
    assert record.environment.packages["cmaes"] == version("cmaes")
    assert "cma" not in record.environment.packages
    assert "cmaes" not in bb.run("random_search", "sphere", dim=2, instance=1, budget=20).environment.packages


def test_the_digest_depends_on_the_librarys_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of a library is new code."""
    before = optimizer("cmaes:CMA").digest()
    monkeypatch.setattr(library, "installed", lambda package: "99.0")
    assert optimizer("cmaes:CMA").digest() != before


@pytest.mark.parametrize(
    "name", [*BLOCKING, "cmaes:CMA", "nevergrad:DE", "optuna:CmaEsSampler", "pycma:CMAES", "pymoo:PSO"]
)
def test_nothing_is_warned_printed_or_logged(
    name: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A run of a library is as quiet as one of a native optimizer."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record = bb.run(name, "rastrigin", dim=2, instance=1, seed=1, budget=150)
    assert record.error is None
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_a_run_verifies() -> None:
    """A record of an adapter can be run again from its name and settings."""
    record = bb.run("mealpy:OriginalWOA", "levy", dim=2, instance=1, seed=3, budget=90, settings={"pop_size": 12})
    assert bb.verify(record).identical


def test_mealpy_gets_as_many_epochs_as_the_budget_allows() -> None:
    """Mealpy's schedules end with the run: manta rays spend two evaluations per epoch, wolves one."""
    for name in ("mealpy:OriginalMRFO", "mealpy:OriginalGWO"):
        record = bb.run(name, "sphere", dim=2, instance=1, seed=1, budget=1000, settings={"pop_size": 20})
        assert record.stop is bb.Stop.BUDGET
    short: dict[str, Any] = {"pop_size": 20, "epoch": 3}
    record = bb.run("mealpy:OriginalGWO", "sphere", dim=2, instance=1, seed=1, budget=1000, settings=short)
    assert (record.stop, record.evaluations) == (bb.Stop.EXHAUSTED, 80)


def test_local_searches_of_nlopt_end_at_rounding_errors_and_start_again() -> None:
    """Without tolerances NLopt reports rounding errors, which end a search but are not a failure."""
    once = bb.run("nlopt:BOBYQA", "sphere", dim=2, instance=1, budget=2000, settings={"restart": False})
    assert (once.stop, once.error) == (bb.Stop.EXHAUSTED, None)
    assert bb.run("nlopt:BOBYQA", "sphere", dim=2, instance=1, budget=2000).stop is bb.Stop.BUDGET


def test_minionpy_goes_on_with_the_evaluations_that_are_left() -> None:
    """L-SHADE ends once its points agree to 1e-8; unless restarts are off, the rest of the budget is used as well."""
    once = bb.run("minionpy:LSHADE", "sphere", dim=2, instance=1, budget=20_000, settings={"restart": False})
    assert once.stop is bb.Stop.EXHAUSTED
    assert bb.run("minionpy:LSHADE", "sphere", dim=2, instance=1, budget=20_000).stop is bb.Stop.BUDGET


def test_pycma_reads_and_writes_no_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of signals in the working folder would change a run, and logs would fill the folder."""
    (tmp_path / "cma_signals.in").write_text("{'timeout': 0}")
    monkeypatch.chdir(tmp_path)
    assert bb.run("pycma:CMAES", "sphere", dim=2, instance=1, budget=60).evaluations == 60
    limited = bb.function(
        lambda x: float(x.sum()), bounds=(0, 1), dims=2, constraints=lambda x: 0.25 - float(x[0] * x[1])
    )
    assert bb.run("pycma:CMAES", limited, seed=1, budget=400).evaluations == 400
    assert os.listdir(tmp_path) == ["cma_signals.in"]  # noqa: PTH208  # only the names


def test_what_nevergrad_hands_to_pycma_is_seeded_too() -> None:
    """NGOpt runs pycma in a thread that would seed itself from the clock; the seed determines the run anyway."""
    pytest.importorskip("nevergrad")
    runs = [bb.run("nevergrad:NGOpt", "rastrigin", dim=5, instance=1, seed=seed, budget=300) for seed in (3, 3, 4)]
    assert runs[0].content_digest == runs[1].content_digest
    assert runs[0].history != runs[2].history
