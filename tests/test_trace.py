"""Functions as tutorials print them, recorded as they stand.

Values are NumPy's bit for bit; gradients are judged by formulas derived by hand, by
differences, and by JAX and PyTorch where they are installed.
"""

import math
import random
import sys
import threading
import types

import numpy as np
import pytest
import scipy.linalg
import scipy.special
from comparison import assert_derivatives, gradient_of_jax

import pellucid as pl
from pellucid.errors import GradientError, PellucidError
from pellucid.graphs.tracing.trace import trace

X = np.cos(np.arange(12.0)).reshape(4, 3)
Y = np.array([0.0, 1.0, 1.0, 0.0])
W = np.array([[0.3], [-0.2], [0.5]])
V = np.array([0.5, -1.25, 2.0, 0.75, -0.4, 3.0])
IMAGE = np.sin(np.arange(30.0) ** 1.1).reshape(5, 6)
KERNEL = np.array([[1.0, -0.5], [0.25, 0.75]])
SPD = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 2.0]])


# -- the tutorials --------------------------------------------------------------------


def sigmoid(z):
    y_head = 1 / (1 + np.exp(-z))
    return y_head  # noqa: RET504 (as the tutorial has it)


def logistic_cost(w, b, x_train, y_train):
    z = np.dot(w.T, x_train) + b
    y_head = sigmoid(z)
    loss = -y_train * np.log(y_head) - (1 - y_train) * np.log(1 - y_head)
    cost = (np.sum(loss)) / x_train.shape[1]
    return cost  # noqa: RET504


def forward(X, W1, b1, W2, b2):
    Z = X.dot(W1) + b1
    Z[Z < 0] = 0
    A = Z.dot(W2) + b2
    expA = np.exp(A)
    Y = expA / expA.sum(axis=1, keepdims=True)
    return Y, Z


def network_cost(W1, b1, W2, b2, X, T):
    Y, _ = forward(X, W1, b1, W2, b2)
    tot = T * np.log(Y)
    return -tot.sum()


def relu_by_mask(Z):
    return Z * (Z > 0)


def line_error(a, b, x, y):
    yhat = a * x + b
    d = y - yhat
    return d.dot(d)


def convolution(image, kernel):
    n, m = image.shape
    h, w = kernel.shape
    result = np.empty((n - h + 1, m - w + 1))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            result[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)
    return result


