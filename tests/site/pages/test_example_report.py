from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import benchbook as bb
from benchbook.site.pages.example_report import REPORT_FILE, example_report, report_link
from benchbook.specs.outcome import read_outcome

PARAMS: dict[str, Any] = {
    "preset": "quick",
    "functions": ["sphere", "ackley"],
    "dims": [2],
    "instances": [0, 1],
    "seeds": 2,
    "bbob_functions": [],
    "bbob_instances": [],
    "budget_per_dim": 60,
    "target": 1e-8,
}


class View:
    """The parts of an executed spec that the report needs."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.outcome: Any = dict(read_outcome(folder / name))


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the artifact folder of two executed specs."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    for name in ("cma_es", "manta_ray_foraging"):
        spec = bb.spec(name, **PARAMS)
        spec.when()
        spec.claim("true", "One is one.", 1, "==", 1)
        spec.then()
    return tmp_path / "specs"


def test_the_example_holds_both_optimizers_and_the_control_on_shifted_problems(specs: Path) -> None:
    """The report is reproducible, and contains the control, which both specs ran, only once."""
    views: Any = [View(name, specs) for name in ("cma_es", "manta_ray_foraging")]
    page = example_report(views, specs)
    assert page is not None
    assert page == example_report(views, specs)
    assert "Ledger: 12 runs" in page  # 3 optimizers x 2 functions x 1 shifted instance x 2 seeds
    assert REPORT_FILE in report_link(page)


def test_without_executed_specs_there_is_a_sentence(specs: Path) -> None:
    """With one optimizer there is no comparison, so a sentence is shown."""
    views: Any = [View("cma_es", specs)]
    assert example_report(views, specs) is None
    assert "no example here yet" in report_link(None)
