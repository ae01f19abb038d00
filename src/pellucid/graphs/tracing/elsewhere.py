"""What other libraries compute with numbers, and how NumPy writes it in a graph.

A line is `call -> spelling`, a longer one goes on indented. The call has the parameters
that the spelling names; a test runs each pair and compares values and derivatives.
"""

from __future__ import annotations

import numpy as np

from pellucid.graphs.tracing.unrecorded import LOOKED_UP

_SAME_IN_NUMPY = """
    math: cbrt ceil copysign degrees exp exp2 expm1 fabs floor fmod isfinite isinf isnan
        log10 log1p log2 radians sqrt tan tanh sin sinh cos cosh trunc
    cmath: cos cosh exp log log10 sin sinh sqrt tan tanh
"""
_INVERSE = "acos acosh asin asinh atan atanh"

_TABLE = """
math.log(x) -> np.log(x)
math.log/2(x, base) -> np.log(x) / np.log(base)
math.atan2(y, x) -> np.arctan2(y, x)
math.pow(x, y) -> x**y
math.hypot(x, y) -> np.hypot(x, y)
math.dist(p, q) -> np.linalg.norm(np.subtract(p, q))
math.fsum(x) -> np.sum(np.array([*x]))
math.gamma(x) -> scipy.special.gamma(x)
math.lgamma(x) -> scipy.special.gammaln(x)
math.erf(x) -> scipy.special.erf(x)
math.erfc(x) -> scipy.special.erfc(x)
math.factorial(n) -> scipy.special.gamma(n + 1)
math.comb(n, k) -> scipy.special.binom(n, k)
math.isclose(a, b) -> np.isclose(a, b)

statistics.mean(x) -> np.mean(x)
statistics.fmean(x) -> np.mean(x)
statistics.median(x) -> np.median(x)
statistics.geometric_mean(x) -> np.exp(np.mean(np.log(x)))
statistics.harmonic_mean(x) -> 1 / np.mean(1 / x)
statistics.pstdev(x) -> np.std(x)
statistics.stdev(x) -> np.std(x, ddof=1)
statistics.pvariance(x) -> np.var(x)
statistics.variance(x) -> np.var(x, ddof=1)
statistics.correlation(x, y) -> np.corrcoef(x, y)[0, 1]
statistics.covariance(x, y) -> np.cov(x, y)[0, 1]
bisect.bisect(a, x) -> np.searchsorted(a, x, side="right")
bisect.bisect_left(a, x) -> np.searchsorted(a, x)
decimal.Decimal(x) -> x
fractions.Fraction(x) -> x
heapq.nlargest(n, x) -> np.sort(x)[::-1][:n]
heapq.nsmallest(n, x) -> np.sort(x)[:n]

numpy.poly1d(c) -> np.polyval(c, t)
numpy.nditer(x) -> np.ravel(x)
numpy.fromiter(values) -> np.array([*values])
numpy.ma.masked_where(mask, x) -> np.where(mask, 0, x)

scipy.linalg.cholesky(A) -> np.linalg.cholesky(A).T
scipy.linalg.cholesky/2(A, lower=True) -> np.linalg.cholesky(A)
scipy.linalg.solve_triangular/2(L, b, lower=True) -> np.linalg.solve(np.tril(L), b)
scipy.linalg.cho_solve(c_and_lower, b) -> np.linalg.solve(A, b) of the matrix A itself
scipy.linalg.cho_factor(A) -> np.linalg.solve(A, b) of the matrix A itself
scipy.linalg.lu_factor(A) -> np.linalg.solve(A, b) of the matrix A itself
scipy.linalg.lu_solve(lu_and_piv, b) -> np.linalg.solve(A, b) of the matrix A itself
scipy.linalg.solve_triangular(L, b) -> np.linalg.solve(np.triu(L), b)
scipy.linalg.solve(A, b) -> np.linalg.solve(A, b)
scipy.linalg.inv(A) -> np.linalg.inv(A)
scipy.linalg.pinv(A) -> np.linalg.pinv(A)
scipy.linalg.lstsq(A, b) -> np.linalg.lstsq(A, b)
scipy.linalg.det(A) -> np.linalg.det(A)
scipy.linalg.norm(x) -> np.linalg.norm(x)
scipy.linalg.svd(A) -> np.linalg.svd(A)
scipy.linalg.svdvals(A) -> np.linalg.svd(A, compute_uv=False)
scipy.linalg.eigh(A) -> np.linalg.eigh(A)
scipy.linalg.eigvalsh(A) -> np.linalg.eigvalsh(A)
scipy.linalg.eig(A) -> np.linalg.eig(A)
scipy.linalg.eigvals(A) -> np.linalg.eigvals(A)
scipy.linalg.qr(A) -> np.linalg.qr(A)
scipy.linalg.logm(A) -> (V * np.log(w)) @ V.T with w, V = np.linalg.eigh(A), for a
    symmetric A
scipy.linalg.sqrtm(A) -> (V * np.sqrt(w)) @ V.T with w, V = np.linalg.eigh(A), for a
    symmetric A
scipy.linalg.block_diag(A, B) -> np.block([[A, np.zeros((len(A), len(B)))],
    [np.zeros((len(B), len(A))), B]])
scipy.linalg.toeplitz(c) -> c[np.abs(np.subtract.outer(np.arange(c.size),
    np.arange(c.size)))]
scipy.linalg.circulant(c) -> c[np.subtract.outer(np.arange(c.size), np.arange(c.size)) %
    c.size]

scipy.integrate.trapezoid(y) -> np.trapezoid(y)
scipy.integrate.cumulative_trapezoid(y) -> np.cumsum((y[1:] + y[:-1]) / 2)
scipy.integrate.quad(g, a, b) -> (b - a) / 2 * np.sum(w * g(a + (b - a) * (t + 1) / 2))
    with t, w = np.polynomial.legendre.leggauss(50)
scipy.interpolate.interp1d(xp, fp) -> np.interp(x, xp, fp)
scipy.signal.convolve(a, v) -> np.convolve(a, v)
scipy.signal.fftconvolve(a, v) -> np.convolve(a, v)
scipy.signal.correlate(a, v) -> np.correlate(a, v, "full")
scipy.fft.fft(x) -> np.fft.fft(x)
scipy.fft.ifft(x) -> np.fft.ifft(x)
scipy.fft.rfft(x) -> np.fft.rfft(x)
scipy.fft.irfft(x) -> np.fft.irfft(x)
scipy.fft.fft2(x) -> np.fft.fft2(x)
scipy.spatial.distance.cdist(X, Y) -> np.linalg.norm(X[:, None] - Y, axis=-1)
scipy.spatial.distance.pdist(X) -> np.linalg.norm(X[i] - X[j], axis=-1) with i, j =
    np.triu_indices(len(X), 1)
scipy.spatial.distance.euclidean(x, y) -> np.linalg.norm(x - y)
scipy.spatial.distance.sqeuclidean(x, y) -> np.sum((x - y)**2)
scipy.spatial.distance.cityblock(x, y) -> np.sum(np.abs(x - y))
scipy.spatial.distance.chebyshev(x, y) -> np.max(np.abs(x - y))
scipy.spatial.distance.cosine(x, y) -> 1 - x @ y / np.linalg.norm(x) / np.linalg.norm(y)
scipy.spatial.distance.correlation(x, y) -> 1 - np.corrcoef(x, y)[0, 1]

scipy.stats.norm.logpdf(x, loc, scale) -> -((x - loc) / scale)**2 / 2 - np.log(scale *
    np.sqrt(2 * np.pi))
scipy.stats.norm.pdf(x, loc, scale) -> np.exp(-((x - loc) / scale)**2 / 2) / (scale *
    np.sqrt(2 * np.pi))
scipy.stats.norm.cdf(x, loc, scale) -> scipy.special.ndtr((x - loc) / scale)
scipy.stats.norm.sf(x, loc, scale) -> scipy.special.ndtr((loc - x) / scale)
scipy.stats.norm.logcdf(x, loc, scale) -> scipy.special.log_ndtr((x - loc) / scale)
scipy.stats.norm.logsf(x, loc, scale) -> scipy.special.log_ndtr((loc - x) / scale)
scipy.stats.norm.ppf(q, loc, scale) -> loc + scale * scipy.special.ndtri(q)
scipy.stats.multivariate_normal.logpdf(x, mean, cov) -> -((x - mean) @
    np.linalg.solve(cov, x - mean) + np.linalg.slogdet(2 * np.pi * cov)[1]) / 2
scipy.stats.multivariate_normal.pdf(x, mean, cov) -> np.exp(-(x - mean) @
    np.linalg.solve(cov, x - mean) / 2) / np.sqrt(np.linalg.det(2 * np.pi * cov))
scipy.stats.t.logpdf(x, df, loc, scale) -> scipy.special.gammaln((df + 1) / 2) -
    scipy.special.gammaln(df / 2) - np.log(scale * np.sqrt(df * np.pi)) - (df + 1) / 2 *
    np.log1p(((x - loc) / scale)**2 / df)
scipy.stats.expon.logpdf(x, loc, scale) -> -(x - loc) / scale - np.log(scale)
scipy.stats.expon.pdf(x, loc, scale) -> np.exp(-(x - loc) / scale) / scale
scipy.stats.laplace.logpdf(x, loc, scale) -> -np.abs(x - loc) / scale - np.log(2 *
    scale)
scipy.stats.cauchy.logpdf(x, loc, scale) -> -np.log1p(((x - loc) / scale)**2) -
    np.log(np.pi * scale)
scipy.stats.logistic.logpdf(x, loc, scale) -> -(x - loc) / scale - 2 *
    np.log1p(np.exp(-(x - loc) / scale)) - np.log(scale)
scipy.stats.lognorm.logpdf(x, s) -> -(np.log(x) / s)**2 / 2 - np.log(x * s * np.sqrt(2 *
    np.pi))
scipy.stats.gamma.logpdf(x, a, loc, scale) -> scipy.special.xlogy(a - 1, (x - loc) /
    scale) - (x - loc) / scale - scipy.special.gammaln(a) - np.log(scale)
scipy.stats.beta.logpdf(x, a, b) -> scipy.special.xlogy(a - 1, x) +
    scipy.special.xlog1py(b - 1, -x) - scipy.special.betaln(a, b)
scipy.stats.poisson.logpmf(k, mu) -> scipy.special.xlogy(k, mu) - mu -
    scipy.special.gammaln(k + 1)
scipy.stats.poisson.pmf(k, mu) -> np.exp(scipy.special.xlogy(k, mu) - mu -
    scipy.special.gammaln(k + 1))
scipy.stats.binom.logpmf(k, n, p) -> np.log(scipy.special.binom(n, k)) +
    scipy.special.xlogy(k, p) + scipy.special.xlog1py(n - k, -p)
scipy.stats.bernoulli.logpmf(k, p) -> scipy.special.xlogy(k, p) +
    scipy.special.xlog1py(1 - k, -p)
scipy.stats.zscore(x) -> (x - np.mean(x)) / np.std(x)
scipy.stats.skew(x) -> np.mean((x - np.mean(x))**3) / np.std(x)**3
scipy.stats.kurtosis(x) -> np.mean((x - np.mean(x))**4) / np.var(x)**2 - 3
scipy.stats.sem(x) -> np.std(x, ddof=1) / np.sqrt(x.size)
scipy.stats.gmean(x) -> np.exp(np.mean(np.log(x)))
scipy.stats.hmean(x) -> 1 / np.mean(1 / x)
scipy.stats.iqr(x) -> np.percentile(x, 75) - np.percentile(x, 25)
scipy.stats.entropy(p) -> np.sum(scipy.special.entr(p / np.sum(p)))
scipy.stats.pearsonr(x, y) -> np.corrcoef(x, y)[0, 1]
scipy.stats.linregress(x, y) -> np.polyfit(x, y, 1), slope and intercept

sklearn.metrics.mean_squared_error(y, p) -> np.mean((y - p)**2)
sklearn.metrics.root_mean_squared_error(y, p) -> np.sqrt(np.mean((y - p)**2))
sklearn.metrics.mean_absolute_error(y, p) -> np.mean(np.abs(y - p))
sklearn.metrics.r2_score(y, p) -> 1 - np.sum((y - p)**2) / np.sum((y - np.mean(y))**2)
sklearn.metrics.log_loss(y, p) -> -np.mean(np.where(np.equal(y, 1), np.log(p), np.log(1
    - p)))
sklearn.metrics.pairwise.rbf_kernel(X, Y) -> np.exp(-np.sum((X[:, None] - Y)**2,
    axis=-1) / X.shape[1])
sklearn.metrics.pairwise.euclidean_distances(X, Y) -> np.linalg.norm(X[:, None] - Y,
    axis=-1)
"""

