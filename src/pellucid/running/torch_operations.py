"""How PyTorch spells each operation of the closed set, and what it lacks.

An operation is computed by the function of its name in `torch_functions`,
`torch_products` or `torch_convolutions`, else by torch's of that name, which then has
the same meaning; here are those that are called otherwise. What is found nowhere is
refused; of `scipy.special` that is most.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

import torch

from pellucid.running import torch_convolutions as convolutions
from pellucid.running import torch_functions as functions
from pellucid.running import torch_products as products
from pellucid.running.torch_places import added, assigned, picked, scattered

Function = Callable[..., Any]

# What has another name here or in torch.
OTHER: dict[str, str | Function] = {
    "equal": "torch.eq",  # torch.equal compares tensors as wholes
    "invert": "torch.bitwise_not", "left_shift": "torch.bitwise_left_shift",
    "right_shift": "torch.bitwise_right_shift", "degrees": "torch.rad2deg",
    "fabs": "torch.abs", "positive": "torch.clone", "radians": "torch.deg2rad",
    "rint": "torch.round", "root": "torch.sqrt",
    "i0": "torch.special.i0", "divmod": functions.quotient, "copy": "torch.clone",
    "max": "torch.amax", "min": "torch.amin", "fmax.reduce": functions.fmax_reduce,
    "fmin.reduce": functions.fmin_reduce, "maximum.accumulate": functions.cummax,
    "minimum.accumulate": functions.cummin, "argpartition": functions.argsort,
    "transpose": "torch.permute", "concatenate": products.cat, "index": picked,
    "assign": assigned, "scatter": scattered, "add_at": added,
    "lib.stride_tricks.sliding_window_view": products.unfold,
    "scipy.linalg.expm": "torch.linalg.matrix_exp",
    "linalg.slogdet": products.part_of(torch.linalg.slogdet),
    "linalg.eigh": products.part_of(torch.linalg.eigh),
    "linalg.svd": products.part_of(torch.linalg.svd),
    "special.j0": "torch.special.bessel_j0",
    "special.j1": "torch.special.bessel_j1",
    "special.y0": "torch.special.bessel_y0",
    "special.y1": "torch.special.bessel_y1",
    "special.k0": "torch.special.modified_bessel_k0",
    "special.k1": "torch.special.modified_bessel_k1",
    "special.k0e": "torch.special.scaled_modified_bessel_k0",
    "special.k1e": "torch.special.scaled_modified_bessel_k1",
}  # fmt: skip


def spelling(name: str) -> str | Function | None:
    """What computes an operation in torch, or its name; None where nothing does."""
    return OTHER.get(name) or _ours(name.rpartition(".")[2]) or _torchs(name)


def _ours(name: str) -> Function | None:
    """The function of this name that is written here."""
    for module in (functions, products, convolutions):
        found = getattr(module, name, None)
        if inspect.isfunction(found) and found.__module__ == module.__name__:
            return found
    return None


def _torchs(name: str) -> str | None:
    """The name of torch's function of this name."""
    try:
        operator.attrgetter(name)(torch)
    except AttributeError:
        return None
    return f"torch.{name}"
