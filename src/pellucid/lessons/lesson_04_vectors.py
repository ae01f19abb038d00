"""Vectors, not loops."""

import marimo

app = marimo.App(app_title="Vectors, not loops")

with app.setup:
    from timeit import repeat

    import marimo as mo
    import numpy as np

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
        text,
    )
    from pellucid.show import plots


@app.function
def looped(a, b):
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@app.function
def dot(a, b):
    return np.dot(a, b)


@app.function
def seconds(f, a, b):
    """The time of the quickest of three calls."""
    f(a, b)  # the first call of a compiled function compiles it
    return min(repeat(lambda: f(a, b), number=1, repeat=3))


@app.cell
def _():
    digits, classes = pl.datasets.digits()
    mo.vstack([opening("vectors"), text(rf"""
    A model looks at {len(digits):,} pictures of handwritten digits, each of
    {digits.shape[1]} pixels, and gives every pixel a weight. One output is a sum of
    {digits.shape[1]} products; one look at all pictures takes
    {digits.size:,} of them; and a training looks hundreds of times.

    How is that computed so fast that one can wait for it? All of it is one operation,
    the *dot product* of two vectors of length $n$:

    $$a \cdot b = \sum_{{i=1}}^{{n}} a_i b_i$$

    You write it as a loop first. Then you learn to do without loops: a whole table at
    a time, with axes and broadcasting. In the end you classify {len(digits) - 1400}
    digits with three lines of NumPy.
    """)])  # fmt: skip
    return classes, digits


@app.cell
def _():
    looped_view, looped_asked = exercise(
        "vectors/looped",
        r"""
    **The dot product as a loop.**
    Write `looped(a, b)`. `a` and `b` are vectors of the same length, shape `(n,)`; it
    returns the number $\sum_i a_i b_i$. Use a loop: no `np.dot`, no `@`, no `sum`.
    """,
    )
    looped_view
    return (looped_asked,)


@app.cell
def _(looped_asked):
    answer(looped_asked)


@app.cell
def _():
    text("""
    ## Three ways, side by side

    NumPy has the same sum as one call, `np.dot(a, b)`, or `a @ b`. And Pellucid can
    record a function that you wrote as a graph and compile it, `pl.compile(dot)`. The
    three are now timed on this machine, with vectors of up to a million numbers.
    """)


@app.cell
def _():
    faster = predict(
        "A million numbers: how many times faster than the loop is `np.dot`?",
        ["about 2 times", "about 10 times", "more than 30 times"],
    )
    faster
    return (faster,)


@app.cell
def _():
    lengths = 10 ** np.arange(1, 7)
    ways = {"loop": looped, "NumPy": dot, "compiled": pl.compile(dot)}
    vectors = np.random.default_rng(0).normal(size=(2, lengths[-1]))
    times = {
        name: np.array([seconds(way, *vectors[:, :n]) for n in lengths])
        for name, way in ways.items()
    }
    ratio = times["loop"][-1] / times["NumPy"][-1]
    return lengths, ratio, times


@app.cell
def _(faster, lengths, ratio, times):
    told = ["about 2 times", "about 10 times", "more than 30 times"]
    right = told[int(np.searchsorted([5, 30], ratio))]
    timed = plots.functions(
        lengths,
        {name: 1e6 * each for name, each in times.items()},
        title=f"With a million numbers, NumPy is {ratio:.0f} times as fast as a loop",
        x_label="numbers in each vector",
        y_label="microseconds",
        logarithmic=True,
    )
    why = f"""Here it was {ratio:.0f} times: the loop took
    {1e3 * times["loop"][-1]:.0f} ms, NumPy {1e3 * times["NumPy"][-1]:.2f} ms and the
    compiled graph {1e3 * times["compiled"][-1]:.2f} ms. Look at the left end too: with
    ten numbers a call itself costs more than the ten products."""
    label = "Time of a dot product by length: the loop far above NumPy and compiled."
    revealed(faster, right, why, picture(timed, label))


