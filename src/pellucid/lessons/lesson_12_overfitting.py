"""Overfitting: whether it knows, or remembers."""

import marimo

app = marimo.App(app_title="Overfitting")

with app.setup:
    import marimo as mo
    import numpy as np
    import sklearn.datasets

    import pellucid as pl
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


@app.cell
def _():
    opening("overfitting")


@app.cell
def _():
    text(r"""
    Who learns the answers of last year's exam by heart does well in last year's exam.
    A model with enough weights can do that with any table. So its error on the rows
    that it learned from says little; what counts is the error on rows that it has not
    seen. This lesson is about how to measure that error, and how to make it smaller.

    **In which month do people fly?** Airlines counted their passengers in each month
    from 1949 to 1960. We divide each month by the mean of its year, so that growth is
    gone and the season stays: 1.2 is a fifth more than in a mean month. You get 20 of
    the 144 months to learn from, and $x$ is the month, 1 to 12:

    $$z = b + w_1 x + w_2 x^2 + \dots + w_p x^p, \qquad
    J = \frac{1}{n} \sum_{i=1}^{n} (z_i - y_i)^2.$$

    The degree $p$ says how freely the curve may bend.
    """)


@app.cell
def _():
    _passengers = pl.datasets.airline()[1].reshape(12, 12)  # (years, months)
    months = np.tile(np.arange(1.0, 13), 12)[:, np.newaxis]  # (n, 1)
    season = (_passengers / _passengers.mean(axis=1, keepdims=True)).ravel()
    _order = np.random.default_rng(3).permutation(len(season))
    train, valid, test = _order[:20], _order[20:80], _order[80:]

    def error(model, rows):
        return np.sqrt(np.mean((model.predict(months[rows]) - season[rows]) ** 2))

    degrees = np.arange(12)
    models = [
        pl.PolynomialRegression(int(p)).fit(months[train], season[train])
        for p in degrees
    ]
    train_errors = np.array([error(model, train) for model in models])
    valid_errors = np.array([error(model, valid) for model in models])
    best_degree = int(np.argmin(valid_errors))
    return (
        best_degree, degrees, error, models, months, season, test, train, train_errors,
        valid, valid_errors,
    )  # fmt: skip


@app.cell
def _():
    degree_guess = predict(
        "The degree grows from 0 to 11. What do the errors do?",
        [
            "Both fall",
            "That of the 20 months falls, that of other months falls and rises again",
            "Both fall and rise again",
        ],
    )
    degree_guess
    return (degree_guess,)


@app.cell
def _(best_degree, degree_guess, degrees, train_errors, valid_errors):
    _shown = picture(
        plots.functions(
            degrees,
            {"20 months learned from": train_errors, "60 other months": valid_errors},
            title=f"Beyond degree {best_degree} the months are learned by heart",
            x_label="degree",
            y_label="root mean squared error",
        ),
        "Two errors by the degree of the polynomial. That of the 20 months falls all "
        f"the way; that of 60 other months is least at degree {best_degree} and then "
        "rises.",
    )
    revealed(
        degree_guess,
        "That of the 20 months falls, that of other months falls and rises again",
        "A polynomial of degree 6 can be any of degree 5, with $w_6 = 0$: on the rows "
        "it learns from it is never worse. New months do not care: the error there "
        f"falls from {valid_errors[0]:.3f} to {valid_errors[best_degree]:.3f} at "
        f"degree {best_degree}, and is {valid_errors[-1]:.3f} at degree 11.",
        _shown,
    )


@app.cell
def _():
    degree = mo.ui.slider(0, 11, value=5, label="Degree", show_value=True)
    degree
    return (degree,)


@app.cell
def _(degree, models, months, season, train, train_errors, valid_errors):
    _p, _model = degree.value, models[degree.value]
    picture(
        plots.curve(
            months[train, 0],
            season[train],
            lambda x: _model.predict(np.reshape(x, (-1, 1))),
            title=f"Degree {_p}: {train_errors[_p]:.3f} beside the 20 months, "
            f"{valid_errors[_p]:.3f} beside others",
            x_label="month",
            y_label="passengers / mean of the year",
        ),
        f"The 20 months and the polynomial of degree {_p}.",
    )


@app.cell
def _():
    text(r"""
    ## Three heaps of rows

    *Training rows* set the weights. *Validation rows* set what the weights cannot: the
    degree, a penalty, when to stop. By choosing the best of many settings you learn
    from the validation rows as well, so a third heap, the *test rows*, is looked at
    once, at the end. And rows are shuffled before they are divided: tables come sorted.
    """)


