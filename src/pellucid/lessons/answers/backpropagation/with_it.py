"""Backpropagation: checked by differences, and put to use."""

import numpy as np

from pellucid.lessons.answers.backpropagation.forwards import networks
from pellucid.lessons.exercises.exercise import exercise

# -- a gradient by differences ---------------------------------------------------------


def costs(rng):
    """Give one of NumPy's own functions of a table as the cost."""
    J = (np.prod, np.linalg.norm, np.var)[int(rng.integers(3))]
    return (
        J,
        rng.normal(size=(2, 4) if rng.random() < 0.5 else (3, 2)) + 1,
        float(rng.uniform(0.05, 0.2)),
    )


@exercise(
    costs,
    edges=((np.prod, np.array([[1.0, 2.0, -3.0]]), 0.1),),
    hints=(
        "Loop over the weights: `for place in np.ndindex(W.shape):` gives every pair "
        "(i, j). For each, take a copy of W with W[place] + step, and one with "
        "W[place] - step.",
        "The slope is (J(above) - J(below)) / (2 step). np.zeros_like(W) holds the "
        "results; W.copy() keeps W as it was.",
    ),
)
def differences(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        above, below = W.copy(), W.copy()
        above[place] += step
        below[place] -= step
        g[place] = (J(above) - J(below)) / (2 * step)
    return g


@differences.mistake(
    "From W - step to W + step it is 2 step, not step: your slopes are twice too large."
)
def _(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        above, below = W.copy(), W.copy()
        above[place] += step
        below[place] -= step
        g[place] = (J(above) - J(below)) / step
    return g


@differences.mistake(
    "You went to one side only, from W to W + step: the error is then of the size of "
    "step. From both sides it is of the size of step squared."
)
def _(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        above = W.copy()
        above[place] += step
        g[place] = (J(above) - J(W)) / step
    return g


@differences.mistake(
    "You went down only, from W - step to W: take both sides, W - step and W + step."
)
def _(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        below = W.copy()
        below[place] -= step
        g[place] = (J(W) - J(below)) / step
    return g


@differences.mistake(
    "Each turn moves a whole row of W. Move one weight: a loop over the rows, and in "
    "it one over the columns, or np.ndindex(W.shape)."
)
def _(J, W, step):
    g = np.zeros_like(W)
    for i in range(len(W)):
        above, below = W.copy(), W.copy()
        above[i] += step
        below[i] -= step
        g[i] = (J(above) - J(below)) / (2 * step)
    return g


@differences.mistake(
    "There is one slope for each row, (d,). Every weight of the table has its own: "
    "move one entry W[i, j] at a time, and keep its slope in a table shaped like W."
)
def _(J, W, step):
    g = np.zeros(len(W))
    for i in range(len(W)):
        above, below = W.copy(), W.copy()
        above[i] += step
        below[i] -= step
        g[i] = (J(above) - J(below)) / (2 * step)
    return g


@differences.mistake("The sign is turned: the value above minus the value below.")
def _(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        above, below = W.copy(), W.copy()
        above[place] += step
        below[place] -= step
        g[place] = (J(below) - J(above)) / (2 * step)
    return g


@differences.mistake(
    "W + step moves all weights at once. Move one, and leave the others where they are."
)
def _(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        g[place] = (J(W + step) - J(W - step)) / (2 * step)
    return g


@differences.mistake(
    "W + step moves all weights at once, and gives one number. Move one, leave the "
    "others where they are, and keep a slope for each."
)
def _(J, W, step):
    return (J(W + step) - J(W - step)) / (2 * step)


@differences.mistake(
    "J takes the whole table, and you gave it one weight alone. Move one weight in a "
    "copy of W, and give J all of the copy."
)
def _(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        g[place] = (J(W[place] + step) - J(W[place] - step)) / (2 * step)
    return g


@differences.mistake(
    "The copies are made once, before the loop, so the weights that were moved stay "
    "moved. Make them anew for each weight."
)
def _(J, W, step):
    g = np.zeros_like(W)
    above, below = W.copy(), W.copy()
    for place in np.ndindex(W.shape):
        above[place] += step
        below[place] -= step
        g[place] = (J(above) - J(below)) / (2 * step)
    return g


@differences.mistake(
    "The weights are not put back: each stays moved when the next one is tried. Work "
    "on a copy, or undo the move."
)
def _(J, W, step):
    W = W.copy()
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        W[place] += step
        above = J(W)
        W[place] -= 2 * step
        g[place] = (above - J(W)) / (2 * step)
    return g


@differences.mistake(
    "A second name for W is no copy: all names mean one array, so what goes up comes "
    "down again, and the difference is 0. Use W.copy()."
)
def _(J, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        above, below = W, W
        above[place] += step
        below[place] -= step
        g[place] = (J(above) - J(below)) / (2 * step)
    return g


# -- a training ------------------------------------------------------------------------


def trainings(rng):
    rate, steps = float(rng.uniform(0.3, 0.9)), int(rng.integers(3, 6))
    return *networks(rng), rate, steps


@exercise(
    trainings,
    hints=(
        "A loop, `for step in range(steps):`, whose body is your forward and backward "
        "pass with the weights as they are now.",
        "After all four gradients: W1 = W1 - rate * dW1, and so for b1, W2 and b2. Not "
        "before: dA1 needs the W2 of the forward pass.",
    ),
)
def trained(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    for _ in range(steps):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = (A2 - Y) / n
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        W1, b1 = W1 - rate * X.T @ dZ1, b1 - rate * np.sum(dZ1, axis=0)
        W2, b2 = W2 - rate * A1.T @ dZ2, b2 - rate * np.sum(dZ2, axis=0)
    return W1, b1, W2, b2


@trained.mistake(
    "It climbs: the gradient points to where J grows, so step against it, with a minus."
)
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    for _ in range(steps):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = (A2 - Y) / n
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        W1, b1 = W1 + rate * X.T @ dZ1, b1 + rate * np.sum(dZ1, axis=0)
        W2, b2 = W2 + rate * A1.T @ dZ2, b2 + rate * np.sum(dZ2, axis=0)
    return W1, b1, W2, b2


@trained.mistake(
    "W2 is changed before dA1 is taken: the blame then goes back through weights that "
    "made no forward pass. First all gradients, then all steps."
)
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    for _ in range(steps):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = (A2 - Y) / n
        W2, b2 = W2 - rate * A1.T @ dZ2, b2 - rate * np.sum(dZ2, axis=0)
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        W1, b1 = W1 - rate * X.T @ dZ1, b1 - rate * np.sum(dZ1, axis=0)
    return W1, b1, W2, b2


@trained.mistake("The biases stay where they were: they have gradients too.")
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    for _ in range(steps):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = (A2 - Y) / n
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        W1 = W1 - rate * X.T @ dZ1
        W2 = W2 - rate * A1.T @ dZ2
    return W1, b1, W2, b2


@trained.mistake("Only the last layer learns: W1 and b1 take steps as well.")
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    for _ in range(steps):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = (A2 - Y) / n
        W2, b2 = W2 - rate * A1.T @ dZ2, b2 - rate * np.sum(dZ2, axis=0)
    return W1, b1, W2, b2


@trained.mistake("It takes one step too few: range(steps) counts 0 to steps - 1.")
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    for _ in range(steps - 1):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = (A2 - Y) / n
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        W1, b1 = W1 - rate * X.T @ dZ1, b1 - rate * np.sum(dZ1, axis=0)
        W2, b2 = W2 - rate * A1.T @ dZ2, b2 - rate * np.sum(dZ2, axis=0)
    return W1, b1, W2, b2


@trained.mistake(
    "It takes a single step: the passes stand outside the loop, or the return inside."
)
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / n
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    W1, b1 = W1 - rate * X.T @ dZ1, b1 - rate * np.sum(dZ1, axis=0)
    W2, b2 = W2 - rate * A1.T @ dZ2, b2 - rate * np.sum(dZ2, axis=0)
    return W1, b1, W2, b2


@trained.mistake(
    "The gradient is taken once, before the loop, and used for every step. It changes "
    "with the weights: take it anew each time."
)
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / n
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    dW2 = A1.T @ dZ2
    for _ in range(steps):
        W1, b1 = W1 - rate * X.T @ dZ1, b1 - rate * np.sum(dZ1, axis=0)
        W2, b2 = W2 - rate * dW2, b2 - rate * np.sum(dZ2, axis=0)
    return W1, b1, W2, b2


@trained.mistake("The 1/n is missing, so every step is n times as long: J is a mean.")
def _(X, Y, W1, b1, W2, b2, rate, steps):
    for _ in range(steps):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = A2 - Y
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        W1, b1 = W1 - rate * X.T @ dZ1, b1 - rate * np.sum(dZ1, axis=0)
        W2, b2 = W2 - rate * A1.T @ dZ2, b2 - rate * np.sum(dZ2, axis=0)
    return W1, b1, W2, b2


@trained.mistake(
    "You return the gradients of the last step. Asked for are the weights after it."
)
def _(X, Y, W1, b1, W2, b2, rate, steps):
    n = len(X)
    for _ in range(steps):
        A1 = np.tanh(X @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        dZ2 = (A2 - Y) / n
        dW2, db2 = A1.T @ dZ2, np.sum(dZ2, axis=0)
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        dW1, db1 = X.T @ dZ1, np.sum(dZ1, axis=0)
        W1, b1 = W1 - rate * dW1, b1 - rate * db1
        W2, b2 = W2 - rate * dW2, b2 - rate * db2
    return dW1, db1, dW2, db2
