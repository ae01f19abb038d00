"""How good a model of a person's table is, told by cross-validation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.models import judging
from pellucid.models.choosing import Choice, learned
from pellucid.models.judging import Learn, Measure
from pellucid.models.logistic import LogisticRegression
from pellucid.models.pictures import of_classes
from pellucid.models.predictions import LEVEL
from pellucid.show import plots
from pellucid.show.plain_text import Written, number
from pellucid.show.progress import progress
from pellucid.tables.table import Table
from pellucid.tables.wording import counted
from pellucid.tour.guide import Guide, Share

HEADERS = ("measure", "model", "±", "baseline")
SHOWN = 40  # classes that are listed


def told(guide: Guide, table: Table, choice: Choice, model: Any, seed: int) -> None:
    """Judge a model by models that were fitted as it was, to other rows."""
    guide.stretch("judged", "How good it is")
    y = np.asarray(table.y)
    fold = judging.folds(y, choice.classes, seed)
    count = len(np.unique(fold))
    guide.keep({"folds": count, "seed": seed})
    same = ", and with the same C," * is_penalised(model)
    guide.say(
        f"Judged by cross-validation: the rows are cut into {count} folds at random "
        f"(seed {seed}{', by class' * choice.classes}), and the rows of each fold are "
        f"predicted by a model that was fitted in the same way{same} to the others. "
        "± is the "
        "standard deviation over the folds."
    )
    judge = classes if choice.classes else numbers
    with relearning(choice, model, seed, count) as learn:
        output = judge(guide, table, learn, y, fold)
    if not choice.classes:  # the width of an interval where no theory gives it
        model._held_out_error = float(np.quantile(np.abs(y - output), LEVEL))


@contextmanager
def relearning(choice: Choice, model: Any, seed: int, folds: int) -> Iterator[Learn]:
    """What fits a model as the given one was fitted; a bar counts the folds."""
    with progress("cross-validation", folds) as bar:

        def learn(X: NDArray[Any], y: NDArray[Any]) -> Any:
            fitted = relearned(choice, model, seed, X, y)
            bar.advance()
            return fitted

        yield learn


def relearned(
    choice: Choice, model: Any, seed: int, X: NDArray[Any], y: NDArray[Any]
) -> Any:
    """A model of other rows, fitted as the given one was."""
    if is_penalised(model):  # by the strength that all rows chose
        return LogisticRegression(C=model.C, standardise=True).fit(X, y)
    return learned(choice, seed, X, y)


def is_penalised(model: Any) -> bool:
    """Whether a penalty was needed, of which the strength was chosen."""
    return bool(np.isfinite(getattr(model, "C", np.inf)))


def measures(guide: Guide, found: list[Measure], baseline: str) -> None:
    """Tell the measures of the model beside those of the baseline."""
    guide.say(f"The baseline knows no column: {baseline}.")
    guide.keep({m.name: m.value for m in found})
    guide.keep({f"{m.name} spread": m.spread for m in found})
    guide.keep({f"{m.name} baseline": m.baseline for m in found})
    guide.table(
        [[m.name, *_written(m)] for m in found], HEADERS, caption="Rows held out"
    )


def _written(measure: Measure) -> list[Written | None]:
    kind = Share if measure.name == "accuracy" else float
    values = (measure.value, measure.spread, measure.baseline)
    return [
        Written(value, _shown(kind(value), digits)) if np.isfinite(value) else None
        for value, digits in zip(values, (4, 2, 4), strict=True)
    ]


def _shown(value: float, digits: int = 4) -> str:
    """A share in per cent to one decimal; another figure to so many digits."""
    is_share = isinstance(value, Share)
    return f"{100 * value:.1f} %" if is_share else number(value, digits)


# -- numbers --------------------------------------------------------------------------


def numbers(
    guide: Guide, table: Table, learn: Learn, y: NDArray[Any], fold: NDArray[Any]
) -> NDArray[Any]:
    """How close the predictions come: r2, and the error in the target's units."""
    output = judging.predictions(learn, table.X, y, fold)
    mean = judging.mean_of(y)
    found = judging.measured(judging.NUMBERS, y, output, mean, fold)
    measures(guide, found, "it predicts the mean of the target")
    guide.write(
        "r2 is 1 for perfect predictions, 0 for the mean of the target, and negative "
        "for worse. The typical error is the root of the mean squared error, in the "
        "units of the target."
    )
    error = judging.typical_error(y, output)
    guide.picture(
        "judged",
        plots.predicted(
            y, output, title=f"A prediction is typically {number(error, 3)} off"
        ),
        f"{table.target} of rows held out, observed and predicted.",
    )
    return output


