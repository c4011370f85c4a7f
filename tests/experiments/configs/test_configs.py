from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from benchbook.errors import UnknownNameError, UsageError
from benchbook.experiments import Configs
from benchbook.experiments.configs.ids import config_id_of


class Solver(BaseModel):
    population: int
    kind: Literal["fast", "sure"] = "fast"
    inner: Inner | None = None


class Inner(BaseModel):
    depth: int


def write(folder: Path, **files: str) -> Path:
    """Write YAML files; `__` in a name is a folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text("abü\U0001f600"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("pqrs"), values, min_size=1))
def test_ids_do_not_depend_on_the_order_of_keys(config):
    """An id is 16 hex digits of a digest of canonical JSON."""
    name = config_id_of(config)
    assert name == config_id_of(dict(reversed(config.items())))
    assert len(name) == 16
    assert set(name) <= set("0123456789abcdef")


def test_ids_are_the_same_in_another_process():
    """Ids do not depend on the hash seed of the process."""
    config = {"a": [1, 2.5, None, True], "b": {"c": "ü", "d": -0.1}}
    code = f"from benchbook.experiments.configs.ids import config_id_of; print(config_id_of({config!r}))"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == config_id_of(config)


def test_ids_distinguish_similar_values():
    """Numbers, strings and booleans have different ids."""
    assert len({config_id_of({"a": value}) for value in (1, 1.0, True, "1", None, [1])}) == 6


def test_a_model_has_the_id_of_its_content():
    """A model has the id of the mapping with the same content."""
    assert config_id_of(Inner(depth=1)) == config_id_of({"depth": 1})


def test_the_users_id_is_the_name():
    """The user's id may be a number, and need not be a field of the model."""
    pool = Configs([{"id": "small", "depth": 1}, {"id": 7, "depth": 1}], model=Inner)
    assert pool.ids == ("small", "7")
    assert pool.by_id("7").value == Inner(depth=1)
    assert repr(pool) == "Configs(small, 7)"


@pytest.mark.parametrize(
    ("configs", "message"),
    [
        ([], "is empty"),
        ([3], "configuration 0 is of type int"),
        ([{}, "text"], "configuration 1 is of type str"),
        ({"a": 1}, "one mapping"),
        (Inner(depth=1), "is of type Inner"),
        (5, "is of type int"),
        ([{"a": 1}, {"a": 1}], "same id"),
        ([{"id": "x", "a": 1}, {"id": "x", "a": 2}], "same id 'x' as configuration 0"),
        ([{"id": True}], "the id of a configuration is True"),
        ([{"id": ""}], "the id of a configuration is ''"),
        ([{1: 2}], "has the key 1"),
        ([{"a": {"b": [0, object()]}}], r"config.a.b\[1\] is of type object"),
        ([{"a": 2**80}], "64 bits"),
        ([{"a": "\ud800"}], "no JSON form"),
    ],
)
def test_wrong_pools_raise(configs, message):
    """The message names the position of the mistake."""
    with pytest.raises(UsageError, match=message):
        Configs(configs)


def test_configurations_are_found_by_place_and_name():
    """Configurations are found by position and by name; unknown ones raise an error."""
    pool = Configs([{"id": "small"}, {"id": "large"}])
    assert (pool.pick(-1).id, pool.pick("small").id, pool[0].id, len(pool[:1])) == ("large", "small", "small", 1)
    with pytest.raises(UnknownNameError, match="did you mean 'small'"):
        pool.pick("smalll")
    with pytest.raises(UsageError, match="no configuration 2"):
        pool.pick(2)


def test_the_pool_keeps_its_own_values():
    """Neither the user's list nor the function's copy changes the pool."""
    given_config = {"a": [1]}
    pool = Configs([given_config])
    given_config["a"].append(2)
    pool[0].copy()["a"].append(3)
    assert pool[0].value == {"a": [1]}
    assert Configs(pool)[0].value == {"a": [1]}


def test_a_folder_is_read_recursively_in_sorted_order(tmp_path):
    """Files may contain mappings, lists of them, several documents, and products."""
    write(
        tmp_path,
        b="population: 1\n",
        a__z="- population: 2\n- population: 3\n",
        a__y="population: 4\n---\npopulation: 5\n",
        c="expand:\n  population: [6, 7]\n  kind: [fast, sure]\n",
        d="",
    )
    (tmp_path / "e.yml").write_text("population: 9")
    (tmp_path / "notes.txt").write_text("not a configuration")
    pool = Configs(tmp_path)
    assert [item.value["population"] for item in pool] == [4, 5, 2, 3, 1, 6, 6, 7, 7, 9]
    assert pool.ids == Configs.from_yaml(str(tmp_path)).ids


