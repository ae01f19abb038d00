"""Recurrence: the same weights at every step of time."""

import marimo

app = marimo.App(app_title="Recurrence")

with app.setup:
    import marimo as mo
    import numpy as np

    import pellucid as pl
    from pellucid.layers import LSTM, RNN, Dense, Sequential
    from pellucid.lessons.exercises.exercise import found
    from pellucid.lessons.page import (
        answer,
        closing,
        code,
        exercise,
        graph,
        opening,
        picture,
        predict,
        read,
        revealed,
        table,
        text,
    )
    from pellucid.show import plots


@app.function
def remembering(layer, rate=0.01, epochs=150, seed=0):
    """A network that reads a sequence and then tells a number."""
    return pl.NetworkRegressor(
        Sequential(layer, Dense(1)),
        method=pl.methods.Clipped(pl.methods.Adam(rate), 1.0),
        max_iter=epochs,
        tol=0.0,
        random_state=seed,
    )


@app.function
def three_steps(w, x, y=1.0):
    h1 = np.tanh(x[0])  # the state before it is 0
    h2 = np.tanh(w * h1 + x[1])
    h3 = np.tanh(w * h2 + x[2])
    return (h3 - y) ** 2 / 2


@app.function
def felt(model, X):
    """How much the answer depends on what was read at each step, (t,)."""

    def total(X):
        return np.sum(model.network_(model.parameters_, X))

    g = pl.gradient(total)(X)  # (n, t, d)
    return np.mean(np.sqrt(np.sum(g**2, axis=2)), axis=0)


@app.cell
def _():
    opening("recurrence")


@app.cell
def _():
    text(r"""
    How many people will fly next month? The airlines counted their passengers from 1949
    to 1960, and the series has a rhythm: full planes in July and August, empty ones in
    November, and every year more. Who sees the last three months only cannot know
    whether summer comes or goes. Who sees twelve can look at the same month a year ago.

    So a network has to remember: what it read twelve steps ago must still be there when
    it answers, and when it learns, the error must find its way back over twelve steps.
    Both are the subject of this lesson, and the second is the hard one.
    """)


@app.cell
def _():
    _time, passengers = pl.datasets.airline()
    _time = _time[:, 0]
    logs = np.log(passengers)
    AHEAD = 24  # months that are set aside: 1959 and 1960
    picture(
        plots.functions(
            _time,
            {"passengers": passengers},
            title="A rhythm of twelve months, on a rising line",
            x_label="year",
            y_label="thousand passengers a month",
        ),
        "The passengers of each month from 1949 to 1960: a peak each summer, and "
        "growth.",
    )
    return AHEAD, logs, passengers


@app.cell
def _():
    windows, windows_asked = exercise(
        "recurrence/windows",
        r"""
    **A series becomes rows.** A network learns from rows and answers, a series has
    neither. Write `windows(z, k)`: from the series `z` (n,) make `X` (n - k, k), each
    row the `k` numbers that follow each other from one place on, the oldest first, and
    `y` (n - k,), for each row the number that comes next. Return `X, y`.
    """,
    )
    windows
    return (windows_asked,)


@app.cell
def _(windows_asked):
    answer(windows_asked)


@app.cell
def _():
    text(r"""
    ## A state that is carried on

    A dense layer on twelve months has a weight for each of the twelve places.
    Recurrence reads them one by one instead, and keeps what it has read in a *state*
    $h$ of some units, 0 at first. The same weights make the next state at every step:

    $$h_t = \tanh(x_t W + h_{t-1} U + b).$$

    $x_t$ (n, d) is what $n$ sequences show at step $t$, $W$ is (d, units), $U$ (units,
    units), $b$ (units,). However long the sequence, there are no more weights.
    """)


@app.cell
def _():
    stepped, stepped_asked = exercise(
        "recurrence/stepped",
        r"""
    **One step.** Write `stepped(x, h, W, U, b)`: from `x` (n, d) and the old state `h`
    (n, units) to the new state (n, units), by the formula above.
    """,
    )
    stepped
    return (stepped_asked,)


