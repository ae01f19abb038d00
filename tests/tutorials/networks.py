"""Networks from scratch: dense, convolutional; embeddings and codes."""

import numpy as np
from tutorials.data import normal, uniform, whole

# -- dense ---------------------------------------------------------------------------


def relu(Z):
    return np.maximum(0, Z)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def two_layers(parameters, X, Y):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    cost = -1 / m * np.sum(logprobs)
    return float(cost) if isinstance(cost, int) else np.squeeze(cost)


def deep(parameters, X, Y):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A_prev = A
        Z = parameters["W" + str(l)] @ A_prev + parameters["b" + str(l)]
        A = relu(Z)
        caches.append((A_prev, Z))
    AL = sigmoid(parameters["W" + str(L)] @ A + parameters["b" + str(L)])
    return np.mean((AL - Y) ** 2) + 0.01 * sum(np.sum(np.square(c[1])) for c in caches)


def list_of_layers(layers, X, y):
    h = X
    for i, (W, b) in enumerate(layers):
        h = h @ W + b
        if i < len(layers) - 1:
            h = h * (h > 0)
    return ((h - y) ** 2).mean()


class Dense:
    def __init__(self, W, b, activation=None):
        self.W, self.b, self.activation = W, b, activation

    def forward(self, x):
        self.x = x
        z = x @ self.W + self.b
        return self.activation(z) if self.activation else z


class Network:
    def __init__(self, *layers):
        self.layers = list(layers)

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x


def by_classes(W1, b1, W2, b2, X, y):
    net = Network(Dense(W1, b1, np.tanh), Dense(W2, b2))
    out = net(X)
    return 0.5 * np.sum((out - y) ** 2) / len(X)


def trained_steps(w, X, y, lr=0.1, epochs=3):
    """Gradient descent by hand inside the function."""
    theta = w.copy()
    for _ in range(epochs):
        error = X @ theta - y
        grad = X.T @ error / len(y)
        theta -= lr * grad
    return np.sum((X @ theta - y) ** 2)


def adam_by_hand(w, X, y):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, 4):
        g = 2 * X.T @ (X @ w - y)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        w = w - 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return np.mean((X @ w - y) ** 2)


def batch_norm(x, gamma, beta, eps=1e-5):
    mu = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    x_hat = (x - mu) / np.sqrt(var + eps)
    out = gamma * x_hat + beta
    return np.sum(out**3)


def batch_norm_in_steps(x, gamma, beta, eps=1e-5):
    N, _D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu**2
    var = 1.0 / N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    return np.sum(np.sin(gamma * (xmu * ivar) + beta))


def layer_norm(x, g, b):
    mean = x.mean(-1, keepdims=True)
    std = x.std(-1, keepdims=True)
    return (g * (x - mean) / (std + 1e-6) + b) ** 2


def dropout(W, X, mask, keep_prob=0.8):
    A = np.maximum(X @ W, 0.01 * (X @ W))
    A *= mask
    A /= keep_prob
    return A.sum(axis=1)


def gelu_and_swish(x):
    gelu = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    swish = x * sigmoid(x)
    elu = np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)
    return np.stack([gelu, swish, elu])


# -- convolution ---------------------------------------------------------------------


def conv_single_step(a_slice, W, b):
    s = a_slice * W
    return np.sum(s) + b


def conv_loops(image, kernel, bias, stride=1, pad=1):
    n_h, n_w = image.shape
    f = kernel.shape[0]
    padded = np.zeros((n_h + 2 * pad, n_w + 2 * pad))
    padded[pad:-pad, pad:-pad] = image
    out_h = (n_h + 2 * pad - f) // stride + 1
    out_w = (n_w + 2 * pad - f) // stride + 1
    out = np.zeros((out_h, out_w))
    for i in range(out_h):
        for j in range(out_w):
            window = padded[i * stride : i * stride + f, j * stride : j * stride + f]
            out[i, j] = conv_single_step(window, kernel, bias)
    return out


def conv_im2col(x, w, b):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="constant")
    oh, ow = H + 2 - HH + 1, W + 2 - WW + 1
    cols = np.zeros((N, C, HH, WW, oh, ow))
    for i in range(HH):
        for j in range(WW):
            cols[:, :, i, j] = x[:, :, i : i + oh, j : j + ow]
    cols = cols.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1)
    out = cols.dot(w.reshape(F, -1).T) + b
    return out.reshape(N, oh, ow, F).transpose(0, 3, 1, 2)


def conv_windows(x, k):
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return np.einsum("ijkl,kl->ij", windows, k)


