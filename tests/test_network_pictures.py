"""Networks are seen: what is drawn is what is computed, and boxes open."""

import dataclasses
import re
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure

import pellucid as pl
from pellucid.errors import ModelError, PellucidError
from pellucid.layers import (
    GRU,
    LSTM,
    RNN,
    Attention,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Residual,
    Sequential,
)
from pellucid.layers.containers import training
from pellucid.layers.noise import key_of
from pellucid.models.costs import cross_entropy, squared_error
from pellucid.models.pictures.inside import Inside, parts_of, variables
from pellucid.models.pictures.of_sequences import norms_through_time, over_time
from pellucid.models.pictures.responses import Sight, preferred
from pellucid.reading.drawing.draw import draw

relu = pl.activations.relu


def double(x):
    y = 2 * x
    return y + 1


def made(network, shape, n=5, seed=0):
    rng = np.random.default_rng(seed)
    return network, network.parameters(rng, shape), rng.random((n, *shape))


IMAGES = made(
    Sequential(
        Conv2D(4, 3, activation=relu), MaxPool2D(2), double, Flatten(), Dense(3)
    ),
    (8, 8, 2),
)
SEQUENCE = made(Sequential(LSTM(6, sequence=True), Attention(4, 2), Dense(2)), (7, 3))


def boxes(drawing):
    return {box.name: box for box in drawing._diagram.boxes}


def texts(drawing):
    return {name: box.formula for name, box in boxes(drawing).items()}


# -- layers are boxes -----------------------------------------------------------------


def test_a_network_is_a_box_for_each_layer_with_shape_and_parameters():
    network, p, x = IMAGES
    found = boxes(draw(network, p, x))
    assert {name: box.formula for name, box in found.items()} == {
        "x": "",
        "h": "Conv2D(4, 3, activation=relu)",
        "h_2": "MaxPool2D(2)",
        "h_3": "double(h_2)",
        "h_4": "Flatten()",
        "h_5": "Dense(3)",
    }
    counted = {name: dict(box.numbers).get("parameters") for name, box in found.items()}
    assert counted["h"] == str(p[0]["W"].size + p[0]["b"].size) == "76"
    assert counted["h_5"] == str(p[4]["W"].size + 3)
    assert counted["h_2"] is counted["h_3"] is None
    assert dict(found["h"].numbers)["value"].startswith("5×6×6×4: ")


def test_the_value_in_a_box_is_what_the_layer_computes():
    network, p, x = IMAGES
    h = network.layers[0](p[0], x)
    value = dict(boxes(draw(network, p, x))["h"].numbers)["value"]
    assert value == f"5×6×6×4: 0 … {h.max():.3g}"


def test_without_numbers_a_box_has_its_shape():
    network, p, x = IMAGES
    found = boxes(draw(pl.graph(network, p, x)))
    assert dict(found["h_2"].numbers) == {"shape": "5×3×3×4"}


@pytest.mark.parametrize("name", ["Conv2D", "Conv2D(4, 3, activation=relu)"])
def test_a_layer_opens_to_the_graph_of_its_formula(name):
    network, p, x = IMAGES
    drawing = draw(network, p, x, opened=name)
    found = boxes(drawing)
    assert {"W", "b", "z", "h"} <= set(found)
    assert "einsum" in found["z"].formula
    labels = {box.frame.label for box in found.values() if box.frame}
    assert labels == {"Conv2D(4, 3, activation=relu), 76 parameters"}
    assert found["W"].frame is found["z"].frame is not None
    assert found["h_2"].formula == "MaxPool2D(2)"


def test_a_layer_that_is_not_there_cannot_be_opened():
    network, p, x = IMAGES
    with pytest.raises(PellucidError, match=r"'LSTM' can be opened.*Conv2D"):
        draw(network, p, x, opened="LSTM")


def test_every_drawing_of_a_network_is_drawn_and_opens_in_a_notebook():
    network, p, x = IMAGES
    shown = draw(network, p, x)._repr_html_()
    for layer in ("Conv2D(4, 3, activation=relu)", "double", "Dense(3)"):
        assert layer in shown
    assert shown.count("<details>") == 4
    assert "einsum" in shown.partition("<details>")[2]
    assert "Conv2D(4, 3, activation=relu)" in draw(network, p, x).mermaid


