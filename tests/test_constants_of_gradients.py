"""What is not differentiated is a constant: its numbers are there to be asked for."""

import functools
import math
import statistics
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.linalg
import scipy.sparse
import scipy.spatial
import scipy.stats
from sklearn.preprocessing import StandardScaler

import pellucid as pl
from pellucid.errors import MinimiseError, TraceError
from pellucid.graphs.tracing.trace import trace
from pellucid.running.cache import LARGE

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3))
Y = RNG.normal(size=6)
W = np.array([0.3, -0.2, 0.5])
GROUPS = np.array([0.0, 1.0, 1.0, 2.0, 0.0, 2.0])
GAPS = np.where(Y > 0.3, np.nan, Y)
S = X.T @ X + np.eye(3)


# -- the function asks its constants for numbers --------------------------------------


def a_branch_on_a_scalar(w, lam):
    return np.sum(w**2) + (lam * np.sum(np.abs(w)) if lam > 0 else 0.0)


def a_range_of_steps(w, T, dt):
    for _ in range(int(T / dt)):
        w = w - dt * np.sin(w)
    return np.sum(w)


def unique_groups(w, X, groups, y):
    of = [X[groups == g] @ w - y[groups == g] for g in np.unique(groups)]
    return sum(np.mean(r**2) for r in of)


def a_set_of_groups(w, X, groups, y):
    return sum(np.mean((X[groups == g] @ w) ** 2) for g in sorted(set(groups)))


def places_of_unique(w, groups):
    _, places, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return np.sum(w[places] ** 2) / counts[0]


def a_dictionary_of_groups(w, groups, y):
    members = {}
    for g, value in zip(groups, y, strict=True):
        members.setdefault(g, []).append(value)
    return sum(w[int(g)] ** 2 * np.mean(v) for g, v in members.items())


def a_check_for_nan(w, X, y):
    if np.isnan(X).any() or not np.isfinite(y).all():
        raise ValueError("nan in the data")
    return np.sum((X @ w - y) ** 2)


def rows_without_nan(w, X, y):
    kept = ~np.isnan(y)
    return np.mean((X[kept] @ w - y[kept]) ** 2)


def scipy_density(w, y):
    return np.sum(scipy.stats.norm.pdf(y)[:3] * w**2)


def scipy_distances(w, X):
    return np.sum((np.exp(-scipy.spatial.distance.cdist(X, X)) @ X @ w) ** 2)


def scipy_cholesky(w, S):
    return np.sum((scipy.linalg.cholesky(S, lower=True) @ w) ** 2)


def sparse_matrix(w, X):
    return np.sum((scipy.sparse.csr_matrix(X).toarray() @ w) ** 2)


def scaled_by_scikit_learn(w, X):
    return np.sum((StandardScaler().fit_transform(X) @ w) ** 2)


def frame_of_data(w, X):
    frame = pd.DataFrame(X, columns=list("abc"))
    return np.sum((frame.groupby(frame["a"] > 0).mean().to_numpy() @ w) ** 2)


def convergence_of_data(w, a):
    x = a.copy()
    while np.max(np.abs(x * x - a)) > 1e-12:
        x = 0.5 * (x + a / x)
    return np.sum(w**2) * np.sum(x)


def jitter_until_it_factors(w, S):
    K = S - 100 * np.eye(3)
    while True:
        try:
            return np.sum((np.linalg.cholesky(K) @ w) ** 2)
        except np.linalg.LinAlgError:
            K = K + 50 * np.eye(3)


def places_in_bins(w, y):
    return np.sum(w[np.digitize(y, np.linspace(-1, 1, 2))] ** 2 * y)


def bins_by_rule(w, y):
    n, edges = np.histogram(y, bins="auto")
    return np.sum(w**2) * np.sum(n * np.diff(edges))


def counts_of_groups(w, groups):
    return np.sum(w**2 * np.bincount(groups.astype(int)))


def lists_by_count(w, y):
    n = np.sum(y > 0)
    return np.sum(w**2) * len([1.0] * n) * round(abs(y[0]) * 10)


def numbers_of_python(w, y):
    return sum(math.exp(-v) * w[i % 3] ** 2 for i, v in enumerate(y)) * max(y)


