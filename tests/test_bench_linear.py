"""The race of linear models: its tables, its costs and its exact judge."""

import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from pellucid.bench import linear
from pellucid.bench.clock import mark
from pellucid.bench.contest import DIGITS, AbsentError, Mark, Outcome, Record, contest
from pellucid.bench.ratios import above, tables
from pellucid.bench.regressions import exactness
from pellucid.bench.regressions.tasks import (
    LARGE,
    LOGISTIC,
    SHAPES,
    SQUARES,
    TASKS,
    nowhere,
)

CONDITION = "condition 1e3"


@pytest.mark.parametrize(("digits", "told"), [(13.7, "met"), (12.9, "not met")])
def test_digits_stand_side_by_side_and_more_are_better(digits, told):
    records = [
        Record(CONDITION, linear.RIGHT, linear.PELLUCID, digits),
        Record(CONDITION, linear.RIGHT, linear.SKLEARN, 11.0),
    ]
    table = tables(Outcome("linear", records))[0]
    assert contest("linear").unit_of(linear.RIGHT) == DIGITS
    assert "theirs / ours" not in table.title
    cells = [f"{digits:g} digits (13 digits {told})", "11 digits"]
    assert table.rows == [[CONDITION, linear.PELLUCID, *cells]]


def test_a_table_says_how_far_each_cost_lies_above_the_least():
    records = [
        Record(LARGE, linear.FIT, linear.PELLUCID, 1.0, check=2.0),
        Record(LARGE, linear.FIT, linear.SKLEARN, 1.0, check=2.002, way="lbfgs"),
        Record(LARGE, linear.FIT, linear.GRAM, 1.0),
    ]
    _, costs = tables(Outcome("linear", records))
    assert costs.heads == ["", linear.PELLUCID, linear.SKLEARN]
    assert costs.rows == [[LARGE, "0", "1e-03 lbfgs"]]


def reached(name, case):
    """The cost that an entrant of the race of linear models reaches."""
    try:
        marks = contest("linear").rivals[name].measure(case, True)
    except AbsentError as absent:
        pytest.skip(str(absent))
    return marks[linear.FIT].check


PARTS = {  # a rival -> the tasks in which it takes part
    linear.CONVERGED: lambda task: task.model == LOGISTIC,
    linear.GLUM: lambda task: task.classes == 2,
    linear.GELS: lambda task: task.model == SQUARES,
    linear.LSTSQ: lambda task: task.model == SQUARES,
}


@pytest.mark.parametrize(
    ("name", "case"),
    [(name, case) for name in PARTS for case, t in TASKS.items() if PARTS[name](t)],
)
def test_linear_models_minimise_the_same_cost(name, case):
    assert reached(name, case) == pytest.approx(
        reached(linear.PELLUCID, case), rel=1e-6
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("case", SHAPES)
def test_the_cost_of_a_task_is_that_of_scikit_learn(case):
    task = SHAPES[case].tiny()
    X, y = task.data()
    model = LogisticRegression().fit(X, y)
    expected = log_loss(y, model.predict_proba(X)) + np.sum(model.coef_**2) / 2 / len(y)
    cost = task.cost(X, y, model.coef_, model.intercept_)
    assert cost == pytest.approx(expected, rel=1e-12)


def test_a_solver_that_does_not_arrive_does_not_win():
    def ways(task):
        return {"early": lambda X, y: (np.zeros(9), 0.0), "late": late}

    def late(X, y):
        time.sleep(0.01)
        return np.linalg.lstsq(X - X.mean(0), y - y.mean())[0], 3.0

    marks = linear.fitted(TASKS[LARGE], linear.Entrant(ways), True)
    assert marks[linear.FIT].way == "late"


def test_a_fit_without_a_cost_counts_as_one_that_is_far_away():
    def ways(task):
        return {"lost": lambda X, y: (np.full(9, np.nan), 0.0), "found": found}

    def found(X, y):
        time.sleep(0.01)
        return np.zeros(9), 0.0

    marks = linear.fitted(TASKS[LARGE], linear.Entrant(ways), True)
    assert marks[linear.FIT].way == "found"


@pytest.mark.parametrize(
    ("check", "told"), [(1.0, "0"), (1.5, "5e-01"), (np.inf, "inf")]
)
def test_a_cost_that_is_infinite_is_no_least(check, told):
    record = Record("", "", "", 1.0, check=check)
    assert above(record, [1.0, 1.5, np.inf]) == told


def test_where_no_cost_is_finite_there_is_no_least():
    assert above(Record("", "", "", 1.0, check=np.inf), [np.inf]) == "nan"


def test_work_that_takes_long_is_done_once():
    calls = []
    once = mark(lambda: calls.append(time.sleep(0.002)), patience=0.001)
    assert len(calls) == 1
    assert once.best == once.cold


def test_a_fit_that_exact_arithmetic_confirms_has_all_digits():
    def exactly(X, y):
        *w, b = map(float, exactness.solved(X, y))
        return np.array(w), b

    digits = exactness.judge(lambda task: {"": exactly})
    found = linear.judged(1e12, linear.Entrant(nowhere, digits), True)
    assert found == {linear.RIGHT: Mark(exactness.ALL)}


@pytest.mark.parametrize("condition", linear.CONDITIONS)
def test_digits_are_no_more_than_exact_arithmetic_finds(condition):
    rivals = contest("linear").rivals
    right, claimed = (
        rivals[name].measure(condition, False)[linear.RIGHT].best
        for name in (linear.PELLUCID, linear.CLAIMED)
    )
    assert right - 3 <= claimed <= right
