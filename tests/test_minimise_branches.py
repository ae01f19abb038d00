"""Costs that branch are minimised along each way that they go.

The judge is SciPy, on the plain function: Nelder and Mead's method, which knows nothing
of slopes and of ways.
"""

import dataclasses
import inspect
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special

import pellucid as pl
from pellucid.minimisers.auto import RATE
from pellucid.minimisers.full_batch import Problem, State
from pellucid.minimisers.kinks import beside

M = pl.methods
rng = np.random.default_rng(28)
x = np.linspace(0.0, 5.0, 20)
t = 1 + 2 * x + rng.standard_t(1.5, 20)
bent = np.where(x < 2, 1 + x, 3 + 3 * (x - 2)) + 0.1 * rng.normal(size=20)
X = rng.normal(size=(20, 2))
y = np.sign(X @ [1.0, -2.0] + 0.3 + 0.5 * rng.normal(size=20))
times = rng.geometric(rng.beta(2.0, 3.0, 50))
losses = 2 * rng.pareto(3.0, 60)
returns, variance = rng.normal(size=150), 1.0
for i in range(150):  # GARCH(1, 1), whose volatility comes in clusters
    returns[i] *= np.sqrt(variance)
    variance = 0.1 + 0.3 * returns[i] ** 2 + 0.6 * variance


def hinge(w, X, y):
    total = 0.0
    for i in range(len(y)):
        total += max(0.0, 1 - y[i] * (X[i] @ w))
    return total / len(y) + 0.05 * w @ w


def hinge_of_rows(w, X, y):
    margins = [label * (row @ w) for row, label in zip(X, y, strict=True)]
    return sum(1 - m if m < 1 else 0 for m in margins) / len(margins) + 0.05 * w @ w


def huber(b, x, t):
    total = 0.0
    for i in range(len(x)):
        r = t[i] - b[0] - b[1] * x[i]
        if abs(r) < 1:
            total += r**2 / 2
        else:
            total += abs(r) - 0.5
    return total


def broken_line(p, x, t):
    a, b, c, knee = p
    total = 0.0
    for xi, ti in zip(x, t, strict=True):
        z = a + b * xi if xi < knee else a + b * knee + c * (xi - knee)
        total += (z - ti) ** 2
    return total


