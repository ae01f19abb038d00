"""The role of each column: a table that gives it, and one that nearly does."""

import json

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.errors import TableError
from pellucid.tables.preparation import Preparation
from pellucid.tables.sources import grid_of, rows

N = 40
LETTERS = [f"name {i}" for i in range(N)]


def frame(**columns):
    """A table of N rows in which y and x vary, with more columns."""
    rng = np.random.default_rng(0)
    return pd.DataFrame({"x": rng.normal(size=N), **columns, "y": rng.normal(size=N)})


def repeated(*cells):
    return [cells[i % len(cells)] for i in range(N)]


def step_of(table, name="c"):
    return next(s for s in table.preparation.steps if s.column == name)


# A column, its role, what it becomes, and words of the reason.
ROLES = {
    "numbers": (np.arange(N) * 1.5, "number", ["c"], "numbers"),
    "text that comes again": (repeated("b", "a"), "category", ["c[b]"], 'against "a"'),
    "twenty levels": (repeated(*"abcdefghijklmnopqrst"), "category", None, "20 levels"),
    "an ordered category": (
        pd.Categorical(repeated("lo", "hi"), ["lo", "hi"], ordered=True),
        "category", ["c[hi]"], 'ordered, 2 levels, against "lo"',
    ),
    "an unordered category": (
        pd.Categorical(repeated("lo", "hi"), ["lo", "hi"]),
        "category", ["c[lo]"], 'against "hi"',
    ),
    "truth values": (repeated(True, False), "boolean", ["c"], "true is 1"),
    "Yes and No": (repeated("Yes", "No"), "boolean", ["c"], '"No" is 0, "Yes" is 1'),
    "Yes, No and perhaps": (repeated("Yes", "No", "perhaps"), "category",
                            ["c[Yes]", "c[perhaps]"], "3 levels"),
    "dates": (pd.date_range("2024-01-01", periods=N), "date", ["c"], "as a number"),
    "codes with a zero": (repeated("01", "02", "10"), "category", None, "a code"),
    "digits of other lengths": (repeated("1", "2", "10"), "number", ["c"], "numbers"),
    "numbers with a word": (["unknown", *map(str, np.arange(N - 1) * 1.5)], "number",
                            ["c"], '1 cell that is no number ("unknown")'),
    "numbers with a code": (["7a", *repeated("7", "8", "9")[1:]], "category", None,
                            "4 levels"),
    "names": (LETTERS, "left out", [], "names each row"),
    "names of which one comes twice": ([*LETTERS[1:], LETTERS[1]], "left out", [],
                                       "too many levels: 39 in 40 rows"),
    "a constant": ([7.0] * N, "left out", [], "constant: always 7"),
    "one word": (["a"] * N, "left out", [], 'constant: always "a"'),
    "one cell that differs": ([*[7.0] * (N - 1), 8.0], "number", ["c"], "numbers"),
    "nothing": ([None] * N, "left out", [], "holds nothing"),
    "mostly missing": (repeated(1.0, None, None), "left out", [],
                       "mostly missing: 65 %"),
    "half missing": (repeated(1.0, None, 3.0, None), "number", ["c"], "numbers"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kind", "names", "reason"), ROLES.values(), ids=ROLES
)
def test_a_column_is_taken_for_what_it_holds(cells, kind, names, reason):
    table = rows(frame(c=cells), "y")
    step = step_of(table)
    assert step.role.kind == kind
    assert reason in step.role.reason
    assert names is None or list(step.names) == names
    assert [name for name in table.names if name.startswith("c")] == list(step.names)


NAMED = {
    "id": (np.arange(N) + 1, "left out", "numbers the rows from 1 to 40"),
    "Id": (np.arange(N), "left out", "numbers the rows from 0 to 39"),
    "PassengerId": (np.arange(N) * 3 + 5, "left out", "an identifier"),
    "customer_id": (
        np.random.default_rng(1).permutation(N),
        "left out",
        "an identifier",
    ),
    "time": (np.arange(N) + 1, "number", "numbers"),
    "paid": (np.arange(N) * 3, "number", "numbers"),
    "group_id": (np.arange(N) // 2, "number", "numbers"),
    "idx": (np.arange(N) + 2, "number", "numbers"),
}


@pytest.mark.parametrize(("name", "case"), NAMED.items(), ids=NAMED)
def test_a_column_that_numbers_the_rows_is_left_out(name, case):
    cells, kind, reason = case
    step = step_of(rows(frame(**{name: cells}), "y"), name)
    assert (step.role.kind, step.role.reason) == (kind, step.role.reason)
    assert reason in step.role.reason


def test_a_copy_is_left_out_and_named():
    x = np.arange(N) * 0.5
    table = rows(frame(a=x, b=x.copy(), c=-x), "y")
    assert step_of(table, "b").role.reason == 'a copy of "a"'
    assert table.names == ("x", "a", "c")


def test_the_number_of_a_row_stays_where_there_is_no_other_column():
    table = rows(pd.DataFrame({"id": np.arange(5), "y": [1.0, 3, 2, 5, 4]}), "y")
    assert table.names == ("id",)
    assert "there is no other column" in step_of(table, "id").role.reason


# Targets.

TARGETS = {
    "numbers": (np.arange(N) * 1.5, "f", "number"),
    "words": (repeated("a", "b"), "U", "label"),
    "truth values": (repeated(True, False), "U", "label"),
    "numbers as text": ([str(i * 1.5) for i in range(N)], "f", "number"),
    "a number among words": (repeated("1", "2", "3+"), "U", "label"),
    "numbers with a word": ([*map(str, np.arange(N - 1) * 1.5), "lost"], "f", "number"),
}


@pytest.mark.parametrize(("cells", "dtype", "kind"), TARGETS.values(), ids=TARGETS)
def test_a_target_is_numbers_or_labels(cells, dtype, kind):
    table = rows(frame().assign(goal=cells), "goal")
    assert table.y.dtype.kind == dtype
    assert table.preparation.target.role.kind == kind


def test_rows_without_a_target_are_left_out_and_counted():
    y = np.arange(N) * 1.0
    y[[3, 5]] = np.nan
    table = rows(frame().assign(y=y), "y")
    assert (table.n, table.preparation.left_out) == (N - 2, 2)
    assert "2 left out for a missing cell (y 2)" in table.preparation.sentence()


# Missing cells.


def holed():
    cells = np.arange(N) * 1.0
    cells[:4] = np.nan
    return frame(c=cells, pet=[None, *repeated("cat", "dog", "cat")[1:]])


def test_rows_with_a_missing_cell_are_left_out():
    table = rows(holed(), "y")
    assert (table.n, table.preparation.left_out) == (N - 4, 4)
    assert np.isfinite(table.X).all()


def test_missing_cells_are_filled_in_and_marked():
    table = rows(holed(), "y", missing="impute")
    assert table.names == ("x", "c", "c[missing]", "pet[dog]", "pet[missing]")
    assert table.X[:5, 1].tolist() == [21.5, 21.5, 21.5, 21.5, 4]
    assert table.X[:5, 2].tolist() == [1, 1, 1, 1, 0]
    assert table.X[0, 3:].tolist() == [0, 1]
    assert "4 missing cells filled in" in str(table.preparation)


def test_no_column_marks_holes_that_only_rows_without_a_target_have():
    without = holed().assign(y=[None, *range(1, N)])
    table = rows(without, "y", missing="impute")
    assert table.names == ("x", "c", "c[missing]", "pet[dog]")
    X = table.preparation.applied(grid_of(without))
    assert X[0, 1:].tolist() == [21.5, 1, 0]


def test_missing_cells_are_refused_where_that_is_said():
    with pytest.raises(TableError) as caught:
        rows(holed(), "y", missing="refuse")
    assert str(caught.value) == (
        'data frame, row 1, column "c": expected a number, found nan (4 such cells in '
        '40 rows); fill such cells in, or say missing="drop" or "impute".'
    )


def test_a_column_goes_where_few_rows_would_stay():
    cells = [[1.0 * i if i % 7 == k % 7 or i % 2 == k % 2 else None for i in range(N)]
             for k in range(6)]  # fmt: skip
    table = rows(frame(**{f"c{k}": c for k, c in enumerate(cells)}), "y")
    reasons = [s.role.reason for s in table.preparation.steps]
    assert any("too few rows would remain" in reason for reason in reasons)
    assert table.n >= 2 * (table.d + 1)


def test_it_is_told_when_under_half_of_the_rows_remain():
    holes = np.where(np.arange(N) % 5 < 2, np.nan, np.arange(N))
    others = np.where(np.arange(N) % 5 > 2, np.nan, np.arange(N))
    table = rows(frame(a=holes, b=others), "y")
    assert "under half of the rows remain: 8 of 40" in table.preparation.notes[0]


def test_a_level_that_goes_with_its_rows_makes_no_column():
    kinds = ["a", "b", *repeated("b", "c")[2:]]
    table = rows(frame(c=kinds, d=[None, *range(1, N)]), "y")
    assert table.names == ("x", "c[c]", "d")


# What a person says.


def test_a_person_has_the_last_word():
    table = rows(
        frame(
            a=repeated(1, 2, 3, 1),
            b=LETTERS,
            c=["?", *repeated("5", "7a", "8")[1:]],
            d=range(N),
        ),
        "y",
        drop="x", categories=["A"], numbers=["c"],
    )  # fmt: skip
    assert table.names == ("a[2]", "a[3]", "c", "d")


def test_levels_that_are_numbers_stand_in_their_order():
    table = rows(frame(c=repeated(10, 9, 100)), "y", categories="c")
    assert table.names == ("x", "c[10]", "c[100]")


def test_text_as_dates_is_refused_where_it_is_none():
    with pytest.raises(TableError, match="expected dates, as was asked for, found"):
        rows(frame(c=repeated("a", "b")), "y", dates="c")


def test_an_option_that_names_no_column_asks_back():
    with pytest.raises(
        TableError, match=r"in drop= one of the columns .* did you mean"
    ):
        rows(frame(age=range(N)), "y", drop="agee")


def test_a_table_without_a_usable_column_says_why():
    with pytest.raises(TableError, match='found none that can be used: "a" names each'):
        rows(pd.DataFrame({"a": LETTERS, "y": range(N)}), "y")


# The recipe.


def test_a_recipe_is_plain_data():
    recipe = rows(holed(), "y", missing="impute").preparation
    again = Preparation.from_dict(json.loads(json.dumps(recipe.as_dict())))
    assert again == recipe
    assert str(again) == str(recipe)


def test_a_recipe_makes_the_same_columns_of_the_same_rows():
    table = rows(holed(), "y")
    X = table.preparation.applied(grid_of(holed()))
    assert np.array_equal(X[4:], table.X)
    assert np.isnan(X[:4]).any(axis=1).all()


@pytest.fixture
def model():
    kinds = repeated("a", "b", "c")
    table = rows(frame(c=kinds, when=pd.date_range("2024-01-01", periods=N)), "y")
    return pl.LinearRegression().fit(table)


def test_a_model_reads_raw_columns_as_it_learned_to(model):
    raw = frame(c=repeated("a", "b", "c"), when=pd.date_range("2024-01-01", periods=N))
    expected = model.predict(rows(raw, "y"))
    assert np.allclose(model.predict(raw[["when", "c", "x"]]), expected, rtol=1e-12)
    assert np.allclose(model.predict(raw.iloc[2:3]), expected[2:3], rtol=1e-12)


OTHER = {
    "a level never seen": (
        {"c": ["a", "z"], "x": [1.0, 2.0]},
        'row 2, column "c": expected one of the levels "a", "b", "c", as the model was '
        'fitted to, found "z" (1 such cell in 2 rows)',
    ),
    "a column that is not there": ({"c": ["a", "b"]}, 'found none called "x"'),
    "text for a number": (
        {"c": ["a", "b"], "x": ["1", "many"]},
        'row 2, column "x": expected a number, as the model was fitted to, found '
        '"many"',
    ),
    "a missing cell": (
        {"c": ["a", None], "x": [1.0, 2.0]},
        'row 2, column "c": expected a value, found a missing cell (1 such row in 2',
    ),
}


@pytest.mark.parametrize(("columns", "sentence"), OTHER.values(), ids=OTHER)
def test_other_columns_get_a_sentence(model, columns, sentence):
    when = pd.date_range("2024-01-01", periods=2)
    with pytest.raises(TableError) as caught:
        model.predict(pd.DataFrame({**columns, "when": when}))
    assert sentence in str(caught.value)
