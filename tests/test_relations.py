"""Columns that depend on others: each with its relation, and no other."""

from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.models.notes import notes
from pellucid.statistics.relations import relations, simplest
from pellucid.tour.fit import run

rng = np.random.default_rng(5)
A, B, C = rng.normal(size=(3, 300))
CENTS = np.round(rng.uniform(0, 100, (300, 3)), 2)
CITY = rng.integers(0, 6, 300)
REGION = CITY // 2
ABCD = ("a", "b", "c", "d", "e", "f", "g", "h", "i")


def dummies(codes, levels):
    return (codes[:, None] == np.arange(1, levels)).astype(float)


def standardised(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def told(X, **options):
    X = np.asarray(X)
    names = [*ABCD, *map(str, range(X.shape[1]))][: X.shape[1]]
    return [found.told(names) for found in relations(X, **options)]


SHARES = rng.uniform(size=(300, 3))
SHARES = 100 * SHARES / SHARES.sum(axis=1, keepdims=True)
FOUND = {
    "a sum": ([A, B, A + B], ["c = a + b"]),
    "a sum that is first": ([A + B, A, B], ["c = a - b"]),
    "a combination": ([A, B, 2 * A - B + 5], ["c = 2 a - b + 5"]),
    "a negative one": ([A, B, -A - B - 0.5], ["c = -a - b - 0.5"]),
    "units": ([A, 12 * A], ["b = 12 a"]),
    "units, the other way": ([12 * A, A], ["b = a / 12"]),
    "thirds": ([A, B, A / 3 + B * 2 / 3], ["c = a / 3 + 2/3 b"]),
    "Fahrenheit": ([A, 1.8 * A + 32], ["b = 1.8 a + 32"]),
    "miles": ([A, 1.609344 * A], ["b = 1.609344 a"]),
    "pounds": ([A, 0.45359237 * A], ["b = 0.45359237 a"]),
    "no fraction": ([A, B, np.pi * A + B], ["c = 3.14159 a + b (numbers rounded)"]),
    "the same thrice": ([A, A, A], ["b = a", "c = a"]),
    "sums of cents": ([*CENTS.T, CENTS.sum(axis=1).round(2)], ["d = a + b + c"]),
    "shares": ([*SHARES.T], ["c = 100 - a - b"]),
    "sums of sums": (
        [A, B, A + B, C, A + B + C, A - B], ["c = a + b", "e = c + d", "f = a - b"]
    ),
    "a constant": ([A, np.full(300, 5.0)], ["b = 5"]),
    "far from 0": ([A + 1e6, B, 2 * (A + 1e6) - B + 5], ["c = 2 a - b + 5"]),
    "numbers of a register": (
        [1e9 + np.arange(300), np.arange(300)], ["b = a - 1000000000"]
    ),
    "small": ([1e-170 * A, 1e-170 * B, 1e-170 * A + 1e-170 * B], ["c = a + b"]),
    "small and large": ([1e170 * A, 1e-170 * B, A], ["c = 1e-170 a"]),
    "hours of a day": ([A, 24 - A], ["b = 24 - a"]),
    "age, schooling, experience": ([A, B, B - A - 6], ["c = b - a - 6"]),
    "less its mean": (
        [np.arange(403.0) % 7, np.arange(403.0) % 7 - 1207 / 403],
        ["b = a - 2.99504 (numbers rounded)"],
    ),
    "independent": (
        [*rng.normal(size=(8, 300))], []
    ),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "expected"), FOUND.values(), ids=FOUND)
def test_relations_are_told_as_people_write_them(columns, expected):
    assert told(np.column_stack(columns)) == expected


def test_dummies_of_categories_that_nest():
    both = np.column_stack([dummies(CITY, 6), dummies(REGION, 3)])
    assert told(both) == ["f = b + c", "g = d + e"]


