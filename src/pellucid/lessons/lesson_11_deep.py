"""Deep networks: digits, and what layers see in them."""

import marimo

app = marimo.App(app_title="Deep networks")

with app.setup:
    from itertools import pairwise

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
        table,
        text,
    )
    from pellucid.show import plots


@app.cell
def _():
    opening("deep")


@app.cell
def _():
    X, y = pl.datasets.digits()
    X = X / 16  # (1797, 64), grey values from 0 to 1
    new = np.arange(len(X)) % 4 == 0  # a quarter is kept to judge by
    text(f"""
    Thirteen people filled in forms with digits (Alpaydin & Kaynak 1998). The
    {len(X):,} pictures come with scikit-learn, each shrunk to 8 by 8 grey values. A
    network shall say which digit a picture shows: it learns from {np.sum(~new):,} of
    them and is judged by the {np.sum(new)} others.

    Lesson 10 had one hidden layer and an answer of yes or no for each output. Here
    there are two hidden layers, ten classes of which exactly one is right, and a new
    question: after the training, **what do the layers see?**
    """)
    return X, new, y


@app.cell
def _(X, y):
    picture(
        plots.images(
            X[:20].reshape(-1, 8, 8), y[:20], columns=10,
            title="Sixty-four numbers are enough to read a digit",
        ),
        "The first twenty pictures, two rows of the digits 0 to 9, coarse but "
        "readable.",
    )  # fmt: skip


@app.cell
def _():
    text(r"""
    ## Ten classes: softmax

    The network ends in ten **scores** $z_1, \dots, z_k$, one for each class. Softmax
    makes shares of them that are positive and add up to 1:

    $$ p_j = \frac{e^{z_j}}{\sum_m e^{z_m}} . $$

    Add the same number $c$ to all scores of a row: above and below the fraction gets a
    factor $e^c$, and nothing changes. So you may choose $c = -\max_j z_j$. On paper
    that is no matter. On a computer $e^{1000}$ is infinite, and infinite by infinite is
    nan.
    """)


@app.cell
def _():
    softmax, softmax_asked = exercise(
        "deep/softmax",
        r"""
        **Softmax.** Write `softmax(Z)` with `Z` `(n, k)`, a row of scores for each
        picture. Return the probabilities, `(n, k)`; each row adds up to 1. It must hold
        for scores such as 1000 and $-1000$ too.
        """,
    )
    softmax
    return (softmax_asked,)


@app.cell
def _(softmax_asked):
    answer(softmax_asked)


@app.cell
def _():
    text(r"""
    ## Its cost: cross-entropy

    The likelihood of lesson 8 again: the network gave the right class $y$ of a picture
    the probability $p_y$; the cost is the mean of $-\log p_y$. Put softmax in, and take
    the log apart:

    $$ -\log p_y = \log \sum_m e^{z_m} - z_y . $$

    With this form no probability is needed, so none can round to 0 before its log is
    taken. (As above, take the largest score out of the sum, and put it back after the
    log.) Who gives each of ten classes the same share pays $\log 10 \approx 2.303$.
    You wrote this cost in lesson 8: copy yours, or write it once more.
    """)


@app.cell
def _():
    cross_entropy, cross_entropy_asked = exercise(
        "deep/cross_entropy",
        r"""
        **The cross-entropy.** Write `cross_entropy(Z, y)` with the scores `Z` `(n, k)`
        and the right classes `y` `(n,)`, whole numbers from 0 to $k - 1$. Return the
        mean of $-\log p_y$ over the rows, a number, for scores of any size.
        """,
    )
    cross_entropy
    return (cross_entropy_asked,)


@app.cell
def _(cross_entropy_asked):
    answer(cross_entropy_asked)


@app.cell
def _():
    text(r"""
    The way back begins with $dZ$. For one row,

    $$ \frac{\partial}{\partial z_j} \Big( \log \sum_m e^{z_m} - z_y \Big) =
    \frac{e^{z_j}}{\sum_m e^{z_m}} - [\, j = y \,], $$

    where the bracket is 1 if $j$ is the right class, and else 0. You know the fraction.
    """)