@app.cell
def _():
    divided, divided_asked = exercise("overfitting/divided", r"""
    **Three heaps.** Write `divided(X, y, order, n_valid, n_test)`. `X` (n, d) and `y`
    (n,) are a table, `order` (n,) the numbers 0 to n - 1, shuffled. The first `n_valid`
    places of `order` are validation rows, the next `n_test` test rows, the rest
    training rows, in that order. Return
    `X_train, y_train, X_valid, y_valid, X_test, y_test`.
    """)  # fmt: skip
    divided
    return (divided_asked,)


@app.cell
def _(divided_asked):
    answer(divided_asked)


@app.cell
def _():
    standardised, standardised_asked = exercise("overfitting/standardised", r"""
    **Scaled without a leak.** Whatever is computed from rows is learned from them, a
    mean too. Write `standardised(X_train, X_valid)`: from (n, d) and (m, d) to two
    arrays of the same shapes, with each column shifted and divided so that in the
    *training rows* it has mean 0 and standard deviation 1 (that of `np.std`). The
    validation rows get the same shift and the same scale.
    """)  # fmt: skip
    standardised
    return (standardised_asked,)


@app.cell
def _(standardised_asked):
    answer(standardised_asked)


@app.cell
def _():
    rows_guess = predict(
        "Degree 7, and more and more months to learn from. The error on these months:",
        ["falls", "rises", "stays"],
    )
    rows_guess
    return (rows_guess,)


@app.cell
def _(error, months, rows_guess, season):
    sizes = np.array([16, 20, 24, 32, 48, 64, 80])

    def _errors(n, seed):
        order = np.random.default_rng(seed).permutation(len(season))
        model = pl.PolynomialRegression(7).fit(months[order[:n]], season[order[:n]])
        return error(model, order[:n]), error(model, order[80:])

    # The median of 9 draws: a few of 16 months are far off.
    learning = np.median(
        [[_errors(n, seed) for seed in range(9)] for n in sizes], axis=1
    )  # (sizes, 2)
    _gaps = learning[:, 1] - learning[:, 0]
    revealed(
        rows_guess,
        "rises",
        "Few months can be learned by heart, many cannot: the error on them rises, "
        "that on others falls, and both come to what no curve of this kind can know. "
        "Where the gap is wide more rows help; where both are alike and too high, "
        "they do not: then the model is too stiff, or the rest is chance.",
        picture(
            plots.functions(
                sizes,
                {"learned from": learning[:, 0], "other months": learning[:, 1]},
                title=f"From 16 to 80 months the gap shrinks from {_gaps[0]:.3f} to "
                f"{_gaps[-1]:.3f}",
                x_label="months learned from",
                y_label="root mean squared error",
            ),
            "Learning curves of degree 7: with more months the error on them rises, "
            "the error on other months falls, and the two come close.",
        ),
    )
    return (learning,)


@app.cell
def _():
    text(r"""
    ## What large weights cost

    A second way to hold a model back keeps all its terms and lets them cost something.
    *Weight decay*, or ridge regression, adds the squares of the weights:

    $$J(w, b) = \frac{1}{2n} \sum_{i=1}^{n} (x_i w + b - y_i)^2 +
    \frac{\lambda}{2} \sum_{j=1}^{d} w_j^2.$$

    The intercept $b$ is not penalised: where the zero of $y$ lies is no sign of
    overfitting. All columns need one scale, or the penalty would depend on units. With
    $r = Xw + b - y$ the gradient follows term by term. Here it is with numbers, for one
    weight $w = 2$, $b = 1$ and one row $x = 1.5$, $y = 3$, $\lambda = 0.5$:
    """)


@app.cell
def _():
    def cost(w, b, x=1.5, y=3.0, lam=0.5):
        fit = (x * w + b - y) ** 2 / 2
        penalty = lam * w**2 / 2
        return fit + penalty

    graph_slopes = pl.gradient(cost, wrt=("w", "b"))(2.0, 1.0)
    graph(
        pl.draw(cost, 2.0, 1.0),
        "The graph of J. The weight goes into the fit and into the penalty, so its "
        f"slope has two parts and is {graph_slopes[0]:g}; that of b has one and is "
        f"{graph_slopes[1]:g}.",
    )
    return (graph_slopes,)


