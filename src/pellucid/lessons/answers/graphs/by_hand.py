"""Computational graphs: slopes derived by hand."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def two_sides(rng):
    return float(rng.uniform(1, 5)), float(rng.uniform(1, 5))


@exercise(
    two_sides,
    hints=(
        "The path from a to c has three arrows: a → a² → sum → root.",
        "Their local derivatives are 2a, 1 and 1/(2c): multiply them.",
        "2a · 1 · 1/(2c) = a/c.",
    ),
    edges=((3.0, 4.0), (-3.0, 4.0)),
)
def hypotenuse_slopes(a, b):
    c = np.sqrt(a**2 + b**2)
    return a / c, b / c


@hypotenuse_slopes.mistake(
    "The local derivative 2a of the square is missing: the path has three arrows, and "
    "you took only that of the root, 1/(2c)."
)
def _(a, b):
    c = np.sqrt(a**2 + b**2)
    return 1 / (2 * c), 1 / (2 * c)


@hypotenuse_slopes.mistake(
    "The derivative of a² is 2a, not a: its 2 cancels the 2 of the root's 1/(2c)."
)
def _(a, b):
    c = np.sqrt(a**2 + b**2)
    return a / (2 * c), b / (2 * c)


@hypotenuse_slopes.mistake(
    "The derivative of the root of s is 1/(2 √s), and you left out its 2."
)
def _(a, b):
    c = np.sqrt(a**2 + b**2)
    return 2 * a / c, 2 * b / c


@hypotenuse_slopes.mistake(
    "You divided by c²: the derivative of the root of s has the root below the line, "
    "1/(2 √s)."
)
def _(a, b):
    s = a**2 + b**2
    return a / s, b / s


@hypotenuse_slopes.mistake(
    "The two slopes are exchanged: that for a comes first, and has a above the line."
)
def _(a, b):
    c = np.sqrt(a**2 + b**2)
    return b / c, a / c


@hypotenuse_slopes.mistake(
    "2a and 2b are the slopes of a² + b²: the last arrow, the root, is missing."
)
def _(a, b):
    return 2 * a, 2 * b


def place(rng):
    return (float(rng.uniform(-2, 2)),)


@exercise(
    place,
    hints=(
        "One path goes from x straight to f: its local derivative is the other factor.",
        "The other goes x → u → v → f: 2x, then -exp(-u), then x.",
        "Add what comes along the two paths.",
    ),
    edges=((1.0,), (0.0,)),
)
def bump_slope(x):
    v = np.exp(-(x**2))
    return v + x * -v * 2 * x  # the straight path, and that through v and u


@bump_slope.mistake(
    "That is the straight path alone: x reaches f through v as well, so add that path."
)
def _(x):
    return np.exp(-(x**2))


@bump_slope.mistake(
    "That is the path through u and v alone: x also reaches f straight, so add v."
)
def _(x):
    return -2 * x**2 * np.exp(-(x**2))


@bump_slope.mistake(
    "You multiplied the two paths: along a path one multiplies, where paths meet one "
    "adds."
)
def _(x):
    v = np.exp(-(x**2))
    return v * (-2 * x**2 * v)


@bump_slope.mistake(
    "A minus is lost: v = exp(-u) falls when u grows, dv/du = -exp(-u)."
)
def _(x):
    v = np.exp(-(x**2))
    return v + 2 * x**2 * v


@bump_slope.mistake(
    "The first arrow of the long path is missing: u = x² has the derivative 2x."
)
def _(x):
    v = np.exp(-(x**2))
    return v - x * v


@bump_slope.mistake("The derivative of u = x² is 2x: on the long path you have x.")
def _(x):
    v = np.exp(-(x**2))
    return v - x**2 * v


@bump_slope.mistake(
    "The derivative of a product is not the product of the derivatives: 1 · dv/dx "
    "leaves out both factors themselves."
)
def _(x):
    return -2 * x * np.exp(-(x**2))


@bump_slope.mistake(
    "1 - 2x² is what is left when exp(-x²) is taken out of both paths: multiply by it."
)
def _(x):
    return 1 - 2 * x**2


@bump_slope.mistake(
    "The derivative of exp(-u) keeps the exponential, dv/du = -exp(-u): on the long "
    "path yours is gone."
)
def _(x):
    return np.exp(-(x**2)) - 2 * x**2


@bump_slope.mistake("That is f itself: its slope is asked for.")
def _(x):
    return x * np.exp(-(x**2))


@bump_slope.mistake(
    "On the long path you left out du/dx = 2x and the minus of exp(-u): the slope of "
    "exp(-x²) is -2x exp(-x²)."
)
def _(x):
    return np.exp(-(x**2)) + x * np.exp(-(x**2))


def outputs(rng):
    return (rng.normal(size=int(rng.integers(2, 7))) * 2,)


@exercise(
    outputs,
    hints=(
        "s = 1/q with q = 1 + exp(-z): ds/dq = -1/q², dq/dz = -exp(-z).",
        "So ds/dz = exp(-z)/(1 + exp(-z))². Write it with s alone.",
        "exp(-z)/(1 + exp(-z)) is 1 - s.",
    ),
    edges=((np.array([0.0]),),),
)
def sigmoid_slope(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


@sigmoid_slope.mistake("That is the sigmoid itself: its slope is asked for.")
def _(z):
    return 1 / (1 + np.exp(-z))


@sigmoid_slope.mistake(
    "The square is missing: exp(-z)/(1 + exp(-z)) is 1 - s, and the slope is s times "
    "that."
)
def _(z):
    return 1 - 1 / (1 + np.exp(-z))


@sigmoid_slope.mistake(
    "The inner derivative is missing: 1/q has the derivative -1/q², and q = 1 + exp(-z)"
    " has -exp(-z)."
)
def _(z):
    return -1 / (1 + np.exp(-z)) ** 2


@sigmoid_slope.mistake(
    "exp(-z), the inner derivative, is missing above the line: 1/(1 + exp(-z))² is s²."
)
def _(z):
    return 1 / (1 + np.exp(-z)) ** 2


@sigmoid_slope.mistake(
    "One minus is lost: -1/q² and -exp(-z) multiply to something positive, as the "
    "sigmoid rises everywhere."
)
def _(z):
    s = 1 / (1 + np.exp(-z))
    return -s * (1 - s)


@sigmoid_slope.mistake(
    "You took z(1 - z): the formula s(1 - s) wants the value s of the sigmoid there."
)
def _(z):
    return z * (1 - z)


@sigmoid_slope.mistake(
    "That is the slope of tanh, 1 - tanh²: the sigmoid has s(1 - s)."
)
def _(z):
    return 1 - np.tanh(z) ** 2


@sigmoid_slope.mistake("It is 1 minus s, not 1 plus s: at z = 0 the slope is 1/4.")
def _(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 + s)


def chances(rng):
    n = int(rng.integers(2, 7))
    y = rng.permutation(np.arange(n) % 2).astype(float)  # both classes
    return rng.uniform(0.05, 0.95, n), y


@exercise(
    chances,
    hints=(
        "log p has the derivative 1/p.",
        "log(1 - p) has the derivative -1/(1 - p): the inner one is -1.",
        "-y/p + (1 - y)/(1 - p), which is (p - y)/(p(1 - p)).",
    ),
    edges=((np.array([0.5]), np.array([1.0])),),
)
def log_loss_slope(p, y):
    return -y / p + (1 - y) / (1 - p)


@log_loss_slope.mistake(
    "log(1 - p) has the inner derivative -1, which turns the sign of the second term."
)
def _(p, y):
    return -y / p - (1 - y) / (1 - p)


@log_loss_slope.mistake(
    "The loss begins with a minus: where y is 1, it falls as p grows, so its slope is "
    "negative there."
)
def _(p, y):
    return y / p - (1 - y) / (1 - p)


@log_loss_slope.mistake(
    "That is the term of the rows with y = 1: those with y = 0 lose by log(1 - p)."
)
def _(p, y):
    return -y / p


@log_loss_slope.mistake(
    "That is the term of the rows with y = 0: those with y = 1 lose by log(p)."
)
def _(p, y):
    return (1 - y) / (1 - p)


@log_loss_slope.mistake(
    "p - y is the slope by z, with the sigmoid in between: by p itself it is divided "
    "by p(1 - p)."
)
def _(p, y):
    return p - y


@log_loss_slope.mistake(
    "p and 1 - p are exchanged below the line: log p belongs to y, with 1/p."
)
def _(p, y):
    return -y / (1 - p) + (1 - y) / p


@log_loss_slope.mistake("That is the loss itself: its slope by p is asked for.")
def _(p, y):
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


@log_loss_slope.mistake(
    "You multiplied by p(1 - p), which is the slope of the sigmoid. By p itself, p(1 "
    "- p) stands below the line."
)
def _(p, y):
    return (p - y) * p * (1 - p)


@log_loss_slope.mistake(
    "The derivative of log p is 1/p, and p stands there to the first power, without a "
    "square."
)
def _(p, y):
    return -y / p**2 + (1 - y) / (1 - p) ** 2


def outputs_and_classes(rng):
    p, y = chances(rng)
    return np.log(p / (1 - p)), y


@exercise(
    outputs_and_classes,
    hints=(
        "The path is z → p → loss: multiply dp/dz by dloss/dp.",
        "p(1 - p) times (p - y)/(p(1 - p)): what is left?",
    ),
    edges=((np.array([0.0]), np.array([0.0])),),
)
def loss_slope_by_z(z, y):
    return 1 / (1 + np.exp(-z)) - y


@loss_slope_by_z.mistake(
    "The sign is turned: where y is 1 and p too small, a greater z lowers the loss, so "
    "the slope is negative."
)
def _(z, y):
    return y - 1 / (1 + np.exp(-z))


@loss_slope_by_z.mistake(
    "You stopped at p: multiply by the last arrow, dp/dz = p(1 - p)."
)
def _(z, y):
    p = 1 / (1 + np.exp(-z))
    return (p - y) / (p * (1 - p))


@loss_slope_by_z.mistake(
    "That is the slope of (p - y)²/2: the log loss has p(1 - p) below the line, which "
    "cancels the sigmoid's."
)
def _(z, y):
    p = 1 / (1 + np.exp(-z))
    return (p - y) * p * (1 - p)


@loss_slope_by_z.mistake("z is not the probability: take its sigmoid first.")
def _(z, y):
    return z - y


@loss_slope_by_z.mistake(
    "That is dp/dz, the one arrow of the sigmoid: multiply by dloss/dp too."
)
def _(z, y):
    p = 1 / (1 + np.exp(-z))
    return p * (1 - p)


@loss_slope_by_z.mistake(
    "You divided by n: there is no mean here, each row has a loss of its own."
)
def _(z, y):
    return (1 / (1 + np.exp(-z)) - y) / len(y)
