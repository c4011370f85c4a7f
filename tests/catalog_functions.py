"""Functions of tests in the catalog of problems, and the catalog as it was before."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchbook.problems import catalog, from_callable, register
from benchbook.problems.info import ProblemInfo


@contextmanager
def catalog_put_back() -> Iterator[None]:
    """Forget the functions that are added within the block."""
    known = dict(catalog._registered)
    try:
        yield
    finally:
        catalog._registered.clear()
        catalog._registered.update(known)


def add_function(name: str, function: Callable[..., Any], *, given: tuple[str, ...] = ()) -> str:
    """Add a function of all points of a batch, with bounds of -5 and 5, and return its name.

    Args:
        name: Its name in the catalog.
        function: Takes points, and those of the keyword arguments `dim` and `instance` that are in `given`.
        given: The properties of its problem that the function takes.
    """
    info = ProblemInfo(
        name=name,
        family="test",
        title=name,
        formula="",
        lower=-5.0,
        upper=5.0,
        optimum="0",
        separable=True,
        multimodal=False,
        conditioning=None,
        source="",
        first_instance=1,
    )

    def make(dim: int, instance: int) -> Any:
        told = {key: value for key, value in {"dim": dim, "instance": instance}.items() if key in given}
        call = functools.partial(function, **told)
        return from_callable(
            call, name=name, bounds=(-5.0, 5.0), dim=dim, vectorized=True, f_opt=0.0, instance=instance
        )

    register(info, make)
    return name
