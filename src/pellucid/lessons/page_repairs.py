"""Six broken trainings: what is wrong, how it shows, and the repair."""

import marimo

app = marimo.App(app_title="Broken trainings")

with app.setup:
    import re

    import marimo as mo
    import numpy as np
    from sklearn.datasets import load_diabetes, load_digits, load_wine

    import pellucid as pl
    from pellucid.lessons import progress
    from pellucid.lessons.page import (
        answer,
        closing,
        code,
        exercise,
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
    opening("repairs")


@app.cell
def _():
    text("""
    Six trainings on real data, each with one fault that people really make. None of
    them raises an error: they run, and learn nothing, or seem to learn too well. For
    each:

    1. look at the program, its cost curve and its figures;
    2. say what you think is wrong, **before** you read on;
    3. see how the tools of the library show it;
    4. repair the function; once it is right, the repaired training stands beside the
       broken one.
    """)


@app.cell
def _():
    patients, progression = load_diabetes(return_X_y=True, scaled=False)  # (442, 10)
    Z = (patients - patients.mean(axis=0)) / patients.std(axis=0)
    t = (progression - progression.mean()) / progression.std()
    wines, kinds = load_wine(return_X_y=True)  # (178, 13), kinds 0 to 2
    digits, shown_digits = load_digits(return_X_y=True)  # (1797, 64), 0 to 9
    pixels, which = digits[:600] / 16, shown_digits[:600]
    return Z, kinds, patients, pixels, progression, t, which, wines


@app.function
def together(before, after, title):
    """The cost curves of the broken and the repaired training."""
    curves = {"broken": before, "repaired": after}
    label = f"Cost curves of the broken and the repaired training: {title}"
    return picture(plots.costs(curves, title=title, x_label="step"), label)


@app.function
def curve(fit, title):
    """The cost curve of the broken training, beside what a sure model would cost."""
    curves = {"broken": fit.history}
    if fit.fun < fit.history[0]:
        curves["right and sure"] = np.zeros(len(fit.history))
    figure = plots.costs(curves, title=title, x_label="step")
    return picture(figure, f"The cost curve: {title}")


@app.function
def once_right(path, shown):
    """Show something when an exercise is right, or its solution was looked up."""
    so_far = progress.done(path)
    if so_far.right or so_far.seen:
        return shown
    return text("Once it is right, the repaired training stands here.")


@app.function
def paragraphs(told, *words):
    """The paragraphs of a text that hold one of the words, with narrow gaps."""
    found = [p for p in str(told).split("\n\n") if any(word in p for word in words)]
    narrow = re.sub(r"(?<=\S) {3,}", "   ", "\n\n".join(found))
    return text(f"```text\n{narrow}\n```")


@app.function
def plane_cost(w, b, X, y):
    """The mean squared error of a plane."""
    return np.mean((X @ w + b - y) ** 2)


@app.function
def descend(cost, start, X, y, rate, steps):
    """Train by gradient descent on all rows."""
    method = pl.methods.GradientDescent(rate)
    return pl.minimise(cost, start, X, y, method=method, max_iter=steps, tol=0)


@app.cell
def _(Z, t):
    exploding = descend(plane_cost, (np.zeros(10), 0.0), Z, t, 0.3, 40)
    guess_1 = predict(
        "What is wrong?",
        [
            "the gradient has the wrong sign",
            "the rate is too large",
            "the inputs have different scales",
            "the model cannot fit these data",
        ],
    )
    mo.vstack([
        text("""
        ## 1. The cost that explodes

        The progression of 442 patients from ten standardised inputs, by gradient
        descent with rate 0.3:
        """),
        code(plane_cost, descend),
        curve(exploding, "The cost doubles with each step"),
        guess_1,
    ])  # fmt: skip
    return exploding, guess_1


@app.cell
def _(Z, guess_1, t):
    pl.check(plane_cost, np.zeros(10), 0.0, Z, t)  # raises where a slope is wrong
    curvature = np.linalg.eigvalsh(pl.hessian(plane_cost)(np.zeros(10), 0.0, Z, t))
    steepest = float(curvature[-1])
    revealed(
        guess_1,
        "the rate is too large",
        "",
        text(rf"""
        `pl.check(plane_cost, w, b, Z, t)` compares each slope with differences, and is
        silent: the gradient and its sign are right. The curvatures tell the rest:

        ```python
        L = np.linalg.eigvalsh(pl.hessian(plane_cost)(w, b, Z, t))[-1]
        ```

        gives $L = {steepest:.2f}$, although each column alone has the curvature 2: some
        columns rise together. The bound is $2/L = {2 / steepest:.4f}$, and 0.3 lies
        above it. Each step multiplies the distance in the steepest direction by
        $1 - 0.3 L = {1 - 0.3 * steepest:.2f}$, and its square by
        {(1 - 0.3 * steepest) ** 2:.1f}. Allowed more steps, `pl.minimise` says:
        *{descend(plane_cost, (np.zeros(10), 0.0), Z, t, 0.3, 2000).message}*.
        """),
    )
    return (steepest,)


@app.cell
def _():
    safe_rate, safe_rate_asked = exercise(
        "repairs/safe_rate",
        r"""
        **A rate that suits the inputs.** Let `safe_rate(X)` give a rate for the cost
        $\frac1n |X w - y|^2$ with `X` of shape (n, d): half of the bound $2/L$.
        """,
    )
    safe_rate
    return (safe_rate_asked,)


@app.cell
def _(Z, exploding, safe_rate_asked, steepest, t):
    calm = descend(plane_cost, (np.zeros(10), 0.0), Z, t, 1 / steepest, 40)
    mo.vstack([
        answer(safe_rate_asked) or text(""),
        once_right(
            "repairs/safe_rate",
            together(
                exploding.history, calm.history,
                f"With rate 1/L = {1 / steepest:.3f} the cost falls to {calm.fun:.3f}",
            ),
        ),
    ])  # fmt: skip
    return (calm,)


@app.function
def class_cost(W, b, X, y):
    """The mean cross-entropy of softmax regression."""
    return np.mean(pl.costs.cross_entropy(X @ W + b, y))


@app.function
def hits(W, b, X, y):
    """The share of rows whose class is found."""
    return np.mean(np.argmax(X @ W + b, axis=1) == y)


@app.cell
def _(kinds, wines):
    wine_start = (np.zeros((13, 3)), np.zeros(3))
    train, test = np.split(np.random.default_rng(0).permutation(178), [120])
    _rows = wines[train], kinds[train]
    crawling = descend(class_cost, wine_start, *_rows, 3e-6, 200)
    longer = descend(class_cost, wine_start, *_rows, 3e-6, 2000)
    faster = descend(class_cost, wine_start, *_rows, 1e-5, 200)
    rises = int(np.sum(np.diff(faster.history) > 0))
    wine_hits = hits(*crawling.x, wines[test], kinds[test])
    guess_2 = predict(
        "What is wrong?",
        [
            "the wines cannot be told apart",
            "the weights must not start at 0",
            "the inputs have different scales",
            "there are too few rows",
        ],
    )
    mo.vstack([
        text("""
        ## 2. The cost that crawls

        Three kinds of wine from thirteen measurements (alcohol, acids, colour, ...), by
        softmax regression; 120 of 178 wines to learn from.
        """),
        code(class_cost),
        curve(crawling, "After 200 steps the cost is near its start"),
        text(f"""
        The rate is 0.000003. Of the other 58 wines {wine_hits:.0%} are told rightly.
        Ten times as many steps bring the cost to {longer.fun:.2f}; at rate 0.00001 it
        goes up in {rises} of 200 steps.
        """),
        guess_2,
    ])  # fmt: skip
    return crawling, guess_2, longer, rises, test, train, wine_hits, wine_start


@app.cell
def _(guess_2, train, wines):
    names = load_wine().feature_names
    _means, _spreads = wines[train].mean(axis=0), wines[train].std(axis=0)
    _order = np.argsort(-_spreads)[[0, 1, 2, -2, -1]]
    unequal = (_spreads.max() / _spreads.min()) ** 2
    slopes = pl.gradient(class_cost)(
        np.zeros((13, 3)), np.zeros(3), wines[train], load_wine().target[train]
    )
    revealed(
        guess_2,
        "the inputs have different scales",
        "Compare the columns: their spreads, and the slopes of their weights at the "
        "start, from `pl.gradient(class_cost)(W, b, X, y)`:",
        mo.vstack([
            table(
                [
                    (names[j].replace("_", " "),
                     *(f"{value:.3g}" for value in
                       (_means[j], _spreads[j], np.abs(slopes[j]).max())))
                    for j in _order
                ],
                ["column", "mean", "spread", "largest slope"],
            ),
            text(f"""
            The landscape curves along a weight by the square of its column, and the
            squares of the spreads differ by a factor of {unequal:,.0f}. The rate must
            be small enough for proline, and is far too small for all the others.
            """),
        ]),
    )  # fmt: skip
    return names, slopes, unequal


@app.cell
def _():
    standardised, standardised_asked = exercise(
        "repairs/standardised",
        r"""
        **One scale for all.** Let `standardised(train, test)`, tables of shape (n, d)
        and (m, d), give the pair of both tables with each column moved and scaled, so
        that in the training rows it has mean 0 and spread 1. What may the test rows
        tell you?
        """,
    )
    standardised
    return (standardised_asked,)


@app.cell
def _(crawling, kinds, standardised_asked, test, train, wine_start, wines):
    _mean, _spread = wines[train].mean(axis=0), wines[train].std(axis=0)
    _X = (wines - _mean) / _spread
    running = descend(class_cost, wine_start, _X[train], kinds[train], 0.5, 200)
    scaled_hits = hits(*running.x, _X[test], kinds[test])
    mo.vstack([
        answer(standardised_asked) or text(""),
        once_right(
            "repairs/standardised",
            together(
                crawling.history, running.history,
                f"Standardised, {scaled_hits:.0%} of the other wines are told rightly",
            ),
        ),
    ])  # fmt: skip
    return running, scaled_hits


@app.function
def network_cost(W1, b1, W2, b2, X, y):
    """The cross-entropy of a network with one hidden layer of ReLUs."""
    z = X @ W1 + b1
    h = np.maximum(z, 0)
    return np.mean(pl.costs.cross_entropy(h @ W2 + b2, y))


@app.function
def trained(W1, X, y):
    """Train the network from first weights of the hidden layer."""
    W2 = np.random.default_rng(1).normal(size=(32, 10)) * 0.25
    start = (W1, np.zeros(32), W2, np.zeros(10))
    return start, descend(network_cost, start, X, y, 0.3, 60)


@app.cell
def _(pixels, which):
    uniform = np.random.default_rng(0).random((64, 32))
    dead_start, dead = trained(uniform - 1, pixels, which)
    guess_3 = predict(
        "What is wrong?",
        [
            "the rate is too small",
            "all hidden units are dead",
            "softmax is taken twice",
            "the pixels are not standardised",
        ],
    )
    mo.vstack([
        text("""
        ## 3. The cost that stands still

        600 handwritten digits of 8 × 8 pixels from 0 to 1; a hidden layer of 32 ReLUs,
        ten outputs. The hidden layer's first weights are `rng.random((64, 32)) - 1`.
        """),
        code(network_cost),
        curve(dead, f"The cost stays at {dead.fun:.3f}; guessing costs log 10 = 2.303"),
        guess_3,
    ])  # fmt: skip
    return dead, dead_start, guess_3, uniform


@app.cell
def _(dead_start, guess_3, pixels, which):
    dead_story = pl.explain(network_cost, *dead_start, pixels[:20], which[:20])
    dead_slopes = pl.gradient(network_cost, wrt="W1")(*dead_start, pixels, which)
    revealed(
        guess_3,
        "all hidden units are dead",
        "`pl.explain(network_cost, W1, b1, W2, b2, X, y)` writes each step with its "
        "values and slopes. Two of its paragraphs, for twenty digits:",
        mo.vstack([
            paragraphs(dead_story, "z = X @ W1", "h = np.max"),
            text(f"""
            The weights lie between −1 and 0 and the pixels are not negative, so every z
            is below 0. There a ReLU gives 0 and has the slope 0, and the gradient of W1
            is a product with it: the largest slope is {np.abs(dead_slopes).max():.0f}.
            Nothing before the ReLU will ever change. Only the last biases learn how
            common each digit is. A unit can also die later, from one step that is too
            long.
            """),
        ]),
    )  # fmt: skip
    return dead_slopes, dead_story


@app.cell
def _():
    first_weights, first_weights_asked = exercise(
        "repairs/first_weights",
        r"""
        **First weights.** `u` of shape (d, h) has uniform numbers from 0 to 1. Let
        `first_weights(u)` give weights that lie evenly between $-\sqrt{6/d}$ and
        $\sqrt{6/d}$ (He et al. 2015): half of the units answer at first, and the sums
        keep their size from layer to layer.
        """,
    )
    first_weights
    return (first_weights_asked,)


@app.cell
def _(dead, first_weights_asked, pixels, uniform, which):
    alive = trained((2 * uniform - 1) * np.sqrt(6 / 64), pixels, which)[1]
    mo.vstack([
        answer(first_weights_asked) or text(""),
        once_right(
            "repairs/first_weights",
            together(
                dead.history, alive.history,
                f"From He's weights the cost falls to {alive.fun:.2f} in 60 steps",
            ),
        ),
    ])  # fmt: skip
    return (alive,)


@app.function
def softmax(Z):
    """Probabilities of outputs, row by row."""
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


@app.function
def flat_cost(W, b, X, y):
    """The cost of the fourth training."""
    P = softmax(X @ W + b)
    return np.mean(pl.costs.cross_entropy(P, y))


@app.cell
def _(pixels, which):
    digit_start = (np.zeros((64, 10)), np.zeros(10))
    timid = descend(flat_cost, digit_start, pixels, which, 0.5, 150)
    timid_hits = hits(*timid.x, pixels, which)
    guess_4 = predict(
        "However long it runs, the cost stays above 1.46. Why?",
        [
            "the digits overlap too much",
            "softmax is taken twice",
            "the logarithm has the wrong base",
            "the rate is too large",
        ],
    )
    mo.vstack([
        text("""
        ## 4. The cost that never becomes small

        The same digits by softmax regression, with the library's cost and a softmax of
        one's own:
        """),
        code(softmax, flat_cost),
        curve(timid, f"After 150 steps the cost is {timid.fun:.2f}"),
        guess_4,
    ])  # fmt: skip
    return digit_start, guess_4, timid, timid_hits


@app.cell
def _(digit_start, guess_4, pixels, timid, timid_hits, which):
    floor = -np.log(np.e / (np.e + 9))
    flat_story = pl.explain(flat_cost, *digit_start, pixels[:3], which[:3])
    _Q = softmax(softmax(pixels @ timid.x[0] + timid.x[1]))
    surest = _Q.max()
    revealed(
        guess_4,
        "softmax is taken twice",
        "`pl.explain` goes into both functions, and names the formulas that it knows:",
        mo.vstack([
            paragraphs(flat_story, "in softmax: return", "return logsumexp"),
            text(rf"""
            The softmax gives P, and `cross_entropy` takes P for outputs: the slope of
            `logsumexp(P)` holds `softmax(P)`, a second one, of numbers from 0 to 1.
            Even of a row (1, 0, …, 0) it makes only
            $e / (e + 9) = {np.exp(-floor):.3f}$, so the cost cannot fall below
            $-\log {np.exp(-floor):.3f} = {floor:.3f}$. The surest that the trained
            model is of any digit: {surest:.3f}. It still finds {timid_hits:.0%} of
            them, as the largest stays the largest; what suffers is the speed, and every
            probability that it gives.

            Costs that take outputs, not probabilities, such as `pl.costs.cross_entropy`
            and torch's, have their softmax inside: one more in the last layer is this
            fault.
            """),
        ]),
    )  # fmt: skip
    return flat_story, floor, surest


@app.cell
def _():
    class_repair, class_repair_asked = exercise(
        "repairs/class_cost",
        r"""
        **One softmax.** Here both softmaxes are written out. Repair
        `class_cost(W, b, X, y)`: `W` (d, k), `b` (k,), `X` (n, d), classes `y` (n,). It
        gives the mean of $-\log \mathrm{softmax}(z)_y$, one number; also for outputs as
        far apart as 900.
        """,
    )
    class_repair
    return (class_repair_asked,)


@app.cell
def _(class_repair_asked, digit_start, pixels, timid, which):
    sure = descend(class_cost, digit_start, pixels, which, 0.5, 150)
    sure_hits = hits(*sure.x, pixels, which)
    mo.vstack([
        answer(class_repair_asked) or text(""),
        once_right(
            "repairs/class_cost",
            together(
                timid.history, sure.history,
                f"With one softmax the cost falls to {sure.fun:.2f} in the same time",
            ),
        ),
    ])  # fmt: skip
    return sure, sure_hits


@app.cell
def _(Z, t):
    column = t[:, None]  # (442, 1), as a table with one column gives it
    level = pl.minimise(plane_cost, (np.zeros(10), 0.0), Z, column)
    guess_5 = predict(
        "The minimum is reached, and all weights are 0. What is wrong?",
        [
            "the inputs say nothing about y",
            "all predictions are held against all targets",
            "the intercept is missing",
            "it stopped too early",
        ],
    )
    mo.vstack([
        text(f"""
        ## 5. The model that says the mean

        The first training again, solved exactly. The targets come from a table with one
        column, as `frame[["progression"]].to_numpy()` gives it.

        ```python
        fit = pl.minimise(plane_cost, (np.zeros(10), 0.0), Z, y)
        ```

        It says: *{level.message}*. The cost is {level.fun:.3f}, the largest weight
        {np.abs(level.x[0]).max():.0e}, and each prediction is the mean of y.
        """),
        guess_5,
    ])  # fmt: skip
    return column, guess_5, level


@app.function
def refusal(X, y):
    """What the library's cost says of outputs (n,) and targets (n, 1)."""
    try:
        pl.costs.squared_error(X @ np.zeros(X.shape[1]), y)
    except pl.PellucidError as error:
        return str(error)
    return ""


@app.cell
def _(Z, column, guess_5):
    shapes = pl.graph(plane_cost, np.zeros(10), 0.0, Z, column)
    refused = refusal(Z, column)
    revealed(
        guess_5,
        "all predictions are held against all targets",
        "`print(pl.graph(plane_cost, w, b, Z, y))` has a shape in each line:",
        mo.vstack([
            text(f"```text\n{shapes}\n```"),
            text(f"""
            (442,) minus (442, 1) is (442, 442) by the rules of broadcasting: every
            prediction against every target. The constant that is nearest to all of them
            is their mean, and no slope helps. The library's own cost refuses it:
            *{refused}*
            """),
        ]),
    )  # fmt: skip
    return refused, shapes


@app.cell
def _():
    squared_repair, squared_repair_asked = exercise(
        "repairs/squared_cost",
        r"""
        **The shapes.** Repair `squared_cost(w, b, X, y)` for `w` (d,), `X` (n, d) and
        `y` of shape (n, 1): the mean squared error, one number, each prediction against
        its own target.
        """,
    )
    squared_repair
    return (squared_repair_asked,)


@app.cell
def _(Z, level, squared_repair_asked, t):
    fitted = pl.minimise(plane_cost, (np.zeros(10), 0.0), Z, t)
    mo.vstack([
        answer(squared_repair_asked) or text(""),
        once_right(
            "repairs/squared_cost",
            mo.vstack([
                picture(
                    plots.predicted(
                        t, Z @ fitted.x[0] + fitted.x[1],
                        title=f"Each against its own: r2 is {1 - fitted.fun:.2f}",
                    ),
                    "Predicted against true progression: a cloud along the diagonal.",
                ),
                text(f"Broken: cost {level.fun:.3f}. Repaired: {fitted.fun:.3f}."),
            ]),
        ),
    ])  # fmt: skip
    return (fitted,)


@app.function
def correlations(X, y):
    """The correlation of each column with y."""
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    t = (y - y.mean()) / y.std()
    return Z.T @ t / len(y)


@app.function
def judged(X, y, by, train, test, k=10):
    """Choose k columns by some rows, learn from train; r2 on train and on test."""
    best = np.argsort(-np.abs(correlations(X[by], y[by])))[:k]
    model = pl.LinearRegression().fit(X[train][:, best], y[train])
    return [model.score(X[rows][:, best], y[rows]) for rows in (train, test)]


@app.cell
def _(progression):
    rng = np.random.default_rng(0)
    few = progression[rng.permutation(len(progression))[:60]]  # (60,)
    columns = rng.normal(size=(60, 2000))
    learn, prove, both = np.arange(40), np.arange(40, 60), np.arange(60)
    leaking = judged(columns, few, both, learn, prove)
    guess_6 = predict(
        "The 2,000 columns are random numbers, drawn by this page: they know nothing "
        "of the patients. What is wrong?",
        [
            "40 rows are enough for ten columns: chance",
            "the rows held out helped to choose the columns",
            "LinearRegression overfits",
            "the targets are not standardised",
        ],
    )
    mo.vstack([
        text("""
        ## 6. The model that is too good

        The progression of 60 patients, and 2,000 columns. The ten columns that go best
        with the progression are chosen; a plane is fitted to 40 patients and judged by
        the other 20.
        """),
        code(correlations, judged),
        text(f"""
        `judged(X, y, all_rows, train, test)`: r2 is {leaking[0]:.2f} on the rows
        learned from, and **{leaking[1]:.2f} on the rows held out**.
        """),
        guess_6,
    ])  # fmt: skip
    return both, few, columns, guess_6, leaking, learn, prove


@app.cell
def _(both, few, columns, guess_6, learn, patients, progression, prove):
    _shuffles = [np.random.default_rng(seed).permutation(few) for seed in range(20)]
    by_chance = [judged(columns, y, both, learn, prove)[1] for y in _shuffles]
    same = np.column_stack([patients, progression / 10 + 3])  # in other units
    noted = pl.LinearRegression().fit(same, progression).summary().notes
    revealed(
        guess_6,
        "the rows held out helped to choose the columns",
        "Test the procedure, not the model: shuffle the targets, so that there is "
        "nothing to learn, and run all of it again. The mean r2 of 20 shuffles on the "
        f"rows held out is {np.mean(by_chance):.2f}. It should be 0 or less: the "
        "targets of these rows leak into the choice.",
        text(f"""
        Of 2,000 columns some go well with all 60 targets by chance, with the 20 held
        out as well; these are the ones that were chosen. Everything that learns from
        rows (the choice of columns, the filling of holes, the search for settings, the
        means and spreads of the second repair) belongs *after* the split.

        The plainest leak is the target itself among the inputs, in other units or known
        only afterwards. Of such a column, an eleventh beside those of the patients,
        `model.summary().notes` says: *{noted[0]}*
        """),
    )
    return by_chance, noted


@app.cell
def _():
    chosen, chosen_asked = exercise(
        "repairs/chosen",
        r"""
        **Choose behind the wall.** Repair `chosen(X, y, train, k)`: `X` (n, d), `y`
        (n,), `train` an array of row numbers. It gives the numbers of the k columns
        whose correlation with y is largest in size, from small to large, shape (k,),
        without a look at the rows that are not in `train`.
        """,
    )
    chosen
    return (chosen_asked,)


@app.cell
def _(chosen_asked, few, columns, leaking, learn, prove):
    honest = judged(columns, few, learn, learn, prove)
    mo.vstack([
        answer(chosen_asked) or text(""),
        once_right(
            "repairs/chosen",
            table(
                [("broken", *np.round(leaking, 2)), ("repaired", *np.round(honest, 2))],
                ["r2", "rows learned from", "rows held out"],
            ),
        ),
    ])  # fmt: skip
    return (honest,)


@app.cell
def _():
    mo.vstack([
        text("## Before you blame the model"),
        table(
            [
                ("the cost explodes", "`pl.hessian`: the rate and 2/L; `pl.check`"),
                ("it crawls", "the columns' spreads, the slopes of their weights"),
                ("it stands still", "`pl.explain`: values or slopes that are all 0"),
                ("it stops too high", "`pl.explain`: the lowest value it can have"),
                ("it says the mean", "`print(pl.graph(...))`: a shape too large"),
                ("it is too good", "shuffled targets; `model.summary().notes`"),
            ],
            ["what you see", "look at"],
        ),
    ])  # fmt: skip


@app.cell
def _():
    read(
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2nd "
        "ed. 2009): section 7.10.2, the wrong and the right way to cross-validate.",
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016): section 11.5 on "
        "debugging.",
        'He, Zhang, Ren & Sun, "Delving deep into rectifiers" (2015): section 2.2, how '
        "large first weights should be.",
    )


@app.cell
def _():
    closing("repairs")


if __name__ == "__main__":
    app.run()
