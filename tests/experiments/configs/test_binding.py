from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from benchbook.errors import UsageError
from benchbook.experiments import Bind, experiment


class Step(BaseModel):
    size: float


class Whole(BaseModel):
    step: Step
    seed: int = 0


CONFIG = {"step": {"size": 0.5}, "seed": 3}


def run(function, *args, configs=(CONFIG,), **kwargs):
    """Call a function as an experiment."""
    return experiment(configs=list(configs), sinks=[])(function)(*args, **kwargs)


def test_parts_of_the_configuration_go_to_marked_parameters():
    """Parts are passed as models or as they are, and a missing part leaves the parameter's default."""

    def function(
        x,
        step: Annotated[Step, Bind("step")],
        seed: Annotated[int, Bind("seed")],
        whole: Annotated[dict, Bind()],
        none: Annotated[int, Bind("nothing.here")] = 9,
    ):
        return x, step, seed, whole, none

    assert run(function, 1) == (1, Step(size=0.5), 3, CONFIG, 9)


def test_parts_of_a_model_are_its_attributes():
    """Parts of a model are its attributes, and nested models stay models."""

    def function(step: Annotated[Step, Bind("step")], size: Annotated[float, Bind("step.size")]):
        return step, size

    assert run(function, configs=[Whole(step=Step(size=2))]) == (Step(size=2), 2.0)


def test_functions_without_source_can_be_bound():
    """Only the signature is read, so no source is needed."""
    names: dict[str, object] = {"Annotated": Annotated, "Bind": Bind, "Step": Step}
    exec("def f(x, s: Annotated[Step, Bind('step')]): return x, s.size", names)  # noqa: S102  # that is the test
    assert run(names["f"], 4) == (4, 0.5)


def test_models_of_the_surrounding_function_are_found():
    """Models of the surrounding function are found, also if annotations are strings that only it can resolve."""

    class Local(BaseModel):
        size: float

    @experiment(configs=[CONFIG], sinks=[])
    def function(part: Annotated[Local, Bind("step")]):
        return part.size

    assert function() == 0.5

    def outer():
        def inner(part: Annotated[Local, Bind("step")]):
            return isinstance(part, Local)

        return inner

    assert run(outer()) is True


def test_a_model_annotation_makes_the_configurations_models():
    """A configuration that does not fit the model is refused when the function is decorated."""

    def function(config: Whole):
        return config.seed

    assert run(function, configs=[CONFIG]) == 3
    assert run(function, configs=[{"id": "named", **CONFIG}]) == 3
    with pytest.raises(UsageError, match=r"unknown key 'sead'; did you mean 'seed'"):
        experiment(configs=[{"step": {"size": 1}, "sead": 1}])(function)

    def constrained(config: Annotated[Whole, Field(description="all of it")]):
        return config.step.size

    assert run(constrained) == 0.5


@pytest.mark.parametrize(
    "function",
    [
        lambda config, x: (config["seed"], x),
        lambda config, *rest: (config["seed"], *rest),
        eval("lambda config, /, x: (config['seed'], x)"),  # noqa: S307  # positional only
    ],
)
def test_the_configuration_may_stand_anywhere(function):
    """Positional arguments go to the other parameters."""
    assert run(function, 7) == (3, 7)


def test_another_parameter_may_take_it():
    """The parameter for the configuration can be chosen by name."""
    assert experiment(configs=[CONFIG], sinks=[], parameter="settings")(lambda settings: settings["seed"])() == 3


def test_keyword_arguments_and_defaults_work():
    """Keyword arguments and defaults work as without the decorator."""

    def function(x, config, *, y=2, **more):
        return x, y, more

    assert run(function, x=1, z=3) == (1, 2, {"z": 3})


class Solver:
    factor = 10

    @experiment(configs=[CONFIG], sinks=[])
    def solve(self, x, config):
        """Return what the test compares."""
        return self.factor * x + config["seed"]

    def __call__(self, x, config):
        """Return the argument."""
        return x


def test_methods_are_experiments():
    """A method is bound to its instance; on the class it is the experiment itself."""
    solver = Solver()
    assert solver.solve(2) == 23
    assert solver.solve.call(2).result == 23
    assert solver.solve.name == "solve"
    assert Solver.solve.last_branches[0].output == 23
    assert Solver.solve.__doc__ == "Return what the test compares."
    assert run(Solver(), 5) == 5


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x, "no parameter 'config'"),
        (dict, "no readable signature|no parameter"),
        (max, "no readable signature|no parameter"),
    ],
)
def test_a_function_needs_a_place_for_the_configuration(function, message):
    """Without a parameter for the configuration, decorating raises an error."""
    with pytest.raises(UsageError, match=message):
        experiment(configs=[CONFIG])(function)


def test_wrong_marks_raise_when_decorating():
    """Empty keys, unknown names, missing parts and parts of a wrong type raise an error."""

    def empty(x: Annotated[int, Bind("a..b")]): ...

    def unknown(x: Annotated[Nowhere, Bind("step")]): ...  # noqa: F821  # that is the test

    def missing(x: Annotated[Step, Bind("step.nothing")]): ...

    def wrong(x: Annotated[Step, Bind("seed")]): ...

    for function, message in [
        (empty, "empty key"),
        (unknown, "unknown name"),
        (missing, "has no 'step.nothing'"),
        (wrong, "seed: "),
    ]:
        with pytest.raises(UsageError, match=message):
            experiment(configs=[CONFIG])(function)


def test_wrong_calls_are_the_callers_error():
    """Wrong calls raise an error immediately and create no branches."""
    tune = experiment(configs=[CONFIG], strategy="multi_branch", sinks=[])(lambda x, config: x)
    for args, kwargs in [((), {}), ((1, 2, 3), {}), ((1,), {"y": 2})]:
        with pytest.raises(TypeError):
            tune(*args, **kwargs)
    with pytest.raises(UsageError, match="comes from the configuration"):
        tune(1, config={})
    assert len(tune.last_branches) == 0

    def keyword_only(*, x, config):
        return x

    with pytest.raises(TypeError):
        run(keyword_only)
    assert run(keyword_only, x=1) == 1
