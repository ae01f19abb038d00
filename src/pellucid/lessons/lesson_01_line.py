"""The line of best fit."""

import marimo

app = marimo.App(app_title="The line of best fit")

with app.setup:
    import marimo as mo
    import numpy as np
    from matplotlib.patches import Rectangle
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
    from pellucid.show.colours import PALETTE

    MASS, PROGRESSION = "body mass index (kg/m²)", "progression of diabetes"


@app.cell
def _():
    opening("line")


@app.cell
def _():
    text(r"""
    A doctor sees a patient with diabetes and notes the body mass index. How far will
    the disease have gone in a year? The rows below are 442 patients of whom both are
    known: the body mass index $x$ at the start, and $y$, a measure of how far diabetes
    had progressed one year later (25 is little, 346 is much).

    In this lesson you write, in NumPy, everything that it takes to answer with a line:
    its heights, its cost, the slopes of the cost, the best slope, the best intercept,
    and a figure for how good it is. Everything later on this road, up to deep networks,
    is this lesson with another formula for the heights.
    """)


@app.cell
def _():
    _patients = load_diabetes(scaled=False)
    x, y = _patients.data[:, 2], _patients.target
    picture(
        plots.scatter(
            x, y, title="Patients of a larger body mass index fare worse, more or less",
            x_label=MASS, y_label=PROGRESSION,
        ),
        "442 points: progression of diabetes against body mass index, a wide cloud "
        "that rises to the right.",
    )  # fmt: skip
    return x, y


@app.cell
def _(x):
    text(rf"""
    ## A line by hand

    A line has two numbers: the **slope** $a$, how much $y$ rises when $x$ rises by 1,
    and the **intercept** $b$, its height above $x = 0$:

    $$\hat y = a x + b$$

    $\hat y$ is what the line *predicts*. It misses the point above $x_i$ by the *error*
    $\hat y_i - y_i$. Here are every fortieth of the patients. Move the line and look at
    the squares: the side of each is the error, its area the squared error. (The second
    slider sets the height in the middle, above {x.mean():.0f} kg/m², since nobody's
    body mass index is near 0.)
    """)


@app.cell
def _():
    slope_slider = mo.ui.slider(
        -5, 20, 0.5, value=0, label="slope a (per kg/m²)", show_value=True
    )
    height_slider = mo.ui.slider(
        60, 240, 5, value=100, label="height in the middle", show_value=True
    )
    mo.vstack([slope_slider, height_slider])
    return height_slider, slope_slider


@app.cell
def _(height_slider, slope_slider, x, y):
    few_x, few_y = x[::40], y[::40]

    def squares(x, y, a, b, title):
        """The points, the line, and the squares of the errors."""
        figure = plots.line(x, y, a, b, title=title, x_label=MASS, y_label=PROGRESSION)
        axes = figure.axes[0]
        axes.set(xlim=(17, 42), ylim=(-10, 360))
        wide = 25 / 370 * 0.713  # kg/m² on paper as long as 1 of progression
        for each, error in zip(x, a * x + b - y, strict=True):
            corner = (each, a * each + b - max(error, 0))
            side = abs(error)
            axes.add_patch(Rectangle(corner, side * wide, side, alpha=0.15))
        return figure

    _a = slope_slider.value
    _b = height_slider.value - _a * x.mean()
    by_hand = np.mean((_a * few_x + _b - few_y) ** 2)
    _title = f"The mean of the squares is {by_hand:,.0f}"
    _figure = squares(few_x, few_y, _a, _b, _title)
    mo.vstack([
        picture(_figure, "Twelve points, a line, and the squares of its errors."),
        text("How small can you make it? (The best line for these is told below.)"),
    ])  # fmt: skip
    return by_hand, few_x, few_y, squares


@app.cell
def _():
    text(r"""
    ## The cost of a line

    Now the same in code. First the heights: one number for each patient.
    """)


@app.cell
def _():
    predicted, predicted_asked = exercise(
        "line/predicted",
        r"""**1. The heights.** Write `predicted(x, a, b)` for an array `x` of shape
        (n,), a slope `a` and an intercept `b`. It returns the heights
        $\hat y_i = a x_i + b$, an array of shape (n,).""",
    )
    predicted
    return (predicted_asked,)


