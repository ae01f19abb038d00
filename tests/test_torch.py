"""The PyTorch target computes what the reference does, and trains as torch.optim."""

import threading
import warnings

import numpy as np
import operation_examples
import pytest
from function_examples import EXAMPLES, inputs, program

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.evaluate import evaluate, quietly
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.rewriting.stable import written_out
from pellucid.graphs.tracing.trace import is_numeric, trace
from pellucid.running.kinds import recorded_graph

torch = pytest.importorskip("torch")

from pellucid.running import torch_steps  # noqa: E402
from pellucid.running.torch import Program, Training  # noqa: E402
from pellucid.running.torch_operations import OTHER, spelling  # noqa: E402
from pellucid.running.torch_steps import looks  # noqa: E402

DTYPES = [np.float32, np.float64]
by_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: d.__name__)


def graph_of(f, *args):
    """The graph as programs get it."""
    return written_out(recorded_graph(f, args, {}))


def in_dtype(dtype, args):
    return [a.astype(dtype) if isinstance(a, np.ndarray) else a for a in args]


def assert_as_reference(f, args, ulps=512, seen=np.asarray):
    """Value, shape and dtype of every output are the reference's."""
    graph = graph_of(f, *args)
    values = structure.leaves(args)
    values = [v for v in values if is_numeric(v)][: len(graph.inputs)]
    with quietly():
        ours = Program(graph).run(*values)
        found = evaluate(graph.order, dict(zip(graph.inputs, values, strict=True)),
                         graph.outputs)  # fmt: skip
    structure.mapped(
        lambda node, ours: assert_alike(node, ours, found[node], ulps, seen),
        list(graph.outputs), list(ours),
    )  # fmt: skip


def assert_alike(node, ours, theirs, ulps, seen):
    if node.dtype.kind not in "biufc":
        assert ours == theirs
        return
    assert (np.shape(ours), np.asarray(ours).dtype) == (node.shape, node.dtype)
    assert (type(ours) in {int, float, complex}) == node.weak
    eps = ulps * np.finfo(node.dtype).eps if node.dtype.kind in "fc" else 0
    largest = np.max(np.abs(theirs), initial=0, where=np.isfinite(theirs))
    bound = {"rtol": eps, "atol": eps * float(largest)}
    np.testing.assert_allclose(seen(ours), seen(theirs), **bound)


# -- every operation ------------------------------------------------------------------


def test_every_operation_of_numpy_is_spelled():
    names = set(OPERATIONS) - operation_examples.STRUCTURE
    missing = {name for name in names if spelling(name) is None}
    assert {name for name in missing if not name.startswith("special.")} == set()


def test_nothing_else_is_spelled():
    assert set(OTHER) - set(OPERATIONS) == set()


SPELLED = [*filter(spelling, operation_examples.NAMES)]


@by_dtype
@pytest.mark.parametrize("name", SPELLED)
def test_operation(name, dtype):
    x = operation_examples.X.astype(dtype)
    assert_as_reference(operation_examples.example(name), [x])


# Not numbers, or wider than torch's; the columns of factors may have either sign.
REFUSED = {"array2string", "array_repr", "array_str", "astype", "einsum_path",
           "ndarray.astype"}  # fmt: skip
SIGNS = {"linalg.eig", "linalg.eigh", "linalg.svd"}


@by_dtype
@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - REFUSED))
def test_function(name, dtype):
    seen = np.abs if name in SIGNS else np.asarray
    assert_as_reference(program(name), [in_dtype(dtype, inputs(name))], seen=seen)


# -- where NumPy and torch differ -----------------------------------------------------

X = np.array([[0.5, -1.25, 2.0, -3.5], [1.5, 0.0, -0.5, 2.5], [3.0, -2.0, 1.0, 0.25]])
V = np.array([0.5, -1.5, 2.5])
I, J = np.array([2, 0, 2]), np.array([1, 1, 3])  # noqa: E741
NAN, INF = np.nan, np.inf
C = np.arange(24.0).reshape(2, 3, 4)


def assigned(at):
    """A function that writes through an index into a copy."""

    def f(x):
        b = np.array(x)
        b[at] = 2.0 * b[at] + 1.0
        return b

    return f


