"""Scripts of courses, notebooks and answers run as they are written.

Each of `course_scripts/` takes its gradient from one import, and leaves in `result`
what it trained or found. It must be what the same script finds by central differences.
"""

from pathlib import Path

import numpy as np
import pytest

import pellucid as pl

FOLDER = Path(__file__).parent / "course_scripts"
SCRIPTS = {path.stem: path for path in sorted(FOLDER.glob("*.py"))}
IMPORT = "from pellucid import gradient as grad\n"
STEP = 1e-6

# What cannot be recorded: the words of the refusal, and the script by its advice.
REFUSED = {
    "black_scholes_math": (
        "Write np.log(x) for math.log(x)",
        {
            "math.log": "np.log",
            "math.exp": "np.exp",
            "math.erf": "special.erf",
            "import math\n": "import math\nfrom scipy import special\n",
        },
    ),
    "black_scholes_scipy": (
        "Write scipy.special.ndtr((x - loc) / scale) for scipy.stats.norm.cdf",
        {"norm.cdf": "ndtr", "scipy.stats import norm": "scipy.special import ndtr"},
    ),
    "ng_one_vs_all": (
        "Write J + lam / (2 * m) * reg.T.dot(reg) for (J",
        {
            "(J + lam / (2 * m) * reg.T.dot(reg)).item()": (
                "J + lam / (2 * m) * reg.T.dot(reg)"
            )
        },
    ),
    "return_float": (
        "Write np.sqrt(np.mean((w * x - 2 * x - 1) ** 2)) for float(",
        {
            "return float(np.sqrt(np.mean((w * x - 2 * x - 1) ** 2)))": (
                "return np.sqrt(np.mean((w * x - 2 * x - 1) ** 2))"
            )
        },
    ),
    "history_inside": (
        "Return it from the function, and keep what the call gives",
        {
            "    history.append(l)\n": "",
            "    w -= ": "    history.append(loss(w))\n    w -= ",
        },
    ),
    "assign_column_pandas": (
        "keep a new column in a variable",
        {'d["pred"] = ': "pred = ", 'd["pred"] - ': "pred - "},
    ),
    "mean_of_statistics": (
        "Write np.mean(x) for statistics.mean(x)",
        {"statistics.mean": "np.mean"},
    ),
    "mle_scipy_stats": (
        "Write -((x - loc) / scale)**2 / 2 - np.log(scale * np.sqrt(2 * np.pi))",
        {
            "stats.norm.logpdf(x, loc=p[0], scale=np.exp(p[1]))": (
                "(-((x - p[0]) / np.exp(p[1]))**2 / 2"
                " - np.log(np.exp(p[1]) * np.sqrt(2 * np.pi)))"
            )
        },
    ),
    "gp_scipy_linalg": (
        "Write np.linalg.solve(A, b) of the matrix A itself",
        {
            "L, low = cho_factor(K, lower=True)": "L = np.linalg.cholesky(K)",
            "cho_solve((L, low), y)": "np.linalg.solve(K, y)",
        },
    ),
    "solve_ivp_decay": (
        "Its steps are not recorded: write them out, for t in h * np.arange(n)",
        {
            "sol = solve_ivp(lambda t, y: -k * y, (0, 2), [1.0], t_eval=t)": (
                "h, y, ys = 0.5, 1.0, [1.0]\n"
                "    for s in h * np.arange(4):\n"
                "        y = y + h * (-k * (y + h / 2 * (-k * y)))\n"
                "        ys.append(y)\n"
            ),
            "sol.y[0]": "np.array(ys)",
        },
    ),
}
RUNNING = [name for name in SCRIPTS if name not in REFUSED]


def differences(f):
    """The gradient of a plain function with respect to its first argument."""

    def slopes(x, *rest):
        if isinstance(x, dict):
            return {k: differences(lambda v, k=k: f({**x, k: v}, *rest))(x[k])
                    for k in x}  # fmt: skip
        if isinstance(x, list):
            return [differences(lambda v, i=i: f([*x[:i], v, *x[i + 1:]], *rest))(part)
                    for i, part in enumerate(x)]  # fmt: skip
        made = np.empty(np.shape(x))
        for place in np.ndindex(made.shape):
            step = np.zeros(made.shape)
            step[place] = STEP
            rise = np.squeeze(f(x + step, *rest)) - np.squeeze(f(x - step, *rest))
            made[place] = rise / (2 * STEP)
        return made if made.shape else float(made)

    return slopes


def run(source, name, **names):
    """What a script leaves in `result`, as `python script.py` runs it."""
    space = {"__name__": "__main__", **names}
    exec(compile(source, str(SCRIPTS[name]), "exec"), space)
    return space["result"]


def leaves(tree):
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in leaves(part)]
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in leaves(part)]
    return [tree]


def assert_as_by_differences(source, name):
    by_differences = run(source.replace(IMPORT, ""), name, grad=differences)
    for ours, plain in zip(leaves(run(source, name)), leaves(by_differences),
                           strict=True):  # fmt: skip
        np.testing.assert_allclose(ours, plain, rtol=1e-4, atol=1e-6)


@pytest.fixture(autouse=True)
def as_before():
    """Scripts seed NumPy's generator, which other tests may share."""
    state = np.random.get_state()  # noqa: NPY002
    yield
    np.random.set_state(state)  # noqa: NPY002


@pytest.mark.parametrize("name", RUNNING)
def test_a_script_runs_as_it_is_written(name):
    assert_as_by_differences(SCRIPTS[name].read_text(), name)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_runs_by_the_advice(name):
    said, changes = REFUSED[name]
    source = SCRIPTS[name].read_text()
    with pytest.raises(pl.TraceError) as error:
        run(source, name)
    assert said in str(error.value)
    assert f"{name}.py, line " in str(error.value)
    for old, new in changes.items():
        assert old in source
        source = source.replace(old, new)
    assert_as_by_differences(source, name)
