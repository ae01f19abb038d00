import numpy as np
from pellucid import gradient as grad

f = lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2
dfdx = grad(lambda x, y: f(x, y))
dfdy = grad(lambda y, x: f(x, y))
x, y, vx, vy = -1.0, 1.5, 0.0, 0.0
for t in range(1, 60):
    lr = 0.001 / (1 + 0.01 * t)
    gx, gy = dfdx(x, y), dfdy(y, x)
    norm = np.sqrt(gx**2 + gy**2)
    if norm > 50:
        gx, gy = 50 * gx / norm, 50 * gy / norm
    vx, vy = 0.9 * vx - lr * gx, 0.9 * vy - lr * gy
    x, y = x + vx, y + vy
result = x, y
