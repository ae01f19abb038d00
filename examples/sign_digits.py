"""Logistic regression on pictures of 0 and 1, and how often it is right.

python sign_digits.py [FOLDER with X.npy and Y.npy; else PELLUCID_DATA, else digits]
"""

import os
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import pellucid as pl

folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PELLUCID_DATA")
if folder:
    X, digit = pl.datasets.sign_digits(folder)
    rows, rate = np.r_[204:409, 822:1027], 0.01  # 205 pictures of 0, then 205 of 1
else:
    X, digit = pl.datasets.digits()
    rows, rate = digit < 2, 0.05

X, y = X[rows].reshape(-1, X[0].size) / X.max(), digit[rows].astype(float)
X, X_test, y, y_test = train_test_split(X, y, test_size=0.15, random_state=42)


def cost(w, b, X, y):
    """Mean log loss."""
    z = X @ w + b
    loss = pl.costs.log_loss(z, y)
    return np.mean(loss)


start = np.full(X.shape[1], 0.01), 0.0
method = pl.methods.GradientDescent(rate)
fit = pl.minimise(cost, start, X, y, method=method, max_iter=150, verbose=10)
w, b = fit.x
for name, X_, y_ in ("train", X, y), ("test", X_test, y_test):
    print(f"{name} accuracy {np.mean((X_ @ w + b > 0) == y_):.4%}")
print(f"scikit-learn {LogisticRegression().fit(X, y).score(X_test, y_test):.4%}")
