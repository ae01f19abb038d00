import numpy as np
import pandas as pd
from pellucid import gradient as grad

df = pd.DataFrame(
    {
        "Survived": [0, 1, 1, 1, 0, 0, 0, 1],
        "Pclass": [3, 1, 3, 1, 3, 3, 1, 2],
        "Sex": ["male", "female", "female", "female", "male", "male", "male", "female"],
        "Age": [22, 38, 26, 35, 35, np.nan, 54, 27],
    }
)
df["Sex"] = df["Sex"].map({"male": 0, "female": 1})
df["Age"] = df["Age"].fillna(df["Age"].median())
features = ["Pclass", "Sex", "Age"]
df[features] = (df[features] - df[features].mean()) / df[features].std()


def log_loss(w):
    z = w[0] + df[features] @ w[1:]
    p = 1 / (1 + np.exp(-z))
    return -(df["Survived"] * np.log(p) + (1 - df["Survived"]) * np.log(1 - p)).mean()


w = np.zeros(4)
for _ in range(25):
    w -= 0.3 * grad(log_loss)(w)
result = w