def test_every_level_of_a_category_beside_the_intercept():
    X = (CITY[:, None] == np.arange(3)).astype(float)
    X = np.column_stack([X, 1 - X.sum(axis=1)])
    assert told(X) == ["d = 1 - a - b - c"]
    assert told(X, intercept=False) == []


def test_standardised_columns_keep_their_relation():
    found = relations(standardised(np.column_stack([A, B, A + B])))
    scale = np.std(A + B)
    expected = np.array([np.std(A), np.std(B)]) / scale
    np.testing.assert_allclose(
        [*map(float, found[0].coefficients)], expected, rtol=1e-12
    )


def test_float32_is_judged_by_its_own_rounding():
    assert told(np.column_stack([A, B, A + B]).astype(np.float32)) == ["c = a + b"]


def test_a_relation_of_many_columns_is_cut():
    X = rng.normal(size=(300, 20))
    X[:, 19] = X[:, :19].sum(axis=1)
    names = [f"x{j}" for j in range(20)]
    assert relations(X)[0].told(names) == (
        "x19 = x0 + x1 + x2 + x3 + x4 + x5 + ... (13 more columns)"
    )


NONE = {
    "independent columns": np.column_stack([A, B, C]),
    "nearly alike": np.column_stack([A, A + 1e-7 * B]),
    "very nearly alike": np.column_stack([A, A + 1e-10 * B]),
    "alike but for a bit": np.column_stack([A, A * (1 + 1e-13 * B)]),
    "alike but for one row of 300": np.column_stack([A, A + 1e-9 * (A[200] == A)]),
    "sums rounded to tenths": np.column_stack([*CENTS.T, CENTS.sum(axis=1).round(1)]),
    "powers": np.linspace(1, 2, 300)[:, None] ** np.arange(1, 9),
    "more columns than rows": rng.normal(size=(20, 30)),
    "as many columns as rows": rng.normal(size=(20, 20)),
    "one row less": rng.normal(size=(20, 19)),
}


@pytest.mark.parametrize("X", NONE.values(), ids=NONE)
def test_what_is_only_near_is_no_relation(X):
    assert relations(X) == ()


def test_a_relation_is_found_among_more_columns_than_rows():
    X = rng.normal(size=(20, 30))
    X[:, 25], X[:, 28] = X[:, 3], X[:, 4] + X[:, 5]
    names = [f"x{j}" for j in range(30)]
    assert [one.told(names) for one in relations(X)] == ["x25 = x3", "x28 = x4 + x5"]


def test_a_large_table(rng):
    X = rng.normal(size=(100_000, 40))
    X[:, 20], X[:, 39] = X[:, 1] + X[:, 2], 3 * X[:, 30] - X[:, 5] + 7
    names = [f"x{j}" for j in range(40)]
    found = [one.told(names) for one in relations(X)]
    assert found == ["x20 = x1 + x2", "x39 = 3 x30 - x5 + 7"]
    X[99_999, 20] += 1e-9
    assert [one.column for one in relations(X)] == [39]


@pytest.mark.parametrize("seed", range(20))
def test_every_relation_holds_in_exact_arithmetic(seed):
    """In integers; and without its columns the rest has full rank, by fractions."""
    random = np.random.default_rng(seed)
    X = random.integers(-5, 6, (30, 4)) @ random.integers(-2, 3, (4, 7))
    X = np.column_stack([X, random.integers(-5, 6, (30, 2))])
    found = relations(X.astype(float))
    for one in found:
        terms = zip(one.coefficients, one.others, strict=True)
        right = sum((c * X[:, k].astype(object) for c, k in terms), one.constant)
        assert (right == X[:, one.column].astype(object)).all()
    ones = np.ones((30, 1), int)
    rest = np.delete(X, [one.column for one in found], axis=1)
    assert rank(np.hstack([ones, rest])) == 1 + rest.shape[1]
    assert rank(np.hstack([ones, X])) == 1 + rest.shape[1]