# What is linear in its argument is a matrix, which can be made from numbers.
_LINEAR = """
    scipy.signal.lfilter scipy.signal.filtfilt scipy.signal.sosfilt
    scipy.signal.savgol_filter scipy.signal.detrend
    scipy.ndimage.gaussian_filter scipy.ndimage.gaussian_filter1d
    scipy.ndimage.uniform_filter scipy.ndimage.uniform_filter1d
    scipy.ndimage.convolve scipy.ndimage.convolve1d scipy.ndimage.correlate
    scipy.ndimage.zoom scipy.ndimage.shift scipy.ndimage.sobel scipy.ndimage.laplace
    scipy.fft.dct scipy.fft.idct scipy.fft.dst scipy.fft.idst
    scipy.integrate.simpson scipy.integrate.romb
"""

# Random numbers by a distribution's parameters: drawn without them outside.
_DRAWN = """
    normal gauss normalvariate: mean + deviation * noise, noise standard normal
    uniform: low + (high - low) * u, u uniform in [0, 1)
    exponential expovariate: -scale * np.log1p(-u), u uniform in [0, 1)
    lognormal lognormvariate: np.exp(mean + deviation * z), z standard normal
    laplace: loc - scale * np.sign(u) * np.log1p(-2 * np.abs(u)), u within 0.5 of 0
    gumbel: loc - scale * np.log(-np.log(u)), u uniform in (0, 1)
    multivariate_normal: mean + np.linalg.cholesky(cov) @ z, z standard normal
"""


