"""A hidden layer: what no straight line can separate."""

import marimo

app = marimo.App(app_title="A hidden layer")

with app.setup:
    import marimo as mo
    import numpy as np

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
        text,
    )
    from pellucid.show import plots


@app.cell
def _():
    opening("hidden")


@app.cell
def _():
    text(r"""
    In 1936 Fisher published the measures of 150 irises, 50 of each of three kinds. By
    its petals a *setosa* is small and a *virginica* is large; a *versicolor* lies
    between them. So the question "is this flower a versicolor?" has its yes in the
    middle and a no on both sides.

    Logistic regression (lesson 6) answers by the side of **one** straight border:
    $p = \sigma(x_1 w_1 + x_2 w_2 + b)$ is above 1/2 on one side and below it on the
    other.
    """)


@app.cell
def _():
    iris_X, iris_y = pl.datasets.iris()
    petals = iris_X[:, 2:]  # (150, 2): length and width, cm
    versicolor = (iris_y == 1).astype(float)  # (150,)
    always_no = np.mean(versicolor == 0)
    guess_iris = predict(
        "Logistic regression learns from all 150 flowers, by length and width of the "
        "petal. How many of the same 150 does it then get right?",
        ["nearly all", "about 80 %", "fewer than who always answers no"],
    )
    guess_iris
    return always_no, guess_iris, petals, versicolor


@app.cell
def _(always_no, guess_iris, petals, versicolor):
    straight = pl.LogisticRegression().fit(petals, versicolor)
    straight_share = straight.score(petals, versicolor)
    revealed(
        guess_iris,
        "fewer than who always answers no",
        f"Who always answers no is right for {always_no:.1%} of the flowers; logistic "
        f"regression for {straight_share:.1%}. Some straight borders count better, but "
        "beside each of them many flowers of another kind lie with the versicolors.",
        picture(
            plots.boundary(
                petals, versicolor, straight.predict,
                title=f"One straight border: {straight_share:.0%} right",
                names=("length of petal, cm", "width of petal, cm"),
                labels=("other", "versicolor"),
            ),
            "The 150 irises by length and width of the petal. The versicolors form the "
            "middle of a band; one straight border cuts through the band, and many "
            "flowers of all kinds lie on its wrong side.",
        ),
    )  # fmt: skip
    return (straight_share,)


@app.cell
def _():
    text(r"""
    ## The smallest case: XOR

    Four points are enough. *Exclusive or* is 1 where exactly one of two inputs is 1:

    | $x_1$ | $x_2$ | XOR |
    |---|---|---|
    | 0 | 0 | 0 |
    | 0 | 1 | 1 |
    | 1 | 0 | 1 |
    | 1 | 1 | 0 |

    Suppose a line did it: $z = x_1 w_1 + x_2 w_2 + b$ with $z > 0$ exactly where XOR
    is 1. Row by row, that asks for

    $$b \le 0, \qquad w_2 + b > 0, \qquad w_1 + b > 0, \qquad w_1 + w_2 + b \le 0.$$

    Add the two in the middle: $w_1 + w_2 + 2b > 0$. Add the outer two:
    $w_1 + w_2 + 2b \le 0$. Both cannot be, so **there is no such line**.

    But two lines do it. One unit says "at least one", another "both"; XOR is the first
    without the second, $h_1 - h_2$. A unit is a weighted sum and a threshold, as in
    logistic regression with a sigmoid that is infinitely steep.
    """)


@app.cell
def _():
    two_units, two_units_asked = exercise(
        "hidden/two_units",
        r"""
        **Two units.** Write `two_units(X)`. `X` is `(n, 2)` and holds zeros and ones, a
        point in each row. Return `H`, `(n, 2)`, of numbers 0 or 1: the first column is
        1 where **at least one** coordinate of the row is 1, the second where **both**
        are. (Then `H[:, 0] - H[:, 1]` is XOR.) Use sums and thresholds.
        """,
    )
    two_units
    return (two_units_asked,)


@app.cell
def _(two_units_asked):
    answer(two_units_asked)


