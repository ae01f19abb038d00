"""Least squares beside exact rational arithmetic: all digits, and how many are sure."""

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from threadpoolctl import threadpool_limits

import pellucid as pl
from pellucid.regression.error_free import Double, cut, cutters, two_product, two_sum
from pellucid.regression.least_squares import least_squares

# -- the judge ------------------------------------------------------------------------


def exact(X, y, s=None, *, intercept=True):
    """The coefficients (d, k), the intercept last, by elimination in fractions."""
    A = [[*map(Fraction, row)] + [Fraction(1)] * intercept for row in X.tolist()]
    Y = [[*map(Fraction, row)] for row in y.reshape(len(y), -1).tolist()]
    s = [Fraction(1)] * len(A) if s is None else [*map(Fraction, s.tolist())]
    weighted = [[w * a for a in row] for w, row in zip(s, A, strict=True)]
    columns = [*zip(*weighted, strict=True)]
    right = [*zip(*A, strict=True), *zip(*Y, strict=True)]
    rows = [[dot(a, b) for b in right] for a in columns]
    return eliminated(rows)


def eliminated(rows):
    """What stands right of a square of fractions, divided by it."""
    for i, pivot in enumerate(rows):
        pivot[:] = [v / pivot[i] for v in pivot]
        for row in rows[:i] + rows[i + 1 :]:
            row[:] = [a - row[i] * b for a, b in zip(row, pivot, strict=True)]
    return np.array([row[len(rows) :] for row in rows], dtype=object)


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def right_digits(found, truth):
    """How many decimal digits of each number are right; 17 are all."""

    def digits(f, t):
        off = abs(Fraction(float(f)) - t)
        return 17.0 if not off else -np.log10(float(off / abs(t))) if t else 0.0

    return np.vectorize(digits, otypes=[float])(found, truth)


def solved(X, y, s=None, **options):
    """The coefficients, the intercept last, and how many digits are said to be sure."""
    found = least_squares(X, y.reshape(len(y), -1), s, **options)
    w, digits = np.vstack([found.w, found.b]), np.vstack([found.digits, found.digits_b])
    return (w, digits) if options.get("intercept", True) else (w[:-1], digits[:-1])


def design(rng, condition, n=24, d=4):
    """Columns of a condition, and of lengths that are not alike."""
    U, V = (np.linalg.qr(rng.normal(size=(m, d)))[0] for m in (n, d))
    singular = np.geomspace(1, 1 / condition, d)
    return (U - U.mean(axis=0)) * singular @ V.T * np.exp(3 * rng.normal(size=d))


# -- digits ---------------------------------------------------------------------------