@app.cell
def _():
    softmax_error, softmax_error_asked = exercise(
        "deep/softmax_error",
        r"""
        **The error at the output.** Write `softmax_error(Z, y)` with `Z` `(n, k)`, `y`
        `(n,)` as above. Return $dZ$, `(n, k)`: the slope of the cross-entropy (a mean
        over the rows) with respect to each score.
        """,
    )
    softmax_error
    return (softmax_error_asked,)


@app.cell
def _(softmax_error_asked):
    answer(softmax_error_asked)


@app.cell
def _():
    def deep_cost(W1, b1, W2, b2, W3, b3, X, Y):
        A1 = np.maximum(0, X @ W1 + b1)  # (n, h1)
        A2 = np.maximum(0, A1 @ W2 + b2)  # (n, h2)
        Z = A2 @ W3 + b3  # (n, k)
        log_sum = np.log(np.sum(np.exp(Z), axis=1))
        return np.mean(log_sum - np.sum(Z * Y, axis=1))

    _rng = np.random.default_rng(3)
    small = []
    for _a, _b in ((3, 2), (2, 2), (2, 2)):
        small += [np.round(_rng.normal(size=(_a, _b)), 1), np.zeros(_b)]
    small += [np.round(_rng.normal(size=(2, 3)), 1), np.eye(2)]
    mo.vstack([
        text(r"""
        ## Layer upon layer

        With $A_0 = X$, each hidden layer is $A_l = \mathrm{relu}(A_{l-1} W_l + b_l)$,
        and the last gives the scores $Z = A_{L-1} W_L + b_L$ without a bend. As a
        function, with two hidden layers and the right classes as one-hot rows $Y$:
        """),
        code(deep_cost),
        text("Its graph for two rows, with three inputs and two units in each layer:"),
        graph(
            pl.draw(deep_cost, *small),
            "The graph of the cost with two hidden layers: X through W1, b1 and ReLU "
            "to A1, through W2, b2 and ReLU to A2, through W3, b3 to Z, and with Y to "
            "the cost; each box with its value and its gradient.",
        ),
    ])  # fmt: skip
    return deep_cost, small


@app.cell
def _():
    deep_forward, deep_forward_asked = exercise(
        "deep/deep_forward",
        r"""
        **Forward through any number of layers.** Write `deep_forward(X, layers)` with
        `X` `(n, d)` and `layers`, a list of pairs `(W, b)`. ReLU comes after each layer
        but the last. Return the scores $Z$, `(n, k)`.
        """,
    )
    deep_forward
    return (deep_forward_asked,)


@app.cell
def _(deep_forward_asked):
    answer(deep_forward_asked)


@app.cell
def _():
    text(r"""
    The way back is lesson 10 in a loop. At layer $l$ you hold $dZ_l$. Then
    $dW_l = A_{l-1}^\top dZ_l$; and one layer further back
    $dA_{l-1} = dZ_l W_l^\top$, which the slope of ReLU (1 where the unit is above 0,
    else 0) turns into $dZ_{l-1}$.
    """)


@app.cell
def _():
    deep_backward, deep_backward_asked = exercise(
        "deep/deep_backward",
        r"""
        **Back through any number of layers.** Write `deep_backward(A, W, dZ)`. `W` is
        the list of the $L$ weight tables, first layer first. `A` is a list of $L$
        tables too: `A[l]` went **into** `W[l]`, so `A[0]` is $X$ and the others come
        out of ReLU. `dZ` is the slope at the scores. Return the list of the slopes of
        the `W`, first layer first. (Leave the biases aside.)
        """,
    )
    deep_backward
    return (deep_backward_asked,)


@app.cell
def _(deep_backward_asked):
    answer(deep_backward_asked)


