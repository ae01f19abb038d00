"""How a network is trained: its cost, its output, and the course of the epochs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.layers.containers import Sequential, in_training, moving, prediction
from pellucid.layers.dense import Dense
from pellucid.layers.noise import key_of
from pellucid.minimisers.moving import marks
from pellucid.minimisers.recording import is_by_value
from pellucid.minimisers.task import Fit
from pellucid.models.base import Array
from pellucid.models.penalties import l2
from pellucid.running.compiled import Compiled

Loss = Callable[[Any, Any], Any]
AT_ONCE = 2**18  # numbers of X whose output is computed in one piece, about


@dataclass(frozen=True)
class NetworkCost:
    """J = mean(loss(z, y)) + alpha sum |W|^2 / 2n, z the network's output in training.

    The mean is over all places of the output, n of them, or weighted, n the sum of the
    weights. Biases and what has one axis alone are not penalised.

    Parameters
    ----------
    network : layer
        Of parameters, rows, and lengths where it takes them.
    loss : callable
        The cost of each place, of z (n, k) and y (n, k).
    alpha : float
        The weight of the penalty.
    weighted, ragged : bool
        Whether weights s, and lengths of sequences, come after y.
    """

    network: Any
    loss: Loss
    alpha: float = 0.0
    weighted: bool = False
    ragged: bool = False

    def __call__(self, w: Any, X: Any, y: Any, *more: Any) -> tuple[Any, Any]:
        """J, and what has moved: the running means, and the count of steps."""
        s = more[0] if self.weighted else None
        lengths = more[-1] if self.ragged else None
        p, key = w["layers"], key_of(0, w["step"])
        z, moved = in_training(self.network, key, lengths)(p, X)
        loss = self._of_places(by_place(z), by_place(y))
        n = len(loss) if s is None else np.sum(s)
        J = np.average(loss, weights=None if s is None else np.ravel(s))
        J = J + self.alpha / n * self.penalty(p) if self.alpha else J
        return J, {"layers": moved, "step": w["step"] + 1}

    def _of_places(self, z: Any, y: Any) -> Any:
        """The cost of each place (m,), of outputs (m, k)."""
        loss = self.loss(z, y)
        if np.shape(loss) != (len(z),):
            name, shape = getattr(self.loss, "__name__", "cost"), np.shape(loss)
            message = (
                f"{name}: expected a cost a row, ({len(z)},), for outputs of shape"
            )
            each = shape[:1] == (len(z),)
            advice = "sum over axis 1" if each else "take no mean over rows"
            raise ModelError(f"{message} {z.shape}, got {shape}; {advice}.")
        return loss

    def penalty(self, p: Any) -> Any:
        """Half the squares of all weights."""
        learned = zip(structure.leaves(p), marks(p, moving(self.network)), strict=True)
        return sum(l2(W) for W, moves in learned if np.ndim(W) > 1 and not moves)


def by_place(z: Any) -> Any:
    """The outputs of all places below each other, (n, ..., k) to (m, k)."""
    return z if z.ndim == 2 else np.reshape(z, (-1, z.shape[-1]))


def last_function(network: Any) -> Any:
    """The function that a network ends in, None where it ends in a linear output."""
    while isinstance(network, Sequential):
        network = network.layers[-1]
    return network.activation if isinstance(network, Dense) else network


# -- output ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Output:
    """What a network says of rows, in prediction."""

    network: Any

    def __call__(self, p: Any, X: Any, lengths: Any = None) -> Any:
        """The linear output z (n, ..., k)."""
        return prediction(self.network, lengths)(p, X)

    def compiled(self, target: str, device: str | None) -> Compiled:
        """The same at speed; kept for networks that are values."""
        make = _compiled if is_by_value(self) else _compiled.__wrapped__
        return make(self, target, device)


@functools.lru_cache(maxsize=16)
def _compiled(output: Output, target: str, device: str | None) -> Compiled:
    return Compiled(output, target, device)


def in_pieces(
    output: Callable[..., Any], p: Any, X: Array, lengths: Array | None
) -> Array:
    """The output of many rows, piece by piece: memory for a piece is enough.

    All pieces have the same number of rows, a power of 2, so that little is compiled;
    the last is filled up with zeros.
    """
    size = _rows_at_once(X)
    pieces = [slice(i, i + size) for i in range(0, len(X), size)]
    found = [
        _piece(output, p, size, X[i], None if lengths is None else lengths[i])
        for i in pieces
    ]
    return np.concatenate(found)


def _rows_at_once(X: Array) -> int:
    most = max(64, min(4096, AT_ONCE // max(1, int(X[0].size))))
    return int(min(1 << (most.bit_length() - 1), 1 << (len(X) - 1).bit_length()))


def _piece(
    output: Callable[..., Any], p: Any, size: int, X: Array, lengths: Array | None
) -> Array:
    """The output of at most so many rows."""
    n = len(X)
    X = np.concatenate([X, np.zeros((size - n, *X.shape[1:]), X.dtype)])
    if lengths is None:
        return np.asarray(output(p, X))[:n]
    lengths = np.concatenate([lengths, np.ones(size - n, lengths.dtype)])
    return np.asarray(output(p, X, lengths))[:n]


# -- the course of the epochs ---------------------------------------------------------


@dataclass(eq=False)
class Course:
    """The epochs of a training: how each did, when to stop, and the best of them.

    Training ends when more than `patience` epochs in a row gained less than `tol`: by
    the cost, or with `early` by that of validation rows, which `judge` gives with their
    score; then the best parameters are kept.
    """

    tol: float = 0.0
    patience: float = 10
    early: bool = False
    judge: Callable[[Any], tuple[float, float]] | None = None
    after: Callable[[Course, Fit], Any] | None = None
    held_out: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    best: float = np.inf
    best_x: Any = None
    waited: int = 0
    fit: Fit | None = None

    def __call__(self, fit: Fit) -> bool:
        """Look at the epoch that is over; True when it is time to stop."""
        cost = float(fit.history[-1])
        if self.judge:
            held_out, score = self.judge(fit.x["layers"])
            self.held_out.append(held_out)
            self.scores.append(score)
            cost = held_out if self.early else cost
        gained = cost <= self.best - self.tol
        if self.early and (cost < self.best or self.best_x is None):
            self.best_x = fit.x
        self.best = min(self.best, cost)
        self.waited = 0 if gained else self.waited + 1
        self.fit = fit
        stops = bool(self.after and self.after(self, fit))
        return stops or self.is_over

    @property
    def is_over(self) -> bool:
        """Whether epochs gain no more."""
        return self.waited > self.patience
