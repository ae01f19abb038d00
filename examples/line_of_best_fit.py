"""The line of best fit through a CSV file of x and y, in three ways.

python line_of_best_fit.py [FILE.csv]
"""

import sys

import numpy as np

import pellucid as pl

if len(sys.argv) > 1:
    x, y = pl.rows(sys.argv[1]).X.T
else:
    X, y = pl.datasets.line(random_state=0)
    x = X[:, 0]

# From sums and means.
dx, dy = x - x.mean(), y - y.mean()
a = np.sum(dx * dy) / np.sum(dx**2)
b = y.mean() - a * x.mean()
r2 = 1 - np.sum((y - a * x - b) ** 2) / np.sum(dy**2)
print(f"sums and means   slope {a:.6f}   intercept {b:.6f}   r2 {r2:.6f}")


# By making a cost small.
def cost(a, b, x, y):
    """Mean squared error."""
    error = a * x + b - y
    return np.mean(error**2)


a, b = pl.minimise(cost, (0.0, 0.0), x, y).x
print(f"minimised cost   slope {a:.6f}   intercept {b:.6f}")
print(pl.source(pl.gradient(pl.graph(cost, a, b, x, y), wrt=("a", "b"))))

# With the class.
model = pl.LinearRegression().fit(x[:, np.newaxis], y)
print(model.summary())
model.plot().savefig("line_of_best_fit.png")
