"""Deep networks: where they start, forward through the layers, and back."""

from itertools import pairwise

import numpy as np

from pellucid.lessons.exercises.exercise import exercise

# -- a start ---------------------------------------------------------------------------


def drawn(rng):
    d, h = (int(size) for size in rng.permutation([2, 3, 4, 5, 6, 7])[:2])
    return (rng.normal(size=(d, h)),)


@exercise(
    drawn,
    hints=(
        "Multiplying numbers of spread 1 by s gives numbers of spread s.",
        "The variance is to be 2/d, so the spread is its root, with d the number of "
        "rows of U: what goes into a unit.",
    ),
)
def he_start(U):
    d = U.shape[0]
    return U * np.sqrt(2 / d)


@he_start.mistake(
    "That gives the variance 1/d, which keeps the spread through linear layers. ReLU "
    "throws half of it away: 2/d."
)
def _(U):
    return U * np.sqrt(1 / U.shape[0])


@he_start.mistake("You multiplied by the variance. The spread is its square root.")
def _(U):
    return U * 2 / U.shape[0]


@he_start.mistake(
    "You counted the columns of U, the units that it leads to. What adds up in a unit "
    "are its d inputs: the rows."
)
def _(U):
    return U * np.sqrt(2 / U.shape[1])


@he_start.mistake(
    "2 / (d + h) is the rule of Glorot and Bengio, for tanh. He's rule for ReLU has "
    "2/d."
)
def _(U):
    return U * np.sqrt(2 / sum(U.shape))


@he_start.mistake(
    "You divided by the spread that is wanted: multiply. Yours grows with d, and so "
    "does the sum; it should shrink."
)
def _(U):
    return U / np.sqrt(2 / U.shape[0])


@he_start.mistake(
    "A fixed small number does not know how many inputs a unit has: after a few layers "
    "nothing is left, or everything overflows."
)
def _(U):
    return U * 0.01


# -- forward ---------------------------------------------------------------------------


def stack(rng):
    n, *sizes = (int(size) for size in rng.permutation([2, 3, 4, 5, 6, 7]))
    sizes = sizes[: int(rng.integers(4, 6))]  # three or four layers
    layers = [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in pairwise(sizes)]
    return rng.normal(size=(n, sizes[0])), layers


