"""What an objective or an optimizer does to the whole process, put back after its run."""

from __future__ import annotations

import contextlib
import os
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def state_put_back() -> Iterator[None]:
    """Put back afterwards: NumPy's error handling, working folder, global random states, filters of warnings.

    So one run cannot change what the next one computes, and not what its caller does then.

    Examples:
        >>> with state_put_back():
        ...     _ = np.seterr(all="raise")
        >>> np.geterr()["over"]
        'warn'
    """
    handling, folder = np.geterr(), _folder()
    legacy, plain = np.random.get_state(), random.getstate()  # noqa: NPY002  # an objective may use the global generator
    filters = list(warnings.filters)
    try:
        yield
    finally:
        np.seterr(**handling)
        if folder is not None and _folder() != folder:
            with contextlib.suppress(OSError):  # it was removed meanwhile
                os.chdir(folder)
        np.random.set_state(legacy)  # noqa: NPY002  # the same
        random.setstate(plain)
        if warnings.filters != filters:
            warnings.resetwarnings()  # makes Python forget which filter it found for which line
            warnings.filters[:] = filters  # type: ignore[index]  # a list, which typeshed calls a sequence


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109  # as text it costs a microsecond, and there are runs of a hundred
    except OSError:
        return None
