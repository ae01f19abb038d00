"""`pellucid predict`: a saved model, a table, and the table with its predictions."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import pellucid as pl
from pellucid.command import main
from pellucid.models.predictions import predictions
from pellucid.tables.sources import grid_of

RNG = np.random.default_rng(7)
N = 60
HOUSES = pd.DataFrame(
    {
        "kind": RNG.choice(["flat", "house", "villa"], N),
        "area": RNG.normal(100, 20, N).round(1),
        "garden": np.where(RNG.random(N) > 0.5, "yes", "no"),
        "built": pd.date_range("1990-01-01", periods=N, freq="91D").strftime(
            "%d.%m.%Y"
        ),
    }
)
HOUSES["price"] = (HOUSES["area"] * 2 + 30 * (HOUSES["kind"] == "house")
                   + RNG.normal(0, 5, N)).round(2)  # fmt: skip
NEW = """note,kind,area,garden,built
"first, of all",flat,90.0,yes,03.02.1995
,castle,80,no,03.02.1995
x ,house,NA,yes,03.02.1995
,house,about 70,maybe,03.02.1995
last,villa,1e2,no,03.02.1995
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(model, *rows):
    return str(pl.save(model.fit(*rows), "model.safetensors"))


def saved_as_it_is(model):
    return str(pl.save(model, "model.safetensors"))


def of_houses(target="price", model=None, **options):
    """The path of a model of houses."""
    rows = pl.rows(HOUSES, target=target, **options)
    return saved(model or pl.LinearRegression(), rows)


def network():
    """A network that stops at once: what it learns is no matter here."""
    return pl.MLPRegressor(
        hidden_layer_sizes=(3,), tol=1e9, n_iter_no_change=1, random_state=0
    )


def written(name, content):
    Path(name).write_text(content, "utf-8")
    return name


def typed(*words):
    return CliRunner().invoke(main, ["predict", *words], prog_name="pellucid")


def table(result):
    """The rows of the CSV on the standard output."""
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


# What is written.


def test_rows_stay_as_they_were_and_predictions_stand_beside_them():
    rows = table(typed(of_houses(), written("new.csv", NEW)))
    raw = list(csv.DictReader(io.StringIO(NEW)))
    assert [{k: row[k] for k in raw[0]} for row in rows] == raw
    assert [*rows[0]][5:] == ["predicted price", "lower", "upper"]


def test_predictions_are_those_of_the_model_with_all_their_digits():
    path = of_houses()
    rows = table(typed(path, written("new.csv", NEW)))
    chosen = pd.read_csv(io.StringIO(NEW), dtype=str).iloc[[0, 4]]
    model = pl.load(path)
    assert [float(rows[i]["predicted price"]) for i in (0, 4)] == model.predict(
        pl.rows(chosen.drop(columns="note"))
    ).tolist()
    bounds = [[float(rows[i][k]) for k in ("lower", "upper")] for i in (0, 4)]
    expected = model.predict_interval(pl.rows(chosen.drop(columns="note")))
    assert bounds == expected.tolist()


def test_rows_that_cannot_be_predicted_stay_empty_and_are_counted_with_the_reason():
    result = typed(of_houses(), written("new.csv", NEW))
    empty = [row["predicted price"] + row["lower"] + row["upper"] == ""
             for row in table(result)]  # fmt: skip
    assert empty == [False, True, True, True, False]
    said = [line.split(maxsplit=2) for line in result.stderr.splitlines()]
    assert "5 rows read from new.csv, 2 predicted, 3 left empty:" in result.stderr
    assert [words for words in said if words[0] in ("kind", "area", "garden")] == [
        ["kind", "1", 'level never seen, such as "castle"'],
        ["area", "1", "missing cell"],
        ["area", "1", 'no number, such as "about 70"'],
        ["garden", "1", 'level never seen, such as "maybe"'],
    ]


