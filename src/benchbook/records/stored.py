"""How a store divides a run: what stands in each run, and what the runs of a cell and their circumstances share."""

OWN = (
    "run_id", "run_key", "content_digest", "created_at", "seed", "evaluations", "invalid_evaluations", "stop", "status",
    "error", "best_value", "best_solution", "history", "target_hits", "timing", "trace",
)  # fmt: skip
OF_THE_CELL = ("optimizer", "code_digest", "budget", "target", "stagnation")
CIRCUMSTANCES = ("commit", "dirty", "version", "host", "environment")
