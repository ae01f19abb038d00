"""The tour: its figures, what it tells, and what it leaves."""

import re
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pellucid.tour.road import STRETCHES, run

ITERATIONS = [0, 10, 20, 50, 100, 140]


class Tour(NamedTuple):
    """What a tour found, told and left."""

    figures: dict
    told: str
    folder: Path


def toured(data, folder):
    lines = []
    figures = run(data, folder, lines.append)
    return Tour(figures, "\n".join(lines), folder)


@pytest.fixture(scope="module")
def with_data(data, tmp_path_factory):
    return toured(data, tmp_path_factory.mktemp("tour") / "with-data")


@pytest.fixture(scope="module")
def without_data(tmp_path_factory):
    return toured(None, tmp_path_factory.mktemp("tour") / "without-data")


@pytest.fixture(params=["without_data", "with_data"])
def tour(request):
    return request.getfixturevalue(request.param)


# The figures that the data's own README names


@pytest.mark.parametrize(
    ("stretch", "name", "expected"),
    [
        ("line", "slope", 1.9726121674845993),
        ("line", "intercept", 2.8644240756601382),
        ("line", "r2", 0.9911838202977805),
        ("plane", "weights", [2.01666793, 2.96985048]),
        ("plane", "intercept", 1.46191241),
        ("plane", "r2", 0.9980040612475777),
        ("plane", "b, w1, w2", [4.27775141, 1.00542875, 0.09961723]),
        ("plane", "r2 of the parabola", 0.9991412296366858),
        ("logistic", "training pictures", 348),
        ("logistic", "test pictures", 62),
        ("logistic", "pixels", 4096),
        ("logistic", "accuracy at rate 0.009", [0.933908, 0.951613]),
        ("logistic", "accuracy at rate 0.01", [0.919540, 0.935484]),
        ("logistic", "scikit-learn: test", 1.0),
    ],
)
def test_the_figures_of_the_data(stretch, name, expected, with_data):
    found = with_data.figures[stretch][name]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("rate", "length", "costs"),
    [
        (0.009, 201, [14.011395, 1.905189, 1.730997, 1.429719, 0.568155, 0.220914]),
        (0.01, 151, [14.011395, 2.560023, 2.592445, 1.954026, 0.636526, 0.209659]),
    ],
)
def test_the_cost_table_of_gradient_descent(rate, length, costs, with_data):
    history = with_data.figures["logistic"][f"costs at rate {rate}"]
    assert len(history) == length
    np.testing.assert_allclose(history[ITERATIONS], costs, rtol=1e-5)


@pytest.mark.parametrize(
    "words",
    [
        "100 points of data_1d.csv",
        "slope 1.973   intercept 2.864   r2 0.9912",
        "r2 0.998",
        "training pictures 348   test pictures 62   pixels 4096",
        "rate 0.009, 200 iterations: train 93.39 %   test 95.16 %",
        "rate 0.01, 150 iterations: train 91.95 %   test 93.55 %",
        "scikit-learn: test 100.00 %",
    ],
)
def test_the_figures_are_told(words, with_data):
    assert words in with_data.told


# What holds on any data


