"""Stretch 9: hidden layers, which make their own features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.tracing.trace import graph
from pellucid.models.logistic import LogisticRegression
from pellucid.models.networks.perceptrons import MLPClassifier
from pellucid.reading.source.source import source
from pellucid.show import plots
from pellucid.show.progress import each, is_watched
from pellucid.tables import datasets
from pellucid.tour.data import Data, Pictures
from pellucid.tour.guide import Guide, Share, as_typed

Array = NDArray[Any]
Sample = tuple[Array, Array]


def network(W: Array, b: Array, v: Array, c: Any, X: Array, y: Array) -> Any:
    """The cost of a network with one hidden layer."""
    H = np.tanh(X @ W + b)
    z = H @ v + c
    loss = np.logaddexp(0, z) - y * z
    cost = np.mean(loss)
    return cost  # noqa: RET504 (its name is shown)


def walk(guide: Guide, data: Data) -> None:
    """XOR and the donut, by hand and by hidden layers, then ten digits."""
    guide.stretch("networks", "Neural networks")
    as_code(guide)
    exclusive_or(guide)
    donut(guide)
    ten_digits(guide, data.ten)


def as_code(guide: Guide) -> None:
    """A hidden layer as a function, and its backpropagation as code."""
    guide.say(
        "A hidden layer is a row of units like the one before, and the output is made "
        "from theirs. Nothing else changes: a cost in plain NumPy, whose "
        "backpropagation Pellucid writes."
    )
    rng = np.random.default_rng(0)
    W, b, v, X = (rng.standard_normal(n) for n in ((2, 4), 4, 4, (8, 2)))
    recorded = graph(network, W, b, v, 0.0, X, np.repeat([0.0, 1.0], 4))
    guide.code(as_typed(network))
    guide.code(source(gradient(recorded, ("W", "b", "v", "c"))))


# -- points in the plane --------------------------------------------------------------


def models() -> dict[str, Any]:
    """Models without and with hidden layers, for points in the plane."""
    return {
        "logistic regression": LogisticRegression(),
        "one hidden layer": small_network(8),
        "two hidden layers": small_network(8, 8),
    }


def small_network(*hidden: int) -> Any:
    """A network whose inputs are first brought to mean 0 and spread 1."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    network = MLPClassifier(
        hidden,
        activation="tanh",
        learning_rate_init=0.05,
        max_iter=500,
        random_state=0,
        tol=1e-3,
    )
    return make_pipeline(StandardScaler(), network)


def with_radius(X: Array) -> Array:
    """The two inputs, and their distance from the origin."""
    return np.column_stack([X, np.hypot(X[:, 0], X[:, 1])])  # (n, 3)


def exclusive_or(guide: Guide) -> None:
    """No straight line divides XOR; a hidden layer bends it."""
    guide.say(
        "XOR is 1 where exactly one of two inputs is large. No straight line divides "
        "that, so logistic regression guesses; eight hidden units do it. So many new "
        "points are called right:"
    )
    train, test = (datasets.xor(400, random_state=seed) for seed in (0, 1))
    fitted = models()
    tried(guide, "XOR", fitted, train, test)
    features(guide, "XOR", fitted["one hidden layer"], test[0])


