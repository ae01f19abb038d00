"""Least squares, merging and shuffling, for more rows than one machine holds."""

import numpy as np

from pellucid.lessons.answers.libraries.inputs import (
    bracketed,
    letters,
    rows_and_size,
    tables_and_targets,
)
from pellucid.lessons.answers.seeing import joins
from pellucid.lessons.exercises.exercise import exercise

# -- least squares --------------------------------------------------------------------


@exercise(
    tables_and_targets,
    hints=(
        "X'X of all rows is the sum of the X'X of the blocks, and so is X'y.",
        "Add both up in one loop, and solve once, after it.",
    ),
)
def weights_of_blocks(blocks):
    A, b = 0.0, 0.0
    for X, y in blocks:
        A = A + X.T @ X
        b = b + X.T @ y
    return np.linalg.solve(A, b)


@weights_of_blocks.mistake(
    "All blocks were joined first, for which there is no room. Add up X'X and X'y.",
    seen=joins,
)
def _(blocks):
    X = np.concatenate([X for X, _ in blocks])
    y = np.concatenate([y for _, y in blocks])
    return np.linalg.solve(X.T @ X, X.T @ y)


@weights_of_blocks.mistake(
    "That is the mean of the weights of the blocks. Their X'X differ, so it is not "
    "where the cost of all rows is least: add up X'X and X'y, and solve once."
)
def _(blocks):
    return np.mean([np.linalg.solve(X.T @ X, X.T @ y) for X, y in blocks], axis=0)


@weights_of_blocks.mistake(
    "Only the last block has counted: the sums start anew in each turn of the loop."
)
def _(blocks):
    X, y = blocks[-1]
    return np.linalg.solve(X.T @ X, X.T @ y)


@weights_of_blocks.mistake(
    "Only the first block has counted: does the loop return in its first turn?"
)
def _(blocks):
    X, y = blocks[0]
    return np.linalg.solve(X.T @ X, X.T @ y)


@weights_of_blocks.mistake(
    "X'X was added up, but X'y is that of the last block alone. Both are sums."
)
def _(blocks):
    X, y = blocks[-1]
    return np.linalg.solve(sum(X.T @ X for X, _ in blocks), X.T @ y)


@weights_of_blocks.mistake(
    "X'y was added up, but X'X is that of the last block alone. Both are sums."
)
def _(blocks):
    X, _ = blocks[-1]
    return np.linalg.solve(X.T @ X, sum(X.T @ y for X, y in blocks))


@weights_of_blocks.mistake(
    "That is the sum of the weights of the blocks. Weights cannot be added: add up the "
    "two sides of the equations."
)
def _(blocks):
    return sum(np.linalg.solve(X.T @ X, X.T @ y) for X, y in blocks)


@weights_of_blocks.mistake(
    "You divided X'X and X'y by the rows of each block, so that small blocks count as"
    " much as large ones. Add them up as they are."
)
def _(blocks):
    A, b = 0, 0
    for X, y in blocks:
        A = A + X.T @ X / len(X)
        b = b + X.T @ y / len(X)
    return np.linalg.solve(A, b)


@weights_of_blocks.mistake(
    "You added up the inverses of the blocks. The inverse of a sum is not the sum of "
    "the inverses: add up X'X, then solve once."
)
def _(blocks):
    A, b = 0, 0
    for X, y in blocks:
        A = A + np.linalg.inv(X.T @ X)
        b = b + X.T @ y
    return A @ b


@weights_of_blocks.mistake(
    "You multiplied by X'X. The weights solve X'X w = X'y: np.linalg.solve."
)
def _(blocks):
    A, b = 0, 0
    for X, y in blocks:
        A = A + X.T @ X
        b = b + X.T @ y
    return A @ b


@weights_of_blocks.mistake(
    "You divided X'y by the number of rows, and X'X not. Either both or neither."
)
def _(blocks):
    A, b = 0, 0
    for X, y in blocks:
        A = A + X.T @ X
        b = b + X.T @ y
    return np.linalg.solve(A, b / sum(len(y) for _, y in blocks))


# -- merging in a tree ----------------------------------------------------------------


@exercise(
    letters,
    hints=(
        "One round makes a list of half the length: merge(parts[0], parts[1]), "
        "merge(parts[2], parts[3]) and so on.",
        "Where the number is odd, the last part goes into the next round as it is.",
        "Repeat rounds while more than one part is left.",
    ),
    edges=[(["a"], bracketed), (list("abcdefg"), bracketed)],
)
def tree(parts, merge):
    while len(parts) > 1:
        pairs = [merge(parts[i], parts[i + 1]) for i in range(0, len(parts) - 1, 2)]
        parts = pairs + parts[2 * len(pairs) :]
    return parts[0]


@tree.mistake(
    "That is a chain: each merge waits for the one before it, and only one machine "
    "works. Merge neighbours in pairs, then the results in pairs."
)
def _(parts, merge):
    result = parts[0]
    for part in parts[1:]:
        result = merge(result, part)
    return result


@tree.mistake(
    "That is a chain from the end: each merge waits for the one before it. Merge "
    "neighbours in pairs, then the results in pairs."
)
def _(parts, merge):
    result = parts[-1]
    for part in parts[-2::-1]:
        result = merge(part, result)
    return result


