"""Gradient descent: start, slope, step, repeat."""

import marimo

app = marimo.App(app_title="Gradient descent")

with app.setup:
    import marimo as mo
    import numpy as np
    from sklearn.datasets import load_diabetes

    import pellucid as pl
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


@app.cell
def _():
    opening("descent")


@app.cell
def _():
    X, y = load_diabetes(return_X_y=True, scaled=False)
    mass = X[:, 2]  # body mass index, kg/m²
    x = (mass - mass.min()) / np.ptp(mass)  # (n,) from 0 to 1
    t = (y - y.mean()) / y.std()  # (n,) mean 0, spread 1
    return X, mass, t, x, y


@app.cell
def _(mass, t):
    text(rf"""
    The normal equations found the best line of {len(t)} patients in one stroke. Few
    costs have such equations: not the log loss, no network. But every cost here has a
    slope, and a person on a hillside in fog needs no more than that: feel which way is
    down, take a step, repeat.

    The data are scikit-learn's diabetes patients: the body mass index, from
    {mass.min():.0f} to {mass.max():.1f} kg/m² and put on a scale from 0 to 1, and how
    far the disease went in a year, on a scale of mean 0 and spread 1. The cost of a
    line with slope $a$ and intercept $b$ is

    $$J(a, b) = \frac1n \sum_i (a x_i + b - t_i)^2,$$

    a landscape over the plane of $a$ and $b$. You will walk down it in your own code,
    see when a walk falls off, and what momentum, Adam and the scale of the inputs do.
    """)


@app.function
def cost(w, x, t):
    """The mean squared error of the line with slope w[0] and intercept w[1]."""
    r = w[0] * x + w[1] - t
    return np.mean(r**2)


@app.cell
def _(t, x):
    mo.vstack([
        text("## The slope"),
        code(cost),
        text("""
        Its graph, for three of the patients and the line a = 0, b = 1: each box has a
        value and, below it, the derivative of the cost with respect to it.
        """),
        graph(
            pl.draw(cost, np.array([0.0, 1.0]), x[:3], t[:3]),
            "The computational graph of the cost of a line, with values and gradients",
        ),
        text(r"""
        Read it from the bottom. The mean hands each square $1/n$; the square hands its
        residual $2 r_i$; and $a$ gets its share through $x_i$, $b$ through 1:

        $$r_i = a x_i + b - t_i$$

        $$\frac{\partial J}{\partial a} = \frac2n \sum_i r_i x_i, \qquad
          \frac{\partial J}{\partial b} = \frac2n \sum_i r_i$$

        The gradient points to where the cost grows fastest. A **step** goes the other
        way, by the *rate* $\alpha$ times the slope:
        $w \leftarrow w - \alpha \, \partial J / \partial w$.
        """),
    ])  # fmt: skip


@app.cell
def _():
    step, step_asked = exercise(
        "descent/step",
        r"""
        **One step.** Write `step(a, b, x, y, rate)`: numbers $a$, $b$ and the rate
        $\alpha$, arrays `x` and `y` of shape (n,). Give the pair `(a, b)` after one
        step of gradient descent on the mean squared error of the line.
        """,
    )
    step
    return (step_asked,)


@app.cell
def _(step_asked):
    answer(step_asked)


@app.cell
def _():
    guess_rate = predict(
        "Standardise the mass index too. Then the best intercept is 0, and the cost "
        "of the slope alone is $a^2 - 1.17 a + 1$, whose slope is $2 a - 1.17$. From "
        "which rate on does descent no longer come nearer to the minimum?",
        ["from 0.1", "from 0.5", "from 1", "from 2", "it always does"],
    )
    mo.vstack([text("## How far?"), guess_rate])
    return (guess_rate,)


@app.function
def excess_of(rate, curvature, start, steps):
    """How far above its minimum a parabola is, along a descent."""
    distance = start * (1 - rate * curvature) ** np.arange(steps + 1)
    return curvature / 2 * distance**2


