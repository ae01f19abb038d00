"""`pellucid.minimise`: learning is minimising a cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import MinimiseError
from pellucid.graphs.trace import title_of
from pellucid.minimisers.descent import full_batch, mini_batch
from pellucid.minimisers.methods import Adam, Newton
from pellucid.minimisers.newton import newton
from pellucid.minimisers.task import Callback, Fit, Task, Watch

FEW = 100  # parameters up to which "auto" uses Newton


def minimise(
    cost: Callable[..., Any],
    start: Any,
    *data: Any,
    method: Any = "auto",
    batch_size: int | None = None,
    max_iter: int | None = None,
    tol: float = 1e-8,
    random_state: Any = None,
    callback: Callback | None = None,
    verbose: bool | int = False,
    stable: bool = True,
    without: Sequence[str] = (),
) -> Fit:
    """Minimise `cost(start, *data)` over `start`.

    Parameters
    ----------
    cost : callable
        A plain NumPy function whose result has one element.
    start : float, array, or list, dict or tuple of them
        Where to begin. A tuple is spread over the leading arguments:
        `cost(a, b, *data)` for `start=(a, b)`.
    *data
        Further arguments, not changed.
    method : "auto" or a method of `pellucid.methods`
        "auto" is Newton for up to 100 parameters without mini-batches, else Adam.
    batch_size : int, optional
        Cut all data along their first axis into shuffled mini-batches of so many rows.
    max_iter : int, optional
        Iterations, or epochs with mini-batches; 100 for Newton, 1,000 else, 100 epochs.
    tol : float
        Stop when the largest slope, |g| max(|w|, 1), is at most tol max(1, |J|); 0 runs
        all iterations. With mini-batches: when ten epochs gained less than tol.
    random_state : int, Generator or None
        Seeds the shuffling.
    callback : callable, optional
        `callback(iteration, cost, x)` after each; a true result stops.
    verbose : bool or int
        k prints the cost each k iterations; True shows a progress bar on a terminal,
        and elsewhere prints the cost ten times.
    stable : bool
        Whether naive formulas are replaced first; see `pellucid.stable`.
    without : sequence of str
        Identities that are not used for that, by name.

    Returns
    -------
    Fit
        `.x`, `.fun`, `.history`, `.nit`, `.success`, `.message`.

    Raises
    ------
    MinimiseError
        For data of different lengths, a batch size below one, or an unknown method.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> x, y = np.array([1.0, 2.0, 3.0]), np.array([3.0, 5.0, 7.0])
    >>> fit = pl.minimise(
    ...     lambda a, b, x, y: np.mean((a * x + b - y) ** 2), (0.0, 0.0), x, y
    ... )
    >>> [round(float(p), 6) for p in fit.x]
    [2.0, 1.0]
    """
    task = Task(cost, start, data, {"stable": stable, "without": without})
    chosen = _chosen(method, task, batch_size)
    watch = Watch(callback, verbose, title_of(cost))
    if isinstance(chosen, Newton):
        if batch_size is not None:
            raise MinimiseError(
                "Newton takes all rows at once: leave batch_size out, or use Adam."
            )
        return newton(task, chosen, _limit(max_iter, 100), tol, watch)
    if batch_size is None:
        return full_batch(task, chosen, _limit(max_iter, 1000), tol, watch)
    rng = np.random.default_rng(random_state)
    return mini_batch(task, chosen, batch_size, _limit(max_iter, 100), tol, rng, watch)


def _chosen(method: Any, task: Task, batch_size: int | None) -> Any:
    if isinstance(method, Newton) or hasattr(method, "step"):
        return method
    if method != "auto":
        message = (
            f"The method is {method!r}; it is one of pellucid.methods, such as "
            "pellucid.methods.Adam(), or 'auto'."
        )
        raise MinimiseError(message)
    return Newton() if task.size <= FEW and batch_size is None else Adam(rate=0.01)


def _limit(max_iter: int | None, default: int) -> int:
    if max_iter is not None and max_iter < 0:
        raise MinimiseError(f"max_iter is {max_iter}; it counts iterations, from 0.")
    return default if max_iter is None else int(max_iter)