@app.cell
def _():
    text(r"""
    The pair $(h_1, h_2)$ is a new description of the point. In it, $(0,0)$ stays,
    $(0,1)$ and $(1,0)$ both go to $(1, 0)$, and $(1,1)$ goes to $(1,1)$: **there**,
    one straight line is enough. That is all that a hidden layer does: it moves the
    points to where a line divides them.

    ## Features by hand

    Before networks learned such descriptions, people made them. The *donut* is a ring
    within a ring: 200 points near radius 5, 200 near radius 10.
    """)


@app.cell
def _():
    with_radius, with_radius_asked = exercise(
        "hidden/with_radius",
        r"""
        **A feature by hand.** Write `with_radius(X)`. `X` is `(n, 2)`; return `(n, 3)`:
        the two columns, and to their right the distance of each row from the origin, $r
        = \sqrt{x_1^2 + x_2^2}$.
        """,
    )
    with_radius
    return (with_radius_asked,)


@app.cell
def _(with_radius_asked):
    answer(with_radius_asked)


@app.cell
def _():
    by_hand = {
        "x1 x2": lambda X: X[:, :1] * X[:, 1:],
        "radius": lambda X: np.hypot(X[:, :1], X[:, 1:]),
        "x1 + x2": lambda X: X[:, :1] + X[:, 1:],
        "|x1|": lambda X: np.abs(X[:, :1]),
    }
    clouds = {
        "donut": pl.datasets.donut(400, random_state=0),
        "XOR": pl.datasets.xor(400, random_state=0),
    }
    chosen_cloud = mo.ui.dropdown(list(clouds), value="donut", label="Points")
    chosen_features = mo.ui.multiselect(list(by_hand), label="Features by hand")
    mo.vstack([
        text("Play: which feature makes logistic regression right, for which points? "
             "Predict before you choose."),
        mo.hstack([chosen_cloud, chosen_features], justify="start", wrap=True),
    ])  # fmt: skip
    return by_hand, chosen_cloud, chosen_features, clouds


@app.cell
def _(by_hand, chosen_cloud, chosen_features, clouds):
    def with_features(X, names):
        """Put the features of these names beside the two inputs."""
        centred = X - (0.5 if chosen_cloud.value == "XOR" else 0)
        return np.column_stack([X, *(by_hand[name](centred) for name in names)])

    _X, _y = clouds[chosen_cloud.value]
    _names = list(chosen_features.value)
    _model = pl.LogisticRegression().fit(with_features(_X, _names), _y)
    _share = _model.score(with_features(_X, _names), _y)
    _with = f" with {' and '.join(_names)}" if _names else " of x1 and x2"
    picture(
        plots.boundary(
            _X, _y, lambda X: _model.predict(with_features(X, _names)),
            title=f"Logistic regression{_with}: {_share:.0%} right",
        ),
        f"The {chosen_cloud.value} and the border that logistic regression{_with} "
        f"learned: {_share:.0%} of the points lie on the right side.",
    )  # fmt: skip


@app.cell
def _(clouds):
    _X, _y = clouds["donut"]
    _R = np.column_stack([_X, np.hypot(*_X.T)])
    donut_plain = pl.LogisticRegression().fit(_X, _y).score(_X, _y)
    donut_radius = pl.LogisticRegression().fit(_R, _y).score(_R, _y)
    text(rf"""
    On the donut the two inputs alone give {donut_plain:.1%}, as good as a coin; with
    the radius it is {donut_radius:.1%}. On XOR the product does it (here measured from
    the middle of the square), and the sum does nothing: $x_1 + x_2$ is already in every
    $x_1 w_1 + x_2 w_2$. **A feature
    made of the inputs helps only if it bends.**

    The model did not change; the description did. But somebody had to *know* that the
    radius matters. With 64 pixels of a digit, nobody does.

    ## Features that are learned

    So let the description have weights of its own. With $n$ rows, $d$ inputs and $h$
    hidden units:

    $$
    \underset{{(n, h)}}{{H}} =
    \tanh\big(\underset{{(n, d)}}{{X}}\,\underset{{(d, h)}}{{W}} +
    \underset{{(h)}}{{b}}\big), \qquad
    \underset{{(n)}}{{z}} = \underset{{(n, h)}}{{H}}\,\underset{{(h)}}{{v}} + c,
    \qquad p = \sigma(z) .
    $$

    Column $j$ of $W$ and $b_j$ are one unit: a line in the plane, where the unit is 0,
    and a soft step across it from $-1$ to $1$. The last two formulas are logistic
    regression, on $H$ in the place of $X$.
    """)
    return donut_plain, donut_radius


