import numpy as np
from scipy.special import betaln, gammaln
from pellucid import gradient as grad

data = [(12, 100), (30, 120), (7, 60), (22, 150)]


def log_marginal(ab):
    a, b = np.exp(ab)
    lp = 0
    for k, n in data:
        lp += gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        lp += betaln(a + k, b + n - k) - betaln(a, b)
    return lp


ab = np.array([0.5, 1.5])
for i in range(25):
    step = grad(log_marginal)(ab)
    ab = ab + 0.02 * step
    if np.linalg.norm(step) < 1e-4:
        break
result = ab
