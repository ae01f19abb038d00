"""Every method reaches the minimum, and says how it stopped."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.optimize

import pellucid as pl
from pellucid.errors import MinimiseError

x = np.linspace(-1, 1, 40)
y = 3 * x + 1 + 0.1 * np.sin(40 * x)


@dataclass(frozen=True)
class Problem:
    name: str
    cost: Any
    start: Any
    minimum: float
    data: tuple = ()

    def __repr__(self):
        return self.name


def line(a, b, x, y):
    d = a * x + b - y
    return d.dot(d) / len(x)


def logistic(w, X, t):
    z = X @ w
    return np.mean(np.logaddexp(0, z) - t * z) + 0.05 * np.sum(w**2)


X = np.column_stack([x, x**2, np.ones_like(x)])
t = (x + 0.3 * np.sin(9 * x) > 0).astype(float)
LINE = float(np.polyfit(x, y, 1, full=True)[1][0]) / len(x)
LOGISTIC = scipy.optimize.minimize(logistic, np.zeros(3), (X, t), tol=1e-12).fun
PROBLEMS = [
    Problem("line", line, (0.0, 0.0), LINE, (x, y)),
    Problem("bowl", lambda p: (p["a"] - 2) ** 2 + np.sum((p["b"] + 1) ** 2),
            {"a": 0.0, "b": np.zeros(3)}, 0.0),
    Problem("logistic", logistic, np.zeros(3), LOGISTIC, (X, t)),
]  # fmt: skip
METHODS = [
    "auto",
    pl.methods.Newton(),
    pl.methods.Newton(dense=1),
    pl.methods.GradientDescent(0.1),
    pl.methods.GradientDescent(0.1, momentum=0.9),
    pl.methods.GradientDescent(0.1, momentum=0.9, nesterov=True),
    pl.methods.Adam(0.05),
]


def assert_minimum(fit, problem, tolerance=1e-6):
    assert fit.fun == pytest.approx(problem.minimum, abs=tolerance)
    assert fit.history[-1] == fit.fun
    assert len(fit.history) == fit.nit + 1
    assert np.isfinite(fit.history).all()


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("problem", PROBLEMS, ids=repr)
def test_every_method_reaches_the_minimum(method, problem):
    fit = pl.minimise(problem.cost, problem.start, *problem.data, method=method,
                      max_iter=3000)  # fmt: skip
    assert_minimum(fit, problem)
    assert fit.success, fit.message


def test_a_quadratic_cost_takes_one_or_two_newton_steps():
    fit = pl.minimise(line, (0.0, 0.0), x, y)
    assert fit.nit <= 2
    slope, intercept = np.polyfit(x, y, 1)
    assert fit.x == pytest.approx((slope, intercept), rel=1e-8)
    assert "Newton" in fit.message


def test_newton_is_damped_where_a_whole_step_would_climb():
    fit = pl.minimise(lambda w: np.log(np.cosh(w)), 3.0, method=pl.methods.Newton())
    assert fit.x == pytest.approx(0.0, abs=1e-8)
    assert (np.diff(fit.history) <= 0).all()


def test_newton_walks_out_of_a_concave_start():
    def rosenbrock(w):
        return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2

    fit = pl.minimise(rosenbrock, np.array([-1.2, 1.0]))
    np.testing.assert_allclose(fit.x, [1.0, 1.0], atol=1e-8)


TORCH_METHODS = {
    "plain": (pl.methods.GradientDescent(0.1), "SGD", {"lr": 0.1}),
    "momentum": (pl.methods.GradientDescent(0.1, 0.9), "SGD",
                 {"lr": 0.1, "momentum": 0.9}),
    "adam": (pl.methods.Adam(0.05), "Adam", {"lr": 0.05}),
}  # fmt: skip


@pytest.mark.parametrize("case", TORCH_METHODS.values(), ids=TORCH_METHODS.keys())
def test_steps_are_those_of_torch(case):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    method, name, options = case
    start = np.array([0.5, -0.3, 0.2])
    ours = pl.minimise(logistic, start, X, t, method=method, max_iter=20, tol=0).x
    w = torch.tensor(start, requires_grad=True)
    optimiser = getattr(torch.optim, name)([w], **options)
    Xt, tt = torch.tensor(X), torch.tensor(t)
    for _ in range(20):
        optimiser.zero_grad()
        z = Xt @ w
        cost = (torch.logaddexp(torch.zeros(()), z) - tt * z).mean() + 0.05 * (
            w**2
        ).sum()
        cost.backward()
        optimiser.step()
    np.testing.assert_allclose(ours, w.detach().numpy(), rtol=1e-12)


def test_mini_batches_approach_the_minimum_and_repeat_with_the_seed():
    def fit(seed):
        return pl.minimise(line, (0.0, 0.0), x, y, batch_size=8, random_state=seed,
                           method=pl.methods.Adam(0.02), max_iter=300,
                           tol=0)  # fmt: skip

    assert fit(0).history[-1] == pytest.approx(LINE, rel=0.05)
    assert fit(0).nit == len(fit(0).history) == 300
    assert fit(0).x == fit(0).x
    assert fit(0).x != fit(1).x


def test_the_history_starts_at_the_start():
    fit = pl.minimise(line, (0.0, 0.0), x, y, method=pl.methods.GradientDescent(0.1),
                      max_iter=7, tol=0)  # fmt: skip
    assert fit.history[0] == pytest.approx(line(0.0, 0.0, x, y))
    assert fit.history[-1] == pytest.approx(line(*fit.x, x, y))
    assert fit.nit == 7
    assert not fit.success


def test_the_structure_and_kinds_of_the_start_are_kept():
    def cost(p):
        return (p["a"] - 1) ** 2 + np.sum((p["layers"][0] - 2.0) ** 2)

    fit = pl.minimise(cost, {"a": 0, "layers": [np.zeros((2, 1), np.float32)]})
    assert type(fit.x["a"]) is float
    assert fit.x["layers"][0].dtype == np.float32
    assert fit.x["layers"][0].shape == (2, 1)


def test_a_callback_can_stop():
    seen = []

    def callback(iteration, cost, w):
        seen.append((iteration, cost))
        return iteration == 3

    fit = pl.minimise(
        line, (0.0, 0.0), x, y, method=pl.methods.Adam(), callback=callback
    )
    assert [iteration for iteration, _ in seen] == [1, 2, 3]
    assert "callback" in fit.message


def test_verbose_tells_the_cost_each_k_iterations(capsys):
    pl.minimise(line, (0.0, 0.0), x, y, method=pl.methods.GradientDescent(0.1),
                max_iter=20, tol=0, verbose=10)  # fmt: skip
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in told] == ["0", "10", "20"]


def test_a_cost_that_explodes_stops_and_names_the_iteration():
    with np.errstate(all="ignore"):
        fit = pl.minimise(lambda w: w**4, 3.0, method=pl.methods.GradientDescent(10.0))
    assert not fit.success
    assert "try a smaller rate" in fit.message


BAD = {
    "unknown method": ({"method": "newton"}, "The method is 'newton'"),
    "no batch": ({"batch_size": 0}, "batch_size is 0"),
    "newton in batches": ({"method": pl.methods.Newton(), "batch_size": 4},
                          "Newton takes all"),
    "negative iterations": ({"max_iter": -1}, "max_iter is -1"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_bad_settings_are_a_sentence(case):
    options, sentence = case
    with pytest.raises(MinimiseError, match=sentence):
        pl.minimise(line, (0.0, 0.0), x, y, **options)


def test_data_of_different_lengths_cannot_be_cut():
    with pytest.raises(MinimiseError, match="the lengths are"):
        pl.minimise(line, (0.0, 0.0), x, y[:-1], batch_size=4)


def test_a_start_that_is_no_number_is_a_sentence():
    with pytest.raises(MinimiseError, match="start holds 'zero'"):
        pl.minimise(lambda w: w, "zero")


def test_verbose_where_nobody_watches_tells_the_cost_ten_times(capsys):
    pl.minimise(line, (0.0, 0.0), x, y, method=pl.methods.Adam(), max_iter=50, tol=0,
                verbose=True)  # fmt: skip
    assert len(capsys.readouterr().out.splitlines()) == 11


def test_a_cost_of_many_numbers_is_a_sentence():
    with pytest.raises(MinimiseError, match=r"The cost has shape \(3,\)"):
        pl.minimise(lambda w: w**2, np.ones(3))
