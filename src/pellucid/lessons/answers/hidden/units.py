"""A hidden layer: what its units compute."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise

# -- a hidden layer --------------------------------------------------------------------


def layer(rng):
    n, d, h = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:3])
    return rng.normal(size=(n, d)), rng.normal(size=(d, h)), rng.normal(size=h)


@exercise(
    layer,
    hints=(
        "X is (n, d) and W is (d, h): X @ W is (n, h), a row for each point and a "
        "column for each unit.",
        "b is (h,), one for each unit; adding it to (n, h) adds it to every row. The "
        "activation comes last, around everything.",
    ),
)
def hidden_layer(X, W, b):
    return np.tanh(X @ W + b)


@hidden_layer.mistake(
    "The activation is missing: these are the sums Z = XW + b. Bend them with np.tanh."
)
def _(X, W, b):
    return X @ W + b


@hidden_layer.mistake(
    "The bias is missing: without it the border of every unit goes through the origin."
)
def _(X, W, b):
    return np.tanh(X @ W)


@hidden_layer.mistake(
    "The bias came after the bend. It belongs inside, where it moves the border: "
    "tanh(XW + b), not tanh(XW) + b."
)
def _(X, W, b):
    return np.tanh(X @ W) + b


@hidden_layer.mistake(
    "That is the sigmoid, from 0 to 1. The units here use tanh, from -1 to 1."
)
def _(X, W, b):
    return 1 / (1 + np.exp(-(X @ W + b)))


@hidden_layer.mistake(
    "You bent the inputs, not the sums: tanh goes around XW + b, after the weights."
)
def _(X, W, b):
    return np.tanh(X) @ W + b


@hidden_layer.mistake(
    "Your result is (h, n), a row for each unit. Here each row is a point: X @ W, not "
    "W.T @ X.T."
)
def _(X, W, b):
    return np.tanh(W.T @ X.T + b[:, None])


@hidden_layer.mistake(
    "That is ReLU, which cuts negative sums to 0. The units here use tanh."
)
def _(X, W, b):
    return np.maximum(0, X @ W + b)


# -- the whole network -----------------------------------------------------------------


def whole(rng):
    X, W, b = layer(rng)
    return X, W, b, rng.normal(size=len(b)), float(rng.normal())


@exercise(
    whole,
    hints=(
        "First the hidden layer H, of shape (n, h). For what comes after, H is the "
        "table of inputs.",
        "The output is logistic regression on H: z = H v + c is (n,), and the "
        "probability is sigmoid(z) = 1 / (1 + exp(-z)).",
    ),
)
def network(X, W, b, v, c):
    H = np.tanh(X @ W + b)
    z = H @ v + c
    return 1 / (1 + np.exp(-z))


@network.mistake(
    "The minus reaches H @ v alone, and not c. It belongs to all of z: -(H @ v + c)."
)
def _(X, W, b, v, c):
    H = np.tanh(X @ W + b)
    return 1 / (1 + np.exp(-H @ v + c))


@network.mistake(
    "You stopped at z, the log odds, which may be any number. The sigmoid makes it a "
    "probability."
)
def _(X, W, b, v, c):
    return np.tanh(X @ W + b) @ v + c


@network.mistake(
    "The hidden layer has no activation, so the whole is one linear model again: put "
    "tanh around XW + b."
)
def _(X, W, b, v, c):
    return 1 / (1 + np.exp(-((X @ W + b) @ v + c)))


@network.mistake(
    "The output has tanh, which runs from -1 to 1. A probability comes from the "
    "sigmoid."
)
def _(X, W, b, v, c):
    return np.tanh(np.tanh(X @ W + b) @ v + c)


@network.mistake(
    "The sign inside the exponential is turned: 1 / (1 + exp(z)) is the probability of "
    "the other class, 1 - p."
)
def _(X, W, b, v, c):
    return 1 / (1 + np.exp(np.tanh(X @ W + b) @ v + c))


@network.mistake("The bias c of the output is missing: z = Hv + c.")
def _(X, W, b, v, c):
    return 1 / (1 + np.exp(-(np.tanh(X @ W + b) @ v)))


@network.mistake(
    "You give 0 or 1. Asked for is the probability p itself; a class comes later, by "
    "comparing it with 1/2."
)
def _(X, W, b, v, c):
    return (np.tanh(X @ W + b) @ v + c > 0).astype(float)


@network.mistake(
    "H * v has a column for each unit, (n, h): they are not summed. The product H @ v "
    "sums over the units."
)
def _(X, W, b, v, c):
    return 1 / (1 + np.exp(-(np.tanh(X @ W + b) * v + c)))


@network.mistake(
    "The hidden layer has the sigmoid. Here it has tanh; the sigmoid is for the output."
)
def _(X, W, b, v, c):
    H = 1 / (1 + np.exp(-(X @ W + b)))
    return 1 / (1 + np.exp(-(H @ v + c)))


# -- ReLU ------------------------------------------------------------------------------


def broken(rng):
    n, h = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:2])
    return rng.normal(size=n) * 2, *rng.normal(size=(3, h))


@exercise(
    broken,
    hints=(
        "Each unit sees each point: x as a column, x[:, None], against w as a row "
        "gives (n, h).",
        "np.maximum(0, z) compares entry by entry. The sum over the units, each with "
        "its weight v, is a product with v.",
    ),
)
def broken_line(x, w, b, v):
    H = np.maximum(0, x[:, None] * w + b)
    return H @ v


@broken_line.mistake(
    "v stands inside the maximum, so a unit of negative v is cut on the wrong side. "
    "Cut w x + b at 0 first, then multiply by v."
)
def _(x, w, b, v):
    return np.sum(np.maximum(0, v * (x[:, None] * w + b)), axis=1)


@broken_line.mistake(
    "You added the units first and cut the sum at 0. Cut each unit, then add."
)
def _(x, w, b, v):
    return np.maximum(0, (x[:, None] * w + b) @ v)


@broken_line.mistake(
    "Nothing is cut at 0, so the sum of the units is one straight line."
)
def _(x, w, b, v):
    return (x[:, None] * w + b) @ v


@broken_line.mistake(
    "The absolute value folds the negative half up; ReLU sets it to 0: max(0, z)."
)
def _(x, w, b, v):
    return np.abs(x[:, None] * w + b) @ v


@broken_line.mistake("That is min(0, z): it keeps the negative half, ReLU the other.")
def _(x, w, b, v):
    return np.minimum(0, x[:, None] * w + b) @ v


@broken_line.mistake(
    "The units are not added up: (n, h). The function has one value for each x, (n,)."
)
def _(x, w, b, v):
    return np.maximum(0, x[:, None] * w + b) * v


@broken_line.mistake(
    "The sum ran over the points, axis 0, and gives one number a unit. Sum over the "
    "units, axis 1."
)
def _(x, w, b, v):
    return np.sum(np.maximum(0, x[:, None] * w + b) * v, axis=0)


@broken_line.mistake(
    "x is (n,) and w is (h,): they cannot be multiplied entry by entry. Every x meets "
    "every w when x is a column, (n, 1)."
)
def _(x, w, b, v):
    return np.maximum(0, x * w + b) @ v


@broken_line.mistake(
    "np.max(z, 0) is the largest number along axis 0. To compare every number with 0 "
    "take np.maximum(0, z)."
)
def _(x, w, b, v):
    return np.max(x[:, None] * w + b, axis=0) @ v