def test_a_lambda_around_a_network_has_a_frame_around_the_layers():
    network, p, x = IMAGES
    found = boxes(draw(lambda p, x: network(p, x) * 2, p, x))
    frame = found["h"].frame
    assert frame.label == f"Sequential, {76 + p[4]['W'].size + 3} parameters"
    assert {box.frame for name, box in found.items() if name.startswith("h")} == {frame}


def cost(p, x, y):
    network, *_ = IMAGES
    return np.mean(cross_entropy(network(p, x), y))


def test_a_cost_shows_the_gradient_of_what_each_layer_gives():
    _, p, x = IMAGES
    y = np.array([0, 1, 2, 0, 1])
    found = boxes(draw(cost, p, x, y))
    assert {"h", "h_2", "h_3", "h_4", "h_5", "cost"} <= set(found)
    assert "gradient" in dict(found["h_2"].numbers)
    assert not {"W", "b"} & set(found)


def test_the_gradient_of_a_network_is_a_box_for_each_layer_backwards():
    _, p, x = IMAGES
    y = np.array([0, 1, 2, 0, 1])
    graph = pl.gradient(pl.graph(cost, p, x, y), wrt="p")
    formulas = [box.formula for box in draw(graph, p, x, y)._diagram.boxes]
    there = formulas.index("Dense(3)"), formulas.index("gradient of Dense(3)")
    assert there[0] < there[1] < formulas.index("gradient of MaxPool2D(2)")
    assert "gradient of Conv2D(4, 3, activation=relu)" in formulas


def test_a_way_around_is_a_frame_with_its_layers_in_it():
    block = Residual(BatchNorm(), relu, Conv2D(2, 3, padding="same"))
    network, p, x = made(Sequential(block, Flatten(), Dense(2)), (4, 4, 2))
    found = boxes(draw(network, p, x))
    inside = [box.formula for box in found.values() if box.frame]
    assert inside[:2] == ["BatchNorm()", "relu(h)"]
    labels = {box.frame.label for box in found.values() if box.frame}
    assert labels == {f"Residual, {8 + 36 + 2} parameters"}


def test_two_ways_around_in_one_another_are_two_frames():
    block = Residual(Dense(3, np.tanh), Residual(Dense(3)))
    network, p, x = made(block, (3,))
    found = draw(lambda p, x: network(p, x) * 2, p, x)._diagram.boxes
    chains = [[*box.frame.chain()] for box in found if box.frame]
    assert max(map(len, chains)) == 2


def test_many_blocks_are_a_box_each():
    blocks = [Residual(Dense(3, np.tanh), Dense(3), Dense(3)) for _ in range(12)]
    network, p, x = made(Sequential(*blocks), (3,))
    formulas = [*texts(draw(network, p, x)).values()]
    assert formulas == ["", *["Residual"] * 12]


def test_a_layer_with_a_loop_is_one_box_and_opens_to_the_loop():
    network, p, x = SEQUENCE
    closed = texts(draw(network, p, x))
    assert closed == {
        "x": "",
        "h": "LSTM(6, sequence=True)",
        "h_2": "Attention(4, heads=2)",
        "h_3": "Dense(2)",
    }
    opened = draw(network, p, x, opened="LSTM")._diagram.boxes
    assert [box.kind for box in opened].count("loop") == 1
    frames = {box.frame.label for box in opened if box.frame}
    assert frames == {"LSTM(6, sequence=True), 240 parameters"}


def test_training_is_drawn_with_its_layers():
    network, p, x = made(
        Sequential(Dense(4), BatchNorm(), Dropout(0.5), Dense(2)), (3,)
    )

    def trained(p, x, step):
        z, moved = training(network, p, x, key_of(0, step))
        return np.mean(z**2), moved

    formulas = [*texts(draw(trained, p, x, np.array(1.0))).values()]
    for name in ("Dense(4)", "BatchNorm().training", "Dropout(0.5).training"):
        assert name in formulas


@dataclasses.dataclass(frozen=True)
class Scale:
    by: float
    then: object = None

    def parameters(self, rng, shape, dtype=float):
        return {"s": np.ones(shape[-1], dtype)}

    def output_shape(self, shape):
        return shape

    def __call__(self, p, x):
        return self.by * p["s"] * x


