"""Attention: to turn a sequence round, or to sort it, each place looks at the others.

python attention.py (draws attention.png; EPOCHS is how long it learns)
"""

import os

import numpy as np
from matplotlib import pyplot as plt

import pellucid as pl

epochs, layers = int(os.environ.get("EPOCHS", "20")), pl.layers
X = np.random.default_rng(0).integers(10, size=(3000, 8))
tasks = {"turned round": X[:, ::-1], "sorted": np.sort(X, axis=1)}
figure, axes = plt.subplots(1, 2, figsize=(9, 4.4), layout="constrained")


def with_places(x):
    """A layer of one's own: beside each step of x (n, 8, d), which one it is."""
    return np.concatenate([x, np.broadcast_to(np.eye(8), (len(x), 8, 8))], axis=2)


for picture, (task, y) in zip(axes, tasks.items(), strict=True):
    words, look = layers.Embedding(10, 24), layers.Attention(32)
    think = layers.Residual(layers.Dense(64, pl.activations.relu), layers.Dense(32))
    network = layers.Sequential(
        words, with_places, layers.Residual(look), think, layers.Dense(10)
    )
    settings = {"method": pl.methods.Adam(0.003), "max_iter": epochs, "random_state": 0}
    model = pl.NetworkClassifier(network, **settings).fit(X[500:], y[500:])
    told = model.predict(X[:500])
    print(f"{task}: {np.mean(told == y[:500]):.1%} of the places are right")
    p, x = model.parameters_, X[:1]
    weights = look.weights(p[2][0], with_places(words(p[0], x)))  # (1, heads, 8, 8)
    picture.imshow(weights[0, 0], "Blues", vmin=0, vmax=1)
    picture.set_xticks(range(8), x[0])
    picture.set_yticks(range(8), told[0])
    picture.set_title(f"{task}: where each place (down) looks")
figure.savefig("attention.png")
