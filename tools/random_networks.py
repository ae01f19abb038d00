"""Random networks and convolutions, and whether each target computes what they are.

Networks of all layers as they are trained, and convolutions and pooling as they may be
spelled in plain NumPy, of random shapes. Each seed is one program, always the same.

    python tools/random_networks.py 0 100            a hundred of them, by the turn
    python tools/random_networks.py 7 --show         one of them, printed
    python tools/random_networks.py 0 99 --by jax    on one target
    python tools/random_networks.py 0 99 --only slopes

Values are compared with plain NumPy, slopes with central differences, on numbers in
float64; what is compiled is called again on other numbers and on more rows.
"""

import argparse
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from network_comparisons import CHECKS

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.layers.containers import goes_by_lengths, training
from pellucid.layers.noise import key_of

__all__ = ["Made", "checked", "made"]
TARGETS = ("numpy", "jax", "torch")
NAMES = {"np": np, "seen": np.lib.stride_tricks.sliding_window_view} | {
    name: getattr(pl.layers, name) for name in pl.layers.__all__
}


@dataclass(frozen=True)
class Scale:
    """A layer of one's own."""

    def parameters(self, rng: Any, shape: Any, dtype: Any = float) -> dict[str, Any]:
        return {"a": rng.standard_normal(shape[-1]).astype(dtype)}

    def output_shape(self, shape: Any) -> Any:
        return shape

    def __call__(self, p: Any, x: Any) -> Any:
        return x * p["a"]


def relu(z: Any) -> Any:
    """The larger of z and 0."""
    return np.maximum(z, 0)


def swish(z: Any) -> Any:
    """Z times its sigmoid."""
    return z / (1 + np.exp(-z))


NAMES |= {"Scale": Scale, "relu": relu, "swish": swish}


@dataclass
class Made:
    """A program: its text, the function of (p, x, *others) and what it is run on."""

    text: str
    function: Callable[..., Any]  # gives the output, and what moves
    draw: Callable[[int, int, type], tuple[Any, ...]]  # of seed, rows and dtype
    moving: Any = None
    drawn: bool = False  # whether x are numbers of words
    key: bool = False  # whether others begin with a key of masks

    def cost(self, p: Any, x: Any, y: Any, *others: Any) -> Any:
        """One number of all of the output."""
        z, _ = self.function(p, x, *others)
        return np.mean(np.tanh(z) * y) + 0.1 * np.mean(z**2)

    @property
    def by(self) -> tuple[int, ...]:
        """What is differentiated: parameters, and x where it is no number of words."""
        return (0,) if self.drawn else (0, 1)


# -- networks -------------------------------------------------------------------------


