"""Random NumPy programs, and what must hold of each of them under Pellucid.

A program is a function as people write it: expressions with broadcasting, views,
buffers that are assigned to, loops, helpers that change their arguments. Each statement
was run on NumPy before it was taken, so every program is valid. Whatever Pellucid makes
of it (graph, gradient, compiled code, source) is held against NumPy and against
differences, so that a lost or wrong gradient cannot go unseen.

python tools/programs.py --minutes 60 --seed 20261122
"""

import argparse
import functools
import itertools
import linecache
import sys
import time
import warnings
from collections import Counter

import hypothesis
import hypothesis.strategies as st
import numpy as np

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs import structure

LARGEST = 50.0
SHAPES = [(), (1,), (2,), (3,), (0,), (1, 3), (2, 1), (2, 3), (3, 3), (2, 1, 3)]
NUMBERS = ["0.5", "-1.25", "2", "3.0", "-0.75"]

HELPERS = '''
def bump(u):
    """Change an argument in place."""
    u[...] = u * 0.5 + 1


def halves(u):
    """Give two views."""
    return u[: len(u) // 2], u[len(u) // 2 :]


def gathered(parts, *, scale=0.5):
    """Take a dict, and loop while a number allows it."""
    total, count = parts["first"] * scale, 3
    while count > 0:
        total = total + np.tanh(parts["second"]) / count
        count -= 1
    return total


def scaled_by(w):
    """Give a function that has captured an array."""
    return lambda u: u * np.sum(w) / 8


def softly_summed(u):
    """Give a cost that works in a buffer."""
    return np.sum(softly(u) * u)


GLOBAL = np.array([0.5, -1.5, 1.25])


def softly(u, k=2.0):
    """Use a buffer of its own."""
    made = np.zeros(u.shape, u.dtype)
    made += np.tanh(u / k)
    return made
'''

