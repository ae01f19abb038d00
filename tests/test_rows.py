"""Rows from files, data frames and arrays: what is read, and how errors say it."""

import numpy as np
import pandas as pd
import pytest

from pellucid.errors import TableError
from pellucid.tables.sources import rows
from pellucid.tables.table import Table

COUNT = "look for a comma too many or too few."
QUOTES = (
    "expected each quotation mark that opens a cell to close right before a comma or "
    "the end of the line, found one that does not; correct the quotation marks."
)
EMPTY = (
    "houses.csv: expected a line of column names or of numbers, found an empty file; "
    "check that it was written."
)


def message_of(source, *arguments, **options):
    with pytest.raises(TableError) as caught:
        rows(source, *arguments, **options)
    return str(caught.value)


# Every one of these files holds the same table.
SAME_TABLE = {
    "commas": "age,rooms,price\n1,2,3\n4,5,6\n",
    "tabs": "age\trooms\tprice\n1\t2\t3\n4\t5\t6\n",
    "semicolons": "age;rooms;price\n1;2;3\n4;5;6\n",
    "no end of line": "age,rooms,price\n1,2,3\n4,5,6",
    "Windows": "age,rooms,price\r\n1,2,3\r\n4,5,6\r\n",
    "old Macintosh": "age,rooms,price\r1,2,3\r4,5,6\r",
    "byte order mark": "\ufeffage,rooms,price\n1,2,3\n4,5,6\n",
    "spaces": " age , rooms,price \n 1, 2 ,3\n4 ,5 , 6 \n",
    "blank lines": "\n\nage,rooms,price\n\n1,2,3\n   \n4,5,6\n\n",
    "comments": '# "prices\n # in 1,000\n\n#\nage,rooms,price\n1,2,3\n4,5,6\n',
    "quotes": '"age","rooms","price"\n"1",2,"3"\n4,"5",6\n',
    "quotes after spaces": '"age", "rooms", "price"\n"1", 2, "3"\n4, "5", 6\n',
    "spellings of numbers": "age,rooms,price\n+1.0,.2e1,3e0\n4.,5,006\n",
    "decimal commas in a comment": "# 1;5,2;5\nage,rooms,price\n1,2,3\n4,5,6\n",
}


@pytest.mark.parametrize("content", SAME_TABLE.values(), ids=SAME_TABLE)
def test_a_file_is_read_whatever_its_dialect(write, content):
    table = rows(write(content), target="price")
    assert table.X.tolist() == [[1, 2], [4, 5]]
    assert table.y.tolist() == [3, 6]
    assert (table.names, table.target) == (("age", "rooms"), "price")
    assert table.X.dtype == table.y.dtype == np.float64


HEADERS = {
    "numbers only": ("1,2\n3,4\n", None, ("x1", "x2"), 2),
    "numbers and a missing cell": ("1,2\n", None, ("x1", "x2"), 1),
    "text only": ("a,b\n3,4\n", None, ("a", "b"), 1),
    "text above numbers": ("0,1,y\n3.5,4,5\n", None, ("0", "1", "y"), 1),
    "said to be names": ("2019,2020\n3,4\n", True, ("2019", "2020"), 1),
    "said to be data": ("1,2\n3,4\n", False, ("x1", "x2"), 2),
    "one column": ("a\n3\n", None, ("a",), 1),
}


@pytest.mark.parametrize(
    ("content", "header", "names", "n"), HEADERS.values(), ids=HEADERS
)
def test_the_first_line_names_the_columns_or_not(write, content, header, names, n):
    table = rows(write(content), header=header)
    assert (table.names, table.n, table.d) == (names, n, len(names))
    assert table.y is table.target is None


@pytest.mark.parametrize("target", [2, "2", "x2"], ids=repr)
def test_a_column_without_a_name_is_counted_from_one(write, target):
    table = rows(write("1,2,3\n4,5,6\n"), target)
    assert (table.names, table.target) == (("x1", "x3"), "x2")
    assert table.y.tolist() == [2, 5]