class Plain(Scale):
    pass


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (Scale(2.0), "Scale(2.0)"),
        (Scale(2.0, np.tanh), "Scale(2.0, then=tanh)"),
        (Plain(2.0), "Plain(2.0)"),
        (Scale(np.float64(2.0), np.ones(3)), "Scale"),
    ],
)
def test_a_layer_of_ones_own_is_a_box_with_its_name(layer, name):
    network, p, x = made(Sequential(layer, Dense(2)), (3,))
    found = boxes(draw(network, p, x))
    assert (found["h"].formula, found["h"].numbers[-1]) == (name, ("parameters", "3"))


def test_a_weight_that_two_layers_share_keeps_its_arrows():
    layer, _, x = made(Dense(3), (3,))
    p = layer.parameters(np.random.default_rng(0), (3,))
    drawing = draw(lambda p, x: layer(p, layer(p, x)), p, x)
    assert {"W", "b"} <= set(boxes(drawing))
    used = [b for a, b in drawing._diagram.arrows if a == "W"]
    assert len(used) == 2


def test_parameters_of_several_layers_are_numbered():
    network, p, x = IMAGES
    names = [node.name for node in pl.graph(network, p, x).inputs]
    assert names == ["W", "b", "W_2", "b_2", "x"]


def test_functions_without_layers_stay_as_they_were():
    def two(p, x):
        return double(x) @ p["W"]

    graph = pl.graph(two, {"W": np.eye(2)}, np.ones((3, 2)))
    assert {node.call.of for node in graph.nodes if node.call} == {""}
    assert [*texts(draw(two, {"W": np.eye(2)}, np.ones((3, 2))))] == [
        "W", "x", "y", "t1", "two",
    ]  # fmt: skip


# -- formulas, explanations and text --------------------------------------------------


def test_a_formula_has_a_line_for_each_layer_and_then_what_it_is():
    network, p, x = IMAGES
    lines = pl.formula(network, p, x).splitlines()[1:-1]
    at = next(i for i, line in enumerate(lines) if "where" in line)
    assert len(lines[:at]) == 6  # `double` has two steps
    assert lines[0] == (
        r"\mathbf{h} &= \mathrm{Conv2D}(\mathbf{x}; \mathbf{W}, \mathbf{b}) \\"
    )
    assert lines[1] == r"h_{2,ijkl} &= \max_{m,p} h_{i,2j+m,2k+p,l} \\"
    assert lines[at:] == [
        r"&\text{where Conv2D(4, 3, activation=relu), 76 parameters:} \\",
        r"z_{2,ijkl} &= \sum_{m,p,q} x_{i,j+p,k+q,m} W_{pqml} + b_l \\",
        r"\mathbf{h} &= \operatorname{relu}(\mathbf{z}_2)",
    ]


def test_the_sum_of_a_convolution_is_what_numpy_computes():
    layer, p, x = made(Conv2D(3, (2, 3), stride=(2, 1)), (7, 6, 2), n=2)
    written = pl.formula(Sequential(layer), [p], x)
    assert r"x_{i,2j+p,k+q,m} W_{pqml}" in written
    z = np.zeros(layer(p, x).shape)
    for i, j, k, f in np.ndindex(z.shape):
        z[i, j, k, f] = sum(
            x[i, 2 * j + a, k + b, c] * p["W"][a, b, c, f]
            for a, b, c in np.ndindex(2, 3, 2)
        )
    np.testing.assert_allclose(layer(p, x), z + p["b"], rtol=1e-12)


def test_a_small_network_is_its_formula():
    network, p, x = made(Sequential(Dense(4, np.tanh), Dense(1)), (2,))
    assert r"\mathbf{h} &= \tanh(\mathbf{x} \mathbf{W} + \mathbf{b})" in pl.formula(
        network, p, x
    )


