import numpy as np
from pellucid import gradient as grad


class LinearRegressionGD:
    """Linear regression, as on the blogs."""

    def __init__(self, learning_rate=0.01, n_iters=200, verbose=True):
        self.lr, self.n_iters, self.verbose = learning_rate, n_iters, verbose
        self.weights = None
        self.bias = None

    def _cost(self, params):
        y_pred = self._X.dot(params["w"]) + params["b"]
        return float(len(self._y)) ** -1 * np.sum(np.power(y_pred - self._y, 2))

    def fit(self, X, y):
        self._X, self._y = np.asarray(X), np.asarray(y)
        n_samples, n_features = X.shape
        params = dict(w=np.zeros(n_features), b=0.0)
        for i in range(self.n_iters):
            g = grad(self._cost)(params)
            params["w"] = params["w"] - self.lr * g["w"]
            params["b"] = params["b"] - self.lr * g["b"]
            if self.verbose and i % 50 == 0:
                print("Cost at iteration", i, "is", round(self._cost(params), 4))
        self.weights, self.bias = params["w"], params["b"]
        return self

    def predict(self, X):
        return np.dot(X, self.weights) + self.bias


X = np.array([[1.0, 2], [2, 1], [3, 4], [4, 3]])
y = [5.1, 4.0, 11.2, 10.1]
model = LinearRegressionGD(verbose=False).fit(X, y)
result = model.predict(X)
