"""A report over several suites reports each one separately, by name."""

import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.report.report import Report, report

pytest.importorskip("cocoex")


@pytest.fixture(scope="module")
def mixed() -> Report:
    """Return the report of runs on BBOB and on bi-objective functions, where one optimizer has no runs."""
    runs = [bb.run("cma_es", "bbob_f1", dim=2, seed=seed, budget=100) for seed in (1, 2)]
    runs += [
        bb.run(name, function, dim=2, seed=seed, budget=300)
        for name in ("nsga2", "random_search")
        for function in ("bbob_f1", "bbob_biobj_f1", "bbob_biobj_f2")
        for seed in (1, 2)
    ]
    return report(RunTable(runs), title="mixed")


def test_every_table_and_figure_names_its_suite(mixed: Report) -> None:
    """No number is computed over both suites."""
    captions = [*(table.caption for table in mixed.tables), *(caption for caption, _ in mixed.figures)]
    assert {caption.split(". ")[0] for caption in captions} == {"one objective", "bbob_biobj"}
    assert mixed.verdict.startswith("one objective: ")
    assert " bbob_biobj: nsga2" in mixed.verdict


def test_functions_stand_in_the_tables_of_their_suite(mixed: Report) -> None:
    """Targets are those of the suite: the hardest is 1e-8, for two objectives 1e-5."""
    hardest = {}
    for table in mixed.tables:
        functions = {row[0] for row in table.rows}
        assert functions <= ({"bbob_f1"} if table.caption.startswith("one") else {"bbob_biobj_f1", "bbob_biobj_f2"})
        if "Fixed targets" in table.caption:
            hardest[table.caption.split(". ")[0]] = table.headers[-1]
    assert hardest == {"one objective": "1e-08", "bbob_biobj": "1e-05"}


def test_a_report_of_one_suite_names_none() -> None:
    """The captions of ordinary reports do not name a suite."""
    runs = [bb.run("random_search", "bbob_f1", dim=2, seed=seed, budget=100) for seed in (1, 2)]
    assert not any("one objective" in table.caption for table in report(RunTable(runs), title="one").tables)
