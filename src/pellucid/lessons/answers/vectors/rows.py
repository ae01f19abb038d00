"""Vectors, not loops: rows, distances and classes."""

import numpy as np

from pellucid.lessons.answers.seeing import loops
from pellucid.lessons.exercises.exercise import exercise


def rows(rng):
    n, d = int(rng.integers(2, 7)), int(rng.integers(1, 6))
    return (rng.normal(size=(n, d)) * rng.uniform(0.5, 5, (n, 1)),)


@exercise(
    rows,
    hints=(
        "The length of a row is the root of the sum of its squares.",
        "np.sum(X**2, axis=1) has the shape (n,). X / (n,) matches d with n: wrong.",
        "keepdims=True keeps the summed axis with length 1, so that (n, 1) stretches.",
    ),
    edges=((np.array([[3.0, 4.0], [0.0, 0.0], [-5.0, 12.0]]),),),
)
def unit_rows(X):
    length = np.sqrt(np.sum(X**2, axis=1, keepdims=True))  # (n, 1)
    return X / np.where(length > 0, length, 1)


@unit_rows.mistake(
    "A loop runs over the rows: with axis=1 and keepdims=True, NumPy does all rows at "
    "once.",
    seen=loops,
)
def _(X):
    lengths = [np.sqrt(np.sum(x**2)) for x in X]
    return np.array([x / s if s > 0 else x for x, s in zip(X, lengths, strict=True)])


@unit_rows.mistake(
    "The lengths have the shape (n,), and from the right n meets d: keep the summed "
    "axis (keepdims=True), so that (n, d) meets (n, 1)."
)
def _(X):
    return X / np.sqrt(np.sum(X**2, axis=1))


@unit_rows.mistake(
    "axis=0 runs down the rows, so every column got length 1: axis=1 runs along a row."
)
def _(X):
    length = np.sqrt(np.sum(X**2, axis=0, keepdims=True))
    return X / np.where(length > 0, length, 1)


@unit_rows.mistake(
    "You divided by the length of the whole table, one number: each row needs its own."
)
def _(X):
    return X / np.sqrt(np.sum(X**2))


@unit_rows.mistake(
    "You divided by the squared length: take the root of the sum of squares."
)
def _(X):
    square = np.sum(X**2, axis=1, keepdims=True)
    return X / np.where(square > 0, square, 1)


@unit_rows.mistake(
    "You divided by the sum of each row, which makes the row sum to 1: its length is "
    "the root of the sum of squares."
)
def _(X):
    total = X.sum(axis=1, keepdims=True)
    return X / np.where(total != 0, total, 1)


@unit_rows.mistake(
    "You divided by the largest entry of each row, so that this becomes 1: the length "
    "counts all entries, the root of the sum of squares."
)
def _(X):
    largest = np.max(np.abs(X), axis=1, keepdims=True)
    return X / np.where(largest > 0, largest, 1)


@unit_rows.mistake(
    "A row of zeros has length 0, and 0/0 is nan: divide by 1 there, so that the row "
    "stays 0."
)
def _(X):
    return X / np.sqrt(np.sum(X**2, axis=1, keepdims=True))


def labels(rng):
    k, n = int(rng.integers(3, 6)), int(rng.integers(2, 8))
    return rng.integers(0, k - 1, n), k  # the last class is in no row


@exercise(
    labels,
    hints=(
        "Compare each y with the classes 0 to k - 1: a column against a row.",
        "y[:, None] has the shape (n, 1), np.arange(k) the shape (k,).",
        "Or take rows of the identity: np.eye(k)[y].",
    ),
    edges=((np.array([2]), 4),),
)
def one_hot(y, k):
    return (y[:, None] == np.arange(k)).astype(float)  # (n, k)


@one_hot.mistake(
    "A loop runs over the rows: compare y, as a column, with all classes at once.",
    seen=loops,
)
def _(y, k):
    hot = np.zeros((len(y), k))
    for i in range(len(y)):
        hot[i, y[i]] = 1
    return hot


@one_hot.mistake(
    "You counted the columns by the largest y there is: a class that is in none of "
    "these rows needs its column too, k in all."
)
def _(y, k):
    return np.eye(np.max(y) + 1)[y]


@one_hot.mistake("That is (k, n), a column for each row: it should be (n, k).")
def _(y, k):
    return (y == np.arange(k)[:, None]).astype(float)


@one_hot.mistake(
    "The classes begin with 0, so class 0 has the first column: yours begin with 1."
)
def _(y, k):
    return (y[:, None] == np.arange(1, k + 1)).astype(float)


@one_hot.mistake(
    "hot[:, y] = 1 fills those columns in every row: a row and a column are needed "
    "for each 1, hot[np.arange(n), y]."
)
def _(y, k):
    hot = np.zeros((len(y), k))
    hot[:, y] = 1
    return hot


@one_hot.mistake(
    "The row holds the number of the class in place of the 1: compare, do not multiply."
)
def _(y, k):
    return (y[:, None] == np.arange(k)) * y[:, None].astype(float)


@one_hot.mistake("The other classes have -1 there: one-hot has 0.")
def _(y, k):
    return np.where(y[:, None] == np.arange(k), 1.0, -1.0)


@one_hot.mistake(
    "1 and 0 are exchanged: the 1 belongs where the class is that of the row."
)
def _(y, k):
    return (y[:, None] != np.arange(k)).astype(float)


def two_tables(rng):
    n, m, d = rng.permutation([2, 3, 4, 5, 6])[:3]
    return rng.normal(size=(n, d)) * 3, rng.normal(size=(m, d)) * 3 + 1


