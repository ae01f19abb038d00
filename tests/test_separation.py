"""Classes that columns tell apart, wholly or in part, or only nearly."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from exact_programs import are_separable as are_separable_exactly
from exact_programs import greatest as exact_greatest
from scipy import special

import pellucid as pl
from pellucid.models.choosing import chosen, learned
from pellucid.models.notes import notes
from pellucid.statistics.separation import Alone, are_separable, separation

rng = np.random.default_rng(3)
A, B, C = np.round(rng.normal(size=(3, 200)) * 2**20) / 2**20  # + 1e4 is exact
LEVEL = np.arange(200) % 10 == 0  # 20 rows
Y = (A + rng.logistic(size=200) > 0).astype(int)


def unpenalised(X, y, **options):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "LogisticRegression: the classes are sep")
        return pl.LogisticRegression(C=np.inf, **options).fit(X, y)


# -- exact arithmetic is the judge ----------------------------------------------------


def small(seed):
    """Few rows of few numbers, often dummies, of two classes or three."""
    random = np.random.default_rng(seed)
    n, d, k = random.integers(5, 13), random.integers(1, 4), random.integers(2, 4)
    X = random.integers(-2, 3, (n, d)).astype(float)
    if seed % 3 == 1:
        X = (X > 0).astype(float)
    if seed % 3 == 2:
        X = X * [1e-3, 0.25, 1e5][:d] + [0.125, 1e3, 7][:d]
    return X, random.integers(0, k, n), int(k), bool(seed % 2)


def test_a_program_of_a_textbook():
    """Dantzig's: 3 x + 5 y, x <= 4, 2 y <= 12, 3 x + 2 y <= 18 has 36 at (2, 6)."""
    assert exact_greatest([3, 5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18]) == 36


@pytest.mark.parametrize("seed", range(24))
def test_separation_is_what_exact_programs_find(seed):
    X, y, k, intercept = small(seed)
    found = separation(X, y, k, intercept=intercept)
    exact = are_separable_exactly(X, y, k, intercept)
    assert (found is not None) == exact
    assert are_separable(X, y, k, intercept=intercept) == exact


@pytest.mark.parametrize("seed", range(24))
def test_fits_find_the_same(seed):
    X, y, k, intercept = small(seed)
    y = np.unique(y, return_inverse=True)[1]
    if (k := y.max() + 1) == 1:
        y, k = np.arange(len(y)) % 2, 2
    model = unpenalised(X, y, fit_intercept=intercept)
    assert model.separable_ == are_separable_exactly(X, y, k, intercept)


@pytest.mark.parametrize("seed", range(18))
def test_no_column_of_a_set_can_lack(seed):
    X, y, k, intercept = small(seed)
    found = separation(X, y, k, intercept=intercept)
    if found is None or found.alone:
        sets = [[column] for column in found.columns] if found else []
        fewer = []
    else:
        sets = [list(found.columns)]
        fewer = [[j for j in found.columns if j != i] for i in found.columns]
    assert all(are_separable_exactly(X[:, some], y, k, intercept) for some in sets)
    assert not any(are_separable_exactly(X[:, some], y, k, intercept) for some in fewer)


# -- published tables -----------------------------------------------------------------

COMPLETE = [1, 2, 3, 3, 5, 6, 10, 11], [3, 2, -1, -1, 2, 4, 1, 0]
COMPLETE_Y = [0, 0, 0, 0, 1, 1, 1, 1]
QUASI = [1, 2, 3, 3, 3, 4, 5, 6, 10, 11], [3, 0, -1, 4, 1, 0, 2, 7, 3, 4]
QUASI_Y = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
# Heinze & Schemper, "A solution to the problem of separation in logistic regression"
# (2002), section 4: histology of 79 endometrial cancers, as in Agresti (2015).
NEW_VESSELS = "21 5, 21 4, 19 1 3 2 1 1 1"
PULSATILITY = """
13 16 8 34 20 5 17 10 26 17 8 7 20 10 18 16 18 8 29 12 20 38 22 7 25 15 7 28 11 19 10
10 18 14 21 11 17 25 16 19 15 33 24 48 12 19 2 22 40 5 0 21 15 29 15 12 3 20 23 12 22
42 15 13 14 19 12 13 10 12 49 6 5 17 11 21 5 19 33"""
HEIGHT = """
164 226 314 268 128 231 180 168 156 231 201 189 315 123 127 176 200 264 88 127 137 97
114 88 91 58 97 150 133 237 182 313 131 192 164 201 188 193 211 129 172 75 192 184 111
161 118 144 118 93 117 119 106 202 229 233 290 170 141 225 154 197 175 216 257 137 361
204 217 169 27 184 130 96 101 98 35 102 85"""


def runs(text):
    """0 and 1 in turn, each so many times."""
    counts = [int(part) for part in text.replace(",", " ").split()]
    return np.repeat(np.arange(len(counts)) % 2, counts)


