"""Likelihood and priors: where costs come from."""

import marimo

app = marimo.App(app_title="Likelihood and priors")

with app.setup:
    import marimo as mo
    import numpy as np
    from scipy import special, stats
    from sklearn.datasets import load_breast_cancer, load_diabetes

    import pellucid as pl
    from pellucid.lessons.page import (
        answer,
        closing,
        code,
        exercise,
        graph,
        opening,
        picture,
        predict,
        read,
        revealed,
        table,
        text,
    )
    from pellucid.show import plots


@app.cell
def _():
    opening("likelihood")


@app.cell
def _():
    tumours, benign = load_breast_cancer(return_X_y=True)  # (569, 30), 1 is benign
    X, progression = load_diabetes(return_X_y=True, scaled=False)
    mass = X[:, 2]  # body mass index, kg/m²
    k, n = int(benign.sum()), len(benign)
    return benign, k, mass, n, progression, tumours


@app.cell
def _(k, n):
    text(rf"""
    So far costs were given: the squared error for lines, the log loss for yes and no.
    They come from a sentence about how the data arise. Say that sentence in the
    language of probability, and the cost follows.

    The plainest case: of {n} tumours in scikit-learn's breast cancer data {k} are
    benign. Say: *each is benign with the same probability $p$, independent of the
    others*, like tosses of a bent coin. Then all rows together have the probability

    $$P(y \mid p) = \prod_i p^{{y_i}} (1 - p)^{{1 - y_i}} = p^k (1 - p)^{{n - k}}.$$

    Read as a function of $p$, with the data fixed, it is called the **likelihood**. The
    best $p$ is the one under which what happened was most likely.
    """)


@app.cell
def _(k, n):
    guess_size = predict(
        f"The best p is {k}/{n} = {k / n:.3f}. How large is the likelihood of all "
        f"{n} rows there?",
        ["about 0.6", "about 1e-16", "about 1e-163"],
    )
    rows_taken = mo.ui.slider(
        5, n, 1, value=20, label="rows seen so far, in random order", show_value=True
    )
    guess_size
    return guess_size, rows_taken


@app.cell
def _(benign, guess_size, k, n, rows_taken):
    _p = np.linspace(0.01, 0.99, 197)
    _seen = np.random.default_rng(4).permutation(benign)[: rows_taken.value]
    _logs = {
        f"{len(y)} rows": np.sum(y) * np.log(_p) + np.sum(1 - y) * np.log(1 - _p)
        for y in (_seen, benign)
    }
    at_best = k * np.log10(k / n) + (n - k) * np.log10(1 - k / n)
    revealed(
        guess_size,
        "about 1e-163",
        f"Its logarithm to base 10 is {at_best:.1f}: a product of {n} numbers below 1. "
        "Of 2,000 rows like these it would be too small for a float and become 0; its "
        "logarithm is a sum and stays harmless. So one works with logarithms.",
        mo.vstack([
            rows_taken,
            picture(
                plots.functions(
                    _p,
                    {name: np.exp(logs - logs.max()) for name, logs in _logs.items()},
                    title=f"More rows, fewer likely p; of {len(_seen)} rows "
                    f"the likeliest is {np.mean(_seen):.2f}",
                    x_label="p, the probability of benign",
                    y_label="likelihood, as a part of the greatest",
                ),
                "The likelihood of p for some rows and for all rows: the curve of "
                "all rows is a narrow peak at 0.63.",
            ),
        ]),
    )  # fmt: skip
    return (at_best,)


@app.cell
def _():
    log_likelihood, log_likelihood_asked = exercise(
        "likelihood/log_likelihood",
        r"""
        **The log likelihood of a coin.** Write `log_likelihood(p, y)`: a number `p`
        between 0 and 1, and `y` of shape (n,) with zeros and ones. Give the number
        $\log P(y \mid p)$. It is tried with 2,400 rows as well.
        """,
    )
    log_likelihood
    return (log_likelihood_asked,)


@app.cell
def _(log_likelihood_asked):
    answer(log_likelihood_asked)


