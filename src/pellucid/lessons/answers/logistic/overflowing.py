"""Logistic regression: formulas that stay exact where the textbook's overflow."""

import numpy as np

from pellucid.lessons.exercises.comparing import Digits
from pellucid.lessons.exercises.exercise import exercise


def alone(*values):
    """Edges of one element each: beside a large one, a small one's error hides."""
    return tuple((np.array([value]),) for value in values)


def outputs(rng):
    return (rng.normal(size=int(rng.integers(2, 8))) * 4,)


@exercise(
    outputs,
    hints=(
        "Only exp of something negative is safe: it may become 0, never inf.",
        "For z < 0 multiply 1/(1 + exp(-z)) above and below by exp(z).",
        "e = np.exp(-np.abs(z)), then np.where(z >= 0, 1/(1 + e), e/(1 + e)).",
    ),
    rtol=Digits(1e-6),
    edges=alone(0.0, -40.0, 720.0, -720.0, 1000.0, -1000.0),
)
def stable_sigmoid(z):
    e = np.exp(-np.abs(z))  # at most 1
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


@stable_sigmoid.mistake(
    "At z = -720, exp(-z) is inf and 1/inf is 0, where the sigmoid is 2·10⁻³¹³. For "
    "negative z use the form with exp(z)."
)
def _(z):
    return 1 / (1 + np.exp(-z))


@stable_sigmoid.mistake(
    "At z = 1000, exp(z)/(1 + exp(z)) is inf/inf, which is nan: that form is for "
    "negative z alone."
)
def _(z):
    return np.exp(z) / (1 + np.exp(z))


@stable_sigmoid.mistake(
    "The two forms are exchanged: each is taken exactly where its exp overflows."
)
def _(z):
    return np.where(z >= 0, np.exp(z) / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))


@stable_sigmoid.mistake(
    "Clipped at ±500, sigmoid(-720) becomes exp(-500), about 10⁻²¹⁷: 96 powers of ten "
    "too much. Choose the form by the sign instead; then nothing needs clipping."
)
def _(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


@stable_sigmoid.mistake(
    "For negative z you take a number close to 1 from 1, and its digits are gone: at "
    "z = -40 yours is 0, the sigmoid is 4·10⁻¹⁸. Divide, do not subtract."
)
def _(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), 1 - 1 / (1 + e))


@stable_sigmoid.mistake(
    "With |z| the sigmoid is never below 1/2: negative z needs the form e/(1 + e)."
)
def _(z):
    return 1 / (1 + np.exp(-np.abs(z)))


@stable_sigmoid.mistake("That is the sigmoid of -z: it falls where it should rise.")
def _(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, e / (1 + e), 1 / (1 + e))


def outputs_and_classes(rng):
    n = int(rng.integers(2, 8))
    y = rng.permutation(np.arange(n) % 2).astype(float)  # both classes
    return rng.normal(size=n) * 4, y


PAIRS = [(0, 1), (40, 1), (-40, 0), (800, 0), (-800, 1), (1000, 1), (-1000, 0)]


@exercise(
    outputs_and_classes,
    hints=(
        "Put p = 1/(1 + exp(-z)) in and simplify: log(1 + exp(z)) - y z is left.",
        "log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)): nothing grows in that exp.",
        "np.log1p(e) is log(1 + e) with all digits, however small e is.",
    ),
    rtol=Digits(1e-6),
    edges=[(np.array([float(z)]), np.array([float(y)])) for z, y in PAIRS],
)
def stable_log_loss(z, y):
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))


@stable_log_loss.mistake(
    "By way of p it cannot work: at z = 800 p is exactly 1 in the computer, and "
    "log(1 - p) is log(0), -inf. Simplify the formula in z first."
)
def _(z, y):
    p = 1 / (1 + np.exp(-z))
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


@stable_log_loss.mistake(
    "Clipped at 10⁻¹⁵, p hides how wrong the model is: at z = 800 and y = 0 the loss "
    "is 800, yours is 34.5, and its slope is 0, so nothing is learned there."
)
def _(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-15, 1 - 1e-15)
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


