import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from benchbook.errors import ParamsError, UsageError
from benchbook.params import PRESETS, load, override, preset_path
from benchbook.params.load import check
from benchbook.params.model import Params, json_schema

QUICK = """
preset: mine
functions: [sphere]
dims: [2]
instances: [1]
seeds: 2
bbob_functions: []
bbob_instances: [1]
budget_per_dim: 50
target: 1.0e-3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a valid parameter file."""
    path = tmp_path / "mine.yaml"
    path.write_text(QUICK, encoding="utf-8")
    return path


def changed(file: Path, old: str, new: str) -> str:
    """Replace a line in the file, and return its path."""
    assert old in QUICK
    file.write_text(QUICK.replace(old, new), encoding="utf-8")
    return str(file)


def test_a_file_is_read(file: Path) -> None:
    """Values have the types of the model."""
    found = load(str(file))
    assert (found["preset"], found["dims"], found["target"]) == ("mine", [2], 1e-3)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_load(preset: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each preset is valid under its own name, also from a subfolder of the project."""
    monkeypatch.chdir(root / "params")
    assert load(preset)["preset"] == preset
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.safe_load(preset_path(preset).read_text()))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_parameter_of_a_preset_is_documented(preset: str, root: Path) -> None:
    """Each parameter has a comment above it in the file, and a description in the model."""
    lines = (root / "params" / f"{preset}.yaml").read_text(encoding="utf-8").splitlines()
    for name, field in Params.model_fields.items():
        row = next(k for k, line in enumerate(lines) if line.startswith(f"{name}:"))
        assert lines[row - 1].startswith("# "), f"{preset}.yaml: {name} has no comment above it"
        assert field.description, f"{name} is not described in the model"


def test_full_is_more_than_quick(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The full preset has 15 repetitions and longer budgets."""
    monkeypatch.chdir(root)
    quick, balanced, full = (load(preset) for preset in PRESETS)
    budgets = [params["budget_per_dim"] for params in (quick, balanced, full)]
    assert budgets == sorted(budgets)  # type: ignore[type-var]
    assert full["seeds"] == 15
    assert len(full["bbob_instances"]) == 15  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seeds: 2", "seeds: many", "parameter seeds is 'many': input should be a valid integer"),
        ("seeds: 2", "seeds: 0", "parameter seeds is 0: input should be greater than or equal to 1"),
        ("seeds: 2", "seeds: []", "parameter seeds is "),
        ("seeds: 2", "seeds: [1, -1]", r"parameter seeds"),
        ("seeds: 2", "seeds: true", "parameter seeds is True"),
        ("seeds: 2", "seeds: 2.5", "parameter seeds is 2.5"),
        ("seeds: 2", "seeds: '2'", "parameter seeds is '2'"),
        ("dims: [2]", "dims: 2", "parameter dims is 2: input should be a valid list"),
        ("dims: [2]", "dims: [2, 0]", r"parameter dims\[1\] is 0: input should be greater than or equal to 1"),
        ("functions: [sphere]", "functions: []", r"parameter functions is \[\]: list should have at least 1 item"),
        ("functions: [sphere]", "functions: [1]", r"parameter functions\[0\] is 1: input should be a valid string"),
        (
            "bbob_functions: []",
            "bbob_functions: [25]",
            r"parameter bbob_functions\[0\] is 25: .*less than or equal to 24",
        ),
        ("target: 1.0e-3", "target: .nan", "parameter target is nan"),
        ("target: 1.0e-3", "target: -1.0", "parameter target is -1: input should be greater than or equal to 0"),
        ("target: 1.0e-3", "target: 1.0e-3x", "parameter target is '1.0e-3x'"),
        ("seeds: 2", "sedes: 2", "unknown parameter 'sedes'; did you mean 'seeds'"),
        ("seeds: 2", "xyzzy: 2", "unknown parameter 'xyzzy'; known are preset, functions"),
        ("seeds: 2\n", "", "parameter 'seeds' is missing"),
        ("seeds: 2", "seeds: 2\nseeds: 3", r"the key 'seeds' appears twice \(line 7\)"),
        ("seeds: 2", "[a]: 2", "not valid YAML: .*unhashable key"),
        ("seeds: 2", "seeds: [2", "is not valid YAML"),
        ("seeds: 2", "seeds: !!python/object:os.system {}", "is not valid YAML"),
        (QUICK, "- a\n- b", "is a YAML list, expected a mapping of parameters"),
        (QUICK, "", "is a YAML NoneType, expected a mapping of parameters"),
        (QUICK, "just text", "is a YAML str, expected a mapping of parameters"),
        (QUICK, "\x00", "is not valid YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_reported(file: Path, old: str, new: str, message: str) -> None:
    """Each mistake has a message with file, parameter and value."""
    with pytest.raises(ParamsError, match=message) as caught:
        load(changed(file, old, new))
    assert "mine.yaml" in str(caught.value)


def test_all_mistakes_are_reported_together(file: Path) -> None:
    """One message lists all mistakes, one line per parameter."""
    with pytest.raises(ParamsError) as caught:
        load(changed(file, "seeds: 2\n", "sedes: 2\n"), ["dims=2", "target=x"])
    for part in ("'sedes'", "'seeds' is missing", "dims is 2", "target is 'x'"):
        assert part in str(caught.value)


def test_exponents_need_no_point(file: Path) -> None:
    """1e4 is 10000 in a file, in an override, and if papermill passes it as text."""
    text = (
        file.read_text().replace("target: 1.0e-3", "target: 1e-8").replace("budget_per_dim: ", "budget_per_dim: 1e4 # ")
    )
    file.write_text(text)
    found = load(str(file), ["seeds=2e0", "bbob_instances=[1e0, 2]", "adapter_budget_per_dim={optuna: 1e2}"])
    assert (found["budget_per_dim"], found["target"], found["seeds"]) == (10_000, 1e-8, 2)
    assert (found["bbob_instances"], found["adapter_budget_per_dim"]) == ([1, 2], {"optuna": 100})
    assert check({**found, "budget_per_dim": "1e4"}, "papermill") == found


@pytest.mark.parametrize("seeds", [3, [4, 1, 7], [0]])
def test_seeds_are_a_count_or_a_list(file: Path, seeds: Any) -> None:
    """Both forms in the model's description are accepted."""
    assert load(str(file), [f"seeds={seeds}"])["seeds"] == seeds


def test_overrides_are_yaml() -> None:
    """Values are read as YAML, later ones win, and the given mapping is not changed."""
    params = {"a": 1}
    found = override(params, ["a=[1, x]", "b=null", " c =1.5", "d=", "e=a=b", "a=true"])
    assert found == {"a": True, "b": None, "c": 1.5, "d": None, "e": "a=b"}
    assert params == {"a": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds", "override 'seeds' is not of the form key=value"),
        ("=3", "override '=3' is not of the form key=value"),
        ("seeds=[1", r"override 'seeds=\[1' is not valid YAML"),
    ],
)
def test_a_bad_override_is_refused(text: str, message: str) -> None:
    """The message shows the text of the override."""
    with pytest.raises(ParamsError, match=message):
        override({}, [text])


def test_a_missing_file_is_a_usage_error() -> None:
    """The message lists the presets and mentions a path."""
    with pytest.raises(UsageError, match=r"no such parameter file: quik; expected quick, balanced, full or the path"):
        preset_path("quik")


def test_checked_parameters_are_json(file: Path) -> None:
    """Papermill and the outcome get plain types."""
    found = check(load(str(file)), "again")
    assert json.loads(json.dumps(found)) == found
