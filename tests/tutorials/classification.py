"""Logistic regression, softmax and margins, as courses and blogs write them."""

import numpy as np
from numpy import dot, exp, log
from tutorials.data import normal, whole

X = normal(7, 3)
Y01 = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0])
SIGNS = 2 * Y01 - 1
LABELS = whole(7, below=4)
W4 = normal(3, 4, seed=1)
B4 = normal(4, seed=2, scale=0.3)


# -- logistic regression -------------------------------------------------------------


def sigmoid(z):
    s = 1 / (1 + np.exp(-z))
    return s


def course_cost(w, b, X, Y):
    # examples in columns
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    cost = np.squeeze(cost)
    return cost


def octave_cost(theta, X, y):
    m = len(y)
    h = 1.0 / (1.0 + exp(-dot(X, theta)))
    J = (1.0 / m) * (dot(-y.T, log(h)) - dot((1 - y).T, log(1 - h)))
    return J[0][0]


def mean_cost(params, X, y):
    p = sigmoid(X @ params["w"] + params["b"])
    eps = 1e-15
    return -np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))


def clipped_cost(w, X, y, eps=1e-7):
    y_hat = np.clip(sigmoid(X.dot(w)), eps, 1 - eps)
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)).mean()


def where_cost(w, X, y):
    p = 1 / (1 + np.exp(-(X @ w)))
    return np.sum(np.where(y == 1, -np.log(p), -np.log(1 - p)))


def loop_cost(w, b, X, y):
    total = 0.0
    m, n = X.shape
    for i in range(m):
        z_i = 0.0
        for j in range(n):
            z_i += X[i, j] * w[j]
        f_i = sigmoid(z_i + b)
        total += -y[i] * np.log(f_i) - (1 - y[i]) * np.log(1 - f_i)
    total = total / m
    reg = 0.0
    for j in range(n):
        reg += w[j] ** 2
    return total + 0.7 / (2 * m) * reg


def signed_cost(w, X, s):
    return np.sum(np.log(1 + np.exp(-s * (X @ w))))


def logaddexp_cost(w, X, s):
    margins = s * np.dot(X, w)
    return np.logaddexp(0, -margins).sum() + 0.5 * np.linalg.norm(w) ** 2


def piecewise_sigmoid_cost(w, X, y):
    z = X @ w
    p = np.empty_like(z)
    pos = z >= 0
    p[pos] = 1 / (1 + np.exp(-z[pos]))
    e = np.exp(z[~pos])
    p[~pos] = e / (1 + e)
    return -np.average(np.log(np.where(y > 0.5, p, 1 - p)))


def focal_loss(w, X, y, gamma=2.0):
    p = sigmoid(X @ w)
    pt = y * p + (1 - y) * (1 - p)
    return np.mean(-((1 - pt) ** gamma) * np.log(pt))


# -- softmax -------------------------------------------------------------------------


def softmax(x):
    e_x = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e_x / e_x.sum(axis=1, keepdims=True)


def softmax_indexed(W, b, X, y):
    probs = softmax(X @ W + b)
    return -np.log(probs[np.arange(len(y)), y]).mean()


def softmax_one_hot(W, b, X, y):
    Y = np.eye(4)[y]
    P = softmax(X.dot(W) + b)
    return -np.sum(Y * np.log(P)) / X.shape[0]


def softmax_loops(W, X, y, reg):
    loss = 0.0
    num_train = X.shape[0]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
    loss /= num_train
    loss += reg * np.sum(W * W)
    return loss


def log_softmax_cost(W, b, X, y):
    logits = X @ W + b
    m = logits.max(axis=-1)[:, None]
    logp = logits - m - np.log(np.exp(logits - m).sum(-1))[:, None]
    return -np.take_along_axis(logp, y[:, None], axis=1).sum()


def smoothed_cost(W, X, y, smoothing=0.1):
    n, k = X.shape[0], W.shape[1]
    targets = np.full((n, k), smoothing / k)
    targets[np.arange(n), y] += 1 - smoothing
    scores = np.exp(X @ W)
    probs = scores / np.sum(scores, axis=1)[:, np.newaxis]
    return -np.mean(np.sum(targets * np.log(probs), axis=1))


