import numpy as np
from pellucid import gradient as grad


def f(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


xs, ys = np.meshgrid(np.linspace(-5, 5, 6), np.linspace(-5, 5, 5))
U, V = np.zeros_like(xs), np.zeros_like(ys)
for i in range(xs.shape[0]):
    for j in range(xs.shape[1]):
        U[i, j], V[i, j] = grad(f)(np.array([xs[i, j], ys[i, j]]))
result = U, V
