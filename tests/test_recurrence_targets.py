"""Recurrence, embedding and attention: the same on all targets, and what is fast."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.node import ancestors
from pellucid.graphs.rewriting.stable import written_out

L = pl.layers
TARGETS = ["numpy", "jax", "torch"]
n, t, d, h = 3, 12, 4, 5


@pytest.fixture
def x(rng):
    return rng.normal(size=(n, t, d))


LAYERS = [
    L.RNN(h), L.LSTM(h), L.GRU(h), L.RNN(h, sequence=True), L.LSTM(h, sequence=True),
    L.GRU(h, sequence=True), L.Attention(6, heads=2), L.Attention(6, causal=True),
]  # fmt: skip
LENGTHS = np.array([t, 1, 7])


def drawn(layer, rng):
    """Parameters of which none is 0."""
    p = layer.parameters(rng, (t, d))
    return {key: a + 0.1 * rng.normal(size=a.shape) for key, a in p.items()}


def cost_of(layer, lengths=None):
    def cost(p, x):
        return np.sum(np.sin(layer(p, x, lengths)))

    return cost


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_a_target_gives_the_derivatives_of_plain_numpy(layer, target, rng, x):
    pytest.importorskip(target)
    p = drawn(layer, rng)
    v = {key: rng.normal(size=a.shape) for key, a in p.items()}
    cost = cost_of(layer, LENGTHS)

    def slope(p, x):
        by_p = pl.gradient(cost)(p, x)
        return sum(np.sum(by_p[key] * v[key]) for key in v)

    compiled = pl.compile(pl.value_and_gradient(cost, ("p", "x")), target=target)
    J, (by_p, by_x) = compiled(p, x)
    second = pl.compile(pl.gradient(slope), target=target)(p, x)
    e = 1e-5

    def moved(sign):
        return {key: p[key] + sign * e * v[key] for key in p}

    def difference(f):
        return (f(moved(1)) - f(moved(-1))) / (2 * e)

    along = sum(np.sum(by_p[key] * v[key]) for key in v)
    twice = sum(np.sum(second[key] * v[key]) for key in v)
    u = rng.normal(size=x.shape)
    by_turn = (cost(p, x + e * u) - cost(p, x - e * u)) / (2 * e)
    np.testing.assert_allclose(J, cost(p, x), rtol=1e-12)
    np.testing.assert_allclose(along, difference(lambda p: cost(p, x)), rtol=1e-6)
    np.testing.assert_allclose(np.sum(by_x * u), by_turn, rtol=1e-6)
    np.testing.assert_allclose(twice, difference(lambda p: slope(p, x)), rtol=1e-5)


def _pytorchs(torch, layer, p, x):
    """PyTorch's layer with these weights: what it gives, its weights by our names."""
    kinds = {L.RNN: torch.nn.RNN, L.LSTM: torch.nn.LSTM, L.GRU: torch.nn.GRU}
    theirs = kinds[type(layer)](d, h, batch_first=True, dtype=torch.float64)
    weights = {
        "weight_ih_l0": p["W"].T, "weight_hh_l0": p["U"].T, "bias_ih_l0": p["b"],
        "bias_hh_l0": p.get("c", np.zeros_like(p["b"])),
    }  # fmt: skip
    theirs.load_state_dict({k: torch.tensor(a) for k, a in weights.items()})
    out, _ = theirs(torch.tensor(x))
    return out if layer.sequence else out[:, -1], theirs


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layer", LAYERS[:6], ids=repr)
def test_fifty_steps_are_those_of_pytorch(layer, target, rng):
    torch = pytest.importorskip("torch")
    pytest.importorskip(target)
    p, x = drawn(layer, rng), rng.normal(size=(n, 50, d))
    out, theirs = _pytorchs(torch, layer, p, x)
    torch.sin(out).sum().backward()
    gradient = pl.compile(pl.gradient(cost_of(layer)), target=target)(p, x)
    np.testing.assert_allclose(layer(p, x), out.detach().numpy(), rtol=0, atol=1e-12)
    expected = {
        "W": theirs.weight_ih_l0.grad.T, "U": theirs.weight_hh_l0.grad.T,
        "b": theirs.bias_ih_l0.grad, "c": theirs.bias_hh_l0.grad,
    }  # fmt: skip
    for key in p:
        np.testing.assert_allclose(gradient[key], expected[key], rtol=0, atol=1e-10)


