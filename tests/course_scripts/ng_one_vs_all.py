import numpy as np
from pellucid import gradient as grad

rng = np.random.RandomState(0)
X = rng.rand(30, 4)
y = rng.randint(1, 4, size=(30, 1))
num_labels = 3


def lrCostFunction(theta, X, y, lam):
    m = len(y)
    theta = theta.reshape(-1, 1)
    h = 1 / (1 + np.exp(-X.dot(theta)))
    reg = np.vstack([[[0]], theta[1:]])
    J = (-y.T.dot(np.log(h)) - (1 - y).T.dot(np.log(1 - h))) / m
    return (J + lam / (2 * m) * reg.T.dot(reg)).item()


def oneVsAll(X, y, num_labels, lam):
    m, n = X.shape
    X = np.concatenate([np.ones((m, 1)), X], axis=1)
    all_theta = np.zeros((num_labels, n + 1))
    for c in range(1, num_labels + 1):
        theta = np.zeros(n + 1)
        for _ in range(15):
            theta = theta - 1.0 * grad(lrCostFunction)(theta, X, (y == c).astype(float), lam)
        all_theta[c - 1, :] = theta
    return all_theta


result = oneVsAll(X, y, num_labels, 0.1)