@app.cell
def _():
    hidden_layer, hidden_layer_asked = exercise(
        "hidden/hidden_layer",
        r"""
        **The hidden layer.** Write `hidden_layer(X, W, b)` with `X` `(n, d)`, `W` `(d,
        h)`, `b` `(h,)`. Return $H = \tanh(XW + b)$, `(n, h)`, without a loop.
        """,
    )
    hidden_layer
    return (hidden_layer_asked,)


@app.cell
def _(hidden_layer_asked):
    answer(hidden_layer_asked)


@app.cell
def _():
    network, network_asked = exercise(
        "hidden/network",
        r"""
        **The whole network.** Write `network(X, W, b, v, c)` with `X` `(n, d)`, `W`
        `(d, h)`, `b` `(h,)`, `v` `(h,)` and the number `c`. Return the probabilities $p
        = \sigma(\tanh(XW + b)\,v + c)$, `(n,)`, with $\sigma(z) = 1 / (1 + e^{-z})$.
        """,
    )
    network
    return (network_asked,)


@app.cell
def _(network_asked):
    answer(network_asked)


@app.cell
def _():
    def cost(W, b, v, c, X, y):
        H = np.tanh(X @ W + b)  # (n, h): the hidden layer
        z = H @ v + c  # (n,): log odds
        return np.mean(np.logaddexp(0, z) - y * z)  # the log loss, as in lesson 6

    mo.vstack([
        text("## Its graph\n\nThe cost is the log loss of lesson 6, with $H$ inside:"),
        code(cost),
        text("Here it is for two flowers and two units. Each box has its value and, "
             "below, its *gradient*: the slope of the cost $J$ with respect to it."),
    ])  # fmt: skip
    return (cost,)


@app.cell
def _(cost, petals, versicolor):
    def standardised(X):
        return (X - np.mean(X, axis=0)) / np.std(X, axis=0)

    flowers = standardised(petals)
    _W = np.array([[1.0, -0.5], [0.5, 1.0]])
    _start = (_W, np.array([0.5, 0.0]), np.array([1.0, -1.0]), 0.0)
    drawn = pl.draw(cost, *_start, flowers[[0, 75]], versicolor[[0, 75]])
    graph(
        drawn,
        "The computational graph of the cost: X and W are multiplied, b is added, tanh "
        "gives H; H times v plus c gives z; the log loss of z and y gives J. Each box "
        "shows its value and its gradient.",
    )
    return flowers, standardised


@app.cell
def _():
    guess_units = predict(
        "How few hidden units are enough to find the band in the middle of the irises?",
        ["1", "2", "8"],
    )
    guess_units
    return (guess_units,)


@app.cell
def _(cost):
    def trained(X, y, h, seed=0):
        rng = np.random.default_rng(seed)
        W, v = rng.normal(size=(X.shape[1], h)), rng.normal(size=h)
        adam = pl.methods.Adam(rate=0.05)
        start = W, np.zeros(h), v, 0.0
        return pl.minimise(cost, start, X, y, method=adam, max_iter=300)

    def outputs(fit, X):
        W, b, v, c = fit.x
        return np.tanh(X @ W + b) @ v + c  # (n,)

    def share_right(fit, X, y):
        return float(np.mean((outputs(fit, X) > 0) == (y == 1)))

    return outputs, share_right, trained


