import numpy as np
from pellucid import gradient as grad


def safe_ratio(x):
    try:
        out = 1.0 / (x[0] - x[1])
    except ZeroDivisionError:
        out = 0.0
    if np.isclose(x[0], x[1]):
        return 0.0 * x[0]
    return out * x[2]


result = grad(safe_ratio)(np.array([2.0, 1.0, 3.0]))