# {a}, {b}, {c}: arrays; {v}: a new name; {n}: a number; {i}: an index; {k}: an axis
STATEMENTS = """
{v} = np.sin({a})
{v} = np.exp({a} / 8)
{v} = np.tanh({a}) * {n}
{v} = np.sqrt({a} ** 2 + 1)
{v} = np.log({a} * {a} + 0.5)
{v} = np.abs({a})
{v} = 1 / (1 + np.exp(-{a}))
{v} = np.log(1 + np.exp({a}))
{v} = np.where({a} > {n}, {a}, {a} * 0.5)
{v} = np.where({a} > 0, np.sqrt(np.abs({a})), {b})
{v} = np.maximum({a}, {n})
{v} = np.minimum({a}, {b})
{v} = np.clip({a}, -1, 1.5)
{v} = {a} ** 3
{v} = {n} / ({a} ** 2 + 1)
{v} = -{a}
{v} = np.arctan2({a}, {b})
{v} = np.hypot({a}, {b})
{v} = np.logaddexp({a}, {b})
{v} = {a} + {b}
{v} = {a} - {b} * {c}
{v} = {a} * {b}
{v} = {a} / (np.abs({b}) + 1)
{v} = np.power(np.abs({a}) + 0.5, {b} / 4)
{v} = {a} @ {b}
{v} = np.dot({a}, {b})
{v} = np.outer({a}, {b})
{v} = np.tensordot({a}, {b}, axes=1)
{v} = np.einsum("...i,...i->...", {a}, {b})
{v} = np.einsum("ij->ji", {a})
{v} = np.kron({a}, {b})
{v} = np.sum({a})
{v} = {a}.sum(axis={k}, keepdims=True)
{v} = np.mean({a}, axis={k})
{v} = np.max({a}, axis={k})
{v} = np.prod({a}, axis={k}, keepdims=True)
{v} = np.var({a}, axis={k})
{v} = np.std({a}, axis={k}) + 1
{v} = np.linalg.norm({a})
{v} = np.cumsum({a}, axis={k})
{v} = np.sort({a}, axis={k})
{v} = np.median({a}, axis={k})
{v} = np.diff({a}, axis={k})
{v} = np.argsort({a}, axis={k}) * {n}
{v} = np.add.reduce({a}, axis={k})
{v} = np.multiply.outer({a}, {b})
{v} = {a}.T
{v} = {a}.ravel()
{v} = {a}.reshape(-1)
{v} = {a}.reshape(-1, 1)
{v} = ({a}.T * {n}).ravel()
{v} = {a}.flatten()
{v} = np.swapaxes({a}, 0, -1)
{v} = np.moveaxis({a}, 0, -1)
{v} = {a}[::-1]
{v} = {a}[..., 0]
{v} = {a}[1:]
{v} = {a}[None]
{v} = {a}[{i}]
{v} = {a}[[0, -1]]
{v} = {a}[np.array([True, False, True])]
{v} = np.take({a}, [0, 0, 1], axis={k})
{v} = np.concatenate([{a}, {b}], axis={k})
{v} = np.stack([{a}, {a} * {n}, {b}])
{v} = np.array([{a}.sum(), {n}, {b}.sum()])
{v} = np.broadcast_to({a}, (2,) + {a}.shape)
{v} = np.repeat({a}, 2, axis={k})
{v} = np.tile({a}, 2)
{v} = np.roll({a}, 1, axis={k})
{v} = np.flip({a})
{v} = np.pad({a}, 1)
{v} = np.expand_dims({a}, 0)
{v} = np.squeeze({a})
{v} = np.diagonal({a})
{v} = np.trace({a})
{v} = np.tril({a})
{v} = {a}.astype(np.float32)
{v} = {a}.copy()
{v} = np.copy({a})
{v} = softly({a})
{v} = softly({a}, k={n} + 4)
{v} = np.zeros({a}.shape)
{v} = np.zeros_like({a})
{v} = np.full((2, 3), {n})
{v} = np.eye(3)
{v} = np.arange(3.0)
{v} = np.ones(3, dtype={a}.dtype)
{v} = np.array({a}.T)
{v} = {a}
{v} = np.split({a}, 2)[0]
{v}, rest = halves({a})
{a} += {b}
{a} -= {n}
{a} *= {b}
{a} /= 2
{a} **= 2
{a}[{i}] = {n}
{a}[{i}] = {b}
{a}[{i}] = {a}[{j}]
{a}[{i}] += {b}
{a}[{i}] *= {n}
{a}[...] = {b}
{a}[:] = {b} * {n}
{a}[1:] = {a}[:-1]
{a}[::-1] += {b}
{a}[[0, -1]] = {b}
{a}[[0, -1]] += {n}
{a}[np.array([True, False, True])] = {n}
{a}[{a} > 0] = {n}
{a}[{a} < 0] *= {n}
{a}.T[0] = {b}
{a}.reshape(-1)[0] = {n}
{a}.ravel()[-1] += {n}
{a}.flat[0] = {n}
{v} = np.take({a}, 0, axis={k})
{v} = np.einsum("ii->i", {a})
{v} = np.einsum("ij->i", {a})
{v} = np.partition({a}, 1, axis={k})
{v} = np.quantile({a}, 0.3, axis={k})
{v} = np.array([row * {n} for row in {a}])
{v} = np.stack([np.sin(row) for row in {a}], axis=-1)
{v} = np.array([[{a}.sum(), {n}], [{b}.mean(), 1]])
{v} = gathered({{"first": {a}, "second": {b}}})
{v} = gathered({{"first": {a}, "second": softly({b})}}, scale={n})
{v} = scaled_by({a})({b})
{v} = scaled_by(softly({a}))(softly({b}))
{v} = {a} * GLOBAL
{v} = np.dot(GLOBAL, {a})
{v} = np.apply_along_axis(np.sort, {k}, {a})
{v} = np.apply_along_axis(lambda row: row * np.sum(row), 0, {a})
{v} = pl.gradient(lambda u: np.sum(np.sin(u) * u))({a})
{v} = pl.gradient(lambda u: np.sum(np.tanh(u) * {b}))({a})
{v} = {a} * pl.gradient(lambda u: np.tanh(u) * u)({n})
{v} = pl.gradient(pl.gradient(lambda u: np.sin(u) * np.mean({a})))(np.mean({b}))
{v} = pl.hvp(lambda u: np.sum(np.sin(u) * u))({a}, {b})
{v} = pl.jvp(lambda u: np.sin(u) * {a})({a}, {b})
{v} = pl.gradient(softly_summed)({a})
{v} = np.linalg.norm(pl.gradient(lambda u: np.sum(u**2 * {b}))({a}))
{v} = pl.value_and_gradient(lambda u: np.sum(u**3))({a})[0]
{v} = np.where({a} > 0, np.log(np.maximum({a}, 0.1)), {b})
{v} = np.where({a} > 0.5, 1 / {a}, {n})
{v} = np.where(np.abs({a}) < 0.9, np.arccos({a} / 2), {b})
{v} = np.sum({a}[{a} > 0])
{v} = np.sum(np.log({a}[{a} > 0.1]))
{v} = np.mean({a}[{a} < 9] ** 2)
{v} = np.matmul({a}, {a}.swapaxes(-1, -2))
{v} = np.matmul(np.stack([{a}, {b}]), {c})
{v} = np.linalg.solve({a} + 9 * np.eye(3), {b})
{v} = np.linalg.inv({a} + 9 * np.eye(len({a})))
{v} = np.linalg.det({a} + 2 * np.eye(3))
{v} = np.linalg.eigvalsh({a})
{v} = np.linalg.norm({a}, axis={k}, keepdims=True)
{v} = np.cumprod({a}, axis={k})
{v} = np.mean({a}, axis=(0, -1), keepdims=True)
{v} = np.interp({a}, [-2.0, 0.1, 2.5], [1.0, 3.0, -1.0])
{v} = np.convolve({a}, {b}, mode="same")
{v} = np.gradient({a}, axis=0)
{v} = np.select([{a} > 0.5, {a} < -0.5], [{a} ** 2, np.exp({a})], {n})
{v} = np.nan_to_num({a}) + np.sign({b})
{v} = np.vstack([{a}, {b}])
{v} = np.hstack([{a}, {b}])
{v} = np.rot90({a})
{v} = np.linspace({n}, np.sum({a}), 4)
{v} = np.float32({n}) * {a}
{v} = {a}.astype(float)
{v} = np.atleast_2d({a})
{v} = np.delete({a}, 0, axis={k})
{v} = np.insert({a}, 1, {n}, axis={k})
{v} = np.fft.irfft(np.fft.rfft({a})[..., :2], 3)
{v} = np.take_along_axis({a}, np.argsort({a}, axis=-1), axis=-1)
{v} = np.ravel({a}, order="F")
{v} = np.asfortranarray({a})
{v} = np.lib.stride_tricks.sliding_window_view({a}, 2, axis=-1).sum(-1)
{v} = np.asarray({a})
{v} = np.empty_like({a}); {v}[...] = {n}; {v} += {b}
{v} = np.zeros((len({a}), 2)); {v}[:, 0] = {b}; {v}[:, 1] = {a}[:, -1]
{v} = list({a})[0]
{v}, rest = {a}[0], {a}[1:]
{a}[{a} > {n}] = {b}[{a} > {n}]
{a}[{a} > 0.1] = np.log({a}[{a} > 0.1])
{a}[{a} < 0] += 1
np.maximum({a}, {b}, out={a})
np.clip({a}, -1, 1, out={a})
np.sum({a}, axis=0, out={b})
np.subtract.at({a}, (slice(None), [0, 0]), {n})
np.put_along_axis({a}, np.argmax({a}, axis=-1)[..., None], {n}, axis=-1)
np.putmask({a}, {a} > {n}, {b})
np.place({a}, {a} < {n}, 0.25)
np.einsum("ii->i", {a})[...] = {n}
np.einsum("...ij->...ji", {a})[0] += {b}
np.sort({a}.T, axis=0).ravel()[0] = {n}
np.swapaxes({a}, 0, -1)[...] *= {n}
{a}.shape = (-1,)
{a}.sort()
{a}, {b} = {b}, {a}
{a} = {a} + {b}
{a} @= {b}
{a} //= 2
{a}.flat = {n}
bump({a}[1:])
bump({a}.T)
i = 0||while i < len({a}):||    {a}[i] -= {n}||    i += 1
for i in range(2):||    for j in range(2):||        {a}[i, j] = {a}[j, i] * {n}
for i in range(3):||    {a} = {a} * {n} + np.tanh({b})
np.add({a}, {b}, out={c})
np.multiply({a}, {n}, out={a})
np.exp({a} / 9, out={a})
np.add.at({a}, [0, 0, 1], {n})
np.copyto({a}, {b})
np.fill_diagonal({a}, {n})
np.put({a}, [0], {n})
{a}.fill({n})
bump({a})
for i in range(len({a})):||    {a}[i] = np.sin({a}[i]) + {n}
for i in range(1, len({a})):||    {a}[i] += {a}[i - 1] * 0.5
for row in {a}:||    row *= {n}
for i, row in enumerate({b}):||    {a}[i] = row
""".strip().splitlines()

