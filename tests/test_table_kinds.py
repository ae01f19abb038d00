"""Kinds of tables as people leave them: what is read, and what is nearly the same."""

import numpy as np
import pandas as pd
import pytest

from pellucid.errors import TableError
from pellucid.tables.sources import rows


def step_of(table, name):
    return next(s for s in table.preparation.steps if s.column == name)


def told(table):
    return " | ".join(table.preparation.notes)


# What stands around the rows: the names, the number of rows, and what is told.
AROUND = {
    "years beside names": (
        "Country,Code,2018,2019\nAruba,ABW,1,2\nAlbania,ALB,3,4\nAustria,AUT,4,6\n",
        ["Country", "Code", "2018", "2019"], 3, "",
    ),
    "years with gaps beside names": (
        "Country,2007,2014\nAruba,1.5,2\nAlbania,3,4\nAustria,4,6\n",
        ["Country", "2007", "2014"], 3, "",
    ),
    "years beside a name, above years": (
        "first,2001,2014\nsecond,1999,1998\nthird,2001,1999\n",
        ["x1", "x2", "x3"], 3, "line 1 holds numbers beside text",
    ),
    "columns that are counted beside a name": (
        "gene,1,2,3\na,0.5,7,8\nb,1.5,9,7\n", ["gene", "1", "2", "3"], 2, "",
    ),
    "numbers that do not go on": (
        "gene,1,2,4\na,0.5,7,8\nb,1.5,9,7\n",
        ["x1", "x2", "x3", "x4"], 3, "line 1 holds numbers beside text",
    ),
    "counts of rows and features": (
        "3,2,cat,dog\n1.5,2,0\n2.5,3,1\n3,4,1\n", ["x1", "x2", "x3"], 3,
        "line 1 counts 3 rows of 2 features and is left out",
    ),
    "what stands above, as the World Bank writes": (
        '"Data Source","Indicators",\n\n"Last Updated","2023-05-10",\n\n'
        "Name,Code,2018,2019,\nAruba,ABW,1,2,\nAlbania,ALB,3,4,\nAustria,AUT,5,4,\n",
        ["Name", "Code", "2018", "2019"], 3, 'line 3 is a title: "Last Updated"',
    ),
    "notes below blanks, as offices write": (
        "region,people,homes\nNorth,5,3\nSouth,7,4\nEast,9,8\nTotal,21,15\n,,\n"
        "Note: may not add up,,\nSource: the office,,\n",
        ["region", "people", "homes"], 3, "line 8 is no row and is left out",
    ),
    "a row with a single cell that is no note": (
        "region,people,homes\nNorth,5,3\nSouth,7,4\nWest,,\n",
        ["region", "people", "homes"], 3, "",
    ),
    "a total between rows": (
        "kind,people\nNorth,5\nTotal,7\nEast,9\n", ["kind", "people"], 3, "",
    ),
    "text below names, as text is further down": (
        "kind,size\nold,tall\nnew,short\nold,tall\nnew,short\n",
        ["kind", "size"], 4, "",
    ),
    "a name that begins with sep": ("separator;size\n1;2\n3;5\n", ["separator", "size"],
                                    2, ""),
    "names of two cases": ("a,A\n1,2\n3,5\n", ["a", "A"], 2, ""),
    "a last column that is partly filled": (
        "a,b,\n1,2,\n3,4,5\n6,7,\n", ["a", "b", "x3"], 3, 'is called "x3"',
    ),
    "tabs between columns that stand below one another": (
        '18.0   8   307.0\t"chevrolet malibu"\n15.0   8   350.0\t"buick skylark"\n'
        '18.0   6   318.0\t"plymouth duster"\n',
        ["x1", "x2", "x3", "x4"], 3, "numbers beside text",
    ),
    "blanks within cells between tabs": (
        "when\ty\n2024-01-01 10:00\t1\n2024-01-02 11:00\t3\n2024-01-05 09:00\t2\n",
        ["when", "y"], 3, "",
    ),
    "cells in single quotes": (
        "'age','kind'\n1,'a, old'\n2,'b'\n3,'a, old'\n", ["age", "kind"], 3, "",
    ),
    "an apostrophe in front": (
        "age,kind\n1,'tis\n2,b\n3,'tis\n", ["age", "kind"], 3, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "names", "n", "note"), AROUND.values(), ids=AROUND)
def test_rows_are_found_between_what_stands_around_them(write, content, names, n, note):
    table = rows(write(content))
    assert [step.column for step in table.preparation.steps] == names
    assert table.preparation.rows == n
    assert note in told(table)
    assert bool(note) == bool(told(table))


