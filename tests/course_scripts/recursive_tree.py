import numpy as np
from pellucid import gradient as grad

tree = {"split": 0, "left": {"leaf": 0}, "right": {"split": 1, "left": {"leaf": 1}, "right": {"leaf": 2}}}


def predict(node, x, params):
    if "leaf" in node:
        return params["value"][node["leaf"]]
    if x[node["split"]] < params["threshold"][node["split"]]:
        return predict(node["left"], x, params)
    return predict(node["right"], x, params)


data = [((0.2, 0.9), 1.0), ((0.7, 0.1), 2.0), ((0.8, 0.8), 3.5), ((0.1, 0.2), 0.8)]


def sse(params):
    return sum((predict(tree, x, params) - t) ** 2 for x, t in data)


params = {"value": np.zeros(3), "threshold": np.array([0.5, 0.5])}
for _ in range(20):
    g = grad(sse)(params)
    params = {k: params[k] - 0.2 * g[k] for k in params}
result = params
