import numpy as np
from pellucid import gradient as grad

x = np.arange(5.0)


def rmse(w):
    return float(np.sqrt(np.mean((w * x - 2 * x - 1) ** 2)))


result = grad(rmse)(1.5)