def statistics_of_python(w, y):
    return np.sum(w**2) * statistics.median(y) * sorted(y)[0]


def numbers_in_text(w, y):
    return np.sum(w**2) * len(f"{y[0]:.3f} {y[1]}") * len(y.tobytes())


def a_cached_helper(w, y):
    @functools.lru_cache
    def helper(v):
        return math.sin(v)

    return sum(helper(v) * w[0] ** 2 for v in y)


def methods_and_writes(w, X, y):
    X[0] = w
    X[:, 1] *= 2
    return np.sum((X.dot(w) - y) ** 2)


def rank_of_data(w, X):
    return np.sum(w[: np.linalg.matrix_rank(X)] ** 2)


def written_into_plain_memory(w, y):
    memory = np.empty(6)
    np.multiply(y, 2, out=memory)
    return np.sum(w**2 * memory[:3])


CONSTANTS = {
    a_branch_on_a_scalar: (0.1,),
    a_range_of_steps: (1.0, 0.1),
    unique_groups: (X, GROUPS, Y),
    a_set_of_groups: (X, GROUPS, Y),
    places_of_unique: (GROUPS,),
    a_dictionary_of_groups: (GROUPS, Y),
    a_check_for_nan: (X, Y),
    rows_without_nan: (X, GAPS),
    scipy_density: (Y,),
    scipy_distances: (X,),
    scipy_cholesky: (S,),
    sparse_matrix: (X,),
    scaled_by_scikit_learn: (X,),
    frame_of_data: (X,),
    convergence_of_data: (np.array([2.0, 3.0]),),
    jitter_until_it_factors: (S,),
    places_in_bins: (Y,),
    bins_by_rule: (Y,),
    counts_of_groups: (GROUPS,),
    lists_by_count: (Y,),
    numbers_of_python: (Y,),
    statistics_of_python: (Y,),
    numbers_in_text: (Y,),
    a_cached_helper: (Y,),
    methods_and_writes: (X, Y),
    rank_of_data: (X,),
    written_into_plain_memory: (Y,),
}
EACH = pytest.mark.parametrize("f", CONSTANTS, ids=lambda f: f.__name__)


def copies(args):
    return [np.array(a) if isinstance(a, np.ndarray) else a for a in args]


def differences(f, w, args, h=1e-5):
    """Central differences in each element of w; f may write into its arguments."""
    steps = [h * e for e in np.eye(w.size)]
    ends = [(f(w + s, *copies(args)), f(w - s, *copies(args))) for s in steps]
    return np.array([np.subtract(*pair) / (2 * h) for pair in ends])


@EACH
def test_constants_give_their_numbers(f):
    given = copies(CONSTANTS[f])
    ours = pl.gradient(f)(W, *given)
    np.testing.assert_allclose(
        ours, differences(f, W, CONSTANTS[f]), rtol=1e-6, atol=1e-8
    )
    np.testing.assert_equal(given, copies(CONSTANTS[f]))  # not changed


@EACH
def test_constants_give_their_numbers_in_second_derivatives(f):
    args = CONSTANTS[f]
    H = pl.hessian(f)(W, *args)
    theirs = differences(lambda w, *rest: pl.gradient(f)(w, *rest), W, args)
    np.testing.assert_allclose(H, theirs, rtol=1e-5, atol=1e-6)
    v = np.array([1.0, 2.0, -3.0])
    np.testing.assert_allclose(pl.hvp(f)(W, *args, v), H @ v, rtol=1e-9, atol=1e-9)


# -- every verb -----------------------------------------------------------------------


def residuals(w, X, lam):
    return lam * np.tanh(X @ w) if lam > 0 and X.max() > 0 else X @ w


def test_products_and_jacobians_hold_their_constants():
    J = pl.jacobian(residuals)(W, X, 0.5)
    np.testing.assert_allclose(J, differences(residuals, W, (X, 0.5)).T, rtol=1e-8)
    u, v = np.arange(6.0), np.array([1.0, 2.0, -3.0])
    np.testing.assert_allclose(pl.vjp(residuals)(W, X, 0.5, u), u @ J)
    np.testing.assert_allclose(pl.jvp(residuals)(W, X, 0.5, v), J @ v)
    np.testing.assert_allclose(pl.jvp(residuals, wrt=-3)(W, X, 0.5, v), J @ v)


