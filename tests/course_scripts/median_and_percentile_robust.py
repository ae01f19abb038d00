import numpy as np
from pellucid import gradient as grad

x = np.array([1.0, 2.0, 3.5, 4.0, 9.0, 11.0])
y = 2 * x + np.array([0.1, -0.3, 0.2, 5.0, -0.2, 0.15])


def trimmed(w, keep=0.7):
    r = np.abs(y - w[0] - w[1] * x)
    cut = np.percentile(r, 100 * keep)
    inliers = r <= cut
    print("kept", inliers.sum(), "of", len(r))
    return np.mean(r[inliers] ** 2) + 0.1 * np.median(r)


result = grad(trimmed)(np.array([0.2, 1.8]))
