import numpy as np
from pellucid import gradient as grad


def rosenbrock(x):
    return sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


def descend(x0, f, df, alpha=0.3, beta=0.5, iters=20):
    x, path = x0, [x0]
    for _ in range(iters):
        g = df(x)
        t = 1.0
        while f(x - t * g) > f(x) - alpha * t * np.dot(g, g):
            t *= beta
        x = x - t * g
        path.append(x)
    return np.array(path)


result = descend(np.array([-1.2, 1.0, 0.5]), rosenbrock, grad(rosenbrock))
