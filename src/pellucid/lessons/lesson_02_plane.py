"""Many inputs, and the normal equations."""

import marimo

app = marimo.App(app_title="Many inputs")

with app.setup:
    from fractions import Fraction

    import marimo as mo
    import numpy as np
    from sklearn.datasets import load_breast_cancer, load_diabetes

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

    TWO = "body mass index", "blood pressure"
    PROGRESSION = "progression of diabetes"


@app.cell
def _():
    opening("plane")


@app.cell
def _():
    text(r"""
    The line of the first lesson guessed how far diabetes goes within a year from one
    number, the body mass index, and explained a third of the variance. Of the same 442
    patients ten things are known: age, sex, body mass index, blood pressure, and six
    blood values. How much should each of them count?

    You will write the answer as one equation of matrices. It holds for two inputs, for
    ten, and for a million, and it fits curves as well as planes. Its gradient comes
    back in every network of the later lessons.
    """)


@app.cell
def _():
    patients = load_diabetes(scaled=False)
    names, y = patients.feature_names, patients.target
    ten = patients.data
    two = ten[:, [2, 3]]
    return names, ten, two, y


@app.cell
def _():
    turn = mo.ui.slider(
        -180, 180, 10, value=-60, label="turn the picture (degrees)", show_value=True
    )
    mo.vstack([
        text(r"""
        ## A plane

        With two inputs $x_1, x_2$ the line becomes a plane: a weight for each input,
        and the intercept.

        $$\hat y = b + w_1 x_1 + w_2 x_2$$

        Here is the best one. Points above it are filled, points below it hollow, and
        each thread is an error. Turn it until you look along the plane: it becomes a
        line.
        """),
        turn,
    ])  # fmt: skip
    return (turn,)


@app.cell
def _(turn, two, y):
    plane = pl.LinearRegression().fit(two, y)
    _r2 = plane.score(two, y)
    _figure = plots.plane(
        two[::4], y[::4], plane.coef_, plane.intercept_,
        title=f"Two inputs explain {100 * _r2:.1f} % of the variance",
        names=TWO, y_label="progression",
    )  # fmt: skip
    _figure.axes[0].view_init(elev=20, azim=turn.value)
    picture(
        _figure,
        "A quarter of the patients as points in space, with the plane through them: it "
        "rises with the body mass index and with blood pressure.",
    )
    return (plane,)


@app.cell
def _():
    text(r"""
    ## One column more, and the intercept is a weight

    Write the measurements of patient $i$ as a row, and all rows as a table $X$ of $n$
    rows and $d$ columns. The intercept does not fit in, until you put a column of ones
    in front:

    $$X = \begin{pmatrix} 1 & x_{11} & \cdots & x_{1d} \\
    \vdots & \vdots & & \vdots \\ 1 & x_{n1} & \cdots & x_{nd} \end{pmatrix}$$

    Then $b$ is the weight $w_0$ of a feature that is 1 for everybody.
    """)


@app.cell
def _():
    with_ones, with_ones_asked = exercise(
        "plane/with_ones",
        r"""**1. A column of ones.** Write `with_ones(X)` for a table `X` of shape
        (n, d). It returns a table of shape (n, 1 + d): the ones first, then the
        columns of `X`.""",
    )
    with_ones
    return (with_ones_asked,)


@app.cell
def _(with_ones_asked):
    answer(with_ones_asked)


@app.cell
def _():
    text(r"""
    The prediction for row $i$ is $\sum_j X_{ij} w_j$, a sum of products. A matrix times
    a vector is exactly that, for all rows at once: $\hat y = X w$.
    """)


@app.cell
def _():
    predictions, predictions_asked = exercise(
        "plane/predictions",
        r"""**2. All predictions at once.** Write `predictions(X, w)`: `X` has the shape
        (n, d) and its column of ones already, `w` has the shape (d,). It returns
        $Xw$, of shape (n,).""",
    )
    predictions
    return (predictions_asked,)


@app.cell
def _(predictions_asked):
    answer(predictions_asked)


@app.cell
def _():
    cost_of_weights, cost_asked = exercise(
        "plane/cost",
        r"""**3. The cost.** Write `cost(w, X, y)`: `w` has the shape (d,), `X` (n, d)
        and `y` (n,). It returns the mean squared error, one number:
        $J(w) = \frac1n \sum_i (\hat y_i - y_i)^2$ with $\hat y = X w$.""",
    )
    cost_of_weights
    return (cost_asked,)


@app.cell
def _(cost_asked):
    answer(cost_asked)


