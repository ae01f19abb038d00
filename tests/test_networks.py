"""Networks of one's own layers as estimators: what is learned, kept and refused."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import pellucid as pl
from pellucid.errors import ModelError, ModelFileError
from pellucid.layers import (
    GRU,
    LSTM,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    MaxPool2D,
    Sequential,
)

relu = pl.activations.relu


@dataclass(frozen=True)
class Hidden:
    """A network with one hidden layer, for rows of any shape and any classes."""

    units: int

    def __call__(self, shape, outputs):
        return Sequential(Dense(self.units, relu), Dense(outputs))


ANY = [pl.NetworkClassifier(Hidden(32)), pl.NetworkRegressor(Hidden(32))]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(ANY)
def test_scikit_learns_contract(estimator, check):
    check(estimator)


IMAGES = Sequential(
    Conv2D(4, 3, activation=relu), BatchNorm(), MaxPool2D(2), Flatten(), Dropout(0.2),
    Dense(3),
)  # fmt: skip


@pytest.fixture(scope="module")
def strokes():
    """Images of a row, a column or a diagonal of light, float32."""
    rng = np.random.default_rng(0)
    X = rng.normal(0, 0.1, (90, 8, 8, 1)).astype(np.float32)
    y = np.arange(90) % 3
    for image, kind, place in zip(X, y, rng.integers(8, size=90), strict=True):
        if kind == 0:
            image[place] += 1
        elif kind == 1:
            image[:, place] += 1
        else:
            image[range(8), range(8)] += 1
    return X, np.array(["row", "column", "slant"])[y]


def fast(network, **more):
    options = {"method": pl.methods.Adam(0.01), "max_iter": 30, "random_state": 0,
               "batch_size": 10}  # fmt: skip
    return pl.NetworkClassifier(network, **(options | more))


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_images_are_told_apart(strokes, target):
    X, y = strokes
    model = fast(IMAGES, target=target, max_iter=12).fit(X[:60], y[:60])
    assert model.score(X[60:], y[60:]) >= 0.9
    assert model.parameters_[0]["W"].dtype == np.float32
    assert model.predict_proba(X).dtype == np.float32


def test_the_same_seed_gives_the_same_bits(strokes):
    one, other = (fast(IMAGES, max_iter=3).fit(*strokes) for _ in range(2))
    assert one.history_.tolist() == other.history_.tolist()
    p = other.predict_proba(strokes[0])
    np.testing.assert_array_equal(one.predict_proba(strokes[0]), p)
    third = fast(IMAGES, max_iter=3, random_state=1).fit(*strokes)
    assert third.history_.tolist() != one.history_.tolist()


def test_bytes_become_float32_and_floats_stay(strokes):
    X, y = strokes
    model = fast(IMAGES, max_iter=1).fit(np.uint8(X > 0.5), y)
    assert model.parameters_[0]["W"].dtype == np.float32
    model = fast(IMAGES, max_iter=1).fit(X.astype(float), y)
    assert model.parameters_[0]["W"].dtype == np.float64


# -- sequences ------------------------------------------------------------------------


def counted_rows(rng, n=120):
    """Words of several lengths, and whether word 3 is among them."""
    X = [rng.integers(5, size=t) for t in rng.integers(3, 9, n)]
    return X, np.array([bool((x == 3).any()) for x in X])


def test_sequences_of_several_lengths_as_words(rng):
    X, y = counted_rows(rng)
    network = Sequential(Embedding(5, 4), LSTM(8), Dense(1))
    model = fast(network).fit(X[:90], y[:90])
    assert model.score(X[90:], y[90:]) >= 0.9
    assert model.input_shape_ == (None,)
    # Longer ones beside it change nothing, nor does an array for a list.
    alone = model.predict_proba(X[:1])
    np.testing.assert_allclose(model.predict_proba(X)[:1], alone, rtol=1e-5)
    one = np.stack([x for x in X if len(x) == 5])
    np.testing.assert_allclose(
        model.predict_proba(one), model.predict_proba(list(one)), rtol=1e-5
    )


def test_an_output_at_each_step(rng):
    """The running sign of a sum, of sequences of several lengths."""
    X = [rng.normal(size=(t, 2)) for t in rng.integers(2, 7, 60)]
    sums = [x.sum(axis=1).cumsum() for x in X]
    y = [np.where(s > 0, "up", "down") for s in sums]
    network = Sequential(LSTM(16, sequence=True), Dense(2))
    model = fast(network, batch_size=5).fit(X, y)
    assert [len(said) for said in model.predict(X)] == [len(x) for x in X]
    assert model.predict_proba(X)[3].shape == (len(X[3]), 2)
    right = np.concatenate(model.predict(X)) == np.concatenate(y)
    assert model.score(X, y) == right.mean() > 0.9
    assert len(model.predict(X[0][None])[0]) == len(X[0])

    regressor = pl.NetworkRegressor(
        Sequential(LSTM(16, sequence=True), Dense(1)), batch_size=5, random_state=0,
        method=pl.methods.Clipped(pl.methods.Adam(0.02), 1.0),
    ).fit(X, sums)  # fmt: skip
    error = np.concatenate(regressor.predict(X)) - np.concatenate(sums)
    variance = np.concatenate(sums).var()
    assert regressor.score(X, sums) == pytest.approx(1 - np.mean(error**2) / variance)
    assert regressor.score(X, sums) > 0.8


def test_what_is_behind_the_end_of_a_sequence_has_no_weight(rng):
    """A batch of sequences costs what they cost one by one."""
    X = [rng.normal(size=(t, 2)) for t in (2, 5, 3)]
    y = [rng.normal(size=t) for t in (2, 5, 3)]
    network = Sequential(LSTM(4, sequence=True), Dense(1))
    model = pl.NetworkRegressor(network, max_iter=1, random_state=0).fit(X, y)
    p = model.network_.parameters(np.random.default_rng([model._seed, 0]), (5, 2))
    errors = [network(p, x[None])[0, :, 0] - t for x, t in zip(X, y, strict=True)]
    mean = np.mean(np.concatenate(errors) ** 2)
    np.testing.assert_allclose(model.history_[0], mean, rtol=1e-12)


# -- scikit-learn's tools -------------------------------------------------------------


def test_a_recurrence_that_was_fitted_takes_sequences_of_any_length():
    X, y = pl.datasets.parity(100, length=6, random_state=0)
    model = fast(Sequential(LSTM(4), Dense(1)), max_iter=1).fit(X, y[:, -1])
    X, _ = pl.datasets.parity(5, length=20, random_state=1)
    p = pl.activations.sigmoid(model.network_(model.parameters_, X))
    np.testing.assert_allclose(model.predict_proba(X)[:, 1:], p, rtol=1e-5)
    with pytest.raises(ModelError, match=r"rows of shape \(any, 1\) in X"):
        model.predict(X[:, :, [0, 0]])


def test_grid_search_in_a_pipeline_in_parallel(rng):
    X = rng.normal(size=(60, 3))
    y = X[:, 0] * X[:, 1] > 0
    networks = [Sequential(Dense(units, relu), Dense(2)) for units in (4, 16)]
    model = make_pipeline(StandardScaler(), fast(networks[0], max_iter=3))
    grid = {"networkclassifier__network": networks}
    search = GridSearchCV(model, grid, cv=2, n_jobs=2).fit(X, y)
    assert search.best_params_["networkclassifier__network"] in networks


def test_a_pickled_model_predicts_the_same_and_goes_on(strokes):
    X, y = strokes
    model = fast(IMAGES, max_iter=2).fit(X, y)
    other = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))
    model.partial_fit(X, y), other.partial_fit(X, y)
    assert other.history_.tolist() == model.history_.tolist()
    assert clone(model).get_params()["network"] == IMAGES


def test_two_fits_in_parts_are_one(strokes):
    """The state of the method, the shuffling, dropout and running means go on."""
    X, y = strokes
    whole = fast(IMAGES, max_iter=3, random_state=0).fit(X, y)
    parts = fast(IMAGES, max_iter=2, random_state=0).fit(X, y).partial_fit(X, y)
    assert parts.history_.tolist() == whole.history_.tolist()
    assert_same(parts.parameters_, whole.parameters_)


def assert_same(one, other):
    for p, q in zip(one, other, strict=True):
        assert p.keys() == q.keys()
        for name in p:
            np.testing.assert_array_equal(p[name], q[name])


# -- stops ----------------------------------------------------------------------------


class Stop(Exception):  # noqa: N818
    """A machine that goes off."""


def stops_after(epochs, error=Stop):
    def callback(epoch, cost, parameters):
        if epoch == epochs:
            raise error

    return callback


@pytest.mark.parametrize("early", [False, True], ids=["to the end", "early stopping"])
@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_fit_goes_on_from_a_checkpoint_to_the_same_bits(
    strokes, tmp_path, target, early
):
    X, y = strokes
    options = {"early_stopping": early, "target": target, "max_iter": 4}
    whole = fast(IMAGES, **options).fit(X, y)
    path = tmp_path / "fit.safetensors"
    with pytest.raises(Stop):
        fast(IMAGES, callback=stops_after(2), **options).fit(X, y, checkpoint=path)
    parts = fast(IMAGES, **options).fit(X, y, checkpoint=path, resume=True)
    assert parts.history_.tolist() == whole.history_.tolist()
    assert_same(parts.parameters_, whole.parameters_)
    if early:
        assert parts.validation_history_.tolist() == whole.validation_history_.tolist()
    again = fast(IMAGES, **options).fit(X, y, checkpoint=path, resume=True)
    assert_same(again.parameters_, whole.parameters_)


@pytest.mark.parametrize(
    ("change", "word"),
    [({"alpha": 1.0}, "alpha=0"), ({"random_state": 1}, "random_state=0"),
     ({"network": Hidden(8)}, "network=")],
    ids=["penalty", "seed", "network"],
)  # fmt: skip
def test_a_checkpoint_of_another_fit_is_refused(strokes, tmp_path, change, word):
    X, y = strokes[0].reshape(90, -1), strokes[1]
    path = tmp_path / "fit.safetensors"
    fast(Hidden(4), max_iter=1).fit(X, y, checkpoint=path)
    other = fast(Hidden(4), max_iter=2).set_params(**change)
    with pytest.raises(ModelError, match=word):
        other.fit(X, y, checkpoint=path, resume=True)
    with pytest.raises(ModelError, match="other rows"):
        fast(Hidden(4), max_iter=2).fit(X + 1, y, checkpoint=path, resume=True)


def test_a_first_run_may_ask_to_resume(strokes, tmp_path):
    path = tmp_path / "none" / "fit.safetensors"
    fast(IMAGES, max_iter=1).fit(*strokes, checkpoint=path, resume=True)
    assert path.is_file()


def test_interrupted_after_an_epoch_it_keeps_what_was_reached(strokes):
    X, y = strokes
    whole = fast(IMAGES, max_iter=3).fit(X, y)
    model = fast(IMAGES, max_iter=9, callback=stops_after(3, KeyboardInterrupt))
    with pytest.warns(ConvergenceWarning, match="interrupted after 3 epochs"):
        model.fit(X, y)
    assert model.n_iter_ == 3
    assert_same(model.parameters_, whole.parameters_)
    model.set_params(callback=None).partial_fit(X, y)
    assert model.n_iter_ == 4


def test_interrupted_before_an_epoch_it_stays_as_it_was(strokes):
    X, y = strokes
    model = fast(IMAGES, max_iter=1).fit(X, y)
    before = model.history_
    model.set_params(method=Interrupting())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert model.history_ is before


class Interrupting:
    """A method during which a person presses Ctrl-C."""

    rate = 0.1

    def start(self, w):
        raise KeyboardInterrupt

    def step(self, w, g, state, rate, t):
        return w, state


def test_early_stopping_restores_the_best_weights(rng):
    X = rng.normal(size=(60, 20))
    y = np.where(rng.random(60) < 0.3, rng.random(60) < 0.5, X[:, 0] > 0)  # much noise
    V = rng.normal(size=(200, 20))
    model = fast(Hidden(64), early_stopping=True, max_iter=200, n_iter_no_change=5)
    model.fit(X, y, validation_data=(V, V[:, 0] > 0))
    costs = model.validation_history_
    assert np.argmin(costs) == len(costs) - 7  # six epochs gained nothing
    z = np.log(model.predict_proba(V)[np.arange(200), (V[:, 0] > 0).astype(int)])
    np.testing.assert_allclose(-z.mean(), costs.min(), rtol=1e-12)
    assert model.score(V, V[:, 0] > 0) == model.validation_scores_[np.argmin(costs)]


# -- what is told ---------------------------------------------------------------------


def test_what_is_told_of_a_network(strokes):
    model = fast(IMAGES, max_iter=2, early_stopping=True).fit(*strokes)
    frame = model.summary().frame
    assert frame["parameters"].tolist() == [40, 16, 0, 0, 0, 111]
    assert frame["output shape"].tolist()[2:4] == [(3, 3, 4), (36,)]
    assert model.formula().splitlines()[-2:] == ["z = h5 W6 + b6", "p = softmax(z)"]
    assert "Conv2D" in model.formula("latex")
    (axes,) = model.plot().axes
    assert "validation" in " ".join(text.get_text() for text in axes.texts)
    with pytest.raises(ModelError, match="format"):
        model.formula("html")


def test_what_is_as_long_as_a_sequence_has_no_length_in_the_summary():
    X, y = [np.ones((t, 2)) for t in (3, 5)], [0, 1]
    network = Sequential(LSTM(4, sequence=True), np.tanh, GRU(3), Dense(2))
    summary = fast(network, max_iter=1).fit(X, y).summary()
    shapes = summary.frame["output shape"].tolist()
    assert shapes == [(None, 4), (None, 4), (3,), (2,)]
    assert "rows of shape (None, 2)" in str(summary)


def test_a_picture_says_where_a_network_explains_nothing(rng):
    X = rng.normal(size=(30, 2))
    model = pl.NetworkRegressor(Dense(1), max_iter=1, random_state=0).fit(X, X[:, 0])
    (axes,) = model.plot(X, 100 + X[:, 0]).axes
    title = axes.get_title(loc="left").replace("\n", " ")
    assert title.startswith("The network is no better than the mean (r2 = -")


def test_a_picture_says_that_a_cost_has_risen(rng):
    X = rng.normal(size=(30, 2))
    model = pl.NetworkRegressor(Dense(1), max_iter=3, tol=0, random_state=0)
    model.set_params(method=pl.methods.GradientDescent(1.2), batch_size=None)
    (axes,) = model.fit(X, X[:, 0]).plot().axes
    assert model.history_[-1] > model.history_[0]
    assert axes.get_title(loc="left").startswith("The cost rises from")
    assert all(tick == round(tick) for tick in axes.get_xticks())


def test_the_graph_of_a_network_is_its_cost(strokes):
    X, y = strokes
    network = Sequential(Flatten(), Dense(4, np.tanh), Dense(3))
    model = fast(network, max_iter=1, batch_size=90, alpha=0.1).fit(X, y)
    p = model.network_.parameters(
        np.random.default_rng([model._seed, 0]), (8, 8, 1), dtype=np.float32
    )
    Y = (y[:, None] == model.classes_).astype(np.float32)
    J = model.graph_({"layers": p, "step": np.array(0.0)}, X, Y)
    z = network(p, X)
    penalty = sum((own["W"] ** 2).sum() for own in p[1:]) * 0.1 / 180
    expected = pl.costs.cross_entropy(z, Y).mean() + penalty
    np.testing.assert_allclose([J, model.history_[0]], expected, rtol=1e-5)


def test_progress_is_told_with_cost_and_score(strokes, capsys):
    fast(IMAGES, max_iter=3, verbose=1).fit(*strokes)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("epoch    1   cost 1.")
    assert "accuracy 0." in lines[2]
    assert "▁" in lines[3]
    V = strokes[0][:9], strokes[1][:9]
    fast(IMAGES, max_iter=3, verbose=3).fit(*strokes, validation_data=V)
    lines = capsys.readouterr().out.splitlines()
    assert "validation" in lines[0]
    assert lines[2].startswith("validation rows")


# -- weights --------------------------------------------------------------------------


def test_weights_of_rows_and_of_classes_are_repetitions(rng):
    X, y = rng.normal(size=(12, 3)), np.arange(12) % 2
    repeated = np.repeat(np.arange(12), 1 + 2 * y)
    model = fast(Hidden(4), batch_size=None, max_iter=3, shuffle=False)
    whole = clone(model).fit(X[repeated], y[repeated])
    by_rows = clone(model).fit(X, y, sample_weight=1.0 + 2 * y)
    by_class = clone(model).set_params(class_weight={0: 1, 1: 3}).fit(X, y)
    np.testing.assert_allclose(by_rows.history_, whole.history_, rtol=1e-10)
    np.testing.assert_allclose(by_class.history_, whole.history_, rtol=1e-10)


def test_rows_without_weight_are_no_rows(rng):
    """Also where an output stands at each place, and one class has no weight."""
    X = rng.normal(size=(30, 4, 2))
    y = (X.sum(axis=2) > 0).astype(int)
    y[:20] = 0  # a batch of them would weigh nothing
    model = fast(Dense(2), class_weight={0: 0, 1: 1}, shuffle=False, max_iter=2)
    some = y.any(axis=1)
    assert model.fit(X, y).history_.tolist() == (
        clone(model).fit(X[some], y[some]).history_.tolist()
    )


def test_a_fit_that_ended_goes_on_to_more_epochs(strokes, tmp_path):
    whole = fast(IMAGES, max_iter=3).fit(*strokes)
    for epochs in (1, 2, 3):
        model = fast(IMAGES, max_iter=epochs)
        model.fit(*strokes, checkpoint=tmp_path / "fit", resume=True)
    assert model.history_.tolist() == whole.history_.tolist()
    assert_same(model.parameters_, whole.parameters_)
    damaged = bytearray((tmp_path / "fit").read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "fit").write_bytes(damaged)
    with pytest.raises(ModelFileError, match="its sum is another"):
        model.fit(*strokes, checkpoint=tmp_path / "fit", resume=True)
    (tmp_path / "fit").write_bytes(b"else")
    with pytest.raises(ModelFileError, match="expected a checkpoint that fit has"):
        model.fit(*strokes, checkpoint=tmp_path / "fit", resume=True)


@pytest.mark.parametrize("target", ["jax", "torch"])
def test_each_target_takes_the_same_steps(rng, target):
    """Words of several lengths, dropout, running means, a penalty, weights."""
    X, y = counted_rows(rng, 40)
    network = Sequential(
        Embedding(5, 4), LSTM(6), BatchNorm(), Dropout(0.2), Dense(2)
    )  # fmt: skip
    options = {"max_iter": 3, "alpha": 0.1, "class_weight": {False: 1, True: 2}}
    one, other = (
        fast(network, target=to, **options).fit(X, y, validation_data=(X, y))
        for to in ("numpy", target)
    )
    np.testing.assert_allclose(other.history_, one.history_, rtol=1e-4)
    held_out = one.validation_history_
    np.testing.assert_allclose(other.validation_history_, held_out, rtol=1e-4)
    np.testing.assert_allclose(
        other.predict_proba(X), one.predict_proba(X), rtol=1e-3, atol=1e-5
    )
