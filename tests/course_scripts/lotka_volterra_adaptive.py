import numpy as np
from pellucid import gradient as grad


def f(z, a, b, c, d):
    x, y = z
    return np.array([a * x - b * x * y, d * x * y - c * y])


def simulate(p, T=2.0, tol=5e-3):
    t, h = 0.0, 0.1
    z = np.array([1.0, 0.5])
    while t < T:
        if t + h > T:
            h = T - t
        k1 = f(z, *p)
        k2 = f(z + h * k1, *p)
        euler, heun = z + h * k1, z + h / 2 * (k1 + k2)
        err = np.max(np.abs(heun - euler))
        if err <= tol:
            t += h
            z = heun
            h *= 1.1
        else:
            h *= 0.5
    return z


result = grad(lambda p: simulate(p)[0])(np.array([1.1, 0.4, 0.4, 0.1]))
