"""Libraries, the GPU and big data."""

import marimo

app = marimo.App(app_title="Libraries, GPU, big data")

with app.setup:
    from functools import partial
    from importlib.util import find_spec
    from timeit import repeat

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
    opening("libraries")


@app.cell
def _():
    rows, d = 1_000_000_000, 10
    gigabytes = rows * d * 8 / 1e9
    text(rf"""
    A shop keeps ten numbers of each sale: {gigabytes:.0f} GB for a billion sales, more
    than the memory of most machines. Which of the things that you wrote on this road
    still work? Which become fast on other hardware, and which do not?

    Three ideas carry this lesson. The *formula* is one thing and where it runs is
    another. A computer is fast when it does *much of the same at once*. And sums over
    rows may be taken *in blocks*, in any order and on many machines.
    """)
    return d, rows


@app.cell
def _():
    def cost(w, X, y):
        error = X @ w - y
        return np.mean(error**2)

    table_X = np.array([[1.0, 2], [1, 3], [1, 5]])
    example = np.array([0.0, 1.5]), table_X, np.array([3.0, 4, 9])
    _graph = pl.graph(cost, *example)
    mo.vstack([
        text("""
        ## One formula, three libraries

        The cost of the second lesson, as a plain NumPy function. Pellucid has recorded
        what it computes, as a graph. A graph does not say *where*: each operation in it
        has a name in NumPy, in JAX and in PyTorch.
        """),
        graph(
            pl.draw(cost, *example),
            "The graph of the mean squared error of three rows, with its values.",
        ),
        text("Its gradient in NumPy, as Pellucid writes it:"),
        code(pl.source(pl.gradient(_graph))),
    ])  # fmt: skip
    return cost, example


@app.cell
def _():
    text("""
    The same by hand, in the two libraries that most networks are trained with:

    ```python
    import jax, jax.numpy as jnp                  # JAX: a function is transformed

    def cost(w, X, y):
        return jnp.mean((X @ w - y) ** 2)

    gradient = jax.jit(jax.grad(cost))
    gradient(w, X, y)
    ```

    ```python
    import torch                                  # PyTorch: each step is noted

    w = torch.tensor(w, requires_grad=True)       # X and y are tensors too
    J = torch.mean((X @ w - y) ** 2)
    J.backward()
    w.grad
    ```

    And by Pellucid, from the NumPy function as it stands:

    ```python
    gradient = pl.compile(pl.gradient(cost), target="jax")     # or "torch"
    ```

    JAX hands the whole graph to a compiler, **XLA**, which joins steps into one:
    difference, square and sum become a single pass over the rows, so that what
    lies between is never written to memory. (`pl.compile` for NumPy reuses its
    memory instead.) Compiling takes a moment at the first call, and pays off after
    many.
    """)


@app.cell
def _():
    targets = {
        "numpy": True,
        "jax": find_spec("jax") is not None,
        "torch": find_spec("torch") is not None,
    }
    measure = mo.ui.run_button(label="Measure on this machine")
    _missing = [name for name, there in targets.items() if not there]
    _told = "JAX and PyTorch are installed here." if not _missing else (
        "Not installed here: " + " and ".join(_missing) + ". The rest of the lesson "
        "does without; `pip install 'pellucid[jax,torch]'` brings both."
    )  # fmt: skip
    mo.vstack([
        text(f"{_told} Measure the gradient for tables of 100 to 100,000 rows:"),
        measure,
    ])  # fmt: skip
    return measure, targets


