"""Handwritten digits by convolution, and those that are read wrong.

python digits_convolution.py (EPOCHS is how long it learns)
"""

import os

import numpy as np
from sklearn.model_selection import train_test_split

import pellucid as pl

epochs, layers = int(os.environ.get("EPOCHS", "25")), pl.layers
X, y = pl.datasets.digits()
X = X.reshape(-1, 8, 8, 1).astype(np.float32) / 16
X, X_test, y, y_test = train_test_split(X, y, test_size=0.15, random_state=42)

network = layers.Sequential(
    layers.Conv2D(32, 3, padding="same"),  # (8, 8, 32)
    layers.BatchNorm(),
    pl.activations.relu,
    layers.Conv2D(64, 3, padding="same"),  # (8, 8, 64)
    layers.BatchNorm(),
    pl.activations.relu,
    layers.MaxPool2D(2),  # (4, 4, 64)
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(10),
)
rate = pl.schedules.cosine(0.002, steps=epochs * -(-len(X) // 32))
model = pl.NetworkClassifier(
    network, method=pl.methods.Adam(rate), max_iter=epochs, tol=0, random_state=0
).fit(X, y)
said = model.predict(X_test)
print(f"{np.mean(said == y_test):.2%} of {len(y_test)} digits are read right")
for i in np.flatnonzero(said != y_test):
    print(f"\na {y_test[i]} that is read as {said[i]}:")
    for row in X_test[i, :, :, 0]:
        print("  " + "".join(" .:+*#"[int(5 * grey)] * 2 for grey in row))
