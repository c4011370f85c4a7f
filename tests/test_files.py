import os
import stat
from pathlib import Path

import pytest

from benchbook import files
from benchbook.errors import StorageError, UsageError
from benchbook.files import artifact_root, project_root, read_bytes, write_atomic


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    """Missing folders are made, and no other file is left."""
    path = tmp_path / "a" / "b" / "file.bin"
    write_atomic(path, b"\x00\xff content")
    assert path.read_bytes() == b"\x00\xff content"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced(tmp_path: Path) -> None:
    """A second write replaces the content."""
    path = tmp_path / "file.bin"
    write_atomic(path, b"old and longer")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    """The temporary file's private permissions are not kept."""
    mask = os.umask(0o027)
    try:
        write_atomic(tmp_path / "file.bin", b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "file.bin").stat().st_mode) == 0o640


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """If the disk is full the old content stays, and no temporary file is left."""
    path = tmp_path / "file.bin"
    write_atomic(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((files.os, "fsync") if step == "fsync" else (files.Path, "replace")), full)
    with pytest.raises(StorageError, match=r"cannot write .*file\.bin: No space left on device"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during the write leaves the old content and no temporary file."""
    path = tmp_path / "file.bin"
    write_atomic(path, b"old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="only Linux has files without a name")
def test_a_file_has_no_name_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed while writing leaves nothing behind."""
    seen: list[list[Path]] = []
    monkeypatch.setattr(files.os, "fsync", lambda _: seen.append(list(tmp_path.iterdir())))
    write_atomic(tmp_path / "file.bin", b"new")
    assert seen == [[], [tmp_path / "file.bin"]]


@pytest.mark.parametrize("lacking", ["open", "link"])
def test_a_system_without_nameless_files_gets_named_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """This happens on NFS, or if /proc is not mounted."""
    real = os.open

    def refuses(path: str, flags: int, *mode: int, **options: int) -> int:
        if flags & getattr(os, "O_TMPFILE", 0) == getattr(os, "O_TMPFILE", -1):
            raise OSError(95, "Operation not supported")
        return real(path, flags, *mode, **options)

    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(files.os, lacking, refuses if lacking == "open" else missing)
    write_atomic(tmp_path / "file.bin", b"new")
    assert (tmp_path / "file.bin").read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """A folder in place of the file, or a file in place of the folder, is an error that names the path."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"cannot write .*folder: is a folder, expected a file"):
        write_atomic(tmp_path / "folder", b"x")
    with pytest.raises(StorageError, match=r"cannot write .*inside"):
        write_atomic(tmp_path / "file" / "inside", b"x")


def test_reading_what_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """A missing file and a folder have different messages."""
    with pytest.raises(UsageError, match=r"no such file: .*missing"):
        read_bytes(tmp_path / "missing")
    with pytest.raises(UsageError, match="is a folder, expected a file"):
        read_bytes(tmp_path)
    with pytest.raises(StorageError, match="cannot read"):
        read_bytes(tmp_path / ("n" * 300))


def test_the_project_is_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest folder upward with notebooks/ and params/ is the project."""
    for name in ("notebooks", "params", "deep/er"):
        (tmp_path / "project" / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "deep" / "er")
    assert project_root() == tmp_path / "project"
    assert project_root(tmp_path) is None


def test_where_artifacts_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment variable comes first, then the project, then the working directory."""
    (tmp_path / "project" / "notebooks").mkdir(parents=True)
    (tmp_path / "project" / "params").mkdir()
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "elsewhere"))
    assert artifact_root() == tmp_path / "elsewhere"
    monkeypatch.delenv("BENCHBOOK_ARTIFACTS")
    monkeypatch.chdir(tmp_path / "project" / "params")
    assert artifact_root() == tmp_path / "project" / "artifacts"
    monkeypatch.chdir(tmp_path)
    assert artifact_root() == tmp_path / "artifacts"
