"""What is measured of rows that no memory holds, and on what."""

from __future__ import annotations

from dataclasses import dataclass, replace

ALONE = "from the file to the summary, or reading alone"
PASS = "a pass of the fit, or reading alone"
PASSES = "passes over the rows of the fit"
MEMORY = "the most memory of the process"
FIT = "a fit"
AGREEING = "digits that agree with memory's"

LEAST_SQUARES = "Parquet, 20,000,000 x 20, least squares"
LOGISTIC = "Parquet, 20,000,000 x 20, logistic"
ON_WORKERS = "two workers, 5,000,000 x 20, least squares"
LOGISTIC_ON_WORKERS = "two workers, 5,000,000 x 20, logistic"
KILLED = "the same from Parquet, a worker killed half-way"
TEXT = "CSV, 2,000,000 x 50, pellucid fit"


@dataclass(frozen=True)
class Task:
    """A model of the rows of a file or of a cluster.

    Parameters
    ----------
    n : int
        How many rows.
    odds : bool
        Whether it is a logistic regression of "c", one of two classes, with C = 1;
        else it is least squares of "y", a number.
    """

    n: int
    odds: bool = False

    @property
    def target(self) -> str:
        """The column that is learned.

        >>> Task(5).target
        'y'
        """
        return "c" if self.odds else "y"

    @property
    def model(self) -> str:
        """The estimator, by its name in `pellucid`.

        >>> Task(5, odds=True).model
        'LogisticRegression'
        """
        return "LogisticRegression" if self.odds else "LinearRegression"

    def tiny(self) -> Task:
        """The same for a few rows."""
        return replace(self, n=20_000)


TASKS = {  # the first three are those of a tiny run
    LEAST_SQUARES: Task(20_000_000),
    ON_WORKERS: Task(5_000_000),
    KILLED: Task(5_000_000),
    LOGISTIC: Task(20_000_000, odds=True),
    LOGISTIC_ON_WORKERS: Task(5_000_000, odds=True),
    TEXT: Task(2_000_000),
}
