"""Recurrence: back through time, what is left on the way, and clipping."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def short_sequence(rng):
    w = float(rng.choice([-1, 1]) * rng.uniform(0.4, 1.4))
    return w, rng.normal(size=int(rng.integers(3, 7))), float(rng.normal())


@exercise(
    short_sequence,
    edges=((0.5, np.array([1.0]), 2.0),),
    lines=("dz", "dw", "dh"),
    hints=(
        "First the loop forward, with all states kept: h[0] = 0 and h[s + 1] = "
        "np.tanh(w * h[s] + x[s]). Then begin with dh = h[-1] - y.",
        "Going back: dz = dh * (1 - h[s + 1] ** 2), as tanh' = 1 - tanh². Step s adds "
        "dz * h[s] to dw, and dz is the slope of x[s].",
        "What goes on to the step before is dh = dz * w.",
    ),
)
def through_time(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, np.zeros(len(x)), h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh * (1 - h[s + 1] ** 2)
        dw = dw + dz * h[s]
        dx[s] = dz
        dh = dz * w
    return dw, dx


@through_time.mistake(
    "The slope of tanh is missing: dz = dh times 1 - h², with the state after the step."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, np.zeros(len(x)), h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh
        dw = dw + dz * h[s]
        dx[s] = dz
        dh = dz * w
    return dw, dx


@through_time.mistake(
    "You took the slope of tanh with the state before the step. 1 - tanh² is 1 - h² "
    "of the state that this tanh gave, h[s + 1]."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, np.zeros(len(x)), h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh * (1 - h[s] ** 2)
        dw = dw + dz * h[s]
        dx[s] = dz
        dh = dz * w
    return dw, dx


@through_time.mistake(
    "You took tanh of the state once more: h is a tanh already, so its slope is 1 - h²."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, np.zeros(len(x)), h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh * (1 - np.tanh(h[s + 1]) ** 2)
        dw = dw + dz * h[s]
        dx[s] = dz
        dh = dz * w
    return dw, dx


@through_time.mistake(
    "dw holds the part of one step only. The same w is used at every step, and each "
    "use adds its part: dw = dw + dz * h[s]."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, np.zeros(len(x)), h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh * (1 - h[s + 1] ** 2)
        dw = dz * h[s]
        dx[s] = dz
        dh = dz * w
    return dw, dx


@through_time.mistake(
    "w was multiplied by the state before the step, h[s], so that is what stands "
    "beside dz in dw; you took the state after it."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, np.zeros(len(x)), h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh * (1 - h[s + 1] ** 2)
        dw = dw + dz * h[s + 1]
        dx[s] = dz
        dh = dz * w
    return dw, dx


@through_time.mistake(
    "On its way to the step before, the slope passes w: dh = dz * w. You passed dz on "
    "as it is."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, np.zeros(len(x)), h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh * (1 - h[s + 1] ** 2)
        dw = dw + dz * h[s]
        dx[s] = dz
        dh = dz
    return dw, dx


@through_time.mistake(
    "Only the last step was walked back. The state before it came from earlier steps: "
    "go on with dh = dz * w until the first."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dx = np.zeros(len(x))
    dx[-1] = (h[-1] - y) * (1 - h[-1] ** 2)
    return dx[-1] * h[-2], dx


@through_time.mistake(
    "dx stands in the order in which you went back. dx[s] belongs to x[s]: the slope "
    "of the first number comes first."
)
def _(w, x, y):
    h = np.zeros(len(x) + 1)
    for s in range(len(x)):
        h[s + 1] = np.tanh(w * h[s] + x[s])
    dw, dx, dh = 0.0, [], h[-1] - y
    for s in reversed(range(len(x))):
        dz = dh * (1 - h[s + 1] ** 2)
        dw = dw + dz * h[s]
        dx.append(dz)
        dh = dz * w
    return dw, np.array(dx)


def weights_and_states(rng):
    units, t = int(rng.integers(2, 5)), int(rng.integers(4, 8))
    return rng.normal(size=(units, units)), np.tanh(rng.normal(size=(t, units)))


@exercise(
    weights_and_states,
    hints=(
        "Begin at the end with J = np.eye(units), whose norm is 1, and go back: for s "
        "= t - 1, t - 2, ... note the norm of J, then multiply from the left.",
        "One step's matrix is `U * (1 - h[s] ** 2)`: column j has the slope of unit j.",
    ),
)
def carried(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        norms[s] = np.linalg.norm(J, 2)
        J = (U * (1 - h[s] ** 2)) @ J
    return norms


@carried.mistake(
    "The slopes of tanh stand on the rows of U. Entry [i, j] leads to the new unit j, "
    "whose tanh it passes: the columns are scaled, U * (1 - h²)."
)
def _(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        norms[s] = np.linalg.norm(J, 2)
        J = (U * (1 - h[s] ** 2)[:, np.newaxis]) @ J
    return norms


@carried.mistake(
    "The matrices are multiplied in the wrong order. That of the earliest step stands "
    "first: each earlier matrix is multiplied from the left."
)
def _(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        norms[s] = np.linalg.norm(J, 2)
        J = J @ (U * (1 - h[s] ** 2))
    return norms


@carried.mistake(
    "You took the norm of all entries (Frobenius), np.linalg.norm's own choice. Asked "
    "is by how much a change can grow at most: np.linalg.norm(J, 2)."
)
def _(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        norms[s] = np.linalg.norm(J)
        J = (U * (1 - h[s] ** 2)) @ J
    return norms


@carried.mistake(
    "You multiplied number by number (*). Changes go through all units of a step: "
    "that is a product of matrices, @."
)
def _(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        norms[s] = np.linalg.norm(J, 2)
        J = U * (1 - h[s] ** 2) * J
    return norms


@carried.mistake(
    "The slope of tanh is missing: that is what a linear recurrence would carry. "
    "Scale the columns of U by 1 - h²."
)
def _(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        norms[s] = np.linalg.norm(J, 2)
        J = U @ J
    return norms


@carried.mistake(
    "Your norms begin at the end. Entry s belongs to the state after step s, so the 1 "
    "stands last."
)
def _(U, h):
    norms, J = [], np.eye(len(U))
    for s in reversed(range(len(h))):
        norms.append(np.linalg.norm(J, 2))
        J = (U * (1 - h[s] ** 2)) @ J
    return np.array(norms)


@carried.mistake(
    "You are one step too far: between the last state and itself there is no step, "
    "and its norm is 1. Note the norm before you multiply."
)
def _(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        J = (U * (1 - h[s] ** 2)) @ J
        norms[s] = np.linalg.norm(J, 2)
    return norms


def slopes_of_layers(rng):
    shapes = [(2, 3), (4,), (3, 1)][: int(rng.integers(2, 4))]
    slopes = [rng.normal(size=shape) * rng.uniform(0.1, 4) for shape in shapes]
    return slopes, float(rng.uniform(0.5, 2))


SMALL = [np.array([0.03, -0.04]), np.array([[0.12]])]  # of norm 0.13


@exercise(
    slopes_of_layers,
    edges=((SMALL, 1.0), ([np.array([3.0, -4.0]), np.array([12.0])], 1.0)),
    hints=(
        "One norm for all: the root of the sum of all squares, over all arrays.",
        "Only where it is larger than `most`, multiply every array by most / norm.",
    ),
)
def clipped(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    if norm <= most:
        return slopes
    return [g * most / norm for g in slopes]


@clipped.mistake(
    "You clipped each array by its own norm. That turns the direction of the step: "
    "take one norm over all arrays, and one factor."
)
def _(slopes, most):
    return [g * min(1, most / np.sqrt(np.sum(g**2))) for g in slopes]


@clipped.mistake(
    "You clipped each number to -most and most. That turns the direction of the step; "
    "asked is one factor for all."
)
def _(slopes, most):
    return [np.clip(g, -most, most) for g in slopes]


@clipped.mistake(
    "You scaled small gradients up as well. Clipping only shortens: where the norm is "
    "at most `most`, nothing is done."
)
def _(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    return [g * most / norm for g in slopes]


@clipped.mistake(
    "The root is missing: the sum of the squares is the square of the norm."
)
def _(slopes, most):
    norm = sum(np.sum(g**2) for g in slopes)
    return slopes if norm <= most else [g * most / norm for g in slopes]


@clipped.mistake(
    "You added the norms of the arrays. The norm of all together is the root of the "
    "sum of all squares, as by Pythagoras."
)
def _(slopes, most):
    norm = sum(np.sqrt(np.sum(g**2)) for g in slopes)
    return slopes if norm <= most else [g * most / norm for g in slopes]


@clipped.mistake(
    "You divided by the norm, and the length became 1. It shall become `most`: "
    "multiply by most / norm."
)
def _(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    return slopes if norm <= most else [g / norm for g in slopes]
