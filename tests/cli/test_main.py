import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

import benchbook as bb
from benchbook.artifacts.codec import decode, encode
from benchbook.artifacts.run_document import content_digest_of, run_key, spec_of, to_document
from benchbook.cli.main import COMMANDS, EXIT_CODES, main
from benchbook.errors import BenchbookError, ExitCode
from benchbook.files import how_to_install
from benchbook.optimizers import names
from benchbook.optimizers.adapters import factory as library
from benchbook.problems import kernel
from benchbook.problems import names as function_names

RUN = ["run", "--optimizer", "random_search", "--function", "levy", "--dim", "2", "--instance", "1", "--budget", "40"]


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """Return the file of a run."""
    path = tmp_path / "r.json.zst"
    bb.save(bb.run("random_search", "levy", dim=2, instance=1, seed=3, budget=40), path)
    return path


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command and returns exit code, output and errors."""

    def run(*arguments: Any) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


Call = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_is_true(name: str) -> None:
    """The help of `benchbook` shows each command's own name, and the first sentence of its own help."""
    module, text = COMMANDS[name]
    command = importlib.import_module(f"benchbook.cli.{module}").command
    assert isinstance(command, click.Command)
    assert command.name == name
    assert inspect.cleandoc(command.help or "").replace("\b", "").strip().splitlines()[0] == text


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_shows_a_mark_of_its_source(name: str, call: Call) -> None:
    r"""Help of commands and subcommands does not show `\b`, click's mark that keeps lines apart."""
    command = importlib.import_module(f"benchbook.cli.{COMMANDS[name][0]}").command
    below = list(command.commands) if isinstance(command, click.Group) else []
    for words in ([name], *([name, item] for item in below)):
        assert "\\b" not in call(*words, "-h")[1]


def test_help_lists_commands_and_exit_codes(call: Call) -> None:
    """One screen lists the commands and the meaning of exit codes."""
    code, out, _ = call("--help")
    assert code == 0
    for name, (_, text) in COMMANDS.items():
        assert name in out
        assert text in out
    for exit_code in ExitCode:
        assert f"\n  {exit_code.value}  " in EXIT_CODES


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, call: Call) -> None:
    """`benchbook NAME -h` ends with 0 and shows the usage."""
    code, out, _ = call(name, "-h")
    assert code == 0
    assert out.startswith(f"Usage: benchbook {name}")


def test_help_is_readable_all_the_way_down(call: Call) -> None:
    """No help shows layout marks, and lists of commands are not cut off at 80 columns."""
    todo: list[tuple[tuple[str, ...], click.Command]] = [
        ((name,), importlib.import_module(f"benchbook.cli.{module}").command) for name, (module, _) in COMMANDS.items()
    ]
    while todo:
        path, command = todo.pop()
        code, out, _ = call(*path, "--help")
        assert code == 0
        assert "\\b" not in out, path
        assert "\b" not in out, path
        assert not re.search(r"(?m)^  [a-z]+ .*\.\.\.$", out), path
        if isinstance(command, click.Group):
            todo += [((*path, name), below) for name, below in command.commands.items()]


def test_help_imports_nothing_heavy(python: Callable[..., str]) -> None:
    """The help must not wait for the import of libraries."""
    code = (
        "import sys\nfrom benchbook.cli.main import main\nmain(['--help'])\n"
        "heavy = ('numpy', 'pandas', 'matplotlib', 'pydantic', 'rich', 'jsonschema', 'papermill', 'yaml', 'orjson')\n"
        "print('loaded:', [name for name in heavy if name in sys.modules])"
    )
    assert python(code).endswith("loaded: []")


def test_the_version_is_printed(call: Call) -> None:
    """`benchbook --version` prints one line."""
    assert call("--version") == (0, f"benchbook {bb.__version__}\n", "")


@pytest.mark.parametrize("options", [("--version", "-v"), ("-v", "--version")])
def test_the_version_is_printed_with_the_kernel(call: Call, options: tuple[str, str]) -> None:
    """With -v a second line names the instruction set that evaluates the problems, and the compiler."""
    code, out, err = call(*options)
    found = kernel.info()
    assert (code, err) == (0, "")
    assert out.splitlines()[1].startswith(f"kernel {found.version}, variant {found.variant} (this processor has ")


