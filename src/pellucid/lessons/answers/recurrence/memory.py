"""Recurrence: one step of long short-term memory."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def step_with_a_cell(rng):
    n, d, units = (int(rng.integers(*ends)) for ends in ((2, 4), (1, 4), (2, 4)))
    x, h, c = (rng.normal(size=(n, size)) for size in (d, units, units))
    W, U = rng.normal(size=(d, 4 * units)), rng.normal(size=(units, 4 * units))
    return x, h, c, W, U, rng.normal(size=4 * units)


@exercise(
    step_with_a_cell,
    hints=(
        "z = x @ W + h @ U + b is (n, 4 units); `np.split(z, 4, axis=1)` gives the "
        "four parts, in the order i, f, g, o.",
        "Sigmoid of i, f and o, tanh of g. Then c' = f c + i g, and h' = o tanh(c').",
    ),
)
def lstm_step(x, h, c, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


@lstm_step.mistake(
    "Your parts stand in the order i, f, o, g. Here it is i, f, g, o: the third part "
    "goes through tanh, the fourth is the output gate."
)
def _(x, h, c, W, U, b):
    i, f, o, g = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


@lstm_step.mistake(
    "Input gate and forget gate are exchanged: i, the first part, stands beside "
    "tanh(g), and f, the second, beside the old cell."
)
def _(x, h, c, W, U, b):
    f, i, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


@lstm_step.mistake(
    "The forget gate is not in it: the old cell stays whole. That was the LSTM of "
    "1997; since 2000 it is f c."
)
def _(x, h, c, W, U, b):
    i, _f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, o = (1 / (1 + np.exp(-gate)) for gate in (i, o))
    c = c + i * np.tanh(g)
    return o * np.tanh(c), c


@lstm_step.mistake(
    "The old cell is not in it, so nothing is remembered: c' = f c + i tanh(g)."
)
def _(x, h, c, W, U, b):
    i, _f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, o = (1 / (1 + np.exp(-gate)) for gate in (i, o))
    c = i * np.tanh(g)
    return o * np.tanh(c), c


@lstm_step.mistake(
    "What enters the cell went through the sigmoid: it could never be negative. g goes "
    "through tanh, from -1 to 1."
)
def _(x, h, c, W, U, b):
    i, f, g, o = (1 / (1 + np.exp(-z)) for z in np.split(x @ W + h @ U + b, 4, axis=1))
    c = f * c + i * g
    return o * np.tanh(c), c


@lstm_step.mistake(
    "The state is o times the cell itself. The cell may be large: it goes through "
    "tanh first, h' = o tanh(c')."
)
def _(x, h, c, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * c, c


@lstm_step.mistake(
    "The output was made of the old cell: first the new cell, then h' = o tanh(c')."
)
def _(x, h, c, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    return o * np.tanh(c), f * c + i * np.tanh(g)


@lstm_step.mistake("You returned the cell first: asked are h' and c', in this order.")
def _(x, h, c, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return c, o * np.tanh(c)


@lstm_step.mistake(
    "You kept 1 - i of the old cell, as another cell does, the GRU. Here the forget "
    "gate f has weights of its own."
)
def _(x, h, c, W, U, b):
    i, _f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, o = (1 / (1 + np.exp(-gate)) for gate in (i, o))
    c = (1 - i) * c + i * np.tanh(g)
    return o * np.tanh(c), c


@lstm_step.mistake(
    "g went through the sigmoid and then through tanh. It goes through tanh alone: "
    "only i, f and o are gates."
)
def _(x, h, c, W, U, b):
    i, f, g, o = (1 / (1 + np.exp(-z)) for z in np.split(x @ W + h @ U + b, 4, axis=1))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


@lstm_step.mistake(
    "You took every fourth column for a gate. The columns of a gate lie together: the"
    " first `units` columns are those of i."
)
def _(x, h, c, W, U, b):
    z = x @ W + h @ U + b
    i, f, g, o = (z[:, part::4] for part in range(4))
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c
