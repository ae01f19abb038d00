"""A traced function held against NumPy's own run of it."""

import numpy as np

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.node import Node


def assert_as_numpy(f, *args, ulps=64):
    """Value, shape, dtype and class of each result are NumPy's, and were foretold."""
    graph, theirs = pl.graph(f, *args), f(*args)
    assert_same(graph(*args), theirs, ulps)
    structure.mapped(assert_foretold, graph.result, theirs)


def assert_same(ours, theirs, ulps=64):
    """Value, shape, dtype and class of each result are the same."""

    def assert_leaf(ours, theirs):
        assert isinstance(ours, np.ndarray) == isinstance(theirs, np.ndarray)
        assert np.shape(ours) == np.shape(theirs)
        dtype = np.asarray(theirs).dtype
        assert np.asarray(ours).dtype == dtype
        eps = ulps * np.finfo(dtype).eps if dtype.kind in "fc" else 0
        largest = np.max(np.abs(theirs), initial=0, where=np.isfinite(theirs))
        np.testing.assert_allclose(ours, theirs, rtol=eps, atol=eps * largest)

    structure.mapped(assert_leaf, ours, theirs)


def assert_foretold(node, value):
    """The trace has told shape and dtype."""
    assert isinstance(node, Node)
    assert (node.shape, node.dtype) == (np.shape(value), np.asarray(value).dtype)


def in_precision(precision, arrays):
    """The same arrays in single or double precision."""
    return [a.astype(precision) for a in arrays]
