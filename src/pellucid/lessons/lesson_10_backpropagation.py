"""Backpropagation by hand, checked line by line."""

import marimo

app = marimo.App(app_title="Backpropagation")

with app.setup:
    import marimo as mo
    import numpy as np

    import pellucid as pl
    from pellucid.lessons.exercises.exercise import found
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

    PARTS = ("W1", "b1", "W2", "b2")


@app.cell
def _():
    opening("backpropagation")


@app.cell
def _():
    text(r"""
    A laboratory measured 178 wines from three growers: alcohol, acids, colour, 13
    figures in all. A network with 5 hidden units (lesson 9) is to say which grower made
    a wine. It has $13 \cdot 5 + 5 + 5 \cdot 3 + 3 = 88$ weights and biases, and one
    cost $J$, which says how wrong it is.

    Imagine the 88 as knobs. Turn one a little, and $J$ changes a little: by how much,
    for each of them? These 88 slopes are the **gradient**, and every training needs it
    at every step. *Backpropagation* gives all of them at once. It is the chain rule,
    done in a good order, and at the end of this lesson you will have written it: first
    for one weight, then for a chain of two, then for a whole network.

    All you need is the chain rule of school: if $J$ depends on $z$ and $z$ on $w$, then

    $$ \frac{dJ}{dw} = \frac{dJ}{dz} \cdot \frac{dz}{dw} . $$
    """)


@app.cell
def _():
    guess_cost = predict(
        "One forward pass computes J for all wines, from the inputs to the end. How "
        "long does it take, in forward passes, to get all 88 slopes from it by "
        "backpropagation?",
        ["about 1 more", "about 88 more", "about 176 more"],
    )
    guess_cost
    return (guess_cost,)


@app.cell
def _(guess_cost):
    _n, _d, _h, _k = 178, 13, 5, 3
    forward_products = _n * (_d * _h + _h * _k)
    backward_products = _n * (_d * _h + 2 * _h * _k)
    _times = backward_products / forward_products
    revealed(
        guess_cost,
        "about 1 more",
        f"The forward pass takes {forward_products:,} multiplications in its matrix "
        f"products, the way back {backward_products:,}: {_times:.1f} times as many, "
        "however many weights there are. Who turns each knob up and down instead needs "
        f"{2 * 88} forward passes. With a million weights, where backpropagation takes "
        "a second, turning the knobs takes more than a week.",
        text("You will count them yourself: two products forward, three backward."),
    )
    return backward_products, forward_products


@app.cell
def _():
    weight = mo.ui.slider(-1, 3, 0.25, value=2.0, label="weight w", show_value=True)
    mo.vstack([text(r"""
    ## One weight

    One wine, one input $x$, one weight $w$, one number $y$ that is wanted. The network
    says $wx$, the error is $e = wx - y$, and the cost

    $$ J = \tfrac12 e^2, \qquad e = wx - y . $$

    Two links: $J$ depends on $e$, and $e$ on $w$. Each link has its own small
    derivative; the chain rule multiplies them. Move $w$, and see the slope as the
    tangent of $J$.
    """), weight])  # fmt: skip
    return (weight,)


@app.cell
def _(weight):
    def one_cost(w):
        return (w * 1.5 - 1.2) ** 2 / 2  # x = 1.5, y = 1.2

    _w = np.linspace(-1, 3, 100)
    _J, one_slope = pl.value_and_gradient(one_cost)(float(weight.value))
    picture(
        plots.functions(
            _w, {"J": one_cost(_w), "tangent": _J + one_slope * (_w - weight.value)},
            title=f"At w = {weight.value:.2f} the slope is {one_slope:.3g}",
            x_label="w, with x = 1.5 and y = 1.2", y_label="J",
        ),
        f"The parabola J over w, and its tangent at w = {weight.value:.2f}, of slope "
        f"{one_slope:.3g}.",
    )  # fmt: skip