@app.cell
def _(guess_rate):
    excess = {
        f"rate {rate}:": excess_of(rate, 2.0, 0.586, 20)
        for rate in (0.03, 0.2, 0.95, 1.05)
    }
    revealed(
        guess_rate,
        "from 1",
        "The curvature is 2, so each step multiplies the distance to the minimum by "
        "1 − 2 rate. At rate 0.5 that is 0: one step arrives. At rate 1 it is −1: "
        "descent jumps across the valley for ever; beyond 1 each jump is longer.",
        picture(
            plots.costs(
                excess,
                title="Below rate 1 every descent arrives; at 1.05 it climbs out",
                x_label="step",
                y_label="cost above the minimum",
            ),
            "Costs of four descents on a logarithmic scale: three fall in straight "
            "lines, the one with rate 1.05 rises.",
        ),
    )
    return (excess,)


@app.cell
def _():
    text(r"""
    The general form is as short. Near a minimum $w^*$ a smooth cost is close to a bowl,
    $J(w) \approx J(w^*) + \tfrac12 (w - w^*)^\top H (w - w^*)$, whose slope is
    $H (w - w^*)$. On the bowl a step gives

    $$w_{t+1} - w^* = (I - \alpha H) (w_t - w^*).$$

    Along an axis of the bowl with curvature $\lambda$, an eigenvalue of $H$, the
    distance is multiplied by $1 - \alpha \lambda$ in each step. It shrinks when
    $-1 < 1 - \alpha \lambda < 1$, for the largest curvature $L$ too:

    $$0 < \alpha < \frac2L.$$
    """)


@app.cell
def _():
    descend, descend_asked = exercise(
        "descent/descend",
        r"""
        **Start, slope, step, repeat.** The cost of a bowl is
        $J(w) = \tfrac12 w^\top H w - b^\top w$, its slope $H w - b$. Write
        `descend(H, b, w, rate, steps)`: `H` of shape (d, d), `b` and the start `w` of
        shape (d,). Give the whole path as an array of shape (steps + 1, d): the start,
        then the place after each step.
        """,
    )
    descend
    return (descend_asked,)


@app.cell
def _(descend_asked):
    answer(descend_asked)


@app.cell
def _():
    largest, largest_asked = exercise(
        "descent/largest_rate",
        r"""
        **The bound.** Write `largest_rate(H)` for a symmetric `H` of shape (d, d) with
        positive curvatures: the rate $2 / L$ from which on descent no longer comes
        nearer.
        """,
    )
    largest
    return (largest_asked,)


@app.cell
def _(largest_asked):
    answer(largest_asked)


@app.cell
def _(t, x):
    start = np.array([0.0, 2.5])
    H = pl.hessian(cost)(start, x, t)  # (2, 2)
    flat, steep = np.linalg.eigvalsh(H)
    best = pl.minimise(cost, start, x, t)
    a_grid, b_grid = np.linspace(-2.5, 5.5, 65), np.linspace(-2.5, 3, 56)
    grid = np.array([[cost((a, b), x, t) for a in a_grid] for b in b_grid])
    return H, a_grid, b_grid, best, flat, grid, start, steep


@app.cell
def _(flat, steep):
    fraction = mo.ui.slider(
        0.05, 1.1, 0.05, value=0.5, label="rate, as a part of 2/L", show_value=True
    )
    beta = mo.ui.slider(0.0, 0.95, 0.05, value=0.0, label="momentum", show_value=True)
    mo.vstack([
        text(rf"""
        ## A valley

        The landscape of the patients has two curvatures: $L = {steep:.2f}$ across the
        valley, and ${flat:.3f}$ along it. The bound is $2/L = {2 / steep:.2f}$. The
        quotient $\kappa = {steep / flat:.0f}$ is the *condition number*: a rate that is
        safe across is slow along, and the best constant rate shrinks the distance by
        only $(\kappa - 1) / (\kappa + 1) = {(steep - flat) / (steep + flat):.3f}$ a
        step. Try it: creep, then swing, then fall off. Momentum comes below; you may
        play with it here.
        """),
        mo.hstack([fraction, beta], justify="start", wrap=True),
    ])  # fmt: skip
    return beta, fraction


