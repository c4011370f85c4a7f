"""Tables of measurements that are stored with the docs: quality compared with peers, audits, coverage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.site.pages.spec_views import escape, html_table, raw

FOLDER = "_data"


def quality_table(docs: Path) -> str:
    """Return a comparison of native optimizers with reference implementations, or a sentence without data."""
    data = _read(docs, "quality.json")
    if data is None:
        return _missing("python -m benchmarks.quality")
    rows = [
        [
            escape(_verdict(str(row["verdict"]))),
            escape(str(row["native"])),
            escape(str(row["peer"])),
            escape(str(row["function"])),
            str(row["dim"]),
            f"{row['median']:.2g} / {row['peer_median']:.2g}",
            f"{row['p_holm']:.1g}",
        ]
        for row in data["rows"]
    ]
    headers = ["verdict", "native", "peer", "function", "dim", "median / peer's", "p (Holm)"]
    return _with_source(headers, rows, data, css="bb-table bb-peers")


def area_table(docs: Path) -> str:
    """Return the areas under the runtime profile on BBOB next to those of the peers, or a sentence without data."""
    data = _read(docs, "area.json")
    if data is None:
        return _missing("python -m benchmarks.quality --profile")
    rows = [
        [str(row["dim"]), escape(str(row["peer"])), f"{row['area']:.4f}", f"{row['peer_area']:.4f}"]
        for row in data["rows"]
    ]
    return _with_source(["dimension", "peer", "area of manta_ray_foraging", "peer's area"], rows, data)


def audit_table(docs: Path) -> str:
    """Return the audit's findings about each adapter, or a sentence without data."""
    data = _read(docs, "audit.json")
    if data is None:
        return _missing("benchbook optimizers audit --all --json")
    rows = [
        [
            escape(str(row["name"])),
            escape(", ".join(row["draws_from"]) or "none"),
            _yes(row["contained"]),
            _yes(row["leaks"]),
            _yes(row["ignores_seed"]),
            _yes(row["deterministic"]),
        ]
        for row in data["rows"]
    ]
    headers = ["optimizer", "global sources", "contained", "leaks between runs", "ignores the seed", "processes agree"]
    return _with_source(headers, rows, data)


def coverage_table(docs: Path) -> str:
    """Return how often intervals contain the true value, or a sentence without data."""
    data = _read(docs, "coverage.json")
    if data is None:
        return _missing("python -m benchmarks coverage")
    rows = [
        [escape(str(row["interval"])), escape(str(row["data"])), _share(row["before"]), _share(row["now"])]
        for row in data["rows"]
    ]
    return _with_source(["95 % interval", "simulated data", "version 0.1", "now"], rows, data)


def _read(docs: Path, name: str) -> dict[str, Any] | None:
    path = docs / FOLDER / name
    if not path.is_file():
        return None
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}") from error
    return data


def _with_source(headers: list[str], rows: list[list[str]], data: dict[str, Any], css: str = "bb-table") -> str:
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    how = f"<code>{escape(data['command'])}</code>, with {escape(versions)}"
    return raw(f"{html_table(headers, rows, css=css)}\n<p>Measured on {escape(data['measured'])} by {how}.</p>")


def _missing(command: str) -> str:
    return f"Not measured yet: `{command}`."


def _verdict(text: str) -> str:
    return {"cannot tell": "undecided", "WORSE": "worse"}.get(text, text)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _yes(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"