@app.cell
def _():
    one_weight, one_weight_asked = exercise("backpropagation/one_weight", r"""
    **One weight.** Write `one_weight(w, x, y)` for three numbers. Return the slope
    $\dfrac{dJ}{dw}$ of $J = \tfrac12 (wx - y)^2$, a number. (Compare it with the
    slider: at $w = 2$, $x = 1.5$, $y = 1.2$ it is 2.7.)
    """)  # fmt: skip
    one_weight
    return (one_weight_asked,)


@app.cell
def _(one_weight_asked):
    answer(one_weight_asked)


@app.cell
def _():
    text(r"""
    ## A chain

    Now a hidden unit between them, which says $a = \tanh(wx)$; then $z = va$ and
    $J = \tfrac12(z - y)^2$. From here on we write $dz$ for $\partial J / \partial z$:
    **the slope of the cost with respect to** $z$, and so for every other letter. Then
    the way back reads, from the end to the beginning,

    $$ dz = z - y, \qquad dv = dz \cdot \frac{\partial z}{\partial v}, \qquad
    da = dz \cdot \frac{\partial z}{\partial a}, \qquad
    dw = da \cdot \frac{\partial a}{\partial w} . $$

    Each line uses one above it; nothing is computed twice. For the last you need the
    slope of tanh. It is $\tanh'(u) = 1 - \tanh^2 u$, and since $a = \tanh(wx)$ is known
    already, that is $1 - a^2$. (And $w$ stands inside, in $wx$: mind the inner
    derivative.)
    """)


@app.cell
def _():
    def one_unit(w, v, x, y):
        a = np.tanh(w * x)
        z = v * a
        J = (z - y) ** 2 / 2
        return J  # noqa: RET504 (its name is shown)

    chain_numbers = (0.8, -1.5, 1.2, 0.5)
    mo.vstack([
        graph(
            pl.draw(one_unit, *chain_numbers),
            "The graph of the chain: w times x goes through tanh to a, a times v is z, "
            "and z and y make J. Each box shows its value and its slope.",
        ),
        text("Values go down the graph, from the inputs to $J$; slopes (the graph says "
             "*gradient*) come up it, from $J$, whose own slope is 1, to the inputs. "
             "Follow them with the formulas; t1, t2 and t3 are steps without a name of "
             "their own."),
    ])  # fmt: skip
    return chain_numbers, one_unit


@app.cell
def _():
    chain, chain_asked = exercise("backpropagation/chain", r"""
    **A chain.** Write `chain(w, v, x, y)` for four numbers. Go forward ($a$, $z$),
    then back ($dz$, $dv$, $da$, $dw$), and return the pair `dw, dv`.
    """)  # fmt: skip
    chain
    return (chain_asked,)


@app.cell
def _(chain_asked):
    answer(chain_asked)


@app.cell
def _():
    text(r"""
    ## A fork

    One thing is missing. A hidden unit may feed **several** outputs, $k$ of them:
    $z_m = v_m a$ for $m = 1, \dots, k$, and $J = \tfrac12 \sum_m (z_m - y_m)^2$. When
    $a$ moves by a little $\varepsilon$, every $z_m$ moves by $v_m \varepsilon$, and
    each of them changes $J$. The changes add up:

    $$ da = \sum_{m=1}^k dz_m \cdot v_m . $$

    *Along a way multiply, over the ways add.* That is all of backpropagation.
    """)


@app.cell
def _():
    all_ways, all_ways_asked = exercise("backpropagation/all_ways", r"""
    **A fork.** Write `all_ways(a, v, y)` with the number `a`, and `v` and `y`, both
    `(k,)`. Return the slope of $J = \tfrac12 \sum_m (v_m a - y_m)^2$ with respect to
    $a$, a number.
    """)  # fmt: skip
    all_ways
    return (all_ways_asked,)


@app.cell
def _(all_ways_asked):
    answer(all_ways_asked)