def test_a_cell_in_single_quotes_may_hold_the_delimiter(write):
    table = rows(write("'age','kind'\n1,'a, old'\n2,'b'\n3,'a, old'\n"), "kind")
    assert table.y.tolist() == ["a, old", "b", "a, old"]


# A column of text cells: what it becomes; None where it is no such thing.
CELLS = {
    "per cent": (["5 %", "7.5 %", "9 %"], [5, 7.5, 9]),
    "per cent and more words": (["5 % off", "half off", "9"], None),
    "thousands": (["1,234", "12,345", "123"], [1234, 12345, 123]),
    "commas that part no thousands": (["1,23", "12,3", "4"], [1.23, 12.3, 4]),
    "commas within groups of two": (["1,23,456", "2,34,567", "1"], None),
    "a currency in letters": (["USD 5.00", "USD 7.50", "USD 1,200.00"], [5, 7.5, 1200]),
    "two currencies in letters": (["USD 5", "EUR 7", "USD 8"], [5, 7, 8]),
    "currencies that are words": (["Rsvp 1", "krona 2", "USDA 3"], None),
    "two currencies in signs": (["$5", "€7", "$8"], [5, 7, 8]),
    "a unit": (["70 kg", "80.5 kg", "90 kg"], [70, 80.5, 90]),
    "a unit and decimal commas": (["1,80 m", "1,75 m", "1,6 m"], [1.8, 1.75, 1.6]),
    "a unit with digits": (["5.1 l/100km", "6 l/100km", "7 l/100km"], [5.1, 6, 7]),
    "a unit of area": (["12 mm²", "14 mm²[3]", "20 mm²"], [12, 14, 20]),
    "two units": (["70 kg", "80 lb", "90 kg"], None),
    "codes": (["01A", "02A", "03A"], None),
    "labels that end in a number": (["Room 1", "Room 2", "Room 3"], None),
    "a range": (["1-2", "3-4", "5-6"], None),
    "a version": (["1.2.3", "1.2.4", "1.3.0"], None),
    "exponents": (["1e3", "2e3", "5e-1"], [1000, 2000, 0.5]),
    "the minus of typesetters": (["−1", "2", "−3"], [-1, 2, -3]),
    "a dash between": (["1–2", "2–3", "3–4"], None),
}


@pytest.mark.parametrize(("cells", "values"), CELLS.values(), ids=CELLS)
def test_cells_are_numbers_or_nearly(write, cells, values):
    body = "".join(f'"{cell}";{i * i};x{i % 2}\n' for i, cell in enumerate(cells * 4))
    table = rows(write(f"c;y;z\n{body}"), "y")
    role = step_of(table, "c").role
    assert role.kind == ("category" if values is None else "number")
    assert values is None or table.X[:3, 0].tolist() == values


def test_days_as_whole_numbers_are_days_in_new_rows_too(write):
    body = "".join(f"197001{i:02},{i * i}\n" for i in range(1, 20))
    table = rows(write("when,y\n" + body), "y")
    raw = pd.DataFrame({"when": [19700201, 19700301]})
    assert table.preparation.applied(rows(raw).raw).ravel().tolist() == [31, 59]


NOTHING = ["NA", "N/A", "NaN", "null", "None", "-", "?", ".", "#N/A", "", "n.a.", "--",
           "..", ":", "*", "—", "(null)", "#REF!"]  # fmt: skip
SOMETHING = ["none", "nil", "unknown", "0", "+", "NAN!", "n", "zero", "no"]


@pytest.mark.parametrize("spelled", NOTHING, ids=repr)
def test_nothing_is_spelled_in_many_ways(write, spelled):
    table = rows(write(f"a;b\nx;2\n{spelled};3\ny;5\nx;7\ny;8\n"), "b")
    assert step_of(table, "a").missing == 1
    assert table.n == 4


@pytest.mark.parametrize("spelled", SOMETHING, ids=repr)
def test_a_word_is_not_nothing(write, spelled):
    table = rows(write(f"a;b\nx;2\n{spelled};3\ny;5\nx;7\n{spelled};8\ny;8\n"), "b")
    assert step_of(table, "a").missing == 0
    assert table.n == 6


WORDS = {
    "None among words that are as frequent": (["None", "Some", "Much"] * 8, 0),
    "None that is rare": (["None", *["Some", "Much"] * 12], 1),
    "None beside an empty cell": (["None", "", *["Some", "Much", "None"] * 2], 1),
    "None among numbers": (["None", *"123456789"] * 3, 3),
    "plus and minus": (["+", "-", "-", "+"], 0),
    "minus beside words": (["x", "-", "x", "y", "y"], 1),
}


