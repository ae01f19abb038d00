"""Programs with loops: from the function to its gradient, and how fast that runs.

Each is written as in its field, with the library as `np`, then what it is
differentiated by, then fixed arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pellucid.bench.clock import mark, seconds
from pellucid.bench.contest import AbsentError, Mark, library
from pellucid.bench.functions import Problem
from pellucid.bench.gradients import by_autograd
from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.tracing.trace import graph as traced
from pellucid.running.compile import compile  # noqa: A004 (the public name)

Work = Callable[[], Any]
BY_HAND = "JAX, lax.scan by hand"


def lstm(np: Any, U: Any, W: Any, b: Any, X: Any) -> Any:
    """An LSTM over a series of vectors; the sum of squares of its last state."""
    units = U.shape[1]
    h, c = np.zeros(units), np.zeros(units)
    for t in range(len(X)):
        s = W @ X[t] + U @ h + b  # (4h,)
        i, f, o = (1 / (1 + np.exp(-s[k * units : (k + 1) * units])) for k in range(3))
        c = f * c + i * np.tanh(s[3 * units :])
        h = o * np.tanh(c)
    return np.sum(h**2)


def kalman(np: Any, F: Any, H: Any, Q: Any, R: Any, Z: Any) -> Any:
    """The log likelihood of measurements of a linear system."""
    x, P, total = np.zeros(len(F)), np.eye(len(F)), 0.0
    for z in Z:
        x, P = F @ x, F @ P @ F.T + Q
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        y = z - H @ x
        total = total - 0.5 * (y @ np.linalg.solve(S, y) + np.log(np.linalg.det(S)))
        x, P = x + K @ y, (np.eye(len(F)) - K @ H) @ P
    return total


def runge_kutta(np: Any, y: Any, k: Any) -> Any:
    """A driven pendulum by 1,000 steps of the classical method of fourth order."""

    def slope(t: float, y: Any) -> Any:
        return np.stack([y[1], -k * np.sin(y[0]) * np.cos(t)])

    t, h = 0.0, 0.01
    for _ in range(1000):
        k1 = slope(t, y)
        k2 = slope(t + h / 2, y + h / 2 * k1)
        k3 = slope(t + h / 2, y + h / 2 * k2)
        k4 = slope(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return np.sum(y**2)


def convolution(np: Any, w: Any, x: Any) -> Any:
    """A 3 x 3 convolution by four loops."""
    n, m = x.shape[0] - 2, x.shape[1] - 2
    out = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            s = 0.0
            for k in range(3):
                for l in range(3):  # noqa: E741 (as it is written in the field)
                    s += x[i + k, j + l] * w[k, l]
            out[i, j] = s
    return np.sum(out**2)


def thomas(np: Any, d: Any, a: Any, b: Any, c: Any) -> Any:
    """A tridiagonal system by a sweep forth and one back; Thomas (1949)."""
    n = len(d)
    cp, dp, x = np.zeros(n), np.zeros(n), np.zeros(n)
    cp[0], dp[0] = c[0] / b[0], d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x[n - 1] = dp[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return np.sum(x**2)


def warping(np: Any, x: Any, y: Any) -> Any:
    """The distance of two series by dynamic time warping; Sakoe & Chiba (1978)."""
    n, m = len(x), len(y)
    d = np.full((n + 1, m + 1), np.inf)
    d[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            best = np.minimum(np.minimum(d[i - 1, j], d[i, j - 1]), d[i - 1, j - 1])
            d[i, j] = (x[i - 1] - y[j - 1]) ** 2 + best
    return d[n, m]


def shortest_paths(np: Any, d: Any) -> Any:
    """The lengths of all shortest paths, added up; Floyd (1962)."""
    d = d.copy()
    for k in range(len(d)):
        for i in range(len(d)):
            for j in range(len(d)):
                d[i, j] = np.minimum(d[i, j], d[i, k] + d[k, j])
    return np.sum(d)


def _lstm(steps: int, units: int, features: int) -> Problem:
    n = 4 * units
    return Problem(lstm, lambda r: (
        r.normal(size=(n, units)) / 8, r.normal(size=(n, features)) / 8,
        r.normal(size=n), r.normal(size=(steps, features))))  # fmt: skip


def _tame(r: Any) -> tuple[Any, ...]:
    """A system whose sweeps divide by no small number."""
    a, b, c, d = r.uniform(-1, 1, (4, 300))
    return d, a, 4 + b, c


# fmt: off
LOOPS = {
    "LSTM, 1,000 steps, 8 x 16": _lstm(1000, 16, 8),
    "LSTM, 100 steps, 16 x 32": _lstm(100, 32, 16),
    "Kalman filter, 1,000 steps": Problem(kalman, lambda r: (
        0.5 * r.normal(size=(2, 2)), r.normal(size=(1, 2)), 0.1 * np.eye(2), np.eye(1),
        r.normal(size=(1000, 1)))),
    "Runge-Kutta, 1,000 steps": Problem(runge_kutta, lambda r: (
        r.normal(size=2), np.asarray(0.7))),
    "convolution by four loops, 28 x 28": Problem(convolution, lambda r: (
        r.normal(size=(3, 3)), r.normal(size=(28, 28)))),
    "a sweep forth and back, 300": Problem(thomas, _tame),
    "time warping, 40 x 40": Problem(warping, lambda r: (
        r.normal(size=40), r.normal(size=40))),
    "shortest paths, 12": Problem(shortest_paths, lambda r: (
        r.uniform(size=(12, 12)),)),
}
# fmt: on
OUTSIDE = {name for name, problem in LOOPS.items() if problem.f is lstm}


def measured(case: str, tiny: bool) -> dict[str, Mark]:
    """Time what it takes to record, differentiate and compile, each from the start."""
    problem = LOOPS[case]
    f, arguments = partial(problem.f, np), problem.arguments()
    compiled = compile(gradient(f))
    found = {
        "a loop recorded": seconds(lambda: traced(f, *arguments)),
        "its first gradient": seconds(lambda: gradient(f)(*arguments)),
        "its first compiled gradient": seconds(lambda: compiled(*arguments)),
    }
    marks = {name: Mark(time) for name, time in found.items()}
    marks[RUN] = _marked(partial(compiled, *arguments), tiny)
    if case in OUTSIDE:
        marks |= _measured_on_jax(f, arguments, tiny)
    return marks


RUN, RUN_ON_JAX = "its gradient, compiled", "its gradient, compiled for JAX"
GOALS = {
    (RUN, "LSTM, 100 steps, 16 x 32", "Pellucid", "autograd"): 3.0,
    (RUN_ON_JAX, "LSTM, 1,000 steps, 8 x 16", "Pellucid", BY_HAND): 1 / 1.3,
}


def _measured_on_jax(f: Work, arguments: Any, tiny: bool) -> dict[str, Mark]:
    """The same for JAX, where it is installed."""
    try:
        library("jax")
    except AbsentError:
        return {}
    compiled = compile(gradient(f), "jax")
    first = Mark(seconds(lambda: compiled(*arguments)))
    run = _marked(partial(compiled, *arguments), tiny)
    return {"its first gradient, compiled for JAX": first, RUN_ON_JAX: run}


def measured_beside(rival: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Time the gradient of another library, where it takes such a loop."""
    if case not in OUTSIDE:
        return {}
    arguments = LOOPS[case].arguments()
    if rival == "autograd":
        return {RUN: _marked(by_autograd(lstm, arguments), tiny)}
    work = scanned(*arguments)
    return {RUN_ON_JAX: _marked(work, tiny)}


