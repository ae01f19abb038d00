import numpy as np
from pellucid import gradient as grad

rng = np.random.default_rng(9)
X = rng.normal(size=(20, 4))
y = X @ np.array([2.0, 0.0, -1.0, 0.0]) + 0.1 * rng.normal(size=20)


def soft_threshold(rho, lam):
    if rho < -lam:
        return rho + lam
    elif rho > lam:
        return rho - lam
    else:
        return 0.0


def holdout_error(lam, sweeps=10):
    beta = np.zeros(4)
    for _ in range(sweeps):
        for j in range(4):
            r = y[:15] - X[:15] @ beta + X[:15, j] * beta[j]
            beta[j] = soft_threshold(X[:15, j] @ r, lam) / (X[:15, j] @ X[:15, j])
    return np.sum((y[15:] - X[15:] @ beta) ** 2)


result = [grad(holdout_error)(lam) for lam in (0.1, 1.0, 5.0)]