@app.cell
def _():
    shape = predict(
        "X has the shape (442, 11), w (11,) and y (442,). Which shape has the product "
        "X.T @ (X @ w - y)?",
        ["(442,)", "(11,)", "(11, 442)", "one number"],
    )
    shape
    return (shape,)


@app.cell
def _(shape):
    revealed(
        shape,
        "(11,)",
        "X.T has the shape (11, 442), the errors (442,): the 442 are summed over, and "
        "one number for each weight is left. That is the shape of a gradient: as long "
        "as the weights.",
        text(r"""
        ## The gradient

        **Step 1.** With the errors $e = Xw - y$ the cost is
        $J = \frac1n \sum_i e_i^2$.

        **Step 2.** The error of row $i$ changes by $X_{ij}$ when $w_j$ changes by 1. So
        the chain rule gives

        $$\frac{\partial J}{\partial w_j} = \frac2n \sum_i e_i X_{ij}$$

        **Step 3.** The sum runs over the rows, down column $j$ of $X$. It is row $j$ of
        $X^\top$ times the vector $e$. All of them at once:

        $$\nabla J = \frac2n X^\top (X w - y)$$
        """),
    )


@app.cell
def _():
    gradient, gradient_asked = exercise(
        "plane/gradient",
        r"""**4. The gradient.** Write `gradient(w, X, y)` for the mean squared error.
        It returns $\nabla J$, of the shape of `w`.""",
    )
    gradient
    return (gradient_asked,)


@app.cell
def _(gradient_asked):
    answer(gradient_asked)


@app.cell
def _():
    def cost(w, X, y):
        error = X @ w - y
        return np.mean(error**2)

    _X = np.array([[1.0, 2], [1, 3], [1, 5]])
    _given = np.array([0.0, 1.5]), _X, np.array([3.0, 4, 9])
    mo.vstack([
        text(r"""
        Here is your formula as a graph, for three rows, one feature, and
        $w = (0, 1.5)$. The gradient in the box of `w` is $X^\top$ times
        the one in the box below it.
        """),
        graph(
            pl.draw(cost, *_given),
            "The computational graph of the cost: X and w make the predictions, y is "
            "taken away, the errors are squared, and their mean is the cost.",
        ),
        text("""
        And this is the code that Pellucid writes for the gradient, from that graph
        alone. Is it yours?
        """),
        code(pl.source(pl.gradient(pl.graph(cost, *_given)))),
    ])  # fmt: skip
    return (cost,)


@app.cell
def _():
    text(r"""
    ## The normal equations

    At the lowest point the gradient is zero. Multiply by $n/2$, and what remains are as
    many equations as there are weights, all of them straight:

    $$X^\top X\, w = X^\top y$$

    They are called the **normal equations**: $X^\top (Xw - y) = 0$ says that the errors
    stand at a right angle (are *normal*) to each column of $X$. Nothing of any column
    is left in them. $X^\top X$ has the shape $(d, d)$, however many rows there are. As
    long as no column is a sum of multiples of the others, there is one solution.

    The books write $w = (X^\top X)^{-1} X^\top y$. That is a formula to read, not to
    compute by: the weights are the *solution of equations*, and no inverse is needed.
    """)


@app.cell
def _():
    best_weights, best_weights_asked = exercise(
        "plane/best_weights",
        r"""**5. The best weights.** Write `best_weights(X, y)`: `X` has the shape
        (n, d) with its column of ones, and more rows than columns. It returns the $w$
        of least cost, of shape (d,), from the normal equations, without an inverse.""",
    )
    best_weights
    return (best_weights_asked,)


@app.cell
def _(best_weights_asked):
    answer(best_weights_asked)


@app.cell
def _():
    smaller = predict(
        "Alone, the body mass index has the slope 10.2. Patients with a larger one "
        "have a higher blood pressure as well. With blood pressure as a second input, "
        "the weight of the body mass index is ...",
        ["larger", "the same", "smaller"],
    )
    smaller
    return (smaller,)


@app.cell
def _(plane, smaller, two, y):
    alone = np.polyfit(two[:, 0], y, 1)[0]
    revealed(
        smaller,
        "smaller",
        f"It is {plane.coef_[0]:.2f} after {alone:.2f}. Alone, the body mass index "
        "stood for itself and for the blood pressure that comes with it.",
        text("""
        Now the blood pressure has a weight of its own. A weight says how much the
        prediction changes for one unit more *while the other inputs stay as they are*:
        it depends on which others there are.
        """),
    )
    return (alone,)