def max_pool(image):
    n, m = image.shape[0] // 2, image.shape[1] // 2
    pooled = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            pooled[i, j] = np.max(image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
    return pooled


def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy(z, labels):
    p = softmax(z)
    n = labels.shape[0]
    log_likelihood = -np.log(p[range(n), labels])
    return np.sum(log_likelihood) / n


def k_means_step(centres, points):
    distances = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argmin(distances, axis=1)
    members = nearest[:, None] == np.arange(len(centres))
    return members.T @ points / np.maximum(members.sum(axis=0), 1)[:, None], distances


def batch_norm(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    xhat = (x - mu) / np.sqrt(var + eps)
    return gamma * xhat + beta


def layer_norm(x):
    return (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)


def rnn(xs, Wxh, Whh, bh):
    h = np.zeros(Whh.shape[0])
    hs = []
    for x in xs:
        h = np.tanh(np.dot(Wxh, x) + np.dot(Whh, h) + bh)
        hs.append(h)
    return np.array(hs)


def lstm_step(x, h, c, W, b):
    H = h.shape[0]
    z = np.dot(W, np.hstack([x, h])) + b
    i = sigmoid(z[0:H])
    f = sigmoid(z[H : 2 * H])
    o = sigmoid(z[2 * H : 3 * H])
    g = np.tanh(z[3 * H :])
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c


def gaussian_nll(x, mu, log_sigma):
    sigma = np.exp(log_sigma)
    return np.sum(0.5 * ((x - mu) / sigma) ** 2 + log_sigma + 0.5 * np.log(2 * np.pi))


def multivariate_gaussian_nll(x, mean, cov):
    d = x - mean
    L = np.linalg.cholesky(cov)
    y = np.linalg.solve(L, d)
    return 0.5 * y.dot(y) + np.log(np.diag(L)).sum() + len(x) / 2 * np.log(2 * np.pi)


def power_iteration(A, steps=8):
    v = np.ones(A.shape[0]) / np.sqrt(A.shape[0])
    for _ in range(steps):
        v = A @ v
        v /= np.linalg.norm(v)
    return v @ A @ v


def kalman_step(x, P, z, F, H, Q, R):
    x = F @ x
    P = F @ P @ F.T + Q
    S = H @ P @ H.T + R
    K = P @ H.T @ np.linalg.inv(S)
    x = x + K @ (z - H @ x)
    P = (np.eye(len(x)) - K @ H) @ P
    return x, P


def tridiagonal(a, b, c, d):
    n = len(d)
    cp, dp, x = np.zeros(n), np.zeros(n), np.zeros(n)
    cp[0], dp[0] = c[0] / b[0], d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x[-1] = dp[-1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def exponential_average(x, alpha):
    smooth = np.zeros_like(x)
    smooth[0] = x[0]
    for t in range(1, len(x)):
        smooth[t] = alpha * x[t] + (1 - alpha) * smooth[t - 1]
    return smooth


def horner(coefficients, x):
    result = 0
    for c in coefficients:
        result = result * x + c
    return result


def heat(u, k):
    u = u.copy()
    for _ in range(4):
        u[1:-1] = u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2])
        u[0] = 0
        u[-1] = u[-2]
    return u


def gram_schmidt(A):
    Q = np.zeros_like(A)
    for j in range(A.shape[1]):
        v = A[:, j].copy()
        for i in range(j):
            v -= np.dot(Q[:, i], A[:, j]) * Q[:, i]
        Q[:, j] = v / np.sqrt(np.sum(v**2))
    return Q


def cholesky(A):
    n = A.shape[0]
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = sum(L[i, k] * L[j, k] for k in range(j))
            if i == j:
                L[i, j] = np.sqrt(A[i, i] - s)
            else:
                L[i, j] = (A[i, j] - s) / L[j, j]
    return L


def gaussian_elimination(A, b):
    A, b = A.copy(), b.copy()
    n = len(b)
    for k in range(n - 1):
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k:] -= factor * A[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x


def least_squares(X, y):
    return np.linalg.solve(X.T.dot(X), X.T.dot(y))


def r_squared(y, yhat):
    d1 = y - yhat
    d2 = y - y.mean()
    return 1 - d1.dot(d1) / d2.dot(d2)


def ridge_cost(w, X, y, lam):
    n = len(y)
    residual = X @ w - y
    return (residual**2).mean() + lam * np.linalg.norm(w) ** 2 / (2 * n)


def huber(r, delta=1.0):
    small = np.abs(r) <= delta
    return np.where(small, 0.5 * r**2, delta * (np.abs(r) - 0.5 * delta)).sum()


def runge_kutta(y, mu, h=0.1):
    def slope(y):
        return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])

    for _ in range(5):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def pairwise_distances(points):
    difference = points[:, np.newaxis] - points[np.newaxis, :]
    squared = np.einsum("ijk,ijk->ij", difference, difference)
    n = len(points)
    return np.sqrt(squared + np.eye(n)).sum()


def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(K.shape[-1])
    mask = np.triu(np.ones(scores.shape), k=1).astype(bool)
    scores = np.where(mask, -1e9, scores)
    return softmax(scores) @ V


def adam_steps(w, X, y):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, 4):
        g = 2 * X.T @ (X @ w - y) / len(y)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


def mean_of_a_list_of_losses(w, X, y):
    losses = []
    for xi, yi in zip(X, y, strict=True):
        losses.append((np.dot(xi, w) - yi) ** 2)
    return np.mean(losses)


def forward_algorithm(log_start, log_move, log_emit):
    alpha = log_start + log_emit[0]
    for t in range(1, len(log_emit)):
        alpha = np.logaddexp.outer(alpha * 0, alpha)[0] * 0 + np.log(
            np.exp(alpha[:, None] + log_move).sum(axis=0)
        )
        alpha = alpha + log_emit[t]
    return np.log(np.sum(np.exp(alpha)))


def dictionary_network(parameters, x):
    for layer in parameters["hidden"]:
        x = np.tanh(x @ layer["W"] + layer["b"])
    return x @ parameters["out"]


def column(v):
    return np.asarray(v, float)[:, None]


LAYERS = {
    "hidden": [
        {"W": X[:3] * 0.5, "b": np.array([0.1, -0.2, 0.3])},
        {"W": SPD / 3, "b": np.zeros(3) + 0.05},
    ],
    "out": np.array([1.0, -2.0, 0.5]),
}
W1, W2 = np.sin(np.arange(12.0)).reshape(3, 4), np.cos(np.arange(8.0)).reshape(4, 2)
B1, B2 = np.array([0.1, -0.2, 0.3, 0.15]), np.array([0.2, -0.1])
T = np.eye(2)[[0, 1, 1, 0]]
BAND = (np.array([0.0, 1, 1, 1]), np.array([4.0, 5, 4, 5]), np.array([1.0, 2, 1, 0]))
MOVE = np.log(np.array([[0.7, 0.3], [0.4, 0.6]]))
EMIT = np.log(np.array([[0.5, 0.1], [0.4, 0.3], [0.1, 0.6]]))

