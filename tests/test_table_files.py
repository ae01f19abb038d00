"""Each kind of file that holds a table: how it is read, and what is told of it."""

import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from pellucid.errors import TableError
from pellucid.tables.sources import rows

PLAIN = "age,rooms,price\n1,2,3.5\n4,5,6\n7,9,8\n"
X, Y = [[1, 2], [4, 5], [7, 9]], [3.5, 6, 8]


def zipped(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, PLAIN)
    return packed.getvalue()


# Every one of these files holds the same table.
SAME_TABLE = {
    "commas": PLAIN,
    "tabs": PLAIN.replace(",", "\t"),
    "semicolons": PLAIN.replace(",", ";"),
    "bars": PLAIN.replace(",", "|"),
    "runs of blanks": "age   rooms price\n 1  2   3.5\n4 5     6 \n7  9 8\n",
    "decimal commas": "age;rooms;price\n1;2;3,5\n4;5;6\n7;9;8\n",
    "decimal commas after tabs": "age\trooms\tprice\n1\t2\t3,5\n4\t5\t6\n7\t9\t8\n",
    "UTF-8 with a mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "UTF-16 with a mark": PLAIN.encode("utf-16"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "big-endian UTF-16": PLAIN.encode("utf-16-be"),
    "gzip": gzip.compress(PLAIN.encode()),
    "zip": zipped("prices.csv"),
    "zip of a Macintosh": zipped("prices.csv", "__MACOSX/._prices.csv"),
    "Excel's line of a delimiter": "sep=;\n" + PLAIN.replace(",", ";"),
    "Windows lines": PLAIN.replace("\n", "\r\n"),
    "old Macintosh lines": PLAIN.replace("\n", "\r"),
    "the end of a file of DOS": PLAIN + "\x1a",
    "trailing delimiters": "age,rooms,price,\n1,2,3.5,\n4,5,6,\n7,9,8,\n",
    "trailing delimiters below": "age,rooms,price\n1,2,3.5,\n4,5,6,\n7,9,8,\n",
    "comments above": "# prices of 1,234 houses\n# in 2024\n" + PLAIN,
    "names behind a hash": "#" + PLAIN,
    "a title": "Prices of houses\n\n" + PLAIN,
    "a title in a sheet": "Prices of houses,,\n" + PLAIN,
    "units below the names": PLAIN.replace("\n1", "\n(years),(number),(EUR)\n1"),
    "a total": PLAIN + "Total,,17.5\n",
    "a footer": PLAIN + "Source: the office of houses\n",
    "names in quotes": '"age","rooms","price"\n"1","2","3.5"\n4,5,6\n7,9,8\n',
    "row names of R": "age rooms price\n1 1 2 3.5\n2 4 5 6\n3 7 9 8\n",
    "row names of R in quotes": (
        '"age" "rooms" "price"\n"a" 1 2 3.5\n"b" 4 5 6\n"c" 7 9 8\n'
    ),
    "a nameless first column": ",age,rooms,price\n0,1,2,3.5\n1,4,5,6\n2,7,9,8\n",
    "the index of pandas": "Unnamed: 0,age,rooms,price\n0,1,2,3.5\n1,4,5,6\n2,7,9,8\n",
    "currency": "age,rooms,price\n1,2,$3.50\n4,5,$6\n7,9,$8\n",
    "per cent": "age,rooms,price\n1,2,3.5%\n4,5,6 %\n7,9,8%\n",
    "typeset": "age,rooms,price\n+1,2,3.5\n4,5,6\u00a0€\n7,9,8\n",
}


@pytest.mark.parametrize("content", SAME_TABLE.values(), ids=SAME_TABLE)
def test_a_table_is_read_whatever_its_dialect(write, content):
    table = rows(write(content), target="price")
    assert table.names == ("age", "rooms")
    assert table.X.tolist() == X
    assert table.y.tolist() == Y