@app.function
def coin_cost(z, y):
    """Minus the mean log likelihood of p = sigmoid(z)."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@app.cell
def _(benign, k, n):
    coin = pl.minimise(coin_cost, 0.0, benign)
    most_likely = 1 / (1 + np.exp(-coin.x))
    mo.vstack([
        text(r"""
        ## The most likely p, twice

        By hand: the derivative of $k \log p + (n - k) \log(1 - p)$ is 0 where

        $$\frac{k}{p} = \frac{n - k}{1 - p}, \qquad \text{so} \quad \hat p = \frac kn.$$

        By machine: minimise minus the mean log likelihood. (Minus, because we minimise;
        the mean, so that the rate does not depend on n; neither moves the minimum.) To
        keep $p$ between 0 and 1 write it as a sigmoid:
        """),
        code(coin_cost),
        text(f"""
        `pl.minimise(coin_cost, 0.0, benign)` gives p = {most_likely:.6f}; {k}/{n} is
        {k / n:.6f}. And the cost that you see in the code is the **log loss** of
        logistic regression, with an output z that is the same for all rows. It was the
        likelihood of a coin all along. Its graph, for three rows at z = 0.5:
        """),
        graph(
            pl.draw(coin_cost, 0.5, benign[[18, 19, 20]].astype(float)),
            "The computational graph of the cost of a coin, with values and gradients",
        ),
    ])  # fmt: skip
    return coin, most_likely


@app.cell
def _():
    text(r"""
    ## Measurements: the squared error

    Next sentence: *the measured $y$ lies about a mean $\mu$, with normal noise of
    spread $\sigma$*. The density of a row is

    $$\frac{1}{\sigma \sqrt{2 \pi}} \, e^{-(y - \mu)^2 / (2 \sigma^2)}.$$

    Minus its logarithm, averaged over the rows, is a cost of $\mu$ and $\sigma$.
    """)


@app.cell
def _():
    normal_cost, normal_cost_asked = exercise(
        "likelihood/normal_cost",
        r"""
        **Minus the log of the normal density.** Write `normal_cost(mean, sd, y)` for
        two numbers and `y` of shape (n,): the mean over the rows of minus the logarithm
        of the density, with all its terms.
        """,
    )
    normal_cost
    return (normal_cost_asked,)


@app.cell
def _(normal_cost_asked):
    answer(normal_cost_asked)


@app.function
def line_cost(a, b, log_sd, x, y):
    """Minus the mean log density of y about the line a x + b."""
    u = (y - (a * x + b)) / np.exp(log_sd)
    return np.mean(u**2 / 2 + log_sd) + np.log(2 * np.pi) / 2


@app.cell
def _():
    guess_line = predict(
        "Let the mean be a line, a x + b, and search for the a, b and spread under "
        "which the progression of 442 patients is most likely. Which line comes out?",
        ["the line of least squares", "one that ignores far points", "a steeper one"],
    )
    mo.vstack([code(line_cost), guess_line])
    return (guess_line,)


@app.cell
def _(guess_line, mass, progression):
    _start = (0.0, float(progression.mean()), float(np.log(progression.std())))
    line = pl.minimise(line_cost, _start, mass, progression)
    _a, _b, _log_sd = line.x
    _least = np.polyfit(mass, progression, 1)
    spread = float(np.exp(_log_sd))
    _rest = progression - np.polyval(_least, mass)
    revealed(
        guess_line,
        "the line of least squares",
        "In $a$ and $b$ the cost is the squared error times $1/(2 \\sigma^2)$ and a "
        f"constant. Most likely: a = {_a:.4f}, b = {_b:.3f}; least squares: "
        f"{_least[0]:.4f} and {_least[1]:.3f}. The spread comes out as "
        f"{spread:.2f}, which is the root mean squared residual, {np.std(_rest):.2f}.",
        picture(
            plots.line(
                mass, progression, _a, _b,
                title="The most likely line is the line of least squares",
                x_label="body mass index (kg/m²)", y_label="progression of diabetes",
            ),
            "442 patients as points, and the most likely line through them.",
        ),
    )  # fmt: skip
    return line, spread


@app.cell
def _():
    _z = np.linspace(-3, 4, 141)
    _ones = np.ones_like(_z)
    _others = np.column_stack([np.zeros_like(_z), _z, np.zeros_like(_z)])  # (m, 3)
    mo.vstack([
        text(r"""
        The sentence decides. With *Laplace's* noise, $e^{-|y - \mu| / s} / (2 s)$,
        whose tails are longer, minus the logarithm is $|y - \mu| / s + \log 2 s$: the
        **absolute error**, and the most likely $\mu$ is the median. With one of $k$
        classes, of probabilities softmax($z$), it is $-\log \mathrm{softmax}(z)_y$: the
        **cross-entropy**.
        """),
        picture(
            plots.functions(
                _z,
                {
                    "normal: squared error / 2": pl.costs.squared_error(_z, _ones) / 2,
                    "Laplace: absolute error": pl.costs.absolute_error(_z, _ones),
                    "yes or no: log loss": pl.costs.log_loss(_z, _ones),
                    "one of three: cross-entropy": pl.costs.cross_entropy(
                        _others, _ones.astype(int)
                    ),
                },
                title="Costs of classes never blame an output for being too right",
                x_label="output z, where 1 is true", y_label="cost",
            ),
            "Four costs as the output z changes: two rise on both sides of 1, log loss "
            "and cross-entropy fall for ever.",
        ),
    ])  # fmt: skip


@app.cell
def _():
    cross_entropy, cross_entropy_asked = exercise(
        "likelihood/cross_entropy",
        r"""
        **Cross-entropy.** Write `cross_entropy(Z, y)`: outputs `Z` of shape (n, k), and
        `y` of shape (n,) with the true class of each row, 0 to k − 1. Give the mean
        over the rows of $-\log \mathrm{softmax}(z)_y$. Outputs may be as large as
        1,000.
        """,
    )
    cross_entropy
    return (cross_entropy_asked,)


@app.cell
def _(cross_entropy_asked):
    answer(cross_entropy_asked)


@app.function
def gaps():
    """How far the library's costs are from SciPy's log probabilities: 1,000 rows."""
    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(2, 1000))
    yes, count = rng.integers(0, 2, 1000), rng.poisson(2, 1000)
    costs, p = pl.costs, special.expit(z)
    differences = {
        "squared_error(z, t) / 2": costs.squared_error(z, t) / 2
        + np.log(2 * np.pi) / 2
        + stats.norm.logpdf(t, z),
        "absolute_error(z, t)": costs.absolute_error(z, t)
        + np.log(2)
        + stats.laplace.logpdf(t, z),
        "log_loss(z, t)": costs.log_loss(z, yes) + stats.bernoulli.logpmf(yes, p),
        "poisson(z, t)": costs.poisson(z, count)
        + special.gammaln(count + 1)
        + stats.poisson.logpmf(count, np.exp(z)),
    }
    return {name: np.abs(each).max() for name, each in differences.items()}


@app.cell
def _():
    apart = gaps()
    _known = ["normal, spread 1", "Laplace, scale 1", "coin, p = sigmoid(z)",
              "Poisson, mean exp(z)"]  # fmt: skip
    mo.vstack([
        text("""
        The costs of the library, `pl.costs`, are minus logarithms of likelihoods, up to
        a constant and a factor. Here they are beside the log probabilities of SciPy, on
        a thousand random rows, constants added:
        """),
        table(
            [(name, known, f"{apart[name]:.0e}" if apart[name] else 0)
             for name, known in zip(apart, _known, strict=True)],
            ["cost", "likelihood", "largest difference"],
        ),
        text(r"""
        ## Counts: Poisson

        How many soldiers of the Prussian army were killed by the kick of a horse?
        Bortkiewicz (1898) has the figures by corps and year; the well-known table is
        that of ten corps in twenty years, 200 corps-years. *Many men, each with a small
        chance, independently* is the sentence of Poisson's distribution,
        $P(t) = \lambda^t e^{-\lambda} / t!$, whose mean is $\lambda$. With
        $\lambda = e^z$, which is positive for every output $z$, minus the logarithm is

        $$e^z - t z + \log t!,$$

        and as $\log t!$ does not depend on $z$ one leaves it out.
        """),
    ])  # fmt: skip
    return (apart,)


@app.cell
def _():
    poisson_cost, poisson_cost_asked = exercise(
        "likelihood/poisson_cost",
        r"""
        **The cost of counts.** Write `poisson_cost(z, t)`: outputs `z` and counts `t`,
        both of shape (n,). Give the mean over the rows, without $\log t!$. An output
        may be as low as −800.
        """,
    )
    poisson_cost
    return (poisson_cost_asked,)


@app.cell
def _(poisson_cost_asked):
    answer(poisson_cost_asked)


@app.cell
def _():
    guess_kicks = predict(
        "In 109 of the 200 corps-years nobody died. 122 men died in all, 0.61 a "
        "corps-year. How many corps-years without a death does Poisson's distribution "
        "of mean 0.61 expect?",
        ["about 78", "about 109", "about 140"],
    )
    guess_kicks
    return (guess_kicks,)


@app.cell
def _(guess_kicks):
    deaths, seen = np.arange(5), np.array([109, 65, 22, 3, 1])
    kicks = pl.minimise(
        lambda z, t: np.mean(np.exp(z) - t * z),
        0.0,
        np.repeat(deaths, seen).astype(float),
    )
    expected = 200 * stats.poisson.pmf(deaths, np.exp(kicks.x))
    revealed(
        guess_kicks,
        "about 109",
        f"The most likely mean is exp({kicks.x:.4f}) = {np.exp(kicks.x):.2f}, the mean "
        f"of the counts, and 200 exp(-0.61) = {expected[0]:.1f}. One number describes "
        "five.",
        mo.vstack([
            picture(
                plots.functions(
                    deaths, {"seen": seen, "expected": expected},
                    title="One parameter describes the deaths of 200 corps-years",
                    x_label="deaths in a corps-year", y_label="corps-years",
                ),
                "Counts of corps-years with 0 to 4 deaths, seen and expected; the two "
                "lines lie on each other.",
            ),
            table(
                [("seen", *seen), ("expected", *(f"{e:.1f}" for e in expected))],
                ["deaths", *map(str, deaths)],
            ),
        ]),
    )  # fmt: skip
    return expected, kicks


@app.cell
def _():
    text(r"""
    ## Priors

    Toss a new coin three times: three heads. The most likely $p$ is 1, and nobody
    believes it. What we believe before the data can be written as a density too, the
    **prior** $P(w)$, and Bayes' rule multiplies:

    $$P(w \mid y) \propto P(y \mid w) \, P(w),$$

    $$-\log P(w \mid y) = \underbrace{-\log P(y \mid w)}_{\text{cost}}
      \; \underbrace{- \log P(w)}_{\text{penalty}} + c$$

    The constant $c$ does not depend on $w$. The highest point of $P(w \mid y)$ is
    called MAP, *maximum a posteriori*. For a coin a Beta prior,
    $P(p) \propto p^{a-1} (1-p)^{b-1}$, has the same form as the likelihood: it counts
    like $a - 1$ ones and $b - 1$ zeros that were seen before.
    """)


@app.cell
def _():
    likely_share, likely_share_asked = exercise(
        "likelihood/likely_share",
        r"""
        **The coin with a prior.** Write `likely_share(y, a, b)`: `y` of shape (n,) with
        zeros and ones, numbers `a` and `b` above 1. Give the p at which
        $p^k (1 - p)^{n-k} \cdot p^{a-1} (1-p)^{b-1}$ is highest.
        """,
    )
    likely_share
    return (likely_share_asked,)


@app.cell
def _(likely_share_asked):
    answer(likely_share_asked)


@app.cell
def _():
    text(r"""
    For weights the usual prior is *normal* around 0 with spread $\tau$: no weight is
    expected to be large. Its minus logarithm is $\sum_j w_j^2 / (2 \tau^2)$ and a
    constant: the **L2 penalty** of ridge regression. *Laplace's* prior gives
    $\sum_j |w_j| / s$: the **L1 penalty** of the lasso.
    """)


@app.cell
def _():
    posterior, posterior_asked = exercise(
        "likelihood/minus_log_posterior",
        r"""
        **Ridge regression from its sentence.** $y_i$ is normal around $x_i^\top w$ with
        spread `sd`, each $w_j$ normal around 0 with spread `tau`. Write
        `minus_log_posterior(w, X, y, sd, tau)`: `w` of shape (d,), `X` (n, d), `y`
        (n,). Give minus the logarithm of likelihood times prior, without the terms that
        do not depend on `w`.
        """,
    )
    posterior
    return (posterior_asked,)


@app.cell
def _(posterior_asked):
    answer(posterior_asked)


@app.cell
def _():
    guess_zero = predict(
        "Logistic regression with 30 standardised inputs on the tumours: under which "
        "prior are most of the most likely weights exactly 0?",
        ["the normal prior", "Laplace's prior", "both", "neither"],
    )
    width = mo.ui.slider(
        steps=[0.03, 0.1, 0.3, 1, 3], value=0.3, show_value=True,
        label="how wide the prior is (tau of the normal, s of Laplace)",
    )  # fmt: skip
    guess_zero
    return guess_zero, width


@app.function
def under_priors(Z, y, width):
    """The most likely weights under a normal and under Laplace's prior."""
    return {
        "normal": pl.LogisticRegression(C=width**2).fit(Z, y).coef_[0],
        "Laplace": pl.LogisticRegression(C=width, l1_ratio=1.0).fit(Z, y).coef_[0],
    }


