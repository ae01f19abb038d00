"""What the two estimators of networks share: rows, training, and what is told."""

from __future__ import annotations

import dataclasses
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.layers.containers import moving
from pellucid.minimisers.methods import Method
from pellucid.minimisers.minimise import minimise
from pellucid.minimisers.task import Fit
from pellucid.models import base, examples
from pellucid.models.base import Array
from pellucid.models.epochs import Unshuffled
from pellucid.models.examples import Examples, Shape
from pellucid.models.multilayer import SHARE
from pellucid.models.training import (
    Course,
    Loss,
    NetworkCost,
    Output,
    by_place,
    in_pieces,
)
from pellucid.running.targets import TARGETS

CHECKS: dict[str, base.Check] = {
    "network": (
        lambda network: callable(network) and not inspect.isclass(network),
        "layers.Sequential(...), or a function of shape and outputs that makes one",
    ),
    "cost": (lambda cost: cost is None or callable(cost), "a function or None"),
    "method": (
        lambda method: isinstance(method, Method) and not isinstance(method, type),
        "one of pellucid.methods that takes mini-batches, such as Adam()",
    ),
    "alpha": base.number(0),
    "batch_size": base.either(base.one_of(None), base.count(1)),
    "max_iter": base.count(1),
    "shuffle": base.flag,
    "tol": base.number(0),
    "early_stopping": base.flag,
    "validation_fraction": SHARE,
    "n_iter_no_change": base.either(
        base.count(1), base.number(np.inf, expected="infinity")
    ),
    "callback": (lambda call: call is None or callable(call), "a function or None"),
    "target": base.one_of(*TARGETS),
}


