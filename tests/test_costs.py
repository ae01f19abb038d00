"""Costs are likelihoods, activations the book's, and neither fails at the ends."""

import numpy as np
import pytest
from comparison import assert_same
from scipy import special, stats

import pellucid as pl
from pellucid.errors import ModelError

Z = np.array([-800.0, -40.0, -3.0, 0.0, 0.5, 2.0, 30.0, 800.0])
BINARY = np.array([0.0, 1.0])


# -- the likelihoods ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "targets", "log_likelihood", "factor"),
    [
        ("squared_error", [-1.0, 0.3], lambda z, t: stats.norm.logpdf(t, z), 2.0),
        ("absolute_error", [-1.0, 0.3], lambda z, t: stats.laplace.logpdf(t, z), 1.0),
        ("log_loss", [0.0, 1.0], lambda z, t: -t * np.log1p(np.exp(-z))
         - (1 - t) * np.log1p(np.exp(z)), 1.0),
        ("poisson", [0.0, 3.0], lambda z, t: stats.poisson.logpmf(t, np.exp(z)), 1.0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_cost_is_a_negative_log_likelihood(cost, targets, log_likelihood, factor):
    z = np.linspace(-3, 3, 13)
    for t in targets:
        ours = getattr(pl.costs, cost)(z, np.full_like(z, t))
        theirs = -factor * log_likelihood(z, t)
        np.testing.assert_allclose(np.diff(ours), np.diff(theirs), atol=1e-12)


def test_cross_entropy_is_the_categorical(rng):
    z, j = rng.normal(size=(20, 4)), rng.integers(4, size=20)
    p = special.softmax(z, axis=1)
    expected = -np.log(p[np.arange(20), j])
    np.testing.assert_allclose(pl.costs.cross_entropy(z, j), expected, rtol=1e-13)


def test_huber_is_the_square_near_and_the_line_far():
    r = np.array([-5.0, -0.5, 0.0, 1.0, 3.0])
    expected = special.huber(1.5, r)
    np.testing.assert_allclose(pl.costs.huber(r, 0 * r, delta=1.5), expected)


# -- at the ends ----------------------------------------------------------------------


@pytest.mark.parametrize("t", [0.0, 1.0])
def test_log_loss_loses_no_digit(t):
    exact = special.log1p(np.exp(-np.abs(Z))) + np.maximum(np.where(t, -Z, Z), 0)
    t = np.full_like(Z, t)
    np.testing.assert_allclose(pl.costs.log_loss(Z, t), exact, rtol=1e-15)


def test_log_loss_takes_probabilities():
    t = np.linspace(0, 1, len(Z))
    expected = -t * special.log_expit(Z) - (1 - t) * special.log_expit(-Z)
    np.testing.assert_allclose(pl.costs.log_loss(Z, t), expected, rtol=1e-15)


def test_cross_entropy_at_the_ends():
    z = np.array([[800.0, -800.0, 0.0]] * 3)
    assert pl.costs.cross_entropy(z, np.arange(3)).tolist() == [0.0, 1600.0, 800.0]


@pytest.mark.parametrize("t", [0.0, 1.0])
def test_the_gradient_of_log_loss_is_p_minus_t(t):
    gradient = pl.gradient(lambda z: np.sum(pl.costs.log_loss(z, np.full(z.shape, t))))
    exact = special.expit(Z) if t == 0 else -special.expit(-Z)
    np.testing.assert_allclose(gradient(Z), exact, rtol=1e-14, atol=1e-300)


def test_the_gradient_of_cross_entropy_is_p_minus_t():
    z = np.array([[800.0, -800.0, 0.0], [1.0, 2.0, 3.0]])
    t = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    gradient = pl.gradient(lambda z: np.sum(pl.costs.cross_entropy(z, t)))
    np.testing.assert_allclose(gradient(z), special.softmax(z, axis=1) - t, atol=1e-15)


@pytest.mark.parametrize("name", ["squared_error", "huber", "log_loss", "poisson"])
def test_a_smooth_cost_has_its_curvature_at_zero(name):
    cost = getattr(pl.costs, name)
    curvature = pl.hessian(lambda z: cost(z, 0.0))(0.0)
    assert curvature == {"squared_error": 2, "log_loss": 0.25}.get(name, 1)


# -- shapes and dtypes ----------------------------------------------------------------


@pytest.mark.parametrize("name", pl.costs.__all__)
@pytest.mark.parametrize("target", [np.float32, int, bool])
def test_a_cost_keeps_the_dtype_and_gives_a_number_a_row(name, target, rng):
    z = rng.normal(size=(6, 3)).astype(np.float32)
    t = np.eye(3)[[0, 1, 2, 0, 1, 2]].astype(target)
    loss = getattr(pl.costs, name)(z, t)
    assert (loss.shape, loss.dtype) == ((6,), np.float32)


@pytest.mark.parametrize("name", pl.costs.__all__)
def test_the_graph_of_a_cost_keeps_the_dtype(name, rng):
    z = rng.normal(size=(6, 3)).astype(np.float32)
    t = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]
    gradient = pl.gradient(
        pl.graph(lambda z, t: np.mean(getattr(pl.costs, name)(z, t)), z, t)
    )
    assert np.dtype(np.float64) not in {node.dtype for node in gradient.nodes}


def test_an_index_is_the_same_as_one_hot(rng):
    z, j = rng.normal(size=(9, 4)), rng.integers(4, size=9)
    by_index, by_row = (pl.costs.cross_entropy(z, k) for k in (j, np.eye(4)[j]))
    assert_same(by_index, by_row, ulps=4)
    mean = pl.compile(lambda z, j: np.mean(pl.costs.cross_entropy(z, j)))
    assert mean(z, j) == pytest.approx(mean(z, np.eye(4)[j]), rel=1e-15)


@pytest.mark.parametrize("name", sorted({*pl.costs.__all__} - {"cross_entropy"}))
@pytest.mark.parametrize(("z", "t"), [((3, 1), (3,)), ((3,), (3, 1)), ((3,), (4,))])
def test_a_target_of_another_shape_is_refused(name, z, t):
    with pytest.raises(ModelError, match=f"{name}: expected a target for each output"):
        getattr(pl.costs, name)(np.zeros(z), np.zeros(t))


def test_penalties_and_their_slopes():
    w = np.array([[3.0, -4.0], [0.0, 1.0]])
    assert (pl.penalties.l1(w), pl.penalties.l2(w)) == (8.0, 13.0)
    assert_same(pl.gradient(pl.penalties.l1)(w), np.sign(w), ulps=4)
    assert_same(pl.gradient(pl.penalties.l2)(w), w, ulps=4)


# -- activations ----------------------------------------------------------------------

ACTIVATIONS = {
    "identity": (lambda z: z, np.ones_like),
    "sigmoid": (special.expit, lambda z: special.expit(z) * special.expit(-z)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.heaviside(z, 0.0)),
    "leaky_relu": (
        lambda z: np.maximum(z, 0.01 * z),
        lambda z: np.where(z > 0, 1, 0.01),
    ),
    "elu": (
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z: np.exp(np.minimum(z, 0)),
    ),
    "softplus": (lambda z: np.logaddexp(0, z), special.expit),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_slope_hold_everywhere(name):
    f, (value, slope) = getattr(pl.activations, name), ACTIVATIONS[name]
    np.testing.assert_allclose(f(Z), value(Z), rtol=1e-14, atol=1e-300)
    gradient = pl.gradient(lambda z: np.sum(f(z)))(Z)
    np.testing.assert_allclose(gradient, slope(Z), rtol=1e-13, atol=1e-300)


def test_gelu_is_near_z_times_the_normal_distribution():
    z = np.linspace(-6, 6, 1001)
    expected = z * stats.norm.cdf(z)
    np.testing.assert_allclose(pl.activations.gelu(z), expected, atol=5e-4)
    slopes = pl.gradient(lambda z: np.sum(pl.activations.gelu(z)))(Z)
    np.testing.assert_allclose(slopes[[0, 3, -1]], [0, 0.5, 1])


def test_softmax_sums_to_one_and_ignores_a_shift(rng):
    z = rng.normal(size=(5, 4)) * 300
    p = pl.activations.softmax(z)
    np.testing.assert_allclose(p, special.softmax(z, axis=1), rtol=1e-12, atol=1e-300)
    gradient = pl.gradient(lambda z: np.sum(pl.activations.softmax(z)[:, 0]))(z)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize("name", pl.activations.__all__)
def test_an_activation_keeps_the_dtype(name):
    z = np.array([[-80.0, 0.0, 3.0]], np.float32)
    assert getattr(pl.activations, name)(z).dtype == np.float32
