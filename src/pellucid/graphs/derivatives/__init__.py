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
)
from pellucid.graphs.derivatives.table import DERIVATIVES

__all__ = [
    "DERIVATIVES",
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
]
