"""A new project: the folders that benchbook uses, in an empty folder or an existing repository."""

from __future__ import annotations

from pathlib import Path

from benchbook.errors import UsageError
from benchbook.files import project_name, shipped, write_atomic
from benchbook.optimizers import CONTROL

_ALWAYS = {"params/README.md": "params.md", ".gitignore": "gitignore", "README.md": "README.md"}
_GATE = {
    ".github/workflows/benchbook.yml": "workflow.yml",
    "params/studies/gate.yaml": "gate.yaml",
    "params/studies/thresholds.yaml": "thresholds.yaml",
}


def new_project(folder: Path, *, optimizer: str | None = None, workflow: bool = False) -> tuple[list[str], list[str]]:
    """Make a project in a folder, and return which files were written, and which existed and were not changed.

    Args:
        folder: The folder; it is made if it does not exist.
        optimizer: The optimizer that the README and the gate name.
        workflow: Whether the workflow for GitHub, with the gate and its study, is written too.

    Raises:
        UsageError: `folder` is a file.
        StorageError: Something cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, expected a folder")
    values = {"{name}": project_name(folder), "{optimizer}": optimizer or CONTROL}
    written, left = [], []
    for name, template in ({**_ALWAYS, **_GATE} if workflow else _ALWAYS).items():
        if (folder / name).exists():
            left.append(name)
            continue
        text = shipped("project", template).read_text(encoding="utf-8")
        if workflow and name == "README.md":
            text += shipped("project", "gate.md").read_text(encoding="utf-8")
        for slot, value in values.items():
            text = text.replace(slot, value)
        write_atomic(folder / name, text.encode())
        written.append(name)
    if not any((folder / "notebooks").glob("*")):
        write_atomic(folder / "notebooks" / ".gitkeep", b"")  # git does not store empty folders
        written.append("notebooks/")
    return written, left
