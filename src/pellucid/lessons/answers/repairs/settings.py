"""What is chosen before a training begins: the rate and the first weights."""

import numpy as np

from pellucid.lessons.answers.seeing import names
from pellucid.lessons.exercises.exercise import exercise


def columns(rng):
    n, d = int(rng.integers(4, 12)), int(rng.integers(2, 5))
    return ((rng.normal(size=(n, d)) + 0.5) * rng.uniform(0.5, 4, size=d),)


@exercise(
    columns,
    hints=(
        "The slope of mean((X w - y)²) changes with w by the matrix 2 X'X / n.",
        "Its largest eigenvalue is L: np.linalg.eigvalsh(2 * X.T @ X / len(X))[-1].",
        "Half of 2 / L is 1 / L.",
    ),
    start="""
    import numpy as np


    def safe_rate(X):
        return 0.3
    """,
)
def safe_rate(X):
    curvatures = np.linalg.eigvalsh(2 * X.T @ X / len(X))
    return 1 / curvatures[-1]


@safe_rate.mistake(
    "That is the bound 2 / L itself: there the steps jump across the valley for ever. "
    "Asked is half of it."
)
def _(X):
    return 2 / np.linalg.eigvalsh(2 * X.T @ X / len(X))[-1]


@safe_rate.mistake(
    "The mean is missing: the cost is a mean over the n rows, so its curvature is "
    "2 X'X / n. Without the n the rate is n times too small."
)
def _(X):
    return 1 / np.linalg.eigvalsh(2 * X.T @ X)[-1]


@safe_rate.mistake(
    "You took the smallest eigenvalue: that rate suits the flattest direction and "
    "throws the steps out of the steepest. The largest one sets the bound."
)
def _(X):
    return 1 / np.linalg.eigvalsh(2 * X.T @ X / len(X))[0]


@safe_rate.mistake(
    "You took the mean of the curvatures. The steepest direction may be many times "
    "steeper: the largest one sets the bound."
)
def _(X):
    return 1 / np.mean(np.linalg.eigvalsh(2 * X.T @ X / len(X)))


@safe_rate.mistake(
    "You took the steepest single column. Columns that rise together make a slanting "
    "direction steeper than each of them: take the eigenvalues of 2 X'X / n."
)
def _(X):
    return 1 / np.max(np.mean(2 * X**2, axis=0))


@safe_rate.mistake(
    "You measured the curvature of X without its means. Nobody subtracts them in "
    "X @ w, so they are part of 2 X'X / n."
)
def _(X):
    D = X - X.mean(axis=0)
    return 1 / np.linalg.eigvalsh(2 * D.T @ D / len(X))[-1]


@safe_rate.mistake(
    "A constant may serve these data and not the next: the bound depends on X.",
    seen=lambda code: "X" not in names(code),
)
def _(X):
    return 0.1


@safe_rate.mistake(
    "You added all curvatures up (the trace). That is safe, but slower than it need "
    "be: the largest alone sets the bound."
)
def _(X):
    return 1 / np.trace(2 * X.T @ X / len(X))


@safe_rate.mistake(
    "That is the norm of all entries of the matrix, more than its largest eigenvalue."
    " The steepest direction alone sets the bound."
)
def _(X):
    return 1 / np.sqrt(np.sum((2 * X.T @ X / len(X)) ** 2))


@safe_rate.mistake(
    "You give L, the largest curvature. A rate is a step: the steeper, the smaller. "
    "Asked is half of 2 / L."
)
def _(X):
    return np.linalg.eigvalsh(2 * X.T @ X / len(X))[-1]


def uniform_numbers(rng):
    d, h = int(rng.integers(2, 8)), int(rng.integers(2, 8))
    return (rng.random((d, h + (d == h))),)


@exercise(
    uniform_numbers,
    hints=(
        "2 u - 1 lies between -1 and 1, around 0.",
        "He's limit is sqrt(6 / d), d the number of inputs of each unit.",
        "d is the first number of u.shape.",
    ),
    start="""
    import numpy as np


    def first_weights(u):
        return u - 1
    """,
)
def first_weights(u):
    return (2 * u - 1) * np.sqrt(6 / u.shape[0])


@first_weights.mistake(
    "They lie around 0 now, but reach from -1 to 1 whatever d is: a sum over 64 inputs "
    "is then more than three times too large. Multiply by sqrt(6 / d)."
)
def _(u):
    return 2 * u - 1


@first_weights.mistake(
    "They lie around 0 now, from -1/2 to 1/2, whatever the number of inputs. Stretch "
    "them to reach from -sqrt(6 / d) to sqrt(6 / d)."
)
def _(u):
    return u - 0.5


@first_weights.mistake(
    "You divided by the number of units h. A unit sums over its d inputs, so d sets "
    "how large its sum becomes: u.shape[0]."
)
def _(u):
    return (2 * u - 1) * np.sqrt(6 / u.shape[1])


@first_weights.mistake(
    "That is Glorot's limit, sqrt(6 / (d + h)), made for tanh. A ReLU passes half of "
    "its inputs on; He's limit makes up for that: sqrt(6 / d)."
)
def _(u):
    return (2 * u - 1) * np.sqrt(6 / (u.shape[0] + u.shape[1]))


@first_weights.mistake(
    "sqrt(2 / d) is the spread that the weights should have. Numbers between -c and c "
    "have the spread c / sqrt(3), so c is sqrt(6 / d)."
)
def _(u):
    return (2 * u - 1) * np.sqrt(2 / u.shape[0])


@first_weights.mistake(
    "All your weights are positive: then every unit says nearly the same. They should "
    "lie around 0: 2 u - 1."
)
def _(u):
    return u * np.sqrt(6 / u.shape[0])


@first_weights.mistake(
    "Weights of 0 are dead as well: every unit gives relu(0) = 0, and all have the "
    "same slope. They must differ."
)
def _(u):
    return 0 * u


@first_weights.mistake(
    "The root is missing: variances add up over the inputs, so the limit falls with "
    "the root of d."
)
def _(u):
    return (2 * u - 1) * 6 / u.shape[0]