@app.cell
def _():
    text(r"""
    ## The network

    Now all wines at once, with $n$ rows, $d$ inputs, $h$ hidden units and $k$ outputs.
    $X$ is $(n, d)$; each of its columns has the mean 0 and the spread 1. Each output
    answers "is it of this grower?", so $Y$, $(n, k)$, holds zeros, and one 1 in each
    row. The tables of weights are numbered by layers: in lesson 9, with one output,
    $A_1$ was called $H$, $W_2$ was $v$, and $b_2$ was $c$.

    | formula | shape | |
    |---|---|---|
    | $Z_1 = X W_1 + b_1$ | $(n, d)(d, h) + (h) = (n, h)$ | sums of the hidden units |
    | $A_1 = \tanh(Z_1)$ | $(n, h)$ | what they say |
    | $Z_2 = A_1 W_2 + b_2$ | $(n, h)(h, k) + (k) = (n, k)$ | log odds |
    | $A_2 = \sigma(Z_2)$ | $(n, k)$ | probabilities |

    Here $\sigma(z) = 1 / (1 + e^{-z})$ is the sigmoid. The grower with the largest
    probability is the answer for the row. The cost is the log loss of lesson 6, summed
    over the outputs, and the **mean over the rows**:

    $$ J = \frac1n \sum_{i=1}^n \sum_{m=1}^k \Big( \log(1 + e^{z_{im}}) - y_{im} z_{im}
    \Big), \qquad z_{im} = Z_2[i, m] . $$

    The bracket is $-y \log p - (1 - y)\log(1 - p)$ with $p = \sigma(z)$: the same
    number, but computed by $p$ it takes $\log 0$ where the network is very sure.
    `np.logaddexp(0, z)` is $\log(1 + e^z)$ without overflow.
    """)


@app.cell
def _():
    forward, forward_asked = exercise("backpropagation/forward", r"""
    **The forward pass.** Write `forward(X, Y, W1, b1, W2, b2)` with `X` `(n, d)`,
    `Y` `(n, k)`, `W1` `(d, h)`, `b1` `(h,)`, `W2` `(h, k)`, `b2` `(k,)`. Return
    `Z1, A1, Z2, A2, J`: four tables and the number $J$.
    """)  # fmt: skip
    forward
    return (forward_asked,)


@app.cell
def _(forward_asked):
    answer(forward_asked)


@app.cell
def _():
    text(r"""
    ## The way back: seven lines

    From $J$ back to $W_1$ there are seven slopes: $dZ_2$, then $dW_2$ and $db_2$, then
    $dA_1$, $dZ_1$, and last $dW_1$ and $db_1$. You derive each on its own. One rule
    holds all along, and a mistake often breaks it:

    > **A slope has the shape of what it belongs to.** $dW_2$ is $(h, k)$, as $W_2$ is.

    ### Line 1: $dZ_2$

    Look at one entry $z$, with its $y$. In $J$ it stands in one bracket only, so

    $$ \frac{\partial J}{\partial z} = \frac1n \left( \frac{e^z}{1 + e^z} - y \right)$$

    Divide above and below by $e^z$: the fraction is $1 / (1 + e^{-z})$, and that you
    have already, under another name.
    """)


@app.cell
def _():
    output_error, output_error_asked = exercise("backpropagation/output_error", r"""
    **The error at the output.** Write `output_error(A2, Y)`, both `(n, k)`. Return
    $dZ_2$, `(n, k)`. ($n$ is not handed in: a shape tells it.)
    """)  # fmt: skip
    output_error
    return (output_error_asked,)


@app.cell
def _(output_error_asked):
    answer(output_error_asked)


@app.cell
def _():
    text(r"""
    It is an error, what was said minus what was right, with a share $1/n$ for each row.
    The $1/n$ comes in here, **once**; all later lines inherit it from $dZ_2$.

    ### Line 2: $dW_2$

    The weight $W_2[j, m]$ joins hidden unit $j$ to output $m$. In row $i$,

    $$ Z_2[i, m] = \dots + A_1[i, j]\, W_2[j, m] + \dots $$

    so $Z_2[i, m]$ changes by $A_1[i, j]$ when the weight changes by 1. All rows share
    this one weight: it is a fork with $n$ ways. Along a way multiply, over the ways
    add:

    $$ dW_2[j, m] = \sum_{i=1}^n A_1[i, j] \; dZ_2[i, m] . $$

    Which product of two tables is that? Ask the shapes: $A_1$ is $(n, h)$, $dZ_2$ is
    $(n, k)$, the result is $(h, k)$, and it is $n$ that is summed away.
    """)