NUMBERS = {
    "thousands commas": (['"1,234"', '"12,345,678.5"', "7"], [1234, 12345678.5, 7]),
    "thousands points": (["1.234,5", "12.345.678,0", "7,5"], [1234.5, 12345678, 7.5]),
    "thousands blanks": (["1 234.5", "12 345 678", "7"], [1234.5, 12345678, 7]),
    "narrow blanks": (["1\u202f234,5", "12\u202f345,0", "7,5"], [1234.5, 12345, 7.5]),
    "apostrophes": (["1'234.5", "12'345", "7"], [1234.5, 12345, 7]),
    "the minus of typesetters": (["\u22121.5", "\u22122", "7"], [-1.5, -2, 7]),
    "an accountant's brackets": (["(1.5)", "2", "$(3)"], [-1.5, 2, -3]),
    "currency in front and behind": (["€ 1", "2 €", "-£3"], [1, 2, -3]),
    "exponents": (["1e3", "2E-1", "3"], [1000, 0.2, 3]),
}


@pytest.mark.parametrize(("cells", "values"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_read_as_they_are_written(write, cells, values):
    lines = "\n".join(f"{cell};{i % 2}" for i, cell in enumerate(cells))
    table = rows(write(f"a;b\n{lines}\n"), target="b", missing="refuse")
    assert table.X[:, 0].tolist() == values


def test_a_point_between_thousands_is_one_in_every_column_of_the_file(write):
    table = rows(write("a;b;y\n1.234;1,5;1\n2.345;2,5;2\n3.456;4,5;4\n"), "y")
    assert table.X.tolist() == [[1234, 1.5], [2345, 2.5], [3456, 4.5]]


def test_points_without_a_decimal_comma_are_decimal(write):
    table = rows(write("a;b;y\n1.234;1.5;1\n2.345;2.5;2\n3.456;4.5;4\n"), "y")
    assert table.X[:, 0].tolist() == [1.234, 2.345, 3.456]


def test_digits_with_an_underscore_are_no_number(write):
    table = rows(write("a,y\n1_0,1\n2_0,2\n1_0,3\n2_0,4\n"), "y")
    assert table.names == ("a[2_0]",)


def test_windows_letters_are_read_and_told(write):
    content = "größe;preis\n1,5;2\n2,5;3\n4;6\n".encode("cp1252")
    table = rows(write(content), "preis")
    assert (table.names, table.y.tolist()) == (("größe",), [2, 3, 6])
    assert table.preparation.notes == ("read as Windows-1252, as line 1 is no UTF-8",)


@pytest.mark.parametrize("spelled", ["NA", "N/A", "NaN", "null", "None", "-", "?", ".",
                                     "#N/A", "", "  ", "#DIV/0!"])  # fmt: skip
def test_each_spelling_of_nothing_is_missing(write, spelled):
    table = rows(write(f"a,b\n1,2\n{spelled},3\n4,5\n6,7\n"), "b")
    assert table.X[:, 0].tolist() == [1, 4, 6]
    assert table.preparation.left_out == 1
    assert table.preparation.steps[0].missing == 1


def test_a_failed_formula_in_the_first_cell_is_no_comment(write):
    table = rows(write("a,b\n1,2\n#DIV/0!,2\n3,4\n"), "b")
    assert table.preparation.rows == 3
    assert table.preparation.left_out == 1


@pytest.mark.parametrize(
    ("true", "false"),
    [("TRUE", "FALSE"), ("yes", "no"), ("Y", "N"), ("t", "f"), ("ja", "nein")],
)
def test_each_spelling_of_truth_is_one_and_zero(write, true, false):
    table = rows(write(f"a,b\n{true},2\n{false},3\n{true},5\n"), "b")
    assert table.names == ("a",)
    assert table.X[:, 0].tolist() == [1, 0, 1]


DATES = {
    "ISO": (["1970-01-02", "1970-01-03", "1970-02-01"], [1, 2, 31]),
    "with a time": (["1970-01-02 12:00", "1970-01-03 06:00", "1970-02-01 00:00"],
                    [1.5, 2.25, 31]),
    "with a zone": (["1970-01-02T12:00:00Z", "1970-01-03T06:00:00Z",
                     "1970-02-01T00:00:00Z"], [1.5, 2.25, 31]),
    "points": (["02.01.1970", "03.01.1970", "01.02.1970"], [1, 2, 31]),
    "day before month": (["02/01/1970", "31/01/1970", "01/02/1970"], [1, 30, 31]),
    "month before day": (["01/02/1970", "01/31/1970", "02/01/1970"], [1, 30, 31]),
    "names of months": (["2 Jan 1970", "3 Jan 1970", "1 Feb 1970"], [1, 2, 31]),
    "time of day": (["6:30", "12:00", "18:15"], [6.5, 12, 18.25]),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "values"), DATES.values(), ids=DATES)
def test_dates_are_days_and_times_are_hours(write, cells, values):
    lines = "\n".join(f"{cell},{i * i}" for i, cell in enumerate(cells))
    table = rows(write(f"when,y\n{lines}\n"), "y")
    assert table.X[:, 0].tolist() == values
    assert table.preparation.steps[0].role.kind == "date"
    assert "since" in table.preparation.steps[0].role.scale


def test_a_date_that_may_be_read_in_two_ways_is_told(write):
    table = rows(write("when,y\n01/02/2024,1\n03/04/2024,2\n05/06/2024,4\n"), "y")
    assert "month and day" in table.preparation.steps[0].role.reason


TOLD = {
    "years as names": ("2019,2020,2021\n3.5,4,5\n1,2,9\n", "line 1 holds years"),
    "a number beside text": ("1,abc,3\n4,def,6\n2,abc,9\n", "numbers beside text"),
    "a title": ("Prices\nage,rooms\n1,2\n3,4\n", 'line 1 is a title: "Prices"'),
    "a total": (PLAIN + "Total,,17\n", 'line 5 is a total and is left out: "Total"'),
    "a footer": (PLAIN + "Source: me\n", "line 5 is no row and is left out"),
    "units": (PLAIN.replace("\n1", "\nyears,m,EUR\n1"), "line 2 holds units"),
    "one name twice": (
        "a,a,b\n1,2,3\n4,4,6\n",
        'the second column "a" is called "a_2"',
    ),
    "no name": ("a,,b\n1,2,3\n4,4,6\n", 'column 2 has no name and is called "x2"'),
    "packed": (gzip.compress(PLAIN.encode()), "unpacked from gzip"),
    "sep": ("sep=;\n" + PLAIN.replace(",", ";"), "cut by semicolons, as line 1 says"),
}


@pytest.mark.parametrize(("content", "note"), TOLD.values(), ids=TOLD)
def test_what_is_decided_is_told(write, content, note):
    assert note in " | ".join(rows(write(content)).preparation.notes)


NOT_TOLD = {
    "years above years": "2019,2020\n2019,2021\n2018,2020\n",
    "numbers without years": "1,2\n3,4\n5,7\n",
    "a column that begins with Total": "kind,y\nTotal,1\nother,2\nTotal,3\nother,4\n",
    "text below names": "kind,size\nsmall,low\nlarge,high\nsmall,low\nlarge,high\n",
}


@pytest.mark.parametrize("content", NOT_TOLD.values(), ids=NOT_TOLD)
def test_what_is_not_in_doubt_is_not_told(write, content):
    table = rows(write(content))
    told = " | ".join(table.preparation.notes)
    assert told in (
        "",
        "line 1 holds numbers and is read as a row (--header: as names)",
    )


REFUSED = {
    "a short line": ("a,b\n1,2\n3\n4,5\n", "line 3: expected 2 cells as in line 1"),
    "a long line": ("a,b\n1,2\n3,4,5\n6,7\n", "line 3: expected 2 cells as in line 1"),
    "a comment between rows": ("a,b,c\n1,2,3\n# x\n4,5,6\n", "expected 3 cells"),
    "some rows one cell longer": ("a,b\n1,2,3\n4,5\n", "expected 2 cells as in line 1"),
    "a quotation mark": ('a,b\n1,"2\n3,4\n', "line 2: expected each quotation mark"),
    "an empty file": ("", "found an empty file"),
    "comments only": ("# a\n# b\n", "found an empty file"),
    "a web page": ("<!DOCTYPE html><html><body>404</body></html>", "a web page (HTML)"),
    "JSON": ('[{"a": 1, "b": 2}]', "found JSON; read it with pandas.read_json"),
    "XML": ('<?xml version="1.0"?><a/>', "found XML"),
    "a stub": ("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n",
               "a stub of Git LFS; fetch the file with `git lfs pull`"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "binary data"),
    "a document": (b"%PDF-1.7\n", "a PDF document"),
    "a damaged archive": (b"PK\x03\x04" + b"\0" * 40, "found a damaged one"),
    "a damaged gzip": (gzip.compress(PLAIN.encode())[:20], "found a damaged one"),
    "several files": (zipped("a.csv", "b.csv"), 'found 2 files: "a.csv", "b.csv"'),
    "a damaged Parquet file": (b"PAR1" + b"\0" * 20, "Parquet file that can be read"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_gets_a_sentence_of_its_own(write, content, sentence):
    with pytest.raises(TableError) as caught:
        rows(write(content), target=1)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["https://example.org/a.csv", "s3://bucket/a.csv"])
def test_an_address_gets_a_sentence(address):
    with pytest.raises(TableError, match="found an address; fetch it first"):
        rows(address)


# Binary files.

FRAME = pd.DataFrame(
    {
        "age": [1.0, 4, 7, 8],
        "kind": pd.Categorical(
            ["lo", "hi", "lo", "mid"], ["lo", "mid", "hi"], ordered=True
        ),
        "when": pd.to_datetime(
            ["1970-01-02", "1970-01-03", "1970-01-05", "1970-02-01"]
        ),
        "old": [True, False, True, True],
        "price": [3.5, 6, 8, 9],
    }
)  # fmt: skip


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_columns_keep_their_types(tmp_path, ending):
    path = tmp_path / f"houses.{ending}"
    getattr(FRAME, f"to_{ending}")(path)
    table = rows(path, "price")
    assert table.names == ("age", "kind[mid]", "kind[hi]", "when", "old")
    assert table.X[:, 3].tolist() == [1, 2, 4, 31]
    assert np.array_equal(table.X, rows(FRAME, "price").X)


def test_a_workbook_gives_its_first_sheet_or_another(tmp_path):
    path = tmp_path / "houses.xlsx"
    with pd.ExcelWriter(path) as book:
        FRAME.to_excel(book, sheet_name="prices", index=False)
        FRAME.iloc[:3].to_excel(book, sheet_name="some", startrow=2)
    assert rows(path, "price").X[:, 0].tolist() == [1, 4, 7, 8]
    assert rows(path, "price", sheet="some").n == 3
    assert rows(path, "price", sheet=2).source == "houses.xlsx, sheet some"
    assert rows(path, "price").preparation.steps[2].role.kind == "date"
    with pytest.raises(TableError, match='one of the sheets "prices", "some"'):
        rows(path, "price", sheet="all")


def test_an_old_workbook_is_read(data):
    table = rows(data / "linear" / "mlr02.xls", target="X1")
    assert table.X.shape == (11, 2)
    assert table.names == ("X2", "X3")


def test_a_target_is_found_in_any_case_or_asked_for(write):
    path = write(PLAIN)
    assert rows(path, "PRICE").target == "price"
    with pytest.raises(TableError, match='did you mean "price"'):
        rows(path, "prize")
