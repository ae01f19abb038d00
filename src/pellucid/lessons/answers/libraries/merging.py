"""Means and variances of rows that never lie in memory together."""

import numpy as np

from pellucid.lessons.answers.libraries.inputs import (
    columns,
    tables,
    two_summaries,
)
from pellucid.lessons.answers.seeing import joins
from pellucid.lessons.exercises.exercise import exercise

FAR = [2.0**30 + np.array([0, 3, 1, 6]), 2.0**30 + np.array([2, 5, 7, 0])]

# -- a mean ---------------------------------------------------------------------------


@exercise(
    tables,
    hints=(
        "Two things are kept from block to block: the sum of the rows, and their "
        "number.",
        "Add block.sum(axis=0) and len(block) in a loop; divide at the end.",
    ),
)
def mean_of_blocks(blocks):
    total, n = 0.0, 0
    for block in blocks:
        total = total + block.sum(axis=0)
        n += len(block)
    return total / n


@mean_of_blocks.mistake(
    "You put all blocks into one table, which does not fit into memory when there are "
    "a billion rows. Keep a sum and a count.",
    seen=joins,
)
def _(blocks):
    return np.concatenate(blocks).mean(axis=0)


@mean_of_blocks.mistake(
    "That is the mean of the means. A row in a small block counts more than one in a "
    "large block: weigh each block by its rows."
)
def _(blocks):
    return np.mean([block.mean(axis=0) for block in blocks], axis=0)


@mean_of_blocks.mistake(
    "You divided by the number of blocks: divide by the number of rows in all of them."
)
def _(blocks):
    return sum(block.sum(axis=0) for block in blocks) / len(blocks)


@mean_of_blocks.mistake(
    "All columns went into one number. Add up along the rows only, axis=0."
)
def _(blocks):
    return sum(block.sum() for block in blocks) / sum(block.size for block in blocks)


@mean_of_blocks.mistake(
    "You counted all numbers of a block, block.size. The mean of a column divides by "
    "the rows, len(block)."
)
def _(blocks):
    total = sum(block.sum(axis=0) for block in blocks)
    return total / (sum(block.size for block in blocks) + 0.0)


@mean_of_blocks.mistake(
    "Only the last block has counted: the sum starts anew in each turn of the loop."
)
def _(blocks):
    return blocks[-1].mean(axis=0)


@mean_of_blocks.mistake(
    "Only the first block has counted: does the loop return in its first turn?"
)
def _(blocks):
    return blocks[0].mean(axis=0)


@mean_of_blocks.mistake(
    "You took the mean of what was so far and of the next block, half and half: the "
    "last block counts half of all. Add up sums and rows, and divide once."
)
def _(blocks):
    mean = np.mean(blocks[0], axis=0)
    for block in blocks[1:]:
        mean = (mean + np.mean(block, axis=0)) / 2
    return mean


# -- two summaries become one ---------------------------------------------------------


@exercise(
    two_summaries,
    hints=(
        "The new mean lies between the two, nearer to that of more rows.",
        "M2 = M2_a + M2_b + delta**2 * n_a * n_b / n.",
    ),
    edges=[((0, 0.0, 0.0), (3, 2.0, 6.0)), ((3, 2.0, 6.0), (0, 0.0, 0.0))],
)
def merged(a, b):
    n_a, mean_a, M2_a = a
    n_b, mean_b, M2_b = b
    n = n_a + n_b
    delta = mean_b - mean_a
    mean = mean_a + delta * n_b / n
    M2 = M2_a + M2_b + delta**2 * n_a * n_b / n
    return n, mean, M2


@merged.mistake(
    "The two parts have different means, and that spreads the rows too: the term with "
    "the squared difference of the means is missing."
)
def _(a, b):
    n = a[0] + b[0]
    return n, a[1] + (b[1] - a[1]) * b[0] / n, a[2] + b[2]


@merged.mistake(
    "The mean is that of two parts of the same size: weigh each by its number of rows."
)
def _(a, b):
    n, delta = a[0] + b[0], b[1] - a[1]
    return n, (a[1] + b[1]) / 2, a[2] + b[2] + delta**2 * a[0] * b[0] / n


@merged.mistake(
    "The last term must be divided by n: n_a n_b / n lies between half the size of the "
    "smaller part and all of it."
)
def _(a, b):
    n, delta = a[0] + b[0], b[1] - a[1]
    return n, a[1] + delta * b[0] / n, a[2] + b[2] + delta**2 * a[0] * b[0]


@merged.mistake("The difference of the means must be squared: M2 is in squared units.")
def _(a, b):
    n, delta = a[0] + b[0], b[1] - a[1]
    return n, a[1] + delta * b[0] / n, a[2] + b[2] + delta * a[0] * b[0] / n


