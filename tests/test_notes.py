"""What is said of a fit by itself: where a statistician would speak, and only there."""

import re

import numpy as np
import pandas as pd
import pytest
import survey

import pellucid as pl
from pellucid.models import notes
from pellucid.tables.sources import rows

N = 200  # rows


def linear(make):
    """A linear regression of a table of columns and the target y."""
    table = pd.DataFrame(make(np.random.default_rng(7)))
    return pl.LinearRegression().fit(table.drop(columns="y"), table["y"])


def logistic(make, **options):
    table = pd.DataFrame(make(np.random.default_rng(7)))
    model = pl.LogisticRegression(**{"C": np.inf, **options})
    return model.fit(table.drop(columns="y"), table["y"])


def poisson(make, **options):
    table = pd.DataFrame(make(np.random.default_rng(7)))
    model = pl.PoissonRegression(**{"alpha": 0.0, **options})
    return model.fit(table.drop(columns="y"), table["y"])


def said(model):
    return "\n".join(notes.of(model))


# -- each note has a table that triggers it, and one that nearly does -------------------


def plane(rng, n=N, noise=1.0):
    a, b = rng.normal(size=(2, n))
    return {"a": a, "b": b, "y": 3 + a + 2 * b + noise * rng.normal(size=n)}


def plane_and(change):
    """The same plane, changed."""

    def make(rng):
        table = plane(rng)
        return {**table, **change(table, rng)}

    return make


def bowl(part):
    return plane_and(lambda t, rng: {"y": t["y"] + part * (t["b"] ** 2 - 1)})


def product(part):
    """A product of columns, of which no one bends."""

    def make(rng):
        a, b = rng.uniform(1, 5, size=(2, N))
        return {"a": a, "b": b, "y": a + b + part * a * b + 0.5 * rng.normal(size=N)}

    return make


def fan(least, most):
    def make(rng):
        x = rng.uniform(0, 1, N)
        sigma = least + (most - least) * x
        return {"x": x, "y": 30 + 5 * x + sigma * rng.normal(size=N)}

    return make


def far_row(distance):
    """A row that lies far out, and is off by so much."""

    def make(rng):
        table = plane(rng)
        table["a"][16], table["y"][16] = 9.0, 12.0 + 2 * table["b"][16] + distance
        return table

    return make


def copy(error):
    return plane_and(lambda t, rng: {"c": t["y"] + error * rng.normal(size=N)})


def total(error):
    return plane_and(
        lambda t, rng: {"y": t["a"] + 2 * t["b"] + error * rng.normal(size=N)}
    )


def alike(error):
    return plane_and(lambda t, rng: {"c": t["a"] + error * rng.normal(size=N)})


def rates(level):
    def make(rng):
        x = rng.uniform(0, 2, N)
        return {"x": x, "y": np.exp(level * x + 0.3 * rng.normal(size=N))}

    return make


LINEAR = {
    "bends": (bowl(0.6), bowl(0.2), "bends with b, as a bowl"),
    "bends downwards": (bowl(-0.6), bowl(-0.2), "bends with b, as a hill"),
    "acts together": (product(1.0), product(0.05), "bends with its prediction"),
    "spreads": (fan(0.2, 2), fan(1, 2), 'where little is .*covariance="HC3"'),
    "spreads downwards": (fan(2, 0.2), fan(2, 1), "in one third of the predictions"),
    "far row": (far_row(9.0), far_row(1.0), r"row 17 of y alone moves"),
    "copy": (copy(0.02), copy(0.2), "c alone gives y but for 0.0"),
    "copy in other units": (
        plane_and(lambda t, rng: {"c": t["y"] / 2.54}), copy(0.2),
        "c alone gives y exactly"),
    "computed": (total(0.0), total(1e-4), "a and b give y but for rounding"),
    "alike": (alike(0.05), alike(0.2), "(a and c|c and a) hardly vary apart"),
    "below 0": (rates(2), rates(0.3), "of the predictions of y are below 0"),
    "two values": (
        plane_and(lambda t, rng: {"y": 1.0 * (t["y"] > 3)}),
        plane_and(lambda t, rng: {"y": 1.0 * (t["y"] > 3) + 1.0 * (t["y"] > 5)}),
        "two values alone"),
    "constant": (
        plane_and(lambda t, rng: {"y": np.full(N, 5.0)}), plane,
        "the same in all rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_regression_says_what_is_wrong(name):
    trigger, nearly, sentence = LINEAR[name]
    assert re.search(sentence, said(linear(trigger)))
    assert not re.search(sentence, said(linear(nearly)))


def chances(share, columns=2, n=1000):
    """Classes of which the second has a share of the rows."""

    def make(rng):
        X = rng.normal(size=(n, columns))
        z = X[:, 0] + np.log(share / (1 - share))
        y = rng.random(n) < 1 / (1 + np.exp(-z))
        return {**{f"x{j}": x for j, x in enumerate(X.T)}, "y": np.where(y, "yes", "no")}

    return make


def told(error):
    """A column that tells the classes, with an error."""

    def make(rng):
        table = chances(0.5)(rng)
        return {**table, "c": (table["y"] == "yes") + error * rng.normal(size=1000)}

    return make


CLASSES = {
    "few rows": (chances(0.08, 5, 150), chances(0.3, 5, 150),
                 "rows of y = yes for 5 coefficients"),
    "one class": (chances(0.04), chances(0.15), "9.*% of the rows are y = no"),
    "copy": (told(0.21), told(0.4), "c alone tells no and yes apart all but a few"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_a_logistic_regression_says_what_is_wrong(name):
    trigger, nearly, sentence = CLASSES[name]
    assert re.search(sentence, said(logistic(trigger)))
    assert not re.search(sentence, said(logistic(nearly)))


def counts(shape):
    """Counts whose means vary by a gamma distribution of this shape beside x."""

    def make(rng):
        x = rng.normal(size=N)
        mean = np.exp(1 + 0.5 * x) * rng.gamma(shape, 1 / shape, N)
        return {"x": x, "y": rng.poisson(mean)}

    return make


def test_counts_say_that_they_vary_more_than_poissons():
    assert "times as much as counts of Poisson's" in said(poisson(counts(1.0)))
    assert said(poisson(counts(30.0))) == ""


def test_rates_say_nothing_of_it():
    assert said(poisson(lambda rng: {**counts(1.0)(rng), "y": rng.random(N)})) == ""


def test_many_rows_left_out_are_told_of():
    def table(holes):
        frame = pd.DataFrame(plane(np.random.default_rng(7)))
        frame.loc[: holes - 1, "a"] = np.nan
        return pl.LinearRegression().fit(rows(frame, target="y"))

    assert "70 of 200 rows were left out" in said(table(70))
    assert "drop='a' does without 70" in said(table(70))
    assert said(table(60)) == ""


# -- what is not said -------------------------------------------------------------------


def test_a_million_rows_do_not_fire_for_trifles():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(300_000, 3))
    y = X.sum(axis=1) + 0.02 * X[:, 0] ** 2 + (1 + 0.05 * X[:, 1]) * rng.normal(
        size=300_000
    )
    assert notes.of(pl.LinearRegression().fit(X, y)) == ()


def test_thirty_rows_do_not_fire_for_noise():
    """One table in a hundred may speak; of 200 no more than six do."""
    rng = np.random.default_rng(7)
    spoke = 0
    for _ in range(200):
        X = rng.normal(size=(30, 3))
        y = X.sum(axis=1) + rng.normal(size=30)
        spoke += bool(notes.of(pl.LinearRegression().fit(X, y)))
    assert spoke <= 6
