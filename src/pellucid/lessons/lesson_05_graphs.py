"""Computational graphs."""

import marimo

app = marimo.App(app_title="Computational graphs")

with app.setup:
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


@app.function
def hypotenuse(a, b):
    c = np.sqrt(a**2 + b**2)
    return c  # noqa: RET504 (its name is shown)


@app.function
def bump(x):
    u = x**2
    v = np.exp(-u)
    return x * v


@app.function
def cost(w, b, x, y):
    z = w * x + b
    p = 1 / (1 + np.exp(-z))
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    return np.mean(loss)


@app.cell
def _():
    tumours, benign = pl.datasets.breast_cancer()
    radius, malignant = tumours[:, 0], 1.0 - benign
    mo.vstack([opening("graphs"), text(rf"""
    Of {len(radius)} tumours, {malignant.sum():.0f} were malignant. Under the microscope
    the nuclei of their cells look larger. So let the chance be a function of the
    mean radius $x$ of the nuclei, with two weights $w$ and $b$:

    $$z = w x + b, \qquad p = \frac{{1}}{{1 + e^{{-z}}}}$$

    A cost says how badly $p$ fits what the doctors found. To make it smaller, one has
    to know what each weight does to it: change $w$ a little; $z$ changes, so $p$
    changes, so the cost changes.

    How does a change walk through a formula? Backward, as it turns out, and for all
    weights at once. You begin with a triangle, and end with the gradients of the
    tumours, derived by you and checked by numbers.
    """)])  # fmt: skip
    return malignant, radius, tumours


@app.cell
def _():
    grown = predict(
        "The sides a = 3 and b = 4 have the hypotenuse c = √(a² + b²) = 5. Now a grows "
        "by 0.1. By how much does c grow?",
        ["about 0.03", "about 0.06", "0.1"],
    )
    side_a = mo.ui.slider(0.5, 6, 0.5, value=3, label="a", show_value=True)
    side_b = mo.ui.slider(0.5, 6, 0.5, value=4, label="b", show_value=True)
    mo.vstack([grown, mo.hstack([side_a, side_b], justify="start", wrap=True)])
    return grown, side_a, side_b


@app.cell
def _(grown, side_a, side_b):
    a, b = float(side_a.value), float(side_b.value)
    drawn = pl.draw(hypotenuse, a, b)
    rise = hypotenuse(3.1, 4.0) - hypotenuse(3.0, 4.0)
    revealed(
        grown,
        "about 0.06",
        f"By {rise:.4f}. In the graph each step is a node; one without a name of its "
        "own is called t1, t2, and so on. Below its formula stand its value and its "
        "*gradient*, how many times as much c grows when it grows a little. That of a "
        "is 3/5, so 0.1 more of a makes about 0.06 more of c. Move the sliders: where "
        "does c hardly notice a?",
        graph(drawn, f"The graph of c = √(a² + b²) at a = {a}, b = {b}."),
    )
    return (rise,)


@app.cell
def _():
    text(r"""
    ## Along a path, multiply

    A graph has a node for each value and an arrow for each use of it. Each arrow knows
    only its own step, the **local derivative**. With $s = a^2 + b^2$:

    $$\frac{\partial (a^2)}{\partial a} = 2a, \qquad
    \frac{\partial s}{\partial (a^2)} = 1, \qquad
    \frac{d \sqrt{s}}{d s} = \frac{1}{2 \sqrt{s}}$$

    If a grows by a tiny $\varepsilon$, then $a^2$ grows by $2a\,\varepsilon$, and the
    sum by as much, and the root by $1/(2\sqrt{s})$ of that. The changes multiply. That
    is the whole **chain rule**:

    $$\frac{\partial c}{\partial a} = \frac{\partial c}{\partial s} \cdot
    \frac{\partial s}{\partial (a^2)} \cdot \frac{\partial (a^2)}{\partial a}$$
    """)


@app.cell
def _():
    sides_view, sides_asked = exercise(
        "graphs/hypotenuse_slopes",
        r"""
    **Two slopes.**
    Write `hypotenuse_slopes(a, b)`. It returns the two numbers
    $\partial c / \partial a$ and $\partial c / \partial b$ of
    $c = \sqrt{a^2 + b^2}$ as a tuple.
    """,
    )
    sides_view
    return (sides_asked,)


@app.cell
def _(sides_asked):
    answer(sides_asked)


@app.cell
def _():
    text(r"""
    ## Where paths meet, add

    Now a function that uses $x$ twice: $f = x\, e^{-x^2}$, or in steps $u = x^2$,
    $v = e^{-u}$, $f = x v$. From x there is a short path to f, and a long one through u
    and v.
    """)


