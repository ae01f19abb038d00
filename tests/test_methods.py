"""Every method's steps are those of its paper, as torch takes them too."""

from collections import deque

import numpy as np
import pytest
import scipy.optimize

import pellucid as pl
from pellucid.errors import MinimiseError
from pellucid.minimisers.lbfgs import two_loop_recursion

x = np.linspace(-1, 1, 40)
X = np.column_stack([x, x**2, np.ones_like(x)])
t = (x + 0.3 * np.sin(9 * x) > 0).astype(float)


def logistic(w, X, t):
    z = X @ w
    return np.mean(np.logaddexp(0, z) - t * z) + 0.05 * np.sum(w**2)


def logistic_of_torch(torch, w, X, t):
    z = X @ w
    loss = torch.logaddexp(torch.zeros((), dtype=z.dtype), z) - t * z
    return loss.mean() + 0.05 * (w**2).sum()


M = pl.methods
STEPS = {
    "plain": (M.GradientDescent(0.1), "SGD", {"lr": 0.1}),
    "momentum, the rate inside": (M.GradientDescent(0.1, 0.9), "SGD",
                                  {"lr": 0.1, "momentum": 0.9}),
    "nesterov, the rate inside": (M.GradientDescent(0.1, 0.9, nesterov=True), "SGD",
                                  {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "adagrad": (M.AdaGrad(0.1), "Adagrad", {"lr": 0.1}),
    "adagrad, eps": (M.AdaGrad(0.1, eps=0.1), "Adagrad", {"lr": 0.1, "eps": 0.1}),
    "rmsprop, eps outside": (M.RMSprop(0.05, decay=0.9, eps=0.01), "RMSprop",
                             {"lr": 0.05, "alpha": 0.9, "eps": 0.01}),
    "adam": (M.Adam(0.05), "Adam", {"lr": 0.05}),
    "adam, eps outside": (M.Adam(0.05, 0.8, 0.9, 0.1), "Adam",
                          {"lr": 0.05, "betas": (0.8, 0.9), "eps": 0.1}),
    "adamw, decay times rate": (M.AdamW(0.05, decay=0.3), "AdamW",
                                {"lr": 0.05, "weight_decay": 0.3}),
}  # fmt: skip
START = np.array([0.5, -0.3, 0.2])


def steps_of_torch(name, options, dtype, clip=None, steps=20):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    w = torch.tensor(START.astype(dtype), requires_grad=True)
    optimiser = getattr(torch.optim, name)([w], **options)
    data = torch.tensor(X.astype(dtype)), torch.tensor(t.astype(dtype))
    for _ in range(steps):
        optimiser.zero_grad()
        logistic_of_torch(torch, w, *data).backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([w], clip)
        optimiser.step()
    return w.detach().numpy()


@pytest.mark.parametrize(
    ("dtype", "near"),
    [
        (np.float64, {"rtol": 1e-12, "atol": 1e-15}),
        (np.float32, {"rtol": 2e-5, "atol": 1e-6}),
    ],
    ids=["64", "32"],
)
@pytest.mark.parametrize("case", STEPS.values(), ids=STEPS.keys())
def test_steps_are_those_of_torch(case, dtype, near):
    method, name, options = case
    data = X.astype(dtype), t.astype(dtype)
    fit = pl.minimise(logistic, START.astype(dtype), *data, method=method,
                      max_iter=20, tol=0)  # fmt: skip
    assert fit.x.dtype == dtype
    np.testing.assert_allclose(fit.x, steps_of_torch(name, options, dtype), **near)


@pytest.mark.parametrize("norm", [0.01, 0.1, 100.0])
def test_clipped_steps_are_those_of_torch(norm):
    fit = pl.minimise(logistic, START, X, t, method=M.GradientDescent(0.1), tol=0,
                      max_iter=20, clip_norm=norm)  # fmt: skip
    expected = steps_of_torch("SGD", {"lr": 0.1}, np.float64, clip=norm)
    np.testing.assert_allclose(fit.x, expected, rtol=1e-12)


@pytest.mark.parametrize("name", STEPS)
def test_a_method_can_be_called_in_a_loop_of_ones_own(name):
    method = STEPS[name][0]
    w, state, slope = START, method.start(START), pl.gradient(logistic)
    for step in range(1, 11):
        w, state = method(w, slope(w, X, t), state, step)
    fit = pl.minimise(logistic, START, X, t, method=method, tol=0, max_iter=10)
    np.testing.assert_allclose(w, fit.x, rtol=1e-10)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_clipped_method_is_one_beside_a_limit(target):
    cost, start = lambda w, b: np.sum((w - 3) ** 2) + b**2, (np.zeros(2), 1.0)
    options = {"tol": 0, "max_iter": 5, "target": target}
    inner = M.Adam(pl.schedules.exponential(0.1, 0.9))
    one = pl.minimise(cost, start, method=M.Clipped(inner, 0.5), **options)
    other = pl.minimise(cost, start, method=inner, clip_norm=0.5, **options)
    assert one.history.tolist() == other.history.tolist()
    short = M.Clipped(M.GradientDescent(1.0), 0.5)
    w, _ = short(np.zeros(2), np.array([3.0, -4.0]), (), 1)
    np.testing.assert_allclose(w, [-0.3, 0.4], rtol=1e-6)
    with pytest.raises(MinimiseError, match="clip_norm is -1; a gradient is longer"):
        pl.minimise(cost, start, method=M.Clipped(inner, -1))


def test_each_epoch_is_a_fit_to_go_on_with():
    cost, seen = lambda w, X, t: logistic(w, X, t), []
    options = {"method": M.Adam(0.1), "batch_size": 16, "tol": 0}
    whole = pl.minimise(cost, START, X, t, max_iter=4, random_state=0,
                        each=seen.append, **options)  # fmt: skip
    assert [fit.nit for fit in seen] == [1, 2, 3, 4]
    assert whole.nit == 4
    for fit in seen[:3]:
        rest = pl.minimise(cost, fit, X, t, max_iter=4 - fit.nit, **options)
        assert rest.x.tolist() == whole.x.tolist()
        assert rest.history.tolist() == whole.history.tolist()
    stopped = pl.minimise(cost, START, X, t, max_iter=4, random_state=0,
                          each=lambda fit: fit.nit == 2, **options)  # fmt: skip
    assert stopped.x.tolist() == seen[1].x.tolist()
    with pytest.raises(MinimiseError, match="each looks at every epoch"):
        pl.minimise(cost, START, X, t, each=seen.append)


def test_a_clipped_gradient_is_measured_over_all_leaves():
    def cost(p):
        return 3.0 * p["a"] + np.sum(p["b"] * np.array([0.0, 4.0]))

    start = {"a": 0.0, "b": np.zeros(2)}
    fit = pl.minimise(cost, start, method=M.GradientDescent(1.0), tol=0, max_iter=1,
                      clip_norm=1.0)  # fmt: skip
    assert fit.x["a"] == pytest.approx(-0.6, rel=1e-5)
    np.testing.assert_allclose(fit.x["b"], [0.0, -0.8], rtol=1e-5)


def test_adam_is_algorithm_1_as_it_is_written():
    """Kingma & Ba (2015), Algorithm 1, with the moments corrected one by one."""
    method, w = M.Adam(0.1, 0.8, 0.9, 0.3), START.copy()
    state, m, v, expected = method.start(w), 0.0, 0.0, w.copy()
    for step in range(1, 20):
        g = np.sin(expected) + expected
        w, state = method.step(w, g, state, 0.1, float(step))
        m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g**2
        m_hat, v_hat = m / (1 - 0.8**step), v / (1 - 0.9**step)
        expected = expected - 0.1 * m_hat / (np.sqrt(v_hat) + 0.3)
    np.testing.assert_allclose(w, expected, rtol=1e-13)


# -- LBFGS ----------------------------------------------------------------------------


def test_lbfgs_goes_where_that_of_torch_goes():
    """Without a search along the line, torch's second step is -H g for one pair."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    A = np.diag([1.0, 3.0, 9.0, 2.0])
    w = torch.ones(4, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([w], lr=0.1, max_iter=6, tolerance_change=0)
    optimiser.step(lambda: closure(torch, optimiser, w, torch.tensor(A)))
    ours, pairs = np.ones(4), deque(maxlen=100)
    for step in range(6):
        g = A @ ours
        first = min(1.0, 1 / np.sum(np.abs(g))) if step == 0 else 1.0
        after = ours - 0.1 * first * two_loop_recursion(g, pairs)
        pairs.append((after - ours, A @ after - g))
        ours = after
    np.testing.assert_allclose(ours, w.detach().numpy(), rtol=1e-12)


def closure(torch, optimiser, w, A):
    optimiser.zero_grad()
    cost = w @ A @ w / 2
    cost.backward()
    return cost


def rosenbrock(w):
    return np.sum(100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2)


def quartic(w):
    return np.sum(np.arange(1, 31) * (w - 1) ** 4) + np.sum(w) ** 2


def softened(w):
    return np.sum(np.log(np.cosh(w * np.linspace(0.1, 10, 50)))) + np.sum(w**2) / 9


HARD = {
    "rosenbrock of 2": (rosenbrock, np.array([-1.2, 1.0]), ()),
    "rosenbrock of 20": (rosenbrock, np.zeros(20), ()),
    "quartic": (quartic, np.zeros(30), ()),
    "log cosh": (softened, np.full(50, 3.0), ()),
    "logistic": (logistic, np.zeros(3), (X, t)),
    "logistic from afar": (logistic, np.full(3, 50.0), (X, t)),
}


@pytest.mark.parametrize("case", HARD.values(), ids=HARD.keys())
def test_lbfgs_reaches_the_optimum_of_scipy_with_a_like_effort(case):
    cost, start, data = case
    slope = pl.gradient(cost)
    theirs = scipy.optimize.minimize(
        cost, start, data, jac=slope, method="L-BFGS-B",
        options={"ftol": 0, "gtol": 1e-7, "maxiter": 2000},
    )  # fmt: skip
    fit = pl.minimise(cost, start, *data, method=M.LBFGS(), max_iter=2000, tol=1e-7)
    assert fit.success, fit.message
    assert fit.fun <= theirs.fun + 1e-9 * max(1.0, abs(theirs.fun))
    assert fit.nit <= 1.5 * theirs.nit + 10
    assert (np.diff(fit.history) <= 1e-12 * abs(fit.history[:-1])).all()


@pytest.mark.parametrize("memory", [1, 3, 50])
def test_any_memory_reaches_the_optimum(memory):
    fit = pl.minimise(rosenbrock, np.zeros(6), method=M.LBFGS(memory), max_iter=5000)
    np.testing.assert_allclose(fit.x, np.ones(6), atol=1e-6)


def test_lbfgs_survives_where_the_cost_is_infinite():
    with np.errstate(over="ignore"):
        fit = pl.minimise(lambda w: np.sum(np.exp(w) - 2 * w), np.full(3, -300.0),
                          method=M.LBFGS(), max_iter=500)  # fmt: skip
    np.testing.assert_allclose(fit.x, np.log(2), atol=1e-6)


WHOLE = {"newton": M.Newton(), "lbfgs": M.LBFGS()}


@pytest.mark.parametrize("method", WHOLE.values(), ids=WHOLE.keys())
@pytest.mark.parametrize(
    "options", [{"batch_size": 2}, {"clip_norm": 1.0}], ids=["batches", "clipped"]
)
def test_what_a_method_of_all_rows_cannot_do_is_a_sentence(method, options):
    with pytest.raises(pl.PellucidError, match=r"leave (batch_size|clip_norm) out"):
        pl.minimise(logistic, START, X, t, method=method, **options)
