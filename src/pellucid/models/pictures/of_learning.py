"""What a network learned: its costs, its filters, and what it takes for what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.layers.activations import softmax
from pellucid.models.pictures.inside import Inside, rows
from pellucid.show import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = Any


def costs(
    history: Any, validation: Any = None, *, x_label: str = "epoch", title: str = ""
) -> Figure:
    """Show how the cost falls, and with it that of validation.

    Parameters
    ----------
    history : array (t,)
        The cost after each epoch, as `model.history_`.
    validation : array (t,), optional
        The cost of validation rows, as `model.validation_history_`.
    x_label : str
        What is counted.
    title : str
        What the picture shows, unless it is to be found.

    Examples
    --------
    >>> figure = costs([2.3, 0.9, 0.4, 0.2], [2.3, 1.0, 0.7, 0.8])
    >>> figure.axes[0].get_title(loc="left")
    'Validation cost is least at epoch 2, 0.7'
    """
    J = np.asarray(history, float).ravel()
    curves = {"training": J}
    found = course(J) if J.size else ""
    if validation is not None and np.size(validation):
        held_out = np.asarray(validation, float).ravel()
        curves = {"validation": held_out, "training": J}
        found = _told(held_out, x_label)
    return plots.costs(curves, title=title or found, x_label=x_label)


def course(J: Array) -> str:
    """Where the cost goes, from the first to the last.

    >>> course([2.0, 0.5]), course([0.5, 0.75])
    ('The cost falls from 2 to 0.5', 'The cost rises from 0.5 to 0.75')
    """
    verb = "rises" if J[-1] > J[0] else "falls" if J[-1] < J[0] else "goes"
    return f"The cost {verb} from {J[0]:.3g} to {J[-1]:.3g}"


def _told(held_out: Array, unit: str) -> str:
    """Where the cost of validation is least."""
    if not np.isfinite(held_out).any():
        return "Validation cost is never finite"
    best, last = int(np.nanargmin(held_out)), len(held_out) - 1
    if best == last:
        return f"Validation cost still falls at {unit} {last}, to {held_out[-1]:.3g}"
    return f"Validation cost is least at {unit} {best}, {held_out[best]:.3g}"


def filters(network: Any, p: Any, layer: int | str = "Conv2D") -> Figure:
    """Show the weights of a convolution as images: blue adds, orange takes away.

    Parameters
    ----------
    network, p
        The network and its parameters.
    layer : int or str
        The place of the layer, or its type; also a `Dense` on images that were laid
        flat is shown by what a unit weighs.

    Notes
    -----
    A row is a channel of what goes in, a column a filter; at most 24 filters are
    shown, of several channels 12 and 8 channels, those with the largest weights.

    Raises
    ------
    ModelError
        When there is no such layer, or it has no weights over windows.

    Examples
    --------
    >>> from pellucid.layers import Conv2D
    >>> layer = Conv2D(4, 3)
    >>> p = layer.parameters(np.random.default_rng(0), (8, 8, 1))
    >>> len(filters(layer, p).axes)
    4
    """
    part = Inside(network, p, layer).part
    W: Array = np.asarray(part.p["W"]) if "W" in part.p else np.zeros(0)
    if W.ndim != 4:
        message = f"Expected a layer with weights over windows, got {part.name}"
        raise ModelError(f"{message}: give the place of a Conv2D.")
    f = _largest(W, (0, 1, 2), 24 if W.shape[2] == 1 else 12)
    c = _largest(W, (0, 1, 3), 8)
    several = {f"channel {k}": [W[:, :, k, j] for j in f] for k in c}
    shown = several if W.shape[2] > 1 else {"": several["channel 0"]}
    names = {next(iter(shown)): [str(j) for j in f]}
    h, w, _, count = W.shape
    title = f"{count} filters of {h}×{w}: what is blue adds, what is orange takes away"
    if len(shown) == 1 and len(f) > 8:  # eight in a row
        eights = (f[i : i + 8] for i in range(0, len(f), 8))
        shown = {f"from {own[0]}": [W[:, :, 0, j] for j in own] for own in eights}
        names = {}
    return plots.image_rows(shown, title=title, captions=names, scale="signed")


def _largest(W: Array, axes: tuple[int, ...], most: int) -> list[int]:
    size = np.sqrt(np.sum(W**2, axis=axes))
    return sorted(np.argsort(-size, kind="stable")[:most].tolist())


def confusion(y: Any, predicted: Any, labels: Sequence[object] | None = None) -> Figure:
    """Show which class was taken for which.

    Parameters
    ----------
    y, predicted : array (n,)
        The classes, and those that the network says.
    labels : sequence, optional
        What to call the classes, in sorted order; by default themselves.

    Examples
    --------
    >>> figure = confusion([0, 0, 1, 1, 1], [0, 0, 1, 1, 0])
    >>> figure.get_suptitle().split("; ")[0]
    '80.0% are right'
    """
    matrix, names = counted(y, predicted, labels)
    return plots.confusion(matrix, names, title=_mistaken(matrix, names))


def counted(
    y: Any, predicted: Any, labels: Sequence[object] | None = None
) -> tuple[Array, list[str]]:
    """How often each class was taken for each (k, k), and the names of the classes."""
    y, predicted = np.ravel(y), np.ravel(predicted)
    if len(y) != len(predicted):
        message = f"Expected a prediction for each of {len(y)} rows"
        raise ModelError(f"{message}, got {len(predicted)}: give as many.")
    classes = np.unique(np.concatenate([y, predicted]))
    y, predicted = np.searchsorted(classes, y), np.searchsorted(classes, predicted)
    names = [str(name) for name in (classes if labels is None else labels)]
    return _counts(y, predicted, len(classes)), names


def _counts(y: Array, said: Array, k: int) -> Array:
    """How often each of k classes was taken for each (k, k)."""
    matrix = np.zeros((k, k), int)
    np.add.at(matrix, (y, said), 1)
    return matrix


def _mistaken(matrix: Array, names: Sequence[str]) -> str:
    """How many are right, and which mistake is the most frequent."""
    wrong = matrix - np.diag(np.diag(matrix))
    right = f"{np.trace(matrix) / max(matrix.sum(), 1):.1%} are right"
    if not wrong.any():
        return right
    i, j = divmod(int(np.argmax(wrong)), len(names))
    count = int(wrong[i, j])
    times = f"{count} time{'s' * (count != 1)}"
    return f"{right}; most often {names[i]} is taken for {names[j]} ({times})"


def mistakes(
    network: Any, p: Any, X: Any, y: Any, most: int = 9,
    labels: Sequence[object] | None = None,
) -> Figure:  # fmt: skip
    """Show which class was taken for which, and the images that it is most wrong about.

    The worst mistake is the image whose own class has the least probability.

    Parameters
    ----------
    network, p
        The network, which ends in the linear output of a unit a class, and its
        parameters.
    X : array (n, height, width, channels)
        Images.
    y : array (n,)
        Their classes, from 0.
    most : int
        How many images are shown.
    labels : sequence, optional
        What to call the classes; by default 0, 1, 2, ...

    Raises
    ------
    ModelError
        When X holds no images, or there are not as many classes.

    Examples
    --------
    >>> from pellucid.layers import Dense, Flatten, Sequential
    >>> network = Sequential(Flatten(), Dense(3))
    >>> p = network.parameters(np.random.default_rng(0), (4, 4, 1))
    >>> X = np.random.default_rng(1).random((30, 4, 4, 1))
    >>> figure = mistakes(network, p, X, np.arange(30) % 3, most=4)
    >>> len(figure.axes)
    5
    """
    X, y = rows(X, 4, "images (n, height, width, channels)"), np.ravel(y)
    return worst(softmax(np.asarray(network(p, X))), X, y, most, labels)


def worst(
    P: Array, X: Array, y: Array, most: int = 9,
    labels: Sequence[object] | None = None,
) -> Figure:  # fmt: skip
    """The mistakes of probabilities P (n, k), and the images of the worst."""
    k = P.shape[1]
    if y.shape != (len(P),) or not np.isin(y, np.arange(k)).all():
        message = f"Expected {len(P)} classes from 0 to {k - 1} in y, one for each row"
        found = f"an array of {y.dtype} of shape {y.shape}"
        raise ModelError(f"{message} of X, got {found}: give their places.")
    names = [str(name) for name in (range(k) if labels is None else labels)]
    said = P.argmax(axis=1)
    matrix = _counts(y, said, k)
    wrong = np.flatnonzero(said != y)
    order = wrong[np.argsort(P[wrong, y[wrong]], kind="stable")][:most]
    words = [f"{names[y[i]]} as {names[said[i]]}, {P[i, said[i]]:.0%}" for i in order]
    shown = [X[i] if X.shape[-1] == 3 else X[i].mean(axis=-1) for i in order]
    return plots.mistakes(matrix, names, shown, words, title=_mistaken(matrix, names))