@app.cell
def _():
    paths = predict(
        "At x = 1 the short path has the slope v = 0.37, the long one 2x · (−v) · x = "
        "−0.74. What is the slope df/dx?",
        ["−0.27, their product", "−0.37, their sum", "−0.74, the steeper one"],
    )
    paths
    return (paths,)


@app.cell
def _(paths):
    graph_of_bump = pl.draw(bump, 1.0)
    revealed(
        paths,
        "−0.37, their sum",
        "A change of x goes along both paths at the same time, and what arrives at f "
        "is the sum. In general, the gradient of a node is the sum over its uses: the "
        "gradient of the user times the local derivative of that use.",
        graph(graph_of_bump, "The graph of x times exp(-x²), with x = 1 used twice."),
    )


@app.cell
def _():
    bump_view, bump_asked = exercise(
        "graphs/bump_slope",
        r"""
    **The sum of two paths.**
    Write `bump_slope(x)`: for a number x, the slope $df/dx$ of $f = x\, e^{-x^2}$, as
    the sum over the two paths.
    """,
    )
    bump_view
    return (bump_asked,)


@app.cell
def _(bump_asked):
    answer(bump_asked)


@app.cell
def _():
    text(r"""
    ## The sigmoid

    The chance is $p = 1/(1 + e^{-z})$, which turns any number into one between 0 and 1.
    """)


@app.cell
def _():
    steepest = predict(
        "Where is the sigmoid steepest, and how steep?",
        ["at z = 0, slope 1", "at z = 0, slope 1/4", "nowhere, it is a line"],
    )
    steepest
    return (steepest,)


@app.cell
def _(steepest):
    grid = np.linspace(-6, 6, 241)
    sigmoid = 1 / (1 + np.exp(-grid))
    slope = np.diag(pl.jacobian(lambda z: 1 / (1 + np.exp(-z)))(grid))
    shape = plots.functions(
        grid,
        {"sigmoid": sigmoid, "its slope": slope},
        title=f"The sigmoid is nowhere steeper than {slope.max():g}",
        x_label="z",
        y_label="",
    )
    revealed(
        steepest,
        "at z = 0, slope 1/4",
        "A sigmoid passes on at most a quarter of a change, and far from 0 next to "
        "nothing: remember that when networks get deep.",
        picture(shape, "The sigmoid rises from 0 to 1; its slope is a hill of 1/4."),
    )
    return (slope,)


@app.cell
def _():
    sigmoid_view, sigmoid_asked = exercise(
        "graphs/sigmoid_slope",
        r"""
    **The slope of the sigmoid.**
    Take it apart, $q = 1 + e^{-z}$, $s = 1/q$, and multiply. Write
    `sigmoid_slope(z)`: z has the shape `(n,)`; it returns $ds/dz$ for each, `(n,)`.
    """,
    )
    sigmoid_view
    return (sigmoid_asked,)


@app.cell
def _(sigmoid_asked):
    answer(sigmoid_asked)


@app.cell
def _():
    text(r"""
    ## The log loss

    The cost of a chance $p$ is how surprised one is: $-\log p$ if the tumour is
    malignant ($y = 1$), $-\log(1 - p)$ if it is benign ($y = 0$). Here and in all
    lessons $\log$ is the natural logarithm, `np.log`. In one line:

    $$\ell = -y \log p - (1 - y) \log(1 - p)$$
    """)


@app.cell
def _():
    loss_view, loss_asked = exercise(
        "graphs/log_loss_slope",
        r"""
    **The loss by p.**
    Write `log_loss_slope(p, y)`: both have the shape `(n,)`, with p strictly between 0
    and 1; it returns $\partial \ell / \partial p$ for each row, `(n,)`.
    """,
    )
    loss_view
    return (loss_asked,)


@app.cell
def _(loss_asked):
    answer(loss_asked)


@app.cell
def _():
    by_z_view, by_z_asked = exercise(
        "graphs/loss_slope_by_z",
        r"""
    **The loss by z.**
    Now the path $z \to p \to \ell$. Multiply the two slopes by hand and simplify:
    something beautiful is left. Write `loss_slope_by_z(z, y)`: both `(n,)`; it returns
    $\partial \ell / \partial z$ for each row, `(n,)`.
    """,
    )
    by_z_view
    return (by_z_asked,)


@app.cell
def _(by_z_asked):
    answer(by_z_asked)


