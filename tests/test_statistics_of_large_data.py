"""What is asked of many rows and columns: the same numbers by the shorter way."""

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from numpy.testing import assert_allclose

import pellucid as pl
from pellucid.regression import hat
from pellucid.statistics import relations, tests


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_plain_products_give_the_leverage_of_exact_ones(monkeypatch, offset, weighted):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 20))
    X[:, 1] = X[:, 0] + 0.05 * X[:, 1]
    X, y = X + offset, X.sum(axis=1) + rng.normal(size=900)
    s = rng.uniform(1e-3, 1e3, 900) if weighted else None
    found = []
    for many in (hat.MANY, 0):
        monkeypatch.setattr(hat, "MANY", many)
        model = pl.LinearRegression().fit(X, y, s)
        errors = model.summary(covariance="HC3").frame["standard error"]
        found.append(model.diagnostics().frame.drop(columns="observed"))
        found[-1] = np.append(found[-1].to_numpy().ravel(), errors)
    rank = model._statistics.hat.left.b.head.size
    assert rank == 1  # nothing but the target was formed exactly
    assert_allclose(found[1], found[0], rtol=1e-9, atol=1e-11)


def test_the_simplest_fraction_has_the_least_denominator():
    rng = np.random.default_rng(0)
    for low, width in np.c_[rng.normal(size=200), 10 ** rng.uniform(-4, 0, 200)]:
        a, b = Fraction(low), Fraction(low + width)
        found = relations.simplest(a, b)
        q = next(q for q in range(1, 100_000) if -(-a * q // 1) <= b * q)
        p = min(range(int(-(-a * q // 1)), int(b * q // 1) + 1), key=abs)
        assert found == Fraction(p, q)
        assert gcd(p, q) == 1


def test_a_guess_that_no_row_holds_is_left_for_the_relation_that_all_hold():
    rng = np.random.default_rng(0)
    B = rng.normal(size=(300, 30))
    X = np.hstack([B, B @ rng.normal(size=(30, 20))])
    found = relations.relations(X)
    assert [one.column for one in found] == [*range(30, 50)]
    for one in found:
        w = np.array([float(c) for c in one.coefficients])
        assert_allclose(X[:, [*one.others]] @ w + float(one.constant),
                        X[:, one.column], atol=1e-12)  # fmt: skip


def test_tests_of_terms_do_not_form_what_is_as_large_as_all_relations(monkeypatch):
    sizes = []
    svd = np.linalg.svd
    monkeypatch.setattr(np.linalg, "svd", lambda A: sizes.append(A.shape) or svd(A))
    related = tests.relations(np.vstack([np.eye(3), np.ones((200, 3))]))
    assert tests.determined(related, np.array([0, 150])).shape == (2, 0)
    assert sizes == [(2, 2)]
