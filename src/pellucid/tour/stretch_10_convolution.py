"""Stretch 10: convolution, one small set of weights at every place of a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.tracing.trace import graph
from pellucid.layers import (
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Sequential,
)
from pellucid.layers.activations import relu
from pellucid.layers.containers import described
from pellucid.minimisers.methods import Adam
from pellucid.minimisers.schedules import cosine
from pellucid.models.networks.network_classifier import NetworkClassifier
from pellucid.models.pictures.of_learning import filters
from pellucid.models.pictures.responses import activations, responses
from pellucid.reading.source.source import source
from pellucid.show import plots
from pellucid.show.progress import is_watched
from pellucid.tour.data import Data, Pictures, Split
from pellucid.tour.guide import Guide, Share, as_typed

Array = NDArray[Any]
EPOCHS, BATCH = 12, 32


def convolution(x: Array, W: Array, b: Array) -> Any:
    """A weighted sum of the window at each place of the pictures."""
    windows = sliding_window_view(x, W.shape[:2], axis=(1, 2))
    z = np.einsum("nijcuv,uvcf->nijf", windows, W) + b
    return z  # noqa: RET504 (its name is shown)


def walk(guide: Guide, data: Data) -> None:
    """The formula and its gradient, and a network that reads digits by it."""
    guide.stretch("convolution", "Convolution")
    as_code(guide)
    rows = divided(data.ten)
    model = learned(guide, rows)
    judged(guide, model, rows)
    looked_into(guide, model, rows.X_test)


def as_code(guide: Guide) -> None:
    """Convolution as a function, its gradient as code, and the layer beside it."""
    guide.say(
        "What is a stroke in one corner of a picture is a stroke in any other. So a "
        "small window of weights goes over the whole picture, and at each place says "
        "how much what it sees there is like itself: three lines of NumPy, whose "
        "gradient Pellucid writes."
    )
    rng = np.random.default_rng(0)
    x, W, b = (rng.standard_normal(n) for n in ((2, 8, 8, 1), (3, 3, 1, 4), 4))
    guide.code(as_typed(convolution), aloud=True)
    guide.code(source(gradient(graph(squares, x, W, b), ("W", "b"))))
    layer = Conv2D(4, 3)({"W": W, "b": b}, x)
    difference = np.abs(convolution(x, W, b) - layer).max()
    guide.found({"difference of the layer Conv2D from these lines": difference})


def squares(x: Array, W: Array, b: Array) -> Any:
    """Some cost of a convolution."""
    z = convolution(x, W, b)
    return np.mean(z**2)


# -- ten digits -----------------------------------------------------------------------


def divided(ten: Pictures) -> Split:
    """The pictures (n, h, w, 1): 15 % are set aside, of each digit alike."""
    from sklearn.model_selection import train_test_split

    X = ten.images[..., np.newaxis].astype(np.float32)
    return Split(
        *train_test_split(X, ten.y, test_size=0.15, random_state=42, stratify=ten.y)
    )


def of_windows(side: int) -> Sequential:
    """Two convolutions, large pictures made coarser between them, and ten outputs."""
    return Sequential(
        Conv2D(16, 3, padding="same"),
        BatchNorm(),
        relu,
        *([MaxPool2D(2)] if side > 8 else []),
        Conv2D(32, 3, padding="same"),
        BatchNorm(),
        relu,
        MaxPool2D(2),
        Flatten(),
        Dropout(0.5),
        Dense(10),
    )


def learned(guide: Guide, rows: Split) -> NetworkClassifier:
    """A network of convolutions learns to read digits."""
    guide.say(
        "A network of such layers reads the ten digits of stretch 9. Its first windows "
        "see strokes; the next see what the strokes make. Its layers:"
    )
    shape = rows.X_train.shape[1:]
    network = of_windows(shape[0])
    guide.table(
        [
            (name, "×".join(map(str, after)), count)
            for _, name, after, count in described(network, shape)
        ],
        ("layer", "its output", "parameters"),
    )
    steps = EPOCHS * -(-len(rows.X_train) // BATCH)
    model = NetworkClassifier(
        network,
        method=Adam(cosine(0.003, steps)),
        batch_size=BATCH,
        max_iter=EPOCHS,
        random_state=0,
        verbose=is_watched(),
    )
    return model.fit(
        rows.X_train, rows.y_train, validation_data=(rows.X_test, rows.y_test)
    )


def judged(guide: Guide, model: NetworkClassifier, rows: Split) -> None:
    """How many pictures are read right, beside the network without windows."""
    before = guide.figures["networks"]["digits, two hidden layers"]
    share = Share(model.score(rows.X_test, rows.y_test))
    guide.say("So many of the pictures that were set aside are read right:")
    guide.found({"two hidden layers": before, "convolution": share})
    guide.picture(
        "convolution-costs",
        plots.costs(
            {"training": model.history_, "set aside": model.validation_history_},
            title=f"After {EPOCHS} epochs {share} of new pictures are read right",
            x_label="epoch",
        ),
        "The cross-entropy after each epoch: of the training pictures as dropout "
        "disturbs them, and of those that were set aside, undisturbed.",
    )
    guide.picture(
        "convolution-mistakes",
        model.plot(rows.X_test, rows.y_test),
        "The digits of the test pictures (down), and what the network took them for; "
        "beside it the worst mistakes, with the probability of what was said.",
    )


def looked_into(guide: Guide, model: NetworkClassifier, X: Array) -> None:
    """The windows that were learned, and what they respond to."""
    guide.say(
        "The windows can be looked at. Where one is blue it asks for a light pixel, "
        "where it is orange for a dark one: edges and strokes in one direction or "
        "another. Then what each layer makes of one picture, and what some units of "
        "the second convolution respond to: shapes, of strokes."
    )
    network, p = model.network_, model.parameters_
    places = [i for i, x in enumerate(network.layers) if isinstance(x, Conv2D)]
    guide.picture(
        "convolution-filters",
        filters(network, p),
        "The weights of the first convolution, each window as a picture.",
    )
    guide.picture(
        "convolution-activations",
        activations(network, p, X[0]),
        "One of the test pictures on its way through the network: of each layer the "
        "channels that say most.",
    )
    guide.picture(
        "convolution-responses",
        responses(network, p, X, layer=places[1], units=6),
        "What six units of the second convolution see where they say most: first a "
        "picture made for the unit by gradient ascent, then parts of test pictures.",
    )
