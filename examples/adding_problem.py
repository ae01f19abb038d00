"""Memory over a hundred steps: what a plain recurrence cannot learn, an LSTM can.

python adding_problem.py (draws adding_problem.png; EPOCHS is how long it learns)
"""

import os

import numpy as np
from matplotlib import pyplot as plt

import pellucid as pl

epochs = int(os.environ.get("EPOCHS", "15"))
X, y = pl.datasets.adding(5000, length=100, random_state=0)
X_test, y_test = pl.datasets.adding(1000, length=100, random_state=1)
print(f"always 1: mean squared error {np.mean((1 - y_test) ** 2):.4f}")

figure, axes = plt.subplots(layout="constrained")
for layer in pl.layers.RNN(32), pl.layers.LSTM(32):
    model = pl.NetworkRegressor(
        pl.layers.Sequential(layer, pl.layers.Dense(1)),
        method=pl.methods.Adam(0.01),
        batch_size=50,
        max_iter=epochs,
        random_state=0,
    ).fit(X.astype(np.float32), y)
    error = model.predict(X_test.astype(np.float32)) - y_test
    print(f"{layer}: mean squared error {np.mean(error**2):.4f}")

    def answer(x, model=model):
        """The sum of all answers; each depends on its own sequence alone."""
        return np.sum(model.network_(model.parameters_, x))

    slope = pl.gradient(answer)(X_test[:200].astype(np.float32))  # (n, t, 2)
    axes.semilogy(np.linalg.norm(slope, axis=2).mean(axis=0), label=str(layer))
axes.set(xlabel="step", ylabel="norm of the gradient of the answer by the step's input")
axes.legend()
figure.savefig("adding_problem.png")
