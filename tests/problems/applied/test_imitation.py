"""Cart-pole, expert, demonstrations, policy and rollouts."""

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import ExecutionError, ShapeError, UsageError
from benchbook.problems.applied.imitation import CartPole, ImitationClone, draw_starts, regulator, roll_out
from benchbook.problems.applied.imitation.expert import riccati_gain
from benchbook.problems.applied.imitation.policy import forces

TEXTBOOK = CartPole()


def energy_j(cart_pole: CartPole, states: np.ndarray) -> np.ndarray:
    """Return the kinetic and potential energy of states: of the cart, and of a rod about its foot."""
    v, angle, turn = states[..., 1], states[..., 2], states[..., 3]
    m, half = cart_pole.pole_kg, cart_pole.half_length_m
    kinetic = (cart_pole.cart_kg + m) * v**2 / 2 + m * half * v * turn * np.cos(angle) + 2 / 3 * m * (half * turn) ** 2
    return kinetic + m * cart_pole.gravity_m_per_s2 * half * np.cos(angle)


def test_energy_is_conserved_without_a_force() -> None:
    """The equations of motion are those of a rod on a cart: without a force its energy stays, also below the cart."""
    states = np.array([[0.0, 0.3, 0.4, -0.2], [1.0, 0.0, 3.0, 0.5]])
    before = energy_j(TEXTBOOK, states)
    for _ in range(500):
        states = TEXTBOOK.step(states, np.zeros(2))
    np.testing.assert_allclose(energy_j(TEXTBOOK, states), before, rtol=1e-5)


def test_left_and_right_are_symmetric() -> None:
    """The mirrored state moves to the mirrored state under the mirrored force."""
    states = np.random.default_rng(1).uniform(-1, 1, (20, 4))
    push = np.linspace(-15, 15, 20)
    np.testing.assert_allclose(TEXTBOOK.step(-states, -push), -TEXTBOOK.step(states, push), atol=1e-14)


def test_forces_are_cut_off() -> None:
    """Forces are limited to the greatest force."""
    state = np.array([[0.0, 0.0, 0.1, 0.0]])
    np.testing.assert_array_equal(TEXTBOOK.step(state, np.array([1e6])), TEXTBOOK.step(state, np.array([10.0])))


def test_the_linear_step_is_the_derivative_of_the_step() -> None:
    """Around the upright state, matrix and vector equal finite differences of the simulation."""
    A, b = TEXTBOOK.linear()
    h = 1e-5
    differences = [
        (TEXTBOOK.step(h * row, np.array(0.0)) - TEXTBOOK.step(-h * row, np.array(0.0))) / (2 * h) for row in np.eye(4)
    ]
    np.testing.assert_allclose(A, np.array(differences).T, atol=1e-6)
    upright = np.zeros(4)
    pushed = (TEXTBOOK.step(upright, np.array(h)) - TEXTBOOK.step(upright, np.array(-h))) / (2 * h)
    np.testing.assert_allclose(b, pushed, atol=1e-6)


def test_the_gain_solves_a_known_regulator() -> None:
    """For s' = s + u with unit costs, the golden ratio P = 1 + P / (1 + P) gives the gain 0.618..."""
    gain = riccati_gain(np.eye(1), np.ones(1), np.eye(1), 1.0)
    np.testing.assert_allclose(gain, [(np.sqrt(5) - 1) / 2], rtol=1e-9)


def test_the_gain_is_that_of_scipy() -> None:
    """The iterated Riccati equation agrees with SciPy's solver."""
    linalg = pytest.importorskip("scipy.linalg")
    A, b = TEXTBOOK.linear()
    Q, r = np.diag([1.0, 0.1, 10.0, 0.1]), 0.02
    P = linalg.solve_discrete_are(A, b[:, None], Q, [[r]])
    np.testing.assert_allclose(regulator(TEXTBOOK).gain, b @ P @ A / (r + b @ P @ b), rtol=1e-6)


def test_what_cannot_be_held_is_an_error() -> None:
    """If the force has no effect and the state runs away, there is no regulator."""
    with pytest.raises(ExecutionError, match="no force can hold"):
        riccati_gain(np.array([[1.0, 1e-9], [0.0, 2.0]]), np.array([1.0, 0.0]), np.eye(2), 1.0)


@pytest.mark.parametrize("instance", [1, 2, 3, 4, 5])
def test_the_expert_balances_and_comes_back(instance: int) -> None:
    """From every start it keeps the pole up for ten seconds and ends near the middle, at rest."""
    problem = ImitationClone("imitation_clone", 5, instance)
    starts = draw_starts(np.random.default_rng(9), 40, spread=1.2)
    done = roll_out(problem.cart_pole, problem.expert, starts, steps=500)
    assert done.balanced_share.tolist() == [1.0]
    assert np.abs(done.states[-1]).max() < 0.05


