import numpy as np
from pellucid import gradient as grad

X = [(2.0, 1.0), (-1.0, 0.5), (1.5, -2.0), (-0.3, -1.0)]
Y = [1, -1, 1, -1]


def loss(w):
    total = 0.0
    for x, y in zip(X, Y):
        activation = w[0]
        for i in range(len(x)):
            activation += w[i + 1] * x[i]
        if y * activation <= 0.537:
            total += 0.537 - y * activation
    return total


w = np.array([0.1, -0.2, 0.3])
for epoch in range(10):
    g = grad(loss)(w)
    if not g.any():
        print(f"converged after {epoch} epochs")
        break
    w = w - 0.1 * g
result = w
