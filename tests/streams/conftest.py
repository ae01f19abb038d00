"""A cluster of Dask for the tests of streams."""

import pytest


@pytest.fixture(scope="module")
def workers():
    """Two workers, which are replaced when they are killed."""
    from dask_rows import client_of, cluster

    with cluster(n_workers=2) as two, client_of(two) as client:
        yield client


@pytest.fixture
def client(workers):
    """The cluster of two workers, in use; those that a test killed are back."""
    workers.wait_for_workers(2, timeout=100)
    with workers.as_current():
        yield workers
