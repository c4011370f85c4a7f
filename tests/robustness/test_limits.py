"""Numbers, names and nesting beyond all measure: refused in one sentence, before they cost time or memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchbook.cli.main import main

BASE = {"optimizers": "random_search", "functions": "sphere", "dims": "2", "seeds": "1", "budget": "10"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seeds", "100000000000"),
        ("seeds", str(2**70)),
        ("seeds", f"[{2**70}]"),
        ("seeds", "9" * 5000),
        ("seeds", "2026-99-99"),
        ("dims", "100000000000"),
        ("dims", f"[{2**70}]"),
        ("instances", str(2**70)),
        ("budget", str(2**70)),
        ("budget", ".inf"),
        ("stagnation", str(2**70)),
        ("target", "1e400"),
        ("optimizers", "x" * 260),
        ("functions", "x" * 260),
        ("functions", "[" * 20_000 + "]" * 20_000),
    ],
)
def test_a_study_beyond_all_measure_is_refused(
    key: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2 or 3 and one line."""
    file = tmp_path / "study.yaml"
    file.write_text("".join(f"{name}: {text}\n" for name, text in {**BASE, key: value}.items()))
    code = main(["study", "run", str(file), "--store", str(tmp_path / "store"), "--no-track", "--quiet"])
    assert code in (2, 3)
    assert capsys.readouterr().err.startswith("error: ")