@app.cell
def _():
    output_weights, output_weights_asked = exercise(
        "backpropagation/output_weights",
        r"""
        **The weights of the output.** Write `output_weights(A1, dZ2)` with `A1` `(n,
        h)`, `dZ2` `(n, k)`. Return $dW_2$, `(h, k)`, without a loop.
        """,
    )
    output_weights
    return (output_weights_asked,)


@app.cell
def _(output_weights_asked):
    answer(output_weights_asked)


@app.cell
def _():
    text(r"""
    ### Line 3: $db_2$

    The bias $b_2[m]$ is added to $Z_2[i, m]$ in every row, with the factor 1. Again a
    fork with $n$ ways: $db_2[m] = \sum_i dZ_2[i, m]$. (Where NumPy stretched `b2` over
    the rows on the way forward, the way back sums over them.)
    """)


@app.cell
def _():
    output_bias, output_bias_asked = exercise("backpropagation/output_bias", r"""
    **The biases of the output.** Write `output_bias(dZ2)` with `dZ2` `(n, k)`.
    Return $db_2$, `(k,)`.
    """)  # fmt: skip
    output_bias
    return (output_bias_asked,)


@app.cell
def _(output_bias_asked):
    answer(output_bias_asked)


@app.cell
def _():
    text(r"""
    ### Line 4: $dA_1$

    Now through the layer. What unit $j$ says of row $i$, $A_1[i, j]$, goes into all $k$
    outputs **of its row**, with the weights $W_2[j, 1], \dots, W_2[j, k]$. That is the
    fork of exercise 3:

    $$ dA_1[i, j] = \sum_{m=1}^k dZ_2[i, m] \; W_2[j, m] . $$

    Shapes again: $(n, k)$ and $(h, k)$ give $(n, h)$, and it is $k$ that is summed
    away.
    """)


@app.cell
def _():
    hidden_error, hidden_error_asked = exercise("backpropagation/hidden_error", r"""
    **What comes back to the hidden units.** Write `hidden_error(dZ2, W2)` with
    `dZ2` `(n, k)`, `W2` `(h, k)`. Return $dA_1$, `(n, h)`, without a loop.
    """)  # fmt: skip
    hidden_error
    return (hidden_error_asked,)


@app.cell
def _(hidden_error_asked):
    answer(hidden_error_asked)


@app.cell
def _():
    guess_passed = predict(
        "A hidden unit says 0.99 of a wine: it is nearly sure. How much of the slope "
        "that comes back to it does tanh let through, to the weights before it?",
        ["99 %", "about half", "about 2 %"],
    )
    mo.vstack(
        [
            text(r"""
        ### Line 5: $dZ_1$

        $A_1 = \tanh(Z_1)$ works entry by entry. No fork, no sum: each entry of $dA_1$
        is multiplied by the slope of tanh there.
        """),
            guess_passed,
        ]
    )
    return (guess_passed,)


@app.cell
def _(guess_passed):
    _a = np.linspace(-1, 1, 101)
    revealed(
        guess_passed,
        "about 2 %",
        f"1 - 0.99² = {1 - 0.99**2:.4f}. A unit that is sure lets hardly anything "
        "through, so the weights before it hardly move: it is *saturated*. Keep this "
        "in mind for deep networks (lesson 11) and long sequences (lesson 14).",
        picture(
            plots.functions(
                _a, {"1 − a²": 1 - _a**2},
                title="A unit in the middle passes all, a sure one nothing",
                x_label="what the unit says, a", y_label="share passed back",
            ),
            "The slope of tanh by its result a: 1 at a = 0, falling to 0 at -1 and 1.",
        ),
    )  # fmt: skip


@app.cell
def _():
    through_tanh, through_tanh_asked = exercise("backpropagation/through_tanh", r"""
    **Back through tanh.** Write `through_tanh(dA1, A1)`, both `(n, h)`, where `A1`
    is what tanh **gave**. Return $dZ_1$, `(n, h)`.
    """)  # fmt: skip
    through_tanh
    return (through_tanh_asked,)


