"""Staging: hand-written and generated sources in one folder for Sphinx.

Only changed files are written and obsolete ones are removed, so Sphinx does not read unchanged pages.
Hand-written pages have slots, comments of the form `<!-- benchbook: NAME -->`, which are filled here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import project_name, shipped, write_atomic
from benchbook.site.cache import cached, runs_made_of
from benchbook.site.inputs import code_digest
from benchbook.site.pages.benchmark_page import area_table, audit_table, coverage_table, quality_table
from benchbook.site.pages.dark_figures import with_dark_form
from benchbook.site.pages.example_report import REPORT_FILE, example_report, report_link
from benchbook.site.pages.galleries.gallery import problem_cards, spec_cards, thumbnail_name
from benchbook.site.pages.galleries.landscapes import landscapes
from benchbook.site.pages.galleries.thumbnails import thumbnail
from benchbook.site.pages.home import (
    PACKAGES,
    native_optimizers,
    package_names,
    picture_block,
    public_names,
    spec_pages,
    specs_table,
)
from benchbook.site.pages.home_picture import front_picture
from benchbook.site.pages.published.baseline_data import (
    BaselineView,
    baseline_views,
    drawable,
    file_name,
    script_files,
    widest_first,
)
from benchbook.site.pages.published.baselines import baselines_page
from benchbook.site.pages.published.board_data import board_name, board_script
from benchbook.site.pages.published.choose import answers_of, choose_page, front_leaderboard
from benchbook.site.pages.published.explorer import explorer_page
from benchbook.site.pages.published.leaderboard import leaderboard_page
from benchbook.site.pages.schemas.pages import parameters_page, schemas_page
from benchbook.site.pages.spec_page import figure_files, page_name, spec_page
from benchbook.site.pages.spec_views import SpecView, spec_views
from benchbook.site.pages.strength_part import strength_file
from benchbook.site.sources import handwritten, sources
from benchbook.specs.outcome import FILE_NAME

_SLOT = re.compile(r"^<!-- benchbook: ([a-z_0-9. -]+) -->$", re.MULTILINE)


def stage(root: Path, artifacts: Path, folder: Path) -> None:
    """Write the sources of the site to `folder`.

    Args:
        root: The project.
        artifacts: The artifact root, with the executed specs and the published baselines.
        folder: Where the sources go.

    Raises:
        UsageError: A page has an unknown slot, or a notebook cannot be read.
        ExecutionError: A picture of a spec has no alternative text.
    """
    own = sources(root)
    wanted = {relative: path.read_bytes() for relative, path in own.items()}
    wanted["conf.py"] = _named(wanted["conf.py"], project_name(root))
    views = spec_views(root / "notebooks", artifacts / "specs")
    baselines = baseline_views(shipped("baselines"), artifacts / "baselines")
    pictures = {view.name: made for view in views if (made := thumbnail(view.executed)) is not None}
    picture, report = _from_runs(views, artifacts / "specs", folder.parent / "kept")
    wanted |= _spec_pages(views)
    files = {**_downloads(views, baselines, artifacts), **landscapes(folder.parent / "landscapes")}
    files |= {thumbnail_name(name, made): made.content for name, made in pictures.items()}
    for view in views:
        files |= figure_files(view)
    files |= _baseline_scripts(drawable(baselines), folder.parent / "kept")
    field = next(iter(widest_first(drawable(baselines))), None)
    answers = None if field is None else _answers(field, folder.parent / "kept")
    if picture is not None:
        files["front.svg"] = with_dark_form(picture["svg"]).encode()
        files["front-narrow.svg"] = with_dark_form(picture["narrow"]).encode()
    if report is not None:
        files[REPORT_FILE] = report.encode()
    wanted |= {f"_static/{name}": content for name, content in files.items()}
    slots: dict[str, Callable[[], str]] = {
        "picture": lambda: picture_block(None if picture is None else picture["alt"]),
        "example report": lambda: report_link(report),
        "specs": lambda: spec_cards(views, pictures, base="specs/", static="_static/"),
        "specs here": lambda: spec_cards(views, pictures, base="", static="../_static/"),
        "specs table": lambda: specs_table(views, base=""),
        "spec pages": lambda: spec_pages(views),
        "front leaderboard": lambda: front_leaderboard(field, answers),
        "leaderboard": lambda: leaderboard_page(baselines),
        "explorer": lambda: explorer_page(baselines),
        "which optimizer": lambda: choose_page(field, views, answers),
        "problems": problem_cards,
        "project": lambda: project_name(root),
        "project pages": lambda: _own_pages(root / "docs"),
        "baselines": lambda: baselines_page(baselines),
        "native optimizers": native_optimizers,
        "parameters": parameters_page,
        "schemas": schemas_page,
        "public names": public_names,
        **{f"names of {package}": partial(package_names, package) for package in PACKAGES},
        "quality": lambda: quality_table(root / "docs"),
        "area": lambda: area_table(root / "docs"),
        "audit": lambda: audit_table(root / "docs"),
        "coverage": lambda: coverage_table(root / "docs"),
    }
    for relative, data in wanted.items():
        if relative.endswith(".md"):
            wanted[relative] = _filled(data.decode(), slots, relative).encode()
    _write(folder, wanted)


def _named(settings: bytes, name: str) -> bytes:
    """Return the settings of Sphinx with the name of the project in place of benchbook's."""
    return settings.replace(b'project = "benchbook"', f"project = {json.dumps(name)}".encode(), 1)