@app.cell
def _(stepped_asked):
    answer(stepped_asked)


@app.cell
def _():
    states, states_asked = exercise(
        "recurrence/states",
        r"""
    **All steps.** Write `states(x, W, U, b)`: from sequences `x` (n, t, d) to the
    states after each step, (n, t, units). The state before the first step is 0.
    """,
    )
    states
    return (states_asked,)


@app.cell
def _(states_asked):
    answer(states_asked)


@app.cell
def _():
    months_guess = predict(
        "Networks read the last 3, 6 or 12 months and foretell the next one. One that "
        'says "as last month" is off by about 52 thousand. Reading 3 months, they '
        "are off by",
        ["about 50 thousand", "about 30 thousand", "about 18 thousand"],
    )
    months_guess
    return (months_guess,)


@app.cell
def _(AHEAD, logs, passengers):
    def rows_of(z, k):
        """Windows less their last number, so that growth is out of them."""
        X, y = found("recurrence/windows").function(z, k)
        return (X - X[:, [-1]])[:, :, np.newaxis], y - X[:, -1]  # (n, k, 1), (n,)

    def beside(told):
        return float(np.sqrt(np.mean((told - passengers[-AHEAD:]) ** 2)))

    _oracles = {
        k: remembering(LSTM(16)).fit(*rows_of(logs[:-AHEAD], k)) for k in (3, 6, 12)
    }
    misses = {
        k: beside(
            passengers[-AHEAD - 1 : -1]
            * np.exp(model.predict(rows_of(logs[-AHEAD - k :], k)[0]))
        )
        for k, model in _oracles.items()
    }
    as_last_month = beside(passengers[-AHEAD - 1 : -1])
    return as_last_month, beside, misses, rows_of


@app.cell
def _(as_last_month, misses, months_guess):
    revealed(
        months_guess,
        "about 50 thousand",
        "Three months say little more than the last one does. With a year in view the "
        "network sees the season.",
        table(
            [
                ("as last month", round(as_last_month, 1)),
                *((f"{k} months", round(miss, 1)) for k, miss in misses.items()),
            ],
            ("what is read", "thousands beside the truth"),
            caption="The months of 1959 and 1960, each foretold from those before it",
        ),
    )


@app.cell
def _():
    text(r"""
    ## Back through time

    The gradient goes through the same steps, backward. Take a state of one number,
    $h_t = \tanh(w h_{t-1} + x_t)$, and $J = \frac{1}{2} (h_T - y)^2$ at the end. Let
    $z_t$ be what stands inside of the tanh. Then

    $$\frac{\partial J}{\partial z_t} = \frac{\partial J}{\partial h_t} (1 - h_t^2),
    \qquad
    \frac{\partial J}{\partial h_{t-1}} = \frac{\partial J}{\partial z_t}\, w,
    \qquad
    \frac{\partial J}{\partial w} = \sum_t \frac{\partial J}{\partial z_t}\, h_{t-1}.$$

    The last is a sum, as one weight is used at every step. Here are three steps with
    numbers, $w = 0.5$: follow the orange slopes from the bottom up, and see $w$ collect
    a part from each step that uses it. (The first does not: there $h_0 = 0$.)
    """)


@app.cell
def _():
    graph(
        pl.draw(three_steps, 0.5, np.array([1.0, -0.5, 0.25])),
        "The graph of three steps of a recurrence. The weight w goes into the second "
        "and the third step, and its gradient is a sum of two parts.",
    )


@app.cell
def _():
    through_time, through_time_asked = exercise(
        "recurrence/through_time",
        r"""
    **Back through time, by hand.** Write `through_time(w, x, y)` for the $J$ above: a
    number `w`, `x` (T,), a number `y`, $h_0 = 0$. Return $\partial J / \partial w$, a
    number, and the slopes of `x` (T,). Call the slopes in your loop `dh`, `dz` and
    `dw`: then a check can say which line is the first that is wrong.
    """,
    )
    through_time
    return (through_time_asked,)