INDICES = ["0", "-1", "1:", "..., 0", ":, 0", "::2", "0, 0", ":, 1:", "(0, 1), (1, 0)"]
AXES = ["0", "-1", "1", "None"]


DOES_NOT_FIT = (
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError, Warning,
)  # fmt: skip


def written(arguments, lines):
    """The program as text; its result weighs every element of every array in sight."""
    body = [part for line in lines for part in line.split("||")]
    return "\n".join(
        [f"def program({', '.join(arguments)}):", *(f"    {line}" for line in body)]
    )


def weighed(name, array):
    """A number to which each element of an array contributes in its own way."""
    return f"np.sum({name} * np.cos(np.arange({array.size}.0)).reshape({array.shape}))"


_number = itertools.count(1)


def made(source):
    """The function of a program, whose lines a traceback can quote."""
    file = f"<program {next(_number)}>"
    text = f"{HELPERS}\n\n{source}\n"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names = {"np": np, "pl": pl}
    exec(compile(text, file, "exec"), names)
    return names["program"]


def arrays_of(arguments, lines):
    """The arrays that are in sight after these lines, as NumPy computes them."""
    program = made(written(arguments, [*lines, "return locals()"]))
    with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        found = program(*(np.copy(a) for a in arguments.values()))
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, (np.ndarray, np.floating)) and name != "row"
    }


