"""Each refusal says what to write instead, and what it says was written and works.

A program is given as it was written and as the refusal says to write it: the first is
refused with this spelling, the second is differentiated and agrees with differences of
the first, which is plain Python and runs on numbers.

A program that branches is refused where one record serves many numbers. At the numbers
of one call it is followed, and its own gradient agrees with differences too.
"""

import ast
import linecache
import pickle
import textwrap
import warnings

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs.tracing.elsewhere import DRAWN, LINEAR, SPELLINGS, WAYS
from pellucid.graphs.tracing.trace import trace

for module in ("integrate", "interpolate", "linalg", "ndimage", "optimize", "signal",
               "sparse", "spatial", "special", "stats", "fft"):  # fmt: skip
    pytest.importorskip(f"scipy.{module}")

V = np.array([0.5, 1.25, 2.0, 0.75])
W = np.array([1.5, 0.4, 1.1, 2.2])
A = np.array([[4.0, 1, 0.2, 0], [1, 3, 0.5, 0.3], [0.2, 0.5, 2, 0.1], [0, 0.3, 0.1, 1]])

HEAD = """
import bisect, cmath, decimal, fractions, functools, heapq, json, math, pickle
import random, statistics
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np, pandas as pd, polars, scipy, scipy.stats, scipy.linalg
import scipy.optimize
import scipy.integrate, scipy.interpolate, scipy.signal, scipy.ndimage, scipy.special
import scipy.spatial, scipy.fft, scipy.sparse
import sklearn.metrics, sklearn.metrics.pairwise, sklearn.linear_model
from scipy import stats
from scipy.stats import norm, zscore
import pellucid as pl
"""


def program(source):
    """The function `f` of a source, which is read as a file is."""
    name = f"<advice {hash(source)}>"
    whole = f"{HEAD}{textwrap.dedent(source).strip()}\n"
    linecache.cache[name] = len(whole), None, whole.splitlines(True), name
    space = {"V": V.copy(), "W": W.copy(), "A": A.copy(), "OUT": np.zeros(4),
             "DUMPED": pickle.dumps(A)}  # fmt: skip
    exec(compile(whole, name, "exec"), space)
    return space["f"]


def differences(f, x, step=1e-5):
    """Central differences of the sum of a result, element by element."""
    x = np.asarray(x, float)
    slope = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        h = np.zeros(x.shape)
        h[at] = step
        ends = [np.sum(np.real(np.asarray(f(one), complex)))
                for one in (x + h, x - h)]  # fmt: skip
        slope[at] = (ends[0] - ends[1]) / (2 * step)
    return slope


def refusal(f, x):
    """The sentence that refuses a program."""
    with np.errstate(all="ignore"), pytest.raises(pl.PellucidError) as caught:
        pl.gradient(f)(x)
    return str(caught.value)


def refusal_for_many(f, *args):
    """The sentence that refuses a program recorded once for many numbers."""
    with np.errstate(all="ignore"), pytest.raises(pl.TraceError) as caught:
        trace(f, args, {})
    return str(caught.value)


# -- spellings of functions -----------------------------------------------------------

NUMBERS = {
    "x": 0.7, "y": 0.4, "z": 0.7, "a": 1.3, "b": 2.1, "n": 3.0, "k": 2.0, "q": 0.3,
    "base": 2.0, "loc": 0.2, "scale": 1.4, "s": 0.8, "df": 3.0, "mu": 1.2, "p": 0.4,
}  # fmt: skip
ARRAYS = {
    "x": V, "y": W, "p": V, "q": W, "A": A, "B": A + 1, "b": W, "L": A, "c": V,
    "X": A, "Y": A + 1.5, "xp": np.arange(4.0), "fp": V, "v": W, "values": V,
    "mask": V > 1, "n": 2,
}  # fmt: skip
OWN = {
    "math.acosh": {"x": 1.7}, "cmath.acosh": {"x": 1.7},
    "math.dist": ARRAYS, "math.fsum": ARRAYS,
    "bisect.bisect": {"a": [0.1, 1.0]}, "bisect.bisect_left": {"a": [0.1, 1.0]},
    "scipy.signal.convolve": {"a": V}, "scipy.signal.fftconvolve": {"a": V},
    "scipy.signal.correlate": {"a": V},
    "sklearn.metrics.log_loss": {"y": [0, 1, 1, 0], "p": V / 3},
    "scipy.stats.multivariate_normal.logpdf": {"x": V, "mean": W, "cov": A},
    "scipy.stats.multivariate_normal.pdf": {"x": V, "mean": W, "cov": A},
    "scipy.stats.entropy": {"p": V}, "scipy.fft.fft2": {"x": A},
    **{f"scipy.stats.{n}.logpmf": {"k": 1.0, "n": 5, "mu": 1.2, "p": 0.4}
       for n in ("poisson", "binom", "bernoulli")},
    "scipy.stats.beta.logpdf": {"b": 2.1, "x": 0.7},
}  # fmt: skip
OF_NUMBERS = ("math.", "cmath.", "bisect.", "decimal.", "fractions.", "scipy.stats.")
OF_SAMPLES = ("zscore", "skew", "kurtosis", "sem", "gmean", "hmean", "iqr", "pearsonr")
# Names that are written out by hand below: a function that is handed on, two steps.
BY_HAND = {
    "math.factorial", "math.comb", "math.log/2",
    "scipy.linalg.cholesky/2", "scipy.linalg.solve_triangular/2", "bisect.bisect",
    "numpy.poly1d", "numpy.nditer",
    "numpy.fromiter", "numpy.ma.masked_where", "heapq.nlargest",
    "scipy.linalg.cho_solve", "scipy.linalg.cho_factor",
    "scipy.linalg.lu_factor", "scipy.linalg.lu_solve",
    "scipy.linalg.logm", "scipy.linalg.sqrtm", "scipy.integrate.quad",
    "scipy.interpolate.interp1d", "scipy.spatial.distance.pdist",
    "scipy.stats.linregress", "scipy.linalg.lstsq", "scipy.linalg.svd",
    "scipy.linalg.eigh", "scipy.linalg.eig", "scipy.linalg.qr", "scipy.stats.pearsonr",
    "scipy.linalg.eigvalsh", "scipy.linalg.cholesky", "decimal.Decimal",
    "fractions.Fraction",
}  # fmt: skip


