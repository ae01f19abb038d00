"""Backpropagation: one weight, a chain of two, and a fork."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def numbers(count):
    """Give tries of so many numbers, none of them near 0 or 1."""

    def inputs(rng):
        signs = rng.choice([-1.0, 1.0], size=count)
        return tuple(float(x) for x in signs * rng.uniform(0.3, 0.9, size=count))

    return inputs


# -- one weight ------------------------------------------------------------------------


@exercise(
    numbers(3),
    hints=(
        "Outside first: the derivative of e^2 / 2 with respect to e is e, and here e "
        "is wx - y.",
        "Then inside: e = wx - y changes by x when w changes by 1. Multiply the two.",
    ),
)
def one_weight(w, x, y):
    return (w * x - y) * x


@one_weight.mistake(
    "That is the derivative with respect to e = wx - y. The chain goes one link "
    "further: times the derivative of wx - y with respect to w."
)
def _(w, x, y):
    return w * x - y


@one_weight.mistake(
    "That is the slope with respect to x. Asked for is w: the derivative of wx with "
    "respect to w is not w."
)
def _(w, x, y):
    return (w * x - y) * w


@one_weight.mistake(
    "The sign is turned: e = wx - y, what came minus what was wanted. (The derivative "
    "of y - wx with respect to w has a minus of its own.)"
)
def _(w, x, y):
    return (y - w * x) * x


@one_weight.mistake(
    "There is a factor 2 too many: the 1/2 in front of the square takes it away."
)
def _(w, x, y):
    return 2 * (w * x - y) * x


@one_weight.mistake(
    "You give the cost J itself. Asked for is its derivative with respect to w."
)
def _(w, x, y):
    return (w * x - y) ** 2 / 2


@one_weight.mistake(
    "y is missing: the error is wx - y, so the slope depends on what was wanted."
)
def _(w, x, y):
    return w * x**2


# -- a chain ---------------------------------------------------------------------------


@exercise(
    numbers(4),
    hints=(
        "Go backwards: dz = z - y first. Then the two arguments of z = vh: dv = dz h "
        "and dh = dz v.",
        "Then through tanh: its derivative is 1 - tanh^2 = 1 - h^2. Last through wx: "
        "times x.",
    ),
)
def chain(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    dv = dz * h
    dh = dz * v
    dw = dh * (1 - h**2) * x
    return dw, dv


@chain.mistake(
    "Your dw steps over tanh: multiply by its derivative, 1 - h^2, on the way down."
)
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * v * x, dz * h


@chain.mistake(
    "Your dw stops before the last link: wx changes by x when w changes by 1."
)
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * v * (1 - h**2), dz * h


@chain.mistake(
    "Your dw does not pass v: z = vh changes by v when h changes by 1, so dh = dz v."
)
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * (1 - h**2) * x, dz * h


@chain.mistake("The two have changed places: return dw first, then dv.")
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * h, dz * v * (1 - h**2) * x


@chain.mistake(
    "h is tanh(wx) already, and you took tanh of it once more. The derivative of tanh, "
    "written with its own result, is 1 - h^2."
)
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * v * (1 - np.tanh(h) ** 2) * x, dz * h


@chain.mistake(
    "1 - h^2 is taken at wx itself. The derivative of tanh at wx is 1 - tanh(wx)^2."
)
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * v * (1 - (w * x) ** 2) * x, dz * h


@chain.mistake(
    "Your dv and dh have changed roles: in z = vh, the slope for v is h, and that for "
    "h is v."
)
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * h * (1 - h**2) * x, dz * v


@chain.mistake("h(1 - h) is the derivative of the sigmoid. That of tanh is 1 - h^2.")
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * v * h * (1 - h) * x, dz * h


@chain.mistake("The square is missing: the slope of tanh is 1 - h^2, not 1 - h.")
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = v * h - y
    return dz * v * (1 - h) * x, dz * h


@chain.mistake("The sign is turned: dz is what came minus what was wanted, vh - y.")
def _(w, v, x, y):
    h = np.tanh(w * x)
    dz = y - v * h
    return dz * v * (1 - h**2) * x, dz * h


# -- a fork ----------------------------------------------------------------------------


def fork(rng):
    k = int(rng.integers(2, 6))
    return float(rng.normal()) + 2, rng.normal(size=k), rng.normal(size=k)


@exercise(
    fork,
    hints=(
        "Along the way k alone, h changes J by (z_k - y_k) v_k.",
        "h goes all ways at once, so what it does to J is the sum over them.",
    ),
)
def both_ways(h, v, y):
    return np.sum((v * h - y) * v)


@both_ways.mistake(
    "These are the slopes along each way, (k,). h is one number that goes all ways: "
    "add them up."
)
def _(h, v, y):
    return (v * h - y) * v


@both_ways.mistake(
    "You took the mean over the ways. J is the sum of the squares / 2, so the ways are "
    "added, not averaged."
)
def _(h, v, y):
    return np.mean((v * h - y) * v)


@both_ways.mistake(
    "Each way needs its own v_k: z_k = v_k h changes by v_k when h changes by 1. You "
    "added the errors alone."
)
def _(h, v, y):
    return np.sum(v * h - y)


@both_ways.mistake(
    "You added the errors and the v apart, then multiplied. Multiply along each way "
    "first, then add."
)
def _(h, v, y):
    return np.sum(v * h - y) * np.sum(v)


@both_ways.mistake("Only the first way is counted: every z_k uses h.")
def _(h, v, y):
    return (v[0] * h - y[0]) * v[0]


@both_ways.mistake(
    "That is the slope with respect to the v, added up. For h the factor is v_k, not h."
)
def _(h, v, y):
    return np.sum((v * h - y) * h)


@both_ways.mistake("The sign is turned: the error is z - y, with z = vh.")
def _(h, v, y):
    return np.sum((y - v * h) * v)
