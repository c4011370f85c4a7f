"""Runs stored by Optuna, pycma and benchopt are imported."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchbook.artifacts.interop import read
from benchbook.errors import ArtifactError, UsageError


def database(url: str) -> Any:
    """Return an Optuna storage that keeps no connection open."""
    import optuna
    from sqlalchemy.pool import NullPool

    return optuna.storages.RDBStorage(url, engine_kwargs={"poolclass": NullPool})


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a journal file and an SQLite file, each with a study of twelve trials, one failed and one pruned."""
    optuna = pytest.importorskip("optuna")
    folder = tmp_path_factory.mktemp("optuna")

    def objective(trial) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
        if trial.number == 3:
            raise ValueError("fails")
        if trial.number == 5:
            raise optuna.TrialPruned
        return -(x * x + y * y)

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    journal = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(folder / "journal.log")))
    for storage in (journal, database(f"sqlite:///{folder}/studies.db")):
        sampler = optuna.samplers.RandomSampler(seed=1)
        study = optuna.create_study(storage=storage, study_name="a b", direction="maximize", sampler=sampler)
        study.optimize(objective, n_trials=12, catch=(ValueError,))
    optuna.logging.set_verbosity(verbosity)
    return folder


@pytest.mark.parametrize("kind", ["journal.log", "studies.db", "url"])
def test_each_trial_of_a_study_is_an_evaluation(studies: Path, kind: str) -> None:
    """Failed and pruned trials count and have no value; a maximum is negated."""
    source = f"sqlite:///{studies}/studies.db" if kind == "url" else studies / kind
    (run,) = read(source, "optuna")
    assert (run.problem.name, run.problem.dim, run.evaluations, run.maximised) == ("optuna_a_b", 2, 12, True)
    assert not {4, 6} & set(run.history.evaluations.tolist())
    assert (run.history.best_values > 0).all()


def test_a_study_of_several_objectives_needs_a_choice(tmp_path: Path) -> None:
    """Objectives are counted from 0."""
    optuna = pytest.importorskip("optuna")
    storage = f"sqlite:///{tmp_path}/o.db"
    study = optuna.create_study(storage=database(storage), study_name="two", directions=["minimize", "maximize"])
    study.add_trial(optuna.trial.create_trial(values=[3.0, 4.0]))
    with pytest.raises(UsageError, match="has 2 objectives; choose one with --objective 0 to 1"):
        list(read(storage, "optuna"))
    (run,) = read(storage, "optuna", objective="1")
    assert (run.problem.name, run.best_value) == ("optuna_two_1", -4.0)
    with pytest.raises(UsageError, match="objective is '2', expected 0 to 1"):
        list(read(storage, "optuna", objective="2"))


def test_a_file_that_is_not_a_study_is_an_error(tmp_path: Path) -> None:
    """Damaged files are named, and a missing file is not created."""
    (tmp_path / "odd.log").write_text("no json")
    (tmp_path / "empty.log").write_text("")
    with closing(sqlite3.connect(tmp_path / "odd.db")) as database:
        database.execute("CREATE TABLE mine (x)")
    before = (tmp_path / "odd.db").read_bytes()
    for name, said in (
        ("odd.log", ", line 1: not a line of Optuna's journal"),
        ("empty.log", " holds no study of Optuna"),
        ("odd.db", ": Optuna cannot read it"),
    ):
        with pytest.raises(ArtifactError, match=f"{name}{said}") as caught:
            list(read(tmp_path / name, "optuna"))
        assert caught.value.exit_code == 3
    assert (tmp_path / "odd.db").read_bytes() == before
    with pytest.raises(UsageError, match="no such file"):
        list(read(tmp_path / "none.db", "optuna"))
    assert not (tmp_path / "none.db").exists()


def test_a_journal_that_is_torn_or_altered_is_an_error_that_names_the_line(studies: Path, tmp_path: Path) -> None:
    """Optuna itself reads a truncated journal as a shorter study."""
    whole = (studies / "journal.log").read_text().splitlines(keepends=True)
    altered = whole[3].replace('"op_code":', '"op_code":"x", "other":')
    for lines, place in (
        ([*whole[:8], whole[8][:20]], 9),
        ([*whole[:3], "{}\n", *whole[4:]], 4),
        ([*whole[:3], altered, *whole[4:]], 4),
    ):
        (tmp_path / "torn.log").write_text("".join(lines))
        with pytest.raises(ArtifactError, match=rf"torn\.log, line {place}: "):
            list(read(tmp_path / "torn.log", "optuna"))
    assert [path.name for path in tmp_path.iterdir()] == ["torn.log"]


