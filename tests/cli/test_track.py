import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbook.artifacts.validate import check_file
from benchbook.cli.main import main
from benchbook.records.pipeline import StepStatus
from benchbook.tracking import Pipeline, track

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs `benchbook track` and returns exit code, output and errors."""

    def run(*arguments: Any) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["track", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def pipeline() -> Pipeline:
    """Return a completed pipeline of two steps."""
    with track("imitation", total=2, telemetry=0.1) as made:
        with made.step("collect | clean"):
            made.count(500)
        with made.step("clone") as step:
            step.metric("loss", 0.25)
        made.claim("the clone drives", "held")
    return made


def test_list_prints_lines_json_and_markdown(call: Call, pipeline: Pipeline) -> None:
    """The three forms have the same content."""
    code, out, _ = call("list")
    assert code == 0
    assert out.splitlines()[1].split()[:3] == [pipeline.run_id, "completed", "2/2"]
    (line,) = json.loads(call("list", "--format", "json")[1])
    assert (line["run_id"], line["status"], line["done"]) == (pipeline.run_id, "completed", 2)
    assert f"| {pipeline.run_id} | completed | 2/2 |" in call("list", "--format", "markdown")[1]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--status", "completed"], 1),
        (["--status", "failed", "--status", "died"], 0),
        (["--since", "1h"], 1),
        (["--since", "2999-01-01"], 0),
        (["--until", "2999-01-01"], 1),
        (["--until", "1h"], 0),
        (["--since", "1h", "--until", "2999-01-01"], 1),
        (["--spec", "imitation"], 1),
        (["--spec", "other"], 0),
    ],
)
def test_list_filters(call: Call, pipeline: Pipeline, arguments: list[str], count: int) -> None:
    """Lines are selected by status, date and name."""
    assert len(json.loads(call("list", "--format", "json", *arguments)[1])) == count


def test_a_limit_says_what_it_leaves_out(call: Call, pipeline: Pipeline) -> None:
    """A shortened list says how many runs it omits."""
    with track("second", telemetry=False):
        pass
    assert "1 more; --limit 0 lists all" in call("list", "--limit", "1")[1]
    assert "more" not in call("list", "--limit", "0")[1]


@pytest.mark.parametrize("since", ["yesterday", "xh", "", "1e999d"])
def test_a_senseless_date_is_a_usage_error(call: Call, since: str) -> None:
    """The message shows examples of valid dates."""
    code, _, err = call("list", "--since", since)
    assert code == 2
    assert "expected a date such as 2026-01-31" in err


def test_status_shows_live_and_ended_runs(call: Call) -> None:
    """The exit code is 1 if a run did not end well."""
    pipeline = track("x", total=2, telemetry=False).start()
    step = pipeline.begin_step("a")
    code, out, _ = call("status", "--format", "json")
    assert code == 0
    assert json.loads(out)["running"] == "a"
    step.end(StepStatus.FAILED, "ValueError: no")
    pipeline.finish(StepStatus.FAILED, "ValueError: no")
    code, out, _ = call("status", "x")
    assert code == 1
    assert "status: failed" in out
    assert "reason: ValueError: no" in out


def test_watch_once_prints_the_page(call: Call, pipeline: Pipeline) -> None:
    """`watch --once` works without a terminal."""
    for arguments in ([], ["--once"], [pipeline.run_id, "--once"]):
        code, out, _ = call("watch", *arguments)
        assert code == 0
        assert "step 2 of 2" in out
        assert "the clone drives" in out


def test_show_prints_all_in_three_forms(call: Call, pipeline: Pipeline) -> None:
    """Runs are shown as text, Markdown and JSON."""
    assert "collect | clean" in call("show")[1]
    assert "| 1 of 2 | collect \\| clean | completed |" in call("show", "--format", "markdown")[1]
    assert json.loads(call("show", "--format", "json")[1])["kind"] == "pipeline"


def test_export_writes_a_file_or_a_folder_with_the_timeline(call: Call, pipeline: Pipeline, tmp_path: Path) -> None:
    """A folder gets a report, a document and a figure, and the document is valid."""
    assert call("export", "-o", tmp_path / "r.json", "--format", "json")[0] == 0
    assert check_file(tmp_path / "r.json") == []
    assert call("export", "imitation", "-o", tmp_path / "all")[0] == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "pipeline.json", "report.md", "timeline.svg",
    ]  # fmt: skip
    assert "](timeline.svg)" in (tmp_path / "all" / "report.md").read_text()


def test_prune_deletes_on_request_only(call: Call) -> None:
    """Prune needs a number of at least 20, and reports what it did."""
    for _ in range(22):
        with track("x", telemetry=False):
            pass
    assert call("prune")[0] == 2
    assert call("prune", "--keep", 5)[0] == 2
    assert call("prune", "--keep", 20, "--dry-run")[1].splitlines()[-1] == "2 would be deleted"
    assert call("prune", "--keep", 20)[1].splitlines()[-1] == "2 deleted"
    assert len(json.loads(call("list", "--limit", 0, "--format", "json")[1])) == 20


def test_an_unknown_run_is_a_usage_error(call: Call, pipeline: Pipeline) -> None:
    """The message offers the nearest name."""
    code, _, err = call("show", "imitatio")
    assert code == 2
    assert "imitation" in err


def test_a_folder_of_tracked_runs_validates(pipeline: Pipeline) -> None:
    """`benchbook validate` accepts an artifact root with tracked runs."""
    assert main(["validate", "-q", str(pipeline.folder.parent)]) == 0


def test_show_prints_the_document_of_a_pipeline(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    """`benchbook show` reads a snapshot like any other artifact."""
    assert main(["show", str(pipeline.folder / "pipeline.json")]) == 0
    assert "# imitation" in capsys.readouterr().out


def test_an_empty_span_of_time_is_a_usage_error(call: Call, pipeline: Pipeline) -> None:
    """A beginning after the end is refused, and a date that cannot be read is named."""
    code, _, err = call("list", "--since", "2026-02-01", "--until", "2026-01-01")
    assert (code, "is not before --until 2026-01-01" in err) == (2, True)
    code, _, err = call("list", "--until", "yesterday")
    assert (code, "--until is 'yesterday'" in err) == (2, True)


def test_the_folder_of_a_pipeline_and_its_telemetry_are_validated(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    """Manifest, telemetry and snapshot are checked; a damaged sample is named by its line, a torn end is accepted."""
    telemetry = pipeline.folder / "telemetry.jsonl"
    assert main(["validate", str(pipeline.folder)]) == 0
    assert "3 valid, 0 invalid" in capsys.readouterr().out
    assert main(["validate", str(telemetry)]) == 0
    whole = telemetry.read_bytes()
    telemetry.write_bytes(whole + b'{"event":"sam')
    assert main(["validate", str(telemetry)]) == 0
    telemetry.write_bytes(whole + b'{"event":"sample","t":-1}\nno\n')
    capsys.readouterr()
    assert main(["validate", str(pipeline.folder)]) == 3
    err = capsys.readouterr().err
    assert f"telemetry.jsonl: line {len(whole.splitlines()) + 1}: $" in err
    assert "is not JSON" in err
    telemetry.write_bytes(b"")
    assert main(["validate", str(telemetry)]) == 3
