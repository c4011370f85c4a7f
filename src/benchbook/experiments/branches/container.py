"""The branches of one call, in configuration order."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from benchbook.errors import UsageError, unknown_name
from benchbook.experiments.branches.as_ended import ended, ended_async
from benchbook.experiments.branches.branch import Branch, BranchStatus, Role

if TYPE_CHECKING:
    import pandas as pd

    from benchbook.experiments.branches.redaction import Redact
    from benchbook.typing import JsonObject


class BranchContainer(Sequence[Branch]):
    """Branches in the order of their configurations.

    Examples:
        >>> one, two = Branch(config={"id": "a"}), Branch(config={"id": "b"})
        >>> one.mark_success(3.0)
        >>> two.mark_success(2.0)
        >>> BranchContainer([one, two]).best().config_id
        'b'
    """

    __slots__ = ("_branches",)

    def __init__(self, branches: Iterable[Branch] = ()) -> None:
        self._branches = tuple(branches)

    def __len__(self) -> int:
        return len(self._branches)

    @overload
    def __getitem__(self, index: int) -> Branch: ...
    @overload
    def __getitem__(self, index: slice) -> BranchContainer: ...
    def __getitem__(self, index: int | slice) -> Branch | BranchContainer:
        if isinstance(index, slice):
            return BranchContainer(self._branches[index])
        return self._branches[index]

    def __iter__(self) -> Iterator[Branch]:
        return iter(self._branches)

    def __aiter__(self) -> AsyncIterator[Branch]:
        """Yield the branches as they end, starting with those that have already ended."""
        return ended_async(self._branches)

    def as_ended(self, timeout_s: float | None = None) -> Iterator[Branch]:
        """Yield the branches as they end, starting with those that have already ended.

        The same from async code is `async for branch in branches`.

        Args:
            timeout_s: How long to wait for all of them; None: without limit.

        Raises:
            TimeoutError: Some had not ended by then.
            UsageError: They are tasks of the event loop that would be blocked.

        Examples:
            >>> one, two = Branch(config={"id": "a"}), Branch(config={"id": "b"})
            >>> two.mark_success(2.0)
            >>> one.mark_success(3.0)
            >>> [branch.config_id for branch in BranchContainer([one, two]).as_ended()]
            ['a', 'b']
        """
        return ended(self._branches, timeout_s)

    def cancel(self, reason: str = "the branch was cancelled") -> BranchContainer:
        """Cancel the branches that have not ended, which are then skipped. Returns these branches."""
        return BranchContainer([branch for branch in self._branches if branch.cancel(reason)])

    def __eq__(self, other: object) -> bool:
        return self._branches == other._branches if isinstance(other, BranchContainer) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._branches)

    def __repr__(self) -> str:
        counts = {status: sum(branch.status is status for branch in self._branches) for status in BranchStatus}
        text = ", ".join(f"{count} {status.value}" for status, count in counts.items() if count)
        return f"BranchContainer({text or 'empty'})"

    def successful(self) -> BranchContainer:
        """Return the branches that succeeded."""
        return self._with(BranchStatus.SUCCESS)

    def failed(self) -> BranchContainer:
        """Return the branches that failed."""
        return self._with(BranchStatus.FAILED)

    def skipped(self) -> BranchContainer:
        """Return the branches that were skipped."""
        return self._with(BranchStatus.SKIPPED)

    def pending(self) -> BranchContainer:
        """Return the branches that have not ended yet."""
        return self._with(BranchStatus.PENDING)

    def with_role(self, role: Role) -> BranchContainer:
        """Return the branches with a role, such as the shadows."""
        return BranchContainer(branch for branch in self._branches if branch.role is role)

    def by_config_id(self, config_id: str) -> Branch:
        """Return the branch of a configuration.

        Raises:
            UnknownNameError: There is none.
        """
        for branch in self._branches:
            if branch.config_id == config_id:
                return branch
        raise unknown_name("configuration", config_id, (branch.config_id for branch in self._branches))

    def best(self, key: Callable[[Branch], float] | str | None = None) -> Branch:
        """Return the successful branch with the smallest key, the first of equal ones. NaN is never the best.

        Args:
            key: What is minimised: a function of the branch, the name of an entry or attribute of the output,
                or None for the output itself.

        Raises:
            UsageError: No branch succeeded, no key is a number, or an output has no such entry.
        """
        keyed = [(score_of(branch, key), index) for index, branch in enumerate(self._branches) if _succeeded(branch)]
        usable = [pair for pair in keyed if not math.isnan(pair[0])]
        if not usable:
            why = "all their keys are NaN" if keyed else "none of them succeeded"
            raise UsageError(f"there is no best of {len(self)} branches: {why}")
        return self._branches[min(usable)[1]]

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with one row per branch; entries of the configuration and of a mapping output are columns."""
        import pandas as pd

        return pd.DataFrame([_row(branch) for branch in self._branches])

    def to_dicts(self, redact: Redact = True) -> list[JsonObject]:
        """Return all branches as JSON values; see `Branch.to_dict`."""
        names = redact if redact is None or isinstance(redact, bool | str) else list(redact)
        return [branch.to_dict(names) for branch in self._branches]

    def _with(self, status: BranchStatus) -> BranchContainer:
        return BranchContainer(branch for branch in self._branches if branch.status is status)


def score_of(branch: Branch, key: Callable[[Branch], float] | str | None = None) -> float:
    """Return a branch's number: its output, an entry or attribute of it, or the result of a function.

    Raises:
        UsageError: It is not a number, or the output has no such entry.
    """
    if callable(key):
        value: Any = key(branch)
    elif key is None:
        value = branch.output
    else:
        value = _entry(branch.output, key)
        if value is None:
            raise UsageError(f"the output of branch {branch.config_id} has no entry or attribute {key!r}")
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        kind = type(value).__qualname__
        raise UsageError(f"the key of branch {branch.config_id} is of type {kind}, expected a number") from error


def _succeeded(branch: Branch) -> bool:
    return branch.status is BranchStatus.SUCCESS


def _entry(output: Any, key: str) -> Any:
    try:
        return output[key]
    except (TypeError, KeyError, IndexError):
        return getattr(output, key, None)


def _row(branch: Branch) -> dict[str, Any]:
    from benchbook.experiments.configs.ids import as_json

    config = as_json(branch._config)
    error = branch.exception
    row: dict[str, Any] = {
        "config_id": branch.config_id,
        "role": branch.role.value,
        "status": branch.status.value,
        "duration_s": branch.duration_s,
        "attempts": branch.attempts,
    }
    row |= flat(config if isinstance(config, dict) else {"value": config}, "config.")
    output = branch.output
    row |= flat(output, "output.") if isinstance(output, dict) else {"output": output}
    return row | {"exception": error and error.type, "message": error and error.message, "reason": branch.reason}


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested entries under dotted names.

    Examples:
        >>> flat({"a": 1, "b": {"c": 2}})
        {'a': 1, 'b.c': 2}
        >>> flat({"b.c": 1, "b": {"c": 2}})
        {'b.c': 1, 'b.c_2': 2}
    """
    made: dict[str, Any] = {}
    for key, value in values.items():
        parts = flat(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {f"{prefix}{key}": value}
        for name, item in parts.items():
            free, number = name, 2
            while free in made:  # `a.b` and `{a: {b}}` are both there
                free, number = f"{name}_{number}", number + 1
            made[free] = item
    return made
