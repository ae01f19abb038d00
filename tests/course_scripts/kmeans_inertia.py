import numpy as np
from pellucid import gradient as grad

rng = np.random.default_rng(2)
points = np.vstack([rng.normal(c, 0.3, size=(8, 2)) for c in (0, 3, -3)])


def inertia(centroids):
    total = 0
    for p in points:
        distances = [np.sqrt(((p - c) ** 2).sum()) for c in centroids]
        nearest = np.argmin(distances)
        total += distances[nearest] ** 2
    return total


c = points[[0, 9, 17]] + 0.5
old = np.inf
while True:
    c = c - 0.03 * grad(inertia)(c)
    new = inertia(c)
    if old - new < 1e-3:
        break
    old = new
result = c
