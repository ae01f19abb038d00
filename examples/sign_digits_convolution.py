"""Hands that sign the ten digits, by convolution.

python sign_digits_convolution.py [FOLDER with X.npy and Y.npy; else PELLUCID_DATA, else
handwritten digits] (EPOCHS is how long it learns)
"""

import os
import sys

import numpy as np
from sklearn.model_selection import train_test_split

import pellucid as pl

epochs = int(os.environ.get("EPOCHS", "25"))
folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PELLUCID_DATA")
X, y = pl.datasets.sign_digits(folder) if folder else pl.datasets.digits()
side, layers = 64 if folder else 8, pl.layers
X = X.reshape(-1, side, side, 1).astype(np.float32) / X.max()
rows = train_test_split(X, y, test_size=0.15, random_state=42, stratify=y)
X, X_test, y, y_test = rows

stack = [layers.AveragePool2D(2)] if folder else []
for filters in 16, 32, 64:  # of 32 x 32, then 16 x 16, then 8 x 8 pixels
    stack += [layers.Conv2D(filters, 3, padding="same"), layers.BatchNorm()]
    stack += [pl.activations.relu, layers.MaxPool2D(2)]
stack += [layers.Flatten(), layers.Dropout(0.5), layers.Dense(10)]
rate = pl.schedules.cosine(0.002, steps=epochs * -(-len(X) // 32))
model = pl.NetworkClassifier(
    layers.Sequential(*stack), method=pl.methods.Adam(rate), random_state=0
)
rng, most = np.random.default_rng(0), side // 10
edge = np.pad(X, ((0, 0), (most, most), (most, most), (0, 0)), "edge")
for epoch in range(1, epochs + 1):  # in each, all pictures are moved a little
    moves = rng.integers(2 * most + 1, size=(len(X), 2))
    pairs = zip(edge, moves, strict=True)
    moved = np.stack([x[i : i + side, j : j + side] for x, (i, j) in pairs])
    cost = model.partial_fit(moved, y, classes=range(10)).history_[-1]
    print(f"epoch {epoch}: cost {cost:.4f}")
print(f"{model.score(X_test, y_test):.2%} of {len(y_test)} pictures are read right")