WAYS = ["plain", "weighted", "without intercept", "far from 0", "two targets"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("residual", [1e-6, 1.0, 1e6], ids="residual {:g}".format)
@pytest.mark.parametrize("condition", [1e1, 1e4, 1e6, 1e9], ids="{:g}".format)
def test_thirteen_digits_up_to_a_condition_of_1e9(condition, residual, way, rng):
    X = design(rng, condition) + (10 * rng.normal(size=4) if way == WAYS[3] else 0)
    y = X @ rng.normal(size=(4, 1 + (way == WAYS[4]))) + 1
    y = y + residual * rng.normal(size=y.shape)
    s = rng.uniform(size=24) if way == WAYS[1] else None
    options = {"intercept": way != WAYS[2]}
    w, sure = solved(X, y, s, **options)
    right = right_digits(w, exact(X, y, s, **options))
    assert right.min() > 13
    assert (sure <= right).all()


@pytest.mark.parametrize("residual", [0.0, 1e-10, 1.0, 1e9], ids="residual {:g}".format)
@pytest.mark.parametrize("condition", [1e10, 1e11, 1e12, 1e13], ids="{:g}".format)
def test_beyond_that_the_digits_are_known(condition, residual, rng):
    X = design(rng, condition)
    y = X @ rng.normal(size=4) + 1 + residual * rng.normal(size=24)
    w, sure = solved(X, y)
    right = right_digits(w, exact(X, y))
    assert (sure <= right).all()
    assert (sure >= np.minimum(right, 15.95) - 3).all()


@pytest.mark.parametrize("degree", [5, 8, 10])
def test_raw_powers_as_in_wampler_and_filip(degree, rng):
    x = rng.permutation(21.0 * np.arange(60) / 59)
    X, y = x[:, None] ** np.arange(1, degree + 1), rng.normal(size=60) * 1e4
    w, sure = solved(X, y)
    right = right_digits(w, exact(X, y))
    assert right.min() > 13
    assert (sure <= right).all()


def test_the_digits_of_a_model_have_the_shape_of_its_coefficients(rng):
    X, Y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    one, two = (pl.LinearRegression().fit(X, y) for y in (Y[:, 0], Y))
    assert one.digits_.shape == one.coef_.shape
    assert two.digits_.shape == two.coef_.shape
    assert (two.digits_ > 15).all()


def test_of_dependent_columns_no_digit_is_certain(rng):
    a = rng.normal(size=(20, 2))
    model = pl.LinearRegression().fit(np.column_stack([a, a.sum(axis=1)]), a[:, 0])
    assert np.isnan(model.digits_).all()


@pytest.mark.parametrize("condition", [1e2, 1e8])
def test_without_negative_coefficients_the_others_are_as_exact(condition, rng):
    X = design(rng, condition)
    y = X @ [1.0, -1.0, 1.0, -1.0] + 1e-3 * rng.normal(size=24)
    w, sure = solved(X, y, positive=True)
    free = np.flatnonzero(w[:-1, 0])
    right = right_digits(w[[*free, 4]], exact(X[:, free], y))
    assert right.min() > 13
    assert (sure[[*free, 4]] <= right).all()


@pytest.mark.parametrize("offset", [1e8, 1e12], ids="{:g}".format)
@pytest.mark.parametrize("dtype", [np.float32, float])
def test_far_from_0_numbers_are_taken_as_they_are(dtype, offset, rng):
    X = (rng.integers(0, 99, (50, 3)) * 2.0**20 + offset).astype(dtype)
    y = rng.normal(size=50) + offset
    w, sure = solved(X, y)
    right = right_digits(w, exact(X.astype(float), y))
    assert right.min() > 13
    assert (sure <= right).all()


@pytest.mark.parametrize("scale", [1e-170, 1e170], ids="{:g}".format)
def test_columns_beyond_squares(scale, rng):
    X = rng.normal(size=(30, 3)) * [1.0, scale, 1.0]
    y = rng.normal(size=30)
    w, sure = solved(X, y)
    right = right_digits(w, exact(X, y))
    assert right.min() > 13
    assert (sure <= right).all()


def test_dependent_columns_of_lengths_far_apart_have_a_solution(rng):
    a = rng.normal(size=(14, 3))
    X = np.column_stack([a, a.sum(axis=1)]) * [1e-4, 1e-20, 1e16, 1e3]
    model = pl.LinearRegression().fit(X, a[:, 0])
    assert model.rank_ == 3
    np.testing.assert_allclose(model.predict(X), a[:, 0], atol=1e-6)


# -- what changes nothing -------------------------------------------------------------

SEEDS = st.integers(0, 2**32 - 1)


def some_rows(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 3))
    return rng, X, X @ rng.normal(size=3) + rng.normal(size=30)


def assert_same(found, expected):
    """The same solution but for its last digit."""
    np.testing.assert_allclose(found, expected, rtol=4e-16, atol=0)


@settings(deadline=None, max_examples=25)
@given(SEEDS)
def test_the_order_of_rows_has_no_say(seed):
    rng, X, y = some_rows(seed)
    order = rng.permutation(30)
    assert_same(solved(X[order], y[order])[0], solved(X, y)[0])


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.integers(-300, 300))
def test_a_power_of_two_scales_a_coefficient(seed, e):
    _, X, y = some_rows(seed)
    scaled = solved(np.ldexp(X, [0, e, 0]), y)[0]
    assert_same(np.ldexp(scaled[:, 0], [0, e, 0, 0]), solved(X, y)[0][:, 0])


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.integers(-(2**40), 2**40))
def test_a_shift_changes_the_intercept_alone(seed, shift):
    rng, _, y = some_rows(seed)
    X = rng.integers(-999, 999, (30, 3)).astype(float)  # so that the sum is exact
    assert_same(solved(X + shift, y)[0][:-1], solved(X, y)[0][:-1])


