"""Identities of exponentials and logarithms of one number."""

from __future__ import annotations

import math

import numpy as np

from pellucid.graphs.identities.identity import identity
from pellucid.graphs.operations.robust import log1mexp, log_loss, sigmoid, softplus

# -- the logistic function ------------------------------------------------------------

identity(
    "sigmoid",
    lambda x: np.exp(x) / (1 + np.exp(x)),
    lambda x: 1 / (1 + np.exp(-x)),
    lambda x: 1 / (1 + 1 / np.exp(x)),
    lambda x: 1 - 1 / (1 + np.exp(x)),
    lambda x: 1 - np.exp(-x) / (1 + np.exp(-x)),
    lambda x: 0.5 * (1 + np.tanh(x / 2)),
    lambda x: 0.5 + 0.5 * np.tanh(x / 2),
    lambda x: np.exp(-np.logaddexp(0, -x)),
    stable=lambda x: sigmoid(x),
    between=(lambda x: 1 - sigmoid(-x), lambda x: np.exp(-softplus(-x))),
    proof="e^x / (1 + e^x) = 1 / (1 + e^-x); the larger of e^x and e^-x is not needed",
    domain="every x",
    fails_at={"x": 800.0},
    digits=16,
)

identity(
    "complement of sigmoid",
    lambda x: 1 - sigmoid(x),
    stable=lambda x: sigmoid(-x),
    proof="1 - 1 / (1 + e^-x) = e^-x / (1 + e^-x) = 1 / (1 + e^x)",
    domain="every x",
    fails_at={"x": 40.0},
    digits=16,
    costly=True,
)

identity(
    "log sigmoid",
    lambda x: np.log(1 / (1 + np.exp(-x))),
    lambda x: np.log(sigmoid(x)),
    lambda x: np.log1p(-sigmoid(-x)),
    lambda x: x - softplus(x),
    stable=lambda x: -softplus(-x),
    proof="log(1 / (1 + e^-x)) = -log(1 + e^-x)",
    domain="every x",
    fails_at={"x": -800.0},
    digits=16,
)

identity(
    "log odds",
    lambda x: np.log(sigmoid(x) / (1 - sigmoid(x))),
    lambda x: np.log(sigmoid(x)) - np.log(1 - sigmoid(x)),
    stable=lambda x: +x,
    between=(
        lambda x: np.log(sigmoid(x) / sigmoid(-x)),
        lambda x: np.log(sigmoid(x)) - np.log(sigmoid(-x)),
        lambda x: -softplus(-x) - np.log1p(-sigmoid(x)),
        lambda x: -softplus(-x) + softplus(x),
    ),
    proof="p / (1 - p) = e^x, where p = 1 / (1 + e^-x)",
    domain="every x",
    fails_at={"x": 800.0},
    digits=16,
)

identity(
    "log of a multiple of sigmoid",
    lambda x, y: np.log(y * sigmoid(x)),
    stable=lambda x, y: np.log(y) - softplus(-x),
    proof="log(y p) = log y + log p",
    domain="every x, y > 0; nan for y < 0 like the naive form; rounding is that of the "
    "larger of log y and log p",
    fails_at={"x": -800.0, "y": 2.0},
    digits=16,
    costly=True,
)

identity(
    "softplus",
    lambda x: np.log(1 + np.exp(x)),
    lambda x: np.log1p(np.exp(x)),
    lambda x: np.logaddexp(0, x),
    stable=lambda x: softplus(x),
    proof="log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)",
    domain="every x",
    fails_at={"x": -40.0},
    digits=16,
)

identity(
    "log loss",
    lambda z, y: y * np.log(sigmoid(z)) + (1 - y) * np.log(1 - sigmoid(z)),
    lambda z, y: y * np.log(sigmoid(z)) + (1 - y) * np.log(sigmoid(-z)),
    lambda z, y: np.log(sigmoid(z) ** y * (1 - sigmoid(z)) ** (1 - y)),
    lambda z, y: y * z - softplus(z),
    stable=lambda z, y: -log_loss(z, y),
    between=(
        lambda z, y: np.log(sigmoid(z) ** y * sigmoid(-z) ** (1 - y)),
        lambda z, y: -y * softplus(-z) + (1 - y) * np.log1p(-sigmoid(z)),
        lambda z, y: -y * softplus(-z) - (1 - y) * softplus(z),
    ),
    proof="log p = -softplus(-z), log(1 - p) = -softplus(z), both finite: 0 log 0 = 0",
    domain="every finite z, every y; labels y are 0, 1 or between",
    fails_at={"z": 800.0, "y": 0.0},
    digits=16,
)

# -- small arguments ------------------------------------------------------------------

identity(
    "log(1 - exp)",
    lambda x: np.log(1 - np.exp(-x)),
    lambda x: np.log(-np.expm1(-x)),
    lambda x: np.log1p(-np.exp(-x)),
    stable=lambda x: log1mexp(x),
    proof="1 - e^-x = -expm1(-x), without cancellation where e^-x > 1/2",
    domain="every x; nan for x < 0 like the naive form",
    fails_at={"x": 1e-17},
    digits=16,
    costly=True,
)

identity(
    "log1p",
    lambda x: np.log(1 + x),
    stable=lambda x: np.log1p(x),
    proof="the definition of log1p; 1 + x loses the digits of a small x",
    domain="every x; nan for x < -1 like the naive form",
    fails_at={"x": 1e-17},
    digits=16,
)

