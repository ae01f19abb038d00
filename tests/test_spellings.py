"""Losses as the world writes them are right at +-800: values and gradients."""

import numpy as np
import pytest
import scipy.special as sc

import pellucid as pl

DTYPES = pytest.mark.parametrize(
    "dtype", [np.float64, np.float32], ids=lambda d: d.__name__
)


def holds(loss, arguments, dtype, value, slope, rtol=1e-13):
    """Hold value, gradient and dtypes; a warning is an error."""
    arguments = [a.astype(dtype) for a in arguments]
    rtol = rtol if dtype == np.float64 else 1e-6
    with np.errstate(under="ignore"):
        found, gradient = pl.value_and_gradient(loss)(*arguments)
        compiled = pl.compile(loss)(*arguments)
    np.testing.assert_allclose([found, compiled], value, rtol)
    np.testing.assert_allclose(gradient, slope, rtol, 1e-9)
    assert found.dtype == gradient.dtype == dtype


# -- of two classes -------------------------------------------------------------------

Z = np.array([800.0, -800.0, 800.0, -800.0])
Y = np.array([1.0, 0.0, 0.0, 1.0])
SLOPE = np.array([0.0, 0.0, 0.25, -0.25])
YES, NO = [0, 3], [1, 2]
MASK = Y == 1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def from_scalars(z, y):
    total = 0.0
    for a, b in zip(z, y, strict=True):
        p = sigmoid(a)
        total += -b * np.log(p) - (1 - b) * np.log(1 - p)
    return total / len(z)


def from_elements(z, y):
    p, total = sigmoid(z), 0.0
    for i in range(len(z)):
        total -= y[i] * np.log(p[i]) + (1 - y[i]) * np.log(1 - p[i])
    return total / len(z)


def course(z, y):
    A, Y = sigmoid(z.reshape(1, -1)), y.reshape(1, -1)
    cost = -1 / 4 * (np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T))
    return np.squeeze(cost)


def course_with_signs_inside(z, y):
    h, y = sigmoid(z.reshape(-1, 1)), y.reshape(-1, 1)
    return ((1 / 4) * (-y.T @ np.log(h) - (1 - y).T @ np.log(1 - h)))[0, 0]


def course_multiplied(z, y):
    A, Y = sigmoid(z.reshape(1, -1)), y.reshape(1, -1)
    logs = np.multiply(np.log(A), Y) + np.multiply(np.log(1 - A), 1 - Y)
    return np.squeeze(-np.sum(logs) / 4)


def into_a_buffer(z, y):
    p = np.zeros_like(z)
    p[:] = 1 / (1 + np.exp(-z))
    return loss(p, y)


def into_an_empty_buffer(z, y):
    p = np.empty(z.shape, z.dtype)
    p[...] = sigmoid(z)
    return loss(p, y)


def element_by_element(z, y):
    p = np.empty_like(z)
    for i in range(len(z)):
        p[i] = 1 / (1 + np.exp(-z[i]))
    return loss(p, y)