def rank(X):
    """How many rows are left by elimination in fractions."""
    rows, count = [[*map(Fraction, row)] for row in X.tolist()], 0
    for j in range(X.shape[1]):
        pivot = next((row for row in rows if row[j]), None)
        if pivot is None:
            continue
        count += 1
        rest = [row for row in rows if row is not pivot]
        rows = [[a - row[j] / pivot[j] * b for a, b in zip(row, pivot, strict=True)]
                for row in rest]  # fmt: skip
    return count


@pytest.mark.parametrize(
    ("low", "high", "fraction"),
    [("0.3", "0.35", "1/3"), ("-0.51", "-0.49", "-1/2"), ("3.14", "3.15", "22/7"),
     ("-1", "1", "0"), ("2", "2", "2"), ("0.6180", "0.6181", "89/144")],
)  # fmt: skip
def test_the_simplest_fraction_between_two(low, high, fraction):
    assert simplest(Fraction(low), Fraction(high)) == Fraction(fraction)


# -- what is said, and done -----------------------------------------------------------

KINDS = {"linear": A - B + C, "logistic": np.where(A + C > 0, "yes", "no")}
FRAME = pd.DataFrame(
    {
        "a": CENTS[:, 0],
        "b": CENTS[:, 1],
        "total": (CENTS[:, 0] + CENTS[:, 1]).round(2),
        "city": np.array([*"pqrstu"])[CITY],
        "region": np.array(["north", "south", "west"])[REGION],
    }
)


def fitted(folder, frame):
    """Figures and words of `pellucid fit`, and the model that it left."""
    path = folder / "table.csv"
    frame.to_csv(path, index=False)
    lines = []
    figures = run(path, "y", folder / "out", tell=lambda line: lines.append(str(line)))
    words = " ".join(" ".join(lines).split())
    return figures, words, pl.load(folder / "out" / "model.safetensors")


@pytest.mark.parametrize("y", KINDS.values(), ids=KINDS)
def test_the_command_leaves_dependent_columns_out(tmp_path, y):
    _, words, model = fitted(tmp_path, FRAME.assign(y=y))
    note = "total = a + b; region is determined by city; total and region left out."
    assert note in words
    page = (tmp_path / "out" / "report.html").read_text()
    assert "region is determined by city" in page
    few = FRAME.drop(columns=["total", "region"])
    assert [*model.feature_names_in_[:3]] == ["a", "b", "city[q]"]
    assert len(model.predict(few)) == 300


def test_a_level_that_others_give_is_left_out_alone(tmp_path):
    """The region is before its cities: of each region but the first one city goes."""
    frame = FRAME[["region", "city"]].assign(y=A)
    _, words, model = fitted(tmp_path, frame)
    note = "region is determined by city; city[s] and city[u] left out."
    assert note in words
    shown = ["region[south]", "region[west]", "city[q]", "city[r]", "city[t]"]
    assert [*model.feature_names_in_] == shown
    means = frame.groupby("city")["y"].transform("mean")
    np.testing.assert_allclose(model.predict(frame), means)


def test_numbers_that_a_category_determines(tmp_path):
    """A code and a height of each city; to the code the city says the same."""
    frame = FRAME[["city"]].assign(code=CITY * CITY, height=CITY // 3 + 0.5, y=A)
    _, words, model = fitted(tmp_path, frame)
    note = "code and height are determined by city; code and height left out."
    assert note in words
    assert len(model.feature_names_in_) == 5


def test_cells_that_are_missing_together(tmp_path):
    holes = np.arange(300) % 7 == 0
    frame = pd.DataFrame(
        {"a": np.where(holes, np.nan, A), "b": np.where(holes, np.nan, B)}
    )
    table = pl.rows(frame.assign(y=C), target="y", missing="impute")
    found = relations(table.X)
    assert [one.told(table.names) for one in found] == ["b[missing] = a[missing]"]
    less = table.without({"b[missing]": "b[missing] = a[missing]"})
    assert less.names == ("a", "a[missing]", "b")
    model = pl.LinearRegression().fit(less)
    pl.save(model, tmp_path / "model.safetensors")
    again = pl.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))