@merged.mistake(
    "The weights of the mean have changed places: from mean_a one goes the share n_b / "
    "n of the way to mean_b."
)
def _(a, b):
    n, delta = a[0] + b[0], b[1] - a[1]
    return n, a[1] + delta * a[0] / n, a[2] + b[2] + delta**2 * a[0] * b[0] / n


@merged.mistake(
    "You returned the variance. Keep M2, the sum of squares: it is what can be merged "
    "again."
)
def _(a, b):
    n, delta = a[0] + b[0], b[1] - a[1]
    M2 = a[2] + b[2] + delta**2 * a[0] * b[0] / n
    return n, a[1] + delta * b[0] / n, M2 / n


@merged.mistake("The means were added. They are merged by their weights n_a and n_b.")
def _(a, b):
    n, delta = a[0] + b[0], b[1] - a[1]
    return n, a[1] + b[1], a[2] + b[2] + delta**2 * a[0] * b[0] / n


@merged.mistake(
    "You weighed the two M2 by their rows. They are sums of squares, not means: add "
    "them as they are."
)
def _(a, b):
    (na, ma, Sa), (nb, mb, Sb) = a, b
    n = na + nb
    d = mb - ma
    return n, ma + d * nb / n, (na * Sa + nb * Sb) / n + d**2 * na * nb / n


# -- a variance -----------------------------------------------------------------------


@exercise(
    columns,
    hints=(
        "Keep three numbers: n, the mean, and M2, the sum of the squared differences.",
        "Each block has its own three; merge them as in the exercise before, and "
        "divide M2 by n at the end.",
    ),
    edges=[(FAR,)],
)
def variance_of_blocks(blocks):
    n, mean, M2 = 0, 0.0, 0.0
    for block in blocks:
        m, delta = len(block), np.mean(block) - mean
        M2 += np.sum((block - np.mean(block)) ** 2) + delta**2 * n * m / (n + m)
        mean += delta * m / (n + m)
        n += m
    return M2 / n


@variance_of_blocks.mistake(
    "All blocks were put into one array, for which there is no room. Merge n, mean and "
    "M2 of each block into those so far.",
    seen=joins,
)
def _(blocks):
    return np.var(np.concatenate(blocks))


@variance_of_blocks.mistake(
    "The mean of the squares less the square of the mean is right on paper. Far from "
    "zero both are huge and nearly the same, and rounding eats the difference (the "
    "numbers of one input are near a billion, where it gives 0). Subtract means "
    "before you square."
)
def _(blocks):
    n = sum(len(block) for block in blocks)
    mean = sum(np.sum(block) for block in blocks) / n
    return sum(np.sum(block**2) for block in blocks) / n - mean**2


@variance_of_blocks.mistake(
    "That is the mean of the variances: unequal blocks have equal weights, and the "
    "differences between the blocks are lost."
)
def _(blocks):
    return np.mean([np.var(block) for block in blocks])


@variance_of_blocks.mistake(
    "Each block was compared with its own mean only. Blocks of different means spread "
    "more than that: the merging term is missing."
)
def _(blocks):
    n = sum(len(block) for block in blocks)
    return sum(len(block) * np.var(block) for block in blocks) / n


@variance_of_blocks.mistake(
    "You divided by n - 1, as an estimate from a sample does. Here it is n."
)
def _(blocks):
    n = sum(len(block) for block in blocks)
    mean = sum(np.sum(block) for block in blocks) / n
    return sum(np.sum((block - mean) ** 2) for block in blocks) / (n - 1)


@variance_of_blocks.mistake("That is M2, the sum of squares: divide by n at the end.")
def _(blocks):
    n = sum(len(block) for block in blocks)
    mean = sum(np.sum(block) for block in blocks) / n
    return sum(np.sum((block - mean) ** 2) for block in blocks)


@variance_of_blocks.mistake(
    "That is the standard deviation: the variance is its square."
)
def _(blocks):
    n = sum(len(block) for block in blocks)
    mean = sum(np.sum(block) for block in blocks) / n
    return np.sqrt(sum(np.sum((block - mean) ** 2) for block in blocks) / n)


@variance_of_blocks.mistake(
    "That is the variance of the means of the blocks: how much the numbers differ "
    "within each block is lost."
)
def _(blocks):
    return np.var([np.mean(block) for block in blocks])


@variance_of_blocks.mistake(
    "That is the mean of the squares. A variance is the mean of the squared distances"
    " from the mean."
)
def _(blocks):
    return np.mean(np.concatenate(blocks) ** 2)


@variance_of_blocks.mistake(
    "You measured from the mean of the means of the blocks, in which small blocks "
    "count as much as large ones. Weigh each mean by its rows."
)
def _(blocks):
    mean = np.mean([np.mean(block) for block in blocks])
    return np.mean((np.concatenate(blocks) - mean) ** 2)