@settings(deadline=None, max_examples=25)
@given(SEEDS)
def test_weights_mean_repetition(seed):
    rng, X, y = some_rows(seed)
    s = rng.integers(1, 5, 30)
    many = solved(np.repeat(X, s, axis=0), np.repeat(y, s))[0]
    assert_same(solved(X, y, s.astype(float))[0], many)


# -- many rows ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tall():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(40_000, 20)) + rng.normal(size=20)
    return X, X @ rng.normal(size=20) + rng.normal(size=len(X))


def memory_of(work):
    """The most that it takes on one core, as each has its own room for a block."""
    with threadpool_limits(1):
        tracemalloc.start()
        work()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_copy_of_the_data_is_made(dtype, order, tall):
    X = np.tile(tall[0], (20, 1)).astype(dtype, order)
    y = np.tile(tall[1], 20)[:, None]
    most = memory_of(lambda: least_squares(X, y))
    assert most < 0.05 * X.nbytes


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "kind", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array]
)
def test_a_sparse_matrix_is_never_filled_out(kind, dtype, rng):
    shape = (60_000, 50)
    X = sparse.random_array(shape, density=0.02, rng=rng, dtype=dtype)
    y = X @ rng.normal(size=50) + rng.normal(size=60_000)
    thin, X_ = pl.LinearRegression(), kind(X)
    most = memory_of(lambda: thin.fit(X_, y))
    assert most < 0.5 * np.prod(shape) * X.dtype.itemsize
    dense = pl.LinearRegression().fit(X.toarray(), y)
    assert np.array_equal(thin.coef_, dense.coef_)
    assert thin.intercept_ == dense.intercept_


def test_the_number_of_cores_changes_no_bit(tall):
    results = []
    for cores in (1, 2):
        with threadpool_limits(cores):
            results.append(solved(*tall)[0])
    assert np.array_equal(*results)


def test_many_rows_lose_nothing(tall):
    whole = np.rint(100 * tall[0]).astype(int), np.rint(100 * tall[1]).astype(int)
    A = np.column_stack([whole[0], np.ones(len(whole[1]), int)])
    table = [
        [*map(Fraction, row)] for row in (A.T @ np.column_stack([A, whole[1]])).tolist()
    ]
    truth = eliminated(table)
    w, sure = solved(*(each.astype(float) for each in whole))
    right = right_digits(w, truth)
    assert right.min() > 15
    assert (sure <= right).all()


@pytest.mark.parametrize("n", [300, 200_000])
def test_a_column_for_each_level_depends_on_the_others(n, rng):
    level = rng.integers(0, 10, n)
    model = pl.LinearRegression().fit(np.eye(10)[level], level.astype(float) ** 2)
    assert model.rank_ == 9
    np.testing.assert_allclose(model.predict(np.eye(10)), np.arange(10) ** 2, atol=1e-9)


# -- what it stands on ----------------------------------------------------------------


@settings(deadline=None)
@given(st.floats(-1e100, 1e100), st.floats(-1e100, 1e100))
def test_a_sum_and_its_rounding_are_the_sum(a, b):
    head, tail = two_sum(a, b)
    assert Fraction(head) + Fraction(tail) == Fraction(a) + Fraction(b)


@settings(deadline=None)
@given(st.floats(1e-100, 1e100), st.floats(1e-100, 1e100))
def test_a_product_and_its_rounding_are_the_product(a, b):
    head, tail = two_product(a, b)
    assert Fraction(head) + Fraction(tail) == Fraction(a) * Fraction(b)


def test_products_of_slices_are_exact(rng):
    A, b = rng.normal(size=(512, 3)), rng.normal(size=512)
    top, rest = cut(Double.of(A), cutters(3, 22, 2))
    high, low = cut(Double.of(b), cutters(3, 22, 2))
    assert np.array_equal(top + rest, A)
    assert np.array_equal(high + low, b)
    truth = [
        dot(map(Fraction, high.tolist()), map(Fraction, a.tolist())) for a in top.T
    ]
    assert [Fraction(v) for v in (high @ top).tolist()] == truth
