"""Vectors, not loops: products, columns and axes."""

import ast

import numpy as np

from pellucid.lessons.answers.seeing import loops, names
from pellucid.lessons.exercises.exercise import exercise

PRODUCTS = {"dot", "inner", "vdot", "matmul", "einsum", "sum"}


def calls_a_product(code):
    """Whether NumPy, or sum, is asked for what the loop should do."""
    matmul = any(isinstance(n, ast.MatMult) for n in ast.walk(code))
    return matmul or bool(PRODUCTS & names(code))


def two_vectors(rng):
    n = int(rng.integers(3, 9))
    return rng.normal(size=n), rng.normal(size=n)


@exercise(
    two_vectors,
    hints=(
        "Begin with total = 0.0, and add one product in each turn.",
        "for i in range(len(a)): total += a[i] * b[i]; return after the loop.",
    ),
    edges=((np.array([2.0]), np.array([-3.0])), (np.zeros(0), np.zeros(0))),
)
def looped(a, b):
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@looped.mistake(
    "The return stands inside the loop, so the function ends with the first product: "
    "move it out, to the level of the for."
)
def _(a, b):
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
        return total
    return total


@looped.mistake(
    "Each turn replaces the total, so only the last product is left: add to it."
)
def _(a, b):
    total = 0.0
    for i in range(len(a)):
        total = a[i] * b[i]
    return total


@looped.mistake(
    "The loop begins with the second element: indices begin with 0, so the first "
    "product is missing."
)
def _(a, b):
    total = 0.0
    for i in range(1, len(a)):
        total += a[i] * b[i]
    return total


@looped.mistake(
    "The loop ends one too early: range(n) already leaves n out, so range(n - 1) "
    "loses the last product."
)
def _(a, b):
    total = 0.0
    for i in range(len(a) - 1):
        total += a[i] * b[i]
    return total


@looped.mistake(
    "The index runs past the end: the last element of n has the index n - 1."
)
def _(a, b):
    total = 0.0
    for i in range(1, len(a) + 1):
        total += a[i] * b[i]
    return total


@looped.mistake(
    "That multiplies each element of a by each of b: one loop, with the same index in "
    "both, is enough."
)
def _(a, b):
    total = 0.0
    for x in a:
        for y in b:
            total += x * y
    return total


@looped.mistake(
    "This once the loop is the point: write it out, without NumPy's products and sums, "
    "so that we can time it.",
    seen=calls_a_product,
)
def _(a, b):
    return np.dot(a, b)


def outputs_and_targets(rng):
    n = int(rng.integers(2, 8))
    return rng.normal(size=(n, 1)) * 2, rng.normal(size=n) * 2 + 1


@exercise(
    outputs_and_targets,
    hints=(
        "p - y has the shape (n, n). Print it once: which of its entries do you want?",
        "p[:, 0], or p.ravel(), has the shape (n,), as y has.",
    ),
    edges=((np.array([[3.0]]), np.array([1.0])),),
)
def mean_squared_error(p, y):
    return np.mean((p[:, 0] - y) ** 2)


@mean_squared_error.mistake(
    "(n, 1) minus (n,) is (n, n): that is the mean over all n² pairs of an output and "
    "a target, of which only the diagonal belongs together. Make p (n,) first."
)
def _(p, y):
    return np.mean((p - y) ** 2)


@mean_squared_error.mistake(
    "p[0] is the first output alone, and it is compared with every target: take the "
    "first column, not the first row."
)
def _(p, y):
    return np.mean((p[0] - y) ** 2)


@mean_squared_error.mistake(
    "(n, 1) minus (n,) is (n, n), and then comes a sum over its n² pairs. Make p (n,) "
    "first, and take the mean."
)
def _(p, y):
    return np.sum((p - y) ** 2)


@mean_squared_error.mistake(
    "(n, 1) minus (n,) is (n, n): the mean over one axis leaves n numbers, where one "
    "is asked for. Make p (n,) before you subtract."
)
def _(p, y):
    return np.mean((p - y) ** 2, axis=1)


@mean_squared_error.mistake("You took the sum of the squares: divide by n.")
def _(p, y):
    return np.sum((p[:, 0] - y) ** 2)


@mean_squared_error.mistake(
    "Errors of both signs cancel out: square each before you take the mean."
)
def _(p, y):
    return np.mean(p[:, 0] - y)


@mean_squared_error.mistake(
    "That is the square of the mean error, where errors of both signs have cancelled "
    "out: square first, then take the mean."
)
def _(p, y):
    return np.mean(p[:, 0] - y) ** 2


