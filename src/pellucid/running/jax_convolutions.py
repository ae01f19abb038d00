"""Convolutions in JAX, see `convolutions`.

On a GPU they are XLA's. On a CPU XLA's take ten times as long in a scan over steps as
by themselves; there they are products of matrices, cut as `bands` says.
"""

from __future__ import annotations

import functools
import itertools
import operator
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.running import bands
from pellucid.running.bands import Bands, Sizes

AXES = "xyzuvw"  # those that windows slide along
MANY = 256  # pieces that XLA takes long to compile


def _by_products(cut: Bands) -> bool:
    """Whether products of matrices are faster: on a CPU, and of not too many pieces."""
    config: Any = jax.config
    device = config.jax_default_device
    platform = device.platform if device else jax.default_backend()
    return platform == "cpu" and cut.blocks * cut.upper <= MANY


def convolution(x: Any, w: Any, step: Sizes, dilation: Sizes) -> Any:
    """The sum of x[n, s i + d u, c] w[u, c, f] over u and c."""
    cut = bands.cut(x.shape, w.shape[:-2], w.shape[-1], step, dilation)
    if _by_products(cut):
        z = _columns(x, cut) @ _in_bands(w, cut)
        return z.reshape(len(x), *cut.places, w.shape[-1])
    along = AXES[: len(step)]
    return jax.lax.conv_general_dilated(
        x, w, step, "VALID", rhs_dilation=dilation,
        dimension_numbers=(f"N{along}C", f"{along}IO", f"N{along}C"),
    )  # fmt: skip


def convolution_weights(x: Any, g: Any, step: Sizes, dilation: Sizes) -> Any:
    """The sum of x[n, s i + d u, c] g[n, i, f] over n and i."""
    taps = bands.taps_of(x.shape[1:-1], g.shape[1:-1], step, dilation)
    cut = bands.cut(x.shape, taps, g.shape[-1], step, dilation)
    if _by_products(cut):
        return _weights(x, g, cut)
    along = AXES[: len(step)]
    return jax.lax.conv_general_dilated(
        x, g, dilation, "VALID", rhs_dilation=step,
        dimension_numbers=(f"C{along}N", f"I{along}O", f"{along}NC"),
    )  # fmt: skip


def convolution_input(g: Any, w: Any, size: Sizes, step: Sizes, dilation: Sizes) -> Any:
    """The sum of g[n, i, f] w[u, c, f] where s i + d u = p: slid over with w turned."""
    *taps, c, f = w.shape
    cut = bands.bands(g.shape[1:-1], tuple(taps), c, f, step, dilation)
    if _by_products(cut):
        return _input(g, w, size, cut)
    along = AXES[: len(step)]
    axes = range(len(step))
    before = [d * (w.shape[k] - 1) for k, d in enumerate(dilation)]
    after = [size[k] - 1 - step[k] * (g.shape[k + 1] - 1) for k in axes]
    return jax.lax.conv_general_dilated(
        g, jnp.flip(w, axes), (1,) * len(step), [*zip(before, after, strict=True)],
        lhs_dilation=step, rhs_dilation=dilation,
        dimension_numbers=(f"N{along}C", f"{along}OI", f"N{along}C"),
    )  # fmt: skip


# -- as products of matrices ----------------------------------------------------------


def _weights(x: Any, g: Any, cut: Bands) -> Any:
    """Columns' times g, summed along the bands."""
    c, f = x.shape[-1], g.shape[-1]
    total = _columns(x, cut).T @ g.reshape(-1, cut.J * f)
    total = total.reshape(cut.upper, cut.R, c, cut.J, f)
    w = jnp.einsum("urcjf,vrj->uvcf", total, cut.ones(x.dtype))
    return w.reshape(*cut.taps, c, f)


def _input(g: Any, w: Any, size: Sizes, cut: Bands) -> Any:
    """The products of g and bands, added up where windows see it."""
    *_, c, f = w.shape
    columns = g.reshape(-1, cut.J * f) @ _in_bands(w, cut).T
    shape = (len(g), *cut.places[:-1], cut.blocks, cut.upper, cut.R, c)
    columns = columns.reshape(shape)
    whole = (len(g), *size, c)
    found = []
    for place, (begin, end, strides) in enumerate(_parts(whole, cut)):
        block, u = divmod(place, cut.upper)
        part = columns[..., block, u, :, :]
        ends = zip(begin, end, strides, whole, strict=True)
        around = [(a, n - b, s - 1) for a, b, s, n in ends]
        found.append(jax.lax.pad(part, jnp.zeros((), part.dtype), around))
    return functools.reduce(operator.add, found)


def _in_bands(w: Any, cut: Bands) -> Any:
    """T[u, r, c, j, f] as a matrix."""
    *_, c, f = w.shape
    w = w.reshape(cut.upper, cut.taps[-1], c, f)
    matrix = jnp.einsum("uvcf,vrj->urcjf", w, cut.ones(w.dtype))
    return matrix.reshape(cut.upper * cut.R * c, cut.J * f)


def _parts(shape: Sizes, cut: Bands) -> list[tuple[Sizes, Sizes, Sizes]]:
    """Where what a block of places sees begins and ends, row by row of the window."""
    found = []
    for block in range(cut.blocks):
        first = block * cut.J * cut.step[-1]
        for place in itertools.product(*map(range, cut.taps[:-1])):
            ways = [*zip(place, cut.dilation, cut.step, cut.places, strict=False)]
            begin = [i * d for i, d, _, _ in ways]
            end = [i * d + s * (n - 1) + 1 for i, d, s, n in ways]
            found.append(((0, *begin, first, 0),
                          (shape[0], *end, first + cut.R, shape[-1]),
                          (1, *cut.step[:-1], 1, 1)))  # fmt: skip
    return found


def _columns(x: Any, cut: Bands) -> Any:
    """What each block of places sees: (places, blocks; u, r, c) as a matrix."""
    ahead = (len(x), *cut.places[:-1])
    rows = [
        jax.lax.slice(x, *part).reshape(*ahead, -1) for part in _parts(x.shape, cut)
    ]
    blocks = [
        jnp.concatenate(rows[i : i + cut.upper], axis=-1)
        for i in range(0, len(rows), cut.upper)
    ]
    return jnp.stack(blocks, axis=-2).reshape(-1, cut.upper * cut.R * x.shape[-1])


BY_PRODUCTS = {
    f.__name__: f for f in (convolution, convolution_weights, convolution_input)
}
