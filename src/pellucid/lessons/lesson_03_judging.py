"""How good is a fit? What r2 tells, and how it misleads."""

import marimo

app = marimo.App(app_title="How good is a fit?")

with app.setup:
    import marimo as mo
    import numpy as np
    from numpy.polynomial import Polynomial
    from sklearn.datasets import load_diabetes

    import pellucid as pl
    from pellucid.lessons.page import (
        answer,
        closing,
        exercise,
        graph,
        opening,
        picture,
        predict,
        read,
        revealed,
        text,
    )
    from pellucid.show import plots

    MASS, PROGRESSION = "body mass index (kg/m²)", "progression of diabetes"


@app.cell
def _():
    opening("judging")


@app.cell
def _():
    text(r"""
    Ten measurements of 442 patients explain half of the variance of the progression of
    their diabetes: $r^2 = 0.52$. That figure was computed from the rows that the
    weights were fitted to. Does it hold for the next patient? Could it be the work of a
    single row? Is a plane the right shape at all?

    $$r^2 = 1 - \frac{\text{SSE}}{\text{SST}}
          = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}$$

    This lesson shows five ways in which $r^2$ misleads, each on data, and you write
    tools against them.
    """)


@app.cell
def _():
    _patients = load_diabetes(scaled=False)
    X, y = _patients.data, _patients.target
    mass = X[:, 2]

    def line_of(x, y):
        """Slope, intercept and r2 of the line of best fit."""
        a, b = np.polyfit(x, y, 1)
        return a, b, r2(y, a * x + b)

    def r2(y, output):
        return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)

    return X, line_of, mass, r2, y


@app.cell
def _():
    alike = predict(
        "Four data sets of eleven points. All four have the same mean of x and of y, "
        "the same line of best fit, y = 3 + 0.5 x, and the same r2 of 0.67. Do the "
        "four look alike?",
        ["yes, more or less", "two of them do", "no two do"],
    )
    mo.vstack([text("## Four data sets"), alike])
    return (alike,)


@app.cell
def _(alike, line_of):
    _x = np.array([10.0, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])
    _fourth = np.array([8.0, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8])
    quartet = {  # Anscombe (1973)
        "A cloud": (_x, np.array(
            [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])),
        "A curve": (_x, np.array(
            [9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74])),
        "A line and an outlier": (_x, np.array(
            [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73])),
        "One row decides": (_fourth, np.array(
            [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.50, 5.56, 7.91, 6.89])),
    }  # fmt: skip
    quartet_lines = {name: line_of(*points) for name, points in quartet.items()}
    _pictures = [
        picture(
            plots.line(*quartet[name], a, b, title=f"{name}: r2 {share:.2f}"),
            f"Eleven points, {name}, and the same line.",
        )
        for name, (a, b, share) in quartet_lines.items()
    ]  # fmt: skip
    revealed(
        alike,
        "no two do",
        "The first is what the line is meant for. The second is a curve. In the third, "
        "one point turns the line away from the ten others, which lie on another line. "
        "In the fourth, x is the same for ten points, and the eleventh alone decides "
        "the slope. No figure told: the pictures do.",
        mo.vstack(_pictures),
    )
    return quartet, quartet_lines


@app.cell
def _():
    text(r"""
    ## What is left: residuals

    The line is one thing, what it leaves is another. The **residual** of a row is what
    was observed less what was predicted, $e_i = y_i - \hat y_i$: the error of the first
    lessons with its sign turned. If the line has taken all that there is, the residuals
    have no shape left: no curve, no funnel, no lonely point.
    """)


@app.cell
def _():
    residuals, residuals_asked = exercise(
        "judging/residuals",
        r"""**1. Residuals.** Write `residuals(X, y)`: `X` has the shape (n, d) with its
        column of ones, `y` (n,). Fit the weights by least squares and return
        $y - Xw$, of shape (n,).""",
    )
    residuals
    return (residuals_asked,)


@app.cell
def _(residuals_asked):
    answer(residuals_asked)


@app.cell
def _(quartet):
    chosen = mo.ui.dropdown(list(quartet), value="A curve", label="residuals of")
    mo.vstack([
        text("""
        Choose one of the four. The picture shows its residuals along the predictions,
        with a smooth line through them. The sentence below is what
        `pl.LinearRegression().fit(X, y).summary()` says of it: it looks at leverages,
        at curves and at spread, as you should.
        """),
        chosen,
    ])  # fmt: skip
    return (chosen,)


