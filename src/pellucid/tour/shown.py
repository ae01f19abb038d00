"""A fitted model as a page shows it: formula, estimates, pictures of what it does."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.models import as_formulas, effects
from pellucid.models.choosing import Choice
from pellucid.models.constraints import constraints_of
from pellucid.models.notes.notes import Given, Unseen
from pellucid.models.pictures import of_effects, of_residuals
from pellucid.show import estimates
from pellucid.tables.table import Table
from pellucid.tour.guide import Guide

SHOWN = 40  # estimates that are listed
TERMS = 12  # of a formula
FIGURES = {  # of a summary: what they are called beside those of rows held out
    "r2": "r2, rows learned from",
    "adjusted r2": "adjusted r2",
    "residual standard error": "residual standard error",
    "pseudo r2": "pseudo r2",
    "AIC": "AIC",
    "p (F)": "p (F)",
    "p (likelihood ratio)": "p (likelihood ratio)",
}
LEAST = 2  # terms of a class in a formula


def summed_up(
    guide: Guide, table: Table, choice: Choice, model: Any, *, already: bool
) -> None:
    """The formula, the figures, the estimates with their errors, and the notes.

    Where it was told `already` which columns give the target, no note repeats it. Of a
    stream single rows are looked at, in a sample.
    """
    summary = model.summary()
    guide.formula(formula(model, choice.kind, table.X))
    figures = {name: v for name, v in summary.figures.items() if name in FIGURES}
    if figures:
        told = estimates.told(figures)
        guide.found({FIGURES[n]: told[n] for n in FIGURES if n in told})
    tabled(guide, summary.frame, [str(c) for c in getattr(model, "classes_", ())])
    said = (Given, Unseen) if already else Unseen
    guide.notes([note for note in summary.notes if not isinstance(note, said)])


def formula(model: Any, kind: str, X: Any) -> str:
    """The formula as LaTeX; of many columns, those of the largest effect."""
    if kind == "network":
        return str(model.formula("latex"))
    most = max(TERMS // len(np.atleast_2d(model.coef_)), LEAST)
    if model.n_features_in_ <= most:
        return str(model.formula("latex"))
    largest = np.argsort(-effects.sizes(model, X), kind="stable")[:most]
    written = {"linear": as_formulas.linear, "logistic": as_formulas.logistic}[kind]
    return written(model, "latex", largest.tolist())


def caption(table: Table, rows: str, choice: Choice, model: Any) -> str:
    """What the picture of the fit shows, of which rows."""
    d = table.d
    if choice.kind == "network":
        return f"A {choice.name}, fitted to {rows}."
    if choice.kind == "linear":
        fit = {1: "with the line", 2: "with the plane"}.get(d, "observed and predicted")
        return f"{table.target} of {rows}, {fit}."
    if d == 1 and len(model.classes_) == 2:
        band = "" if constraints_of(model) else ", with its 95 % band"
        return (
            f"The probability, fitted to {rows}{band}; a ring is the share of "
            f"`{model.classes_[1]}` in a tenth of the rows."
        )
    if d == 1:
        return f"The probability of each class, fitted to {rows}."
    if d == 2:
        return f"The likeliest class, fitted to {rows}, which are drawn by theirs."
    if len(model.classes_) == 2:
        return (
            f"How often each probability is said of {rows}, by their class; hatched, "
            "where the other class is likelier."
        )
    return f"The probability of their own class that {rows} get, by that class."


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


def pictured(guide: Guide, choice: Choice, model: Any, drawn: str = "") -> None:
    """What each column does, and what a linear regression leaves of the rows.

    Of rows that were `drawn` from more it is said which they are.
    """
    if choice.kind == "network":
        return
    guide.stretch("effects", "What the columns do")
    guide.gallery(of_effects.standardised(model))
    if model.n_features_in_ > 1:  # a single one is on the picture of the fit
        guide.gallery(of_effects.partial(model))
    if choice.kind == "linear" and (left := of_residuals.of(model)):
        guide.stretch("residuals", "What the fit leaves")
        if drawn:
            guide.say(f"In {drawn}:")
        guide.gallery(left)
