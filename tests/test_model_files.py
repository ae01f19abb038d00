"""Model files: what is saved comes back to the bit, and nothing else is believed."""

import hashlib
import json
import os
import pickle
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import safetensors.numpy

import pellucid as pl
from pellucid.errors import ModelError, ModelFileError, PellucidError
from pellucid.models.files.saving import VERSION, as_bytes, restored
from pellucid.models.files.states import KINDS

RNG = np.random.default_rng(20260101)
X = RNG.normal(size=(40, 3))
Y = X @ [1.0, 2.0, 3.0] + RNG.normal(size=40)
TRUE = Y > 0
TEXT = np.where(Y > 1, "b", np.where(Y < -1, "a", "ö"))
FEW = np.where(Y > 1, 2**40, np.where(Y < -1, -7, 0))
S = RNG.uniform(0.5, 2, 40)
FRAME = pd.DataFrame(X, columns=["length", 'w"idth', "c_\u00e9"])
RAW = pd.DataFrame(
    {
        "pet": np.where(X[:, 0] > 0.5, "cat", np.where(X[:, 0] < -0.5, "dog", None)),
        "tame": X[:, 1] > 0,
        "day": pd.to_datetime("2024-01-01") + pd.to_timedelta(np.arange(40) ** 2, "D"),
        "age": X[:, 2],
        "weight": Y,
    }
)
KINDS_OF_NAME = [str(label) for label in TEXT]


def several(y):
    return np.column_stack([y, y**2, -y])