@app.cell
def _(chosen, line_of, quartet):
    quartet_notes = {
        name: pl.LinearRegression().fit(x[:, None], y).summary().notes
        for name, (x, y) in quartet.items()
    }
    _x, _y = quartet[chosen.value]
    _a, _b, _ = line_of(_x, _y)
    _output = _a * _x + _b
    _notes = quartet_notes[chosen.value] or ["Nothing to remark."]
    mo.vstack([
        picture(
            plots.residuals(_output, _y - _output, title=f"{chosen.value}: residuals"),
            f"The residuals of the data set called {chosen.value}.",
        ),
        *(mo.callout(mo.md(str(note))) for note in _notes),
    ])  # fmt: skip
    return (quartet_notes,)


@app.cell
def _():
    chance = predict(
        "Half of the patients, 221, are for learning, the other half are new. Beside "
        "the ten measurements each patient gets 200 columns of random numbers. With "
        "these, r2 on the rows learned from will ...",
        ["fall", "stay as it is", "rise a little, to about 0.6", "rise to almost 1"],
    )
    mo.vstack([text("## Columns of chance"), chance])
    return (chance,)


@app.cell
def _(X, chance, r2, y):
    _rng = np.random.default_rng(0)
    _order = _rng.permutation(len(y))
    learn, new = _order[:221], _order[221:]
    noise = _rng.normal(size=(len(y), 200))
    counts = np.arange(0, 201, 10)

    def with_noise(k):
        """r2 on the rows learned from and on the new ones, with k columns of chance."""
        A = np.column_stack([np.ones(len(y)), X, noise[:, :k]])
        w, *_ = np.linalg.lstsq(A[learn], y[learn])
        return [r2(y[rows], A[rows] @ w) for rows in (learn, new)]

    seen_r2, new_r2 = np.array([with_noise(k) for k in counts]).T
    revealed(
        chance,
        "rise to almost 1",
        f"It goes from {seen_r2[0]:.2f} to {seen_r2[-1]:.2f}, by columns that know "
        f"nothing. On the new rows it falls from {new_r2[0]:.2f} to {new_r2[-1]:.1f}.",
        mo.vstack([
            picture(
                plots.functions(
                    counts,
                    {"rows learned from": seen_r2, "new rows": new_r2},
                    title="Columns of chance raise r2, and ruin the fit",
                    x_label="columns of random numbers", y_label="r2",
                ),
                "r2 against the number of random columns: it rises to 1 on the rows "
                "learned from, and falls far below 0 on new rows.",
            ),
            text(r"""
            **Why it can never fall.** With one column more, least squares may still
            give it the weight 0 and keep all others; then the cost is the same. It
            takes the least cost of *all* weights, and that is at most as large.

            **Why it falls on new rows.** The new weights follow what is chance in these
            rows. In others the chance is another one.
            """),
        ]),
    )  # fmt: skip
    return counts, learn, new, new_r2, noise, seen_r2


@app.cell
def _():
    text(r"""
    ## Two remedies

    **A fine for each column.** Divide each sum of squares by its *degrees of freedom*,
    the number of rows less the number of weights that were fitted to them: $n - d - 1$
    for the errors of a fit with $d$ features and an intercept, $n - 1$ for the mean.

    $$r^2_{\text{adjusted}} = 1 -
    \frac{\text{SSE} / (n - d - 1)}{\text{SST} / (n - 1)}$$

    A column of pure chance leaves it, on average, where it was.
    """)


@app.cell
def _():
    adjusted_r2, adjusted_r2_asked = exercise(
        "judging/adjusted_r2",
        r"""**2. The adjusted r2.** Write `adjusted_r2(y, output, d)`: `y` are the
        observed and `output` the predicted values, of shape (n,), and `d` is the number
        of features, without the intercept. It returns one number.""",
    )
    adjusted_r2
    return (adjusted_r2_asked,)


@app.cell
def _(adjusted_r2_asked):
    answer(adjusted_r2_asked)


