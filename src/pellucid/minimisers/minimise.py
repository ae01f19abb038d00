"""`pellucid.minimise`: learning is minimising a cost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import MinimiseError
from pellucid.graphs import structure
from pellucid.graphs.gradient import hvp, value_and_gradient
from pellucid.graphs.trace import is_float, is_number, title_of
from pellucid.minimisers import newton
from pellucid.minimisers.methods import Adam, Newton
from pellucid.running.compile import Compiled
from pellucid.show.progress import progress

PATIENCE = 10  # epochs without progress after which mini-batches stop
FEW = 100  # parameters up to which "auto" uses Newton
Callback = Callable[[int, float, Any], Any]


@dataclass(frozen=True)
class Fit:
    """What a minimisation found.

    Parameters
    ----------
    x : structure of `start`
        The parameters.
    fun : float
        The cost there.
    history : array
        Entry i is the cost at iteration i, from 0, the start; with mini-batches the mean
        cost of the batches of epoch i.
    nit : int
        Iterations, or epochs, that were taken.
    success : bool
        Whether it stopped because it had converged.
    message : str
        Which method, and why it stopped.
    """

    x: Any
    fun: float
    history: NDArray[np.float64]
    nit: int
    success: bool
    message: str


def minimise(
    cost: Callable[..., Any], start: Any, *data: Any, method: Any = "auto",
    batch_size: int | None = None, max_iter: int | None = None, tol: float = 1e-8,
    random_state: Any = None, callback: Callback | None = None, verbose: bool | int = False,
) -> Fit:  # fmt: skip
    """Minimise `cost(start, *data)` over `start`.

    Parameters
    ----------
    cost : callable
        A plain NumPy function whose result has one element.
    start : float, array, or list, dict or tuple of them
        Where to begin. A tuple is spread over the leading arguments: `cost(a, b, *data)`
        for `start=(a, b)`.
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
        all iterations. With mini-batches: when ten epochs did not lower the cost by tol.
    random_state : int, Generator or None
        Seeds the shuffling.
    callback : callable, optional
        `callback(iteration, cost, x)` after each; a true result stops.
    verbose : bool or int
        True shows a progress bar; k prints the cost each k iterations.

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
    task = Task(cost, start, data)
    chosen = _chosen(method, task, batch_size)
    watch = Watch(callback, verbose, title_of(cost))
    if isinstance(chosen, Newton):
        if batch_size is not None:
            raise MinimiseError(
                "Newton takes all rows at once: leave batch_size out, or use Adam."
            )
        return _newton(task, chosen, _limit(max_iter, 100), tol, watch)
    if batch_size is None:
        return _full_batch(task, chosen, _limit(max_iter, 1000), tol, watch)
    rng = np.random.default_rng(random_state)
    return _mini_batch(task, chosen, batch_size, _limit(max_iter, 100), tol, rng, watch)


class Task:
    """A cost as a function of one structure of parameters, which are floats."""

    def __init__(
        self, cost: Callable[..., Any], start: Any, data: tuple[Any, ...]
    ) -> None:
        spread = isinstance(start, tuple) and not hasattr(start, "_fields")
        self.start = structure.mapped(_as_float, start)
        self.data = tuple(np.asarray(d) if isinstance(d, list) else d for d in data)

        def of_one(w: Any, *data: Any) -> Any:
            value = cost(*w, *data) if spread else cost(w, *data)
            return np.reshape(value, ()) if np.ndim(value) else value

        of_one.__name__ = title_of(cost)
        self.cost = of_one

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(np.size(leaf) for leaf in structure.leaves(self.start))

    def parts(self, vector: NDArray[np.float64]) -> list[Any]:
        """The leaves of `start` filled from a flat vector."""
        leaves = list(structure.leaves(self.start))
        ends = list(itertools.accumulate(np.size(leaf) for leaf in leaves))
        return [
            _like(vector[end - np.size(leaf) : end], leaf)
            for leaf, end in zip(leaves, ends, strict=True)
        ]

    def rebuilt(self, vector: NDArray[np.float64]) -> Any:
        """The structure of `start` filled from a flat vector."""
        parts = iter(self.parts(vector))
        return structure.mapped(lambda _: next(parts), self.start)