@app.function
def path_of(method, start, x, t, steps=100):
    """The places (steps + 1, 2) that a method comes to on the cost of the line."""
    path = [start]
    pl.minimise(
        cost, start, x, t, method=method, max_iter=steps, tol=0,
        callback=lambda i, height, w: path.append(w),
    )  # fmt: skip
    return np.array(path)


@app.function
def above(path, best, x, t):
    """How far above the minimum each place of a path is."""
    return np.array([max(cost(w, x, t) - best.fun, 1e-17) for w in path])


@app.function
def steps_to(excess, part=0.01):
    """The step from which on the excess stays below a part of the first, or None."""
    high = np.flatnonzero(excess > part * excess[0])[-1]
    return int(high) + 1 if high + 1 < len(excess) else None


@app.cell
def _(a_grid, b_grid, best, beta, fraction, grid, start, steep, t, x):
    rate = fraction.value * 2 / steep
    played = path_of(pl.methods.GradientDescent(rate, momentum=beta.value), start, x, t)
    _needed = steps_to(above(played, best, x, t))
    _told = (
        f"99 % of the way down takes {_needed} steps"
        if _needed
        else "100 steps do not come 99 % of the way down"
    )
    _kept = f" and momentum {beta.value:.2f}" if beta.value else ""
    _fell = np.abs(played[-1]).max() > np.abs(start).max() * 10
    picture(
        plots.descent(
            a_grid, b_grid, grid, {"path": played},
            title=(
                "The rate is too large: each step leads farther away"
                if _fell
                else f"With rate {rate:.2f}{_kept}, {_told}"
            ),
            x_label="slope a", y_label="intercept b",
        ),
        "Lines of equal cost around a long valley, and the path of descent on them.",
    )  # fmt: skip
    return (played,)


@app.cell
def _():
    guess_race = predict(
        "Now let a step keep 0.9 of the step before it, at the same rate 0.1. From the "
        "same start, how do the two compare until 99 % of the way down is done?",
        [
            "momentum needs about a quarter",
            "about half",
            "as many",
            "more",
        ],
    )
    mo.vstack([
        text(r"""
        ## Momentum

        A ball does not stop after each step. It has a velocity $v$, of which friction
        leaves the part $\beta$, and which the slope changes (Polyak 1964):

        $$v \leftarrow \beta v - \alpha g, \qquad w \leftarrow w + v.$$

        Across the valley the slopes change sign and cancel; along it they point the
        same way and add up, to $1 / (1 - \beta)$ steps in one.
        """),
        guess_race,
    ])  # fmt: skip
    return (guess_race,)


@app.cell
def _(a_grid, b_grid, best, grid, guess_race, start, t, x):
    METHODS = {
        "gradient descent": pl.methods.GradientDescent(0.1),
        "momentum": pl.methods.GradientDescent(0.1, momentum=0.9),
        "Nesterov": pl.methods.GradientDescent(0.1, momentum=0.9, nesterov=True),
        "RMSprop": pl.methods.RMSprop(0.1),
        "Adam": pl.methods.Adam(0.3),
    }
    PATHS = {
        name: path_of(method, start, x, t, 400) for name, method in METHODS.items()
    }
    needed = {name: steps_to(above(path, best, x, t)) for name, path in PATHS.items()}
    revealed(
        guess_race,
        "momentum needs about a quarter",
        f"Gradient descent takes {needed['gradient descent']} steps, momentum "
        f"{needed['momentum']}: it overshoots, swings, and is down before.",
        picture(
            plots.descent(
                a_grid, b_grid, grid,
                {name: PATHS[name][:101] for name in ("gradient descent", "momentum")},
                title="Gradient descent creeps along the valley; momentum runs",
                x_label="slope a", y_label="intercept b",
            ),
            "Two paths on lines of equal cost: gradient descent in small steps along "
            "the valley, momentum in wide swings.",
        ),
    )  # fmt: skip
    return METHODS, PATHS, needed


@app.cell
def _():
    momentum, momentum_asked = exercise(
        "descent/momentum",
        r"""
        **A step with momentum.** Write `momentum(w, v, g, rate, beta)`: parameters `w`,
        velocity `v` and gradient `g`, arrays of one shape, and two numbers. Give the
        pair `(w, v)` after the step.
        """,
    )
    momentum
    return (momentum_asked,)


