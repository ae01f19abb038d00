"""Convolution and pooling, however they are written, are known and computed as such."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

import pellucid as pl

seen = np.lib.stride_tricks.sliding_window_view
TARGETS = ("numpy", "jax", "torch")
each_target = pytest.mark.parametrize("target", TARGETS)


# -- convolution, in many words -------------------------------------------------------


def by_einsum(x, W):
    return np.einsum("nijcuv,uvcf->nijf", seen(x, W.shape[:2], axis=(1, 2)), W)


def by_tensordot(x, W):
    view = seen(x, W.shape[:2], axis=(1, 2))
    return np.tensordot(view, W, axes=((4, 5, 3), (0, 1, 2)))


def by_columns(x, W):
    h, w, _, f = W.shape
    view = seen(x, (h, w), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    n, H, V = view.shape[:3]
    return (view.reshape(n * H * V, -1) @ W.reshape(-1, f)).reshape(n, H, V, f)


def by_rows(x, W):
    view = seen(x, W.shape[:2], axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    return view.reshape(*view.shape[:3], -1) @ W.reshape(-1, W.shape[-1])


def axis_by_axis(x, W):
    view = seen(seen(x, W.shape[0], axis=1), W.shape[1], axis=2)
    return np.einsum("nijcuv,uvcf->nijf", view, W)


def by_whole_windows(x, W):
    h, w, c, _ = W.shape
    return np.tensordot(seen(x, (1, h, w, c))[:, :, :, 0, 0], W, 3)


def by_products(x, W):
    view = seen(x, W.shape[:2], axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    return np.sum(view[..., None] * W[None, None, None], axis=(3, 4, 5))


def channels_first(x, W):
    x, W = x.transpose(0, 3, 1, 2), W.transpose(3, 2, 0, 1)
    view = seen(x, W.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", view, W).transpose(0, 2, 3, 1)


def by_shifted_slices(x, W):
    h, w, *_ = W.shape
    H, V = x.shape[1] - h + 1, x.shape[2] - w + 1
    z = 0
    for i in range(h):
        for j in range(w):
            z = z + x[:, i : i + H, j : j + V] @ W[i, j]
    return z


def by_slices_into_zeros(x, W):
    h, w, _, f = W.shape
    H, V = x.shape[1] - h + 1, x.shape[2] - w + 1
    z = np.zeros((len(x), H, V, f), x.dtype)
    for i in range(h):
        for j in range(w):
            z += np.einsum("nijc,cf->nijf", x[:, i : i + H, j : j + V], W[i, j])
    return z


def by_slices_of_turned_weights(x, W):
    h, w, *_ = W.shape
    H, V = x.shape[1] - h + 1, x.shape[2] - w + 1
    K = W[::-1, ::-1]
    return sum(
        np.tensordot(x[:, h - 1 - i : h - 1 - i + H, j : j + V], K[i, w - 1 - j], 1)
        for i in range(h)
        for j in range(w)
    )


def two_images(x, W):
    return np.stack([by_einsum(x[:1], W)[0], by_einsum(x[1:2], W)[0]])


PLAIN = [by_einsum, by_tensordot, by_columns, by_rows, axis_by_axis, by_whole_windows,
         by_products, channels_first, by_shifted_slices, by_slices_into_zeros,
         by_slices_of_turned_weights, two_images]  # fmt: skip


def padded(x, W):
    h, w, *_ = W.shape
    return by_einsum(np.pad(x, ((0, 0), (h // 2, h // 2), (w // 2, w // 2), (0, 0))), W)


def strided(x, W):
    view = seen(x, W.shape[:2], axis=(1, 2))[:, ::2, 1::3]
    return np.einsum("nijcuv,uvcf->nijf", view, W)


def dilated(x, W):
    h, w, *_ = W.shape
    view = seen(x, (2 * h - 1, w), axis=(1, 2))[..., ::2, :]
    return np.einsum("nijcuv,uvcf->nijf", view, W)


def inside(x, W):
    return by_einsum(x[:, 1:-1, 2:], W)


def along_one_axis(x, W):
    view = seen(x.reshape(len(x), -1, x.shape[-1]), len(W), axis=1)
    return np.einsum("ntcu,ucf->ntf", view[:, ::2], W[:, 0])


def strided_slices_and_a_bias(x, W):
    h, w, *_ = W.shape
    H, V = (x.shape[1] - h) // 2, (x.shape[2] - w) // 3
    z = np.mean(W)
    for i in range(h):
        for j in range(w):
            z = z + x[:, i : i + 2 * H : 2, j : j + 3 * V : 3] @ W[i, j]
    return z


WAYS = [
    *PLAIN,
    strided_slices_and_a_bias,
    padded,
    strided,
    dilated,
    inside,
    along_one_axis,
]
# Products of all elements are as quick; weights in turned order are put there one by
# one; and where there are as few places as weights, either may be what slides.
ALL_THREE = {"convolution", "convolution_weights", "convolution_input"}
OTHERWISE = {
    by_products: {"convolution", "convolution_weights", "overlap_add"},
    by_slices_of_turned_weights: {"convolution", "convolution_input"},
    strided_slices_and_a_bias: {"convolution", "convolution_input"},
}
each_way = pytest.mark.parametrize("convolve", WAYS, ids=lambda f: f.__name__)


def images(rng, *, dtype=float, n=2, size=(9, 8), c=3, taps=(3, 2), f=4):
    x, W = rng.standard_normal((n, *size, c)), rng.standard_normal((*taps, c, f))
    return x.astype(dtype), W.astype(dtype)


def cost_of(convolve):
    return lambda p: np.sum(np.sin(convolve(*p)))


def assert_near(ours, theirs, dtype=float):
    eps = 200 * float(np.finfo(dtype).eps)
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=eps, atol=eps * np.max(np.abs(b)))


def windows_in(compiled):
    """What of convolutions and windows a compiled function calls, once it has run."""
    names = ("convolution", "convolution_weights", "convolution_input",
             "window_reduction", "window_count", "window_share", "window_spread",
             "overlap_add", "sliding_window_view")  # fmt: skip
    return {name for name in names if f"{name}(" in compiled.source}


@each_target
@each_way
def test_it_is_a_convolution_and_so_are_its_derivatives(convolve, target, rng):
    x, W = images(rng)
    slope = pl.gradient(cost_of(convolve))
    fast, fast_slope = pl.compile(convolve, target), pl.compile(slope, target)
    assert_near([fast(x, W)], [convolve(x, W)])
    assert_near(fast_slope((x, W)), slope((x, W)))
    assert windows_in(fast) == {"convolution"}
    assert windows_in(fast_slope) == OTHERWISE.get(convolve, ALL_THREE)


@each_target
@pytest.mark.parametrize("convolve", [by_einsum, by_shifted_slices, padded, strided])
def test_single_precision_stays(convolve, target, rng):
    x, W = images(rng, dtype=np.float32)
    slope = pl.gradient(cost_of(convolve))
    assert_near(pl.compile(slope, target)((x, W)), slope((x, W)), np.float32)


@each_target
@pytest.mark.parametrize("convolve", [by_einsum, by_columns, padded, strided, dilated])
def test_second_derivatives(convolve, target, rng):
    p = images(rng)
    slope = pl.gradient(cost_of(convolve))

    def turned(p):
        return np.sum(np.cos(slope(p)[0])) + np.sum(np.sin(slope(p)[1]))

    second = pl.gradient(turned)
    ours = pl.compile(second, target)(p)
    assert_near(ours, second(p))
    h, d = 1e-6, images(rng)
    ahead, behind = ([a + s * b for a, b in zip(p, d, strict=True)] for s in (h, -h))
    along = (turned(tuple(ahead)) - turned(tuple(behind))) / (2 * h)
    assert sum(np.sum(a * b) for a, b in zip(ours, d, strict=True)) == pytest.approx(
        along, rel=1e-6
    )


@each_target
@pytest.mark.parametrize("convolve", [by_einsum, by_rows, by_shifted_slices])
def test_as_pytorch_has_it(convolve, target, rng):
    x, W = images(rng)
    tx, tW = (torch.tensor(a, requires_grad=True) for a in (x, W))
    tz = functional.conv2d(tx.permute(0, 3, 1, 2), tW.permute(3, 2, 0, 1)).permute(
        0, 2, 3, 1
    )
    torch.sum(torch.sin(tz)).backward()
    assert_near([pl.compile(convolve, target)(x, W)], [tz.detach().numpy()])
    slope = pl.compile(pl.gradient(cost_of(convolve)), target)
    assert_near(slope((x, W)), [tx.grad.numpy(), tW.grad.numpy()])


SHAPES = [
    {"c": 1, "f": 1, "taps": (1, 3)}, {"n": 1, "c": 1}, {"f": 1, "taps": (5, 5)},
    {"size": (28, 28), "c": 1, "taps": (5, 5), "f": 6}, {"taps": (9, 8)},
    {"size": (3, 40), "taps": (2, 7)}, {"size": (40, 3), "taps": (7, 2), "f": 20},
    {"n": 70, "size": (12, 12), "c": 6, "taps": (5, 5), "f": 16}, {"taps": (9, 2)},
    {"size": (17, 13), "c": 20, "f": 2},
]  # fmt: skip


@each_target
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_of_any_shape(shapes, target, rng):
    x, W = images(rng, **shapes)
    slope = pl.gradient(cost_of(by_einsum))
    assert_near(pl.compile(slope, target)((x, W)), slope((x, W)))


def test_columns_are_made_in_pieces(rng):
    """The memory of a step stays far below that of all windows together."""
    import tracemalloc

    x, W = images(rng, n=64, size=(32, 32), c=8, taps=(5, 5), f=4, dtype=np.float32)
    slope = pl.compile(pl.gradient(cost_of(by_einsum)))
    slope((x, W))
    tracemalloc.start()
    slope((x, W))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * x.nbytes + 4 * 28 * 28 * 64 * 4 * 4 + (4 << 20)


def test_a_product_of_no_windows_stays_one(rng):
    heads = pl.compile(lambda x, W: x.reshape(6, 2, 3) @ W)
    heads(rng.random((6, 6)), rng.random((3, 4)))
    assert windows_in(heads) == set()


@each_target
@pytest.mark.parametrize("channels", [(3, 1), (1, 3)], ids=str)
def test_an_axis_of_length_1_is_stretched(channels, target, rng):
    x, W = rng.random((2, 5, 5, channels[0])), rng.random((3, 3, channels[1], 4))
    assert_near([pl.compile(by_einsum, target)(x, W)], [by_einsum(x, W)])


# -- pooling --------------------------------------------------------------------------


def largest(x):
    return np.max(seen(x, (3, 2), axis=(1, 2))[:, ::2, ::2], axis=(-1, -2))


def largest_apart(x):
    return np.max(seen(x, (2, 2), axis=(1, 2))[:, ::2, ::2], axis=(-2, -1))


def largest_of_blocks(x):
    n, H, V, c = x.shape
    return x.reshape(n, H // 2, 2, V // 2, 2, c).max(axis=(2, 4))


def smallest_channels_first(x):
    view = seen(x.transpose(0, 3, 1, 2), (2, 2), axis=(2, 3))
    return np.min(view[:, :, 1::2, ::3], axis=(-1, -2))


def mean(x):
    return np.mean(seen(x, (3, 2), axis=(1, 2)), axis=(-1, -2))


def mean_of_blocks(x):
    n, H, V, c = x.shape
    return x.reshape(n, H // 2, 2, V // 2, 2, c).mean(axis=(2, 4))


def total_along_one_axis(x):
    return np.sum(seen(x, 3, axis=1)[:, ::3], axis=-1)


POOLS = [largest, largest_apart, largest_of_blocks, smallest_channels_first, mean,
         mean_of_blocks, total_along_one_axis]  # fmt: skip
each_pool = pytest.mark.parametrize("pool", POOLS, ids=lambda f: f.__name__)


def weighted(pool):
    def cost(x):
        z = pool(x)
        return np.sum(np.sin(z * np.arange(1.0, z.size + 1).reshape(z.shape) / z.size))

    return cost


@each_target
@each_pool
def test_pooling_and_its_slope_are_by_slices(pool, target, rng):
    x = rng.standard_normal((2, 8, 6, 3))
    ties, slope = np.round(x), pl.gradient(weighted(pool))
    fast, fast_slope = pl.compile(pool, target), pl.compile(slope, target)
    assert_near([fast(x), fast(ties)], [pool(x), pool(ties)])
    assert_near([fast_slope(x), fast_slope(ties)], [slope(x), slope(ties)])
    assert windows_in(fast) == {"window_reduction"}
    assert not windows_in(fast_slope) & {"overlap_add", "sliding_window_view"}


@each_target
def test_the_largest_as_pytorch_has_it(target, rng):
    x = rng.standard_normal((2, 8, 6, 3))
    tx = torch.tensor(x, requires_grad=True)
    tz = functional.max_pool2d(tx.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
    torch.sum(tz**2).backward()
    slope = pl.compile(pl.gradient(lambda x: np.sum(largest_apart(x) ** 2)), target)
    assert_near([slope(x)], [tx.grad.numpy()])


@each_target
def test_the_second_slope_of_a_mean(target, rng):
    x = rng.standard_normal((2, 8, 6, 3))
    slope = pl.gradient(weighted(mean))
    second = pl.gradient(lambda x: np.sum(np.cos(slope(x))))
    assert_near([pl.compile(second, target)(x)], [second(x)])


# -- a network ------------------------------------------------------------------------


@each_target
def test_a_network_is_trained_by_convolutions(target, rng):
    L, relu = pl.layers, pl.activations.relu
    net = L.Sequential(
        L.Conv2D(4, 3, activation=relu), L.MaxPool2D(2), L.Flatten(), L.Dense(2)
    )  # fmt: skip
    X = rng.standard_normal((24, 8, 8, 1)).astype(np.float32)
    Y = np.eye(2, dtype=np.float32)[(X.mean(axis=(1, 2, 3)) > 0).astype(int)]
    p = net.parameters(rng, (8, 8, 1), dtype=np.float32)

    def cost(p, X, Y):
        return np.mean(pl.costs.cross_entropy(net(p, X), Y))

    def fitted(target):
        return pl.minimise(
            cost, p, X, Y, method=pl.methods.Adam(0.01), batch_size=8, max_iter=3,
            random_state=0, target=target,
        )  # fmt: skip

    ours, theirs = fitted(target).history, fitted("numpy").history
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    assert math.isfinite(ours[-1])
