"""What networks refuse: one sentence each, and a model that was trained stays."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ModelError, PellucidError
from pellucid.layers import LSTM, Conv2D, Dense, Embedding, Flatten, Sequential
from pellucid.models.networks import memory
from pellucid.running import memory as machine

RNG = np.random.default_rng(0)
IMAGES, TWO = RNG.normal(size=(20, 8, 8, 1)), np.arange(20) % 2
CONVOLUTION = Sequential(Conv2D(4, 3), Flatten(), Dense(2))
WORDS = Sequential(Embedding(5, 3), LSTM(3), Dense(2))
STEPS = Sequential(LSTM(3), Dense(2))


def classifier(network, **options):
    return pl.NetworkClassifier(network, max_iter=1, random_state=0, **options)


def regressor(network, **options):
    return pl.NetworkRegressor(network, max_iter=1, random_state=0, **options)


def holed(X, hole=np.nan):
    X = X.copy()
    X[3, 2, 1, 0] = hole
    return X


def fit_then(verb, *rows):
    model = classifier(CONVOLUTION).fit(IMAGES, TWO)
    return getattr(model, verb)(*rows)


def mean(h):
    return np.mean(h, axis=1)


# fmt: off
REFUSED = {
    "no channels": (
        lambda: classifier(CONVOLUTION).fit(IMAGES[..., 0], TWO),
        r"Layer 1: Conv2D\(4, 3\) expects .*channels\), got \(8, 8\).*np.newaxis"),
    "flat images": (
        lambda: classifier(CONVOLUTION).fit(IMAGES.reshape(20, 64), TWO),
        r"got \(64,\): reshape"),
    "images of another shape": (
        lambda: fit_then("predict", IMAGES[:, 1:]),
        r"shape \(8, 8, 1\) in X, as it was fitted to, got \(7, 8, 1\)"),
    "other channels": (
        lambda: fit_then("predict", np.repeat(IMAGES, 3, axis=3)),
        r"got \(8, 8, 3\); reshape"),
    "one image alone": (
        lambda: fit_then("predict", IMAGES[0]), r"give X\[np.newaxis\] for one row"),
    "an empty sequence": (
        lambda: classifier(STEPS).fit([np.ones((2, 3)), np.ones((0, 3))], [0, 1]),
        "sequence 2 of 2 has none; leave empty"),
    "steps of two shapes": (
        lambda: classifier(STEPS).fit([np.ones((2, 3)), np.ones((3, 2))], [0, 1]),
        r"\(3,\) in sequence 1 and \(2,\) in sequence 2"),
    "sequences for a table": (
        lambda: classifier(Dense(2)).fit([[1, 2], [3]], [0, 1]),
        "sequences of several lengths, but nothing in it goes by their lengths"),
    "sequences laid flat": (
        lambda: classifier(Sequential(LSTM(3, sequence=True), Flatten(), Dense(2))).fit(
            [np.ones((2, 3)), np.ones((4, 3))], [0, 1]),
        "its output changes when one of 2 steps is filled up to 4"),
    "a mean over steps": (
        lambda: classifier(Sequential(LSTM(3, sequence=True), mean, Dense(2))).fit(
            [np.ones((2, 3)), np.ones((4, 3))], [0, 1]),
        "its output changes when"),
    "an unknown word": (
        lambda: classifier(WORDS).fit([[1, 2], [7]], [0, 1]),
        "from 0 to 4 in X, for 5 vectors of the Embedding, found 7"),
    "half a word": (
        lambda: classifier(WORDS).fit([[1, 2], [0.5]], [0, 1]), "found 0.5"),
    "an unknown word later": (
        lambda: classifier(WORDS).fit([[1, 2], [0]], [0, 1]).predict([[5]]), "found 5"),
    "a new label": (
        lambda: classifier(Dense(2)).partial_fit(np.eye(2), [0, 1], classes=[0, 1])
        .partial_fit(np.eye(2), [0, 2]),
        r"among \[0 1\] in y, found 2; .*name all classes in the first partial_fit"),
    "more classes than outputs": (
        lambda: classifier(Dense(2)).fit(np.eye(3), [0, 1, 2]),
        r"each of the 3 classes, got a network with 2; let the last .* Dense\(3\)"),
    "fewer classes than outputs": (
        lambda: classifier(Dense(4)).fit(np.eye(3), [0, 1, 2]), "with 4; let"),
    "one-hot labels": (
        lambda: classifier(Dense(3)).fit(np.eye(3), np.eye(3, dtype=int)),
        r"give y.argmax\(axis=1\)"),
    "one-hot labels for a network that is made to fit": (
        lambda: classifier(lambda shape, k: Dense(k)).fit(np.eye(3), np.eye(3)),
        r"a label for each row, \(3,\) in y, got \(3, 3\); .*argmax"),
    "labels of three axes": (
        lambda: classifier(CONVOLUTION).fit(IMAGES, TWO[:, None, None]),
        r"a label for each row, \(20,\) in y, got \(20, 1, 1\); reshape y"),
    "a label a row for an output at each place": (
        lambda: classifier(Sequential(Conv2D(4, 3), Dense(2))).fit(IMAGES, TWO),
        r"place of the output, \(20, 6, 6\) in y, got \(20,\); .* put Flatten\(\)"),
    "a number a row for an output at each place": (
        lambda: regressor(Sequential(Conv2D(4, 3), Dense(1))).fit(IMAGES, TWO),
        r"output in y, \(20, 6, 6, 1\), got \(20,\); .* put Flatten\(\)"),
    "text for numbers": (
        lambda: regressor(Dense(1)).fit(np.eye(3), list("abc")),
        "labels of classes need a classifier"),
    "a negative word": (
        lambda: classifier(WORDS).fit([[0, 1], [-1, 2]], [0, 1]),
        "found -1; number the words from 0"),
    "fewer words than it was fitted to": (
        lambda: classifier(WORDS).fit([[0, 1], [1, 2]], [0, 1]).predict([[1]]),
        r"shape \(2,\) in X, .* got \(1,\)"),
    "a cost for each output": (
        lambda: regressor(Dense(2), cost=lambda z, y: (z - y) ** 2)
        .fit(np.eye(3), np.eye(3)[:, :2]), "sum over axis 1"),
    "a row set aside": (
        lambda: classifier(Dense(2), early_stopping=True).fit(np.eye(3), [0, 1, 1]),
        "sets 1 row aside"),
    "a masked pixel": (
        lambda: classifier(CONVOLUTION).fit(np.ma.masked_less(IMAGES, -2), TWO),
        r"found a masked cell in row \d+; fill"),
    "a masked step": (
        lambda: classifier(STEPS).fit(
            [np.ones((2, 3)), np.ma.masked_equal(np.eye(3), 1)], [0, 1]),
        "found a masked cell in row 2; fill"),
    "softmax twice": (
        lambda: classifier(Dense(2, pl.activations.softmax)).fit(np.eye(2), [0, 1]),
        "softmax behind it, which cross_entropy has in it; leave that out"),
    "log loss of three": (
        lambda: classifier(Dense(3), cost=pl.costs.log_loss).fit(np.eye(3), [0, 1, 2]),
        "one output for log_loss, got 3"),
    "a cost that is a mean": (
        lambda: regressor(Dense(1), cost=lambda z, y: np.mean((z - y) ** 2)).fit(
            np.eye(2), [0, 1]),
        r"a cost a row, \(2,\), .* got \(\); take no mean"),
    "targets for other outputs": (
        lambda: regressor(Dense(2)).fit(np.eye(3), [0, 1, 2]),
        r"in y, \(3, 2\), got \(3,\); let the last layer be Dense\(1\)"),
    "negative counts": (
        lambda: regressor(Dense(1), cost=pl.costs.poisson).fit(np.eye(2), [0, -1]),
        "counts of at least 0 in y, found -1"),
    "nan in images": (
        lambda: classifier(CONVOLUTION).fit(holed(IMAGES), TWO),
        r"found NaN in row 4 at \(3, 2, 1\) \(1 such cell in 20 rows\)"),
    "infinity later": (
        lambda: fit_then("predict", holed(IMAGES, np.inf)), "found inf in row 4"),
    "a cost that explodes": (
        lambda: classifier(Dense(2), method=pl.methods.Adam(1e200), batch_size=1).fit(
            np.eye(2) * 1e200, [0, 1]),
        "the cost is (inf|nan) at step .* smaller rate; or scale X"),
    "all rows for a method": (
        lambda: classifier(Dense(2), method=pl.methods.LBFGS()).fit(np.eye(2), [0, 1]),
        "method to be one of pellucid.methods that takes mini-batches"),
    "a list of layers": (
        lambda: classifier([Dense(2)]).fit(np.eye(2), [0, 1]),
        r"network to be layers.Sequential\(...\)"),
    "a function that makes none": (
        lambda: classifier(lambda shape, outputs: 3).fit(np.eye(2), [0, 1]),
        "gives one, got 3 from it"),
    "a checkpoint without a place": (
        lambda: classifier(Dense(2)).fit(np.eye(2), [0, 1], resume=True),
        "resume=True goes on from a checkpoint; give its path"),
    "validation rows alone": (
        lambda: classifier(Dense(2)).fit(np.eye(2), [0, 1], validation_data=np.eye(2)),
        r"expected validation_data=\(X, y\)"),
    "a device that is not there": (
        lambda: classifier(Dense(2), target="torch", device="gpu9").fit(
            np.eye(2), [0, 1]),
        "There is no device 'gpu9' for PyTorch here"),
    "parameters beyond memory": (
        lambda: classifier(Sequential(Dense(10**8), Dense(10**7), Dense(2))).fit(
            np.eye(2), [0, 1]),
        r"expected 3\d PB of memory, .* for 1,000,000,330,000,002 parameters with the"),
    "a batch beyond memory": (
        lambda: classifier(Sequential(Dense(10**6), np.tanh, Dense(2)), batch_size=None)
        .fit(np.zeros((10**6, 1)), np.arange(10**6) % 2),
        r"3\d TB for a batch of 1,000,000 rows in the layers, found"),
}
# fmt: on


@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_a_sentence(make, said):
    with pytest.raises(PellucidError, match=said) as refused:
        make()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("none", [np.ones((0, 3)), IMAGES[:0]], ids=["table", "image"])
def test_no_rows_are_refused_as_by_scikit_learn(none):
    model = classifier(Sequential(Flatten(), Dense(2)))
    with pytest.raises(
        ValueError, match=r"0 sample\(s\) .* a minimum of 1 is required"
    ):
        model.fit(none, [])
    model.fit(np.ones((2, *none.shape[1:])), [0, 1])
    with pytest.raises(
        ValueError, match=r"0 sample\(s\) .* a minimum of 1 is required"
    ):
        model.predict(none)


BAD = {
    "nan": (holed(IMAGES), TWO),
    "another shape": (IMAGES[:, 1:], TWO),
    "a new label": (IMAGES, TWO + 1),
}


@pytest.mark.parametrize("verb", ["fit", "partial_fit"])
@pytest.mark.parametrize(("X", "y"), BAD.values(), ids=BAD)
def test_a_model_that_was_trained_stays_as_it_was(verb, X, y):
    model = classifier(CONVOLUTION).fit(IMAGES, TWO)
    before, said = dict(vars(model)), model.predict_proba(IMAGES)
    model.set_params(network=Sequential(Conv2D(4, 3), Flatten(), Dense(3)))
    with pytest.raises(ModelError):
        getattr(model, verb)(X, y) if verb == "fit" else model.partial_fit(X, y)
    assert {**vars(model), "network": CONVOLUTION} == before
    np.testing.assert_array_equal(model.predict_proba(IMAGES), said)


def test_filling_sequences_up_says_what_it_needs(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 1e6)
    X = [np.ones((t, 10)) for t in (1, 20_000)]
    said = (
        "3.2 MB of memory, 3.2 MB for 2 sequences, all as long as the longest, 20,000"
    )
    with pytest.raises(ModelError, match=said):
        classifier(STEPS).fit(X, [0, 1])
    with pytest.raises(ModelError, match="X as float32"):
        classifier(CONVOLUTION).fit(np.zeros((4000, 8, 8, 1), np.uint8), [0] * 4000)


def test_a_machine_tells_how_much_memory_is_free(monkeypatch, tmp_path):
    assert machine.available() > 1e6
    monkeypatch.setattr(machine, "MEMORY", tmp_path / "none")
    assert machine.available() == np.inf
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 5 kB\n")
    (tmp_path / "memory.max").write_text("4096\n")
    (tmp_path / "memory.current").write_text("96\n")
    monkeypatch.setattr(machine, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "GROUP", tmp_path)
    assert machine.available() == 4000
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.available() == 5 * 1024