@app.cell
def _(through_time_asked):
    answer(through_time_asked)


@app.cell
def _():
    text(r"""
    ## What is left on the way

    With more units, one step back is a matrix: row $i$, column $j$ says how the old
    unit $i$ moves the new unit $j$,

    $$A_t = \frac{\partial h_t}{\partial h_{t-1}}
    = U \operatorname{diag}(1 - h_t^2),
    \qquad
    \frac{\partial h_T}{\partial h_s} = A_{s+1} A_{s+2} \cdots A_T.$$

    A product of many matrices. If each shrinks what goes through it by a tenth, then
    after $k$ steps $0.9^k$ is left. And $1 - h^2$ is at most 1: it only ever shrinks.
    """)


@app.cell
def _():
    carried, carried_asked = exercise(
        "recurrence/carried",
        r"""
    **How much is carried.** Write `carried(U, h)`: `U` (units, units), `h` (t, units)
    the states after each step of one sequence. Return (t,): entry `s` is the norm of
    the matrix $\partial h_{last} / \partial h_s$, `np.linalg.norm(J, 2)`, by how much
    it lengthens a change at most. The last entry is 1.
    """,
    )
    carried
    return (carried_asked,)


@app.cell
def _(carried_asked):
    answer(carried_asked)


@app.cell
def _():
    left_guess = predict(
        "U lengthens nothing: it turns states round and makes them shorter by a "
        "tenth. How much is left of a change 50 steps back?",
        ["about a half", "about a tenth", "less than a hundredth"],
    )
    left_guess
    return (left_guess,)


@app.cell
def _(logs):
    growth = np.diff(logs)[-60:].reshape(1, 60, 1)  # five years of monthly growth
    _rng = np.random.default_rng(0)
    _W = _rng.normal(size=(1, 16))
    _turn = np.linalg.qr(_rng.normal(size=(16, 16)))[0]  # U'U = I: it only turns

    def left(gain):
        """What is left of a change so many steps back, (60,)."""
        h = found("recurrence/states").function(growth, _W, gain * _turn, np.zeros(16))
        return found("recurrence/carried").function(gain * _turn, h[0])[::-1]

    return (left,)


@app.cell
def _(left, left_guess):
    _curves = {f"gain {gain}:": left(gain) for gain in (0.9, 1.0, 1.5)}
    revealed(
        left_guess,
        "less than a hundredth",
        rf"$0.9^{{50}} = {0.9**50:.4f}$ is the most there can be; with the slopes of "
        f"tanh it is {_curves['gain 0.9:'][50]:.2g}. That is the *vanishing gradient*: "
        "what was read long ago has no say in what is learned. A larger U does not "
        "mend it: where it lengthens more than tanh shortens, the gradient *explodes*.",
        picture(
            plots.costs(
                _curves,
                title="What is left vanishes or explodes: none of the three keeps it",
                x_label="steps back",
                y_label="norm of the product of matrices",
            ),
            "The norm of the gradient from one state to the last by the number of "
            "steps between them, on a log scale: with gains 0.9 and 1 it falls, with "
            "1.5 it grows.",
        ),
    )


@app.cell
def _():
    gain = mo.ui.slider(0.7, 2.0, 0.1, value=1.2, label="Gain of U", show_value=True)
    gain
    return (gain,)


@app.cell
def _(gain, left):
    _norms = left(gain.value)
    picture(
        plots.costs(
            {f"gain {gain.value:g}:": _norms},
            title=f"Gain {gain.value:g}: {_norms[50]:.2g} is left 50 steps back",
            x_label="steps back",
            y_label="norm of the product of matrices",
        ),
        f"The norms with a gain of {gain.value:g}: {_norms[50]:.2g} 50 steps back.",
    )


