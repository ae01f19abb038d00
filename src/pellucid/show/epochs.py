"""What a person is told while a network learns: a bar, lines, at last a curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from pellucid.show.plain_text import number, sparkline
from pellucid.show.progress import is_watched, progress

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Figures = Callable[[], Mapping[str, float]]
Tell = Callable[[int, Figures], None]


@contextmanager
def epochs(title: str, total: int, verbose: bool | int) -> Iterator[Tell]:
    """Tell of epochs: `tell(epoch, figures)` after each, where figures are asked for.

    Parameters
    ----------
    title
        What learns.
    total
        How many epochs there are at most.
    verbose
        True shows a bar on a terminal, and elsewhere prints ten lines; k prints a line
        each k epochs; False and 0 show nothing, and no figures are asked for.

    Examples
    --------
    >>> with epochs("network", 4, verbose=2) as tell:
    ...     for epoch in range(1, 5):
    ...         tell(epoch, lambda: {"cost": 1 / epoch, "accuracy": 0.5})
    epoch    2   cost 0.5   accuracy 0.5
    epoch    4   cost 0.25   accuracy 0.5
    """
    if verbose is True and is_watched():
        with progress(title, total) as bar:
            yield lambda epoch, figures: bar.advance(figure=written(figures()))
        return
    every = max(1, total // 10) if verbose is True else int(verbose)

    def tell(epoch: int, figures: Figures) -> None:
        if every and epoch % every == 0:
            print(f"epoch {epoch:>4}   {written(figures())}")

    yield tell


def written(figures: Mapping[str, float]) -> str:
    """Figures on one line.

    >>> written({"cost": 0.12345678, "accuracy": 0.98})
    'cost 0.12346   accuracy 0.98'
    """
    return "   ".join(f"{name} {number(value, 5)}" for name, value in figures.items())


def curves(histories: Mapping[str, ArrayLike]) -> str:
    """Curves below each other, each with its first and last value.

    >>> print(curves({"cost": [4.0, 2.0, 1.0], "validation": [4.0, 3.0, 2.0]}))
    cost         █▃▁  4 to 1
    validation   █▅▁  4 to 2
    """
    width, lines = max(map(len, histories)), []
    for name, values in histories.items():
        first, last = (number(value, 4) for value in np.asarray(values)[[0, -1]])
        lines.append(f"{name:<{width}}   {sparkline(values)}  {first} to {last}")
    return "\n".join(lines)
