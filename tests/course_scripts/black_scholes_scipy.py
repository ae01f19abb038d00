import numpy as np
from scipy.stats import norm
from pellucid import gradient as grad


def call(S, K, r, sigma, T):
    d1 = (np.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    return S * norm.cdf(d1) - K * np.exp(-r * T) * norm.cdf(d2)


result = grad(call)(100.0, 110.0, 0.05, 0.2, 1.0)