def test_a_missing_cell_that_the_recipe_fills_in_is_predicted_and_a_strange_one_not():
    HOUSES_ = HOUSES.copy()
    HOUSES_.loc[3, ["area", "kind"]] = None
    path = saved(
        pl.LinearRegression(), pl.rows(HOUSES_, target="price", missing="impute")
    )
    rows = table(typed(path, written("new.csv", NEW)))
    assert [row["predicted price"] != "" for row in rows] == [1, 0, 1, 0, 1]


def test_classes_have_a_probability_each():
    rows = table(typed(of_houses("kind", pl.LogisticRegression()),
                       written("new.csv", HOUSES.to_csv(index=False))))  # fmt: skip
    names = ["p(kind = flat)", "p(kind = house)", "p(kind = villa)"]
    assert [*rows[0]][5:] == ["predicted kind", *names]
    p = np.array([[float(row[name]) for name in names] for row in rows])
    np.testing.assert_allclose(p.sum(axis=1), 1)
    likeliest = [["flat", "house", "villa"][j] for j in p.argmax(axis=1)]
    assert [row["predicted kind"] for row in rows] == likeliest


@pytest.mark.parametrize(
    ("labels", "called"),
    [
        (["a", " a"], [" a", "a"]),
        ([2.0, 1.0], ["1", "2"]),
        ([True, False], ["False", "True"]),
        ([7, 2**40], ["7", "1099511627776"]),
    ],
    ids=["blanks", "floats", "truths", "integers"],
)
def test_classes_are_called_as_they_are(labels, called):
    x = np.arange(20.0)[:, None]
    model = pl.LogisticRegression().fit(x, np.array(labels)[(x[:, 0] > 9) * 1])
    row = table(typed(saved_as_it_is(model), written("new.csv", "x\n3\n")))[0]
    assert [*row][2:] == [f"p(y = {label})" for label in called]
    assert row["predicted y"] == str(labels[0]).removesuffix(".0")


def test_new_columns_have_names_that_no_column_has():
    rows = table(typed(of_houses(), written("new.csv", NEW.replace("note", "lower"))))
    assert [*rows[0]][5:] == ["predicted price", "lower_2", "upper"]


@pytest.mark.parametrize("error", [12.5, 0.0])
def test_another_regressor_is_off_by_what_it_was_off_on_rows_held_out(error):
    model = network()
    model.fit(pl.rows(HOUSES, target="price"))
    model._held_out_error = error
    pl.save(model, "model.safetensors")
    row = table(typed("model.safetensors", written("new.csv", NEW)))[0]
    low, z, high = (float(row[k]) for k in ("lower", "predicted price", "upper"))
    assert (low, high) == (z - error, z + error)


def test_a_regressor_of_which_nothing_is_known_has_no_bounds():
    model = network()
    rows = table(typed(of_houses(model=model), written("new.csv", NEW)))
    assert [*rows[0]][5:] == ["predicted price"]


# How good it is.


def test_where_the_target_is_there_r2_and_the_typical_error_are_told():
    path = of_houses()
    result = typed(path, written("old.csv", HOUSES.to_csv(index=False)))
    y = np.array([float(row["predicted price"]) for row in table(result)])
    error = float(np.sqrt(np.mean((y - HOUSES["price"]) ** 2)))
    r2 = pl.load(path)._r2
    assert (
        f"On 60 rows whose target is known: r2 {r2:.4g}, typical error {error:.4g}."
        in result.stderr
    )


def test_where_the_class_is_there_accuracy_is_told():
    path = of_houses("garden", pl.LogisticRegression())
    result = typed(path, written("old.csv", HOUSES.to_csv(index=False)))
    right = np.mean([row["predicted garden"] == row["garden"] for row in table(result)])
    said = f"On 60 rows whose target is known: accuracy {100 * right:.2f} %."
    assert said in result.stderr


def test_classes_that_are_numbers_are_compared_as_numbers():
    X = np.arange(20.0)[:, None]
    frame = pd.DataFrame({"x": X[:, 0]})
    path = saved(pl.LogisticRegression(), frame, pd.Series(X[:, 0] > 9, name="y") * 1)
    content = "x,y\n" + "".join(f"{x},{float(x > 9)}\n" for x in range(20))
    result = typed(path, written("new.csv", content))
    assert "accuracy 100.00 %" in result.stderr