class Watch:
    """Tells the person, and asks the callback, as the iterations go by."""

    def __init__(
        self, callback: Callback | None, verbose: bool | int, title: str
    ) -> None:
        self.callback = callback
        self.every = 0 if isinstance(verbose, bool) else int(verbose)
        self.bar = verbose is True
        self.title = title

    def over(self, limit: int) -> Iterator[int]:
        """Count iterations from 1, under a bar where one is wanted."""
        if not self.bar:
            yield from range(1, limit + 1)
            return
        with progress(f"minimise {self.title}", total=limit) as bar:
            for iteration in range(1, limit + 1):
                yield iteration
                bar.advance(figure=f"cost {self.cost:.6g}")

    def told(self, iteration: int, cost: float, x: Callable[[], Any]) -> bool:
        """Report one iteration; True when the callback wants to stop."""
        self.cost = cost
        if self.every and iteration % self.every == 0:
            print(f"iteration {iteration:>5}   cost {cost:.6f}")
        return bool(self.callback and iteration and self.callback(iteration, cost, x()))


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


def _as_float(leaf: Any) -> Any:
    if isinstance(leaf, (bool, np.bool_, str)) or leaf is None:
        raise MinimiseError(
            f"start holds {leaf!r}; it holds numbers and arrays of numbers."
        )
    if isinstance(leaf, (int, float, np.number)):
        return float(leaf)
    array = np.asarray(leaf)
    return array if is_float(array) else array.astype(float)


def _like(part: NDArray[np.float64], leaf: Any) -> Any:
    """A piece of the flat vector in the shape and kind of a leaf."""
    return (
        float(part[0])
        if isinstance(leaf, float)
        else part.reshape(leaf.shape).astype(leaf.dtype)
    )


def _slope(state: newton.State) -> float:
    """The largest |g| max(|w|, 1), as in `_largest`."""
    return float(np.max(np.abs(state.g) * np.maximum(np.abs(state.w), 1.0), initial=0))


# -- Newton ---------------------------------------------------------------------------


def _newton(task: Task, method: Newton, limit: int, tol: float, watch: Watch) -> Fit:
    problem = _problem(task)
    state = newton.started(problem, newton.flat(list(structure.leaves(task.start))))
    history = [state.cost]
    watch.told(0, state.cost, lambda: task.start)
    reason = "reached max_iter"
    for iteration in watch.over(limit):
        if not math.isfinite(state.cost):
            reason = f"the cost is {state.cost} at iteration {iteration - 1}"
            break
        near = tol > 0 and _slope(state) <= tol * max(1.0, abs(state.cost))
        following = newton.stepped(problem, state, method.dense)
        if following is None:
            reason = "converged: no step lowers the cost"
            break
        state = following
        history.append(state.cost)
        if near:  # one step more, and the error is squared
            reason = "converged: the slope is small"
            break
        if watch.told(iteration, state.cost, lambda: task.rebuilt(state.w)):  # noqa: B023
            reason = "stopped by the callback"
            break
    else:
        if _slope(state) <= tol * max(1.0, abs(state.cost)):
            reason = "converged: the slope is small"
    return _fitted(
        task.rebuilt(state.w), history, len(history) - 1, f"Newton: {reason}"
    )


def _problem(task: Task) -> newton.Problem:
    """The cost, its gradient and its Hessian's products, compiled, on a flat vector."""
    both = Compiled(value_and_gradient(task.cost)).program(task.start, *task.data).run
    times = Compiled(hvp(task.cost)).program(task.start, *task.data, task.start).run
    data = [d for d in structure.leaves(task.data) if is_number(d)]

    def value(w: Any) -> Any:
        cost, *gradients = both(*task.parts(w), *data)
        return float(cost), newton.flat(gradients)

    def product(w: Any, v: Any) -> Any:
        return newton.flat(list(times(*task.parts(w), *data, *task.parts(v))))

    return newton.Problem(value, product)


def _fitted(x: Any, history: list[float], nit: int, message: str) -> Fit:
    return Fit(x, history[-1], np.array(history), nit, "converged" in message, message)


# -- descent, on all rows or on mini-batches ------------------------------------------


class Descent:
    """One step of a method, compiled together with the cost and its gradient.

    The parameters and the method's state are kept as one flat list, which the compiled
    step takes and gives back.
    """

    def __init__(self, task: Task, method: Any, measured: bool) -> None:
        self.task = task
        leaves = list(structure.leaves(task.start))
        states = [method.start(w) for w in leaves]
        self.count = len(leaves)
        self.kept = [*leaves, *structure.leaves(states)]
        self._example = leaves, states
        self._compiled = Compiled(_step(task, method, measured))
        self._programs: dict[Any, Any] = {}
        self._cost = Compiled(task.cost)

    def step(self, data: tuple[Any, ...]) -> tuple[float, float, list[Any]]:
        """The cost and the largest slope here, and what to keep after the step."""
        key = tuple(np.shape(d) for d in data)
        if key not in self._programs:
            self._programs[key] = self._compiled.program(*self._example, *data).run
        inputs = [d for d in structure.leaves(data) if is_number(d)]
        try:
            cost, slope, *after = self._programs[key](*self.kept, *inputs)
        except ArithmeticError:  # between Python numbers overflow is an error, not inf
            return math.nan, math.nan, self.kept
        return float(cost), float(slope), after

    @property
    def x(self) -> Any:
        """The parameters now, in the structure of the start."""
        leaves = iter(self.kept[: self.count])
        return structure.mapped(
            lambda leaf: _as_kind(next(leaves), leaf), self.task.start
        )

    def cost(self) -> float:
        """The cost of all rows now."""
        return float(self._cost(self.x, *self.task.data))


