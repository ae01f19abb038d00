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
    "The x belongs to the whole error: times wx - y, not only times wx. Set brackets."
)
def _(w, x, y):
    return w * x * x - y


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
        "Go backwards: dz = z - y first. Then the two arguments of z = va: dv = dz a "
        "and da = dz v.",
        "Then through tanh: its derivative is 1 - tanh^2 = 1 - a^2. Last through wx: "
        "times x.",
    ),
)
def chain(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    dv = dz * a
    da = dz * v
    dw = da * (1 - a**2) * x
    return dw, dv


@chain.mistake(
    "Your dw steps over tanh: multiply by its derivative, 1 - a^2, on the way down."
)
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * v * x, dz * a


@chain.mistake(
    "Your dw stops before the last link: wx changes by x when w changes by 1."
)
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * v * (1 - a**2), dz * a


@chain.mistake(
    "Your dw does not pass v: z = va changes by v when a changes by 1, so da = dz v."
)
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * (1 - a**2) * x, dz * a


@chain.mistake(
    "dz is missing: these are the slopes of z, not of J. Along a way all links are "
    "multiplied, so dz = z - y comes first."
)
def _(w, v, x, y):
    a = np.tanh(w * x)
    return v * (1 - a**2) * x, a


@chain.mistake("The two have changed places: return dw first, then dv.")
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * a, dz * v * (1 - a**2) * x


@chain.mistake(
    "a is tanh(wx) already, and you took tanh of it once more. The derivative of tanh, "
    "written with its own result, is 1 - a^2."
)
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * v * (1 - np.tanh(a) ** 2) * x, dz * a


@chain.mistake(
    "1 - a^2 is taken at wx itself. The derivative of tanh at wx is 1 - tanh(wx)^2."
)
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * v * (1 - (w * x) ** 2) * x, dz * a


@chain.mistake(
    "Your dv and da have changed roles: in z = va, the slope for v is a, and that for "
    "a is v."
)
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * a * (1 - a**2) * x, dz * v


@chain.mistake("a(1 - a) is the derivative of the sigmoid. That of tanh is 1 - a^2.")
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * v * a * (1 - a) * x, dz * a


@chain.mistake("The square is missing: the slope of tanh is 1 - a^2, not 1 - a.")
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = v * a - y
    return dz * v * (1 - a) * x, dz * a


@chain.mistake("The sign is turned: dz is what came minus what was wanted, va - y.")
def _(w, v, x, y):
    a = np.tanh(w * x)
    dz = y - v * a
    return dz * v * (1 - a**2) * x, dz * a


# -- a fork ----------------------------------------------------------------------------


def fork(rng):
    k = int(rng.integers(2, 6))
    return float(rng.normal()) + 2, rng.normal(size=k), rng.normal(size=k)


@exercise(
    fork,
    hints=(
        "Along the way m alone, a changes J by (z_m - y_m) v_m.",
        "a goes all ways at once, so what it does to J is the sum over them.",
    ),
)
def all_ways(a, v, y):
    return np.sum((v * a - y) * v)


@all_ways.mistake(
    "These are the slopes along each way, (k,). a is one number that goes all ways: "
    "add them up."
)
def _(a, v, y):
    return (v * a - y) * v


@all_ways.mistake(
    "You took the mean over the ways. J is the sum of the squares / 2, so the ways are "
    "added, not averaged."
)
def _(a, v, y):
    return np.mean((v * a - y) * v)


@all_ways.mistake(
    "Each way needs its own v_m: z_m = v_m a changes by v_m when a changes by 1. You "
    "added the errors alone."
)
def _(a, v, y):
    return np.sum(v * a - y)


@all_ways.mistake(
    "You added the errors and the v apart, then multiplied. Multiply along each way "
    "first, then add."
)
def _(a, v, y):
    return np.sum(v * a - y) * np.sum(v)


@all_ways.mistake(
    "Only the first way is counted, and every z_m uses a. If you have a loop: its "
    "return stands after it, not inside."
)
def _(a, v, y):
    return (v[0] * a - y[0]) * v[0]


@all_ways.mistake(
    "That is the slope with respect to the v, added up. For a the factor is v_m, not a."
)
def _(a, v, y):
    return np.sum((v * a - y) * a)


@all_ways.mistake("The sign is turned: the error is z - y, with z = va.")
def _(a, v, y):
    return np.sum((y - v * a) * v)