@app.cell
def _(cost, measure, targets):
    def raced(names, sizes):
        """Microseconds of the gradient by each library, and the code of the last."""
        rng, found, code = np.random.default_rng(0), {}, ""
        for target in names:
            gradient = pl.compile(pl.gradient(cost), target=target)
            for n in sizes:
                data = rng.normal(size=10), rng.normal(size=(n, 10)), rng.normal(size=n)
                gradient(*data)
                seconds = min(repeat(partial(gradient, *data), number=3, repeat=5)) / 3
                found[target, n] = 1e6 * seconds
            code = gradient.source
        return found, code

    def lines_of(found, sizes):
        """The times of a race, a line a library."""
        names = dict.fromkeys(target for target, _ in found)
        return [(name, *(round(found[name, n]) for n in sizes)) for name in names]

    _shown = mo.md("")
    if measure.value:
        _sizes = 100, 10_000, 100_000
        _found, _code = raced([n for n, there in targets.items() if there], _sizes)
        _shown = mo.vstack([
            table(
                lines_of(_found, _sizes),
                ("", *(f"{n:,} rows" for n in _sizes)),
                caption="Microseconds for a gradient",
            ),
            text("""
            On one CPU none of them works wonders: for small tables the time goes into
            the way to the library and back, for large ones into the same products. The
            program of the last one, as Pellucid wrote it:
            """),
            code(_code),
        ])  # fmt: skip
    _shown
    return lines_of, raced


@app.cell
def _():
    few = predict(
        "A GPU does thousands of multiplications at once. You double 100 numbers on "
        "it, and on the CPU with NumPy. The GPU is ...",
        ["a hundred times faster", "as fast", "ten times slower"],
    )
    mo.vstack([text("## Why a GPU needs large arrays"), few])
    return (few,)


@app.cell
def _():
    start = mo.ui.slider(
        1, 50, 1, value=10, label="GPU: microseconds to start a step", show_value=True
    )
    memory = mo.ui.slider(
        200, 5000, 100, value=3000, label="GPU: its memory, GB/s", show_value=True
    )
    bus = mo.ui.slider(
        5, 100, 5, value=25, label="from the CPU to the GPU, GB/s", show_value=True
    )
    return bus, memory, start


@app.cell
def _(bus, few, memory, start):
    numbers = np.geomspace(10, 1e9, 81)
    moved = 16 * numbers  # bytes: each number is read and written, 8 bytes each

    def times(start, memory, bus, begin=1e-6, speed=20e9):
        """Seconds of a step: on the CPU, on the GPU, and with data sent there first."""
        cpu = begin + moved / speed
        gpu = start * 1e-6 + moved / (memory * 1e9)
        return cpu, gpu, gpu + moved / (bus * 1e9)

    cpu, gpu, sent = times(start.value, memory.value, bus.value)
    gain, gain_sent = cpu / gpu, cpu / sent
    _figure = plots.functions(
        numbers, {"data there": gain, "data sent": gain_sent},
        title=f"A GPU is up to {gain.max():.0f} times as fast, where the data are",
        x_label="numbers doubled", y_label="times as fast as the CPU",
        logarithmic=True,
    )  # fmt: skip
    _figure.axes[0].set_xticks([10.0, 1e3, 1e5, 1e7, 1e9])
    race_of_sizes = picture(
        _figure,
        "How many times as fast a GPU is, against the number of numbers: below 1 for "
        "small arrays, then rising to a plateau; at most "
        f"{gain_sent.max():.1f} when data are sent there and back.",
    )
    return gain, gain_sent, numbers, race_of_sizes, times


@app.cell
def _(bus, few, memory, race_of_sizes, start):
    revealed(
        few,
        "ten times slower",
        "To start anything on a GPU takes about ten microseconds; in that time NumPy "
        "has doubled thousands of numbers. The GPU wins when there is much to do, and "
        "when the numbers are there already.",
        mo.vstack([
            text("""
            A model with round figures: NumPy starts in 1 microsecond and moves 20 GB a
            second. Set the GPU as you like.
            """),
            start, memory, bus,
            race_of_sizes,
            text("""
            So: put the data there once, do many steps, bring back a few numbers. A
            product of two n × n matrices is the ideal case: it moves 3n² numbers and
            multiplies n³ times. That is why networks, which are such products, are
            trained on GPUs, and why a loop over rows is not.
            """),
        ]),
    )  # fmt: skip


@app.cell
def _():
    tenths = predict(
        "GPUs like float32: half the memory, and twice the speed or more. Add 0.1 ten "
        "million times, one after another, in float32. The sum is ...",
        ["1,000,000", "a little off, in the seventh digit", "off by about 9 %"],
    )
    mo.vstack([text("## float32"), tenths])
    return (tenths,)


