"""Logistic regression on pictures."""

import marimo

app = marimo.App(app_title="Logistic regression")

with app.setup:
    import warnings
    from decimal import Decimal, localcontext

    import marimo as mo
    import numpy as np
    import sklearn.linear_model
    from sklearn.model_selection import train_test_split

    import pellucid as pl
    from pellucid.lessons.page import (
        answer,
        closing,
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


@app.function
def naive_cost(w, b, X, y):
    z = X @ w + b
    p = 1 / (1 + np.exp(-z))
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    return np.mean(loss)


@app.function
def trained(X, y, rate, iterations):
    """The weights after gradient descent from 0, and those before each step."""
    w, b, history = np.zeros(X.shape[1]), 0.0, []
    for _ in range(iterations):
        history.append((w, b))
        errors = pl.activations.sigmoid(X @ w + b) - y
        w, b = w - rate * X.T @ errors / len(y), b - rate * np.mean(errors)
    return w, b, history


@app.function
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@app.function
def softplus(z):
    return np.log(1 + np.exp(z))


@app.function
def logarithm(z):
    p = 1 / (1 + np.exp(-z))
    return np.log(p)


@app.function
def softmax(z):
    scores = np.array([z, 0.0])
    return (np.exp(scores) / np.sum(np.exp(scores)))[0]


@app.function
def exactly(formula, z):
    """A formula with 500 digits, as 1 + exp(-1000) needs 435."""
    with localcontext(prec=500):
        return formula(Decimal(z))


@app.function
def digits_right(came, exact):
    """How many digits of a float are right, 0 to 16."""
    if came == float(exact):
        return 16.0
    if not np.isfinite(came):
        return 0.0
    wrong = abs(Decimal(float(came)) - exact) / abs(exact)
    return min(max(0.0, -float(wrong.log10())), 16.0)


@app.cell
def _():
    pictures, classes = pl.datasets.digits()
    kept = classes < 2
    grey, y_all = pictures[kept], classes[kept].astype(float)
    X, X_test, y, y_test = train_test_split(
        grey / 16, y_all, test_size=0.15, random_state=42
    )
    mo.vstack([opening("logistic"), text(rf"""
    People wrote digits on paper; a machine reads {len(grey)} of them, all 0 or 1. A
    picture is a row of {grey.shape[1]} grey values, 8 × 8, from 0 to 1. {len(X)} are
    for learning, {len(X_test)} are set aside, to judge by.

    A network with a single unit shall say which is which: a weight $w_j$ for each
    pixel, a bias $b$, and the sigmoid, which makes a probability of the sum:

    $$z = X w + b, \qquad p = \frac{{1}}{{1 + e^{{-z}}}}$$

    This is **logistic regression**, and the smallest neural network there is. You
    write it whole: forward, cost, backward, step. Then you break it, and mend it.
    """)])  # fmt: skip
    return X, X_test, grey, y, y_all, y_test


@app.cell
def _(grey, y_all):
    some = np.r_[np.flatnonzero(y_all == 0)[:5], np.flatnonzero(y_all == 1)[:5]]
    examples = plots.images(
        grey[some].reshape(-1, 8, 8),
        [f"{digit:.0f}" for digit in y_all[some]],
        title=f"Ten of the {len(grey)} pictures",
    )
    picture(examples, "Five handwritten zeros with a hole, and five ones, a stroke.")


@app.cell
def _():
    forward_view, forward_asked = exercise(
        "logistic/forward",
        r"""
    **Forward.** Write `forward(X, w, b)`. `X` are pictures, shape `(n, d)`, `w` weights
    `(d,)`, `b` is a number; it returns the probabilities p of a 1, `(n,)`.
    """,
    )
    forward_view
    return (forward_asked,)


@app.cell
def _(forward_asked):
    answer(forward_asked)


@app.cell
def _():
    cost_view, cost_asked = exercise(
        "logistic/cost",
        r"""
    **The cost.** The log loss of a picture is $-\log$ of the probability that the model
    gave to what is true: p where $y = 1$, $1 - p$ where $y = 0$. The cost is its mean,

    $$J = \frac{1}{n} \sum_i -y_i \log p_i - (1 - y_i) \log(1 - p_i)$$

    Write `cost(p, y)`. Both have the shape `(n,)`, p strictly between 0 and 1, y 0 or
    1; it returns a number.
    """,
    )
    cost_view
    return (cost_asked,)


@app.cell
def _(cost_asked):
    answer(cost_asked)


@app.cell
def _():
    three = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.5]])
    drawn = pl.draw(
        naive_cost, np.array([1.0, -1.0]), 0.0, three, np.array([1.0, 0.0, 0.0])
    )
    mo.vstack([
        text("""
    Forward and cost as a graph, for three pictures of two pixels, with the backward
    pass in orange. The third picture is a 0 and gets a p above one half: at z, its
    gradient is the largest.
    """),
        graph(drawn, "The graph of the cost of three pictures, with its gradients."),
    ])  # fmt: skip


