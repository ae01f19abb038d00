from dataclasses import dataclass, field, replace
import numpy as np
from pellucid import gradient as grad


@dataclass
class Config:
    lr: float = 0.05
    l2: float = 0.01
    loss: str = "huber"
    delta: float = 1.0


@dataclass
class Dataset:
    X: np.ndarray
    y: np.ndarray
    names: list = field(default_factory=list)

    def __len__(self):
        return len(self.X)


@dataclass
class Trainer:
    config: Config
    data: Dataset
    history: list = field(default_factory=list)

    def loss(self, w):
        r = self.data.X.dot(w) - self.data.y
        if self.config.loss == "huber":
            small = np.abs(r) <= self.config.delta
            l = np.where(small, 0.5 * r**2, self.config.delta * (np.abs(r) - 0.5 * self.config.delta))
        else:
            l = 0.5 * r**2
        return l.sum() / len(self.data) + self.config.l2 * w.dot(w)

    def fit(self, epochs):
        w = np.zeros(self.data.X.shape[1])
        for _ in range(epochs):
            w = w - self.config.lr * grad(self.loss)(w)
            self.history.append(self.loss(w))
        return w


X = np.vander(np.linspace(-1, 1, 9), 3)
data = Dataset(X, X @ np.array([1.0, -2.0, 4.0]) + 0.1 * np.sin(np.arange(9)))
result = Trainer(replace(Config(), delta=0.5), data).fit(30)
