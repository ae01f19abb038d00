"""XOR and the donut: the features that a hidden layer makes of two inputs.

python hidden_features.py (draws hidden_features.png; EPOCHS is how long it learns)
"""

import os

import numpy as np
from matplotlib import pyplot as plt

import pellucid as pl

epochs, units = int(os.environ.get("EPOCHS", "200")), 4
edge = np.linspace(-2.5, 2.5, 80)
plane = np.stack(np.meshgrid(edge, edge), axis=-1).reshape(-1, 2)  # its points
figure, axes = plt.subplots(2, units + 1, figsize=(11, 4.6), layout="constrained")

data = pl.datasets.xor, pl.datasets.donut
for row, draw, middle, scale in zip(axes, data, (0.5, 0), (0.25, 5), strict=True):
    (X, y), (X_test, y_test) = draw(400, random_state=0), draw(400, random_state=1)
    X, X_test = (X - middle) / scale, (X_test - middle) / scale
    hidden, output = pl.layers.Dense(units, np.tanh), pl.layers.Dense(1)
    network, method = pl.layers.Sequential(hidden, output), pl.methods.Adam(0.05)
    settings = {"method": method, "max_iter": epochs, "tol": 0, "random_state": 0}
    model = pl.NetworkClassifier(network, **settings).fit(X, y)
    print(f"{draw.__name__}: {model.score(X_test, y_test):.1%} of new points are right")

    p = model.parameters_[0]
    seen = [*hidden(p, plane).T, model.predict_proba(plane)[:, 1]]
    rows = zip(*p["W"], p["b"], strict=True)
    names = [f"tanh({a:.1f} x1 {b:+.1f} x2 {c:+.1f})" for a, b, c in rows]
    print("\n".join(names))
    for picture, name, z in zip(row, [*names, "P(y = 1)"], seen, strict=True):
        z = z.reshape(len(edge), -1)
        picture.imshow(z, "RdBu", origin="lower", extent=[-2.5, 2.5] * 2)
        picture.scatter(*X.T, c=y, cmap="binary_r", s=3)
        picture.set_title(name, fontsize=7)
figure.savefig("hidden_features.png")
