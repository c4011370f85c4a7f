"""Which parameters apply to which optimizer, and the runs that follow."""

from __future__ import annotations

from typing import Any

from benchbook.optimizers import optimizer
from benchbook.specs.spec_plan import givens, second_plan, spec_plan

PARAMS: dict[str, Any] = {
    "preset": "quick",
    "functions": ["sphere", "rastrigin"],
    "dims": [2, 5],
    "instances": [0, 1],
    "seeds": 2,
    "bbob_functions": [1],
    "bbob_instances": [1, 2],
    "budget_per_dim": 60,
    "target": 1e-8,
}


def test_without_parameters_of_their_own_libraries_get_what_all_get() -> None:
    """The parameters of adapters may be left out."""
    assert givens(PARAMS, "scipy") == givens(PARAMS, None)


def test_a_library_gets_its_own_problems_and_the_lesser_budget() -> None:
    """A library's budget is never above the common one; a library that is not named has the common one."""
    own = {"adapter_functions": ["sphere"], "adapter_dims": [2], "adapter_seeds": [7], "adapter_bbob_functions": []}
    params = {**PARAMS, **own, "adapter_budget_per_dim": {"scipy": 10, "pycma": 900}}
    scipy = givens(params, "scipy")
    assert (scipy.functions, scipy.dims, scipy.seeds, scipy.bbob_functions) == (["sphere"], [2], [7], [])
    assert [givens(params, name).budget_per_dim for name in ("scipy", "pycma", "optuna", None)] == [10, 60, 60, 60]
    assert givens(params, None) == givens(PARAMS, None)


def test_a_comparison_can_leave_out_the_textbook_instances() -> None:
    """Only shifted problems remain, and those of BBOB, which are all shifted."""
    planned = spec_plan(givens(PARAMS, None), [optimizer("whale")], shifted_only=True)
    assert {(item.spec.function, item.spec.instance) for item in planned} == {
        ("sphere", 1), ("rastrigin", 1), ("bbob_f1", 1), ("bbob_f1", 2)
    }  # fmt: skip
    assert len(planned) == 2 * 2 * 2 + 2 * 2


def test_a_control_with_gradients_gets_only_problems_of_real_variables() -> None:
    """L-BFGS-B cannot handle categorical variables, and steps between integers are not gradients."""
    params = {**PARAMS, "functions": ["sphere", "mixed_sphere"], "dims": [3], "bbob_functions": []}
    plan = spec_plan(givens(params, None), [optimizer("random_search")])
    assert {item.spec.function for item in plan} == {"sphere", "mixed_sphere"}
    assert {run.spec.function for run in second_plan(params, optimizer("scipy:l_bfgs_b"), plan)} == {"sphere"}
