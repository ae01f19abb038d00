import numpy as np
from pellucid import gradient as grad

rng = np.random.default_rng(11)
Z = rng.standard_normal((40, 6))


def payoff(s, k=100.0, barrier=90.0):
    if s <= barrier:
        return 0.0
    return max(s - k, 0.0)


def price(S0):
    steps = (0.03 - 0.02) / 6 + 0.2 / np.sqrt(6) * Z
    ST = S0 * np.exp(np.cumsum(steps, axis=1))[:, -1]
    return np.exp(-0.03) * np.vectorize(payoff)(ST).mean()


result = grad(price)(101.0)
