"""A small model of language, which tells the next character.

python characters.py (EPOCHS is how long it learns)
"""

import os
from pydoc_data.topics import topics  # the reference that ships with Python

import numpy as np

import pellucid as pl

epochs, length = int(os.environ.get("EPOCHS", "25")), 50
text = " ".join(topics["specialnames"].split())
letters = np.array(sorted(set(text)))
code = np.searchsorted(letters, list(text))
n = (len(code) - 1) // length
X, y = (code[i : i + n * length].reshape(n, length) for i in (0, 1))  # y: one later

network = pl.layers.Sequential(
    pl.layers.Embedding(len(letters), 32),
    pl.layers.LSTM(128, sequence=True),
    pl.layers.Dense(len(letters)),
)
model = pl.NetworkClassifier(
    network, method=pl.methods.Adam(0.005), max_iter=epochs, tol=0, random_state=0
).fit(X, y)
choices = np.exp(model.history_[-1])
print(f"{len(text):,} characters of {len(letters)} kinds were read {epochs} times;")
print(f"the next one is told as if there were {choices:.1f} to choose from\n")

rng, written = np.random.default_rng(0), list(code[:length])
for _ in range(400):
    z = network(model.parameters_, np.array([written[-length:]]))[0, -1]
    p = pl.activations.softmax(1.5 * z.astype(float))  # bolder than it learned
    written.append(rng.choice(len(letters), p=p))
print("".join(letters[written[length:]]))
