"""The line of best fit."""

import marimo

app = marimo.App(app_title="The line of best fit")

with app.setup:
    import numpy as np

    from pellucid.lessons.page import answer, exercise, picture, predict, revealed, text
    from pellucid.show import plots


@app.cell
def _():
    text(r"""
    # The line of best fit

    $$a = \frac{\sum (x - \bar x)(y - \bar y)}{\sum (x - \bar x)^2}$$
    """)


@app.cell
def _():
    x = np.array([1.0, 2, 3, 4])
    y = np.array([1.1, 1.9, 3.2, 3.9])
    guess = predict("Which slope?", ["about 1", "about 2"])
    guess
    return guess, x, y


@app.cell
def _(guess, x, y):
    figure = plots.line(x, y, 0.97, 0.1)
    revealed(guess, "about 1", "It rises 1 for each 1.", picture(figure, "A line"))


@app.cell
def _():
    slope, slope_asked = exercise("line/slope", "Write `slope(x, y)`, the slope $a$.")
    slope
    return (slope_asked,)


@app.cell
def _(slope_asked):
    answer(slope_asked)


if __name__ == "__main__":
    app.run()
