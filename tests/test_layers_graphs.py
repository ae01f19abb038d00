"""Layers as functions that are read, differentiated, compiled and trained."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs import structure
from pellucid.layers import (
    GRU,
    LSTM,
    RNN,
    Attention,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePool2D,
    LayerNorm,
    MaxPool2D,
    Residual,
    Sequential,
)
from pellucid.layers.containers import training
from pellucid.layers.noise import key_of

TARGETS = ["numpy", "jax", "torch"]
NETWORK = Sequential(
    Dense(4), np.tanh, Residual(Dense(4), LayerNorm()), BatchNorm(), Dropout(0.5)
)
LAYERS = [
    (Dense(4, np.tanh), (3,)),
    (Conv2D(3, 2, stride=2, padding="same", activation=np.tanh), (5, 4, 2)),
    (MaxPool2D(2), (5, 4, 2)),
    (AveragePool2D(2, stride=1), (5, 4, 2)),
    (GlobalAveragePool2D(), (3, 4, 2)),
    (Flatten(), (3, 2)),
    (RNN(3), (3, 2)),
    (LSTM(3, sequence=True), (3, 2)),
    (GRU(3), (3, 2)),
    (Attention(4, heads=2, causal=True), (3, 2)),
    (BatchNorm(), (3,)),
    (LayerNorm(), (3,)),
    (Dropout(0.5), (3,)),
    (NETWORK, (3,)),
]
PARAMETERLESS = {MaxPool2D(2), AveragePool2D(2, stride=1), GlobalAveragePool2D()}
PARAMETERLESS |= {Flatten(), Dropout(0.5)}
every_layer = pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=repr)
on_each_target = pytest.mark.parametrize("target", TARGETS)


def example(layer, shape, rng, dtype=float, n=2):
    p = layer.parameters(rng, shape, dtype=dtype)
    return p, rng.standard_normal((n, *shape)).astype(dtype)


def assert_same(found, wanted, tolerance=1e-11):
    pairs = zip(structure.leaves(found), structure.leaves(wanted), strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
        assert a.dtype == b.dtype


def squares(layer):
    return lambda p, x: np.sum(layer(p, x) ** 2)


@every_layer
def test_the_source_of_a_layer_is_the_layer(layer, shape, rng):
    p, x = example(layer, shape, rng)
    names = {}
    exec(pl.source(layer, p, x), names)
    assert_same(names[type(layer).__name__](p, x), layer(p, x))


@every_layer
def test_the_source_of_its_gradient_is_the_gradient(layer, shape, rng):
    p, x = example(layer, shape, rng)
    cost = squares(layer)
    graph = pl.gradient(pl.graph(cost, p, x), wrt="x")
    names = {}
    exec(pl.source(graph), names)
    (function,) = (names[name] for name in names if name.endswith("_gradient"))
    assert_same(function(p, x), pl.gradient(cost, wrt=1)(p, x))
    assert_same(graph(p, x), pl.gradient(cost, wrt=1)(p, x))


@every_layer
def test_its_gradients_are_those_of_differences(layer, shape, rng):
    p, x = example(layer, shape, rng)
    pl.check(squares(layer), p, x)
    pl.check(lambda x: squares(layer)(p, x), x, order=1)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [case for case in LAYERS if case[0] not in PARAMETERLESS],
    ids=repr,
)
def test_its_hessian_is_the_jacobian_of_its_gradient(layer, shape, rng):
    p, x = example(layer, shape, rng)
    cost = squares(layer)
    assert_same(
        pl.hessian(cost)(p, x), pl.jacobian(pl.gradient(cost))(p, x), tolerance=1e-8
    )


@on_each_target
@every_layer
def test_a_compiled_layer_is_the_layer(layer, shape, target, rng):
    p, x = example(layer, shape, rng)

    def both(p, x):
        return layer(p, x), pl.gradient(squares(layer), wrt=(0, 1))(p, x)

    assert_same(pl.compile(both, target=target)(p, x), both(p, x))


@every_layer
def test_float32_stays_float32(layer, shape, rng):
    p, x = example(layer, shape, rng, np.float32)
    found = layer(p, x), pl.gradient(squares(layer), wrt=(0, 1))(p, x)
    assert {leaf.dtype.name for leaf in structure.leaves(found)} == {"float32"}


@on_each_target
@every_layer
def test_a_layer_in_training_is_the_same_on_each_target(layer, shape, target, rng):
    p, x = example(layer, shape, rng, np.float32, n=6)

    def step(p, x, step):
        return training(layer, p, x, key_of(3, step))

    wanted = step(p, x, np.array(5.0))
    assert_same(pl.compile(step, target=target)(p, x, np.array(5.0)), wanted, 1e-5)
    assert {leaf.dtype.name for leaf in structure.leaves(wanted)} == {"float32"}


@pytest.mark.parametrize("n", [0, 1])
@every_layer
def test_no_row_and_one_row_are_rows(layer, shape, n, rng):
    p, x = example(layer, shape, rng, n=n)
    assert layer(p, x).shape == (n, *layer.output_shape(shape))
    y, _ = training(layer, p, x, key_of(0, 1))
    assert y.shape == (n, *layer.output_shape(shape))
    p, x = example(layer, shape, rng, n=2)
    np.testing.assert_allclose(layer(p, x[:1]), layer(p, x)[:1], atol=1e-14)


IMAGES = Sequential(
    Conv2D(3, 2), BatchNorm(), MaxPool2D(2), AveragePool2D(1), Flatten(), Dense(2)
)
STEPS = Sequential(LSTM(3, sequence=True), Attention(4), GRU(3), LayerNorm(), RNN(2))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float64"])
@pytest.mark.parametrize(
    ("network", "shape"),
    [(IMAGES, (5, 4, 1)), (Sequential(*STEPS.layers[:3], Dense(2)), (4, 2))],
    ids=["images", "sequences"],
)
def test_whole_numbers_are_taken_as_the_numbers_they_are(network, shape, dtype, rng):
    p = network.parameters(rng, shape, dtype=np.float32)
    x = rng.integers(0, 255, (3, *shape)).astype(dtype)
    wanted = network(p, x.astype(np.float64))
    np.testing.assert_allclose(network(p, x), wanted, rtol=1e-3, atol=1e-4)
    _, moved = network.training(p, x, key_of(0, 1))
    assert all(leaf.dtype == np.float32 for leaf in structure.leaves(moved))


# Sequences of several lengths.

RAGGED = [RNN(3, sequence=True), LSTM(3), GRU(3), Attention(4, heads=2)]


@on_each_target
@pytest.mark.parametrize("layer", RAGGED, ids=repr)
def test_each_sequence_is_as_if_it_stood_alone(layer, target, rng):
    p, x = example(layer, (5, 2), rng, n=4)
    lengths = np.array([5, 1, 3, 4])
    compiled = pl.compile(lambda p, x, lengths: layer(p, x, lengths=lengths), target)
    for row, alone, t in zip(compiled(p, x, lengths), x, lengths, strict=True):
        wanted = layer(p, alone[np.newaxis, :t])[0]
        row = row[:t] if wanted.ndim == 2 else row
        np.testing.assert_allclose(row, wanted, rtol=1e-12, atol=1e-14)


@on_each_target
@pytest.mark.parametrize("layer", [*RAGGED, BatchNorm()], ids=repr)
def test_lengths_are_inputs_of_a_compiled_gradient(layer, target, rng):
    p, x = example(layer, (4, 2), rng, n=3)

    def cost(p, x, lengths):
        y, moved = training(layer, p, x, key_of(0, 1), lengths)
        return np.sum(y**2) + sum(map(np.sum, structure.leaves(moved)))

    both = pl.value_and_gradient(cost, wrt=(0, 1))
    compiled = pl.compile(both, target=target)
    for lengths in ([4, 1, 3], [2, 4, 4]):
        given = p, x, np.array(lengths)
        assert_same(compiled(*given), both(*given))


# Words in mini-batches.


WORDS = Sequential(Embedding(20, 5), RNN(6), Dense(2))


def sentences(rng):
    x = rng.integers(0, 20, (90, 4))
    return x, rng.integers(1, 5, 90), np.any(x == 3, axis=1).astype(int)


@on_each_target
def test_words_are_trained_in_batches(target, rng):
    x, lengths, y = sentences(rng)
    p = WORDS.parameters(rng, (4,))

    def cost(p, x, lengths, y):
        return np.mean(pl.costs.cross_entropy(WORDS(p, x, lengths=lengths), y))

    options = {"batch_size": 32, "max_iter": 4, "random_state": 0}
    options["method"] = pl.methods.Adam(0.02)
    fit = pl.minimise(cost, p, x, lengths, y, **options, target=target)
    wanted = pl.minimise(cost, p, x, lengths, y, **options)
    assert fit.fun < 0.9 * cost(p, x, lengths, y)
    assert_same(fit.x, wanted.x, 1e-9)


@on_each_target
@pytest.mark.parametrize("word", [-1, -20, 20, 1000])
def test_a_word_that_is_none_is_refused_while_it_runs(word, target, rng):
    p, x = WORDS.parameters(rng, (4,)), np.zeros((3, 4), int)
    compiled = pl.compile(lambda p, x: WORDS(p, x), target=target)
    np.testing.assert_allclose(compiled(p, x), WORDS(p, x), atol=1e-12)
    x[1, 2] = word
    with pytest.raises(IndexError, match="out of bounds"):
        compiled(p, x)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint64"])
def test_words_may_be_whole_numbers_of_any_kind(dtype, rng):
    layer = Embedding(300, 2)
    p, x = layer.parameters(rng, (4,)), rng.integers(0, 100, (3, 4))
    np.testing.assert_array_equal(layer(p, x.astype(dtype)), p["W"][x])