@exercise(
    stack,
    hints=(
        "Start with A = X, and let `for W, b in layers[:-1]:` replace A by "
        "np.maximum(0, A @ W + b).",
        "The last layer, layers[-1], gives the scores as they are: no ReLU after it.",
    ),
)
def deep_forward(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(0, A @ W + b)
    W, b = layers[-1]
    return A @ W + b


@deep_forward.mistake(
    "ReLU came after the last layer too. Scores may be negative: softmax needs them as "
    "they are."
)
def _(X, layers):
    A = X
    for W, b in layers:
        A = np.maximum(0, A @ W + b)
    return A


@deep_forward.mistake(
    "No layer bends, so all of them together are one linear layer: ReLU comes after "
    "each but the last."
)
def _(X, layers):
    A = X
    for W, b in layers:
        A = A @ W + b
    return A


@deep_forward.mistake(
    "ReLU was applied before each layer, so X lost its negative numbers too. It comes "
    "after the layers but the last."
)
def _(X, layers):
    A = X
    for W, b in layers:
        A = np.maximum(0, A) @ W + b
    return A


@deep_forward.mistake("The hidden layers have tanh in yours. Asked for is ReLU.")
def _(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.tanh(A @ W + b)
    W, b = layers[-1]
    return A @ W + b


@deep_forward.mistake("The biases are missing: A @ W + b.")
def _(X, layers):
    A = X
    for W, _ in layers[:-1]:
        A = np.maximum(0, A @ W)
    return A @ layers[-1][0]


@deep_forward.mistake(
    "You stopped at the last hidden layer. One more is left, without ReLU."
)
def _(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(0, A @ W + b)
    return A


@deep_forward.mistake(
    "Every layer got X, so the shapes do not fit: a layer takes what the one before it "
    "gave."
)
def _(X, layers):
    for W, b in layers[:-1]:
        A = np.maximum(0, X @ W + b)
    W, b = layers[-1]
    return A @ W + b


@deep_forward.mistake(
    "The bias came after ReLU. It belongs inside, where it moves the border: max(0, A"
    " W + b)."
)
def _(X, layers):
    A = X
    for W, b in layers[:-1]:
        A = np.maximum(0, A @ W) + b
    W, b = layers[-1]
    return A @ W + b


# -- back ------------------------------------------------------------------------------


def on_the_way_back(rng):
    X, layers = stack(rng)
    A, W = [X], [weights for weights, _ in layers]
    for weights, b in layers[:-1]:
        A.append(np.maximum(0, A[-1] @ weights + b))
    return A, W, rng.normal(size=(len(X), W[-1].shape[1])) / len(X)


@exercise(
    on_the_way_back,
    hints=(
        "Go through the layers from the last to the first: "
        "`for l in reversed(range(len(W))):`. The slope of W[l] is A[l].T @ dZ.",
        "Then go one layer back: dZ @ W[l].T, times the slope of ReLU, which is 1 "
        "where A[l] > 0 and 0 elsewhere.",
        "The slopes come out from the last to the first: turn the list round.",
    ),
)
def deep_backward(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(A[layer].T @ dZ)
        dZ = dZ @ W[layer].T * (A[layer] > 0)
    return slopes[::-1]


@deep_backward.mistake(
    "The list begins with the last layer. Turn it round, so that the slope of W[0] is "
    "first."
)
def _(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(A[layer].T @ dZ)
        dZ = dZ @ W[layer].T * (A[layer] > 0)
    return slopes


@deep_backward.mistake(
    "The slope of ReLU is missing: where a unit was cut to 0, nothing goes back "
    "through it. Multiply by (A[l] > 0). (A[l] >= 0 is always true.)"
)
def _(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(A[layer].T @ dZ)
        dZ = dZ @ W[layer].T
    return slopes[::-1]


@deep_backward.mistake(
    "1 - A^2 is the slope of tanh. These layers have ReLU: 1 where A > 0, else 0."
)
def _(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(A[layer].T @ dZ)
        dZ = dZ @ W[layer].T * (1 - A[layer] ** 2)
    return slopes[::-1]


@deep_backward.mistake(
    "You multiplied by what the units said, A. The chain rule asks for the slope of "
    "ReLU: 1 where A > 0, else 0."
)
def _(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(A[layer].T @ dZ)
        dZ = dZ @ W[layer].T * A[layer]
    return slopes[::-1]


@deep_backward.mistake(
    "You divided by n in each layer. The 1/n is in dZ from the start, once."
)
def _(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(A[layer].T @ dZ / len(dZ))
        dZ = dZ @ W[layer].T * (A[layer] > 0)
    return slopes[::-1]


@deep_backward.mistake(
    "Your slopes are transposed: that of W[l] has the shape of W[l], so A[l].T @ dZ."
)
def _(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(dZ.T @ A[layer])
        dZ = dZ @ W[layer].T * (A[layer] > 0)
    return slopes[::-1]


@deep_backward.mistake(
    "dZ stays that of the last layer, so the shapes do not fit further back: before "
    "the next turn it goes through W[l].T and ReLU."
)
def _(A, W, dZ):
    return [A[layer].T @ dZ for layer in range(len(W))]


@deep_backward.mistake(
    "You cut the slopes by their own sign, as ReLU does on the way forward. On the "
    "way back its slope is asked: 1 where A[l] > 0, else 0."
)
def _(A, W, dZ):
    slopes = []
    for layer in reversed(range(len(W))):
        slopes.append(A[layer].T @ dZ)
        dZ = np.maximum(0, dZ @ W[layer].T)
    return slopes[::-1]
