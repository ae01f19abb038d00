"""The gradients of a dozen NumPy functions, once all is compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pellucid.bench.clock import mark
from pellucid.bench.contest import Contest, Mark, Rival, library
from pellucid.bench.functions import PROBLEMS, Array

Gradient = Callable[[], Any]  # of a problem's arguments, which it holds


def ours(f: Callable[..., Any], arguments: tuple[Array, ...], target: str) -> Gradient:
    """Pellucid's, compiled for a target."""
    from pellucid.graphs.differentiating.gradient import gradient
    from pellucid.running.compile import compile  # noqa: A004 (its public name)

    library(f"pellucid.running.{target}")
    return partial(compile(gradient(partial(f, np)), target), *arguments)


def by_autograd(f: Callable[..., Any], arguments: tuple[Array, ...]) -> Gradient:
    """autograd's, which traces at each call."""
    wrapped = library("autograd.numpy")
    return partial(library("autograd").grad(partial(f, wrapped)), *arguments)


def by_jax(f: Callable[..., Any], arguments: tuple[Array, ...]) -> Gradient:
    """JAX's, jitted, in float64 as all."""
    jax = library("jax")
    jax.config.update("jax_enable_x64", True)
    wrapped = library("jax.numpy")
    compiled = jax.jit(jax.grad(partial(f, wrapped)))
    held = [wrapped.asarray(a) for a in arguments]
    return lambda: compiled(*held).block_until_ready()


def by_torch(f: Callable[..., Any], arguments: tuple[Array, ...]) -> Gradient:
    """PyTorch's, eager."""
    torch = library("torch")
    torch.set_default_dtype(torch.float64)
    x, *data = (torch.from_numpy(a) for a in arguments)
    x.requires_grad_()
    return lambda: torch.autograd.grad(f(torch, x, *data), x)[0]


def measured(rival: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Time the gradient of a function; the check is its length."""
    problem = PROBLEMS[case]
    work = MAKERS[rival](problem.f, problem.arguments())
    timed = mark(work, budget=0.0 if tiny else 0.2)
    length = float(np.linalg.norm(np.asarray(work())))
    return {"a gradient": Mark(timed.best, timed.cold, length)}


MAKERS: dict[str, Callable[..., Gradient]] = {
    "Pellucid, NumPy": partial(ours, target="numpy"),
    "Pellucid, JAX": partial(ours, target="jax"),
    "Pellucid, PyTorch": partial(ours, target="torch"),
    "autograd": by_autograd,
    "JAX, jitted": by_jax,
    "PyTorch, eager": by_torch,
}

CONTEST = Contest(
    title="Gradients",
    note="One call of the gradient in float64, compiled where the library compiles; "
    "each function is written once, with the library as an argument.",
    cases=tuple(PROBLEMS),
    rivals={
        name: Rival(partial(measured, name), name.startswith("Pellucid"))
        for name in MAKERS
    },
    rounds=2,
)
