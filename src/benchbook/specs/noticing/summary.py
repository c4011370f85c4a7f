"""A measured strength: how many faults were noticed, by which claims, and what goes unnoticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchbook.typing import JsonObject


@dataclass(frozen=True, slots=True)
class Strength:
    """Which planted faults the claims of a spec notice.

    Attributes:
        document: The artifact.
    """

    document: JsonObject

    @property
    def name(self) -> str:
        """Name of the spec."""
        return str(self.document["name"])

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The faults that changed anything: a fault without an effect cannot be noticed."""
        return [fault for fault in self._listed("faults") if fault["effect"]]

    @property
    def without_effect(self) -> list[str]:
        """Names of the faults that changed no run, with their severity."""
        return [f"{fault['name']} ({fault['severity']})" for fault in self._listed("faults") if not fault["effect"]]

    def counted(
        self, severity: str | None = None, *, family: str | None = None, sort: str | None = None
    ) -> tuple[int, int]:
        """Return how many faults were noticed, and of how many.

        Args:
            severity: Only these.
            family: Only these: wrapped, named, code.
            sort: Only what claims of this sort notice; None: any claim, or an error.
        """
        chosen = [
            fault
            for fault in self.faults
            if severity in (None, fault["severity"]) and family in (None, fault["family"])
        ]
        return sum(self.noticed(fault, sort) for fault in chosen), len(chosen)

    def noticed(self, fault: dict[str, Any], sort: str | None = None) -> bool:
        """Tell whether a fault was noticed by claims of a sort; an error always is."""
        sorts = {claim["id"]: claim["sort"] for claim in self._listed("claims")}
        return fault["error"] is not None or any(sort in (None, sorts.get(id)) for id in fault["noticed_by"])

    @property
    def share(self) -> float:
        """Share of the severe faults that the quality claims alone notice; 1 where there are none."""
        noticed, of = self.counted("severe", sort="quality")
        return noticed / of if of else 1.0

    def sentence(self) -> str:
        """Return the strength in one sentence."""
        noticed, of = self.counted("severe", family="wrapped")
        quality, _ = self.counted("severe", family="wrapped", sort="quality")
        mild, of_mild = self.counted("mild", family="wrapped")
        return (
            f"These claims notice {noticed} of {of} planted faults, the quality claims alone {quality}; "
            f"of the mild ones {mild} of {of_mild}."
        )

    def _listed(self, key: str) -> list[dict[str, Any]]:
        found: Any = self.document[key]
        return list(found)
