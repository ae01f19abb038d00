import numpy as np
from pellucid import gradient as grad

g, m, M, l = 9.8, 0.1, 1.0, 0.5


def rollout(K, steps=12, dt=0.02):
    s = np.array([0.0, 0.1, 0.05, 0.0])
    cost = 0
    for t in range(steps):
        u = np.clip(-(K @ s), -10, 10)
        x, xd, th, thd = s
        temp = (u + m * l * thd**2 * np.sin(th)) / (M + m)
        thacc = (g * np.sin(th) - np.cos(th) * temp) / (l * (4 / 3 - m * np.cos(th) ** 2 / (M + m)))
        xacc = temp - m * l * thacc * np.cos(th) / (M + m)
        s = s + dt * np.array([xd, xacc, thd, thacc])
        if abs(s[0]) > 2.4 or abs(s[2]) > 0.21:
            print(f"fell after {t} steps")
            cost += 100
            break
        cost += s[2] ** 2 + 0.1 * s[0] ** 2 + 0.001 * u**2
    return cost


K = np.array([-1.0, -1.5, -20.0, -3.0])
for _ in range(3):
    K = K - 1.0 * grad(rollout)(K)
result = K
