import numpy as np
from pellucid import gradient as grad

X = np.linspace(-3, 3, 12)
y = X**2 / 2 + np.sin(3 * X)
Xval, yval = X[::2] + 0.1, y[::2]


def polyFeatures(X, p):
    X_poly = np.zeros((X.size, p))
    for i in range(p):
        X_poly[:, i] = X ** (i + 1)
    return X_poly


def featureNormalize(X):
    mu = X.mean(axis=0)
    sigma = X.std(axis=0, ddof=1)
    return (X - mu) / sigma, mu, sigma


def trainLinearReg(A, b, lam, iters=30):
    cost = lambda t: np.sum((A @ t - b) ** 2) / (2 * len(b)) + lam * np.sum(
        t[1:] ** 2
    ) / (2 * len(b))
    theta = np.zeros(A.shape[1])
    for _ in range(iters):
        theta = theta - 0.1 * grad(cost)(theta)
    return theta


Xp, mu, sigma = featureNormalize(polyFeatures(X, 4))
Xv = (polyFeatures(Xval, 4) - mu) / sigma
errors = []
for lam in [0, 0.1, 1, 3]:
    th = trainLinearReg(np.c_[np.ones(12), Xp], y, lam)
    errors.append(np.mean((np.c_[np.ones(6), Xv] @ th - yval) ** 2) / 2)
result = np.array(errors)
