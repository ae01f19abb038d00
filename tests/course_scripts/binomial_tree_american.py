import numpy as np
from pellucid import gradient as grad


def american_put(S0, K=100.0, r=0.05, sigma=0.25, T=1.0, N=25):
    dt = T / N
    u = np.exp(sigma * np.sqrt(dt))
    d = 1 / u
    p = (np.exp(r * dt) - d) / (u - d)
    values = [max(K - S0 * u**j * d ** (N - j), 0) for j in range(N + 1)]
    for i in range(N - 1, -1, -1):
        for j in range(i + 1):
            hold = np.exp(-r * dt) * (p * values[j + 1] + (1 - p) * values[j])
            exercise = K - S0 * u**j * d ** (i - j)
            values[j] = max(hold, exercise)
    return values[0]


result = grad(american_put)(95.0)
