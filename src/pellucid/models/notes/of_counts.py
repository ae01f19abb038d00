"""What a careful colleague would say of a Poisson regression, its rows being seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.models.notes.of_classes import far
from pellucid.models.notes.of_numbers import chance
from pellucid.statistics.dispersion import dispersion

VARY, VARY_P = 1.5, 0.001  # times as much as Poisson's distribution lets counts vary

OVERDISPERSED = (
    "{y} varies {times:.2g} times as much as counts of Poisson's distribution "
    "({p}), so that the true errors are about {root:.2g} times those of the model: "
    'covariance="HC1" gives errors that hold.'
)


def of_rows(model: Any) -> Iterator[str]:
    """Counts vary more than they would if each came about by itself.

    Other targets than whole numbers are rates, whose variance has another unit.
    """
    if model._rows.arrays is None or model.alpha:
        return
    X, y, *weights = model._rows.arrays
    s = weights[0] if weights else np.ones(len(y))
    freedom = np.sum(s) - X.shape[1] - model.fit_intercept
    mean = np.exp(model._linear(X))
    if freedom <= 0 or np.any(y != np.round(y)) or np.any(mean <= 0):
        return
    times, p = dispersion(y, mean, s, freedom)
    if times >= VARY and p <= VARY_P:
        yield OVERDISPERSED.format(
            y=model._target, times=times, p=chance(p), root=times**0.5
        )
    yield from far(model, max(times, 1.0))