@app.cell
def _(tenths):
    _x = np.full(10_000_000, 0.1, np.float32)
    one_by_one, in_pairs = float(np.cumsum(_x)[-1]), float(np.sum(_x))
    revealed(
        tenths,
        "off by about 9 %",
        f"It is {one_by_one:,.0f}. float32 has about seven digits. Near a million, its "
        "last one is worth 0.0625, so that each 0.1 is rounded to 0.125.",
        text(f"""
        `np.sum` gives {in_pairs:,.1f} from the same numbers. It adds short
        stretches, and then their sums in pairs, and so on: there all numbers are of one
        size when they meet, and the error grows at most with the *logarithm* of their
        number.
        Such a tree will come again below, for another reason.
        """),
    )
    return in_pairs, one_by_one


@app.cell
def _():
    one_pass = predict(
        "Now the billion rows, which are read in blocks. Each is forgotten before the "
        "next comes; you may keep a few numbers. What can be computed exactly, in one "
        "pass?",
        ["only the mean", "the mean and the variance", "these and the median"],
    )
    mo.vstack([text("## A sum over rows, in blocks"), one_pass])
    return (one_pass,)


@app.cell
def _(one_pass):
    revealed(
        one_pass,
        "the mean and the variance",
        "Both come from sums over rows, and a sum of all is the sum of the sums of the "
        "blocks. The median has no such sum: whether a number is in the middle is not "
        "known before all have been seen.",
        text("""
        What is a sum over rows, so far on this road: means, variances, covariances,
        X'X and X'y, every cost, and *every gradient*. That is why big data is possible.
        """),
    )


@app.cell
def _():
    mean_of_blocks, mean_of_blocks_asked = exercise(
        "libraries/mean_of_blocks",
        r"""**1. A mean.** Write `mean_of_blocks(blocks)`: a list of tables of shapes
        (n₁, d), (n₂, d), ..., with different numbers of rows. It returns the mean of
        each column over all rows, of shape (d,). Look at one block at a time.""",
    )
    mean_of_blocks
    return (mean_of_blocks_asked,)


@app.cell
def _(mean_of_blocks_asked):
    answer(mean_of_blocks_asked)


@app.cell
def _():
    text(r"""
    ## A variance is harder

    The books have $\operatorname{var}(x) = \overline{x^2} - \bar x^2$: two sums, one
    pass. On a computer it fails. For numbers near a million that spread by 1, both
    terms are near $10^{12}$, and of sixteen digits twelve are the same: they cancel,
    and four are left.

    So keep the differences from the mean, $M_2 = \sum_i (x_i - \bar x)^2$, beside $n$
    and $\bar x$. How do two parts $a$ and $b$ become one? (Chan, Golub & LeVeque,
    1983.)

    **Step 1.** $n = n_a + n_b$, and with $\delta = \bar x_b - \bar x_a$ the mean is
    $\bar x = \bar x_a + \delta\, n_b / n$.

    **Step 2.** Around the new mean, each row of $a$ is $\bar x_a - \bar x =
    -\delta\, n_b / n$ further off than around its own. The mixed terms add up to zero,
    so $M_{2,a}$ grows by $n_a (\delta\, n_b / n)^2$; and likewise $b$.

    **Step 3.** Add both: $\delta^2 (n_a n_b^2 + n_b n_a^2) / n^2
    = \delta^2\, n_a n_b / n$. So

    $$M_2 = M_{2,a} + M_{2,b} + \delta^2\, \frac{n_a n_b}{n}$$
    """)


@app.cell
def _():
    merged, merged_asked = exercise(
        "libraries/merged",
        r"""**2. Two summaries become one.** Write `merged(a, b)`: each is a tuple
        `(n, mean, M2)` of numbers. It returns the tuple of all rows together. (One of
        the parts may be empty, with n = 0.)""",
    )
    merged
    return (merged_asked,)


@app.cell
def _(merged_asked):
    answer(merged_asked)