TUTORIALS = {
    "logistic cost": (logistic_cost, W, 0.1, X.T, Y),
    "sigmoid": (sigmoid, V),
    "forward pass": (forward, X, W1, B1, W2, B2),
    "network cost": (network_cost, W1, B1, W2, B2, X, T),
    "relu by mask": (relu_by_mask, X),
    "line error": (line_error, 0.5, -0.3, V, V**2),
    "convolution": (convolution, IMAGE, KERNEL),
    "max pool": (max_pool, IMAGE),
    "softmax": (softmax, X),
    "cross-entropy": (cross_entropy, X, np.array([2, 0, 1, 1])),
    "k-means step": (k_means_step, X[:2], X),
    "batch norm": (batch_norm, X, W[:, 0], W[:, 0] ** 2),
    "layer norm": (layer_norm, X),
    "rnn": (rnn, X, SPD / 5, SPD / 4, W[:, 0]),
    "lstm step": (
        lstm_step, V[:2], V[2:4], V[4:], np.sin(np.arange(32.0)).reshape(8, 4),
        V.repeat(2)[:8],
    ),
    "gaussian": (gaussian_nll, V, 0.3, -0.2),
    "multivariate gaussian": (multivariate_gaussian_nll, W[:, 0], V[:3], SPD),
    "power iteration": (power_iteration, SPD),
    "kalman step": (
        kalman_step, V[:3], SPD, V[3:5], SPD / 3, X[:2], SPD / 9, np.eye(2) / 2,
    ),
    "tridiagonal": (tridiagonal, *BAND, V[:4]),
    "exponential average": (exponential_average, V, 0.3),
    "horner": (horner, V, 0.7),
    "heat": (heat, V, 0.2),
    "gram-schmidt": (gram_schmidt, SPD),
    "cholesky": (cholesky, SPD),
    "gaussian elimination": (gaussian_elimination, SPD, V[:3]),
    "least squares": (least_squares, X + T[:, :1], Y),
    "r squared": (r_squared, V, V * 1.1 + 0.05),
    "ridge": (ridge_cost, W[:, 0], X, Y, 0.7),
    "huber": (huber, V),
    "runge-kutta": (runge_kutta, V[:2], 0.8),
    "pairwise distances": (pairwise_distances, X),
    "attention": (attention, X, X**2, np.sin(X)),
    "adam": (adam_steps, W[:, 0], X, Y),
    "list of losses": (mean_of_a_list_of_losses, W[:, 0], X, Y),
    "forward algorithm": (forward_algorithm, np.log([0.6, 0.4]), MOVE, EMIT),
    "dictionary of layers": (dictionary_network, LAYERS, X),
}  # fmt: skip


def flat(value):
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("name", TUTORIALS)
def test_the_value_is_numpys_bit_for_bit(name):
    f, *args = TUTORIALS[name]
    ours, theirs = flat(pl.graph(f, *args)(*args)), flat(f(*args))
    assert len(ours) == len(theirs)
    assert [np.shape(a) for a in ours] == [np.shape(b) for b in theirs]
    assert all(map(np.array_equal, ours, theirs))


# Its result is symmetric in what it is given, so that only such steps make sense.
SYMMETRIC = {"multivariate gaussian"}


@pytest.mark.parametrize("name", [name for name in TUTORIALS if name not in SYMMETRIC])
def test_the_gradient_agrees_with_differences(name):
    f, *args = TUTORIALS[name]
    assert_derivatives(f, *args, order=2 if name != "adam" else 1)


def weighted(f):
    """The sum of all elements with weights 1, 2, 3, ..."""

    def cost(*args):
        parts = flat(f(*args))
        return sum(
            (p * (1.0 + np.arange(p.size).reshape(p.shape))).sum() for p in parts
        )

    return cost


def in_jax(f, jnp):
    """The same source, read with jax.numpy for np."""
    names = {**f.__globals__, "np": jnp}
    for name in ("sigmoid", "softmax", "forward"):
        helper = f.__globals__[name]
        names[name] = types.FunctionType(helper.__code__, names)
    return types.FunctionType(f.__code__, names, f.__name__, f.__defaults__)


FUNCTIONAL = [
    "logistic cost", "relu by mask", "line error", "softmax", "batch norm", "rnn",
    "lstm step", "power iteration", "kalman step", "least squares", "attention",
    "k-means step",
]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONAL)
@pytest.mark.filterwarnings("ignore")
def test_the_gradient_is_jaxs(name):
    jax = pytest.importorskip("jax")
    f, *args = TUTORIALS[name]
    ours = pl.gradient(weighted(f))(*args)
    with np.errstate(all="ignore"):
        theirs = gradient_of_jax(weighted(in_jax(f, jax.numpy)), *args)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def torch_logistic(torch, w, b, x, y):
    z = w.T @ x + b
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    return bce(z[0], y)