@app.cell
def _():
    backward_view, backward_asked = exercise(
        "logistic/backward",
        r"""
    **Backward.** In lesson 5 you found $\partial \ell_i / \partial z_i = p_i - y_i$. By
    the chain rule, with $z_i = \sum_j x_{ij} w_j + b$,

    $$\frac{\partial J}{\partial w_j} = \frac{1}{n} \sum_i (p_i - y_i)\, x_{ij}, \qquad
    \frac{\partial J}{\partial b} = \frac{1}{n} \sum_i (p_i - y_i)$$

    Write `backward(X, p, y)`: `X` has the shape `(n, d)`, `p` and `y` have `(n,)`. It
    returns the tuple `(dw, db)`: an array `(d,)` and a number.
    """,
    )
    backward_view
    return (backward_asked,)


@app.cell
def _(backward_asked):
    answer(backward_asked)


@app.cell
def _():
    train_view, train_asked = exercise(
        "logistic/train",
        r"""
    **Training.** Begin with all weights and the bias at 0. In each iteration compute p,
    the slopes dw and db, and take a step downhill:
    $w \leftarrow w - \alpha\, dw$, $b \leftarrow b - \alpha\, db$.

    Write `train(X, y, rate, iterations)`: `X` is `(n, d)`, `y` is `(n,)`, `rate` is
    $\alpha$. It returns the tuple `(w, b)` after so many steps.
    """,
    )
    train_view
    return (train_asked,)


@app.cell
def _(train_asked):
    answer(train_asked)


@app.cell
def _():
    right_share = predict(
        "200 iterations, one unit, 65 numbers learned. How many of the pictures that "
        "were set aside will be right?",
        ["about 6 in 10", "about 9 in 10", "nearly all"],
    )
    middle = predict(
        "Ink in the middle of the picture: what will it speak for?",
        ["for 0", "for 1", "for neither"],
    )
    rate = mo.ui.dropdown(
        {"0.05": 0.05, "0.5": 0.5, "5": 5.0}, "0.5", label="learning rate"
    )
    mo.vstack([right_share, middle, rate])
    return middle, rate, right_share


@app.cell
def _(X, X_test, rate, y, y_test):
    _, _, history = trained(X, y, rate.value, 201)
    w, b = history[200]  # after 200 iterations
    every_ten = np.arange(0, 201, 10)
    costs = np.array([naive_cost(*history[i], X, y) for i in every_ten])
    z_test = X_test @ w + b
    hits = int(np.sum((z_test > 0) == y_test))
    return b, costs, every_ten, hits, w, z_test


@app.cell
def _(costs, every_ten, hits, right_share, y_test):
    falling = plots.functions(
        every_ten,
        {f"{costs[-1]:.3f}": costs},
        title=f"The cost falls from {costs[0]:.3f} to {costs[-1]:.3f}",
        x_label="iteration",
        y_label="mean log loss",
    )
    shares = ["about 6 in 10", "about 9 in 10", "nearly all"]
    reported = [
        (i, f"{c:.4f}") for i, c in zip(every_ten, costs, strict=True)
    ]  # fmt: skip
    revealed(
        right_share,
        shares[int(np.searchsorted([0.75, 0.95], hits / len(y_test)))],
        f"{hits} of {len(y_test)}. At first every p is one half and the cost is log 2, "
        "0.693. Try the other rates.",
        mo.vstack([
            picture(falling, "The cost at each ten iterations, falling."),
            mo.accordion({"The cost each 10 iterations":
                          table(reported, ("iteration", "cost"))}),
        ]),
    )  # fmt: skip