@app.cell
def _():
    guess_spread = predict(
        "Eight layers of 64 ReLU units start with random weights of spread 0.01. The "
        "pixels have spread 1. How large is what the eighth layer says, about?",
        ["1", "0.01", "less than a millionth"],
    )
    mo.vstack([
        text(r"""
        ## Where to start

        Lesson 9: not at zero. But how far from it? One unit sums $d$ inputs, $z =
        \sum_i x_i w_i$. With independent weights of mean 0 and spread $s$, the
        variances add up: $z$ has spread $s \sqrt{d}$ times the root mean square of the
        inputs. The next layer multiplies again, and the next: over $L$ layers the
        factor comes in $L$ times.
        """),
        guess_spread,
    ])  # fmt: skip
    return (guess_spread,)


@app.cell
def _(X, guess_spread):
    def spreads(scale, layers=8):
        """How large the activations are, layer by layer: their root mean square."""
        rng, A, sizes = np.random.default_rng(0), (X - X.mean(axis=0)) / X.std(), []
        for _ in range(layers):
            W = rng.normal(size=(A.shape[1], 64)) * scale(A.shape[1], 64)
            A = np.maximum(0, A @ W)
            sizes.append(float(np.sqrt(np.mean(A**2))))
        return sizes

    all_spreads = {
        "spread 0.01": spreads(lambda d, h: 0.01),
        "Glorot": spreads(lambda d, h: np.sqrt(2 / (d + h))),
        "He": spreads(lambda d, h: np.sqrt(2 / d)),
        "spread 1": spreads(lambda d, h: 1.0),
    }
    _last = {name: sizes[-1] for name, sizes in all_spreads.items()}
    revealed(
        guess_spread,
        "less than a millionth",
        f"{_last['spread 0.01']:.0e}: each layer makes it smaller by the same factor. "
        f"With spread 1 it is {_last['spread 1']:,.0f}. Only one choice of the four "
        f"keeps it near 1: {_last['He']:.2f} by the rule of He.",
        picture(
            plots.functions(
                np.arange(1, 9),
                {name: np.log10(sizes) for name, sizes in all_spreads.items()},
                title="Only He's start keeps the size of what ReLU layers say",
                x_label="layer", y_label="size of activations, power of ten",
            ),
            "The size of the activations through eight ReLU layers on a log scale. "
            "With spread 0.01 it falls to below a millionth, with 1 it grows to "
            "hundreds of thousands, Glorot's falls slowly, He's stays near 1.",
        ),
    )  # fmt: skip
    return (all_spreads,)


@app.cell
def _():
    text(r"""
    **Glorot and Bengio** (2010) asked that the spread stays on the way forward,
    $d\,s^2 = 1$, and that of the slopes on the way back, $h\,s^2 = 1$. Both at once
    cannot be if $d \ne h$, so they took the middle: $s^2 = 2/(d + h)$. It suits tanh,
    which is nearly the identity around 0. **He** and others (2015) saw that ReLU sets
    half of a symmetric sum to 0, which halves its mean square, so the weights make up
    for it: $s^2 = 2/d$.
    """)


@app.cell
def _():
    he_start, he_start_asked = exercise(
        "deep/he_start",
        r"""
        **A start by He's rule.** Write `he_start(U)`. `U` is `(d, h)` and holds random
        numbers of mean 0 and spread 1. Return weights of the same shape, scaled so that
        their variance is $2/d$.
        """,
    )
    he_start
    return (he_start_asked,)


@app.cell
def _(he_start_asked):
    answer(he_start_asked)


@app.cell
def _():
    guess_vanish = predict(
        "In a network of nine layers of sigmoids, started by Glorot's rule, how long "
        "is the gradient of the first layer's weights, beside that of the last?",
        ["about as long", "a tenth", "less than a thousandth"],
    )
    mo.vstack([
        text(r"""
        ## The vanishing gradient

        Each layer on the way back multiplies by $W^\top$ and by the slope of the bend.
        For the sigmoid the slope is $a(1 - a)$, at most **1/4**. Whatever comes from
        the last layer goes through that factor once a layer.
        """),
        guess_vanish,
    ])  # fmt: skip
    return (guess_vanish,)


@app.cell
def _():
    depth = mo.ui.slider(2, 16, value=9, label="layers", show_value=True)
    depth
    return (depth,)


