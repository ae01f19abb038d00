"""`np.vectorize` and `np.frompyfunc` over traced values: as NumPy calls them."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

import pellucid as pl
from pellucid.errors import PellucidError, TraceError

x = np.array([0.5, 1.25, -2.0, 0.75])
GRID = np.linspace(0.0, 1.0, 5)

wave = np.vectorize(lambda v: v**2 + np.sin(v))
leaky = np.vectorize(lambda v: v if v > 0 else 0.1 * v)
cube = np.frompyfunc(lambda v: v**3, 1, 1)


@np.vectorize
def root(v):
    """Newton's way, as long as it needs for each element."""
    z = 1.0
    while abs(z * z - v) > 1e-12:
        z = (z + v / z) / 2
    return z


@np.vectorize(otypes=[float])
def piecewise(v):
    if v < 0:
        return 0
    if v < 1:
        return v**3
    return 3 * v - 2


COSTS = {
    "steps": lambda x: wave(x).sum(),
    "a branch": lambda x: (leaky(x) * x).sum(),
    "a loop": lambda x: root(np.abs(x)).sum(),
    "decorated": lambda x: piecewise(x).sum(),
    "made inside": lambda x: np.vectorize(lambda v: v * 2 - 1)(x).std(),
    "two arrays": lambda x: np.vectorize(lambda a, b: a - b * a)(x[:, None], x).std(),
    "an array and a number": lambda x: np.vectorize(lambda a, b: a * b)(x, x[0]).sum(),
    "traced in a closure": lambda x: (
        np.vectorize(lambda t: np.exp(-x[0] * t))(GRID).sum()),
    "a branch on data": lambda x: (
        np.vectorize(lambda t: x[1] * t if t > 0.5 else np.cos(x[0] * t))(GRID).sum()),
    "dtypes": lambda x: np.vectorize(lambda v: v * 2, otypes=[float])(x).prod(),
    "excluded by name": lambda x: np.vectorize(
        lambda v, p: np.polyval(p, v), excluded=["p"])(x, p=[1.0, 2.0, 3.0]).sum(),
    "excluded by place": lambda x: np.vectorize(
        lambda v, p: np.sum(p * v), excluded=[1])(x, x).std(),
    "by keyword": lambda x: np.vectorize(lambda a, b: a * b**2)(x, b=x[::-1]).sum(),
    "vectors": lambda x: np.vectorize(
        lambda a: np.sum(a**2), signature="(n)->()")(x.reshape(2, 2)).prod(),
    "vectors with vectors": lambda x: np.vectorize(
        np.convolve, signature="(n),(m)->(k)")(
        x.reshape(2, 2), np.array([1.0, 2, 1])).prod(),
    "several results": lambda x: sum(
        a.std() for a in np.vectorize(lambda v: (v**2, np.exp(v)))(x)),
    "a number": lambda x: (np.vectorize(lambda v: v**2)(x[0]) * x).sum(),
    "a list": lambda x: np.vectorize(lambda v: v * 3)([x[0], x[1] * 2]).prod(),
    "sums inside": lambda x: (
        np.vectorize(lambda v: np.sum(np.arange(3) * v))(x) ** 2).sum(),
    "a constant": lambda x: (np.vectorize(lambda v: 2.0)(x) * x).sum(),
    "frompyfunc": lambda x: cube(x).sum(),
    "frompyfunc of two": lambda x: (
        np.frompyfunc(lambda a, b: a * b if a > b else a + b, 2, 1)(x, x[::-1]).sum()),
    "frompyfunc to two": lambda x: np.prod(
        np.frompyfunc(lambda v: (v**3, v), 1, 2)(x)[0] + x),
    "frompyfunc reduces": lambda x: np.frompyfunc(lambda a, b: a * b, 2, 1).reduce(x),
    "frompyfunc accumulates": lambda x: (
        np.frompyfunc(lambda a, b: 0.9 * a + b, 2, 1).accumulate(x) ** 2).sum(),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTS)
def test_a_cost_and_its_derivatives_are_those_of_a_plain_call(name):
    value, _ = pl.value_and_gradient(COSTS[name])(x)
    assert_allclose(value, float(COSTS[name](x)))
    pl.check(COSTS[name], x, order=2)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", ["steps", "a branch", "decorated", "vectors"])
def test_on_every_target_and_path(name, target):
    pytest.importorskip(target)
    run = pl.compile(COSTS[name], target=target)
    for at in (x, -x, x):
        assert_allclose(run(at), COSTS[name](at), rtol=1e-6)


def test_the_same_steps_are_taken_once_of_a_whole_array():
    count = len(pl.graph(wave, np.ones(4)).nodes)
    assert len(pl.graph(wave, np.ones(4000)).nodes) == count < 8


def test_thousands_of_elements_may_branch():
    many = np.sin(np.arange(2000.0))
    found = pl.gradient(lambda x: leaky(x).sum())(many)
    assert_allclose(found, np.where(many > 0, 1, 0.1))


