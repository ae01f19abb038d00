"""How good a model of a person's table is, told by cross-validation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.models import judging
from pellucid.models.choosing import Choice, learned
from pellucid.models.judging import Judged, JudgedClasses, Learn, Measure
from pellucid.models.logistic import LogisticRegression
from pellucid.models.pictures import of_classes
from pellucid.models.predictions import LEVEL
from pellucid.models.streamed import others
from pellucid.show import plots
from pellucid.show.plain_text import Written, number
from pellucid.show.progress import progress
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table
from pellucid.tables.wording import counted
from pellucid.tour.guide import Guide, Share
from pellucid.tour.rows_to_fit import Subject

HEADERS = ("measure", "model", "±", "baseline")
SHOWN = 40  # classes that are listed


def told(guide: Guide, subject: Subject, choice: Choice, model: Any, seed: int) -> None:
    """Judge a model by models that were fitted as it was, to other rows.

    Those that are seen stand for rows that are streamed where no pass can judge.
    """
    table, seen = subject.table, subject.seen
    guide.stretch("judged", "How good it is")
    found = (
        _by_passes(guide, table, seen, model, seed)
        if isinstance(table, Stream) and others.can_judge(model)
        else _refitted(guide, subject, choice, model, seed)
    )
    target, drawn = (
        str(table.target),
        "" if table is seen else ", those drawn by chance",
    )
    if isinstance(found, JudgedClasses):
        classes(guide, target, found, drawn)
        return
    numbers(guide, target, found, drawn)
    # the width of an interval where no theory gives it
    distance = np.abs(found.y - found.output)
    model._held_out_error = float(np.quantile(distance, LEVEL))


def _by_passes(
    guide: Guide, stream: Stream, seen: Table, model: Any, seed: int
) -> Judged | JudgedClasses:
    """Judge by all rows of a stream."""
    guide.keep({"folds": judging.FOLDS, "seed": seed})
    way = "by Newton's method from the one above"
    if not hasattr(model, "classes_"):
        way = "from products of the columns, summed by fold"
    guide.say(
        f"Judged by cross-validation on all rows: a hash of its number (seed {seed}) "
        f"puts each row into one of {judging.FOLDS} folds, and the rows of each fold "
        f"are predicted by a model of the others, which is found {way}. "
        "± is the standard deviation over the folds."
    )
    return others.judged(stream, model, seen, seed)


def _refitted(
    guide: Guide, subject: Subject, choice: Choice, model: Any, seed: int
) -> Judged | JudgedClasses:
    """Judge by rows in memory, a model for each fold."""
    seen = subject.seen
    y = np.asarray(seen.y)
    fold = judging.folds(y, choice.classes, seed)
    count = len(np.unique(fold))
    guide.keep({"folds": count, "seed": seed})
    same = ", and with the same C," * is_penalised(model)
    which = f"{subject.drawn}, are" if subject.drawn else "the rows are"
    guide.say(
        f"Judged by cross-validation: {which} cut into {count} folds at random "
        f"(seed {seed}{', by class' * choice.classes}), and the rows of each fold are "
        f"predicted by a model that was fitted in the same way{same} to the others. "
        "± is the standard deviation over the folds."
    )
    with relearning(choice, model, seed, count) as learn:
        if choice.classes:
            return judging.of_classes(learn, seen.X, y, fold)
        return judging.of_numbers(learn, seen.X, y, fold)


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


def numbers(guide: Guide, target: str, found: Judged, drawn: str) -> None:
    """How close the predictions come: r2, and the error in the target's units."""
    measures(guide, found.measures, "it predicts the mean of the target")
    guide.write(
        "r2 is 1 for perfect predictions, 0 for the mean of the target, and negative "
        "for worse. The typical error is the root of the mean squared error, in the "
        "units of the target."
    )
    error = next(m.value for m in found.measures if m.name == "typical error")
    guide.picture(
        "judged",
        plots.predicted(
            found.y, found.output,
            title=f"A prediction is typically {number(error, 3)} off",
        ),
        f"{target} of rows held out{drawn}, observed and predicted.",
    )  # fmt: skip


# -- classes --------------------------------------------------------------------------


def classes(guide: Guide, target: str, found: JudgedClasses, drawn: str) -> None:
    """How many rows are called right, which are taken for which, and how surely."""
    names = found.names
    often = names[int(np.argmax([rows for rows, *_ in found.by_class]))]
    baseline = f"it calls each row {often}, with the shares of the classes"
    measures(guide, found.measures, f"{baseline} as probabilities")
    _calibrated(guide, f"{target} = {names[-1]}", found)
    _by_class(guide, found)
    guide.picture(
        "roc",
        of_classes.roc(found.output, found.place, names),
        f"Rows held out{drawn}: at each border, the share of a class that is called "
        "so, and the share of the others that is.",
    )


def _by_class(guide: Guide, judged: JudgedClasses) -> None:
    """Precision and recall, and which class is taken for which."""
    names, found, counts = judged.names, judged.by_class, judged.confused
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
    guide.keep({"confusion": counts.tolist()})
    guide.picture(
        "judged",
        plots.confusion(
            counts, names,
            title=f"{np.trace(counts):,} of {counts.sum():,} rows are called right",
        ),
        "Rows held out: the class (down), and what it was taken for (across).",
    )  # fmt: skip


def _calibrated(guide: Guide, what: str, found: JudgedClasses) -> None:
    """Whether what is said to be so in 80 of 100 rows is so in 80 of 100."""
    said, true, rows = found.calibration
    error = judging.calibration_error(said, true, rows)
    guide.keep({"calibration error": error})
    guide.say(
        "What is said with a probability of 80 % should come true in 80 of 100 rows; "
        f"the two differ by {100 * error:.1f} points on average, the calibration error."
    )
    event = what if len(found.by_class) == 2 else "the likeliest class"
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
