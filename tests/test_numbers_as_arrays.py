"""Functions of arrays take a Python number as NumPy does, and so does their source."""

import numpy as np
import pytest

import pellucid as pl

FUNCTIONS = {
    "flip": np.flip,
    "ravel": lambda x: np.ravel(x, order="F")[0],
    "asfortranarray": lambda x: np.asfortranarray(x)[0],
    "ascontiguousarray": lambda x: np.ascontiguousarray(x)[0],
    "transpose": np.transpose,
    "padded": lambda x: np.pad(x, 1).T,
    "ndmin": lambda x: np.array(x, ndmin=2)[0, 0],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_python_number_is_an_array_of_no_axes(name):
    def f(x):
        return 3 * FUNCTIONS[name](x)

    names = {}
    exec(pl.source(pl.graph(f, 2.0)), names)
    assert f(2.0) == 6
    assert names["f"](2.0) == 6
    assert pl.compile(f)(2.0) == 6
    assert pl.gradient(f)(2.0) == 3
