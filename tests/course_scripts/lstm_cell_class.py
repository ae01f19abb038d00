import numpy as np
from pellucid import gradient as grad

sigmoid = lambda x: 1 / (1 + np.exp(-x))


class LSTM:
    def __init__(self, d, h):
        rs = np.random.RandomState(0)
        self.h = h
        self.W = {g: rs.randn(h, d + h) * 0.3 for g in "ifoc"}
        self.b = {g: np.zeros((h, 1)) for g in "ifoc"}

    def forward(self, W, xs):
        h, c = np.zeros((self.h, 1)), np.zeros((self.h, 1))
        for x in xs:
            z = np.vstack((h, x))
            i, f, o = (sigmoid(W[g].dot(z) + self.b[g]) for g in "ifo")
            c = f * c + i * np.tanh(W["c"].dot(z) + self.b["c"])
            h = o * np.tanh(c)
        return h


net = LSTM(2, 3)
xs = [np.array([[np.sin(t)], [np.cos(t)]]) for t in range(5)]
cost = lambda W: ((net.forward(W, xs) - 0.5) ** 2).sum()
for _ in range(5):
    g = grad(cost)(net.W)
    net.W = {k: net.W[k] - 0.5 * g[k] for k in net.W}
result = net.W
