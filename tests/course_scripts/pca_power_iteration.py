import numpy as np
from pellucid import gradient as grad

rng = np.random.default_rng(7)
data = rng.normal(size=(20, 3)) * [3, 1, 0.5]


def explained(scale, tol=1e-9, max_iter=500):
    A = (data * scale) - (data * scale).mean(axis=0)
    C = A.T @ A / (len(A) - 1)
    v = np.ones(3) / np.sqrt(3)
    for i in range(max_iter):
        w = C @ v
        w = w / np.linalg.norm(w)
        if np.linalg.norm(w - v) < tol:
            break
        v = w
    return v @ C @ v / np.trace(C)


result = grad(explained)(np.array([1.0, 1.2, 0.8]))