@app.cell
def _(cost, names, ten, y):
    X = np.column_stack([np.ones(len(ten)), ten])
    fit = pl.minimise(cost, np.zeros(11), X, y)
    model = pl.LinearRegression().fit(ten, y)
    r2 = model.score(ten, y)
    by_spread = model.coef_ * ten.std(axis=0)
    mo.vstack([
        text(rf"""
        ## Ten inputs

        Nothing new is needed. By training from zeros, or by the class, the weights are
        those of your `best_weights`:

        ```python
        X = np.column_stack([np.ones(len(ten)), ten])        # (442, 11)
        fit = pl.minimise(cost, np.zeros(11), X, y)
        model = pl.LinearRegression().fit(ten, y)

        fit.x[3], model.coef_[2]    # {fit.x[3]:.5f}, {model.coef_[2]:.5f}
        model.score(ten, y)         # {r2:.4f}
        ```

        The weights have different units, so their sizes cannot be compared. Multiplied
        by the standard deviation of their column they all say the same kind of thing:
        how much the prediction changes for a usual difference between patients.
        """),
        picture(
            plots.coefficients(
                names, by_spread,
                title=f"Ten inputs explain {100 * r2:.0f} % of the variance",
                x_label="change of the prediction for one standard deviation",
            ),
            "The effect of each of the ten inputs for one standard deviation.",
        ),
    ])  # fmt: skip
    return X, fit, model, r2


@app.cell
def _():
    text("""
    The blood values s1 and s2 (total and low-density cholesterol) have large effects of
    opposite signs. They rise and fall together, so the data hardly tell their weights
    apart: one may grow if the other shrinks.
    """)


@app.cell
def _():
    sign = predict(
        "s3, the high-density cholesterol, alone has a negative slope: patients with "
        "more of it fare better. With all ten inputs, its weight is ...",
        ["more negative", "about the same", "positive"],
    )
    sign
    return (sign,)


@app.cell
def _(model, sign, ten, y):
    s3_error = model.summary().frame["standard error"].iloc[7]  # after the intercept
    s3_alone = np.polyfit(ten[:, 6], y, 1)[0]
    revealed(
        sign,
        "positive",
        f"Alone {s3_alone:.2f}, among the ten {model.coef_[6]:+.2f}: even the sign of "
        "a weight depends on its company.",
        text(f"""
        Read a weight together with its standard error, which `model.summary()` has, and
        never as a cause. Here the standard error is {s3_error:.2f}, twice as large as
        the weight: these 442 patients do not tell its sign.
        """),
    )
    return s3_alone, s3_error


@app.cell
def _():
    text(r"""
    ## A curve is a plane, too

    "Linear" means linear in the weights. The columns may be anything that you compute
    before: $x$ and $x^2$ make a parabola, and the normal equations do not notice.

    $$\hat y = w_0 + w_1 x + w_2 x^2$$
    """)


@app.cell
def _():
    powers, powers_asked = exercise(
        "plane/powers",
        r"""**6. Powers as columns.** Write `powers(x, degree)` for `x` of shape (n,).
        It returns a table of shape (n, degree + 1) with the columns
        $1, x, x^2, \ldots, x^{\text{degree}}$, in this order.""",
    )
    powers
    return (powers_asked,)


@app.cell
def _(powers_asked):
    answer(powers_asked)


@app.cell
def _():
    pi = predict(
        "Now 569 breast tumours under the microscope: the mean radius r of their cell "
        "nuclei, and the mean area A, each measured. Fit A = w r². Which weight comes "
        "out?",
        ["about 2", "about 3.1", "about 6.3"],
    )
    pi
    return (pi,)


@app.cell
def _(pi):
    _tumours = load_breast_cancer().data
    radius, area = _tumours[:, 0], _tumours[:, 3]
    square_weight = radius**2 @ area / (radius**2 @ radius**2)
    parabola = np.polyfit(radius, area, 2)
    line_r2, curve_r2 = (
        1
        - np.var(area - np.polyval(np.polyfit(radius, area, k), radius)) / np.var(area)
        for k in (1, 2)
    )
    revealed(
        pi,
        "about 3.1",
        f"The fit finds {square_weight:.3f}: the area of a circle is π r², π is 3.142, "
        "and the nuclei are nearly circles. With the three columns 1, r, r² the weight "
        f"of r² is {parabola[0]:.2f}, and r2 is {curve_r2:.4f} after {line_r2:.4f} for "
        "the line.",
        picture(
            plots.curve(
                radius, area, lambda r: np.polyval(parabola, r),
                title=f"The weight of r² is {parabola[0]:.2f}, nearly π",
                x_label="mean radius of the nuclei", y_label="their mean area",
            ),
            "Area against radius: the points follow a parabola closely.",
        ),
    )  # fmt: skip
    return area, curve_r2, line_r2, parabola, radius, square_weight