@app.cell
def _(flowers, guess_units, outputs, petals, share_right, trained, versicolor):
    iris_fits = {h: trained(flowers, versicolor, h) for h in (1, 2, 8)}
    iris_shares = {
        h: share_right(fit, flowers, versicolor) for h, fit in iris_fits.items()
    }
    _mean, _spread = np.mean(petals, axis=0), np.std(petals, axis=0)
    revealed(
        guess_units,
        "2",
        f"One unit gives {iris_shares[1]:.1%}: one border, placed better than that of "
        "logistic regression, since tanh bounds what a far flower counts. Two units "
        f"give {iris_shares[2]:.1%}, a border on each side of the band, and eight give "
        f"{iris_shares[8]:.1%}.",
        picture(
            plots.boundary(
                petals, versicolor,
                lambda X: outputs(iris_fits[2], (X - _mean) / _spread) > 0,
                title=f"Two hidden units: {iris_shares[2]:.0%} right",
                names=("length of petal, cm", "width of petal, cm"),
                labels=("other", "versicolor"),
            ),
            "The same 150 irises; two borders now enclose the band of the versicolors, "
            "and few flowers lie on the wrong side.",
        ),
    )  # fmt: skip
    return iris_fits, iris_shares


@app.cell
def _(trained):
    mo.vstack([
        text("This is the whole training. `pl.minimise` takes the cost, a start and "
             "the data, and writes the backward pass itself; in lesson 10, you do."),
        code(trained),
    ])  # fmt: skip


@app.cell
def _():
    text(r"""
    ## What each unit sees

    A unit of the hidden layer is a function on the plane, so it can be drawn as one.
    Choose the number of units for the donut. How many straight steps does it take to
    enclose a middle?
    """)


@app.cell
def _():
    units = mo.ui.slider(1, 8, value=2, label="Hidden units", show_value=True)
    units
    return (units,)


@app.cell
def _(clouds, outputs, share_right, standardised, trained, units):
    _X, _y = standardised(clouds["donut"][0]), clouds["donut"][1]
    _fit = trained(_X, _y, units.value)
    _share = share_right(_fit, _X, _y)
    _W, _b, _v, _ = _fit.x
    _side = np.linspace(-2, 2, 50)
    _plane = np.stack(np.meshgrid(_side, -_side), axis=-1).reshape(-1, 2)
    _maps = np.tanh(_plane @ _W + _b).T.reshape(-1, 50, 50)
    _rows = {
        f"units {k + 1} to {k + len(_maps[k : k + 4])}": _maps[k : k + 4]
        for k in range(0, len(_maps), 4)
    }
    _words = {
        name: [f"v = {v:.1f}" for v in _v[4 * i : 4 * i + 4]]
        for i, name in enumerate(_rows)
    }
    mo.vstack(
        [
            picture(
                plots.boundary(
                    _X, _y, lambda X: outputs(_fit, X) > 0,
                    title=f"Hidden units: {units.value}, right: {_share:.0%}",
                    names=("x1 / its spread", "x2 / its spread"),
                ),
                f"The donut, and the border that {units.value} hidden units learned: "
                f"{_share:.0%} right.",
            ),
            picture(
                plots.image_rows(
                    _rows, title="Each unit is one soft step", captions=_words,
                    scale="signed",
                ),
                "For each unit, what it says of each point of the plane, from -1 "
                "(orange) to 1 (blue): a step across one straight line. Above each its "
                "weight v in the output.",
            ),
        ]
    )  # fmt: skip


@app.cell
def _(clouds, share_right, standardised, trained):
    donut_shares = {
        h: share_right(trained(_X, _y, h), _X, _y)
        for _X, _y in [(standardised(clouds["donut"][0]), clouds["donut"][1])]
        for h in (1, 2, 3, 8)
    }
    text(f"""
    The picture of a unit is always a straight step, never a ring. The ring is made by
    the output, which adds the steps up. One unit is right for {donut_shares[1]:.0%},
    two (a strip) for {donut_shares[2]:.0%}, three (a triangle, its corners rounded) for
    {donut_shares[3]:.0%} and eight for {donut_shares[8]:.1%}. Nobody told the network
    of the radius.
    """)
    return (donut_shares,)


@app.cell
def _():
    text(r"""
    ## Other bends: ReLU

    tanh is one bend among many. The most used in deep networks is the *rectified linear
    unit*, $\mathrm{relu}(z) = \max(0, z)$: a straight line with one kink. With one
    input, a layer of ReLUs and a weighted sum make a **broken line** with a kink for
    each unit:

    $$ f(x) = \sum_{j=1}^{h} v_j \max(0, w_j x + b_j), \qquad
    \text{kink of unit } j \text{ at } x = -b_j / w_j . $$

    A broken line with enough kinks comes as close as one wants to any continuous curve
    of one number on an interval. For more inputs a hidden layer can do so too
    (Goodfellow et al., section 6.4.1).
    """)