@pytest.mark.parametrize(("cells", "missing"), WORDS.values(), ids=WORDS)
def test_a_column_says_whether_a_word_is_nothing(write, cells, missing):
    lines = "".join(f"{cell};{i * i}\n" for i, cell in enumerate(cells))
    table = rows(write(f"c;y\n{lines}"), "y")
    assert step_of(table, "c").missing == missing
    target = rows(write(f"c;y\n{lines}"), "c")
    assert target.n == len(cells) - missing


TRUTHS = {
    "TRUE and FALSE": ("TRUE", "FALSE", True),
    "on and off": ("on", "off", True),
    "oui and non": ("oui", "non", True),
    "vrai and faux": ("VRAI", "FAUX", True),
    "wahr and falsch": ("wahr", "falsch", True),
    "sí and no": ("Sí", "No", True),
    "yes and nein": ("yes", "nein", False),
    "true and no": ("true", "no", False),
}


@pytest.mark.parametrize(("true", "false", "pair"), TRUTHS.values(), ids=TRUTHS)
def test_two_words_are_truth_values_or_levels(write, true, false, pair):
    table = rows(write(f"a,b\n{true},2\n{false},3\n{true},5\n{false},9\n"), "b")
    assert step_of(table, "a").role.kind == ("boolean" if pair else "category")


MOMENTS = {
    "quarters": (["1970Q1", "1970Q2", "1971Q1"], [0, 90, 365]),
    "quarters that are none": (["1970Q1", "1970Q5", "1971Q1"], None),
    "months as offices write them": (["1970M01", "1970M02", "1970M03"], [0, 31, 59]),
    "days as whole numbers": (["19700102", "19700201", "19710101"], [1, 31, 365]),
    "a thirteenth month": (["19700102", "19701301", "19710101"], "number"),
    "two days as whole numbers": (["19700102", "19700102", "19700103"], "number"),
    "months in words first": (["Jan-2-1970", "Feb-1-1970", "Mar-1-1970"], [1, 31, 59]),
    "months and years": (["1/70", "2/70", "3/70"], [0, 31, 59]),
    "a day that is none": (["1970-01-02", "1970-02-30", "1970-03-01"], None),
    "a time of day": (["10:30", "11:00", "23:15"], [10.5, 11, 23.25]),
    "a time that is none": (["10:30", "11:61", "23:15"], None),
}


@pytest.mark.parametrize(("cells", "values"), MOMENTS.values(), ids=MOMENTS)
def test_moments_are_numbers_or_nearly(write, cells, values):
    lines = "".join(f"{cell};{i * i}\n" for i, cell in enumerate(cells * 4))
    table = rows(write(f"when;y\n{lines}"), "y")
    kind = {None: "category", "number": "number"}.get(
        values if not isinstance(values, list) else 0, "date"
    )
    assert step_of(table, "when").role.kind == kind
    assert kind != "date" or table.X[:3, 0].tolist() == values


def test_days_of_six_digits_are_dates_where_the_name_says_so(write):
    lines = "".join(f"7{i}0102,7{i}0102,{i * i}\n" for i in range(1, 9))
    table = rows(write(f"start date,code,y\n{lines}"), "y", numbers="code")
    assert step_of(table, "start date").role.format == "%y%m%d"
    assert step_of(table, "code").role.kind == "number"


