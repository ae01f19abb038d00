import numpy as np
from pellucid import gradient as grad

X = np.linspace(-1, 1, 30).reshape(1, 30)
Y = (X > 0.2) * 1


def model(w, b):
    m = X.shape[1]
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    if calls["n"] % 10 == 0:
        print(f"Cost after iteration {calls['n']}: {cost:.6f}")
    calls["n"] += 1
    return np.squeeze(cost)


calls = {"n": 0}
params = (np.zeros((1, 1)), 0.0)
for i in range(12):
    dw = grad(lambda w: model(w, params[1]))(params[0])
    db = grad(lambda b: model(params[0], b))(params[1])
    params = (params[0] - 0.5 * dw, params[1] - 0.5 * db)
result = params
