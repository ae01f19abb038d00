import numpy as np
import pandas as pd
from pellucid import gradient as grad

df = pd.DataFrame({"x": [1.0, 2, 3], "y": [2.0, 4.1, 6.2]})


def loss(w):
    d = df.copy()
    d["pred"] = w[0] + w[1] * d["x"]
    return ((d["pred"] - d["y"]) ** 2).mean()


result = grad(loss)(np.array([0.1, 1.0]))
