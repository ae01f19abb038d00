"""Overfitting: what large weights cost."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def weights_and_rows(rng):
    n, d = int(rng.integers(2, 9)), int(rng.integers(2, 5))
    w, b = rng.normal(size=d), float(rng.normal())
    X, y = rng.normal(size=(n, d)), rng.normal(size=n)
    return w, b, X, y, float(rng.uniform(0.2, 3))


@exercise(
    weights_and_rows,
    hints=(
        "The two parts of J add up, so do their slopes. The first part you know: X'r "
        "/ n for w and mean(r) for b, with r = Xw + b - y.",
        "The slope of λ w²/2 by w is λ w, for each weight by itself; b is not in it.",
    ),
)
def penalised(w, b, X, y, lam):
    r = X @ w + b - y
    return X.T @ r / len(y) + lam * w, np.mean(r)


@penalised.mistake(
    "You penalised the intercept too. Add 100 to every y, and the same line, 100 "
    "higher, would cost more: b has no part in the penalty."
)
def _(w, b, X, y, lam):
    r = X @ w + b - y
    return X.T @ r / len(y) + lam * w, np.mean(r) + lam * b


@penalised.mistake(
    "You divided the slope of the penalty by n as well. In this J the mean is over "
    "the squares of the residuals only; the penalty stands outside of it."
)
def _(w, b, X, y, lam):
    r = X @ w + b - y
    return (X.T @ r + lam * w) / len(y), np.mean(r)


@penalised.mistake(
    "That is the gradient without the penalty: λ is not in it. Add the slope of λ/2 Σ "
    "w²."
)
def _(w, b, X, y, lam):
    r = X @ w + b - y
    return X.T @ r / len(y), np.mean(r)


@penalised.mistake(
    "The penalty has the wrong sign: with it a step of descent would make the weights "
    "larger. Its slope is added."
)
def _(w, b, X, y, lam):
    r = X @ w + b - y
    return X.T @ r / len(y) - lam * w, np.mean(r)


@penalised.mistake(
    "You added the value of the penalty, one number, to each slope. What is wanted is "
    "its derivative by each weight, an array (d,)."
)
def _(w, b, X, y, lam):
    r = X @ w + b - y
    return X.T @ r / len(y) + lam / 2 * np.sum(w**2), np.mean(r)


@penalised.mistake(
    "The slope of your penalty is twice too large: the 1/2 of λ/2 Σ w² cancels the 2 "
    "of the square."
)
def _(w, b, X, y, lam):
    r = X @ w + b - y
    return X.T @ r / len(y) + 2 * lam * w, np.mean(r)


def weights_and_threshold(rng):
    w = rng.normal(size=int(rng.integers(4, 10))) * 2
    return np.append(w, [0.1, -0.1, 3.0, -3.0]), float(rng.uniform(0.3, 0.9))


@exercise(
    weights_and_threshold,
    hints=(
        "Think of the sizes first: |w| loses t, but never falls below 0.",
        "Then give each weight the sign that it had: `np.sign(w)`.",
    ),
)
def shrunk(w, t):
    return np.sign(w) * np.maximum(np.abs(w) - t, 0)


@shrunk.mistake(
    "You set small weights to 0 and left the others as they were: that is the hard "
    "threshold. The penalty |w| pulls at large weights as well: they lose t too."
)
def _(w, t):
    return np.where(np.abs(w) > t, w, 0)


@shrunk.mistake(
    "A weight that is smaller than t passes through 0 and comes out on the other "
    "side. It has to stop there: what is left of its size is never below 0."
)
def _(w, t):
    return w - t * np.sign(w)


@shrunk.mistake(
    "All negative weights became 0: you took t from w itself. Take it from the size "
    "|w|, and give the sign back."
)
def _(w, t):
    return np.maximum(w - t, 0)


@shrunk.mistake(
    "The sizes are right, but the signs are lost: multiply by the sign of w."
)
def _(w, t):
    return np.maximum(np.abs(w) - t, 0)


@shrunk.mistake(
    "You kept the weights within -t and t: that is what is taken away from each, not "
    "what is left."
)
def _(w, t):
    return np.clip(w, -t, t)


@shrunk.mistake(
    "You multiplied by 1 - t: that is the step of the penalty w²/2, which makes all "
    "weights smaller and none 0. Here each loses the same amount t."
)
def _(w, t):
    return w * (1 - t)


@shrunk.mistake(
    "You made all weights smaller by one factor: that is what the squared penalty "
    "does. This one takes the same t from each size, and stops at 0."
)
def _(w, t):
    return w / (1 + t)
