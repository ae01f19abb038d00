"""The cost of logistic regression, for two classes or more, and how it is minimised."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.differentiating.gradient import hvp
from pellucid.graphs.operations.robust import log_loss
from pellucid.regression import powers
from pellucid.minimisers.methods import Newton
from pellucid.minimisers.minimise import minimise
from pellucid.minimisers.task import Fit, Options, Task, Watch
from pellucid.models import costs, penalties, proximal
from pellucid.models.base import Array
from pellucid.running.compiled import Compiled

BLOCK = 1024  # rows: more, and threads of BLAS wait for each other
STIFF = 1e300  # a penalty under which no weight is left
DENSE = 1000  # parameters beyond which the Hessian is not formed

SEPARABLE = (
    "LogisticRegression: the classes are separable, so that larger weights always "
    "lower the cost, and without a penalty it has no minimum; give a finite C."
)


def loss_of(k: int) -> Callable[[Any, Any], Any]:
    """The cost of a row of k classes, from its linear output."""
    return log_loss if k == 2 else costs.cross_entropy


@dataclass(frozen=True)
class MeanCost:
    """J(w, b) = mean(loss(Xw + b, y)) + ((1 - r) |v|^2 / 2 + r |v|_1) / (C n).

    Parameters
    ----------
    k : int
        How many classes: log loss of two, cross-entropy of more.
    Cn : float
        C times the rows, or the sum of their weights; infinity for no penalty.
    l1_ratio : float
        r.
    scale : array (d,) or (d, 1), optional
        v = scale w: the weights of columns divided by their scales; v = w without.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> round(float(MeanCost(2, np.inf)(np.zeros(1), 0.0, X, y)), 6)
    0.693147
    """

    k: int
    Cn: float
    l1_ratio: float = 0.0
    scale: Array | None = None

    def __call__(self, w: Any, b: Any, X: Any, y: Any, s: Any = None) -> Any:
        """J of w (d,) or (d, k), b () or (k,), X (n, d), y (n,) or (n, k), s (n,)."""
        z = X @ w + b  # (n,) or (n, k)
        loss = loss_of(self.k)(z, y)  # (n,)
        J = np.average(loss, weights=s)
        if np.isfinite(self.Cn):
            v = w if self.scale is None else self.scale * w
            penalty = elastic(v, self.l1_ratio)
            J = J + penalty / self.Cn
        return J


def elastic(w: Any, l1_ratio: float) -> Any:
    """The penalty (1 - r) |w|^2 / 2 + r |w|_1 (Zou & Hastie 2005)."""
    if not l1_ratio:
        return penalties.l2(w)
    return (1 - l1_ratio) * penalties.l2(w) + l1_ratio * penalties.l1(w)


@dataclass(frozen=True)
class Smooth:
    """J(w, b) = mean(loss(Xw + b, y)) + sum(ridge w^2) / 2, a ridge a feature."""

    k: int

    def __call__(
        self, w: Any, b: Any, X: Any, y: Any, ridge: Any, s: Any = None
    ) -> Any:
        """J, as in `MeanCost`, with a ridge (d,) or (d, 1)."""
        return self.of_output(X @ w + b, y, s) + np.sum(ridge * w**2) / 2

    def of_output(self, z: Any, y: Any, s: Any = None) -> Any:
        """The mean loss, as a function of the linear output."""
        return np.average(loss_of(self.k)(z, y), weights=s)


def descended(
    cost: Any, start: Any, rows: Any, *, intercept: bool, **options: Any
) -> Fit:
    """Minimise J over (w, b), or over w alone where there is no intercept."""
    if intercept:
        return finite(minimise(cost, start, *rows, **options))

    def without_intercept(w: Any, *rows: Any) -> Any:
        return cost(w, 0.0, *rows)

    w, b = start
    fit = minimise(without_intercept, (w,), *rows, **options)
    return dataclasses.replace(finite(fit), x=(*fit.x, 0.0 * b))


def finite(fit: Fit) -> Fit:
    """The fit; one that came to nan or inf is refused."""
    if np.isfinite(fit.fun) and np.isfinite(fit.x[0]).all():
        return fit
    reason = fit.message.partition(";")[0]
    raise ModelError(
        f"LogisticRegression: {reason}; lower learning_rate or start, bring the "
        'features to like scales, or take solver="auto".'
    )


def solved(
    cost: MeanCost, start: Any, rows: Any, options: Options, *,
    intercept: bool, verbose: bool | int,
) -> tuple[Fit, bool]:  # fmt: skip
    """Minimise J by (proximal) Newton, on columns that are centred and of like length.

    Cost and optimum stay as they are, whatever the scale of a column. Also says whether
    the classes are separable, so that without a penalty there is no optimum; where that
    shows, it stops.
    """
    (w, b), (X, y, *s) = start, rows
    columns = Columns.of(X, cost, intercept, *s)
    across = (slice(None),) + (None,) * (w.ndim - 1)  # beside w, (d,) or (d, 1)
    lengths, exponent = columns.lengths[across], columns.exponent[across]
    softness = columns.softness[across]
    X, ridge = columns.scaled(X), (1 - cost.l1_ratio) * softness**2
    w = np.ldexp(w, exponent)  # of columns that were divided by 2^exponent
    start = w * lengths, b + columns.mean @ w * intercept
    free = np.isinf(cost.Cn)

    def done(_: int, J: float, x: Any) -> bool:
        u, *b = x
        return free and separates(X @ u + sum(b), y)

    if w.size > DENSE and not cost.l1_ratio:
        fit = descended(
            Smooth(cost.k), start, (X, y, ridge, *s), intercept=intercept,
            method=Newton(dense=0), callback=done, tol=options.tol, verbose=verbose,
            max_iter=options.limit, target=options.target, device=options.device,
        )  # fmt: skip
        separable = done(fit.nit, fit.fun, fit.x)
    else:
        lam = np.broadcast_to(cost.l1_ratio / cost.Cn**0.5 * softness, w.shape)
        task = Task(Smooth(cost.k), start, (X, y, ridge, *s))
        hessian = curvature(Smooth(cost.k), options, *task.data)
        watch = Watch(done, verbose, "J")
        fit, onward = by_steps(task, hessian, lam.ravel(), intercept, options, watch)
        fit = finite(fit)
        separable = done(fit.nit, fit.fun, fit.x)
        if free and not separable:  # then it may still be that some rows are
            v, *c = task.rebuilt(onward())
            separable = separates(X @ v + sum(c), y, slack=1e-3)
    b = fit.x[1] - columns.mean @ (fit.x[0] / lengths)
    part, power = np.frexp(lengths)
    w = powers.restored(fit.x[0] / part, -exponent - power)
    return dataclasses.replace(fit, x=(w, b)), separable


def by_steps(
    task: Task, hessian: proximal.Hessian, lam: Array, intercept: bool,
    options: Options, watch: Watch,
) -> tuple[Fit, Callable[[], Array]]:  # fmt: skip
    """Minimise by proximal Newton; gives also the move that the next step would try."""
    b = task.start[1]
    return proximal.minimised(
        task,
        np.append(lam, np.zeros(np.size(b))),
        hessian,
        np.append(np.full(lam.size, True), np.full(np.size(b), intercept)),
        options,
        watch,
    )


@dataclass(frozen=True)
class Columns:
    """How the columns of X are centred and scaled: (X 2^-exponent - mean) / lengths.

    The exponent brings a column near 1 whose squares float64 could not hold. The
    lengths are such that the Hessian at w = 0 has ones on its diagonal: there every p
    is 1/k, and H_jj = mean(x_j^2) p (1 - p) + 1 / (C n). The softness squared is the
    part of the penalty in that.
    """

    exponent: Array
    mean: Array
    lengths: Array
    softness: Array

    @classmethod
    def of(
        cls, X: Array, cost: MeanCost, centred: bool, s: Array | None = None
    ) -> Columns:
        """Measure the columns; without an intercept they stay where they are."""
        exponent, mean, squares = moments(X, centred, s)
        scale = 1.0 if cost.scale is None else cost.scale.ravel()
        with np.errstate(over="ignore"):
            soft = np.ldexp(cost.Cn**-0.5 * scale, -exponent)  # the root of 1 / (C n)
        soft = np.minimum(soft, STIFF)
        lengths = np.hypot(np.sqrt(squares * (cost.k - 1)) / cost.k, soft)
        lengths = np.where(lengths > 0, lengths, 1.0)
        return cls(exponent, mean, lengths, soft / lengths)

    def scaled(self, X: Array) -> Array:
        """The columns, centred and scaled."""
        X = powers.scaled(X, self.exponent) if self.exponent.any() else X
        X = X - self.mean
        X /= self.lengths
        return X


def moments(
    X: Array, centred: bool, s: Array | None = None
) -> tuple[Array, Array, Array]:
    """The exponent of each column, its mean, or 0, and the mean square beside that.

    Mean and square are of the column divided by 2^exponent.
    """
    near = powers.are_near(X)
    exponent = np.zeros(X.shape[1], int) if near else powers.exponents(X).clip(-900)
    X = X if near else powers.scaled(X, exponent)
    s = None if s is None else powers.near_one(s)
    mean = np.average(X, axis=0, weights=s) * centred  # (d,)
    weights = np.ones(len(X)) if s is None else s
    total = sum(weights[i] @ (X[i] - mean) ** 2 for i in blocks(X))  # (d,)
    return exponent, mean, np.asarray(total / np.sum(weights))


def deviations(X: Array, s: Array | None = None) -> Array:
    """The standard deviation of each column (d,), 1 where it does not vary."""
    exponent, _, squares = moments(X, True, s)
    return np.where(squares > 0, np.ldexp(np.sqrt(squares), exponent), 1.0)


def directions(X: Array) -> int:
    """In how many directions the columns vary, by the eigenvalues of their correlation.

    It takes a visit to the rows, and no copy of them; columns that differ by less than
    a millionth of their spread are taken for one.
    """
    scales = Columns.of(X, MeanCost(2, np.inf), True)
    R = sum((Z := scales.scaled(X[i])).T @ Z for i in blocks(X))
    return int(np.linalg.matrix_rank(np.asarray(R), tol=1e-12 * len(X), hermitian=True))


def curvature(
    cost: Smooth,
    options: Options,
    X: Array,
    y: Array,
    ridge: Array,
    s: Array | None = None,
) -> proximal.Hessian:
    """The Hessian H = A' Q A + ridge, where A = [X 1] and z = A u.

    Q is the Hessian of the mean loss by the linear outputs z, from its graph: a row's
    loss depends on its own z alone, so that Q times ones tells all that Q holds.
    """
    k = 1 if y.ndim == 1 else y.shape[1]
    data = (y,) if s is None else (y, s)
    where = options.target, options.device
    product = Compiled(hvp(cost.of_output), *where, stable=False)
    penalty = np.append(ridge, 0.0)  # (d + 1,)

    def hessian(u: Array, moves: Array) -> Array:
        w, b = np.split(u.reshape(len(penalty), k), [-1])  # (d, k), (1, k)
        z = X @ w + b  # (n, k)
        some = np.asarray(moves.reshape(-1, k).any(axis=1))  # columns of A
        m = int(some.sum())
        H = np.empty((m, k, m, k))
        for c in range(k):
            ones = np.zeros_like(z)
            ones[:, c] = 1.0
            q = product(z.reshape(y.shape), *data, ones.reshape(y.shape))
            for e, q_e in enumerate(q.reshape(z.shape).T[: c + 1]):
                H[:, c, :, e] = H[:, e, :, c] = square(X, q_e, some)
            H[:, c, :, c] += np.diag(penalty[some])
        chosen = moves.reshape(-1, k)[some].ravel()
        return np.asarray(H.reshape(m * k, m * k)[np.ix_(chosen, chosen)])

    return hessian


def square(X: Array, q: Array, some: Array) -> Array:
    """A' diag(q) A (m, m) of some columns of A = [X 1], over blocks of rows."""
    total = 0.0
    for i in blocks(X):
        A = np.column_stack([X[i], np.ones(len(q[i]))])[:, some]  # stays in the cache
        total = total + A.T @ (q[i, None] * A)
    return np.asarray(total)


def blocks(X: Array) -> list[slice]:
    """The rows of X, some at a time."""
    return [slice(begin, begin + BLOCK) for begin in range(0, len(X), BLOCK)]


def separates(z: Array, y: Array, slack: float = 0.0) -> bool:
    """Whether every row is on the right side of its border, some by more than slack.

    Others may be on it, up to slack times the farthest. A move of the parameters that
    changes z so always lowers the cost, and without a penalty it has no minimum.
    Albert & Anderson, "On the existence of maximum likelihood estimates in logistic
    regression models" (1984).
    """
    if z.ndim == 1:
        ahead = np.where(y > 0, z, -z)  # (n,)
        far = np.max(ahead)
    else:
        true = y > 0
        ahead = z[true] - np.max(np.where(true, -np.inf, z), axis=1)
        far = np.max(z[true] - np.min(z, axis=1))
    return bool(far > slack and np.min(ahead) > -slack * far)


def likeliest(z: Array) -> Array:
    """The number of the class of each row: of the greatest z, or of two where z > 0."""
    index: Array = (z > 0).astype(int) if z.ndim == 1 else np.argmax(z, axis=1)
    return index
