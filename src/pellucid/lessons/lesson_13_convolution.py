"""Convolution: a small window of weights at every place of a picture."""

import marimo

app = marimo.App(app_title="Convolution")

with app.setup:
    import marimo as mo
    import numpy as np
    import sklearn.datasets

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
        table,
        text,
    )
    from pellucid.show import plots


@app.function
def seen(K, x, y):
    windows = np.lib.stride_tricks.sliding_window_view(x, K.shape)
    z = np.einsum("ijuv,uv->ij", windows, K)
    return np.mean((z - y) ** 2)


@app.cell
def _():
    opening("convolution")


@app.cell
def _():
    text(r"""
    To a dense layer a picture is a list of numbers in some order: shuffle the pixels of
    all pictures alike, and it learns as well as before. It does not know that pixels
    are neighbours, and a stroke that it has learned in one corner is a new thing in
    another. A *convolution* knows both: it looks through a small window, and through
    the same window everywhere.

    Here is a photograph that comes with scikit-learn: a part of it, in grey values from
    0 to 1. Where are its edges?
    """)


@app.cell
def _():
    _photograph = sklearn.datasets.load_sample_image("china.jpg").mean(axis=2) / 255
    # Every number the mean of 2 x 2 pixels.
    tower = _photograph[40:260, 60:368].reshape(110, 2, 154, 2).mean(axis=(1, 3))
    line = tower[80]  # a row of it, across the columns
    picture(
        plots.heat(tower, title="A tower, its columns and its roofs", scale="grey"),
        "A grey photograph of a Chinese tower with curved roofs and many columns.",
    )
    return line, tower


@app.cell
def _():
    text(r"""
    ## First along a row

    An edge is where neighbours differ. Let a *kernel* $k$ of $m$ weights lie on the row
    $x$ of $n$ numbers, from place $i$ on. The weighted sum of what it covers is

    $$z_i = \sum_{u=0}^{m-1} x_{i+u}\, k_u, \qquad i = 0, \dots, n - m.$$

    With $k = (-1, 0, 1)$ it is the number to the right less the number to the left:
    positive where the row becomes lighter.
    """)


@app.cell
def _(line):
    _z = found("convolution/slide").function(line, np.array([-1.0, 0.0, 1.0]))
    _at = np.arange(1, len(line) - 1)
    _where = int(_at[np.argmax(np.abs(_z))])
    picture(
        plots.functions(
            _at,
            {"row 80": line[1:-1], "z": _z},
            title=f"z is far from 0 at edges, the farthest at pixel {_where}",
            x_label="pixel",
            y_label="grey value, and z",
        ),
        "Row 80 of the photograph and its differences, which leave 0 where the row "
        "jumps.",
    )


@app.cell
def _():
    slide, slide_asked = exercise(
        "convolution/slide",
        r"""
    **Along a row.** Write `slide(x, k)`, the sum above at each place: from `x` (n,) and
    `k` (m,) to `z` (n - m + 1,), for n ≥ m.
    """,
    )
    slide
    return (slide_asked,)


@app.cell
def _(slide_asked):
    answer(slide_asked)


@app.cell
def _():
    flip_guess = predict(
        "np.convolve(x, [-1, 0, 1], mode='valid') on the same row gives",
        ["the same z", "-z", "z in reverse order"],
    )
    flip_guess
    return (flip_guess,)


@app.cell
def _(flip_guess, line):
    _theirs = np.convolve(line, [-1, 0, 1], mode="valid")
    flipped = float(
        np.abs(
            _theirs + found("convolution/slide").function(line, np.array([-1.0, 0, 1]))
        ).max()
    )
    revealed(
        flip_guess,
        "-z",
        "Mathematicians turn the kernel round: their convolution is "
        r"$\sum_u x_{i-u}\, k_u$, which makes it commute, $x * k = k * x$. "
        "Turned round, (-1, 0, 1) is (1, 0, -1). What networks do is called "
        "*cross-correlation* there; weights are learned, so a kernel that had to be "
        "turned would simply be learned that way. We keep the field's word and turn "
        "nothing.",
        text(f"The largest size of (np.convolve + z) in this row: {flipped:.1g}."),
    )
    return (flipped,)