def _step(task: Task, method: Any, measured: bool) -> Callable[..., Any]:
    both = value_and_gradient(task.cost)

    def step(leaves: Any, states: Any, *data: Any) -> Any:
        parts = iter(leaves)
        cost, tree = both(structure.mapped(lambda _: next(parts), task.start), *data)
        gradients = list(structure.leaves(tree))
        steps = zip(leaves, gradients, states, strict=True)
        after = [method.step(w, g, state) for w, g, state in steps]
        slope = _largest(leaves, gradients) if measured else 0.0
        return cost, slope, [w for w, _ in after], [state for _, state in after]

    step.__name__ = f"{task.cost.__name__}_step"
    return step


def _largest(leaves: Any, gradients: Any) -> Any:
    """The largest |g| max(|w|, 1): what the cost would change if w changed by its size.

    Dennis & Schnabel, "Numerical Methods for Unconstrained Optimization" (1983), 7.2.5.
    """
    pairs = zip(leaves, gradients, strict=True)
    slopes = [np.max(np.abs(g) * np.maximum(np.abs(w), 1.0)) for w, g in pairs]
    return np.max(np.array(slopes))


def _as_kind(value: Any, leaf: Any) -> Any:
    return float(value) if isinstance(leaf, float) else np.asarray(value)


def _full_batch(task: Task, method: Any, limit: int, tol: float, watch: Watch) -> Fit:
    descent = Descent(task, method, measured=tol > 0)
    history: list[float] = []
    reason = f"reached max_iter, {limit}"
    for iteration in watch.over(limit):
        cost, slope, after = descent.step(task.data)
        history.append(cost)
        if not math.isfinite(cost):
            reason = (
                f"the cost is {cost} at iteration {iteration - 1}; try a smaller rate"
            )
            break
        if tol and slope <= tol * max(1.0, abs(cost)):
            reason = "converged: the slope is small"
            break
        if watch.told(iteration - 1, cost, lambda: descent.x):
            reason = "stopped by the callback"
            break
        descent.kept = after
    else:
        history.append(descent.cost())
        watch.told(limit, history[-1], lambda: descent.x)
    return _fitted(descent.x, history, len(history) - 1, f"{_name(method)}: {reason}")


def _name(method: Any) -> str:
    return type(method).__name__


def _mini_batch(
    task: Task, method: Any, size: int, limit: int, tol: float, rng: Any, watch: Watch
) -> Fit:
    n = _rows(task.data)
    if size < 1:
        raise MinimiseError(f"batch_size is {size}; a batch has at least one row.")
    descent = Descent(task, method, measured=False)
    history: list[float] = []
    best, patience = math.inf, 0
    reason = f"reached max_iter, {limit} epochs"
    for epoch in watch.over(limit):
        history.append(_epoch(descent, rng.permutation(n), size))
        patience = 0 if history[-1] < best - tol else patience + 1
        best = min(best, history[-1])
        if not math.isfinite(history[-1]):
            reason = f"the cost is {history[-1]} in epoch {epoch}; try a smaller rate"
            break
        if watch.told(epoch, history[-1], lambda: descent.x):
            reason = "stopped by the callback"
            break
        if tol and patience >= PATIENCE:
            reason = f"converged: {PATIENCE} epochs did not lower the cost"
            break
    return _fitted(
        descent.x,
        history or [descent.cost()],
        len(history),
        f"{_name(method)}: {reason}",
    )


def _epoch(descent: Descent, order: Any, size: int) -> float:
    """One pass over all rows; gives the mean cost of a row's batch."""
    total = 0.0
    for begin in range(0, len(order), size):
        rows = order[begin : begin + size]
        cost, _, descent.kept = descent.step(
            tuple(np.take(d, rows, 0) for d in descent.task.data)
        )
        total += cost * len(rows)
    return total / len(order)


def _rows(data: tuple[Any, ...]) -> int:
    lengths = sorted({len(d) if np.ndim(d) else 0 for d in data})
    if len(lengths) != 1 or lengths[0] == 0:
        message = f"Mini-batches cut all data along the first axis; the lengths are {lengths}."
        raise MinimiseError(message)
    return lengths[0]
