"""Whether a spec need not be executed again: a note next to its outcome records its inputs."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import orjson

import benchbook
from benchbook.digests import digest, file_digest, text_digest
from benchbook.errors import ArtifactError, UnknownNameError, UsageError
from benchbook.files import write_atomic
from benchbook.optimizers import optimizer
from benchbook.optimizers.catalog import is_own_place
from benchbook.specs.names import optimizer_name
from benchbook.specs.notebooks.discover import SpecFile
from benchbook.specs.outcome import FILE_NAME, read_outcome
from benchbook.typing import JsonObject

NOTE = ".made-from"  # hidden: it is not an artifact, and losing it costs one execution


def inputs_digest(file: SpecFile, params: JsonObject) -> str:
    """Return the digest (hex) of all that an outcome depends on: notebook, parameters, code, Python, and libraries."""
    return text_digest(_content(file.path), digest(params), _surroundings(), _code(optimizer_name(file.name)))


def note(folder: Path, inputs: str) -> None:
    """Record what the results in a spec's folder were made from."""
    write_atomic(folder / NOTE, orjson.dumps({"inputs": inputs, "results": _results(folder)}))


def outcome_if_unchanged(folder: Path, inputs: str) -> JsonObject | None:
    """Return the outcome in a spec's folder if it was made from these inputs; otherwise None.

    It is also None if the outcome or the executed notebook was changed or can no longer be read.
    """
    try:
        noted = orjson.loads((folder / NOTE).read_bytes())
        if noted != {"inputs": inputs, "results": _results(folder)}:
            return None
        return read_outcome(folder)
    except (OSError, orjson.JSONDecodeError, ArtifactError, UsageError):
        return None


def _results(folder: Path) -> list[str]:
    return [_content(folder / name) for name in (FILE_NAME, f"{folder.name}.ipynb")]


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _code(name: str) -> str:
    """Return the digest of an optimizer's code: one that is registered from elsewhere may change by itself."""
    if ":" in name and not is_own_place(name):  # of a library, which has a version
        return ""
    try:
        return optimizer(name).digest()
    except UnknownNameError:  # the spec is about something else
        return ""


@cache
def package_digest() -> str:
    """Return the digest (hex) of all code of the package."""
    package = Path(benchbook.__file__).parent
    code = (f"{path.relative_to(package).as_posix()} {file_digest(path)}" for path in sorted(package.rglob("*.py")))
    return text_digest(*code)


@cache
def _surroundings() -> str:
    """Return the digest of what is the same for all specs: the package's code, Python, and what is installed."""
    installed = sorted({f"{found.name} {found.version}" for found in distributions()})
    return text_digest(sys.version, package_digest(), *installed)
