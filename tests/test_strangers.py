"""What an analyst who never saw the source ran into, by the public face alone."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

import pellucid as pl
from pellucid.command import main

N = 40
RNG = np.random.default_rng(5)
PEOPLE = pd.DataFrame(
    {
        "grade": RNG.choice([1, 2, 3], N),
        "paid": RNG.choice(["Y", "N"], N),
        "age": RNG.integers(18, 80, N),
    }
)
PEOPLE["income"] = 3.0 * PEOPLE["age"] + 20 * PEOPLE["grade"] + RNG.normal(0, 2, N)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def model():
    table = pl.rows(PEOPLE, target="income", categories=["grade"])
    return pl.save(pl.LinearRegression().fit(table), "model.safetensors")


def predicted(frame):
    """The predictions of the model for a frame that was written as CSV."""
    frame.to_csv("new.csv", index=False)
    result = run("predict", model(), "new.csv")
    assert result.exit_code == 0
    return pd.read_csv(io.StringIO(result.stdout))["predicted income"].to_numpy()


# A level is known, however the next table spells it.

RESPELT = {
    "decimals, as pandas writes beside holes": ("grade", PEOPLE["grade"].astype(float)),
    "yes for Y": ("paid", PEOPLE["paid"].map({"Y": "yes", "N": "no"})),
    "True, as Excel has it": ("paid", PEOPLE["paid"] == "Y"),
    "1 for Y": ("paid", (PEOPLE["paid"] == "Y").astype(int)),
}


@pytest.mark.parametrize(("column", "cells"), RESPELT.values(), ids=RESPELT)
def test_a_level_is_known_in_another_spelling(column, cells):
    known = predicted(PEOPLE)
    np.testing.assert_array_equal(predicted(PEOPLE.assign(**{column: cells})), known)


STRANGE = {
    "a number between": ("grade", "2.5"),
    "a code": ("grade", "02"),
    "a word": ("paid", "perhaps"),
}


@pytest.mark.parametrize(("column", "cell"), STRANGE.values(), ids=STRANGE)
def test_what_is_no_spelling_of_a_level_is_not_taken_for_one(column, cell):
    assert np.isnan(predicted(PEOPLE.head(4).assign(**{column: cell}))).all()


def test_levels_that_differ_by_their_decimals_alone_stay_two():
    cells = np.where(np.arange(N) % 2, "3", "3.0")
    frame = PEOPLE.assign(version=cells)[["version", "age", "income"]]
    table = pl.rows(frame, target="income", categories="version")
    assert table.names[0] == "version[3.0]"
    np.testing.assert_array_equal(table.X[:, 0], cells == "3.0")


# A column that is called otherwise.

RENAMED = {
    "another case": ("age", "Age", 'rename "Age" to "age", or fit again'),
    "a typing error": ("grade", "grdae", 'rename "grdae" to "grade", or fit again'),
    "another word": ("age", "years", 'none called "age"; name it so, or fit again'),
}


@pytest.mark.parametrize(("old", "new", "advice"), RENAMED.values(), ids=RENAMED)
def test_a_column_that_was_renamed_is_named(old, new, advice):
    PEOPLE.rename(columns={old: new}).to_csv("new.csv", index=False)
    result = run("predict", model(), "new.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(f"{advice}.\n")


# A sheet that is called otherwise.


def workbook():
    book = openpyxl.Workbook()
    book.active.title = "Sales"
    notes = book.create_sheet("Notes")
    notes.append(["a", "b"])
    for i in range(12):
        notes.append([i * i % 5, i * i % 7])
    book.save("book.xlsx")
    return "book.xlsx"


def test_a_sheet_that_is_not_there_is_no_damaged_file():
    result = run("fit", workbook(), "--target", "b", "--sheet", "Note")
    assert result.exit_code == 1
    assert result.stderr == (
        'pellucid: book.xlsx: expected one of the sheets "Sales", "Notes", found '
        '"Note"; name one of them.\n'
    )


def test_a_sheet_is_found_in_any_case():
    assert len(pl.rows(workbook(), target="b", sheet="NOTES").y) == 12


# What is no table: the sentence repeats what was typed, and its advice works.

ADDRESSES = ["https://example.org/a.csv", "s3://bucket/a.csv", "file:///tmp/a.csv"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_repeated_as_it_was_typed(address):
    result = run("fit", address, "--target", "y")
    assert result.stderr.startswith(f'pellucid: "{address}": expected a file on this')


RECORDS = [{"a": i, "b": i * i} for i in range(5)]
JSON = {
    "one list": (json.dumps(RECORDS, indent=1), 'pandas.read_json("a.json") and'),
    "a record a line": ("\n".join(map(json.dumps, RECORDS)),
                        'pandas.read_json("a.json", lines=True) and'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "advice"), JSON.values(), ids=JSON)
def test_the_advice_for_json_reads_it(text, advice):
    Path("a.json").write_text(text)
    result = run("fit", "a.json", "--target", "b")
    assert advice in result.stderr
    frame = pd.read_json("a.json", lines="lines" in advice)
    frame.to_csv("a.csv", index=False)
    assert pl.rows("a.csv", target="b").y.tolist() == [0, 1, 4, 9, 16]


# Sentences about one, and about several.


def test_several_classes_of_one_row_are_classes():
    labels = ["a", "b"] * (N // 2 - 1) + ["c", "d"]
    PEOPLE[["age", "income"]].assign(label=labels).to_csv("t.csv", index=False)
    result = run("fit", "t.csv", "--target", "label")
    assert "Note: 2 classes of one row (c, d)" in result.stdout


def test_one_stray_cell_counts_and_several_count():
    said = [
        step.role.reason
        for step in pl.rows(
            PEOPLE.assign(
                one=["lost", *map(str, RNG.normal(size=N - 1))],
                two=["lost", "lost", *map(str, RNG.normal(size=N - 2))],
            ),
            target="income",
        ).preparation.steps
    ]
    assert '1 cell that is no number ("lost") counts as missing' in said
    assert '2 cells that are no number ("lost") count as missing' in said


# A first column that numbers the rows.


FIRST = {"Order": False, "entry": False, "rank": True, "year": True}


@pytest.mark.parametrize(("name", "kept"), FIRST.items(), ids=FIRST)
def test_a_first_column_that_orders_the_rows_is_left_out(name, kept):
    frame = PEOPLE[["age", "income"]].copy()
    frame.insert(0, name, np.arange(1, N + 1))
    assert (name in pl.rows(frame, target="income").names) is kept


# Advice can be typed.


def test_a_column_whose_name_holds_a_comma_can_be_left_out():
    PEOPLE.rename(columns={"age": "age, years"}).to_csv("t.csv", index=False)
    result = run("fit", "t.csv", "--target", "income", "--drop", 'paid,"age, years"')
    assert result.exit_code == 0
    assert pl.load("pellucid-fit/model.safetensors").preparation_.names == ("grade",)


TYPED = {
    "a doubt": (("--target", "income"),
                'leave it out (--drop "zip") or take it as a category (--category "z'),
    "no such column": (("--target", "income", "--drop", "nope"),
                       "expected in --drop one of the columns"),
    "a missing cell": (("--target", "income", "--missing", "refuse"),
                       'or say --missing "drop" or "impute"'),
}  # fmt: skip


@pytest.mark.parametrize(("words", "advice"), TYPED.values(), ids=TYPED)
def test_advice_is_spelt_as_it_is_typed(words, advice):
    frame = PEOPLE.assign(zip=RNG.choice([10115, 20095, 50667], N))
    frame.loc[3, "age"] = None
    frame.to_csv("t.csv", index=False)
    result = run("fit", "t.csv", *words)
    assert advice in " ".join(result.output.split())


# A number in per cent is no share, and a share is no number in per cent.

SHARES = RNG.integers(1, 99, N)
PERCENT = [f"{share} %" for share in SHARES]
OTHERWISE = {
    "shares for per cent": (PERCENT, SHARES / 100, 'no number in %, such as "0.'),
    "numbers for per cent": (PERCENT, SHARES, "no number in %, such as "),
    "per cent for shares": (SHARES / 100, PERCENT, "no number, such as "),
    "per cent with decimal commas for shares": (
        SHARES / 100, [f"{share},5%" for share in SHARES], "no number, such as "),
}  # fmt: skip


def shared(fitted, new):
    """What is told of new rows, with a model of shares that were written otherwise."""
    frame = PEOPLE[["age", "income"]]
    frame.assign(share=fitted).to_csv("old.csv", index=False)
    frame.assign(share=new).to_csv("new.csv", index=False)
    model = pl.LinearRegression().fit(pl.rows("old.csv", target="income"))
    pl.save(model, "shares.safetensors")
    return run("predict", "shares.safetensors", "new.csv", "--out", "out.csv").stdout


@pytest.mark.parametrize(("old", "new", "why"), OTHERWISE.values(), ids=OTHERWISE)
def test_per_cent_are_not_mistaken_for_shares(old, new, why):
    told = shared(old, new)
    assert f"0 predicted, {N} left empty" in told
    assert why in told


ALIKE = {
    "per cent": (PERCENT, [text.replace(" ", "") for text in PERCENT]),
    "per cent, some without a sign": (["5", *PERCENT[1:]], ["7", *PERCENT[1:]]),
    "per cent, of which all are 0": (PERCENT, [0] * N),
    "shares": (SHARES / 100, SHARES / 200),
}


@pytest.mark.parametrize(("old", "new"), ALIKE.values(), ids=ALIKE)
def test_per_cent_are_read_where_both_have_them(old, new):
    assert f"{N} predicted." in shared(old, new)


def test_a_target_in_per_cent_is_scored():
    PEOPLE.assign(income=PERCENT).to_csv("t.csv", index=False)
    pl.save(pl.LinearRegression().fit(pl.rows("t.csv", target="income")), "m.st")
    told = run("predict", "m.st", "t.csv", "--out", "out.csv").stdout
    assert f"On {N} rows whose target is known" in told


# A fitted table is scored and predicted as the rows that it was fitted to.

HOLED = PEOPLE.assign(age=PEOPLE["age"].astype(float).where(np.arange(N) % 7 > 0))
MODELS = {
    "linear": (pl.LinearRegression(), "income"),
    "logistic": (pl.LogisticRegression(), "paid"),
    "network": (pl.MLPRegressor(max_iter=3, tol=1e9, random_state=0), "income"),
    "network of classes": (
        pl.MLPClassifier(max_iter=3, tol=1e9, n_iter_no_change=1, random_state=0),
        "paid",
    ),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("estimator", "target"), MODELS.values(), ids=MODELS)
def test_a_table_is_scored_by_the_model_that_was_fitted_to_it(estimator, target):
    table = pl.rows(HOLED, target=target)
    fitted = estimator.fit(table)
    assert len(fitted.predict(table)) == table.n < N
    assert fitted.score(table) == fitted.score(table, table.y)


def test_a_target_that_is_to_be_dropped_is_refused():
    PEOPLE.to_csv("people.csv", index=False)
    result = run("fit", "people.csv", "--target", "income", "--drop", "income")
    assert result.exit_code == 1
    assert 'found "income" among the columns to drop' in result.stderr


def test_what_a_long_column_becomes_is_told_by_its_levels():
    long = "Would you recommend us to a colleague of yours?"
    levels = np.array(["Never", "Perhaps", "Surely"])[np.arange(N) % 3]
    frame = PEOPLE[["income"]].assign(**{long: levels})
    told = pl.rows(frame, target="income").preparation.frame
    assert told.loc[long, "becomes"] == "[Perhaps], [Surely]"


def test_python_runs_the_package_as_the_command():
    words = [sys.executable, "-m", "pellucid", "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said == f"pellucid {pl.__version__}\n"


DAYS = {
    "as a number": ("%Y%m%d", "%Y%m%d"),
    "as a short number": ("%y%m%d", "%y%m%d"),
    "with dashes": ("%Y-%m-%d", "%Y-%m-%d"),
    "with a name of the month": ("%b-%d-%Y", "%b-%d-%Y"),
    "as a month": ("%YM%m", "%YM%m"),
}


@pytest.mark.parametrize(("old", "new"), DAYS.values(), ids=DAYS)
def test_a_model_of_days_is_saved_and_predicts(old, new):
    days = pd.date_range("1995-01-03", periods=N, freq="37D")
    frame = PEOPLE[["age", "income"]].assign(date=days.strftime(old))
    frame.to_csv("days.csv", index=False)
    table = pl.rows("days.csv", target="income")
    fitted = pl.LinearRegression().fit(table)
    assert table.preparation.frame.loc["date", "role"] == "date"
    frame.assign(date=days.strftime(new)).to_csv("new.csv", index=False)
    path = pl.save(fitted, "days.safetensors")
    result = run("predict", path, "new.csv")
    said = pd.read_csv(io.StringIO(result.stdout))["predicted income"]
    np.testing.assert_allclose(said, fitted.predict(table))
