"""Some rows stand for all where a model of a stream is drawn, and looked at."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from pellucid.models import base
from pellucid.models.notes import of_classes, of_numbers
from pellucid.show import colours
from pellucid.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEEN = 10_000  # rows of a stream that pictures show
OF_ALL = "_statistics", "_d2", "_accuracy"  # that a model knows of all rows


def drawn(picture: Callable[[Any], Figure]) -> Callable[[Any], Figure]:
    """Give a picture that shows some rows of a stream, and says so beneath."""

    @wraps(picture)
    def of(model: Any) -> Figure:
        check_is_fitted(model)
        stream = model._rows.stream
        if stream is None:
            return picture(model)
        table = stream.sample(SEEN)
        figure = picture(seen_on(model, table))
        if table.n < stream.n:
            some = f"{table.n:,} of {stream.n:,} rows, drawn by chance"
            figure.supxlabel(some, x=0.01, ha="left", fontsize=8, color=colours.QUIET)
        return figure

    return of


def seen_on(model: Any, table: Table) -> Any:
    """The model as it is, with some rows in the place of all it was fitted to.

    Its coefficients, errors and figures stay those of all rows; its pictures, and what
    is noted of single rows, are of these.
    """
    some = copy.copy(model)
    y = np.asarray(table.y)
    if hasattr(model, "classes_"):
        y = coded(model, y)
    some._rows = base.kept(table.X, y, labels=table.labels)
    getattr(model, "_statistics", None)  # with what is found beside it
    found = {name: model.__dict__[name] for name in OF_ALL if name in model.__dict__}
    some.__dict__.update(found)
    return some


def coded(model: Any, y: NDArray[Any]) -> NDArray[Any]:
    """Classes as a classifier keeps them: 0 and 1 (n,) or, of more, one-hot (n, k)."""
    place, k = np.searchsorted(model.classes_, y), len(model.classes_)
    return place.astype(float) if k == 2 else np.eye(k)[place]


def noted_of(model: Any) -> Iterator[str]:
    """What a careful colleague would note of the rows that a model is seen on.

    What rests on how many rows there are is left to the notes on all of them.
    """
    with np.errstate(all="ignore"):  # of what is no number nothing is said
        if not hasattr(model, "classes_"):
            yield from of_numbers.of_rows(model)
            return
        X, y = base.rows_of(model)
        place = y.astype(int) if y.ndim == 1 else y.argmax(axis=1)
        yield from of_classes.copied(model, X, place)
