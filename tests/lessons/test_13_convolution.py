"""Lesson 13: its figures by other roads, its solutions by SciPy and the engine."""

import numpy as np
import pytest
from scipy import ndimage, signal

import pellucid as pl
from pellucid.lessons.answers import convolution
from pellucid.lessons.lesson_13_convolution import app, seen


@pytest.fixture(scope="module")
def page():
    return app.run()[1]


def test_kernel_of_upright_edges_sees_the_columns_more_than_its_transpose(page):
    tower = page["tower"]
    across, down = (ndimage.sobel(tower, axis)[1:-1, 1:-1] for axis in (1, 0))
    strip = slice(75, 90), slice(20, 130)
    ratio = np.abs(across[strip]).mean() / np.abs(down[strip]).mean()
    assert page["columns_ratio"] == pytest.approx(ratio)
    assert ratio > 2


def test_convolution_of_mathematics_changes_the_sign_of_differences(page):
    assert page["flipped"] == 0


def test_what_moves_is_seen_moved(page):
    assert page["apart"] == 0


def test_windows_read_digits_that_have_moved_and_a_dense_network_does_not(page):
    dense, windows = page["shares"]["dense"], page["shares"]["windows"]
    assert min(dense[0], windows[0]) > 0.94
    assert dense[1] < 0.25
    assert windows[1] > 0.9
    assert page["sizes"] == {"dense": 6210, "windows": 6842}


def test_sharing_saves_weights(page):
    assert (page["few"], page["many"]) == (80, 18720)
    assert convolution.counted.function(8, 8, 1, 3, 3, 8) == (80, 18720)


def test_slopes_in_the_graph_are_sums_over_two_places(page):
    np.testing.assert_array_equal(page["row_slopes"], [1 * 1 + 2 * 2, 1 * 2 + 2 * 4])
    assert 'einsum("ij,ijuv->uv"' in page["kernel_code"]


def test_sums_over_windows_are_those_of_scipy(rng):
    x, K = rng.normal(size=(5, 8)), rng.normal(size=(2, 3))
    theirs = signal.correlate2d(x, K, mode="valid")
    np.testing.assert_allclose(convolution.correlated.function(x, K), theirs)
    row = convolution.slide.function(x[0], K[0])
    np.testing.assert_allclose(row, np.correlate(x[0], K[0], mode="valid"))


@pytest.mark.parametrize(("padding", "stride"), [(0, 1), (1, 1), (1, 2), (2, 3)])
def test_places_are_as_many_as_scipy_has(padding, stride):
    row = np.pad(np.ones(11), padding)
    windows = signal.correlate(row, np.ones(4), mode="valid")[::stride]
    assert convolution.places.function(11, 4, padding, stride) == len(windows)


def test_pooling_is_that_of_the_layer(rng):
    x = rng.normal(size=(7, 5))
    theirs = pl.layers.MaxPool2D(2)({}, x[np.newaxis, :, :, np.newaxis])[0, :, :, 0]
    np.testing.assert_array_equal(convolution.pooled.function(x, 2), theirs)


def test_slopes_are_those_of_the_engine(rng):
    K, x, y = (rng.normal(size=each) for each in ((2, 3), (5, 6), (4, 4)))
    engine = pl.gradient(seen, wrt=("K", "x"))(K, x, y)
    G = 2 * (convolution.correlated.function(x, K) - y) / y.size
    np.testing.assert_allclose(convolution.kernel_slopes.function(x, G), engine[0])
    np.testing.assert_allclose(convolution.input_slopes.function(G, K), engine[1])


def test_whole_layer_is_that_of_the_library(rng):
    x, W, b = (rng.normal(size=each) for each in ((2, 5, 4, 3), (3, 2, 3, 4), 4))
    theirs = pl.layers.Conv2D(4, (3, 2))({"W": W, "b": b}, x)
    np.testing.assert_allclose(convolution.convolved.function(x, W, b), theirs)
