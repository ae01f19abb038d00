import numpy as np
import pandas as pd
from pellucid import gradient as grad

df = pd.DataFrame({"age": [22, 38, 26], "fare": [7.25, 71.3, 7.9], "survived": [0, 1, 1]})


def nll(w):
    total = 0
    for _, row in df.iterrows():
        p = 1 / (1 + np.exp(-(w[0] + w[1] * row["age"] / 50 + w[2] * row.fare / 50)))
        total -= np.log(p) if row["survived"] == 1 else np.log(1 - p)
    return total


result = grad(nll)(np.array([0.1, -0.2, 0.4]))
