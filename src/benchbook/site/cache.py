"""Results of earlier builds for reuse: figures take most of the time of staging."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchbook.digests import text_digest


def cached(folder: Path, name: str, made_of: Iterable[str], make: Callable[[], Any]) -> Any:
    """Return the JSON value that `make` returns; it is made again only if its inputs have changed.

    Args:
        folder: Folder of the cache.
        name: Name of the value; one value per name is kept.
        made_of: Everything that it depends on.
        make: Computes it.
    """
    digest = text_digest(*made_of)
    path = folder / f"{name}.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["digest"] == digest:
            return known["content"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        pass  # there is none, or it is damaged
    content = make()
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"digest": digest, "content": content}), encoding="utf-8")
    partial.replace(path)
    return content


def runs_made_of(folders: Iterable[Path]) -> Iterable[str]:
    """Yield what identifies the runs of stores: names and sizes of their shards, which only grow."""
    for folder in folders:
        for path in sorted((folder / "shards").glob("*")):
            if not path.name.startswith("."):
                yield f"{folder.parent.name} {path.name} {path.stat().st_size}"