def test_an_episode_ends_where_the_pole_falls() -> None:
    """A fallen state stays as it is, no further force is counted, and the earlier steps are counted."""
    done = roll_out(
        TEXTBOOK, lambda states: 0.0 * states[..., 0], np.array([[0, 0, 0.2, 0], [0, 0, 0, 0.0]]), steps=200
    )
    fallen, upright = done.balanced_steps[0]
    assert 0 < fallen < 200 == upright
    np.testing.assert_array_equal(done.states[fallen + 1 :, 0, 0], done.states[-1:, 0, 0].repeat(200 - fallen, axis=0))
    assert abs(done.states[-1, 0, 0, 2]) > TEXTBOOK.most_angle_rad
    assert done.balanced_share.tolist() == [0.5]
    assert done.balanced_s[0] == pytest.approx((fallen + 200) / 2 * 0.02)
    assert len(done.times_s) == 201
    assert done.times_s[-1] == pytest.approx(4.0)


def test_policies_side_by_side_do_what_each_does_alone() -> None:
    """Simulated together, the members of a population behave, to the last bit, as they do one by one."""
    problem = ImitationClone("imitation_clone", 10)
    x = np.random.default_rng(2).uniform(-2, 2, (5, 10))
    starts = draw_starts(np.random.default_rng(3), 7)
    together = roll_out(problem.cart_pole, problem.controller(x), starts, steps=60, policies=5)
    assert together.states.shape == (61, 5, 7, 4)
    for k in range(5):
        alone = roll_out(problem.cart_pole, problem.controller(x[k : k + 1]), starts, steps=60)
        np.testing.assert_array_equal(alone.states[:, 0], together.states[:, k])
        np.testing.assert_array_equal(alone.forces_n[:, 0], together.forces_n[:, k])


def test_a_policy_is_antisymmetric_and_bounded() -> None:
    """A policy treats left and right symmetrically, and never exceeds the greatest force."""
    rng = np.random.default_rng(4)
    x, states = rng.uniform(-4, 4, (6, 15)), rng.uniform(-3, 3, (50, 4))
    found = forces(x, states, 10.0)
    np.testing.assert_array_equal(forces(x, -states, 10.0), -found)
    assert np.abs(found).max() <= 10.0


def test_a_policy_is_its_formula() -> None:
    """The force is F tanh(sum_j v_j tanh(w_j . s)), with the angle measured in fifths of a radian."""
    x, state = np.random.default_rng(5).uniform(-2, 2, 10), np.array([0.3, -0.2, 0.1, 0.4])
    scaled = state / [1, 1, 0.2, 1]
    expected = 8.0 * np.tanh(x[4] * np.tanh(x[:4] @ scaled) + x[9] * np.tanh(x[5:9] @ scaled))
    np.testing.assert_allclose(forces(x[None], state[None], 8.0), [[expected]], rtol=1e-12)


def test_demonstrations_hold_the_expert_s_own_answers() -> None:
    """The expert's force is recorded without noise, while the noise moves the cart."""
    problem = ImitationClone("imitation_clone", 5, 2)
    shown = problem.demonstrations
    assert shown.states.shape == (400, 4)
    np.testing.assert_array_equal(shown.forces_n, problem.expert(shown.states))
    calm = roll_out(problem.cart_pole, problem.expert, shown.rollouts.states[0, 0], steps=200)
    assert np.abs(calm.states - shown.rollouts.states).max() > 0.05


def test_a_cloned_policy_balances_on_starts_it_never_saw() -> None:
    """CMA-ES finds a network with an error below half a newton that keeps nearly every pole up; chance does not."""
    problem = ImitationClone("imitation_clone", 10, 1)
    clone = bb.run("cma_es", problem, seed=1, budget=1500)
    assert clone.best_value is not None
    assert clone.best_value < 0.5
    starts = draw_starts(np.random.default_rng(11), 30)
    chance = np.random.default_rng(12).uniform(-4, 4, (10, 10))
    both = np.concatenate([np.array(clone.best_solution)[None], chance])
    done = roll_out(problem.cart_pole, problem.controller(both), starts, steps=300, policies=11)
    assert done.balanced_share[0] >= 0.9
    assert done.balanced_share[1:].mean() < 0.2


def test_wrong_shapes_and_numbers_are_refused() -> None:
    """Starts are rows of four, policies rows of the problem's dimension, and neither may be empty."""
    problem = ImitationClone("imitation_clone", 5)
    with pytest.raises(ShapeError, match=r"expected \(episodes, 4\)"):
        roll_out(TEXTBOOK, problem.expert, np.zeros(4), steps=5)
    with pytest.raises(UsageError, match="1 or more of each"):
        roll_out(TEXTBOOK, problem.expert, np.zeros((1, 4)), steps=0)
    with pytest.raises(UsageError, match=r"expected \(policies, 5\)"):
        problem.controller(np.zeros(5))
