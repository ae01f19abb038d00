"""Programs with loops as people write them, with arguments, by name."""

import collections
import functools
import itertools

import numpy as np

import pellucid as pl

N = np.random.default_rng(0).normal
PROGRAMS = {}
H, D, T = 5, 3, 12


def program(*args):
    """Enter a function with the arguments that it is tried on."""

    def enter(f):
        PROGRAMS[f.__name__.replace("_", " ")] = f, args
        return f

    return enter


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@program(N(size=(H, D)), N(size=(H, H)) / 3, N(size=H), N(size=(T, D)), np.zeros(H))
def rnn(W, U, b, X, h):
    for t in range(len(X)):
        h = np.tanh(W @ X[t] + U @ h + b)
    return np.sum(h**2)


@program(N(size=(H, D)), N(size=(H, H)) / 3, N(size=H), N(size=(T, D)))
def rnn_zeros_for_x_in_X(W, U, b, X):
    h = np.zeros(U.shape[0])
    for x in X:
        h = np.tanh(W @ x + U @ h + b)
    return np.sum(h**2)


@program(N(size=(4 * H, D)), N(size=(4 * H, H)) / 3, N(size=4 * H), N(size=(T, D)))
def lstm(W, U, b, X):
    H = U.shape[1]
    h, c = np.zeros(H), np.zeros(H)
    for t in range(len(X)):
        s = W @ X[t] + U @ h + b
        i, f = sigmoid(s[:H]), sigmoid(s[H : 2 * H])
        o, g = sigmoid(s[2 * H : 3 * H]), np.tanh(s[3 * H :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum(h**2)


@program(N(size=(4 * H, D)), N(size=(4 * H, H)) / 3, N(size=4 * H), N(size=(T, D)))
def lstm_buffer(W, U, b, X):
    H = U.shape[1]
    h, c, out = np.zeros(H), np.zeros(H), np.zeros((len(X), H))
    for t in range(len(X)):
        s = W @ X[t] + U @ h + b
        i, f, o, g = np.split(s, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out[t] = h
    return np.sum(out**2)


def _lstm_cell(p, x, h, c):
    z = np.concatenate([x, h])
    f = sigmoid(p["Wf"] @ z + p["bf"])
    i = sigmoid(p["Wi"] @ z + p["bi"])
    o = sigmoid(p["Wo"] @ z + p["bo"])
    g = np.tanh(p["Wg"] @ z + p["bg"])
    c = f * c + i * g
    return o * np.tanh(c), c


_p = {f"W{k}": N(size=(H, H + D)) / 3 for k in "fiog"} | {
    f"b{k}": N(size=H) for k in "fiog"
}


@program(_p, N(size=(T, D)), N(size=(T, H)))
def lstm_cell_helper_losses(p, X, Y):
    h = c = np.zeros(H)
    loss = 0.0
    for t in range(len(X)):
        h, c = _lstm_cell(p, X[t], h, c)
        loss += np.sum((h - Y[t]) ** 2)
    return loss / len(X)


@program(N(size=(3, H, D)), N(size=(3, H, H)) / 3, N(size=(T, D)))
def gru(W, U, X):
    h = np.zeros(U.shape[-1])
    hs = []
    for x in X:
        z = sigmoid(W[0] @ x + U[0] @ h)
        q = sigmoid(W[1] @ x + U[1] @ h)
        n = np.tanh(W[2] @ x + U[2] @ (q * h))
        h = (1 - z) * n + z * h
        hs.append(h)
    return np.sum(np.stack(hs) ** 2)


@program(
    [
        {"W": N(size=(H, D)), "U": N(size=(H, H)) / 3},
        {"W": N(size=(H, H)) / 3, "U": N(size=(H, H)) / 3},
    ],
    N(size=(T, D)),
)
def stack_of_two_rnns(layers, X):
    xs = list(X)
    for p in layers:
        h, out = np.zeros(H), []
        for x in xs:
            h = np.tanh(p["W"] @ x + p["U"] @ h)
            out.append(h)
        xs = out
    return np.sum(np.array(xs) ** 2)


@program(
    [N(size=(H, H)) / 3 for _ in range(4)],
    [N(size=(H, H)) / 3 for _ in range(4)],
    N(size=(T, H)),
)
def layers_inside_of_time(Ws, Us, X):
    hs = [np.zeros(H) for _ in Ws]
    for x in X:
        new = []
        for W, U, h in zip(Ws, Us, hs, strict=True):
            x = np.tanh(W @ x + U @ h)
            new.append(x)
        hs = new
    return np.sum(hs[-1])


@program(
    N(size=(2, 2)),
    N(size=(1, 2)),
    np.eye(2) * 0.1,
    np.eye(1),
    N(size=(T, 1)),
    np.zeros(2),
    np.eye(2),
)
def kalman(F, Hm, Q, R, zs, x, P):
    ll = 0.0
    for z in zs:
        x = F @ x
        P = F @ P @ F.T + Q
        S = Hm @ P @ Hm.T + R
        K = P @ Hm.T @ np.linalg.inv(S)
        y = z - Hm @ x
        ll = ll - 0.5 * (y @ np.linalg.solve(S, y) + np.log(np.linalg.det(S)))
        x = x + K @ y
        P = (np.eye(2) - K @ Hm) @ P
    return ll


@program(np.array([1.0, 0.5]), 0.7)
def euler(y, k):
    dt = 0.1
    for _n in range(20):
        y = y + dt * np.array([y[1], -k * y[0]])
    return np.sum(y**2)


def _field(t, y, k):
    return np.stack([y[1], -k * np.sin(y[0]) * np.cos(t)])


@program(np.array([1.0, 0.5]), 0.7)
def rk4_with_time(y, k):
    dt = 0.1
    t = 0.0
    path = [y]
    for _n in range(15):
        k1 = _field(t, y, k)
        k2 = _field(t + dt / 2, y + dt / 2 * k1, k)
        k3 = _field(t + dt / 2, y + dt / 2 * k2, k)
        k4 = _field(t + dt, y + dt * k3, k)
        y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += dt
        path.append(y)
    return np.sum(np.array(path) ** 2)


@program(N(size=(H, H)), N(size=H))
def power_iteration(A, v):
    for _ in range(10):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v


@program(7.0)
def newton_root(a):
    x = a
    for _ in range(8):
        x = x - (x * x - a) / (2 * x)
    return x


@program(N(size=(4, 4)), N(size=(T, 4)), N(size=4))
def hmm_forward(logA, logB, logpi):
    def m(v, axis):
        return np.log(np.sum(np.exp(v), axis=axis))

    alpha = logpi + logB[0]
    for t in range(1, len(logB)):
        alpha = logB[t] + m(alpha[:, None] + logA, 0)
    return m(alpha, 0)


@program(N(size=T))
def prefix_sums_buffer(x):
    s = np.empty_like(x)
    s[0] = x[0]
    for i in range(1, len(x)):
        s[i] = s[i - 1] + x[i]
    return np.sum(s**2)


@program(N(size=T))
def cumulative_product(x):
    p, out = 1.0, []
    for v in x:
        p = p * v
        out.append(p)
    return np.sum(np.array(out))


@program(N(size=T), 0.7)
def horner(c, x):
    y = 0.0
    for a in c[::-1]:
        y = y * x + a
    return y


@program(N(size=T), 0.7)
def polynomial_by_powers(c, x):
    y = 0.0
    for k in range(len(c)):
        y += c[k] * x**k
    return y


@program(N(size=(8, 8)), N(size=(3, 3)))
def convolution_four_loops(x, w):
    out = np.empty((6, 6))
    for i in range(6):
        for j in range(6):
            s = 0.0
            for k in range(3):
                for m in range(3):
                    s += x[i + k, j + m] * w[k, m]
            out[i, j] = s
    return np.sum(out**2)


@program(N(size=(8, 8)), N(size=(3, 3)))
def convolution_windows(x, w):
    out = np.zeros((6, 6))
    for i in range(6):
        for j in range(6):
            out[i, j] = np.sum(x[i : i + 3, j : j + 3] * w)
    return np.sum(out**2)


@program(N(size=(2, 8, 8)), N(size=(4, 2, 3, 3)))
def convolution_channels_stride(x, w):
    out = np.zeros((4, 3, 3))
    for c in range(4):
        for i in range(3):
            for j in range(3):
                out[c, i, j] = np.sum(x[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3] * w[c])
    return np.sum(out**2)


@program(N(size=(8, 8)))
def max_pool(x):
    out = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            out[i, j] = np.max(x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
    return np.sum(out**2)


@program(N(size=(6, 2)), N(size=(5, 2)))
def pairwise_distances(A, B):
    d = np.zeros((len(A), len(B)))
    for i in range(len(A)):
        for j in range(len(B)):
            d[i, j] = np.sqrt(np.sum((A[i] - B[j]) ** 2))
    return np.sum(d)


@program(N(size=(6, 2)))
def pairwise_triangle(A):
    s = 0.0
    for i in range(len(A)):
        for j in range(i + 1, len(A)):
            s += np.exp(-np.sum((A[i] - A[j]) ** 2))
    return s


_L = np.tril(N(size=(7, 7))) + 4 * np.eye(7)


@program(_L, N(size=7))
def forward_substitution_scalars(L, b):
    x = np.zeros(7)
    for i in range(7):
        s = b[i]
        for j in range(i):
            s = s - L[i, j] * x[j]
        x[i] = s / L[i, i]
    return np.sum(x**2)


@program(_L, N(size=7))
def forward_substitution_slices(L, b):
    x = np.zeros(7)
    for i in range(7):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return np.sum(x**2)


@program(_L.T.copy(), N(size=7))
def back_substitution(U, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - U[i] @ x) / U[i, i]
    return np.sum(x**2)


@program(N(size=9) * 0.1, 3 + N(size=9) * 0.1, N(size=9) * 0.1, N(size=9))
def thomas(a, b, c, d):
    n = len(d)
    cp, dp, x = np.zeros(n), np.zeros(n), np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x[n - 1] = dp[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return np.sum(x**2)


@program(np.abs(N(size=(6, 6))))
def floyd_warshall(d):
    d = d.copy()
    for k in range(6):
        for i in range(6):
            for j in range(6):
                d[i, j] = np.minimum(d[i, j], d[i, k] + d[k, j])
    return np.sum(d)


@program(np.abs(N(size=(6, 6))))
def floyd_warshall_rows(d):
    for k in range(6):
        d = np.minimum(d, d[:, k, None] + d[None, k, :])
    return np.sum(d)


@program(N(size=7), N(size=8))
def time_warping(x, y):
    n, m = len(x), len(y)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            least = np.minimum(D[i - 1, j], D[i, j - 1])
            D[i, j] = cost + np.minimum(least, D[i - 1, j - 1])
    return D[n, m]


@program(N(size=(6, 7)))
def heat_stencil(u):
    for _t in range(10):
        u = u.copy()
        around = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2]
        u[1:-1, 1:-1] = u[1:-1, 1:-1] + 0.1 * (around - 4 * u[1:-1, 1:-1])
    return np.sum(u**2)


@program(np.abs(N(size=(6, 7))))
def life_like_roll(u):
    for _t in range(8):
        s = np.zeros_like(u)
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                if di or dj:
                    s = s + np.roll(u, (di, dj), (0, 1))
        u = np.where((s > 2) & (s < 3.5), np.tanh(u + 0.3 * s), 0.5 * u)
    return np.sum(u)


@program(N(size=(H, H)) / 2, N(size=(T, H)))
def special_first(W, X):
    h = None
    out = []
    for t in range(len(X)):
        h = np.tanh(X[t]) if h is None else np.tanh(X[t] + W @ h)
        out.append(h)
    return np.sum(np.array(out))


@program(N(size=(H, H)) / 2, N(size=(T, H)))
def special_last(W, X):
    h = np.zeros(H)
    for t in range(len(X)):
        h = W @ h + X[t]
        if t < len(X) - 1:
            h = np.maximum(h, 0)
    return np.sum(h)


@program(N(size=(H, H)) / 2, N(size=(T, H)))
def every_second(W, X):
    h = np.zeros(H)
    for t in range(len(X)):
        h = np.tanh(W @ h + X[t])
        if t % 2:
            h = h * 0.5
    return np.sum(h)


@program(N(size=(H, H)) / 2, N(size=(15, H)))
def every_fifth_snapshot(W, X):
    h = np.zeros(H)
    kept = []
    for t in range(len(X)):
        h = np.tanh(W @ h + X[t])
        if t % 5 == 0:
            kept.append(h)
    return np.sum(np.stack(kept) ** 2)


_mask = [c == "1" for c in "100110101100"]


@program(N(size=(H, H)) / 2, N(size=(T, H)))
def branch_by_outside_mask(W, X):
    h = np.zeros(H)
    for t in range(len(X)):
        h = np.tanh(W @ h + X[t])
        if _mask[t]:
            h = h + 1.0
    return np.sum(h)


@program(N(size=H), N(size=(20, H)), N(size=20))
def gradient_descent_decay(w, X, y):
    for t in range(15):
        g = X.T @ (X @ w - y) / len(y)
        w = w - 0.1 / (1 + t) * g
    return np.sum(w**2)


@program(N(size=H), N(size=(20, H)), N(size=20))
def adam_by_hand(w, X, y):
    m, v = 0.0, 0.0
    for t in range(1, 12):
        g = X.T @ (X @ w - y)
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        w = w - 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return np.sum(w**2)


@program(N(size=H))
def counts_as_numbers(x):
    s = 0.0
    for t in range(10):
        s = s + np.sum(np.sin(t * x)) / (t + 1)
    return s


@program([{"W": N(size=(H, H)) / 3, "b": N(size=H)} for _ in range(12)], N(size=H))
def deep_residual_stack(layers, x):
    for p in layers:
        x = x + np.tanh(p["W"] @ x + p["b"])
    return np.sum(x**2)


@program(
    [(N(size=(H, H)) / 3, N(size=H)) for _ in range(3)] + [(N(size=(2, H)), N(size=2))],
    N(size=H),
)
def mlp_last_layer_differs(layers, x):
    for W, b in layers[:-1]:
        x = np.tanh(W @ x + b)
    W, b = layers[-1]
    return np.sum((W @ x + b) ** 2)


@program(N(size=(H, H)) / 3, N(size=(T, H)), N(size=(H, H)) / 3)
def several_time_loops(W, X, V):
    h, forth = np.zeros(H), []
    for x in X:
        h = np.tanh(W @ h + x)
        forth.append(h)
    g, back = np.zeros(H), [None] * len(X)
    for t in reversed(range(len(X))):
        g = np.tanh(V @ g + X[t])
        back[t] = g
    return sum(np.sum(a * b) for a, b in zip(forth, back, strict=True))


@program(N(size=(T, H)), N(size=(H, H)))
def attention_over_all(X, W):
    out = []
    for t in range(len(X)):
        a = X @ W @ X[t]
        a = np.exp(a - np.max(a))
        out.append((a / np.sum(a)) @ X)
    return np.sum(np.array(out) ** 2)


@program(N(size=(T, H)))
def attention_causal_slices(X):
    s = 0.0
    for t in range(len(X)):
        a = X[: t + 1] @ X[t]
        s = s + np.log(np.sum(np.exp(a)))
    return s


@program(2.0, 3.0)
def fibonacci_lags(a, b):
    xs = [a, b]
    for t in range(2, 14):
        xs.append(np.sin(xs[t - 1]) + np.cos(xs[t - 2]))
    return xs[-1]


@program(N(size=20), 0.3, 0.2)
def ar2_garch(x, a, b):
    s, ll = 1.0, 0.0
    for t in range(2, len(x)):
        e = x[t] - a * x[t - 1] - b * x[t - 2]
        s = 0.1 + 0.8 * s + 0.1 * e**2
        ll += -0.5 * (np.log(s) + e**2 / s)
    return ll


@program(N(size=(4, 5, H)), N(size=(H, D)), N(size=(H, H)) / 3)
def batch_and_time(X, W, U):
    total = 0.0
    for n in range(4):
        h = np.zeros(H)
        for t in range(5):
            h = np.tanh(W @ X[n, t, :D] + U @ h)
        total += np.sum(h**2)
    return total / 4


@program(N(size=(6, 5)), N(size=(5, 4)))
def matrix_product_three_loops(A, B):
    C = np.zeros((6, 4))
    for i in range(6):
        for j in range(4):
            for k in range(5):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C**2)


@program(N(size=(5, 5)) + 5 * np.eye(5))
def gauss_elimination_rows(A):
    A = A.copy()
    for k in range(4):
        for i in range(k + 1, 5):
            A[i] = A[i] - A[i, k] / A[k, k] * A[k]
    return np.sum(np.log(np.abs(np.diag(A))))


@program((lambda M: M @ M.T + 5 * np.eye(5))(N(size=(5, 5))))
def cholesky_loops(A):
    L = np.zeros((5, 5))
    for i in range(5):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s = s - L[i, k] * L[j, k]
            L[i, j] = np.sqrt(s) if i == j else s / L[j, j]
    return np.sum(np.log(np.diag(L)))


@program(N(size=(T, D)), N(size=(H, D)), N(size=(H, H)) / 3)
def functools_reduce(X, W, U):
    return np.sum(functools.reduce(lambda h, x: np.tanh(W @ x + U @ h), X, np.zeros(H)))


@program(N(size=T), 0.5)
def list_comprehension_costs(x, a):
    return sum([np.exp(-a * v**2) for v in x])


@program(N(size=T), 0.5)
def while_loop(x, a):
    t, s = 0, 0.0
    while t < len(x):
        s = a * s + x[t]
        t += 1
    return s


@program(N(size=(40, H)), N(size=H))
def minibatch_sgd(X, w):
    y = np.arange(40.0)
    for start in range(0, 40, 8):
        Xb, yb = X[start : start + 8], y[start : start + 8]
        w = w - 0.01 * Xb.T @ (Xb @ w - yb)
    return np.sum(w**2)


_perm = np.random.default_rng(1).permutation(T)


@program(N(size=(T, H)), N(size=H))
def permuted_rows(X, w):
    for i in _perm:
        w = np.tanh(w + X[i])
    return np.sum(w)


_data = N(size=(T, H))


@program(N(size=H))
def outside_rows(w):
    s = 0.0
    for row, y in zip(_data, np.arange(T) % 3 - 1.0, strict=True):
        s += np.log(1 + np.exp(-y * (row @ w)))
    return s


@program(N(size=(T, H)), N(size=(H, H)) / 3)
def carried_dict(X, W):
    state = {"h": np.zeros(H), "n": 0.0}
    for x in X:
        state = {
            "h": np.tanh(W @ state["h"] + x),
            "n": 0.9 * state["n"] + 0.1 * np.sum(x),
        }
    return np.sum(state["h"]) + state["n"]


@program(N(size=(20, 3)), N(size=3))
def double_descent_unrolled_meta(X, rates):
    w = np.zeros(3)
    y = X @ np.array([1.0, -2.0, 0.5])
    losses = []
    for _epoch in range(6):
        for k in range(3):
            g = X.T @ (X @ w - y) / 20
            w = w - np.exp(rates[k]) * 0.1 * g
        losses.append(np.mean((X @ w - y) ** 2))
    return losses[-1]


@program(N(size=(6, 6)))
def swap_in_place(x):
    x = x.copy()
    for i in range(5):
        x[i], x[i + 1] = x[i + 1] * 1.0, x[i] * 0.5
    return np.sum(x * np.arange(36.0).reshape(6, 6))


@program(N(size=8))
def log_sum_exp_stream(x):
    m, s = x[0], 1.0
    for v in x[1:]:
        n = np.maximum(m, v)
        s = s * np.exp(m - n) + np.exp(v - n)
        m = n
    return m + np.log(s)


# -- as strangers write them ----------------------------------------------------------


def log_sum_exp(x):
    m = np.max(x, keepdims=True)
    return np.reshape(m, ()) + np.log(np.sum(np.exp(x - m)))


_tags = np.array([2, 0, 1, 3, 0, 2, 1])


@program(N(size=(7, 4)), N(size=(4, 4)), N(size=4))
def conditional_random_field(scores, passing, start):
    path = start[_tags[0]] + scores[0, _tags[0]]
    for i in range(1, len(_tags)):
        path = path + passing[_tags[i - 1], _tags[i]] + scores[i, _tags[i]]
    alpha = [start[j] + scores[0, j] for j in range(4)]
    for row in scores[1:]:
        now = []
        for tag in range(4):
            now.append(log_sum_exp(np.array(alpha) + passing[:, tag] + row[tag]))
        alpha = now
    return log_sum_exp(np.array(alpha)) - path


class Node:
    def __init__(self, p):
        self.p, self.s, self.h = p, np.zeros(H), np.zeros(H)

    def run(self, x, s, h):
        z = np.hstack((x, h))
        g = np.tanh(self.p["Wg"] @ z + self.p["bg"])
        i = sigmoid(self.p["Wi"] @ z + self.p["bi"])
        f = sigmoid(self.p["Wf"] @ z + self.p["bf"])
        self.s = g * i + s * f
        self.h = self.s * sigmoid(self.p["Wo"] @ z + self.p["bo"])


@program(_p, N(size=(9, D)), N(size=9))
def nodes_with_a_state(p, xs, ys):
    nodes = []
    for x in xs:
        nodes.append(Node(p))
        before = nodes[-2] if len(nodes) > 1 else nodes[-1]
        nodes[-1].run(x, before.s, before.h)
    loss, i = 0.0, len(xs) - 1
    while i >= 0:
        loss += (nodes[i].h[0] - ys[i]) ** 2
        i -= 1
    return loss


@program(np.array([[1.0, 0.1], [0.0, 1.0]]), np.eye(2) / 10, 0.5, N(size=9))
def kalman_smoother(F, Q, r, ys):
    h, m, P = np.array([1.0, 0.0]), np.zeros(2), np.eye(2)
    ms, Ps, before = [], [], []
    for y in ys:
        a, R = F @ m, F @ P @ F.T + Q
        K = R @ h / (h @ R @ h + r)
        m, P = a + K * (y - h @ a), R - np.outer(K, h @ R)
        ms.append(m)
        Ps.append(P)
        before.append((a, R))
    smooth = [ms[-1]]
    for t in range(len(ys) - 2, -1, -1):
        a, R = before[t + 1]
        G = Ps[t] @ F.T @ np.linalg.inv(R)
        smooth.insert(0, ms[t] + G @ (smooth[0] - a))
    return np.sum((np.array(smooth)[:, 0] - ys) ** 2)


@program(0.3, 0.1, 0.2, N(size=24) + 10)
def holt_winters(alpha, beta, gamma, y):
    m = 5
    a, b = [np.sum(y[:m]) / m], [(np.sum(y[m : 2 * m]) - np.sum(y[:m])) / m**2]
    s = [y[i] - a[0] for i in range(m)]
    fitted = [a[0] + b[0] + s[0]]
    for i in range(len(y)):
        a.append(alpha * (y[i] - s[i]) + (1 - alpha) * (a[i] + b[i]))
        b.append(beta * (a[i + 1] - a[i]) + (1 - beta) * b[i])
        s.append(gamma * (y[i] - a[i] - b[i]) + (1 - gamma) * s[i])
        fitted.append(a[i + 1] + b[i + 1] + s[i + 1])
    return np.sqrt(sum((u - v) ** 2 for u, v in zip(y, fitted, strict=False)) / len(y))


@program(0.3, 0.1, 0.2, N(size=18) + 10)
def seasons_in_a_dict(alpha, beta, gamma, y):
    seasons = {i: y[i] - 10.0 for i in range(4)}
    level, trend, out = y[0], 0.0, []
    for i, value in enumerate(y):
        before = level
        level = alpha * (value - seasons[i % 4]) + (1 - alpha) * (level + trend)
        trend = beta * (level - before) + (1 - beta) * trend
        seasons[i % 4] = gamma * (value - level) + (1 - gamma) * seasons[i % 4]
        out.append(level + trend + seasons[i % 4])
    return np.mean((np.array(out) - y) ** 2)


@program(N(size=14), N(size=4))
def filter_with_a_deque(x, taps):
    last, out = collections.deque([0.0] * 4, maxlen=4), []
    for v in x:
        last.appendleft(v)
        out.append(sum(a * b for a, b in zip(taps, last, strict=True)))
    return np.sum(np.array(out) ** 2)


@program(np.array([0.3, 0.1]))
def epidemic(rates):
    beta, gamma = rates
    well, ill, over = [0.99], [0.01], [0.0]
    for _ in range(9):
        new = beta * well[-1] * ill[-1]
        gone = gamma * ill[-1]
        well.append(well[-1] - new)
        ill.append(ill[-1] + new - gone)
        over.append(over[-1] + gone)
    return np.sum(np.stack([well, ill, over])[1:, ::2] ** 2)


@program(np.array([0.1, 1.0]), np.array([1.0, 0.0]))
def pendulum_over_a_grid(p, y):
    def slope(y, t):
        return np.array([y[1], -p[0] * y[1] - p[1] * np.sin(y[0]) + 0.1 * np.cos(t)])

    times, ys = np.linspace(0, 2, 9), [y]
    for a, b in itertools.pairwise(times):
        k1 = slope(y, a)
        k2 = slope(y + (b - a) * k1 / 2, (a + b) / 2)
        y = y + (b - a) * k2
        ys.append(y)
    return np.mean(np.vstack(ys)[:, 0] ** 2)


@program(N(size=(4, 3)) * 3, N(size=(4, 3)) * 0.1, np.abs(N(size=4)) + 0.5)
def bodies_in_pairs(x, v, mass):
    for _ in range(4):
        pulls = []
        for i in range(4):
            pull = np.zeros(3)
            for j in range(4):
                if i == j:
                    continue
                d = x[j] - x[i]
                pull = pull + mass[j] * d / (d @ d + 0.01) ** 1.5
            pulls.append(pull)
        v = v + 0.1 * np.array(pulls)
        x = x + 0.1 * v
    return np.sum(x**2)


@program(N(size=9), N(size=9), 0.95)
def advantages_backwards(rewards, values, decay):
    found, advantage, following = [], 0.0, 0.0
    for r, v in zip(reversed(rewards), reversed(values), strict=True):
        advantage = r + 0.99 * following - v + 0.99 * decay * advantage
        following = v
        found.insert(0, advantage)
    found = np.array(found)
    return np.sum((found - found.mean()) ** 2)


@program(N(size=(D, H)) * 0.5, N(size=H) * 0.5, N(size=(4, 8, D)), N(size=(4, 8)))
def steps_of_descent_for_each_task(W, v, X, Y):
    def loss(W, v, x, y):
        return np.mean((np.tanh(x @ W) @ v - y) ** 2)

    total = 0.0
    for x, y in zip(X, Y, strict=True):
        U, u = W, v
        for _ in range(3):
            dU, du = pl.gradient(loss, wrt=("W", "v"))(U, u, x, y)
            U, u = U - 0.1 * dU, u - 0.1 * du
        total += loss(U, u, x, y)
    return total / len(X)


@program(N(size=(5, D)), N(size=(3, D, 4)) / 2, N(size=(3, D, 4)) / 2)
def attention_by_heads_and_positions(x, Q, K):
    heads = []
    for h in range(3):
        q, k = x @ Q[h], x @ K[h]
        rows = []
        for i in range(len(x)):
            s = np.array([q[i] @ k[j] for j in range(len(x))])
            a = np.exp(s - np.max(s))
            rows.append((a / np.sum(a)) @ x)
        heads.append(np.stack(rows))
    return np.sum(np.concatenate(heads, axis=-1) ** 2)
