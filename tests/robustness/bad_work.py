"""Optimizers and objectives that fail in various ways, in a module that worker processes can import."""

import os
import random
import time
import warnings
from functools import partial
from typing import Any

import numpy as np


class UnprintableError(Exception):
    """An exception without a text."""

    def __str__(self) -> str:
        """Raise an error."""
        raise RuntimeError("no text")

    __repr__ = __str__


def fail(error: Any) -> Any:
    """Raise the given exception, or the one that the function makes."""
    raise error() if isinstance(error, type) else error


def change_everything() -> None:
    """Change the state of the process, as careless code does."""
    np.seterr(all="raise")
    os.chdir("/")
    np.random.seed(1)  # noqa: NPY002  # what an objective may do
    random.seed(1)
    warnings.simplefilter("error")


RAISED = {
    "error": partial(fail, ValueError("broken")),
    "unprintable": partial(fail, UnprintableError),
    "exit": partial(fail, SystemExit(3)),
    "interrupt": partial(fail, KeyboardInterrupt),
    "generator_exit": partial(fail, GeneratorExit),
    "no_text": partial(fail, ValueError("\ud800 is not text")),
    "hang": partial(time.sleep, 60.0),
    "leave": partial(os._exit, 3),
}
VALUES: dict[str, Any] = {
    "nan": lambda count: np.full(count, np.nan),
    "infinite": lambda count: np.full(count, np.inf),
    "short": lambda count: np.zeros(count + 1),
    "text": lambda count: ["one"] * count,
    "nothing": lambda count: None,  # called like the others
    "complex": lambda count: np.full(count, 1j),
    "huge": lambda count: [10**400] * count,
}
POINTS: dict[str, Any] = {
    "wide": lambda lower: np.zeros((1, len(lower) + 1)),
    "empty": lambda lower: np.zeros((0, len(lower))),
    "nan": lambda lower: np.full((1, len(lower)), np.nan),
    "outside": lambda lower: np.array([lower - 1e9]),
    "text": lambda lower: ["point"],  # called like the others
    "nothing": lambda lower: None,  # called like the others
}


class Optimizer:
    """Asks repeatedly for one point in the corner of the box."""

    name = "corner"
    raises = points = None

    def __init__(self, lower: Any, upper: Any, rng: Any) -> None:  # as optimizers are made
        """Keep the corner."""
        self.lower = lower

    def ask(self) -> Any:
        """Return the corner, or something that is not a batch of points."""
        return np.array([self.lower]) if self.points is None else POINTS[self.points](self.lower)

    def tell(self, x: Any, fx: Any) -> None:
        """Learn nothing."""
        if self.raises == "changes":
            change_everything()
        elif self.raises is not None:
            RAISED[self.raises]()


def made(**changes: Any) -> type[Optimizer]:
    """Return a class of this module."""
    name = f"{changes['name']}_optimizer"
    made_class = type(name, (Optimizer,), {**changes, "name": name, "__module__": __name__})
    globals()[name] = made_class
    return made_class


OPTIMIZERS = [made(name=name, raises=name) for name in (*RAISED, "changes")]
OPTIMIZERS += [made(name=f"asks_{name}", points=name) for name in POINTS]


def evaluate(x: Any, *, behaviour: str) -> Any:
    """Misbehave, or return the value of the sphere."""
    if behaviour in RAISED:
        RAISED[behaviour]()
    if behaviour in VALUES:
        return VALUES[behaviour](len(x))
    change_everything()
    return (x**2).sum(axis=1)


OBJECTIVES = [*RAISED, *VALUES, "changes"]
