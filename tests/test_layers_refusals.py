"""What layers refuse: each in a sentence with the layer, both shapes and what to do."""

from dataclasses import dataclass

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.layers import (
    GRU,
    LSTM,
    RNN,
    Attention,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePool2D,
    LayerNorm,
    MaxPool2D,
    Residual,
    Sequential,
)
from pellucid.layers.noise import key_of


@dataclass(frozen=True)
class Half:
    """Has parameters, and no output_shape."""

    def parameters(self, rng, shape, dtype=float):
        return {}

    def __call__(self, p, x):
        return x


SETTINGS = [
    (Dense, (0,), "Dense takes a whole number from 1 as units, got 0."),
    (Dense, (2.5,), "Dense takes a whole number from 1 as units, got 2.5."),
    (Dense, (True,), "Dense takes a whole number from 1 as units, got True."),
    (Dense, ("8",), "Dense takes a whole number from 1 as units, got '8'."),
    (
        Dense,
        (8, "relu"),
        "Dense takes a function of z as activation, got 'relu': "
        "write pellucid.activations.relu.",
    ),
    (
        Conv2D,
        (8, 3, 1, "valid", "ReLU"),
        "Conv2D takes a function of z as activation, got 'ReLU': "
        "write pellucid.activations.relu.",
    ),
    (
        RNN,
        (4, "tanh"),
        "RNN takes a function of z as activation, got 'tanh': "
        "write pellucid.activations.tanh.",
    ),
    (
        Dense,
        (8, "mish"),
        "Dense takes a function of z as activation, got 'mish'.",
    ),
    (
        Dense,
        (8, LayerNorm()),
        "Dense takes a function of z as activation, got LayerNorm().",
    ),
    (Dense, (8, None, 1), "Dense takes True or False as bias, got 1."),
    (Conv2D, (-1, 3), "Conv2D takes a whole number from 1 as filters, got -1."),
    (
        Conv2D,
        (8, (3, 0)),
        "Conv2D takes a whole number from 1, or a tuple of two for height and width "
        "as size, got (3, 0).",
    ),
    (
        Conv2D,
        (8, [3, 3]),
        "Conv2D takes a whole number from 1, or a tuple of two for height and width "
        "as size, got [3, 3].",
    ),
    (
        Conv2D,
        (8, (3, 3, 3)),
        "Conv2D takes a whole number from 1, or a tuple of two for height and width "
        "as size, got (3, 3, 3).",
    ),
    (
        Conv2D,
        (8, 3, 0),
        "Conv2D takes a whole number from 1, or a tuple of two for height and width "
        "as stride, got 0.",
    ),
    (
        Conv2D,
        (8, 3, 1, "SAME"),
        "Conv2D takes 'valid' or 'same' as padding, got 'SAME'.",
    ),
    (
        MaxPool2D,
        (2, 0),
        "MaxPool2D takes a whole number from 1, or a tuple of two for height and width "
        "as stride, got 0.",
    ),
    (
        AveragePool2D,
        (2.0,),
        "AveragePool2D takes a whole number from 1, or a tuple of two for height and "
        "width as size, got 2.0.",
    ),
    (Embedding, (0, 4), "Embedding takes a whole number from 1 as count, got 0."),
    (LSTM, (4, 2), "LSTM takes True or False as sequence, got 2."),
    (GRU, (None,), "GRU takes a whole number from 1 as units, got None."),
    (Attention, (8, 0), "Attention takes a whole number from 1 as heads, got 0."),
    (Dropout, (1.0,), "Dropout takes a number from 0 to below 1 as rate, got 1.0."),
    (Dropout, (-0.1,), "Dropout takes a number from 0 to below 1 as rate, got -0.1."),
    (Dropout, (50,), "Dropout takes a number from 0 to below 1 as rate, got 50."),
    (
        Dropout,
        (np.nan,),
        "Dropout takes a number from 0 to below 1 as rate, got nan.",
    ),
    (BatchNorm, (0.9, -1.0), "BatchNorm takes a number from 0 as eps, got -1.0."),
    (Sequential, (), "Sequential takes one layer at least, got none."),
    (Residual, (), "Residual takes one layer at least, got none."),
    (
        Sequential,
        (Dense(3), Flatten),
        "Sequential takes layers and functions of x, got the class Flatten: "
        "write Flatten(...).",
    ),
    (
        Sequential,
        ([Dense(3), Dense(2)],),
        "Sequential takes layers and functions of x one by one, got a list: "
        "write Sequential(*list).",
    ),
    (
        Sequential,
        (Dense(3), "relu"),
        "Sequential takes layers and functions of x, got 'relu': "
        "write pellucid.activations.relu.",
    ),
    (
        Residual,
        (Dense(3), None),
        "Residual takes layers and functions of x, got None.",
    ),
    (
        Sequential,
        (Half(),),
        "Sequential takes layers and functions of x, got Half() with parameters, but "
        "without output_shape: a layer has both.",
    ),
]