@app.cell
def _(benign, guess_zero, tumours, width):
    Z = (tumours - tumours.mean(axis=0)) / tumours.std(axis=0)
    weights = under_priors(Z, benign, width.value)
    zeros = {name: int(np.sum(w == 0)) for name, w in weights.items()}
    _sorted = {name: np.sort(np.abs(w))[::-1] for name, w in weights.items()}
    revealed(
        guess_zero,
        "Laplace's prior",
        "Its minus logarithm has a kink at 0: a slope of 1/s on either side, which the "
        "likelihood must beat before a weight leaves 0. The slope of $w^2$ goes to 0 "
        f"itself. Exactly 0 are {zeros['Laplace']} of 30 under Laplace's prior, "
        f"{zeros['normal']} under the normal one.",
        mo.vstack([
            width,
            picture(
                plots.functions(
                    np.arange(1, 31),
                    {f"{name} prior": w for name, w in _sorted.items()},
                    title=f"Laplace's prior leaves {30 - zeros['Laplace']} weights",
                    x_label="weights, the largest first", y_label="size of the weight",
                ),
                "The sizes of thirty weights, sorted, under a normal prior, where they "
                "fall slowly, and under Laplace's, where most are 0.",
            ),
        ]),
    )  # fmt: skip
    return Z, weights, zeros


