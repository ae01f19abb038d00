"""The cost of a line, and how it changes."""

import numpy as np

from pellucid.lessons.answers.line.inputs import line_alone, line_and_points
from pellucid.lessons.exercises.exercise import exercise

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


@cost_slopes.mistake(
    "The squares are still there: the derivative of r² is 2 r, times the derivative "
    "of what stands within."
)
def _(x, y, a, b):
    r = a * x + b - y
    return 2 * np.array([np.mean(r**2 * x), np.mean(r**2)])
