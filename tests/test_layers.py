"""Layers in training, layers of one's own, and how weights are drawn."""

import copy
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.layers import (
    GRU,
    LSTM,
    Attention,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Residual,
    Sequential,
)
from pellucid.layers.containers import moving, training
from pellucid.layers.noise import branched, kept, key_of

# -- dropout --------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_drops_its_share(rate):
    x = np.ones((500, 400))
    y, moved = Dropout(rate).training({}, x, key_of(0, 1))
    deviation = np.sqrt(rate * (1 - rate) / x.size)
    assert abs(np.mean(y == 0) - rate) <= 4 * deviation
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate))
    assert moved == {}


def test_masks_of_steps_seeds_and_layers_are_independent():
    keys = [key_of(seed, step) for seed in (0, 1, 2) for step in (1, 2)]
    keys += [branched(branched(keys[0], i), j) for i in (0, 1) for j in (0, 1)]
    masks = [kept(key, (300, 200), 0.5).ravel() for key in keys]
    correlations = np.corrcoef(masks)[np.triu_indices(len(masks), 1)]
    assert np.max(np.abs(correlations)) <= 5 / np.sqrt(300 * 200)


def test_neighbours_in_a_mask_are_independent():
    mask = kept(key_of(0, 7), (1000, 256), 0.5) - 0.5
    for axis in (0, 1):
        for shift in (1, 2, 16):
            together = np.mean(mask * np.roll(mask, shift, axis)) * 4
            assert abs(together) <= 5 / np.sqrt(mask.size)


# -- batch normalisation --------------------------------------------------------------


def test_running_statistics_reach_those_of_the_data(rng):
    layer = BatchNorm(momentum=0.9)
    p = layer.parameters(rng, (3,))
    for _ in range(400):
        x = rng.normal([1.0, -2.0, 5.0], [1.0, 0.1, 4.0], (200, 3))
        p = p | layer.training(p, x, None)[1]
    np.testing.assert_allclose(p["mean"], [1, -2, 5], atol=0.2)
    np.testing.assert_allclose(np.sqrt(p["variance"]), [1, 0.1, 4], rtol=0.05)


@pytest.mark.parametrize(
    ("shape", "lengths"), [((1, 3), None), ((1, 4, 3), np.array([1]))], ids=str
)
def test_a_batch_of_one_number_is_normalised_as_in_prediction(shape, lengths, rng):
    layer = BatchNorm()
    p = {name: rng.random(3) for name in layer.parameters(rng, (3,))}
    x = rng.standard_normal(shape)
    y, moved = layer.training(p, x, None, lengths=lengths)
    np.testing.assert_array_equal(y, layer(p, x))
    for name in ("mean", "variance"):
        np.testing.assert_allclose(moved[name], p[name], rtol=1e-15)


def test_steps_beyond_the_end_do_not_count_in_a_batch(rng):
    layer = BatchNorm()
    p, lengths = layer.parameters(rng, (2,)), np.array([4, 1, 3])
    x = rng.standard_normal((3, 4, 2))
    rows = np.concatenate([row[:t] for row, t in zip(x, lengths, strict=True)])
    y, moved = layer.training(p, x, None, lengths=lengths)
    wanted, wanted_moved = layer.training(p, rows, None)
    found = np.concatenate([row[:t] for row, t in zip(y, lengths, strict=True)])
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    for name, value in wanted_moved.items():
        np.testing.assert_allclose(moved[name], value, rtol=1e-12)