def test_what_counts_its_calls_is_called_for_each_element():
    calls = []

    def weighted(v):
        calls.append(v)
        return v * len(calls)

    found = pl.gradient(lambda x: np.vectorize(weighted, otypes="d")(x).sum())(x)
    assert_allclose(found, [1, 2, 3, 4])


@pytest.mark.parametrize(
    "f", [wave, leaky, cube], ids=["steps", "branch", "frompyfunc"]
)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_the_dtype_is_that_of_a_plain_call(f, dtype):
    plain, ours = f(x.astype(dtype)), pl.graph(f, x.astype(dtype))(x.astype(dtype))
    if f is not cube:  # which gives objects
        assert ours.dtype == plain.dtype
    assert_allclose(ours, plain.astype(float), rtol=1e-3)


@pytest.mark.filterwarnings("ignore:.*integers")
def test_all_elements_have_the_dtype_of_the_first():
    """As in NumPy, whose well-known trap this is."""
    whole = np.vectorize(lambda v: 0 if v < 1 else v)
    assert_allclose(pl.graph(whole, x)(x), whole(x))
    assert pl.graph(whole, x)(x).dtype == whole(x).dtype == int


def test_no_elements_have_no_dtype():
    with pytest.raises(ValueError, match="size 0"):
        pl.gradient(lambda x: wave(x[:0]).sum())(x)
    f = np.vectorize(lambda v: v, otypes=[float])
    assert_allclose(pl.gradient(lambda x: f(x[:0]).sum() + x.sum())(x), 1)


def test_math_is_refused_by_name():
    with pytest.raises(TraceError, match=r"np\.exp\(x\)"):
        pl.gradient(lambda x: np.vectorize(lambda v: math.exp(v))(x).sum())(x)


def test_a_guard_holds_for_each_element():
    graph = pl.graph(leaky, x)
    with pytest.raises(PellucidError, match=r"test_vectorize\.py, line"):
        graph(-x)


def test_numpy_is_itself_afterwards():
    own = vars(np.vectorize)["_vectorize_call"]
    with pytest.raises(ZeroDivisionError):
        pl.gradient(lambda x: np.vectorize(lambda v: 1 // 0)(x).sum())(x)
    assert vars(np.vectorize)["_vectorize_call"] is own
    assert own.__module__.startswith("numpy")


# Of each, the first two elements give the same steps, and the third others.
def appends():
    seen = []
    return lambda v: seen.append(v) or (v if len(seen) < 3 else v**3)


def counts():
    calls = 0

    def f(v):
        nonlocal calls
        calls += 1
        return v if calls < 3 else v**3

    return f


def draws_next():
    powers = iter([1, 1, 3, 3])
    return lambda v: v ** next(powers)


def is_an_object():
    class Counted:
        calls = 0

        def __call__(self, v):
            self.calls += 1
            return v if self.calls < 3 else v**3

    return Counted()


@pytest.mark.parametrize("made", [appends, counts, draws_next, is_an_object])
def test_what_hands_on_from_call_to_call_is_called_for_each_element(made):
    def cost(x):
        return np.vectorize(made(), otypes="d")(x).sum()

    assert pl.compile(cost)(x) == cost(x)
    assert_allclose(pl.gradient(cost)(x), [1, 1, *(3 * x[2:] ** 2)])


def test_what_the_function_has_gathered_is_of_all_elements():
    def cost(x):
        seen, last = [], np.zeros(1)

        def gather(v):
            seen.append(v)
            last[0] = last[0] + v
            return v

        np.vectorize(gather, otypes="d")(x)
        return sum(v**2 for v in seen) + last[0]

    assert_allclose(pl.gradient(cost)(x), 2 * x + 1)


def test_elements_may_be_the_places_of_others():
    def cost(x):
        return np.vectorize(lambda i: x[i] ** 2)(np.arange(4)).sum()

    assert_allclose(pl.gradient(cost)(x), 2 * x)


RATES = {"up": 2.0, "down": 0.5}


@np.vectorize
def rated(v):
    return v * RATES["up"] if v > 0 else v * RATES["down"]


RATED = {"vectorize": rated, "frompyfunc": np.frompyfunc(rated.pyfunc, 1, 1)}


@pytest.mark.parametrize("name", RATED)
def test_what_a_function_of_elements_captures_is_noticed(name, monkeypatch):
    def cost(x):
        return np.sum(RATED[name](x).astype(float))

    compiled, slope = pl.compile(cost), pl.compile(pl.gradient(cost))
    for _ in range(2):
        assert_allclose(compiled(x), cost(x))
        for gradient in (slope, pl.gradient(cost)):
            assert_allclose(gradient(x), np.where(x > 0, RATES["up"], RATES["down"]))
        monkeypatch.setitem(RATES, "up", 3.0)
