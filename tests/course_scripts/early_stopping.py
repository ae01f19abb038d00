import numpy as np
from pellucid import gradient as grad

rng = np.random.RandomState(42)
X = rng.randn(40, 6)
y = X @ rng.randn(6) + rng.randn(40)
Xtr, Xva, ytr, yva = X[:30], X[30:], y[:30], y[30:]


def mse(w, X, y):
    return ((X.dot(w) - y) ** 2).mean()


w, best, best_w, patience = np.zeros(6), float("inf"), None, 0
dmse = grad(mse)
for epoch in range(200):
    w = w - 0.05 * dmse(w, Xtr, ytr)
    val = mse(w, Xva, yva)
    if val < best - 1e-4:
        best, best_w, patience = val, w.copy(), 0
    else:
        patience += 1
        if patience >= 5:
            print(f"Early stopping at epoch {epoch}, val {val:.4f}")
            break
result = best_w