@app.cell
def _():
    compiled = pl.compile(dot)
    compiled(np.ones(3), np.ones(3))
    mo.vstack(
        [
            text("""
    **Why.** In each turn of the loop Python looks up what `a[i]` is, makes an object
    of the number, finds out how such objects are multiplied, and makes another for the
    sum. NumPy asks once: all numbers of an array have one type and lie side by side in
    memory, so a compiled loop runs over them, several at once.

    What Pellucid compiled had nothing left to save: a single product is NumPy's own.
    """),
            code(compiled.source),
            text("""
    It gains where a formula has many steps, whose arrays it uses again. The rule for
    you is the same either way: **write what happens to whole arrays.**
    """),
        ]
    )


@app.cell
def _(digits):
    text(f"""
    ## Axes

    A table `X` has the shape `(n, d)`: n rows, here pictures, and d columns, here
    pixels. Our digits are `{digits.shape}`. An operation over *axis 0* runs down the
    rows, and that axis is gone afterwards; over *axis 1* it runs along the columns.
    """)


@app.cell
def _():
    axis = predict(
        "X has the shape (1797, 64). What is `X.mean(axis=0)`?",
        ["(1797,), one a picture", "(64,), one a pixel", "(), one number"],
    )
    axis
    return (axis,)


@app.cell
def _(axis, digits):
    averages = {
        "the first digit": digits[0],
        "X.mean(axis=0)": digits.mean(axis=0),
        "X.std(axis=0)": digits.std(axis=0),
    }
    unused = int(np.sum(digits.std(axis=0) == 0))
    means = plots.images(
        [each.reshape(8, 8) for each in averages.values()],
        list(averages),
        title=f"The rims hardly change: {unused} pixels are the same in all pictures",
    )
    revealed(
        axis,
        "(64,), one a pixel",
        "Axis 0, the 1797 rows, is gone; 64 numbers are left, which are a picture "
        "again. `X.mean(axis=1)` would say how much ink each picture has.",
        picture(means, "A digit, the mean of all digits and the spread of each pixel."),
    )


@app.cell
def _():
    text("""
    ## Broadcasting

    Shapes need not be equal. NumPy writes them one below the other **from the right**.
    Two lengths match when they are equal, or when one of them is 1 or missing: then
    that array is repeated along the axis, without being copied.
    """)


@app.cell
def _():
    shapes = {str(s): s for s in [(), (4,), (5,), (5, 1), (1, 4), (5, 4), (3, 5, 4)]}
    first = mo.ui.dropdown(shapes, "(5, 4)", label="shape of A")
    second = mo.ui.dropdown(shapes, "(5,)", label="shape of B")
    mo.hstack([first, second], justify="start", wrap=True)
    return first, second


@app.cell
def _(first, second):
    def aligned(shape, width=3):
        """Write a shape with its axes below one another, from the right."""
        return "".join(f"{s:>5}" for s in ("",) * (width - len(shape)) + shape)

    A, B = first.value, second.value
    try:
        result = np.broadcast_shapes(A, B)
        end, remark = aligned(result), f"The result has the shape `{result}`."
    except ValueError:
        pairs = zip(A[::-1], B[::-1], strict=False)
        meet = next((m, n) for m, n in pairs if m != n and 1 not in (m, n))
        end = "  do not match"
        remark = f"From the right, {meet[0]} meets {meet[1]}, and neither is 1."
    text(f"""
```text
A    {aligned(A)}
B    {aligned(B)}
A + B{end}
```

{remark} Try what makes `(5,)` match `(5, 4)`.
    """)


@app.cell
def _():
    text(r"""
    So `X - X.mean(axis=0)` is right as it stands, `(n, d)` against `(d,)`. But
    `X - X.mean(axis=1)` is `(n, d)` against `(n,)`, and n meets d. `keepdims=True`
    leaves the axis in place with length 1, `(n, 1)`; so does indexing with `None`,
    `v[:, None]`.

    ## (n, 1) is not (n,)

    Broadcasting has one trap that costs people days, because nothing fails. A network
    gives its outputs `p` as a column, `(n, 1)`. The targets `y` came from a file as
    `(n,)`.
    """)


