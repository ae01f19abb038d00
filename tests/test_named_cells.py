"""A cell that an estimator cannot use is named: where, what it is, what to do."""

import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models.linear import LinearRegression
from pellucid.models.logistic import LogisticRegression
from pellucid.models.networks.perceptron_regressor import MLPRegressor
from pellucid.models.networks.perceptrons import MLPClassifier

Y = [1.0, 2.0, 3.0, 5.0]
KIND = ["a", "b", "a", "b"]
SOME = [[1.0], [2.0], [4.0], [3.0]]
NA = r"expected finite numbers in X, found <NA> in row 2, column 2 \(cm\) \(1 such cell"
HOLE = r"expected finite numbers in X, found {} in row 2, column 2{} \(1 such cell in 4"
TEXT = r"expected numbers in X, found the text \"{}\" in row {}, column 2{} \({} such"
DATE = r"expected numbers in X, found the {} in row 1, column 2 \(cm\) \({} such cells"
READ = r"fit to pl\.rows\(\(X, y\)\), which makes numbers of categories and dates"
NAMED = r" \(cm\)"


def frame(cells):
    return pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "cm": cells})


def dates(*cells, **options):
    return frame(pd.to_datetime(list(cells), **options))


FOUR = ("2020-01-01", "2020-01-02", "2020-01-04", "2020-01-03")
MASK = [[0, 0], [0, 1], [0, 0], [0, 0]]
GRID = [[1.0, 2.0], [3.0, 4.0], [4.0, 5.0], [6.0, 9.0]]

# Features, and what is said of them.
BAD = {
    "Int64 with NA": (frame(pd.array([1, None, 3, 4], "Int64")), NA),
    "Float64 with NA": (frame(pd.array([1, None, 3, 4], "Float64")), NA),
    "boolean with NA": (frame(pd.array([True, None, False, True], "boolean")), NA),
    "objects with NA": (frame(pd.Series([1, pd.NA, 3, 4], dtype=object)), NA),
    "pyarrow with a null": (frame(pd.array([1, None, 3, 4], "int64[pyarrow]")), NA),
    "objects with None": (
        frame(pd.Series([1, None, 3, 4], dtype=object)), HOLE.format("None", NAMED)),
    "an arrow table": (pa.table({"age": Y, "cm": [1, None, 6, 6]}),
                       HOLE.format("None", NAMED)),
    "a category with a hole": (
        frame(pd.Categorical([1, None, 1, 2])), HOLE.format("NaN", NAMED)),
    "a list with None": ([[1, 2], [3, None], [4, 5], [6, 7]], HOLE.format("None", "")),
    "an object array": (np.array([[1, 2], [3, None], [4, 5], [6, 7]], object),
                        HOLE.format("None", "")),
    "a sparse nan": (sparse.csr_array([[1, 0], [0, np.nan], [4, 5], [6, 7]]),
                     HOLE.format("NaN", "")),
    "a masked cell": (np.ma.masked_array(GRID, MASK), HOLE.format("a masked cell", "")),
    "a number too large": ([[10**400, 1], [2, 3], [3, 3], [5, 5]],
                           r"found a number beyond 1.8e308 in row 1, column 1"),
    "objects with text": (frame(pd.Series([1, "two", 3, 4], dtype=object)),
                          TEXT.format("two", 2, NAMED, 1) + ".*" + READ),
    "text": (frame(list("abcd")), TEXT.format("a", 1, NAMED, 4) + ".*" + READ),
    "text with a hole": (frame(["a", None, "c", "d"]), TEXT.format("a", 1, NAMED, 3)),
    "string with NA": (frame(pd.array(["a", None, "c", "d"], "string")),
                       TEXT.format("a", 1, NAMED, 3)),
    "text of pyarrow": (frame(pd.array(["a", "b", None, "d"], "string[pyarrow]")),
                        TEXT.format("a", 1, NAMED, 3)),
    "bytes": (frame([b"a", b"b", b"c", b"d"]), TEXT.format("a", 1, NAMED, 4)),
    "a category": (frame(pd.Categorical(KIND)), TEXT.format("a", 1, NAMED, 4)),
    "a list with text": ([[1, 2], [3, "x"], [4, 5], [6, 7]],
                         TEXT.format("x", 2, "", 1)),
    "an array of text": (np.array([["1", "b"]] * 4), TEXT.format("b", 1, "", 4)),
    "columns with numbers as names": (
        pd.DataFrame({0: [1, 2, 3, 4], 1: KIND}), TEXT.format("a", 1, r" \(1\)", 4)),
    "dates": (dates(*FOUR), DATE.format("date 2020-01-01 00:00:00", 4) + ".*" + READ),
    "dates with a hole": (dates("2020-01-01", None, *FOUR[:2]),
                          DATE.format("date 2020-01-01 00:00:00", 3)),
    "dates of a zone": (dates(*FOUR, utc=True), DATE.format("date 2020-01-01 .*", 4)),
    "dates alone": (dates(*FOUR)[["cm"]], r"the date .* in row 1, column 1 \(cm\)"),
    "durations alone": (frame(pd.to_timedelta([1, 2, 3, 5], "D"))[["cm"]],
                        r"the duration 1 day.* in row 1, column 1 \(cm\)"),
    "periods": (frame(pd.period_range("2020-01", periods=4, freq="M")),
                DATE.format("date 2020-01", 4)),
    "dates of Python": (frame([dt.date(2020, 1, i) for i in (1, 2, 3, 5)]),
                        DATE.format("date 2020-01-01", 4)),
    "an array of dates": (np.array([["2020"]] * 4, "M8[Y]"), "the date 2020 in row 1"),
    "complex numbers": (np.array(GRID) * 1j, r"real numbers in X, found the complex n"),
    "a dict in a cell": (np.array([[1, {}], [3, 4], [4, 5], [6, 7]], object),
                         r"found \{\}, of type dict, in row 1, column 2"),
    "records": (np.array([(1, 2.0)] * 4, [("a", int), ("b", float)]),
                r'found records of "a", "b"; give pandas.DataFrame\(X\)'),
    "different lengths": ([[1, 2], [3], [4, 5], [6, 7]],
                          "found 2 cells in row 1 and 1 in row 2"),
    "two columns of one name": (pd.DataFrame(GRID, columns=["a", "a"]),
                                'columns of different names, found "a" more than once'),
    "a path": ("titanic.csv", r'found "titanic.csv"; read the file first: pl.rows'),
    "a dict": ({"a": Y}, r"found dict; give pandas.DataFrame\(X\)"),
    "nothing": (None, "found NoneType; give rows of numbers"),
}  # fmt: skip


