"""An arbitrary blocking `minimize` as an optimizer, whatever the order of its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchbook.digests import code_digest, text_digest
from benchbook.errors import UsageError
from benchbook.optimizers.adapters.base import BlockingAdapter, restarted, seed_from
from benchbook.optimizers.adapters.blocking import Evaluate
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.protocols import Optimizer
from benchbook.typing import FloatArray

# Names under which libraries take what a run can provide; the objective always comes first.
_NAMES: dict[str, tuple[str, ...]] = {
    "x0": ("x0", "x", "start", "initial", "x_init", "guess"),
    "bounds": ("bounds", "ranges", "limits", "box"),
    "lower": ("lower", "lb", "xl", "low", "lower_bounds"),
    "upper": ("upper", "ub", "xu", "high", "upper_bounds"),
    "ends": (),  # has no name of its own: libraries that take it call it bounds, too
    "maxfun": ("maxfun", "maxfev", "maxevals", "max_evals", "max_evaluations", "maxeval", "budget", "n_calls", "nfev"),
    "seed": ("seed", "random_state"),
    "rng": ("rng", "random_generator"),
}


class MinimizeFactory:
    """Makes optimizers of one `minimize`; made by `from_minimize`.

    Attributes:
        name: Name in records.
        packages: The distribution whose version can change a result, if it is named like the module.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        parts: Mapping[str, str],
        options: dict[str, Any],
        *,
        global_random: bool,
        threads: bool,
    ) -> None:
        self.name = self.__name__ = name
        self.__doc__ = inspect.getdoc(function)
        self.packages = (str(getattr(function, "__module__", "")).partition(".")[0],)
        self._function, self._parts, self._options = function, dict(parts), options
        self._global_random, self._threads = global_random, threads

    def __call__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int,
        restart: bool = True,
        repair: str = "clip",
    ) -> Optimizer:
        """Make the optimizer of one run.

        Args:
            lower: Lower bounds.
            upper: Upper bounds.
            rng: Generator of the run.
            max_evaluations: Budget of the run.
            restart: Whether a search that has ended is restarted at a random point.
            repair: Rule for variables outside the box.
        """
        call, parts, options = self._function, self._parts, self._options

        def once(evaluate: Evaluate) -> None:
            given: dict[str, Any] = {
                "x0": lower + rng.random(len(lower)) * (upper - lower),
                "bounds": list(zip(lower.tolist(), upper.tolist(), strict=True)),
                "ends": (lower.copy(), upper.copy()),
                "lower": lower.copy(),
                "upper": upper.copy(),
                "maxfun": max_evaluations,
                "seed": seed_from(rng),
                "rng": rng,
            }
            call(evaluate.one, **{keyword: given[part] for part, keyword in parts.items()}, **options)

        def work(evaluate: Evaluate) -> None:
            restarted(lambda: once(evaluate), evaluate, restart=restart)

        boundary = Boundary(rng, swaps=self._global_random)
        return BlockingAdapter(self.name, lower, upper, boundary, repair, work, threads=self._threads)

    def digest(self) -> str:
        """Return the digest of all that determines the points: the function's code, its options, and its arguments."""
        given = sorted(self._parts.items()), sorted(self._options.items())
        return text_digest(
            code_digest(self._function), repr(given), *([] if self._global_random else ["no global random"])
        )


def from_minimize(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    keywords: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    global_random: bool = True,
    threads: bool = False,
) -> MinimizeFactory:
    """Turn a blocking `minimize(f, ...)` into an optimizer; its evaluations are counted and recorded as usual.

    Args:
        function: Its first argument is the objective, which takes one point and returns a number. Other arguments are
            recognised by name: a starting point (`x0`), `bounds` as pairs, `lower` and `upper`, a limit of evaluations
            (`maxfun`), a `seed` or an `rng`.
        name: Name in records; the function's own name by default.
        keywords: Names of these arguments that are not recognised: `{"x0": "initial_guess"}`. The part `ends` is
            `(lower, upper)`, for libraries that take their bounds in this form: `{"ends": "bounds"}`.
        options: Further keyword arguments of each call.
        global_random: Whether it may draw from the global generators of NumPy or of the module `random`. Each run then
            has its own state for them, which is swapped around each evaluation and costs about 36 us; False avoids it.
        threads: Whether it calls the objective from threads that it starts itself. It then runs in a thread of its own,
            which costs some 16 us of CPU more per evaluation.

    Raises:
        UsageError: It takes neither a starting point nor bounds, or an unknown argument is named.

    Examples:
        >>> import benchbook as bb
        >>> def walk(f, x0, bounds):
        ...     for step in range(1000):
        ...         f(x0)
        >>> bb.run(from_minimize(walk), "sphere", dim=2, instance=1, budget=50).evaluations
        50
    """
    if not callable(function):
        raise UsageError(f"function is {function!r}, expected something that can be called with an objective")
    for part in keywords or {}:
        if part not in _NAMES:
            raise UsageError(f"keywords names the part {part!r}, expected some of {', '.join(_NAMES)}")
    taken = list(inspect.signature(function).parameters)[1:]
    parts = {part: known for part, names in _NAMES.items() for known in [_first(taken, names)] if known is not None}
    parts = {part: known for part, known in parts.items() if known not in (keywords or {}).values()}
    parts.update(keywords or {})
    if "rng" in parts:
        parts.pop("seed", None)  # SciPy takes only one of them, and both mean the same
    parts = {part: keyword for part, keyword in parts.items() if keyword not in (options or {})}
    if not parts.keys() & {"x0", "bounds", "ends", "lower"}:
        raise UsageError(
            f"{getattr(function, '__name__', function)!r} takes ({', '.join(taken)}) after its objective, expected a "
            "start or bounds; name them with keywords={'x0': ..., 'bounds': ...}"
        )
    own = name or str(getattr(function, "__name__", type(function).__name__))
    return MinimizeFactory(function, own, parts, dict(options or {}), global_random=global_random, threads=threads)


def _first(taken: list[str], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in taken), None)
