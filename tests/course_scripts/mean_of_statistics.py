import statistics
import numpy as np
from pellucid import gradient as grad


def zscore_loss(xs):
    mu = statistics.mean(xs)
    return sum((x - mu) ** 3 for x in xs)


result = grad(zscore_loss)([1.0, 2.0, 4.0])