class Maker:
    """Random choices."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, choices: Any) -> Any:
        """One of some."""
        return self.random.choice(list(choices))

    def size(self, most: int = 3) -> Any:
        """A number for height and width, or one for each."""
        a, b = (self.random.randint(1, most) for _ in range(2))
        return self.one([a, (a, b)])

    def layer(self, axes: int, last: int, depth: int = 0) -> str:
        """A layer for rows of so many axes; whether it fits is seen later."""
        units, act = self.random.randint(1, 6), self.one(["np.tanh", "relu", "swish"])
        choices = [
            f"Dense({units}, {act})", f"Dense({units})", f"Dense({units}, bias=False)",
            "BatchNorm()", "LayerNorm()", f"Dropout({self.one([0.2, 0.5, 0.9])})",
            "np.tanh", "relu", "lambda x: x - np.mean(x, axis=-1, keepdims=True)",
            "Scale()", "lambda x: x[..., ::-1]", "BatchNorm(0.5, 1e-3)",
            "lambda x: np.concatenate([x, x[..., :1]], axis=-1)",
        ]  # fmt: skip
        if depth == 0:
            inner = self.layer(axes, last, 1)
            choices += [f"Residual({inner})", f"Residual({inner}, Dense({last}))",
                        f"Sequential({inner}, np.tanh)"] * 2  # fmt: skip
        if axes == 3:
            pad = self.one(["", ', padding="same"'])
            conv = f"{self.size()}, stride={self.size(2)}{pad}"
            pool = f"{self.size()}{self.one(['', f', stride={self.size()}'])}"
            choices += [f"Conv2D({units}, {conv}, activation={act})",
                        f"Conv2D({units}, {conv}, bias=False)",
                        f"Conv2D({last}, 3, padding='same')"] * 4  # fmt: skip
            choices += [f"MaxPool2D({pool})", f"AveragePool2D({pool})"] * 3
            choices += ["Flatten()", "GlobalAveragePool2D()",
                        "lambda x: np.reshape(x, (x.shape[0], -1, x.shape[-1]))",
                        "lambda x: np.pad(x, ((0, 0), (1, 0), (0, 2), (0, 0)))",
                        "lambda x: np.transpose(x, (0, 2, 1, 3))"]  # fmt: skip
        if axes == 2:
            heads = self.random.randint(1, 3)
            kept = self.one(["", ", sequence=True", ", sequence=True"])
            causal = self.one(["", ", causal=True"])
            choices += [f"RNN({units}{kept})", f"LSTM({units}{kept})",
                        f"GRU({units}{kept})", f"RNN({units}, relu{kept})",
                        f"Attention({2 * heads}, {heads}{causal})"] * 4  # fmt: skip
            choices += ["Flatten()", "lambda x: np.mean(x, axis=1)",
                        "lambda x: x[:, -1]"]  # fmt: skip
        return str(self.one(choices))

    def network(self) -> tuple[str, tuple[int, ...], bool]:
        """The text of a network, the shape of a row, and whether it holds words."""
        r = self.random
        kind = self.one(["image", "image", "sequence", "sequence", "words", "vector"])
        t, d = self.one([1, 2, 3, 5, 12, 40]), self.one([1, 2, 3, 7, 20])
        shape = {"vector": (d,), "words": (t,), "sequence": (t, d),
                 "image": (r.randint(1, 9), r.randint(1, 9), d)}[kind]  # fmt: skip
        texts = [f"Embedding(5, {d})"] if kind == "words" else []
        now = (t, d) if kind == "words" else shape
        for _ in range(r.randint(1, 5)):
            text = self.layer(len(now), now[-1])
            try:
                now = eval(f"Sequential({text})", NAMES).output_shape(now)
            except ModelError:
                continue
            texts.append(text)
        texts.append(f"Dense({r.randint(1, 4)})")
        return f"Sequential({', '.join(texts)})", shape, kind == "words"


def of_network(seed: int) -> Made:
    """The network of a seed, as it is used in training."""
    maker = Maker(seed)
    text, shape, words = maker.network()
    network = eval(text, NAMES)
    ragged = goes_by_lengths(network) and maker.random.random() < 0.6

    def function(p: Any, x: Any, key: Any, lengths: Any = None) -> Any:
        return training(network, p, x, key, lengths)

    def draw(seed: int, n: int, dtype: type) -> tuple[Any, ...]:
        rng = np.random.default_rng(seed)
        p = structure.mapped(
            lambda a: a + 0.1 * rng.random(a.shape).astype(dtype),
            network.parameters(rng, shape, dtype),
        )
        x = rng.standard_normal((n, *shape)).astype(dtype)
        x = rng.integers(0, 5, x.shape) if words else x
        y = rng.standard_normal((n, *network.output_shape(shape))).astype(dtype)
        rest = [rng.integers(1, shape[0] + 1, n)] if ragged else []
        return p, x, y, key_of(seed, 1), *rest

    text = f"{text}\nrows of {shape}{', with lengths' if ragged else ''}"
    return Made(text, function, draw, network.moving, words, key=True)


# -- convolution and pooling, in many words -------------------------------------------

PRODUCTS = """
np.einsum("{view},{W}->{out}", view, {weights})
np.einsum(view, [{view_}], {weights}, [{W_}], [{out_}])
np.transpose(np.tensordot(view, {weights}, axes=([{places}], [{places_}])), ({back}))
"""


class Spelling(Maker):
    """The text of a random convolution or pooling of x (n, H, V, c) by W."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        r = self.random
        self.h, self.w = r.randint(1, 3), r.randint(1, 3)
        self.c, self.f = self.one([1, 2, 3, 4, 17]), self.one([1, 2, 4, 5, 16])
        self.s = r.choices([(1, 1), (2, 1), (2, 2), (1, 3)], [5, 1, 2, 1])[0]
        self.d = r.choices([(1, 1), (2, 1), (2, 2)], [5, 1, 1])[0]
        tall, wide = (
            (k - 1) * d + 1 for k, d in zip((self.h, self.w), self.d, strict=True)
        )
        more = self.one([5, 5, 5, 24])
        self.size = tall + r.randint(0, more), wide + r.randint(0, more)
        self.window = tall, wide
        self.places = self.size[0] - tall + 1, self.size[1] - wide + 1

    def text(self) -> str:
        """Padding and turned weights by chance, then a way, then what is made of it."""
        lines = ["def f(p, x):", '    W, b = p["W"], p["b"]']
        lines += self.random.choices(
            [[], ["    W = W[::-1, ::-1]"], ["    W = W * W[:1] + 0.5"]], [5, 1, 1]
        )[0]
        way = self.one([self.by_windows, self.by_windows, self.by_slices,
                        self.by_slices, self.by_columns, self.pooled, self.in_groups,
                        self.by_loops, self.first, self.along_one])  # fmt: skip
        lines += ["    " + line for line in way()]
        end = self.one([[], [], ["z = z + b"], ["z = np.maximum(z + b, 0)"],
                        ["z = np.tanh(z) * b"], ["z = z[::-1] + z"],
                        ["z = z * np.mean(x) + b"]])  # fmt: skip
        return "\n".join([*lines, *(f"    {line}" for line in end), "    return z"])

    def view(self) -> str:
        """The windows (n, i, j, c, u, v)."""
        (s, t), (d, e) = self.s, self.d
        a, b = self.one([0, 0, 1]), self.one([0, 0, 1])
        a, b = min(a, self.places[0] - 1), min(b, self.places[1] - 1)
        seen = self.one([
            f"seen(x, {self.window}, axis=(1, 2))",
            f"seen(seen(x, {self.window[0]}, axis=1), {self.window[1]}, axis=2)",
        ])  # fmt: skip
        return f"{seen}[:, {a}::{s}, {b}::{t}, :, ::{d}, ::{e}]"

    def by_windows(self) -> list[str]:
        """A product over windows, with axes in any order."""
        r, lines = self.random, [f"view = {self.view()}"]
        view, W, out = (r.sample(a, len(a)) for a in ("nijcuv", "uvcf", "nijf"))
        if r.random() < 0.3:
            view, W = list("nijcuv"), list("uvcf")
        if view != list("nijcuv"):
            axes = ["nijcuv".index(a) for a in view]
            lines.append(f"view = np.transpose(view, {tuple(axes)})")
        if "".join(W) != "uvcf":
            lines.append(f"W = np.transpose(W, {tuple('uvcf'.index(a) for a in W)})")
        summed = r.sample("cuv", 3)
        left = [a for a in view if a not in summed]
        product = self.one(PRODUCTS.strip().splitlines()).format(
            view="".join(view), W="".join(W), out="".join(out), weights="W",
            view_=", ".join(str(ord(a) - 97) for a in view),
            W_=", ".join(str(ord(a) - 97) for a in W),
            out_=", ".join(str(ord(a) - 97) for a in out),
            places=", ".join(str(view.index(a)) for a in summed),
            places_=", ".join(str(W.index(a)) for a in summed),
            back=", ".join(str([*left, "f"].index(a)) for a in out),
        )  # fmt: skip
        back = tuple(out.index(a) for a in "nijf")
        return [*lines, f"z = {product}", f"z = np.transpose(z, {back})"]

    def slices(self, i: str, j: str) -> str:
        """What of x stands under one weight at all places."""
        (s, t), (d, e), (H, V) = self.s, self.d, self.places
        rows, columns = f"{d} * {i}:{d} * {i} + {H}", f"{e} * {j}:{e} * {j} + {V}"
        steps = [f":{s}" if s > 1 else "", f":{t}" if t > 1 else ""]
        return f"x[:, {rows}{steps[0]}, {columns}{steps[1]}]"

    def by_slices(self) -> list[str]:
        """A sum over shifted slices, mostly of all places of the window."""
        at = self.one(["W[i, j]", "W[i, j]", "W[i, j]", "W[j % {h}, i % {w}]",
                       "W[{h} - 1 - i, j]", "W[i, 0]"])  # fmt: skip
        at = at.format(h=self.h, w=self.w)
        piece = self.slices(*self.one(["ij", "ij", "ij", "ij", ["i", "0"]]))
        term = self.one([
            f"{piece} @ {at}", f"np.einsum('nijc,cf->nijf', {piece}, {at})",
            f"np.tensordot({piece}, {at}, axes=1)", f"np.dot({piece}, {at})",
            f"np.sum({piece}[..., None] * {at}, axis=3)",
        ])  # fmt: skip
        loop = [f"for i in range({self.h}):", f"    for j in range({self.w}):"]
        if self.random.random() < 0.15:
            loop[1] = f"    for j in range(i % {self.w}, {self.w}):"
        places = [-(-n // s) for n, s in zip(self.places, self.s, strict=True)]
        return self.one([
            ["z = 0", *loop, f"        z = z + {term}"],
            [f"z = np.zeros((len(x), {places[0]}, {places[1]}, {self.f}), x.dtype)",
             *loop, f"        z += {term}"],
            [f"z = sum({term} for i in range({self.h}) for j in range({self.w}))"],
            ["z = 0", *loop, "        if i == j == 1:", "            continue",
             f"        z = z - {term}"],
            ["z = 0", *loop, f"        z = z * 0.5 + {term}"],
        ])  # fmt: skip

    def by_columns(self) -> list[str]:
        """Columns of windows, laid flat, times weights, laid flat."""
        order, lines = self.random.sample("cuv", 3), [f"view = {self.view()}"]
        axes = (0, 1, 2, *("nijcuv".index(a) for a in order))
        flat = f"np.transpose(W, {(*('uvcf'.index(a) for a in order), 3)})"
        return [
            *lines, f"view = np.transpose(view, {axes})", "n, H, V = view.shape[:3]",
            f"W = {flat}.reshape(-1, {self.f})",
            *self.one([["z = view.reshape(n, H, V, -1) @ W"],
                       ["z = (view.reshape(n * H * V, -1) @ W).reshape(n, H, V, -1)"],
                       ["z = (W.T @ view.reshape(n * H * V, -1).T).T",
                        "z = np.reshape(z, (n, H, V, -1))"]]),
        ]  # fmt: skip

    def pooled(self) -> list[str]:
        """Something of each window, times a matrix."""
        what = self.one(["max", "max", "min", "mean", "sum", "var", "prod", "ptp"])
        tall, wide = self.window
        kept = min(self.size[0], 2 * tall), min(self.size[1], 2 * wide)
        kept = kept[0] // tall * tall, kept[1] // wide * wide
        inner = f"x[:, :{kept[0]}, :{kept[1]}]"
        blocks = (kept[0] // tall, tall, kept[1] // wide, wide, self.c)
        return self.one([
            [f"view = {self.view()}", f"z = np.{what}(view, axis=(-1, -2)) @ W[0, 0]"],
            [f"view = {self.view()}",
             f"z = np.max(np.{what}(view, axis=5), axis=4) @ W[0, -1]"],
            [f"z = {inner}.reshape(len(x), *{blocks})",
             f"z = np.{what}(z, axis=(2, 4)) @ W[0, 0]"],
            [f"view = {self.view()}", "a = view - np.max(view, (-1, -2))[..., None, "
             "None]", "a = np.exp(a) / np.sum(np.exp(a), (-1, -2))[..., None, None]",
             "z = np.sum(a * view, (-1, -2)) @ W[0, 0]"],
        ])  # fmt: skip

    def in_groups(self) -> list[str]:
        """Channel by channel, or in two groups, one beside the other."""
        f = max(self.f // 2, 1)
        half = max(self.c // 2, 1)
        return self.one([
            [f"view = {self.view()}", "z = np.einsum('nijcuv,uvc->nijc', view, W[..., "
             "0]) @ W[0, 0]"],
            [f"view = {self.view()}",
             "z = np.einsum('nijcuv,uvcf->nijcf', view, W).sum(3)"],
            [f"view = {self.view()}", f"a = np.einsum('nijcuv,uvcf->nijf', view[:, :, "
             f":, :{half}], W[:, :, :{half}, :{f}])", f"d = np.einsum('nijcuv,uvcf->"
             f"nijf', view[:, :, :, -{half}:], W[:, :, -{half}:, :{f}])",
             "z = np.concatenate([a, d], -1)", "b = b[:1]"],
            [f"view = {self.view()}", "z = np.einsum('nijcuv,uvcf,f->nijf', view, W, "
             "b)"],
        ])  # fmt: skip

    def by_loops(self) -> list[str]:
        """Place by place, written into zeros or gathered in lists."""
        (s, t), (d, e), (h, w) = self.s, self.d, self.window
        H, V = (-(-n // k) for n, k in zip(self.places, self.s, strict=True))
        piece = f"x[:, {s} * i:{s} * i + {h}:{d}, {t} * j:{t} * j + {w}:{e}]"
        term = self.one([f"np.tensordot({piece}, W, 3)",
                         f"np.einsum('nuvc,uvcf->nf', {piece}, W)",
                         f"np.max({piece}, axis=(1, 2)) @ W[0, 0]",
                         f"{piece}.reshape(len(x), -1) @ W.reshape(-1, {self.f})",
                         f"np.sum({piece}[..., None] * W, (1, 2, 3))"])  # fmt: skip
        return self.one([
            [f"z = np.zeros((len(x), {H}, {V}, {self.f}), x.dtype)",
             f"for i in range({H}):", f"    for j in range({V}):",
             f"        z[:, i, j] = {term}"],
            [f"z = np.stack([np.stack([{term} for j in range({V})], 1)"
             f" for i in range({H})], 1)"],
        ])  # fmt: skip

    def first(self) -> list[str]:
        """Channels first."""
        (s, t), (d, e) = self.s, self.d
        return [
            "x, W = np.transpose(x, (0, 3, 1, 2)), np.transpose(W, (3, 2, 0, 1))",
            f"view = seen(x, {self.window}, axis=(2, 3))[:, :, ::{s}, ::{t}, ::{d}, "
            f"::{e}]",
            self.one(["z = np.einsum('nchwij,fcij->nfhw', view, W)",
                      "z = np.tensordot(view, W, ((1, 4, 5), (1, 2, 3)))"
                      ".transpose(0, 3, 1, 2)"]),
            "z = z.transpose(0, 2, 3, 1)",
        ]  # fmt: skip

    def along_one(self) -> list[str]:
        """Along one axis: convolved by the library, by shifts, or by windows."""
        H = self.size[0] - self.h + 1
        return self.one([
            [f"view = seen(x, {self.h}, axis=1)[:, ::{self.s[0]}]",
             "z = np.einsum('nijcu,ucf->nijf', view, W[:, 0])"],
            ["z = np.stack([np.convolve(np.mean(x[i], (1, 2)), W[:, 0, 0, 0]) for i in "
             "range(len(x))])[:, :, None, None] * b"],
            [f"z = sum(x[:, i:i + {H}] * W[i, 0, 0, 0] for i in range({self.h}))",
             "z = z @ W[0, 0]"],
            ["z = sum(np.roll(x, i, axis=1) @ W[i, 0] for i in range(len(W)))"],
        ])  # fmt: skip


def of_spelling(seed: int) -> Made:
    """The convolution or pooling of a seed."""
    maker = Spelling(seed)
    text, names = maker.text(), dict(NAMES)
    exec(compile(text, f"<program {seed}>", "exec"), names)
    f = names["f"]

    def draw(seed: int, n: int, dtype: type) -> tuple[Any, ...]:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((n, *maker.size, maker.c))
        shape = maker.h, maker.w, maker.c, maker.f
        p = {"W": rng.standard_normal(shape), "b": rng.standard_normal(maker.f)}
        y = rng.standard_normal(np.shape(f(p, x)))
        p, x, y = structure.mapped(lambda a: a.astype(dtype), (p, x, y))
        return p, x, y

    text = f"{text}\nrows of {(*maker.size, maker.c)}, W of "
    text += f"{(maker.h, maker.w, maker.c, maker.f)}"
    return Made(text, lambda p, x: (f(p, x), {}), draw)


def made(seed: int) -> Made:
    """The program of a seed."""
    return of_spelling(seed) if seed % 2 else of_network(seed)


def checked(seed: int, target: str, checks: Any = tuple(CHECKS)) -> Counter[str]:
    """Check the program of a seed: what was done; AssertionError where it differs."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        program = made(seed)
        try:
            program.cost(*program.draw(1, 2, float))
        except ValueError:
            return Counter(refused=1)  # by NumPy, as shapes do not fit
        for check in checks:
            try:
                CHECKS[check](program, target, seed)
            except Exception as error:
                error.add_note(f"({check})")
                raise
    return Counter(programs=1, checks=len(checks))


def main() -> None:
    """Check the programs of some seeds and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("start", type=int)
    parser.add_argument("stop", type=int, nargs="?")
    parser.add_argument("--by", choices=TARGETS)
    parser.add_argument("--only", choices=CHECKS, default=None)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    done: Counter[str] = Counter()
    for seed in range(given.start, given.stop or given.start + 1):
        if given.show:
            print(made(seed).text)
        target = given.by or TARGETS[seed // 2 % 3]
        try:
            done += checked(seed, target, [given.only] if given.only else list(CHECKS))
        except Exception as error:
            done["wrong"] += 1
            text = " ".join(str(error).split())[:200]
            notes = getattr(error, "__notes__", ())
            print(seed, target, *notes, type(error).__name__, text, flush=True)
    print(", ".join(f"{number} {what}" for what, number in done.items()))
    sys.exit(bool(done["wrong"]))


if __name__ == "__main__":
    main()