def by_sign(z, y):
    p, positive = np.zeros_like(z), z >= 0
    p[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    p[~positive] = e / (1 + e)
    return loss(p, y)


def where_by_sign(z, y):
    p = np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
    return loss(p, y)


def in_place(z, y):
    p = np.exp(-z)
    p += 1
    np.divide(1, p, out=p)
    return loss(p, y)


def picked(z, y):
    p = sigmoid(z)
    return -(np.sum(np.log(p[YES])) + np.sum(np.log(1 - p[NO]))) / 4


def masked(z, y):
    p = sigmoid(z)
    return -(np.sum(np.log(p[MASK])) + np.sum(np.log(1 - p[~MASK]))) / 4


def two_columns(z, y):
    p = np.column_stack([1 - sigmoid(z), sigmoid(z)])
    return -np.mean(np.log(p[np.arange(4), MASK.astype(int)]))


def joined(z, y):
    return loss(np.concatenate([sigmoid(z[:2]), sigmoid(z[2:])]), y)


def chosen(z, y):
    p = sigmoid(z)
    return -np.mean(np.log(np.where(y == 1, p, 1 - p)))


def logs_chosen(z, y):
    p = sigmoid(z)
    return np.mean(np.where(y == 1, -np.log(p), -np.log(1 - p)))


def likelihood(z, y):
    p = sigmoid(z)
    return -np.mean(np.log(p**y * (1 - p) ** (1 - y)))


def with_named_complement(z, y):
    q = 1 - sigmoid(z)
    return -np.mean(y * np.log(1 - q) + (1 - y) * np.log(q))


def einsums(z, y):
    p = sigmoid(z)
    logs = np.einsum("i,i->", y, np.log(p)) + np.einsum("i,i->", 1 - y, np.log(1 - p))
    return -logs / 4


def weighted(z, y):
    p = sigmoid(z)
    losses = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    return np.average(losses, weights=np.ones(4, z.dtype))


def dot_with_weights(z, y):
    p = sigmoid(z)
    w = np.full(4, 0.25, z.dtype)
    return -np.dot(w, y * np.log(p) + (1 - y) * np.log(1 - p))


TWO = [
    from_scalars, from_elements, course, course_with_signs_inside, course_multiplied,
    into_a_buffer, into_an_empty_buffer, element_by_element, by_sign, where_by_sign,
    in_place, picked, masked, two_columns, joined, chosen, logs_chosen, likelihood,
    with_named_complement, einsums, weighted, dot_with_weights,
]  # fmt: skip
SIGMOIDS = {
    "power of e": lambda z: 1 / (1 + np.e ** (-z)),
    "np.power": lambda z: 1 / (1 + np.power(np.e, -z)),
    "inverse of exp": lambda z: 1 / (1 + 1 / np.exp(z)),
    "scipy": lambda z: sc.expit(z),
    "tanh": lambda z: 0.5 * (np.tanh(0.5 * z) + 1),
    "reciprocal": lambda z: np.reciprocal(1 + np.exp(-z)),
    "in a matrix": lambda z: sigmoid(z.reshape(2, 2)).flatten(),
    "backwards": lambda z: sigmoid(z[::-1])[::-1],
    "in a list": lambda z: np.array([sigmoid(a) for a in z]),
    "stacked": lambda z: np.stack([sigmoid(a) for a in z]),
    "copied": lambda z: np.squeeze(sigmoid(z.reshape(-1, 1))).copy(),
}
LOGS = {
    "log1p(-p)": lambda p, y: -np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)),
    "xlogy": lambda p, y: -np.mean(sc.xlogy(y, p) + sc.xlogy(1 - y, 1 - p)),
    "xlog1py": lambda p, y: -np.mean(sc.xlogy(y, p) + sc.xlog1py(1 - y, -p)),
    "squares": lambda p, y: (
        -np.mean(y * np.log(p**2) + (1 - y) * np.log((1 - p) ** 2)) / 2
    ),
}
OF_SCORES = {
    "log_expit": lambda z, y: (
        -np.mean(y * sc.log_expit(z) + (1 - y) * sc.log_expit(-z))
    ),
    "softplus - y z": lambda z, y: np.mean(np.log(1 + np.exp(z)) - y * z),
    "y z - softplus": lambda z, y: -np.sum(y * z - np.log1p(np.exp(z))) / 4,
    "labels +-1": lambda z, y: np.mean(np.log(1 + np.exp(-(2 * y - 1) * z))),
    "logaddexp": lambda z, y: np.mean(np.logaddexp(0, -(2 * y - 1) * z)),
}


@DTYPES
@pytest.mark.parametrize("naive", TWO, ids=lambda f: f.__name__)
def test_a_loss_of_two_classes(naive, dtype):
    holds(naive, (Z, Y), dtype, 400, SLOPE)


@DTYPES
@pytest.mark.parametrize("probability", SIGMOIDS.values(), ids=SIGMOIDS)
def test_a_spelling_of_the_sigmoid(probability, dtype):
    holds(lambda z, y: loss(probability(z), y), (Z, Y), dtype, 400, SLOPE)


@DTYPES
@pytest.mark.parametrize("of", LOGS.values(), ids=LOGS)
def test_a_spelling_of_the_logarithms(of, dtype):
    holds(lambda z, y: of(sigmoid(z), y), (Z, Y), dtype, 400, SLOPE)


@DTYPES
@pytest.mark.parametrize("naive", OF_SCORES.values(), ids=OF_SCORES)
def test_a_loss_of_scores(naive, dtype):
    holds(naive, (Z, Y), dtype, 400, SLOPE)