def _lines(table: str, mark: str) -> dict[str, tuple[str, str]]:
    """The lines of a table by the name before the parenthesis."""
    lines = table.replace("\n    ", " ").splitlines()
    pairs = [line.split(mark) for line in lines if mark in line]
    return {call.partition("(")[0].strip():
            (call.strip().replace("/2", ""), spelling.strip())
            for call, spelling in pairs}  # fmt: skip


def _same() -> dict[str, tuple[str, str]]:
    """Functions of a number that NumPy has under their own names."""
    found = {}
    for part in _SAME_IN_NUMPY.replace("\n        ", " ").strip().splitlines():
        module, _, names = part.strip().partition(": ")
        for name in names.split():
            arguments = {"copysign": "x, y", "fmod": "x, y"}.get(name, "x")
            found[f"{module}.{name}"] = (
                f"{module}.{name}({arguments})", f"np.{name}({arguments})",
            )  # fmt: skip
        for name in _INVERSE.split():
            spelling = f"np.arc{name[1:]}(x)"
            found[f"{module}.{name}"] = f"{module}.{name}(x)", spelling
    return found


SPELLINGS = {**_same(), **_lines(_TABLE, " -> ")}
LINEAR = frozenset(_LINEAR.split())
DRAWN = {
    name: spelling
    for line in _DRAWN.strip().splitlines()
    for names, spelling in [line.strip().split(": ", 1)]
    for name in names.split()
}


