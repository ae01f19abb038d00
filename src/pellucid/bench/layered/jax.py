"""JAX by hand: one jitted step, each layer written as JAX's users write it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.bench.contest import library
from pellucid.bench.layered.tasks import (
    ATTENTIVE,
    HEADS,
    LENET,
    RECURRENT,
    Look,
    Start,
    Task,
)
from pellucid.bench.perceptrons import BETA1, BETA2, EPS, RATE


def train(task: Task, start: Start, look: Look, device: str) -> None:
    """Take a jitted step on each batch; the costs leave JAX once an epoch.

    On a CPU a `lax.scan` over the batches makes convolutions several times slower.
    """
    jax, jnp = library("jax"), library("jax.numpy")
    order, going = task.order(), True
    with jax.default_device(jax.devices(device)[0]):
        p, X, y = jax.tree.map(jnp.array, tuple(start))
        kept = p, *(jax.tree.map(jnp.zeros_like, p) for _ in range(2)), jnp.float32(0)
        step = jax.jit(_step(FORWARD[task.network]), donate_argnums=0)
        while going:
            costs = []
            for part in order.permutation(task.rows).reshape(-1, task.batch):
                kept, cost = step(kept, X, y, part.astype(np.int32))
                costs.append(cost)
            going = not look(float(jnp.mean(jnp.stack(costs))))


def _step(forward: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A step of Adam on some rows."""
    jax, jnp = library("jax"), library("jax.numpy")

    def cost(p: Any, X: Any, y: Any) -> Any:
        logarithms = jax.nn.log_softmax(forward(p, X))  # (n, k)
        return -jnp.mean(logarithms[jnp.arange(len(y)), y])

    def step(kept: Any, X: Any, y: Any, part: Any) -> Any:
        p, m, v, t = kept
        J, g = jax.value_and_grad(cost)(p, X[part], y[part])
        t, tree = t + 1, jax.tree.map
        m = tree(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
        v = tree(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)
        a, b = RATE / (1 - BETA1**t), 1 - BETA2**t
        p = tree(lambda w, m, v: w - a * m / (jnp.sqrt(v / b) + EPS), p, m, v)
        return (p, m, v, t), J

    return step


# -- the networks ---------------------------------------------------------------------


def lenet(p: Any, x: Any) -> Any:
    """Two convolutions, each with relu and pooling, and three dense layers."""
    relu = library("jax.nn").relu
    for convolution in (p[0], p[2]):
        x = _largest(relu(_convolved(convolution, x)))
    x = x.reshape(len(x), -1)  # (n, d)
    for dense in (p[5], p[6]):
        x = relu(_dense(dense, x))
    return _dense(p[7], x)


def recurrent(p: Any, x: Any) -> Any:
    """An LSTM by `lax.scan`, x W inside it, which is faster; the last h, dense."""
    jax, jnp = library("jax"), library("jax.numpy")
    W, U, b = (p[0][name] for name in "WUb")

    def turn(state: Any, x: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(x @ W + h @ U + b, 4, axis=1)  # (n, h) each
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zeros = jnp.zeros((len(x), len(U)), x.dtype)
    (h, _), _ = jax.lax.scan(turn, (zeros, zeros), jnp.swapaxes(x, 0, 1))
    return _dense(p[1], h)


def attentive(p: Any, x: Any) -> Any:
    """Self-attention, the mean over time, dense."""
    jax, jnp = library("jax"), library("jax.numpy")
    n, t, _ = x.shape
    Q, K, V = ((x @ p[0][name]).reshape(n, t, HEADS, -1) for name in "QKV")
    scores = jnp.einsum("nihd,njhd->nhij", Q, K) / math.sqrt(Q.shape[-1])
    z = jnp.einsum("nhij,njhd->nihd", jax.nn.softmax(scores), V)
    z = z.reshape(n, t, -1) @ p[0]["O"]  # (n, t, d)
    return _dense(p[2], z.mean(axis=1))


def _convolved(p: Any, x: Any) -> Any:
    lax = library("jax.lax")
    order = "NHWC", "HWIO", "NHWC"
    z = lax.conv_general_dilated(x, p["W"], (1, 1), "VALID", dimension_numbers=order)
    return z + p["b"]


def _largest(x: Any) -> Any:
    """The largest of each window of 2 x 2, by a reshape: faster than reduce_window."""
    n, H, W, c = x.shape
    return x.reshape(n, H // 2, 2, W // 2, 2, c).max(axis=(2, 4))


def _dense(p: Any, x: Any) -> Any:
    return x @ p["W"] + p["b"]


FORWARD = {LENET: lenet, RECURRENT: recurrent, ATTENTIVE: attentive}
