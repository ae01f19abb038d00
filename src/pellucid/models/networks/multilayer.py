"""What the two multilayer perceptrons share: training, and what is told of them."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.layers.layer import name_of
from pellucid.layers.normalisation import BatchNorm
from pellucid.minimisers.methods import GradientDescent
from pellucid.minimisers.minimise import minimise
from pellucid.minimisers.task import Fit
from pellucid.models import base, extremes
from pellucid.models.base import Array
from pellucid.models.networks import by_lbfgs
from pellucid.models.networks.epochs import AdamHat, Plateau, Rate
from pellucid.models.networks.network import (
    LOSSES,
    OUTPUT_OF,
    Cost,
    Layers,
    forward,
    function_of,
    glorot,
)
from pellucid.models.networks.perceptron_settings import NOT_FINITE, STOCHASTIC
from pellucid.models.networks.rows import Given, Rows, set_aside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pellucid.show.summary import Summary


class Multilayer(BaseEstimator):
    """What the two perceptrons share; they say what the output means and costs."""

    hidden_layer_sizes: Any
    activation: Any
    solver: str
    alpha: float
    batch_size: int | str
    learning_rate: str
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: Any
    tol: float
    verbose: bool | int
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: float
    max_fun: int
    dropout: float
    batch_norm: bool
    target: str
    device: str | None

    # What weights that a person has set bring with them: no past, and no norms.
    norms_: Sequence[dict[str, Array]] = ()
    _watch: Plateau | None = None
    _last: Fit | None = None

    out_activation_: str  # one of OUTPUTS
    _loss: str  # one of LOSSES
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

    # -- fit: cost + penalty + method -------------------------------------------------

    def _trained(self, X: Array, y: Array, s: Array | None, onward: bool) -> None:
        """Learn from rows in memory; onward, by one epoch more."""
        rows = [X, y]
        if s is not None:
            rows.append(extremes.as_single(self, s, X.dtype, "sample_weight"))
            base.total(self, rows[2])
        self._learned(Given(rows), onward)

    def _learned(self, rows: Rows, onward: bool) -> None:
        """Minimise the cost; onward, by one epoch more."""
        rng = check_random_state(self.random_state)
        X, y, *_ = rows.arrays
        if not (onward or self.warm_start) or self._sizes(X, y) != self._fitted_sizes:
            self._begin(X, y, rng)
        learn = self._by_epochs if self.solver in STOCHASTIC else self._by_lbfgs
        with np.errstate(over="ignore", invalid="ignore"):  # the cost tells of it
            fit = learn(rows, rng, onward)
        leaves = [fit.fun, *structure.leaves(fit.x)]
        if not all(np.isfinite(leaf).all() for leaf in leaves):
            message = f"{type(self).__name__}: {fit.message}"
            raise ModelError(f"{message}; or scale the features first {NOT_FINITE}.")

    def _refuse_onward(self) -> None:
        """Early stopping needs to see all epochs; classes, to be balanced, all rows."""
        balanced = getattr(self, "class_weight", None) == "balanced"
        if self.early_stopping or balanced:
            wrong = 'class_weight="balanced"' if balanced else "early_stopping=True"
            theirs = f"(scikit-learn: partial_fit does not support {wrong})"
            message = f"partial_fit sees one batch alone, and does not take {wrong}"
            raise ModelError(
                f"{type(self).__name__}: {message} {theirs}; leave it out."
            )

    def _begin(self, X: Array, y: Array, rng: np.random.RandomState) -> None:
        """Draw new weights, and forget what was learned."""
        factor = 2 if self.activation == "logistic" else 6
        sizes = self._sizes(X, y)
        layers = glorot(sizes, factor, rng, X.dtype)
        self.n_layers_, self.n_outputs_ = len(layers) + 1, y.shape[1]
        self.out_activation_ = OUTPUT_OF[self._loss]
        self.t_ = 0
        self._watch = self._last = None
        hidden = sizes[1:-1] if self.batch_norm else []
        self.norms_ = [
            BatchNorm().parameters(None, (h,), dtype=X.dtype) for h in hidden
        ]
        self._step = float(rng.randint(2**31 - 1)) if self.dropout else 0.0
        self._keep_layers(layers)

    def _by_lbfgs(self, rows: Rows, rng: Any, onward: bool) -> Fit:
        """L-BFGS on all rows."""
        if self._moves:
            message = "solver='lbfgs' takes all rows and a cost that stands still"
            advice = "set solver='adam' for dropout and batch_norm"
            raise ModelError(f"{type(self).__name__}: {message}; {advice}.")
        self._rows = rows.kept()
        end = by_lbfgs.learned(self, rows.arrays)
        fit = end.fit
        self._keep(fit.x)
        self.n_iter_, self.history_, self.loss_ = fit.nit, fit.history, fit.fun
        if end.status and np.isfinite(fit.fun):
            self._warn(by_lbfgs.complaint(end, self.max_iter))
        return fit

    def _by_epochs(self, rows: Rows, rng: Any, onward: bool) -> Fit:
        """Mini-batches, until epochs gain no more."""
        rows, held_out = set_aside(self, rows, rng)
        self._rows = rows.kept()
        watch = self._watching(len(rows), held_out, onward)
        size = self._rows_a_batch(len(rows))
        data, order = rows.data(size, rng, self.shuffle)
        options: dict[str, Any] = {
            "method": self._method(watch.rate),
            "batch_size": size,
            "max_iter": 1 if onward else self.max_iter,
            "tol": 0.0,
            "random_state": order,
            "callback": watch,
        }
        start = self._last if onward and self._last else self._parameters
        fit = self._minimised(start, data, options)
        if held_out and not np.isfinite(fit.fun):
            fit = watch.rescued(fit)
            self._warn(f"{type(self).__name__}: {fit.message}; the best weights stay.")
        self._keep((held_out and watch.layers) or fit.x)
        self._tell(fit, watch)
        if fit.nit == self.max_iter and not (onward or watch.stopped):
            reason = f"the cost still fell after {fit.nit} epochs"
            self._warn(f"{type(self).__name__}: {reason}; raise max_iter.")
        return fit

    def _minimised(self, start: Any, data: list[Any], options: dict[str, Any]) -> Fit:
        where: dict[str, Any] = {"target": self.target, "device": self.device}
        if self._moves:
            norms = [{"mean": True, "variance": True} for _ in self.norms_]
            where["moving"] = {"layers": None, "norms": norms, "step": True}
        return minimise(
            self.cost, start, *data, verbose=self.verbose, **where, **options
        )

    @property
    def _moves(self) -> bool:
        """Whether something moves by itself: running means, or masks of dropout."""
        return bool(self.dropout or self.batch_norm)

    @property
    def cost(self) -> Cost:
        """J, the cost of layers on rows."""
        alpha, dropout = float(self.alpha), float(self.dropout)
        return Cost(self.activation, self._loss, alpha, dropout, self._moves)

    def _method(self, rate: Rate) -> AdamHat | GradientDescent:
        if self.solver == "adam":
            return AdamHat(rate.first, self.beta_1, self.beta_2, self.epsilon)
        return GradientDescent(rate, self.momentum, self.nesterovs_momentum)

    def _watching(self, n: int, held_out: list[Array], onward: bool) -> Plateau:
        """What watches over the epochs; it goes on with those of the last fit."""
        watch = self._watch or Plateau(Rate("constant", 0.0, 0.0))
        rate = Rate(self.learning_rate, self.learning_rate_init, self.power_t)
        return dataclasses.replace(
            watch,
            rate=watch.rate if onward and self._watch else rate,
            tol=self.tol,
            patience=self.n_iter_no_change,
            rows=n,
            judge=(lambda layers: self._judged(layers, *held_out))
            if held_out
            else None,
        )

    def _tell(self, fit: Fit, watch: Plateau) -> None:
        """Keep what the epochs were like, in scikit-learn's words and in ours."""
        early = self.early_stopping
        self.n_iter_, self.t_, self.loss_ = fit.nit, watch.seen, float(fit.history[-1])
        self.loss_curve_, self.history_ = [*watch.losses], np.array(watch.losses)
        self.best_loss_ = None if early else watch.best_loss
        self.validation_scores_ = watch.scores if early else None
        self.best_validation_score_ = watch.best_score if early else None
        if early:
            self.validation_history_ = np.array(watch.held_out)
        if self.verbose:
            print(f"Iteration {self.n_iter_}, loss = {self.loss_:.8f}")
        self._watch = dataclasses.replace(watch, judge=None)
        self._last = dataclasses.replace(fit, nit=0)  # the next fit counts its own

    def _keep(self, found: Any) -> None:
        """Keep the parameters that were found."""
        if self._moves:
            self.norms_, self._step = found["norms"], float(found["step"])
        self._keep_layers(found["layers"] if self._moves else found)

    def _keep_layers(self, layers: Layers) -> None:
        self.coefs_ = [W for W, _ in layers]
        self.intercepts_ = [b for _, b in layers]

    def _warn(self, message: str) -> None:
        warnings.warn(message, ConvergenceWarning, stacklevel=5)

    def _sizes(self, X: Array, y: Array) -> list[int]:
        """Units of each layer, from the features to the outputs."""
        hidden = [int(h) for h in np.atleast_1d(self.hidden_layer_sizes)]
        if any(h < 1 for h in hidden):
            message = f"expected hidden_layer_sizes above 0, got {hidden}"
            raise ModelError(f"{type(self).__name__}: {message}.")
        return [X.shape[1], *hidden, y.shape[1]]

    @property
    def _fitted_sizes(self) -> list[int]:
        coefs = getattr(self, "coefs_", [])
        return [len(W) for W in coefs] + [W.shape[1] for W in coefs[-1:]]

    def _rows_a_batch(self, n: int) -> int:
        return min(200 if self.batch_size == "auto" else int(self.batch_size), n)

    def _judged(self, w: Any, X: Array, y: Array, s: Any = None) -> Any:
        """The score and the cost of rows that were set aside."""
        layers, norms = (w["layers"], w["norms"]) if self._moves else (w, ())
        z = forward(layers, X, function_of(self.activation), norms)
        cost = float(np.average(LOSSES[self._loss](z, y), weights=s))
        return self._scored(z, y, s) if np.isfinite(z).all() else np.nan, cost

    # -- what was fitted --------------------------------------------------------------

    @property
    def _layers(self) -> Layers:
        check_is_fitted(self)
        return list(zip(self.coefs_, self.intercepts_, strict=True))

    @property
    def _parameters(self) -> Any:
        """All that is found: layers, and with dropout and batch_norm what moves."""
        if not self._moves:
            return self._layers
        step = np.array(self._step)
        return {"layers": self._layers, "norms": self.norms_, "step": step}

    @property
    def _hidden_name(self) -> str:
        own = not isinstance(self.activation, str)
        return name_of(self.activation) if own else str(self.activation)

    @property
    def _output_name(self) -> str:
        return {"logistic": "sigmoid"}.get(self.out_activation_, self.out_activation_)

    @property
    def graph_(self) -> Graph:
        """J as a graph of the layers, of X, y and the weights s where there are any."""
        cost = self.cost

        def network_cost(w: Any, X: Any, y: Any, *s: Any) -> Any:
            return cost(w, X, y, *s)[0]

        recorded = network_cost if self._moves else cost
        return base.recorded_cost(self, recorded, self._parameters)

    def _linear(self, X: Any) -> Array:
        """The linear outputs z (n, k)."""
        X = base.rows_to_predict(self, X)
        f = function_of(self.activation)
        z: Array = forward(self._layers, X, f, self.norms_)
        return z

    def formula(self, format: str = "text") -> str:  # noqa: A002
        r"""Write the network, one line a layer, as "text" or as "latex".

        Raises
        ------
        ModelError
            For another format.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = pl.MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> print(model.formula())
        h1 = relu(X W1 + b1)
        p = sigmoid(h1 W2 + b2)
        """
        from pellucid.models import as_formulas

        return as_formulas.network(self, format)

    def summary(self) -> Summary:
        """Sum up the network: its layers, and how many parameters each has.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = pl.MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.summary().frame["parameters"].tolist()
        [6, 4]
        """
        import pandas as pd

        from pellucid.show.summary import Summary

        shapes = [W.shape for W in self.coefs_]
        functions = [self._hidden_name] * (len(shapes) - 1) + [self._output_name]
        sizes = [d * h + h + 4 * h * (i < len(self.norms_))
                 for i, (d, h) in enumerate(shapes)]  # fmt: skip
        frame = pd.DataFrame(
            {
                "inputs": [d for d, _ in shapes],
                "outputs": [h for _, h in shapes],
                "activation": functions,
                "parameters": sizes,
            },
            index=pd.RangeIndex(1, len(shapes) + 1, name="layer"),
        )
        figures = {
            "parameters": int(frame["parameters"].sum()),
            "epochs": self.n_iter_,
            "cost": self.loss_,
        }
        return Summary(type(self).__name__, figures, frame)

    def _cost_curve(self) -> Figure:
        from pellucid.models.pictures.of_learning import course
        from pellucid.show import plots

        curves = {"training rows": self.history_}
        if self.solver in STOCHASTIC and self.early_stopping:
            curves["rows set aside"] = self.validation_history_
        unit = "epoch" if self.solver in STOCHASTIC else "iteration"
        title = f"{course(self.history_)} in {self.n_iter_} {unit}s"
        return plots.costs(curves, title=title, x_label=unit)