@pytest.mark.parametrize(
    ("stretch", "name", "least", "most"),
    [
        ("line", "r2 of the points themselves", 1, 1),
        ("line", "r2 of the mean of y", -1e-12, 1e-12),
        ("line", "r2 of the line with the slope reversed", -100, 0),
        ("line", "relative difference of the two lines", 0, 1e-10),
        ("plane", "largest slope there", 0, 1e-5),
        ("estimator", "largest relative difference", 0, 1e-9),
        ("graphs", "c", 5, 5),
        ("graphs", "dc/da", 0.6 - 1e-15, 0.6 + 1e-15),
        ("graphs", "dc/db", 0.8 - 1e-15, 0.8 + 1e-15),
        ("graphs", "largest difference from the formula", 0, 1e-15),
        ("logistic", "relative difference of the weights", 0, 1e-10),
        ("likelihood", "squared error", 0, 1e-13),
        ("likelihood", "log loss", 0, 1e-13),
        ("likelihood", "cross-entropy", 0, 1e-13),
        ("networks", "XOR, logistic regression", 0.3, 0.7),
        ("networks", "XOR, one hidden layer", 0.97, 1),
        ("networks", "XOR, two hidden layers", 0.97, 1),
        ("networks", "Donut, logistic regression", 0.3, 0.7),
        ("networks", "Donut, the radius by hand", 0.97, 1),
        ("networks", "Donut, one hidden layer", 0.95, 1),
        ("networks", "Donut, two hidden layers", 0.95, 1),
        ("networks", "digits, one hidden layer", 0.75, 1),
        ("networks", "digits, two hidden layers", 0.75, 1),
        ("convolution", "difference of the layer Conv2D from these lines", 0, 1e-14),
        ("convolution", "convolution", 0.85, 1),
        ("recurrence", "difference of the layer RNN from these lines", 0, 1e-14),
        ("recurrence", "mean squared error of 1", 0.15, 0.18),
        ("recurrence", "plain recurrence", 0.15, 0.19),
        ("recurrence", "LSTM", 0, 0.01),
        ("recurrence", "plain recurrence, first step", 0, 0.05),
        ("recurrence", "LSTM, first step", 0.1, 2),
        ("recurrence", "as in the last year: thousands beside the truth", 76.9, 77.1),
        ("recurrence", "GRU: thousands beside the truth", 10, 60),
        ("attention", "difference of the layer Attention from these lines", 0, 1e-14),
        ("attention", "turned round without attention", 0.05, 0.2),
        ("attention", "turned round with it", 0.99, 1),
        ("attention", "sorted without attention", 0.2, 0.5),
        ("attention", "sorted with it", 0.95, 1),
    ],
)
def test_what_is_known_comes_out(stretch, name, least, most, tour):
    assert least <= float(tour.figures[stretch][name]) <= most


def test_the_dot_product_is_the_same_three_times(tour):
    seconds, results = zip(*tour.figures["vectors"].values(), strict=True)
    assert results == pytest.approx([results[0]] * 3)
    assert min(seconds) > 0


def test_likelihoods_lead_to_what_is_known(tour):
    pairs = [v for v in tour.figures["likelihood"].values() if isinstance(v, tuple)]
    assert len(pairs) == 4
    np.testing.assert_allclose(*zip(*pairs, strict=True), rtol=1e-6)


@pytest.mark.parametrize("faster", ["momentum", "Nesterov", "Adam"])
def test_the_relatives_of_gradient_descent_are_down_sooner(faster, tour):
    last = {name: costs[-1] for name, costs in tour.figures["descent"].items()
            if name.startswith("costs")}  # fmt: skip
    assert len(last) == 4
    assert last[f"costs of {faster}"] < last["costs of gradient descent"] / 10


def test_every_stretch_is_told_with_a_paragraph_and_figures(tour):
    titles = re.findall(r"^\d+  .+$", tour.told, re.M)
    assert len(titles) == len(STRETCHES) == 12
    for part in re.split(r"^\d+  .+$", tour.told, flags=re.M)[1:]:
        assert re.search(r"^   \w", part, re.M)
        assert re.search(r"^      \S.*\d", part, re.M)


def test_no_line_is_wider_than_a_screen(tour):
    path = str(tour.folder)
    assert [x for x in tour.told.splitlines() if len(x) > 88 and path not in x] == []


# What stays


def test_the_report_is_one_page_that_needs_nothing_else(tour):
    page = (tour.folder / "report.html").read_text("utf-8")
    assert page.count("<h2 id=") == 1 + len(STRETCHES)
    loaded = re.findall(r"(?:src|href)=[\"'](?!#|data:)[^\"']*|<script|<link", page)
    assert loaded == []


def test_every_picture_is_on_the_page_and_beside_it(tour):
    page = (tour.folder / "report.html").read_text("utf-8")
    pictures = sorted(tour.folder.glob("*.svg"))
    assert page.count("<figure") == len(pictures) > 20
    assert {ET.parse(path).getroot().tag for path in pictures} == {
        "{http://www.w3.org/2000/svg}svg"
    }


def test_nothing_else_is_left(tour):
    kinds = {path.suffix for path in tour.folder.iterdir()}
    assert kinds == {".svg", ".html"}
    assert [path.name for path in tour.folder.parent.iterdir()] == [tour.folder.name]


def test_the_tour_says_where_the_report_lies(tour):
    assert tour.told.splitlines()[-1].endswith(str(tour.folder / "report.html"))
