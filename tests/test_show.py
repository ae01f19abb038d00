"""Progress, text and pictures: what a person sees, on tame data and on wild."""

import contextlib
import functools
import html
import io
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from pellucid.errors import MissingExtraError, PellucidError, TableError
from pellucid.files import write_whole
from pellucid.show import canvas, colours, plots
from pellucid.show.estimates import estimates
from pellucid.show.labels import power, spread
from pellucid.show.outputs import Roc
from pellucid.show.plain_text import cells, number, numbers, sparkline, table
from pellucid.show.progress import each, progress
from pellucid.show.summary import Summary

# Pictures


class Case(NamedTuple):
    """A picture, and words that must stand on it."""

    name: str
    draw: Callable
    words: tuple[str, ...]

    def __repr__(self):
        return self.name


def rows(n=60):
    """(n, 2) features, (n,) targets on a plane with noise, (n,) classes."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(n, 2))
    return X, X @ [2.0, -1.0] + rng.normal(size=n), (X[:, 0] > 0).astype(int)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


X, y, classes = rows()
x = X[:, 0]
falling = 14 * 0.9 ** np.arange(50)
grid = np.linspace(-2, 2, 21)
bowl = grid**2 + 4 * grid[:, None] ** 2
path = [[-1.5, 1.5], [0.5, -1.0], [0.0, 0.0]]
finding = {"title": "What was found"}
rank = np.arange(60) / 600
called = [str(i + 1) for i in range(60)]
named = {"x_label": "age (years)", "y_label": "pressure (mm Hg)"}

PICTURES = [
    Case(
        "scatter",
        lambda: plots.scatter(x, y, **finding, **named),
        tuple(named.values()),
    ),
    Case("line", lambda: plots.line(x, y, 2, -1.5, **finding), ("y = 2 x − 1.5",)),
    Case(
        "curve",
        lambda: plots.curve(x, y, np.square, label="y = x²", **finding),
        ("y = x²",),
    ),
    Case(
        "plane",
        lambda: plots.plane(X, y, [2, -1], 0, names=("age", "bmi"), **finding),
        ("age", "bmi", "y"),
    ),
    Case(
        "predicted",
        lambda: plots.predicted(y, y + 0.1, **finding),
        ("observed", "predicted"),
    ),
    Case(
        "calibration",
        lambda: plots.calibration([0.2, 0.8], [0.3, 0.7], [9, 40], **finding),
        ("as often as was said", "probability", "share that came true"),
    ),
    Case(
        "coefficients",
        lambda: plots.coefficients(["age", "bmi"], [1, -2], [0.1, 3], **finding),
        ("age", "bmi", "estimate ± 1.96 standard errors"),
    ),
    Case(
        "costs",
        lambda: plots.costs({"Newton": [14, 0.2], "descent": falling}, **finding),
        ("Newton 0.2", "iteration", "cost"),
    ),
    Case(
        "functions",
        lambda: plots.functions(
            grid, {"square": grid**2, "size": abs(grid)}, **finding
        ),
        ("square", "size"),
    ),
    Case(
        "descent",
        lambda: plots.descent(grid, grid, bowl, {"momentum": path}, **finding),
        ("momentum", "a", "b"),
    ),
    Case(
        "boundary",
        lambda: plots.boundary(
            X, classes, lambda X: X[:, 1] > 0, labels=("no", "yes"), **finding
        ),
        ("no", "yes", "wrong side", "x1", "x2"),
    ),
    Case(
        "sigmoid",
        lambda: plots.sigmoid(3 * x, classes, labels=("zero", "one"), **finding),
        ("zero", "one", "linear output z"),
    ),
    Case(
        "images",
        lambda: plots.images(np.eye(4).reshape(1, 4, 4), ["a digit"], **finding),
        ("a digit",),
    ),
    Case(
        "confusion",
        lambda: plots.confusion([[30, 1], [0, 29]], ["cat", "dog"], **finding),
        ("30", "cat", "dog", "observed", "predicted"),
    ),
    Case(
        "mistakes",
        lambda: plots.mistakes(
            [[3, 1], [0, 4]], ("no", "yes"), np.eye(4)[None], ["no as yes"], **finding
        ),
        ("no", "yes", "no as yes"),
    ),
    Case(
        "image_rows",
        lambda: plots.image_rows({"unit 1": np.eye(4)[None]}, **finding),
        ("unit 1",),
    ),
    Case(
        "heat",
        lambda: plots.heat(np.eye(3), x_label="looked at", **finding),
        ("looked at",),
    ),
    Case(
        "panels",
        lambda: plots.panels({"input gate": np.eye(3)}, **finding),
        ("input gate", "step", "unit"),
    ),
    Case(
        "residuals",
        lambda: plots.residuals(x, y, rows=called, **finding),
        ("predicted", "residual: observed − predicted"),
    ),
    Case(
        "spreading",
        lambda: plots.spreading(x, y, **finding),
        ("√ of |standardised residual|",),
    ),
    Case(
        "quantiles",
        lambda: plots.quantiles(y, rows=called, **finding),
        ("normal", "where normal residuals would lie"),
    ),
    Case(
        "leverage",
        lambda: plots.leverage(rank, y, rank * y**2, 2, rows=called, **finding),
        ("D = 0.5", "D = 1", "leverage", f"{np.argmax(rank * y**2) + 1}"),
    ),
    Case(
        "effects",
        lambda: plots.effects(
            ["age", "bmi"], [2, 0.5], [1.5, 0.3], [3, 0.9], ratios=True, **finding
        ),
        ("age", "bmi", "0.5", "2", "effect"),
    ),
    Case(
        "component",
        lambda: plots.component(x, x + y, 1.0, 0.2, **finding, **named),
        tuple(named.values()),
    ),
    Case(
        "band",
        lambda: plots.band(grid, grid, grid - 1, grid + 1, rows=x, **finding, **named),
        tuple(named.values()),
    ),
    Case(
        "levels",
        lambda: plots.levels(["cat", "dog"], [3, 5], [2, 4], [4, 6], **finding),
        ("cat", "dog", "prediction"),
    ),
    Case(
        "shares_at",
        lambda: plots.shares_at(
            ["cat", "dog"], [[0.2, 0.8], [0.7, 0.3]], labels=["no", "yes"], **finding
        ),
        ("cat", "dog", "no", "yes", "probability"),
    ),
    Case(
        "roc",
        lambda: plots.roc(
            [Roc("yes", [0, 0, 1], [0, 1, 1], 1.0)], point=(0, 1), **finding
        ),
        ("a guess", "p = 0.5"),
    ),
    Case(
        "probability",
        lambda: plots.probability(
            x, classes, grid, sigmoid(grid), labels=("no", "yes"), **finding
        ),
        ("no", "yes", "0"),
    ),
    Case(
        "separation",
        lambda: plots.separation(
            sigmoid(x + 0.5), classes, labels=("no", "yes"), **finding
        ),
        (
            f"no: {np.sum((x < 0) & (x > -0.5))} of {np.sum(x < 0)} wrong",
            f"yes: 0 of {np.sum(x > 0)} wrong",
        ),
    ),
    Case(
        "certainty",
        lambda: plots.certainty(
            sigmoid(x), np.arange(60) % 3, labels=["a", "b", "c"], **finding
        ),
        ("a (20)", "b (20)", "c (20)"),
    ),
    Case(
        "shares",
        lambda: plots.shares(
            grid,
            np.column_stack([sigmoid(grid), sigmoid(-grid)]),
            labels=["cat", "dog"],
            rows=x,
            **finding,
        ),
        ("cat", "dog", "probability"),
    ),
]
each_picture = pytest.mark.parametrize("case", PICTURES, ids=repr)


def words(svg):
    """Every text of an SVG."""
    return {"".join(element.itertext()) for element in ET.fromstring(svg).iter()}


@functools.cache
def drawn(case):
    """The picture as it was drawn first."""
    return plots.svg(case.draw())


@each_picture
def test_a_picture_is_an_svg_that_says_its_finding_and_its_labels(case):
    assert {"What was found", *case.words} <= words(drawn(case))


@each_picture
def test_a_picture_is_the_same_each_time_and_leaves_no_setting_changed(case):
    before = dict(mpl.rcParams)
    assert plots.svg(case.draw()) == drawn(case)
    assert dict(mpl.rcParams) == before


@each_picture
def test_a_picture_looks_the_same_whatever_the_person_has_set(case):
    expected = drawn(case)
    with mpl.style.context("dark_background"), mpl.rc_context({"font.size": 20}):
        assert plots.svg(case.draw()) == expected


def test_every_picture_is_in_the_table():
    assert {case.name for case in PICTURES} == {*plots.__all__} - {"save", "svg"}


nan, inf = np.nan, np.inf
WILD = {
    "none": [],
    "one": [3.0],
    "constant": [2.0, 2.0, 2.0],
    "nan": [nan, nan],
    "gap": [1.0, nan, 3.0],
    "infinite": [1.0, inf, 3.0],
    "huge": [1e300, 2e300, -1e300],
    "tiny": [1e-300, 2e-300],
    "far from zero": [1e9, 1e9 + 1, 1e9 + 2],
}


@pytest.mark.parametrize("values", WILD.values(), ids=WILD.keys())
@pytest.mark.parametrize(
    "draw",
    [
        lambda v: plots.scatter(v, v),
        lambda v: plots.line(v, v, 1, 0),
        lambda v: plots.curve(v, v, np.negative),
        lambda v: plots.predicted(v, v),
        lambda v: plots.costs({"a": v, "b": v}),
        lambda v: plots.functions(v, {"a": v, "b": v}),
        lambda v: plots.coefficients([f"x{i}" for i in range(len(v))], v),
        lambda v: plots.sigmoid(v, np.arange(len(v)) % 2),
        lambda v: plots.residuals(v, v),
        lambda v: plots.spreading(v, v),
        lambda v: plots.quantiles(v),
        lambda v: plots.leverage(np.full(len(v), 0.5), v, v, 2, rows=[*map(str, v)]),
        lambda v: plots.effects([f"x{i}" for i in range(len(v))], v, v, v),
        lambda v: plots.component(v, v, 1.0, 0.5),
        lambda v: plots.probability(v, np.arange(len(v)) % 2, v, np.full(len(v), 0.5)),
    ],
    ids=[
        *("scatter", "line", "curve", "predicted"),
        *("costs", "functions", "coefficients", "sigmoid"),
        *("residuals", "spreading", "quantiles", "leverage"),
        *("effects", "component", "probability"),
    ],
)
def test_wild_values_are_drawn_without_a_warning(draw, values):
    ET.fromstring(plots.svg(draw(values)))


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (
            lambda: plots.scatter([1, 2], [1]),
            "Expected as many values of x and y, got 2",
        ),
        (
            lambda: plots.functions([1, 2], {"f": [1]}),
            "Expected 2 values of 'f', got 1",
        ),
        (lambda: plots.plane([[1]], [1], [1], 0), "Expected X with two columns"),
        (
            lambda: plots.plane(X, y[1:], [1, 1], 0),
            "Expected as many values of y and r",
        ),
        (lambda: plots.boundary([[1, nan]], [0], len), "1 rows of which 0 are finite"),
        (lambda: plots.boundary(X, [0], len), "got 60 of rows and 1 of y"),
        (lambda: plots.images([[1, 2]]), "Expected grey images of shape"),
        (lambda: plots.images([np.eye(2)], ["a", "b"]), "Expected 1 titles, got 2"),
        (lambda: plots.confusion([[1]], ["a", "b"]), "got (1, 1) for 2"),
        (lambda: plots.confusion(np.eye(0), []), "got (0, 0) for 0"),
        (
            lambda: plots.coefficients(["a"], [1, 2]),
            "got 1 of names and 2 of estimates",
        ),
        (
            lambda: plots.descent(grid, grid[1:], bowl, {}),
            "Expected the cost as an array",
        ),
    ],
    ids=range(12),
)
def test_arrays_that_do_not_fit_are_refused_in_a_sentence(draw, sentence):
    with pytest.raises(TableError) as error:
        draw()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_million_points_make_a_small_file(rng):
    cloud = rng.normal(size=(2, 1_000_000))
    svg = plots.svg(plots.scatter(*cloud))
    assert "<image" in svg
    assert len(svg) < 300_000


def test_dollars_and_braces_in_names_are_shown_as_they_are():
    figure = plots.scatter(x, y, x_label="price ($) of $\\frac{", title="a < b & $c$")
    assert {"price ($) of $\\frac{", "a < b & $c$"} <= words(plots.svg(figure))


def test_text_stays_text_in_the_fonts_of_the_reader():
    svg = plots.svg(plots.scatter(x, y, title="What was found"))
    assert svg.count("'Helvetica Neue', Arial") == svg.count("</text>")


def test_a_script_that_reads_differently_is_drawn_without_a_warning():
    assert "身長 (cm)" in words(plots.svg(plots.scatter(x, y, x_label="身長 (cm)")))


def test_long_titles_break_into_lines_of_like_length():
    figure = plots.scatter(x, y, title="a finding that takes many words to say " * 3)
    lengths = [len(line) for line in figure.axes[0].get_title(loc="left").splitlines()]
    assert len(lengths) > 1
    assert max(lengths) - min(lengths) < 20


@pytest.mark.parametrize(
    "histories",
    [
        {f"method {i}": falling * (1 + 0.001 * i) for i in range(6)},
        {f"method {i}": falling[: 10 * i + 5] for i in range(4)},
        {"Newton": [14.0, 0.0], "descent": falling, "Adam": falling * 1.01},
        {"diverges": [1.0, 1e5, inf], "settles": [1.0, 0.5, 0.4]},
    ],
    ids=["same end", "short and long", "down to zero", "up to infinity"],
)
def test_names_at_line_ends_never_overlap(histories):
    figure = plots.costs(histories)
    figure.draw_without_rendering()
    boxes = [
        Text.get_window_extent(text)  # without the thread to the line
        for text in figure.axes[0].texts
        if text.get_text() != "cost"
    ]
    assert len(boxes) == len(histories)
    clashes = [
        (one, other)
        for i, one in enumerate(boxes)
        for other in boxes[:i]
        if one.overlaps(other)
    ]
    assert clashes == []


@pytest.mark.parametrize(
    ("history", "scale"),
    [
        ([14.0, 2.0, 0.1], "log"),
        ([14.0, 0.1, 0.0], "log"),
        ([14.0, 2.0, 1.9], "linear"),
        ([14.0, 0.1, -0.1], "linear"),
        ([0.0, 0.0], "linear"),
    ],
    ids=str,
)
def test_costs_that_span_decades_have_a_log_scale(history, scale):
    assert plots.costs({"": history}).axes[0].get_yscale() == scale


def test_of_many_coefficients_the_largest_are_shown():
    figure = plots.coefficients([f"pixel {i}" for i in range(4096)], np.arange(4096))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == [f"pixel {i}" for i in range(4066, 4096)]
    assert "30 largest of 4,096" in figure.axes[0].get_xlabel()


def test_pictures_need_no_pyplot_and_modules_no_matplotlib():
    code = (
        "import sys, pellucid.report, pellucid.show.progress\n"
        "import pellucid.show.plots as p\n"
        "heavy = 'matplotlib jinja2 latex2mathml rich pandas scipy sklearn'.split()\n"
        "assert not [m for m in heavy if m in sys.modules], 'loaded too early'\n"
        "p.svg(p.scatter([1, 2], [3, 4]))\n"
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_a_sentence_says_what_to_install(monkeypatch):
    for name in [m for m in sys.modules if m.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r'pip install "pellucid\[plot\]"'):
        plots.scatter([1], [1])


# Files


@pytest.mark.parametrize(
    ("ending", "start"),
    [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("PNG", b"\x89PNG")],
)
def test_a_picture_is_saved_in_each_format_the_same_each_time(ending, start, tmp_path):
    figure = plots.scatter(x, y)
    one = plots.save(figure, tmp_path / f"one.{ending}").read_bytes()
    two = plots.save(figure, tmp_path / f"two.{ending}").read_bytes()
    assert one.startswith(start)
    assert one == two


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(PellucidError, match=r"\.svg, \.png or \.pdf, got 'g\.gif'"):
        plots.save(plots.scatter(x, y), tmp_path / "g.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    place = write_whole(tmp_path / "report.html", "old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PellucidError, match="no space left on device"):
        write_whole(place, "new")
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_an_interrupt_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "report.html", "new")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_a_folder_or_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PellucidError, match="Cannot write"):
        write_whole(tmp_path, "text")
    with pytest.raises(PellucidError, match="Cannot write"):
        write_whole(tmp_path / "file" / "below.txt", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Text


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█"),
        ([5, 5, 5], "▄▄▄"),
        ([0, 0], "▄▄"),
        ([1000, 100, 10, 1], "█▆▃▁"),
        ([1, nan, 2], "▁ █"),
        ([nan, nan], "  "),
        ([1, 2, inf], "▁██"),
        ([-inf, 1, 2], "▁▁█"),
        ([1e308, 1e300, 1], "██▁"),
        (np.repeat([2, 1], 300), "█" * 30 + "▁" * 30),
        (np.r_[np.full(300, nan), np.ones(300)], " " * 30 + "▄" * 30),
    ],
    ids=range(12),
)
def test_a_curve_is_one_line_of_blocks(values, line):
    assert sparkline(values) == line


@given(st.lists(st.floats(-1e150, 1e150) | st.just(nan), max_size=300))
def test_a_curve_never_grows_longer_than_asked(values):
    assert len(sparkline(values, width=40)) == min(len(values), 40)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9911838202977805, "0.991184"),
        (np.float32(0.5), "0.5"),
        (np.int64(348), "348"),
        (1234567.8, "1234568"),
        (-0.0000123, "-1.23e-05"),
        (1e300, "1e+300"),
        (nan, "nan"),
        (-inf, "-inf"),
        (True, "True"),
        (None, ""),
        ("age", "age"),
    ],
    ids=str,
)
def test_a_number_is_written_as_a_person_would(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ([152.133484, -10.0099, 519.84592], ["152.133", "-10.010", "519.846"]),
        ([14.011395, 0.209659], ["14.0114", "0.2097"]),
        ([1.0, 2.0], ["1", "2"]),
        ([0.5, 3], ["0.5", "3"]),
        ([0.0, 0.25], ["0.00", "0.25"]),
        ([0.5, nan], ["0.5", "nan"]),
        ([0.867, 1e-14], ["0.867", "1e-14"]),
        ([1e300, 1.5], ["1e+300", "1.5"]),
        (["a", None], ["a", ""]),
        ([], []),
    ],
    ids=str,
)
def test_a_column_has_the_same_decimals(column, texts):
    assert numbers(column) == texts


def test_a_table_lines_up_its_decimal_points():
    text = table([("a", 1.5, 3), ("bcd", -10.25, 1000)], ("name", "value", "n"))
    assert text.splitlines() == [
        "name   value     n",
        "────  ──────  ────",
        "a       1.50     3",
        "bcd   -10.25  1000",
    ]


@pytest.mark.parametrize(
    ("rows", "headers", "text"),
    [
        ([], (), ""),
        ([], ("a", "b"), "a  b\n─  ─"),
        ([(1, "x"), (20, "y")], (), " 1  x\n20  y"),
        ([(None, 1)], ("a", "b"), "a  b\n─  ─\n   1"),
    ],
    ids=["nothing", "headers only", "no headers", "empty cell"],
)
def test_small_tables(rows, headers, text):
    assert table(rows, headers) == text


def test_a_ragged_table_is_refused():
    with pytest.raises(
        TableError, match="Expected 2 cells in each row, got 1 in row 2"
    ):
        table([(1, 2), (3,)])


@pytest.mark.parametrize(
    ("index", "first"), [(None, []), (["x"], [""]), (pd.Index([7], name="id"), ["id"])]
)
def test_a_frame_brings_its_headers_and_an_index_that_says_something(index, first):
    frame = pd.DataFrame({"estimate": [1.5]}, index=index)
    assert cells(frame)[0] == [*first, "estimate"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-2.5, "−2.5"),
        (1e-8, "10⁻⁸"),
        (-1e7, "−10⁷"),
        (3.2e-5, "3.2×10⁻⁵"),
        (123456.0, "123456"),
        (inf, "∞"),
        (nan, "nan"),
    ],
)
def test_a_number_on_an_axis_has_a_true_minus_and_true_powers(value, text):
    assert power(value) == text


positions = st.lists(st.floats(0, 1), max_size=12)


@given(positions, st.floats(0.01, 0.3))
def test_labels_are_moved_apart_and_keep_their_order_and_their_mean(wanted, gap):
    placed = np.array(spread(wanted, gap))
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(placed[order]) >= gap - 1e-9).all()
    assert placed.sum() == pytest.approx(sum(wanted))


# Progress


class Terminal(io.StringIO):
    """Standard error with somebody in front of it."""

    def isatty(self):
        return True


def work():
    with progress("fitting [all]", total=20) as bar:
        for _ in each(range(2), "inside"):
            bar.advance(10, figure="cost 0.5")
    return bar.done


def test_nobody_is_told_where_nobody_watches(capsys):
    with contextlib.redirect_stderr(io.StringIO()) as heard:
        assert work() == 20
    assert heard.getvalue() == ""
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_a_terminal_that_cannot_redraw_is_left_alone(kind, monkeypatch):
    monkeypatch.setenv("TERM", kind)
    with contextlib.redirect_stderr(Terminal()) as heard:
        assert work() == 20
    assert heard.getvalue() == ""


def test_a_person_sees_what_how_far_and_the_figure(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    with contextlib.redirect_stderr(Terminal()) as heard:
        assert work() == 20
    assert all(
        seen in heard.getvalue() for seen in ("fitting [all]", "20/20", "cost 0.5")
    )


def test_output_that_goes_elsewhere_does_not_go_astray(monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm-256color")
    with contextlib.redirect_stderr(Terminal()), progress("fitting", total=1):
        print("a figure")
    assert capsys.readouterr().out == "a figure\n"


def test_a_failure_inside_passes_through_the_bar():
    with pytest.raises(ZeroDivisionError), progress("fitting") as bar:
        bar.advance(1 // 0)


def test_a_title_of_many_digits_stays_inside_its_picture():
    found = "The cost falls from 2.88e+04 to 3.08e+03 in 100 epochs"
    figure = plots.costs({"": np.geomspace(28_800, 3_080, 100)}, title=found)
    figure.canvas.draw()
    (title,) = [t for t in figure.findobj(Text) if "2.88e+04" in t.get_text()]
    assert title.get_window_extent().x1 < figure.bbox.x1


@pytest.mark.parametrize("high", [1.0, 140000.0, 2.5e9, 1e-7])
def test_numbers_across_do_not_touch(high):
    figure = plots.scatter(np.linspace(high / 2, high, 9), np.arange(9.0))
    figure.draw_without_rendering()
    axis = figure.axes[0].xaxis
    low, up = figure.axes[0].get_xlim()
    ticks = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= up]
    boxes = [tick.label1.get_window_extent() for tick in ticks]
    assert len(boxes) > 1
    assert all(a.x1 + 2 < b.x0 for a, b in itertools.pairwise(boxes))


@pytest.mark.parametrize("share", [0, 1, 25, 50, 65, 70, 75, 90, 99])
def test_counts_are_read_on_their_squares(share):
    counts = [[100 - share, share], [share, 100 - share]]
    axes = plots.confusion(counts, ["no", "yes"]).axes[0]
    shades = np.asarray(axes.collections[0].get_array())
    for text in (t for t in axes.texts if t.get_text().isdigit()):
        across, down = map(int, text.get_position())
        ground = colours.luminance(shades[down, across])
        ink = colours.luminance(colours.rgb(text.get_color()))
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) > 3.9


@pytest.mark.parametrize("draw", [
    lambda v: plots.quantiles(v),
    lambda v: plots.residuals(v, v[::-1]),
    lambda v: plots.component(v, v[::-1], 1.0, 0.1),
    lambda v: plots.predicted(v, v[::-1]),
    lambda v: plots.leverage(np.abs(v) / 9, v, v**2 / 9, 2),
], ids=["quantiles", "residuals", "component", "predicted", "leverage"])  # fmt: skip
def test_a_picture_of_many_rows_is_small(draw):
    many = np.random.default_rng(0).normal(size=100_000)
    assert len(plots.svg(draw(many))) < 250_000


# Estimates: (estimate, error), and what is written of both, of t and of the bounds.
ESTIMATES = [
    (3.14159, 0.0456, "3.142", "0.046", "68.89", "3.052", "3.231"),
    (-3482258.6346, 890420.38, "-3482259", "890420", "-3.91", "-5227451", "-1737067"),
    (99.96, 0.996, "100.0", "1.0", "100.36", "98.0", "101.9"),
    (-2e-9, 1.2e-10, "-2.00e-09", "1.2e-10", "-16.67", "-2.24e-09", "-1.76e-09"),
    (5e-300, 1e-301, "5.00e-300", "1.0e-301", "50.00", "4.80e-300", "5.20e-300"),
    (3.4e12, 2.1e11, "3.40e+12", "2.1e+11", "16.19", "2.99e+12", "3.81e+12"),
    (0.5, 1e-12, "0.5", "1.0e-12", "5.00e+11", "0.5", "0.5"),
    (12.3, 99.6, "12", "100", "0.12", "-183", "208"),
    (1.2345678, 0.0, "1.23457", "0", "inf", "1.23457", "1.23457"),
    (1.2345678, np.nan, "1.23457", "nan", "nan", "nan", "nan"),
    (3.0, np.inf, "3", "inf", "0.00", "-inf", "inf"),
]  # fmt: skip


@pytest.mark.parametrize(("estimate", "error", "b", "s", "t", "low", "high"), ESTIMATES)
def test_an_estimate_has_the_digits_that_its_error_leaves(
    estimate, error, b, s, t, low, high
):
    frame = estimates(np.array([estimate]), np.array([error]), np.inf, ["x"])
    cells = str(Summary("", {}, frame)).splitlines()[-1].split()
    assert cells[1:4] + cells[5:] == [b, s, t, low, high]
    page = Summary("", {}, frame)._repr_html_()
    assert re.findall("<td>(.*)</td>", html.unescape(page)) == cells


def test_p_has_two_digits_wherever_it_stands():
    names = ["p", "p (Wald)", "F", "p of carbon"]
    frame = pd.DataFrame([[4.5321e-5, 0.0, 17.11003, 0.123456]], columns=names)
    shown = str(Summary("", {"p (F)": 3.4567e-12, "pH": 7.1234}, frame))
    assert "p (F) 3.5e-12   pH 7.123" in shown
    assert shown.splitlines()[-1].split() == [
        "0",
        "4.5e-05",
        "<1e-300",
        "17.11",
        "0.123456",
    ]


def test_a_title_whose_words_fill_their_lines_is_broken():
    """Its letters are more than its lines hold: breaks lose spaces."""
    narrow = Figure(figsize=(1.2, 2))
    axes = narrow.add_subplot()
    canvas.entitle(axes, " ".join(["abcdefghijkl"] * 3))
    assert axes.get_title(loc="left").split() == ["abcdefghijkl"] * 3