ENDOMETRIAL = pd.DataFrame(
    {
        "NV": runs(NEW_VESSELS),
        "PI": [float(x) for x in PULSATILITY.split()],
        "EH": [int(x) / 100 for x in HEIGHT.split()],
        "HG": runs("17 10 16 10 16 10"),
    }
)


def test_the_endometrial_table_is_the_published_one():
    """Its fit: EH -2.90 and PI -0.04, as table II of Heinze & Schemper has them."""
    frame = ENDOMETRIAL
    assert frame["HG"][frame["NV"] == 1].eq(1).all()
    assert (len(frame), frame["NV"].sum(), frame["HG"].sum()) == (79, 13, 30)
    model = unpenalised(frame[["NV", "PI", "EH"]], frame["HG"])
    np.testing.assert_allclose(model.coef_[0, 1:], [-0.0422, -2.9026], atol=5e-4)
    assert model.separable_


def test_all_rows_with_new_vessels_are_of_high_grade():
    found = separation(
        ENDOMETRIAL[["NV", "PI", "EH"]].to_numpy(float), ENDOMETRIAL["HG"].to_numpy()
    )
    assert found.alone == (Alone(0, (0,), (1,), 0.0, 0.0, 0, 13),)


def test_without_new_vessels_they_overlap():
    model = unpenalised(ENDOMETRIAL[["PI", "EH"]], ENDOMETRIAL["HG"])
    assert not model.separable_


def test_complete_separation_of_the_ucla_example():
    """https://stats.oarc.ucla.edu: complete or quasi-complete separation."""
    found = separation(np.transpose(COMPLETE).astype(float), np.array(COMPLETE_Y))
    assert found.alone == (Alone(0, (0,), (1,), 3.0, 5.0, 4, 4),)


def test_quasi_complete_separation_of_the_ucla_example():
    found = separation(np.transpose(QUASI).astype(float), np.array(QUASI_Y))
    assert found.alone == (Alone(0, (0,), (1,), 3.0, 3.0, 2, 5),)


# -- kinds of tables ------------------------------------------------------------------