def test_an_unknown_command_offers_the_nearest(call: Call) -> None:
    """A misspelled command is a usage error that offers the nearest name."""
    code, _, err = call("verifx", "x")
    assert code == 2
    assert "unknown command 'verifx'; did you mean 'verify'?" in err


def test_run_writes_an_artifact(call: Call, tmp_path: Path) -> None:
    """The command of the README ends with 0, prints the facts and writes the record."""
    for name in ("r.json.zst", "r.json.gz", "new/folder/r.json"):
        code, out, _ = call(*RUN, "--seed", 7, "--set", "batch=9", "--out", tmp_path / name)
        assert code == 0
        assert "random_search (batch=9)" in out
        assert "levy, dim 2, instance 1" in out
        record = bb.load(tmp_path / name)
        assert record.content_digest == bb.run(
            "random_search", "levy", dim=2, instance=1, seed=7, budget=40, settings={"batch": 9}
        ).content_digest  # fmt: skip


def test_run_without_a_file_says_so(call: Call) -> None:
    """A run that is not written to a file says so."""
    code, out, _ = call(*RUN)
    assert code == 0
    assert "not kept; --out FILE keeps it" in out


def test_run_prints_json(call: Call) -> None:
    """With --json the output is the artifact and nothing else."""
    code, out, _ = call(*RUN, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["problem"]["name"] == "levy"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--function", "lvy"], "unknown function 'lvy'; did you mean 'levy'?"),
        (["--optimizer", "random_serch"], "did you mean 'random_search'"),
        (["--dim", "0"], "dim is 0"),
        (["--dim", "two"], "'two' is not a valid integer"),
        (["--budget", "-1"], "budget is -1"),
        (["--seed", "-1"], "seed is -1"),
        (["--set", "batch"], "override 'batch' is not of the form key=value"),
        (["--set", "batch=0"], "setting 'batch' of random_search is 0"),
        (["--set", "bach=3"], "did you mean 'batch'?"),
        (["--out", "r.txt"], "expected .json.zst, .json.gz or .json"),
        (["--no-such-option"], "No such option"),
        (["left", "over"], "unexpected extra arguments"),
    ],
)
def test_a_wrong_argument_is_a_usage_error(call: Call, arguments: list[str], message: str) -> None:
    """A wrong argument gives exit code 2 and one sentence on standard error."""
    code, out, err = call(*RUN, *arguments)
    assert code == 2
    assert message in err
    assert out == ""


