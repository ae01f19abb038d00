import numpy as np
from pellucid import gradient as grad


class Adam:
    def __init__(self, params, lr=0.05, betas=(0.9, 0.999), eps=1e-8):
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        for i, g in enumerate(grads):
            self.m[i] = self.betas[0] * self.m[i] + (1 - self.betas[0]) * g
            self.v[i] = self.betas[1] * self.v[i] + (1 - self.betas[1]) * g**2
            mh = self.m[i] / (1 - self.betas[0] ** self.t)
            vh = self.v[i] / (1 - self.betas[1] ** self.t)
            self.params[i] -= self.lr * mh / (np.sqrt(vh) + self.eps)


class Linear:
    def __init__(self, n_in, n_out, rs):
        self.W = rs.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.b = np.zeros(n_out)


class MLP:
    def __init__(self, sizes):
        rs = np.random.RandomState(0)
        self.layers = [Linear(a, b, rs) for a, b in zip(sizes, sizes[1:])]

    @property
    def parameters(self):
        return [p for l in self.layers for p in (l.W, l.b)]

    def __call__(self, params, x):
        for i in range(0, len(params), 2):
            x = x @ params[i] + params[i + 1]
            if i < len(params) - 2:
                x = np.tanh(x)
        return x


X = np.linspace(-1, 1, 16).reshape(-1, 1)
y = X**2
net = MLP([1, 6, 1])
opt = Adam(net.parameters)
for epoch in range(30):
    opt.step(grad(lambda p: np.mean((net(p, X) - y) ** 2))(opt.params))
result = opt.params
