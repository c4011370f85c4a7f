from __future__ import annotations

import json

import pytest

from benchbook.artifacts.models.registry import FILE_NAMES, json_schema
from benchbook.artifacts.validate import schema_findings
from benchbook.params import model as params
from benchbook.site.pages.schemas.examples import example
from benchbook.site.pages.schemas.pages import schemas_page


@pytest.mark.parametrize("kind", sorted(FILE_NAMES))
def test_the_example_of_a_kind_fits_its_schema_and_has_every_field(kind: str) -> None:
    """The example is a valid document with every field."""
    schema = json_schema(kind)
    made = example(schema)
    assert [str(problem) for problem in schema_findings(made)] == []
    assert set(made) == set(schema["properties"])
    assert made["kind"] == kind


def test_the_example_is_on_the_page() -> None:
    """The page has one escaped example per kind."""
    page = schemas_page()
    assert page.count('<details class="bb-example">') == len(FILE_NAMES)
    assert "&quot;kind&quot;: &quot;run&quot;" in page


def test_an_example_is_plain_json() -> None:
    """Parameters, which are not an artifact, have a plain JSON example, too."""
    assert json.loads(json.dumps(example(params.json_schema())))["preset"] == "quick"
