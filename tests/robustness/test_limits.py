"""Absurd numbers, names and nesting are refused with one message before they cost time or memory."""

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
    """The study gives exit code 2 or 3 and one line."""
    file = tmp_path / "study.yaml"
    file.write_text("".join(f"{name}: {text}\n" for name, text in {**BASE, key: value}.items()))
    code = main(["study", "run", str(file), "--store", str(tmp_path / "store"), "--no-track", "--quiet"])
    assert code in (2, 3)
    assert capsys.readouterr().err.startswith("error: ")


LONG = "x" * 260
DEEP = "[" * 20_000 + "]" * 20_000


def repeated(times: int) -> str:
    """Return a list that aliases expand to nine to the power of `times` numbers."""
    parts = ["&b0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    parts += [f"&b{k} [{', '.join([f'*b{k - 1}'] * 9)}]" for k in range(1, times)]
    return f"[{', '.join(parts)}]"


@pytest.mark.parametrize(
    "words",
    [
        *(
            ["params", "show", "quick", "-p", f"{key}={value}"]
            for key in ("seeds", "dims")
            for value in (10**11, 2**70)
        ),
        ["params", "show", "quick", "-p", f"budget_per_dim={2**70}"],
        ["params", "show", "quick", "-p", f"functions={DEEP}"],
        ["params", "show", "quick", "-p", f"dims={repeated(9)}"],
        ["params", "show", "quick", "-p", "dims=&a [*a]"],
        ["run", "random_search", "sphere", "--dim", str(10**11), "--budget", "10"],
        ["run", "random_search", "sphere", "--dim", "2", "--budget", str(2**70)],
        ["run", "random_search", "sphere", "--dim", "2", "--budget", "10", "--seed", str(2**70)],
        ["baseline", "show", LONG],
        ["verify", LONG],
        ["track", "show", LONG],
        ["study", "status", "y/" * 2000],
    ],
)
def test_an_option_beyond_all_measure_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The option gives exit code 2 or 3 and one line."""
    assert main(words) in (2, 3)
    assert capsys.readouterr().err.lower().startswith(("error: ", "usage: "))


@pytest.mark.parametrize("key", ["seeds", "dims", "functions", "settings"])
def test_a_study_that_repeats_itself_is_refused(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The study is refused before the aliases are expanded."""
    file = tmp_path / "study.yaml"
    file.write_text("".join(f"{name}: {text}\n" for name, text in {**BASE, key: repeated(9)}.items()))
    assert main(["study", "run", str(file), "--store", str(tmp_path / "store"), "--no-track", "--quiet"]) == 2
    assert "more than 1,000,000 values" in capsys.readouterr().err