@app.cell
def _():
    penalised, penalised_asked = exercise("overfitting/penalised", r"""
    **The slope of a penalty.** Write `penalised(w, b, X, y, lam)`, the gradient of the
    $J$ above: for `w` (d,), a number `b`, `X` (n, d), `y` (n,) and $\lambda$ = `lam`
    return `dw` (d,) and the number `db`.
    """)  # fmt: skip
    penalised
    return (penalised_asked,)


@app.cell
def _(penalised_asked):
    answer(penalised_asked)


@app.cell
def _():
    text(r"""
    ## Squares or sizes?

    442 patients with diabetes: ten measurements each, and how far the disease went in
    a year. With all squares and products of two measurements there are 65 columns
    (one of them says nothing: *sex* squared is *sex* again), and we learn from 100
    patients. Another penalty takes the sizes of the weights, $\lambda \sum_j |w_j|$,
    and is called the *lasso*. Its slope by $w_j$ is $\lambda$ or $-\lambda$, however
    small $w_j$ is.
    """)


@app.cell
def _():
    def with_products(X):
        """The columns of X (n, d), and the products of each two of them."""
        left, right = np.triu_indices(X.shape[1])
        return np.hstack([X, X[:, left] * X[:, right]])  # (n, d + d (d + 1) / 2)

    _X, progression = sklearn.datasets.load_diabetes(return_X_y=True, scaled=False)
    _order = np.random.default_rng(2).permutation(len(_X))
    learn, check, last = _order[:100], _order[100:250], _order[250:]
    _X = (_X - _X[learn].mean(axis=0)) / _X[learn].std(axis=0)
    _X = with_products(_X)
    patients = (_X - _X[learn].mean(axis=0)) / _X[learn].std(axis=0)  # (442, 65)
    return check, last, learn, patients, progression


@app.cell
def _(check, learn, patients, progression):
    _A, _middle = patients[learn], progression[learn].mean()
    _r = progression[learn] - _middle
    _most = np.linalg.eigvalsh(_A.T @ _A / len(_A))[-1]

    def ridge(lam):
        """The weights of least J: (A'A / n + lam I) w = A'r / n."""
        n, d = _A.shape
        return np.linalg.solve(_A.T @ _A / n + lam * np.eye(d), _A.T @ _r / n)

    def lasso(lam, steps=1000):
        """A step down the squares, then a step of the penalty: again and again."""
        w, shrunk = np.zeros(_A.shape[1]), found("overfitting/shrunk").function
        for _ in range(steps):
            w = shrunk(w - _A.T @ (_A @ w - _r) / len(_A) / _most, lam / _most)
        return w

    def beside(w, rows):
        z = patients[rows] @ w + _middle
        return np.sqrt(np.mean((z - progression[rows]) ** 2))

    ridge_strengths, lasso_strengths = (
        10.0 ** np.arange(-4, 4),
        10.0 ** np.arange(-1, 2),
    )
    ridge_errors = np.array(
        [
            [beside(ridge(lam), rows) for rows in (learn, check)]
            for lam in ridge_strengths
        ]
    )  # (8, 2)
    lasso_errors = np.array([beside(lasso(lam), check) for lam in lasso_strengths])
    return (
        beside, lasso, lasso_errors, lasso_strengths, ridge, ridge_errors,
        ridge_strengths,
    )  # fmt: skip


@app.cell
def _():
    ridge_guess = predict(
        "λ grows from almost 0 to 1000. The error on patients that were set aside:",
        ["falls", "rises", "falls, then rises"],
    )
    ridge_guess
    return (ridge_guess,)


@app.cell
def _(ridge_errors, ridge_guess, ridge_strengths):
    _best = int(np.argmin(ridge_errors[:, 1]))
    revealed(
        ridge_guess,
        "falls, then rises",
        "With next to no penalty 65 weights follow the 100 patients closely, to "
        f"{ridge_errors[0, 0]:.0f}: the error on others is {ridge_errors[0, 1]:.0f}, "
        f"and with λ = {ridge_strengths[_best]:g} it is {ridge_errors[_best, 1]:.0f}. "
        "With a very large λ all weights are near 0, and each patient gets the mean. "
        "The error on the 100 patients rises all the way.",
        picture(
            plots.functions(
                np.log10(ridge_strengths),
                {"100 patients": ridge_errors[:, 0], "others": ridge_errors[:, 1]},
                title="A penalty lowers the error of others from "
                f"{ridge_errors[0, 1]:.0f} to {ridge_errors[_best, 1]:.0f}",
                x_label="log10 of λ",
                y_label="root mean squared error",
            ),
            "Error on the 100 patients and on others by the strength of the penalty: "
            "the first rises, the second falls and then rises.",
        ),
    )