def test_an_lstm_is_written_as_in_the_book():
    network, p, x = made(Sequential(LSTM(4), Dense(1)), (6, 4))
    written = pl.formula(network, p, x)
    f, i, g, o = (rf"\mathbf{{{name}}}_{{\mathrm{{step}}}}" for name in "figo")
    cell, h = r"\mathrm{cell}_{\mathrm{step}", r"\mathbf{h}_{\mathrm{step}}"
    assert (
        rf"{cell}}} &= \sigma({f}) \odot {cell}-1}} + \sigma({i}) \odot \tanh {g}"
        in written
    )
    assert rf"{h} &= \sigma({o}) \odot \tanh {cell}}}" in written


def test_layers_of_one_kind_are_written_once():
    network, p, x = made(Sequential(*[LSTM(4, sequence=True)] * 3), (6, 4))
    written = pl.formula(network, p, x)
    assert written.count("where LSTM") == 1
    assert written.count(r"\operatorname{LSTM}(") + written.count("mathrm{LSTM}(") == 3


def test_text_and_explanation_say_which_layer_a_step_is_of():
    network, p, x = IMAGES
    lines = str(pl.graph(network, p, x)).splitlines()
    of = [line.rpartition(", in ")[2] for line in lines if ", in " in line]
    kinds = list(dict.fromkeys(name.partition("(")[0] for name in of))
    assert kinds == ["Conv2D", "MaxPool2D", "Flatten", "Dense"]
    told = str(pl.explain(network, p, x))
    assert re.search(r"convolution.py, line \d+, in Conv2D\(4, 3, activation=", told)


# -- pictures -------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def shown(axes):
    return np.asarray(axes.images[0].get_array())


def title(figure):
    text = figure.get_suptitle() or figure.axes[0].get_title(loc="left")
    return text.replace("\n", " ")