def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An output that cannot be written is refused with exit code 1 before the run is started."""

    def started(*_: Any, **__: Any) -> None:
        raise RuntimeError("the run was started")

    monkeypatch.setattr("benchbook.studies.runs.run.run", started)
    (tmp_path / "file").write_bytes(b"")
    code, _, err = call(*RUN, "--out", tmp_path / "file" / "r.json.zst")
    assert (code, err.startswith("error: cannot write ")) == (1, True)
    (tmp_path / "folder.json").mkdir()
    code, _, err = call(*RUN, "--out", tmp_path / "folder.json")
    assert (code, "is a folder, expected a file" in err) == (2, True)


def test_show_is_readable_and_whole_as_json(call: Call, artifact: Path) -> None:
    """The text shows the main facts; --json gives the document as it is."""
    code, out, _ = call("show", artifact)
    assert code == 0
    for part in ("random_search", "levy, dim 2, instance 1", "40 of 40", "content digest", "arithmetic"):
        assert part in out
    code, out, _ = call("show", artifact, "--json")
    assert code == 0
    assert json.loads(out) == decode(artifact.read_bytes())


def test_validate_accepts_and_counts(call: Call, artifact: Path) -> None:
    """Files and folders are checked, except temporary files of unfinished writes."""
    (artifact.parent / ".r.json.zst.tmp.json").write_bytes(b"half")
    (artifact.parent / "notes.txt").write_bytes(b"no artifact")
    assert call("validate", artifact.parent) == (0, f"{artifact}: valid\n1 valid, 0 invalid\n", "")
    assert call("validate", "-q", artifact) == (0, "", "")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[: len(data) // 2], "$: r.json.zst: truncated"),
        (lambda data: data[:99] + bytes([data[99] ^ 16]) + data[100:], "$: r.json.zst: damaged"),
        (lambda data: b"", "$: r.json.zst: the file is empty"),
        (
            lambda data: encode({**decode(data), "schema_version": 2}),
            "$.schema_version: is 2, this benchbook reads up to 1",
        ),
        (lambda data: encode({**decode(data), "seed": 4}), "$.content_digest: does not match the content"),
        (lambda data: encode({**decode(data), "budget": "forty"}), '$.budget: "forty" is not of type "integer"'),
    ],
)
def test_validate_names_what_is_wrong(
    call: Call, artifact: Path, damage: Callable[[bytes], bytes], message: str
) -> None:
    """The exit code is 3, with JSON path and reason; show and verify refuse the file as well."""
    artifact.write_bytes(damage(artifact.read_bytes()))
    code, _, err = call("validate", artifact)
    assert code == 3
    assert f"{artifact}: {message}" in err
    assert "0 valid, 1 invalid" in err
    for command in ("show", "verify"):
        code, out, err = call(command, artifact)
        assert (code, out) == (3, "")
        assert err.startswith("error: ")


@pytest.mark.parametrize("command", ["show", "verify", "validate"])
def test_a_missing_file_is_a_usage_error(call: Call, command: str, tmp_path: Path) -> None:
    """A missing file gives exit code 2, which distinguishes it from an invalid one."""
    code, _, err = call(command, tmp_path / "none.json")
    assert code == 2
    assert "no such file" in err


def test_validating_a_folder_without_artifacts_is_a_usage_error(call: Call, tmp_path: Path) -> None:
    """Checking nothing does not count as success."""
    code, _, err = call("validate", tmp_path)
    assert code == 2
    assert "no artifacts in" in err


def test_verify_runs_again(call: Call, artifact: Path) -> None:
    """Equal bits give exit code 0."""
    assert call("verify", artifact) == (0, f"bit-identical: {artifact}\n", "")


def test_verify_names_the_difference(call: Call, artifact: Path) -> None:
    """Different bits give exit code 4, with the first evaluation that differs and the other differences."""
    import dataclasses

    record = bb.load(artifact)
    changed = dataclasses.replace(record, seed=4, code_digest="0" * 64)
    changed = dataclasses.replace(
        changed, content_digest=content_digest_of(changed), run_key=run_key(spec_of(changed), changed.code_digest)
    )
    artifact.write_bytes(encode(to_document(changed)))
    code, out, _ = call("verify", artifact)
    assert code == 4
    assert f"differs: {artifact}\n  history from evaluation " in out
    assert "code: optimizer, problem or loop have changed since" in out


def test_verify_of_a_users_own_function_is_a_usage_error(call: Call, tmp_path: Path) -> None:
    """The message says how to verify it in Python."""
    path = tmp_path / "r.json"
    bb.save(bb.run("random_search", lambda x: float(x[0]), bounds=(1, 2), dim=2, budget=10), path)
    code, _, err = call("verify", path)
    assert code == 2
    assert "bb.verify(record, function=...)" in err


def test_catalogs_are_listed(call: Call) -> None:
    """Lists contain all names, as text and as JSON; showing an entry describes it."""
    for noun, known in (("optimizers", names()), ("problems", function_names())):
        code, out, _ = call(noun, "list")
        assert code == 0
        assert all(name in out for name in known)
        assert json.loads(call(noun, "list", "--json")[1])
    assert "population" in call("optimizers", "show", "manta_ray_foraging")[1]
    assert "levy" in call("problems", "show", "levy", "--dim", "3", "--instance", "2")[1]
    assert call("problems", "show", "lvy")[0] == 2


def test_the_committed_schemas_are_those_of_the_models(call: Call, root: Path) -> None:
    """A changed model without a new schema fails here."""
    assert call("schemas", "check", root / "schemas") == (0, "", "")


def test_a_schema_that_drifted_is_found(call: Call, tmp_path: Path) -> None:
    """Changed, missing and left-over files are named, with the command that updates them."""
    assert call("schemas", "write", tmp_path)[0] == 0
    assert call("schemas", "check", tmp_path)[0] == 0
    run, other, *_ = sorted(tmp_path.glob("*.json"))
    run.write_text(run.read_text().replace("integer", "number"))
    other.unlink()
    (tmp_path / "old.v0.schema.json").write_text("{}")
    code, _, err = call("schemas", "check", tmp_path)
    assert code == 1
    assert f"{run}: not that of its model; run: benchbook schemas write" in err
    assert f"{other}: missing" in err
    assert "old.v0.schema.json: of no model" in err


@pytest.mark.parametrize("error", [KeyboardInterrupt, click.Abort])
def test_an_interrupt_is_one_sentence(call: Call, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    """Ctrl-C ends with 130 and one sentence, without a traceback."""

    def interrupted(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("benchbook.studies.runs.run.run", interrupted)
    code, _, err = call(*RUN)
    assert (code, err.strip()) == (130, "interrupted; finished work is kept")


def test_an_error_of_ours_has_its_exit_code(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any BenchbookError gives one line and its own exit code."""

    class IncompleteError(BenchbookError):
        exit_code = ExitCode.INCOMPLETE

    def fail(*_: Any, **__: Any) -> None:
        raise IncompleteError("three runs are missing")

    monkeypatch.setattr("benchbook.studies.runs.run.run", fail)
    assert call(*RUN) == (7, "", "error: three runs are missing\n")