INDICES = {
    "negative step": np.s_[::-2, 1:], "negative steps": np.s_[::-1, ::-1],
    "backwards from a place": np.s_[1::-1], "an empty slice": np.s_[2:1:-1],
    "arrays": np.s_[[0, 2], [1, 3]], "an array and a slice": np.s_[[1, 1], ::2],
    "a mask": X > 0, "a mask of rows": np.s_[V > 0],
    "new axes": np.s_[None, 1, :, None],
    "a row": 1, "an element": (1, 2), "ellipsis": np.s_[..., ::-1],
    "array and negative step": np.s_[[0, 2], ::-1],
}  # fmt: skip
CUBE_INDICES = {
    "integer, slice, array": np.s_[0, :, [1, 2]], "array, slice, array":
    np.s_[[0, 1], :, [1, 2]], "slice, arrays": np.s_[:, [0, 1], [1, 2]],
    "array, new axis, array": np.s_[:, [0, 1], None, [1, 2]],
    "integer, array": np.s_[1, [0, 2]], "array, integer": np.s_[:, [0, 2], 1],
    "mask of two axes": np.s_[C[:, :, 0] > 5],
    "ellipsis between": np.s_[1, ..., [0, 1]],
    "two rows of indices": np.s_[:, [[0, 1], [2, 0]]],
}  # fmt: skip
EVERY_INDEX = [(X, at, name) for name, at in INDICES.items()]
EVERY_INDEX += [(C, at, name) for name, at in CUBE_INDICES.items()]
by_index = pytest.mark.parametrize(
    ("x", "at"), [case[:2] for case in EVERY_INDEX], ids=[c[2] for c in EVERY_INDEX]
)


@by_index
def test_index(x, at):
    assert_as_reference(lambda x: x[at], [x])


@by_index
def test_assignment(x, at):
    assert_as_reference(assigned(at), [x])


@by_index
def test_derivative_of_an_index(x, at):
    assert_as_reference(pl.gradient(lambda x: np.sum(x[at] ** 2)), [x])


