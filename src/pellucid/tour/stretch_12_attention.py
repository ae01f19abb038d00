"""Stretch 12: attention, by which every step of a sequence looks at the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.tracing.trace import graph
from pellucid.layers import Attention, Dense, Embedding, LayerNorm, Residual, Sequential
from pellucid.layers.activations import relu, softmax
from pellucid.minimisers.methods import Adam
from pellucid.models.networks.network_classifier import NetworkClassifier
from pellucid.models.pictures.of_sequences import attention as attention_map
from pellucid.reading.source.source import source
from pellucid.show.progress import is_watched
from pellucid.tour.data import Data
from pellucid.tour.guide import Guide, Share, as_typed

Array = NDArray[Any]
LENGTH, DIGITS, EPOCHS = 8, 10, 12


def attention(x: Array, Q: Array, K: Array, V: Array) -> Any:
    """Each step asks all steps, and takes what those have whose key answers."""
    q, k, v = x @ Q, x @ K, x @ V
    weights = softmax(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]))
    return weights @ v


def with_places(x: Array) -> Any:
    """Beside each step (n, t, d), which one it is."""
    n, t, _ = x.shape
    return np.concatenate([x, np.broadcast_to(np.eye(t, dtype=x.dtype), (n, t, t))], 2)


def walk(guide: Guide, data: Data) -> None:
    """The formula, and two tasks that need it."""
    guide.stretch("attention", "Attention")
    as_code(guide)
    tasks(guide)


def as_code(guide: Guide) -> None:
    """Attention as a function, its gradient as code, and the layer beside it."""
    guide.say(
        "A recurrence hands everything on through one state. Attention looks: each "
        "step asks a question q, each step has a key k and a value v, and a step takes "
        "the values of those steps whose keys answer its question."
    )
    rng = np.random.default_rng(0)
    x, Q, K, V = (rng.standard_normal(n) for n in ((5, 8, 4), (4, 4), (4, 4), (4, 4)))
    guide.code(as_typed(attention), aloud=True)
    guide.code(source(gradient(graph(squares, x, Q, K, V), ("Q", "K", "V"))))
    layer = Attention(4)({"Q": Q, "K": K, "V": V, "O": np.eye(4)}, x)
    difference = np.abs(attention(x, Q, K, V) - layer).max()
    guide.found({"difference of the layer Attention from these lines": difference})


def squares(x: Array, Q: Array, K: Array, V: Array) -> Any:
    """Some cost of attention."""
    z = attention(x, Q, K, V)
    return np.mean(z**2)


def tasks(guide: Guide) -> None:
    """Sequences are turned round, and sorted, without attention and with it."""
    guide.say(
        f"Two tasks: to turn a sequence of {LENGTH} digits round, and to sort it. What "
        "stands at a place of the answer comes from other places, so layers that see "
        "one place alone can but guess. So many places of new sequences are right:"
    )
    X = np.random.default_rng(0).integers(DIGITS, size=(3000, LENGTH))
    for task, y in {"turned round": X[:, ::-1], "sorted": np.sort(X, axis=1)}.items():
        models = {
            "without attention": learning(False).fit(X[500:], y[500:]),
            "with it": learning(True).fit(X[500:], y[500:]),
        }
        right = {
            f"{task} {how}": Share(np.mean(model.predict(X[:500]) == y[:500]))
            for how, model in models.items()
        }
        guide.found(right)
        guide.picture(
            f"attention-{task.replace(' ', '-')}",
            looked_at(models["with it"], X[0]),
            f"A sequence of digits (across) and what the network makes of it, {task} "
            "(down): how much each place of the answer looks at each place of the "
            "sequence.",
        )


def learning(looks: bool) -> NetworkClassifier:
    """A network with a digit at each place; one that looks has attention."""
    network = Sequential(
        Embedding(DIGITS, 24),
        with_places,
        *([Residual(Attention(32)), LayerNorm()] if looks else []),
        Residual(Dense(64, relu), Dense(24 + LENGTH)),
        LayerNorm(),
        Dense(DIGITS),
    )
    return NetworkClassifier(
        network,
        method=Adam(0.003),
        max_iter=EPOCHS,
        random_state=0,
        verbose=is_watched(),
    )


def looked_at(model: NetworkClassifier, x: Array) -> Any:
    """Where each place of an answer looks."""
    network, p = model.network_, model.parameters_
    said = model.predict(x[np.newaxis])[0]
    return attention_map(network, p, x, names=x.tolist(), said=said.tolist())
