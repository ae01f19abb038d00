"""Which of several models the evidence prefers, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.models.comparing.candidates import Candidate, Pair
from pellucid.models.statistics import Statistical
from pellucid.show.plain_text import number

if TYPE_CHECKING:
    import pandas as pd

    from pellucid.models.base import Array

SELDOM = 0.05  # of chances: what comes so seldom by chance is evidence
APART = 2.0  # of AIC: models that are nearer are about as good


def told(
    frame: pd.DataFrame, found: Sequence[Candidate], pairs: Sequence[Pair],
    inside: Array,
) -> tuple[str, tuple[str, ...]]:  # fmt: skip
    """A title that says which model is preferred, and the notes that say why."""
    tests = [by_test(pair) for pair in pairs]
    others = [*by_aic(frame, found), *by_rows_held_out(frame)]
    said = (
        [*tests, *others] if len(tests) == 1 and len(found) == 2 else [*others, *tests]
    )
    if len(found) == 1:
        said = [f"There is {found[0].name} alone, and nothing to compare it with"]
    title, *rest = said or ["Nothing tells these models apart"]
    return title, tuple(f"{s}." for s in [*rest, *aside(found, inside)])


def by_test(pair: Pair) -> str:
    """What the test of two models says, of which one is nested in the other."""
    small, large, p = pair.smaller.name, pair.larger.name, pair.evidence.p
    if not np.isfinite(p):
        spare = np.isfinite(pair.larger.fitted.freedom)
        why = (
            "both fit every row"
            if spare
            else ("it has as many parameters as there are rows, and so fits anything")
        )
        return f"{large} cannot be tested against {small}, as {why}"
    which = next(iter(pair.figures))
    figures = f"{which} = {number(pair.evidence.value, 4)}, p = {number(p, 2)}"
    if p < SELDOM:
        return f"{large} fits better than {small}, beyond chance: {figures}"
    return (
        f"{large} fits no better than {small} beyond chance, so that {small}, "
        f"which is simpler, will do: {figures}"
    )


def by_aic(frame: pd.DataFrame, found: Sequence[Candidate]) -> Iterator[str]:
    """Which model AIC and BIC prefer, among those of one kind."""
    kinds = dict.fromkeys(each.kind for each in found if each.kind)
    for kind in kinds:
        of = frame[[each.kind == kind for each in found]].sort_values("AIC")
        if len(of) < 2 or not np.isfinite(of["AIC"]).all():
            continue
        best, second, *_ = of.index
        apart, simplest = of.loc[second, "delta AIC"], of["BIC"].idxmin()
        more = "" if simplest == best else f"; BIC prefers {simplest}"
        if apart < APART:
            apart = number(apart, 2)
            yield f"AIC hardly tells {best} from {second}, {apart} apart{more}"
        else:
            yield f"AIC prefers {best}, by {number(apart, 3)} over {second}{more}"


def by_rows_held_out(frame: pd.DataFrame) -> Iterator[str]:
    """Which model is best on rows held out, and from which that does not tell it."""
    if len(frame) < 2 or frame["difference"].isna().all():
        return
    measure = "log loss" if "log loss" in frame else "r2 (held out)"
    best = str(frame["difference"].idxmin())
    others = frame.drop(best)
    near = others[~(others["p (difference)"] < SELDOM)]
    figure = f"{measure.partition(' (')[0]} {number(frame[measure][best], 4)}"
    said = f"On rows held out {best} is best ({figure})"
    if not frame["difference"].any():
        yield f"On rows held out all predict alike ({figure})"
    elif len(others) == 1:
        row = others.iloc[0]
        apart = f"{number(row['difference'], 2)} ± {number(row['standard error'], 2)}"
        lead = f"its lead over {others.index[0]}, {apart}"
        means = "may be chance" if len(near) else "is more than chance"
        yield f"{said}; {lead}, {means} (p = {number(row['p (difference)'], 2)})"
    elif len(near):
        yield f"{said}, but its lead over {' and '.join(near.index)} may be chance"
    else:
        yield f"{said}, by more than chance"


def aside(found: Sequence[Candidate], inside: Array) -> Iterator[str]:
    """What must be known beside: models that are the same, or have no likelihood."""
    for i, j in zip(*np.nonzero(np.triu(inside & inside.T, 1)), strict=True):
        both = f"{found[i].name} and {found[j].name}"
        yield f"{both} are the same model: the columns of one are made of the other's"
    kinds = dict.fromkeys(each.kind for each in found if each.kind)
    if len(kinds) > 1:
        yield (
            "AIC and BIC compare models of one kind only: here are "
            f"{' and '.join(kinds)}, which have different units"
        )
    without: dict[str, list[str]] = {}
    for each in found:
        if each.fitted is None:
            likely = isinstance(each.model, Statistical)
            why = each.held_back if likely else "there is no likelihood"
            without.setdefault(why, []).append(each.name)
    for why, names in without.items():
        yield f"Cross-validation alone judges {' and '.join(names)}, as {why}"
