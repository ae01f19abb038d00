"""Programs that stand behind the pictures: each runs as a file, and prints the cost."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from pellucid.lessons.playground import recipes
from pellucid.lessons.playground.choices import DATA, FEATURES, STARTS
from pellucid.lessons.playground.network import named, sizes_of
from pellucid.lessons.playground.race import REACH, SIDE, STEPS, suited
from pellucid.lessons.playground.training import Training
from pellucid.lessons.playground.written import (
    begin_code,
    code_of,
    step_code,
)
from pellucid.tables.wording import counted
from pellucid.tour.guide import as_typed

PRINTED = """\
print("Training cost", float(loss(layers, X, y)))
if len(X_test):
    print("Test cost", float(loss(layers, X_test, y_test)))"""


def program(training: Training, picture: str) -> str:
    """The program of a picture: "regions", "cost", "network" or "race"."""
    tail = {"regions": _regions, "cost": _cost, "network": _network, "race": _race}
    parts = [_head(training), _points(training), *tail[picture](training)]
    text = "\n\n".join(parts)
    while "\n\n\n\n" in text:
        text = text.replace("\n\n\n\n", "\n\n\n")
    return text.rstrip() + "\n"


def _head(training: Training) -> str:
    """What it is, and what it needs."""
    settings = training.settings
    sizes = "-".join(map(str, sizes_of(settings)))
    about = f"{DATA[settings.data].title}, a network of {sizes}, {settings.method}"
    drawn = _typed(_drawer(training)) if DATA[settings.data].draw else ""
    imports = ["import numpy as np"]
    imports += ["import sklearn.datasets"] * ("sklearn" in drawn)
    imports += ["", "import pellucid as pl"] * ("= datasets" in drawn)
    title = f'"""{about[0].upper()}{about[1:]}: {counted(training.done, "step")}."""'
    recipe = drawn and "\n\n" + drawn.replace(" datasets.", " pl.datasets.") + "\n"
    return "\n".join([title, "", *imports, *([recipe] if recipe else [])])


def _typed(recipe: Callable[..., Any]) -> str:
    """A recipe as a person types it, with the line that says what it is."""
    return as_typed(recipe, docstring=True)


def _drawer(training: Training) -> Any:
    """What draws the points."""
    return DATA[training.settings.data].draw


def _points(training: Training) -> str:
    """The points, parted and scaled as on the page."""
    settings = training.settings
    lines = ["# The points, and which of them are kept for the test", _raw(training),
             f"tested = np.random.default_rng([{settings.seed}, 1]).random(len(X))"
             f" < {settings.test} / 100",
             "tested[:1] = False"]  # fmt: skip
    if settings.data == "file":
        lines += _scaling(training)
    x2 = "" if settings.kind == "curve" else "\nx2 = X[:, 1]"
    chosen = ", ".join(FEATURES[name].code for name in settings.features)
    lines += [f"x1 = X[:, 0]{x2}", _targets(training),
              f"X = np.column_stack([{chosen}])",
              "X_test, y_test = X[tested], y[tested]",
              "X, y = X[~tested], y[~tested]"]  # fmt: skip
    return "\n".join(lines)


def _raw(training: Training) -> str:
    """The points as they come: a recipe, or the numbers themselves."""
    settings = training.settings
    if DATA[settings.data].draw:
        drawer = _drawer(training)
        called = f"{settings.n}, {settings.noise!r}, {settings.seed}"
        return f"X, y = {drawer.__name__}({called})"
    rows = " ".join(f"[{a:.6g},_{b:.6g},_{c:.6g}]," for a, b, c in settings.rows)
    body = _wrapped(rows, 4, apart="").replace("_", " ")  # no row is broken
    columns = ":1" if settings.kind == "curve" else ":2"
    return f"rows = np.array([\n{body}\n])\nX, y = rows[:, {columns}], rows[:, 2]"


def _scaling(training: Training) -> list[str]:
    """The shift and the scale of a file, from the rows learned from."""
    lines = ["mean, spread = X[~tested].mean(axis=0), X[~tested].std(axis=0)",
             "X = (X - mean) / np.where(spread > 0, spread, 1)"]  # fmt: skip
    if training.settings.kind == "number":
        lines += ["mean, spread = y[~tested].mean(), y[~tested].std()",
                  "y = (y - mean) / (spread if spread > 0 else 1)"]  # fmt: skip
    return lines


def _targets(training: Training) -> str:
    """The targets as the network has them."""
    classes = training.settings.classes
    if classes <= 2:
        return "y = y[:, np.newaxis].astype(float)  # (n, 1)"
    return f"y = (y[:, np.newaxis] == np.arange({classes})).astype(float)  # one-hot"


def _weights(training: Training) -> str:
    """The weights as they are now, to the last digit."""
    title = f"# Weights and biases of each layer after {counted(training.done, 'step')}"
    return "\n".join([title, "layers = [", *map(_pair, training.layers), "]"])


def _pair(layer: Any) -> str:
    """A layer, a line for each input."""
    W, b = layer
    rows = [_wrapped(f"{row},", 12) for row in W.tolist()]
    biases = _wrapped(f"np.array({b.tolist()}),", 8)
    return "\n".join(
        ["    (", "        np.array([", *rows, "        ]),", biases, "    ),"]
    )


def _wrapped(text: str, indent: int, apart: str = " ") -> str:
    """Text in lines of 88 columns, broken at blanks."""
    first = " " * indent
    more = first + apart
    return textwrap.fill(text, 88, initial_indent=first, subsequent_indent=more,
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip


def _functions(training: Training, *names: str) -> str:
    """The functions of the network that a program needs."""
    return "\n\n" + "\n\n\n".join(code_of(training, list(names))) + "\n\n"


# -- what each picture adds -----------------------------------------------------------


def _regions(training: Training) -> list[str]:
    """The output all over the picture, as digits."""
    settings = training.settings
    left, right, bottom, top = training.points.extent
    chosen = ", ".join(FEATURES[name].code for name in settings.features)
    if settings.kind == "curve":
        drawn = [f"x1 = np.linspace({left!r}, {right!r}, 13)",
                 f"out = output(layers, np.column_stack([{chosen}]))",
                 "for place, value in zip(x1, out[:, 0]):",
                 '    print(f"{place:6.2f} {value:8.4f}")']  # fmt: skip
    else:
        shown = {1: "level = np.rint(9 * (out[:, 0] - out.min()) / np.ptp(out))",
                 2: "level = out[:, 0] > 0.5"}  # fmt: skip
        drawn = [f"x1, x2 = np.meshgrid(np.linspace({left!r}, {right!r}, 48),",
                 f"                     np.linspace({top!r}, {bottom!r}, 24))",
                 "x1, x2 = x1.ravel(), x2.ravel()",
                 f"out = output(layers, np.column_stack([{chosen}]))",
                 shown.get(settings.classes, "level = out.argmax(axis=1)"),
                 "for row in level.astype(int).reshape(24, 48):",
                 '    print("".join(map(str, row)))']  # fmt: skip
    what = "# The output all over the picture"
    return [_functions(training, "output", "loss"), _weights(training), PRINTED,
            "\n".join([what, *drawn])]  # fmt: skip


def _cost(training: Training) -> list[str]:
    """The training from its start."""
    settings, steps = training.settings, training.done
    functions = _functions(training, "loss", "cost_gradient")
    method = step_code(settings.method, settings.rate)
    scale = f"lambda m, k: {STARTS[settings.start][0]}"
    rows = f"batch(len(X), {settings.batch}, {settings.seed}, t)"
    batches = settings.batch and f"\n\n{_typed(recipes.batch)}\n\n"
    taken = [f"    rows = {rows}"] if batches else []
    data = "X[rows], y[rows]" if batches else "X, y"
    loop = [
        f"layers = start({sizes_of(settings)}, {settings.seed}, {scale})",
        f"states = [[{begin_code(settings.method, settings.rate)} for w in layer]"
        " for layer in layers]",
        f"for t in range(1, {steps} + 1):",
        *taken,
        f"    slopes = cost_gradient(layers, {data})",
        "    moved = [",
        f"        [step(w, g, s, {settings.rate!r}, t) for w, g, s in zip(*layer)]",
        "        for layer in zip(layers, slopes, states)",
        "    ]",
        "    layers = [tuple(w for w, _ in layer) for layer in moved]",
        "    states = [tuple(s for _, s in layer) for layer in moved]",
        f"    if t % {max(1, steps // 10)} == 0:",
        '        print(f"{t:6} {loss(layers, X, y):.6f}")',
    ]
    what = f"# {counted(steps, 'step')} from the start, as the page took them"
    made = [functions, f"{method}\n\n", f"{_typed(recipes.start)}\n\n"]
    return [*made, *([batches] if batches else []), "\n".join([what, *loop]), PRINTED]


def _network(training: Training) -> list[str]:
    """What the units say, and the slopes."""
    shown = [
        "# What each unit says of the first training point, layer by layer",
        "for said in units(layers, X[:1]):",
        "    print(said.round(4).tolist())",
        "# The slope of the cost along each weight",
        "for dW, db in cost_gradient(layers, X, y):",
        "    print(dW.round(6).tolist(), db.round(6).tolist())",
    ]
    functions = _functions(training, "units", "loss", "cost_gradient")
    return [functions, _weights(training), PRINTED, "\n".join(shown)]


PLACED = """\