def torch_network(torch, W1, b1, W2, b2, X, T):
    logits = torch.relu(X @ W1 + b1) @ W2 + b2
    return torch.nn.functional.cross_entropy(logits, T, reduction="sum")


def torch_convolution(torch, image, kernel):
    conv = torch.nn.functional.conv2d
    return (conv(image[None, None], kernel[None, None]) ** 2).sum()


def torch_max_pool(torch, image):
    pooled = torch.nn.functional.max_pool2d(image[None, None], 2)
    return (pooled**2).sum()


def torch_batch_norm(torch, x, gamma, beta):
    normed = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True)
    return (normed**2).sum()


def torch_cholesky(torch, A):
    return (torch.linalg.cholesky_ex((A + A.T) / 2)[0] ** 2).sum()


def torch_rnn(torch, xs, Wxh, Whh, bh):
    layer = torch.nn.RNN(3, 3, dtype=torch.float64)
    weights = {"weight_ih_l0": Wxh, "weight_hh_l0": Whh, "bias_ih_l0": bh,
               "bias_hh_l0": 0 * bh}  # fmt: skip
    hs, _ = torch.func.functional_call(layer, weights, (xs,))
    return (hs**2).sum()


def squared(f):
    return lambda *args: np.sum(f(*args) ** 2)


IN_TORCH = {
    "logistic cost": (torch_logistic, lambda f: f),
    "network cost": (torch_network, lambda f: f),
    "convolution": (torch_convolution, squared),
    "max pool": (torch_max_pool, squared),
    "batch norm": (torch_batch_norm, squared),
    "rnn": (torch_rnn, squared),
}


@pytest.mark.parametrize("name", IN_TORCH)
@pytest.mark.filterwarnings("ignore")
def test_the_gradient_is_torchs(name):
    torch = pytest.importorskip("torch")
    theirs, cost = IN_TORCH[name]
    f, *args = TUTORIALS[name]
    tensors = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in args]
    theirs(torch, *tensors).backward()
    ours = pl.gradient(cost(f))(*args)
    np.testing.assert_allclose(ours, tensors[0].grad.numpy(), rtol=1e-10, atol=1e-13)


# Formulas derived by hand, as the tutorials print them.


def test_logistic_regressions_gradient_is_the_textbooks():
    dw, db = pl.gradient(logistic_cost, wrt=("w", "b"))(W, 0.1, X.T, Y)
    error = sigmoid(np.dot(W.T, X.T) + 0.1) - Y
    np.testing.assert_allclose(dw, X.T @ error.T / len(Y), rtol=1e-12)
    np.testing.assert_allclose(db, error.mean(), rtol=1e-12)
    assert isinstance(db, float)