def spelled(called: str) -> str:
    """How to write the call of a function, by its public name; "" where unknown."""
    call, spelling = SPELLINGS.get(called, ("", ""))
    if " with " in spelling or (", " in spelling and " for " in spelling):
        return f"For {call} write {spelling}."
    return f"Write {spelling} for {call}." if call else ""


def instead_of(called: str, library: str = "", entered: str = "") -> str:
    """How to write the call of a function of a library with NumPy."""
    if called in LOOKED_UP:
        return (
            f"Look it up in its module when it is called, as {called}: "
            "what a variable, a default or a dict holds is SciPy's own."
        )
    if called in LINEAR:
        return (
            "It is linear: write M @ x with the matrix M = np.array([F(e) for e in "
            "np.eye(x.size)]).T, made outside, where F(e) is this call with e for x."
        )
    called = called if f"{called}.{entered}" not in WAYS else f"{called}.{entered}"
    own = spelled(called) or _same_in_numpy(called)
    return own or way(called) or WAYS.get(library, WAYS[""])


def way(called: str) -> str:
    """The way for the first library whose name the called one begins with."""
    return next((w for start, w in WAYS.items() if called.startswith(start or "?")), "")


def _same_in_numpy(called: str) -> str:
    """What JAX and torch share with NumPy has its name; the target comes later."""
    library, _, name = called.rpartition(".")
    library = library.partition(".")[0]
    if library not in ("jax", "torch") or not hasattr(np, name):
        return ""
    return f"Write np.{name}; pl.compile(f, target={library!r}) runs it there."