@app.cell
def _(malignant, radius):
    fit = pl.minimise(cost, (0.0, 0.0), radius - radius.mean(), malignant)
    w, centre = fit.x[0], radius.mean()
    three = [0, 19, 21]
    from_mean = np.round(radius[three] - centre, 1)
    one = pl.draw(cost, w, fit.x[1], from_mean, malignant[three])
    half = centre - fit.x[1] / w
    mo.vstack(
        [
            text(rf"""
    Here is the whole cost with the numbers of three tumours, $x$ counted from the mean
    radius {centre:.1f}. Read it from the bottom: 1 at the cost, then back along every
    arrow, times its local derivative.
    """),
            graph(one, "The graph of the mean log loss of three tumours."),
            text(rf"""
    The weights are those with the least cost on all {len(radius)} tumours, found by
    `pl.minimise`: $w = {w:.2f}$. At a radius of {half:.1f} the chance is one half, and
    0.1 more raises it by $0.1 \cdot w \cdot 1/4 = {0.1 * w / 4:.3f}$.
    """),
        ]
    )
    return fit, half


@app.cell
def _():
    text(r"""
    ## Backward, once for all

    One could follow a change of each input forward through the graph, input by input.
    A network has millions of them. **Reverse accumulation** starts at the other end:

    1. Compute all values, from the inputs to the result, and keep them.
    2. Give the result the gradient 1, all others 0.
    3. From the last node to the first: to the gradient of each argument, *add* the
       node's gradient times the local derivative.

    Each arrow is used once. One pass back gives the gradient for every input.
    """)


@app.cell
def _():
    def three_steps(a, b, c):
        d = a * b
        e = d + c
        f = d * e
        return f  # noqa: RET504 (its name is shown)

    plain = pl.graph(three_steps, 2.0, 3.0, 1.0)
    numbered = pl.draw(three_steps, 2.0, 3.0, 1.0)
    label = "The graph of d = a b, e = d + c, f = d e"
    backward_view, backward_asked = exercise(
        "graphs/backward",
        r"""
    **Backward by hand.**
    The graph above is $d = ab$, $e = d + c$, $f = d e$. Write its backward pass,
    `backward(a, b, c)`: for three numbers it returns `(da, db, dc)`, where da stands
    for $\partial f/\partial a$. Keep the names de and dd for the gradients on the way:
    the check names the first line that is wrong.
    """,
    )
    mo.vstack([graph(plain, f"{label}; d is used twice."), backward_view])
    return backward_asked, label, numbered


@app.cell
def _(backward_asked):
    answer(backward_asked)


@app.cell
def _(label, numbered):
    mo.accordion(
        {
            "The same graph with its numbers, at a = 2, b = 3, c = 1": graph(
                numbered, f"{label}, with values and gradients."
            )
        }
    )


@app.cell
def _():
    text(r"""
    ## Can you trust a derivation?

    Check it with numbers. The slope is what a small step changes, and a step to each
    side is better than one:

    $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}$$
    """)


@app.cell
def _():
    central_view, central_asked = exercise(
        "graphs/central_difference",
        r"""
    **Central differences.**
    Write `central_difference(f, x, h)`. f is a function such as `np.sin`, x and h are
    numbers; it returns a number.
    """,
    )
    central_view
    return (central_asked,)


@app.cell
def _(central_asked):
    answer(central_asked)


@app.cell
def _():
    step = predict(
        "The smaller the step h, the nearer to the slope. Which is best?",
        ["h = 0.1", "h = 0.00001", "h = 0.000000000000001"],
    )
    step
    return (step,)


@app.cell
def _(step):
    h = 10.0 ** -np.arange(1, 15.5, 0.5)
    true = np.exp(1.0)
    up, down = np.exp(1 + h), np.exp(1 - h)
    wrong = {
        "forward": np.abs((up - true) / h - true) / true,
        "central": np.abs((up - down) / (2 * h) - true) / true,
    }
    best = {name: h[np.argmin(each)] for name, each in wrong.items()}
    least = {name: each.min() for name, each in wrong.items()}
    vee = plots.functions(
        h,
        wrong,
        title="Too small a step is as bad as too large a one",
        x_label="step h",
        y_label="relative error of the slope of exp at 1",
        logarithmic=True,
    )
    revealed(
        step,
        "h = 0.00001",
        f"Here the best are {best['central']:.0e} for central differences, with "
        f"{-np.log10(least['central']):.0f} digits right, and {best['forward']:.0e} "
        f"for forward ones, with {-np.log10(least['forward']):.0f}. At larger steps "
        "the formula is at fault, at smaller ones the computer: it keeps 16 digits of "
        "f(x + h) and f(x − h), and when these agree in 10, only 6 are left in their "
        "difference.",
        picture(vee, "Errors by step: two valleys, the central one deeper."),
    )
    return best, least


@app.cell
def _():
    text(r"""
    By Taylor, the central difference is wrong by $h^2 f'''/6$, and rounding adds about
    $\epsilon f / h$ with $\epsilon = 10^{-16}$. One falls with h, the other grows as h
    falls; their sum is least where $h^3 \approx 3 \epsilon f / f'''$, near $10^{-5}$.
    """)


