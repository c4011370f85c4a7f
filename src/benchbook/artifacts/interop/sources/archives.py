"""Archives of published data, which are unpacked within limits into a temporary folder."""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from benchbook.artifacts.interop.sources.shown import shown, unpacked
from benchbook.errors import ArtifactError, StorageError
from benchbook.scratch import scratch_folder

MOST_BYTES = 8 * 1024**3
MOST_FILES = 5_000  # unpacking as many takes a second; logs of an optimizer are a few hundred
MOST_NESTED = 3
MOST_RATIO = 200  # unpacked bytes per packed byte; logs have 3 to 30, an archive made to fill a disk has 1000
_SMALL = 64 * 1024**2  # bytes that may be unpacked at any ratio
_TAR = (".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_SUFFIXES = (".zip", *_TAR)
_PIECE = 1 << 20
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, lzma.LZMAError, EOFError, ValueError,
           NotImplementedError, RuntimeError)  # fmt: skip


@dataclass(slots=True)
class _Limits:
    """What may be unpacked, and what was."""

    most_bytes: int
    most_files: int
    reason: str
    byte_count: int = 0
    file_count: int = 0

    def take_file(self, archive: Path) -> None:
        self.file_count += 1
        if self.file_count > self.most_files:
            raise self.too_many(archive)

    def too_many(self, archive: Path) -> ArtifactError:
        most = f"{self.most_files:,}"
        return ArtifactError(f"{shown(archive)}: holds more files than may be unpacked ({most}); unpack it yourself")

    def take_bytes(self, archive: Path, number: int) -> None:
        self.byte_count += number
        if self.byte_count > self.most_bytes:
            raise self.too_large(archive)

    def too_large(self, archive: Path) -> ArtifactError:
        most = f"{self.most_bytes:,}, {self.reason}"
        return ArtifactError(f"{shown(archive)}: holds more bytes than may be unpacked ({most})")


def _limits(size: int, most_bytes: int, most_files: int) -> _Limits:
    """Return the limits of an archive of `size` bytes, and the rule that gives the number of bytes."""
    by_ratio = max(_SMALL, MOST_RATIO * size)
    if most_bytes <= by_ratio:
        return _Limits(most_bytes, most_files, "the most of any archive")
    if by_ratio == _SMALL:
        return _Limits(by_ratio, most_files, "the most of a small archive")
    return _Limits(by_ratio, most_files, f"{MOST_RATIO} for each byte of the archive")


@contextmanager
def opened(path: Path, *, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> Iterator[Path]:
    """Give the folder of a source, or the contents of an archive, including nested archives.

    An archive is unpacked into a temporary folder, which is removed afterwards. Links and special files are left out.
    Names that lead out of the folder are errors, and so are contents compressed far more than logs can be.

    Args:
        path: A folder, a file or an archive.
        most_bytes: Bytes that may be unpacked.
        most_files: Files that may be unpacked.

    Raises:
        ArtifactError: The archive is damaged, too large, or names a file outside it.
        StorageError: It cannot be read, or the temporary folder cannot be written.
    """
    if not (path.is_file() and _is_archive(path)):
        yield path
        return
    with scratch_folder("benchbook-import-") as scratch:
        folder = scratch.resolve() / "source"  # not the scratch folder itself, which has a file that marks it as ours
        folder.mkdir()
        limits = _limits(path.stat().st_size, most_bytes, most_files)
        with unpacked(folder, str(path)):
            try:
                _unpack(path, folder, limits, 1)
            except OSError as error:
                if isinstance(error, StorageError | gzip.BadGzipFile):
                    raise
                raise StorageError(f"cannot unpack {path}: {error.strerror or error}") from error
            yield folder


def _is_archive(path: Path) -> bool:
    return path.name.lower().endswith(_SUFFIXES)


def _unpack(archive: Path, folder: Path, limits: _Limits, depth: int) -> None:
    if depth > MOST_NESTED:
        raise ArtifactError(f"{shown(archive)}: archives are nested more than {MOST_NESTED} deep")
    nested = []
    try:
        for name, stream in _members(archive, limits):
            target = _inside(archive, folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                raise ArtifactError(f"{shown(archive)}: holds {name!r} twice")
            with target.open("wb") as out:
                while piece := stream.read(_PIECE):
                    limits.take_bytes(archive, len(piece))
                    out.write(piece)
            if _is_archive(target):
                nested.append(target)
    except _BROKEN as error:
        raise ArtifactError(f"{shown(archive)}: the archive is damaged: {error}") from error
    except gzip.BadGzipFile as error:
        raise ArtifactError(f"{shown(archive)}: the archive is damaged: {error}") from error
    for inner in nested:
        # The folder replaces the archive, so that messages contain its name.
        aside = inner.with_name(f"{inner.name}.packed")
        inner.rename(aside)
        inner.mkdir()
        _unpack(aside, inner, limits, depth + 1)
        aside.unlink()


def _members(archive: Path, limits: _Limits) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of the regular files in an archive."""
    if archive.name.lower().removesuffix(".packed").endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            infos = packed.infolist()
            if limits.file_count + len(infos) - sum(info.is_dir() for info in infos) > limits.most_files:
                raise limits.too_many(archive)  # before the first one is unpacked
            for info in infos:
                if not info.is_dir():
                    limits.take_file(archive)
                    with packed.open(info) as stream:
                        yield info.filename, stream
        return
    with tarfile.open(archive) as tar:
        files = bytes_in_all = 0
        for member in tar:  # the headers only, so that nothing is written for what is refused
            files += member.isfile()
            bytes_in_all += member.size
            if limits.file_count + files > limits.most_files:
                raise limits.too_many(archive)
            if limits.byte_count + bytes_in_all > limits.most_bytes:
                raise limits.too_large(archive)
        for member in tar:
            if member.isfile():
                limits.take_file(archive)
                content = tar.extractfile(member)
                if content is not None:
                    with content:
                        yield member.name, content


def _inside(archive: Path, folder: Path, name: str) -> Path:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or parts[0].startswith("/") or ":" in parts[0] or "\0" in name:
        raise ArtifactError(f"{shown(archive)}: {name!r} is outside the archive")
    return folder.joinpath(*parts)