@pytest.mark.parametrize(("kind", "settings", "sentence"), SETTINGS, ids=repr)
def test_a_layer_cannot_be_made_like_this(kind, settings, sentence):
    with pytest.raises(ModelError) as refused:
        kind(*settings)
    assert str(refused.value) == sentence


SHAPES = [
    (
        Conv2D(8, 3),
        (28, 28),
        "Conv2D(8, 3) expects rows of shape (height, width, channels), got (28, 28): "
        "give one channel (x[..., np.newaxis]) or one row (x[np.newaxis]) an axis.",
    ),
    (
        Conv2D(8, 3),
        (784,),
        "Conv2D(8, 3) expects rows of shape (height, width, channels), got (784,): "
        "reshape x, the axis of the n rows first.",
    ),
    (
        Conv2D(8, 5),
        (4, 28, 1),
        "Conv2D(8, 5) has windows of (5, 5), too large for images of (4, 28, 1), "
        "(height, width, channels): take smaller ones.",
    ),
    (
        MaxPool2D(2),
        (1, 1, 8),
        "MaxPool2D(2) has windows of (2, 2), too large for images of (1, 1, 8), "
        "(height, width, channels): take smaller ones.",
    ),
    (
        GlobalAveragePool2D(),
        (8,),
        "GlobalAveragePool2D() expects rows of shape (height, width, channels), "
        "got (8,): reshape x, the axis of the n rows first.",
    ),
    (
        LSTM(4),
        (10,),
        "LSTM(4) expects rows of shape (time, features), got (10,): give each step a "
        "vector (by Embedding, or x[..., np.newaxis]).",
    ),
    (
        GRU(4),
        (0, 3),
        "GRU(4) expects rows of shape (time, features), got (0, 3): "
        "an axis has at least length 1.",
    ),
    (
        Attention(8, heads=3),
        (5, 6),
        "Attention(8, heads=3) cannot share 8 units out among 3 heads: "
        "take a multiple of 3.",
    ),
    (
        Dense(4),
        (),
        "Dense(4) expects rows of shape (..., features), got (): "
        "reshape x, the axis of the n rows first.",
    ),
    (
        Conv2D(8, 3),
        (60000, 28, 28, 1),
        "Conv2D(8, 3) expects rows of shape (height, width, channels), got (60000, 28, "
        "28, 1): a shape is that of one row, without the axis of the n rows.",
    ),
    (
        Dense(4),
        3,
        "Dense(4) expects rows of shape (..., features), got 3: "
        "give a tuple of whole numbers.",
    ),
    (
        Dense(4),
        (None, 3),
        "Dense(4) expects rows of shape (..., features), got (None, 3): "
        "give a tuple of whole numbers.",
    ),
    (
        Sequential(Conv2D(8, 3), Flatten(), LSTM(4)),
        (8, 8, 1),
        "Layer 3: LSTM(4) expects rows of shape (time, features), got (288,): give "
        "each step a vector (by Embedding, or x[..., np.newaxis]).",
    ),
    (
        Sequential(Dense(3), Residual(Dense(4), np.tanh)),
        (3,),
        "Layer 2: Residual(Dense(4), tanh) adds rows of shape (3,) to its layers' "
        "(4,): let the last layer give the shape of x.",
    ),
    (
        Sequential(Dense(3), np.mean),
        (3,),
        "Layer 2: mean turns (1, 3) into () and (2, 3) into (): "
        "keep the axis of rows first.",
    ),
    (
        Sequential(Dense(3), np.squeeze),
        (3,),
        "Layer 2: squeeze turns (1, 3) into (3,) and (2, 3) into (2, 3): "
        "keep the axis of rows first.",
    ),
]


