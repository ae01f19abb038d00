"""Convolution: how large things become, what they cost, and how they are made small."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def lengths(rng):
    m, padding, stride = (int(rng.integers(*ends)) for ends in ((1, 6), (0, 4), (1, 5)))
    return m + int(rng.integers(1, 20)), m, padding, stride


@exercise(
    lengths,
    edges=((8, 3, 0, 1), (8, 3, 1, 2), (7, 3, 0, 3), (224, 7, 3, 2)),
    hints=(
        "With zeros on both sides the row has n + 2 padding numbers.",
        "The last window begins at n + 2 padding - m or before: count the starts 0, "
        "stride, 2 stride, ... up to there. `//` rounds down.",
    ),
)
def places(n, m, padding, stride):
    return (n + 2 * padding - m) // stride + 1


@places.mistake(
    "One place is missing: from 0 to the last start there are (last start) // stride "
    "steps, and one start more than steps."
)
def _(n, m, padding, stride):
    return (n + 2 * padding - m) // stride


@places.mistake(
    "You added the zeros on one side only: `padding` zeros stand at each end."
)
def _(n, m, padding, stride):
    return (n + padding - m) // stride + 1


@places.mistake(
    "You rounded up: the last window would begin inside, but end outside of the row."
)
def _(n, m, padding, stride):
    return -(-(n + 2 * padding - m) // stride) + 1


@places.mistake(
    "You divided after adding the 1. The first window needs no step: divide the last "
    "start by the stride, then add 1."
)
def _(n, m, padding, stride):
    return (n + 2 * padding - m + 1) // stride


@places.mistake("The stride is not in it: you counted the windows that move by 1.")
def _(n, m, padding, stride):
    return n + 2 * padding - m + 1


@places.mistake(
    "A number of places is a whole number: / gives a fraction, // rounds it down."
)
def _(n, m, padding, stride):
    return (n + 2 * padding - m) / stride + 1


@places.mistake(
    "You took m off after the division. The last window begins at n + 2 padding - m: "
    "take m off first, then divide by the stride."
)
def _(n, m, padding, stride):
    return (n + 2 * padding) // stride - m + 1


@places.mistake(
    "You rounded to the nearest whole number. A window that does not fit whole is "
    "left out: `//` rounds down."
)
def _(n, m, padding, stride):
    return round((n + 2 * padding - m) / stride) + 1


def sizes_of_a_layer(rng):
    h, w = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    H, W = h + int(rng.integers(2, 30)), w + int(rng.integers(2, 30))
    return H, W, int(rng.integers(2, 5)), h, w, int(rng.integers(2, 17))


@exercise(
    sizes_of_a_layer,
    edges=((8, 8, 1, 3, 3, 8),),
    hints=(
        "A kernel has h w c weights, and there are f kernels, each with one bias.",
        "The dense layer has one weight from each of the H W c numbers to each of the "
        "(H - h + 1)(W - w + 1) f outputs, and a bias for each output.",
    ),
)
def counted(H, W, c, h, w, f):
    outputs = (H - h + 1) * (W - w + 1) * f
    return h * w * c * f + f, H * W * c * outputs + outputs


@counted.mistake(
    "The biases are missing: one for each of the f kernels, and one for each output "
    "of the dense layer."
)
def _(H, W, c, h, w, f):
    outputs = (H - h + 1) * (W - w + 1) * f
    return h * w * c * f, H * W * c * outputs


@counted.mistake(
    "Your kernels see one channel only: a window goes through all c channels, so a "
    "kernel has h w c weights."
)
def _(H, W, c, h, w, f):
    outputs = (H - h + 1) * (W - w + 1) * f
    return h * w * f + f, H * W * c * outputs + outputs


@counted.mistake(
    "You gave each place of the picture kernels of its own. That is what sharing "
    "saves: the same h w c weights are used at every place."
)
def _(H, W, c, h, w, f):
    outputs = (H - h + 1) * (W - w + 1) * f
    return h * w * c * outputs + outputs, H * W * c * outputs + outputs


@counted.mistake(
    "Your dense layer has f outputs. The convolution gives f numbers at each place, "
    "(H - h + 1)(W - w + 1) f in all, and the dense layer shall give as many."
)
def _(H, W, c, h, w, f):
    return h * w * c * f + f, H * W * c * f + f


@counted.mistake(
    "You counted H W places: windows lie inside, so there are (H - h + 1)(W - w + 1) "
    "of them."
)
def _(H, W, c, h, w, f):
    return h * w * c * f + f, H * W * c * H * W * f + H * W * f


@counted.mistake(
    "You gave each kernel a bias for each channel. It sums over its channels first and "
    "then adds one bias: that makes f biases."
)
def _(H, W, c, h, w, f):
    outputs = (H - h + 1) * (W - w + 1) * f
    return h * w * c * f + c * f, H * W * c * outputs + outputs


@counted.mistake(
    "You added one bias for all. Each of the f kernels has its own, and so has each "
    "output of the dense layer."
)
def _(H, W, c, h, w, f):
    outputs = (H - h + 1) * (W - w + 1) * f
    return h * w * c * f + 1, H * W * c * outputs + 1


@counted.mistake(
    "You counted H - h places down and W - w across. A window that begins at 0 counts"
    " too: (H - h + 1)(W - w + 1)."
)
def _(H, W, c, h, w, f):
    outputs = (H - h) * (W - w) * f
    return h * w * c * f + f, H * W * c * outputs + outputs


@counted.mistake(
    "The dense layer has a bias for each input in yours. A bias belongs to an output:"
    " one for each of them."
)
def _(H, W, c, h, w, f):
    outputs = (H - h + 1) * (W - w + 1) * f
    return h * w * c * f + f, H * W * c * outputs + H * W * c


def picture_and_side(rng):
    s = int(rng.integers(2, 4))
    H = s * int(rng.integers(1, 4)) + int(rng.integers(0, s))
    return rng.normal(size=(H, s * int(rng.integers(2, 5)) + 1)), s


@exercise(
    picture_and_side,
    edges=((np.arange(24.0).reshape(4, 6)[:, ::-1] % 7, 2),),
    hints=(
        "There are H // s times W // s squares; the square (i, j) begins at row s i "
        "and column s j.",
        "`np.max(x[s * i : s * i + s, s * j : s * j + s])` is one number of them.",
    ),
)
def pooled(x, s):
    H, W = x.shape[0] // s, x.shape[1] // s
    z = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            z[i, j] = np.max(x[s * i : s * i + s, s * j : s * j + s])
    return z


@pooled.mistake(
    "You took the mean of each square: that is average pooling. Asked is the largest "
    "number."
)
def _(x, s):
    H, W = x.shape[0] // s, x.shape[1] // s
    return np.mean(x[: H * s, : W * s].reshape(H, s, W, s), axis=(1, 3))


@pooled.mistake(
    "Your windows move by 1 and overlap. In pooling they stand side by side: the next "
    "one begins s further."
)
def _(x, s):
    H, W = x.shape[0] - s + 1, x.shape[1] - s + 1
    return np.array(
        [[np.max(x[i : i + s, j : j + s]) for j in range(W)] for i in range(H)]
    )


@pooled.mistake(
    "You took the first number of each square. That makes the picture smaller, but "
    "the largest may stand elsewhere in the square."
)
def _(x, s):
    H, W = x.shape[0] // s, x.shape[1] // s
    return x[: H * s : s, : W * s : s]


@pooled.mistake(
    "What is left over at the edge got squares of its own. Leave it out: only whole "
    "squares count, H // s times W // s."
)
def _(x, s):
    H, W = -(-x.shape[0] // s), -(-x.shape[1] // s)
    return np.array(
        [[np.max(x[s * i : s * i + s, s * j : s * j + s]) for j in range(W)]
         for i in range(H)]
    )  # fmt: skip


@pooled.mistake(
    "Your reshape took s * s numbers that follow each other in a row for a square. "
    "Cut rows and columns: reshape to (H // s, s, W // s, s), with the axes in this "
    "order."
)
def _(x, s):
    H, W = x.shape[0] // s, x.shape[1] // s
    return np.max(x[: H * s, : W * s].reshape(H, W, s * s), axis=2)


@pooled.mistake(
    "You took the largest number in size, |x|, and lost its sign. A large negative "
    "number is a small one here."
)
def _(x, s):
    H, W = x.shape[0] // s, x.shape[1] // s
    return np.max(np.abs(x[: H * s, : W * s].reshape(H, s, W, s)), axis=(1, 3))


@pooled.mistake(
    "There are as many squares as there should be, but the next one begins 1 further."
    " They stand side by side: it begins s further."
)
def _(x, s):
    H, W = x.shape[0] // s, x.shape[1] // s
    return np.array(
        [[np.max(x[i : i + s, j : j + s]) for j in range(W)] for i in range(H)]
    )


@pooled.mistake(
    "You took every s-th number, those of the edge too. Asked is the largest number "
    "of each whole square."
)
def _(x, s):
    return x[::s, ::s]


@pooled.mistake(
    "Your squares are s + 1 wide: a slice a:b ends before b, so a : a + s holds s "
    "numbers already."
)
def _(x, s):
    H, W = x.shape[0] // s, x.shape[1] // s
    return np.array(
        [[np.max(x[s * i : s * i + s + 1, s * j : s * j + s + 1]) for j in range(W)]
         for i in range(H)]
    )  # fmt: skip


@pooled.mistake(
    "You took the largest of s rows, column by column: the columns are not pooled yet."
)
def _(x, s):
    H = x.shape[0] // s
    return np.max(x[: H * s].reshape(H, s, -1), axis=1)