def median_of_distances(m, x):
    distances = sorted(abs(xi - m) for xi in x)
    return distances[len(distances) // 2]


def kepler(e, M):
    """How far the eccentric anomaly, found by Newton's method, lies from 2."""
    E, step = M, 1.0
    while abs(step) > 1e-12:
        step = (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
        E = E - step
    return (E - 2.0) ** 2


def with_penalty(w, x, t):
    J = np.mean((w[0] + w[1] * x - t) ** 2)
    if w[1] > 1:
        J = J + 10 * (w[1] - 1) ** 2
    return J


def constrained(w):
    penalty = 0.0
    for bound in (lambda w: w[0] + w[1] - 3, lambda w: w[0] - 0.5, lambda w: 4 - w[1]):
        if bound(w) < 0:
            penalty += 100 * bound(w) ** 2
    return (w[0] - 1) ** 2 + (w[1] - 1) ** 2 + penalty


def gaussian(mu, sigma, t):
    if sigma <= 0:
        return np.inf
    return len(t) * np.log(sigma) + np.sum((t - mu) ** 2) / (2 * sigma**2)


def gaussian_by_a_large_number(p, t):
    mu, sigma = p
    if not sigma > 0:
        return 1e10
    return len(t) * np.log(sigma) + np.sum((t - mu) ** 2) / (2 * sigma**2)


def beta_geometric(p, times):
    a, b = p
    if a <= 0 or b <= 0:
        return np.inf
    log_chance = special.betaln(a + 1, b + times - 1) - special.betaln(a, b)
    return -np.sum(log_chance)


def generalised_pareto(p, losses):
    shape, scale = p
    if scale <= 0:
        return 10**10
    if abs(shape) < 1e-6:
        return len(losses) * np.log(scale) + np.sum(losses) / scale
    z = 1 + shape * losses / scale
    if np.any(z <= 0):
        return 10**10
    return len(losses) * np.log(scale) + (1 + 1 / shape) * np.sum(np.log(z))


def garch(p, returns):
    omega, alpha, beta = p
    if omega <= 0 or alpha < 0 or beta < 0 or alpha + beta >= 1:
        return np.inf
    v = np.zeros(len(returns))
    v[0] = np.var(returns)
    for i in range(1, len(returns)):
        v[i] = omega + alpha * returns[i - 1] ** 2 + beta * v[i - 1]
    return 0.5 * np.sum(np.log(v) + returns**2 / v)


def all_positive(w, t):
    if any(w <= 0):
        return np.inf
    return np.sum((np.log(w) - t) ** 2)


def largest(w):
    return max((w[0] - 1) ** 2, (w[1] + 2) ** 2, w[0] + w[1])


def asserted(w):
    assert w[0] < 50, "too far"
    return np.sum((w - 1) ** 4 + (w - 1) ** 2)


def gaussian_process(p, x, t):
    """What NumPy raises outside the domain is caught, as many write it."""
    K = p[0] * np.exp(-((x[:, None] - x) ** 2) / 2) + p[1] * np.eye(len(x))
    try:
        L = np.linalg.cholesky(K)
    except np.linalg.LinAlgError:
        return 1e10
    return np.sum(np.linalg.solve(L, t) ** 2) / 2 + np.sum(np.log(np.diag(L)))


def caught(p):
    try:
        if p[0] > 2:
            return (p[0] - 2.5) ** 2 + 3
        return (p[0] - 4) ** 2
    except Exception:  # of ours, too
        return 1e10


COSTS = {
    "hinge": (hinge, np.zeros(2), X, y),
    "hinge, a list of rows": (hinge_of_rows, np.zeros(2), X, y),
    "huber": (huber, np.zeros(2), x, t),
    "broken line": (broken_line, np.array([0.0, 1.0, 1.0, 2.5]), x, bent),
    "median": (median_of_distances, 0.5, x[:9]),
    "kepler": (kepler, 0.3, 1.2),
    "penalty": (with_penalty, np.zeros(2), x, t),
    "constraints": (constrained, np.zeros(2)),
    "gaussian": (gaussian, (0.0, 1.0), t),
    "gaussian, near 0": (gaussian, (0.0, 0.05), t),
    "gaussian, far": (gaussian, (0.0, 100.0), t),
    "gaussian, 1e10": (gaussian_by_a_large_number, np.array([0.0, 0.1]), t),
    "beta geometric": (beta_geometric, np.ones(2), times),
    "pareto": (generalised_pareto, np.array([0.1, 1.0]), losses),
    "garch": (garch, np.array([0.01, 0.1, 0.6]), returns),
    "all positive": (all_positive, np.ones(2), np.array([0.3, -1.0])),
    "largest": (largest, np.array([3.0, 3.0])),
    "asserted": (asserted, np.zeros(2)),
    "gaussian process": (gaussian_process, np.array([0.5, 1e-3]), x, np.sin(x) + bent),
    "all is caught": (caught, np.zeros(1)),
}


def least(cost, start, *data):
    """The least value that SciPy finds for the plain function."""

    def plain(v):
        if isinstance(start, tuple):
            return cost(*v, *data)
        return cost(v if np.ndim(start) else float(v[0]), *data)

    v, before = np.atleast_1d(np.array(start, float)), np.inf
    while True:  # its simplex may collapse: begin anew until that gains nothing
        found = optimize.minimize(
            plain, v, method="Nelder-Mead",
            options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000, "maxfev": 8000},
        )  # fmt: skip
        if found.fun > before - 1e-10 * max(1.0, abs(before)):
            return before
        v, before = found.x, found.fun


@pytest.mark.parametrize("name", COSTS)
def test_the_least_value_is_that_of_scipy(name):
    fit = pl.minimise(*COSTS[name])
    assert fit.fun == pytest.approx(least(*COSTS[name]), rel=1e-6, abs=1e-8)
    assert fit.success, fit.message
    cost, start, *data = COSTS[name]
    x = fit.x if isinstance(start, tuple) else (fit.x,)
    assert fit.fun == pytest.approx(cost(*x, *data), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize(
    "name", ["penalty", "gaussian, far", "kepler", "pareto", "gaussian process"]
)
def test_other_targets_take_the_same_ways(name, target):
    pytest.importorskip(target)
    fit = pl.minimise(*COSTS[name], target=target)
    assert fit.fun == pytest.approx(pl.minimise(*COSTS[name]).fun, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_each_step_of_a_method_goes_its_own_way(target):
    pytest.importorskip(target)
    cost, start, *data = COSTS["penalty"]
    fit = pl.minimise(cost, start, *data, method=M.GradientDescent(0.02), max_iter=40,
                      tol=0, target=target)  # fmt: skip
    slope, w, costs = pl.value_and_gradient(cost), start, []
    for _ in range(40):
        J, g = slope(w, *data)
        costs.append(J)
        w = w - 0.02 * g
    np.testing.assert_allclose(fit.history[:-1], costs, rtol=1e-10)
    np.testing.assert_allclose(fit.x, w, rtol=1e-9)
    assert min(fit.history) < fit.history[0]


def test_a_method_with_a_state_is_gone_on_with():
    cost, start, *data = COSTS["huber"]
    both = {"method": M.Adam(0.05), "tol": 0}
    whole = pl.minimise(cost, start, *data, max_iter=30, **both)
    half = pl.minimise(cost, start, *data, max_iter=12, **both)
    rest = pl.minimise(cost, half, *data, max_iter=18, **both)
    np.testing.assert_array_equal(rest.history, whole.history)
    np.testing.assert_array_equal(rest.x, whole.x)


def test_newton_goes_through_several_ways():
    fit = pl.minimise(*COSTS["huber"], method=M.Newton())
    assert fit.fun == pytest.approx(least(*COSTS["huber"]), rel=1e-8)
    assert fit.nit < 10


# -- what is decided of such a cost ----------------------------------------------------


def test_a_way_that_is_quadratic_makes_no_quadratic_cost():
    fit = pl.minimise(with_penalty, np.zeros(2), x, t)
    line = inspect.getsourcelines(with_penalty)[1] + 2
    place = f"LBFGS (the cost branches, test_minimise_branches.py, line {line}): "
    assert fit.message.startswith(place)
    assert fit.fun == pytest.approx(least(*COSTS["penalty"]), rel=1e-8)


def test_a_branch_on_data_alone_is_none():
    def cost(w, x, t):
        if x.mean() > 1:
            x = x - x.mean()
        return np.mean((w[0] + w[1] * x - t) ** 2)

    fit = pl.minimise(cost, np.zeros(2), x, t)
    assert fit.message.startswith("Exact Newton step (the cost is quadratic)")
    slope, _ = np.polyfit(x, t, 1)
    np.testing.assert_allclose(fit.x, [t.mean(), slope])


def test_a_setting_decides_as_it_did():
    robust = {"loss": "square"}

    def cost(w):
        r = t - w[0] - w[1] * x
        return np.sum(r**2) if robust["loss"] == "square" else np.sum(np.abs(r))

    message = pl.minimise(cost, np.zeros(2)).message
    assert message.startswith("Exact Newton step (the cost is quadratic)")


def test_a_linear_way_is_no_cost_that_falls_without_end():
    fit = pl.minimise(lambda w: w if w > -2 else -4 - w, 3.0)
    assert fit.x == pytest.approx(-2.0, abs=1e-6)


# -- what happens on the way -----------------------------------------------------------


def test_no_warning_is_given_of_a_way_without_slopes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = pl.minimise(*COSTS["gaussian, far"])
    assert fit.success


def test_a_start_outside_the_domain_stops_at_once():
    with pytest.warns(pl.TraceWarning, match="does not depend on"):
        fit = pl.minimise(gaussian, (0.0, -1.0), t)
    assert not fit.success
    assert "the cost is inf at step 1" in fit.message


@pytest.mark.parametrize("method", ["auto", M.Newton()], ids=repr)
@pytest.mark.parametrize("outside", [np.inf, 1e10])
def test_the_edge_of_a_domain_is_no_minimum(outside, method):
    fit = pl.minimise(lambda w: outside if w < 1 else w**2, 3.0, method=method)
    assert fit.x == pytest.approx(1.0, abs=1e-6)
    assert not fit.success
    assert "no step lowers the cost, which jumps beside it" in fit.message


def test_steps_go_along_the_edge_of_a_domain():
    series = np.cumsum(np.random.default_rng(1).normal(size=40)) + 10

    def smoothing(p):
        """Holt's: of a random walk, what was seen last is the best forecast, a = 1."""
        a, b = p
        if a < 0 or a > 1 or b < 0 or b > 1:
            return 1e9
        level, trend, J = series[0], series[1] - series[0], 0.0
        for y in series[1:]:
            J += (y - level - trend) ** 2
            after = a * y + (1 - a) * (level + trend)
            trend = b * (after - level) + (1 - b) * trend
            level = after
        return J

    fit = pl.minimise(smoothing, np.array([0.5, 0.1]))
    bounded = optimize.minimize(smoothing, [0.5, 0.1], bounds=[(0, 1)] * 2)
    assert 1 - 1e-6 < bounded.x[0] <= 1
    assert fit.fun == pytest.approx(bounded.fun, rel=1e-6)
    assert "jumps beside it" in fit.message


@pytest.mark.parametrize("slope", [np.nan, np.inf, 1e300])
def test_no_way_is_sought_where_slopes_are_no_numbers(slope):
    g = np.array([slope, 1.0])
    problem = Problem(2e-16, lambda w: (1.0, g), lambda w, v: v)
    assert beside(problem, State(np.ones(2), 1.0, g)) is None


def test_what_a_cost_raises_at_a_trial_is_raised():
    def cost(w):
        assert w > 0, "w must be positive"
        return w + 1e-3 / w**2 if w > 2 else 10 * w

    with pytest.raises(AssertionError, match="w must be positive"):
        optimize.minimize(lambda w: cost(w[0]), [3.0], method="BFGS")
    with pytest.raises(AssertionError, match="w must be positive") as caught:
        pl.minimise(cost, 3.0)
    line = inspect.getsourcelines(cost)[1] + 1
    assert line in {entry.lineno + 1 for entry in caught.traceback}


def test_the_numbers_may_be_printed(capsys):
    def cost(w):
        J = np.sum((w - 1) ** 2)
        print(f"J = {J:.2f}")
        return J if J > 0.5 else J / 2 + 0.25

    fit = pl.minimise(cost, np.zeros(2))
    assert fit.fun == pytest.approx(0.25)
    assert "J = 2.00" in capsys.readouterr().out


def test_a_callback_and_validation_data_see_each_way():
    seen = []
    fit = pl.minimise(
        huber, np.zeros(2), x[::2], t[::2], validation=(x[1::2], t[1::2]),
        callback=lambda i, cost, b: seen.append((cost, huber(b, x[::2], t[::2]))),
    )  # fmt: skip
    ours, theirs = np.transpose(seen)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)
    held_out = huber(fit.x, x[1::2], t[1::2])
    assert fit.validation_history.min() == pytest.approx(held_out, rel=1e-10)


# -- what goes in ----------------------------------------------------------------------


def test_data_may_be_captured():
    fit = pl.minimise(lambda b: huber(b, x, t), np.zeros(2))
    assert fit.fun == pytest.approx(pl.minimise(*COSTS["huber"]).fun, rel=1e-10)


def test_data_may_be_lists_integers_and_frames():
    fit = pl.minimise(huber, np.zeros(2), list(x), list(np.round(t).astype(int)))
    expected = least(huber, np.zeros(2), x, np.round(t))
    assert fit.fun == pytest.approx(expected, rel=1e-8)

    def of_frame(b, frame):
        J = np.sum((b[0] + b[1] * frame["x"].to_numpy() - frame["t"].to_numpy()) ** 2)
        return J + b[1] ** 2 if b[1] > 0 else J

    frame = pd.DataFrame({"x": x, "t": t})
    fit = pl.minimise(of_frame, np.zeros(2), frame)
    assert fit.fun == pytest.approx(least(of_frame, np.zeros(2), frame), rel=1e-8)


def test_parameters_may_be_a_dict():
    def cost(p, x, t):
        r = t - p["a"] - p["b"] @ np.array([x, x**2])
        J = np.mean(r**2)
        return J + 5 * (p["a"] - 0.5) if p["a"] > 0.5 else J

    fit = pl.minimise(cost, {"a": 0.0, "b": np.zeros(2)}, x, t)
    found = least(lambda v: cost({"a": v[0], "b": v[1:]}, x, t), np.zeros(3))
    assert fit.fun == pytest.approx(found, rel=1e-7)


def test_single_precision_stays():
    data = [d.astype(np.float32) for d in (x, t)]
    fit = pl.minimise(with_penalty, np.zeros(2, np.float32), *data)
    assert fit.x.dtype == np.float32
    assert fit.fun == pytest.approx(least(*COSTS["penalty"]), rel=1e-5)


def test_a_cost_with_one_way_more_is_recorded_for_all_that_it_takes():
    ways = set()

    def cost(w):
        n = int(w)  # a stair, and a kink between two steps
        ways.add(n)
        return (w - n) ** 2 * 0.1 + (w - 3.4) ** 2

    fit = pl.minimise(cost, 9.5)
    assert fit.fun == pytest.approx(least(cost, 3.9), rel=1e-6)
    assert len(ways) > 2


# -- mini-batches ----------------------------------------------------------------------


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_mini_batches_may_branch_on_parameters(target):
    pytest.importorskip(target)

    def cost(w, x, t):
        J = np.mean((w[0] + w[1] * x - t) ** 2)
        return J + 10 * (w[1] - 1) ** 2 if w[1] > 1 else J

    def by_choice(w, x, t):
        J = np.mean((w[0] + w[1] * x - t) ** 2)
        return J + np.where(w[1] > 1, 10 * (w[1] - 1) ** 2, 0.0)

    settings = {"method": M.Adam(0.1), "batch_size": 8, "max_iter": 15, "tol": 0,
                "random_state": 0, "target": target}  # fmt: skip
    ours = pl.minimise(cost, np.zeros(2), x, t, **settings)
    expected = pl.minimise(by_choice, np.zeros(2), x, t, **settings)
    assert expected.x[1] > 1
    np.testing.assert_allclose(ours.history, expected.history, rtol=1e-10)
    np.testing.assert_allclose(ours.x, expected.x, rtol=1e-10)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize(
    ("cost", "start", "data", "spelling"),
    [
        (hinge, np.zeros(2), (X, y), r"np\.maximum\(0\.0, "),
        (huber, np.zeros(2), (x, t), r"np\.where\(abs\(r\) < 1, "),
        (median_of_distances, 0.5, (x,), r"np\.sort\("),
    ],
    ids=["max", "if", "sorted"],
)
def test_a_branch_on_the_rows_of_a_batch_is_refused(
    cost, start, data, spelling, target
):
    pytest.importorskip(target)
    with pytest.raises(pl.TraceError, match=spelling) as caught:
        pl.minimise(cost, start, *data, batch_size=8, target=target)
    assert "without batch_size, a cost may branch" in str(caught.value)


def test_mini_batches_go_to_adam_as_ever():
    fit = pl.minimise(with_penalty, np.zeros(2), x, t, batch_size=10, max_iter=2)
    assert fit.message.startswith("Adam (for mini-batches)")
    assert M.Adam(RATE).rate == RATE


# -- kinks without branches ------------------------------------------------------------


@pytest.mark.parametrize("start", [0.3, 0.7, -4.0])
def test_lbfgs_begins_anew_behind_a_kink(start):
    u = np.arange(3.0)

    def cost(w):
        return np.sum(np.abs(w - u)) + 0.1 * w @ w

    fit = pl.minimise(cost, np.full(3, start), method=M.LBFGS())
    assert fit.fun == pytest.approx(0.5, abs=1e-6)


# -- costs that are values -------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Ridge:
    """Its program is kept, where it holds for all data."""

    strength: float

    def __call__(self, w, x, t):
        J = np.mean((w[0] + w[1] * x - t) ** 2)
        if self.strength > 0:
            J = J + self.strength * w @ w
        if x.max() > 4 and w[1] > 1:
            J = J + 5 * (w[1] - 1) ** 2
        return J


@pytest.mark.parametrize("strength", [0.0, 0.1])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_program_is_not_kept_for_data_that_go_another_way(strength, scale):
    cost, data = Ridge(strength), (scale * x, t)
    for _ in range(2):
        fit = pl.minimise(cost, np.zeros(2), *data)
        assert fit.fun == pytest.approx(least(cost, np.zeros(2), *data), rel=1e-8)


# -- what NumPy raises -----------------------------------------------------------------


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_compiled_function_catches_what_the_plain_one_does(target):
    pytest.importorskip(target)

    def cost(a):
        try:
            L = np.linalg.cholesky(np.array([[a, 1.0], [1.0, a]]))
        except np.linalg.LinAlgError:
            return -3 * a
        return np.sum(L)

    fast = pl.compile(pl.value_and_gradient(cost), target=target)
    for a in (2.0, 0.5, 3.0, -1.0, 2.5):
        value, slope = fast(a)
        assert value == pytest.approx(cost(a))
        h = 1e-6
        assert slope == pytest.approx((cost(a + h) - cost(a - h)) / (2 * h), rel=1e-6)


def test_a_compiled_function_raises_what_it_does_not_catch():
    def cost(a):
        L = np.linalg.cholesky(np.array([[a, 1.0], [1.0, a]]))
        return np.sum(L)

    fast = pl.compile(cost)
    assert fast(2.0) == pytest.approx(cost(2.0))
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite") as raised:
        fast(0.5)
    line = inspect.getsourcelines(cost)[1]
    assert line in {entry.lineno for entry in raised.traceback}