@app.cell
def _(X, y):
    def gradient_lengths(bend, scale, layers):
        """How long the gradient of each layer's weights is at the start."""

        def cost(W, X, Y):
            A = X
            for each in W[:-1]:
                A = bend(A @ each)
            Z = A @ W[-1]
            return np.mean(np.log(np.sum(np.exp(Z), axis=1)) - np.sum(Z * Y, axis=1))

        rng = np.random.default_rng(0)
        sizes = [64, *[32] * (layers - 1), 10]
        W = [rng.normal(size=(a, b)) * scale(a, b) for a, b in pairwise(sizes)]
        rows = (X[:200] - X.mean(axis=0)) / X.std()
        slopes = pl.gradient(cost, "W")(W, rows, np.eye(10)[y[:200]])
        return [float(np.linalg.norm(slope)) for slope in slopes]

    return (gradient_lengths,)


@app.cell
def _(depth, gradient_lengths, guess_vanish):
    def glorot(d, h):
        return np.sqrt(2 / (d + h))

    lengths = {
        "sigmoid": gradient_lengths(
            lambda z: 1 / (1 + np.exp(-z)), glorot, depth.value
        ),
        "tanh": gradient_lengths(np.tanh, glorot, depth.value),
        "ReLU": gradient_lengths(
            lambda z: np.maximum(0, z), lambda d, h: np.sqrt(2 / d), depth.value
        ),
    }
    vanished = lengths["sigmoid"][0] / lengths["sigmoid"][-1]
    revealed(
        guess_vanish,
        "less than a thousandth",
        f"With {depth.value} layers it is {vanished:.1e} of the last one's: the first "
        "layers hardly learn. tanh, whose slope at 0 is 1, and ReLU, whose slope is 1 "
        "or 0, keep the length when they start by their rules.",
        picture(
            plots.functions(
                np.arange(1, depth.value + 1),
                {name: np.log10(length) for name, length in lengths.items()},
                title="Sigmoids let the gradient of the first layers vanish",
                x_label="layer, from the input to the output",
                y_label="length of gradient, power of ten",
            ),
            f"The length of the gradient of each of {depth.value} layers: for tanh and "
            "ReLU nearly level, for sigmoids falling by a factor of about four a layer "
            "towards the input.",
        ),
    )  # fmt: skip
    return lengths, vanished


@app.cell
def _(X, new, y):
    def read_digits():
        relu = pl.activations.relu
        layers = pl.layers.Sequential(
            pl.layers.Dense(64, activation=relu),  # started by He's rule
            pl.layers.Dense(32, activation=relu),
            pl.layers.Dense(10),
        )
        adam = pl.methods.Adam(rate=0.003)
        return pl.NetworkClassifier(
            layers, method=adam, batch_size=64, tol=0.01, n_iter_no_change=3,
            random_state=0,
        ).fit(X[~new], y[~new])  # fmt: skip

    network = read_digits()
    W, b = ([layer[name] for layer in network.parameters_] for name in "Wb")
    share_new = network.score(X[new], y[new])
    share_line = pl.LogisticRegression().fit(X[~new], y[~new]).score(X[new], y[new])
    mo.vstack([
        text("## Training\n\nSixty-four inputs, two hidden layers of 64 and 32 ReLUs, "
             "ten scores, trained by Adam on batches of 64 pictures. It takes a second "
             "or two. (`pl.MLPClassifier((64, 32))` is the same network behind "
             "scikit-learn's interface, started by Glorot's rule.)"),
        code(read_digits),
        picture(
            plots.costs(
                {"cross-entropy": network.history_}, x_label="epoch",
                title=f"{share_new:.1%} of new digits are read right",
            ),
            f"The cross-entropy falls in {len(network.history_)} epochs to "
            f"{network.history_[-1]:.3f}.",
        ),
        text(f"To be fair: logistic regression, without any hidden layer, reads "
             f"{share_line:.1%} of them. For pictures as small and well centred as "
             "these, straight borders are nearly enough, and depth gains little."),
    ])  # fmt: skip
    return W, b, network, share_line, share_new


