"""Data sets: shapes, labels, geometry, and what a wrong folder gets."""

import numpy as np
import pytest

from pellucid.errors import TableError
from pellucid.tables import datasets

LABELS = [9, 0, 7, 6, 1, 8, 4, 3, 2, 5]


@pytest.fixture
def signs(tmp_path, monkeypatch):
    """Save X.npy and Y.npy of ten pictures in a folder, and name no folder."""
    monkeypatch.delenv("PELLUCID_DATA", raising=False)

    def save(X=None, Y=None, folder="."):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        np.save(place / "X.npy", np.full((10, 64, 64), 0.5) if X is None else X)
        np.save(place / "Y.npy", np.eye(10) if Y is None else Y)
        return tmp_path

    return save


# The signed digits.


@pytest.mark.parametrize(
    "folder", [".", "sign-language-digits", "Sign-language-digits-dataset"]
)
def test_signs_are_found_in_the_folder_or_below_it(signs, folder):
    X, y = datasets.sign_digits(signs(folder=folder))
    assert (X.shape, X.dtype) == ((10, 64, 64), np.float32)
    assert y.tolist() == LABELS


def test_signs_are_found_by_the_environment_variable(signs, monkeypatch):
    monkeypatch.setenv("PELLUCID_DATA", str(signs()))
    assert datasets.sign_digits()[1].tolist() == LABELS


def test_the_whole_set_has_its_rows_where_the_tutorials_look(data):
    X, y = datasets.sign_digits(data)
    assert (X.shape, X.dtype) == ((2062, 64, 64), np.float32)
    assert 0 <= X.min() < X.max() <= 1
    assert set(y[204:409]) == {0}
    assert set(y[822:1027]) == {1}
    assert set(y) == set(range(10))


def sign_message(folder=None):
    with pytest.raises(TableError) as caught:
        datasets.sign_digits(folder)
    return str(caught.value)


def test_no_folder_gets_one_sentence(monkeypatch):
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    assert sign_message() == (
        "expected a folder with X.npy and Y.npy, but none was named and PELLUCID_DATA "
        "is not set; set it or say sign_digits(folder)."
    )


def test_an_empty_folder_gets_one_sentence(tmp_path):
    assert sign_message(tmp_path) == (
        f"expected X.npy and Y.npy in {tmp_path} or in "
        f"{tmp_path / 'sign-language-digits'}, found them in neither; set "
        "PELLUCID_DATA or say sign_digits(folder)."
    )


BAD_SIGNS = {
    "flat pictures": (
        {"X": np.zeros((10, 4096))},
        "X.npy: expected numbers of shape (10, 64, 64), found float64 of shape "
        "(10, 4096); use the files as published.",
    ),
    "text": (
        {"X": np.full((10, 64, 64), "a")},
        "X.npy: expected numbers of shape (10, 64, 64), found <U1 of shape "
        "(10, 64, 64); use the files as published.",
    ),
    "one number": (
        {"X": np.float64(1)},
        "X.npy: expected numbers of shape (0, 64, 64), found float64 of shape (); use "
        "the files as published.",
    ),
    "too few labels": (
        {"Y": np.eye(10)[:9]},
        "Y.npy: expected numbers of shape (10, 10), found float64 of shape (9, 10); "
        "use the files as published.",
    ),
    "labels that are not one-hot": (
        {"Y": np.eye(10) + (np.arange(10) == 3)},
        "Y.npy, row 1: expected a single 1 among zeros, found [1.0, 0.0, 0.0, 1.0, "
        "0.0, 0.0, 0.0, 0.0, 0.0, 0.0] (10 such rows); use the files as published.",
    ),
    "objects": (
        {"Y": np.array([None])},
        "Y.npy: expected an array as np.save writes it, found something else; fetch "
        "the file again.",
    ),
}


@pytest.mark.parametrize(("arrays", "message"), BAD_SIGNS.values(), ids=BAD_SIGNS)
def test_other_arrays_get_one_sentence(signs, arrays, message):
    folder = signs(**arrays)
    assert sign_message(folder) == f"{folder}/{message}"


@pytest.mark.parametrize("content", [b"", b"junk", b"\x93NUMPY\x01\x00"], ids=repr)
def test_a_damaged_file_gets_one_sentence(signs, content):
    folder = signs()
    (folder / "X.npy").write_bytes(content)
    assert sign_message(folder) == (
        f"{folder / 'X.npy'}: expected an array as np.save writes it, found something "
        "else; fetch the file again."
    )


# Drawn at random.

DRAWN = {"line": 1, "plane": 2, "xor": 2, "donut": 2}


