"""Every method reaches the minimum, and says how it stopped."""

import dataclasses
from dataclasses import dataclass, field
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
    pl.methods.AdaGrad(0.5),
    pl.methods.RMSprop(pl.schedules.exponential(0.05, 0.99)),
    pl.methods.Adam(0.05),
    pl.methods.AdamW(0.05, decay=0.0),
    pl.methods.LBFGS(),
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
    fit = pl.minimise(line, (0.0, 0.0), x, y, method=pl.methods.Newton())
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
    "half an iteration": ({"max_iter": 2.5}, "max_iter is 2.5; it counts"),
    "half a row": ({"batch_size": 2.5}, "batch_size is 2.5; a batch has"),
    "a class for a method": ({"method": pl.methods.Adam}, "one of pellucid.methods"),
    "no tolerance": ({"tol": None}, "tol is None; give a number"),
    "nan for a tolerance": ({"tol": np.nan}, "tol is nan; give a number"),
    "no patience": ({"patience": 0}, "patience is 0; it counts epochs"),
    "clipped to nothing": ({"clip_norm": 0.0}, "clip_norm is 0.0; a gradient"),
    "clipped to text": ({"clip_norm": "a"}, "clip_norm is 'a'; a gradient"),
    "a callback that is none": ({"callback": 3}, "callback is 3; give a function"),
    "validation that is no tuple": ({"validation": 3}, "validation is 3; give a tuple"),
    "verbose text": ({"verbose": "a"}, "verbose is 'a'; give True"),
    "a seed that is none": ({"batch_size": 4, "random_state": "a"},
                            "random_state is 'a'; give a whole number"),
    "text for a rate": ({"method": pl.methods.Adam("a")}, "The rate is 'a'; it is"),
    "a schedule of no step": ({"method": pl.methods.Adam(lambda: 0.1)},
                              "it is a number, or a schedule"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_bad_settings_are_a_sentence(case):
    options, sentence = case
    with pytest.raises(MinimiseError, match=sentence):
        pl.minimise(line, (0.0, 0.0), x, y, **options)


UNCUT = {
    "of different lengths": ((x, y[:-1]), "the lengths are"),
    "without rows": ((x, 3.0), "the lengths are"),
    "of text": ((x, np.full(len(x), "a")), "arrays of numbers; data hold <U1"),
    "complex": ((x, 1j * y), "arrays of numbers; data hold complex128"),
}


@pytest.mark.parametrize("case", UNCUT.values(), ids=UNCUT.keys())
def test_data_that_cannot_be_cut_are_a_sentence(case):
    data, sentence = case
    with pytest.raises(MinimiseError, match=sentence):
        pl.minimise(line, (0.0, 0.0), *data, batch_size=4)


NO_START = {
    "text": ("zero", "start holds 'zero'"),
    "an array of text": (np.array(["zero"]), "start holds <U4; it holds real"),
    "a complex number": (1j, "start holds complex128; it holds real"),
    "complex": (np.array([1j]), "start holds complex128; it holds real"),
    "nothing": ([], "start holds no numbers"),
}


@pytest.mark.parametrize("case", NO_START.values(), ids=NO_START.keys())
def test_a_start_that_is_no_number_is_a_sentence(case):
    start, sentence = case
    with pytest.raises(MinimiseError, match=sentence):
        pl.minimise(lambda w: w, start)


def test_masked_data_are_a_sentence():
    with pytest.raises(MinimiseError, match="data hold a masked array"):
        pl.minimise(line, (0.0, 0.0), np.ma.array(x), y)


def test_no_epochs_between_keep_the_shuffling():
    def gone_on(start, epochs):
        return pl.minimise(line, start, x, y, batch_size=8, max_iter=epochs,
                           random_state=None if epochs < 4 else 0)  # fmt: skip

    halves = gone_on(gone_on(gone_on((0.0, 0.0), 4), 0), 3)
    assert halves.x == gone_on((0.0, 0.0), 7).x


def test_a_cost_that_is_no_function_is_a_sentence():
    with pytest.raises(MinimiseError, match="cost is 3; give a function"):
        pl.minimise(3, 0.0)


# -- nothing is stale -----------------------------------------------------------------


@dataclass(frozen=True)
class Repeated:
    """Integers choose how often each row counts."""

    def __call__(self, w, times, x):
        return np.sum((w - np.repeat(x, times)) ** 2)


@dataclass(frozen=True)
class Chosen:
    """Text chooses which rows count."""

    def __call__(self, w, kinds, x):
        return np.sum((w - x) ** 2 * (kinds == "a"))


@dataclass(frozen=True)
class Captured:
    """A frozen dataclass that holds an array, of which its hash knows nothing."""

    a: np.ndarray = field(compare=False)

    def __call__(self, w, _, x):
        return np.sum((w - x @ self.a) ** 2)


ROWS = np.array([1.0, 2.0, 4.0])
BY_VALUE = {
    "integers that choose": [(Repeated(), np.array(k)) for k in ([1, 0, 0], [0, 0, 1])],
    "text": [(Chosen(), np.array(list(k))) for k in ("abb", "bba")],
    "fields that are not compared": [
        (Captured(np.array(a)), 0.0) for a in ([1.0, 0.0, 0.0], [0.0, 0.0, 1.0])
    ],
}
TAKEN = {
    "auto": "auto",
    "descent": pl.methods.GradientDescent(0.25),
    "newton": pl.methods.Newton(),
    "lbfgs": pl.methods.LBFGS(),
}


@pytest.mark.parametrize("method", TAKEN.values(), ids=TAKEN.keys())
@pytest.mark.parametrize("costs", BY_VALUE.values(), ids=BY_VALUE.keys())
def test_costs_by_value_are_recorded_anew_for_other_constants(costs, method):
    found = [pl.minimise(cost, 0.0, k, ROWS, method=method).x for cost, k in costs]
    np.testing.assert_allclose(found, [1.0, 4.0], rtol=1e-6)


def test_a_frozen_cost_without_equality_is_recorded_each_time():
    @dataclass(frozen=True, eq=False)
    class Distance:
        a: np.ndarray

        def __call__(self, w):
            return np.sum((w - self.a) ** 2)

    cost = Distance(np.ones(2))
    pl.minimise(cost, np.zeros(2))
    cost.a[:] = 5.0
    np.testing.assert_allclose(pl.minimise(cost, np.zeros(2)).x, 5.0)


def test_verbose_where_nobody_watches_tells_the_cost_ten_times(capsys):
    pl.minimise(line, (0.0, 0.0), x, y, method=pl.methods.Adam(), max_iter=50, tol=0,
                verbose=True)  # fmt: skip
    assert len(capsys.readouterr().out.splitlines()) == 11


def test_a_cost_of_many_numbers_is_a_sentence():
    with pytest.raises(MinimiseError, match=r"The cost has shape \(3,\)"):
        pl.minimise(lambda w: w**2, np.ones(3))


# -- going on from a Fit --------------------------------------------------------------

BLOBS = np.random.default_rng(7).normal(size=(90, 2))
LABELS = (BLOBS[:, 0] * BLOBS[:, 1] > 0).astype(float)
HALVES = (BLOBS[:60], LABELS[:60]), (BLOBS[60:], LABELS[60:])


def perceptron(p, X, y):
    h = np.tanh(X @ p["W"] + p["b"])
    z = h @ p["v"] + p["c"]
    return np.mean(np.logaddexp(0, z) - y * z)


def weights(dtype=float):
    rng = np.random.default_rng(3)
    return {
        "W": rng.normal(size=(2, 8)).astype(dtype),
        "b": np.zeros(8, dtype),
        "v": rng.normal(size=8).astype(dtype),
        "c": 0.0,
    }


def assert_same_fit(a, b):
    for name, value in a.x.items():
        np.testing.assert_array_equal(value, b.x[name])
    np.testing.assert_array_equal(a.history, b.history)
    np.testing.assert_array_equal(a.validation_history, b.validation_history)
    assert (a.nit, a.fun) == (b.nit, b.fun)


RESUMED = {
    "adam in batches": {"method": pl.methods.Adam(0.01), "batch_size": 16},
    "momentum in batches, scheduled": {
        "method": pl.methods.GradientDescent(pl.schedules.cosine(0.1, 40), 0.9),
        "batch_size": 16},
    "adam": {"method": pl.methods.Adam(0.01)},
    "plain descent": {"method": pl.methods.GradientDescent(0.1)},
    "newton": {"method": pl.methods.Newton()},
    "lbfgs": {"method": pl.methods.LBFGS()},
    "auto": {},
    "watched": {"method": pl.methods.Adam(0.01), "batch_size": 16,
                "validation": HALVES[1]},
}  # fmt: skip


@pytest.mark.parametrize("options", RESUMED.values(), ids=RESUMED.keys())
def test_five_and_five_epochs_are_ten_to_the_bit(options):
    def fit(start, max_iter, seed=None):
        return pl.minimise(perceptron, start, *HALVES[0], max_iter=max_iter, tol=0,
                           random_state=seed, **options)  # fmt: skip

    first = fit(weights(), 5, seed=0)
    before = repr(first)
    assert_same_fit(fit(first, 5), fit(weights(), 10, seed=0))
    assert_same_fit(fit(first, 5), fit(first, 5))  # going on changes nothing in the Fit
    assert repr(first) == before


def test_another_method_goes_on_from_the_parameters():
    first = pl.minimise(perceptron, weights(), *HALVES[0], max_iter=5,
                        method=pl.methods.Adam(0.01))  # fmt: skip
    fit = pl.minimise(perceptron, first, *HALVES[0], method=pl.methods.LBFGS())
    assert fit.history[5] == pytest.approx(first.fun)
    assert fit.nit == len(fit.history) - 1
    assert fit.fun < first.fun


def test_a_fit_of_another_problem_cannot_be_gone_on_with():
    first = pl.minimise(perceptron, weights(), *HALVES[0], max_iter=1,
                        method=pl.methods.Adam(0.01))  # fmt: skip
    other = dataclasses.replace(first, x=weights(np.float32))
    with pytest.raises(MinimiseError, match=r"start at fit\.x"):
        pl.minimise(perceptron, other, *HALVES[0], method=pl.methods.Adam(0.01))


def test_the_repr_of_a_fit_is_short():
    fit = pl.minimise(lambda w: (w - 1) ** 4, 0.0, max_iter=1)
    assert "standing" not in repr(fit)
    assert "validation" not in repr(fit)


# -- validation, patience, what is not finite -----------------------------------------


def test_the_best_parameters_on_the_validation_data_are_kept():
    fit = pl.minimise(perceptron, weights(), *HALVES[0], validation=HALVES[1],
                      method=pl.methods.Adam(0.1), batch_size=16, max_iter=200,
                      patience=5, random_state=0)  # fmt: skip
    best = int(np.argmin(fit.validation_history))
    assert len(fit.validation_history) == len(fit.history) == fit.nit
    assert fit.nit == best + 1 + 5
    assert fit.fun == fit.history[best]
    assert perceptron(fit.x, *HALVES[1]) == pytest.approx(min(fit.validation_history))
    assert "5 epochs did not lower the cost of the validation data" in fit.message
    assert fit.success


@pytest.mark.parametrize(
    "method", [pl.methods.GradientDescent(0.5), pl.methods.LBFGS()], ids=repr
)
def test_validation_watches_each_iteration_of_all_rows(method):
    fit = pl.minimise(perceptron, weights(), *HALVES[0], validation=HALVES[1],
                      method=method, max_iter=30, patience=4)  # fmt: skip
    assert len(fit.validation_history) == len(fit.history)
    assert fit.validation_history[0] == pytest.approx(perceptron(weights(), *HALVES[1]))
    assert perceptron(fit.x, *HALVES[1]) == pytest.approx(min(fit.validation_history))


def test_patience_ends_mini_batches_that_gain_nothing():
    fit = pl.minimise(line, (0.0, 0.0), x, y, batch_size=40, patience=3, tol=1e-6,
                      method=pl.methods.GradientDescent(0.3), max_iter=500)  # fmt: skip
    assert "converged: 3 epochs" in fit.message
    assert fit.nit < 500


def test_a_cost_that_is_not_finite_names_step_and_epoch():
    data = np.arange(1.0, 7.0), np.array([1.0, 1.0, 1.0, 1.0, np.nan, 1.0])
    with np.errstate(all="ignore"):
        fit = pl.minimise(lambda w, x, y: np.mean((w * x - y) ** 2), 0.5, *data,
                          batch_size=1, random_state=0)  # fmt: skip
    where = np.random.default_rng(0).permutation(6).tolist().index(4) + 1
    assert f"the cost is nan at step {where}, in epoch 1" in fit.message
    assert not fit.success
    assert np.isnan(fit.fun)
    assert np.isfinite(fit.x)


AHEAD = {
    "one step": {"max_iter": 1},
    "before a block": {"max_iter": 150},
    "a whole block": {"max_iter": 200},
    "into the next": {"max_iter": 201},
    "converged at once": {"max_iter": 300, "tol": 10.0},
    "converged in a block": {"max_iter": 500, "tol": 1e-2},
}


@pytest.mark.parametrize("options", AHEAD.values(), ids=AHEAD.keys())
def test_looking_at_each_step_changes_nothing(options):
    """Steps are taken ahead where nobody looks; the result is the same."""
    options = {"method": pl.methods.Adam(0.05), "tol": 0, **options}
    seen = pl.minimise(perceptron, weights(), *HALVES[0], callback=lambda *_: False,
                       **options)  # fmt: skip
    assert_same_fit(pl.minimise(perceptron, weights(), *HALVES[0], **options), seen)


# -- how parameters are kept ----------------------------------------------------------


@dataclass(frozen=True)
class Ridge:
    alpha: float

    def __call__(self, w, X, y):
        calls.append(self.alpha)
        return np.mean((X @ w - y) ** 2) + self.alpha * np.sum(w**2)


calls: list[float] = []


@pytest.mark.parametrize("method", [pl.methods.Adam(), pl.methods.LBFGS()], ids=repr)
def test_a_cost_that_is_a_value_is_recorded_once(method):
    def fit(alpha):
        calls.clear()
        pl.minimise(Ridge(alpha), np.zeros(3), X, t, method=method, max_iter=2)
        return len(calls)

    assert (fit(0.1) > 0, fit(0.1), fit(0.2) > 0) == (True, 0, True)


def test_what_a_plain_function_captures_is_read_again():
    aim = np.array([1.0, 2.0])

    def cost(w):
        return np.sum((w - aim) ** 2)

    def fit():
        return pl.minimise(cost, np.zeros(2), method=pl.methods.GradientDescent(0.5)).x

    assert fit().tolist() == [1.0, 2.0]
    aim[:] = 5.0
    assert fit().tolist() == [5.0, 5.0]


def test_leaves_of_several_dtypes_keep_theirs():
    start = {"a": np.zeros(2), "b": np.zeros((1, 3), np.float32), "c": 0.0,
             "d": np.zeros(0)}  # fmt: skip

    def cost(p):
        return np.sum((p["a"] - 1) ** 2) + np.sum((p["b"] - 2) ** 2) + (p["c"] - 3) ** 2

    fit = pl.minimise(cost, start, method=pl.methods.Adam(0.1), max_iter=500)
    assert [np.asarray(v).dtype.name for v in fit.x.values()] == [
        "float64", "float32", "float64", "float64"]  # fmt: skip
    np.testing.assert_allclose(fit.x["b"], [[2.0] * 3], rtol=1e-5)
    assert type(fit.x["c"]) is float
    assert fit.x["d"].shape == (0,)


def test_a_float_takes_the_dtype_of_the_data():
    fit = pl.minimise(line, (0.0, 0.0), x.astype(np.float32), y.astype(np.float32),
                      method=pl.methods.Adam(0.1), max_iter=3)  # fmt: skip
    assert all(kept.dtype == np.float32 for kept in fit.standing.kept)
    assert type(fit.x[0]) is float


def test_integers_in_the_data_are_cut_with_it():
    labels = t.astype(int)

    def cost(w, X, labels):
        z = X @ w
        return np.mean(np.logaddexp(0, z) - labels * z)

    def fit(labels):
        return pl.minimise(cost, np.zeros(3), X, labels, batch_size=7, max_iter=3,
                           random_state=0)  # fmt: skip

    np.testing.assert_allclose(fit(labels).x, fit(labels.astype(float)).x, rtol=1e-12)


def test_a_start_without_numbers_is_a_sentence():
    with pytest.raises(MinimiseError, match="start holds no numbers"):
        pl.minimise(lambda w: 1.0, [])


def test_a_method_that_changes_dtypes_is_a_sentence():
    @dataclass(frozen=True)
    class Wide:
        rate: float = 0.1

        def start(self, w):
            return np.zeros(np.shape(w))

        def step(self, w, g, v, rate, t):
            return (w - rate * g).astype(np.float64), v

    with pytest.raises(MinimiseError, match=r"A step of Wide turns float32\(3,\) into"):
        pl.minimise(lambda w: np.sum(w**4), np.zeros(3, np.float32), method=Wide())


ON_TARGETS = {
    "batches": {"method": pl.methods.Adam(0.01), "batch_size": 16, "max_iter": 5,
                "random_state": 0, "validation": HALVES[1]},
    "all rows, scheduled and clipped": {
        "method": pl.methods.GradientDescent(pl.schedules.cosine(0.1, 30), 0.9),
        "max_iter": 30, "clip_norm": 0.1},
    "steps taken ahead": {"method": pl.methods.Adam(0.05), "tol": 1e-2},
    "newton": {"method": pl.methods.Newton(), "max_iter": 5},
    "lbfgs": {"method": pl.methods.LBFGS(), "max_iter": 10},
}  # fmt: skip


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize("options", ON_TARGETS.values(), ids=ON_TARGETS.keys())
def test_each_target_sees_the_same_batches_and_takes_the_same_steps(options, target):
    pytest.importorskip(target, reason=f"{target} is not installed")
    here = pl.minimise(perceptron, weights(), *HALVES[0], **options)
    there = pl.minimise(perceptron, weights(), *HALVES[0], target=target, **options)
    np.testing.assert_allclose(there.history, here.history, rtol=1e-9)
    np.testing.assert_allclose(there.x["W"], here.x["W"], rtol=1e-8)
    assert there.message == here.message


def test_a_target_that_there_is_not_is_a_sentence():
    with pytest.raises(pl.PellucidError, match="no target 'tpu'"):
        pl.minimise(line, (0.0, 0.0), x, y, target="tpu")


class Held:
    def __init__(self, w):
        self.w = w


def test_an_object_as_start_is_told_as_what_to_pass():
    with pytest.raises(MinimiseError, match=r"an object of the class Held.*vars"):
        pl.minimise(lambda p: p.w**2, Held(2.0))
    fit = pl.minimise(lambda p: p["w"] ** 2, vars(Held(2.0)))
    assert fit.x == {"w": pytest.approx(0.0, abs=1e-8)}