@app.cell
def _(momentum_asked):
    answer(momentum_asked)


@app.cell
def _():
    text(r"""
    ## A rate for each parameter

    *Nesterov's* momentum takes the slope where the velocity alone would lead, and so
    brakes before the swing: in the form that libraries use,
    $w \leftarrow w + \beta v - \alpha g$ with the new $v$.

    The other idea is to measure each slope by its own usual size.
    *RMSprop* keeps a running mean of $g^2$ for each parameter and divides by its root.
    A parameter with small slopes then takes steps as long as one with large slopes.
    *Adam* (Kingma & Ba 2015) is RMSprop with momentum, a running mean of $g$:

    $$\begin{aligned}
    m &\leftarrow \beta_1 m + (1 - \beta_1) g \\
    v &\leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
    \hat m &= m / (1 - \beta_1^t), \quad \hat v = v / (1 - \beta_2^t) \\
    w &\leftarrow w - \alpha \, \hat m / (\sqrt{\hat v} + \epsilon)
    \end{aligned}$$

    The hats mend the beginning: both means start at 0, so after $t$ steps the shares
    that the slopes have in them sum to $1 - \beta^t$ only. Divided by it, they sum to
    1.
    """)


@app.cell
def _():
    adam, adam_asked = exercise(
        "descent/adam",
        r"""
        **A step of Adam.** Write `adam(w, g, m, v, t, rate)` with $\beta_1 = 0.9$,
        $\beta_2 = 0.999$, $\epsilon = 10^{-8}$: `w`, `g`, `m`, `v` are arrays of one
        shape, `t` = 1, 2, … counts the steps. Give `(w, m, v)` after the step, `m` and
        `v` as the next step needs them.
        """,
    )
    adam
    return (adam_asked,)


@app.cell
def _(adam_asked):
    answer(adam_asked)


@app.cell
def _(METHODS):
    first = mo.ui.dropdown(list(METHODS), value="momentum", label="First")
    second = mo.ui.dropdown(list(METHODS), value="Adam", label="Second")
    mo.vstack([
        text("## A race\n\nChoose two methods; all start at slope 0, intercept 2.5."),
        mo.hstack([first, second], justify="start", wrap=True),
    ])  # fmt: skip
    return first, second


@app.cell
def _(PATHS, a_grid, b_grid, best, first, grid, needed, second, t, x):
    _names = dict.fromkeys([first.value, second.value])
    _finish = {name: needed[name] or 401 for name in _names}
    _winner = min(_finish, key=_finish.get)
    race_title = f"{_winner[0].upper()}{_winner[1:]} is down first, after " + (
        f"{_finish[_winner]} steps"
    )
    mo.vstack([
        picture(
            plots.descent(
                a_grid, b_grid, grid, {name: PATHS[name][:101] for name in _names},
                title=race_title, x_label="slope a", y_label="intercept b",
            ),
            "The paths of the two methods on lines of equal cost.",
        ),
        picture(
            plots.costs(
                {name: above(PATHS[name][:201], best, x, t) for name in _names},
                title="How far above the minimum each method is",
                x_label="step", y_label="cost above the minimum",
            ),
            "The costs of the two methods above the minimum, on a logarithmic scale.",
        ),
        text("Steps until 99 % of the way down is done, for good:"),
        table(
            [(name, steps or "over 400") for name, steps in needed.items()],
            ["method", "steps"],
        ),
    ])  # fmt: skip
    return (race_title,)


@app.cell
def _():
    guess_bowl = predict(
        "In the table the mass index is in kg/m², with mean 26 and spread 4.4. What is "
        "the condition number of its line's cost then, and what does standardising the "
        "input, (x − mean) / spread, make of it?",
        [
            "about 40, and 40 again: the line is the same",
            "some 26,000, and then 1: the bowl becomes round",
            "about 1, and then some 26,000",
        ],
    )
    mo.vstack([text("## The shape of the bowl is yours to choose"), guess_bowl])
    return (guess_bowl,)


