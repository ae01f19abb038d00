"""`method="auto"`: a choice by data is no kink, a root of squares is one."""

import numpy as np
import pytest

import pellucid as pl

DATA = np.array([-1.0, 0.5, 2.0, 3.0])
START = np.array([0.5, 0.3, 0.2, 0.1])


def softplus(z):
    return np.log1p(np.exp(z))


def masked(w):
    z = w**4 + w**2
    z[DATA < 0] = 0.0
    return np.sum(z) + np.sum((w - 1) ** 2)


SMOOTH = {
    "where": lambda w: np.sum(np.where(DATA > 0, np.cosh(w), softplus(w) + w**2)),
    "maximum": lambda w: softplus(np.maximum(DATA, 0) @ w) + w @ w,
    "clip": lambda w: softplus(np.clip(DATA, 0, 1) @ w) + w @ w,
    "abs": lambda w: softplus(np.abs(DATA) @ w) + w @ w,
    "mask as a factor": lambda w: np.sum((DATA > 0) * softplus(w)) + w @ w,
    "read under a mask": lambda w: np.sum(softplus(w[DATA > 0])) + w @ w,
    "written under a mask": masked,
    "select": lambda w: np.sum(np.select([DATA > 1, DATA > 0], [w**4, w**2], w**6)),
    "root of what is never 0": lambda w: np.sum(np.sqrt(1 + (w - DATA) ** 2)) + w @ w,
}
KINKED = {
    "hypot": lambda w: np.sum(np.hypot(w - DATA, 0.0)),
    "root of a square": lambda w: np.sum(np.sqrt((w - DATA) ** 2)),
    "root of a product": lambda w: np.sum(np.sqrt((w - DATA) * (w - DATA))),
    "cube root of a square": lambda w: np.sum(np.cbrt((w - DATA) ** 2)) + w @ w,
    "power of a square": lambda w: np.sum(((w - DATA) ** 2) ** 0.7) + w @ w,
    "float_power of a square": lambda w: (
        np.sum(np.float_power((w - DATA) ** 2, 0.5)) + w @ w
    ),
    "length of a vector": lambda w: np.linalg.norm(w - DATA) + w @ w,
    "standard deviation": lambda w: np.std(w) + np.std(w - DATA) + w @ w,
    "median": lambda w: np.median(w * DATA) + w @ w,
    "rounded": lambda w: np.sum(np.round(w, 1) * w) + w @ w,
    "whole number": lambda w: np.sum(w.astype(int) * w) + w @ w,
    "remainder": lambda w: np.sum(np.exp(w % 1.0)) + w @ w,
    "frexp": lambda w: np.sum(np.frexp(w)[0]) + w @ w,
    "running extreme": lambda w: np.sum(np.maximum.accumulate(w)) + w @ w,
    "sorted": lambda w: np.sort(w) @ DATA + w @ w,
    "root of a sum of squares": lambda w: np.sqrt(np.sum((w - DATA) ** 2)),
    "where by a parameter": lambda w: np.sum(np.where(w > 0, w, 2 * w)) + w @ w,
    "maximum of a parameter": lambda w: np.sum(np.maximum(w, DATA)) + w @ w,
    "abs of a parameter": lambda w: np.sum(np.abs(w - DATA)),
}


def message(cost):
    return pl.minimise(cost, START, method="auto", max_iter=3).message


@pytest.mark.parametrize("name", SMOOTH)
def test_a_choice_by_data_is_no_kink(name):
    assert message(SMOOTH[name]).startswith("Newton (the cost is smooth")


@pytest.mark.parametrize("name", KINKED)
def test_a_choice_by_parameters_is_a_kink(name):
    assert "the cost has kinks" in message(KINKED[name])
