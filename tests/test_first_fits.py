"""What a first fit loads: what it computes with, and nothing that draws or writes."""

import functools
import json
import subprocess
import sys

import pytest

LOADED = """
import json, sys
import numpy as np
import pellucid as pl
X = np.random.default_rng(0).normal(size=(80, 3))
z = X @ [1.0, -2.0, 0.5]
two, three = z > 0, np.digitize(z, [-1, 1])
{code}
print(json.dumps(sorted(sys.modules)))
"""
FITS = {
    "linear": "pl.LinearRegression().fit(X, z)",
    "logistic, two classes": "pl.LogisticRegression().fit(X, two)",
    "logistic, three classes": "pl.LogisticRegression().fit(X, three)",
    "perceptron": "pl.MLPClassifier((3,), max_iter=2, tol=1.0).fit(X, two)",
    "minimise": "pl.minimise(lambda w: np.mean((X @ w - z) ** 2), np.zeros(3))",
}
LOGISTIC = [name for name in FITS if "logistic" in name]

# What scikit-learn's own classes load with their first fit, and ours do without.
THEIRS = ["linear_model", "metrics", "model_selection", "preprocessing", "svm"]
PICTURES = ["matplotlib", "IPython", "rich", "jinja2", "latex2mathml"]
TARGETS = ["jax", "torch", "onnx"]
READERS = ["pellucid.reading.formula", "pellucid.reading.drawing", "pellucid.report"]
DRAWN = [
    "pellucid.show.plots",
    "pellucid.models.pictures.pictures",
    "pellucid.models.summary",
]
HEAVY = {*PICTURES, *TARGETS, *READERS, *DRAWN, *(f"sklearn.{name}" for name in THEIRS)}
ENGINE = {"pellucid.graphs.tracing", "pellucid.graphs.rewriting", "pellucid.running"}


@functools.cache
def loaded(code: str) -> set[str]:
    """The modules of a fresh Python after some code."""
    command = [sys.executable, "-W", "ignore", "-c", LOADED.format(code=code)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(out))


@pytest.mark.parametrize("fit", FITS)
def test_a_first_fit_loads_nothing_that_it_does_not_need(fit):
    assert loaded(FITS[fit]) & HEAVY == set()


def test_least_squares_need_no_graph():
    assert loaded(FITS["linear"]) & (ENGINE | {"pellucid.layers"}) == set()


@pytest.mark.parametrize("fit", LOGISTIC)
def test_a_linear_model_needs_no_layers(fit):
    assert "pellucid.layers" not in loaded(FITS[fit])


def test_minimise_needs_no_scikit_learn():
    packages = {name.partition(".")[0] for name in loaded(FITS["minimise"])}
    assert packages & {"sklearn", "pandas", "narwhals"} == set()


@pytest.mark.parametrize(
    ("use", "module"),
    [
        (".summary()", "pellucid.models.summary"),
        (".formula()", "pellucid.reading.formula"),
        (".graph_", "pellucid.graphs.tracing"),
    ],
)
def test_what_reads_a_model_is_loaded_when_it_is_asked_for(use, module):
    assert module in loaded(FITS["linear"] + use)