def _own_pages(docs: Path) -> str:
    """Return the table of contents of a project's own pages, in the order of their paths."""
    pages = [name.rpartition(".")[0] for name, _ in handwritten(docs) if name.endswith((".md", ".ipynb"))]
    if not pages:
        return ""
    lines = "\n".join(page for page in pages if page != "index")
    return f"```{{toctree}}\n:hidden:\n:caption: More\n\n{lines}\n```\n"


def _from_runs(views: Sequence[SpecView], artifacts: Path, folder: Path) -> tuple[dict[str, str] | None, str | None]:
    """Return the front page's picture and the example report, drawn again only if runs or code have changed."""

    def draw() -> dict[str, str] | None:
        picture = front_picture(views, artifacts)
        narrow = front_picture(views, artifacts, narrow=True)
        if picture is None or narrow is None:
            return None
        return {"svg": picture.svg(), "narrow": narrow.svg(), "alt": picture.alt}

    executed = [view for view in views if view.outcome is not None]
    made_of = [code_digest(), *(f"{view.name} {(view.outcome or {}).get('params')}" for view in executed)]
    made_of += runs_made_of(artifacts / view.name / "runs" for view in executed)
    picture = cached(folder, "picture", made_of, draw)
    return picture, cached(folder, "report", made_of, lambda: example_report(views, artifacts))


def _baseline_scripts(views: Sequence[BaselineView], folder: Path) -> dict[str, bytes]:
    """Return the scripts that leaderboard and explorer load, by path; made again only where they have changed."""
    made: dict[str, bytes] = {}
    for view in views:
        made_of = [code_digest(), *_contents(view)]
        board = cached(folder, f"board-{file_name(view)}", made_of, partial(board_script, view))
        made |= {board_name(view): board.encode(), **script_files(view)}
    return made


def _answers(view: BaselineView, folder: Path) -> dict[str, Any]:
    """Return what the best optimizers of a baseline are; resampled again only where baseline or code have changed."""
    made_of = [code_digest(), *_contents(view)]
    found: dict[str, Any] = cached(folder, "answers", made_of, lambda: answers_of(view))
    return found


def _contents(view: BaselineView) -> Iterator[str]:
    """Yield a digest of each file of a baseline."""
    for path in view.artifacts.values():
        yield hashlib.sha256(path.read_bytes()).hexdigest()


def _spec_pages(views: Sequence[SpecView]) -> dict[str, bytes]:
    shown = [view for view in views if view.executed is not None or view.outcome is not None]
    return {f"specs/{page_name(view.name)}.ipynb": spec_page(view) for view in shown}


def _downloads(views: Sequence[SpecView], baselines: Sequence[BaselineView], artifacts: Path) -> dict[str, bytes]:
    """Return the artifacts with the numbers on the pages."""
    found = {
        f"artifacts/specs/{page_name(view.name)}/{FILE_NAME}": artifacts / "specs" / view.name / FILE_NAME
        for view in views
        if view.outcome is not None
    }
    for view in views:
        if view.strength is not None and (path := artifacts / strength_file(view.strength)).is_file():
            found[f"artifacts/{strength_file(view.strength)}"] = path
    found |= {name: path for view in baselines for name, path in view.artifacts.items()}
    return {name: path.read_bytes() for name, path in found.items()}


def _filled(text: str, slots: Mapping[str, Callable[[], str]], name: str) -> str:
    def fill(found: re.Match[str]) -> str:
        slot = found[1]
        if slot == "commands":
            return found[0]  # filled by docs/_ext: the command line is above this floor
        if slot not in slots:
            raise UsageError(f"docs/{name} has the unknown slot {slot!r}; known are {', '.join(slots)}")
        return slots[slot]()

    return _SLOT.sub(fill, text)


def _write(folder: Path, wanted: Mapping[str, bytes]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for relative, data in wanted.items():
        target = folder / relative
        if not target.is_file() or target.read_bytes() != data:
            write_atomic(target, data)