@app.cell
def _():
    text(r"""
    Plain descent steps over 0 and back with the lasso, and no weight becomes exactly 0.
    So its step is taken in two halves: one for the squares, then the weights that are
    least for $\frac{1}{2}(v - w)^2 + t\,|v|$: each size loses $t$, and what would pass
    0 becomes 0.
    """)


@app.cell
def _():
    shrunk, shrunk_asked = exercise("overfitting/shrunk", r"""
    **The soft threshold.** Write `shrunk(w, t)`, this second half, for `w` (d,) of
    any signs and $t > 0$; return (d,). It is known as the *soft threshold*.
    """)  # fmt: skip
    shrunk
    return (shrunk_asked,)


@app.cell
def _(shrunk_asked):
    answer(shrunk_asked)


@app.cell
def _():
    weights_guess = predict(
        "At the λ that is best for patients set aside, how many of the 65 weights "
        "does the lasso keep?",
        ["about 10", "about 30", "all, but small"],
    )
    weights_guess
    return (weights_guess,)


@app.cell
def _(check, beside, lasso, lasso_errors, lasso_strengths, ridge, ridge_errors,
      ridge_strengths, weights_guess):  # fmt: skip
    lasso_weights = lasso(lasso_strengths[np.argmin(lasso_errors)])
    ridge_weights = ridge(ridge_strengths[np.argmin(ridge_errors[:, 1])])
    _sizes = [np.sort(np.abs(w))[::-1] for w in (ridge_weights, lasso_weights)]
    _kept = np.count_nonzero(lasso_weights)
    revealed(
        weights_guess,
        "about 10",
        f"It keeps {_kept}, and its error on those set aside is "
        f"{beside(lasso_weights, check):.1f}; that of ridge is "
        f"{beside(ridge_weights, check):.1f} with all weights. A constant pull takes "
        "a weight to 0 and holds it there; the pull λw fades as the weight does.",
        picture(
            plots.functions(
                np.arange(1, 66),
                {"ridge": _sizes[0], "lasso": _sizes[1]},
                title=f"The lasso keeps {_kept} of 65 weights, ridge all of them",
                x_label="weights, the largest first",
                y_label="size of the weight",
            ),
            "The sizes of the 65 weights in falling order. Those of the lasso are 0 "
            f"from place {_kept + 1} on; those of ridge are small, but not 0.",
        ),
    )
    return lasso_weights, ridge_weights


@app.cell
def _():
    text(r"""
    ## A network that learns lies by heart

    500 handwritten digits, and one in five has a false label: a 3 that is called a 7.
    Nothing in the picture says 7; the only way to that answer is to remember the
    picture. So the false labels measure what is remembered.
    """)


@app.cell
def _():
    code("""
    network = Sequential(Dense(64, pl.activations.relu), Dense(10))
    model = pl.NetworkClassifier(network, method=pl.methods.Adam(0.01))
    model.fit(X, y_told, validation_data=(X_aside, y_aside))
    """)


@app.cell
def _():
    _X, _y = pl.datasets.digits()
    _rng = np.random.default_rng(0)
    _places = _rng.permutation(len(_y))
    pictures, labels = _X[_places[:500]] / 16, _y[_places[:500]]
    aside = _X[_places[500:800]] / 16, _y[_places[500:800]]
    new = _X[_places[800:]] / 16, _y[_places[800:]]
    false = np.flatnonzero(_rng.random(500) < 0.2)
    told = labels.copy()
    told[false] = (told[false] + _rng.integers(1, 10, size=len(false))) % 10

    def reading(dropout=0.0, patience=np.inf, **settings):
        """A network of 64 hidden units, told the labels with the false ones."""
        network = pl.layers.Sequential(
            pl.layers.Dense(64, pl.activations.relu),
            pl.layers.Dropout(dropout),
            pl.layers.Dense(10),
        )
        return pl.NetworkClassifier(
            network, method=pl.methods.Adam(0.01), batch_size=50, max_iter=100, tol=0,
            n_iter_no_change=patience, random_state=0, **settings,
        ).fit(pictures, told, validation_data=aside)  # fmt: skip

    def repeated(model):
        """The share of the false labels that a model repeats."""
        return np.mean(model.predict(pictures[false]) == told[false])

    def right(model):
        """The share of new pictures that it reads right."""
        return model.score(*new)

    by_heart = reading()
    return by_heart, reading, repeated, right


