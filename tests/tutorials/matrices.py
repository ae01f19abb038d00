"""Matrices by hand, dynamic programming, chains of decisions."""

import itertools
from functools import reduce

import numpy as np
from tutorials.data import normal, positive_definite, uniform

# -- matrices by hand ----------------------------------------------------------------


def cholesky(A):
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = sum(L[i, k] * L[j, k] for k in range(j))
            if i == j:
                L[i, j] = np.sqrt(A[i, i] - s)
            else:
                L[i, j] = (A[i, j] - s) / L[j, j]
    return L


def lu(A):
    U = A.copy()
    n = len(U)
    L = np.eye(n)
    for k in range(n - 1):
        L[k + 1 :, k] = U[k + 1 :, k] / U[k, k]
        U[k + 1 :, k:] -= np.outer(L[k + 1 :, k], U[k, k:])
    return L, U


def gauss(A, b):
    M = np.hstack([A, b.reshape(-1, 1)])
    n = len(b)
    for i in range(n):
        M[i] /= M[i, i]
        for j in range(n):
            if i != j:
                M[j] -= M[j, i] * M[i]
    return M[:, -1]


def determinant(A):
    A = np.array(A, copy=True)
    det = 1.0
    for i in range(len(A)):
        det *= A[i][i]
        for j in range(i + 1, len(A)):
            A[j] = A[j] - A[i] * (A[j][i] / A[i][i])
    return det


def leibniz(A):
    n = len(A)
    total = 0
    for p in itertools.permutations(range(n)):
        sign = np.linalg.det(np.eye(n)[list(p)]).round()
        total += sign * np.prod([A[i, p[i]] for i in range(n)])
    return total


def gram_schmidt(V):
    basis = []
    for v in V.T:
        u = v - sum(np.dot(v, b) * b for b in basis)
        basis.append(u / np.linalg.norm(u))
    return np.array(basis).T


def thomas(a, b, c, d):
    n = len(d)
    cp, dp, x = np.zeros(n), np.zeros(n), np.zeros(n)
    cp[0], dp[0] = c[0] / b[0], d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x[-1] = dp[-1]
    for i in reversed(range(n - 1)):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def conjugate_gradient(A, b):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r
    rs = r @ r
    for _ in range(3):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x = x + alpha * p
        r = r - alpha * Ap
        rs, old = r @ r, rs
        p = r + rs / old * p
    return x


def power_iteration(A):
    v = np.ones(A.shape[1])
    for _ in range(10):
        v = A @ v
        v /= np.linalg.norm(v)
    return v @ A @ v


def page_rank(M, d=0.85):
    N = M.shape[1]
    M = M / M.sum(axis=0)
    v = np.ones(N) / N
    M_hat = d * M + (1 - d) / N
    for _ in range(8):
        v = M_hat @ v
    return v


def matrix_exponential(A, terms=8):
    result, term = np.eye(len(A)), np.eye(len(A))
    for k in range(1, terms):
        term = term @ A / k
        result = result + term
    return result


def tensor_contraction(A, B, C):
    T = np.einsum("ijk,jl->ikl", A, B)
    return np.einsum("ikl,km->lm", T, C) + np.tensordot(A, B, axes=([1], [0])).sum()


def cosine_similarity(A):
    unit = A / np.sqrt((A * A).sum(axis=1))[:, None]
    S = np.dot(unit, unit.T)
    return S[np.triu_indices_from(S, k=1)]


def determinant_chain(mats):
    return np.trace(reduce(np.matmul, mats)) + np.linalg.det(np.linalg.multi_dot(mats))


# -- dynamic programming -------------------------------------------------------------


def soft_dtw(x, y, gamma=0.5):
    n, m = len(x), len(y)
    D = (x[:, None] - y[None, :]) ** 2
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            r = np.array([R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]])
            low = r.min()
            R[i, j] = (
                D[i - 1, j - 1]
                + low
                - gamma * np.log(np.sum(np.exp(-(r - low) / gamma)))
            )
    return R[n, m]


