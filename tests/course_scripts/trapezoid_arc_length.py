import numpy as np
from pellucid import gradient as grad


def arc(p, n=200):
    x = np.linspace(0, 2, n)
    y = np.polyval([p[0], p[1], 0], x)
    L = 0
    for i in range(1, n, 20):
        L += np.hypot(x[i] - x[i - 1], y[i] - y[i - 1])
    return L + np.trapezoid(np.abs(y), x) + np.interp(0.77, x, y)


result = grad(arc)(np.array([0.6, -0.3]))