@pytest.mark.parametrize(("layer", "shape", "sentence"), SHAPES, ids=repr)
def test_rows_of_another_shape_are_refused(layer, shape, sentence, rng):
    for ask in (layer.output_shape, lambda shape: layer.parameters(rng, shape)):
        with pytest.raises(ModelError) as refused:
            ask(shape)
        assert str(refused.value) == sentence


def drawn(layer, shape):
    return layer.parameters(np.random.default_rng(0), shape)


CALLS = [
    (
        Conv2D(8, 3),
        drawn(Conv2D(8, 3), (28, 28, 1)),
        np.zeros((28, 28, 1)),
        "x of shape (28, 28, 1) does not fit, its axis of rows first: Conv2D(8, 3) "
        "expects rows of shape (height, width, channels), got (28, 1): "
        "give one channel (x[..., np.newaxis]) or one row (x[np.newaxis]) an axis.",
    ),
    (
        Conv2D(8, 3),
        drawn(Conv2D(8, 3), (28, 28, 1)),
        np.zeros((2, 28, 28, 3)),
        "Conv2D(8, 3) needs W of shape (3, 3, 3, 8) for rows of shape (28, 28, 3), "
        "got (3, 3, 1, 8): draw parameters for such rows.",
    ),
    (
        Dense(8),
        drawn(Dense(8), (3,)),
        np.zeros((2, 4)),
        "Dense(8) needs W of shape (4, 8) for rows of shape (4,), got (3, 8): "
        "draw parameters for such rows.",
    ),
    (
        BatchNorm(),
        drawn(BatchNorm(), (3,)),
        np.zeros((2, 1)),
        "BatchNorm() needs scale of shape (1,) for rows of shape (1,), got (3,): "
        "draw parameters for such rows.",
    ),
    (
        LSTM(4),
        drawn(GRU(4), (5, 3)),
        np.zeros((2, 5, 3)),
        "LSTM(4) has parameters W, U, b, got W, U, b, c: "
        "give those that its parameters(rng, shape) draws.",
    ),
    (
        Dense(8, bias=False),
        drawn(Dense(8), (3,)),
        np.zeros((2, 3)),
        "Dense(8, bias=False) has parameters W, got W, b: "
        "give those that its parameters(rng, shape) draws.",
    ),
    (
        Flatten(),
        drawn(Dense(8), (3,)),
        np.zeros((2, 3)),
        "Flatten() has parameters none, got W, b: "
        "give those that its parameters(rng, shape) draws.",
    ),
    (
        Dense(8),
        [drawn(Dense(8), (3,))],
        np.zeros((2, 3)),
        "Dense(8) has parameters W, b, got a list: "
        "give those that its parameters(rng, shape) draws.",
    ),
    (
        LSTM(4),
        drawn(LSTM(4), (5, 3)),
        np.zeros((2, 0, 3)),
        "x of shape (2, 0, 3) does not fit, its axis of rows first: LSTM(4) expects "
        "rows of shape (time, features), got (0, 3): an axis has at least length 1.",
    ),
    (
        Dense(8),
        drawn(Dense(8), (3,)),
        [[1.0, 2.0, 3.0]],
        "Dense(8) expects an array x, got a list: give np.array(x).",
    ),
    (
        Embedding(5, 3),
        drawn(Embedding(5, 3), (4,)),
        np.array([[0, 5]]),
        "Embedding(5, 3) expects whole numbers from 0 to 4, got 0 to 5: "
        "count the words.",
    ),
    (
        Embedding(5, 3),
        drawn(Embedding(5, 3), (4,)),
        np.array([[-1, 4]]),
        "Embedding(5, 3) expects whole numbers from 0 to 4, got -1 to 4: "
        "count the words.",
    ),
    (
        Embedding(5, 3),
        drawn(Embedding(5, 3), (4,)),
        np.array([[0.0, 4.0]]),
        "Embedding(5, 3) expects whole numbers from 0 to 4, got float64: "
        "give x.astype(int).",
    ),
    (
        Sequential(Dense(2), np.tanh),
        drawn(Dense(2), (3,)),
        np.zeros((2, 3)),
        "Sequential(Dense(2), tanh) has a list of parameters, one entry a layer (2), "
        "got a dict.",
    ),
    (
        Sequential(Dense(2), np.tanh),
        [drawn(Dense(2), (3,))],
        np.zeros((2, 3)),
        "Sequential(Dense(2), tanh) has a list of parameters, one entry a layer (2), "
        "got 1.",
    ),
    (
        Residual(Dense(1)),
        drawn(Sequential(Dense(1)), (3,)),
        np.zeros((2, 3)),
        "Residual(Dense(1)) adds x of shape (2, 3) to its layers' (2, 1): "
        "both must be the same.",
    ),
]