@pytest.mark.parametrize(("X", "said"), BAD.values(), ids=BAD)
def test_a_feature_that_is_no_number_is_named(X, said):
    with pytest.raises(ModelError, match=said) as caught:
        LinearRegression().fit(X, Y)
    assert "\n" not in str(caught.value)


MODELS = {
    "LogisticRegression": (LogisticRegression(), KIND),
    "MLPRegressor": (MLPRegressor(max_iter=2), Y),
    "MLPClassifier": (MLPClassifier((2,), max_iter=2), KIND),
}


@pytest.mark.parametrize(("model", "y"), MODELS.values(), ids=MODELS)
def test_every_estimator_names_the_cell(model, y):
    with pytest.raises(ModelError, match=TEXT.format("two", 2, NAMED, 1)):
        model.fit(frame(pd.Series([1, "two", 3, 4], dtype=object)), y)


GOOD = {
    "Int64": frame(pd.array([1, 2, 3, 9], "Int64")),
    "boolean": frame(pd.array([True, True, False, True], "boolean")),
    "bool": frame([True, True, False, True]),
    "pyarrow": frame(pd.array([1, 2, 3, 9], "int64[pyarrow]")),
    "Decimal": frame([Decimal(1), Decimal(2), Decimal(3), Decimal(9)]),
    "text of numbers": frame(["1", "2", "3", "9"]),
    "numbers and text of numbers": frame(pd.Series([1, "2", 3, 9], dtype=object)),
    "categories of numbers": frame(pd.Categorical([1, 2, 3, 9])),
    "nothing masked": np.ma.masked_array(np.column_stack([[1, 2, 3, 4], [1, 2, 3, 9]])),
}


@pytest.mark.parametrize("X", GOOD.values(), ids=GOOD)
def test_what_are_numbers_after_all_is_taken(X):
    numbers = np.asarray(X, dtype=float)
    expected = LinearRegression().fit(numbers, Y).coef_
    np.testing.assert_allclose(LinearRegression().fit(X, Y).coef_, expected)


def named(cells, **options):
    return pd.Series(cells, name="price", **options)