def test_merge_keys_and_aliases_are_understood(tmp_path):
    """YAML's merge keys and aliases are resolved."""
    text = "- &base {population: 1, kind: fast}\n- {<<: *base, population: 2}\n"
    assert Configs(write(tmp_path, a=text))[1].value == {"population": 2, "kind": "fast"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("population: 1\npopulation: 2\n", "a.yaml:2: the key 'population' appears twice, first on line 1"),
        ("inner:\n  depth: 1\n  depth: 1\n", "a.yaml:3: the key 'depth'"),
        ("x:\n  - {y: 1, y: 2}\n", "a.yaml:2: the key 'y'"),
        ("a: [1\n", "a.yaml:2: not valid YAML"),
        ("a: !!python/object/apply:os.getcwd []\n", "a.yaml:1: not valid YAML"),
        ("? [a]\n: 1\n", "a.yaml:1: not valid YAML"),
        ("- 5\n", "a.yaml:1: a configuration is a YAML scalar"),
        ("\n\n- [1]\n", "a.yaml:3: a configuration is a YAML sequence"),
        ("a: &x\n  b: *x\n", "contains itself"),
        ("expand: {a: []}\n", "a.yaml:1: the list of values of a is empty"),
        ("a: \x01\n", "not valid YAML"),
        ("# nothing\n", "is empty"),
    ],
)
def test_wrong_files_are_reported_with_their_line(tmp_path, text, message):
    """The message names file and line."""
    with pytest.raises(UsageError, match=message):
        Configs(write(tmp_path, a=text))


def test_unknown_keys_are_reported_with_their_line(tmp_path):
    """Unknown keys are found with a list of known keys, or with a model at any depth."""
    write(tmp_path, a="population: 1\n\npopulatoin: 2\n")
    with pytest.raises(UsageError, match=r"a.yaml:3: unknown key 'populatoin'; did you mean 'population'"):
        Configs.from_yaml(tmp_path, known=["population"])
    with pytest.raises(UsageError, match=r"a.yaml:3: unknown key 'populatoin'; did you mean"):
        Configs(tmp_path, model=Solver)
    write(tmp_path, a="population: 1\ninner:\n  depth: 1\n  zzzz: 2\nkind: odd\n")
    with pytest.raises(UsageError) as caught:
        Configs(tmp_path, model=Solver)
    assert "a.yaml:5: kind" in str(caught.value)
    assert "a.yaml:4: unknown key 'inner.zzzz'" in str(caught.value)
    assert Configs.from_yaml(write(tmp_path, a="population: 1"), known=["population"]).ids
    with pytest.raises(UsageError, match="known are b, c"):
        Configs.from_yaml(tmp_path, known=["b", "c"])


def test_missing_keys_are_reported_with_the_line_of_their_configuration(tmp_path):
    """For two files with the same id, both places are named."""
    with pytest.raises(UsageError, match=r"a.yaml:2: population: Field required"):
        Configs(write(tmp_path, a="- population: 1\n- kind: sure\n"), model=Solver)
    with pytest.raises(UsageError, match=r"b.yaml:1 has the same id 'x' as .*a.yaml:1"):
        Configs(write(tmp_path, a="{id: x, n: 1}", b="{id: x, n: 2}"))


def test_files_become_models(tmp_path):
    """Models have their defaults, and may have an id that is not one of their fields."""
    pool = Configs(write(tmp_path, a="{id: one, population: 3}"), model=Solver)
    assert pool[0].value == Solver(population=3)
    assert pool.ids == ("one",)


def test_missing_places_raise(tmp_path):
    """A folder without YAML, a missing file and one that is not text raise an error."""
    with pytest.raises(UsageError, match="no configurations in"):
        Configs(tmp_path)
    with pytest.raises(UsageError, match="no such file"):
        Configs(tmp_path / "none.yaml")
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        Configs(tmp_path)


def test_a_json_file_is_yaml_too(tmp_path):
    """A file that ends with .json is read."""
    (tmp_path / "a.yaml").write_text(json.dumps([{"a": 1}, {"a": 2}]))
    assert len(Configs(tmp_path / "a.yaml")) == 2