@app.cell
def _(learn, seen_r2):
    _n = len(learn)
    adjusted = [1 - (1 - seen_r2[i]) * (_n - 1) / (_n - 11 - k)
                for i, k in ((0, 0), (-1, 200))]  # fmt: skip
    text(rf"""
    Of the fits above, the adjusted $r^2$ is {adjusted[0]:.2f} without any random column
    and {adjusted[1]:.2f} with all 200: it does not follow them.

    **New rows.** The other remedy needs no theory: keep some rows away from the fit,
    and judge by them. Both sums of $r^2$ then run over the new rows. It may be
    negative: that is what a fit deserves which is worse than to say $\bar y$ to
    everybody.
    """)
    return (adjusted,)


@app.cell
def _():
    r2_on_new_rows, r2_on_new_rows_asked = exercise(
        "judging/r2_on_new_rows",
        r"""**3. r2 on new rows.** Write `r2_on_new_rows(X, y, X_new, y_new)`: both
        tables have their column of ones, of shapes (n, d) and (m, d). Fit to the first,
        and return $r^2$ on the second, one number. The rival is the mean of
        `y_new`.""",
    )
    r2_on_new_rows
    return (r2_on_new_rows_asked,)


@app.cell
def _(r2_on_new_rows_asked):
    answer(r2_on_new_rows_asked)


@app.cell
def _():
    def share(output, y):
        sse = np.sum((y - output) ** 2)
        sst = np.sum((y - np.mean(y)) ** 2)
        return 1 - sse / sst

    mo.vstack([
        text(r"""
        Here is $r^2$ as a graph, for $y = (1, 2, 6)$ and predictions that are worse
        than the mean. The gradient at `output` says how to change each prediction so
        that $r^2$ rises: it is $2 (y - \hat y) / \text{SST}$, the residuals again.
        """),
        graph(
            pl.draw(share, np.array([4.0, 5, 2]), np.array([1.0, 2, 6])),
            "The computational graph of r2: output and y lead to SSE, y and its mean "
            "to SST, and both to 1 less their ratio.",
        ),
    ])  # fmt: skip
    return (share,)


@app.cell
def _():
    decimal = predict(
        "In one row of 442 the decimal point was lost: a body mass index of 32.1 was "
        "typed as 321. The slope of the line was 10.2. With that row it is ...",
        ["about 10", "about 8", "about 5", "about 1"],
    )
    mo.vstack([text("## One wrong row"), decimal])
    return (decimal,)


@app.cell
def _(decimal, line_of, mass, y):
    typed = mass.copy()
    typed[0] *= 10
    typed_line = line_of(typed, y)
    huber_slope = pl.HuberRegression().fit(typed[:, None], y).coef_[0]
    revealed(
        decimal,
        "about 1",
        f"It is {typed_line[0]:.2f}, and r2 falls from {line_of(mass, y)[2]:.2f} to "
        f"{typed_line[2]:.2f}: one row has more to say than the 441 others.",
        mo.vstack([
            picture(
                plots.line(
                    typed, y, *typed_line[:2],
                    title="One lost decimal point turns the line",
                    x_label=MASS, y_label=PROGRESSION,
                ),
                "All patients on the left, one point far to the right, and a line that "
                "is nearly level.",
            ),
            text(f"""
            A cost that grows less for large errors helps: `pl.HuberRegression` finds a
            slope of {huber_slope:.1f} on the same rows. It does not help as much as
            looking at the data.
            """),
        ]),
    )  # fmt: skip
    return huber_slope, typed, typed_line


@app.cell
def _(mass, y):
    where = mo.ui.slider(
        18, 60, 1, value=30, label="body mass index of one more patient",
        show_value=True,
    )  # fmt: skip
    height = mo.ui.slider(
        0, 800, 25, value=700, label="their progression", show_value=True
    )
    few = mass[::20], y[::20]
    mo.vstack([
        text("""
        ## Leverage

        Here are 23 of the patients and one more, whom you may put anywhere.
        Leave the height as it is, and move the point from the middle to the right: when
        does the line follow?
        """),
        where,
        height,
    ])  # fmt: skip
    return few, height, where


