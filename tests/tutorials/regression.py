"""Costs of regression, and what is fitted without labels."""

import numpy as np
from numpy.linalg import eigh, norm, solve, svd
from tutorials.data import normal, uniform, whole

X, y = normal(8, 3), normal(8, seed=1)
w = normal(3, seed=2)
COUNTS = whole(8, below=5)


def fit_line(m, c, x, y):
    n = float(len(x))
    total = 0
    for i in range(len(x)):
        total += (y[i] - (m * x[i] + c)) ** 2
    return total / n


def ridge(w, X, y, lam=0.3):
    residual = y - X @ w
    return residual.T @ residual + lam * w.T @ w


def lasso(w, X, y, alpha=0.2):
    return 1 / (2 * len(y)) * norm(y - X.dot(w)) ** 2 + alpha * norm(w, 1)


def elastic_net(w, X, y, l1_ratio=0.4):
    penalty = l1_ratio * np.abs(w).sum() + (1 - l1_ratio) / 2 * np.square(w).sum()
    return np.mean((X @ w - y) ** 2) + penalty


def group_lasso(w, X, y):
    groups = [slice(0, 1), slice(1, 3)]
    return np.sum((X @ w - y) ** 2) + sum(norm(w[g]) for g in groups)


def huber(w, X, y, delta=0.8):
    e = y - X @ w
    is_small = np.abs(e) <= delta
    return np.where(is_small, e**2 / 2, delta * (np.abs(e) - delta / 2)).mean()


def huber_by_masks(w, X, y, delta=0.8):
    e = np.abs(y - X @ w)
    small = e < delta
    return 0.5 * np.sum(e[small] ** 2) + np.sum(delta * (e[~small] - 0.5 * delta))


def pinball(w, X, y, q=0.9):
    e = y - X @ w
    return np.mean(np.maximum(q * e, (q - 1) * e))


def log_cosh(w, X, y):
    return np.sum(np.log(np.cosh(X @ w - y)))


def poisson(w, X, counts):
    eta = X @ w
    return np.sum(np.exp(eta) - counts * eta)


def tweedie(w, X, counts, power=1.5):
    mu = np.exp(np.clip(X @ w, -5, 5))
    a, b = 1 - power, 2 - power
    return np.mean(-counts * mu**a / a + mu**b / b)


def polynomial_cost(coefficients, x, y):
    p = 0
    for a in coefficients[::-1]:
        p = p * x + a
    return ((p - y) ** 2).sum()


def polynomial_by_vander(c, x, y):
    return np.sum(np.square(np.vander(x, len(c)) @ c - y)) + np.polyval(c, 0.5)


def weighted_least_squares(log_weights, X, y):
    W = np.diag(np.exp(log_weights))
    beta = np.linalg.inv(X.T @ W @ X) @ X.T @ W @ y
    return beta


def locally_weighted(tau, X, y):
    def predict(query):
        weights = np.exp(-np.sum((X - query) ** 2, axis=1) / (2 * tau**2))
        A = X.T @ (X * weights[:, None]) + 0.1 * np.eye(X.shape[1])
        return query @ solve(A, X.T @ (weights * y))

    return np.array([predict(row) for row in X[:3]])


def leave_one_out(lam, X, y):
    hat = X @ solve(X.T @ X + lam * np.eye(X.shape[1]), X.T)
    residuals = (y - hat @ y) / (1 - np.diag(hat))
    return np.mean(residuals**2)


def standardised(X, y, w):
    X_std = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    scaled = (y - y.min()) / (y.max() - y.min())
    return np.corrcoef(X_std @ w, scaled)[0, 1]


def r_squared(w, X, y):
    ss_res = ((y - X @ w) ** 2).sum()
    ss_tot = ((y - np.mean(y)) ** 2).sum()
    return 1 - ss_res / ss_tot


def missing_values(w, X, y):
    observed = ~np.isnan(y)
    error = np.zeros_like(y)
    error[observed] = (X @ w)[observed] - y[observed]
    return np.sum(error**2) / observed.sum() + np.nanmean(w)


# -- without labels ------------------------------------------------------------------


def k_means(centroids, X):
    distances = np.zeros((len(X), len(centroids)))
    for k, centroid in enumerate(centroids):
        distances[:, k] = np.sum((X - centroid) ** 2, axis=1)
    return np.min(distances, axis=1).sum()


