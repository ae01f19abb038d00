"""What goes on in a network over time: gates, attention, and gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.differentiating.gradient import gradient
from pellucid.layers.activations import sigmoid
from pellucid.layers.attention import Attention
from pellucid.layers.recurrence import GRU, LSTM
from pellucid.models.pictures.inside import Inside, rows, variables
from pellucid.show import plots
from pellucid.show.labels import power

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = Any


def gates(
    network: Any, p: Any, x: Any, layer: int | str = "LSTM",
    names: Sequence[object] | None = None,
) -> Figure:  # fmt: skip
    """Show the gates of an LSTM, or a GRU, over the steps of one sequence.

    Of an LSTM the gates i (what enters the cell), f (what stays in it) and o (what
    comes out), from 0 to 1, and the cell c; of a GRU r and z, and the state h.

    Parameters
    ----------
    network, p
        The network and its parameters.
    x : array (t, d) or (1, t, d), or (t,) for words
        One sequence.
    layer : int or str
        The place of the layer, or its type.
    names : sequence, optional
        What each step is called, as the letters of a text.

    Raises
    ------
    ModelError
        When there is no such layer, or x is no single sequence.

    References
    ----------
    Karpathy, Johnson & Fei-Fei, "Visualizing and understanding recurrent networks"
    (2016), section 4.2.

    Examples
    --------
    >>> from pellucid.layers import LSTM
    >>> layer = LSTM(4)
    >>> p = layer.parameters(np.random.default_rng(0), (6, 2))
    >>> figure = gates(layer, p, np.zeros((6, 2)))
    >>> [axes.get_title(loc="left") for axes in figure.axes[:2]]
    ['input gate i', 'forget gate f']
    """
    inside = Inside(network, p, layer, (LSTM, GRU))
    series = over_time(inside, x)
    whose, name = next(x for x in KEEPING.items() if x[1] in series)
    kept = np.mean(series[name])
    title = f"The {whose} gate keeps {kept:.0%} of the state from step to step"
    signed = ["cell c", "state h"]
    return plots.panels(series, title=title, x_names=names, signed=signed)


KEEPING = {"forget": "forget gate f", "update": "update gate z"}


def over_time(inside: Inside, x: Any) -> dict[str, Array]:
    """The gates and the states of one sequence, (units, t) each."""
    part = inside.part
    h = _going_in(inside, x)
    seen = {name: v[:, 0].T for name, v in variables(part.layer, part.p, h).items()
            if v.ndim == 3}  # fmt: skip
    if isinstance(part.layer, LSTM):
        names = {"i": "input gate i", "f": "forget gate f", "o": "output gate o"}
        found = {said: sigmoid(seen[name]) for name, said in names.items()}
        return found | {"cell c": seen["cell"]}
    return {"reset gate r": seen["r"], "update gate z": seen["z"], "state h": seen["h"]}


def _going_in(inside: Inside, x: Any) -> Array:
    """What goes into a layer of one sequence, (1, t, d), alone or as a batch of one."""
    x = np.asarray(x)
    batch = x.ndim == 3 or (x.ndim == 2 and x.dtype.kind in "iu" and len(x) == 1)
    h = np.asarray(inside.before(x if batch else x[np.newaxis]))
    if h.ndim != 3 or len(h) != 1:
        message = f"Expected one sequence (steps, features), got {x.shape}"
        raise ModelError(f"{message}: choose one.")
    return h


def attention(
    network: Any, p: Any, x: Any, layer: int | str = "Attention", head: int = 0,
    names: Sequence[object] | None = None, said: Sequence[object] | None = None,
) -> Figure:  # fmt: skip
    """Show how much each step of one sequence looks at each other.

    Parameters
    ----------
    network, p
        The network and its parameters.
    x : array (t, d) or (1, t, d), or (t,) for words
        One sequence.
    layer : int or str
        The place of the layer, or its type.
    head : int
        Which of its heads.
    names : sequence, optional
        What each step is called, as words.
    said : sequence, optional
        What the steps that look are called, as the words of an answer.

    Raises
    ------
    ModelError
        When there is no such layer or head, or x is no single sequence.

    References
    ----------
    Bahdanau, Cho & Bengio, "Neural machine translation by jointly learning to align and
    translate" (2015), figure 3.

    Examples
    --------
    >>> from pellucid.layers import Attention
    >>> layer = Attention(4, causal=True)
    >>> p = layer.parameters(np.random.default_rng(0), (3, 2))
    >>> figure = attention(layer, p, np.zeros((3, 2)), names="abc")
    >>> figure.axes[0].images[0].get_array().round(2).tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.33, 0.33, 0.33]]
    """
    inside = Inside(network, p, layer, (Attention,))
    part = inside.part
    weights = np.asarray(part.layer.weights(part.p, _going_in(inside, x)))[
        0
    ]  # (heads, t, t)
    if not 0 <= head < len(weights):
        raise ModelError(f"Expected a head from 0 to {len(weights) - 1}, got {head}.")
    most = np.mean(weights[head].max(axis=1))
    title = f"A step gives {most:.0%} of its attention to one step, in the mean"
    title += f"; head {head} of {len(weights)}" if len(weights) > 1 else ""
    return plots.heat(
        weights[head], title=title, x_label="looked at", y_label="looking",
        x_names=names, y_names=names if said is None else said,
    )  # fmt: skip


def gradient_through_time(
    networks: Mapping[str, tuple[Any, Any]], x: Any, y: Any,
    cost: Callable[[Any, Any], Any],
) -> Figure:  # fmt: skip
    """Show how the gradient of the cost fades on its way back through time.

    For each network the norm of dJ/dx_t, the gradient with respect to what goes in at
    step t, the mean over the sequences: where it is 0 nothing can be learned from t.

    Parameters
    ----------
    networks : mapping
        From a name to a network and its parameters.
    x : array (n, t, d)
        Sequences.
    y : array (n, ...)
        What the outputs are compared with.
    cost : callable
        The cost of each row, of the output and y, as one of `pellucid.costs`.

    Raises
    ------
    ModelError
        When x holds no sequences of numbers.

    References
    ----------
    Bengio, Simard & Frasconi, "Learning long-term dependencies with gradient descent is
    difficult" (1994); Pascanu, Mikolov & Bengio, "On the difficulty of training
    recurrent neural networks" (2013).

    Examples
    --------
    >>> from pellucid.layers import RNN, Dense, Sequential
    >>> from pellucid.models.costs import squared_error
    >>> network = Sequential(RNN(4), Dense(1))
    >>> p = network.parameters(np.random.default_rng(0), (20, 2))
    >>> x, y = np.random.default_rng(1).random((8, 20, 2)), np.zeros((8, 1))
    >>> figure = gradient_through_time({"RNN": (network, p)}, x, y, squared_error)
    >>> figure.axes[0].get_xlabel()
    'steps back from the end'
    """
    x = rows(x, 3, "sequences (n, steps, features)")
    norms = {
        name: norms_through_time(network, p, x, y, cost)[::-1]
        for name, (network, p) in networks.items()
    }
    last = {name: norm[-1] / norm[0] for name, norm in norms.items() if norm[0] > 0}
    told = ", ".join(f"{name} {_rounded(ratio)}" for name, ratio in last.items())
    title = f"{x.shape[1] - 1} steps back is left of the gradient: {told}"
    return plots.costs(
        norms, title=title, x_label="steps back from the end", y_label="norm of dJ/dx"
    )


def norms_through_time(
    network: Any, p: Any, x: Array, y: Any, cost: Callable[[Any, Any], Any]
) -> Array:
    """The norm of dJ/dx at each step (t,), the mean over sequences; J a sum of rows."""

    def total(x: Array) -> Any:
        return np.sum(cost(network(p, x), y))

    g = np.asarray(gradient(total)(np.asarray(x, float)))  # (n, t, d)
    return np.mean(np.sqrt(np.sum(g**2, axis=2)), axis=0)


def _rounded(ratio: float) -> str:
    return power(float(f"{ratio:.2g}"))