@pytest.mark.parametrize(
    ("layer", "p", "x", "sentence"), CALLS, ids=[case[-1] for case in CALLS]
)
def test_a_call_that_does_not_fit_is_refused(layer, p, x, sentence):
    with pytest.raises(ModelError) as refused:
        layer(p, x)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("layer", [RNN(4), LSTM(4), GRU(4), Attention(4)], ids=repr)
@pytest.mark.parametrize(
    ("lengths", "sentence"),
    [
        ([3, 0], "expects whole lengths from 1 to 5, the steps of x, got 0 to 3 (int64)"
         ": leave empty sequences out."),
        ([3, 6], "expects whole lengths from 1 to 5, the steps of x, got 3 to 6 (int64)"
         ": leave empty sequences out."),
        ([3.0, 4.0], "expects whole lengths from 1 to 5, the steps of x, got 3.0 to 4.0"
         " (float64): leave empty sequences out."),
        ([3, 4, 5], "expects lengths of shape (2,), one for each row of x, got (3,)."),
        (3, "expects lengths of shape (2,), one for each row of x, got ()."),
    ],
)  # fmt: skip
def test_lengths_that_do_not_fit_are_refused(layer, lengths, sentence):
    p, x = drawn(layer, (5, 3)), np.zeros((2, 5, 3))
    with pytest.raises(ModelError) as refused:
        layer(p, x, lengths=np.array(lengths))
    assert str(refused.value) == f"{layer!r} {sentence}"


@pytest.mark.parametrize(
    ("layer", "rng", "dtype", "sentence"),
    [
        (
            Dense(3),
            42,
            float,
            "Parameters are drawn from a generator, got 42: "
            "give np.random.default_rng(seed).",
        ),
        (
            Dense(3),
            np.random.default_rng(0),
            np.int64,
            "Dense(3) has parameters with fractions, got dtype <class 'numpy.int64'>: "
            "give np.float64 or np.float32.",
        ),
        (
            Dense(10**9),
            np.random.default_rng(0),
            float,
            "Dense(1000000000) has more parameters for rows of shape (1000000,) than "
            "memory holds: Unable to allocate 7.11 PiB for an array with shape "
            "(1000000, 1000000000) and data type float64.",
        ),
    ],
)
def test_parameters_that_cannot_be_drawn_are_refused(layer, rng, dtype, sentence):
    with pytest.raises(ModelError) as refused:
        layer.parameters(rng, (1000000,), dtype=dtype)
    assert str(refused.value) == sentence


