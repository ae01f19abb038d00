import numpy as np
import pandas as pd
from pellucid import gradient as grad

prices = pd.Series(100 + np.cumsum(np.sin(np.arange(30) ** 1.3)))


def ema(span):
    alpha = 2 / (span + 1)
    out = [prices.iloc[0]]
    for p in prices[1:]:
        out.append(alpha * p + (1 - alpha) * out[-1])
    return np.array(out)


def mse(span):
    return ((prices.values[1:] - ema(span)[:-1]) ** 2).mean()


result = grad(mse)(5.0)
