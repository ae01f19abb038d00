"""How PyTorch spells each operation of the closed set, and what it lacks.

An entry is the name of torch's function, where that has the same meaning, or one of
`torch_functions` and `torch_places`. What has no entry is refused; of `scipy.special`
that is most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from pellucid.running import torch_functions as functions
from pellucid.running import torch_products as products
from pellucid.running.torch_places import assigned, picked, scattered

Function = Callable[..., Any]

SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**",
           "floor_divide": "//", "remainder": "%", "less": "<", "less_equal": "<=",
           "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
           "matmul": "@"}  # fmt: skip

# NumPy's name and torch's are the same, and so is what they do.
SAME = [
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "bitwise_and", "bitwise_or", "bitwise_xor", "ceil", "copysign", "cos", "cosh",
    "deg2rad", "exp", "exp2", "expm1", "float_power", "floor", "fmax", "fmin", "fmod",
    "gcd", "hypot", "isfinite", "isinf", "isnan", "lcm", "log", "log10",
    "log1p", "log2", "logaddexp", "logaddexp2", "logical_and", "logical_not",
    "logical_or", "logical_xor", "maximum", "minimum", "negative", "nextafter",
    "rad2deg", "signbit", "sin", "sinc", "sinh", "sqrt", "square", "tan", "tanh",
    "trunc", "where", "sum", "mean", "any", "all", "reshape", "add",
    "subtract", "multiply", "divide", "less", "less_equal",
    "greater", "greater_equal", "not_equal", "sigmoid", "zeros",
    "ones", "empty", "full", "eye", "arange", "fft.fft", "fft.ifft", "fft.rfft",
    "fft.irfft", "linalg.inv", "linalg.cholesky", "linalg.det", "linalg.eigvalsh",
    "linalg.svdvals", "special.entr", "special.erf", "special.erfc", "special.erfcx",
    "special.erfinv", "special.exp2", "special.expit", "special.expm1",
    "special.gammainc", "special.gammaincc", "special.gammaln", "special.i0",
    "special.i0e", "special.i1", "special.i1e", "special.log1p", "special.log_ndtr",
    "special.logit", "special.ndtr", "special.ndtri", "special.psi", "special.round",
    "special.xlog1py", "special.xlogy", "special.zeta",
]  # fmt: skip

# Those of `torch_functions` and `torch_products` that are called as here.
WRITTEN = [
    "absolute", "floor_divide", "remainder", "heaviside", "cbrt", "bitwise_count",
    "conjugate", "ldexp",
    "reciprocal", "sign", "spacing", "modf", "frexp", "cast", "real", "imag",
    "prod", "argmax", "argmin", "nanargmax", "nanargmin", "cumsum", "cumprod",
    "argsort", "searchsorted", "median", "quantile", "norm", "broadcast_to",
    "stack", "diagonal", "dot", "matmul", "einsum", "convolve", "linalg.solve",
    "cofactors", "inverse_gaps",
    "linalg.eigvals", "linalg.eig", "linalg.qr", "linalg.pinv", "linalg.lstsq",
    "ratio", "softplus", "log1mexp", "log_loss", "logsumexp", "offset",
    "log_weighted_sum", "softmax", "log_softmax", "log_product",
]  # fmt: skip

# What has another name there or in torch.
OTHER: dict[str, str | Function] = {
    "equal": "torch.eq",  # torch.equal compares tensors as wholes
    "invert": "torch.bitwise_not", "left_shift": "torch.bitwise_left_shift",
    "right_shift": "torch.bitwise_right_shift", "degrees": "torch.rad2deg",
    "fabs": "torch.abs", "positive": "torch.clone", "power": functions.power,
    "radians": "torch.deg2rad", "rint": "torch.round", "root": "torch.sqrt",
    "i0": "torch.special.i0", "divmod": functions.quotient, "copy": "torch.clone",
    "max": "torch.amax", "min": "torch.amin", "fmax.reduce": functions.fmax_reduce,
    "fmin.reduce": functions.fmin_reduce, "maximum.accumulate": functions.cummax,
    "minimum.accumulate": functions.cummin, "argpartition": functions.argsort,
    "transpose": "torch.permute", "concatenate": products.cat, "index": picked,
    "assign": assigned, "scatter": scattered,
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


def _written(name: str) -> Function:
    """The function that is written here for an operation."""
    module = functions if hasattr(functions, name.rpartition(".")[2]) else products
    function: Function = getattr(module, name.rpartition(".")[2])
    return function


SPELLED: dict[str, str | Function] = {
    **{name: f"torch.{name}" for name in SAME},
    **{name: _written(name) for name in WRITTEN},
    **OTHER,
}