# -- as people write them -------------------------------------------------------------


def gates_apart(p, x):
    """Four matrices, each for [h, x], states in a list."""
    hs, c = [np.zeros((x.shape[0], h))], np.zeros((x.shape[0], h))
    for step in range(x.shape[1]):
        hx = np.concatenate([hs[-1], x[:, step]], axis=1)
        i = 1 / (1 + np.exp(-(hx @ p["W_i"] + p["b_i"])))
        f = 1 / (1 + np.exp(-(hx @ p["W_f"] + p["b_f"])))
        o = 1 / (1 + np.exp(-(hx @ p["W_o"] + p["b_o"])))
        c = f * c + i * np.tanh(hx @ p["W_g"] + p["b_g"])
        hs.append(o * np.tanh(c))
    return hs[-1]


def by_einsum(p, x):
    """The time in front, every gate by two contractions."""
    state = c = np.zeros((x.shape[0], h))
    for x_t in np.swapaxes(x, 0, 1):
        gate = {
            k: np.einsum("nd,dh->nh", x_t, p["W_" + k][h:])
            + np.einsum("nk,kh->nh", state, p["W_" + k][:h])
            + p["b_" + k]
            for k in "ifog"
        }
        i, f, o = (1 / (1 + np.exp(-gate[k])) for k in "ifo")
        c = f * c + i * np.tanh(gate["g"])
        state = o * np.tanh(c)
    return state


def as_layer(p, x):
    """Our own, on the same weights."""
    W = np.concatenate([p["W_" + k][h:] for k in "ifgo"], axis=1)
    U = np.concatenate([p["W_" + k][:h] for k in "ifgo"], axis=1)
    b = np.concatenate([p["b_" + k] for k in "ifgo"])
    return L.LSTM(h)({"W": W, "U": U, "b": b}, x)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("written", [gates_apart, by_einsum])
def test_an_lstm_as_books_write_it_is_ours(written, target, rng, x):
    pytest.importorskip(target)
    p = {f"W_{k}": rng.normal(size=(h + d, h)) for k in "ifgo"}
    p |= {f"b_{k}": rng.normal(size=h) for k in "ifgo"}

    def gradient(f):
        cost = pl.value_and_gradient(lambda p, x: np.sum(np.cos(f(p, x))))
        return pl.compile(cost, target=target)(p, x)

    (J, slopes), (expected, theirs) = gradient(written), gradient(as_layer)
    np.testing.assert_allclose(J, expected, rtol=1e-12)
    for key in p:
        np.testing.assert_allclose(slopes[key], theirs[key], rtol=1e-9, atol=1e-13)


# -- what leaves the loop -------------------------------------------------------------


def products(graph):
    """How many products of matrices there are in a turn of each loop."""
    bodies = [n.options["body"] for n in graph.nodes if n.operation == "loop"]
    steps = [ancestors(now for _, now in body.carried) for body in bodies]
    return [sum(n.operation == "matmul" for n in turn) for turn in steps]


@pytest.mark.parametrize("layer", [L.RNN(64), L.LSTM(64), L.GRU(64)], ids=repr)
def test_one_product_a_turn_is_left_in_the_loops(layer, rng):
    x = rng.normal(size=(32, 9, 16)).astype(np.float32)
    p = layer.parameters(rng, (9, 16), dtype=np.float32)
    gradient = pl.gradient(folded(pl.graph(cost_of(layer), p, x)))
    made = written_out(gradient)
    assert products(made) == [1, 1]
    slopes, expected = made(p, x), gradient(p, x)
    for key in p:
        np.testing.assert_allclose(slopes[key], expected[key], rtol=1e-3, atol=1e-4)


