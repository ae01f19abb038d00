"""Recurrence: back through time, and what is left on the way."""

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


@carried.mistake(
    "You multiplied the norms of the steps. The norm of a product is at most that, "
    "and often less: multiply the matrices, then take the norm."
)
def _(U, h):
    norms, size = np.zeros(len(h)), 1.0
    for s in reversed(range(len(h))):
        norms[s] = size
        size = size * np.linalg.norm(U * (1 - h[s] ** 2), 2)
    return norms


@carried.mistake(
    "You went forward from the first state: that is how much of it is left at each "
    "step. Asked is how much of each state is left at the last one."
)
def _(U, h):
    norms, J = np.ones(len(h)), np.eye(len(U))
    for s in range(1, len(h)):
        J = J @ (U * (1 - h[s] ** 2))
        norms[s] = np.linalg.norm(J, 2)
    return norms


@carried.mistake(
    "You took the largest entry of the matrix. A change of all units together may "
    "grow more: np.linalg.norm(J, 2)."
)
def _(U, h):
    norms, J = np.zeros(len(h)), np.eye(len(U))
    for s in reversed(range(len(h))):
        norms[s] = np.max(np.abs(J))
        J = (U * (1 - h[s] ** 2)) @ J
    return norms