TILTED = np.vstack([
    np.column_stack([A, B, C]), np.column_stack([2 * C, -C, A])[:20]
])  # fmt: skip
TILTED_Y = np.append(A + 2 * B > 0, np.arange(20) % 2).astype(int)
BORDERS = {
    "a rare level": (np.column_stack([LEVEL, A, B]), np.where(LEVEL, 1, Y), (0,)),
    "a level of a third class": (
        np.column_stack([LEVEL, A, B]), np.where(LEVEL, 2, Y), (0,)
    ),
    "a level that one of three classes lacks": (
        np.column_stack([LEVEL, A]),
        np.where(LEVEL, 1 + np.arange(200) // 10 % 2, np.arange(200) % 3), (0,),
    ),
    "two columns together": (np.column_stack([A, B, C]), A + 2 * B > 0, (0, 1)),
    "rows on a tilted border": (TILTED, TILTED_Y, (0, 1)),
    "the same far from 0": (TILTED + 1e4, TILTED_Y, (0, 1)),
    "the same in other units": (TILTED * [1e9, 1e-9, 1], TILTED_Y, (0, 1)),
    "a gap of one bit": ([[1.0], [1.0], [1 + 2**-52], [2.0]], [0, 0, 1, 1], (0,)),
    "numbers of 1e300": (A[:, None] * 1e300, A > 0.5, (0,)),
    "float32": (np.column_stack([A, B]).astype(np.float32), A > 0.5, (0,)),
}  # fmt: skip


@pytest.mark.parametrize(("X", "y", "columns"), BORDERS.values(), ids=BORDERS)
def test_the_columns_that_separate_are_found(X, y, columns):
    y = np.asarray(y, int)
    found = separation(np.asarray(X), y, y.max() + 1)
    assert found.columns == columns
    assert unpenalised(X, y).separable_


NEARLY = {
    "no border": (np.column_stack([A, B]), Y),
    "all but one of a level": (
        np.column_stack([LEVEL, A, B]), np.where(LEVEL, np.arange(200) > 0, Y)
    ),
    "one row a billionth over a tilted border": (
        np.vstack([TILTED, [2, -1 - 1e-9, 0]]), np.append(TILTED_Y, 1)
    ),
    "one row a bit over a border": (
        [[0.0], [1 + 2**-52], [1.0], [2.0]], [0, 0, 1, 1]
    ),
    "three classes": (np.column_stack([A, B]), np.arange(200) % 3),
    "strong, but with errors": (
        np.column_stack([A, B]), 50 * A + rng.logistic(size=200) > 0
    ),
    "far from 0": (np.column_stack([A, B]) + 1e7, Y),
    "dependent columns": (np.column_stack([A, B, A + B]), Y),
}  # fmt: skip


@pytest.mark.parametrize(("X", "y"), NEARLY.values(), ids=NEARLY)
def test_classes_that_overlap_are_no_false_alarm(X, y):
    X, y = np.asarray(X, float), np.asarray(y, int)
    assert separation(X, y, y.max() + 1) is None
    assert not unpenalised(X, y).separable_


def test_without_an_intercept_a_border_goes_through_0():
    X, y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([0, 0, 1, 1])
    assert separation(X, y, intercept=False) is None
    assert separation(X - 2.5, y, intercept=False).columns == (0,)
    assert not unpenalised(X, y, fit_intercept=False).separable_


def test_few_rows_of_many_are_found(rng):
    """Ten of 100,000 rows have a mark, and are of one class: the slope hardly shows."""
    X = rng.normal(size=(100_000, 5))
    X[:, 4] = np.arange(100_000) < 10
    y = rng.random(100_000) < special.expit(X[:, 0])
    y[:10] = True
    assert unpenalised(X, y).separable_
    y[3] = False
    assert not unpenalised(X, y).separable_


def test_a_sparse_matrix_is_judged_as_it_is():
    from scipy import sparse

    X = np.column_stack([LEVEL, A * (A > 1), B * (B > 1)])
    y = np.where(LEVEL, 1, Y)
    assert unpenalised(sparse.csr_matrix(X), y).separable_
    assert not unpenalised(sparse.csr_matrix(X), Y).separable_


# -- what is said ---------------------------------------------------------------------

COUNTRY = np.array(["Malta", "Fiji", "Peru", "Chad"])[np.arange(240) % 4]
AGE = rng.integers(20, 80, 240).astype(float)
DAY = np.arange(240.0)
VOTE = np.where(rng.random(240) < 0.5, "yes", "no")
SEX = np.array(["f", "m"])[np.arange(240) // 4 % 2]


def table(vote, **columns):
    frame = {"age": AGE, "country": COUNTRY, **columns, "vote": vote}
    return pl.rows(pd.DataFrame(frame), target="vote")


SAID = {
    "a level": (
        table(np.where(COUNTRY == "Malta", "no", VOTE)),
        "country[Malta]: all 60 rows are no.",
    ),
    "the first level, which has no column": (
        table(np.where(COUNTRY == "Chad", "yes", VOTE)),
        "country[Chad]: all 60 rows are yes.",
    ),
    "two levels": (
        table(np.select([COUNTRY == "Peru", COUNTRY == "Fiji"], ["no", "yes"], VOTE)),
        "country[Fiji]: all 60 rows are yes; country[Peru]: all 60 rows are no.",
    ),
    "a level without one of three classes": (
        table(np.where((COUNTRY != "Peru") & (rng.random(240) < 0.3), "maybe", VOTE)),
        "country[Peru]: all 60 rows are other than maybe.",
    ),
    "a border": (
        table(np.where(AGE > 50, "yes", "no")), "age: up to 50 all",
    ),
    "all rows by one column, and some by many": (
        table(np.where(DAY > 150, "yes", "no"),
              **{f"later{j}": np.maximum(DAY, 160 + j) for j in range(9)}, day=DAY),
        "are separable: day: up to 150 all 151 rows are no, from 151 on all 89 rows",
    ),
    "two columns": (
        table(np.where(AGE + 5 * A.mean() + np.arange(240) > 150, "yes", "no"),
              day=DAY),
        "age and day together tell classes apart",
    ),
    "the first of two levels, once": (
        table(np.where(SEX == "f", "yes", VOTE), sex=SEX),
        "are separable: sex[f]: all 120 rows are yes. So",
    ),
    "the second of two levels": (
        table(np.where(SEX == "m", "yes", VOTE), sex=SEX),
        "are separable: sex[m]: all 120 rows are yes. So",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "said"), SAID.values(), ids=SAID)
def test_the_note_says_which_rows_are_told_apart(table, said):
    note = next(n for n in notes.of(unpenalised(table, None)) if "separable" in n)
    assert said in note
    assert "fit with a penalty (C=1)" in note


def test_a_fit_of_classes_that_overlap_says_nothing():
    assert not any(
        "separable" in note for note in notes.of(unpenalised(table(VOTE), None))
    )


def test_a_level_of_one_class_is_penalised_by_the_command():
    rows = table(np.where(COUNTRY == "Malta", "no", VOTE))
    assert np.isfinite(learned(chosen(rows.y), 0, rows).C)
    rows = table(VOTE)
    assert np.isinf(learned(chosen(rows.y), 0, rows).C)


def test_the_warning_has_a_remedy():
    with pytest.warns(UserWarning, match="wholly or in part.*give a finite C, as C=1"):
        pl.LogisticRegression(C=np.inf).fit(
            table(np.where(COUNTRY == "Fiji", "no", VOTE))
        )