@app.cell
def _():
    kinks = mo.ui.slider(1, 12, value=3, label="ReLU units", show_value=True)
    kinks
    return (kinks,)


@app.cell
def _(kinks):
    _x = np.linspace(0, 2 * np.pi, 300)
    _at = np.linspace(0, 2 * np.pi, kinks.value + 1)  # where the pieces begin and end
    _slopes = np.diff(np.sin(_at)) / np.diff(_at)
    _v = np.diff(_slopes, prepend=0.0)  # each unit adds a change of slope
    _f = np.maximum(0, _x[:, None] - _at[:-1]) @ _v
    _gap = np.max(np.abs(_f - np.sin(_x)))
    picture(
        plots.functions(
            _x, {"sin x": np.sin(_x), "ReLUs": _f},
            title=f"ReLU units: {kinks.value}, farthest from sin x: {_gap:.2f}",
        ),
        f"The sine from 0 to 2 pi, and a broken line of {kinks.value} ReLU units, "
        f"which is at most {_gap:.2f} away from it.",
    )  # fmt: skip


@app.cell
def _():
    broken_line, broken_line_asked = exercise(
        "hidden/broken_line",
        r"""
        **A broken line.** Write `broken_line(x, w, b, v)` with `x` `(n,)` and `w`, `b`,
        `v` `(h,)`. Return $f(x_i) = \sum_j v_j \max(0, w_j x_i + b_j)$ for every $x_i$:
        `(n,)`.
        """,
    )
    broken_line
    return (broken_line_asked,)


@app.cell
def _(broken_line_asked):
    answer(broken_line_asked)


@app.cell
def _():
    guess_linear = predict(
        "Take the bend away: eight units, but H = XW + b without tanh. How much of the "
        "donut is right?",
        ["about half", "about 80 %", "nearly all, it only takes longer"],
    )
    guess_linear
    return (guess_linear,)


@app.cell
def _(clouds, guess_linear, standardised):
    def linear_cost(W, b, v, c, X, y):
        H = X @ W + b  # (n, h), no bend
        z = H @ v + c
        return np.mean(np.logaddexp(0, z) - y * z)

    _X, _y = standardised(clouds["donut"][0]), clouds["donut"][1]
    _rng = np.random.default_rng(0)
    _start = _rng.normal(size=(2, 8)), np.zeros(8), _rng.normal(size=8), 0.0
    _adam = pl.methods.Adam(rate=0.05)
    _W, _b, _v, _c = pl.minimise(
        linear_cost, _start, _X, _y, method=_adam, max_iter=300
    ).x
    linear_z = (_X @ _W + _b) @ _v + _c
    linear_share = float(np.mean((linear_z > 0) == (_y == 1)))
    linear_w, linear_b = _W @ _v, _b @ _v + _c
    revealed(
        guess_linear,
        "about half",
        f"{linear_share:.1%}. The eight units and the output are one line:",
        text(rf"""
    $$ z = {linear_w[0]:.3f}\,x_1 {linear_w[1]:+.3f}\,x_2 {linear_b:+.3f} $$
        """),
    )
    return linear_b, linear_share, linear_w, linear_z


@app.cell
def _():
    text(r"""
    ## Why it must bend

    Two layers without an activation are $(XW_1 + b_1)W_2 + b_2$. Multiply out, and find
    the *one* layer $XW + b$ that gives the same for every $X$. However many linear
    layers you stack, one is left.
    """)


@app.cell
def _():
    collapsed, collapsed_asked = exercise(
        "hidden/collapsed",
        r"""
        **Two layers become one.** Write `collapsed(W1, b1, W2, b2)` with `W1` `(d, h)`,
        `b1` `(h,)`, `W2` `(h, k)`, `b2` `(k,)`. Return the pair `W` `(d, k)`, `b`
        `(k,)` with $XW + b = (XW_1 + b_1)W_2 + b_2$ for every $X$.
        """,
    )
    collapsed
    return (collapsed_asked,)


@app.cell
def _(collapsed_asked):
    answer(collapsed_asked)


