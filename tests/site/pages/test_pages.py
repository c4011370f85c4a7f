from __future__ import annotations

import importlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import click
import pytest
from site_project import NAMES, NOT_RUN, ROOT

import benchbook as bb
from benchbook.artifacts.io import save_document
from benchbook.artifacts.kinds import Kind
from benchbook.artifacts.models import registry as schema
from benchbook.cli.main import cli
from benchbook.params.model import Params
from benchbook.problems import names as function_names
from benchbook.site import build_site
from benchbook.site.pages.home import PACKAGES
from benchbook.site.pages.published.baseline_data import baseline_views, drawable, widest_first
from benchbook.site.pages.published.choose import answers_of
from benchbook.site.pages.spec_page import page_name
from benchbook.site.pages.spec_views import facts
from benchbook.specs.outcome import FILE_NAME, read_outcome

pytestmark = pytest.mark.untraced  # test_build.py covers what makes the pages; here Sphinx does most of the work

HOSTILE = "</pre>`\"'<script>alert(1)</script>\n``````\n# {raw} <img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """The links, images, ids and text of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.ids: set[str] = set()
        self.text = ""
        self.feed(path.read_text(encoding="utf-8").replace("<wbr>", ""))  # names that may break are still words

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect links, sources, images and ids."""
        found = dict(attrs)
        self.ids.update(filter(None, (found.get("id"), found.get("name"))))
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if tag in {"script", "img", "link"}:
            self.sources.append(str(found.get("src") or found.get("href") or ""))
        if tag == "img":
            self.images.append(found)

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += f"{data} "


def pages(site: Path) -> dict[Path, Page]:
    """Return all pages."""
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def outcome_of(project: Path, name: str) -> dict[str, Any]:
    """Return the outcome of a spec."""
    return dict(read_outcome(project / "artifacts" / "specs" / name))


def test_no_internal_link_is_broken(site: Path) -> None:
    """Every relative link leads to a file, and every fragment to an id in it."""
    found = pages(site)
    broken = []
    for path, page in found.items():
        for link in [*page.links, *page.sources]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists() or (
                parts.fragment and target in found and unquote(parts.fragment) not in found[target].ids
            ):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert len(found) > 12
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """Scripts, styles and images are part of the site."""
    outside = [
        f"{path.name}: {source}" for path, page in pages(site).items() for source in page.sources if "//" in source
    ]
    assert outside == []
    assert not [path for path in site.rglob("*.css") if re.search(r"url\(['\"]?(https?:)?//", path.read_text())]


def test_every_picture_has_an_alternative_text_that_says_something(site: Path) -> None:
    """The text is a sentence, not the name of a file."""
    images = [image for page in pages(site).values() for image in page.images]
    assert len(images) >= 7
    assert [image for image in images if len(image.get("alt") or "") < 60] == []


def test_a_spec_page_shows_what_the_outcome_says(site: Path) -> None:
    """Verdict, runs, evaluations, version, commit and parameter set equal those of the artifact."""
    project = site.parent / "project"
    for name in NAMES:
        page, outcome = Page(site / "specs" / f"{name}.html"), outcome_of(project, name)
        text = " ".join(page.text.split())
        for label, value in facts(outcome):
            assert f"{label} {value}" in text
        undecided = sum(claim["verdict"] == "undecided" for claim in outcome["claims"])
        assert f"{outcome['status']}{f' {undecided} undecided' if undecided else ''} spec {name}" in text
        assert f"{outcome['runs']['done']} of {outcome['runs']['planned']}" in text
        assert all(claim["text"] in text for claim in outcome["claims"])


def test_the_front_page_lists_all_specs_with_verdicts(site: Path) -> None:
    """Executed specs are linked with their verdict; the others show the command that runs them."""
    project, page = site.parent / "project", Page(site / "index.html")
    text = " ".join(page.text.split())
    for name in NAMES:
        outcome = outcome_of(project, name)
        assert f"specs/{name}.html" in page.links
        assert f"{outcome['title']} {outcome['status']}" in text
    assert re.search(rf"not run yet \S.*? benchbook spec run {NOT_RUN}", text)
    assert (site / "_static" / "front.svg").read_text().startswith("<?xml")


def test_every_number_of_a_spec_leads_to_its_artifact_and_the_commands_that_check_it(site: Path) -> None:
    """The linked file is the outcome from which the page was made."""
    project = site.parent / "project"
    for name in NAMES:
        page = Page(site / "specs" / f"{name}.html")
        text = " ".join(page.text.split())
        link = next(link for link in page.links if link.endswith(FILE_NAME))
        artifact = project / "artifacts" / "specs" / name / FILE_NAME
        assert (site / "specs" / link).resolve().read_bytes() == artifact.read_bytes()
        assert f"benchbook verify artifacts/specs/{name}/runs" in text
        assert f"benchbook validate artifacts/specs/{name}/{FILE_NAME}" in text


def test_pages_with_published_numbers_lead_to_the_baseline(site: Path) -> None:
    """Front page, leaderboard and baselines link the file, and show how to reproduce part of it."""
    project = site.parent / "project"
    for name in ("index.html", "leaderboard.html", "baselines.html"):
        page = Page(site / name)
        links = [link for link in page.links if link.endswith("field-bbob.json.zst")]
        assert links
        published = project / "artifacts" / "baselines" / "field-bbob.json.zst"
        assert (site / links[0]).read_bytes() == published.read_bytes()
        assert "benchbook verify artifacts/baselines/field-bbob.json.zst --sample 20" in " ".join(page.text.split())


def test_the_front_page_shows_the_best_of_the_widest_baseline(site: Path) -> None:
    """The three best at each dimension and budget equal those on the page of answers."""
    view = widest_first(drawable(baseline_views(site.parent / "project" / "artifacts" / "baselines")))[0]
    answers = answers_of(view)
    text = " ".join(Page(site / "index.html").text.split())
    for dim in answers["dims"]:
        for budget in (10, 100, 1000):
            places = [pick[0] for pick in answers["answers"][f"{dim}|all|{budget}"]["picks"]]
            assert " ".join(answers["optimizers"][place]["name"] for place in places) in text


def test_every_function_is_in_the_gallery(site: Path) -> None:
    """Each function has its landscape and an id to link to."""
    page = Page(site / "problems.html")
    assert set(function_names()) <= page.ids
    assert len(page.images) == len(function_names())


def test_pages_are_light(site: Path) -> None:
    """A spec page with its pictures is below a megabyte, and pages of the field with their data below two."""
    for name in ("leaderboard", "explorer", "which-optimizer"):
        page = site / f"{name}.html"
        loaded = {(page.parent / unquote(urlsplit(source).path)).resolve() for source in Page(page).sources if source}
        # neighbouring pages are named in the head and not loaded
        loaded = {path for path in loaded if "mathjax" not in str(path) and path.suffix != ".html" and path.is_file()}
        own = sum(path.stat().st_size for path in loaded)
        assert page.stat().st_size + own < 2_000_000
    for name in NAMES:
        path = site / "specs" / f"{name}.html"
        shown = {(path.parent / unquote(str(image["src"]))).resolve() for image in Page(path).images}
        assert path.stat().st_size + sum(picture.stat().st_size for picture in shown) < 1_000_000


def test_every_command_and_option_is_in_the_reference(site: Path) -> None:
    """The reference is generated from the commands."""
    text = " ".join(Page(site / "reference" / "cli.html").text.split())

    def check(command: click.Command, path: str) -> None:
        assert path in text
        for parameter in command.params:
            assert all(option in text for option in parameter.opts if option.startswith("--"))
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                check(below, f"{path} {name}")

    check(cli, "benchbook")
    assert all(f"ExitCode.{code.name}" in text and f"{int(code)}" in text for code in bb.ExitCode)


def test_every_field_is_in_the_reference(site: Path) -> None:
    """The tables of parameters and schemas are generated from the models."""
    assert all(name in Page(site / "reference" / "parameters.html").text for name in Params.model_fields)
    text = Page(site / "reference" / "schemas.html").text
    for model in map(schema.document_model_of, Kind):
        assert all(name in text for name in model.model_fields)


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """All public names of `benchbook` and of the documented subpackages are in the reference."""
    page = Page(site / "reference" / "python.html")
    assert [name for name in bb.__all__ if name not in page.text] == []
    for package in PACKAGES:
        module = importlib.import_module(f"benchbook.{package}")
        own = [name for name in module.__all__ if not hasattr(bb, name)]
        assert [name for name in own if f"benchbook.{package}.{name}" not in page.ids] == []


def test_what_is_not_known_is_missing() -> None:
    """A field that an outcome lacks is shown as missing, not as zero."""
    assert {value for _, value in facts({})} == {"missing"}
    assert dict(facts({"runs": {"done": 3}}))["Runs done"] == "3 of missing"
    assert dict(facts({"commit": "0123456789abcdef", "dirty": True}))["Commit"] == (
        "0123456789, with uncommitted changes"
    )


def test_names_that_an_address_cannot_hold_get_safe_ones() -> None:
    """Different names never share a page."""
    hostile = ["a b", "a-b?", "<x>", "index", "é", "../up", '"']
    names = [page_name(name) for name in hostile]
    assert len(set(names)) == len(hostile)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) and name != "index" and ".." not in name for name in names)


@pytest.mark.slow
def test_hostile_failed_and_damaged_specs_have_pages_too(project: Path) -> None:
    """Names from artifacts are escaped, errors stand out, and damaged or missing artifacts are reported."""
    specs = project / "artifacts" / "specs"
    hostile = '<img src=x onerror=alert(3)>"'
    outcome = outcome_of(project, "random_search")
    claim = {**outcome["claims"][0], "verdict": "failed", "text": HOSTILE, "unit": HOSTILE}
    changed = {**outcome, "preset": HOSTILE, "version": HOSTILE, "status": "error", "error": HOSTILE, "claims": [claim]}
    copy_spec(project, hostile, {**changed, "name": hostile, "title": HOSTILE, "commit": None, "dirty": None})
    copy_spec(project, "no_outcome", None)
    copy_spec(project, "damaged", None)
    (specs / "damaged" / FILE_NAME).write_bytes(b"\x28\xb5\x2f\xfd broken")
    copy_spec(project, "no_copy", {**changed, "error": "ended after 3 s, the time-out"})
    (specs / "no_copy" / "no_copy.ipynb").unlink()
    copy_spec(project, "noisy", outcome, stderr="careful: <b>bold</b>")

    site = build_site().parent
    texts = {name: (site / "specs" / f"{page_name(name)}.html").read_text() for name in (hostile, "no_copy", "noisy")}
    for path in site.rglob("*.html"):
        content = path.read_text()
        assert "<script>alert" not in content
        assert "onerror=alert(" not in re.sub(r"&lt;img src=x onerror=alert", "", content)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in texts[hostile]
    assert "The notebook did not reach its end" in texts[hostile]
    assert "ended after 3 s, the time-out" in texts["no_copy"]
    assert "There is no executed copy to show." in texts["no_copy"]
    assert "careful: &lt;b&gt;bold&lt;/b&gt;" in texts["noisy"]
    assert "Written to standard error" in texts["noisy"]
    no_outcome = Page(site / "specs" / "no_outcome.html").text
    assert "There is no outcome artifact" in no_outcome
    assert "benchbook spec run no_outcome" in no_outcome
    damaged = Page(site / "specs" / "damaged.html").text
    assert "The outcome artifact cannot be read" in damaged
    assert "damaged: " in damaged


def copy_spec(project: Path, name: str, outcome: dict[str, Any] | None, *, stderr: str = "") -> None:
    """Make another spec from the executed one of random search, with a different outcome."""
    original = project / "artifacts" / "specs" / "random_search"
    shutil.copy(project / "notebooks" / "random_search.ipynb", project / "notebooks" / f"{name}.ipynb")
    folder = project / "artifacts" / "specs" / name
    folder.mkdir()
    notebook = json.loads((original / "random_search.ipynb").read_text())
    if stderr:
        cell = next(cell for cell in notebook["cells"] if cell["id"] == "given")
        cell["outputs"].insert(0, {"output_type": "stream", "name": "stderr", "text": stderr})
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    if outcome is not None:
        save_document(outcome, folder / FILE_NAME)


def test_no_page_speaks_of_the_machine_that_built_it(site: Path) -> None:
    """No page contains the folder of the project or of the package."""
    for path in site.rglob("*.html"):
        content = path.read_text()
        assert str(ROOT) not in content
        assert str(site.parent) not in content
