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
from pellucid.graphs.derivatives.entering import DERIVATIVES, JOINT, OF_SHAPES

__all__ = [
    "DERIVATIVES",
    "JOINT",
    "OF_SHAPES",
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
