"""Where NumPy raises because of a value, so does what is compiled, on every target."""

import numpy as np
import pytest

import pellucid as pl

pytest.importorskip("jax")
pytest.importorskip("torch")

targets = pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
compiled = pytest.mark.parametrize("target", ["jax", "torch"])
precisions = pytest.mark.parametrize("precision", [np.float32, np.float64, complex])
LinAlgError = np.linalg.LinAlgError

REGULAR = np.array([[2.0, 1.0], [1.0, 3.0]])
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
NEARLY = np.array([[1.0, 2.0], [2.0, 4.0 + 1e-5]])
INDEFINITE = np.array([[1.0, 2.0], [2.0, 1.0]])
ROTATION = np.array([[0.0, -1.0], [1.0, 0.0]])
NAN = np.array([[1.0, np.nan], [np.nan, 2.0]])
b = np.array([1.0, 2.0])


def solve(A):
    return np.linalg.solve(A, np.ones((*A.shape[:-1], 1)))


def untaken(A):
    return np.where(A[0, 0] > 1e9, np.linalg.inv(A), A)


def constant(A):
    return np.linalg.solve(SINGULAR + 0 * A, np.ones(2))


def drop(A, b):
    return np.linalg.solve(A.T @ A, A.T @ b)


RAISE = {
    "solve, singular": (solve, SINGULAR, "ingular"),
    "solve, zeros": (solve, np.zeros((3, 3)), "ingular"),
    "solve, twice a row": (
        solve, np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]]), "ingular"),
    "solve, a batch with one": (solve, np.array([REGULAR, SINGULAR]), "ingular"),
    "inv, singular": (np.linalg.inv, SINGULAR, "ingular"),
    "inv, a row of zeros": (np.linalg.inv, np.diag([1.0, 0, 2]), "ingular"),
    "inv, a batch with one": (np.linalg.inv, np.array([SINGULAR, REGULAR]), "ingular"),
    "inv, a branch not taken": (untaken, SINGULAR, "ingular"),
    "inv, in a power": (lambda A: np.linalg.matrix_power(A, -2), SINGULAR, "ingular"),
    "solve, data alone": (constant, REGULAR, "ingular"),
    "cholesky, indefinite": (np.linalg.cholesky, INDEFINITE, "positive"),
    "cholesky, singular": (np.linalg.cholesky, SINGULAR, "positive"),
    "cholesky, last pivot": (np.linalg.cholesky, np.diag([1.0, 1, -1]), "positive"),
    "cholesky, a batch with one": (
        np.linalg.cholesky, np.array([REGULAR, INDEFINITE]), "positive"),
}  # fmt: skip


@precisions
@targets
@pytest.mark.parametrize("case", RAISE.values(), ids=RAISE)
def test_where_numpy_raises(case, target, precision):
    f, A, words = case
    with pytest.raises(LinAlgError):
        f(A.astype(precision))
    run = pl.compile(f, target=target)
    with pytest.raises(LinAlgError, match=words):
        run(A.astype(precision))


RETURN = {
    "solve, regular": (solve, REGULAR),
    "solve, nearly singular": (solve, NEARLY),
    "solve, a batch": (solve, np.array([REGULAR, NEARLY])),
    "solve, no rows": (solve, np.zeros((0, 0))),
    "solve, no matrices": (solve, np.zeros((0, 2, 2))),
    "inv, regular": (np.linalg.inv, REGULAR),
    "inv, nearly singular": (np.linalg.inv, NEARLY),
    "inv, no rows": (np.linalg.inv, np.zeros((0, 0))),
    "inv, nan": (np.linalg.inv, NAN),
    "cholesky, regular": (np.linalg.cholesky, REGULAR),
    "cholesky, nearly singular": (np.linalg.cholesky, NEARLY),
    "cholesky, no rows": (np.linalg.cholesky, np.zeros((0, 0))),
    "det, singular": (np.linalg.det, SINGULAR),
    "slogdet, singular": (lambda A: np.linalg.slogdet(A)[1], SINGULAR),
    "eigh, singular": (np.linalg.eigvalsh, SINGULAR),
    "svd, zeros": (np.linalg.svdvals, np.zeros((2, 2))),
    "pinv, zeros": (np.linalg.pinv, np.zeros((2, 3))),
}


@precisions
@compiled
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize("case", RETURN.values(), ids=RETURN)
def test_where_numpy_gives_a_result(case, target, precision):
    f, A = case
    A = A.astype(precision)
    rtol = 1e-2 if precision is np.float32 else 1e-9
    found = pl.compile(f, target=target)(A)
    np.testing.assert_allclose(found, f(A), rtol=rtol, atol=rtol)