def test_a_target_without_a_number_is_kept_as_text(write):
    table = rows(write('size,kind\n1, house \n2,"flat, ""old"""\n3,none\n'), "kind")
    assert table.y.tolist() == ["house", 'flat, "old"', "none"]
    assert table.y.dtype.kind == "U"


def test_a_quoted_cell_may_hold_lines_that_look_like_comments(write):
    table = rows(write('size,kind\n1,"a\n# b\n\nc"\n2,d\n'), "kind")
    assert table.y.tolist() == ["a\n# b\n\nc", "d"]


def test_numbers_are_read_to_the_last_bit(write, rng):
    X = rng.standard_normal((5000, 2)) * 10.0 ** rng.integers(-300, 300, (5000, 2))
    lines = "\n".join(",".join(map(repr, row)) for row in X.tolist())
    assert np.array_equal(rows(write(lines)).X, X)


BAD_FILES = {
    "short line": (
        "age,price\n1,2\n3\n",
        "houses.csv, line 3: expected 2 cells as in line 1, found 1 "
        f"(1 such line in 2 rows); {COUNT}",
    ),
    "long lines": (
        "#\nage,price\n1,2\n\n3,4,5\n6,7,8\n",
        "houses.csv, line 5: expected 2 cells as in line 2, found 3 "
        f"(2 such lines in 3 rows); {COUNT}",
    ),
    "empty file": ("", EMPTY),
    "comments only": ("# nothing\n\n", EMPTY),
    "names only": (
        "age,price\n",
        "houses.csv: expected at least one row of data, found none; add a row.",
    ),
    "target only": (
        "price\n1\n2\n",
        'houses.csv: expected a column beside the target "price", found none; add a '
        "feature to learn from.",
    ),
    "no such target": (
        "age,prize\n1,2\n",
        'houses.csv: expected as target one of the columns "age", "prize", found '
        '"price"; did you mean "prize"?',
    ),
    "quotation mark not closed": (
        'age,price\n1,"2\n3,4\n',
        f"houses.csv, line 2: {QUOTES}",
    ),
    "quotation mark not closed in the only column": (
        '"price\n1\n',
        f"houses.csv, line 1: {QUOTES}",
    ),
    "quotation mark closed too early": (
        'age,price\n1,2\n3,"4"5\n',
        f"houses.csv, line 3: {QUOTES}",
    ),
}


