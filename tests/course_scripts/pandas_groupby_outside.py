import numpy as np
import pandas as pd
from pellucid import gradient as grad

df = pd.DataFrame({"team": list("aabbbc"), "x": [1.0, 2, 3, 4, 5, 6], "y": [1.2, 1.9, 3.3, 3.8, 5.1, 6.3]})
codes, teams = pd.factorize(df["team"])
groups = {k: g for k, g in df.groupby("team")}


def loss(p):
    total = 0
    for i, name in enumerate(teams):
        d = groups[name]
        r = d["y"] - (p["a"][i] + p["b"] * d["x"])
        total += (r**2).sum()
    return total / len(df) + 0.1 * np.var(p["a"])


p = {"a": np.zeros(3), "b": 0.0}
for _ in range(30):
    g = grad(loss)(p)
    p = {"a": p["a"] - 0.05 * g["a"], "b": p["b"] - 0.05 * g["b"]}
result = p