@app.cell
def _(predicted_asked):
    answer(predicted_asked)


@app.cell
def _():
    text(r"""
    "Close to all the points" needs a number. Errors above and below the line must not
    cancel, so each is squared, and the mean is taken over the $n$ points:

    $$J(a, b) = \frac1n \sum_{i=1}^n (a x_i + b - y_i)^2$$

    $J$ is called the **cost**: here the *mean squared error*. Squares do one more
    thing: an error of 20 counts as much as four errors of 10.
    """)


@app.cell
def _():
    mean_squared_error, mean_squared_error_asked = exercise(
        "line/mean_squared_error",
        r"""**2. The cost.** Write `mean_squared_error(x, y, a, b)`: `x` and `y` have
        shape (n,), `a` and `b` are numbers. It returns $J(a, b)$, one number.""",
    )
    mean_squared_error
    return (mean_squared_error_asked,)


@app.cell
def _(mean_squared_error_asked):
    answer(mean_squared_error_asked)


@app.cell
def _():
    steepness = predict(
        "A patient's body mass index is higher by 1 than another's. By how much is the "
        "progression higher, on average? (The picture above has it.)",
        ["about 1", "about 10", "about 100"],
    )
    steepness
    return (steepness,)


@app.cell
def _(steepness, x, y):
    a, b = np.polyfit(x, y, 1)
    revealed(
        steepness,
        "about 10",
        f"The best slope is {a:.1f}: from 20 to 40 kg/m² the line rises by about "
        f"{20 * a:.0f}.",
        picture(
            plots.line(
                x, y, a, b,
                title=f"One kg/m² more, {a:.1f} more progression",
                x_label=MASS, y_label=PROGRESSION,
            ),
            "The cloud of patients, and the line of best fit that rises through it.",
        ),
    )  # fmt: skip
    return a, b


@app.cell
def _(a, b, x, y):
    _slopes = np.linspace(a - 12, a + 12, 81)
    _costs = [np.mean((s * (x - x.mean()) + y.mean() - y) ** 2) for s in _slopes]
    mo.vstack([
        text(r"""
        ## Where the cost is least

        Turn the line around the middle of the cloud and write down the cost of each
        slope. $J$ is a parabola in $a$: it has one lowest point, where its own slope
        is zero. That is how we find it without trying.
        """),
        picture(
            plots.functions(
                _slopes, {"J": _costs},
                title=f"The cost has one lowest point, at a = {a:.1f}",
                x_label="slope a", y_label="mean squared error",
            ),
            "The cost as a function of the slope: a parabola, open above.",
        ),
        text(r"""
        $J$ is a mean of squares, so the chain rule gives its two slopes. The outer
        derivative of $(\ldots)^2$ is $2(\ldots)$; the inner one of $a x_i + b - y_i$ is
        $x_i$ with respect to $a$, and $1$ with respect to $b$. The round
        $\partial J / \partial a$ says that $a$ alone moves, and $b$ stays where it is:

        $$\frac{\partial J}{\partial a} = \frac2n \sum_i (a x_i + b - y_i)\, x_i$$

        $$\frac{\partial J}{\partial b} = \frac2n \sum_i (a x_i + b - y_i)$$
        """),
    ])  # fmt: skip


@app.cell
def _():
    cost_slopes, cost_slopes_asked = exercise(
        "line/cost_slopes",
        r"""**3. The slopes of the cost.** Write `cost_slopes(x, y, a, b)`. It returns
        an array of shape (2,): $\partial J / \partial a$, then
        $\partial J / \partial b$.""",
    )
    cost_slopes
    return (cost_slopes_asked,)


@app.cell
def _(cost_slopes_asked):
    answer(cost_slopes_asked)


