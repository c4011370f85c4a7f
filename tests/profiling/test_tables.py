import pytest

from benchbook.profiling.tables import place, seconds, text
from benchbook.records.profile import ProfiledFunction


def test_each_stage_has_its_row_and_all_add_up(profiled) -> None:
    """Stages are in order with inner ones indented and functions below them, followed by the rest and the total."""
    lines = text(profiled()).splitlines()
    assert lines[0] == "a & b: 10.00 s"
    rows = [line.split() for line in lines[2 : lines.index("") if "" in lines else None]]
    assert [row[0] for row in rows] == ["set-up", "loop", "evaluate", "dot", "f<1>", "other", "total"]
    assert lines[4].startswith("  evaluate")
    assert lines[5].startswith("      dot  (compiled)")
    assert "60.0%" in lines[4]
    assert "6.00 s" in lines[4]
    assert rows[-1] == ["total", "100.0%", "10.00", "s"]


def test_bottlenecks_and_notes_follow(profiled) -> None:
    """Bottlenecks have share, time, calls and hint; notes have samples, overhead and what was left out."""
    said = text(profiled())
    assert "1. evaluate  60.0%, 6.00 s, 20 calls, mostly in dot" in said
    assert "functions: 60 samples, one in 1 ms; so few that functions are rough" in said
    assert "overhead: +25.0% in the times of the stages, +50.0% where functions were sampled (1 run each" in said
    assert "3 of the shorter spans are left out of the trace" in said


def test_what_is_missing_is_noted(profiled) -> None:
    """The notes say that overhead, functions or a regular end are missing."""
    said = text(
        profiled(overhead=None, interval_s=None, missing={"functions": "no library"}, error="ValueError: x", left_out=0)
    )
    assert "ended by ValueError: x" in said
    assert "no functions: no library" in said
    assert "overhead: not measured" in said
    assert "samples" not in said


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_the_table_keeps_to_its_width(profiled, width: int) -> None:
    """Names are cut, and numbers are not."""
    found = profiled(name="ünïcode " * 3)
    lines = text(found, width=width).splitlines()
    assert max(len(line) for line in lines) <= width
    assert sum("60.0%" in line for line in lines) == 2


def test_a_terminal_that_knows_ascii_only_gets_ascii(profiled) -> None:
    """Bars are drawn with `#`, and letters outside ASCII are replaced."""
    said = text(profiled(name="α-fit"), ascii_only=True)
    assert said.isascii()
    assert "####" in said
    assert said.startswith("?-fit")
    assert "█" in text(profiled())


def test_of_many_stages_those_that_matter_are_shown(profiled) -> None:
    """Inner stages of less than a hundredth are counted but not shown."""
    found = profiled()
    small = [type(found.stages[0])(path=("loop", f"s{k}"), calls=1, total_s=0.01, own_s=0.01) for k in range(20)]
    said = text(profiled(stages=(*found.stages, *small)))
    assert "s3" not in said
    assert "20 stages inside others, of less than 1% each, are not shown" in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.0 us"), (9.994e-4, "999.4 us"), (9.999e-4, "1.0 ms"), (0.9999, "1.00 s"), (1234.5, "1,234 s")],
)
def test_seconds_have_a_fitting_unit(value: float, shown: str) -> None:
    """The unit changes where the number would reach a thousand."""
    assert seconds(value) == shown


def test_the_import_system_is_named_by_its_file() -> None:
    """Files of the import system have no path."""
    assert (
        place(ProfiledFunction("_load", "<frozen importlib._bootstrap>", 3)) == "_load  <frozen importlib._bootstrap>"
    )
