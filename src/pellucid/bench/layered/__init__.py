"""Networks of layers, and the rivals that train them, one file each.

A trainer is a function of a task, its start and `look`. It trains by Adam from these
parameters on these rows, in the order of the task and in float32; after each epoch it
calls `look` with the mean cost of a row, and ends when that says so.
"""