# -- classes --------------------------------------------------------------------------


def classes(
    guide: Guide, table: Table, learn: Learn, y: NDArray[Any], fold: NDArray[Any]
) -> NDArray[Any]:
    """How many rows are called right, which are taken for which, and how surely."""
    names, place = np.unique(y, return_inverse=True)
    p = judging.probabilities(learn, table.X, place, fold)
    shares = judging.shares_of(place)
    found = judging.measured(judging.CLASSES, place, p, shares, fold)
    often = names[np.bincount(place).argmax()]
    baseline = f"it calls each row {often}, with the shares of the classes"
    measures(guide, found, f"{baseline} as probabilities")
    _calibrated(guide, f"{table.target} = {names[-1]}", place, p)
    _by_class(guide, [str(name) for name in names], place, p)
    guide.picture(
        "roc",
        of_classes.roc(p, place, [str(name) for name in names]),
        "Rows held out: at each border, the share of a class that is called so, and "
        "the share of the others that is.",
    )
    return p


def _by_class(
    guide: Guide, names: list[str], place: NDArray[Any], p: NDArray[Any]
) -> None:
    """Precision and recall, and which class is taken for which."""
    found = judging.by_class(place, p)
    guide.keep({"by class": dict(zip(names, found, strict=True))})
    table = [
        [
            name,
            rows,
            *(None if np.isnan(v) else Written(v, _shown(Share(v))) for v in of),
        ]
        for name, (rows, *of) in zip(names, found, strict=True)
    ]
    headers = ("class", "rows", "precision", "recall")
    guide.say("By class:")
    guide.table(table[:SHOWN], headers, caption="Classes")
    guide.write(
        "Precision is the share of the rows called so that are so; recall is the share "
        "of the rows that are so that are called so. The AUC is the chance that a row "
        "of a class gets a higher probability of it than a row of another; 0.5 is a "
        "guess. The log loss is the mean of -log p of the right class."
    )
    alone = [name for name, (rows, *_) in zip(names, found, strict=True) if rows == 1]
    if alone:
        guide.say(
            f"Note: {counted(len(alone), 'class')} of one row ({', '.join(alone[:5])}) "
            "cannot be predicted by a model of the others."
        )
    counts = judging.confused(place, p)
    guide.keep({"confusion": counts.tolist()})
    guide.picture(
        "judged",
        plots.confusion(
            counts, names,
            title=f"{np.trace(counts):,} of {len(place):,} rows are called right",
        ),
        "Rows held out: the class (down), and what it was taken for (across).",
    )  # fmt: skip


def _calibrated(guide: Guide, what: str, place: NDArray[Any], p: NDArray[Any]) -> None:
    """Whether what is said to be so in 80 of 100 rows is so in 80 of 100."""
    said, true, rows = judging.calibration(place, p)
    error = judging.calibration_error(said, true, rows)
    guide.keep({"calibration error": error})
    guide.say(
        "What is said with a probability of 80 % should come true in 80 of 100 rows; "
        f"the two differ by {100 * error:.1f} points on average, the calibration error."
    )
    event = what if p.shape[1] == 2 else "the likeliest class"
    guide.picture(
        "calibration",
        plots.calibration(
            said, true, rows,
            title=f"Probabilities are off by {100 * error:.1f} points on average",
            x_label=f"probability of {event}",
        ),
        "Rows held out, a tenth of them at each point: the mean probability that was "
        "said, and the share of rows in which it came true.",
    )  # fmt: skip
