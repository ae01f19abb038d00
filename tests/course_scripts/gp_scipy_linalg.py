import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist
from pellucid import gradient as grad

X = np.linspace(0, 1, 8)[:, None]
y = np.sin(6 * X[:, 0])
D = cdist(X, X, "sqeuclidean")


def nlml(t):
    K = np.exp(-0.5 * D / t[0] ** 2) + t[1] ** 2 * np.eye(8)
    L, low = cho_factor(K, lower=True)
    return 0.5 * y @ cho_solve((L, low), y) + np.log(np.diag(L)).sum()


result = grad(nlml)(np.array([0.3, 0.1]))
