"""Devices, and NumPy's arrays as tensors and back."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pellucid.errors import PellucidError
from pellucid.graphs.node import Node

Array = NDArray[Any]
Tensor = torch.Tensor


@functools.cache
def device_of(name: str | None) -> torch.device:
    """The device of this name; refuse one that there is not."""
    try:
        return torch.empty(0, device=name or "cpu").device
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        message = (
            f"There is no device {name!r} for PyTorch here ({reason}); "
            'use device="cpu".'
        )
        raise PellucidError(message) from None


def torch_dtype(dtype: np.dtype[Any], node: Node | None = None) -> torch.dtype:
    """Torch's name for a dtype; refuse one that it lacks."""
    try:
        return torch.from_numpy(np.empty(0, dtype)).dtype
    except TypeError:
        where = f"{node.line[0]}, line {node.line[1]}: " if node and node.line else ""
        message = f'{where}PyTorch has no {dtype}; run it with target="numpy".'
        raise PellucidError(message) from None


class _Writable:
    """An array that says that it may be written; what torch takes is only read."""

    def __init__(self, array: Array) -> None:
        self.array = array
        interface = dict(array.__array_interface__)
        self.__array_interface__ = interface | {"data": (interface["data"][0], False)}


def tensor_of(array: Array, device: torch.device) -> Tensor:
    """An array as a tensor, which on the CPU shares its memory where it can."""
    size = array.itemsize
    odd = any(step < 0 or step % size for step in array.strides)
    if odd or not array.dtype.isnative or not array.flags.aligned:
        array = np.array(array, array.dtype.newbyteorder("="), order="C")
    if not array.flags.writeable:
        array = np.asarray(_Writable(array))
    return torch.from_numpy(array).to(device)


def taken(value: Any, dtype: Any, device: torch.device) -> Any:
    """An input as the program takes it; a weak one (no dtype) stays a Python number."""
    if dtype is None:
        return float(value)
    return tensor_of(np.asarray(value, dtype), device)


def given_back(value: Any) -> Any:
    """A result as NumPy has it: an array, a scalar, or a Python number."""
    if not isinstance(value, Tensor):
        return value
    return value.cpu().resolve_conj().resolve_neg().numpy()[()]


def sized(device: torch.device, value: Any, dtype: torch.dtype) -> Tensor:
    """A Python number, or a tensor that stands for one, as a tensor of a dtype."""
    if isinstance(value, Tensor):
        return value.to(dtype)
    return torch.full((), value, dtype=dtype, device=device)
