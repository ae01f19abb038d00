"""Stretch 11: recurrence, the same weights at every step of a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.tracing.trace import graph
from pellucid.layers import GRU, LSTM, RNN, Dense, Sequential
from pellucid.minimisers.methods import Adam
from pellucid.models.networks.network_regressor import NetworkRegressor
from pellucid.models.pictures.of_sequences import gates, norms_through_time
from pellucid.reading.source.source import source
from pellucid.show import plots
from pellucid.show.progress import is_watched
from pellucid.tables import datasets
from pellucid.tour.data import Data
from pellucid.tour.guide import Guide, as_typed

Array = NDArray[Any]
LENGTH, EPOCHS = 50, 16  # of the adding problem
WINDOW, AHEAD = 12, 24  # months of the airline series


def recurrence(x: Array, W: Array, U: Array, b: Array) -> Any:
    """A state that goes from step to step."""
    h = np.zeros((x.shape[0], b.size))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W + h @ U + b)
    return h


def walk(guide: Guide, data: Data) -> None:
    """The formula, memory over many steps, and the airline series."""
    guide.stretch("recurrence", "Recurrence")
    as_code(guide)
    models = adding(guide)
    through_time(guide, models)
    airline(guide)


def as_code(guide: Guide) -> None:
    """Recurrence as a function, its gradient as code, and the layer beside it."""
    guide.say(
        "A sequence is read step by step. What was read so far is kept in a state h, "
        "and the same weights make the next state of it at each step. The gradient "
        "goes the same way back: backpropagation through time, a loop as the "
        "function is one."
    )
    rng = np.random.default_rng(0)
    x, W, U, b = (rng.standard_normal(n) for n in ((5, 50, 2), (2, 4), (4, 4), 4))
    guide.code(as_typed(recurrence), aloud=True)
    guide.code(source(gradient(graph(squares, x, W, U / 2, b), ("W", "U", "b"))))
    layer = RNN(4)({"W": W, "U": U, "b": b}, x)
    difference = np.abs(recurrence(x, W, U, b) - layer).max()
    guide.found({"difference of the layer RNN from these lines": difference})


def squares(x: Array, W: Array, U: Array, b: Array) -> Any:
    """Some cost of a recurrence."""
    h = recurrence(x, W, U, b)
    return np.mean(h**2)


# -- the adding problem ---------------------------------------------------------------


def adding(guide: Guide) -> dict[str, NetworkRegressor]:
    """Two numbers are to be remembered until the end of a sequence."""
    guide.say(
        f"How long does it remember? In the adding problem each of {LENGTH} steps "
        "holds a number between 0 and 1, two of them are marked, one in each half, and "
        "the sum of these two is asked for at the end. Who always answers 1 has the "
        "mean squared error 0.167. Long short-term memory (LSTM) adds to the state a "
        "cell with gates: what it may forget, what it may write, what it may tell."
    )
    guide.formula(
        r"\begin{aligned}"
        r"i, f, o &= \sigma(x W + h U + b), \quad g = \tanh(x W_g + h U_g + b_g) \\"
        r"c' &= f c + i g \\"
        r"h' &= o \tanh(c')"
        r"\end{aligned}"
    )
    X, y = datasets.adding(2500, LENGTH, random_state=0)
    X_test, y_test = datasets.adding(1000, LENGTH, random_state=1)
    models = {
        "plain recurrence": remembering(RNN(32)).fit(X.astype(np.float32), y),
        "LSTM": remembering(LSTM(32)).fit(X.astype(np.float32), y),
    }
    found = {
        name: np.mean((model.predict(X_test.astype(np.float32)) - y_test) ** 2)
        for name, model in models.items()
    }
    chance = np.mean((1 - y_test) ** 2)
    guide.found({"mean squared error of 1": chance, **found})
    guide.picture(
        "recurrence-costs",
        plots.costs(
            {name: model.history_ for name, model in models.items()},
            title="The LSTM learns to remember; plain recurrence does not",
            x_label="epoch",
        ),
        f"The mean squared error of the adding problem over {LENGTH} steps, after each "
        "epoch of learning.",
    )
    return models


def remembering(layer: Any) -> NetworkRegressor:
    """A network that tells a number when it has read a sequence."""
    return NetworkRegressor(
        Sequential(layer, Dense(1)),
        method=Adam(0.01),
        batch_size=50,
        max_iter=EPOCHS,
        tol=0.0,
        random_state=0,
        verbose=is_watched(),
    )


def through_time(guide: Guide, models: dict[str, NetworkRegressor]) -> None:
    """How much the answer depends on each step."""
    X = datasets.adding(200, LENGTH, random_state=1)[0].astype(np.float32)
    norms = {
        name: norms_through_time(m.network_, m.parameters_, X, None, lambda z, _: z)
        for name, m in models.items()
    }
    first = {f"{name}, first step": norm[0] for name, norm in norms.items()}
    ratio = norms["LSTM"][0] / norms["plain recurrence"][0]
    guide.say(
        "The reason can be seen in the gradient. How much would the answer change with "
        "what was read at each step? In plain recurrence the gradient is multiplied by "
        "the weights at each step back, and it fades; along the cell of the LSTM it is "
        "carried on."
    )
    guide.found(first)
    guide.picture(
        "recurrence-gradient",
        plots.costs(
            norms,
            title=f"To the LSTM the first step matters {ratio:.2g} times as much",
            x_label="step",
            y_label="norm of the gradient of the answer by the step",
        ),
        "The norm of the gradient of the answer by the input of each step, the mean "
        "over 200 sequences, of the two networks that have learned.",
    )
    guide.picture(
        "recurrence-gates",
        gates(models["LSTM"].network_, models["LSTM"].parameters_, X[0]),
        "The gates and the cell of the LSTM as it reads one sequence: at the two steps "
        "that are marked the gates change, and the cell holds what came in.",
    )


# -- a series -------------------------------------------------------------------------


def airline(guide: Guide) -> None:
    """Two years of passengers are foretold from the ten before them."""
    guide.say(
        "A famous series: the passengers of international airlines, each month from "
        f"1949 to 1960. A gated recurrent unit (GRU) reads {WINDOW} months and tells "
        "the next; fed with its own answers it tells the last two years, of which it "
        "has seen nothing."
    )
    year, passengers = datasets.airline()
    z, truth = np.log(passengers), passengers[-AHEAD:]
    future = np.exp(foretold(reading(z[:-AHEAD]), z[:-AHEAD]))
    guesses = {"as in the last year": np.tile(passengers[-36:-24], 2), "GRU": future}
    errors = {
        f"{name}: thousands beside the truth": np.sqrt(np.mean((guess - truth) ** 2))
        for name, guess in guesses.items()
    }
    guide.found(errors)
    unseen = np.full(len(z) - AHEAD, np.nan)
    guide.picture(
        "recurrence-airline",
        plots.functions(
            year,
            {"passengers": passengers, "GRU": np.append(unseen, future)},
            title="Season and growth go on as they were learned",
            x_label="year",
            y_label="thousand passengers a month",
        ),
        "The passengers of each month, and the last two years as told from the first "
        "ten.",
    )


def reading(z: Array) -> NetworkRegressor:
    """A network that tells from some months how the next one differs from the last."""
    rows = np.lib.stride_tricks.sliding_window_view(z, WINDOW + 1)
    X, y = rows[:, :-1] - rows[:, [-2]], rows[:, -1] - rows[:, -2]
    return NetworkRegressor(
        Sequential(GRU(32), Dense(1)),
        method=Adam(0.003),
        max_iter=200,
        tol=0.0,
        random_state=0,
        verbose=is_watched(),
    ).fit(X[:, :, np.newaxis], y)


def foretold(model: NetworkRegressor, z: Array) -> Array:
    """The next months, each from those that were told before it."""
    for _ in range(AHEAD):
        x = z[-WINDOW:] - z[-1]
        z = np.append(z, z[-1] + model.predict(x[np.newaxis, :, np.newaxis]))
    return z[-AHEAD:]