def test_one_known_target_has_no_r2():
    row = "kind,area,garden,built,price\nflat,90,yes,03.02.1995,7.5\n"
    result = typed(of_houses(), written("new.csv", row))
    assert "r2" not in result.stderr
    assert "On 1 row whose target is known: typical error" in result.stderr


# Where it goes.

READERS = {
    ".csv": lambda path: pd.read_csv(path, keep_default_na=False),
    ".tsv": lambda path: pd.read_csv(path, sep="\t", keep_default_na=False),
    ".parquet": pd.read_parquet,
    ".xlsx": lambda path: pd.read_excel(path, keep_default_na=False),
}


@pytest.mark.parametrize("suffix", READERS)
def test_the_ending_says_the_kind_of_file(suffix):
    result = typed(of_houses(), written("new.csv", NEW), "--out", f"out{suffix}")
    assert result.exit_code == 0
    assert f"The table with its predictions: out{suffix}" in result.stdout
    assert result.stderr == ""
    frame = READERS[suffix](f"out{suffix}")
    expected = table(typed("model.safetensors", "new.csv"))
    assert [*frame.columns] == [*expected[0]]
    for name in ("note", "kind", "built"):
        assert frame[name].fillna("").tolist() == [row[name] for row in expected]
    found = pd.to_numeric(frame["predicted price"], errors="coerce").tolist()
    np.testing.assert_allclose(
        found, [float(row["predicted price"] or "nan") for row in expected], rtol=1e-14
    )
    assert sorted(p.name for p in Path().iterdir()) == sorted(
        ["model.safetensors", "new.csv", f"out{suffix}"]
    )


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx"])
def test_columns_of_numbers_are_numbers_there(suffix):
    content = HOUSES.assign(rooms=range(N)).to_csv(index=False)
    typed(of_houses(), written("new.csv", content), "--out", f"out{suffix}")
    frame = READERS[suffix](f"out{suffix}")
    np.testing.assert_equal(frame["area"].to_numpy(), HOUSES["area"].to_numpy())
    assert frame["rooms"].dtype == np.int64