@app.cell
def _():
    trap = predict(
        "`p` has the shape (6, 1), `y` the shape (6,). What is `p - y`?",
        ["(6,): six errors", "(6, 1): six errors in a column", "(6, 6)", "an error"],
    )
    trap
    return (trap,)


@app.cell
def _():
    few, targets = (part[:6] for part in pl.datasets.diabetes())
    outputs = (150 + 900 * few[:, [2]])  # fmt: skip  # (6, 1)
    differences = outputs - targets
    costs = np.mean(differences**2), np.mean((outputs[:, 0] - targets) ** 2)
    return costs, differences


@app.cell
def _(costs, differences, trap):
    square = plots.heat(
        differences,
        title="Only the diagonal holds the six errors",
        x_label="target of patient",
        y_label="output for patient",
        x_names=range(6),
        y_names=range(6),
        scale="signed",
    )
    why_square = f"""From the right: 1 meets 6, and 6 meets nothing. So every output
    meets every target. On these six patients the mean square of all 36 is
    {costs[0]:,.0f}, the true mean squared error {costs[1]:,.0f}. A training on the
    wrong one runs without a word, and learns to give everybody the mean."""
    revealed(trap, "(6, 6)", why_square, picture(square, "A table of 6 by 6 errors."))


@app.cell
def _():
    mse_view, mse_asked = exercise(
        "vectors/mean_squared_error",
        r"""
    **Column against vector.**
    Write `mean_squared_error(p, y)`. `p` are outputs of shape `(n, 1)`, `y` targets of
    shape `(n,)`; it returns the number $\frac{1}{n} \sum_i (p_i - y_i)^2$.
    """,
    )
    mse_view
    return (mse_asked,)


@app.cell
def _(mse_asked):
    answer(mse_asked)


@app.cell
def _():
    def cost(W, X, y):
        p = X @ W
        errors = p[:, 0] - y
        return np.mean(errors**2)

    rows = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
    weights = np.array([[0.5], [-1.0]])
    drawn = pl.draw(cost, weights, rows, np.array([-1.0, 2.0, 1.0]))
    mo.vstack(
        [
            text("Its graph shows each shape on the way, with three rows:"),
            graph(drawn, "The graph of the mean squared error, from X @ W to cost."),
        ]
    )


@app.cell
def _():
    text(r"""
    ## Columns: put them on one scale

    178 wines have 13 measurements: alcohol in per cent, magnesium in milligrams, and so
    on. To *standardise* a column is to subtract its mean and to divide by its standard
    deviation, $z_{ij} = (x_{ij} - \bar x_j) / s_j$.
    """)


@app.cell
def _():
    standardised_view, standardised_asked = exercise(
        "vectors/standardised",
        r"""
    **Standardise.**
    Write `standardised(X)`. `X` has the shape `(n, d)`; it returns `(n, d)`. Take
    $s_j$ with $1/n$, as `np.std` does. A column that never changes becomes zeros. No
    loop.
    """,
    )
    standardised_view
    return (standardised_asked,)


@app.cell
def _(standardised_asked):
    answer(standardised_asked)


@app.cell
def _():
    scaled = predict(
        "There are three kinds of wine. Name that of each by the wine nearest to it: "
        "many of the 178 are right. And how many after standardising?",
        ["as many", "fewer", "many more"],
    )
    scaled
    return (scaled,)


@app.cell
def _():
    wines, kinds = pl.datasets.wine()

    def known(X, y):
        """How many rows have the class of the nearest other row."""
        D = np.sum((X[:, None] - X) ** 2, axis=2)  # (n, n)
        np.fill_diagonal(D, np.inf)
        return int(np.sum(y[np.argmin(D, axis=1)] == y))

    spread = wines.std(axis=0)
    share = spread.max() ** 2 / np.sum(spread**2)
    as_they_are = known(wines, kinds)
    on_one_scale = known((wines - wines.mean(axis=0)) / spread, kinds)
    return as_they_are, on_one_scale, share, spread


