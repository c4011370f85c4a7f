from __future__ import annotations

import math

import pytest

from benchbook.errors import UnknownNameError, UsageError
from benchbook.experiments import Branch, BranchContainer, Role


def made(*outputs, **extra):
    """Return branches a, b, ... with these outputs; an exception is a failure, None stays pending."""
    branches = []
    for name, output in zip("abcdef", outputs, strict=False):
        branch = Branch(config={"id": name, "nested": {"k": 1}}, **extra)
        if isinstance(output, Exception):
            branch.mark_failure(output)
        elif output is not None:
            branch.mark_success(output)
        branches.append(branch)
    return BranchContainer(branches)


def test_it_is_a_sequence():
    """A container has a length, order, indexing, slicing, membership and equality."""
    container = made(1, 2, 3)
    assert [branch.output for branch in container] == [1, 2, 3]
    assert (len(container), container[-1].output, container[1:][0].output) == (3, 3, 2)
    assert container[0] in container
    assert container == BranchContainer(list(container))
    assert hash(container) == hash(BranchContainer(list(container)))
    assert container != [*container]


def test_selections_keep_the_order():
    """Branches are selected by status, in their order."""
    container = made(1, ValueError(), None, 4)
    container[2].mark_skipped("no")
    assert [branch.output for branch in container.successful()] == [1, 4]
    assert [branch.config_id for branch in container.failed()] == ["b"]
    assert [branch.config_id for branch in container.skipped()] == ["c"]
    assert len(container.pending()) == 0
    assert len(container.with_role(Role.SHADOW)) == 0
    assert repr(container) == "BranchContainer(2 success, 1 failed, 1 skipped)"
    assert repr(BranchContainer()) == "BranchContainer(empty)"


def test_a_branch_is_found_by_its_configuration():
    """An unknown configuration raises an error with the nearest name."""
    container = made(1, 2)
    assert container.by_config_id("b").output == 2
    with pytest.raises(UnknownNameError, match="known are a, b"):
        container.by_config_id("zzzz")


@pytest.mark.parametrize(
    ("outputs", "key", "best"),
    [
        ((3, 1, 2), None, "b"),
        ((1, 1), None, "a"),
        ((math.nan, 5), None, "b"),
        ((ValueError(), 5), None, "b"),
        (({"loss": 2}, {"loss": 1}), "loss", "b"),
        ((1 + 0j, 2 + 0j), "real", "a"),
        ((3, 1), lambda branch: -branch.output, "a"),
    ],
)
def test_the_best_has_the_least_key(outputs, key, best):
    """The best branch has the lowest key: the first of equal ones, never a failed one or NaN."""
    assert made(*outputs).best(key=key).config_id == best


@pytest.mark.parametrize(
    ("outputs", "key", "message"),
    [
        ((), None, "none of them succeeded"),
        ((ValueError(),), None, "none of them succeeded"),
        ((math.nan,), None, "NaN"),
        (("text",), None, "expected a number"),
        (({"loss": 1},), "los", "no entry"),
    ],
)
def test_no_best_raises(outputs, key, message):
    """The message says why there is no best branch."""
    with pytest.raises(UsageError, match=message):
        made(*outputs).best(key=key)


def test_the_table_has_a_row_a_branch():
    """The table has one row per branch; nested configurations and mapping outputs become columns."""
    table = made({"loss": 1.5}, ValueError("bad"), 7).to_pandas()
    assert list(table.config_id) == ["a", "b", "c"]
    assert list(table["config.nested.k"]) == [1, 1, 1]
    assert table["output.loss"][0] == 1.5
    assert table["exception"][1] == "ValueError"
    assert table["output"][2] == 7


def test_all_branches_become_json_with_secrets_masked():
    """All documents mask the same names as that of a single branch."""
    assert [document["config"] for document in made(1, 2).to_dicts(redact=["nested"])] == [
        {"id": "a", "nested": "[redacted]"},
        {"id": "b", "nested": "[redacted]"},
    ]
    assert len(made(1).to_dicts()) == 1


def test_secrets_are_masked_as_asked():
    """True masks the usual names, further names are added to them, and False or no names mask nothing."""
    branch = Branch(config={"host": "h1.example", "token": "hunter2"})
    plain, usual, both = {"host": "h1.example", "token": "hunter2"}, "[redacted]", {"host": "[redacted]"}
    assert branch.to_dict()["config"] == branch.to_dict(redact=True)["config"] == {**plain, "token": usual}
    assert branch.to_dict(redact=False)["config"] == branch.to_dict(redact=[])["config"] == plain
    assert (
        branch.to_dict(redact=("host",))["config"] == branch.to_dict(redact="host")["config"] == both | {"token": usual}
    )
    assert BranchContainer([branch]).to_dicts(redact=False)[0]["config"] == plain


@pytest.mark.parametrize("redact", [3, ["host", 3], [""], [None]])
def test_wrong_names_to_mask_are_refused(redact):
    """Wrong names are refused before anything is written unmasked."""
    with pytest.raises(UsageError, match=r"redact has .*, expected True, False or names"):
        Branch(config={}).to_dict(redact=redact)
