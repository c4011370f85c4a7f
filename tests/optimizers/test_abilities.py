import json

import pytest

from benchbook.cli.main import main
from benchbook.errors import UnknownNameError
from benchbook.optimizers import ABILITIES, abilities, able, names


def test_the_control_can_do_everything() -> None:
    """Random search ignores values, so it can be the control of every suite."""
    assert abilities("random_search") == set(ABILITIES)


def test_what_is_wanted_narrows_the_list() -> None:
    """Without wishes all optimizers are listed, and more wishes never add names."""
    assert able([]) == names()
    assert set(able(["constraints", "objectives"])) == set(able(["constraints"])) & set(able(["objectives"]))


def test_unknown_abilities_are_refused_with_the_nearest() -> None:
    """A misspelt ability gets the most similar one as a hint."""
    with pytest.raises(UnknownNameError, match="did you mean 'constraints'"):
        able(["constrains"])


def test_the_command_lists_those_that_can(capsys: pytest.CaptureFixture[str]) -> None:
    """`--can` may be repeated or contain commas; JSON has the same names."""
    assert main(["optimizers", "list", "--can", "constraints", "--can", "objectives", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == able(["constraints", "objectives"])
    assert main(["optimizers", "list", "--can", "integers, categories", "--json"]) == 0
    assert "random_search" in json.loads(capsys.readouterr().out)
    assert main(["optimizers", "list", "--can", "constraints"]) == 0
    shown = capsys.readouterr().out
    assert "random_search" in shown
    assert "cma_es" not in shown