def donut(guide: Guide) -> None:
    """Features made by hand against features that are learned."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    guide.say(
        "The donut is a ring round a ring. Logistic regression fails again, until a "
        "person hands it the radius as a third input. The networks make such features "
        "for themselves."
    )
    radius = FunctionTransformer(with_radius)
    by_hand = {"the radius by hand": make_pipeline(radius, LogisticRegression())}
    train, test = (datasets.donut(1000, random_state=seed) for seed in (0, 1))
    fitted = models()
    tried(guide, "Donut", fitted | by_hand, train, test)
    features(guide, "Donut", fitted["one hidden layer"], test[0])


def tried(
    guide: Guide, what: str, models: dict[str, Any], train: Sample, test: Sample
) -> None:
    """Let each model learn, judge it on new points, and show its border."""
    for model in each(list(models.values()), what):
        model.fit(*train)
    share = {name: Share(model.score(*test)) for name, model in models.items()}
    guide.found({f"{what}, {name}": right for name, right in share.items()})
    for name, model in models.items():
        guide.picture(
            f"{what.lower()}-{name.replace(' ', '-')}",
            plots.boundary(
                *test, model.predict,
                title=f"{name[0].upper()}{name[1:]}: {share[name]} right",
            ),
            f"{what}: new points, and the border that was learned ({name}).",
        )  # fmt: skip


def features(guide: Guide, what: str, model: Any, X: Array) -> None:
    """What each unit of the hidden layer says of each point of the plane."""
    scaler, network = model[0], model[-1]
    ends = zip(X.min(axis=0), X.max(axis=0), strict=True)
    plane = np.stack(np.meshgrid(*(np.linspace(*end, 60) for end in ends)), axis=-1)
    z = scaler.transform(plane.reshape(-1, 2)) @ network.coefs_[0]  # (3600, h)
    H = np.tanh(z + network.intercepts_[0]).T.reshape(-1, 60, 60)
    guide.picture(
        f"{what.lower()}-features",
        plots.image_rows(
            {"units 0 to 3": H[:4, ::-1], "units 4 to 7": H[4:, ::-1]},
            title=f"The features made of {what}", scale="signed",
        ),
        f"{what}: what each unit of the one hidden layer says of each point of the "
        "plane, from -1 (orange) to 1 (blue). Each is a step along a line; the output "
        "adds them up.",
    )  # fmt: skip


# -- pictures of digits ---------------------------------------------------------------


def ten_digits(guide: Guide, ten: Pictures) -> None:
    """Deeper networks on pictures of all ten digits."""
    from sklearn.model_selection import train_test_split

    X = ten.flat
    X = (X - X.mean(axis=0)) / X.std()
    X_train, X_test, y_train, y_test = train_test_split(
        X, ten.y, test_size=0.15, random_state=42, stratify=ten.y
    )
    guide.say(
        f"Last, all ten digits: {len(X_train)} {ten.what} to learn from and "
        f"{len(X_test)} to be judged by, {X.shape[1]} pixels each. The output layer "
        "has ten units; softmax makes their outputs probabilities, and the cost is the "
        "cross-entropy."
    )
    models = {
        "one hidden layer": digit_network(64).fit(X_train, y_train),
        "two hidden layers": digit_network(128, 64).fit(X_train, y_train),
    }
    share = {name: Share(model.score(X_test, y_test)) for name, model in models.items()}
    guide.found({f"digits, {name}": right for name, right in share.items()})
    learning(guide, models)
    confused(guide, models["two hidden layers"], X_test, y_test)


def digit_network(*hidden: int) -> MLPClassifier:
    """A network for pictures."""
    return MLPClassifier(
        hidden,
        batch_size=64,
        learning_rate_init=0.003,
        random_state=0,
        tol=1e-3,
        verbose=is_watched(),
    )


def learning(guide: Guide, models: dict[str, MLPClassifier]) -> None:
    """The costs as the networks learn."""
    histories = {name: model.history_ for name, model in models.items()}
    first = max(history[0] for history in histories.values())
    last = min(history[-1] for history in histories.values())
    guide.picture(
        "digits-costs",
        plots.costs(
            histories,
            title=f"The cost falls from {first:.2g} to {last:.2g}",
            x_label="epoch",
        ),
        "The mean cross-entropy of the training pictures after each epoch.",
    )


def confused(guide: Guide, model: MLPClassifier, X: Array, y: Array) -> None:
    """Which digit was taken for which."""
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (y, model.predict(X)), 1)
    guide.picture(
        "digits-confusion",
        plots.confusion(
            counts, range(10), title=f"{np.trace(counts)} of {len(y)} are read right"
        ),
        "The digits of the test pictures (down), and what the network with two hidden "
        "layers took them for (across).",
    )