@app.cell
def _():
    variance_of_blocks, variance_of_blocks_asked = exercise(
        "libraries/variance_of_blocks",
        r"""**3. A variance.** Write `variance_of_blocks(blocks)`: a list of arrays of
        shapes (n₁,), (n₂,), ... It returns the variance of all their numbers together,
        $M_2 / n$, one number. It must also hold far from zero.""",
    )
    variance_of_blocks
    return (variance_of_blocks_asked,)


@app.cell
def _(variance_of_blocks_asked):
    answer(variance_of_blocks_asked)


@app.cell
def _():
    offsets = np.arange(0, 10)
    _z = np.random.default_rng(0).normal(size=10_000)

    def by_squares(blocks):
        n = sum(len(x) for x in blocks)
        return (
            sum(np.sum(x**2) for x in blocks) / n
            - (sum(np.sum(x) for x in blocks) / n) ** 2
        )

    def summary(blocks):
        """n, mean and M2 of all rows, block after block."""
        n, mean, M2 = 0, 0.0, 0.0
        for x in blocks:
            m, delta = len(x), x.mean(axis=0) - mean
            M2 = M2 + np.sum((x - x.mean(axis=0)) ** 2, axis=0)
            M2 = M2 + delta**2 * n * m / (n + m)
            mean = mean + delta * m / (n + m)
            n += m
        return n, mean, M2

    def by_merging(blocks):
        n, _, M2 = summary(blocks)
        return M2 / n

    def digits(way, shift):
        """How many digits of the variance are right, from 0 to 16."""
        x = _z + shift
        error = abs(way(np.array_split(x, 7)) / np.var(x - shift) - 1)
        return float(np.clip(-np.log10(max(error, 1e-16)), 0, 16))

    squares_digits = [digits(by_squares, 10.0**k) for k in offsets]
    merging_digits = [digits(by_merging, 10.0**k) for k in offsets]
    picture(
        plots.functions(
            offsets, {"squares less square": squares_digits, "merged": merging_digits},
            title="The formula of the books loses two digits for one of the mean",
            x_label="the mean (powers of ten; the spread is 1)", y_label="digits right",
        ),
        "Digits that are right against the mean: the formula with squares has none "
        "left at a mean of ten to the eighth, where merging still has ten.",
    )  # fmt: skip
    return merging_digits, squares_digits, summary


@app.cell
def _(summary):
    images, _ = pl.datasets.digits()
    _blocks = [images[k : k + 200] for k in range(0, len(images), 200)]
    _n, mean_image, _M2 = summary(_blocks)
    spread_image = np.sqrt(_M2 / _n)
    picture(
        plots.images(
            np.stack([mean_image, spread_image]).reshape(2, 8, 8),
            titles=["mean", "spread"],
            title=f"{_n:,} digits from {len(_blocks)} blocks: their mean and spread",
        ),
        "The mean of all pictures of digits, a blurred ring, and the spread of each "
        "pixel.",
    )
    return images, mean_image, spread_image


@app.cell
def _():
    text(r"""
    ## Least squares, in blocks

    The normal equations of the second lesson are $X^\top X\, w = X^\top y$. Write $X$
    as blocks of rows under each other. Then

    $$X^\top X = \sum_k X_k^\top X_k \qquad X^\top y = \sum_k X_k^\top y_k$$

    For ten columns that is 100 and 10 numbers, whether there are a thousand rows or a
    billion.
    """)


@app.cell
def _():
    weights_of_blocks, weights_of_blocks_asked = exercise(
        "libraries/weights_of_blocks",
        r"""**4. Least squares.** Write `weights_of_blocks(blocks)`: a list of pairs
        `(X, y)` of shapes (n₁, d) and (n₁,), and so on. It returns the weights of least
        cost over all rows, of shape (d,), and looks at one block at a time.""",
    )
    weights_of_blocks
    return (weights_of_blocks_asked,)


@app.cell
def _(weights_of_blocks_asked):
    answer(weights_of_blocks_asked)


