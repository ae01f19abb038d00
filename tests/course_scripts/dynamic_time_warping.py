import numpy as np
from pellucid import gradient as grad

a = np.sin(np.linspace(0, 3, 7))


def dtw(b):
    n, m = len(a), len(b)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (a[i - 1] - b[j - 1]) ** 2
            D[i, j] = cost + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[n, m]


result = grad(dtw)(np.cos(np.linspace(0, 3, 6)))
