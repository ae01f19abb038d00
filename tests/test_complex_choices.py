"""Complex numbers behind a choice, and reads that together take a whole array."""

import functools

import numpy as np
import pytest
from comparison import on_target

import pellucid as pl


def assigned(x):
    z = np.exp(1j * x) * x
    z[x < 0] = 0
    z[0] = 1j
    return np.sum(np.abs(z) ** 2) + np.sum(z).imag


X = np.array([0.7, -0.4, 1.3])
CHOICES = {
    "imag": lambda x: np.sum(np.where(x > 0, np.imag(np.exp(1j * x)), 0)),
    "real": lambda x: np.sum(np.where(x > 0, np.real(np.exp(1j * x)), 0)),
    "abs": lambda x: np.sum(np.where(x > 0, np.abs(np.exp(1j * x) * x), 0)),
    "angle": lambda x: np.sum(np.where(x > 0, np.angle(np.exp(1j * x)), 0)),
    "conj": lambda x: np.sum(np.where(x > 0, np.conj(np.exp((1 + 1j) * x)), 0)).real,
    "complex branch": lambda x: (
        np.sum(np.where(x > 0, np.exp(1j * x), 0) * (1 - 2j)).real
    ),
    "two complex branches": lambda x: np.abs(
        np.sum(np.where(x > 0, np.exp(1j * x), np.sqrt(x + 0j)))
    ),
    "index": lambda x: np.imag(np.exp(1j * x)[0]) + np.real(np.log(x + 0j))[0],
    "assign": assigned,
    "maximum": lambda x: np.sum(np.maximum(np.imag(np.exp(1j * x)), 0.1)),
    "max": lambda x: np.max(np.imag(np.exp(1j * x))),
    "clip": lambda x: np.sum(np.clip(np.real(np.exp(1j * x)), -0.3, 0.3) * x),
    "select": lambda x: np.sum(
        np.select([x > 1, x > 0], [np.imag(x * 1j), np.real(np.exp(2j * x))], 0)
    ),
    "complex number before a choice": lambda x: np.sum(2j * np.where(x > 0, x, 0)).imag,
}


def differences(f, x):
    h = 1e-6
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


@pytest.mark.parametrize("name", CHOICES)
def test_the_gradient_is_that_of_differences(name):
    f = CHOICES[name]
    np.testing.assert_allclose(pl.gradient(f)(X), differences(f, X), atol=1e-6)


@pytest.mark.parametrize("name", CHOICES)
def test_the_second_derivative_is_that_of_differences(name):
    f = CHOICES[name]
    want = differences(pl.gradient(f), X)
    np.testing.assert_allclose(pl.hessian(f)(X), want, atol=1e-5)


@pytest.mark.parametrize("name", CHOICES)
def test_single_precision_stays_single(name):
    g = pl.gradient(CHOICES[name])(X.astype("f4"))
    assert g.dtype == np.float32
    np.testing.assert_allclose(g, pl.gradient(CHOICES[name])(X), atol=1e-5)


@functools.cache
def slopes_on(target):
    return on_target(
        target, {name: (pl.gradient(CHOICES[name]), [X]) for name in CHOICES}
    )


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", CHOICES)
def test_each_target_agrees(name, target):
    right = pl.gradient(CHOICES[name])(X)
    np.testing.assert_allclose(slopes_on(target)[name], right, atol=1e-12)


def test_a_part_that_is_not_chosen_has_no_say_behind_complex_numbers():
    g = pl.gradient(lambda x: np.sum(np.where(x < 0, 1.0, np.imag(1j * np.sqrt(x)))))
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(g(X), [0.5 / np.sqrt(0.7), 0, 0.5 / np.sqrt(1.3)])


# -- reads of all elements -------------------------------------------------------------


def product(p):
    a, b = np.exp(p)
    return a * b


def of_one(p):
    _, b = np.exp(p)
    return b


def of_both_under_a_choice(p):
    a, b = np.exp(p)
    return b + np.where(p[0] < 0, a, 0)


def test_the_gradient_of_unpacked_values_has_no_masks():
    text = pl.source(pl.graph(pl.gradient(product), np.array([0.5, 1.5])))
    assert "True" not in text
    assert "where" not in text
    np.testing.assert_allclose(
        pl.gradient(product)(np.array([0.5, 1.5])), [np.exp(2)] * 2, rtol=1e-14
    )


def test_the_formula_of_its_gradient_is_written():
    text = str(pl.formula(product, np.array([0.5, 1.5]), gradient=True))
    assert r"\mathbf{0}[1 \leftarrow a]" in text


@pytest.mark.parametrize("f", [of_one, of_both_under_a_choice])
@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_what_is_not_read_or_not_taken_may_overflow(f, target):
    with np.errstate(over="ignore"):
        g = pl.compile(pl.gradient(f), target=target)(np.array([1000.0, 1.0]))
    np.testing.assert_allclose(g, [0, np.e])


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_elements_that_are_read_twice_count_where_either_reading_does(target):
    def f(p):
        q = np.exp(p)[np.array([0, 0, 1])]
        return np.sum(np.where(np.array([False, True, False]), np.log(q), 0))

    g = pl.compile(pl.gradient(f), target=target)(np.array([0.5, 0.25]))
    np.testing.assert_allclose(g, [1, 0])
