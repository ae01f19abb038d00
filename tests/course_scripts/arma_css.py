import numpy as np
from pellucid import gradient as grad

y = np.cos(np.arange(40)) + 0.1 * np.sin(np.arange(40) ** 2)


def css(params):
    phi, theta, mu = params
    e = [0.0]
    for t in range(1, len(y)):
        e.append(y[t] - mu - phi * (y[t - 1] - mu) - theta * e[-1])
    return sum([v**2 for v in e[1:]])


p = np.array([0.2, 0.1, 0.0])
for k in range(1, 31):
    g = grad(css)(p)
    p = p - 0.003 * g
    if k % 10 == 0:
        print(f"{k:4d}  {css(p):10.5f}  {np.linalg.norm(g):.2e}")
result = p
