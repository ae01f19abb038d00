"""Recurrence: rows of a series, one step, and all of them."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def a_series(rng):
    k = int(rng.integers(2, 5))
    return rng.normal(size=k + int(rng.integers(5, 10))), k


@exercise(
    a_series,
    hints=(
        "There are n - k rows: the first reads z[0 : k] and has the answer z[k], the "
        "last has the answer z[n - 1].",
        "`X = np.array([z[i : i + k] for i in range(len(z) - k)])`. What is y then?",
    ),
)
def windows(z, k):
    X = np.array([z[i : i + k] for i in range(len(z) - k)])
    return X, z[k:]


@windows.mistake(
    "The answer stands in its own row: y is the last number that was read, so there "
    "is nothing to foretell. It is the number after the window."
)
def _(z, k):
    X = np.array([z[i : i + k] for i in range(len(z) - k)])
    return X, z[k - 1 : -1]


@windows.mistake(
    "You left a number out between the window and its answer: z[i + k] is the next "
    "one after z[i : i + k]."
)
def _(z, k):
    X = np.array([z[i : i + k] for i in range(len(z) - k - 1)])
    return X, z[k + 1 :]


@windows.mistake(
    "The last row is missing: the window that ends at the last number but one has the "
    "last as its answer. That makes n - k rows."
)
def _(z, k):
    X = np.array([z[i : i + k] for i in range(len(z) - k - 1)])
    return X, z[k:-1]


@windows.mistake(
    "Your rows stand side by side and share nothing. Windows overlap: the next one "
    "begins one number later."
)
def _(z, k):
    starts = range(0, len(z) - k, k)
    return np.array([z[i : i + k] for i in starts]), np.array(
        [z[i + k] for i in starts]
    )


@windows.mistake(
    "Each row runs backwards in time, the latest number first. The network reads from "
    "left to right: put the oldest first."
)
def _(z, k):
    X = np.array([z[i : i + k][::-1] for i in range(len(z) - k)])
    return X, z[k:]


@windows.mistake(
    "Rows and columns are exchanged: asked is a row for each window, (n - k, k)."
)
def _(z, k):
    X = np.array([z[i : i + k] for i in range(len(z) - k)])
    return X.T, z[k:]


@windows.mistake(
    "Your rows hold k + 1 numbers, the answer too: a network that reads it has "
    "nothing to foretell."
)
def _(z, k):
    X = np.array([z[i : i + k + 1] for i in range(len(z) - k)])
    return X, z[k:]


@windows.mistake(
    "y begins at the start of the series. The answer of the row z[i : i + k] is the "
    "number behind it, z[i + k]."
)
def _(z, k):
    X = np.array([z[i : i + k] for i in range(len(z) - k)])
    return X, z[: len(z) - k]


def step_of_a_batch(rng):
    n, d, units = (int(rng.integers(*ends)) for ends in ((2, 5), (1, 4), (2, 5)))
    x, h = rng.normal(size=(n, d)), rng.normal(size=(n, units)) / 2
    W, U = rng.normal(size=(d, units)), rng.normal(size=(units, units))
    return x, h, W, U, rng.normal(size=units)


@exercise(
    step_of_a_batch,
    hints=(
        "Rows are sequences: x @ W is (n, units), and so is h @ U.",
        "Add the two and b, and take np.tanh of the sum.",
    ),
)
def stepped(x, h, W, U, b):
    return np.tanh(x @ W + h @ U + b)


@stepped.mistake(
    "That is linear: without tanh many steps are no more than one, and nothing keeps "
    "h small. Take np.tanh of the sum."
)
def _(x, h, W, U, b):
    return x @ W + h @ U + b


@stepped.mistake(
    "The old state is not in it: the step remembers nothing. Add h @ U inside of the "
    "tanh."
)
def _(x, h, W, U, b):
    return np.tanh(x @ W + b)


@stepped.mistake(
    "U is transposed. It is square, so NumPy does not complain; but U[i, j] leads "
    "from the old unit i to the new unit j, and a row h is multiplied as h @ U."
)
def _(x, h, W, U, b):
    return np.tanh(x @ W + h @ U.T + b)


@stepped.mistake("The bias b is missing: add it inside of the tanh.")
def _(x, h, W, U, b):
    return np.tanh(x @ W + h @ U)


@stepped.mistake(
    "You took tanh of the two parts by themselves and added them: the sum may be "
    "larger than 1. Add first, then one tanh."
)
def _(x, h, W, U, b):
    return np.tanh(x @ W + b) + np.tanh(h @ U)


@stepped.mistake(
    "You added the old state to the new one. In plain recurrence the new state "
    "replaces it; the old one counts through h @ U only."
)
def _(x, h, W, U, b):
    return h + np.tanh(x @ W + h @ U + b)


@stepped.mistake(
    "That is the sigmoid, from 0 to 1. The state of a plain recurrence is a tanh, "
    "from -1 to 1."
)
def _(x, h, W, U, b):
    return 1 / (1 + np.exp(-(x @ W + h @ U + b)))


@stepped.mistake(
    "The bias came after the bend. It belongs inside of the tanh, with the two "
    "products."
)
def _(x, h, W, U, b):
    return np.tanh(x @ W + h @ U) + b


def sequences(rng):
    n, t, d = (int(rng.integers(*ends)) for ends in ((2, 4), (4, 7), (1, 4)))
    units = int(rng.integers(2, 4))
    x = rng.normal(size=(n, t, d))
    W, U = rng.normal(size=(d, units)), rng.normal(size=(units, units))
    return x, W, U, rng.normal(size=units)


@exercise(
    sequences,
    hints=(
        "Begin with `h = np.zeros((n, units))`, and loop over the steps: x[:, s] is "
        "what all sequences read at step s.",
        "Keep each new h in a list, and `np.stack(list, axis=1)` at the end.",
    ),
)
def states(x, W, U, b):
    h, kept = np.zeros((x.shape[0], len(b))), []
    for s in range(x.shape[1]):
        h = np.tanh(x[:, s] @ W + h @ U + b)
        kept.append(h)
    return np.stack(kept, axis=1)


@states.mistake(
    "You returned the last state only. Asked are the states after each step, (n, t, "
    "units)."
)
def _(x, W, U, b):
    h = np.zeros((x.shape[0], len(b)))
    for s in range(x.shape[1]):
        h = np.tanh(x[:, s] @ W + h @ U + b)
    return h


@states.mistake(
    "Each step began with a state of 0: nothing is carried on. The new h goes into "
    "the next step."
)
def _(x, W, U, b):
    return np.tanh(x @ W + b)


@states.mistake(
    "The steps stand where the sequences should: np.stack puts a new axis first "
    "unless told otherwise. Asked is (n, t, units)."
)
def _(x, W, U, b):
    h, kept = np.zeros((x.shape[0], len(b))), []
    for s in range(x.shape[1]):
        h = np.tanh(x[:, s] @ W + h @ U + b)
        kept.append(h)
    return np.stack(kept)


@states.mistake(
    "You kept the state before each step: the first is 0, and the last one is lost. "
    "Keep h after it is new."
)
def _(x, W, U, b):
    h, kept = np.zeros((x.shape[0], len(b))), []
    for s in range(x.shape[1]):
        kept.append(h)
        h = np.tanh(x[:, s] @ W + h @ U + b)
    return np.stack(kept, axis=1)


@states.mistake(
    "You went from the end to the beginning. The state at a step may know what came "
    "before, not what comes after."
)
def _(x, W, U, b):
    h, kept = np.zeros((x.shape[0], len(b))), []
    for s in reversed(range(x.shape[1])):
        h = np.tanh(x[:, s] @ W + h @ U + b)
        kept.insert(0, h)
    return np.stack(kept, axis=1)


@states.mistake("The state began at 1. It begins at 0: nothing has been read.")
def _(x, W, U, b):
    h, kept = np.ones((x.shape[0], len(b))), []
    for s in range(x.shape[1]):
        h = np.tanh(x[:, s] @ W + h @ U + b)
        kept.append(h)
    return np.stack(kept, axis=1)


@states.mistake("Every step read the first number, x[:, 0]. Step s reads x[:, s].")
def _(x, W, U, b):
    h, kept = np.zeros((x.shape[0], len(b))), []
    for _ in range(x.shape[1]):
        h = np.tanh(x[:, 0] @ W + h @ U + b)
        kept.append(h)
    return np.stack(kept, axis=1)