def softmax_in_columns(W, x, y):
    z = np.dot(W.T, x.T)
    z = z - z.max(axis=0)
    p = np.exp(z) / np.exp(z).sum(axis=0)
    return -np.einsum("kn,kn->", np.eye(4)[:, y], np.log(p)) / y.size


# -- margins -------------------------------------------------------------------------


def svm_loops(W, X, y, reg=0.01):
    num_classes = W.shape[1]
    loss = 0.0
    for i in range(X.shape[0]):
        scores = X[i].dot(W)
        correct = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct + 1
            loss += np.maximum(0, margin)
    return loss / X.shape[0] + reg * np.sum(W**2)


def svm_vectorised(W, X, y):
    n = X.shape[0]
    scores = X @ W
    correct = scores[range(n), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1.0)
    margins[range(n), y] = 0
    return margins.sum() / n


def hinge(w, b, X, t, C=10.0):
    distances = 1 - t * (np.dot(X, w) + b)
    distances[distances < 0] = 0  # as max(0, distance)
    return 0.5 * np.dot(w, w) + C * np.mean(distances)


def kernel_svm_dual(alpha, X, t, gamma=0.5):
    sq = np.sum(X**2, 1)[:, None] + np.sum(X**2, 1)[None, :] - 2 * X @ X.T
    K = np.exp(-gamma * sq)
    return alpha.sum() - 0.5 * (alpha * t) @ K @ (alpha * t)


def perceptron(w, X, t):
    return sum(np.maximum(0, -ti * np.dot(w, xi)) for xi, ti in zip(X, t, strict=True))


def exponential_loss(w, X, t):
    return np.exp(-t * (X @ w)).mean()


def auc_surrogate(w, X, y):
    s = X @ w
    pairs = s[y == 1][:, None] - s[y == 0][None, :]
    return np.log1p(np.exp(-pairs)).mean()


def soft_dice(w, X, y):
    p = sigmoid(X @ w)
    return 1 - (2 * np.sum(p * y) + 1) / (np.sum(p) + np.sum(y) + 1)


COLUMN = normal(3, 1, seed=4)
w = normal(3, seed=3)

CASES = {
    "logistic, course style": (course_cost, COLUMN, 0.2, X.T, Y01[None]),
    "logistic, octave style": (octave_cost, COLUMN, X, Y01[:, None]),
    "logistic, dict and eps": (mean_cost, {"w": w, "b": 0.3}, X, Y01),
    "logistic, clipped": (clipped_cost, w, X, Y01),
    "logistic, where": (where_cost, w, X, Y01.astype(int)),
    "logistic, loops": (loop_cost, w, -0.4, X, Y01),
    "logistic, signs": (signed_cost, w, X, SIGNS),
    "logistic, logaddexp": (logaddexp_cost, w, X, SIGNS),
    "logistic, stable by masks": (piecewise_sigmoid_cost, w, X, Y01.astype(int)),
    "focal loss": (focal_loss, w, X, Y01),
    "softmax, indexed": (softmax_indexed, W4, B4, X, LABELS),
    "softmax, one-hot": (softmax_one_hot, W4, B4, X, LABELS),
    "softmax, loops": (softmax_loops, W4, X, LABELS, 0.05),
    "softmax, logarithms": (log_softmax_cost, W4, B4, X, LABELS),
    "softmax, smoothed": (smoothed_cost, W4, X, LABELS),
    "softmax, columns": (softmax_in_columns, W4, X, LABELS),
    "svm, loops": (svm_loops, W4, X, LABELS),
    "svm, vectorised": (svm_vectorised, W4, X, LABELS),
    "svm, hinge": (hinge, w, 0.1, X, SIGNS),
    "svm, kernel dual": (kernel_svm_dual, normal(7, seed=5), X, SIGNS),
    "perceptron": (perceptron, w, X, SIGNS),
    "exponential loss": (exponential_loss, w, X, SIGNS),
    "auc surrogate": (auc_surrogate, w, X, Y01.astype(int)),
    "soft dice": (soft_dice, w, X, Y01),
}
