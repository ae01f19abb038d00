"""Convolutions in XLA's terms, see `convolutions`: one operation with axes in any order."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

Sizes = tuple[int, ...]
AXES = "xyzuvw"  # those that windows slide along


def convolution(x: Any, w: Any, step: Sizes, dilation: Sizes) -> Any:
    """The sum of x[n, s i + d u, c] w[u, c, f] over u and c."""
    along = AXES[: len(step)]
    return jax.lax.conv_general_dilated(
        x, w, step, "VALID", rhs_dilation=dilation,
        dimension_numbers=(f"N{along}C", f"{along}IO", f"N{along}C"),
    )  # fmt: skip


def convolution_weights(x: Any, g: Any, step: Sizes, dilation: Sizes) -> Any:
    """The sum of x[n, s i + d u, c] g[n, i, f] over n and i."""
    along = AXES[: len(step)]
    return jax.lax.conv_general_dilated(
        x, g, dilation, "VALID", rhs_dilation=step,
        dimension_numbers=(f"C{along}N", f"I{along}O", f"{along}NC"),
    )  # fmt: skip


def convolution_input(g: Any, w: Any, size: Sizes, step: Sizes, dilation: Sizes) -> Any:
    """The sum of g[n, i, f] w[u, c, f] where s i + d u = p: slid over with w turned."""
    along = AXES[: len(step)]
    axes = range(len(step))
    before = [d * (w.shape[k] - 1) for k, d in enumerate(dilation)]
    after = [size[k] - 1 - step[k] * (g.shape[k + 1] - 1) for k in axes]
    return jax.lax.conv_general_dilated(
        g, jnp.flip(w, axes), (1,) * len(step), [*zip(before, after, strict=True)],
        lhs_dilation=step, rhs_dilation=dilation,
        dimension_numbers=(f"N{along}C", f"{along}OI", f"N{along}C"),
    )  # fmt: skip