CASES = {
    "integer division": (lambda i, j: i / j, I, J),
    "integer and float32": (lambda i, x: i * x, I, V.astype(np.float32)),
    "strong number": (lambda x: np.sum(x) * x.astype(np.float32), V),
    "weak number": (lambda x, a: np.maximum(x, a) * a, V.astype(np.float32), 0.3),
    "weak against a number": (lambda x, a: np.sum(x) * a, V.astype(np.float32), 0.3),
    "weak alone": (lambda a, b: (a**2 + b) / a % 0.7 // 0.1, 2.0, 3.0),
    "weak division by 0": (lambda a: 1 / a, 0.0),
    "weak comparison": (lambda a, b: np.less(a, b) + 0.0, 2.0, 3.0),
    "sum of truths": (lambda x: np.sum(x > 0), X),
    "sum of int32": (lambda x: np.sum(x.astype(np.int32)), X),
    "truths added": (lambda x: (x > 0) + (x > 1), X),
    "truths multiplied": (lambda x: (x > 0) * (x > 1), X),
    "truths compared": (lambda x: np.maximum(x > 0, x > 1), X),
    "signs of remainders": (lambda x: np.remainder(x, -0.7) + x // 0.3, X),
    "remainders of integers": (lambda i: (i - 3) % 2 + (i - 3) // 2, I),
    "fmod": (lambda x: np.fmod(x, 0.7), X),
    "halves to even": (lambda x: np.rint(x), np.array([0.5, 1.5, -2.5, 2.4])),
    "integer powers": (lambda i: i**3, I),
    "max with nan": (lambda x: np.max(x, axis=0), np.array([[1.0, NAN], [2.0, 0.0]])),
    "maximum with nan": (lambda x: np.maximum(x, 0.0), np.array([NAN, -1.0, 2.0])),
    "sign of nan": (lambda x: np.sign(x), np.array([NAN, -2.0, 0.0, INF])),
    "heaviside": (lambda x: np.heaviside(np.tile(x, 2000), 0.25),
                  np.array([NAN, -2.0, 0.0, INF, 5e-324, -INF])),
    "argmax with nan": (lambda x: np.argmax(x), np.array([1.0, NAN, 3.0])),
    "argmax of truths": (lambda x: np.argmax(x > 1, axis=1), X),
    "argmax of equals": (lambda x: np.argmax(x * 0.0, axis=0, keepdims=True), X),
    "median of four": (lambda x: np.median(x, axis=1), X),
    "median of all": (lambda x: np.median(x, keepdims=True), X),
    "median with nan": (lambda x: np.median(x), np.array([1.0, NAN, 3.0])),
    "quantiles": (lambda x: np.quantile(x, [0.1, 0.75], axis=(0, 1)), X),
    "lower quantile": (lambda x: np.quantile(x, 0.4, axis=0, method="lower"), X),
    "hazen quantile": (lambda x: np.quantile(x, 0.4, axis=0, method="hazen"), X),
    "deviation": (lambda x: np.std(x, axis=0, ddof=1) + np.var(x), X),
    "sum over no axes": (lambda x: np.sum(x, axis=()), X),
    "kept axes": (lambda x: x / np.sum(x, keepdims=True), X),
    "product over axes": (lambda x: np.prod(x, axis=(0, 2), keepdims=True), C),
    "einsum with letters": (lambda x, y: np.einsum("aB,Bc->ca", x, y), X, X.T),
    "einsum of a diagonal": (lambda x: np.einsum("ii->i", x[:, :3]), X),
    "dot of many axes": (lambda x, y: np.dot(x, y), C, C.transpose(0, 2, 1)),
    "lower triangle": (lambda x: np.linalg.eigvalsh(x[:, :3]), X),
    "upper triangle": (lambda x: np.linalg.eigvalsh(x[:, :3], UPLO="U"), X),
    "thin svd": (lambda x: np.abs(np.linalg.svd(x, full_matrices=False)[2]), X),
    "full svd": (lambda x: np.linalg.svd(x)[1], X),
    "solve for a vector": (lambda x, v: np.linalg.solve(x[:, :3], v), X, V),
    "solve a stack": (lambda c, v: np.linalg.solve(
        c[:, :, :3] + 9 * np.eye(3), v), C % 7, V[:, None]),
    "equal elements sorted": (lambda x: np.argsort(x, kind="stable"),
                              np.array([1.0, 0.0, 1.0, 0.0])),
    "sorted with nan": (lambda x: np.sort(x), np.array([1.0, NAN, 0.0])),
    "partition": (lambda x: np.sort(np.partition(x, 1)[:2]), V),
    "repeated places": (pl.gradient(lambda x: np.sum(x[I] * V)), V),
    "computed places": (lambda x, i: x[i] + x[i, 0][:, None], X, I),
    "a copy is written": (lambda x: (x[:, 0], assigned(0)(x), x.T), X),
    "bits": (lambda i: np.invert(i) + (i << 2) + np.bitwise_count(i), I),
    "complex numbers": (lambda x: np.abs(np.fft.fft(x) * (1 + 2j)), V),
    "conjugate": (lambda x: np.conj(x * 1j), V),
    "windows": (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2)), X),
    "constant results": (lambda x: (np.ones(2), 3.0, x), V),
    "one result twice": (lambda x: (x + 1.0, x), V),
    "named like torch": (lambda torch: np.exp(torch), V),
    "empty": (lambda x: (np.sum(x), x + 1.0, np.cumsum(x)), np.zeros(0)),
    "empty rows": (lambda x: (np.sum(x, axis=0), np.max(x, axis=1)), np.zeros((0, 3))),
    "no axes": (lambda x: (np.sum(x), np.cumsum(x), x[None], np.median(x)),
                np.array(2.0)),
    "one row": (lambda x: (x.mean(axis=0), x @ x.T, np.std(x, axis=0)), X[:1]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_numpys_meaning_is_kept(case):
    f, *args = case
    assert_as_reference(f, args)


MEMORIES = {
    "read-only": np.broadcast_to(V, (4, 3)),
    "negative strides": X[::-1, ::-1],
    "every other": X[:, ::2],
    "Fortran order": np.asfortranarray(X),
    "big-endian": X.astype(">f8"),
    "a field": np.array([(1.0, 2)], [("a", "f8"), ("b", "i1")])["a"],
}


@pytest.mark.parametrize("x", MEMORIES.values(), ids=MEMORIES.keys())
def test_arrays_of_any_memory(x):
    graph = graph_of(lambda x: x * 2.0, x.astype(float))
    before = x.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (ours,) = Program(graph).run(x)
    np.testing.assert_array_equal(ours, before * 2.0)
    np.testing.assert_array_equal(x, before)


SHARING = {
    "an argument": lambda x: x, "a view": lambda x: x.T, "a slice": lambda x: x[1:],
    "a constant": lambda x: (X, x)[0],
    "a spread": lambda x: np.broadcast_to(x, (2, 3, 4)),
    "real numbers": lambda x: np.positive(x), "a cast": lambda x: x.astype(float),
}  # fmt: skip


@pytest.mark.parametrize("f", SHARING.values(), ids=SHARING.keys())
def test_results_have_memory_of_their_own(f):
    x = X.copy()
    run = Program(graph_of(f, x)).run
    (first,), (second,) = run(x), run(x)
    first[...] = 0.0
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(second, f(X))


# -- the program ----------------------------------------------------------------------


def softmax_cost(W, b, X, y):
    z = np.maximum(X @ W + b, 0.0)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * log_p, axis=1))


def softmax_case(dtype=np.float64):
    rng = np.random.default_rng(7)
    y = np.eye(3)[rng.integers(0, 3, 9)]
    parts = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(9, 4)), y
    return in_dtype(dtype, parts)