@app.cell
def _():
    lies_guess = predict(
        "How many of the false labels does the network repeat after 100 epochs?",
        ["hardly any: the other 400 say better", "about half", "nearly all"],
    )
    lies_guess
    return (lies_guess,)


@app.cell
def _(by_heart, lies_guess, repeated, right):
    _best = int(np.argmin(by_heart.validation_history_))
    revealed(
        lies_guess,
        "nearly all",
        f"{repeated(by_heart):.0%} of them, and it reads {right(by_heart):.0%} of new "
        "digits. It began otherwise: the cost on digits set aside was least after "
        f"{_best + 1} epochs. First it learns what many pictures share, then the rest "
        "by heart.",
        picture(
            plots.costs(
                {
                    "500 digits told": by_heart.history_,
                    "digits set aside": by_heart.validation_history_,
                },
                title=f"From epoch {_best + 1} on it learns by heart",
                x_label="epoch",
            ),
            "The cost after each epoch: that of the digits told falls to the end, "
            f"that of digits set aside is least after epoch {_best + 1} and then "
            "rises.",
        ),
    )


@app.cell
def _():
    text(r"""
    *Early stopping* ends the training when the cost of the validation rows has gained
    nothing for some epochs, and goes back to the weights of the best one.
    """)


@app.cell
def _():
    stopped, stopped_asked = exercise("overfitting/stopped", r"""
    **Stop in time.** Write `stopped(costs, patience)`: `costs` (t,) are the validation
    costs after epochs 0, 1, ..., as they come in. Training stops after the epoch at
    which, for the `patience`-th time in a row, the cost was not less than the least so
    far; or at the end. Return two numbers: the best epoch so far, and the last one.
    """)  # fmt: skip
    stopped
    return (stopped_asked,)


@app.cell
def _(stopped_asked):
    answer(stopped_asked)


@app.cell
def _():
    text(r"""
    *Dropout* silences each hidden unit with probability $p$, anew for each row and
    step. What was learned by heart leans on certain units; what a digit is must be seen
    by many. The units that stay are divided by $1 - p$, so that the mean of each is as
    in prediction, where nothing is dropped.
    """)


@app.cell
def _():
    dropped, dropped_asked = exercise("overfitting/dropped", r"""
    **Dropout.** Write
    `dropped(h, u, p, training)`: `h` (n, units), `u` (n, units) random numbers, uniform
    from 0 to 1: a unit stays where $u \ge p$. `training` is True or False. Return
    (n, units).
    """)  # fmt: skip
    dropped
    return (dropped_asked,)


@app.cell
def _(dropped_asked):
    answer(dropped_asked)


@app.cell
def _(by_heart, reading, repeated, right):
    remedies = {
        "nothing": by_heart,
        "dropout": reading(dropout=0.7),
        "penalty": reading(alpha=1.0),
        "early stopping": reading(early_stopping=True, patience=5),
    }
    repeats = {name: float(repeated(model)) for name, model in remedies.items()}
    shares = {name: float(right(model)) for name, model in remedies.items()}
    table(
        [(name, f"{repeats[name]:.0%}", f"{shares[name]:.1%}") for name in remedies],
        ("remedy", "false labels repeated", "new digits right"),
        caption="Each remedy makes the network forget lies and read better",
    )
    return repeats, shares


@app.cell
def _():
    text(r"""
    ## Every row is held out once

    With 100 patients, 30 for validation are few to judge by and many to lose. *k-fold
    cross-validation* divides the rows into $k$ folds; each is held out in turn, and the
    model is fitted to the others.
    """)


@app.cell
def _():
    folds, folds_asked = exercise("overfitting/folds", r"""
    **k folds.** Write `folds(n, k)`: the rows 0 to
    n - 1 (shuffled already) in `k` folds, a list of `k` arrays of row numbers. Rows
    that lie together stay together; sizes differ by 1 at most, and the larger folds
    come first.
    """)  # fmt: skip
    folds
    return (folds_asked,)


@app.cell
def _(folds_asked):
    answer(folds_asked)


