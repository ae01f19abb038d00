"""A person's own table: a model is chosen, fitted, judged, and told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.models.linear import LinearRegression
from pellucid.models.logistic import LogisticRegression
from pellucid.show import plots
from pellucid.show.text import number
from pellucid.tables.sources import rows
from pellucid.tables.table import Table
from pellucid.tables.wording import counted, quoted
from pellucid.tour.data import Points
from pellucid.tour.folder import expect_room
from pellucid.tour.guide import Guide, Share
from pellucid.tour.libraries import expect_libraries

if TYPE_CHECKING:
    import pandas as pd

FEW = 10  # whole numbers of at most so many different values may be classes
MANY = 50  # of more different values no class is learned
HELD_OUT = 5  # one row in so many is set aside
SHOWN = 40  # estimates that are listed


@dataclass(frozen=True)
class Part:
    """Some rows of a table, with the names of its columns."""

    X: pd.DataFrame  # (n, d)
    y: pd.Series[Any]  # (n,)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y)


def run(
    path: Path,
    target: str,
    out: Path,
    *,
    model: str = "auto",
    seed: int = 0,
    reading: Mapping[str, Any] | None = None,
    tell: Callable[[str], object] = print,
) -> dict[str, dict[str, Any]]:
    """Fit a table, tell what was found, leave the page and the pictures in a folder.

    Parameters
    ----------
    path
        Any file that `pellucid.rows` reads.
    target
        The column to learn.
    out
        The folder for report.html and the pictures.
    model
        "linear", "logistic", or "auto": logistic for a target that names classes.
    seed
        Chooses the rows that are set aside.
    reading
        Options of `pellucid.rows`.
    tell
        What takes the lines for the terminal.

    Returns
    -------
    dict
        The figures of each part, by name.

    Raises
    ------
    PellucidError
        When the table cannot be used, or the folder cannot be written.
    """
    expect_libraries("plot")
    expect_room(out)
    table = rows(path, target, **(reading or {})).for_fitting()
    points = Points(
        table.X, np.asarray(table.y), table.names, str(table.target), table.source
    )
    classes = means_classes(points, model)
    guide = Guide(f"What {path.name} says about {points.target}", tell=tell)
    read(guide, table)
    introduced(guide, points, classes, model)
    train, test = split(guide, points, classes, seed)
    estimator = LogisticRegression() if classes else LinearRegression()
    fitted = estimator.fit(train.X, train.y)
    estimates(guide, fitted)
    judged = judged_classes if classes else judged_numbers
    judged(guide, fitted, train, test)
    guide.leave(out)
    return guide.figures


# -- what there is, and which model suits it ------------------------------------------


def read(guide: Guide, table: Table) -> None:
    """What was done to the columns and rows of the table, and why."""
    preparation = table.preparation
    if preparation is None:
        return
    guide.stretch("preparation", "What was done to the table")
    guide.say(f"{preparation.sentence()}.")
    for note in preparation.notes:
        guide.say(f"Note: {note}.")
    guide.table(preparation.told(), preparation.HEADERS, caption="Columns")


def means_classes(points: Points, model: str) -> bool:
    """Whether the target names classes, or is said to; TableError when it cannot."""
    y, n, text = points.y, len(points.y), points.y.dtype.kind == "U"
    k = len(np.unique(y))
    if text and model == "linear":
        expected = "numbers for a linear regression"
        raise _unfit(points, expected, "text", "use --model logistic, or ")
    if (text or model == "logistic") and not may_be_classes(y):
        expected = "a few classes for a logistic regression"
        found = f"{k} different values in {counted(n, 'row')}"
        raise _unfit(points, expected, found, "" if text else "use --model linear, or ")
    if text or model != "auto":
        return model != "linear"
    return bool(np.all(y == np.round(y))) and k <= FEW and 2 * k <= n


def may_be_classes(y: NDArray[Any]) -> bool:
    """Whether values come again, and are not too many, so that they may be classes."""
    k = len(np.unique(y))
    return k <= MANY and k < len(y)


def _unfit(points: Points, expected: str, found: str, advice: str) -> TableError:
    return TableError(
        f"{points.what}, column {quoted(points.target)}: expected {expected}, found "
        f"{found}; {advice}choose another target."
    )


def introduced(guide: Guide, points: Points, classes: bool, model: str) -> None:
    """What there is, and which model was chosen."""
    guide.stretch("table", "The table")
    n, d = points.X.shape
    guide.found({"rows": n, "features": d})
    kind = "classes" if classes else "different numbers"
    what, other = ("logistic", "linear") if classes else ("linear", "logistic")
    number = points.y.dtype.kind == "f"
    possible = number if classes else may_be_classes(points.y)
    override = f" (`--model {other}` would choose the other)" if possible else ""
    guide.say(
        f"`{points.target}` has {len(np.unique(points.y))} {kind}, so this is a {what} "
        f"regression{override if model == 'auto' else ', as was asked for'}."
    )


# -- what to learn from, and what to be judged by -------------------------------------


def split(guide: Guide, points: Points, classes: bool, seed: int) -> tuple[Part, Part]:
    """Set a fifth of the rows aside, of each class where there are classes."""
    aside = held_out(points.y, classes, seed)
    n = len(points.y)
    guide.keep({"rows set aside": int(aside.sum()), "seed": seed})
    if aside.any():
        guide.say(
            f"{aside.sum()} of {n} rows, chosen at random with the seed {seed}, are "
            "set aside to judge the model by; it learns from the others."
        )
    else:
        guide.say(
            f"{n} rows are too few to set some aside: the model is judged by the rows "
            "that it learns from, which flatters it."
        )
    return part(points, ~aside, classes), part(points, aside, classes)


def held_out(y: NDArray[Any], classes: bool, seed: int) -> NDArray[np.bool_]:
    """Mark a fifth of the rows, or of each class; none where that is less than two.

    >>> int(held_out(np.arange(20.0), classes=False, seed=0).sum())
    4
    """
    rng = np.random.default_rng(seed)
    labels = y if classes else np.zeros(len(y))
    aside = np.zeros(len(y), dtype=bool)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        aside[members[: len(members) // HELD_OUT]] = True
    return aside if aside.sum() > 1 else np.zeros_like(aside)


def part(points: Points, chosen: NDArray[np.bool_], classes: bool) -> Part:
    """Some rows, with names; whole numbers that are classes lose their decimals."""
    import pandas as pd

    y = points.y
    if classes and y.dtype.kind == "f":
        y = y.astype(int) if np.all(y == np.round(y)) else y.astype(str)
    X = pd.DataFrame(points.X[chosen], columns=list(points.names))
    return Part(X, pd.Series(y[chosen], name=points.target))


# -- what was found -------------------------------------------------------------------


def estimates(guide: Guide, model: Any) -> None:
    """The fitted model: formula, coefficients and picture."""
    guide.stretch("fit", "The fit")
    frame = model.summary().frame
    guide.formula(model.formula("latex"))
    guide.table(frame.head(SHOWN).reset_index(), caption="Estimates")
    if len(frame) > SHOWN:
        guide.say(f"These are the first {SHOWN} of {len(frame):,} estimates.")
    guide.keep({"estimates": frame["estimate"].to_dict()})
    what = f"{type(model).__name__} on the rows that it learned from."
    guide.picture("fit", model.plot(), what)


def judged_numbers(guide: Guide, model: Any, train: Part, test: Part) -> None:
    """How close the predictions come: r2, and the error in the target's units."""
    guide.stretch("judged", "How good it is")
    judge = test if test.n else train
    output = model.predict(judge.X)
    error = float(np.sqrt(np.mean((judge.y - output) ** 2)))
    guide.found({**scores("r2", model, train, test), "typical error": error})
    guide.write(
        "r2 is 1 for perfect predictions, 0 for the mean of the target, and negative "
        "for worse. The typical error is the root of the mean squared error, in the "
        "units of the target."
    )
    guide.picture(
        "judged",
        plots.predicted(
            judge.y, output,
            title=f"A prediction is typically {number(error, 3)} off",
        ),
        f"{whose(test, train)}: {judge.y.name}, observed and predicted.",
    )  # fmt: skip


