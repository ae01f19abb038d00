"""The methods of arrays, which are functions of NumPy too."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.tracing.traced import Traced, copied, recorded, viewed


def _method(function: Any) -> Any:
    def method(self: Traced, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


class Parts(Traced):
    """What a number of Python's has beside its operators."""

    __slots__ = ()

    @property
    def real(self) -> Any:
        """The real part, a view; of real numbers, themselves."""
        return _part("real", self) if self.dtype.kind == "c" else self

    @real.setter
    def real(self, value: Any) -> None:
        self.real[...] = value

    @property
    def imag(self: Any) -> Any:
        """The imaginary part, a view; of real numbers, 0."""
        return _part("imag", self) if self.dtype.kind == "c" else np.zeros_like(self)

    @imag.setter
    def imag(self: Any, value: Any) -> None:
        if self.dtype.kind != "c":
            raise TypeError("array does not have imaginary part to set")
        self.imag[...] = value

    def conjugate(self) -> Any:
        """The imaginary part with the other sign; real numbers stay as they are."""
        return recorded("conjugate", self) if self.dtype.kind == "c" else self


def _part(name: str, x: Any) -> Any:
    """A view of an array's parts; of a number, a number."""
    return viewed(name, x) if x.mutable else recorded(name, x)


class Methods(Traced):
    """The methods of an array and of NumPy's numbers."""

    __slots__ = ()
    all = _method(np.all)
    any = _method(np.any)
    argmax = _method(np.argmax)
    argmin = _method(np.argmin)
    argpartition = _method(np.argpartition)
    argsort = _method(np.argsort)
    choose = _method(np.choose)
    cumprod = _method(np.cumprod)
    cumsum = _method(np.cumsum)
    diagonal = _method(np.diagonal)
    dot = _method(np.dot)
    max = _method(np.max)
    mean = _method(np.mean)
    min = _method(np.min)
    nonzero = _method(np.nonzero)
    prod = _method(np.prod)
    ptp = _method(np.ptp)
    put = _method(np.put)
    ravel = _method(np.ravel)
    repeat = _method(np.repeat)
    round = _method(np.round)
    searchsorted = _method(np.searchsorted)
    squeeze = _method(np.squeeze)
    std = _method(np.std)
    sum = _method(np.sum)
    swapaxes = _method(np.swapaxes)
    take = _method(np.take)
    trace = _method(np.trace)
    var = _method(np.var)
    conj = Parts.conjugate

    def reshape(
        self: Any, *shape: Any, order: Any = "C", copy: bool | None = None
    ) -> Any:
        """The elements in another shape, given as one tuple or number by number."""
        given: Any = shape[0] if len(shape) == 1 else shape
        return np.reshape(self, given, order, copy=copy)

    def transpose(self: Any, *axes: Any) -> Any:
        """The axes in another order, given as one tuple or number by number."""
        one = len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list)))
        return np.transpose(self, (axes[0] if one else axes) or None)

    def astype(
        self: Any, dtype: Any, order: str = "K", casting: str = "unsafe",
        subok: bool = True, copy: bool = True,
    ) -> Any:  # fmt: skip
        """The elements in another dtype."""
        if np.dtype(dtype) == self.dtype:
            return np.copy(self) if copy else self
        made = recorded("cast", self, dtype=np.dtype(dtype))
        return made if made.mutable or not self.mutable else copied(made)

    def copy(self: Any, order: Any = "C") -> Any:
        """An array of its own."""
        return np.copy(self, order)

    def flatten(self: Any, order: Any = "C") -> Any:
        """The elements in one row, an array of its own."""
        return np.copy(np.ravel(self, order))

    def clip(
        self: Any, min: Any = None, max: Any = None, out: Any = None, **options: Any
    ) -> Any:
        """The elements, those beyond a bound replaced by it."""
        return np.clip(self, min, max, out, **options)

    def compress(self: Any, condition: Any, axis: Any = None, out: Any = None) -> Any:
        """The parts along an axis for which a condition holds."""
        return np.compress(condition, self, axis, out)

    # -- what writes into the array ---------------------------------------------------

    def fill(self: Any, value: Any) -> None:
        """Put one value everywhere."""
        self[...] = value

    def sort(self: Any, axis: int = -1, *args: Any, **options: Any) -> None:
        """Sort along an axis."""
        self[...] = np.sort(self, axis, *args, **options)

    def partition(
        self: Any, kth: Any, axis: int = -1, *args: Any, **options: Any
    ) -> None:
        """Sort along an axis so far that the kth stands in its place."""
        self[...] = np.partition(self, kth, axis, *args, **options)