# A target of numbers, and what is said of it.
NUMBERS = {
    "text": (list("abcd"), 'numbers in y, found the text "a" in row 1 (4 such cells'),
    "an array of text": (np.array(["1", "x", "2", "3"]), 'the text "x" in row 2 (1 s'),
    "a series of text": (named(list("abcd")), 'the text "a" in row 1 (price) (4'),
    "None": ([1.0, None, 2.0, 3.0], "finite numbers in y, found None in row 2 (1"),
    "NA": (named([1, pd.NA, 3, 4], dtype=object), "found <NA> in row 2 (price) (1"),
    "Int64": (named([1, None, 3, 4], dtype="Int64"), "in row 2 (price) (1 such cell"),
    "dates": (named(pd.to_datetime([*FOUR])), "the date 2020-01-01T00:00:00"),
    "masked": (np.ma.masked_array(Y, [0, 1, 0, 0]), "found a masked cell in row 2 (1"),
    "complex": ([1j, 2, 3, 4], "found the complex number 1j in row 1 (1 such cell"),
    "a frame": (pd.DataFrame({"a": Y, "b": KIND}), 'text "a" in row 1, column 2 (b)'),
    "lengths": ([[1], [2, 3], [1], [1]], "of the same length in y, found 1 cell in"),
}  # fmt: skip


@pytest.mark.parametrize("model", [LinearRegression(), MLPRegressor(max_iter=2)])
@pytest.mark.parametrize(("y", "said"), NUMBERS.values(), ids=NUMBERS)
def test_a_target_that_is_no_number_is_named(model, y, said):
    with pytest.raises(ModelError, match=re.escape(said)):
        model.fit(SOME, y)


# Labels, and what is said of them.
LABELS = {
    "None": (["a", None, "b", "a"], "a label in y, found None in row 2 (1 such cell"),
    "nan": (["a", np.nan, "b", "a"], "a label in y, found NaN in row 2 (1 such cell"),
    "nan of numbers": ([1, np.nan, 2, 1], "a label in y, found NaN in row 2 (1 such"),
    "text": (named(["a", None, "b", "a"]), "found NaN in row 2 (price) (1 such cell"),
    "string": (named(["a", None, "b", "a"], dtype="string"), "<NA> in row 2 (price)"),
    "boolean": (named([True, None, False, True], dtype="boolean"), "<NA> in row 2 (pr"),
    "category": (named(pd.Categorical(["a", None, "b", "a"])), "NaN in row 2 (price)"),
    "masked": (np.ma.masked_array([1, 2, 1, 2], [0, 1, 0, 0]), "masked cell in row 2"),
    "mixed": (np.array(["a", 1, "b", "a"], object), "of one kind in y, all text or all "
              "whole numbers, found 'a' and 1; make them text"),
    "Decimal": ([Decimal(2), Decimal(2)] * 2, "found Decimal('2'), of type Decimal; "),
}  # fmt: skip


@pytest.mark.parametrize("model", [LogisticRegression(), MLPClassifier(max_iter=2)])
@pytest.mark.parametrize(("y", "said"), LABELS.values(), ids=LABELS)
def test_a_label_that_is_missing_is_named(model, y, said):
    with pytest.raises(ModelError, match=re.escape(said)):
        model.fit(SOME, y)


# Text and dates that an estimator refuses, and the rows that its advice makes of them.
ADVISED = ["objects with text", "string with NA", "text of pyarrow", "a category",
           "bytes", "a list with text", "dates", "dates of a zone", "periods",
           "dates of Python", "columns with numbers as names"]  # fmt: skip


@pytest.mark.parametrize("name", ADVISED)
def test_the_advice_to_read_the_rows_works(name):
    X = BAD[name][0]
    table = pl.rows((X, Y))
    expected = LinearRegression().fit(table.X, table.y).predict(table.X)
    found = LinearRegression().fit(pl.rows((X, Y))).predict(X)
    np.testing.assert_allclose(found, expected)


def test_records_are_rows_of_named_columns():
    records = np.array([(1, 2.0), (3, 5.0), (4, 1.0)], [("age", int), ("cm", float)])
    table = pl.rows(records, target="cm")
    assert (table.names, table.y.tolist()) == (("age",), [2.0, 5.0, 1.0])


def test_text_in_rows_to_predict_is_named():
    model = LinearRegression().fit(frame([1.0, 5.0, 2.0, 2.0]), Y)
    with pytest.raises(ModelError, match=TEXT.format("a", 1, NAMED, 4)) as caught:
        model.predict(frame(KIND))
    assert "; give numbers, as the model was fitted to, or fit to" in str(caught.value)


def test_a_hole_in_rows_to_predict_is_named():
    model = LinearRegression().fit(frame([1.0, 5.0, 2.0, 2.0]), Y)
    with pytest.raises(ModelError, match=NA):
        model.predict(frame(pd.array([1, None, 3, 4], "Int64")))


def test_a_name_on_two_lines_is_shown_on_one():
    X = frame(KIND).rename(columns={"cm": "height\nin cm"})
    with pytest.raises(ModelError, match=r'column 2 \("height\\nin cm"\) \(4 such'):
        LinearRegression().fit(X, Y)
