"""Arrays from outside take traced values in their methods, and nothing is left behind.

`X.dot(w)` of a plain X that a function reaches by name is recorded as `X @ w` is. The
numbers are those of plain NumPy, the slopes those of central differences.
"""

import collections
import copy
import functools
import operator
import pickle
import threading
import types
from dataclasses import dataclass

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs.tracing.outside_arrays import Outside

RNG = np.random.default_rng(11)
X = RNG.normal(size=(5, 3))
Y = RNG.normal(size=5)
MU = X.mean(axis=0)
P = np.array([[2.0, 0.5, 0], [0.5, 1, 0.1], [0, 0.1, 3]])
ROWS = np.array([0, 2, 2])
LABELS = np.array([1, 0, 2])
ONES = np.ones((5, 1))
W = np.array([0.3, -0.2, 0.5])


def differences(f, w, step=1e-6):
    """Central differences of a function of a vector, run as plain NumPy."""
    ways = step * np.eye(w.size)
    return np.array([(f(w + h) - f(w - h)) / (2 * step) for h in ways])


def assert_recorded(f, w=W):
    """The graph gives what plain NumPy gives, the gradient what differences give."""
    assert pl.graph(f, w)(w) == pytest.approx(f(w), rel=1e-12)
    assert pl.gradient(f)(w) == pytest.approx(differences(f, w), rel=1e-5, abs=1e-7)


# -- every way of reaching an array by name --------------------------------------------

PAIR = collections.namedtuple("PAIR", "X y")(X, Y)
TUPLE = (X, {"deep": [X]})
DICT = {"X": X, "deep": {"X": X}}
LIST = [Y, [X]]
LONG = list(RNG.normal(size=(150, 3)))
PAIRS = [(x, x[0]) for x in LONG]
NAMESPACE = types.SimpleNamespace(X=X)
MODULE = types.ModuleType("data")
MODULE.X = X
PREDICT = X.dot


@dataclass(frozen=True)
class Data:
    X: np.ndarray


@dataclass
class Config:
    data: Data


class Slotted:
    __slots__ = ("X",)

    def __init__(self):
        self.X = X


class Own(dict):
    def __getitem__(self, key):
        raise AssertionError("code of the person's is run")

    __setitem__ = __getitem__


class Model:
    shared = X

    def __init__(self):
        self.X = X
        self._hidden = X

    @property
    def hidden(self):
        return self._hidden

    def __call__(self, w):
        return np.sum(self.X.dot(w) ** 2)

    def of_self(self, w):
        return np.sum(self.X.dot(w) ** 2)

    def of_class(self, w):
        return np.sum(self.shared.dot(w) ** 2)

    def of_property(self, w):
        return np.sum(self.hidden.dot(w) ** 2)

    @classmethod
    def of_class_method(cls, w):
        return np.sum(cls.shared.dot(w) ** 2)


class Heir(Model):
    pass


DATA = Data(X)
CONFIG = Config(DATA)
SLOTTED = Slotted()
OWN = Own(X=X)


def squares(A, w):
    return np.sum(A.dot(w) ** 2)


def of_a_closure():
    inner = X.copy()
    return lambda w: np.sum(inner.dot(w) ** 2)


def of_a_default(w, A=X):
    return np.sum(A.dot(w) ** 2)


def of_a_keyword_default(w, *, A=X):
    return np.sum(A.dot(w) ** 2)


def of_a_nested_function(w):
    def inner(v):
        return X.dot(v)

    return np.sum(inner(w) ** 2)


def of_a_decorated():
    @functools.wraps(of_a_default)
    def wrapped(*args, **kwargs):
        return of_a_default(*args, **kwargs)

    return wrapped


