"""`bb.spec`: the object a spec notebook works with: Given, When, Then, and the figures that all specs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchbook.analysis.plots import Picture
from benchbook.observers import PointTrace
from benchbook.optimizers import CONTROL
from benchbook.params.load import check
from benchbook.problems import problem
from benchbook.specs import figures, tables
from benchbook.specs.display import Note, Table
from benchbook.specs.names import spec_name
from benchbook.specs.strong_claims import StrongClaims
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run

TARGETS = (1e1, 1e0, 1e-1, 1e-2, 1e-4, 1e-8)


def spec(
    name: str,
    *,
    title: str = "",
    control: str = CONTROL,
    reference: str | None = None,
    published: str | None = None,
    settings: Mapping[str, Any] | None = None,
    **params: Any,
) -> Spec:
    """Begin the spec of an optimizer.

    Args:
        name: The optimizer, by its name in the catalog.
        title: Heading of the notebook; the name unless given.
        control: The optimizer it is compared with.
        reference: Another implementation of the same method, by its name in the catalog. Where its library is not
            installed, what is claimed about it is not judged.
        published: A baseline that holds runs of the optimizer, with which new runs are compared.
        settings: Settings that differ from the optimizer's defaults.
        **params: The parameters, as `params/quick.yaml` documents them.

    Raises:
        UnknownNameError: A name is not known.
        ParamsError: A parameter is unknown, missing or of a wrong type.
        MissingExtraError: The optimizer's library is not installed.

    Examples:
        >>> import benchbook as bb
        >>> problems = {"functions": ["sphere"], "dims": [2], "instances": [0, 1], "bbob_functions": [8]}
        >>> length = {"seeds": 5, "bbob_instances": [1, 2], "budget_per_dim": 100, "target": None}
        >>> len(bb.spec("random_search", preset="mine", **problems, **length).plan)
        12
    """
    checked = check(dict(params), "parameters")
    return Spec(
        name,
        title=title or name,
        params=checked,
        control=control,
        reference=reference,
        published=published,
        settings=settings or {},
    )


class Spec(StrongClaims):
    """A spec under way; made by `bb.spec`. It adds the figures and tables that all specs share."""

    def stages(self, function: str = "rastrigin", *, instance: int = 1, seed: int = 1, budget: int = 1000) -> Picture:
        """Return where the optimizer looks early, halfway and late in one run on a two-dimensional problem."""
        made = problem(function, dim=2, instance=instance)
        trace = PointTrace()
        execute(planned_run(self.optimizer, made, seed=seed, budget=budget), observers=(trace,))
        return figures.stages(self.name, made, trace.points)

    def convergence(self) -> Picture:
        """Return best precision against evaluations on the shifted twins, with quartile bands, beside the control."""
        return figures.convergence_figure(self._done().twins(), self.name, self.control.name if self.control else None)

    def profile(self) -> Picture:
        """Return the runtime profile on the shifted twins, a panel a dimension, beside the control."""
        return figures.profile(self._done().twins())

    def targets(self, targets: Sequence[float] = TARGETS) -> Table:
        """Return the expected evaluations to targets on shifted problems, in the largest dimension."""
        return tables.targets_table(self._done().twins(), targets)

    def beside_control(self) -> Table:
        """Return medians and pairs won on each shifted problem, beside the control."""
        return tables.control_table(self._done().twins(), self.name, self.control.name if self.control else None)

    def beside_reference(self) -> Picture | Note:
        """Return convergence beside the reference, on the same problems with the same budget.

        A sentence where there is no reference, or its library is not installed.
        """
        self._done()
        if self.reference is None:
            return Note(self._without_reference or f"There is no other implementation to compare {self.name} with.")
        return figures.beside_reference(self.peers, self.name, self.reference.name)

    def twin_comparison(self) -> Picture:
        """Return convergence on the textbook functions and on their shifted twins: how centre bias shows."""
        return figures.twin_comparison(self._done(), self.name)

    def weaknesses(self) -> Table:
        """Return the shifted problems on which the optimizer gains least on the control, the worst first."""
        return tables.weaknesses_table(self._done().twins(), self.name, self.control.name if self.control else None)

    def reproduce(self) -> Table:
        """Return the commands that repeat this spec, and one of its runs."""
        return tables.reproduce_table(spec_name(self.name), str(self.params["preset"]), self.plan[0].spec)