@app.cell
def _():
    numerical_view, numerical_asked = exercise(
        "graphs/numerical_gradient",
        r"""
    **A gradient by numbers.**
    With many weights, each gets its own two steps. Write
    `numerical_gradient(f, w, h)`: f takes a vector and returns a number, w has the
    shape `(d,)`, h is a number; it returns the central differences for each entry,
    `(d,)`. Leave w as it was.
    """,
    )
    numerical_view
    return (numerical_asked,)


@app.cell
def _(numerical_asked):
    answer(numerical_asked)


@app.cell
def _():
    relative_view, relative_asked = exercise(
        "graphs/relative_error",
        r"""
    **Do they agree?**
    When do two gradients agree? Their difference has to be small beside themselves:

    $$\frac{|g - n|}{|g| + |n|}$$

    Write `relative_error(g, n)`: both `(d,)`, $|\cdot|$ is the length of a vector; it
    returns a number, which is 0 where both gradients are 0. Below $10^{-6}$, trust the
    derivation; above $10^{-2}$, look for the mistake.
    """,
    )
    relative_view
    return (relative_asked,)


@app.cell
def _(relative_asked):
    answer(relative_asked)


@app.cell
def _():
    derived = """
    # three derivations of the gradient of the mean log loss, z = X @ w
    A = X.T @ (p - y)
    B = X.T @ (p - y) / n
    C = X.T @ ((p - y) * p * (1 - p)) / n
    """
    who = predict("Which one will pass?", ["A", "B", "C"])
    mo.vstack([code(derived), who])
    return (who,)


@app.cell
def _(malignant, tumours, who):
    def mean_loss(w, X, y):
        p = 1 / (1 + np.exp(-(X @ w)))
        return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))

    X, y = tumours[:, :3], malignant
    X, n = (X - X.mean(axis=0)) / X.std(axis=0), len(X)
    at = np.array([0.5, -0.3, 0.2])
    p = 1 / (1 + np.exp(-(X @ at)))
    derivations = {
        "A": X.T @ (p - y),
        "B": X.T @ (p - y) / n,
        "C": X.T @ ((p - y) * p * (1 - p)) / n,
        "pl.gradient": pl.gradient(mean_loss)(at, X, y),
    }
    steps = 1e-5 * np.eye(3)
    numeric = [
        (mean_loss(at + e, X, y) - mean_loss(at - e, X, y)) / 2e-5 for e in steps
    ]
    errors = {
        name: np.linalg.norm(g - numeric)
        / (np.linalg.norm(g) + np.linalg.norm(numeric))
        for name, g in derivations.items()
    }
    told = [(name, f"{error:.1e}") for name, error in errors.items()]
    revealed(
        who,
        "B",
        "On the tumours, with three features. A has forgotten the mean: it is n times "
        "too long. C is the slope of squared errors, not of the log loss.",
        table(told, ("gradient", "relative error")),
    )
    return errors, mean_loss


@app.cell
def _(mean_loss):
    rng = np.random.default_rng(0)
    many, each = rng.normal(size=(200, 500)), rng.integers(0, 2, 200).astype(float)
    start = 0.01 * rng.normal(size=500)
    gradient = pl.compile(pl.gradient(mean_loss))
    gradient(start, many, each)
    backward_time = min(repeat(lambda: gradient(start, many, each), number=1, repeat=5))
    cost_time = min(repeat(lambda: mean_loss(start, many, each), number=1, repeat=5))
    text(f"""
    `pl.check` holds any function's gradient against differences in this way. Why then
    not always use differences? With 500 weights they take 1,000 costs, here about
    {1e6 * cost_time:,.0f} ms; the backward pass took
    {1e3 * backward_time:.2f} ms for all 500, as much as
    {backward_time / cost_time:.1f} costs.
    """)
    return backward_time, cost_time


@app.cell
def _(malignant, radius):
    recorded = pl.graph(cost, 0.0, 0.0, radius, malignant)
    mo.vstack(
        [
            text("""
    And this is the backward pass of the tumours' cost as Pellucid writes it, plain
    NumPy that runs. Find your p − y in it.
    """),
            code(pl.source(pl.gradient(recorded, ("w", "b")))),
        ]
    )


@app.cell
def _():
    sources = read(
        "Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 6.5: "
        "back-propagation as a walk over a graph.",
        "Nocedal & Wright, *Numerical Optimization* (2006), chapter 8: differences, "
        "their best steps, and automatic differentiation.",
        "Griewank & Walther, *Evaluating Derivatives* (2008): why a gradient costs "
        "no more than a few evaluations of the function.",
        'Baydin, Pearlmutter, Radul & Siskind, "Automatic differentiation in machine '
        'learning: a survey", *Journal of Machine Learning Research* 18 (2018).',
    )
    mo.vstack([sources, closing("graphs")])


if __name__ == "__main__":
    app.run()
