import numpy as np
from pellucid import gradient as grad


class LocalLevel:
    def __init__(self, y):
        self.y = np.asarray(y)

    def loglik(self, params):
        q, r = np.exp(params[0]), np.exp(params[1])
        a, P = self.y[0], 1e2
        ll = 0.0
        for obs in self.y:
            if np.isnan(obs):
                P = P + q
                continue
            v, F = obs - a, P + r
            K = P / F
            ll -= 0.5 * (np.log(2 * np.pi * F) + v**2 / F)
            a, P = a + K * v, P * (1 - K) + q
        return ll


y = np.cumsum(np.sin(np.arange(30.0)))
y[[5, 6, 20]] = np.nan
model = LocalLevel(y)
x = np.array([0.0, 0.0])
for _ in range(4):
    x = x + 0.05 * grad(model.loglik)(x)
result = x, model.loglik(x)
