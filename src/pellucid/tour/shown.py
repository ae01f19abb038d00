"""A fitted model as a page shows it: formula, estimates, pictures of what it does."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.models import (
    as_formulas,
    effects,
    pictures_of_effects,
    pictures_of_residuals,
)
from pellucid.models.choosing import Choice
from pellucid.show import estimates
from pellucid.show.plain_text import Written
from pellucid.tables.table import Table
from pellucid.tour.guide import Guide

SHOWN = 40  # estimates that are listed
TERMS = 12  # of a formula
FIGURES = ("adjusted r2", "residual standard error", "pseudo r2", "AIC")
P = ("p (F)", "p (likelihood ratio)")


def summed_up(guide: Guide, table: Table, choice: Choice, model: Any) -> None:
    """The formula, the figures, the estimates with their errors, and the notes."""
    summary = model.summary()
    guide.formula(formula(model, choice.kind, table.X))
    figures = {name: v for name, v in summary.figures.items() if name in FIGURES}
    tests = {name: v for name, v in summary.figures.items() if name in P}
    if figures:
        guide.found(figures | {name: Written(p, estimates.probability(p))
                               for name, p in tests.items()})  # fmt: skip
    tabled(guide, summary.frame, [str(c) for c in getattr(model, "classes_", ())])
    guide.notes(summary.notes)


def formula(model: Any, kind: str, X: Any) -> str:
    """The formula as LaTeX; of many columns, those of the largest effect."""
    if kind == "network" or model.n_features_in_ <= TERMS:
        return str(model.formula("latex"))
    largest = np.argsort(-effects.sizes(model, X), kind="stable")[:TERMS]
    written = {"linear": as_formulas.linear, "logistic": as_formulas.logistic}[kind]
    return written(model, "latex", largest.tolist())


def tabled(guide: Guide, frame: Any, classes: list[str]) -> None:
    """Tell the estimates with their errors, of each class on its own; or the layers."""
    if "estimate" not in frame:
        guide.table(frame.head(SHOWN).reset_index(), caption="Layers")
        return
    guide.keep({"estimates": frame["estimate"].to_dict()})
    if frame.index.nlevels == 1:
        guide.table(estimates.written(frame.head(SHOWN)), caption="Estimates")
    else:
        for label, part in frame.head(SHOWN).groupby(level=0, sort=False):
            guide.say(f"The log odds of `{label}` against `{classes[0]}`:")
            guide.table(estimates.written(part.droplevel(0)))
    if len(frame) > SHOWN:
        guide.say(f"These are the first {SHOWN} of {len(frame):,} estimates.")


def pictured(guide: Guide, choice: Choice, model: Any) -> None:
    """What each column does, and what a linear regression leaves of the rows."""
    if choice.kind == "network":
        return
    guide.stretch("effects", "What the columns do")
    guide.gallery(pictures_of_effects.standardised(model))
    guide.gallery(pictures_of_effects.partial(model))
    if choice.kind == "linear" and (left := pictures_of_residuals.of(model)):
        guide.stretch("residuals", "What the fit leaves")
        guide.gallery(left)