@mean_squared_error.mistake(
    "That is its root, which has the unit of y: here the mean of the squares itself "
    "is asked for."
)
def _(p, y):
    return np.sqrt(np.mean((p[:, 0] - y) ** 2))


@mean_squared_error.mistake(
    "That is the mean of the absolute errors: square them instead."
)
def _(p, y):
    return np.mean(np.abs(p[:, 0] - y))


def table(rng):
    n, d = int(rng.integers(3, 9)), int(rng.integers(1, 5))
    X = rng.normal(size=(n, d)) * rng.uniform(0.1, 50, d) + rng.normal(size=d) * 10
    X[:, 0] = rng.choice([X[:, 0], np.full(n, 7.0)])  # a column may be constant
    return (X,)


CONSTANT = (np.array([[1.0, 7.0], [2.0, 7.0], [4.0, 7.0]]),)


@exercise(
    table,
    hints=(
        "X.mean(axis=0) runs down the rows: one mean for each column, shape (d,).",
        "(n, d) minus (d,) needs no reshaping: shapes are matched from the right.",
        "np.where(s > 0, s, 1) divides a constant column by 1 instead of by 0.",
    ),
    edges=(CONSTANT,),
)
def standardised(X):
    s = X.std(axis=0)  # (d,)
    return (X - X.mean(axis=0)) / np.where(s > 0, s, 1)


@standardised.mistake(
    "A loop runs over the columns: give mean and std the axis, and NumPy does all "
    "columns at once.",
    seen=loops,
)
def _(X):
    Z = np.zeros_like(X)
    for j in range(X.shape[1]):
        s = X[:, j].std()
        Z[:, j] = (X[:, j] - X[:, j].mean()) / (s if s > 0 else 1)
    return Z


@standardised.mistake(
    "Without an axis, mean and std are those of all numbers in the table together: "
    "each column needs its own."
)
def _(X):
    return (X - X.mean()) / X.std()


@standardised.mistake(
    "axis=1 runs along each row, so every row was standardised: axis=0 runs down the "
    "rows and leaves one number for each column."
)
def _(X):
    s = X.std(axis=1, keepdims=True)
    return (X - X.mean(axis=1, keepdims=True)) / np.where(s > 0, s, 1)


@standardised.mistake(
    "axis=1 gives one number for each row, shape (n,), which does not match (n, d) "
    "from the right: the columns are wanted, axis=0."
)
def _(X):
    return (X - X.mean(axis=1)) / X.std(axis=1)


@standardised.mistake(
    "You divided by the variance, the square of the standard deviation: then the "
    "columns do not get the standard deviation 1."
)
def _(X):
    s = X.var(axis=0)
    return (X - X.mean(axis=0)) / np.where(s > 0, s, 1)


@standardised.mistake(
    "You divided by n - 1 inside the standard deviation (ddof=1), as one does to "
    "estimate that of a population: here the plain one of these rows is asked for."
)
def _(X):
    s = X.std(axis=0, ddof=1)
    return (X - X.mean(axis=0)) / np.where(s > 0, s, 1)


@standardised.mistake(
    "A constant column has the standard deviation 0, and 0/0 is nan: divide by 1 "
    "there, so that the column becomes 0."
)
def _(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


@standardised.mistake(
    "The means are still in it: subtract that of each column before you divide."
)
def _(X):
    s = X.std(axis=0)
    return X / np.where(s > 0, s, 1)


@standardised.mistake(
    "Without the brackets, only the mean is divided: subtract first, (X - mean) / std."
)
def _(X):
    s = X.std(axis=0)
    return X - X.mean(axis=0) / np.where(s > 0, s, 1)


@standardised.mistake(
    "The columns have the mean 0, but still their own spreads: divide each by its "
    "standard deviation."
)
def _(X):
    return X - X.mean(axis=0)


@standardised.mistake(
    "You put each column between 0 and 1 by its least and greatest value: subtract the "
    "mean and divide by the standard deviation instead."
)
def _(X):
    spread = X.max(axis=0) - X.min(axis=0)
    return (X - X.min(axis=0)) / np.where(spread > 0, spread, 1)


@standardised.mistake(
    "The constant columns are as they were: subtract their mean too, and they become "
    "zeros."
)
def _(X):
    s = X.std(axis=0)
    Z = (X - X.mean(axis=0)) / np.where(s == 0, 1, s)
    return np.where(s == 0, X, Z)
