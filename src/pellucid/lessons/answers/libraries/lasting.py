"""How long a sum over many machines takes."""

import numpy as np

from pellucid.lessons.answers.libraries.inputs import work
from pellucid.lessons.exercises.exercise import exercise


@exercise(
    work,
    hints=(
        "How many blocks are there? The last one may be shorter, so round up: np.ceil.",
        "The busiest machine has ceil(blocks / machines) of them.",
        "A tree over the machines has ceil(log2(machines)) rounds.",
    ),
    edges=[(1000, 100, 0.5, 1, 0.25)],
)
def time_taken(rows, block, seconds, machines, merge):
    blocks = np.ceil(rows / block)
    busiest = np.ceil(blocks / machines)
    return busiest * seconds + np.ceil(np.log2(machines)) * merge


@time_taken.mistake(
    "Blocks are whole: a machine is not done when it has done 3.4 of them. Round both "
    "quotients up."
)
def _(rows, block, seconds, machines, merge):
    return rows / block / machines * seconds + np.ceil(np.log2(machines)) * merge


@time_taken.mistake(
    "You rounded down, so the rows of the last block, and the last blocks, are never "
    "read. Round up."
)
def _(rows, block, seconds, machines, merge):
    busiest = rows // block // machines
    return busiest * seconds + np.ceil(np.log2(machines)) * merge


@time_taken.mistake("The merging is missing: a round of the tree takes time as well.")
def _(rows, block, seconds, machines, merge):
    return np.ceil(np.ceil(rows / block) / machines) * seconds


@time_taken.mistake(
    "That is a chain of machines - 1 merges. In a tree half of the machines merge at "
    "once, so only the rounds count."
)
def _(rows, block, seconds, machines, merge):
    busiest = np.ceil(np.ceil(rows / block) / machines)
    return busiest * seconds + (machines - 1) * merge


@time_taken.mistake(
    "All blocks are on one machine: they are shared out among the machines, which work "
    "at once."
)
def _(rows, block, seconds, machines, merge):
    blocks = np.ceil(rows / block)
    return blocks * seconds + np.ceil(np.log2(machines)) * merge


@time_taken.mistake(
    "There are whole rounds only: 6 machines need 3, though log2(6) is 2.6. Round up."
)
def _(rows, block, seconds, machines, merge):
    busiest = np.ceil(np.ceil(rows / block) / machines)
    return busiest * seconds + np.log2(machines) * merge


@time_taken.mistake(
    "np.log is the natural logarithm. Each round halves the number of parts: np.log2."
)
def _(rows, block, seconds, machines, merge):
    busiest = np.ceil(np.ceil(rows / block) / machines)
    return busiest * seconds + np.ceil(np.log(machines)) * merge


@time_taken.mistake(
    "You counted one merge in all. A tree has several rounds, log2 of the number of "
    "results, rounded up, and each takes `merge` seconds."
)
def _(rows, block, seconds, machines, merge):
    blocks = -(-rows // block)
    return -(-blocks // machines) * seconds + merge
