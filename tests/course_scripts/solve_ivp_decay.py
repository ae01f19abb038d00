import numpy as np
from scipy.integrate import solve_ivp
from pellucid import gradient as grad

t = np.linspace(0, 2, 5)
data = np.exp(-1.3 * t)


def loss(k):
    sol = solve_ivp(lambda t, y: -k * y, (0, 2), [1.0], t_eval=t)
    return np.sum((sol.y[0] - data) ** 2)


result = grad(loss)(1.0)
