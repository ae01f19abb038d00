"""What all statements of a torch program share: names, and constants on the device."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch

from pellucid.graphs.node import Node
from pellucid.running.torch_arrays import sized, tensor_of, torch_dtype
from pellucid.running.writing import SourceNames


class Source:
    """What all statements share: names, and constants on the device.

    Parameters
    ----------
    values : dict
        What is known beforehand.
    given : set of str
        The person's names.
    device : torch.device
        Where it runs.
    """

    def __init__(
        self, values: dict[Node, Any], given: set[str], device: torch.device
    ) -> None:
        self.device, self._given = device, given
        self.torch = self._free("torch")
        self._scalar = functools.partial(sized, device)
        self._zeros = functools.partial(torch.zeros, device=device)
        self._constants: dict[Any, torch.Tensor] = {}
        self.names = SourceNames(values, {self.torch: torch}, given)

    def _free(self, name: str) -> str:
        """The name, or a longer one if the person uses it."""
        return self._free(f"_{name}") if name in self._given else name

    def bound(self, value: Any, wish: str) -> str:
        """The name that is bound to an object."""
        return self.names.bound(value, self._free(wish))

    def dtype(self, dtype: np.dtype[Any], node: Node) -> str:
        """The name of a dtype."""
        return str(torch_dtype(dtype, node)).replace("torch", self.torch, 1)

    def scalar(self, name: str, dtype: np.dtype[Any], node: Node) -> str:
        """A Python number as a tensor of no axes."""
        return (
            f"{self.bound(self._scalar, 'scalar')}({name}, {self.dtype(dtype, node)})"
        )

    def zeros(self, node: Node) -> str:
        """New memory, with zeros, for such a value."""
        name = self.bound(self._zeros, "zeros")
        return f"{name}({node.shape}, dtype={self.dtype(node.dtype, node)})"

    def constant(self, node: Node, dtype: np.dtype[Any]) -> str:
        """The name of a tensor with a value that is known beforehand."""
        key = node, dtype
        if key not in self._constants:
            value = self.names.values.get(node, node.options.get("value"))
            torch_dtype(dtype, node)
            array = np.array(value).astype(dtype)
            self._constants[key] = tensor_of(array, self.device)
        return self.names.bound(self._constants[key])