def test_what_moves_is_told_in_the_structure_of_the_parameters():
    network = Sequential(Dense(3), BatchNorm(), np.tanh, Residual(BatchNorm()), Own())
    marks = {"mean": True, "variance": True}
    assert network.moving == [{}, marks, {}, [marks], {}]


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_running_statistics_and_masks_move_in_a_fit(target, rng):
    network = Sequential(Dense(8, np.tanh), BatchNorm(), Dropout(0.2), Dense(1))
    X = rng.normal(3.0, 2.0, (70, 2)).astype(np.float32)
    y = X[:, :1] - X[:, 1:]
    start = {"layers": network.parameters(rng, (2,), np.float32), "step": 0.0}

    def cost(w, X, y):
        key = key_of(1, w["step"])
        z, moved = network.training(w["layers"], X, key)
        return np.mean((z - y) ** 2), {"layers": moved, "step": w["step"] + 1}

    options = {"moving": {"layers": network.moving, "step": True}, "random_state": 0}
    options |= {"batch_size": 16, "max_iter": 20, "method": pl.methods.Adam(0.02)}
    fit = pl.minimise(cost, start, X, y, **options, target=target)
    wanted = pl.minimise(cost, start, X, y, **options)
    assert fit.x["step"] == 5 * fit.nit
    assert fit.fun < 0.5 * fit.history[0]
    found = structure.leaves(fit.x["layers"])
    for a, b in zip(found, structure.leaves(wanted.x["layers"]), strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=0.02, atol=0.02)
    # The hidden units' own means, as the network has them now, are near those kept.
    hidden = network.layers[0](fit.x["layers"][0], X)
    kept_mean = fit.x["layers"][1]["mean"]
    np.testing.assert_allclose(kept_mean, hidden.mean(0), atol=0.3)


# -- layers of one's own --------------------------------------------------------------


@dataclass(frozen=True)
class Own:
    """Three methods, nothing inherited and nothing registered."""

    def parameters(self, rng, shape, dtype=float):
        return {"a": np.full(shape[-1], 2.0, dtype)}

    def output_shape(self, shape):
        return shape

    def __call__(self, p, x):
        return x * p["a"]


@dataclass(frozen=True)
class Noisy:
    """Noise in training, and a count that moves by itself."""

    moving = ("count",)

    def parameters(self, rng, shape, dtype=float):
        return {"count": np.zeros((), dtype)}

    def output_shape(self, shape):
        return shape

    def __call__(self, p, x):
        return x

    def training(self, p, x, key):
        return x + kept(key, x.shape, 0.5), {"count": p["count"] + 1}


@dataclass(frozen=True)
class Last:
    """The last step of each sequence."""

    def parameters(self, rng, shape, dtype=float):
        return {}

    def output_shape(self, shape):
        return shape[1:]

    def __call__(self, p, x, lengths=None):
        return x[:, -1] if lengths is None else x[np.arange(len(x)), lengths - 1]


def total(x, lengths=None):
    """The sum over the steps of each sequence."""
    if lengths is None:
        return x.sum(1)
    within = np.arange(x.shape[1]) < lengths[:, np.newaxis]
    return np.sum(x * within[:, :, np.newaxis], axis=1)


def test_a_layer_of_ones_own_is_a_class_or_a_function(rng):
    network = Sequential(Own(), np.tanh, Residual(Own(), lambda x: x**2), Dense(2))
    p = network.parameters(rng, (3,))
    x = rng.standard_normal((4, 3))
    h = np.tanh(2 * x)
    np.testing.assert_allclose(network(p, x), Dense(2)(p[3], h + (2 * h) ** 2))
    assert network.output_shape((3,)) == (2,)
    pl.check(lambda p: np.sum(network(p, x) ** 2), p)


def test_one_that_differs_in_training_has_a_method_for_it(rng):
    network = Sequential(Own(), Noisy())
    p, x = network.parameters(rng, (3,)), np.zeros((50, 3))
    y, moved = network.training(p, x, key_of(0, 1))
    assert set(y.ravel()) == {0.0, 1.0}
    assert moved == [{}, {"count": 1.0}]
    assert network.moving == [{}, {"count": True}]
    assert moving(Own()) == {}