@app.cell
def _():
    def cost(a, b, x, y):
        error = a * x + b - y
        squares = error**2
        return np.mean(squares)

    _drawing = pl.draw(cost, 1.0, 0.5, np.array([1.0, 2, 4]), np.array([1.0, 3, 2]))
    mo.vstack([
        text(r"""
        Pellucid finds these derivatives by itself. It runs your NumPy function once,
        notes each step, and then walks the steps backwards with the chain rule. Here is
        the cost of three points, $(1, 1), (2, 3), (4, 2)$, for $a = 1, b = 0.5$. Each
        box shows a step, its value, and the gradient: how $J$ changes when this value
        does. Check the two of $a$ and $b$ by hand.

        ```python
        def cost(a, b, x, y):
            error = a * x + b - y
            squares = error**2
            return np.mean(squares)

        pl.draw(cost, 1.0, 0.5, np.array([1.0, 2, 4]), np.array([1.0, 3, 2]))
        ```
        """),
        graph(
            _drawing,
            "The computational graph of the cost: a, b, x and y go into the error, "
            "that into the squares, and these into their mean.",
        ),
    ])  # fmt: skip
    return (cost,)


@app.cell
def _():
    text(r"""
    ## The best line, by algebra

    **Step 1.** Set $\partial J / \partial b$ to zero. The sum of the errors is zero, so
    their mean is: $a \bar x + b - \bar y = 0$, where $\bar x$ and $\bar y$ are the
    means. That gives the intercept, once the slope is known:

    $$b = \bar y - a \bar x$$

    It also says that the best line passes through the point of the means,
    $(\bar x, \bar y)$.

    **Step 2.** Put that $b$ into the error. Only differences from the means are left:

    $$a x_i + b - y_i = a (x_i - \bar x) - (y_i - \bar y)$$

    **Step 3.** So $n J$ is a parabola in $a$ alone, the one in the picture:

    $$n J = a^2 S_{xx} - 2 a S_{xy} + S_{yy}$$

    with $S_{xx} = \sum_i (x_i - \bar x)^2$,
    $\;S_{xy} = \sum_i (x_i - \bar x)(y_i - \bar y)$,
    $\;S_{yy} = \sum_i (y_i - \bar y)^2$.

    **Step 4.** Its derivative is zero at

    $$a = \frac{S_{xy}}{S_{xx}}
        = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}{\sum_i (x_i - \bar x)^2}$$

    A point far to the side, where $x_i - \bar x$ is large, has more say about the slope
    than one in the middle: it has the longer lever.
    """)


@app.cell
def _():
    slope, slope_asked = exercise(
        "line/slope",
        r"""**4. The slope.** Write `slope(x, y)`: `x` and `y` have shape (n,). It
        returns the slope $a$ of the best line, one number.""",
    )
    slope
    return (slope_asked,)


@app.cell
def _(slope_asked):
    answer(slope_asked)


@app.cell
def _():
    intercept, intercept_asked = exercise(
        "line/intercept",
        r"""**5. The intercept.** Write `intercept(x, y, a)` for a given slope `a`. It
        returns the $b$ for which $J(a, b)$ is least, one number.""",
    )
    intercept
    return (intercept_asked,)


@app.cell
def _(intercept_asked):
    answer(intercept_asked)


@app.cell
def _(cost, few_x, few_y, squares, x, y):
    fit = pl.minimise(cost, (0.0, 0.0), x, y)
    few_fit = pl.minimise(cost, (0.0, 0.0), few_x, few_y)
    _title = f"The least mean of the squares is {few_fit.fun:,.0f}"
    _figure = squares(few_x, few_y, *few_fit.x, _title)
    mo.vstack([
        text(rf"""
        ## The same line, by training

        Most models of the later lessons have no such formula. What always works is to
        hand the cost to a method that makes it small, from any start. It is the same
        function `cost` as above:

        ```python
        fit = pl.minimise(cost, (0.0, 0.0), x, y)
        fit.x     # a = {fit.x[0]:.6f}, b = {fit.x[1]:.4f}
        fit.fun   # {fit.fun:.2f}, the cost there
        ```

        It finds the line of your formulas. For the twelve patients of the sliders, the
        best line is this one; how close did you come?
        """),
        picture(_figure, "Twelve points, their best line, and the squares."),
    ])  # fmt: skip
    return few_fit, fit


@app.cell
def _(fit):
    text(rf"""
    ## What the two numbers say

    The slope has units: {fit.x[0]:.1f} of progression per kg/m². Were $x$ in other
    units, the slope would be another number and the line the same.

    The intercept is the height above $x = 0$: {fit.x[1]:.0f}. Nobody has a body mass
    index of 0, and progression is never negative: the figure is needed to draw the line
    and says nothing about a patient.
    """)