identity(
    "tanh",
    lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    lambda x: (np.exp(x) - 1 / np.exp(x)) / (np.exp(x) + 1 / np.exp(x)),
    lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
    lambda x: (np.exp(x) ** 2 - 1) / (np.exp(x) ** 2 + 1),
    lambda x: (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)),
    lambda x: np.sinh(x) / np.cosh(x),
    lambda x: 2 * sigmoid(2 * x) - 1,
    lambda x: 2 / (1 + np.exp(-2 * x)) - 1,
    lambda x: 1 - 2 / (np.exp(2 * x) + 1),
    stable=lambda x: np.tanh(x),
    between=(
        lambda x: np.expm1(2 * x) / (np.exp(2 * x) + 1),
        lambda x: -np.expm1(-2 * x) / (1 + np.exp(-2 * x)),
        lambda x: 1 - 2 * sigmoid(-2 * x),
    ),
    proof="tanh x = sinh x / cosh x; multiply above and below by e^x or e^-x",
    domain="every x",
    fails_at={"x": 1e-17},
    digits=16,
)

identity(
    "1 - tanh^2",
    lambda x: 1 - np.tanh(x) ** 2,
    lambda x: (1 - np.tanh(x)) * (1 + np.tanh(x)),
    stable=lambda x: 4 * sigmoid(2 * x) * sigmoid(-2 * x),
    between=(lambda x: (1 - np.tanh(x)) * 2 * sigmoid(2 * x),),
    proof="1 - tanh(x)^2 = 1 / cosh(x)^2 = 4 / ((1 + e^-2x) (1 + e^2x))",
    domain="every x; rounding is that of 1",
    fails_at={"x": 40.0},
    digits=16,
    costly=True,
)

identity(
    "expm1",
    lambda x: np.exp(x) - 1,
    stable=lambda x: np.expm1(x),
    proof="the definition of expm1; e^x - 1 cancels for a small x",
    domain="every x",
    fails_at={"x": 1e-17},
    digits=16,
)

identity(
    "power of e",
    lambda x: np.e**x,
    stable=lambda x: np.exp(x),
    proof="the definition of exp; the float np.e is not quite e",
    domain="every x",
    fails_at={"x": 700.0},
    digits=3,
)

# -- logarithms undo exponentials -----------------------------------------------------

identity(
    "exp over itself",
    lambda x: (e := np.exp(x)) / e,
    stable=lambda x: np.exp(x - x),
    proof="e^x / e^x = e^0",
    domain="every x; nan for inf",
    fails_at={"x": 800.0},
    digits=16,
)

identity(
    "log exp",
    lambda x: np.log(np.exp(x)),
    stable=lambda x: +x,
    proof="the logarithm is the inverse of the exponential",
    domain="every x",
    fails_at={"x": 800.0},
    digits=16,
)

identity(
    "log of a multiple of exp",
    lambda x, y: np.log(y * np.exp(x)),
    stable=lambda x, y: x + np.log(y),
    proof="log(y e^x) = log y + log e^x",
    domain="every x, y > 0; nan for y < 0 like the naive form; rounding is that of the "
    "larger of x and log y",
    fails_at={"x": -800.0, "y": 2.0},
    digits=16,
)

identity(
    "log of two exponentials",
    lambda x, y: np.log(np.exp(x) + np.exp(y)),
    stable=lambda x, y: np.logaddexp(x, y),
    proof="log(e^x + e^y) = m + log(1 + e^-|x - y|), where m is the larger of x and y",
    domain="every x and y; rounding is that of the larger of |x| and |y|",
    fails_at={"x": 800.0, "y": 799.0},
    digits=16,
)

identity(
    "log2 of two powers",
    lambda x, y: np.log2(2**x + 2**y),
    lambda x, y: np.log2(2.0**x + 2.0**y),
    lambda x, y: np.log2(np.exp2(x) + np.exp2(y)),
    stable=lambda x, y: np.logaddexp2(x, y),
    proof="log2(2^x + 2^y) = m + log2(1 + 2^-|x - y|), where m is the larger",
    domain="every x and y; rounding is that of the larger of |x| and |y|",
    fails_at={"x": 1100.0, "y": 1099.0},
    digits=16,
)

identity(
    "log10 of two powers",
    lambda x, y: np.log10(10**x + 10**y),
    lambda x, y: np.log10(10.0**x + 10.0**y),
    stable=lambda x, y: np.logaddexp(x * math.log(10), y * math.log(10)) / math.log(10),
    proof="10^x = e^(x log 10), and log10(s) = log(s) / log 10",
    domain="every x and y; rounding is that of the larger of |x| and |y|, or of 1",
    fails_at={"x": 800.0, "y": 799.0},
    digits=16,
)

# -- hyperbolic functions under a logarithm, and the logistic density ------------------

identity(
    "log of cosh",
    lambda x: np.log(np.cosh(x)),
    stable=lambda x: np.logaddexp(x, -x) - math.log(2),
    proof="cosh x = (e^x + e^-x) / 2",
    domain="every x; rounding is that of the larger of |x| and log 2",
    fails_at={"x": 800.0},
    digits=16,
)

identity(
    "log of sinh",
    lambda x: np.log(np.sinh(x)),
    stable=lambda x: x + log1mexp(2 * x) - math.log(2),
    proof="sinh x = e^x (1 - e^-2x) / 2",
    domain="x > 0; nan for x < 0 like the naive form; rounding is that of the larger "
    "of |x| and log 2",
    fails_at={"x": 800.0},
    digits=16,
)

identity(
    "logistic density",
    lambda x: np.exp(x) / (1 + np.exp(x)) ** 2,
    lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    stable=lambda x: sigmoid(x) * sigmoid(-x),
    proof="e^x / (1 + e^x)^2 = (e^x / (1 + e^x)) (1 / (1 + e^x))",
    domain="every x; rounding is that of 3/2 of the result, as of two factors",
    fails_at={"x": 800.0},
    digits=16,
)