LABELS = np.arange(30) % 3
MANY = IMAGES[0], IMAGES[1], np.random.default_rng(1).random((30, 8, 8, 2))
PICTURES = {
    "costs": lambda: pl.pictures.costs([1.0, 0.5, 0.2], [1.1, 0.8, 0.9]),
    "filters": lambda: pl.pictures.filters(*IMAGES[:2]),
    "activations": lambda: pl.pictures.activations(IMAGES[0], IMAGES[1], IMAGES[2][0]),
    "responses": lambda: pl.pictures.responses(*MANY, layer=0, units=2, steps=2),
    "gates": lambda: pl.pictures.gates(*SEQUENCE[:2], SEQUENCE[2][0]),
    "attention": lambda: pl.pictures.attention(*SEQUENCE[:2], SEQUENCE[2][0]),
    "gradient": lambda: pl.pictures.gradient_through_time(
        {"LSTM": SEQUENCE[:2]}, SEQUENCE[2], np.zeros((5, 7, 2)), squared_error
    ),
    "confusion": lambda: pl.pictures.confusion([0, 1, 2, 1], [0, 1, 1, 1]),
    "mistakes": lambda: pl.pictures.mistakes(*MANY, LABELS),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_figure_with_a_finding_for_its_title(name, tmp_path):
    figure = PICTURES[name]()
    assert isinstance(figure, Figure)
    assert len(title(figure)) > 12
    figure.savefig(tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 3000


def test_filters_are_the_weights():
    network, p, _ = IMAGES
    figure = pl.pictures.filters(network, p)
    drawn = [shown(axes) for axes in figure.axes]
    wanted = [p[0]["W"][:, :, c, f] for c in range(2) for f in range(4)]
    np.testing.assert_array_equal(drawn, wanted)
    low, high = figure.axes[0].images[0].get_clim()
    assert low == -high


def test_activations_are_the_outputs_of_the_layers():
    network, p, x = IMAGES
    figure = pl.pictures.activations(network, p, x[0])
    h = network.layers[0](p[0], x[:1])[0]
    rows = [axes for axes in figure.axes if axes.images]
    strongest = max(range(4), key=lambda k: h[:, :, k].max())
    np.testing.assert_allclose(shown(rows[2]), h[:, :, strongest])
    z = network(p, x[:1])
    np.testing.assert_allclose(shown(rows[-1]).ravel()[:3], z[0])
    assert f"class {z.argmax()}" in title(figure)


def test_an_attention_map_is_the_weights():
    network, p, x = SEQUENCE
    figure = pl.pictures.attention(network, p, x[0], head=1, names="abcdefg")
    h = network.layers[0](p[0], x[:1])
    weights = network.layers[1].weights(p[1], h)[0, 1]
    np.testing.assert_allclose(shown(figure.axes[0]), weights)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert f"{weights.max(axis=1).mean():.0%}" in title(figure)


def test_gates_make_the_state_that_the_layer_gives():
    network, p, x = SEQUENCE
    seen = over_time(Inside(network, p, "LSTM"), x[0])
    h = network.layers[0](p[0], x[:1])[0]  # (t, units)
    o, c = seen["output gate o"], seen["cell c"]
    np.testing.assert_allclose((o * np.tanh(c)).T, h, rtol=1e-12)
    f, i = seen["forget gate f"], seen["input gate i"]
    assert ((f > 0) & (f < 1) & (i > 0) & (i < 1)).all()
    figure = pl.pictures.gates(network, p, x[0])
    np.testing.assert_array_equal(shown(figure.axes[1]), f)
    assert f"keeps {f.mean():.0%}" in title(figure)


def test_gates_of_a_gru_make_its_state():
    layer, p, x = made(GRU(4, sequence=True), (6, 3))
    seen = over_time(Inside(layer, p, 0), x[0])
    np.testing.assert_allclose(seen["state h"].T, layer(p, x[:1])[0])
    z, h = seen["update gate z"], seen["state h"]
    n = variables(layer, p, x[:1])["n"][:, 0].T
    before = np.concatenate([np.zeros((4, 1)), h[:, :-1]], axis=1)
    np.testing.assert_allclose((1 - z) * n + z * before, h, rtol=1e-12)


def test_norms_through_time_are_those_of_central_differences():
    network, p, x = made(Sequential(RNN(4), Dense(1)), (5, 2), n=2)
    y = np.zeros((2, 1))
    norms = norms_through_time(network, p, x, y, squared_error)
    g = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[at] = 1e-6
        up, down = (squared_error(network(p, x + d), y).sum() for d in (e, -e))
        g[at] = (up - down) / 2e-6
    np.testing.assert_allclose(norms, np.linalg.norm(g, axis=2).mean(axis=0), rtol=1e-6)


def test_what_excites_a_unit_most_is_the_data_that_does():
    network, p, x = MANY
    figure = pl.pictures.responses(network, p, x, -1, units=[1], inputs=3, steps=1)
    best = np.argsort(-network(p, x)[:, 1])[:3]
    for axes, i in zip(figure.axes[1:], best, strict=True):
        np.testing.assert_allclose(shown(axes), x[i].mean(axis=-1))


def test_a_unit_says_more_to_what_is_made_for_it_than_to_any_data():
    layers = Conv2D(3, 3, activation=np.tanh), Flatten(), Dense(2)
    network, p, x = made(Sequential(*layers), (6, 6, 1), n=50)
    inside = Inside(network, p, -1)
    images = preferred(inside, x, [0, 1], 60, Sight.of(inside, x[:1]))
    said = network(p, images)
    assert (said.diagonal() > network(p, x).max(axis=0)).all()


def test_what_a_unit_of_convolution_sees_is_its_window():
    network, p, x = MANY
    sees = Sight.of(Inside(network, p, 1), x[:1])  # windows of 3, pooled by 2
    assert np.flatnonzero(sees.down[:, 0]).tolist() == [0, 1, 2, 3]
    assert np.flatnonzero(sees.across[:, 2]).tolist() == [4, 5, 6, 7]
    assert sees.part(x[0], (1, 2)).shape == (4, 4, 2)


def test_the_worst_mistake_has_the_least_probability():
    network, p, x = MANY
    figure = pl.pictures.mistakes(network, p, x, LABELS, most=4)
    P = pl.activations.softmax(network(p, x))
    said = P.argmax(axis=1)
    wrong = [i for i in range(30) if said[i] != LABELS[i]]
    worst = min(wrong, key=lambda i: P[i, LABELS[i]])
    np.testing.assert_allclose(shown(figure.axes[1]), x[worst].mean(axis=-1))
    word = figure.axes[1].get_title()
    assert word == f"{LABELS[worst]} as {said[worst]}, {P[worst].max():.0%}"
    assert f"{np.mean(said == LABELS):.1%} are right" in title(figure)


def test_layers_in_layers_have_places_of_their_own():
    network = Sequential(Dense(3), Sequential(np.tanh, Dense(2)))
    p = network.parameters(np.random.default_rng(0), (2,))
    assert [part.name for part in parts_of(network, p)] == [
        "Dense(3)",
        "tanh",
        "Dense(2)",
    ]
    x = np.ones((4, 2))
    np.testing.assert_array_equal(Inside(network, p, -1).output(x), network(p, x))


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (
            lambda: pl.pictures.filters(*SEQUENCE[:2], 2),
            "weights over windows, got Dense",
        ),
        (
            lambda: pl.pictures.filters(*SEQUENCE[:2]),
            "got 'Conv2D'; its layers are 0 LSTM",
        ),
        (
            lambda: pl.pictures.gates(*SEQUENCE[:2], SEQUENCE[2]),
            "Expected one sequence",
        ),
        (lambda: pl.pictures.gates(*IMAGES), "LSTM or GRU"),
        (
            lambda: pl.pictures.attention(*SEQUENCE[:2], SEQUENCE[2][0], head=2),
            "0 to 1",
        ),
        (lambda: pl.pictures.responses(*SEQUENCE), "images"),
        (lambda: pl.pictures.responses(*MANY, units=[9]), "units from 0 to 3, got 9"),
        (lambda: pl.pictures.responses(*MANY, layer=7), "got 7; its layers are"),
        (lambda: pl.pictures.mistakes(*MANY, LABELS + 1), "from 0 to 2"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(picture, message):
    with pytest.raises(ModelError, match=message) as raised:
        picture()
    assert str(raised.value).endswith(".")


# -- estimators -----------------------------------------------------------------------


def fitted(x, y):
    network = Sequential(Flatten(), Dense(8, np.tanh), Dense(3))
    return pl.NetworkClassifier(network, max_iter=3, random_state=0, tol=0).fit(x, y)


def test_a_classifier_of_images_shows_its_worst_mistakes():
    x, y = MANY[2], np.array(["a", "b", "c"])[LABELS]
    model = fitted(x, y)
    figure = model.plot(x, y)
    assert f"{model.score(x, y):.1%} are right" in title(figure)
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["a", "b", "c"]
    P = model.predict_proba(x)
    wrong = np.flatnonzero(model.predict(x) != y)
    worst = wrong[np.argmin(P[wrong, LABELS[wrong]])]
    np.testing.assert_allclose(shown(figure.axes[1]), x[worst].mean(axis=-1))


def test_a_classifier_of_rows_shows_which_class_it_takes_for_which():
    x, y = MANY[2].reshape(30, -1), LABELS
    model = pl.NetworkClassifier(Dense(3), max_iter=2, random_state=0, tol=0).fit(x, y)
    counts = [int(t.get_text()) for t in model.plot(x, y).axes[0].texts[:-1]]
    pairs = np.bincount(3 * y + model.predict(x), minlength=9)
    assert counts == pairs[pairs > 0].tolist()


def test_a_regressor_shows_what_was_observed_against_what_it_predicts():
    x, y = MANY[2].reshape(30, -1), np.arange(30.0)
    model = pl.NetworkRegressor(Dense(1), max_iter=3, random_state=0, tol=0).fit(x, y)
    assert f"r2 = {model.score(x, y):.4f}" in title(model.plot(x, y))
    assert model.plot().axes[0].get_xlabel() == "epoch"


def test_plot_refuses_half_of_the_data_and_classes_it_does_not_know():
    x = MANY[2]
    model = fitted(x, LABELS)
    with pytest.raises(ModelError, match="X and y, or neither"):
        model.plot(x)
    with pytest.raises(ModelError, match="found 3"):
        model.plot(x, LABELS + 3)


def test_predictions_of_other_rows_are_refused():
    with pytest.raises(
        ModelError, match="a prediction for each of 3 rows, got 2: give"
    ):
        pl.pictures.confusion([0, 1, 1], [0, 1])
    network, p, x = MANY
    with pytest.raises(ModelError, match=r"got an array of <U2 of shape .* places"):
        pl.pictures.mistakes(network, p, x, LABELS.astype("<U2"))


def test_costs_that_are_never_finite_are_told_as_such():
    assert title(pl.pictures.costs([np.nan], [np.nan])).endswith("is never finite")