@app.cell
def _(middle, w):
    weights = w.reshape(8, 8)
    core = weights[3:5, 3:5].mean()
    seen = plots.heat(
        weights,
        title="What speaks for 1 (blue), and what for 0 (orange)",
        scale="signed",
    )
    revealed(
        middle,
        "for 1" if core > 0 else "for 0",
        "A 1 is a stroke through the middle; a 0 has its hole there, and its ink on "
        "both sides. Nobody told the network: it is in the sum of (p − y) x.",
        picture(seen, "The weights as an 8 by 8 picture: positive in the middle."),
    )
    return (core,)


@app.cell
def _():
    predict_view, predict_asked = exercise(
        "logistic/predict",
        r"""
    **Say which.** Write `predict(X, w, b)`: for pictures `(n, d)` it returns `(n,)`
    numbers, 1 where p is above 0.5, else 0.
    """,
    )
    predict_view
    return (predict_asked,)


@app.cell
def _(predict_asked):
    answer(predict_asked)


@app.cell
def _():
    accuracy_view, accuracy_asked = exercise(
        "logistic/accuracy",
        r"""
    **How often right?** Write `accuracy(said, y)`: both are 0 and 1 of shape `(n,)`; it
    returns the share of pictures that are called what they are, from 0 to 1.
    """,
    )
    accuracy_view
    return (accuracy_asked,)


@app.cell
def _(accuracy_asked):
    answer(accuracy_asked)


@app.cell
def _(X, X_test, b, hits, w, y, y_test, z_test):
    on_curve = plots.sigmoid(
        z_test,
        y_test,
        title=f"{hits} of {len(y_test)} unseen pictures are on the right side",
    )
    theirs = sklearn.linear_model.LogisticRegression().fit(X, y)
    ours = pl.LogisticRegression().fit(X, y)
    free = pl.LogisticRegression(
        C=np.inf, tol=0, solver="gradient-descent", max_iter=200, learning_rate=0.5,
        start=0.0,
    ).fit(X, y)  # fmt: skip
    beside = [
        (name, f"{hit:.3f}", f"{cost:.4f}")
        for name, hit, cost in [
            ("your loop", np.mean((z_test > 0) == y_test), naive_cost(w, b, X, y)),
            *((name, m.score(X_test, y_test),
               naive_cost(m.coef_[0], m.intercept_[0], X, y))
              for name, m in [("pl.LogisticRegression, as the loop", free),
                              ("pl.LogisticRegression", ours),
                              ("scikit-learn", theirs)]),
        ]
    ]  # fmt: skip
    mo.vstack([
        picture(on_curve, "Unseen pictures on the sigmoid, zeros left, ones right."),
        text("""
    Beside it, the same by estimators. The last two add a penalty on large weights,
    $|w|^2/2$ beside the sum of the losses, and go down to the minimum. The first goes
    the way of your loop at the rate 0.5.
    """),
        table(beside, ("", "accuracy, unseen", "cost, learned from")),
    ])  # fmt: skip
    return free, ours, theirs


@app.cell
def _():
    sources = {"handwritten digits": "digits"}
    try:
        hands = pl.datasets.sign_digits()
        sources["hands that sign digits"] = "hands"
    except pl.PellucidError:
        hands = None  # no folder is named
    ten = {str(digit): digit for digit in range(10)}
    kind = mo.ui.dropdown(sources, "handwritten digits", label="pictures")
    one = mo.ui.dropdown(ten, "1", label="class 0")
    other = mo.ui.dropdown(ten, "8", label="class 1")
    mo.vstack([
        text("""
    ## Which two are hardest to tell apart?

    0 and 1 are easy. Choose two others: the same loop, 200 iterations, a quarter of
    the pictures set aside. Most pairs are told apart without a mistake. Find the
    hardest.
    """),
        mo.hstack([kind, one, other], justify="start", wrap=True),
    ])  # fmt: skip
    return hands, kind, one, other


