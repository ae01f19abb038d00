import numpy as np
from pellucid import gradient as grad


class ConvergenceError(Exception):
    pass


def secant(f, a, b, tol=1e-10, maxit=50):
    fa, fb = f(a), f(b)
    for k in range(maxit):
        if abs(fb - fa) < 1e-300:
            raise ConvergenceError("flat")
        a, b, fa = b, b - fb * (b - a) / (fb - fa), fb
        fb = f(b)
        if abs(fb) < tol or abs(b - a) < tol:
            return b
    raise ConvergenceError(f"not after {maxit}: {b!r}")


def irr(cash):
    try:
        return secant(lambda r: sum(c / (1 + r) ** t for t, c in enumerate(cash)), 0.05, 0.1)
    except ConvergenceError as e:
        print(e)
        return np.nan


result = grad(irr)(np.array([-100.0, 30.0, 40.0, 50.0, 20.0]))
