"""A hidden layer: why it must bend, and where it must not start."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise

# -- linear layers collapse ------------------------------------------------------------


def two_layers(rng):
    d, h, k = (int(size) for size in rng.permutation([2, 3, 4, 5])[:3])
    return (rng.normal(size=(d, h)), rng.normal(size=h),
            rng.normal(size=(h, k)), rng.normal(size=k))  # fmt: skip


@exercise(
    two_layers,
    hints=(
        "Multiply out: (X W1 + b1) W2 + b2. Which part has X in it?",
        "X (W1 W2) is the part with X. What is left is a row of k numbers, in which b1 "
        "has gone through the second layer too.",
    ),
)
def collapsed(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2 + b2


@collapsed.mistake(
    "The second bias is lost: after multiplying out, b2 still stands at the end."
)
def _(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2


@collapsed.mistake(
    "The first bias is lost: it goes through the second layer, as X W1 does."
)
def _(W1, b1, W2, b2):
    return W1 @ W2, b2


@collapsed.mistake(
    "b1 is (h,) and b2 is (k,): they cannot be added. b1 goes through the second layer "
    "first."
)
def _(W1, b1, W2, b2):
    return W1 @ W2, b1 + b2


@collapsed.mistake(
    "The product W2 W1 has shapes (h, k) and (d, h), which do not meet. X meets W1 "
    "first, so W1 stands to the left."
)
def _(W1, b1, W2, b2):
    return W2 @ W1, b1 @ W2 + b2


@collapsed.mistake(
    "Your W is (k, d), the transpose. X W has to make sense with X (n, d), so W is "
    "(d, k)."
)
def _(W1, b1, W2, b2):
    return W2.T @ W1.T, b1 @ W2 + b2


@collapsed.mistake("W and b have changed places: return W first, then b.")
def _(W1, b1, W2, b2):
    return b1 @ W2 + b2, W1 @ W2


@collapsed.mistake(
    "A product entry by entry is no matrix product: (XW1)W2 = X(W1 @ W2)."
)
def _(W1, b1, W2, b2):
    return W1 * W2, b1 @ W2 + b2


# -- a start at zero -------------------------------------------------------------------


def answers_only(rng):
    n, d, h = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:3])
    y = (rng.random(n) < 0.7).astype(float)
    y[:2] = 1.0  # more ones than zeros or none: the slope of c is never 0
    return rng.normal(size=(n, d)), y[:n], h


@exercise(
    answers_only,
    hints=(
        "With W = 0 and b = 0 every unit gives tanh(0) = 0; with v = 0 and c = 0 every "
        "p is sigmoid(0). What does dJ/dv = H'(p - y)/n come to?",
        "The only way from J to W leads through v, which is 0. Only c is left: "
        "dJ/dc = mean(p - y), with p = 1/2.",
    ),
)
def at_zero(X, y, h):
    d = X.shape[1]
    return np.zeros((d, h)), np.zeros(h), np.zeros(h), np.mean(0.5 - y)


@at_zero.mistake(
    "The sign of dc is turned: the slope is mean(p - y), what was said minus what was "
    "right."
)
def _(X, y, h):
    d = X.shape[1]
    return np.zeros((d, h)), np.zeros(h), np.zeros(h), np.mean(y - 0.5)


@at_zero.mistake("dc is the sum over the rows; J is a mean, so divide by n.")
def _(X, y, h):
    d = X.shape[1]
    return np.zeros((d, h)), np.zeros(h), np.zeros(h), np.sum(0.5 - y)


@at_zero.mistake("You took p = 0. The output z is 0, and sigmoid(0) is not: put it in.")
def _(X, y, h):
    d = X.shape[1]
    return np.zeros((d, h)), np.zeros(h), np.zeros(h), np.mean(0 - y)


@at_zero.mistake(
    "Not everything is 0: c adds to every z directly, so it still learns how many 1s "
    "there are."
)
def _(X, y, h):
    d = X.shape[1]
    return np.zeros((d, h)), np.zeros(h), np.zeros(h), 0.0


@at_zero.mistake(
    "Your dv takes the units as 1/2, as the sigmoid would give. tanh(0) is 0, so "
    "H'(p - y) is 0."
)
def _(X, y, h):
    d = X.shape[1]
    dc = np.mean(0.5 - y)
    return np.zeros((d, h)), np.zeros(h), np.full(h, 0.5 * dc), dc


@at_zero.mistake(
    "Your dW is the gradient of logistic regression, as if X led straight to z. Here "
    "the way leads through v, which is 0."
)
def _(X, y, h):
    dW = np.repeat((X.T @ (0.5 - y) / len(y))[:, None], h, axis=1)
    return dW, np.zeros(h), np.zeros(h), np.mean(0.5 - y)


@at_zero.mistake(
    "Your dW is (h, d). A gradient has the shape of what it belongs to: W is (d, h)."
)
def _(X, y, h):
    d = X.shape[1]
    return np.zeros((h, d)), np.zeros(h), np.zeros(h), np.mean(0.5 - y)
