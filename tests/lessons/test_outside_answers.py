"""Wrong answers of people who did not write the lessons get what is wrong with them."""

import json
import textwrap

import pytest

from pellucid.lessons.exercises import child
from pellucid.lessons.exercises.checking import check
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.exercises.sandbox import outcome

# the exercise, what was handed in as its body, words of what is said of it
WRONG = [
    ("line/slope", "dx, dy = x - x.mean(), y - y.mean()\n"
     "return np.sum(x - x.mean()) * np.sum(dy) / np.sum(dx**2)",
     "differences from the mean always cancel"),
    ("line/slope", "dx = x - x.mean\nreturn np.sum(dx * y) / np.sum(dx**2)",
     "as in `x.mean()`"),
    ("line/slope", "return np.polyfit(x, y, 1)", "the first of it, `[0]`, is right"),
    ("line/slope", "return np.std(y) / np.std(x)", "it is never negative"),
    ("line/predicted", "out = []\nfor v in x:\n    a * v + b\nreturn out",
     "empty list"),
    ("line/mean_squared_error", "return np.mean((a * x + b - y) ^ 2)", "write `**`"),
    ("plane/with_ones", "return np.append(np.ones(len(X)), X)", "without `axis=`"),
    ("plane/best_weights", "A = X.T @ X + np.eye(len(X.T))\n"
     "return np.linalg.solve(A, X.T @ y)", "a term is too much"),
    ("plane/best_weights", "X = np.column_stack([np.ones(len(X)), X])\n"
     "return np.linalg.pinv(X) @ y", "`X` gets another value here"),
    ("plane/fit_and_predict", "w = np.linalg.lstsq(X, y, rcond=None)\n"
     "return X_new @ w", "gives four things at once"),
    ("judging/residuals", "w = np.linalg.pinv(X) @ y\nreturn np.mean(y - X @ w)",
     "no sum and no mean over this axis"),
    ("judging/adjusted_r2", "n = len(y)\n"
     "r2 = 1 - np.sum((y - output) ** 2) / np.sum((y - y.mean()) ** 2)\n"
     "return 1 - r2 * (n - 1) / (n - d - 1)", "`1 - r2` is to stand in the place"),
    ("vectors/looped", "total = 0\nfor i in range(a):\n    total += a[i] * b[i]\n"
     "return total", "`range(len(...))`"),
    ("vectors/looped", "return [s * t for s, t in zip(a, b)]", "their sum is asked"),
    ("vectors/standardised", "return (X - X.mean(axis=0)) / X.var(axis=0)",
     "`var` stands where `std` is right"),
    ("vectors/unit_rows", "s = np.abs(X).sum(axis=1, keepdims=True)\ns[s == 0] = 1\n"
     "return X / s", "sum of the absolute values"),
    ("vectors/one_hot", "out = np.zeros(k)\nout[y] = 1\nreturn out", "one row for all"),
    ("graphs/central_difference", "h = 1e-5\nreturn (f(x + h) - f(x - h)) / (2 * h)",
     "`h` gets another value here"),
    ("graphs/central_difference", "return (np.sin(x + h) - np.sin(x - h)) / (2 * h)",
     "`f` is never used"),
    ("graphs/sigmoid_slope", "s = 1 / 1 + np.exp(-z)\nreturn s * (1 - s)",
     "brackets are to be set otherwise"),
    ("logistic/train", "w, b = np.zeros(X.shape[1]), 0.0\nfor _ in range(iterations):\n"
     "    e = 1 / (1 + np.exp(-(X @ w + b))) - y\n"
     "    w =- rate * X.T @ e / len(y)\n    b =- rate * np.mean(e)\nreturn w, b",
     "`w -=`"),
    ("logistic/accuracy", "return np.sum(said == y) // len(y)", "`/` keeps them"),
    ("logistic/accuracy", "return sum(s is t for s, t in zip(said, y)) / len(y)",
     "`==` compares values"),
    ("logistic/stable_sigmoid", "return np.clip(1 / (1 + np.exp(-z)), 1e-15, 1)",
     "and should be `[4.248e-18]`"),
    ("descent/momentum", "v = beta * v + g\nreturn w - rate * v, v", "PyTorch"),
    ("descent/batches", "out = []\nfor i in range(0, len(order), size):\n"
     "    out.extend(order[i : i + size])\nreturn out", "`append`"),
    ("descent/stop", "best = costs[0]\nfor i in range(len(costs)):\n"
     "    if costs[i] < best:\n        at = i\nreturn len(costs) - 1",
     "You never stop before the last step"),
    ("likelihood/normal_cost", "z = (y - mean) / sd\n"
     "return np.mean(z**2) / 2 + np.log(sd) + np.log(2 * np.pi)",
     "always log(2 pi) / 2 too large"),
]  # fmt: skip
RIGHT = [
    ("line/slope", "return np.polyfit(x, y, 1)[0]"),
    ("plane/powers", "return x[:, None] ** np.arange(degree + 1)"),
    ("judging/leverages", "return (np.linalg.qr(X)[0] ** 2).sum(axis=1)"),
    ("graphs/hypotenuse_slopes", "t = np.arctan2(b, a)\nreturn np.cos(t), np.sin(t)"),
    ("logistic/log_sum_exp", "return np.logaddexp.reduce(z)"),
    ("descent/largest_rate", "return 2 / np.linalg.norm(H, 2)"),
]


def here(job):
    """Run a job in this process: what is tested here is what is said, not the fence."""
    return outcome(json.loads(json.dumps(child.run(job))))


def handed_in(path, body):
    exercise = found(path)
    head = exercise.starter.partition("    ...")[0]
    code = head + textwrap.indent(body, "    ") + "\n"
    return check(exercise, code, run=here)


@pytest.mark.parametrize(("path", "body", "words"), WRONG)
def test_an_outsiders_mistake_is_named(path, body, words):
    verdict = handed_in(path, body)
    assert verdict.state == "wrong"
    assert words in verdict.sentence


@pytest.mark.parametrize(("path", "body"), RIGHT)
def test_another_way_to_the_right_result_is_right(path, body):
    verdict = handed_in(path, body)
    assert verdict.state == "right", verdict.sentence
