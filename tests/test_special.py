"""SciPy's special functions: values are SciPy's, derivatives are right twice."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special as sc
import scipy.stats
from comparison import assert_derivatives, assert_same
from covered import slope_of
from scipy.special import expit, logsumexp

import pellucid as pl
from pellucid.errors import GradientError, TraceError
from pellucid.graphs.derivatives import DERIVATIVES, special
from pellucid.graphs.derivatives.special_tables import unknown
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.packages import meet
from pellucid.graphs.tracing.trace_warnings import unused_allowed
from pellucid.graphs.tracing.traced import FUNCTIONS
from pellucid.graphs.tracing.unrecorded import LOOKED_UP

UNIT = np.array([0.15, 0.4, 0.85])
X = np.array([0.3, 1.25, 2.75])
SIGNED = np.array([-1.75, -0.4, 0.8])
LARGE = np.array([1.2, 2.5, 4.1])
Y = np.array([1.7, 0.6, 2.2])
N = np.array([0, 1, 4])

# Every ufunc of scipy.special: one case each; floats are differentiated, integers not.
CASES = {
    "agm": (X, Y), "airy": (SIGNED,), "airye": (X,), "bdtr": (2.0, 5, UNIT),
    "bdtrc": (2.0, 5, UNIT), "bdtri": (2.0, 5, UNIT), "bdtrik": (UNIT, 5.0, 0.4),
    "bdtrin": (1.0, UNIT, 0.4), "bei": (X,), "beip": (X,), "ber": (X,), "berp": (X,),
    "besselpoly": (0.5, X, 1.0), "beta": (X, Y), "betainc": (2.0, 3.5, UNIT),
    "betaincc": (2.0, 3.5, UNIT), "betainccinv": (2.0, 3.5, UNIT),
    "betaincinv": (2.0, 3.5, UNIT), "betaln": (X, Y), "binom": (LARGE, UNIT),
    "boxcox": (X, SIGNED), "boxcox1p": (X, SIGNED), "btdtria": (UNIT, 2.0, 0.4),
    "btdtrib": (2.0, UNIT, 0.4), "cbrt": (SIGNED,), "chdtr": (3.0, X),
    "chdtrc": (3.0, X), "chdtri": (3.0, UNIT), "chdtriv": (UNIT, 2.0),
    "chndtr": (X, 3.0, 1.0), "chndtridf": (X, 0.4, 1.0), "chndtrinc": (X, 3.0, 0.1),
    "chndtrix": (UNIT, 3.0, 1.0), "cosdg": (X,), "cosm1": (X,), "cotdg": (X,),
    "dawsn": (SIGNED,), "ellipe": (SIGNED,), "ellipeinc": (SIGNED, UNIT),
    "ellipj": (X, 0.6), "ellipk": (UNIT,), "ellipkinc": (SIGNED, UNIT),
    "ellipkm1": (UNIT,), "elliprc": (X, Y), "elliprd": (X, Y, 0.7),
    "elliprf": (X, Y, LARGE), "elliprg": (X, Y, LARGE), "elliprj": (X, Y, LARGE, 0.7),
    "entr": (X,), "erf": (SIGNED,), "erfc": (SIGNED,), "erfcinv": (Y[:2],),
    "erfcx": (SIGNED,), "erfi": (SIGNED,), "erfinv": (UNIT,),
    **dict.fromkeys(
        ("eval_chebyc", "eval_chebys", "eval_chebyt", "eval_chebyu", "eval_hermite",
         "eval_hermitenorm", "eval_laguerre", "eval_legendre", "eval_sh_chebyt",
         "eval_sh_chebyu", "eval_sh_legendre"), (N, UNIT)),
    "eval_gegenbauer": (N, 0.7, UNIT), "eval_genlaguerre": (N, 0.7, X),
    "eval_jacobi": (N, 0.5, 1.5, UNIT), "eval_sh_jacobi": (2, 2.5, 1.5, UNIT),
    "exp1": (X,), "exp10": (SIGNED,), "exp2": (SIGNED,), "expi": (X,),
    "expit": (SIGNED,), "expm1": (SIGNED,), "expn": (3, X), "exprel": (SIGNED,),
    "fdtr": (4.0, 6.0, X), "fdtrc": (4.0, 6.0, X), "fdtri": (4.0, 6.0, UNIT),
    "fdtridfd": (4.0, UNIT, 1.2), "fresnel": (SIGNED,), "gamma": (X,),
    "gammainc": (2.5, X), "gammaincc": (2.5, X), "gammainccinv": (2.5, UNIT),
    "gammaincinv": (2.5, UNIT), "gammaln": (X,), "gammasgn": (SIGNED,),
    "gdtr": (X, 2.5, Y), "gdtrc": (X, 2.5, Y), "gdtria": (UNIT, 2.5, 1.1),
    "gdtrib": (1.1, UNIT, 2.0), "gdtrix": (1.1, 2.5, UNIT), "huber": (0.7, SIGNED),
    "hyp0f1": (1.5, SIGNED), "hyp1f1": (0.7, 1.5, SIGNED),
    "hyp2f1": (0.7, 1.1, 1.5, UNIT), "hyperu": (0.7, 1.5, X), "i0": (SIGNED,),
    "i0e": (SIGNED,), "i1": (SIGNED,), "i1e": (SIGNED,), "inv_boxcox": (UNIT, Y),
    "inv_boxcox1p": (UNIT, Y), "it2i0k0": (X,), "it2j0y0": (X,), "it2struve0": (X,),
    "itairy": (X,), "iti0k0": (X,), "itj0y0": (X,), "itmodstruve0": (X,),
    "itstruve0": (X,), "iv": (1.5, X), "ive": (1.5, X), "j0": (SIGNED,),
    "j1": (SIGNED,),
    "jv": (1.5, X), "jve": (1.5, X), "k0": (X,), "k0e": (X,), "k1": (X,), "k1e": (X,),
    "kei": (X,), "keip": (X,), "ker": (X,), "kerp": (X,), "kl_div": (X, Y),
    "kn": (2, X), "kolmogi": (UNIT,), "kolmogorov": (X,), "kv": (1.5, X),
    "kve": (1.5, X), "log1p": (X,), "log_expit": (SIGNED,), "log_ndtr": (SIGNED,),
    "log_wright_bessel": (0.5, 1.5, X), "loggamma": (X,), "logit": (UNIT,),
    "lpmv": (1, 3, UNIT), "mathieu_a": (2, X), "mathieu_b": (2, X),
    "mathieu_cem": (2, 1.0, X), "mathieu_modcem1": (2, 1.0, X),
    "mathieu_modcem2": (2, 1.0, X), "mathieu_modsem1": (2, 1.0, X),
    "mathieu_modsem2": (2, 1.0, X), "mathieu_sem": (2, 1.0, X), "modstruve": (1.5, X),
    "nbdtr": (3, 5, UNIT), "nbdtrc": (3, 5, UNIT), "nbdtri": (3, 5, UNIT),
    "nbdtrik": (UNIT, 5.0, 0.4), "nbdtrin": (2.0, UNIT, 0.4),
    "ncfdtr": (4.0, 6.0, 1.0, X), "ncfdtri": (4.0, 6.0, 1.0, UNIT),
    "ncfdtridfd": (4.0, UNIT, 1.0, 1.5), "ncfdtridfn": (UNIT, 6.0, 1.0, 1.5),
    "ncfdtrinc": (4.0, 6.0, np.array([0.3, 0.4]), 1.5), "nctdtr": (4.0, 0.5, SIGNED),
    "nctdtridf": (UNIT, 0.1, 1.5), "nctdtrinc": (4.0, UNIT, 1.5),
    "nctdtrit": (4.0, 0.5, UNIT), "ndtr": (SIGNED,), "ndtri": (UNIT,),
    "ndtri_exp": (-X,), "nrdtrimn": (UNIT, 1.2, 0.5),
    "nrdtrisd": (0.3, np.array([0.6, 0.7]), 1.5),
    **dict.fromkeys(("obl_ang1", "pro_ang1", "obl_rad1", "obl_rad2"),
                    (1, 2, 0.5, UNIT)),
    **dict.fromkeys(("pro_rad1", "pro_rad2"), (1, 2, 0.5, LARGE)),
    **dict.fromkeys(("obl_ang1_cv", "pro_ang1_cv", "obl_rad1_cv", "obl_rad2_cv"),
                    (1, 2, 0.5, 6.2, UNIT)),
    **dict.fromkeys(("pro_rad1_cv", "pro_rad2_cv"), (1, 2, 0.5, 6.2, LARGE)),
    "obl_cv": (1, 2, UNIT), "pro_cv": (1, 2, UNIT), "owens_t": (SIGNED, X),
    "pbdv": (1.5, SIGNED), "pbvv": (1.5, X), "pbwa": (0.5, X), "pdtr": (2.0, X),
    "pdtrc": (2.0, X), "pdtri": (2, UNIT), "pdtrik": (UNIT, 2.0), "poch": (X, Y),
    "powm1": (X, SIGNED), "pseudo_huber": (X, SIGNED), "psi": (X,),
    "radian": (X, Y, X), "rel_entr": (X, Y), "rgamma": (X,), "round": (X,),
    "shichi": (X,), "sici": (X,), "sindg": (X,), "smirnov": (3, UNIT),
    "smirnovi": (3, UNIT), "spence": (X,), "stdtr": (3.0, SIGNED),
    "stdtridf": (np.array([0.6, 0.7]), 0.8), "stdtrit": (3.0, UNIT), "struve": (1.5, X),
    "tandg": (X,), "tklmbda": (0.1 * SIGNED, X), "voigt_profile": (SIGNED, X, Y),
    "wofz": (SIGNED,), "wright_bessel": (0.5, 1.5, X), "wrightomega": (SIGNED,),
    "xlog1py": (X, Y), "xlogy": (X, Y), "y0": (X,), "y1": (X,), "yn": (2, X),
    "yv": (1.5, X), "yve": (1.5, X), "zetac": (LARGE,),
    **dict.fromkeys(("hankel1", "hankel1e", "hankel2", "hankel2e"), (1.5, X)),
    **dict.fromkeys(("kelvin", "modfresnelm", "modfresnelp"), (X,)),
}  # fmt: skip
UFUNCS = {f.__name__: f for f in vars(sc).values() if isinstance(f, np.ufunc)}


def test_every_ufunc_of_scipy_has_a_case():
    assert special.__name__ in sys.modules
    assert UFUNCS.keys() == CASES.keys()


def run(f, *args):
    with np.errstate(all="ignore"):
        return f(*args)


# In single precision SciPy's spheroidal functions do not come to an end, and its
# binomial ones take no whole numbers.
KINDS = [(name, np.float64) for name in CASES]
KINDS += [
    (name, np.float32)
    for name in CASES
    if not name.startswith(("obl_", "pro_", "bdtr"))
]


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_values_are_scipys(name, kind):
    f = UFUNCS[name]
    args = [
        a.astype(kind) if np.ndim(a) and a.dtype == float else a for a in CASES[name]
    ]
    last = (lambda *a: f(*a)[-1]) if f.nout > 1 else f
    graph = run(pl.graph, last, *args)
    assert f"special.{name}" in {node.operation for node in graph.order}
    assert_same(run(graph, *args), run(last, *args), ulps=0)


# Those without a formula: they are recorded, and not differentiated.
WITHOUT = {
    "airye", "bdtri", "bdtrik", "bdtrin", "besselpoly", "btdtria", "btdtrib", "chdtriv",
    "chndtr", "chndtridf", "chndtrinc", "chndtrix", "elliprc", "elliprd", "elliprg",
    "elliprj", "eval_sh_jacobi", "fdtridfd", "gdtria", "gdtrib", "gdtrix", "hankel1",
    "hankel1e", "hankel2", "hankel2e", "kelvin", "kolmogi", "kolmogorov", "mathieu_a",
    "mathieu_b", "mathieu_cem", "mathieu_modcem1", "mathieu_modcem2", "mathieu_modsem1",
    "mathieu_modsem2", "mathieu_sem", "modfresnelm", "modfresnelp", "nbdtri", "nbdtrik",
    "nbdtrin", "ncfdtr", "ncfdtri", "ncfdtridfd", "ncfdtridfn", "ncfdtrinc", "nctdtr",
    "nctdtridf", "nctdtrinc", "nctdtrit", "nrdtrimn", "nrdtrisd", "obl_ang1",
    "obl_ang1_cv", "obl_cv", "obl_rad1", "obl_rad1_cv", "obl_rad2", "obl_rad2_cv",
    "pdtri", "pdtrik", "pro_ang1", "pro_ang1_cv", "pro_cv", "pro_rad1", "pro_rad1_cv",
    "pro_rad2", "pro_rad2_cv", "smirnov", "smirnovi", "stdtridf", "tklmbda", "zetac",
}  # fmt: skip


def test_the_others_have_a_derivative():
    known = {name for name in CASES if f"special.{name}" in DERIVATIVES}
    assert known == CASES.keys() - WITHOUT


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_what_has_no_derivative_says_so(name):
    f, args = UFUNCS[name], CASES[name]
    last = (lambda *a: f(*a)[-1]) if f.nout > 1 else f
    wrt = next(i for i, a in enumerate(args) if np.ndim(a))
    with pytest.raises(GradientError, match=f"special.{name} has no derivative"):
        run(pl.gradient(lambda *a: np.sum(np.abs(last(*a))), wrt=wrt), *args)


def differentiable(name):
    """The case with what has no known derivative fixed, as a function of the rest."""
    f, args = UFUNCS[name], CASES[name]
    rules = [DERIVATIVES[f"special.{name}"](i) for i in range(f.nin)]
    free = [i for i in range(f.nin) if rules[i] is not unknown and name != "ellipj"]
    free = [0] if name == "ellipj" else free

    def of_free(*values):
        given = dict(zip(free, values, strict=True))
        return f(*(given.get(i, a) for i, a in enumerate(args)))

    return of_free, [args[i] for i in free]


def total(result):
    """A number to which every element of every result counts."""
    parts = result if isinstance(result, tuple) else (result,)
    return sum(np.sum(np.real(z) + 2 * np.imag(z)) for z in parts)


@pytest.mark.parametrize("name", sorted(CASES.keys() - WITHOUT))
def test_the_slope_is_as_the_coverage_page_says(name):
    f, args = differentiable(name)
    with unused_allowed():
        slopes = run(pl.gradient(lambda args: total(f(*args))), args)
    seen = "differentiable" if any(map(np.any, slopes)) else "no slope"
    assert seen == slope_of(f"special.{name}")


# SciPy gives itairy to seven digits only, so that differences of it say little.
ELSEWHERE = {"gammasgn", "round", "wofz", "itairy"}
PARTS = [
    (name, part)
    for name in CASES.keys() - WITHOUT - ELSEWHERE
    for part in range(UFUNCS[name].nout)
]
ONCE = {"elliprf"}


@pytest.mark.parametrize(("name", "part"), sorted(PARTS))
def test_derivatives_agree_with_differences(name, part):
    f, args = differentiable(name)
    one = f if UFUNCS[name].nout == 1 else (lambda *a: f(*a)[part])
    with np.errstate(all="ignore"):
        assert_derivatives(one, *args, order=1 if name in ONCE else 2)


@pytest.mark.parametrize(("part", "sign", "airy"), [(0, 1, 0), (1, 1, 2), (2, -1, 0),
                                                    (3, -1, 2)])  # fmt: skip
def test_the_integrals_of_airy_have_the_slopes_of_airy(part, sign, airy):
    ours = pl.gradient(lambda x: np.sum(sc.itairy(x)[part]))(X)
    np.testing.assert_array_equal(ours, sc.airy(sign * X)[airy])


PLAIN = {
    "zeta": (lambda q: sc.zeta(2.5, q), X),
    "polygamma": (lambda x: sc.polygamma(2, x), X),
    "polygamma 0": (lambda x: sc.polygamma(0, x), X),
    "spherical_jn": (lambda x: sc.spherical_jn(2, x), X),
    "spherical_jn'": (lambda x: sc.spherical_jn(2, x, derivative=True), X),
    "spherical_yn": (lambda x: sc.spherical_yn(1, x), X),
    "spherical_in": (lambda x: sc.spherical_in(2, x), X),
    "spherical_kn": (lambda x: sc.spherical_kn(2, x), X),
    "lambertw": (lambda x: sc.lambertw(x).real, X),
    "lambertw branch": (lambda x: sc.lambertw(x, -1).real, -0.4 * UNIT),
    "wofz": (lambda x: sc.wofz(x).imag, SIGNED),
    "logsumexp": (lambda x: sc.logsumexp(x), X),
    "logsumexp axis": (lambda x: sc.logsumexp(np.outer(x, x), axis=0), X),
    "logsumexp b": (lambda x: sc.logsumexp(x, b=Y, keepdims=True), X),
    "logsumexp axes": (lambda x: sc.logsumexp(np.outer(x, x), axis=(0, -1)), X),
    "logsumexp sign": (lambda x: sc.logsumexp(x, b=-Y, return_sign=True)[0], X),
    "softmax": (lambda x: sc.softmax(x), X),
    "softmax axis": (lambda x: sc.softmax(np.outer(x, x), axis=1), X),
    "log_softmax": (lambda x: sc.log_softmax(np.outer(x, x), axis=-1), X),
    "softplus": (lambda x: sc.softplus(x), SIGNED),
    "multigammaln": (lambda x: sc.multigammaln(x + 1, 3), X),
    "factorial": (lambda x: sc.factorial(x), X),
    "comb": (lambda x: sc.comb(5.5, x), X),
    "perm": (lambda x: sc.perm(LARGE + 2, x), UNIT),
    "jvp": (lambda x: sc.jvp(1.5, x, 2), X),
    "sinc": (lambda x: sc.sinc(x), X),
}


@pytest.mark.parametrize("name", PLAIN)
def test_functions_of_python_are_recorded_too(name):
    f, x = PLAIN[name]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(pl.graph(f, x)(x), f(x), rtol=1e-14)
        assert_derivatives(f, x)


def test_those_found_in_their_module_are_listed():
    meet("scipy.linalg")
    written = [f for f in FUNCTIONS
               if getattr(f, "__module__", "").startswith("scipy.")]  # fmt: skip
    homes = [".".join(f.__module__.split(".")[:2]) for f in written]
    ours = {f"{home}.{f.__name__}" for home, f in zip(homes, written, strict=True)}
    assert ours == LOOKED_UP


# Points of trouble, against mpmath.

HARD = {
    "expit": (sc.expit, lambda x: 1 / (1 + mpmath.exp(-x)), [-700.0, 0.0, 40.0, 800.0]),
    "log_expit": (sc.log_expit, lambda x: -mpmath.log1p(mpmath.exp(-x)),
                  [-800.0, 40.0]),
    "log_ndtr": (sc.log_ndtr, lambda x: mpmath.log(mpmath.ncdf(x)), [-1e3, -20.0, 3.0]),
    "erfcx": (sc.erfcx, lambda x: mpmath.exp(x * x) * mpmath.erfc(x), [0.0, 20.0, 1e3]),
    "dawsn": (
        sc.dawsn,
        lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-x * x) * mpmath.erfi(x),
        [0.0, 20.0, -60.0],
    ),
    "exprel": (sc.exprel, lambda x: mpmath.expm1(x) / x, [1e-12, -1e-5, -700.0, 3.0]),
    "psi": (sc.psi, mpmath.digamma, [1e-8, -1.3, 1e6]),
    "gammaln": (sc.gammaln, mpmath.loggamma, [1e-8, 1.0, 1e8]),
    "rgamma": (sc.rgamma, mpmath.rgamma, [0.0, -1.0, -2.0, 0.5]),
    "ellipk": (sc.ellipk, mpmath.ellipk,
               [-100.0, -1.0, 0.0, 1e-10, 0.5, 0.99, 0.999999]),
    "ellipe": (sc.ellipe, mpmath.ellipe, [-100.0, -1.0, 0.0, 1e-10, 0.5, 0.99, 0.999]),
    "ellipkm1": (sc.ellipkm1, lambda p: mpmath.ellipk(1 - p), [1e-12, 0.3, 0.7, 1.0]),
    "i0e": (sc.i0e, lambda x: mpmath.exp(-abs(x)) * mpmath.besseli(0, x), [0.5, 300.0]),
    "i1": (sc.i1, lambda x: mpmath.besseli(1, x), [0.0, 1e-9, 5.0]),
    "j1": (sc.j1, lambda x: mpmath.besselj(1, x), [0.0, 1e-9, 50.0]),
    "boxcox": (lambda k: sc.boxcox(2.5, k), lambda k: (mpmath.mpf(2.5) ** k - 1) / k,
               [1e-12, 0.5, -2.0]),
    "inv_boxcox": (lambda k: sc.inv_boxcox(1.5, k),
                   lambda k: (1 + k * mpmath.mpf(1.5)) ** (1 / k), [1e-9, 0.5]),
    "spence": (sc.spence, lambda x: mpmath.polylog(2, 1 - x), [1 + 1e-9, 0.5, 2.5]),
    "pseudo_huber": (lambda d: sc.pseudo_huber(d, 1e-3),
                     lambda d: d * (mpmath.hypot(d, mpmath.mpf(1e-3)) - d),
                     [1.0, 1e-4]),
    "legendre": (lambda x: sc.eval_legendre(5, x), lambda x: mpmath.legendre(5, x),
                 [0.3, -0.99]),
}  # fmt: skip
POINTS = [(name, x) for name, (*_, points) in HARD.items() for x in points]


@pytest.mark.parametrize(("name", "x"), POINTS)
def test_hard_points_are_right(name, x):
    f, exact, _ = HARD[name]
    ours = run(pl.gradient(lambda x: np.sum(f(x))), np.array([x]))[0]
    with mpmath.workdps(80):
        theirs = float(mpmath.diff(exact, mpmath.mpf(x), h=mpmath.mpf(10) ** -40).real)
    np.testing.assert_allclose(ours, theirs, rtol=2e-11, atol=1e-300)


ZERO_TIMES_LOG = {
    "xlogy": (lambda x, y: sc.xlogy(x, y), 1),
    "rel_entr": (lambda x, y: sc.rel_entr(x, y), 1),
    "kl_div": (lambda x, y: sc.kl_div(x, y) - y, 1),
}


@pytest.mark.parametrize("name", ZERO_TIMES_LOG)
def test_0_log_0_has_slope_0(name):
    f, wrt = ZERO_TIMES_LOG[name]
    assert run(pl.gradient(f, wrt=wrt), 0.0, 0.0) == 0


# Refusals.


def test_an_argument_without_a_formula_is_refused_by_name():
    with pytest.raises(GradientError, match="gammainc has no known derivative in this"):
        pl.gradient(lambda a: sc.gammainc(a, 2.0))(1.5)


REFUSED = {
    "stats": (lambda x: scipy.stats.norm.pdf(x), "scipy.stats.pdf.*ndtr for norm.cdf"),
    "linalg": (lambda x: scipy.linalg.inv(np.outer(x, x)), "Write np.linalg.inv"),
    "signal": (lambda x: scipy.signal.convolve(x, x), "Write np.convolve"),
    "other": (
        lambda x: scipy.signal.hilbert(x),
        "scipy.signal.hilbert.*with functions",
    ),
    "bound name": (lambda x, f=logsumexp: f(x), "as scipy.special.logsumexp"),
    "no entry": (lambda x: sc.diric(x, 3), "scipy.special.diric.*with functions"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_scipy_computes_by_itself_is_refused(name):
    f, message = REFUSED[name]
    with pytest.raises(TraceError, match=r"test_special.py, line \d+.*" + message):
        pl.graph(f, X)


# Reading and running.


def softly(x):
    y = sc.expit(x) + sc.airy(x)[2]
    return np.sum(sc.spherical_jn(2, y))


def test_source_imports_scipy_and_runs():
    source = pl.source(softly, X)
    names = {}
    exec(source, names)
    assert "import scipy.special" in source
    assert names["softly"](X) == softly(X)


@pytest.mark.parametrize("f", [softly, pl.gradient(softly)], ids=["value", "gradient"])
def test_compiled_it_is_the_same(f):
    np.testing.assert_allclose(pl.compile(f)(X), f(X), rtol=1e-15)


def test_a_name_imported_from_scipy_is_recorded():
    assert pl.graph(lambda x: logsumexp(x**2), X)(X) == logsumexp(X**2)
    assert_derivatives(lambda x: logsumexp(x**2), X)


def test_a_name_bound_outside_is_a_ufunc_like_any():
    assert pl.gradient(lambda x: expit(x))(0.0) == 0.25


def test_functions_are_scipys_again_after_a_trace():
    pl.graph(lambda x: sc.logsumexp(x), X)
    assert sc.logsumexp is logsumexp


def test_a_special_function_of_constants_is_scipys():
    assert pl.graph(lambda x: x * sc.logsumexp(Y) * sc.expit(0.3), 1.0)(2.0) == (
        2 * logsumexp(Y) * expit(0.3)
    )


def test_scipy_is_loaded_only_when_it_is_met():
    program = (
        "import sys, numpy as np, pellucid as pl\n"
        "pl.gradient(lambda x: np.sum(np.exp(x)))(np.ones(3))\n"
        "print([n for n in sys.modules if n.startswith('scipy')])"
    )
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("call", "right"),
    [("scipy.linalg.expm(x)", np.e), ("scipy.special.exp1(x)", -1 / np.e)],
)
def test_a_part_that_scipy_loads_when_it_is_asked_for_is_recorded(call, right):
    program = (
        "import numpy as np, scipy, pellucid as pl\n"
        f"print(pl.gradient(lambda x: np.sum({call}))(np.ones((1, 1)))[0, 0])"
    )
    command = [sys.executable, "-Wignore", "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(run.stdout) == pytest.approx(right)


def test_operations_are_scipys_names():
    ours = {name for name in OPERATIONS if name.startswith("special.")}
    named = {f"special.{name}" for name in dir(sc)}
    assert ours <= named