@app.cell
def _(as_they_are, on_one_scale, scaled, share, spread):
    import sklearn.datasets

    columns = sklearn.datasets.load_wine().feature_names
    spreads = plots.coefficients(
        columns,
        np.log10(spread),
        title="One column outweighs the other twelve",
        x_label="log10 of the standard deviation",
    )
    why_scaled = f"""{as_they_are} are right as they are, {on_one_scale} on one scale.
    Proline, an amino acid, is counted in hundreds: without standardising, it makes
    {100 * share:.1f} % of the squared distances, and twelve columns hardly count."""
    shown_spreads = picture(spreads, "The spread of each column; proline is largest.")
    revealed(scaled, "many more", why_scaled, shown_spreads)


@app.cell
def _():
    text(r"""
    ## Rows: compare directions

    A digit that is written with a soft pencil is the same digit. Divided by its length
    $|x_i| = \sqrt{\sum_j x_{ij}^2}$, a picture keeps its shape and loses its darkness.
    """)


@app.cell
def _():
    unit_view, unit_asked = exercise(
        "vectors/unit_rows",
        r"""
    **Rows of length 1.**
    Write `unit_rows(X)`. `X` has the shape `(n, d)`; it returns `(n, d)`, each row of
    length 1. A row of zeros stays as it is. No loop.
    """,
    )
    unit_view
    return (unit_asked,)


@app.cell
def _(unit_asked):
    answer(unit_asked)


@app.cell
def _():
    text("""
    ## Classes as vectors

    The class 3 is no number to calculate with: it is not half of 6. *One-hot*, it is
    the vector that has a 1 at place 3 and 0 elsewhere.
    """)


@app.cell
def _():
    hot_view, hot_asked = exercise(
        "vectors/one_hot",
        r"""
    **One-hot.**
    Write `one_hot(y, k)`. `y` are classes from 0 to k - 1, shape `(n,)`; it returns
    `(n, k)`. A class may be missing from `y`. No loop.
    """,
    )
    hot_view
    return (hot_asked,)


@app.cell
def _(hot_asked):
    answer(hot_asked)


@app.cell
def _(classes, digits):
    hot = np.eye(10)[classes]  # (n, k)
    centres = hot.T @ digits / hot.sum(axis=0)[:, None]  # (k, d)
    averaged = plots.images(
        centres.reshape(-1, 8, 8), range(10), title="The mean picture of each class"
    )
    mo.vstack(
        [
            text("""
    Now sums by class are one product. With `Y = one_hot(y, 10)`, row c of `Y.T @ X` is
    the sum of all pictures of class c, `(k, n) @ (n, d) = (k, d)`, and
    `Y.sum(axis=0)` counts them:

    ```python
    centres = Y.T @ X / Y.sum(axis=0)[:, None]
    ```
    """),
            picture(averaged, "Ten blurred digits, the mean picture of each class."),
        ]
    )
    return (centres,)


@app.cell
def _():
    distances_view, distances_asked = exercise(
        "vectors/distances",
        r"""
    **All distances at once.**
    Write `distances(A, B)`. `A` has the shape `(n, d)`, `B` the shape `(m, d)`; it
    returns `(n, m)`, where entry i, j is
    $|a_i - b_j| = \sqrt{\sum_k (a_{ik} - b_{jk})^2}$. No loop.
    """,
    )
    distances_view
    return (distances_asked,)


@app.cell
def _(distances_asked):
    answer(distances_asked)