def dtw(x, y):
    n, m = len(x), len(y)
    D = np.zeros((n + 1, m + 1))
    D[0, 1:] = np.inf
    D[1:, 0] = np.inf
    for i in range(n):
        for j in range(m):
            best = np.minimum(np.minimum(D[i, j], D[i, j + 1]), D[i + 1, j])
            D[i + 1, j + 1] = np.abs(x[i] - y[j]) + best
    return D[-1, -1]


def floyd_warshall(W):
    dist = W.copy()
    for k in range(len(W)):
        dist = np.minimum(dist, dist[:, k, None] + dist[None, k, :])
    return dist


def cheapest_path(grid):
    cost = np.empty_like(grid)
    cost[0] = np.cumsum(grid[0])
    cost[:, 0] = np.cumsum(grid[:, 0])
    rows, columns = grid.shape
    for i in range(1, rows):
        for j in range(1, columns):
            cost[i, j] = grid[i, j] + min_of(cost[i - 1, j], cost[i, j - 1])
    return cost[-1, -1]


def min_of(*values):
    return np.minimum.reduce(values)


def value_iteration(rewards, P, gamma=0.9):
    V = np.zeros(P.shape[0])
    for _ in range(4):
        Q = rewards + gamma * np.einsum("sat,t->sa", P, V)
        V = Q.max(axis=1)
    return V


def policy_gradient(theta, states, actions, rewards, gamma=0.9):
    G, returns = 0.0, []
    for r in rewards[::-1]:
        G = r + gamma * G
        returns.insert(0, G)
    returns = np.array(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-8)
    logits = states @ theta
    logp = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -(logp[np.arange(len(actions)), actions] * returns).mean()


def sinkhorn(C, a, b, reg=0.5):
    K = np.exp(-C / reg)
    u = np.ones(len(a))
    for _ in range(5):
        v = b / (K.T @ u)
        u = a / (K @ v)
    return np.sum(u[:, None] * K * v[None, :] * C)


M3, S4 = normal(3, 3) + 3 * np.eye(3), positive_definite(4)
PICTURE = uniform(4, 5)
BANDS = (uniform(5), uniform(5, low=4, high=5), uniform(5, seed=1), normal(5))
CHANCES = uniform(3, 2, 3)

CASES = {
    "cholesky by loops": (cholesky, S4),
    "lu": (lu, M3),
    "gauss": (gauss, M3, normal(3)),
    "determinant by elimination": (determinant, M3),
    "determinant by permutations": (leibniz, M3),
    "gram-schmidt": (gram_schmidt, M3),
    "tridiagonal": (thomas, *BANDS),
    "conjugate gradient": (conjugate_gradient, S4, normal(4)),
    "power iteration": (power_iteration, S4),
    "page rank": (page_rank, uniform(4, 4)),
    "matrix exponential": (matrix_exponential, M3 / 5),
    "einsum and tensordot": (
        tensor_contraction, normal(2, 3, 4), normal(3, 2), normal(4, 3),
    ),
    "cosine similarity": (cosine_similarity, normal(4, 3)),
    "chain of matrices": (determinant_chain, [M3, normal(3, 3, seed=1), S4[:3, :3]]),
    "soft dtw": (soft_dtw, normal(4), normal(3)),
    "dtw": (dtw, normal(4), normal(3)),
    "floyd-warshall": (floyd_warshall, uniform(4, 4)),
    "cheapest path": (cheapest_path, PICTURE),
    "value iteration": (value_iteration, normal(3, 2), CHANCES / 5),
    "policy gradient": (
        policy_gradient, normal(3, 2), normal(4, 3), [0, 1, 1, 0], normal(4),
    ),
    "sinkhorn": (sinkhorn, uniform(3, 4), np.full(3, 1 / 3), np.full(4, 1 / 4)),
}  # fmt: skip
