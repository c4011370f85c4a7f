from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchbook.analysis.comparison.baseline_parts import load_parts
from benchbook.artifacts.io import save_document
from benchbook.site.pages.published.baseline_data import BaselineView, baseline_views, drawable, widest_first
from benchbook.site.pages.published.choose import answers_of, choose_page
from benchbook.site.pages.spec_views import SpecView

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return two functions of the published field in one dimension."""
    found: Any = load_parts(ROOT / "artifacts" / "baselines" / "field-bbob.json.zst")
    found["cells"] = [c for c in found["cells"] if c["dim"] == 2 and c["function"] in ("bbob_f1", "bbob_f15")]
    return dict(found)


def widest(folder: Path) -> BaselineView:
    """Return the baseline that the answers are made from."""
    return widest_first(drawable(baseline_views(folder)))[0]


def spec_view(name: str, outcome: dict[str, Any] | None) -> SpecView:
    """Return a spec, executed or not."""
    return SpecView(
        name=name, title=name, outcome=outcome, trouble=None, executed=None, cannot_run=False, strength=None
    )


def test_answers_hold_three_of_all_cases_and_link_to_executed_specs(document: dict[str, Any], tmp_path: Path) -> None:
    """Every structure and budget has its three best; a spec without a page is not linked."""
    save_document(document, tmp_path / "field-bbob.json.zst")
    view = widest(tmp_path)
    answers = answers_of(view)
    budgets, names = answers["budgets"], [s["name"] for s in answers["structures"]]
    assert names == ["all", "separable", "multi-modal"]
    assert set(answers["answers"]) == {f"2|{name}|{int(b)}" for name in names for b in budgets}
    for answer in answers["answers"].values():
        assert answer["of"] + answer["out"] == len(answers["optimizers"])
        ranks = [rank for _, rank, *_ in answer["picks"]]
        assert ranks == sorted(ranks)
        assert all(low <= rank <= high for _, rank, low, high, *_ in answer["picks"])
    page = choose_page(view, [spec_view("nlopt-BOBYQA", {}), spec_view("cma_es", None)], answers)
    found = re.search(r'id="bb-choose-data">(.*)</script>', page)
    assert found is not None
    links = {item["name"]: item["spec"] for item in json.loads(found[1])["optimizers"]}
    assert links["nlopt:BOBYQA"] == "specs/nlopt-BOBYQA.html"
    assert links["cma_es"] is None
    assert '<th scope="row">multimodal, with structure</th>' in page


def test_a_hostile_optimizer_is_text_in_the_answers(document: dict[str, Any], tmp_path: Path) -> None:
    """The name neither ends the script nor begins an element."""
    hostile = "</script><img src=x onerror=alert(4)>`"
    cells = [c for c in document["cells"] if c["optimizer"] in ("cma_es", "whale")]
    for cell in cells:
        cell["optimizer"] = hostile if cell["optimizer"] == "cma_es" else "whale"
    save_document({**document, "cells": cells, "startup_s": {hostile: None, "whale": None}}, tmp_path / "h.json.zst")
    view = widest(tmp_path)
    page = choose_page(view, [], answers_of(view))
    assert hostile not in page
    assert "<img" not in page
    assert "&lt;/script&gt;" in page


def test_without_a_baseline_the_page_says_how_to_publish_one(tmp_path: Path) -> None:
    """The page has no answers."""
    assert baseline_views(tmp_path) == []
    assert "benchbook baseline publish" in choose_page(None, [], None)