@app.cell
def _():
    text(r"""
    ## Solved, never inverted

    How exact is each way? For the powers of the radius we know the weights exactly,
    since fractions can be added and divided without rounding. Here is how many digits
    are right in the worst weight, and how far each way misses the equations,
    $\max |X^\top X w - X^\top y| / \max |X^\top y|$.
    """)


@app.cell
def _(area, radius):
    def exact(X, y):
        """The normal equations in fractions, by elimination."""
        X = [[Fraction(v) for v in row] for row in X.tolist()]
        y = [Fraction(v) for v in y.tolist()]
        columns = [*zip(*X, strict=True), y]
        A = [
            [sum(p * q for p, q in zip(a, b, strict=True)) for b in columns]
            for a in columns[:-1]
        ]  # X'X beside X'y
        for i, pivot in enumerate(A):
            pivot[:] = [v / pivot[i] for v in pivot]
            for row in A[:i] + A[i + 1 :]:
                row[:] = [v - row[i] * p for v, p in zip(row, pivot, strict=True)]
        return np.array([float(row[-1]) for row in A])

    def ways(degree):
        """The weights of each way, the exact ones first."""
        X = np.vander(radius, degree + 1, increasing=True)
        A, b = X.T @ X, X.T @ area
        model = pl.LinearRegression().fit(X[:, 1:], area)
        return A, b, exact(X, area), {
            "the inverse of X'X": np.linalg.inv(A) @ b,
            "X'X w = X'y, solved": np.linalg.solve(A, b),
            "least squares of X (`lstsq`)": np.linalg.lstsq(X, area)[0],
            "`pl.LinearRegression`": np.append(model.intercept_, model.coef_),
        }  # fmt: skip

    return (ways,)


@app.cell
def _(ways):
    def digits(w, right):
        """How many digits are right in the worst weight, 16 at most."""
        return -np.log10(max(np.max(np.abs(w / right - 1)), 1e-16))

    _A, _b, _right, _found = ways(6)
    right_digits = {name: digits(w, _right) for name, w in _found.items()}
    missed = {n: np.max(np.abs(_A @ w - _b)) / np.max(_b) for n, w in _found.items()}
    _rows = [
        (name, f"{right_digits[name]:.0f}", f"{missed[name]:.0e}") for name in _found
    ]
    mo.vstack([
        table(_rows, ("degree 6", "digits right", "equations missed by")),
        text(r"""
        The inverse misses the equations by most, and takes three times the work of
        `solve`. But many digits go before either, in $X^\top X$ itself: its *condition
        number*, the factor by which rounding may grow, is the square of that of $X$.
        `lstsq` works with $X$ and keeps more;
        `pl.LinearRegression` mends what rounding has left, by a gradient computed
        without rounding. For a handful of columns in sensible units all of these will
        do. None of them needs the inverse.
        """),
    ])  # fmt: skip
    return missed, right_digits


@app.cell
def _():
    fit_and_predict, fit_and_predict_asked = exercise(
        "plane/fit_and_predict",
        r"""**7. The whole.** Write `fit_and_predict(X, y, X_new)`: `X` has the shape
        (n, d), *without* ones, `y` (n,), and `X_new` (m, d). Fit a plane with an
        intercept to `X` and `y`, and return its predictions for the new rows, of
        shape (m,).""",
    )
    fit_and_predict
    return (fit_and_predict_asked,)


@app.cell
def _(fit_and_predict_asked):
    answer(fit_and_predict_asked)


@app.cell
def _(r2):
    text(rf"""
    Half of the variance is explained now: r2 is {r2:.2f}. Is that good? Would it hold
    for the next 442 patients? And can more columns make it worse?
    """)


@app.cell
def _():
    read(
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2nd "
        "ed., 2009), section 3.2: least squares with many inputs, and the geometry "
        "of the right angle.",
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 5.1.4: "
        "linear regression as the first learning algorithm; sections 2.1 to 2.3 for "
        "the matrices.",
        "Golub & Van Loan, *Matrix Computations* (4th ed., 2013), section 5.3: least "
        "squares of full rank, by normal equations and by QR.",
        "Higham, *Accuracy and Stability of Numerical Algorithms* (2nd ed., 2002), "
        "chapter 14: what inverting costs, and why one does not.",
    )


@app.cell
def _():
    closing("plane")


if __name__ == "__main__":
    app.run()
