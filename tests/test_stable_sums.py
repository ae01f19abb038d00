"""Logs of running sums and of written-out sums of exponentials, at +-800."""

import functools

import numpy as np
import pytest

import pellucid as pl

TARGETS = ["numpy", "jax", "torch"]
X = np.array([0.5, -0.25, 1.0])


@functools.cache
def compiled(f, target):
    """Value, gradient and Hessian of f, as one program; what f has is summed."""

    def total(x):
        made = f(x)
        return np.sum(made * weights(made))

    def parts(x):
        return f(x), pl.gradient(total)(x), pl.hessian(total)(x)

    return pl.compile(parts, target=target)


@functools.cache
def plain(f):
    """Gradient and Hessian at X of the formula as it stands."""
    total = lambda x: np.sum(f(x) * weights(f(X)))  # noqa: E731
    verbs = pl.gradient, pl.hessian
    return [verb(total, stable=False)(X) for verb in verbs]


def weights(made):
    """For each element another; 1 for a number."""
    return np.linspace(1.0, 2.0, np.size(made)).reshape(np.shape(made))


# -- running sums ---------------------------------------------------------------------

# Each moves with x: f(x + c) = f(x) + c.
RUNNING = {
    "cumsum": lambda x: np.log(np.cumsum(np.exp(x))),
    "along rows": lambda x: np.log(np.cumsum(np.exp(x[None]), axis=1)),
    "along columns": lambda x: np.log(np.exp(x[:, None]).cumsum(axis=0)),
    "of all": lambda x: np.log(np.cumsum(np.exp(np.stack([x, x])))),
    "from the last": lambda x: np.log(np.cumsum(np.exp(x)[::-1])[::-1]),
    "of what is flipped": lambda x: np.log(np.flip(np.cumsum(np.exp(np.flip(x))))),
    "add.accumulate": lambda x: np.log(np.add.accumulate(np.exp(x))),
    "running mean": lambda x: np.log(np.cumsum(np.exp(x)) / np.arange(1, 4)),
    "the last": lambda x: np.log(np.cumsum(np.exp(x))[-1]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shift", [800.0, -800.0])
@pytest.mark.parametrize("name", RUNNING)
def test_a_running_sum_of_exponentials_moves_with_them(name, shift, target):
    f = RUNNING[name]
    value, g, H = compiled(f, target)(X + shift)
    np.testing.assert_allclose(value, f(X) + shift, rtol=1e-14)
    plain_g, plain_H = plain(f)
    np.testing.assert_allclose(g, plain_g, rtol=1e-11)
    np.testing.assert_allclose(H, plain_H, atol=1e-11)


@pytest.mark.parametrize("target", TARGETS)
def test_a_running_sum_reaches_from_one_end_of_floats_to_the_other(target):
    x = np.array([-800.0, 800.0, 799.0])
    weights = np.array([1.0, 0.0, 2.0])
    f = RUNNING["cumsum"]
    share = 1 / (1 + np.exp(-1))
    values = pl.compile(f, target=target)(x)
    np.testing.assert_allclose(values, [-800, 800, 800 + np.log1p(np.exp(-1))])
    g = pl.compile(pl.gradient(lambda x: np.sum(weights * f(x))), target=target)(x)
    np.testing.assert_allclose(g, [1, 2 * share, 2 - 2 * share])


def test_a_running_sum_in_single_precision_stays_single():
    made = pl.compile(RUNNING["cumsum"])(np.array([200.0, 200.0], np.float32))
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, [200, 200 + np.log(2)], rtol=1e-6)


# -- sums that are written out --------------------------------------------------------

W = np.array([1.0, 2.0, 3.0])
T = np.array([0.0, 1.0, 3.0])
TRAPEZOID = np.array([0.5, 1.5, 1.0])


def in_a_loop(x):
    s = 0
    for i in range(3):
        s += np.exp(x[i])
    return np.log(s)


def by_halves(x):
    e = np.exp(x)
    return np.log(0.5 * e[0] + 0.5 * e[-1] + e[1:-1].sum())


# A function of x that moves with it, and the weights of e^x under the logarithm.
ONES = np.ones(3)
WRITTEN = {
    "sum": (lambda x: np.log(sum(np.exp(x))), ONES),
    "sum of each": (lambda x: np.log(sum(np.exp(v) for v in x)), ONES),
    "loop": (in_a_loop, ONES),
    "three scalars": (
        lambda x: np.log(np.exp(x[0]) + np.exp(x[1]) + np.exp(x[2])), ONES
    ),
    "reads of one array": (lambda x: np.log((e := np.exp(x))[2] + e[0] + e[1]), ONES),
    "sum of a list": (lambda x: np.log(np.sum([np.exp(v) for v in x])), ONES),
    "product": (
        lambda x: np.log(np.exp(x[0] / 2) * np.exp(x[0] / 2) + np.exp(x[1])),
        np.array([1.0, 1, 0]),
    ),
    "reads of reads": (
        lambda x: np.log((e := np.exp(x[None]))[0][0] + e[0][1] + e[0][2]), ONES
    ),
    "two sums": (
        lambda x: np.log(np.sum(np.exp(x)) + 2 * np.sum(np.exp(x[1:]))),
        np.array([1.0, 3, 3]),
    ),
    "mean by sum": (lambda x: np.log(sum(np.exp(x)) / 3), ONES / 3),
    "mixture": (
        lambda x: np.log(0.3 * np.exp(x[0]) + 0.7 * np.exp(x[1])),
        np.array([0.3, 0.7, 0]),
    ),
    "trapezoid": (lambda x: np.log(np.trapezoid(np.exp(x), T)), TRAPEZOID),
    "trapezoid of dx": (
        lambda x: np.log(np.trapezoid(np.exp(x), dx=0.1)), np.array([0.05, 0.1, 0.05])
    ),
    "trapezoid by hand": (
        lambda x: np.log(np.sum((np.exp(x[1:]) + np.exp(x[:-1])) * np.diff(T)) / 2),
        TRAPEZOID,
    ),
    "trapezoid by halves": (by_halves, np.array([0.5, 1, 0.5])),
    "Simpson": (
        lambda x: np.log(((e := np.exp(x))[0] + 4 * e[1] + e[2]) / 3),
        np.array([1, 4, 1]) / 3,
    ),
    "einsum": (lambda x: np.log(np.einsum("i,i->", W, np.exp(x))), W),
    "einsum of rows": (
        lambda x: np.log(np.einsum("ij,j->i", W[None], np.exp(x)))[0], W
    ),
    "average": (lambda x: np.log(np.average(np.exp(x), weights=W)), W / 6),
    "signed weights": (
        lambda x: np.log(np.exp(x[0]) - np.exp(x[1])), np.array([1, -1, 0])
    ),
}  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shift", [1200.0, -1200.0])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_out_sum_of_exponentials_moves_with_them(name, shift, target):
    f, weights = WRITTEN[name]
    e = weights * np.exp(X)
    share = e / np.sum(e)
    value, g, H = compiled(f, target)(X + shift)
    assert value == pytest.approx(np.log(np.sum(e)) + shift, rel=1e-14)
    np.testing.assert_allclose(g, share, rtol=1e-11, atol=1e-14)
    right = np.diag(share) - np.outer(share, share)
    np.testing.assert_allclose(H, right, atol=1e-11)


@pytest.mark.parametrize("target", TARGETS)
def test_the_log_of_1_and_exponentials(target):
    x = np.array([800.0, 799.0])
    total = 800 + np.log1p(np.exp(-1))
    for_all = pl.compile(lambda x: np.log(1 + np.sum(np.exp(x))), target=target)
    by_sum = pl.compile(lambda x: np.log1p(sum(np.exp(x))), target=target)
    assert by_sum(x) == pytest.approx(total, rel=1e-15)
    of_two = pl.compile(
        lambda x: np.log(1 + np.exp(x[0]) + np.exp(x[1])), target=target
    )
    np.testing.assert_allclose([for_all(x), of_two(x)], [total, total], rtol=1e-15)
    np.testing.assert_allclose([for_all(-x), of_two(-x)], 0, atol=1e-300)


POWERS = {
    "log2 of two": (lambda x: np.log2(2 ** x[0] + 2 ** x[1]), 2),
    "log2 of floats": (lambda x: np.log2(2.0 ** x[0] + np.exp2(x[1])), 2),
    "log2 of three": (lambda x: np.log2(2 ** x[0] + 2 ** x[1] + 2 ** x[1]), 2),
    "log10 of two": (lambda x: np.log10(10 ** x[0] + 10.0 ** x[1]), 10),
    "log10 of a Python sum": (lambda x: np.log10(sum(10**x)), 10),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shift", [1200.0, -1200.0])
@pytest.mark.parametrize("name", POWERS)
def test_the_log_of_powers_of_its_base_moves_with_them(name, shift, target):
    f, _ = POWERS[name]
    value, g, H = compiled(f, target)(X + shift)
    assert value == pytest.approx(f(X) + shift, rel=1e-14)
    plain_g, plain_H = plain(f)
    np.testing.assert_allclose(g, plain_g, rtol=1e-10)
    np.testing.assert_allclose(H, plain_H, atol=1e-10)


# -- single precision beside double ---------------------------------------------------

TWO = np.float64(2)
MIXED = {
    "cast inside": lambda x: np.log(np.sum(np.exp(x.astype(np.float64)))),
    "cast of exponentials": lambda x: np.log(np.sum(np.exp(x).astype(np.float64))),
    "cast of the sum": lambda x: np.log(np.sum(np.exp(x)).astype(np.float64)),
    "sum in double": lambda x: np.log(np.sum(np.exp(x), dtype=np.float64)),
    "double scalar": lambda x: np.log(np.sum(np.exp(x) * TWO) / TWO),
    "double weights": lambda x: np.log(np.sum(np.exp(x) * np.ones(3))),
    "einsum in double": lambda x: np.log(np.einsum("i,i->", np.ones(3), np.exp(x))),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", MIXED)
def test_a_float64_beside_float32_is_seen_through(name, target):
    x = (X + 800).astype(np.float32)
    right = np.log(np.sum(np.exp(x.astype(float) - 800)))
    value = pl.compile(MIXED[name], target=target)(x)
    assert np.asarray(value).dtype == np.float64
    assert float(value) == pytest.approx(right + 800, rel=1e-14)
    g = pl.compile(pl.gradient(MIXED[name]), target=target)(x)
    np.testing.assert_allclose(g, np.exp(x.astype(float) - 800 - right), rtol=1e-6)


def test_a_sigmoid_of_float32_in_float64():
    x = np.array([-800.0, 0.0, 800.0], np.float32)
    found = pl.compile(lambda x: np.float64(1) / (np.float64(1) + np.exp(-x)))(x)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [0, 0.5, 1])


# -- what is left alone ---------------------------------------------------------------

ALONE = {
    "another term": lambda x: np.log(np.exp(x[0]) + x[1] + np.exp(x[2])),
    "another base": lambda x: np.log2(3.0 ** x[0] + 3.0 ** x[1]),
    "weights of log10": lambda x: np.log10(2 * 10 ** x[0] + 10 ** x[1]),
    "a narrowing cast": lambda x: np.log(np.sum(np.exp(x).astype(np.float32))),
    "a running sum of others": lambda x: np.log(np.cumsum(np.abs(x))[::-1]),
}


@pytest.mark.parametrize("name", ALONE)
def test_what_only_looks_like_it_is_left_alone(name):
    found = pl.stable(ALONE[name], X)
    assert found.rewrites == ()
    np.testing.assert_array_equal(found(X), ALONE[name](X))


def test_multiples_of_a_running_sum_along_another_axis():
    y = np.array([[1.0], [2.0]])
    found = pl.stable(lambda x: np.log(y * np.cumsum(np.exp(x))), X + 800)
    right = np.log(y) + np.log(np.cumsum(np.exp(X))) + 800
    np.testing.assert_allclose(found(X + 800), right, rtol=1e-14)


@pytest.mark.parametrize("y", [0.5, np.array(0.5)], ids=["number", "no axes"])
def test_a_running_sum_of_one_number_is_left_alone(y):
    f = lambda y: np.log(np.cumsum(np.exp(y), axis=0))[0]  # noqa: E731
    assert pl.compile(f)(y) == pytest.approx(0.5, rel=1e-15)
    assert pl.gradient(f)(y) == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_quotient_by_a_written_out_sum_is_a_softmax(target):
    z = np.array([800.0, 805.0, 790.0])
    f = lambda x: np.exp(x) / sum(np.exp(x))  # noqa: E731
    p = pl.compile(f, target=target)(z)
    expected = np.exp(z - z.max()) / np.sum(np.exp(z - z.max()))
    np.testing.assert_allclose(p, expected, rtol=1e-14)
    cost = lambda x: -np.log((np.exp(x) / sum(np.exp(x)))[1])  # noqa: E731
    slopes = pl.compile(pl.gradient(cost), target=target)(z)
    np.testing.assert_allclose(slopes, expected - [0, 1, 0], rtol=1e-9, atol=1e-15)
