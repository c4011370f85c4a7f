"""Measures of a table that is read from a store, and of imported runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.report.pages import as_html
from benchbook.analysis.report.report import report
from benchbook.artifacts.interop import read_ioh, write_ioh
from benchbook.cli.main import main


def test_a_store_gives_the_numbers_of_its_records(tmp_path: Path) -> None:
    """Runs that `bb.open` reads lazily have the same ERTs, areas and profiles as runs in memory."""
    study = bb.study(optimizers="particle_swarm", functions=["bbob_f1"], dims=[2, 3], instances=[1, 2], budget=200)
    study.run(store=tmp_path, executor="serial")
    stored = bb.open(tmp_path)
    kept = RunTable(list(stored))
    pd.testing.assert_frame_equal(stored.ert_table(), kept.ert_table())
    pd.testing.assert_series_equal(stored.select(dim=3).aocc(), kept.select(dim=3).aocc())
    assert [p.share.tolist() for p in stored.profile()] == [p.share.tolist() for p in kept.profile()]
    assert stored.select(function="bbob_f1", dim=2).ert(target=1.0).index.tolist() == [
        ("particle_swarm", "bbob_f1", 2),
        ("random_search", "bbob_f1", 2),
    ]


def test_imported_runs_can_be_measured_and_reported(tmp_path: Path) -> None:
    """Imported runs have no settings, times or host, and the report calls these unknown."""
    runs = [bb.run("particle_swarm", "bbob_f1", dim=2, instance=i, seed=1, budget=200) for i in (1, 2, 3)]
    write_ioh(runs, tmp_path)
    imported = RunTable(read_ioh(tmp_path))
    pd.testing.assert_frame_equal(imported.ert_table(), RunTable(runs).ert_table())
    text = as_html(report(imported, title="theirs"))
    assert "unknown" in text[text.index("Provenance") :]


def test_a_store_opens_with_what_was_imported_into_it(tmp_path: Path) -> None:
    """`bb.open` returns own and imported runs, or either kind alone, and they are measured together."""
    made = bb.study(optimizers="cma_es", functions="bbob_f1", dims=2, instances=[1, 2], budget=300)
    own = made.run(tmp_path / "store")
    write_ioh(own, tmp_path / "ioh")
    for store, expected in ((tmp_path / "store", 8), (tmp_path / "theirs", 4)):
        assert main(["import", str(tmp_path / "ioh"), "--from", "ioh", "--into", str(store)]) == 0
        runs = bb.open(store)
        assert len(runs) == expected
        assert set(runs.optimizers) == {"cma_es", "random_search"}
        assert np.isfinite(runs.select(optimizer="cma_es").ert(target=1.0)).all()
