import numpy as np
from scipy.special import ndtr
from pellucid import gradient as grad


def bs(S, K, r, sigma, T, kind="call"):
    d1 = (np.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    if kind == "call":
        return S * ndtr(d1) - K * np.exp(-r * T) * ndtr(d2)
    elif kind == "put":
        return K * np.exp(-r * T) * ndtr(-d2) - S * ndtr(-d1)
    else:
        raise ValueError(kind)


vega = grad(lambda s, S, K, r, T: bs(S, K, r, s, T))
market, sigma = 6.2, 0.3
for i in range(20):
    diff = bs(100.0, 110.0, 0.05, sigma, 1.0) - market
    if abs(diff) < 1e-10:
        break
    sigma = sigma - diff / vega(sigma, 100.0, 110.0, 0.05, 1.0)
print("implied volatility: %.4f after %d iterations" % (sigma, i))
result = sigma, vega(sigma, 100.0, 110.0, 0.05, 1.0)
