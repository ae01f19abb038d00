import numpy as np
from pellucid import gradient as grad

x = np.concatenate([np.linspace(-3, -1, 10), np.linspace(1, 4, 12)])


def em_loglik(start, max_iter=100, tol=1e-6):
    mu = start
    sigma, pi = np.ones(2), np.ones(2) / 2
    old = -np.inf
    for _ in range(max_iter):
        dens = pi * np.exp(-0.5 * ((x[:, None] - mu) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi)
        ll = np.log(dens.sum(axis=1)).sum()
        if abs(ll - old) < tol:
            break
        old = ll
        gamma = dens / dens.sum(axis=1, keepdims=True)
        Nk = gamma.sum(axis=0)
        mu = (gamma * x[:, None]).sum(axis=0) / Nk
        sigma = np.sqrt((gamma * (x[:, None] - mu) ** 2).sum(axis=0) / Nk)
        pi = Nk / len(x)
    return ll


result = grad(lambda s: em_loglik(s, max_iter=4))(np.array([-1.0, 0.5]))