@tree.mistake(
    "Where the number of parts is odd, the last one is lost. It goes into the next "
    "round as it is."
)
def _(parts, merge):
    while len(parts) > 1:
        parts = [merge(parts[i], parts[i + 1]) for i in range(0, len(parts) - 1, 2)]
    return parts[0]


@tree.mistake("Each pair has changed places: merge(left, right).")
def _(parts, merge):
    while len(parts) > 1:
        pairs = [merge(parts[i + 1], parts[i]) for i in range(0, len(parts) - 1, 2)]
        parts = pairs + parts[2 * len(pairs) :]
    return parts[0]


@tree.mistake("That is one round. Go on with its results until a single one is left.")
def _(parts, merge):
    pairs = [merge(parts[i], parts[i + 1]) for i in range(0, len(parts) - 1, 2)]
    return pairs + parts[2 * len(pairs) :]


@tree.mistake(
    "Each part is merged with the one before and with the one after it, so it is "
    "counted twice: the next pair begins two places on."
)
def _(parts, merge):
    while len(parts) > 1:
        parts = [merge(parts[i], parts[i + 1]) for i in range(len(parts) - 1)]
    return parts[0]


@tree.mistake(
    "A good tree, but another one: it cuts the list into halves. Asked are rounds of "
    "neighbours, where a last part without a neighbour waits."
)
def _(parts, merge):
    def half(parts):
        middle = len(parts) // 2
        if not middle:
            return parts[0]
        return merge(half(parts[:middle]), half(parts[middle:]))

    return half(parts)


@tree.mistake(
    "Where the number of parts is odd, you put the last one in front. It stays the "
    "last: append it."
)
def _(parts, merge):
    while len(parts) > 1:
        merged = [merge(a, b) for a, b in zip(parts[::2], parts[1::2], strict=False)]
        parts = parts[-1:] * (len(parts) % 2) + merged
    return parts[0]


@tree.mistake(
    "You went one round only. Go on with what it gave, until one part is left."
)
def _(parts, merge):
    merged = [merge(a, b) for a, b in zip(parts[::2], parts[1::2], strict=False)]
    return (merged + parts[-1:] * (len(parts) % 2))[0]


# -- an epoch -------------------------------------------------------------------------


@exercise(
    rows_and_size,
    hints=(
        "order = rng.permutation(n) has each row once, in a random order.",
        "Cut it: order[0:size], order[size:2 * size] and so on, to the end.",
    ),
    edges=[(3, 5, np.random.default_rng(1)), (8, 4, np.random.default_rng(2))],
)
def epoch(n, size, rng):
    order = rng.permutation(n)
    return [order[start : start + size] for start in range(0, n, size)]


@epoch.mistake(
    "The rows come in their own order. When the table is sorted (all zeros first, then "
    "all ones), a batch shows one kind only: shuffle first."
)
def _(n, size, rng):
    order = np.arange(n)
    return [order[start : start + size] for start in range(0, n, size)]


@epoch.mistake(
    "The rows that fill no whole batch are lost: the last batch may be shorter."
)
def _(n, size, rng):
    order = rng.permutation(n)
    return [order[start : start + size] for start in range(0, n - size + 1, size)]


@epoch.mistake(
    "Rows are drawn with replacement: some come twice, and about a third never. An "
    "epoch has each row once."
)
def _(n, size, rng):
    order = rng.integers(n, size=n)
    return [order[start : start + size] for start in range(0, n, size)]


@epoch.mistake(
    "Each batch is drawn from all rows anew, so that a row may come in several batches "
    "and another in none. Shuffle once an epoch, then cut."
)
def _(n, size, rng):
    return [rng.permutation(n)[:size] for _ in range(0, n, size)]


@epoch.mistake(
    "Neighbouring batches share a row: a slice ends *before* its second number, so "
    "start : start + size has size rows already."
)
def _(n, size, rng):
    order = rng.permutation(n)
    return [order[start : start + size + 1] for start in range(0, n, size)]


@epoch.mistake(
    "The batches have other sizes: n // size pieces share the rows out among them. "
    "Each is to have `size` rows, but for the last."
)
def _(n, size, rng):
    return np.array_split(rng.permutation(n), n // size)


@epoch.mistake("The whole order is there, but it is not cut into batches.")
def _(n, size, rng):
    return rng.permutation(n)


@epoch.mistake(
    "You drew a new order for each batch, so some rows come twice and others never. "
    "Draw once, then cut."
)
def _(n, size, rng):
    return [rng.permutation(n)[i : i + size] for i in range(0, n, size)]


@epoch.mistake(
    "Your order comes from a generator of your own. Take it from the one that is "
    "given: rng.permutation(n)."
)
def _(n, size, rng):
    order = np.random.default_rng(0).permutation(n)
    return [order[i : i + size] for i in range(0, n, size)]


@epoch.mistake(
    "Your batches are all of nearly the same size. Each has `size` rows, and only the"
    " last may be shorter."
)
def _(n, size, rng):
    return np.array_split(rng.permutation(n), -(-n // size))


@epoch.mistake(
    "You cut the order into `size` pieces. `size` is the number of rows in a batch, "
    "not the number of batches."
)
def _(n, size, rng):
    return np.array_split(rng.permutation(n), size)