@app.cell
def _(through_tanh_asked):
    answer(through_tanh_asked)


@app.cell
def _():
    text(r"""
    ### Lines 6 and 7: $dW_1$ and $db_1$

    $Z_1 = X W_1 + b_1$ has the form of $Z_2 = A_1 W_2 + b_2$. So nothing is new: lines
    2 and 3, with $X$ in the place of $A_1$, and $dZ_1$ in the place of $dZ_2$. Write
    them straight into the whole.
    """)


@app.cell
def _():
    backward, backward_asked = exercise("backpropagation/backward", r"""
    **All seven lines.** The forward pass stands there; fill in the seven lines, of
    which you have five. Keep their names: each is checked on its own, and the first
    wrong one is told, with the value that it should have.
    """)  # fmt: skip
    backward
    return (backward_asked,)


@app.cell
def _(backward_asked):
    answer(backward_asked)


@app.cell
def _():
    def network_cost(W1, b1, W2, b2, X, Y):
        Z1 = X @ W1 + b1  # (n, h)
        A1 = np.tanh(Z1)  # (n, h)
        Z2 = A1 @ W2 + b2  # (n, k)
        J = np.sum(np.logaddexp(0, Z2) - Y * Z2) / len(X)
        return J  # noqa: RET504 (its name is shown)

    wine_X, grower = pl.datasets.wine()
    wines = (wine_X - np.mean(wine_X, axis=0)) / np.std(wine_X, axis=0)  # (178, 13)
    growers = np.eye(3)[grower]  # (178, 3)

    def random_start(h=5, seed=0):
        rng = np.random.default_rng(seed)
        W1 = rng.normal(size=(13, h)) / np.sqrt(13)  # sums of spread 1
        W2 = rng.normal(size=(h, 3)) / np.sqrt(h)
        return W1, np.zeros(h), W2, np.zeros(3)

    recorded = pl.graph(network_cost, *random_start(), wines, growers)
    written = pl.source(pl.gradient(recorded, PARTS))
    return grower, growers, network_cost, random_start, recorded, wines, written


@app.cell
def _(written):
    mo.vstack([
        text(r"""
        ## The same, by the engine

        Pellucid's `pl.gradient` records a function as a graph and walks it backwards,
        with one rule for each operation. What it did can be read as code.
        """),
        mo.accordion({
            "Open this when your exercise 10 is right: pl.source(pl.gradient(...))":
                code(written),
        }),
        text("It took the names of the forward pass, put a d in front, and came to "
             "your seven lines. (178 is n, by which both parts of A2 − Y are divided; "
             "the sigmoid is written so that nothing overflows; lines that do not need "
             "each other come in its own order.)"),
    ])  # fmt: skip


@app.cell
def _(growers, network_cost, random_start, wines):
    _W1, _b1, _W2, _b2 = random_start(2)
    _few = [0, 70]  # two wines, by three of their measures, one output
    drawn_network = pl.draw(
        network_cost, _W1[:3], _b1, _W2[:, :1], _b2[:1], wines[_few, :3],
        growers[_few, :1],
    )  # fmt: skip
    mo.vstack([
        text("And as a graph with numbers: two wines, three inputs, two hidden units, "
             "one output. In each box the value, and under it the slope, of the same "
             "shape; a small ᵀ says that a row stands for a column. Check one line by "
             "hand: dW2 is a sum over the two wines. (The drawing goes on to the "
             "right.)"),
        graph(
            drawn_network,
            "The graph of the network's cost: X W1 + b1 through tanh to A1, A1 W2 + "
            "b2 to Z2, then J. Each box shows its value and its gradient, two tables "
            "of one shape.",
        ),
    ])  # fmt: skip


@app.cell
def _():
    guess_wrong = predict(
        "Somebody forgets the factor 1 - A1² in line 5 and trains the network on the "
        "wines. What does the training show?",
        [
            "the cost rises at once",
            "the cost does not move",
            "the cost falls, and the wines get the right growers",
        ],
    )
    mo.vstack([
        text("## Is the gradient right?\n\nWith an engine beside you that is easy. "
             "Without one it is the question that costs people weeks."),
        guess_wrong,
    ])  # fmt: skip
    return (guess_wrong,)


