"""Why a number changed: the differences between two runs in request, content and circumstances."""

from __future__ import annotations

from dataclasses import dataclass

from benchbook.artifacts.run_document import comparable_digests
from benchbook.records import RunRecord
from benchbook.studies.verify.run import circumstance_differences, content_differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two runs, in words.

    Attributes:
        identical: Whether the content digests agree.
        asked: What differs in the request, so that it is another run.
        content: What differs in the content, after differences of the request.
        circumstances: What differs in code, libraries, arithmetic, machine.
    """

    identical: bool
    asked: tuple[str, ...]
    content: tuple[str, ...]
    circumstances: tuple[str, ...]


def differences(a: RunRecord, b: RunRecord) -> Difference:
    """Compare two runs; "then" is the first of them, "now" the second.

    Examples:
        >>> import benchbook as bb
        >>> a, b = (bb.run("random_search", "sphere", dim=2, seed=seed, budget=10) for seed in (1, 2))
        >>> differences(a, b).asked
        ('seed: 1 then, 2 now',)
    """
    pairs = {
        "optimizer": (a.optimizer.name, b.optimizer.name),
        "function": (a.problem.name, b.problem.name),
        "dim": (a.problem.dim, b.problem.dim),
        "instance": (a.problem.instance, b.problem.instance),
        "seed": (a.seed, b.seed),
        "budget": (a.budget, b.budget),
        "target": (a.target, b.target),
        "stagnation": (a.stagnation, b.stagnation),
    }
    asked = [f"{name}: {x} then, {y} now" for name, (x, y) in pairs.items() if x != y]
    if a.optimizer.settings != b.optimizer.settings:
        asked += _settings(a, b)
    one, other = comparable_digests(a, b)
    identical = one == other
    came_out = [text for text in content_differences(a, b) if not text.startswith(("seed:", "budget:", "settings:"))]
    return Difference(
        identical=identical,
        asked=tuple(asked),
        content=() if identical else (*asked, *came_out),
        circumstances=tuple(circumstance_differences(a, b)),
    )


def _settings(a: RunRecord, b: RunRecord) -> list[str]:
    then, now = a.optimizer.settings, b.optimizer.settings
    names = sorted(set(then) | set(now))
    return [
        f"setting {name}: {then.get(name, 'none')} then, {now.get(name, 'none')} now"
        for name in names
        if then.get(name) != now.get(name)
    ]