class Network(BaseEstimator):
    """What the two estimators share; they say what the output means and costs."""

    network: Any
    cost: Loss | None
    method: Any
    alpha: float
    batch_size: int | None
    max_iter: int
    shuffle: bool
    random_state: Any
    tol: float
    early_stopping: bool
    validation_fraction: float
    n_iter_no_change: float
    callback: Callable[..., Any] | None
    target: str
    device: str | None
    verbose: bool | int

    network_: Any
    parameters_: Any
    input_shape_: Shape
    _fit: Fit
    _loss: Callable[[], Loss]  # what a place costs
    n_outputs_: int
    _met: Callable[[Array], None]  # y for the first time
    _units: Callable[[Array], int]  # outputs that y asks for
    _with_target: Callable[[Examples, Array, tuple[int, ...]], Examples]
    _scored: Callable[[Array, Array, Array | None], float]
    _strata: Callable[[Array], Array | None]

    def _set(self, parameters: Mapping[str, Any]) -> None:
        """Keep the constructor's parameters as they came, as scikit-learn asks."""
        for name in self._get_param_names():
            setattr(self, name, parameters[name])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Leave the model as it was, where something fails."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            self.__dict__ = before
            raise

    def _refuse(self, message: str, advice: str) -> NoReturn:
        raise ModelError(f"{type(self).__name__}: {message}; {advice}.")

    # -- rows -------------------------------------------------------------------------

    def _taken(self, X: Any, y: Any, s: Any, first: bool) -> tuple[Examples, Array]:
        """Rows, their weights and lengths, and y as it came."""
        X, lengths = examples.taken(self, X)
        is_table = lengths is None and getattr(X, "ndim", 2) == 2
        y = np.asarray(y) if isinstance(y, list) else y
        shape = getattr(y, "shape", ())
        y = y.reshape(len(y), -1) if len(shape) > 2 else y
        options = {"multi_output": True, "allow_nd": True, "reset": first and is_table}
        X, y, s = base.all_rows(self, X, y, s, **options)
        y = y.reshape(shape) if len(shape) > 2 else y
        if first:
            self.input_shape_ = X.shape[1:] if lengths is None else (None, *X.shape[2:])
        self._expect_shape(X, lengths)
        return Examples(X, s=s, lengths=lengths), y

    def _expect_shape(self, X: Array, lengths: Array | None) -> None:
        """Refuse rows of another shape than the network was made for."""
        expected, found = self.input_shape_, X.shape[1:]
        free = expected[:1] == (None,)
        if found == expected or (free and found[1:] == expected[1:] and len(found)):
            return
        got = (None, *found[1:]) if lengths is not None else found
        message = f"expected rows of shape {examples.told(expected)} in X, as it was"
        self._refuse(f"{message} fitted to, got {examples.told(got)}", "reshape them")

    def _examples(self, X: Any) -> Examples:
        """Rows to predict."""
        check_is_fitted(self)
        X, lengths = examples.taken(self, X)
        if getattr(X, "ndim", 2) > 2:
            self._expect_shape(X, lengths)
        X = base.rows_to_predict(self, X, allow_nd=True)
        self._expect_shape(X, lengths)
        return self._for_network(Examples(X, lengths=lengths))

    def _for_network(self, rows: Examples) -> Examples:
        """Rows as the first layer takes them: words are whole numbers."""
        if not examples.takes_tokens(self.network_):
            return rows
        return dataclasses.replace(rows, X=examples.as_tokens(self, rows.X))

    # -- fit: cost + penalty + method -------------------------------------------------

    def _fitted(self, X: Any, y: Any, s: Any, validation_data: Any) -> None:
        """Learn anew; the model stays as it was where something fails."""
        with self._whole():
            base.check_parameters(self, CHECKS)
            self._forget()
            X, y = base.unpacked(self, X, y)
            self._drawn()
            rows, y = self._taken(X, y, s, first=True)
            self._met(y)
            self.network_ = self._built(rows.X.shape[1:], self._units(y))
            rows = self._made(rows, y)
            if validation_data is None:
                rows, held_out = self._set_aside(rows)
            else:
                held_out = self._to_judge(*validation_data)
            self._trained(rows, held_out, self._begin(rows), self.max_iter)

    def _went_on(self, X: Any, y: Any, s: Any) -> None:
        """Learn on, with one epoch over these rows."""
        with self._whole():
            base.check_parameters(self, CHECKS)
            self._refuse_onward()
            first = not hasattr(self, "network_")
            if first:
                self._drawn()
            rows, y = self._taken(X, y, s, first=first)
            if first:
                self.network_ = self._built(rows.X.shape[1:], self._units(y))
            rows = self._made(rows, y)
            start = self._begin(rows) if first else self._fit
            self._trained(rows, None, start, 1)

    def _forget(self) -> None:
        """Forget what was learned."""
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)

    def _refuse_onward(self) -> None:
        """Early stopping needs to see all epochs; classes, to be balanced, all rows."""
        balanced = getattr(self, "class_weight", None) == "balanced"
        if self.early_stopping or balanced:
            wrong = 'class_weight="balanced"' if balanced else "early_stopping=True"
            message = f"partial_fit sees one batch alone, and does not take {wrong}"
            raise ModelError(f"{type(self).__name__}: {message}; leave it out.")

    def _built(self, shape: tuple[int, ...], units: int) -> Any:
        """The network for rows of this shape, with so many outputs."""
        network = self.network
        if not examples.is_network(network):
            network = network(shape, units)
        if not examples.is_network(network):
            message = "expected network to be layers.Sequential(...), or a function"
            raise ModelError(
                f"{type(self).__name__}: {message} of the shape of a row and the "
                f"number of outputs that gives one, got {network!r} from it."
            )
        return network

    def _made(self, rows: Examples, y: Array) -> Examples:
        """Rows as the network takes them, with y in the shape of its output."""
        try:
            shape = self.network_.output_shape(rows.X.shape[1:])
        except ModelError as error:
            raise ModelError(f"{type(self).__name__}: {error}") from None
        self.n_outputs_ = shape[-1]
        rows = self._with_target(self._for_network(rows), y, shape[:-1])
        return rows if rows.s is None or rows.s.ndim > 1 else rows.at(rows.s > 0)

    def _to_judge(self, X: Any, y: Any, s: Any = None) -> Examples:
        """Rows that were given to judge by."""
        return self._made(*self._taken(base.prepared(self, X), y, s, first=False))

    def _begin(self, rows: Examples) -> dict[str, Any]:
        """Draw the parameters, and where the count of steps begins."""
        rng, shape = np.random.default_rng([self._seed, 0]), rows.X.shape[1:]
        step = np.random.default_rng([self._seed, 1]).integers(2**31)
        layers = self.network_.parameters(rng, shape, dtype=self._dtype(rows))
        return {"layers": layers, "step": np.array(float(step))}

    def _dtype(self, rows: Examples) -> Any:
        """Of parameters: that of X; float32 where X holds words."""
        return rows.X.dtype if rows.X.dtype.kind == "f" else np.dtype(np.float32)

    def _drawn(self) -> None:
        """Draw the seed of all that is random."""
        self._seed = int(check_random_state(self.random_state).randint(2**31 - 1))

    def _trained(
        self, rows: Examples, held_out: Examples | None, start: Any, epochs: int
    ) -> None:
        """Minimise the cost of rows for so many epochs, or until they gain no more."""
        course = Course(
            tol=self.tol,
            patience=self.n_iter_no_change,
            early=self.early_stopping and held_out is not None,
            judge=None if held_out is None else self._judge(held_out),
            after=self._after,
        )
        self._finish(self._minimised(rows, start, epochs, course), course)
        self._rows = base.kept(*rows.at(slice(self._rows_a_batch(len(rows)))).arrays)

    def _minimised(
        self, rows: Examples, start: Any, epochs: int, course: Course
    ) -> Fit:
        order = None if isinstance(start, Fit) else self._order
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # the cost tells of it
                fit = minimise(
                    self._cost_of(rows), start, *rows.arrays,
                    method=self.method, batch_size=self._rows_a_batch(len(rows)),
                    max_iter=epochs, tol=0.0, each=course, target=self.target,
                    device=self.device,
                    random_state=order if self.shuffle else Unshuffled(),
                    moving={"layers": moving(self.network_), "step": True},
                )  # fmt: skip
        except KeyboardInterrupt:
            if course.fit is None:
                raise
            fit = course.fit
            message = f"interrupted after {fit.nit} epochs, whose weights are kept"
            self._warn(f"{message}; go on with partial_fit")
        if not np.isfinite(fit.history[-1]):
            raise ModelError(f"{type(self).__name__}: {fit.message}; or scale X first.")
        return fit

    @property
    def _order(self) -> np.random.Generator:
        return np.random.default_rng([self._seed, 2])

    def _rows_a_batch(self, n: int) -> int:
        return n if self.batch_size is None else min(int(self.batch_size), n)

    def _cost_of(self, rows: Examples) -> NetworkCost:
        """J, the cost of the parameters on rows."""
        weighted, ragged = rows.s is not None, rows.lengths is not None
        alpha = float(self.alpha)
        return NetworkCost(self.network_, self._loss(), alpha, weighted, ragged)

    def _finish(self, fit: Fit, course: Course) -> None:
        """Keep what was learned."""
        if course.early and course.best_x is not None:
            fit = dataclasses.replace(fit, x=course.best_x, standing=None)
        self.parameters_, self._fit = fit.x["layers"], fit
        self.n_iter_, self.history_ = fit.nit, fit.history
        if course.judge is not None:
            self.validation_history_ = np.array(course.held_out)
            self.validation_scores_ = np.array(course.scores)

    def _after(self, course: Course) -> bool:
        """Tell of an epoch; True when the person wants to stop."""
        fit = course.fit
        if fit is None or self.callback is None:
            return False
        return bool(self.callback(fit.nit, float(fit.history[-1]), fit.x["layers"]))

    def _warn(self, reason: str) -> None:
        message = f"{type(self).__name__}: {reason}."
        warnings.warn(message, ConvergenceWarning, stacklevel=5)

    # -- rows that are set aside ------------------------------------------------------

    def _set_aside(self, rows: Examples) -> tuple[Examples, Examples | None]:
        """The rows to learn from, and those to judge by."""
        if not self.early_stopping:
            return rows, None
        options: dict[str, Any] = {
            "test_size": self.validation_fraction,
            "random_state": self._seed,
        }
        strata = self._strata(rows.y)
        learn, judge = train_test_split(
            np.arange(len(rows)), stratify=strata, **options
        )
        if len(judge) < 2:
            message = f"validation_fraction sets {len(judge)} rows aside"
            raise ModelError(f"{type(self).__name__}: {message}; let it be more.")
        return rows.at(np.sort(learn)), rows.at(np.sort(judge))

    def _judge(self, rows: Examples) -> Callable[[Any], tuple[float, float]]:
        """The cost of rows, without the penalty, and their score."""

        def judge(p: Any) -> tuple[float, float]:
            z = self._output(p, rows)
            y, s = rows.y, rows.s
            loss = self._loss()(by_place(z), by_place(y))
            s = None if s is None else s.ravel()
            return float(np.average(loss, weights=s)), self._scored(z, y, s)

        return judge

    # -- what was fitted --------------------------------------------------------------

    def _output(self, p: Any, rows: Examples) -> Array:
        """The linear outputs z (n, ..., k) of parameters."""
        run = Output(self.network_).compiled(self.target, self.device)
        return in_pieces(run, p, rows.X, rows.lengths)

    def _linear(self, X: Any) -> Array:
        """The linear outputs z (n, ..., k)."""
        rows = self._examples(X)
        return self._output(self.parameters_, rows)
