import math
import numpy as np
from pellucid import gradient as grad


def phi(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def call(S, K, r, sigma, T):
    d1 = (math.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    return S * phi(d1) - K * math.exp(-r * T) * phi(d2)


result = grad(call)(100.0, 110.0, 0.05, 0.2, 1.0)