# -- of several classes ---------------------------------------------------------------

SCORES = np.array([[800.0, 0.0, -800.0], [3.0, 1.0, 2.0]])
T = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
CLASSES = np.array([2, 0])
P = np.exp([3.0, 1.0, 2.0]) / np.sum(np.exp([3.0, 1.0, 2.0]))
ENTROPY = (1600 - np.log(P[0])) / 2
SLOPES = (np.array([[1, 0, 0], P]) - T) / 2


def softmax(z):
    return np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)


def softmax_shifted(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_shifted_by_all(z):
    e = np.exp(z - np.max(z))
    return e / e.sum(axis=1)[:, None]


def softmax_transposed(z):
    return (np.exp(z.T) / np.sum(np.exp(z.T), axis=0)).T


def softmax_in_rows(z):
    p = np.zeros_like(z)
    for i in range(len(z)):
        e = np.exp(z[i] - np.max(z[i]))
        p[i] = e / np.sum(e)
    return p


def softmax_stacked(z):
    return np.stack([softmax(row) for row in z])


def softmax_listed(z):
    return np.array([softmax(row) for row in z])


def softmax_by_einsum(z):
    return np.exp(z) / np.einsum("ij->i", np.exp(z))[:, None]


def softmax_of_scipy(z):
    return sc.softmax(z, axis=1)


def with_dictionaries(z, t):
    ys, ps, total = {}, {}, 0
    for i in range(len(z)):
        ys[i] = z[i].reshape(-1, 1)
        ps[i] = np.exp(ys[i]) / np.sum(np.exp(ys[i]))
        total += -np.log(ps[i][CLASSES[i], 0])
    return total / 2


SOFTMAXES = [
    softmax, softmax_shifted, softmax_shifted_by_all, softmax_transposed,
    softmax_in_rows, softmax_stacked, softmax_listed, softmax_by_einsum,
    softmax_of_scipy,
]  # fmt: skip
ENTROPIES = {
    "sum": lambda p, t: -np.sum(t * np.log(p)) / 2,
    "mean of sums": lambda p, t: np.mean(np.sum(np.multiply(-np.log(p), t), axis=-1)),
    "einsum": lambda p, t: -np.einsum("ij,ij->", t, np.log(p)) / 2,
    "einsum of rows": lambda p, t: -np.einsum("ij,ij->i", t, np.log(p)).mean(),
    "picked": lambda p, t: np.mean(-np.log(p[range(2), CLASSES])),
    "logs picked": lambda p, t: -np.log(p)[np.arange(2), CLASSES].mean(),
    "picked in a loop": lambda p, t: -sum(np.log(p[i][CLASSES[i]]) for i in (0, 1)) / 2,
    "listed": lambda p, t: -np.mean([np.log(p[i, CLASSES[i]]) for i in (0, 1)]),
    "take_along_axis": lambda p, t: (
        -np.mean(np.log(np.take_along_axis(p, CLASSES[:, None], axis=1)))
    ),
    "raveled": lambda p, t: -np.mean(np.log(p.ravel()[np.arange(2) * 3 + CLASSES])),
    "choose": lambda p, t: -np.mean(np.log(np.choose(CLASSES, p.T))),
    "summed first": lambda p, t: -np.mean(np.log(np.sum(t * p, axis=1))),
    "trace": lambda p, t: -np.trace(t @ np.log(p).T) / 2,
    "vdot": lambda p, t: -np.vdot(t, np.log(p)) / 2,
    "tensordot": lambda p, t: -np.tensordot(t, np.log(p)) / 2,
    "xlogy": lambda p, t: -np.sum(sc.xlogy(t, p)) / 2,
    "log of 1 / p": lambda p, t: np.sum(t * np.log(1 / p)) / 2,
    "weights": lambda p, t: np.average(
        -np.sum(t * np.log(p), axis=1), weights=np.array([0.5, 0.5], p.dtype)
    ),
}
FROM_SCORES = {
    "z - log(sum)": lambda z, t: (
        -np.mean(np.sum(t * (z - np.log(np.sum(np.exp(z), -1, keepdims=True))), axis=1))
    ),
    "log(sum) - picked": lambda z, t: np.mean(
        np.log(np.sum(np.exp(z), axis=1)) - z[range(2), CLASSES]
    ),
    "scipy's log_softmax": lambda z, t: -np.sum(t * sc.log_softmax(z, axis=1)) / 2,
    "scipy's logsumexp": lambda z, t: np.mean(
        sc.logsumexp(z, axis=1) - np.sum(t * z, axis=1)
    ),
    "dictionaries": with_dictionaries,
}


@DTYPES
@pytest.mark.parametrize("of", ENTROPIES.values(), ids=ENTROPIES)
@pytest.mark.parametrize("p", SOFTMAXES[:2], ids=lambda f: f.__name__)
def test_a_spelling_of_cross_entropy(of, p, dtype):
    holds(lambda z, t: of(p(z), t), (SCORES, T), dtype, ENTROPY, SLOPES)


@DTYPES
@pytest.mark.parametrize("p", SOFTMAXES[2:], ids=lambda f: f.__name__)
def test_a_spelling_of_softmax(p, dtype):
    of = ENTROPIES["sum"]
    holds(lambda z, t: of(p(z), t), (SCORES, T), dtype, ENTROPY, SLOPES)


@DTYPES
@pytest.mark.parametrize("naive", FROM_SCORES.values(), ids=FROM_SCORES)
def test_a_cross_entropy_of_scores(naive, dtype):
    holds(naive, (SCORES, T), dtype, ENTROPY, SLOPES)


FAR = np.array([[800.0, 0.0, -800.0], [0.0, 800.0, -800.0]])
DIVERGENCES = {
    "Kullback-Leibler": (
        lambda z: np.sum(softmax(z) * np.log(softmax(z) / softmax(z[::-1]))),
        1600,
    ),
    "entropy": (lambda z: -np.sum(softmax(z) * np.log(softmax(z))), 0),
    "scipy's entropy": (lambda z: np.sum(sc.entr(softmax(z))), 0),
    "log odds": (lambda z: np.sum(np.log(sigmoid(z) / (1 - sigmoid(z)))), 0),
    "scipy's logit": (lambda z: np.sum(sc.logit(sigmoid(z))), 0),
    "bits": (lambda z: np.max(-np.log2(softmax(z))), 1600 / np.log(2)),
    "mean of exp": (
        lambda z: np.sum(np.log(np.mean(np.exp(z), 1))),
        1600 - 2 * np.log(3),
    ),
    "mixture": (
        lambda z: np.sum(np.log(np.sum(np.array([0.0, 0.5, 0.5]) * np.exp(z), axis=1))),
        800 - 2 * np.log(2),
    ),
}


@pytest.mark.parametrize(("naive", "value"), DIVERGENCES.values(), ids=DIVERGENCES)
def test_what_is_made_of_logarithms_of_probabilities(naive, value):
    found, slope = pl.value_and_gradient(naive)(FAR)
    assert found == pytest.approx(value, rel=1e-14, abs=1e-300)
    assert np.all(np.isfinite(slope))


ONE = np.array([[800.0, -800.0, 3.0]])
LENGTH_ONE = {
    "softmax": (lambda z: np.exp(z) / np.sum(np.exp(z), axis=0, keepdims=True), 1.0),
    "softmax of a column": (
        lambda z: np.exp(z.T) / np.sum(np.exp(z.T), axis=1)[:, None], 1.0
    ),
    "log-sum-exp": (lambda z: np.log(np.sum(np.exp(z), axis=0)), ONE[0]),
    "shifted": (lambda z: softmax_shifted(z.T), 1.0),
    "log softmax": (lambda z: np.log(softmax(z.T)), 0.0),
}  # fmt: skip


@DTYPES
@pytest.mark.parametrize(("f", "value"), LENGTH_ONE.values(), ids=LENGTH_ONE)
def test_along_an_axis_of_length_one(f, value, dtype):
    found = pl.compile(f)(ONE.astype(dtype))
    np.testing.assert_array_equal(found, np.broadcast_to(value, found.shape))
    assert found.dtype == dtype


# -- attention ------------------------------------------------------------------------

LOWER = np.tril(np.ones((3, 3)))
ATTENTIONS = {
    "-inf": lambda s: np.where(LOWER == 1, s, -np.inf),
    "-1e9": lambda s: s + (1 - LOWER) * -1e9,
    "-1e30": lambda s: np.where(LOWER == 1, s, -1e30),
}


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)], ids=str)
@pytest.mark.parametrize("mask", ATTENTIONS.values(), ids=ATTENTIONS)
def test_masked_attention_at_800(mask, shape):
    scores = np.broadcast_to([[800.0, 5, 5], [-800, -800, 5], [-800, 800, 0]], shape)
    weights, slope = pl.value_and_gradient(lambda s: np.sum(softmax(mask(s))[..., 0]))(
        scores.copy()
    )
    count = scores.size // 9
    assert weights == pytest.approx(1.5 * count)
    expected = np.array([[0, 0, 0], [0.25, -0.25, 0], [0, 0, 0]])
    np.testing.assert_allclose(slope, np.broadcast_to(expected, shape), 1e-14, 1e-300)