def test_constants_are_held_by_name_and_inside_structures():
    def cost(w, *, options):
        return options["lam"] * np.sum(w**2) if options["kind"] == "l2" else np.sum(w)

    given = {"lam": 0.5, "kind": "l2"}
    value, slope = pl.value_and_gradient(cost, wrt="w")(w=W, options=given)
    assert value == pytest.approx(0.5 * W @ W)
    np.testing.assert_allclose(slope, W)


def test_one_array_at_two_places_is_followed_at_the_one_that_is_asked_for():
    def cost(a, b):
        return np.sum(a**2 * b) if b[2] > 0 else np.sum(a)

    np.testing.assert_allclose(pl.gradient(cost)(W, W), 2 * W * W)


def test_mixed_derivatives_hold_what_neither_of_them_asks_for():
    def cost(w, lam, n):
        return lam * np.sum(w**2) if n > 2.5 else lam

    mixed = pl.jacobian(pl.gradient(cost, 0), 1)
    np.testing.assert_allclose(mixed(W, 0.5, 3.0), 2 * W)


def test_formulas_of_constants_are_stable_too():
    def cost(w, x):
        return w * np.log(np.sum(np.exp(x)))

    value, slope = pl.value_and_gradient(cost)(2.0, np.array([1000.0, 1000.0]))
    assert slope == pytest.approx(1000 + np.log(2), rel=1e-15)
    assert value == 2 * slope


# -- what depends on what is differentiated has no numbers ----------------------------


def sees_the_argument(w, X):
    return np.sum(w) if w[0] > 0 else 0.0


def sees_what_was_written(w, X):
    X[0] = w
    return np.sum(X) if X[0, 0] > 0 else 0.0


def sees_through_a_view(w, X):
    row = X[0]
    row[:] = w
    return np.sum(X) if X[0, 0] > 0 else 0.0


SEEING = [sees_the_argument, sees_what_was_written, sees_through_a_view]


@pytest.mark.parametrize("f", SEEING)
def test_what_depends_on_the_argument_is_refused_in_a_record_for_many(f):
    with pytest.raises(TraceError, match="branches on a value"):
        trace(f, (W, X.copy()), {})


@pytest.mark.parametrize("f", SEEING)
@pytest.mark.parametrize("w", [W, -W], ids=["one side", "other side"])
def test_what_depends_on_the_argument_is_followed_at_numbers(f, w):
    slope = pl.gradient(f)(w, X.copy())
    np.testing.assert_array_equal(slope, np.full(w.shape, w[0] > 0))


def test_a_record_for_many_numbers_has_all_floats_as_inputs():
    with pytest.raises(TraceError, match="branches on a value"):
        trace(a_branch_on_a_scalar, (W, 0.1), {})


# -- the data of minimise -------------------------------------------------------------


class Measured:
    """An object with data."""

    def __init__(self):
        self.x = np.array([1.0, 2.0, 3.0])


def squared(r):
    return np.sum(r**2)