def _marked(work: Work, tiny: bool) -> Mark:
    """The time of a gradient, with its length, on which rivals agree."""
    timed = mark(work, budget=0.0 if tiny else 0.5)
    return Mark(timed.best, timed.cold, float(np.linalg.norm(np.asarray(work()))))


def scanned(U: Any, W: Any, b: Any, X: Any) -> Work:
    """The gradient of the LSTM by JAX, its loop written as lax.scan."""
    jax, lax, jnp = map(library, ("jax", "jax.lax", "jax.numpy"))
    jax.config.update("jax_enable_x64", True)
    units = U.shape[1]

    def cost(U: Any, W: Any, b: Any, X: Any) -> Any:
        def step(state: Any, x: Any) -> Any:
            h, c = state
            s = W @ x + U @ h + b
            i, f, o = (jax.nn.sigmoid(s[k * units : (k + 1) * units]) for k in range(3))
            c = f * c + i * jnp.tanh(s[3 * units :])
            return (o * jnp.tanh(c), c), None

        (h, _), _ = lax.scan(step, (jnp.zeros(units), jnp.zeros(units)), X)
        return jnp.sum(h**2)

    compiled = jax.jit(jax.grad(cost))
    held = [jnp.asarray(a) for a in (U, W, b, X)]
    return lambda: compiled(*held).block_until_ready()