@pytest.mark.parametrize("end", [Last(), total], ids=["class", "function"])
def test_one_that_takes_lengths_has_an_argument_for_them(end, rng):
    network = Sequential(Embedding(5, 3), end)
    p, x = network.parameters(rng, (4,)), rng.integers(0, 5, (3, 4))
    lengths = np.array([4, 1, 2])
    for found in (network(p, x, lengths=lengths),
                  training(network, p, x, key_of(0, 0), lengths)[0]):  # fmt: skip
        for row, words, t in zip(found, x, lengths, strict=True):
            np.testing.assert_allclose(row, network(p, words[np.newaxis, :t])[0])


def test_a_function_may_look_whole_numbers_up(rng):
    network = Sequential(lambda x: np.eye(5)[x], GRU(3), Dense(2))
    assert network.output_shape((7,)) == (2,)
    p = network.parameters(rng, (7,))
    assert network(p, rng.integers(0, 5, (4, 7))).shape == (4, 2)


def test_lengths_that_nothing_goes_by_are_refused(rng):
    network = Sequential(Embedding(5, 3), Flatten(), Dense(2))
    p, x = network.parameters(rng, (4,)), np.zeros((3, 4), int)
    for call in (network, lambda *args, **kw: network.training(*args, None, **kw)):
        with pytest.raises(
            ModelError, match="several lengths, but nothing in it goes by"
        ):
            call(p, x, lengths=np.array([1, 2, 3]))


LAYER_EXAMPLES = [
    Dense(3, np.tanh),
    Conv2D(3, (2, 3), padding="same"),
    LSTM(3, sequence=True),
    Attention(4, heads=2),
    Sequential(Dense(3), Residual(Dense(3), np.tanh)),
]


@pytest.mark.parametrize("layer", LAYER_EXAMPLES, ids=repr)
def test_layers_are_values(layer):
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert other == layer
        assert hash(other) == hash(layer)
    with pytest.raises(AttributeError):
        layer.units = 5


# -- how weights are drawn ------------------------------------------------------------

GENERATORS = [np.random.default_rng, np.random.RandomState]
SHAPES = {(200, 300): (200, 300), (3, 5, 20, 40): (300, 600)}
VARIANCES = {
    "glorot": lambda d, h: 2 / (d + h),
    "he": lambda d, h: 2 / d,
    "lecun": lambda d, h: 1 / d,
}


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.__name__)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", VARIANCES)
def test_weights_have_the_variance_of_their_paper(name, shape, generator):
    W = getattr(pl.initialisers, name)(generator(0), shape)
    variance = VARIANCES[name](*SHAPES[shape])
    kurtosis = 1.8 if name == "glorot" else 3.0  # of even and of normal numbers
    error = np.sqrt((kurtosis - 1) / W.size)
    assert W.shape == shape
    assert abs(np.mean(W)) <= 4 * np.sqrt(variance / W.size)
    assert abs(np.mean(W**2) / variance - 1) <= 4 * error
    assert abs(np.mean(W**4) / variance**2 / kurtosis - 1) <= 0.1


def test_glorot_is_even_between_its_bounds(rng):
    W = pl.initialisers.glorot(rng, (200, 300)).ravel()
    bound = np.sqrt(6 / 500)
    assert np.max(np.abs(W)) <= bound
    counts, _ = np.histogram(W, 10, (-bound, bound))
    np.testing.assert_allclose(counts, 6000, atol=5 * np.sqrt(6000))


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.__name__)
@pytest.mark.parametrize("shape", [(40, 40), (60, 20), (20, 60), (3, 3, 2, 10)])
def test_orthogonal_keeps_lengths(shape, generator):
    W = pl.initialisers.orthogonal(generator(0), shape).reshape(-1, shape[-1])
    product = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    np.testing.assert_allclose(product, np.eye(min(W.shape)), atol=1e-12)