# -- Python's numbers -----------------------------------------------------------------

NUMBERS = {
    "log exp": (lambda x: np.log(np.exp(x)), 800.0, 800.0, 1.0),
    "-log exp": (lambda x: -np.log(np.exp(-x)), 800.0, 800.0, 1.0),
    "log(1/exp)": (lambda x: np.log(1 / np.exp(-x)), 800.0, 800.0, 1.0),
    "power of e": (lambda x: 1 / (1 + np.e**-x), -800.0, 0.0, 0.0),
    "root": (lambda x: (1 + x**2) ** 0.5, 1e200, 1e200, 1.0),
    "roots": (lambda x: (x + 1) ** 0.5 - x**0.5, 1e16, 5e-9, -2.5e-25),
    "softplus": (lambda x: x - np.log(1 + np.exp(x)), 40.0, -np.exp(-40), np.exp(-40)),
    "minus x": (lambda x: -x - np.log(1 + np.exp(-x)), -40.0, -np.exp(-40),
                -np.exp(-40)),
    "tanh": (lambda x: (np.exp(x) ** 2 - 1) / (np.exp(x) ** 2 + 1), 800.0, 1.0, 0.0),
    "tanh of inverses": (lambda x: (np.exp(x) - 1 / np.exp(x))
                         / (np.exp(x) + 1 / np.exp(x)), 800.0, 1.0, 0.0),
    "two exponentials": (lambda x: np.log(np.exp(x) + np.exp(0.0)), 800.0, 800.0, 1.0),
    "softmax of two": (lambda x: np.exp(x) / (np.exp(x) + np.exp(0 * x + 799)), 800.0,
                       1 / (1 + np.exp(-1)), np.e / (1 + np.e) ** 2),
    "log(1 - exp)": (lambda x: np.log(1 - np.exp(-x)), 40.0, -np.exp(-40),
                     np.exp(-40)),
}  # fmt: skip


