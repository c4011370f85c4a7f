from pathlib import Path

import pytest

from benchbook.errors import ParamsError, UsageError
from benchbook.params import ALIASES, PRESETS, described, load, preset_name, preset_path, purpose, size
from benchbook.params.model import Params


@pytest.fixture(autouse=True)
def _in_the_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the repository, so that the presets are found."""
    monkeypatch.chdir(root)


@pytest.mark.parametrize(("alias", "preset"), [("fast", "quick"), ("quality", "full")])
def test_an_alias_means_its_preset(alias: str, preset: str) -> None:
    """An alias gives the same file and the same values wherever a parameter set is named."""
    assert preset_name(alias) == preset_name(preset) == preset
    assert preset_path(alias) == preset_path(preset)
    assert load(alias) == load(preset)


def test_aliases_hide_no_preset() -> None:
    """Names and aliases are distinct, and each alias leads to a preset."""
    assert not set(ALIASES) & set(PRESETS)
    assert set(ALIASES.values()) <= set(PRESETS)


def test_a_name_that_is_nearly_one_gets_the_nearest() -> None:
    """The message offers aliases as well."""
    with pytest.raises(UsageError, match="did you mean 'quality'"):
        preset_path("qualty")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_field_is_described(preset: str) -> None:
    """All fields, in the order of the model, with value, source and meaning."""
    fields = described(preset)
    assert [field.name for field in fields] == list(Params.model_fields)
    assert {field.name: field.value for field in fields} == load(preset)
    assert {field.source for field in fields} == {f"preset {preset}"}
    assert all(field.meaning for field in fields)


def test_explicit_values_win_and_are_named_so() -> None:
    """An explicit value is named as such even if it equals the preset's."""
    fields = {field.name: field for field in described("fast", ["seeds=5", "dims=[7]"])}
    assert (fields["dims"].value, fields["dims"].source) == ([7], "explicit")
    assert (fields["seeds"].value, fields["seeds"].source) == (5, "explicit")
    assert fields["target"].source == "preset quick"


def test_a_file_is_named_as_source(tmp_path: Path) -> None:
    """Values from the user's own file name that file."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(preset_path("quick").read_bytes())
    assert {field.source for field in described(str(path))} == {f"file {path}"}


def test_a_wrong_override_is_refused() -> None:
    """The message is the same as where the override would be used."""
    with pytest.raises(ParamsError, match="unknown parameter 'sedes'; did you mean 'seeds'"):
        described("quick", ["sedes=3"])


def test_the_purpose_is_the_first_line_of_the_file(tmp_path: Path) -> None:
    """Each preset states its purpose; a file without a comment has none."""
    assert purpose(preset_path("quick")).startswith("less than a second of computation")
    assert all(purpose(preset_path(preset)) for preset in PRESETS)
    (tmp_path / "a.yaml").write_text("seeds: 3\n")
    assert purpose(tmp_path / "a.yaml") == ""


def test_the_size_is_that_of_the_plan() -> None:
    """Runs and evaluations are those that a spec plans for its optimizer."""
    from benchbook.optimizers import optimizer
    from benchbook.studies import params_plan

    params = load("quick")
    plan = params_plan([optimizer("random_search")], params)
    assert size(params) == (len(plan), sum(planned.spec.budget for planned in plan))
