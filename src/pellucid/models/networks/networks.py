"""What the two estimators of networks share: rows, training, and what is told."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.graphs.graph import Graph
from pellucid.graphs.tracing.trace import is_numeric, trace
from pellucid.layers.containers import Sequential, goes_by_lengths, refuse_ignored
from pellucid.minimisers.first_order import Method, inner
from pellucid.models import as_formulas, base, checks
from pellucid.models.base import Array
from pellucid.models.files import checkpoints
from pellucid.models.networks import examples
from pellucid.models.networks.examples import Examples, Shape
from pellucid.models.networks.learning import Learner
from pellucid.models.networks.perceptron_settings import SHARE
from pellucid.models.networks.supply import Supply, of_stream
from pellucid.models.pictures import of_learning
from pellucid.models.scores import target_of
from pellucid.models.streamed.taking import taken
from pellucid.running.targets import TARGETS
from pellucid.show import plots
from pellucid.show.summary import Summary
from pellucid.tables.wording import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHECKS: dict[str, checks.Check] = {
    "network": (
        lambda network: callable(network) and not inspect.isclass(network),
        "layers.Sequential(...), or a function of shape and outputs that makes one",
    ),
    "cost": (lambda cost: cost is None or callable(cost), "a function or None"),
    "method": (
        lambda method: isinstance(method, Method) and not isinstance(method, type),
        "one of pellucid.methods that takes mini-batches, such as Adam()",
    ),
    "alpha": checks.number(0),
    "batch_size": checks.either(checks.one_of(None), checks.count(1)),
    "max_iter": checks.count(1),
    "shuffle": checks.flag,
    "tol": checks.number(0),
    "early_stopping": checks.flag,
    "validation_fraction": SHARE,
    "n_iter_no_change": checks.either(
        checks.count(1), checks.number(np.inf, expected="infinity")
    ),
    "callback": (lambda call: call is None or callable(call), "a function or None"),
    "target": checks.one_of(*TARGETS),
}


class Network(Learner):
    """What the two estimators share; they say what the output means and costs."""

    input_shape_: Shape
    n_outputs_: int
    _met: Callable[[Array], None]  # y for the first time
    _units: Callable[[Array], int]  # outputs that y asks for
    _with_target: Callable[[Examples, Array, tuple[int, ...]], Examples]
    _strata: Callable[[Array], Array | None]
    _expect_linear: Callable[[], None]
    _pictured: Callable[[Any, Any], Figure]  # what it makes of rows

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # -- rows -------------------------------------------------------------------------

    def _taken(self, X: Any, y: Any, s: Any, first: bool) -> tuple[Examples, Array]:
        """Rows, their weights and lengths, and y as it came."""
        X, lengths = examples.taken(self, X)
        is_table = lengths is None and getattr(X, "ndim", 2) == 2
        y = examples.targets(self, y, lengths)
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
        """Refuse rows of another shape than the network was made for.

        A network that goes by lengths takes sequences of any.
        """
        fitted, found = self.input_shape_, X.shape[1:]
        if found == fitted:
            return
        has_steps = len(fitted) > 1 and fitted[0] is not None
        any_length = has_steps and goes_by_lengths(self.network_)
        expected = (None, *fitted[1:]) if any_length else fitted
        is_free = expected[:1] == (None,) and len(found) == len(expected)
        if is_free and found[1:] == expected[1:]:
            return
        got = (None, *found[1:]) if lengths is not None else found
        message = f"expected rows of shape {examples.told(expected)} in X, as it was"
        one = X.shape == fitted
        advice = "give X[np.newaxis] for one row" if one else "reshape them"
        self._refuse(f"{message} fitted to, got {examples.told(got)}", advice)

    def _examples(self, X: Any) -> Examples:
        """Rows to predict."""
        check_is_fitted(self)
        X, lengths = examples.taken(self, X)
        words = examples.words_of(self.network_) and isinstance(X, np.ndarray | list)
        if words or getattr(X, "ndim", 2) > 2:
            self._expect_shape(np.asarray(X), lengths)
        X = base.rows_to_predict(self, X, allow_nd=True)
        self._expect_shape(X, lengths)
        return self._for_network(Examples(X, lengths=lengths))

    def _for_network(self, rows: Examples) -> Examples:
        """Rows as the first layer takes them: words are whole numbers."""
        words = examples.words_of(self.network_)
        if words is None:
            return rows
        return dataclasses.replace(rows, X=examples.as_tokens(self, rows.X, words))

    # -- fit: cost + penalty + method -------------------------------------------------

    def _fitted(
        self, X: Any, y: Any, s: Any, validation_data: Any, checkpoint: Any, resume: Any
    ) -> None:
        """Learn anew; the model stays as it was where something fails."""
        with self._whole():
            checks.check_parameters(self, CHECKS)
            if resume and checkpoint is None:
                self._refuse("resume=True goes on from a checkpoint", "give its path")
            saved = checkpoints.read(checkpoint) if resume else None
            self._forget()
            self._seed = saved.seed if saved else self._drawn()
            stream, aside = taken(self, X, y, s), validation_data is None
            if stream is None:
                supply, held_out = self._given(X, y, s, aside)
            else:
                supply, held_out = of_stream(self, stream, True, aside)
            held_out = held_out if aside else self._to_judge(validation_data)
            start: Any = self._begin(supply.rows)
            course = self._course(held_out)
            file = checkpoint and self._file(checkpoint, supply, held_out)
            if saved and file:
                method = type(inner(self.method))
                start = saved.restore(file.settings, start, method, course)
            done = course.fit.nit if course.fit else 0
            self._trained(supply, start, course, self.max_iter - done, file)

    def _given(
        self, X: Any, y: Any, s: Any, aside: bool
    ) -> tuple[Supply, Examples | None]:
        """Rows in memory to learn from, and some to judge by."""
        X, y = base.unpacked(self, X, y)
        rows, y = self._taken(X, y, s, first=True)
        self._met(y)
        self.network_ = self._built(rows.X.shape[1:], self._units(y))
        rows, held_out = self._made(rows, y), None
        if aside:
            rows, held_out = self._set_aside(rows)
        return Supply(rows), held_out

    def _went_on(self, X: Any, y: Any, s: Any) -> None:
        """Learn on, with one epoch over these rows."""
        with self._whole():
            checks.check_parameters(self, CHECKS)
            self._refuse_onward()
            first = not hasattr(self, "network_")
            if first:
                self._seed = self._drawn()
            stream = taken(self, X, y, s)
            if stream is None:
                X, y = (X, y) if y is not None else base.unpacked(self, X, y)
                rows, y = self._taken(X, y, s, first=first)
                if first:
                    self.network_ = self._built(rows.X.shape[1:], self._units(y))
                supply = Supply(self._made(rows, y))
            else:
                supply, _ = of_stream(self, stream, first, False)
            start = self._begin(supply.rows) if first else self._last
            self._trained(supply, start, self._course(None), 1)

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
            self._refuse(message, "leave it out")

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
            refuse_ignored(self.network_, rows.lengths)
        except ModelError as error:
            raise ModelError(f"{type(self).__name__}: {error}") from None
        self.n_outputs_ = shape[-1]
        rows = self._with_target(self._for_network(rows), y, shape[:-1])
        self._expect_linear()
        return rows if rows.s is None else rows.at(_weighty(rows.s))

    def _to_judge(self, data: Any) -> Examples:
        """Rows that were given to judge by."""
        if not isinstance(data, tuple | list) or len(data) not in (2, 3):
            found = f"an object of the type {type(data).__name__}"
            self._refuse(f"expected validation_data=(X, y), got {found}", "give both")
        X, y, s = (*data, None)[:3]
        return self._made(*self._taken(base.prepared(self, X), y, s, first=False))

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
            message = f"validation_fraction sets {counted(len(judge), 'row')} aside"
            self._refuse(message, "let it be more")
        return rows.at(np.sort(learn)), rows.at(np.sort(judge))

    # -- what was fitted --------------------------------------------------------------

    def _found(self, X: Any, of_linear: Callable[[Array], Array]) -> Any:
        """What is made of the linear outputs z (n, ..., k)."""
        rows = self._examples(X)
        z = self._output(self.parameters_, rows)
        return examples.as_given(of_linear(z), rows, z.ndim - 2)

    @property
    def _like(self) -> Examples:
        """A batch of the rows that it was fitted to, as stand-ins."""
        return Examples(
            **{
                name: np.broadcast_to(np.zeros((), dtype), shape)
                for name, (shape, dtype) in zip(
                    self._rows_are, self._rows.kinds, strict=True
                )
            }
        )

    @property
    def graph_(self) -> Graph:
        """J of a batch as a graph, of the parameters, X, y, weights and lengths."""
        cost = self._cost_of(self._like)

        def network_cost(w: Any, X: Any, y: Any, *more: Any) -> Any:
            return cost(w, X, y, *more)[0]

        args = (self._last.x, *self._like.arrays)
        return trace(network_cost, args, {}, is_numeric)

    def formula(self, format: str = "text") -> str:  # noqa: A002
        r"""Write the network, as "text" a line a layer, or as "latex" with each layer.

        Raises
        ------
        ModelError
            For another format.

        Examples
        --------
        >>> import pellucid as pl
        >>> from pellucid.layers import Dense, Dropout, Sequential
        >>> network = Sequential(Dense(3, np.tanh), Dropout(0.5), Dense(2))
        >>> model = pl.NetworkClassifier(network, max_iter=1).fit(np.eye(2), [0, 1])
        >>> print(model.formula())
        h1 = tanh(X W1 + b1)
        h2 = Dropout(0.5)(h1)
        z = h2 W3 + b3
        p = softmax(z)
        """
        return as_formulas.layers(self, format)

    def summary(self) -> Summary:
        """Sum up the network: its layers, what they give, how many parameters each has.

        Examples
        --------
        >>> import pellucid as pl
        >>> from pellucid.layers import Dense, Sequential
        >>> network = Sequential(Dense(3, np.tanh), Dense(2))
        >>> model = pl.NetworkClassifier(network, max_iter=1).fit(np.eye(2), [0, 1])
        >>> model.summary().frame["parameters"].tolist()
        [9, 8]
        """
        check_is_fitted(self)
        network = self.network_
        inside = network if isinstance(network, Sequential) else Sequential(network)
        layers = inside.summary(self._like.X.shape[1:])
        if None in self.input_shape_:
            layers = self._of_any_length(inside, layers)
        figures = {
            **layers.figures,
            "epochs": self.n_iter_,
            "cost": float(self.history_[-1]),
        }
        return Summary(
            f"{type(self).__name__} of {layers.title}", figures, layers.frame
        )

    def _of_any_length(self, network: Sequential, layers: Summary) -> Summary:
        """The same with None where an axis is as long as the sequence."""
        t, *step = self._like.X.shape[1:]
        longer = network.summary((t + 1, *step)).frame["output shape"]
        pairs = zip(layers.frame["output shape"], longer, strict=True)
        shapes = [
            tuple(m if m == k else None for m, k in zip(*pair, strict=True))
            for pair in pairs
        ]
        figures = {**layers.figures, "rows of shape": self.input_shape_}
        frame = layers.frame.copy()
        frame["output shape"] = shapes
        return Summary(layers.title, figures, frame)

    def plot(self, X: Any = None, y: Any = None) -> Figure:
        """Draw the cost by epoch, or what the network makes of rows.

        Parameters
        ----------
        X, y : optional
            Rows and their targets. A classifier shows which class it takes for which,
            and of images (n, height, width, channels) the worst mistakes; a regressor
            what was observed against what it predicts. Without them, the cost by epoch
            of the rows learned from, and of validation rows.

        Raises
        ------
        ModelError
            For X without y, and for rows of another shape.

        Examples
        --------
        >>> import pellucid as pl
        >>> from pellucid.layers import Dense
        >>> model = pl.NetworkClassifier(Dense(2), method=pl.methods.Adam(0.1))
        >>> model = model.set_params(random_state=0).fit(np.eye(2), [0, 1])
        >>> model.plot().axes[0].get_xlabel()
        'epoch'
        >>> model.plot(np.eye(2), [0, 1]).get_suptitle()
        '100.0% are right'
        """
        check_is_fitted(self)
        y = target_of(X, y)
        if X is not None and y is not None:
            return self._pictured(X, y)
        if X is not None or y is not None:
            self._refuse("plot takes X and y, or neither", "give both")
        course = of_learning.course(self.history_)
        told = f"{course} in {counted(self.n_iter_, 'epoch')}"
        return plots.costs(self._histories, title=told, x_label="epoch")


def _weighty(s: Array) -> Array:
    """Which rows have a weight above 0 at some place."""
    return np.asarray((s.reshape(len(s), -1) > 0).any(axis=1))
