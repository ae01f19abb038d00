"""The table of derivatives: one line of calculus for each operation and argument."""

from pellucid.graphs.derivatives import (
    algebra,
    arrays,
    complex_numbers,
    decompositions,
    elementary,
    floating,
    fourier,
    numerical,
    quantiles,
    robust,
    spectral,
)
from pellucid.graphs.derivatives.entering import DERIVATIVES, JOINT

__all__ = [
    "DERIVATIVES",
    "JOINT",
    "algebra",
    "arrays",
    "complex_numbers",
    "decompositions",
    "elementary",
    "floating",
    "fourier",
    "numerical",
    "quantiles",
    "robust",
    "spectral",
]