def test_orthogonal_matrices_are_drawn_evenly(rng):
    """Their determinants are 1 and -1 alike, and their traces have variance 1."""
    drawn = [pl.initialisers.orthogonal(rng, (4, 4)) for _ in range(2000)]
    assert abs(np.mean(np.linalg.det(drawn))) <= 4 / np.sqrt(2000)
    traces = np.trace(drawn, axis1=1, axis2=2)
    assert abs(np.mean(traces)) <= 4 / np.sqrt(2000)
    assert abs(np.var(traces) - 1) <= 0.15


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.__name__)
@pytest.mark.parametrize("name", ["glorot", "he", "lecun", "orthogonal", "zeros"])
def test_a_seed_draws_the_same_and_float32_is_that_rounded(name, generator):
    draw = getattr(pl.initialisers, name)
    W, again = draw(generator(5), (4, 6)), draw(generator(5), (4, 6))
    np.testing.assert_array_equal(W, again)
    single = draw(generator(5), (4, 6), np.float32)
    assert (W.dtype, single.dtype) == (np.float64, np.float32)
    np.testing.assert_array_equal(single, W.astype(np.float32))
    assert name == "zeros" or np.any(draw(generator(6), (4, 6)) != W)


def test_weights_without_inputs_and_outputs_are_refused(rng):
    for draw in (pl.initialisers.glorot, pl.initialisers.he, pl.initialisers.lecun):
        with pytest.raises(ModelError, match=r"got shape \(5,\): give at least two"):
            draw(rng, (5,))


DRAWN = [
    (Dense(300), (200,), {"W": 2 / 500, "b": 0}),
    (Dense(300, pl.activations.relu), (200,), {"W": 2 / 200, "b": 0}),
    (Conv2D(40, 3), (9, 9, 20), {"W": 2 / 540, "b": 0}),
    (Conv2D(40, 3, activation=pl.activations.relu), (9, 9, 20), {"W": 2 / 180, "b": 0}),
    (Embedding(200, 30), (5,), {"W": 1}),
    (GRU(60), (5, 30), {"W": 2 / 90, "U": 1 / 60, "b": 0, "c": 0}),
    (LSTM(60), (5, 30), {"W": 2 / 90, "U": 1 / 60, "b": 0.25}),
    (Attention(60), (5, 30), dict.fromkeys("QKVO", 2 / 90)),
    (
        BatchNorm(),
        (4, 3),
        {"scale": 1, "shift": 0, "mean": 0, "variance": 1},
    ),
]


@pytest.mark.parametrize(("layer", "shape", "squares"), DRAWN, ids=repr)
def test_parameters_are_drawn_as_the_layer_says(layer, shape, squares):
    p = layer.parameters(np.random.default_rng(0), shape)
    assert list(p) == list(squares)
    for name, square in squares.items():
        error = 0.1 if p[name].ndim > 1 else 0
        np.testing.assert_allclose(np.mean(p[name] ** 2), square, rtol=error)


def test_each_gate_of_a_recurrence_keeps_lengths(rng):
    U = LSTM(6).parameters(rng, (5, 3))["U"]
    for gate in np.split(U, 4, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(6), atol=1e-12)
    b = LSTM(2).parameters(rng, (5, 3))["b"]
    np.testing.assert_array_equal(b, [0, 0, 1, 1, 0, 0, 0, 0])


# -- what estimators learn of layers --------------------------------------------------


@pytest.mark.parametrize("word", [5, -1])
def test_an_estimator_refuses_a_word_that_is_none(word, rng):
    X = rng.integers(0, 5, (20, 4))
    network = Sequential(Embedding(5, 3), Flatten(), Dense(1))
    model = pl.NetworkClassifier(network, max_iter=1, tol=0.0)
    model.fit(X, np.arange(20) % 2)
    X[3, 1] = word
    for call in (model.predict, lambda X: model.fit(X, np.arange(20) % 2)):
        with pytest.raises(ModelError, match="whole numbers from 0"):
            call(X)


def test_an_estimator_refuses_several_lengths_that_nothing_goes_by(rng):
    X = [rng.integers(0, 5, 1 + i % 3) for i in range(20)]
    network = Sequential(Embedding(5, 3), lambda x: x.mean(1), Dense(1))
    with pytest.raises(ModelError, match="several lengths, but nothing in"):
        pl.NetworkClassifier(network, max_iter=1).fit(X, np.arange(20) % 2)