@app.function
def curvatures(X):
    """The curvatures of the mean squared error of a plane: of 2 [X 1]'[X 1] / n."""
    Z = np.column_stack([X, np.ones(len(X))])  # (n, d + 1)
    return np.linalg.eigvalsh(2 * Z.T @ Z / len(Z))


@app.function
def condition(X):
    """The largest curvature over the smallest."""
    return curvatures(X)[-1] / curvatures(X)[0]


@app.function
def standardised(X):
    """Each column with mean 0 and spread 1."""
    return (X - X.mean(axis=0)) / X.std(axis=0)


@app.function
def excess_on(x, t, steps):
    """The excess of gradient descent on a line at the best constant rate, from 0."""
    curved = curvatures(x)
    rate = 2 / (curved[0] + curved[-1])
    least = pl.minimise(cost, np.zeros(2), x, t)
    path = path_of(pl.methods.GradientDescent(rate), np.zeros(2), x, t, steps)
    return above(path, least, x, t)


@app.cell
def _(guess_bowl, mass, t, x):
    scales = {"kg/m²": mass, "from 0 to 1": x, "standardised": standardised(mass)}
    conditions = {name: condition(each) for name, each in scales.items()}
    bowls = {f"{name}:": excess_on(each, t, 60) for name, each in scales.items()}
    revealed(
        guess_bowl,
        "some 26,000, and then 1: the bowl becomes round",
        f"In kg/m² it is {conditions['kg/m²']:,.0f}, from 0 to 1 it is "
        f"{conditions['from 0 to 1']:.0f}, standardised "
        f"{conditions['standardised']:.0f}. H is 2 times the means of x² and 1 on the "
        "diagonal, and that of x beside it: with mean 0 and spread 1, H = 2 I. Then "
        "the slope points at the minimum, and one step of rate 1/2 arrives.",
        picture(
            plots.costs(
                bowls,
                title="In kg/m² sixty steps do nothing; standardised, one arrives",
                x_label="step",
                y_label="cost above the minimum",
            ),
            "Cost above the minimum at the best constant rate of each scale: "
            "standardised falls to rounding error in one step, from 0 to 1 slowly, in "
            "kg/m² hardly at all.",
        ),
    )
    return bowls, conditions


@app.cell
def _(X):
    ten, ten_scaled = condition(X), condition(standardised(X))
    text(rf"""
    For all ten inputs in their own units (years, kg/m², mm Hg, ...) the condition
    number is {ten:,.0f}; standardised it is {ten_scaled:.0f}. What is left comes from
    inputs that say nearly the same, and no scale of single columns takes that away.
    There momentum helps: with the best settings of each, its steps grow in number as
    $\sqrt\kappa$, those of gradient descent as $\kappa$.

    ## Mini-batches and schedules

    With a million rows one exact slope is dear. Shuffle the rows, cut them into
    *mini-batches*, and take a step for each: the slope of 32 rows is the slope of all
    plus noise, for a small part of the work. A round over all rows is an *epoch*.
    """)
    return ten, ten_scaled


@app.cell
def _():
    batches, batches_asked = exercise(
        "descent/batches",
        r"""
        **Mini-batches.** Write `batches(order, size)`: `order` is a shuffled array of
        the row numbers, shape (n,). Cut it into a list of arrays of `size` row numbers,
        in that order; the last one has the rows that are left.
        """,
    )
    batches
    return (batches_asked,)


@app.cell
def _(batches_asked):
    answer(batches_asked)


@app.function
def plane_cost(w, b, X, t):
    """The mean squared error of a plane."""
    return np.mean((X @ w + b - t) ** 2)


@app.function
def epochs_of(rate, X, t, epochs=40):
    """The cost of all rows, above the least, after each epoch of mini-batches of 32."""
    start = (np.zeros(X.shape[1]), 0.0)
    least = pl.minimise(plane_cost, start, X, t).fun
    heights = [plane_cost(*start, X, t)]
    pl.minimise(
        plane_cost, start, X, t, method=pl.methods.GradientDescent(rate),
        batch_size=32, max_iter=epochs, tol=0, random_state=0,
        callback=lambda i, height, p: heights.append(plane_cost(*p, X, t)),
    )  # fmt: skip
    return np.array(heights) - least