@app.cell
def _():
    text(r"""
    ## Then over a picture

    A kernel of $h$ rows and $w$ columns lies on the picture at each place $(i, j)$
    where it fits:

    $$z_{ij} = \sum_{u=0}^{h-1} \sum_{v=0}^{w-1} x_{i+u,\,j+v}\; k_{uv}.$$
    """)


@app.cell
def _():
    correlated, correlated_asked = exercise(
        "convolution/correlated",
        r"""
    **Over a picture.** Write `correlated(x, K)`: from `x` (H, W) and `K` (h, w) to `z`
    (H - h + 1, W - w + 1). Loops are welcome.
    """,
    )
    correlated
    return (correlated_asked,)


@app.cell
def _(correlated_asked):
    answer(correlated_asked)


@app.cell
def _():
    _upright = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    kernels = {
        "upright edges": _upright,
        "level edges": _upright.T,
        "blur": np.full((5, 5), 1 / 25),
        "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    }
    edge_guess = predict(
        "K = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]] / 8: what will it find in the tower?",
        ["the columns", "the edges of the roofs", "both alike"],
    )
    edge_guess
    return edge_guess, kernels


@app.cell
def _(edge_guess, kernels, tower):
    _see = found("convolution/correlated").function
    upright, level = (
        _see(tower, kernels[name]) for name in ("upright edges", "level edges")
    )
    # The strip of columns under the lower roof.
    _strip = slice(75, 90), slice(20, 130)
    columns_ratio = float(np.abs(upright[_strip]).mean() / np.abs(level[_strip]).mean())
    revealed(
        edge_guess,
        "the columns",
        "It takes the left from the right, and smooths a little up and down (the "
        "kernel is Sobel's). Its transpose takes the upper from the lower, and finds "
        "the roofs.",
        mo.vstack(
            [
                picture(
                    plots.heat(
                        upright,
                        title=f"At the columns it says {columns_ratio:.1f} times as "
                        "much as its transpose",
                        scale="signed",
                    ),
                    "The tower through the kernel of upright edges: columns stand out.",
                ),
                picture(
                    plots.heat(
                        level, title="The transpose sees the roofs", scale="signed"
                    ),
                    "The tower through the kernel of level edges: roofs stand out.",
                ),
            ]
        ),
    )
    return (columns_ratio,)


@app.cell
def _(kernels):
    kernel_name = mo.ui.dropdown(list(kernels), value="blur", label="Kernel")
    kernel_name
    return (kernel_name,)


@app.cell
def _(kernel_name, kernels, tower):
    _K = kernels[kernel_name.value]
    _z = found("convolution/correlated").function(tower, _K)
    picture(
        plots.heat(
            _z,
            title=f"{kernel_name.value.capitalize()}: weights that sum to {_K.sum():g}",
            scale="signed" if "edges" in kernel_name.value else "grey",
        ),
        f"The tower through the kernel {kernel_name.value!r}.",
    )


@app.cell
def _():
    text(r"""
    ## How large it becomes

    Windows that must lie inside make a picture smaller each time. *Padding* puts zeros
    around it first, $p$ at each end. A *stride* $s$ moves the window by $s$: fewer
    places, less work.
    """)


@app.cell
def _():
    places, places_asked = exercise(
        "convolution/places",
        r"""
    **How many places.** Write `places(n, m, padding, stride)`: how many
    places a window of `m` has along `n` numbers, with so many zeros at each end and
    this stride; windows lie inside what is padded. All are whole numbers, and so is the
    result.
    """,
    )
    places
    return (places_asked,)


@app.cell
def _(places_asked):
    answer(places_asked)


@app.cell
def _():
    weights_guess = predict(
        "A digit of 8 × 8 pixels, 8 kernels of 3 × 3: 80 numbers are learned. A dense "
        "layer from the same pixels to as many outputs learns",
        ["about 600", "about 2,000", "about 19,000"],
    )
    weights_guess
    return (weights_guess,)


@app.cell
def _(weights_guess):
    few, many = (
        sum(value.size for p in network.parameters(np.random.default_rng(0), (8, 8, 1))
            for value in p.values())
        for network in (
            pl.layers.Sequential(pl.layers.Conv2D(8, 3)),
            pl.layers.Sequential(pl.layers.Flatten(), pl.layers.Dense(6 * 6 * 8)),
        )
    )  # fmt: skip
    revealed(
        weights_guess,
        "about 19,000",
        f"{many:,} against {few}. Two ideas save them: a number depends on its "
        "*neighbours* only, 9 pixels instead of 64; and the 9 weights are *shared* by "
        "all 36 places.",
        text(
            "`pl.layers.Conv2D(8, 3)` and `pl.layers.Dense(6 * 6 * 8)`, their "
            "parameters counted."
        ),
    )
    return few, many


@app.cell
def _():
    text(r"""
    A picture may have $c$ *channels*, as red, green and blue; a kernel then has weights
    for each channel, sums over all, and adds one bias. With $f$ kernels there are $f$
    numbers at each place.
    """)


@app.cell
def _():
    counted, counted_asked = exercise(
        "convolution/counted",
        r"""
    **What sharing saves.** Write `counted(H, W, c, h, w, f)`: two whole
    numbers, what is learned by a convolution of f kernels (h, w, c) with biases on
    pictures (H, W, c), windows inside, stride 1; and by a dense layer with biases that
    takes the same picture to as many outputs.
    """,
    )
    counted
    return (counted_asked,)


@app.cell
def _(counted_asked):
    answer(counted_asked)


@app.cell
def _():
    shift = mo.ui.slider(-2, 2, value=1, label="Move the digit by", show_value=True)
    text(r"""
    ## It moves along

    Move the picture, and $z$ moves with it: at place $i$ the window now covers what it
    covered at $i - 1$ before. This is called *equivariance*, and it follows from the
    formula: with $x'_{i} = x_{i-1}$,

    $$z'_i = \sum_u x'_{i+u} k_u = \sum_u x_{i-1+u} k_u = z_{i-1}.$$
    """)
    return (shift,)


@app.cell
def _(shift):
    shift


@app.cell
def _(kernels, shift):
    _digit = np.pad(pl.datasets.digits()[0][0].reshape(8, 8) / 16, 3)
    _see = found("convolution/correlated").function
    _moved = np.roll(_digit, shift.value, axis=1)
    _before, _after = (_see(x, kernels["upright edges"]) for x in (_digit, _moved))
    apart = float(np.abs(np.roll(_before, shift.value, axis=1) - _after).max())
    picture(
        plots.image_rows(
            {"digit": [_digit, _moved], "z": [4 * _before, 4 * _after]},
            title=f"Moved by {shift.value}, z is moved by {shift.value}",
            scale="signed",
        ),
        "A digit and its upright edges, and both once more, moved alike: the edges of "
        f"the moved digit differ from the moved edges by {apart:g}.",
    )
    return (apart,)


@app.cell
def _():
    text(r"""
    *Max pooling* keeps the largest number of each square of $s \times s$: that there
    was a stroke, and roughly where.
    """)


@app.cell
def _():
    pooled, pooled_asked = exercise(
        "convolution/pooled",
        r"""
    **Max pooling.** Write `pooled(x, s)`: from `x` (H,
    W) to (H // s, W // s). Squares stand side by side; what is left at the right and
    lower edge is left out.
    """,
    )
    pooled
    return (pooled_asked,)


@app.cell
def _(pooled_asked):
    answer(pooled_asked)


@app.cell
def _():
    text(r"""
    ## The gradient is a convolution again

    Say $J$ depends on $z$, and its slopes $g_{ij} = \partial J / \partial z_{ij}$ have
    come back from later layers. The weight $k_{uv}$ acts at every place, on another
    pixel each time:

    $$\frac{\partial z_{ij}}{\partial k_{uv}} = x_{i+u,\,j+v}
    \qquad\Rightarrow\qquad
    \frac{\partial J}{\partial k_{uv}} = \sum_i \sum_j x_{i+u,\,j+v}\; g_{ij}.$$

    That is the sum of exercise 2, with $g$ in the place of the kernel. On a graph with
    numbers, along a row of three: the weight $k_0$ is used at both places, and its
    slope has a part from each.
    """)


@app.cell
def _():
    def cost(k, x):
        z0 = x[0] * k[0] + x[1] * k[1]
        z1 = x[1] * k[0] + x[2] * k[1]
        return (z0**2 + z1**2) / 2

    _x, _k = np.array([1.0, 2.0, 4.0]), np.array([-1.0, 1.0])
    row_slopes = pl.gradient(cost, wrt="k")(_k, _x)
    graph(
        pl.draw(cost, _k, _x),
        "The graph of a convolution along three numbers with two weights. The slopes "
        f"of the weights are {row_slopes[0]:g} and {row_slopes[1]:g}, sums over two "
        "places.",
    )
    return (row_slopes,)


@app.cell
def _():
    kernel_slopes, kernel_slopes_asked = exercise(
        "convolution/kernel_slopes",
        r"""
    **The slopes of the kernel.** Write `kernel_slopes(x, G)`: from `x` (H, W) and the
    slopes `G` (H', W') of $z$ to the slopes of the kernel, (H - H' + 1, W - W' + 1).
    """,
    )
    kernel_slopes
    return (kernel_slopes_asked,)


@app.cell
def _(kernel_slopes_asked):
    answer(kernel_slopes_asked)


@app.cell
def _():
    text(r"""
    Layers before this one need the slopes of the picture. A pixel lies in many windows,
    each time under another weight:

    $$\frac{\partial J}{\partial x_{ab}} = \sum_{u,v} g_{a-u,\,b-v}\; k_{uv},$$

    over those $u, v$ for which $g$ has such a place. (There is the kernel turned
    round.)
    """)


@app.cell
def _():
    input_slopes, input_slopes_asked = exercise(
        "convolution/input_slopes",
        r"""
    **The slopes of the picture.** Write `input_slopes(G, K)`: from `G` (H', W') and `K`
    (h, w) to the slopes of the picture, (H' + h - 1, W' + w - 1).
    """,
    )
    input_slopes
    return (input_slopes_asked,)


@app.cell
def _(input_slopes_asked):
    answer(input_slopes_asked)


@app.cell
def _():
    _rng = np.random.default_rng(0)
    _shapes = (3, 3), (6, 7), (4, 5)
    kernel_code = pl.source(
        pl.gradient(pl.graph(seen, *(_rng.normal(size=each) for each in _shapes)), "K")
    )
    mo.vstack(
        [
            text(
                "NumPy can show all windows at once, without a copy, and `einsum` "
                "sums over what both have:"
            ),
            code(seen),
            text(
                "From it `pl.gradient` writes exercise 6 in one line: the letters say "
                "that now i and j are summed over."
            ),
            code(kernel_code),
        ]
    )
    return (kernel_code,)


@app.cell
def _():
    text(r"""
    ## A whole layer

    $$z_{n,i,j,f} = b_f + \sum_{u,v,c} x_{n,\,i+u,\,j+v,\,c}\; W_{u,v,c,f}$$
    """)


@app.cell
def _():
    convolved, convolved_asked = exercise(
        "convolution/convolved",
        r"""
    **A whole layer.** Write `convolved(x, W, b)`: from pictures `x` (n, H, W, c),
    kernels `W` (h, w, c, f) and biases `b` (f,) to (n, H - h + 1, W - w + 1, f).
    """,
    )
    convolved
    return (convolved_asked,)


@app.cell
def _(convolved_asked):
    answer(convolved_asked)


@app.cell
def _():
    text(r"""
    ## Digits that have moved

    1000 digits stand in the middle of a field of 12 × 12 pixels. Two networks of about
    the same number of weights learn to read them. Then the others come, and stand
    anywhere: moved by up to two pixels in each direction. The network of windows looks
    everywhere and keeps, of each kernel, the largest number of the whole picture; zeros
    around the field (`padding="same"`) let windows look over its edge:
    """)


@app.cell
def _():
    code(
        largest,
        """
    relu = pl.activations.relu
    dense = Sequential(Flatten(), Dense(40, relu), Dense(10))
    windows = Sequential(
        Conv2D(8, 3, padding="same", activation=relu),
        Conv2D(32, 5, padding="same", activation=relu),
        largest,
        Dense(10),
    )
    model = pl.NetworkClassifier(windows, method=pl.methods.Adam(0.01), batch_size=50)
    """,
    )


@app.function
def largest(x):
    return np.max(x, axis=(1, 2))  # (n, H, W, f) to (n, f)


@app.cell
def _():
    _X, digits = pl.datasets.digits()
    _rng = np.random.default_rng(0)
    _order = _rng.permutation(len(digits))
    _X, digits = _X[_order].reshape(-1, 8, 8, 1) / 16, digits[_order]

    def _standing(X, corners):
        """Digits on fields of 12 x 12, each with its corner at another place."""
        fields = np.zeros((len(X), 12, 12, 1), np.float32)
        for field, digit, (i, j) in zip(fields, X, corners, strict=True):
            field[i : i + 8, j : j + 8] = digit
        return fields

    centred = _standing(_X, np.full((len(_X), 2), 2))
    moved = _standing(_X[1000:], _rng.integers(0, 5, size=(len(_X) - 1000, 2)))
    return centred, digits, moved


@app.cell
def _(centred, digits, moved):
    relu, _layers = pl.activations.relu, pl.layers
    _dense = _layers.Sequential(
        _layers.Flatten(), _layers.Dense(40, relu), _layers.Dense(10)
    )
    _windows = _layers.Sequential(
        _layers.Conv2D(8, 3, padding="same", activation=relu),
        _layers.Conv2D(32, 5, padding="same", activation=relu),
        largest,
        _layers.Dense(10),
    )
    readers = {
        name: pl.NetworkClassifier(
            network, method=pl.methods.Adam(0.01), batch_size=50, max_iter=10, tol=0,
            random_state=0,
        ).fit(centred[:1000], digits[:1000])
        for name, network in {"dense": _dense, "windows": _windows}.items()
    }  # fmt: skip
    shares = {
        name: [model.score(X, digits[1000:]) for X in (centred[1000:], moved)]
        for name, model in readers.items()
    }
    sizes = {
        name: sum(value.size for p in model.parameters_ for value in p.values())
        for name, model in readers.items()
    }
    return readers, shares, sizes


@app.cell
def _(shares):
    moved_guess = predict(
        f"The dense network reads {shares['dense'][0]:.0%} of the new digits in the "
        "middle. Of those that moved it reads",
        ["about 90 %", "about 60 %", "about 20 %"],
    )
    moved_guess
    return (moved_guess,)


@app.cell
def _(moved, moved_guess, shares, sizes):
    revealed(
        moved_guess,
        "about 20 %",
        f"It reads {shares['dense'][1]:.0%} of them, where chance alone reads 10 %: "
        "each of its weights belongs to a pixel. What the windows have learned in the "
        "middle holds elsewhere too, but for what they see of the edge.",
        mo.vstack(
            [
                table(
                    [
                        (name, sizes[name], f"{middle:.1%}", f"{elsewhere:.1%}")
                        for name, (middle, elsewhere) in shares.items()
                    ],
                    ("network", "weights", "in the middle", "moved"),
                    caption="Digits that were not learned from, read right",
                ),
                picture(
                    plots.images(
                        moved[:10, :, :, 0],
                        title=f"Of such digits windows read {shares['windows'][1]:.0%}",
                    ),
                    "Ten digits, each standing at another place of its field.",
                ),
            ]
        ),
    )


@app.cell
def _(centred, readers):
    _network = readers["windows"].network_
    _p = readers["windows"].parameters_
    mo.vstack(
        [
            text(r"""
    Its first kernels, and what it makes of a digit. Blue asks for ink, orange for
    paper. Some of the kernels are edges, level, upright or slanting: nobody told them
    to be.
    """),
            picture(
                pl.pictures.filters(_network, _p),
                "The eight kernels of 3 × 3 weights of the first layer.",
            ),
            picture(
                pl.pictures.activations(_network, _p, centred[1000]),
                "One digit on its way through the network: of each layer the channels "
                "that say most.",
            ),
        ]
    )


@app.cell
def _():
    read(
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), chapter 9: the "
        "operation in 9.1, sparse and shared weights in 9.2, pooling in 9.3.",
        'LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document '
        'recognition" (1998), section II: the network that read cheques.',
        'Fukushima, "Neocognitron" (1980): layers of shared windows, trained without '
        "backpropagation.",
        "Dumoulin & Visin, "
        '"A guide to convolution arithmetic for deep learning" (2016): '
        "exercise 3 in pictures.",
        "Nielsen, *Neural Networks and Deep Learning* (2015), chapter 6.",
    )


@app.cell
def _():
    closing("convolution")


if __name__ == "__main__":
    app.run()
