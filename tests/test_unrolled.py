"""Loops that are unrolled on the JAX target: integrators, filters, recurrences."""

import numpy as np
import pytest

import pellucid as pl

jax = pytest.importorskip("jax")
from pellucid.graphs.folding import recorded  # noqa: E402
from pellucid.minimisers.steps import Settings, Step  # noqa: E402
from pellucid.minimisers.task import Task  # noqa: E402
from pellucid.running import compiled, jax_fusion  # noqa: E402
from pellucid.running.jax import Training  # noqa: E402

OBSERVED = np.sin(np.arange(30.0))


def euler(start, steps=50, h=0.05):
    """A pendulum, by the semi-implicit Euler method."""
    angle, speed = start[0], start[1]
    for _ in range(steps):
        speed = speed - h * np.sin(angle)
        angle = angle + h * speed
    return angle**2 + speed**2


def pulled(state):
    return np.array([state[1], -np.sin(state[0])])


def runge_kutta(state, steps=20, h=0.05):
    """A pendulum, by the classical Runge-Kutta method, in arrays."""
    for _ in range(steps):
        k1 = pulled(state)
        k2 = pulled(state + h / 2 * k1)
        k3 = pulled(state + h / 2 * k2)
        k4 = pulled(state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.sum(state**2)


def hunted(x, y, a, b):
    return a * x - b * x * y, b * x * y - y


def lotka_volterra(rates, steps=20, h=0.05):
    """Prey and predators, by the classical Runge-Kutta method."""
    (a, b), x, y = rates, 1.0, 1.0
    for _ in range(steps):
        p1, q1 = hunted(x, y, a, b)
        p2, q2 = hunted(x + h / 2 * p1, y + h / 2 * q1, a, b)
        p3, q3 = hunted(x + h / 2 * p2, y + h / 2 * q2, a, b)
        p4, q4 = hunted(x + h * p3, y + h * q3, a, b)
        x = x + h / 6 * (p1 + 2 * p2 + 2 * p3 + p4)
        y = y + h / 6 * (q1 + 2 * q2 + 2 * q3 + q4)
    return x + y


def kalman(logs):
    """Minus the log likelihood of a local level model."""
    q, r = np.exp(logs)
    m, P, total = 0.0, 1.0, 0.0
    for y in OBSERVED:
        P = P + q
        S, e = P + r, y - m
        total = total + 0.5 * (np.log(S) + e**2 / S)
        m, P = m + P / S * e, (1 - P / S) * P
    return total


def logistic_map(r):
    x = 0.3
    for _ in range(60):
        x = r * x * (1 - x)
    return np.sum(x)


def descended(rate):
    """What gradient descent leaves of a cost."""
    w = np.array([3.0, -2.0])
    for _ in range(40):
        w = w - rate * np.array([2 * w[0] + w[1], w[0] + 4 * w[1] ** 3 / 30])
    return np.sum(w**2)


def recurrent(W):
    h = np.zeros((4, 3))
    for t in range(20):
        h = np.tanh(OBSERVED[t] + h @ W)
    return np.mean(h**2)


UNROLLED = {
    "pendulum, Euler": (euler, np.array([1.0, 0.3])),
    "pendulum, Runge-Kutta": (runge_kutta, np.array([1.0, 0.3])),
    "Lotka-Volterra": (lotka_volterra, np.array([1.1, 0.4])),
    "Kalman filter": (kalman, np.array([-1.0, -0.5])),
    "logistic map": (logistic_map, np.array([2.6, 2.9])),
    "gradient descent": (descended, 0.05),
    "recurrent network": (recurrent, np.full((3, 3), 0.2)),
}
ENTANGLED = UNROLLED.keys() - {"recurrent network"}
unrolled = pytest.mark.parametrize(("f", "x"), UNROLLED.values(), ids=UNROLLED)


def graph_of(f, x):
    return pl.compile(f).program(x).graph


@unrolled
def test_gradients_are_compiled_in_moments(f, x):
    by_jax = pl.compile(pl.gradient(f), target="jax")
    np.testing.assert_allclose(by_jax(x), pl.gradient(f)(x), rtol=1e-8, atol=1e-10)


def test_a_hessian_is_compiled_in_moments():
    x = np.array([1.0, 0.3])
    by_jax = pl.compile(pl.hessian(euler), target="jax")
    np.testing.assert_allclose(by_jax(x), pl.hessian(euler)(x), rtol=1e-8)


@pytest.mark.parametrize("name", UNROLLED)
def test_chains_of_values_that_are_read_again_are_not_fused(name, monkeypatch):
    for module in (recorded, compiled):  # so that none becomes a loop
        monkeypatch.setattr(module, "SAVING", 10**9)
    f, x = UNROLLED[name]
    found = jax_fusion.options([graph_of(pl.value_and_gradient(f), x)], None)
    assert found == ({"compiler_options": jax_fusion.UNFUSED}
                     if name in ENTANGLED else {})  # fmt: skip


def network(W, V, X):
    return np.mean(np.log(np.sum(np.exp(np.maximum(X @ W, 0) @ V), axis=1)))


def test_networks_are_fused():
    args = np.ones((4, 8)), np.ones((8, 3)), np.ones((5, 4))
    graph = pl.compile(pl.value_and_gradient(network, (0, 1))).program(*args).graph
    assert jax_fusion.repeated_work(graph) < 10
    assert jax_fusion.options([graph], None) == {}


def test_a_jax_without_the_option_is_left_alone(monkeypatch):
    monkeypatch.setattr(jax_fusion, "UNFUSED", {"no_such_option": True})
    jax_fusion._is_known.cache_clear()
    graph = graph_of(pl.gradient(euler), np.array([1.0, 0.3]))
    assert jax_fusion.options([graph], None) == {}
    jax_fusion._is_known.cache_clear()


def trajectory(p, starts, ends):
    angle, speed = starts[:, 0], starts[:, 1]
    for _ in range(40):
        speed = speed - 0.05 * p * np.sin(angle)
        angle = angle + 0.05 * speed
    return np.mean((angle - ends) ** 2)


def test_an_epoch_is_not_fused_either():
    starts, ends = np.random.default_rng(0).normal(size=(8, 2)), np.zeros(8)
    problem = Task(trajectory, 1.0, (starts, ends))
    step = Step(problem, pl.methods.GradientDescent(0.1), Settings(), False, True)
    training = Training(step, step.started(), step.data)
    costs = training.epoch([np.arange(4), np.arange(4, 8)], [0.1, 0.1], 0)[:, 0]
    first = trajectory(1.0, starts[:4], ends[:4])
    assert costs[0] == pytest.approx(first)