def arguments_of(name, call):
    """Parameter names of a call in the table, and a value for each."""
    names = [node.id for node in ast.parse(call, mode="eval").body.args]
    numbers = name.startswith(OF_NUMBERS) and not name.endswith(OF_SAMPLES)
    usual = NUMBERS if numbers else ARRAYS
    return names, [{**usual, **OWN.get(name, {})}[each] for each in names]


SPELLED = sorted(set(SPELLINGS) - BY_HAND)
# Of these the number is a branch, which is followed at the numbers of one call.
OF_BRANCHES = {
    "bisect.bisect_left", "heapq.nsmallest", "math.ceil", "math.floor",
    "math.isfinite", "math.isinf", "math.isnan", "math.trunc", "statistics.median",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SPELLED)
def test_a_function_of_another_library_is_spelled_in_numpy(name):
    call, spelling = SPELLINGS[name]
    names, given = arguments_of(name, call)
    floats = [i for i, v in enumerate(given) if isinstance(v, (float, np.ndarray))]
    place = floats[-1 if name.endswith("pmf") else 0]  # counts have no slope
    signature = ", ".join(names)
    written = program(f"def f({signature}):\n    return np.sum(np.abs({call}))")
    followed = program(f"def f({signature}):\n    return np.sum(np.abs({spelling}))")

    def at(f):
        return lambda v: f(*given[:place], v, *given[place + 1 :])

    value = given[place]
    refused = refusal_for_many if name in OF_BRANCHES else refusal
    said = refused(at(written), value)
    assert spelling in said
    assert f"line {len(HEAD.splitlines()) + 2}: " in said
    assert "in the traced" not in said
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(at(followed)(value), at(written)(value), rtol=1e-10)
        slope = pl.gradient(at(followed))(value)
        judge = differences(at(written), value)
    np.testing.assert_allclose(slope, judge, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("name", sorted(OF_BRANCHES))
def test_a_function_of_python_that_branches_is_followed(name):
    call, _ = SPELLINGS[name]
    names, given = arguments_of(name, call)
    place = next(i for i, v in enumerate(given) if isinstance(v, (float, np.ndarray)))
    result = f"np.sum({call}) * {names[place]}"
    f = program(f"def f({', '.join(names)}):\n    return {result}")

    def at(v):
        return np.sum(f(*given[:place], v, *given[place + 1 :]))

    slope = pl.gradient(at)(given[place])
    np.testing.assert_allclose(slope, differences(at, given[place]), rtol=2e-5)


# -- programs -------------------------------------------------------------------------

# name: (as it was written, what is said, as it says to write it[, the argument])
PROGRAMS = {
    "if all": (
        """
        def f(x):
            if np.all(x > 0):
                return np.sum(np.log(x))
            return np.sum(x)
        """,
        "return np.where(np.all(x > 0), np.sum(np.log(x)), np.sum(x))",
        "f = lambda x: np.where(np.all(x > 0), np.sum(np.log(x)), np.sum(x))",
    ),
    "if else assigns": (
        """
        def f(x):
            s = np.sum(x)
            if s > 1:
                s = s**2
            else:
                s = s * 3
            return s
        """,
        "Use s = np.where(s > 1, s ** 2, s * 3)",
        """
        def f(x):
            s = np.sum(x)
            s = np.where(s > 1, s ** 2, s * 3)
            return s
        """,
    ),
    "elif": (
        """
        def f(x):
            s = x[0]
            if s > 1:
                y = s
            elif s > 0.3:
                y = s**2
            else:
                y = 0.0
            return y
        """,
        "Use y = np.where(s > 1, s, ...)",
        """
        def f(x):
            s = x[0]
            y = np.where(s > 1, s, np.where(s > 0.3, s**2, 0.0))
            return y
        """,
    ),
    "while with a count": (
        """
        def f(x):
            t = x[2]
            n = 0
            while abs(t**2 - x[1]) > 1e-10 and n < 50:
                t -= (t**2 - x[1]) / (2 * t)
                n += 1
            return t
        """,
        "and in it t = np.where(",
        """
        def f(x):
            t = x[2]
            for _ in range(50):
                new = t - (t**2 - x[1]) / (2 * t)
                t = np.where(abs(t**2 - x[1]) > 1e-10, new, t)
            return t
        """,
    ),
    "if assigns": (
        """
        def f(x):
            y = x[0]
            if y < 1:
                y += x[1]
            return y * x[2]
        """,
        "Use y = np.where(y < 1, y + x[1], y)",
        """
        def f(x):
            y = x[0]
            y = np.where(y < 1, y + x[1], y)
            return y * x[2]
        """,
    ),
    "while with a tolerance": (
        """
        def f(x):
            a = z = x[1]
            while abs(z * z - a) > 1e-10:
                z = 0.5 * (z + a / z)
            return z
        """,
        "`for _ in range(100):` with enough steps, and in it z = "
        "np.where(abs(z * z - a) > 1e-10, 0.5 * (z + a / z), z)",
        """
        def f(x):
            a = z = x[1]
            for _ in range(100):
                z = np.where(abs(z * z - a) > 1e-10, 0.5 * (z + a / z), z)
            return z
        """,
    ),
    "break with a tolerance": (
        """
        def f(x):
            a = z = x[1]
            for _ in range(30):
                new = 0.5 * (z + a / z)
                if abs(new - z) < 1e-9:
                    break
                z = new
            return z
        """,
        "let it take all steps, and in the place of `break` write z = "
        "np.where(abs(new - z) < 1e-09, z, ...)",
        """
        def f(x):
            a = z = x[1]
            for _ in range(30):
                new = 0.5 * (z + a / z)
                z = np.where(abs(new - z) < 1e-9, z, new)
            return z
        """,
    ),
    "while true": (
        """
        def f(x):
            a = z = x[1]
            while True:
                new = 0.5 * (z + a / z)
                if abs(new - z) < 1e-9:
                    break
                z = new
            return z
        """,
        "let it take `for _ in range(100):` with enough steps",
        """
        def f(x):
            a = z = x[1]
            for _ in range(100):
                new = 0.5 * (z + a / z)
                z = np.where(abs(new - z) < 1e-9, z, new)
            return z
        """,
    ),
    "continue": (
        """
        def f(x):
            t = 0.0
            for v in x:
                if v < 1:
                    continue
                t = t + v**2
            return t
        """,
        "in the place of `continue`, write t = np.where(v < 1, t, ...)",
        """
        def f(x):
            t = 0.0
            for v in x:
                t = np.where(v < 1, t, t + v**2)
            return t
        """,
    ),
    "recursion": (
        """
        def f(x):
            def root(a, z):
                if abs(z * z - a) < 1e-10:
                    return z
                return root(a, 0.5 * (z + a / z))
            return root(x[1], x[1])
        """,
        "A recursion has the same number of steps for all",
        """
        def f(x):
            z = a = x[1]
            for _ in range(100):
                z = np.where(abs(z * z - a) < 1e-10, z, 0.5 * (z + a / z))
            return z
        """,
    ),
    "early return": (
        """
        def f(x):
            if np.linalg.norm(x) < 1e-8:
                return 0.0
            return np.sum(x / np.linalg.norm(x))
        """,
        "return np.where(np.linalg.norm(x) < 1e-08, 0.0, "
        "np.sum(x / np.linalg.norm(x)))",
        "f = lambda x: np.where(np.linalg.norm(x) < 1e-08, 0.0, "
        "np.sum(x / np.linalg.norm(x)))",
    ),
    "raise": (
        """
        def f(x):
            if np.any(np.isnan(x)):
                raise ValueError("nan")
            return np.sum(x**2)
        """,
        "Leave the check out of the function",
        "f = lambda x: np.sum(x**2)",
    ),
    "assert": (
        """
        def f(x):
            assert np.isfinite(x).all()
            return np.sum(x**2)
        """,
        "Leave the assert out",
        "f = lambda x: np.sum(x**2)",
    ),
    "tells": (
        """
        def f(x):
            if np.sum(x) > 100:
                print("large")
            return np.sum(x**2)
        """,
        "Leave out what only tells or keeps",
        "f = lambda x: np.sum(x**2)",
    ),
    "conditional": (
        "f = lambda x: x[0] if x[0] > 1 else x[1]**2",
        "np.where(x[0] > 1, x[0], x[1] ** 2)",
        "f = lambda x: np.where(x[0] > 1, x[0], x[1] ** 2)",
    ),
    "and": (
        "f = lambda x: x[0] if x[0] > 0 and x[1] > 2 else x[1]",
        "np.where(np.logical_and(x[0] > 0, x[1] > 2), x[0], x[1])",
        "f = lambda x: np.where(np.logical_and(x[0] > 0, x[1] > 2), x[0], x[1])",
    ),
    "or value": (
        "f = lambda x: (x[0] or 1.0) * x[1]",
        "np.where(x[0] != 0, x[0], 1.0)",
        "f = lambda x: np.where(x[0] != 0, x[0], 1.0) * x[1]",
    ),
    "and value": (
        "f = lambda x: (x[0] and x[2]) * x[1]",
        "np.where(x[0] != 0, x[2], x[0])",
        "f = lambda x: np.where(x[0] != 0, x[2], x[0]) * x[1]",
    ),
    "not": (
        "f = lambda x: x[1] if not x[0] else x[0]**2",
        "np.where(np.logical_not(x[0]), x[1], x[0] ** 2)",
        "f = lambda x: np.where(np.logical_not(x[0]), x[1], x[0] ** 2)",
    ),
    "chain": (
        "f = lambda x: x[1] if 0 < x[0] < 1 else x[0]",
        "np.where(np.logical_and(0 < x[0], x[0] < 1), x[1], x[0])",
        "f = lambda x: np.where(np.logical_and(0 < x[0], x[0] < 1), x[1], x[0])",
    ),
    "in": (
        "f = lambda x: x[0] if x[0] in (1.0, 2.0) else x[1]",
        "np.where(np.isin(x[0], (1.0, 2.0)), x[0], x[1])",
        "f = lambda x: np.where(np.isin(x[0], (1.0, 2.0)), x[0], x[1])",
    ),
    "allclose": (
        "f = lambda x: np.sum(x) if np.allclose(x, 0) else np.sum(x**2)",
        "np.where(np.allclose(x, 0), np.sum(x), np.sum(x ** 2))",
        "f = lambda x: np.where(np.allclose(x, 0), np.sum(x), np.sum(x ** 2))",
    ),
    "any in a test": (
        "f = lambda x: np.sum(x**2) if any(v > 1 for v in x) else x[0]",
        "np.any([v > 1 for v in x])",
        "f = lambda x: np.where(np.any([v > 1 for v in x]), np.sum(x**2), x[0])",
    ),
    "bool": (
        "f = lambda x: bool(x[1] > 0) * x[1]",
        "Write x[1] > 0 for bool(x[1] > 0)",
        "f = lambda x: (x[1] > 0) * x[1]",
    ),
    "min": (
        "f = lambda x: min(x[0], x[1])**2",
        "np.minimum(x[0], x[1])",
        "f = lambda x: np.minimum(x[0], x[1])**2",
    ),
    "max of all": (
        "f = lambda x: max(x)**2",
        "np.max(np.array([*x]))",
        "f = lambda x: np.max(np.array([*x]))**2",
    ),
    "max of three": (
        "f = lambda x: max(x[0], x[1], 1.0)**2",
        "np.max(np.array([x[0], x[1], 1.0]))",
        "f = lambda x: np.max(np.array([x[0], x[1], 1.0]))**2",
    ),
    "max by a key": (
        "f = lambda x: max(x, key=lambda v: -v**2)**2",
        "np.array([*x])[np.argmax([(lambda v: -v ** 2)(v) for v in x])]",
        "f = lambda x: np.array([*x])[np.argmax([(lambda v: -v**2)(v) for v in x])]**2",
    ),
    "sorted": (
        "f = lambda x: sorted(x, reverse=True)[0]**2",
        "np.sort(np.array([*x]))[::-1]",
        "f = lambda x: np.sort(np.array([*x]))[::-1][0]**2",
    ),
    "list sort": (
        "f = lambda x: (lambda a: (a.sort(), a[0])[1])([x[1], x[0]])**2",
        "np.sort(np.array(a))",
        "f = lambda x: np.sort(np.array([x[1], x[0]]))[0]**2",
    ),
    "list index": (
        "f = lambda x: x[[0, 1].index(x[1].astype(int))]",
        "np.argmax(np.array([0, 1]) == x[1].astype(int))",
        "f = lambda x: x[np.argmax(np.array([0, 1]) == x[1].astype(int))]",
    ),
    "comprehension": (
        "f = lambda x: sum(v**2 for v in x if v > 1)",
        "np.where(v > 1, ..., 0)",
        "f = lambda x: sum(np.where(v > 1, v**2, 0) for v in x)",
    ),
    "filter": (
        "f = lambda x: sum(filter(lambda v: v > 1, x))",
        "[np.where((lambda v: v > 1)(v), v, 0) for v in x]",
        "f = lambda x: sum([np.where((lambda v: v > 1)(v), v, 0) for v in x])",
    ),
    "match": (
        """
        def f(x):
            match x[0]:
                case 0.0:
                    return x[1]
                case _:
                    return x[2]**2
        """,
        "np.where(value == pattern, ..., ...)",
        "f = lambda x: np.where(x[0] == 0.0, x[1], x[2]**2)",
    ),
    "float": (
        "f = lambda x: float(np.sum(x**2))",
        "Write np.sum(x ** 2) for float(np.sum(x ** 2))",
        "f = lambda x: np.sum(x ** 2)",
    ),
    "int": (
        "f = lambda x: x[1] * int(x[1])",
        "Write np.trunc(x[1]) for int(x[1])",
        "f = lambda x: x[1] * np.trunc(x[1])",
    ),
    "int index": (
        "f = lambda x: x[int(x[1])]**2",
        "Write x[1].astype(int) for int(x[1])",
        "f = lambda x: x[x[1].astype(int)]**2",
    ),
    "number of steps": (
        "f = lambda x: sum(x[1] for _ in range(int(x[1])))",
        "pass the number as an integer argument, or as a default",
        "f = lambda x, n=1: sum(x[1] for _ in range(n))",
    ),
    "complex": (
        "f = lambda x: abs(complex(x[0], x[1]))",
        "Write x[0] + 1j * x[1]",
        "f = lambda x: abs(x[0] + 1j * x[1])",
    ),
    "item": (
        "f = lambda x: x.item(1)**2",
        "Write x[1] for x.item(1)",
        "f = lambda x: x[1]**2",
    ),
    "tolist": (
        "f = lambda x: sum(x.tolist())",
        "Write x for x.tolist()",
        "f = lambda x: sum(x)",
    ),
    "logarithm to a base": (
        "f = lambda x: math.log(x[1], 3)",
        "np.log(x) / np.log(base)",
        "f = lambda x: np.log(x[1]) / np.log(3)",
    ),
    "map": (
        "f = lambda x: sum(map(math.sin, x))",
        "Write np.sin(x) for math.sin(x)",
        "f = lambda x: sum(map(np.sin, x))",
    ),
    "floor": (
        "f = lambda x: x[1] - math.floor(x[1])",
        "np.floor(x)",
        "f = lambda x: x[1] - np.floor(x[1])",
    ),
    "isnan": (
        "f = lambda x: 0.0 if math.isnan(x[0]) else x[0]**2",
        "np.isnan(x)",
        "f = lambda x: np.where(np.isnan(x[0]), 0.0, x[0]**2)",
    ),
    "factorial": (
        "f = lambda x: math.factorial(x[0])",
        "scipy.special.gamma(n + 1)",
        "f = lambda x: scipy.special.gamma(x[0] + 1)",
        V,
        "followed",
    ),
    "comb": (
        "f = lambda x: math.comb(5, x[0])",
        "scipy.special.binom(n, k)",
        "f = lambda x: scipy.special.binom(x[0] + 5, 2.0)",
        V,
        "followed",
    ),
    "bisect": (
        "f = lambda x: x[bisect.bisect([0.7, 1.0], x[1])]**2",
        'np.searchsorted(a, x, side="right")',
        "f = lambda x: x[np.searchsorted([0.7, 1.0], x[1], side='right')]**2",
    ),
    "poly1d": (
        "f = lambda x: np.poly1d(x)(1.5)",
        "np.polyval(c, t)",
        "f = lambda x: np.polyval(x, 1.5)",
    ),
    "decimal": (
        "f = lambda x: decimal.Decimal(x[0]) * 2",
        "Write x for decimal.Decimal(x)",
        "f = lambda x: x[0] * 2",
        V,
        "followed",
    ),
    "fraction": (
        "f = lambda x: fractions.Fraction(x[0]) * 2",
        "Write x for fractions.Fraction(x)",
        "f = lambda x: x[0] * 2",
        V,
        "followed",
    ),
    "eig": (
        "f = lambda S: np.sum(np.real(scipy.linalg.eig(S)[0])**2)",
        "np.linalg.eig(A)",
        "f = lambda S: np.sum(np.real(np.linalg.eig(S)[0])**2)",
        A,
    ),
    "pearsonr": (
        "f = lambda x: stats.pearsonr(x, W)[0]",
        "np.corrcoef(x, y)[0, 1]",
        "f = lambda x: np.corrcoef(x, W)[0, 1]",
    ),
    "nlargest": (
        "f = lambda x: heapq.nlargest(2, x)[1]**2",
        "np.sort(x)[::-1][:n]",
        "f = lambda x: np.sort(x)[::-1][:2][1]**2",
    ),
    "f-string": (
        """
        def f(x):
            loss = np.sum(x**2)
            print(f"{loss:.3f}")
            return loss
        """,
        "leave the text out of the function, and print what comes back",
        "f = lambda x: pl.value_and_gradient(lambda x: np.sum(x**2))(x)[0]",
    ),
    "percent": (
        """
        def f(x):
            loss = np.sum(x**2)
            print("%.3f" % loss)
            return loss
        """,
        "leave the text out",
        "f = lambda x: np.sum(x**2)",
    ),
    "history": (
        """
        LOSSES = []
        def f(x):
            loss = np.sum(x**2)
            LOSSES.append(float(loss))
            return loss
        """,
        "leave the record out of the function, and keep what comes back",
        "f = lambda x: np.sum(x**2)",
    ),
    "json": (
        """
        def f(x):
            json.dumps({"loss": np.sum(x)})
            return np.sum(x**2)
        """,
        "with the numbers that pl.value_and_gradient returns",
        "f = lambda x: np.sum(x**2)",
    ),
    "pickle": (
        """
        def f(x):
            pickle.dumps(x)
            return np.sum(x**2)
        """,
        "with the numbers that pl.value_and_gradient returns",
        "f = lambda x: np.sum(x**2)",
    ),
    "plot": (
        """
        def f(x):
            plt.plot(V, x)
            return np.sum(x**2)
        """,
        "to matplotlib.pyplot.plot, which",
        "f = lambda x: np.sum(x**2)",
        V,
        "followed",
    ),
    "outside array": (
        """
        def f(x):
            OUT[0] = x[0]**2
            return OUT.sum()
        """,
        "write into a copy that is made inside, b = np.copy(OUT)",
        """
        def f(x):
            b = np.copy(OUT)
            b[0] = x[0]**2
            return b.sum()
        """,
    ),
    "index of an array": (
        "f = lambda x: pickle.loads(DUMPED)[0][np.argmax(x)] * x[0]",
        "Write np.array(pickle.loads(DUMPED)[0])[np.argmax(x)]",
        "f = lambda x: np.array(pickle.loads(DUMPED)[0])[np.argmax(x)] * x[0]",
    ),
    "index of a list": (
        "f = lambda x: [1.0, 2.0, 3.0, 4.0][np.argmax(x)] * x[0]",
        "Write np.array([1.0, 2.0, 3.0, 4.0])[np.argmax(x)]",
        "f = lambda x: np.array([1.0, 2.0, 3.0, 4.0])[np.argmax(x)] * x[0]",
    ),
    "mask of an array": (
        "f = lambda x: np.sum(W[x > 1]) * x[0]",
        "Write np.array(W)[x > 1]",
        "f = lambda x: np.sum(np.array(W)[x > 1]) * x[0]",
    ),
    "slice": (
        "f = lambda x: x[:x[2] + 0.5].sum()",
        "np.where(np.arange(x.size) < n, x, 0)",
        "f = lambda x: np.where(np.arange(x.size) < x[2] + 0.5, x, 0).sum()",
        V,
        "followed",
    ),
    "method": (
        "f = lambda x: pickle.loads(DUMPED).dot(x).sum()",
        "Write np.dot(pickle.loads(DUMPED), x) for pickle.loads(DUMPED).dot(x)",
        "f = lambda x: np.dot(pickle.loads(DUMPED), x).sum()",
    ),
    "dict key": (
        "f = lambda x: {x[0]: x[1]}[x[0]]",
        "keep values by name or by position",
        "f = lambda x: {'x': x[1]}['x']",
    ),
    "nditer": (
        "f = lambda x: sum(v**2 for v in np.nditer(x))",
        "np.ravel(x)",
        "f = lambda x: sum(v**2 for v in np.ravel(x))",
    ),
    "fromiter": (
        "f = lambda x: np.fromiter((v**2 for v in x), float).sum()",
        "np.array([*values])",
        "f = lambda x: np.array([*(v**2 for v in x)]).sum()",
    ),
    "masked": (
        "f = lambda x: np.ma.masked_where(x > 1, x).sum()",
        "np.where(mask, 0, x)",
        "f = lambda x: np.where(x > 1, 0, x).sum()",
    ),
    "masked array": (
        "f = lambda x: np.ma.array(x, mask=V > 1).sum()",
        "np.where(mask, 0, x)",
        "f = lambda x: np.where(V > 1, 0, x).sum()",
        V,
    ),
    "matrix": (
        "f = lambda x: (np.matrix(A) * x[:, None]).sum()",
        "np.array(A), and @ for the product",
        "f = lambda x: (np.array(A) @ x[:, None]).sum()",
    ),
    "cho_solve": (
        "f = lambda S: scipy.linalg.cho_solve(scipy.linalg.cho_factor(S + S.T), V)[0]",
        "np.linalg.solve(A, b) of the matrix A itself",
        "f = lambda S: np.linalg.solve(S + S.T, V)[0]",
        A,
    ),
    "lu_solve": (
        "f = lambda S: scipy.linalg.lu_solve(scipy.linalg.lu_factor(S), V)[0]",
        "np.linalg.solve(A, b) of the matrix A itself",
        "f = lambda S: np.linalg.solve(S, V)[0]",
        A,
    ),
    **{name: (
        f"f = lambda S: scipy.linalg.{name}(S + S.T)[0, 1]",
        f"(V * np.{ufunc}(w)) @ V.T with w, V = np.linalg.eigh(A)",
        f"""
        def f(S):
            w, V = np.linalg.eigh(S + S.T)
            return ((V * np.{ufunc}(w)) @ V.T)[0, 1]
        """,
        A,
    ) for name, ufunc in (("logm", "log"), ("sqrtm", "sqrt"))},
    **{f"{name} of SciPy": (
        f"f = lambda S: np.sum(scipy.linalg.{call}**2)",
        f"np.linalg.{name}(A",
        f"f = lambda S: np.sum(np.linalg.{call}**2)",
        A,
    ) for name, call in (("svd", "svd(S)[1]"), ("eigh", "eigh(S + S.T)[0]"),
                         ("lstsq", "lstsq(S, V)[0]"), ("qr", "qr(S)[1]"),
                         ("det", "det(S)"), ("eigvalsh", "eigvalsh(S + S.T)"))},
    "lower cholesky": (
        "f = lambda S: scipy.linalg.cholesky(S @ S.T, lower=True)[1, 0]",
        "Write np.linalg.cholesky(A) for scipy.linalg.cholesky(A, lower=True)",
        "f = lambda S: np.linalg.cholesky(S @ S.T)[1, 0]",
        A,
    ),
    "lower triangle": (
        "f = lambda S: scipy.linalg.solve_triangular(S, V, lower=True)[2]",
        "np.linalg.solve(np.tril(L), b)",
        "f = lambda S: np.linalg.solve(np.tril(S), V)[2]",
        A,
    ),
    "cholesky": (
        "f = lambda S: scipy.linalg.cholesky(S @ S.T)[0, 1]",
        "np.linalg.cholesky(A).T",
        "f = lambda S: np.linalg.cholesky(S @ S.T).T[0, 1]",
        A,
    ),
    "quad": (
        "f = lambda x: scipy.integrate.quad(lambda t: np.exp(-x[0] * t), 0, x[1])[0]",
        "(b - a) / 2 * np.sum(w * g(a + (b - a) * (t + 1) / 2)) with t, w = "
        "np.polynomial.legendre.leggauss(50)",
        """
        def f(x):
            t, w = np.polynomial.legendre.leggauss(50)
            a, b = 0, x[1]
            g = lambda t: np.exp(-x[0] * t)
            return (b - a) / 2 * np.sum(w * g(a + (b - a) * (t + 1) / 2))
        """,
    ),
    "solve_ivp": (
        "f = lambda x: scipy.integrate.solve_ivp(lambda t, y: -x[0] * y, (0, 1), [1.0],"
        " rtol=1e-9, atol=1e-9).y[0, -1]",
        "for t in h * np.arange(n): y = y + h * g(t + h / 2, y + h / 2 * g(t, y))",
        """
        def f(x):
            g, y, h = lambda t, y: -x[0] * y, 1.0, 1 / 400
            for t in h * np.arange(400):
                y = y + h * g(t + h / 2, y + h / 2 * g(t, y))
            return y
        """,
    ),
    "brentq": (
        "f = lambda x: scipy.optimize.brentq(lambda z: z**2 - x[0], 0, 2, xtol=1e-13)",
        "for _ in range(20): z = z - g(z) / dg(z)",
        """
        def f(x):
            g, dg, z = lambda z: z**2 - x[0], lambda z: 2 * z, 1.0
            for _ in range(20):
                z = z - g(z) / dg(z)
            return z
        """,
    ),
    "minimize": (
        "f = lambda x: scipy.optimize.minimize(lambda z: np.sum((z - x)**2), V + 1,"
        " tol=1e-12).x[0]**2",
        "for _ in range(100): z = z - rate * pl.gradient(g)(z)",
        """
        def f(x):
            g, z = lambda z: np.sum((z - x)**2), V + 1
            for _ in range(100):
                z = z - 0.25 * pl.gradient(g)(z)
            return z[0]**2
        """,
        V,
        "followed",
    ),
    "curve_fit": (
        "f = lambda x: scipy.optimize.curve_fit(lambda t, a: a * t, W, x)[0][0]",
        "np.linalg.lstsq(A, y)[0]",
        "f = lambda x: np.linalg.lstsq(W[:, None], x)[0][0]",
        V,
        "followed",
    ),
    "assignment": (
        "f = lambda S: (S * A)[scipy.optimize.linear_sum_assignment(S)].sum()",
        "find them outside, and pass the indices",
        "at = scipy.optimize.linear_sum_assignment(A + np.vander(V))\n"
        "f = lambda S: (S * A)[at].sum()",
        A + np.vander(V),
    ),
    "interp1d": (
        "f = lambda x: scipy.interpolate.interp1d(np.arange(4), x)(1.5)",
        "np.interp(x, xp, fp)",
        "f = lambda x: np.interp(1.5, np.arange(4), x)",
    ),
    "interpolator": (
        "f = lambda x: scipy.interpolate.make_interp_spline(np.arange(4), V, 1)(x[1])",
        "np.interp(x, xp, fp)",
        "f = lambda x: np.interp(x[1], np.arange(4), V)",
    ),
    "spline of traced values": (
        "f = lambda y: scipy.interpolate.CubicSpline(np.arange(4), y)(1.5)",
        "M = np.array([CubicSpline(t, e)(q) for e in np.eye(y.size)]).T",
        """
        from scipy.interpolate import CubicSpline
        def f(y):
            M = np.array([CubicSpline(np.arange(4), e)(1.5) for e in np.eye(y.size)]).T
            return M @ y
        """,
    ),
    "spline at a traced place": (
        """
        spline = scipy.interpolate.CubicSpline(np.arange(4), V)
        def f(x):
            return np.sum(spline(x))
        """,
        "np.polyval(np.array(spline.c)[:, i], x - np.array(spline.x)[i])",
        """
        spline = scipy.interpolate.CubicSpline(np.arange(4), V)
        def f(x):
            i = np.searchsorted(spline.x[1:-1], x)
            step = x - np.array(spline.x)[i]
            return np.sum(np.polyval(np.array(spline.c)[:, i], step))
        """,
        np.array([0.3, 1.6, 2.2, 2.9]),
    ),
    "pdist": (
        "f = lambda x: scipy.spatial.distance.pdist(x[:, None]).sum()",
        "i, j = np.triu_indices(len(X), 1)",
        """
        def f(x):
            X = x[:, None]
            i, j = np.triu_indices(len(X), 1)
            return np.linalg.norm(X[i] - X[j], axis=-1).sum()
        """,
    ),
    "linregress": (
        "f = lambda x: stats.linregress(W, x).slope",
        "np.polyfit(x, y, 1)",
        "f = lambda x: np.polyfit(W, x, 1)[0]",
    ),
    "frozen distribution": (
        "f = lambda x: np.sum(norm(x[0], x[1]).logpdf(V))",
        "scipy.stats.norm.logpdf(x, loc, scale)",
        "f = lambda x: np.sum(-((V - x[0]) / x[1])**2 / 2"
        " - np.log(x[1] * np.sqrt(2 * np.pi)))",
    ),
    "imported zscore": (
        "f = lambda x: np.sum(zscore(x)**3)",
        "to scipy.stats.zscore, which",
        "f = lambda x: np.sum(((x - np.mean(x)) / np.std(x))**3)",
    ),
    "another of SciPy": (
        "f = lambda x: stats.ttest_1samp(x, 0.0).statistic",
        "to scipy.stats.ttest_1samp, which",
        "f = lambda x: np.mean(x) / (np.std(x, ddof=1) / np.sqrt(x.size))",
    ),
    "sparse": (
        "f = lambda x: np.sum((scipy.sparse.csr_array(A) @ x)**2)",
        "Write S.toarray() @ x",
        "f = lambda x: np.sum((scipy.sparse.csr_array(A).toarray() @ x)**2)",
    ),
    "sparse diagonal": (
        "f = lambda x: np.sum((scipy.sparse.diags(x) @ W)**2)",
        "Write np.diag(x)",
        "f = lambda x: np.sum((np.diag(x) @ W)**2)",
    ),
    "column of polars": (
        "f = lambda x: (polars.Series(x) * V).sum()",
        "Take arrays of the columns first, .to_numpy(),",
        "f = lambda x: (x * V).sum()",
    ),
    "joined columns": (
        """
        df = pd.DataFrame({"a": V, "b": W})
        def f(x):
            return np.sum(pd.concat([df["a"] * x[0], df["b"]])**2)
        """,
        "np.concatenate([a.to_numpy(), b.to_numpy()])",
        """
        df = pd.DataFrame({"a": V, "b": W})
        def f(x):
            a, b = df["a"] * x[0], df["b"]
            return np.sum(np.concatenate([a.to_numpy(), b.to_numpy()])**2)
        """,
    ),
    "series": (
        "f = lambda x: pd.Series(x).mean()**2",
        "with the numbers that pl.value_and_gradient returns",
        "f = lambda x: x.mean()**2",
    ),
    "frame": (
        """
        def f(x):
            pd.DataFrame({"a": x}).to_string()
            return x.sum()**2
        """,
        "with the numbers that pl.value_and_gradient returns",
        "f = lambda x: x.sum()**2",
    ),
    "drawn": (
        "f = lambda x: random.gauss(x[0], x[1])",
        "mean + deviation * noise",
        "f = lambda x, noise=0.3: x[0] + x[1] * noise",
        V,
        "followed",
    ),
    "drawn from a generator": (
        """
        rng = np.random.default_rng(0)
        def f(x):
            return rng.uniform(x[0], x[1])
        """,
        "low + (high - low) * u",
        "f = lambda x, u=0.3: x[0] + (x[1] - x[0]) * u",
        V,
        "followed",
    ),
    **{f"linear {name}": (
        f"f = lambda x: np.sum(scipy.{call.format('x')}**2)",
        "M = np.array([F(e) for e in np.eye(x.size)]).T",
        f"""
        M = np.array([scipy.{call.format("e")} for e in np.eye(4)]).T
        def f(x):
            return np.sum((M @ x)**2)
        """,
    ) for name, call in {
        "lfilter": "signal.lfilter([1.0], [1, -0.5], {})",
        "detrend": "signal.detrend({})",
        "savgol_filter": "signal.savgol_filter({}, 3, 1)",
        "gaussian_filter": "ndimage.gaussian_filter({}, 1.0)",
        "convolve": "ndimage.convolve({}, [1.0, 2.0, 0.5])",
        "zoom": "ndimage.zoom({}, 2)",
        "sobel": "ndimage.sobel({})",
        "dct": "fft.dct({})",
        "simpson": "integrate.simpson({})",
    }.items()},
}  # fmt: skip


# The programs that branch on a value, or show it.
BRANCHES = {
    "if all", "if else assigns", "elif", "while with a count", "if assigns",
    "while with a tolerance", "break with a tolerance", "while true", "continue",
    "recursion", "early return", "raise", "assert", "tells", "conditional", "and",
    "or value", "and value", "not", "chain", "in", "allclose", "any in a test", "bool",
    "min", "max of all", "max of three", "max by a key", "sorted", "list sort",
    "list index", "comprehension", "filter", "match", "int", "int index",
    "number of steps", "floor", "bisect", "nlargest", "f-string", "percent",
    "index of an array", "index of a list", "isnan",
}  # fmt: skip


def said_of(name):
    """What is said of a program as it was written."""
    written, _, _, *more = PROGRAMS[name]
    refused = refusal_for_many if name in BRANCHES else refusal
    return refused(program(written), (more[0] if more else V).copy())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(BRANCHES))