@pytest.mark.parametrize(("content", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_one_sentence(write, content, message):
    assert message_of(write(content), target="price") == message


def test_a_missing_cell_in_the_first_line_does_not_make_it_a_line_of_names(write):
    table = rows(write("1,\n3,4\n"))
    assert (table.names, table.X.tolist()) == (("x1", "x2"), [[3, 4]])
    assert table.preparation.left_out == 1


def test_a_target_number_beyond_the_last_column_gets_one_sentence(write):
    assert message_of(write("1,2\n3,4\n"), 3) == (
        'houses.csv: expected as target one of the columns "x1", "x2" (or their '
        'numbers, 1 to 2), found "3"; choose one of them.'
    )


def test_a_wide_table_lists_its_first_columns(write):
    names = ",".join(f"c{j}" for j in range(50))
    message = message_of(write(f"{names}\n{names.replace('c', '')}\n"), "zzz")
    assert '"c39" and 10 more, found "zzz"; choose one of them.' in message


def test_a_folder_gets_one_sentence(tmp_path):
    assert message_of(tmp_path) == (
        f"{tmp_path}: expected files of tables (.parquet, .pq, .feather, .arrow, .ipc, "
        ".csv ...), found none in the folder; check the path."
    )


def test_a_missing_file_gets_one_sentence(tmp_path):
    path = str(tmp_path / "nowhere.csv")
    assert message_of(path) == (
        f"{path}: expected a file with a table, found nothing of that name; check the "
        "path."
    )


def test_a_path_through_a_file_gets_one_sentence(write):
    path = write("1,2\n") / "deeper.csv"
    assert message_of(path) == (
        f"{path}: expected a file that can be read, found: Not a directory; check its "
        "permissions."
    )


# Sources in memory.

PRICES = np.array([[1, 2, 3], [4, 5, 6]])
FRAME = pd.DataFrame(PRICES, columns=["age", "rooms", "price"])
GOOD_SOURCES = {
    "array": (PRICES, 3, ("x1", "x2"), "x3"),
    "lists": (PRICES.tolist(), "x3", ("x1", "x2"), "x3"),
    "text of numbers": (PRICES.astype(str), 3, ("x1", "x2"), "x3"),
    "objects": (PRICES.astype(object), 3, ("x1", "x2"), "x3"),
    "float32": (PRICES.astype(np.float32), 3, ("x1", "x2"), "x3"),
    "pair": ((PRICES[:, :2], PRICES[:, 2]), None, ("x1", "x2"), "y"),
    "pair, y one column": ((PRICES[:, :2], PRICES[:, 2:]), None, ("x1", "x2"), "y"),
    "pair, y named": ((PRICES[:, :2], [3, 6]), "price", ("x1", "x2"), "price"),
    "frame": (FRAME, "price", ("age", "rooms"), "price"),
    "frame, nullable": (FRAME.astype("Int64"), "price", ("age", "rooms"), "price"),
    "frame, columns are numbers": (pd.DataFrame(PRICES), 2, ("0", "1"), "2"),
    "pair of frame and series": (
        (FRAME[["age", "rooms"]], FRAME["price"]),
        None,
        ("age", "rooms"),
        "y",
    ),
}


@pytest.mark.parametrize(
    ("source", "target", "names", "name"), GOOD_SOURCES.values(), ids=GOOD_SOURCES
)
def test_arrays_and_frames_are_the_same_table(source, target, names, name):
    table = rows(source, target)
    assert table.X.tolist() == [[1, 2], [4, 5]]
    assert table.y.tolist() == [3, 6]
    assert (table.names, table.target) == (names, name)
    assert table.X.dtype == table.y.dtype == np.float64


TEXT_TARGETS = {
    "frame": (pd.DataFrame({"size": [1, 2], "kind": ["a", "b"]}), "kind"),
    "categories": (
        pd.DataFrame({"size": [1, 2], "kind": pd.Categorical(["a", "b"])}),
        "kind",
    ),
    "pair": (([[1], [2]], np.array(["a", "b"])), None),
    "pair with a series": (([[1], [2]], pd.Series(["a", "b"])), None),
}


@pytest.mark.parametrize(("source", "target"), TEXT_TARGETS.values(), ids=TEXT_TARGETS)
def test_labels_in_memory_are_kept_as_text(source, target):
    table = rows(source, target)
    assert table.y.tolist() == ["a", "b"]
    assert table.y.dtype.kind == "U"


def test_one_vector_is_one_column():
    assert rows((np.arange(3), np.arange(3))).X.tolist() == [[0], [1], [2]]


def test_truth_values_are_zero_and_one():
    table = rows(pd.DataFrame({"new": [True, False], "price": [3, 4]}), "price")
    assert table.X.tolist() == [[1], [0]]


def test_a_table_is_a_copy():
    X = np.zeros((2, 1))
    table = rows(X)
    X[0] = 9
    assert table.X.tolist() == [[0], [0]]
    assert rows(np.arange(6.0).reshape(3, 2), 2).y.flags.c_contiguous


BAD_SOURCES = {
    "no such target in a frame": (
        (FRAME, "cost"),
        'data frame: expected as target one of the columns "age", "rooms", "price", '
        'found "cost"; choose one of them.',
    ),
    "X and y of different lengths": (
        (([[1], [2], [3]], [1]), None),
        "expected one value of y for each row of X, found 1 value for 3 rows; look for "
        "what is missing in one of them.",
    ),
    "two targets": (
        (([[1]], [[1, 2]]), None),
        "expected one value of y a row, found 2; choose one column of y.",
    ),
    "lists of different lengths": (
        ([[1, 2], [3]], None),
        "array: expected rows of the same length, found different lengths; look for a "
        "cell too few.",
    ),
    "pictures": (
        (np.zeros((2, 8, 8)), None),
        "array: expected rows and columns, found the shape (2, 8, 8); flatten each "
        "row: X.reshape(len(X), -1).",
    ),
    "no rows": (
        (np.zeros((0, 3)), None),
        "array: expected at least one row of data, found none; add a row.",
    ),
    "no columns": (
        (np.zeros((3, 0)), None),
        "array: expected at least one column of data, found none; add a column.",
    ),
    "nothing": (
        (None, None),
        "expected a path, a data frame, an array or a pair (X, y), found NoneType; "
        "turn it into one of them.",
    ),
}


@pytest.mark.parametrize(
    ("arguments", "message"), BAD_SOURCES.values(), ids=BAD_SOURCES
)
def test_a_bad_source_gets_one_sentence(arguments, message):
    assert message_of(*arguments) == message


# What a fit asks for.


def test_a_table_with_two_rows_that_differ_can_be_fitted():
    table = rows([[1, 2], [3, 4]], target=2)
    assert table.for_fitting() is table


UNFIT = {
    "no target": (
        ([[1, 2], [3, 4]], None),
        "array: expected a target to learn, found none; name a column as target.",
    ),
    "one row": (
        ([[1, 2]], 2),
        "array: expected two rows or more to fit, found 1 row; add rows.",
    ),
    "one class": (
        (([[1], [2]], ["cat", "cat"]), "pet"),
        'pair (X, y), column "pet": expected values that differ, found "cat" in all 2 '
        "rows; add rows with another value, or choose another target.",
    ),
    "one number to learn": (
        (([[1], [2]], [0, 0]), None),
        'pair (X, y), column "y": expected values that differ, found 0.0 in all 2 '
        "rows; add rows with another value, or choose another target.",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), UNFIT.values(), ids=UNFIT)
def test_a_table_that_cannot_be_fitted_says_why(arguments, message):
    table = rows(*arguments)
    with pytest.raises(TableError) as caught:
        table.for_fitting()
    assert str(caught.value) == message


def test_a_table_shows_its_size_and_its_columns():
    X, y = np.zeros((2, 2)), np.zeros(2)
    assert repr(Table(X, y, ("age", "rooms"), "price")) == (
        "Table(2 rows: age, rooms -> price)"
    )
    assert repr(Table(X[:1], None, ("age", "rooms"), None)) == (
        "Table(1 row: age, rooms)"
    )


# Real data.

REAL = {
    "data_1d.csv": ((100, 1), 2),
    "data_2d.csv": ((100, 2), 3),
    "data_poly.csv": ((100, 1), 2),
    "ecommerce_data.csv": ((500, 5), "user_action"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read_as_pandas_reads_them(data, name):
    shape, target = REAL[name]
    table = rows(data / "linear" / name, target)
    header = "infer" if isinstance(target, str) else None
    frame = pd.read_csv(data / "linear" / name, header=header)
    assert table.X.shape == shape
    assert np.array_equal(np.column_stack([table.X, table.y]), frame.to_numpy())


def test_the_line_of_best_fit_has_its_published_slope(data):
    table = rows(data / "linear" / "data_1d.csv", target=2).for_fitting()
    x, y = table.X[:, 0], table.y
    a = (x * (y - y.mean())).sum() / (x * (x - x.mean())).sum()
    assert a == pytest.approx(1.9726121674845993, rel=1e-12)


def test_a_file_that_is_dirty_on_purpose_is_read_and_told(data):
    table = rows(data / "linear" / "moore.csv", target=2)
    assert table.y[:3].tolist() == [2300, 3500, 4500]
    assert (table.n, table.names[0], table.X[0, 0]) == (91, "x3", 1971)
    assert (table.names[-2:], table.X[0, -2:].tolist()) == (("x5", "x6"), [10_000, 12])
    sentence = table.preparation.sentence()
    assert "11 left out for a missing cell (x6 7, x5 5, x2 2)" in sentence
    assert "2 cells that are no number" in table.preparation.target.role.reason
    assert table.preparation.notes == (
        "line 1 holds numbers beside text and is read as a row (--header: as names)",
    )