def test_text_is_no_formula_in_a_sheet():
    path = of_houses()
    typed(path, written("new.csv", NEW.replace("last", "=1+1")), "--out", "out.xlsx")
    openpyxl = pytest.importorskip("openpyxl")
    cell = openpyxl.load_workbook("out.xlsx").active["A6"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("name", ["out.foo", "out", "out.csv.gz"])
def test_another_ending_is_refused_before_any_work(name):
    result = typed("none", "none", "--out", name)
    assert (result.exit_code, result.stdout) == (1, "")
    expected = "expected a name that ends in .csv, .tsv, .parquet, .xlsx, found"
    assert result.stderr == f"pellucid: --out: {expected} '{name}'; name it so.\n"


def test_what_was_there_stays_when_the_table_cannot_be_predicted():
    written("out.csv", "mine")
    typed(of_houses(), written("new.csv", "a,b\n1,2\n"), "--out", "out.csv")
    assert Path("out.csv").read_text() == "mine"


def test_a_table_may_be_written_over_itself():
    content = HOUSES.to_csv(index=False)
    result = typed(of_houses(), written("new.csv", content), "--out", "new.csv")
    assert result.exit_code == 0
    assert pd.read_csv("new.csv").shape == (N, 8)


# Other tables and models.


def test_names_without_a_header_are_places():
    X = RNG.normal(size=(30, 3))
    path = saved(pl.LinearRegression(), X, X @ [1.0, 2.0, 3.0])
    rows = table(typed(path, written("new.csv", "1,2,3\n4,5,6\n")))
    assert [*rows[0]] == ["x1", "x2", "x3", "predicted y", "lower", "upper"]
    np.testing.assert_allclose([float(r["predicted y"]) for r in rows], [14, 32])


def test_a_header_can_be_said_to_be_there():
    X = RNG.normal(size=(30, 1))
    path = saved(pl.LinearRegression(), X, X[:, 0])
    written("new.csv", "2019\n2\n")
    assert len(table(typed(path, "new.csv", "--header"))) == 1
    assert len(table(typed(path, "new.csv", "--no-header"))) == 2


def test_another_number_of_columns_is_refused():
    X = RNG.normal(size=(30, 3))
    path = saved(pl.LinearRegression(), X, X @ [1.0, 2.0, 3.0])
    result = typed(path, written("new.csv", "a,b\n1,2\n"))
    assert result.stderr == (
        "pellucid: new.csv: expected 3 columns, as the model was fitted to, found 2 "
        '("a", "b"); leave the others out.\n'
    )


def test_columns_are_found_by_their_names_in_any_order():
    X = RNG.normal(size=(30, 2))
    frame = pd.DataFrame(X, columns=["a", "b"])
    path = saved(pl.LinearRegression(), frame, pd.Series(X @ [1.0, 10.0], name="z"))
    row = table(typed(path, written("new.csv", "b,c,a\n3,x,2\n")))[0]
    assert float(row["predicted z"]) == pytest.approx(32)


def test_several_targets_have_columns_each():
    X = RNG.normal(size=(30, 1))
    path = saved(pl.LinearRegression(), X, np.column_stack([X[:, 0], -X[:, 0]]))
    row = table(typed(path, written("new.csv", "a\n3\n")))[0]
    expected = ["predicted y1", "predicted y2", "lower y1", "upper y1", "lower y2",
                "upper y2"]  # fmt: skip
    assert [*row][1:] == expected


def test_many_labels_have_columns_each():
    X = RNG.normal(size=(30, 2))
    model = pl.MLPClassifier((3,), tol=1e9, n_iter_no_change=1, random_state=0)
    row = table(typed(saved(model, X, X > 0), written("new.csv", "a,b\n3,4\n")))[0]
    expected = ["predicted y1", "predicted y2", "p(y1 = 1)", "p(y2 = 1)"]
    assert [*row][2:] == expected


def test_a_parquet_table_is_predicted():
    HOUSES.to_parquet("new.parquet")
    rows = table(typed(of_houses(), "new.parquet"))
    assert rows[0]["area"] == str(HOUSES["area"][0])
    assert rows[0]["predicted price"]


def test_a_sheet_is_chosen():
    with pd.ExcelWriter("new.xlsx") as book:
        pd.DataFrame({"a": [1]}).to_excel(book, sheet_name="notes", index=False)
        HOUSES.to_excel(book, sheet_name="houses", index=False)
    assert len(table(typed(of_houses(), "new.xlsx", "--sheet", "houses"))) == N


def test_a_european_table_is_read_as_it_is_written():
    content = HOUSES.to_csv(index=False, sep=";", decimal=",")
    path = saved(pl.LinearRegression(), pl.rows(written("old.csv", content), "price"))
    result = typed(path, "old.csv")
    assert table(result)[0]["area"] == str(HOUSES["area"][0]).replace(".", ",")
    assert f"r2 {pl.load(path)._r2:.4g}" in result.stderr


STYLES = {
    "a decimal comma": ("90,5", 90.5),
    "a unit": ("$90.5", 90.5),
    "thousands and decimals": ("1.090,5", 1090.5),
    "a thousand or one and a bit": ("1,090", None),
    "text": ("about 90", None),
}


@pytest.mark.parametrize(("cell", "area"), STYLES.values(), ids=STYLES)
def test_numbers_may_be_written_in_another_way_that_can_mean_one_thing(cell, area):
    path = of_houses()
    row = "kind;area;garden;built\nflat;{};yes;03.02.1995\n"
    said = [table(typed(path, written("new.csv", row.format(c))))[0]["predicted price"]
            for c in (cell, area)]  # fmt: skip
    assert said[0] == (said[1] if area else "")


@pytest.mark.parametrize(
    ("cell", "known"),
    [("1995-02-03", True), ("03/02/1995", False), ("23/02/1995", True), ("3", False)],
)
def test_dates_may_be_written_in_another_way_that_can_mean_one_thing(cell, known):
    row = f"kind,area,garden,built\nflat,90,yes,{cell}\n"
    said = table(typed(of_houses(), written("new.csv", row)))[0]["predicted price"]
    assert bool(said) == known


def test_a_point_between_thousands_is_none_before_decimals():
    lines = [f"{1000 + 37 * i:,}".replace(",", ".") + f"; {i},5" for i in range(40)]
    content = "\n".join(["price;area", *lines, "987,5; 3,5"])
    path = saved(pl.LinearRegression(), pl.rows(written("old.csv", content), "area"))
    row = table(typed(path, written("new.csv", "price;area\n1.333;9,5\n")))[0]
    assert float(row["predicted area"]) == pytest.approx(9.5, abs=1)


DATED = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=30), "x": range(30)})