@app.cell
def _(grower, growers, guess_wrong, network_cost, random_start, wines):
    _backward = found("backpropagation/backward")
    forgetful = next(
        each.function
        for each in _backward.mistakes
        if each.sentence.startswith("The slope of tanh is missing")
    )

    def descent(slopes, start, rate=0.5, steps=200):
        """Descend by slopes (dW1, db1, dW2, db2), and note the cost on the way."""
        weights, history = start, []
        for _ in range(steps):
            history.append(float(network_cost(*weights, wines, growers)))
            g = slopes(wines, growers, *weights)
            weights = tuple(w - rate * d for w, d in zip(weights, g, strict=True))
        return weights, history

    def share_right(weights, X, which):
        W1, b1, W2, b2 = weights
        said = np.argmax(np.tanh(X @ W1 + b1) @ W2 + b2, axis=1)
        return float(np.mean(said == which))

    right_way = descent(_backward.function, random_start())
    wrong_way = descent(forgetful, random_start())
    wrong_share = share_right(wrong_way[0], wines, grower)
    revealed(
        guess_wrong,
        "the cost falls, and the wines get the right growers",
        f"After 200 steps {wrong_share:.1%} of the wines get the right grower, though "
        "the gradient is wrong. It points roughly downhill, so the cost falls, only "
        "not as far. Nothing raises an error, nothing looks broken. **A falling cost "
        "proves nothing.**",
        picture(
            plots.costs(
                {"right": right_way[1], "without 1 − A1²": wrong_way[1]},
                title="A wrong gradient descends too, only not as well",
            ),
            "The cost in 200 steps: with the wrong gradient it falls as well, and ends "
            "higher than with the right one.",
        ),
    )
    return descent, forgetful, right_way, share_right, wrong_share, wrong_way


@app.cell
def _():
    text(r"""
    So check it against the definition of a slope. Move one weight up by a small step
    $\varepsilon$, then down, and leave all others where they are:

    $$ \frac{\partial J}{\partial w_i} \approx
    \frac{J(\dots, w_i + \varepsilon, \dots) - J(\dots, w_i - \varepsilon, \dots)}
    {2 \varepsilon} . $$

    It takes two forward passes a weight, far too slow to train with, but it needs no
    derivation, so it cannot share your mistake.
    """)


@app.cell
def _():
    differences, differences_asked = exercise("backpropagation/differences", r"""
    **A gradient by differences.** In lesson 5 you did this for a vector; here the
    weights are a table. Write `differences(J, W, step)`: `J` is a function of a table,
    `W` is `(d, h)`, `step` is a number. Return the slopes by central differences,
    `(d, h)`. A loop over the weights is fine. Leave `W` as it was.
    """)  # fmt: skip
    differences
    return (differences_asked,)


@app.cell
def _(differences_asked):
    answer(differences_asked)


@app.cell
def _(forgetful, growers, network_cost, random_start, wines):
    _differences = found("backpropagation/differences").function
    _start = random_start()

    def along_first(W1):
        return network_cost(W1, *_start[1:], wines, growers)

    _exact = pl.gradient(network_cost, "W1")(*_start, wines, growers)
    _wrong = forgetful(wines, growers, *_start)[0]
    steps = 10.0 ** -np.arange(1, 13)
    _tried = [_differences(along_first, _start[0], step) for step in steps]

    def distance(g, to):
        return float(np.linalg.norm(g - to) / (np.linalg.norm(g) + np.linalg.norm(to)))

    right_distances = [distance(g, _exact) for g in _tried]
    wrong_distances = [distance(g, _wrong) for g in _tried]
    picture(
        plots.functions(
            steps, {"right": right_distances, "wrong": wrong_distances},
            title="The right gradient agrees to ten digits, the wrong one to none",
            x_label="step ε", y_label="relative distance", logarithmic=True,
        ),
        "How far dW1 is from that by differences, for steps from 1e-1 to 1e-12. The "
        "right one is closest near 1e-5; the wrong one stays far at every step.",
    )  # fmt: skip
    return right_distances, wrong_distances


