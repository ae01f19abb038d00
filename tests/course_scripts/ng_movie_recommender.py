import numpy as np
from pellucid import gradient as grad

Y = np.array([[5, 4, 0, 0], [3, 0, 0, 1], [0, 5, 4, 0], [1, 0, 0, 4], [0, 1, 5, 4]])
R = Y > 0
num_movies, num_users = Y.shape
num_features = 2


def cofiCostFunc(params, lam=1.5):
    X = np.reshape(params[: num_movies * num_features], (num_movies, num_features))
    Theta = np.reshape(params[num_movies * num_features :], (num_users, num_features))
    J = 0.5 * np.sum((X.dot(Theta.T)[R] - Y[R]) ** 2)
    J += lam / 2 * np.sum(Theta**2) + lam / 2 * np.sum(X**2)
    return J


params = np.cos(np.arange(18.0))
for i in range(20):
    params = params - 0.02 * grad(cofiCostFunc)(params)
result = params