@app.cell
def _(digits):
    m = len(digits)
    text(rf"""
    **What it costs.** With an axis more, the differences of all {m:,} digits are an
    array `(n, n, d)` of {8 * m * m * 64 / 1e9:.1f} GB. The square multiplied out needs
    only `(n, n)`, {8 * m * m / 1e6:.0f} MB, and its last term is a matrix product, on
    which people have worked for decades to make it fast:

    $$|a - b|^2 = |a|^2 + |b|^2 - 2\, a \cdot b$$

    ```python
    np.sum(A**2, axis=1)[:, None] + np.sum(B**2, axis=1) - 2 * A @ B.T
    ```

    The price is a few digits: where a and b are nearly equal, two large numbers are
    subtracted. Lesson 5 shows how that loses digits.
    """)


@app.cell
def _():
    text("""
    ## A classifier in three lines

    The simplest method that learns: to name a new row, find the known row nearest to
    it, and take its name.
    """)


@app.cell
def _():
    nearest_view, nearest_asked = exercise(
        "vectors/nearest",
        r"""
    **The nearest neighbour.**
    Write `nearest(X, y, new)`. `X` are known rows `(n, d)`, `y` their labels `(n,)`,
    `new` are rows `(m, d)`; it returns the labels `(m,)`. No loop.
    """,
    )
    nearest_view
    return (nearest_asked,)


@app.cell
def _(nearest_asked):
    answer(nearest_asked)


@app.cell
def _(centres, classes, digits):
    X, y, new, truth = digits[:1400], classes[:1400], digits[1400:], classes[1400:]
    squares = np.sum(new**2, axis=1)[:, None] + np.sum(X**2, axis=1) - 2 * new @ X.T
    named = y[np.argmin(squares, axis=1)]  # (m,)
    by_centre = np.argmin(np.sum((new[:, None] - centres) ** 2, axis=2), axis=1)
    hits = int(np.sum(named == truth)), int(np.sum(by_centre == truth))
    wrong = np.flatnonzero(named != truth)[:5]
    told_wrong = [f"{named[i]}, is {truth[i]}" for i in wrong]
    mistaken = plots.images(
        new[wrong].reshape(-1, 8, 8),
        told_wrong,
        title=f"{hits[0]} of {len(new)} new digits are named right; five that are not",
    )
    mo.vstack(
        [
            text(f"""
    On the digits: the first 1,400 are known, the other {len(new)} are new. There are
    {len(new) * len(X):,} distances, with no loop. The nearest of the ten mean pictures
    names {hits[1]} right, the nearest of all 1,400 names {hits[0]}.
    """),
            picture(mistaken, "Five digits whose nearest neighbour is another digit."),
        ]
    )
    return hits, named


@app.cell
def _():
    def fitted_cost(w, b, X, y):
        return np.mean((X @ w + b - y) ** 2)

    patients, progression = pl.datasets.diabetes()
    Z = (patients - patients.mean(axis=0)) / patients.std(axis=0)
    fit = pl.minimise(fitted_cost, (np.zeros(10), 0.0), Z, progression)
    mo.vstack(
        [
            text(f"""
    ## The same line trains

    Whoever writes a cost for whole arrays has written all that a training needs. Ten
    measurements of {len(Z)} patients, standardised:
    """),
            code(fitted_cost),
            code("pl.minimise(fitted_cost, (np.zeros(10), 0.0), Z, y)"),
            text(f"""
    With the mean alone the cost is {np.var(progression):,.0f}, at the minimum it is
    {fit.fun:,.0f}. How such a minimum is found is the matter of the next three lessons.
    """),
        ]
    )
    return (fit,)


@app.cell
def _():
    sources = read(
        'Harris et al., "Array programming with NumPy", *Nature* 585 (2020): what an '
        "array is, and why it is fast.",
        'The NumPy manual, "Broadcasting": the rule, with pictures.',
        "Golub & Van Loan, *Matrix Computations*, chapter 1: one matrix product seen "
        "as dot products, as sums of columns, and as outer products.",
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* "
        "(2009), sections 2.3.2 and 13.3: nearest neighbours.",
    )
    mo.vstack([sources, closing("vectors")])


if __name__ == "__main__":
    app.run()