@app.cell
def _(right_distances, wrong_distances):
    text(rf"""
    With $g$ your gradient and $c$ that by central differences, both in one long vector,
    the relative distance is $|g - c| / (|g| + |c|)$. At $\varepsilon = 10^{{-5}}$ it is
    {right_distances[4]:.0e} for the right $dW_1$ and {wrong_distances[4]:.2f} for the
    wrong one. A large step errs because $J$ is curved (by $\varepsilon^2$: two digits
    for each power of ten), a very small one because two nearly equal numbers are
    subtracted and their digits cancel. So take a step in between. As in lesson 5, trust
    a derivation whose distance is below $10^{{-6}}$, and look for the mistake above
    $10^{{-2}}$. `pl.check(cost, *arguments)` does all this for you.

    ## Training

    Everything is there: forward, backward, and a step against the gradient, again and
    again. First **all** slopes, then **all** steps: line 4 needs the $W_2$ that made
    the forward pass, not the new one.
    """)


@app.cell
def _():
    trained, trained_asked = exercise("backpropagation/trained", r"""
    **Train it.** Write `trained(X, Y, W1, b1, W2, b2, rate, steps)`: gradient
    descent, $w \leftarrow w - \text{rate} \cdot dw$ for all four, `steps` times.
    Return the weights after it, `W1, b1, W2, b2`. Copy your lines from exercise 10;
    you may define functions above yours.
    """)  # fmt: skip
    trained
    return (trained_asked,)


@app.cell
def _(trained_asked):
    answer(trained_asked)


@app.cell
def _():
    units = mo.ui.slider(1, 10, value=5, label="hidden units", show_value=True)
    rate = mo.ui.slider(
        steps=[0.01, 0.1, 0.5, 1, 2, 5], value=0.5, label="rate", show_value=True
    )
    mo.vstack([
        text("Two wines of three are learned from, by the exercise's solution; the "
             "third is kept to judge. Play with the network and the rate."),
        mo.hstack([units, rate], justify="start", wrap=True),
    ])  # fmt: skip
    return rate, units


@app.cell
def _(grower, growers, network_cost, random_start, rate, share_right, units, wines):
    _new = np.arange(len(wines)) % 3 == 0
    _train = found("backpropagation/trained").function
    _weights, _costs = random_start(units.value), []
    for _ in range(100):
        _costs.append(float(network_cost(*_weights, wines[~_new], growers[~_new])))
        _weights = _train(wines[~_new], growers[~_new], *_weights, rate.value, 1)
    new_share = share_right(_weights, wines[_new], grower[_new])
    picture(
        plots.costs(
            {"cost": _costs},
            title=f"After 100 steps {new_share:.0%} of new wines get the right grower",
        ),
        f"The cost in 100 steps of gradient descent with {units.value} hidden units at "
        f"rate {rate.value}; {new_share:.0%} of the wines kept back are given to their "
        "grower.",
    )  # fmt: skip
    return (new_share,)


@app.cell
def _():
    text(r"""
    ## What you have now

    Two rules, *along a way multiply, over the ways add*, and one check, *a slope has
    the shape of what it belongs to*. A layer more is four lines more, the same four. An
    engine is no more than a table of such lines, one for each operation.
    """)


@app.cell
def _():
    read(
        'Rumelhart, Hinton & Williams, "Learning representations by back-propagating '
        'errors", *Nature* 323 (1986): four pages, the ones that made it known.',
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 6.5.",
        "Bishop, *Pattern Recognition and Machine Learning* (2006), section 5.3.",
        "Nielsen, *Neural Networks and Deep Learning* (2015), chapter 2.",
        'Baydin, Pearlmutter, Radul & Siskind, "Automatic differentiation in machine '
        'learning: a survey", *Journal of Machine Learning Research* 18 (2018): how '
        "engines do it.",
    )


@app.cell
def _():
    closing("backpropagation")


if __name__ == "__main__":
    app.run()
