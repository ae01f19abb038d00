"""Intervals of the coefficients of classes and counts: Wald's, or of the likelihood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.models import base, checks
from pellucid.models.statistics import LEVELS
from pellucid.show.summary import Summary
from pellucid.statistics.fitted import CLASSICAL
from pellucid.statistics.likelihood import MOST, LikelihoodFit
from pellucid.statistics.profile import profile

if TYPE_CHECKING:
    import pandas as pd

INTERVALS = WALD, PROFILE = "Wald", "profile"


def shown(
    model: Any, told: Summary, fit: LikelihoodFit, level: float, interval: str,
    kind: str,
) -> Summary:  # fmt: skip
    """A summary of these estimates, with the intervals that are asked for."""
    frame = estimates(model, fit, level, interval, kind)
    figures = {**told.figures, **told_of(interval)}
    return replace(told, figures=figures, frame=frame)


def told_of(interval: str) -> dict[str, object]:
    """Which intervals are shown, where they are not those of the errors."""
    return {} if interval == WALD else {"interval": interval}


def estimates(
    model: Any, fit: LikelihoodFit, level: float, interval: str, kind: str = CLASSICAL
) -> pd.DataFrame:
    """A row an estimate, with the intervals that are asked for."""
    checks.check_value(model, "interval", interval, checks.one_of(*INTERVALS))
    frame = fit.estimates(kind, level)
    if interval == WALD:
        return frame
    if kind != CLASSICAL:
        raise ModelError(
            f"{type(model).__name__}: expected classical errors beside intervals of "
            f'the profile likelihood, which has no others, got covariance="{kind}"; '
            "leave one of the two out."
        )
    ends = fit.estimate[:, None] + _ends(model, fit, level)
    return frame.assign(lower=ends[:, 0], upper=ends[:, 1])


def ratios(
    model: Any, fit: LikelihoodFit, subject: str, name: str, level: float, interval: str
) -> Summary:
    """The ratios exp(w) of a fit; the intercept is none, and left out."""
    checks.check_value(model, "level", level, LEVELS)
    frame = estimates(model, fit, level, interval)
    frame = frame[["estimate", "lower", "upper"]]
    if model.fit_intercept:
        p = 1 + model.n_features_in_
        frame = frame[np.arange(len(frame)) % p > 0]
    with np.errstate(over="ignore"):
        frame = frame.apply(np.exp).rename(columns={"estimate": name})
    title = f"{name.capitalize()}s of {subject}"
    figures = {"rows": fit.kept.rows, "level": level, **told_of(interval)}
    return Summary(title, figures, frame, model.notes_)


def _ends(model: Any, fit: LikelihoodFit, level: float) -> base.Array:
    """How far the ends of the intervals (p, 2) are from the estimates."""
    from pellucid.models.terms import refuse_penalised

    refuse_penalised(model, 'interval="profile"')
    base.rows_of(model)
    information = fit.found()
    if information is None:
        raise ModelError(
            f"{type(model).__name__}: expected at most {MOST:,} coefficients for "
            f"intervals of the profile likelihood, got {len(fit.estimate):,}; fit to "
            "fewer columns."
        )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return profile(information, fit.root(), level)