@app.cell
def _():
    text(r"""
    ## A tree of machines

    Let each machine sum up its own blocks. Then the results must be merged. One after
    another, 1,024 results take 1,023 merges in a chain. In a **tree**, neighbours merge
    in pairs, all pairs at once; then the results do so, and so on: ten rounds.

    $$((a\,b)(c\,d))\,e$$

    Rounds of five parts: $a\,b$ and $c\,d$, while $e$ has no neighbour and waits; then
    the two results; then that with $e$.
    """)


@app.cell
def _():
    tree, tree_asked = exercise(
        "libraries/tree",
        r"""**5. Merging in a tree.** Write `tree(parts, merge)`: a list of at least one
        part, and a function of two parts. In each round merge the first with the
        second, the third with the fourth and so on; a last one without a neighbour goes
        into the next round as it is. Return what is left in the end.""",
    )
    tree
    return (tree_asked,)


@app.cell
def _(tree_asked):
    answer(tree_asked)


@app.cell
def _():
    halved = predict(
        "Must it be all of the billion? A weight that is fitted to n rows is uncertain "
        "by chance. To halve that uncertainty takes ...",
        ["twice the rows", "four times the rows", "sixteen times the rows"],
    )
    mo.vstack([text("## How many rows are enough?"), halved])
    return (halved,)


@app.cell
def _(halved):
    _X, _y = pl.datasets.plane(n=32_000, random_state=0)
    _means = _X.mean(axis=0), _X.std(axis=0)
    X = np.column_stack([np.ones(len(_X)), (_X - _means[0]) / _means[1]])
    y = _y
    counts = 1000 * 2 ** np.arange(6)
    uncertain = [
        pl.LinearRegression().fit(X[:n, 1:], y[:n])
        .summary().frame["standard error"].iloc[1]
        for n in counts
    ]  # fmt: skip
    revealed(
        halved,
        "four times the rows",
        "It falls with the root of the number of rows. A thousandth of a billion rows "
        "is a million, and their weights are uncertain by 32 times as much, which may "
        "still be far less than you need. Draw them at random, though, not from the "
        "top.",
        picture(
            plots.functions(
                counts, {"standard error": uncertain},
                title="Four times the rows, half the uncertainty",
                x_label="rows", y_label="standard error of a weight",
            ),
            "The standard error of a weight against the number of rows, falling ever "
            "more slowly.",
        ),
    )  # fmt: skip
    return X, counts, uncertain, y


@app.cell
def _():
    text(r"""
    ## Mini-batches

    Gradient descent does not even need the sum over all rows before each step, as
    lesson 7 showed: the gradient of a **batch** of a hundred rows points roughly the
    same way, and costs a ten-thousandth of that of a million. In each **epoch** every
    row comes once, in an order that is drawn anew.
    """)


@app.cell
def _():
    epoch, epoch_asked = exercise(
        "libraries/epoch",
        r"""**6. An epoch.** Write `epoch(n, size, rng)`: `rng` is a NumPy generator.
        Draw the order of the `n` rows by *one* call of `rng.permutation(n)`, and cut it
        into batches of `size` rows; the last one may be shorter. Return a list of
        integer arrays.""",
    )
    epoch
    return (epoch_asked,)


@app.cell
def _(epoch_asked):
    answer(epoch_asked)


@app.cell
def _(X, cost, y):
    _fits = {
        name: pl.minimise(
            cost, np.zeros(3), X[:20_000], y[:20_000],
            method=pl.methods.GradientDescent(rate=0.1), batch_size=size, max_iter=10,
            random_state=0, tol=0,
        )
        for name, size in (("all rows", None), ("batches of 100", 100))
    }  # fmt: skip
    whole, batched = (fit.history for fit in _fits.values())
    histories = {"all rows": whole, "batches of 100": [whole[0], *batched]}
    mo.vstack([
        text("""
        ```python
        method = pl.methods.GradientDescent(rate=0.1)
        pl.minimise(cost, np.zeros(3), X, y, method=method, max_iter=10)
        pl.minimise(cost, np.zeros(3), X, y, method=method, max_iter=10, batch_size=100)
        ```

        From point to point of the picture the 20,000 rows are read once: for one step,
        or for two hundred. (With batches, a point is the mean cost of the batches on
        the way to it.)
        """),
        picture(
            plots.costs(
                histories,
                title="Two epochs of batches do what ten steps on all rows do not",
                x_label="times that all rows were read",
            ),
            "The cost against epochs: with batches it is at its floor after two, with "
            "all rows it still falls after ten.",
        ),
    ])  # fmt: skip
    return (histories,)


