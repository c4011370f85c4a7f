from __future__ import annotations

import json
import re
import shutil
import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbook.analysis.comparison.baselines import load_baseline
from benchbook.analysis.measures.references import reference
from benchbook.artifacts.io import load_document, save_document
from benchbook.site.pages.published.baseline_data import (
    BaselineView,
    as_json,
    baseline_views,
    drawable,
    script_files,
    script_name,
    styles,
    widest_first,
)
from benchbook.site.pages.published.baselines import baselines_page
from benchbook.site.pages.published.board_data import board_script
from benchbook.site.pages.published.choose import front_leaderboard
from benchbook.site.pages.published.explorer import explorer_page
from benchbook.site.pages.published.leaderboard import leaderboard_page

ROOT = Path(__file__).resolve().parents[4]
HOSTILE = "</script><img src=x onerror=alert(4)>`"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small baseline: the first dimension of two functions of the published one."""
    document: Any = load_document(ROOT / "artifacts" / "baselines" / "native-bbob.json.zst")
    document["cells"] = [c for c in document["cells"] if c["dim"] == 2 and c["function"] in ("bbob_f1", "bbob_f15")]
    document["name"] = "small"
    save_document(document, tmp_path / "small.json.zst")
    return tmp_path


def data_of(text: str) -> dict[str, Any]:
    """Return the data in a script."""
    found = re.search(r"^window\.benchbook\.data\[.*?\] = (.*);$", text, re.MULTILINE)
    assert found is not None
    made: dict[str, Any] = json.loads(found[1])
    return made


def script(view: BaselineView) -> str:
    """Return the script that all pages of a baseline load."""
    return script_files(view)[script_name(view)].decode()


def decoded(runs: str) -> list[tuple[int, list[int]]]:
    """Return evaluations and first hits of the runs of a cell in the format of the script."""
    made = []
    for run in runs.split(";"):
        spent, hits = run.split("|")
        steps = [int(step or "0", 36) for step in hits.split(",")] if hits else []
        made.append((int(spent, 36), np.cumsum(steps).tolist()))
    return made


def test_the_scripts_hold_every_hit_of_every_run(folder: Path) -> None:
    """The browser gets everything that was published, in one script per dimension."""
    [view] = baseline_views(folder)
    data = data_of(script(view))
    cells = load_baseline(view.path).summary.cells
    assert data["parts"] == {"2": "data/small.2.js"}
    found = re.search(r"\[2\] = (.*);$", script_files(view)["data/small.2.js"].decode(), re.MULTILINE)
    assert found is not None
    given = json.loads(found[1])
    assert len(given) == len(cells) == 18
    for optimizer, function, dim, runs in given:
        key = (data["optimizers"][optimizer]["name"], data["functions"][function]["name"], data["dims"][dim])
        cell = cells[key]
        hits = [run.tolist() for run in cell.first_hits or ()]
        assert decoded(runs) == list(zip(cell.evaluations.tolist(), hits, strict=True))
    assert len(data["targets"]) == 51
    assert (data["targets"][0], data["targets"][1], data["targets"][-1]) == (2, 1.8, -8)


def test_the_script_holds_the_reference_of_its_problems(folder: Path) -> None:
    """The charts get the expected running times of best-2009 for the baseline's functions and dimensions."""
    [view] = baseline_views(folder)
    data = data_of(script(view))
    best = reference("best-2009")
    places = {f["name"]: k for k, f in enumerate(data["functions"])}
    assert data["reference"]["name"] == "best-2009"
    assert set(data["reference"]["cells"]) == {"0|0", "1|0"}
    for name, place in places.items():
        times = best.evaluations[name, 2]
        assert np.allclose(data["reference"]["cells"][f"{place}|0"], times[np.isfinite(times)], rtol=1e-5)


