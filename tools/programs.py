"""Random NumPy programs, and what must hold of each of them under Pellucid.

A program is a function as people write it: expressions with broadcasting, views,
buffers that are assigned to, loops, helpers that change their arguments, caches,
choices inside poles, functions of matrices, questions to data. Each statement was run
on NumPy before it was taken, so every program is valid. Whatever Pellucid makes of it
(graph, gradient, compiled code, source) is held against NumPy and against differences,
so that a lost or wrong gradient cannot go unseen.

python tools/programs.py --minutes 60 --seed 20261122
"""

import argparse
import functools
import inspect
import itertools
import linecache
import math
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
LARGEST_INTEGER = 300  # -u of small unsigned integers
SHAPES = [
    None, (), (1,), (2,), (3,), (0,), (1, 3), (2, 1), (2, 3), (3, 3), (2, 1, 3)
]  # fmt: skip
SMALL = [np.uint8, np.uint8, np.int8, np.int64]
DATA = {"lam": 0.75, "steps": 2.0}  # of every program; not differentiated
TURN = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])
REPEATED = [
    np.eye(2),
    2 * np.eye(3),
    np.diag([1.0, 1.0, 1.75]),
    TURN @ np.diag([1.5, 0.5, 0.5]) @ TURN.T,
]  # matrices with equal eigenvalues, or that rounding keeps apart
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


COUNTS = np.array([1, 0, 200], np.uint8)
ODDS = np.array([2, 1, 7], np.uint8)
LEVELS = np.array([-3, 5, 100], np.int8)
MASK = np.array([1.0, 0.0, 1.0])
RATE = 0.35


class Model:
    """Hold what is captured as an attribute."""

    rate = 0.25
    kept = None

    @property
    def grid(self):
        """Made on first use."""
        if self.kept is None:
            self.kept = np.linspace(0, 1, 3)
        return self.kept


MODEL = Model()


def remembering(make):
    """Give a function that fills a dict, and answers from it when called again."""
    kept = {}

    def remembered(key, *values):
        if key not in kept:
            kept[key] = make(*values)
        return kept[key]

    return remembered


grid = remembering(lambda: np.linspace(-1, 1, 3))