# Identifiers, by name and by what the column holds.
N = 40
SHUFFLED = np.random.default_rng(0).permutation(N) + 100
NAMES = {
    "S.No.": (np.arange(N) + 1, "left out"),
    "Unnamed: 0.1": (np.arange(N), "left out"),
    "level_0": (np.arange(N), "left out"),
    "doc_no": (SHUFFLED, "left out"),
    "idcase": (SHUFFLED, "left out"),
    "distcod": (SHUFFLED, "left out"),
    "ID": (np.where(np.arange(N) < 2, 7, SHUFFLED), "left out"),
    "subject_id": (np.arange(N) // 2, "number"),
    "number": (SHUFFLED, "number"),
    "valid": (SHUFFLED, "number"),
    "casino": (SHUFFLED, "number"),
    "ZIP Code": (np.tile([94110, 10001], N // 2), "number"),
}


@pytest.mark.parametrize(("name", "case"), NAMES.items(), ids=NAMES)
def test_an_identifier_is_no_amount(name, case):
    cells, kind = case
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"x": rng.normal(size=N), name: cells, "y": rng.normal(size=N)}
    )
    assert step_of(rows(frame, "y"), name).role.kind == kind


def test_a_word_that_counts_rows_counts_them_behind_the_names_of_rows(write):
    lines = "".join(f"{i},{i},{i * i % 7},{i * i}\n" for i in range(1, 20))
    behind = "".join(f"{i * i % 5},{i},{i * i % 7},{i * i}\n" for i in range(1, 20))
    table = rows(write(f",patient,x,y\n{lines}"), "y")
    assert table.names == ("x",)
    table = rows(write(f"x,patient,z,y\n{behind}"), "y")
    assert "patient" in table.names


def test_names_of_rows_that_are_times_are_kept(write):
    times = "".join(f"{1962 + i / 4},{i * i},{i}\n" for i in range(12))
    assert "(row names)" in rows(write(f",y,x\n{times}"), "y").names
    odd = "".join(f"{i}.{1 + i * i % 3},{i * i},{i}\n" for i in range(12))
    assert "(row names)" not in rows(write(f",y,x\n{odd}"), "y").names


# The target under another name.


def with_target(**columns):
    rng = np.random.default_rng(2)
    y = rng.integers(0, 5, N) * 1.5
    made = {name: f(y) for name, f in columns.items()}
    return pd.DataFrame({"x": rng.normal(size=N), **made, "y": y})


def test_a_copy_of_the_target_is_left_out():
    table = rows(with_target(again=lambda y: y.copy()), "y")
    assert step_of(table, "again").role.reason == 'a copy of the target "y"'
    assert table.names == ("x",)


def test_a_copy_of_the_target_stays_where_there_is_no_other_column():
    frame = with_target(again=lambda y: y.copy())[["again", "y"]]
    assert rows(frame, "y").names == ("again",)


GIVING = {
    "another unit": (lambda y: 32 + 1.8 * y, True),
    "another name for each": (lambda y: 7 - y**2, True),
    "nearly": (lambda y: np.where(np.arange(N) == 3, 9.0, y), False),
    "numbers of rows": (lambda y: np.arange(N) * 2.5, False),
}


@pytest.mark.parametrize(("f", "gives"), GIVING.values(), ids=GIVING)
def test_a_column_that_gives_the_target_exactly_is_told(f, gives):
    table = rows(with_target(c=f), "y")
    assert table.names == ("x", "c")
    assert ('"c" gives the target exactly' in told(table)) == gives


# Rows that go, and columns that go for them.


def test_a_column_goes_where_else_one_class_alone_would_stay():
    cells = [*[None] * 10, *range(30)]
    classes = [*["a"] * 10, *["b"] * 30]
    frame = pd.DataFrame({"x": np.arange(N) * 1.5, "c": cells, "y": classes})
    table = rows(frame, "y")
    assert table.names == ("x",)
    assert table.n == N


def test_the_only_column_stays_however_many_cells_it_lacks():
    frame = pd.DataFrame({"x": [1.0, None, 3.0, None], "y": [1, 2, 3, 5.0]})
    assert rows(frame, "y").n == 2


def test_a_column_goes_where_fewer_rows_than_columns_would_stay():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(N, 24)), columns=[f"c{j}" for j in range(24)])
    frame.iloc[:19, 0] = np.nan
    assert rows(frame, "c23").n == N
    assert rows(frame.drop(columns=["c1", "c2", "c3"]), "c23").n == N - 19


def test_half_of_the_rows_is_not_told_and_fewer_are():
    i = np.arange(N)
    frame = pd.DataFrame({"x": i * 1.0, "z": i % 7 * 1.0, "y": i % 5})
    frame.loc[: N // 2 - 1, "x"] = np.nan
    assert "under half" not in told(rows(frame, "y"))
    frame.loc[N // 2, "z"] = np.nan
    assert "under half of the rows remain: 19 of 40" in told(rows(frame, "y"))


def test_many_levels_are_a_category_where_there_is_no_other_column(write):
    path = write("town,y\nRome,1\nOslo,3\nRome,2\nBern,5\n")
    assert rows(path, "y").names == ("town[Oslo]", "town[Rome]")
    table = rows(write("town,x,y\nRome,7,1\nOslo,8,3\nRome,9,2\nBern,7,5\n"), "y")
    assert table.names == ("x",)


DURATIONS = pd.to_timedelta(np.arange(N) * 6, unit="h")


def test_a_duration_is_days():
    frame = pd.DataFrame({"c": DURATIONS, "y": np.arange(N) ** 2})
    table = rows(frame, "y")
    assert table.X[:3, 0].tolist() == [0, 0.25, 0.5]
    assert step_of(table, "c").role.scale == "days"


def test_a_short_line_above_names_is_a_remark_and_above_numbers_is_refused(write):
    with pytest.raises(TableError, match="expected 2 cells as in line 1"):
        rows(write("a,b\n1,2,3,4\n5,6,7,8\n"))
