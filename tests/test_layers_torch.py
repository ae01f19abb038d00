"""Each layer against PyTorch's with the same weights: value and all gradients."""

import numpy as np
import pytest

import pellucid as pl
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
from pellucid.layers.activations import elu, gelu, leaky_relu, relu, sigmoid, softplus

torch = pytest.importorskip("torch")
F = torch.nn.functional
ACTIVATIONS = {
    None: lambda z: z,
    np.tanh: torch.tanh,
    relu: torch.relu,
    sigmoid: torch.sigmoid,
    elu: F.elu,
    softplus: F.softplus,
    leaky_relu: F.leaky_relu,
    gelu: lambda z: F.gelu(z, approximate="tanh"),
}


# Each layer as PyTorch computes it, from the same parameters.


def dense(layer, p, x):
    return ACTIVATIONS[layer.activation](F.linear(x, p["W"].T, p.get("b")))


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def convolution(layer, p, x):
    x = zeros_around(layer, x) if layer.padding == "same" else x
    W = p["W"].permute(3, 2, 0, 1)
    z = F.conv2d(channels_first(x), W, p.get("b"), layer.stride)
    return ACTIVATIONS[layer.activation](channels_last(z))


def zeros_around(layer, x):
    """Padding of TensorFlow's "SAME", as its guide has it: by the rest of n / s."""
    size, stride = (v if isinstance(v, tuple) else (v, v)
                    for v in (layer.size, layer.stride))  # fmt: skip
    sides = []
    for n, k, s in zip(x.shape[1:3], size, stride, strict=True):
        total = max(k - s, 0) if n % s == 0 else max(k - n % s, 0)
        sides.append((total // 2, total - total // 2))
    return F.pad(x, (0, 0, *sides[1], *sides[0]))


def max_pooling(layer, p, x):
    return channels_last(F.max_pool2d(channels_first(x), layer.size, layer.stride))


def average_pooling(layer, p, x):
    return channels_last(F.avg_pool2d(channels_first(x), layer.size, layer.stride))


def recurrent(module):
    def run(layer, p, x, lengths=None):
        options = {"batch_first": True, "dtype": x.dtype}
        if isinstance(layer, RNN):
            options["nonlinearity"] = "relu" if layer.activation is relu else "tanh"
        network = module(x.shape[2], layer.units, **options)
        weights = {
            "weight_ih_l0": p["W"].T,
            "weight_hh_l0": p["U"].T,
            "bias_ih_l0": p["b"],
            "bias_hh_l0": p.get("c", torch.zeros_like(p["b"])),
        }
        given = (packed(x, lengths),)
        states, last = torch.func.functional_call(network, weights, given)
        last = (last[0] if isinstance(layer, LSTM) else last)[0]
        return unpacked(states, x.shape[1]) if layer.sequence else last

    return run


def packed(x, lengths):
    if lengths is None:
        return x
    pack = torch.nn.utils.rnn.pack_padded_sequence
    return pack(x, lengths, batch_first=True, enforce_sorted=False)


def unpacked(states, t):
    if isinstance(states, torch.Tensor):
        return states
    unpack = torch.nn.utils.rnn.pad_packed_sequence
    return unpack(states, batch_first=True, total_length=t)[0]


def attention(layer, p, x, lengths=None):
    n, t, _ = x.shape
    heads = layer.heads
    Q, K, V = ((x @ p[name]).reshape(n, t, heads, -1).transpose(1, 2) for name in "QKV")
    mask = torch.ones((n, 1, t, t), dtype=bool)
    if layer.causal:
        mask = mask.tril()
    if lengths is not None:
        mask = mask & (torch.arange(t) < torch.as_tensor(lengths)[:, None, None, None])
    z = F.scaled_dot_product_attention(Q, K, V, mask)
    return z.transpose(1, 2).reshape(n, t, layer.units) @ p["O"]


def batch_norm(layer, p, x):
    mean, variance, scale, shift = (
        p[k] for k in ("mean", "variance", "scale", "shift")
    )
    z = (x - mean) / torch.sqrt(variance + layer.eps) * scale + shift
    kept = mean.detach(), variance.detach()  # which PyTorch cannot differentiate
    same = F.batch_norm(x.movedim(-1, 1), *kept, scale, shift, eps=layer.eps)
    torch.testing.assert_close(z, same.movedim(1, -1))
    return z


def layer_norm(layer, p, x):
    return F.layer_norm(x, x.shape[-1:], p["scale"], p["shift"], layer.eps)


def sequential(layer, p, x):
    for each, own in zip(layer.layers, p, strict=True):
        known = type(each) in THEIRS
        x = THEIRS[type(each)](each, own, x) if known else ACTIVATIONS[each](x)
    return x


THEIRS = {
    Dense: dense,
    Conv2D: convolution,
    MaxPool2D: max_pooling,
    AveragePool2D: average_pooling,
    GlobalAveragePool2D: lambda layer, p, x: x.mean((1, 2)),
    Flatten: lambda layer, p, x: torch.flatten(x, 1),
    Embedding: lambda layer, p, x: F.embedding(x, p["W"]),
    RNN: recurrent(torch.nn.RNN),
    LSTM: recurrent(torch.nn.LSTM),
    GRU: recurrent(torch.nn.GRU),
    Attention: attention,
    BatchNorm: batch_norm,
    LayerNorm: layer_norm,
    Dropout: lambda layer, p, x: F.dropout(x, layer.rate, training=False),
    Sequential: sequential,
    Residual: lambda layer, p, x: x + sequential(layer, p, x),
}


# Value and all gradients, the same to 1e-10.


def moved_about(p, rng):
    """Parameters of which none is 0 or 1 because it starts there."""
    if isinstance(p, list):
        return [moved_about(own, rng) for own in p]
    return {name: w + rng.uniform(0.1, 0.4, w.shape) for name, w in p.items()}


def tensors(tree):
    if isinstance(tree, list):
        return [tensors(part) for part in tree]
    if isinstance(tree, dict):
        return {name: tensors(part) for name, part in tree.items()}
    return torch.tensor(tree).requires_grad_(tree.dtype.kind == "f")


def leaves(tree):
    if isinstance(tree, (list, tuple)):
        return [leaf for part in tree for leaf in leaves(part)]
    if isinstance(tree, dict):
        return [leaf for name in sorted(tree) for leaf in leaves(tree[name])]
    return [tree]


def assert_as_in_torch(layer, p, x, ours, theirs):
    """Compare two functions of p and x: value, and gradients of a weighted sum."""
    y = ours(p, x)
    c = np.cos(np.arange(y.size)).reshape(y.shape)
    wrt = (0, 1) if x.dtype.kind == "f" else (0,)
    gradients = pl.gradient(lambda p, x: np.sum(ours(p, x) * c), wrt=wrt)(p, x)
    given = tensors([p, x])
    z = theirs(*given)
    (z * torch.tensor(c)).sum().backward()
    np.testing.assert_allclose(y, z.detach(), rtol=1e-10, atol=1e-10)
    for g, leaf in zip(leaves(gradients), leaves(given[: len(wrt)]), strict=True):
        np.testing.assert_allclose(g, leaf.grad, rtol=1e-10, atol=1e-10)


CASES = [
    *[(Dense(4, activation=f), (3,)) for f in ACTIVATIONS],
    (Dense(4, bias=False), (3,)),
    (Dense(4, np.tanh), (5, 3)),
    (Dense(4), (2, 5, 3)),
    (Conv2D(4, 3), (7, 8, 2)),
    (Conv2D(4, 3, activation=relu), (7, 8, 2)),
    (Conv2D(4, 3, bias=False), (7, 8, 2)),
    (Conv2D(4, (3, 2), activation=np.tanh), (7, 8, 2)),
    (Conv2D(4, 3, stride=2), (7, 8, 2)),
    (Conv2D(4, (2, 3), stride=(3, 1)), (7, 8, 2)),
    (Conv2D(4, 2, stride=3), (7, 8, 2)),
    (Conv2D(4, 1, stride=2), (7, 8, 2)),
    (Conv2D(4, (7, 8)), (7, 8, 2)),
    (Conv2D(1, 1), (1, 1, 1)),
    (Conv2D(4, 3, padding="same"), (7, 8, 2)),
    (Conv2D(4, 2, padding="same"), (7, 8, 2)),
    (Conv2D(4, (4, 3), padding="same"), (7, 8, 2)),
    (Conv2D(4, 3, stride=2, padding="same"), (7, 8, 2)),
    (Conv2D(4, 2, stride=2, padding="same"), (7, 8, 2)),
    (Conv2D(4, (4, 5), stride=(3, 2), padding="same"), (7, 8, 2)),
    (Conv2D(4, 2, stride=3, padding="same"), (7, 8, 2)),
    (Conv2D(4, 1, stride=2, padding="same"), (7, 8, 2)),
    (Conv2D(4, 9, padding="same"), (7, 8, 2)),
    (MaxPool2D(2), (8, 6, 3)),
    (MaxPool2D(2), (7, 5, 3)),
    (MaxPool2D((2, 3)), (7, 8, 3)),
    (MaxPool2D(3, stride=2), (7, 8, 3)),
    (MaxPool2D(2, stride=3), (7, 8, 3)),
    (MaxPool2D((3, 2), stride=(1, 2)), (7, 8, 3)),
    (AveragePool2D(2), (8, 6, 3)),
    (AveragePool2D(2), (7, 5, 3)),
    (AveragePool2D((2, 3), stride=(1, 2)), (7, 8, 3)),
    (AveragePool2D(2, stride=3), (7, 8, 3)),
    (GlobalAveragePool2D(), (7, 8, 3)),
    (Flatten(), (7, 8, 3)),
    (RNN(4), (50, 3)),
    (RNN(4, relu), (10, 3)),
    (RNN(4, sequence=True), (10, 3)),
    (LSTM(4), (50, 3)),
    (LSTM(4, sequence=True), (50, 3)),
    (LSTM(1), (1, 1)),
    (GRU(4), (50, 3)),
    (GRU(4, sequence=True), (50, 3)),
    (Attention(6), (5, 4)),
    (Attention(6, heads=3), (5, 4)),
    (Attention(6, causal=True), (5, 4)),
    (Attention(6, heads=2, causal=True), (5, 4)),
    (Attention(6, heads=6), (1, 4)),
    (BatchNorm(), (3,)),
    (BatchNorm(eps=1e-3), (5, 3)),
    (BatchNorm(), (5, 4, 3)),
    (LayerNorm(), (3,)),
    (LayerNorm(eps=1e-3), (5, 3)),
    (LayerNorm(), (5, 4, 3)),
    (Dropout(0.5), (3,)),
    (Residual(Dense(3, np.tanh), Dense(3)), (3,)),
    (
        Sequential(
            Conv2D(4, 3, padding="same", activation=relu),
            BatchNorm(),
            Residual(Conv2D(4, 3, padding="same"), BatchNorm(), relu),
            MaxPool2D(2),
            Flatten(),
            Dense(5, np.tanh),
            LayerNorm(),
            Dropout(0.5),
            Dense(3),
        ),
        (7, 8, 2),
    ),
    (
        Sequential(
            LSTM(4, sequence=True),
            Residual(Attention(4, heads=2, causal=True)),
            LayerNorm(),
            GRU(3),
            Dense(2),
        ),
        (6, 3),
    ),
]


@pytest.mark.parametrize(("layer", "shape"), CASES, ids=repr)
def test_value_and_gradients_are_those_of_torch(layer, shape, rng):
    p = moved_about(layer.parameters(rng, shape), rng)
    x = rng.standard_normal((3, *shape))
    assert layer(p, x).shape == (3, *layer.output_shape(shape))

    def theirs(p, x):
        return THEIRS[type(layer)](layer, p, x)

    assert_as_in_torch(layer, p, x, layer, theirs)


RAGGED = [
    *[kind(4, sequence=s) for kind in (RNN, LSTM, GRU) for s in (False, True)],
    RNN(4, relu, sequence=True),
]


@pytest.mark.parametrize("lengths", [[8, 3, 1, 7], [2, 2, 2, 2]], ids=str)
@pytest.mark.parametrize("layer", RAGGED, ids=repr)
def test_ragged_sequences_are_those_that_torch_packs(layer, lengths, rng):
    p = moved_about(layer.parameters(rng, (8, 3)), rng)
    x = rng.standard_normal((4, 8, 3))

    def ours(p, x):
        return layer(p, x, lengths=np.array(lengths))

    def theirs(p, x):
        return THEIRS[type(layer)](layer, p, x, lengths)

    assert_as_in_torch(layer, p, x, ours, theirs)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_looks_at_no_step_beyond_the_end(causal, rng):
    layer = Attention(6, heads=2, causal=causal)
    p, x = layer.parameters(rng, (8, 3)), rng.standard_normal((4, 8, 3))
    lengths = [8, 3, 1, 7]

    def ours(p, x):
        return layer(p, x, lengths=np.array(lengths))

    assert_as_in_torch(layer, p, x, ours, lambda p, x: attention(layer, p, x, lengths))


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_attention_is_that_of_the_module_of_torch(heads, rng):
    layer = Attention(8, heads=heads)
    p, x = layer.parameters(rng, (5, 8)), rng.standard_normal((3, 5, 8))
    module = torch.nn.MultiheadAttention(8, heads, bias=False, batch_first=True)

    def theirs(p, x):
        weights = {
            "in_proj_weight": torch.cat([p["Q"].T, p["K"].T, p["V"].T]),
            "out_proj.weight": p["O"].T,
        }
        return torch.func.functional_call(module.double(), weights, (x, x, x))[0]

    assert_as_in_torch(layer, p, x, layer, theirs)


def test_the_weights_of_attention_are_those_of_the_module_of_torch(rng):
    layer = Attention(8, heads=2)
    p, x = layer.parameters(rng, (5, 8)), rng.standard_normal((3, 5, 8))
    module = torch.nn.MultiheadAttention(
        8, 2, bias=False, batch_first=True, dtype=torch.float64
    )
    Q, K, V = (torch.tensor(p[name].T) for name in "QKV")
    module.in_proj_weight.data = torch.cat([Q, K, V])
    X = torch.tensor(x)
    _, wanted = module(X, X, X, average_attn_weights=False)
    np.testing.assert_allclose(layer.weights(p, x), wanted.detach(), atol=1e-12)


@pytest.mark.parametrize("index", [(), (4,), (4, 2)])
def test_an_embedding_is_that_of_torch(index, rng):
    layer = Embedding(6, 3)
    p, x = layer.parameters(rng, (4,)), rng.integers(0, 6, (5, *index))
    assert_as_in_torch(layer, p, x, layer, lambda p, x: F.embedding(x, p["W"]))


@pytest.mark.parametrize("shape", [(3,), (5, 3), (5, 4, 3)])
def test_batch_norm_in_training_is_that_of_torch(shape, rng):
    layer = BatchNorm(momentum=0.8, eps=1e-4)
    p = moved_about(layer.parameters(rng, shape), rng)
    x = 2 + 3 * rng.standard_normal((6, *shape))
    mean, variance = torch.tensor(p["mean"]), torch.tensor(p["variance"])

    def ours(p, x):
        return layer.training(p | kept, x, key=None)[0]

    def theirs(p, x):
        first = x.movedim(-1, 1)
        scale, shift = p["scale"], p["shift"]
        z = F.batch_norm(first, mean, variance, scale, shift, True, 0.2, 1e-4)
        return z.movedim(1, -1)

    kept = {name: p.pop(name) for name in ("mean", "variance")}
    assert_as_in_torch(layer, p, x, ours, theirs)
    moved = layer.training(p | kept, x, key=None)[1]
    np.testing.assert_allclose(moved["mean"], mean, atol=1e-12)
    np.testing.assert_allclose(moved["variance"], variance, atol=1e-12)


def test_dropout_in_training_is_that_of_torch(rng):
    x = 1 + rng.random((6, 5))
    torch.manual_seed(0)
    y = F.dropout(torch.tensor(x), 0.4, training=True).numpy()
    np.testing.assert_allclose(Dropout(0.4)({}, x, y != 0), y, rtol=1e-14)