@app.cell
def _(few, height, line_of, where):
    _x, _y = np.append(few[0], where.value), np.append(few[1], height.value)
    _a, _b, _ = line_of(_x, _y)
    _h = 1 / len(_x) + (_x - _x.mean()) ** 2 / np.sum((_x - _x.mean()) ** 2)
    lone_leverage = _h[-1]
    picture(
        plots.line(
            _x, _y, _a, _b, title=f"Leverage {_h[-1]:.2f}, slope {_a:.1f}",
            x_label=MASS, y_label=PROGRESSION,
        ),
        f"Points with one that can be moved; the line has the slope {_a:.1f}.",
    )  # fmt: skip
    return (lone_leverage,)


@app.cell
def _():
    text(r"""
    The predictions are a product of $y$ with a matrix that depends on $X$ alone:

    $$\hat y = X w = X (X^\top X)^{-1} X^\top y = H y$$

    Its entry $H_{ii} = h_i$ says how far the prediction of row $i$ follows when $y_i$
    moves by 1. That is the **leverage** of the row:

    $$h_i = x_i^\top (X^\top X)^{-1} x_i$$

    It lies between 0 and 1, and all leverages add up to the number of weights. A row
    with $h_i = 1$ draws the plane through itself, whatever the others say: the lone
    point of the fourth data set.
    """)


@app.cell
def _():
    leverages, leverages_asked = exercise(
        "judging/leverages",
        r"""**4. Leverages.** Write `leverages(X)` for `X` of shape (n, d) with its
        column of ones. It returns $h_i$ for each row, of shape (n,).""",
    )
    leverages
    return (leverages_asked,)


@app.cell
def _(leverages_asked):
    answer(leverages_asked)


@app.cell
def _(X, r2, y):
    _A = np.column_stack([np.ones(len(y)), X])
    _H = _A @ np.linalg.solve(_A.T @ _A, _A.T)
    h = np.diag(_H)
    left_out = (y - _H @ y) / (1 - h)
    plain_r2, left_out_r2 = r2(y, _H @ y), r2(y, y - left_out)
    text(rf"""
    ## What would the others have said?

    Fit without row $i$, predict it, and do so for each row: an honest error for all of
    them. It seems to take $n$ fits. It takes one. Call the prediction of the others
    $\tilde y_i$.

    **Step 1.** If $y_i$ *were* $\tilde y_i$, the row would lie on the plane of the
    others. To add it would change nothing: its prediction would be $\tilde y_i$.

    **Step 2.** Go back from $\tilde y_i$ to the true $y_i$. By the leverage, the
    prediction follows with the factor $h_i$:
    $\hat y_i = \tilde y_i + h_i (y_i - \tilde y_i)$.

    **Step 3.** Take both sides from $y_i$:
    $y_i - \hat y_i = (1 - h_i)(y_i - \tilde y_i)$. So

    $$y_i - \tilde y_i = \frac{{e_i}}{{1 - h_i}}$$

    Of the ten measurements of the patients, $r^2$ is {plain_r2:.3f} with the plain
    residuals and {left_out_r2:.3f} with the left-out ones: that much was flattery. It
    is little because there are {len(y) / 11:.0f} rows for each weight.
    """)
    return h, left_out, left_out_r2, plain_r2


@app.cell
def _():
    left_out_errors, left_out_errors_asked = exercise(
        "judging/left_out_errors",
        r"""**5. Left-out errors.** Write `left_out_errors(X, y)`: `X` has the shape
        (n, d) with its column of ones. It returns $y_i - \tilde y_i$ for each row, of
        shape (n,), without fitting $n$ times.""",
    )
    left_out_errors
    return (left_out_errors_asked,)


@app.cell
def _(left_out_errors_asked):
    answer(left_out_errors_asked)


@app.cell
def _():
    degree = mo.ui.slider(1, 8, value=1, label="degree of the curve", show_value=True)
    mo.vstack([
        text("""
        ## Beyond the data

        A fit is known where there were rows. Here curves are fitted to the 343 patients
        with a body mass index below 30, and drawn on to 43, over the 99 others. Raise
        the degree: r2 rises on the rows learned from, as it must. And beyond?
        """),
        degree,
    ])  # fmt: skip
    return (degree,)


