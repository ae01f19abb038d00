"""Parity by recurrence: learned from twelve bits, right for two hundred.

python parity.py (EPOCHS is how long it learns)
"""

import os

import pellucid as pl

epochs = int(os.environ.get("EPOCHS", "30"))
X, y = pl.datasets.parity(1000, length=12, random_state=0)  # the parity after each bit
network = pl.layers.Sequential(pl.layers.RNN(8, sequence=True), pl.layers.Dense(2))
model = pl.NetworkClassifier(
    network, method=pl.methods.Adam(0.01), max_iter=epochs, random_state=0
).fit(X, y)

for length in 12, 50, 200:
    X, y = pl.datasets.parity(200, length, random_state=1)
    print(f"{length:3} bits: {model.score(X, y):.1%} of all parities are right")
X, y = pl.datasets.parity(1, length=20, random_state=2)
for name, row in (
    ("bits", X[0, :, 0]),
    ("parity", y[0]),
    ("learned", model.predict(X)[0]),
):
    print(f"{name:>7}", *row.astype(int))