class OutputAlone:
    """What differs in training is given without what moves."""

    moving = "mean"

    def parameters(self, rng, shape, dtype=float):
        return {"mean": np.zeros(shape)}

    def output_shape(self, shape):
        return shape

    def __call__(self, p, x):
        return x

    def training(self, p, x, key):
        return x


def test_a_layer_gives_what_moves_beside_its_output():
    network = Sequential(OutputAlone())
    with pytest.raises(ModelError) as refused:
        network.training(network.parameters(None, (2,)), np.zeros((2, 2)), key_of(0, 1))
    sentence = "give (output, moved), moved {} if nothing has."
    assert (
        str(refused.value) == f"Layer 1: OutputAlone.training gives ndarray: {sentence}"
    )
    assert network.moving == [{"mean": True}]


@pytest.mark.parametrize(
    "written",
    [
        "Dense(8)",
        "Dense(8, activation=relu, bias=False)",
        "Conv2D(16, (3, 5), stride=2, padding='same', activation=tanh)",
        "MaxPool2D(2)",
        "AveragePool2D((2, 3), stride=1)",
        "GlobalAveragePool2D()",
        "Embedding(100, 16)",
        "RNN(4)",
        "RNN(4, activation=relu)",
        "LSTM(4, sequence=True)",
        "Attention(8, heads=2, causal=True)",
        "BatchNorm(momentum=0.99)",
        "LayerNorm()",
        "Dropout(0.3)",
        "Sequential(Dense(8), tanh, Residual(Dense(8), relu), Dense(1))",
    ],
)
def test_a_layer_is_shown_as_it_is_written(written):
    layer = eval(written, {**vars(pl.activations), **vars(pl.layers), "tanh": np.tanh})
    assert repr(layer) == written


# What is no error: a summary of what fits.


def test_a_summary_has_a_row_for_each_layer():
    network = Sequential(
        Conv2D(4, 3, activation=np.tanh),
        BatchNorm(),
        Residual(Conv2D(4, 1), np.tanh, Residual(Dense(4))),
        Flatten(),
        Own(),
        Dense(2),
    )
    frame = network.summary((5, 5, 1)).frame
    assert frame.index.tolist() == ["1", "2", "3.1", "3.2", "3.3.1", "4", "5", "6"]
    assert frame["parameters"].tolist() == [40, 16, 20, 0, 20, 0, 3, 74]
    assert frame["output shape"].tolist()[-3:] == [(36,), (36,), (2,)]
    p = network.parameters(np.random.default_rng(0), (5, 5, 1))
    assert frame["parameters"].sum() == sum(map(np.size, structure.leaves(p)))
    text = str(network.summary((5, 5, 1)))
    assert text.startswith("Sequential of 6 layers\nrows of shape (5, 5, 1)   par")


class Own:
    """A layer as anybody writes it: three methods, nothing inherited."""

    def parameters(self, rng, shape, dtype=float):
        return {"a": [np.zeros(2, dtype), np.ones((), dtype)]}

    def output_shape(self, shape):
        return shape

    def __call__(self, p, x):
        return x * p["a"][1] + p["a"][0][0]


def test_a_call_says_which_layer_does_not_fit():
    network = Sequential(Dense(3), Residual(np.tanh, Dense(3)), Dense(2))
    p = drawn(network, (3,))
    other = [p[0], [{}, drawn(Dense(3), (4,))], p[2]]
    for call in (network, lambda p, x: network.training(p, x, key_of(0, 1))):
        with pytest.raises(ModelError) as refused:
            call(other, np.zeros((2, 3)))
        assert str(refused.value).startswith("Layer 2: Layer 2: Dense(3) needs W of")
