import numpy as np
from pellucid import gradient as grad

N = 1000
observed = np.array([10, 22, 47, 98, 180, 270, 320, 310, 260, 205])


def deriv(y, t, N, beta, gamma):
    S, I, R = y
    dSdt = -beta * S * I / N
    dIdt = beta * S * I / N - gamma * I
    dRdt = gamma * I
    return np.array([dSdt, dIdt, dRdt])


def rk4(f, y0, t, args=()):
    y = [np.array(y0)]
    for i in range(len(t) - 1):
        h = t[i + 1] - t[i]
        k1 = f(y[i], t[i], *args)
        k2 = f(y[i] + k1 * h / 2, t[i] + h / 2, *args)
        k3 = f(y[i] + k2 * h / 2, t[i] + h / 2, *args)
        k4 = f(y[i] + k3 * h, t[i] + h, *args)
        y.append(y[i] + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.array(y)


def loss(params):
    beta, gamma = params
    y = rk4(deriv, [N - 10.0, 10.0, 0.0], np.arange(10), args=(N, beta, gamma))
    assert (y >= 0).all(), "negative population"
    return np.mean((y[:, 1] - observed) ** 2)


params = np.array([0.9, 0.3])
for _ in range(5):
    params = params - 1e-7 * grad(loss)(params)
result = params, grad(loss)(params)