@pytest.mark.parametrize("n", [1, 7, 100])
@pytest.mark.parametrize("name", DRAWN)
def test_drawn_sets_have_the_rows_asked_for(name, n):
    X, y = getattr(datasets, name)(n=n, random_state=1)
    assert (X.shape, y.shape) == ((n, DRAWN[name]), (n,))


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_seed_draws_the_same_points(name):
    draw = getattr(datasets, name)
    first, again, other = draw(random_state=3), draw(random_state=3), draw()
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize(
    ("name", "w", "b"), [("line", [2], 3), ("plane", [2, -3], 5)], ids=["line", "plane"]
)
def test_least_squares_finds_the_weights_again(name, w, b):
    X, y = getattr(datasets, name)(n=4000, noise=0.5, random_state=0)
    solution, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(4000)]), y, rcond=None)
    assert solution == pytest.approx([*w, b], abs=0.05)
    assert np.std(y - X @ w - b) == pytest.approx(0.5, rel=0.05)


def test_xor_is_one_where_exactly_one_coordinate_is_large():
    X, y = datasets.xor(random_state=0)
    assert y.tolist() == ((X[:, 0] > 0.5) ^ (X[:, 1] > 0.5)).astype(int).tolist()
    assert np.bincount(y).tolist() == [100, 100]
    assert 0 <= X.min() < X.max() <= 1


def test_the_radius_divides_the_donut():
    X, y = datasets.donut(random_state=0)
    r = np.hypot(X[:, 0], X[:, 1])
    assert np.bincount(y).tolist() == [500, 500]
    assert r[y == 0].mean() == pytest.approx(5, abs=0.2)
    assert r[y == 1].mean() == pytest.approx(10, abs=0.2)
    assert ((r > 7.5) == y).mean() > 0.98


@pytest.mark.parametrize("name", ["xor", "donut"])
def test_no_line_divides_the_classes(name):
    X, y = getattr(datasets, name)(random_state=0)
    w, *_ = np.linalg.lstsq(
        np.column_stack([X, np.ones(len(X))]), 2 * y - 1, rcond=None
    )
    predicted = X @ w[:-1] + w[-1] > 0
    assert (predicted == y).mean() < 0.7


# Sequences.


@pytest.mark.parametrize("name", ["adding", "parity"])
def test_the_same_seed_draws_the_same_sequences(name):
    draw = getattr(datasets, name)
    pairs = [draw(n=5, length=8, random_state=seed) for seed in (3, 3, 4)]
    for first, again, other in zip(*pairs, strict=True):
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)


@pytest.mark.parametrize("length", [2, 3, 100])
def test_two_numbers_are_marked_one_in_each_half(length):
    X, y = datasets.adding(n=200, length=length, random_state=0)
    assert (X.shape, y.shape) == ((200, length, 2), (200,))
    assert 0 <= X[:, :, 0].min() < X[:, :, 0].max() < 1
    numbers, marks = X[:, :, 0], X[:, :, 1] == 1
    half = length // 2
    for part in slice(half), slice(half, length):
        assert (marks[:, part].sum(axis=1) == 1).all()
        assert marks[:, part].any(axis=0).mean() > 0.9  # any place may be
    assert y == pytest.approx(numbers[marks].reshape(200, 2).sum(axis=1))


def test_one_is_as_good_as_chance_in_the_adding_problem():
    _, y = datasets.adding(n=100_000, length=2, random_state=0)
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.01)


def test_parity_counts_the_ones_so_far():
    X, y = datasets.parity(n=50, length=9, random_state=0)
    assert (X.shape, y.shape) == ((50, 9, 1), (50, 9))
    for row, answers in zip(X[:, :, 0], y, strict=True):
        so_far = [int(sum(row[: t + 1])) % 2 for t in range(9)]
        assert answers.tolist() == so_far


def test_the_airline_series_is_that_of_the_book():
    X, y = datasets.airline()
    assert (X.shape, y.shape) == ((144, 1), (144,))
    assert (X[0, 0], X[12, 0], y[0], y[-1]) == (1949, 1950, 112, 432)
    assert (y.min(), y.max()) == (104, 622)
    assert y.mean() == pytest.approx(280.2986, abs=1e-4)  # as published
    assert y.std(ddof=1) == pytest.approx(119.9663, abs=1e-4)


# Bundled with scikit-learn.

BUNDLED = {
    "diabetes": ((442, 10), (442,), "f"),
    "digits": ((1797, 64), (1797,), "i"),
    "iris": ((150, 4), (150,), "i"),
    "wine": ((178, 13), (178,), "i"),
    "breast_cancer": ((569, 30), (569,), "i"),
    "linnerud": ((20, 3), (20, 3), "f"),
}


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_sets_have_their_shapes(name):
    X, y = getattr(datasets, name)()
    assert (X.shape, y.shape, y.dtype.kind) == BUNDLED[name]


def test_every_data_set_is_tested():
    sequences = {"adding", "parity", "airline"}
    assert set(datasets.__all__) == {*BUNDLED, *DRAWN, *sequences, "sign_digits"}
