from pathlib import Path

import pytest

from benchbook.selfcheck import preset, speed
from benchbook.selfcheck.speed import Work, works_in


def test_works_are_measured_in_turns_with_start_up_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is measured in rounds, so that a disturbance affects all of it; the first round is the start-up."""
    order: list[str] = []
    ticks = iter(range(1000))
    works = [
        Work(name=name, text="", amount=1, unit="calls", do=lambda name=name: order.append(name),  # type: ignore[misc]
             clock=lambda: float(next(ticks)))
        for name in ("a", "b")
    ]  # fmt: skip
    monkeypatch.setattr(speed, "works_in", lambda folder: works)
    measured = list(speed.speed_measures(preset("quick")))
    assert order == ["a", "b"] * 6
    assert [(item.name, item.startup_s, item.repeats_s) for item in measured] == [
        ("a", 1.0, (1.0,) * 5),
        ("b", 1.0, (1.0,) * 5),
    ]


def test_works_have_names_of_their_own_and_an_amount(tmp_path: Path) -> None:
    """Names must be unique, since measurements are compared by name."""
    works = works_in(tmp_path)
    assert len({work.name for work in works}) == len(works) >= 8
    assert all(work.amount > 0 for work in works)
