"""The line of least cost, and how good it is."""

import numpy as np

from pellucid.lessons.answers.line.inputs import (
    points,
    points_and_slope,
    targets_and_outputs,
)
from pellucid.lessons.exercises.exercise import exercise

# -- the slope ------------------------------------------------------------------------


@exercise(
    points,
    hints=(
        "Both sums run over the differences from the means: x - mean(x), y - mean(y).",
        "The numerator is sum((x - mean(x)) * (y - mean(y))).",
    ),
)
def slope(x, y):
    dx, dy = x - np.mean(x), y - np.mean(y)
    return np.sum(dx * dy) / np.sum(dx**2)


@slope.mistake(
    "You took the mean of the slopes to each single point. A point near the middle "
    "then has the greatest say: add up products and squares, and divide the sums."
)
def _(x, y):
    return np.mean((y - np.mean(y)) / (x - np.mean(x)))


@slope.mistake(
    "You divided by the squares of y: that is the slope of x against y. Divide by the "
    "squares of the differences of x."
)
def _(x, y):
    dx, dy = x - np.mean(x), y - np.mean(y)
    return np.sum(dx * dy) / np.sum(dy**2)


@slope.mistake(
    "That is the line through the origin: take the means from x and y first, so that "
    "the line may have an intercept."
)
def _(x, y):
    return np.sum(x * y) / np.sum(x**2)


@slope.mistake(
    "That is the covariance, the mean of the products: it is in units of x times y. "
    "Divide by the variance of x to get y per x."
)
def _(x, y):
    dx, dy = x - np.mean(x), y - np.mean(y)
    return np.mean(dx * dy)


@slope.mistake(
    "That is the correlation, which has no units. The denominator has only the squares "
    "of x, and no root."
)
def _(x, y):
    dx, dy = x - np.mean(x), y - np.mean(y)
    return np.sum(dx * dy) / np.sqrt(np.sum(dx**2) * np.sum(dy**2))


@slope.mistake(
    "A factor n / (n - 1) is too much: np.cov divides by n - 1 and np.var by n. Take "
    "both with the same ddof, or take sums."
)
def _(x, y):
    return np.cov(x, y)[0, 1] / np.var(x)


@slope.mistake(
    "That is the mean of the ratios y / x: a point with x near 0 outweighs all others. "
    "The formula has one ratio, of two sums."
)
def _(x, y):
    return np.mean(y / x)


@slope.mistake(
    "That is the line through the first and the last point; the others had no say. "
    "Both sums run over all of them."
)
def _(x, y):
    return (y[-1] - y[0]) / (x[-1] - x[0])


@slope.mistake(
    "That is the spread of y by the spread of x, which knows nothing of how they go "
    "together: it is never negative. Multiply the differences of x by those of y."
)
def _(x, y):
    return np.std(y) / np.std(x)


# -- the intercept --------------------------------------------------------------------


@exercise(
    points_and_slope,
    hints=(
        "The best line passes through the point of the means.",
        "So mean(y) = a * mean(x) + b; solve that for b.",
    ),
)
def intercept(x, y, a):
    return np.mean(y) - a * np.mean(x)


@intercept.mistake(
    "The sign is wrong: from mean(y) = a mean(x) + b, what stands before b goes to the "
    "other side with a minus."
)
def _(x, y, a):
    return np.mean(y) + a * np.mean(x)


@intercept.mistake(
    "x and y have changed places: the mean of y is a height, and a times the mean of x "
    "is one too."
)
def _(x, y, a):
    return np.mean(x) - a * np.mean(y)


@intercept.mistake(
    "That is the height of the line above the mean of x. The intercept is its height "
    "above x = 0: go a times mean(x) further."
)
def _(x, y, a):
    return np.mean(y)


@intercept.mistake(
    "That is an intercept for each point, of the line of slope a through it. The best "
    "line has one: take the mean of them."
)
def _(x, y, a):
    return y - a * x


@intercept.mistake(
    "That line passes through the first point. It should pass through the point of the "
    "means."
)
def _(x, y, a):
    return y[0] - a * x[0]


@intercept.mistake("The slope is missing: mean(x) is in units of x until a times it.")
def _(x, y, a):
    return np.mean(y) - np.mean(x)


# -- how much is explained ------------------------------------------------------------


@exercise(
    targets_and_outputs,
    hints=(
        "SSE is the sum of the squares of y - output, SST that of y - mean(y).",
        "1 - SSE / SST.",
    ),
)
def r2(y, output):
    sse = np.sum((y - output) ** 2)
    sst = np.sum((y - np.mean(y)) ** 2)
    return 1 - sse / sst


@r2.mistake(
    "You took the mean of the squared errors from 1. It has the units of y squared: "
    "divide it first by the mean of the squared differences from mean(y)."
)
def _(y, output):
    return 1 - np.mean((y - output) ** 2)


@r2.mistake(
    "That is the share which is not explained: 0 would be perfect. Take it from 1."
)
def _(y, output):
    return np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@r2.mistake("The fraction is upside down: the errors of the line stand above.")
def _(y, output):
    return 1 - np.sum((y - np.mean(y)) ** 2) / np.sum((y - output) ** 2)


@r2.mistake(
    "You compared with the mean of the output. The rival is the mean of y: the best "
    "guess of a person who knows no x."
)
def _(y, output):
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(output)) ** 2)


@r2.mistake(
    "That is the spread of the output over that of y. It is the same for the line of "
    "best fit on its own points, but here the output may come from any line."
)
def _(y, output):
    return np.sum((output - np.mean(y)) ** 2) / np.sum((y - np.mean(y)) ** 2)


@r2.mistake(
    "That is the square of the correlation, which does not notice a line that is too "
    "high or too steep. It is the same only for the line of best fit on its own points."
)
def _(y, output):
    return np.corrcoef(y, output)[0, 1] ** 2


@r2.mistake(
    "You compared with 0 instead of with the mean of y: take mean(y) from y before you "
    "square."
)
def _(y, output):
    return 1 - np.sum((y - output) ** 2) / np.sum(y**2)


@r2.mistake(
    "A sum is divided by a mean: np.var has a 1/n in it, your sum of squares has none. "
    "Take two sums or two means."
)
def _(y, output):
    return 1 - np.sum((y - output) ** 2) / np.var(y)


@r2.mistake(
    "That is the correlation of y and output. It does not notice a line that is too "
    "high or too steep; here the squared errors are compared."
)
def _(y, output):
    return np.corrcoef(y, output)[0, 1]


@r2.mistake(
    "That is the spread of the output by the spread of y. It is the share explained "
    "only for the line of best fit: any line may be as wide as y and far from it."
)
def _(y, output):
    return np.var(output) / np.var(y)


@r2.mistake(
    "The variance of the errors takes their mean out, so a line that is too high "
    "everywhere would cost nothing: square the errors themselves."
)
def _(y, output):
    return 1 - np.var(y - output) / np.var(y)
