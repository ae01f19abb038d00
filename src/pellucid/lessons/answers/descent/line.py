"""Steps down a slope, and how far they may go."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def line_and_points(rng):
    n = int(rng.integers(2, 9))
    a, b = rng.normal(size=2) * 2
    return a, b, rng.normal(size=n) + 1, 3 * rng.normal(size=n), rng.uniform(0.01, 0.3)


@exercise(
    line_and_points,
    hints=(
        "Write the residual first: r = a * x + b - y, one number a point.",
        "The slope for b is 2 mean(r). For a, each residual is weighted by its x.",
        "Take both slopes at the old a and b, then move both.",
    ),
)
def step(a, b, x, y, rate):
    r = a * x + b - y
    slope_a = 2 * np.mean(r * x)
    slope_b = 2 * np.mean(r)
    return a - rate * slope_a, b - rate * slope_b


@step.mistake(
    "You went uphill: the gradient points to where the cost grows. Subtract the rate "
    "times the slope."
)
def _(a, b, x, y, rate):
    r = a * x + b - y
    return a + rate * 2 * np.mean(r * x), b + rate * 2 * np.mean(r)


@step.mistake(
    "The 2 is missing: the derivative of a square r² is 2 r, times the derivative of r."
)
def _(a, b, x, y, rate):
    r = a * x + b - y
    return a - rate * np.mean(r * x), b - rate * np.mean(r)


@step.mistake(
    "You summed over the points: the cost is their mean, so the slopes are means too. "
    "With a sum the step would grow with the number of points."
)
def _(a, b, x, y, rate):
    r = a * x + b - y
    return a - rate * 2 * np.sum(r * x), b - rate * 2 * np.sum(r)


@step.mistake(
    "You moved a first and took the slope for b at the new a: then the two slopes "
    "belong to different places. Take both at the old a and b."
)
def _(a, b, x, y, rate):
    a = a - rate * 2 * np.mean((a * x + b - y) * x)
    return a, b - rate * 2 * np.mean(a * x + b - y)


@step.mistake(
    "The slope for a lacks its x: the derivative of a x + b with respect to a is x, so "
    "each residual is multiplied by its x before the mean."
)
def _(a, b, x, y, rate):
    r = a * x + b - y
    return a - rate * 2 * np.mean(r), b - rate * 2 * np.mean(r)


@step.mistake(
    "The mean of a product is not the product of the means: multiply each residual by "
    "its own x, then take the mean."
)
def _(a, b, x, y, rate):
    r = a * x + b - y
    return a - rate * 2 * np.mean(r) * np.mean(x), b - rate * 2 * np.mean(r)


@step.mistake(
    "You gave the slopes themselves. A step goes from a and b, by the rate times the "
    "slope, against it."
)
def _(a, b, x, y, rate):
    r = a * x + b - y
    return 2 * np.mean(r * x), 2 * np.mean(r)


@step.mistake("The rate is missing: you went by the whole slope.")
def _(a, b, x, y, rate):
    r = a * x + b - y
    return a - 2 * np.mean(r * x), b - 2 * np.mean(r)


def bowl(rng):
    """Draw a round-to-long bowl of up to four parameters, and a rate that suits it."""
    d = int(rng.integers(1, 5))
    M = rng.normal(size=(d + 3, d))
    H = M.T @ M / (d + 3)
    rate = rng.uniform(0.3, 1.5) / np.linalg.eigvalsh(H)[-1]
    return H, rng.normal(size=d), 2 * rng.normal(size=d), rate, int(rng.integers(2, 7))


ONE_BOWL = (np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, -1.0]), np.zeros(2), 0.5)


@exercise(
    bowl,
    hints=(
        "Start a list with w in it, and append the new w after each step.",
        "The slope at w is H @ w - b; take it anew in each step.",
        "Give the list as an array: np.array(path).",
    ),
    edges=((*ONE_BOWL, 0), (*ONE_BOWL, 1)),
)
def descend(H, b, w, rate, steps):
    path = [w]
    for _ in range(steps):
        w = w - rate * (H @ w - b)
        path.append(w)
    return np.array(path)


@descend.mistake(
    "The start is missing: the path has steps + 1 places, and the first is the w that "
    "you were given."
)
def _(H, b, w, rate, steps):
    path = []
    for _ in range(steps):
        w = w - rate * (H @ w - b)
        path.append(w)
    return np.array(path)


@descend.mistake(
    "You gave the last place only: collect each place on the way, the start first."
)
def _(H, b, w, rate, steps):
    for _ in range(steps):
        w = w - rate * (H @ w - b)
    return w


@descend.mistake(
    "All rows of your path are the last place: `w -= ...` changes the same array that "
    "is already in the list. Write `w = w - ...`, which makes a new one."
)
def _(H, b, w, rate, steps):
    path = [w]
    for _ in range(steps):
        w -= rate * (H @ w - b)
        path.append(w)
    return np.array(path)


@descend.mistake(
    "You took the slope once, at the start: after a step you stand elsewhere, and the "
    "slope there is another. Take it inside the loop."
)
def _(H, b, w, rate, steps):
    slope = H @ w - b
    path = [w]
    for _ in range(steps):
        w = w - rate * slope
        path.append(w)
    return np.array(path)


@descend.mistake(
    "The path goes uphill: subtract the rate times the slope from w, do not add it."
)
def _(H, b, w, rate, steps):
    path = [w]
    for _ in range(steps):
        w = w + rate * (H @ w - b)
        path.append(w)
    return np.array(path)


@descend.mistake(
    "One step too few: range(1, steps) has steps - 1 turns. The path has steps + 1 "
    "rows, the start first."
)
def _(H, b, w, rate, steps):
    path = [w]
    for _ in range(1, steps):
        w = w - rate * (H @ w - b)
        path.append(w)
    return np.array(path)


@descend.mistake(
    "One step too many: the start is not a step. The path has steps + 1 rows in all."
)
def _(H, b, w, rate, steps):
    path = [w]
    for _ in range(steps + 1):
        w = w - rate * (H @ w - b)
        path.append(w)
    return np.array(path)


@descend.mistake(
    "The slope of this cost is H w - b. You left b out, so that every path leads to 0."
)
def _(H, b, w, rate, steps):
    path = [w]
    for _ in range(steps):
        w = w - rate * (H @ w)
        path.append(w)
    return np.array(path)


def curvatures(rng):
    d = int(rng.integers(2, 6))
    M = rng.normal(size=(d + 2, d)) * rng.uniform(0.5, 3, size=d)
    return (M.T @ M / (d + 2),)


@exercise(
    curvatures,
    hints=(
        "The curvatures along the axes of the bowl are the eigenvalues of H.",
        "H is symmetric: np.linalg.eigvalsh(H) gives them from small to large.",
    ),
    edges=((np.array([[4.0]]),), (np.diag([0.5, 8.0, 2.0]),)),
)
def largest_rate(H):
    return 2 / np.max(np.linalg.eigvalsh(H))


@largest_rate.mistake(
    "You took the flattest direction. A rate that suits it throws the steps out of the "
    "steepest one: the largest curvature sets the bound."
)
def _(H):
    return 2 / np.min(np.linalg.eigvalsh(H))


@largest_rate.mistake(
    "With 1/L the factor 1 - rate L is 0: that is the rate that lands at the bottom of "
    "the steepest direction in one step. The steps still shrink up to twice that."
)
def _(H):
    return 1 / np.max(np.linalg.eigvalsh(H))


@largest_rate.mistake(
    "You took the largest entry of the diagonal: that is the curvature along one "
    "parameter. The bowl may be steeper in a slanting direction; take eigenvalues."
)
def _(H):
    return 2 / np.max(np.diag(H))


@largest_rate.mistake(
    "You took the trace, the sum of all curvatures. The directions do not add up: the "
    "steepest one alone sets the bound."
)
def _(H):
    return 2 / np.trace(H)


@largest_rate.mistake(
    "2 / (largest + smallest) is the rate that is fastest, not the bound: asked is the "
    "rate from which on the steps no longer shrink."
)
def _(H):
    curvature = np.linalg.eigvalsh(H)
    return 2 / (curvature[0] + curvature[-1])


@largest_rate.mistake(
    "That is L itself, the largest curvature: the bound follows from |1 - rate L| < 1."
)
def _(H):
    return np.max(np.linalg.eigvalsh(H))


@largest_rate.mistake(
    "That is the root of the sum of all squared entries, the length of H. It is "
    "larger than the largest curvature."
)
def _(H):
    return 2 / np.linalg.norm(H)