def fitted(model, *rows, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(*rows, **more)


def network(kind=pl.MLPClassifier, sizes=(4, 3), **options):
    options = {"max_iter": 4, "random_state": 0, **options}
    return kind(hidden_layer_sizes=sizes, **options)


WORDS = [RNG.integers(5, size=t) for t in RNG.integers(2, 6, 40)]
IMAGES = RNG.normal(size=(40, 6, 6, 1)).astype(np.float32)


def layered(*layers, kind=pl.NetworkClassifier, **options):
    options = {"max_iter": 2, "random_state": 0, "batch_size": 20, **options}
    return kind(pl.layers.Sequential(*layers), **options)


def hidden(shape, outputs):
    return pl.layers.Sequential(pl.layers.Dense(4, np.tanh), pl.layers.Dense(outputs))


def of_images(**options):
    return layered(
        pl.layers.Conv2D(4, 3, padding="same", activation=pl.activations.relu),
        pl.layers.Residual(pl.layers.Conv2D(4, 3, padding="same"), np.tanh),
        pl.layers.BatchNorm(), pl.layers.MaxPool2D(2), pl.layers.Flatten(),
        pl.layers.Dropout(0.25), pl.layers.Dense(3), **options,
    )  # fmt: skip


MODELS = {
    "line": lambda: fitted(pl.LinearRegression(), X, Y),
    "polynomial": lambda: fitted(pl.PolynomialRegression(3), FRAME, Y),
    "polynomial, targets": lambda: fitted(
        pl.PolynomialRegression(fit_intercept=False), X, several(Y), S
    ),
    "line, one feature": lambda: fitted(pl.LinearRegression(), X[:, :1], Y),
    "line, named": lambda: fitted(pl.LinearRegression(), FRAME, pd.Series(Y, name="é")),
    "line, targets": lambda: fitted(pl.LinearRegression(), X, several(Y), S),
    "line, no intercept": lambda: fitted(
        pl.LinearRegression(fit_intercept=False), X, several(Y)
    ),
    "line, one feature twice": lambda: fitted(
        pl.LinearRegression(), X[:, [0, 0, 1]], Y
    ),
    "line, two rows": lambda: fitted(pl.LinearRegression(), X[:2], Y[:2]),
    "line, positive, float32": lambda: fitted(
        pl.LinearRegression(positive=True), X.astype("f4"), Y.astype("f4")
    ),
    "line, columns first": lambda: fitted(
        pl.LinearRegression(), np.asfortranarray(X), np.asfortranarray(several(Y))
    ),
    "line, recipe": lambda: fitted(
        pl.LinearRegression(), pl.rows(RAW, target="weight")
    ),
    "line, recipe that fills in": lambda: fitted(
        pl.LinearRegression(), pl.rows(RAW, target="weight", missing="impute")
    ),
    "logistic, truths": lambda: fitted(pl.LogisticRegression(C=np.inf), X, TRUE),
    "logistic, texts": lambda: fitted(
        pl.LogisticRegression(class_weight={"a": 1, "b": 2.5, "ö": 1}), X, TEXT
    ),
    "logistic, objects": lambda: fitted(
        pl.LogisticRegression(), FRAME, pd.Series(TEXT, dtype=object, name="kind")
    ),
    "logistic, large integers": lambda: fitted(
        pl.LogisticRegression(solver="saga", l1_ratio=0.5), X, FEW, S
    ),
    "logistic, floats": lambda: fitted(
        pl.LogisticRegression(tol=np.float32(1e-3), class_weight="balanced"),
        X.astype("f4"),
        TRUE * 2.0,
    ),
    "logistic, weights of truths": lambda: fitted(
        pl.LogisticRegression(class_weight={True: 3, False: 1}), X, TRUE
    ),
    "logistic, recipe": lambda: fitted(
        pl.LogisticRegression(), pl.rows(RAW, target="tame")
    ),
    "classifier": lambda: fitted(network(), X, TEXT),
    "classifier, two classes": lambda: fitted(
        network(solver="sgd", learning_rate="adaptive"), X, TRUE, S
    ),
    "classifier, many labels": lambda: fitted(network(), X, several(Y) > 0),
    "classifier, early stopping": lambda: fitted(
        network(early_stopping=True, n_iter_no_change=np.inf), X, TRUE
    ),
    "classifier, float32": lambda: fitted(network(), X.astype("f4"), FEW),
    "classifier, lbfgs": lambda: fitted(network(solver="lbfgs"), FRAME, TEXT),
    "classifier, one unit": lambda: fitted(network(sizes=1), X[:, :1], TEXT),
    "classifier, an array of sizes": lambda: fitted(
        network(sizes=np.array([3, 2]), random_state=np.random.RandomState(3)), X, TEXT
    ),
    "classifier, in parts": lambda: network(solver="sgd").partial_fit(
        X, TEXT, classes=["a", "b", "z", "ö"]
    ),
    "classifier, no hidden layer": lambda: fitted(network(sizes=()), X, TEXT),
    "regressor": lambda: fitted(network(pl.MLPRegressor, activation="tanh"), X, Y),
    "regressor, targets": lambda: fitted(
        network(pl.MLPRegressor, loss="poisson"), X, several(Y) ** 2
    ),
    "regressor, early stopping": lambda: fitted(
        network(pl.MLPRegressor, early_stopping=True), X, Y, S
    ),
    "regressor, recipe": lambda: fitted(
        network(pl.MLPRegressor), pl.rows(RAW, target="weight")
    ),
    "network of images": lambda: fitted(of_images(), IMAGES, TEXT),
    "network of images, validated": lambda: fitted(
        of_images(early_stopping=True, class_weight="balanced"), IMAGES, TEXT, S
    ),
    "network of words": lambda: fitted(
        layered(
            pl.layers.Embedding(5, 3), pl.layers.LSTM(4, sequence=True),
            pl.layers.Attention(4, heads=2, causal=True), pl.layers.GRU(3),
            pl.layers.LayerNorm(), pl.layers.Dense(1),
            method=pl.methods.Clipped(pl.methods.Adam(pl.schedules.cosine(1.0, 9)), 1),
        ), WORDS, TRUE,
    ),
    "network of columns": lambda: fitted(
        pl.NetworkRegressor(
            hidden, cost=pl.costs.poisson, batch_size=None, max_iter=2, random_state=0
        ), FRAME, Y**2,
    ),
    "network, recipe": lambda: fitted(
        pl.NetworkRegressor(pl.layers.Dense(1), max_iter=2, random_state=0),
        pl.rows(RAW, target="weight"),
    ),
}  # fmt: skip
MADE = {}


def model_of(name):
    """A model of the table, fitted once."""
    if name not in MADE:
        MADE[name] = MODELS[name]()
    return MADE[name]


def rows_of(model):
    """Rows that a model predicts."""
    recipe = getattr(model, "preparation_", None)
    if recipe is not None:
        return RAW.dropna().drop(columns=recipe.target.column)
    if getattr(model, "input_shape_", (0,)) in [(None,), (6, 6, 1)]:
        return WORDS if model.input_shape_ == (None,) else IMAGES
    names = getattr(model, "feature_names_in_", None)
    d = model.n_features_in_
    dtype = model._rows.kinds[0][1]
    return X[:, :d].astype(dtype) if names is None else FRAME


by_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


# What is saved comes back.


def outputs(model):
    """All that a model says of rows."""
    rows = rows_of(model)
    said = {"predict": model.predict(rows)}
    for verb in ("predict_proba", "decision_function", "predict_interval"):
        if hasattr(model, verb):
            said[verb] = getattr(model, verb)(rows)
    return said


def figures(model):
    """All that a model tells of its fit."""
    own = {k: v for k, v in vars(model).items() if k.endswith("_")}
    told = [model.formula(), model.formula("latex"), str(model.summary())]
    return own | {"told": told, "graph": str(model.graph_)}


def assert_same(found, expected):
    np.testing.assert_equal(found, expected)
    assert kinds(found) == kinds(expected)


def kinds(values):
    return {k: getattr(v, "dtype", type(v)) for k, v in values.items()}


@by_model
def test_a_loaded_model_says_the_same_to_the_bit(name, path):
    model = model_of(name)
    loaded = pl.load(pl.save(model, path))
    assert type(loaded) is type(model)
    assert_same(outputs(loaded), outputs(model))


@by_model
def test_a_loaded_model_tells_the_same(name, path):
    model = model_of(name)
    loaded = pl.load(pl.save(model, path))
    told, expected = figures(loaded), figures(model)
    assert told.pop("preparation_") == expected.pop("preparation_", None)
    assert_same(told, expected)


@by_model
def test_a_loaded_model_has_the_parameters(name):
    model, loaded = model_of(name), restored(as_bytes(model_of(name)))
    given, found = model.get_params(), loaded.get_params()
    if given.get("network") is hidden:
        given["network"] = model.network_  # which the function made
    seeds = [p.pop("random_state", None) for p in (given, found)]
    assert_same(found, given)
    assert len({str(np.random.RandomState(s).get_state() if isinstance(s, int) else
                    s and s.get_state()) for s in seeds}) == 1  # fmt: skip


@by_model
def test_a_file_is_the_same_each_time(name):
    model = model_of(name)
    assert as_bytes(model) == as_bytes(model) == as_bytes(restored(as_bytes(model)))


@by_model
def test_every_attribute_of_a_fit_is_in_the_table(name):
    model = model_of(name)
    own = model.__getstate__().keys() - model.get_params().keys() - {"preparation_"}
    assert own <= KINDS[type(model).__name__].parts.keys()


@pytest.mark.parametrize("name", [name for name in MODELS if "network" not in name])
def test_what_needs_the_rows_refuses_as_an_unpickled_model_does(name):
    loaded = restored(as_bytes(model_of(name)))
    assert str(drawn(loaded)) == str(drawn(pickle.loads(pickle.dumps(model_of(name)))))


def drawn(model):
    with pytest.raises(ModelError) as refused:
        model.plot()
    return refused.value


BY_EPOCHS = [name for name in MODELS if "lbfgs" not in name and "early" not in name
             and ("classifier" in name or "regressor" in name)]  # fmt: skip


@pytest.mark.parametrize("name", BY_EPOCHS)
def test_learning_goes_on_as_if_it_had_not_been_saved(name):
    model = MODELS[name]()
    loaded = restored(as_bytes(model))
    rows = rows_of(model)
    rows = loaded.preparation_.complete(pl.rows(RAW.dropna()).raw) \
        if loaded.preparation_ else rows  # fmt: skip
    y = model.predict(rows_of(model))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gone_on = [m.partial_fit(rows, y) for m in (model, loaded)]
    first, second = (outputs(m) for m in gone_on)
    np.testing.assert_equal(second, first)
    assert gone_on[0].t_ == gone_on[1].t_
    assert gone_on[0].loss_curve_ == gone_on[1].loss_curve_


def test_a_held_out_error_comes_back(path):
    model = MODELS["regressor"]()
    model._held_out_error = 0.25
    assert pl.load(pl.save(model, path))._held_out_error == 0.25


def test_one_file_is_written_and_its_folder_made(tmp_path):
    path = pl.save(model_of("line"), tmp_path / "new" / "line.model")
    assert [p.name for p in path.parent.iterdir()] == ["line.model"]


def test_a_file_is_safetensors_for_others_too(path):
    model = model_of("classifier")
    arrays = safetensors.numpy.load_file(pl.save(model, path))
    np.testing.assert_equal(arrays["coefs_.0"], model.coefs_[0])


# What cannot be saved is said in a sentence, and nothing is written.


def spoilt(name, **values):
    model = MODELS[name]()
    for key, value in values.items():
        setattr(model, key, value)
    return model


class Own(pl.LinearRegression):
    """A class of a stranger."""


def brier(z, y):
    return np.sum((pl.activations.softmax(z) - y) ** 2, axis=1)


REFUSED = {
    "not fitted": (lambda: pl.LinearRegression(), "not fitted; call fit first"),
    "no model": (lambda: {"coef_": 1}, "expected one of LinearRegression, Poly.*dict"),
    "another class": (lambda: Own().fit(X, Y), "an object of the class Own"),
    "a function": (
        lambda: spoilt("line", n_jobs=lambda: 1),
        r"n_jobs .*function, which is no data; .*`model.set_params\(n_jobs=None\)`",
    ),
    "a generator": (
        lambda: spoilt("classifier", random_state=np.random.default_rng(0)),
        r"Generator, which is no data; .*`model.set_params\(random_state=None\)`",
    ),
    "a negative error": (
        lambda: spoilt("regressor", _held_out_error=-1.0),
        "_held_out_error to be a number from 0 up",
    ),
    "a list of functions": (
        lambda: spoilt("classifier", random_state=[print]),
        "random_state.0 .* no data",
    ),
    "an attribute": (
        lambda: spoilt("line", note=1),
        "the attribute note .* `del model.note`",
    ),
    "a parameter": (
        lambda: spoilt("logistic, truths", C=-1.0),
        "LogisticRegression: expected C to be a positive number.* got -1.0",
    ),
    "no numbers": (
        lambda: spoilt("line", coef_=np.array([1.0, np.nan, 2.0])),
        "coef_ to be finite",
    ),
    "a shape": (
        lambda: spoilt("line", coef_=np.ones(5)),
        r"coef_ to be an array of the shape \(d\) or \(k, d\) with d = 3, found \(5,\)",
    ),
    "a layer of one's own": (
        lambda: fitted(layered(lambda x: x, pl.layers.Dense(2)), X, TRUE),
        "network.layers.0 .*<lambda>.* keep the code of your own, and parameters_",
    ),
    "a cost of one's own": (
        lambda: fitted(layered(pl.layers.Dense(2), cost=brier), X, TRUE),
        r"cost .*brier, function, .*`model.set_params\(cost=None\)`",
    ),
    "too many digits": (
        lambda: spoilt("line", tol=np.longdouble(1e-6)),
        "tol .* 64 bits",
    ),
}


@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_saved_is_refused(make, said, path):
    with pytest.raises(PellucidError, match=said):
        pl.save(make(), path)
    assert not path.exists()


def test_the_way_out_that_is_named_works(path):
    model = spoilt("line", note=1)
    del model.note
    assert pl.load(pl.save(model, path)).coef_.shape == (3,)


# What is no model file.


def test_what_is_no_file_is_refused(tmp_path):
    assert_refused(tmp_path / "none", "found nothing of that name; check the path")
    assert_refused(tmp_path, "found a folder")
    assert_refused("a\0b", "found one that cannot be read")
    assert_refused("x" * 5000, "found one that cannot be read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert_refused(tmp_path / "pipe", "found no ordinary file")


def assert_refused(path, said):
    with pytest.raises(ModelFileError, match=said) as refused:
        pl.load(path)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


def header(text, length=None, data=b""):
    text = text.encode() if isinstance(text, str) else text
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


FILES = {
    "empty": (b"", "an empty file"),
    "short": (b"abc", "a file of 3 bytes"),
    "a pickle": (pickle.dumps(MODELS["line"]()), "a pickle, which may run any code"),
    "an archive": (b"PK\3\4" + bytes(90), "a zip archive"),
    "text": (b"x,y\n1,2\n" * 9, "found text, perhaps a table"),
    "a huge header": (header("{}", 2**63), "a header of 9223372036854775808 bytes"),
    "a longer header": (header("{}", 3), "a header of 3 bytes in a file of 10"),
    "no JSON": (header("{nonsense"), "its header to be JSON, found at character 1"),
    "no UTF-8": (header(b"\xff\xfe{}"), "a damaged one"),
    "deep": (header("[" * 100_000), r"a damaged one \(RecursionError\)"),
    "deep and closed": (header("[" * 50_000 + "]" * 50_000), "RecursionError"),
    "many digits": (header('{"a": ' + "9" * 5000 + "}"), "a damaged one"),
    "no object": (header("[]"), "of another program"),
    "another program": (
        safetensors.numpy.save({"w": np.ones(3)}, {"format": "pt"}),
        "another program's safetensors file",
    ),
    "a key twice": (header('{"a": 1, "a": 2}'), "each key once, found one twice"),
    "nan": (header('{"a": NaN}'), "JSON, found NaN"),
}


@pytest.mark.parametrize(("content", "said"), FILES.values(), ids=FILES)
def test_what_is_no_model_is_refused(content, said, path):
    path.write_bytes(content)
    assert_refused(path, said)


HUGE = 2**33  # bytes that are not there: the file has a hole


@pytest.mark.parametrize(
    "content",
    [as_bytes(MODELS["line"]()), header("{}", HUGE - 8)],
    ids=["behind the arrays", "in the header"],
)
def test_a_huge_file_is_refused_before_memory_is_taken(content, path):
    path.write_bytes(content)
    os.truncate(path, HUGE)
    tracemalloc.start()
    assert_refused(path, f"{HUGE - 8}|behind the header")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22


# What a stranger may write into a file that is otherwise right.


def taken_apart(content):
    """The header, the document and the bytes of the arrays of a file."""
    n = int.from_bytes(content[:8], "little")
    head = json.loads(content[8 : 8 + n])
    document = json.loads(head["__metadata__"]["pellucid"].partition(" ")[2])
    return head, document, content[8 + n :]


def put_together(head, document, data):
    """A file of them, with the right sum where the arrays can be read."""
    text = document if isinstance(document, str) else json.dumps(document)
    head = {**head, "__metadata__": {"pellucid": f"{total(head, text, data)} {text}"}}
    return header(json.dumps(head), data=data)


TYPES = {"F64": "f8", "F32": "f4", "I32": "i4", "I64": "i8", "BOOL": "?", "U32": "u4"}


def total(head, text, data):
    found = hashlib.sha256(text.encode())
    try:
        for name in sorted(head.keys() - {"__metadata__"}):
            dtype = np.dtype(TYPES[head[name]["dtype"]])
            begin, end = head[name]["data_offsets"]
            found.update(f"{name} {dtype.name} {tuple(head[name]['shape'])}".encode())
            found.update(data[begin:end])
    except (KeyError, TypeError, ValueError):
        return ""
    return found.hexdigest()


def changed(name, change):
    """The file of a model, after a change of its document and header."""
    head, document, data = taken_apart(as_bytes(model_of(name)))
    change(document, head)
    return put_together(head, document, data)


def test_a_file_put_together_again_is_a_model():
    loaded = restored(changed("line", lambda document, head: None))
    np.testing.assert_equal(loaded.coef_, model_of("line").coef_)


def put(*keys, to):
    def change(document, head):
        place = head if keys[0] == "head" else document
        keys_ = keys[1:] if keys[0] == "head" else keys
        for key in keys_[:-1]:
            place = place[key]
        place[keys_[-1]] = to

    return change


def take(*keys):
    def change(document, head):
        place = document
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return change


STEP = ("recipe", "steps", 0)
STRANGE = {
    "newer": ("line", put("version", to=VERSION + 1), "written by a newer Pellucid"),
    "version 0": ("line", put("version", to=0), "its version .* found 0"),
    "version of text": ("line", put("version", to="1"), "its version .* found 1"),
    "version true": ("line", put("version", to=True), "its version"),
    "a class unknown": ("line", put("class", to="Pipeline"), "its class to be one of"),
    "a class of os": ("line", put("class", to="os.system"), "its class to be one of"),
    "a class in a list": ("line", put("class", to=["LinearRegression"]), "its class"),
    "another class": ("line", put("class", to="LogisticRegression"), "its parameters"),
    "no class": ("line", take("class"), "its document .* class missing"),
    "a field more": ("line", put("path", to="/etc"), "its document .* path beside"),
    "a parameter more": ("line", put("parameters", "x", to=1), "x beside them"),
    "a parameter less": ("line", take("parameters", "tol"), "tol missing"),
    "a parameter of text": ("line", put("parameters", "tol", to="1"), "expected tol"),
    "parameters in a list": ("line", put("parameters", to=[]), "its parameters"),
    "an activation": (
        "classifier",
        put("parameters", "activation", to="__import__"),
        "activation",
    ),
    "sizes": ("classifier", put("parameters", "hidden_layer_sizes", to="x"), "hidden"),
    "an attribute more": ("line", put("fitted", "predict", to=1), "predict beside"),
    "an attribute less": ("line", take("fitted", "rank_"), "rank_ missing"),
    "features": ("line", put("fitted", "n_features_in_", to=4), "coef_ .* with d = 4"),
    "features of text": ("line", put("fitted", "n_features_in_", to="3"), "n_features"),
    "features true": ("line", put("fitted", "n_features_in_", to=True), "n_features"),
    "no features": ("line", put("fitted", "n_features_in_", to=0), "n_features_in_"),
    "a name twice": (
        "line, named",
        put("fitted", "feature_names_in_", to={"texts": ["object", ["a", "a", "b"]]}),
        "texts that differ",
    ),
    "names too few": (
        "line, named",
        put("fitted", "feature_names_in_", to={"texts": ["object", ["a"]]}),
        "feature_names_in_ to be 3 texts",
    ),
    "coefficients of text": ("line", put("fitted", "coef_", to="1"), "coef_"),
    "an array not there": (
        "line",
        put("fitted", "coef_", to={"array": "../coef_"}),
        "coef_ to be the name of an array of its own",
    ),
    "an array twice": (
        "line",
        put("fitted", "coef_", to={"array": "singular_"}),
        "an array of its own",
    ),
    "an array not named": ("line", put("fitted", "history_", to=[1.0]), "history_"),
    "a tag unknown": (
        "line",
        put("fitted", "_r2", to={"eval": "1"}),
        "_r2 to be one of float, scalar.*eval",
    ),
    "two tags": (
        "line",
        put("fitted", "_r2", to={"float": "nan", "tuple": []}),
        "_r2",
    ),
    "a number too large": (
        "logistic, floats",
        put("parameters", "tol", to={"scalar": ["float32", 1e300]}),
        "tol",
    ),
    "a name of lines": ("line", put("head", "a\nb" * 99, to={}), "the array a ba b"),
    "an integer too large": (
        "line",
        put("parameters", "tol", to={"scalar": ["int8", 300]}),
        "a damaged one",
    ),
    "rows of nothing": ("line", put("fitted", "_rows", to=[]), "_rows"),
    "rows that differ": (
        "line",
        put("fitted", "_rows", 1, to=[[41], "float64"]),
        "_rows .* go together",
    ),
    "rows of objects": (
        "line",
        put("fitted", "_rows", 1, to=[[40], "object"]),
        "_rows",
    ),
    "rows without end": (
        "line",
        put("fitted", "_rows", 0, to=[[10**30, 3], "float64"]),
        "_rows",
    ),
    "classes unsorted": (
        "logistic, texts",
        put("fitted", "classes_", to={"texts": ["text", ["b", "a", "c"]]}),
        "classes_ to be different classes, sorted",
    ),
    "classes twice": (
        "logistic, texts",
        put("fitted", "classes_", to={"texts": ["text", ["a", "a", "c"]]}),
        "different classes",
    ),
    "a class more": (
        "logistic, texts",
        put("fitted", "classes_", to={"texts": ["text", ["a", "b", "c", "d"]]}),
        "weights for each class",
    ),
    "a class less": (
        "classifier",
        put("fitted", "classes_", to={"texts": ["text", ["a", "b"]]}),
        "as many outputs as classes",
    ),
    "a layer less": (
        "classifier",
        lambda document, head: (
            document["fitted"].update(n_layers_=3),
            document["fitted"]["coefs_"].pop(1),
            document["fitted"]["intercepts_"].pop(1),
            head.pop("coefs_.1"),
        ),
        "array",
    ),
    "layers turned": (
        "classifier",
        put("fitted", "coefs_", 1, to={"columns": "coefs_.1"}),
        "layers that take what the layer before gives",
    ),
    "an output": (
        "classifier",
        put("fitted", "out_activation_", to="logistic"),
        "an output that goes with its cost",
    ),
    "outputs": ("classifier", put("fitted", "n_outputs_", to=2), "found|go together"),
    "a watch": ("classifier", put("fitted", "_watch", to={"dict": {}}), "_watch"),
    "a method": (
        "classifier",
        put("fitted", "_last", "dict", "standing", "dict", "method", to="os.system"),
        "_last.standing.method",
    ),
    "no recipe": ("line, recipe", put("recipe", to=[]), "a recipe"),
    "a role": ("line, recipe", put(*STEP, "role", "kind", to="code"), "a role of a fe"),
    "a level twice": (
        "line, recipe",
        put(*STEP, "role", "levels", to=["cat", "cat"]),
        "levels that differ",
    ),
    "a level more": (
        "line, recipe",
        put(*STEP, "role", "levels", to=["cat", "cow", "dog"]),
        "the recipe to be one that makes the 4 features",
    ),
    "levels of numbers": (
        "line, recipe",
        put(*STEP, "role", "levels", to=[1, 2]),
        "a recipe",
    ),
    "a date": ("line, recipe", put(*STEP, "role", "format", to="%n"), "format of dat"),
    "marks": (
        "line, recipe",
        put(*STEP, "role", "marks", "decimal", to="x"),
        "known marks",
    ),
    "a step's field": ("line, recipe", put(*STEP, "code", to="x"), "a recipe"),
    "a fill": (
        "line, recipe that fills in",
        put(*STEP, "fill", to=7.0),
        "a known level to fill in",
    ),
    "a column twice": (
        "line, recipe",
        put("recipe", "steps", 1, "column", to="pet"),
        "one step a column",
    ),
    "a target": (
        "line, recipe",
        put("recipe", "target", "role", "kind", to="category"),
        "a role of a target",
    ),
    "more left out than read": ("line, recipe", put("recipe", "rows", to=1), "left ou"),
    "a shape too large": (
        "line",
        put("head", "coef_", "shape", to=[3, 10**15]),
        "coef_ to be .* bytes",
    ),
    "a shape of floats": ("line", put("head", "coef_", "shape", to=[3.0]), "coef_"),
    "a negative shape": ("line", put("head", "coef_", "shape", to=[-3]), "coef_"),
    "many dimensions": (
        "line",
        put("head", "coef_", "shape", to=[1] * 99 + [3]),
        "coef_",
    ),
    "another type": ("line", put("head", "coef_", "dtype", to="I64"), "coef_"),
    "a type unknown": ("line", put("head", "coef_", "dtype", to="F8"), "of a type"),
    "an overlap": (
        "line",
        put("head", "coef_", "data_offsets", to=[0, 24]),
        "overlap|sum",
    ),
    "a place beyond": (
        "line",
        put("head", "coef_", "data_offsets", to=[2**40, 2**40 + 24]),
        "one after another",
    ),
    "no place": ("line", put("head", "coef_", to={}), "type, shape and place"),
}


@pytest.mark.parametrize(("name", "change", "said"), STRANGE.values(), ids=STRANGE)
def test_what_a_stranger_changed_is_refused(name, change, said, path):
    path.write_bytes(changed(name, change))
    assert_refused(path, said)


def test_a_changed_number_is_noticed_by_the_sum(path):
    content = bytearray(as_bytes(model_of("line")))
    content[-1] ^= 1
    path.write_bytes(content)
    assert_refused(path, "the sum of the file|finite")


# Fuzz: a damaged file is a model that predicts, or is refused in one sentence.

FUZZED = ["line", "line, recipe", "logistic, texts", "classifier", "regressor, targets",
          "network of images", "network of words"]  # fmt: skip


def mutated(content, rng):
    """A file with a few bytes changed, taken out, put in, doubled or cut off."""
    content = bytearray(content)
    kind = rng.integers(5)
    at = int(rng.integers(len(content)))
    if kind == 0:
        content[at] = rng.integers(256)
    elif kind == 1:
        del content[at : at + int(rng.integers(1, 20))]
    elif kind == 2:
        content[at:at] = rng.bytes(int(rng.integers(1, 9)))
    elif kind == 3:
        content[at : at + 8] = rng.bytes(8)
    else:
        del content[at:]
    return bytes(content)


ODD = [None, True, -1, 0, 2**70, 1.5, "", "x", [], {}, [[]], {"float": "nan"},
       {"array": "coef_"}, {"tuple": []}, {"dict": {}},
       {"scalar": ["int8", 1]}]  # fmt: skip


def odd(content, rng):
    """A file in whose document or header one value is another, with the right sum."""
    head, document, data = taken_apart(content)
    place, key = document, "fitted"
    if rng.random() < 0.2:
        place, key = head, str(rng.choice([*head]))
    while isinstance(place[key], dict | list) and place[key] and rng.random() < 0.9:
        place = place[key]
        inside = [*place] if isinstance(place, dict) else range(len(place))
        key = inside[rng.integers(len(inside))]
    place[key] = ODD[rng.integers(len(ODD))]
    return put_together(head, document, data)


def shaken(content, rng):
    """A file whose arrays are other bytes, with the right sum."""
    head, document, data = taken_apart(content)
    data = bytearray(data)
    data[int(rng.integers(len(data)))] = rng.integers(256)
    return put_together(head, document, bytes(data))


def tried(content, rows):
    """What comes of a damaged file; any error but one sentence is raised."""
    try:
        loaded = restored(content, "model.safetensors")
    except ModelFileError as error:
        assert "\n" not in str(error)  # noqa: PT017
        return "refused"
    with np.errstate(all="ignore"):
        assert len(loaded.predict(rows)) == len(rows)
        assert loaded.formula()
        assert str(loaded.summary())
    return "read"


@pytest.mark.parametrize("damage", [mutated, odd, shaken])
@pytest.mark.parametrize("name", FUZZED)
def test_a_damaged_file_predicts_or_is_refused(name, damage):
    content, rng = as_bytes(model_of(name)), np.random.default_rng(1)
    rows = rows_of(model_of(name))
    found = {tried(damage(content, rng), rows) for _ in range(60)}
    assert found <= ({"refused"} if damage is mutated else {"refused", "read"})


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    place = Path(tmp_path, "file")
    place.write_text("in the way")
    with pytest.raises(PellucidError, match="Cannot write"):
        pl.save(model_of("line"), place / "model.safetensors")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


# Intervals.

INTERVALS = {
    "plain": (X, Y, None, True),
    "weighted": (X, Y, S, True),
    "no intercept": (X, Y, None, False),
    "unlike units": (X * [0.01, 1, 100] + [0, 10, 3], Y * 1e5, S, True),
    "float32": (X.astype("f4"), Y, None, True),
}


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("case", INTERVALS.values(), ids=INTERVALS)
def test_an_interval_is_that_of_statsmodels(case, level):
    sm = pytest.importorskip("statsmodels.api")
    rows, y, s, intercept = case
    weights = s if s is None else s[5:]
    model = pl.LinearRegression(fit_intercept=intercept).fit(rows[5:], y[5:], weights)
    design = sm.add_constant(rows) if intercept else rows
    peer = sm.WLS(y[5:], design[5:], weights=1.0 if s is None else weights).fit()
    frame = peer.get_prediction(design[:5]).summary_frame(alpha=1 - level)
    expected = frame[["obs_ci_lower", "obs_ci_upper"]].to_numpy()
    found = model.predict_interval(rows[:5], level=level)
    np.testing.assert_allclose(
        found, expected, rtol=1e-6 if rows.dtype == "f4" else 1e-9
    )


def test_the_intervals_of_targets_are_those_of_each():
    together = pl.LinearRegression().fit(X, several(Y)).predict_interval(X)
    alone = [pl.LinearRegression().fit(X, y).predict_interval(X) for y in several(Y).T]
    np.testing.assert_allclose(together, np.stack(alone, axis=1), rtol=1e-12)


def test_collinear_columns_have_the_intervals_of_those_that_say_the_same():
    twice = np.column_stack([X, X[:, 0] - 2 * X[:, 1], np.full(40, 7.0)])
    found = pl.LinearRegression().fit(twice, Y).predict_interval(twice)
    expected = pl.LinearRegression().fit(X, Y).predict_interval(X)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("cell", [3, 4])
def test_a_row_in_a_direction_that_was_not_seen_has_no_interval(cell):
    twice = np.column_stack([X, X[:, 0] - 2 * X[:, 1], np.full(40, 7.0)])
    row = twice[:1].copy()
    row[0, cell] += 1
    assert np.isnan(pl.LinearRegression().fit(twice, Y).predict_interval(row)).all()


@pytest.mark.parametrize(
    "model",
    [
        pl.LinearRegression().fit(X[:4], Y[:4]),
        pl.LinearRegression(fit_intercept=False).fit(X[:3], Y[:3]),
        pl.LinearRegression(positive=True).fit(X, Y),
    ],
    ids=["no rows left", "nor without intercept", "bounded coefficients"],
)
def test_there_is_no_interval_where_theory_has_none(model):
    assert np.isnan(model.predict_interval(X[:2])).all()


@pytest.mark.parametrize("level", [0, 1, 95, "0.95", True, np.nan])
def test_a_level_is_between_0_and_1(level):
    with pytest.raises(ModelError, match=r"level to be a number between 0 and 1"):
        model_of("line").predict_interval(X, level=level)


def test_intervals_of_tiny_and_huge_targets_scale():
    small, large = (pl.LinearRegression().fit(X, Y * c).predict_interval(X) / c
                    for c in (1e-100, 1e100))  # fmt: skip
    np.testing.assert_allclose(small, large, rtol=1e-12)
