import numpy as np
from pellucid import gradient as grad


def solve(k):
    f = lambda x: x**3 + k * x - 2
    lo, hi = 0.0, 2.0
    while hi - lo > 1e-2:
        mid = (lo + hi) / 2
        if f(lo) * f(mid) <= 0:
            hi = mid
        else:
            lo = mid
    x = (lo + hi) / 2
    for _ in range(50):
        step = f(x) / (3 * x**2 + k)
        x = x - step
        if abs(step) < 1e-13:
            return x
    raise RuntimeError("did not converge")


result = grad(solve)(1.5)