def k_means_assigned(centroids, X):
    d = ((X[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2)
    labels = np.argmin(d, axis=1)
    return np.mean(norm(X - centroids[labels], axis=1))


def soft_k_means(mu, X, beta=2.0):
    d = norm(X[:, np.newaxis] - mu, axis=-1)
    r = np.exp(-beta * d)
    r /= r.sum(axis=1, keepdims=True)
    new_mu = (r.T @ X) / r.sum(axis=0)[:, None]
    return new_mu


def pca_reconstruction(X, k=2):
    mean = X.mean(axis=0)
    U, S, Vt = svd(X - mean, full_matrices=False)
    reduced = U[:, :k] * S[:k]
    return reduced @ Vt[:k] + mean


def pca_by_covariance(X):
    centred = X - np.mean(X, axis=0)
    values, vectors = eigh(centred.T @ centred / (len(X) - 1))
    order = np.argsort(values)[::-1]
    components = vectors[:, order][:, :2]
    return np.sum((centred @ components) ** 2, axis=0) / values.sum()


def matrix_factorisation(P, Q, R, beta=0.02):
    e = 0
    for i in range(len(R)):
        for j in range(len(R[i])):
            if R[i][j] > 0:
                e = e + (R[i][j] - np.dot(P[i, :], Q[:, j])) ** 2
                for k in range(P.shape[1]):
                    e = e + beta / 2 * (P[i][k] ** 2 + Q[k][j] ** 2)
    return e


def ratings(U, V, bu, bi, users, items, r):
    predicted = np.sum(U[users] * V[items], axis=1) + bu[users] + bi[items]
    return np.mean((predicted - r) ** 2) + 0.1 * (np.sum(U**2) + np.sum(V**2))


def nmf_divergence(W, H, V):
    WH = np.dot(W, H)
    return np.sum(V * np.log(V / WH) - V + WH)


def stress(Y, D):
    n = len(Y)
    return sum(
        (norm(Y[i] - Y[j]) - D[i][j]) ** 2 for i in range(n) for j in range(i + 1, n)
    )


def t_sne(Y, P):
    sum_y = np.sum(np.square(Y), 1)
    num = -2.0 * np.dot(Y, Y.T)
    num = 1.0 / (1.0 + np.add(np.add(num, sum_y).T, sum_y))
    num[range(len(Y)), range(len(Y))] = 0.0
    Q = num / np.sum(num)
    Q = np.maximum(Q, 1e-12)
    return np.sum(P * np.log(P / Q))


def radial_basis(centres, weights, width, x, y):
    phi = np.exp(-((x[:, None] - centres) ** 2) / (2 * width**2))
    return np.mean((phi @ weights - y) ** 2)


def hopfield_energy(state, patterns):
    weights = np.zeros((state.size, state.size))
    for p in patterns:
        weights += np.outer(p, p) / len(patterns)
    np.fill_diagonal(weights, 0)
    return -0.5 * state @ weights @ state


def soft_decision_tree(splits, leaves, x):
    goes_right = 1 / (1 + np.exp(-4 * (x - splits[:, None])))
    left = (1 - goes_right[0]) * (
        (1 - goes_right[1]) * leaves[0] + goes_right[1] * leaves[1]
    )
    right = goes_right[0] * (
        (1 - goes_right[2]) * leaves[2] + goes_right[2] * leaves[3]
    )
    return left + right


HOLES = np.where(np.arange(8) % 3 == 1, np.nan, y)
RATINGS = np.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5]])
Pij = np.full((8, 8), 1 / 56)

CASES = {
    "line of best fit": (fit_line, 0.5, -0.2, X[:, 0], y),
    "ridge": (ridge, w, X, y),
    "lasso": (lasso, w, X, y),
    "elastic net": (elastic_net, w, X, y),
    "group lasso": (group_lasso, w, X, y),
    "huber": (huber, w, X, y),
    "huber by masks": (huber_by_masks, w, X, y),
    "pinball": (pinball, w, X, y),
    "log cosh": (log_cosh, w, X, y),
    "poisson": (poisson, w, X, COUNTS),
    "tweedie": (tweedie, w, X, COUNTS),
    "polynomial by Horner": (polynomial_cost, normal(4), X[:, 0], y),
    "polynomial by vander": (polynomial_by_vander, normal(4), X[:, 0], y),
    "weighted least squares": (weighted_least_squares, normal(8), X, y),
    "locally weighted": (locally_weighted, 1.3, X, y),
    "leave one out": (leave_one_out, 0.7, X, y),
    "standardised": (standardised, X, y, w),
    "r squared": (r_squared, w, X, y),
    "missing values": (missing_values, w, X, HOLES),
    "k-means": (k_means, X[:3] + 0.1, X),
    "k-means, assigned": (k_means_assigned, X[:3] + 0.1, X),
    "k-means, soft": (soft_k_means, X[:3] + 0.1, X),
    "pca by svd": (pca_reconstruction, X),
    "pca by eigh": (pca_by_covariance, X),
    "matrix factorisation": (matrix_factorisation, normal(3, 2), normal(2, 4), RATINGS),
    "ratings": (
        ratings, normal(4, 2), normal(5, 2), normal(4), normal(5),
        np.array([0, 0, 2, 3]), np.array([1, 4, 0, 1]), np.array([3.0, 4.5, 1.0, 2.0]),
    ),
    "nmf": (nmf_divergence, uniform(4, 2), uniform(2, 5), uniform(4, 5)),
    "multidimensional scaling": (stress, normal(4, 2), uniform(4, 4)),
    "t-sne": (t_sne, normal(8, 2), Pij),
    "radial basis": (radial_basis, normal(4), normal(4, seed=1), 0.8, X[:, 0], y),
    "hopfield": (hopfield_energy, normal(5), np.sign(normal(3, 5)).astype(int)),
    "soft decision tree": (soft_decision_tree, normal(3), normal(4), y),
}  # fmt: skip