def test_a_line_that_a_journal_has_lost_is_noticed(studies: Path, tmp_path: Path, caplog) -> None:
    """Without the line of its study or trial, the next line that needs it is an error; unfinished trials are named.

    A lost parameter does not change the imported run.
    """
    whole = (studies / "journal.log").read_text().splitlines(keepends=True)
    (run,) = read(studies / "journal.log", "optuna")
    codes = [json.loads(line)["op_code"] for line in whole]
    for place, code in enumerate(codes):
        caplog.clear()
        (tmp_path / "lost.log").write_text("".join(whole[:place] + whole[place + 1 :]))
        if code in (0, 4):  # a study or a trial is created
            with pytest.raises(
                ArtifactError, match=rf"lost\.log, line {place + 1}: belongs to (study|trial) \d+, which"
            ):
                list(read(tmp_path / "lost.log", "optuna"))
            continue
        (found,) = read(tmp_path / "lost.log", "optuna")
        if code == 6:  # a trial ends
            assert "1 trials of the study 'a b' are left out" in caplog.text
        else:
            assert (found.history, found.evaluations, found.problem) == (run.history, run.evaluations, run.problem)
    assert {0, 4, 5, 6} <= set(codes)


def test_pycmas_logger_folder_is_read(tmp_path: Path) -> None:
    """Best values and evaluations after each iteration, dimension and seed equal those of pycma itself."""
    cma = pytest.importorskip("cma")
    strategy = cma.CMAEvolutionStrategy(3 * [1.0], 0.5, {"seed": 7, "verbose": -9, "maxfevals": 100})
    logger = cma.CMADataLogger(f"{tmp_path}/mine/").register(strategy)
    while not strategy.stop():
        points = strategy.ask()
        strategy.tell(points, [cma.ff.sphere(x) for x in points])
        logger.add(modulo=1)
    (run,) = read(tmp_path, "pycma")
    assert (run.problem.name, run.problem.dim, run.seed) == ("pycma_mine", 3, 7)
    assert run.evaluations == strategy.countevals
    assert run.best_value == pytest.approx(strategy.best.f)


def test_rows_of_pycma_that_go_back_are_another_run(write) -> None:
    """A header starts the second run; without one it is an error."""
    header, rows = "% # columns, seed={}\n", "1 6 0.5 1 {0} {0} 9 9\n2 12 0.5 1 {0} {0} 9 9\n"
    files = {"x/fit.dat": header.format(1) + rows.format(3.0) + header.format(2) + rows.format(2.0)}
    means = {"x/xmean.dat": "% #\n1 6 0 0 0 1.0 2.0\n"}
    assert [(run.seed, run.best_value, run.problem.dim) for run in read(write({**files, **means}), "pycma")] == [
        (1, 3.0, 2),
        (2, 2.0, 2),
    ]
    with pytest.raises(ArtifactError, match=r"fit\.dat, line 4: evaluation 6 follows 12"):
        list(read(write({"x/fit.dat": header + rows.format(3.0) * 2}), "pycma"))
    with pytest.raises(ArtifactError, match=r"fit\.dat, line 4: torn or not a row of numbers"):
        list(read(write({"x/fit.dat": header.format(1) + rows.format(3.0) + "3 18 0.5"}), "pycma"))


def test_benchopts_parquet_is_read_where_solvers_are_stopped_by_iterations(tmp_path: Path, caplog) -> None:
    """There is one run per data set, solver and repetition; a solver stopped by a tolerance has no count."""
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    rows = [
        {
            "objective_name": "Lasso",
            "dataset_name": "Simulated[n=5]",
            "solver_name": solver,
            "idx_rep": rep,
            "sampling_strategy": "tolerance" if solver == "tol" else "iteration",
            "stop_val": float(stop),
            "objective_value": 5.0 - stop - rep,
        }
        for solver in ("cd", "tol")
        for rep in (0, 1)
        for stop in (0, 1, 3)
    ]
    pd.DataFrame(rows).to_parquet(tmp_path / "out.parquet")
    runs = list(read(tmp_path, "benchopt"))
    assert [(run.problem.name, run.optimizer.name, run.evaluations, run.best_value) for run in runs] == [
        ("benchopt_Lasso_Simulated_n_5", "cd", 3, 2.0),
        ("benchopt_Lasso_Simulated_n_5", "cd", 3, 1.0),
    ]
    assert "tol is left out" in caplog.text
    (tmp_path / "out.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(ArtifactError, match=r"out\.parquet, byte 0: not in the format of Parquet"):
        list(read(tmp_path, "benchopt"))