@stable_log_loss.mistake(
    "A small number inside the logarithm changes every loss a little and the large "
    "ones wholly: at z = 800 and y = 0 it is 800, not 34.5."
)
def _(z, y):
    p = 1 / (1 + np.exp(-z))
    return -y * np.log(p + 1e-15) - (1 - y) * np.log(1 - p + 1e-15)


@stable_log_loss.mistake(
    "At z = 800, exp(z) is inf: take max(z, 0) out of the logarithm, so that only "
    "exp(-|z|) is left in it."
)
def _(z, y):
    return np.log(1 + np.exp(z)) - y * z


@stable_log_loss.mistake(
    "Nothing overflows, but at z = 40 and y = 1 yours is 40 - 40 = 0, and the loss is "
    "4·10⁻¹⁸: take y z from max(z, 0) first, then add log1p(exp(-|z|))."
)
def _(z, y):
    return np.logaddexp(0, z) - y * z


@stable_log_loss.mistake(
    "log(1 + e) loses e where it is below 10⁻¹⁶: at z = 40 and y = 1 yours is 0, the "
    "loss is 4·10⁻¹⁸. np.log1p(e) keeps its digits."
)
def _(z, y):
    return np.maximum(z, 0) - y * z + np.log(1 + np.exp(-np.abs(z)))


@stable_log_loss.mistake("The sign of y z is turned: it is subtracted.")
def _(z, y):
    return np.maximum(z, 0) + y * z + np.log1p(np.exp(-np.abs(z)))


@stable_log_loss.mistake(
    "max(z, 0) is missing: log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|))."
)
def _(z, y):
    return -y * z + np.log1p(np.exp(-np.abs(z)))


@stable_log_loss.mistake("One loss for each row is asked for, (n,), not their mean.")
def _(z, y):
    return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))


FAR = ([1000, 1001], [-1000, -1001], [1000, -1000, 0], [0, 0, 900], [5])


@exercise(
    outputs,
    hints=(
        "With any m: log Σ exp(z) = m + log Σ exp(z - m). Which m leaves no exponent "
        "above 0?",
        "m = np.max(z): the largest term becomes exp(0) = 1.",
    ),
    edges=[(np.array(z, float),) for z in FAR],
)
def log_sum_exp(z):
    m = np.max(z)
    return m + np.log(np.sum(np.exp(z - m)))


@log_sum_exp.mistake(
    "exp(1000) is inf, and the sum of exp(-1000) is 0, whose logarithm is -inf: take "
    "the greatest z out first."
)
def _(z):
    return np.log(np.sum(np.exp(z)))


@log_sum_exp.mistake(
    "You took m out and did not put it back: add m after the logarithm."
)
def _(z):
    return np.log(np.sum(np.exp(z - np.max(z))))


@log_sum_exp.mistake(
    "That is the greatest z alone, which log-sum-exp only smooths: add the logarithm "
    "of the sum."
)
def _(z):
    return np.max(z)


@log_sum_exp.mistake(
    "With the mean taken out, z = (1000, -1000, 0) still has exp(1000): take out the "
    "greatest."
)
def _(z):
    m = np.mean(z)
    return m + np.log(np.sum(np.exp(z - m)))


@log_sum_exp.mistake(
    "With the least taken out, every exponent is positive and the far ones overflow: "
    "take out the greatest."
)
def _(z):
    m = np.min(z)
    return m + np.log(np.sum(np.exp(z - m)))


@log_sum_exp.mistake(
    "max |z| is right where the z are positive; at (-1000, -1001) every exp becomes 0. "
    "Take the greatest z itself, sign and all."
)
def _(z):
    m = np.max(np.abs(z))
    return m + np.log(np.sum(np.exp(z - m)))


@log_sum_exp.mistake("You took the mean of the exponentials: sum them.")
def _(z):
    m = np.max(z)
    return m + np.log(np.mean(np.exp(z - m)))


@log_sum_exp.mistake("The logarithm is missing: m + log of the sum.")
def _(z):
    m = np.max(z)
    return m + np.sum(np.exp(z - m))


@log_sum_exp.mistake(
    "m is added within the logarithm: log(exp(m) s) is m + log(s), so it is added "
    "after it."
)
def _(z):
    m = np.max(z)
    return np.log(m + np.sum(np.exp(z - m)))
