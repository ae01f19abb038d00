"""Computational graphs: a backward pass, and gradients checked by differences."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def three_numbers(rng):
    return tuple(float(number) for number in rng.uniform(-3, 3, 3))


@exercise(
    three_numbers,
    lines=("de", "dd", "da", "db", "dc"),
    start="""
    def backward(a, b, c):
        d = a * b
        e = d + c
        f = d * e

        df = 1.0
        de = ...
        dd = ...
        da = ...
        db = ...
        dc = ...
        return da, db, dc
    """,
    hints=(
        "From f back: f = d e, so de is df times d.",
        "d has two arrows out, to e and to f: dd = df * e + de * 1.",
        "Then da = dd * b, db = dd * a, dc = de * 1.",
    ),
    edges=((2.0, 3.0, 1.0),),
)
def backward(a, b, c):
    d = a * b
    e = d + c
    f = d * e  # noqa: F841 (the forward pass)

    df = 1.0
    de = df * d
    dd = df * e + de  # d has two uses
    da = dd * b
    db = dd * a
    dc = de
    return da, db, dc


@backward.mistake(
    "d is used twice, in f and in e: its gradient is the sum over both arrows, and the "
    "one through e is missing."
)
def _(a, b, c):
    d = a * b
    de, dd = d, d + c
    return dd * b, dd * a, de


@backward.mistake(
    "d is used twice, in f and in e: its gradient is the sum over both arrows, and the "
    "one straight into f is missing. Add, do not overwrite."
)
def _(a, b, c):
    d = a * b
    de = dd = d
    return dd * b, dd * a, de


@backward.mistake(
    "The two arrows out of d were multiplied: gradients multiply along a path and add "
    "where paths meet."
)
def _(a, b, c):
    d = a * b
    de, dd = d, (d + c) * d
    return dd * b, dd * a, de


@backward.mistake(
    "The arrow from d to e carries de · 1: you added the local derivative 1 without "
    "the gradient of e."
)
def _(a, b, c):
    d = a * b
    de, dd = d, d + c + 1
    return dd * b, dd * a, de


@backward.mistake(
    "The local derivatives of d = a b are exchanged: d grows by b when a grows by 1."
)
def _(a, b, c):
    d = a * b
    de, dd = d, 2 * d + c
    return dd * a, dd * b, de


@backward.mistake(
    "The local derivatives of f = d e are exchanged: f grows by d when e grows by 1."
)
def _(a, b, c):
    d = a * b
    de = d + c
    dd = d + de
    return dd * b, dd * a, de


@backward.mistake(
    "dc is the local derivative 1 alone: multiply it by the gradient that arrives at e."
)
def _(a, b, c):
    d = a * b
    dd = 2 * d + c
    return dd * b, dd * a, 1.0


@backward.mistake(
    "da and db are the local derivatives b and a alone: multiply them by dd, the "
    "gradient that arrives at d."
)
def _(a, b, c):
    return b, a, a * b


def place_and_step(rng):
    f = rng.choice([np.sin, np.exp, np.tanh])
    return f, float(rng.uniform(0.3, 1.5)), float(rng.choice([0.1, 0.01]))


@exercise(
    place_and_step,
    hints=(
        "One step up, one step down: f(x + h) and f(x - h).",
        "How far apart are x + h and x - h? Divide by that.",
    ),
    edges=((np.sqrt, 4.0, 0.5),),
)
def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


@central_difference.mistake(
    "That is the forward difference: its error shrinks with h, that of the central one "
    "with h². Take a step to each side."
)
def _(f, x, h):
    return (f(x + h) - f(x)) / h


@central_difference.mistake(
    "From x to x + h is one step, and you divided by two: begin at x - h instead."
)
def _(f, x, h):
    return (f(x + h) - f(x)) / (2 * h)


@central_difference.mistake(
    "That is the backward difference: its error shrinks with h, that of the central "
    "one with h². Take a step to each side."
)
def _(f, x, h):
    return (f(x) - f(x - h)) / h


@central_difference.mistake(
    "x + h and x - h lie 2h apart, and you divided by h: the slope comes out doubled."
)
def _(f, x, h):
    return (f(x + h) - f(x - h)) / h


@central_difference.mistake(
    "/ 2 * h divides by 2 and then multiplies by h: put 2 * h in brackets."
)
def _(f, x, h):
    return (f(x + h) - f(x - h)) / 2 * h


@central_difference.mistake(
    "The difference goes from x + h down to x - h: you took it the other way round."
)
def _(f, x, h):
    return (f(x - h) - f(x + h)) / (2 * h)


@central_difference.mistake(
    "You took the sum of both values: the slope comes from their difference."
)
def _(f, x, h):
    return (f(x + h) + f(x - h)) / (2 * h)


@central_difference.mistake(
    "Those are steps of h/2: here they reach from x - h to x + h."
)
def _(f, x, h):
    return (f(x + h / 2) - f(x - h / 2)) / h


@central_difference.mistake(
    "Those are steps of 2h, divided by 2h: go from x - h to x + h."
)
def _(f, x, h):
    return (f(x + 2 * h) - f(x - 2 * h)) / (2 * h)


@central_difference.mistake(
    "Without dividing, that is how far f rises from x - h to x + h: the slope is the "
    "rise by 2h."
)
def _(f, x, h):
    return f(x + h) - f(x - h)


@central_difference.mistake(
    "The points lie h apart, and you divided by 2h: the slope comes out halved."
)
def _(f, x, h):
    return (f(x + h / 2) - f(x - h / 2)) / (2 * h)


def cost_and_weights(rng):
    f = (np.linalg.norm, np.prod, np.var)[rng.integers(3)]
    return f, rng.uniform(0.5, 2, int(rng.integers(2, 6))), 0.01


@exercise(
    cost_and_weights,
    hints=(
        "A loop over the entries, in each turn one entry up and down, the others kept.",
        "step = np.zeros(len(w)); step[i] = h; then w + step and w - step.",
    ),
    edges=((np.prod, np.array([3.0, 2.0]), 0.1), (np.prod, np.array([2.0]), 0.1)),
)
def numerical_gradient(f, w, h):
    gradient = np.zeros(len(w))
    for i in range(len(w)):
        step = np.zeros(len(w))
        step[i] = h
        gradient[i] = (f(w + step) - f(w - step)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "w + h moves all entries at once, so you have the slope along (1, ..., 1): move "
    "one entry at a time."
)
def _(f, w, h):
    return (f(w + h) - f(w - h)) / (2 * h)


@numerical_gradient.mistake(
    "Each turn moves all entries at once, so all slopes came out alike: move entry i "
    "alone."
)
def _(f, w, h):
    return np.array([(f(w + h) - f(w - h)) / (2 * h) for _ in w])


@numerical_gradient.mistake(
    "Those are forward differences: take one step to each side."
)
def _(f, w, h):
    return np.array([(f(w + h * e) - f(w)) / h for e in np.eye(len(w))])


@numerical_gradient.mistake(
    "The steps were never taken back: from the second entry on, the earlier ones are "
    "still moved. Begin each turn from w itself."
)
def _(f, w, h):
    gradient, step = np.zeros(len(w)), np.zeros(len(w))
    for i in range(len(w)):
        step[i] = h
        gradient[i] = (f(w + step) - f(w - step)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "After the step up, one step down only leads back to w: half a forward difference "
    "is left. Go down by 2h, or begin from w again."
)
def _(f, w, h):
    return np.array([(f(w + h * e) - f(w)) / (2 * h) for e in np.eye(len(w))])


@numerical_gradient.mistake(
    "The points lie 2h apart, and you divided by h: all slopes come out doubled."
)
def _(f, w, h):
    return np.array([(f(w + h * e) - f(w - h * e)) / h for e in np.eye(len(w))])


@numerical_gradient.mistake(
    "The last entry is missing: range(n) already leaves n out, so do not take 1 off."
)
def _(f, w, h):
    gradient = np.zeros(len(w))
    for i, e in enumerate(np.eye(len(w))[:-1]):
        gradient[i] = (f(w + h * e) - f(w - h * e)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "You added the slopes up: the gradient keeps one for each entry, shape (d,)."
)
def _(f, w, h):
    return sum((f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w)))


def two_gradients(rng):
    g = rng.normal(size=int(rng.integers(2, 7))) * 10 ** rng.uniform(-3, 3)
    return g, g * (1 + rng.choice([1e-6, 0.1, -2.5]) * rng.normal(size=len(g)))


@exercise(
    two_gradients,
    hints=(
        "np.linalg.norm(v) is the length of a vector.",
        "Where both have length 0 they agree: return 0.0 before you divide.",
    ),
    edges=((np.zeros(3), np.zeros(3)), (np.array([1.0, 2.0]), np.array([-1.0, -2.0]))),
    rtol=1e-8,
)
def relative_error(g, n):
    size = np.linalg.norm(g) + np.linalg.norm(n)
    return np.linalg.norm(g - n) / size if size > 0 else 0.0


@relative_error.mistake(
    "That is the absolute difference, which depends on the units of the cost: divide "
    "by the lengths of both."
)
def _(g, n):
    return np.linalg.norm(g - n)


@relative_error.mistake(
    "You divided by the length of g alone: by the sum of both lengths, the result is "
    "the same whichever comes first, and at most 1."
)
def _(g, n):
    size = np.linalg.norm(g)
    return np.linalg.norm(g - n) / size if size > 0 else 0.0


@relative_error.mistake(
    "You divided by the length of the sum, which vanishes for two gradients of "
    "opposite sign: add the lengths instead."
)
def _(g, n):
    return np.linalg.norm(g - n) / np.linalg.norm(g + n)


@relative_error.mistake(
    "You compared the two lengths alone: two gradients of one length may point "
    "anywhere. Take the length of the difference."
)
def _(g, n):
    size = np.linalg.norm(g) + np.linalg.norm(n)
    return abs(np.linalg.norm(g) - np.linalg.norm(n)) / size if size > 0 else 0.0


@relative_error.mistake(
    "Those are sums of squares: take the roots, so that a relative error of 0.01 is "
    "called so."
)
def _(g, n):
    size = np.sum(g**2) + np.sum(n**2)
    return np.sum((g - n) ** 2) / size if size > 0 else 0.0


@relative_error.mistake(
    "Where both gradients are 0, that is 0/0: they agree, so the error is 0."
)
def _(g, n):
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


@relative_error.mistake(
    "You added absolute values. The length of a vector is the root of the sum of its "
    "squares."
)
def _(g, n):
    s = np.sum(np.abs(g)) + np.sum(np.abs(n))
    return np.sum(np.abs(g - n)) / s if s else 0.0
