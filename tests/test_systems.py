"""Networks that learn what each kind is for, and the same bits from the same seed."""

import numpy as np
import pytest

import pellucid as pl

L = pl.layers

IMAGES = L.Sequential(
    L.Conv2D(4, 3, padding="same"),
    L.BatchNorm(),
    pl.activations.relu,
    L.MaxPool2D(2),
    L.Flatten(),
    L.Dropout(0.5),
    L.Dense(3),
)
NETWORKS = {
    "convolution": (IMAGES, (8, 8, 1)),
    "RNN": (L.Sequential(L.RNN(4), L.Dense(3)), (6, 2)),
    "LSTM": (L.Sequential(L.LSTM(4), L.Dense(3)), (6, 2)),
    "GRU": (L.Sequential(L.GRU(4), L.Dense(3)), (6, 2)),
    "attention": (
        L.Sequential(
            L.Residual(L.Attention(4)), L.LayerNorm(), L.Flatten(), L.Dense(3)
        ),
        (6, 2),
    ),
}


def learned(network, shape, seed):
    rng = np.random.default_rng(0)
    X, y = (
        rng.standard_normal((24, *shape)).astype(np.float32),
        rng.integers(3, size=24),
    )
    model = pl.NetworkClassifier(network, max_iter=2, batch_size=8, random_state=seed)
    model.fit(X, y)
    arrays = [array for layer in model.parameters_ for array in leaves(layer)]
    return [*arrays, model.history_, model.predict_proba(X)]


def leaves(parameters):
    inner = parameters if isinstance(parameters, list) else list(parameters.values())
    return [
        leaf
        for part in inner
        for leaf in ([part] if isinstance(part, np.ndarray) else leaves(part))
    ]


@pytest.mark.parametrize(("network", "shape"), NETWORKS.values(), ids=NETWORKS)
def test_twice_the_same_seed_is_the_same_bits(network, shape):
    first, again, other = (learned(network, shape, seed) for seed in (7, 7, 8))
    assert all(map(np.array_equal, first, again))
    assert not np.array_equal(first[-1], other[-1])


def test_the_gradient_vanishes_in_plain_recurrence_and_is_carried_by_an_open_cell():
    x = np.random.default_rng(0).uniform(size=(20, 60, 2))

    def first_by_last(layer, **bias):
        p = layer.parameters(np.random.default_rng(1), (60, 2))
        for gate, value in bias.items():
            at = "ifgo".index(gate) * layer.units
            p["b"][at : at + layer.units] = value
        norm = np.linalg.norm(
            pl.gradient(lambda x: np.sum(layer(p, x)))(x), axis=2
        ).mean(axis=0)  # (t,)
        return norm[0] / norm[-1]

    assert first_by_last(L.RNN(16)) < 1e-2
    assert first_by_last(L.LSTM(16), f=6.0) > 0.1  # sigmoid(6) ** 60 = 0.86


def test_a_network_without_attention_cannot_turn_a_sequence_round():
    X = np.random.default_rng(0).integers(4, size=(600, 5))
    y = X[:, ::-1]

    def with_places(x):
        return np.concatenate([x, np.broadcast_to(np.eye(5), (len(x), 5, 5))], axis=2)

    def right(*layers):
        network = L.Sequential(L.Embedding(4, 7), with_places, *layers, L.Dense(4))
        method = pl.methods.Adam(0.01)
        model = pl.NetworkClassifier(
            network, method=method, max_iter=15, random_state=0
        )
        return np.mean(model.fit(X[100:], y[100:]).predict(X[:100]) == y[:100])

    assert right(L.Dense(24, np.tanh), L.Dense(12)) < 0.5  # the middle one, else chance
    assert right(L.Residual(L.Attention(16))) > 0.98
