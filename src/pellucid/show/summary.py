"""What was found, as text in a terminal, HTML in a notebook and a data frame."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.reading.names import one_line
from pellucid.show.estimates import told, written
from pellucid.show.plain_text import number, table

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 40  # rows that are printed; the data frame has them all
EACH = 4  # figures of several targets that are printed
WIDTH = 88  # of a line of figures


@dataclass(frozen=True, repr=False)
class Summary:
    """A table of a fitted model, and a few figures about the fit.

    Parameters
    ----------
    title : str
        What was fitted to what.
    figures : mapping
        From the name of a figure to its value.
    frame : pandas.DataFrame
        A row a coefficient, the intercept first; of a network, a row a layer.
    notes : sequence of str
        What a colleague would say of the fit, a sentence or two each.
    empty : str
        What is printed for nan; "" where it says that there is nothing to tell.
    parts : sequence of sequences of str
        Columns that are printed together, one table below another, empty columns and
        rows left out; none for one table of all.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"estimate": [2.8, 1.9]}, index=["intercept", "x"])
    >>> print(Summary("LinearRegression of y", {"r2": 0.99}, frame.rename_axis("")))
    LinearRegression of y
    r2 0.99
    <BLANKLINE>
               estimate
    ─────────  ────────
    intercept       2.8
    x               1.9
    """

    title: str
    figures: Mapping[str, object]
    frame: pd.DataFrame
    notes: Sequence[str] = ()
    empty: str = "nan"
    parts: Sequence[Sequence[str]] = ()

    def __repr__(self) -> str:
        tables = "\n\n".join(table(shown) for shown in self.tables())
        lines = [one_line(self.title), *self._lines(), "", tables, *self._more()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        figures = ", ".join(self._figures())
        body = "".join(
            shown.map(number).to_html(index=False, border=0) for shown in self.tables()
        )
        more = "".join(f"<p>{html.escape(line)}</p>" for line in self._more())
        head = f"<p><b>{html.escape(self.title)}</b><br>{html.escape(figures)}</p>"
        return head + body + more

    def _figures(self) -> list[str]:
        """Each figure with its name; of several targets one after another."""
        figures = told(self.figures)
        return [f"{name} {_figure(value)}" for name, value in figures.items()]

    def _lines(self) -> list[str]:
        """The figures in lines that no figure is broken by."""
        lines = [""]
        for figure in self._figures():
            beside = f"{lines[-1]}   {figure}".strip()
            lines[-1:] = [beside] if len(beside) <= WIDTH else [lines[-1], figure]
        return lines

    def tables(self) -> Iterator[pd.DataFrame]:
        """The rows that are printed, their names as columns, part by part."""
        shown = written(self.frame.head(SHOWN))
        parts: Sequence[Any] = self.parts or [list(shown)]
        for part in parts:
            of = shown[list(part)]
            if self.parts:
                of = of.dropna(axis=1, how="all").dropna(how="all")
            if not self.empty:
                of = of.astype(object).where(of.notna(), None)
            if len(of.columns) or not self.parts:
                yield of.reset_index()

    def _more(self) -> list[str]:
        """How many rows are not printed, and the notes."""
        more = len(self.frame) - SHOWN
        rest = [f"... and {more:,} more rows in .frame"] if more > 0 else []
        return [*rest, *(f"Note: {one_line(note)}" for note in self.notes)]


def _figure(value: object) -> str:
    """A figure to four digits; the first of an array, with how many it has."""
    if not isinstance(value, np.ndarray):
        return number(value, 4)
    shown = ", ".join(number(each, 4) for each in value[:EACH])
    return shown if len(value) <= EACH else f"{shown}, ... ({len(value)} in all)"
