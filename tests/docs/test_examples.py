"""The examples in the documentation are run: Python blocks directly, shell lines through the command line."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import inspect
import io
import itertools
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from page_extras import hide, lacking, named

from benchbook.cli.main import cli, main
from benchbook.tracking import track

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    if "_build" not in path.parts
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(benchbook [^`]+)`")
HOW_TO = "docs/how-to/"
# Pages whose shell lines are run, with the studies that they need. Those of other pages take minutes, need files of
# other tools, or have their own test (`end_to_end/test_own_project.py`); only their arguments are parsed.
RUN: dict[str, tuple[str, ...]] = {
    "README.md": (),
    "docs/tutorials/first-run.md": (),
    "docs/reference/parameters.md": (),
    f"{HOW_TO}add-an-optimizer.md": (),
    f"{HOW_TO}applied-stereo.md": (),
    f"{HOW_TO}constraints-and-two-objectives.md": (),
    f"{HOW_TO}compare-with-a-baseline.md": ("my-study", "last-week"),
    f"{HOW_TO}exchange-with-coco-and-ioh.md": ("my-study", "theirs"),
    f"{HOW_TO}how-good-is-my-optimizer.md": (),
    f"{HOW_TO}make-a-report.md": ("my-study", "theirs"),
    f"{HOW_TO}run-a-study.md": (),
    f"{HOW_TO}track-a-pipeline.md": (),
    f"{HOW_TO}use-third-party-optimizers.md": (),
}
# Whole specs, sites and benchmarks have their own tests, and so do the readers of other tools' files.
PARSED_ONLY = {"spec", "site", "import", "profile", "benchmark"}
STUDY = """
optimizers: [manta_ray_foraging]
functions: [bbob_f1, bbob_f8]
dims: [2]
instances: [1, 2, 3]
budget_per_dim: 30
"""
# Pages whose Python blocks continue from something that the page does not make.
FRAGMENTS = {"docs/reference/measures.md"}


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the fenced blocks as (language, text)."""
    return [(found[1], found[2]) for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def shell_lines(page: Path) -> Iterator[str]:
    """Yield the commands of a page."""
    for language, text in blocks(page):
        if language == "console":
            whole = re.sub(r"\\\n\s*(> )?", " ", text)
            yield from (line[2:].split("  #")[0].strip() for line in whole.splitlines() if line.startswith("$ "))


def identity(page: Path) -> str:
    """Return a page's name for the list of tests."""
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project as working directory, with its artifacts inside."""
    for folder in ("notebooks", "params"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(b[0] == "python" for b in blocks(page)) and identity(page) not in FRAGMENTS],
    ids=identity,
)
def test_python_blocks_run_and_print_the_output_below_them(
    page: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of a page form one program, and a text block after one is its output. No other extra is installed."""
    from benchbook.optimizers import unregister

    hide(lacking(named(page.read_text(encoding="utf-8"))), monkeypatch)
    names: dict[str, Any] = {"__name__": "page"}
    found = blocks(page)
    try:
        for (language, text), (after, output) in zip(found, [*found[1:], ("", "")], strict=True):
            if language == "python":
                printed = run_block(text, names, page)
                if after == "text":
                    assert printed == output
    finally:
        unregister("hill_climber")


def run_block(text: str, names: dict[str, Any], page: Path) -> str:
    """Run a block and return what it printed."""
    if text.startswith(">>>"):
        test = doctest.DocTestParser().get_doctest(text, names, identity(page), str(page), 0)
        result = doctest.DocTestRunner().run(test, clear_globs=False)
        assert result.attempted > 0
        assert result.failed == 0
        return ""
    # A block may use await, as a notebook's cell may.
    code = compile(text, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        pending = eval(code, names)  # noqa: S307  # the documentation's own code
        if inspect.iscoroutine(pending):
            asyncio.run(pending)
    return printed.getvalue()


@pytest.mark.parametrize("page", [page for page in PAGES if list(shell_lines(page))], ids=identity)
def test_shell_lines_run(page: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of `benchbook` succeed in order; those of `make` name existing targets."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    prepare(page, project)
    capsys.readouterr()
    for line in shell_lines(page):
        words = shlex.split(line)
        # NAME=value before a command applies to that command only.
        program, *arguments = itertools.dropwhile(re.compile(r"[A-Z_]+=").match, words)
        if program == "make":
            assert all(f"\n{target}:" in makefile for target in arguments)
        elif program == "benchbook" and identity(page) in RUN and arguments[0] not in PARSED_ONLY:
            # The page is about a candidate that has only some of the baseline's cells and is therefore worse.
            expected = (0, 5) if arguments[:2] == ["compare", "native-optimizers"] else (0,)
            assert main(arguments) in expected, f"{line}: {capsys.readouterr().err}"
        elif program == "benchbook":
            parse(arguments)
        else:
            assert program in {"source", "pytest", "python", "papermill", "pip", "git"}, line


def prepare(page: Path, project: Path) -> None:
    """Make what the commands of a page need: its YAML files, studies, and the pipeline that is followed."""
    written = {"run-a-study.md": "study.yaml", "compare-with-a-baseline.md": "thresholds.yaml"}.get(page.name)
    for text in (text for language, text in blocks(page) if language == "yaml" and written):
        (project / str(written)).write_text(text, encoding="utf-8")
    for name in RUN.get(identity(page), ()):
        (project / "given.yaml").write_text(STUDY, encoding="utf-8")
        assert main(["study", "run", "given.yaml", "--store", f"artifacts/{name}", "--quiet", "--no-track"]) == 0
    if page.name == "how-good-is-my-optimizer.md":  # its first block is to be saved as a module
        first = next(text for language, text in blocks(page) if language == "python")
        (project / "my_solvers.py").write_text(first, encoding="utf-8")
    if page.name == "track-a-pipeline.md":
        with track("imitation", total=1, show=False) as pipeline, pipeline.step("clone"):
            pass


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_commands_in_the_text_exist(page: Path) -> None:
    """A command named in a sentence or a table exists."""
    for command in INLINE.findall(page.read_text(encoding="utf-8")):
        words = [word for word in shlex.split(command)[1:] if word.islower() and not word.startswith("-")]
        parse_names(words)


def parse(arguments: list[str]) -> None:
    """Let click parse the arguments without running the command."""
    command: click.Command = cli
    # A command keeps the names of its help option from its first context, so this one must have those of the real one.
    context = click.Context(cli, **cli.context_settings)
    rest = arguments
    while isinstance(command, click.Group):
        name, below, rest = command.resolve_command(context, rest)
        assert name is not None
        assert below is not None
        command = below
    command.make_context(command.name, list(rest), parent=context)


def parse_names(words: list[str]) -> None:
    """Follow the names of commands through their groups."""
    command: click.Command | None = cli
    for word in words:
        if not isinstance(command, click.Group):
            return
        command = command.get_command(click.Context(command), word)
        assert command is not None, f"benchbook {' '.join(words)}"


def test_relative_links_lead_to_files() -> None:
    """Relative links are checked on all pages, also on those that the site does not show."""
    broken = []
    for page in PAGES:
        links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        inside = (link for link in links if "://" not in link)
        broken += [f"{identity(page)}: {link}" for link in inside if not (page.parent / link).exists()]
    assert broken == []
