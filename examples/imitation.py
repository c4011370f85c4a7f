"""A tracked pipeline: record an expert, clone it with an optimizer, let the clone drive, and report."""

import benchbook as bb
from benchbook.problems.applied.imitation import held_out_starts, roll_out
from benchbook.tracking import Pipeline, track
from benchbook.tracking.eta import eta_errors

EPISODES, SECONDS = 200, 10
# The work of each step relative to the others, as far as known in advance: the first run of a pipeline is predicted
# from it. Later runs know how long the steps took.
WORK = {"collect demonstrations": 4, "clone": 34, "evaluate": 17, "report": 1}


def imitate(instance: int) -> Pipeline:
    """Clone the expert of one cart in four steps."""
    problem = bb.problem("imitation_clone", dim=10, instance=instance)
    with track("imitation example", steps=list(WORK), weights=list(WORK.values()), telemetry=0.1) as pipeline:
        with pipeline.step("collect demonstrations") as step:
            shown = problem.collect()
            step.metric("states", len(shown.states))
        with pipeline.step("clone") as step:
            found = bb.run("cma_es", problem, seed=1, budget=10_000)
            step.count(found.evaluations)
            step.metric("error, N", found.best_value)
        with pipeline.step("evaluate") as step:
            starts = held_out_starts(problem, EPISODES)
            steps = round(SECONDS / problem.cart_pole.step_s)
            clone = roll_out(problem.cart_pole, problem.controller([found.best_solution]), starts, steps=steps)
            expert = roll_out(problem.cart_pole, problem.expert, starts, steps=steps)
            step.metric("balanced", clone.balanced_share[0])
        with pipeline.step("report") as step:
            step.artifact(bb.save(found, pipeline.folder / "clone.json.zst"))
            print(
                f"cart {instance}: the clone errs by {found.best_value:.2f} N and balances "
                f"{clone.balanced_share[0]:.0%} of {EPISODES} episodes of {SECONDS} s, "
                f"the expert {expert.balanced_share[0]:.0%}"
            )
    return pipeline


# The first pipeline of a name has no history; later ones predict from earlier ones.
pipelines = [imitate(instance) for instance in (1, 2, 3)]
for pipeline in pipelines:
    state = pipeline.state
    errors = {made.done: made.error for made in eta_errors(state)}
    print(
        f"{state.status.value}, {state.done} of {state.planned} steps; the total that was predicted "
        f"after step 2 was off by {abs(errors[2]):.0%}"
    )
