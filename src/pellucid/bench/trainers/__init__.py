"""The rivals of training, one file each: how its own users would write it at best.

A trainer is made for a task and has

- `fit(X, y)`: train from nothing, with the mean cost of each epoch recorded, and give
  the last of them;
- `step(X, y, costed, budget)`: the seconds of a bare step, the fastest of some epochs,
  with or without the cost's value; `None` where steps cannot be had alone.

All use the same data, batches, epochs, rate and penalty, in float32, and shuffle the
rows before each epoch; the last batch of an epoch is smaller.
"""
