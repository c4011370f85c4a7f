"""Atomic writes: a reader sees the old file or the whole new one, never a part."""

from __future__ import annotations

import os
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from benchbook.errors import ArtifactError, StorageError, UsageError

ARTIFACT_ROOT_VARIABLE = "BENCHBOOK_ARTIFACTS"
SPEC_ROOT_VARIABLE = "BENCHBOOK_SPECS"
PIPELINE_VARIABLE = "BENCHBOOK_PIPELINE"  # the tracked pipeline that a process works for


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path` by temporary file, fsync and rename; missing parent folders are made.

    Raises:
        StorageError: The folder cannot be made, or the file cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(21, "is a folder, expected a file")
        _write_new(temporary, data)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
    else:
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_new(path: Path, data: bytes) -> None:
    """Write and sync a new file.

    On Linux it gets its name only when it is whole, so that a kill during a long write leaves no file behind. A kill
    between that and the renaming leaves the whole file under its hidden name, which nothing reads.
    """
    if hasattr(os, "O_TMPFILE"):
        try:
            nameless = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
        except OSError:  # not on every file system
            pass
        else:
            with os.fdopen(nameless, "wb") as stream:
                _put(stream, data)
                with suppress(FileNotFoundError):  # without /proc
                    _name(nameless, path)
                    return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as stream:
        _put(stream, data)


def _put(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
    stream.flush()
    os.fsync(stream.fileno())


def _name(nameless: int, path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.link(f"/proc/self/fd/{nameless}", path.name, dst_dir_fd=folder)
    finally:
        os.close(folder)


def read_bytes(path: Path, most_bytes: int | None = None) -> bytes:
    """Read a whole file.

    Args:
        path: The file.
        most_bytes: How many bytes it may have.

    Raises:
        UsageError: The file does not exist, or is a folder.
        ArtifactError: It has more bytes.
        StorageError: The file cannot be read.
    """
    try:
        size = Path(path).stat().st_size if most_bytes is not None else 0
        if most_bytes is not None and size > most_bytes:
            raise ArtifactError(f"{path} has {size:,} bytes, expected at most {most_bytes:,}")
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"no such file: {path}") from error
    except IsADirectoryError as error:
        raise UsageError(f"{path} is a folder, expected a file") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from error


def project_root(start: Path | None = None) -> Path | None:
    """Return the nearest folder, from `start` upward, that holds both `notebooks/` and `params/`; None without one."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "notebooks").is_dir() and (folder / "params").is_dir():
            return folder
    return None


def needed_project() -> Path:
    """Return the project of the working directory.

    Raises:
        UsageError: There is none from the working directory upward.
    """
    root = project_root()
    if root is None:
        raise UsageError(
            f"no project found from {Path.cwd()} upward: expected a folder with notebooks/ and params/; "
            "benchbook init makes one"
        )
    return root


def project_name(root: Path) -> str:
    """Return a project's name: that of its pyproject.toml, else that of its folder."""
    try:
        name = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, KeyError, TypeError):
        return root.resolve().name
    return str(name)


def how_to_install(extra: str) -> str:
    """Return the command that installs an extra here: a checkout of benchbook has one that installs all of them."""
    root = project_root()
    if root is not None and (root / "requirements-all.lock").is_file() and project_name(root) == "benchbook":
        return "make setup"
    return f'pip install "benchbook[{extra}]"'


def shipped(*parts: str) -> Path:
    """Return a file or folder of the package's data.

    Examples:
        >>> shipped("params", "quick.yaml").is_file()
        True
    """
    return Path(__file__).parent.joinpath("data", *parts)


def artifact_root() -> Path:
    """Return where artifacts go: `BENCHBOOK_ARTIFACTS`, else the project's `artifacts/`, else `./artifacts`."""
    named = os.environ.get(ARTIFACT_ROOT_VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    return (project_root() or Path.cwd()) / "artifacts"


def spec_root() -> Path:
    """Return where results of specs go: `BENCHBOOK_SPECS`, else `specs` below the artifacts."""
    named = os.environ.get(SPEC_ROOT_VARIABLE)
    return Path(named) if named else artifact_root() / "specs"


def scratch_root() -> Path:
    """Return where results of specs go that were run only to try something."""
    return artifact_root() / "scratch" / "specs"


def sync_folder(folder: Path) -> None:
    """Make the rename itself durable, if the platform allows a folder to be synced."""
    with suppress(StorageError):
        sync_file(folder)


def sync_file(path: Path) -> None:
    """Bring to disk what any process has written to a file or folder; one that cannot be opened is left out.

    Raises:
        StorageError: It cannot be brought there.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        os.close(handle)
