"""Pellucid: deep learning that you can see through.

Any plain NumPy function becomes a computational graph that is read (drawn, explained,
written as formula and as code), differentiated, compiled and trained; regression and
neural networks with scikit-learn's interface stand on it.

>>> import numpy as np, pellucid as pl
>>> pl.gradient(lambda a, b: np.sqrt(a**2 + b**2), wrt=("a", "b"))(3.0, 4.0)
(0.6, 0.8)
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from pellucid.graphs.graph import Graph

# Each public name and the module that defines it; a module is given whole.
_HOME = {
    "PellucidError": "errors",
    "TraceError": "errors",
    "TraceWarning": "errors",
    "ModelFileError": "errors",
    "Graph": "graphs.graph",
    "Node": "graphs.node",
    "graph": "graphs.tracing.trace",
    "gradient": "graphs.differentiating.gradient",
    "value_and_gradient": "graphs.differentiating.gradient",
    "jacobian": "graphs.differentiating.gradient",
    "hessian": "graphs.differentiating.gradient",
    "hvp": "graphs.differentiating.gradient",
    "vjp": "graphs.differentiating.gradient",
    "jvp": "graphs.differentiating.gradient",
    "stable": "graphs.rewriting.stable",
    "check": "graphs.differentiating.check",
    "source": "reading.source.source",
    "formula": "reading.formula.formula",
    "draw": "reading.drawing.draw",
    "explain": "reading.story.explain",
    "compile": "running.compile",
    "minimise": "minimisers.minimise",
    "methods": "minimisers.methods",
    "schedules": "minimisers.schedules",
    "rows": "tables.sources",
    "datasets": "tables.datasets",
    "costs": "models.costs",
    "penalties": "models.penalties",
    "activations": "layers.activations",
    "layers": "layers",
    "initialisers": "layers.initialisers",
    "pictures": "models.pictures.network_pictures",
    "LinearRegression": "models.linear",
    "PolynomialRegression": "models.polynomial",
    "LogisticRegression": "models.logistic",
    "PoissonRegression": "models.poisson",
    "HuberRegression": "models.huber",
    "MLPClassifier": "models.networks.perceptrons",
    "MLPRegressor": "models.networks.perceptron_regressor",
    "NetworkClassifier": "models.networks.network_classifier",
    "NetworkRegressor": "models.networks.network_regressor",
    "compare": "models.comparing.comparing",
    "save": "models.files.saving",
    "load": "models.files.saving",
}
_MODULES = {
    "methods", "schedules", "datasets", "costs", "penalties", "activations", "layers",
    "initialisers", "pictures",
}  # fmt: skip

__all__ = sorted(_HOME)
__version__ = "0.1.0"


def _read(module: str, graph: Graph) -> str:
    """Write a graph with the reader of that name; readers load when first used."""
    reader = importlib.import_module(f"pellucid.reading.{module}")
    text: str = getattr(reader, module.rpartition(".")[2])(graph)
    return text


for _reader in ("source.text", "drawing.html", "source.phrase"):
    Graph.readers[_reader.rpartition(".")[2]] = partial(_read, _reader)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pellucid' has no attribute {name!r}")
    module = importlib.import_module(f"pellucid.{_HOME[name]}")
    value = module if name in _MODULES else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
