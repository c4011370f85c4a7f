"""A study that is interrupted, resumed, and read: run it from anywhere, it writes into a temporary folder."""

import tempfile

import benchbook as bb


class EnoughError(Exception):
    """Represents anything that ends a study halfway."""


def interrupt(done: int, planned: int) -> None:
    """End the study after a third of it."""
    if done >= planned // 3:
        raise EnoughError


def main() -> None:
    """Run a small study in two parts, and print the results."""
    study = bb.study(
        optimizers=["manta_ray_foraging", "differential_evolution"],
        functions=["sphere", "rastrigin"],
        dims=[2, 5],
        instances=[1, 2, 3],
        budget_per_dim=2000,
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            study.run(folder, progress=interrupt)
        except EnoughError:
            print(f"interrupted: {len(bb.open(folder))} of {len(study)} runs are kept")
        runs = study.run(folder, executor="processes", workers=2)
        print(f"resumed: {len(runs)} of {len(study)} runs")
        for name in runs.optimizers:
            solved = sum(run.precision <= 1e-3 for run in runs.select(optimizer=name))
            print(f"{name}: {solved} of {len(runs.select(optimizer=name))} runs within 1e-3 of the optimum")
        runs.close()


if __name__ == "__main__":
    main()