@app.cell
def _():
    text(r"""
    ## Which digits are taken for which?

    A share says how often it errs. A **confusion matrix** says how: row by what the
    picture shows, column by what was said.
    """)


@app.cell
def _():
    confusion, confusion_asked = exercise(
        "deep/confusion",
        r"""
        **The confusion matrix.** Write `confusion(y, said, k)` with two arrays of whole
        numbers from 0 to $k - 1$, `(n,)`. Return the counts, `(k, k)`: in row $i$,
        column $j$, how many pictures of class $i$ were said to be $j$.
        """,
    )
    confusion
    return (confusion_asked,)


@app.cell
def _(confusion_asked):
    answer(confusion_asked)


@app.cell
def _(X, network, new, y):
    said = network.predict(X[new])
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (y[new], said), 1)
    _wrong = np.flatnonzero(said != y[new])
    mo.vstack([
        picture(
            plots.confusion(
                counts, range(10),
                title=f"{np.trace(counts)} of {counts.sum()} new digits are read right",
            ),
            "A table of ten by ten counts: nearly all lie on the diagonal.",
        ),
        picture(
            plots.images(
                X[new][_wrong[:8]].reshape(-1, 8, 8),
                [f"{a}, said {b}" for a, b in zip(y[new][_wrong], said[_wrong],
                                                  strict=True)][:8],
                columns=4, title=f"Eight of the {len(_wrong)} that it gets wrong",
            ),
            "The first pictures that the network got wrong, with their digit and what "
            "was said.",
        ),
    ])  # fmt: skip
    return counts, said


@app.cell
def _(W, X, b, y):
    def layers_of(X):
        """What each layer says of the rows: the pixels first, the scores last."""
        A = [X]
        for weights, biases in zip(W[:-1], b[:-1], strict=True):
            A.append(np.maximum(0, A[-1] @ weights + biases))
        return [*A, A[-1] @ W[-1] + b[-1]]

    def apart(A):
        """The spread between the digits' means, by that within the digits."""
        means = np.array([A[y == digit].mean(axis=0) for digit in range(10)])
        between = np.sum((means[y] - A.mean(axis=0)) ** 2)
        return float(between / np.sum((A - means[y]) ** 2))

    names = ("pixels", "layer 1", "layer 2", "scores")
    apartness = {n: apart(A) for n, A in zip(names, layers_of(X), strict=True)}
    mo.vstack([
        text(r"""
        ## What layers see

        **They pull the digits apart.** Take the rows of one layer as points. How far
        apart are the ten digits' means, measured by how far the pictures of one digit
        are spread? (Between by within, both as sums of squares.)
        """),
        table(
            [(name, f"{value:.2f}") for name, value in apartness.items()],
            ("what is seen", "between / within"),
        ),
        text("Each layer makes the next one's work easier. The last one only draws "
             "straight borders, as logistic regression does: what hidden layers do is "
             "to move the digits to where straight borders are enough (lesson 9)."),
    ])  # fmt: skip
    return apartness, layers_of


@app.cell
def _():
    unit = mo.ui.slider(0, 63, value=5, label="unit of layer 1", show_value=True)
    mo.vstack([
        text("**A unit of the first layer** has 64 weights, one for each pixel: a "
             "picture. Blue is what it wants bright, orange what it wants dark. Below "
             "it, the pictures that excite it most."),
        unit,
    ])  # fmt: skip
    return (unit,)


@app.cell
def _(W, X, layers_of, unit, y):
    _says = layers_of(X)[1][:, unit.value]
    _most = np.argsort(-_says)[:6]
    mo.vstack([
        picture(
            plots.image_rows(
                {"its weights": [W[0][:, unit.value].reshape(8, 8)]},
                scale="signed", title=f"What unit {unit.value} looks for",
            ),
            f"The 64 weights of unit {unit.value} as a picture of 8 by 8, blue where "
            "positive, orange where negative.",
        ),
        picture(
            plots.images(
                X[_most].reshape(-1, 8, 8), y[_most], columns=6,
                title="The six pictures that excite it most",
            ),
            f"The six pictures for which unit {unit.value} is largest, showing the "
            f"digits {', '.join(map(str, y[_most]))}.",
        ),
    ])  # fmt: skip


