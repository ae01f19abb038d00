"""Networks as tutorials and bug reports of Keras and PyTorch write them."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.layers import (
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
from pellucid.layers.activations import gelu, leaky_relu, relu

# The numbers of parameters that the pages print.

KERAS_MNIST = Sequential(
    Conv2D(32, (3, 3), activation=relu),
    MaxPool2D((2, 2)),
    Conv2D(64, (3, 3), activation=relu),
    MaxPool2D((2, 2)),
    Flatten(),
    Dropout(0.5),
    Dense(10),
)
TORCH_CIFAR = Sequential(
    Conv2D(6, 5, activation=relu),
    MaxPool2D(2, 2),
    Conv2D(16, 5, activation=relu),
    MaxPool2D(2, 2),
    Flatten(),
    Dense(120, relu),
    Dense(84, relu),
    Dense(10),
)
KERAS_IMDB = Sequential(Embedding(20000, 128), LSTM(128), Dense(1))
TENSORFLOW_CIFAR = Sequential(
    Conv2D(32, 3, activation=relu),
    MaxPool2D(2),
    Conv2D(64, 3, activation=relu),
    MaxPool2D(2),
    Conv2D(64, 3, activation=relu),
    Flatten(),
    Dense(64, relu),
    Dense(10),
)
LENET_5 = Sequential(
    Conv2D(6, 5, padding="same", activation=np.tanh),
    AveragePool2D(2),
    Conv2D(16, 5, activation=np.tanh),
    AveragePool2D(2),
    Flatten(),
    Dense(120, np.tanh),
    Dense(84, np.tanh),
    Dense(10),
)


@pytest.mark.parametrize(
    ("network", "shape", "parameters"),
    [
        (KERAS_MNIST, (28, 28, 1), 34_826),
        (TORCH_CIFAR, (32, 32, 3), 62_006),
        (KERAS_IMDB, (80,), 2_691_713),
        (TENSORFLOW_CIFAR, (32, 32, 3), 122_570),
        (LENET_5, (28, 28, 1), 61_706),
    ],
    ids=["keras mnist", "torch cifar", "keras imdb", "tensorflow cifar", "lenet"],
)
def test_a_network_of_a_tutorial_has_its_number_of_parameters(
    network, shape, parameters
):
    assert network.summary(shape).frame["parameters"].sum() == parameters


# Networks that no layer of the table is made for, from functions and small classes.


@dataclass(frozen=True)
class BothWays:
    """A recurrence that reads forwards and backwards, each sequence from its end."""

    layer: Any

    def parameters(self, rng, shape, dtype=float):
        return [self.layer.parameters(rng, shape, dtype=dtype) for _ in range(2)]

    def output_shape(self, shape):
        *axes, units = self.layer.output_shape(shape)
        return (*axes, 2 * units)

    def __call__(self, p, x, lengths=None):
        t = np.arange(x.shape[1])
        if lengths is None:
            back = x[:, ::-1]
        else:
            at = np.where(t < lengths[:, np.newaxis], lengths[:, np.newaxis] - 1 - t, t)
            back = np.take_along_axis(x, at[:, :, np.newaxis], axis=1)
        both = [
            self.layer(p[0], x, lengths=lengths),
            self.layer(p[1], back, lengths=lengths),
        ]
        return np.concatenate(both, axis=-1)


@dataclass(frozen=True)
class Shortcut:
    """A residual block that changes its shape, around which a convolution leads."""

    around: Any
    inner: Any

    def parameters(self, rng, shape, dtype=float):
        return [
            each.parameters(rng, shape, dtype=dtype)
            for each in (self.around, self.inner)
        ]

    def output_shape(self, shape):
        return self.inner.output_shape(shape)

    def __call__(self, p, x):
        return relu(self.around(p[0], x) + self.inner(p[1], x))


def upsampled(x):
    """Each pixel four times."""
    return np.repeat(np.repeat(x, 2, axis=1), 2, axis=2)


def positions(x):
    """Sine and cosine waves added, by which steps are told apart."""
    t, d = x.shape[1:]
    angle = np.arange(t)[:, np.newaxis] / 10000 ** (np.arange(0, d, 2) / d)
    wave = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    return x + wave.reshape(t, d).astype(x.dtype)


def one_dimensional(filters, size):
    """A convolution along time, as of an image of width 1."""
    return Sequential(
        lambda x: x[:, :, np.newaxis],
        Conv2D(filters, (size, 1), padding="same"),
        lambda x: x[:, :, 0],
    )


def block(d):
    """A block of a transformer, normalised before."""
    return Sequential(
        Residual(LayerNorm(), Attention(d, heads=2, causal=True)),
        Residual(LayerNorm(), Dense(4 * d, gelu), Dropout(0.1), Dense(d)),
    )


OWN = [
    (Sequential(BothWays(LSTM(3)), Dense(2)), (5, 2)),
    (Sequential(BothWays(RNN(3, sequence=True)), Dense(1)), (5, 2)),
    (
        Sequential(
            Shortcut(
                Conv2D(4, 1, stride=2),
                Sequential(
                    Conv2D(4, 3, stride=2, padding="same", bias=False), BatchNorm()
                ),
            ),
            GlobalAveragePool2D(),
        ),
        (5, 6, 2),
    ),
    (
        Sequential(
            Conv2D(3, 3, stride=2, padding="same", activation=relu),
            upsampled,
            Conv2D(1, 3, padding="same"),
        ),
        (6, 6, 1),
    ),
    (Sequential(positions, block(4), block(4), LayerNorm(), Dense(3)), (5, 4)),
    (
        Sequential(
            one_dimensional(3, 3),
            partial(leaky_relu, slope=0.2),
            lambda x: x.max(axis=1),
            Dense(2),
        ),
        (6, 2),
    ),
    (
        Sequential(
            Conv2D(4, 1), lambda x: x[..., :2] * pl.activations.sigmoid(x[..., 2:])
        ),
        (3, 3, 2),
    ),
    (Sequential(lambda x: (x - 127.5) / 127.5, Flatten(), Dense(2)), (4, 4)),
]


@pytest.mark.parametrize(("network", "shape"), OWN, ids=[str(i) for i in range(8)])
def test_a_network_of_ones_own_is_differentiated_and_trained(network, shape, rng):
    p = network.parameters(rng, shape)
    x = rng.standard_normal((6, *shape))
    y = rng.standard_normal((6, *network.output_shape(shape)))

    def cost(p, x, y):
        return np.mean((network(p, x) - y) ** 2)

    pl.check(lambda p: cost(p, x, y), p, order=1)
    start = cost(p, x, y)
    fit = pl.minimise(cost, p, x, y, method=pl.methods.Adam(0.01), max_iter=5)
    assert fit.fun < start


def test_a_recurrence_both_ways_is_that_of_torch(rng):
    torch = pytest.importorskip("torch")
    layer, lengths = BothWays(LSTM(3, sequence=True)), np.array([5, 2, 3])
    p, x = layer.parameters(rng, (5, 2)), rng.standard_normal((3, 5, 2))
    names = {"weight_ih": "W", "weight_hh": "U", "bias_ih": "b"}
    weights = {
        f"{theirs}_l0{way}": torch.tensor(own[ours].T)
        for way, own in zip(("", "_reverse"), p, strict=True)
        for theirs, ours in names.items()
    }
    weights |= {
        f"bias_hh_l0{way}": torch.zeros(12).double() for way in ("", "_reverse")
    }
    module = torch.nn.LSTM(2, 3, batch_first=True, bidirectional=True).double()
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(x), lengths, batch_first=True, enforce_sorted=False
    )
    states, _ = torch.func.functional_call(module, weights, (packed,))
    wanted = torch.nn.utils.rnn.pad_packed_sequence(states, True, total_length=5)[0]
    found = layer(p, x, lengths=lengths)
    for row, other, t in zip(found, wanted.detach().numpy(), lengths, strict=True):
        np.testing.assert_allclose(row[:t, :3], other[:t, :3], atol=1e-12)
        np.testing.assert_allclose(row[:t, 3:][::-1], other[:t, 3:], atol=1e-12)


@pytest.mark.parametrize("causal", [False, True])
def test_a_block_of_a_transformer_is_that_of_torch(causal, rng):
    torch = pytest.importorskip("torch")
    network = Sequential(
        Residual(LayerNorm(), Attention(6, heads=2, causal=causal)),
        Residual(LayerNorm(), Dense(10, relu), Dense(6)),
    )
    p, x = network.parameters(rng, (5, 6)), rng.standard_normal((3, 5, 6))
    (norm1, attention), (norm2, first, second) = p
    module = torch.nn.TransformerEncoderLayer(
        6, 2, 10, dropout=0.0, batch_first=True, norm_first=True, dtype=torch.float64
    )
    weights = {
        "self_attn.in_proj_weight": np.concatenate([attention[n].T for n in "QKV"]),
        "self_attn.in_proj_bias": np.zeros(18),
        "self_attn.out_proj.weight": attention["O"].T,
        "self_attn.out_proj.bias": np.zeros(6),
        "linear1.weight": first["W"].T,
        "linear1.bias": first["b"],
        "linear2.weight": second["W"].T,
        "linear2.bias": second["b"],
        "norm1.weight": norm1["scale"],
        "norm1.bias": norm1["shift"],
        "norm2.weight": norm2["scale"],
        "norm2.bias": norm2["shift"],
    }
    module.load_state_dict({name: torch.tensor(w) for name, w in weights.items()})
    mask = torch.nn.Transformer.generate_square_subsequent_mask(5).double()
    wanted = module(torch.tensor(x), src_mask=mask if causal else None)
    np.testing.assert_allclose(network(p, x), wanted.detach(), atol=1e-10)


# What bug reports are about.


@pytest.mark.parametrize("stride", [1, 2, 3, (2, 1)])
@pytest.mark.parametrize("size", [1, 2, 3, 4, (2, 5)])
@pytest.mark.parametrize("shape", [(7, 8), (8, 7), (1, 2), (5, 5)])
def test_same_is_that_of_xla(shape, size, stride, rng):
    """PyTorch pads both sides alike, XLA the right and the bottom by one more."""
    jax = pytest.importorskip("jax")
    layer = Conv2D(2, size, stride=stride, padding="same", bias=False)
    p, x = layer.parameters(rng, (*shape, 3)), rng.standard_normal((2, *shape, 3))
    strides = stride if isinstance(stride, tuple) else (stride, stride)
    with jax.enable_x64(True):
        wanted = jax.lax.conv_general_dilated(
            x, p["W"], strides, "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
    assert layer(p, x).shape[1:] == layer.output_shape((*shape, 3))
    np.testing.assert_allclose(layer(p, x), wanted, atol=1e-12)


def test_what_stands_behind_the_end_changes_nothing(rng):
    """Masks of an LSTM: what was filled up with may be any number."""
    network = Sequential(LSTM(4, sequence=True), LSTM(3), Dense(2))
    p, x = network.parameters(rng, (6, 2)), rng.standard_normal((3, 6, 2))
    lengths = np.array([2, 6, 4])
    within = np.arange(6) < lengths[:, np.newaxis]

    def cost(p, x):
        return np.sum(network(p, x, lengths=lengths) ** 2)

    other = np.where(within[:, :, np.newaxis], x, 1e3)
    found = pl.value_and_gradient(cost)(p, other)
    wanted = pl.value_and_gradient(cost)(p, x)
    pairs = zip(structure.leaves(found), structure.leaves(wanted), strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
    slopes = pl.gradient(cost, wrt=1)(p, x)
    assert np.all(slopes[~within] == 0)
    assert np.all(slopes[within] != 0)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e150])
def test_attention_does_not_overflow(size, rng):
    layer = Attention(4, heads=2, causal=True)
    p, x = layer.parameters(rng, (5, 3)), size * rng.standard_normal((2, 5, 3))
    weights = layer.weights(p, x, np.array([5, 2]))
    np.testing.assert_allclose(np.sum(weights, axis=-1), 1)
    assert np.all(weights[1, :, :, 2:] == 0)
    assert np.all(np.triu(weights, 1) == 0)
    slopes = pl.gradient(lambda p: np.sum(layer(p, x)))(p)
    assert all(np.all(np.isfinite(slope)) for slope in slopes.values())


def test_a_key_that_nobody_may_see_is_refused_and_never_a_number(rng):
    layer = Attention(4)
    p, x = layer.parameters(rng, (5, 3)), rng.standard_normal((2, 5, 3))
    with pytest.raises(ModelError, match="expects whole lengths from 1 to 5"):
        layer(p, x, lengths=np.array([5, 0]))
    compiled = pl.compile(lambda p, x, lengths: layer(p, x, lengths=lengths))
    with np.errstate(invalid="ignore"):
        found = compiled(p, x, np.array([5, 3])), compiled(p, x, np.array([5, 0]))
    assert np.all(np.isfinite(found[0]))
    assert np.all(np.isnan(found[1][1]))
    assert np.all(np.isfinite(found[1][0]))


def test_a_pooled_image_of_one_brightness_has_a_gradient(rng):
    """Equal numbers in a window share its slope, so that it adds up to 1."""
    x = np.ones((1, 4, 4, 1))
    slopes = pl.gradient(lambda x: np.sum(MaxPool2D(2)({}, x)))(x)
    np.testing.assert_allclose(np.sum(slopes), 4)


def test_a_layer_that_stands_twice_has_parameters_twice(rng):
    layer = Dense(3)
    p = Sequential(layer, np.tanh, layer).parameters(rng, (3,))
    assert np.any(p[0]["W"] != p[2]["W"])


def test_weights_are_tied_by_a_function_of_both(rng):
    """A character model whose last layer is its embedding, turned around."""
    words, state = Embedding(7, 4), RNN(4, sequence=True)
    p = [words.parameters(rng, (5,)), state.parameters(rng, (5, 4))]
    x = rng.integers(0, 7, (3, 5))

    def cost(p):
        h = state(p[1], words(p[0], x))
        return np.mean(pl.costs.cross_entropy(h[:, :-1] @ p[0]["W"].T, x[:, 1:]))

    pl.check(cost, p, order=1)


class Scale:
    """A layer as people write it: it says nothing of dtype."""

    def parameters(self, rng, shape):
        return {"a": np.ones(shape[-1])}

    def output_shape(self, shape):
        return shape

    def __call__(self, p, x):
        return p["a"] * x


def test_a_layer_need_not_know_of_dtype(rng):
    network = Sequential(Scale(), Dense(2))
    for dtype in (np.float32, np.float64):
        p = network.parameters(rng, (3,), dtype)
        assert network(p, np.ones((1, 3), dtype)).dtype == p[0]["a"].dtype == dtype
