"""Steps that remember: momentum and Adam."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def moving(rng):
    shape = ((3,), (1,), (2, 3), (4, 1))[int(rng.integers(4))]
    w, v, g = rng.normal(size=(3, *shape))
    return w, v, g, rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.95)


@exercise(
    moving,
    hints=(
        "The new velocity keeps beta of the old one, and takes the step of the slope.",
        "The slope pulls downhill: v = beta * v - rate * g.",
        "Then w moves by the new velocity.",
    ),
    edges=((np.array([1.0, -2.0]), np.zeros(2), np.array([0.5, 4.0]), 0.1, 0.9),),
)
def momentum(w, v, g, rate, beta):
    v = beta * v - rate * g
    return w + v, v


@momentum.mistake(
    "You moved by the old velocity: the slope that you just measured waits for a step. "
    "Renew v first, then move w by the new v."
)
def _(w, v, g, rate, beta):
    return w + v, beta * v - rate * g


@momentum.mistake(
    "The velocity points uphill: the slope's step is subtracted, v = beta v - rate g."
)
def _(w, v, g, rate, beta):
    v = beta * v + rate * g
    return w + v, v


@momentum.mistake(
    "You weighted the slope by 1 - beta, as a running mean does. The formula here adds "
    "the whole step rate g, so that steps the same way add up to 1 / (1 - beta) of it."
)
def _(w, v, g, rate, beta):
    v = beta * v - (1 - beta) * rate * g
    return w + v, v


@momentum.mistake(
    "The new velocity is lost: give the v that you moved by, else the next step starts "
    "from the old one."
)
def _(w, v, g, rate, beta):
    return w + beta * v - rate * g, v


@momentum.mistake(
    "That is a plain step; the velocity has no part in where w goes. Move by the new v."
)
def _(w, v, g, rate, beta):
    return w - rate * g, beta * v - rate * g


@momentum.mistake(
    "The rate stands in twice: v already holds rate g, so w moves by v itself."
)
def _(w, v, g, rate, beta):
    v = beta * v - rate * g
    return w + rate * v, v


@momentum.mistake(
    "That is Nesterov's step, which goes on by beta v once more. Asked is momentum: w "
    "moves by the new v."
)
def _(w, v, g, rate, beta):
    v = beta * v - rate * g
    return w + beta * v - rate * g, v


@momentum.mistake(
    "Beta is missing: without it the velocity never fades, and w swings for ever."
)
def _(w, v, g, rate, beta):
    v = v - rate * g
    return w + v, v


@momentum.mistake(
    "That is the form of PyTorch, v = beta v + g and w - rate v. It takes the same "
    "path with another v: here the rate and the minus are part of v."
)
def _(w, v, g, rate, beta):
    v = beta * v + g
    return w - rate * v, v


@momentum.mistake(
    "The rate came too late: v gathers rate times g, so that w moves by v itself."
)
def _(w, v, g, rate, beta):
    v = beta * v - g
    return w + rate * v, v


@momentum.mistake(
    "Beta weighs the gradient where it is to weigh the old velocity: beta is what is "
    "left of v."
)
def _(w, v, g, rate, beta):
    v = v - beta * rate * g
    return w + v, v


def moments(rng):
    shape = ((3,), (1,), (2, 3))[int(rng.integers(3))]
    w, g, m = rng.normal(size=(3, *shape))
    v = rng.uniform(0.01, 2, size=shape)
    return w, g, m, v, int(rng.integers(2, 20)), rng.uniform(0.01, 0.3)


@exercise(
    moments,
    hints=(
        "First renew the two means: m of the slope g, v of its square g**2.",
        "m_hat = m / (1 - 0.9**t), v_hat = v / (1 - 0.999**t), for this step alone.",
        "w moves by rate * m_hat / (sqrt(v_hat) + 1e-8); m and v go back uncorrected.",
    ),
    edges=(
        (np.zeros(2), np.array([3.0, -0.001]), np.zeros(2), np.zeros(2), 1, 0.1),
        (np.zeros(2), np.array([2e-8, -1e-7]), np.zeros(2), np.zeros(2), 1, 0.1),
    ),
)
def adam(w, g, m, v, t, rate):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


@adam.mistake(
    "The correction is missing: m and v start at 0, so the first means are too small, "
    "v more than m. Divide m by 1 - 0.9**t and v by 1 - 0.999**t for the step."
)
def _(w, g, m, v, t, rate):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    return w - rate * m / (np.sqrt(v) + 1e-8), m, v


@adam.mistake(
    "You gave the corrected means back: the next step would correct them again. Keep m "
    "and v as they are, and correct copies for the step."
)
def _(w, g, m, v, t, rate):
    m = (0.9 * m + 0.1 * g) / (1 - 0.9**t)
    v = (0.999 * v + 0.001 * g**2) / (1 - 0.999**t)
    return w - rate * m / (np.sqrt(v) + 1e-8), m, v


@adam.mistake(
    "The root is missing: v is a mean of squares, in units of g². Its root is in units "
    "of g, so that the units cancel and each step is about one rate long."
)
def _(w, g, m, v, t, rate):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - rate * m_hat / (v_hat + 1e-8), m, v


@adam.mistake(
    "1e-8 stands inside the root: there it counts as 1e-4. In the paper it is added to "
    "the root."
)
def _(w, g, m, v, t, rate):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - rate * m_hat / np.sqrt(v_hat + 1e-8), m, v


@adam.mistake(
    "v is the mean of the squares g**2, you took g: then it can be negative, and its "
    "root does not exist."
)
def _(w, g, m, v, t, rate):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


@adam.mistake(
    "You moved by the slope itself: the step goes by its mean m_hat, which is what "
    "Adam has of momentum. (With g alone it is RMSprop.)"
)
def _(w, g, m, v, t, rate):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    v_hat = v / (1 - 0.999**t)
    return w - rate * g / (np.sqrt(v_hat) + 1e-8), m, v


@adam.mistake(
    "The two factors are exchanged: 0.9 belongs to the mean of the slope, 0.999 to "
    "that of its square."
)
def _(w, g, m, v, t, rate):
    m = 0.999 * m + 0.001 * g
    v = 0.9 * v + 0.1 * g**2
    m_hat, v_hat = m / (1 - 0.999**t), v / (1 - 0.9**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


@adam.mistake(
    "The first step has t = 1, not 0: the correction is 1 - 0.9**t, and with t - 1 the "
    "first step divides by 0."
)
def _(w, g, m, v, t, rate):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9 ** (t - 1)), v / (1 - 0.999 ** (t - 1))
    return w - rate * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


@adam.mistake(
    "The weights are exchanged: 0.9 of the old m stays and 0.1 of g comes in; 0.999 "
    "of the old v stays and 0.001 of g² comes in."
)
def _(w, g, m, v, t, rate):
    m = 0.1 * m + 0.9 * g
    v = 0.001 * v + 0.999 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


@adam.mistake(
    "The factors (1 - 0.9) and (1 - 0.999) are missing: m and v are running means, "
    "whose two weights add up to 1."
)
def _(w, g, m, v, t, rate):
    m, v = 0.9 * m + g, 0.999 * v + g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + 1e-8), m, v
