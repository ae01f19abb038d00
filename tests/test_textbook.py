"""The gradient of a textbook's function reads like the textbook."""

import re

import numpy as np
import pytest
from comparison import assert_derivatives

import pellucid as pl
from pellucid.graphs.bodies import with_bodies

X = np.array([[0.5, -1.25, 2.0], [0.75, -0.4, 3.0], [1.0, 0.3, -0.2], [0.1, 2.0, 1.4],
              [-0.6, 0.9, 0.7]])  # fmt: skip
Y = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
W = np.array([0.3, -0.2, 0.5])
W1, B1 = np.outer(W, [1.0, 2.0, -1.0, 0.5]), np.array([0.1, -0.2, 0.0, 0.3])
U = np.array([[0.2, -0.1, 0.4], [0.3, 0.5, -0.2], [0.0, 0.1, 0.6]])


def hypotenuse(a, b):
    c = np.sqrt(a**2 + b**2)
    return c  # noqa: RET504


def mean_squares(w, X, y):
    r = X @ w - y
    return np.mean(r**2)


def half_squares(w, b, X, y):
    e = X @ w + b - y
    return np.sum(e**2) / (2 * len(y))


def ridge(w, X, y):
    r = X @ w - y
    return np.mean(r**2) / 2 + 0.1 * np.sum(w**2) / 2


def huber(w, X, y):
    r = X @ w - y
    a = np.abs(r)
    return np.mean(np.where(a <= 1, r**2 / 2, a - 0.5))


def hidden_tanh(W1, b1, w, X, y):
    h = np.tanh(X @ W1 + b1)
    e = h @ w - y
    return np.mean(e**2) / 2


def hidden_relu(W1, b1, w, X, y):
    h = np.maximum(X @ W1 + b1, 0)
    e = h @ w - y
    return np.mean(e**2) / 2


def leaky(w, X):
    z = X @ w
    return np.sum(np.where(z > 0, z, 0.01 * z))


def recurrent(W, U, x):
    h = np.zeros((4, 3))
    for t in range(3):
        h[t + 1] = np.tanh(W @ h[t] + U @ x[t])
    return np.sum(h[3] ** 2) / 2


def deviation(x):
    d = x - np.mean(x)
    return np.mean(d**2) / 2


TEXTBOOK = {
    # np.hypot by the identity for sqrt(x^2 + y^2); 0 at the tip of the cone.
    hypotenuse: (
        ("a", "b"), (3.0, 4.0),
        ["c = np.hypot(a, b)", "da = ratio(a, c)", "db = ratio(b, c)"],
    ),
    mean_squares: ("w", (W, X, Y), ["dr = 2 * r / 5", "dw = X.T @ dr"]),
    half_squares: (
        ("w", "b"), (W, 0.5, X, Y), ["de = e / 5", "db = np.sum(de)", "dw = X.T @ de"],
    ),
    ridge: ("w", (W, X, Y), ["dr = r / 5", "dw = 0.1 * w + X.T @ dr"]),
    huber: (
        "w", (W, X, Y),
        ["dr = np.where(a <= 1, r / 5, np.sign(r) / 5)", "dw = X.T @ dr"],
    ),
    hidden_tanh: (
        ("W1", "b1", "w"), (W1, B1, B1, X, Y),
        ["de = e / 5", "dw = h.T @ de", "dh = de[..., None] * w",
         "t = dh * (1 - h**2)", "db1 = np.sum(t, axis=0)", "dW1 = X.T @ t"],
    ),
    hidden_relu: (
        ("W1", "b1"), (W1, B1, B1, X, Y),
        ["de = e / 5", "dh = de[..., None] * w", "t = dh * np.heaviside(t, 0.5)",
         "db1 = np.sum(t, axis=0)", "dW1 = X.T @ t"],
    ),
    leaky: ("w", (W, X), ["dz = np.where(z > 0, 1.0, 0.01)"]),
    recurrent: (
        "U", (U, U, U),
        ["t = dh[t + 1] * (1 - t[t]**2)", "dU += np.outer(t, x[t])"],
    ),
    deviation: ("x", (Y,), ["dd = d / 5", "dx = dd - np.sum(dd) / 5"]),
}  # fmt: skip


def by_label(z, y):
    p = 1 / (1 + np.exp(-z))
    return np.sum(np.where(y, -np.log(p), -np.log(1 - p)))


def course(w, X, y):
    m = X.shape[0]
    p = 1 / (1 + np.exp(-(X @ w)))
    return -1 / m * np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def with_transposes(w, X, y):
    r = X @ w - y
    return r.T @ r


TEXTBOOK |= {
    by_label: ("z", (Y, Y > 0.5), ["dz = np.where(t, -sigmoid(-z), sigmoid(z))"]),
    course: ("w", (W, X, Y), ["dw = X.T @ (0.2 * (sigmoid(X @ w) - y))"]),
    with_transposes: ("w", (W, X, Y), ["dr = 2 * r", "dw = X.T @ dr"]),
}


def lines_of(source):
    """The lines of a text, with one name for all that the person has not named."""
    return [re.sub(r"\bt\d+\b", "t", line).strip() for line in source.splitlines()]


@pytest.mark.parametrize("f", TEXTBOOK, ids=lambda f: f.__name__)
def test_the_gradient_reads_like_the_textbook(f):
    wrt, args, lines = TEXTBOOK[f]
    source = pl.source(pl.gradient(pl.graph(f, *args), wrt))
    assert set(lines) <= set(lines_of(source)), source


@pytest.mark.parametrize("f", TEXTBOOK, ids=lambda f: f.__name__)
def test_the_gradient_is_right(f):
    _, args, _ = TEXTBOOK[f]
    assert_derivatives(f, *args)


def test_a_loop_over_a_buffer_needs_no_array_of_its_size():
    graph = pl.gradient(pl.graph(recurrent, U, U, U), ("W", "U"))
    loops = [node for node in graph.nodes if node.operation == "loop"]
    turns = [n.operation for n in with_bodies(graph.order) if n not in graph.order]
    assert len(loops) == 2
    assert set(turns).isdisjoint({"scatter"})


# What is gathered is the same to a rounding, in single precision too.

GATHERED = {
    "2 x / (2 c)": lambda x: np.sum(np.sqrt(1 + x**2)),
    "(1/n) (2 x)": lambda x: np.mean(x**2),
    "thirds": lambda x: np.sum((x / 3) ** 2) / 7,
    "tenths": lambda x: np.sum(0.1 * (0.1 * x) ** 2) / 10,
    "signs": lambda x: -np.sum(-(2 - x) * -(x / 2)),
    "far numbers": lambda x: np.sum((1e-10 * x) ** 2) * 1e20,
    "1/x": lambda x: np.sum(1 / (3 * x)) / 2,
    "over over": lambda x: np.sum(1 / (1 / x) / 4),
    "itself": lambda x: np.sum(x * x + x * x) / 4,
    "choice": lambda x: 3 * np.sum(np.where(x > 0, x / 3, -2 * x)),
}


@pytest.mark.parametrize("name", GATHERED)
def test_gathering_numbers_changes_nothing(name):
    f = GATHERED[name]
    assert_derivatives(f, X)
    ours = pl.gradient(f)(X.astype(np.float32))
    np.testing.assert_allclose(ours, pl.gradient(f)(X), rtol=1e-6)
    assert ours.dtype == np.float32
