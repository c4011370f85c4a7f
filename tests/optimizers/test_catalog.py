from typing import Annotated, Any

import numpy as np
import pytest
from annotated_types import Gt

import benchbook as bb
from benchbook.errors import UnknownNameError, UsageError
from benchbook.optimizers import CONTROL, describe, names, optimizer, settings_of
from benchbook.optimizers.catalog import NATIVE
from benchbook.protocols import Optimizer

NATIVE_NAMES = [factory.name for factory in NATIVE]


class Mine:
    """Stays in the middle.

    Args:
        lower: Lower bounds.
        upper: Upper bounds.
        rng: Generator.
        width: How far it looks,
            in parts of the box.
    """

    def __init__(
        self, lower: Any, upper: Any, rng: Any, *, width: Annotated[float, Gt(0)] = 0.5, extra: Any = None
    ) -> None:
        self.lower, self.upper, self.rng = lower, upper, rng

    def ask(self) -> np.ndarray:
        """Return the next points."""
        return self.rng.uniform(self.lower, self.upper, (4, len(self.lower)))

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Learn the values."""


def test_the_control_is_in_the_catalog() -> None:
    """Each name occurs once, and random search is among them."""
    assert CONTROL in names()
    assert len(names()) == len(set(names()))


@pytest.mark.parametrize("name", NATIVE_NAMES)
def test_every_setting_has_its_meaning(name: str) -> None:
    """Each setting of a catalog optimizer has a default with a JSON form, and a description."""
    for setting in settings_of(name):
        assert setting.meaning, f"{name}: {setting.name} is not described"
        assert isinstance(setting.default, str | int | float | bool | list | dict | None)


@pytest.mark.parametrize("name", NATIVE_NAMES)
def test_every_optimizer_fits_the_plug(name: str) -> None:
    """What the catalog makes has ask and tell."""
    made = optimizer(name).make(
        np.array([-1.0, 2.0]), np.array([3.0, 5.0]), np.random.default_rng(1), max_evaluations=100
    )
    assert isinstance(made, Optimizer)


@pytest.mark.parametrize("name", NATIVE_NAMES)
def test_the_description_ends_before_the_arguments(name: str) -> None:
    """The description has a summary, a text and the source, but not the signature."""
    found = describe(name)
    assert found.text.startswith(found.summary)
    assert "Args:" not in found.text
    assert ">>>" not in found.text


def test_the_description_of_manta_ray_foraging_names_the_paper() -> None:
    """The reference is separate from the text."""
    assert describe("manta_ray_foraging").references.startswith("Zhao, W., Zhang, Z., & Wang, L. (2020)")


def test_an_unknown_optimizer_offers_the_nearest() -> None:
    """The message offers the nearest name and the command that lists all."""
    with pytest.raises(UnknownNameError, match=r"unknown optimizer 'random_serch'; did you mean 'random_search'.*list"):
        optimizer("random_serch")


@pytest.mark.parametrize("which", [None, 3, 1.5, ["random_search"]])
def test_what_is_neither_name_nor_class_is_refused(which: Any) -> None:
    """The message says what was expected."""
    with pytest.raises(UsageError, match="expected a name or a class with ask and tell"):
        optimizer(which)


def test_an_unknown_setting_offers_the_nearest() -> None:
    """The message offers the nearest setting."""
    with pytest.raises(
        UnknownNameError, match="unknown setting of manta_ray_foraging 'popultion'; did you mean 'population'"
    ):
        optimizer("manta_ray_foraging", popultion=3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"population": 1}, "'population' of manta_ray_foraging is 1: input should be greater than or equal to 2"),
        ({"population": 2.5}, "is 2.5: input should be a valid integer"),
        ({"population": "20"}, "is '20': input should be a valid integer"),
        ({"population": True}, "is True: input should be a valid integer"),
        ({"population": None}, "is None: input should be a valid integer"),
        ({"somersault": 0.0}, "is 0.0: input should be greater than 0"),
        ({"somersault": float("nan")}, "is nan: input should be"),
        ({"somersault": float("inf")}, "is inf: input should be a finite number"),
        ({"repair": "mirror"}, "is 'mirror': input should be 'clip', 'reflect' or 'wrap'"),
    ],
)
def test_a_setting_of_a_wrong_value_is_refused(settings: dict[str, Any], message: str) -> None:
    """The message names setting, optimizer, value and what was expected."""
    with pytest.raises(UsageError, match=message):
        optimizer("manta_ray_foraging", **settings)


@pytest.mark.parametrize(
    ("given", "kept"), [({"population": 20.0}, 20), ({"population": np.int64(20)}, 20), ({"somersault": 3}, 3.0)]
)
def test_numbers_take_their_declared_type(given: dict[str, Any], kept: float) -> None:
    """Whole numbers given as floats, NumPy numbers and floats given as whole numbers are accepted."""
    value = optimizer("manta_ray_foraging", **given).settings[next(iter(given))]
    assert value == kept
    assert type(value) is type(kept)


@pytest.mark.parametrize(
    "value", [float("nan"), [float("inf")], object(), {"a": object()}, (1, 2), {1, 2}, {1: "one"}, "\ud800"]
)
def test_a_setting_that_json_does_not_hold_is_refused(value: Any) -> None:
    """A value without a JSON form is refused, even if the class would accept it."""
    with pytest.raises(UsageError, match="expected a JSON value"):
        optimizer(Mine, extra=value)


def test_numpy_numbers_inside_of_a_setting_become_plain() -> None:
    """The optimizer gets the same plain values that the artifact contains."""
    assert optimizer(Mine, extra=[np.float64(1.5), {"k": 2}]).settings["extra"] == [1.5, {"k": 2}]


def test_a_users_own_class_is_an_optimizer() -> None:
    """The settings are the keyword arguments, with their defaults, declared ranges and descriptions."""
    choice = optimizer(Mine, width=0.25)
    assert (choice.name, choice.settings, choice.length_argument) == ("Mine", {"width": 0.25, "extra": None}, None)
    assert [s.meaning for s in settings_of(Mine)] == ["How far it looks, in parts of the box.", ""]
    with pytest.raises(UsageError, match="setting 'width' of Mine is -1: input should be greater than 0"):
        optimizer(Mine, width=-1)


def test_a_choice_can_be_changed() -> None:
    """Changing one setting keeps the others, and leaves the original choice as it is."""
    first = optimizer("manta_ray_foraging", population=20)
    second = optimizer(first, somersault=3.0)
    assert (second.settings["population"], second.settings["somersault"]) == (20, 3.0)
    assert first.settings["somersault"] == 2.0
    assert optimizer(first) is first


def test_a_class_without_the_three_arguments_is_refused() -> None:
    """The message shows the actual arguments and what was expected."""

    class Wrong:
        def __init__(self, bounds: Any) -> None: ...

    with pytest.raises(UsageError, match=r"'Wrong' takes \(bounds\), expected \(lower, upper, rng, \*, settings"):
        optimizer(Wrong)


def test_a_setting_without_default_must_be_given() -> None:
    """The message names the missing setting."""

    def make(lower: Any, upper: Any, rng: Any, *, size: int) -> Any: ...

    with pytest.raises(UsageError, match="make needs a value for its setting 'size', which has no default"):
        optimizer(make)
    assert optimizer(make, size=3).settings == {"size": 3}


def test_the_budget_is_passed_to_optimizers_that_take_it() -> None:
    """An optimizer that takes `max_evaluations` gets the budget, unless it is declared anytime."""
    told: list[int] = []

    class Scheduled(Mine):
        def __init__(self, lower: Any, upper: Any, rng: Any, *, max_evaluations: int = 7) -> None:
            super().__init__(lower, upper, rng)
            told.append(max_evaluations)

    class Anytime(Scheduled):
        anytime = True

    record = bb.run(Scheduled, "sphere", dim=2, instance=1, budget=12)
    bb.run(Anytime, "sphere", dim=2, instance=1, budget=12)
    assert told == [12, 7]
    assert "max_evaluations" not in record.optimizer.settings


def test_the_older_name_of_the_budget_is_understood() -> None:
    """An optimizer written for an older version gets its budget as `horizon`."""
    told: list[int] = []

    class Scheduled(Mine):
        def __init__(self, lower: Any, upper: Any, rng: Any, *, horizon: int) -> None:
            super().__init__(lower, upper, rng)
            told.append(horizon)

    record = bb.run(Scheduled, "sphere", dim=2, instance=1, budget=12)
    assert told == [12]
    assert "horizon" not in record.optimizer.settings
    choice = optimizer(Scheduled)
    choice.make(np.zeros(2), np.ones(2), np.random.default_rng(1), horizon=30)
    assert (choice.wants_horizon, told) == (True, [12, 30])


def test_the_length_of_a_run_is_not_left_out() -> None:
    """An optimizer is not made without the length of its run."""
    with pytest.raises(UsageError, match="max_evaluations of l_shade is missing"):
        optimizer("l_shade").make(np.zeros(2), np.ones(2), np.random.default_rng(1))


def test_the_digest_of_a_choice_is_that_of_its_code() -> None:
    """The digest depends on the class, not on the settings."""
    assert optimizer(Mine).digest() == optimizer(Mine, width=0.1).digest()
    assert optimizer(Mine).digest() != optimizer("random_search").digest()