@app.cell
def _():
    clipped, clipped_asked = exercise(
        "recurrence/clipped",
        r"""
    **Clipping.** Against exploding there is a simple remedy: a gradient that is too
    long is made shorter, and keeps its direction. Write `clipped(slopes, most)`:
    `slopes` is a list of arrays of any shapes, the slopes of all parameters. Their norm
    is that of all numbers together. Where it is larger than `most`, scale all arrays by
    one factor, so that it is `most`. Return the list of arrays.
    """,
    )
    clipped
    return (clipped_asked,)


@app.cell
def _(clipped_asked):
    answer(clipped_asked)


@app.cell
def _():
    text(r"""
    In the library it belongs to the method: `pl.methods.Clipped(pl.methods.Adam(0.01),
    1.0)`; all networks of this lesson were trained with it.

    ## A cell that adds

    Against vanishing, Hochreiter and Schmidhuber changed the step itself (1997). Beside
    the state $h$ there is a *cell* $c$, and nothing is multiplied by a matrix on its
    way from one cell to the next. *Gates*, numbers from 0 to 1 for each unit, decide
    what enters, what is told, and, since Gers and others (2000), what stays. With the
    four parts of $x_t W + h_{t-1} U + b$ called $i, f, g, o$:

    $$c_t = \sigma(f) \odot c_{t-1} + \sigma(i) \odot \tanh(g), \qquad
    h_t = \sigma(o) \odot \tanh(c_t).$$

    ($\sigma$ is the sigmoid, and $\odot$ multiplies number by number.) From cell to
    cell the slope is $\sigma(f)$, and where the forget gate is open it is nearly 1,
    step after step. (It also goes through $h$ into the gates; that way fades as
    before.)
    """)


@app.cell
def _():
    lstm_step, lstm_step_asked = exercise(
        "recurrence/lstm_step",
        r"""
    **One step of an LSTM.** Write `lstm_step(x, h, c, W, U, b)`: `x` (n, d), `h` and
    `c` (n, units), `W` (d, 4 units), `U` (units, 4 units), `b` (4 units,); the columns
    are those of i, f, g and o, in this order. Return the new `h` and the new `c`, both
    (n, units).
    """,
    )
    lstm_step
    return (lstm_step_asked,)


@app.cell
def _(lstm_step_asked):
    answer(lstm_step_asked)


@app.cell
def _():
    text(r"""
    ## A test of memory

    How far back can they remember? A task made for it: 30 steps, each shows a number
    from 0 to 1, and two of them are marked, one in each half. At the end the sum of
    these two is asked for. Who always says 1 has a mean squared error of 0.167. Both
    networks have 16 units and see the same 1000 sequences 16 times.
    """)


@app.cell
def _():
    code(remembering, felt)


@app.cell
def _():
    memory_guess = predict(
        "Which of them learns it?",
        ["both", "the LSTM alone", "neither"],
    )
    memory_guess
    return (memory_guess,)


@app.cell
def _():
    X_memory, _y = pl.datasets.adding(1000, 30, random_state=0)
    _X_new, _y_new = pl.datasets.adding(500, 30, random_state=1)
    X_memory, _X_new = X_memory.astype(np.float32), _X_new.astype(np.float32)
    minds = {
        name: remembering(layer, 0.02, 16).fit(X_memory, _y)
        for name, layer in {"plain recurrence": RNN(16), "LSTM": LSTM(16)}.items()
    }
    memory_errors = {
        name: float(np.mean((mind.predict(_X_new) - _y_new) ** 2))
        for name, mind in minds.items()
    }
    influence = {name: felt(mind, _X_new[:100]) for name, mind in minds.items()}
    return X_memory, influence, memory_errors, minds


