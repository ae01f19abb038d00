"""What holds coefficients back is asked of a model's parameters, of any spelling."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.models.constraints import constraints_of, is_penalised
from pellucid.models.pictures.of_effects import standardised

X = np.random.default_rng(0).normal(size=(60, 2))
NOISE = np.random.default_rng(1).normal(size=60)

HELD = {  # the settings that hold them back, and whether by a penalty
    pl.LinearRegression(): ([], False),
    pl.LinearRegression(positive=True): (["positive=True"], False),
    pl.PolynomialRegression(): ([], False),
    pl.LogisticRegression(): (["C=1.0"], True),
    pl.LogisticRegression(C=np.inf): ([], False),
    pl.LogisticRegression(penalty=None): ([], False),
    pl.LogisticRegression(penalty=None, C=0.1): ([], False),
    pl.PoissonRegression(alpha=0.5): (["alpha=0.5"], True),
    pl.PoissonRegression(alpha=0): ([], False),
}


@pytest.mark.parametrize(("model", "expected"), HELD.items(), ids=repr)
def test_settings_tell_what_holds_coefficients_back(model, expected):
    settings = [each.setting(model) for each in constraints_of(model)]
    assert (settings, is_penalised(model)) == expected


@pytest.mark.filterwarnings("ignore:'penalty' was deprecated")
def test_effects_of_a_model_with_no_penalty_have_intervals():
    pytest.importorskip("matplotlib")
    model = pl.LogisticRegression(penalty=None).fit(X, X[:, 0] + NOISE > 0)
    assert standardised(model).keys() == {"effects"}


class Lines(pl.LinearRegression):
    """A model of a kind of its own."""


def test_a_kind_of_model_has_the_notes_of_its_kind():
    y = X[:, 0] ** 2 + 0.1 * NOISE
    said, of_lines = (
        model().fit(X, y).notes_ for model in (pl.LinearRegression, Lines)
    )
    assert "bends with x1" in " ".join(said)
    assert of_lines == said