def test_source_is_what_runs():
    made = Program(graph_of(lambda x, W: np.tanh(x @ W) + 0.5, X[:, :3], X))
    assert "t1 = x @ W  # (3, 4)" in made.source
    assert "t2 = torch.tanh(t1)  # (3, 4)" in made.source
    assert "t3 = t2 + 0.5  # (3, 4)" in made.source
    scope = {"torch": torch}
    exec(made.source, scope)
    run = scope[made.graph.title]
    (ours,), (theirs,) = made.run(X[:, :3], X), run(*map(torch.tensor, (X[:, :3], X)))
    np.testing.assert_array_equal(ours, theirs.numpy())


@by_dtype
def test_gradient_of_a_cost(dtype):
    assert_as_reference(pl.value_and_gradient(softmax_cost), softmax_case(dtype))


def test_the_same_bits_twice():
    args = softmax_case(np.float32)
    run = Program(graph_of(pl.gradient(softmax_cost), *args)).run
    np.testing.assert_array_equal(run(*args)[0], run(*args)[0])


def test_repeated_places_add_up_in_one_order():
    rng = np.random.default_rng(3)
    x, i = rng.normal(size=100_000).astype(np.float32), rng.integers(0, 9, 100_000)
    run = Program(graph_of(pl.gradient(lambda w, x: np.sum(w[i] * x)), x[:9], x)).run
    np.testing.assert_array_equal(run(x[:9], x)[0], run(x[:9], x)[0])


def test_threads_share_a_program():
    args = softmax_case()
    run = Program(graph_of(pl.gradient(softmax_cost), *args)).run
    expected, found = run(*args)[0], []
    work = lambda: found.extend(run(*args)[0] for _ in range(50))  # noqa: E731
    threads = [threading.Thread(target=work) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(found) == 150
    assert all(np.array_equal(result, expected) for result in found)


def test_torch_is_left_as_it_was():
    before = torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads()
    Program(graph_of(lambda x: x * 2.0, V)).run(V)
    after = torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads()
    assert (after, torch.is_inference_mode_enabled()) == (before, False)


def test_a_refused_operation_says_where():
    sc = pytest.importorskip("scipy.special")
    graph = graph_of(lambda x: sc.jv(0.5, x), V)
    expected = r"test_torch.py, line \d+: PyTorch has no special.jv; .*target=\"numpy\""
    with pytest.raises(PellucidError, match=expected):
        Program(graph)


def test_a_refused_dtype_says_where():
    graph = graph_of(lambda x: x.astype(np.longdouble), V)
    with pytest.raises(PellucidError, match=r"line \d+: PyTorch has no float128"):
        Program(graph)


@pytest.mark.parametrize("device", ["cuda:77", "mps:5", "nowhere"])
def test_a_missing_device(device):
    with pytest.raises(PellucidError, match=f"There is no device '{device}' for PyT"):
        Program(graph_of(lambda x: x * 2.0, V), device)


# -- training -------------------------------------------------------------------------

N, D, K = 30, 4, 3


def case_for_training(dtype):
    rng = np.random.default_rng(11)
    data = rng.normal(size=(N, D)), np.eye(K)[rng.integers(0, K, N)]
    return rng.normal(size=D * K + K).astype(dtype), in_dtype(dtype, data)


def step_of(method, cost, w, data):
    """The graph of one step on a flat vector, for batches of each length."""

    def step(kept, rate, t, *data):
        value, g = pl.value_and_gradient(cost)(kept[0], *data)
        w, state = method.step(kept[0], g, tuple(kept[1:]), rate, t)
        return value, 0.0, [w, *state]

    def graph(rows):
        kept = [w, *method.start(w)]
        batch = [d[:rows] for d in data]
        return written_out(trace(step, (kept, 0.5, 1.0, *batch), {}, is_numeric))

    return graph


def flat_cost(w, X, y):
    z = X @ w[: D * K].reshape(D, K) + w[D * K :]
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * log_p, axis=1))


BATCHES = [np.arange(0, 8), np.arange(29, 21, -1), np.arange(8, 16), np.arange(5)]
RATES = [0.1, 0.05, 0.02, 0.01]


def as_on_a_gpu(training):
    """The way of a GPU, but each step is called and not captured."""
    training._on_gpu, training._capture = True, torch_steps.called
    training.epoch = lambda *a: in_inference(training._replayed, *a)
    return training


def in_inference(f, *args):
    with torch.inference_mode():
        return f(*args)