@app.cell
def _():
    text(r"""
    ## Why it must not start at zero

    Logistic regression can start from all zeros. Can a network? Think of the
    derivatives before you answer: $J$ depends on $W$ only by way of $v$, and on $v$
    only as far as $H$ is not zero.
    """)


@app.cell
def _():
    guess_zero = predict(
        "Train eight units on the donut from W = 0, b = 0, v = 0, c = 0. What happens?",
        [
            "nothing is learned",
            "it learns, more slowly",
            "it learns as well as from random numbers",
        ],
    )
    guess_zero
    return (guess_zero,)


@app.cell
def _(clouds, cost, guess_zero, standardised):
    def from_start(W, v):
        X, y = standardised(clouds["donut"][0]), clouds["donut"][1]
        start = W, np.zeros(W.shape[1]), v, 0.0
        adam = pl.methods.Adam(rate=0.05)
        return pl.minimise(cost, start, X, y, method=adam, max_iter=300, tol=0)

    _rng = np.random.default_rng(0)
    starts = {
        "random": from_start(_rng.normal(size=(2, 8)), _rng.normal(size=8)),
        "all alike": from_start(np.full((2, 8), 0.5), np.full(8, 0.5)),
        "zeros": from_start(np.zeros((2, 8)), np.zeros(8)),
    }
    _ends = {name: fit.fun for name, fit in starts.items()}
    revealed(
        guess_zero,
        "nothing is learned",
        f"From zeros the cost stays at {_ends['zeros']:.4f}, which is log 2: each "
        f"answer is 1/2. Eight units that start alike end at "
        f"{_ends['all alike']:.2f}, random ones at {_ends['random']:.3f}.",
        picture(
            plots.costs(
                {name: fit.history for name, fit in starts.items()},
                title="Only units that differ at the start learn to differ",
            ),
            "The cost in 300 steps of Adam from three starts: random numbers fall near "
            "0, units that are all alike stop high, and zeros stay at log 2.",
        ),
    )
    return (starts,)


@app.cell
def _(starts):
    alike_W = np.asarray(starts["all alike"].x[0])
    mo.vstack([
        text("Look at $W$ after 300 steps from the start where all units are alike, a "
             "column for each unit:"),
        code(np.array2string(alike_W, precision=3)),
    ])  # fmt: skip
    return (alike_W,)


@app.cell
def _():
    text(r"""
    The units still are copies of each other. What is equal gets equal gradients, so it
    takes equal steps, forever: eight units do the work of one. Random numbers **break
    the symmetry**; the biases may start at 0, as the weights already differ.
    """)


@app.cell
def _():
    at_zero, at_zero_asked = exercise(
        "hidden/at_zero",
        r"""
        **The gradient at zero.** Derive, by thought alone, all slopes of
        $J = \mathrm{mean}(\log(1 + e^z) - yz)$, $z = \tanh(XW + b)\,v + c$, **at**
        $W = 0,\ b = 0,\ v = 0,\ c = 0$. As in lesson 6, $\partial J/\partial z_i =
        (p_i - y_i)/n$.

        Write `at_zero(X, y, h)` with `X` `(n, d)`, `y` `(n,)` of 0 and 1, and `h`, the
        number of units. Return `dW` `(d, h)`, `db` `(h,)`, `dv` `(h,)` and the number
        `dc`.
        """,
    )
    at_zero
    return (at_zero_asked,)


@app.cell
def _(at_zero_asked):
    answer(at_zero_asked)


@app.cell
def _():
    read(
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016): section 6.1 learns "
        "XOR with two ReLUs; 6.4.1 says what one hidden layer can approximate; 8.4, "
        "how to start.",
        "Minsky & Papert, *Perceptrons* (1969): what a single layer of units cannot "
        "do.",
        'Rumelhart, Hinton & Williams, "Learning internal representations by error '
        'propagation", in *Parallel Distributed Processing*, vol. 1 (1986), chapter '
        "8: XOR and symmetry breaking.",
        'Cybenko, "Approximation by superpositions of a sigmoidal function" (1989).',
        "Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* "
        "(2009), sections 11.3 to 11.5.",
    )


@app.cell
def _():
    closing("hidden")


if __name__ == "__main__":
    app.run()