@app.cell
def _(hands, kind, one, other):
    mo.stop(one.value == other.value, text("Choose two different digits."))
    is_hand = kind.value == "hands"
    images, labels = hands if is_hand else pl.datasets.digits()
    pair = np.isin(labels, [one.value, other.value])
    flat = images[pair].reshape(pair.sum(), -1).astype(float) / (1 if is_hand else 16)
    side = 64 if is_hand else 8
    A, A_test, c, c_test = train_test_split(
        flat, labels[pair] == other.value, test_size=0.25, random_state=0
    )
    w_pair, b_pair, _ = trained(A, c, 0.01 if is_hand else 0.5, 200)
    good = (A_test @ w_pair + b_pair > 0) == c_test
    pair_hits, bad = int(good.sum()), np.flatnonzero(~good)[:4]
    told = [f"is {other.value if c_test[i] else one.value}" for i in bad]
    found = plots.images(
        [w_pair.reshape(side, side) / np.abs(w_pair).max(),
         *(2 * A_test[bad] - 1).reshape(-1, side, side)],
        ["weights", *told],
        title=f"{pair_hits} of {len(good)} unseen pictures are right",
    )  # fmt: skip
    picture(found, f"The weights for {one.value} and {other.value}, and four mistakes.")
    return good, pair_hits


@app.cell
def _():
    text("""
    ## See it overflow

    The formulas of the book are right. Computed as they stand, they fail: a float ends
    at about 10³⁰⁸, and `np.exp(710)` is already `inf`. Suppose you forget to divide the
    grey values by 16, and train on 0 to 16 at the same rate, 0.5.
    """)


@app.cell
def _():
    forgotten = predict(
        "The cost begins at 0.693. What is it after the first step?",
        ["smaller", "larger", "not a number"],
    )
    forgotten
    return (forgotten,)


@app.cell
def _(forgotten, grey, y_all):
    _, _, path = trained(grey, y_all, 0.5, 13)
    with np.errstate(all="ignore"):
        naive_costs = np.array([naive_cost(*at, grey, y_all) for at in path])
    stable_costs = np.array([
        np.mean(pl.costs.log_loss(grey @ w + b, y_all)) for w, b in path
    ])  # fmt: skip
    beyond = plots.functions(
        np.arange(len(path)),
        {"stable": stable_costs, "naive": naive_costs},
        title="After one step the naive cost is no number",
        x_label="iteration",
        y_label="mean log loss",
    )
    z_first = grey @ path[1][0] + path[1][1]
    revealed(
        forgotten,
        "not a number",
        f"After one step z reaches {z_first.max():.0f}. There p is exactly 1 in the "
        "computer, log(1 − p) is −inf, and 0 times −inf is nan. The training itself "
        f"goes on, blind, and well: the cost is {stable_costs[1]:.3f} after that step, "
        f"and {stable_costs[-1]:.2g} after {len(path) - 1}.",
        picture(beyond, "The stable cost falls; the naive one has a single point."),
    )
    return naive_costs, stable_costs


@app.cell
def _():
    formulas = {
        "1/(1 + exp(-z))": (sigmoid, lambda z: 1 / (1 + (-z).exp())),
        "log(1 + exp(z))": (softplus, lambda z: (1 + z.exp()).ln()),
        "log(p) with p = 1/(1 + exp(-z))": (
            logarithm, lambda z: -(1 + (-z).exp()).ln()),
        "softmax of (z, 0), the first": (softmax, lambda z: 1 / (1 + (-z).exp())),
    }  # fmt: skip
    chosen = mo.ui.dropdown(formulas, "log(1 + exp(z))", label="formula")
    z_slider = mo.ui.slider(
        -1000, 1000, 10, value=-40, label="z", show_value=True, full_width=True
    )
    mo.vstack([
        text("""
    Choose a formula and move z. *Naive* is the formula as it is typed, *stable* what
    Pellucid makes of it by itself. The exact value is computed with 500 digits.
    """),
        chosen,
        z_slider,
    ])  # fmt: skip
    return chosen, formulas, z_slider


@app.cell
def _(chosen, z_slider):
    naive, formula = chosen.value
    z_now = float(z_slider.value)
    stable = pl.stable(naive, 1.0)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        naive_now = float(naive(np.float64(z_now)))
    exact_now = exactly(formula, z_now)
    stable_now = float(stable(z_now))
    remark = f"NumPy warns: {said[0].message}." if said else ""

    def how_exact(came):
        if came == float(exact_now) == 0:
            return "0 is the nearest float"
        return f"{digits_right(came, exact_now):.0f}"

    mo.vstack([
        table(
            [(name, f"{came:.17g}", how_exact(came))
             for name, came in [("naive", naive_now), ("stable", stable_now)]]
            + [("exact", f"{exact_now:.17g}", "")],
            ("", f"at z = {z_now:.0f}", "digits right"),
        ),
        text(remark),
    ])  # fmt: skip
    return formula, naive, stable