@app.cell
def _():
    swapped = predict(
        "Now the other way round: guess the body mass index from the progression, by "
        "the line of best fit with x and y exchanged. Drawn into the same picture, is "
        "that line ...",
        ["the same", "flatter", "steeper"],
    )
    swapped
    return (swapped,)


@app.cell
def _(a, b, swapped, x, y):
    other = np.polyfit(y, x, 1)[0]
    _figure = plots.line(
        x, y, a, b,
        title=f"Two lines of best fit: slopes {a:.1f} and {1 / other:.1f}",
        x_label=MASS, y_label=PROGRESSION,
    )  # fmt: skip
    _ends = np.array([y.min(), y.max()])
    _figure.axes[0].plot(
        x.mean() + other * (_ends - y.mean()), _ends, "--", color=PALETTE[2]
    )
    revealed(
        swapped,
        "steeper",
        "Each line makes the errors small in its own direction, up and down or left "
        "and right, and leans towards the mean of what it predicts. The product of the "
        f"two slopes, {a:.2f} and {other:.4f}, is {a * other:.3f}: the lines are the "
        "same only when that is 1 and all points lie on them. You will meet this "
        "product again at once.",
        picture(
            _figure,
            "The line that predicts y, and a steeper dashed one that predicts x; they "
            "cross at the point of the means.",
        ),
    )
    return (other,)


@app.cell
def _():
    text(r"""
    ## How good is the line?

    A cost of some thousands means nothing by itself. Compare with the best guess of
    somebody who knows no $x$, which is the mean $\bar y$ for everybody:

    $$r^2 = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}
          = 1 - \frac{\text{SSE}}{\text{SST}}$$

    It is 1 for a perfect fit, 0 for the mean, and *negative* for what is worse than the
    mean: it is no square, in spite of its name. For the line of best fit on its own
    points it is also the product of the two slopes above, and the square of the
    correlation of $x$ and $y$.
    """)


@app.cell
def _():
    r2, r2_asked = exercise(
        "line/r2",
        r"""**6. The share explained.** Write `r2(y, output)`: `y` are the observed
        values and `output` the predicted ones, both of shape (n,). It returns $r^2$,
        one number.""",
    )
    r2
    return (r2_asked,)


@app.cell
def _(r2_asked):
    answer(r2_asked)


@app.cell
def _(x, y):
    model = pl.LinearRegression().fit(x[:, None], y)
    score = model.score(x[:, None], y)
    mo.vstack([
        text(rf"""
        All of it is one class in the library, used as in scikit-learn. `X` is a table
        of one column, hence `x[:, None]`, of shape (442, 1):

        ```python
        model = pl.LinearRegression().fit(x[:, None], y)
        model.coef_, model.intercept_   # {model.coef_[0]:.6f}, {model.intercept_:.4f}
        model.score(x[:, None], y)      # {score:.4f}, which is r2
        ```

        So a line through the body mass index explains {100 * score:.0f} % of the
        variance. The typical error is {np.sqrt(1 - score) * y.std():.0f}, against
        {y.std():.0f} for a guess that is the mean for everybody. That is a start; ten
        measurements do better, and they are the next lesson.
        """),
        picture(
            plots.predicted(
                y, model.predict(x[:, None]),
                title=f"The line explains {100 * score:.0f} %, and leaves much open",
            ),
            "Observed progression against predicted: a wide cloud around the diagonal.",
        ),
    ])  # fmt: skip
    return model, score


@app.cell
def _():
    read(
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2nd "
        "ed., 2009), section 3.2: least squares, with the statistics around it.",
        "Bishop, *Pattern Recognition and Machine Learning* (2006), section 1.1: "
        "fitting a curve by least squares, and what can go wrong.",
        'Efron, Hastie, Johnstone & Tibshirani, "Least angle regression", *The '
        "Annals of Statistics* 32 (2004): the source of the 442 patients.",
        'Galton, "Regression towards mediocrity in hereditary stature", *Journal of '
        "the Anthropological Institute* 15 (1886): why a line of best fit is called "
        "a regression, and why there are two of them.",
    )


@app.cell
def _():
    closing("line")


if __name__ == "__main__":
    app.run()