def judged_classes(guide: Guide, model: Any, train: Part, test: Part) -> None:
    """How many rows are called right, and which class is taken for which."""
    guide.stretch("judged", "How good it is")
    judge = test if test.n else train
    often = judge.y.value_counts().max() / judge.n
    guide.found(
        {
            **scores("accuracy", model, train, test),
            "always the most frequent class": Share(often),
        }
    )
    taken, classes = model.predict(judge.X), list(model.classes_)
    counts = np.array(
        [[np.sum((judge.y == a) & (taken == b)) for b in classes] for a in classes]
    )
    guide.picture(
        "judged",
        plots.confusion(
            counts, classes,
            title=f"{np.trace(counts)} of {judge.n} rows are called right",
        ),
        f"{whose(test, train)}: the class (down), and what it was taken for (across).",
    )  # fmt: skip


def scores(name: str, model: Any, train: Part, test: Part) -> dict[str, float]:
    """The score on the rows set aside, where there are some, and on the others."""
    kind = Share if name == "accuracy" else float
    found = {f"{name}, rows learned from": kind(model.score(train.X, train.y))}
    if test.n:
        found[f"{name}, rows set aside"] = kind(model.score(test.X, test.y))
    return found


def whose(test: Part, train: Part) -> str:
    """Say which rows a picture shows."""
    return f"The {test.n} rows set aside" if test.n else f"All {train.n} rows"