def test_jax_gives_the_nan_that_it_was_given():
    L = pl.compile(np.linalg.cholesky, target="jax")(NAN)
    np.testing.assert_array_equal(L, [[1, 0], [np.nan, np.nan]])


MESSAGES = {
    "solve": (solve, SINGULAR, "Singular matrix"),
    "inv": (np.linalg.inv, SINGULAR, "Singular matrix"),
    "cholesky": (np.linalg.cholesky, INDEFINITE, "Matrix is not positive definite"),
    "cholesky, inf": (
        np.linalg.cholesky, np.diag([1, -np.inf]), "Matrix is not positive definite"),
    "eig, nan": (
        lambda A: np.linalg.eig(A)[1], NAN, "Array must not contain infs or NaNs"),
    "eigvals, inf": (
        np.linalg.eigvals, REGULAR * np.inf, "Array must not contain infs or NaNs"),
    "svd, nan": (lambda A: np.linalg.svd(A)[0], NAN, "SVD did not converge"),
    "svdvals, nan": (np.linalg.svdvals, NAN, "SVD did not converge"),
    "pinv, nan": (np.linalg.pinv, NAN, "SVD did not converge"),
    "norm, nan": (lambda A: np.linalg.norm(A, 2), NAN, "SVD did not converge"),
}  # fmt: skip


@pytest.mark.parametrize("case", MESSAGES.values(), ids=MESSAGES)
def test_jax_raises_in_the_words_of_numpy(case):
    f, A, message = case
    with pytest.raises(LinAlgError, match=f"^{message}$"):
        f(A)
    with pytest.raises(LinAlgError, match=f"^{message}$"):
        pl.compile(f, target="jax")(A)


@targets
@pytest.mark.parametrize("name", ["eig", "eigvals"])
def test_complex_eigenvalues_of_a_real_matrix(name, target):
    def f(A):
        found = getattr(np.linalg, name)(A)
        return found[0] if name == "eig" else found

    with pytest.raises(LinAlgError, match=r"pass A\.astype\(complex\)"):
        pl.compile(f, target=target)(ROTATION)
    run = pl.compile(f, target=target)
    np.testing.assert_allclose(np.sort(run(REGULAR)), np.linalg.eigvalsh(REGULAR))


@targets
def test_the_gradient_of_a_singular_system(target):
    cost = pl.value_and_gradient(lambda A: np.sum(np.linalg.solve(A, b) ** 2))
    run = pl.compile(cost, target=target)
    np.testing.assert_allclose(run(REGULAR)[1], cost(REGULAR)[1], atol=1e-15)
    with pytest.raises(LinAlgError, match="ingular"):
        run(SINGULAR)


@targets
def test_the_normal_equations_of_two_equal_columns(target):
    with pytest.raises(LinAlgError, match="ingular"):
        pl.compile(drop, target=target)(np.ones((4, 2)), np.ones(4))


@compiled
def test_the_upper_factor_is_of_the_upper_triangle(target):
    A = np.array([[2.0, 0.7], [0.5, 3.0]])
    factor = pl.compile(lambda A: np.linalg.cholesky(A, upper=True), target=target)(A)
    np.testing.assert_allclose(factor, np.linalg.cholesky(A, upper=True), rtol=1e-15)


@targets
def test_integers_to_negative_powers(target):
    run = pl.compile(lambda x, k: x**k, target=target)
    assert run(np.array([2, 3]), np.array([3, 0])).tolist() == [8, 1]
    with pytest.raises(ValueError, match="Integers to negative integer powers"):
        run(np.array([2, 3]), np.array([3, -1]))


@targets
def test_training_ends_at_a_singular_matrix(target):
    def cost(w, X):
        x = np.linalg.solve(np.diag(w), np.mean(X, 0))
        return np.sum(w**2) / 2 + 0 * np.sum(x)

    rows = np.ones((6, 2))
    method = pl.methods.GradientDescent(rate=1.0)
    with pytest.raises(LinAlgError, match="ingular"):
        pl.minimise(cost, np.ones(2), rows, method=method, batch_size=2, target=target)


@targets
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_training_raises_for_no_step_after_a_cost_that_is_nan(target):
    def cost(w, X):
        s = np.linalg.svdvals(np.diag(w) * X[:2, :2])
        return np.sum(np.sqrt(w)) + 0 * np.sum(s)

    rows, method = np.ones((8, 2)), pl.methods.GradientDescent(rate=0.5)
    start = np.array([1.0, 0.3])
    fit = pl.minimise(cost, start, rows, method=method, batch_size=2, target=target)
    assert not fit.success
    assert "the cost is nan at step 2, in epoch 1" in fit.message
