"""Sums of squares: recognised, minimised to certified digits, and how certain it is."""

import copy
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import curve_fit

import pellucid as pl
from pellucid.errors import MinimiseError

# NIST's nonlinear regression problems as published (public domain): StRD, Statistical
# Reference Datasets, https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml
NIST = Path(__file__).parent / "nist"


def exponentials(b, x):
    return (
        b[0] * np.exp(-b[1] * x) + b[2] * np.exp(-b[3] * x) + b[4] * np.exp(-b[5] * x)
    )


def two_peaks(b, x):
    return (
        b[0] * np.exp(-b[1] * x)
        + b[2] * np.exp(-((x - b[3]) ** 2) / b[4] ** 2)
        + b[5] * np.exp(-((x - b[6]) ** 2) / b[7] ** 2)
    )


def cubics(b, x):
    above = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
    return above / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


def cycles(b, x):
    annual, nino, southern = (2 * np.pi * x / c for c in (12, b[3], b[6]))
    return (
        b[0] + b[1] * np.cos(annual) + b[2] * np.sin(annual)
        + b[4] * np.cos(nino) + b[5] * np.sin(nino)
        + b[7] * np.cos(southern) + b[8] * np.sin(southern)
    )  # fmt: skip


def chwirut(b, x):
    return np.exp(-b[0] * x) / (b[1] + b[2] * x)


MODELS = {
    "Bennett5": lambda b, x: b[0] * (b[1] + x) ** (-1 / b[2]),
    "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Chwirut1": chwirut,
    "Chwirut2": chwirut,
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "ENSO": cycles,
    "Eckerle4": lambda b, x: b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Gauss1": two_peaks,
    "Gauss2": two_peaks,
    "Gauss3": two_peaks,
    "Hahn1": cubics,
    "Kirby2": lambda b, x: (
        (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2)
    ),
    "Lanczos1": exponentials,
    "Lanczos2": exponentials,
    "Lanczos3": exponentials,
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda b, x: b[0] * np.exp(b[1] / (x + b[2])),
    "MGH17": lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "Misra1c": lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
    "Misra1d": lambda b, x: b[0] * b[1] * x / (1 + b[1] * x),
    "Nelson": lambda b, x: b[0] - b[1] * x[0] * np.exp(-b[2] * x[1]),
    "Rat42": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "Roszman1": lambda b, x: b[0] - b[1] * x - np.arctan(b[2] / (x - b[3])) / np.pi,
    "Thurber": cubics,
}
# The data of Lanczos1 are rounded to 14 digits, and what is left is mostly the rounding
# of float64.
DIGITS_OF_ERRORS = {"Lanczos1": 2}


def certified(name):
    """Two starts, the certified parameters, their standard deviations, x and y."""
    lines = (NIST / f"{name}.dat").read_text().splitlines()
    found = [re.split(r"\s*=\s*", line)[1].split() for line in lines[40:]
             if re.match(r"\s*b\d+\s*=", line)]  # fmt: skip
    rows = np.array([line.split() for line in lines[60:] if line.strip()], float)
    y, x = rows[:, 0], rows[:, 1:].T
    start_1, start_2, w, errors = np.array(found, float).T
    x, y = (x, np.log(y)) if name == "Nelson" else (x[0], y)
    return (start_1, start_2), w, errors, x, y


def cost_of(model):
    return lambda b, x, y: np.sum((y - model(b, x)) ** 2)


def correct_digits(found, expected):
    worst = np.max(np.abs(found - expected) / np.abs(expected))
    return -np.log10(np.maximum(worst, 1e-17))


# -- certified values -----------------------------------------------------------------


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_nist_certifies_parameters_and_their_errors(name, which):
    starts, w, errors, x, y = certified(name)
    fit = pl.minimise(cost_of(MODELS[name]), starts[which - 1], x, y)
    assert fit.success
    assert fit.message.startswith(f"LevenbergMarquardt (the cost is a sum of {len(y)} ")
    assert correct_digits(fit.x, w) >= 8
    assert correct_digits(fit.standard_errors, errors) >= DIGITS_OF_ERRORS.get(name, 6)
    assert fit.rank == len(w)
