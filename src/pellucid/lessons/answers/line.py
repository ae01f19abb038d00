"""The line of best fit."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def points(rng):
    n = int(rng.integers(3, 12))
    return rng.normal(size=n) * 3 + 2, rng.normal(size=n) - 1


def line_alone(rng):
    x, _ = points(rng)
    return x, rng.normal() * 4, rng.normal() * 3


def line_and_points(rng):
    x, y = points(rng)
    return x, y, rng.normal() * 4, rng.normal() * 3


def points_and_slope(rng):
    x, y = points(rng)
    return x, y, rng.normal() * 4


def targets_and_outputs(rng):
    _, y = points(rng)
    return y, y + rng.normal(size=y.size) + 0.5


# -- the height of the line -----------------------------------------------------------


@exercise(
    line_alone,
    hints=(
        "NumPy multiplies a whole array by a number: no loop is needed.",
        "Slope times x, then add the intercept.",
    ),
)
def predicted(x, a, b):
    return a * x + b


@predicted.mistake(
    "Slope and intercept have changed places: a belongs to x, and b stands alone."
)
def _(x, a, b):
    return b * x + a


@predicted.mistake("You took b away: the intercept is added to a x.")
def _(x, a, b):
    return a * x - b


@predicted.mistake(
    "The intercept is missing: this line goes through the origin. Add b to each height."
)
def _(x, a, b):
    return a * x


@predicted.mistake(
    "The slope multiplies b as well: the parentheses belong around a * x, if anywhere."
)
def _(x, a, b):
    return a * (x + b)


@predicted.mistake(
    "That is one height, above the mean of x. Each x has its own: keep the array x."
)
def _(x, a, b):
    return a * np.mean(x) + b


@predicted.mistake(
    "The heights are right, but in a Python list. Give an array: a number times the "
    "whole array x is an array again, without a loop."
)
def _(x, a, b):
    return [a * each + b for each in x]


# -- how far the points are from the line ---------------------------------------------


@exercise(
    line_and_points,
    hints=(
        "First the heights of the line, then the errors, an array as long as y.",
        "Square each error before you take the mean of all of them: np.mean.",
    ),
)
def mean_squared_error(x, y, a, b):
    error = a * x + b - y
    return np.mean(error**2)


@mean_squared_error.mistake(
    "That is the sum of the squares. It grows with the number of points, even when the "
    "line fits all of them as well: divide by how many there are."
)
def _(x, y, a, b):
    return np.sum((a * x + b - y) ** 2)


@mean_squared_error.mistake(
    "That is half of it. Some books put 1/2 before the mean, so that the 2 of the "
    "derivative goes away; here there is none."
)
def _(x, y, a, b):
    return np.mean((a * x + b - y) ** 2) / 2


@mean_squared_error.mistake(
    "You took absolute values. That is a cost too (it leads to another line); here "
    "each error is squared."
)
def _(x, y, a, b):
    return np.mean(np.abs(a * x + b - y))


@mean_squared_error.mistake(
    "You took the mean first and squared it then: positive and negative errors cancel. "
    "Square each error, then take the mean."
)
def _(x, y, a, b):
    return np.mean(a * x + b - y) ** 2


@mean_squared_error.mistake(
    "That is the root of it, which is in the units of y. Leave the root away: what is "
    "asked for is the mean of the squares itself."
)
def _(x, y, a, b):
    return np.sqrt(np.mean((a * x + b - y) ** 2))


@mean_squared_error.mistake(
    "The sign of b is wrong: y - a * x + b is y - (a x) + b. Put the height of the "
    "line between parentheses before you take it from y."
)
def _(x, y, a, b):
    return np.mean((y - a * x + b) ** 2)


@mean_squared_error.mistake(
    "You divided by n - 2, as an estimate of the variance of the noise does. The mean "
    "divides by n."
)
def _(x, y, a, b):
    return np.sum((a * x + b - y) ** 2) / (len(y) - 2)


# -- the two slopes of the cost -------------------------------------------------------


@exercise(
    line_and_points,
    hints=(
        "Chain rule: the derivative of error**2 is 2 * error times that of the error.",
        "The derivative of a x + b - y with respect to a is x, with respect to b it "
        "is 1.",
        "Both are means over the points; return np.array([..., ...]), that of a first.",
    ),
)
def cost_slopes(x, y, a, b):
    error = a * x + b - y
    return np.array([2 * np.mean(error * x), 2 * np.mean(error)])


@cost_slopes.mistake(
    "The 2 is missing: the derivative of a square is twice what was squared."
)
def _(x, y, a, b):
    error = a * x + b - y
    return np.array([np.mean(error * x), np.mean(error)])


@cost_slopes.mistake(
    "You added up where the cost takes the mean: the 1/n of the cost stays in front of "
    "its derivatives."
)
def _(x, y, a, b):
    error = a * x + b - y
    return np.array([2 * np.sum(error * x), 2 * np.sum(error)])


@cost_slopes.mistake(
    "Both have the wrong sign. With y - (a x + b) as the error, its derivative with "
    "respect to a is -x, and with respect to b it is -1."
)
def _(x, y, a, b):
    error = y - (a * x + b)
    return np.array([2 * np.mean(error * x), 2 * np.mean(error)])


@cost_slopes.mistake("The two have changed places: that of a comes first.")
def _(x, y, a, b):
    error = a * x + b - y
    return np.array([2 * np.mean(error), 2 * np.mean(error * x)])


@cost_slopes.mistake(
    "The mean of a product is not the product of the means: multiply each error by its "
    "own x, then take the mean."
)
def _(x, y, a, b):
    error = a * x + b - y
    return np.array([2 * np.mean(error) * np.mean(x), 2 * np.mean(error)])


@cost_slopes.mistake(
    "The inner derivative is missing in the first one: the error changes by x, not by "
    "1, when a changes."
)
def _(x, y, a, b):
    error = a * x + b - y
    return np.array([2 * np.mean(error), 2 * np.mean(error)])


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