WAYS = {"called": lambda training: training, "replayed": as_on_a_gpu}
by_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def trained(way, dtype, batches, rates):
    w, data = case_for_training(dtype)
    method = pl.methods.Adam()
    step = step_of(method, flat_cost, w, data)
    training = way(Training(step, [w, *method.start(w)], data))
    return training, training.epoch(batches, rates, 0)


def by_torch(dtype, batches, rates):
    """The same steps by autograd and torch.optim."""
    w, data = case_for_training(dtype)
    w = torch.tensor(w, requires_grad=True)
    X, y = map(torch.tensor, data)
    adam = torch.optim.Adam([w])

    def take(rows, rate):
        adam.param_groups[0]["lr"] = rate
        z = X[rows] @ w[: D * K].reshape(D, K) + w[D * K :]
        cost = -(y[rows] * torch.log_softmax(z, 1)).sum(1).mean()
        adam.zero_grad()
        cost.backward()
        adam.step()
        return cost.item()

    costs = [take(rows, rate) for rows, rate in zip(batches, rates, strict=True)]
    return w.detach().numpy(), costs


@by_way
@by_dtype
def test_steps_are_those_of_torch(way, dtype):
    training, looks = trained(way, dtype, BATCHES, RATES)
    w, costs = by_torch(dtype, BATCHES, RATES)
    bound = 1e-12 if dtype == np.float64 else 1e-5
    np.testing.assert_allclose(training.kept[0], w, rtol=bound, atol=bound)
    np.testing.assert_allclose(looks, np.stack([costs, np.zeros(4)], 1), rtol=bound)
    assert {k.dtype for k in training.kept} == {np.dtype(dtype)}


@by_way
def test_all_rows_as_they_are(way):
    whole = trained(way, np.float64, [None, None], [0.1, 0.1])
    rows = trained(way, np.float64, [np.arange(N)] * 2, [0.1, 0.1])
    np.testing.assert_allclose(whole[0].kept[0], rows[0].kept[0], rtol=1e-12)


@by_way
def test_epochs_go_on_where_the_last_ended(way):
    at_once, _ = trained(way, np.float64, BATCHES, RATES)
    parted, _ = trained(way, np.float64, BATCHES[:2], RATES[:2])
    parted.epoch(BATCHES[2:], RATES[2:], 2)
    np.testing.assert_array_equal(parted.kept[0], at_once.kept[0])


@by_way
def test_a_cost_that_is_not_finite_ends_the_epoch_before_its_step(way):
    training, looks = trained(way, np.float64, BATCHES, [0.1, np.inf, 0.1, 0.1])
    before, _ = trained(way, np.float64, BATCHES[:2], [0.1, np.inf])
    assert looks.shape == (3, 2)
    assert np.isfinite(looks[:2]).all()
    assert not np.isfinite(looks[2, 0])
    np.testing.assert_array_equal(training.kept[0], before.kept[0])


@by_way
def test_an_epoch_of_no_batches(way):
    training, looks = trained(way, np.float64, [], [])
    assert looks.shape == (0, 2)
    np.testing.assert_array_equal(training.kept[0], case_for_training(np.float64)[0])


def test_what_is_kept_is_a_copy():
    training, _ = trained(WAYS["called"], np.float64, BATCHES, RATES)
    before = training.kept
    training.epoch(BATCHES, RATES, 4)
    assert not np.array_equal(before[0], training.kept[0])


def test_programs_of_equal_structure_are_made_once():
    first, _ = trained(WAYS["called"], np.float64, BATCHES, RATES)
    second, _ = trained(WAYS["called"], np.float64, BATCHES, RATES)
    assert first._programs[8] is second._programs[8]
    assert first.source == second.source


LOOKS = {
    "an array": (lambda x: x[I], False), "a mask": (lambda x: x[V > 0], True),
    "a factor": (lambda x: np.linalg.inv(x[:, :3]), True),
}  # fmt: skip


@pytest.mark.parametrize(("f", "expected"), LOOKS.values(), ids=LOOKS.keys())
def test_what_a_cuda_graph_cannot_hold_is_known(f, expected):
    assert any(map(looks, graph_of(f, X).order)) == expected


def test_a_training_refuses_a_missing_device():
    with pytest.raises(PellucidError, match="There is no device"):
        Training(lambda rows: None, [], [], "cuda:77")


def test_numbers_are_compared_by_torch_as_tensors():
    slope = pl.compile(pl.gradient(lambda t: np.sqrt(np.maximum(t, 0.0))), "torch")
    assert [float(slope(t)) for t in (0.0, -1.0, 4.0)] == [0.0, 0.0, 0.25]
