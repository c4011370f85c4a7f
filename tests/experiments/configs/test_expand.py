from __future__ import annotations

import enum
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from benchbook.errors import UsageError
from benchbook.experiments import Configs, expand


def test_lists_are_combined_with_the_last_key_fastest():
    """Lists at any depth are combined, and everything else is a single value."""
    assert expand({"a": [1, 2], "b": {"c": range(2), "d": "x"}, "e": {}}) == [
        {"a": a, "b": {"c": c, "d": "x"}, "e": {}} for a in (1, 2) for c in (0, 1)
    ]


def test_a_list_as_one_value_stands_inside_of_another():
    """A list inside a list is one value, as for layers of a network."""
    assert expand({"layers": [[8, 8], [4]]}) == [{"layers": [8, 8]}, {"layers": [4]}]


def test_sets_are_taken_in_a_fixed_order():
    """The order of a set does not depend on the hash seed of the process."""
    assert [made["a"] for made in expand({"a": {"y", "x"}})] == ["x", "y"]


axes = st.dictionaries(st.sampled_from("abcde"), st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True))


@given(space=axes, count=st.integers(1, 40), seed=st.integers(0, 5))
def test_a_sample_is_a_part_of_the_whole_without_repetition(space, count, seed):
    """A sample has the order of the whole product, and is the same for the same seed."""
    whole = expand(space)
    sample = expand(space, sample=count, seed=seed)
    assert len(sample) == min(count, len(whole))
    places = [whole.index(made) for made in sample]
    assert places == sorted(set(places))
    assert sample == expand(space, sample=count, seed=seed)


def test_huge_products_are_sampled_without_being_made():
    """A product of more than 64 bits can be sampled; the whole of it is refused."""
    space = {f"k{index}": range(1000) for index in range(10)}
    assert len({str(made) for made in expand(space, sample=50, seed=1)}) == 50
    with pytest.raises(UsageError, match="give sample="):
        expand(space)


@pytest.mark.parametrize(
    ("space", "message"),
    [({"a": {"b": []}}, "a.b is empty"), ([1, 2], "expected a mapping"), ("text", "expected a mapping")],
)
def test_what_cannot_be_expanded_raises(space, message):
    """The message names the position of the mistake."""
    with pytest.raises(UsageError, match=message):
        expand(space)


@pytest.mark.parametrize("sample", [0, -1, 1.5, True])
def test_a_sample_has_at_least_one(sample):
    """A sample is a whole number of at least one."""
    with pytest.raises(UsageError, match="sample"):
        expand({"a": [1, 2]}, sample=sample)


class Mode(enum.Enum):
    FAST = "fast"
    SURE = "sure"


class Inner(BaseModel):
    depth: int = Field(ge=1, lt=3)


class Space(BaseModel):
    kind: Literal["a", "b"]
    mode: Mode
    flag: bool
    size: Annotated[int, Field(gt=0, le=9, multiple_of=4)] = 4
    inner: Inner
    maybe: Literal[1] | None = None
    rate: float = 0.1


def test_a_model_says_what_its_fields_may_be():
    """Values come from Literal, Enum, bool, bounds, optional types and models; other fields use their default."""
    made = expand(Space)
    assert len(made) == 2 * 2 * 2 * 2 * 2 * 2
    assert {item.size for item in made} == {4, 8}
    assert {item.inner.depth for item in made} == {1, 2}
    assert {item.maybe for item in made} == {None, 1}
    assert {item.rate for item in made} == {0.1}
    assert len(Configs(Space)) == len(Configs.expand(Space)) == 64


def test_a_model_fills_in_and_checks_listed_values():
    """An unknown key raises an error with the nearest name."""
    made = expand({"depth": [1, 2]}, model=Inner)
    assert made == [Inner(depth=1), Inner(depth=2)]
    with pytest.raises(UsageError, match=r"combination 1: .*'dept'; did you mean 'depth'"):
        expand({"dept": [1]}, model=Inner)
    with pytest.raises(UsageError, match="combination 2: depth: "):
        expand({"depth": [1, 5]}, model=Inner)


class Endless(BaseModel):
    name: str


class Wide(BaseModel):
    number: int = Field(ge=0, le=10**9)


class Open(BaseModel):
    number: int = Field(3, ge=0)
    either: int | str = 1


class Aliased(BaseModel):
    number: Literal[1, 2] = Field(alias="no")


def test_fields_without_a_list_of_values_need_a_default():
    """Free text and large ranges of numbers need a default."""
    with pytest.raises(UsageError, match=r"Endless.name has neither"):
        expand(Endless)
    with pytest.raises(UsageError, match="list them"):
        expand(Wide)
    assert expand(Open) == [Open()]
    assert [item.number for item in expand(Aliased)] == [1, 2]
