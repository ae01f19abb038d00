import numpy as np
from pellucid import gradient as grad


class Vector:
    def __init__(self, *xs):
        self.xs = list(xs)

    def __add__(self, o):
        return Vector(*[a + b for a, b in zip(self.xs, o.xs)])

    def __mul__(self, k):
        if isinstance(k, Vector):
            return sum(a * b for a, b in zip(self.xs, k.xs))
        return Vector(*[a * k for a in self.xs])

    __rmul__ = __mul__

    def __abs__(self):
        return np.sqrt(self * self)

    def __repr__(self):
        return "Vector(%s)" % ", ".join("%.2f" % x for x in self.xs)


def f(t):
    v = t * Vector(1.0, 2.0) + Vector(0.5, -1.0)
    print(v)
    if abs(v) > 3:
        return abs(v)
    return v * v


result = [grad(f)(t) for t in (0.5, 2.0)]
