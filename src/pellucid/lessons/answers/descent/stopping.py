"""Mini-batches, and when to stop."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def shuffled(rng):
    n = int(rng.integers(4, 15))
    return rng.permutation(n), int(rng.integers(2, n))


@exercise(
    shuffled,
    hints=(
        "The batches begin at places 0, size, 2 size, ... of order.",
        "A slice may reach beyond the end: order[start : start + size].",
    ),
    edges=(
        (np.array([2, 0, 3, 1]), 2),
        (np.array([1, 0, 2]), 5),
        (np.array([4, 1, 0, 3, 2]), 4),
    ),
)
def batches(order, size):
    return [order[start : start + size] for start in range(0, len(order), size)]


@batches.mistake(
    "The last rows are left out where size does not divide n: the last batch is "
    "shorter, but its rows count."
)
def _(order, size):
    full = len(order) // size
    return [order[i * size : (i + 1) * size] for i in range(full)]


@batches.mistake(
    "Your batches overlap: the next one begins size places on, not one. Each row is "
    "taken once in an epoch."
)
def _(order, size):
    return [order[start : start + size] for start in range(len(order))]


@batches.mistake(
    "You cut the rows 0, 1, 2, ... and not those in `order`: without shuffling, rows "
    "that lie side by side always go together."
)
def _(order, size):
    rows = np.arange(len(order))
    return [rows[start : start + size] for start in range(0, len(order), size)]


@batches.mistake(
    "The last batch is filled up with rows from the beginning: these would count twice."
)
def _(order, size):
    n = len(order)
    return [np.take(order, range(i, i + size), mode="wrap") for i in range(0, n, size)]


@batches.mistake(
    "You made `size` batches. Asked are batches of `size` rows each, the last one the "
    "rest."
)
def _(order, size):
    return np.array_split(order, size)


@batches.mistake(
    "You made as many batches as there should be, but spread the rows evenly over "
    "them. All have size rows but the last, which has the rest."
)
def _(order, size):
    return np.array_split(order, -(-len(order) // size))


@batches.mistake(
    "You sorted each batch's rows out by steps, order[k::...]: a batch is a piece of "
    "`size` neighbours in the shuffled order."
)
def _(order, size):
    count = -(-len(order) // size)
    return [order[k::count] for k in range(count)]


@batches.mistake(
    "The slice ends at `size` each time: it has to end `size` places after its "
    "beginning."
)
def _(order, size):
    return [order[i:size] for i in range(0, len(order), size)]


@batches.mistake(
    "Each batch has one row too many, which is the first of the next: a slice stops "
    "before its end."
)
def _(order, size):
    return [order[i : i + size + 1] for i in range(0, len(order), size)]


def costs_on_the_way(rng):
    n = int(rng.integers(5, 25))
    falling = 5 * 0.7 ** np.arange(n) * rng.uniform(0.5, 1.8, size=n)
    return np.round(falling + 0.1, 2), int(rng.integers(1, 4))


@exercise(
    costs_on_the_way,
    hints=(
        "Remember the best cost so far, and the step at which it came.",
        "At step i, stop when i - (step of the best) has reached patience.",
        "An equal cost is no gain: only a smaller one is a new best.",
    ),
    edges=(
        (np.array([3.0, 2.0, 1.0, 0.5]), 2),
        (np.array([3.0, 2.0, 2.5, 1.0, 1.2, 1.1, 1.3]), 2),
        (np.array([3.0, 2.0, 2.0, 2.0, 2.0, 2.0]), 3),
        (np.array([5.0, 3.0, 4.0, 3.5, 3.2, 2.0]), 2),
        (np.array([1.0]), 2),
    ),
)
def stop(costs, patience):
    best = 0
    for i in range(1, len(costs)):
        if costs[i] < costs[best]:
            best = i
        elif i - best == patience:
            return i
    return len(costs) - 1


@stop.mistake(
    "You held each cost against the one before it. The cost of a mini-batch rises and "
    "falls: hold it against the best so far."
)
def _(costs, patience):
    waited = 0
    for i in range(1, len(costs)):
        waited = 0 if costs[i] < costs[i - 1] else waited + 1
        if waited == patience:
            return i
    return len(costs) - 1


@stop.mistake(
    "The patience never comes back: after a new best cost the waiting begins anew."
)
def _(costs, patience):
    best, waited = costs[0], 0
    for i in range(1, len(costs)):
        if costs[i] < best:
            best = costs[i]
        else:
            waited += 1
        if waited == patience:
            return i
    return len(costs) - 1


@stop.mistake(
    "You gave the step of the best cost. Asked is the step at which the waiting ends."
)
def _(costs, patience):
    best = 0
    for i in range(1, len(costs)):
        if costs[i] < costs[best]:
            best = i
        elif i - best == patience:
            return best
    return best


@stop.mistake(
    "One step too long: stop as soon as the best cost is `patience` steps old, not "
    "when it is older."
)
def _(costs, patience):
    best = 0
    for i in range(1, len(costs)):
        if costs[i] < costs[best]:
            best = i
        elif i - best > patience:
            return i
    return len(costs) - 1


@stop.mistake(
    "An equal cost is no gain: with <= you wait for ever on a cost that stands still."
)
def _(costs, patience):
    best = 0
    for i in range(1, len(costs)):
        if costs[i] <= costs[best]:
            best = i
        elif i - best == patience:
            return i
    return len(costs) - 1


@stop.mistake(
    "Where it never stops you gave None: then give the last step, len(costs) - 1."
)
def _(costs, patience):
    best = 0
    for i in range(1, len(costs)):
        if costs[i] < costs[best]:
            best = i
        elif i - best == patience:
            return i
    return None


@stop.mistake(
    "You stopped at the first step that gained nothing: wait for `patience` steps."
)
def _(costs, patience):
    for i in range(1, len(costs)):
        if costs[i] >= min(costs[:i]):
            return i
    return len(costs) - 1


@stop.mistake(
    "That is the step of the lowest cost of all, which nobody knows on the way: asked "
    "is where the waiting ends."
)
def _(costs, patience):
    return int(np.argmin(costs))


@stop.mistake(
    "You looked for the lowest cost of all and waited from there. On the way nobody "
    "knows it: the first best that is followed by `patience` steps without gain ends "
    "the search."
)
def _(costs, patience):
    return min(int(np.argmin(costs)) + patience, len(costs) - 1)


@stop.mistake(
    "You never stop before the last step: is the best cost renewed with its step, and "
    "does the last `return` stand after the loop?"
)
def _(costs, patience):
    return len(costs) - 1
