"""Random expressions of integers, booleans and mixed dtypes, each valid in NumPy.

An expression is drawn from a seed, part by part, and a part that NumPy refuses is drawn
again. Floats begin as halves, and what is rounded is neither compared nor floored, so
that all that is whole in a result is whole to the last bit.
"""

import warnings

import numpy as np

INPUTS = {
    "b": np.array([[True, False, True], [False, True, True]]),
    "u8": np.array([[0, 1, 200], [255, 7, 128]], np.uint8),
    "u16": np.array([[0, 3, 65535], [40000, 2, 1]], np.uint16),
    "u32": np.array([[0, 4294967295, 5], [1, 3000000000, 2]], np.uint32),
    "u64": np.array([[0, 2**64 - 1, 3], [2**63, 1, 9]], np.uint64),
    "i8": np.array([[-128, 127, -1], [0, 5, -7]], np.int8),
    "i16": np.array([[-32768, 32767, 3], [-2, 0, 11]], np.int16),
    "i32": np.array([[-(2**31), 2**31 - 1, -3], [0, 46341, 2]], np.int32),
    "i64": np.array([[-(2**63), 2**63 - 1, -1], [0, 3, -5]]),
    "n": np.array([[0, 1, 2], [3, 1, 2]]),
    "f": np.array([[0.5, -1.5, 2.0], [-0.5, 3.0, 1.0]], np.float32),
    "x": np.array([[-2.5, 0.5, 1.0], [4.0, -1.0, 3.5]]),
}
NUMBERS = ["1", "2", "-1", "3", "7", "0", "2.0", "-0.5", "True"]
UNARY = ["-{}", "abs({})", "~{}", "np.square({})", "np.sign({})", "{}.T.T",
         "{}[:, ::-1]", "np.cumsum({}, axis=1)", "np.cumprod({}, axis=0)", "+{}",
         "-(-{})", "np.invert({})", "np.abs({})", "{}[:1]",
         "np.logical_not({})"]  # fmt: skip
REDUCING = ["np.sum({})", "np.sum({}, axis=0)", "np.sum({}, axis=1, keepdims=True)",
            "np.max({}, axis=0)", "np.min({})", "np.prod({}, axis=1, keepdims=True)",
            "np.any({}, axis=0)", "np.all({})", "np.dot({}[0], {}[0])",
            "np.sum(-{}, axis=0)", "np.count_nonzero({}, axis=0)"]  # fmt: skip
ROUNDING = ["np.mean({})", "np.mean({}, axis=0)", "np.exp(-{} / 255)", "np.sqrt({})",
            "({} / 3)", "np.var({}, axis=0)", "np.mean(-{}, axis=1, keepdims=True)",
            "np.log(1 + np.exp({} / 64))", "np.tanh({} / 8)"]  # fmt: skip
BINARY = ["+", "-", "*", "+", "-", "*", "&", "|", "^", "**", "-"]
EXACT = ["//", "%", "<", "<=", ">", "==", "!=", ">>", "<<"]
PAIRED = ["np.maximum({}, {})", "np.minimum({}, {})", "np.where({} > 0, {}, {})",
          "{} @ ({}).T", "np.add({}, {})", "np.logical_and({}, {})", "{} * -({})",
          "{} - -({})", "-({}) / ({})", "np.negative({}) - {}", "2 * ({}) - 2 * ({})",
          "({}) * 1 + ({}) * 0", "({}) ** 2 - ({})", "({}) ** 1 + ({})",
          "np.multiply({}, -({}))", "({}) / 4 + ({}) * 0.5"]  # fmt: skip


class Drawn:
    """An expression, its value in NumPy, and whether it was rounded."""

    def __init__(self, text, rounded):
        self.text, self.rounded = text, rounded
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            self.value = eval(text, {"np": np, **INPUTS})


def is_fair(drawn):
    """Whether a value is one that every library is to give."""
    values = np.asarray(drawn.value)
    if values.dtype.kind not in "biuf" or values.dtype == np.float16:
        return False
    return bool(
        np.all(np.isfinite(values)) and np.all(np.abs(values.astype(float)) < 1e30)
    )


def expression(seed):
    """The text of an expression of the inputs."""
    rng = np.random.default_rng(seed)
    parts = [Drawn(name, False) for name in rng.choice(list(INPUTS), 3, replace=False)]
    while len(parts) < 9:
        try:
            made = step(rng, parts)
        except (TypeError, ValueError, OverflowError, IndexError, AttributeError):
            continue
        if is_fair(made) and len(made.text) < 200:
            parts.append(made)
    used = parts[-3:]
    return [p.text for p in used], [p.value for p in used]


def step(rng, parts):
    """One operation more."""
    x, y, z = (parts[max(i, len(parts) - 4) if rng.random() < 0.5 else i]
               for i in rng.integers(len(parts), size=3))  # fmt: skip
    kind = rng.choice(["unary", "reducing", "rounding", "binary", "exact", "paired"],
                      p=[0.2, 0.1, 0.1, 0.25, 0.15, 0.2])  # fmt: skip
    if rng.random() < 0.25:
        y = Drawn(str(rng.choice(NUMBERS)), False)
    if kind in {"unary", "reducing", "rounding"}:
        text = str(rng.choice({"unary": UNARY, "reducing": REDUCING,
                               "rounding": ROUNDING}[kind]))  # fmt: skip
        inner = f"({x.text})"
        return Drawn(text.format(*[inner] * text.count("{}")),
                     x.rounded or kind == "rounding")  # fmt: skip
    if kind == "exact" and not (x.rounded or y.rounded):
        symbol = rng.choice(EXACT)
        return Drawn(f"({x.text}) {symbol} ({y.text})", False)
    if kind == "paired":
        text = str(rng.choice(PAIRED))
        given = [x, y, z][: text.count("{}")]
        if "> 0" in text and x.rounded:
            given = [parts[0], y, z]
        texts = [f"({p.text})" for p in given]
        return Drawn(text.format(*texts), any(p.rounded for p in given) or "/" in text)
    symbol = rng.choice(BINARY)
    return Drawn(f"({x.text}) {symbol} ({y.text})",
                 x.rounded or y.rounded or symbol == "**")  # fmt: skip