@exercise(
    two_tables,
    hints=(
        "A[:, None] has the shape (n, 1, d), B has (m, d): what is their difference?",
        "The difference has the shape (n, m, d). Sum its squares over d, the last "
        "axis.",
        "Or without the large array: |a - b|² = |a|² + |b|² - 2 a·b, with A @ B.T.",
    ),
    edges=((np.array([[0.0, 3.0]]), np.array([[4.0, 0.0], [0.0, 1.0], [1.0, 3.0]])),),
)
def distances(A, B):
    return np.sqrt(np.sum((A[:, None] - B) ** 2, axis=2))  # (n, m, d) -> (n, m)


@distances.mistake(
    "A loop runs over rows: give A an axis of length 1, A[:, None], and every row "
    "meets every row of B.",
    seen=loops,
)
def _(A, B):
    return np.array([[np.sqrt(np.sum((a - b) ** 2)) for b in B] for a in A])


@distances.mistake(
    "That is (m, n): the rows of the result are those of A, its columns those of B."
)
def _(A, B):
    return np.sqrt(np.sum((B[:, None] - A) ** 2, axis=2))


@distances.mistake("Those are the squared distances: the root is missing.")
def _(A, B):
    return np.sum((A[:, None] - B) ** 2, axis=2)


@distances.mistake(
    "A and B have different numbers of rows, so A - B does not match: every row of A "
    "should meet every row of B, for which A needs one more axis."
)
def _(A, B):
    return np.sqrt(np.sum((A - B) ** 2, axis=1))


@distances.mistake(
    "You summed over axis 1 of (n, m, d), the rows of B: the features lie on the last "
    "axis."
)
def _(A, B):
    return np.sqrt(np.sum((A[:, None] - B) ** 2, axis=1))


@distances.mistake(
    "You summed over axis 0 of (n, m, d), the rows of A: the features lie on the last "
    "axis."
)
def _(A, B):
    return np.sqrt(np.sum((A[:, None] - B) ** 2, axis=0))


@distances.mistake(
    "You summed the absolute differences (the city block distance): sum their squares "
    "and take the root."
)
def _(A, B):
    return np.sum(np.abs(A[:, None] - B), axis=2)


@distances.mistake(
    "You took the mean over the features: the distance is the root of the sum."
)
def _(A, B):
    return np.sqrt(np.mean((A[:, None] - B) ** 2, axis=2))


@distances.mistake("The mixed term needs the factor 2: |a - b|² = |a|² + |b|² - 2 a·b.")
def _(A, B):
    return np.sqrt(np.sum(A**2, axis=1)[:, None] + np.sum(B**2, axis=1) - A @ B.T)


def neighbours(rng):
    n, m = (int(size) for size in rng.permutation([3, 4, 5, 6, 7])[:2])
    d = int(rng.integers(1, 4))
    y = rng.permutation(np.arange(n) + 10)  # no label is an index
    return rng.normal(size=(n, d)) * 3, y, rng.normal(size=(m, d)) * 3


@exercise(
    neighbours,
    hints=(
        "First all distances, (m, n): a row for each new point.",
        "np.argmin(D, axis=1) says for each row where its least entry stands.",
        "y[places] gives the labels at these places, all at once.",
    ),
    edges=((np.array([[0.0], [10.0]]), np.array([7, 8]), np.array([[6.0]])),),
)
def nearest(X, y, new):
    D = np.sum((new[:, None] - X) ** 2, axis=2)  # (m, n); the root changes no order
    return y[np.argmin(D, axis=1)]


@nearest.mistake(
    "A loop runs over the new points: all distances fit in one array (m, n).",
    seen=loops,
)
def _(X, y, new):
    return np.array([y[np.argmin(np.sum((X - x) ** 2, axis=1))] for x in new])


@nearest.mistake(
    "Those are the places of the nearest rows, not their labels: look these up in y."
)
def _(X, y, new):
    return np.argmin(np.sum((new[:, None] - X) ** 2, axis=2), axis=1)


@nearest.mistake("argmax finds the row that is farthest away: argmin the nearest.")
def _(X, y, new):
    return y[np.argmax(np.sum((new[:, None] - X) ** 2, axis=2), axis=1)]


@nearest.mistake(
    "Along that axis you looked for the new point nearest to each row of X: for each "
    "new point the nearest row is asked for."
)
def _(X, y, new):
    return y[np.argmin(np.sum((new[:, None] - X) ** 2, axis=2), axis=0)]


@nearest.mistake(
    "That is how far the nearest rows are: their labels are asked for, so you need "
    "where the least distance stands, not how large it is."
)
def _(X, y, new):
    return np.sqrt(np.min(np.sum((new[:, None] - X) ** 2, axis=2), axis=1))


@nearest.mistake(
    "Without the squares, differences of both signs cancel, and the least sum may be "
    "far below 0: square before you sum over the features."
)
def _(X, y, new):
    return y[np.argmin(np.sum(new[:, None] - X, axis=2), axis=1)]


@nearest.mistake(
    "argmin without an axis gives one place in the whole array, counted through all "
    "its rows: give the axis, and one place a new point comes."
)
def _(X, y, new):
    return y[np.argmin(np.sum((new[:, None] - X) ** 2, axis=2))]


@nearest.mistake(
    "The largest dot product is not the nearest row: a long row has large products "
    "with all. Compare distances."
)
def _(X, y, new):
    return y[np.argmax(new @ X.T, axis=1)]
