"""A hidden layer: units and features that a person makes."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise

# -- XOR by two units that a person sets -----------------------------------------------


def corners(rng):
    n = int(rng.integers(3, 9))
    X = rng.integers(0, 2, size=(n, 2)).astype(float)
    X[:3] = [[0, 1], [1, 1], [0, 0]]
    return (X,)


@exercise(
    corners,
    hints=(
        "Add the two coordinates: the sum is 0, 1 or 2. At least one is a sum of 1 or "
        "more; both is a sum of 2.",
        "A unit is (sum > threshold); the thresholds 1/2 and 3/2 do it. "
        "np.column_stack puts two columns beside each other.",
    ),
)
def two_units(X):
    total = X[:, 0] + X[:, 1]
    return np.column_stack([total > 0.5, total > 1.5]).astype(float)


@two_units.mistake(
    "The two columns have changed places: the first says 'at least one', the second "
    "'both'."
)
def _(X):
    total = X[:, 0] + X[:, 1]
    return np.column_stack([total > 1.5, total > 0.5]).astype(float)


@two_units.mistake(
    "Both units have the threshold of 'at least one', so they always agree and their "
    "difference is 0. The second may fire only at a sum of 2."
)
def _(X):
    total = X[:, 0] + X[:, 1]
    return np.column_stack([total > 0.5, total > 0.5]).astype(float)


@two_units.mistake(
    "Both units fire only at a sum of 2: the first one is to fire at a sum of 1 too."
)
def _(X):
    total = X[:, 0] + X[:, 1]
    return np.column_stack([total > 1.5, total > 1.5]).astype(float)


@two_units.mistake(
    "Your second unit says 'exactly one', which is XOR itself: no single line does "
    "that. Let it say 'both'."
)
def _(X):
    total = X[:, 0] + X[:, 1]
    return np.column_stack([total > 0.5, total == 1]).astype(float)


@two_units.mistake(
    "Your second unit says 'not both': it fires where it should be silent. Turn its "
    "inequality round."
)
def _(X):
    total = X[:, 0] + X[:, 1]
    return np.column_stack([total > 0.5, total < 1.5]).astype(float)


@two_units.mistake(
    "The units are the rows of your result: shape (2, n). A row is a point here, so "
    "each unit is a column: (n, 2)."
)
def _(X):
    total = X[:, 0] + X[:, 1]
    return np.array([total > 0.5, total > 1.5]).astype(float)


@two_units.mistake(
    "Both thresholds are one too high: a sum of 1 is at least one already, and a sum "
    "of 2 is both. Take > 0.5 and > 1.5, or >= 1 and >= 2."
)
def _(X):
    total = X[:, 0] + X[:, 1]
    return np.column_stack([total > 1, total > 2]).astype(float)


@two_units.mistake(
    "You summed down the columns, over the points. Each point has a sum of its own: "
    "add the two numbers of each row, axis=1."
)
def _(X):
    total = np.sum(X, axis=0)
    return np.column_stack([total > 0.5, total > 1.5]).astype(float)


# -- a feature by hand -----------------------------------------------------------------


def plane_points(rng):
    n = int(rng.integers(3, 9))
    return (rng.normal(size=(n, 2)) * 6,)


@exercise(
    plane_points,
    hints=(
        "The radius of row i is the root of x1^2 + x2^2, by Pythagoras: one number a "
        "row.",
        "np.hypot(X[:, 0], X[:, 1]) is (n,); np.column_stack([X, r]) puts it to the "
        "right of X.",
    ),
)
def with_radius(X):
    return np.column_stack([X, np.hypot(X[:, 0], X[:, 1])])


@with_radius.mistake(
    "Your third column is the square of the radius. It would divide the rings too, but "
    "asked for is the radius: take the root."
)
def _(X):
    return np.column_stack([X, X[:, 0] ** 2 + X[:, 1] ** 2])


@with_radius.mistake(
    "|x1| + |x2| is the way along the streets of a city, not the distance as the crow "
    "flies: take the root of the sum of squares."
)
def _(X):
    return np.column_stack([X, np.abs(X[:, 0]) + np.abs(X[:, 1])])


@with_radius.mistake(
    "You give the radius alone. Keep the two inputs: the result has three columns."
)
def _(X):
    return np.hypot(X[:, 0], X[:, 1])[:, None]


@with_radius.mistake("The radius stands first; put it to the right of the two inputs.")
def _(X):
    return np.column_stack([np.hypot(X[:, 0], X[:, 1]), X])


@with_radius.mistake(
    "One norm was taken of the whole table, so every row has the same radius. Sum the "
    "squares along axis 1, within each row."
)
def _(X):
    return np.column_stack([X, np.full(len(X), np.linalg.norm(X))])


@with_radius.mistake(
    "You took the mean of the two squares under the root: Pythagoras takes their sum."
)
def _(X):
    return np.column_stack([X, np.sqrt(np.mean(X**2, axis=1))])


@with_radius.mistake(
    "You give the radius alone, as (n,). Put it as a third column to the right of the"
    " two of X."
)
def _(X):
    return np.hypot(X[:, 0], X[:, 1])


@with_radius.mistake(
    "All numbers stand in one row: np.append makes them flat when no axis is named. "
    "np.column_stack puts a column beside columns."
)
def _(X):
    return np.append(X, np.hypot(X[:, 0], X[:, 1]))
