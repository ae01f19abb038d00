"""Stretch 6: logistic regression, the smallest network, on pictures of 0 and 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.models.logistic import LogisticRegression
from pellucid.show import plots
from pellucid.show.progress import is_watched
from pellucid.tour.data import Data, Pictures, Setting, Split
from pellucid.tour.guide import Guide, Share, as_typed

Array = NDArray[Any]
Fitted = dict[Setting, LogisticRegression]

START = 0.01  # every weight at first


def descend(X: Array, y: Array, start: float, rate: float, iterations: int) -> Any:
    """Forward, backward, step, repeat: logistic regression in plain NumPy."""
    w, b = np.full(X.shape[1], start), 0.0
    for _ in range(iterations):
        p = 1 / (1 + np.exp(-(X @ w + b)))  # forward
        dw, db = X.T @ (p - y) / len(y), np.mean(p - y)  # backward
        w, b = w - rate * dw, b - rate * db  # step
    return w, b


def walk(guide: Guide, data: Data) -> None:
    """From pictures to a classifier, step by step, and the same by scikit-learn."""
    guide.stretch("logistic", "Logistic regression, the smallest neural network")
    two_pictures(guide, data.two)
    rows = split(guide, data.two)
    network(guide)
    fitted = {descent: trained(rows, descent) for descent in data.two.descents}
    costs_told(guide, fitted)
    accuracy_told(guide, fitted, rows)
    descent, model = next(iter(fitted.items()))
    same_by_hand(guide, descent, model, rows)
    seen(guide, data.two, model, rows)
    beside_sklearn(guide, rows)


def two_pictures(guide: Guide, two: Pictures) -> None:
    """One picture of each class."""
    n, h, w = two.images.shape
    guide.say(
        f"Now {n} pictures of {two.what}, 0 and 1 only, {h}×{w} pixels each. A "
        "picture is an array of grey values, so a model can take it as numbers."
    )
    examples = [np.flatnonzero(two.y == digit)[0] for digit in (0, 1)]
    guide.picture(
        "logistic-two-pictures",
        plots.images(
            two.images[examples], ["0", "1"], title=f"Two of the {n} pictures"
        ),
        f"Two of {n} pictures of {two.what}, one of each class.",
    )


def split(guide: Guide, two: Pictures) -> Split:
    """Set 15 % aside with the seed 42, each picture flattened to a row."""
    from sklearn.model_selection import train_test_split

    rows = Split(*train_test_split(two.flat, two.y, test_size=0.15, random_state=42))
    (n, pixels), aside = rows.X_train.shape, len(rows.X_test)
    guide.say(
        f"{n} pictures are for learning, {aside} are set aside to judge by (seed 42). "
        f"Each is flattened to {pixels:,} numbers."
    )
    guide.found({"training pictures": n, "test pictures": aside, "pixels": pixels})
    return rows


def network(guide: Guide) -> None:
    """What is computed, forward and backward."""
    guide.say(
        "The network has one unit: a weight for each pixel, 0.01 at first, and a bias, "
        "0 at first. Forward it computes z, the probability p of a 1, and the cost; "
        "backward, the slope of the cost for each weight; and then it takes a step "
        "downhill, again and again."
    )
    guide.formula(
        r"\begin{aligned}"
        r"z &= X w + b \\"
        r"p &= \frac{1}{1 + e^{-z}} \\"
        r"J &= \frac{1}{n} \sum_i -y_i \log p_i - (1 - y_i) \log(1 - p_i)"
        r"\end{aligned}"
    )
    guide.formula(
        r"\begin{aligned}"
        r"\frac{\partial J}{\partial w} &= \frac{1}{n} X^\top (p - y) \\"
        r"\frac{\partial J}{\partial b} &= \frac{1}{n} \sum_i (p_i - y_i) \\"
        r"w &\leftarrow w - \alpha \frac{\partial J}{\partial w}, \quad "
        r"b \leftarrow b - \alpha \frac{\partial J}{\partial b}"
        r"\end{aligned}"
    )
    guide.code(as_typed(descend))


def trained(rows: Split, descent: Setting) -> LogisticRegression:
    """The same as an estimator, which keeps the cost at each iteration."""
    model = LogisticRegression(
        C=np.inf,
        tol=0,
        solver="gradient-descent",
        max_iter=descent.iterations,
        verbose=is_watched(),
        learning_rate=descent.rate,
        start=START,
    )
    return model.fit(rows.X_train, rows.y_train)


def costs_told(guide: Guide, fitted: Fitted) -> None:
    """The cost each ten iterations, as a table and as curves."""
    histories = {f"rate {d.rate:g}": model.history_ for d, model in fitted.items()}
    longest = max(len(history) for history in histories.values())
    guide.say("The cost each ten iterations, for two learning rates:")
    rows = [
        (i, *(h[i] if i < len(h) else None for h in histories.values()))
        for i in range(0, longest, 10)
    ]
    guide.table(rows, ("iteration", *histories))
    guide.keep({f"costs at {name}": h for name, h in histories.items()})
    first = max(history[0] for history in histories.values())
    last = min(history[-1] for history in histories.values())
    guide.picture(
        "logistic-costs",
        plots.costs(histories, title=f"The cost falls from {first:.2g} to {last:.2g}"),
        "The mean log loss of the training pictures at each iteration.",
    )


def accuracy_told(guide: Guide, fitted: Fitted, rows: Split) -> None:
    """Accuracy on the pictures that were learned from, and on the others."""
    guide.say("A picture with p above 0.5 is called a 1. So many are called right:")
    for descent, model in fitted.items():
        name = f"rate {descent.rate:g}, {descent.iterations} iterations"
        train = Share(model.score(rows.X_train, rows.y_train))
        test = Share(model.score(rows.X_test, rows.y_test))
        guide.found({f"{name}: train": train, "test": test})
        guide.keep({f"accuracy at rate {descent.rate:g}": (train, test)})


def same_by_hand(
    guide: Guide, descent: Setting, model: LogisticRegression, rows: Split
) -> None:
    """The loop in plain NumPy arrives at the same weights."""
    how = START, descent.rate, descent.iterations
    w, _ = descend(rows.X_train, rows.y_train, *how)
    difference = np.abs(w - model.coef_[0]).max() / np.abs(w).max()
    guide.say(
        "The class took its gradient from the recorded graph. The loop in plain NumPy, "
        "with the gradient derived by hand, arrives at the same weights."
    )
    guide.found({"relative difference of the weights": difference})


def seen(guide: Guide, two: Pictures, model: LogisticRegression, rows: Split) -> None:
    """The weights as a picture, and the test pictures on the sigmoid."""
    _, h, w = two.images.shape
    guide.picture(
        "logistic-weights",
        plots.images([model.coef_[0].reshape(h, w)], ["what speaks for 1"]),
        "The weights, seen as a picture: where it is light, a light pixel speaks for "
        "1; where it is dark, for 0.",
    )
    z, n = model.decision_function(rows.X_test), len(rows.y_test)
    right = int(np.sum(model.predict(rows.X_test) == rows.y_test))
    guide.picture(
        "logistic-sigmoid",
        plots.sigmoid(
            z, rows.y_test, title=f"{right} of {n} test pictures are on the right side"
        ),
        "The test pictures on the sigmoid, at their linear output z.",
    )


def beside_sklearn(guide: Guide, rows: Split) -> None:
    """The same pictures through scikit-learn, and through our own defaults."""
    import sklearn.linear_model

    ours = LogisticRegression().fit(rows.X_train, rows.y_train)
    theirs = sklearn.linear_model.LogisticRegression(max_iter=1000)
    theirs.fit(rows.X_train, rows.y_train)
    guide.say(
        "For comparison, scikit-learn on the same pictures, and Pellucid with its own "
        "defaults: both add the penalty `|w|²/2` and go all the way down."
    )
    share = {
        name: Share(model.score(rows.X_test, rows.y_test))
        for name, model in {"scikit-learn": theirs, "Pellucid": ours}.items()
    }
    guide.found({f"{name}: test": value for name, value in share.items()})