def is_tame(arrays):
    """Whether values are finite, small and not many: differences can judge them."""
    return all(
        value.size <= 64 and np.all(np.isfinite(value)) and np.all(abs(value) < LARGEST)
        for value in arrays.values()
    )


@st.composite
def inputs(draw):
    """One to three arrays, whose elements have no ties."""
    seed = draw(st.integers(0, 1000))
    dtype = draw(st.sampled_from([np.float64, np.float64, np.float32]))
    rng = np.random.default_rng(seed)
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    return {
        name: np.array(rng.uniform(-2, 2, shape), dtype)
        for name, shape in zip("xyz", shapes, strict=False)
    }


@st.composite
def programs(draw):
    """The arguments of a random program, and its source."""
    arguments = draw(inputs())
    lines, arrays = [], dict(arguments)
    for number in range(draw(st.integers(1, 12))):
        names = st.sampled_from(sorted(arrays))
        a = draw(names)
        line = draw(st.sampled_from(STATEMENTS)).format(
            v=f"v{number}", a=a, b=draw(names), c=draw(names),
            n=draw(st.sampled_from(NUMBERS)), k=draw(st.sampled_from(AXES)),
            i=draw(st.sampled_from(INDICES)), j=draw(st.sampled_from(INDICES)),
        )  # fmt: skip
        if line.startswith((f"{a}.fill", f"{a}.flat")) and np.isscalar(arrays[a]):
            continue  # of a copy that is lost at once
        try:
            after = arrays_of(arguments, [*lines, line])
        except DOES_NOT_FIT:
            continue  # not every statement fits every shape
        if is_tame(after):
            lines, arrays = [*lines, line], after
    total = " + ".join(weighed(name, array) for name, array in arrays.items())
    return arguments, written(arguments, [*lines, f"return {total}"])


# -- what must hold --------------------------------------------------------------------


