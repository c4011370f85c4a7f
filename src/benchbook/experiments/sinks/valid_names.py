"""Names that MLflow accepts in place of the user's names: valid and unique."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

_UNUSABLE = re.compile(r"[^A-Za-z0-9_\-. :/]")
_LONGEST = 240


def plain_name(name: str) -> str:
    """Return a name of a parameter or metric without characters that MLflow rejects; paths stay simple.

    Examples:
        >>> plain_name("solver.step [m]"), plain_name("https://host/data"), plain_name("../up"), plain_name("")
        ('solver.step _m_', 'https:/_/host/data', '__/up', '_')
    """
    parts = _UNUSABLE.sub("_", name[:_LONGEST]).split("/")
    made = "/".join("_" * max(len(part), 1) if part in ("", ".", "..") else part for part in parts)
    return made if len(made) <= _LONGEST else made[:_LONGEST].rstrip("/.") or "_"


@dataclass(slots=True)
class ValidNames:
    """The names of one kind in one run, in order of appearance.

    Examples:
        >>> names = ValidNames()
        >>> [names.of(name) for name in ("step [m]", "step _m_", "seed", "step [m]")]
        ['step _m_', 'step _m__2', 'seed', 'step _m_']
        >>> names.changed
        {'step _m_': 'step [m]', 'step _m__2': 'step _m_'}
    """

    _valid: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def of(self, name: str) -> str:
        """Return the valid name for one of the user's names; always the same."""
        found = self._valid.get(name)
        if found is None:
            base = found = plain_name(name)
            number = 2
            while found in self._taken:
                found, number = f"{base}_{number}", number + 1
            self._valid[name] = found
            self._taken.add(found)
        return found

    @property
    def changed(self) -> dict[str, str]:
        """The user's name by the valid one, if they differ."""
        return {valid: name for name, valid in self._valid.items() if valid != name}


@dataclass(slots=True)
class RunNames:
    """The names in a run, and the position of each metric: MLflow shows the last value by step, then by time."""

    params: ValidNames = field(default_factory=ValidNames)
    metrics: ValidNames = field(default_factory=ValidNames)
    _last: dict[str, tuple[int, int]] = field(default_factory=dict)

    def place(self, name: str, step: int | None) -> tuple[int, int]:
        """Return step and milliseconds of the next value of a metric; one without a step comes after all others."""
        before_step, before_ms = self._last.get(name, (0, 0))
        at_ms = max(int(time.time() * 1000), before_ms + 1)
        self._last[name] = (before_step if step is None else max(before_step, step), at_ms)
        return before_step if step is None else step, at_ms