WAYS = {
    "global": lambda w: np.sum(X.dot(w) ** 2),
    "closure": of_a_closure(),
    "default": of_a_default,
    "keyword default": of_a_keyword_default,
    "list": lambda w: np.sum(LIST[1][0].dot(w) ** 2),
    "long list": lambda w: sum(x.dot(w) ** 2 for x in LONG[-3:]),
    "list of pairs": lambda w: sum((x.dot(w) - y) ** 2 for x, y in PAIRS[-3:]),
    "dict": lambda w: np.sum(DICT["X"].dot(w) ** 2),
    "deep dict": lambda w: np.sum(DICT["deep"]["X"].dot(w) ** 2),
    "class of dict": lambda w: np.sum(dict.__getitem__(OWN, "X").dot(w) ** 2),
    "tuple": lambda w: np.sum(TUPLE[0].dot(w) ** 2),
    "in a tuple": lambda w: np.sum(TUPLE[1]["deep"][0].dot(w) ** 2),
    "unpacked": lambda w: sum(np.sum(A.dot(w) ** 2) for A, _ in (PAIR,)),
    "named tuple": lambda w: np.sum((PAIR.X.dot(w) - PAIR.y) ** 2),
    "namespace": lambda w: np.sum(NAMESPACE.X.dot(w) ** 2),
    "module": lambda w: np.sum(MODULE.X.dot(w) ** 2),
    "frozen dataclass": lambda w: np.sum(DATA.X.dot(w) ** 2),
    "deep dataclass": lambda w: np.sum(CONFIG.data.X.dot(w) ** 2),
    "slots": lambda w: np.sum(SLOTTED.X.dot(w) ** 2),
    "self": Model().of_self,
    "class attribute": Model().of_class,
    "inherited": Heir().of_class,
    "class method": Heir.of_class_method,
    "property": Model().of_property,
    "callable object": Model(),
    "helper": lambda w: squares(X, w),
    "nested function": of_a_nested_function,
    "decorated": of_a_decorated(),
    "partial": functools.partial(squares, X),
    "partial by keyword": functools.partial(lambda w, A: squares(A, w), A=X),
    "method of the array": lambda w: np.sum(PREDICT(w) ** 2),
    "getattr": lambda w: np.sum(getattr(X, "d" + "ot")(w) ** 2),
    "methodcaller": lambda w: np.sum(operator.methodcaller("dot", w)(X) ** 2),
    "gradient": lambda w: np.sum(pl.gradient(lambda v: squares(X, v))(w) ** 2),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_array_is_reached(way):
    assert_recorded(WAYS[way])


@pytest.mark.parametrize("kind", [int, np.int32, bool, np.float32, np.int8])
def test_an_array_of_any_numbers(kind):
    A = (X * 3).astype(kind)
    assert_recorded(lambda w: np.sum(A.dot(w) ** 2))


def test_an_argument_of_whole_numbers():
    found = pl.gradient(lambda w, rows, at: rows.dot(w) + X[at].dot(w).sum())(
        W, LABELS, ROWS
    )
    assert found == pytest.approx(LABELS + X[ROWS].sum(axis=0))


# -- every method, and what NumPy makes of an array ------------------------------------

METHODS = {
    "T.dot": lambda w: np.sum(X.T.dot(X.dot(w) - Y) ** 2),
    "rows": lambda w: np.sum(X[ROWS].dot(w) ** 2),
    "slice": lambda w: np.sum(X[1:, ::-1].dot(w) ** 2),
    "mask": lambda w: np.sum(X[Y > 0].dot(w) ** 2),
    "mean": lambda w: X.mean(axis=0).dot(w) ** 2,
    "difference": lambda w: np.sum((X - MU).dot(w) ** 2),
    "scaled": lambda w: np.sum(((X - X.mean(0)) / X.std(0)).dot(w) ** 2),
    "quadratic form": lambda w: (w - MU).T.dot(P).dot(w - MU),
    "form from the left": lambda w: (MU - w).dot(P).dot((MU - w).T),
    "inverse": lambda w: w.dot(np.linalg.inv(P).dot(w)),
    "solution": lambda w: np.linalg.solve(P, MU).dot(w) ** 2,
    "eigenvectors": lambda w: np.sum(np.linalg.eigh(P)[1][:, 0].dot(w) ** 2),
    "named parts": lambda w: np.sum(np.linalg.svd(P).Vh[0].dot(w) ** 2),
    "hstack": lambda w: np.sum(np.hstack([ONES, X]).dot(np.append(1.0, w)) ** 2),
    "c_": lambda w: np.sum(np.c_[ONES, X].dot(np.append(1.0, w)) ** 2),
    "r_": lambda w: np.sum(np.r_[X, X].dot(w) ** 2),
    "vander": lambda w: np.sum(np.vander(Y, 3).dot(w) ** 2),
    "asarray": lambda w: np.sum(np.asarray(X).dot(w) ** 2),
    "asarray of a dtype": lambda w: np.sum(np.asarray(LABELS, float).dot(w) ** 2),
    "asanyarray": lambda w: np.sum(np.asanyarray(X).dot(w) ** 2),
    "ascontiguousarray": lambda w: np.sum(np.ascontiguousarray(X).dot(w) ** 2),
    "array": lambda w: np.sum(np.array(X).dot(w) ** 2),
    "copy": lambda w: np.sum(X.copy().dot(w) ** 2),
    "astype": lambda w: np.sum(LABELS.astype(float).dot(w) ** 2),
    "reshape": lambda w: np.sum(X.reshape(3, 5).transpose().dot(w) ** 2),
    "ravel": lambda w: X.ravel()[:3].dot(w) ** 2,
    "atleast_2d": lambda w: np.sum(np.atleast_2d(MU).dot(w) ** 2),
    "split": lambda w: sum(part.dot(w).sum() ** 2 for part in np.split(X, [2])),
    "sort": lambda w: np.sort(MU).dot(w) ** 2,
    "where": lambda w: np.sum(np.where(X > 0, X, 0).dot(w) ** 2),
    "each row": lambda w: sum((x.dot(w) - y) ** 2 for x, y in zip(X, Y, strict=True)),
    "whole numbers": lambda w: LABELS.dot(w) ** 2,
    "comparison": lambda w: np.sum((X > 0).dot(w) ** 2),
    "list": lambda w: Y[:3].dot([w[0], 2 * w[1], w[2]]),
    "matmul": lambda w: np.sum(X.__matmul__(w) ** 2),
    "clip": lambda w: np.sum(X.clip(-abs(w), abs(w)) ** 2),
    "clip from below": lambda w: np.sum(X.clip(min=w) ** 2),
    "searchsorted": lambda w: np.sum(w * np.sort(Y).searchsorted(w)),
    "take": lambda w: np.sum(w * Y.take(np.argsort(w))),
    "choose": lambda w: np.sum(LABELS.choose([w, 2 * w, w**2])),
    "compress": lambda w: X.compress([True, False, True], axis=1).dot(w[:2]).sum(),
    "repeat": lambda w: Y[:3].repeat(2).dot(np.repeat(w, 2)) ** 2,
    "sum where": lambda w: X.sum(where=w > 0) * w[0],
    "sum initial": lambda w: X.sum(initial=w[0]) ** 2,
    "max initial": lambda w: X.max(initial=9 * w[2]) * w[0],
    "index": lambda w: np.sum(w * Y[np.argsort(w)]),
    "row of an index": lambda w: X[np.argmax(w)].dot(w) ** 2,
    "out": lambda w: np.sum(X.dot(w, out=np.zeros(5)) ** 2),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_recorded(name):
    assert_recorded(METHODS[name])


# What NumPy makes of an array from outside is one too.
MADE = [
    "X[LABELS].mean(axis=0)", "X[np.ix_([0, 2], [0, 1, 2])]", "sum(X)", "-X",
    "1 / X", "X**2", "abs(X)", "np.exp(X)", "divmod(X, 2)[1]", "X.T @ X",
    "(X > 0) & (X < 1)",
    "np.asfortranarray(X)", "np.cov(X.T)", "np.corrcoef(X.T)", "np.tile(X, (2, 1))",
    "np.pad(X, 1)[1:-1, 1:-1]", "np.percentile(X, 50, axis=0)", "np.cumsum(X, axis=0)",
    "np.meshgrid(MU, Y)[0]", "np.kron(np.eye(1), X)", "np.stack([X, X])",
    "np.column_stack([Y, X[:, 1:]])", "np.insert(X, 0, 1, axis=1)[:, 1:]",
    "np.linalg.qr(X)[0]", "np.linalg.pinv(X).T", "np.einsum('ij,kj->ki', X.T, X.T)",
    "np.where(X > 0)[0][:3]", "np.diag(MU)", "np.roll(X, 1)", "X.swapaxes(0, 1).T",
    "np.delete(X, 0, 0)", "np.broadcast_to(MU, (2, 3))", "np.squeeze(X[None])",
    "np.array_split(X, 2)[0]", "np.dstack([X])[:, :, 0]", "np.tensordot(P, P, 1)",
    "np.nan_to_num(X)", "np.sort(X, 0)[::-1]", "X.argsort(0)", "np.fft.fft(X).real",
    "np.vstack((X, MU))", "np.append(X, [MU], 0)", "np.average(X, axis=0)",
    "np.median(X, axis=0)", "np.outer(Y, MU)", "np.select([X > 0], [X])", "np.triu(X)",
    "np.ptp(X, 0)", "np.block([[X]])", "np.diff(X, axis=0)", "np.unique(LABELS)",
    "np.bincount(LABELS)", "np.apply_over_axes(np.sum, X, [0])", "np.split(X, [2])[1]",
    "np.clip(X, 0, 1)", "np.interp(MU, [-1, 1], [0, 1])", "np.polyval([1, 2], X)",
]  # fmt: skip


@pytest.mark.parametrize("made", MADE)
def test_what_is_made_of_an_array_is_like_it(made):
    names = {"np": np, "X": X, "Y": Y, "MU": MU, "P": P, "LABELS": LABELS}
    assert_recorded(eval(f"lambda w: np.sum(({made}).dot(w) ** 2)", names))


@pytest.mark.parametrize("name", ["T.dot", "quadratic form", "clip", "scaled"])
def test_a_hessian(name):
    f = METHODS[name]
    slope = pl.gradient(f)
    steps = 1e-6 * np.eye(W.size)
    rows = [(slope(W + h) - slope(W - h)) / 2e-6 for h in steps]
    assert pl.hessian(f)(W) == pytest.approx(np.array(rows), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", ["T.dot", "quadratic form", "c_", "each row"])
def test_a_target(name, target):
    if target != "numpy":
        pytest.importorskip(target)
    f = METHODS[name]
    compiled = pl.compile(pl.value_and_gradient(f), target=target)
    value, slope = compiled(W)
    assert value == pytest.approx(f(W))
    assert slope == pytest.approx(differences(f, W), rel=1e-5, abs=1e-7)


def test_single_precision():
    A, w = X.astype(np.float32), W.astype(np.float32)
    slope = pl.gradient(lambda v: np.sum(A.dot(v) ** 2))(w)
    assert slope.dtype == np.float32
    assert slope == pytest.approx(2 * A.T @ (A @ w), rel=1e-5)


def test_what_is_compiled_names_the_array_itself():
    large = RNG.normal(size=(600, 300))
    f = pl.compile(lambda w: np.sum(large.dot(w) ** 2))
    w = RNG.normal(size=300)
    assert f(w) == pytest.approx(np.sum((large @ w) ** 2))
    assert f.constants["large"] is large


def test_what_is_compiled_notices_another_array():
    data = {"A": P}
    f = pl.compile(lambda w: np.sum(data["A"].dot(w)))
    assert f(W) == pytest.approx(np.sum(P @ W))
    data["A"] = 2 * P
    assert f(W) == pytest.approx(np.sum(2 * P @ W))


# -- what writes into an array from outside is refused ---------------------------------


def write_in_place(w):
    global X
    X += w
    return X.dot(w).sum()


def write_an_item(w):
    X[0] = w
    return X.dot(w).sum()


def write_a_slice(w):
    X[:2] *= w
    return X.dot(w).sum()


WRITERS = {
    "+=": write_in_place,
    "item": write_an_item,
    "slice": write_a_slice,
    "put": lambda w: X.put([0], w[0]) or X.dot(w).sum(),
    "fill": lambda w: X.fill(w[0]) or X.dot(w).sum(),
    "out": lambda w: np.sum(X.dot(w, out=Y)),
    "at": lambda w: np.add.at(Y, [0], w[0]) or Y[:3].dot(w),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_is_refused(name):
    before = X.copy(), Y.copy()
    with pytest.raises(pl.TraceError, match="made outside"):
        pl.gradient(WRITERS[name])(W)
    assert (before[0] == X).all()
    assert (before[1] == Y).all()


def test_numbers_are_written_as_without_a_trace():
    counts = np.zeros(3)

    def f(w):
        counts[0] += 1
        counts.put([1], 2)
        return counts.dot(w)

    assert pl.graph(f, W)(W) == pytest.approx(np.array([1, 2, 0]) @ W)
    assert counts.tolist() == [1, 2, 0]


def test_an_array_without_a_name_is_refused_with_the_spelling():
    def f(w):
        return pickle.loads(pickle.dumps(X)).dot(w).sum()

    def as_it_says(w):
        return np.dot(pickle.loads(pickle.dumps(X)), w).sum()

    with pytest.raises(pl.TraceError, match=r"Write np\.dot\(pickle\.loads.*, w\) for"):
        pl.graph(f, W)
    assert_recorded(as_it_says)


# -- it looks as the array does --------------------------------------------------------


def test_it_is_an_array():
    seen = {}

    def f(w):
        seen.update(
            kind=type(X), own=X.__class__, same=X is DICT["X"] is NAMESPACE.X,
            shared=np.shares_memory(X, TUPLE[0]), array=isinstance(X, np.ndarray),
            owner=X.base is None and X.flags.owndata, text=repr(X), short=f"{X[0]}",
            pickled=type(pickle.loads(pickle.dumps(X))), number=type(X.sum()),
            copied=type(copy.deepcopy(X)), has=hasattr(X, "columns"),
            item=type(X[0, 0]),
        )  # fmt: skip
        return np.sum(X.dot(w) + np.sum(DICT["X"] + NAMESPACE.X + TUPLE[0]))

    pl.graph(f, W)
    assert seen == {
        "kind": np.ndarray, "own": np.ndarray, "same": True, "shared": True,
        "array": True, "owner": True, "text": repr(X), "short": f"{X[0]}",
        "pickled": np.ndarray, "number": np.float64, "copied": np.ndarray, "has": False,
        "item": np.float64,
    }  # fmt: skip


# -- nothing is left behind ------------------------------------------------------------


def failing(w):
    X.dot(w)
    raise KeyError("mine")


def test_everything_is_as_before():
    holders = [globals(), DICT, DICT["deep"], vars(NAMESPACE), vars(MODULE), vars(DATA)]
    before = [holder["X"] for holder in holders]
    rest = LIST[1][0], SLOTTED.X, Model.shared, of_a_default.__defaults__, TUPLE, PAIR
    predict, partial = PREDICT, WAYS["partial"].args
    for f in WAYS.values():
        pl.gradient(f)(W)
    with pytest.raises(KeyError, match="mine"):
        pl.graph(failing, W)
    assert all(h["X"] is a for h, a in zip(holders, before, strict=True))
    now = LIST[1][0], SLOTTED.X, Model.shared, of_a_default.__defaults__, TUPLE, PAIR
    assert all(map(operator.is_, now, rest))
    assert PREDICT is predict
    assert WAYS["partial"].args is partial
    assert type(X) is np.ndarray
    assert {type(x) for x in LONG} == {type(x) for x, _ in PAIRS} == {np.ndarray}


STORED = {}


class Keeping:
    last = None

    def __init__(self):
        self.X = X
        self.parts = ()

    def loss(self, w):
        self.last = self.X
        self.parts = (self.X.T, [self.X[1:]])
        STORED["mean"] = X.mean(axis=0)
        STORED.setdefault("list", []).append(X)
        return np.sum(self.X.dot(w) ** 2)


def test_what_a_function_stores_are_plain_arrays():
    model = Keeping()
    pl.gradient(model.loss)(W)
    assert model.last is X
    assert STORED["list"][0] is X
    assert type(STORED["mean"]) is np.ndarray
    transposed, (rows,) = model.parts
    assert type(transposed) is type(rows) is np.ndarray
    assert np.shares_memory(rows, X)


def test_what_a_function_puts_in_the_place_stays():
    data = {"A": X}

    def f(w):
        data["A"] = data["A"] * 2
        return np.sum(data["A"].dot(w))

    pl.graph(f, W)
    assert type(data["A"]) is np.ndarray
    assert (data["A"] == 2 * X).all()


def test_what_a_function_takes_out_stays_out():
    waiting = [X, Y[:3]]

    def f(w):
        return waiting.pop(0).dot(w).sum()

    pl.graph(f, W)
    assert len(waiting) == 1
    assert type(waiting[0]) is np.ndarray


def test_a_result_is_a_plain_array():
    g = pl.graph(lambda w: (X, X[0], X.dot(w)), W)
    assert [type(part) for part in g(W)] == [np.ndarray] * 3


def test_masked_arrays_are_left_alone():
    masked = np.ma.masked_array(Y[:3], [True, False, False])
    with pytest.raises(pl.TraceError, match=r"numpy\.ma\.MaskedArray"):
        pl.graph(lambda w: masked.dot(w), W)
    assert type(masked) is np.ma.MaskedArray
    assert type(masked.data) is np.ndarray


# -- threads ---------------------------------------------------------------------------


def draw(w):
    generator = np.random.default_rng(1)
    generator.shuffle(ROWS)
    rows = generator.permutation(X)
    return np.sum(X[ROWS].dot(w)) + np.sum(rows @ w)


@pytest.mark.filterwarnings("ignore::pellucid.errors.TraceWarning")
def test_random_numbers_are_drawn_as_from_the_array_itself():
    before = ROWS.copy()
    found, rows = pl.graph(draw, W)(W), ROWS.copy()
    ROWS[:] = before
    assert found == pytest.approx(draw(W))
    assert ROWS.tolist() == rows.tolist()


def run_in(*functions):
    """Run each function in a thread of its own; what they raised."""
    raised = []

    def guarded(f):
        try:
            f()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(f,)) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def test_two_traces_share_an_array():
    first_in, second_out = threading.Event(), threading.Event()

    def first(w):
        first_in.set()
        assert second_out.wait(20)
        return np.sum(X.dot(w) ** 2)  # the other trace has ended

    def second(w):
        return np.sum(X.dot(w) ** 2)

    def run_second():
        assert first_in.wait(20)
        found.append(pl.gradient(second)(W))
        second_out.set()

    found = []
    assert not run_in(lambda: found.append(pl.gradient(first)(W)), run_second)
    assert np.array(found) == pytest.approx(np.array([2 * X.T @ (X @ W)] * 2))
    assert type(X) is np.ndarray


def test_a_thread_without_a_trace_computes_meanwhile():
    inside, done = threading.Event(), threading.Event()
    found = []

    def traced(w):
        inside.set()
        assert done.wait(20)
        return np.sum(X.dot(w) ** 2)

    def plain():
        assert inside.wait(20)
        found.extend([X.dot(W), X[1:], X.T, X - MU, np.vstack([X, X]), X.mean(axis=0),
                      next(iter(X)), X.copy()])  # fmt: skip
        done.set()

    assert not run_in(lambda: pl.graph(traced, W), plain)
    assert [type(part) for part in found] == [np.ndarray] * len(found)
    assert found[0] == pytest.approx(X @ W)
    assert not isinstance(type(X), Outside)


# -- as courses write it ---------------------------------------------------------------

LOGISTIC = """
import numpy as np

rng = np.random.default_rng(0)
m = 40
X = np.c_[np.ones((m, 1)), rng.normal(size=(m, 2))]
y = (X.dot(np.array([0.5, 2.0, -1.0])) > 0).astype(int).reshape(-1, 1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost(theta):
    m = y.size
    h = sigmoid(X.dot(theta.reshape(-1, 1)))
    J = -1 / m * (np.log(h).T.dot(y) + np.log(1 - h).T.dot(1 - y))
    return J[0, 0]


def by_hand(theta):
    h = sigmoid(X.dot(theta.reshape(-1, 1)))
    return (1 / y.size * X.T.dot(h - y)).flatten()


start = np.array([0.1, -0.2, 0.3])
"""

NETWORK = """
import numpy as np


def build():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(20, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(float)

    def unpack(w):
        return w[:6].reshape(2, 3), w[6:9], w[9:12], w[12]

    def cost(w):
        W1, b1, W2, b2 = unpack(w)
        a1 = np.tanh(X.dot(W1) + b1)
        z2 = a1.dot(W2) + b2
        p = 1 / (1 + np.exp(-z2))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def by_hand(w):
        W1, b1, W2, b2 = unpack(w)
        a1 = np.tanh(X.dot(W1) + b1)
        p = 1 / (1 + np.exp(-(a1.dot(W2) + b2)))
        d2 = (p - y) / len(X)
        d1 = np.outer(d2, W2) * (1 - a1**2)
        parts = X.T.dot(d1), d1.sum(axis=0), a1.T.dot(d2), [d2.sum()]
        return np.concatenate([np.ravel(part) for part in parts])

    return cost, by_hand, rng.normal(size=13)


cost, by_hand, start = build()
"""

PERCEPTRON = """
import numpy as np


class Perceptron:
    def __init__(self, X, y):
        self.X, self.y = X, y
        self.errors = []

    def net_input(self, w):
        return self.X.dot(w[1:]) + w[0]

    def cost(self, w):
        errors = self.y - self.net_input(w)
        return (errors**2).sum() / 2.0

    def by_hand(self, w):
        errors = self.y - self.net_input(w)
        return -np.append(errors.sum(), self.X.T.dot(errors))


rng = np.random.default_rng(2)
points = rng.normal(size=(30, 2))
model = Perceptron(points, np.where(points[:, 0] > 0.2, 1, -1))
cost, by_hand = model.cost, model.by_hand
start = np.array([0.1, 0.2, -0.3])
"""

GAUSSIAN = """
import numpy as np

mu = np.array([1.0, -0.5, 2.0])
Sigma = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 1.5]])
Q = np.linalg.inv(Sigma)


def cost(x):
    k = len(mu)
    constant = k * np.log(2 * np.pi) + np.log(np.linalg.det(Sigma))
    return 0.5 * ((x - mu).T.dot(Q).dot(x - mu) + constant)


def by_hand(x):
    return Q.dot(x - mu)


start = np.array([0.5, 0.5, 0.5])
"""

COURSES = {
    "logistic regression": LOGISTIC, "two layers": NETWORK, "perceptron": PERCEPTRON,
    "Gaussian": GAUSSIAN,
}  # fmt: skip


@pytest.mark.parametrize("course", COURSES)
def test_a_script_of_a_course_runs_as_it_is(course):
    names = {"__name__": "course"}
    exec(COURSES[course], names)
    cost, by_hand, w = names["cost"], names["by_hand"], names["start"]
    value, slope = pl.value_and_gradient(cost)(w)
    assert value == pytest.approx(cost(w))
    assert slope == pytest.approx(by_hand(w))
    step = pl.compile(pl.gradient(cost))
    for _ in range(20):
        w = w - 0.01 * step(w)
    assert step(w) == pytest.approx(by_hand(w))
    assert cost(w) < value
