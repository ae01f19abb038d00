import numpy as np
from pellucid import gradient as grad

rng = np.random.default_rng(0)
X = np.column_stack([np.ones(25), rng.normal(size=25)])
y = (rng.random(25) < 0.5).astype(float)


def deviance(ridge):
    beta = np.zeros(2)
    converged = False
    n_iter = 0
    while not converged and n_iter < 25:
        eta = X @ beta
        mu = 1 / (1 + np.exp(-eta))
        W = np.diag(mu * (1 - mu))
        H = X.T @ W @ X + ridge * np.eye(2)
        new = np.linalg.solve(H, X.T @ W @ eta + X.T @ (y - mu))
        converged = np.allclose(new, beta, atol=1e-10)
        beta = new
        n_iter += 1
    return -2 * np.sum(y * np.log(mu) + (1 - y) * np.log(1 - mu))


result = grad(deviance)(0.5)