x = np.array([1.0, 2.0, 3.0])
LINE = pd.DataFrame({"x": x, "y": 2 * x})
NAMED = pd.DataFrame({"x": x, "g": ["a", "b", "a"]})
DATA = {
    "tuples": (lambda w, d: sum((w * a - b) ** 2 for a, b in d), [(1.0, 2.0)]),
    "numbered tuples": (
        lambda w, d: sum((w * x[i] - b) ** 2 for i, b in d), [(0, 2.0), (1, 4.0)]),
    "tuples with text": (
        lambda w, d: sum((w - b) ** 2 for a, b in d if a == "u"),
        [("u", 2.0), ("v", 5.0)]),
    "ragged sequences": (
        lambda w, d: sum(squared(w - s) for s in d), [x[:1] + 1, x]),
    "columns of a frame": (
        lambda w, d: squared(w * d["x"].to_numpy() - d["y"].to_numpy()), LINE),
    "rows of a frame": (
        lambda w, d: sum((w * r.x - r.y) ** 2 for r in d.itertuples()), LINE),
    "a frame as an array": (lambda w, d: squared(w * d[:, 0] - d[:, 1]), LINE),
    "a frame with text": (
        lambda w, d: sum(squared(w - s["x"].to_numpy()) for _, s in d.groupby("g")),
        NAMED),
    "a series": (lambda w, d: squared(w - d), LINE["x"]),
    "an object": (lambda w, d: squared(w - d.x), Measured()),
    "a dictionary": (
        lambda w, d: squared(w - d["x"]) if d["lam"] > 0 else w**2,
        {"x": x, "lam": 0.5}),
    "a sparse matrix": (
        lambda w, d: squared(w - d.toarray()), scipy.sparse.csr_matrix(x[None])),
    "None": (lambda w, d: (w - 2) ** 2 if d is None else w**2, None),
    "a branch": (lambda w, d: squared(w - d) if d[0] > 0 else w**2, x),
    "groups": (lambda w, d: sum(squared(w - d[d == g]) for g in np.unique(d)), x),
    "missing values": (
        lambda w, d: squared(w - d[~np.isnan(d)]), np.array([1.0, np.nan, 3.0])),
}  # fmt: skip
METHODS = ["auto", pl.methods.Newton(), pl.methods.LBFGS(), pl.methods.Adam(0.1)]


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("name", DATA)
def test_minimise_takes_the_data_that_a_gradient_takes(name, method):
    cost, data = DATA[name]
    fit = pl.minimise(cost, 0.0, data, method=method)
    assert fit.x == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("method", METHODS, ids=str)
def test_data_that_choose_what_is_done_do_so_on_every_target(method, target):
    pytest.importorskip(target)
    cost, data = DATA["a branch"]
    fit = pl.minimise(cost, 0.0, data, method=method, target=target)
    assert fit.x == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_fit_sees_data_that_were_changed_in_place(method):
    data = np.full(LARGE // 8 + 1, 3.0)  # beyond what is compared by content

    def cost(w, d):
        return np.mean((w - d) ** 2) if d[0] > 0 else np.mean((w + 2 * d) ** 2)

    assert pl.minimise(cost, 0.0, data, method=method).x == pytest.approx(3, abs=1e-3)
    data[:] = -2.0
    assert pl.minimise(cost, 0.0, data, method=method).x == pytest.approx(4, abs=1e-3)
    data[:] = 3.0
    assert pl.minimise(cost, 0.0, data, method=method).x == pytest.approx(3, abs=1e-3)


def test_validation_data_give_their_numbers():
    cost, data = DATA["a branch"]
    method = pl.methods.Adam(0.1)
    fit = pl.minimise(cost, 0.0, data, method=method, validation=(data,), max_iter=20)
    assert len(fit.validation_history) == 21


# -- mini-batches ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["ragged sequences", "tuples with text", "an object", "None",
             "a dictionary", "a frame with text"],
)  # fmt: skip
def test_data_that_cannot_be_cut_are_refused_in_a_sentence(name):
    cost, data = DATA[name]
    with pytest.raises(MinimiseError, match=r"Mini-batches (are )?cut"):
        pl.minimise(cost, 0.0, data, batch_size=1)


def test_tuples_of_numbers_are_rows():
    def cost(w, d):
        return squared(w * d[:, 0] - d[:, 1])

    rows = [(1.0, 2.0), (2.0, 4.0)]
    fit = pl.minimise(cost, 0.0, rows, batch_size=1, max_iter=400, random_state=0)
    assert fit.x == pytest.approx(2.0, abs=1e-2)


def test_a_branch_on_a_mini_batch_is_refused():
    cost, data = DATA["a branch"]
    with pytest.raises(TraceError, match="branches on a value"):
        pl.minimise(cost, 0.0, data, batch_size=1)


def test_random_numbers_by_a_constant_are_drawn_and_warned_of():
    def cost(w, seed, scale):
        rng = np.random.default_rng(int(seed[0]))
        return np.sum(w * rng.normal(scale=scale[0], size=3))

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        ours = pl.gradient(cost)(W, np.array([5.0]), np.array([2.0]))
    assert len(told) == 1
    np.testing.assert_allclose(ours, np.random.default_rng(5).normal(scale=2, size=3))
