"""How a network learns: epochs of a method's steps, watched over, kept and told of."""

from __future__ import annotations

import dataclasses
import functools
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from pellucid.errors import ModelError
from pellucid.layers.containers import moving
from pellucid.layers.layer import name_of
from pellucid.minimisers.minimise import minimise
from pellucid.minimisers.task import Fit, Standing
from pellucid.models import base
from pellucid.models.base import Array
from pellucid.models.files.checkpoints import Checkpoint, sum_of
from pellucid.models.networks import memory
from pellucid.models.networks.epochs import Unshuffled
from pellucid.models.networks.examples import Examples, expect_independent
from pellucid.models.networks.supply import Supply
from pellucid.models.networks.training import (
    Course,
    Loss,
    NetworkCost,
    Output,
    by_place,
    in_pieces,
)
from pellucid.show.epochs import Tell, curves
from pellucid.show.epochs import epochs as told

SAMPLE = 1000  # training rows whose score is told


class Learner(BaseEstimator):
    """An estimator around a network; others say what comes in and what it costs."""

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
    _standing: Standing | None
    _loss: Callable[[], Loss]  # what a place costs
    _scored: Callable[[Array, Array, Array | None], float]
    _score_name: ClassVar[str]

    def _set(self, parameters: Mapping[str, Any]) -> None:
        """Keep the constructor's parameters as they came, as scikit-learn asks."""
        for name in self._get_param_names():
            setattr(self, name, parameters[name])

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

    # -- steps -------------------------------------------------------------------------

    def _begin(self, rows: Examples) -> dict[str, Any]:
        """Draw the parameters, and where the count of steps begins."""
        rng, shape = np.random.default_rng([self._seed, 0]), rows.X.shape[1:]
        dtype, batch = self._dtype(rows), (self._rows_a_batch(len(rows)), *shape)
        needed = memory.of_training(self.network_, batch, dtype, self.method)
        memory.expect_room(self, needed, "take a smaller batch_size, or fewer units")
        step = np.random.default_rng([self._seed, 1]).integers(2**31)
        layers = self.network_.parameters(rng, shape, dtype=dtype)
        if rows.lengths is not None:
            expect_independent(self, self.network_, layers, rows.X, rows.lengths)
        return {"layers": layers, "step": np.array(float(step))}

    def _dtype(self, rows: Examples) -> Any:
        """Of parameters: that of X; float32 where X holds words."""
        return rows.X.dtype if rows.X.dtype.kind == "f" else np.dtype(np.float32)

    def _drawn(self) -> int:
        """Draw the seed of all that is random."""
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _course(self, held_out: Examples | None) -> Course:
        """What watches over the epochs."""
        return Course(
            tol=self.tol,
            patience=self.n_iter_no_change,
            early=self.early_stopping and held_out is not None,
            judge=None if held_out is None else self._judge(held_out),
        )

    def _trained(
        self, supply: Supply, start: Any, course: Course, epochs: int,
        file: Checkpoint | None = None,
    ) -> None:  # fmt: skip
        """Minimise the cost by so many epochs more, or until they gain no more."""
        rows = supply.rows
        with told(type(self).__name__, epochs, self.verbose) as tell:
            course.after = functools.partial(self._after, file, rows, tell)
            fit = course.fit  # of a checkpoint
            if fit is None or (epochs > 0 and not course.is_over):
                fit = self._minimised(supply, start, epochs, course)
        if supply.feed:
            self.passes_ = len(supply.feed.stream.passes) - supply.before
        self._finish(fit, course)
        batch = rows.at(slice(self._rows_a_batch(len(rows))))
        self._rows, self._rows_are = base.kept(*batch.arrays), batch.names
        if self.verbose:
            print(curves(self._histories))

    def _minimised(
        self, supply: Supply, start: Any, epochs: int, course: Course
    ) -> Fit:
        """Take the steps; where a person stops them, those of whole epochs count."""
        order = None if isinstance(start, Fit) else self._order
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # the cost tells of it
                fit = minimise(
                    self._cost_of(supply.rows), start, *supply.data,
                    method=self.method, batch_size=self._rows_a_batch(len(supply)),
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
        self.parameters_, self._step = fit.x["layers"], float(fit.x["step"])
        self.n_iter_, self.history_, self._standing = fit.nit, fit.history, fit.standing
        if course.judge is not None:
            self.validation_history_ = np.array(course.held_out)
            self.validation_scores_ = np.array(course.scores)

    @property
    def _last(self) -> Fit:
        """What was found, to go on from; a file does not hold the method's state."""
        x = {"layers": self.parameters_, "step": np.array(self._step)}
        history, nit = self.history_, self.n_iter_
        cost, standing = float(history[-1]), self._standing
        return Fit(x, cost, history, nit, True, "fitted", standing=standing)

    def _after(
        self, file: Checkpoint | None, rows: Examples, tell: Tell, course: Course,
        fit: Fit,
    ) -> bool:  # fmt: skip
        """Keep and tell of an epoch; True when the person wants to stop."""
        if file:
            file.write(course, fit)
        tell(fit.nit, lambda: self._figures(course, fit, rows))
        if self.callback is None:
            return False
        return bool(self.callback(fit.nit, float(fit.history[-1]), fit.x["layers"]))

    def _file(self, path: Any, supply: Supply, held_out: Examples | None) -> Checkpoint:
        """Where each epoch is written, with what has to be the same to go on."""
        arrays = supply.marks + (held_out.arrays if held_out else [])
        names = ("method", "alpha", "batch_size", "shuffle", "random_state", "target")
        settings = {name: getattr(self, name) for name in names}
        settings |= {"network": self.network_, "cost": name_of(self._loss())}
        told = {name: re.sub(" at 0x[0-9a-f]+", "", str(value))
                for name, value in settings.items()}  # fmt: skip
        return Checkpoint(path, told | {"rows": sum_of(arrays)}, self._seed)

    def _figures(self, course: Course, fit: Fit, rows: Examples) -> dict[str, float]:
        """Costs and score after an epoch, of validation rows where there are any."""
        cost = {"cost": float(fit.history[-1])}
        if course.judge:
            held_out, score = course.held_out[-1], course.scores[-1]
            return cost | {"validation": held_out, self._score_name: score}
        _, score = self._judge(rows.at(slice(SAMPLE)))(fit.x["layers"])
        return cost | {self._score_name: score}

    @property
    def _histories(self) -> dict[str, Array]:
        """The costs by epoch, under the names that pictures show."""
        curves = {"training rows": self.history_}
        if hasattr(self, "validation_history_"):
            curves["validation rows"] = self.validation_history_
        return curves

    def _warn(self, reason: str) -> None:
        message = f"{type(self).__name__}: {reason}."
        warnings.warn(message, ConvergenceWarning, stacklevel=5)

    def _judge(self, rows: Examples) -> Callable[[Any], tuple[float, float]]:
        """The cost of rows, without the penalty, and their score."""

        def judge(p: Any) -> tuple[float, float]:
            z = self._output(p, rows)
            y, s = rows.y, rows.s
            loss = self._loss()(by_place(z), by_place(y))
            s = None if s is None else s.ravel()
            return float(np.average(loss, weights=s)), self._scored(z, y, s)

        return judge

    def _output(self, p: Any, rows: Examples) -> Array:
        """The linear outputs z (n, ..., k) of parameters."""
        run = Output(self.network_).compiled(self.target, self.device)
        return in_pieces(run, p, rows.X, rows.lengths)