@pytest.mark.parametrize(
    ("target", "cells", "expected"),
    [
        ("x", "2024-01-11\n2024-02-10\n", [10, 40]),
        ("x", "11.01.2024\n31.01.2024\n", [10, 30]),
        ("x", "01/02/2024\n03/02/2024\n", None),
        ("x", "19733\n19734\n", None),
    ],
    ids=["as ISO has it", "day first", "day or month first", "numbers"],
)
def test_dates_of_a_frame_are_read_from_text_that_can_mean_one_thing(
    target, cells, expected
):
    path = saved(pl.LinearRegression(), pl.rows(DATED, target=target))
    rows = table(typed(path, written("new.csv", f"day\n{cells}")))
    found = [row["predicted x"] for row in rows]
    if expected is None:
        assert found == ["", ""]
    else:
        np.testing.assert_allclose(np.array(found, float), expected, atol=1e-9)


def test_dates_are_no_numbers():
    frame = DATED.assign(y=np.arange(30.0) ** 2)
    path = saved(pl.LinearRegression(), pl.rows(frame, target="y", drop="day"))
    pd.DataFrame({"x": DATED["day"]}).to_parquet("new.parquet")
    result = typed(path, "new.parquet")
    assert 'no number, such as "2024-01-01 00:00:00"' in result.stderr
    assert [row["predicted y"] for row in table(result)] == [""] * 30


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("kind,area,garden,built\n", "expected rows to predict, found none"),
        ("", "found an empty file"),
        ("kind,area\nflat,3\n", 'found none called "garden", "built"; name it so'),
    ],
    ids=["a header alone", "nothing", "columns missing"],
)
def test_a_table_that_cannot_be_used_is_refused_in_a_sentence(content, said):
    result = typed(of_houses(), written("new.csv", content))
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("new.csv", "a model that pl.save has written, found text, perhaps a table"),
        ("none", "none: expected a model that pl.save has written, found nothing of"),
        (".", ".: expected a model that pl.save has written, found a folder"),
    ],
)
def test_what_is_no_model_is_refused(model, said):
    result = typed(model, written("new.csv", NEW))
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_no_row_may_be_predictable():
    result = typed(of_houses(), written("new.csv", NEW.replace("03.02.1995", "spring")))
    assert "5 rows read from new.csv, 0 predicted, 5 left empty:" in result.stderr
    assert 'no date, such as "spring"' in result.stderr
    assert [row["predicted price"] for row in table(result)] == [""] * 5


def test_who_reads_may_stop_early():
    path = of_houses()
    written("new.csv", pd.concat([HOUSES] * 400).to_csv(index=False))
    run = [sys.executable, "-c", "from pellucid.command import main; main()"]
    with subprocess.Popen(
        [*run, "predict", path, "new.csv"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=os.environ, text=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline().startswith("kind,area")
        process.stdout.close()
        assert "rror" not in process.stderr.read()


def test_predictions_of_a_frame_are_had_without_a_file():
    model = pl.LinearRegression().fit(pl.rows(HOUSES, target="price"))
    found = predictions(model, grid_of(HOUSES))
    expected = model.predict(HOUSES)
    np.testing.assert_array_equal(found.columns["predicted price"], expected)
    assert found.predicted.all()
    assert found.outcome.gaps == []
