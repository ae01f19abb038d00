"""Small exercises, and wrong answers of which no mistake is prepared."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def table(rng):
    n, d = int(rng.integers(2, 8)), int(rng.integers(2, 6))
    d = d + (n == d)
    return rng.normal(size=(n, d)), rng.normal(size=d), rng.normal(size=n)


def vector(rng):
    return (rng.normal(size=int(rng.integers(3, 9))),)


def scores(rng):
    n, k = int(rng.integers(1, 7)), int(rng.integers(2, 5))
    return (rng.normal(size=(n, k)),)


def network(rng):
    n, d, h = int(rng.integers(2, 6)), int(rng.integers(2, 5)), int(rng.integers(3, 6))
    X, y = rng.normal(size=(n, d)), rng.normal(size=(n, 1))
    return X, y, rng.normal(size=(d, h)), rng.normal(size=(h, 1))


@exercise(table)
def gradient(X, w, y):
    return 2 * X.T @ (X @ w - y) / len(y)


@exercise(table)
def cost(X, w, y):
    return np.mean((X @ w - y) ** 2)


@exercise(table)
def means(X, w, y):
    return X.mean(axis=0)


@exercise(scores, edges=[(np.array([[1000.0, 0, -5]]),)])
def softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@exercise(vector)
def spread(x):
    return np.std(x)


@exercise(vector)
def relu(z):
    return np.maximum(z, 0)


@exercise(lambda rng: (*vector(rng), float(rng.normal())))
def line(x, b):
    y = 2 * x + b
    total = np.sum(x)
    return y, total


@exercise(lambda rng: (*vector(rng), float(rng.uniform(0.1, 1)),
                       int(rng.integers(3, 9))))  # fmt: skip
def descend(w, rate, steps):
    for _ in range(steps):
        w = w - rate * 2 * w
    return w


@exercise(vector)
def positive(z):
    return z > 0


@exercise(vector)
def history(x):
    return [float(v) for v in np.cumsum(x)]


@exercise(vector)
def named(x):
    return {"mean": np.mean(x), "largest": np.max(x)}


@exercise(network, lines=("dp", "dW2", "da", "dz", "dW1"))
def backward(X, y, W1, W2):
    a = np.tanh(X @ W1)
    p = a @ W2
    dp = 2 * (p - y) / len(y)
    dW2 = a.T @ dp
    da = dp @ W2.T
    dz = da * (1 - a**2)
    dW1 = X.T @ dz
    return dW1, dW2


# exercise, what a person returns, words of the sentence
RETURNED = [
    (gradient, "X.T @ (X @ w - y) / len(y)", "half of what it should be"),
    (gradient, "2 * X.T @ (X @ w - y)", "multiplied by the number of rows of `X`"),
    (gradient, "-2 * X.T @ (X @ w - y) / len(y)", "opposite sign"),
    (gradient, "2 * X.T @ (y - X @ w)", "it has the opposite sign"),
    (gradient, "2 * (X @ w - y) @ X / len(w)", "number of columns of `X`, and not by"),
    (gradient, "2 * X.T @ (X @ w - y)[:, None] / len(y)", "column (n, 1)"),
    (gradient, "2 * X.T @ (X @ w + y) / len(y)", "`+` stands where `-` is right"),
    (gradient, "2 * X.T @ (X @ w) / len(y)", "a subtraction is missing"),
    (gradient, "2 * X[1:].T @ (X[1:] @ w - y[1:]) / (len(y) - 1)", "without the first"),
    (gradient, "2 * np.sum(X.T @ (X @ w - y)) / len(y)", "one number, the sum"),
    (gradient, "2 * X.T * (X @ w - y)", "not averaged over axis 1 yet"),
    (gradient, "2 * X.T @ (X @ w - y) / (len(y) - 1)", "n - 1, and n is asked"),
    (gradient, "2 * X.T @ (X @ w - y) / len(y) + w", "`w` is added once too often"),
    (gradient, "X @ w - y", "is it the wrong axis?"),
    (gradient, "list(2 * X.T @ (X @ w - y) / len(y))", "they are in a list"),
    (cost, "np.sum((X @ w - y) ** 2)", "Is a sum taken for a mean"),
    (cost, "np.sqrt(np.mean((X @ w - y) ** 2))", "the root of what is asked"),
    (cost, "np.mean(X @ w - y)", "a square is missing around `X @ w - y`"),
    (cost, "np.mean(np.abs(X @ w - y))", "`abs` stands where `square`"),
    (cost, "np.mean((X @ w - y[:, None]) ** 2)", "a table of all pairs"),
    (cost, "(X @ w - y) ** 2", "not averaged yet"),
    (cost, "np.mean(X @ w - y) ** 2", "`np.mean` is taken too early"),
    (cost, "np.median((X @ w - y) ** 2)", "`median` stands where `mean`"),
    (cost, "np.mean((X @ w) ** 2 - y**2)", "each side is taken to the power alone"),
    (cost, "np.linalg.norm(X @ w - y)", "the square of the result is multiplied by"),
    (cost, "np.sum(np.abs(X @ w - y))", "two slips"),
    (cost, "(np.mean((X @ w - y) ** 2),)", "a tuple of one"),
    (cost, "np.mean((X @ w - y) ** 2, keepdims=True)", "an array with one number"),
    (cost, "None", "It returns nothing"),
    (cost, "str(3)", "the text"),
    (cost, "1.0", "1 for every input"),
    (cost, "7.5", "`7.5` for every input"),
    (cost, "float(np.random.rand())", "random numbers"),
    (means, "X.mean()", "the mean of what is asked"),
    (means, "X.sum(0)", "multiplied by the number of rows"),
    (means, "X.mean(1)", "`mean` goes along the wrong axis"),
    (means, "X.mean(0, keepdims=True)", "is a row (1, n)"),
    (means, "X.mean(0)[::-1]", "reverse order"),
    (means, "X.mean(0).astype(int)", "lost its decimals"),
    (means, "X[0]", "for the first row of"),
    (means, "X", "not averaged over axis 0"),
    (means, "np.mean", "a function, not a value"),
    (means, "(v for v in X.mean(0))", "generator"),
    (means, "np.roll(X.mean(0), 1)", "shifted by one"),
    (softmax, "np.exp(Z) / np.exp(Z).sum(1, keepdims=True)", "Right for ordinary"),
    (softmax, "np.exp(Z - Z.max())", "not divided by the sum of each row yet"),
    (
        softmax,
        "np.round(np.exp(Z) / np.exp(Z).sum(1, keepdims=True), 2)",
        "two decimals",
    ),
    (softmax, "1 / (1 + np.exp(-Z))", "should be `[["),
    (spread, "np.var(x)", "is squared"),
    (spread, "np.std(x, ddof=1)", "n - 1 below the root"),
    (spread, "np.std(x[:-1])", "`x[:-1]` leaves something out"),
    (
        spread,
        "np.sqrt(np.sum((x - x.mean()) ** 2))",
        "by the root of the length of `x`",
    ),
    (spread, "np.sqrt(np.mean((x + x.mean()) ** 2))", "`+` stands where `-` is right"),
    (spread, "np.sqrt(np.mean((x - x.max()) ** 2))", "`max` stands where `mean`"),
    (relu, "np.abs(z)", "had no sign"),
    (relu, "z", "just `z`, as it came"),
    (relu, "z > 0", "True and False, and numbers"),
    (relu, "np.minimum(z, 0)", "`z` minus what is asked"),
    (relu, "np.clip(z, 0, 1)", "`1` is not the right number"),
    (relu, "np.maximum(z, 0) + 1e-3", "always 0.001 too large"),
    (relu, "np.maximum(z, 1)", "`1` is not the right number"),
    (relu, "max(z, 0)", "has many: use"),
    (line, "(np.sum(x), 2 * x + b)", "exchanged: swap them"),
    (line, "2 * x + b", "Only one result came"),
    (
        line,
        "(2 * x + b, x)",
        "`y` (result 1) is right. `total` (result 2) is not summed",
    ),
    (line, "(2 * x - b, np.sum(x))", "too small by twice `b`"),
    (line, "(1, 2, 3)", "3 results came, and 2"),
    (descend, "w - rate * 2 * w", "`steps` is never used"),
    (descend, "w * (1 - 2 * rate) ** (steps - 1)", "a subtraction is too much"),
    (descend, "w * (1 + 2 * rate) ** steps", "`+` stands where `-` is right"),
    (positive, "z >= -0.5", "`0.5` is not the right number"),
    (positive, "(z > 0) * 1", "numbers, and True or False"),
    (history, "[float(v) for v in np.cumsum(x)][1:]", "the first is missing"),
    (history, "[0.0] + [float(v) for v in np.cumsum(x)]", "one too many at the begin"),
    (history, "[float(v) for v in x]", "just `x`, as it came"),
    (named, "{'mean': np.mean(x)}", "has no `largest`"),
    (
        named,
        "{'mean': np.mean(x), 'largest': -np.max(x)}",
        "`largest` has the opposite",
    ),
    (named, "np.mean(x)", "a dictionary is asked"),
]

# what a person writes for a line of `backward`, line of the first wrong value, words
REWRITTEN = [
    ("dp = 2 * (p - y) / len(y)", "dp = 2 * (p - y)", 7, "number of rows of `X`"),
    ("dp = 2 *", "dp = -2 *", 7, "`dp` has the opposite sign"),
    ("1 - a**2", "1 + a**2", 10, "a plus stands where a minus"),
    ("a.T @ dp", "dp.T @ a", 8, "its shape is (1, "),
    ("X.T @ dz", "(X.T @ dz).T", 11, "`dW1` is transposed"),
    ("W2.T\n", "W2.T\n    da *= 2\n", 10, "`da` is twice too large"),
    ("dp @ W2.T", "dp @ W2", 9, "transpose one of them"),
    ("return dW1, dW2", "return dW2, dW1", 0, "exchanged: swap them"),
]

# code as a whole, line, words
FAILING = [
    ("def cost(X, w, y)\n    return 1\n", 1, "a colon is missing"),
    ("def cost(X, w, y):\nreturn 1\n", 2, "must be indented"),
    ("def cost(X, w, y):\n    return (1\n", 2, "never closed"),
    ("def cost(X, w, y):\n    if X = 1:\n        return 1\n", 2, "write `==`"),
    ("def cost(X, w, y):\n    return 2X\n", 2, "`2 * x`"),
    ("def cost(X, w, y):\n    return X @ w y\n", 2, "operator"),
    ("def cost(X, w, y):\n    r = X\n     return r\n", 3, "indented further"),
    ("def costs(X, w, y):\n    return 1\n", 0, "only `costs`"),
    ("def cost(X, w):\n    return 1\n", 0, "`cost(X, w, y)`"),
    ("def cost(X, w, y):\n    return np.mean(X)\n", 2, "import numpy as np"),
    ("import numpy as np\ndef cost(X, w, y):\n    return np.maen(X)\n", 3, "`np.mean`"),
    ("import numpy as np\ndef cost(X, w, y):\n    return np.norm(X)\n", 3, "linalg"),
    ("def cost(X, w, y):\n    return mean(X)\n", 2, "write `np.mean`"),
    ("def cost(X, w, y):\n    rest = X @ w\n    return rst.mean()\n", 3, "`rest`?"),
    ("def cost(X, w, y):\n    return X.men()\n", 2, "no `.men`"),
    ("def cost(X, w, y):\n    return list(w).mean()\n", 2, "np.array"),
    ("def cost(X, w, y):\n    return w @ X\n", 2, "as many columns"),
    ("def cost(X, w, y):\n    return X.T @ w - y\n", 2, "as many columns"),
    ("def cost(X, w, y):\n    return w - y\n", 2, "do not fit together"),
    ("def cost(X, w, y):\n    return w[len(w)]\n", 2, "one too far"),
    ("def cost(X, w, y):\n    return w[0, 0]\n", 2, "1 axes"),
    ("def cost(X, w, y):\n    return X.mean(2)\n", 2, "no axis 2"),
    ("import math\ndef cost(X, w, y):\n    return math.exp(w)\n", 3, "`np.exp`"),
    ("def cost(X, w, y):\n    if w > 0:\n        return 1\n", 2, "np.where"),
    ("def cost(X, w, y):\n    return 1 / 0\n", 2, "divides by 0"),
    ("def cost(X, w, y):\n    return w(0)\n", 2, "round brackets"),
    ("def cost(X, w, y):\n    for i in len(y):\n        pass\n", 2, "`range(n)`"),
    ("def cost(X, w, y):\n    for i in range(len(y) / 2):\n        pass\n", 2, "`//`"),
    ("def cost(X, w, y):\n    r += w\n    return r\n", 2, "used before"),
    ("import nympy\ndef cost(X, w, y):\n    return 1\n", 1, "`nympy`"),
    ("def cost(X, w, y):\n    X @ w\n", 0, "returns nothing"),
    ("import numpy as np\ndef cost(X, w, y):\n    return np.zeros(2, 3)\n", 3,
     "its own brackets"),
]  # fmt: skip
