"""Monthly airline passengers by a gated recurrent unit, two years ahead.

python airline.py (draws airline.png; EPOCHS is how long it learns)
"""

import os

import numpy as np
from matplotlib import pyplot as plt

import pellucid as pl

epochs, window, ahead = int(os.environ.get("EPOCHS", "200")), 12, 24
year, passengers = pl.datasets.airline()
z = np.log(passengers)  # growth and season multiply; their logarithms add up

# From twelve months, measured from the last of them: how does the next one differ?
rows = np.lib.stride_tricks.sliding_window_view(z[:-ahead], window + 1)
X, y = rows[:, :-1] - rows[:, [-2]], rows[:, -1] - rows[:, -2]
network = pl.layers.Sequential(pl.layers.GRU(32), pl.layers.Dense(1))
model = pl.NetworkRegressor(
    network, method=pl.methods.Adam(0.003), max_iter=epochs, tol=0, random_state=0
).fit(X[:, :, np.newaxis], y)

told = z[:-ahead]
for _ in range(ahead):  # month by month, each from those told before it
    x = told[-window:] - told[-1]
    told = np.append(told, told[-1] + model.predict(x[np.newaxis, :, np.newaxis]))
future, last_year = np.exp(told[-ahead:]), np.tile(passengers[-36:-24], 2)
for name, guess in ("as in the last year", last_year), (network.layers[0], future):
    error = np.sqrt(np.mean((guess - passengers[-ahead:]) ** 2))
    print(f"{name}: {error:.1f} thousand passengers beside the truth, in the mean")

figure, axes = plt.subplots(layout="constrained")
axes.plot(year, passengers, label="passengers")
axes.plot(year[-ahead:], future, "--", label="told from the first ten years")
axes.set(xlabel="year", ylabel="thousands a month")
axes.legend()
figure.savefig("airline.png")