def test_estimators_tell_the_relation_and_keep_the_shortest_solution():
    X = FRAME[["a", "b", "total"]]
    model = pl.LinearRegression().fit(X, A)
    assert model.rank_ == 2
    assert model.notes_ == (
        "Columns depend on others: total = a + b. Other coefficients would fit as "
        "well, and the shortest are shown; leave total out.",
    )
    np.testing.assert_allclose(
        model.coef_, np.linalg.pinv(X - X.mean()) @ (A - A.mean()), rtol=1e-9
    )
    assert pl.LinearRegression().fit(X[["a", "b"]], A).notes_ == ()


def test_a_logistic_regression_tells_it_unless_a_penalty_chooses():
    X, y = FRAME[["a", "b", "total"]], A + B > 0
    free, bound = (pl.LogisticRegression(C=C).fit(X, y) for C in (np.inf, 1.0))
    assert "total = a + b" in "".join(notes.of(free))
    assert "total" not in "".join(notes.of(bound))


def test_a_polynomial_of_dependent_columns_tells_them():
    model = pl.PolynomialRegression(2).fit(FRAME[["a", "b", "total"]], A)
    assert "total = a + b" in model.notes_[0]
    model = pl.PolynomialRegression(2).fit((A[:, None] > 0) * 1.0, B)  # x^2 = x
    assert "The 2 columns vary in 1 direction only" in model.notes_[0]
    assert pl.PolynomialRegression(2).fit(FRAME[["a", "b"]], A).notes_ == ()


def test_counts_tell_it_unless_a_penalty_chooses():
    X, y = FRAME[["a", "b", "total"]], CITY
    free, bound = (pl.PoissonRegression(alpha=alpha).fit(X, y) for alpha in (0, 1))
    assert "total = a + b" in "".join(free.notes_)
    assert "total" not in "".join(bound.notes_)


def test_many_relations_are_cut():
    X = np.column_stack([A, *(k * A for k in range(2, 12))])
    note = pl.LinearRegression().fit(X, B).notes_[0]
    assert "x6 = 6 x1; and 5 more." in note
    assert note.endswith("leave x2, x3, x4, x5, x6 and 5 more out.")


@pytest.mark.parametrize("d", [19, 20, 30])
def test_as_many_columns_as_rows_fit_anything(d):
    model = pl.LinearRegression().fit(NONE["more columns than rows"][:, :d], A[:20])
    assert model.notes_[0].startswith(
        f"As many columns as rows: 20 rows and {d} columns"
    )
    assert "r2 = 1 means nothing; leave columns out" in model.notes_[0]


@pytest.mark.parametrize("intercept", [True, False], ids=["", "no intercept"])
@pytest.mark.parametrize("made", [pl.LinearRegression, pl.PolynomialRegression])
def test_one_row_fits_anything_and_has_no_relations(made, intercept):
    model = made(fit_intercept=intercept).fit([[0.3, 0.8]], [2.0])
    (note,) = model.notes_
    assert note.startswith("There is one row, which anything fits")


def test_one_row_more_than_that_is_no_such_fit():
    model = pl.LinearRegression().fit(NONE["more columns than rows"][:, :18], A[:20])
    assert not any("As many columns" in note for note in model.notes_)


def test_a_model_from_a_file_says_the_same(tmp_path):
    model = pl.LinearRegression().fit(FRAME[["a", "b", "total"]], A)
    loaded = pl.load(pl.save(model, tmp_path / "model.safetensors"))
    assert "total = a + b" in loaded.notes_[0]
    assert loaded.notes_ == model.notes_


def test_a_model_that_was_pickled_in_silence_knows_its_rank():
    model = pl.LinearRegression().fit(FRAME[["a", "b", "total"]], A)
    note = pickle.loads(pickle.dumps(model)).notes_[0]
    assert "The 3 columns vary in 2 directions only" in note