@pytest.mark.parametrize(("f", "x", "value", "slope"), NUMBERS.values(), ids=NUMBERS)
def test_a_formula_of_a_number(f, x, value, slope):
    found = pl.value_and_gradient(f)(x)
    assert found == pytest.approx((value, slope), rel=1e-14, abs=1e-300)
    assert isinstance(found[0], float)
    assert type(found[1]) is float


@pytest.mark.parametrize("naive", [masked, LOGS["xlogy"]], ids=["masked", "xlogy"])
def test_switched_off_it_is_computed_as_it_is_written(naive):
    z, y = np.array([1.0, -2.0, 0.5, 0.0]), Y
    compiled = pl.compile(naive, stable=False)
    np.testing.assert_array_equal(compiled(z, y), naive(z, y))


SINGLE = {
    "log(1 - exp)": (lambda x: np.log(1 - np.exp(-x)), 40.0, -np.exp(-40.0)),
    "log(2 exp)": (lambda x: np.log(2 * np.exp(x)), 100.0, 100 + np.log(2)),
    "log softmax": (lambda x: np.log(2 * sigmoid(x)), -100.0, np.log(2) - 100),
}


@pytest.mark.parametrize(("f", "x", "value"), SINGLE.values(), ids=SINGLE)
def test_a_formula_in_single_precision(f, x, value):
    found = pl.compile(f)(np.array([x], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, value, 1e-6)
    assert "float64" not in str(pl.stable(f, np.array([x], np.float32)))