_OUTSIDE = (
    "Leave it out of the function, and do it with the numbers that "
    "pl.value_and_gradient returns."
)
# Ways for whole libraries, by the beginning of the name that is called.
WAYS = {
    "scipy.optimize.minimize": (
        "Its steps are not recorded: write them out, for _ in range(100): "
        "z = z - rate * pl.gradient(g)(z)."
    ),
    "scipy.optimize.linear_sum_assignment": (
        "Which pairs it finds has no slope: find them outside, and pass the indices."
    ),
    "scipy.optimize.curve_fit": (
        "Write a model that is linear in its parameters as np.linalg.lstsq(A, y)[0]."
    ),
    "scipy.optimize": (
        "Its steps are not recorded: write them out, for _ in range(20): "
        "z = z - g(z) / dg(z), with the derivative dg of g."
    ),
    "scipy.integrate": (
        "Its steps are not recorded: write them out, for t in h * np.arange(n): "
        "y = y + h * g(t + h / 2, y + h / 2 * g(t, y))."
    ),
    "scipy.interpolate.CubicSpline.__init__": (
        "It is linear in y: write M @ y with the matrix M = np.array([CubicSpline(t, e)"
        "(q) for e in np.eye(y.size)]).T."
    ),
    "scipy.interpolate.CubicSpline": (
        "Write np.polyval(np.array(spline.c)[:, i], x - np.array(spline.x)[i]) for "
        "spline(x), with i = np.searchsorted(spline.x[1:-1], x)."
    ),
    "scipy.interpolate": "Write np.interp(x, xp, fp), which is linear between points.",
    "scipy.sparse.diags": "Write np.diag(x).",
    "scipy.sparse": "Write S.toarray() @ x for S @ x of a sparse S.",
    "pandas.Series": _OUTSIDE,
    "pandas.DataFrame": _OUTSIDE,
    "pandas": (
        "Take the arrays first, and join or group them with NumPy: "
        "np.concatenate([a.to_numpy(), b.to_numpy()])."
    ),
    "polars": (
        "Take arrays of the columns first, .to_numpy(), and write it with functions of "
        "NumPy."
    ),
    "numpy.matrix": "Write np.array(A), and @ for the product.",
    "numpy.ma": "Write np.where(mask, 0, x), and np.sum(~mask) for their number.",
    "matplotlib": _OUTSIDE,
    "json": _OUTSIDE,
    "pickle": _OUTSIDE,
    "jax": ("Write NumPy's functions; pl.compile(f, target='jax') runs them there."),
    "torch": (
        "Write NumPy's functions; pl.compile(f, target='torch') runs them there."
    ),
    "": (
        "Write its formula with functions of NumPy and ufuncs of scipy.special; what "
        "does not depend on the traced value can be computed outside and passed in."
    ),
}


def drawn(name: str) -> str:
    """How random numbers are drawn whose distribution is traced."""
    spelling = DRAWN.get(name.rpartition(".")[2])
    if spelling is None:
        return "a draw has no slope: draw outside and pass the numbers as an argument"
    return f"draw outside, pass the numbers as an argument and write {spelling}"
