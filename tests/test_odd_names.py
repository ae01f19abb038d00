"""Names of columns, targets and classes as real tables have them, wherever shown."""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib import mathtext

import pellucid as pl
from pellucid.errors import TableError
from pellucid.models.linear import LinearRegression
from pellucid.models.logistic import LogisticRegression
from pellucid.reading.formula.mathml import mathml
from pellucid.reading.names import latex_name, one_line, width
from pellucid.report import Report
from pellucid.show import plots
from pellucid.show.plain_text import table
from pellucid.tables.wording import quoted

# A name, in text, and in LaTeX.
NAMES = {
    "a letter": ("x", "x", "x"),
    "a letter and a number": ("x12", "x12", "x_{12}"),
    "a word": ("age", "age", r"\mathrm{age}"),
    "words": ("blood sugar", "(blood sugar)", r"\mathrm{blood\ sugar}"),
    "a line below": ("a_b", "a_b", r"\mathrm{a\_b}"),
    "a level": ("pet[dog]", "pet[dog]", r"\text{pet[dog]}"),
    "a newline": ("a\nb", "(a↵b)", r"\text{a↵b}"),
    "Windows' newline": ("a\r\nb", "(a↵b)", r"\text{a↵b}"),
    "a line separator": ("a\u2028b", "(a↵b)", r"\text{a↵b}"),
    "a tab": ("a\tb", "(a b)", r"\mathrm{a\ b}"),
    "a caret": ("x^2", "(x^2)", r"\mathrm{x\wedge 2}"),
    "a backslash": ("a\\b", "(a\\b)", r"\mathrm{a\backslash b}"),
    "a command": ("\\frac", "(\\frac)", r"\mathrm{\backslash frac}"),
    "an end": ("\\\\ & \\end{aligned}", "(\\\\ & \\end{aligned})", None),
    "braces": ("{a}", "({a})", r"\mathrm{\{a\}}"),
    "half a brace": ("}", "(})", r"\mathrm{\}}"),
    "dollars": ("$a$", "($a$)", r"\mathrm{\$a\$}"),
    "per cent": ("100%", "(100%)", r"\mathrm{100\%}"),
    "a hash": ("#1", "(#1)", r"\mathrm{\#1}"),
    "an ampersand": ("a&b", "(a&b)", r"\mathrm{a\&b}"),
    "a tilde": ("~", "(~)", r"\mathrm{\sim }"),
    "a tag": ("<b>&", "(<b>&)", r"\text{<b>}\&"),
    "a script": ("<script>alert(1)</script>", "(<script>alert(1)</script>)", None),
    "double quotes": ('"q"', '("q")', r'\text{"q"}'),
    "an apostrophe": ("it's", "(it's)", r"\text{it's}"),
    "a hyphen": ("t-shirt", "(t-shirt)", r"\text{t-shirt}"),
    "backticks": ("`code`", "(`code`)", r"\text{`code`}"),
    "a leading digit": ("2x", "(2x)", r"\mathrm{2x}"),
    "an operator": ("a*b", "(a*b)", r"\text{a*b}"),
    "an accent": ("é", "é", r"\text{é}"),
    "Chinese": ("中文", "中文", r"\text{中文}"),
    "an emoji": ("😀", "(😀)", r"\text{😀}"),
    "right to left": ("שלום", "שלום", r"\text{שלום}"),
    "a mark of direction": ("\u202eabc", "(abc)", r"\mathrm{abc}"),
    "control characters": ("a\x00b", "(a�b)", r"\text{a�b}"),
    "blanks around": (" a ", "( a )", r"\mathrm{\ a\ }"),
    "blanks between": ("é  b", "(é  b)", r"\text{é}\ \ \text{b}"),
    "blanks alone": ("  ", "(column 1)", r"\mathrm{column\ 1}"),
    "nothing": ("", "(column 1)", r"\mathrm{column\ 1}"),
    "two hundred letters": ("n" * 200, "n" * 200, None),
}

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 2))


def line(name):
    frame = pd.DataFrame(X[:, :1], columns=[name])
    return LinearRegression().fit(frame, pd.Series(X[:, 0] * 2 + X[:, 1], name=name))


def classes(name):
    labels = np.where(X[:, 0] + 0.3 * X[:, 1] > 0, f"{name}A", f"{name}B")
    frame = pd.DataFrame(X, columns=[name, "other"])
    return LogisticRegression().fit(frame, pd.Series(labels, name=name))


MODELS = {"line": line, "classes": classes}


@pytest.mark.parametrize(("name", "shown", "_"), NAMES.values(), ids=NAMES)
def test_a_name_in_a_formula_of_text(name, shown, _):
    first, *others = line(name).formula().split("\n")
    formula = " ".join([first, *others])
    assert f" {shown} " in formula
    assert all(re.match(" {4}[+-] ", other) for other in others)
    assert formula.encode()


@pytest.mark.parametrize(("name", "_", "latex"), NAMES.values(), ids=NAMES)
def test_a_name_in_a_formula_of_latex(name, _, latex):
    assert latex is None or f"\\,{latex} " in line(name).formula("latex")