@app.cell
def _(degree, mass, r2, y):
    light = mass < 30
    inside, beyond = np.array([
        [r2(y[rows], Polynomial.fit(mass[light], y[light], k)(mass[rows]))
         for rows in (light, ~light)]
        for k in range(1, 9)
    ]).T  # fmt: skip
    _curve = Polynomial.fit(mass[light], y[light], degree.value)
    _k = degree.value - 1
    _figure = plots.curve(
        mass, y, _curve,
        title=f"r2 is {inside[_k]:.2f} below 30, and {beyond[_k]:,.2f} beyond",
        x_label=MASS, y_label=PROGRESSION,
    )  # fmt: skip
    _figure.axes[0].set_ylim(-50, 450)
    _figure.axes[0].axvline(30, color="grey", linewidth=0.8, linestyle=":")
    picture(
        _figure,
        f"Patients, and a curve of degree {degree.value} fitted to those below 30.",
    )
    return beyond, inside, light


@app.cell
def _():
    narrow = predict(
        "Of all 442 patients, r2 of the line on the body mass index is 0.34. Keep only "
        "those between 24 and 28 kg/m². The errors stay as large as they were. r2 of "
        "the best line for these is ...",
        ["about 0.05", "about 0.34", "about 0.7"],
    )
    mo.vstack([text("## A narrow range"), narrow])
    return (narrow,)


@app.cell
def _(line_of, mass, narrow, y):
    between = (mass >= 24) & (mass <= 28)
    narrow_line, whole_line = line_of(mass[between], y[between]), line_of(mass, y)
    narrow_error, whole_error = (
        np.std(t - a * x - b)
        for x, t, (a, b, _) in (
            (mass[between], y[between], narrow_line), (mass, y, whole_line),
        )
    )  # fmt: skip
    revealed(
        narrow,
        "about 0.05",
        f"It is {narrow_line[2]:.2f}. The typical error is {narrow_error:.0f}, that of "
        f"all patients {whole_error:.0f}: hardly another. But where x hardly differs, "
        "it has little to explain. r2 compares the errors with the spread of *these* "
        "rows: do not compare the r2 of samples that spread differently.",
        picture(
            plots.line(
                mass[between], y[between], *narrow_line[:2],
                title=f"The same patients in a narrow range: r2 {narrow_line[2]:.2f}",
                x_label=MASS, y_label=PROGRESSION,
            ),
            "The patients between 24 and 28 kg/m²: a cloud with hardly a direction.",
        ),
    )  # fmt: skip
    return between, narrow_error, narrow_line, whole_error


@app.cell
def _():
    text(r"""
    ## Cross-validation

    The formula for left-out errors is one of least squares. For any model, cut the rows
    into $k$ **folds**. Each fold is predicted by a model that was fitted to the others,
    so that every row is once new. It is the honest figure of all later lessons.
    """)


@app.cell
def _():
    cross_validated_r2, cross_validated_r2_asked = exercise(
        "judging/cross_validated_r2",
        r"""**6. The whole.** Write `cross_validated_r2(X, y, k)`: `X` has the shape
        (n, d) with its column of ones. Row `i` belongs to fold `i % k`. Predict the
        rows of each fold by least squares on all other folds, and return one $r^2$ over
        all $n$ predictions.""",
    )
    cross_validated_r2
    return (cross_validated_r2_asked,)


@app.cell
def _(cross_validated_r2_asked):
    answer(cross_validated_r2_asked)


@app.cell
def _():
    text(r"""
    ## Before you believe an r2

    1. Look at the residuals: a curve, a funnel, a lonely point?
    2. Which rows have a large leverage, and are they right?
    3. How many columns for how many rows? What is $r^2$ on rows held out?
    4. Are the new rows where the old ones were?
    5. How wide do the features spread here, and there?

    And even then: a good fit predicts. That a change of $x$ would *cause* a change of
    $y$ is another question, which no $r^2$ answers.
    """)


@app.cell
def _():
    read(
        'Anscombe, "Graphs in statistical analysis", *The American Statistician* 27 '
        "(1973): the four data sets, in five pages.",
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2nd "
        "ed., 2009), chapter 7: how to judge a model; section 7.10 on "
        "cross-validation, and on the wrong way to do it.",
        "Belsley, Kuh & Welsch, *Regression Diagnostics* (1980), chapter 2: leverage "
        "and influence.",
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 5.2: "
        "capacity, overfitting and underfitting.",
    )


@app.cell
def _():
    closing("judging")


if __name__ == "__main__":
    app.run()
