"""Pictures of models of streams: of some rows, and they say so."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models.notes.notes import UNSEEN
from pellucid.models.streamed import seen

N = 600
MODELS = {
    "a line": (pl.LinearRegression(), "y"),
    "a robust line": (pl.HuberRegression(), "y"),
    "a parabola": (pl.PolynomialRegression(2), "y"),
    "chances": (pl.LogisticRegression(C=np.inf), "c"),
    "counts": (pl.PoissonRegression(alpha=0), "k"),
}


def fitted(name, d, rng, stream=True):
    """A model of a stream of d features, or of the same rows in memory."""
    X = rng.normal(size=(N, d))
    z = X.sum(axis=1)
    targets = {
        "y": z + rng.normal(size=N),
        "c": (z + rng.logistic(size=N) > 0) * 1.0,
        "k": rng.poisson(np.exp(z / 3)) * 1.0,
    }
    model, target = MODELS[name]
    rows = pl.rows((X, targets[target]), target="y", stream=stream)
    return type(model)(**model.get_params()).fit(rows)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_a_picture_says_how_many_rows_it_shows(name, d, rng, monkeypatch):
    monkeypatch.setattr(seen, "SEEN", 100)
    figure = fitted(name, d, rng).plot()
    assert figure.get_supxlabel() == "100 of 600 rows, drawn by chance"


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("name", MODELS)
def test_of_few_rows_all_are_shown_under_the_title_of_memory(name, d, rng):
    state = rng.bit_generator.state
    figure = fitted(name, d, rng).plot()
    rng.bit_generator.state = state
    other = fitted(name, d, rng, stream=False).plot()
    titles = [each.axes[0].get_title(loc="left") for each in (figure, other)]
    assert titles[0] == titles[1] != ""
    assert not figure.get_supxlabel()


@pytest.mark.parametrize("name", ["a line", "counts"])
def test_what_is_explained_is_that_of_all_rows(name, rng, monkeypatch):
    monkeypatch.setattr(seen, "SEEN", 50)
    state = rng.bit_generator.state
    figure = fitted(name, 3, rng).plot()
    rng.bit_generator.state = state
    other = fitted(name, 3, rng, stream=False).plot()
    titles = [each.axes[0].get_title(loc="left") for each in (figure, other)]
    assert titles[0] == titles[1]


@pytest.mark.parametrize("name", ["a line", "a parabola", "chances", "counts"])
def test_the_diagnostics_of_rows_say_how_to_come_by_them(name, rng):
    with pytest.raises(ModelError, match=r"of a stream; fit to some, stream\.sample"):
        fitted(name, 2, rng).diagnostics()


@pytest.mark.parametrize("name", ["a line", "a parabola", "chances", "counts"])
def test_a_summary_says_that_single_rows_were_not_looked_at(name, rng):
    *_, last = fitted(name, 2, rng).summary().notes
    assert last == UNSEEN
    assert UNSEEN not in fitted(name, 2, rng, stream=False).summary().notes