def max_pool_loops(x, size=2, stride=2):
    C, H, W = x.shape
    out = np.zeros((C, H // stride, W // stride))
    for c in range(C):
        for i in range(0, H, stride):
            for j in range(0, W, stride):
                out[c, i // stride, j // stride] = np.max(
                    x[c, i : i + size, j : j + size]
                )
    return out


def pools_by_reshape(x):
    C, H, W = x.shape
    blocks = x.reshape(C, H // 2, 2, W // 2, 2)
    return blocks.max(axis=(2, 4)).sum() + (blocks.mean(axis=4).mean(axis=2) ** 2).sum()


# -- embeddings, codes ---------------------------------------------------------------


def skip_gram(U, V, centre, outside, negatives):
    v = V[centre]
    loss = -np.log(sigmoid(U[outside] @ v))
    for k in negatives:
        loss -= np.log(sigmoid(-np.dot(U[k], v)))
    return loss


def bag_of_embeddings(E, W, sentences, labels):
    pooled = np.array([E[list(s)].mean(axis=0) for s in sentences])
    scores = np.exp(pooled @ W)
    p = scores / np.sum(scores, axis=1, keepdims=True)
    return -sum(np.log(p[i, label]) for i, label in enumerate(labels))


def autoencoder(W, b, c, X):
    H = sigmoid(X @ W + b)
    rho = H.mean(axis=0)
    sparsity = np.sum(0.1 * np.log(0.1 / rho) + 0.9 * np.log(0.9 / (1 - rho)))
    return np.mean(np.sum((H @ W.T + c - X) ** 2, axis=1)) + 0.1 * sparsity


def vae(W_mu, W_logvar, W_dec, X, eps):
    mu, logvar = X @ W_mu, X @ W_logvar
    z = mu + np.exp(0.5 * logvar) * eps
    x_hat = sigmoid(z @ W_dec)
    bce = -np.sum(X * np.log(x_hat + 1e-8) + (1 - X) * np.log(1 - x_hat + 1e-8))
    kld = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return (bce + kld) / len(X)


def contrastive(A, B, temperature=0.5):
    A = A / np.linalg.norm(A, axis=1, keepdims=True)
    B = B / np.linalg.norm(B, axis=1, keepdims=True)
    S = A @ B.T / temperature
    rows = np.diag(S) - np.log(np.sum(np.exp(S), axis=1))
    columns = np.diag(S) - np.log(np.sum(np.exp(S), axis=0))
    return -(rows.mean() + columns.mean()) / 2


def graph_convolution(adjacency, H, W):
    A_hat = adjacency + np.eye(len(adjacency))
    D = np.diag(np.sum(A_hat, axis=1) ** -0.5)
    return relu(D @ A_hat @ D @ H @ W)


SHAPES = {"W1": (4, 2), "b1": (4, 1), "W2": (3, 4), "b2": (3, 1), "W3": (1, 3),
          "b3": (1, 1)}  # fmt: skip
DEEP = {name: normal(*shape, seed=11) for name, shape in SHAPES.items()}
SHALLOW = {**{k: DEEP[k] for k in ("W1", "b1")}, "W2": normal(1, 4), "b2": normal(1, 1)}
COLUMNS = normal(2, 5, seed=3)
ROW = np.array([[1.0, 0.0, 0.0, 1.0, 1.0]])
LAYERS = [
    (normal(2, 4), normal(4)),
    (normal(4, 3), normal(3)),
    (normal(3, 1), normal(1)),
]
T5, T3 = normal(5, 4, seed=8), normal(3, 4, seed=9)
PIXELS = uniform(5, 4, low=0.1, high=0.9)
ADJACENCY = np.array([[0.0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]])

CASES = {
    "net of two layers, course style": (two_layers, SHALLOW, COLUMNS, ROW),
    "net of many layers, keys by str": (deep, DEEP, COLUMNS, ROW),
    "net as list of layers": (list_of_layers, LAYERS, COLUMNS.T, ROW.T),
    "net by classes": (
        by_classes, *LAYERS[0], normal(4, 1), normal(1), COLUMNS.T, ROW.T,
    ),
    "descent by hand": (trained_steps, normal(2), COLUMNS.T, ROW[0]),
    "adam by hand": (adam_by_hand, normal(2), COLUMNS.T, ROW[0]),
    "batch norm": (batch_norm, T5, uniform(4), normal(4)),
    "batch norm in steps": (batch_norm_in_steps, T5, uniform(4), normal(4)),
    "layer norm": (layer_norm, T5, uniform(4), normal(4)),
    "dropout": (dropout, normal(4, 3), T5, whole(5, 3, below=2)),
    "gelu, swish, elu": (gelu_and_swish, T5),
    "convolution by loops": (conv_loops, normal(5, 4), normal(3, 3), 0.5),
    "convolution by im2col": (
        conv_im2col, normal(2, 2, 4, 3), normal(3, 2, 3, 3), normal(3),
    ),
    "convolution by windows": (conv_windows, normal(5, 6), normal(2, 3)),
    "max pooling by loops": (max_pool_loops, normal(2, 4, 6)),
    "pooling by reshape": (pools_by_reshape, normal(2, 4, 6)),
    "skip-gram": (skip_gram, normal(6, 3), normal(6, 3, seed=1), 2, 4, [0, 5, 1]),
    "bag of embeddings": (
        bag_of_embeddings, normal(6, 3), normal(3, 2), [(0, 2, 2), (5,), (1, 4)],
        [1, 0, 1],
    ),
    "sparse autoencoder": (autoencoder, normal(4, 3), normal(3), normal(4), T5),
    "variational autoencoder": (
        vae, normal(4, 2), normal(4, 2, seed=1), normal(2, 4), PIXELS, normal(5, 2),
    ),
    "contrastive": (contrastive, T3, normal(3, 4, seed=2)),
    "graph convolution": (graph_convolution, ADJACENCY, normal(4, 3), normal(3, 2)),
}  # fmt: skip