@pytest.mark.parametrize("made", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(("name", "_", "__"), NAMES.values(), ids=NAMES)
def test_the_formula_becomes_mathml(made, name, _, __):
    formula = made(name).formula("latex")
    assert "\n" not in formula.removeprefix("\\begin{aligned}\n").replace(
        " \\\\\n", ""
    ).removesuffix("\n\\end{aligned}")
    ET.fromstring(mathml(formula))


READ_BY_MATPLOTLIB = ["a line below", "a caret", "a backslash", "braces", "dollars",
                      "per cent", "a hash", "a tilde", "words",
                      "a level", "an accent", "a hyphen", "an apostrophe"]  # fmt: skip


@pytest.mark.parametrize("key", READ_BY_MATPLOTLIB)
def test_the_latex_of_a_name_is_read_by_matplotlib_too(key):
    mathtext.MathTextParser("path").parse(f"${latex_name(NAMES[key][0])}$")


def test_a_hat_over_a_letter_is_small_and_over_a_word_wide():
    assert line("y").formula("latex").startswith(r"\hat{y} = ")
    assert line("x1").formula("latex").startswith(r"\hat{x}_{1} = ")
    wide = r"\widehat{\mathrm{blood\ sugar}} = "
    assert line("blood sugar").formula("latex").startswith(wide)


@pytest.mark.parametrize("made", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(("name", "_", "__"), NAMES.values(), ids=NAMES)
def test_a_summary_keeps_each_name_on_its_line(made, name, _, __):
    summary = made(name).summary()
    head, table = str(summary).split("\n\n")
    assert head.splitlines()[1].startswith("rows ")
    table, *notes = table.split("\nNote: ")
    assert len(table.splitlines()) == 2 + len(summary.frame)
    assert not any("\n" in note for note in notes)
    assert "<script>" not in summary._repr_html_()


# What is awkward for matplotlib and for SVG; one way leads from a name to a picture.
IN_BOTH = ["a newline", "a tab", "a line below", "a backslash", "braces", "dollars",
           "a tag", "control characters", "blanks alone", "nothing"]  # fmt: skip
PICTURED = [("classes", key) for key in NAMES] + [("line", key) for key in IN_BOTH]


@pytest.mark.parametrize(("kind", "key"), PICTURED)
def test_a_picture_shows_the_name_as_it_is(kind, key):
    name = NAMES[key][0]
    figure = MODELS[kind](name).plot()
    drawn = ET.fromstring(plots.svg(figure))
    said = {part.text for part in drawn.iter("{http://www.w3.org/2000/svg}text")}
    short = one_line(name)[:8].strip()
    assert any(short in (words or "") for words in said)


def test_a_class_that_begins_with_a_line_below_is_in_the_legend():
    legend = classes("_hidden").plot().axes[0].get_legend()
    names = [words.get_text().strip("\u200b") for words in legend.get_texts()]
    assert names[:2] == ["_hiddenA", "_hiddenB"]


@pytest.mark.parametrize(("name", "_", "__"), NAMES.values(), ids=NAMES)
def test_a_report_shows_the_name_and_runs_nothing(name, _, __):
    report = Report(name, name)
    report.section(name)
    report.table([(name, 1.0)], headers=(name, name), caption=name)
    report.formula(line(name).formula("latex"))
    page = report.html()
    assert "<script>alert" not in page
    assert "\x00" not in page


@pytest.mark.parametrize(("name", "_", "__"), NAMES.values(), ids=NAMES)
def test_a_table_of_text_keeps_its_lines_and_columns(name, _, __):
    lines = table([(name, 1), ("age", 22)], headers=("column", "value"))
    lengths = {width(row) for row in lines.split("\n")}
    assert (len(lines.split("\n")), len(lengths)) == (4, 1)


def csv(folder, names):
    path = folder / "odd.csv"
    rows = rng.normal(size=(20, len(names)))
    stream = io.StringIO()
    pd.DataFrame(rows, columns=names).to_csv(stream, index=False)
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def test_a_preparation_keeps_each_column_on_its_line(tmp_path):
    path = csv(tmp_path, ["height\nin cm", "中文", "$a$", "y"])
    table = pl.rows(path, target="y")
    assert table.names == ("height\nin cm", "中文", "$a$")
    lines = str(table.preparation).splitlines()
    assert lines[4].startswith("height↵in cm  number  height↵in cm")
    assert len({width(each.split("number")[0]) for each in lines[4:7]}) == 1


def test_names_that_differ_in_blanks_alone_stay_apart():
    frame = pd.DataFrame({"a": [1.0, 2, 4], "a ": [5.0, 1, 1], "y": [1.0, 2, 5]})
    model = LinearRegression().fit(pl.rows(frame, target="y"))
    np.testing.assert_allclose(model.predict(frame), [1, 2, 5])


def test_a_column_is_found_whose_blanks_were_lost():
    frame = pd.DataFrame({" a": [1.0, 2, 4], "y": [1.0, 2, 5]})
    model = LinearRegression().fit(pl.rows(frame, target="y"))
    stripped = frame.rename(columns=str.strip)
    np.testing.assert_allclose(model.predict(stripped), model.predict(frame))


def test_an_error_shows_a_name_on_one_line():
    frame = pd.DataFrame({"a\u2028b": [1.0, 2, 4], "y": [1.0, 2, 5]})
    with pytest.raises(TableError, match=r'columns "a\\u2028b", "y"'):
        pl.rows(frame, target="z")
    assert quoted("a\n\u202eb") == r'"a\n\u202eb"'


def test_a_page_can_be_written_whatever_a_name_holds():
    assert "<title>a�b</title>" in Report("a\ud800b").html()
    assert one_line("a\ud800b\x7f") == "a�b�"