def test_backpropagation_is_the_textbooks():
    dW1, db1, dW2, db2 = pl.gradient(network_cost, (0, 1, 2, 3))(W1, B1, W2, B2, X, T)
    output, Z = forward(X, W1, B1, W2, B2)
    error = output - T
    dZ = error @ W2.T * (Z > 0)
    np.testing.assert_allclose(dW2, Z.T @ error, rtol=1e-11)
    np.testing.assert_allclose(db2, error.sum(axis=0), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(dW1, X.T @ dZ, rtol=1e-11)
    np.testing.assert_allclose(db1, dZ.sum(axis=0), rtol=1e-11)


def test_the_lines_gradient_is_the_textbooks():
    x, y, a, b = V, V**2, 0.5, -0.3
    da, db = pl.gradient(line_error, (0, 1))(a, b, x, y)
    assert da == pytest.approx(-2 * np.sum((y - a * x - b) * x))
    assert db == pytest.approx(-2 * np.sum(y - a * x - b))


def test_a_convolutions_gradient_is_a_correlation():
    dk = pl.gradient(lambda k, image: np.sum(convolution(image, k)))(KERNEL, IMAGE)
    np.testing.assert_allclose(dk, convolution(IMAGE, np.ones((4, 5))))


def test_the_gaussians_minimum_is_at_mean_and_deviation():
    mean, deviation = V.mean(), V.std()
    at = pl.gradient(gaussian_nll, ("mu", "log_sigma"))(V, mean, np.log(deviation))
    np.testing.assert_allclose(at, [0, 0], atol=1e-13)


def test_a_gaussians_covariance_gradient_is_the_textbooks():
    x, mean = W[:, 0], V[:3]

    def of_symmetric(cov):
        return multivariate_gaussian_nll(x, mean, (cov + cov.T) / 2)

    ours = pl.gradient(of_symmetric)(SPD)
    inverse, d = np.linalg.inv(SPD), x - mean
    theirs = 0.5 * (inverse - np.outer(inverse @ d, inverse @ d))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


# -- names and lines ------------------------------------------------------------------


def names_of(graph):
    return [node.name for node in graph.nodes]


def test_nodes_carry_the_persons_names():
    graph = pl.graph(logistic_cost, W, 0.1, X.T, Y)
    assert [n for n in names_of(graph) if not n.startswith("t")] == [
        "w", "b", "x_train", "y_train", "z", "y_head", "loss", "cost",
    ]  # fmt: skip
    assert graph.title == "logistic_cost"


def test_nodes_carry_the_persons_lines():
    graph = pl.graph(logistic_cost, W, 0.1, X.T, Y)
    first = logistic_cost.__code__.co_firstlineno
    assert graph.named("z").line == (__file__, first + 1)
    assert graph.named("cost").line == (__file__, first + 4)
    helper = sigmoid.__code__.co_firstlineno
    assert graph.named("y_head").line == (__file__, helper + 1)


def test_names_are_found_under_exec():
    code = "def f(x):\n    square = x * x\n    total = np.sum(square)\n    return total"
    space = {"np": np}
    exec(code, space)
    graph = pl.graph(space["f"], V)
    assert names_of(graph) == ["x", "square", "total"]
    assert graph.named("total").line[1] == 3


def test_names_are_found_at_module_level_of_exec():
    space = {"np": np, "pl": pl, "V": V}
    exec("g = pl.graph(lambda x: x * 2 + 1, V)", space)
    assert names_of(space["g"]) == ["x", "t1", "t2"]


def renamed(x):
    x = x * 2
    x = x + 1
    y = x
    x += 3
    return x * y


def test_a_name_used_again_gets_a_number():
    assert names_of(pl.graph(renamed, V))[:4] == ["x", "x_2", "x_3", "x_4"]


def spread_in_turns(x):
    for _ in range(2):
        spread = np.std(x)
        x = x / spread
    return x


def test_of_the_steps_of_one_function_only_the_last_has_the_name():
    names = names_of(pl.graph(spread_in_turns, V))
    kept = [name for name in names if not name.startswith("t")]
    assert kept == ["x", "spread", "x_2", "spread_2", "x_3"]


def test_names_are_unique_identifiers():
    parameters = {"W": V, "b": 1.0, "lambda": 2.0, "2": 3.0, "x y": V}
    graph = pl.graph(lambda p, b: [b * v for v in p.values()], parameters, 2.0)
    names = names_of(graph)
    assert len(set(names)) == len(names)
    assert all(map(str.isidentifier, names))
    assert "lambda" not in names


UNPACKED = """
def f(x):
    a, b = x * 2, x * 3
    (c := a + b)
    d = e = c * a
    self = type("", (), {})()
    self.field = d - 1
    for i in range(1):
        inner = self.field * b
    return inner
"""


def test_names_of_other_assignments():
    space = {}
    exec(UNPACKED, space)
    names = names_of(pl.graph(space["f"], V))
    assert {"x", "c", "inner"} <= set(names)
    assert len(set(names)) == len(names)


# -- never silent ---------------------------------------------------------------------

OUTSIDE = np.zeros(6)


def branch(x):
    if x[0] > 0:
        return x[0]
    return -x[0]


def while_loop(x):
    while x.sum() < 100:
        x = x * 2
    return x.sum()


def write_outside(x):
    OUTSIDE[0] = x[0]
    return OUTSIDE.sum()


def write_slice_outside(x):
    OUTSIDE[1:3] = x[:2]
    return OUTSIDE.sum()


def add_outside(x):
    global OUTSIDE
    OUTSIDE += x
    return OUTSIDE.sum()


def sort_them(x):
    return sorted([x[0], x[1]])[0]


# A branch on a value, which a record for many numbers has not.
OF_ONE_CALL = {
    "branch": (branch, "if x[0] > 0"),
    "while": (while_loop, "while x.sum() < 100"),
    "and": (lambda x: x[0] and x[1], "np.where"),
    "not": (lambda x: not x[0], "np.where"),
    "any": (lambda x: any(x > 0), "np.any"),
    "conditional": (lambda x: x[0] if x[0] > x[1] else x[1], "np.where"),
    "min": (lambda x: min(x[0], x[1]), "np.minimum"),
    "max": (lambda x: max(x), "np.max"),
    "sorted": (sort_them, "np.sort("),
    "in list": (lambda x: x[0] in [1.0, 2.0], "np.isin"),
    "in array": (lambda x: 1.0 in x, "np.isin"),
    "chained comparison": (lambda x: 0 < x[0] < 1, "np.logical_and"),
    "assert": (lambda x: np.isfinite(x).all() or x, "np.where"),
    "int": (lambda x: int(x[0]), "int(x[0])"),
    "percent format": (lambda x: "%.2f" % x[0], "number"),  # noqa: UP031
    "format": (lambda x: f"{x[0]:.2f}", "number"),
    "list index": (lambda x: [1, 2, 3][x[0].astype(int)], "index"),
    "shape from a value": (lambda x: np.zeros(x[0].astype(int)), "number"),
}
UNRECORDABLE = {
    "float": (lambda x: float(x[0]), "float(x[0])"),
    "complex": (lambda x: complex(x[0]), "complex(x[0])"),
    "item": (lambda x: x[0].item(), "x[0].item()"),
    "tolist": (lambda x: x.tolist(), "x.tolist()"),
    "math.exp": (lambda x: math.exp(x[0]), "np.exp(x) for math.exp(x)"),
    "math.sqrt": (lambda x: math.sqrt(x.sum()), "math.sqrt"),
    "range": (lambda x: range(x[0]), "range"),
    "memoryview": (lambda x: memoryview(x), "memoryview"),
    "bytes": (lambda x: bytes(x), "bytes"),
    "hash": (lambda x: hash(x), "hash"),
    "set": (lambda x: {x[0], x[1]}, "unhashable"),
    "in set": (lambda x: x[0] in {1.0, 2.0}, "unhashable"),
    "dictionary key": (lambda x: {x[0]: 1}, "unhashable"),
    "write outside": (write_outside, "made outside"),
    "write slice outside": (write_slice_outside, "made outside"),
    "add outside": (add_outside, "made outside"),
    "out outside": (lambda x: np.exp(x, out=OUTSIDE), "made outside"),
    "ufunc of a list": (lambda x: (f := np.exp)([x[0], f(x[1])]), "np.array([x, y])"),
    "fromiter": (lambda x: np.fromiter((v for v in x), float), "number"),
    "arange": (lambda x: np.arange(x[0]), "number"),
    "mask on the right": (lambda x: x[x > 0] @ x[x > 1], "np.where(mask, x, 0)"),
    "nonzero": (lambda x: x.nonzero(), ".nonzero"),
    "tobytes": (lambda x: x.tobytes(), ".tobytes"),
    "scipy.linalg": (lambda x: scipy.linalg.norm(x), "number"),
    "random number": (lambda x: random.gauss(x[0], x[1]), "mean + deviation * noise"),
}


@pytest.mark.parametrize("name", UNRECORDABLE)
def test_what_cannot_be_recorded_is_refused(name):
    f, part = UNRECORDABLE[name]
    with pytest.raises(pl.TraceError) as caught:
        pl.graph(f, V)
    assert part in str(caught.value)
    assert "test_trace.py, line " in str(caught.value)
    assert issubclass(pl.TraceError, PellucidError)


@pytest.mark.parametrize("name", OF_ONE_CALL)
def test_a_branch_is_refused_where_a_record_serves_many_numbers(name):
    f, part = OF_ONE_CALL[name]
    with pytest.raises(pl.TraceError) as caught:
        trace(f, (V,), {})
    assert part in str(caught.value)
    assert "test_trace.py, line " in str(caught.value)


@pytest.mark.parametrize("name", OF_ONE_CALL)
def test_a_branch_is_followed_at_numbers(name):
    f, _ = OF_ONE_CALL[name]
    cost = lambda x: np.sum(x**2) + np.size(f(x))  # noqa: E731
    np.testing.assert_array_equal(pl.gradient(cost)(V), 2 * V)
    assert pl.graph(cost, V)(V) == cost(V)


@pytest.mark.parametrize("name", UNRECORDABLE)
def test_a_gradient_is_refused_too(name):
    f, _ = UNRECORDABLE[name]
    with pytest.raises(pl.TraceError):
        pl.gradient(f)(V)


def test_the_refusal_names_the_line():
    with pytest.raises(pl.TraceError) as caught:
        trace(branch, (V,), {})
    line = branch.__code__.co_firstlineno + 1
    assert str(caught.value).startswith(f"test_trace.py, line {line}: `if x[0] > 0:`")


def test_numpys_zeros_may_be_imported_inside():
    def f(x):
        from numpy import zeros

        b = zeros(3)
        b[0] = x[0]
        return b.sum()

    np.testing.assert_array_equal(pl.gradient(f)(V), [1, 0, 0, 0, 0, 0])


def test_a_leaked_value_is_refused():
    kept = []
    pl.graph(lambda x: kept.append(x * 2) or x, V)
    with pytest.raises(pl.TraceError, match="kept after its trace ended"):
        kept[0] + 1
    with pytest.raises(pl.TraceError, match="another trace"):
        pl.graph(lambda x: x + kept[0], V)


def test_a_value_of_an_outer_trace_is_refused():
    def outer(x):
        return pl.graph(lambda y: y * x, V)(V)

    with pytest.raises(PellucidError):
        pl.graph(outer, V)


RETURNED = {
    "None": lambda x: None,
    "text": lambda x: "x",
    "tuple": lambda x: (x[0], x[1]),
}


@pytest.mark.parametrize("name", RETURNED)
def test_a_cost_that_is_no_number_is_refused(name):
    with pytest.raises(GradientError, match="cost with one element"):
        pl.gradient(RETURNED[name])(V)


def test_other_errors_of_the_function_pass():
    with pytest.raises(ZeroDivisionError):
        pl.graph(lambda x: 1 / 0, V)
    with pytest.raises(TypeError, match="concatenate str"):
        pl.graph(lambda x: "a" + 1, V)
    with pytest.raises(KeyError):
        pl.graph(lambda x: {}["missing"], V)


# -- right behaviour ------------------------------------------------------------------

RIGHT = {
    "isinstance": lambda x: x * (2 if isinstance(x, np.ndarray) else 3),
    "isinstance of a number": lambda x: x * (2 if isinstance(x[0], float) else 3),
    "isscalar": lambda x: x * (2 if np.isscalar(x[0]) else 3),
    "type of shape": lambda x: x * len(x.shape) * x.ndim * x.size,
    "dtype": lambda x: x * (2 if x.dtype == np.float64 else 3),
    "is None": lambda x: x if x is not None else x * 2,
    "known branch": lambda x: x * 2 if np.zeros(3)[0] == 0 else x,
    "known float": lambda x: x * float(np.arange(3.0)[1]),
    "known range": lambda x: sum(x[i] for i in range(np.arange(4)[3])),
    "known format": lambda x: x * len(f"{np.ones(2)[0]:.3f}"),
    "math of constants": lambda x: x * math.exp(math.log(2)),
    "enumerate": lambda x: sum(i * v for i, v in enumerate(x)),
    "comprehension": lambda x: np.array([v**2 for v in x]),
    "zip": lambda x: np.array([a * b for a, b in zip(x, x[::-1], strict=True)]),
    "map": lambda x: np.stack(list(map(np.sin, x))),
    "print": lambda x: (str(x), repr(x[0]), f"{x}") and x * 2,
    "outside array": lambda x: x + OUTSIDE[1] + OUTSIDE,
    "astype as index": lambda x: x[np.clip(x, 0, 5).astype(int)],
    "closure": lambda x: (lambda scale: scale * x)(x[0]),
    "default": lambda x, scale=2.0: scale * x,
    "asarray": lambda x: np.asarray(x) * np.asanyarray(x) + np.ascontiguousarray(x),
    "errstate": lambda x: np.sqrt(np.abs(x)) / np.finfo(x.dtype).max,
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_python_around_traced_values_is_right(name):
    f = RIGHT[name]
    np.testing.assert_array_equal(pl.graph(f, V)(V), f(V), strict=True)


ARGUMENTS = {
    "keyword": (lambda x, *, scale: x * scale, (V,), {"scale": 2.0}),
    "star": (lambda *xs: sum(xs), (V, V, 2.0), {}),
    "double star": (lambda **p: p["a"] * p["b"], (), {"a": V, "b": 3.0}),
    "positional only": (lambda x, /, y: x - y, (V, 1.0), {}),
    "list": (lambda p: p[0] * p[1][1], ([2.0, [1, V]],), {}),
    "tuple": (lambda p: p[0] * p[1], ((V, V + 1),), {}),
    "constants": (lambda x, n, name, flag: x[:n], (V, 3, "relu", True), {}),
    "integer array": (lambda x, i: x[i], (V, np.array([2, 0])), {}),
    "None": (lambda x, b: x if b is None else x * b, (V, None), {}),
    "numpy number": (lambda x, a: x * a, (V, np.float32(0.5)), {}),
    "builtin": (np.sum, (V,), {}),
    "ufunc": (np.exp, (V,), {}),
    "method": (types.SimpleNamespace(k=2.0).__class__, (), {"k": 2.0}),
    "callable object": (type("Cost", (), {"__call__": lambda s, x: x * 2})(), (V,), {}),
}
del ARGUMENTS["method"]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_of_every_kind(name):
    f, args, kwargs = ARGUMENTS[name]
    ours, theirs = pl.graph(f, *args, **kwargs)(*args, **kwargs), f(*args, **kwargs)
    np.testing.assert_array_equal(ours, theirs, strict=True)


REBOUND = {
    "shape": (lambda x: x * 2, V, V[:3], "shape"),
    "constant": (lambda p: p[0] * p[1], [V, 2], [V, 3], "constant"),
    "structure": (lambda p: p[0], [V, 2.0], [V], "argument"),
}


@pytest.mark.parametrize("name", REBOUND)
def test_a_graph_refuses_what_it_was_not_recorded_for(name):
    f, example, other, part = REBOUND[name]
    with pytest.raises(PellucidError, match=part):
        pl.graph(f, example)(other)


def test_a_graph_takes_an_integer_for_a_float():
    graph = pl.graph(lambda x, y: y**x, 3.0, V)
    np.testing.assert_array_equal(graph(2, V), V**2.0)
    integers = np.arange(1, 7)
    np.testing.assert_array_equal(graph(-1, integers), 1.0 / integers)


def test_a_graph_tells_what_uses_a_node_and_what_depends_on_it():
    def f(a, b):
        c = a * a
        d = np.arange(2.0) + 1
        return c + b * d

    graph = pl.graph(f, 2.0, 3.0)
    a, b = graph.inputs
    assert [node.name for node in graph.users[a]] == ["c", "c"]
    assert {n.name for n in graph.depending([b])} == {"b", "t2", "t3"}
    assert "d" in {node.name for node in graph.known}
    assert not graph.depending([a, b]).intersection(graph.known)


def test_a_graph_called_in_a_traced_function_is_part_of_it():
    inner = pl.graph(exponential_average, V, 0.3)
    slopes = pl.gradient(lambda x: np.sum(inner(x, 0.3) ** 2))(V)
    theirs = pl.gradient(lambda x: np.sum(exponential_average(x, 0.3) ** 2))(V)
    np.testing.assert_array_equal(slopes, theirs)


# -- no mark is left ------------------------------------------------------------------

CREATORS = ["zeros", "array", "asarray", "arange", "linspace", "mean", "sum", "dot"]


def objects():
    return [getattr(np, name) for name in CREATORS] + [np.linalg.norm]


def test_numpy_is_the_same_before_and_after():
    before = objects(), type(np), dict(vars(np))
    pl.gradient(lambda x: np.sum(np.zeros(6) + x))(V)
    assert (objects(), type(np), dict(vars(np))) == before


def test_numpy_is_the_same_when_the_function_raises():
    before = objects(), type(np)
    with pytest.raises(ZeroDivisionError):
        pl.graph(lambda x: np.zeros(3) + 1 / 0, V)
    assert (objects(), type(np)) == before


def test_numpy_is_the_same_in_another_thread_meanwhile():
    before, seen = objects(), []

    def f(x):
        thread = threading.Thread(target=lambda: seen.append((objects(), np.zeros(2))))
        thread.start()
        thread.join()
        return x * np.zeros(6)

    pl.graph(f, V)
    assert seen[0][0] == before
    assert type(seen[0][1]) is np.ndarray


def test_numpys_own_code_sees_numpys_own_arrays():
    seen = []

    def f(x):
        seen.append(np.histogram(np.ascontiguousarray(OUTSIDE) * 0 + 0.5)[0])
        seen.append(scipy.linalg.block_diag([1.0], [2.0]))
        return x * 2

    pl.graph(lambda x: (scipy.linalg.hilbert(3), x)[1], V)
    seen.append(scipy.linalg.hilbert(2))
    assert all(type(a) is np.ndarray for a in seen)


def test_threads_trace_at_once():
    results, barrier = {}, threading.Barrier(4)

    def work(number):
        def f(x):
            barrier.wait(timeout=20)
            b = np.zeros(6)
            b[:] = x * number
            return np.sum(b**2)

        results[number] = pl.gradient(f)(V)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    _ = [t.start() for t in threads], [t.join() for t in threads]
    assert len(results) == 4
    np.testing.assert_allclose(results[3], 18 * V)
    assert type(np) is types.ModuleType


def test_a_persons_module_may_have_a_name_like_numpys():
    module = types.ModuleType("numpy_tutorial")
    code = "def f(x):\n    b = np.zeros(6)\n    b[0] = x[0]\n    total = b.sum()\n"
    code += "    return total"
    module.np = np
    exec(code, vars(module))
    graph = pl.graph(module.f, V)
    assert graph.result.name == "total"


def test_recursion_of_the_person_is_their_own():
    def factorial(x, n):
        return x if n == 1 else n * factorial(x, n - 1)

    assert pl.gradient(lambda x: factorial(x, 5))(2.0) == 120
    assert sys.getrecursionlimit() >= 1000


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum((np.c_[np.ones(3), x] @ np.array([1.0, 2.0])) ** 2),
        lambda x: np.sum(np.r_[x, 1.0, x[:1]] ** 3),
    ],
    ids=["c_", "r_"],
)
def test_joining_with_brackets(f):
    x = np.array([0.3, -0.2, 0.7])
    assert pl.graph(f, x)(x) == f(x)
    assert_derivatives(f, x)