@app.function
def tumour_cost(w, b, Z, y, tau):
    """Minus the log posterior of logistic regression under a normal prior of w."""
    z = Z @ w + b
    cost = np.sum(np.log(1 + np.exp(z)) - y * z)
    penalty = np.sum(w**2) / (2 * tau**2)
    return cost + penalty


@app.cell
def _(Z, benign):
    posterior_fit = pl.minimise(tumour_cost, (np.zeros(30), 0.0), Z, benign, 0.3)
    library_fit = pl.LogisticRegression(C=0.3**2).fit(Z, benign)
    weights_apart = np.abs(posterior_fit.x[0] - library_fit.coef_[0]).max()
    mo.vstack([
        text("""
        ## Train from the sentence

        *Each tumour is benign with probability sigmoid(z), z is linear in the inputs,
        and each weight is normal around 0 with spread 0.3.* As NumPy:
        """),
        code(tumour_cost),
        text(f"""
        `pl.minimise(tumour_cost, (np.zeros(30), 0.0), Z, benign, 0.3)` and
        `pl.LogisticRegression(C=0.3**2)` find weights that differ by
        {weights_apart:.0e} at most: the `C` of the library, as of scikit-learn, is the
        variance of a normal prior. (`np.log(1 + np.exp(z))` overflows for large z; the
        library rewrites it first, as `pl.stable` shows.) With this sentence
        {library_fit.score(Z, benign):.1%} of the tumours it learned from are told
        rightly.
        """),
    ])  # fmt: skip
    return library_fit, posterior_fit, weights_apart


@app.cell
def _():
    text("""
    Five sentences, five costs; two priors, two penalties. When you meet a new kind of
    data, waiting times or shares or ranks, write the sentence first.
    """)


@app.cell
def _():
    read(
        "Bishop, *Pattern Recognition and Machine Learning* (2006): sections 1.2.5 "
        "(curve fitting as likelihood and MAP), 2.1 (coins and Beta priors), 3.3 "
        "(Bayesian linear regression).",
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016): sections 5.5 on "
        "maximum likelihood and 5.6 on MAP.",
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2nd "
        "ed. 2009): section 3.4 on ridge and lasso, and their priors.",
        "Bortkiewicz, *Das Gesetz der kleinen Zahlen* (1898): the horse kicks.",
    )


@app.cell
def _():
    closing("likelihood")


if __name__ == "__main__":
    app.run()
