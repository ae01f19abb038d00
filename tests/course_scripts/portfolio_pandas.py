import numpy as np
import pandas as pd
from pellucid import gradient as grad

t = np.arange(30)
prices = pd.DataFrame({"A": 100 + t + np.sin(t), "B": 50 + np.cos(t), "C": 80 - 0.3 * t + np.sin(2 * t)})
returns = prices.pct_change().dropna()
mean_returns, cov = returns.mean(), returns.cov()


def neg_sharpe(weights, rf=0.0):
    weights = weights / weights.sum()
    ret = np.sum(mean_returns * weights) * 252
    std = np.sqrt(np.dot(weights.T, np.dot(cov * 252, weights)))
    return -(ret - rf) / std


result = grad(neg_sharpe)(np.array([0.3, 0.5, 0.2]))