@app.cell
def _(d, rows):
    _rng = np.random.default_rng(0)
    _X, _y = _rng.normal(size=(100_000, d)), _rng.normal(size=100_000)
    seconds_a_block = min(repeat(lambda: (_X.T @ _X, _X.T @ _y), number=1, repeat=5))
    disk = mo.ui.slider(0.1, 5, 0.1, value=0.5, label="disk, GB/s", show_value=True)
    machines = mo.ui.slider(1, 64, 1, value=1, label="machines", show_value=True)
    mo.vstack([
        text(rf"""
        ## How long do a billion rows take?

        Measured just now on the machine that shows this page: $X_k^\top X_k$ and
        $X_k^\top y_k$ of a block of 100,000 rows take
        {1000 * seconds_a_block:.1f} milliseconds. There are {rows // 100_000:,} such
        blocks, of {100_000 * d * 8 / 1e6:.0f} MB each. They must also be read from
        somewhere: how fast is your disk?
        """),
        disk,
        machines,
    ])  # fmt: skip
    return disk, machines, seconds_a_block


@app.cell
def _(d, disk, machines, rows, seconds_a_block):
    def minutes(speed, count):
        """Reading and multiplying a billion rows, in minutes, shared by machines."""
        blocks = np.ceil(rows / 100_000 / count)
        return blocks * 100_000 * d * 8 / (
            speed * 1e9
        ) / 60, blocks * seconds_a_block / 60

    _reading, _products = minutes(disk.value, machines.value)
    _slower = "reading" if _reading > _products else "multiplying"
    text(f"""
    Reading takes **{_reading:.1f} minutes**, multiplying **{_products:.1f} minutes**:
    the time goes into {_slower}. Each machine reads from a disk of its own. Solving the
    ten equations takes some microseconds, at the end, once.
    """)
    return (minutes,)


@app.cell
def _():
    time_taken, time_taken_asked = exercise(
        "libraries/time_taken",
        r"""**7. The whole time.** Write `time_taken(rows, block, seconds, machines,
        merge)`: there are so many rows, in blocks of `block` rows (the last may be
        shorter), each of which takes `seconds`. The blocks are shared out as evenly as
        whole blocks can be. When the busiest machine is done, the results are merged in
        a tree, of which each round takes `merge` seconds. Return the seconds.""",
    )
    time_taken
    return (time_taken_asked,)


@app.cell
def _(time_taken_asked):
    answer(time_taken_asked)


@app.cell
def _():
    read(
        'Chan, Golub & LeVeque, "Algorithms for computing the sample variance: '
        'analysis and recommendations", *The American Statistician* 37 (1983): the '
        "merging formula, and why the formula of the books fails.",
        "Higham, *Accuracy and Stability of Numerical Algorithms* (2nd ed., 2002), "
        "chapter 4: sums one by one, in pairs, and compensated.",
        'Dean & Ghemawat, "MapReduce: simplified data processing on large clusters", '
        "*OSDI* (2004): sums over blocks, on thousands of machines.",
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 8.1.3 on "
        "batches and mini-batches, and section 12.1 on training at a large scale.",
        'Bottou, Curtis & Nocedal, "Optimization methods for large-scale machine '
        'learning", *SIAM Review* 60 (2018): why batches are enough.',
    )


@app.cell
def _():
    text("""
    **This is the end of the road.** You wrote a line, a plane, a network, its gradient
    by hand, and the sums of a billion rows, each as a function of a few lines. What is
    left are your own data: `pellucid fit` takes a table, and the playground takes
    points that you draw.
    """)


@app.cell
def _():
    closing("libraries")


if __name__ == "__main__":
    app.run()
