from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchbook.errors import UsageError
from benchbook.site.pages.benchmark_page import area_table, audit_table, coverage_table, quality_table

SOURCE = {"command": "measure <it>", "measured": "2026-01-02", "versions": {"numpy": "2.4"}}
QUALITY = {
    "native": "whale",
    "peer": "<b>mealpy</b>",
    "function": "sphere",
    "dim": 10,
    "median": 1e-3,
    "peer_median": 2.0,
    "p_holm": 0.04,
    "verdict": "WORSE",
}
AUDIT = {
    "name": "lib:Some",
    "draws_from": ["numpy"],
    "contained": True,
    "leaks": False,
    "ignores_seed": None,
    "deterministic": True,
}


def write(docs: Path, name: str, row: dict[str, object]) -> None:
    """Write a measurement of one row next to the docs."""
    (docs / "_data").mkdir(exist_ok=True)
    (docs / "_data" / name).write_text(json.dumps({**SOURCE, "rows": [row]}))


def test_measured_tables_hold_the_numbers_and_how_they_came_about(tmp_path: Path) -> None:
    """Each row is shown, escaped, with the command and the versions."""
    write(tmp_path, "quality.json", QUALITY)
    write(tmp_path, "audit.json", AUDIT)
    write(tmp_path, "area.json", {"dim": 5, "peer": "lib:Some", "area": 0.25, "peer_area": 0.125})
    write(tmp_path, "coverage.json", {"interval": "band", "data": "<5> runs", "before": 0.489, "now": 0.9})
    quality, audit, area = quality_table(tmp_path), audit_table(tmp_path), area_table(tmp_path)
    coverage = coverage_table(tmp_path)
    assert "0.001" in quality
    assert "worse" in quality
    assert "<b>mealpy" not in quality
    assert "unknown" in audit
    assert "0.2500" in area
    assert "0.489" in coverage
    assert "0.900" in coverage
    assert "&lt;5&gt; runs" in coverage
    for table in (quality, audit, area, coverage):
        assert "measure &lt;it&gt;" in table
        assert "2026-01-02" in table
        assert "numpy 2.4" in table


def test_an_interval_that_the_first_version_lacked_has_a_dash(tmp_path: Path) -> None:
    """Where the first version had no interval, the table shows a dash."""
    write(tmp_path, "coverage.json", {"interval": "mean rank", "data": "runs", "before": None, "now": 0.96})
    assert "<td>–</td><td>0.960</td>" in coverage_table(tmp_path).replace("\n", "").replace(' class="bb-number"', "")


def test_missing_measurements_are_shown_with_their_command(tmp_path: Path) -> None:
    """The command is shown in place of a table."""
    assert "benchbook optimizers audit --all --json" in audit_table(tmp_path)
    assert "benchmarks.quality" in quality_table(tmp_path)
    assert "--profile" in area_table(tmp_path)
    assert "benchmarks coverage" in coverage_table(tmp_path)


def test_a_damaged_measurement_is_named(tmp_path: Path) -> None:
    """The message contains the path of the file."""
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data" / "audit.json").write_text("{")
    with pytest.raises(UsageError, match=r"audit\.json is not JSON"):
        audit_table(tmp_path)