@functools.lru_cache
def ramp(count):
    """Give an array of zeros and ones, once for each count."""
    made = np.zeros(count)
    made[count // 2 :] = 1
    return made


def by_kind(u):
    """Ask what a value is, as code for numbers and arrays does."""
    if not hasattr(u, "shape"):
        return u**3
    return np.sum(u) if np.ndim(u) else u * 2


def rowed(u):
    """Fill a triangle row by row: half of the buffer remains 0."""
    made = np.zeros((3, 3))
    made[:, 0] = np.tanh(u)
    for i in range(1, 3):
        made[i:, i] = u[i:] / 8
        made[:, i] *= np.sqrt(1 - np.sum(made[:, :i] ** 2, axis=1))
    return made


def symmetric_function(u, f):
    """Apply a function to the eigenvalues of a symmetric matrix."""
    w, V = np.linalg.eigh((u + u.T) / 2)
    return (V * f(w)) @ V.T


def spectral(u, f):
    """Apply a function to the singular values of a matrix."""
    U, s, Vt = np.linalg.svd(u, full_matrices=False)
    return (U * f(s)) @ Vt


def projected(u, count):
    """Project onto the vectors of the largest eigenvalues."""
    _, V = np.linalg.eigh(u @ u.T)
    return V[:, -count:] @ V[:, -count:].T


def distances(u):
    """Give the distances of all pairs of rows by way of their products."""
    squares = np.sum(u**2, axis=1)
    gaps = squares[:, None] + squares - 2 * u @ u.T
    return np.sqrt(np.maximum(gaps * (1 - np.eye(len(u))), 0))
'''

# {a}, {b}, {c}: arrays; {u}, {w}: arrays of integers; {v}: a new name; {n}: a number;
# {i}, {j}: indices; {k}: an axis
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
{v} = np.sqrt(np.maximum({a} - 1, 0))
{v} = np.sqrt(np.clip({a} - 1, 0, None))
{v} = np.log(np.clip({a} - 1, 1e-3, None))
{v} = np.log(np.fmax({a} - 1, 0.25)) * {b}
{v} = np.cbrt(np.maximum({a} - 1, 0))
{v} = np.maximum({a} - 1, 0) ** 0.5
{v} = np.maximum({a} - 1, 0) ** 1.5
{v} = np.maximum(1 - {a}, 0).sum(axis={k}) ** 1.5
{v} = np.arccos(np.clip({a}, -1, 1))
{v} = np.arcsin(np.clip({a}, -1, 1)) * {b}
{v} = np.arccosh(np.maximum({a}, 1))
{v} = np.sqrt(1 - np.minimum({a}, 1))
{v} = np.sqrt(1 - np.clip({a}, -1, 1) ** 2)
{v} = np.sqrt(np.where({a} > 1, {a} - 1, 0))
{v} = np.sqrt(({a} - 1) * ({a} > 1))
{v} = np.sqrt(np.maximum({a} - 0.7 * {b}, 0)) * {c}
{v} = 1 / np.sqrt(np.maximum({a}, 0.5))
{v} = pl.gradient(lambda u: np.sum(np.maximum(u - 1, 0) ** 1.5))({a})
{v} = pl.hvp(lambda u: np.sum(np.maximum(u - 1, 0) ** 2.5))({a}, {b})
{v} = distances({a})
{v} = rowed({a})
{v} = np.tril({a}) * np.sqrt(np.tril({a} ** 2 + 1))
{v} = np.tril({a} - 3) * np.sqrt(np.tril(np.abs({a} - 3)))
{v} = np.triu({a} + 3, 1) * np.cbrt(np.triu({a} + 3, 1) ** 2)
{v} = np.eye(3) * np.sqrt(np.eye(3) * np.abs({a}))
{v} = np.sum(MASK * np.sqrt(MASK * {a} ** 2))
{v} = np.dot(MASK, np.sqrt(MASK * np.abs({a})))
{v} = {a} * ramp(3) * (ramp(3) * (np.abs({a}) + 1)) ** 0.5
{v} = np.diag({a}) * np.sqrt(np.diag({a} ** 2 + 1))
{v} = np.zeros_like({a}); {v}[1:] = np.abs({a}[1:]) + 1; {v} = {v} * np.sqrt({v})
{v} = -{u} * {a}
{v} = {a} - (-{u}) * {n}
{v} = np.exp(-{u} / 255) * {a}
{v} = ({u} - {w}) * {a}
{v} = (1 - {u}) * {a}
{v} = {a} * (1 - {u}) + (1 - {a}) * {u} / 2
{v} = {a} * {u} - {a} * {w}
{v} = {a} / (1 + {u} // 2)
{v} = {a} * ({u} * {w} + {u} ** 2)
{v} = np.sum({a} * -{u}, axis={k})
{v} = np.mean(2 * {u} - 1) * {a}
{v} = np.where({u} - {w} > 0, {a}, -{u} / 8)
{v} = np.where(~{u} > 3, {a}, abs({u} - 3))
{v} = np.abs({u} - {a})
{v} = -(-{u}) - (-{a})
{v} = {a} ** ({u} % 3)
{v} = {a}[{u} % 2]
{v} = {u} - {w}
{v} = 1 - {u}
{v} = {u}.astype(np.int16) - {w}
{v} = np.maximum({u}, {w}) * {a}
{v} = np.asarray({u} > {w}, np.uint8) * {a}
{a} *= -{u}
{a} -= {u} - {w}
left, right = {a}||{v} = left * np.sin(right)
{v}, right = {a}
{v}, *others = {a}||{v} = {v} * np.sum(others[-1])
*others, {v} = {a}||{v} = {v} + sum(others)
left, (right, *others) = {a}[0], {a}||{v} = np.stack([left * {n}, np.sin(right)])
left, right = {a}, {b}||left, right = right * {n}, left||{v} = left - right
{a}[0], {a}[1] = {a}[1], {a}[0]
{a}[0], {a}[1] = {a}[1] * {n}, np.sin({a}[0])
for left, right in zip({a}, {b}):||    {c} = {c} + left * right
{v} = np.stack([left * right for left, right in zip({a}, {b}, strict=True)])
{v} = by_kind({a})
{v} = round({a}, 1) * {b}
{v} = abs({a}) * {b}
{v} = pow({a}, 2) + {b}
{v} = {a} * (2 if isinstance({b}, np.ndarray) else 3)
{v} = {a} * (2 if isinstance({b}, float) else 3)
{v} = {a} * (2 if type({b}) is float else 3)
{v} = np.sum({a}) if hasattr({a}, "__len__") else {a} ** 3
{v} = {a} ** 2 if hasattr({a}, "ndim") else {a} ** 3
{v} = {a} * np.ndim({b}) + np.size({a})
{v} = {a} * {n} if np.isscalar({a}) else np.sin({a})
{v} = {a} * getattr({b}, "size", 5)
{v} = {a} * len(np.shape({b})) - {n}
{v} = np.atleast_1d({a})[0] * {n}
{v} = math.pi * {a} / math.sqrt(2)
{v} = symmetric_function({a}, np.exp)
{v} = symmetric_function({a}, lambda w: w**3 - w)
{v} = symmetric_function({a}, lambda w: np.sqrt(w**2 + 1))
{v} = symmetric_function({a} @ {a}.T + np.eye(len({a})), np.log)
{v} = symmetric_function({a} + 4 * np.eye(3), np.sqrt)
{v} = symmetric_function({a} + 4 * np.eye(3), lambda w: 1 / w) @ {b}
{v} = np.sum(symmetric_function({a}, np.tanh) ** 2)
{v} = spectral({a}, np.tanh)
{v} = spectral({a}, lambda s: s)
{v} = spectral({a}, lambda s: s**3 / 8)
{v} = 0.3 + 0.5 * spectral({a} + 3 * np.eye(3), np.ones_like)
{v} = np.linalg.norm(spectral({a}, np.sinh))
{v} = projected({a}, 2)
{v} = np.sum(np.exp(np.linalg.eigvalsh(({a} + {a}.T) / 4)))
{v} = np.sum(np.linalg.svd({a}, compute_uv=False) ** 3)
{v} = np.log(np.sum(np.exp({a}), axis={k}))
{v} = np.log(np.exp({a}).sum(axis={k}, keepdims=True))
{v} = np.log(np.mean(np.exp({a} * {n})))
{v} = np.log(sum(np.exp({a})))
{v} = np.log(sum(np.exp(row) for row in {a}))
{v} = np.log(np.cumsum(np.exp({a}), axis={k}))
{v} = np.log(np.exp({a}) + np.exp({b}))
{v} = np.log(np.exp({a}) @ np.exp({b}))
{v} = np.log(np.einsum("...i->...", np.exp({a})))
{v} = np.log(np.trapezoid(np.exp({a}), axis={k}))
{v} = np.log(np.sum({n} ** 2 * np.exp({a} - {b})))
{v} = np.log10(np.sum(10 ** ({a} / 4), axis={k}))
{v} = np.log2(np.sum(2**{a}))
{v} = np.logaddexp.reduce({a}, axis={k})
{v} = np.max({a}) + np.log(np.sum(np.exp({a} - np.max({a}))))
{v} = {a} - np.log(np.sum(np.exp({a}), axis=-1, keepdims=True))
{v} = np.exp({a}) / np.sum(np.exp({a}), axis={k}, keepdims=True)
{v} = np.exp({a}) / (1 + np.exp({a})) ** 2
{v} = np.log(np.cosh({a}))
{v} = np.log(np.sinh(np.abs({a}) + 0.5))
{v} = np.log1p(np.sum(np.exp({a})))
{v} = grid("line") * {a} + grid("line") ** 2
{v} = ramp(3) * {a} + np.sum(ramp(3))
{v} = MODEL.grid * {a} - MODEL.grid[1]
part = remembering(lambda u: np.tanh(u))||{v} = part(0, {a}) * part(0, {b})
part = remembering(softly)||{v} = part("a", {a}) + part("b", {b}) * part("a", {b})
{v} = {a} * RATE
{v} = np.exp(-RATE * {a}) + MODEL.rate
rate = {n}||{v} = (lambda u: np.tanh(u * rate))({a})
MODEL.last = {a}||{v} = MODEL.last * MODEL.rate
{v} = {a} * lam if lam > 0 else {b}
if lam > 1:||    {v} = {b}||else:||    {v} = {a} * lam
for step in range(int(steps)):||    {a} = {a} + lam * np.sin({b})
while steps > 0:||    {a} = {a} * {n}||    steps -= 1
{v} = {a} * math.exp(-lam) + np.linspace(0, lam, 3)
{v} = {a} * max(lam, 0.1) - min(lam, steps)
{v} = {a} * np.unique([lam, lam, steps]).size
{v} = np.zeros(int(steps)) + {a} * (lam if not np.isnan(lam) else 0)
{v} = np.where({a} > 1, np.imag(np.exp(1j * {a})), 0)
{v} = np.where({a} > 0, np.real(np.exp(1j * {a}) * {n}), {b})
{v} = np.where({a} > 1, (np.exp(1j * {a}) / (1 + 1j * {b})).real, {a})
{v} = np.where({a} > 1, np.abs(np.exp(1j * {a}) + 2), 0)
{v} = np.where({a} > 0, np.angle(2 + np.exp(1j * {a})), {n})
{v} = np.abs(np.fft.fft({a})) ** 2
""".strip().splitlines()

INDICES = ["0", "-1", "1:", "..., 0", ":, 0", "::2", "0, 0", ":, 1:", "(0, 1), (1, 0)"]
AXES = ["0", "-1", "1", "None"]
INTEGERS = ["COUNTS", "ODDS", "LEVELS"]


DOES_NOT_FIT = (
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError, Warning,
)  # fmt: skip


def written(arguments, lines):
    """The program as text, with data that the checks hand over or leave as they are."""
    arguments = [*arguments, *(f"{name}={value}" for name, value in DATA.items())]
    body = [part for line in lines for part in line.split("||")]
    return "\n".join(
        [f"def program({', '.join(arguments)}):", *(f"    {line}" for line in body)]
    )


def weighed(name, array):
    """A number to which each element of an array contributes in its own way."""
    size, shape = np.size(array), np.shape(array)
    return f"np.sum({name} * np.cos(np.arange({size}.0)).reshape({shape}))"


_number = itertools.count(1)
_helpers = compile(HELPERS, "<helpers>", "exec")


def made(source):
    """The function of a program, whose lines a traceback can quote."""
    file = f"<program {next(_number)}>"
    for name, text in ((file, f"{source}\n"), ("<helpers>", HELPERS)):
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    names = {"np": np, "pl": pl, "math": math, "functools": functools}
    names["__name__"] = "program"  # whose classes are the person's own
    exec(_helpers, names)
    exec(compile(source, file, "exec"), names)
    return names["program"]


def arrays_of(arguments, lines):
    """The arrays that are in sight after these lines, as NumPy computes them."""
    program = made(written(arguments, [*lines, "return locals()"]))
    with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        found = program(*copied(arguments.values()))
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, (np.ndarray, np.number, float))
        and np.asarray(value).dtype.kind in "iuf"
        and name not in {"row", *DATA}
    }


def copied(values):
    """The same values in arrays of their own; a Python number is one."""
    return [v.copy() if isinstance(v, np.ndarray) else v for v in values]


def is_whole(value):
    """Whether a value is of integers."""
    return np.asarray(value).dtype.kind in "iu"


def is_tame(arrays):
    """Whether values are finite, small and not many: differences can judge them."""
    return all(
        np.size(value) <= 64
        and np.all(np.isfinite(value))
        and np.all(abs(value * 1.0) < (LARGEST_INTEGER if is_whole(value) else LARGEST))
        and np.asarray(value).dtype != np.float16
        for value in arrays.values()
    )


def drawn(rng, dtype, shape, low=-2.0, high=2.0):
    """Numbers without ties; a Python number for no shape."""
    values = rng.uniform(low, high, shape)
    return values if shape is None else np.array(values, dtype)


def counted(rng, dtype, shape):
    """Small integers."""
    return np.array(rng.choice([0, 1, 2, 3, 120], shape), dtype)


@st.composite
def inputs(draw):
    """One to three arrays without ties, or a matrix of equal eigenvalues; integers."""
    seed = draw(st.integers(0, 1000))
    dtype = draw(st.sampled_from([np.float64, np.float64, np.float32]))
    rng = np.random.default_rng(seed)
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    arrays = {
        name: drawn(rng, dtype, shape)
        for name, shape in zip("xyz", shapes, strict=False)
    }
    if draw(st.integers(0, 7)) == 0:
        arrays["x"] = draw(st.sampled_from(REPEATED)).astype(dtype)
    if draw(st.booleans()):
        shape = draw(st.sampled_from(SHAPES[1:]))
        arrays["m"] = counted(rng, draw(st.sampled_from(SMALL)), shape)
    return arrays


@st.composite
def programs(draw):
    """The arguments of a random program, and its source."""
    arguments = draw(inputs())
    lines, arrays = [], dict(arguments)
    for number in range(draw(st.integers(1, 12))):
        names = st.sampled_from(sorted(n for n in arrays if not is_whole(arrays[n])))
        whole = st.sampled_from([n for n in arrays if is_whole(arrays[n])] + INTEGERS)
        a = draw(names)
        line = draw(st.sampled_from(STATEMENTS)).format(
            v=f"v{number}", a=a, b=draw(names), c=draw(names), u=draw(whole),
            w=draw(whole),
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


JUDGED, VALUE = "checked against differences", "checked for value"
TOLD, AT_A_POINT = "nan with a warning", "nan at a point, for 0 inf"

# -- what must hold --------------------------------------------------------------------


def check(arguments, source):
    """Hold everything that Pellucid makes of a program against NumPy.

    Each is made of the program itself, recorded before it was ever called, so that its
    caches are filled while recording; the plain call comes after. Gives in which way
    the gradient was judged: by differences, not at all, as nan where that is right.
    """
    values = tuple(arguments.values())
    slopes = tuple(name for name in arguments if not is_whole(arguments[name]))
    close = functools.partial(assert_close, tolerance(source, values))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = made(source)
        graph = pl.graph(program, *values)
        expected = program(*copied(values))
        close(graph(*values), expected, "graph")
        close(pl.stable(graph)(*values), expected, "stable graph")
        close(rerun(graph, values), expected, "source")
        check_compiled(close, source, values, expected)
        program = made(source)
        gradients = pl.gradient(program, slopes)(*values, **DATA)
        plain = pl.gradient(program, slopes, stable=False)(*values)
        for name, ours, unstable in zip(slopes, gradients, plain, strict=True):
            value = arguments[name]
            assert np.shape(ours) == np.shape(value), f"d{name}: {np.shape(ours)}"
            assert isinstance(ours, np.generic | np.ndarray | type(value)), f"d{name}"
            assert getattr(ours, "dtype", 0) == getattr(value, "dtype", 0), f"d{name}"
            close(ours, unstable, f"d{name} without rewriting")
        if not any(np.isnan(g).any() for g in gradients):
            judged = against_differences(program, arguments, gradients)
            return JUDGED if judged else VALUE
        return missing(program, widened(arguments), slopes)


def missing(program, arguments, slopes):
    """Hold that nan is told in a warning, or stands where there is no slope."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gradients = pl.gradient(program, slopes)(*arguments.values())
    if any("equal values" in str(warning.message) for warning in told):
        return TOLD
    try:
        against_differences(program, arguments, gradients)
    except AssertionError:  # 0 inf, of a 0 among the arguments: not beside it too
        beside = moved(arguments, 1e-2, dict.fromkeys(slopes, np.pi))
        gradients = pl.gradient(program, slopes)(*beside.values())
        against_differences(program, beside, gradients)
        return AT_A_POINT
    return VALUE


def widened(arguments):
    """The arguments with floats in double precision, which differences can judge."""
    return {
        name: value.astype(np.float64)
        if isinstance(value, np.ndarray) and not is_whole(value)
        else value
        for name, value in arguments.items()
    }


def check_compiled(close, source, values, expected):
    """Compiled code gives what NumPy gives, and sees that captured numbers changed."""
    program = made(source)
    compiled = pl.compile(program)
    close(compiled(*values), expected, "compiled")
    program.__globals__["RATE"] = 0.45
    program.__globals__["MODEL"].rate = -0.5
    changed = program(*copied(values))
    if np.isfinite(changed):
        close(compiled(*values), changed, "compiled, after a captured number changed")


def tolerance(source, values):
    """How near results come: single precision may be met anywhere in a program."""
    single = any(np.asarray(v).dtype == np.float32 for v in values)
    return 3e-4 if single or "float32" in source else 1e-10


def check_on(target, arguments, source):
    """Hold what a target makes of a program and its gradient against the reference.

    False where the target lacks an operation of it and says so.
    """
    program = made(source)
    values = tuple(arguments.values())
    wrt = tuple(name for name in arguments if not is_whole(arguments[name]))
    close = functools.partial(assert_close, tolerance(source, values))
    slopes = pl.value_and_gradient(program, wrt)
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
    taken = len(inspect.signature(names["program"]).parameters)
    return names["program"](*copied(values)[:taken])


def assert_close(tolerance, ours, expected, what):
    """Assert that a result is NumPy's, to rounding, in its shape and dtype."""
    ours, expected = np.asarray(ours), np.asarray(expected)
    assert ours.shape == expected.shape, f"{what}: shape {ours.shape}"
    assert ours.dtype == expected.dtype, f"{what}: {ours.dtype}"
    missing = np.isnan(expected)
    assert np.array_equal(np.isnan(ours), missing), f"{what}: {ours} {expected}"
    allowed = tolerance * (1 + np.max(np.abs(expected[~missing]), initial=0))
    near = np.abs(ours - expected)[~missing] <= allowed
    assert np.all(near), f"{what}: {ours} {expected}"


def against_differences(program, arguments, gradients):
    """Compare the slope along a random direction; False where there is none to see."""
    if any(np.asarray(v).dtype == np.float32 for v in arguments.values()):
        return False  # the differences of float32 say little; float64 is judged
    rng = np.random.default_rng(0)
    direction = {
        name: rng.choice([-1.0, 1.0], np.shape(value))
        for name, value in arguments.items()
        if not is_whole(value)
    }

    def along(t):
        return float(program(**moved(arguments, t, direction)))

    try:
        slopes = [(along(h) - along(-h)) / (2 * h) for h in (1e-4, 1e-5, 3e-6)]
        bend = abs(along(1e-5) - 2 * along(0.0) + along(-1e-5)) / 1e-5
    except (FloatingPointError, ValueError, np.linalg.LinAlgError):
        return False
    scale = 1 + max(map(abs, slopes)) + abs(along(0.0))
    if max(slopes) - min(slopes) > 1e-4 * scale or bend > 1e-2 * scale:
        return False  # a kink or a jump near by, or a cast to float32
    ours = sum(
        np.sum(g * d) for g, d in zip(gradients, direction.values(), strict=True)
    )
    assert abs(ours - slopes[1]) <= 1e-3 * scale, f"slope {slopes[1]}, ours {ours}"
    return True


def moved(arguments, t, direction):
    """The arguments a step further; integers stay where they are."""
    return {
        name: x.copy() if is_whole(x)
        else x + t * float(direction[name]) if isinstance(x, float)
        else np.asarray(x + t * direction[name])
        for name, x in arguments.items()
    }  # fmt: skip


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
        counts[judged] += 1

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
