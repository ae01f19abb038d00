"""What is minimised, who watches, and what was found."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import MinimiseError
from pellucid.graphs import structure
from pellucid.graphs.foreign import has_rows
from pellucid.graphs.tracing.labels.under_labels import LabelsError
from pellucid.graphs.tracing.trace import is_float, is_numeric, title_of, trace
from pellucid.minimisers.later import Later
from pellucid.minimisers.moving import beside, marks
from pellucid.show.progress import Bar, is_watched, progress

if TYPE_CHECKING:
    from pellucid.show.summary import Summary

Callback = Callable[[int, float, Any], Any]


@dataclass(frozen=True)
class Standing:
    """What a method carries from step to step, so that a Fit can be gone on with.

    Parameters
    ----------
    method : type
        Of which method.
    kept : list of arrays
        The parameters and the method's state.
    t : int
        How many steps were taken.
    rng : Generator or None
        What will shuffle the rows of the next epoch.
    """

    method: type
    kept: list[Any]
    t: int
    rng: np.random.Generator | None = None


@dataclass(frozen=True)
class Fit:
    """What a minimisation found; `minimise(cost, fit, *data)` goes on from there.

    Parameters
    ----------
    x : structure of `start`
        The parameters; with validation data, those that did best on them.
    fun : float
        The cost there.
    history : array
        Entry i is the cost at iteration i, from 0, the start; with mini-batches the
        mean cost of the batches of epoch i.
    nit : int
        Iterations, or epochs, that were taken.
    success : bool
        Whether it stopped because it had converged.
    message : str
        Which method, and why it stopped.
    validation_history : array
        The cost of the validation data beside each entry of `history`; empty without.
    standing : Standing or None
        The method's state, for going on.
    known : Later or None
        How certain the parameters are, made when it is asked for.

    Of a cost that is a sum of squares of residuals, which `LevenbergMarquardt` says how
    it is recognised, and of a fit that converged, there are `covariance`,
    `standard_errors`, `rank` and `summary()`. The variance of a residual is taken to be
    s^2 = (sum of squares) / (n - rank), as by curve_fit and NIST. A penalty that is a
    square counts as a residual.
    """

    x: Any
    fun: float
    history: NDArray[np.float64]
    nit: int
    success: bool
    message: str
    validation_history: NDArray[np.float64] = field(
        default_factory=lambda: np.zeros(0), repr=False
    )
    standing: Standing | None = field(default=None, repr=False)
    known: Later | None = field(default=None, repr=False)

    @property
    def _certainty(self) -> Any:
        return self.known.value if self.known and self.success else None

    @property
    def covariance(self) -> NDArray[np.float64] | None:
        """s^2 (A'A)^-1 (p, p), A the Jacobian of the residuals; None without them.

        inf for a parameter that the data do not determine, and nan beside the others.
        """
        found: NDArray[np.float64] | None
        found = self._certainty and self._certainty.covariance
        return found

    @property
    def standard_errors(self) -> Any:
        """The root of its diagonal, in the structure of x; None without residuals."""
        return self._certainty and self._certainty.standard_errors

    @property
    def rank(self) -> int | None:
        """How many directions of the parameters the residuals determine, or None."""
        found: int | None = self._certainty and self._certainty.rank
        return found

    def summary(self) -> Summary:
        """Estimates, standard errors, t, p and intervals of 95 % of a sum of squares.

        Raises
        ------
        MinimiseError
            For another cost, and for a fit that did not converge.
        """
        if not self.success:
            raise MinimiseError(f"There is no minimum to sum up: {self.message}.")
        if self._certainty is None:
            raise MinimiseError(
                "Standard errors are known of sums of squares of residuals, and the "
                "cost is not seen as one: minimise all rows of np.sum((f(w, x) - y)**2)"
                "."
            )
        found: Summary = self._certainty.summary(f"{self.message.partition(':')[0]}")
        return found


def fitted(x: Any, history: list[float], nit: int, message: str, **more: Any) -> Fit:
    """Sum up a minimisation; its message says whether it converged."""
    success = "converged" in message
    return Fit(x, history[-1], np.array(history), nit, success, message, **more)


def continued(before: Fit | None, after: Fit) -> Fit:
    """Two minimisations, the second of which went on from the first, as one."""
    if before is None:
        return after
    history, watched = (
        np.concatenate([a[: before.nit], b]) if len(b) else b
        for a, b in (
            (before.history, after.history),
            (before.validation_history, after.validation_history),
        )
    )
    nit = before.nit + after.nit
    return replace(after, nit=nit, history=history, validation_history=watched)


@dataclass(frozen=True)
class Options:
    """How a cost is minimised, whatever the method; see `minimise`."""

    limit: int
    tol: float = 1e-8
    patience: int = 10
    clip_norm: float | None = None
    validation: tuple[Any, ...] | None = None
    target: str = "numpy"
    device: str | None = None
    random_state: Any = None
    each: Callable[[Fit], Any] | None = None


class Task:
    """A cost as a function of one structure of parameters, which are floats."""

    def __init__(
        self, cost: Callable[..., Any], start: Any, data: tuple[Any, ...],
        rewriting: Mapping[str, Any] | None = None, moving: Any = None,
    ) -> None:  # fmt: skip
        self.rewriting = {"stable": True, "without": (), **(rewriting or {})}
        self.stable, self.without = self.rewriting["stable"], self.rewriting["without"]
        self.given = cost
        self.spread = isinstance(start, tuple) and not hasattr(start, "_fields")
        self.start = structure.mapped(_as_float, start)
        if not self.size:
            raise MinimiseError("start holds no numbers; it holds what is to be found.")

        self.moves = marks(self.start, moving)
        if all(self.moves):
            raise MinimiseError("All of start moves by itself; nothing is to be found.")

        def of_one(w: Any, *data: Any) -> Any:
            return self.cost_and_moved(w, *data)[0]

        of_one.__name__ = title_of(cost)
        self.cost = of_one
        self.found: dict[str, Any] = {}  # out about the cost, once
        self.data = self.taken(data)

    def cost_and_moved(self, w: Any, *data: Any) -> tuple[Any, list[Any]]:
        """The cost, a number, and the new values of the leaves that it moves."""
        value = self.given(*w, *data) if self.spread else self.given(w, *data)
        value, after = value if any(self.moves) else (value, None)
        if np.size(value) != 1:
            message = f"The cost has shape {np.shape(value)}; it is one number"
            raise MinimiseError(f"{message}: take np.sum or np.mean of it.")
        found = [leaf for _, leaf in beside(self.start, after)]
        moved = [leaf for leaf, moves in zip(found, self.moves, strict=True) if moves]
        if any(leaf is None for leaf in moved):
            message = "The cost gives (J, after), with a new value for all that moves"
            raise MinimiseError(f"{message}; one is missing.")
        return np.reshape(value, ()) if np.ndim(value) else value, moved

    def taken(self, data: Sequence[Any]) -> tuple[Any, ...]:
        """Data as the cost takes them: tables as arrays, where that is the same cost.

        Labels that pandas would align, and a mean of each column, are not to be lost.
        """
        arrays = tuple(as_data(d) for d in data)
        if not any(has_rows(d) for d in data):
            return arrays
        tables = tuple(d if has_rows(d) else as_data(d) for d in data)
        by_labels, by_place = self._cost_of(tables), self._cost_of(arrays)
        if isinstance(by_labels, LabelsError):
            raise by_labels
        if isinstance(by_labels, Exception):
            return tables if isinstance(by_place, _ELSE) else arrays
        same = not isinstance(by_place, Exception) and np.isclose(by_labels, by_place)
        return arrays if same else tables

    def _cost_of(self, data: tuple[Any, ...]) -> Any:
        """The cost of these data beside the start, or why there is none."""
        place = structure.mapped(_beside, self.start)
        try:
            recorded = trace(self.cost, (place, *data), {}, is_numeric, follow=True)
            return recorded(place, *data)
        except Exception as error:  # the person's function may raise any
            return error

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(np.size(leaf) for leaf in structure.leaves(self.start))

    @property
    def eps(self) -> float:
        """What rounding moves by: that of the coarsest array."""
        values = [*structure.leaves(self.start), *structure.leaves(self.data)]
        dtypes = [np.asarray(v).dtype for v in values if is_float(v)]
        return max(float(np.finfo(dtype).eps) for dtype in dtypes)

    def is_flat(self, slope: float, cost: float, tol: float) -> bool:
        """Whether a slope is small beside the cost, or nothing but rounding."""
        return tol > 0 and slope <= max(tol, 4 * self.eps) * max(1.0, abs(cost))

    @functools.cached_property
    def _cuts(self) -> list[tuple[slice, Any]]:
        """Where each leaf of `start` lies in a flat vector."""
        leaves = list(structure.leaves(self.start))
        ends = itertools.accumulate(np.size(leaf) for leaf in leaves)
        return [
            (slice(end - np.size(leaf), end), leaf)
            for leaf, end in zip(leaves, ends, strict=True)
        ]

    def parts(self, vector: NDArray[np.float64]) -> list[Any]:
        """The leaves of `start` filled from a flat vector, as views where they can."""
        return [_like(vector[cut], leaf) for cut, leaf in self._cuts]

    def with_leaves(self, leaves: Iterable[Any]) -> Any:
        """The structure of `start` with other leaves."""
        parts = iter(leaves)
        return structure.mapped(lambda _: next(parts), self.start)

    def rebuilt(self, vector: NDArray[np.float64]) -> Any:
        """The structure of `start` filled from a flat vector, which stays apart."""
        return self.with_leaves(self.parts(vector.copy()))


class Watch:
    """Tells the person, and asks the callback, as the iterations go by.

    `first` is how many iterations were taken before, by a Fit that is gone on with.
    """

    def __init__(
        self, callback: Callback | None, verbose: bool | int, title: str, first: int = 0
    ) -> None:
        self.callback = callback
        self.every = 0 if isinstance(verbose, bool) else int(verbose)
        self.bar = verbose is True and is_watched()
        self.tenths = verbose is True and not self.bar
        self.title = title
        self.first = first
        self._bar = Bar()

    @property
    def looks(self) -> bool:
        """Whether somebody wants to know of each iteration."""
        return bool(self.callback or self.every or self.bar or self.tenths)

    @contextmanager
    def over(self, limit: int) -> Iterator[None]:
        """Go through iterations under a bar, where one is wanted and can be seen."""
        self.every = max(1, limit // 10) if self.tenths else self.every
        if not self.bar:
            yield
            return
        with progress(f"minimise {self.title}", total=limit) as self._bar:
            yield

    def told(self, iteration: int, cost: float, x: Callable[[], Any]) -> bool:
        """Report one iteration; True when the callback wants to stop."""
        if iteration:
            self._bar.advance(figure=f"cost {cost:.6g}")
        count = self.first + iteration
        if self.every and count % self.every == 0:
            print(f"iteration {count:>5}   cost {cost:.6f}")
        return bool(self.callback and iteration and self.callback(count, cost, x()))


def as_data(data: Any) -> Any:
    """Data frames, and lists of numbers, as arrays; the rest as it is.

    A list that holds tuples, texts or arrays of several lengths is no array.
    """
    if isinstance(data, np.ma.MaskedArray):
        raise MinimiseError(
            "data hold a masked array; a cost is of all numbers: "
            "fill the masked ones in or leave their rows out."
        )
    if has_rows(data):
        array = np.asarray(data)
        return array if array.dtype.kind in "fiub" else data
    return np.asarray(data) if isinstance(data, list) and _is_array(data) else data


def _is_array(data: Any) -> bool:
    """Whether nested lists are an array of numbers; tuples are records."""
    if isinstance(data, list) and any(isinstance(part, list) for part in data):
        return all(map(_is_array, data)) and len({np.shape(d) for d in data}) == 1
    parts = data if isinstance(data, list) else [data]
    kinds = (bool, int, float, np.number, np.bool_, np.ndarray)
    numbers = all(isinstance(part, kinds) for part in parts)
    return numbers and len({np.shape(part) for part in parts}) <= 1


# What a cost raises that is given arrays for tables.
_ELSE = (AttributeError, IndexError, KeyError, TypeError)


def _beside(leaf: Any) -> Any:
    return leaf + 0.5 + 0.1 * np.sin(np.arange(np.size(leaf)).reshape(np.shape(leaf)))


def _as_float(leaf: Any) -> Any:
    if isinstance(leaf, (bool, np.bool_, str)) or leaf is None:
        raise MinimiseError(
            f"start holds {leaf!r}; it holds numbers and arrays of numbers."
        )
    if isinstance(leaf, (int, float, np.integer, np.floating)):
        return float(leaf)
    array = np.asarray(leaf)
    if array.dtype == object and array.ndim == 0:
        kind = type(leaf).__name__
        raise MinimiseError(
            f"start holds an object of the class {kind}; it holds numbers and arrays "
            "of them, in lists and dicts: pass vars(p), a dict of its attributes, and "
            'write p["name"] for p.name in the cost.'
        )
    if array.dtype.kind not in "fiub":
        raise MinimiseError(
            f"start holds {array.dtype}; it holds real numbers and arrays of them: "
            "split a complex number into two, and turn text into numbers."
        )
    return array if is_float(array) else array.astype(float)


def _like(part: NDArray[np.float64], leaf: Any) -> Any:
    """A piece of the flat vector in the shape and kind of a leaf."""
    return (
        float(part[0])
        if isinstance(leaf, float)
        else part.reshape(leaf.shape).astype(leaf.dtype, copy=False)
    )