def test_the_script_holds_the_budget_in_each_dimension_and_the_time(folder: Path) -> None:
    """A curve ends at the budget in the chosen dimensions, which may have different ones."""
    document: Any = load_document(folder / "small.json.zst")
    document["cells"] += [{**cell, "dim": 4, "budget": cell["budget"] // 5} for cell in document["cells"]]
    for cell in document["cells"]:
        if cell["optimizer"] == "whale":
            cell["us_per_evaluation"] = [None] * len(cell["instances"])
    save_document(document, folder / "small.json.zst")
    [view] = baseline_views(folder)
    budgets = {cell.dim: cell.budget / cell.dim for cell in load_baseline(view.path).summary.cells.values()}
    for optimizer in data_of(script(view))["optimizers"]:
        assert optimizer["budgets"] == [budgets[2], budgets[4]]
        assert (optimizer["us"] is None) == (optimizer["name"] == "whale")


def test_the_widest_baseline_comes_first_and_loads_only_what_it_shows(folder: Path) -> None:
    """Pages begin with the most optimizers; other baselines, and dimensions of a wide one, are loaded when chosen."""
    document: Any = load_document(folder / "small.json.zst")
    more = [{**cell, "optimizer": f"{cell['optimizer']}-short", "budget": 20} for cell in document["cells"]]
    document["cells"] += more + [{**cell, "dim": 3} for cell in document["cells"]]
    document["name"] = "larger"
    save_document(document, folder / "larger.json.zst")
    views = baseline_views(folder)
    assert [view.name for view in widest_first(drawable(views))] == ["larger", "small"]
    page = explorer_page(views)
    assert '{"larger":"data/larger.js","small":"data/small.js"}' in page
    assert re.findall(r'src="_static/(data/[^"]*)"', page) == ["data/larger.js", "data/larger.3.js"]
    assert re.findall(r'src="_static/(data/[^"]*)"', leaderboard_page(views)) == ["data/larger.board.js"]
    assert "data/small.board.js" in leaderboard_page(views)


def test_a_hostile_optimizer_is_text_everywhere(folder: Path) -> None:
    """The name neither ends a script nor begins an element on any page."""
    document: Any = load_document(folder / "small.json.zst")
    for cell in document["cells"]:
        if cell["optimizer"] == "whale":
            cell["optimizer"] = HOSTILE
    document["startup_s"] = {HOSTILE if name == "whale" else name: s for name, s in document["startup_s"].items()}
    document["host"]["cpu"] = HOSTILE
    document["version"] = HOSTILE
    save_document(document, folder / "small.json.zst")
    views = baseline_views(folder)
    pages = [leaderboard_page(views), explorer_page(views), baselines_page(views)]
    for text in (*pages, script(views[0]), board_script(views[0])):
        assert "<img" not in text
        assert "</script><" not in text
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(4)&gt;&#96;" in pages[2]
    assert any(item["name"] == HOSTILE for item in data_of(script(views[0]))["optimizers"])


def test_what_a_baseline_lacks_is_missing(folder: Path) -> None:
    """An old baseline may lack hits and host; it is listed, and nothing is drawn from it."""
    document: Any = load_document(folder / "small.json.zst")
    document.update(schema_version=1, host=None, commit=None, targets=None)
    for cell in document["cells"]:
        cell.update(first_hits=None, aocc=None)
    document["startup_s"] = dict.fromkeys(document["startup_s"])
    save_document(document, folder / "small.json.zst")
    views = baseline_views(folder)
    assert drawable(views) == []
    page = baselines_page(views)
    assert page.count(">missing</td>") == 27
    assert "<dt>Processor</dt><dd>missing</dd>" in page
    assert "There is no baseline" in leaderboard_page(views)
    assert "There is no baseline" in explorer_page(views)
    assert "There is no baseline" in front_leaderboard(None, None)


def test_a_damaged_baseline_is_reported_and_comes_last(folder: Path) -> None:
    """The page names the damage without showing a path of this machine."""
    shutil.copy(folder / "small.json.zst", folder / "a-damaged.json.zst")
    (folder / "a-damaged.json.zst").write_bytes(b"\x28\xb5\x2f\xfd broken")
    views = baseline_views(folder)
    assert [view.name for view in views] == ["small", "a-damaged"]
    page = baselines_page(views)
    assert "It cannot be read" in page
    assert str(folder) not in page


def test_without_any_baseline_pages_say_how_to_publish_one(tmp_path: Path) -> None:
    """This holds for an empty folder and for a missing one."""
    for where in (tmp_path, tmp_path / "none"):
        views = baseline_views(where)
        for page in (leaderboard_page, explorer_page, baselines_page):
            assert "benchbook baseline publish STUDY --name NAME" in page(views)


def unpacked(text: str, width: int) -> list[int]:
    """Return the numbers in a packed text."""
    digits = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    places = [digits.index(letter) for letter in text]
    return [sum(64 ** (width - 1 - k) * places[at + k] for k in range(width)) for at in range(0, len(places), width)]


def test_the_board_holds_the_counts_of_every_run_and_their_sums(folder: Path) -> None:
    """The leaderboard uses the published data: targets reached at each mark, and curves over a grid."""
    [view] = baseline_views(folder)
    found = re.search(r"boards\[.*?\] = (.*);$", board_script(view), re.MULTILINE)
    assert found is not None
    board = json.loads(found[1])
    assert board["marks"] == [10, 30, 100, 300, 1000]
    assert (board["runs"], board["targets"], board["grid"][0], board["grid"][-1]) == (15, 51, 1, 1000)
    cells = load_baseline(view.path).summary.cells
    for optimizer in board["optimizers"]:
        for fn, counts, curve in zip(
            ("bbob_f1", "bbob_f15"), optimizer["counts"].split(","), optimizer["curves"].split(","), strict=True
        ):
            hits = cells[optimizer["name"], fn, 2].first_hits or ()
            within = [[int(np.sum(run <= 2 * mark)) for run in hits] for mark in board["marks"]]
            assert unpacked(counts, 1) == [count for mark in within for count in mark]
            assert unpacked(curve, 2)[-1] == sum(within[-1])
    best = unpacked(board["best"].split(",")[0], 1)
    assert best == sorted(best)
    assert best[-1] == 51


def test_numbers_that_json_does_not_know_are_refused() -> None:
    """NaN would make the script invalid."""
    with pytest.raises(ValueError, match="Out of range"):
        as_json([float("nan")])


def test_optimizers_keep_colour_and_dashes_of_the_figures() -> None:
    """The control is grey and dashed, also next to others."""
    assert styles(["whale", "random_search"])[1] == {"name": "random_search", "color": "grey", "dash": "6 4"}
    assert len({(s["color"], s["dash"]) for s in styles(["cma_es", "whale", "grey_wolf", "success_history_de"])}) == 4
