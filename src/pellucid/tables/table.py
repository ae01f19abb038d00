"""A table of numbers, one row an example: features X and, mostly, a target y."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.wording import counted, quoted, shown

if TYPE_CHECKING:
    from pellucid.tables.grid import Grid
    from pellucid.tables.preparation import Preparation

FEATURE_ADVICE = "leave the column out"
TARGET_ADVICE = "add rows with another value, or choose another target"


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Rows to learn from: X, one column a feature, and y, one value a row.

    Every number in it is finite: `rows` refuses a table with holes.

    Parameters
    ----------
    X : array (n, d) of float64
        n rows of d features.
    y : array (n,) or None
        The target: float64 where it is a number, text where it names a class.
    names : tuple of d str
        What the features are called.
    target : str or None
        What the target is called.
    source : str
        What errors call the table: a file's name, "data frame", "array".
    preparation : Preparation or None
        What was done to each column and row, and why.
    raw : Grid or None
        The columns as they came, to which a fitted model applies its own preparation.
    labels : array or pandas.Index (n,), or None
        What its rows are called: the labels of a frame that does not only count them,
        else their numbers from 1 among the rows read; None where no row was left out.

    Examples
    --------
    >>> table = Table(np.array([[1.0], [2.0]]), np.array([3.0, 5.0]), ("x",), "y")
    >>> table
    Table(2 rows: x -> y)
    >>> table.n, table.d
    (2, 1)
    """

    X: NDArray[np.float64]
    y: NDArray[Any] | None
    names: tuple[str, ...]
    target: str | None
    source: str = "table"
    preparation: Preparation | None = None
    raw: Grid | None = None
    labels: Any = None

    def __repr__(self) -> str:
        arrow = "" if self.target is None else f" -> {self.target}"
        return f"Table({counted(self.n, 'row')}: {', '.join(self.names)}{arrow})"

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.X)

    @property
    def d(self) -> int:
        """Number of features."""
        return len(self.names)

    def for_fitting(self) -> Table:
        """Return the table itself when a model can be fitted to it.

        One row is enough to predict, but a fit needs two, a target, and columns that
        vary: a constant feature says nothing that the intercept does not say.

        Returns
        -------
        Table
            The same object.

        Raises
        ------
        TableError
            With the reason, and the name of the column where there is one.

        Examples
        --------
        >>> X = np.array([[1.0, 7.0], [2.0, 7.0]])
        >>> Table(X, np.array([3.0, 5.0]), ("x", "age"), "y").for_fitting()
        Traceback (most recent call last):
        pellucid.errors.TableError: table, column "age": expected values that differ,
        found 7.0 in all 2 rows; leave the column out.
        """
        expect_rows(self.source, self.n, self.y is not None)
        constant = np.flatnonzero(self.X.min(axis=0) == self.X.max(axis=0))
        if constant.size:
            j = constant[0]
            value = self.X[0, j].item()
            raise unvaried(self.source, self.names[j], value, self.n)
        y: Any = self.y
        if (y == y[0]).all():
            value, name = y[0].item(), str(self.target)
            raise unvaried(self.source, name, value, self.n, True)
        return self

    def without(self, reasons: Mapping[str, str]) -> Table:
        """Leave columns of X out, each for a reason that the preparation tells.

        A model that is fitted to what is left needs a raw column no more of which all
        columns are left out.

        Parameters
        ----------
        reasons : mapping of str to str
            The reason by the name of the column.

        Returns
        -------
        Table
            Another table; the same where no columns are named.

        Examples
        --------
        >>> table = Table(np.array([[1.0, 2.0], [2.0, 4.0]]), None, ("a", "b"), None)
        >>> table.without({"b": "b = 2 a"})
        Table(2 rows: a)
        """
        if not reasons:
            return self
        kept = [name not in reasons for name in self.names]
        names = tuple(name for name in self.names if name not in reasons)
        recipe = self.preparation and self.preparation.without(reasons)
        return replace(self, X=self.X[:, kept], names=names, preparation=recipe)


def expect_rows(source: str, n: int, targeted: bool) -> None:
    """Expect a target, and two rows or more."""
    if not targeted:
        message = "expected a target to learn, found none; name a column as target"
        raise TableError(f"{source}: {message}.")
    if n < 2:
        message = f"expected two rows or more to fit, found {counted(n, 'row')}"
        raise TableError(f"{source}: {message}; add rows.")


def unvaried(
    source: str, name: str, value: Any, n: int, learned: bool = False
) -> TableError:
    """Say that a column, the one to learn or another, holds one value all the way."""
    advice = TARGET_ADVICE if learned else FEATURE_ADVICE
    return TableError(
        f"{source}, column {quoted(name)}: expected values that differ, "
        f"found {shown(value)} in all {counted(n, 'row')}; {advice}."
    )
