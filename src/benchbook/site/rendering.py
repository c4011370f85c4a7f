"""Rendering: Sphinx turns the staged sources into pages, in a separate process because it keeps global state.

Pages are read and written incrementally. But each page shows the titles of the others in order, and links styles with
their checksums; if any of these has changed, all pages are written.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchbook.digests import text_digest
from benchbook.errors import ExecutionError
from benchbook.files import write_atomic
from benchbook.parent_death import dying_with_us

_MOST_LINES = 40
_TOCTREE = re.compile(r"^```\{toctree\}.*?^```", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'^(?:\s*")?# .*$', re.MULTILINE)
_IMAGE = re.compile(r"_images/([A-Za-z0-9._-]+)")
_CHECKSUM = re.compile(r"(mystnb\.[0-9a-f]+\.css|mathjax/tex-chtml\.js)\?v=[0-9a-f]+")
# If JupyterLab is installed, jsonschema finds a library for a format that no notebook uses, and spends a second on
# compiling its grammar.
_START = """
import sys
sys.modules["rfc3987_syntax"] = None
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""


def render(source: Path, pages: Path, doctrees: Path) -> None:
    """Turn sources into pages.

    Args:
        source: The staged sources.
        pages: Folder of the pages; those from an earlier call are used again.
        doctrees: Folder for what Sphinx has read.

    Raises:
        ExecutionError: Sphinx failed or warned.
    """
    shape, shape_file = _shape(source), pages.parent / f"{pages.name}.shape"
    whole = not shape_file.is_file() or shape_file.read_text(encoding="utf-8") != shape or not pages.is_dir()
    shape_file.unlink(missing_ok=True)
    if whole:
        shutil.rmtree(pages, ignore_errors=True)
    command = [sys.executable, "-c", _START, "--builder", "html", "--quiet", "--no-color"]
    command += ["--write-all"] if whole else []
    command += ["--fail-on-warning", "--keep-going", "--doctree-dir", str(doctrees), str(source), str(pages)]
    # The order of sets must not affect the pages.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(dying_with_us(command), env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        complaints = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        shown = "\n".join(complaints[:_MOST_LINES]).replace(str(source), "docs")
        raise ExecutionError(f"the site was not built, and the last one is unchanged:\n{shown}")
    if not whole:
        _like_a_whole_build(pages)
    write_atomic(shape_file, shape.encode())


def _shape(source: Path) -> str:
    """Return a digest of what pages show of each other."""
    return text_digest(*_parts(source))


def _parts(source: Path) -> Iterator[str]:
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.suffix in {".md", ".ipynb"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            title = _TITLE.search(text)
            yield f"{name} {title.group() if title else ''} {_TOCTREE.findall(text)}"
        elif path.suffix in {".css", ".py"}:
            yield f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        elif path.is_file():
            yield name


def _like_a_whole_build(pages: Path) -> None:
    """Remove traces of incremental builds: unused images, and checksums in links.

    When a complete build writes its links, the style of MyST-NB and MathJax do not exist yet.
    """
    used: set[str] = set()
    for path in pages.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        used.update(_IMAGE.findall(page))
        same = _CHECKSUM.sub(r"\1", page)
        if same != page:
            path.write_text(same, encoding="utf-8")
    for image in (pages / "_images").glob("*"):
        if image.name not in used:
            image.unlink()