@app.cell
def _(formula, naive, stable):
    many = np.arange(-1000.0, 1001.0, 25)
    exact_values = [exactly(formula, z) for z in many]
    with np.errstate(all="ignore"):
        kept_digits = {
            name: [digits_right(f(z), e)
                   for z, e in zip(many, exact_values, strict=True)]
            for name, f in [("naive", naive), ("stable", stable)]
        }  # fmt: skip
    lost = sum(right < 8 for right in kept_digits["naive"])
    shown_digits = plots.functions(
        many,
        kept_digits,
        title=f"The naive formula fails at {lost} of {len(many)} places",
        x_label="z",
        y_label="digits right",
    )
    rewritten = [(r.before, r.after, r.rule) for r in stable.rewrites]
    mo.vstack([
        picture(shown_digits, "Right digits of naive and stable formula by z."),
        text("What Pellucid rewrote, each with a proof in its table of identities:"),
        table(rewritten, ("as typed", "as computed", "identity")),
    ])  # fmt: skip
    return kept_digits, lost


@app.cell
def _():
    whole = pl.explain(logarithm, -800.0)
    mo.accordion({"pl.explain tells it step by step, at z = −800":
                  mo.Html(whole._repr_html_())})  # fmt: skip


@app.cell
def _():
    text(r"""
    ## Mend it yourself

    Three tricks mend nearly all of it:

    - **Only exponentials of negative numbers.** They may sink to 0, never rise to inf.
      $\frac{1}{1 + e^{-z}} = \frac{e^z}{1 + e^z}$: take the form that suits the sign.
    - **Simplify before you compute.** $\log \frac{1}{1 + e^{-z}}$ needs no p.
    - **Take the greatest out.** $\log \sum_i e^{z_i} = m + \log \sum_i e^{z_i - m}$.

    The checks hold your code against exact values, at z = ±1000 too.
    """)


@app.cell
def _():
    stable_sigmoid_view, stable_sigmoid_asked = exercise(
        "logistic/stable_sigmoid",
        r"""
    **A stable sigmoid.** Write `stable_sigmoid(z)`, for z of shape `(n,)`, with all its
    digits for every z. At $-720$ it is $2 \cdot 10^{-313}$, not 0.
    """,
    )
    stable_sigmoid_view
    return (stable_sigmoid_asked,)


@app.cell
def _(stable_sigmoid_asked):
    answer(stable_sigmoid_asked)


@app.cell
def _():
    stable_loss_view, stable_loss_asked = exercise(
        "logistic/stable_log_loss",
        r"""
    **A stable log loss.** Write `stable_log_loss(z, y)`, both `(n,)`, y 0 or 1. It
    returns $-y \log p - (1 - y) \log(1 - p)$ with $p = 1/(1 + e^{-z})$ for each row,
    `(n,)`, with all digits. At $z = 40$, $y = 1$ it is $4 \cdot 10^{-18}$, not 0.
    """,
    )
    stable_loss_view
    return (stable_loss_asked,)


@app.cell
def _(stable_loss_asked):
    answer(stable_loss_asked)


@app.cell
def _():
    lse_view, lse_asked = exercise(
        "logistic/log_sum_exp",
        r"""
    **Log-sum-exp.** With ten classes, the softmax needs $\log \sum_i e^{z_i}$. Write
    `log_sum_exp(z)`: z has the shape `(n,)`; it returns a number. Of (1000, 1001) it is
    1001.31, of (−1000, −1001) it is −999.69.
    """,
    )
    lse_view
    return (lse_asked,)


@app.cell
def _(lse_asked):
    answer(lse_asked)


@app.cell
def _():
    further = read(
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 4.1: overflow "
        "and underflow; section 6.2.2: why output units and costs belong together.",
        "Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.2: "
        "logistic regression and its gradient.",
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2009), "
        "section 4.4: logistic regression.",
        'Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax '
        'functions", *IMA Journal of Numerical Analysis* 41 (2021).',
    )
    mo.vstack([further, closing("logistic")])


if __name__ == "__main__":
    app.run()
