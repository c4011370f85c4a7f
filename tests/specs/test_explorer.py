"""The explorer without a browser: widgets are objects whose values can be set."""

from __future__ import annotations

import sys

import pytest

from benchbook.errors import MissingExtraError
from benchbook.specs.explore import Choice
from benchbook.specs.explorer import Explorer

FIRST = Choice(optimizers=["random_search"], function="sphere", repetitions=2, budget=100)


@pytest.fixture
def explorer() -> Explorer:
    """Return an explorer of small runs."""
    return Explorer(FIRST)


@pytest.mark.untraced  # the tests below cover the explorer; most of the time is drawing
@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("optimizers", ("random_search", "whale")),
        ("function", "ackley"),
        ("dim", 3),
        ("instance", 2),
        ("seed", 7),
        ("repetitions", 3),
        ("budget", 200),
    ],
)
def test_every_widget_changes_pictures_and_code(explorer: Explorer, control: str, value: object) -> None:
    """A changed value is drawn immediately and appears in the code."""
    before = {name: html.value for name, html in explorer.pictures.items()}
    code = explorer.copied.value
    explorer.controls[control].value = value
    assert getattr(explorer.choice, control) == value
    assert explorer.copied.value == explorer.code() != code
    changed = {name for name, html in explorer.pictures.items() if html.value != before[name]}
    # dimension and repetitions do not touch the trajectories
    assert changed == ({"curves"} if control in {"dim", "repetitions"} else {"trajectories", "curves"})


def test_pictures_are_images_with_texts(explorer: Explorer) -> None:
    """The alternative texts describe the pictures to readers who cannot see them."""
    for html in explorer.pictures.values():
        assert html.value.startswith('<img src="data:image/svg+xml;base64,')
        assert 'alt="' in html.value
        assert "random_search" in html.value
    assert "2 runs, 200 evaluations" in explorer.status.value


def test_a_mistake_is_described_and_the_pictures_stay(explorer: Explorer) -> None:
    """BBOB has no instance 0, and a choice may be empty; the explorer keeps working."""
    explorer.controls["function"].value = "bbob_f1"
    before = explorer.pictures["curves"].value
    explorer.controls["instance"].value = 0
    assert "instance is 0, expected a whole number &gt;= 1" in explorer.status.value
    explorer.controls["optimizers"].value = ()
    assert "Choose one optimizer or more." in explorer.status.value
    assert explorer.pictures["curves"].value == before
    explorer.controls["optimizers"].value = ("whale",)
    explorer.controls["instance"].value = 3
    assert "2 runs" in explorer.status.value
    assert explorer.pictures["curves"].value != before


def test_functions_without_two_dimensions_are_not_offered(explorer: Explorer) -> None:
    """Such functions have no contours to draw."""
    offered = explorer.controls["function"].options
    assert {"sphere", "bbob_f24"} <= set(offered)
    assert not any("mixint" in name or "largescale" in name for name in offered)


def test_without_ipywidgets_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is clear, without a traceback from inside the package."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(MissingExtraError, match=r'needs the library ipywidgets.*pip install "benchbook\[lab\]"'):
        Explorer(FIRST)
