import numpy as np
from pellucid import gradient as grad


def project(v):
    u = np.sort(v)[::-1]
    cssv = np.cumsum(u) - 1
    rho = np.nonzero(u * np.arange(1, len(v) + 1) > cssv)[0][-1]
    theta = cssv[rho] / (rho + 1.0)
    return np.maximum(v - theta, 0)


target = np.array([0.1, 0.6, 0.3])
result = grad(lambda v: np.sum((project(v) - target) ** 2))(np.array([0.9, 0.2, -0.8]))