@app.cell
def _():
    guess_dream = predict(
        "Begin with a grey picture and change its pixels so that the score of the 3 "
        "grows. What comes?",
        [
            "a clear 3, clearer than any that was written",
            "strokes and specks, of which the network is sure",
            "the mean of all 3s",
        ],
    )
    mo.vstack([
        text(r"""
        **What would excite an output most?** Turn the question of lesson 10 round: keep
        the weights, and take the slope with respect to the **picture**. Its 64 slopes
        say which pixel to make brighter.
        """),
        guess_dream,
    ])  # fmt: skip
    return (guess_dream,)


@app.cell
def _(W, X, b, guess_dream, network, y):
    def score(x, W, b, choice):
        """The score that is chosen by a one-hot row, for one picture."""
        A1 = np.maximum(0, x @ W[0] + b[0])
        A2 = np.maximum(0, A1 @ W[1] + b[1])
        return np.sum((A2 @ W[2] + b[2]) * choice)

    def dreamed(digit):
        """Climb from a grey picture along the slope of one score."""
        x = np.full(64, 0.5)
        for _ in range(40):
            g = climb(x, W, b, np.eye(10)[digit])
            x = np.clip(x + 0.1 * g / np.linalg.norm(g), 0, 1)
        return x

    climb = pl.gradient(score, "x")
    dreams = np.array([dreamed(digit) for digit in range(10)])
    sure = network.predict_proba(dreams)[np.arange(10), np.arange(10)]
    _means = [X[y == digit].mean(axis=0).reshape(8, 8) for digit in range(10)]
    _dreams = list(dreams.reshape(-1, 8, 8))
    revealed(
        guess_dream,
        "strokes and specks, of which the network is sure",
        f"The least sure of the ten has a probability of {sure.min():.4f}. The network "
        "learned what tells ten digits **apart**, and nothing of what a digit looks "
        "like where no training picture had ink. That is one reason why networks can "
        "be sure and wrong.",
        picture(
            plots.image_rows(
                {
                    "means 0 to 4": _means[:5], "exciting 0 to 4": _dreams[:5],
                    "means 5 to 9": _means[5:], "exciting 5 to 9": _dreams[5:],
                },
                alike="image",
                title="What excites an output is not what a digit looks like",
            ),
            "The mean picture of each digit, soft and readable, and below it the "
            "picture that excites its output: hard specks in which a stroke of the "
            "digit can be made out here and there.",
        ),
    )  # fmt: skip
    return dreams, sure


@app.cell
def _():
    excited, excited_asked = exercise(
        "deep/excited",
        r"""
        **What excites an output.** For one hidden layer of ReLUs, the score of output
        $j$ is $\sum_u \mathrm{relu}(z_u)\, W_2[u, j]$ with $z = x W_1 + b_1$. Write
        `excited(x, W1, b1, W2, j)` with the picture `x` `(d,)`, `W1` `(d, h)`, `b1`
        `(h,)`, `W2` `(h, k)` and the whole number `j`. Return the slope of that score
        with respect to the picture, `(d,)`.
        """,
    )
    excited
    return (excited_asked,)


@app.cell
def _(excited_asked):
    answer(excited_asked)


@app.cell
def _():
    read(
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016): sections 6.2.2 on "
        "softmax units, 6.3 on ReLU, 8.4 on how to start.",
        'Glorot & Bengio, "Understanding the difficulty of training deep feedforward '
        'neural networks" (2010): the spread through layers, with pictures as above.',
        'He, Zhang, Ren & Sun, "Delving deep into rectifiers" (2015): the 2/d.',
        "Nielsen, *Neural Networks and Deep Learning* (2015): chapter 5, why deep "
        "networks are hard to train.",
        'Zeiler & Fergus, "Visualizing and understanding convolutional networks" '
        '(2014); Szegedy and others, "Intriguing properties of neural networks" '
        "(2014): what layers see, and how they are fooled.",
    )


@app.cell
def _():
    closing("deep")


if __name__ == "__main__":
    app.run()