@app.cell
def _():
    cross_validated, cross_validated_asked = exercise(
        "overfitting/cross_validated",
        r"""
    **The whole of it.** Write `cross_validated(X, y, parts, lam)`: `X`
    (n, d), `y` (n,), `parts` a list of arrays of row numbers. For each fold: take the
    means of its training rows off $X$ and $y$, solve the ridge equations for $m$
    training rows,

    $$\left(\frac{A^\top A}{m} + \lambda I\right) w = \frac{A^\top r}{m},$$

    predict the fold (the mean of $y$ comes back as the intercept), and take the mean
    squared error. Return the mean over the folds, a number.
    """,
    )
    cross_validated
    return (cross_validated_asked,)


@app.cell
def _(cross_validated_asked):
    answer(cross_validated_asked)


@app.cell
def _():
    text(r"""
    Which λ to try? From 0.001 to 0.01 matters as much as from 1 to 10, so trials are
    spread evenly over the *logarithm*: a grid 0.001, 0.01, ..., or at random. With
    several settings random trials are better: a grid of 5 × 5 tries 5 values of each
    setting, 25 random ones try 25.
    """)


@app.cell
def _():
    drawn, drawn_asked = exercise("overfitting/drawn", r"""
    **Drawn evenly over the logarithm.** Write `drawn(u, low, high)`: `u`
    (m,) are uniform from 0 to 1; return (m,) numbers from `low` (at $u = 0$) to `high`
    (at $u = 1$) whose logarithm is uniform.
    """)  # fmt: skip
    drawn
    return (drawn_asked,)


@app.cell
def _(drawn_asked):
    answer(drawn_asked)


@app.cell
def _(beside, last, learn, patients, progression, ridge):
    trials = np.sort(
        found("overfitting/drawn").function(
            np.random.default_rng(0).random(30), 1e-3, 1e3
        )
    )
    _parts = found("overfitting/folds").function(len(learn), 5)
    _judged = found("overfitting/cross_validated").function
    trial_errors = np.sqrt(
        [_judged(patients[learn], progression[learn], _parts, lam) for lam in trials]
    )
    chosen = float(trials[np.argmin(trial_errors)])
    test_error = float(beside(ridge(chosen), last))
    mo.vstack(
        [
            picture(
                plots.functions(
                    np.log10(trials),
                    {"5 folds": trial_errors},
                    title=f"30 random trials choose λ = {chosen:.2g}",
                    x_label="log10 of λ",
                    y_label="error of rows held out",
                ),
                "The error of five-fold cross-validation on 100 patients by λ, least "
                f"at {chosen:.2g}.",
            ),
            text(f"""
    The choice is made; now, once, the {len(last)} patients that nobody has looked at:
    the error is **{test_error:.1f}**, where cross-validation said
    {trial_errors.min():.1f}. They differ for two reasons: in the folds the weights
    learned from 80 patients, not 100, and other patients judge. A third one flatters:
    the smallest of 30 errors was chosen for being small, so it is no fair judge of
    itself, and the last word is the test's. (The columns were scaled by all 100
    patients. Strictly, that belongs into the folds too: it is a small leak.)
    """),
        ]
    )
    return chosen, test_error, trial_errors


@app.cell
def _(best_degree, error, models, test):
    season_test = float(error(models[best_degree], test))
    text(f"""
    And the season of the beginning: degree {best_degree}, chosen by validation, is
    {season_test:.3f} beside the 64 months of the test.
    """)
    return (season_test,)


@app.cell
def _():
    read(
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2nd "
        "ed. 2009), chapter 7; section 7.10.2 is about a worse leak than that of "
        "exercise 2: columns chosen by the targets of all rows. Ridge and lasso: "
        "section 3.4.",
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), sections 5.2 and "
        "5.3, and chapter 7: early stopping in 7.8, dropout in 7.12.",
        'Tibshirani, "Regression shrinkage and selection via the lasso" (1996).',
        "Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov, "
        '"Dropout: a simple way to prevent neural networks from overfitting" (2014).',
        "Zhang, Bengio, Hardt, Recht & Vinyals, "
        '"Understanding deep learning requires rethinking generalization" (2017): '
        "networks that learn random labels by heart.",
        'Bergstra & Bengio, "Random search for hyper-parameter optimization" (2012).',
    )


@app.cell
def _():
    closing("overfitting")


if __name__ == "__main__":
    app.run()
