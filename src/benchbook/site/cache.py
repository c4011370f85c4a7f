"""What an earlier build made and this one can use again: figures cost most of the time that staging takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchbook.digests import text_digest


def cached(folder: Path, name: str, made_of: Iterable[str], make: Callable[[], Any]) -> Any:
    """Return what `make` returns, JSON; made again only where it was made of something else.

    Args:
        folder: Where such things are kept.
        name: What it is; one of each name is kept.
        made_of: All that it depends on.
        make: Makes it.
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
    """Yield what tells the runs of stores apart: names and sizes of their shards, to which is only ever appended."""
    for folder in folders:
        for path in sorted((folder / "shards").glob("*")):
            if not path.name.startswith("."):
                yield f"{folder.parent.name} {path.name} {path.stat().st_size}"
