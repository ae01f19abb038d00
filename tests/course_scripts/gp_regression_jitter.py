import numpy as np
from numpy.linalg import LinAlgError, cholesky, solve
from pellucid import gradient as grad

X = np.linspace(0, 4, 15)[:, None]
y = np.sin(X).ravel()


def rbf(a, b, length, var):
    sqdist = np.sum(a**2, 1).reshape(-1, 1) + np.sum(b**2, 1) - 2 * np.dot(a, b.T)
    return var * np.exp(-0.5 / length**2 * sqdist)


def nll(theta):
    length, var, noise = np.exp(theta)
    K = rbf(X, X, length, var) + noise**2 * np.eye(len(X))
    jitter = 1e-10
    while True:
        try:
            L = cholesky(K + jitter * np.eye(len(X)))
            break
        except LinAlgError:
            jitter *= 10
            if jitter > 1e-2:
                raise
    alpha = solve(L.T, solve(L, y))
    return np.sum(np.log(np.diagonal(L))) + 0.5 * y.dot(alpha) + 0.5 * len(X) * np.log(2 * np.pi)


theta = np.array([0.2, 0.1, -2.0])
for _ in range(5):
    theta = theta - 0.01 * grad(nll)(theta)
result = theta