def check(arguments, source):
    """Hold everything that Pellucid makes of a program against NumPy."""
    program = made(source)
    values = tuple(arguments.values())
    single = "float32" in source or any(v.dtype == np.float32 for v in values)
    close = functools.partial(assert_close, 3e-4 if single else 1e-10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = program(*map(np.copy, values))
        graph = pl.graph(program, *values)
        close(graph(*values), expected, "graph")
        close(pl.stable(graph)(*values), expected, "stable graph")
        close(pl.compile(program)(*values), expected, "compiled")
        close(rerun(graph, values), expected, "source")
        gradients = pl.gradient(program, tuple(arguments))(*values)
        plain = pl.gradient(program, tuple(arguments), stable=False)(*values)
        for name, value, ours, unstable in zip(
            arguments, values, gradients, plain, strict=True
        ):
            assert ours.shape == value.shape, f"d{name} has shape {ours.shape}"
            assert ours.dtype == value.dtype, f"d{name} is {ours.dtype}"
            close(ours, unstable, f"d{name} without rewriting")
        return against_differences(program, values, gradients)


def check_on(target, arguments, source):
    """Hold what a target makes of a program and its gradient against the reference.

    False where the target lacks an operation of it and says so.
    """
    program = made(source)
    values = tuple(arguments.values())
    single = "float32" in source or any(v.dtype == np.float32 for v in values)
    close = functools.partial(assert_close, 3e-4 if single else 1e-10)
    slopes = pl.value_and_gradient(program, tuple(arguments))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = structure.leaves(slopes(*values))
        try:
            ours = structure.leaves(pl.compile(slopes, target)(*values))
        except PellucidError as refusal:
            assert "lacks" in str(refusal), refusal  # noqa: PT017 (told from a failure)
            return False
    for number, pair in enumerate(zip(ours, expected, strict=True)):
        close(*pair, f"result {number} on {target}")
    return True


def rerun(graph, values):
    """The result of the source that Pellucid writes."""
    names = {}
    exec(pl.source(graph), names)
    return names["program"](*map(np.copy, values))


def assert_close(tolerance, ours, expected, what):
    """Assert that a result is NumPy's, to rounding, in its shape and dtype."""
    ours, expected = np.asarray(ours), np.asarray(expected)
    assert ours.shape == expected.shape, f"{what}: shape {ours.shape}"
    assert ours.dtype == expected.dtype, f"{what}: {ours.dtype}"
    allowed = tolerance * (1 + np.max(np.abs(expected), initial=0))
    assert np.all(np.abs(ours - expected) <= allowed), f"{what}: {ours} {expected}"


def against_differences(program, values, gradients):
    """Compare the slope along a random direction; False where there is none to see."""
    wide = [np.asarray(value, np.float64) for value in values]
    if "float32" in str([v.dtype for v in values]):
        return False  # the differences of float32 say little; float64 is judged
    rng = np.random.default_rng(0)
    direction = [rng.choice([-1.0, 1.0], value.shape) for value in wide]

    def along(t):
        moved = (np.asarray(x + t * d) for x, d in zip(wide, direction, strict=True))
        return float(program(*moved))

    try:
        slopes = [(along(h) - along(-h)) / (2 * h) for h in (1e-4, 1e-5, 3e-6)]
        bend = abs(along(1e-5) - 2 * along(0.0) + along(-1e-5)) / 1e-5
    except (FloatingPointError, ValueError, np.linalg.LinAlgError):
        return False
    scale = 1 + max(map(abs, slopes)) + abs(along(0.0))
    if max(slopes) - min(slopes) > 1e-4 * scale or bend > 1e-2 * scale:
        return False  # a kink or a jump near by, or a cast to float32
    ours = sum(np.sum(g * d) for g, d in zip(gradients, direction, strict=True))
    assert abs(ours - slopes[1]) <= 1e-3 * scale, f"slope {slopes[1]}, ours {ours}"
    return True


# -- the long run ----------------------------------------------------------------------


def searched(counts, seed, examples):
    """Check so many programs; raise with the first that fails."""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False, phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(programs())
    def every_program_holds(case):
        try:
            judged = check(*case)
        except BaseException:
            counts["failed"] += 1
            raise
        counts["checked against differences" if judged else "checked for value"] += 1

    every_program_holds()


def main():
    """Search for as long as asked; print what was found and how much was tried."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--batch", type=int, default=200)
    options = parser.parse_args()
    say = functools.partial(print, flush=True)
    counts, found, end = Counter(), 0, time.monotonic() + 60 * options.minutes
    for batch in itertools.count():
        if time.monotonic() > end:
            break
        try:
            searched(counts, options.seed + batch, options.batch)
        except Exception as error:
            found += 1
            notes = "\n".join(getattr(error, "__notes__", []))
            say(
                f"seed {options.seed + batch}: {type(error).__name__}: {error}\n{notes}"
            )
        linecache.clearcache()
    say(f"seeds {options.seed} to {options.seed + batch - 1}: {dict(counts)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