def placed(u, v):
    moved = [(W.copy(), b.copy()) for W, b in layers]
    moved{0}, moved{1} = u, v
    return moved


"""
RACED = """\
# The cost over two weights, all others as they are
u, v = layers{0}, layers{1}
places = np.linspace(-{reach}, {reach}, {side})
costs = np.array([[cost(placed(u + a, v + b), X, y) for a in places] for b in places])
print("Cost from", costs.min(), "to", costs.max())

# Two methods from one place; one whose rate is too large may leave all bounds
np.seterr(over="ignore", invalid="ignore")
for name, step, begin, rate in [
{racers}
]:
    w = np.array([u, v]) + {reach} * np.array({begin})
    state = begin(w)
    for t in range(1, {steps} + 1):
        slopes = cost_gradient(placed(*w), X, y)
        w, state = step(w, np.array([slopes{0}, slopes{1}]), state, rate, t)
    print(name, cost(placed(*w), X, y))"""


def _race(training: Training) -> list[str]:
    """The cost over two weights, and two methods on it."""
    settings = suited(training.settings, training.layers)
    there = [named(training.layers)[w] for w in (settings.across, settings.along)]
    at = [f"[{i}][{j}][{', '.join(map(str, place))}]" for i, j, place in there]
    methods = {"first": (settings.method, settings.rate),
               "second": (settings.rival, settings.rival_rate)}  # fmt: skip
    steps = [step_code(*method, name) for name, method in methods.items()]
    racers = [f"    ({m!r}, {name}, lambda w: {begin_code(m, rate)}, {rate!r}),"
              for name, (m, rate) in methods.items()]  # fmt: skip
    raced = RACED.format(
        *at, reach=REACH, side=SIDE, steps=STEPS, begin=list(settings.begin),
        racers="\n".join(racers),
    )  # fmt: skip
    functions = _functions(training, "loss", "cost", "cost_gradient")
    return [functions, "\n\n\n".join(steps) + "\n\n", _weights(training), PRINTED,
            PLACED.format(*at), raced]  # fmt: skip
