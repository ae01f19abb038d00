"""Networks learn from a stream as from the same rows in memory."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import PellucidError, TableError
from pellucid.graphs import structure
from pellucid.layers import BatchNorm, Dense, Dropout, Sequential
from pellucid.models.streamed import buffer
from pellucid.models.streamed.buffer import Buffer
from pellucid.tables.streams import arrays
from pellucid.tables.streams.choices import uniform

# That a few epochs are not enough is told, and no matter here.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

N = 1000
X = np.random.default_rng(0).normal(size=(N, 4))
CLASSES = {
    "numbers": (X[:, 0] * X[:, 1] > 0).astype(float),
    "three": np.digitize(X[:, 0], [-0.5, 0.5]).astype(float),
}
PARTS = {
    "a perceptron": (pl.MLPClassifier, {"hidden_layer_sizes": (8,)}),
    "dropout and norms": (
        pl.MLPClassifier,
        {"hidden_layer_sizes": (8,), "dropout": 0.2, "batch_norm": True},
    ),
    "sgd, a rate that falls": (
        pl.MLPClassifier,
        {"hidden_layer_sizes": (8,), "solver": "sgd", "learning_rate": "invscaling"},
    ),
    "balanced classes": (
        pl.NetworkClassifier,
        {
            "network": lambda shape, k: Sequential(Dense(8, np.tanh), Dense(k)),
            "class_weight": "balanced",
        },
    ),
    "numbers": (pl.MLPRegressor, {"hidden_layer_sizes": (8,), "alpha": 0.1}),
    "a network": (
        pl.NetworkRegressor,
        {
            "network": Sequential(
                Dense(8, np.tanh), BatchNorm(), Dropout(0.2), Dense(1)
            ),
            "alpha": 0.1,
        },
    ),
}


@pytest.fixture
def small(monkeypatch):
    """Let the buffer hold 256 rows, and a piece 100."""
    monkeypatch.setattr(buffer, "ROWS", 256)
    monkeypatch.setattr(arrays, "LARGE", 100)


def model(name, **more):
    kind, options = PARTS[name]
    options = {"batch_size": 32, "max_iter": 3, "random_state": 0, **options}
    return kind(**(options | more))


def streamed(y, rows=X):
    return pl.rows((rows, y), target="y", stream=True)


def weighted(y, s):
    stream = streamed(y, np.column_stack([X, s])).without({"x5": "holds the weights"})
    return replace(stream, reading=replace(stream.reading, weights="x5"))


def learned(fitted):
    """All numbers that a model has learned, and what its epochs cost."""
    found = (fitted.coefs_, fitted.intercepts_, fitted.norms_) if hasattr(
        fitted, "coefs_"
    ) else fitted.parameters_  # fmt: skip
    return np.concatenate(
        [fitted.history_, *map(np.ravel, structure.leaves(list(found)))]
    )


# -- as in memory ---------------------------------------------------------------------


@pytest.mark.parametrize("y", CLASSES.values(), ids=CLASSES)
@pytest.mark.parametrize("name", PARTS)
def test_in_the_order_of_the_file_it_learns_what_it_learns_in_memory(name, y, small):
    of_stream = model(name, shuffle=False).fit(streamed(y))
    in_memory = model(name, shuffle=False).fit(X, y)
    assert of_stream.n_iter_ == 3
    np.testing.assert_array_equal(learned(of_stream), learned(in_memory))


@pytest.mark.parametrize("target", ["jax", "torch"])
def test_every_target_takes_the_same_batches(target, small):
    pytest.importorskip(target)
    y, options = CLASSES["three"], {"shuffle": False, "target": target}
    of_stream = model("a perceptron", **options).fit(streamed(y))
    in_memory = model("a perceptron", **options).fit(X, y)
    np.testing.assert_array_equal(learned(of_stream), learned(in_memory))


@pytest.mark.parametrize("name", PARTS)
def test_rows_that_fit_into_the_buffer_are_shuffled_as_in_memory_and_read_once(name):
    y = CLASSES["numbers"]
    of_stream, in_memory = model(name).fit(streamed(y)), model(name).fit(X, y)
    np.testing.assert_array_equal(learned(of_stream), learned(in_memory))
    counts = isinstance(of_stream, (pl.MLPClassifier, pl.NetworkClassifier))
    assert of_stream.passes_ == 1 + counts


@pytest.mark.parametrize("name", ["balanced classes", "a perceptron", "a network"])
def test_weights_of_rows_count_as_in_memory_and_those_of_0_are_left_out(name, small):
    y, s = CLASSES["three"], np.arange(N) % 4 / 2.0
    of_stream = model(name, shuffle=False).fit(weighted(y, s))
    in_memory = model(name, shuffle=False).fit(X, y, s)
    np.testing.assert_array_equal(learned(of_stream), learned(in_memory))


def test_classes_that_are_text_are_those_of_the_recipe(tmp_path, small):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    y = np.where(CLASSES["numbers"] > 0, "yes", "no")
    columns = dict(zip("abcd", X.T, strict=True), y=y)
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet", 100)
    fits = [
        model("a perceptron", shuffle=False).fit(
            pl.rows(tmp_path / "t.parquet", target="y", stream=stream)
        )
        for stream in (True, False)
    ]
    assert fits[0].classes_.tolist() == ["no", "yes"]
    assert fits[0].passes_ == 3
    np.testing.assert_array_equal(*map(learned, fits))


# -- the buffer -----------------------------------------------------------------------

NUMBERED = np.arange(5000.0)


def feed(shuffle=True, size=32, rows=NUMBERED):
    """A buffer of rows whose only number is theirs, which is their target too."""
    stream = streamed(rows, rows[:, None])
    like = [np.zeros((1, 1)), np.zeros(1)]
    return Buffer(stream, lambda c: [np.array(c.X), c.y], like, size, shuffle)


def epoch(fed, seed=0, size=32):
    """The rows of each batch of an epoch, as they are when steps are taken on them."""
    rng = np.random.default_rng(seed)
    return [
        (fed.arrays[0][batch, 0].copy(), fed.arrays[1][batch].copy())
        for window in fed.epoch(rng, size)
        for batch in window.batches
    ]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("size", [1, 32, 300])
def test_an_epoch_has_each_row_once_beside_its_target(shuffle, size, small):
    batches = epoch(feed(shuffle, size), size=size)
    X, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    np.testing.assert_array_equal(X, y)
    np.testing.assert_array_equal(np.sort(X), NUMBERED)
    assert np.array_equal(X, NUMBERED) == (not shuffle)


def test_all_batches_but_the_last_are_whole(small):
    sizes = [len(x) for x, _ in epoch(feed())]
    assert sizes == [32] * (5000 // 32) + [5000 % 32]


@pytest.mark.parametrize(("size", "rows"), [(32, 256), (100, 256), (300, 600)])
def test_the_buffer_holds_so_many_rows_and_no_more(size, rows, small):
    assert [len(array) for array in feed(size=size).arrays] == [rows, rows]


def test_a_buffer_of_wide_rows_holds_fewer(monkeypatch):
    monkeypatch.setattr(buffer, "BYTES", 2**14)
    assert len(feed().arrays[0]) == 2**14 // 16


def test_two_epochs_have_other_batches_and_the_same_seed_has_the_same(small):
    (first, *_), (again, *_), (other, *_) = (epoch(feed(), seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


def test_a_batch_holds_rows_of_pieces_that_lie_apart(small):
    pieces = [len(np.unique(x // 100)) for x, _ in epoch(feed())]
    assert np.median(pieces) >= 4


def test_rows_that_cannot_be_read_end_the_epoch_with_their_error(small):
    def made(chunk):
        if chunk.number[0] >= 2000:
            raise TableError("numbers.parquet: cut short.")
        return [np.array(chunk.X), chunk.y]

    fed = feed(shuffle=False)
    fed.made = made
    with pytest.raises(TableError, match="cut short"):
        epoch(fed)


# -- training -------------------------------------------------------------------------


@pytest.mark.parametrize("name", PARTS)
def test_a_seed_gives_the_same_bits_and_another_seed_others(name, small):
    y = CLASSES["numbers"]
    first, again, other = (
        learned(model(name, random_state=seed).fit(streamed(y))) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_how_many_threads_there_are_does_not_matter(small):
    from pellucid.tables.streams.runners import Cores

    stream = streamed(CLASSES["numbers"])
    fits = [
        model("balanced classes", early_stopping=True).fit(
            pickle.loads(pickle.dumps(_with(stream, Cores(count))))
        )
        for count in (1, 4)
    ]
    np.testing.assert_array_equal(*map(learned, fits))


def _with(stream, runner):
    return replace(stream, runner=runner)


def test_a_file_that_is_sorted_by_class_is_learned(small):
    rng = np.random.default_rng(1)
    y = np.repeat([0.0, 1.0], 4000)
    rows = rng.normal(size=(8000, 2)) + y[:, None] * 4
    options = {"learning_rate_init": 0.01, "max_iter": 10}
    fitted = model("a perceptron", **options).fit(streamed(y, rows))
    assert fitted.score(streamed(y, rows)) > 0.98  # the best there is: 0.998


def test_early_stopping_tells_the_score_of_the_rows_that_were_set_aside(small):
    y = CLASSES["numbers"]
    options = {"early_stopping": True, "validation_fraction": 0.2, "class_weight": None}
    fitted = model("balanced classes", **options).fit(streamed(y))
    aside = uniform(np.arange(N), fitted._seed) < 0.2
    said = fitted.predict(streamed(y[aside], X[aside]))
    best = np.argmin(fitted.validation_history_)
    assert fitted.validation_scores_[best] == np.mean(said == y[aside])
    assert len(fitted.validation_history_) == fitted.n_iter_ == 3


def test_a_perceptron_learns_from_the_rows_that_it_does_not_set_aside(small):
    y = CLASSES["numbers"]
    fitted = model("a perceptron", early_stopping=True).fit(streamed(y))
    assert len(fitted.validation_scores_) == 3
    assert fitted.t_ == 3 * fitted._rows.stream.n
    assert abs(fitted._rows.stream.n - 900) < 5 * np.sqrt(1000 * 0.1 * 0.9)


def test_rows_set_aside_and_learned_from_are_all_rows(small):
    from pellucid.models.streamed import apart

    stream = streamed(NUMBERED, NUMBERED[:, None])
    rest, (held,) = apart.set_aside(stream, lambda c: [c.y], 0.2, seed=3)
    learned_from = rest.table().y
    assert rest.n == len(learned_from)
    both = np.concatenate([held, learned_from])
    np.testing.assert_array_equal(np.sort(both), NUMBERED)


def test_no_more_rows_are_set_aside_than_a_buffer_holds(small):
    from pellucid.models.streamed import apart

    stream = streamed(NUMBERED, NUMBERED[:, None])
    _, (held,) = apart.set_aside(stream, lambda c: [c.y], 0.5, seed=3)
    assert 150 < len(held) < 350  # the buffer holds 256


def test_partial_fit_takes_one_epoch_of_a_stream(small):
    y = CLASSES["numbers"]
    by_parts, at_once = model("balanced classes"), model("balanced classes")
    by_parts.set_params(class_weight=None), at_once.set_params(class_weight=None)
    for _ in range(3):
        by_parts.partial_fit(streamed(y))
    np.testing.assert_array_equal(learned(by_parts), learned(at_once.fit(streamed(y))))


def test_a_perceptron_goes_on_with_rows_in_memory_and_back(small):
    y = CLASSES["numbers"]
    mixed, in_memory = (model("a perceptron", shuffle=False) for _ in range(2))
    for rows in (streamed(y), streamed(y).table(), streamed(y)):
        mixed.partial_fit(rows)
        in_memory.partial_fit(X, y, classes=[0, 1])
    np.testing.assert_array_equal(learned(mixed), learned(in_memory))


def test_a_checkpoint_of_a_stream_is_gone_on_with_to_the_same_bits(tmp_path, small):
    y, file = CLASSES["numbers"], tmp_path / "checkpoint"
    options = {"class_weight": None, "early_stopping": True}
    model("balanced classes", max_iter=2, **options).fit(streamed(y), checkpoint=file)
    went_on = model("balanced classes", max_iter=4, **options)
    went_on.fit(streamed(y), checkpoint=file, resume=True)
    at_once = model("balanced classes", max_iter=4, **options).fit(streamed(y))
    np.testing.assert_array_equal(learned(went_on), learned(at_once))


# -- what is refused ------------------------------------------------------------------

REFUSED = {
    "all rows at once": (
        lambda y: pl.MLPClassifier(solver="lbfgs").fit(streamed(y)),
        "solver='lbfgs' takes all rows at once",
    ),
    "one batch of all": (
        lambda y: model("a network", batch_size=None).fit(streamed(y)),
        "expected a batch_size, got None: 1000 rows at once",
    ),
    "y beside a stream": (
        lambda y: model("a perceptron").fit(streamed(y), y),
        "got y beside it",
    ),
    "numbers for classes": (
        lambda y: model("a perceptron").fit(streamed(X[:, 1])),
        "got numbers with decimals",
    ),
    "one class": (
        lambda y: model("balanced classes").fit(streamed(y * 0)),
        "expected values that differ, found 0.0 in all 1000 rows",
    ),
    "nothing set aside": (
        lambda y: model(
            "a perceptron", early_stopping=True, validation_fraction=0.0
        ).fit(streamed(y)),
        "sets 0 rows aside",
    ),
    "negative counts": (
        lambda y: pl.MLPRegressor("poisson").fit(streamed(X[:, 1])),
        "expected counts of at least 0 in y",
    ),
}


@pytest.mark.parametrize(("call", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_a_stream_cannot_do_is_one_sentence(call, sentence, small):
    with pytest.raises(PellucidError, match=sentence):
        call(CLASSES["numbers"])


def test_what_is_told_of_a_model_needs_no_rows(small):
    pytest.importorskip("matplotlib")
    rows = X[:, :2]
    fitted = model("a perceptron").fit(streamed(CLASSES["numbers"], rows))
    assert fitted.graph_.outputs
    assert fitted.plot().axes[0].get_xlabel() == "epoch"
    assert fitted.summary().frame["parameters"].tolist() == [24, 9]