def test_a_branch_is_followed_at_the_numbers_of_a_call(name):
    written, _, _ = PROGRAMS[name]
    slope = pl.gradient(program(written))(V.copy())
    judge = differences(program(written), V)
    np.testing.assert_allclose(slope, judge, rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_refusal_says_to_write_works(name):
    written, says, followed, *more = PROGRAMS[name]
    at = more[0] if more else V
    said = said_of(name)
    assert says in said
    assert "site-packages" not in said
    judge = program(followed if len(more) > 1 else written)
    with np.errstate(all="ignore"):
        slope = pl.gradient(program(followed))(at.copy())
        np.testing.assert_allclose(slope, differences(judge, at), rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_refusal_names_a_line_of_the_person(name):
    assert said_of(name).startswith("<advice ")


# -- every piece of advice is in a table ----------------------------------------------


@pytest.fixture(scope="module")
def sentences():
    """What is said of the programs above."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: said_of(name) for name in PROGRAMS}


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_what_is_written_by_hand_is_followed(name, sentences):
    _, spelling = SPELLINGS[name]
    assert any(spelling in said for said in sentences.values())


@pytest.mark.parametrize("name", sorted(set(WAYS) - {"jax", "torch"}))
def test_what_is_said_of_a_library_is_followed(name, sentences):
    assert any(WAYS[name] in said for said in sentences.values())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(LINEAR))
def test_a_linear_function_is_told_to_be_a_matrix(name):
    given = LINEAR_CALLS.get(name.rpartition(".")[2], "{}").format("x")
    f = program(f"f = lambda x: np.sum({name}({given}))")
    g = program(f"f = lambda x: {name}({given})")
    assert "M = np.array([F(e) for e in np.eye(x.size)]).T" in refusal(f, LONG)
    M = np.array([g(e) for e in np.eye(LONG.size)]).T
    np.testing.assert_allclose(M @ LONG, g(LONG), rtol=1e-10, atol=1e-12)


LONG = np.sin(np.arange(17.0))
LINEAR_CALLS = {
    "lfilter": "[1.0], [1, -0.5], {}", "filtfilt": "[1.0], [1, -0.5], {}",
    "sosfilt": "scipy.signal.butter(2, 0.3, output='sos'), {}",
    "savgol_filter": "{}, 5, 2", "gaussian_filter": "{}, 1.0",
    "gaussian_filter1d": "{}, 1.0", "convolve": "{}, [1.0, 2.0, 0.5]",
    "convolve1d": "{}, [1.0, 2.0, 0.5]", "correlate": "{}, [1.0, 2.0, 0.5]",
    "uniform_filter1d": "{}, 3", "zoom": "{}, 2", "shift": "{}, 0.5",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"gauss"}))
def test_a_draw_is_told_how_it_is_written(name):
    module = "np.random" if hasattr(np.random, name) else "random"
    parameters = "x[:2], np.eye(2)" if name.startswith("multi") else "x[0]"
    said = refusal(program(f"f = lambda x: {module}.{name}({parameters})"), V)
    assert DRAWN[name] in said


# -- arguments and results ------------------------------------------------------------

ARGUMENTS = """
import dataclasses
@dataclasses.dataclass
class Params:
    w: np.ndarray
    b: float
class Model:
    def __init__(self):
        self.w, self.b = V, 2.0
p, m, df = Params(V, 2.0), Model(), pd.DataFrame({"a": V, "b": W})
"""
OF_ARGUMENTS = {
    "dataclass": (
        "lambda p: np.sum(p.w**2) * p.b",
        "p",
        "lambda fields: f(Params(**fields)) at dataclasses.asdict(p)",
        "pl.gradient(lambda fields: f(Params(**fields)))(dataclasses.asdict(p))['w']",
        2 * V * 2,
    ),
    "object": (
        "lambda p: np.sum(p.w**2) * p.b",
        "m",
        'Pass vars(p), a dict of its attributes, and write p["name"] for p.name',
        "pl.gradient(lambda p: np.sum(p['w']**2) * p['b'])(vars(m))['w']",
        2 * V * 2,
    ),
    "frame": (
        "lambda p: np.sum(p['a']**2 * p['b'])",
        "df",
        "Pass {name: np.asarray(column, float) for name, column in df.items()}",
        "pl.gradient(f)({name: np.asarray(column, float) "
        "for name, column in df.items()})['a']",
        2 * V * W,
    ),
    "series": (
        "lambda p: np.sum(p**2)",
        "df['a']",
        "Pass np.asarray(x, float)",
        "pl.gradient(f)(np.asarray(df['a'], float))",
        2 * V,
    ),
    "objects": (
        "lambda p: np.sum(p**2)",
        "V.astype(object)",
        "Pass np.asarray(x, float)",
        "pl.gradient(f)(np.asarray(V.astype(object), float))",
        2 * V,
    ),
    "fraction": (
        "lambda p: p**2",
        "fractions.Fraction(1, 2)",
        "Pass np.asarray(x, float)",
        "pl.gradient(f)(np.asarray(fractions.Fraction(1, 2), float))",
        1.0,
    ),
    "set": (
        "lambda p: sum(v**2 for v in p)",
        "{1.0, 2.0}",
        "Pass np.array(sorted(x), float)",
        "pl.gradient(f)(np.array(sorted({1.0, 2.0}), float))",
        [2.0, 4.0],
    ),
    "sparse": (
        "lambda p: np.sum(p**2)",
        "scipy.sparse.csr_array(A)",
        "Pass x.toarray()",
        "pl.gradient(f)(scipy.sparse.csr_array(A).toarray())",
        2 * A,
    ),
    "complex": (
        "lambda z: np.sum(np.abs(z)**2)",
        "V + 1j * W",
        "Pass the real and the imaginary part, and write x + 1j * y inside",
        "pl.gradient(lambda x, y: f(x + 1j * y), wrt=1)(V, W)",
        2 * W,
    ),
    "loss and more": (
        "lambda x: (np.sum(x**2), x * 2)",
        "V",
        "Use lambda *args: f(*args)[0]",
        "pl.gradient(lambda *args: f(*args)[0])(V)",
        2 * V,
    ),
    "dict": (
        "lambda x: {'loss': np.sum(x**2)}",
        "V",
        "Use lambda *args: f(*args)['loss']",
        "pl.gradient(lambda *args: f(*args)['loss'])(V)",
        2 * V,
    ),
    "dataclass result": (
        "lambda x: Params(np.sum(x**2), 1.0)",
        "V",
        "Use lambda *args: f(*args).w",
        "pl.gradient(lambda *args: f(*args).w)(V)",
        2 * V,
    ),
    "no return": (
        "lambda x: None",
        "V",
        "f gives None: does it end in `return`?",
        "pl.gradient(lambda x: np.sum(x**2))(V)",
        2 * V,
    ),
    "vector": (
        "lambda x: x**2",
        "V",
        "Use pellucid.jacobian, or sum it.",
        "pl.gradient(lambda x: np.sum(f(x)))(V)",
        2 * V,
    ),
    "generator": (
        "lambda x: (yield x[0])",
        "V",
        "a generator, as it has `yield`. Return the cost, sum(...) of the terms",
        "pl.gradient(lambda x: sum(f(x)))(V)",
        [1, 0, 0, 0],
    ),
    "text": (
        "lambda x: 'loss'",
        "V",
        "f gives a str. Return a number or an array with one element.",
        "pl.gradient(lambda x: np.sum(x**2))(V)",
        2 * V,
    ),
    "selection": (
        "lambda x: x[x > 1]**2",
        "V",
        "x[mask], whose length depends on values. Return np.sum of it.",
        "pl.gradient(lambda x: np.sum(f(x)))(V)",
        2 * V * (V > 1),
    ),
}


@pytest.mark.parametrize("name", OF_ARGUMENTS)
def test_an_argument_or_result_that_is_no_number_is_told_apart(name):
    f, given, says, followed, slope = OF_ARGUMENTS[name]
    space = program(f"{ARGUMENTS}f = {f}").__globals__
    with pytest.raises(pl.PellucidError) as caught:
        pl.gradient(space["f"])(eval(given, space))
    assert says in str(caught.value)
    np.testing.assert_allclose(eval(followed, space), slope)


def test_a_coroutine_is_told_apart():
    f = program("async def f(x):\n    return np.sum(x)")
    assert "a coroutine, as it is `async`. Write a plain `def`." in refusal(f, V)


def test_a_product_of_selections_is_refused():
    f = program("f = lambda x: np.sum(x[x > 1] @ x[x > 1])")
    assert "np.where(mask, x, 0)" in refusal(f, V)
    g = program("f = lambda x: np.sum(np.where(x > 1, x, 0) @ np.where(x > 1, x, 0))")
    np.testing.assert_allclose(pl.gradient(g)(V), 2 * V * (V > 1))


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_another_engines_functions_are_numpys(name):
    pytest.importorskip(name)
    module = {"jax": "jax.numpy", "torch": "torch"}[name]
    written = f"import {module} as other\nf = lambda x: other.sum(other.exp(x))"
    said = refusal(program(written), V)
    assert f"Write np.exp; pl.compile(f, target={name!r}) runs it there." in said
    followed = program("f = lambda x: np.sum(np.exp(x))")
    assert_same = np.testing.assert_allclose
    assert_same(pl.compile(pl.gradient(followed), target=name)(V), np.exp(V))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_is_named_rather_than_what_it_left_behind():
    f = program(
        """
        import threading
        def f(x):
            out = []
            thread = threading.Thread(target=lambda: out.append(np.sum(x)))
            thread.start(), thread.join()
            return out[0]
        """
    )
    assert "in another thread" in refusal(f, V)


def test_a_program_without_source_is_refused_in_general_words():
    space = {}
    exec("import math\ndef f(x):\n    return math.exp(x[0])", space)
    assert "Stay with NumPy's functions" in refusal(space["f"], V)