@app.cell
def _(X_memory, influence, memory_errors, memory_guess, minds):
    _first = {name: norms[0] for name, norms in influence.items()}
    _ratio = _first["LSTM"] / _first["plain recurrence"]
    _title = f"The first step moves the LSTM {_ratio:,.0f} times as much"
    revealed(
        memory_guess,
        "the LSTM alone",
        f"Its error on new sequences is {memory_errors['LSTM']:.4f}; that of plain "
        f"recurrence is {memory_errors['plain recurrence']:.3f}, no better than to "
        "say 1.",
        mo.vstack(
            [
                picture(
                    plots.costs(
                        {name: norms[::-1] for name, norms in influence.items()},
                        title=_title,
                        x_label="steps back from the end",
                        y_label="norm of the gradient of the answer",
                    ),
                    "How much the answer depends on what was read so many steps ago: "
                    "in plain recurrence it fades to nothing, in the LSTM it stays.",
                ),
                picture(
                    pl.pictures.gates(
                        minds["LSTM"].network_, minds["LSTM"].parameters_, X_memory[0]
                    ),
                    "The gates and the cell of the LSTM as it reads one sequence: at "
                    "the two marked steps they change, and the cell holds what came "
                    "in.",
                ),
            ]
        ),
    )


@app.cell
def _():
    text(r"""
    ## Two years ahead

    Back to the airlines. Of 1959 and 1960 the LSTM that reads twelve months has seen
    nothing. It tells January 1959; then it reads its own answer as if it were true and
    tells February, and so on for 24 months.
    """)


@app.cell
def _(AHEAD, beside, logs, passengers, rows_of):
    def foretold(model, z, months):
        """The next months, each from those that were told before it."""
        for _ in range(months):
            x = (z[-12:] - z[-1]).reshape(1, 12, 1)
            z = np.append(z, z[-1] + model.predict(x))
        return np.exp(z[-months:])

    _rows = rows_of(logs[:-AHEAD], 12)
    _minds = [remembering(LSTM(16), seed=seed).fit(*_rows) for seed in range(5)]
    futures = np.array([foretold(mind, logs[:-AHEAD], AHEAD) for mind in _minds])
    future = np.exp(np.mean(np.log(futures), axis=0))
    future_miss = beside(future)
    future_misses = np.sort([beside(each) for each in futures])
    repeat_miss = beside(np.tile(passengers[-36:-24], 2))
    picture(
        plots.functions(
            1949 + np.arange(72, 144) / 12,
            {
                "passengers": passengers[72:],
                "LSTM": np.append(np.full(48, np.nan), future),
            },
            title=f"Two years ahead: {future_miss:.0f} thousand beside the truth",
            x_label="year",
            y_label="thousand passengers a month",
        ),
        "The passengers from 1955 on, and the last two years as five LSTM networks "
        "foretold them in the mean: season and growth go on.",
    )
    return future_miss, future_misses, repeat_miss


@app.cell
def _(future_miss, future_misses, repeat_miss):
    text(f"""
    The picture shows the mean of five networks that differ in their first weights only.
    By themselves they are {future_misses[0]:.0f} to {future_misses[-1]:.0f} thousand
    beside the truth, their mean {future_miss:.0f}; who says "as in 1958" for both years
    is {repeat_miss:.0f} beside it. To show the luckiest of the five would be to choose
    by the test, which lesson 12 warns of.
    """)


@app.cell
def _():
    read(
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), chapter 10: "
        "backpropagation through time in 10.2.2, gated networks in 10.10, clipping in "
        "10.11.1.",
        'Hochreiter & Schmidhuber, "Long short-term memory" (1997), and Gers, '
        'Schmidhuber & Cummins, "Learning to forget" (2000), with the forget gate.',
        'Bengio, Simard & Frasconi, "Learning long-term dependencies with gradient '
        'descent is difficult" (1994).',
        'Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural '
        'networks" (2013): vanishing, exploding, and clipping.',
        'Elman, "Finding structure in time" (1990): plain recurrence.',
        "Box & Jenkins, *Time Series Analysis* (1970): the airline series is their "
        "series G.",
    )


@app.cell
def _():
    closing("recurrence")


if __name__ == "__main__":
    app.run()