@app.cell
def _(X, t):
    _falling = pl.schedules.exponential(0.1, factor=0.993)
    noisy = {
        "rate 0.1:": epochs_of(0.1, standardised(X), t),
        "rate 0.01:": epochs_of(0.01, standardised(X), t),
        "0.1, falling:": epochs_of(_falling, standardised(X), t),
    }
    mo.vstack([
        text(r"""
        Near the minimum the slope goes to 0 but its noise does not: a constant rate
        keeps a mini-batch descent dancing around the minimum, and a small one arrives
        late. A *schedule* lets the rate fall: far at first, fine at the end. Here each
        rate is 0.993 of the one before. (Such rates have a finite sum: a factor too
        small ends the walk before it arrives. Robbins & Monro, 1951, asked for rates
        whose sum is infinite and whose squares have a finite sum, such as $1/t$.)
        """),
        picture(
            plots.costs(
                noisy,
                title="A falling rate is as fast as a large one, and ends lower",
                x_label="epoch", y_label="cost above the minimum",
            ),
            "Three mini-batch descents: rate 0.1 falls fast and then hovers, 0.01 "
            "falls slowly, the falling rate ends lowest.",
        ),
    ])  # fmt: skip
    return (noisy,)


@app.cell
def _():
    stop, stop_asked = exercise(
        "descent/stop",
        r"""
        **When is it enough?** Costs of mini-batches rise and fall, so one bad step is
        no reason to stop. Write `stop(costs, patience)`: `costs` of shape (n,) came one
        by one, the first that of the start. Give the first step (an index into `costs`)
        at which the best cost so far is already `patience` steps old. Where that never
        happens, give the last step.
        """,
    )
    stop
    return (stop_asked,)


@app.cell
def _(stop_asked):
    answer(stop_asked)


@app.cell
def _(X, t):
    _start, _Z = (np.zeros(10), 0.0), standardised(X)
    _exact = pl.minimise(plane_cost, _start, _Z, t)
    trained = {
        name: pl.minimise(plane_cost, _start, _Z, t, method=method, max_iter=200, tol=0)
        for name, method in {
            "gradient descent, rate 0.2": pl.methods.GradientDescent(0.2),
            "Nesterov, rate 0.1": pl.methods.GradientDescent(0.1, 0.9, nesterov=True),
            "Adam, rate 0.05": pl.methods.Adam(0.05),
            "L-BFGS": pl.methods.LBFGS(),
        }.items()
    } | {"exact": _exact}
    mo.vstack([
        text("""
        ## Train

        All of it is one call, for any cost that you write in NumPy:

        ```python
        def plane_cost(w, b, X, t):
            return np.mean((X @ w + b - t) ** 2)

        start = (np.zeros(10), 0.0)
        fit = pl.minimise(plane_cost, start, Z, t, method=pl.methods.Adam(0.05))
        fit.x, fit.fun, fit.history
        ```

        The ten standardised inputs, after 200 steps at most:
        """),
        table(
            [(name, fit.nit, f"{max(fit.fun - _exact.fun, 0):.1e}")
             for name, fit in trained.items()],
            ["method", "steps", "cost above the minimum"],
        ),
        text(f"""
        Without a `method`, `pl.minimise` reads the graph of the cost and chooses. Here
        it says: *{_exact.message}*.
        """),
    ])  # fmt: skip
    return (trained,)


@app.cell
def _():
    read(
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016): section 4.3 on "
        "descent, chapter 8 on momentum, adaptive rates and mini-batches.",
        "Nocedal & Wright, *Numerical Optimization* (2nd ed. 2006): section 3.3 on how "
        "fast steepest descent converges.",
        'Kingma & Ba, "Adam: a method for stochastic optimization" (2015): Algorithm 1 '
        "and section 3 on the correction at the beginning.",
        'Goh, "Why momentum really works" (Distill, 2017): the eigenvalues of this '
        "lesson, to play with.",
        "The methods of the library, `pl.methods`: each step is a few lines of NumPy.",
    )


@app.cell
def _():
    closing("descent")


if __name__ == "__main__":
    app.run()