def test_a_failed_run_is_exit_code_1_and_kept(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The artifact of a failed run is written and describes the failure."""
    failed = bb.run("random_search", lambda x: 1 / 0, bounds=(1, 2), dim=2, budget=10)
    monkeypatch.setattr("benchbook.studies.runs.run.run", lambda *_, **__: failed)
    code, out, _ = call(*RUN, "--out", tmp_path / "r.json.zst")
    assert code == 1
    assert "ZeroDivisionError: division by zero (in the objective, after 0 evaluations)" in out
    assert bb.load(tmp_path / "r.json.zst") == failed


def shell(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user does."""
    command = [sys.executable, "-m", "benchbook", *arguments]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options)


def test_libraries_that_are_not_installed_are_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of optimizers names missing libraries and how to install them, but only if some are missing."""
    monkeypatch.setattr(library, "available", lambda item: item.prefix not in {"nevergrad", "pycma"})
    last = call("optimizers", "list")[1].splitlines()[-1]
    assert last.startswith("Not installed: ")
    assert [name in last for name in ("nevergrad", "pycma", "scipy", how_to_install("adapters"))] == [
        True,
        True,
        False,
        True,
    ]
    monkeypatch.setattr(library, "available", lambda item: True)
    assert "Not installed" not in call("optimizers", "list")[1]


@pytest.mark.parametrize("arguments", [["--help"], ["problems", "list"], ["optimizers", "list", "--json"]])
def test_a_closed_pipe_is_not_a_failure(arguments: list[str]) -> None:
    """`benchbook ... | head -1` ends with 0 and prints no error."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = shell(*arguments, stdout=writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_commands_work_as_a_user_types_them(tmp_path: Path) -> None:
    """Run, verify and validate work in separate processes; errors go to standard error."""
    out = str(tmp_path / "r.json.gz")
    assert shell(*RUN, "--out", out, stdout=subprocess.DEVNULL).returncode == 0
    verified = shell("verify", out, stdout=subprocess.PIPE)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, f"bit-identical: {out}\n", "")
    Path(out).write_bytes(b"\x1f\x8bno")
    assert shell("validate", out, stdout=subprocess.DEVNULL).returncode == 3
    assert shell(*RUN, "--dim", "0", stdout=subprocess.DEVNULL).returncode == 2


def test_ctrl_c_ends_a_long_run(tmp_path: Path) -> None:
    """A real SIGINT during a run ends with 130, without a traceback or a half-written artifact."""
    code = (
        "import os, signal, sys\n"
        # a shell starts background processes with SIGINT ignored
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from benchbook.cli.main import main\n"
        "from benchbook.optimizers.native.random_search import RandomSearch\n"
        "RandomSearch.propose = lambda self: os.kill(os.getpid(), signal.SIGINT)\n"
        f"sys.exit(main({[*RUN, '--out', str(tmp_path / 'r.json.zst')]!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (130, "interrupted; finished work is kept")
    assert list(tmp_path.glob("*.zst")) == []


def test_verbose_says_more(call: Call) -> None:
    """Warnings are always shown, on standard error; -v shows more."""
    code, out, err = call("-vv", *RUN)
    assert code == 0
    assert "WARNING" not in err
    assert out