def test_a_matrix_for_all_rows_is_one_product(rng):
    x, W = rng.normal(size=(8, 6, 5)), rng.normal(size=(5, 4))
    f = pl.compile(pl.value_and_gradient(lambda W, x: np.sum(np.sin(x @ W))))
    value, slope = f(W, x)
    assert "matmul" not in f.source
    np.testing.assert_allclose(value, np.sum(np.sin(x @ W)), rtol=1e-12)
    expected = np.einsum("ntd,ntu->du", x, np.cos(x @ W))
    np.testing.assert_allclose(slope, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shape", [(0, 3, 2), (3, 0, 2), (3, 2, 0)])
def test_a_matrix_for_no_rows_has_no_slope(shape):
    x, W = np.zeros(shape), np.ones((shape[-1], 4))
    slope = pl.compile(pl.gradient(lambda W, x: np.sum(x @ W)))(W, x)
    np.testing.assert_array_equal(slope, np.zeros_like(W))


CONTRACTIONS = {
    "nd,dh->nh": True, "dn,dh->nh": True, "nd,hd->nh": True, "nd,dh->hn": True,
    "ntd,dh->nth": True, "tnd,hd->tnh": True, "d,dh->h": True, "nd,d->n": True,
    "bqd,bkd->bqk": True, "bhqd,bhkd->bhqk": True, "bqk,bkd->bqd": True,
    "d,d->": True, "nd,nh->dh": True, "bqd,bkd->bkq": True,
    "qbd,kbd->bqk": False, "nd,dh->n": False, "ndk,dkh->nh": False, "nd,nd->nd": False,
    "ni,nj->nij": False, "nn,nh->h": False, "dnt,dh->nth": False, "bd,bd->b": False,
}  # fmt: skip


@pytest.mark.parametrize("subscripts", CONTRACTIONS)
def test_a_contraction_is_a_product_where_it_is_one(subscripts, rng):
    lengths = dict(zip("abdhijknqt", range(2, 12), strict=True))
    terms = subscripts.partition("->")[0].split(",")
    a, b = (rng.normal(size=[lengths[c] for c in term]) for term in terms)

    def f(a, b):
        return np.einsum(subscripts, a, b)

    run = pl.compile(f)
    np.testing.assert_allclose(run(a, b), f(a, b), rtol=1e-12, atol=1e-13)
    assert ("einsum" not in run.source) == CONTRACTIONS[subscripts]


def test_a_contraction_that_stretches_an_axis_stays(rng):
    a, b = rng.normal(size=(3, 1)), rng.normal(size=(4, 5))
    run = pl.compile(lambda a, b: np.einsum("nd,dh->nh", a, b))
    np.testing.assert_allclose(run(a, b), np.einsum("nd,dh->nh", a, b), rtol=1e-12)


# -- embedding ------------------------------------------------------------------------

WORDS = {
    "few": (5, (4, 7)), "many": (1000, (4, 7)), "one axis": (6, (9,)),
    "from behind": (-4, (4, 7)), "three axes": (3, (2, 3, 4)),
}  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("words", WORDS)
def test_rows_that_are_read_again_and_again_add_up(words, target, rng):
    pytest.importorskip(target)
    count, shape = WORDS[words]
    k = rng.integers(min(count, 0), max(count, 0), shape)
    W, g = rng.normal(size=(abs(count), 3)), rng.normal(size=(*shape, 3))
    slope = pl.compile(
        pl.gradient(lambda W, k, g: np.sum(W[k] * g)), target=target
    )(W, k, g)  # fmt: skip
    expected = np.zeros_like(W)
    for place in np.ndindex(shape):
        expected[k[place]] += g[place]
    np.testing.assert_allclose(slope, expected, rtol=1e-12, atol=1e-14)


def test_a_word_that_is_not_there_is_refused(rng):
    W = rng.normal(size=(5, 3))
    f = pl.compile(pl.gradient(lambda W, k: np.sum(W[k] ** 2)))
    f(W, np.array([0, 4, 4]))
    with pytest.raises(IndexError, match="5"):
        f(W, np.array([0, 5, 4]))


def test_elements_that_two_arrays_name_add_up(rng):
    A, g = rng.normal(size=(3, 4)), rng.normal(size=20)
    i, j = rng.integers(-3, 3, 20), rng.integers(0, 4, 20)
    slope = pl.compile(pl.gradient(lambda A, i, j, g: np.sum(A[i, j] * g)))(A, i, j, g)
    expected = np.zeros_like(A)
    for row, column, one in zip(i, j, g, strict=True):
        expected[row, column] += one
    np.testing.assert_allclose(slope, expected, rtol=1e-12, atol=1e-14)


def test_the_rows_of_a_column_of_numbers_add_up(rng):
    a, k = rng.normal(size=6), rng.integers(0, 6, (5, 4))
    slope = pl.compile(pl.gradient(lambda a, k: np.sum(np.sin(a[k]))))(a, k)
    expected = np.bincount(k.ravel(), minlength=6) * np.cos(a)
    np.testing.assert_allclose(slope, expected, rtol=1e-12)


# -- source ---------------------------------------------------------------------------


def test_the_gradient_of_a_long_lstm_is_read_as_loops(rng):
    layer, x = L.LSTM(3), rng.normal(size=(2, 1000, 2))
    p = layer.parameters(rng, (1000, 2))
    source = pl.source(pl.gradient(pl.graph(cost_of(layer), p, x)))
    assert len(source.splitlines()) < 100
    assert "for step in reversed(range(1000)):" in source
    assert "dz = np.concatenate([di, df, dg, do], axis=1)" in source
    assert "dU += h_before[step].T @ dz" in source
    assert "where" not in source.partition("def cost_gradient")[2]


def test_what_is_far_from_zero_needs_no_mask(rng):
    network = L.Sequential(L.GRU(3, sequence=True), L.LayerNorm(), L.RNN(2))
    x = rng.normal(size=(2, 6, 2))
    p = network.parameters(rng, (6, 2))
    cost = cost_of(network)
    source = pl.source(pl.gradient(pl.graph(cost, p, x)))
    assert "where" not in source.partition("def cost_gradient")[2]
    pl.check(cost, p, x)


def test_a_root_that_may_reach_zero_keeps_its_mask():
    def f(x):
        return np.sum(np.where(x > 1, np.sqrt(2 * x), 0.0))

    np.testing.assert_array_equal(pl.gradient(f)(np.zeros(3)), np.zeros(3))


def test_a_gate_may_be_called_as_the_function(rng):
    def f(x, W):
        z = x @ W
        f, g = np.split(z, 2, axis=1)
        return 1 / (1 + np.exp(-f)) * np.tanh(g)

    x, W = rng.normal(size=(3, 2)), rng.normal(size=(2, 4))
    np.testing.assert_allclose(pl.compile(f)(x, W), f(x, W), rtol=1e-12)


# -- masks of dropout -----------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_hashes_of_32_bits_are_the_same_on_each_target(target, rng):
    pytest.importorskip(target)

    def hashed(x, k):
        a = x ^ (x >> np.uint32(16))
        b = (a * np.uint32(0x85EBCA6B) - k) | (~k & np.uint32(0xF0F0F0F0))
        return b + np.uint32(7), np.where(b >= np.uint32(2**31), a, b), b > a

    x, k = rng.integers(0, 2**32, (2, 3, 50), dtype=np.uint32)
    for found, expected in zip(
        pl.compile(hashed, target=target)(x, k), hashed(x, k), strict=True
    ):
        np.testing.assert_array_equal(found, expected)
