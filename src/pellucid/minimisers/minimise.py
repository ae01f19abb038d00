"""`pellucid.minimise`: learning is minimising a cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pellucid.errors import MinimiseError
from pellucid.graphs.tracing.trace import title_of
from pellucid.minimisers.auto import decided, told
from pellucid.minimisers.certainty import certainty_of
from pellucid.minimisers.descent import full_batch, mini_batch
from pellucid.minimisers.feeding import fed
from pellucid.minimisers.first_order import Clipped, Method
from pellucid.minimisers.later import Later
from pellucid.minimisers.lbfgs import lbfgs
from pellucid.minimisers.levenberg_marquardt import levenberg_marquardt
from pellucid.minimisers.methods import LBFGS, Adam, LevenbergMarquardt, Newton
from pellucid.minimisers.newton import newton
from pellucid.minimisers.quadratic import Exact, solved
from pellucid.minimisers.settings import refuse_wrong
from pellucid.minimisers.task import Callback, Fit, Options, Task, Watch, continued

# Methods that take all rows at once, and choose how far to go.
WHOLE: dict[type, Callable[..., Fit]] = {
    Newton: newton, LBFGS: lbfgs, Exact: solved,
    LevenbergMarquardt: levenberg_marquardt,
}  # fmt: skip


def minimise(
    cost: Callable[..., Any], start: Any, *data: Any, method: Any = "auto",
    batch_size: int | None = None, max_iter: int | None = None, tol: float = 1e-8,
    random_state: Any = None, callback: Callback | None = None,
    verbose: bool | int = False, stable: bool = True, without: Sequence[str] = (),
    target: str = "numpy", device: str | None = None, clip_norm: float | None = None,
    validation: Sequence[Any] | None = None, patience: int = 10, moving: Any = None,
    each: Callable[[Fit], Any] | None = None,
) -> Fit:  # fmt: skip
    """Minimise `cost(start, *data)` over `start`.

    Parameters
    ----------
    cost : callable
        A plain NumPy function whose result has one element. One that is a value, such
        as a frozen dataclass with a `__call__`, is recorded and compiled once for all
        fits; another function is recorded each time, as what it captures may change.
    start : float, array, or list, dict or tuple of them, or Fit
        Where to begin. A tuple is spread over the leading arguments:
        `cost(a, b, *data)` for `start=(a, b)`. A `Fit` is gone on with: parameters,
        the method's state, the count of steps and the shuffling; 5 and 5 epochs are 10
        epochs to the bit. With another method, its parameters alone.
    *data
        Further arguments, not changed: numbers, arrays, and lists, tuples and dicts of
        them; lists of numbers and frames come as arrays, or as frames where the cost
        takes them so; other objects as they are. A cost that asks for numbers (by a
        branch, np.unique, SciPy) is recorded once more, for these data alone, and where
        it branches on its parameters along each way that it goes, as it is met. In
        mini-batches it cannot ask their rows. One `feeding.Feed` alone stands for rows
        that no memory holds, of which each epoch takes batches as they come.
    method : "auto" or a method of `pellucid.methods`
        "auto" reads the graph of the cost. A quadratic cost is solved in one step; one
        that is smooth goes to LevenbergMarquardt where it is a sum of squares, and else
        to Newton, or with more than 100 parameters to LBFGS; one that branches on its
        parameters goes to LBFGS, as none of its ways is the whole; one with kinks (as
        of abs, max or where), and mini-batches, go to Adam. `.message` tells which and
        why.
    batch_size : int, optional
        Cut all data along their first axis into shuffled mini-batches of so many rows.
    max_iter : int, optional
        Iterations, or epochs with mini-batches; 100 for Newton, 1,000 else, 100 epochs.
    tol : float
        Stop when the largest slope, |g| max(|w|, 1), is at most tol max(1, |J|), or of
        the size of rounding in float32; LBFGS also where the cost falls by less than
        tol^2 of itself; 0 runs all iterations. For LevenbergMarquardt the slope is the
        part of the residuals that lies along the columns of their Jacobian, whatever
        the units. With mini-batches or validation data: when `patience` epochs gained
        less than tol.
    random_state : int, Generator or None
        Seeds the shuffling, which is the same on each target.
    callback : callable, optional
        `callback(iteration, cost, x)` after each; a true result stops.
    verbose : bool or int
        k prints the cost each k iterations; True shows a progress bar on a terminal,
        and elsewhere prints the cost ten times.
    stable : bool
        Whether naive formulas are replaced first; see `pellucid.stable`.
    without : sequence of str
        Identities that are not used for that, by name.
    target : str
        What runs the steps: "numpy", "jax" or "torch".
    device : str, optional
        Where, such as "cuda"; the CPU unless given.
    clip_norm : float, optional
        The largest norm of the whole gradient; a longer one is shortened to it.
    validation : tuple, optional
        Data in the place of `data` whose cost is watched after each iteration or epoch
        (`.validation_history`); it stops when `patience` of them gained less than tol,
        and gives the parameters that did best.
    patience : int
        Epochs without gain that are waited for.
    moving : structure of bools, optional
        Which leaves of the start the cost itself moves, such as running means: a
        structure like start's, in which None and what a dict leaves out are False. The
        cost then gives `(J, after)`, `after` their new values in such a structure; they
        are not differentiated, and no method but those of descent takes them.
    each : callable, optional
        With mini-batches, `each(fit)` after each epoch, with a Fit to go on with from
        there, such as to write it to a file; a true result stops.

    Returns
    -------
    Fit
        `.x`, `.fun`, `.history`, `.nit`, `.success`, `.message`; of all rows of a sum
        of squares, `.covariance`, `.standard_errors`, `.rank` and `.summary()`. A cost
        that is nan or infinite stops at once, and the message names the step.

    Raises
    ------
    MinimiseError
        For settings that cannot be, an unknown method, a start that holds no numbers,
        and data that cannot be cut into mini-batches.
    TraceError
        For a cost that cannot be recorded, such as one that branches on the rows of
        mini-batches. What the cost itself raises at a trial is raised.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> x, y = np.array([1.0, 2.0, 3.0]), np.array([3.0, 5.0, 7.0])
    >>> fit = pl.minimise(
    ...     lambda a, b, x, y: np.mean((a * x + b - y) ** 2), (0.0, 0.0), x, y
    ... )
    >>> [round(float(p), 6) for p in fit.x]
    [2.0, 1.0]
    >>> fit.message
    'Exact Newton step (the cost is quadratic): converged: the slope is small'
    """
    if isinstance(method, Clipped):
        method, clip_norm = method.method, method.norm
    refuse_wrong({
        "cost": cost, "batch_size": batch_size, "max_iter": max_iter, "tol": tol,
        "callback": callback, "clip_norm": clip_norm, "validation": validation,
        "patience": patience, "verbose": verbose, "each": each,
    })  # fmt: skip
    if each is not None and batch_size is None:
        raise MinimiseError("each looks at every epoch: give a batch_size with it.")
    feed = fed(data, batch_size)
    before = start if isinstance(start, Fit) else None
    rewriting = {"stable": stable, "without": tuple(without)}
    data = feed.arrays if feed else data
    task = Task(cost, before.x if before else start, data, rewriting, moving)
    chosen, why = _chosen(method, task, batch_size, clip_norm)
    held_out = None if validation is None else tuple(validation)
    limit = _limit(max_iter, chosen, batch_size)
    options = Options(
        limit, tol, patience, clip_norm, held_out, target, device, random_state, each
    )
    watch = Watch(callback, verbose, title_of(cost), before.nit if before else 0)
    if batch_size is not None:
        fit = mini_batch(task, chosen, batch_size, options, watch, before, feed)
    else:
        run: Callable[..., Fit] = WHOLE.get(type(chosen), full_batch)
        fit = run(task, chosen, options, watch, before)
        x = fit.x
        fit = replace(fit, known=Later(lambda: certainty_of(task, x, options)))
    fit = told(fit, why) if why else fit
    return continued(before, fit)


def _chosen(
    method: Any, task: Task, batch_size: int | None, clip_norm: float | None
) -> tuple[Any, str]:
    """The method, and why it was chosen; refuse what it cannot do."""
    if isinstance(method, str) and method == "auto" and any(task.moves):
        return Adam(), ""
    if isinstance(method, str) and method == "auto":
        return decided(task, batch_size is not None, clip_norm is not None)
    name = type(method).__name__
    is_one = isinstance(method, Method) and not isinstance(method, type)
    if type(method) not in WHOLE and not is_one:
        message = f"The method is {method!r}; it is one of pellucid.methods"
        raise MinimiseError(f"{message}, such as pellucid.methods.Adam(), or 'auto'.")
    if type(method) in WHOLE and batch_size is not None:
        message = f"{name} takes all rows at once: leave batch_size out, or use Adam."
        raise MinimiseError(message)
    if type(method) in WHOLE and any(task.moves):
        message = f"{name} minimises a cost that stands still: leave moving out"
        raise MinimiseError(f"{message}, or use Adam.")
    if type(method) in WHOLE and clip_norm is not None:
        message = f"{name} chooses how far to go: leave clip_norm out, or use Adam."
        raise MinimiseError(message)
    return method, ""


def _limit(max_iter: int | None, method: Any, batch_size: int | None) -> int:
    """How many iterations or epochs at most."""
    if max_iter is None:
        return 100 if isinstance(method, Newton) or batch_size else 1000
    return int(max_iter)
