"""Building the site: stage the sources, turn them into pages with Sphinx, and replace the old pages at once."""

from __future__ import annotations

import importlib.util
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchbook.errors import MissingExtraError, UsageError
from benchbook.files import artifact_root, needed_project, write_atomic
from benchbook.site.inputs import inputs_digest
from benchbook.site.rendering import render

log = logging.getLogger(__name__)

STAMP = ".benchbook-site"
_MODULES = ("sphinx", "myst_nb", "furo", "sphinx_design", "sphinx_copybutton", "sphinx-mathjax-offline")


def build_site(out: Path | None = None) -> Path:
    """Build the pages and return the path of the front page; if nothing has changed, nothing is written.

    The pages in `out` are replaced only after a build without warnings, so a failed build leaves them unchanged.
    Builds of the same project wait for each other.

    Args:
        out: Folder of the pages; default: `docs/_build/html` of the project.

    Raises:
        UsageError: No project is found from the working directory upward, or `out` contains something other than a
            site.
        MissingExtraError: Sphinx or one of its extensions is not installed.
        ExecutionError: Sphinx failed or warned, or a picture of a spec has no alternative text.
    """
    root = needed_project()
    out = (out or root / "docs" / "_build" / "html").expanduser().resolve()
    check_target(out)
    _check_extra()
    build = root / "docs" / "_build"
    with _alone(build):
        digest = inputs_digest(root, artifact_root())
        if _is_current(out, digest):
            log.info("the site is up to date: %s", out)
            return out / "index.html"
        # The plots are loaded only if there is something to build.
        from benchbook.site.stage import stage

        stage(root, artifact_root(), build / "source")
        render(build / "source", build / "pages", build / "doctrees")
        place(build / "pages", out, digest)
    return out / "index.html"


def check_target(out: Path) -> None:
    """Refuse to replace a folder that is not a site."""
    if out.is_dir() and any(out.iterdir()) and not (out / STAMP).is_file():
        raise UsageError(f"{out} is not empty and contains no site built by benchbook; choose another folder")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file, expected a folder")


def _check_extra() -> None:
    missing = [name for name in _MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f'building the site needs {", ".join(missing)}: install them with pip install "benchbook[docs]"'
        )


@contextmanager
def _alone(build: Path) -> Iterator[None]:
    """Wait until no other process is building this project's site; without file locks, do not wait."""
    build.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (build / ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_current(out: Path, digest: str) -> bool:
    stamp = out / STAMP
    return (out / "index.html").is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == digest


def place(pages: Path, out: Path, digest: str | None = None) -> None:
    """Replace the existing pages, with the digest of their inputs as a stamp."""
    new, old = out.with_name(f".{out.name}.new"), out.with_name(f".{out.name}.old")
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(pages, new, ignore=shutil.ignore_patterns(".buildinfo*", ".doctrees"))
    if digest is not None:
        write_atomic(new / STAMP, digest.encode())
    if out.exists():
        out.rename(old)
    new.rename(out)
    shutil.rmtree(old, ignore_errors=True)
