"""A measured strength: how many faults were noticed, by which claims, and which were not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchbook.errors import unknown_name
from benchbook.optimizers.faults.plant import SEVERITIES
from benchbook.optimizers.faults.wrapped import WRAPPED_FAULTS
from benchbook.typing import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Strength:
    """The planted faults that the claims of a spec notice.

    Attributes:
        document: The artifact.
    """

    document: JsonObject

    @property
    def name(self) -> str:
        """Name of the spec."""
        return str(self.document["name"])

    @property
    def preset(self) -> str:
        """Name of the parameter set with which it was measured."""
        return str(self.document["preset"])

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The faults that had an effect; others cannot be noticed."""
        return [fault for fault in self._listed("faults") if fault["effect"]]

    @property
    def without_effect(self) -> list[str]:
        """Names and severities of the faults that changed no run."""
        return [f"{fault['name']} ({fault['severity']})" for fault in self._listed("faults") if not fault["effect"]]

    def counted(
        self, severity: str | None = None, *, family: str | None = None, sort: str | None = None
    ) -> tuple[int, int]:
        """Return how many faults were noticed, and the total.

        Args:
            severity: Only faults of this severity.
            family: Only faults of this family: wrapped, named, code.
            sort: Only faults noticed by claims of this sort; None: by any claim or by an error.
        """
        chosen = [
            fault
            for fault in self.faults
            if severity in (None, fault["severity"]) and family in (None, fault["family"])
        ]
        return sum(self.noticed(fault, sort) for fault in chosen), len(chosen)

    def noticed(self, fault: dict[str, Any], sort: str | None = None) -> bool:
        """Return whether a fault was noticed by claims of a sort; errors are always noticed."""
        sorts = {claim["id"]: claim["sort"] for claim in self._listed("claims")}
        return fault["error"] is not None or any(sort in (None, sorts.get(id)) for id in fault["noticed_by"])

    @property
    def share(self) -> float:
        """Share of the severe faults that the quality claims alone notice; 1 if there are none."""
        noticed, of = self.counted("severe", sort="quality")
        return noticed / of if of else 1.0

    def sentence(self) -> str:
        """Return the strength in one sentence."""
        (noticed, of), (mild, of_mild) = (self.counted(severity, family="wrapped") for severity in ("severe", "mild"))
        quality, _ = self.counted("severe", family="wrapped", sort="quality")
        quality_mild, _ = self.counted("mild", family="wrapped", sort="quality")
        return (
            f"These claims notice {noticed} of {of} planted faults when they are severe, and {mild} of {of_mild} when "
            f"they are mild; the quality claims alone notice {quality} and {quality_mild}."
        )

    @property
    def false_alarms(self) -> str:
        """How often the intact spec fails under other seeds, in one sentence; empty if that was not measured.

        Examples:
            >>> Strength({"claims": [], "faults": [], "false_alarms": {"reseeded": 200, "failed": 1}}).false_alarms
            'Of 200 specs with other seeds and the intact optimizer, 1 fails.'
        """
        found: Any = self.document.get("false_alarms")
        if found is None:
            return ""
        failed = found["failed"]
        fail = {0: "none fails", 1: "1 fails"}.get(failed, f"{failed} fail")
        return f"Of {found['reseeded']} specs with other seeds and the intact optimizer, {fail}."

    def only(self, claims: Sequence[str]) -> Strength:
        """Return the strength that some of the claims have alone.

        Args:
            claims: Their ids.

        Raises:
            UnknownNameError: The spec has no such claim; the message names similar ones.
        """
        check_claims(claims, [str(claim["id"]) for claim in self._listed("claims")])
        faults: JsonValue = [
            {**fault, "noticed_by": [claim for claim in fault["noticed_by"] if claim in claims]}
            for fault in self._listed("faults")
        ]
        return Strength({**self.document, "faults": faults})

    @property
    def short(self) -> str:
        """Numbers of severe and mild faults, among those that wrap any optimizer, that are noticed, for a table.

        Examples:
            >>> Strength({"claims": [], "faults": []}).short
            '0 of 0 severe, 0 of 0 mild'
        """
        counts = [(self.counted(severity, family="wrapped"), severity) for severity in ("severe", "mild")]
        return ", ".join(f"{noticed} of {of} {severity}" for (noticed, of), severity in counts)

    @property
    def whole(self) -> bool:
        """Whether every fault that wraps any optimizer was tested in each severity."""
        tried = {(fault["name"], fault["severity"]) for fault in self._listed("faults") if fault["family"] == "wrapped"}
        return tried == {(name, severity) for name in WRAPPED_FAULTS for severity in SEVERITIES}

    def unnoticed(self, sort: str | None = None) -> list[dict[str, Any]]:
        """Return the faults that had an effect but were not noticed by claims of a sort; None: by no claim."""
        return [fault for fault in self.faults if not self.noticed(fault, sort)]

    def _listed(self, key: str) -> list[dict[str, Any]]:
        found: Any = self.document[key]
        return list(found)


def check_claims(wanted: Sequence[str], known: Sequence[str]) -> None:
    """Check that a spec has certain claims.

    Args:
        wanted: Ids of claims.
        known: Those of the spec.

    Raises:
        UnknownNameError: The spec has no such claim; the message names similar ones.
    """
    for claim in wanted:
        if claim not in known:
            raise unknown_name("claim", claim, known)
